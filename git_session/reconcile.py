"""Commits and rewrites that no hook reported: found in git, and what is recorded of them."""

from __future__ import annotations

from git_session import events, history
from git_session.eventlog import Maker
from git_session.events import Event
from git_session.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def unreported(
    session: Session, branch: str, head: str, maker: Maker, built: history.Work | None
) -> list[Event]:
    """Events of the commits that are on the branch and not in the log.

    The event of a rewrite is made by `maker`.  `built` is the session's work if it has
    been read.
    """
    fresh = history.unreported(session, branch, head, built)
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

    The reflog knows of amends.  Any other rewrite keeps the author, the author date
    and the subject; where they do not name one commit, none is named.
    """
    amended = history.amended(branch)
    alike: dict[tuple[str, int, str], list[str]] = {}
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
            alike.setdefault((each.email, each.written, each.subject), []).append(each.oid)
    for lost in history.gone(session.commits, head):
        match = alike.get((lost.email, lost.written, lost.subject), [])
        if len(match) == 1 and lost.oid not in pairs:
            pairs[lost.oid] = match.pop()
    return pairs
