"""From the log to the notes and back: what is published, what others published.

The log of a session is the authority here, the notes are what leaves (see notes).
Publishing puts events of the kinds of `session.share` into them, redacted; absorbing
takes what others put there into the logs, where a session of another clone is kept in
the archive until it is resumed.
"""

from __future__ import annotations

import os

from git_session import archive, eventlog, events, git, history, notes, output, workspace
from git_session.config import Config
from git_session.errors import SessionError
from git_session.events import Event
from git_session.record import Record
from git_session.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from git_session.workspace import Workspace

_ABSORBED = '.absorbed'  # the notes commit up to which the logs have everything
# The first word of an event's type -> the kind that session.share names; what is
# not here is of the session itself and always shared.
_KINDS = {
    'objective': 'objectives', 'blocker': 'blockers', 'decision': 'decisions',
    'checkpoint': 'checkpoints', 'handoff': 'handoffs', 'note': 'notes', 'dead-end': 'notes',
}  # fmt: skip


class Pending(Record):
    """What of a session waits to be published; `size` is the log's when it is."""

    place: str
    session: Session
    events: list[Event]
    size: int


def is_shared(event: Event, share: Iterable[str]) -> bool:
    """Whether an event may leave at all: `share` is the value of session.share."""
    kind = _KINDS.get(event.type.partition('.')[0])
    return (kind is None or kind in share) and not event.facts.get('private')


def pending(places: Iterable[str], config: Config) -> list[Pending]:
    """What the logs of these directories have that was not published yet."""
    share = config['session.share']
    found = []
    for place in places:
        if _mark(eventlog.log_size(place), share) == _published(place):
            continue
        data = eventlog.read_bytes(place)
        end = data.rfind(b'\n') + 1  # a torn last line is not an event yet
        begin = _begin(place, share)
        begin = begin if begin <= end else 0
        session, _, _ = archive.load(place)
        fresh, _ = events.decode_all(data[begin:end])
        shared = [each for each in fresh if is_shared(each, share) and each.session == session.id]
        found.append(Pending(place, session, shared, end))
    return found


def _mark(size: int, share: Iterable[str]) -> str:
    return f'{size} {",".join(sorted(share))}'


def _published(place: str) -> str:
    try:
        with open(os.path.join(place, eventlog.PUBLISHED), encoding='utf-8') as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return ''


def _begin(place: str, share: Iterable[str]) -> int:
    """How many bytes of the log are published; 0 where more kinds are shared than then.

    What is published already is not added again.
    """
    size, _, then = _published(place).partition(' ')
    known = size.isascii() and size.isdigit() and then == _mark(0, share)[2:]
    return int(size) if known else 0


def lines(waiting: Iterable[Pending]) -> tuple[dict[str, list[bytes]], list[Pending]]:
    """The notes that pending events become: object id -> lines; and whose these are.

    The event of a commit goes to that commit, everything else to the newest one of
    its session, or to the one that it began at.  A session without any waits.
    """
    listed = list(waiting)
    wanted = [each for one in listed for each in (*one.session.commits, one.session.head_at_start)]
    there = {each.oid for each in history.describe(wanted)}
    found: dict[str, list[bytes]] = {}
    placed = []
    for one in listed:
        commits = {commit: at for commit, at in one.session.commits.items() if commit in there}
        newest = max(commits, key=lambda commit: (commits[commit], commit), default='')
        home = newest or one.session.head_at_start
        if home not in there:
            continue
        placed.append(one)
        for event in one.events:
            commit = one.session.current(event.facts.get('commit', '')) if event.is_known else ''
            target = commit if event.type == 'commit' and commit in there else home
            found.setdefault(target, []).append(events.encode(events.published(event)))
    return found, placed


def publish(repo: git.Repository, places: Iterable[str], config: Config) -> None:
    """Put what these logs have and no note yet into the notes.

    Nothing is lost when that fails: the log has it all, and it is only warned about.
    """
    try:
        if notes.is_overwritten():
            _put_back(repo)
        waiting = pending(places, config)
        found, placed = lines(waiting) if waiting else ({}, [])
        notes.publish(repo, found, _subject(placed))
    except SessionError as error:
        output.warn(error.message)
        for text in error.hints:
            output.hint(text)
        return
    for each in placed:
        mark = _mark(each.size, config['session.share'])
        eventlog.write_file(os.path.join(each.place, eventlog.PUBLISHED), mark)


def _subject(placed: list[Pending]) -> str:
    names = sorted({each.session.id for each in placed})
    more = f' and {len(names) - 3} more' if len(names) > 3 else ''
    return f"Notes added by 'git session' for {', '.join(names[:3])}{more}"


def _put_back(repo: git.Repository) -> None:
    """Something has overwritten the notes: unite them with what they were, and publish anew."""
    marks = [os.path.join(place, eventlog.PUBLISHED) for place in places(repo)]
    if any(map(os.path.exists, marks)):
        output.warn(f"something has overwritten '{notes.REF}'; what it had is put back")
        output.hint("see 'git session doctor'")
    for mark in marks:
        eventlog.remove(mark)
    notes.restore(repo)


def places(repo: git.Repository) -> list[str]:
    """The directories of all sessions, live and in the archive."""
    live = [eventlog.directory(repo.sessions, branch) for branch in eventlog.live(repo.sessions)]
    return live + archive.places(repo.sessions)


def is_absorbed(repo: git.Repository) -> bool:
    """Whether the logs have everything that the notes have."""
    return _absorbed(repo) == notes.tip()


def _absorbed(repo: git.Repository) -> str:
    try:
        with open(os.path.join(repo.sessions, _ABSORBED), encoding='ascii') as file:
            return file.read().strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return ''


def absorb(here: Workspace) -> dict[str, int]:
    """Take what the notes have into the logs: session id -> number of new events.

    Sessions that are not here are put into the archive as they are.  Bounded by what
    is new in the notes.
    """
    repo, config = here.repo, here.config
    tip, before = notes.tip(), _absorbed(repo)
    if not tip or tip == before:
        return {}
    if before and git.resolve(before) is None:
        before = ''
    found: dict[str, list[Event]] = {}
    for _, added in notes.additions(repo, before, tip):
        for event in filter(None, map(events.decode, added)):
            if eventlog.is_id(event.session):
                found.setdefault(event.session, []).append(event)
    fresh = {}
    with eventlog.lock(repo.sessions):
        live = {name: branch for branch, name in eventlog.live(repo.sessions).items()}
        for name, its in found.items():
            number = _take_in(repo, config, name, live.get(name), its)
            if number:
                fresh[name] = number
        eventlog.write_file(os.path.join(repo.sessions, _ABSORBED), tip + '\n')
    return fresh


def _take_in(
    repo: git.Repository, config: Config, name: str, branch: str | None, its: list[Event]
) -> int:
    """Append the events that a session's log has not; how many.  Holds the lock."""
    home = archive.folder(repo.sessions, name)
    place = eventlog.directory(repo.sessions, branch) if branch else home
    data = eventlog.read_bytes(place)
    known = {(each.id, bool(each.facts.get('via'))) for each in events.decode_all(data)[0]}
    # A commit that is known as found may have been reported by its hook elsewhere.
    fresh = [
        each for each in events.unite(its)
        if (each.id, False) not in known and (each.id, bool(each.facts.get('via'))) not in known
    ]  # fmt: skip
    if not fresh:
        return 0
    os.makedirs(place, exist_ok=True)
    whole = _mark(len(data), config['session.share']) == _published(place)
    eventlog.append(place, [events.encode(each) for each in fresh])
    if whole or not data:
        mark = _mark(eventlog.log_size(place), config['session.share'])
        eventlog.write_file(os.path.join(place, eventlog.PUBLISHED), mark)
    if branch:
        workspace.generate(place, config)
    else:
        archive.enter(repo.sessions, name, idle=config['session.idle_timeout'])
    return len(fresh)
