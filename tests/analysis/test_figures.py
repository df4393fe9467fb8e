"""Figures in words: in a checkpoint commit, in status, as data; nothing that was not measured."""

from __future__ import annotations

import pytest

from git_session.analysis import figures
from git_session.analysis.figures import Figures
from tests.made import Log

KNOWN = Figures(
    tests=312, failed=2, skipped=3, coverage=84.217, changed=90.909, changed_covered=10,
    changed_measured=11, missed=(('src/x.py', 7),), unmeasured=('src/new.py',),
    sources={'tests': ('junit.xml',), 'coverage': ('a.xml', 'b.xml', 'c.xml')},
)  # fmt: skip


@pytest.mark.parametrize(
    ('value', 'other', 'expected'),
    [
        (84.0, None, '84%'), (99.99, None, '99%'), (100.0, None, '100%'), (0.01, None, '1%'),
        (0.0, None, '0%'), (84.2, 79.0, '84%'), (84.2, 84.4, '84.2%'), (84.21, 84.24, '84%'),
    ],
)  # fmt: skip
def test_percent(value: float, other: float | None, expected: str) -> None:
    assert figures.percent(value, other) == expected


@pytest.mark.parametrize(
    ('impact', 'before', 'expected'),
    [
        ({'tests': 24, 'coverage': 84.0}, {'tests': 12, 'coverage': 79.0},
         ['Tests: +12', 'Coverage: 79% → 84%']),
        ({'tests': 24, 'coverage': 84.0}, {}, ['Tests: 24', 'Coverage: 84%']),
        ({'tests': 10, 'tests_failed': 2}, {'tests': 12}, ['Tests: -2, 2 failed']),
        ({'tests': 12}, {'tests': 12}, ['Tests: 12']),
        ({'coverage': 84.0}, {'coverage': 84.0}, ['Coverage: 84%']),
        ({'coverage': 84.4}, {'coverage': 84.2}, ['Coverage: 84.2% → 84.4%']),
        ({'lines_added': 3}, {'tests': 12, 'coverage': 79.0}, []),
    ],
)  # fmt: skip
def test_lines_of_a_checkpoint(
    impact: dict[str, float], before: dict[str, float | None], expected: list[str]
) -> None:
    assert figures.lines(impact, before) == expected


def test_said() -> None:
    assert figures.said(KNOWN) == [
        'tests 312, 2 failed, 3 skipped (junit.xml)',
        'coverage 84% of lines, 91% of the changed ones (10 of 11) (a.xml, b.xml and 1 more)',
        'not measured: src/new.py',
    ]
    reasons = {'tests': 'junit.xml is older than a\x1b.py', 'coverage': 'there is no report'}
    assert figures.said(Figures(unknown=reasons)) == [
        'tests unknown: junit.xml is older than a\\x1b.py',
        'coverage unknown: there is no report',
    ]
    nothing_new = Figures(coverage=50.0, unknown={'changed': 'nobody knows'})
    assert figures.said(nothing_new) == [
        'coverage 50% of lines', 'coverage of changed lines unknown: nobody knows',
    ]  # fmt: skip
    assert figures.said(Figures()) == []
    assert Figures().is_empty
    assert not KNOWN.is_empty


def test_impact_keeps_what_is_known() -> None:
    assert figures.impact(KNOWN) == {
        'tests': 312, 'tests_failed': 2, 'tests_skipped': 3, 'coverage': 84.22,
        'coverage_changed': 90.91, 'reports': ['junit.xml', 'a.xml', 'b.xml', 'c.xml'],
    }  # fmt: skip
    assert figures.impact(Figures(unknown={'tests': 'old'})) == {}


def test_last_is_of_the_last_checkpoint_that_knew_it() -> None:
    log = Log()
    log.add('start', branch='refs/heads/work')
    log.add('checkpoint', commit='1' * 40, impact={'tests': 10, 'coverage': 50.5})
    log.add('checkpoint', commit='2' * 40, impact={'tests': 12})
    log.add('checkpoint', commit='3' * 40, impact={'tests': True, 'coverage': 'all'})
    checkpoints = log.replay().checkpoints
    assert figures.last(checkpoints, 'tests') == 12
    assert figures.last(checkpoints, 'coverage') == 50.5
    assert figures.last(checkpoints, 'tests', amended='2' * 40) == 10
    assert figures.last([], 'tests') is None


ODD = ('abc', float('nan'), float('inf'), 10**400, -1, True, [], None)


@pytest.mark.parametrize('value', ODD)
def test_a_figure_from_elsewhere_that_no_report_can_say_is_none(value: object) -> None:
    impact = {'tests': value, 'coverage': value}
    assert figures.known(impact, 'tests') is None
    assert figures.known(impact, 'coverage') is None
    assert figures.lines(impact, {}) == []


def test_the_figures_of_checkpoints_in_their_order() -> None:
    log = Log()
    for value in (79, 'abc', 100.5, 84.5):
        log.add('checkpoint', impact={'coverage': value})
    assert figures.trend(log.replay().checkpoints, 'coverage') == [79.0, 84.5]
    assert figures.last(log.replay().checkpoints, 'coverage') == 84.5
