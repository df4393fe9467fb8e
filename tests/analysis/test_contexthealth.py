"""The formula of context health, and no more history than it needs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from git_session.analysis.contexthealth import Health, data, judge, overall, since
from git_session.filelog import Touched

DAY = 86400
NOW = 1000.0 * DAY


def commit(days: float, *paths: str) -> Touched:
    return Touched('c' * 40, 'Cid', 'c@x', int(NOW - days * DAY), 's', paths)


@pytest.mark.parametrize(
    ('days', 'commits', 'score', 'level'),
    [
        (0, 0, 0, 'low'), (44, 0, 1.4667, 'low'), (45, 0, 1.5, 'medium'), (0, 15, 1.5, 'medium'),
        (75, 0, 2.5, 'high'), (90, 0, 3, 'high'), (900, 0, 3, 'high'), (900, 9, 3.9, 'high'),
        (90, 10, 4, 'critical'), (30, 30, 4, 'critical'), (30, 300, 4, 'critical'),
        (900, 900, 6, 'critical'),
    ],
)  # fmt: skip
def test_the_formula(days: int, commits: int, score: float, level: str) -> None:
    found = Health('x', days, commits)
    assert found.score == pytest.approx(score, abs=1e-3)
    assert found.level == level
    assert found.needs_care == (level in ('high', 'critical'))


def test_overall() -> None:
    unknown = Health('x', is_known=False)
    assert overall([]) is None
    assert overall([unknown]) is None
    assert overall([Health('x', 45, 0), Health('y', 75, 0), unknown]) == 60
    assert overall([Health('x', 900, 900)]) == 0
    assert overall([Health('x')]) == 100


def test_days_and_commits_in_the_folder_since() -> None:
    commits = [
        commit(1, 'src/a.py', 'lib/b'), commit(2, 'src/CLAUDE.md'), commit(3, 'srcs/x'),
        commit(40.9, 'AGENTS.md', 'src/deep/c'), commit(50, 'src/CLAUDE.md'),
    ]  # fmt: skip
    paths = ['src/CLAUDE.md', 'AGENTS.md', 'gone.md', 'seen/CLAUDE.md']
    assert judge(commits, paths, now=NOW, most=9, changed={'seen/CLAUDE.md'}) == [
        Health('src/CLAUDE.md', 2, 1), Health('AGENTS.md', 40, 3),
        Health('gone.md', is_known=False), Health('seen/CLAUDE.md'),
    ]  # fmt: skip


def test_what_is_not_seen_in_a_bounded_history_is_at_least_that_old() -> None:
    commits = [commit(days, 'src/a.py') for days in range(3)]
    found = judge(commits, ['src/CLAUDE.md', 'x/AGENTS.md'], now=NOW, most=3)
    assert found == [
        Health('src/CLAUDE.md', 2, 3, is_least=True),
        Health('x/AGENTS.md', 2, 0, is_least=True),
    ]
    assert since(found[0]) == 'at least 2 days old, 3 commits in its folder since'


def test_no_more_is_read_than_makes_a_difference() -> None:
    def endless() -> Iterator[Touched]:
        for number in range(200):
            yield commit(number * 2, 'src/a.py')
        raise AssertionError('too far')

    assert judge(endless(), ['src/CLAUDE.md'], now=NOW, most=999) == [
        Health('src/CLAUDE.md', 90, 46, is_least=True)
    ]
    assert judge(endless(), [], now=NOW, most=999) == []

    def one() -> Iterator[Touched]:
        yield commit(5, 'CLAUDE.md')
        raise AssertionError('too far')

    assert judge(one(), ['CLAUDE.md'], now=NOW, most=999) == [Health('CLAUDE.md', 5, 0)]


def test_a_commit_of_tomorrow_is_of_today() -> None:
    assert judge([commit(-3, 'CLAUDE.md')], ['CLAUDE.md'], now=NOW, most=9) == [Health('CLAUDE.md')]


def test_data() -> None:
    assert data(Health('x', 45, 12)) == {
        'score': 2.7, 'level': 'high', 'days': 45, 'commits': 12, 'at_least': False
    }  # fmt: skip
    assert data(Health('x', is_known=False)) == {
        'score': None, 'level': 'unknown', 'days': None, 'commits': None, 'at_least': False
    }  # fmt: skip
