"""What people and programs do in a life (tests/lives.py): an action each.

Most are git, done in both worlds; `Life.do` and `Life.move` are git session, in ours alone.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests import truth
from tests.campaign import unlock
from tests.repo import Repo
from tests.team import noted
from tests.world import CLONES, World, refs

if TYPE_CHECKING:
    from tests.lives import Life, Step

BRANCHES = ('main', 'one', 'two', 'three', 'x', 'x/y')  # of the last two one is the other's folder
FILES = ('f0', 'f1', 'f2', 'new', 'd/g', 'd/h')
STRACE = shutil.which('strace')
# System calls -> how often each is made between two moments to be killed at.
CALLS = {
    'write': 1, 'openat': 9, 'rename,renameat,renameat2,link,linkat': 1, 'fsync,fdatasync': 1,
    'unlink': 1, 'execve': 1, 'flock,fcntl': 2, 'mkdir,rmdir': 1, 'close': 7, 'read': 7,
}  # fmt: skip
# `git session` at a time of the world's.
BOOT = (
    'import sys, time; now = float(sys.argv.pop(1)); time.time = lambda: now\n'
    'from git_session.main import main; sys.exit(main(sys.argv[1:]))'
)


def rest(self: Life, place: str, step: Step) -> None:
    """Nothing: what a step becomes that a failure does not need."""


def _pick(options: tuple[str, ...], number: int) -> str:
    return options[number % len(options)]


def _branch(self: Life, place: str, number: int) -> str:
    """A branch that is there, or sometimes perhaps not."""
    if number % 4 == 3:
        return BRANCHES[number // 4 % len(BRANCHES)]
    there = self.branches(place)
    return there[number // 4 % len(there)] if there else 'main'


def _fresh(self: Life, place: str, number: int) -> str:
    """A name that no branch has, if one is left."""
    there = self.branches(place)
    left = [each for each in BRANCHES if each not in there]
    return left[number % len(left)] if left and number % 8 else BRANCHES[number % len(BRANCHES)]


def _off(number: int) -> tuple[tuple[str, ...], dict[str, str]]:
    """Switches of one command: words of git, and environment."""
    if number % 14 == 3:
        return (), {'GIT_SESSION': '0'}
    return (('-c', 'session.enabled=false') if number % 14 == 5 else ()), {}


def edit(self: Life, place: str, step: Step) -> None:
    path = _pick(FILES, step.a)
    what = step.c % 7
    if what < 4:
        self.write(place, path, self.text() + '\n')
        if what == 3:
            self.git(place, 'add', '-A')
    elif what == 4:
        self.world.both(place, lambda top: (top / path).unlink(missing_ok=True))
    elif what == 5:
        self.world.both(place, lambda top: (top / path).is_file() and (top / path).chmod(0o755))
    else:
        self.git(place, 'add', '-N', '.')


def commit(self: Life, place: str, step: Step) -> None:
    if not self.free(place, step):
        return
    text, kind, path = self.text(), step.a % 12, _pick(FILES, step.c)
    if kind < 4:
        self.write(place, path, text + '\n')
    if kind in (0, 1):
        self.git(place, 'add', '-A')
    words: tuple[str, ...] = ('--allow-empty', '-m', text)
    stdin, env = None, {}
    if kind in (2, 3):
        words = ('-a', '-m', text)
    elif kind == 5:
        words = ('--amend', '--no-edit', '--allow-empty')
    elif kind == 6:
        words = ('--amend', '--allow-empty', '-m', text)
    elif kind == 7:
        words = ('--allow-empty', '--fixup', 'HEAD')
    elif kind == 8:
        words, stdin = ('--allow-empty', '-F', '-'), text
    elif kind == 9:
        words = ('--no-verify', *words)
    elif kind == 10:
        words, env = ('--allow-empty',), {'GIT_EDITOR': f'echo {text} >'}
    elif kind == 11:
        words = ('-m', text)
    before, switches = _off(step.b)
    name = self.bound(place)
    done = self.git(place, *before, 'commit', *words, stdin=stdin, **env, **switches)
    if done.status == 0 and name and not before and not switches and _is_installed(self, place):
        _recorded(self, place, name)
    elif done.status == 0 and name and step.c % 2:
        _found(self, place, step, name)


def _is_installed(self: Life, place: str) -> bool:
    return (self.world.sessions(place) / '.hooks.json').exists()


def _recorded(self: Life, place: str, name: str) -> None:
    """The hook has written the event of HEAD, once, and its note."""
    head = self.alone(place, 'rev-parse', 'HEAD').out.strip()
    log = self.world.sessions(place) / self.branch(place) / 'events.jsonl'
    if not log.exists():  # of a session that has ended: what was killed while it moved it
        assert self.clone(place) in self.hurt
        return
    found = [
        line for line in map(json.loads, truth.lines(log))
        if line['type'] == 'commit' and line['commit'] == head
    ]  # fmt: skip
    assert len({line['id'] for line in found}) == 1, f'{head}: {found}'
    shown = self.alone(place, 'notes', '--ref=session', 'show', head).out
    assert found[0]['id'] in shown or self.clone(place) in self.hurt, shown


def _found(self: Life, place: str, step: Step, name: str) -> None:
    """The next command knows of the commit that no hook reported."""
    head, _, parents = self.alone(place, 'log', '-1', '--format=%H %P').out.strip().partition(' ')
    if not parents:
        return  # a root that was amended is taken for the base's own, rewritten with the branch
    if self.do(place, step, 'status') != 0:
        return
    if self.world.struck:  # what could not be written is found by the one after it
        self.do(place, step._replace(c=0), 'status')
    if self.bound(place) == name:
        path = self.world.sessions(place) / self.branch(place) / 'events.jsonl'
        assert head in truth.Told(name, truth.lines(path)).commits(), head


def other_tool(self: Life, place: str, step: Step) -> None:
    """A commit by something that runs no hooks."""
    if not self.free(place, step):
        return
    name, text = self.bound(place), self.text()
    if step.a % 3 or place not in CLONES:
        made = f'git commit-tree -p HEAD -m "{text}" HEAD^{{tree}}'
        self.world.run(place, 'sh', '-ec', f'git update-ref -m other HEAD $({made})')
    else:
        self.world.both(place, lambda top: _by_dulwich(top, text, self.world.now))
    if name and step.b % 2:
        _found(self, place, step, name)


def _by_dulwich(top: Path, text: str, now: int) -> None:
    from dulwich.repo import Repo as Library

    who = b'Dul Wich <dulwich@example.com>'
    with Library(str(top)) as repo:
        # A git that was killed leaves folders for the branch x/y; git makes way for x, dulwich not.
        branch = os.fsdecode(repo.refs.follow(b'HEAD')[0][-1])
        for folder, _, _ in os.walk(os.path.join(repo.commondir(), branch), topdown=False):
            os.rmdir(folder)
        repo.get_worktree().commit(
            text.encode(), committer=who, author=who, no_verify=True, commit_timestamp=now,
            commit_timezone=0, author_timestamp=now, author_timezone=0,
        )  # fmt: skip


def rebase(self: Life, place: str, step: Step) -> None:
    if not self.free(place, step):
        return
    onto = _branch(self, place, step.c)
    words = (
        (onto,), ('--onto', onto, 'HEAD~1'), ('--apply', onto), ('-i', '--autosquash', onto),
        ('-i', '--autosquash', 'HEAD~2'), ('-r', onto), ('--force-rebase', 'HEAD~2'),
        ('--autostash', onto), ('-x', 'git commit -q --allow-empty -m executed', 'HEAD~1'),
    )[step.a % 9]  # fmt: skip
    self.git(place, 'rebase', *words, GIT_SEQUENCE_EDITOR=':', GIT_EDITOR=':')


def merge(self: Life, place: str, step: Step) -> None:
    if not self.free(place, step):
        return
    branch = _branch(self, place, step.c)
    words = (
        ('--no-edit',), ('--ff-only',), ('--no-ff', '-m', self.text()), ('--squash',),
        ('-s', 'ours', '--no-edit'), ('--no-commit', '--no-ff'),
    )[step.a % 6]  # fmt: skip
    done = self.git(place, 'merge', *words, branch)
    if words == ('--squash',) and done.status == 0:
        self.git(place, 'commit', '-m', self.text())


def pick(self: Life, place: str, step: Step) -> None:
    if not self.free(place, step):
        return
    branch = _branch(self, place, step.c)
    words = (
        ('cherry-pick', branch), ('cherry-pick', '-x', branch), ('cherry-pick', f'HEAD..{branch}'),
        ('revert', '--no-edit', 'HEAD'), ('revert', '--no-edit', 'HEAD~2..'),
        ('cherry-pick', '--allow-empty', '--keep-redundant-commits', branch),
    )[step.a % 6]  # fmt: skip
    self.git(place, *words)


def go_on(self: Life, place: str, step: Step) -> None:
    if self.doing(place):
        self.settle(place, step.a)


def switch(self: Life, place: str, step: Step) -> None:
    if not self.free(place, step):
        return
    branch, fresh = _branch(self, place, step.c), _fresh(self, place, step.c)
    words = (
        ('switch', branch), ('switch', '-c', fresh), ('switch', '--detach'), ('switch', '-'),
        ('checkout', branch), ('checkout', '-B', branch), ('checkout', '-q', '--detach', branch),
        ('switch', '--discard-changes', branch), ('switch', branch), ('checkout', '--', '.'),
    )[step.a % 10]  # fmt: skip
    before, switches = _off(step.b)
    self.git(place, *before, *words, **switches)


def branch(self: Life, place: str, step: Step) -> None:
    if not self.free(place, step):
        return
    one, two = _branch(self, place, step.c), _fresh(self, place, step.b)
    kind = step.a % 9
    words = (
        ('-m', two), ('-m', one, two), ('-M', one, two), ('-d', one), ('-D', one),
        ('-c', one, two), ('-f', one, 'HEAD'), (two,), ('-m', two),
    )[kind]  # fmt: skip
    mine = self.branch(place)
    done = self.git(place, 'branch', *words)
    homes = self.homes.get(self.clone(place))
    if done.status != 0 or homes is None:
        return
    if kind in (0, 1, 2, 8):
        old = one if kind in (1, 2) else mine
        for name, home in list(homes.items()):
            if old != two and home == two:
                del homes[name]  # another is in its place
            elif home == old:
                homes[name] = two
    elif kind in (3, 4, 5, 6, 7):
        # What is made anew under the name of one that is gone may get its session.
        self.homes.pop(self.clone(place))
        if kind in (3, 4) and step.b % 2:
            self.homes[self.clone(place)] = {
                name: home for name, home in homes.items() if home != one
            }
            self._command(place, step._replace(c=0), 'status')


def stash(self: Life, place: str, step: Step) -> None:
    if not self.free(place, step):
        return
    if step.a % 9 < 3:
        self.write(place, _pick(FILES, step.c), self.text() + '\n')
    words = (
        ('push', '-q'), ('push', '-u'), ('push', '--keep-index'), ('pop',), ('pop', '--index'),
        ('apply',), ('drop',), ('pop', '-q'), ('list',),
    )[step.a % 9]  # fmt: skip
    self.git(place, 'stash', *words)


def reset(self: Life, place: str, step: Step) -> None:
    if not self.free(place, step):
        return
    words = (
        ('--soft', 'HEAD~1'), ('--mixed', '-q', 'HEAD~1'), ('--hard', 'HEAD~1'), ('--hard',),
        ('--hard', 'origin/main'), ('--keep', 'HEAD~1'), ('--hard', 'ORIG_HEAD'), ('-q',),
    )[step.a % 8]  # fmt: skip
    self.git(place, 'reset', *words)


def worktree(self: Life, place: str, step: Step) -> None:
    clone = self.clone(place)
    linked = [each for each in self.world.places()[2:] if self.clone(each) == clone]
    free = [f'w{n}' for n in range(9) if not (self.world.ours / f'w{n}').exists()]
    kind = step.a % 6
    if kind < 3 and len(linked) < 2 and free:
        there, fresh = _branch(self, place, step.c), _fresh(self, place, step.c)
        words = ((there,), ('-b', fresh), ('--detach',))[kind]
        options, rest = (words, ()) if kind else ((), words)
        self.git(clone, 'worktree', 'add', *options, f'../{free[0]}', *rest)
    elif not linked:
        return
    elif kind == 4 and free:
        self.git(clone, 'worktree', 'move', f'../{linked[0]}', f'../{free[-1]}')
    elif kind == 5:
        self.world.both(linked[0], shutil.rmtree)
        self.git(clone, 'worktree', 'prune')
    else:
        self.git(clone, 'worktree', 'remove', '--force', f'../{linked[0]}')


def remote(self: Life, place: str, step: Step) -> None:
    if not self.free(place, step):
        return
    name = self.branch(place) or 'main'
    words = (
        ('push', 'origin', 'HEAD'), ('push', '-f', 'origin', 'HEAD'), ('fetch', '--prune'),
        ('pull', '--rebase', 'origin', name), ('pull', '--no-rebase', '--no-edit', 'origin', name),
        ('push', 'origin', 'HEAD'), ('push', 'origin', '--delete', _pick(BRANCHES[1:], step.c)),
    )[step.a % 7]  # fmt: skip
    self.git(place, *words)


def care(self: Life, place: str, step: Step) -> None:
    words = (
        ('gc', '-q'), ('pack-refs', '--all'), ('repack', '-adq'), ('gc', '-q', '--prune=now'),
        ('config', 'some.key', str(self.number)), ('reflog', 'expire', '--expire=now', '--all'),
    )[step.a % 6]  # fmt: skip
    self.git(place, *words)


def start(self: Life, place: str, step: Step) -> None:
    name = _pick(BRANCHES, step.c)
    options = ('-o', self.text()) if step.b % 3 else ()
    if step.a % 3 == 0 and self.branch(place) not in ('', 'main'):
        self.do(place, step, 'start', *options)
        return
    found = refs(self.world.common(place))
    exists = {f'refs/heads/{name}', f'refs/remotes/origin/{name}'} & found.keys()
    like = ('switch', '-q', name) if exists else ('switch', '-q', '-c', name)
    resume = ('--resume',) if step.a % 3 == 2 else ()
    here = name == self.branch(place)
    self.move(place, step, 'start', name, *options, *resume, like=() if here else like)


def our_switch(self: Life, place: str, step: Step) -> None:
    name = (_branch if step.a % 4 else _fresh)(self, place, step.c)
    create, carry = (('-c',) if step.a % 4 == 0 else ()), (('--carry',) if step.a % 3 == 0 else ())
    self.move(place, step, 'switch', *create, *carry, name, like=('switch', '-q', *create, name))


def resume(self: Life, place: str, step: Step) -> None:
    name = (_branch(self, place, step.c),) if step.a % 3 else ()
    like = ('switch', '-q', *name) if name and name[0] != self.branch(place) else ()
    if not name:
        live = truth.live(self.world.sessions(place))
        if self.branch(place) not in live:  # it chooses the one that was active last
            return
    self.move(place, step, 'resume', *name, like=like)


def end(self: Life, place: str, step: Step) -> None:
    name = _branch(self, place, step.c)
    options = ((), ('--no-handoff',), ('--summary',), ('--merge-to', name))[step.a % 4]
    self.move(place, step, 'end', *options, like=None if len(options) == 2 else ())


def hand_over(self: Life, place: str, step: Step) -> None:
    """The session of this branch goes on in the other clone."""
    name = self.branch(place)
    if not self.bound(place) or self.git(place, 'push', 'origin', f'HEAD:{name}').status != 0:
        return
    other = CLONES[self.clone(place) == CLONES[0]]
    if self.do(place, step, 'push') == 0 and not self.doing(other):
        self.git(other, 'fetch', '-q')
        self.do(other, step, 'pull')
        like = ('switch', '-q', name) if name != self.branch(other) else ()
        self.move(other, step, 'resume', name, like=like)


def wip(self: Life, place: str, step: Step) -> None:
    if step.a % 3 == 0:
        self.do(place, step, 'wip', 'list')
    elif step.a % 3 == 1:
        self.move(place, step, 'wip', 'restore')
    else:
        self.do(place, step, 'wip', 'drop', _pick(BRANCHES, step.c))


def checkpoint(self: Life, place: str, step: Step) -> None:
    if self.world.exact or step.a % 2:
        self.do(place, step, 'checkpoint', '--no-commit', '-l', self.text())
    elif not self.doing(place):
        self.move(place, step, 'checkpoint', '-a', '-m', self.text(), like=None)


def intent(self: Life, place: str, step: Step) -> None:
    if not self.bound(place) and step.b % 4:
        start(self, place, step)
        return
    text, number = self.text(), str(1 + step.c % 3)
    words = (
        ('objectives', 'add', text), ('objectives', 'start', number),
        ('objectives', 'complete', number), ('objectives', 'drop', number, '--why', text),
        ('objectives', 'reopen', number), ('objectives', 'edit', number, text),
        ('blockers', 'add', text), ('blockers', 'resolve', number, '--how', text),
        ('decisions', 'add', text), ('decisions', 'supersede', number, text), ('note', text),
        ('note', '--dead-end', text), ('undo',), ('undo', '2'), ('pause',), ('pause',),
    )[step.a % 16]  # fmt: skip
    self.do(place, step, *words)


def view(self: Life, place: str, step: Step) -> None:
    words = (
        ('status',), ('status', '--json'), ('brief',), ('history',), ('log',), ('handoff',),
        ('report', '--project'), ('analyze',), ('prune', '--dry-run'), ('export', '--all'),
        ('hooks', 'status'), ('context',), ('decisions',), ('wip', 'list'),
    )[step.a % 14]  # fmt: skip
    self.do(place, step, *words)


def share(self: Life, place: str, step: Step) -> None:
    word = ('push', 'pull')[step.a % 2]
    if self.do(place, step, word) == 0 and not self.world.struck:
        there = noted(self.world.origin)
        here = noted(Repo(self.world.ours / place))
        assert there <= here if word == 'pull' else here <= there, (there, here)


def hooks(self: Life, place: str, step: Step) -> None:
    if step.a % 3:
        self.do(place, step, 'hooks', 'install')
    else:
        self.do(place, step, 'hooks', 'uninstall')


def tidy(self: Life, place: str, step: Step) -> None:
    self.do(place, step, 'prune')


def kill(self: Life, place: str, step: Step) -> None:
    """A process of ours, or git with our hooks, that is killed at some system call."""
    if not self.free(place, step):
        return
    name, text = _pick(BRANCHES, step.b), self.text()
    ours = (sys.executable, '-c', BOOT, str(self.world.now))
    words = (
        (*ours, 'objectives', 'add', text), (*ours, 'switch', name), (*ours, 'status'),
        (*ours, 'start', name, '-o', text), (*ours, 'end'), (*ours, 'push'), (*ours, 'pull'),
        (*ours, 'checkpoint', '--no-commit', '-l', text), (*ours, 'resume'), (*ours, 'pause'),
        (*ours, 'hooks', 'install'), ('git', 'commit', '-q', '--allow-empty', '-m', text),
        ('git', 'commit', '-q', '--amend', '--allow-empty', '-m', text), ('git', 'switch', name),
        ('git', 'rebase', '-q', name), ('git', 'merge', '-q', '--no-edit', name),
    )[step.a % 16]  # fmt: skip
    before, saved = self.world.state(place), self._saved(place)
    way = _killed(self.world, place, words, step.c)
    if self._saved(place) != saved:  # saving the same again gives the same
        self.halves.add(place)
    self.tally.kills += 1
    self.hurt.add(self.clone(place))
    self.homes.pop(self.clone(place), None)
    self.story[-1] += f'\n    {" ".join(words[3:] if words[0] != "git" else words)} {way}'
    for common in (self.world.common(place), self.world.origin.path):
        unlock(common)
    if words[0] != 'git':
        self._kept(place, before)
    self.world.retwin()


def _killed(world: World, place: str, words: tuple[str, ...], c: int) -> str:
    """How it was killed, in words."""
    where, env = world.ours / place, {**os.environ, **world.env}
    call = [*CALLS][c % len(CALLS)]
    when = 1 + c // len(CALLS) * CALLS[call]
    if STRACE:
        inject = f'inject={call}:signal=KILL:when={when}'
        options = ('-f', '-qqq', '-o', '/dev/null', '-e', f'trace={call}', '-e', inject)
        words = (STRACE, *options, *words)
    running = subprocess.Popen(
        words, cwd=where, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        running.wait(timeout=60 if STRACE else 0.01 + c / 1000)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    return f'killed at {call} {when} -> {running.returncode}'


ACTIONS: dict[str, Callable[[Life, str, Step], None]] = {
    each.__name__: each
    for each in (
        rest, edit, commit, other_tool, rebase, merge, pick, go_on, switch, branch, stash, reset,
        worktree, remote, care, start, our_switch, resume, end, hand_over, wip, checkpoint,
        intent, view, share, hooks, tidy, kill,
    )
}  # fmt: skip
# What is done more often than the rest.
OFTEN = (
    *['commit'] * 5, *['intent'] * 5, *['start'] * 4, *['edit'] * 4, *['switch'] * 3,
    *['our_switch'] * 3, *['branch'] * 3, 'rebase', 'merge', 'view', 'resume', 'share',
)  # fmt: skip
NAMES = (*ACTIONS, *OFTEN)  # rest first: the simplest
