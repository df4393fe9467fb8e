"""Every JSON form is what its schema promises: no key more, none less."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.repo import Repo, Result

Run = Callable[..., Result]
SCHEMAS = Path(__file__).parent.parent / 'schemas'


def check(name: str, found: Any) -> None:
    schema = json.loads((SCHEMAS / f'{name}.json').read_text())
    Draft202012Validator.check_schema(schema)
    errors = [f'{error.json_path}: {error.message}' for error in
              Draft202012Validator(schema).iter_errors(found)]  # fmt: skip
    assert errors == []
    assert found['schema'] == schema['title'] == f'git-session/{name}/1'


def check_all(repo: Repo, run: Run, branch: str) -> None:
    for name in ('status', 'brief', 'handoff', 'log', 'history', 'show'):
        check(name, json.loads(run(name, '--json').out))
    check('history', json.loads(run('history', '--metrics', '--json').out))
    check('context', repo.context(branch))


@pytest.fixture
def rich(repo: Repo, run: Run) -> Repo:
    """A session with something of everything."""
    run('start', 'work', '-o', 'Google OAuth', '-o', 'GitHub\nOAuth \x1b', '--issue', '#7')
    repo.commit('add b', **{'b.txt': 'two\n'})
    run('objectives', 'drop', '2', '--why', 'late')
    run('blockers', 'add', 'CI is red', '--issue', '#5', '--objective', '1')
    run('blockers', 'add', 'no key')
    run('blockers', 'resolve', '2', '--how', 'asked')
    run('decisions', 'add', 'Use sessions', '--rationale', 'r', '--alternatives', 'a')
    run('decisions', 'supersede', '1', 'Use PKCE')
    run('note', 'a note')
    run('note', '--dead-end', 'weak references')
    run('undo')
    repo.write_file('a.txt', b'\0binary')
    repo.git('mv', 'b.txt', 'c.txt')
    run('checkpoint', '-a', '-m', 'feat: renamed', '-l', 'label', '-d', 'a decision')
    run('checkpoint', '--no-commit', '-l', 'again')
    repo.write_file('untracked', '')
    run('pause')
    return repo


def test_of_a_rich_session(rich: Repo, run: Run) -> None:
    check_all(rich, run, 'work')


def test_of_a_new_one(repo: Repo, run: Run) -> None:
    run('start', 'work')
    check_all(repo, run, 'work')


def test_of_an_unborn_branch(make_repo: Callable[..., Repo], run: Run) -> None:
    repo = make_repo('unborn', commit=False)
    run('start', 'work')
    check_all(repo, run, 'work')


def test_of_one_from_another_version(rich: Repo, run: Run) -> None:
    with (rich.place() / 'events.jsonl').open('ab') as file:
        name = rich.context()['session'].encode()
        file.write(
            b'{"v":2,"id":"z","at":"2026-11-22T23:02:26Z","session":"%s","type":"new"}\n' % name
        )
        file.write(b'torn {"v"\n')
    check_all(rich, run, 'work')
    assert rich.context()['unknown_events'] == 1
    said = run('status').out
    assert '1 event of a newer version of git session kept, not understood\n' in said
    assert '1 line of the log cannot be read: git session doctor\n' in said


def test_of_a_finished_one(rich: Repo, run: Run) -> None:
    run('end')
    check('history', json.loads(run('history', '--json').out))
    for name in ('show', 'log'):
        check(name, json.loads(run(name, '@{1}', '--json').out))
