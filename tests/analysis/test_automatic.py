"""When a checkpoint is due that nobody asks for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from git_session.analysis import automatic
from git_session.session import Checkpoint, Session
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


def test_a_commit_in_the_second_of_a_checkpoint_has_that() -> None:
    """When it was made is known to the second only: what `checkpoint` commits is not due."""
    log = _log()
    log.add('checkpoint', 900.3, commit=A)
    log.add('commit', -0.3, commit=A)
    log.add('commit', 0, commit=B)
    log.add('commit', 600, commit=C)
    assert log.replay().commits[A] == START + 900
    assert automatic.due(log.replay(), START + 1500, 590, track=False) == ([C], False)


_TIMES = st.lists(st.integers(0, 40), max_size=12)


@given(_TIMES, _TIMES, st.booleans())
def test_one_is_due_as_long_after_the_record_before_it(
    checkpoints: list[int], made: list[int], track: bool
) -> None:
    session = Session('s')
    session.started = 20.0
    session.checkpoints = [Checkpoint('', at, '', '', '', '', False, {}) for at in checkpoints]
    session.commits = {f'{number:040}': float(at) for number, at in enumerate(made)}
    records, due = [20.0, *checkpoints], []
    for commit, when in sorted(session.commits.items(), key=lambda each: each[1]):
        before = [each for each in records if each <= when]
        is_due = bool(before) and when - max(before) >= 10
        due += [commit] if is_due and not track else []
        records += [when] if is_due or track else []
    assert automatic.due(session, 0.0, 10, track=track) == (due, False)
    session.clock = [(max(records) + 1, False)]
    assert automatic.due(session, max(records) + 10, 10, track=track) == (due, True)
    assert automatic.due(session, max(records) + 9, 10, track=track) == (due, False)
