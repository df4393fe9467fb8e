"""Finished sessions: ``sessions/.archive/<id>/`` and their index.

``index.jsonl`` has one summary line a session, so that listing thousands reads
one file.  It is derived: a line that is lost is made again from the archived log.
"""

from __future__ import annotations

import os

from git_session import eventlog, events
from git_session.errors import REFUSED, SessionError
from git_session.replay import replay
from git_session.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FOLDER = '.archive'
INDEX = eventlog.INDEX
_IDLE = 1800.0  # the default of session.idle_timeout, where the record of an end is lost


def folder(sessions: str, session_id: str) -> str:
    """Where a finished session is kept; raises SessionError on an id that is no file name."""
    if not eventlog.is_id(session_id):
        raise SessionError(f"'{session_id}' is not a session id")
    return os.path.join(sessions, FOLDER, session_id)


def load(place: str, session_id: str = '') -> tuple[Session, list[events.Event], int]:
    """Replay the session of a directory: session, its events, number of lost lines.

    Without its id that is the one that the directory says.
    """
    found, lost = events.decode_all(eventlog.read_bytes(place))
    name = session_id or eventlog.session_id(place) or os.path.basename(place)
    session = replay(name, found, eventlog.arrived(place))
    return session, [event for event in found if event.session == name], lost


def summary(session: Session, *, idle: float, figures: dict[str, Any]) -> dict[str, Any]:
    """The index line of a session; `figures` is what git said when it ended."""
    counted = [each for each in session.objectives if each.state != 'dropped']
    return {
        'session': session.id,
        'branch': session.branch,
        'state': session.state,
        'result': session.end.get('result'),
        'author': session.author,
        'started': session.started,
        'last_active': session.last_active,
        'active_seconds': int(session.active_seconds(idle)),
        'objectives': len(counted),
        'objectives_done': sum(each.state == 'done' for each in counted),
        'open_blockers': len(session.open_blockers()),
        'decisions': len(session.binding_decisions()),
        'checkpoints': len(session.checkpoints),
        'commits': figures.get('commits'),
        'files': figures.get('files'),
        'added': figures.get('added'),
        'deleted': figures.get('deleted'),
        'coverage': coverage(session),
    }


def coverage(session: Session) -> list[float] | None:
    """The coverage of the first and the last checkpoint that knew it, in percent; None of none."""
    from git_session.analysis import figures  # not needed to look at a session

    known = figures.trend(session.checkpoints, figures.COVERAGE)
    return [known[0], known[-1]] if known else None


def put(sessions: str, place: str, session: Session, record: dict[str, Any]) -> None:
    """Move a finished session from its branch's directory to the archive.

    The caller holds the exclusive lock.  Whatever kills this, the session is found
    again: the index comes first, `id` moves last, and until then the next command
    finds the session where it was and finishes the move.
    """
    target = folder(sessions, session.id)
    _list(sessions, record)
    if place != target:
        move(place, target)
    write_toml(target, session.id)


def enter(sessions: str, session_id: str, *, idle: float, figures: dict[str, Any] | None) -> None:
    """List a session whose log lies in the archive and has grown; holds the lock.

    `figures` is what git said when it ended.  Of one that comes from another clone
    nothing is known but the commits that its log names.
    """
    target = folder(sessions, session_id)
    session, _, _ = load(target, session_id)
    record = summary(session, idle=idle, figures=figures or {'commits': len(session.commits)})
    if os.path.exists(os.path.join(target, 'session.toml')):
        write_toml(target, session_id)
    _list(sessions, record)
    eventlog.write_file(os.path.join(target, eventlog.ID), session_id + '\n', durable=True)


def _list(sessions: str, record: dict[str, Any]) -> None:
    os.makedirs(os.path.join(sessions, FOLDER), exist_ok=True)
    with open(os.path.join(sessions, FOLDER, INDEX), 'ab+') as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
        torn = file.read(1) not in (b'', b'\n')  # by a full disk, say
        file.write(b'\n' * torn + events.dumps(record, ascii=True).encode() + b'\n')


def places(sessions: str) -> list[str]:
    """The directories of the sessions in the archive."""
    return [folder(sessions, name) for name in _archived(sessions)]


def is_finished(sessions: str, place: str) -> bool:
    """Whether a directory is that of a session in the archive."""
    return os.path.dirname(place) == os.path.join(sessions, FOLDER)


def move(place: str, target: str) -> None:
    """Move the files of a session's directory, not the directories of longer branch names."""
    os.makedirs(target, exist_ok=True)
    with os.scandir(place) as entries:
        names = [entry.name for entry in entries if not entry.is_dir(follow_symlinks=False)]
    for name in sorted(names, key=lambda name: (name == eventlog.ID, name)):
        source, goal = os.path.join(place, name), os.path.join(target, name)
        if name == eventlog.LOG and os.path.exists(goal):
            # A move that was killed half way, and a line written since: keep both.
            eventlog.append(target, eventlog.read_bytes(place).splitlines())
            os.remove(source)
            for home in (place, target):
                eventlog.remove(os.path.join(home, eventlog.PUBLISHED))
        elif name == eventlog.DAMAGED and os.path.exists(goal):
            with open(source, 'rb') as old, open(goal, 'ab') as file:
                file.write(old.read())
            os.remove(source)
        elif name == eventlog.ARRIVED and os.path.exists(goal):
            eventlog.mark_arrived(target, eventlog.arrived(place))
            os.remove(source)
        elif not os.path.exists(source) or name.endswith('.tmp'):
            eventlog.remove(source)  # what a killed writer left
        else:
            os.replace(source, goal)
    _remove_empty(place)


def _remove_empty(place: str) -> None:
    """Remove the directory and those above it that are empty now, up to `sessions`."""
    while os.path.basename(place) != 'sessions':
        try:
            os.rmdir(place)
        except OSError:
            return
        place = os.path.dirname(place)


def write_toml(target: str, session_id: str) -> None:
    """session.toml: the whole record, for people and for import."""
    found, _ = events.decode_all(eventlog.read_bytes(target))
    from git_session import transfer  # not needed to look at a session

    text = transfer.to_toml(session_id, found)
    eventlog.write_file(os.path.join(target, 'session.toml'), text)


def index(sessions: str) -> list[dict[str, Any]]:
    """The summaries of the finished sessions, each id once, the newest line of it.

    The one that was active last comes last.  A session whose line is lost or damaged is
    summed up from its log, without the figures that git knew when it ended.
    """
    found: dict[str, dict[str, Any]] = {}
    try:
        with open(os.path.join(sessions, FOLDER, INDEX), 'rb') as file:
            for line in file:
                record = _record(line)
                if record is not None:
                    found.pop(record['session'], None)  # the newest line has the newest place
                    found[record['session']] = record
    except FileNotFoundError:
        pass
    for name in _archived(sessions):
        place = folder(sessions, name)
        if name not in found and os.path.isfile(os.path.join(place, eventlog.LOG)):
            found[name] = summary(load(place)[0], idle=_IDLE, figures={})
    there = [record for record in found.values() if record['state'] != 'removed']
    # The lines of those that came from elsewhere are in no order.
    return sorted(there, key=lambda record: record['last_active'])


def _archived(sessions: str) -> list[str]:
    """The names of the directories in the archive, which are ids."""
    try:
        names = os.listdir(os.path.join(sessions, FOLDER))
    except FileNotFoundError:
        return []
    return sorted(filter(eventlog.is_id, names))


_KINDS: dict[str, tuple[type, ...]] = {
    'branch': (str,), 'author': (str,), 'started': (int, float), 'last_active': (int, float),
    'active_seconds': (int,), 'objectives': (int,), 'objectives_done': (int,),
}  # fmt: skip


def _record(line: bytes) -> dict[str, Any] | None:
    """The summary in a line, None when it is not whole."""
    try:
        record = events.loads(line.decode('utf-8', 'surrogatepass').strip())
        name, state = record['session'], record['state']
        whole = isinstance(name, str) and eventlog.is_id(name) and isinstance(state, str)
        if state != 'removed':
            whole = whole and all(isinstance(record[key], _KINDS[key]) for key in _KINDS)
        return record if whole else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def take(sessions: str, session_id: str, place: str) -> None:
    """Move an archived session back to a branch's directory (undo of its end)."""
    source = folder(sessions, session_id)
    eventlog.remove(os.path.join(source, 'session.toml'))
    move(source, place)
    _list(sessions, {'session': session_id, 'state': 'removed'})


def find(sessions: str, wanted: str, current: str | None) -> str:
    """The directory of the session that an id, a prefix, a branch or ``@{n}`` names.

    Raises SessionError when none or several match.
    """
    live = eventlog.live(sessions)
    places = {name: eventlog.directory(sessions, branch) for branch, name in live.items()}
    if wanted in live:
        return places[live[wanted]]
    finished = index(sessions)
    for record in finished:
        places.setdefault(record['session'], folder(sessions, record['session']))
    back = wanted[2:-1] if wanted.startswith('@{') and wanted.endswith('}') else ''
    if back.isascii() and back.isdigit() and len(back) < 19:
        return _before(finished, places, int(back), current)
    if wanted in places:
        return places[wanted]
    of_branch = [record['session'] for record in finished if record.get('branch') == wanted]
    if of_branch:
        return places[of_branch[-1]]
    matching = [name for name in places if name.startswith(wanted)] if wanted else []
    if len(matching) == 1:
        return places[matching[0]]
    if matching:
        raise SessionError(
            f"session '{wanted}' is ambiguous", *sorted(matching)[:10], status=REFUSED
        )
    raise SessionError(f"no session '{wanted}'", "see 'git session history'", status=REFUSED)


def _before(
    finished: list[dict[str, Any]], places: dict[str, str], back: int, current: str | None
) -> str:
    """The n-th session before the current one, by when they were last active."""
    moments = {record['session']: record['last_active'] for record in finished}
    for name, place in places.items():
        if name not in moments:
            moments[name] = load(place)[0].last_active
    ordered = sorted(moments, key=lambda name: (-moments[name], name))
    if current in ordered:
        ordered.remove(current)
        ordered.insert(0, current)
    elif current is None:
        ordered.insert(0, '')
    if back >= len(ordered) or not ordered[back]:
        raise SessionError(f"no session '@{{{back}}}'", status=REFUSED)
    return places[ordered[back]]
