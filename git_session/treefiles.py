"""Files of a working tree, and git run at its top with indexes of its own."""

from __future__ import annotations

import os
import stat

from git_session import eventlog, git
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    Dates = Mapping[str, object]  # path -> its signature

Side = tuple[str, str] | None  # (mode, object id) of a path, None where there is no file

GITLINK = '160000'
_INDEX = 'session-wip.index'  # + a letter: temporary indexes
# No hook of the user runs; what is written is on the disk when git returns.  Older gits
# know the second key only, newer ones warn of it, which is not shown.  Bytes that would not
# come back are kept as they are: no reason to refuse them.
SAFE = ('-c', 'core.hooksPath=/dev/null', '-c', 'core.fsync=all', '-c',
         'core.fsyncObjectFiles=true', '-c', 'core.safecrlf=false')  # fmt: skip
_WARNING = 'warning: core.fsyncObjectFiles is deprecated; use core.fsync instead\n'


class Written(Exception):
    """Somebody else has just written files that were to go or to be replaced."""

    def __init__(self, paths: list[str]) -> None:
        super().__init__(f"'{paths[0]}' was written meanwhile")
        self.paths = paths


class Ground(Record):
    """Where this happens: `top` of the working tree, its git directory, settings of git."""

    top: str
    gitdir: str
    width: int  # of an object id
    has_modes: bool  # core.fileMode
    is_sparse: bool

    @property
    def index(self) -> str:
        """The index that git takes; a relative one is below the top (git(1))."""
        return os.path.join(self.top, os.environ.get('GIT_INDEX_FILE') or self.gitdir + '/index')

    @property
    def staging(self) -> str:
        """Where files are written before they come into the tree."""
        return os.path.join(self.gitdir, 'session-wip.files')

    def run(self, *args: str, index: str = '', stdin: bytes | None = None) -> str:
        """The stdout of a git at the top that must succeed."""
        return checked(self.start(*args, index=index, stdin=stdin).reply())

    def start(self, *args: str, index: str = '', stdin: bytes | None = None) -> git.Process:
        env = {'GIT_INDEX_FILE': index or self.index}
        return git.start('-C', self.top, *SAFE, *args, stdin=stdin, env=env)

    def info(self, sides: Mapping[str, Side]) -> bytes:
        """For ``update-index -z --index-info``, what goes away first: a folder may come there."""
        none = '0' * self.width
        gone = [f'0 {none}\t{path}\0' for path, side in sides.items() if side is None]
        new = [f'{side[0]} {side[1]}\t{path}\0' for path, side in sides.items() if side]
        return ''.join(gone + new).encode('utf-8', 'surrogateescape')

    def temporary(self, letter: str, *, copy: bool = False) -> str:
        """The path of a temporary index, which is a copy of the index or not there.

        The copy is as old: git looks into a file that is not older than the index, even where
        all that is known of it is the same (Documentation/technical/racy-git of git).
        """
        path = os.path.join(self.gitdir, _INDEX + letter)
        eventlog.remove(path)
        eventlog.remove(path + '.lock')
        if copy and os.path.exists(self.index):
            with open(self.index, 'rb') as file:
                found = os.fstat(file.fileno())
                eventlog.write_file(path, file.read())
            os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
        return path

    def sweep(self) -> None:
        """Remove the temporary indexes and files."""
        import shutil

        shutil.rmtree(self.staging, ignore_errors=True)
        for letter in 'abc':
            self.temporary(letter)


def checked(reply: git.Reply) -> str:
    """The stdout of a git that was given SAFE and must succeed."""
    return git.checked(reply.replace(err=reply.err.replace(_WARNING, '')))


def ground(repo: git.Repository, settings: Iterable[tuple[str, str, str]]) -> Ground:
    found = {key: value for _, key, value in settings}
    assert repo.top is not None
    return Ground(
        repo.top, repo.gitdir, len(repo.head or ''),
        has_modes=git.boolean(found.get('core.filemode', 'true')) is not False,
        is_sparse=git.boolean(found.get('core.sparsecheckout', 'false')) is not False,
    )  # fmt: skip


def signature(top: str, path: str) -> object:
    """What changes when a file does; None where there is none."""
    found = status(top, path)
    if found is None or stat.S_ISDIR(found.st_mode):
        return None
    return found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def check(here: Ground, dates: Dates, paths: Iterable[str]) -> None:
    """Raise Written where a file is other than it was."""
    changed = [path for path in paths if signature(here.top, path) != dates.get(path)]
    if changed:
        raise Written(changed)


def status(top: str, path: str) -> os.stat_result | None:
    """The lstat of a file, None where it is not there or lies behind a link."""
    folder = top
    for part in path.split('/')[:-1]:
        folder = os.path.join(folder, part)
        if not _is_folder(folder):
            return None
    try:
        return os.lstat(os.path.join(top, path))
    except OSError:
        return None


def is_file(top: str, path: str) -> bool:
    """Whether a file or a link is there."""
    found = status(top, path)
    return found is not None and not stat.S_ISDIR(found.st_mode)


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def raw_oid(here: Ground, path: str) -> str:
    """The object id of a file's bytes as they are."""
    import hashlib

    full = os.path.join(here.top, path)
    digest = hashlib.sha1 if here.width == 40 else hashlib.sha256
    if os.path.islink(full):
        target = os.fsencode(os.readlink(full))
        return digest(b'blob %d\0' % len(target) + target).hexdigest()
    with open(full, 'rb') as file:
        found = digest(b'blob %d\0' % os.fstat(file.fileno()).st_size)
        while data := file.read(1 << 20):
            found.update(data)
    return found.hexdigest()


def mode(here: Ground, path: str, wanted: str) -> str:
    """git's mode of a file, '' of a pipe; `wanted` where the file system does not tell."""
    found = os.lstat(os.path.join(here.top, path)).st_mode
    if stat.S_ISLNK(found):
        return '120000'
    if not stat.S_ISREG(found):
        return ''
    if not here.has_modes and wanted.startswith('100'):
        return wanted
    return '100755' if found & 0o100 else '100644'


def obstacles(here: Ground, writes: Iterable[str], removes: Collection[str]) -> list[str]:
    """The files that would be lost to make room for others."""
    found = []
    for path in writes:
        parts = path.split('/')
        above = ['/'.join(parts[:number]) for number in range(1, len(parts))]
        for folder in above:
            full = os.path.join(here.top, folder)
            if os.path.lexists(full) and not _is_folder(full) and folder not in removes:
                found.append(folder)
        if status(here.top, path) is None or not _is_folder(os.path.join(here.top, path)):
            continue
        for folder, folders, names in os.walk(os.path.join(here.top, path)):
            inside = os.path.relpath(folder, here.top)
            links = [each for each in folders if os.path.islink(os.path.join(folder, each))]
            found += [
                name for name in (f'{inside}/{each}' for each in (*names, *links))
                if name not in removes
            ]  # fmt: skip
    return sorted(set(found))


def remove(here: Ground, gone: Iterable[str], dates: Dates) -> None:
    """Remove files, and folders that become empty but for the current directory.

    Raises Written at a file that is not as it was.
    """
    folders = set()
    for path in gone:
        if not is_file(here.top, path):
            continue
        check(here, dates, [path])
        os.unlink(os.path.join(here.top, path))
        while path := os.path.dirname(path):
            folders.add(path)
    try:
        current = os.path.realpath(os.getcwd())
    except OSError:
        current = ''
    for folder in sorted(folders, key=len, reverse=True):
        full = os.path.join(here.top, folder)
        if os.path.realpath(full) != current:
            try:
                os.rmdir(full)
            except OSError:
                pass  # not empty


def set_modes(top: str, modes: Mapping[str, int]) -> None:
    """Set the permissions of the files that are there."""
    for path, bits in modes.items():
        found = status(top, path)
        if found is not None and stat.S_ISREG(found.st_mode) and found.st_mode & 0o777 != bits:
            os.chmod(os.path.join(top, path), bits)


def write(path: str, text: str, mode: str) -> None:
    eventlog.remove(path)
    handle = os.open(
        path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o777 if mode[-1] == '5' else 0o666
    )
    with open(handle, 'wb') as file:
        file.write(text.encode('utf-8', 'surrogateescape'))


def sync(here: Ground, files: Iterable[str]) -> None:
    """Files and the folders that name them are on the disk when this returns."""
    names = {os.path.dirname(path) for path in files}
    for path in (*files, *names):
        full = os.path.join(here.top, path)
        if not os.path.islink(full):
            handle = os.open(full, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def names(paths: Iterable[str]) -> bytes:
    return ''.join(path + '\0' for path in paths).encode('utf-8', 'surrogateescape')


def quoted(path: str) -> str:
    """A path as git reads it in a line: C-quoted where it has to be."""
    if not any(each in path for each in '"\\\n\r'):
        return path
    known = {'"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r'}
    return '"' + ''.join(known.get(each, each) for each in path) + '"'
