"""The health of a session: 100 minus deductions, each with the figure that it follows from.

    open blockers        5 each and 1 for each whole day it is open, at most 15 each, 30 in all
    checkpoint           1 for each whole hour after the first since the last checkpoint or
                         commit, while tracked files have changes; at most 10
    uncommitted          1 for each whole 100 lines of these changes, at most 10
    behind               1 for each whole 5 commits behind the base, at most 15
    objectives           5 for each that is active for more than a day in which nothing was
                         committed or written down, at most 15
    tests                20 while a test fails
    coverage             1 for each point that it is under its threshold, at most 15
    new-code-coverage    the same for the changed lines, at most 10
    context              1 for each whole 10 that the health of the context files lacks

A figure that is not known gives no deduction, and is named.
"""

from __future__ import annotations

from git_session import words
from git_session.analysis.figures import CHANGED, COVERAGE, TESTS, Figures, percent
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_DAY, _HOUR = 86400.0, 3600.0


class Facts(Record):
    """What health is made of; None is unknown.  Times are spans in seconds.

    `blockers` and `idle_objectives`: (name, how long it is open, or nothing happened to it).
    `waiting` is the time since the last checkpoint or commit, `uncommitted` the changed lines
    of tracked files; 0 where nothing waits.  `context` is 0 to 100.
    """

    blockers: tuple[tuple[str, float], ...]
    idle_objectives: tuple[tuple[str, float], ...]
    waiting: float
    uncommitted: int | None
    behind: int | None
    figures: Figures
    coverage_threshold: int  # in percent, 0 for none
    new_code_threshold: int
    context: int | None


class Deduction(Record):
    """`points` are taken for `figure`; `reason` puts it in words."""

    name: str
    points: int
    figure: float
    reason: str


class Health(Record):
    """`unknown` has (name, why) of what was not known."""

    deductions: tuple[Deduction, ...]
    unknown: tuple[tuple[str, str], ...]

    @property
    def score(self) -> int:
        """0 to 100."""
        return max(100 - sum(each.points for each in self.deductions), 0)


def judge(facts: Facts) -> Health:
    """The deductions, most points first, and what is not known."""
    unknown: list[tuple[str, str]] = []
    found = [
        _blockers(facts.blockers),
        _waiting(facts.waiting),
        _uncommitted(facts.uncommitted, unknown),
        _behind(facts.behind, unknown),
        _objectives(facts.idle_objectives),
        *_measured(facts, unknown),
        _context(facts.context, unknown),
    ]
    taken = [each for each in found if each is not None and each.points > 0]
    return Health(tuple(sorted(taken, key=lambda each: -each.points)), tuple(unknown))


def _blockers(blockers: Sequence[tuple[str, float]]) -> Deduction | None:
    # A clock elsewhere may be ahead: what is open gives back no points.
    points = sum(min(5 + int(max(age, 0) / _DAY), 15) for _, age in blockers)
    if not blockers:
        return None
    oldest = max(age for _, age in blockers)
    names = ', '.join(name for name, _ in blockers)
    reason = f'{words.count(len(blockers), "open blocker")} ({names})'
    if oldest >= _DAY:
        days = words.count(int(oldest / _DAY), 'day')
        reason += f', open for {days}' if len(blockers) == 1 else f', the oldest for {days}'
    return Deduction('blockers', min(points, 30), len(blockers), reason)


def _waiting(seconds: float) -> Deduction:
    points = min(int(max(seconds - _HOUR, 0) / _HOUR), 10)
    reason = f'changes wait, and the last checkpoint was {words.duration(seconds)} ago'
    return Deduction('checkpoint', points, int(seconds), reason)


def _uncommitted(lines: int | None, unknown: list[tuple[str, str]]) -> Deduction | None:
    if lines is None:
        unknown.append(('uncommitted', 'the lines could not be counted'))
        return None
    reason = f'{words.count(lines, "changed line")} not committed'
    return Deduction('uncommitted', min(lines // 100, 10), lines, reason)


def _behind(commits: int | None, unknown: list[tuple[str, str]]) -> Deduction | None:
    if commits is None:
        unknown.append(('behind', 'there is no base to compare with'))
        return None
    reason = f'{words.count(commits, "commit")} behind the base'
    return Deduction('behind', min(commits // 5, 15), commits, reason)


def _objectives(idle: Sequence[tuple[str, float]]) -> Deduction | None:
    still = [name for name, seconds in idle if seconds > _DAY]
    if not still:
        return None
    reason = f'nothing was done for more than a day on {", ".join(still)}'
    return Deduction('objectives', min(5 * len(still), 15), len(still), reason)


def _measured(facts: Facts, unknown: list[tuple[str, str]]) -> list[Deduction | None]:
    figures = facts.figures
    found: list[Deduction | None] = []
    if figures.failed is None or figures.tests is None:
        unknown.append(('tests', figures.unknown.get(TESTS, 'no report of a test run')))
    elif figures.failed:
        reason = f'{figures.failed} of {words.count(figures.tests, "test")} failed'
        found.append(Deduction('tests', 20, figures.failed, reason))
    for name, value, least, most, kind in (
        ('coverage', figures.coverage, facts.coverage_threshold, 15, COVERAGE),
        ('new-code-coverage', figures.changed, facts.new_code_threshold, 10, CHANGED),
    ):
        if not least:
            continue
        if value is None:
            missing = 'no coverage report' if figures.coverage is None else (
                'no changed line is in the report'
            )  # fmt: skip
            unknown.append((name, figures.unknown.get(kind, missing)))
        elif value < least:
            # Any part of a point counts: what is under the threshold is seen.
            points = min(-int(-(least - value) // 1), most)
            reason = f'{percent(value, least)}, at least {least}% wanted'
            found.append(Deduction(name, points, round(value, 2), reason))
    return found


def _context(health: int | None, unknown: list[tuple[str, str]]) -> Deduction | None:
    if health is None:
        unknown.append(('context', 'no context file of this session is known to git'))
        return None
    reason = f'the context files of this session are at {health} of 100'
    return Deduction('context', (100 - health) // 10, health, reason)
