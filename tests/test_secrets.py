"""Secrets: what is found, what is left alone, and every way out of the machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_session import checkout, events, knowledge, leaks, secrets
from git_session.eventlog import Maker
from git_session.events import Event
from git_session.replay import replay
from tests.made import START, Log
from tests.planted import ORDINARY
from tests.planted import secrets as planted
from tests.repo import Repo, Result

PLANTED = planted()
# What the detector does not know, see docs/sharing.md; it is better when this is shorter.
MISSED = {'Twilio key id'}
TOKEN = next(secret for kind, _, secret in PLANTED if kind == 'GitHub personal')
PASSWORD = next(secret for kind, _, secret in PLANTED if kind == 'password quoted')
HIDDEN = '[redacted: github token]'


def pieces(secret: str) -> list[str]:
    """Parts that must not be left: eight characters each, of every line; `https://` may."""
    lines = secret.removeprefix('https://').split('\n')
    return [line[at : at + 8] for line in lines for at in range(0, len(line) - 7, 4)]


@pytest.mark.parametrize(('kind', 'text', 'secret'), PLANTED, ids=[kind for kind, *_ in PLANTED])
def test_a_planted_secret_is_redacted(kind: str, text: str, secret: str) -> None:
    before, _, after = text.partition(secret)
    found = secrets.redact(text)
    if kind in MISSED:
        assert found == text
        return
    assert found != text
    assert [each for each in pieces(secret) if each in found] == []
    # A password in a URL is taken with its end, in which an @ may stand.
    assert found.startswith(before.rpartition('=')[0])
    assert found.endswith(after.rpartition('@')[2])
    assert secrets.redact(found) == found


@pytest.mark.parametrize('text', ORDINARY)
def test_ordinary_text_stays(text: str) -> None:
    assert secrets.redact(text) == text


def test_a_text_keeps_what_stands_around_its_secrets() -> None:
    assert secrets.redact(f'é\udcff {TOKEN}, then\n{TOKEN}\0 \ud800') == (
        f'é\udcff {HIDDEN}, then\n{HIDDEN}\0 \ud800'
    )


@pytest.mark.parametrize(
    'form', ['it is {}.', '{}. Then', '{}.\nThen', '({}).', '"{}", `{}`', 'é{}é']
)
@pytest.mark.parametrize('kind', ['JWT', 'Vault', 'AWS access key', 'SendGrid', 'GitHub OAuth'])
def test_what_stands_beside_a_secret_does_not_hide_it(form: str, kind: str) -> None:
    secret = next(secret for name, _, secret in PLANTED if name == kind)
    found = secrets.redact(form.replace('{}', secret))
    assert [each for each in pieces(secret) if each in found] == []
    label = found[found.index('[') : found.index(']') + 1]
    assert found == form.replace('{}', label)


def test_a_private_key_goes_whole_in_any_layout() -> None:
    key = next(secret for kind, _, secret in PLANTED if kind == 'OpenSSH private key')
    for newline in ('\n', '\r\n', '\\n', ' ', '\n    '):
        text = 'a ' + key.replace('\n', newline) + ' b'
        assert secrets.redact(text) == 'a [redacted: private key] b'


def test_a_private_key_goes_as_far_as_it_was_copied() -> None:
    lines = next(secret for kind, _, secret in PLANTED if kind == 'RSA private key').split('\n')
    fields = ['Proc-Type: 4,ENCRYPTED', 'DEK-Info: AES-128-CBC,' + '0A' * 16, '']
    for newline in ('\n', '\r\n', '\\n', '\n    '):
        for block in (lines[:-1], lines[:2], [lines[0], *fields, *lines[1:3]]):
            text = 'a ' + newline.join(block)
            assert secrets.redact(text + '\nand then') == 'a [redacted: private key]\nand then'
            assert secrets.redact(text + newline + 'Qx/9') == 'a [redacted: private key]'


@pytest.mark.parametrize(
    'form', ['token: {}', 'token={}', 'TOKEN={}', 'Token {}', '(token={})', '{"token": "{}"}',
             'x?token={}&y=1', '--token={} x', 'the token {}, then', 'token: {}. Then', 'token {}.']
)  # fmt: skip
@pytest.mark.parametrize('value', ['8c2f51a07be94d63', 'Zk3-qT8vLw2NxR7pYb4Hs/c6+M=='])
def test_a_value_called_a_token_goes_and_its_name_stays(form: str, value: str) -> None:
    text = form.replace('{}', value)
    assert secrets.redact(text) == form.replace('{}', '[redacted: contextual secret]')
    for short in ('8c2f51a07be94d6', 'abcdefghijklmnopqrst', '12345678901234567890'):
        text = form.replace('{}', short)
        assert secrets.redact(text) == text


def test_what_is_found_twice_is_replaced_once() -> None:
    key = next(secret for kind, _, secret in PLANTED if kind == 'RSA private key')
    cut = key.replace('\n', '\\n')[:200]
    assert secrets.redact(f'private_key: "{cut}"') == 'private_key: "[redacted: private key]"'
    assert secrets.redact(f'token={TOKEN}') == f'token={HIDDEN}'
    label = '[redacted: private key]'
    assert secrets.redact(f'{TOKEN} {key[:200]}') == f'{HIDDEN} {label}'
    assert secrets.redact(f'{key[:200]}\n. {TOKEN} x') == f'{label}\n. {HIDDEN} x'


@given(st.text(st.characters(codec=None), max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    found = secrets.redact(text)
    assert secrets.redact(found) == found
    assert secrets.UNCHECKED not in found


@pytest.mark.parametrize(
    'unit', ['a', '\0', 'password=', 'token ', '/token=abcdefghijklmnop1', 'Aa: \n',
             '-----BEGIN RSA PRIVATE KEY-----\n', '-----BEGIN RSA PRIVATE KEY-----\nAa: ']
)  # fmt: skip
def test_a_megabyte(unit: str) -> None:
    assert len(secrets.redact(unit * (1_000_000 // len(unit)))) > 20


def test_more_secrets_than_the_detector_counts_do_not_leave() -> None:
    assert secrets.redact(f'{TOKEN} ' * 50_001) == secrets.UNCHECKED


def test_without_the_detector_nothing_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'redact_secret', None)
    assert secrets.redact('anything') == secrets.UNCHECKED == '[redacted: not checked]'
    assert secrets.kinds('anything') == ['not checked']
    assert secrets.redact_ref('refs/heads/work').startswith('refs/heads/redacted-')
    facts = {'text': 'one', 'alternatives': ['two'], 'ref': 'x'}
    assert secrets.public(facts) == {
        'text': secrets.UNCHECKED, 'alternatives': [secrets.UNCHECKED],
    }  # fmt: skip


@pytest.mark.parametrize(
    'form', ['{}', 'fix/{}', 'fix-{}', 'fix_{}', 'fix.{}', 'fix/{}/now', '{}-fix']
)
def test_a_ref_stays_a_ref(repo: Repo, form: str) -> None:
    branch = form.format(TOKEN)
    name = secrets.redact_ref(branch)
    assert name.startswith('redacted-')
    assert len(name) == len('redacted-') + 8
    assert secrets.redact_ref('refs/heads/' + branch) == 'refs/heads/' + name
    assert secrets.redact_ref('refs/remotes/o/' + branch) == 'refs/remotes/o/' + name
    assert repo.git('check-ref-format', 'refs/heads/' + name) == ''


def test_ordinary_refs_stay() -> None:
    for name in ('main', 'refs/heads/feature/token-refresh', 'refs/remotes/origin/fix_password_1'):
        assert secrets.redact_ref(name) == name
    assert secrets.redact_ref('') == ''


def test_a_session_id_has_no_part_of_a_secret() -> None:
    name = checkout.session_name('fix/' + TOKEN, START)
    assert name.startswith('redacted-')
    assert name[-14:-4] == '-20261122-'
    assert TOKEN[4:9].lower() not in name
    assert checkout.session_name('fix/it', START).startswith('fix-it-20261122-')


# Events


def made(type: str, **facts: Any) -> Event:
    return Maker('s', 'Ann <a@example.com>', now=START).add(type, **facts)


def test_an_event_says_what_may_leave_of_it() -> None:
    event = made(
        'decision.add', text='plain', rationale=f'use {TOKEN}', alternatives=['none', TOKEN]
    )
    assert event.facts == {
        'text': 'plain', 'rationale': f'use {TOKEN}', 'alternatives': ['none', TOKEN],
        'by': 'Ann <a@example.com>',
        'public': {'rationale': f'use {HIDDEN}', 'alternatives': ['none', HIDDEN]},
    }  # fmt: skip
    assert event.is_known
    outside = events.published(event)
    assert outside.facts == {
        'text': 'plain', 'rationale': f'use {HIDDEN}', 'alternatives': ['none', HIDDEN],
        'by': 'Ann <a@example.com>', 'redacted': True,
    }  # fmt: skip
    assert (outside.id, outside.at, outside.session) == (event.id, event.at, event.session)
    assert TOKEN.encode() not in events.encode(outside)


def test_an_event_without_secrets_has_neither_key() -> None:
    event = made('note', text='see 3f9c2a1b7d4e5f60718293a4b5c6d7e8f9012345')
    assert set(event.facts) == {'text', 'by'}
    assert events.published(event) is event


@pytest.mark.parametrize(
    'public', [None, 1, 'x', [], ['text'], {'text': 1}, {'text': ['x']}, {'alternatives': 'x'},
               {'alternatives': [1]}, {'text': None}, {'by': {}}, {'no': 'x'}, {'': ''}],
    ids=str,
)  # fmt: skip
def test_a_forged_public_lets_nothing_out_and_breaks_nothing(public: object) -> None:
    facts = {'text': 'a', 'alternatives': ['b'], 'by': 'Ann', 'public': public}
    event = Event('20261122T230226.123Z-a', '2026-11-22T23:02:26.123Z', 's', 'decision.add', facts)
    line = events.decode(events.encode(event))
    assert line is not None
    outside = events.published(line)
    assert 'public' not in outside.facts
    assert outside.facts['redacted'] is True
    assert outside.is_known
    withheld = [secrets.UNCHECKED]
    if not isinstance(public, dict):
        assert (outside.facts['text'], outside.facts['alternatives']) == (withheld[0], withheld)
    else:
        assert outside.facts['text'] == (withheld[0] if 'text' in public else 'a')
        assert outside.facts['alternatives'] == (withheld if 'alternatives' in public else ['b'])
    assert outside.facts['by'] == 'Ann'
    decisions = replay('s', [line]).decisions
    assert decisions[0].text == 'a'
    assert decisions[0].shared.text == outside.facts['text']


def test_what_was_typed_wins_over_what_was_published() -> None:
    event = made('note', text=f'a much longer text than what is left of it: {TOKEN} {TOKEN}')
    outside = events.published(event)
    assert len(events.encode(outside)) < len(events.encode(event))
    for order in ([event, outside], [outside, event]):
        assert events.unite(order) == [event]


# The items of a session


def test_items_know_what_may_leave() -> None:
    log = Log()
    goal = log.add('objective.add', text=TOKEN, public={'text': HIDDEN})
    choice = log.add('decision.add', text='x', rationale=TOKEN, public={'rationale': HIDDEN})
    session = log.replay()
    assert (session.objectives[0].text, session.objectives[0].shared) == (TOKEN, HIDDEN)
    outside = session.decisions[0].shared
    assert (outside.text, outside.rationale, session.decisions[0].rationale) == ('x', HIDDEN, TOKEN)

    log.add('objective.edit', ref=goal, text='clean')
    log.add('decision.edit', ref=choice, text='y')
    session = log.replay()
    assert session.objectives[0].shared == 'clean'
    outside = session.decisions[0].shared
    assert (outside.text, outside.rationale) == ('y', HIDDEN)

    log.add('decision.edit', ref=choice, text=TOKEN, public={'text': HIDDEN})
    session = log.replay()
    assert session.decisions[0].shared.text == HIDDEN
    assert TOKEN not in knowledge.entry(session.decisions[0], 's')


def test_warnings_do_not_show_the_secret(capsys: pytest.CaptureFixture[str]) -> None:
    maker = Maker('s', '', now=START)
    maker.add('start', branch='refs/heads/fix/' + TOKEN)
    goal = maker.add('objective.add', text=f'rotate {TOKEN}')
    maker.add('objective.drop', ref=goal.id, why=f'password = "{PASSWORD}"')
    maker.add('decision.add', text='x', alternatives=['one', TOKEN])
    maker.add('dead-end', text=TOKEN)
    maker.add('note', text=TOKEN)
    leaks.tell(replay('s', maker.made), maker.made)
    branch = secrets.redact_ref('refs/heads/fix/' + TOKEN)
    looks = 'looks like it holds a secret'
    assert capsys.readouterr().err == (
        f"warning: the branch name {looks} (github token); it is shared as '{branch}'\n"
        f"warning: obj-1 {looks} (github token); it is shared as 'rotate {HIDDEN}'\n"
        f'warning: obj-1 {looks} (contextual secret); '
        'it is shared as \'password = "[redacted: contextual secret]"\'\n'
        f"warning: dec-1 {looks} (github token); it is shared as 'one; {HIDDEN}'\n"
        f"warning: the dead end {looks} (github token); it is shared as '{HIDDEN}'\n"
        f"warning: the note {looks} (github token); it is shared as '{HIDDEN}'\n"
    )


def test_a_warning_where_nothing_can_be_checked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, 'redact_secret', None)
    maker = Maker('s', '', now=START)
    maker.add('note', text='one')
    leaks.tell(replay('s', maker.made), maker.made)
    assert capsys.readouterr().err == (
        'warning: the note could not be checked for secrets; '
        "it is shared as '[redacted: not checked]'\n"
    )


# From the command line out


def test_what_leaves_by_itself_is_clean_and_what_stays_is_whole(
    repo: Repo, run: Callable[..., Result]
) -> None:
    """Trailers, enhanced commits, the decision log and session ids."""
    repo.git('switch', '-qc', 'fix/' + TOKEN)
    run('init', '--no-hooks')
    out = run('start', '-o', f'rotate {TOKEN}')
    assert out.err.count('warning: ') == 2
    assert TOKEN not in out.err.replace('fix/' + TOKEN, '')
    out = run('decisions', 'add', f'keep {TOKEN}', '--rationale', f'"{TOKEN}" is old')
    assert out.err.startswith(
        'warning: dec-1 looks like it holds a secret (github token); '
        f"it is shared as 'keep {HIDDEN}'\n"
    )
    run('note', TOKEN)
    repo.commit('an ordinary one', **{'b.txt': '1\n'})
    repo.write(**{'c.txt': '1\n'})
    repo.git('add', '.')
    run('checkpoint', '-l', TOKEN, '-d', f'drop {TOKEN}')

    history = repo.git('log', '-p', '--format=%B')
    assert TOKEN not in history
    assert f'Session-Objective: obj-1 rotate {HIDDEN}\n' in history
    assert f' - [▶] rotate {HIDDEN} (this commit)\n' in history
    assert f'Session-Checkpoint: {HIDDEN}\n' in history
    assert f' - keep {HIDDEN}\n   Rationale: "{HIDDEN}" is old\n - drop {HIDDEN}\n' in history
    log = (repo.path / '.session' / 'decision-log.md').read_text()
    assert log.count(r'\[redacted: github token\]') == 3 or log.count(HIDDEN) == 3
    assert TOKEN not in log
    [name] = {each['session'] for each in repo.events('fix/' + TOKEN)}
    assert TOKEN[4:9].lower() not in name

    assert repo.context('fix/' + TOKEN)['objectives'][0]['text'] == f'rotate {TOKEN}'
    assert TOKEN in run('objectives').out
    assert [each['text'] for each in repo.events('fix/' + TOKEN) if each['type'] == 'note'] == [
        TOKEN
    ]


def test_undo_takes_a_redacted_decision_out_of_the_log(
    session: Repo, run: Callable[..., Result]
) -> None:
    run('init', '--no-hooks')
    log = session.path / '.session' / 'decision-log.md'
    before = log.read_bytes()
    run('decisions', 'add', f'keep {TOKEN}')
    assert log.read_bytes() != before
    run('undo')
    assert log.read_bytes() == before


def test_no_object_of_git_has_a_planted_secret(repo: Repo, run: Callable[..., Result]) -> None:
    """Texts of all types, in all that a push could send: commits, trees, blobs, notes."""
    run('start', 'fix/' + TOKEN, '-o', f'use {TOKEN}')
    run('init', '--no-hooks')
    run('blockers', 'add', 'waits', '--issue', f'https://ann:{PASSWORD}@example.com/7')
    for kind, text, _ in PLANTED:
        if 'key' in kind:
            run('decisions', 'add', kind, '--rationale', text, '--alternatives', text)
        run('note', text)
    run('objectives', 'add', *(text for _, text, _ in PLANTED))
    run('objectives', 'drop', '2', '--why', TOKEN)
    repo.commit('an ordinary one')
    repo.git('add', '.')
    run('checkpoint', '-l', TOKEN, '-m', 'what we have')
    run('objectives', 'complete', *(f'obj-{number}' for number in range(3, 9)))
    run('end')
    assert repo.git('notes', '--ref=session', 'list') != ''
    for name in repo.git('for-each-ref', '--format=%(refname)').split('\n'):
        assert TOKEN not in name or name == 'refs/heads/fix/' + TOKEN
    objects = repo.git('cat-file', '--batch-all-objects', '--batch', '--unordered')
    assert objects.count('[redacted: ') > len(PLANTED)
    left = [
        kind
        for kind, _, secret in PLANTED
        if kind not in MISSED and any(each in objects for each in pieces(secret))
    ]
    assert left == []


def test_every_line_of_the_log_can_be_published(session: Repo, run: Callable[..., Result]) -> None:
    for _, text, _ in PLANTED:
        run('note', text)
    known = {kind: secret for kind, _, secret in PLANTED if kind not in MISSED}
    lines = session.place().joinpath('events.jsonl').read_bytes()
    for event in events.decode_all(lines)[0]:
        text = json.dumps(events.published(event).facts)
        assert [kind for kind, secret in known.items() if secret[:40] in text] == []
