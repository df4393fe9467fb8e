"""The notes ref: published events, moved by compare-and-swap.

refs/notes/session maps a commit to a blob of event lines (see events).  The ref
moves by `git update-ref` with the old value, which works for every ref format and
keeps the reflog, and a lost race is tried again on top of the winner.  `git notes
add` would overwrite it: it compares nothing.

Beside it KEPT, which no fetch of refs/notes/* can touch, holds the tip that a
command of ours has seen last.  Where the notes do not contain it any more, someone
has overwritten them, and the next command unites the two again.
"""

from __future__ import annotations

import random
import time
from contextlib import closing

from git_session import eventlog, git, notetree
from git_session.errors import SessionError
from git_session.notetree import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REF = 'refs/notes/session'
KEPT = 'refs/session/kept'
LOCK = '.notes'
_TRIES = 60


def tip() -> str:
    """The object id of the newest notes commit, '' when there are no notes."""
    return git.ask('rev-parse', '-q', '--verify', REF).out.strip()


def publish(repo: git.Repository, lines: dict[str, list[bytes]], subject: str) -> None:
    """Add event lines to the notes of commits, all in one notes commit.

    `lines` maps object ids to lines without newlines; a line that is there
    already is not added again.  Raises SessionError when the ref cannot be moved.
    """
    lines = {commit: added for commit, added in lines.items() if added}
    if not lines:
        return

    def build(store: Store, old: str) -> str | None:
        root = store.tree(old.encode()) if old else {}
        changed = [notetree.add(store, root, name.encode(), new) for name, new in lines.items()]
        return _commit(store, root, [old], subject) if any(changed) else None

    _move(repo, next(iter(lines)), build, subject)


def unite(repo: git.Repository, tips: list[str], subject: str) -> None:
    """Bring the lines of other notes commits into the notes, and their history.

    Raises SessionError when the ref cannot be moved or a tip is no notes commit.
    """
    if not tips:
        return

    def build(store: Store, old: str) -> str | None:
        fresh = [each for each in tips if not (old and git.has(old, each))]
        if not fresh:
            return None
        if len(fresh) == 1 and (not old or git.has(fresh[0], old)):
            return fresh[0]
        root = store.tree(old.encode()) if old else {}
        for each in fresh:
            notetree.unite(store, root, store.tree(each.encode()))
        return _commit(store, root, [old, *fresh], subject)

    _move(repo, tips[0], build, subject)


def is_overwritten() -> bool:
    """Whether something else than us has moved the notes away from what they were."""
    kept = git.ask('rev-parse', '-q', '--verify', KEPT).out.strip()
    return bool(kept) and not git.has(REF, kept)


def restore(repo: git.Repository) -> None:
    """Unite the notes with what they were before something overwrote them."""
    kept = git.ask('rev-parse', '-q', '--verify', KEPT).out.strip()
    if kept:
        unite(repo, [kept], 'Notes restored that something else had overwritten')


def additions(repo: git.Repository, old: str, new: str) -> Iterator[tuple[str, list[bytes]]]:
    """What the notes commit `new` has and `old` has not: (object id, lines).

    `old` is '' for everything.  Bounded by what differs.
    """
    with closing(Store(repo, new)) as store:
        before = store.tree(old.encode()) if old else {}
        after = store.tree(new.encode())
        for name, blobs, fresh in notetree.differences(store, before, after):
            known = {line for blob in blobs for line in store.lines(blob)}
            found = [line for blob in fresh for line in store.lines(blob) if line not in known]
            if found:
                yield name.decode(), list(dict.fromkeys(found))


def _move(
    repo: git.Repository, oid: str, build: Callable[[Store, str], str | None], subject: str
) -> None:
    """Move the ref to what `build` makes on top of its value, None when it may stay.

    Our own processes wait for each other; hooks and git do not, so the ref is compared.
    """
    with closing(Store(repo, oid)) as store, eventlog.lock(repo.sessions, name=LOCK):
        for attempt in range(_TRIES):
            old = tip()
            new = build(store, old)
            if new is None:
                return
            store.flush()
            orders = f'update {REF} {new} {old or "0" * len(new)}\nupdate {KEPT} {new}\n'
            log = ('-m', 'notes: ' + subject, '--create-reflog', '--stdin')
            moved = git.ask('update-ref', *log, stdin=orders.encode())
            if moved.status == 0:
                return
            time.sleep(random.uniform(0, 0.02 * min(attempt + 1, 10)))
    raise SessionError(
        f"cannot update ref '{REF}'", *moved.err.strip().splitlines()[:1],
        'the events are safe in the log; the next checkpoint publishes them',
    )  # fmt: skip


def _commit(store: Store, root: notetree.Directory, parents: list[str], subject: str) -> str:
    """A notes commit by the user, signed where the user signs commits; its object id."""
    tree = store.save(root)
    above = [each for each in parents if each]
    if git.ask('config', '--type=bool', 'commit.gpgSign').out == 'true\n':
        store.flush()
        return _signed(tree.decode(), above, subject)
    return store.commit(tree, above, _identity(), subject)


def _signed(tree: str, parents: list[str], subject: str) -> str:
    arguments = [word for each in parents for word in ('-p', each)]
    made = git.act('commit-tree', '-S', tree, *arguments, '-m', subject, capture=True)
    return git.checked(made).strip()


def _identity() -> str:
    """'Name <email>' to sign notes with: the user's, else the committer's of HEAD."""
    return git.identity() or git.read('log', '-1', '--format=%cn <%ce>').strip()
