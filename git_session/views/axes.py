"""Axes of charts: spans of days that bars stand for, round figures, labels that leave room.

Across, everything is percent of the width, so that a chart fits any; down it is pixels.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date

from git_session import words
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

HEIGHT = 160.0  # of the drawing, in pixels
TOP = 8.0  # above it, so that the highest label is whole
# (unit, its days, bars at most); a decade is what is left.
_UNITS = (('day', 1, 120), ('week', 7, 120), ('month', 31, 240), ('year', 366, 240))
_NARROW, _WIDE = 240, 440  # pixels that the drawing has on a phone, and in a wide window
_LETTER, _APART = 6.8, 8.0  # pixels: of a letter of a label at most, between two labels
_SHORT = 4 * 86400.0  # seconds; days alone would not tell the moments of so short a time apart
_MINUTE, _HOUR = 60, 3600
_SPANS = (
    *(each * _MINUTE for each in (1, 2, 5, 10, 15, 30)),
    *(each * _HOUR for each in (1, 2, 3, 4, 6, 8, 12, 24)),
)
_MOST_LINES = 4  # across a chart, beside the one at its foot


class Span(Record):
    """Days that one bar stands for, ordinals, both inclusive; `text` names the first."""

    first: int
    last: int
    text: str


class Tick(Record):
    """A label at `at`; `is_wide` where a phone has no room for it."""

    at: float
    text: str
    anchor: str = 'middle'  # of text-anchor: start, middle, end
    is_wide: bool = False


class Scale(Record):
    """Values from `low` to `high` on a chart's height, with a line at each tick."""

    low: float
    high: float
    ticks: tuple[Tick, ...]

    def place(self, value: float) -> float:
        """Pixels from the top."""
        share = (value - self.low) / (self.high - self.low)
        return round(TOP + HEIGHT * (1 - share), 1)


def ordinal(day: str) -> int | None:
    """The number of a day, ``2026-11-22``; None for one that no calendar has."""
    try:
        return date.fromisoformat(day).toordinal()
    except ValueError:
        return None


def spans(first: int, last: int) -> tuple[str, tuple[Span, ...]]:
    """(unit, spans) from one day to another: days, or the least unit that gives few enough."""
    fits = (unit for unit, days, most in _UNITS if (last - first) // days < most)
    unit = next(fits, 'decade')
    found, at = [], _begin(first, unit)
    while at <= last:
        after = _after(at, unit)
        found.append(Span(at, after - 1, _name(at, unit)))
        at = after
    return unit, tuple(found)


def finder(found: Sequence[Span]) -> Callable[[int], int]:
    """Says of a day, which has to be in one of the spans, in which: its position."""
    begins = [each.first for each in found]
    return lambda day: bisect_right(begins, day) - 1


def _begin(day: int, unit: str) -> int:
    """The first day of the unit that a day is in; weeks begin on Monday."""
    there = date.fromordinal(day)
    if unit == 'week':
        return max(day - there.weekday(), 1)
    if unit == 'month':
        return there.replace(day=1).toordinal()
    if unit in ('year', 'decade'):
        year = there.year if unit == 'year' else max(there.year - there.year % 10, 1)
        return date(year, 1, 1).toordinal()
    return day


def _after(day: int, unit: str) -> int:
    """The first day of the next unit."""
    there = date.fromordinal(day)
    if unit == 'month':
        year, month = there.year + there.month // 12, there.month % 12 + 1
    elif unit in ('year', 'decade'):
        step = 1 if unit == 'year' else 10
        year, month = there.year - there.year % step + step, 1
    else:
        return day + (7 if unit == 'week' else 1)
    return date(year, month, 1).toordinal() if year <= date.max.year else date.max.toordinal() + 1


def _name(day: int, unit: str) -> str:
    text = date.fromordinal(day).isoformat()
    return text[:4] if unit in ('year', 'decade') else text[:7] if unit == 'month' else text


def counts(most: float) -> Scale:
    """From nothing to a round number that is at least `most`, in whole steps."""
    step, power = 0, 1
    while not step:
        step = next((each * power for each in (1, 2, 5) if each * power * _MOST_LINES >= most), 0)
        power *= 10
    return _scale(0, step, most, lambda value: f'{value:,.0f}')


def durations(most: float) -> Scale:
    """The same for seconds, in steps of a clock."""
    step = next((each for each in _SPANS if each * _MOST_LINES >= most), 0)
    if not step:
        hours = counts(most / _HOUR)
        step = int(hours.high / (len(hours.ticks) - 1)) * _HOUR
    return _scale(0, step, most, _clock)


def _clock(seconds: float) -> str:
    if not seconds:
        return '0'
    hours, rest = divmod(int(seconds), _HOUR)
    if not hours:
        return f'{rest // _MINUTE}m'
    return f'{hours:,}h {rest // _MINUTE}m' if rest else f'{hours:,}h'


def percents(values: Sequence[float]) -> Scale:
    """Around the values, from whole fives to whole fives, and at most from 0 to 100."""
    low, high = min(values, default=0.0), max(values, default=100.0)
    low, high = max(low // 5 * 5, 0.0), min(-(-high // 5) * 5, 100.0)
    if low == high:
        low, high = (low - 5, high) if high >= 100 else (low, high + 5)
    step = next(each for each in (5, 10, 25) if each * _MOST_LINES >= high - low // each * each)
    low = low // step * step
    return _scale(low, step, high, lambda value: f'{value:g}%')


def _scale(low: float, step: float, most: float, say: Callable[[float], str]) -> Scale:
    number = max(int(-(-(most - low) // step)), 1)
    high = low + number * step
    scale = Scale(low, high, ())
    values = [low + step * each for each in range(number + 1)]
    return scale.replace(ticks=tuple(Tick(scale.place(each), say(each)) for each in values))


def along(since: float, until: float) -> tuple[Tick, ...]:
    """Labels of a time axis from one moment to another, epoch seconds."""
    if until <= since:
        return (Tick(50.0, words.date(since, '%Y-%m-%d %H:%M')),)
    form = '%Y-%m-%d' if until - since > _SHORT else '%m-%d %H:%M'
    at = [since + (until - since) * each / 4 for each in range(5)]
    return thinned([(25.0 * each, words.date(at[each], form)) for each in range(5)])


def under(names: Sequence[str]) -> tuple[Tick, ...]:
    """Labels in the middle of as many equal parts of the width."""
    number = len(names)
    chosen = sorted({round(each * (number - 1) / 4) for each in range(5)})
    return thinned([((each + 0.5) * 100 / number, names[each]) for each in chosen])


def thinned(labels: Sequence[tuple[float, str]]) -> tuple[Tick, ...]:
    """Those of the labels (at, text) that do not touch: the ends first, then the middle."""
    middle = len(labels) // 2
    order = sorted(
        range(len(labels)), key=lambda each: (each not in (0, len(labels) - 1), each != middle)
    )
    narrow: list[tuple[float, float]] = []
    wide: list[tuple[float, float]] = []
    found, said = [], set()
    for at, text in (labels[each] for each in order):
        anchor = _anchor(at, text)
        at = {'start': 0.0, 'end': 100.0}.get(anchor, at)
        little, big = _room(at, text, anchor, _NARROW), _room(at, text, anchor, _WIDE)
        if text in said or not _is_free(big, wide):
            continue
        is_wide = not _is_free(little, narrow)
        if not is_wide:
            narrow.append(little)
        wide.append(big)
        said.add(text)
        found.append(Tick(round(at, 2), text, anchor, is_wide))
    return tuple(sorted(found, key=lambda each: each.at))


def _anchor(at: float, text: str) -> str:
    half = len(text) * _LETTER / 2
    middle = at * _NARROW / 100
    return 'start' if middle < half else 'end' if middle + half > _NARROW else 'middle'


def _room(at: float, text: str, anchor: str, width: int) -> tuple[float, float]:
    """Where a label begins and ends, in pixels."""
    long = len(text) * _LETTER
    begin = at * width / 100 - {'start': 0.0, 'middle': long / 2, 'end': long}[anchor]
    return begin, begin + long


def _is_free(room: tuple[float, float], taken: Iterable[tuple[float, float]]) -> bool:
    return all(room[1] + _APART <= begin or end + _APART <= room[0] for begin, end in taken)
