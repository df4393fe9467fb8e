"""A real repository, driven by the real git and the installed `git session`."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from git_session.process import Process

BEGUN: list[Process] = []  # the git that this process has started in this test


class Result(NamedTuple):
    status: int
    out: str
    err: str


class Repo:
    def __init__(self, path: Path) -> None:
        self.path = path

    def run(self, *args: str, stdin: str | bytes | None = None, **env: str) -> Result:
        """Run any program here; a failure is returned, not raised."""
        data = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(
            args,
            cwd=self.path,
            input=data,
            stdin=subprocess.DEVNULL if data is None else None,
            capture_output=True,
            env={**os.environ, **env},
            check=False,
        )
        out, err = (text.decode('utf-8', 'surrogateescape') for text in (done.stdout, done.stderr))
        return Result(done.returncode, out, err)

    def git(self, *args: str, stdin: str | bytes | None = None, **env: str) -> str:
        """The stdout of a git that has to succeed, without the last newline."""
        result = self.run('git', *args, stdin=stdin, **env)
        assert result.status == 0, f'git {args}: {result}'
        return result.out.removesuffix('\n')

    def session(self, *args: str, stdin: str | bytes | None = None, **env: str) -> str:
        """The stdout of a `git session` that has to succeed."""
        return self.git('session', *args, stdin=stdin, **env)

    def refused(self, *args: str, **env: str) -> Result:
        """A `git session` that has to fail."""
        result = self.run('git', 'session', *args, **env)
        assert result.status != 0, result
        return result

    def json(self, *args: str) -> Any:
        return json.loads(self.session(*args, '--json'))

    def write(self, **files: str) -> None:
        """Write files; `a__b.txt` can not be said in Python, so use `write_file` for folders."""
        for name, text in files.items():
            self.write_file(name, text)

    def write_file(self, name: str, text: str | bytes) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)

    def commit(self, message: str, *options: str, **files: str) -> str:
        """Write and add files, commit with a message; the new commit's object id."""
        for name, text in files.items():
            self.write_file(name, text)
            self.git('add', '--', name)
        self.git('commit', '-q', '--allow-empty', '-m', message, *options)
        return self.git('rev-parse', 'HEAD')

    def message(self, revision: str = 'HEAD') -> str:
        """The raw message of a commit."""
        return self.git('cat-file', 'commit', revision).partition('\n\n')[2]

    @property
    def sessions(self) -> Path:
        common = self.git('rev-parse', '--path-format=absolute', '--git-common-dir')
        return Path(common) / 'sessions'

    def place(self, branch: str = 'work') -> Path:
        return self.sessions / branch

    def events(self, branch: str = 'work') -> list[dict[str, Any]]:
        """The events of a live session in the order of the file."""
        lines = (self.place(branch) / 'events.jsonl').read_text().splitlines()
        return [json.loads(line) for line in lines if line]

    def context(self, branch: str = 'work') -> Any:
        return json.loads((self.place(branch) / 'context.json').read_text())

    def note(self, revision: str = 'HEAD') -> list[dict[str, Any]]:
        """The events in the note of a commit, each id once; none without a note."""
        shown = self.run('git', 'notes', '--ref=session', 'show', revision)
        found = [json.loads(line) for line in shown.out.splitlines() if line]
        return list({event['id']: event for event in found}.values())
