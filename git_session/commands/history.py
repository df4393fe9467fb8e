"""`git session history`: the sessions of this repository, newest first."""

from __future__ import annotations

from typing import Any

from git_session import archive, eventlog, git, output
from git_session.errors import SessionError
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
    records = [*archive.index(here.repo.sessions), *_live(here, metrics=values.flag('metrics'))]
    if since is not None:
        begin = _moment(since)
        records = [each for each in records if each['last_active'] >= begin]
    if author is not None:
        records = [
            each for each in records if author.casefold() in (each['author'] or '').casefold()
        ]
    records.sort(key=lambda each: (-each['last_active'], each['session']))
    records = records if count is None else records[:count]
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


def _live(here: Workspace, *, metrics: bool) -> list[dict[str, Any]]:
    """The summaries of the live sessions; the figures of git for the current one only.

    Those of other branches are unknown here: computing them costs a git process each.
    """
    checked_out = git.checked_out()
    found = []
    for branch in eventlog.live(here.repo.sessions):
        session, _, _ = archive.load(eventlog.directory(here.repo.sessions, branch))
        figures: dict[str, Any] = {}
        if metrics and here.session is not None and session.id == here.session.id:
            work = here.work()
            figures = {
                'commits': len(work.commits), 'files': len(work.changes),
                'added': work.added, 'deleted': work.deleted,
            }  # fmt: skip
        record = archive.summary(session, idle=here.idle, figures=figures)
        if record['state'] == 'active' and branch not in checked_out:
            record['state'] = 'paused'  # no worktree is on it, whatever the last event says
        found.append(record)
    return found


def _moment(text: str) -> float:
    """Epoch seconds of a date as git reads it (approxidate)."""
    reply = git.read('rev-parse', f'--since={text}').strip()
    seconds = reply.removeprefix('--max-age=')
    if not seconds.isdigit():
        raise SessionError(f"invalid date: '{text}'")
    return float(seconds)
