"""The shared knowledge in ``.session/``: what is tracked beside the code.

``decision-log.md`` is appended to, an entry a decision, and merged by union, so an
entry's number never collides between branches.
"""

from __future__ import annotations

import errno
import os

from git_session import eventlog
from git_session.errors import SessionError
from git_session.events import format_time
from git_session.output import markdown
from git_session.record import Record
from git_session.session import Decision, decision_number

FOLDER = '.session'
DECISION_LOG = 'decision-log.md'
_DOCUMENTS = ('architecture.md', 'conventions.md')
_FIRST_LINES = 6


class Knowledge(Record):
    """What the shared files say of how we build here: (file, first lines) each."""

    documents: tuple[tuple[str, tuple[str, ...]], ...] = ()
    architecture: str = 'none'
    patterns: tuple[str, ...] = ()
    conventions: tuple[str, ...] = ()


def read(top: str, architecture: str, patterns: list[str], conventions: list[str]) -> Knowledge:
    """The first lines with content of the documents, and the patterns in force."""
    documents = []
    for name in _DOCUMENTS:
        lines = [] if leads_out(top, name) else _content(os.path.join(top, FOLDER, name))
        if lines:
            documents.append((f'{FOLDER}/{name}', tuple(lines)))
    return Knowledge(tuple(documents), architecture, tuple(patterns), tuple(conventions))


def leads_out(top: str, name: str = '') -> bool:
    """Whether `.session`, or a file in it, is a link to what is not of the working tree.

    It comes with the repository: what is written there, or read and handed on, has to be of it.
    """
    real = os.path.realpath(os.path.join(top, FOLDER, name))
    parts = os.path.relpath(real, os.path.realpath(top)).lower().split(os.sep)
    return not {'..', '.git'}.isdisjoint(parts)


def _is_special(path: str) -> bool:
    """Whether a pipe, say, is there: to open it waits for its other end."""
    return os.path.exists(path) and not (os.path.isfile(path) or os.path.isdir(path))


def _content(path: str) -> list[str]:
    """The first lines that say something: no headings, no comments, nothing empty."""
    try:
        if _is_special(path):
            return []
        with open(path, encoding='utf-8', errors='replace') as file:
            text = file.read(1 << 16)
    except OSError:
        return []
    found = []
    comment = False
    for line in text.splitlines():
        stripped = line.strip()
        comment = comment or stripped.startswith('<!--')
        if stripped and not comment and not stripped.startswith('#'):
            found.append(stripped.removeprefix('- '))
        if '-->' in stripped:
            comment = False
    return found[:_FIRST_LINES]


def entry(decision: Decision, session: str) -> str:
    """The log entry of a decision, which is tracked: without secrets."""
    decision = decision.shared
    lines = [
        f'## {decision.log_number}: {markdown(decision.text)}',
        '',
        f'- Date: {format_time(decision.added)[:10]}',
        f'- Session: {session}',
    ]
    if decision.by:
        lines.append(f'- By: {markdown(decision.by)}')
    if decision.supersedes:
        lines.append(f'- Supersedes: {decision_number(decision.supersedes)}')
    if decision.rationale:
        lines.append(f'- Rationale: {markdown(decision.rationale)}')
    lines += [f'- Alternative: {markdown(other)}' for other in decision.alternatives]
    return '\n' + '\n'.join(lines) + '\n'


def append_decision(top: str, decision: Decision, session: str) -> bool:
    """Add the entry to decision-log.md when `.session` exists; whether it was added."""
    path = os.path.join(top, FOLDER, DECISION_LOG)
    if not os.path.isdir(os.path.join(top, FOLDER)):
        return False
    if leads_out(top, DECISION_LOG):
        raise SessionError(
            f"the decision is recorded, but '{FOLDER}/{DECISION_LOG}' leads out of the working tree"
        )
    try:
        if _is_special(path):
            raise OSError(errno.EINVAL, 'not a regular file')
        new = not os.path.exists(path)
        with open(path, 'ab') as file:
            file.write(('# Decision log\n' if new else '').encode())
            file.write(entry(decision, session).encode('utf-8', 'replace'))
    except OSError as error:
        raise SessionError(
            f"the decision is recorded, but cannot write '{path}': {error.strerror}"
        ) from None
    return True


def remove_decision(top: str, decision: Decision, session: str) -> bool:
    """Take the entry out again if it stands there unchanged; whether it is gone."""
    path = os.path.join(top, FOLDER, DECISION_LOG)
    if leads_out(top, DECISION_LOG) or _is_special(path):
        return True  # nothing of ours is there
    try:
        with open(path, 'rb') as file:
            data = file.read()
    except OSError:
        return True
    wanted = entry(decision, session).encode('utf-8', 'replace')
    if wanted not in data:
        return decision.log_number.encode() not in data
    before, _, after = data.rpartition(wanted)
    try:
        eventlog.write_file(path, before + after)
    except OSError:
        return False
    return True
