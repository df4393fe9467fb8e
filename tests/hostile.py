"""A world in which somebody else has written whatever comes in, and commands that are watched.

Each command is a process of its own, forked from one that has everything loaded: bounded in
memory and processor time, spied on for what it starts and reads, and judged by `World.judge`.
Longer on request: ``python -m tests.hostile --minutes 60 --seed 7``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 10  # of processor time that a command may take, with all that it starts
WAIT = 300  # seconds by the clock, on a busy machine too
ROOM = 500 << 20  # bytes of memory that a command may have beyond the loaded interpreter
MOST_LINE = 2000  # characters of a line of an error
# What the product runs, and what the test does: anything else was started by the input.
PROGRAMS = frozenset({'git', 'gh', 'glab'})
PAYLOAD = 'touch "$PWNED"'  # what hostile texts try to have run
# In the git directory: where commands write, and git does for them.
_WRITTEN = (
    'sessions/', 'session-', 'objects/', 'logs/', 'refs/notes/', 'refs/session/',
    'refs/remotes/', 'packed-refs', 'FETCH_HEAD', 'ORIG_HEAD', 'COMMIT_EDITMSG', 'index',
)  # fmt: skip


class Said(NamedTuple):
    """What a command said; `seconds` of processor time and `memory` in bytes."""

    words: tuple[str, ...]
    status: int
    out: bytes
    err: bytes
    seconds: float
    memory: int
    seen: tuple[str, ...]

    def __repr__(self) -> str:
        shown = [each[:80] for each in self.words]
        return (
            f'{shown}: {self.status}, {self.seconds:.2f} s, {self.memory >> 20} MiB\n'
            f'{self.out[:600]!r}\n{self.err[:1500]!r}'
        )


class Machine:
    """The process that commands are forked from."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, '-c', 'from tests.hostile import serve; serve()'], cwd=ROOT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, 'PYTHONPATH': str(ROOT)},
        )  # fmt: skip
        self.commands = 0
        self.slowest: dict[str, float] = {}
        self.largest: dict[str, int] = {}

    def run(self, words: tuple[str, ...], folder: Path, env: dict[str, str], given: bytes,
            scratch: Path, *, is_git: bool = False) -> Said:  # fmt: skip
        """Run `git session` with these words, or git itself, in a folder."""
        assert self.process.stdin and self.process.stdout
        (scratch / 'in').write_bytes(given)
        job = {'words': words, 'folder': str(folder), 'env': env, 'scratch': str(scratch),
               'git': is_git}  # fmt: skip
        self.process.stdin.write(json.dumps(job).encode() + b'\n')
        self.process.stdin.flush()
        status, seconds, memory = json.loads(self.process.stdout.readline())
        self.commands += 1
        name = ' '.join(words[:2])[:24]
        self.slowest[name] = max(self.slowest.get(name, 0.0), seconds)
        self.largest[name] = max(self.largest.get(name, 0), memory)
        out, err, seen = ((scratch / each).read_bytes() for each in ('out', 'err', 'seen'))
        spied = tuple(dict.fromkeys(seen.decode('utf-8', 'surrogateescape').split('\n')[:-1]))
        return Said(words, status, out, err, seconds, memory, spied)

    def close(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


# --- the other process


def serve() -> None:
    """Run jobs, a line each, until there are no more."""
    import importlib
    import pkgutil

    import git_session

    for each in pkgutil.walk_packages(git_session.__path__, 'git_session.'):
        if each.name != 'git_session.__main__':
            importlib.import_module(each.name)
    for name in ('yaml', 'dulwich.object_store', 'redact_secret', 'tomllib', 'tomli_w', 'json',
                 'xml.parsers.expat', 'concurrent.futures.thread', 'datetime', 'ast', 'difflib',
                 'subprocess', 'anyio', 'mcp.server.stdio', 'mcp_types'):  # fmt: skip
        try:
            importlib.import_module(name)
        except ImportError:
            pass  # an extra that is not there
    jobs, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    with open(jobs, 'rb') as file:
        for line in file:
            job = json.loads(line)
            pid = os.fork()
            if not pid:
                _run(job)
            _, status, used = os.wait4(pid, 0)
            seconds = used.ru_utime + used.ru_stime
            answer = [os.waitstatus_to_exitcode(status), seconds, used.ru_maxrss << 10]
            os.write(answers, json.dumps(answer).encode() + b'\n')


def _run(job: dict[str, Any]) -> None:
    """Become the command of a job."""
    scratch = job['scratch']
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for number, name in enumerate(('in', 'out', 'err')):
        path = os.path.join(scratch, name)
        handle = os.open(path, flags if number else os.O_RDONLY, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    spy = os.open(os.path.join(scratch, 'seen'), flags, 0o600)
    os.chdir(job['folder'])
    os.environ.clear()
    os.environ.update(job['env'])
    for name, mode in (('stdin', 'r'), ('stdout', 'w'), ('stderr', 'w')):
        number = ('stdin', 'stdout', 'stderr').index(name)
        errors = 'backslashreplace' if name == 'stderr' else 'surrogateescape'
        setattr(sys, name, open(number, mode, encoding='utf-8', errors=errors, closefd=False))  # noqa: SIM115
    _bound()
    if job['git']:
        os.execvp('git', ['git', *job['words']])
    from git_session.main import run

    sys.argv = ['git-session', *job['words']]
    sys.addaudithook(_watch(spy))
    run()


def _bound() -> None:
    signal.alarm(WAIT)  # whoever waits for something that never comes uses no processor time
    with open('/proc/self/statm', encoding='ascii') as file:
        size = int(file.read().split()[0]) * resource.getpagesize()
    for kind, most in ((resource.RLIMIT_AS, size + ROOM), (resource.RLIMIT_CPU, SECONDS),
                       (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 1 << 28)):  # fmt: skip
        resource.setrlimit(kind, (most, most))


def _watch(spy: int) -> Callable[[str, tuple[Any, ...]], None]:
    """Writes down what is started and what is opened, a line each."""

    def hook(event: str, given: tuple[Any, ...]) -> None:
        if event == 'open' and isinstance(given[0], (str, bytes)):
            os.write(spy, b'open ' + os.fsencode(os.path.abspath(given[0])) + b'\n')
        elif event in ('os.posix_spawn', 'subprocess.Popen', 'os.system', 'os.exec'):
            os.write(spy, b'start ' + os.fsencode(os.path.basename(given[0])) + b'\n')
        elif event == 'socket.connect':
            os.write(spy, b'connect\n')

    return hook


# --- the world


class World:
    """One clone at work, its remote, another clone of somebody who is not trusted, a home."""

    def __init__(self, machine: Machine, path: Path, scratch: Path) -> None:
        self.machine, self.path, self.scratch = machine, path, scratch
        self.repo, self.eve, self.home = path / 'repo', path / 'eve', path / 'home'
        self.env = {
            name: value for name, value in os.environ.items() if not name.startswith('PYTEST')
        }
        self.env |= {'HOME': str(self.home), 'XDG_CONFIG_HOME': str(self.home / '.config'),
                     'PWNED': str(path / 'it-was-run')}  # fmt: skip
        self.outside: tuple[str, ...] = ()  # what a command may write in the working tree
        self._before: dict[str, str] = {}

    # --- setting up

    def git(self, *words: str, given: bytes = b'', folder: Path | None = None, **env: str) -> str:
        """The stdout of a git that has to succeed, by the test itself; no hook of ours runs."""
        done = subprocess.run(
            ['git', *words], cwd=folder or self.repo, input=given, capture_output=True,
            env={**self.env, 'GIT_SESSION': '0', **env}, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (words, done.stderr[:2000])
        return done.stdout.decode('utf-8', 'surrogateescape').removesuffix('\n')

    def write(self, name: str, content: str | bytes, folder: Path | None = None) -> Path:
        path = (folder or self.repo) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode('utf-8', 'surrogatepass') if isinstance(content, str) else content
        path.write_bytes(data)
        return path

    @property
    def place(self) -> Path:
        return self.repo / '.git/sessions/work'

    def commit(self, message: bytes, author: str = 'Eve', *, on: str = 'HEAD') -> str:
        """A commit that git itself would not make, byte for byte; no ref moves."""
        head = self.git('rev-parse', on)
        name = author.replace('\n', ' ').replace('\0', ' ')
        raw = (
            f'tree {self.git("rev-parse", f"{on}^{{tree}}")}\nparent {head}\n'
            f'author {name} <eve@x> 1795388546 +0000\ncommitter {name} <e> 1795388546 +0000\n\n'
        ).encode('utf-8', 'surrogateescape') + message
        return self.git('hash-object', '-t', 'commit', '-w', '--literally', '--stdin', given=raw)

    def note(self, lines: bytes, on: str = 'work') -> None:
        """What somebody else publishes, as the note of a commit in the remote."""
        commit = self.git('rev-parse', on)
        blob = self.git('hash-object', '-w', '--stdin', given=lines, folder=self.eve)
        self.notes_tree(f'100644 blob {blob}\t{commit}\0'.encode())

    def notes_tree(self, entries: bytes) -> None:
        """The whole tree of the notes of somebody else, pushed by force."""
        tree = self.git('mktree', '-z', '--missing', given=entries, folder=self.eve)
        made = self.git('commit-tree', tree, '-m', 'Notes', folder=self.eve)
        self.git('update-ref', 'refs/notes/session', made, folder=self.eve)
        self.git('push', '-q', '-f', 'origin', 'refs/notes/session', folder=self.eve)

    # --- running and judging

    def ready(self) -> None:
        """All that is here now was there before: what changes from now on was changed by us."""
        self._before = self.survey()

    def survey(self) -> dict[str, str]:
        """What must stay as it is: path -> what it is."""
        found = {}
        for path in _walk(str(self.path)):
            name = os.path.relpath(path, self.path)
            rest = name.removeprefix('repo/.git/')
            if rest == name or not rest.startswith(_WRITTEN):
                found[name] = _print(path)
        return {
            name: each for name, each in found.items()
            if not (self.outside and name.startswith(self.outside))
        }  # fmt: skip

    def run(self, *words: str, given: bytes = b'', folder: Path | None = None, **env: str) -> Said:
        """A `git session` that has to be right in everything; any of git's exit statuses."""
        said = self.machine.run(
            words, folder or self.repo, {**self.env, **env}, given, self.scratch
        )
        self.judge(said)
        return said

    def by_git(self, *words: str, given: bytes = b'', **env: str) -> Said:
        """git, with the hooks: it has to succeed, and our hooks say no word that is not ours."""
        said = self.machine.run(
            words, self.repo, {**self.env, **env}, given, self.scratch, is_git=True
        )
        assert said.status == 0, said
        _judge_text(said, said.err)
        return said

    def judge(self, said: Said) -> None:
        assert said.status in (0, 1, 128, 129), said
        assert said.seconds < SECONDS, said
        for text in (said.out, said.err):
            _judge_text(said, text)
        err = said.err.decode()
        for sign in ('Traceback', 'BUG', '  File "', 'MemoryError', 'RecursionError'):
            assert sign not in err, said
        if said.status >= 128:
            assert re.search('^(?:fatal|error|usage): ', err, re.MULTILINE), said
        if said.status == 0 and ('--json' in said.words or 'json' in said.words):
            json.loads(said.out, parse_constant=_refuse)
        if max(map(len, said.words)) < MOST_LINE // 4:  # what was typed is said again, as by git
            assert max(map(len, err.split('\n'))) < MOST_LINE, said
        for each in said.seen:
            kind, _, name = each.partition(' ')
            if kind == 'start':
                assert name in PROGRAMS, (each, said)
            assert kind != 'connect', said
            if kind == 'open':
                assert self._may_open(name), (each, said)

    def _may_open(self, path: str) -> bool:
        places = (str(self.path), str(ROOT / 'git_session'), sys.prefix, sys.base_prefix,
                  '/dev/null', '/proc/', tempfile.gettempdir() + '/', '/usr/')  # fmt: skip
        return path.startswith(places)

    def check(self) -> None:
        """Nothing is where it must not be, nothing is gone, nothing has run."""
        now, before = self.survey(), self._before
        changed = [name for name in {*now, *before} if now.get(name) != before.get(name)]
        if 'repo/.git/config' in changed:
            assert _own_config(now['repo/.git/config']) == _own_config(before['repo/.git/config'])
            changed.remove('repo/.git/config')
        assert not changed, changed[:10]
        assert not list(self.path.rglob('it-was-run'))


def _refuse(name: str) -> None:
    raise AssertionError(f'{name} is no JSON')


def _judge_text(said: Said, data: bytes) -> None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise AssertionError(f'no UTF-8: {said}') from None
    if not text.replace('\n', '').isprintable():
        strange = {each for each in text if not each.isprintable()} - set('\n\t\u200c\u200d')
        assert not strange, (sorted(strange), said)


def _walk(top: str) -> Iterator[str]:
    for folder, folders, files in os.walk(top):
        for name in (*files, *folders):
            yield os.path.join(folder, name)


def _print(path: str) -> str:
    if os.path.islink(path):
        return f'link {os.readlink(path)}'
    if os.path.isdir(path):
        return 'folder'
    if not os.path.isfile(path):
        return 'no file'
    with open(path, 'rb') as file:
        data = file.read()
    if path.endswith('.git/config'):
        return data.decode('utf-8', 'surrogateescape')
    mode = os.stat(path).st_mode & 0o111
    return f'{mode} {hashlib.sha1(data, usedforsecurity=False).hexdigest()}'


def _own_config(text: str) -> str:
    """A configuration without what binds branches to sessions, which is ours."""
    kept = [each for each in text.split('\n') if not each.startswith('\tsession = ')]
    return '\n'.join(each for each in kept if not each.startswith('[branch "'))


def build(machine: Machine, path: Path) -> None:
    """The world as it is before anything hostile comes."""
    scratch = path.with_name(path.name + '-scratch')
    for each in (path / 'home', path / 'repo', path / 'bin', scratch):
        each.mkdir(parents=True)
    shutil.copy(os.path.join(os.environ['HOME'], '.gitconfig'), path / 'home/.gitconfig')
    world = World(machine, path, scratch)
    world.git('init', '-q', '-b', 'main', '--template=')
    world.git('init', '-q', '--bare', '--template=', '../hub.git')
    world.git('remote', 'add', 'origin', '../hub.git')
    for name in ('src/a.py', 'tests/test_a.py', 'README.md', '.gitignore'):
        world.write(name, f'# {name}\n')
    world.git('add', '-A')
    world.git('commit', '-qm', 'First')
    for words in (('start', 'old', '-o', 'Old', '--base', 'main'), ('end',),
                  ('start', 'work', '-o', 'First objective', '--base', 'main')):  # fmt: skip
        assert machine.run(words, world.repo, world.env, b'', scratch).status == 0
    world.write('src/b.py', 'def b():\n    return 1  # TODO: more\n')
    world.git('add', '-A')
    assert world.by_git('commit', '-qm', 'feat: b').status == 0
    for words in (('decisions', 'add', 'Use PKCE', '--rationale', 'it is safer'), ('push',)):
        assert machine.run(words, world.repo, world.env, b'', scratch).status == 0
    world.git('push', '-q', 'origin', 'main', 'work')
    world.git('clone', '-q', '--template=', '-b', 'work', '../hub.git', '../eve')
    # The world is copied: git has made the path absolute.
    world.git('config', 'remote.origin.url', '../hub.git', folder=world.eve)
    world.git('fetch', '-q', 'origin', 'refs/notes/*:refs/notes/*', folder=world.eve)


def _main() -> None:
    """Run the campaign for so many minutes, one seed after the other."""
    parser = argparse.ArgumentParser(prog='python -m tests.hostile', description=_main.__doc__)
    parser.add_argument('--minutes', type=float, default=10)
    parser.add_argument('--seed', type=int, default=1, help='the first one')
    parser.add_argument('--kind', default='', help='only kinds with this in their names')
    asked = parser.parse_args()
    os.environ |= {'SESSION_MINUTES': str(asked.minutes), 'SESSION_SEED': str(asked.seed)}
    test = str(Path(__file__).with_name('test_hostile.py')) + '::test_as_long_as_asked_for'
    words = ['-m', 'pytest', '-q', '-s', '--tb=short', test]
    words += ['-k', asked.kind] if asked.kind else []
    # By pytest, whose fixtures keep the machine's git out of it.
    os.execv(sys.executable, (sys.executable, *words))


if __name__ == '__main__':
    _main()
