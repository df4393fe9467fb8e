"""Merged branches: told whoever merged and however, and not told where it cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from git_session import exchange, merged
from git_session.archive import index, load
from tests.repo import Repo, Result
from tests.team import Clone, Team

Run = Callable[..., Result]


@pytest.fixture
def work(repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A session on `work` with two commits that no hook reported; main has moved on."""
    monkeypatch.setenv('GIT_SESSION', '0')
    run('start', 'work', '-o', 'First')
    repo.commit('Add b', **{'b.txt': 'b\n' * 3})
    repo.commit('Add c', **{'c.txt': 'c\n' * 3, 'a.txt': 'one\ntwo\n'})
    run('status')
    repo.git('switch', '-q', 'main')
    repo.commit('Others', **{'o.txt': 'o\n'})
    return repo


def found(repo: Repo) -> str:
    """How the session of `work` is over, '' when it is not."""
    outcome = merged.find(load(str(repo.place()))[0], repo.git('rev-parse', 'work'))
    return '' if outcome is None else str(outcome)


MERGED = {
    'merge': ('git merge -q --no-edit work', 'merged'),
    'fast-forward': ('git reset -q --hard HEAD~1; git merge -q work', 'merged'),
    'octopus': (
        'git switch -q -c x; git commit -q --allow-empty -m x; git switch -q main\n'
        'git merge -q --no-edit work x', 'merged',
    ),
    'squash': ('git merge -q --squash work; git commit -q -m All', 'squash-merged'),
    'cherry-pick of all': ('git cherry-pick main..work', 'merged'),
    'one of two by one, then all': (
        'git cherry-pick work~1; git merge -q --squash work; git commit -q -m Rest', 'squash-merged'
    ),
    'squash, then more in the same file': (
        'git merge -q --squash work; git commit -q -m All; echo more >> a.txt; echo x > c.txt\n'
        'git commit -q -a -m More', 'squash-merged',
    ),
    'rebase merge, then more in the same file': (
        'git cherry-pick main..work; echo more >> a.txt; echo x > c.txt; git commit -q -a -m More',
        'merged',
    ),
    'rebase merge, branch then rebased': (
        'git cherry-pick main..work; git rebase -q main work; git switch -q main', 'merged',
    ),
    'squash, branch then rebased': (
        'git merge -q --squash work; git commit -q -m All; git rebase -q main work\n'
        'git switch -q main', 'squash-merged',
    ),
    'main merged in, squash': (
        'git switch -q work; git merge -q --no-edit main; git switch -q main\n'
        'git merge -q --squash work; git commit -q -m All', 'squash-merged',
    ),
    # As after a true merge: it was merged, whatever came of it.
    'squash, reverted': (
        'git merge -q --squash work; git commit -q -m All; git revert --no-edit HEAD',
        'squash-merged',
    ),
    'squash of a renamed file': (
        'git switch -q work; git mv b.txt e.txt; git commit -q -m Rename; git switch -q main\n'
        'git merge -q --squash work; git commit -q -m All', 'squash-merged',
    ),
    'squash of a binary file': (
        'git switch -q work; printf "\\0\\1" > x; git add x; git commit -q -m x\n'
        'git switch -q main; git merge -q --squash work; git commit -q -m All', 'squash-merged',
    ),
}  # fmt: skip

OPEN = {
    'nothing': ':',
    'one of two': 'git cherry-pick work~1',
    'the other one of two': 'git cherry-pick work',
    'merged, then worked on': 'git merge -q --no-edit work; git switch -q work; echo > n; '
    'git add n; git commit -q -m n; git switch -q main',
    'squashed, then worked on': 'git merge -q --squash work; git commit -q -m All; '
    'git switch -q work; echo >> c.txt; git commit -q -a -m n; git switch -q main',
    'squashed, then amended': 'git merge -q --squash work; git commit -q; git switch -q work; '
    'echo >> c.txt; git commit -q -a --amend --no-edit; git switch -q main',
    'thrown away': 'git branch -q -f work main',
    'an unrelated history': 'git checkout -q --orphan z; git commit -q -m z; git branch -M z main',
    'a change that changes nothing': 'git switch -q work; git revert --no-edit HEAD~2..HEAD; '
    'git switch -q main',
}  # fmt: skip


def perform(repo: Repo, script: str) -> None:
    done = repo.run('sh', '-ec', script, GIT_EDITOR=':')
    assert done.status == 0, done


@pytest.mark.parametrize('name', MERGED)
def test_merged(work: Repo, run: Run, name: str) -> None:
    script, result = MERGED[name]
    perform(work, script)
    assert found(work) == f'{result} into main'


@pytest.mark.parametrize('name', OPEN)
def test_not_merged(work: Repo, name: str) -> None:
    perform(work, OPEN[name])
    assert found(work) == ''


@pytest.mark.parametrize('name', ['squash', 'squash, then more in the same file'])
def test_a_git_without_merge_tree(
    work: Repo, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before 2.38; of a squash that main has gone on from, the patch id still tells."""
    perform(work, MERGED[name][0])
    (tmp_path / 'bin').mkdir()
    real = work.run('sh', '-c', 'command -v git').out.strip()
    (tmp_path / 'bin/git').write_text(
        f'#!/bin/sh\nfor each; do [ "$each" != merge-tree ] || exit 129; done\nexec {real} "$@"\n'
    )
    (tmp_path / 'bin/git').chmod(0o755)
    monkeypatch.setenv('PATH', str(tmp_path / 'bin'), prepend=':')
    assert found(work) == 'squash-merged into main'


def test_a_trailer_leads_to_where_it_arrived(work: Repo) -> None:
    """Main has other changes of the same lines before and after, so that no patch is the same."""
    name = load(str(work.place()))[0].id
    work.commit('Before', **{'a.txt': 'zero\none\n'})
    work.git('switch', '-q', 'work')
    work.git('merge', '-q', '--no-edit', 'main')
    work.commit('After', **{'a.txt': 'zero\none\ntwo\nthree\n'})
    work.git('switch', '-q', 'main')
    work.commit('Meanwhile', **{'o.txt': 'x\n'})
    work.git('merge', '-q', '--squash', 'work')
    work.commit('Beside', **{'more.txt': 'x\n'})
    work.git('commit', '-q', '--amend', '-m', f'All\n\n* Add b\n\nSession-Id: {name}\n\n* Add c')
    work.commit('Later', **{'a.txt': 'nothing\n', 'c.txt': 'nothing\n'})
    assert found(work) == 'squash-merged into main'


def test_no_commit_is_never_merged(repo: Repo, run: Run) -> None:
    run('start', 'work')
    repo.git('switch', '-q', 'main')
    repo.commit('Others')
    repo.git('branch', '-f', 'work', 'main')
    assert found(repo) == ''
    repo.git('switch', '-q', 'work')
    assert 'main: git session end' not in run('status').out
    run('end')
    assert index(str(repo.sessions))[-1]['result'] == 'ended'


def test_end_and_log_and_history_and_handoff(work: Repo, run: Run) -> None:
    name = load(str(work.place()))[0].id
    perform(work, MERGED['squash'][0] + '; git switch -q work')
    assert '\nall changes are in main: git session end\n' in run('status').out
    assert '- all changes are in main: git session end\n' in run('resume').out
    ended = run('end')
    assert ended.out.endswith('## How to go on\n\nThe work is squash-merged into `main`.\n')
    last = load(str(work.sessions / '.archive' / name))[0].end
    assert (last['result'], last['into']) == ('squash-merged', 'refs/heads/main')
    assert run('log', name).out.endswith('  end (squash-merged into main)\n')
    assert f'squash-merged  {name}  work' in run('history').out
    assert run('resume', status=1).err.startswith('error: no session')
    assert run('undo').err.endswith('undone: end (squash-merged into main)\n')
    assert load(str(work.place()))[0].state == 'active'


def test_status_after_a_merge(work: Repo, run: Run) -> None:
    perform(work, MERGED['merge'][0] + '; git switch -q work')
    said = run('status').out
    assert '\nmerged into main: git session end\n' in said
    assert 'take in main' not in said


def test_what_was_built_in_one_second_is_in_order(
    repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a rebase with merges.  By date alone git has `one` before `two`, its child."""
    monkeypatch.setenv('GIT_COMMITTER_DATE', '@1795388546 +0000')
    run('start', 'work')

    def add(name: str) -> str:
        return repo.commit(name, **{name: 'x\n'})

    made = [add('one'), add('two'), add('three'), add('four')]
    repo.git('switch', '-q', '--detach', made[0])
    aside = add('aside')
    repo.git('switch', '-q', 'work')
    repo.git('merge', '-q', '--no-ff', '-m', 'merge', aside)
    order = ['merge', 'four', 'aside', 'three', 'two', 'one']

    def built() -> tuple[list[str], list[str]]:
        told = json.loads(run('status', '--json').out)['work']
        paths = [each['path'] for each in told['files']]
        return [each['subject'] for each in told['commits']], paths

    files = ['aside', 'four', 'one', 'three', 'two']
    assert built() == (order, files)
    repo.git('switch', '-q', 'main')
    repo.git('merge', '-q', '--no-ff', '-m', 'done', 'work')
    repo.git('switch', '-q', 'work')
    assert built() == ([each for each in order if each != 'aside'], files)


def test_prune(work: Repo, run: Run) -> None:
    name = load(str(work.place()))[0].id
    perform(work, MERGED['cherry-pick of all'][0])
    assert run('prune', '-n').out == f'would archive {name}: merged into main\n'
    work.git('worktree', 'add', '-q', '../other', 'work')
    assert run('prune').err == 'nothing to archive\n'
    work.git('worktree', 'remove', '../other')
    assert run('prune').out == f'archived {name}: merged into main\n'
    record = index(str(work.sessions))[-1]
    assert (record['result'], record['commits'], record['added']) == ('merged', 2, 7)
    assert work.run('git', 'config', 'branch.work.session').status == 1


@pytest.mark.parametrize(
    ('name', 'how'), [('merge', 'merged'), ('squash', 'squash-merged'), ('nothing', '')]
)
def test_a_branch_that_is_gone(work: Repo, run: Run, name: str, how: str) -> None:
    session = load(str(work.place()))[0].id
    tip = work.git('rev-parse', 'work')
    perform(work, MERGED[name][0] if how else ':')
    work.git('branch', '-q', '-D', 'work')
    into = f', {how} into main' if how else ''
    assert run('history').err == f"branch 'work' is gone{into}; its session {session} is archived\n"
    last = load(str(work.sessions / '.archive' / session))[0].end
    assert (last['result'], last['head']) == (how or 'gone', tip)
    assert index(str(work.sessions))[-1]['commits'] == 2


# What a forge does at the push of a button, in a clone that knows nothing of sessions.
FORGE = {
    'merge': ('git merge -q --no-ff --no-edit origin/work', 'merged'),
    'squash': (
        'git merge -q --squash origin/work; git commit -q -m "Work (#7)" -m "$MESSAGES"',
        'squash-merged',
    ),
    'squash without trailers': (
        'git merge -q --squash origin/work; git commit -q -m "Work (#7)"', 'squash-merged'
    ),
    'rebase': ('git rebase -q main origin/work; git branch -f main; git switch -q main', 'merged'),
}  # fmt: skip


@pytest.fixture
def team(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Team:
    """Ann has pushed `work` and its session; the forge has one more commit on main."""
    monkeypatch.setattr(exchange, 'delay', lambda attempt: 0)
    monkeypatch.chdir(tmp_path)
    team = Team(tmp_path / 'team', run)
    ann = team.clone('ann')
    ann.do('start', 'work', '-o', 'Google OAuth')
    ann.commit('Add b', **{'b.txt': 'b\n' * 3})
    ann.commit('Add c', **{'c.txt': 'c\n' * 3})
    ann.do('checkpoint', '-l', 'half', '--no-commit')
    ann.git('push', '-q', '-u', 'origin', 'work')
    ann.do('push')
    return team


def merge_there(team: Team, how: str) -> None:
    forge = team.clone('forge')
    forge.commit('Others', **{'o.txt': 'o\n'})
    messages = forge.git('log', '--reverse', '--format=* %B', 'main~..origin/work')
    done = forge.run('sh', '-ec', FORGE[how][0], MESSAGES=messages)
    assert done.status == 0, done
    forge.git('push', '-q', 'origin', 'main', ':work')


def over(clone: Clone, name: str) -> dict[str, Any]:
    return load(str(clone.path / '.git/sessions/.archive' / name))[0].end


@pytest.mark.parametrize('how', FORGE)
def test_a_forge(team: Team, how: str) -> None:
    ann = Clone(team.folder / 'ann', team._run)
    name, active = ann.log('work').id, ann.log('work').active_seconds(1800)
    merge_there(team, how)
    ann.git('fetch', '-q', '-p')
    result = f'{FORGE[how][1]} into origin/main'
    assert ann.do('pull').err.endswith(f'work is {result}: git session end\n')
    ann.git('switch', '-q', 'main')
    ann.git('pull', '-q')
    assert ann.do('prune', '-n').out == f'would archive {name}: {FORGE[how][1]} into main\n'
    ann.git('reset', '-q', '--hard', 'HEAD@{1}')
    pulled = ann.do('pull')
    assert pulled.err.endswith(f'archived {name}: {result}\n')
    assert over(ann, name)['into'] == 'refs/remotes/origin/main'
    ann.do('push')
    bob = team.clone('bob')
    bob.do('pull')
    there = load(str(bob.path / '.git/sessions/.archive' / name))[0]
    assert there.end == over(ann, name)
    assert len(there.commits) == 2
    assert there.active_seconds(1800) >= active
    record = json.loads(bob.do('history', '--json').out)['sessions'][0]
    assert (record['result'], record['commits']) == (FORGE[how][1], 2)
    assert [each.label for each in there.checkpoints] == ['half']


def test_a_pull_says_it_as_data(team: Team) -> None:
    ann = Clone(team.folder / 'ann', team._run)
    name = ann.log('work').id
    merge_there(team, 'squash')
    ann.git('switch', '-q', 'main')
    ann.git('pull', '-q')
    assert json.loads(ann.do('pull', '--json').out)['archived'] == [
        {'session': name, 'branch': 'work', 'why': 'squash-merged into main'}
    ]


def test_ending_on_the_branch_that_a_forge_has_merged(team: Team) -> None:
    ann = Clone(team.folder / 'ann', team._run)
    name = ann.log('work').id
    merge_there(team, 'squash')
    ann.git('fetch', '-q', '-p')
    ann.do('end')
    assert (over(ann, name)['result'], over(ann, name)['into']) == (
        'squash-merged', 'refs/remotes/origin/main',
    )  # fmt: skip


def test_what_was_pushed_is_not_merged(team: Team) -> None:
    """The upstream of a branch has all of it, and is no place that it was merged to."""
    ann = Clone(team.folder / 'ann', team._run)
    assert ann.do('pull').err == 'already up to date\n'
    assert 'git session end' not in ann.do('status').out.replace('(git session end)', '')
    bob = team.clone('bob')
    bob.git('switch', '-q', 'work')
    bob.do('start', '--base', 'origin/work')
    bob.commit('More', **{'m.txt': 'm\n'})
    bob.git('push', '-q')
    said = bob.do('status').out
    assert 'merged into' not in said
    assert merged.find(bob.log('work'), bob.git('rev-parse', 'HEAD')) is None


def test_an_upstream_that_is_gone_says_nothing_alone(team: Team) -> None:
    ann = Clone(team.folder / 'ann', team._run)
    team.origin.git('branch', '-D', 'work')
    ann.git('fetch', '-q', '-p')
    assert ann.do('pull').err == 'already up to date\n'
    ann.do('end')
    assert index(str(ann.sessions))[-1]['result'] == 'ended'
