"""The summaries of all sessions of a repository, and what git says of those that go on."""

from __future__ import annotations

from git_session import archive, eventlog, forks, git, merged
from git_session.errors import SessionError
from git_session.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

    from git_session.session import Session


def every(here: Workspace) -> list[dict[str, Any]]:
    """The summary of each session (archive.summary), newest first."""
    found = {each['session']: each for each in archive.index(here.repo.sessions)}
    found.update((each['session'], each) for each in _live(here))
    checked_out = git.checked_out() if found else set()
    for each in found.values():
        each['state'] = state(here, each, checked_out)
    return sorted(found.values(), key=lambda each: (-each['last_active'], each['session']))


def state(here: Workspace, record: Mapping[str, Any], checked_out: Collection[str]) -> str:
    """The state of a session: no worktree is on the branch of a paused one, whatever its log says.

    That is so of those that are live here; whether one of another clone goes on only its log
    says.  `checked_out` is of git.checked_out.
    """
    if record['state'] != 'active' or record['branch'] in checked_out:
        return str(record['state'])
    is_here = place(here, record) != archive.folder(here.repo.sessions, record['session'])
    return 'paused' if is_here else 'active'


def _live(here: Workspace) -> list[dict[str, Any]]:
    """The summaries of the live sessions, without the figures that only git knows."""
    places = (
        eventlog.directory(here.repo.sessions, name) for name in eventlog.live(here.repo.sessions)
    )
    return [archive.summary(archive.load(place)[0], idle=here.idle, figures={}) for place in places]


def measured(here: Workspace, records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The summaries with what git says that those that go on have built by now."""
    heads = _heads()
    on = []
    for record in records:
        if record['state'] != 'ended':
            session = _load(here, record)
            head = heads.get(record['branch']) or merged.newest(session)
            if head:
                on.append((record['session'], session, head))
    figures = forks.figures([(session, head) for _, session, head in on])
    known = {name: each for (name, _, _), each in zip(on, figures, strict=True)}
    return [{**each, **known.get(each['session'], {})} for each in records]


def _heads() -> dict[str, str]:
    """The branches, short -> object id: one process for all sessions."""
    listed = git.read('for-each-ref', '--format=%(objectname) %(refname:lstrip=2)', 'refs/heads/')
    found = (line.partition(' ') for line in listed.split('\n')[:-1])
    return {name: oid for oid, _, name in found}


def _load(here: Workspace, record: Mapping[str, Any]) -> Session:
    return archive.load(place(here, record))[0]


def place(here: Workspace, record: Mapping[str, Any]) -> str:
    """The directory of a session: in the archive where it ended or goes on in another clone."""
    aside = archive.folder(here.repo.sessions, record['session'])
    if record['state'] == 'ended':
        return aside
    try:
        live = eventlog.directory(here.repo.sessions, record['branch'])
    except SessionError:  # none, where the start in its log is lost
        return aside
    return live if eventlog.session_id(live) == record['session'] else aside
