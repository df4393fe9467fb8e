"""The tree of a notes ref: which blob is the note of which object.

Objects are made and read with dulwich, in this process.  A tree may have any
fan-out (``ab/cdef...``, ``ab/cd/ef...``, none), which git chooses and changes as it
likes, and entries that are no notes, which stay as they are.
"""

from __future__ import annotations

import os
import time
import zlib
from contextlib import contextmanager

from git_session import git
from git_session.errors import SessionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

# A directory of the tree: entry name -> (mode, hex object id, or the directory that
# was opened to change it).
Directory = dict[bytes, tuple[int, 'Any']]
_DIRECTORY, _FILE = 0o040000, 0o100644
_FILES = (0o100644, 0o100755, 0o100664)
_HEX = frozenset(b'0123456789abcdef')
_MANY = 64  # objects from which on a pack is written: a file each would be slow
_REMEDY = "'git update-ref -d refs/notes/session', then 'git session doctor --fix' makes them again"


@contextmanager
def _reading(name: bytes) -> Iterator[None]:
    """Raise SessionError where dulwich finds an object damaged, which it takes apart late."""
    from dulwich import errors

    try:
        yield
    except (
        errors.FileFormatException, errors.ChecksumMismatch, errors.ApplyDeltaError,
        zlib.error, ValueError, AssertionError,
    ) as error:  # fmt: skip
        raise SessionError(
            f'damaged notes: object {name.decode()}: {type(error).__name__}', _REMEDY
        ) from None


class Store:
    """The object database; what dulwich cannot do, git does.

    What is written is kept until `flush`.  dulwich's Repo is not used: it refuses
    repositories with extensions that have nothing to do with notes (partialClone,
    preciousObjects).
    """

    def __init__(self, repo: git.Repository, oid: str) -> None:
        """`oid` is any object id of the repository: its length tells the format."""
        from dulwich.object_format import get_object_format
        from dulwich.object_store import DiskObjectStore

        self.format = get_object_format('sha256' if len(oid) == 64 else 'sha1')
        path = os.path.join(repo.common, 'objects')
        self._disk: Any = DiskObjectStore(path, object_format=self.format)
        # Then files have permissions of their own, which git knows.
        self._by_git = git.ask('config', 'core.sharedRepository').status == 0
        self._fresh: dict[bytes, Any] = {}
        self._trees: dict[bytes, Directory] = {}

    def close(self) -> None:
        self._disk.close()

    def read(self, name: bytes, kind: bytes) -> Any:
        """An object by its hex id; raises SessionError when git has none of this kind either."""
        if name in self._fresh:
            return self._fresh[name]
        with _reading(name):
            try:
                found = self._disk[name]
            except KeyError:  # a partial clone: git fetches it
                if git.ask('cat-file', '-e', name.decode()).status != 0:
                    raise SessionError(
                        f'damaged notes: object {name.decode()} is missing', _REMEDY
                    ) from None
                found = self._disk[name]
        if found.type_name != kind:
            what = f'{name.decode()} is a {found.type_name.decode()}, not a {kind.decode()}'
            raise SessionError(f'damaged notes: {what}', _REMEDY)
        return found

    def tree(self, commit: bytes) -> Directory:
        """The top directory of a notes commit, to be changed as you like."""
        with _reading(commit):
            tree = self.read(commit, b'commit').tree
        return dict(self.directory(tree))

    def directory(self, tree: bytes) -> Directory:
        """The entries of a tree; they are shared, and not to be changed."""
        found = self._trees.get(tree)
        if found is None:
            with _reading(tree):
                entries = self.read(tree, b'tree').items()
            found = {entry.path: (entry.mode, entry.sha) for entry in entries}
            self._trees[tree] = found
        return found

    def lines(self, blob: bytes) -> list[bytes]:
        """The lines of a note that are not empty."""
        return [line for line in self.read(blob, b'blob').data.split(b'\n') if line.strip()]

    def write(self, item: Any) -> bytes:
        """Keep an object to be written; its hex id."""
        name: bytes = item.get_id(self.format)
        self._fresh[name] = item
        return name

    def note(self, lines: list[bytes]) -> bytes:
        """The blob of a note, to be written; its hex id."""
        from dulwich.objects import Blob

        return self.write(Blob.from_string(b''.join(line + b'\n' for line in lines)))

    def save(self, directory: Directory) -> bytes:
        """Write a directory and those opened in it; the hex id of the tree."""
        from dulwich.objects import Tree

        tree: Any = Tree()
        for name, (mode, entry) in directory.items():
            tree.add(name, mode, self.save(entry) if isinstance(entry, dict) else entry)
        return self.write(tree)

    def commit(self, tree: bytes, parents: list[str], identity: str, subject: str) -> str:
        """A commit of now, to be written; its hex id.  `identity` is 'Name <email>'."""
        from dulwich.objects import Commit

        commit: Any = Commit()
        commit.tree = tree
        commit.parents = [each.encode() for each in parents]
        commit.author = commit.committer = os.fsencode(identity)
        commit.author_time = commit.commit_time = int(time.time())
        commit.author_timezone = commit.commit_timezone = 0
        commit.encoding = b'UTF-8'
        commit.message = subject.encode('utf-8', 'surrogateescape') + b'\n'
        return self.write(commit).decode()

    def flush(self) -> None:
        """Put everything that was written into the database."""
        fresh, self._fresh = self._fresh, {}
        if len(fresh) >= _MANY and not self._by_git:
            self._disk.add_objects([(item, None) for item in fresh.values()])
            return
        for item in fresh.values():
            self._put(item)

    def _put(self, item: Any) -> None:
        from dulwich.file import FileLocked

        try:
            if not self._by_git:
                self._disk.add_object(item)
                return
        except FileLocked:  # by somebody who writes the same one, or who died doing so
            pass
        kind, data = item.type_name.decode(), item.as_raw_string()
        git.read('hash-object', '-w', '--no-filters', '-t', kind, '--stdin', stdin=data)


def add(store: Store, root: Directory, name: bytes, added: Iterable[bytes]) -> bool:
    """Unite lines with the note of the object `name`; whether that changed it."""
    directory, entry = _find(store, root, name)
    there = store.lines(directory[entry][1]) if entry in directory else []
    known = set(there)
    fresh = [line for line in dict.fromkeys(added) if line not in known]
    if fresh:
        directory[entry] = (_FILE, store.note(there + fresh))
    return bool(fresh)


def _find(store: Store, root: Directory, name: bytes) -> tuple[Directory, bytes]:
    """The directory that a note is in, opened, and its entry there.

    A new note goes one directory deep, as the hook's do.
    """
    directory, entry = root, name
    while entry not in directory and (directory is root or entry[:2] in directory):
        mode, found = directory.get(entry[:2], (_DIRECTORY, {}))
        if mode != _DIRECTORY:
            break
        opened = found if isinstance(found, dict) else dict(store.directory(found))
        directory[entry[:2]] = (_DIRECTORY, opened)
        directory, entry = opened, entry[2:]
    return directory, entry


def known(store: Store, root: Directory, name: bytes) -> set[bytes]:
    """The lines of the note of an object, wherever in the tree they are."""
    directory, entry, found = root, name, set()
    while entry:
        mode, blob = directory.get(entry, (0, b''))
        if mode in _FILES:
            found.update(store.lines(blob))
        mode, below = directory.get(entry[:2], (0, b''))
        if mode != _DIRECTORY:
            break
        directory, entry = _open(store, below), entry[2:]
    return found


def unite(store: Store, ours: Directory, theirs: Directory) -> None:
    """Add to `ours` the lines that only `theirs` has.

    Where both have a note, the lines are sorted, as `git notes merge -s
    cat_sort_uniq` does, so that it does not matter who unites what with what.
    """
    for name, blobs in changed(store, ours, theirs):
        there = known(store, ours, name)
        directory, entry = _find(store, ours, name)
        if not there and len(blobs) == 1 and entry not in directory:
            directory[entry] = (_FILE, blobs[0])
            continue
        united = there.union(*map(store.lines, blobs))
        if united != there:
            directory[entry] = (_FILE, store.note(sorted(united)))


def changed(store: Store, before: Directory, after: Directory) -> list[tuple[bytes, list[bytes]]]:
    """The notes of `after` that are not at the same place in `before`: (hex id, blobs), sorted.

    Of what is the same in both no more is read than the directory it is in.  A tree
    of mixed fan-out may have several blobs for one object.
    """
    found: dict[bytes, list[bytes]] = {}
    _compare(store, before, after, b'', found)
    return sorted(found.items())


def _compare(
    store: Store, before: Directory, after: Directory, above: bytes, found: dict[bytes, list[bytes]]
) -> None:
    for entry, (mode, item) in after.items():
        name = above + entry
        was = before.get(entry)
        if was == (mode, item) or set(entry) - _HEX or len(name) > 64:
            continue  # the same, or no note
        if mode == _DIRECTORY:
            old = _open(store, was[1]) if was is not None and was[0] == _DIRECTORY else {}
            _compare(store, old, _open(store, item), name, found)
        elif mode in _FILES and len(name) in (40, 64):
            found.setdefault(name, []).append(item)


def _open(store: Store, entry: bytes | Directory) -> Directory:
    return entry if isinstance(entry, dict) else store.directory(entry)
