"""Keep what this version writes to disk: ``python -m tests.formats.make``.

Run at each release, from the checkout.  The folder ``tests/formats/<n>`` that it makes is never
edited: it is what people have.  It holds::

    version           the version of the program that wrote it
    history           all refs and commits, as `git fast-export` writes them
    refs              object id and name of each ref, as the history has to give them
    git/              from the git directory: sessions/, HEAD, config, hooks/, session-live/ ...
    tree/             what is in the working tree and in no commit
    exports/          session.toml and lines of JSON
    expected/<x>.json what the commands in QUESTIONS said of it, a month later

In the files, @TOP@, @HOOKS@ and @PYTHON@ stand for the places that were on the disk.  A folder of
the version that the program has now is made anew, as long as that is not released.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import git_session
from git_session import hooks
from git_session.main import main
from tests.formats import life
from tests.repo import Repo

HERE = Path(__file__).parent
# name of the answer -> what is asked; {auth} is the id of the session that has everything.
QUESTIONS: dict[str, tuple[str, ...]] = {
    'status': ('status', '--json'),
    'brief': ('brief', '--json'),
    'handoff': ('handoff', '--json'),
    'log': ('log', '--json'),
    'show-live': ('show', '--json'),
    'show': ('show', '{auth}', '--json'),
    'handoff-of': ('handoff', '{auth}', '--json'),
    'log-of': ('log', '{auth}', '--json'),
    'history': ('history', '--metrics', '--json'),
    'objectives': ('objectives', '--json'),
    'decisions': ('decisions', '--json'),
    'blockers': ('blockers', '--json'),
    'wip': ('wip', 'list', '--json'),
    'report': ('report', '--since', '2026-11-01', '--until', '2026-11-30', '--json'),
    'config': ('config', 'list', '--json'),
    'compare': ('compare', '{auth}', '--json'),
}
# What is said in words, or counted from rules that may become better: no promise.
_FREE = frozenset({
    'text', 'next', 'next_steps', 'watch', 'summary', 'health', 'hooks', 'notices', 'generated',
    'presence', 'advice', 'findings', 'recommendations', 'words', 'markdown', 'sections',
    'context_health', 'context', 'gates', 'violations', 'quality', 'annotations', 'warnings',
})  # fmt: skip
# Words in these are what somebody typed.
_TYPED = frozenset({'objectives', 'blockers', 'decisions', 'notes', 'dead_ends', 'events', 'facts'})


def folders() -> list[Path]:
    return sorted((p for p in HERE.iterdir() if p.name.isdigit()), key=lambda p: int(p.name))


def places(top: Path) -> dict[str, str]:
    """What stands for a place -> the place."""
    return {'@TOP@': str(top), '@HOOKS@': hooks.source(), '@PYTHON@': hooks._python()}


def _export(folder: Path, repo: Repo) -> None:
    history = subprocess.run(
        ['git', 'fast-export', '--all', '--reencode=no', '--show-original-ids'],
        cwd=repo.path, check=True, capture_output=True,
    ).stdout  # fmt: skip
    (folder / 'history').write_bytes(history)
    (folder / 'refs').write_text(
        repo.git('for-each-ref', '--format=%(objectname) %(refname)') + '\n'
    )
    for name in ('sessions', 'hooks', 'session-live'):
        shutil.copytree(
            repo.path / '.git' / name, folder / 'git' / name,
            ignore=shutil.ignore_patterns('*.sample', '.lock', '.ending', '*.tmp'),
        )  # fmt: skip
    for name in ('HEAD', 'config', 'session-branch'):
        shutil.copy(repo.path / '.git' / name, folder / 'git' / name)
    (folder / 'tree/.ccmp').mkdir(parents=True)
    shutil.copy(repo.path / '.ccmp/state.json', folder / 'tree/.ccmp')


def make(folder: Path) -> None:
    """Live, and keep what is left of it."""
    with tempfile.TemporaryDirectory() as temporary:
        with life.world(Path(temporary) / 'home'):
            repo = life.live(Path(temporary) / 'world')
            folder.mkdir()
            (folder / 'version').write_text(f'{git_session.__version__}\n')
            (folder / 'exports').mkdir()
            auth = session_id(repo.path / '.git/sessions')
            for name, words in {
                'session.toml': (auth,), 'redacted.toml': (auth, '--redact'),
                'session.jsonl': (auth, '--format', 'jsonl'), 'all.jsonl': ('--all',),
            }.items():  # fmt: skip
                (folder / 'exports' / name).write_text(repo.do('export', *words))
            _export(folder, repo)
        for place in folder.rglob('*'):
            if place.is_file():
                data = place.read_bytes()
                for mark, there in places(repo.path).items():
                    data = data.replace(there.encode(), mark.encode())
                place.write_bytes(data)


def session_id(sessions: Path) -> str:
    """The id of the session that has everything."""
    return next(
        p.name for p in (sessions / '.archive').iterdir() if p.name.startswith('feature-auth')
    )


def restore(folder: Path, top: Path, *, logs: bool = True) -> Repo:
    """The repository of a folder at `top`; without its `logs` a clone that knows the refs only."""
    top.mkdir(parents=True)
    repo = Repo(top)
    repo.git('init', '-q')
    repo.git('fast-import', '--quiet', stdin=(folder / 'history').read_bytes())
    if logs:
        for source in sorted((folder / 'git').rglob('*')):
            goal = top / '.git' / source.relative_to(folder / 'git')
            if source.is_dir():
                goal.mkdir(exist_ok=True)
            else:
                data = source.read_bytes()
                for mark, there in places(top).items():
                    data = data.replace(mark.encode(), there.encode())
                goal.write_bytes(data)
                if goal.parent.name in ('hooks', '.hooks'):
                    goal.chmod(0o755)
        shutil.copytree(folder / 'tree', top, dirs_exist_ok=True)
    head = (folder / 'git/HEAD').read_text().strip().removeprefix('ref: ')
    repo.git('symbolic-ref', 'HEAD', head)
    repo.git('read-tree', '-u', '--reset', 'HEAD')
    return repo


def ask(words: tuple[str, ...]) -> Any:
    """The JSON that a command in this process prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = main(words)
    assert status == 0, words
    return json.loads(out.getvalue())


def facts(value: Any, free: frozenset[str] = _FREE) -> Any:
    """An answer without what is no promise."""
    if isinstance(value, dict):
        return {
            key: facts(each, frozenset() if key in _TYPED else free)
            for key, each in value.items() if key not in free
        }  # fmt: skip
    if isinstance(value, list):
        return [facts(each, free) for each in value]
    return value


def answers(repo: Repo) -> dict[str, Any]:
    """What the program says of a repository: name -> facts."""
    os.chdir(repo.path)
    auth = session_id(repo.path / '.git/sessions')
    return {
        name: json.loads(
            json.dumps(facts(ask(tuple(word.format(auth=auth) for word in words))))
            .replace(str(repo.path), '@TOP@')
        )
        for name, words in QUESTIONS.items()
    }  # fmt: skip


def expect(folder: Path) -> None:
    """Write down what the program says of a folder."""
    (folder / 'expected').mkdir()
    with tempfile.TemporaryDirectory() as temporary, life.world(Path(temporary) / 'home'):
        life.Person.clock = life.NOW
        repo = restore(folder, Path(temporary) / 'repo')
        for name, found in answers(repo).items():
            text = json.dumps(found, indent=1, ensure_ascii=False) + '\n'
            (folder / 'expected' / f'{name}.json').write_text(text)


def run() -> None:
    found = folders()
    last = found[-1] if found else None
    if last is not None and (last / 'version').read_text().strip() == git_session.__version__:
        shutil.rmtree(last)
    else:
        last = HERE / str(int(last.name) + 1 if last else 1)
    make(last)
    expect(last)
    sys.stdout.write(f'{last.relative_to(HERE.parent.parent)}\n')


if __name__ == '__main__':
    run()
