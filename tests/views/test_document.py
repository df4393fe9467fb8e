"""A Markdown document on a terminal."""

from __future__ import annotations

from git_session.output import Style
from git_session.views.document import shown

TABLE = '## Files\n\n| File | Lines |\n| --- | --: |\n| 漢.py | +1 -0 |\n| a | +10 -10 |\n'
ESCAPED = '| a | b |\n|---|---|\n| x \\| y | z |'


def _drawn(text: str, width: int = 40) -> str:
    return shown(text, Style(width=width, terminal=True))


def test_elsewhere_it_is_as_it_is() -> None:
    assert shown(TABLE, Style(width=10)) == TABLE


def test_the_columns_of_a_table_stand_one_under_the_other() -> None:
    assert _drawn(TABLE) == (
        '## Files\n\n'
        '| File  |   Lines |\n'
        '| ----- | ------: |\n'
        '| 漢.py |   +1 -0 |\n'
        '| a     | +10 -10 |\n'
    )
    assert _drawn(ESCAPED) == '| a      | b   |\n| ------ | --- |\n| x \\| y | z   |'


def test_a_table_that_is_too_wide_is_a_list() -> None:
    assert _drawn(TABLE, 18) == (
        '## Files\n\n- 漢.py: lines +1\n  -0\n- a: lines +10 -10\n'
    )  # fmt: skip


def test_what_is_no_table_stays() -> None:
    for text in ('| a |\n| b |', '|', '| a | b |\n| --- |', '```\n| a |\n| --- |\n```\n| a |'):
        assert _drawn(text) == text


def test_what_goes_on_stands_under_the_text() -> None:
    assert _drawn('  - [x] one two three', 16) == '  - [x] one two\n        three'
    assert _drawn('* one two three', 10) == '* one two\n  three'
    assert _drawn('one two three', 10) == 'one two\nthree'
    assert (
        _drawn('    git session resume a/long/branch', 16) == '    git session resume a/long/branch'
    )
