"""JSON edited in place: what was put in and taken out again leaves no trace."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_session.integrations import jsonc

ENTRY = {'matcher': 'startup', 'hooks': [{'type': 'command', 'command': 'x', 'timeout': 10}]}


_TEXT = st.text(alphabet='ab"\\/*,{\n \u00e9\U0001f600', max_size=4)
_LEAVES = st.none() | st.booleans() | st.integers() | st.just(-1.5e300) | _TEXT
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)
_SPACES = (
    '', ' ', '\n', '\n  ', '\r\n\t', ' // a, "b" {\n', ' /* c ] */ ', '\n/*\n*/\n    ', '//\n'
)  # fmt: skip


def written(value: Any, chance: Random) -> str:
    """A value as JSONC, with whatever may stand between the tokens."""
    if not isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=chance.random() < 0.5)
    parts = []
    for each in value:
        text = written(value[each] if isinstance(value, dict) else each, chance)
        if isinstance(value, dict):
            text = f'{json.dumps(each)}{chance.choice(_SPACES)}:{chance.choice(_SPACES)}{text}'
        parts.append(chance.choice(_SPACES) + text + chance.choice(_SPACES))
    ends = '{}' if isinstance(value, dict) else '[]'
    trailing = ',' + chance.choice(_SPACES) if parts and chance.random() < 0.5 else ''
    inner = ','.join(parts) + trailing if parts else chance.choice(_SPACES)
    return ends[0] + inner + ends[1]


@st.composite
def documents(draw: st.DrawFn) -> tuple[dict[str, Any], str]:
    value = draw(st.dictionaries(_TEXT, _JSON, max_size=4))
    chance = Random(draw(st.integers(0, 1 << 32)))
    if chance.random() < 0.5:
        value['hooks'] = draw(st.dictionaries(_TEXT, st.lists(_JSON, max_size=3), max_size=3))
    mark = chance.choice(['', '\ufeff'])
    text = f'{chance.choice(_SPACES)}{written(value, chance)}{chance.choice(_SPACES)}'
    return value, mark + text


@given(documents())
def test_a_document_is_read_as_it_was_meant(made: tuple[dict[str, Any], str]) -> None:
    value, text = made
    assert jsonc.parse(text).value == value


@given(documents(), st.data())
def test_what_is_put_in_and_taken_out_leaves_the_same_bytes(
    made: tuple[dict[str, Any], str], data: st.DataObject
) -> None:
    value, text = made
    key = data.draw(_TEXT.filter(lambda key: key not in value))
    edit = jsonc.add(text, [], ENTRY, key)
    assert jsonc.parse(edit.text).value == {**value, key: ENTRY}
    assert jsonc.remove(edit.text, [key], edit.lead, edit.tail) == text
    for name, inner in value.items():
        if isinstance(inner, list):
            edit = jsonc.add(text, [name], ENTRY)
            assert jsonc.parse(edit.text).value == {**value, name: [*inner, ENTRY]}
            assert jsonc.remove(edit.text, [name, len(inner)], edit.lead, edit.tail) == text


@given(documents(), st.data())
def test_anything_may_go_and_the_rest_stays(
    made: tuple[dict[str, Any], str], data: st.DataObject
) -> None:
    value, text = made
    if not value:
        return
    key = data.draw(st.sampled_from(sorted(value)))
    left = jsonc.remove(text, [key])
    assert jsonc.parse(left).value == {name: each for name, each in value.items() if name != key}
    words = [word for word in _comments(text) if word not in _comments(text[_span(text, key)])]
    assert [word for word in words if word not in left] == []


def _span(text: str, key: str) -> slice:
    found = jsonc.parse(text).member(key)
    assert found is not None
    return slice(found.begin, found.end)


def _comments(text: str) -> list[str]:
    return [each for each in ('// a, "b" {', '/* c ] */', '/*\n*/') if each in text]


@given(st.text(alphabet='{}[]",:/*\n\\ 1trueE-.u0', max_size=30))
def test_what_is_no_json_is_said_to_be_none(text: str) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        try:
            jsonc.parse(text)
        except jsonc.Broken as error:
            assert error.line >= 1 and error.column >= 1
    else:
        assert jsonc.parse(text).value == expected


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        ('{', 'unexpected end in line 1, column 2'),
        ('{\n  "a": tru\n}', "unexpected 't' in line 2, column 8"),
        ('{"a": 01}', "unexpected '0' in line 1, column 7"),
        ('{} {}', 'unexpected text after the end in line 1, column 4'),
        ('[' * 300 + ']' * 300, 'too deep in line 1, column 201'),
        ("{'a': 1}", "unexpected ''' in line 1, column 2"),
        ('{"a" 1}', "unexpected '1' in line 1, column 6"),
        ('{,}', "unexpected ',' in line 1, column 2"),
        ('/* open', "unexpected '/' in line 1, column 1"),
    ],
)
def test_where_it_is_broken(text: str, said: str) -> None:
    with pytest.raises(jsonc.Broken) as caught:
        jsonc.parse(text)
    assert str(caught.value) == said


def test_the_habits_of_the_document_are_followed() -> None:
    text = '{\r\n\t// ours\r\n\t"a": [\r\n\t\t1, // one\r\n\t],\r\n}\r\n'
    edit = jsonc.add(text, ['a'], {'b': 2})
    assert edit.text == (
        '{\r\n\t// ours\r\n\t"a": [\r\n\t\t1, // one\r\n'
        '\t\t{\r\n\t\t\t"b": 2\r\n\t\t},\r\n\t],\r\n}\r\n'
    )
    edit = jsonc.add('{"a": [1]}\n', ['a'], {'b': 2})
    assert edit.text == '{"a": [1, {"b": 2}]}\n'
    edit = jsonc.add('{\n    "a": {}\n}\n', ['a'], [], 'b')
    assert edit.text == '{\n    "a": {\n        "b": []\n    }\n}\n'


def test_a_number_of_very_many_digits_stays() -> None:
    text = '{"n": ' + '9' * 5000 + '}'
    made = jsonc.add(text, [], 1, 'x')
    assert made.text == text[:-1] + ', "x": 1}'
    assert jsonc.remove(made.text, ['x'], made.lead, made.tail) == text
