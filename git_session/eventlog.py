"""The log of one session on disk.

``<git common dir>/sessions/<branch>/`` holds a live session, ``.archive/<id>/`` a
finished one.  In it::

    events.jsonl  the truth, one event a line (see events), only ever appended to
    id            the session's id, read by the hooks: without it there is no session
    published     how many bytes of events.jsonl have become notes, and of which kinds
    arrived       the ids of the events that came from elsewhere, one a line: that somebody
                  is said there to have made them is what whoever sent them says.  It is
                  not part of an event, which would bring its own
    damaged       lines that stood in the log and hold no event, one after the other

and the generated files.  A line is written by one write to a file opened with
O_APPEND, so parallel writers do not mix; it is on disk when `append` returns.
Who appends or moves a directory holds the lock ``sessions/.lock``.  The hooks do
not: a line they cannot write because the directory has just moved is a commit that
the next command finds.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time

from git_session import events, identity
from git_session.errors import SessionError
from git_session.events import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

LOG = 'events.jsonl'
ID = 'id'
PUBLISHED = 'published'
ARRIVED = 'arrived'
DAMAGED = 'damaged'
ENDING = '.ending'
INDEX = 'index.jsonl'  # lies beside the folders of finished sessions, whose names are ids


def directory(sessions: str, branch: str) -> str:
    """The directory of a branch's live session; raises SessionError on a name git refuses."""
    parts = branch.split('/')
    if '\0' in branch or any(not part or part.startswith('.') for part in parts):
        raise SessionError(f"'{branch}' is not a valid branch name")
    return os.path.join(sessions, *parts)


def session_id(place: str) -> str | None:
    """The id of the session in a directory, None when there is none."""
    try:
        with open(os.path.join(place, ID), encoding='utf-8') as file:
            name = file.readline().strip()
    # A branch may be called <branch>/id: then that is a directory.
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, UnicodeDecodeError):
        return None
    return name if is_id(name) else None


MOST_ID = 200  # characters: ours are far shorter, and no file system takes 256
_OURS = f'{{"v":{events.VERSION},'
_IN_IDS = frozenset('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._-')


def is_id(name: str) -> bool:
    """Whether it can be a session id: a file's name, no option, and printed as it is."""
    if not 0 < len(name) <= MOST_ID or name.casefold() == INDEX:
        return False
    return name[0] not in '.-' and not set(name) - _IN_IDS


def live(sessions: str) -> dict[str, str]:
    """The live sessions: branch -> session id."""
    ids = {branch: session_id(place) for branch, place in _directories(sessions)}
    return {branch: name for branch, name in sorted(ids.items()) if name}


def astray(sessions: str, name: str) -> Iterator[str]:
    """The directories with a log of the session and no id: it was on its way to another."""
    for _, place in _directories(sessions):
        has_log = os.path.isfile(os.path.join(place, LOG)) and session_id(place) is None
        if has_log and lost_id(place, name) == name:
            yield place


def _directories(sessions: str) -> Iterator[tuple[str, str]]:
    """(branch, directory) of all that can be the directory of a live session."""
    pending = ['']
    while pending:
        prefix = pending.pop()
        for entry in _entries(os.path.join(sessions, prefix)):
            if entry.is_dir() and not entry.name.startswith('.'):
                branch = prefix + entry.name
                if not entry.is_symlink():  # it may lead back to here
                    pending.append(branch + '/')
                yield branch, entry.path


def _entries(place: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(place) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


def lost_id(place: str, bound: str) -> str | None:
    """The id of the session that the log in a directory is of, None when it is not clear.

    A log that has nothing but the opening of a session is nobody's unless its branch
    is bound to it: its command was killed before it had made the session.
    """
    found = [event for event in events.decode_all(read_bytes(place))[0] if is_id(event.session)]
    opened = [event for event in found if event.type == 'start']
    names = {event.session for event in opened or found}
    if len(names) != 1:
        return None
    name = names.pop()
    alone = bool(opened) and all((event.op or event.id) == opened[0].id for event in found)
    return None if alone and name != bound else name


class lock:
    """The lock of all sessions, for a `with`; waits for it.

    The one of ENDING is held while a session ends, from its last events to its place in
    the archive, and taken before the other one.
    """

    def __init__(self, sessions: str, *, name: str = '.lock') -> None:
        self._sessions = sessions
        self._name = name
        self._handle = -1

    def __enter__(self) -> None:
        os.makedirs(self._sessions, exist_ok=True)
        path = os.path.join(self._sessions, self._name)
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        fcntl.flock(self._handle, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)


def read_bytes(place: str) -> bytes:
    """The raw log, empty when there is none."""
    try:
        with open(os.path.join(place, LOG), 'rb') as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return b''


def arrived(place: str) -> frozenset[str]:
    """The ids of the events in a directory's log that were not made in this clone."""
    try:
        with open(os.path.join(place, ARRIVED), 'rb') as file:
            lines = file.read().split(b'\n')
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return frozenset()
    return frozenset(each.decode('unicode_escape', 'replace') for each in lines)


def mark_arrived(place: str, ids: Iterable[str]) -> None:
    """Remember which events came from elsewhere; called before they are in the log."""
    fresh = sorted(set(ids) - arrived(place))
    if fresh:
        # Escaped, as an id that somebody made may be any text; after a writer that died, on
        # a line of its own.
        lines = [b'\n' + each.encode('unicode_escape') for each in fresh]
        with open(os.path.join(place, ARRIVED), 'ab') as file:
            file.write(b''.join(lines) + b'\n')
            file.flush()
            os.fsync(file.fileno())


def append(place: str, lines: list[bytes]) -> None:
    """Write the lines to the end of the log and to the disk; the caller holds the lock.

    A torn last line of a writer that died is ended first, so that ours stands
    alone.  Raises OSError when they are not safely there; then none of them is.
    """
    handle = os.open(
        os.path.join(place, LOG), os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666
    )
    try:
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b'\n'
        data = (b'\n' if torn else b'') + b''.join(line + b'\n' for line in lines)
        try:
            if os.write(handle, data) != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, size)  # or the first of several lines would count
            raise
    finally:
        os.close(handle)


def set_aside(place: str) -> int:
    """Take the damaged lines out of the log into DAMAGED; how many.  The caller holds the lock.

    They become white space where they are: hooks, which hold no lock, may write meanwhile,
    and what is published stays at its place.  What a newer version may have written stays.
    """
    size = log_size(place)
    if size == 0:
        return 0
    append(place, [])  # ends a torn line, and waits for a hook that is writing one
    lines = read_bytes(place).split(b'\n')
    bad = [(number, line) for number, line in enumerate(lines) if _is_damaged(line)]
    if bad:
        with open(os.path.join(place, DAMAGED), 'ab') as file:
            file.write(b''.join(line + b'\n' for _, line in bad))
            file.flush()
            os.fsync(file.fileno())
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)
        with open(os.path.join(place, LOG), 'r+b') as file:
            for number, line in bad:
                file.seek(starts[number])
                file.write(b' ' * len(line))
            file.flush()
            os.fsync(file.fileno())
    return len(bad)


def _is_damaged(line: bytes) -> bool:
    """Whether no version can have written a line so: no text, or an event that is torn."""
    if not line.strip() or events.decode(line) is not None:
        return False
    try:
        text = line.decode().replace('\t', ' ')
    except UnicodeDecodeError:
        return True
    return min(text) < ' ' or text.startswith(_OURS)


def log_size(place: str) -> int:
    """The bytes of the log, 0 when there is none."""
    try:
        return os.stat(os.path.join(place, LOG)).st_size
    except (FileNotFoundError, NotADirectoryError):
        return 0


def write_file(
    path: str, text: str | bytes, *, durable: bool = False, mode: int | None = None
) -> None:
    """Replace a file in one step: written beside it, then renamed; `mode` is its permissions."""
    temporary = f'{path}.{os.getpid()}.tmp'
    data = text if isinstance(text, bytes) else text.encode('utf-8', 'surrogateescape')
    try:
        with open(temporary, 'wb') as file:
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        remove(temporary)
        error.filename = path  # a write says none, a rename the temporary one
        raise


def remove(path: str) -> None:
    """Remove a file that may not be there."""
    try:
        os.remove(path)
    except OSError:
        pass


class Maker:
    """Makes the events of one command: ids that sort after all that is known.

    A clock that went back does not reorder what one person did one after the
    other: ids go on from the newest one in the log.  `at` stays the clock's.
    """

    def __init__(self, session: str, by: str, newest: str = '', now: float | None = None) -> None:
        self.session = session
        self.by = by
        self.now = time.time() if now is None else now
        self._newest = newest
        self._next = 0  # milliseconds: whole ones, which do not drift
        self.made: list[Event] = []

    def add(self, type: str, **facts: Any) -> Event:
        """One more event; the first one's id groups the later ones.

        What people or agents wrote is looked through for secrets here, and nowhere
        else: the event says itself what may leave of it.
        """
        from git_session import secrets

        if not self.made:
            self._next = int(self.now * 1000)
            if self._newest >= events.event_id(self._next / 1000, ''):
                self._next = max(_milliseconds(self._newest) + 1, self._next)
        name = events.event_id(self._next / 1000, os.urandom(6).hex())
        self._next += 1
        op = self.made[0].id if self.made else ''
        facts = {key: value for key, value in facts.items() if value not in (None, '', [], {})}
        if 'by' in events.TYPES[type] and type != 'rewrite' and self.by:
            facts['by'] = self.by
        claimed = identity.agent()
        if claimed is not None:
            facts.setdefault('agent', claimed.claim)
        public = secrets.public(facts)
        if public:
            facts['public'] = public
        event = Event(name, events.format_time(self.now), self.session, type, facts, op)
        self.made.append(event)
        return event


def _milliseconds(name: str) -> int:
    """Epoch milliseconds of the time in an event id, 0 if it has none to go on from."""
    day, _, clock = name.partition('Z-')[0].partition('T')
    try:
        seconds = events.parse_time(
            f'{day[:4]}-{day[4:6]}-{day[6:]}T{clock[:2]}:{clock[2:4]}:{clock[4:]}Z'
        )
    except ValueError:
        return 0
    return round(seconds * 1000) if day < '9' else 0
