"""How wide a text is, and how it is cut and wrapped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_session.columns import cut, pad, width, wrap
from git_session.output import Style


@pytest.mark.parametrize(
    ('text', 'columns'),
    [
        ('', 0), ('abc', 3), ('größer', 6), ('e\u0301', 1), ('漢字', 4), ('한국어', 6),
        ('\u1112\u1161\u11ab', 2), ('ｱｲｳ', 3), ('Ａ', 2), ('🎉', 2), ('👨\u200d👩\u200d👧', 2),
        ('👩🏽\u200d💻 x', 4), ('❤\ufe0f', 2), ('❤', 1), ('1\ufe0f\u20e3', 2), ('🇩🇪', 2),
        ('a\u200bb', 2), ('a\xadb', 3), ('→●━▁', 4), ('\033[1;31mab\033[m 漢', 5),
        (' \ufe0f', 1),
    ],
)  # fmt: skip
def test_width(text: str, columns: int) -> None:
    """What wcwidth 0.9 says of them too."""
    assert width(text) == columns


@pytest.mark.parametrize(
    ('text', 'columns', 'shown', 'plain'),
    [
        ('abcdef', 6, 'abcdef', 'abcdef'), ('abcdef', 5, 'abcd…', 'ab...'),
        ('漢字漢字', 5, '漢字…', '漢...'), ('漢字漢字', 4, '漢…', '...'), ('abc', 1, '…', '.'),
        ('x👨\u200d👩\u200d👧👨\u200d👩\u200d👧', 4, 'x👨\u200d👩\u200d👧…', 'x...'),
        ('ab cdef', 4, 'ab…', 'a...'), ('abc', 0, '', ''),
    ],
)  # fmt: skip
def test_cut(text: str, columns: int, shown: str, plain: str) -> None:
    assert cut(text, columns) == shown
    if columns > 3:
        assert cut(text, columns, unicode=False) == plain


def test_pad() -> None:
    assert [pad('漢', 4), pad('ab', 4), pad('abcde', 4)] == ['漢  ', 'ab  ', 'abcde']


def test_wrap_under_itself() -> None:
    assert wrap('- ', 'one two three four', 12) == ['- one two', '  three four']
    assert wrap('- ', 'one two three four', 14, hang=2) == ['- one two', '    three four']
    assert wrap('- ', 'one', 12, hang=2) == ['- one']
    assert wrap('- ', '', 12) == ['- ']
    assert wrap('\033[1m-\033[m ', 'one two three', 10) == ['\033[1m-\033[m one two', '  three']


def test_what_can_be_copied_is_not_broken() -> None:
    url = 'https://example.com/' + 'x' * 30
    assert wrap('- ', f'see {url} there', 20) == ['- see', f'  {url}', '  there']


def test_beside_something_else_every_line_fits() -> None:
    url = 'https://example.com/' + 'x' * 20
    assert wrap('- ', f'see {url} there', 20, strict=True) == [
        '- see https://exampl', '  e.com/' + 'x' * 12, '  xxxxxxxx there',
    ]  # fmt: skip
    assert wrap('', '漢' * 5 + ' b', 12, strict=True) == ['漢' * 5 + ' b']


def test_wide_letters_break_anywhere_from_the_first_line_on() -> None:
    assert wrap('- ', 'obj-3 漢字漢字漢字漢字漢字漢字', 20) == [
        '- obj-3 漢字漢字漢字',
        '  漢字漢字漢字',
    ]
    assert wrap('- ', 'a 漢字 b', 12) == ['- a 漢字 b']


def test_at_most_so_many_lines() -> None:
    text = 'one two three four five six'
    assert wrap('- ', text, 12, most=2) == ['- one two', '  three fou…']
    assert wrap('- ', text, 12, most=2, unicode=False) == ['- one two', '  three f...']
    assert wrap('- ', text, 12, most=4) == wrap('- ', text, 12)
    assert wrap('- ', 'x' * 1_000_000, 12, most=2) == [f'- {"x" * 19}…']
    assert wrap('- ', 'x' * 99, 12, most=2, unicode=False) == [f'- {"x" * 17}...']
    assert len(wrap('- ', 'x ' * 1_000_000, 12, most=2)) == 2


TEXTS = st.text(st.sampled_from('ab c漢字é\u0301\u200d👩💻🏽\ufe0f '), max_size=40)


@given(TEXTS, st.integers(10, 30), st.sampled_from([0, 1, 2, 3]))
def test_nothing_is_lost_and_nothing_too_wide(text: str, columns: int, most: int) -> None:
    lines = wrap('- ', text, columns, most=most)
    assert all(line.startswith('  ' if number else '- ') for number, line in enumerate(lines))
    assert width(cut(text, columns)) <= columns
    if most:
        assert len(lines) <= most
    else:
        assert ''.join(line[2:] for line in lines).replace(' ', '') == text.replace(' ', '')
    for line in lines:
        letters = line[2:].split(' ')
        assert width(line) <= columns or len(letters) == 1


def test_a_style_wraps_items_on_a_terminal_only() -> None:
    text = 'one two three four five six seven eight nine ten'
    assert Style(width=40).items('- ', text) == [f'- {text}']
    assert len(Style(width=40, terminal=True).items('- ', text)) == 2
    assert Style(width=40).wrap('- ', 'one') == ['- one']
    assert Style(width=5).fits('漢字x') and not Style(width=5).fits('漢字xy')
