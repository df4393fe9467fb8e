"""What a person should know beside the figures."""

from __future__ import annotations

from git_session.analysis.remarks import remarks
from git_session.events import Event
from git_session.replay import replay
from tests.made import Log


def test_nothing_to_say() -> None:
    log = Log()
    log.add('commit', commit='1')
    for via in ('pull', 'found', 'cherry-pick', 'rebase (finish)', 'branch'):
        log.add('commit', commit=via, via=via)
    assert remarks(log.replay(), lost=0) == []


def test_what_there_is_to_say() -> None:
    log = Log()
    log.add('commit', commit='1', via='commit')
    unknown = Event('z', '2026-11-22T23:02:26Z', 's', 'new', {}, '', 2)
    session = replay('s', [*log.events, unknown])
    assert remarks(session, lost=1) == [
        '1 commit of this session arrived without hooks: git session doctor',
        '1 event of a newer version of git session kept, not understood',
        '1 line of the log cannot be read: git session doctor',
    ]
    log.add('commit', commit='2', via='commit (amend)')
    assert remarks(log.replay(), lost=2) == [
        '2 commits of this session arrived without hooks: git session doctor',
        '2 lines of the log cannot be read: git session doctor',
    ]
