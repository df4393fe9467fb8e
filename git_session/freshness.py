"""Whether a report is newer than the source that it speaks of."""

from __future__ import annotations

import os
import time

from git_session import git
from git_session.branchwork import Work
from git_session.history import empty_tree
from git_session.reports import Found
from git_session.tracking import Tracking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_SKEW = 60 * 10**9  # nanoseconds that the clock of a container or a server may be ahead
_MOST_WALKED = 1000  # files of a folder that git does not track


class Freshness:
    """Compares the age of reports with that of the files of a working tree.

    Times are those of the file system: a commit changes no file, so what was measured
    before it holds after it; a switch or a rebase writes the files that differ.
    """

    def __init__(self, repo: git.Repository, tracking: Tracking, work: Work) -> None:
        self.top = repo.top or ''
        self.repo = repo
        self.work = work
        self.tracking = tracking
        self._own: list[tuple[int, str]] | None = None

    def why_old(self, report: Found, files: Iterable[str]) -> str:
        """Why a report is too old to count, '' when it counts.

        It is older than a source file that it speaks of, that this session changed, or
        that came with a commit since.  One that git tracks was written by a checkout for
        all that its time says.
        """
        if self._is_unchanged(report.path):
            return f'{report.path} is tracked by git, its time says nothing'
        if report.time > time.time_ns() + _SKEW:
            return f'{report.path} comes from the future, its time says nothing'
        for path in files:
            moment = _moment(self.top, path)
            if moment is None:
                return f'{report.path} speaks of {path}, which is gone'
            if moment > report.time:
                return f'{report.path} is older than {path}'
        for found in (self._changed, self._moved):
            moment, path = next(iter(found(report)), (0, ''))  # the newest
            if moment > report.time:
                return f'{report.path} is older than {path}'
        return ''

    def _is_unchanged(self, path: str) -> bool:
        """Whether git tracks the report and has it as it is."""
        if any(each.path == path for each in self.work.uncommitted):
            return False
        return bool(git.ask('-C', self.top, 'ls-files', '-z', '--', path).out)

    def _changed(self, _: Found) -> list[tuple[int, str]]:
        """(when it was changed, path) of the source that this session touched, newest first."""
        if self._own is None:
            own = [each.path for each in self.work.changes]
            own += [each.path for each in self.work.uncommitted]
            self._own = self._times(dict.fromkeys(own))
            names = {each.old_path: None for each in self.work.changes if each.status == 'R'}
            self._own = sorted(self._own + self._times(names), reverse=True)
        return self._own

    def _moved(self, report: Found) -> list[tuple[int, str]]:
        """The same of the source that HEAD has got since the report was written."""
        log = _stat_time(os.path.join(self.repo.gitdir, 'logs', 'HEAD'))
        if self.repo.head is None or (log is not None and log <= report.time):
            return []
        # The reflog knows the second only: what HEAD got in that of the report may be newer.
        then = f'HEAD@{{{report.time // 10**9 - 1}}}'
        options = ('diff', '--name-only', '-z', '--no-renames', '--no-relative')
        reply = git.ask('-C', self.top, *options, then, 'HEAD', '--')
        if reply.status != 0:
            reply = git.ask('-C', self.top, *options, self.work.base or empty_tree(), 'HEAD', '--')
        return sorted(self._times(reply.out.split('\0')[:-1]), reverse=True)

    def _times(self, paths: Iterable[str]) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        for path in paths:
            if path.endswith('/'):
                found += self._times(below(self.top, path))
            elif self.tracking.is_source(path):
                moment = _moment(self.top, path)
                found.append((_deleted(self.top, path) if moment is None else moment, path))
        return found


def _stat_time(path: str) -> int | None:
    try:
        return os.stat(path).st_mtime_ns
    except (OSError, ValueError):
        return None


def _moment(top: str, path: str) -> int | None:
    """When a file was last written, in nanoseconds; None when it is gone."""
    try:
        return os.lstat(os.path.join(top, path)).st_mtime_ns
    except (OSError, ValueError):
        return None


def _deleted(top: str, path: str) -> int:
    """When a file that is gone was deleted at the latest: its folder was written then.

    The top is written by the reports themselves and says nothing.
    """
    folder = os.path.dirname(path)
    while folder:
        moment = _moment(top, folder)
        if moment is not None:
            return moment
        folder = os.path.dirname(folder)
    return 0


def below(top: str, folder: str) -> list[str]:
    """The files of a folder that git does not track, as paths from the top."""
    found: list[str] = []
    for where, folders, names in os.walk(os.path.join(top, folder)):
        folders.sort()
        found += [os.path.relpath(os.path.join(where, name), top) for name in sorted(names)]
        if len(found) > _MOST_WALKED:
            break
    return found[:_MOST_WALKED]
