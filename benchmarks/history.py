"""What `git session analyze` of a whole history costs, and whether its figures are right.

    python benchmarks/history.py <repository> [--runs 3]

The repository is cloned by hard links, and nothing is written into it.  The first and the
second run are measured beside `git log --numstat` of the same history, in turn, wall clock;
memory is that of the Python process, which is what `analyze` adds to git's.  The figures are
held against `git shortlog` and against a sum of `git log --numstat` that shares no code.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Peak memory in KiB of this process alone: git runs beside it.
_RUN = """
import resource, sys
from git_session.main import main
status = main(['analyze', '--json'])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
sys.exit(status)
"""
_FIRST, _SECOND, _MEGABYTES = 1.2, 1.0, 200
_LONG = 100_000  # commits


def git(repo: Path, *args: str) -> bytes:
    return subprocess.run(['git', '-C', str(repo), *args], check=True, capture_output=True).stdout


def numstat(repo: Path) -> float:
    """Seconds of git alone."""
    begin = time.perf_counter()
    subprocess.run(
        ['git', '-C', str(repo), 'log', '--numstat'], check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - begin


def analyze(repo: Path) -> tuple[float, int, dict[str, object]]:
    """Seconds, peak memory in MiB, the history that was found."""
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, '-c', _RUN], cwd=repo, check=True, capture_output=True, text=True
    )
    seconds = time.perf_counter() - begin
    return seconds, int(done.stderr.split()[-1]) // 1024, json.loads(done.stdout)['history']


def wanted(repo: Path) -> dict[str, object]:
    """The same figures by shortlog and by adding up what git prints."""
    people = {}
    for line in git(repo, 'shortlog', '-sn', 'HEAD').decode('utf-8', 'replace').splitlines():
        number, _, name = line.strip().partition('\t')
        people[name] = int(number)
    added = deleted = binary = 0
    log = git(repo, 'log', '-z', '--numstat', '--format=')
    for field in log.split(b'\0'):
        parts = field.lstrip(b'\n').split(b'\t')
        if len(parts) == 3 and parts[0] == b'-':
            binary += 1
        elif len(parts) == 3 and parts[0].isdigit():
            added, deleted = added + int(parts[0]), deleted + int(parts[1])
    count = [int(git(repo, 'rev-list', '--count', *more, 'HEAD')) for more in ((), ('--merges',))]
    return {
        'people': people, 'added': added, 'deleted': deleted, 'binary_changes': binary,
        'commits': count[0], 'merges': count[1],
    }  # fmt: skip


def agree(found: dict[str, object], repo: Path) -> bool:
    """Print every figure that is not the one that others count."""
    people = found['people']
    assert isinstance(people, list)
    mine = {**found, 'people': {each['name']: each['commits'] for each in people}}
    right = True
    for key, value in wanted(repo).items():
        same = mine[key] == value
        right = right and same
        shown = f'{len(value)} names' if isinstance(value, dict) else value
        print(f'  {key:<16}{shown}' + ('' if same else f'   NOT THE SAME: {mine[key]}'))
    return right


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument('repository')
    parser.add_argument('--runs', type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        repo = Path(folder) / 'repo'
        subprocess.run(
            ['git', 'clone', '-q', '--no-checkout', '--local', given.repository, str(repo)],
            check=True,
        )
        times: dict[str, list[float]] = {'git log --numstat': [], 'first': [], 'second': []}
        most = 0
        for _ in range(given.runs):
            shutil.rmtree(repo / '.git/sessions', ignore_errors=True)
            times['git log --numstat'].append(numstat(repo))
            for name in ('first', 'second'):
                seconds, memory, found = analyze(repo)
                times[name].append(seconds)
                most = max(most, memory)
        medians = {name: statistics.median(seconds) for name, seconds in times.items()}
        for name, seconds in medians.items():
            ratio = seconds / medians['git log --numstat']
            print(f'  {name:<20}{seconds:8.2f} s   x{ratio:.2f} of git log --numstat')
        print(f'  memory              {most:8} MiB')
        right = agree(found, repo)
    commits = found['commits']
    assert isinstance(commits, int)
    # A start of Python is no small part of a short history: the promise is of a long one.
    is_long = commits >= _LONG
    kept = not is_long or medians['first'] <= _FIRST * medians['git log --numstat']
    kept = kept and medians['second'] <= _SECOND and most <= _MEGABYTES
    print(f'  -> {"kept" if kept else "NOT KEPT"}, figures {"agree" if right else "DO NOT AGREE"}')
    return 0 if kept and right else 1


if __name__ == '__main__':
    sys.exit(main())
