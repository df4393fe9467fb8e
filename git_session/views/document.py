"""A Markdown document as a terminal shows it: lines that fit, titles that stand out.

Not a rendering: the text stays the Markdown that a file or a pipe gets, line breaks apart.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from git_session.output import Style


def shown(text: str, style: Style) -> str:
    """`text` for a terminal, and unchanged for anything else."""
    if not style.terminal:
        return text
    lines: list[str] = []
    literal = ''  # what ends a block that is shown as it is
    for number, each in enumerate(text.split('\n')):
        if literal:
            literal = '' if each.startswith(literal) else literal
            lines.append(style.paint(each, 'dim'))
        elif each.startswith('```') or (each == '---' and not number):
            literal = each[:3]
            lines.append(style.paint(each, 'dim'))
        elif each.startswith(('|', '    git ')):  # a table, a command to copy
            lines.append(each)
        elif each.startswith('#'):
            lines += [style.paint(one, 'bold') for one in style.wrap('', each)]
        else:
            margin = _margin(each)
            lines += style.wrap(margin, each[len(margin) :])
    return '\n'.join(lines)


def _margin(text: str) -> str:
    """What a line that goes on stands right of: blanks, the mark of an item, its box."""
    rest = text.lstrip(' ')
    for mark in ('- [x] ', '- [ ] ', '- [▶] ', '- [-] ', '- ', '* ', '> '):
        if rest.startswith(mark):
            rest = rest[len(mark) :]
            break
    return text[: len(text) - len(rest)]
