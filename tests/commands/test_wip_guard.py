"""`git session wip`: no file is lost that somebody writes meanwhile or that git looks away from."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from git_session import snapshot, staging, treefiles
from tests.commands.conftest import Run
from tests.repo import Repo

REF = 'refs/session/wip/work'
Moment = tuple[ModuleType, str]  # right before this function of that module


def before(
    patch: pytest.MonkeyPatch, owner: ModuleType, name: str, act: Callable[[], None]
) -> None:
    """Do something right before a function runs, once."""
    real = getattr(owner, name)
    left = [act]

    def first(*given: object, **named: object) -> object:
        if left:
            left.pop()()
        return real(*given, **named)

    patch.setattr(owner, name, first)


@pytest.mark.parametrize('name', ['a.txt', 'new.txt', 'staged.txt'])
@pytest.mark.parametrize(
    'moment',
    [(snapshot, 'put_index'), (staging, 'stage_base'), (treefiles, 'remove'), (staging, 'place')],
)
def test_a_file_that_is_written_while_the_tree_is_cleaned(
    work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch, moment: Moment, name: str
) -> None:
    """What is newest stays, what was before is saved, all else is as it was."""
    work.write(**{'a.txt': 'changed\n', 'new.txt': 'new\n', 'staged.txt': 'staged\n'})
    work.git('add', 'staged.txt')
    was = (work.path / name).read_text()
    before(monkeypatch, *moment, lambda: work.write(**{name: 'newest\n'}))
    if moment[1] in ('place', 'stage_base') and name != 'a.txt':
        run('switch', 'main')  # was saved and removed before
        assert (work.path / name).read_text() == 'newest\n'
        return
    said = run('switch', 'main', status=1).err
    assert said == (
        f"error: '{name}' was written meanwhile; nothing was changed\n"
        f'hint: what it was is in {REF}\n'
    )
    assert (work.path / name).read_text() == 'newest\n'
    assert work.git('show', REF + ('^3:' if name == 'new.txt' else ':') + name) == was.strip()
    state = work.git('status', '--porcelain')
    second = 'AM' if name == 'staged.txt' else 'A '
    assert state == f' M a.txt\n{second} staged.txt\n?? new.txt'


def test_a_staged_file_that_is_written_after_the_look(
    work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git has said that it is as staged: it is read again."""
    work.write(**{'a.txt': 'staged\n'})
    work.git('add', 'a.txt')
    before(monkeypatch, snapshot, '_intended', lambda: work.write(**{'a.txt': 'newest\n'}))
    run('switch', 'main')
    run('switch', 'work')
    assert (work.path / 'a.txt').read_text() == 'newest\n'
    assert work.git('status', '--porcelain') == 'MM a.txt'


@pytest.mark.parametrize('name', ['a.txt', 'new.txt'])
@pytest.mark.parametrize(
    'moment', [(snapshot, 'make_index'), (staging, 'stage'), (staging, 'place')]
)
def test_a_file_that_is_written_while_work_comes_back(
    work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch, moment: Moment, name: str
) -> None:
    work.write(**{'a.txt': 'changed\n', 'new.txt': 'new\n'})
    run('switch', 'main')
    work.git('switch', '-q', 'work')
    before(monkeypatch, *moment, lambda: work.write(**{name: 'newest\n'}))
    assert run('wip', 'restore', status=1).err == (
        f"error: cannot restore the work in progress of 'work': '{name}' was written meanwhile\n"
        "hint: all of it is still saved: see it with 'git session wip show work'\n"
    )
    assert (work.path / name).read_text() == 'newest\n'
    assert work.git('show', f'{REF}:a.txt') == 'changed'


def test_a_file_that_comes_into_a_folder_where_a_file_was(
    work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.git('rm', '-q', '--cached', 'a.txt')
    (work.path / 'a.txt').unlink()
    work.write_file('a.txt/saved', 'saved\n')

    def come() -> None:
        work.write_file('a.txt/new', 'new\n')

    before(monkeypatch, staging, 'place', come)
    run('switch', 'main', status=128)
    assert (work.path / 'a.txt/new').read_text() == 'new\n'
    assert (work.path / 'a.txt/saved').read_text() == 'saved\n'


@pytest.mark.parametrize('text', ['one\n', 'local\n'])
def test_a_file_that_was_taken_out_of_the_index_and_is_ignored(
    work: Repo, run: Run, text: str
) -> None:
    """`git rm --cached` and a line in .gitignore: the file that stays is work as well."""
    work.git('rm', '-q', '--cached', 'a.txt')
    work.write(**{'a.txt': text, '.gitignore': 'a.txt\n'})
    run('switch', 'main')
    assert (work.path / 'a.txt').read_text() == 'one\n'
    run('switch', 'work')
    assert (work.path / 'a.txt').read_text() == text
    assert work.git('status', '--porcelain') == 'D  a.txt\n?? .gitignore'


@pytest.mark.parametrize('flag', ['--assume-unchanged', '--skip-worktree'])
def test_an_edit_that_git_is_told_not_to_see(work: Repo, run: Run, flag: str) -> None:
    work.write(**{'a.txt': 'saved\n'})
    run('switch', 'main')
    work.git('switch', '-q', 'work')
    work.git('update-index', flag, 'a.txt')
    work.write(**{'a.txt': 'local\n'})
    assert 'these files are other than when it was saved:\n\ta.txt\n' in (
        run('wip', 'restore', status=1).err
    )
    assert (work.path / 'a.txt').read_text() == 'local\n'
    work.write(**{'a.txt': 'one\n'})
    run('wip', 'restore')
    assert (work.path / 'a.txt').read_text() == 'saved\n'


@pytest.mark.parametrize('name', ['a.txt', 'new.txt'])
def test_a_pipe_is_not_read(work: Repo, run: Run, name: str) -> None:
    """Reading one waits for ever."""
    work.write(**{name: 'saved\n'})
    run('switch', 'main')
    work.git('switch', '-q', 'work')
    (work.path / name).unlink(missing_ok=True)
    os.mkfifo(work.path / name)
    said = run('wip', 'restore', status=1).err
    assert f'these files are other than when it was saved:\n\t{name}\n' in said


def test_a_file_that_is_other_in_what_does_not_count(work: Repo, run: Run) -> None:
    """Git says of it that it is modified, of its content that it is not: nothing to save."""
    work.git('switch', '-q', 'main')
    work.write(**{'.gitattributes': 'crlf.txt eol=crlf\n'})
    work.git('add', '.')
    work.commit('line ends', **{'crlf.txt': 'one\r\n'})
    work.git('switch', '-q', 'work')
    work.git('reset', '-q', '--hard', 'main')
    work.write(**{'crlf.txt': 'one\n'})
    assert work.git('status', '--porcelain') == ' M crlf.txt'
    assert 'saved' not in run('switch', 'main').err
    assert work.git('for-each-ref', 'refs/session/wip') == ''
    assert (work.path / 'crlf.txt').read_text() == 'one\n'


def test_an_ignored_file_that_the_other_branch_has(work: Repo, run: Run) -> None:
    """Git would overwrite it without a word."""
    work.git('rm', '-q', '--cached', 'a.txt')
    work.git('commit', '-q', '-m', 'out of the index')
    work.write_file('.git/info/exclude', 'a.txt\n')
    work.write(**{'a.txt': 'local\n', 'new.txt': 'new\n'})
    said = run('switch', 'main', status=1).err
    assert 'untracked working tree files would be overwritten by checkout:\n\ta.txt\n' in said
    assert (work.path / 'a.txt').read_text() == 'local\n'
    assert work.git('status', '--porcelain') == '?? new.txt'
    assert work.git('for-each-ref', 'refs/session/wip') == ''


@pytest.mark.parametrize('is_relative', [False, True])
def test_another_index(
    work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch, is_relative: bool
) -> None:
    """What the environment names is the index for us as it is for git."""
    before = work.git('ls-files', '-s')
    shutil.copy(work.path / '.git/index', work.path / '.git/other')
    place = '.git/other' if is_relative else str(work.path / '.git/other')
    monkeypatch.setenv('GIT_INDEX_FILE', place)
    work.write(**{'a.txt': 'half\n', 'staged.txt': 'staged\n'})
    work.git('add', 'staged.txt')
    run('switch', 'main')
    assert work.git('status', '--porcelain') == ''
    run('switch', 'work')
    assert work.git('status', '--porcelain') == ' M a.txt\nA  staged.txt'
    monkeypatch.delenv('GIT_INDEX_FILE')
    assert work.git('ls-files', '-s') == before


def test_a_user_whose_trailers_have_another_separator(work: Repo, run: Run) -> None:
    work.git('config', 'trailer.separators', '=')
    work.write(**{'a.txt': 'half\n'})
    run('switch', 'main')
    assert 'restored work in progress of 1 file\n' in run('switch', 'work').err


def test_a_disk_that_is_full_where_the_git_directory_is_on_another(
    work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file is there in half: the next restore goes on."""
    work.write(**{'a.txt': 'changed\n', 'new.txt': 'new\n'})
    run('switch', 'main')
    work.git('switch', '-q', 'work')
    replace, copy, room = os.replace, shutil.copyfile, [2]

    def refuse(source: str, target: str) -> None:
        if 'session-wip.files' in source:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        replace(source, target)

    def fill(source: str, target: str, **named: bool) -> str:
        room[0] -= 1
        Path(target).write_text('ha')
        if room[0] == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), target)
        return copy(source, target, **named)

    monkeypatch.setattr(os, 'replace', refuse)
    monkeypatch.setattr(os, 'rename', refuse)
    monkeypatch.setattr(shutil, 'copyfile', fill)
    assert 'No space left on device' in run('wip', 'restore', status=128).err
    assert work.git('status', '--porcelain') == ' M a.txt'
    run('wip', 'restore')
    assert work.git('status', '--porcelain') == ' M a.txt\n?? new.txt'
    assert (work.path / 'new.txt').read_text() == 'new\n'
