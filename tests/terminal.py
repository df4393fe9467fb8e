"""A terminal that a test reads."""

from __future__ import annotations

import os
import re
import select

PATIENCE = 120.0  # seconds without a byte


def shown(screen: int) -> bytes:
    """All that comes on it until the last program there is gone."""
    found = b''
    try:
        while data := os.read(screen, 1 << 16):
            found += data
    except OSError:  # EIO: the other side is closed
        pass
    return found


def shown_until(screen: int, wanted: str) -> str:
    """What comes on it until that expression is found there, or for long nothing comes."""
    found = b''
    while not re.search(wanted, text := found.decode(errors='replace')):
        if not select.select([screen], [], [], PATIENCE)[0]:
            break
        try:
            found += os.read(screen, 1 << 16)
        except OSError:  # EIO, as above
            break
    return text
