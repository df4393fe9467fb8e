"""A report as data, schema git-session/report/1; null is not known."""

from __future__ import annotations

from git_session.events import format_time
from git_session.views import insight, landscape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from git_session.analysis.report import Report
    from git_session.record import Record


def data(found: Report) -> dict[str, Any]:
    """Times in UTC; spans in seconds; days as in the report, `zone` says on whose clock."""
    return {
        'schema': 'git-session/report/1',
        'kind': found.kind,
        'repository': found.name,
        'since': None if found.since is None else format_time(found.since),
        'until': format_time(found.until),
        'written': format_time(found.now),
        'zone': found.zone,
        'commit_days': 'author' if found.author_days else 'reader',
        'branch': found.branch,
        'head': found.head,
        'session': found.current,
        'never_had_a_session': found.is_sessionless,
        'shallow': found.is_shallow,
        'lines_known': found.has_lines,
        'totals': {
            'sessions': len(found.sessions), 'commits': found.commits, 'merges': found.merges,
            'added': found.added, 'deleted': found.deleted,
            'active_seconds': round(found.active_seconds), 'objectives_done': len(found.done),
        },
        'counted_branches': list(found.counted),
        'sessions': [_session(each) for each in found.sessions],
        'days': [
            {**each.asdict(), 'active_seconds': round(each.active_seconds)} for each in found.days
        ],
        'burn_up': [each.asdict() for each in found.burn_up],
        'quality': [_timed(each) for each in found.quality],
        'done': [_timed(each) for each in found.done],
        'open': [_timed(each) for each in found.open],
        'decisions': [
            {**_timed(each), 'alternatives': list(each.alternatives)} for each in found.decisions
        ],
        'dead_ends': [_timed(each) for each in found.dead_ends],
        'blockers': [
            {**_timed(each, 'opened', 'resolved'), 'age': round(each.age)}
            for each in found.blockers
        ],
        'commits': [_timed(each) for each in found.subjects],
        'people': landscape.people_data(found.authors),
        'hot_files': landscape.hot_data(found.hot),
        'next_steps': insight.steps_data(found.next_steps),
        'health': None if found.health is None else insight.health_data(found.health),
        'history': None if found.landscape is None else landscape.data(found.landscape),
    }  # fmt: skip


def _session(each: Record) -> dict[str, Any]:
    """Named as in a summary of `history`."""
    record = _timed(each, 'started', 'last_active')
    named = {_SUMMARY.get(key, key): value for key, value in record.items()}
    return {**named, 'period_seconds': round(record['period_seconds'])}


_SUMMARY = {'id': 'session', 'done': 'objectives_done', 'blockers': 'open_blockers'}


def _timed(each: Record, *names: str) -> dict[str, Any]:
    """The fields; those that are times as every JSON of ours has them; '' is null."""
    record: dict[str, Any] = {
        key: None if value == '' else value for key, value in each.asdict().items()
    }
    for name in names or ('at',):
        if record[name] is not None:
            record[name] = format_time(record[name])
    return record
