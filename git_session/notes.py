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

import errno
import os
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
_HOPELESS = tuple(map(os.strerror, (errno.EACCES, errno.EROFS, errno.ENOSPC)))
_EXISTS, _LOCKED = os.strerror(errno.EEXIST), 20  # a lock that stays is of somebody who died
_TIPS = '--format=%(refname) %(objectname)'


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
        fresh = _beyond(old, tips)
        if not fresh:
            return None
        if len(fresh) == 1 and (not old or git.has(fresh[0], old)):
            return fresh[0]
        root = store.tree(old.encode()) if old else {}
        for each in fresh:
            notetree.unite(store, root, store.tree(each.encode()))
        return _commit(store, root, [old, *fresh], subject)

    _move(repo, tips[0], build, subject)


def _beyond(old: str, tips: list[str]) -> list[str]:
    """Those of the commits that `old` does not contain, each once."""
    listed = list(dict.fromkeys(tips))
    if not old:
        return listed
    given = '\n'.join([*listed, '^' + old, ''])
    fresh = set(git.read('rev-list', '--stdin', stdin=given.encode()).split())
    return [each for each in listed if each in fresh]


def is_overwritten(repo: git.Repository) -> bool:
    """Whether something else than us has moved the notes away from what they were.

    A mirroring fetch that prunes takes KEPT with it: then nothing is certain.
    """
    if not _differs():
        return False
    # Of two refs that another process of ours moves together, the first one may have been
    # read before, the second one after that.
    with eventlog.lock(repo.sessions, name=LOCK):
        return _differs()


def _differs() -> bool:
    tips = dict(
        line.split() for line in git.read('for-each-ref', _TIPS, REF, KEPT).split('\n')[:-1]
    )
    kept, now = tips.get(KEPT), tips.get(REF)
    return kept is None or (kept != now and not (now and git.has(now, kept)))


def restore(repo: git.Repository) -> None:
    """Unite the notes with what they were before something overwrote them."""
    kept = git.ask('rev-parse', '-q', '--verify', KEPT).out.strip()
    if kept:
        unite(repo, [kept], 'Notes restored that something else had overwritten')


def number(tip: str) -> int:
    """How many objects have notes in the notes commit `tip`."""
    return git.read('ls-tree', '-r', '--name-only', tip).count('\n')


def additions(repo: git.Repository, old: str, new: str) -> Iterator[tuple[str, list[bytes]]]:
    """What the notes commit `new` has and `old` has not: (object id, lines).

    `old` is '' for everything.  Bounded by what differs.
    """
    with closing(Store(repo, new)) as store:
        before = store.tree(old.encode()) if old else {}
        for name, blobs in notetree.changed(store, before, store.tree(new.encode())):
            there = notetree.known(store, before, name)
            lines = [line for blob in blobs for line in store.lines(blob) if line not in there]
            if lines:
                yield name.decode(), list(dict.fromkeys(lines))


def missing(
    repo: git.Repository, tips: list[str], lines: dict[str, list[bytes]]
) -> dict[str, list[bytes]]:
    """Those of the lines that none of these notes commits has."""
    if not tips or not lines:
        return lines
    found = {}
    with closing(Store(repo, tips[0])) as store:
        roots = [store.tree(each.encode()) for each in tips]
        for name, some in lines.items():
            there = set[bytes]().union(
                *(notetree.known(store, root, name.encode()) for root in roots)
            )
            left = [line for line in some if line not in there]
            if left:
                found[name] = left
    return found


def written(repo: git.Repository, old: str, lines: dict[str, list[bytes]], subject: str) -> str:
    """The object id of a notes commit with the lines on top of `old`, '' for none; no ref moves."""
    with closing(Store(repo, next(iter(lines)))) as store:
        root = store.tree(old.encode()) if old else {}
        for name, added in lines.items():
            notetree.add(store, root, name.encode(), added)
        made = _commit(store, root, [old], subject)
        store.flush()
    return made


def _move(
    repo: git.Repository, oid: str, build: Callable[[Store, str], str | None], subject: str
) -> None:
    """Move the ref to what `build` makes on top of its value, None when it may stay.

    Our own processes wait for each other; hooks and git do not, so the ref is compared.
    """
    with closing(Store(repo, oid)) as store, eventlog.lock(repo.sessions, name=LOCK):
        locked = 0
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
            locked += moved.err.count(_EXISTS)
            if locked > _LOCKED or moved.err.rstrip('\n').endswith(_HOPELESS):
                break
            time.sleep(random.uniform(0, 0.02 * min(attempt + 1, 10)))
    raise SessionError(
        f"cannot update ref '{REF}'", *moved.err.strip().splitlines()[:1],
        'the log has it all; the next checkpoint publishes it',
    )  # fmt: skip


def _commit(store: Store, root: notetree.Directory, parents: list[str], subject: str) -> str:
    """A notes commit by the user, signed where the user signs commits; its object id."""
    tree = store.save(root)
    above = [each for each in parents if each]
    if _signs():
        store.flush()
        return _signed(tree.decode(), above, subject)
    return store.commit(tree, above, _identity(), subject)


def as_signed(repo: git.Repository, tip: str, base: str) -> str:
    """A notes commit with the lines of `tip` that the user may push on top of `base`.

    It is `tip`, unless the user signs commits: a hook cannot, so then one signed commit
    takes the place of those made since `base`.
    """
    if not _signs() or tip == base:
        return tip
    with closing(Store(repo, tip)) as store:
        tree = store.read(tip.encode(), b'commit').tree.decode()
    new = _signed(tree, [base] if base else [], "Notes pushed by 'git session'")
    orders = f'update {REF} {new} {tip}\nupdate {KEPT} {new}\n'
    # Whoever was quicker is united with it by the next push.
    git.ask('update-ref', '-m', 'notes: signed', '--stdin', stdin=orders.encode())
    return new


def _signs() -> bool:
    return git.ask('config', '--type=bool', 'commit.gpgSign').out == 'true\n'


def _signed(tree: str, parents: list[str], subject: str) -> str:
    arguments = [word for each in parents for word in ('-p', each)]
    made = git.act('commit-tree', '-S', tree, *arguments, '-m', subject, capture=True)
    return git.checked(made).strip()


def _identity() -> str:
    """'Name <email>' to sign notes with: the user's, else the committer's of HEAD."""
    return git.identity() or git.read('log', '-1', '--format=%cn <%ce>').strip()
