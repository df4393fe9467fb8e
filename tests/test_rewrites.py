"""Rewritten history: whatever git does to a session's commits, what was worked stays right.

Each operation is done in a clone with our hooks.  Then the session is looked at there and, after
push and pull, in a fresh clone: the commits that it has, its checkpoint on the commit that its own
has become, the handoff, the active time, and each event once.
"""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from git_session import exchange, git
from git_session.archive import load
from git_session.events import decode_all
from git_session.session import Session
from tests.repo import Repo, Result
from tests.team import Clone, Team

Run = Callable[..., Result]
IDLE = 1800.0


class Case(NamedTuple):
    """`after` are the subjects on the branch, oldest first; `own` counts those of the session;
    `half` is the subject that the checkpoint is on, '' where its commit was dropped, and
    `silent` the same where the hooks are off.
    """

    script: str
    after: str
    own: int
    half: str = 'Add c'
    silent: str | None = None


# The branch has `Add b`, `Add c` (two files; the checkpoint) and `Add d`, main one more.
CASES = {
    'amend': Case('git commit -q --amend -m "Put d"', 'Add b|Add c|Put d', 3),
    'amend of what is in it': Case(
        'echo more >> d.txt; git commit -q -a --amend --no-edit', 'Add b|Add c|Add d', 3
    ),
    'amend twice': Case(
        'git commit -q --amend -m x; git commit -q --amend -m "Put d"', 'Add b|Add c|Put d', 3
    ),
    'rebase': Case('git rebase -q main', 'Add b|Add c|Add d', 3),
    'rebase --apply': Case('git rebase -q --apply main', 'Add b|Add c|Add d', 3),
    'rebase --no-ff': Case('git rebase -q --no-ff HEAD~3', 'Add b|Add c|Add d', 3),
    'squash': Case('todo "3s/pick/squash/" HEAD~3', 'Add b|Add c', 2),
    'fixup': Case('todo "2s/pick/fixup/" HEAD~3', 'Add b|Add d', 2, 'Add b', ''),
    'all in one': Case('todo "2,3s/pick/fixup/" main', 'Add b', 1, 'Add b', ''),
    'split': Case(
        """todo "2s/pick/edit/" HEAD~3; git reset -q HEAD^; git add c.txt; git commit -q -m 'Add c'
        git add .; git commit -q -m 'Add c2'; git rebase --continue""",
        'Add b|Add c|Add c2|Add d', 4, 'Add c2', '',
    ),
    'reorder': Case("todo '1{h;d};2{G}' HEAD~3", 'Add c|Add b|Add d', 3),
    'drop': Case("todo '1d' HEAD~3", 'Add c|Add d', 2),
    'drop what the checkpoint is on': Case("todo '2d' HEAD~3", 'Add b|Add d', 2, ''),
    'reword': Case(
        """EDIT="sed -i 's/^Add c/Put c/'" todo "2s/pick/reword/" HEAD~3""",
        'Add b|Put c|Add d', 3, 'Put c',
    ),
    'autosquash': Case(
        """echo b >> b.txt; git commit -q -a --fixup HEAD~2
        GIT_SEQUENCE_EDITOR=: git rebase -q -i --autosquash main""",
        'Add b|Add c|Add d', 3,
    ),
    'root': Case('git rebase -q --root --no-ff', 'first|Add b|Add c|Add d', 3),
    'onto': Case('git rebase -q --onto main HEAD~2', 'Add c|Add d', 2),
    'rebase with a conflict': Case(
        """git switch -q main; echo other > d.txt; git add .; git commit -q -m Other
        git push -q origin main
        git switch -q work; ! git rebase -q main 2>/dev/null; echo both > d.txt; git add .
        GIT_EDITOR=: git rebase --continue""",
        'Add b|Add c|Add d', 3,
    ),
    'rebase --abort': Case(
        """git switch -q main; echo other > d.txt; git add .; git commit -q -m Other
        git push -q origin main
        git switch -q work; ! git rebase -q main 2>/dev/null; git rebase --abort""",
        'Add b|Add c|Add d', 3,
    ),
    'rebase and back': Case(
        'git rebase -q main; git reset -q --hard ORIG_HEAD', 'Add b|Add c|Add d', 3
    ),
    'pull --rebase': Case('git pull -q --rebase origin main', 'Add b|Add c|Add d', 3),
    'cherry-pick to another branch': Case(
        'git switch -q -c other main; git cherry-pick work~1; git switch -q work',
        'Add b|Add c|Add d', 3,
    ),
    'cherry-pick of a foreign commit': Case('git cherry-pick main', 'Add b|Add c|Add d|Others', 4),
    'cherry-pick of its own': Case(
        'git reset -q --hard HEAD~2; git cherry-pick ORIG_HEAD', 'Add b|Add d', 2, ''
    ),
    'revert': Case('git revert --no-edit HEAD', 'Add b|Add c|Add d|Revert "Add d"', 4),
    'merge --squash elsewhere': Case(
        """git switch -q main; git merge -q --squash work; git commit -q -m Squashed
        git switch -q work""",
        'Add b|Add c|Add d', 3,
    ),
    'merge of the base': Case(
        'git merge -q --no-edit main', "Add b|Add c|Add d|Merge branch 'main' into work", 4
    ),
    'reset --soft, one commit of all': Case(
        'git reset -q --soft HEAD~3; git commit -q -m All', 'All', 1, ''
    ),
    'reset --hard, and redone': Case(
        """git reset -q --hard HEAD~1; echo anew > d.txt; git add .
        git commit -q -m 'Add d again'""",
        'Add b|Add c|Add d again', 3,
    ),
    'reset --hard there and back': Case(
        'git reset -q --hard HEAD~2; git reset -q --hard ORIG_HEAD', 'Add b|Add c|Add d', 3
    ),
    'commit-tree and update-ref': Case(
        """new=$(git rev-parse main)
        for old in $(git rev-list --reverse main..work); do
            eval "$(git log -1 --format='export GIT_AUTHOR_NAME="%an" GIT_AUTHOR_EMAIL="%ae" \\
                GIT_AUTHOR_DATE="%ad"' --date=raw $old)"
            new=$(git log -1 --format=%B $old | git commit-tree -p $new $old^{tree})
        done
        git update-ref refs/heads/work $new; git reset -q --hard""",
        'Add b|Add c|Add d', 3,
    ),
    'filter-branch': Case(
        "git filter-branch -f --msg-filter 'sed s/Add/Put/' main..work", 'Put b|Put c|Put d', 3,
        'Put c',
    ),
    'filter-repo': Case(
        """git filter-repo --quiet --force --refs work \\
            --message-callback 'return message.replace(b"Add", b"Put")'
        git remote add origin "$ORIGIN" 2>/dev/null || :""",
        'Put b|Put c|Put d', 3, 'Put c',
    ),
    'filter-repo of everything': Case(
        """git filter-repo --quiet --force --path-rename a.txt:z.txt
        git remote add origin "$ORIGIN"; git push -q -f origin main""",
        'Add b|Add c|Add d', 3,
    ),
    'replay': Case(
        'git replay --onto main main..work | git update-ref --stdin; git reset -q --hard',
        'Add b|Add c|Add d', 3,
    ),
    'history reword': Case(
        """GIT_EDITOR="sed -i 's/^Add c/Put c/'" git history reword HEAD~1; git reset -q --hard""",
        'Add b|Put c|Add d', 3, 'Put c',
    ),
}  # fmt: skip

_TODO = """
todo() { GIT_SEQUENCE_EDITOR="sed -i '$1'" GIT_EDITOR="${EDIT:-:}" git rebase -q -i "$2"; }
"""


@pytest.fixture(scope='module')
def shelf() -> dict[str, Path]:
    return {}


@pytest.fixture
def team(
    shelf: dict[str, Path], tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> Team:  # fmt: skip
    """A copy of what is built once: see `_build`."""
    monkeypatch.setattr(exchange, 'delay', lambda attempt: 0)
    monkeypatch.chdir(tmp_path)
    if not shelf:
        shelf['made'] = tmp_path_factory.mktemp('rewrites')
        _build(Team(shelf['made'] / 'team', run))
    shutil.copytree(shelf['made'] / 'team', tmp_path / 'team', symlinks=True)
    made = Team.__new__(Team)
    made.folder, made._run = tmp_path / 'team', run
    made.origin = Repo(made.folder / 'origin.git')
    return made


@pytest.fixture
def ann(team: Team) -> Clone:
    ann = Clone(team.folder / 'ann', team._run)
    ann.git('remote', 'set-url', 'origin', f'file://{team.origin.path}')
    return ann


def _build(team: Team) -> None:
    """Ann's session on `work`: three commits ten minutes apart, a checkpoint on the second one;
    main has moved on; nothing of it is pushed.
    """
    ann = team.clone('ann')
    ann.do('start', 'work', '-o', 'Google OAuth')
    begun = int(time.time())
    for number, name in enumerate('bcd', 1):
        for file in (name, 'c2') if name == 'c' else (name,):
            ann.write_file(f'{file}.txt', f'{file}\n' * 3)
        ann.git('add', '.')
        ann.git('commit', '-q', '-m', f'Add {name}', **_clock(begun + 600 * number))
        if name == 'c':
            ann.do('checkpoint', '-l', 'half', '--no-commit')
    ann.git('switch', '-q', 'main')
    ann.commit('Others', **{'o.txt': 'o\n'})
    ann.git('push', '-q', 'origin', 'main')
    ann.git('switch', '-q', 'work')
    ann.write_file('../begun', str(begun))


def _clock(seconds: int) -> dict[str, str]:
    return {'GIT_AUTHOR_DATE': f'@{seconds} +0000', 'GIT_COMMITTER_DATE': f'@{seconds} +0000'}


def _begun(repo: Repo) -> int:
    return int((repo.path / '../begun').read_text())


def perform(repo: Repo, script: str, origin: str = '', **env: str) -> None:
    """Run a script ten minutes after the last commit."""
    moment = f'@{_begun(repo) + 2400} +0000'
    done = repo.run('sh', '-ec', _TODO + script, GIT_COMMITTER_DATE=moment, ORIGIN=origin, **env)
    assert done.status == 0, done


def look(repo: Clone, case: Case) -> Session:
    """Hold the session of `work` against what has to be; it, as the log has it."""
    repo.do('status')
    place = repo.path / '.git/sessions/work'
    settled = (place / 'events.jsonl').read_bytes()
    status = json.loads(repo.do('status', '--json').out)
    assert (place / 'events.jsonl').read_bytes() == settled
    subjects = [each['subject'] for each in status['work']['commits']][::-1]
    assert '|'.join(subjects) == case.after
    assert status['metrics']['commits'] == case.own
    _once(settled)
    session, _, _ = load(str(place))
    here = {each['commit']: each['subject'] for each in status['work']['commits']}
    assert [here.get(each.commit, '') for each in session.checkpoints] == [case.half]
    handoff = json.loads(repo.do('handoff', '--json').out)
    assert [each['subject'] for each in handoff['work']['commits']][::-1] == subjects
    # The rewrite itself was ten minutes later, where anything tells of it.
    assert round(session.active_seconds(IDLE) / 60) in (30, 40)
    return session


def _once(log: bytes) -> None:
    """One event a commit.  A commit that was found here and reported elsewhere has two lines."""
    found, lost = decode_all(log)
    assert lost == 0
    commits = Counter(each.facts['commit'] for each in found if each.type == 'commit')
    assert max(commits.values()) == 1


def facts(session: Session) -> dict[str, Any]:
    """What the log says, but for who came last."""
    found = {key: value for key, value in vars(session).items() if not key.startswith('_')}
    del found['arrived']  # each clone knows what came to it from elsewhere
    return found


def _skip(name: str) -> None:
    if name.startswith('filter-repo') and not shutil.which('git-filter-repo'):
        pytest.skip('git-filter-repo is not installed')
    if name == 'replay' and git.version() < (2, 44):
        pytest.skip('git replay came with git 2.44')
    if name == 'history reword' and git.version() < (2, 54):
        pytest.skip('git history came with git 2.54')


@pytest.mark.parametrize('hooks', ['hooks', 'silent'])
@pytest.mark.parametrize('name', CASES)
def test_after(team: Team, ann: Clone, name: str, hooks: str) -> None:
    _skip(name)
    case = CASES[name]
    if hooks == 'silent' and case.silent is not None:
        case = case._replace(half=case.silent)
    silent = {} if hooks == 'hooks' else {'GIT_SESSION': '0'}
    perform(ann, case.script, f'file://{team.origin.path}', **silent)
    session = look(ann, case)
    if silent:  # what leaves is made of the same events
        return
    ann.git('push', '-q', 'origin', 'work')
    ann.do('push')
    bob = team.clone('bob')
    bob.do('pull')
    arrived = load(str(bob.path / '.git/sessions/.archive' / session.id))[0]
    assert facts(arrived) == facts(load(str(ann.path / '.git/sessions/work'))[0])
    bob.do('resume', 'work')
    look(bob, case)
    # Nothing of it comes back when it is taken in again.
    bob.do('push')
    ann.do('pull')
    look(ann, case)


@pytest.mark.parametrize('order', ['looks first', 'pulls first'])
@pytest.mark.parametrize('name', ['amend', 'rebase', 'squash', 'all in one', 'split', 'drop'])
def test_under_the_feet_of_another(team: Team, ann: Clone, name: str, order: str) -> None:
    """Bob has the old commits and goes on from the new ones."""
    case = CASES[name]
    ann.git('push', '-q', 'origin', 'work')
    ann.do('push')
    bob = team.clone('bob')
    bob.do('pull')
    bob.do('resume', 'work')
    perform(ann, case.script)
    look(ann, case)
    ann.git('push', '-q', '-f', 'origin', 'work')
    ann.do('push')
    bob.git('fetch', '-q')
    bob.git('reset', '-q', '--hard', 'origin/work')
    if order == 'looks first':
        bob.do('status')
    bob.do('pull')
    look(bob, case)
    moment = f'@{_begun(ann) + 2400} +0000'
    bob.write_file('e.txt', 'e\n')
    bob.git('add', '.')
    bob.git('commit', '-q', '-m', 'Add e', GIT_COMMITTER_DATE=moment)
    bob.git('push', '-q', 'origin', 'work')
    bob.do('push')
    ann.git('pull', '-q', '--ff-only', 'origin', 'work')
    ann.do('pull')
    more = case._replace(after=case.after + '|Add e', own=case.own + 1)
    look(bob, more)
    assert set(look(ann, more).commits) == set(bob.log('work').commits)
    for clone, way in ((bob, 'push'), (ann, 'pull'), (ann, 'push'), (bob, 'pull')):
        clone.do(way)
    assert facts(ann.log('work')) == facts(bob.log('work'))


@pytest.mark.parametrize('name', ['rebase', 'squash', 'commit-tree and update-ref'])
def test_when_what_was_rewritten_is_pruned(team: Team, ann: Clone, name: str) -> None:
    """Nobody has looked since; the notes of the old commits are of objects that are gone."""
    ann.git('push', '-q', 'origin', 'work')
    ann.do('push')
    perform(ann, CASES[name].script)
    ann.git('reflog', 'expire', '--expire=now', '--all')
    ann.git('update-ref', '-d', 'refs/remotes/origin/work')
    ann.git('update-ref', '-d', 'ORIG_HEAD')
    ann.git('gc', '-q', '--prune=now')
    silent = name.startswith('commit-tree')  # nothing is left that tells
    case = CASES[name]._replace(half='') if silent else CASES[name]
    session = look(ann, case)
    ann.git('push', '-q', '-f', 'origin', 'work')
    ann.do('push')
    bob = team.clone('bob')
    bob.do('pull')
    arrived = load(str(bob.path / '.git/sessions/.archive' / session.id))[0]
    assert facts(arrived) == facts(load(str(ann.path / '.git/sessions/work'))[0])
    bob.do('resume', 'work')
    look(bob, case)
