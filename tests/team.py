"""Several clones of one bare repository, each with its own person, driven in this process."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from git_session import events
from git_session.replay import replay
from git_session.session import Session
from tests.repo import Repo, Result

Run = Callable[..., Result]


class Clone(Repo):
    """A clone; `do` runs `git session` in it, in this process."""

    def __init__(self, path: Path, run: Run) -> None:
        super().__init__(path)
        self._run = run

    def do(self, *words: str, status: int = 0) -> Result:
        os.chdir(self.path)
        return self._run(*words, status=status)

    def log(self, branch: str) -> Session:
        """The session of a branch, replayed from its log."""
        place = self.path / '.git' / 'sessions' / branch
        name = (place / 'id').read_text().strip()
        return replay(name, events.decode_all((place / 'events.jsonl').read_bytes())[0])

    def known(self) -> set[str]:
        """The lines of all logs."""
        found = set()
        for path in (self.path / '.git' / 'sessions').rglob('events.jsonl'):
            found |= set(path.read_text().splitlines())
        return found

    def noted(self, ref: str = 'refs/notes/session') -> set[str]:
        """The lines of all notes."""
        return noted(self, ref)

    def facts(self, branch: str) -> dict[str, Any]:
        """What the log says, to be compared between clones."""
        found = vars(self.log(branch)).copy()
        return {key: value for key, value in found.items() if not key.startswith('_')}


def noted(repo: Repo, ref: str = 'refs/notes/session') -> set[str]:
    listed = repo.run('git', 'ls-tree', '-r', ref).out.splitlines()
    blobs = [line.split()[2] for line in listed]
    if not blobs:
        return set()
    out = repo.git('cat-file', '--batch=', stdin='\n'.join(blobs) + '\n')
    return {line for line in out.split('\n') if line}


class Team:
    """`origin` is bare and has one commit on main."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.folder = folder
        self._run = run
        seed = Repo(folder / 'seed')
        seed.path.mkdir(parents=True)
        seed.git('init', '-q', '-b', 'main')
        seed.commit('first', **{'a.txt': 'one\n'})
        seed.git('clone', '-q', '--bare', '.', '../origin.git')
        self.origin = Repo(folder / 'origin.git')

    def clone(self, name: str, *options: str) -> Clone:
        made = Clone(self.folder / name, self._run)
        self.origin.git('clone', '-q', *options, f'file://{self.origin.path}', str(made.path))
        made.git('config', 'user.name', name.title())
        made.git('config', 'user.email', f'{name}@example.com')
        return made
