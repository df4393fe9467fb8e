"""Push and pull between clones of one bare repository: nothing lost, nothing doubled."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from git_session import archive, eventlog, exchange
from tests.team import Clone, Run, Team, noted


@pytest.fixture
def team(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Team:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(exchange, 'delay', lambda attempt: 0)
    return Team(tmp_path / 'team', run)


@pytest.fixture
def ann(team: Team) -> Clone:
    """Ann, with a session of one objective and one commit on feature/x, which is pushed."""
    ann = team.clone('ann')
    ann.do('start', 'feature/x', '-o', 'Google OAuth')
    ann.commit('Add b', **{'b.txt': 'b\n'})
    ann.git('push', '-q', '-u', 'origin', 'feature/x')
    return ann


def test_the_first_push_shows_what_leaves(team: Team, ann: Clone) -> None:
    ann.do('decisions', 'add', 'Use PKCE')
    ann.do('note', '--private', 'I do not like it')
    name = ann.log('feature/x').id
    commit = ann.git('rev-parse', '--short=10', 'HEAD')
    shown = (
        f'{name}: 5 events\n  start on feature/x from main\n  objective obj-1 Google OAuth\n'
        f'  start obj-1\n  commit {commit}\n  decision dec-1 Use PKCE\n'
    )
    dry = ann.do('push', '--dry-run')
    assert dry.out == shown
    assert dry.err == 'would push 5 events of 1 session to origin\n'
    assert team.origin.git('for-each-ref', 'refs/notes') == ''
    first = ann.do('push')
    assert (first.out, first.err) == (shown, 'pushed 5 events of 1 session to origin\n')
    assert ann.do('push').err == 'everything up to date\n'
    ann.do('blockers', 'add', 'No key')
    second = ann.do('push')
    assert (second.out, second.err) == ('', 'pushed 1 event of 1 session to origin\n')


def test_where_sessions_are_is_looked_up_once_for_all_that_leaves(
    ann: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not for each of them: a list of ten thousand would be read ten thousand times."""
    looked: list[str] = []
    index, live = archive.index, eventlog.live

    def noted_index(sessions: str) -> list[dict[str, Any]]:
        looked.append('index')
        return index(sessions)

    def noted_live(sessions: str) -> dict[str, str]:
        looked.append('live')
        return live(sessions)

    monkeypatch.setattr(archive, 'index', noted_index)
    monkeypatch.setattr(eventlog, 'live', noted_live)
    ann.do('status')
    looked.clear()
    one = ann.do('push', '--dry-run')
    first = list(looked)
    assert one.out.count('objective obj-1') == 1
    ann.do('end')
    ann.do('start', 'feature/y', '-o', 'Two')
    ann.do('start', 'feature/z', '-o', 'Three')
    ann.do('status')
    looked.clear()
    three = ann.do('push', '--dry-run')
    assert three.out.count('start obj-1\n') == 3
    assert looked == first


def test_nothing_private_and_nothing_that_is_not_shared_leaves(team: Team, ann: Clone) -> None:
    ann.git('config', '--add', 'session.share', 'objectives')
    ann.do('note', 'tell nobody')
    ann.do('decisions', 'add', 'Use PKCE')
    ann.do('push')
    types = {json.loads(line)['type'] for line in ann.noted()}
    assert types == {'start', 'commit', 'objective.add', 'objective.start'}
    # Who shares more later shares what was there.
    ann.git('config', '--add', 'session.share', 'decisions')
    assert ann.do('push').err == 'pushed 1 event of 1 session to origin\n'
    ann.git('config', '--unset-all', 'session.share')
    assert ann.do('push').err == 'pushed 1 event of 1 session to origin\n'


def test_a_fresh_clone_goes_on_and_gives_back(team: Team, ann: Clone) -> None:
    ann.do('handoff')
    ann.do('push')
    bob = team.clone('bob')
    name = ann.log('feature/x').id
    assert bob.do('pull').out == f'{name}: 5 new events\n'
    assert bob.do('pull').err == 'already up to date\n'
    assert bob.do('history').out.endswith(f'active   {name}  feature/x  0/1 objectives\n')
    resumed = bob.do('resume', 'feature/x')
    assert f'session {name} goes on here\n' in resumed.err
    assert '# Session' in resumed.out and '# Handoff' in resumed.out
    assert 'obj-1 Google OAuth' in resumed.out
    bob.do('objectives', 'complete', '1')
    bob.commit('Add c', **{'c.txt': 'c\n'})
    bob.git('push', '-q')
    bob.do('push')
    ann.do('objectives', 'add', 'GitHub OAuth')  # meanwhile
    ann.git('pull', '-q')
    ann.do('pull')
    ann.do('push')
    bob.do('pull')
    assert ann.facts('feature/x') == bob.facts('feature/x')
    assert [(each.name, each.state) for each in bob.log('feature/x').objectives] == [
        ('obj-1', 'done'), ('obj-2', 'pending'),
    ]  # fmt: skip
    assert len(bob.log('feature/x').commits) == 2


def test_of_the_sessions_of_one_branch_the_last_one_goes_on(team: Team, ann: Clone) -> None:
    """In whatever order they come: a pull takes them in by the ids of their commits."""
    names = [ann.log('feature/x').id]
    ann.do('end')
    ann.do('start', '-o', 'GitHub OAuth')
    names.append(ann.log('feature/x').id)
    ann.do('end')
    bob = team.clone('bob')
    for name in reversed(names):
        ann.do('export', name, '-o', '../session.toml')
        bob.do('import', '../session.toml')
    assert json.loads(bob.do('show', 'feature/x', '--json').out)['session'] == names[1]
    assert f'session {names[1]} had ended; it goes on\n' in bob.do('resume', 'feature/x').err


def test_both_offline_and_either_order(team: Team, ann: Clone) -> None:
    ann.do('push')
    bob, eve = team.clone('bob'), team.clone('eve')
    for each in (bob, eve):
        each.do('pull')
        each.do('resume', 'feature/x')
    bob.do('objectives', 'add', 'of Bob')
    eve.do('objectives', 'add', 'of Eve')
    eve.do('blockers', 'add', 'of Eve')
    bob.do('push')
    eve.do('push')
    ann.do('pull')
    bob.do('pull')
    eve.do('pull')
    facts = ann.facts('feature/x')
    # Of one second the order is that of the ids, the same for everyone.
    assert sorted(each.text for each in ann.log('feature/x').objectives) == [
        'Google OAuth', 'of Bob', 'of Eve',
    ]  # fmt: skip
    assert bob.facts('feature/x') == facts == eve.facts('feature/x')
    assert ann.noted() == bob.noted() == eve.noted()


def test_united_by_plain_git(team: Team, ann: Clone) -> None:
    """What `git notes merge -s cat_sort_uniq` makes of two clones is the same state."""
    ann.do('push')
    bob = team.clone('bob')
    bob.do('pull')
    bob.do('resume', 'feature/x')
    bob.do('objectives', 'add', 'of Bob')
    bob.do('push')
    ann.do('objectives', 'add', 'of Ann')
    ann.do('checkpoint', '--no-commit', '-l', 'x')
    ann.git('fetch', '-q', 'origin', 'refs/notes/session:refs/notes/theirs')
    ann.git('notes', '--ref=session', 'merge', '-q', '-s', 'cat_sort_uniq', 'refs/notes/theirs')
    ann.do('pull')
    ann.do('push')
    bob.do('pull')
    assert ann.facts('feature/x') == bob.facts('feature/x')
    assert len(ann.log('feature/x').objectives) == 3


def test_a_lost_race_is_tried_again(
    team: Team, ann: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann.do('push')
    bob = team.clone('bob')
    bob.do('pull')
    bob.do('resume', 'feature/x')
    bob.do('objectives', 'add', 'of Bob')
    lost = []

    def overtaken(attempt: int) -> float:
        lost.append(attempt)
        return 0

    real = exchange.remotes.push

    def push(remote: str, wanted: dict[str, str], *, verify: bool) -> object:
        if len(lost) < 3:  # somebody is quicker, three times
            bob.git('commit', '-q', '--allow-empty', '-m', f'{len(lost)}')
            bob.session('push')
        return real(remote, wanted, verify=verify)

    monkeypatch.setattr(exchange, 'delay', overtaken)
    monkeypatch.setattr(exchange.remotes, 'push', push)
    ann.do('objectives', 'add', 'of Ann')
    assert 'pushed 1 event' in ann.do('push').err
    assert lost == [0, 1, 2]
    bob.do('pull')
    assert ann.do('pull').err == '5 new events in 1 session from origin\n'
    assert ann.noted() == bob.noted()


def test_a_server_that_says_no(team: Team, ann: Clone) -> None:
    hook = team.origin.path / 'hooks' / 'pre-receive'
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\necho "no notes here" >&2\nexit 1\n')
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    refused = ann.do('push', status=1)
    assert 'no notes here' in refused.err
    assert 'pre-receive hook declined' in refused.err
    hook.unlink()
    assert 'pushed 4 events' in ann.do('push').err


def test_offline(team: Team, ann: Clone) -> None:
    team.origin.path.rename(team.folder / 'away')
    before = ann.git('for-each-ref')
    failed = ann.do('push', status=128)
    assert "fatal: cannot fetch the notes of 'origin'" in failed.err
    assert ann.do('pull', status=128).err.endswith("fatal: cannot fetch the notes of 'origin'\n")
    assert ann.git('for-each-ref') == before
    ann.git('config', 'session.sync', 'true')
    ended = ann.do('end')
    assert "warning: not pushed: cannot fetch the notes of 'origin'" in ended.err
    (team.folder / 'away').rename(team.origin.path)
    assert 'pushed' in ann.do('push').err


def test_sync_pushes_with_the_end_and_pulls_with_resume(team: Team, ann: Clone) -> None:
    ann.git('config', 'session.sync', 'true')
    ended = ann.do('end')
    assert 'pushed 7 events to origin\n' in ended.err
    bob = team.clone('bob')
    bob.git('config', 'session.sync', 'true')
    resumed = bob.do('resume', 'feature/x')
    assert 'had ended; it goes on' in resumed.err
    assert ann.do('pull').err == 'already up to date\n'  # nothing of Bob's is pushed yet


def test_an_end_is_pushed_where_that_is_said(team: Team, ann: Clone) -> None:
    assert 'pushed 7 events to origin\n' in ann.do('end', '--push').err
    assert ann.noted() == noted(team.origin)


def test_an_end_is_not_pushed_where_that_is_said(team: Team, ann: Clone) -> None:
    ann.git('config', 'session.sync', 'true')
    assert 'pushed' not in ann.do('end', '--no-push').err
    assert team.origin.git('for-each-ref', 'refs/notes') == ''


def test_the_tracked_configuration_cannot_switch_sync_on(team: Team, ann: Clone) -> None:
    ann.write_file('.session/config.yaml', 'session:\n  sync: true\n')
    assert 'pushed' not in ann.do('end').err
    assert team.origin.git('for-each-ref', 'refs/notes') == ''


@pytest.mark.parametrize(
    ('config', 'expected'),
    [
        ([], 'several remotes, and none is set for this branch'),
        ([('session.remote', 'nowhere')], "no remote 'nowhere'"),
        ([('session.remote', 'other')], 'other'),
        ([('branch.feature/x.remote', 'origin')], 'origin'),
        ([('branch.feature/x.remote', 'origin'), ('remote.pushDefault', 'other')], 'other'),
        ([('remote.pushDefault', 'other'), ('branch.feature/x.pushRemote', 'origin')], 'origin'),
    ],
)  # fmt: skip
def test_which_remote(team: Team, ann: Clone, config: list[tuple[str, str]], expected: str) -> None:
    ann.git('branch', '-q', '--unset-upstream')
    ann.git('clone', '-q', '--bare', str(team.origin.path), str(team.folder / 'other.git'))
    ann.git('remote', 'add', 'other', str(team.folder / 'other.git'))
    for key, value in config:
        ann.git('config', key, value)
    if ' ' in expected:
        refused = ann.do('push', status=1)
        assert refused.err.startswith(f'error: {expected}\nhint: the remotes are origin, other\n')
        return
    assert ann.do('push').err == f'pushed 4 events of 1 session to {expected}\n'


def test_no_remote(ann: Clone) -> None:
    ann.git('remote', 'remove', 'origin')
    assert ann.do('push', status=1).err == (
        'error: no remote to share with\n'
        "hint: add one with 'git remote add <name> <url>'\n"
    )  # fmt: skip


def test_several_remotes(team: Team, ann: Clone) -> None:
    ann.git('clone', '-q', '--bare', str(team.origin.path), str(team.folder / 'other.git'))
    ann.git('remote', 'add', 'other', str(team.folder / 'other.git'))
    ann.do('push')
    ann.do('push', 'other')
    ann.do('objectives', 'add', 'x')
    ann.do('push', 'other')
    assert ann.do('push').err == 'pushed 1 event of 1 session to origin\n'
    bob = team.clone('bob')
    bob.do('pull')
    assert bob.noted() == ann.noted()


@pytest.mark.parametrize(
    'options',
    [
        ('--depth=1',), ('--single-branch', '--branch=main'), ('--filter=blob:none',),
        ('--filter=tree:0',), ('--depth=1', '--filter=blob:none'), ('--no-tags',),
    ],
    ids=' '.join,
)  # fmt: skip
def test_any_clone(team: Team, ann: Clone, options: tuple[str, ...]) -> None:
    team.origin.git('config', 'uploadpack.allowFilter', 'true')
    team.origin.git('config', 'uploadpack.allowAnySHA1InWant', 'true')
    ann.do('push')
    bob = team.clone('bob', *options)
    assert ': 4 new events' in bob.do('pull').out
    bob.git('fetch', '-q', 'origin', 'feature/x:feature/x')
    bob.do('resume', 'feature/x')
    bob.do('objectives', 'add', 'of Bob')
    assert 'pushed 2 events' in bob.do('push').err
    assert '2 new events' in ann.do('pull').out
    assert ann.facts('feature/x') == bob.facts('feature/x')
    bob.git('fsck', '--no-dangling')


@pytest.mark.parametrize(
    'refspec',
    ['+refs/notes/*:refs/notes/*', '+refs/*:refs/*', '+refs/notes/session:refs/notes/session'],
)
def test_a_forced_fetch_of_notes_destroys_nothing(team: Team, ann: Clone, refspec: str) -> None:
    """A refspec of the user's overwrites the notes; the next command has them again."""
    bob = team.clone('bob')
    bob.do('start', 'other', '-o', 'of Bob')
    bob.commit('Add c', **{'c.txt': 'c\n'})
    bob.do('push')
    ann.do('checkpoint', '--no-commit', '-l', 'x')
    before = ann.noted()
    ann.git('switch', '-q', '--detach')
    ann.git('fetch', '-q', '--prune', 'origin', refspec)
    assert before - ann.noted()
    ann.git('switch', '-q', '-C', 'feature/x')
    ann.do('push')
    assert before | bob.noted() <= ann.noted()
    assert ann.noted() == noted(team.origin)


def test_notes_that_were_deleted(team: Team, ann: Clone) -> None:
    ann.do('push')
    before = ann.noted()
    ann.git('update-ref', '-d', 'refs/notes/session')
    team.origin.git('update-ref', '-d', 'refs/notes/session')
    ann.do('objectives', 'add', 'x')
    ann.do('push')
    assert before < ann.noted() == noted(team.origin)


def test_shards_and_back(team: Team, ann: Clone) -> None:
    """Notes pushed to many refs, read by everyone; switching the key moves between the two."""
    bob = team.clone('bob')
    bob.do('start', 'other', '-o', 'of Bob')
    bob.commit('Add c', **{'c.txt': 'c\n'})
    ann.do('push')
    for each in (ann, bob):
        each.git('config', 'session.shards', 'true')
    assert 'pushed 4 events' in bob.do('push').err
    ann.do('objectives', 'add', 'x')
    assert ann.do('push').err == 'pushed 1 event of 1 session to origin\n'
    assert ann.do('push').err == 'everything up to date\n'
    refs = team.origin.git('for-each-ref', '--format=%(refname)', 'refs/notes').split()
    assert len(refs) == 3 and refs[0] == 'refs/notes/session'
    eve = team.clone('eve')
    assert len(eve.do('pull').out.splitlines()) == 2
    ann.do('pull')
    bob.do('pull')
    assert ann.noted() == bob.noted() == eve.noted()
    plain = team.origin.git('log', '--all', '--notes=session*', '--format=%N', '--', 'b.txt')
    assert '"Google OAuth"' in plain and '"x"' in plain
    # and back: the one ref has everything again
    ann.git('config', '--unset', 'session.shards')
    ann.do('push')
    assert noted(team.origin) == ann.noted()
    assert ann.do('push').err == 'everything up to date\n'


def test_signed_when_the_user_signs(team: Team, ann: Clone, tmp_path: Path) -> None:
    if not shutil.which('ssh-keygen'):
        pytest.skip('no ssh-keygen')
    key = tmp_path / 'key'
    assert ann.run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', str(key)).status == 0
    for name, value in (
        ('gpg.format', 'ssh'), ('user.signingKey', str(key)), ('commit.gpgSign', 'true'),
    ):  # fmt: skip
        ann.git('config', name, value)
    ann.commit('Signed', **{'d.txt': 'd\n'})
    ann.do('push')
    ann.do('objectives', 'add', 'x')
    ann.commit('Signed too', **{'e.txt': 'e\n'})
    ann.do('push')
    listed = team.origin.git('rev-list', 'refs/notes/session').split()
    assert listed
    for each in listed:
        assert '\ngpgsig ' in team.origin.git('cat-file', 'commit', each)
    assert ann.do('push').err == 'everything up to date\n'
    assert noted(team.origin) == ann.noted()


def test_nothing_of_the_users_refs_or_files_moves(team: Team, ann: Clone) -> None:
    ann.do('push')
    team.origin.git('tag', 'v1', 'main')
    ann.git('fetch', '-q')
    ann.write_file('dirty.txt', 'x')
    (ann.path / '.git' / 'FETCH_HEAD').write_text('mine\n')
    before = _refs(ann)
    ann.do('push')
    ann.do('pull')
    assert _refs(ann) == before
    assert (ann.path / '.git' / 'FETCH_HEAD').read_text() == 'mine\n'
    assert ann.git('stash', 'list') == ''


def _refs(clone: Clone) -> list[str]:
    return [
        line for line in clone.git('for-each-ref').split('\n')
        if 'refs/session/' not in line and 'refs/notes/session' not in line
    ]  # fmt: skip


def test_as_json(team: Team, ann: Clone) -> None:
    dry = json.loads(ann.do('push', '--dry-run', '--json').out)
    sent = json.loads(ann.do('push', '--json').out)
    assert sent == dry | {'dry_run': False}
    assert sent['schema'] == 'git-session/push/1'
    assert [each['type'] for each in sent['sessions'][0]['events']] == [
        'start', 'objective.add', 'objective.start', 'commit',
    ]  # fmt: skip
    bob = team.clone('bob')
    name = ann.log('feature/x').id
    assert json.loads(bob.do('pull', '--json').out) == {
        'schema': 'git-session/pull/1', 'remote': 'origin',
        'sessions': [{'session': name, 'events': 4}], 'archived': [],
    }  # fmt: skip


def test_doctor_makes_notes_and_logs_from_each_other(team: Team, ann: Clone) -> None:
    ann.do('decisions', 'add', 'Use PKCE')
    ann.do('push')
    name, facts, before = ann.log('feature/x').id, ann.facts('feature/x'), ann.noted()
    # the notes are lost, and what was kept of them
    ann.git('update-ref', '-d', 'refs/notes/session')
    ann.git('update-ref', '-d', 'refs/session/kept')
    bad = ann.do('doctor', '--no-probe', status=1)
    assert f'session {name}: 5 published events in no note\n' in bad.out
    ann.do('doctor', '--no-probe', '--fix')
    assert ann.noted() == before
    # the log is lost but for its first line
    log = ann.place('feature/x') / 'events.jsonl'
    first = log.read_text().splitlines()[0]
    log.write_text(first + '\n')
    bad = ann.do('doctor', '--no-probe', status=1)
    assert f'session {name}: 4 events in the notes only\n' in bad.out
    ann.do('doctor', '--no-probe', '--fix')
    assert ann.facts('feature/x') == facts
    assert 'session' in ann.do('doctor', '--no-probe').out
