"""A report as Markdown for a pull request or a chat, short; and a standup in under ten lines.

Every text that people or git wrote is escaped: it is shown as it is, and is no markup.
"""

from __future__ import annotations

from git_session import words
from git_session.analysis.figures import percent
from git_session.analysis.report import PROJECT, WEEKLY, Report
from git_session.output import code, markdown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeVar

    from git_session.analysis.report import (
        Blocker,
        Day,
        DeadEnd,
        Decision,
        Objective,
        SessionLine,
        Subject,
    )

    _Timed = TypeVar('_Timed', Objective, Decision, DeadEnd)

_MOST = 10  # of each list
_MOST_ROWS = 20
_MOST_TOP = 5  # people, files, next steps
_MOST_DAYS = 31  # then they are summed up by month
_MOST_MONTHS = 12
_LONGEST = 160  # characters of a text in a list
_DAY_FORM = '%Y-%m-%d'


def text(found: Report) -> str:
    """The whole document; of a period of a day or two a few lines."""
    if found.is_short:
        return standup(found)
    parts = [
        f'# {_title(found)}\n',
        _summary(found),
        ''.join(f'{each}\n' for each in remarks(found)),
        _list('Done', [_objective(each) for each in _newest(found.done)], len(found.done)),
        _list('Next', *_next(found)),
        _list('Blockers', *_blockers(found)),
        _list('Decisions', [_decision(each) for each in _newest(found.decisions)],
              len(found.decisions)),
        _list('Dead ends', [f'{_text(each.text)} ({code(each.branch)})'
                            for each in _newest(found.dead_ends)], len(found.dead_ends)),
        _sessions(found),
        _days(found),
        _list('Quality', _quality(found)),
        _list(*_health(found)),
        _people(found),
        _files(found),
    ]  # fmt: skip
    return '\n'.join(filter(None, parts))


def standup(found: Report) -> str:
    """What was done, what is next, what blocks: at most nine lines."""
    form = '%a %Y-%m-%d %H:%M'
    until = f' until {words.date(found.until, form)}' if found.until < found.now else ''
    since = f'{_since(found, form)}{until}'
    lines = [f'**{markdown(found.name)}** since {since}: {_figures(found)}', '']
    done, rest = [_objective(each) for each in reversed(found.done)], 'more'
    if not done:
        own = [each for each in found.subjects if each.session]
        done = [_text(each.subject) for each in own or _of_all(found)]
        if len(found.subjects) < found.commits - found.merges:
            rest = 'or more'  # the report has the newest alone
    nexts = [_objective(each) for each in _current_first(found)]
    if not nexts:
        nexts = [_text(each.text) for each in found.next_steps]
    blocks = [_blocker(each) for each in found.blockers if each.is_waiting]
    for title, items, most, more in (
        ('Done', done, 3, rest), ('Next', nexts, 2, 'more'), ('Blocked', blocks, 2, 'more')
    ):  # fmt: skip
        shown = [f'- {title}: {each}' for each in items[:most]]
        if len(items) > most:
            shown[-1] += f' (+ {len(items) - most} {more})'
        lines += shown or [f'- {title}: nothing']
    return '\n'.join(lines) + '\n'


def _of_all(found: Report) -> Sequence[Subject]:
    """The commits of everybody, where no session says whose work this is."""
    return () if found.sessions else found.subjects


def _current_first(found: Report) -> list[Objective]:
    """What is open: of the current session first, there what is active first."""
    return sorted(
        found.open, key=lambda each: (each.session != found.current, each.state != 'active')
    )


# --- parts


def _title(found: Report) -> str:
    what = {WEEKLY: 'Week', PROJECT: 'Project'}.get(found.kind, 'Report')
    name = f'{what}: {markdown(found.name)}'
    if found.since is None:
        return name
    until = words.date(max(found.until - 1, found.since), _DAY_FORM)
    return f'{name}, {_since(found, _DAY_FORM)} to {until}'


def _since(found: Report, form: str) -> str:
    return 'unknown' if found.since is None else words.date(found.since, form)


def _figures(found: Report) -> str:
    parts = [words.count(found.commits, 'commit') + _lines(found.added, found.deleted, ' (', ')')]
    if found.sessions:
        if found.done:
            parts.append(f'{words.count(len(found.done), "objective")} done')
        parts.append(f'active time {words.duration(found.active_seconds)}')
    return ', '.join(parts)


def _lines(added: int | None, deleted: int | None, begin: str = '', end: str = '') -> str:
    if added is None or deleted is None:
        return f'{begin}lines unknown{end}'
    return f'{begin}+{added} -{deleted}{end}'


def _summary(found: Report) -> str:
    sessions = words.count(len(found.sessions), 'session')
    where = ', '.join(code(each) for each in found.counted[:3]) or 'nothing'
    if len(found.counted) > 3:
        where += f' and {words.count(len(found.counted) - 3, "other branch", "other branches")}'
    begin = f'{sessions}, ' if found.sessions else ''
    return f'{begin}{_figures(found)}. Commits of {where}.\n'


def remarks(found: Report) -> list[str]:
    """What the reader has to know of the figures, whatever the form of the report."""
    said = []
    if found.is_sessionless:
        said.append('This repository never had a session: this is from the commits alone.')
    elif not found.sessions:
        said.append('No session was at work in this time.')
    if found.is_shallow:
        said.append('This clone is shallow: older commits are not in these figures.')
    if not found.has_lines:
        said.append('This clone is partial: lines are unknown.')
    return said


def _text(text: str) -> str:
    return markdown(words.cut(text, _LONGEST))


def _list(title: str, items: Sequence[str], total: int = 0) -> str:
    """Some of the `total` items, by default all."""
    if not items:
        return ''
    lines = [f'- {each}' for each in items]
    if total > len(items):
        lines.append(f'- + {total - len(items)} more')
    return f'## {title}\n\n' + '\n'.join(lines) + '\n'


def _newest(items: Sequence[_Timed]) -> Sequence[_Timed]:
    """The last ones, the newest first."""
    return items[: -_MOST - 1 : -1]


def _objective(each: Objective) -> str:
    return f'{_text(each.text)} ({code(each.branch)})'


def _decision(each: Decision) -> str:
    why = f': {_text(each.rationale)}' if each.rationale else ''
    return _text(each.text) + why + (' (superseded)' if each.is_superseded else '')


def _next(found: Report) -> tuple[list[str], int]:
    """The next steps of the current session, then what other sessions have open."""
    steps = [_text(each.text) for each in found.next_steps[:_MOST_TOP]]
    others = [each for each in found.open if each.session != found.current]
    shown = [_objective(each) for each in others[: _MOST - len(steps)]]
    return [*steps, *shown], len(steps) + len(others)


def _blockers(found: Report) -> tuple[list[str], int]:
    """Open ones first, then the newest; of sessions that are over those that were resolved."""
    shown = [each for each in found.blockers if each.is_waiting or not each.is_open]
    shown.sort(key=lambda each: (not each.is_open, -each.opened))
    return [_blocker(each) for each in shown[:_MOST]], len(shown)


def _blocker(each: Blocker) -> str:
    age = (
        words.duration(each.age) if each.age < 86400 else words.count(int(each.age / 86400), 'day')
    )
    issue = f' ({markdown(each.issue)})' if each.issue else ''
    if each.is_open:
        return f'{_text(each.text)}{issue}, open for {age} ({code(each.branch)})'
    how = f': {_text(each.how)}' if each.how else ''
    return f'~~{_text(each.text)}~~{issue} resolved after {age}{how}'


def _sessions(found: Report) -> str:
    rows = [_row(each) for each in found.sessions[:_MOST_ROWS]]
    titles = ('Session', 'State', 'Active time', 'Commits', 'Lines', 'Objectives', 'Blockers',
              'Coverage')  # fmt: skip
    return _table('Sessions', titles, rows, len(found.sessions), right=2)


def _row(each: SessionLine) -> list[str]:
    return [
        _cell(each.branch),
        each.result or each.state,
        words.duration(each.period_seconds),
        'unknown' if each.commits is None else str(each.commits),
        _lines(each.added, each.deleted).removeprefix('lines '),
        f'{each.done}/{each.objectives}',
        str(each.blockers),
        'unknown' if each.coverage is None else percent(each.coverage),
    ]


def _days(found: Report) -> str:
    """A row a day; of many days a row a month, the last ones."""
    rows: dict[str, list[Day]] = {}
    title, length = ('Day', 10) if len(found.days) <= _MOST_DAYS else ('Month', 7)
    for each in found.days:
        rows.setdefault(each.day[:length], []).append(each)
    shown = [_day(name, days) for name, days in rows.items()]
    titles = [title, 'Commits', 'Lines', 'Active time']
    if not found.sessions:
        titles, shown = titles[:-1], [row[:-1] for row in shown]
    last = shown if title == 'Day' else shown[-_MOST_MONTHS:]
    return _table('Activity', titles, last, len(shown))


def _day(name: str, days: Sequence[Day]) -> list[str]:
    added, deleted = _sum(each.added for each in days), _sum(each.deleted for each in days)
    active = sum(each.active_seconds for each in days)
    commits = sum(each.commits for each in days)
    return [
        name, str(commits), _lines(added, deleted).removeprefix('lines '), words.duration(active)
    ]  # fmt: skip


def _sum(values: Iterable[int | None]) -> int | None:
    total = 0
    for each in values:
        if each is None:
            return None
        total += each
    return total


def _quality(found: Report) -> list[str]:
    """The first and the last measure of the period."""
    items = []
    coverage = [each.coverage for each in found.quality if each.coverage is not None]
    if coverage:
        first, last = coverage[0], coverage[-1]
        trend = '' if f'{first:.1f}' == f'{last:.1f}' else f'{percent(first, last)} → '
        items.append(f'coverage {trend}{percent(last, first)}')
    tests = [each for each in found.quality if each.tests is not None]
    if tests:
        trend = '' if tests[0].tests == tests[-1].tests else f'{tests[0].tests} → '
        failed = f', {tests[-1].failed} failed' if tests[-1].failed else ''
        items.append(f'tests {trend}{tests[-1].tests}{failed}')
    return items


def _health(found: Report) -> tuple[str, list[str]]:
    if found.health is None:
        return '', []
    items = [
        f'-{each.points} {each.name}: {_text(each.reason)}' for each in found.health.deductions
    ]
    items += [f'{name} unknown: {_text(why)}' for name, why in found.health.unknown]
    return f'Health {found.health.score} of 100', items or ['nothing is deducted']


def _people(found: Report) -> str:
    rows = [
        [_cell(each.name), str(each.commits), _lines(each.added, each.deleted)]
        for each in found.authors[:_MOST_TOP]
    ]
    if not found.has_lines:
        rows = [[*row[:2], 'unknown'] for row in rows]
    return _table('People', ('Name', 'Commits', 'Lines'), rows, len(found.authors))


def _files(found: Report) -> str:
    rows = [
        [_cell(each.path), str(each.commits), str(each.people), str(each.fixes)]
        for each in found.hot[:_MOST_TOP]
    ]
    # The report has a fixed number of them: how many files changed it does not know.
    return _table('Hot files', ('File', 'Commits', 'People', 'Fixes'), rows, len(rows))


def _cell(text: str) -> str:
    """A text in a table; a bar would end its cell, in code too, whatever is before it."""
    return markdown(text).replace('|', '&#124;')


def _table(
    title: str, titles: Sequence[str], rows: Sequence[Sequence[str]], total: int, right: int = 1
) -> str:
    """`right` is the first column that is aligned to the right."""
    if not rows:
        return ''
    rule = ['---'] * right + ['--:'] * (len(titles) - right)
    lines = ['| ' + ' | '.join(each) + ' |' for each in (titles, rule, *rows)]
    more = f'\n+ {total - len(rows)} more\n' if total > len(rows) else ''
    return f'## {title}\n\n' + '\n'.join(lines) + f'\n{more}'
