"""`session.auto_checkpoint` and `session.auto_track` in a real repository."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from git_session import eventlog
from tests.repo import Repo, Result

Run = Callable[..., Result]
NOW = 1_695_388_546.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the clock of commands and of git to so many seconds after NOW."""

    def set(seconds: float) -> None:
        monkeypatch.setattr(eventlog.time, 'time', lambda: NOW + seconds)
        for name in ('GIT_AUTHOR_DATE', 'GIT_COMMITTER_DATE'):
            monkeypatch.setenv(name, f'@{int(NOW + seconds)} +0000')

    set(0)
    return set


def _automatic(repo: Repo) -> list[str]:
    found = [each for each in repo.events() if each['type'] == 'checkpoint' and each.get('auto')]
    return [each['commit'] for each in found]


def test_off_unless_asked_for(repo: Repo, run: Run, clock: Callable[[float], None]) -> None:
    run('start', 'work')
    run('note', 'x')
    clock(9000)
    run('status')
    assert _automatic(repo) == []


def test_a_command_after_the_interval_records_once(
    repo: Repo, run: Run, clock: Callable[[float], None]
) -> None:
    repo.git('config', 'session.autoCheckpoint', 'true')
    repo.git('config', 'session.checkpointInterval', '10m')
    run('start', 'work')
    clock(300)
    run('note', 'x')
    clock(599)
    run('status')
    assert _automatic(repo) == []
    repo.write_file('junit.xml', '<testsuite tests="7"/>')
    clock(600)
    run('status')
    run('status')
    head = repo.git('rev-parse', 'HEAD')
    assert _automatic(repo) == [head]
    shown = json.loads(run('show', '--json').out)
    assert shown['checkpoints'][0]['auto'] is True
    assert shown['checkpoints'][0]['impact'] == {
        'tests': 7, 'tests_failed': 0, 'tests_skipped': 0, 'reports': ['junit.xml'],
    }  # fmt: skip
    assert shown['metrics']['active_seconds'] == 300  # it is no activity
    assert 'automatic checkpoint at' in run('log').out
    clock(5000)
    run('status')
    assert _automatic(repo) == [head]  # nothing happened since
    assert 'undone: note: x' in run('undo').err
    run('pause')
    clock(9000)
    run('status')
    assert _automatic(repo) == [head, head]  # at the undo, not in the pause


def test_commits_are_checkpoints_or_get_one(
    repo: Repo, run: Run, clock: Callable[[float], None]
) -> None:
    repo.git('config', 'session.autoCheckpoint', 'true')
    repo.git('config', 'session.autoTrack', 'false')
    run('start', 'work')
    clock(60)
    early = repo.commit('early')
    clock(4000)
    late = repo.commit('late')
    clock(4100)
    shown = run('status').out
    assert _automatic(repo) == [late]
    assert '  last checkpoint 1 minute ago; 0 commits since\n' in shown
    found = json.loads(run('status', '--json').out)
    assert found['commits_since_checkpoint'] == 0
    assert early in [each['commit'] for each in found['work']['commits']]
    clock(4200)
    repo.commit('more')
    assert json.loads(run('status', '--json').out)['commits_since_checkpoint'] == 1
    repo.git('config', 'session.autoTrack', 'true')
    assert '  last checkpoint more just now; 0 commits since\n' in run('status').out
    assert json.loads(run('status', '--json').out)['commits_since_checkpoint'] == 0
    events = repo.events()
    commits = [each['id'] for each in events if each.get('commit') == late]
    assert commits[1] == commits[0] + 'c'


def test_the_last_of_the_commits_of_one_second(
    repo: Repo, run: Run, clock: Callable[[float], None]
) -> None:
    """It is the one that git has first; what hooks know of their order is the second alone."""
    run('start', 'work')
    made = [repo.commit('commit 1')]
    while made == sorted(made):
        made.append(repo.commit(f'commit {len(made) + 1}'))
    assert f'  last checkpoint commit {len(made)} just now; 0 commits since\n' in run('status').out
    assert run('checkpoint', '-l', 'here').status == 0
    assert '  last checkpoint here just now; 0 commits since\n' in run('status').out
