"""`git session history`: the sessions of this repository, newest first."""

from __future__ import annotations

from typing import Any

from git_session import dates, git, output, summaries
from git_session.analysis import velocity
from git_session.events import format_time
from git_session.options import FORMAT, Option, Syntax, Values
from git_session.views import log
from git_session.workspace import open_workspace

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
    records = summaries.every(here)
    if since is not None:
        begin = dates.moment(since, 'since')
        records = [each for each in records if each['last_active'] >= begin]
    if author is not None:
        records = [
            each for each in records if author.casefold() in (each['author'] or '').casefold()
        ]
    records = records if count is None else records[:count]
    if values.flag('metrics'):
        records = summaries.measured(here, records)
    if values.json:
        output.json({'schema': 'git-session/history/1', 'sessions': list(map(_data, records))})
        return 0
    text = log.history(
        records, metrics=values.flag('metrics'), style=here.style(), date_format=here.dates
    )
    output.out(text, git.pager)
    return 0


def _data(record: dict[str, Any]) -> dict[str, Any]:
    """A summary with its times as every JSON of ours has them, and its velocity."""
    times = {key: format_time(record[key]) for key in ('started', 'last_active')}
    rates = {name: velocity.rate(record, name) for name in velocity.MEASURES}
    return {
        **record, **times, 'coverage': record.get('coverage'),
        'velocity': {
            name: None if rate is None else round(rate, 2) for name, rate in rates.items()
        },
    }  # fmt: skip
