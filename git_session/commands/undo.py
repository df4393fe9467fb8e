"""`git session undo`: take back the last change of session state."""

from __future__ import annotations

from git_session import ending, knowledge, output
from git_session.errors import REFUSED, USAGE, SessionError
from git_session.events import UNDOABLE, Event
from git_session.options import Syntax, Values
from git_session.session import Session
from git_session.views import log
from git_session.workspace import Workspace, open_workspace

ABOUT = 'Take back the last change of session state, or the last <n>; commits stay.'
FORMS = {'': Syntax('[<n>]', 0, 1, ())}


def run(action: str, values: Values) -> int:
    text = '1' if values.operand is None else values.operand
    if not (text.isascii() and text.isdigit() and len(text) < 19) or int(text) < 1:
        raise SessionError(f"expected a number of changes, not '{text}'", status=USAGE)
    here = open_workspace()
    if here.session is None and here.repo.branch:
        here = _reopen(here)
    session = here.require()
    groups = _groups(here.events, session)[-int(text) :]
    if not groups:
        raise SessionError('nothing to undo', status=REFUSED)
    names = session.names()
    maker = here.maker()
    maker.add('undo', ids=[event.id for group in groups for event in group])
    here.record(maker.made)
    for group in reversed(groups):
        for event in group:
            output.talk(f'undone: {log.describe(event, names)}')
            _forget(here, session, event)
    return 0


def _groups(events: list[Event], session: Session) -> list[list[Event]]:
    """The changes that can be taken back, oldest first: the events of one command each."""
    found: dict[str, list[Event]] = {}
    opened = {event.op or event.id for event in events if event.type == 'start'}
    for event in events:
        key = event.op or event.id
        if event.is_known and event.id not in session.undone and key not in opened:
            found.setdefault(key, []).append(event)
    return [group for group in found.values() if any(map(_is_change, group))]


def _is_change(event: Event) -> bool:
    if event.facts.get('auto') or event.facts.get('reason') == 'switch':
        return False
    return event.type in UNDOABLE


def _forget(here: Workspace, before: Session, event: Event) -> None:
    """Take a decision out of the shared log again."""
    if not event.type.startswith('decision.') or not here.repo.top:
        return
    for each in before.decisions:
        if each.ref == event.id and not knowledge.remove_decision(here.repo.top, each, before.id):
            output.warn(
                f'{each.log_number} was changed in {knowledge.FOLDER}/{knowledge.DECISION_LOG}; '
                'take it out by hand'
            )


def _reopen(here: Workspace) -> Workspace:
    """Bring the session back whose end was the last thing on this branch."""
    branch = here.repo.branch or ''
    name = ending.ended(here.repo, branch, 'ended', 'merged', 'squash-merged', 'left')
    if name is None:
        return here
    ending.reopen(here.repo, branch, name)
    there = open_workspace(reconcile=False)
    there.point()
    return there
