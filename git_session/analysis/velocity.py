"""Velocity: objectives done, commits and net lines per active hour, against other sessions.

The median is that of the last ten other sessions of which the figure is known.  An hour is an
hour of active time; below six minutes of it there is no rate.
"""

from __future__ import annotations

from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

LAST = 10  # sessions
_LEAST_SECONDS = 360
MEASURES = ('objectives', 'commits', 'lines')


class Rate(Record):
    """One measure; None is unknown.  `known` sessions are what the median is of."""

    name: str
    total: int | None
    rate: float | None  # per active hour
    median: float | None
    known: int

    @property
    def ratio(self) -> float | None:
        """The rate in medians; None where there is none, or nothing to compare with."""
        if self.rate is None or not self.median or self.median < 0:
            return None
        return self.rate / self.median


class Velocity(Record):
    """`seconds` of active time; `sessions` were looked at; `trend` is of these, oldest first."""

    seconds: int
    rates: tuple[Rate, ...]
    sessions: int
    trend: tuple[tuple[str, dict[str, float | None]], ...]  # session id, measure -> rate


def total(record: Mapping[str, Any], measure: str) -> int | None:
    """The figure in the summary of a session (archive.summary)."""
    if measure == 'objectives':
        return int(record['objectives_done'])
    if measure == 'commits':
        return None if record.get('commits') is None else int(record['commits'])
    if record.get('added') is None or record.get('deleted') is None:
        return None
    return int(record['added']) - int(record['deleted'])


def rate(record: Mapping[str, Any], measure: str) -> float | None:
    """The same per active hour."""
    value, seconds = total(record, measure), record['active_seconds']
    return None if value is None or seconds < _LEAST_SECONDS else value * 3600 / seconds


def judge(record: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> Velocity:
    """The velocity of a session; `others` are summaries, the newest first."""
    last = [each for each in others if each['session'] != record['session']][:LAST]
    rates = []
    for name in MEASURES:
        known = [value for each in last if (value := rate(each, name)) is not None]
        rates.append(Rate(name, total(record, name), rate(record, name), median(known), len(known)))
    trend = tuple(
        (each['session'], {name: rate(each, name) for name in MEASURES})
        for each in [*reversed(last), record]
    )
    return Velocity(record['active_seconds'], tuple(rates), len(last), trend)


def median(values: Sequence[float]) -> float | None:
    """The middle one, or the mean of the two in the middle; None of none."""
    if not values:
        return None
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
