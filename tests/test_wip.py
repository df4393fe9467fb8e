"""Saved work in progress: every state of a tree comes back, whatever kills the command.

WIP_EXAMPLES says how many random trees are tried; a few dozen without it.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from git_session import process
from git_session.main import main
from tests.repo import Repo

EXAMPLES = int(os.environ.get('WIP_EXAMPLES', '24'))
PATHS = ['a.txt', 'b.txt', 'd/x', 'd/y', 'd', 'new', 'n/e/w', 'a.txt/in', 'crlf.txt', 'odd\t"é\n']
TEXTS = ['', 'one\n', 'six\n', 'two\r\nlines\n', 'three\r\n', '\x00\xff']

_path = st.sampled_from(PATHS)
_step = st.one_of(
    st.tuples(st.just('write'), _path, st.sampled_from(TEXTS)),
    st.tuples(st.just('link'), _path, st.sampled_from(['a.txt', 'nowhere', 'd'])),
    st.tuples(
        st.sampled_from(['chmod', 'hide', 'delete', 'stage', 'intend', 'forget', 'assume']), _path
    ),
    st.tuples(st.just('rename'), _path, _path),
    st.tuples(
        st.sampled_from(
            ['submodule', 'stage submodule', 'ignore submodule', 'stage all', 'attributes']
        )
    ),
)


@pytest.fixture(scope='module')
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sessions on `work` and `other`, whose files differ, a submodule, ignored files."""
    place = tmp_path_factory.mktemp('wip')
    (place / '.gitconfig').write_text(
        '[user]\n\tname = Ann Author\n\temail = ann@example.com\n'
        '[init]\n\tdefaultBranch = main\n[protocol "file"]\n\tallow = always\n'
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('HOME', str(place))
        patch.setenv('GIT_CONFIG_NOSYSTEM', '1')
        (place / 'sub').mkdir()
        sub = Repo(place / 'sub')
        sub.git('init', '-q')
        sub.commit('one')
        sub.commit('two')
        (place / 'repo').mkdir()
        repo = Repo(place / 'repo')
        repo.git('init', '-q')
        repo.write_file('.gitattributes', 'crlf.txt text eol=crlf\n')
        repo.write_file('.gitignore', '*.o\n')
        repo.write_file('d/x', 'x\n')
        repo.write_file('d/y', 'y\n')
        repo.write_file('crlf.txt', 'one\r\ntwo\r\n')
        repo.git('submodule', '--quiet', 'add', '../sub', 'sub')
        repo.git('add', '.')
        repo.commit('first', **{'a.txt': 'one\n', 'b.txt': 'b\n'})
        repo.git('branch', 'other')
        patch.chdir(repo.path)
        assert command('start', 'work')[0] == command('start', 'other')[0] == 0
        repo.git('rm', '-q', 'b.txt')
        repo.commit('other', **{'a.txt': 'other\n', 'd/x': 'other\n', 'd/z': 'z\n'})
        repo.git('switch', '-q', 'work')
        repo.write_file('kept.o', 'ignored\n')
        repo.write_file('d/kept.o', 'ignored\n')
    return place


@pytest.fixture
def world(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(template, tmp_path, monkeypatch)


class World:
    """Copies of the template, one after the other."""

    def __init__(self, template: Path, place: Path, patch: pytest.MonkeyPatch) -> None:
        self.template, self.place, self.patch = template, place / 'world', patch
        self.repo = Repo(self.place / 'repo')

    def fresh(self) -> Repo:
        if self.place.exists():
            self.patch.chdir('/')
            shutil.rmtree(self.place)
        shutil.copytree(self.template, self.place, symlinks=True)
        self.patch.chdir(self.repo.path)
        return self.repo


def remove(path: Path) -> None:
    """Remove what is there, if anything; of a folder with ignored files all the rest."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    for each in path.iterdir():
        if each.suffix != '.o':
            remove(each)
    path.rmdir()


def do(repo: Repo, step: tuple[str, ...]) -> None:
    """One step of somebody's work; what cannot be done is not."""
    name, *rest = step
    path = repo.path / rest[0] if rest else repo.path
    with contextlib.suppress(OSError):
        if name in ('write', 'link'):
            remove(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            if name == 'link':
                path.symlink_to(rest[1])
            else:
                path.write_bytes(rest[1].encode('latin-1'))
        elif name in ('chmod', 'hide'):
            if path.is_file() and not path.is_symlink():
                path.chmod(
                    path.stat().st_mode ^ 0o111 if name == 'chmod' else path.stat().st_mode & 0o700
                )
        elif name == 'delete':
            remove(path)
        elif name == 'rename':
            path.rename(repo.path / rest[1])
        elif name == 'attributes':
            repo.write_file('.gitattributes', '* text eol=crlf\n')
        elif name == 'submodule':
            Repo(repo.path / 'sub').run('git', 'checkout', '-q', 'HEAD~')
        else:
            words = {
                'stage': ['add', '-A', '--'], 'intend': ['add', '-N', '--'],
                'forget': ['rm', '-rq', '--cached', '-f', '--'],
                'assume': ['update-index', '--assume-unchanged', '--'],
                'stage submodule': ['add', '-f', 'sub'], 'stage all': ['add', '-A'],
                'ignore submodule': ['config', 'submodule.sub.ignore', 'all'],
            }[name]  # fmt: skip
            repo.run('git', '--literal-pathspecs', *words, *rest)


def state(repo: Repo) -> dict[str, Any]:
    """Content and mode of every file, and the index with its flags."""
    found: dict[str, Any] = {}
    for folder, folders, names in os.walk(repo.path):
        if '.git' in folders:
            folders.remove('.git')
        for name in [*names, *(each for each in folders if os.path.islink(f'{folder}/{each}'))]:
            path = os.path.join(folder, name)
            mode = os.lstat(path).st_mode
            link = stat.S_ISLNK(mode)
            with_what = os.readlink(path) if link else Path(path).read_bytes()
            found[os.path.relpath(path, repo.path)] = (link or mode & 0o777, with_what)
    found['index'] = repo.git('ls-files', '-s', '-v', '-z')
    flags = repo.git('ls-files', '--debug').splitlines()
    found['flags'] = [line.split('flags: ')[1] for line in flags if 'flags: ' in line]
    found['submodule'] = Repo(repo.path / 'sub').git('rev-parse', 'HEAD')
    return found


def visible(found: dict[str, Any], tree: str) -> dict[str, Any]:
    """Flags alone are no work in progress: in a clean tree git itself drops them on the way."""
    if tree:
        return found
    return {**found, 'flags': '', 'index': found['index'].replace('h ', 'H ')}


def command(*words: str) -> tuple[int, str]:
    """`git session` in this process: its exit status and all that it said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = main(words)
    return status, said.getvalue()


def killed(number: int, *words: str) -> bool:
    """Run a command that dies before its step of that number; whether it did."""
    child = os.fork()
    if child == 0:
        try:
            _arm(number)
            command(*words)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def _arm(number: int) -> None:
    """Steps are what can be seen from outside: processes, files that come and go."""
    left = [number]

    def counted(real: Any) -> Any:
        def step(*given: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                os._exit(9)
            return real(*given, **named)

        return step

    for owner, name in ((process, 'spawn'), (os, 'replace'), (os, 'link'), (os, 'unlink'),
                        (os, 'rmdir'), (os, 'fsync')):  # fmt: skip
        setattr(owner, name, counted(getattr(owner, name)))


def back(repo: Repo) -> None:
    """What somebody does after a crash: what git and status say."""
    (repo.path / '.git/index.lock').unlink(missing_ok=True)
    if repo.git('branch', '--show-current') != 'work':
        assert command('switch', 'work')[0] == 0
    for _ in range(3):
        if repo.run('git', 'rev-parse', '-q', '--verify', 'refs/session/wip/work').status != 0:
            return
        assert 'work in progress of ' in command('status')[1]
        status, said = command('wip', 'restore')
        assert status == 0, said
    raise AssertionError('there is still something saved')


def arrange(world: World, steps: list[tuple[str, ...]]) -> tuple[Repo, str, dict[str, Any]]:
    """The repository after the steps, what git status says, and its state."""
    repo = world.fresh()
    # What is flagged is unchanged, says git, and so do we: the flags come last.  So does what
    # git takes for unchanged: permissions are those of files that have changed.
    for step in sorted(steps, key=lambda step: ('hide', 'assume').index(step[0]) + 1
                       if step[0] in ('hide', 'assume') else 0):  # fmt: skip
        if step[0] in ('hide', 'assume'):
            changed = repo.git('--literal-pathspecs', 'status', '--porcelain', '--', step[1])
            if (changed != '') is (step[0] == 'assume'):
                continue
        do(repo, step)
    tree = repo.git('status', '--porcelain')
    return repo, tree, visible(state(repo), tree)


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), print_blob=True)
@given(steps=st.lists(_step, max_size=8))
def test_there_and_back(world: World, steps: list[tuple[str, ...]]) -> None:
    repo, tree, before = arrange(world, steps)
    status, said = command('switch', 'other')
    if status != 0:  # what would be lost is refused, in words, and nothing is changed
        assert 'cannot save' in said or 'would be overwritten' in said, said
        assert visible(state(repo), tree) == before
        return
    dirty = repo.git('status', '--porcelain', '--ignore-submodules=all')
    assert dirty == '', (dirty, said)
    assert repo.git('stash', 'list') == ''
    status, said = command('switch', 'work')
    assert status == 0, said
    assert visible(state(repo), tree) == before, said
    assert repo.git('for-each-ref', 'refs/session') == ''


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), print_blob=True)
@given(
    steps=st.lists(_step, min_size=1, max_size=8), number=st.integers(0, 60),
    again=st.booleans(), returning=st.booleans(),
)  # fmt: skip
def test_killed_at_any_step(
    world: World, steps: list[tuple[str, ...]], number: int, again: bool, returning: bool
) -> None:
    repo, tree, before = arrange(world, steps)
    if returning and command('switch', 'other')[0] != 0:
        return
    killed(number, 'switch', 'work' if returning else 'other')
    if again and repo.git('branch', '--show-current') == 'work':
        (repo.path / '.git/index.lock').unlink(missing_ok=True)
        command('switch', 'other')
    back(repo)
    assert visible(state(repo), tree) == before
