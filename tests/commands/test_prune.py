"""git session prune, and the sessions of renamed and deleted branches."""

from __future__ import annotations

import json

import pytest

from tests.commands.conftest import Run
from tests.repo import Repo


@pytest.fixture
def old(still: None, work: Repo, run: Run) -> Repo:
    """A session that was left alone for longer than archive_after_days; main is current."""
    run('switch', 'main')
    work.git('config', 'session.session.archiveAfterDays', '7')
    path = work.place() / 'events.jsonl'
    text = path.read_text()
    stamp = work.context()['started'][:10]
    path.write_text(text.replace(stamp, '2024-01-01').replace(stamp.replace('-', ''), '20240101'))
    run('history')
    return work


def test_dry_run_then_prune(old: Repo, run: Run) -> None:
    name = json.loads((old.place() / 'context.json').read_text())['session']
    said = run('prune', '--dry-run')
    assert said.out.startswith(f'would archive {name}: last active ')
    assert said.out.endswith(' weeks ago\n')
    assert old.place().exists()
    said = run('prune')
    assert said.out.startswith(f'archived {name}: last active ')
    assert not old.place().exists()
    assert (old.sessions / '.archive' / name / 'session.toml').exists()
    assert old.run('git', 'config', 'branch.work.session').status == 1
    assert run('prune').err == 'nothing to archive\n'


def test_json(old: Repo, run: Run) -> None:
    record = json.loads(run('prune', '-n', '--json').out)
    assert record['schema'] == 'git-session/prune/1'
    assert record['dry_run'] is True
    assert [each['branch'] for each in record['archived']] == ['work']


def test_what_a_worktree_is_on_stays(old: Repo, run: Run) -> None:
    old.git('worktree', 'add', '-q', '../other', 'work')
    assert run('prune').err == 'nothing to archive\n'
    assert old.place().exists()


def test_a_deleted_branch_is_archived_by_the_next_command(work: Repo, run: Run) -> None:
    name = work.context()['session']
    work.git('switch', '-q', 'main')
    work.git('branch', '-qD', 'work')
    assert run('prune', '-n').out == f"would archive {name}: branch 'work' is gone\n"
    assert work.place().exists()
    said = run('history')
    assert said.err == f"branch 'work' is gone; its session {name} is archived\n"
    assert f'gone     {name}' in said.out
    assert not work.place().exists()
    assert run('history').err == ''


def test_a_renamed_branch_keeps_its_session(work: Repo, run: Run) -> None:
    name = work.context()['session']
    work.git('branch', '-m', 'feature/renamed')
    assert run('prune', '-n').err == 'nothing to archive\n'
    said = run('status')
    assert said.err == f"session {name} follows branch 'work' to 'feature/renamed'\n"
    assert said.out.startswith(f'Session {name} on feature/renamed (active)\n')
    assert run('status').err == ''
    work.git('branch', '-m', 'again')
    work.commit('plain', **{'b.txt': 'two\n'})  # the next thing is a plain commit
    assert f'Session-Id: {name}' in work.message()
    assert run('status').out.startswith(f'Session {name} on again (active)\n')


def test_an_unborn_branch_of_another_worktree_is_not_gone(work: Repo, run: Run) -> None:
    work.git('worktree', 'add', '-q', '--detach', '../other')
    other = Repo(work.path.parent / 'other')
    other.git('switch', '-q', '--orphan', 'fresh')
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(other.path)
        run('start')
    work.git('config', 'some.key', 'value')  # the config changed: look again
    assert run('history').err == ''
    assert run('prune').err == 'nothing to archive\n'
