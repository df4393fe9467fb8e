"""The events in words, and the list of sessions."""

from __future__ import annotations

from typing import Any

import pytest

from git_session.events import TYPES, Event, encode
from git_session.output import Style
from git_session.views import log as view
from tests.made import START, Log, full_log

FORM = '%Y-%m-%d %H:%M'


def test_whole() -> None:
    log = full_log()
    log.add('undo', ids=[log.events[-1].id])
    assert (
        view.text(log.replay(), log.events, style=Style(), date_format=FORM)
        == """\
2026-11-22 23:02  start on feature/auth from main
2026-11-22 23:03  objective obj-1 OAuth provider interface
2026-11-22 23:04  objective obj-2 Google OAuth
2026-11-22 23:05  objective obj-3 GitHub OAuth
2026-11-22 23:06  objective obj-4 SAML
2026-11-22 23:07  complete obj-1
2026-11-22 23:08  start obj-2
2026-11-22 23:09  drop obj-4: nobody asked
2026-11-22 23:10  commit 1111111111
2026-11-22 23:11  blocker blk-1 CI is red
2026-11-22 23:12  resolve blk-1: new runner
2026-11-22 23:13  blocker blk-2 no client secret
2026-11-22 23:14  decision dec-1 Use sessions
2026-11-22 23:15  supersede dec-1: Use PKCE
2026-11-22 23:16  note: the key is in the vault
2026-11-22 23:17  dead end: weak references: the cache empties itself
2026-11-22 23:18  commit a1b2c3d4e5
2026-11-22 23:19  checkpoint at a1b2c3d4e5 oauth-complete feat: OAuth (undone)
2026-11-22 23:20  undo 1 event
"""
    )


@pytest.mark.parametrize(
    ('type', 'facts', 'said'),
    [
        ('start', {'branch': 'refs/heads/x'}, 'start on x'),
        ('start', {'branch': 'refs/heads/x', 'base_ref': 'refs/remotes/origin/main'},
         'start on x from origin/main'),
        ('agent', {'name': 'claude', 'what': 'start', 'reason': 'compact'},
         'claude began (compact)'),
        ('agent', {'name': 'claude', 'what': 'end'}, 'claude ended'),
        ('resume', {}, 'resume'), ('resume', {'reason': 'found'}, 'resume (found)'),
        ('pause', {}, 'pause'), ('pause', {'reason': 'switch'}, 'pause (switch)'),
        ('end', {'result': 'merged'}, 'end (merged)'),
        ('rename', {'branch': 'refs/heads/new'}, 'branch renamed to new'),
        ('commit', {'commit': 'f' * 40}, 'commit ffffffffff'),
        ('commit', {'commit': 'f' * 40, 'via': 'pull'}, 'commit ffffffffff (found: pull)'),
        ('merge', {'commit': 'f' * 40}, 'moved forward to ffffffffff'),
        ('rewrite', {'pairs': [['a', 'b']]}, 'rewrite of 1 commit'),
        ('rewrite', {'by': 'rebase', 'pairs': [['a', 'b'], ['c', 'd']]}, 'rebase of 2 commits'),
        ('checkpoint', {}, 'checkpoint'),
        ('checkpoint', {'commit': 'f' * 40, 'label': 'l'}, 'checkpoint at ffffffffff l'),
        ('objective.add', {'text': 't'}, 'objective t'),
        ('objective.start', {'ref': 'r'}, 'start obj-1'),
        ('objective.complete', {'ref': 'r'}, 'complete obj-1'),
        ('objective.reopen', {'ref': 'r'}, 'reopen obj-1'),
        ('objective.drop', {'ref': 'r'}, 'drop obj-1'),
        ('objective.edit', {'ref': 'r', 'text': 'new'}, 'edit obj-1: new'),
        ('blocker.add', {'text': 't'}, 'blocker t'),
        ('blocker.resolve', {'ref': 'gone', 'how': 'h'}, 'resolve an item: h'),
        ('blocker.reopen', {'ref': 'r'}, 'reopen obj-1'),
        ('blocker.edit', {'ref': 'r', 'text': 'new'}, 'edit obj-1: new'),
        ('decision.add', {'text': 't'}, 'decision t'),
        ('decision.supersede', {'ref': 'r', 'text': 'new'}, 'supersede obj-1: new'),
        ('decision.edit', {'ref': 'r', 'text': 'new'}, 'edit obj-1: new'),
        ('note', {'text': 'n'}, 'note: n'), ('dead-end', {'text': 'd'}, 'dead end: d'),
        ('tdd', {'phase': 'red', 'commit': 'f' * 40, 'tests': 3}, 'RED at ffffffffff'),
        ('tdd', {'phase': 'green', 'refused': 'no test ran'}, 'GREEN refused: no test ran'),
        ('wip.save', {'commit': 'f' * 40, 'files': 3}, 'work in progress of 3 files saved'),
        ('wip.restore', {'commit': 'f' * 40}, 'work in progress restored'),
        ('wip.restore', {'commit': 'f' * 40, 'dropped': True}, 'work in progress dropped'),
        ('handoff', {'commit': 'f' * 40}, 'handoff written'),
        ('undo', {'ids': ['a', 'b']}, 'undo 2 events'),
    ],
)  # fmt: skip
def test_every_type(type: str, facts: dict[str, Any], said: str) -> None:
    event = Event('id', '2026-11-22T23:02:26Z', 's', type, facts)
    assert event.is_known
    assert view.describe(event, {'r': 'obj-1'}) == said


def test_every_type_has_words() -> None:
    tried = {
        mark for each in test_every_type.pytestmark for mark in (row[0] for row in each.args[1])
    }
    assert tried == set(TYPES) == set(view._WORDS)


def test_what_this_version_does_not_know() -> None:
    for type, version in (('teleport\x1b', 1), ('note', 2)):
        event = Event('id', '2026-11-22T23:02:26Z', 's', type, {'text': 'x'}, '', version)
        shown = type.replace('\x1b', r'\x1b')
        assert view.describe(event, {}) == f'{shown} (of another version of git session)'


def test_texts_stay_on_their_line() -> None:
    event = Event('id', '2026-11-22T23:02:26Z', 's', 'note', {'text': 'a\nb\x1b[2J'})
    assert view.describe(event, {}) == r'note: a b\x1b[2J'


def test_data() -> None:
    log = full_log()
    log.add('undo', ids=[log.events[-1].id])
    found = view.data(log.replay(), log.events)
    assert (found['schema'], found['session']) == ('git-session/log/1', log.session)
    assert [each['undone'] for each in found['events']][-3:] == [False, True, False]
    assert len(found['events']) == len(log.events)
    assert f'"id":"{found["events"][0]["id"]}"'.encode() in encode(log.events[0])


def record(**more: Any) -> dict[str, Any]:
    return {
        'session': 'work-20261122-3f9c', 'branch': 'work', 'state': 'active', 'result': None,
        'last_active': START, 'active_seconds': 7500, 'objectives': 3, 'objectives_done': 1,
        'open_blockers': 1, 'checkpoints': 2, 'commits': 2, 'files': 1, 'added': 12, 'deleted': 3,
        **more,
    }  # fmt: skip


def test_history() -> None:
    records = [
        record(),
        record(session='b', branch='bad\x1b', state='ended', result='merged', commits=None,
               files=None, added=None, deleted=None, checkpoints=1),
    ]  # fmt: skip
    plain = Style()
    assert view.history([], metrics=True, style=plain, date_format=FORM) == ''
    assert view.history(records, metrics=False, style=plain, date_format=FORM) == (
        '2026-11-22 23:02  active   work-20261122-3f9c  work     1/3 objectives\n'
        '2026-11-22 23:02  merged   b                   bad\\x1b  1/3 objectives\n'
    )
    assert view.history(records, metrics=True, style=plain, date_format=FORM) == (
        '2026-11-22 23:02  active   work-20261122-3f9c  work     1/3 objectives\n'
        '    active time 2h 05m, 2 commits, 1 file, +12 -3, 2 checkpoints, 1 open blocker\n'
        '    per active hour 0.5 objectives, 1.0 commits, +4 lines, coverage unknown\n'
        '2026-11-22 23:02  merged   b                   bad\\x1b  1/3 objectives\n'
        '    active time 2h 05m, commits unknown, files unknown, lines unknown, 1 checkpoint,'
        ' 1 open blocker\n'
        '    per active hour 0.5 objectives, coverage unknown\n'
    )
    for measured, shown in (([79.2, 84.0], '79% → 84%'), ([84.0, 84.0], '84%'), ([], 'unknown')):
        text = view.history(
            [record(coverage=measured)], metrics=True, style=plain, date_format=FORM
        )
        assert text.endswith(f', coverage {shown}\n')
    drawn = view.history(records[:1], metrics=False, style=Style(color=True), date_format=FORM)
    assert '\033[32mactive \033[m  \033[1mwork-20261122-3f9c\033[m  work' in drawn


def test_history_on_a_terminal() -> None:
    records = [record(), record(session='b', branch='größer/漢字', state='ended', result='merged')]
    wide = Style(width=78, terminal=True)
    assert view.history(records, metrics=False, style=wide, date_format=FORM) == (
        '2026-11-22 23:02  active   work-20261122-3f9c  work         1/3 objectives\n'
        '2026-11-22 23:02  merged   b                   größer/漢字  1/3 objectives\n'
    )
    narrow = Style(width=40, terminal=True)
    assert view.history(records, metrics=False, style=narrow, date_format=FORM) == (
        '2026-11-22 23:02  active\n  work-20261122-3f9c\n    on work, 1/3 objectives\n'
        '2026-11-22 23:02  merged\n  b\n    on größer/漢字, 1/3 objectives\n'
    )


def test_the_trends_of_a_history() -> None:
    records = [record(commits=4), record(commits=None), record(commits=2), record(commits=1)]
    drawn = view.history(records, metrics=True, style=Style(), date_format=FORM)
    assert drawn.partition('From')[2].splitlines() == [
        ' the oldest to the newest', '  active time  ████', '  commits      ▃▅█',
        '  objectives   ████',
    ]  # fmt: skip


def test_undone_things_have_no_name() -> None:
    log = Log()
    added = log.add('objective.add', text='x')
    log.add('objective.complete', ref=added)
    log.add('undo', ids=[added])
    said = view.text(log.replay(), log.events, style=Style(), date_format='')
    assert said == '  objective x (undone)\n  complete an item\n  undo 1 event\n'
