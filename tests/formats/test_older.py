"""What an older version left on the disk, read by the one there is now.

`tests/formats/<n>` was written by a release (see make.py) and is never edited.
"""

from __future__ import annotations

import json
import shutil
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

import git_session
from git_session import events
from tests.formats import life, make
from tests.repo import Repo

FOLDERS = make.folders()
each_version = pytest.mark.parametrize('folder', FOLDERS, ids=lambda folder: folder.name)


@pytest.fixture(autouse=True)
def later(hermetic: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A month after the life that was lived there."""
    monkeypatch.setattr(time, 'time', lambda: life.NOW)


def _logs(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in folder.glob('git/**/events.jsonl')
        for line in path.read_text().splitlines()
        if line
    ]


def _lacks(wanted: Any, found: Any, at: str = '') -> list[str]:
    """Where an answer says less than, or something else than, what was said of it then."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return [
            lack
            for key, each in wanted.items()
            for lack in (
                _lacks(each, found[key], f'{at}.{key}') if key in found else [f'{at}.{key}']
            )
        ]
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return [
            lack
            for number, pair in enumerate(zip(wanted, found, strict=True))
            for lack in _lacks(*pair, f'{at}[{number}]')
        ]
    return [] if wanted == found else [f'{at}: {wanted!r} became {found!r}']


def _without_figures(record: dict[str, Any]) -> dict[str, Any]:
    return {
        key: record[key] for key in ('objectives', 'blockers', 'decisions', 'started', 'branch')
    }


def test_the_newest_folder_has_every_type_and_every_fact() -> None:
    """Whoever adds one runs `python -m tests.formats.make`."""
    folder = FOLDERS[-1]
    assert (folder / 'version').read_text().strip() == git_session.__version__
    found: dict[str, set[str]] = {}
    for event in _logs(folder):
        found.setdefault(event['type'], set()).update(event)
    lacking = {
        (name, fact)
        for name, kinds in events.TYPES.items()
        for fact in kinds
        if fact not in found.get(name, set())
    }
    assert lacking == set()
    assert {'op', 'agent', 'public'} <= set().union(*found.values())
    assert b'"redacted":true' in (folder / 'history').read_bytes()


@each_version
def test_the_program_says_of_it_what_it_said_then(folder: Path, tmp_path: Path) -> None:
    repo = make.restore(folder, tmp_path / 'repo')
    kept = repo.git('for-each-ref', '--format=%(objectname) %(refname)') + '\n'
    assert kept == (folder / 'refs').read_text()
    found = make.answers(repo)
    for path in sorted((folder / 'expected').iterdir()):
        wanted = json.loads(path.read_text())
        assert _lacks(make.facts(wanted), found[path.stem]) == [], path.stem
    logs = {path.relative_to(folder / 'git'): path.read_bytes()
            for path in folder.glob('git/**/events.jsonl')}  # fmt: skip
    assert len(logs) >= 6
    for name, data in logs.items():  # nothing there is written anew
        assert (repo.path / '.git' / name).read_bytes().startswith(data), name


@each_version
def test_a_fresh_clone_makes_it_again_from_the_notes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any
) -> None:
    repo = make.restore(folder, tmp_path / 'repo', logs=False)
    monkeypatch.chdir(repo.path)
    wanted = json.loads((folder / 'expected/show.json').read_text())
    repo.git('switch', '-q', wanted['branch'])
    run('resume')
    found = json.loads(run('show', wanted['session'], '--json').out)
    assert _without_figures(found) == _without_figures(wanted)
    private = {event['text'] for event in _logs(folder) if event.get('private')}
    shared = [each for each in wanted['notes'] if each['text'] not in private]
    assert len(private) == 2 and len(shared) == len(wanted['notes']) - 1
    assert [each['text'].partition('//')[0] for each in found['notes']] == [
        each['text'].partition('//')[0] for each in shared
    ]
    assert life.SECRET not in json.dumps(found)
    assert len(json.loads(run('history', '--json').out)['sessions']) >= 5


def _imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    repo = Repo(tmp_path / 'other')
    repo.path.mkdir()
    repo.git('init', '-q')
    repo.commit('Elsewhere')
    monkeypatch.chdir(repo.path)
    return repo


@each_version
def test_its_exports_are_read_and_written_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any
) -> None:
    _imported(tmp_path, monkeypatch)
    toml = folder / 'exports/session.toml'
    record = tomllib.loads(toml.read_text())
    run('import', str(folder / 'exports/redacted.toml'))
    run('import', str(toml))
    again = tomllib.loads(run('export', record['session']).out)
    assert again['schema'] == record['schema']
    assert _lacks(record['events'], again['events']) == []
    found = json.loads(run('show', record['session'], '--json').out)
    wanted = json.loads((folder / 'expected/show.json').read_text())
    assert _without_figures(found) == _without_figures(wanted)
    run('import', str(folder / 'exports/session.jsonl'))  # has nothing that is new
    run('import', str(folder / 'exports/all.jsonl'))
    lines = [json.loads(line) for line in run('export', '--all').out.splitlines()]
    before = [json.loads(line) for line in (folder / 'exports/all.jsonl').read_text().splitlines()]
    assert [each['event'] for each in lines if 'event' in each] == [
        each['event'] for each in before if 'event' in each
    ]


@each_version
def test_work_goes_on_there(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any
) -> None:
    repo = make.restore(folder, tmp_path / 'repo')
    monkeypatch.chdir(repo.path)
    monkeypatch.setenv('GIT_COMMITTER_DATE', f'{int(life.NOW)} +0000')
    branch = repo.git('branch', '--show-current')
    name = (repo.place(branch) / 'id').read_text().strip()
    before = len(repo.events(branch))
    repo.commit('Old hooks, new program', **{'more.txt': 'x\n'})  # by the hooks that lie there
    assert repo.message().splitlines()[-1].startswith('Session-')
    assert [event['type'] for event in repo.events(branch)[before:]] == ['commit']
    run('objectives', 'add', 'Go on')
    run('undo')
    run('switch', 'feature/shared')  # with what was put aside there
    assert (repo.path / 'draft.txt').read_text() == 'not tracked\n'
    assert (repo.path / 'shared.py').read_text() == 'x = 3\n'
    repo.git('checkout', '-q', '.')
    run('switch', branch)
    run('end', '--no-handoff')
    listed = json.loads(run('history', '--json').out)['sessions']
    assert name in [each['session'] for each in listed]
    archived = tomllib.loads((repo.sessions / '.archive' / name / 'session.toml').read_text())
    assert archived['result'] == 'ended'


@each_version
def test_what_is_only_kept_to_be_quick_may_go(folder: Path, tmp_path: Path) -> None:
    repo = make.restore(folder, tmp_path / 'repo')
    for name in ('.history.json', '.told.jsonl', '.reports.json', '.config.json', '.seen',
                 '.bindings', '.archive/index.jsonl'):  # fmt: skip
        (repo.sessions / name).unlink()
    for path in repo.sessions.rglob('session.toml'):
        path.unlink()
    shutil.rmtree(repo.path / '.git/session-live')
    found = make.answers(repo)
    for name in ('show', 'show-live', 'log', 'log-of', 'status', 'wip'):
        wanted = json.loads((folder / f'expected/{name}.json').read_text())
        assert _lacks(make.facts(wanted), found[name]) == [], name
