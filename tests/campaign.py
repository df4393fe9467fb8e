"""A team at random work, with failures between any two steps, and what must be true afterwards.

What a command has acknowledged (exit status 0), or a hook has written into the log of a
live session, is kept as the ids of events.  Each must be everywhere in the end.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from git_session import archive, eventlog, events, process
from git_session.main import main
from git_session.replay import replay
from tests.repo import Repo
from tests.team import Clone, Team, noted

BRANCHES = ('a', 'a/b', 'c')  # one is the other's folder
FETCHES = (
    ('+refs/notes/*:refs/notes/*',),
    ('--prune', '+refs/notes/*:refs/notes/*'),
    ('+refs/notes/session:refs/notes/session',),
    ('refs/notes/*:refs/notes/origin/*',),
)


class Killed(BaseException):
    """What nobody catches: the end of a process, but that this one goes on."""


class Faults:
    """Lets the n-th git call or file write of a command fail, once, in one of several ways."""

    WAYS = ('die', 'no git', 'git dies after', 'torn write', 'disk full', 'vanish')

    def __init__(self, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
        self.team = team
        self.way, self.left = '', 0
        self._spawn = process.spawn
        monkeypatch.setattr(process, 'spawn', self._git)
        for module in (eventlog, archive):
            monkeypatch.setattr(module, 'os', _System(self))

    def arm(self, way: str, after: int) -> None:
        self.way, self.left = way, after

    def disarm(self) -> bool:
        """Whether it has struck; what it took away is there again."""
        struck = bool(self.way) and self.left <= 0
        self.way = ''
        away = self.team.folder / 'away'
        if away.exists():
            away.rename(self.team.origin.path)
        return struck

    def strikes(self, *ways: str) -> bool:
        if self.way not in ways:
            return False
        self.left -= 1
        return self.left == 0

    def _git(self, args: tuple[str, ...], env: Any, actions: list[Any]) -> int:
        if not self.strikes('die', 'no git', 'git dies after', 'vanish'):
            return self._spawn(args, env, actions)
        if self.way == 'die':
            raise Killed
        if self.way == 'vanish':
            self.team.origin.path.rename(self.team.folder / 'away')
            return self._spawn(args, env, actions)
        script = 'kill -9 $$' if self.way == 'no git' else 'git "$@"; kill -9 $$'
        return os.posix_spawnp('sh', ('sh', '-c', script, 'sh', *args), env, file_actions=actions)


class _System:
    """The module os, whose writes fail when they are told to."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def write(self, handle: int, data: bytes) -> int:
        if self._faults.strikes('torn write', 'disk full'):
            os.write(handle, data[: len(data) // 2])
            if self._faults.way == 'torn write':
                raise Killed
            raise OSError(28, 'No space left on device')
        return os.write(handle, data)

    def replace(self, source: str, target: str) -> None:
        if self._faults.strikes('torn write', 'disk full'):
            if self._faults.way == 'torn write':
                raise Killed
            raise OSError(28, 'No space left on device')
        os.replace(source, target)


class Campaign:
    """Three clones of one bare repository; each seed is another story."""

    def __init__(self, team: Team, faults: Faults, seed: int) -> None:
        self.team, self.faults = team, faults
        self.random = random.Random(seed)
        self.clones = [team.clone(name) for name in ('ann', 'bob', 'eve')]
        self.known: set[tuple[str, str]] = set()  # (event id, session) that were acknowledged
        self.story: list[str] = []
        self.number = 0

    def meet(self) -> None:
        """All of them are on the session of one branch."""
        ann, *others = self.clones
        self.story.append('ann: meet')
        assert self.do(ann, 'start', 'c', '-o', self.text(), safe=True)
        _commit(self, ann)
        assert self.git(ann, 'push', '-q', 'origin', 'HEAD')
        assert self.do(ann, 'push', safe=True)
        for each in others:
            self.story.append(f'{each.path.name}: meet')
            assert self.git(each, 'fetch', '-q')
            assert self.do(each, 'pull', safe=True) and self.do(each, 'resume', 'c', safe=True)

    def work(self, steps: int) -> None:
        for _ in range(steps):
            clone = self.random.choice(self.clones)
            action = self.random.choice(ACTIONS)
            self.story.append(f'{clone.path.name}: {action.__name__.strip("_")}')
            action(self, clone)

    def do(self, clone: Clone, *words: str, safe: bool = False) -> bool:
        """Run `git session`; sometimes something goes wrong.  Whether it was acknowledged."""
        if not safe and self.random.random() < 0.35:
            self.faults.arm(self.random.choice(Faults.WAYS), self.random.randint(1, 25))
        os.chdir(clone.path)
        try:
            status: int | str = main(words)
        except Killed:
            status = 'killed'
        way = self.faults.way
        struck = self.faults.disarm()
        if struck:
            unlock(clone.path / '.git')
        self.story[-1] += f' {" ".join(words)} -> {status}' + (f' ({way})' if struck else '')
        assert struck or status in (0, 1, 128), self.told()
        if status == 0:
            self.acknowledge(clone)
        return status == 0

    def acknowledge(self, clone: Clone) -> None:
        self.known |= {(each.id, each.session) for each in logged(clone)}

    def git(self, clone: Clone, *words: str) -> bool:
        status = clone.run('git', *words).status
        self.story[-1] += f' git {" ".join(words)} -> {status}'
        self.acknowledge(clone)
        return status == 0

    def text(self) -> str:
        self.number += 1
        return f'{self.story[-1].split(":")[0]} {self.number}'

    def told(self) -> str:
        return '\n'.join(self.story)

    def settle(self) -> None:
        """Everybody pushes and pulls twice, and nothing goes wrong."""
        for _ in range(2):
            for command in ('push', 'pull'):
                for clone in self.clones:
                    self.story.append(f'{clone.path.name}:')
                    assert self.do(clone, command, safe=True), self.told()

    def check(self) -> None:
        """Nothing that was acknowledged is missing anywhere, and all say the same."""
        everywhere = [{(e.id, e.session) for e in logged(clone)} for clone in self.clones]
        lines = [*map(noted, self.clones), shared(self.team.origin)]
        everywhere += map(ids, lines)
        for number, found in enumerate(everywhere):
            assert not self.known - found, f'{number}: {self.known - found}\n{self.told()}'
        states = [_states(clone) for clone in self.clones]
        assert states[0] == states[1] == states[2], self.told()
        assert lines[0] == lines[1] == lines[2] == lines[3], self.told()
        for repo in (*self.clones, self.team.origin):
            said = repo.run('git', 'fsck', '--full', '--strict', '--no-dangling')
            assert (said.status, said.out) == (0, ''), f'{said}\n{self.told()}'


def _start(self: Campaign, clone: Clone) -> None:
    self.do(clone, 'start', self.random.choice(BRANCHES), '-o', self.text())


def _commit(self: Campaign, clone: Clone) -> None:
    self.git(clone, 'commit', '-q', '--allow-empty', '-m', self.text())


def _amend(self: Campaign, clone: Clone) -> None:
    message = self.random.choice([('--no-edit',), ('-m', self.text())])
    self.git(clone, 'commit', '-q', '--amend', '--allow-empty', *message)


def _plan(self: Campaign, clone: Clone) -> None:
    self.do(clone, 'objectives', 'add', self.text())


def _achieve(self: Campaign, clone: Clone) -> None:
    self.do(clone, 'objectives', 'complete', str(self.random.randint(1, 3)))


def _decide(self: Campaign, clone: Clone) -> None:
    self.do(clone, 'decisions', 'add', self.text(), '--rationale', 'because')


def _checkpoint(self: Campaign, clone: Clone) -> None:
    how = self.random.choice([('--no-commit',), ('-a', '-m', self.text())])
    self.do(clone, 'checkpoint', '-l', self.text(), *how)


def _pause(self: Campaign, clone: Clone) -> None:
    self.do(clone, 'pause')


def _end(self: Campaign, clone: Clone) -> None:
    self.do(clone, 'end')


def _undo(self: Campaign, clone: Clone) -> None:
    self.do(clone, 'undo')


def _resume(self: Campaign, clone: Clone) -> None:
    self.git(clone, 'fetch', '-q')
    self.do(clone, 'resume', self.random.choice(BRANCHES))


def _switch(self: Campaign, clone: Clone) -> None:
    self.git(clone, 'switch', '-q', self.random.choice((*BRANCHES, 'main')))


def _push(self: Campaign, clone: Clone) -> None:
    self.do(clone, 'push')


def _pull(self: Campaign, clone: Clone) -> None:
    self.do(clone, 'pull')


def _git_push(self: Campaign, clone: Clone) -> None:
    self.git(clone, 'push', '-q', 'origin', 'HEAD')


def _git_pull(self: Campaign, clone: Clone) -> None:
    how = self.random.choice([('--rebase',), ('--no-rebase', '--no-edit')])
    branch = clone.run('git', 'branch', '--show-current').out.strip()
    if not self.git(clone, 'pull', '-q', *how, 'origin', branch or 'main'):
        clone.run('git', 'rebase', '--abort')
        clone.run('git', 'merge', '--abort')


def _fetch_over(self: Campaign, clone: Clone) -> None:
    """A refspec of the user's that overwrites the notes."""
    self.git(clone, 'fetch', '-q', 'origin', *self.random.choice(FETCHES))


def _delete_notes(self: Campaign, clone: Clone) -> None:
    self.git(clone, 'update-ref', '-d', 'refs/notes/session')


def _force_notes(self: Campaign, clone: Clone) -> None:
    """What the remote had is taken from it."""
    what = self.random.choice(['+refs/notes/session', ':refs/notes/session'])
    self.git(clone, 'push', '-q', 'origin', what)


def _merge_notes(self: Campaign, clone: Clone) -> None:
    """Plain git shares them too."""
    if self.git(clone, 'fetch', '-q', 'origin', '+refs/notes/session:refs/notes/theirs'):
        merge = ('merge', '-q', '-s', 'cat_sort_uniq', 'refs/notes/theirs')
        self.git(clone, 'notes', '--ref=session', *merge)
    self.git(clone, 'push', '-q', 'origin', 'refs/notes/session')


def _shard(self: Campaign, clone: Clone) -> None:
    """The one layout at the remote or the other; nobody asks the others."""
    if self.random.random() < 0.5:
        self.git(clone, 'config', 'session.shards', 'true')
    else:
        clone.run('git', 'config', '--unset', 'session.shards')


def _collect(self: Campaign, clone: Clone) -> None:
    self.git(clone, *self.random.choice([('gc', '-q'), ('pack-refs', '--all'), ('repack', '-dq')]))


def _refuse(self: Campaign, clone: Clone) -> None:
    """A server that says no."""
    hook = self.team.origin.path / 'hooks' / 'pre-receive'
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\nexit 1\n')
    hook.chmod(0o755)
    self.do(clone, 'push')
    hook.unlink()


def _push_at_once(self: Campaign, clone: Clone) -> None:
    """All of them push, as processes."""
    pushing = [_process(each, 'push') for each in self.clones]
    for each in pushing:
        _, said = each.communicate()
        assert each.returncode == 0, f'{said!r}\n{self.told()}'


def _kill(self: Campaign, clone: Clone) -> None:
    """A push or a pull that is killed at any moment, with all that it started."""
    process = _process(clone, self.random.choice(['push', 'pull']))
    try:
        process.communicate(timeout=self.random.uniform(0.05, 0.5))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    for repo in (clone.path / '.git', self.team.origin.path):
        unlock(repo)


ACTIONS: list[Callable[[Campaign, Clone], None]] = [
    *[_commit] * 4, *[_plan] * 3, *[_push] * 3, *[_pull] * 3, *[_resume] * 3, *[_start] * 3,
    *[_checkpoint] * 2, *[_decide] * 2, *[_amend] * 2, *[_git_push] * 2, *[_git_pull] * 2,
    _achieve, _pause, _end, _undo, _switch, _fetch_over, _delete_notes, _force_notes,
    _merge_notes, _shard, _collect, _refuse, _push_at_once, _kill,
]  # fmt: skip


def _process(clone: Clone, command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, '-m', 'git_session', command], cwd=clone.path, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip


def unlock(folder: Path) -> None:
    """What a user does after git was killed: remove the locks that it left."""
    for path in [*folder.rglob('*.lock')]:
        if path.name != '.lock':
            path.unlink()


def logged(clone: Repo) -> Iterator[events.Event]:
    """The events of the logs, of sessions that there are."""
    sessions = clone.path / '.git' / 'sessions'
    for path in sessions.rglob('events.jsonl'):
        name = eventlog.session_id(str(path.parent))
        if name is not None:
            found, _ = events.decode_all(path.read_bytes())
            yield from (each for each in found if each.session == name)


def _states(clone: Repo) -> dict[str, dict[str, Any]]:
    """Session id -> what its log says."""
    found: dict[str, list[events.Event]] = {}
    for each in logged(clone):
        found.setdefault(each.session, []).append(each)
    replayed = {name: vars(replay(name, some)) for name, some in found.items()}
    return {
        name: {key: value for key, value in state.items() if key != '_shortcuts'}
        for name, state in replayed.items()
    }


def shared(origin: Repo) -> set[str]:
    """The lines of all notes at the remote, in either layout."""
    refs = origin.git('for-each-ref', '--format=%(refname)', 'refs/notes/session*').split()
    refs += origin.git('for-each-ref', '--format=%(refname)', 'refs/notes/sessions/').split()
    return set().union(*(noted(origin, ref) for ref in refs))


def ids(lines: set[str]) -> set[tuple[str, str]]:
    found, _ = events.decode_all('\n'.join(lines).encode())
    return {(each.id, each.session) for each in found}
