"""git session undo."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commands.conftest import Run
from tests.repo import Repo

# What is done and how the undoing of it is said.
CHANGES: list[tuple[tuple[str, ...], str]] = [
    (('objectives', 'add', 'Docs'), 'undone: objective obj-4 Docs\n'),
    (
        ('objectives', 'add', 'Docs', 'Tests'),
        'undone: objective obj-4 Docs\nundone: objective obj-5 Tests\n',
    ),
    (('objectives', 'start', '2'), 'undone: start obj-2\n'),
    (('objectives', 'complete', '1', '2'), 'undone: complete obj-1\nundone: complete obj-2\n'),
    (('objectives', 'reopen', '1'), 'undone: reopen obj-1\n'),
    (('objectives', 'drop', '2', '--why', 'late'), 'undone: drop obj-2: late\n'),
    (('objectives', 'edit', '2', 'Codeberg'), 'undone: edit obj-2: Codeberg\n'),
    (('blockers', 'add', 'Quota'), 'undone: blocker blk-2 Quota\n'),
    (('blockers', 'resolve', '1', '--how', 'paid'), 'undone: resolve blk-1: paid\n'),
    (('blockers', 'edit', '1', 'CI is yellow'), 'undone: edit blk-1: CI is yellow\n'),
    (('decisions', 'add', 'Use DPoP'), 'undone: decision dec-2 Use DPoP\n'),
    (('decisions', 'supersede', '1', 'Use DPoP'), 'undone: supersede dec-1: Use DPoP\n'),
    (('note', 'a key is needed'), 'undone: note: a key is needed\n'),
    (('note', '--dead-end', 'weakrefs'), 'undone: dead end: weakrefs\n'),
    (('pause',), 'undone: pause (user)\n'),
    (('checkpoint', '-l', 'half'), 'undone: checkpoint at {head} half\n'),
    (
        ('checkpoint', '-l', 'half', '-d', 'Use DPoP'),
        'undone: decision dec-2 Use DPoP\nundone: checkpoint at {head} half\n',
    ),
]


def state(repo: Repo) -> Any:
    """What a session is, without the times and sizes that only grow."""
    context = repo.context()
    for key in ('log', 'last_active', 'metrics'):
        del context[key]
    return context


@pytest.fixture
def full(work: Repo, run: Run) -> Repo:
    """A session with one of everything, and a shared log."""
    run('init', '--no-hooks')
    run('objectives', 'add', 'Design')
    run('blockers', 'add', 'CI is red')
    run('decisions', 'add', 'Use PKCE')
    return work


@pytest.mark.parametrize(('change', 'said'), CHANGES, ids=lambda value: ' '.join(value[:2]))
def test_every_change_can_be_undone(
    full: Repo, run: Run, change: tuple[str, ...], said: str
) -> None:
    log = full.path / '.session/decision-log.md'
    before, text = state(full), log.read_text()
    run(*change)
    assert state(full) != before
    undone = run('undo')
    assert (undone.out, undone.err) == (
        '',
        said.format(head=full.git('rev-parse', 'HEAD')[:10]),
    )
    assert state(full) == before
    assert log.read_text() == text


def test_undo_several(full: Repo, run: Run) -> None:
    run('note', 'one')
    run('note', 'two')
    before = state(full)
    run('note', 'three')
    run('objectives', 'complete', '1')
    assert run('undo', '2').err == 'undone: complete obj-1\nundone: note: three\n'
    assert state(full) == before
    run('undo')
    assert [each['text'] for each in full.context()['notes']] == ['one']


def test_nothing_to_undo(work: Repo, run: Run) -> None:
    work.commit('more', **{'b.txt': 'two\n'})  # a commit is not session state
    assert run('undo', status=1).err == 'error: nothing to undo\n'


@pytest.mark.parametrize('number', ['0', '-1', 'two', '', '٣'])
def test_not_a_number(work: Repo, run: Run, number: str) -> None:
    assert run('undo', '--', number, status=129).err == (
        f"error: expected a number of changes, not '{number}'\nhint: see 'git session undo -h'\n"
    )


def test_the_commit_of_a_checkpoint_stays(work: Repo, run: Run) -> None:
    work.write(**{'b.txt': 'two\n'})
    work.git('add', 'b.txt')
    run('checkpoint', '-m', 'add b')
    head = work.git('rev-parse', 'HEAD')
    run('undo')
    assert work.git('rev-parse', 'HEAD') == head
    assert work.context()['checkpoints'] == []


def test_a_decision_changed_by_hand_stays_in_the_log(full: Repo, run: Run) -> None:
    log = full.path / '.session/decision-log.md'
    log.write_text(log.read_text().replace('Use PKCE', 'Use PKCE, always'))
    number = full.context()['decisions'][0]['number']
    said = run('undo')
    assert said.err == (
        'undone: decision dec-1 Use PKCE\n'
        f'warning: {number} was changed in .session/decision-log.md; take it out by hand\n'
    )
    assert 'always' in log.read_text()


def test_the_end_of_a_session(full: Repo, run: Run) -> None:
    before = state(full)
    name = before['session']
    run('end', '--no-handoff')
    assert not full.place().exists()
    said = run('undo').err
    assert said.endswith('undone: end (ended)\n')
    assert state(full) == before
    assert full.git('config', 'branch.work.session') == name
    assert run('status').out.startswith(f'Session {name} on work (active)\n')
    full.commit('goes on', **{'b.txt': 'two\n'})
    assert f'Session-Id: {name}' in full.message()


def test_no_session(repo: Repo, run: Run) -> None:
    assert run('undo', status=1).err.startswith("error: no session on branch 'main'\n")
