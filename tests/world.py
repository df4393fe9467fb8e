"""Two worlds in which the same is done: `ours` has git session, its twin has git alone.

A world is a folder with a bare `origin.git`, two clones of it and their linked worktrees.
Where the trailers are off (`exact`), git makes the same object ids in both, and what is
compared is compared byte by byte; otherwise ids are left out and our lines are taken out.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pytest

from git_session import exchange
from git_session.main import main
from tests.campaign import Faults, Killed
from tests.repo import BEGUN, Repo, Result

CLONES = ('ann', 'bob')
OIDS = re.compile(r'\b[0-9a-f]{7,64}\b')
TRAILERS = re.compile(r'\n(\n?Session-[A-Z][a-z]+: [^\n]*)+')
# What git says of the commit at which HEAD was detached (checkout.c, `orphaned_commit_warning`).
LEFT = re.compile(
    r'Warning: you are leaving [^\n]*\n[^\n]*\n\n(?: [^\n]*\n)+\n'
    r'|Previous HEAD position was [^\n]*\n'
)
LIVE = re.compile(r"  \S+ is live on this branch: see 'git session status'\n")
# What is ours in a git directory.
OUR_FILES = re.compile(r'sessions?(-\S+)?\Z|SESSION_EDITMSG\Z')
OUR_CONFIG = re.compile(
    r'\t(session = .*|path = sessions/.*|rewriteRef = refs/notes/sessio\[n\])\n'
)
OUR_REFS = re.compile(r'refs/(notes/session|session/\S+)( |\Z)')
# Scratch files, of which git writes more where there are hooks; what is compared elsewhere.
NOT_COMPARED = ('hooks', 'worktrees', 'COMMIT_EDITMSG', 'AUTO_MERGE')


class Entry(NamedTuple):
    """An entry of an index; `flags` are stage, assume-unchanged and those of version 3."""

    path: str
    mode: int
    oid: str
    flags: tuple[int, int]


class State(NamedTuple):
    """What git sees of a working tree.  `files`: path -> (kind, bytes)."""

    head: str
    refs: str
    index: tuple[Entry, ...]
    doing: tuple[str, ...]  # names in the git directory
    files: dict[str, tuple[str, bytes]]


def ground(folder: Path) -> Path:
    """What every world starts from: the remote and its clones; without the samples of hooks."""
    seed, origin = Repo(folder / 'seed'), Repo(folder / 'origin.git')
    seed.path.mkdir(parents=True)
    seed.git('init', '-q', '-b', 'main')
    seed.commit('first', f0='one\n', f1='one\n')
    seed.git('clone', '-q', '--bare', '--template=', '.', '../origin.git')
    shutil.rmtree(seed.path)
    for name in CLONES:
        origin.git('clone', '-q', '--template=', '.', f'../{name}')
        clone = Repo(folder / name)
        clone.git('config', 'remote.origin.url', '../origin.git')
        clone.git('config', 'user.name', name.title())
        clone.git('config', 'user.email', f'{name}@example.com')
        clone.git('config', 'core.checkStat', 'minimal')  # a copy's files are not changed ones
    return folder


class World:
    """`now` is the time of everything that is done in it, epoch seconds."""

    def __init__(self, start: Path, folder: Path, *, exact: bool) -> None:
        self.folder = folder
        self.exact = exact
        self.now = int(time.time())
        self.ours, self.twin = folder / 'ours', folder / 'twin'
        self.origin = Repo(self.ours / 'origin.git')
        shutil.copytree(start, self.ours)
        for name in CLONES:
            with open(self.ours / name / '.git' / 'config', 'a', encoding='utf-8') as file:
                file.write('[session]\n\ttrailers = false\n' if exact else '')
        self.retwin()
        self.said = [open(folder / name, 'w+b') for name in ('out', 'err')]  # noqa: SIM115
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(exchange, 'delay', lambda attempt: 0)
        self.faults = Faults(self, self.patch)
        self.struck = False

    def close(self) -> None:
        self.patch.undo()
        for each in self.said:
            each.close()
        shutil.rmtree(self.folder)

    @property
    def env(self) -> dict[str, str]:
        date = f'@{self.now} +0000'
        return {'GIT_AUTHOR_DATE': date, 'GIT_COMMITTER_DATE': date}

    def places(self) -> list[str]:
        """The working trees, by their names: clones, then linked worktrees."""
        linked = [each.name for each in sorted(self.ours.glob('w*')) if (each / '.git').is_file()]
        return [*CLONES, *linked]

    def gitdir(self, place: str) -> Path:
        path = self.ours / place / '.git'
        return Path(path.read_text().split(': ', 1)[1].strip()) if path.is_file() else path

    def common(self, place: str) -> Path:
        """The git directory of the clone that a place belongs to."""
        path = self.gitdir(place)
        return path.parent.parent if path.parent.name == 'worktrees' else path

    def sessions(self, place: str) -> Path:
        return self.common(place) / 'sessions'

    # --- doing

    def run(self, place: str, *words: str, stdin: str | None = None, **env: str) -> Result:
        """The same program in both; raises AssertionError where it is felt that we are there."""
        banners = self._banners(place)
        env = {**self.env, **env}
        mine = Repo(self.ours / place).run(*words, stdin=stdin, **env)
        other = Repo(self.twin / place).run(*words, stdin=stdin, **env)
        err = LIVE.sub('', mine.err)
        for banner in banners:
            err = err.replace(banner, '', 1)
        expected = other.err
        if LEFT.findall(err) != LEFT.findall(expected) and self._holds(place):
            err, expected = LEFT.sub('', err), LEFT.sub('', expected)
        found = [self.neutral(each) for each in (mine.out, err)]
        assert (mine.status, *found) == (
            other.status, *(self.neutral(each) for each in (other.out, expected))
        ), f'{words}: {mine} instead of {other}'  # fmt: skip
        return mine

    def _holds(self, place: str) -> bool:
        """Whether a ref of ours keeps a commit that HEAD has just left (docs/commands.md, wip)."""
        ours = [f'--exclude=refs/{each}' for each in ('session/*', 'notes/session*')]
        left, there = ('rev-list', 'HEAD@{1}', '--not', 'HEAD'), Repo(self.ours / place)
        return there.git(*left, *ours, '--all') != there.git(*left, '--all')

    def both(self, place: str, act: Callable[[Path], object]) -> None:
        """Something that is done to the files of both."""
        for world in (self.ours, self.twin):
            act(world / place)

    def session(self, place: str, *words: str) -> tuple[int | str, str, str]:
        """Run `git session` in ours, in this process: status or 'killed', stdout, stderr."""
        with self._as_user(place):
            files = open_files()
            try:
                status: int | str = main(words)
            except Killed:
                status = 'killed'
                bury(files)
            sys.stdout.flush()
            sys.stderr.flush()
        self.struck = self.faults.disarm()
        out, err = (self._read(each) for each in self.said)
        return status, out, err

    @contextmanager
    def _as_user(self, place: str) -> Iterator[None]:
        """In that directory, at this world's time, with output of our own."""
        before, kept = dict(os.environ), [os.dup(1), os.dup(2)]
        streams = sys.stdout, sys.stderr
        for each in streams:
            each.flush()
        os.chdir(self.ours / place)
        os.environ.update(self.env)
        for number, file in enumerate(self.said, 1):
            file.seek(0)
            file.truncate()
            os.dup2(file.fileno(), number)
        sys.stdout, sys.stderr = (
            io.TextIOWrapper(io.FileIO(number, 'w', closefd=False), 'utf-8') for number in (1, 2)
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(time, 'time', lambda: float(self.now))
            try:
                yield
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                sys.stdout, sys.stderr = streams
                for number, handle in enumerate(kept, 1):
                    os.dup2(handle, number)
                    os.close(handle)
                os.environ.clear()
                os.environ.update(before)

    def _read(self, file: BinaryIO) -> str:
        file.seek(0)
        return file.read().decode('utf-8', 'surrogateescape')

    def _banners(self, place: str) -> list[str]:
        """What a switch may say of a session: three lines, or two and who is live."""
        found = []
        for path in self.sessions(place).rglob('banner'):
            text = path.read_text().splitlines(keepends=True)
            found += [''.join(text[:3]), ''.join(text[:2])]
        return sorted(filter(None, found), key=len, reverse=True)

    def neutral(self, text: str) -> str:
        """Without the place, and where ids differ without them."""
        for world in (self.ours, self.twin):
            text = text.replace(str(world), 'WORLD')
        return text if self.exact else OIDS.sub('OID', TRAILERS.sub('', text))

    # --- comparing

    def state(self, place: str, *, twin: bool = False) -> State:
        repo = Repo((self.twin if twin else self.ours) / place)
        gitdir, common = self.gitdir(place), self.common(place)
        if twin:
            here, there = str(self.ours), str(self.twin)
            gitdir, common = (Path(str(each).replace(here, there, 1)) for each in (gitdir, common))
        head = (gitdir / 'HEAD').read_text()
        if self.exact:
            found = '\n'.join(f'{name} {oid}' for name, oid in sorted(refs(common).items()))
        else:
            what = '%(tree) %(*tree) %(authordate:unix) %(symref)'
            found = repo.git('for-each-ref', f'--format=%(refname) {what}')
            found = '\n'.join(each for each in found.split('\n') if not OUR_REFS.match(each))
            if not head.startswith('ref:'):
                head = repo.git('log', '-1', '--format=%T %at')
        doing = sorted(each for each in os.listdir(gitdir) if not OUR_FILES.match(each))
        doing = [each for each in doing if each not in NOT_COMPARED]
        return State(head, found, index(gitdir), tuple(doing), dict(self._files(repo.path)))

    def _files(self, top: Path) -> Iterator[tuple[str, tuple[str, bytes]]]:
        for folder, folders, names in os.walk(top):
            folders[:] = [each for each in folders if each != '.git']
            for name in names:
                path = Path(folder, name)
                if name == '.git' and folder == str(top):
                    continue
                if path.is_symlink():
                    yield str(path.relative_to(top)), ('link', os.fsencode(os.readlink(path)))
                    continue
                mode = oct(path.stat().st_mode & 0o777)
                yield str(path.relative_to(top)), (mode, path.read_bytes())

    def same(self, place: str) -> None:
        """Raises AssertionError where working tree, index, refs or HEAD are other than git's."""
        mine, other = (
            state._replace(files={path: self._marked(*each) for path, each in state.files.items()})
            for state in (self.state(place), self.state(place, twin=True))
        )
        wrong = {
            name: (getattr(mine, name), getattr(other, name))
            for name in State._fields
            if getattr(mine, name) != getattr(other, name)
        }
        assert not wrong, f'{place}: {wrong}'

    def _marked(self, kind: str, data: bytes) -> tuple[str, bytes]:
        """A file, without the object id behind the mark of a conflict where ids differ."""
        if self.exact or b'>>>>>>>' not in data:
            return kind, data
        return kind, OIDS.sub('OID', data.decode()).encode()

    def fsck(self, name: str) -> None:
        """Raises AssertionError where git finds a problem that it does not find in the twin."""
        found = []
        for world in (self.ours, self.twin):
            words = ('fsck', '--strict', '--no-dangling', '--no-progress')
            said = Repo(world / name).run('git', *words)
            lines = set((said.out + said.err).splitlines())
            # `git repack -a -d` takes commits out that the commit-graph still lists.
            stale = {f'error: Could not read {oid}' for oid in map(listed, lines) if oid}
            found.append({
                each for each in lines - stale
                if not each.startswith('notice: ') and not listed(each)
            })  # fmt: skip
        assert found[0] <= found[1], f'{name}: {found}'

    def same_messages(self, clone: str) -> None:
        """Raises AssertionError where a message is other than what git alone has made of it."""
        told = [
            self.neutral(
                Repo(world / clone).git('log', '--branches', '--topo-order', '--format=%T %at%n%B')
            )
            for world in (self.ours, self.twin)
        ]
        assert told[0] == told[1]

    # --- making the twin anew

    def retwin(self) -> None:
        """The twin becomes a copy of ours with everything of ours taken out."""
        kept = self.folder / 'objects'  # those that there are: most of the work
        stores = ['origin.git/objects', *(f'{name}/.git/objects' for name in CLONES)]
        for number, name in enumerate(stores if self.twin.exists() else ()):
            (self.twin / name).rename(kept.with_suffix(f'.{number}'))
        shutil.rmtree(self.twin, ignore_errors=True)
        shutil.copytree(
            self.ours, self.twin, symlinks=True, ignore=shutil.ignore_patterns('objects')
        )
        for number, name in enumerate(stores):
            if kept.with_suffix(f'.{number}').exists():
                kept.with_suffix(f'.{number}').rename(self.twin / name)
            _link(self.ours / name, self.twin / name)
        for git_dir in (self.twin / 'origin.git', *(self.twin / each / '.git' for each in CLONES)):
            self._strip(git_dir)
        for path in [*self.twin.glob('*/.git/worktrees/*/gitdir'), *self.twin.glob('w*/.git')]:
            path.write_text(path.read_text().replace(str(self.ours), str(self.twin)))

    def _strip(self, git_dir: Path) -> None:
        for place in (git_dir, *git_dir.glob('worktrees/*')):
            for path in list(place.iterdir()):
                if OUR_FILES.match(path.name):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.rmtree(git_dir / 'hooks', ignore_errors=True)
        for name in ('refs/session', 'logs/refs/session'):
            shutil.rmtree(git_dir / name, ignore_errors=True)
        for name in ('refs/notes/session', 'logs/refs/notes/session'):
            (git_dir / name).unlink(missing_ok=True)
        packed = git_dir / 'packed-refs'
        if packed.exists():
            text = packed.read_text()
            packed.write_text(re.sub(r'.* refs/(notes/session|session/.*)\n(\^.*\n)?', '', text))
        config = git_dir / 'config'
        config.write_text(OUR_CONFIG.sub('', config.read_text()))


def listed(line: str) -> str:
    """The commit that a line of git fsck misses of its commit-graph, '' of another line."""
    found = re.fullmatch('failed to parse commit ([0-9a-f]+) from object database .*', line)
    return found[1] if found else ''


def open_files() -> set[int]:
    """The numbers of the files that are open; that of the listing is the next one to be given."""
    found = set(map(int, os.listdir('/dev/fd')))
    for number in tuple(found):
        try:
            os.fstat(number)
        except OSError:
            found.remove(number)
    return found


def bury(files: set[int]) -> None:
    """Close what a process that was only said to be killed has opened; wait for its children."""
    for number in open_files() - files:
        os.close(number)
    BEGUN.clear()
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        pass


def _link(source: Path, target: Path) -> None:
    """Add what the target does not have of an object store."""
    for folder, _, names in os.walk(source):
        place = os.path.join(target, os.path.relpath(folder, source))
        os.makedirs(place, exist_ok=True)
        for name in set(names) - set(os.listdir(place)):
            os.link(os.path.join(folder, name), os.path.join(place, name))


def refs(common: Path) -> dict[str, str]:
    """Refname -> what it is at, without ours; read from the files, as that takes no process."""
    found = {}
    packed = common / 'packed-refs'
    if packed.exists():
        for line in packed.read_text().splitlines():
            if line[0] not in '#^':
                oid, name = line.split(' ', 1)
                found[name] = oid
    for folder, _, names in os.walk(common / 'refs'):
        for each in names:
            path = Path(folder, each)
            found[path.relative_to(common).as_posix()] = path.read_text().strip()
    return {name: oid for name, oid in found.items() if not OUR_REFS.match(name)}


def index(gitdir: Path) -> tuple[Entry, ...]:
    """The entries of an index, version 2 or 3 (gitformat-index(5))."""
    path = gitdir / 'index'
    data = path.read_bytes() if path.exists() else b''
    found, at = [], 12
    for _ in range(int.from_bytes(data[8:12], 'big')):
        mode = int.from_bytes(data[at + 24 : at + 28], 'big')
        oid = data[at + 40 : at + 60].hex()
        flags, more = int.from_bytes(data[at + 60 : at + 62], 'big'), 0
        name = at + 62
        if flags & 0x4000:
            more, name = int.from_bytes(data[at + 62 : at + 64], 'big'), at + 64
        end = data.index(b'\0', name)
        text = data[name:end].decode()
        found.append(Entry(text, mode, oid, (flags & 0xB000, more)))
        at += (end - at + 8) // 8 * 8
    return tuple(found)


def blob(data: bytes) -> str:
    """The object id of a file."""
    return hashlib.sha1(b'blob %d\0' % len(data) + data).hexdigest()


def bound(world: World, place: str) -> dict[str, str]:
    """Branch -> session id, by git's configuration."""
    config = Repo(world.ours / place).run('git', 'config', '--local', '-z', '--get-regexp',
                                          r'^branch\..*\.session$').out  # fmt: skip
    pairs = (each.split('\n', 1) for each in config.split('\0') if each)
    return {key[len('branch.') : -len('.session')]: value for key, value in pairs}
