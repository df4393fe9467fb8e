"""git session config; reading and checking the configuration is tested in tests/test_config.py."""

from __future__ import annotations

import json

import pytest

from git_session import config
from tests.commands.conftest import Run
from tests.repo import Repo


def test_list(repo: Repo, run: Run) -> None:
    lines = run('config').out.splitlines()
    assert [line.partition('=')[0] for line in lines] == list(config.KEYS)
    assert 'session.checkpoint_interval=30m' in lines
    assert 'session.trailers=Session-Id, Session-Objective' in lines
    assert run('config', 'list') == run('config')


def test_show_origin(repo: Repo, run: Run) -> None:
    repo.write_file('.session/config.yaml', 'session:\n  idle_timeout: 10m\n')
    repo.git('config', 'session.display.dateFormat', '%Y')
    repo.git('config', '--global', 'session.display.emoji', 'true')
    lines = run('config', 'list', '--show-origin').out.splitlines()
    origins = {line.split('\t')[1]: line.split('\t')[0] for line in lines}
    assert origins['session.auto_track=true'] == 'default'
    assert origins['session.idle_timeout=10m'] == '.session/config.yaml:2'
    assert 'local' in origins['display.date_format=%Y']
    assert 'global' in origins['display.emoji=true']


def test_get(repo: Repo, run: Run) -> None:
    assert run('config', 'get', 'session.idle_timeout').out == '30m\n'
    assert run('config', 'get', 'tdd.test_command').out == 'none\n'
    assert run('config', 'get', 'display.emoji', '--show-origin').out == 'default\tfalse\n'


def test_get_an_unknown_key(repo: Repo, run: Run) -> None:
    assert run('config', 'get', 'session.idle_timeot', status=1).err == (
        "error: no such key: 'session.idle_timeot'\nhint: did you mean 'session.idle_timeout'?\n"
    )


def test_json(repo: Repo, run: Run) -> None:
    record = json.loads(run('config', '--json').out)
    assert record['schema'] == 'git-session/config/1'
    assert record['values']['session.idle_timeout'] == {'value': 1800, 'origin': 'default'}
    one = json.loads(run('config', 'get', 'display.color', '--json').out)
    assert one['values'] == {'display.color': {'value': 'auto', 'origin': 'default'}}


def test_schema(repo: Repo, run: Run) -> None:
    assert json.loads(run('config', 'schema').out) == config.schema()


def test_a_warning_is_talk(repo: Repo, run: Run) -> None:
    repo.write_file('.session/config.yaml', 'session:\n  idle_timeot: 10m\n')
    said = run('config', 'get', 'session.idle_timeout')
    assert said.out == '30m\n'
    assert said.err.startswith('warning: ')
    assert 'idle_timeout' in said.err


def test_a_bad_file_stops_commands_and_not_hooks(work: Repo, run: Run) -> None:
    work.write_file('.session/config.yaml', 'session:\n  idle_timeout: soon\n')
    before = work.events()
    for command in (('status',), ('note', 'x'), ('config',), ('brief',), ('end',)):
        refused = run(*command, status=128)
        assert refused.out == ''
        assert refused.err.startswith('fatal: ')
        assert '.session/config.yaml' in refused.err and 'idle_timeout' in refused.err
        assert "'soon'" in refused.err
    assert work.events() == before
    work.commit('goes on', **{'b.txt': 'two\n'})
    assert 'Session-Id: ' in work.message()
    assert work.events()[-1]['type'] == 'commit'
    run('init', '--force', '--no-hooks')
    run('status')


@pytest.mark.parametrize('action', [('get',), ('set', 'a', 'b'), ('get', 'a', 'b')])
def test_usage(repo: Repo, run: Run, action: tuple[str, ...]) -> None:
    assert run('config', *action, status=129).err.endswith("hint: see 'git session config -h'\n")
