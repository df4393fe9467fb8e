"""git session wip."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess

import pytest

from git_session import snapshot
from tests.commands.conftest import Run
from tests.repo import Repo

REF = 'refs/session/wip/work'


@pytest.fixture
def saved(work: Repo, run: Run) -> Repo:
    """On main, with work in progress of 3 files saved of branch `work`."""
    work.write(**{'a.txt': 'half\n', 'new.txt': 'new\n', 'staged.txt': 'staged\n'})
    work.git('add', 'staged.txt')
    run('switch', 'main')
    return work


def edit_at_once(repo: Repo, name: str, text: str) -> None:
    """Write a file of the same length in the second in which git has written the index.

    All that git knows of it is as before: it looks inside because the index is not younger.
    """
    repo.git('config', 'core.checkStat', 'minimal')  # nor does it look at the time of a change
    place, then = repo.path / name, (1_700_000_000, 1_700_000_000)
    os.utime(place, then)
    repo.git('update-index', '--refresh')
    assert len(text) == place.stat().st_size
    place.write_text(text)
    os.utime(place, then)
    os.utime(repo.path / '.git/index', then)


def test_an_edit_that_only_its_content_shows_is_saved(work: Repo, run: Run) -> None:
    work.write(**{'b.txt': 'new\n'})
    edit_at_once(work, 'a.txt', 'ONE\n')
    run('switch', 'main')
    assert (work.path / 'a.txt').read_text() == 'one\n'
    run('switch', 'work')
    assert (work.path / 'a.txt').read_text() == 'ONE\n'
    assert work.git('status', '--porcelain') == ' M a.txt\n?? b.txt'


def test_an_edit_that_only_its_content_shows_beside_what_comes_back(work: Repo, run: Run) -> None:
    work.write(**{'b.txt': 'new\n'})
    run('switch', 'main')
    work.git('switch', '-q', 'work')
    edit_at_once(work, 'a.txt', 'ONE\n')
    run('wip', 'restore')
    assert work.git('status', '--porcelain') == ' M a.txt\n?? b.txt'


def test_list_and_show(saved: Repo, run: Run) -> None:
    base = saved.git('rev-parse', '--short=10', 'work')
    assert run('wip').out == f'work: 3 files, saved just now on {base}\n'
    assert run('wip', 'show', 'work').out == (
        f'work: saved just now on {base}\n.M a.txt\n?? new.txt\nA. staged.txt\n'
    )
    (listed,) = json.loads(run('wip', 'list', '--json').out)['wip']
    shown = json.loads(run('wip', 'show', 'work', '--json').out)
    assert shown['paths'][0] == {'status': '.M', 'path': 'a.txt'}
    assert {key: shown[key] for key in listed} == listed
    assert (listed['branch'], listed['ref'], listed['files']) == ('work', REF, 3)


def test_nothing_is_saved(work: Repo, run: Run) -> None:
    assert run('wip').err == (
        "hint: no work in progress is saved; 'git session switch' and 'end' save it\n"
    )
    for action in ('show', 'restore', 'drop'):
        assert run('wip', action, status=1).err == (
            "error: no work in progress is saved of branch 'work'\n"
            "hint: see 'git session wip list'\n"
        )


def test_status_and_handoff_name_it(saved: Repo, run: Run) -> None:
    saved.git('switch', '-q', 'work')
    assert saved.git('status', '--porcelain') == ''  # plain git is plain git
    told = 'work in progress of 3 files saved: git session wip restore'
    assert f'\n{told}\n' in run('status').out
    assert f'\n- {told}\n' in run('brief').out
    assert f'\n{told.replace("work", "Work", 1)}.\n' in run('handoff').out
    run('wip', 'restore')
    assert 'work in progress' not in run('status').out + run('brief').out


def test_one_that_was_killed_right_after_saving_is_named(work: Repo, run: Run) -> None:
    """The session knows nothing of it yet: that is recorded after the switch."""
    from git_session import git, wip

    work.write(**{'a.txt': 'half\n'})
    assert wip.save(git.discover(), git.configuration(), 'work') is not None
    told = 'work in progress of 1 file saved: git session wip restore'
    assert f'\n{told}\n' in run('status').out
    assert f'\n- {told}\n' in run('brief').out


def test_another_machine_is_told_that_it_is_not_there(saved: Repo, run: Run) -> None:
    saved.git('switch', '-q', 'work')
    saved.git('update-ref', '-d', REF)
    saved.git('reflog', 'expire', '--all', '--expire=now')
    saved.git('gc', '-q', '--prune=now')
    told = 'work in progress of 3 files was saved by Ann Author'
    assert f'{told} and is not on this machine\n' in run('status').out
    assert 'and is not on this machine.\n' in run('handoff').out


def test_it_survives_gc(saved: Repo, run: Run) -> None:
    saved.write(**{'m.txt': 'of main\n'})
    run('switch', 'work')
    run('switch', '--carry', 'main')
    saved.git('reflog', 'expire', '--all', '--expire=now')
    saved.git('gc', '-q', '--prune=now')
    assert saved.git('status', '--porcelain') == '\n'.join(
        [' M a.txt', 'A  staged.txt', '?? new.txt']
    )
    run('wip', 'restore')
    assert (saved.path / 'm.txt').read_text() == 'of main\n'


def test_the_newest_first(saved: Repo, run: Run) -> None:
    saved.git('switch', '-q', 'work')
    saved.write(**{'later.txt': 'later\n'})
    run('switch', 'main')
    assert [line.partition(' on ')[0] for line in run('wip').out.splitlines()] == [
        'work: 1 file, saved just now', 'work: 3 files, saved just now',
    ]  # fmt: skip
    saved.git('reflog', 'expire', '--all', '--expire=now')
    saved.git('gc', '-q', '--prune=now')
    said = run('switch', 'work')
    assert said.err.endswith(
        'restored work in progress of 1 file\n'
        "hint: older work in progress is still saved: 'git session wip'\n"
    )
    run('wip', 'restore')
    assert saved.git('status', '--porcelain') == '\n'.join(
        [' M a.txt', 'A  staged.txt', '?? later.txt', '?? new.txt']
    )
    assert saved.git('for-each-ref', 'refs/session') == ''


def test_drop(saved: Repo, run: Run) -> None:
    commit = saved.git('rev-parse', REF)
    assert run('wip', 'drop', 'work').err == f'dropped {REF} ({commit})\n'
    assert saved.git('for-each-ref', 'refs/session') == ''
    assert saved.events()[-1]['dropped'] is True


@pytest.mark.parametrize('way', ['moved', 'dirty', 'file', 'ignored', 'folder'])
def test_a_conflict_changes_nothing(saved: Repo, run: Run, way: str) -> None:
    saved.git('switch', '-q', 'work')
    where = {'moved': 'a.txt', 'dirty': 'a.txt', 'folder': 'new.txt/x'}.get(way, 'new.txt')
    saved.write_file(where, 'mine\n')
    if way == 'moved':
        saved.git('commit', '-q', '-a', '-m', 'moved')
    if way == 'ignored':
        saved.write_file('.git/info/exclude', 'new.txt\n')
    before = saved.git('status', '--porcelain=v2'), saved.git('for-each-ref', 'refs/session')
    assert run('wip', 'restore', status=1).err == (
        "error: cannot restore the work in progress of 'work': "
        f'these files are other than when it was saved:\n\t{where}\n'
        "hint: see it with 'git session wip show work'\n"
        f"hint: get a file with 'git checkout {REF} -- <path>',\n"
        f"hint: or merge all of it with 'git stash apply --index {REF}'\n"
    )
    after = saved.git('status', '--porcelain=v2'), saved.git('for-each-ref', 'refs/session')
    assert after == before
    assert (saved.path / where).read_text() == 'mine\n'


def test_a_file_that_a_killed_git_has_removed_is_no_conflict(saved: Repo, run: Run) -> None:
    """A switch removes files before it writes the index and moves HEAD."""
    saved.git('switch', '-q', 'work')
    (saved.path / 'a.txt').unlink()
    run('wip', 'restore')
    assert saved.git('status', '--porcelain') == ' M a.txt\nA  staged.txt\n?? new.txt'
    assert (saved.path / 'a.txt').read_text() == 'half\n'


def test_the_branch_moved_elsewhere(saved: Repo, run: Run) -> None:
    """What the saved state does not touch may change; it is in the way of nothing."""
    saved.git('switch', '-q', 'work')
    saved.commit('theirs', **{'theirs.txt': 't\n'})
    saved.write(**{'mine.txt': 'm\n'})
    run('wip', 'restore')
    assert saved.git('status', '--porcelain') == '\n'.join(
        [' M a.txt', 'A  staged.txt', '?? mine.txt', '?? new.txt']
    )


def test_the_ways_that_are_named_work(saved: Repo) -> None:
    """git itself reads it: one file, or all by git stash."""
    saved.git('switch', '-q', 'work')
    saved.git('stash', 'apply', '--index', '-q', REF)
    assert saved.git('status', '--porcelain') == ' M a.txt\nA  staged.txt\n?? new.txt'
    assert saved.git('stash', 'list') == ''
    saved.git('checkout', REF, '--', 'a.txt')
    assert saved.git('diff', '--name-only', f'{REF}^1', REF) == 'a.txt\nstaged.txt'


def test_a_renamed_branch_keeps_it(saved: Repo, run: Run) -> None:
    saved.git('branch', '-m', 'work', 'better')
    run('status', status=1)
    run('switch', 'better')
    assert saved.git('status', '--porcelain') == ' M a.txt\nA  staged.txt\n?? new.txt'


def test_unmerged_files_are_refused_in_words_of_git(work: Repo, run: Run) -> None:
    work.git('switch', '-q', 'main')
    work.commit('theirs', **{'a.txt': 'theirs\n'})
    work.git('switch', '-q', 'work')
    work.write(**{'a.txt': 'mine\n'})
    work.git('stash', '-q')
    work.git('reset', '-q', '--hard', 'main')
    assert work.run('git', 'stash', 'pop').status == 1
    before = work.git('status', '--porcelain=v2')
    assert run('switch', 'main', status=1).err == (
        'error: you need to resolve your current index first\na.txt: needs merge\n'
    )
    assert work.git('status', '--porcelain=v2') == before


def test_ignored_files_are_never_in_danger(work: Repo, run: Run) -> None:
    """A folder of ignored files is where a tracked file has to come back."""
    work.write_file('.git/info/exclude', '*.o\n')
    (work.path / 'a.txt').unlink()
    work.write_file('a.txt/kept.o', 'kept\n')
    before = work.git('status', '--porcelain=v2')
    assert run('switch', 'main', status=1).err == (
        'error: cannot save: the following ignored files would be lost:\n\ta.txt/kept.o\n'
    )
    assert work.git('status', '--porcelain=v2') == before
    assert work.git('for-each-ref', 'refs/session') == ''


def test_no_hook_runs_and_nothing_is_signed(work: Repo, run: Run) -> None:
    """Even without a name, and with every hook of git failing."""
    for name in ('pre-commit', 'commit-msg', 'reference-transaction', 'post-index-change'):
        path = work.path / '.git/hooks' / name
        path.unlink(missing_ok=True)
        path.write_text('#!/bin/sh\necho $0 >> "$(git rev-parse --git-dir)/ran"\n')
        path.chmod(0o755)
    work.git('config', 'commit.gpgSign', 'true')
    work.git('config', 'user.useConfigOnly', 'true')
    work.git('config', '--global', '--unset', 'user.email')
    work.write(**{'a.txt': 'half\n'})
    (work.path / '.git/ran').unlink(missing_ok=True)
    run('wip', 'list')
    from git_session import git, wip

    repo = git.discover()
    saved = wip.save(repo, git.configuration(), 'work')
    assert saved is not None
    assert 'gpgsig' not in work.git('cat-file', 'commit', REF)
    assert work.git('log', '-1', '--format=%cn <%ce>', REF) == 'git session <session@git>'
    wip.restore(repo, git.configuration(), saved)
    assert not (work.path / '.git/ran').exists()
    assert work.git('status', '--porcelain') == ' M a.txt'


def there_and_back(repo: Repo, run: Run) -> None:
    """Whatever there is comes back as it was."""

    def look() -> tuple[object, ...]:
        files = {
            str(path): (path.lstat().st_mode, path.is_symlink() or path.read_bytes())
            for path in repo.path.glob('**/*')
            if '.git' not in path.parts and (path.is_symlink() or path.is_file())
        }
        return files, repo.git('status', '--porcelain=v2'), repo.git('ls-files', '-s')

    before = look()
    run('switch', 'main')
    assert repo.git('status', '--porcelain', '--ignore-submodules=all') in ('', '?? sub/')
    run('switch', 'work')
    assert look() == before
    assert repo.git('for-each-ref', 'refs/session/wip') == ''


def test_a_link_in_the_place_of_a_folder(work: Repo, run: Run) -> None:
    work.commit('folders', **{'d/one.txt': 'one\n', 'd/two.txt': 'two\n'})
    (work.path / 'd').rename(work.path / 'moved')
    (work.path / 'd').symlink_to('moved')
    there_and_back(work, run)


def test_permissions_that_git_does_not_know(work: Repo, run: Run) -> None:
    """What nobody else may read stays so."""
    work.write(**{'a.txt': 'half\n', '.env': 'TOKEN=1\n', 'program': '#!/bin/sh\n'})
    for name, mode in (('a.txt', 0o640), ('.env', 0o600), ('program', 0o700)):
        (work.path / name).chmod(mode)
    there_and_back(work, run)


def test_a_file_mode_that_git_is_told_to_ignore(work: Repo, run: Run) -> None:
    work.git('config', 'core.fileMode', 'false')
    work.write(**{'a.txt': 'half\n'})
    (work.path / 'a.txt').chmod(0o755)
    there_and_back(work, run)


def test_intent_to_add_of_what_is_in_head_and_gone(work: Repo, run: Run) -> None:
    work.git('rm', '-q', '--cached', 'a.txt')
    work.git('add', '-N', 'a.txt')
    (work.path / 'a.txt').unlink()
    there_and_back(work, run)


def test_more_of_them_than_a_command_line_takes(
    work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, '_MOST_NAMED', 1)
    work.write(**{'new.txt': '', 'other.txt': 'other\n', '*.txt': ''})
    work.git('add', '-N', '.')
    (work.path / 'new.txt').unlink()
    (work.path / '*.txt').unlink()
    there_and_back(work, run)


def test_a_disk_that_fills_while_the_index_is_replaced(
    work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    work.write(**{'a.txt': 'changed\n'})
    monkeypatch.setattr(os, 'link', fail)
    there_and_back(work, run)
    monkeypatch.setattr(snapshot, '_fill', fail)
    said = run('switch', 'main', status=128).err
    assert said.startswith('fatal: cannot clean the working tree: Operation not supported\n')
    assert not (work.path / '.git/index.lock').exists()


@pytest.fixture
def submodule(work: Repo) -> Repo:
    (work.path.parent / 'sub').mkdir()
    sub = Repo(work.path.parent / 'sub')
    sub.git('init', '-q')
    sub.commit('one')
    sub.commit('two', **{'s.txt': 's\n'})
    work.git('submodule', '--quiet', 'add', '../sub', 'sub')
    work.commit('with a submodule')
    return work


def test_a_submodule_that_git_is_told_to_ignore(submodule: Repo, run: Run) -> None:
    submodule.git('config', 'submodule.sub.ignore', 'all')
    submodule.git('-C', 'sub', 'checkout', '-q', 'HEAD~')
    submodule.git('add', '-f', 'sub')
    there_and_back(submodule, run)


def test_a_submodule_where_the_environment_names_the_repository(
    submodule: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    submodule.git('-C', 'sub', 'checkout', '-q', 'HEAD~')
    submodule.git('add', 'sub')
    run('switch', 'main')
    run('switch', '--carry', 'work')
    submodule.git('-C', 'sub', 'checkout', '-q', '-')
    monkeypatch.setenv('GIT_DIR', str(submodule.path / '.git'))
    monkeypatch.setenv('GIT_WORK_TREE', str(submodule.path))
    run('wip', 'restore')
    monkeypatch.delenv('GIT_DIR')
    monkeypatch.delenv('GIT_WORK_TREE')
    assert submodule.git('status', '--porcelain') == 'M  sub'


@pytest.mark.parametrize('is_staged', [False, True])
def test_a_file_in_the_place_of_a_submodule(submodule: Repo, run: Run, is_staged: bool) -> None:
    shutil.rmtree(submodule.path / 'sub')
    submodule.write(sub='a file\n')
    if is_staged:
        submodule.git('rm', '-q', '--cached', 'sub')
        submodule.git('add', 'sub')
    there_and_back(submodule, run)


def test_line_ends_that_would_not_come_back(work: Repo, run: Run) -> None:
    work.git('config', 'core.autocrlf', 'true')
    work.git('config', 'core.safecrlf', 'true')
    work.write(**{'mixed.txt': 'one\ntwo\r\n'})
    there_and_back(work, run)


def test_attributes_that_change_how_they_are_written_themselves(work: Repo, run: Run) -> None:
    work.git('switch', '-q', 'main')
    work.commit('attributes', **{'.gitattributes': '*.txt text\n'})
    work.git('switch', '-q', 'work')
    work.git('reset', '-q', '--hard', 'main')
    work.write(**{'.gitattributes': '* text eol=crlf\n'})
    run('switch', 'main')
    assert (work.path / '.gitattributes').read_bytes() == b'*.txt text\n'
    run('switch', 'work')
    assert (work.path / '.gitattributes').read_bytes() == b'* text eol=crlf\n'


@pytest.fixture
def filtered(work: Repo) -> Repo:
    work.git('config', 'filter.case.clean', 'tr a-z A-Z')
    work.git('config', 'filter.case.smudge', 'tr A-Z a-z')
    work.git('config', 'filter.case.required', 'true')
    work.write(**{'.gitattributes': '*.low filter=case\n'})
    work.git('add', '.')
    work.commit('filtered', **{'b.low': 'two\n'})
    work.git('branch', '-f', 'main')
    work.write(**{'a.txt': 'half\n', 'b.low': 'changed\n', 'new.low': 'new\n'})
    return work


def test_a_filter_that_fails(filtered: Repo, run: Run) -> None:
    """Nothing is saved where the base does not come back; what is saved does."""
    before = filtered.git('status', '--porcelain=v2')
    filtered.git('config', 'filter.case.smudge', 'false')
    assert run('switch', 'main', status=128).err == (
        "fatal: cannot clean the working tree: error: external filter 'false' failed 1\n"
        "error: external filter 'false' failed\nfatal: b.low: smudge filter case failed\n"
        'hint: nothing was changed\n'
    )
    assert filtered.git('status', '--porcelain=v2') == before
    assert (filtered.path / 'b.low').read_text() == 'changed\n'
    assert filtered.git('for-each-ref', 'refs/session/wip') == ''
    filtered.git('config', 'filter.case.smudge', 'tr A-Z a-z')
    run('switch', 'main')
    filtered.git('config', 'filter.case.smudge', 'false')
    run('switch', 'work')
    assert filtered.git('status', '--porcelain=v2') == before
    assert (filtered.path / 'new.low').read_text() == 'new\n'


def test_killed_while_git_writes_files(filtered: Repo, run: Run) -> None:
    """The file is as it was, not in half: what is written is written elsewhere first."""
    before = filtered.git('status', '--porcelain=v2')
    filtered.git('config', 'filter.case.smudge', 'kill -9 0')  # all of the process group
    done = subprocess.run(
        ('git', 'session', 'switch', 'main'), cwd=filtered.path, start_new_session=True, check=False
    )
    assert done.returncode == -9
    assert (filtered.path / 'b.low').read_text() == 'changed\n'
    filtered.git('config', 'filter.case.smudge', 'tr A-Z a-z')
    (filtered.path / '.git/index.lock').unlink(missing_ok=True)
    assert 'work in progress of 3 files saved' in run('status').out
    run('wip', 'restore')
    assert filtered.git('status', '--porcelain=v2') == before


@pytest.mark.parametrize(('old', 'new'), [('x', 'x/y'), ('x/y', 'x')])
def test_what_is_saved_of_a_branch_that_is_gone_is_in_nobodys_way(
    work: Repo, run: Run, old: str, new: str
) -> None:
    work.git('switch', '-q', '-c', old)
    work.write(**{'old.txt': 'old\n'})
    run('switch', 'main')
    work.git('branch', '-q', '-D', old)
    work.git('switch', '-q', '-c', new)
    work.write(**{'new.txt': 'new\n'})
    name = old.replace('/', '.') + '.gone'
    assert run('switch', 'main').err.startswith(
        f"saved work in progress of the branch '{old}', which is gone, is now named '{name}'\n"
        'saved work in progress of 1 file\n'
    )
    run('switch', new)
    run('wip', 'restore', name)
    assert work.git('status', '--porcelain') == '?? new.txt\n?? old.txt'
    assert work.git('for-each-ref', 'refs/session/wip') == ''


@pytest.mark.parametrize('new', ['work/better', 'other'])
def test_a_branch_is_renamed_to_where_something_is_saved(saved: Repo, run: Run, new: str) -> None:
    """Below its own name, and over another branch."""
    saved.git('switch', '-q', '-c', 'other')
    saved.write(**{'other.txt': 'other\n'})
    run('switch', 'main')
    saved.git('branch', '-M', 'work', new)
    run('status', status=1)
    run('switch', new)
    assert saved.git('status', '--porcelain') == ' M a.txt\nA  staged.txt\n?? new.txt'
    left = 'other' if new != 'other' else 'other.gone'
    assert saved.git('for-each-ref', '--format=%(refname)', 'refs/session/wip') == (
        f'refs/session/wip/{left}'
    )


def test_branches_that_change_names(saved: Repo, run: Run) -> None:
    saved.git('switch', '-q', 'main')
    run('start', 'other')
    saved.write(**{'other.txt': 'other\n'})
    run('switch', 'main')
    for old, new in (('work', 'x'), ('other', 'work'), ('x', 'other')):
        saved.git('branch', '-m', old, new)
    run('switch', 'work')
    assert saved.git('status', '--porcelain') == '?? other.txt'
    run('switch', 'other')
    assert saved.git('status', '--porcelain') == ' M a.txt\nA  staged.txt\n?? new.txt'


def test_a_folder_that_cannot_be_written(
    saved: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the system refuses is said, not only where; the next restore goes on."""

    def refuse(source: str, target: str) -> None:
        if target.endswith('staged.txt'):
            raise PermissionError(13, 'Permission denied', source, None, target)
        replace(source, target)

    replace = os.replace
    monkeypatch.setattr(os, 'replace', refuse)
    said = run('switch', 'work')
    assert said.err.endswith(
        "Switched to branch 'work'\n"
        "warning: cannot restore the work in progress of 'work': "
        "'staged.txt': Permission denied\n"
        "hint: all of it is still saved: 'git session wip restore work' goes on\n"
    )
    monkeypatch.setattr(os, 'replace', replace)
    run('wip', 'restore')
    assert saved.git('status', '--porcelain') == ' M a.txt\nA  staged.txt\n?? new.txt'


def test_in_a_worktree(work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    work.git('worktree', 'add', '-q', '-b', 'agent', '../agent')
    there = Repo(work.path.parent / 'agent')
    there.write(**{'a.txt': 'agent\n', 'sub/new.txt': 'new\n'})
    monkeypatch.chdir(there.path / 'sub')
    run('switch', '-c', 'urgent')
    assert there.git('status', '--porcelain') == ''
    run('switch', 'agent')
    assert there.git('status', '--porcelain') == ' M a.txt\n?? sub/'
    assert work.git('status', '--porcelain') == ''


def test_a_full_disk(work: Repo, run: Run) -> None:
    """Neither saving nor restoring leaves anything in half; a limit of the size stands for it."""
    big = os.urandom(300_000)
    work.write_file('big.bin', big)
    work.write(**{'a.txt': 'half\n'})
    before = work.git('status', '--porcelain=v2')
    full = 'ulimit -f 100; trap "" XFSZ; exec git session "$@"'
    assert work.run('sh', '-c', full, 'sh', 'switch', 'main').status != 0
    assert work.git('status', '--porcelain=v2') == before
    assert work.git('for-each-ref', 'refs/session') == ''
    run('switch', 'main')
    work.git('switch', '-q', 'work')
    assert work.run('sh', '-c', full, 'sh', 'wip', 'restore').status != 0
    assert work.git('status', '--porcelain') == ''
    run('wip', 'restore')
    assert work.git('status', '--porcelain=v2') == before
    assert (work.path / 'big.bin').read_bytes() == big
