"""How stale a context file is: its age, and what happened in its folder since.

A figure of a file is min(days / 30, 3) + min(commits in its folder since / 10, 3), from
git's dates: 0 is fresh, 6 the most.  From 4 it is critical, from 2.5 high, from 1.5 medium.
Overall health is max(0, 100 - 20 * the mean of these).
"""

from __future__ import annotations

from git_session import words
from git_session.filelog import Touched
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import Any

_DAY = 86400.0
LEVELS = ((4.0, 'critical'), (2.5, 'high'), (1.5, 'medium'), (0.0, 'low'))
CARE = ('critical', 'high')  # the levels that others are told of
UNKNOWN = 'unknown'
_ENOUGH_COMMITS, _ENOUGH_DAYS = 30, 90  # more make no difference


class Health(Record):
    """How stale the file `path` is; `days` since its last commit, `commits` in its folder since.

    With `is_least` history was not looked through that far, and both are at least that.
    What git has no date of is not `is_known`.
    """

    path: str
    days: int = 0
    commits: int = 0
    is_least: bool = False
    is_known: bool = True

    @property
    def score(self) -> float:
        """0 to 6."""
        return min(self.days / 30, 3.0) + min(self.commits / 10, 3.0)

    @property
    def level(self) -> str:
        if not self.is_known:
            return UNKNOWN
        return next(name for least, name in LEVELS if self.score >= least)

    @property
    def needs_care(self) -> bool:
        return self.level in CARE

    @property
    def folder(self) -> str:
        """'' for the top of the repository."""
        return self.path.rpartition('/')[0]


def overall(found: Iterable[Health]) -> int | None:
    """0 to 100; None where nothing is known."""
    scores = [each.score for each in found if each.is_known]
    if not scores:
        return None
    return round(max(0.0, 100 - 20 * sum(scores) / len(scores)))


def judge(
    commits: Iterable[Touched], paths: Collection[str], *, now: float, most: int,
    changed: Collection[str] = (),
) -> list[Health]:  # fmt: skip
    """The health of each path, in their order, from commits that come newest first.

    No more commits are taken than are needed; `most` is where they end though there are
    more.  A file in `changed` has changes that are not committed: it is being seen to.
    """
    found = {path: Health(path) for path in paths if path in changed}
    open_ones = {path: 0 for path in paths if path not in found}
    looked, oldest, is_more = 0, now, True
    for commit in commits if open_ones else ():
        looked, oldest = looked + 1, min(oldest, float(commit.time))
        for path in [each for each in commit.paths if each in open_ones]:
            found[path] = Health(path, _days(now, commit.time), open_ones.pop(path))
        touched = _above(commit.paths)
        for path in open_ones:
            open_ones[path] += path.rpartition('/')[0] in touched
        is_old = _days(now, oldest) >= _ENOUGH_DAYS
        if not open_ones or (is_old and min(open_ones.values()) >= _ENOUGH_COMMITS):
            break
    else:
        is_more = looked >= most
    for path, number in open_ones.items():
        found[path] = (
            Health(path, _days(now, oldest), number, is_least=True)
            if is_more else Health(path, is_known=False)
        )  # fmt: skip
    return [found[path] for path in paths]


def _above(paths: Iterable[str]) -> set[str]:
    """The folders that one of the paths is in or below, '' for the top."""
    found: set[str] = set()
    for path in paths:
        while path and (path := path.rpartition('/')[0]) not in found:
            found.add(path)
    return found


def _days(now: float, then: float) -> int:
    return max(int((now - then) / _DAY), 0)


def since(health: Health) -> str:
    """``45 days, 12 commits in its folder since``, with `at least` where that is all one knows."""
    if not health.is_known:
        return 'not committed yet'
    least = 'at least ' if health.is_least else ''
    commits = words.count(health.commits, 'commit')
    return f'{least}{words.count(health.days, "day")} old, {commits} in its folder since'


def data(health: Health) -> dict[str, Any]:
    """The same as data; null is not known."""
    known = health.is_known
    return {
        'score': round(health.score, 2) if known else None,
        'level': health.level,
        'days': health.days if known else None,
        'commits': health.commits if known else None,
        'at_least': health.is_least,
    }
