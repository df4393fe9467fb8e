"""What git session costs beside plain git, side by side in one run.

    python benchmarks/cost.py [--runs 40] [--commits 100000]

The python that runs this has git session installed.  Each figure is the median of
whole processes, the variants in turn, so that a machine that gets slower slows
all of them; trust the ratios.  The last column is the promise.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

EVENTS = (
    'prepare-commit-msg', 'commit-msg', 'post-commit', 'post-checkout', 'post-rewrite',
    'post-merge',
)  # fmt: skip
PYTHON = os.path.realpath(sys.executable) if sys.prefix == sys.base_prefix else sys.executable
SESSION = str(Path(sys.executable).parent / 'git-session')


class World:
    """Scratch repositories with a HOME of their own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        home = root / 'home'
        home.mkdir()
        (home / '.gitconfig').write_text(
            '[user]\n\tname = A\n\temail = a@example.com\n[init]\n\tdefaultBranch = main\n'
            '[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[advice]\n\tdetachedHead = false\n'
        )
        self.env = {
            'HOME': str(home),
            'PATH': f'{Path(sys.executable).parent}{os.pathsep}{os.environ["PATH"]}',
            'GIT_CONFIG_NOSYSTEM': '1',
            'LC_ALL': 'C.UTF-8',
            'TERM': 'dumb',
        }

    def run(self, repo: Path, *args: str, data: bytes | None = None) -> None:
        subprocess.run(args, cwd=repo, env=self.env, check=True, capture_output=True, input=data)

    def timed(self, repo: Path, *args: str) -> float:
        """Seconds of one process; stdout and stderr thrown away."""
        begin = time.perf_counter()
        subprocess.run(
            args, cwd=repo, env=self.env, check=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return time.perf_counter() - begin

    def repo(self, name: str, *, hooks: str = '', session: bool = False) -> Path:
        """A repository with two branches; `hooks` is '', noop or ours."""
        path = self.root / name
        path.mkdir()
        self.run(path, 'git', 'init', '-q')
        (path / 'file').write_text('one\n')
        self.run(path, 'git', 'add', 'file')
        self.run(path, 'git', 'commit', '-qm', 'first')
        self.run(path, 'git', 'branch', 'other')
        if hooks == 'noop':
            for event in EVENTS:
                hook = path / '.git' / 'hooks' / event
                hook.write_text('#!/bin/sh\n:\n')
                hook.chmod(0o755)
        if hooks == 'ours':
            self.run(path, 'git', 'session', 'hooks', 'install')
        if session:
            self.run(path, 'git', 'session', 'start', 'work', '-o', 'An objective')
        else:
            self.run(path, 'git', 'switch', '-q', '-c', 'work')
        return path


def medians(runs: int, variants: dict[str, Callable[[], float]]) -> dict[str, float]:
    """The median of each variant, all of them in turn, one warm-up round."""
    times: dict[str, list[float]] = {name: [] for name in variants}
    for number in range(runs + 1):
        for name, measure in variants.items():
            seconds = measure()
            if number:
                times[name].append(seconds)
    return {name: statistics.median(found) for name, found in times.items()}


def show(title: str, found: dict[str, float], base: str) -> None:
    print(f'\n{title}')
    for name, seconds in found.items():
        print(f'  {name:<34}{seconds * 1000:9.2f} ms   x{seconds / found[base]:.2f} of {base}')


def promise(text: str, value: float, limit: float) -> bool:
    kept = value <= limit
    print(f'  -> {text}: {value:.2f}, at most {limit:.2f}: {"kept" if kept else "NOT KEPT"}')
    return kept


def commits(world: World, runs: int) -> list[bool]:
    repos = {
        'bare': world.repo('commit-bare'),
        'no-op hooks': world.repo('commit-noop', hooks='noop'),
        'ours, no session': world.repo('commit-none', hooks='ours'),
        'ours, session on another branch': world.repo('commit-else', hooks='ours', session=True),
        'ours, in a session': world.repo('commit-session', hooks='ours', session=True),
    }
    world.run(repos['ours, session on another branch'], 'git', 'switch', '-q', 'other')
    argv = ('git', 'commit', '-q', '--allow-empty', '-m', 'A subject')
    variants: dict[str, Callable[[], float]] = {
        name: lambda repo=repo: world.timed(repo, *argv)  # type: ignore[misc]
        for name, repo in repos.items()
    }
    variants['python -c pass'] = lambda: world.timed(world.root, PYTHON, '-c', 'pass')
    found = medians(runs, variants)
    show('git commit', found, 'no-op hooks')
    noop = found['no-op hooks']
    extra = (found['ours, in a session'] - noop) / found['python -c pass']
    return [
        promise('without a session / no-op hooks', found['ours, no session'] / noop, 1.15),
        promise(
            'session elsewhere / no-op hooks',
            found['ours, session on another branch'] / noop,
            1.15,
        ),
        promise('what the session adds, in Python starts', extra, 1.0),
    ]


def switches(world: World, runs: int) -> list[bool]:
    repos = {
        'bare': world.repo('switch-bare'),
        'no-op hooks': world.repo('switch-noop', hooks='noop'),
        'ours, no session': world.repo('switch-none', hooks='ours'),
        'ours, to and from a session': world.repo('switch-session', hooks='ours', session=True),
    }

    def pair(repo: Path) -> float:
        there = world.timed(repo, 'git', 'switch', '-q', 'other')
        return (there + world.timed(repo, 'git', 'switch', '-q', 'work')) / 2

    found = medians(
        runs,
        {name: lambda repo=repo: pair(repo) for name, repo in repos.items()},  # type: ignore[misc]
    )
    show('git switch (mean of there and back)', found, 'no-op hooks')
    ratio = found['ours, no session'] / found['no-op hooks']
    return [promise('without a session / no-op hooks', ratio, 1.15)]


def rebases(world: World, runs: int, picks: int = 100) -> list[bool]:
    repos = {
        'bare': world.repo('rebase-bare'),
        'no-op hooks': world.repo('rebase-noop', hooks='noop'),
        'ours, no session': world.repo('rebase-none', hooks='ours'),
        'ours, in a session': world.repo('rebase-session', hooks='ours', session=True),
    }
    for repo in repos.values():
        for number in range(picks):
            (repo / f'f{number}').write_text(f'{number}\n')
            world.run(repo, 'git', 'add', '.')
            world.run(repo, 'git', 'commit', '-qm', f'commit {number}')
        world.run(repo, 'git', 'tag', 'before')
        world.run(repo, 'git', 'switch', '-q', 'other')
        world.run(repo, 'git', 'commit', '-q', '--allow-empty', '-m', 'base moved')
        world.run(repo, 'git', 'switch', '-q', 'work')

    def rebase(repo: Path) -> float:
        world.run(repo, 'git', 'reset', '-q', '--hard', 'before')
        return world.timed(repo, 'git', 'rebase', '-q', 'other')

    found = medians(
        runs,
        {name: lambda repo=repo: rebase(repo) for name, repo in repos.items()},  # type: ignore[misc]
    )
    show(f'git rebase of {picks} commits', found, 'no-op hooks')
    ratio = found['ours, in a session'] / found['no-op hooks']
    return [promise('in a session / no-op hooks', ratio, 1.10)]


def status(world: World, runs: int, number: int) -> list[bool]:
    small = world.repo('status-small', hooks='ours', session=True)
    big = world.root / 'status-big'
    big.mkdir()
    world.run(big, 'git', 'init', '-q')
    stream = []
    for each in range(number):
        stream.append(
            f'commit refs/heads/main\ncommitter A <a@example.com> {1600000000 + each} +0000\n'
            f'data 9\nc{each:07}\n\nM 100644 inline d{each % 100}/f{each % 1000}\n'
            f'data 8\n{each:07}\n\n'
        )
    world.run(big, 'git', 'fast-import', '--quiet', data=''.join(stream).encode())
    world.run(big, 'git', 'reset', '-q', '--hard', 'main')
    world.run(big, 'git', 'session', 'start', 'work', '-o', 'An objective')
    for repo in (small, big):
        for each in range(10):
            (repo / f'new{each}').write_text(f'{each}\n')
            world.run(repo, 'git', 'add', '.')
            world.run(repo, 'git', 'commit', '-qm', f'commit {each}')
        world.run(repo, 'git', 'session', 'status')
    crowded = world.root / 'status-crowded'
    shutil.copytree(big, crowded, symlinks=True)
    world.run(crowded, 'git', 'status')  # its copied files are new to the index
    world.run(crowded, 'git', 'session', 'status')
    end_sessions(crowded / '.git' / 'sessions', 1000)
    argv = ('git', 'session', 'status')
    found = medians(
        runs,
        {
            'python -c pass': lambda: world.timed(world.root, PYTHON, '-c', 'pass'),
            'status, small repository': lambda: world.timed(small, *argv),
            f'status, {number} commits': lambda: world.timed(big, *argv),
            'the same, 1000 ended sessions': lambda: world.timed(crowded, *argv),
            'git status there': lambda: world.timed(big, 'git', 'status'),
        },
    )
    show('git session status', found, 'python -c pass')
    start = found['python -c pass']
    return [
        promise('in Python starts', found[f'status, {number} commits'] / start, 3.0),
        promise('at 1000 ended sessions', found['the same, 1000 ended sessions'] / start, 3.0),
    ]


def end_sessions(sessions: Path, number: int) -> None:
    """Fill the archive as a thousand `end`s would: a log and an index line each."""
    log = (sessions / 'work' / 'events.jsonl').read_text()
    name = (sessions / 'work' / 'id').read_text().strip()
    (sessions / '.archive').mkdir(exist_ok=True)
    with open(sessions / '.archive' / 'index.jsonl', 'w') as index:
        for each in range(number):
            ended = f'old-20260101-{each:04x}'
            place = sessions / '.archive' / ended
            place.mkdir(parents=True)
            (place / 'id').write_text(ended + '\n')
            (place / 'events.jsonl').write_text(log.replace(name, ended))
            index.write(
                f'{{"session":"{ended}","branch":"old","state":"ended","result":"ended",'
                f'"author":"A","started":{each},"last_active":{each},"active_seconds":60,'
                '"objectives":1,"objectives_done":1,"open_blockers":0,"decisions":0,'
                '"checkpoints":1,"commits":1,"files":1,"added":1,"deleted":0}\n'
            )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--runs', type=int, default=40)
    parser.add_argument('--commits', type=int, default=100_000)
    options = parser.parse_args()
    version = subprocess.run(['git', 'version'], capture_output=True, text=True, check=True)
    print(f'{version.stdout.strip()}, python {sys.version.split()[0]}, {os.cpu_count()} processors')
    if not os.path.exists(SESSION):
        print('fatal: git-session is not installed beside this python', file=sys.stderr)
        return 128
    with tempfile.TemporaryDirectory() as root:
        world = World(Path(root))
        kept = commits(world, options.runs)
        kept += switches(world, options.runs)
        kept += rebases(world, max(options.runs // 2, 5))
        kept += status(world, options.runs, options.commits)
    print(f'\n{sum(kept)} of {len(kept)} promises kept')
    return 0 if all(kept) else 1


if __name__ == '__main__':
    sys.exit(main())
