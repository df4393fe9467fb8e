"""The subcommands, one a module; none imports another."""
