"""Which session belongs to which branch, whatever happens between two looks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from git_session import archive, bindings, eventlog, git
from tests.repo import Repo, Result

Run = Callable[..., Result]


@pytest.fixture
def work(repo: Repo, run: Run) -> Repo:
    run('start', 'work', '-o', 'x')
    return repo


def bound(repo: Repo, branch: str) -> str:
    return repo.run('git', 'config', f'branch.{branch}.session').out.strip()


def look() -> list[str]:
    return bindings.reconcile(git.discover(), idle=1800)


def live(repo: Repo) -> dict[str, str]:
    return eventlog.live(str(repo.sessions))


def test_a_session_is_bound_to_its_branch(work: Repo) -> None:
    assert bound(work, 'work') == work.context()['session']


def test_a_copy_under_the_name_of_a_branch_that_was_renamed(work: Repo, run: Run) -> None:
    """Both between two looks: the copy has no session of its own."""
    run('start', 'second')
    names = live(work)
    work.git('branch', '-m', 'work', 'third')
    work.git('branch', '-c', 'second', 'work')
    run('status')
    assert live(work) == {'second': names['second'], 'third': names['work']}
    assert (bound(work, 'work'), bound(work, 'third')) == ('', names['work'])


def test_a_start_that_was_killed_before_it_was_bound(
    work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(branch: str, session_id: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bindings, 'bind', killed)
        run('start', 'next', status=130)
    assert bound(work, 'next') == ''
    run('status')
    name = live(work)['next']
    assert bound(work, 'next') == name
    work.git('branch', '-m', 'later')
    run('status')
    assert live(work)['later'] == name


@pytest.mark.parametrize('branch', ['work', 'main'])
def test_an_end_that_was_killed_before_it_was_unbound(
    work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch, branch: str
) -> None:
    """The key goes with the next command there, or when the configuration is looked at."""
    work.commit('second')

    def killed(branch: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bindings, 'unbind', killed)
        run('end', status=130)
    assert (live(work), bound(work, 'work')) == ({}, work.git('config', 'branch.work.session'))
    work.git('switch', '-q', branch)
    work.git('config', 'some.key', 'changed')
    run('status', status=1)
    assert bound(work, 'work') == ''
    run('resume', 'work')
    assert bound(work, 'work') == live(work)['work']


def test_a_key_that_cannot_be_mended_is_no_hindrance(
    work: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bindings.time, 'sleep', lambda seconds: None)
    work.git('config', '--unset', 'branch.work.session')
    (work.path / '.git' / 'config.lock').touch()
    bindings.mend(git.discover(), 'work', live(work)['work'], '')
    assert bound(work, 'work') == ''


def test_a_second_look_is_only_a_look_at_the_config_file(
    work: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    look()
    look()
    repo = git.discover()
    assert bindings.is_current(repo)
    monkeypatch.setattr(git, 'ask', None)
    monkeypatch.setattr(git, 'read', None)
    assert bindings.reconcile(repo, idle=1800) == []
    work.git('config', 'user.name', 'Somebody else')
    assert not bindings.is_current(repo)


def test_a_repository_without_sessions_is_left_alone(repo: Repo) -> None:
    assert look() == []
    assert not repo.sessions.exists()


def test_words(work: Repo) -> None:
    name = bound(work, 'work')
    work.git('branch', '-m', 'work', 'new')
    assert look() == [f"session {name} follows branch 'work' to 'new'"]
    assert look() == []
    assert live(work) == {'new': name}
    work.git('switch', '-q', 'main')
    work.git('branch', '-D', 'new')
    assert look() == [f"branch 'new' is gone; its session {name} is archived"]
    assert look() == []
    assert live(work) == {}


def test_a_rename_during_a_look_is_for_the_next_one(
    work: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = bound(work, 'work')
    look()
    read = git.configuration

    def slow() -> list[tuple[str, str, str]]:
        found = read()
        work.git('branch', '-m', 'work', 'new')
        return found

    work.git('config', 'some.key', 'changed')
    with monkeypatch.context() as patch:
        patch.setattr(git, 'configuration', slow)
        assert look() == []
    assert live(work) == {'work': name}
    assert look() == [f"session {name} follows branch 'work' to 'new'"]


def test_two_renames_in_a_row(work: Repo) -> None:
    name = bound(work, 'work')
    work.git('branch', '-m', 'work', 'one')
    work.git('branch', '-m', 'one', 'two')
    look()
    assert live(work) == {'two': name}


def test_two_branches_that_swap_their_names(work: Repo, run: Run) -> None:
    run('start', 'other', '-o', 'y')
    one, other = bound(work, 'work'), bound(work, 'other')
    for old, new in (('work', 'aside'), ('other', 'work'), ('aside', 'other')):
        work.git('branch', '-m', old, new)
    for _ in range(3):
        look()
    found = live(work)
    assert sorted(found.values()) == sorted([one, other])
    assert found == {'work': other, 'other': one}


def test_a_name_that_is_given_on(work: Repo, run: Run) -> None:
    run('start', 'zulu', '-o', 'y')
    run('start', 'alpha', '-o', 'z')
    old = live(work)
    for before, after in (('zulu', 'last'), ('work', 'zulu'), ('alpha', 'work')):
        work.git('branch', '-m', before, after)
    assert sorted(look()) == [
        f"session {old['alpha']} follows branch 'alpha' to 'work'",
        f"session {old['work']} follows branch 'work' to 'zulu'",
        f"session {old['zulu']} follows branch 'zulu' to 'last'",
    ]
    assert live(work) == {'last': old['zulu'], 'work': old['alpha'], 'zulu': old['work']}
    assert look() == []


def test_a_branch_takes_the_place_of_another(work: Repo, run: Run) -> None:
    run('start', 'better', '-o', 'y')
    old = live(work)
    work.git('branch', '-M', 'better', 'work')
    assert look() == [
        f"branch 'work' was replaced; its session {old['work']} is archived",
        f"session {old['better']} follows branch 'better' to 'work'",
    ]
    assert live(work) == {'work': old['better']}
    look()
    assert bound(work, 'work') == old['better']


def test_killed_while_a_session_was_aside(
    work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run('start', 'other', '-o', 'y')
    old = live(work)
    for before, after in (('work', 'aside'), ('other', 'work'), ('aside', 'other')):
        work.git('branch', '-m', before, after)

    class Killed(BaseException):
        pass

    move, left = archive.move, [0]

    def dying(place: str, target: str) -> None:
        move(place, target)
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    for left[0] in (1, 1, 2, 1):
        with monkeypatch.context() as patch:
            patch.setattr(archive, 'move', dying)
            try:
                look()
            except Killed:
                pass
    look()
    look()
    assert live(work) == {'work': old['other'], 'other': old['work']}
    for branch in ('work', 'other'):
        assert len(repo_objectives(work, branch)) == 1


def repo_objectives(repo: Repo, branch: str) -> list[str]:
    return [each.text for each in archive.load(str(repo.place(branch)))[0].objectives]


def test_renamed_and_a_new_branch_of_the_old_name(work: Repo, run: Run) -> None:
    name = bound(work, 'work')
    work.git('branch', '-m', 'work', 'new')
    work.git('switch', '-q', '-c', 'work')
    run('start', '-o', 'another', status=0)
    assert live(work)['new'] == name
    assert live(work)['work'] != name
    assert bound(work, 'work') == live(work)['work']


def test_the_key_was_removed_by_hand(work: Repo) -> None:
    name = bound(work, 'work')
    work.git('config', '--unset', 'branch.work.session')
    assert look() == []
    assert bound(work, 'work') == name


def test_deleted_and_made_again(work: Repo) -> None:
    name = bound(work, 'work')
    work.git('switch', '-q', 'main')
    work.git('branch', '-D', 'work')
    work.git('branch', 'work')
    look()
    assert live(work) == {'work': name}
    assert bound(work, 'work') == name


def test_a_copy_keeps_no_key(work: Repo) -> None:
    work.git('branch', '-c', 'work', 'copy')
    look()
    assert bound(work, 'copy') == ''
    assert bound(work, 'work') == live(work)['work']


@pytest.mark.parametrize('name', ["it's", 'a"b', '$(x)', 'ünï', 'a.b.c', 'UPPER', 'x.session'])
def test_strange_names(work: Repo, name: str) -> None:
    session = bound(work, 'work')
    work.git('branch', '-m', 'work', name)
    look()
    assert live(work) == {name: session}
    work.git('switch', '-q', 'main')
    work.git('branch', '-D', name)
    look()
    assert live(work) == {}


def test_another_process_holds_the_lock_of_the_config(
    work: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = Path(work.path, '.git/config.lock')
    lock.touch()
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            lock.unlink()

    monkeypatch.setattr(bindings.time, 'sleep', wait)
    bindings.bind('work', 'other-id')
    assert bound(work, 'work') == 'other-id'
    assert len(waits) == 3
    bindings.unbind('work')
    bindings.unbind('work')
    assert bound(work, 'work') == ''


def test_a_branch_by_another_case_of_its_name_is_the_same(repo: Repo, run: Run) -> None:
    """Where case does not matter `git switch TOPIC/x` gets onto topic/x, and HEAD says TOPIC/x.

    A link makes the two names of one directory here.
    """
    run('start', 'topic/x', '-o', 'x')
    name = live(repo)['topic/x']
    log = repo.sessions / 'topic' / 'x' / 'events.jsonl'
    before = log.read_bytes()
    (repo.sessions / 'TOPIC').symlink_to('topic')
    repo.git('branch', 'TOPIC/x')
    repo.git('config', 'branch.TOPIC/x.session', name)
    repo.git('config', '--unset', 'branch.topic/x.session')
    assert look() == []
    assert log.read_bytes() == before
    assert (bound(repo, 'TOPIC/x'), bound(repo, 'topic/x')) == (name, '')
    log.write_bytes(before.replace(b'refs/heads/topic/x', b'refs/heads/TOPIC/x'))
    assert f'session {name}: ok\n' in run('doctor', '--no-probe').out
    repo.git('switch', '-q', 'main')
    repo.git('branch', '-D', '-q', 'topic/x')
    repo.git('branch', '-D', '-q', 'TOPIC/x')
    assert look() == [f"branch 'topic/x' is gone; its session {name} is archived"]


def test_a_branch_that_takes_the_name_of_its_base(work: Repo, run: Run) -> None:
    """What it is compared with is the commit that it began at: nothing is ahead of itself."""
    work.commit('one', **{'b.txt': '1\n'})
    work.git('branch', '-M', 'work', 'main')
    made = work.git('commit-tree', '-p', 'HEAD', '-m', 'two', 'HEAD^{tree}')
    work.git('update-ref', '-m', 'by a tool without hooks', 'HEAD', made)
    assert '\n  2 commits, 1 file, +1 -0 in all\n' in run('status').out
    assert made in (work.sessions / 'main' / 'events.jsonl').read_text()


def test_a_branch_that_has_its_name_again_after_a_move_that_was_killed(
    work: Repo, run: Run
) -> None:
    name, log = live(work)['work'], (work.place() / 'events.jsonl').read_bytes()
    work.git('branch', '-m', 'work', 'topic')
    there = work.sessions / 'topic'
    there.mkdir()
    for each in ('banner', 'context.json', 'events.jsonl', 'items'):
        (work.place() / each).rename(there / each)
    work.git('branch', '-m', 'topic', 'work')
    assert 'obj-1 x\n' in run('status').out
    assert live(work) == {'work': name}
    assert (work.place() / 'events.jsonl').read_bytes().startswith(log)
    assert not there.exists()
