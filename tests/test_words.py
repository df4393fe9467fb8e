"""Figures in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_session import words


@pytest.mark.parametrize(
    ('seconds', 'said'),
    [
        (0, '0m'), (59, '0m'), (60, '1m'), (3599, '59m'), (3600, '1h'), (3660, '1h 01m'),
        (8100, '2h 15m'), (48 * 3600 - 1, '47h 59m'), (48 * 3600, '2d'), (51 * 3600, '2d 3h'),
    ],
)  # fmt: skip
def test_duration(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ('seconds', 'said'),
    [
        (-60, 'just now'), (0, 'just now'), (59, 'just now'), (60, '1 minute ago'),
        (120, '2 minutes ago'), (3600, '1 hour ago'), (86399, '23 hours ago'),
        (86400, '1 day ago'), (13 * 86400, '13 days ago'), (14 * 86400, '2 weeks ago'),
    ],
)  # fmt: skip
def test_age(seconds: float, said: str) -> None:
    assert words.age(1000, 1000 + seconds) == said


def test_count() -> None:
    assert words.count(0, 'commit') == '0 commits'
    assert words.count(1, 'commit') == '1 commit'
    assert words.count(2, 'entry', 'entries') == '2 entries'


def test_date() -> None:
    assert words.date(1_795_388_546, '%Y-%m-%d %H:%M') == '2026-11-22 23:02'
    assert words.date(1e300, '%Y') == words.date(float('nan'), '%Y') == 'unknown'


@given(st.text(), st.integers(3, 50))
def test_cut(text: str, width: int) -> None:
    shown = words.cut(text, width)
    assert len(shown) <= width
    assert shown == text if len(text) <= width else shown.endswith('...')
