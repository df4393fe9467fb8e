"""Installing beside hooks that are there: they run as before, and come back byte for byte."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from git_session import hookfiles, hooks
from git_session.hooks import EVENTS
from tests.repo import Repo, Result

Run = Callable[..., Result]
FILES = ('--method', 'files')
pytestmark = pytest.mark.usefixtures('files_method')

# What the hook that was there writes down: its arguments, stdin, cwd and git's variables.
SPY = """
{
    printf '%s' "${0##*/}:"; printf ' <%s>' "$@"; echo
    cat
    pwd
    env | grep -E '^GIT_(EDITOR|PREFIX|INDEX_FILE|REFLOG_ACTION)=' | sort
} | sed 's/[0-9a-f]\\{40\\}/OID/g; s/\\.session-orig//' >> "$HOME/spied"
"""
PYTHON = f"""#!{sys.executable} -I
import os, sys
with open(os.environ['HOME'] + '/spied', 'a') as file:
    print(os.path.basename(sys.argv[0]).removesuffix('.session-orig'), len(sys.argv), file=file)
"""
DAY = (
    ('commit', '-q', '--allow-empty', '-m', 'one'),
    ('commit', '-q', '--allow-empty', '--amend', '-m', 'two'),
    ('commit', '-q', '--allow-empty', '-e', '-m', 'three'),
    ('switch', '-q', 'main'),
    ('merge', '-q', 'work'),
    ('switch', '-q', 'work'),
    ('rebase', '-q', '--force-rebase', 'HEAD~1'),
    ('merge', '-q', '--no-ff', '-m', 'merged', 'side'),
    ('checkout', '--', 'a.txt'),
)


def shell(status: int = 0, first: str = '#!/bin/sh\n') -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text(f'{first}{SPY}exit {status}\n')
        path.chmod(0o755)

    return write


def _python(path: Path) -> None:
    path.write_text(PYTHON)
    path.chmod(0o711)


def _binary(path: Path) -> None:
    shutil.copy2(str(shutil.which('true')), path)


def _not_executable(path: Path) -> None:
    shell(1)(path)
    path.chmod(0o644)


def _symlink(path: Path) -> None:
    target = path.parent.parent / 'shared' / path.name
    target.parent.mkdir(exist_ok=True)
    shell()(target)
    path.symlink_to(os.path.join('..', 'shared', path.name))


def _dead_symlink(path: Path) -> None:
    path.symlink_to('nowhere')


def _not_utf8(path: Path) -> None:
    path.write_bytes(b'#!/bin/sh\n# \xe9\xff\n' + SPY.encode())
    path.chmod(0o700)


def _empty(path: Path) -> None:
    path.write_text('')
    path.chmod(0o755)


FOREIGN: dict[str, Callable[[Path], None]] = {
    'shell': shell(),
    'bash': shell(first=f'#!{shutil.which("bash")}\n'),
    'failing': shell(3),
    'failing with 1': shell(1),
    'without an interpreter line': shell(first=''),
    'python': _python,
    'binary': _binary,
    'not executable': _not_executable,
    'symlink': _symlink,
    'dead symlink': _dead_symlink,
    'not UTF-8': _not_utf8,
    'empty': _empty,
}


def snapshot(place: Path) -> dict[str, tuple[int, int, bytes | str]]:
    """Every entry below a folder: mode, time of change, and bytes or target."""
    found: dict[str, tuple[int, int, bytes | str]] = {}
    for path in sorted(place.rglob('*')):
        state = path.lstat()
        content: bytes | str = ''
        if path.is_symlink():
            content = os.readlink(path)
        elif stat.S_ISREG(state.st_mode):
            content = path.read_bytes()
        when = 0 if path.is_dir() and not path.is_symlink() else state.st_mtime_ns
        found[str(path.relative_to(place))] = (state.st_mode, when, content)
    return found


def live(repo: Repo, tmp_path: Path) -> list[tuple[int, str, str]]:
    """A day; each command's status and output, without object ids and banner."""
    editor = tmp_path / 'editor'
    editor.write_text('#!/bin/sh\n:\n')
    editor.chmod(0o755)
    said = []
    for number, words in enumerate(DAY):
        at = f'2026-11-22T12:00:{number:02}Z'
        result = repo.run(
            'git', *words, GIT_EDITOR=str(editor), GIT_AUTHOR_DATE=at, GIT_COMMITTER_DATE=at
        )
        err = re.sub(r"(?m)^(session work-|  now: |  see 'git session).*\n", '', result.err)
        err = re.sub(r'\b[0-9a-f]{7,40}\b', 'OID', err.replace('.session-orig', ''))
        said.append((result.status, result.out, err))
    return said


def prepare(repo: Repo, tmp_path: Path) -> None:
    repo.git('switch', '-q', '-c', 'side')
    repo.commit('side', **{'side.txt': 's\n'})
    repo.git('switch', '-q', 'main')


@pytest.mark.parametrize('kind', FOREIGN)
def test_a_hook_that_is_there_goes_on_as_before(
    repo: Repo, run: Run, tmp_path: Path, kind: str
) -> None:
    """The same day, with it alone and with ours beside it; then ours go."""
    prepare(repo, tmp_path)
    shutil.copytree(repo.path, tmp_path / 'plain')
    plain = Repo(tmp_path / 'plain')
    plain.git('switch', '-q', '-c', 'work')
    spied = Path(os.environ['HOME']) / 'spied'
    run('start', 'work', '-o', 'First objective')
    run('hooks', 'uninstall')
    for each in (repo, plain):
        place = each.path / '.git/hooks'
        place.mkdir(exist_ok=True)
        for event in EVENTS:
            FOREIGN[kind](place / event)
    expected = live(plain, tmp_path)
    if kind not in ('binary', 'not executable', 'dead symlink', 'empty'):
        assert spied.read_text().count('post-checkout') > 1
    wanted = spied.read_text() if spied.exists() else ''
    spied.unlink(missing_ok=True)
    before, config = snapshot(repo.path / '.git/hooks'), (repo.path / '.git/config').read_bytes()
    said = run('hooks', 'install').err
    assert said.count('it runs first') == len(EVENTS)
    assert run('hooks', 'install').err.count('\n') == 1  # again: nothing more to do
    got = live(repo, tmp_path)
    if kind == 'not executable':  # git says so of a hook it passes over
        expected = [(s, o, re.sub(r'(?m)^hint: .*\n', '', e)) for s, o, e in expected]
    assert got == expected
    after = spied.read_text() if spied.exists() else ''
    assert after.replace(str(repo.path), str(plain.path)) == wanted
    run('hooks', 'uninstall')
    assert snapshot(repo.path / '.git/hooks') == before
    assert (repo.path / '.git/config').read_bytes() == config


@pytest.mark.parametrize(
    'config', ['', '[notes]\n\trewriteRef = refs/notes/mine\n', '[alias]\n\tx = y\n']
)
def test_uninstall_leaves_nothing(repo: Repo, run: Run, config: str) -> None:
    """Neither a file nor a line of the configuration, nor the folder if we made it."""
    shutil.rmtree(repo.path / '.git/hooks', ignore_errors=True)
    with (repo.path / '.git/config').open('a') as file:
        file.write(config)
    before = (repo.path / '.git/config').read_bytes()
    run('hooks', 'install')
    assert 'refs/notes/sessio[n]' in repo.git('config', '--get-all', 'notes.rewriteRef').split('\n')
    made = snapshot(repo.path / '.git/hooks')
    run('hooks', 'install')
    assert snapshot(repo.path / '.git/hooks') == made
    assert sorted(made) == sorted(EVENTS)
    assert repo.git('config', '--get-all', 'notes.rewriteRef').count('refs/notes/sessio[n]') == 1
    run('hooks', 'uninstall')
    assert (repo.path / '.git/config').read_bytes().rstrip(b'\n') == before.rstrip(b'\n')
    assert not (repo.path / '.git/hooks').exists()
    assert not (repo.path / '.git/sessions/.hooks.json').exists()


def test_a_rewrite_ref_of_the_users_own_stays(repo: Repo, run: Run) -> None:
    repo.git('config', 'notes.rewriteRef', 'refs/notes/*')
    before = (repo.path / '.git/config').read_bytes()
    run('hooks', 'install')
    assert (repo.path / '.git/config').read_bytes() == before
    run('hooks', 'uninstall')
    assert (repo.path / '.git/config').read_bytes() == before


def test_what_was_kept_before_is_not_overwritten(repo: Repo, run: Run) -> None:
    """Another manager has put its hook over ours: neither of the two is lost."""
    place = repo.path / '.git/hooks'
    place.mkdir(exist_ok=True)
    shell()(place / 'post-commit')
    run('hooks', 'install')
    (place / 'post-commit').write_text('#!/bin/sh\n# newer\n')
    before = snapshot(place)
    refused = run('hooks', 'install', status=1)
    assert refused.err == (
        f"error: cannot keep the hook '{place}/post-commit'\n"
        f"hint: '{place}/post-commit.session-orig' is there already\n"
        'hint: move one of them away\n'
    )
    assert snapshot(place) == before
    said = run('hooks', 'uninstall').err
    assert "another 'post-commit' hook has come; the one before is '" in said
    assert (place / 'post-commit').read_text() == '#!/bin/sh\n# newer\n'
    assert (place / 'post-commit.session-orig').exists()


@pytest.mark.parametrize('write', [shell(), _symlink], ids=['file', 'symlink'])
@pytest.mark.parametrize('then', ['install', 'uninstall'])
def test_killed_before_ours_is_in_the_place_of_a_hook(
    repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path], None], then: str
) -> None:
    """The hook that is there can be run at every moment; the next command finishes."""
    place = repo.path / '.git/hooks'
    place.mkdir(exist_ok=True)
    write(place / 'post-commit')
    before = snapshot(place)
    replace = os.replace

    def killed(source: str, target: str) -> None:
        if target.endswith('hooks/post-commit'):
            raise KeyboardInterrupt
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr('os.replace', killed)
        run('hooks', 'install', *FILES, status=130)
    assert snapshot(place).items() >= before.items()
    run('hooks', then, *(FILES if then == 'install' else ()))
    if then == 'install':
        assert hookfiles.is_ours(str(place / 'post-commit'))
        run('hooks', 'uninstall')
    assert snapshot(place) == before


@pytest.mark.parametrize('action', ['install', 'uninstall'])
def test_one_installs_at_a_time(
    repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    """Two at once took each other's files for foreign; without hard links a hook was lost."""
    (repo.path / '.git/hooks').mkdir(exist_ok=True)
    shell()(repo.path / '.git/hooks/post-commit')
    if action == 'uninstall':
        run('hooks', 'install', *FILES)
    rename, tried = os.rename, []

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, 'Operation not permitted')

    def look(source: str, target: str) -> None:
        handle = os.open(repo.path / '.git', os.O_RDONLY)
        try:
            with pytest.raises(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            os.close(handle)
        tried.append(target)
        rename(source, target)

    monkeypatch.setattr('os.link', refuse)
    monkeypatch.setattr('os.rename', look)
    run('hooks', action, *(FILES if action == 'install' else ()))
    assert len(tried) == 1


def test_a_foreign_post_rewrite_that_reads_nothing(repo: Repo, run: Run) -> None:
    """Its end closes the pipe; the rewrite is recorded all the same."""
    (repo.path / '.git/hooks').mkdir(exist_ok=True)
    hook = repo.path / '.git/hooks/post-rewrite'
    hook.write_text('#!/bin/sh\nexec <&-\n')
    hook.chmod(0o755)
    run('start', 'work')
    repo.commit('one')
    amended = repo.run('git', 'commit', '-q', '--amend', '--allow-empty', '-m', 'two')
    assert amended == Result(0, '', '')
    assert [event['type'] for event in repo.events()][-2:] == ['commit', 'rewrite']


HOOKS_PATHS = ['.githooks', 'with space/hooks', './deep/../.githooks', '{absolute}']


@pytest.mark.parametrize('value', HOOKS_PATHS)
def test_a_hooks_path_of_the_repository(
    repo: Repo, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """Installed where git looks, from a subdirectory too; uninstalled from there."""
    (repo.path / 'deep').mkdir()
    value = value.replace('{absolute}', str(tmp_path / 'elsewhere'))
    repo.git('config', 'core.hooksPath', value)
    place = Path(os.path.normpath(repo.path / value))
    monkeypatch.chdir(repo.path / 'deep')
    assert run('hooks', 'install').err == f'hooks installed in {place}\n'
    assert sorted(path.name for path in place.iterdir()) == sorted(EVENTS)
    assert not (repo.path / '.git/hooks/post-commit').exists()
    run('start', 'work')
    repo.commit('one')
    assert repo.message().startswith('one\n\nSession-Id: ')
    assert run('hooks').out.count(': installed\n') == len(EVENTS)
    run('hooks', 'uninstall')
    assert not place.exists()


def test_a_tracked_hook_is_not_renamed(repo: Repo, run: Run) -> None:
    (repo.path / '.githooks').mkdir()
    shell()(repo.path / '.githooks/commit-msg')
    repo.git('add', '.githooks')
    repo.git('commit', '-q', '-m', 'hooks')
    repo.git('config', 'core.hooksPath', '.githooks')
    refused = run('hooks', 'install', status=1).err
    assert refused.startswith(
        f"error: the hook '{repo.path}/.githooks/commit-msg' is tracked; it would be renamed\n"
        f"hint: add to '{repo.path}/.githooks/commit-msg': session_hooks="
    )
    assert repo.git('status', '--porcelain') == ''
    line = refused.splitlines()[1].partition("': ")[2]
    with (repo.path / '.githooks/commit-msg').open('a') as file:
        file.write(line + '\n')
    run('hooks', 'install')
    assert 'commit-msg: installed, run by your hook\n' in run('hooks').out
    assert sorted(path.name for path in (repo.path / '.githooks').iterdir()) == sorted(EVENTS)
    run('hooks', 'uninstall')
    assert not (repo.path / '.git/sessions/.hooks').exists()
    assert repo.git('status', '--porcelain') == ' M .githooks/commit-msg'
    assert [path.name for path in (repo.path / '.githooks').iterdir()] == ['commit-msg']


@pytest.mark.parametrize(
    ('scope', 'value'),
    [('global', '~/hooks'), ('local', '.husky/_'), ('local', '.husky'), ('command', 'x')],
)
def test_a_hooks_path_of_somebody_else(
    repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch, scope: str, value: str
) -> None:
    """Nothing is written; the line to add is said, and works under `sh -e` as husky runs it."""
    if scope == 'command':
        monkeypatch.setenv('GIT_CONFIG_COUNT', '1')
        monkeypatch.setenv('GIT_CONFIG_KEY_0', 'core.hooksPath')
        monkeypatch.setenv('GIT_CONFIG_VALUE_0', value)
    else:
        repo.git('config', f'--{scope}', 'core.hooksPath', value)
    refused = run('hooks', 'install', status=1).err
    head, *hints = refused.splitlines()
    if value.startswith('.husky'):
        assert head == f"error: husky runs this repository's hooks, from '{value}'"
    else:
        assert head == (
            f"error: core.hooksPath is '{value}' ({scope} config), "
            "which is not this repository's own"
        )
    lines = dict(re.findall(r"^hint: add to '(.*?)': (.*)$", refused, re.MULTILINE))
    assert [Path(path).name for path in lines] == list(EVENTS)
    assert hints[len(EVENTS) :] == ["hint: then 'git session hooks install' again"]
    assert not (repo.path / '.git/hooks/post-commit').exists()
    assert not (repo.path / '.git/sessions').exists()
    shown = run('hooks', status=1)
    assert shown.out.count(': not installed, another hook is there, ') == len(EVENTS)
    assert shown.err.splitlines() == hints
    if scope == 'command':
        return
    place = repo.path / '.husky' if scope == 'local' else Path(os.environ['HOME']) / 'hooks'
    place.mkdir(parents=True)
    for path, line in lines.items():
        assert Path(path).parent == place
        Path(path).write_text(f'#!/bin/sh -eu\n: theirs\n{line}\n: theirs too\n')
        Path(path).chmod(0o755)
    if value.endswith('_'):  # as husky makes it
        shutil.copytree(place, place / '_')
    if scope == 'global':
        assert run('start', 'work', '-o', 'First').err.count('installed git hooks') == 1
    else:
        run('hooks', 'install')
        assert run('hooks').out == ''.join(
            f'{event}: installed, run by husky\n' for event in EVENTS
        )
        run('start', 'work', '-o', 'First')
    assert live_quietly(repo) == [Result(0, '', '')] * 3
    types = [event['type'] for event in repo.events()]
    assert types[3:] == ['commit', 'commit', 'rewrite', 'pause']
    run('hooks', 'uninstall')
    repo.git('commit', '-q', '--allow-empty', '-m', 'ours are gone')
    assert run('hooks', status=1).out.count(': not installed') == len(EVENTS)


def live_quietly(repo: Repo) -> list[Result]:
    days = (
        ('commit', '-q', '--allow-empty', '-m', 'one'),
        ('commit', '-q', '--allow-empty', '--amend', '-m', 'two'),
        ('switch', '-q', 'main'),
    )
    return [repo.run('git', *words) for words in days]


def test_a_hooks_path_that_cannot_be_written(repo: Repo, run: Run) -> None:
    repo.git('config', 'core.hooksPath', '/dev/null')
    before = (repo.path / '.git/config').read_bytes()
    refused = run('hooks', 'install', status=128).err
    assert re.fullmatch(r"fatal: cannot install hooks in '/dev/null': [A-Z][a-z ]+\n", refused)
    assert (repo.path / '.git/config').read_bytes() == before


@pytest.mark.parametrize('name', ["it's", 'a b', '$HOME', 'new\nline', '"'])
def test_any_path_of_the_package(
    repo: Repo, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The hook files quote it."""
    copy = tmp_path / name / 'hooks'
    shutil.copytree(Path(__file__).resolve().parent.parent / 'hooks', copy)
    monkeypatch.setattr('git_session.hooks.source', lambda: str(copy))
    run('start', 'work')
    assert repo.run('git', 'commit', '-q', '--allow-empty', '-m', 'one') == Result(0, '', '')
    assert repo.message().startswith('one\n\nSession-Id: ')


def test_hooks_of_a_linked_worktree_are_those_of_the_repository(
    repo: Repo, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.git('worktree', 'add', '-q', '../tree', '-b', 'other')
    monkeypatch.chdir(tmp_path / 'tree')
    assert run('hooks', 'install').err == f'hooks installed in {repo.path}/.git/hooks\n'
    run('hooks', 'uninstall')


def test_states(repo: Repo, run: Run) -> None:
    place = repo.path / '.git/hooks'
    run('hooks', 'install')
    (place / 'commit-msg').chmod(0o644)
    (place / 'post-merge').unlink()
    shell()(place / 'post-commit')
    text = (place / 'post-rewrite').read_text()
    (place / 'post-rewrite').write_text(text.replace('session_python=', 'session_python=/old'))
    assert run('hooks', status=1).out == (
        'prepare-commit-msg: installed\n'
        'commit-msg: installed, not executable\n'
        'post-commit: not installed, another hook is there\n'
        'post-checkout: installed\n'
        'post-rewrite: installed, of another installation\n'
        'post-merge: not installed\n'
    )
    run('hooks', 'install')
    assert run('hooks').out.count(': installed') == len(EVENTS)


# the hooks directory: where it can be, and what becomes of it between installing and uninstalling


@pytest.mark.parametrize('path', ['.githooks', '{worktree}'])
def test_worktrees_with_hooks_directories_of_their_own(
    repo: Repo, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Each has ours in its own, whichever was first; uninstalling takes out all."""
    tree = Repo(tmp_path / 'tree')
    repo.git('worktree', 'add', '-q', str(tree.path), '-b', 'other')
    repo.git('config', 'extensions.worktreeConfig', 'true')
    if path == '.githooks':
        repo.git('config', 'core.hooksPath', path)
        places = [repo.path / path, tree.path / path]
    else:
        tree.git('config', '--worktree', 'core.hooksPath', str(tmp_path / 'own'))
        places = [repo.path / '.git/hooks', tmp_path / 'own']
    config = (repo.path / '.git/config').read_bytes()
    for each, place in ((repo, places[0]), (tree, places[1]), (repo, places[0])):
        monkeypatch.chdir(each.path)
        assert run('hooks', 'install', *FILES).err == f'hooks installed in {place}\n'
    for each in (repo, tree):
        monkeypatch.chdir(each.path)
        assert run('hooks').out.count(': installed\n') == len(EVENTS)
    assert all(hookfiles.is_ours(str(place / 'commit-msg')) for place in places)
    run('hooks', 'uninstall')
    assert not any(hookfiles.is_ours(str(place / 'commit-msg')) for place in places)
    assert (repo.path / '.git/config').read_bytes() == config
    assert run('hooks', 'uninstall').err == 'no hooks of git session here\n'


@pytest.mark.parametrize('there', ['missing', 'file', 'file in between', 'dead symlink'])
def test_a_hooks_directory_that_is_none(repo: Repo, run: Run, there: str) -> None:
    """Made where it is missing; anything else is refused, and nothing has changed."""
    place = repo.path / '.git/hooks'
    shutil.rmtree(place, ignore_errors=True)
    if there == 'file':
        place.write_text('mine\n')
    elif there == 'dead symlink':
        place.symlink_to('/nowhere/at/all/hooks')
    elif there == 'file in between':
        repo.git('config', 'core.hooksPath', 'a.txt/hooks')
    before = snapshot(repo.path)
    if there == 'missing':
        run('hooks', 'install', *FILES)
        run('hooks', 'uninstall')
    else:
        refused = run('hooks', 'install', *FILES, status=128).err
        assert re.match(r"fatal: cannot install hooks in '.*': ", refused)
    after = snapshot(repo.path)
    assert {name: each[::2] for name, each in after.items() if 'sessions' not in name} == {
        name: each[::2] for name, each in before.items()
    }
    assert not list(repo.path.glob('.git/sessions/*'))


@pytest.mark.skipif(os.geteuid() == 0, reason='root writes everywhere')
def test_a_read_only_hooks_directory(repo: Repo, run: Run) -> None:
    place = repo.path / '.git/hooks'
    place.mkdir(exist_ok=True)
    place.chmod(0o555)
    refused = run('hooks', 'install', *FILES, status=128).err
    assert refused == f"fatal: cannot install hooks in '{place}': Permission denied\n"
    assert not list(repo.path.glob('.git/sessions/*'))
    place.chmod(0o755)


@pytest.mark.parametrize('now', ['.second', None])
def test_a_hooks_path_that_changes(repo: Repo, run: Run, now: str | None) -> None:
    """Between two installations, and between installing and uninstalling: nothing is left."""
    repo.git('config', 'core.hooksPath', '.first')
    first = (repo.path / '.git/config').read_bytes()
    run('hooks', 'install', *FILES)
    if now:
        repo.git('config', 'core.hooksPath', now)
        run('hooks', 'install', *FILES)
        assert not (repo.path / '.first').exists()
        assert len(list((repo.path / now).iterdir())) == len(EVENTS)
        repo.git('config', 'core.hooksPath', '.first')
    else:
        repo.git('config', '--unset', 'core.hooksPath')
        first = first.replace(b'\thooksPath = .first\n', b'')
    run('hooks', 'uninstall')
    assert (repo.path / '.git/config').read_bytes() == first
    assert not list(repo.path.glob('.*/commit-msg'))
    assert not (repo.path / (now or '.first')).exists()
    assert repo.git('status', '--porcelain') == ''
    assert run('hooks', 'uninstall').err == 'no hooks of git session here\n'


OURS = '[include]\n\tpath = sessions/.hooks.gitconfig\n'


@pytest.mark.parametrize(
    ('users', 'moved'),
    [
        ('[user]\n\tx = 1\n', OURS + '[user]\n\tx = 1\n'),
        ('[include]\n\tpath = mine\n', OURS + '\tpath = mine\n'),
        ('[include]\n\tpath = mine\n', '[include]\n\tpath = mine\n' + OURS.partition('\n')[2]),
        ('# end\n', OURS + '# end\n'),
        ('', OURS + OURS),
    ],
)
def test_an_include_that_was_moved(repo: Repo, run: Run, users: str, moved: str) -> None:
    """By hand or by a tool: only our line goes, and git reads the rest as before."""
    config = repo.path / '.git/config'
    plain = config.read_text()
    config.write_text(plain + users)
    listed = repo.git('config', '--local', '--no-includes', '--list')
    run('hooks', 'install', *FILES)
    config.write_text(moved + plain if moved.endswith(users) else plain + moved)
    run('hooks', 'uninstall')
    assert sorted(repo.git('config', '--local', '--no-includes', '--list').split('\n')) == sorted(
        listed.split('\n')
    )
    assert 'sessions' not in config.read_text()
    assert '# end' not in users or '# end\n' in config.read_text()


@pytest.mark.parametrize('suffix', ['.legacy', '.old'])
@pytest.mark.parametrize('foreign', [False, True])
def test_after_a_manager_moved_ours(repo: Repo, run: Run, suffix: str, *, foreign: bool) -> None:
    """Ours goes from where it was put; the manager's stays, what was first there comes back."""
    place = repo.path / '.git/hooks'
    place.mkdir(exist_ok=True)
    if foreign:
        shell()(place / 'post-commit')
    before = snapshot(place)
    run('hooks', 'install', *FILES)
    (place / 'post-commit').rename(place / f'post-commit{suffix}')
    (place / 'post-commit').write_text('#!/bin/sh\n# the manager\n')
    run('hooks', 'uninstall')
    after = snapshot(place)
    assert after.pop('post-commit')[2] == b'#!/bin/sh\n# the manager\n'
    if foreign:  # where the manager looks for the one that was there
        assert after.pop(f'post-commit{suffix}') == before.pop('post-commit')
    assert after == before
    assert run('hooks', 'uninstall').err == 'no hooks of git session here\n'


def test_a_global_hooks_path_is_not_written(repo: Repo, run: Run) -> None:
    """Nor made, by any method that asks for files."""
    home = Path(os.environ['HOME'])
    repo.git('config', '--global', 'core.hooksPath', str(home / 'shared'))
    (home / 'shared').mkdir()
    before = snapshot(home), snapshot(repo.path / '.git')
    run('hooks', 'install', *FILES, status=1)
    assert (snapshot(home), snapshot(repo.path / '.git')) == before


def test_an_installation_that_fails_leaves_the_one_that_is_there(repo: Repo, run: Run) -> None:
    run('hooks', 'install', *FILES)
    before = {path.name: path.read_bytes() for path in (repo.path / '.git' / 'hooks').iterdir()}
    repo.git('config', 'core.hooksPath', '/dev/null')
    failed = run('hooks', 'install', *FILES, status=128)
    assert "cannot install hooks in '/dev/null': Not a directory" in failed.err
    after = {path.name: path.read_bytes() for path in (repo.path / '.git' / 'hooks').iterdir()}
    assert after == before


def test_a_hook_file_whose_lines_were_changed_is_written_anew(repo: Repo, run: Run) -> None:
    run('hooks', 'install', *FILES)
    hook = repo.path / '.git' / 'hooks' / 'post-commit'
    text = hook.read_bytes()
    hook.write_bytes(text.replace(b'\n', b'\r\n'))
    assert 'post-commit: installed, of another installation' in run('hooks', 'status').out
    run('hooks', 'install', *FILES)
    assert hook.read_bytes() == text


def test_the_names_of_an_interpreter_are_one_installation(
    repo: Repo, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip writes `git session` for python3, and somebody starts `python -m git_session`."""
    for name in ('python', 'python3'):
        (tmp_path / name).symlink_to(sys.executable)
    monkeypatch.setattr(sys, 'prefix', str(tmp_path))
    monkeypatch.setattr(sys, 'executable', str(tmp_path / 'python3'))
    run('hooks', 'install')
    monkeypatch.setattr(sys, 'executable', str(tmp_path / 'python'))
    assert run('hooks').out.count(': installed\n') == len(EVENTS)


def test_where_a_shell_has_switched_hooks_off_they_are_installed_for_the_others(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Gemini CLI does for its shells."""
    for name, value in {'COUNT': '1', 'KEY_0': 'core.hooksPath', 'VALUE_0': ''}.items():
        monkeypatch.setenv(f'GIT_CONFIG_{name}', value)
    shown = repo.run('git', 'session', 'start', 'work', '-o', 'x')
    assert 'installed git hooks in .git/hooks' in shown.err and 'warning' not in shown.err
    repo.commit('without a hook', **{'b.txt': 'b'})
    assert 'Session-Id' not in repo.message()
    said = repo.run('git', 'session', 'doctor').out
    assert "core.hooksPath is '' (command config), so git does not look into" in said
    monkeypatch.delenv('GIT_CONFIG_COUNT')
    repo.commit('with them', **{'c.txt': 'c'})
    assert 'Session-Id' in repo.message()


def test_it_is_looked_once_whether_there_is_a_session(
    session: Repo, run: Run, tmp_path: Path
) -> None:
    """Where somebody is live too, and the hook goes on without a session."""
    run('hooks', 'uninstall')
    run('hooks', 'install')  # those of this package
    session.commit('two', **{'b.txt': 'b'})
    package = tmp_path / 'package'
    shutil.copytree(hooks.source(), package)
    with (package / 'guard.sh').open('a') as file:
        file.write(f'echo read >> "{tmp_path}/log"\n')
    for event in ('post-commit', 'post-merge'):
        hook = session.path / '.git/hooks' / event
        hook.write_text(hook.read_text().replace(hooks.source(), str(package)))
    assert (session.path / '.git/session-live').is_dir()
    session.git('switch', '-q', 'main')
    session.git('commit', '-q', '--allow-empty', '-m', 'x')
    session.git('merge', '-q', '--no-edit', 'work')
    assert (tmp_path / 'log').read_text() == 'read\n' * 2
