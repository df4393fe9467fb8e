"""What sessions did in a period: a pure fold over what each of them tells.

A period is from `since` up to, but not including, `until`; infinite ends are open.
"""

from __future__ import annotations

from git_session.analysis import activetime
from git_session.analysis.figures import known
from git_session.analysis.report import (
    Blocker,
    DeadEnd,
    Decision,
    Measured,
    Objective,
    Progress,
    SessionLine,
)
from git_session.record import Record
from git_session.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from git_session.analysis.activetime import Span

_KEPT = ('coverage', 'tests', 'tests_failed')


class Told(Record):
    """What a log says that a report needs, whatever its period; plain values, to be kept.

    `spans` of active time; objectives without those that were dropped: (name, text, when
    added, state, since when); blockers: (name, text, issue, when added, when resolved or 0,
    how); decisions: (name, text, when, rationale, alternatives, whether superseded); dead
    ends: (when, text, by); measured: (when, coverage, tests, failed); the object ids of
    the commits.
    """

    id: str
    branch: str
    state: str
    result: str
    author: str
    started: float
    last_active: float
    spans: tuple[Span, ...]
    objectives: tuple[tuple[str, str, float, str, float], ...]
    blockers: tuple[tuple[str, str, str, float, float, str], ...]
    decisions: tuple[tuple[str, str, float, str, tuple[str, ...], bool], ...]
    dead_ends: tuple[tuple[float, str, str], ...]
    measured: tuple[tuple[float, float | None, int | None, int | None], ...]
    commits: tuple[str, ...]


def tell(session: Session, idle: float) -> Told:
    """What the log of a session says; `idle` is session.idle_timeout in seconds."""
    return Told(
        session.id, session.branch, session.state, str(session.end.get('result') or ''),
        session.author, session.started, session.last_active, _joined(session.spans(idle)),
        tuple(
            (each.name, each.text, each.added, each.state, each.since)
            for each in session.objectives if each.state != 'dropped'
        ),
        tuple(
            (each.name, each.text, each.issue, each.added, each.resolved, each.how)
            for each in session.blockers
        ),
        tuple(
            (each.name, each.text, each.added, each.rationale, each.alternatives,
             bool(each.superseded_by))
            for each in session.decisions
        ),
        tuple((each.at, each.text, each.by) for each in session.dead_ends),
        tuple(_measured(session)),
        tuple(session.commits),
    )  # fmt: skip


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans one after the other as one: a day of work is a few of them, not hundreds."""
    found: list[Span] = []
    for begin, end in spans:
        if found and found[-1][1] == begin:
            found[-1] = found[-1][0], end
        elif begin < end:
            found.append((begin, end))
    return tuple(found)


def _measured(session: Session) -> list[tuple[float, float | None, int | None, int | None]]:
    found = []
    for each in session.checkpoints:
        coverage, tests, failed = (known(each.impact, key) for key in _KEPT)
        if coverage is not None or tests is not None:
            found.append((each.at, coverage, _whole(tests), _whole(failed)))
    return found


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


# --- the same in a period


class Period:
    """Folds what sessions tell, each list by its time; `day` is of activetime.by_day."""

    def __init__(
        self, since: float, until: float, day: Callable[[float], tuple[str, float]]
    ) -> None:
        self.since, self.until, self._day = since, until, day

    def has(self, moment: float) -> bool:
        return self.since <= moment < self.until

    def was_at_work(self, started: float, last_active: float) -> bool:
        return started < self.until and last_active >= self.since

    def spans(self, told: Told) -> list[Span]:
        """The active time within the period."""
        cut = [(max(begin, self.since), min(end, self.until)) for begin, end in told.spans]
        return [(begin, end) for begin, end in cut if begin < end]

    def active_by_day(self, sessions: Iterable[Told]) -> dict[str, float]:
        """Seconds by day, of sessions that ran side by side each."""
        found: dict[str, float] = {}
        for told in sessions:
            for day, seconds in activetime.by_day(self.spans(told), self._day).items():
                found[day] = found.get(day, 0.0) + seconds
        return dict(sorted(found.items()))

    def line(
        self, told: Told, figures: Mapping[str, Any], *, state: str = '', is_current: bool = False,
        health: int | None = None,
    ) -> SessionLine:  # fmt: skip
        """`figures` has commits, added, deleted and files as far as they are known.

        `state` is what git knows better: whether some worktree is on its branch.
        """
        coverage, tests, failed = (_last(told, at) for at in (1, 2, 3))
        return SessionLine(
            told.id, told.branch, state or told.state, told.result, told.author, told.started,
            told.last_active, int(sum(end - begin for begin, end in told.spans)),
            sum(end - begin for begin, end in self.spans(told)),
            figures.get('commits'), figures.get('added'), figures.get('deleted'),
            figures.get('files'),
            len(told.objectives), sum(each[3] == 'done' for each in told.objectives),
            sum(not each[4] for each in told.blockers), coverage, _whole(tests), _whole(failed),
            health, is_current,
        )  # fmt: skip

    def burn_up(self, sessions: Iterable[Told], end: float) -> tuple[Progress, ...]:
        """A point for each day on which it changed, and for the first and the last day.

        `end` is the moment the period ends for who reads: now, where it is open.
        """
        objectives = [each for told in sessions for each in told.objectives]
        added = [each[2] for each in objectives]
        done = [each[4] for each in objectives if each[3] == 'done']
        if not added:
            return ()
        begin = self.since if self.since > float('-inf') else min([*added, *done])
        by_day = [_by_day(moments, begin, self._day) for moments in (added, done)]
        ends = {self._day(each)[0] for each in (begin, max(end - 1, begin))}
        found, counts = [], [0, 0]
        for day in sorted(ends.union(*by_day)):
            counts = [count + days.get(day, 0) for count, days in zip(counts, by_day, strict=True)]
            found.append(Progress(day, *counts))
        return tuple(found)

    def quality(self, sessions: Iterable[Told]) -> tuple[Measured, ...]:
        found = [
            Measured(at, told.id, told.branch, coverage, tests, failed)
            for told in sessions
            for at, coverage, tests, failed in told.measured
            if self.has(at)
        ]
        return tuple(sorted(found, key=lambda each: (each.at, each.session)))

    def done(self, sessions: Iterable[Told]) -> tuple[Objective, ...]:
        """The objectives that were done in the period."""
        found = [
            Objective(since, told.id, told.branch, name, text, state)
            for told in sessions
            for name, text, _, state, since in told.objectives
            if state == 'done' and self.has(since)
        ]
        return tuple(sorted(found, key=lambda each: (each.at, each.session)))

    def open(self, sessions: Iterable[Told]) -> tuple[Objective, ...]:
        """The open objectives of sessions that have not ended: active ones first."""
        found = [
            Objective(added, told.id, told.branch, name, text, state)
            for told in sessions if told.state != 'ended'
            for name, text, added, state, _ in told.objectives
            if state != 'done'
        ]  # fmt: skip
        return tuple(sorted(found, key=lambda each: each.state != 'active'))

    def decisions(self, sessions: Iterable[Told]) -> tuple[Decision, ...]:
        found = [
            Decision(when, told.id, told.branch, name, text, why, tuple(instead), superseded)
            for told in sessions
            for name, text, when, why, instead, superseded in told.decisions
            if self.has(when)
        ]
        return tuple(sorted(found, key=lambda each: (each.at, each.session)))

    def dead_ends(self, sessions: Iterable[Told]) -> tuple[DeadEnd, ...]:
        found = [
            DeadEnd(at, told.id, told.branch, text, by)
            for told in sessions
            for at, text, by in told.dead_ends
            if self.has(at)
        ]
        return tuple(sorted(found, key=lambda each: (each.at, each.session)))

    def blockers(self, sessions: Sequence[Told], end: float) -> tuple[Blocker, ...]:
        """Those that were open at some moment of the period; `end` as in `burn_up`."""
        found = [
            Blocker(
                told.id, told.branch, name, text, issue, opened, resolved or None, how,
                max((resolved or end) - opened, 0.0), self.has(opened), told.state == 'ended',
            )
            for told in sessions
            for name, text, issue, opened, resolved, how in told.blockers
            if not resolved or resolved >= self.since
        ]  # fmt: skip
        return tuple(sorted(found, key=lambda each: (each.opened, each.session)))


def _by_day(
    moments: Iterable[float], begin: float, day: Callable[[float], tuple[str, float]]
) -> dict[str, int]:
    """How many on each day; what was before the beginning is on the first one."""
    found: dict[str, int] = {}
    name, end = '', float('-inf')
    for moment in sorted(max(each, begin) for each in moments):
        if moment >= end:
            name, end = day(moment)
        found[name] = found.get(name, 0) + 1
    return found


def _last(told: Told, at: int) -> float | None:
    """The figure of the last checkpoint that knew it."""
    return next((each[at] for each in reversed(told.measured) if each[at] is not None), None)
