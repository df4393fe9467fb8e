"""`git session handoff`: the handoff of a session, made from facts."""

from __future__ import annotations

import os
import time

from git_session import archive, ending, eventlog, git, handover, history, outfile, output
from git_session.errors import REFUSED, SessionError
from git_session.options import FORMAT, Option, Syntax, Values
from git_session.views import document, handoff
from git_session.workspace import Workspace, open_workspace

ABOUT = 'Write the handoff of this session, or show that of a finished one.'
FORMS = {
    '': Syntax(
        '[<session>]', 0, 1,
        (
            Option(('-o', '--output'), 'write it to a file', value='file'),
            Option(('--check',), 'say what the next person will miss, write nothing'),
            *FORMAT,
        ),
    )
}  # fmt: skip


def run(action: str, values: Values) -> int:
    here = open_workspace(work=True)
    place = here.place if values.operand is None else here.find(values.operand)
    if place != here.place:
        if values.flag('check'):
            raise SessionError('only the handoff of this branch can be checked', status=REFUSED)
        return _stored(here, place, values)
    here.require()
    if values.flag('check'):
        return _check(here, values)
    if values.json:
        output.json(handoff.data(handover.facts(here, time.time())))
        return 0
    text = ending.handoff_text(here, time.time(), strict=True)
    if values.text('output') in (None, '-'):
        _record(here, text)
        return _write(here, text, values)
    status = _write(here, text, values)  # what cannot be written was not handed over
    _record(here, text)
    return status


def _check(here: Workspace, values: Values) -> int:
    """Say what is missing; the exit status is 1 when something is."""
    text = problem = ''
    try:
        text = ending.handoff_text(here, time.time(), strict=True)
    except SessionError as error:
        problem = error.message
    found = handover.gaps(here, text, problem)
    if values.json:
        output.json({
            'schema': 'git-session/handoff-check/1', 'session': here.require().id,
            'gaps': [each.asdict() for each in found],
        })  # fmt: skip
    else:
        output.out(''.join(f'{output.plain(each.text)}\n' for each in found), git.pager)
    if not found:
        output.talk('nothing is missing')
    return REFUSED if found else 0


def _record(here: Workspace, text: str) -> None:
    """Say in the log that the session was handed over as it is now, and keep the text."""
    if here.repo.head:
        maker = here.maker()
        maker.add('handoff', commit=here.repo.head)
        here.record(maker.made)
    eventlog.write_file(os.path.join(here.place, 'handoff.md'), text)


def _stored(here: Workspace, place: str, values: Values) -> int:
    """The handoff that was written when it was, and what moved since."""
    session, _, _ = archive.load(place)
    path = os.path.join(place, 'handoff.md')
    try:
        with open(path, encoding='utf-8', errors='surrogateescape') as file:
            text = file.read()
    except FileNotFoundError:
        raise SessionError(
            f'session {session.id} has no handoff',
            f"see 'git session show {session.id}'", status=REFUSED,
        ) from None  # fmt: skip
    moved = _moved(session.branch, session.handoffs[-1].text if session.handoffs else '')
    if values.json:
        output.json({
            'schema': 'git-session/written-handoff/1', 'session': session.id,
            'branch': session.branch, 'text': text, 'since': moved or None,
        })  # fmt: skip
        return 0
    if moved:
        output.hint(moved)
    return _write(here, text, values)


def _moved(branch: str, head: str) -> str:
    now = git.resolve('refs/heads/' + branch)
    if not head or now is None or now == head or git.resolve(head) is None:
        return ''
    return handoff.staleness(head, history.between(head, now), history.changed(head, now))


def _write(here: Workspace, text: str, values: Values) -> int:
    path = values.text('output')
    if path is None:
        output.out(document.shown(text, here.style()), git.pager)
    elif path == '-':
        output.out(text)
    else:
        chunks = [text.encode('utf-8', 'surrogateescape')]
        outfile.write(path, chunks, lambda head: head.startswith(handoff.BEGINNING), 'handoff')
        output.talk(f'handoff written to {output.line(path)}')
    return 0
