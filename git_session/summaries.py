"""The summaries of all sessions of a repository, and what git says of those that go on."""

from __future__ import annotations

from git_session import archive, eventlog, git, history
from git_session.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def every(here: Workspace) -> list[dict[str, Any]]:
    """The summary of each session (archive.summary), newest first."""
    found = {each['session']: each for each in archive.index(here.repo.sessions)}
    found.update((each['session'], each) for each in _live(here))
    return sorted(found.values(), key=lambda each: (-each['last_active'], each['session']))


def _live(here: Workspace) -> list[dict[str, Any]]:
    """The summaries of the live sessions, without the figures that only git knows."""
    checked_out = git.checked_out()
    found = []
    for branch in eventlog.live(here.repo.sessions):
        session, _, _ = archive.load(eventlog.directory(here.repo.sessions, branch))
        record = archive.summary(session, idle=here.idle, figures={})
        if record['state'] == 'active' and branch not in checked_out:
            record['state'] = 'paused'  # no worktree is on it, whatever the last event says
        found.append(record)
    return found


def measured(here: Workspace, records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The summaries with what git says that the branches of those that go on have now."""
    heads = _heads()
    return [_measured(here, each, heads.get(each['branch'])) for each in records]


def _heads() -> dict[str, str]:
    """The branches, short -> object id: one process for all sessions."""
    listed = git.read('for-each-ref', '--format=%(objectname) %(refname:lstrip=2)', 'refs/heads/')
    found = (line.partition(' ') for line in listed.split('\n')[:-1])
    return {name: oid for oid, _, name in found}


def _measured(here: Workspace, record: dict[str, Any], head: str | None) -> dict[str, Any]:
    if record['state'] == 'ended' or head is None:
        return record
    place = eventlog.directory(here.repo.sessions, record['branch'])
    if eventlog.session_id(place) != record['session']:  # one of another clone, in the archive
        place = archive.folder(here.repo.sessions, record['session'])
    found = history.built(archive.load(place)[0], head)
    return {**record, **history.figures(found)}
