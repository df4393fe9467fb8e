"""Commits and rewrites that no hook reported: found in git, and what is recorded of them."""

from __future__ import annotations

import os

from git_session import branchwork, events, git, history
from git_session.eventlog import Maker
from git_session.events import Event
from git_session.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

# How reflog entries begin that tell of a new commit.
_MAKING = ('commit', 'cherry-pick', 'revert', 'am', 'rebase')


def unreported(
    session: Session, branch: str, head: str, maker: Maker, built: branchwork.Work | None
) -> list[Event]:
    """Events of the commits that are on the branch and not in the log.

    The event of a rewrite is made by `maker`.  `built` is the session's work if it has
    been read.
    """
    fresh = _without_base(session, _unrecorded(session, branch, head, built))
    pairs = _amends(session, branch, built)
    if fresh:
        pairs |= _rewrites(session, branch, head, fresh)
    if pairs:
        maker.add('rewrite', by='found', pairs=[[old, new] for old, new in pairs.items()])
    if not fresh:
        return []
    ways = history.ways(branch)
    rewritten = set(pairs.values())
    # A rebase onto another branch brings its commits along: they were made there.
    own = {*ways, *rewritten, *history.only_here(branch, head, session.base)}
    found = []
    for each in fresh:
        if each.oid not in own:
            continue
        via = ways.get(each.oid) or 'found'
        if each.oid not in rewritten or (
            via.startswith('commit') and each.oid not in session.rewritten
        ):
            found.append(events.commit_event(session.id, each.oid, each.time, via))
    return found


def _unrecorded(
    session: Session, branch: str, head: str, built: branchwork.Work | None
) -> tuple[history.Commit, ...]:
    """The commits made on the branch that the session does not know, newest first.

    They are on the line of first parents: what a merge brought in was made
    elsewhere.  `built` is the session's work if it has been read: it says the same
    when the session began at its base.  Once the branch has nothing that its base
    lacks, its reflog tells which commits were made on it.
    """
    begin = [each for each in (session.base, session.head_at_start) if each]
    if head in begin:
        return ()
    if built is not None and built.ahead and session.head_at_start in (session.base, ''):
        return _unknown(session, head, built.commits)
    base = built.base if built is not None else branchwork.compared(session, head)
    log = [*history.LOG, history.FORMAT, '--ignore-missing', '--first-parent', head, '--not']
    found = history.parse_log(git.read(*log, *([base] if base else []), *begin, '--'))
    if found or not base or not begin:
        return _unknown(session, head, found)
    fresh = _unknown(session, head, history.parse_log(git.read(*log, *begin, '--')))
    moves = history.ways(branch) if fresh else {}
    return tuple(each for each in fresh if moves.get(each.oid, '').startswith(_MAKING))


def _unknown(
    session: Session, head: str, found: Iterable[history.Commit]
) -> tuple[history.Commit, ...]:
    """Those on the line of first parents of `head` that the session has no event of.

    One that had become another counts again where it is back in its place.
    """
    by_oid = {each.oid: each for each in found}
    fresh = []
    while head in by_oid:
        now = session.current(head)
        if now not in session.commits or (now != head and now not in by_oid):
            fresh.append(by_oid[head])
        head = next(iter(by_oid[head].parents), '')
    return tuple(fresh)


def _without_base(
    session: Session, fresh: tuple[history.Commit, ...]
) -> tuple[history.Commit, ...]:
    """Those that are not the base's own, rewritten down to the root together with the branch."""
    if not session.base or all(each.parents for each in fresh):
        return fresh
    known = set(map(_name, history.until(session.base)))
    return tuple(each for each in fresh if _name(each) not in known)


def _person(commit: history.Commit) -> tuple[str, int]:
    """Who wrote it and when, which a rewrite keeps even where it changes the message."""
    return commit.email, commit.written


def _name(commit: history.Commit) -> tuple[str, int, str]:
    return commit.email, commit.written, commit.subject


def _amends(session: Session, branch: str, built: branchwork.Work | None) -> dict[str, str]:
    """Which recorded commits were amended, each recorded and nothing said of it: old -> new.

    git-gui amends so: it runs post-commit and no post-rewrite.  The reflog is only asked
    where what was built lacks a recorded commit.
    """
    there = {each.oid for each in built.commits} if built is not None else set()
    left = session.commits.keys() - there
    if not there or not left:
        return {}
    oldest_first = reversed(history.amended(branch).items())
    return {old: new for new, old in oldest_first if old in left and new in session.commits}


def _rewrites(
    session: Session, branch: str, head: str, fresh: Sequence[history.Commit]
) -> dict[str, str]:
    """Which recorded commits have become which of the fresh ones: old -> new.

    The reflog knows of amends, git-filter-repo has a list.  Any other rewrite keeps the
    author and the author date, and most of them the subject; where these do not name one
    commit, none is named.
    """
    amended = history.amended(branch)
    new: dict[str, history.Commit] = {}
    pairs: dict[str, str] = {}
    for each in fresh:
        old = amended.get(each.oid, each.oid)
        while old not in session.commits and old in amended:
            old = amended[old]
        if each.oid in session.rewritten:  # it is back, and what it had become is gone
            pairs[session.current(each.oid)] = each.oid
        elif old in session.commits:
            pairs[old] = each.oid
        else:
            new[each.oid] = each
    filtered = _filtered(session, new) if new else {}
    pairs |= filtered
    unmatched = [each for oid, each in new.items() if oid not in filtered.values()]
    lost = [each for each in history.gone(session.commits, head) if each.oid not in pairs]
    found = _alike(lost, unmatched, _name)
    lost = [each for each in lost if each.oid not in found]
    unmatched = [each for each in unmatched if each.oid not in found.values()]
    return pairs | found | _alike(lost, unmatched, _person)


def _alike(
    lost: Sequence[history.Commit], fresh: Sequence[history.Commit],
    name: Callable[[history.Commit], object],
) -> dict[str, str]:  # fmt: skip
    """Those of the lost and the fresh commits that alone have the same name: old -> new."""
    old: dict[object, list[str]] = {}
    new: dict[object, list[str]] = {}
    for commits, by_name in ((lost, old), (fresh, new)):
        for each in commits:
            by_name.setdefault(name(each), []).append(each.oid)
    return {
        oids[0]: new[key][0]
        for key, oids in old.items()
        if len(oids) == 1 and len(new.get(key, ())) == 1
    }


def _filtered(session: Session, fresh: Iterable[str]) -> dict[str, str]:
    """What git-filter-repo says of recorded commits, which it has pruned: old -> new."""
    common = git.ask('rev-parse', '--git-common-dir').out.removesuffix('\n')
    wanted = set(fresh)
    pairs = {}
    try:
        with open(os.path.join(common, 'filter-repo', 'commit-map'), encoding='ascii') as file:
            for line in file:
                old, _, new = line.strip().partition(' ')
                if old in session.commits and new in wanted:
                    pairs[old] = new
    except (OSError, UnicodeDecodeError):
        pass
    return pairs
