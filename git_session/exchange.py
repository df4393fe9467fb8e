"""Push and pull: the notes here and those of a remote become the same.

Pulling fetches, unites by line and takes what is new into the logs.  Pushing does
that first, then pushes without force, and begins again when somebody was quicker.
"""

from __future__ import annotations

import hashlib
import random
import time

from git_session import arrivals, events, git, notes, output, remotes, sharing, words
from git_session.errors import SessionError
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from git_session.remotes import Fetched
    from git_session.workspace import Workspace

_PUSHED = 'refs/session/pushed/'  # what the remote had of us after the last push
_TRIES = 40
_STUCK = 3  # rejections without anybody having been quicker, after which it is no race

Notes = dict[str, list[bytes]]  # object id -> lines


class Outgoing(Record):
    """What a push takes to a remote, or would take."""

    lines: Notes
    is_first: bool  # nothing was ever pushed there from here
    tries: int


def pull(here: Workspace, remote: str) -> dict[str, int]:
    """Take in what a remote has: session id -> number of events that are new here.

    Raises SessionError when it cannot be reached; then nothing has changed.
    """
    _meet(here, remote)
    return arrivals.absorb(here)


def keep_up(here: Workspace) -> None:
    """Take in what is there when a session is resumed: the notes, with session.sync the remote's.

    That the remote cannot be reached is only warned about.
    """
    if syncs(here):
        try:
            pull(here, remotes.choose(here, None))
            return
        except SessionError as error:
            output.warn(f'not pulled: {error.message}')
    arrivals.absorb(here)


def hand_on(here: Workspace) -> None:
    """Push when a session ends; that it cannot be done now is only warned about."""
    try:
        remote = remotes.choose(here, None, push=True)
        number = sum(map(len, push(here, remote).lines.values()))
        output.talk(f'pushed {words.count(number, "event")} to {output.line(remote)}')
    except SessionError as error:
        output.warn(f'not pushed: {error.message}')
        for text in error.hints or ("'git session push' tries again",):
            output.hint(text)


def syncs(here: Workspace) -> bool:
    """Whether the user wants sessions pushed and pulled: session.sync of git's configuration.

    The tracked configuration cannot: what leaves a machine is its user's own decision.
    """
    return git.boolean(here.setting('session.sync')) is True


def _meet(here: Workspace, remote: str) -> Fetched:
    fetched = remotes.fetch(remote)
    sharing.publish(here.repo, _places(here), here.config)
    notes.unite(here.repo, list(fetched.tips.values()), f"Notes of '{remote}' united")
    return fetched


def _places(here: Workspace) -> Iterable[str]:
    return output.progress('reading sessions', sharing.places(here.repo))


def preview(here: Workspace, remote: str) -> Outgoing:
    """What a push would take there now.  Nothing here changes but what is known of the remote."""
    fetched = remotes.fetch(remote)
    waiting = sharing.pending(_places(here), here.config)
    lines, _ = sharing.lines(waiting)
    tip = notes.tip()
    for name, some in notes.additions(here.repo, _base(here, remote, fetched), tip) if tip else ():
        lines.setdefault(name, []).extend(some)
    left = notes.missing(here.repo, list(fetched.tips.values()), lines)
    return Outgoing(
        {name: list(dict.fromkeys(some)) for name, some in left.items()}, _is_first(remote), 0
    )


def push(
    here: Workspace, remote: str, *, verify: bool = True,
    announce: Callable[[Outgoing], None] | None = None,
) -> Outgoing:  # fmt: skip
    """Bring everything to a remote that may leave; what left.

    `announce` is told before anything does.  Raises SessionError with git's words when
    the remote does not take it; what is here stays published, and the next push goes on.
    """
    stuck = 0
    for attempt in range(_TRIES):
        fetched = _meet(here, remote)
        wanted, lines = _wanted(here, remote, fetched)
        outgoing = Outgoing(lines, _is_first(remote), attempt + 1)
        if not wanted:
            break
        if announce is not None and attempt == 0:
            announce(outgoing)
        reply = remotes.push(remote, wanted, verify=verify)
        if reply.status == 0:
            break
        # What git says of a lost race depends on the server; that the remote has moved does not.
        stuck = stuck + 1 if remotes.listed(remote) == fetched.tips else 0
        if stuck == _STUCK:
            raise git.failure(reply)
        time.sleep(delay(attempt))
    else:
        raise SessionError(
            f"cannot push to '{remote}': somebody else was quicker {_TRIES} times",
            'the events are safe here; push again later',
        )
    tip = notes.tip()
    if tip:
        git.ask('update-ref', _PUSHED + remote, tip)
    return outgoing


def delay(attempt: int) -> float:
    """Seconds to wait after the n-th lost race: at random, up to twice as long each time."""
    return random.uniform(0, min(4.0, 0.05 * 2 ** min(attempt, 10)))


def _is_first(remote: str) -> bool:
    return not git.ref_exists(_PUSHED + remote)


def _base(here: Workspace, remote: str, fetched: Fetched) -> str:
    """A notes commit whose lines the remote certainly has, '' when none is known."""
    if not _is_sharded(here):
        return fetched.tips.get(notes.REF, '')
    pushed = git.ask('rev-parse', '-q', '--verify', _PUSHED + remote).out.strip()
    return '' if fetched.rewound else pushed


def _is_sharded(here: Workspace) -> bool:
    return bool(here.config['session.shards'])


def _wanted(here: Workspace, remote: str, fetched: Fetched) -> tuple[dict[str, str], Notes]:
    """What to push: (full ref name there -> object id, the lines that it brings)."""
    tip = notes.tip()
    if not tip:
        return {}, {}
    base = _base(here, remote, fetched)
    found = dict(notes.additions(here.repo, base, tip))
    if not _is_sharded(here):
        return ({notes.REF: notes.as_signed(here.repo, tip, base)} if found else {}), found
    found = notes.missing(here.repo, list(fetched.tips.values()), found)
    wanted = {}
    for name, lines in _by_shard(found).items():
        old = fetched.tips.get(name, '')
        wanted[name] = notes.written(here.repo, old, lines, "Notes pushed by 'git session'")
    return wanted, found


def _by_shard(lines: Notes) -> dict[str, Notes]:
    """The lines by the ref that the events of their session go to.

    The session decides, so that every clone puts a line into the same one.
    """
    found: dict[str, Notes] = {}
    for oid, some in lines.items():
        for line in some:
            event = events.decode(line)
            owner = event.session if event is not None else ''
            digits = hashlib.sha256(owner.encode('utf-8', 'surrogateescape')).hexdigest()[:2]
            found.setdefault(remotes.SHARDS + digits, {}).setdefault(oid, []).append(line)
    return found
