"""The off switches: which there are, which one counts, and what they cost the hooks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.repo import Repo, Result

HOOKS = Path(__file__).resolve().parent.parent / 'hooks'
RUN = """
session_hooks=$1 GIT_SESSION_ACTIVE=
. "$1/guard.sh"
if session_guard; then echo on; else echo "off$gitdir"; fi
"""


def is_on(repo: Repo, *options: str, **env: str) -> bool:
    """Whether a commit is recorded; it has its trailer, event and note, or none of them."""
    events = len(repo.events())
    repo.git(*options, 'commit', '-q', '--allow-empty', '-m', 'x', **env)
    found = {'Session-Id: ' in repo.message(), len(repo.events()) > events, bool(repo.note())}
    assert len(found) == 1, repo.message()
    return found.pop()


def guard(repo: Repo, shell: str = 'sh', **env: str) -> str:
    return repo.run(*shell.split(), '-c', RUN, 'sh', str(HOOKS), **env).out.strip()


def processes(repo: Repo, tmp_path: Path, hook: str, *args: str, **env: str) -> list[str]:
    """The git subcommands that a hook starts; there is nothing else on its PATH."""
    tools = tmp_path / 'tools'
    if not tools.exists():
        tools.mkdir()
        (tools / 'git').write_text(
            f'#!/bin/sh\nfor word; do case $word in -*|*.*=*) ;; *) break ;; esac; done\n'
            f'echo "$word" >> "{tools}/log"\nexec "{shutil.which("git")}" "$@"\n'
        )
        (tools / 'git').chmod(0o755)
    (tools / 'log').write_text('')
    done = repo.run('/bin/sh', str(HOOKS / hook), *args, PATH=str(tools), **env)
    assert done == Result(0, '', '')
    return (tools / 'log').read_text().split()


def later(repo: Repo) -> None:
    """Make the config a second older than the last look of the hooks, as time does."""
    seen = os.stat(repo.path / '.git/session-seen').st_mtime
    os.utime(repo.path / '.git/config', (seen - 1, seen - 1))


def test_for_one_command(session: Repo) -> None:
    assert is_on(session)
    assert not is_on(session, GIT_SESSION='0')
    assert not is_on(session, '-c', 'session.enabled=false')
    assert is_on(session, '-c', 'session.enabled=true', '-c', 'user.name=Bob')
    assert not is_on(session, '--config-env=session.enabled=OFF', OFF='no')
    counted = {'GIT_CONFIG_COUNT': '2', 'GIT_CONFIG_KEY_0': 'user.name', 'GIT_CONFIG_VALUE_0': 'B',
               'GIT_CONFIG_KEY_1': 'Session.Enabled', 'GIT_CONFIG_VALUE_1': 'off'}  # fmt: skip
    assert not is_on(session, **counted)
    assert is_on(session, '-c', 'session.enabled=1', **counted)
    assert not is_on(session, '-c', 'branch.work.sessionEnabled=false')
    assert is_on(session, '-c', 'branch.other.sessionEnabled=false')
    assert is_on(session)


def test_a_switch_for_one_command_leaves_nothing(session: Repo) -> None:
    """The branch that is left has no pause, and the next switch is seen as if it were the first."""
    before = session.events()
    pointer = (session.path / '.git/session-branch').read_text()
    session.git('-c', 'session.enabled=false', 'switch', '-q', 'main')
    assert session.events() == before
    assert (session.path / '.git/session-branch').read_text() == pointer


SPELLINGS = {
    "'session.enabled'='false'": False,
    "'session.enabled=false'": False,
    "'SESSION.enabled'='FALSE'": False,
    "'Session.Enabled=Off'": False,
    "'session.enabled'='no'": False,
    "'session.enabled'='0'": False,
    "'session.enabled'=''": False,
    "'session.enabled='": False,
    "'user.name'='x' 'session.enabled'='false' 'user.email'='y'": False,
    "'session.enabled'='true' 'session.enabled=false'": False,
    "'session.enabled=false' 'session.enabled'='true'": True,
    "'session.enabled'='false' 'session.enabled'=": True,
    "'session.enabled'='false' 'session.enabled'": True,
    "'session.enabled'=": True,
    "'session.enabled'": True,
    "'session.enabled'='perhaps'": True,
    "'session.enabledNot'='false'": True,
    "'session.enabled.not=false'": True,
    "'alias.x'=''\\''session.enabled=false'\\'''": True,
    "'alias.x'='a '\\''session.enabled'\\''='\\''false'\\'''": True,
    "'branch.work.sessionEnabled'='false'": False,
    "'Branch.work.SessionEnabled=no' 'session.enabled'='true'": False,
    "'branch.Work.sessionEnabled'='false'": True,
    "'session.enabled'='false' 'branch.work.sessionEnabled'='yes'": True,
}


@pytest.mark.parametrize(
    'shell', [each for each in ('dash', 'bash --posix', 'busybox sh', 'mksh')
              if shutil.which(each.split()[0])]
)  # fmt: skip
def test_every_way_git_spells_it(session: Repo, shell: str) -> None:
    found = {text: guard(session, shell, GIT_CONFIG_PARAMETERS=text) for text in SPELLINGS}
    assert found == {text: 'on' if on else 'off' for text, on in SPELLINGS.items()}


def test_numbered_variables_that_are_none(session: Repo) -> None:
    for count in ('', '0', 'x', '-1', '99999', '1; echo no'):
        assert guard(session, GIT_CONFIG_COUNT=count) == 'on', count


def test_for_a_repository(session: Repo, tmp_path: Path) -> None:
    """A plain `git config` is noticed by the next hook, with one process, then by none."""
    assert is_on(session)
    session.git('config', 'session.enabled', 'false')
    assert not is_on(session)
    later(session)
    assert not is_on(session)
    for hook in ('prepare-commit-msg', 'commit-msg', 'post-commit', 'post-merge', 'post-rewrite'):
        assert processes(session, tmp_path, hook, 'amend', 'message', GIT_EDITOR=':') == []
    oid = session.git('rev-parse', 'HEAD')
    session.git('config', '--unset', 'session.enabled')
    assert processes(session, tmp_path, 'post-commit') == ['config', 'log', 'fast-import']
    later(session)
    session.git('commit', '-q', '--allow-empty', '-m', 'x', GIT_SESSION='0')  # without a note yet
    assert processes(session, tmp_path, 'post-commit') == ['log', 'fast-import']
    assert len(session.note(oid)) == 1
    session.git('config', 'session.enabled', 'true')
    assert is_on(session)


def test_for_a_branch(session: Repo) -> None:
    session.session('start', 'other', '--base', 'main')
    session.git('config', 'branch.other.sessionEnabled', 'no')
    before = session.events('other')
    session.git('switch', '-q', 'work')
    assert session.events('other') == before, 'it is left without a word'
    assert is_on(session)
    later(session)
    began = session.events()
    banner = session.run('git', 'switch', '-q', 'other')
    assert banner == Result(0, '', '')
    assert [each['type'] for each in session.events()[len(began) :]] == ['pause']
    session.git('commit', '-q', '--allow-empty', '-m', 'x')
    assert session.message() == 'x'
    session.git('config', 'session.enabled', 'false')
    session.git('config', 'branch.other.sessionEnabled', 'yes')
    session.git('commit', '-q', '--allow-empty', '-m', 'y')
    assert 'Session-Id: ' in session.message(), 'the branch counts more'
    session.git('branch', '-m', 'other', 'renamed')
    session.git('commit', '-q', '--allow-empty', '-m', 'z')
    assert 'Session-Id: ' in session.message(), 'its switch is renamed with it'


def test_a_rebase_by_patches_of_a_branch_that_is_off(session: Repo) -> None:
    """HEAD is detached when post-rewrite runs, and the branch is found by where it is."""
    session.commit('one', **{'b.txt': 'x\n'})
    session.git('config', 'branch.work.sessionEnabled', 'false')
    session.git('switch', '-q', 'main')
    session.commit('base', **{'c.txt': 'x\n'})
    session.git('switch', '-q', 'work')
    before = session.events()
    session.git('rebase', '-q', '--apply', 'main')
    assert session.events() == before


def test_of_a_worktree(session: Repo) -> None:
    session.git('config', 'extensions.worktreeConfig', 'true')
    session.git('worktree', 'add', '-q', '../linked', '-b', 'linked')
    linked = Repo(session.path.parent / 'linked')
    linked.session('start')
    linked.git('config', '--worktree', 'session.enabled', 'false')
    linked.git('commit', '-q', '--allow-empty', '-m', 'x')
    assert linked.message() == 'x'
    assert is_on(session)
    linked.git('config', '--worktree', '--unset', 'session.enabled')
    linked.git('commit', '-q', '--allow-empty', '-m', 'y')
    assert 'Session-Id: ' in linked.message()


def test_of_the_user_is_noticed_by_the_next_command(
    session: Repo, run: Callable[..., Result]
) -> None:
    session.git('commit', '-q', '--allow-empty', '-m', 'x')
    later(session)
    session.git('config', '--global', 'session.enabled', 'false')
    said = run('status').out
    assert 'the hooks are switched off: session.enabled is false (global config)\n' in said
    assert not is_on(session)
    session.git('config', 'session.enabled', 'on')
    assert 'switched off' not in run('status').out
    assert is_on(session)
    session.git('config', '--unset', 'session.enabled')
    session.git('config', '--global', '--unset', 'session.enabled')
    assert 'switched off' not in run('status').out
    assert is_on(session)


def test_what_the_commands_write_and_what_the_hooks_write(
    session: Repo, run: Callable[..., Result]
) -> None:
    marker = session.path / '.git/session-off'
    run('status')
    assert not marker.exists()
    session.git('config', 'branch.work.sessionEnabled', 'off')
    with (session.path / '.git/config').open('a') as file:
        file.write('[session]\n\tenabled\n')
    session.git('commit', '-q', '--allow-empty', '-m', 'x')
    assert marker.read_text() == 'branch.work.sessionenabled off\nsession.enabled\n'
    said = run('status').out
    assert marker.read_text() == 'branch.work.sessionenabled off\nsession.enabled true\n'
    assert 'switched off: branch.work.sessionenabled is off (local config)' in said
    assert not is_on(session)


def test_a_switch_of_the_command_is_not_kept(session: Repo) -> None:
    session.git('-c', 'session.enabled=false', 'session', 'status')
    assert is_on(session)
    said = session.git('-c', 'session.enabled=', 'session', 'status')
    assert 'switched off: session.enabled is empty (command config)' in said
    session.git('config', 'user.name', 'Bob')
    assert is_on(session, '-c', 'branch.other.sessionEnabled=false')
    assert not (session.path / '.git/session-off').exists()


def test_our_own_git_calls_are_left_alone(session: Repo) -> None:
    assert not is_on(session, GIT_SESSION_ACTIVE='1')
