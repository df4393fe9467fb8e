"""Two sessions side by side, or one under the other where that is too narrow."""

from __future__ import annotations

from itertools import zip_longest

from git_session import words
from git_session.analysis.comparison import CLEAN, CONFLICTS
from git_session.analysis.figures import percent
from git_session.columns import pad, wrap
from git_session.events import format_time
from git_session.output import Style, line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from git_session.analysis.comparison import Both, Comparison, Figure, Merge, Side
    from git_session.history import Change

_LEAST = 70  # columns; below they stand one under the other
_MOST = 8  # of each list
_MOST_LINES = 3  # places in one file
_Item = tuple[str, str]  # a mark, and the text behind it
_SAME = {'A': 'both added it', 'D': 'both deleted it'}
_MARKS = {'done': 'x', 'active': '>', 'pending': ' ', 'dropped': '-'}


def text(
    found: Comparison, style: Style, *, changes: bool, figures: bool, dates: str
) -> str:  # fmt: skip
    """With `changes` and `figures`, or neither, everything; with one only that, its lists whole."""
    every = changes == figures
    most = _MOST if every else None
    heads = [_head(each, dates) for each in (found.one, found.other)]
    parts = [_columns(heads[0], heads[1], style)]
    if every:
        for title, of in (('Objectives', _objectives), ('Decisions', _decisions),
                          ('Commits', _commits)):  # fmt: skip
            parts.append(_section(title, of(found.one), of(found.other), style, most))
    if not every and changes:
        parts.append(_section('Files', _changes(found.one), _changes(found.other), style, most))
    if every or changes:
        parts.append(_meeting(found, style, most))
    if every or figures:
        parts.append(_figures(found.figures, style))
    return '\n\n'.join('\n'.join(part) for part in parts if part) + '\n'


def _head(side: Side, dates: str) -> list[_Item]:
    record = side.record
    author = line(str(record['author'] or 'unknown'))
    since, last = (words.date(record[key], dates) for key in ('started', 'last_active'))
    return [
        ('', side.id),
        ('', f'{line(side.branch)} ({side.state})'),
        ('', f'by {author}'),
        ('', f'{since} to {last}'),
    ]


def _objectives(side: Side) -> list[_Item]:
    return [(f'[{_MARKS[each.state]}] ', line(each.text)) for each in side.objectives]


def _decisions(side: Side) -> list[_Item]:
    return [('- ', line(each.text)) for each in side.decisions]


def _commits(side: Side) -> list[_Item]:
    if side.commits is None:
        return [('', 'not in this clone')]
    return [(f'{words.short(each.oid)} ', line(each.subject)) for each in side.commits]


def _changes(side: Side) -> list[_Item]:
    if side.changes is None:
        return [('', 'not in this clone')]
    return [(f'{each.status} ', f'{line(each.path)} {_lines(each)}') for each in side.changes]


def _lines(each: Change) -> str:
    if each.added is None or each.deleted is None:
        return 'binary'
    return f'+{each.added} -{each.deleted}'


def _section(
    title: str, one: Sequence[_Item], other: Sequence[_Item], style: Style, most: int | None
) -> list[str]:
    """Nothing where neither has anything; `most` items of each, None for all."""
    if not one and not other:
        return []
    sides = [_limited(each, most) or [('', 'none')] for each in (one, other)]
    return [style.paint(title, 'bold'), *_columns(sides[0], sides[1], style)]


def _limited(items: Sequence[_Item], most: int | None) -> list[_Item]:
    shown = list(items[:most])
    return [*shown, ('', f'+ {len(items) - len(shown)} more')] if len(items) > len(shown) else shown


def _columns(one: Sequence[_Item], other: Sequence[_Item], style: Style) -> list[str]:
    """Each item beside the one of the other; below 70 columns all of the one first."""
    if style.width < _LEAST:
        return [
            *_fitted(one, style.width),
            style.mark('─', '-') * min(style.width, 20),
            *_fitted(other, style.width),
        ]
    width = (style.width - 3) // 2
    bar = f' {style.paint(style.mark("│", "|"), "dim")} '
    return [
        f'{pad(left, width)}{bar}{right}'.rstrip()
        for left, right in zip_longest(
            _fitted(one, width, strict=True), _fitted(other, width), fillvalue=''
        )
    ]


def _fitted(items: Sequence[_Item], width: int, *, strict: bool = False) -> list[str]:
    return [part for mark, text in items for part in wrap(mark, text, width, strict=strict)]


def _meeting(found: Comparison, style: Style, most: int | None) -> list[str]:
    """The files that both changed, and how a merge would go."""
    merge = _merge(found.merge, style)
    lines = [style.paint('Same files', 'bold')]
    if found.both is None:
        side = found.one if found.one.changes is None else found.other
        lines.append(f'  unknown: the commits of {side.id} are not in this clone')
    elif not found.both:
        lines.append('  none')
    else:
        shown = found.both[:most]
        lines += [each for both in shown for each in _both(both, style)]
        if len(found.both) > len(shown):
            more = f'  + {len(found.both) - len(shown)} more: --changes'
            lines.append(style.paint(more, 'dim'))
    return [*lines, *merge]


def _both(each: Both, style: Style) -> list[str]:
    if each.one.status == each.other.status and each.one.status in _SAME:
        where = _SAME[each.one.status]
    elif each.shared is None:
        where = 'lines unknown'
    elif not each.shared:
        where = 'other lines'
    else:
        places = [str(first) if first == last else f'{first}-{last}' for first, last in each.shared]
        more = len(places) - _MOST_LINES
        where = f'the same lines: {", ".join(places[:_MOST_LINES])}'
        where += f' and {more} more' if more > 0 else ''
    said = f'{line(each.path)}  {_lines(each.one)}, {_lines(each.other)}; {where}'
    lines = wrap('  ', said, style.width)
    return [style.paint(part, 'yellow') for part in lines] if each.shared else lines


def _merge(merge: Merge, style: Style) -> list[str]:
    if merge.state == CLEAN:
        return [style.paint('  a merge of the two is clean', 'green')]
    if merge.state == CONFLICTS:
        files = f': {", ".join(map(line, merge.files))}' if merge.files else ''
        said = f'a merge of the two conflicts{files}'
        return [style.paint(part, 'red') for part in wrap('  ', said, style.width)]
    return wrap('  ', f'whether a merge conflicts is unknown: {line(merge.why)}', style.width)


def _figures(figures: Sequence[Figure], style: Style) -> list[str]:
    """A row a figure: one, other, difference; those of which nothing is known last, in one."""
    known = [each for each in figures if each.one is not None or each.other is not None]
    rows = [('', 'first', 'second', 'difference')]
    rows += [
        (each.name, _value(each.one, each), _value(each.other, each), _difference(each))
        for each in known
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(4)]
    gap = '  '
    if 2 + sum(widths) + 6 > style.width:  # a narrow terminal
        rows[0], gap = ('', 'first', 'second', '+/-'), ' '
        widths[3] = max(len(row[3]) for row in rows)
    lines = [style.paint('Figures', 'bold')]
    for number, row in enumerate(rows):
        cells = [f'{row[0]:<{widths[0]}}', *(f'{row[at]:>{widths[at]}}' for at in (1, 2, 3))]
        said = ('  ' + gap.join(cells)).rstrip()
        lines.append(style.paint(said, 'dim') if number == 0 else said)
    unknown = [each.name for each in figures if each.one is None and each.other is None]
    if unknown:
        said = f'unknown of both: {", ".join(unknown)}'
        lines += [style.paint(part, 'dim') for part in wrap('  ', said, style.width)]
    return lines


def _value(value: float | None, figure: Figure) -> str:
    if value is None:
        return 'unknown'
    if figure.unit == 'seconds':
        return words.duration(value)
    if figure.unit == 'percent':
        beside = figure.other if value == figure.one else figure.one
        return percent(value, beside)
    return f'{value:.1f}' if figure.unit == 'rate' else str(int(value))


def _difference(figure: Figure) -> str:
    value = figure.difference
    if value is None:
        return ''
    if figure.unit == 'seconds':
        sign = '-' if value < 0 else '+'
        return f'{sign}{words.duration(abs(value))}' if abs(value) >= 60 else '0'
    if figure.unit in ('percent', 'rate'):
        return f'{value:+.1f}' if abs(value) >= 0.05 else '0'
    return f'{value:+.0f}' if value else '0'


# --- as data


def data(found: Comparison, *, changes: bool, figures: bool) -> dict[str, Any]:
    """Schema git-session/compare/1; what was not asked for is null, as is what is not known."""
    every = changes == figures
    merge = found.merge
    return {
        'schema': 'git-session/compare/1',
        'sessions': [
            _side(each, built=every or changes) for each in (found.one, found.other)
        ],
        'same_files': None if found.both is None or not (every or changes) else [
            {
                'path': each.path,
                'changes': [_change(each.one), _change(each.other)],
                'same_lines': None if each.shared is None else [list(part) for part in each.shared],
            }
            for each in found.both
        ],
        'merge': {'state': merge.state, 'files': list(merge.files), 'why': merge.why or None}
        if every or changes else None,
        'figures': [
            {'name': each.name, 'unit': each.unit or 'count',
             'values': [_rounded(each.one), _rounded(each.other)],
             'difference': _rounded(each.difference)}
            for each in found.figures
        ] if every or figures else None,
    }  # fmt: skip


def _side(side: Side, *, built: bool) -> dict[str, Any]:
    record = side.record
    return {
        'session': side.id, 'branch': side.branch, 'state': record['state'],
        'result': record['result'], 'author': record['author'],
        'started': format_time(record['started']),
        'last_active': format_time(record['last_active']), 'head': side.head or None,
        'objectives': [
            {'id': each.name, 'text': each.text, 'state': each.state} for each in side.objectives
        ],
        'decisions': [{'id': each.name, 'text': each.text} for each in side.decisions],
        'commits': None if side.commits is None or not built else [
            {'commit': each.oid, 'subject': each.subject} for each in side.commits
        ],
        'changes': None if side.changes is None or not built else [
            _change(each) for each in side.changes
        ],
    }  # fmt: skip


def _change(each: Change) -> dict[str, Any]:
    return {
        'status': each.status, 'path': each.path, 'old_path': each.old_path or None,
        'added': each.added, 'deleted': each.deleted,
    }  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return round(value, 2) if isinstance(value, float) else value
