"""What the hooks of an agent cost beside starting Python, side by side in one run.

    python benchmarks/agents.py [--runs 20] [--objectives 500] [--files 2000]

The python that runs this has git session installed.  Each figure is the median of whole
processes, started as an agent starts them (`sh -c`), in turn with an empty Python; trust
the ratios.  The promise is at most eight starts of Python, whatever the session holds.
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
from pathlib import Path

from git_session.integrations import agents

MOST = 8.0  # starts of Python
EVENTS = (
    ('session-start', {'source': 'startup'}),
    ('session-start', {'source': 'resume'}),
    ('prompt', {'prompt': 'go on'}),
    ('pre-compact', {'trigger': 'auto'}),
    ('post-compact', {'trigger': 'auto', 'compact_summary': 'x ' * 5000}),
    ('session-end', {'reason': 'other'}),
)


class World:
    """One repository with one session."""

    def __init__(self, root: Path, objectives: int, files: int) -> None:
        self.path = root / 'repo'
        home = root / 'home'
        for folder in (self.path, home):
            folder.mkdir()
        (home / '.gitconfig').write_text(
            '[user]\n\tname = A\n\temail = a@example.com\n[init]\n\tdefaultBranch = main\n'
            '[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n'
        )
        self.env = {
            'HOME': str(home), 'GIT_CONFIG_NOSYSTEM': '1', 'LC_ALL': 'C.UTF-8',
            'PATH': f'{Path(sys.executable).parent}{os.pathsep}{os.environ["PATH"]}',
        }  # fmt: skip
        self.run('git', 'init', '-q')
        self.run('git', 'commit', '-q', '--allow-empty', '-m', 'first')
        self.run('git', 'session', 'start', 'work', '-o', 'The first')
        for begin in range(0, objectives, 100):
            self.run(
                'git', 'session', 'objectives', 'add',
                *(f'Objective {number} of this session' for number in range(begin, begin + 100)),
            )  # fmt: skip
        for number in range(files):
            file = self.path / f'src/part{number % 40}/file{number}.py'
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f'VALUE = {number}\n' * 20)
        self.run('git', 'add', '.')
        self.run('git', 'commit', '-q', '-m', 'Many files')
        self.number = 0

    def run(self, *args: str) -> None:
        subprocess.run(args, cwd=self.path, env=self.env, check=True, capture_output=True)

    def timed(self, *args: str, data: str = '') -> tuple[float, str]:
        """Seconds of one process, and what it printed."""
        begin = time.perf_counter()
        done = subprocess.run(
            args, cwd=self.path, env=self.env, check=True, input=data, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return time.perf_counter() - begin, done.stdout

    def hook(self, event: str, more: dict[str, str]) -> tuple[float, str]:
        """One event of a conversation of its own, so that none is a second copy."""
        self.number += 1
        given = {
            'session_id': f'bench-{self.number}', 'cwd': str(self.path),
            'transcript_path': '/x', **more,
        }  # fmt: skip
        return self.timed('sh', '-c', agents.command('claude', event), data=json.dumps(given))


def measure(world: World, runs: int) -> tuple[float, dict[str, tuple[float, int]]]:
    """Seconds of an empty Python; of each event seconds and characters of the answer."""
    empty: list[float] = []
    spent: dict[str, list[float]] = {}
    said: dict[str, int] = {}
    for _ in range(runs):
        for event, more in EVENTS:
            name = f'{event} {more.get("source", "")}'.strip()
            empty.append(world.timed(sys.executable, '-I', '-c', 'pass')[0])
            seconds, text = world.hook(event, more)
            spent.setdefault(name, []).append(seconds)
            said[name] = len(text)
    found = {name: (statistics.median(each), said[name]) for name, each in spent.items()}
    return statistics.median(empty), found


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or '').partition('\n')[0])
    parser.add_argument('--runs', type=int, default=20)
    parser.add_argument('--objectives', type=int, default=500)
    parser.add_argument('--files', type=int, default=2000)
    given = parser.parse_args()
    worst = 0.0
    for objectives, files in ((0, 3), (given.objectives, given.files)):
        with tempfile.TemporaryDirectory() as root:
            world = World(Path(root), objectives, files)
            start, found = measure(world, given.runs)
        print(f'{objectives} objectives, {files} files; Python alone {start * 1000:.0f} ms')
        for name, (seconds, size) in found.items():
            ratio = seconds / start
            worst = max(worst, ratio)
            print(f'  {name:24}{seconds * 1000:6.0f} ms  {ratio:4.1f} starts  {size:5} characters')
    print(f'the most: {worst:.1f} starts of Python, promised {MOST:.0f}')
    return 0 if worst <= MOST else 1


if __name__ == '__main__':
    sys.exit(main())
