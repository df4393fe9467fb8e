"""The module that runs git, and every place where git can stand."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from git_session import git, programs
from git_session.errors import SessionError
from tests.repo import Repo, Result

Run = Callable[..., Result]


def test_ask_speaks_the_c_locale_and_takes_no_lock(repo: Repo) -> None:
    repo.write_file('.git/hook.sh', '')
    reply = git.ask('-c', 'alias.x=!env', 'x')
    words = reply.out.splitlines()
    assert {'LC_ALL=C', 'GIT_OPTIONAL_LOCKS=0', 'TZ=UTC0', f'{git.GUARD}=1'} <= set(words)


def test_a_failure_has_gits_own_words(repo: Repo) -> None:
    with pytest.raises(SessionError) as caught:
        git.read('rev-parse', '--verify', 'nothing')
    assert caught.value.message == 'fatal: Needed a single revision'
    assert (caught.value.status, caught.value.verbatim) == (128, True)
    assert git.failure(git.Reply(1, '', '')).message == 'git failed with exit status 1'
    assert git.failure(git.Reply(-9, '', '')).status == 128


def test_a_lot_in_and_out(repo: Repo) -> None:
    data = os.urandom(3 << 20)
    name = git.read('hash-object', '-w', '--stdin', stdin=data).strip()
    assert git.read('cat-file', '-s', name) == f'{len(data)}\n'
    back = git.read('cat-file', 'blob', name)
    assert back.encode('utf-8', 'surrogateescape') == data


def test_a_git_that_does_not_read(repo: Repo) -> None:
    assert git.ask('version', stdin=b'x' * (1 << 20)).status == 0


def test_no_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run) -> None:
    monkeypatch.setenv('PATH', str(tmp_path))
    assert run('status', status=128).err == "fatal: cannot run 'git': not found on PATH\n"


def test_act_shows_what_git_says_on_stderr(repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    assert git.act('log', '-1', '--format=%s').status == 0
    assert capfd.readouterr() == ('', 'first\n')
    reply = git.act('log', '-1', '--format=%s', capture=True)
    assert reply == git.Reply(0, 'first\n', '')
    assert capfd.readouterr() == ('', '')


def test_resolve(repo: Repo) -> None:
    head = repo.git('rev-parse', 'HEAD')
    repo.git('tag', '-a', '-m', 'x', 'v1')
    assert git.resolve('v1') == git.resolve('HEAD') == git.resolve('@') == head
    for bad in ('', '-x', '--all', 'nothing', 'HEAD:a.txt', 'a b', 'HEAD^{tree}'):
        assert git.resolve(bad) is None


def test_branches_with_odd_names(repo: Repo) -> None:
    names = {'main', 'a$b;c', "it's", 'grün', 'a\u2028b', 'x/y'}
    for name in names - {'main'}:
        repo.git('branch', name)
    assert git.branches() == names
    assert git.checked_out() == {'main'}
    repo.git('switch', '-q', 'a\u2028b')
    assert git.checked_out() == {'a\u2028b'}
    assert git.discover().branch == 'a\u2028b'


@pytest.mark.parametrize('name', ['main', 'master', 'trunk', 'develop'])
def test_default_branch(make_repo: Callable[..., Repo], name: str) -> None:
    repo = make_repo()
    repo.git('branch', '-m', name)
    expected = None if name == 'develop' else f'refs/heads/{name}'
    assert git.default_branch() == expected
    repo.git('config', 'init.defaultBranch', name)
    assert git.default_branch() == f'refs/heads/{name}'


def test_default_branch_of_the_remote(repo: Repo) -> None:
    repo.git('update-ref', 'refs/remotes/origin/next', 'HEAD')
    repo.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/next')
    assert git.default_branch() == 'refs/heads/main'  # there is no local one of that name
    repo.git('branch', 'next')
    assert git.default_branch() == 'refs/heads/next'


def test_identity(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    assert git.identity() == 'Ann Author <ann@example.com>'
    repo.git('config', '--global', '--unset', 'user.name')
    repo.git('config', '--global', '--unset', 'user.email')
    repo.git('config', 'user.useConfigOnly', 'true')
    assert git.identity() == ''


def test_pager(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.git('config', 'core.pager', 'less -F')
    assert git.pager() == 'less -F'
    monkeypatch.setenv('GIT_PAGER', 'cat')
    assert git.pager() == 'cat'


def test_configuration(repo: Repo) -> None:
    repo.git('config', 'x.y', 'two\nlines')
    repo.git('config', '--add', 'branch.a.b.session', '')
    repo.write_file('.git/config', (repo.path / '.git/config').read_text() + '[q]\n\tflag\n')
    found = git.configuration()
    assert ('local', 'x.y', 'two\nlines') in found
    assert ('local', 'branch.a.b.session', '') in found
    assert ('local', 'q.flag', 'true') in found
    assert ('global', 'user.name', 'Ann Author') in found


@pytest.mark.parametrize(
    ('value', 'meaning'),
    [('', False), ('0', False), ('No', False), ('off', False), ('FALSE', False), ('yes', True),
     ('On', True), ('true', True), ('1', True), ('2k', True), ('00', False),
     ('maybe', None), ('2 things', None)],
)  # fmt: skip
def test_a_boolean(value: str, meaning: bool | None) -> None:
    assert git.boolean(value) is meaning


def test_a_key_alone_is_true(repo: Repo, run: Run) -> None:
    config = repo.path / '.git/config'
    config.write_text(config.read_text() + '[session]\n\tautoCheckpoint\n')
    assert run('config', 'get', 'session.auto_checkpoint').out == 'true\n'


def check(run: Run, branch: str = 'work') -> str:
    """A session here works from start to end: the handoff."""
    run('start', branch, '-o', 'Try it')
    run('objectives', 'complete', '1')
    run('checkpoint', '-l', 'half')
    run('status', '-v')
    assert json.loads(run('status', '--json').out)['branch'] == branch
    run('brief')
    run('log')
    return run('end').out


ODD = [
    'with space', 'quote\'s "double"', '$HOME', 'a;b', 'grün', 'new\nline', '-dash', 'back\\slash',
    'tab\there',
]  # fmt: skip


@pytest.mark.parametrize('name', ODD)
def test_odd_paths(make_repo: Callable[..., Repo], run: Run, name: str) -> None:
    repo = make_repo(name)
    assert git.discover() == git.Repository(
        f'{repo.path}/.git', f'{repo.path}/.git', str(repo.path), 'main',
        repo.git('rev-parse', 'HEAD'),
    )  # fmt: skip
    run('start', 'work', '-o', 'Try it')
    repo.commit('plain', **{'b.txt': 'two\n'})  # the hooks live in that path
    assert 'Session-Id: ' in repo.message()
    assert [each['type'] for each in repo.note()] == ['commit']
    run('init')
    run('checkpoint', '-l', 'half', '-d', 'Odd')
    assert '1 commit, 1 file, +1 -0 in all' in run('status').out
    run('end')


@pytest.mark.parametrize('name', ODD)
def test_odd_paths_of_files(session: Repo, run: Run, name: str) -> None:
    session.write_file(f'dir/{name}', '# TODO: later\n')
    session.git('add', '.')
    run('checkpoint', '-m', 'odd')
    record = json.loads(run('status', '--json').out)
    assert [each['path'] for each in record['work']['files']] == [f'dir/{name}']
    session.write_file(f'dir/{name}', 'changed\n')
    record = json.loads(run('status', '--json').out)
    assert record['work']['uncommitted'] == [{'status': '.M', 'path': f'dir/{name}'}]
    for view in ('brief', 'handoff'):
        run(view)
    run('status', '-v')


def test_a_path_that_is_not_utf8(session: Repo, run: Run) -> None:
    (session.path / os.fsdecode(b'caf\xe9')).write_text('x\n')
    session.git('add', '.')
    run('checkpoint', '-m', 'latin')
    assert 'A caf\\xe9' in run('status', '-v').out
    assert json.loads(run('status', '--json').out)['work']['files'][0]['path'] == 'caf\udce9'
    run('end')


def test_a_subdirectory(session: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    session.commit('deep', **{'deep/er/b.txt': 'two\n'})
    whole = json.loads(run('status', '--json').out)
    monkeypatch.chdir(session.path / 'deep/er')
    assert json.loads(run('status', '--json').out)['work'] == whole['work']
    assert git.discover().top == str(session.path)


def test_linked_worktrees_have_sessions_of_their_own(session: Repo, run: Run) -> None:
    session.git('worktree', 'add', '-q', '-b', 'other', '../linked tree')
    linked = Repo(session.path.parent / 'linked tree')
    linked.session('start', '-o', 'Second')
    assert linked.json('status')['branch'] == 'other'
    assert session.json('status')['branch'] == 'work'
    assert (session.context()['state'], session.context('other')['state']) == ('active', 'active')
    linked.commit('there', **{'t.txt': 'x\n'})
    session.commit('here', **{'h.txt': 'x\n'})
    assert len(linked.json('status')['work']['commits']) == 1
    assert len(session.json('status')['work']['commits']) == 1
    listed = run('history').out.splitlines()
    assert [line.split('  ')[1].strip() for line in listed] == ['active', 'active']
    refused = run('switch', 'other', status=128)
    said = session.run('git', 'switch', 'other').err  # in other words since git 2.43
    assert said.startswith("fatal: 'other' is already ")
    assert refused.err.startswith(said)
    linked.session('end', '--no-handoff')
    assert session.json('status')['state'] == 'active'


def test_a_bare_repository(repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.git('clone', '-q', '--bare', '.', '../bare.git')
    bare = repo.path.parent / 'bare.git'
    monkeypatch.chdir(bare)
    found = git.discover()
    assert (found.top, found.gitdir, found.branch) == (None, str(bare), 'main')
    for words in (
        ['status'], ['start', 'x'], ['resume'], ['switch', 'x'], ['checkpoint'], ['end'], ['init'],
        ['brief'], ['note', 'x'],
    ):  # fmt: skip
        assert run(*words, status=128).err == 'fatal: this operation must be run in a work tree\n'
    for words in (['history'], ['config'], ['prune']):
        run(*words)
    Repo(bare).git('worktree', 'add', '-q', '-b', 'work', '../tree')
    monkeypatch.chdir(repo.path.parent / 'tree')
    assert '# Handoff: work\n' in check(run)
    monkeypatch.chdir(bare)
    assert '  work  1/1 objectives\n' in run('history').out
    run('show', 'work')


def test_inside_the_git_directory(session: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(session.path / '.git')
    assert run('start', 'x', status=128).err == 'fatal: this operation must be run in a work tree\n'


def test_a_submodule(session: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    session.git('submodule', '--quiet', 'add', str(session.path), 'sub')
    session.git('commit', '-qm', 'sub')
    sub = Repo(session.path / 'sub')
    monkeypatch.chdir(sub.path)
    run('start', 'inner', '-o', 'Inside')
    sub.commit('inside', **{'i.txt': 'x\n'})
    assert f'Session-Id: {sub.context("inner")["session"]}' in sub.message()
    assert sub.sessions != session.sessions
    assert len(sub.json('status')['work']['commits']) == 1
    run('end')
    monkeypatch.chdir(session.path)
    assert json.loads(run('status', '--json').out)['branch'] == 'work'


def test_sha256(make_repo: Callable[..., Repo], run: Run) -> None:
    repo = make_repo('sha256', '--object-format=sha256')
    run('start', 'work', '-o', 'Try it')
    head = repo.commit('plain', **{'b.txt': 'two\n'})
    assert len(head) == 64
    assert [each['commit'] for each in repo.note()] == [head]
    run('checkpoint', '-l', 'half', '-d', 'Longer ids')
    assert {each['type'] for each in repo.note()} >= {'commit', 'checkpoint', 'decision.add'}
    assert '1 commit, 1 file, +1 -0 in all' in run('status').out
    run('end', '--merge-to', 'main')
    assert repo.git('rev-parse', 'main') == head


def test_git_c_and_git_dir_options(session: Repo, tmp_path: Path) -> None:
    elsewhere = Repo(tmp_path)
    path = str(session.path)
    status = session.session('status')
    assert elsewhere.git('-C', path, 'session', 'status') == status
    assert elsewhere.git(f'--git-dir={path}/.git', f'--work-tree={path}', 'session') == status
    assert elsewhere.git('--git-dir=repo/.git', '--work-tree=repo', 'session') == status
    elsewhere.git('-C', path, 'session', 'note', 'from afar')
    assert session.context()['notes'][0]['text'] == 'from afar'


def test_a_relative_git_dir(session: Repo, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    session.commit('deep', **{'deep/b.py': '# TODO: later\n'})
    monkeypatch.chdir(session.path / 'deep')
    monkeypatch.setenv('GIT_DIR', '../.git')
    monkeypatch.setenv('GIT_WORK_TREE', '..')
    assert '- deep/b.py:1: TODO: later\n' in run('brief').out
    monkeypatch.setenv('GIT_DIR', '../.git')
    monkeypatch.setenv('GIT_WORK_TREE', '..')
    run('init')
    assert (session.path / '.session/config.yaml').exists()
    assert os.environ['GIT_DIR'] == str(session.path / '.git')


def test_the_discovery_of_head(repo: Repo) -> None:
    def found() -> tuple[str | None, str | None]:
        return git.discover().branch, git.discover().head

    head = repo.git('rev-parse', 'HEAD')
    assert found() == ('main', head)
    repo.git('switch', '-q', '--detach')
    assert found() == (None, head)
    repo.git('switch', '-q', '--orphan', 'fresh')
    assert found() == ('fresh', None)
    repo.git('symbolic-ref', 'HEAD', 'refs/other/place')
    assert found() == (None, None)


def test_a_directory_that_is_gone(repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo.path / 'gone').mkdir()
    monkeypatch.chdir(repo.path / 'gone')
    (repo.path / 'gone').rmdir()
    assert 'fatal: Unable to read current working directory' in run('status', status=128).err


def test_an_old_editor_of_the_environment(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / 'a file'
    file.write_text('one\n')
    monkeypatch.setenv('GIT_EDITOR', 'sed -i s/one/two/')
    git.edit(str(file))
    assert file.read_text() == 'two\n'


def test_a_pipe_that_nobody_reads_ends_its_writer(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Python ignores SIGPIPE, and no shell can take that back."""
    said = tmp_path / 'said'
    pipe = f'{{ while echo x; do :; done; echo went on >> {said}; }} 2>&1 | head -n 1'
    programs.shell(pipe, folder=str(tmp_path), env=os.environ, said=str(tmp_path / 'log'),
                   go_on=lambda seconds: seconds < 60)  # fmt: skip
    monkeypatch.setenv('GIT_EDITOR', f'{pipe} >&2; :')
    git.edit(str(tmp_path / 'log'))
    assert not said.exists()


def test_opening_leaves_no_process_behind(session: Repo) -> None:
    program = (
        'import os\nfrom git_session.workspace import open_workspace\n'
        'open_workspace(work=True).work()\nos.waitpid(-1, os.WNOHANG)'
    )
    done = session.run(sys.executable, '-c', program)
    assert done.err.endswith('ChildProcessError: [Errno 10] No child processes\n')
