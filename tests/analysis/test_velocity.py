"""Rates per active hour against the median of the last ten other sessions."""

from __future__ import annotations

from typing import Any

import pytest

from git_session.analysis.velocity import Rate, judge, median, rate


def record(
    name: str = 'now', seconds: int = 3600, done: int = 1, commits: int | None = 2,
    added: int | None = 30, deleted: int | None = 10,
) -> dict[str, Any]:  # fmt: skip
    return {
        'session': name, 'active_seconds': seconds, 'objectives_done': done, 'commits': commits,
        'added': added, 'deleted': deleted,
    }  # fmt: skip


def test_rates() -> None:
    half = record(seconds=1800)
    assert [rate(half, name) for name in ('objectives', 'commits', 'lines')] == [2, 4, 40]
    assert rate(record(deleted=90), 'lines') == -60
    assert rate(record(seconds=359), 'commits') is None
    assert rate(record(seconds=360), 'commits') == 20
    assert rate(record(commits=None), 'commits') is None
    assert rate(record(added=None), 'lines') is None


def test_against_the_median_of_the_last_ten() -> None:
    others = [record(str(number), commits=number) for number in range(1, 12)]
    found = judge(record(commits=11), others)
    assert found.rates[1] == Rate('commits', 11, 11.0, 5.5, 10)  # the eleventh does not count
    assert found.rates[1].ratio == 2
    assert found.sessions == 10
    assert [name for name, _ in found.trend] == [*map(str, range(10, 0, -1)), 'now']
    assert found.trend[-1][1] == {'objectives': 1.0, 'commits': 11.0, 'lines': 20.0}


def test_it_is_not_compared_with_itself_or_with_what_is_unknown() -> None:
    others = [record(), record('a', seconds=10), record('b', commits=None, done=4)]
    found = judge(record(), others)
    objectives, commits, lines = found.rates
    assert (objectives.median, objectives.known) == (4, 1)
    assert (commits.median, commits.known, commits.ratio) == (None, 0, None)
    assert (lines.median, lines.ratio) == (20, 1)
    assert found.sessions == 2


@pytest.mark.parametrize('deleted', [30, 90])
def test_a_median_of_nothing_or_less_is_no_measure(deleted: int) -> None:
    found = judge(record(), [record('a', deleted=deleted)])
    assert found.rates[2].ratio is None


def test_the_first_session() -> None:
    found = judge(record(seconds=0), [])
    assert {each.rate for each in found.rates} == {each.median for each in found.rates} == {None}
    assert [each.total for each in found.rates] == [1, 2, 20]


def test_median() -> None:
    assert (median([]), median([3]), median([9, 1]), median([3, 9, 1])) == (None, 3, 5, 3)
