"""Finding the objective, blocker or decision that somebody names."""

from __future__ import annotations

from git_session.errors import REFUSED, SessionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeVar

    from git_session.session import Blocker, Decision, Objective

    Item = TypeVar('Item', Objective, Blocker, Decision)


def find(items: Iterable[Item], wanted: str, prefix: str, noun: str) -> Item:
    """The item that ``obj-2``, ``2`` or an unambiguous part of its text names.

    Raises SessionError (REFUSED) when none or several match.
    """
    listed = list(items)
    digits = wanted.removeprefix(prefix)
    if digits.isascii() and digits.isdigit():
        for each in listed:
            if str(each.number) == digits.lstrip('0'):
                return each
        raise SessionError(
            f"no {noun} '{wanted}'",
            f'this session has {_names(listed)}' if listed else f'this session has no {noun}s',
            status=REFUSED,
        )
    exact = [each for each in listed if each.text.casefold() == wanted.casefold()]
    found = exact or [each for each in listed if wanted.casefold() in each.text.casefold()]
    if len(found) == 1 and wanted:
        return found[0]
    if not found or not wanted:
        raise SessionError(
            f"no {noun} matches '{wanted}'", f"see 'git session {noun}s'", status=REFUSED
        )
    raise SessionError(f"'{wanted}' is ambiguous", f'it matches {_names(found)}', status=REFUSED)


def _names(items: Sequence[Item]) -> str:
    names = [each.name for each in items]
    return ', '.join(names) if len(names) <= 8 else f'{names[0]} to {names[-1]}'
