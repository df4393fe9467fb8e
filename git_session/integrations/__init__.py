"""Parsers of other tools' files: what comes from outside is data, bounded and never run."""
