"""`git session history`: the sessions of this repository, newest first."""

from __future__ import annotations

from typing import Any

from git_session import archive, dates, eventlog, git, history, output
from git_session.events import format_time
from git_session.options import FORMAT, Option, Syntax, Values
from git_session.views import log
from git_session.workspace import Workspace, open_workspace

ABOUT = 'List the sessions of this repository, newest first.'
FORMS = {
    '': Syntax(
        '', 0, 0,
        (
            Option(('-n', '--count'), 'at most so many', value='count'),
            Option(('--since',), 'active since then', value='date'),
            Option(('--author',), 'whose author matches', value='who'),
            Option(('--metrics',), 'with their figures'),
            *FORMAT,
        ),
    )
}  # fmt: skip


def run(action: str, values: Values) -> int:
    here = open_workspace()
    count, since, author = values.number('count'), values.text('since'), values.text('author')
    found = {each['session']: each for each in archive.index(here.repo.sessions)}
    found.update((each['session'], each) for each in _live(here))
    records = list(found.values())
    if since is not None:
        begin = dates.moment(since, 'since')
        records = [each for each in records if each['last_active'] >= begin]
    if author is not None:
        records = [
            each for each in records if author.casefold() in (each['author'] or '').casefold()
        ]
    records.sort(key=lambda each: (-each['last_active'], each['session']))
    records = records if count is None else records[:count]
    if values.flag('metrics'):
        heads = _heads()
        records = [_measured(here, each, heads.get(each['branch'])) for each in records]
    if values.json:
        output.json({'schema': 'git-session/history/1', 'sessions': list(map(_data, records))})
        return 0
    text = log.history(
        records, metrics=values.flag('metrics'), style=here.style(), date_format=here.dates
    )
    output.out(text, git.pager)
    return 0


def _data(record: dict[str, Any]) -> dict[str, Any]:
    """A summary with its times as every JSON of ours has them."""
    times = {key: format_time(record[key]) for key in ('started', 'last_active')}
    return {**record, **times}


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


def _heads() -> dict[str, str]:
    """The branches, short -> object id: one process for all sessions."""
    listed = git.read('for-each-ref', '--format=%(objectname) %(refname:lstrip=2)', 'refs/heads/')
    found = (line.partition(' ') for line in listed.split('\n')[:-1])
    return {name: oid for oid, _, name in found}


def _measured(here: Workspace, record: dict[str, Any], head: str | None) -> dict[str, Any]:
    """The summary of a session that goes on with what git says its branch has now."""
    if record['state'] == 'ended' or head is None:
        return record
    place = eventlog.directory(here.repo.sessions, record['branch'])
    if eventlog.session_id(place) != record['session']:  # one of another clone, in the archive
        place = archive.folder(here.repo.sessions, record['session'])
    found = history.built(archive.load(place)[0], head)
    return {**record, **history.figures(found)}
