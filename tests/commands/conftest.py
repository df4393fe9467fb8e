"""A session to try the commands on, opened in process."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.repo import Repo, Result

Run = Callable[..., Result]


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of this program and of git stands still, however slow the machine is."""
    now = time.time()
    monkeypatch.setattr(time, 'time', lambda: now)
    for who in ('AUTHOR', 'COMMITTER'):
        monkeypatch.setenv(f'GIT_{who}_DATE', f'@{int(now)} +0000')


@pytest.fixture
def work(repo: Repo, run: Run) -> Repo:
    """A session on branch `work` with two objectives, the first one active."""
    run('start', 'work', '-o', 'Google OAuth', '-o', 'GitHub OAuth')
    return repo
