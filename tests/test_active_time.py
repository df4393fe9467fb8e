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
