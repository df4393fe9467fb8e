"""Active time by day and by objective: nothing is lost, nothing counts twice."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_session import words
from git_session.analysis import activetime
from git_session.events import Event, event_id, format_time
from git_session.replay import replay
from git_session.session import Session
from git_session.views import activetime as view
from tests.made import START, Log

DAY = 86400


def _log(*steps: tuple[str, float, dict[str, str]]) -> Session:
    log = Log()
    log.now = START - START % DAY + 23 * 3600.0  # an hour before midnight, UTC
    log.add('start', 0, branch='refs/heads/work')
    for type, step, facts in steps:
        log.add(type, step, **facts)
    return log.replay()


def test_a_gap_over_midnight_is_cut_there() -> None:
    session = _log(('note', 1800, {'text': 'a'}), ('note', 3600, {'text': 'b'}))
    days = activetime.by_day(session.spans(3600), activetime.utc_day)
    assert days == {'2026-11-22': 3600, '2026-11-23': 1800}
    assert session.active_seconds(3600) == 5400


def test_a_local_day_has_as_many_hours_as_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv('TZ', 'Europe/Berlin')
    time.tzset()
    try:
        begin = 1_774_738_800.0  # 2026-03-29T00:00+01:00, the day that has no third hour
        assert words.day(begin) == ('2026-03-29', begin + 23 * 3600)
        assert words.day(begin - 1) == ('2026-03-28', begin)
        assert words.day(1e300) == ('unknown', float('inf'))
    finally:
        monkeypatch.undo()
        time.tzset()


def test_an_objective_has_the_time_while_it_is_active() -> None:
    log = Log()
    log.add('start', 0, branch='refs/heads/work')
    one = log.add('objective.add', text='one', suffix='1')
    two = log.add('objective.add', text='two', suffix='2')
    never = log.add('objective.add', text='never', suffix='3')
    log.add('objective.complete', ref=never)
    log.add('objective.start', 60, ref=one)
    log.add('objective.start', 100, ref=two)
    log.add('objective.complete', 200, ref=one)
    log.add('pause', 10)
    log.add('resume', 500)
    log.add('objective.reopen', 30, ref=one)
    log.add('objective.start', 40, ref=one)
    log.add('note', 50, text='still at it')
    session = log.replay()
    assert activetime.by_objective(session, 1800) == {one: 300 + 50, two: 200 + 10 + 30 + 40 + 50}
    assert view.data(session, 1800)['active_seconds_by_objective'] == {'obj-1': 350, 'obj-2': 330}
    assert view.lines(session, 1800, activetime.utc_day) == [
        '2026-11-22 12m', 'obj-1 one: 5m', 'obj-2 two: 5m',
    ]  # fmt: skip


_TYPES = ('note', 'commit', 'pause', 'resume', 'start one', 'start two', 'complete one', 'auto')
_STEPS = st.lists(
    st.tuples(st.sampled_from(_TYPES), st.floats(-7200, 90_000), st.booleans()), max_size=40
)


def _replayed(steps: list[tuple[str, float, bool]]) -> Session:
    """A log whose clock jumps; what is doubled comes from another worktree, in the same moment."""
    now, events = float(START), []

    def add(type: str, number: int, **facts: object) -> str:
        name = event_id(START + number, f'{number:04}')  # ids go on when the clock goes back
        events.append(Event(name, format_time(now), 's', type, dict(facts)))
        return name

    add('start', 0, branch='refs/heads/work')
    refs = {name: add('objective.add', 1 + i, text=name) for i, name in enumerate(('one', 'two'))}
    for number, (type, step, doubled) in enumerate(steps, 10):
        now += step
        verb, _, goal = type.partition(' ')
        for twice in range(1 + doubled):
            at = number * 2 + twice
            if goal:
                add(f'objective.{verb}', at, ref=refs[goal])
            elif verb == 'auto':
                add('checkpoint', at, auto=True)
            else:
                facts = {'note': {'text': 'x'}, 'commit': {'commit': f'{number:040x}'}}
                add(verb, at, **facts.get(verb, {}))
    return replay('s', events)


@given(_STEPS, st.sampled_from([0.0, 600.0, 1800.0, 100_000.0]))
def test_days_add_up_and_no_objective_has_more_than_all(
    steps: list[tuple[str, float, bool]], idle: float
) -> None:
    session = _replayed(steps)
    total = session.active_seconds(idle)
    spans = session.spans(idle)
    assert all(begin <= end <= begin + idle for begin, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    for day in (activetime.utc_day, words.day):
        days = activetime.by_day(spans, day)
        assert sum(days.values()) == pytest.approx(total)
        assert all(0 < seconds <= 90_001 for seconds in days.values())
    for seconds in activetime.by_objective(session, idle).values():
        assert 0 <= seconds <= total + 1e-6
    data = view.data(session, idle)
    assert abs(sum(data['active_seconds_by_day'].values()) - int(total)) <= 1


@given(_STEPS)
def test_a_record_that_nobody_asked_for_is_no_activity(
    steps: list[tuple[str, float, bool]],
) -> None:
    without = [(type if type != 'auto' else 'nothing', step, twice) for type, step, twice in steps]
    session = _replayed(steps)
    now, moments = float(START), [float(START)] * 3
    for type, step, doubled in without:
        now += step
        moments += [now] * (1 + doubled) * (type != 'nothing')
    assert sorted(round(at, 2) for at, _ in session.clock) == pytest.approx(
        sorted(moments), abs=0.01
    )
