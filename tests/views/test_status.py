"""The status as people see it."""

from __future__ import annotations

import re

import pytest

from git_session.analysis.steps import next_steps
from git_session.branchwork import Work
from git_session.output import Style
from git_session.session import Session
from git_session.views import status
from tests.made import START, Log, full_log, full_work


def shown(
    session: Session, work: Work, style: Style, *lists: str, remarks: tuple[str, ...] = ()
) -> str:
    return status.text(
        session, work, next_steps(session, work), style=style, now=START + 7200, idle=1800,
        date_format='%Y-%m-%d %H:%M', lists=frozenset(lists), remarks=remarks,
    )  # fmt: skip


PLAIN = """\
Session work-20261122-3f9c on feature/auth (active)
  2 commits ahead of main, 1 behind
  started 2026-11-22 23:02 by Ann Author <ann@example.com>
  active time 17m, last active 1 hour ago
  issue #7

Objectives (1 of 3 done) ━━━╌╌╌╌╌╌╌
  [x] obj-1 OAuth provider interface
  [▶] obj-2 Google OAuth
  [ ] obj-3 GitHub OAuth
  + 1 more: git session objectives

Open blockers (1)
  blk-2 no client secret (#12), added 1 hour ago

Work
  2 commits, 3 files, +123 -4 in all
  last checkpoint oauth-complete 1 hour ago; 0 commits since
  uncommitted: 1 staged, 1 not staged, 1 untracked

Next
  • resolve blk-2 no client secret  (git session blockers resolve 2)
  • finish obj-2 Google OAuth  (git session objectives complete 2)
  • commit or checkpoint the changes  (git session checkpoint -a)
  • add or ignore the new files  (git add)
  • take in main
"""


@pytest.mark.parametrize('width', [80, 200])
def test_plain(width: int) -> None:
    assert shown(full_log().replay(), full_work(), Style(width=width)) == PLAIN


def test_ascii() -> None:
    text = shown(full_log().replay(), full_work(), Style(unicode=False))
    assert text.isascii()
    assert text == PLAIN.replace('▶', '>').replace('•', '-').replace('━', '#').replace('╌', '.')


def test_narrow() -> None:
    log = full_log()
    log.add('objective.add', text='A long text that says in many words what there is to do')
    text = shown(log.replay(), full_work(), Style(width=60))
    assert (
        '  [ ] obj-5 A long text that says in many words what there\n            is to do\n'
    ) in text
    assert max(map(len, text.splitlines())) <= 60
    assert ('  • resolve blk-2 no client secret\n    (git session blockers resolve 2)\n') in text


def test_color() -> None:
    text = shown(full_log().replay(), full_work(), Style(color=True), remarks=('careful',))
    for part in (
        'Session \033[1mwork-20261122-3f9c\033[m on feature/auth (\033[32mactive\033[m)\n',
        '\033[1mObjectives (1 of 3 done) ━━━╌╌╌╌╌╌╌\033[m\n',
        '  \033[32m[x]\033[m obj-1 ', '  \033[36m[▶]\033[m obj-2 ', '  [ ] obj-3 ',
        '\033[1;31mOpen blockers (1)\033[m\n', '\033[32m+123\033[m \033[31m-4\033[m in all\n',
        '\n\n\033[33mcareful\033[m\n', '  \033[2m(git session checkpoint -a)\033[m\n',
    ):  # fmt: skip
        assert part in text
    bare = re.sub('\033\\[[0-9;]*m', '', text)
    assert bare == PLAIN + '\ncareful\n'


def test_lists() -> None:
    text = shown(full_log().replay(), full_work(), Style(), 'objectives', 'blockers', 'decisions')
    assert '  [-] obj-4 SAML\n\n' in text
    assert '+ 1 more' not in text
    assert '\nBlockers (1 open)\n' in text
    assert '  blk-1 CI is red, resolved\n  blk-2 no client secret (#12), added 1 hour ago\n' in text
    assert '\nDecisions (1)\n  dec-1 Use sessions (superseded)\n  dec-2 Use PKCE\n' in text


def test_of_next_to_nothing() -> None:
    log = Log()
    log.add('start', 0, branch='refs/heads/work')
    text = shown(log.replay(), Work((), (), (), None, None, '', None), Style())
    assert text == (
        'Session s on work (active)\n'
        '  started 2026-11-22 23:02\n'
        '  active time 0m, last active 2 hours ago\n'
        '\n'
        'Work\n'
        '  0 commits, 0 files, +0 -0 in all\n'
        '  no checkpoint yet\n'
        '  working tree clean\n'
        '\n'
        'Next\n'
        '  • say what this session is for  (git session objectives add <text>)\n'
    )


def test_of_many_objectives() -> None:
    log = full_log()
    for number in range(30):
        log.add('objective.add', text=f'more {number}')
    text = shown(log.replay(), full_work(), Style())
    assert text.count('\n  [') == 11
    assert '  + 23 more: git session objectives\n' in text
    assert 'obj-1 ' in text and 'obj-2 ' in text and 'more 7\n' in text
    for number in range(7):
        log.add('blocker.add', text=f'stuck {number}')
    text = shown(log.replay(), full_work(), Style())
    assert text.endswith('blockers resolve 6)\n  + 7 more: git session brief\n')


def test_nobody_can_draw_on_the_terminal() -> None:
    log = full_log()
    bad = 'a\x1b[2J\r\nb\u202e\x07'
    for type, facts in (('objective.add', {}), ('blocker.add', {'issue': bad})):
        log.add(type, text=bad, by=bad, **facts)
    session = log.replay()
    session.branch = session.author = bad
    text = shown(session, full_work(), Style(), 'decisions')
    assert all(each.isprintable() for each in text.replace('\n', ''))


@pytest.mark.parametrize(
    ('done', 'total', 'drawn'),
    [(0, 0, ''), (0, 3, '..........'), (3, 3, '##########'), (1, 2, '#####.....')],
)
def test_bar(done: int, total: int, drawn: str) -> None:
    assert status.bar(done, total, Style(unicode=False)) == drawn


def test_how_many_checkpoints_there_are() -> None:
    """What status calls the last checkpoint is counted: an ordinary commit where such are."""
    session, work = full_log().replay(), full_work()
    assert status.checkpoints(session, work, track=True) == '1 recorded, 1 ordinary commit'
    assert status.checkpoints(session, work, track=False) == '1'
    assert status.checkpoints(Log().replay(), work, track=True) == '0'
    log = Log()
    log.add('commit', commit='1' * 40)
    assert status.checkpoints(log.replay(), work, track=True) == '0 recorded, 1 ordinary commit'
    log.add('checkpoint', commit='1' * 40, auto=True)
    assert status.checkpoints(log.replay(), work, track=True) == '1'
