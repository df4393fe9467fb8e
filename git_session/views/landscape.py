"""A whole history in figures, as lines and as data."""

from __future__ import annotations

from git_session import words
from git_session.events import format_time
from git_session.output import Style, line
from git_session.views.insight import sparkline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from git_session.analysis.landscape import Author, Hot, Landscape, Rhythm

_DAY = 86400
_NO_CALENDAR = 253402300800  # the year 10000
_WEEKDAYS = ('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')
_MOST = 5  # of each list in the text
_MOST_LINES = 3  # of one text


def text(
    found: Landscape, style: Style, now: float, *, has_lines: bool, shallow: bool
) -> list[str]:
    """The lines of the section, titles among them."""
    lines = [style.paint('History', 'bold')]
    if not found.commits:
        return [*lines, '  no commit yet']
    lines += _head(found, style, has_lines=has_lines)
    if shallow:
        lines += style.wrap('  ', 'this clone is shallow: older commits are not in these figures')
    if not has_lines:
        lines += style.wrap('  ', 'this clone is partial: lines and renames are unknown')
    lines += _rhythm(found.rhythm, style)
    lines += _section('People', _people(found), len(found.authors), style)
    lines += _section(
        'Hot files', [_hot(each) for each in found.hot[:_MOST]], len(found.hot), style
    )
    together = [
        f'{line(each.path)}: {line(each.other)} in {each.both} of {each.of} commits'
        for each in found.together[:_MOST]
    ]
    title = f'Change together (in the last {words.count(found.window, "commit")})'
    lines += _section(title, together, len(found.together), style)
    owned = [
        f'{line(each.folder) or "."}: {line(each.owner)} {each.share:.0%} of {each.changes} changes'
        + (f', {each.half} people made half' if each.half > 1 else '')
        for each in found.owned[:_MOST]
    ]
    lines += _section('Ownership', owned, len(found.owned), style)
    branches = [
        f'{line(each.name)}: {words.age(each.time, now)}{", merged" if each.is_merged else ""}'
        for each in found.branches[:_MOST]
    ]
    lines += _section('Branches, oldest first', branches, len(found.branches), style)
    return lines


def _section(title: str, items: list[str], total: int, style: Style) -> list[str]:
    if not items:
        return []
    lines = [
        '',
        style.paint(title, 'bold'),
        *(one for each in items for one in style.wrap('  ', each, hang=2, most=_MOST_LINES)),
    ]
    if total > len(items):
        lines.append(style.paint(f'  + {total - len(items)} more: --json', 'dim'))
    return lines


def _head(found: Landscape, style: Style, *, has_lines: bool) -> list[str]:
    rhythm = found.rhythm
    since = f' since {_date(rhythm.first_day)}' if rhythm.first_day is not None else ''
    merges = f', {words.count(found.merges, "merge")} among them' if found.merges else ''
    lines = [f'  {words.count(found.commits, "commit")}{since}{merges}']
    if has_lines:
        changes = words.count(found.binary, 'change')
        binary = f', {changes} of binary files' if found.binary else ''
        lines.append(f'  +{found.added} -{found.deleted} lines{binary}')
    lines.append(
        f'  {words.count(found.fixes, "fix", "fixes")}, {words.count(found.reverts, "revert")}'
    )
    if rhythm.future or rhythm.undated:
        lines.append(f'  {rhythm.future} dated in the future, {rhythm.undated} without a date')
    return [one for each in lines for one in style.wrap('  ', each.removeprefix('  '), hang=2)]


def _rhythm(found: Rhythm, style: Style) -> list[str]:
    weeks = f'{sparkline(found.weeks, style)}  {words.count(sum(found.weeks), "commit")}'
    days = zip(_WEEKDAYS, found.weekdays, strict=True)
    most = sum(found.weekdays) or 1
    rows = [
        ('12 weeks', weeks),
        ('hours', f'{sparkline(found.hours, style)}  0 to 23, on the clock of the author'),
        ('days', ', '.join(f'{name} {count / most:.0%}' for name, count in days)),
    ]
    if found.median_size is not None and found.large_size is not None:
        median = words.count(found.median_size, 'line')
        large = found.large_size
        rows.append(('size', f'half of the commits at most {median}, nine of ten {large}'))
    return [one for name, said in rows for one in style.wrap(f'  {name:<10}', said)]


def _people(found: Landscape) -> list[str]:
    return [
        f'{line(each.name)}: {words.count(each.commits, "commit")} '
        f'({each.commits / found.commits:.0%}), +{each.added} -{each.deleted}'
        for each in found.authors[:_MOST]
    ]


def _hot(each: Hot) -> str:
    fixes = f', {each.fixes} of them fixes' if each.fixes else ''
    people = words.count(each.people, 'person', 'people')
    return f'{line(each.path)}: {words.count(each.commits, "commit")}{fixes}, {people}'


def _date(day: int) -> str:
    return format_time(day * _DAY)[:10]


def _moment(seconds: int) -> str | None:
    """None for a time that is not known, or that no calendar has."""
    return format_time(seconds) if 0 < seconds < _NO_CALENDAR else None


def data(found: Landscape) -> dict[str, Any]:
    """The same as data; people and files most first, shares from 0 to 1, null is unknown."""
    rhythm = found.rhythm
    return {
        'commits': found.commits, 'merges': found.merges,
        'added': found.added, 'deleted': found.deleted, 'binary_changes': found.binary,
        'fixes': found.fixes, 'reverts': found.reverts,
        'last_reverts': [
            {'commit': each.oid, 'at': _moment(each.at), 'subject': each.subject}
            for each in found.taken
        ],
        'people': people_data(found.authors),
        'hot_files': hot_data(found.hot),
        'together': {
            'commits': found.window, 'files': [each.asdict() for each in found.together],
        },
        'ownership': [{**each.asdict(), 'share': round(each.share, 3)} for each in found.owned],
        'rhythm': {
            'days_with_a_commit': rhythm.days, 'last_weeks': list(rhythm.weeks),
            'weekdays': list(rhythm.weekdays), 'hours': list(rhythm.hours),
            'median_lines': rhythm.median_size, 'nine_of_ten_lines': rhythm.large_size,
            'future': rhythm.future, 'undated': rhythm.undated,
        },
        'days': [
            {'day': _date(day), 'commits': commits, 'added': added, 'deleted': deleted}
            for day, commits, added, deleted in found.days
        ],
        'branches': [
            {'branch': each.name, 'last': _moment(each.time), 'merged': each.is_merged}
            for each in found.branches
        ],
    }  # fmt: skip


def people_data(authors: Sequence[Author]) -> list[dict[str, Any]]:
    return [
        {**each.asdict(), 'emails': list(each.emails),
         'first': _moment(each.first), 'last': _moment(each.last)}
        for each in authors
    ]  # fmt: skip


def hot_data(files: Sequence[Hot]) -> list[dict[str, Any]]:
    return [
        {**each.asdict(), 'share': round(each.share, 3), 'last': _moment(each.last)}
        for each in files
    ]
