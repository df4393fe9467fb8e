"""Dates that people type: what git understands, in their own time zone, and nothing else."""

from __future__ import annotations

import time

import pytest

from git_session import dates
from git_session.errors import SessionError
from tests.repo import Repo

DAY = 86400


@pytest.mark.parametrize(
    ('text', 'ago'),
    [
        ('2 days ago', 2 * DAY), ('2.weeks.ago', 14 * DAY), ('3d', 3 * DAY), ('1 h', 3600),
        ('90m', 5400), ('one week ago', 7 * DAY), ('1 day 2 hours ago', DAY + 7200), ('now', 0),
        ('yesterday', DAY), ('last week', 7 * DAY),
    ],
)  # fmt: skip
def test_so_long_ago(repo: Repo, text: str, ago: int) -> None:
    begun = int(time.time())
    then = dates.moment(text, 'since')
    assert begun <= then + ago <= time.time()


def test_dates_are_in_the_zone_of_the_user(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    assert dates.moment('2026-11-22 10:00', 'since') == 1795341600
    monkeypatch.setenv('TZ', 'UTC-5')
    assert dates.moment('2026-11-22 10:00', 'since') == 1795341600 - 5 * 3600
    for same in ('2026-11-22T10:00:00+0500', '2026-11-22T05:00:00.123Z',
                 '22 Nov 2026 10:00', 'Nov 22 2026, 10:00',
                 '2026-11-22 05:00 UTC', '@1795323600', '1795323600'):  # fmt: skip
        assert dates.moment(same, 'since') == 1795341600 - 5 * 3600, same


@pytest.mark.parametrize(
    'text', ['', ' ', 'x', 'main', 'HEAD~3', 'the day of days', '3', '--all', '20 x', 'nowhere',
             '2 dayz ago', 'a week ago', 'v1.2.3', '\x1b[31m', 'yesterday; rm', '\u0663d',
             '\u0662\u0660\u0662\u0666-11-22']
)  # fmt: skip
def test_no_date(repo: Repo, text: str) -> None:
    with pytest.raises(SessionError) as refused:
        dates.moment(text, 'since')
    assert (refused.value.status, refused.value.message) == (
        129, f"bad value for '--since': '{text}'; expected a date",
    )  # fmt: skip
