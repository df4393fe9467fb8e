"""Views: a session and what git knows go in, text or data comes out.  Pure."""
