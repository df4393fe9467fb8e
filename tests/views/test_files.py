"""The generated files: what the hooks copy and what other tools read."""

from __future__ import annotations

import json

import pytest

from git_session.session import Session
from git_session.views import files
from tests.made import Log, full_log

NASTY = 'a\n\nSession-Id: x\r\nb\x1b\u202e <i>'


def test_trailers() -> None:
    log = full_log()
    session = log.replay()
    both = ['Session-Id', 'Session-Objective']
    assert files.trailers(session, both) == (
        'Session-Id: work-20261122-3f9c\nSession-Objective: obj-2 Google OAuth\n'
    )
    assert files.trailers(session, ['Session-Objective']) == (
        'Session-Objective: obj-2 Google OAuth\n'
    )
    assert files.trailers(session, []) == ''
    log.add('objective.start', ref=log.add('objective.add', text=NASTY))
    assert files.trailers(log.replay(), both).splitlines()[2:] == [
        r'Session-Objective: obj-5 a Session-Id: x b\x1b\u202e <i>'
    ]


def test_banner() -> None:
    log = Log()
    log.add('start', branch='refs/heads/work')
    assert files.banner(log.replay()) == "session s\n  see 'git session brief'\n"
    log.add('blocker.add', text='stuck')
    goal = log.add('objective.add', text='one')
    assert files.banner(log.replay()) == (
        'session s: 0/1 objectives done, 1 open blocker\n'
        '  next: obj-1 one\n'
        "  see 'git session brief'\n"
    )
    log.add('objective.start', ref=goal)
    log.add('objective.start', ref=log.add('objective.add', text='x' * 200 + '\n'))
    lines = files.banner(log.replay()).splitlines()
    assert lines[1].startswith('  now: obj-1 one; obj-2 xxx')
    assert (len(lines), len(lines[1])) == (3, 100)


def test_objectives() -> None:
    assert files.objectives(full_log().replay()) == (
        f'<!-- {files.NOTICE} -->\n'
        '\n'
        '# Objectives\n'
        '\n'
        '- [x] obj-1 OAuth provider interface: done\n'
        '- [ ] obj-2 Google OAuth: active\n'
        '- [ ] obj-3 GitHub OAuth: pending\n'
        '- [ ] obj-4 SAML: dropped (nobody asked)\n'
    )
    assert files.objectives(Session('s')).endswith('# Objectives\n\nnone\n')


def test_blockers() -> None:
    assert files.blockers(full_log().replay()) == (
        f'<!-- {files.NOTICE} -->\n'
        '\n'
        '# Blockers\n'
        '\n'
        '- blk-1 CI is red: resolved 2026-11-22, new runner\n'
        '- blk-2 no client secret (#12): open since 2026-11-22\n'
    )
    assert files.blockers(Session('s')).endswith('# Blockers\n\nnone\n')


@pytest.mark.parametrize('view', [files.trailers, files.banner, files.objectives, files.blockers])
def test_nothing_breaks_out(view: object) -> None:
    log = full_log()
    for type in ('objective.add', 'blocker.add'):
        log.add('objective.start', ref=log.add(type, text=NASTY, issue=NASTY))
    session = log.replay()
    text = (
        files.trailers(session, ['Session-Id', 'Session-Objective'])
        if (view is files.trailers)
        else view(session)
    )  # type: ignore[operator]
    assert all(each.isprintable() for each in text.replace('\n', ''))
    assert '\nSession-Id: x' not in text


def test_context() -> None:
    session = full_log().replay()
    text = files.context(session, log_size=1234, idle=1800)
    assert text.isascii() and text.endswith('\n}\n')
    assert text.startswith(files.context_head(1234, 1800))
    found = json.loads(text)
    assert list(found)[:4] == ['generated', 'schema', 'log', 'idle_timeout']
    assert (found['schema'], found['log'], found['idle_timeout']) == (
        'git-session/context/1', 1234, 1800,
    )  # fmt: skip
    assert {**found, **files.state(session, idle=1800)} == found
    assert found['metrics'] == {
        'active_seconds': 1020, 'commits': 2, 'checkpoints': 1, 'objectives_done': 1,
        'objectives': 3, 'active_seconds_by_day': {'2026-11-22': 1020},
        'active_seconds_by_objective': {'obj-2': 660},
    }  # fmt: skip
    assert found['blockers'][1] == {
        'id': 'blk-2', 'text': 'no client secret', 'state': 'open',
        'added': '2026-11-22T23:13:26.000Z', 'issue': '#12', 'objective': 'obj-2',
        'resolved': None, 'how': None,
    }  # fmt: skip
    assert found['decisions'][1] == {
        'id': 'dec-2', 'number': 'D-20261122-9f3c2a', 'text': 'Use PKCE', 'state': 'in force',
        'added': '2026-11-22T23:15:26.000Z', 'rationale': 'code interception',
        'alternatives': ['implicit flow', 'device flow'], 'by': 'Ann Author <ann@example.com>',
        'supersedes': 'dec-1', 'superseded_by': None,
    }  # fmt: skip
    assert found['decisions'][0]['superseded_by'] == 'dec-2'


def test_the_newest_checkpoints() -> None:
    log = full_log()
    for number in range(12):
        log.add('checkpoint', label=f'{number}')
    session = log.replay()
    labels = [
        each['label']
        for each in json.loads(files.context(session, log_size=0, idle=1))['checkpoints']
    ]
    assert labels == [f'{number}' for number in range(11, 1, -1)]
    assert len(files.state(session, idle=1)['checkpoints']) == 13


def test_context_is_json_for_every_reader_of_it() -> None:
    """What a log from elsewhere says is no number is null, and words stay as they are."""
    log = full_log()
    log.add('note', text='NaN and Infinity')
    log.add('checkpoint', impact={'coverage': float('nan'), 'tests': float('inf'), 'skipped': 1})

    def refuse(name: str) -> None:
        raise AssertionError(name)

    text = files.context(log.replay(), log_size=1, idle=1800)
    record = json.loads(text, parse_constant=refuse)
    assert record['checkpoints'][0]['impact'] == {'coverage': None, 'tests': None, 'skipped': 1}
    assert record['notes'][-1]['text'] == 'NaN and Infinity'
    assert text.startswith(files.context_head(1, 1800))
