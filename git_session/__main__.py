"""`python -m git_session`, which is how the hooks start it."""

from __future__ import annotations

from git_session.main import run

run()
