"""When a checkpoint is due that nobody asks for."""

from __future__ import annotations

from git_session.analysis import automatic
from tests.made import START, Log

A, B, C = 'a' * 40, 'b' * 40, 'c' * 40


def _log() -> Log:
    log = Log()
    log.add('start', 0, branch='refs/heads/work')
    return log


def test_commits_count_themselves_where_they_are_tracked() -> None:
    log = _log()
    log.add('commit', 100, commit=A)
    log.add('commit', 700, commit=B)
    log.add('commit', 100, commit=C)
    session = log.replay()
    assert automatic.due(session, START + 950, 600, track=True) == ([], False)
    assert automatic.due(session, START + 950, 600, track=False) == ([B], False)


def test_a_command_is_one_when_something_happened_since() -> None:
    log = _log()
    assert automatic.due(log.replay(), START + 9000, 600, track=True) == ([], False)
    log.add('note', 100, text='x')
    assert automatic.due(log.replay(), START + 599, 600, track=True) == ([], False)
    assert automatic.due(log.replay(), START + 600, 600, track=True) == ([], True)
    log.add('checkpoint', 500, auto=True)
    assert automatic.due(log.replay(), START + 9000, 600, track=True) == ([], False)
    log.add('commit', 1, commit=A)
    assert automatic.due(log.replay(), START + 9000, 600, track=True) == ([], False)
    log.add('note', 1, text='y')
    assert automatic.due(log.replay(), START + 9000, 600, track=True) == ([], True)


def test_a_commit_after_a_checkpoint_waits_for_its_interval() -> None:
    log = _log()
    log.add('checkpoint', 500, commit=A)
    log.add('commit', 300, commit=A)
    log.add('commit', 300, commit=B)
    log.add('commit', 700, commit=C)
    assert automatic.due(log.replay(), START + 1801, 600, track=False) == ([B, C], False)
