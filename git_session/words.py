"""How figures are put into words: durations, ages, dates, counts."""

from __future__ import annotations

import time


def duration(seconds: float) -> str:
    """`2h 15m`, `40m`, `1d 3h`; below a minute `0m`."""
    minutes = int(seconds // 60)
    if minutes < 60:
        return f'{minutes}m'
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f'{hours}h {minutes:02}m' if minutes else f'{hours}h'
    days, hours = divmod(hours, 24)
    return f'{days}d {hours}h' if hours else f'{days}d'


def age(then: float, now: float) -> str:
    """How long ago: `just now`, `5 minutes ago`, `3 days ago`."""
    seconds = max(now - then, 0)
    for size, unit in ((86400 * 7, 'week'), (86400, 'day'), (3600, 'hour'), (60, 'minute')):
        if seconds >= size * (2 if unit == 'week' else 1):
            return f'{count(int(seconds // size), unit)} ago'
    return 'just now'


def count(number: int, noun: str, plural: str = '') -> str:
    """`1 commit`, `2 commits`."""
    return f'{number} {noun if number == 1 else plural or noun + "s"}'


def date(seconds: float, form: str) -> str:
    """Local time in a strftime format; `unknown` for a time that no calendar has."""
    try:
        return time.strftime(form, time.localtime(seconds))
    except (OverflowError, ValueError, OSError):
        return 'unknown'


def day(seconds: float) -> tuple[str, float]:
    """The local day of a moment, ``2026-11-22``, and the moment when it ends."""
    try:
        there = time.localtime(seconds)
        end = time.mktime((there.tm_year, there.tm_mon, there.tm_mday + 1, 0, 0, 0, 0, 0, -1))
        return time.strftime('%Y-%m-%d', there), end
    except (OverflowError, ValueError, OSError):
        return 'unknown', float('inf')


def short(oid: str) -> str:
    """An object id as people read it."""
    return oid[:10]


def cut(text: str, width: int) -> str:
    """`text` in at most `width` characters."""
    return text if len(text) <= width else text[: max(width - 3, 0)] + '...'
