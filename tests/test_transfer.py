"""session.toml and lines of JSON: whatever a log holds comes back as it was."""

from __future__ import annotations

import io
import json
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_session import events, transfer
from git_session.errors import SessionError
from git_session.events import Event
from git_session.replay import replay
from tests.made import Log, full_log

NAME = 'work-20261122-3f9c'


def lines_of(found: list[Event]) -> list[bytes]:
    return [events.encode(event) for event in found]


def through_toml(found: list[Event], session: str = NAME) -> list[Event]:
    name, back = transfer.from_toml(transfer.to_toml(session, found).encode(), 'x.toml')
    assert name == session
    return back


def through_lines(found: list[Event]) -> list[Event]:
    return list(transfer.from_lines(io.BytesIO(transfer.to_lines({}, found)), 'x.jsonl'))


def read(text: str | bytes) -> str:
    """What is said of a session.toml that is refused."""
    with pytest.raises(SessionError) as caught:
        transfer.from_toml(text if isinstance(text, bytes) else text.encode(), 'x.toml')
    return caught.value.message


def read_lines(*lines: str | bytes) -> str:
    data = b''.join((line if isinstance(line, bytes) else line.encode()) + b'\n' for line in lines)
    with pytest.raises(SessionError) as caught:
        list(transfer.from_lines(io.BytesIO(data), 'x.jsonl'))
    return caught.value.message


HEAD = f'schema = "git-session/session/1"\nsession = "{NAME}"\n'
AT = '2026-11-22T23:02:26.123Z'


# --- what is written


def test_the_whole_text() -> None:
    log = Log(NAME)
    log.add('start', 0, branch='refs/heads/work', by='Ann <ann@x>')
    log.add('objective.add', text='Say "hi"\nin two lines')
    log.add('checkpoint', label='x', impact={'added': ['a'], 'lines': {'added': 1}}, odd=None)
    assert (
        transfer.to_toml(NAME, log.events)
        == f'''\
# git session: one session, see 'git session import'
# what stands above the events follows from them; a change there is not read

schema = "git-session/session/1"
session = "{NAME}"
branch = "work"
mode = "normal"
author = "Ann <ann@x>"
authors = [
    "Ann <ann@x>",
]
state = "active"
started = "2026-11-22T23:02:26.000Z"
last_active = "2026-11-22T23:04:26.000Z"
metrics.active_seconds = 120
metrics.commits = 0
metrics.checkpoints = 1
metrics.objectives_done = 0
metrics.objectives = 1
metrics.active_seconds_by_day.2026-11-22 = 120
metrics.idle_timeout = 1800

[[objectives]]
id = "obj-1"
text = """
Say \\"hi\\"
in two lines"""
state = "pending"
added = "2026-11-22T23:03:26.000Z"
since = "2026-11-22T23:03:26.000Z"

[[checkpoints]]
at = "2026-11-22T23:04:26.000Z"
label = "x"
committed = false
impact.added = [
    "a",
]
impact.lines.added = 1
auto = false

[[events]]
id = "20261122T230226.000Z-a"
at = "2026-11-22T23:02:26.000Z"
type = "start"
branch = "refs/heads/work"
by = "Ann <ann@x>"

[[events]]
id = "20261122T230326.000Z-a"
at = "2026-11-22T23:03:26.000Z"
type = "objective.add"
text = "Say \\"hi\\"\\nin two lines"

[[events]]
id = "20261122T230426.000Z-a"
at = "2026-11-22T23:04:26.000Z"
type = "checkpoint"
line = "{{\\"v\\":1,\\"id\\":\\"20261122T230426.000Z-a\\",\\"at\\":\\"2026-11-22T23:04:26.000Z\\",\
\\"session\\":\\"{NAME}\\",\\"type\\":\\"checkpoint\\",\\"label\\":\\"x\\",\
\\"impact\\":{{\\"added\\":[\\"a\\"],\\"lines\\":{{\\"added\\":1}}}},\\"odd\\":null}}"
'''
    )


def test_the_same_set_of_events_is_the_same_text() -> None:
    log = full_log()
    text = transfer.to_toml(log.session, log.events)
    assert transfer.to_toml(log.session, [*log.events[::-1], *log.events]) == text
    assert transfer.to_toml(log.session, through_toml(log.events)) == text


def test_a_longer_session_only_adds_to_the_events() -> None:
    log = full_log()
    before = transfer.to_toml(log.session, log.events).partition('[[events]]')[2]
    log.add('note', text='more')
    assert transfer.to_toml(log.session, log.events).partition('[[events]]')[2].startswith(before)


def test_what_people_read_comes_first() -> None:
    log = full_log()
    record = tomllib.loads(transfer.to_toml(log.session, log.events))
    tables = [key for key, value in record.items() if key != 'authors' and isinstance(value, list)]
    assert tables == [
        'objectives', 'blockers', 'decisions', 'dead_ends', 'notes', 'checkpoints', 'events',
    ]  # fmt: skip
    assert [(each['text'], each['state']) for each in record['objectives']] == [
        ('OAuth provider interface', 'done'), ('Google OAuth', 'active'),
        ('GitHub OAuth', 'pending'), ('SAML', 'dropped'),
    ]  # fmt: skip


def test_nothing_in_a_file_can_move_a_cursor() -> None:
    log = Log(NAME)
    odd = 'a\x00\x1b[2J\x7f\x85\x9b\u2028\u202e\ufeff\U000e0001\r\n\tb'
    log.add('note', text=odd)
    text = transfer.to_toml(NAME, log.events)
    assert text.replace('\n', '').isprintable() or '\t' in text
    assert text.replace('\n', '').replace('\t', '').isprintable()
    assert transfer.to_lines({}, log.events).decode().replace('\n', '').isprintable()
    assert through_toml(log.events)[0].facts == through_lines(log.events)[0].facts == {'text': odd}


# --- and back

ODD: list[dict[str, Any]] = [
    {'text': 'stray \udce9, half \ud800'},
    {'text': '\0\x01\x1f\x7f\\ " """ \'\'\' # \r\n \u2028'},
    {'text': 'x', 'line': 'a fact of that name'},
    {'text': None},
    {'text': 'x', 'impact': {}},
    {'text': 'x', 'impact': {'a': None, 'b': [None]}},
    {'text': 'x', 'impact': {'a': {'b': {'c': [1, [2.5, 'x'], True]}}}},
    {'text': 'x', 'impact': {'a b': 1, '': 2, 'é': 3}},
    {'text': 'x', 'list': [{'a': 1}, {}]},
    {'text': 'x', 'numbers': [0.1, -0.0, 1e22, 5e-324, 2**63 - 1, -(2**63), 0]},
    {'text': 'x', 'huge': 2**63, 'more': 10**400},
    {'text': 'x', 'flag': True, 'one': 1, 'real': 1.0, 'empty': '', 'none': []},
    {'text': 'x', 'nan': float('inf')},
    {'text': 'x', '\udce9': 1},
    {'text': 'x', 'public': {'text': '[redacted]'}},
]


@pytest.mark.parametrize('facts', ODD)
def test_odd_facts(facts: dict[str, Any]) -> None:
    log = Log(NAME)
    log.add('note', **facts)
    assert lines_of(through_toml(log.events)) == lines_of(log.events)
    assert lines_of(through_lines(log.events)) == lines_of(log.events)


def test_lines_are_strict_json() -> None:
    """No NaN, and nothing but whole characters: warehouses refuse the rest."""

    def refuse(name: str) -> None:
        raise AssertionError(name)

    for facts in [*ODD, {'text': 'NaN and Infinity and \\ud800 as words'}]:
        log = Log(NAME)
        log.add('note', **facts)
        for line in transfer.to_lines({}, log.events).splitlines():
            json.dumps(json.loads(line, parse_constant=refuse), ensure_ascii=False).encode()
    assert b'"line"' not in transfer.to_lines({}, log.events)


_texts = st.text(st.characters(), max_size=20)  # half characters too
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=8,
)
_facts = st.dictionaries(
    st.sampled_from(['text', 'by', 'ref', 'ids', 'impact', 'commit', 'line', 'x y', 'public'])
    | _texts.filter(lambda key: key not in ('v', 'id', 'at', 'session', 'type', 'op')),
    _values, max_size=5,
)  # fmt: skip
_events = st.builds(
    Event,
    _texts.filter(bool), st.sampled_from([AT, '2026-11-22T23:02:26+01:00']), st.just(NAME),
    st.sampled_from([*(each for each in events.TYPES if each not in ('start', 'rename')), 'new'])
    | _texts.filter(bool),
    _facts, _texts, st.sampled_from([1, 1, 1, 2, 0, -1]),
)  # fmt: skip


@given(st.lists(_events, max_size=6))
def test_whatever_is_in_a_log_comes_back(found: list[Event]) -> None:
    found = events.decode_all(b'\n'.join(lines_of(found)))[0]
    for back in (through_toml(found), through_lines(found)):
        assert lines_of(back) == lines_of(found)
    assert transfer.to_toml(NAME, through_toml(found)) == transfer.to_toml(NAME, found)


@given(st.sets(st.integers(0, len(full_log().events) - 1)))
def test_the_session_is_the_same(chosen: set[int]) -> None:
    log = full_log()
    some = [log.events[index] for index in sorted(chosen)]
    back = through_toml(some, log.session)
    assert vars(replay(log.session, back)) == vars(replay(log.session, some))


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: (HEAD + text).encode()))
def test_no_file_is_too_broken_to_be_refused(data: bytes) -> None:
    for read_it in (
        lambda: transfer.from_toml(data, 'x'),
        lambda: list(transfer.from_lines(io.BytesIO(data), 'x')),
    ):
        try:
            read_it()
        except SessionError as error:
            assert error.message.startswith(("cannot read 'x'", "'x' "))


# --- what is read and what is not


def test_what_stands_above_the_events_is_not_read() -> None:
    log = full_log()
    text = transfer.to_toml(log.session, log.events)
    changed = text.replace('state = "active"\n', 'state = "ended"\n', 1)
    changed = changed.replace('text = "SAML"', 'text = "LMAS"', 1)
    assert changed != text
    assert transfer.from_toml(changed.encode(), 'x') == transfer.from_toml(text.encode(), 'x')


def test_as_mail_and_editors_leave_it() -> None:
    log = full_log()
    text = transfer.to_toml(log.session, log.events).replace('\n', '\r\n')
    back = transfer.from_toml(b'\xef\xbb\xbf' + text.encode(), 'x')[1]
    assert lines_of(back) == lines_of(log.events)


def test_a_newer_event_is_kept() -> None:
    text = f'{HEAD}[[events]]\nid = "z"\nat = "{AT}"\ntype = "new.type"\nv = 7\nx.y = 1\n'
    (event,) = transfer.from_toml(text.encode(), 'x')[1]
    assert (event.version, event.type, event.facts, event.is_known) == (
        7, 'new.type', {'x': {'y': 1}}, False,
    )  # fmt: skip


def test_a_plain_log_is_read_too() -> None:
    log = full_log()
    data = b'\n\n'.join(lines_of(log.events))
    assert lines_of(list(transfer.from_lines(io.BytesIO(data), 'x'))) == lines_of(log.events)


def event(**keys: str) -> str:
    table = {'id': '"z"', 'at': f'"{AT}"', 'type': '"note"', 'text': '"x"', **keys}
    return HEAD + '[[events]]\n' + ''.join(f'{key} = {value}\n' for key, value in table.items())


DEEP = '[' * 200 + ']' * 200
LINE = json.dumps(json.dumps({'v': 1, 'id': 'z', 'at': AT, 'session': 's-2', 'type': 'note'}))


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        ('', "'x.toml' is not an export of git session"),
        ('a = 1', "'x.toml' is not an export of git session"),
        ('schema = 3', "'x.toml' is not an export of git session"),
        ('schema = "git-session/show/1"', "'x.toml' is not an export of git session"),
        ('schema = "git-session/session/2"',
         "'x.toml' is of a newer version of git session: git-session/session/2"),
        ('schema = "git-session/session/1"',
         "'x.toml' names no session: 'None' is not a session id"),
        (HEAD.replace(NAME, '../../x'),
         "'x.toml' names no session: '../../x' is not a session id"),
        (HEAD.replace(NAME, 'x' * 201), f"'x.toml' names no session: '{'x' * 201}' is not a"
         ' session id'),
        (HEAD + 'events = 3', "'x.toml' holds no events: 'events' is not a list of tables"),
        (HEAD + 'events = [3]', "'x.toml' holds no events: 'events' is not a list of tables"),
        (HEAD + 'x = y', "cannot read 'x.toml': invalid value (at line 3, column 5)"),
        (HEAD + 'x = "y', "cannot read 'x.toml': unterminated string (at line 3, column 7: the"
         ' end)'),
        (HEAD.encode() + b'x = "\xff"',
         "cannot read 'x.toml': not UTF-8 (at line 3, column 6)"),
        (HEAD + 'x = ' + '[' * 100_000,
         "cannot read 'x.toml': nested too deeply, or a number too large"),
        (HEAD + 'x = ' + '9' * 10_000,
         "cannot read 'x.toml': nested too deeply, or a number too large"),
        (event(id='""'), "cannot read 'x.toml': event 1: it is not an event"),
        (event(at='"yesterday"'), "cannot read 'x.toml': event 1: it is not an event"),
        (event(at='2026-11-22T23:02:26Z'), "cannot read 'x.toml': event 1: it is not an event"),
        (event(text='nan'), "cannot read 'x.toml': event 1: it is not an event"),
        (event(line='3'), "cannot read 'x.toml': event 1: it is not an event"),
        (event(line=LINE), "cannot read 'x.toml': event 1: it is of another session"),
        (event(session='"s-2"'), "cannot read 'x.toml': event 1: it is of another session"),
        (event(text=DEEP), "cannot read 'x.toml': event 1: it is nested too deeply"),
        (event(type='"start"', branch='"refs/heads/../x"'),
         "cannot read 'x.toml': event 1: 'refs/heads/../x' is not a valid branch name"),
    ],
)  # fmt: skip
def test_what_is_refused(text: str | bytes, said: str) -> None:
    assert read(text) == said


def test_lines_that_are_refused() -> None:
    plain = {'v': 1, 'id': 'z', 'at': AT, 'session': 's', 'type': 'note', 'text': 'x'}

    def line(**keys: Any) -> str:
        return json.dumps({**plain, **keys})

    assert read_lines(line(), '', '{') == "cannot read 'x.jsonl': line 3: it is not an event"
    for bad in ('[]', '3', '{}', '{"record":"event"}', '{"record":"event","line":"x"}', b'\xff'):
        assert read_lines(bad) == "cannot read 'x.jsonl': line 1: it is not an event"
    assert read_lines(line(session='../x')) == (
        "cannot read 'x.jsonl': line 1: '../x' is not a session id"
    )
    assert read_lines(line(type='rename', branch='refs/heads/-x')) == (
        "cannot read 'x.jsonl': line 1: 'refs/heads/-x' is not a valid branch name"
    )
    assert read_lines('{"record":"session","schema":"git-session/export/2"}') == (
        "'x.jsonl' is of a newer version of git session: git-session/export/2"
    )
    assert read_lines('{"record":"session","schema":"other"}') == (
        "'x.jsonl' is not an export of git session"
    )


def test_sizes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, 'MOST_TOML', 1 << 20)
    monkeypatch.setattr(transfer, 'MOST_LINE', 1000)
    assert read(b'#' * ((1 << 20) + 1)) == "'x.toml' is too large: more than 1 MiB"
    assert read_lines('{' * 1001) == "cannot read 'x.jsonl': line 1: it is too long"


def test_branch_names_are_those_of_git(tmp_path: Path) -> None:
    """Against git-check-ref-format(1), for whatever may be said in one argument."""
    names = ['work', 'a/b', 'a//b', '/a', 'a/', '.a', 'a/.b', 'a.lock', 'a.lock/b', 'a..b', 'a.',
             'a b', 'a\tb', 'a~', 'a^', 'a:', 'a?', 'a*', 'a[', 'a\\', 'a@{b', '@', 'a@', '@/a',
             'é', 'a\x7f', 'a\udcff', 'a\x01', '-', '--x', 'a{', 'HEADS', 'a.b', '...']  # fmt: skip
    for name in names:
        done = subprocess.run(['git', 'check-ref-format', '--branch', name], capture_output=True,
                              cwd=tmp_path, check=False)  # fmt: skip
        # In no repository --branch means no @{-1}; and '@' is HEAD there.
        assert transfer.is_branch(name) == (done.returncode == 0 and name != '@'), name
        assert transfer.is_branch('refs/heads/' + name) == transfer.is_branch(name)
    assert not transfer.is_branch('HEAD')
    assert not transfer.is_branch('')
    assert not transfer.is_branch('x' * 1001)


def test_how_many_texts_look_like_secrets() -> None:
    log = Log(NAME)
    log.add('note', text='key AKIA', by='Ann', public={'text': 'key ***'})
    log.add('decision.add', text='x', rationale='y', public={'text': 'X', 'rationale': 'Y'})
    log.add('note', text='plain')
    assert transfer.secrets(log.events) == 3
