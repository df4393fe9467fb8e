"""What is around the files of a session, as values: context files, their history, the base."""

from __future__ import annotations

from git_session.analysis.contexthealth import Health
from git_session.analysis.filehistory import FileHistory
from git_session.contextfiles import ContextFile
from git_session.filelog import Touched
from git_session.record import Record


class Relevant(Record):
    """A context file that matters for the session, why, and what it says.

    `below` counts the files of the session in its folder and below it, `words` are those
    of open objectives that it is about.
    """

    file: ContextFile
    below: int
    words: tuple[str, ...]
    patterns: tuple[str, ...]
    gotchas: tuple[str, ...]
    health: Health


class Around(Record):
    """`moved` are the commits of the base on files of the session that are not here."""

    files: tuple[Relevant, ...] = ()
    history: FileHistory = FileHistory()
    moved: tuple[tuple[Touched, tuple[str, ...]], ...] = ()
