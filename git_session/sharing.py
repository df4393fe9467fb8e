"""From the log to the notes: what of a session is published, and when.

The log is the authority here, the notes are what leaves (see notes): events of the kinds
of `session.share`, redacted, on the commits that they belong to.
"""

from __future__ import annotations

import os

from git_session import archive, eventlog, events, git, history, notes, output
from git_session.config import Config
from git_session.errors import SessionError
from git_session.events import Event
from git_session.record import Record
from git_session.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# The first word of an event's type -> the kind that session.share names; what is
# not here is of the session itself and always shared.
_KINDS = {
    'objective': 'objectives', 'blocker': 'blockers', 'decision': 'decisions',
    'checkpoint': 'checkpoints', 'tdd': 'checkpoints',
    'handoff': 'handoffs', 'note': 'notes', 'dead-end': 'notes',
}  # fmt: skip


class Pending(Record):
    """What of a session waits to be published; `size` is the log's when it is."""

    place: str
    session: Session
    events: list[Event]
    size: int


def is_shared(event: Event, share: Iterable[str]) -> bool:
    """Whether an event may leave at all: `share` is the value of session.share.

    One of a newer version does not: what of it is private, or a secret, nobody knows here.
    """
    if not event.is_known:
        return False
    kind = _KINDS.get(event.type.partition('.')[0])
    return (kind is None or kind in share) and not event.facts.get('private')


def pending(places: Iterable[str], config: Config) -> list[Pending]:
    """What the logs of these directories have that was not published yet."""
    share = config['session.share']
    found = []
    for place in places:
        if is_published(place, share):
            continue
        data = eventlog.read_bytes(place)
        end = data.rfind(b'\n') + 1  # a torn last line is not an event yet
        begin = published_size(place, share)
        begin = begin if begin <= end else 0
        session, _, _ = archive.load(place)
        fresh, _ = events.decode_all(data[begin:end])
        shared = [each for each in fresh if is_shared(each, share) and each.session == session.id]
        found.append(Pending(place, session, shared, end))
    return found


def _mark(size: int, share: Iterable[str]) -> str:
    return f'{size} {",".join(sorted(share))}'


def is_published(place: str, share: Iterable[str]) -> bool:
    """Whether the whole log in a directory is published, of the kinds that are shared now."""
    return _published(place) == _mark(eventlog.log_size(place), share)


def mark(place: str, share: Iterable[str], size: int | None = None) -> None:
    """Write down that the log is published, or so many bytes of it."""
    text = _mark(eventlog.log_size(place) if size is None else size, share)
    eventlog.write_file(os.path.join(place, eventlog.PUBLISHED), text)


def unmark(place: str) -> None:
    """Forget what of a log is published: the next time all of it is, where it is not yet."""
    eventlog.remove(os.path.join(place, eventlog.PUBLISHED))


def _published(place: str) -> str:
    try:
        with open(os.path.join(place, eventlog.PUBLISHED), encoding='utf-8') as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return ''


def published_size(place: str, share: Iterable[str]) -> int:
    """How many bytes of the log are published; 0 where more kinds are shared than then.

    What is published already is not added again.
    """
    size, _, then = _published(place).partition(' ')
    known = size.isascii() and size.isdigit() and len(size) < 19 and then == _mark(0, share)[2:]
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
        if notes.is_overwritten(repo):
            _put_back(repo)
        waiting = pending(places, config)
        found, placed = lines(waiting) if waiting else ({}, [])
        notes.publish(repo, found, _subject(placed))
        for each in placed:
            mark(each.place, config['session.share'], each.size)
    except SessionError as error:
        output.warn(error.message)
        for text in error.hints:
            output.hint(text)
    except OSError as error:
        output.warn(f'cannot publish: {error.strerror}')
        output.hint('the log has it all; the next checkpoint publishes it')


def _subject(placed: list[Pending]) -> str:
    names = sorted({each.session.id for each in placed})
    more = f' and {len(names) - 3} more' if len(names) > 3 else ''
    return f"Notes added by 'git session' for {', '.join(names[:3])}{more}"


def _put_back(repo: git.Repository) -> None:
    """Something has overwritten the notes: unite them with what they were, and publish anew."""
    known = places(repo)
    if any(os.path.exists(os.path.join(place, eventlog.PUBLISHED)) for place in known):
        output.warn(f"something has overwritten '{notes.REF}'; what it had is put back")
        output.hint("see 'git session doctor'")
    for place in known:
        unmark(place)
    notes.restore(repo)


def places(repo: git.Repository) -> list[str]:
    """The directories of all sessions, live and in the archive."""
    live = [eventlog.directory(repo.sessions, branch) for branch in eventlog.live(repo.sessions)]
    return live + archive.places(repo.sessions)
