"""What sharing costs as the notes grow, side by side in one run.

    python benchmarks/sharing.py [--runs 10] [--notes 100000] [--events 10000]

The python that runs this has git session installed.  Figures are medians of whole
processes, small and large in turn; trust the ratios.  What has to be the same at any size
is measured in seconds of a processor, which what else the machine does changes least.
Memory is the most that the process of Python held, git's own apart.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cost import PYTHON, SESSION, World, end_sessions, medians, promise, show

FEW = 100
# Runs a command in the process and says what that one took: seconds and kibibytes.
_MEASURE = """
import json, resource, sys, time
from git_session.main import main
begin = time.perf_counter()
status = main(sys.argv[2:])
took = time.perf_counter() - begin
try:  # ru_maxrss is at least that of the process that started this one
    with open('/proc/self/status') as file:
        most = int(file.read().partition('VmHWM:')[2].split()[0])
except OSError:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open(sys.argv[1], 'w') as file:
    json.dump([status, took, most], file)
"""


def line(number: int, session: str, kind: str, facts: str) -> str:
    seconds = 1_700_000_000 + number
    moment = time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))
    stamp = moment.replace('-', '').replace(':', '')
    return (
        f'{{"v":1,"id":"{stamp}.999Z-{number:012x}","at":"{moment}Z",'
        f'"session":"{session}","type":"{kind}",{facts}}}\n'
    )


def history(number: int) -> Iterator[str]:
    """fast-import's commits on main, one a second."""
    for each in range(number):
        yield (
            f'commit refs/heads/main\n'
            f'committer A <a@example.com> {1_600_000_000 + each} +0000\n'
            f'data 9\nc{each:07}\n\nM 100644 inline d{each % 100}/f{each % 1000}\n'
            f'data 8\n{each:07}\n\n'
        )


def notes(oids: list[str], begin: int, end: int, *, sessions: int) -> str:
    """One notes commit with an event of a commit for each of these; as git lays notes out."""
    stream = [
        'commit refs/notes/session\ncommitter A <a@example.com> 1700000000 +0000\n'
        'data 6\nnotes\n\n' + ('from refs/notes/session^0\n' if begin else '')
    ]
    for number in range(begin, end):
        name = f'old-20231114-{number % sessions:04x}'
        text = line(number, name, 'commit', f'"commit":"{oids[number]}"')
        if number < sessions:
            text = line(number, name, 'start', f'"branch":"refs/heads/old{number}"') + text
        stream.append(f'N inline {oids[number]}\ndata {len(text)}\n{text}\n')
    return ''.join(stream)


def filled(world: World, name: str, commits: int, number: int) -> Path:
    """A repository with so many commits and so many notes, and a session on `work`."""
    path = world.root / name
    path.mkdir()
    world.run(path, 'git', 'init', '-q')
    world.run(path, 'git', 'fast-import', '--quiet', data=''.join(history(commits)).encode())
    world.run(path, 'git', 'reset', '-q', '--hard', 'main')
    oids = answer(world, path, 'git', 'rev-list', 'main').split()
    data = notes(oids, 0, number, sessions=FEW).encode()
    world.run(path, 'git', 'fast-import', '--quiet', data=data)
    world.run(path, 'git', 'session', 'start', 'work', '-o', 'An objective')
    for each in range(3):
        world.run(path, 'git', 'commit', '-q', '--allow-empty', '-m', f'mine {each}')
    world.run(path, 'git', 'session', 'checkpoint', '--no-commit')
    world.run(path, 'git', 'session', 'status')
    return path


def answer(world: World, path: Path, *args: str) -> str:
    done = subprocess.run(args, cwd=path, env=world.env, check=True, capture_output=True, text=True)
    return done.stdout


def measured(world: World, path: Path, *words: str) -> tuple[float, float]:
    """Seconds and peak mebibytes of one command in a process of its own."""
    said = world.root / 'said.json'
    argv = (PYTHON, '-c', _MEASURE, str(said), *words)
    subprocess.run(argv, cwd=path, env=world.env, check=True, capture_output=True)
    status, seconds, most = json.loads(said.read_text())
    assert status == 0, words
    return seconds, most / 1024


def spent(world: World, place: Path, *args: str) -> float:
    """Seconds of a processor that a command and all that it starts take."""
    before = os.times()
    world.run(place, *args)
    after = os.times()
    user, system = after.children_user, after.children_system
    return user - before.children_user + system - before.children_system


def at_size(world: World, runs: int, number: int) -> list[bool]:
    """The same commands with few notes and with many, the history being as long in both."""
    repos = {FEW: filled(world, 'few', number, FEW), number: filled(world, 'many', number, number)}
    for path in repos.values():
        world.run(path, 'git', 'init', '-q', '--bare', '../' + path.name + '.git')
        world.run(path, 'git', 'remote', 'add', 'origin', '../' + path.name + '.git')
        world.run(path, 'git', 'push', '-q', 'origin', 'main', 'work', 'refs/notes/session')
        world.run(path, 'git', 'session', 'push')
    kept = []

    def prepared(path: Path, *words: str) -> float:
        world.run(path, 'git', 'session', 'objectives', 'add', 'One more')
        return spent(world, path, 'git', 'session', *words)

    actions: dict[str, Callable[[Path], float]] = {
        'git commit, its note by the hook': lambda path: spent(
            world, path, 'git', 'commit', '-q', '--allow-empty', '-m', 'one more'
        ),
        'checkpoint (publishes one more)': lambda path: spent(
            world, path, 'git', 'session', 'checkpoint', '--no-commit'
        ),
        'status': lambda path: spent(world, path, 'git', 'session', 'status'),
        'brief': lambda path: spent(world, path, 'git', 'session', 'brief'),
        'push of one event': lambda path: prepared(path, 'push'),
    }
    for title, action in actions.items():
        found = medians(
            runs,
            {f'{size} notes': lambda path=path, action=action: action(path)  # type: ignore[misc]
             for size, path in repos.items()},
        )  # fmt: skip
        show(title, found, f'{FEW} notes')
        ratio = found[f'{number} notes'] / found[f'{FEW} notes']
        kept.append(promise(f'{title}, {number} / {FEW} notes', ratio, 1.5))
    for size, path in repos.items():
        world.run(path, 'git', 'session', 'objectives', 'add', 'One more')
        _, memory = measured(world, path, 'checkpoint', '--no-commit')
        _, pushing = measured(world, path, 'push')
        print(f'  at {size} notes publishing holds {memory:.0f} MiB, pushing {pushing:.0f} MiB')
    return kept


def looking_back(world: World, runs: int) -> list[bool]:
    """`history` over a thousand sessions with ten checkpoints each."""
    path = world.repo('history', hooks='ours', session=True)
    for _ in range(10):
        world.run(path, 'git', 'session', 'checkpoint', '--no-commit')
    end_sessions(path / '.git' / 'sessions', 1000)
    found = medians(
        runs,
        {
            'python -c pass': lambda: world.timed(world.root, PYTHON, '-c', 'pass'),
            'history': lambda: world.timed(path, 'git', 'session', 'history'),
            'history --metrics': lambda: world.timed(
                path, 'git', 'session', 'history', '--metrics'
            ),
        },
    )
    show('1000 sessions, 10000 checkpoints', found, 'python -c pass')
    _, memory = measured(world, path, 'history')
    print(f'  history holds {memory:.0f} MiB')
    return [promise('seconds of history', found['history'], 0.5)]


def pulling(world: World, sizes: list[int]) -> list[bool]:
    """`pull` of so many events that are new here, a session for a hundred of them."""
    origin = world.root / 'origin'
    origin.mkdir()
    world.run(origin, 'git', 'init', '-q')
    stream = ''.join(history(max(sizes))).encode()
    world.run(origin, 'git', 'fast-import', '--quiet', data=stream)
    oids = answer(world, origin, 'git', 'rev-list', 'main').split()
    print('\npull of new events')
    figures = {}
    for size in sizes:
        world.run(origin, 'git', 'update-ref', '-d', 'refs/notes/session')
        data = notes(oids, 0, size, sessions=max(size // 100, 1)).encode()
        world.run(origin, 'git', 'fast-import', '--quiet', data=data)
        path = world.root / f'reader{size}'
        world.run(world.root, 'git', 'clone', '-q', '--no-checkout', 'origin', path.name)
        seconds, memory = measured(world, path, 'pull')
        figures[size] = seconds
        again, _ = measured(world, path, 'pull')
        print(
            f'  {size:>7} events {seconds:8.2f} s  {seconds / size * 1e6:7.0f} us an event  '
            f'{memory:5.0f} MiB; again, with nothing new {again:.2f} s'
        )
    few, many = sizes[0], sizes[-1]
    return [
        promise(
            f'time of an event at {many} / at {few}',
            figures[many] / many / (figures[few] / few), 1.5,
        )
    ]  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--runs', type=int, default=10)
    parser.add_argument('--notes', type=int, default=100_000)
    parser.add_argument('--events', type=int, default=10_000)
    options = parser.parse_args()
    version = subprocess.run(['git', 'version'], capture_output=True, text=True, check=True)
    print(f'{version.stdout.strip()}, python {sys.version.split()[0]}, {os.cpu_count()} processors')
    if not os.path.exists(SESSION):
        print('fatal: git-session is not installed beside this python', file=sys.stderr)
        return 128
    with tempfile.TemporaryDirectory() as root:
        world = World(Path(root))
        sizes = [size for size in (1000, 10_000, 100_000) if size <= options.events]
        kept = pulling(world, sizes or [options.events])
        kept += looking_back(world, options.runs)
        kept += at_size(world, options.runs, options.notes)
    print(f'\n{sum(kept)} of {len(kept)} promises kept')
    return 0 if all(kept) else 1


if __name__ == '__main__':
    sys.exit(main())
