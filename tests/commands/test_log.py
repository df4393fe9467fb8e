"""git session log, and every way to name a session."""

from __future__ import annotations

import json

import pytest

from tests.commands.conftest import Run
from tests.repo import Repo


@pytest.fixture
def three(work: Repo, run: Run) -> dict[str, str]:
    """Sessions work (ended), other and last (current): branch -> id."""
    names = {'work': work.context()['session']}
    run('end', '--no-handoff')
    for branch in ('other', 'last'):
        run('start', branch, '--base', 'main')
        names[branch] = work.context(branch)['session']
    return names


def test_the_events_in_words(work: Repo, run: Run) -> None:
    head = work.commit('add b', **{'b.txt': 'two\n'})
    run('objectives', 'complete', '1')
    run('undo')
    run('pause')
    lines = [line.split('  ', 1)[1] for line in run('log').out.splitlines()]
    assert lines == [
        'start on work from main',
        'objective obj-1 Google OAuth',
        'objective obj-2 GitHub OAuth',
        'start obj-1',
        f'commit {head[:10]}',
        'complete obj-1 (undone)',
        'undo 1 event',
        'pause (user)',
    ]


def test_the_date_format(work: Repo, run: Run) -> None:
    work.git('config', 'session.display.dateFormat', '%Y')
    assert run('log').out.splitlines()[0][4:] == '  start on work from main'


def test_json(work: Repo, run: Run) -> None:
    record = json.loads(run('log', '--json').out)
    assert record['schema'] == 'git-session/log/1'
    assert [each['type'] for each in record['events']] == [
        'start', 'objective.add', 'objective.add', 'objective.start',
    ]  # fmt: skip


@pytest.mark.parametrize('wanted', ['id', 'prefix', 'branch'])
def test_of_another_session(three: dict[str, str], run: Run, wanted: str) -> None:
    name = three['work']
    word = {'id': name, 'prefix': name[:7], 'branch': 'work'}[wanted]
    assert '  objective obj-1 Google OAuth\n' in run('log', word).out
    assert 'start on other from main' in run('log', 'other').out


def test_the_one_before(three: dict[str, str], run: Run) -> None:
    assert 'start on last' in run('log', '@{0}').out
    assert 'start on other' in run('log', '@{1}').out
    assert 'start on work' in run('log', '@{2}').out
    assert run('log', '@{3}', status=1).err == "error: no session '@{3}'\n"


def test_the_one_before_on_a_branch_without_a_session(
    three: dict[str, str], run: Run, repo: Repo
) -> None:
    repo.git('switch', '-q', 'main')
    assert 'start on last' in run('log', '@{1}').out


def test_an_ambiguous_prefix(three: dict[str, str], run: Run, repo: Repo) -> None:
    run('start', 'last-two')
    both = sorted([three['last'], repo.context('last-two')['session']])
    assert run('log', 'last-', status=1).err == (
        f"error: session 'last-' is ambiguous\nhint: {both[0]}\nhint: {both[1]}\n"
    )


@pytest.mark.parametrize('wanted', ['nothing', '', '../work', '@{x}', '.archive'])
def test_no_such_session(three: dict[str, str], run: Run, wanted: str) -> None:
    assert run('log', wanted, status=1).err == (
        f"error: no session '{wanted}'\nhint: see 'git session history'\n"
    )
