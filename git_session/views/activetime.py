"""Where the active time went, as lines and as data."""

from __future__ import annotations

from git_session import words
from git_session.analysis import activetime
from git_session.output import line
from git_session.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def lines(session: Session, idle: float, day: Callable[[float], tuple[str, float]]) -> list[str]:
    """The active time by day, as `day` has it, and by objective; none without any."""
    days = activetime.by_day(session.spans(idle), day)
    goals = activetime.by_objective(session, idle)
    named = {each.ref: f'{each.name} {line(each.text)}' for each in session.objectives}
    found = [f'{name} {words.duration(seconds)}' for name, seconds in days.items()]
    found += [f'{named[ref]}: {words.duration(goals[ref])}' for ref in named if ref in goals]
    return found


def data(session: Session, idle: float) -> dict[str, Any]:
    """Whole seconds by day, in UTC, and by objective: ``{"obj-1": 600}``.

    The days add up to all of them: what is cut off a day is in the next one.
    """
    days = activetime.by_day(session.spans(idle), activetime.utc_day)
    goals = activetime.by_objective(session, idle)
    whole: dict[str, int] = {}
    total = 0.0
    for name, seconds in days.items():
        whole[name] = int(total + seconds) - int(total)
        total += seconds
    names = {each.ref: each.name for each in session.objectives}
    return {
        'active_seconds_by_day': whole,
        'active_seconds_by_objective': {
            names[ref]: int(goals[ref]) for ref in names if ref in goals
        },
    }
