"""One hermetic world a test: its own HOME, identity, no editor, no terminal, no network."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from git_session import forge, git, hooks, probe
from git_session.identity import AGENTS
from git_session.main import main
from tests.exercise import (  # noqa: F401  # what pytest finds here
    muted_program,
    pytest_configure,
    pytest_runtest_call,
)
from tests.repo import BEGUN, Repo, Result

# The same examples in every run, however slow the machine is.
settings.register_profile(
    'tests', deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile('tests')


# Some tests have clocks of their own.
_CLOCK = time.time

# A suite that is started in the background has SIGINT ignored, and children inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def hermetic(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's git, of its user or of a calling git reaches a test."""
    home = tmp_path_factory.mktemp('home')
    for name in list(os.environ):
        if name.startswith(('GIT_', 'SESSION_')) or name in ('NO_COLOR', 'EDITOR', 'VISUAL'):
            monkeypatch.delenv(name)
    for _, signs, key in AGENTS:  # an agent may run the tests
        for name in (*signs, key):
            monkeypatch.delenv(name, raising=False)
    (home / '.gitconfig').write_text(
        '[user]\n\tname = Ann Author\n\temail = ann@example.com\n'
        '[init]\n\tdefaultBranch = main\n[protocol "file"]\n\tallow = always\n'
        '[advice]\n\tdetachedHead = false\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n'
    )
    monkeypatch.setenv('HOME', str(home))
    monkeypatch.chdir(home)  # or it is the checkout that a test works in
    monkeypatch.setenv('XDG_CONFIG_HOME', str(home / '.config'))
    monkeypatch.setenv('GIT_CONFIG_NOSYSTEM', '1')
    monkeypatch.setenv('GIT_EDITOR', 'false')
    monkeypatch.setenv('GIT_TERMINAL_PROMPT', '0')
    monkeypatch.setenv('TERM', 'dumb')
    monkeypatch.setenv('LC_ALL', 'C.UTF-8')
    monkeypatch.setenv('TZ', 'UTC')
    monkeypatch.setenv('COLUMNS', '80')
    for module in (forge, probe):  # a machine may stand still for longer than they wait
        monkeypatch.setattr(module, 'LIMIT', 600.0)
    # `git session` finds the program of the interpreter that runs the tests.
    monkeypatch.setenv('PATH', str(Path(sys.executable).parent) + os.pathsep + os.environ['PATH'])


@pytest.fixture(autouse=True)
def no_git_stays(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A git that no command waited for ends with the test, as it does with a process of ours.

    Thousands of tests in one process would have no pipes left.
    """
    begin = git.Process.__init__
    BEGUN.clear()

    def noted(process: git.Process, *args: Any, **more: Any) -> None:
        begin(process, *args, **more)
        BEGUN.append(process)

    monkeypatch.setattr(git.Process, '__init__', noted)
    yield
    for each in BEGUN:
        if each.ended is None:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):  # buried already
                each.stop()
    BEGUN.clear()


@pytest.fixture(scope='session')
def older_git(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """git's own programs, but `git version` is one whose hooks are files."""
    programs = tmp_path_factory.mktemp('older')
    core = subprocess.run(['git', '--exec-path'], check=True, capture_output=True, text=True)
    for program in Path(core.stdout.strip()).iterdir():
        (programs / program.name).symlink_to(program)
    (programs / 'git').unlink(missing_ok=True)
    (programs / 'git').write_text(
        '#!/bin/sh\nfor last; do :; done\n'
        '[ "$last" != version ] || exec echo git version 2.53.0\n'
        f'exec "{shutil.which("git")}" "$@"\n'
    )
    (programs / 'git').chmod(0o755)
    return programs


@pytest.fixture
def files_method(older_git: Path, hermetic: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of the hooks as files, where git would have them in its configuration."""
    if git.version() >= hooks.CONFIG_HOOKS:
        monkeypatch.setenv('PATH', f'{older_git}{os.pathsep}{os.environ["PATH"]}')
        monkeypatch.setenv('GIT_EXEC_PATH', str(older_git))


@pytest.fixture
def make_repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Repo]:
    """Make repositories below the test's own folder; the last one made is the current directory."""

    def make(name: str = 'repo', *options: str, commit: bool = True) -> Repo:
        path = tmp_path / name
        repo = Repo(path)
        path.mkdir(parents=True)
        repo.git('init', '-q', '-b', 'main', *options)
        if commit:
            repo.commit('first', **{'a.txt': 'one\n'})
        monkeypatch.chdir(path)
        return repo

    return make


@pytest.fixture
def repo(make_repo: Callable[..., Repo]) -> Repo:
    """A repository with one commit on main."""
    return make_repo()


@pytest.fixture
def session(repo: Repo) -> Repo:
    """A repository with a session on branch `work`, hooks installed, one objective active."""
    repo.session('start', 'work', '-o', 'First objective')
    return repo


@pytest.fixture
def hub(session: Repo) -> Repo:
    """The same with a remote, in `../hub.git`, that has both branches."""
    session.git('init', '-q', '--bare', '../hub.git')
    session.git('remote', 'add', 'origin', '../hub.git')
    session.git('push', '-q', 'origin', 'main', 'work')
    return session


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """`git session` in this process, which saves the start of a Python; `status` is expected."""
    begun = monotonic()

    def run(*words: str, status: int = 0) -> Result:
        capfd.readouterr()
        got = main(words)
        out, err = capfd.readouterr()
        assert got == status, f'{words}: {got}\n{out}\n{err}'
        if time.time is _CLOCK:
            out, err = (prompt(text, monotonic() - begun) for text in (out, err))
        return Result(got, out, err)

    return run


def prompt(text: str, seconds: float) -> str:
    """A text as it is where a test that took so long takes less than a minute.

    A machine may stand still; what the test has done meanwhile was `just now`.
    """

    def quick(found: re.Match[str]) -> str:
        if 60 * int(found[1] or found[2]) > seconds:
            return found[0]
        return 'just now' if found[1] else 'active time 0m'

    return re.sub(r'\b(?:(\d+) minutes? ago|active time (\d+)m)\b', quick, text)
