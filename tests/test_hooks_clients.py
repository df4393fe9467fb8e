"""The hooks as programs run them that are no shell: editors, GUIs, agents, CI.

No PATH, no HOME, no terminal, GIT_DIR set, messages on stdin, plumbing with the hooks
called by hand as git-gui does.  docs/hooks.md says which clients were seen to do what.
"""

from __future__ import annotations

import os
import pty
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from tests.repo import Repo, Result

pytestmark = pytest.mark.usefixtures('files_method')

GIT = str(shutil.which('git'))
WHO = [f'GIT_{role}_{part}={value}' for role in ('AUTHOR', 'COMMITTER')
       for part, value in (('NAME', 'Ann'), ('EMAIL', 'ann@example.com'))]  # fmt: skip


def bare(repo: Repo, *words: str, stdin: str | None = None, env: tuple[str, ...] = ()) -> Result:
    """git by its absolute path with nothing in the environment, not even PATH and HOME."""
    return repo.run('/usr/bin/env', '-i', *WHO, *env, GIT, *words, stdin=stdin)


def recorded(repo: Repo, branch: str = 'work') -> None:
    """The newest commit has its trailers, one event and one note."""
    oid = repo.git('rev-parse', 'HEAD')
    name = (repo.place(branch) / 'id').read_text().strip()
    trailers = repo.git('log', '-1', '--format=%(trailers:key=Session-Id,valueonly)')
    assert trailers.strip() == name
    found = [each for each in repo.events(branch) if each.get('commit') == oid]
    assert [each['type'] for each in found] == ['commit']
    assert repo.note() == found


def test_with_an_empty_environment(session: Repo) -> None:
    assert bare(session, 'commit', '-q', '--allow-empty', '-m', 'x') == Result(0, '', '')
    recorded(session)
    assert bare(session, 'commit', '-q', '--amend', '--allow-empty', '-m', 'y') == Result(0, '', '')
    assert session.events()[-1]['type'] == 'rewrite'
    assert bare(session, 'switch', '-q', 'main') == Result(0, '', '')
    assert session.events()[-1]['type'] == 'pause'
    assert bare(session, 'switch', '-q', 'work').status == 0
    assert session.events()[-1]['type'] == 'resume'


@pytest.mark.parametrize('path', ['', '/nowhere', '.', ':'])
def test_with_a_path_that_has_nothing(session: Repo, path: str) -> None:
    """git finds itself, and puts where it is first in the PATH of its hooks."""
    done = bare(session, 'commit', '-q', '--allow-empty', '-m', 'x', env=(f'PATH={path}',))
    assert done == Result(0, '', '')
    recorded(session)


def test_a_renamed_branch_without_a_path(session: Repo) -> None:
    """The one case where a hook starts Python: by its full path, in isolation."""
    session.git('branch', '-m', 'work', 'other')
    assert bare(session, 'commit', '-q', '--allow-empty', '-m', 'x') == Result(0, '', '')
    recorded(session, 'other')


def test_messages_on_standard_input(session: Repo) -> None:
    """As VS Code, GitHub Desktop and others commit; no hook may read what is not its own."""
    message = 'Subject\n\nBody, also äöü.\n'
    words = ('commit', '-q', '--allow-empty', '--allow-empty-message', '-F', '-')
    assert bare(session, *words, stdin=message) == Result(0, '', '')
    recorded(session)
    assert session.message().startswith(message)
    assert bare(session, *words, '--quiet', '--cleanup=verbatim', stdin='one').status == 0
    recorded(session)
    assert bare(session, *words, stdin='').status == 0
    assert session.message() == ''


def test_git_cola(session: Repo) -> None:
    """-F with -v, from a file that is not git's own."""
    session.write(**{'message': 'Subject\n', 'a.txt': 'two\n'})
    assert bare(session, 'commit', '-q', '-a', '-v', '-F', 'message').status == 0
    recorded(session)


def test_all_streams_closed(session: Repo) -> None:
    """A daemon may have none; nothing of ours lands in a file that took their numbers."""
    script = 'exec "$0" commit -q --allow-empty -m x <&- >&- 2>&-'
    assert session.run('sh', '-c', script, GIT) == Result(0, '', '')
    recorded(session)


def test_a_full_terminal_is_left_alone(session: Repo) -> None:
    """lazygit and tig give git a terminal: a hook neither reads nor writes it."""
    master, slave = pty.openpty()
    os.write(master, b'y\n')
    pid = os.fork()
    if pid == 0:  # pragma: no cover
        for number in range(3):
            os.dup2(slave, number)
        os.chdir(session.path)
        os.execv(GIT, ['git', 'commit', '-q', '--allow-empty', '-m', 'x'])
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.set_blocking(master, False)
    assert os.read(master, 100) == b'y\r\n', 'the echo of what was typed'
    os.close(master)
    os.close(slave)
    recorded(session)


@pytest.mark.parametrize('relative', [True, False])
def test_git_dir_is_set(session: Repo, relative: bool) -> None:
    place = '.git' if relative else str(session.path / '.git')
    env = (f'GIT_DIR={place}', f'GIT_INDEX_FILE={place}/index')
    assert bare(session, 'commit', '-q', '--allow-empty', '-m', 'x', env=env) == Result(0, '', '')
    recorded(session)


def test_from_another_directory(session: Repo, tmp_path: Path) -> None:
    """--git-dir and --work-tree, as dotfile managers and editors say it."""
    outside = Repo(tmp_path)
    places = (f'--git-dir={session.path}/.git', f'--work-tree={session.path}')
    done = bare(outside, *places, 'commit', '-q', '--allow-empty', '-m', 'x')
    assert done == Result(0, '', '')
    recorded(session)


def test_in_a_linked_worktree(session: Repo) -> None:
    """Agents work in them; git sets GIT_DIR for their hooks."""
    session.git('worktree', 'add', '-q', '-b', 'agent', '../agent')
    agent = Repo(session.path.parent / 'agent')
    agent.session('start')
    assert bare(agent, 'commit', '-q', '--allow-empty', '-m', 'x') == Result(0, '', '')
    recorded(agent, 'agent')
    assert bare(session, 'commit', '-q', '--allow-empty', '-m', 'x') == Result(0, '', '')
    recorded(session)


# git-gui commits by plumbing and calls the hooks itself


def gui(repo: Repo, *words: str) -> Result:
    """A git that git-gui starts."""
    return bare(repo, *words, env=('GIT_DIR=.git', f'PATH={os.path.dirname(GIT)}'))


def gui_hook(repo: Repo, name: str, *args: str) -> Result:
    return gui(repo, 'hook', 'run', '--ignore-missing', name, '--', *args)


def gui_commit(repo: Repo, typed: str, kind: str = '') -> str:
    """Commit as lib/commit.tcl does; what becomes of the text of its message field."""
    message = repo.path / '.git/GITGUI_EDITMSG'
    message.write_text(typed + '\n')
    head = repo.git('rev-parse', 'HEAD')
    parent = 'HEAD^' if kind else 'HEAD'
    assert gui_hook(repo, 'commit-msg', '.git/GITGUI_EDITMSG') == Result(0, '', '')
    tree = gui(repo, 'write-tree').out.strip()
    made = gui(repo, 'commit-tree', tree, '-p', parent, '-F', '.git/GITGUI_EDITMSG').out.strip()
    subject = message.read_text().split('\n')[0]
    gui(repo, 'update-ref', '-m', f'commit{kind}: {subject}', 'HEAD', made, head)
    message.unlink()
    assert gui_hook(repo, 'post-commit') == Result(0, '', '')
    return repo.message()


def gui_checkout(repo: Repo, branch: str) -> Result:
    """Check a branch out as lib/checkout_op.tcl does; off a detached HEAD it names no origin."""
    head = repo.run('git', 'symbolic-ref', '-q', '--short', 'HEAD').out.strip()
    came = f'from {head} ' if head else ''
    old, new = repo.git('rev-parse', 'HEAD', branch).split()
    gui(repo, 'read-tree', '-m', '-u', old, new)
    gui(repo, 'symbolic-ref', '-m', f'checkout: moving {came}to {branch}', 'HEAD',
        f'refs/heads/{branch}')  # fmt: skip
    return gui_hook(repo, 'post-checkout', old, new, '1')


def test_git_gui_looks_at_the_hook(session: Repo) -> None:
    """At start-up and at each rescan, with a file of its own and an empty source."""
    message = session.path / '.git/PREPARE_COMMIT_MSG'
    before = session.events()
    for text in ('', 'Begun\n'):
        message.write_text(text)
        assert gui_hook(session, 'prepare-commit-msg', '.git/PREPARE_COMMIT_MSG', '') == (
            Result(0, '', '')
        )
        assert message.read_text() == text
    assert session.events() == before
    assert not (session.path / '.git/session-editmsg').exists()


def test_git_gui_commits(session: Repo) -> None:
    session.write(**{'a.txt': 'two\n'})
    session.git('add', 'a.txt')
    typed = 'Subject\n\n# no comment to git-gui'
    block = (session.place() / 'trailers').read_text().strip()
    assert gui_commit(session, typed) == f'{typed}\n\n{block}'
    recorded(session)


def test_git_gui_amends(session: Repo) -> None:
    """Its message field shows the trailers of HEAD; it runs no post-rewrite."""
    session.write(**{'a.txt': 'two\n'})
    session.git('add', 'a.txt')
    block = (session.place() / 'trailers').read_text().strip()
    text = gui_commit(session, 'Subject')
    oids = [session.git('rev-parse', 'HEAD')]
    for typed in (f'New {text}'.strip(), 'All is new'):
        assert gui_commit(session, typed, ' (amend)') == f'{typed.splitlines()[0]}\n\n{block}'
        recorded(session)
        oids.append(session.git('rev-parse', 'HEAD'))
    assert session.json('status')['metrics']['commits'] == 1
    pairs = [event['pairs'] for event in session.events() if event['type'] == 'rewrite']
    assert pairs == [list(map(list, pairwise(oids)))]
    session.session('status')
    assert [event['type'] for event in session.events()[-4:]] == ['commit'] * 3 + ['rewrite']


def test_git_gui_switches(session: Repo) -> None:
    assert gui_checkout(session, 'main') == Result(0, '', '')
    banner = (session.place() / 'banner').read_text()
    assert gui_checkout(session, 'work') == Result(0, '', banner)
    assert [event['type'] for event in session.events()[-2:]] == ['pause', 'resume']
    session.git('switch', '-q', '--detach')
    assert gui_checkout(session, 'work') == Result(0, '', banner)
    assert [event['type'] for event in session.events()[-2:]] == ['pause', 'resume']


def test_git_gui_with_an_empty_message(session: Repo) -> None:
    message = session.path / '.git/GITGUI_EDITMSG'
    message.write_text('')
    assert gui_hook(session, 'commit-msg', '.git/GITGUI_EDITMSG') == Result(0, '', '')
    assert message.read_text() == ''


# CI


@pytest.mark.parametrize('how', ['full', 'shallow', 'detached'])
def test_a_clone_in_ci(session: Repo, tmp_path: Path, how: str) -> None:
    """post-checkout runs at the end of a clone where the hooks come from core.hooksPath."""
    hooks = session.path / '.git/hooks'
    session.commit('one')
    words = {'full': [], 'shallow': ['--depth=1'], 'detached': ['-c', 'advice.detachedHead=false']}
    config = (
        'GIT_CONFIG_COUNT=1',
        'GIT_CONFIG_KEY_0=core.hooksPath',
        f'GIT_CONFIG_VALUE_0={hooks}',
    )
    here = Repo(tmp_path)
    done = bare(here, 'clone', '-q', *words[how], f'file://{session.path}', 'ci',
                env=('CI=true', *config))  # fmt: skip
    assert done == Result(0, '', '')
    ci = Repo(tmp_path / 'ci')
    if how == 'detached':
        assert bare(ci, 'checkout', '-q', '--detach', 'HEAD', env=config) == Result(0, '', '')
    assert bare(ci, 'commit', '-q', '--allow-empty', '-m', 'x', env=config) == Result(0, '', '')
    assert ci.message() == 'x'
    assert not (ci.path / '.git/sessions').exists()
    assert not [path for path in (ci.path / '.git').iterdir() if path.name.startswith('session')]


def test_a_session_in_ci(session: Repo, tmp_path: Path) -> None:
    """A job that starts a session, commits and fetches another branch, without a terminal."""
    session.git('clone', '-q', str(session.path), str(tmp_path / 'ci'))
    ci = Repo(tmp_path / 'ci')
    program = shutil.which('git-session')
    home = tmp_path / 'home of ci'
    home.mkdir()
    env = (f'HOME={home}', f'PATH={os.path.dirname(GIT)}', 'CI=true')
    started = ci.run('/usr/bin/env', '-i', *WHO, *env, str(program), 'start', 'job', '-o', 'Build')
    assert started.status == 0, started.err
    assert bare(ci, 'commit', '-q', '--allow-empty', '-m', 'x') == Result(0, '', '')
    recorded(ci, 'job')
    assert bare(ci, 'checkout', '-q', '--detach', 'origin/main') == Result(0, '', '')
    assert ci.events('job')[-1]['type'] == 'pause'
