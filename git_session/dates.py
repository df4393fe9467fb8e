"""A date that somebody typed, read as git reads it (gitrevisions(7), approxidate), but no more.

git takes any text for a date, and what it does not understand for now.
"""

from __future__ import annotations

import os
import re

from git_session import git
from git_session.errors import USAGE, SessionError

_SHORT = re.compile(r'([0-9]+) ?([smhdw])')
_UNITS = {'s': 'seconds', 'm': 'minutes', 'h': 'hours', 'd': 'days', 'w': 'weeks'}
_NUMBERS = 'one two three four five six seven eight nine ten'
_DAYS = 'mon tue wed thu fri sat sun'
_MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'
_WORDS = frozenset(
    f'ago last now today yesterday noon midnight tea am pm at utc gmt z {_NUMBERS} {_DAYS} '
    f'{_MONTHS} '
    'monday tuesday wednesday thursday friday saturday sunday january february march april june '
    'july august september october november december'.split()
)
_UNIT = re.compile(r'(?:second|minute|hour|day|week|month|year)s?')
_DIGITS = re.compile(r'\d{1,4}|@?\d{9,12}|'
                     r'\d{4}-\d\d?-\d\d?(?:t[\d:]+(?:\.\d+)?(?:z|[+-]\d\d:?\d\d)?)?|'
                     r'\d\d?:\d\d(?::\d\d)?(?:am|pm)?|\d\d?(?:am|pm|st|nd|rd|th)|[+-]\d{4}|'
                     r'\d\d?[/.]\d\d?[/.]\d{2,4}', re.ASCII)  # fmt: skip


def moment(text: str, option: str, expected: str = 'a date') -> float:
    """Epoch seconds of the date in the value of an option, in the user's own time zone.

    As in ``2 weeks ago``, ``2d``, ``yesterday``, ``2026-11-22 10:00``, ``@1700000000``.
    Raises SessionError (USAGE) for anything that is none.
    """
    wanted = text.strip()
    short = _SHORT.fullmatch(wanted)
    if short:
        wanted = f'{short[1]} {_UNITS[short[2]]} ago'
    # What else we ask git is in UTC.
    zone = {'TZ': os.environ.get('TZ', ':/etc/localtime')}
    said = git.ask('rev-parse', f'--since={wanted}', env=zone).out if _is_date(wanted) else ''
    seconds = said.strip().removeprefix('--max-age=')
    if not seconds.isdigit():
        raise SessionError(
            f"bad value for '--{option}': '{text}'; expected {expected}", status=USAGE
        )
    return float(seconds)


def _is_date(text: str) -> bool:
    """Whether each word of it can be part of a date, and one of them more than a number."""
    if _DIGITS.fullmatch(text.lower()):
        return len(text) > 4
    words = [each for each in re.split(r'[\s,]+|(?<=\w)\.(?=\w)', text.lower()) if each]
    named = [each for each in words if each in _WORDS or _UNIT.fullmatch(each)]
    return bool(words) and all(
        each in named or _DIGITS.fullmatch(each) for each in words
    ) and bool(named or any('-' in each or ':' in each for each in words))  # fmt: skip
