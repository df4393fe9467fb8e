"""git session: a branch plus the intent behind it."""

from __future__ import annotations

__version__ = '0.1.0'
