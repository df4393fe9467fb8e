"""Publishing: events become lines of the notes of their commits.

refs/notes/session maps a commit to a blob of event lines (see events).  Objects
are made with dulwich, in this process; the ref moves by compare-and-swap with
`git update-ref <new> <old>`, which works for every ref format and keeps the
reflog, and a lost race is tried again on top of the winner.  `git notes add`
would overwrite it: it compares nothing.
"""

from __future__ import annotations

import os
import random
import time
from contextlib import closing
from typing import Any

from git_session import git
from git_session.errors import SessionError

REF = 'refs/notes/session'
_TRIES = 60

# A directory of a notes tree: entry name -> (mode, hex object id, or the directory
# that was opened to change it).
_Directory = dict[bytes, tuple[int, Any]]
_DIRECTORY, _FILE = 0o040000, 0o100644


def publish(repo: git.Repository, lines: dict[str, list[bytes]], subject: str) -> None:
    """Add event lines to the notes of commits, all in one notes commit.

    `lines` maps object ids to lines without newlines; a line that is there
    already is not added again.  Raises SessionError when the ref cannot be moved.
    """
    lines = {commit: added for commit, added in lines.items() if added}
    if not lines:
        return
    store = _Objects(repo, next(iter(lines)))
    identity = _identity()
    with closing(store.disk):
        for attempt in range(_TRIES):
            old = git.ask('rev-parse', '-q', '--verify', REF).out.strip()
            new = _commit(store, old, lines, subject, identity)
            if new is None:
                return
            arguments = ('-m', 'notes: ' + subject, REF, new, old or '0' * len(new))
            moved = git.ask('update-ref', *arguments)
            if moved.status == 0:
                return
            time.sleep(random.uniform(0, 0.02 * min(attempt + 1, 10)))
    raise SessionError(
        f"cannot update ref '{REF}'", *moved.err.strip().splitlines()[:1],
        'the events are safe in the log; the next checkpoint publishes them',
    )  # fmt: skip


class _Objects:
    """The object database, by dulwich; what that cannot do, git does.

    dulwich's Repo is not used: it refuses repositories with extensions that have
    nothing to do with notes (partialClone, preciousObjects).
    """

    def __init__(self, repo: git.Repository, oid: str) -> None:
        from dulwich.object_format import get_object_format
        from dulwich.object_store import DiskObjectStore

        self.format = get_object_format('sha256' if len(oid) == 64 else 'sha1')
        path = os.path.join(repo.common, 'objects')
        self.disk: Any = DiskObjectStore(path, object_format=self.format)
        # Then files have permissions of their own, which git knows.
        self._by_git = git.ask('config', 'core.sharedRepository').status == 0

    def read(self, name: bytes) -> Any:
        try:
            return self.disk[name]
        except KeyError:  # a partial clone: git fetches it
            git.read('cat-file', '-e', name.decode())
            return self.disk[name]

    def write(self, item: Any) -> bytes:
        """Write an object; its id."""
        from dulwich.file import FileLocked

        name: bytes = item.get_id(self.format)
        try:
            if not self._by_git:
                self.disk.add_object(item)
                return name
        except FileLocked:  # by somebody who writes the same one, or who died doing so
            pass
        kind, data = item.type_name.decode(), item.as_raw_string()
        git.read('hash-object', '-w', '--no-filters', '-t', kind, '--stdin', stdin=data)
        return name


def _identity() -> str:
    """'Name <email>' to sign notes with: the user's, else the committer's of HEAD."""
    return git.identity() or git.read('log', '-1', '--format=%cn <%ce>').strip()


def _commit(
    store: _Objects, old: str, lines: dict[str, list[bytes]], subject: str, identity: str
) -> str | None:
    """The id of a notes commit on top of `old` with the lines; None when nothing is new."""
    from dulwich.objects import Commit

    tip: Any = store.read(old.encode()) if old else None
    root: _Directory = _open(store, tip.tree) if tip else {}
    changed = [_add(store, root, commit.encode(), added) for commit, added in lines.items()]
    if not any(changed):
        return None
    commit = Commit()
    commit.tree = _close(store, root)
    commit.parents = [tip.id] if tip else []
    commit.author = commit.committer = os.fsencode(identity)
    commit.author_time = commit.commit_time = int(time.time())
    commit.author_timezone = commit.commit_timezone = 0
    commit.encoding = b'UTF-8'
    commit.message = subject.encode('utf-8', 'surrogateescape') + b'\n'
    return store.write(commit).decode()


def _open(store: _Objects, tree: bytes) -> _Directory:
    found = store.read(tree)
    return {entry.path: (entry.mode, entry.sha) for entry in found.items()}


def _close(store: _Objects, directory: _Directory) -> bytes:
    """Write a directory and those opened in it; its object id."""
    from dulwich.objects import Tree

    tree: Any = Tree()
    for name, (mode, entry) in directory.items():
        tree.add(name, mode, _close(store, entry) if isinstance(entry, dict) else entry)
    return store.write(tree)


def _add(store: _Objects, root: _Directory, commit: bytes, added: list[bytes]) -> bool:
    """Unite `added` with the note of `commit`; whether that changed it.

    The path may have any fan-out, which git chooses and changes as it likes; a
    new note goes one directory deep, as the hook's do.
    """
    from dulwich.objects import Blob

    directory, name = root, commit
    while name not in directory and (directory is root or name[:2] in directory):
        mode, entry = directory.get(name[:2], (_DIRECTORY, {}))
        if mode != _DIRECTORY:
            break
        opened = entry if isinstance(entry, dict) else _open(store, entry)
        directory[name[:2]] = (_DIRECTORY, opened)
        directory, name = opened, name[2:]
    there = _blob(store, directory[name][1]) if name in directory else b''
    known = set(there.split(b'\n'))
    fresh = [line for line in dict.fromkeys(added) if line not in known]
    if not fresh:
        return False
    if there and not there.endswith(b'\n'):
        there += b'\n'
    text = there + b''.join(line + b'\n' for line in fresh)
    directory[name] = (_FILE, store.write(Blob.from_string(text)))
    return True


def _blob(store: _Objects, name: bytes) -> bytes:
    data: bytes = store.read(name).data
    return data
