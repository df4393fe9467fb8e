"""The tree of a notes ref: which blob is the note of which object.

Objects are made and read with dulwich, in this process.  A tree may have any
fan-out (``ab/cdef...``, ``ab/cd/ef...``, none), which git chooses and changes as it
likes, and entries that are no notes, which stay as they are.
"""

from __future__ import annotations

import os
import time

from git_session import git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

# A directory of the tree: entry name -> (mode, hex object id, or the directory that
# was opened to change it).
Directory = dict[bytes, tuple[int, 'Any']]
_DIRECTORY, _FILE = 0o040000, 0o100644
_FILES = (0o100644, 0o100755, 0o100664)
_HEX = frozenset(b'0123456789abcdef')
_MANY = 64  # objects from which on a pack is written: a file each would be slow


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

    def close(self) -> None:
        self._disk.close()

    def read(self, name: bytes) -> Any:
        """An object by its hex id; raises SessionError when git has none either."""
        if name in self._fresh:
            return self._fresh[name]
        try:
            return self._disk[name]
        except KeyError:  # a partial clone: git fetches it
            git.read('cat-file', '-e', name.decode())
            return self._disk[name]

    def tree(self, commit: bytes) -> Directory:
        """The top directory of a notes commit."""
        return self.directory(self.read(commit).tree)

    def directory(self, tree: bytes) -> Directory:
        return {entry.path: (entry.mode, entry.sha) for entry in self.read(tree).items()}

    def lines(self, blob: bytes) -> list[bytes]:
        """The lines of a note that are not empty."""
        return [line for line in self.read(blob).data.split(b'\n') if line.strip()]

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


def add(store: Store, root: Directory, name: bytes, added: list[bytes]) -> bool:
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
        opened = found if isinstance(found, dict) else store.directory(found)
        directory[entry[:2]] = (_DIRECTORY, opened)
        directory, entry = opened, entry[2:]
    return directory, entry


def unite(store: Store, ours: Directory, theirs: Directory) -> bool:
    """Add to `ours` the lines that only `theirs` has; whether there were any.

    Where both have a note, the lines are sorted, as `git notes merge -s
    cat_sort_uniq` does, so that it does not matter who unites what with what.
    """
    changed = False
    for name, mine, others in differences(store, ours, theirs):
        directory, entry = _find(store, ours, name)
        if entry not in directory and len(others) == 1:
            directory[entry] = (_FILE, others[0])
            changed = True
            continue
        # In a mixed tree ours may have one more, which is the same in theirs.
        mine = [*mine, directory[entry][1]] if entry in directory else mine
        known = {line for blob in mine for line in store.lines(blob)}
        united = known.union(*(store.lines(blob) for blob in others))
        if united != known:
            directory[entry] = (_FILE, store.note(sorted(united)))
            changed = True
    return changed


def differences(
    store: Store, ours: Directory, theirs: Directory
) -> Iterator[tuple[bytes, list[bytes], list[bytes]]]:
    """The objects whose notes differ: (hex id, our blobs, their blobs), sorted.

    Of what is the same in both no more is read than the directory it is in.
    A tree of mixed fan-out may have several blobs for one object.
    """
    mine: dict[bytes, list[bytes]] = {}
    others: dict[bytes, list[bytes]] = {}
    _compare(store, ours, theirs, b'', (mine, others))
    for name in sorted(mine.keys() | others.keys()):
        if mine.get(name, []) != others.get(name, []):
            yield name, mine.get(name, []), others.get(name, [])


_Sides = tuple[dict[bytes, list[bytes]], dict[bytes, list[bytes]]]


def _compare(store: Store, ours: Directory, theirs: Directory, above: bytes, found: _Sides) -> None:
    for entry in ours.keys() | theirs.keys():
        mine, other = ours.get(entry), theirs.get(entry)
        if mine == other:
            continue
        name = above + entry
        if set(entry) - _HEX or len(name) > 64:
            continue  # no note
        if mine and other and mine[0] == other[0] == _DIRECTORY:
            _compare(store, _open(store, mine[1]), _open(store, other[1]), name, found)
            continue
        for side, part in zip(found, (mine, other), strict=True):
            if part is not None:
                _collect(store, *part, name, side)


def _open(store: Store, entry: bytes | Directory) -> Directory:
    return entry if isinstance(entry, dict) else store.directory(entry)


def _collect(
    store: Store, mode: int, entry: bytes | Directory, name: bytes, into: dict[bytes, list[bytes]]
) -> None:
    """The notes at and below one entry of a tree."""
    if mode == _DIRECTORY:
        for below, (kind, inner) in _open(store, entry).items():
            if not set(below) - _HEX and len(name + below) <= 64:
                _collect(store, kind, inner, name + below, into)
    elif mode in _FILES and len(name) in (40, 64) and isinstance(entry, bytes):
        into.setdefault(name, []).append(entry)
