"""What finished sessions tell for a report, kept: thousands of logs are replayed once.

``sessions/.told.jsonl``: first what all lines depend on, then a line for each session, its
stamp and the fields of Told.  It is derived: it may be removed at any time, and what is
damaged or stale in it is read from the log again.
"""

from __future__ import annotations

import os

from git_session import archive, eventlog
from git_session.analysis.period import Told, tell
from git_session.replay import replay

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FILE = '.told.jsonl'
_VERSION = 1  # of Told
_WORTH = 50  # sessions; to replay fewer is no matter


def read(place: str, session_id: str, idle: float, *, until: float = float('inf')) -> Told:
    """What the session in a directory told before a moment."""
    session, found, _ = archive.load(place, session_id)
    if session.last_active >= until:
        session = replay(session_id, (each for each in found if each.time < until))
    return tell(session, idle)


class Kept:
    """Reads sessions; keeps what it has read when `count` of them are asked for."""

    def __init__(self, sessions: str, idle: float, count: int) -> None:
        self._sessions, self._idle = sessions, idle
        self._head = [_VERSION, idle]
        self._lines: dict[str, list[Any]] = {}  # session id -> stamp, then the fields
        self._is_changed = False
        self._is_kept = count > _WORTH
        if self._is_kept:
            self._load()

    def get(self, place: str, session_id: str) -> Told:
        """What the session in a directory tells."""
        if not self._is_kept or place != archive.folder(self._sessions, session_id):
            return read(place, session_id, self._idle)
        stamp = _stamp(place)
        line = self._lines.get(session_id)
        if line is not None and line[0] == stamp:
            try:
                return _decoded(line)
            except (TypeError, ValueError):
                pass
        told = read(place, session_id, self._idle)
        self._lines[session_id] = [stamp, *told.asdict().values()]
        self._is_changed = True
        return told

    def _load(self) -> None:
        import json

        try:
            with open(os.path.join(self._sessions, FILE), 'rb') as file:
                if json.loads(file.readline()) != self._head:
                    return
                lines = [json.loads(each) for each in file]
            self._lines = {each[1]: each for each in lines}
        except (OSError, ValueError, TypeError, LookupError, RecursionError):
            self._lines = {}

    def keep(self) -> None:
        """Write what is new; without it everything is the same, only slower."""
        if not self._is_changed:
            return
        import json

        there = {os.path.basename(each) for each in archive.places(self._sessions)}
        lines = [self._head, *(line for name, line in self._lines.items() if name in there)]
        text = ''.join(json.dumps(each, separators=(',', ':')) + '\n' for each in lines)
        try:
            eventlog.write_file(os.path.join(self._sessions, FILE), text)
        except OSError:
            pass  # read-only, full: the next one reads them again


def _stamp(place: str) -> str:
    """What changes when the log does."""
    try:
        found = os.stat(os.path.join(place, eventlog.LOG))
    except OSError:
        return ''
    return f'{found.st_size}-{found.st_mtime_ns}'


def _decoded(line: list[Any]) -> Told:
    """Raises TypeError or ValueError when it is not what `get` keeps."""
    named = dict(zip(Told._fields, line[1:], strict=True))
    for name in ('spans', 'objectives', 'blockers', 'decisions', 'dead_ends', 'measured'):
        named[name] = tuple(map(tuple, named[name]))
    return Told(**{**named, 'commits': tuple(named['commits'])})
