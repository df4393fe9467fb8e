"""What git says of a session's work is read right, whatever the configuration and the names."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from git_session import brief, history
from git_session.branchwork import Uncommitted, parse_status
from git_session.history import Change, parse_diff, parse_log
from git_session.workspace import open_workspace
from tests.repo import Repo, Result

Run = Callable[..., Result]


@pytest.fixture
def work(repo: Repo, run: Run) -> Repo:
    """A session with two commits and changes of every kind."""
    repo.commit('base', **{'deep/old.txt': 'x\n' * 50, 'gone.txt': 'x\n', 'mode.sh': 'x\n'})
    run('start', 'work', '-o', 'x')
    repo.git('mv', 'deep/old.txt', 'deep/new.txt')
    repo.git('rm', '-q', 'gone.txt')
    (repo.path / 'mode.sh').chmod(0o755)
    repo.write_file('deep/binary', b'\0\1')
    repo.write_file('a.txt', 'one\ntwo\n')
    os.symlink('a.txt', repo.path / 'link')
    repo.git('add', '.')
    repo.git('commit', '-q', '-m', 'Änderung: all of it')
    repo.commit('second')
    repo.write_file('a.txt', 'one\ntwo\nthree\n')
    repo.write_file('deep/untracked', '')
    return repo


def record(run: Run) -> Any:
    found = json.loads(run('status', '--json').out)['work']
    return {key: found[key] for key in ('ahead', 'behind', 'commits', 'files', 'uncommitted')}


def test_every_kind_of_change(work: Repo, run: Run) -> None:
    found = record(run)
    assert (found['ahead'], found['behind']) == (2, 0)
    assert [each['subject'] for each in found['commits']] == ['second', 'Änderung: all of it']
    assert {
        each['path']: (each['status'], each['old_path'], each['added'], each['deleted'])
        for each in found['files']
    } == {
        'a.txt': ('M', None, 1, 0), 'deep/binary': ('A', None, None, None),
        'deep/new.txt': ('R', 'deep/old.txt', 0, 0), 'gone.txt': ('D', None, 0, 1),
        'link': ('A', None, 1, 0), 'mode.sh': ('M', None, 0, 0),
    }  # fmt: skip
    assert found['uncommitted'] == [
        {'status': '.M', 'path': 'a.txt'}, {'status': '??', 'path': 'deep/untracked'},
    ]  # fmt: skip


@pytest.mark.parametrize(
    'setting',
    [
        'diff.relative=true', 'diff.noprefix=true', 'diff.renames=false', 'diff.external=false',
        'diff.mnemonicPrefix=true', 'diff.submodule=log', 'diff.orderFile=/dev/null',
        'log.showSignature=true', 'log.follow=true', 'log.decorate=full', 'log.date=relative',
        'log.showRoot=false', 'log.mailmap=false', 'log.diffMerges=m', 'format.pretty=raw',
        'i18n.logOutputEncoding=ISO-8859-1', 'i18n.commitEncoding=ISO-8859-1',
        'status.showUntrackedFiles=no', 'status.relativePaths=false', 'status.branch=true',
        'status.renames=copies', 'status.showStash=true', 'color.ui=always', 'color.status=always',
        'core.quotePath=true', 'core.pager=false', 'pager.log=false', 'notes.displayRef=*',
        'diff.ignoreSubmodules=all', 'core.abbrev=5', 'advice.statusHints=true',
        'diff.wordRegex=.', 'diff.colorMoved=zebra', 'diff.dirstat=files',
    ],
)  # fmt: skip
def test_no_configuration_changes_the_answer(
    work: Repo, run: Run, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = record(run)
    work.git('config', *setting.split('=', 1))
    monkeypatch.chdir(work.path / 'deep')
    assert record(run) == before


NAMES = (
    "it's",
    'a b',
    '"q"',
    '$(x);',
    '-dash',
    ' lead',
    'tab\there',
    'new\nline',
    'ünï',
    '*',
    '\\',
)


def test_any_names(repo: Repo, run: Run) -> None:
    run('start', 'work', '-o', 'x')
    for name in NAMES:
        repo.write_file(f'd/{name}', 'x\n')
    repo.git('add', '.')
    repo.git('commit', '-q', '-m', 'names')
    for name in NAMES:
        repo.write_file(f'e/{name}', '')
        repo.write_file(f'd/{name}', 'y\n')
    repo.git('mv', '--', 'd/-dash', 'd/renamed')
    (repo.path / os.fsdecode(b'caf\xe9')).write_bytes(b'')
    found = record(run)
    assert {each['path'] for each in found['files']} == {f'd/{name}' for name in NAMES}
    changed = {each['path'] for each in found['uncommitted'] if each['status'] != '??'}
    assert changed == {f'd/{name}' for name in NAMES} - {'d/-dash'} | {'d/renamed'}
    assert {each['path'] for each in found['uncommitted']} >= {'e/', 'caf\udce9'}


def test_a_base_without_a_common_commit(repo: Repo, run: Run) -> None:
    repo.git('switch', '-q', '--orphan', 'alone')
    repo.commit('root', **{'b.txt': 'x\n'})
    run('start', '-o', 'x', '--base', 'main')
    repo.commit('more', **{'c.txt': 'x\n'})
    found = record(run)
    assert [each['path'] for each in found['files'] if each['status'] == 'A'] == ['b.txt', 'c.txt']


def test_lines_are_counted_in_no_more_files_than_one_has_time_for(repo: Repo, run: Run) -> None:
    run('start', 'work')
    repo.git('mv', 'a.txt', 'moved.txt')
    repo.commit('three', **{'b.py': 'x = 1  # TODO: y\n', 'c.txt': 'three\n'})
    whole = open_workspace(work=True)
    for most in (2, 3, 0):
        here = open_workspace(work=True, most_counted=most)
        if most == 2:
            assert here.work().changes == tuple(
                each.replace(added=None, deleted=None) for each in whole.work().changes
            )
            assert here.quality().annotations == ()
            assert '- 3 files changed: b.py, c.txt, moved.txt\n' in brief.text(here)
        else:
            assert here.work() == whole.work()
            assert [each.text for each in here.quality().annotations] == ['y']
            assert '- 3 files changed, +2 -0: ' in brief.text(here)


def test_a_broken_date_is_none() -> None:
    text = '\0'.join(['f' * 40, 'e' * 40 + ' ' + 'd' * 40, 'A', 'a@x', '', 'x', 's', ''])
    found = parse_log(text)
    assert [(each.written, each.time, each.is_merge) for each in found] == [(0, 0, True)]
    assert parse_log('') == ()


def test_parse_status() -> None:
    text = '\0'.join([
        '1 M. N... 100644 100644 100644 a b with blanks',
        '1 .M N... 100644 100644 100644 a b x',
        '2 R. N... 100644 100644 100644 a b R100 new name', 'old name',
        'u UU N... 100644 100644 100644 100644 a b c both',
        '? new\nfile', '! ignored', '',
    ])  # fmt: skip
    assert parse_status(text) == (
        Uncommitted('M.', 'with blanks'), Uncommitted('.M', 'x'), Uncommitted('R.', 'new name'),
        Uncommitted('UU', 'both'), Uncommitted('??', 'new\nfile'),
    )  # fmt: skip
    assert [each.is_staged for each in parse_status(text)] == [True, False, True, True, False]


def test_parse_diff() -> None:
    text = '\0'.join([
        ':100644 100644 a b M', 'x\ty', ':100644 100644 a b R090', 'old', ':new',
        ':000000 100644 a b A', 'bin', '1\t2\tx\ty', '3\t4\t', 'old', ':new', '-\t-\tbin', '',
    ])  # fmt: skip
    assert parse_diff(text) == (
        Change('M', 'x\ty', '', 1, 2), Change('R', ':new', 'old', 3, 4),
        Change('A', 'bin', '', None, None),
    )  # fmt: skip


def test_describe_and_gone(repo: Repo) -> None:
    first = repo.git('rev-parse', 'HEAD')
    second = repo.commit('second')
    assert [each.oid for each in history.describe([second, 'f' * 40, first, '--all', ''])] == [
        second, first,
    ]  # fmt: skip
    assert history.describe([]) == history.describe(['HEAD']) == ()
    assert [each.oid for each in history.gone([first, second, 'HEAD'], first)] == [second]
    assert history.gone([first], second) == ()


@pytest.mark.parametrize('format', ['sha1', 'sha256'])
def test_the_empty_tree(make_repo: Callable[..., Repo], format: str) -> None:
    make_repo('other', f'--object-format={format}')
    names = [change.path for change in history.changed(history.empty_tree(), 'HEAD')]
    assert names == ['a.txt']


def test_a_shallow_clone(
    repo: Repo, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit('second')
    repo.git('clone', '-q', '--depth=1', f'file://{repo.path}', str(tmp_path / 'clone'))
    clone = Repo(tmp_path / 'clone')
    monkeypatch.chdir(clone.path)
    run('start', 'work', '-o', 'x')
    clone.commit('own', **{'b.txt': 'x\n'})
    found = record(run)
    assert [each['subject'] for each in found['commits']] == ['own']
    assert [each['path'] for each in found['files']] == ['b.txt']
