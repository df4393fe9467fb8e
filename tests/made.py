"""Events and sessions made by hand, for tests without a repository."""

from __future__ import annotations

from typing import Any

from git_session.branchwork import Uncommitted, Work
from git_session.events import Event, event_id, format_time
from git_session.history import Change, Commit
from git_session.replay import replay
from git_session.session import Session

START = 1_795_388_546  # 2026-11-22T23:02:26Z
ANN = 'Ann Author <ann@example.com>'
BASE, HEAD = 'b' * 40, 'a1b2c3d4e5' * 4


class Log:
    """Makes events one after the other; `step` seconds between them unless told."""

    def __init__(self, session: str = 's') -> None:
        self.session = session
        self.events: list[Event] = []
        self.now = float(START)

    def add(self, type: str, step: float = 60, suffix: str = 'a', **facts: Any) -> str:
        self.now += step
        name = event_id(self.now, suffix)
        self.events.append(Event(name, format_time(self.now), self.session, type, facts))
        return name

    def replay(self) -> Session:
        return replay(self.session, self.events)


def full_log() -> Log:
    """A session in the middle of its work, with something of everything."""
    log = Log('work-20261122-3f9c')
    log.add('start', 0, branch='refs/heads/feature/auth', base=BASE, base_ref='refs/heads/main',
            head=BASE, issue='#7', by=ANN)  # fmt: skip
    texts = ('OAuth provider interface', 'Google OAuth', 'GitHub OAuth', 'SAML')
    goals = [log.add('objective.add', text=text, by=ANN) for text in texts]
    log.add('objective.complete', ref=goals[0], by=ANN)
    log.add('objective.start', ref=goals[1], by=ANN)
    log.add('objective.drop', ref=goals[3], why='nobody asked', by=ANN)
    log.add('commit', commit='1' * 40)
    old = log.add('blocker.add', text='CI is red', by=ANN)
    log.add('blocker.resolve', ref=old, how='new runner', by=ANN)
    log.add('blocker.add', text='no client secret', issue='#12', objective=goals[1], by=ANN)
    first = log.add('decision.add', text='Use sessions', by=ANN)
    log.add('decision.supersede', suffix='9f3c2a1b7d4e', ref=first, text='Use PKCE',
            rationale='code interception', alternatives=['implicit flow', 'device flow'],
            by=ANN)  # fmt: skip
    log.add('note', text='the key is in the vault', by='Bob <bob@example.com>')
    log.add('dead-end', text='weak references: the cache empties itself', by=ANN)
    log.add('commit', commit=HEAD)
    impact = {'added': ['src/a.py'], 'lines_added': 3, 'lines_deleted': 0}
    log.add('checkpoint', commit=HEAD, label='oauth-complete', message='feat: OAuth', by=ANN,
            committed=True, impact=impact)  # fmt: skip
    return log


def full_work() -> Work:
    """What git says beside it."""
    commits = (
        Commit(HEAD, ('1' * 40,), 'Ann Author', 'ann@example.com', START, START, 'feat: OAuth'),
        Commit('1' * 40, (BASE,), 'Bob', 'bob@example.com', START, START, 'start'),
    )
    changes = (
        Change('A', 'src/a.py', '', 120, 0),
        Change('R', 'src/new.py', 'src/old.py', 3, 4),
        Change('M', 'logo.png', '', None, None),
    )
    uncommitted = (Uncommitted('M.', 'src/a.py'), Uncommitted('.M', 'b'), Uncommitted('??', 'c'))
    return Work(commits, changes, uncommitted, 2, 1, 'refs/heads/main', HEAD)
