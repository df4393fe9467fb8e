"""Who is live where: a lease for each agent and person, in the git directory of a worktree.

A lease is a file ``session-live/<agent>[-<id>]``, or ``session-live/person``, of up to
four lines: the short name of the branch, empty when HEAD is detached; the object id at
which HEAD was seen; the name of a person; the branch on which it was seen, where that was
another one: what an agent knows of HEAD stays until its own hook tells it more, or it moves
HEAD itself.  Its time of modification says when it was renewed, by a command, by a git hook
(hooks/live.sh) or by a hook of the agent.  It is stale after fifteen minutes, it blocks
nobody, and it goes when its worktree does.
"""

from __future__ import annotations

import os
import time

from git_session import eventlog, git, identity, output, words
from git_session.identity import Agent
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = 'session-live'
STALE = 15 * 60.0  # seconds
_FORGOTTEN = 24 * 3600.0
_PERSON = 'person'
_MOST_BYTES = 4096


class Lease(Record):
    """`agent` is None for a person, `worktree` the top of the working tree; `seen` in seconds.

    `head` and `was_on` are where HEAD was seen, `branch` is where the lease counts.
    """

    agent: Agent | None
    by: str
    worktree: str
    branch: str
    head: str
    seen: float
    was_on: str

    @property
    def who(self) -> str:
        """``claude``, or the name of a person, '' when it is not known."""
        return self.agent.name if self.agent else self.by


def renew(
    repo: git.Repository, agent: Agent | None, by: str = '', *, has_seen: bool = True
) -> None:
    """Say that an agent, or with None the person `by`, is live here and has seen HEAD.

    Unless it `has_seen` HEAD, what it saw last stays; an agent without an id is always
    taken to have, as its lease is that of others too.  What cannot be written is left:
    nobody's work waits for it.
    """
    place = os.path.join(repo.gitdir, FOLDER)
    path = os.path.join(place, _file(agent))
    lines = [repo.branch or '', repo.head or '', ' '.join(by.split())]
    if not has_seen and agent and agent.id:
        before = _lease(path, _file(agent), '')
        if before is not None and [before.was_on, before.head] != lines[:2]:
            lines = [lines[0], before.head, lines[2], before.was_on]
    text = ''.join(f'{each}\n' for each in lines)
    try:
        if _read(path) == text and time.time() - os.stat(path).st_mtime < STALE:
            os.utime(path)  # mostly: it is cheaper than another file
        else:
            os.makedirs(place, exist_ok=True)
            eventlog.write_file(path, text)
            _forget(place)
    except OSError:
        pass


def moved(before: git.Repository, after: git.Repository, agent: Agent | None) -> None:
    """Say that an agent has moved HEAD itself, which is no news to it where it had seen it."""
    if agent is not None:
        lease = own(before, agent)
        place = [before.branch or '', before.head or '']
        renew(after, agent, has_seen=lease is None or [lease.was_on, lease.head] == place)


def leave(repo: git.Repository, agent: Agent | None) -> None:
    """Give a lease back."""
    eventlog.remove(os.path.join(repo.gitdir, FOLDER, _file(agent)))


def own(repo: git.Repository, agent: Agent | None) -> Lease | None:
    """The lease of this agent, or person, in this worktree: where it saw HEAD last."""
    place = os.path.join(repo.gitdir, FOLDER)
    found = [_lease(os.path.join(place, name), name, repo.top or '') for name in _files(agent)]
    return max((each for each in found if each), key=lambda each: each.seen, default=None)


def live(repo: git.Repository, me: Agent | None) -> list[Lease]:
    """The others on HEAD's branch, the latest first.

    The person of this worktree is the one that an agent in it works for, and no other.
    """
    now = time.time()
    found = [
        lease
        for gitdir, worktree in _worktrees(repo)
        for name, lease in _leases(gitdir, worktree)
        if abs(now - lease.seen) <= STALE and lease.branch == repo.branch
        and (gitdir != repo.gitdir or name not in (_PERSON, *_files(me)))
        and (me is None or not me.id or lease.agent != me)
    ]  # fmt: skip
    return sorted(found, key=lambda each: (-each.seen, each.who))


def told(repo: git.Repository) -> list[str]:
    """The others on this branch, a line each."""
    now = time.time()
    return [
        f'{output.line(each.who) or "somebody"} is live on this branch'
        f'{"" if each.worktree == repo.top else " in " + output.line(each.worktree)}'
        f' ({words.age(min(each.seen, now), now)})'
        for each in live(repo, identity.agent())
    ]


def _file(agent: Agent | None) -> str:
    if agent is None:
        return _PERSON
    return f'{agent.name}-{agent.id}' if agent.id else agent.name


def _files(agent: Agent | None) -> set[str]:
    """The files of its leases: not every agent gives its id to what it starts."""
    return {_file(agent), agent.name} if agent else {_PERSON}


def _worktrees(repo: git.Repository) -> Iterator[tuple[str, str]]:
    """Every worktree of the repository as (its git directory, its top).

    The main one of a repository whose git directory is elsewhere has that for a name, seen
    from another.
    """
    is_inside = os.path.basename(repo.common) == '.git'
    main = os.path.dirname(repo.common) if is_inside else repo.common
    yield repo.common, (repo.top or '') if repo.gitdir == repo.common else main
    linked = os.path.join(repo.common, 'worktrees')
    try:
        names = sorted(os.listdir(linked))
    except OSError:
        return
    for name in names:
        gitdir = os.path.join(linked, name)
        top = _read(os.path.join(gitdir, 'gitdir')).strip()
        yield gitdir, os.path.dirname(top)


def _leases(gitdir: str, worktree: str) -> Iterator[tuple[str, Lease]]:
    place = os.path.join(gitdir, FOLDER)
    try:
        names = sorted(os.listdir(place))
    except OSError:
        return
    for name in names:
        lease = _lease(os.path.join(place, name), name, worktree)
        if lease is not None:
            yield name, lease


def _lease(path: str, name: str, worktree: str) -> Lease | None:
    """The lease in a file, None when there is none, or it is that of nobody we know."""
    kind, _, number = name.partition('-')
    if kind != _PERSON and kind not in [each[0] for each in identity.AGENTS]:
        return None
    try:
        seen = os.stat(path).st_mtime
    except OSError:
        return None
    text = _read(path)
    if not text:
        return None  # a git hook is about to write it
    lines = text.split('\n')
    branch, head, by = [*lines, '', '', ''][:3]
    agent = None if name == _PERSON else Agent(kind, identity.checked(number))
    was_on = lines[3] if len(lines) > 4 else branch
    return Lease(agent, by, worktree, branch, head, seen, was_on)


def _read(path: str) -> str:
    try:
        with open(path, 'rb') as file:
            return file.read(_MOST_BYTES).decode('utf-8', 'surrogateescape')
    except OSError:
        return ''


def _forget(place: str) -> None:
    """Remove the leases of a day ago: an agent that was killed gives none back."""
    limit = time.time() - _FORGOTTEN
    for name in os.listdir(place):
        path = os.path.join(place, name)
        if os.stat(path).st_mtime < limit:
            eventlog.remove(path)
