"""The search for merges that is made again and again: the same answers, asked for less."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from git_session import merged, mergesearch
from git_session.session import Session
from git_session.workspace import open_workspace
from tests.repo import Repo, Result
from tests.test_merged import MERGED, OPEN, found, perform, work

Run = Callable[..., Result]
__all__ = ['work']  # a fixture


def searched() -> dict[str, str]:
    here = open_workspace(reconcile=False)
    return {branch: str(how) for branch, how in mergesearch.merged_elsewhere(here).items()}


@pytest.mark.parametrize('name', [*MERGED, *OPEN])
def test_the_same_as_a_new_search(work: Repo, name: str) -> None:
    """A search has found nothing and is kept; then it happens."""
    assert searched() == {}
    kept = json.loads((work.sessions / '.unmerged.json').read_text())['branches']
    assert kept['work']['paths'] == ['a.txt', 'b.txt', 'c.txt']
    perform(work, MERGED[name][0] if name in MERGED else OPEN[name])
    how = found(work)
    for _ in range(2):
        assert searched() == ({'work': how} if how else {})


_SUB = (
    f'git update-index --add --cacheinfo 160000,{"1" * 40},sub\n'
    'git commit -q --allow-empty -m sub; mkdir -p sub'
)
_PART = 'git switch -q main; git checkout -q work a.txt b.txt c.txt; git commit -q -m Part'
LATER = {
    'renamed, then squashed': (
        'git mv a.txt e.txt; git checkout -q work b.txt c.txt; git commit -q -m Move',
        'git merge -q --squash work; git commit -q -m All',
    ),
    'one that the branch took back, after the others': (
        'git switch -q work; old=$(git rev-parse work); git reset -q --hard main~\n'
        'echo > t; git add t; git commit -q -m t; git revert --no-edit HEAD\n'
        'git cherry-pick $old~ $old; git session status; git switch -q main\n'
        'git cherry-pick $old~ $old; for each in a b c; do echo x > $each.txt; done\n'
        'git commit -q -a -m Other', 'git merge -q -s ours --no-edit work~2',
    ),
    'a directory renamed, and a setting': (
        'git config merge.directoryRenames true; mkdir d; echo > d/a; git add d\n'
        'git commit -q -m d; git switch -q work; git merge -q --no-edit main; echo n > d/n\n'
        f'git add d; git commit -q -m n; {_PART}',
        'git mv d f; echo n > f/n; git add f; git commit -q -m Move',
    ),
    'a submodule that .gitmodules hides': (
        'git config -f .gitmodules submodule.sub.path sub\n'
        f'git config -f .gitmodules submodule.sub.ignore all; git switch -q work; {_SUB}\n'
        'git switch -q main; git cherry-pick work~2 work~', _SUB,
    ),
    'a graft': ('', 'git replace --graft main main~ work'),
    'deepened': (
        'git merge -q --squash work; git commit -q -m All; git rev-parse main work > .git/shallow',
        'rm .git/shallow',
    ),
}  # fmt: skip


@pytest.mark.parametrize('name', LATER)
def test_what_shows_elsewhere(work: Repo, name: str) -> None:
    before, after = LATER[name]
    perform(work, before)
    assert searched() == {}
    perform(work, after)
    how = found(work)
    assert how
    assert searched() == {'work': how}


def test_a_hidden_submodule_is_part_of_the_branch(work: Repo) -> None:
    perform(work, LATER['a submodule that .gitmodules hides'][0])
    assert found(work) == ''


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The branches that are searched for."""
    made: list[str] = []
    search = merged.search

    def spy(session: Session, *rest: Any) -> merged.Search:
        made.append(session.branch)
        return search(session, *rest)

    monkeypatch.setattr(merged, 'search', spy)
    return made


@pytest.fixture
def three(repo: Repo, run: Run) -> Repo:
    """Sessions on `x`, `y` and `z`, each with a file of its own; main has moved on."""
    for name in ('x', 'y', 'z'):
        run('start', name, '--base', 'main')
        repo.git('reset', '-q', '--hard', 'main')
        repo.commit(f'Add {name}', **{f'{name}.txt': f'{name}\n'})
        run('status')
    repo.git('switch', '-q', 'main')
    repo.commit('Others', **{'o.txt': 'o\n'})
    return repo


def test_what_is_searched_again(three: Repo, run: Run, calls: list[str]) -> None:
    def again() -> list[str]:
        calls.clear()
        assert searched() == {}
        return calls

    assert again() == ['x', 'y', 'z']
    assert again() == []
    three.commit('Apart', **{'p.txt': 'p\n'})
    assert again() == []
    three.commit('The same file', **{'y.txt': 'other\n'})
    assert again() == ['y']
    three.git('switch', '-q', '-c', 'side', 'HEAD~')
    three.commit('Other lines of x', **{'x.txt': 'other\n'})
    three.git('switch', '-q', 'main')
    three.git('merge', '-q', '-s', 'ours', '--no-edit', 'side')
    assert again() == ['x']
    three.git('reset', '-q', '--hard', 'HEAD~2')  # not built on what was looked at
    assert again() == ['x', 'y', 'z']
    three.git('switch', '-q', 'z')
    three.commit('More', **{'more.txt': 'm\n'})
    three.git('switch', '-q', 'main')
    assert again() == ['z']
    run('decisions', 'add', 'x', status=1)
    three.git('branch', '-q', '-D', 'z')
    assert again() == []


def test_a_merge_that_only_has_the_commits(three: Repo, calls: list[str]) -> None:
    """`-s ours` leaves no trace in a file."""
    assert searched() == {}
    three.git('merge', '-q', '-s', 'ours', '--no-edit', 'x')
    calls.clear()
    assert searched() == {'x': 'merged into main'}
    assert calls == ['x']


def test_a_merge_that_holds_more_than_its_parents(three: Repo, calls: list[str]) -> None:
    assert searched() == {}
    three.git('switch', '-q', '-c', 'side', 'HEAD~')
    three.commit('Side', **{'s.txt': 's\n'})
    three.git('switch', '-q', 'main')
    three.git('merge', '-q', '--no-commit', '--no-ff', 'side')
    three.write(**{'x.txt': 'x\n'})
    three.git('add', 'x.txt')
    three.git('commit', '-q', '--no-edit')
    calls.clear()
    searched()
    assert calls == ['x']


@pytest.mark.parametrize(
    'text',
    ['', '[]', '\0', '{"version": 1}', '{"version": 1, "branches": {"x": 1}}',
     '{"version": 2, "branches": {}}', '{"version": 1, "stamp": "other", "branches": {}}'],
)  # fmt: skip
def test_a_damaged_file_is_written_anew(three: Repo, calls: list[str], text: str) -> None:
    path = three.sessions / '.unmerged.json'
    searched()
    whole = path.read_text()
    path.write_text(text)
    calls.clear()
    assert searched() == {}
    assert calls == ['x', 'y', 'z']
    assert path.read_text() == whole


def test_nothing_can_be_written(
    three: Repo, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, 'Permission denied')

    monkeypatch.setattr('git_session.eventlog.write_file', refuse)
    assert searched() == {}
    assert searched() == {}
    assert calls == ['x', 'y', 'z'] * 2
