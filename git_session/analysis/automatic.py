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
    for commit, when in commits:
        last = max((at for at in records if at <= when), default=when)
        if track:
            records.append(when)
        elif when - last >= interval:
            found.append(commit)
            records.append(when)
    last = max(records)
    happened = any(when > last for when, _ in session.clock)
    return found, happened and now - last >= interval
