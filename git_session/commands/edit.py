"""`git session edit`: the three lists in the editor, one line each with its state."""

from __future__ import annotations

import os
from typing import Any

from git_session import git, output
from git_session.errors import REFUSED, SessionError
from git_session.eventlog import Maker, remove, write_file
from git_session.options import Syntax, Values
from git_session.record import Record
from git_session.session import Session
from git_session.workspace import open_workspace

ABOUT = 'Edit objectives, blockers and decisions in your editor, one line each.'
FORMS = {'': Syntax('', 0, 0, ())}
_FILE = 'SESSION_EDIT'
_HELP = """
# One line each: <state> <id> <text>. Change the state or the text; a line
# without an id adds one. Lines that start with # are ignored.
#
# objectives: pending, active, done, dropped   a removed line drops it
# blockers:   open, resolved                   a removed line resolves it
# decisions:  decided                          they cannot be removed:
#                                              'git session decisions supersede'
"""
_TYPES = {
    'pending': 'objective', 'active': 'objective', 'done': 'objective', 'dropped': 'objective',
    'open': 'blocker', 'resolved': 'blocker', 'decided': 'decision',
}  # fmt: skip
_VERBS = {
    'pending': 'objective.reopen', 'active': 'objective.start', 'done': 'objective.complete',
    'dropped': 'objective.drop', 'open': 'blocker.reopen', 'resolved': 'blocker.resolve',
}  # fmt: skip


class Line(Record):
    number: int
    state: str
    name: str  # '' for a new one
    text: str


def run(action: str, values: Values) -> int:
    here = open_workspace()
    session = here.require()
    path = os.path.join(here.repo.gitdir, _FILE)
    before = text(session)
    write_file(path, before)
    git.edit(path)
    with open(path, encoding='utf-8', errors='surrogateescape') as file:
        after = file.read()
    if after == before:
        remove(path)
        output.talk('nothing changed')
        return 0
    maker = here.maker()
    try:
        lines = parse(after)
        if not lines and session.names():
            raise SessionError('nothing is left of the lists')
        changes(session, lines, maker)
    except SessionError as error:
        raise SessionError(
            error.message, 'nothing was changed', f"your text is in '{path}'", status=REFUSED
        ) from None
    if maker.made:
        here.record(maker.made)
    remove(path)
    output.talk(f'{len(maker.made)} changed' if maker.made else 'nothing changed')
    return 0


def text(session: Session) -> str:
    """The lists as the editor gets them."""
    lines = [f'{each.state} {each.name} {output.line(each.text)}' for each in session.objectives]
    lines += [f'{each.state} {each.name} {output.line(each.text)}' for each in session.blockers]
    lines += [
        f'decided {each.name} {output.line(each.text)}' for each in session.binding_decisions()
    ]
    return '\n'.join(lines) + '\n' + _HELP


def parse(edited: str) -> list[Line]:
    """The lines that were left; raises SessionError that says which one is broken."""
    found = []
    for number, line in enumerate(edited.split('\n'), 1):
        if not line.strip() or line.startswith('#'):
            continue
        state, _, rest = line.strip().partition(' ')
        if state not in _TYPES:
            allowed = ', '.join(_TYPES)
            raise SessionError(f"line {number}: unknown state '{state}'; expected one of {allowed}")
        word, _, words = rest.strip().partition(' ')
        prefix, dash, digits = word.partition('-')
        named = bool(dash) and prefix in ('obj', 'blk', 'dec') and digits.isdigit()
        content = (words if named else rest).strip()
        if not content:
            raise SessionError(f'line {number}: the text is missing')
        found.append(Line(number, state, word if named else '', content))
    return found


def changes(session: Session, lines: list[Line], maker: Maker) -> None:
    """Make the events that lead from the session to the lines."""
    listed: list[Any] = [*session.objectives, *session.blockers, *session.binding_decisions()]
    items = {each.name: each for each in listed}
    seen: set[str] = set()
    for line in lines:
        kind = _TYPES[line.state]
        if not line.name:
            _add(maker, kind, line)
            continue
        item = items.get(line.name)
        if item is None or _kind(line.name) != kind:
            raise SessionError(f"line {line.number}: there is no {kind} '{line.name}'")
        if line.name in seen:
            raise SessionError(f"line {line.number}: '{line.name}' is there twice")
        seen.add(line.name)
        if line.text != output.line(item.text):
            maker.add(f'{kind}.edit', ref=item.ref, text=line.text)
        if kind != 'decision' and line.state != item.state:
            maker.add(_VERBS[line.state], ref=item.ref)
    for name, item in items.items():
        if name not in seen:
            _drop(maker, name, item)


def _kind(name: str) -> str:
    return {'obj': 'objective', 'blk': 'blocker', 'dec': 'decision'}[name.partition('-')[0]]


def _add(maker: Maker, kind: str, line: Line) -> None:
    added = maker.add(f'{kind}.add', text=line.text)
    if line.state not in ('pending', 'open', 'decided'):
        maker.add(_VERBS[line.state], ref=added.id)


def _drop(maker: Maker, name: str, item: Any) -> None:
    kind = _kind(name)
    if kind == 'decision':
        raise SessionError(f'{name} was removed; decisions cannot be removed')
    if kind == 'objective' and item.state != 'dropped':
        maker.add('objective.drop', ref=item.ref)
    if kind == 'blocker' and item.state != 'resolved':
        maker.add('blocker.resolve', ref=item.ref)
