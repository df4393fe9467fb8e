"""What somebody else wrote is one quotation, whatever it is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_session.views.quoting import LONGEST, Voice, name, own, quoted, tagless
from tests.made import Log


@given(st.text(max_size=900), st.integers(10, LONGEST))
def test_a_quotation_is_one_line_that_nothing_closes(text: str, most: int) -> None:
    shown = quoted(text, most)
    assert shown.startswith('"') and shown.endswith('"') and shown.count('"') == 2
    assert len(shown.splitlines()) == 1
    assert not re.search(r'<[A-Za-z/!?|]', shown)
    assert len(shown) <= most + 2 + 3 * shown.count('&lt;')


@given(st.text(max_size=200))
def test_a_name_is_part_of_a_line(text: str) -> None:
    shown = name(text)
    assert len(shown.splitlines()) <= 1 and '"' not in shown
    assert not re.search(r'<[A-Za-z/!?|]', shown)


@pytest.mark.parametrize(
    ('text', 'shown'),
    [
        ('a < b <- c', 'a < b <- c'), ('List<int>', 'List&lt;int>'), ('<<b', '<&lt;b'),
        ('<!-- x -->', '&lt;!-- x -->'), ('<|im_start|>', '&lt;|im_start|>'), ('<', '<'),
    ],
)  # fmt: skip
def test_tags(text: str, shown: str) -> None:
    assert tagless(text) == shown


def test_only_the_beginning_of_a_text_is_looked_at() -> None:
    assert own('x' * 10**8, 10) == 'xxxxxxx...'


def test_who_the_reader_is() -> None:
    log = Log()
    ref = log.add('note', text='x', by='Ann <Ann@Example.com>')
    nobody = log.add('note', text='x')
    session = log.replay()
    assert Voice(session, 'ann@example.com').says('note', ref, 'x', ':') == 'note: x'
    for other in ('nn@example.com', 'ann@example.co', '', 'bob@example.com'):
        assert Voice(session, other).says('note', ref, 'x', ':') == 'note by Ann: "x"'
    assert Voice(session, '').says('note', nobody, 'x') == 'note by an unknown author: "x"'
    assert Voice(session, 'a@b').subject('fix "it"', 'Bob', 'b@b') == '"fix \'it\'" (Bob)'
    assert Voice(session, 'a@b').subject('fix "it"', 'Ann', 'A@B') == 'fix "it" (Ann)'
