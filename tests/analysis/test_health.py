"""Every deduction with its points at the edges; what is not known deducts nothing."""

from __future__ import annotations

from typing import Any

import pytest

from git_session.analysis.figures import Figures
from git_session.analysis.health import Deduction, Facts, judge

DAY, HOUR = 86400.0, 3600.0
GOOD = Facts(
    blockers=(), idle_objectives=(), waiting=0.0, uncommitted=0, behind=0,
    figures=Figures(tests=5, failed=0, skipped=0, coverage=90.0, changed=95.0),
    coverage_threshold=85, new_code_threshold=90, context=100,
)  # fmt: skip


def taken(**changes: Any) -> list[tuple[str, int, float]]:
    found = judge(GOOD.replace(**changes))
    assert found.score == 100 - sum(each.points for each in found.deductions)
    return [(each.name, each.points, each.figure) for each in found.deductions]


def test_nothing_is_wrong() -> None:
    found = judge(GOOD)
    assert (found.score, found.deductions, found.unknown) == (100, (), ())


@pytest.mark.parametrize(
    ('ages', 'points'),
    [([0], 5), ([DAY - 1], 5), ([DAY], 6), ([10 * DAY], 15), ([99 * DAY], 15), ([0, 0], 10),
     ([99 * DAY] * 3, 30), ([-9 * DAY], 5)],
)  # fmt: skip
def test_blockers_by_age(ages: list[float], points: int) -> None:
    blockers = tuple((f'blk-{number}', age) for number, age in enumerate(ages, 1))
    assert taken(blockers=blockers) == [('blockers', points, len(ages))]


@pytest.mark.parametrize(
    ('facts', 'wanted'),
    [
        ({'waiting': 2 * HOUR - 1}, []),
        ({'waiting': 2 * HOUR}, [('checkpoint', 1, 7200)]),
        ({'waiting': 99 * HOUR}, [('checkpoint', 10, 356400)]),
        ({'uncommitted': 99}, []),
        ({'uncommitted': 250}, [('uncommitted', 2, 250)]),
        ({'uncommitted': 10**6}, [('uncommitted', 10, 10**6)]),
        ({'behind': 4}, []),
        ({'behind': 11}, [('behind', 2, 11)]),
        ({'behind': 1000}, [('behind', 15, 1000)]),
        ({'idle_objectives': (('obj-1', DAY),)}, []),
        ({'idle_objectives': (('obj-1', DAY + 1), ('obj-2', 0))}, [('objectives', 5, 1)]),
        ({'idle_objectives': tuple((str(n), 2 * DAY) for n in range(9))}, [('objectives', 15, 9)]),
        ({'context': 91}, []),
        ({'context': 55}, [('context', 4, 55)]),
        ({'context': 0}, [('context', 10, 0)]),
    ],
)
def test_points(facts: dict[str, Any], wanted: list[tuple[str, int, float]]) -> None:
    assert taken(**facts) == wanted


@pytest.mark.parametrize(
    ('figures', 'wanted'),
    [
        ({'failed': 1}, [('tests', 20, 1)]),
        ({'coverage': 85.0}, []),
        ({'coverage': 84.99}, [('coverage', 1, 84.99)]),
        ({'coverage': 80.5}, [('coverage', 5, 80.5)]),
        ({'coverage': 0.0}, [('coverage', 15, 0.0)]),
        ({'changed': 88.0}, [('new-code-coverage', 2, 88.0)]),
        ({'changed': 10.0}, [('new-code-coverage', 10, 10.0)]),
    ],
)
def test_points_of_what_is_measured(
    figures: dict[str, Any], wanted: list[tuple[str, int, float]]
) -> None:
    assert taken(figures=GOOD.figures.replace(**figures)) == wanted


def test_no_threshold_asks_for_nothing() -> None:
    figures = Figures(tests=1, failed=0)
    found = judge(GOOD.replace(coverage_threshold=0, new_code_threshold=0, figures=figures))
    assert (found.deductions, found.unknown) == ((), ())


def test_what_is_not_known_deducts_nothing_and_is_named() -> None:
    facts = GOOD.replace(uncommitted=None, behind=None, context=None, figures=Figures())
    found = judge(facts)
    assert found.score == 100
    assert found.unknown == (
        ('uncommitted', 'the lines could not be counted'),
        ('behind', 'there is no base to compare with'),
        ('tests', 'no report of a test run'),
        ('coverage', 'no coverage report'),
        ('new-code-coverage', 'no coverage report'),
        ('context', 'no context file of this session is known to git'),
    )
    known = Figures(coverage=90.0, unknown={'tests': 'junit.xml is older than the source'})
    assert judge(GOOD.replace(figures=known)).unknown == (
        ('tests', 'junit.xml is older than the source'),
        ('new-code-coverage', 'no changed line is in the report'),
    )


def test_the_most_points_come_first_and_it_is_never_below_nothing() -> None:
    worst = judge(Facts(
        (('blk-1', 40 * DAY), ('blk-2', 40 * DAY)), (('obj-1', 9 * DAY),) * 3, 99 * HOUR, 9999, 999,
        Figures(tests=2, failed=2, coverage=1.0, changed=1.0), 85, 90, 0,
    ))  # fmt: skip
    assert worst.score == 0
    points = [each.points for each in worst.deductions]
    assert points == sorted(points, reverse=True)
    assert worst.deductions[0] == Deduction(
        'blockers', 30, 2, '2 open blockers (blk-1, blk-2), the oldest for 40 days'
    )
    assert [each.reason for each in worst.deductions[1:]] == [
        '2 of 2 tests failed',
        '999 commits behind the base',
        'nothing was done for more than a day on obj-1, obj-1, obj-1',
        '1%, at least 85% wanted',
        'changes wait, and the last checkpoint was 4d 3h ago',
        '9999 changed lines not committed',
        '1%, at least 90% wanted',
        'the context files of this session are at 0 of 100',
    ]
