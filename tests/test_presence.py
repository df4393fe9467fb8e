"""Who is live: leases by command and by hook, stale ones, others on the branch, claims."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from git_session import git, identity, presence
from git_session.identity import AGENTS, Agent
from tests.repo import Repo, Result

Run = Callable[..., Result]
CLAUDE = {'CLAUDECODE': '1', 'CLAUDE_CODE_SESSION_ID': '3f2a9c1d-aaaa'}
CODEX = {'CODEX_SESSION_ID': 'c0de'}


def be(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    for _, signs, key in AGENTS:
        for each in (*signs, key):
            monkeypatch.delenv(each, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def gitdir(repo: Repo) -> Path:
    return repo.path / '.git'


def switched(repo: Repo) -> str:
    return repo.run('git', 'switch', '-q', '--ignore-other-worktrees', 'work').err


def leases(place: Path) -> dict[str, list[str]]:
    return {
        each.name: each.read_text().split('\n') for each in sorted(place.glob('session-live/*'))
    }


@pytest.mark.parametrize(('name', 'signs', 'key'), AGENTS)
def test_agents_are_known_by_each_of_their_signs(
    name: str, signs: tuple[str, ...], key: str
) -> None:
    for sign in signs:
        assert identity.agent({sign: '1'}) == Agent(name, '1' if sign == key else '')
    assert identity.agent({signs[0]: '1', key: 'ab-1'}) == Agent(name, 'ab-1')
    for bad in ('../x', 'a b', 'a\n', 'é', 'x' * 81):
        assert identity.agent({signs[0]: '1', key: bad}) == Agent(name)


def test_no_agent_is_a_person() -> None:
    assert identity.agent({}) is None
    assert identity.agent({'CLAUDECODE': ''}) is None


def test_commands_and_hooks_renew_the_lease_of_who_works_here(
    session: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run('status')
    head = session.git('rev-parse', 'HEAD')
    assert leases(gitdir(session)) == {'person': ['work', head, 'Ann Author', '']}
    be(monkeypatch, CLAUDE)
    session.commit('by an agent')
    told = session.git('rev-parse', 'HEAD')
    assert leases(gitdir(session)) == {
        'claude-3f2a9c1d-aaaa': ['work', told, '', ''],
        'person': ['work', head, 'Ann Author', ''],
    }
    be(monkeypatch, {})
    session.commit('by hand')
    assert leases(gitdir(session))['person'] == [
        'work',
        session.git('rev-parse', 'HEAD'),
        'Ann Author',
        '',
    ]
    assert leases(gitdir(session))['claude-3f2a9c1d-aaaa'][1] == told
    session.git('switch', '-q', 'main')
    assert leases(gitdir(session))['person'][0] == 'main'


def test_an_id_that_is_no_file_name_makes_none(
    session: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run('status')
    be(monkeypatch, {'CLAUDECODE': '1', 'CLAUDE_CODE_SESSION_ID': '../../config'})
    before = (gitdir(session) / 'config').read_bytes()
    session.commit('x')
    run('status')
    assert sorted(leases(gitdir(session))) == ['claude', 'person']
    assert (gitdir(session) / 'config').read_bytes() == before


def test_without_a_command_the_hooks_make_no_lease(session: Repo) -> None:
    shutil.rmtree(gitdir(session) / 'session-live')
    session.commit('x')
    assert not (gitdir(session) / 'session-live').exists()


def test_two_agents_in_one_checkout_and_in_two_worktrees_are_told_of_each_other(
    session: Repo, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    be(monkeypatch, CLAUDE)
    assert 'live' not in run('status').out
    be(monkeypatch, CODEX)
    assert '\nclaude is live on this branch (just now)\n' in run('status').out
    other = tmp_path / 'other tree'
    session.git('worktree', 'add', '-q', '--force', str(other), 'work')
    monkeypatch.chdir(other)
    said = run('status').out
    assert f'\nclaude is live on this branch in {session.path} (just now)\n' in said
    assert f'Ann Author is live on this branch in {session.path} (just now)\n' in said
    assert 'codex' not in said
    monkeypatch.chdir(session.path)
    be(monkeypatch, CLAUDE)
    assert 'codex is live on this branch (just now)' in run('brief').out


def test_the_person_of_a_worktree_is_told_of_agents_and_they_not_of_him(
    session: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run('status')
    be(monkeypatch, CLAUDE)
    assert 'live' not in run('status').out
    be(monkeypatch, {})
    assert 'claude is live' in run('status').out


def test_a_lease_of_a_quarter_of_an_hour_is_stale_and_one_of_a_day_goes(
    session: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    be(monkeypatch, CLAUDE)
    run('status')
    be(monkeypatch, {})
    lease = gitdir(session) / 'session-live' / 'claude-3f2a9c1d-aaaa'
    now = time.time()
    monkeypatch.setattr(time, 'time', lambda: now)  # a minute may go by between two commands
    for age, is_shown in ((14 * 60, True), (16 * 60, False), (-16 * 60, False)):
        then = now - age
        os.utime(lease, (then, then))
        assert ('claude is live' in run('status').out) == is_shown
    then = now - 25 * 3600
    os.utime(lease, (then, then))
    os.utime(gitdir(session) / 'session-live' / 'person', (then, then))
    run('status')
    assert list(leases(gitdir(session))) == ['person']


def test_the_banner_of_a_switch_names_another_that_is_live_there(
    session: Repo, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run('objectives', 'add', 'An objective')
    other = tmp_path / 'other'
    session.git('worktree', 'add', '-q', '--force', str(other), 'main')
    monkeypatch.chdir(other)
    session.git('-C', str(other), 'switch', '-q', '--ignore-other-worktrees', 'work')
    be(monkeypatch, CODEX)
    run('status')
    be(monkeypatch, {})
    session.git('switch', '-q', 'main')
    lines = switched(session).splitlines()
    assert lines[2:] == ["  codex is live on this branch: see 'git session status'"]
    for each in (gitdir(session) / 'worktrees').glob('*/session-live/*'):
        os.utime(each, (1, 1))
    session.git('switch', '-q', 'main')
    assert "see 'git session brief'" in switched(session).splitlines()[2]


def test_what_a_file_of_somebody_else_says_is_shown_as_text(
    session: Repo, run: Run, tmp_path: Path
) -> None:
    run('status')
    place = gitdir(session) / 'session-live'
    (place / 'claude-x').write_text('work\n\nevil\n')
    (place / 'codex').write_bytes(b'work\n' + b'x' * 10_000_000)
    (place / 'evil\x1b[31m').write_text('work\n\n\n')
    (place / 'cursor').mkdir()
    said = run('status').out
    assert 'claude is live' in said
    assert '\x1b' not in said
    assert 'evil' not in said


def test_events_carry_the_claim_of_the_environment(
    session: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run('note', 'by hand')
    be(monkeypatch, CLAUDE)
    run('note', 'by an agent')
    assert [each.get('agent') for each in session.events() if each['type'] == 'note'] == [
        None, 'claude:3f2a9c1d',
    ]  # fmt: skip


def test_where_nothing_can_be_written_nobody_is_held_up(session: Repo, run: Run) -> None:
    shutil.rmtree(gitdir(session) / 'session-live')
    (gitdir(session) / 'session-live').write_text('in the way')
    assert run('status').out
    session.commit('x')


def test_own_lease_is_the_newest_of_the_agent_with_and_without_its_id(
    session: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = git.discover()
    agent = Agent('gemini', 'a1')
    presence.renew(repo, agent)
    be(monkeypatch, {'GEMINI_CLI': '1'})
    os.utime(gitdir(session) / 'session-live' / 'gemini-a1', (1, 1))
    session.commit('x')
    found = presence.own(repo, agent)
    assert found is not None
    assert found.head == session.git('rev-parse', 'HEAD')
    assert presence.live(repo, agent) == []
    presence.leave(repo, agent)
    assert list(leases(gitdir(session))) == ['gemini', 'person']


def test_where_the_hooks_are_switched_off_nobody_is_noted(session: Repo, run: Run) -> None:
    shutil.rmtree(gitdir(session) / 'session-live')
    session.git('config', 'session.enabled', 'false')
    run('status')
    assert not (gitdir(session) / 'session-live').exists()


def test_a_git_directory_that_is_elsewhere(
    make_repo: Callable[..., Repo], run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repo = make_repo('tree', '--separate-git-dir', str(tmp_path / 'kept'))
    repo.session('start', 'work', '-o', 'First objective', **CLAUDE)
    assert '\nclaude is live on this branch (just now)\n' in run('status').out
    other = tmp_path / 'other'
    repo.git('worktree', 'add', '-q', '--force', str(other), 'work')
    monkeypatch.chdir(other)
    assert f'\nclaude is live on this branch in {tmp_path}/kept (just now)\n' in run('status').out
