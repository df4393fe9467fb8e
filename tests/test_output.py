"""What reaches the terminal: nothing moves the cursor, and nothing fails for want of letters."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import struct
import subprocess
import sys
import termios
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_session import output
from git_session.output import Style, code, line, markdown, plain
from tests import terminal


@pytest.mark.parametrize(
    ('text', 'shown'),
    [
        ('plain text\tand\nlines', 'plain text\tand\nlines'),
        ('\x1b[31mred\x07\r', r'\x1b[31mred\x07\x0d'),
        ('a\u202eb\u2066c', r'a\u202eb\u2066c'),
        ('\x00\x7f\x9b', r'\x00\x7f\x9b'),
        ('caf\udce9 \udcff', r'caf\xe9 \xff'),
        ('\ud800', r'\ud800'),
        ('\U000e0001', r'\U000e0001'),
        ('👩\u200d💻 🇩🇪 e\u0301 می\u200cخواهم', '👩\u200d💻 🇩🇪 e\u0301 می\u200cخواهم'),
        ('日本語', '日本語'),
    ],
)
def test_plain(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_line() -> None:
    assert line(' a \n\n b\tc\u2028d\x85e\xa0f\x1cg ') == 'a b c d e f g'
    assert line('') == line(' \n') == ''


@given(st.text())
def test_nothing_shown_moves_the_cursor(text: str) -> None:
    for shown in (line(text), markdown(text), code(text)):
        assert '\n' not in shown and '\t' not in shown
        assert all(each.isprintable() or each in '\u200c\u200d' for each in shown)
        shown.encode()


@pytest.mark.parametrize(
    ('text', 'shown'),
    [
        ('Google OAuth (PKCE) - v2.0, 50% & more: a_b, x * y, ~/src', None),
        ('[WIP] fix obj-1, see https://example.com/a?b=1&c=2#d', None),
        (r'C:\temp and \d+', None),
        ('<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'),
        ('a &lt; b &#60;', 'a &amp;lt; b &amp;#60;'),
        ('R&D', None),
        ('**bold** *x*', r'\*\*bold\*\* \*x\*'),
        ('__init__ _x_ a_b_c', r'\_\_init\_\_ \_x\_ a_b_c'),
        ('`code` ``', r'\`code\` \`\`'),
        ('![img](http://x) [a][b]', r'!\[img](http://x) \[a]\[b]'),
        ('[ref]: http://x', r'\[ref]: http://x'),
        ('~~gone~~ ~', r'\~\~gone\~\~ ~'),
        (r'\*not escaped\*', r'\\\*not escaped\\\*'),
        ('# heading', r'\# heading'),
        ('###### six', r'\###### six'),
        ('#7 is an issue', None),
        ('- item', r'\- item'),
        ('+ item', r'\+ item'),
        ('* item', r'\* item'),
        ('---', r'\---'),
        ('-x is an option', None),
        ('1. first', r'1\. first'),
        ('12) first', r'12\) first'),
        ('1.5 times', None),
        ('> quote', '&gt; quote'),
        ('a\n# b', 'a # b'),
        ('', ''),
    ],
)  # fmt: skip
def test_markdown(text: str, shown: str | None) -> None:
    assert markdown(text) == (text if shown is None else shown)


def test_markdown_costs_what_the_text_is_long() -> None:
    assert len(markdown('[a](' * 50_000)) == 250_000
    assert len(markdown('&;' * 50_000)) == 300_000


def test_code() -> None:
    assert code('src/a b.py') == '`src/a b.py`'
    assert code('a`b') == '``a`b``'
    assert code('`x``y') == '``` `x``y ```'
    assert code('*<b>_[x](y)') == '`*<b>_[x](y)`'
    assert code('a\nb\x1b') == r'`a b\x1b`'


class Terminal(io.StringIO):
    encoding = 'utf-8'

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ('terminal', 'wanted', 'environment', 'color'),
    [
        (True, 'auto', {'TERM': 'xterm'}, True), (True, 'auto', {'TERM': 'dumb'}, False),
        (True, 'auto', {}, False), (True, 'never', {'TERM': 'xterm'}, False),
        (True, 'auto', {'TERM': 'xterm', 'NO_COLOR': '1'}, False),
        (True, 'auto', {'TERM': 'xterm', 'NO_COLOR': ''}, True),
        (True, 'always', {'TERM': 'dumb', 'NO_COLOR': '1'}, True),
        (False, 'always', {}, True), (False, 'auto', {'TERM': 'xterm'}, False),
    ],
)  # fmt: skip
def test_color(
    terminal: bool, wanted: str, environment: dict[str, str], color: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for name in ('TERM', 'NO_COLOR'):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = Terminal() if terminal else io.StringIO()
    assert output.style(stream, wanted).color is color


@pytest.mark.parametrize(
    ('columns', 'width'),
    [('\u00b2', 80), ('120', 120), ('10', 40), ('0', 80), ('x', 80), ('', 80), ('-5', 80)],
)
def test_width(columns: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('COLUMNS', columns)
    assert output.style(io.StringIO()).width == width


def test_letters_beyond_ascii_are_for_those_who_have_them() -> None:
    for encoding, known in (('utf-8', True), ('UTF8', True), ('ascii', False), ('latin-1', False)):
        stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        assert output.style(stream).unicode is known
    assert Style(unicode=False).mark('▶', '>') == '>'
    assert Style().mark('▶', '>') == '▶'


def test_paint() -> None:
    assert Style(color=True).paint('x', 'bold', 'red') == '\033[1;31mx\033[m'
    assert Style(color=True).paint('', 'bold') == ''
    assert Style().paint('x', 'bold') == 'x'


def test_a_stream_without_the_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, 'stdout', io.TextIOWrapper(raw, encoding='ascii'))
    output.out('[▶] caf\udce9\n')
    assert raw.getvalue() == b'[\\u25b6] caf\\udce9\n'


def test_json_has_null_for_what_it_has_no_word_for() -> None:
    record = {'a': float('nan'), 'b': [-float('inf'), 1.5, 'NaN'], 'é': True}
    assert output.json_text(record) == (
        '{\n  "a": null,\n  "b": [\n    null,\n    1.5,\n    "NaN"\n  ],\n  "é": true\n}\n'
    )


def test_nothing_in_json_can_move_a_cursor() -> None:
    for odd in ('\x7f', 'é\x7f', '\x9b31m', '\u202e', '\x1b', '\r'):
        text = output.json_text({'text': odd})
        assert text.replace('\n', '').isprintable()
        assert json.loads(text) == {'text': odd}


def test_json(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    output.json({'text': 'é ▶'})
    assert capsys.readouterr().out == '{\n  "text": "é ▶"\n}\n'
    raw = io.BytesIO()
    monkeypatch.setattr(sys, 'stdout', io.TextIOWrapper(raw, encoding='utf-8'))
    output.json({'text': 'caf\udce9'})
    assert json.loads(raw.getvalue()) == {'text': 'caf\udce9'}


def test_talk(capsys: pytest.CaptureFixture[str]) -> None:
    output.talk('')
    output.talk('said')
    output.talk('said\n')
    output.warn('careful \x1b')
    output.hint('one\ntwo')
    said = capsys.readouterr()
    assert said.out == ''
    assert said.err == 'said\nsaid\nwarning: careful \\x1b\nhint: one\nhint: two\n'


SHOW = """
import sys
from git_session import output
output.out(sys.argv[1], lambda: sys.argv[2])
"""


def in_a_terminal(text: str, pager: str) -> str:
    """What `out` shows on a terminal of 24 lines."""
    screen, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
    with subprocess.Popen(
        [sys.executable, '-c', SHOW, text, pager], stdout=side, start_new_session=True
    ) as process:
        os.close(side)
        shown = terminal.shown(screen)
    os.close(screen)
    assert process.returncode == 0
    return shown.decode().replace('\r\n', '\n')


def test_long_text_goes_through_the_pager() -> None:
    long = ''.join(f'line {number}\n' for number in range(30))
    assert in_a_terminal(long, 'tr a-z A-Z') == long.upper()
    assert in_a_terminal(long, 'head -n 2') == 'line 0\nline 1\n'
    assert in_a_terminal(long, 'cat') == long
    assert in_a_terminal('short\n', 'tr a-z A-Z') == 'short\n'


def test_to_a_pager_ctrl_c_is_a_key() -> None:
    long = ''.join(f'line {number}\n' for number in range(30))
    pager = 'sh -c "trap \'\' INT; kill -INT 0; exec tr a-z A-Z"'
    assert in_a_terminal(long, pager) == long.upper()


def test_what_is_no_terminal_has_no_pager(capsys: pytest.CaptureFixture[str]) -> None:
    def pager() -> str:
        raise AssertionError

    output.out('x\n' * 100, pager)
    assert capsys.readouterr().out == 'x\n' * 100


class _Clock:
    """A terminal, and the seconds that go by on it: half of one at each look."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, terminal: bool = True) -> None:
        self.now = 0.0
        self.screen = Terminal() if terminal else io.StringIO()
        monkeypatch.setattr(sys, 'stderr', self.screen)
        monkeypatch.setattr(time, 'monotonic', self)

    def __call__(self) -> float:
        self.now += 0.5
        return self.now


def test_long_work_says_how_far_it_is_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = _Clock(monkeypatch)
    assert list(output.progress('reading', 'abcd')) == list('abcd')
    assert clock.screen.getvalue() == (
        'reading: 50% (2/4)\rreading: 75% (3/4)\r                  \r'
    )


def test_what_is_said_meanwhile_has_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = _Clock(monkeypatch)
    for each in output.counting('reading', 'abcd', lambda: 100):
        if each == 'c':
            output.talk('c')
            break
    assert clock.screen.getvalue() == 'reading: 2% (2/100)\r                   \rc\n'
    output.ticker('testing')(1)
    output.talk('done')
    assert clock.screen.getvalue().endswith('\ntesting: 1s\r           \rdone\n')


def test_short_work_and_no_terminal_are_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def count() -> int:
        raise AssertionError('nobody wants to know')

    clock = _Clock(monkeypatch)
    assert list(output.counting('reading', 'ab', count)) == ['a', 'b']
    assert clock.screen.getvalue() == ''
    clock = _Clock(monkeypatch, terminal=False)
    assert list(output.counting('reading', 'abcd', count)) == list('abcd')
    output.ticker('testing')(5)
    assert clock.screen.getvalue() == ''
