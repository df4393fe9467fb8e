"""Marks in the code, ``TODO`` and the like, in the lines that a session added."""

from __future__ import annotations

from git_session.added import Added
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from git_session.session import Session

_LONGEST = 500  # characters of a line that are looked at, and of a text
_MARKS = ('#', '//', '/*', '*', '--', ';', '%', '<!--', '"""', "'''", 'REM ')
_ENDS = ('*/', '-->', '"""', "'''", '#}', '%>')


class Annotation(Record):
    """`word` is the mark, `text` what follows it."""

    path: str
    line: int
    word: str
    text: str

    @property
    def place(self) -> str:
        """``src/x.py:12``"""
        return f'{self.path}:{self.line}'

    @property
    def said(self) -> str:
        """``TODO: think again``"""
        return f'{self.word}: {self.text}' if self.text else self.word


def find(lines: Iterable[Added], words: Sequence[str]) -> list[Annotation]:
    """The annotations of the lines, in their order, one a line."""
    found = []
    for each in lines:
        marked = mark(each.text, words)
        if marked:
            found.append(Annotation(each.path, each.line, *marked))
    return found


def mark(text: str, words: Sequence[str]) -> tuple[str, str] | None:
    """(word, what follows it) of the first mark in a line, None without one.

    A mark is a whole word that stands in a comment or is followed by a colon or
    ``(name):``, so that a constant of that name, or a string, is none.
    """
    text = text[:_LONGEST]
    best: tuple[int, str, str] | None = None
    for word in words:
        at = text.find(word) if word else -1
        while at >= 0:
            said = _said(text, at, word)
            if said is not None and (best is None or at < best[0]):
                best = at, word, said
            at = text.find(word, at + 1)
    return best[1:] if best else None


def _said(text: str, at: int, word: str) -> str | None:
    """What follows the word at a place of the text; None where it is no mark."""
    before, rest = text[:at], text[at + len(word) :]
    if before[-1:] and not (before[-1].isspace() or before[-1] in '#/*;-%!<({['):
        return None
    if rest.startswith('(') and ')' in rest:  # TODO(ann): think again
        rest = rest.partition(')')[2]
    elif rest[:1] and not (rest[0].isspace() or rest[0] == ':'):
        return None
    is_named = rest.lstrip().startswith(':')
    in_comment = any(mark in before for mark in _MARKS)
    if not (is_named and not rest[:1].isspace()) and not in_comment:
        return None
    rest = rest.strip().lstrip(':').strip()
    for end in _ENDS:
        rest = rest.removesuffix(end).rstrip()
    return rest


def open_ones(found: Iterable[Annotation], session: Session) -> list[Annotation]:
    """Those that were not taken over as a decision or a blocker yet."""
    known = {each.text for each in session.decisions} | {each.text for each in session.blockers}
    return [each for each in found if not each.text or each.text not in known]
