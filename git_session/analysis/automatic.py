"""When a checkpoint is due that nobody asks for: `session.auto_checkpoint`."""

from __future__ import annotations

from git_session.session import Session


def due(session: Session, now: float, interval: float, *, track: bool) -> tuple[list[str], bool]:
    """(the commits that a record is due at, whether one is due now).

    One is due at a commit that came `interval` seconds or more after the record before it,
    and now where that long has passed and something happened.  With `track` commits are
    records themselves.
    """
    records = sorted([session.started, *(each.at for each in session.checkpoints)])
    commits = sorted(session.commits.items(), key=lambda item: item[1])
    found = []
    passed, last = 0, float('-inf')  # records not later than the commit; the last one of all
    for commit, when in commits:
        while passed < len(records) and int(records[passed]) <= when:  # commits know the second
            last = max(last, records[passed])
            passed += 1
        if track:
            last = when
        elif interval <= when - last < float('inf'):  # infinite: nothing came before it
            found.append(commit)
            last = when
    last = max(last, records[-1])
    happened = any(when > last for when, _ in session.clock)
    return found, happened and now - last >= interval
