"""What grows with a repository and what does not: the same commands in a small and a large one.

    python benchmarks/scale.py [--size 0.1] [--runs 5] [--place <directory to keep>]

The python that runs this has git session installed.  The large repository is of grown.py, the
small one has a session, a hundred commits and a hundred files.  Commands are run in both in turn,
with a start of Python between: CPU is user and system time of a command and all that it starts,
in starts of Python, medians; trust the ratios.  Memory is the most that the process of Python
held.  Processes of git and files that Python opens are counted, which no load disturbs.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cost import EVENTS, PYTHON, World, promise
from grown import live_branch

_FLAT = 1.5  # times what it takes in the small repository
# Runs a command in the process: what that started and opened, its own seconds of CPU without
# those of git, KiB at most.
_COUNT = """
import json, resource, sys
counts = {'git': 0, 'files': 0}
def note(event, args):
    if event == 'os.posix_spawn':
        counts['git'] += 1
    elif event == 'open' and not str(args[0]).endswith(('.py', '.pyc')):
        counts['files'] += 1
from git_session.main import main
sys.addaudithook(note)
main(sys.argv[2:])
used = resource.getrusage(resource.RUSAGE_SELF)
counts['cpu'] = used.ru_utime + used.ru_stime
with open('/proc/self/status') as file:
    counts['most'] = int(file.read().partition('VmHWM:')[2].split()[0])
with open(sys.argv[1], 'w') as file:
    json.dump(counts, file)
"""
_OLD, _NEW = live_branch(0), live_branch(1)


class Spent:
    """CPU and wall clock of a command, in seconds."""

    def __init__(self, cpu: float, wall: float) -> None:
        self.cpu, self.wall = cpu, wall


class Pair:
    """The small repository and the large one."""

    def __init__(self, world: World, small: Path, large: Path, runs: int) -> None:
        self.world, self.small, self.large, self.runs = world, small, large, runs
        self.kept: list[bool] = []
        self.number = 0
        listed = os.path.join(large, '.git', 'worktrees')
        self.trees = len(os.listdir(listed)) if os.path.isdir(listed) else 0
        self.start = statistics.median(self.python().cpu for _ in range(2 * runs))

    def spent(self, place: Path, *args: str) -> Spent:
        with open(self.stdin()) as given:
            begin = time.perf_counter()
            process = subprocess.Popen(
                args, cwd=place, env=self.world.env, stdin=given,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            )  # fmt: skip
        assert process.stderr
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode in (0, 1), (args, said)
        return Spent(usage.ru_utime + usage.ru_stime, time.perf_counter() - begin)

    def stdin(self) -> Path:
        """What the hook of an agent is told: a conversation of its own each time."""
        self.number += 1
        path = self.world.root / 'stdin.json'
        given = {'session_id': f'scale-{self.number}', 'cwd': '.', 'source': 'startup'}
        path.write_text(json.dumps({**given, 'transcript_path': '/x'}))
        return path

    def python(self) -> Spent:
        return self.spent(self.world.root, PYTHON, '-I', '-c', 'pass')

    def counted(self, place: Path, words: tuple[str, ...]) -> dict[str, float]:
        said = self.world.root / 'said.json'
        said.unlink(missing_ok=True)
        argv = (PYTHON, '-I', '-c', _COUNT, str(said), *words)
        with open(self.stdin()) as given:
            subprocess.run(
                argv, cwd=place, env=self.world.env, stdin=given, capture_output=True, check=False
            )
        found: dict[str, float] = json.loads(said.read_text())
        return found

    def in_turn(self, measure: Callable[[Path], Spent], runs: int) -> tuple[Spent, Spent]:
        """The medians of both, in starts of Python of the same moment; wall in seconds."""
        found: tuple[list[Spent], list[Spent]] = ([], [])
        starts = []
        for number in range(runs + (runs > 1)):  # the first one warms up
            for place, into in zip((self.small, self.large), found, strict=True):
                each = measure(place)
                if number or runs == 1:
                    into.append(each)
            starts.append(self.python().cpu)
        self.start = statistics.median(starts)
        small, large = (
            Spent(
                statistics.median(each.cpu for each in some) / self.start,
                statistics.median(each.wall for each in some),
            )
            for some in found
        )
        return small, large

    def command(self, *words: str, flat: bool = False, runs: int = 0) -> None:
        """A row of the table; one that is to be flat takes more only where git does."""
        argv = (PYTHON, '-I', '-m', 'git_session', *words)
        small, large = self.in_turn(lambda place: self.spent(place, *argv), runs or self.runs)
        again = range(self.runs if flat else 1)
        counts = [[self.counted(each, words) for _ in again] for each in (self.small, self.large)]
        few, many = counts[0][0], counts[1][0]
        print(
            f'  {" ".join(words):<26}{small.cpu:8.1f}{large.cpu:10.1f}{large.wall:9.2f} s'
            f'{few["most"] / 1024:6.0f}{many["most"] / 1024:6.0f} MiB'
            f'{few["git"]:6}{many["git"]:6}{few["files"]:7}{many["files"]:7}',
            flush=True,
        )  # fmt: skip
        if flat:
            own = [statistics.median(each['cpu'] for each in some) for some in counts]
            self.kept.append(promise(f'{words[0]}, Python itself', own[1] / own[0], _FLAT))
            self.kept.append(promise('more gits', many['git'] - few['git'], 0))
            # Who is live in a worktree is looked up in that.
            self.kept.append(
                promise('more files', many['files'] - few['files'], 2 * self.trees + 5)
            )

    def git(self, title: str, *words: str, runs: int = 0) -> tuple[float, float]:
        small, large = self.in_turn(
            lambda place: self.spent(place, 'git', *words), runs or self.runs
        )
        print(f'  {title:<26}{small.cpu:8.1f}{large.cpu:10.1f}{large.wall:9.2f} s', flush=True)
        return small.cpu, large.cpu

    def hooks(self, title: str, measure: Callable[[Path, tuple[str, ...]], Spent]) -> None:
        """What hooks add to a command of git, in both, in starts of Python.

        More in the large one, as git is: each that they start reads its configuration and refs.
        """
        # Beside hooks that do nothing: git itself reads the index again where there are any.
        none = ('-c', f'core.hooksPath={_no_op(self.world)}')
        more: dict[Path, list[float]] = {self.small: [], self.large: []}

        def without(place: Path) -> Spent:
            plain, mine = measure(place, none), measure(place, ())
            more[place].append(mine.cpu - plain.cpu)
            return plain

        small, large = self.in_turn(without, 3 * self.runs)
        extra = [statistics.median(each) / self.start for each in more.values()]
        print(
            f'  {title:<26}{small.cpu:8.1f}{large.cpu:10.1f}'
            f'   hooks add {extra[0]:5.2f} and {extra[1]:5.2f}',
            flush=True,
        )
        grown = (extra[1] - extra[0]) / max(large.cpu - small.cpu, 1)
        self.kept.append(promise('grown, of what git has grown', grown, 0.15))


def _no_op(world: World) -> Path:
    folder = world.root / 'no-op'
    folder.mkdir(exist_ok=True)
    for event in EVENTS:
        (folder / event).write_text('#!/bin/sh\n:\n')
        (folder / event).chmod(0o755)
    return folder


def prepare(world: World, place: Path) -> None:
    """Install the hooks, stand on a branch with a session; twenty commits for the rebase."""
    world.run(place, 'git', 'session', 'hooks', 'install')
    for branch in (_NEW, _OLD):
        world.run(place, 'git', 'switch', '-q', branch)
        world.run(place, 'git', 'session', 'status')
    for number in range(20):
        subject = f'mine {number}'
        none = ('-c', 'core.hooksPath=/dev/null')
        world.run(place, 'git', *none, 'commit', '-q', '--allow-empty', '-m', subject)
    world.run(place, 'git', 'session', 'status')


def hooks(pair: Pair) -> None:
    world = pair.world

    def commit(place: Path, more: tuple[str, ...]) -> Spent:
        return pair.spent(place, 'git', *more, 'commit', '-q', '--allow-empty', '-m', 'A subject')

    def switch(place: Path, more: tuple[str, ...]) -> Spent:
        there = pair.spent(place, 'git', *more, 'switch', '-q', _NEW)
        back = pair.spent(place, 'git', *more, 'switch', '-q', _OLD)
        return Spent((there.cpu + back.cpu) / 2, (there.wall + back.wall) / 2)

    def rebase(place: Path, more: tuple[str, ...]) -> Spent:
        return pair.spent(place, 'git', *more, 'rebase', '-q', '--no-ff', 'HEAD~20')

    print('\ngit, CPU in starts of Python: small, large')
    pair.hooks('commit in a session', commit)
    pair.hooks('switch between sessions', switch)
    pair.hooks('rebase of 20', rebase)
    for place in (pair.small, pair.large):
        world.run(place, 'git', 'switch', '-q', 'main')
    pair.hooks('commit without a session', commit)
    for place in (pair.small, pair.large):
        world.run(place, 'git', 'switch', '-q', _OLD)
        world.run(place, 'git', 'session', 'status')


def commands(pair: Pair) -> None:
    print(
        '\nCPU in starts of Python: small, large; wall there; memory; git processes; files\n'
        f'  {"":<26}{"small":>8}{"large":>10}{"large":>11}{"small":>6}{"large":>6}    '
        f'{"small":>6}{"large":>6}{"small":>7}{"large":>7}'
    )
    pair.git('git status', 'status')
    for words in (('status',), ('brief',), ('hook', 'claude', 'session-start'), ('prompt',),
                  ('objectives',), ('log',), ('checkpoint', '--no-commit')):  # fmt: skip
        pair.command(*words, flat=True)
    pair.command('switch', _NEW)
    pair.command('switch', _OLD)
    for words in (('history',), ('history', '--metrics'), ('history', '-n', '20'),
                  ('show', '@{1}'), ('compare', '@{1}'), ('analyze', '--velocity'),
                  ('report', '--weekly'), ('prune', '--dry-run'), ('doctor', '--no-probe'),
                  ('export', '--all', '-o', os.devnull)):  # fmt: skip
        pair.command(*words, runs=1)


def reports(pair: Pair) -> None:
    print('\nall of history, the first time and the second')
    _, alone = pair.git('git log --numstat', 'log', '--numstat', runs=1)
    for place in (pair.small, pair.large):
        (place / '.git' / 'sessions' / '.history.json').unlink(missing_ok=True)
    argv = (PYTHON, '-I', '-m', 'git_session', 'report', '--project')
    _, first = pair.in_turn(lambda place: pair.spent(place, *argv), 1)
    print(f'  the first: {first.cpu:.1f}, {first.wall:.2f} s: x{first.cpu / alone:.2f} of git log')
    pair.command('report', '--project', runs=1)
    pair.command('analyze', runs=1)


def sharing(pair: Pair) -> None:
    """Push and pull with a bare repository and a clone beside each."""
    print('\npush and pull, the first time; of one event')
    world = pair.world
    for place in (pair.small, pair.large):
        hub, clone = (str(world.root / f'{place.name}-{each}') for each in ('hub.git', 'clone'))
        world.run(place, 'git', 'clone', '-q', '--bare', '--local', '.', hub)
        world.run(place, 'git', 'config', 'remote.origin.url', hub)
        world.run(place, 'git', 'clone', '-q', '--no-checkout', '--local', hub, clone)
    pair.command('push', runs=1)
    ends = (world.root / f'{each.name}-clone' for each in (pair.small, pair.large))
    clones = Pair(world, *ends, pair.runs)
    clones.command('pull', runs=1)

    def push(place: Path) -> Spent:
        world.run(place, 'git', 'session', 'objectives', 'add', 'One more')
        return pair.spent(place, PYTHON, '-I', '-m', 'git_session', 'push')

    small, large = pair.in_turn(push, pair.runs)
    print(f'  {"push of one event":<26}{small.cpu:8.1f}{large.cpu:10.1f}{large.wall:9.2f} s')
    clones.command('pull')


def grow(world: World, place: Path, *words: str) -> None:
    argv = (PYTHON, str(Path(__file__).with_name('grown.py')), str(place), *words)
    subprocess.run(argv, env=world.env, check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--size', default='0.1')
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--place', type=Path, help='a large one that is there, or stays there')
    given = parser.parse_args()
    version = subprocess.run(['git', 'version'], capture_output=True, text=True, check=True)
    print(f'{version.stdout.strip()}, python {sys.version.split()[0]}, {os.cpu_count()} processors')
    with tempfile.TemporaryDirectory(dir=given.place.parent if given.place else None) as root:
        world = World(Path(root))
        large = given.place or Path(root) / 'large'
        grow(world, Path(root) / 'small', '--size', '0', '--live', '2')
        if not large.exists():
            grow(world, large, '--size', given.size)
        for place in (Path(root) / 'small', large):
            prepare(world, place)
        pair = Pair(world, Path(root) / 'small', large, given.runs)
        commands(pair)
        hooks(pair)
        sharing(pair)
        reports(pair)
    print(f'\n{sum(pair.kept)} of {len(pair.kept)} promises kept')
    return 0 if all(pair.kept) else 1


if __name__ == '__main__':
    sys.exit(main())
