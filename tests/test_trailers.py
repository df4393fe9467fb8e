"""The block of a checkpoint commit: git reads it whole, and it comes off again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from git_session.session import Session
from git_session.trailers import KEYS, block, join, strip
from tests.made import Log, full_log
from tests.repo import Repo

IMPACT = {'added': ['src/a.py'], 'renamed': ['x => y'], 'lines_added': 12, 'lines_deleted': 3}


def made(session: Session, **more: Any) -> str:
    given: dict[str, Any] = {'label': '', 'decisions': (), 'impact': {}, 'seconds': 8100, **more}
    return block(session, **given)


def parsed(repo: Repo, message: str, *options: str) -> list[str]:
    return repo.git('interpret-trailers', '--parse', *options, stdin=message).splitlines()


WHOLE = """\
Session-Id: work-20261122-3f9c
Session-Checkpoint: oauth-complete
Session-Objectives:
 - [x] OAuth provider interface
 - [▶] Google OAuth (this commit)
 - [ ] GitHub OAuth (next)
Decisions:
 - Using PKCE flow
   Rationale: code interception
 - Keep sessions
Impact:
 - Added: src/auth/a.py
 - Modified: b c
 - Deleted: d
 - Renamed: x => y
 - Lines: +12 -3
Session-Time: 2h 15m
"""


def test_whole(repo: Repo) -> None:
    impact = {
        'added': ['src/auth/a.py'], 'modified': ['b c'], 'deleted': ['d'], 'renamed': ['x => y'],
        'lines_added': 12, 'lines_deleted': 3,
    }  # fmt: skip
    decisions = [('Using PKCE flow', 'code interception'), ('Keep sessions', '')]
    text = made(full_log().replay(), label='oauth-complete', decisions=decisions, impact=impact)
    assert text == WHOLE
    assert parsed(repo, f'feat: x\n\nA body.\n\n{text}') == [
        'Session-Id: work-20261122-3f9c',
        'Session-Checkpoint: oauth-complete',
        'Session-Objectives: - [x] OAuth provider interface - [▶] Google OAuth (this commit)'
        ' - [ ] GitHub OAuth (next)',
        'Decisions: - Using PKCE flow Rationale: code interception - Keep sessions',
        'Impact: - Added: src/auth/a.py - Modified: b c - Deleted: d - Renamed: x => y'
        ' - Lines: +12 -3',
        'Session-Time: 2h 15m',
    ]


def test_what_is_not_known_is_left_out() -> None:
    log = Log()
    log.add('start', branch='refs/heads/work')
    assert made(log.replay(), seconds=59) == 'Session-Id: s\nSession-Time: 0m\n'
    assert 'Impact' not in made(log.replay(), impact={'lines_added': 0, 'lines_deleted': 0})


def test_many_files() -> None:
    impact = {'added': [f'{n}' for n in range(30)], 'lines_added': 1, 'lines_deleted': 0}
    text = made(full_log().replay(), impact=impact)
    assert ' - Added: 19\n - and 10 more files\n - Lines: +1 -0\n' in text


NASTY = (
    'a\nb', 'a\n\nb', 'Key: value', 'https://example.com', '  leading', '---', '--- a/b', '# x',
    '👩\u200d💻 ▶ é', '-' * 70 + ' >8 ' + '-' * 20, 'Signed-off-by: x', 'tab\there', 'caf\udce9',
    '\x00\x1b[2J\u202e', ':', '=', 'fixup! x', '(cherry picked from commit x)', ' - [x] y',
    'a\u2028b',
    'From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001', '>8',
)  # fmt: skip


@pytest.mark.parametrize('text', NASTY)
def test_nasty_texts_are_read_whole(repo: Repo, text: str) -> None:
    log = Log('work-20261122-3f9c')
    goal = log.add('objective.add', text=text)
    log.add('objective.start', ref=goal)
    log.add('objective.add', text=text)
    lines = made(log.replay(), label=text, decisions=[(text, text)], impact={
        'added': [text], 'lines_added': 1, 'lines_deleted': 1,
    })  # fmt: skip
    for line in lines.splitlines():
        assert line.startswith((' - ', '   Rationale: ', *(f'{key}:' for key in KEYS)))
    for message in ('subject\n', 'subject\n\nbody\n', 'subject\n\nSigned-off-by: A <a@x>\n'):
        whole = join(message, lines)
        keys = [each.partition(':')[0] for each in parsed(repo, whole)]
        signed = ['Signed-off-by'] if 'Signed' in message else []
        assert keys == [
            *signed, 'Session-Id', 'Session-Checkpoint', 'Session-Objectives', 'Decisions',
            'Impact', 'Session-Time',
        ]  # fmt: skip
        assert strip(whole) == message


def test_five_hundred_objectives(repo: Repo) -> None:
    log = Log()
    for number in range(500):
        log.add('objective.add', text=f'Objective: number {number}')
    whole = join('subject\n', made(log.replay()))
    found = parsed(repo, whole)
    assert [each.partition(':')[0] for each in found] == [
        'Session-Id', 'Session-Objectives', 'Session-Time',
    ]  # fmt: skip
    assert found[1].count('- [ ] Objective: number') == 500
    assert strip(whole) == 'subject\n'


@pytest.mark.parametrize(
    ('message', 'same_block'),
    [
        ('subject', False),
        ('subject\n\nbody', False),
        ('subject\n\nbody\n\nFixes: #1\nReviewed-by: B <b@x>', True),
        ('subject\n\nImpact: high\nDecisions: none', True),
        ('subject\n\nhttp: //x is no\ntrailer at all', False),
        ('subject\n\n---\n\nAfter-divider: yes', True),
        ('Fixes: #1', False),
        ('subject\n\n  indented\n  body', False),
        ('subject\r\n\r\nbody\r', False),
        ('subject\n\nbody with a\n\n# comment', False),
    ],
)
def test_join_and_strip(repo: Repo, message: str, same_block: bool) -> None:
    ours = made(full_log().replay(), decisions=[('d', 'r')], impact=IMPACT)
    whole = join(message + '\n\n', ours)
    message = message.rstrip()
    assert whole == message + ('\n' if same_block else '\n\n') + ours
    keys = {each.partition(':')[0] for each in parsed(repo, whole, '--no-divider')}
    assert set(KEYS) - {'Session-Checkpoint', 'Session-Objective'} <= keys
    assert strip(whole) == message + '\n'
    assert strip(strip(whole)) == strip(whole)


def test_strip_of_what_the_hooks_wrote() -> None:
    hooked = 'Session-Id: s\nSession-Objective: obj-1 x\nSession-Objective: obj-2 y\n'
    assert strip(f'subject\n\nbody\n\n{hooked}') == 'subject\n\nbody\n'
    assert strip(f'subject\n\nFixes: #1\n{hooked}Signed-off-by: A <a@x>\n') == (
        'subject\n\nFixes: #1\nSigned-off-by: A <a@x>\n'
    )
    assert strip('subject\n\nSession-Objective: obj-1 x\n') == 'subject\n'
    assert strip('Session-Id: a subject\n') == 'Session-Id: a subject\n'
    assert strip('subject\n\nSession-Time: mine\n') == 'subject\n\nSession-Time: mine\n'
    assert strip('') == ''


lines = st.text('ab: -#\t', min_size=1, max_size=12).filter(lambda text: bool(text.strip()))
paragraphs = st.lists(lines, min_size=1, max_size=3).map('\n'.join)


@settings(max_examples=60)
@given(st.lists(paragraphs, min_size=1, max_size=3).map('\n\n'.join))
def test_any_message_comes_back(message: str) -> None:
    ours = made(full_log().replay(), impact=IMPACT)
    assert strip(join(message, ours)) == message.rstrip() + '\n'
