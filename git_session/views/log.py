"""The events of a session in words, and the list of sessions."""

from __future__ import annotations

import json

from git_session import columns, words
from git_session.analysis import velocity
from git_session.analysis.figures import percent
from git_session.events import Event, encode
from git_session.output import Style, line
from git_session.session import Session
from git_session.views.insight import sparkline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

_Names = dict[str, str]
_NARROW = 60  # columns, of which a date would take too many


def text(session: Session, events: Sequence[Event], *, style: Style, date_format: str) -> str:
    """One line an event, oldest first; what was undone is marked."""
    names = session.names()
    lines = []
    for event in events:
        when = style.paint(words.date(event.time, date_format), 'dim')
        said = describe(event, names)
        if event.id in session.undone:
            said = style.paint(f'{said} (undone)', 'dim')
        if style.width < _NARROW:
            wrapped = style.items('', f'{when}  {said}', hang=2)
        else:
            wrapped = style.items(f'{when}  ', said)
        lines += [f'{each}\n' for each in wrapped]
    return ''.join(lines)


def describe(event: Event, names: _Names) -> str:
    """An event in words."""
    if not event.is_known:
        return f'{line(event.type)} (of another version of git session)'
    name = names.get(event.facts.get('ref', event.id), '')
    named = names.get(event.id, '')
    describer = _WORDS.get(event.type)
    said = (
        describer(event.facts, named if event.type.endswith('.add') else name)
        if describer
        else event.type
    )
    return line(said)


def _quoted(verb: str) -> Callable[[dict[str, Any], str], str]:
    return lambda facts, name: ' '.join(
        part for part in (verb, name, facts.get('text', '')) if part
    )


def _with(verb: str, key: str) -> Callable[[dict[str, Any], str], str]:
    def describer(facts: dict[str, Any], name: str) -> str:
        detail = facts.get(key)
        return f'{verb} {name or "an item"}' + (f': {detail}' if detail else '')

    return describer


def _start(facts: dict[str, Any], name: str) -> str:
    base = facts.get('base_ref') or facts.get('base') or ''
    base = base.removeprefix('refs/heads/').removeprefix('refs/remotes/')
    return f'start on {facts["branch"].removeprefix("refs/heads/")}' + (
        f' from {base}' if base else ''
    )


def _commit(facts: dict[str, Any], name: str) -> str:
    via = f' (found: {facts["via"]})' if facts.get('via') else ''
    return f'commit {words.short(facts["commit"])}{via}'


def _checkpoint(facts: dict[str, Any], name: str) -> str:
    what = ' '.join(part for part in (facts.get('label'), facts.get('message')) if part)
    commit = f' at {words.short(facts["commit"])}' if facts.get('commit') else ''
    return f'{"automatic " if facts.get("auto") else ""}checkpoint{commit} {what}'


def _phase(facts: dict[str, Any], name: str) -> str:
    refused = f' refused: {facts["refused"]}' if facts.get('refused') else ''
    commit = f' at {words.short(facts["commit"])}' if facts.get('commit') else ''
    return f'{facts["phase"].upper()}{commit}{refused}'


def _agent(facts: dict[str, Any], name: str) -> str:
    what = {'start': 'began', 'end': 'ended', 'compact': 'compacted'}.get(
        facts['what'], facts['what']
    )
    reason = f' ({facts["reason"]})' if facts.get('reason') else ''
    return f'{facts["name"]} {what}{reason}'


def _end(facts: dict[str, Any], name: str) -> str:
    into = facts.get('into') or ''
    where = f' into {into.removeprefix("refs/heads/").removeprefix("refs/remotes/")}'
    failed = f', failed gates: {", ".join(facts["gates"])}' if facts.get('gates') else ''
    failed += ', overridden' if failed and facts.get('overridden') else ''
    return f'end ({facts["result"]}{where if into else ""}{failed})'


_WORDS: dict[str, Callable[[dict[str, Any], str], str]] = {
    'start': _start,
    'resume': lambda facts, name: (
        'resume' + (f' ({facts["reason"]})' if facts.get('reason') else '')
    ),
    'pause': lambda facts, name: 'pause' + (f' ({facts["reason"]})' if facts.get('reason') else ''),
    'end': _end,
    'rename': lambda facts, name: (
        f'branch renamed to {facts["branch"].removeprefix("refs/heads/")}'
    ),
    'commit': _commit,
    'merge': lambda facts, name: f'moved forward to {words.short(facts["commit"])}',
    'rewrite': lambda facts, name: (
        f'{facts.get("by") or "rewrite"} of ' + words.count(len(facts['pairs']), 'commit')
    ),
    'checkpoint': _checkpoint,
    'objective.add': _quoted('objective'),
    'objective.start': _with('start', ''),
    'objective.complete': _with('complete', ''),
    'objective.reopen': _with('reopen', ''),
    'objective.drop': _with('drop', 'why'),
    'objective.edit': _with('edit', 'text'),
    'blocker.add': _quoted('blocker'),
    'blocker.resolve': _with('resolve', 'how'),
    'blocker.reopen': _with('reopen', ''),
    'blocker.edit': _with('edit', 'text'),
    'decision.add': _quoted('decision'),
    'decision.supersede': _with('supersede', 'text'),
    'decision.edit': _with('edit', 'text'),
    'note': _quoted('note:'),
    'dead-end': _quoted('dead end:'),
    'tdd': _phase,
    'wip.save': lambda facts, name: (
        f'work in progress of {words.count(facts["files"], "file")} saved'
    ),
    'wip.restore': lambda facts, name: (
        f'work in progress {"dropped" if facts.get("dropped") else "restored"}'
    ),
    'handoff': lambda facts, name: 'handoff written',
    'agent': _agent,
    'undo': lambda facts, name: f'undo {words.count(len(facts["ids"]), "event")}',
}


def data(session: Session, events: Sequence[Event]) -> dict[str, Any]:
    """The events as data, schema git-session/log/1."""
    return {
        'schema': 'git-session/log/1',
        'session': session.id,
        'events': [
            {**json.loads(encode(event)), 'undone': event.id in session.undone} for event in events
        ],
    }


def history(
    records: Sequence[dict[str, Any]], *, metrics: bool, style: Style, date_format: str
) -> str:
    """One line a session, newest first, in columns; with metrics its figures.

    On a terminal that is too narrow for the columns a session has a line more.
    """
    rows = [_row(record, date_format) for record in records]
    widths = [max(map(columns.width, column)) for column in zip(*rows, strict=True)]
    widths[1:2] = [max(each, len('active ')) for each in widths[1:2]]
    is_table = not style.terminal or sum(widths) + 2 * (len(widths) - 1) <= style.width
    lines = []
    for record, row in zip(records, rows, strict=True):
        lines += _in_table(row, widths, style) if is_table else _in_lines(row, style)
        if metrics:
            lines += style.items('    ', ', '.join(_figures(record)))
            lines += style.items('    ', f'{_velocity(record)}, {_coverage(record)}')
    if metrics:
        lines += _trends(records, style)
    return '\n'.join(lines) + '\n' if lines else ''


def _row(record: dict[str, Any], date_format: str) -> list[str]:
    """When, state, id, branch, objectives."""
    done = f'{record["objectives_done"]}/{record["objectives"]} objectives'
    when = words.date(record['last_active'], date_format)
    return [when, _state(record), record['session'], line(record['branch']), done]


def _in_table(row: list[str], widths: list[int], style: Style) -> list[str]:
    when, state, name, branch, done = map(columns.pad, row, widths)
    state = style.paint(state, _COLORS.get(row[1], 'dim'))
    return [f'{when}  {state}  {style.paint(name, "bold")}  {branch}  {done.rstrip()}']


def _in_lines(row: list[str], style: Style) -> list[str]:
    when, state, name, branch, done = row
    head = f'{when}  {style.paint(state, _COLORS.get(state, "dim"))}'
    more = [*style.wrap('  ', style.paint(name, 'bold')), *style.wrap('    on ', branch)]
    if style.fits(f'{more[-1]}, {done}'):
        return [head, *more[:-1], f'{more[-1]}, {done}']
    return [head, *more, f'    {done}']


_TRENDS = {'active_seconds': 'active time', 'commits': 'commits', 'objectives_done': 'objectives'}
_MOST_TRENDS = 40  # sessions


def _trends(records: Sequence[dict[str, Any]], style: Style) -> list[str]:
    """A line of bars for each figure that is known of more than two sessions."""
    lines = []
    for key, title in _TRENDS.items():
        known = [each[key] for each in reversed(records) if each.get(key) is not None]
        if len(known) > 2:
            bars = sparkline(known[-_MOST_TRENDS:], style)
            lines += style.wrap(f'  {title:<13}', bars)
    if not lines:
        return []
    return ['', style.paint('From the oldest to the newest', 'bold'), *lines]


# What is over and merged, squashed or not, is done; gone may be lost.
_COLORS = {
    'active': 'green', 'paused': 'yellow', 'merged': 'cyan', 'squash-merged': 'cyan', 'gone': 'red',
}  # fmt: skip


def _state(record: dict[str, Any]) -> str:
    return str(record.get('result') or record['state'])


def _figures(record: dict[str, Any]) -> list[str]:
    def counted(key: str, noun: str) -> str:
        return f'{noun}s unknown' if record.get(key) is None else words.count(record[key], noun)

    known = record.get('added') is not None
    lines = f'+{record["added"]} -{record["deleted"]}' if known else 'lines unknown'
    return [
        f'active time {words.duration(record["active_seconds"])}',
        counted('commits', 'commit'),
        counted('files', 'file'),
        lines,
        counted('checkpoints', 'checkpoint'),
        counted('open_blockers', 'open blocker'),
    ]


def _velocity(record: dict[str, Any]) -> str:
    """``per active hour 0.5 objectives, 2 commits, +120 lines``, what is known of it."""
    rates = {name: velocity.rate(record, name) for name in velocity.MEASURES}
    known = [
        f'{rate:+.0f} lines' if name == 'lines' else f'{rate:.1f} {name}'
        for name, rate in rates.items()
        if rate is not None
    ]
    return f'per active hour {", ".join(known)}' if known else 'velocity unknown'


def _coverage(record: dict[str, Any]) -> str:
    measured = record.get('coverage')
    if not measured:
        return 'coverage unknown'
    first, last = measured
    trend = '' if f'{first:.1f}' == f'{last:.1f}' else f'{percent(first, last)} → '
    return f'coverage {trend}{percent(last, first)}'
