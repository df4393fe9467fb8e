"""Commits and rewrites that no hook reported: found in git, and what is recorded of them."""

from __future__ import annotations

import os

from git_session import events, git, history
from git_session.eventlog import Maker
from git_session.events import Event
from git_session.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


def unreported(
    session: Session, branch: str, head: str, maker: Maker, built: history.Work | None
) -> list[Event]:
    """Events of the commits that are on the branch and not in the log.

    The event of a rewrite is made by `maker`.  `built` is the session's work if it has
    been read.
    """
    fresh = _without_base(session, history.unreported(session, branch, head, built))
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


def _amends(session: Session, branch: str, built: history.Work | None) -> dict[str, str]:
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
