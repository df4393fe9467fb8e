"""What sessions did in a period, folded: sums that hold for every log and every period."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from git_session.analysis.activetime import utc_day
from git_session.analysis.period import Period, Told, tell
from git_session.analysis.report import Blocker, Progress
from tests.made import START, Log, full_log

IDLE = 1800.0
_STEPS = st.lists(
    st.tuples(
        st.integers(0, 40_000),
        st.sampled_from(('note', 'add', 'complete', 'reopen', 'drop', 'pause', 'block', 'free')),
    ),
    min_size=1, max_size=40,
)  # fmt: skip


def log_of(steps: list[tuple[int, str]], name: str = 's') -> Log:
    """A log with these steps; what needs an item that is not there is a note."""
    log = Log(name)
    log.add('start', 0, branch='refs/heads/work')
    goals: list[str] = []
    blockers: list[str] = []
    for step, kind in steps:
        if kind == 'add':
            goals.append(log.add('objective.add', step, text='a goal'))
        elif kind in ('complete', 'reopen', 'drop') and goals:
            log.add(f'objective.{kind}', step, ref=goals[step % len(goals)])
        elif kind == 'block':
            blockers.append(log.add('blocker.add', step, text='it blocks'))
        elif kind == 'free' and blockers:
            log.add('blocker.resolve', step, ref=blockers[step % len(blockers)])
        elif kind == 'pause':
            log.add('pause', step)
        else:
            log.add('note', step, text='a note')
    return log


def whole() -> Period:
    return Period(float('-inf'), float('inf'), utc_day)


@given(_STEPS, _STEPS)
def test_the_days_sum_to_the_active_time(
    one: list[tuple[int, str]], two: list[tuple[int, str]]
) -> None:
    sessions = [log_of(one, 'a').replay(), log_of(two, 'b').replay()]
    days = whole().active_by_day([tell(each, IDLE) for each in sessions])
    assert sum(days.values()) == sum(each.active_seconds(IDLE) for each in sessions)
    assert list(days) == sorted(days)
    assert all(0 < seconds <= 2 * 86400 for seconds in days.values())


@given(_STEPS, st.integers(0, 400_000))
def test_two_periods_have_what_both_are(steps: list[tuple[int, str]], cut: int) -> None:
    told = tell(log_of(steps).replay(), IDLE)
    at = START + cut
    parts = [Period(float('-inf'), at, utc_day), Period(at, float('inf'), utc_day)]
    lines = [each.line(told, {}) for each in parts]
    assert sum(each.period_seconds for each in lines) == lines[0].active_seconds
    done = [each for part in parts for each in part.done([told])]
    assert len(done) == len(whole().done([told])) == lines[0].done


@given(_STEPS, _STEPS, st.integers(-100, 400_000))
def test_the_burn_up_ends_with_the_totals(
    one: list[tuple[int, str]], two: list[tuple[int, str]], since: int
) -> None:
    told = [tell(log_of(steps, name).replay(), IDLE) for steps, name in ((one, 'a'), (two, 'b'))]
    period = Period(START + since, float('inf'), utc_day)
    found = period.burn_up(told, START + 2_000_000)
    lines = [period.line(each, {}) for each in told]
    total = sum(each.objectives for each in lines)
    if not total:
        assert found == ()
        return
    assert (found[-1].added, found[-1].done) == (total, sum(each.done for each in lines))
    assert [each.day for each in found] == sorted({each.day for each in found})
    for before, after in pairwise(found):
        assert before.added <= after.added and before.done <= after.done
    assert all(each.done <= each.added for each in found)


@given(_STEPS)
def test_the_blockers_are_those_that_the_session_has(steps: list[tuple[int, str]]) -> None:
    session = log_of(steps).replay()
    found = whole().blockers([tell(session, IDLE)], START + 2_000_000)
    assert len(found) == len(session.blockers)
    assert sum(each.is_open for each in found) == len(session.open_blockers())
    assert all(each.age >= 0 for each in found)


def told_of_full() -> Told:
    return tell(full_log().replay(), IDLE)


def test_what_a_session_tells() -> None:
    told = told_of_full()
    assert told.branch == 'feature/auth'
    assert told.state == 'active'
    assert [each[:2] + each[3:4] for each in told.objectives] == [
        ('obj-1', 'OAuth provider interface', 'done'), ('obj-2', 'Google OAuth', 'active'),
        ('obj-3', 'GitHub OAuth', 'pending'),
    ]  # fmt: skip
    assert [(each[0], each[5]) for each in told.decisions] == [('dec-1', True), ('dec-2', False)]
    assert [each[1] for each in told.dead_ends] == ['weak references: the cache empties itself']
    assert len(told.spans) == 1  # no gap was longer than idle_timeout


def test_open_objectives_have_the_active_ones_first_and_none_of_who_has_ended() -> None:
    told = told_of_full()
    assert [each.text for each in whole().open([told])] == ['Google OAuth', 'GitHub OAuth']
    assert whole().open([told.replace(state='ended')]) == ()


def test_a_blocker_of_an_ended_session_is_over() -> None:
    told = told_of_full()
    until = told.last_active + 3600
    one, other = whole().blockers([told.replace(state='ended')], until)
    assert isinstance(one, Blocker)
    assert (one.text, one.is_open, one.is_over, one.age) == ('CI is red', False, True, 60.0)
    assert (other.text, other.is_open, other.is_over) == ('no client secret', True, True)
    assert other.age == until - other.opened


def test_what_was_resolved_before_is_not_in_the_period() -> None:
    told = told_of_full()
    late = Period(told.last_active, float('inf'), utc_day)
    found = late.blockers([told], told.last_active + 60)
    assert [(each.text, each.is_new) for each in found] == [('no client secret', False)]
    assert late.decisions([told]) == late.dead_ends([told]) == ()


def test_the_burn_up_has_the_first_and_the_last_day() -> None:
    log = Log()
    log.add('start', 0, branch='refs/heads/work')
    goal = log.add('objective.add', 60, text='a')
    log.add('objective.complete', 86400, ref=goal)
    told = tell(log.replay(), IDLE)
    period = Period(float(START), float('inf'), utc_day)
    assert period.burn_up([told], START + 3 * 86400) == (
        Progress('2026-11-22', 1, 0), Progress('2026-11-23', 1, 1), Progress('2026-11-25', 1, 1),
    )  # fmt: skip


def test_figures_that_are_no_numbers_are_not_known() -> None:
    log = Log()
    log.add('start', 0, branch='refs/heads/work')
    log.add('checkpoint', commit='', impact={'coverage': 'much', 'tests': True})
    log.add('checkpoint', commit='', impact={'coverage': 81.5, 'tests': 12, 'tests_failed': 1})
    log.add('checkpoint', commit='', impact={'tests': 13})
    told = tell(log.replay(), IDLE)
    assert [each[1:] for each in told.measured] == [(81.5, 12, 1), (None, 13, None)]
    line = whole().line(told, {})
    assert (line.coverage, line.tests, line.failed) == (81.5, 13, 1)
    assert (line.commits, line.added) == (None, None)
