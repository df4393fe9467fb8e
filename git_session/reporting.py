"""Gathering a report: what the sessions of a period tell, and what git knows of it.

Finished sessions outside the period are not opened: their summaries say that they are
(archive.index).  What the others tell is kept (told), so that a report of thousands of
sessions is quick the next time.
"""

from __future__ import annotations

import math
import os
import re
import time

from git_session import branchwork, dates, output, periodlog, summaries, told, words
from git_session.analysis.period import Period, Told
from git_session.analysis.report import PERIOD, PROJECT, WEEKLY, Day, Report
from git_session.errors import USAGE, SessionError
from git_session.insight import Insight
from git_session.periodlog import Activity
from git_session.record import Record
from git_session.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from git_session.analysis.report import SessionLine

_WEEK = 7  # days, today among them
# What a date says that means a moment of a day, and not the day.
_HAS_TIME = re.compile(
    r'\d:\d|\d ?(?:am|pm)\b|\d ?[smh]\b|\b(?:now|noon|midnight|tea)\b|(?:second|minute|hour)s?\b|'
    r'\dt\d|^@|\d{9,}', re.IGNORECASE,
)  # fmt: skip


class Asked(Record):
    """What period is reported: epoch seconds; `until` is inf where it goes on."""

    kind: str
    since: float
    until: float


def weekly(now: float) -> Asked:
    """The last seven days, today among them, from midnight on the clock of the reader."""
    return Asked(WEEKLY, _midnight(now, 1 - _WEEK), math.inf)


def project() -> Asked:
    return Asked(PROJECT, -math.inf, math.inf)


def period(since: str, until: str | None, now: float) -> Asked:
    """From what the user typed: a date without a time of day means the whole of that day.

    Raises SessionError (USAGE) for what is no date, or no time that has begun.
    """
    begin = dates.moment(since, 'since')
    if not _HAS_TIME.search(since):
        begin = _midnight(begin)
    if begin > now:
        raise SessionError(f"--since '{since}' is in the future", status=USAGE)
    if until is None:
        return Asked(PERIOD, begin, math.inf)
    end = dates.moment(until, 'until')
    if not _HAS_TIME.search(until):
        end = _midnight(end, 1)
    if end <= begin:
        raise SessionError(f"--until '{until}' is before --since '{since}'", status=USAGE)
    return Asked(PERIOD, begin, end if end < now else math.inf)


def _midnight(moment: float, days: int = 0) -> float:
    """When the local day of a moment began; or that of so many days later."""
    at = time.localtime(moment)
    return time.mktime((at.tm_year, at.tm_mon, at.tm_mday + days, 0, 0, 0, 0, 0, -1))


def report(here: Workspace, asked: Asked, now: float) -> Report:
    """Everything that a report has."""
    found = Insight(here, now)
    sessions = _Sessions(here, asked)
    at_work, period = sessions.at_work, sessions.period
    whole = found.whole() if asked.kind == PROJECT else None
    if whole is not None:
        built = periodlog.of_whole(here, whole)
    else:
        built = periodlog.of_period(
            here, asked.since, asked.until, branches=[each.branch for each in at_work],
            owners={oid: each.id for each in at_work for oid in each.commits}, now=now,
        )  # fmt: skip
    end, current, is_now = min(asked.until, now), here.session, asked.until == math.inf
    return Report(
        kind=asked.kind, name=_name(here), since=_since(asked, built, at_work), until=end, now=now,
        zone=time.strftime('%z', time.localtime(now)), branch=here.repo.branch, head=here.repo.head,
        current=current.id if current is not None else None, sessions=sessions.lines(found),
        days=_days(built, period.active_by_day(at_work)), author_days=whole is not None,
        burn_up=period.burn_up(at_work, end), quality=period.quality(at_work),
        done=period.done(at_work), open=period.open(sessions.all),
        decisions=period.decisions(at_work), dead_ends=period.dead_ends(at_work),
        blockers=period.blockers(sessions.all, end),
        commits=built.commits, merges=built.merges, added=built.added, deleted=built.deleted,
        counted=built.counted, subjects=built.subjects, authors=built.authors, hot=built.hot,
        next_steps=tuple(found.steps(whole)) if is_now and (current or whole) else (),
        health=found.health() if is_now and current is not None else None,
        landscape=whole.landscape if whole else None, is_sessionless=not sessions.known,
        is_shallow=built.is_shallow, has_lines=built.has_lines,
    )  # fmt: skip


def _days(built: Activity, active: Mapping[str, float]) -> tuple[Day, ...]:
    """The days on which something happened, in their order."""
    found = []
    for day in sorted({*built.days, *active}):
        commits, added, deleted = built.days.get(day, (0, 0, 0))
        each = Day(day, commits, added, deleted, active.get(day, 0.0))
        found.append(each if built.has_lines else each.replace(added=None, deleted=None))
    return tuple(found)


def _name(here: Workspace) -> str:
    """The folder of the repository; that of all its worktrees is the same."""
    common = here.repo.common
    place = os.path.dirname(common) if os.path.basename(common) == '.git' else common
    return os.path.basename(place).removesuffix('.git')


def _since(asked: Asked, built: Activity, sessions: Sequence[Told]) -> float | None:
    """When it begins; that of a project with its first commit or session."""
    if asked.since != -math.inf:
        return asked.since
    begun = [each.started for each in sessions if each.started > 0]
    return min([*begun, *([built.first] if built.first else [])], default=None)


# --- sessions


class _Sessions:
    """Those at work in the period, newest first, and with those that go on now all.

    `known` says whether there ever was one here.
    """

    def __init__(self, here: Workspace, asked: Asked) -> None:
        self._here = here
        self.period = Period(asked.since, asked.until, words.day)
        records = summaries.every(here)
        self.known = bool(records)
        self._records = {each['session']: each for each in records}
        wanted = [
            each for each in records
            if each['started'] < asked.until
            and (each['last_active'] >= asked.since or each['state'] != 'ended')
        ]  # fmt: skip
        self.all = self._told(wanted, asked.until)
        self.at_work = [
            each for each in self.all if self.period.was_at_work(each.started, each.last_active)
        ]

    def _told(self, records: Sequence[dict[str, Any]], until: float) -> list[Told]:
        here = self._here
        kept = told.Kept(here.repo.sessions, here.idle, len(records))
        found = []
        for record in output.progress('reading sessions', records):
            name, place = record['session'], summaries.place(here, record)
            if record['last_active'] >= until:  # it went on: what it was by then
                each = told.read(place, name, here.idle, until=until)
            else:
                each = kept.get(place, name)
            if each.started:
                found.append(each)
        kept.keep()
        return found

    def lines(self, found: Insight) -> tuple[SessionLine, ...]:
        """The lines of the table."""
        here = self._here
        current = here.session.id if here.session is not None else ''
        records = [self._records[each.id] for each in self.at_work]
        others = [each for each in records if each['session'] != current]
        figures = {each['session']: each for each in summaries.measured(here, others)}
        lines = []
        for each, record in zip(self.at_work, records, strict=True):
            state = '' if each.state == 'ended' else str(record['state'])
            state = '' if state == 'ended' else state
            if each.id == current:
                score = found.health().score if self.period.until == math.inf else None
                known: dict[str, Any] = branchwork.figures(here.work())
                lines.append(self.period.line(each, known, is_current=True, health=score))
            else:
                lines.append(self.period.line(each, figures[each.id], state=state))
        return tuple(lines)
