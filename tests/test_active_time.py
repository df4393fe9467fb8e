"""Active time: the gaps that count."""

from __future__ import annotations

from git_session.events import Event
from git_session.replay import replay


def _event(second: int, suffix: str, type: str, **facts: object) -> Event:
    clock = f'{10 + second // 60:02}:{second % 60:02}'
    stamp = f'20261122T08{clock.replace(":", "")}.999Z-{suffix}'
    return Event(stamp, f'2026-11-22T08:{clock}Z', 's', type, facts)


def test_a_switch_away_and_back_within_one_second_stops_no_clock() -> None:
    session = replay(
        's',
        [
            _event(0, 'a', 'start', branch='refs/heads/work'),
            _event(100, '4711p', 'pause', reason='switch'),
            _event(100, '4712r', 'resume', reason='switch'),
            _event(300, 'b', 'note', text='still at it'),
        ],
    )
    assert session.active_seconds(idle=1800) == 300
    assert session.state == 'active'


def test_the_gap_after_a_pause_and_one_that_is_too_long_do_not_count() -> None:
    session = replay(
        's',
        [
            _event(0, 'a', 'start', branch='refs/heads/work'),
            _event(60, 'b', 'pause'),
            _event(600, 'c', 'resume'),
            _event(660, 'd', 'note', text='back'),
            _event(2000, 'e', 'note', text='after lunch'),
        ],
    )
    assert session.active_seconds(idle=1200) == 120


def test_what_was_done_in_the_second_of_a_switch_was_done_before_it() -> None:
    """Hooks know the second only, and their ids of one second are in no order."""
    done = [
        _event(100, 'd00d', 'commit', commit='d00d' * 10),
        _event(100, 'md00d', 'merge', commit='d00d' * 10),
        Event('20261122T081140.600Z-a', '2026-11-22T08:11:40.600Z', 's', 'note', {'text': 'x'}),
    ]
    start = _event(0, 'a', 'start', branch='refs/heads/work')
    away = [
        _event(100, '4711p', 'pause', reason='switch'),
        _event(700, '4712r', 'resume', reason='switch'),
    ]
    for each in done:
        session = replay('s', [start, each, *away])
        assert round(session.active_seconds(idle=1800)) == 100, each
    back = _event(100, '4712r', 'resume', reason='switch')
    rest = _event(700, 'd00e', 'commit', commit='d00e' * 10)
    assert replay('s', [start, *done, away[0], back, rest]).active_seconds(idle=1800) == 700


def test_within_the_second_of_a_switch_the_clock_runs() -> None:
    def command(millis: int, type: str, **facts: object) -> Event:
        moment = f'08:10:00.{millis}Z'
        stamp = f'20261122T{moment.replace(":", "")}-c'
        return Event(stamp, f'2026-11-22T{moment}', 's', type, facts)

    session = replay(
        's',
        [
            command(300, 'start', branch='refs/heads/work'),
            command(900, 'note', text='x'),
            _event(0, '4711p', 'pause', reason='switch'),
            _event(300, 'd00e', 'note', text='y'),
        ],
    )
    assert round(session.active_seconds(idle=1800), 3) == 0.6
