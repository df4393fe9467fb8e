"""The page of a report as text: whole, escaped, with the figures of the report in its tables."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from git_session.analysis.report import Day, Measured, Progress, Report
from git_session.views import axes, charts, page
from tests.views.made_reports import DAY, NOW, empty, hostile, sessionless, team

_VOID = {'meta', 'link', 'br', 'input'}


class Page(HTMLParser):
    """What a browser would find; `wrong` has tags that do not close what is open."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.wrong: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self._said: list[str] = []
        self._open: list[str] = []
        self._caption = ''
        self.feed(text)
        self.close()
        self.wrong += self._open
        self.text = ''.join(self._said)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += [(tag, name, value or '') for name, value in attrs]
        if tag not in _VOID:
            self._open.append(tag)
        if tag == 'caption':
            self._caption = ''
        elif tag == 'tr':
            self.tables.setdefault(self._caption, []).append([])
        elif tag in ('td', 'th'):
            self.tables[self._caption][-1].append('')

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if 'style' in self._open or 'script' in self._open:
            return
        self._said.append(data)
        if 'caption' in self._open:
            self._caption += data
        elif 'td' in self._open or ('th' in self._open and 'tr' in self._open):
            self.tables[self._caption][-1][-1] += data


def read(report: Report) -> Page:
    found = Page(page.html(report))
    assert found.wrong == []
    return found


@pytest.mark.parametrize(
    'report', [team(), sessionless(), empty(), team().replace(kind='weekly', landscape=None),
               hostile('<b>')],
    ids=['team', 'sessionless', 'empty', 'weekly', 'hostile'],
)  # fmt: skip
def test_a_page_is_well_formed_and_asks_for_nothing(report: Report) -> None:
    text = page.html(report)
    found = Page(text)
    assert found.wrong == []
    assert text.startswith('<!DOCTYPE html>\n<html lang="en">')
    names = {name for _, name, _ in found.attributes}
    assert not [name for name in names if name.startswith('on') or name in ('style', 'src')]
    links = {value for _, name, value in found.attributes if name in ('href', 'action')}
    assert {each for each in links if not each.startswith('#')} == {'data:,'}
    own = ''.join(re.findall(r'<(?:style|script)>(.*?)</(?:style|script)>', text, re.DOTALL))
    assert not re.search(r'url\(|@import|https?:|fetch|innerHTML|eval', own)
    ids = [value for _, name, value in found.attributes if name == 'id']
    assert len(ids) == len(set(ids))
    assert {each.removeprefix('#') for each in links if each.startswith('#')} <= set(ids)
    for named in ('aria-labelledby', 'for'):
        assert {value for _, name, value in found.attributes if name == named} <= set(ids)


def test_the_policy_allows_the_one_style_and_the_one_script() -> None:
    text = page.html(team())
    (policy,) = [
        value for tag, name, value in Page(text).attributes if tag == 'meta' and "'none'" in value
    ]
    hashes = [
        base64.b64encode(hashlib.sha256(re.findall(f'<{tag}>(.*?)</{tag}>', text, re.DOTALL)[0]
                                        .encode()).digest()).decode()
        for tag in ('style', 'script')
    ]  # fmt: skip
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert (text.count('<style'), text.count('<script')) == (1, 1)


def test_the_same_report_is_the_same_page() -> None:
    assert page.html(team()) == page.html(team())


def test_the_table_of_sessions() -> None:
    report = team()
    (table,) = [rows for name, rows in read(report).tables.items() if 'whole session' in name]
    assert table[0] == [
        'Session', 'State', 'Author', 'Started', 'Last active', 'Active', 'Commits', 'Lines',
        'Objectives', 'Coverage', 'Tests',
    ]  # fmt: skip
    assert len(table) == 13
    for row, each in zip(table[1:], report.sessions, strict=True):
        current = ', current' if each.is_current else ''
        assert row[0] == f'{each.branch}{each.id}{current}'
        assert row[1:3] == [each.result or each.state, each.author.partition(' <')[0]]
        assert row[6] == str(each.commits)
        lines = 'unknown' if each.added is None else f'+{each.added} −{each.deleted}'
        assert row[7:9] == [lines, f'{each.done} of 3']
        assert row[9] == ('unknown' if each.coverage is None else charts.percent(each.coverage))
        failed = f', {each.failed} failed' if each.failed else ''
        assert row[10] == ('unknown' if each.tests is None else f'{each.tests}{failed}')


def test_the_tables_behind_the_charts() -> None:
    report = team()
    tables = read(report).tables
    by_day = {row[0]: row[1:] for row in tables['Commits per day'][1:]}
    assert len(by_day) == 43  # days on which nothing happened are there too
    for each in report.days:
        assert by_day.pop(each.day) == [str(each.commits), str(each.added), str(each.deleted)]
    assert set(map(tuple, by_day.values())) == {('0', '0', '0')}
    active = dict(tables['Active time per day'][1:])
    assert active[report.days[3].day] == charts.span(report.days[3].active_seconds)
    assert tables['Objectives by day'][-1] == ['2026-11-23', '25', '17']
    known = [each for each in report.quality if each.coverage is not None]
    assert [row[1:] for row in tables['Coverage at checkpoints'][1:]] == [
        [each.branch, charts.percent(each.coverage)] for each in known
    ]
    assert [row[2:] for row in tables['Tests at checkpoints'][1:]] == [
        [str(each.tests), str(each.failed)] for each in known
    ]
    assert [row[:2] for row in tables['Hot files'][1:]] == [
        [each.path, str(each.commits)] for each in report.hot
    ]
    assert tables['What was deducted from 100, and what is not known'][1:] == [
        ['behind', '−12', '60 commits behind the base'],
        ['blockers', '−10', '1 open blocker (blk-1)'],
        ['coverage', 'unknown', 'no coverage report'],
    ]


def test_a_repository_without_sessions_says_so() -> None:
    found = read(sessionless())
    assert 'This repository never had a session: this is from the commits' in found.text
    assert 'Commits per day' in found.text and 'Active time' not in found.text
    assert 'Sessions' not in re.sub(r'\s+', ' ', found.text.partition('Activity')[0])
    assert 'Health' in found.text and 'Unknown: health is that of a session' in found.text
    nothing = read(empty())
    assert 'no commit yet' in nothing.text and 'Nothing happened in this time.' in nothing.text
    assert 'figure' not in {tag for tag, _ in nothing.tags}


def test_what_is_unknown_is_called_unknown() -> None:
    lines = [
        each.replace(coverage=None, tests=None, failed=None, commits=None, added=None, author='')
        for each in team().sessions
    ]
    found = read(team().replace(
        sessions=tuple(lines), quality=(), health=None, has_lines=False, added=None, deleted=None,
        is_shallow=True, days=tuple(each.replace(added=None, deleted=None)
                                    for each in team().days),
    ))  # fmt: skip
    (table,) = [rows for name, rows in found.tables.items() if 'whole session' in name]
    assert {tuple(row[6:8] + row[9:]) for row in table[1:]} == {('unknown',) * 4}
    assert {tuple(row[2:]) for row in found.tables['Commits per day'][1:]} == {('unknown',) * 2}
    assert {(row[2]) for row in found.tables['Hot files'][1:]} == {'unknown'}
    for said in ('Coverage unknown: no checkpoint', 'Tests unknown: no checkpoint',
                 'This clone is shallow', 'This clone is partial', 'Lines\nunknown'):  # fmt: skip
        assert said in re.sub(r'Linesunknown', 'Lines\nunknown', found.text), said
    assert 'None' not in found.text


def test_of_a_time_that_is_over_health_is_unknown_and_why() -> None:
    found = read(team().replace(health=None, next_steps=()))
    assert 'Unknown: health is that of a session as it is now, and this time is over.' in found.text
    assert 'no session on this branch' not in found.text
    none = read(team().replace(health=None, next_steps=(), current=None))
    assert 'no session on this branch' in none.text and 'this time is over' not in none.text


def test_what_is_open_is_there_when_nobody_was_at_work() -> None:
    found = read(team().replace(sessions=(), done=(), burn_up=(), quality=()))
    assert '0 done, 3 open' in found.text and found.text.count('שלום: right to left') == 3
    assert 'There was no objective' not in found.text
    assert ('a', 'href', '#objectives') in found.attributes


def test_blockers_that_nobody_can_resolve_are_not_counted_as_open() -> None:
    first, resolved = team().blockers
    over = first.replace(name='blk-9', opened=first.opened + DAY, is_over=True)
    found = read(team().replace(blockers=(over, resolved, first)))
    assert 'Blockers 3, 1 open' in found.text
    places = [found.text.index(f'blk-{number} ·') for number in (1, 9, 2)]
    assert places == sorted(places)


def test_a_table_that_is_cut_says_so() -> None:
    report = team()
    assert report.landscape is not None
    authors = report.authors[:1] * (page.MOST_ITEMS + 7)
    branches = report.landscape.branches[:1] * (page.MOST_ITEMS + 1200)
    said = 'are not on this page; --format json has them.'
    assert said not in read(report).text
    found = read(report.replace(
        authors=authors, landscape=report.landscape.replace(branches=branches)
    ))  # fmt: skip
    assert f'7 more {said}' in found.text and f'1,200 more {said}' in found.text
    assert len(found.tables['People']) == 1 + page.MOST_ITEMS


def test_series_of_one() -> None:
    report = team(1, 1).replace(
        since=NOW - 60, days=(Day('2026-11-23', 1, 1, 0, 5.0),),
        burn_up=(Progress('2026-11-23', 1, 0),),
        quality=(Measured(NOW, 's', 'b', 99.97, 1, None),),
    )  # fmt: skip
    found = read(report)
    assert found.tables['Coverage at checkpoints'][1:] == [['2026-11-23 09:00', 'b', '99.9%']]
    assert found.tables['Tests at checkpoints'][1:] == [['2026-11-23 09:00', 'b', '1', 'unknown']]
    assert found.tables['Objectives by day'][1:] == [['2026-11-23', '1', '0']]


def test_a_great_deal_fits_a_page_that_opens() -> None:
    report = team(6000, 2000)
    text = page.html(report)
    assert len(text.encode()) < 4_000_000
    assert text.count('<tr><th scope="row"><bdi>') < 7000
    assert '1,000 older sessions are not on this page' in text
    assert '5,000 older decisions are not on this page' in text
    tables = Page(text).tables
    months = tables['Commits per month'][1:]
    assert len(months) == 66 and months[0][0] == '2021-06'
    assert sum(int(row[1]) for row in months) == sum(each.commits for each in report.days)
    per_month = tables['Coverage at checkpoints'][1:]
    assert len(per_month) == 66  # the last of each


EVIL = '"\'><script>alert(1)</script></style>--><!-- ]]>&lt;&amp;{{ 7*7 }}{% raw %}\u202e\x1b[2J'


@settings(max_examples=30)
@given(st.text(min_size=1, max_size=40).filter(lambda text: text.strip()))
@example(EVIL)
@example('</script><img src=x onerror=alert(1)>')
@example('\udcff\ud800\x00\u2066\ufeff')
@example('javascript:alert(1)')
def test_no_text_is_anything_but_text(text: str) -> None:
    """Whatever it says, the page has the tags and attributes that it has for a plain word."""
    shown = page.html(hostile(text))
    found = Page(shown)
    assert found.tags == _PLAIN.tags
    assert found.wrong == []
    odd = {each for each in shown if unicodedata.category(each) in ('Cc', 'Cf', 'Cs', 'Zl', 'Zp')}
    assert odd <= {'\n', '\u200c', '\u200d'} | ({'\t'} if '\t' in text else set())
    shown.encode()


_PLAIN = Page(page.html(hostile('word')))


def test_hostile_text_is_shown_as_it_is() -> None:
    found = read(hostile(EVIL))
    shown = EVIL.replace('\u202e', '\\u202e').replace('\x1b', '\\x1b')
    assert found.text.count(shown) > 40
    assert [row[0] for row in found.tables['Hot files'][1:]] == [shown] * 4
    assert ('svg', 'aria-label', 'Coverage: 81.2% first, 82.2% last') in found.attributes


def test_a_text_of_a_megabyte_is_cut() -> None:
    text = page.html(hostile('word ' * 200_000))
    assert len(text) < 300_000
    assert 'word…' in text


def _cells(report: Report, caption: str) -> Any:
    return read(report).tables[caption][1:]


def test_days_that_no_calendar_has_are_left_out() -> None:
    report = sessionless().replace(days=(Day('unknown', 3, 1, 1, 0.0),))
    assert {row[1] for row in _cells(report, 'Commits per day')} == {'0'}


def test_a_date_of_long_ago_makes_longer_spans() -> None:
    old = Day('1970-01-02', 3, 1, 1, 0.0)
    report = sessionless()
    rows = _cells(report.replace(days=(old, *report.days)), 'Commits per year')
    assert [rows[0], rows[1], len(rows)] == [['1970', '3', '1', '1'], ['1971', '0', '0', '0'], 57]
    ancient = report.replace(days=(Day('0001-01-01', 3, 1, 1, 0.0), *report.days))
    assert _cells(ancient, 'Commits per decade')[0] == ['0001', '3', '1', '1']


@given(st.integers(1, 3_652_059), st.integers(1, 3_652_059))
def test_spans_have_every_day_once(one: int, two: int) -> None:
    first, last = min(one, two), max(one, two)
    _, found = axes.spans(first, last)
    assert found[0].first <= first <= found[0].last
    assert found[-1].first <= last <= found[-1].last
    assert all(one.last + 1 == two.first for one, two in pairwise(found))
    assert len(found) <= 1001


@given(st.floats(0, 1e9), st.sampled_from([axes.counts, axes.durations]))
def test_scales_reach_the_most_in_few_steps(most: float, scale: Any) -> None:
    found = scale(most)
    assert found.low == 0 and found.high >= most
    assert 2 <= len(found.ticks) <= 5
    assert len({each.text for each in found.ticks}) == len(found.ticks)
    assert axes.TOP <= found.place(most) <= axes.TOP + axes.HEIGHT


@given(st.lists(st.floats(0, 100), min_size=1))
def test_percents_are_around_the_values(values: list[float]) -> None:
    found = axes.percents(values)
    assert 0 <= found.low <= min(values) and max(values) <= found.high <= 100
    assert 2 <= len(found.ticks) <= 5


@given(st.lists(st.text('0123456789-', min_size=1, max_size=16), min_size=1, max_size=200))
def test_labels_do_not_touch(names: list[str]) -> None:
    found = axes.under(names)
    assert found and not found[0].is_wide
    for width, ticks in ((240, [each for each in found if not each.is_wide]), (440, list(found))):
        rooms = sorted(axes._room(each.at, each.text, each.anchor, width) for each in ticks)
        assert all(one[1] < two[0] for one, two in pairwise(rooms))


def test_clock_axes() -> None:
    assert [each.text for each in axes.durations(5000).ticks] == ['0', '30m', '1h', '1h 30m']
    assert [each.text for each in axes.durations(400_000).ticks] == ['0', '50h', '100h', '150h']
    assert [each.text for each in axes.counts(41).ticks] == ['0', '20', '40', '60']
    assert [each.text for each in axes.percents([84.0]).ticks] == ['80%', '85%']
