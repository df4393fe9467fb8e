"""Taking over what a line of a file says: ``DECISION:`` and ``BLOCKER:``."""

from __future__ import annotations

import errno
import os
from stat import S_ISREG

from git_session.analysis import marks
from git_session.errors import REFUSED, USAGE, SessionError
from git_session.options import Option, Values
from git_session.workspace import Workspace, require_work_tree

_MOST_BYTES = 16 << 20

FROM = Option(('--from',), 'take the text from this line', value='file:line')


def given(here: Workspace, values: Values, word: str) -> str:
    """The text of the command line: its last operand, or the line that --from names.

    Raises SessionError (USAGE) when there are both or neither, and what `text_at` raises.
    """
    place = values.text('from')
    if place is None and values.operands:
        return values.operands[-1].strip()
    if place is None:
        raise SessionError("expected a text, or '--from <file>:<line>'", status=USAGE)
    if values.operands:
        raise SessionError("a text and '--from' cannot be used together", status=USAGE)
    return text_at(require_work_tree(here), place, word)


def text_at(top: str, place: str, word: str) -> str:
    """What follows the word in the line of ``src/x.py:12``.

    The path is relative to the current directory or else, as `status` shows it, to the top.
    Raises SessionError (REFUSED) when there is nothing to take.
    """
    name, _, digits = place.rpartition(':')
    if not name or not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise SessionError(
            f"bad value for '--from': '{place}'; expected <file>:<line>", status=USAGE
        )
    path = name if os.path.isfile(name) else os.path.join(top, name)
    real = os.path.realpath(path)
    if not real.startswith(os.path.realpath(top).rstrip('/') + '/'):
        raise SessionError(f"'{name}' is outside of the working tree", status=REFUSED)
    found = marks.mark(_line(real, name, int(digits)), [word])
    if found is None:
        raise SessionError(f"no {word} in line {digits} of '{name}'", status=REFUSED)
    if not found[1]:
        raise SessionError(f"the {word} in line {digits} of '{name}' says nothing", status=REFUSED)
    return found[1]


def _line(path: str, name: str, number: int) -> str:
    """One line of a file, '' past its end."""
    try:
        if not S_ISREG(os.stat(path).st_mode):  # open would wait for the writer of a pipe
            raise OSError(errno.EINVAL, 'not a regular file')
        with open(path, 'rb') as file:
            lines = file.read(_MOST_BYTES).split(b'\n')
    except OSError as error:
        raise SessionError(f"cannot read '{name}': {error.strerror}", status=REFUSED) from None
    if not 0 < number <= len(lines):
        return ''
    return lines[number - 1].decode('utf-8', 'surrogateescape')
