"""git session decisions, and what they write to .session/decision-log.md."""

from __future__ import annotations

import json
import re

import pytest

from tests.commands.conftest import Run
from tests.repo import Repo


def test_add_show_list(work: Repo, run: Run) -> None:
    said = run(
        'decisions', 'add', 'Use PKCE', '--rationale', 'codes can be stolen',
        '--alternatives', 'implicit flow', '--alternatives', 'device flow',
    )  # fmt: skip
    assert (said.out, said.err) == ('', 'dec-1 Use PKCE\n')  # no .session, no log
    assert run('decisions').out == 'dec-1 Use PKCE\n'
    shown = run('decisions', 'show', 'PKCE').out
    assert re.fullmatch(
        r'dec-1 \(D-\d{8}-[0-9a-f]{6}\) Use PKCE\n'
        r'  decided \d{4}-\d\d-\d\d \d\d:\d\d by Ann Author <ann@example.com>\n'
        r'  because codes can be stolen\n'
        r'  instead of implicit flow\n'
        r'  instead of device flow\n',
        shown,
    )


def test_list_of_none_says_how_to_add_one(work: Repo, run: Run) -> None:
    assert run('decisions').err == "hint: no decision yet: 'git session decisions add <text>'\n"


def test_the_shared_log_has_each_decision(work: Repo, run: Run) -> None:
    run('init', '--no-hooks')
    said = run('decisions', 'add', 'Use PKCE', '--rationale', 'safer', '--alternatives', 'none')
    number = work.context()['decisions'][0]['number']
    assert said.err == f'dec-1 Use PKCE\n{number} added to .session/decision-log.md\n'
    run('decisions', 'supersede', '1', 'Use <b>DPoP</b>')
    second = work.context()['decisions'][1]['number']
    day = work.context()['decisions'][0]['added'][:10]
    name = work.context()['session']
    assert (work.path / '.session/decision-log.md').read_text() == (
        f'# Decision log\n\n## {number}: Use PKCE\n\n- Date: {day}\n- Session: {name}\n'
        '- By: Ann Author &lt;ann@example.com&gt;\n- Rationale: safer\n- Alternative: none\n'
        f'\n## {second}: Use &lt;b&gt;DPoP&lt;/b&gt;\n\n- Date: {day}\n- Session: {name}\n'
        f'- By: Ann Author &lt;ann@example.com&gt;\n- Supersedes: {number}\n'
    )
    assert number != second


def test_every_change_reaches_the_views(work: Repo, run: Run) -> None:
    run('decisions', 'add', 'Use PKCE', '--rationale', 'safer', '--alternatives', 'implicit')
    assert '- dec-1 Use PKCE; because safer; not implicit\n' in run('brief').out
    assert 'Decisions (1)\n  dec-1 Use PKCE\n' in run('status', '--decisions').out
    handoff = run('handoff').out
    assert 'Use PKCE\n  - Rationale: safer\n  - Alternative: implicit\n' in handoff
    run('decisions', 'supersede', 'PKCE', 'Use DPoP')
    brief = run('brief').out
    assert '- dec-2 Use DPoP\n' in brief and 'PKCE' not in brief
    assert run('decisions').out == 'dec-1 Use PKCE (superseded)\ndec-2 Use DPoP\n'
    assert run('decisions', 'show', '1').out.endswith('  superseded by dec-2\n')
    assert run('decisions', 'show', '2').out.endswith('  supersedes dec-1\n')
    first, second = work.context()['decisions']
    assert (first['state'], first['superseded_by']) == ('superseded', 'dec-2')
    assert (second['state'], second['supersedes']) == ('in force', 'dec-1')
    assert 'Use PKCE (superseded)\n' in run('handoff').out


def test_json(work: Repo, run: Run) -> None:
    run('decisions', 'add', 'Use PKCE')
    listed = json.loads(run('decisions', '--json').out)
    shown = json.loads(run('decisions', 'show', '1', '--json').out)
    assert listed['schema'] == 'git-session/decisions/1'
    assert shown['schema'] == 'git-session/decision/1'
    assert {**listed['decisions'][0], 'schema': shown['schema'], 'session': listed['session']} == (
        shown
    )


@pytest.mark.parametrize(
    ('arguments', 'status', 'message'),
    [
        (('add', ''), 1, 'error: a decision needs a text\n'),
        (('supersede', '1', ' '), 1, 'error: a decision needs a text\n'),
        (('supersede', '1', 'again'), 1, 'error: dec-1 is superseded already\n'),
        (('show', '9'), 1, "error: no decision '9'\nhint: this session has dec-1, dec-2\n"),
        (('show', 'x'), 1, "error: no decision matches 'x'\nhint: see 'git session decisions'\n"),
        (('show', 'Use'), 1, "error: 'Use' is ambiguous\nhint: it matches dec-1, dec-2\n"),
        (
            ('supersede', '1'),
            129,
            "error: <text> is missing\nhint: see 'git session decisions -h'\n",
        ),
    ],
)
def test_refused_and_nothing_changed(
    work: Repo, run: Run, arguments: tuple[str, ...], status: int, message: str
) -> None:
    run('decisions', 'add', 'Use PKCE')
    run('decisions', 'supersede', '1', 'Use DPoP')
    before = work.events()
    assert run('decisions', *arguments, status=status).err == message
    assert work.events() == before
