"""Whether the logs and the notes agree, and making them agree again.

Each can be rebuilt from the other as far as it was published: notes that were lost are
published anew, events that a log has lost come back from the notes.
"""

from __future__ import annotations

from git_session import archive, arrivals, eventlog, events, notes, output, sharing
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from git_session.events import Event
    from git_session.workspace import Workspace


class Balance(Record):
    """What one side lacks: session id -> events.

    `unnoted` are those that are marked as published and that no note has, `unlogged`
    those that the notes have of a session that is here, and its log has not.  `damaged` is how
    many lines of a log hold no event, by the directory of a finished session.
    """

    unnoted: dict[str, list[Event]]
    unlogged: dict[str, list[Event]]
    damaged: dict[str, int]


def compare(here: Workspace) -> Balance:
    """Read all logs and all notes; linear in both."""
    noted: dict[str, dict[str, bytes]] = {}  # lines: as events those of all sessions are too much
    tip = notes.tip()
    read = notes.additions(here.repo, '', tip) if tip else ()
    for _, lines in output.counting('reading notes', read, lambda: notes.number(tip)):
        for line in lines:
            event = events.decode(line)
            if event is not None:
                noted.setdefault(event.session, {})[event.id] = line
    share = here.config['session.share']
    unnoted, unlogged = {}, {}
    damaged: dict[str, int] = {}
    for place in output.progress('reading sessions', sharing.places(here.repo)):
        session, logged, bad = archive.load(place)
        if bad and archive.is_finished(here.repo.sessions, place):
            damaged[place] = bad
        found = filter(None, map(events.decode, noted.get(session.id, {}).values()))
        there = {event.id: event for event in found}
        united = events.unite([*logged, *there.values()])
        missing = [event for event in united if event is there.get(event.id)]
        if missing:
            unlogged[session.id] = missing
        size = sharing.published_size(place, share)
        claimed = logged
        if size < eventlog.log_size(place):
            claimed = events.decode_all(eventlog.read_bytes(place)[:size])[0]
        lost = [
            event for event in claimed
            if event.id not in there and event.session == session.id
            and sharing.is_shared(event, share)
        ]  # fmt: skip
        if lost and size:
            unnoted[session.id] = lost
    return Balance(unnoted, unlogged, damaged)


def mend(here: Workspace, balance: Balance) -> None:
    """Publish again what the notes lack, and take what the logs lack from the notes."""
    if balance.unlogged:
        arrivals.receive(here, balance.unlogged, published=True)
    for place in sharing.places(here.repo):
        # What was taken from the notes is published; what was beside it in the log may not be.
        name = eventlog.session_id(place) or archive.load(place)[0].id
        if name in balance.unnoted or name in balance.unlogged:
            sharing.unmark(place)
    sharing.publish(here.repo, sharing.places(here.repo), here.config)
