"""A report as one page: HTML that asks nobody for anything, for phone, desk and paper.

Everything is escaped by Jinja2, which the templates beside this package are for, and every text
is shown as `output.plain` shows it.  The page allows its own style and script, by their hashes,
and nothing else.
"""

from __future__ import annotations

from functools import cache

from git_session import __version__, words
from git_session.analysis import report
from git_session.output import plain
from git_session.record import Record
from git_session.views import charts
from git_session.views.charts import Bar, Row, Table, counted, figure, moment, percent, span
from git_session.views.report import remarks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    import jinja2

    from git_session.analysis.landscape import Landscape
    from git_session.analysis.report import Blocker, Report

MOST_SESSIONS = 5000
MOST_ITEMS = 1000  # of each other list
_RANKED = 12
_GOOD, _FAIR = 80, 50  # health
_TITLES = {report.WEEKLY: 'weekly report', report.PROJECT: 'project report',
           report.PERIOD: 'report'}  # fmt: skip


class Some(Record):
    """The newest of a list, how many there are, and how many of them are not shown."""

    items: tuple[Any, ...]
    total: str
    left_out: int


class Card(Record):
    name: str
    value: str
    more: str = ''


class Ranks(Record):
    """The first of a table as bars."""

    text: str
    items: tuple[Row, ...]
    table: Table


def html(found: Report) -> str:
    """The page, with all that it needs."""
    environment = _environment()
    css, script = (_source(environment, name) for name in ('report.css', 'report.js'))
    return environment.get_template('report.html').render(
        found=found, version=__version__, css=css, script=script, policy=_policy(css, script),
        **_parts(found),
    )  # fmt: skip


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader('git_session', 'templates'), autoescape=True,
        undefined=jinja2.StrictUndefined, finalize=_shown,
        trim_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters.update(
        short=_short, figure=figure, percent=percent, span=span, moment=moment, bare=_bare,
        round=round, person=_person, lower_first=lambda text: text[:1].lower() + text[1:],
    )  # fmt: skip
    return environment


def _shown(value: Any) -> Any:
    """What any expression of the templates gives, before it is escaped."""
    if isinstance(value, str) and not hasattr(value, '__html__'):
        return plain(value)
    return 'unknown' if value is None else value


def _short(text: str, most: int) -> str:
    """The text, in at most so many characters; control characters are shown, and count."""
    shown = plain(text[: most + 1]).strip()
    return shown if len(shown) <= most else shown[: most - 1].rstrip() + '…'


def _person(author: str) -> str:
    """The name in ``Name <email>``, the address of who has none."""
    name, _, email = author.rpartition('<')
    return name.strip() or email.removesuffix('>')


def _bare(value: float | None) -> str:
    """A figure for sorting; '' where it is not known."""
    return '' if value is None else f'{value}'


def _source(environment: jinja2.Environment, name: str) -> Any:
    """One of our own files, as it is."""
    import jinja2
    import markupsafe

    assert isinstance(environment.loader, jinja2.PackageLoader)
    return markupsafe.Markup(environment.loader.get_source(environment, name)[0])


def _policy(css: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    import base64
    import hashlib

    return 'sha256-' + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _parts(found: Report) -> dict[str, Any]:
    """What the template shows, by the name that it has there."""
    lists = {
        'sessions': _newest(found.sessions, MOST_SESSIONS),
        **{name: _newest(sorted(items, key=lambda each: -each.at), MOST_ITEMS)
           for name, items in (('done', found.done), ('open', found.open),
                               ('decisions', found.decisions), ('dead_ends', found.dead_ends))},
        'blockers': _newest(
            sorted(found.blockers, key=_nearest), MOST_ITEMS
        ),
    }  # fmt: skip
    quality = charts.quality(found)
    return {
        **lists,
        'title': _TITLES[found.kind], 'period': _period(found), 'flags': remarks(found),
        'cards': _cards(found), 'searchable': any(each.items for each in lists.values()),
        'timeline': charts.timeline(found), 'activity': charts.activity(found),
        'burn_up': charts.burn_up(found), 'quality': quality,
        'unmeasured': [each for each in ('Coverage', 'Tests')
                       if each.lower() not in {chart.name for chart in quality}],
        'grade': _grade(found), 'open_blockers': sum(each.is_waiting for each in found.blockers),
        'hot': _hot(found), 'authors': _authors(found),
        'rhythm': charts.rhythm(found.landscape.rhythm) if found.landscape else (),
        'tables': _tables(found.landscape, found.now) if found.landscape else (),
        'counted': _counted(found), 'sections': _sections(found),
    }  # fmt: skip


def _newest(items: Sequence[Any], most: int) -> Some:
    return Some(tuple(items[:most]), f'{len(items):,}', max(len(items) - most, 0))


def _nearest(each: Blocker) -> tuple[bool, bool, float]:
    """The order of blockers: what waits for somebody, then what nobody can resolve any more."""
    return not each.is_waiting, not each.is_open, -each.opened


def _left_out(total: int) -> str:
    """What is said below a table that ends though there is more."""
    more = total - MOST_ITEMS
    return f'{more:,} more are not on this page; --format json has them.' if more > 0 else ''


def _period(found: Report) -> str:
    if found.since is None:
        return 'no time yet'
    return f'{moment(found.since)} to {moment(found.until)} ({found.zone})'


def _cards(found: Report) -> list[Card]:
    merges = f'{counted(found.merges, "merge")} among them' if found.merges else ''
    lines = 'unknown'
    if found.added is not None and found.deleted is not None:
        lines = f'+{found.added:,} −{found.deleted:,}'
    cards = [Card('Commits', figure(found.commits), merges), Card('Lines', lines),
             Card('People', figure(len(found.authors)))]  # fmt: skip
    if found.is_sessionless:
        return cards
    going = sum(each.state != 'ended' for each in found.sessions)
    coverage = next((each for each in reversed(found.quality) if each.coverage is not None), None)
    tests = next((each for each in reversed(found.quality) if each.tests is not None), None)
    failed = 'failures unknown'
    if tests is None or tests.failed is not None:
        failed = '' if tests is None else f'{tests.failed:,} failed'
    score = '' if found.health is None else f'{found.health.score} of 100'
    return [
        Card('Sessions', figure(len(found.sessions)), f'{going:,} not ended'),
        Card('Active time', span(found.active_seconds)),
        Card('Objectives done', figure(len(found.done)), f'{len(found.open):,} open'),
        *cards,
        Card('Coverage', percent(coverage.coverage if coverage else None),
             'at the last checkpoint' if coverage else ''),
        Card('Tests', figure(tests.tests if tests else None), failed),
        Card('Health', score or 'unknown', '' if score else _unknown_health(found)),
    ]  # fmt: skip


def _unknown_health(found: Report) -> str:
    """Why the health is not known: it is that of the current session as it is now."""
    return 'this time is over' if found.current else 'no session on this branch'


def _grade(found: Report) -> str:
    score = found.health.score if found.health else 0
    return 'good' if score >= _GOOD else 'fair' if score >= _FAIR else 'poor'


def _hot(found: Report) -> Ranks:
    rows = tuple(
        (each.path, figure(each.commits), _lines(found, each.churn), figure(each.people),
         each.owner, figure(each.fixes))
        for each in found.hot
    )  # fmt: skip
    table = Table('Hot files', ('File', 'Commits', 'Lines changed', 'People', 'Most by', 'Fixes'),
                  rows)  # fmt: skip
    text = 'The files that most commits changed'
    return Ranks(text, _bars([(each.path, each.commits) for each in found.hot]), table)


def _authors(found: Report) -> Ranks:
    rows = tuple(
        (each.name, figure(each.commits), figure(each.merges), _lines(found, each.added),
         _lines(found, each.deleted), moment(each.last))
        for each in found.authors[:MOST_ITEMS]
    )  # fmt: skip
    head = ('Name', 'Commits', 'Merges', 'Lines added', 'Lines deleted', 'Last')
    people = counted(len(found.authors), 'person', 'people')
    items = _bars([(each.name, each.commits) for each in found.authors])
    table = Table('People', head, rows, note=_left_out(len(found.authors)))
    return Ranks(f'{people}, by their commits', items, table)


def _lines(found: Report, number: int) -> str:
    return figure(number if found.has_lines else None)


def _bars(counts: Sequence[tuple[str, int]]) -> tuple[Row, ...]:
    most = max((number for _, number in counts), default=0) or 1
    return tuple(
        Row(text, counted(number, 'commit'), Bar(0, 0, round(number * 100 / most, 2), 14, ''))
        for text, number in counts[:_RANKED]
    )


def _tables(landscape: Landscape, now: float) -> tuple[Table, ...]:
    """What there is of a whole history beside its activity; empty ones are left out."""
    together = Table(
        f'Files that change together (in the last {counted(landscape.window, "commit")})',
        ('File', 'Changes with', 'Together', 'Of its commits'),
        tuple((each.path, each.other, figure(each.both), figure(each.of))
              for each in landscape.together),
    )  # fmt: skip
    owned = Table(
        'Folders and who changed them most',
        ('Folder', 'Files', 'Changes', 'Most by', 'Share', 'People who made half'),
        tuple((each.folder or '.', figure(each.files), figure(each.changes), each.owner,
               f'{each.share:.0%}', figure(each.half)) for each in landscape.owned[:MOST_ITEMS]),
        note=_left_out(len(landscape.owned)),
    )  # fmt: skip
    branches = Table(
        'Branches, oldest first', ('Branch', 'Last commit', 'Age', 'Merged'),
        tuple((each.name, moment(each.time), words.age(each.time, now) if each.time else 'unknown',
               'yes' if each.is_merged else 'no') for each in landscape.branches[:MOST_ITEMS]),
        note=_left_out(len(landscape.branches)),
    )  # fmt: skip
    taken = Table(
        'Commits that were reverted last', ('Subject', 'Commit', 'Reverted'),
        tuple((each.subject, each.oid[:10], moment(each.at)) for each in landscape.taken),
    )  # fmt: skip
    return tuple(each for each in (together, owned, branches, taken) if each.rows)


def _counted(found: Report) -> str:
    most = 5
    names = ', '.join(_short(each, 80) for each in found.counted[:most]) or 'no branch'
    more = len(found.counted) - most
    return f'{names} and {counted(more, "more branch", "more branches")}' if more > 0 else names


def _sections(found: Report) -> list[tuple[str, str]]:
    """(id, title) of the sections that the page has."""
    named = (
        ('activity', 'Activity', True), ('all-sessions', 'Sessions', found.sessions),
        ('objectives', 'Objectives', found.sessions or found.open),
        ('quality', 'Quality', found.sessions), ('health', 'Health', True),
        ('blockers', 'Blockers', found.blockers),
        ('decisions', 'Decisions', found.decisions), ('dead-ends', 'Dead ends', found.dead_ends),
        ('files', 'Files and people', found.hot or found.authors),
        ('history', 'History', found.landscape and found.landscape.commits),
        ('commits', 'Commits', found.subjects),
    )  # fmt: skip
    return [(id_, title) for id_, title, is_there in named if is_there]
