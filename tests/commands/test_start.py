"""git session start."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from git_session import checkout
from tests.commands.conftest import Run
from tests.repo import Repo


def opened(repo: Repo, branch: str = 'work') -> dict[str, str]:
    (start,) = [each for each in repo.events(branch) if each['type'] == 'start']
    return start


@pytest.mark.usefixtures('files_method')
def test_a_new_branch(repo: Repo, run: Run) -> None:
    said = run(
        'start', 'feature/x', '-o', 'Google, GitHub, and more', '-o', 'Docs', '--issue', '#7'
    )
    assert repo.git('branch', '--show-current') == 'feature/x'
    assert said.err.splitlines() == [
        "Switched to a new branch 'feature/x'",
        "installed git hooks in .git/hooks ('git session hooks uninstall' removes them)",
    ]
    context = repo.context('feature/x')
    assert re.fullmatch(r'feature-x-\d{8}-[0-9a-f]{4}', context['session'])
    assert said.out == (
        f'# Session {context["session"]}\n\n## What we are building\n'
        '- [>] obj-1 Google, GitHub, and more\n- [ ] obj-2 Docs\n\n## Where things stand\n'
        f'- session {context["session"]}, active, branch feature/x\n- 0 of 2 objectives done\n'
        '- 0 commits ahead of main, 0 behind\n- working tree clean\n'
        '- active time 0m; last active just now\n- issue #7\n\n## Next\n'
        '- finish obj-1 Google, GitHub, and more (active objective)\n'
    )
    assert context['issue'] == '#7'
    assert (context['base_ref'], context['base']) == (
        'refs/heads/main', repo.git('rev-parse', 'main'),
    )  # fmt: skip
    assert repo.git('config', 'branch.feature/x.session') == context['session']
    assert repo.git('status', '--porcelain') == ''  # no tracked file is written
    assert not (repo.path / '.session').exists()


def test_the_second_session_installs_nothing(work: Repo, run: Run) -> None:
    assert run('start', 'other').err == "Switched to a new branch 'other'\n"


@pytest.mark.parametrize('finished', [False, True])
def test_no_id_is_given_twice(
    repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch, finished: bool
) -> None:
    """Four hex digits a day are few where agents start a session for every task."""
    given = iter(['x-20261122-aaaa', 'x-20261122-aaaa', 'x-20261122-bbbb'])
    monkeypatch.setattr(checkout, 'session_name', lambda branch: next(given))
    run('start', 'feature/x')
    if finished:
        run('end')
    run('start', 'feature-x')
    assert opened(repo, 'feature-x')['session'] == 'x-20261122-bbbb'


def test_the_default_branch_needs_a_name(repo: Repo, run: Run) -> None:
    refused = run('start', status=1)
    assert (refused.out, refused.err) == (
        '',
        "error: 'main' is the default branch\n"
        "hint: name a branch for the session: 'git session start <branch>'\n",
    )
    assert not repo.sessions.exists()
    run('start', 'main')  # whoever names it means it
    assert repo.context('main')['base_ref'] is None


def test_the_current_branch(repo: Repo, run: Run) -> None:
    repo.git('switch', '-qc', 'topic')
    repo.commit('more', **{'b.txt': 'two\n'})
    run('start', '-o', 'Go on')
    assert repo.context('topic')['base'] == repo.git('rev-parse', 'main')
    assert '1 commit ahead of main' in run('status').out


def test_an_existing_branch(repo: Repo, run: Run) -> None:
    repo.git('branch', 'topic')
    assert "Switched to branch 'topic'\n" in run('start', 'topic').err
    assert repo.context('topic')['state'] == 'active'


def test_the_branch_before(repo: Repo, run: Run) -> None:
    repo.git('switch', '-qc', 'topic')
    repo.git('switch', '-q', 'main')
    run('start', '-')
    assert repo.git('branch', '--show-current') == 'topic'
    assert repo.context('topic')['state'] == 'active'


def test_no_branch_before(repo: Repo, run: Run) -> None:
    assert run('start', '-', status=1).err == 'error: no branch was left yet\n'


def test_a_branch_of_the_remote(make_repo: Callable[..., Repo], run: Run, tmp_path: Path) -> None:
    origin = make_repo('origin')
    origin.git('branch', 'topic')
    repo = make_repo('clone', commit=False)
    repo.git('remote', 'add', 'origin', str(origin.path))
    repo.git('fetch', '-q', 'origin')
    repo.git('remote', 'set-head', 'origin', 'main')
    run('start', 'topic')
    assert repo.git('rev-parse', '--abbrev-ref', '@{u}') == 'origin/topic'
    start = opened(repo, 'topic')
    assert start['upstream'] == 'refs/remotes/origin/topic'
    assert start['base_ref'] == 'refs/remotes/origin/main'


@pytest.mark.parametrize('words', [('x/y',), ('x/y/z', '--base', 'HEAD~1'), ('x/y', '--base', 'y')])
def test_a_branch_that_cannot_be_beside_another(
    repo: Repo, run: Run, words: tuple[str, ...]
) -> None:
    """git finds that out after it has written the other commit's files: nothing may change."""
    repo.git('update-ref', 'refs/remotes/origin/x/y', 'HEAD')
    repo.git('branch', 'y')
    repo.git('switch', '-q', '-c', 'x')
    repo.commit('second', **{'a.txt': 'two\n', 'new.txt': 'new\n'})
    ref = f'refs/heads/{words[0]}'
    assert run('start', *words, status=128).err == (
        f"fatal: cannot lock ref '{ref}': 'refs/heads/x' exists; cannot create '{ref}'\n"
    )
    assert repo.git('status', '--porcelain') == ''
    assert repo.git('branch', '--show-current') == 'x'
    repo.git('switch', '-q', '-C', 'deep/er/name')
    repo.git('branch', '-D', 'x')
    assert "'refs/heads/deep/er/name' exists" in run(
        'start', 'deep/er', '--base', 'y', status=128
    ).err  # fmt: skip


def test_an_unborn_head(make_repo: Callable[..., Repo], run: Run) -> None:
    repo = make_repo(commit=False)
    said = run('start', '-o', 'Begin')
    assert '- working tree clean\n' in said.out
    repo.commit('first', **{'a.txt': 'one\n'})
    assert f'Session-Id: {repo.context("main")["session"]}' in repo.message()
    assert 'Work\n  1 commit, 1 file, +1 -0 in all\n' in run('status').out


def test_a_new_branch_from_an_unborn_head(make_repo: Callable[..., Repo], run: Run) -> None:
    repo = make_repo(commit=False)
    run('start', 'topic')
    assert repo.git('symbolic-ref', 'HEAD') == 'refs/heads/topic'
    assert 'base' not in opened(repo, 'topic')


def test_a_detached_head(repo: Repo, run: Run) -> None:
    repo.git('switch', '-q', '--detach')
    assert run('start', status=1).err == (
        'error: HEAD is detached; a session belongs to a branch\n'
        "hint: name one: 'git session start <branch>'\n"
    )
    run('start', 'work')
    assert opened(repo)['base_ref'] == 'refs/heads/main'


def test_a_dirty_tree_is_carried_along(repo: Repo, run: Run) -> None:
    repo.write(**{'a.txt': 'changed\n', 'new.txt': 'new\n'})
    said = run('start', 'work', '--carry')
    assert 'M\ta.txt\n' in said.err
    assert '- uncommitted: 1 not staged, 1 untracked\n' in said.out


def test_a_branch_git_does_not_switch_to(work: Repo, run: Run) -> None:
    work.commit('change', **{'a.txt': 'two\n'})
    work.write(**{'a.txt': 'three\n'})
    before = work.events()
    refused = run('start', 'main', status=1)
    assert refused.err == (
        'error: Your local changes to the following files would be overwritten by checkout:\n'
        '\ta.txt\nPlease commit your changes or stash them before you switch branches.\nAborting\n'
    )
    assert (work.git('branch', '--show-current'), work.events()) == ('work', before)
    assert not work.place('main').exists()


def test_a_branch_of_another_worktree(work: Repo, run: Run) -> None:
    work.git('worktree', 'add', '-q', '../other', 'main')
    refused = run('start', 'main', status=128)
    said = work.run('git', 'switch', 'main').err  # in other words since git 2.43
    assert said.startswith("fatal: 'main' is already ")
    assert refused.err.startswith(said)
    assert not work.place('main').exists()


@pytest.mark.parametrize('base', ['HEAD~1', 'v1', 'main', '@'])
def test_base(repo: Repo, run: Run, base: str) -> None:
    repo.git('tag', '-a', '-m', 'one', 'v1')
    repo.commit('second', **{'b.txt': 'two\n'})
    wanted = repo.git('rev-parse', f'{base}^{{commit}}')
    run('start', 'work', '--base', base)
    assert repo.git('rev-parse', 'HEAD') == wanted
    start = opened(repo)
    assert start['base'] == wanted
    assert start.get('base_ref') == {
        'HEAD~1': None, 'v1': 'refs/tags/v1', 'main': 'refs/heads/main', '@': 'refs/heads/main',
    }[base]  # fmt: skip
    repo.commit('third', **{'c.txt': 'three\n'})
    assert '1 commit ahead of' in run('status').out


def test_base_of_the_branch_we_are_on(repo: Repo, run: Run) -> None:
    first = repo.git('rev-parse', 'HEAD')
    repo.git('switch', '-qc', 'topic')
    repo.commit('second', **{'b.txt': 'two\n'})
    run('start', '--base', 'HEAD~1')
    assert opened(repo, 'topic')['base'] == first
    assert 'Work\n  1 commit, 1 file' in run('status').out


@pytest.mark.parametrize('base', ['nothing', '', '-x', 'HEAD:a.txt'])
def test_a_bad_base(repo: Repo, run: Run, base: str) -> None:
    refused = run('start', 'work', f'--base={base}', status=128)
    assert refused.err == f"fatal: invalid base: '{base}' is not a commit\n"
    assert repo.git('branch', '--list') == '* main'


def test_twice(work: Repo, run: Run) -> None:
    name = work.context()['session']
    before = work.events()
    message = f"error: branch 'work' has a session already: {name}\nhint: go on with it: "
    assert run('start', status=1).err == message + "'git session resume'\n"
    assert run('start', 'work', status=1).err == message + "'git session resume'\n"
    work.git('switch', '-q', 'main')
    assert run('start', 'work', status=1).err == message + "'git session resume work'\n"
    assert work.git('branch', '--show-current') == 'main'  # refused before any switch
    assert [each for each in work.events() if each['type'] != 'pause'] == before


def test_resume(work: Repo, run: Run) -> None:
    work.git('switch', '-q', 'main')
    said = run('start', 'work', '--resume', '-o', 'One more')
    assert '- [ ] obj-3 One more\n' in said.out
    assert work.context()['state'] == 'active'
    assert sum(each['type'] == 'start' for each in work.events()) == 1
    work.git('switch', '-q', 'main')
    run('start', 'fresh', '--resume')  # there is none: starts
    assert work.context('fresh')['state'] == 'active'


def test_again_after_the_end(work: Repo, run: Run) -> None:
    first = work.context()['session']
    run('end', '--no-handoff')
    run('start', '-o', 'Second round')
    assert work.context()['session'] != first


@pytest.mark.parametrize('branch', ['a..b', 'a b', '-x', 'HEAD', '', '.a', 'a/', 'x.lock', 'a~1'])
def test_a_name_git_does_not_take(repo: Repo, run: Run, branch: str) -> None:
    refused = run('start', '--', branch, status=128)
    assert refused.err == f"fatal: '{branch}' is not a valid branch name\n"
    assert not repo.sessions.exists()


@pytest.mark.parametrize('branch', ['a"b', "it's", 'a$HOME', 'a;b', 'grün/ünïcode', 'a&b|c', '#1'])
def test_a_name_that_only_looks_odd(repo: Repo, run: Run, branch: str) -> None:
    run('start', branch, '-o', 'Odd')
    repo.commit('more', **{'b.txt': 'two\n'})
    context = repo.context(branch)
    assert context['branch'] == branch
    assert repo.git('interpret-trailers', '--parse', stdin=repo.message()) == (
        f'Session-Id: {context["session"]}\nSession-Objective: obj-1 Odd'
    )
    repo.git('switch', '-q', 'main')
    assert run('resume', branch).out.startswith(f'# Session {context["session"]}\n')
    run('end')


def test_a_name_with_bidi_controls_is_shown_escaped(repo: Repo, run: Run) -> None:
    shown = run('start', 'a\u202eb')
    assert '\u202e' not in shown.out + shown.err
    assert r'a\u202eb' in run('status').out


def test_an_empty_objective(repo: Repo, run: Run) -> None:
    refused = run('start', 'work', '-o', ' ', status=1)
    assert refused.err == 'error: an objective needs a text\n'
    assert repo.git('branch', '--list') == '* main'


def test_json(repo: Repo, run: Run) -> None:
    record = json.loads(run('start', 'work', '--json').out)
    assert (record['schema'], record['branch']) == ('git-session/brief/1', 'work')


@pytest.mark.usefixtures('files_method')
def test_hooks_that_cannot_be_installed(repo: Repo, run: Run, tmp_path: Path) -> None:
    repo.git('config', '--global', 'core.hooksPath', str(tmp_path / 'shared'))
    said = run('start', 'work').err
    assert 'warning: hooks not installed: core.hooksPath is ' in said
    assert "hint: see 'git session doctor'\n" in said
    repo.commit('more', **{'b.txt': 'two\n'})
    assert '1 commit, 1 file' in run('status').out  # found without a hook


def test_who_is_unknown_to_git_is_told_before_the_first_commit(repo: Repo, run: Run) -> None:
    repo.git('config', 'user.useConfigOnly', 'true')
    repo.git('config', '--global', '--unset', 'user.email')
    hint = "hint: git does not know you yet: set 'user.name' and 'user.email'\n"
    assert run('start', 'work').err.endswith(hint)
    repo.git('config', 'user.email', 'ann@example.com')
    assert hint not in run('start', 'other').err
    assert hint not in run('start', '--resume', 'work').err
