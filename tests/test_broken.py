"""One fault after the other: git goes on, each command says what is wrong, doctor mends it."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from git_session.main import main
from tests.repo import Repo, Result

Run = Callable[..., Result]
Break = Callable[[Repo], None]
_made: list[Path] = []  # the folder of the first world of this process


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch,
          capfd: pytest.CaptureFixture[str]) -> Repo:  # fmt: skip
    """A copy of what is built once: a finished session, one that is shared, a remote."""
    if not _made:
        place = tmp_path_factory.mktemp('world')
        repo = Repo(place / 'repo')
        repo.path.mkdir()
        repo.git('init', '-q', '-b', 'main')
        repo.git('init', '-q', '--bare', '../hub.git')
        repo.git('remote', 'add', 'origin', '../hub.git')
        repo.commit('first', **{'a.txt': 'one\n'})
        monkeypatch.chdir(repo.path)
        for words in (
            ('start', 'old', '-o', 'Old'), ('end',), ('start', 'work', '-o', 'First objective'),
        ):  # fmt: skip
            assert main(words) == 0
        repo.commit('two', **{'b.txt': 'x\n'})
        assert main(('push',)) == 0
        assert main(('note', 'not pushed yet')) == 0
        repo.git('branch', 'other')
        repo.write(**{'b.txt': 'y\n'})
        _made.append(place)
    copy = tmp_path_factory.mktemp('copy')
    shutil.copytree(_made[0], copy, symlinks=True, dirs_exist_ok=True)
    monkeypatch.chdir(copy / 'repo')
    capfd.readouterr()
    return Repo(copy / 'repo')


def _insert(at: int | None, line: bytes, end: bytes = b'\n') -> Break:
    """Put a line into the log before the one of that number, at its end for None."""

    def do(repo: Repo) -> None:
        log = repo.place() / 'events.jsonl'
        lines = log.read_bytes().splitlines(keepends=True)
        lines.insert(len(lines) if at is None else at, line + end)
        log.write_bytes(b''.join(lines))

    return do


def _file(name: str, content: bytes) -> Break:
    """Another content of a file below the sessions."""

    def do(repo: Repo) -> None:
        (repo.sessions / name).write_bytes(content)

    return do


def _gone(name: str) -> Break:
    return lambda repo: (repo.sessions / name).unlink()


def _ref(content: bytes) -> Break:
    return lambda repo: _write(repo.path / '.git/refs/notes/session', content)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _note(content: bytes) -> Break:
    def do(repo: Repo) -> None:
        (repo.path.parent / 'text').write_bytes(content)
        repo.git('notes', '--ref=session', 'add', '-f', '-F', '../text', 'HEAD', GIT_SESSION='0')

    return do


def _half_moved(repo: Repo) -> None:
    """An end was killed between the first file and the last one."""
    aside = repo.sessions / '.archive' / (repo.place() / 'id').read_text().strip()
    aside.mkdir()
    (repo.place() / 'events.jsonl').rename(aside / 'events.jsonl')


def _blob_as_notes(repo: Repo) -> None:
    blob = repo.git('hash-object', '-w', 'a.txt')
    _write(repo.path / '.git/refs/notes/session', blob.encode() + b'\n')


def _linked(name: str) -> Break:
    """A part of the repository lies elsewhere, and a symbolic link is in its place."""

    def do(repo: Repo) -> None:
        place = repo.path / name
        place.rename(repo.path.parent / 'elsewhere')
        place.symlink_to(repo.path.parent / 'elsewhere')

    return do


def _gitfile(repo: Repo) -> None:
    (repo.path / '.git').rename(repo.path.parent / 'elsewhere')
    (repo.path / '.git').write_text('gitdir: ../elsewhere\n')


def _archived(repo: Repo) -> None:
    """The log of a finished session is damaged."""
    [log] = (repo.sessions / '.archive').glob('*/events.jsonl')
    with log.open('ab') as file:
        file.write(b'\0\xff\n')


class Fault(NamedTuple):
    """`says` is what doctor names, '' where all is well; `ended` where the session is over."""

    do: Break
    says: str = ''
    ended: bool = False
    mended: bool = True


_TORN = b'{"v":1,"id":"20261122T'
_LINES = 'cannot be read'
FAULTS = {
    'log: at the beginning': Fault(_insert(0, _TORN), _LINES),
    'log: in the middle': Fault(_insert(2, b'\xc3('), _LINES),
    'log: torn at the end': Fault(_insert(None, _TORN, b'')),
    'log: half a letter': Fault(_insert(None, _TORN + b'\xc3', b'')),
    'log: NUL bytes': Fault(_insert(None, b'\0' * 5000), _LINES),
    'log: deep': Fault(_insert(1, b'{"v":1,"a":' + b'[' * 100_000), _LINES),
    'log: a line of 5 MB': Fault(_insert(1, b'\0' * 5_000_000), _LINES),
    'log: no event': Fault(_insert(1, b'words'), _LINES, mended=False),
    'log: empty': Fault(_file('work/events.jsonl', b''), 'has no start event'),
    'log: gone': Fault(_gone('work/events.jsonl'), 'has no start event'),
    'log: finished': Fault(_archived, _LINES),
    'move: half': Fault(_half_moved, 'has no start event', ended=True),
    'id: gone': Fault(_gone('work/id')),
    'id: binary': Fault(_file('work/id', b'\xff\0')),
    'id: a path': Fault(_file('work/id', b'../../x\n')),
    'index: damaged': Fault(_file('.archive/index.jsonl', b'{"x\n\xff\0\n[]\n1\n')),
    'index: deep': Fault(_file('.archive/index.jsonl', b'[' * 100_000)),
    'index: gone': Fault(_gone('.archive/index.jsonl')),
    'published': Fault(_file('work/published', b'zz')),
    'published: much': Fault(lambda repo: _write(repo.place() / 'published', b'9' * 5000 + (
        repo.place() / 'published').read_bytes().lstrip(b'0123456789'))),
    'arrived': Fault(_file('work/arrived', b'\\x\n\xff\\N{no}\n')),
    'context.json': Fault(_file('work/context.json', b'\0')),
    'prompt, items': Fault(lambda repo: [
        _file(f'work/{name}', b'\xff\0')(repo) for name in ('prompt', 'items')
    ] and None),
    'caches': Fault(lambda repo: [
        _file(name, b'\xff{[') (repo) for name in ('.config.json', '.bindings', '.absorbed')
    ] and None),
    'manifest': Fault(_file('.hooks.json', b'[{"method":')),
    'note: binary': Fault(_note(b'\xff\xfe\0\x01\n'), 'in no note'),
    'note: huge': Fault(_note(b'z' * 2_000_000), 'in no note'),
    'note: deep': Fault(_note(b'[' * 100_000), 'in no note'),
    'notes: a blob': Fault(_blob_as_notes, 'damaged notes', mended=False),
    'notes: missing': Fault(_ref(b'1' * 40 + b'\n'), 'is missing', mended=False),
    'sessions: a link': Fault(_linked('.git/sessions')),
    'session: a link': Fault(_linked('.git/sessions/work')),
    'git directory: a link': Fault(_linked('.git')),
    'git directory: a file': Fault(_gitfile),
}  # fmt: skip


def _kept(repo: Repo) -> set[bytes]:
    """Every line of every log, and what was taken out of one."""
    found: set[bytes] = set()
    for folder, _, names in os.walk(repo.sessions, followlinks=True):
        for name in {'events.jsonl', 'damaged'} & set(names):
            found.update((Path(folder) / name).read_bytes().split(b'\n'))
    return found - {b''}


def _assert_kept(before: set[bytes], repo: Repo) -> None:
    """A line that was torn may have another one behind it now."""
    there = _kept(repo)
    assert [line for line in before - there if not any(line in each for each in there)] == []


def _quiet(repo: Repo, *words: str) -> None:
    done = repo.run('git', *words)
    assert done.status == 0, (words, done.err[:500])
    told = [line for line in done.err.splitlines() if not line.startswith(('session ', '  '))]
    assert told in ([], ["Switched to branch 'other'"], ["Switched to branch 'work'"]), words


@pytest.mark.parametrize('name', FAULTS)
def test_a_fault(world: Repo, run: Run, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    fault = FAULTS[name]
    fault.do(world)
    before = _kept(world)
    _quiet(world, 'commit', '-q', '-m', 'go on', 'a.txt', '--allow-empty')
    _quiet(world, 'switch', '-q', 'other')
    _quiet(world, 'switch', '-q', 'work')
    said = run('doctor', '--no-probe', status=1 if fault.says else 0)
    assert fault.says in said.out
    for words in (('status',), ('brief',), ('history',), ('objectives', 'add', 'More')):
        capfd.readouterr()
        wanted = 1 if fault.ended and words[0] != 'history' else 0
        assert main(words) == wanted, (words, capfd.readouterr())
    run('doctor', '--fix', '--no-probe', status=int(not fault.mended))
    _assert_kept(before, world)
    if fault.mended:
        said = run('doctor', '--no-probe')
        assert 'hint' not in said.err
        if not fault.ended:
            run('push')
    run('end', status=int(fault.ended))
    _assert_kept(before, world)


def test_damaged_notes_are_made_again(world: Repo, run: Run) -> None:
    """What the hint says helps."""
    _blob_as_notes(world)
    said = run('doctor', '--no-probe', status=1)
    assert "'git update-ref -d refs/notes/session', then 'git session doctor --fix'" in said.err
    world.git('update-ref', '-d', 'refs/notes/session')
    run('doctor', '--fix', '--no-probe')
    assert 'in no note' not in run('doctor', '--no-probe').out
    assert [event['type'] for event in world.note()]


@pytest.mark.parametrize(
    'name', ['.git/refs/notes/session.lock', '.git/sessions/.ending', '.git/sessions/.lock']
)
def test_a_lock_of_a_dead_process(world: Repo, run: Run, name: str) -> None:
    """Ours are the kernel's and go with their process; that of a ref is named."""
    (world.path / name).touch()
    _quiet(world, 'commit', '-q', '-m', 'go on', 'b.txt')
    said = run('checkpoint', '--no-commit', '-l', 'here')
    assert ('session.lock' in said.err) == name.endswith('session.lock')
    assert [event['type'] for event in world.events()].count('commit') == 2


# --- what the machine refuses


@contextmanager
def _read_only(place: Path) -> Iterator[None]:
    """A mount of the directory onto itself in which nothing can be written."""
    mount = ['mount', '--bind', str(place), str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip('cannot mount here')
    try:
        subprocess.run(['mount', '-o', 'remount,bind,ro', str(place)], check=True)
        yield
    finally:
        subprocess.run(['umount', str(place)], check=True)


LOOKING = (('status',), ('brief',), ('history',), ('log',), ('show', 'work'),
           ('objectives',), ('analyze',), ('status', '--json'))  # fmt: skip


def test_a_read_only_git_directory(world: Repo, run: Run) -> None:
    """What only shows something shows it, with one warning; the rest says why it cannot."""
    place = world.path / '.git'
    with _read_only(place):
        for words in LOOKING:
            said = run(*words)
            assert said.err.count('warning: ') <= 1
            assert all('Read-only' in line for line in said.err.splitlines()), words
        for words in (
            ('objectives', 'add', 'x'), ('note', 'x'), ('handoff',), ('end',), ('pull',),
            ('push',), ('hooks', 'install'), ('hooks', 'uninstall'),
        ):  # fmt: skip
            said = world.refused(*words)
            assert said.status == 128
            assert 'Read-only' in said.err or 'Permission denied' in said.err, words
        assert f"storage: '{place}/sessions' is not writable" in run('doctor', status=1).out
        assert 'is not writable' in run('doctor', '--fix', status=1).out
    run('objectives', 'add', 'x')


def test_read_only_sessions(world: Repo, run: Run) -> None:
    """git commits and switches as without us; the next command records it."""
    with _read_only(world.sessions):
        _quiet(world, 'commit', '-q', '-m', 'go on', 'b.txt')
        _quiet(world, 'switch', '-q', 'other')
        _quiet(world, 'switch', '-q', 'work')
        run('status')
    run('status')
    commits = [event['commit'] for event in world.events() if event['type'] == 'commit']
    assert world.git('rev-parse', 'HEAD') in commits


def test_notes_that_cannot_be_written_are_not_tried_for_long(world: Repo, run: Run) -> None:
    """Once and not sixty times; the log has it, and it is published later."""
    world.git('pack-refs', '--all')
    (world.path / '.git/refs/notes').mkdir(exist_ok=True)
    with _read_only(world.path / '.git/refs/notes'):
        said = run('checkpoint', '--no-commit', '-l', 'here')
        assert "warning: cannot update ref 'refs/notes/session'\n" in said.err
        assert 'Read-only file system' in said.err
    run('checkpoint', '--no-commit', '-l', 'there')
    assert [event.get('label') for event in world.note()].count('here') == 1


def _limited(repo: Repo, what: int, most: int, *words: str) -> Result:
    done = subprocess.run(
        words, cwd=repo.path, capture_output=True, text=True, stdin=subprocess.DEVNULL,
        check=False, preexec_fn=lambda: resource.setrlimit(what, (most, most)),
    )  # fmt: skip
    return Result(done.returncode, done.stdout, done.stderr)


def test_a_limit_on_the_size_of_files(world: Repo, run: Run) -> None:
    """A log beyond it kills nobody: git says and does the same, and nothing is lost."""
    _insert(None, b'words ' * 10_000)(world)
    size = (world.place() / 'events.jsonl').stat().st_size
    for words in (('commit', '-q', '-m', 'go on', 'b.txt'), ('switch', '-q', 'other'),
                  ('switch', '-q', 'work'), ('commit', '-q', '--amend', '-m', 'x')):  # fmt: skip
        done = _limited(world, resource.RLIMIT_FSIZE, 20_000, 'git', *words)
        assert done.status == 0, done
        assert 'signal' not in done.err
    said = _limited(world, resource.RLIMIT_FSIZE, 20_000, 'git', 'session', 'note', 'x')
    assert (said.status, said.out) == (128, '')
    assert said.err.endswith(
        f"fatal: cannot record in '{world.place()}': File too large\nhint: nothing was recorded\n"
    )
    assert (world.place() / 'events.jsonl').stat().st_size == size
    run('status')
    assert (world.place() / 'events.jsonl').stat().st_size > size


@pytest.mark.parametrize('below', [''.ljust(3800, 'x'), ''])
def test_a_message_without_room_for_the_trailers(world: Repo, below: str) -> None:
    """What was written stays as it is: no half of a line of ours, and nothing is cut off."""
    text = 'Subject\n\nbody' + ('\n\n' + below + '\n' if below else '\n' + '# said\n' * 550)
    world.write(text=text)
    editor = f'GIT_EDITOR=cp {world.path}/text'
    done = _limited(world, resource.RLIMIT_FSIZE, len(text) + 20, 'env', editor, 'git', 'commit',
                    '-q', '--allow-empty')  # fmt: skip
    assert done.status == 0, done
    kept = 'Subject\n\nbody\n' + ('\n' + below + '\n' if below else '')
    assert world.message() + '\n' == kept


def test_a_limit_on_open_files(world: Repo) -> None:
    said = _limited(world, resource.RLIMIT_NOFILE, 8, 'git-session', 'status')
    assert said == (128, '', 'fatal: cannot start git: Too many open files\n')
    done = _limited(world, resource.RLIMIT_NOFILE, 11, 'git', 'commit', '-q', '-m', 'x', 'b.txt')
    assert done == (0, '', '')


def test_hooks_of_a_strict_umask_can_be_read_by_others(world: Repo, run: Run) -> None:
    """Or git itself would die for another user, who reads the config that draws them in."""
    old = os.umask(0o077)
    try:
        run('hooks', 'uninstall')
        shutil.rmtree(world.sessions)
        run('hooks', 'install')
    finally:
        os.umask(old)
    assert world.sessions.stat().st_mode & 0o111 == 0o111
    assert (world.sessions / '.hooks.gitconfig').stat().st_mode & 0o444 == 0o444
