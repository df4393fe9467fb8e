"""A Markdown document as a terminal shows it: lines that fit, titles that stand out.

Not a rendering: it stays Markdown.  Lines are broken, the columns of a table stand one under
the other, and a table that is wider than the terminal becomes a list.
"""

from __future__ import annotations

import re

from git_session.columns import pad, width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from git_session.output import Style

_CELL_END = re.compile(r'(?<!\\)\|')
_RULE = re.compile(r'-+:?')


def shown(text: str, style: Style) -> str:
    """`text` for a terminal, and unchanged for anything else."""
    if not style.terminal:
        return text
    lines: list[str] = []
    table: list[str] = []
    literal = ''  # what ends a block that is shown as it is
    for number, each in enumerate(text.split('\n')):
        if each.startswith('|') and not literal:
            table.append(each)
            continue
        lines += _table(table, style)
        table = []
        if literal:
            literal = '' if each.startswith(literal) else literal
            lines.append(style.paint(each, 'dim'))
        elif each.startswith('```') or (each == '---' and not number):
            literal = each[:3]
            lines.append(style.paint(each, 'dim'))
        elif each.startswith('    git '):  # a command to copy
            lines.append(each)
        elif each.startswith('#'):
            lines += [style.paint(one, 'bold') for one in style.wrap('', each)]
        else:
            margin = _margin(each)
            lines += style.wrap(margin, each[len(margin) :])
    return '\n'.join([*lines, *_table(table, style)])


def _table(lines: Sequence[str], style: Style) -> list[str]:
    """A table in columns, or as a list where it is too wide; what is none stays as it is."""
    rows = [[cell.strip() for cell in _CELL_END.split(each)[1:-1]] for each in lines]
    if len(rows) < 2 or any(len(row) != len(rows[0]) for row in rows):
        return list(lines)
    titles, rule, *rest = rows
    if not rule or not all(_RULE.fullmatch(each) for each in rule):
        return list(lines)
    sizes = [max(3, *map(width, column)) for column in zip(titles, *rest, strict=True)]
    if sum(sizes) + 3 * len(sizes) + 1 > style.width:
        return [each for row in rest for each in style.wrap('- ', _item(titles, row))]
    rights = [each.endswith(':') for each in rule]
    between = [
        '-' * (size - right) + ':' * right for size, right in zip(sizes, rights, strict=True)
    ]
    drawn = [
        [_put(cell, size, right) for cell, size, right in zip(row, sizes, rights, strict=True)]
        for row in (titles, between, *rest)
    ]
    return [f'| {" | ".join(row)} |' for row in drawn]


def _put(cell: str, size: int, right: bool) -> str:
    return ' ' * (size - width(cell)) + cell if right else pad(cell, size)


def _item(titles: Sequence[str], row: Sequence[str]) -> str:
    """A row as one text: what it is of, then each cell behind its title."""
    named = [f'{title.lower()} {cell}'.strip() for title, cell in zip(titles, row, strict=True)]
    return f'{row[0]}: {", ".join(named[1:])}'


def _margin(text: str) -> str:
    """What a line that goes on stands right of: blanks, the mark of an item, its box."""
    rest = text.lstrip(' ')
    for mark in ('- [x] ', '- [ ] ', '- [▶] ', '- [-] ', '- ', '* ', '> '):
        if rest.startswith(mark):
            rest = rest[len(mark) :]
            break
    return text[: len(text) - len(rest)]
