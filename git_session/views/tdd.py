"""What test-driven development came to, as lines, as a table and as data."""

from __future__ import annotations

from git_session import words
from git_session.analysis.figures import percent
from git_session.events import format_time
from git_session.output import line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from git_session.analysis.tdd import Figures, Violation
    from git_session.session import Phase, Session

_MOST = 5  # violations that are shown


def text(figures: Figures, now: float) -> list[str]:
    """Lines for a status, without a title; `now` in epoch seconds."""
    if not figures.judged:
        return ['no phase yet']
    held = f'{figures.phase.upper()} {words.age(figures.since, now)}' if figures.phase else ''
    lines = [held or 'no phase that the tests proved']
    lines += [f'{name}: {value}' for name, value in rows(figures)]
    lines += [f'violation: {violation(each)}' for each in figures.violations[-_MOST:]]
    if len(figures.violations) > _MOST:
        lines.append(f'+ {len(figures.violations) - _MOST} older violations')
    return lines


def rows(figures: Figures) -> list[tuple[str, str]]:
    """(name, value) of every figure that is known."""
    found = []
    if figures.judged:
        more = f', {figures.unproven} more that no run proved' if figures.unproven else ''
        found.append(('cycles', f'{len(figures.cycles)}{more}'))
        wrong = words.count(len(figures.violations), 'violation')
        found.append(('discipline', f'{figures.discipline} of 100 ({wrong})'))
    if figures.seconds is not None:
        found.append(('RED to GREEN', f'{words.duration(figures.seconds)} (median)'))
    tests = figures.tests
    if tests.count is not None:
        written = f', {tests.written} written here' if tests.written else ''
        found.append(('tests', f'{tests.passing} of {tests.count} passing{written}'))
    if len(figures.coverage) > 1:
        first, last = figures.coverage[0], figures.coverage[-1]
        found.append(('coverage', f'{percent(first, last)} → {percent(last, first)}'))
    return found


def violation(each: Violation) -> str:
    """A violation in one line."""
    where = f' at {words.short(each.commit)}' if each.commit else ''
    return f'{each.kind}{where}' + (f' ({line(each.detail)})' if each.detail else '')


def phases(session: Session) -> dict[str, Any] | None:
    """What the log says of phases; None for a session that does no TDD."""
    if session.mode != 'tdd' and not session.phases:
        return None
    return {'phases': [_phase(each, session) for each in session.phases]}


def _phase(each: Phase, session: Session) -> dict[str, Any]:
    return {
        'phase': each.phase, 'at': format_time(each.at),
        'commit': session.current(each.commit) or None, 'refused': each.refused or None,
        'tests': each.tests, 'failures': each.failures, 'seconds': each.seconds,
    }  # fmt: skip


def data(session: Session, figures: Figures | None) -> dict[str, Any] | None:
    """The same with all figures; what is not known is null."""
    there = phases(session)
    if there is None or figures is None:
        return there
    return {
        **there,
        'phase': figures.phase or None,
        'cycles': [
            {'red': format_time(each.red), 'green': format_time(each.green),
             'seconds': int(each.seconds), 'commit': each.commit or None}
            for each in figures.cycles
        ],
        'unproven_cycles': figures.unproven,
        'violations': [
            {'kind': each.kind, 'at': format_time(each.at), 'commit': each.commit or None,
             'detail': each.detail or None}
            for each in figures.violations
        ],
        'discipline': figures.discipline,
        'red_to_green_seconds': figures.seconds,
        'tests': figures.tests.asdict(),
        'coverage': list(figures.coverage),
    }  # fmt: skip
