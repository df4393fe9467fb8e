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
     '{"version": 2, "branches": {}}'],
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
