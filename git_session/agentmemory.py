"""What an agent has been told already, and what it has lost, in files beside its lease.

An agent runs every copy of our hook that it finds, some at the same time: what the first one
says is written down here, so that the others say nothing.
"""

from __future__ import annotations

import fcntl
import os
import time

from git_session import eventlog, git, identity, output, presence
from git_session.identity import Agent

_AGAIN = 3.0  # seconds in which the same event of the same session is a second copy of the hook


class alone:
    """One hook of an agent at a time: what the first copy says, the second finds said."""

    def __init__(self, repo: git.Repository, me: Agent | None) -> None:
        self._path = os.path.join(repo.gitdir, presence.FOLDER, '.turn-' + _own_name(me))
        self._handle = -1

    def __enter__(self) -> None:
        try:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            os.utime(self._handle)  # or it would be forgotten while it is held
            fcntl.flock(self._handle, fcntl.LOCK_EX)
        except OSError:
            pass  # said twice is better than not at all

    def __exit__(self, *_: object) -> None:
        if self._handle >= 0:
            os.close(self._handle)


def note_others(repo: git.Repository, me: Agent | None) -> list[str]:
    """Who else is live on the branch that the agent was not told of yet; now it is.

    The names that it knows are in ``session-live/.told-<its own>``, one a line.
    """
    there = {_name(each): each for each in presence.live(repo, me)}
    path = os.path.join(repo.gitdir, presence.FOLDER, '.told-' + _own_name(me))
    known = set(_lines(path))
    fresh = [each for name, each in there.items() if name not in known]
    if set(there) != known:
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            eventlog.write_file(path, ''.join(f'{name}\n' for name in sorted(there)))
        except OSError:
            pass
    if not fresh:
        return []
    shown = ', '.join(
        (output.line(each.who) or 'somebody')
        + ('' if each.worktree == repo.top else f' in {output.line(each.worktree)}')
        for each in fresh
    )
    return [f'Also live on this branch now: {shown}.']


def _name(lease: presence.Lease) -> str:
    """What tells a lease from others, as far as an agent is told of it."""
    who = f'{lease.agent.name}-{lease.agent.id}' if lease.agent else 'person'
    return f'{who} {output.line(lease.worktree)}'


def _own_name(me: Agent | None) -> str:
    return f'{me.name}-{me.id}' if me else 'person'


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding='utf-8', errors='surrogateescape') as file:
            return file.read(1 << 16).split('\n')[:-1]
    except OSError:
        return []


def note_loss(repo: git.Repository, me: Agent | None, knew: str) -> None:
    """Note that the agent's memory was cut; `knew` is when it knew all last, in epoch seconds.

    It is ``-`` where nobody knows.
    """
    path = _lost(repo, me)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    eventlog.write_file(path, knew + '\n')


def settle_loss(repo: git.Repository, me: Agent | None) -> str:
    """Note that the agent is told what it lost; the `knew` of that, '' where it lost nothing."""
    path = _lost(repo, me)
    knew = next(iter(_lines(path)), '')
    if knew:
        try:
            os.remove(path)
        except OSError:
            return ''  # another copy of the hook was faster: it says so
    return knew


def _lost(repo: git.Repository, me: Agent | None) -> str:
    return os.path.join(repo.gitdir, presence.FOLDER, '.lost-' + _own_name(me))


def is_second(repo: git.Repository, event: str) -> bool:
    """Whether this is a second copy of one hook: of the user's and of the project's file.

    Agents run all that they find, some at the same time.  An agent without an id has
    nothing to tell copies by.
    """
    me = identity.agent()
    if me is None or not me.id or not os.path.isdir(repo.sessions):
        return False
    place = os.path.join(repo.gitdir, presence.FOLDER)
    name = ''.join(each if each.isascii() and each.isalnum() else '-' for each in event)
    path = os.path.join(place, f'.once-{_own_name(me)}-{name[:40]}')
    try:
        os.makedirs(place, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            found, now = os.read(handle, 40), time.time()
            os.pwrite(handle, f'{now:020.6f}'.encode(), 0)
            return found != b'' and abs(now - float(found)) < _AGAIN
        finally:
            os.close(handle)
    except (OSError, ValueError):
        return False


def forget(repo: git.Repository, me: Agent | None) -> None:
    """Nothing is told to the agent any more."""
    for kind in ('told', 'lost', 'turn'):
        eventlog.remove(os.path.join(repo.gitdir, presence.FOLDER, f'.{kind}-{_own_name(me)}'))
