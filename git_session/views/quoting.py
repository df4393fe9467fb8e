"""Texts on one line: one's own as they are, those of others quoted, bounded, with a name.

Who reads a brief may be a program that takes what it reads for its orders.  So what
somebody else wrote is always a quotation: on one line, between quotes that it cannot
close, with no tag of its own, and with the name of who says to have written it.
"""

from __future__ import annotations

from git_session.output import line
from git_session.session import Session
from git_session.words import cut

LONGEST = 400  # characters of a text
_LONGEST_NAME = 60
_NOT_IN_BRANCHES = frozenset(' ~^:?*[\\<"')
_NOBODY = 'an unknown author'


def own(text: str, most: int = LONGEST) -> str:
    """A text on one line; however long it is, only its beginning is looked at."""
    return cut(line(text[: 4 * most]), most)


def tagless(text: str) -> str:
    """`text` with no tag in it, of HTML or of any other kind: ``<b>`` is ``&lt;b>``."""
    if '<' not in text:
        return text
    parts = text.split('<')
    return parts[0] + ''.join(
        ('&lt;' if each[:1].isalpha() or each[:1] in ('/', '!', '?', '|') else '<') + each
        for each in parts[1:]
    )


def quoted(text: str, most: int = LONGEST) -> str:
    """A text of somebody else: ``"like this"``."""
    return '"' + tagless(own(text, most)).replace('"', "'") + '"'


def branch(text: str) -> str:
    """A branch; what git could not call one came from elsewhere and is a quotation."""
    is_plain = text.isprintable() and not set(text) & _NOT_IN_BRANCHES
    return own(text) if is_plain else quoted(text)


def name(by: str) -> str:
    """The name of ``Ann Author <ann@example.com>``."""
    known = own(by.rpartition(' <')[0] or by, _LONGEST_NAME)
    return tagless(known).replace('"', "'")


class Voice:
    """Says the texts of a session to the reader whose mail address is `me`."""

    def __init__(self, session: Session, me: str) -> None:
        self._by = session.by
        self._arrived = session.arrived
        self._me = f'<{me.lower()}>' if me else ''

    def is_own(self, ref: str) -> bool:
        """Whether the reader made the event `ref`: here, as what arrives may say anything."""
        if not self._me or ref in self._arrived:
            return False
        return self._by.get(ref, '').lower().endswith(self._me)

    def said(self, ref: str, text: str) -> str:
        """A text of the event `ref`, quoted where somebody else made it."""
        return own(text) if self.is_own(ref) else quoted(text)

    def says(self, head: str, ref: str, text: str, colon: str = '') -> str:
        """``obj-2 Google OAuth``, and ``obj-2 by Bob: "Google OAuth"`` where Bob wrote it."""
        if self.is_own(ref):
            return f'{head}{colon} {own(text)}'
        by = self._by.get(ref, '')
        return f'{head} by {name(by) if by else _NOBODY}: {quoted(text)}'

    def subject(self, subject: str, who: str, email: str) -> str:
        """The subject of a commit with its author."""
        is_own = f'<{email.lower()}>' == self._me
        shown = own(subject, 100) if is_own else quoted(subject, 100)
        return f'{shown} ({name(who)})'
