"""git session resume."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from tests.commands.conftest import Run
from tests.repo import Repo


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Called, what git does from then on happens an hour later."""

    def later() -> None:
        monkeypatch.setenv('GIT_COMMITTER_DATE', f'{int(time.time()) + 3600} +0000')

    return later


def test_the_current_session(work: Repo, run: Run) -> None:
    run('pause')
    said = run('resume')
    assert said.err == 'last active just now\n'
    assert said.out.startswith(f'# Session {work.context()["session"]}\n')
    assert work.context()['state'] == 'active'


def test_without_a_branch_the_one_active_last(work: Repo, run: Run) -> None:
    run('switch', '-c', 'urgent')
    run('switch', 'main')
    assert run('resume').err == "Switched to branch 'urgent'\nlast active just now\n"
    work.git('switch', '-q', '--detach')
    run('resume', 'work')
    assert work.git('branch', '--show-current') == 'work'


def test_what_happened_since(work: Repo, run: Run, later: Callable[[], None]) -> None:
    work.git('switch', '-q', 'main')
    later()
    work.commit('base moves', **{'base.txt': 'x\n'})
    work.git('switch', '-q', '--detach', 'work')
    work.commit('mine', **{'b.txt': 'x\n'})
    for number in (1, 2):
        work.git('commit', '-q', '--allow-empty', '-m', f'theirs {number}',
                 '--author', 'Bob \x1b[1m <bob@example.com>')  # fmt: skip
    work.git('branch', '-qf', 'work', 'HEAD')
    work.git('switch', '-q', 'main')
    said = run('resume', 'work')
    assert said.err == (
        "Switched to branch 'work'\nlast active just now\n1 commit of yours since then\n"
        '2 commits by Bob \\x1b[1m since then\nmain moved on by 1 commit\n'
    )
    assert '3 commits ahead of main, 1 behind' in said.out


def test_after_a_plain_switch_back_too(work: Repo, run: Run, later: Callable[[], None]) -> None:
    work.git('switch', '-q', 'main')
    later()
    work.commit('base moves', **{'base.txt': 'x\n'})
    work.git('switch', '-q', 'work')
    assert run('resume').err == 'last active just now\nmain moved on by 1 commit\n'


def test_a_rebase_is_nothing_new(work: Repo, run: Run, later: Callable[[], None]) -> None:
    work.commit('mine', **{'b.txt': 'x\n'})
    work.git('switch', '-q', 'main')
    later()
    work.commit('base moves', **{'base.txt': 'x\n'})
    work.git('switch', '-q', 'work')
    work.git('rebase', '-q', 'main')
    said = run('resume').err
    assert 'of yours' not in said
    assert 'commit by' not in said


def test_no_session_at_all(repo: Repo, run: Run) -> None:
    assert run('resume', status=1).err == (
        "error: no session to resume\nhint: start one with 'git session start <branch>'\n"
    )


def test_a_branch_without_a_session(work: Repo, run: Run) -> None:
    before = work.events()
    assert run('resume', 'main', status=1).err == (
        "error: no session on branch 'main'\nhint: start one with 'git session start main'\n"
    )
    assert work.git('branch', '--show-current') == 'work'
    assert work.events() == before
    assert run('resume', 'a..b', status=128).err == "fatal: 'a..b' is not a valid branch name\n"


def test_work_in_progress_is_saved_and_restored(work: Repo, run: Run) -> None:
    work.commit('change', **{'a.txt': 'two\n'})
    work.write(**{'a.txt': 'half\n'})
    run('switch', 'main')
    work.write(**{'a.txt': 'three\n'})
    said = run('resume')
    assert said.err.startswith(
        'saved work in progress of 1 file\n'
        "Switched to branch 'work'\n"
        'restored work in progress of 1 file\n'
    )
    assert work.git('status', '--porcelain') == ' M a.txt'
    assert (work.path / 'a.txt').read_text() == 'half\n'


def test_what_came_back_while_the_session_had_ended(work: Repo, run: Run) -> None:
    work.write(**{'new.txt': 'new\n'})
    run('end')
    run('wip', 'restore')
    run('resume')
    assert work.git('status', '--porcelain') == '?? new.txt'
    assert [each['type'] for each in work.events()][-1] == 'wip.restore'


def test_refused_by_git(work: Repo, run: Run) -> None:
    work.git('switch', '-q', 'main')
    assert work.run('git', 'merge', '-q', '--no-commit', '--no-ff', 'work').status == 0
    (work.path / '.git/MERGE_HEAD').write_text(work.git('rev-parse', 'HEAD') + '\n')
    work.write(**{'a.txt': 'three\n'})
    before = work.events()
    assert run('resume', 'work', status=128).err.startswith(
        'fatal: cannot switch branch while merging\n'
    )
    assert work.events() == before
    assert (work.path / 'a.txt').read_text() == 'three\n'


def test_json(work: Repo, run: Run) -> None:
    assert json.loads(run('resume', '--json').out)['schema'] == 'git-session/brief/1'


def test_a_session_that_has_ended_goes_on(work: Repo, run: Run) -> None:
    name = work.context()['session']
    run('end', '--no-handoff')
    run('switch', 'main')
    said = run('resume', 'work')
    assert said.err.splitlines()[:2] == [
        "Switched to branch 'work'",
        f'session {name} had ended; it goes on',
    ]
    assert (work.context()['session'], work.context()['state']) == (name, 'active')
    assert [each['type'] for each in work.events()][-1] == 'resume'
    run('end', '--no-handoff')
    assert run('resume').err.startswith(f'session {name} had ended; it goes on\n')


def test_a_merged_session_does_not_go_on(work: Repo, run: Run) -> None:
    run('end', '--merge-to', 'main', '--no-handoff')
    refused = run('resume', 'work', status=1)
    assert refused.err == (
        "error: no session on branch 'work'\nhint: start one with 'git session start work'\n"
    )
    assert work.git('branch', '--show-current') == 'main'
