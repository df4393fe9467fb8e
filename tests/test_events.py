"""The codec: what becomes a line comes back, and nothing that is no event breaks anything."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_session import events
from git_session.events import (
    TYPES,
    UNDOABLE,
    VERSION,
    Event,
    checkpoint_event,
    commit_event,
    decode,
    decode_all,
    encode,
    event_id,
    format_time,
    parse_time,
    unite,
)
from git_session.replay import replay

# Surrogates come from bytes that are not UTF-8, which Python puts at U+DC80 to U+DCFF; a
# pair of others would be one character in JSON.
characters = st.one_of(
    st.characters(exclude_categories=['Cs']),
    st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF),
)
texts = st.one_of(
    st.text(characters, max_size=30),
    st.sampled_from(
        ['{"v":', '{"v":1,"id":"x"}', 'a\nb', '\r\n', '\0', '\u2028', '"', '\\', '\x7f']
    ),
)
ids = st.builds(
    lambda seconds, suffix: event_id(seconds, suffix),
    st.floats(0, 4e9, allow_nan=False),
    st.text('0123456789abcdef', min_size=1, max_size=3),
)
times = st.floats(-6e10, 2.5e11).map(format_time)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(texts | st.just('v'), inner, max_size=3)
    ),
    max_leaves=8,
)
COMMON = {'v', 'id', 'at', 'session', 'type', 'op'}


def of_kind(kind: str) -> st.SearchStrategy[Any]:
    return {
        'text': texts, 'texts': st.lists(texts, max_size=3), 'flag': st.booleans(),
        'number': st.integers(), 'object': st.dictionaries(texts, values, max_size=3),
        'pairs': st.lists(st.lists(st.sampled_from('abcdef'), min_size=2, max_size=2), max_size=4),
    }[kind]  # fmt: skip


@st.composite
def known_events(draw: st.DrawFn) -> Event:
    """An event of any type that this version knows, with facts of the right kinds."""
    type = draw(st.sampled_from(sorted(TYPES)))
    facts = {}
    for name, kind in TYPES[type].items():
        if kind[-1] != '?' or draw(st.booleans()):
            facts[name] = draw(of_kind(kind.rstrip('?')))
    if 'ids' in facts:
        facts['ids'] = draw(st.lists(ids, max_size=3))
    session = draw(st.sampled_from(['s', 'other']))
    return Event(draw(ids), draw(times), session, type, facts, draw(st.just('') | ids))


any_events = st.one_of(
    known_events(),
    st.builds(
        Event, ids, times, st.text(characters, min_size=1), st.sampled_from([*TYPES, 'new.type']),
        st.dictionaries(texts.filter(lambda key: key not in COMMON), values, max_size=4),
        st.just('') | ids, st.integers(1, 3),
    ),
)  # fmt: skip
logs = st.lists(any_events, max_size=8)


def lines(found: list[Event]) -> bytes:
    return b''.join(encode(event) + b'\n' for event in found)


def test_a_line_is_what_the_hooks_write() -> None:
    event = commit_event('work-20261122-3f9c', '0123456789abcdef' + 'f' * 24, 1795388546)
    assert encode(event) == (
        b'{"v":1,"id":"20261122T230226.999Z-0123456789abcdef","at":"2026-11-22T23:02:26Z",'
        b'"session":"work-20261122-3f9c","type":"commit",'
        b'"commit":"0123456789abcdefffffffffffffffffffffffff"}'
    )
    found = commit_event('s', 'f' * 40, 7, 'pull')
    assert found.facts == {'commit': 'f' * 40, 'via': 'pull'}


@given(any_events)
def test_round_trip(event: Event) -> None:
    line = encode(event)
    assert b'\n' not in line
    assert decode(line) == event
    assert json.loads(line)['v'] == event.version  # plain JSON to everybody else


@given(known_events())
def test_what_is_made_by_the_table_is_known(event: Event) -> None:
    assert event.is_known


@given(any_events, st.data())
def test_a_line_torn_at_any_byte_is_no_event(event: Event, data: st.DataObject) -> None:
    line = encode(event)
    assert decode(line[: data.draw(st.integers(0, len(line) - 1))]) is None


def test_every_prefix_of_a_log_keeps_what_was_whole() -> None:
    made = [
        Event(event_id(n, 'a'), format_time(n), 's', 'note', {'text': f'{{"v":1}} é\n{n}'})
        for n in range(5)
    ]
    data = lines(made)
    ends = [len(lines(made[:n])) for n in range(6)]
    for size in range(len(data) + 1):
        whole = sum(size >= end - 1 for end in ends[1:])
        found, lost = decode_all(data[:size])
        assert found == made[:whole]
        assert lost == (size not in ends and size + 1 not in ends)


def test_an_event_begins_behind_the_torn_end_of_another() -> None:
    whole = commit_event('s', 'f' * 40, 1795388546)
    line = encode(whole)
    for torn in (b'x', b'{"v":1,"id":"20', b'{"v":1}{"v":1,"text":"', b'\xff', b'{"V":'):
        assert decode(torn + line) == whole
        assert decode(torn) is None
        assert decode(line + torn) is None


@given(logs, logs.map(lines), st.data())
def test_a_torn_end_does_not_take_the_next_line_along(
    before: list[Event], torn: bytes, data: st.DataObject
) -> None:
    rest = torn[: data.draw(st.integers(0, len(torn)))].rpartition(b'\n')[2]
    hooked = commit_event('s', 'f' * 40, 1795388546)
    found, _ = decode_all(lines(before) + rest + encode(hooked) + b'\n')
    assert hooked in found


@given(
    logs, st.lists(st.binary(max_size=40).map(lambda data: data.replace(b'\n', b' '))), st.data()
)
def test_garbage_between_lines_is_counted(
    log: list[Event], garbage: list[bytes], data: st.DataObject
) -> None:
    mixed = data.draw(st.permutations([*map(encode, log), *garbage]))
    found, lost = decode_all(b'\n'.join(mixed))
    assert found == unite(log)
    assert lost == sum(bool(line.strip()) for line in garbage)


@given(logs, st.data())
def test_order_and_copies_do_not_matter(log: list[Event], data: st.DataObject) -> None:
    copies = data.draw(st.lists(st.sampled_from(log), max_size=6)) if log else []
    shuffled = data.draw(st.permutations([*log, *copies]))
    expected, _ = decode_all(lines(log))
    assert decode_all(lines(shuffled)) == (expected, 0)
    names = {(event.id, event.session) for event in log}
    assert [(event.id, event.session) for event in expected] == sorted(names)
    once, again = replay('s', log), replay('s', shuffled)
    assert vars(once) == vars(again) == vars(replay('s', expected))


def test_of_two_with_one_id_the_shorter_counts() -> None:
    hooked = commit_event('s', 'f' * 40, 7)
    found = commit_event('s', 'f' * 40, 7, 'commit')
    assert (
        decode_all(lines([hooked, found]))[0] == decode_all(lines([found, hooked]))[0] == [hooked]
    )


def test_which_of_the_forms_of_an_event_counts() -> None:
    """The first of these, whatever comes first: typed, guarded, short, and then any order."""
    facts: list[dict[str, Any]] = [
        {'text': 'secret', 'public': {'text': 'x'}},
        {'text': 'secret and longer', 'public': {'text': 'x'}},
        {'text': 'b'},
        {'text': 'c'},
        {'text': 'longer'},
        {'text': '', 'public': {'text': 'x'}, 'redacted': True},
        {'text': 'x', 'redacted': True},
    ]
    forms = [Event('a', '2026-11-22T23:02:26Z', 's', 'note', each) for each in facts]
    for index, form in enumerate(forms):
        for rest in (forms[index:], [*forms[:index:-1], form], [*forms[index + 1 :], form]):
            assert unite(rest) == [form]


def test_one_commit_in_two_sessions() -> None:
    both = [commit_event(name, 'f' * 40, 7) for name in ('one', 'two, longer')]
    assert decode_all(lines(both)) == (both, 0)


def test_another_version_is_kept_and_counted() -> None:
    line = (
        b'{"v":2,"id":"z","at":"2026-11-22T23:02:26Z","session":"s","type":"note","text":{"v":9}}'
    )
    found, lost = decode_all(line + b'\n')
    assert (len(found), lost) == (1, 0)
    assert not found[0].is_known
    assert encode(found[0]) == line
    assert replay('s', found).unknown == 1


def test_an_unknown_type_and_unknown_keys_are_kept() -> None:
    line = b'{"v":1,"id":"z","at":"2026-11-22T23:02:26Z","session":"s","type":"%s","x":[null,1.5]}'
    for type, known in ((b'teleport', False), (b'pause', True)):
        event = decode(line % type)
        assert event is not None
        assert event.is_known is known
        assert encode(event) == line % type


@pytest.mark.parametrize('type', sorted(TYPES))
def test_facts_of_the_wrong_kind_make_it_unknown(type: str) -> None:
    right = {
        'text': 'x', 'texts': ['x'], 'flag': True, 'number': 5, 'object': {}, 'pairs': [['a', 'b']],
    }  # fmt: skip
    facts = {name: right[kind.rstrip('?')] for name, kind in TYPES[type].items()}
    event = Event('a', '2026-11-22T23:02:26Z', 's', type, facts)
    assert event.is_known
    samples = [5, 1.5, 'x', ['x'], [1], True, {}, [['a', 'b']], [['a']], [['a', 'b', 'c']], None]
    for name, kind in TYPES[type].items():
        for value in samples:
            fits = kind.endswith('?') if value is None else value == right[kind.rstrip('?')]
            fits = fits or (isinstance(value, int) and kind.startswith('number'))
            fits = fits and (value is not True or kind == 'flag?')
            event_with = event.replace(facts={**facts, name: value})
            assert event_with.is_known == fits, (name, kind, value)
            assert replay('s', [event_with]).unknown == (not fits)
        absent = {key: value for key, value in facts.items() if key != name}
        assert event.replace(facts=absent).is_known == kind.endswith('?')


@pytest.mark.parametrize(
    'line',
    [
        b'', b'x', b'null', b'[]', b'"v"', b'{}', b'{"v":', b'{"v":1}', b'\xff\xfe', b'\0' * 20,
        b'{"v":' * 5000, b'[' * 100000, b'{"v":1,"id":' + b'9' * 5000 + b'}',
        b'{"v":1,"id":"","at":"2026-11-22T23:02:26Z","session":"s","type":"note"}',
        b'{"v":1,"id":5,"at":"2026-11-22T23:02:26Z","session":"s","type":"note"}',
        b'{"v":true,"id":"a","at":"2026-11-22T23:02:26Z","session":"s","type":"note"}',
        b'{"v":"1","id":"a","at":"2026-11-22T23:02:26Z","session":"s","type":"note"}',
        b'{"v":1,"id":"a","at":"2026-11-22T23:02:26Z","session":"s","type":"note","op":1}',
        b'{"v":1,"id":"a","at":"2026-11-22T23:02:26","session":"s","type":"note"}',
        b'{"v":1,"id":"a","at":"2026-02-30T23:02:26Z","session":"s","type":"note"}',
        b'{"v":1,"id":"a","at":"0001-01-01T00:00:00+12:00","session":"s","type":"note"}',
        b'{"v":1,"id":"a","at":"9999-12-31T23:59:59.9999999Z","session":"s","type":"note"}',
        b'{"v":1,"id":"a","at":12,"session":"s","type":"note"}',
        b'{"v":1,"id":"a","at":"2026-11-22T23:02:26Z","session":null,"type":"note"}',
        b'{"v":1,"id":"a","at":"2026-11-22T23:02:26Z","session":"s","type":"note"} x',
    ],
)  # fmt: skip
def test_what_is_no_event(line: bytes) -> None:
    assert decode(line) is None
    assert decode_all(b'\n' + line + b'\n\n') == ([], 1 if line.strip() else 0)


@given(st.binary())
def test_no_bytes_break_the_decoder(data: bytes) -> None:
    found, lost = decode_all(data)
    assert len(found) + lost <= data.count(b'\n') + 1


@given(st.floats(-(2**33), 2**33))  # to the year 2242: then milliseconds need more bits
def test_times_round_trip(seconds: float) -> None:
    text = format_time(seconds)
    assert parse_time(text) == pytest.approx(seconds, abs=0.0011)
    assert format_time(parse_time(text)) == text


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_are_those_of_datetime(moment: datetime) -> None:
    for spec in ('seconds', 'milliseconds', 'microseconds'):
        text = moment.isoformat(timespec=spec)
        expected = datetime.fromisoformat(text).timestamp()
        for form in (text, text.replace('+00:00', 'Z')):
            assert parse_time(form) == pytest.approx(expected, abs=1e-6)


def test_the_fast_way_knows_the_calendar() -> None:
    for text in ('2024-02-29T00:00:00Z', '2000-02-29T23:59:59.999Z', '1900-03-01T00:00:00Z'):
        assert parse_time(text) == datetime.fromisoformat(text).timestamp()
    for text in ('2023-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-00-01T00:00:00Z',
                 '2026-01-01T24:30:00Z', '2026-01-01T00:60:00Z', '0000-01-01T00:00:00Z',
                 '2026-01-01 00:00:00', 'now', ''):  # fmt: skip
        with pytest.raises(ValueError):
            parse_time(text)


def by_datetime(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    seconds = moment.timestamp() if moment.tzinfo else events.LAST + 1
    return seconds if events.FIRST <= seconds <= events.LAST else None


@pytest.mark.parametrize('text', ['2026-11-30T23:59:59Z', '2000-02-28T19:09:12.345Z',
                                  '9999-12-31T23:59:59.999Z', '0001-01-01T00:00:00Z'])  # fmt: skip
def test_with_any_letter_changed_it_is_what_datetime_says(text: str) -> None:
    assert parse_time(text) == by_datetime(text)
    for index in range(len(text)):
        for letter in ('', *'0123456789-:.,TZtz+ ', '\u0663', '\u00b2'):
            changed = text[:index] + letter + text[index + 1 :]
            try:
                found: float | None = parse_time(changed)
            except ValueError:
                found = None
            assert found == by_datetime(changed), changed


def test_what_we_write_is_read_without_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """json and datetime cost more than most of what `status` does."""
    midnights = range(0, 366 * 86400, 86400)
    years = [datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in (1, 1899, 2000, 2023, 9998)]
    expected = {}
    for begin in years:
        for seconds in midnights:
            for text in (format_time(begin + seconds), format_time(begin + seconds + 86399.999)):
                if '-02-29T' not in text:
                    expected[text] = by_datetime(text)
    event = Event(
        'a', '2026-11-22T23:02:26Z', 's', 'note', {'text': 'é"\n\0', 'x': [1.5, None, {}]}
    )
    line = encode(event)
    events._DAYS.clear()
    monkeypatch.setattr(events, '_SCANNER', [])
    for name in ('json', 'datetime'):
        monkeypatch.setitem(sys.modules, name, None)
    assert encode(event) == line
    assert decode(line) == event
    assert {text: parse_time(text) for text in expected} == expected


def test_another_python_has_other_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the C part of json, whose functions nobody promises, it is json that does it."""
    event = Event('a', '2026-11-22T23:02:26Z', 's', 'note', {'text': 'é\udcff', 'x': [1.5, None]})
    line = encode(event)
    odd = events.dumps([1, {'é': 2}])
    monkeypatch.setitem(sys.modules, '_json', None)
    monkeypatch.setattr(events, '_SCANNER', [])
    assert encode(event) == line
    assert events.dumps([1, {'é': 2}]) == odd == '[1,{"é":2}]'
    assert decode(line) == event
    assert decode(line[:-1]) is None
    assert events.loads(' [1] ') == [1]


@given(st.floats(0, 4e9), st.floats(0, 4e9))
def test_ids_sort_by_time(one: float, other: float) -> None:
    by_time = sorted([one, other])
    if by_time[1] - by_time[0] > 0.002:
        assert event_id(by_time[0], 'f') < event_id(by_time[1], '0')


def test_the_checkpoint_of_a_commit_follows_it() -> None:
    made = checkpoint_event('work-20261122-3f9c', '0123456789abcdef' + 'f' * 24, 1795388546)
    assert encode(made) == (
        b'{"v":1,"id":"20261122T230226.999Z-0123456789abcdefc","at":"2026-11-22T23:02:26Z",'
        b'"session":"work-20261122-3f9c","type":"checkpoint",'
        b'"commit":"0123456789abcdefffffffffffffffffffffffff","auto":true}'
    )


@given(st.integers(0, 2**63))
def test_a_commit_of_any_date_has_an_event(seconds: int) -> None:
    event = commit_event('s', 'f' * 64, seconds)
    assert decode(encode(event)) == event
    assert event.is_known
    assert event.time == min(seconds, 1 << 37)


def test_what_undo_takes_back() -> None:
    assert set(TYPES) >= UNDOABLE
    left = {'start', 'resume', 'rename', 'commit', 'merge', 'rewrite', 'handoff', 'undo'}
    left |= {'wip.save', 'wip.restore', 'tdd', 'agent'}
    assert set(TYPES) - UNDOABLE == left
    assert VERSION == events.VERSION == 1


@given(values)
def test_what_json_writes(value: object) -> None:
    """The encoder without the module says what the module says."""
    assert events.dumps(value) == json.dumps(value, ensure_ascii=False, separators=(',', ':'))
    assert events.dumps(value, ascii=True) == json.dumps(value, separators=(',', ':'))


@pytest.mark.parametrize(
    'value',
    [float('nan'), [float('inf'), -float('inf')], {'b': 1, 'a': 2}, {1: 2, None: 3, False: 4}],
)
def test_what_json_writes_that_is_odd(value: object) -> None:
    assert events.dumps(value) == json.dumps(value, separators=(',', ':'))


def test_what_json_cannot_write() -> None:
    with pytest.raises(TypeError, match='keys must be'):
        events.dumps({(1, 2): 3})
    with pytest.raises(TypeError, match='bytes is no JSON'):
        events.dumps({'text': [b'bytes']})
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(ValueError, match='Circular'):
        events.dumps(endless)
