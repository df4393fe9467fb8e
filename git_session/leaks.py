"""Says once which of the texts that a command recorded will not be shared as they are."""

from __future__ import annotations

from git_session import output, secrets, words
from git_session.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from git_session.events import Event

_MOST = 100  # characters of a text that are shown
_NAMES = {'dead-end': 'the dead end', 'rename': 'the branch name', 'start': 'the branch name'}


def tell(session: Session, made: Iterable[Event]) -> None:
    """Warn of each event that holds a secret, without showing it."""
    names = session.names()
    for event in made:
        public = event.facts.get('public') or {}
        for fact, value in list(public.items())[:1]:
            name = names.get(event.id) or names.get(event.facts.get('ref', ''))
            name = name or _NAMES.get(event.type) or f'the {event.type}'
            output.warn(f"{name} {_why(event.facts[fact])}; it is shared as '{_shown(value)}'")


def _texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _why(value: str | list[str]) -> str:
    kinds = dict.fromkeys(kind for text in _texts(value) for kind in secrets.kinds(text))
    if secrets.NOT_CHECKED in kinds:
        return 'could not be checked for secrets'
    return f'looks like it holds a secret ({", ".join(kinds)})'


def _shown(value: str | list[str]) -> str:
    return words.cut('; '.join(output.line(text) for text in _texts(value)), _MOST)
