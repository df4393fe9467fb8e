"""Reconciling: what happened to a branch while no hook was looking."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from git_session import eventlog, events, git, notes
from git_session.archive import load
from git_session.session import Session
from tests.repo import Repo, Result

Run = Callable[..., Result]

NOW = int(time.time())


@pytest.fixture
def work(repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A session on branch `work`; whatever git does to it, the hooks stay silent."""
    monkeypatch.setenv('GIT_SESSION', '0')
    run('start', 'work', '-o', 'First objective')
    return repo


def make(repo: Repo, message: str, minute: int, *options: str) -> str:
    """Commit a file of its own, `minute` minutes from now; the object id."""
    repo.write_file(f'{message}.txt', message)
    repo.git('add', '.')
    moment = f'@{NOW + 60 * minute} +0000'
    dates = {'GIT_AUTHOR_DATE': moment, 'GIT_COMMITTER_DATE': moment}
    repo.git('commit', '-q', '-m', message, *options, **dates)
    return repo.git('rev-parse', 'HEAD')


def state(repo: Repo, branch: str = 'work') -> Session:
    return load(str(repo.place(branch)))[0]


def of_type(repo: Repo, type: str, branch: str = 'work') -> list[dict[str, Any]]:
    return [event for event in repo.events(branch) if event['type'] == type]


def settled(repo: Repo, run: Run, branch: str = 'work') -> Session:
    """The session after a command, each commit of it recorded once; a second one adds nothing."""
    run('status')
    log = repo.place(branch) / 'events.jsonl'
    before = log.read_bytes()
    counted = Counter(event['commit'] for event in of_type(repo, 'commit', branch))
    assert set(counted.values()) <= {1}
    run('status')
    run('brief')
    run('log')
    assert log.read_bytes() == before
    return state(repo, branch)


def test_nothing_happened(work: Repo, run: Run) -> None:
    assert settled(work, run).commits == {}
    assert [event['type'] for event in work.events()] == [
        'start', 'objective.add', 'objective.start',
    ]  # fmt: skip


def test_commits_with_the_hooks_off(work: Repo, run: Run) -> None:
    made = [make(work, name, minute) for minute, name in enumerate(('a', 'b', 'c'), 1)]
    assert settled(work, run).commits == {
        made[0]: NOW + 60, made[1]: NOW + 120, made[2]: NOW + 180,
    }  # fmt: skip
    assert {each['via'] for each in of_type(work, 'commit')} == {'commit'}
    said = run('status').out.splitlines()[-1]
    assert said == '3 commits of this session arrived without hooks: git session doctor'


def test_the_event_is_the_one_that_the_hook_writes(
    session: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    oid = session.commit('by hand')
    hooked = of_type(session, 'commit')
    assert [each['commit'] for each in hooked] == [oid]
    seconds = int(session.git('log', '-1', '--format=%ct'))
    made = events.commit_event(hooked[0]['session'], oid, seconds)
    assert events.encode(made) == json.dumps(hooked[0], separators=(',', ':')).encode()
    assert len(settled(session, run).commits) == 1


def test_commit_tree_and_update_ref(work: Repo, run: Run) -> None:
    tree = work.git('rev-parse', 'HEAD^{tree}')
    date = f'@{NOW + 60} +0000'
    oid = work.git('commit-tree', '-p', 'HEAD', '-m', 'plumbing', tree, GIT_COMMITTER_DATE=date)
    work.git('update-ref', 'refs/heads/work', oid)
    assert settled(work, run).commits == {oid: NOW + 60}
    assert [each['via'] for each in of_type(work, 'commit')] == ['found']
    assert 'without hooks' not in run('status').out


@pytest.mark.parametrize('options', [[], ['-m', 'other'], ['--reset-author', '-m', 'other']])
def test_amend(work: Repo, run: Run, options: list[str]) -> None:
    first = make(work, 'first', 1)
    run('status')
    work.git('commit', '-q', '--amend', '--no-edit', *options,
             GIT_COMMITTER_DATE=f'@{NOW + 300} +0000')  # fmt: skip
    second = work.git('rev-parse', 'HEAD')
    found = settled(work, run)
    assert found.rewritten == {first: second}
    assert found.commits == {second: NOW + 60}


def test_amends_between_two_commands(work: Repo, run: Run) -> None:
    first = make(work, 'first', 1)
    run('status')
    for subject in ('second', 'third'):
        work.git('commit', '-q', '--amend', '--reset-author', '-m', subject,
                 GIT_COMMITTER_DATE=f'@{NOW + 300} +0000')  # fmt: skip
    last = work.git('rev-parse', 'HEAD')
    assert settled(work, run).commits == {last: NOW + 60}
    assert [each['pairs'] for each in of_type(work, 'rewrite')] == [[[first, last]]]


def test_reset_to_before_an_amend(work: Repo, run: Run) -> None:
    first = make(work, 'first', 1)
    run('status')
    work.git('commit', '-q', '--amend', '-m', 'second')
    settled(work, run)
    work.git('reset', '-q', '--hard', first)
    assert list(settled(work, run).commits) == [first]


def test_rebase(work: Repo, run: Run) -> None:
    old = [make(work, name, minute) for minute, name in enumerate(('a', 'b'), 1)]
    run('status')
    work.git('switch', '-q', 'main')
    make(work, 'foreign', 3)
    work.git('switch', '-q', 'work')
    work.git('rebase', '-q', 'main')
    new = work.git('rev-list', '--reverse', 'main..work').split()
    found = settled(work, run)
    assert found.rewritten == dict(zip(old, new, strict=True))
    assert found.commits == {new[0]: NOW + 60, new[1]: NOW + 120}


def test_rebase_on_an_upstream_that_is_ahead_of_the_base(
    make_repo: Callable[..., Repo], tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = make_repo('origin')
    clone = make_repo('clone', commit=False)
    clone.git('remote', 'add', 'origin', str(origin.path))
    clone.git('fetch', '-q')
    clone.git('switch', '-q', 'main')
    monkeypatch.setenv('GIT_SESSION', '0')
    run('start', 'work', '-o', 'x')
    own = make(clone, 'own', 1)
    run('status')
    make(origin, 'foreign', 2)
    clone.git('fetch', '-q')
    clone.git('rebase', '-q', 'origin/main')
    assert list(settled(clone, run).commits) == [clone.git('rev-parse', 'HEAD')]
    assert own in state(clone).rewritten
    record = json.loads(run('status', '--json').out)['work']
    assert (record['compared_with'], record['ahead'], record['behind']) == (
        'refs/remotes/origin/main', 1, 0,
    )  # fmt: skip
    assert [each['path'] for each in record['files']] == ['own.txt']


def test_squash_of_two_by_reset_soft(work: Repo, run: Run) -> None:
    make(work, 'a', 1)
    make(work, 'b', 2)
    run('status')
    work.git('reset', '-q', '--soft', 'main')
    both = make(work, 'both', 3)
    assert settled(work, run).commits[both] == NOW + 180


def test_interactive_squash(work: Repo, run: Run) -> None:
    first, second = make(work, 'a', 1), make(work, 'b', 2)
    run('status')
    work.git('rebase', '-q', '-i', 'main',
             GIT_SEQUENCE_EDITOR="sed -i '2s/pick/fixup/'", GIT_EDITOR=':')  # fmt: skip
    head = work.git('rev-parse', 'HEAD')
    assert settled(work, run).commits == {head: NOW + 60, second: NOW + 120}
    assert state(work).rewritten == {first: head}


def test_cherry_pick(work: Repo, run: Run) -> None:
    work.git('switch', '-q', '-c', 'other')
    picked = make(work, 'picked', 1)
    work.git('switch', '-q', 'work')
    work.git('cherry-pick', '--no-ff', picked, GIT_COMMITTER_DATE=f'@{NOW + 600} +0000')
    head = work.git('rev-parse', 'HEAD')
    assert settled(work, run).commits == {head: NOW + 600}
    assert [each['via'] for each in of_type(work, 'commit')] == ['cherry-pick']
    assert 'without hooks' not in run('status').out


def test_a_merge_brings_in_nothing_that_was_made_here(work: Repo, run: Run) -> None:
    work.git('switch', '-q', '-c', 'other')
    make(work, 'foreign', 1)
    work.git('switch', '-q', 'work')
    own = make(work, 'own', 2)
    work.git('merge', '-q', '--no-edit', 'other', GIT_COMMITTER_DATE=f'@{NOW + 180} +0000')
    head = work.git('rev-parse', 'HEAD')
    assert settled(work, run).commits == {own: NOW + 120, head: NOW + 180}


def test_reset_hard_and_on(work: Repo, run: Run) -> None:
    kept = make(work, 'kept', 1)
    make(work, 'dropped', 2)
    run('status')
    work.git('reset', '-q', '--hard', 'HEAD~1')
    settled(work, run)
    later = make(work, 'later', 3)
    found = settled(work, run)
    assert {kept, later} <= set(found.commits)
    assert found.rewritten == {}


def test_reset_soft_and_commit_in_two(work: Repo, run: Run) -> None:
    make(work, 'whole', 1)
    run('status')
    work.git('reset', '-q', '--soft', 'HEAD~1')
    work.git('reset', '-q')
    halves = [make(work, 'half', 2), make(work, 'other half', 3)]
    assert set(halves) <= set(settled(work, run).commits)


def test_branch_moved_from_another_worktree(work: Repo, run: Run, tmp_path: Path) -> None:
    work.git('switch', '-q', '--detach')
    work.git('branch', 'spare')
    work.git('worktree', 'add', '-q', str(tmp_path / 'linked'), 'spare')
    linked = Repo(tmp_path / 'linked')
    oid = make(linked, 'elsewhere', 1)
    linked.git('branch', '-f', 'work', oid)
    work.git('switch', '-q', 'work')
    assert settled(work, run).commits == {oid: NOW + 60}
    assert of_type(work, 'commit')[0]['via'] == 'branch'


def test_pull_of_a_colleagues_commits(
    make_repo: Callable[..., Repo], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = make_repo('origin')
    clone = make_repo('clone', commit=False)
    clone.git('remote', 'add', 'origin', str(origin.path))
    clone.git('fetch', '-q')
    clone.git('switch', '-q', 'main')
    run('start', 'work', '-o', 'x')
    own = make(clone, 'own', 1)
    clone.git('push', '-q', '-u', 'origin', 'work')
    origin.git('switch', '-q', 'work')
    theirs = [make(origin, 'theirs', 2), make(origin, 'more', 3)]
    clone.git('pull', '-q', '--ff-only')
    assert settled(clone, run).commits == {
        own: NOW + 60, theirs[0]: NOW + 120, theirs[1]: NOW + 180,
    }  # fmt: skip
    assert 'without hooks' not in run('status').out


def test_moved_forward_along_the_base_is_nobodys_work(work: Repo, run: Run) -> None:
    work.git('switch', '-q', 'main')
    make(work, 'foreign', 1)
    work.git('switch', '-q', 'work')
    work.git('merge', '-q', '--ff-only', 'main')
    assert settled(work, run).commits == {}
    record = json.loads(run('status', '--json').out)['work']
    assert (record['ahead'], record['commits'], record['files']) == (0, [], [])


def test_merged_before_anybody_looked(work: Repo, run: Run) -> None:
    made = [make(work, 'a', 1), make(work, 'b', 1)]
    work.git('branch', '-f', 'main', 'work')
    assert set(settled(work, run).commits) == set(made)
    record = json.loads(run('status', '--json').out)['work']
    assert [each['commit'] for each in record['commits']] == made[::-1]
    assert (record['ahead'], len(record['files'])) == (0, 2)


def test_the_base_is_gone(work: Repo, run: Run) -> None:
    oid = make(work, 'a', 1)
    work.git('update-ref', '-d', 'refs/heads/main')
    assert list(settled(work, run).commits) == [oid]
    record = json.loads(run('status', '--json').out)['work']
    assert (record['ahead'], [each['path'] for each in record['files']]) == (1, ['a.txt'])


@pytest.mark.parametrize('date', ['@0 +0000', '@99999999999 +0000', '@4102444799 -1200'])
def test_commits_of_any_date(work: Repo, run: Run, date: str) -> None:
    work.git('commit', '-q', '--allow-empty', '-m', 'odd', GIT_COMMITTER_DATE=date)
    found = settled(work, run)
    assert list(found.commits) == [work.git('rev-parse', 'HEAD')]
    run('objectives', 'add', 'later')
    assert [each.text for each in state(work).objectives] == ['First objective', 'later']


def test_rename(work: Repo, run: Run) -> None:
    oid = make(work, 'a', 1)
    work.git('branch', '-m', 'work', 'deeper/name')
    assert list(settled(work, run, 'deeper/name').commits) == [oid]
    assert state(work, 'deeper/name').branch == 'deeper/name'
    assert not work.place('work').exists()
    assert len(of_type(work, 'rename', 'deeper/name')) == 1


def test_rename_below_itself_and_back(work: Repo, run: Run) -> None:
    work.git('branch', '-m', 'work', 'work/part')
    assert settled(work, run, 'work/part').branch == 'work/part'
    work.git('branch', '-m', 'work/part', 'work')
    assert settled(work, run).branch == 'work'
    assert sorted(each.name for each in work.place().iterdir() if each.is_dir()) == []


def test_deleted_branch_is_archived(work: Repo, run: Run) -> None:
    name = state(work).id
    work.git('switch', '-q', 'main')
    work.git('branch', '-D', 'work')
    said = run('history')
    assert said.err == f"branch 'work' is gone; its session {name} is archived\n"
    ended = load(str(work.sessions / '.archive' / name))[0]
    assert (ended.state, ended.end['result']) == ('ended', 'gone')
    assert not work.place().exists()
    assert run('history').err == ''


def test_branch_deleted_by_plumbing(work: Repo, run: Run) -> None:
    name = state(work).id
    work.git('switch', '-q', 'main')
    work.git('update-ref', '-d', 'refs/heads/work')
    run('history')
    run('prune')
    assert load(str(work.sessions / '.archive' / name))[0].end['result'] == 'gone'


def test_current_branch_deleted_by_plumbing(work: Repo, run: Run) -> None:
    work.git('update-ref', '-d', 'refs/heads/work')
    assert settled(work, run).state == 'active'


def test_a_copied_branch_has_no_session(work: Repo, run: Run) -> None:
    work.git('branch', '-c', 'work', 'copy')
    settled(work, run)
    assert work.run('git', 'config', 'branch.copy.session').status == 1
    assert work.git('config', 'branch.work.session') == state(work).id
    assert eventlog.live(str(work.sessions)) == {'work': state(work).id}


def test_a_switch_that_no_hook_reported(work: Repo, run: Run) -> None:
    maker = eventlog.Maker(state(work).id, '', state(work).objectives[0].ref)
    maker.add('pause', reason='switch')
    eventlog.append(str(work.place()), [events.encode(event) for event in maker.made])
    assert settled(work, run).state == 'active'
    assert [each['reason'] for each in of_type(work, 'resume')] == ['found']


def test_a_pause_stays_one(work: Repo, run: Run) -> None:
    run('pause')
    assert settled(work, run).state == 'paused'


def test_hostile_object_ids_do_not_reach_git(work: Repo, run: Run) -> None:
    make(work, 'a', 1)
    run('status')
    name, at = state(work).id, '2020-01-01T00:00:00Z'
    bad = [
        events.Event(f'20200101T000000.000Z-{number}', at, name, 'commit', {'commit': oid})
        for number, oid in enumerate(('--all', '-x', 'HEAD', 'a\nb', 'A' * 40, 'f' * 40))
    ]
    eventlog.append(str(work.place()), [events.encode(event) for event in bad])
    head = make(work, 'b', 2)
    run('status')
    run('checkpoint', '-l', 'x', '--no-commit')
    assert head in state(work).commits


def test_a_rebase_onto_another_branch_does_not_make_its_commits_ours(session: Repo) -> None:
    session.git('switch', '-q', '-c', 'other', 'main')
    session.commit('theirs', **{'o.txt': 'x\n'})
    session.git('switch', '-q', 'work')
    session.commit('ours', **{'w.txt': 'x\n'})
    session.git('rebase', '-q', 'other')
    shown = session.json('status')
    assert [each['subject'] for each in shown['work']['commits']] == ['ours', 'theirs']
    assert shown['metrics']['commits'] == 1
    assert [each['type'] for each in session.events()].count('commit') == 1


@pytest.mark.parametrize('damaged', [None, '', 'wor', '\x1b[31m work\n', '../../x\n'])
def test_a_lost_id_is_found_again(work: Repo, run: Run, damaged: str | None) -> None:
    name = state(work).id
    run('note', 'kept')
    path = work.place() / 'id'
    path.unlink() if damaged is None else path.write_text(damaged)
    assert run('status').err == f'the id of session {name} was lost; it is there again\n'
    assert path.read_text() == name + '\n'
    assert [each.text for each in settled(work, run).notes] == ['kept']
    run('start', '-o', 'x', status=1)


def test_an_id_that_is_lost_at_once(work: Repo, run: Run) -> None:
    name = state(work).id
    (work.place() / 'id').unlink()
    run('status')
    assert (work.place() / 'id').read_text() == name + '\n'


def test_an_opening_that_was_killed_is_no_session(work: Repo, run: Run) -> None:
    (work.place() / 'id').unlink()
    work.git('config', '--unset', 'branch.work.session')
    run('status', status=1)
    run('start', '-o', 'Again')
    assert [each.text for each in settled(work, run).objectives] == ['Again']


@pytest.mark.parametrize('name', ['id', 'events.jsonl', 'trailers/x', 'handoff.md'])
def test_a_branch_called_like_a_file_of_ours(work: Repo, run: Run, name: str) -> None:
    run('note', 'kept')
    run('handoff')
    work.git('branch', '-m', 'work', f'work/{name}')
    assert [each.text for each in settled(work, run, f'work/{name}').notes] == ['kept']
    run('history')
    work.git('branch', '-m', f'work/{name}', 'work')
    assert [each.text for each in settled(work, run).notes] == ['kept']
    assert run('history').out.count('\n') == 1


@pytest.mark.parametrize('by', ['merge', 'squash'])
def test_stacked_on_a_branch_that_was_merged_and_deleted(work: Repo, run: Run, by: str) -> None:
    make(work, 'lower', 1)
    run('start', 'upper')
    make(work, 'mine', 2)
    work.git('switch', '-q', 'main')
    if by == 'squash':
        work.git('merge', '-q', '--squash', 'work')
        work.git('commit', '-q', '-m', 'squashed')
    else:
        work.git('merge', '-q', '--no-ff', '-m', 'merged', 'work')
    make(work, 'foreign', 3)
    below = work.git('rev-parse', 'work')
    work.git('branch', '-q', '-D', 'work')
    work.git('rebase', '-q', '--onto', 'main', below, 'upper')
    settled(work, run, 'upper')
    record = json.loads(run('status', '--json').out)['work']
    assert record['compared_with'] == 'refs/heads/main'
    assert [each['subject'] for each in record['commits']] == ['mine']
    assert [each['path'] for each in record['files']] == ['mine.txt']


def test_an_object_whose_writer_died(work: Repo, run: Run) -> None:
    blob = work.git('hash-object', '--stdin', stdin='{"v":1}\n')
    place = work.path / '.git' / 'objects' / blob[:2]
    place.mkdir(exist_ok=True)
    (place / f'{blob[2:]}.lock').touch()
    notes.publish(git.discover(), {work.git('rev-parse', 'HEAD'): [b'{"v":1}']}, 'subject')
    assert work.git('notes', '--ref=session', 'show', 'HEAD') == '{"v":1}'
    assert work.git('cat-file', 'blob', blob) == '{"v":1}'
