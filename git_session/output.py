"""The only module that prints: stdout for data, stderr for talk.

Text that came from outside is shown through `plain`, which makes control
characters visible, so that no branch, message or note can move the cursor.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, TextIO, TypeVar

    Item = TypeVar('Item')

_COLORS = {
    'bold': '1', 'dim': '2', 'red': '31', 'green': '32', 'yellow': '33', 'blue': '34',
    'magenta': '35', 'cyan': '36',
}  # fmt: skip


# Neither moves anything: they join the parts of an emoji, and letters of many scripts.
_JOINERS = '\u200c\u200d'


def plain(text: str) -> str:
    """`text` with control characters, bidi controls and stray bytes made visible."""
    if text.isprintable():
        return text
    return ''.join(
        each if each.isprintable() or each in '\n\t' or each in _JOINERS else _escaped(each)
        for each in text
    )


def line(text: str) -> str:
    """`text` on one line, control characters made visible."""
    return plain(' '.join(text.split()))


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8
        return f'\\x{code - 0xDC00:02x}'
    if code > 0xFFFF:
        return f'\\U{code:08x}'
    return f'\\x{code:02x}' if code < 0x100 else f'\\u{code:04x}'


def markdown(text: str) -> str:
    """`text` on one line, to be read as it is in Markdown: no markup, no HTML of its own."""
    text = line(text)
    word = text.partition(' ')[0]
    if word in ('-', '+', '---', '+++') or (word and not word.strip('#')):
        text = '\\' + text  # it would begin a list, a heading, a rule
    elif word[-1:] in ('.', ')') and word[:-1].isdigit():
        text = f'{word[:-1]}\\{text[len(word) - 1 :]}'
    if _SPECIAL.isdisjoint(text):
        return text
    links = any(pair in text for pair in ('](', '][', ']:'))
    return ''.join([_literal(text, at, links) for at in range(len(text))])


_SPECIAL = frozenset('<>&`[*_~\\')


def _literal(text: str, at: int, links: bool) -> str:
    """One character of `text`, escaped where Markdown (CommonMark 0.31) would read more in it."""
    each, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    if each in '<>':
        return '&lt;' if each == '<' else '&gt;'
    if each == '&':
        return '&amp;' if ';' in text[at : at + 40] else each
    special = each == '`' or (each == '[' and links)
    special = special or (each == '*' and not (before in ' ' and after in ' ' and at))
    special = special or (each == '_' and not (before.isalnum() and after.isalnum()))
    special = special or (each == '~' and '~' in (before, after))
    special = special or (each == '\\' and after in '`[*_~\\')
    return '\\' + each if special else each


def code(text: str) -> str:
    """`text` on one line as code in Markdown: a path, a name, as it is."""
    shown = line(text)
    fence = '`'
    if fence in shown:  # one more than stand side by side in it
        import re

        fence += max(re.findall('`+', shown), key=len)
    pad = ' ' if shown.startswith('`') or shown.endswith('`') else ''
    return f'{fence}{pad}{shown}{pad}{fence}'


class Style:
    """How to draw: with or without color and characters beyond ASCII; `width` columns.

    What has a line an item, for grep and its like, is only wrapped on a `terminal`.
    """

    def __init__(
        self,
        *,
        color: bool = False,
        unicode: bool = True,
        width: int = 80,
        terminal: bool = False,
    ) -> None:
        self.color = color
        self.unicode = unicode
        self.width = width
        self.terminal = terminal

    def paint(self, text: str, *names: str) -> str:
        if not self.color or not text:
            return text
        codes = ';'.join(_COLORS[name] for name in names)
        return f'\033[{codes}m{text}\033[m'

    def mark(self, beyond: str, ascii: str) -> str:
        """One of two characters, by what the terminal can show."""
        return beyond if self.unicode else ascii

    def fits(self, text: str, mark: str = '') -> bool:
        """Whether it is no wider than a line, behind a `mark` of ours."""
        if text.isascii() and len(mark) + len(text) <= self.width:
            return True  # nearly always, and `status` does without the rest
        from git_session import columns

        return columns.width(mark + text) <= self.width

    def wrap(self, mark: str, text: str, *, hang: int = 0, most: int = 0) -> list[str]:
        """`text` behind `mark` in lines of the width, at most so many (columns.wrap)."""
        if '\n' not in text and text.isascii() and len(mark) + len(text) <= self.width:
            return [mark + text]
        from git_session import columns

        return columns.wrap(mark, text, self.width, hang=hang, most=most, unicode=self.unicode)

    def items(self, mark: str, text: str, *, hang: int = 0) -> list[str]:
        """The same on a terminal, one line elsewhere."""
        return self.wrap(mark, text, hang=hang) if self.terminal else [mark + text]


def style(stream: TextIO, color: str = 'auto') -> Style:
    """The style for a stream; `color` is auto, always or never.

    NO_COLOR switches color off, whatever the configuration says, unless it says
    always (no-color.org); a terminal that is dumb has none.
    """
    terminal = stream.isatty()
    wanted = color == 'always' or (
        color == 'auto'
        and terminal
        and not os.environ.get('NO_COLOR')
        and os.environ.get('TERM', 'dumb') != 'dumb'
    )
    encoding = (getattr(stream, 'encoding', None) or 'ascii').lower().replace('-', '')
    # Python writes UTF-8 in the C locale too (PEP 540), whose terminal need not show it.
    unicode = encoding.startswith('utf') and os.environ.get('LC_ALL') not in ('C', 'POSIX')
    return Style(color=wanted, unicode=unicode, width=_width(terminal), terminal=terminal)


def _width(terminal: bool) -> int:
    columns = os.environ.get('COLUMNS', '')
    if columns.isdecimal() and int(columns) > 0:
        return max(int(columns), 40)
    if not terminal:
        return 80
    try:
        return max(os.get_terminal_size().columns, 40)
    except OSError:
        return 80


def out(text: str, pager: Callable[[], str] | None = None) -> None:
    """Write data; long text through the pager when stdout is a terminal.

    `pager` is asked for the user's command line then, '' or cat for none.
    """
    if pager is not None and sys.stdout.isatty() and _is_long(text) and _page(text, pager()):
        return
    _write(sys.stdout, text)


def data(content: bytes) -> None:
    """Write part of a document that is UTF-8 whatever the locale."""
    buffer = getattr(sys.stdout, 'buffer', None)
    if buffer is None:  # some program's own stream
        _write(sys.stdout, content.decode())
        return
    _wipe()
    sys.stdout.flush()
    buffer.write(content)
    buffer.flush()


def json(record: dict[str, Any] | None) -> None:
    """Write one JSON document, null where there is nothing."""
    _write(sys.stdout, json_text(record))


def json_text(record: dict[str, Any] | None) -> str:
    """One JSON document."""
    import json as codec

    text = codec.dumps(record, ensure_ascii=False, indent=2) + '\n'
    if 'NaN' in text or 'Infinity' in text:
        record = strict(record)
        text = codec.dumps(record, ensure_ascii=False, indent=2) + '\n'
    if not text.replace('\n', '').isprintable():
        text = codec.dumps(record, indent=2) + '\n'
    return text


def strict(record: Any) -> Any:
    """A value for JSON with null for what JSON has no word for: NaN, in a log from elsewhere."""
    import json as codec

    return codec.loads(codec.dumps(record), parse_constant=lambda _: None)


def talk(text: str) -> None:
    """Say something on stderr, one line or several."""
    if text:
        _write(sys.stderr, text if text.endswith('\n') else text + '\n')


def is_watched() -> bool:
    """Whether somebody sees what is said: then long work shows how far it is."""
    return sys.stderr.isatty()


def ticker(title: str) -> Callable[[float], None]:
    """Says on a terminal, once a second, how long something has been running."""
    shown = 0

    def tick(seconds: float) -> None:
        nonlocal shown
        if int(seconds) > shown and is_watched():
            shown = int(seconds)
            _passing(f'{title}: {shown}s')

    return tick


_left = 0  # columns of what `_passing` has written and nothing has taken the place of


def _passing(text: str) -> None:
    """Write on the terminal what the next text takes the place of."""
    global _left
    sys.stderr.write(f'{text:<{_left}}\r')
    sys.stderr.flush()
    _left = len(text)


def _wipe() -> None:
    global _left
    if _left:
        sys.stderr.write(' ' * _left + '\r')
        sys.stderr.flush()
        _left = 0


def can_ask() -> bool:
    """Whether somebody is there who sees a question and can answer it."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str) -> bool:
    """Ask on the terminal; True for yes and nothing else."""
    _write(sys.stderr, f'{question} [y/N] ')
    return sys.stdin.readline().strip().lower() in ('y', 'yes')


def progress(title: str, items: Sequence[Item]) -> Iterator[Item]:
    """Go through the items; after a second a terminal is told how far that is, as git does."""
    return counting(title, items, lambda: len(items))


def counting(title: str, items: Iterable[Item], count: Callable[[], int]) -> Iterator[Item]:
    """The same; `count` says how many there are, and is asked after a second on a terminal only."""
    import time

    begun = shown = time.monotonic()
    total = 0
    try:
        for done, item in enumerate(items):
            now = time.monotonic()
            if now - shown > 0.1 and now - begun > 1 and is_watched():
                total = total or max(count(), done, 1)
                shown = now
                _passing(f'{title}: {100 * done // total}% ({done}/{total})')
            yield item
    finally:
        _wipe()


def warn(text: str) -> None:
    talk('warning: ' + plain(text))


def hint(text: str) -> None:
    talk('\n'.join('hint: ' + plain(each) for each in text.split('\n')))


def _write(stream: TextIO, text: str) -> None:
    _wipe()
    try:
        stream.write(text)
    except UnicodeEncodeError:
        encoding = stream.encoding or 'ascii'
        stream.write(text.encode(encoding, 'backslashreplace').decode(encoding))
    stream.flush()


_LINES = 24  # of a terminal that does not say


def _is_long(text: str) -> bool:
    try:
        return text.count('\n') >= (os.get_terminal_size().lines or _LINES)
    except OSError:
        return False


def _page(text: str, command: str) -> bool:
    """Show `text` in a pager; False when there is none."""
    if command in ('', 'cat'):
        return False
    import signal
    import subprocess

    _wipe()
    # The pager is the user's own command line, which git runs by the shell too.  To it Ctrl-C
    # is a key, so neither that shell nor we may end of it.
    environment = {'LESS': 'FRX', 'LV': '-c', **os.environ}
    shell = ['sh', '-c', f'trap : INT; {command}']
    # A function, which no program inherits: what is ignored stays so in those that we start.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        with subprocess.Popen(shell, stdin=subprocess.PIPE, env=environment) as process:
            try:
                process.communicate(text.encode('utf-8', 'replace'))
            except BrokenPipeError:
                pass
    finally:
        signal.signal(signal.SIGINT, before)
    return True
