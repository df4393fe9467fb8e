"""`git session analyze` of a whole history beside published analyzers, in one run.

    pip install git-fame PyDriller gitstats        (into an environment of their own)
    python benchmarks/analyzers.py <repository> <that environment> [--runs 1]

Each reads the history of HEAD in the same clone.  They do different work: git-fame adds up
inserted and deleted lines of the files that are there, gitstats makes pages, PyDriller hands
out every commit with its lines, and ours has all that docs/commands.md says of `analyze`.
Wall clock; the figures that both have are held against each other, but for the number of
authors, where ours follows .mailmap as `git shortlog` does and PyDriller does not.
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

_DRILL = """
import sys
from pydriller import Repository
commits = merges = added = deleted = 0
people = set()
for each in Repository('.').traverse_commits():
    commits += 1
    people.add(each.author.name)
    if each.merge:
        merges += 1
    else:
        added, deleted = added + each.insertions, deleted + each.deletions
print(commits, merges, added, deleted, len(people))
"""


def timed(folder: Path, *command: str) -> tuple[float, str]:
    """Seconds, and stdout."""
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return time.perf_counter() - begin, done.stdout


def round_of(repo: Path, bin_: Path) -> tuple[dict[str, float], dict[str, object]]:
    """Every program once: name -> seconds, name -> the figures that it gives."""
    shutil.rmtree(repo / '.git/sessions', ignore_errors=True)
    ours = (sys.executable, '-m', 'git_session', 'analyze', '--json')
    seconds: dict[str, float] = {}
    seconds['git log --numstat'], _ = timed(repo, 'git', 'log', '--numstat')
    seconds['ours, first'], _ = timed(repo, *ours)
    seconds['ours, second'], text = timed(repo, *ours)
    history = json.loads(text)['history']
    mine = [history[key] for key in ('commits', 'merges', 'added', 'deleted')]
    figures: dict[str, object] = {'ours': (*mine, len(history['people']))}
    fame = ('--loc=ins,del', '--format', 'json', '.')
    seconds['git-fame'], text = timed(repo, str(bin_ / 'git-fame'), *fame)
    figures['git-fame, commits'] = json.loads(text)['total']['commits']
    pages = repo.parent / 'pages'
    seconds['gitstats'], _ = timed(repo, str(bin_ / 'gitstats'), '--quiet', '.', str(pages))
    seconds['PyDriller'], text = timed(repo, str(bin_ / 'python'), '-c', _DRILL)
    figures['PyDriller'] = tuple(map(int, text.split()))
    return seconds, figures


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument('repository')
    parser.add_argument('environment', type=Path)
    parser.add_argument('--runs', type=int, default=1)
    given = parser.parse_args()
    rounds: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        repo = Path(folder) / 'repo'
        subprocess.run(['git', 'clone', '-q', '--local', given.repository, str(repo)], check=True)
        for _ in range(given.runs):
            seconds, figures = round_of(repo, (given.environment / 'bin').absolute())
            rounds.append(seconds)
    medians = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
    for name, value in sorted(medians.items(), key=lambda each: each[1]):
        print(
            f'  {name:<20}{value:8.2f} s   x{value / medians["ours, first"]:.2f} of our first run'
        )
    print('  commits, merges, lines added, deleted, authors:')
    for name, shown in figures.items():
        print(f'  {name:<20}{shown}')
    ours, theirs = figures['ours'], figures['PyDriller']
    assert isinstance(ours, tuple)
    assert isinstance(theirs, tuple)
    agree = ours[:4] == theirs[:4] and ours[0] == figures['git-fame, commits']
    first = all(
        value >= medians['ours, first'] for name, value in medians.items()
        if not name.startswith(('ours', 'git log'))
    )  # fmt: skip
    print('  ->', 'figures agree' if agree else 'FIGURES DIFFER',
          'and ours is first' if first else 'and OURS IS NOT FIRST')  # fmt: skip
    return 0 if agree and first else 1


if __name__ == '__main__':
    sys.exit(main())
