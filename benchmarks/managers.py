"""What a commit and a switch cost with the hook managers people use, side by side in one run.

    python benchmarks/managers.py [--runs 20]

The python that runs this has git session installed; managers are taken from its
environment and from PATH (pre-commit, prek, lefthook, husky, git-lfs), those that
are absent are left out.  Each manager runs one hook that does nothing, at
prepare-commit-msg, commit-msg, post-commit and post-checkout where it can.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from cost import World, medians

EVENTS = ('prepare-commit-msg', 'commit-msg', 'post-commit', 'post-checkout')


def pre_commit(world: World, repo: Path, program: str) -> None:
    stages = ', '.join(EVENTS)
    (repo / '.pre-commit-config.yaml').write_text(
        'repos:\n- repo: local\n  hooks:\n  - {id: nothing, name: nothing, language: system, '
        f'entry: "true", always_run: true, pass_filenames: false, stages: [{stages}]}}\n'
    )
    world.run(repo, 'git', 'add', '.')
    world.run(repo, 'git', 'commit', '-qm', 'config')
    world.run(repo, 'git', 'branch', '-f', 'other')
    for event in EVENTS:
        world.run(repo, program, 'install', '-t', event)


def lefthook(world: World, repo: Path, program: str) -> None:
    (repo / 'lefthook.yml').write_text(
        ''.join(f'{event}:\n  commands:\n    nothing:\n      run: "true"\n' for event in EVENTS)
    )
    world.run(repo, program, 'install')


def husky(world: World, repo: Path, program: str) -> None:
    world.run(repo, program)
    for event in EVENTS:
        (repo / '.husky' / event).write_text('true\n')


def git_lfs(world: World, repo: Path, program: str) -> None:
    world.run(repo, 'git', 'lfs', 'install', '--local')


MANAGERS: dict[str, tuple[str, Callable[[World, Path, str], None]]] = {
    'git-lfs': ('git-lfs', git_lfs),
    'prek': ('prek', pre_commit),
    'lefthook': ('lefthook', lefthook),
    'husky': ('husky', husky),
    'pre-commit': ('pre-commit', pre_commit),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or '').splitlines()[0])
    parser.add_argument('--runs', type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        world = World(Path(root))
        repos = {
            'no hooks': world.repo('bare'),
            'git session, no session': world.repo('none', hooks='ours'),
            'git session, in a session': world.repo('session', hooks='ours', session=True),
        }
        for name, (program, install) in MANAGERS.items():
            found = shutil.which(program, path=world.env['PATH'])
            if found is None:
                print(f'{name}: not found, left out', file=sys.stderr)
                continue
            repos[name] = world.repo(name)
            install(world, repos[name], found)
        commit = ('git', 'commit', '-q', '--allow-empty', '-m', 'A subject')

        def switches(repo: Path) -> float:
            there = world.timed(repo, 'git', 'switch', '-q', 'other')
            return (there + world.timed(repo, 'git', 'switch', '-q', 'work')) / 2

        commits = medians(
            options.runs,
            {name: lambda repo=repo: world.timed(repo, *commit) for name, repo in repos.items()},  # type: ignore[misc]
        )
        switched = medians(
            options.runs,
            {name: lambda repo=repo: switches(repo) for name, repo in repos.items()},  # type: ignore[misc]
        )
    print('| added to git, ms | a commit | a switch |')
    print('|---|--:|--:|')
    for name in repos:
        added = [(each[name] - each['no hooks']) * 1000 for each in (commits, switched)]
        shown = ' | '.join(f'{value:.1f}' for value in added)
        print(f'| {name} | {shown} |')
    bare = f'{commits["no hooks"] * 1000:.1f} and {switched["no hooks"] * 1000:.1f}'
    print(f'\nwithout hooks: {bare} ms; medians of {options.runs} runs in turn')
    return 0


if __name__ == '__main__':
    sys.exit(main())
