"""Whether a session's branch has been merged, and how, whoever did it.

Git knows of a merge only while the merged commits are themselves there.  A squash merge and
a rebase merge leave others in their place, which are recognized by what they carry.  What
cannot be told is not said.
"""

from __future__ import annotations

from git_session import git, history
from git_session.record import Record
from git_session.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from git_session.branchwork import Work
    from git_session.history import Change, Commit

_MOST = 500  # commits and files that are looked at one by one
_TRIALS = 20  # merges that are tried out


class Outcome(Record):
    """How a branch is over: the facts `result` and `into` of an `end` event.

    `merged` says that its commits are in `into`, themselves or one by one as others, and
    `squash-merged` that the whole of its change is; `into` is a full refname.
    """

    result: str
    into: str

    def __str__(self) -> str:
        return f'{self.result} into {short(self.into)}'


def short(ref: str) -> str:
    """A refname as people know it."""
    return ref.removeprefix('refs/heads/').removeprefix('refs/remotes/')


class Search(Record):
    """What a search has found: `outcome`, or None.

    Without one, `paths` are the files in which a merge that comes later would show; None
    where that cannot be said.
    """

    outcome: Outcome | None
    paths: tuple[str, ...] | None = None


def find(session: Session, head: str = '') -> Outcome | None:
    """How the work of a session was merged, None when it was not or it cannot be told.

    `head` is the object id of its branch; without it, as when the branch is gone, the
    newest of its recorded commits.  A session that has none was never merged.
    """
    default = git.default_branch()
    known = refs(name for name in (session.base_ref, default) if name)
    return search(session, head, targets(session, default, known)).outcome


def search(session: Session, head: str, tips: Mapping[str, str]) -> Search:
    """The same in these branches: full refname -> object id."""
    own = {each.oid for each in history.describe(session.commits)}
    if not own:
        return Search(None)
    head = head or newest(session)
    paths: set[str] | None = set()
    for into, tip in tips.items():
        result, places = _result(session, own, head, tip)
        if result:
            return Search(Outcome(result, into))
        paths = paths | places if places and paths is not None else None
    return Search(None, None if paths is None else tuple(sorted(paths)))


def newest(session: Session) -> str:
    """That of its recorded commits which no other is built on, '' when git has none of them."""
    limit = ['^' + session.base] if session.base else []
    given = '\n'.join([*filter(history.is_oid, session.commits), *limit, ''])
    order = ('rev-list', '--topo-order', '--max-count=1', '--ignore-missing', '--stdin')
    return git.ask(*order, stdin=given.encode()).out.strip()


def in_base(session: Session, work: Work) -> str:
    """What `work` alone tells of a merge, in words; '' when it tells of none."""
    if not work.is_in_base or not _is_target(session, work.base):
        return ''
    where = short(work.base)
    return f'all changes are in {where}' if work.ahead else f'merged into {where}'


def _is_target(session: Session, ref: str) -> bool:
    """Whether it is a branch, and not the session's own or what that was pushed to."""
    if ref == session.upstream or ref == 'refs/heads/' + session.branch:
        return False
    pushed = ref.startswith('refs/remotes/') and ref.endswith('/' + session.branch)
    return ref.startswith(('refs/heads/', 'refs/remotes/')) and not pushed


def targets(
    session: Session, default: str | None, known: Mapping[str, tuple[str, str]]
) -> dict[str, str]:
    """Where the branch may have been merged to: full refname -> object id.

    That is its base, the default branch, and the upstreams of the two; `known` is of `refs`.
    """
    names = [each for each in (session.base_ref, default) if each]
    upstreams = [known[name][1] for name in names if name in known and known[name][1]]
    wanted = [name for name in dict.fromkeys([*names, *upstreams]) if _is_target(session, name)]
    return {name: known[name][0] for name in wanted if name in known}


def refs(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Refs that exist, and their upstreams: full refname -> (object id, upstream or '')."""
    found = _listed(set(names))
    return found | _listed({upstream for _, upstream in found.values() if upstream} - found.keys())


def _listed(names: Collection[str]) -> dict[str, tuple[str, str]]:
    if not names:
        return {}
    out = git.read('for-each-ref', '--format=%(refname) %(objectname) %(upstream)', *names)
    rows = (line.split(' ') for line in out.split('\n')[:-1])
    return {name: (oid, upstream) for name, oid, upstream in rows}


def _result(session: Session, own: set[str], head: str, tip: str) -> tuple[str, set[str]]:
    """The result of the branch at `head` as far as `tip` shows it, '' when it does not.

    And the files in which a later merge would show, none where that cannot be said.
    """
    if not git.has(tip, head):
        return _of_changes(session, own, head, tip)
    left = history.gone(own, tip)
    if len(left) < len(own):
        return 'merged', set()
    # It was moved to where its commits have become others.
    return _of_changes(session, own, newest(session), tip)[0], set()


def _of_changes(session: Session, own: set[str], head: str, tip: str) -> tuple[str, set[str]]:
    """The same of a branch whose commits are not in `tip` themselves."""
    fork = git.ask('merge-base', tip, head).out.strip()
    commits = history.between(fork, head) if fork not in ('', tip) else ()
    known = own & {each.oid for each in commits}
    changes = history.changed(history.SUBMODULES, fork, head) if known else ()
    if not changes or len(changes) > _MOST:
        return '', set()
    arrived = history.touching(changes, fork, tip, _MOST)
    result = _among(session, fork, tip, head, commits, arrived, changes)
    return result, set() if result else _places(fork, tip, commits, changes)


def _places(fork: str, tip: str, commits: Iterable[Commit], changes: Sequence[Change]) -> set[str]:
    """The files in which a merge that comes later would show, none where that cannot be said.

    Those of each commit count, too: when one of them is merged, the fork is another.  A file
    that `tip` has no more may have another name there, and a merge shows in that.
    """
    if history.are_gone(changes, fork, tip):
        return set()
    names = {name for each in changes for name in (each.path, each.old_path) if name}
    names.update(*history.paths(each.oid for each in commits).values())
    return names if len(names) <= _MOST else set()


def _among(
    session: Session, fork: str, tip: str, head: str, commits: Sequence[Commit],
    arrived: Sequence[Commit], changes: Sequence[Change],
) -> str:  # fmt: skip
    """The result of what arrived in `tip` since the fork, '' without any."""
    if not arrived:
        return ''
    if _carries(tip, head, changes):
        return 'merged' if _same(commits, arrived) else 'squash-merged'
    result = _by_patch(fork, head, commits, arrived, changes)
    if result:
        return result
    # What came later has changed the same lines: look at where it arrived.
    signed = _with_trailer(session, arrived)
    if any(_carries(each, head, changes) for each in signed[:_TRIALS]):
        return 'merged' if _same(commits, arrived) else 'squash-merged'
    return ''


def _same(commits: Iterable[Commit], arrived: Iterable[Commit]) -> bool:
    """Whether each of the commits is among those that arrived, by author, date and subject."""
    there = {(each.email, each.written, each.subject) for each in arrived}
    return all(
        (each.email, each.written, each.subject) in there for each in commits if not each.is_merge
    )


def _carries(commit: str, head: str, changes: Iterable[Change]) -> bool:
    """Whether merging `head` into the commit would change nothing there."""
    merge = git.ask('merge-tree', '--write-tree', '--no-messages', commit, head)
    if merge.status in (0, 1):
        return (
            merge.status == 0
            and merge.out.strip() == git.read('rev-parse', '--verify', commit + '^{tree}').strip()
        )
    # git before 2.38: the same files, then, and not only the same changes of them.
    return history.same_files(commit, head, changes)


def _by_patch(
    fork: str, head: str, commits: Iterable[Commit], arrived: Iterable[Commit],
    changes: Iterable[Change],
) -> str:  # fmt: skip
    """What git-patch-id(1) tells; nothing of binary files, whose content it passes over."""
    if any(each.added is None for each in changes):
        return ''
    there = _patch_ids(each.oid for each in arrived)
    single = _patch_ids(each.oid for each in commits if not each.is_merge)
    if single and single <= there:
        return 'merged'
    return 'squash-merged' if _ids(git.ask(*_PATCH, fork, head).out) & there else ''


_PATCH = (
    'diff-tree', '-p', '-r', '--full-index', '--no-ext-diff', '--no-textconv', history.SUBMODULES,
)  # fmt: skip


def _patch_ids(oids: Iterable[str]) -> set[str]:
    """The patch ids of commits; a commit that changes nothing has none."""
    given = '\n'.join([*oids, ''])
    return _ids(git.read(*_PATCH, '--root', '--stdin', stdin=given.encode()))


def _ids(patches: str) -> set[str]:
    out = git.read('patch-id', '--stable', stdin=patches.encode('utf-8', 'surrogateescape'))
    return {line.partition(' ')[0] for line in out.split('\n')[:-1]}


def _with_trailer(session: Session, commits: Iterable[Commit]) -> list[str]:
    """Those whose messages name the session anywhere: a squash leaves trailers in the middle."""
    names = '\n'.join(each.oid for each in commits if each.oid not in session.commits)
    if not names:
        return []
    show = ('log', '--no-walk=unsorted', '-z', '--stdin', '--format=%H%n%B', '--no-show-signature')
    found = git.read(*show, stdin=names.encode() + b'\n').split('\0')
    line = f'Session-Id: {session.id}'
    return [
        text.partition('\n')[0]
        for text in found
        if any(each.strip() == line for each in text.split('\n'))
    ]
