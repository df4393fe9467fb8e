"""A document of a team's own layout: text with ``{{ name }}`` where a value goes.

There is nothing else in it: no conditions, no loops, no code.  What a value says is never
looked through for names again.
"""

from __future__ import annotations

from git_session.errors import SessionError
from git_session.output import line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_SHOWN = 40


def fill(layout: str, values: Mapping[str, str], where: str) -> str:
    """The layout with every name replaced by its value; `where` is the file it is from.

    ``{{{{`` stands for two braces.  A value of several lines that stands alone on its line
    takes its place.  Raises SessionError that names the line and the names allowed.
    """
    return '\n'.join(
        _line(each, number, values, where)
        for number, each in enumerate(layout.rstrip('\n').split('\n'), 1)
    ) + ('\n' if layout.strip() else '')  # fmt: skip


def _line(text: str, number: int, values: Mapping[str, str], where: str) -> str:
    filled = ''
    while True:
        before, braces, rest = text.partition('{{')
        filled += before
        if not braces:
            return filled
        if rest.startswith('{{'):
            filled, text = filled + '{{', rest[2:]
            continue
        name, end, text = rest.partition('}}')
        if not end or name.strip() not in values:
            shown = line(name.strip())[:_MOST_SHOWN]
            problem = f"unknown name '{shown}'" if end else "'{{' without '}}'"
            allowed = ', '.join(values)
            raise SessionError(f'{problem} in {where} line {number}', f'names: {allowed}')
        filled += values[name.strip()].rstrip('\n')
