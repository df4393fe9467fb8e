"""All of history as git has it: lines, names, dates, clones that are cut off or partial."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from git_session import git, wholelog
from git_session.errors import SessionError
from git_session.wholelog import Branch, Entry, Line
from tests.repo import Repo

DATE = '2026-11-22T12:00:00+0530'


def read(revision: str = 'HEAD', without: str = '') -> list[Entry]:
    return list(wholelog.read(revision, without=without))


def raw(repo: Repo, author: str, *parents: str, subject: bytes = b's') -> str:
    """A commit that git would not make."""
    lines = [
        f'tree {repo.git("rev-parse", "HEAD^{tree}")}',
        *(f'parent {each}' for each in parents),
    ]
    lines += [f'author {author}', 'committer C <c@x> 1700000000 +0000', '', '']
    data = '\n'.join(lines).encode('utf-8', 'surrogateescape') + subject
    return repo.git('hash-object', '-t', 'commit', '-w', '--literally', '--stdin', stdin=data)


def test_lines_renames_binary_files_and_strange_names(repo: Repo) -> None:
    repo.write_file('new\nline\t"x".txt', 'a\nb\n')
    repo.write_file('bin', b'\0')
    repo.git('mv', 'a.txt', 'b.txt')
    repo.git('add', '-A')
    oid = repo.git('rev-parse', 'HEAD')
    repo.git('commit', '-qm', 'odd\n\nbody', '--date', DATE)
    first, last = read()
    assert first == Entry(
        repo.git('rev-parse', 'HEAD'), (oid,), False, 'Ann Author <ann@example.com>', 1795329000,
        19800, 'odd',
        (Line('b.txt', 'a.txt', 0, 0), Line('bin', '', None, None),
         Line('new\nline\t"x".txt', '', 2, 0)),
    )  # fmt: skip
    assert (last.oid, last.lines) == (oid, (Line('a.txt', '', 1, 0),))
    assert [each.oid for each in read('HEAD', without=oid)] == [first.oid]


def test_a_merge_and_a_subject_of_a_megabyte(repo: Repo) -> None:
    repo.git('switch', '-qc', 'side')
    repo.commit('side', **{'c.txt': 'c'})
    repo.git('switch', '-q', 'main')
    repo.git('merge', '-q', '--no-ff', '--no-edit', 'side')
    huge = raw(
        repo, 'A <a@x> 1700000000 +0000', repo.git('rev-parse', 'HEAD'), subject=b'x' * 10**6
    )
    found = read(huge)
    assert [(each.is_merge, len(each.subject)) for each in found[:2]] == [
        (False, 10**6), (True, len("Merge branch 'side'")),
    ]  # fmt: skip


def test_commits_of_one_second_come_before_their_parents(repo: Repo) -> None:
    """As after a rebase with merges; by date alone git has `one` before `two`, its child."""
    author = 'A <a@x> 1700000000 +0000'
    one = last = raw(repo, author, subject=b'one')
    for name in (b'two', b'three', b'four'):
        last = raw(repo, author, last, subject=name)
    aside = raw(repo, author, one, subject=b'aside')
    found = read(raw(repo, author, last, aside, subject=b'merge'))
    order = ['merge', 'four', 'aside', 'three', 'two', 'one']
    assert [each.subject for each in found] == order


@pytest.mark.parametrize(
    ('author', 'wanted'),
    [
        ('A <a@x> 1700000000 -0330', (1700000000, -12600)),
        ('A <a@x> 1700000000 -9999', (1700000000, 0)),
        ('A <a@x> 1700000000 +1400', (1700000000, 50400)),
        ('A <a@x> 99999999999999999999 +0000', (0, 0)),
        ('A <a@x> notadate', (0, 0)),
        ('A <a@x>', (0, 0)),
        ('A <a@x> -5 +0000', (0, 0)),
        ('A <a@x> 4102444800 +0000', (4102444800, 0)),
    ],
)
def test_dates(repo: Repo, author: str, wanted: tuple[int, int]) -> None:
    (found,) = read(raw(repo, author))
    assert (found.at, found.zone) == wanted


def test_names_that_mean_something_elsewhere(repo: Repo) -> None:
    tip = ''
    for who in ('<script>alert(1)</script> <a@x>', '\x1b[31mred <a@x>', ' <>', '\udcff <b@x>'):
        tip = raw(repo, f'{who} 1700000000 +0000', *([tip] if tip else []))
    found = [each.who for each in read(tip)]
    assert len(found) == 4
    assert found[0] == '\udcff <b@x>'
    assert set(wholelog.people(found)) == set(found)


def test_people_are_those_of_mailmap_now(repo: Repo) -> None:
    names = [each.who for each in read()]
    assert wholelog.people(names) == {names[0]: 'Ann Author <ann@example.com>'}
    repo.write_file('.mailmap', 'Ann Real <real@example.com> <ann@example.com>\n')
    assert wholelog.people(names) == {names[0]: 'Ann Real <real@example.com>'}
    odd = 'two\nlines <a@x>'  # no ident of git's can be that
    assert wholelog.people([odd, names[0]]) == {odd: odd, names[0]: names[0]}
    assert wholelog.people([]) == {}


def test_configuration_changes_nothing(repo: Repo) -> None:
    before = read()
    for key, value in (
        ('log.showRoot', 'false'), ('log.date', 'iso'), ('diff.noprefix', 'true'),
        ('log.showSignature', 'true'), ('color.ui', 'always'), ('diff.relative', 'true'),
        ('diff.external', 'false'), ('format.pretty', 'oneline'),
        ('i18n.logOutputEncoding', 'latin1'), ('log.diffMerges', 'first-parent'),
        ('core.quotePath', 'true'),
    ):  # fmt: skip
        repo.git('config', key, value)
    assert read() == before


def test_a_shallow_clone_is_cut(
    repo: Repo, make_repo: Callable[..., Repo], monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit('second', **{'b.txt': 'b'})
    last = repo.commit('third', **{'b.txt': 'c'})
    clone = repo.path.parent / 'clone'
    repo.git('clone', '-q', '--depth=1', f'file://{repo.path}', str(clone))
    monkeypatch.chdir(clone)
    cut = wholelog.cut(git.discover())
    assert cut == {last}
    (found,) = wholelog.read('HEAD', cut=cut)
    assert (found.is_cut, found.lines) == (True, ())


def test_what_the_figures_depend_on(repo: Repo) -> None:
    here = git.discover()
    assert wholelog.stamp(here) == ''
    assert wholelog.cut(here) == frozenset()
    first = repo.git('rev-parse', 'HEAD')
    second = repo.commit('second')
    repo.git('replace', '--graft', second)
    replaced = wholelog.stamp(here)
    assert len(replaced) == 64
    assert [each.oid for each in read()] == [second]
    repo.git('replace', '-d', second)
    assert wholelog.stamp(here) == ''
    repo.write_file('.git/info/grafts', f'{first}\n')
    assert wholelog.stamp(here) not in ('', replaced)


def test_a_git_that_fails_on_the_way_says_so(repo: Repo) -> None:
    for number in range(3):
        repo.commit(f'{number}', **{'a.txt': str(number)})
    blob = repo.git('rev-parse', 'HEAD~1:a.txt')
    (repo.path / '.git/objects' / blob[:2] / blob[2:]).unlink()
    with pytest.raises(SessionError, match='unable to read'):
        read()
    with pytest.raises(SessionError):
        read('nothing')


def test_without_lines_no_file_is_read(repo: Repo) -> None:
    repo.git('mv', 'a.txt', 'b.txt')
    repo.git('commit', '-qm', 'move')
    found = list(wholelog.read('HEAD', with_lines=False))
    assert [[each.path for each in one.lines] for one in found] == [['a.txt', 'b.txt'], ['a.txt']]
    assert {each.added for one in found for each in one.lines} == {None}


def test_branches_the_oldest_first(repo: Repo) -> None:
    repo.git('branch', 'merged')
    repo.git('switch', '-qc', 'old/one')
    repo.git('commit', '-q', '--allow-empty', '-m', 's', GIT_COMMITTER_DATE='2020-01-01T00:00Z')
    repo.git('switch', '-q', 'main')
    found = wholelog.branches()
    assert found[0] == Branch('old/one', 1577836800, False)
    assert [(each.name, each.is_merged) for each in found[1:]] == [('main', True), ('merged', True)]
    assert wholelog.files('HEAD') == {'a.txt'}


def test_many_processors_are_not_a_git_each(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand would be more files than a process may have open."""
    for number in range(20):
        repo.commit(str(number))
    monkeypatch.setattr(wholelog, '_PART', 1)
    monkeypatch.setattr(wholelog, '_STRIPE', 1)
    monkeypatch.setattr(wholelog.os, 'sched_getaffinity', lambda _: range(1000), raising=False)
    started: list[tuple[str, ...]] = []
    start = git.start

    def noted(*args: str, **more: Any) -> git.Process:
        started.append(args)
        return start(*args, **more)

    monkeypatch.setattr(git, 'start', noted)
    found = wholelog.read('HEAD')
    next(found)
    assert sum('--no-walk=unsorted' in args for args in started) == 16
    assert len(list(found)) == 20


@pytest.mark.parametrize('processors', [{0, 1}, {0, 1, 2, 3, 4}])
def test_parts_side_by_side(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, processors: set[int]
) -> None:
    """What several gits say of their parts is what one says of the whole, in its order.

    As many gits as processors read, not one for every so many commits: each reads again what
    the others have read.  Only what would be too much for them is read by others.
    """
    for number in range(4):
        repo.commit(f'number {number}', **{f'{number % 2}.txt': f'{number}\n' * 9})
    repo.git('switch', '-qc', 'side', 'HEAD~2')
    repo.commit('side', **{'c.txt': 'c'})
    repo.git('merge', '-q', '--no-ff', '--no-edit', 'main')
    whole, newest = read(), read('HEAD', 'HEAD~2')
    started: list[git.Process] = []
    start = git.start
    monkeypatch.setattr(wholelog, '_PART', 2)
    monkeypatch.setattr(wholelog, '_STRIPE', 1)
    monkeypatch.setattr(wholelog.os, 'sched_getaffinity', lambda _: processors, raising=False)

    def noted(*args: str, **more: Any) -> git.Process:
        started.append(start(*args, **more))
        return started[-1]

    monkeypatch.setattr(git, 'start', noted)
    assert (len(whole), len(newest)) == (7, 4)
    most = min(len(processors), 7 // 2)

    def gits() -> int:
        found = sum('--no-walk=unsorted' in each.args for each in started)
        return found - sum(known)

    known: list[int] = []
    assert read() == whole
    known.append(gits())
    assert read('HEAD', 'HEAD~2') == newest
    known.append(gits())
    monkeypatch.setattr(wholelog, '_SPAN', 1)
    assert read() == whole
    known.append(gits())
    begun = wholelog.read('HEAD')
    assert next(begun) == whole[0]
    begun.close()
    assert [*known, gits()] == [most, 2, 7, most]
    for each in started:
        with pytest.raises(ChildProcessError):  # none is left
            os.waitpid(each.pid, os.WNOHANG)
