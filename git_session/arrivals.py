"""Sessions that come in a file: what a file has and the log of a session has not.

A session that is not here is put into the archive as it is; one that is here, live or
finished, is united with the file by the ids of the events.  Nothing is taken away, and
of two events with one id the one counts that replay would take.  What looks like a secret
and is not marked as one gets its mark, as if it had been written here.
"""

from __future__ import annotations

import os

from git_session import archive, eventlog, events, workspace
from git_session.events import Event
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from git_session.workspace import Workspace

_FIGURES = ('commits', 'files', 'added', 'deleted')


class Arrival(Record):
    """What became of the events of one session.

    `new` counts those that were not here, `fuller` those that were here in a form that
    gives way: redacted, or of a commit that no hook had reported.
    """

    session: str
    branch: str
    is_new: bool
    new: int
    fuller: int
    result: str | None  # of its end, None when it goes on


def receive(here: Workspace, session_id: str, found: Iterable[Event]) -> Arrival:
    """Write down what is new of the events of a session."""
    sessions = here.repo.sessions
    with eventlog.lock(sessions):
        live = {name: branch for branch, name in eventlog.live(sessions).items()}
        branch = live.get(session_id)
        home = archive.folder(sessions, session_id)
        place = home if branch is None else eventlog.directory(sessions, branch)
        local, _ = events.decode_all(eventlog.read_bytes(place))
        here_already = {(each.id, each.session): each for each in local}
        united = events.unite([*local, *map(_guarded, found)])
        fresh = [
            each for each in united if here_already.get((each.id, each.session)) is not each
        ]  # fmt: skip
        if fresh:
            os.makedirs(place, exist_ok=True)
            eventlog.append(place, [events.encode(each) for each in fresh])
        listed = eventlog.session_id(place) == session_id  # not where an import was killed
        if fresh or not listed:
            _follow_up(here, session_id, branch, is_new=not listed)
        session, _, _ = archive.load(place)
    new = sum((each.id, each.session) not in here_already for each in fresh)
    result = session.end.get('result', 'ended') if session.state == 'ended' else None
    return Arrival(session_id, session.branch, not local, new, len(fresh) - new, result)


def _guarded(event: Event) -> Event:
    """The event with what may leave of it, where its writer did not look for secrets."""
    if 'public' in event.facts:
        return event
    from git_session import secrets

    public = secrets.public(event.facts)
    return event.replace(facts={**event.facts, 'public': public}) if public else event


def _follow_up(here: Workspace, session_id: str, branch: str | None, *, is_new: bool) -> None:
    """Make again what follows from a log; holds the lock."""
    sessions = here.repo.sessions
    if branch is not None:
        workspace.generate(eventlog.directory(sessions, branch), here.config)
    elif is_new:
        archive.enter(sessions, session_id, idle=here.idle)
    else:
        place = archive.folder(sessions, session_id)
        session, _, _ = archive.load(place)
        known = [each for each in archive.index(sessions) if each['session'] == session_id]
        # What git said when it ended still holds.
        figures: dict[str, Any] = {key: each.get(key) for each in known for key in _FIGURES}
        record = archive.summary(session, idle=here.idle, figures=figures)
        archive.put(sessions, place, session, record)
