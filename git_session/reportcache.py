"""What reports say, read once: a cache by path, time and size."""

from __future__ import annotations

import os

from git_session.events import loads
from git_session.reports import Found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

FILE = '.reports.json'
_FORMAT = 'git-session reports cache 1'
_MOST_KEPT = 200


def _read_tests(top: str, path: str) -> dict[str, Any]:
    from git_session.integrations import testreports

    found = testreports.read(os.path.join(top, path))
    return {'counts': [found.count, found.failures, found.errors, found.skipped]}


def _read_coverage(top: str, path: str) -> dict[str, Any]:
    from git_session.integrations import coverage, places

    report = coverage.read(os.path.join(top, path))
    files = {
        at: [sorted(each.covered), sorted(each.missed)]
        for at, each in places.placed(top, path, report).items()
    }
    return {'covered': report.covered, 'measured': report.measured, 'files': files}


class Cache:
    """What the reports of a working tree say; kept in the sessions folder, may be deleted.

    The methods give {'error': words that follow the path} for what cannot be used.
    """

    def __init__(self, top: str, sessions: str) -> None:
        self._top = top
        self._path = os.path.join(sessions, FILE) if os.path.isdir(sessions) else ''
        self._entries: dict[str, Any] | None = None
        self._used: dict[str, Any] = {}
        self._is_changed = False

    def tests(self, report: Found) -> dict[str, Any]:
        """{'counts': [count, failures, errors, skipped]}"""
        return self._get(report, 'tests', _read_tests)

    def coverage(self, report: Found) -> dict[str, Any]:
        """{'covered': 3, 'measured': 4, 'files': {path from the top: [[ran], [did not run]]}}"""
        return self._get(report, 'coverage', _read_coverage)

    def _get(
        self, report: Found, name: str, read: Callable[[str, str], dict[str, Any]]
    ) -> dict[str, Any]:
        from git_session.integrations.markup import ReportError

        key = f'{name}:{os.path.join(self._top, report.path)}'
        stamp = [report.time, report.size]
        kept = self._load().get(key)
        if isinstance(kept, dict) and kept.get('stamp') == stamp and _is_entry(kept, name):
            self._used[key] = kept
            return kept
        try:
            said = read(self._top, report.path)
        except ReportError as error:
            said = {'error': str(error)}
        self._used[key] = {'stamp': stamp, **said}
        self._is_changed = True
        return said

    def _load(self) -> dict[str, Any]:
        if self._entries is None:
            self._entries = {}
            if self._path:
                try:
                    with open(self._path, encoding='utf-8') as file:
                        kept = loads(file.read())  # json costs more than all the rest
                    if kept['format'] == _FORMAT and isinstance(kept['reports'], dict):
                        self._entries = kept['reports']
                except (OSError, ValueError, TypeError, LookupError, RecursionError):
                    pass  # missing, damaged or not ours: read the reports themselves
        return self._entries

    def keep(self) -> None:
        """Write the cache if it changed; without one everything is the same, only slower."""
        if not self._is_changed or not self._path:
            return
        import json

        entries = {**self._load(), **self._used}
        while len(entries) > _MOST_KEPT:
            del entries[next(iter(entries))]
        temporary = f'{self._path}.{os.getpid()}.tmp'
        try:
            with open(temporary, 'w', encoding='utf-8') as file:
                json.dump({'format': _FORMAT, 'reports': entries}, file)
            os.replace(temporary, self._path)
        except (OSError, ValueError):
            try:
                os.unlink(temporary)
            except OSError:
                pass


def _is_entry(kept: dict[str, Any], name: str) -> bool:
    """Whether the cache has what it should have."""
    if isinstance(kept.get('error'), str):
        return True
    if name == 'tests':
        counts = kept.get('counts')
        return isinstance(counts, list) and [type(each) for each in counts] == [int] * 4
    return isinstance(kept.get('files'), dict) and type(kept.get('measured')) is int
