"""A session to try the commands on, opened in process."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.repo import Repo, Result

Run = Callable[..., Result]


@pytest.fixture
def work(repo: Repo, run: Run) -> Repo:
    """A session on branch `work` with two objectives, the first one active."""
    run('start', 'work', '-o', 'Google OAuth', '-o', 'GitHub OAuth')
    return repo
