"""Sessions that come from elsewhere, in a file or in notes: what the logs here have not.

A session that is not here is put into the archive as it is; one that is here, live or
finished, is united with what comes by the ids of the events.  Nothing is taken away, and
of two events with one id the one counts that replay would take.  What looks like a secret
and is not marked as one gets its mark, as if it had been written here.
"""

from __future__ import annotations

import os

from git_session import archive, eventlog, events, generated, git, notes, output, sharing
from git_session.events import Event
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from git_session.workspace import Workspace

_ABSORBED = '.absorbed'  # the notes commit up to which the logs have everything
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


def receive(
    here: Workspace, found: Mapping[str, Iterable[Event]], *, published: bool = False
) -> list[Arrival]:
    """Write down what is new of the events of sessions: session id -> events.

    `published` says that they come from the notes: then they need not go there again.
    """
    sessions = here.repo.sessions
    with eventlog.lock(sessions):
        live = {name: branch for branch, name in eventlog.live(sessions).items()}
        figures = _figures(sessions)
        arrived = []
        for name, its in output.progress('Taking in sessions', list(found.items())):
            branch = live.get(name)
            home = archive.folder(sessions, name)
            place = home if branch is None else eventlog.directory(sessions, branch)
            each = _take_in(here, name, place, its, published=published)
            listed = eventlog.session_id(place) == name  # not where this was killed before
            if branch is not None and (each.new or each.fuller):
                generated.generate(place, here.config)
            elif branch is None and (each.new or each.fuller or not listed):
                known = figures.get(name)  # what git said when it ended still holds
                archive.enter(sessions, name, idle=here.idle, figures=known)
            arrived.append(each)
    return arrived


def _take_in(
    here: Workspace, session_id: str, place: str, its: Iterable[Event], *, published: bool
) -> Arrival:
    """Append what the log in a directory has not; holds the lock."""
    local, _ = events.decode_all(eventlog.read_bytes(place))
    known = {(each.id, each.session): each for each in local}
    # What others published has left already.
    united = events.unite([*local, *(its if published else map(_guarded, its))])
    fresh = [each for each in united if known.get((each.id, each.session)) is not each]
    if fresh:
        share = here.config['session.share']
        os.makedirs(place, exist_ok=True)
        whole = published and (not local or sharing.is_published(place, share))
        eventlog.mark_arrived(place, [each.id for each in fresh])
        eventlog.append(place, [events.encode(each) for each in fresh])
        if whole:
            sharing.mark(place, share)
    session, _, _ = archive.load(place, session_id)
    new = sum((each.id, each.session) not in known for each in fresh)
    result = session.end.get('result', 'ended') if session.state == 'ended' else None
    return Arrival(session_id, session.branch, not local, new, len(fresh) - new, result)


def _figures(sessions: str) -> dict[str, dict[str, Any]]:
    """What git said of the sessions in the archive: session id -> figures."""
    return {
        each['session']: {key: each.get(key) for key in _FIGURES}
        for each in archive.index(sessions)
    }


def _guarded(event: Event) -> Event:
    """The event with what may leave of it, where its writer did not look for secrets."""
    if 'public' in event.facts:
        return event
    from git_session import secrets

    public = secrets.public(event.facts)
    return event.replace(facts={**event.facts, 'public': public}) if public else event


def absorb(here: Workspace) -> dict[str, int]:
    """Take what the notes have into the logs: session id -> number of new events.

    Bounded by what is new in the notes since the last time.
    """
    repo, tip = here.repo, notes.tip()
    path = os.path.join(repo.sessions, _ABSORBED)
    before = _content(path)
    if not tip or tip == before:
        return {}
    from git_session import transfer  # not needed to find out that nothing is new

    if '\0' in before or (before and git.resolve(before) is None):
        before = ''
    found: dict[str, list[Event]] = {}
    for _, added in notes.additions(repo, before, tip):
        for event in filter(None, map(events.decode, added)):
            if not transfer.why_not(event):
                found.setdefault(event.session, []).append(event)
    arrived = receive(here, found, published=True)
    eventlog.write_file(path, tip + '\n')
    return {each.session: each.new + each.fuller for each in arrived if each.new or each.fuller}


def _content(path: str) -> str:
    try:
        with open(path, encoding='ascii') as file:
            return file.read().strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return ''
