"""The kinds of configuration values: what each allows, and what a node becomes.

A node is a value of `.session/config.yaml` (see configfile) or the text of one in git's own
configuration, which may be any scalar and has the tag `git`.
"""

from __future__ import annotations

from git_session import git
from git_session.configfile import MOST_SHOWN, NAME, Node, escaped
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Key(Record):
    """One key: `default` as the program gets it, `about` in one line.

    `choices` are the words allowed in a value or in each item of a list, `low`
    and `high` the range of a number, both included.
    """

    kind: str
    default: Any
    about: str
    choices: tuple[str, ...] = ()
    low: int = 0
    high: int = 0


class BadValue(Exception):
    """A value that its kind refuses: `node` is what was found, `below` leads to it."""

    def __init__(self, node: Node, expected: str, below: str = '') -> None:
        super().__init__(expected)
        self.node = node
        self.expected = expected
        self.below = below


DURATION = '(?:[0-9]{1,5}d)?(?:[0-9]{1,5}h)?(?:[0-9]{1,5}m)?(?:[0-9]{1,5}s)?'
_SECONDS = {'d': 86400, 'h': 3600, 'm': 60, 's': 1}


def value_of(key: Key, node: Node) -> Any:
    """The value that the node is for the key; raises BadValue."""
    return _KINDS[key.kind](key, node)


def _boolean(key: Key, node: Node) -> bool:
    value = _switch(node)
    if value is None:
        raise BadValue(node, 'true or false')
    return value


def _switch(node: Node) -> bool | None:
    """The boolean that a node is, None when it is none."""
    return git.boolean(node.text) if node.tag in ('bool', 'git') else None


def _integer(key: Key, node: Node) -> int:
    if node.tag in ('int', 'git') and node.text.isdecimal() and len(node.text) < 10:
        number = int(node.text)
        if key.low <= number <= key.high and node.text == str(number):
            return number
    quotes = ' without quotes' if node.tag == 'str' and node.text.isdecimal() else ''
    raise BadValue(node, f'a whole number from {key.low} to {key.high}{quotes}')


def _duration(key: Key, node: Node) -> int:
    seconds = parse_duration(node.text) if node.tag in ('str', 'git') else None
    if seconds:
        return seconds
    unit = ', a number needs a unit (d, h, m or s)' if node.text.isdecimal() else ''
    zero = ', more than zero' if seconds == 0 else ''
    raise BadValue(node, f'a duration like 30m or 2h{unit}{zero}')


def parse_duration(text: str) -> int | None:
    """Seconds of `30m`, `1h30m`, `90s` or `2d`, the larger unit first; None for anything else."""
    import re

    if not text or not re.fullmatch(DURATION, text):
        return None
    return sum(int(count) * _SECONDS[unit] for count, unit in re.findall('([0-9]+)(.)', text))


def format_duration(seconds: int) -> str:
    """The shortest text that `parse_duration` reads as so many seconds: `1h30m`."""
    parts = []
    for unit, length in _SECONDS.items():
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f'{count}{unit}')
    return ''.join(parts) or '0s'


def _text(key: Key, node: Node) -> str:
    if node.tag not in ('str', 'git'):
        quoted = ', in quotes' if node.tag in ('int', 'float', 'bool') else ''
        raise BadValue(node, f'text{quoted}')
    text = node.text.strip()
    if not text or _has_control(text):
        raise BadValue(node, 'text on one line, without control characters')
    return text


def _has_control(text: str) -> bool:
    return any(c < ' ' or '\x7f' <= c <= '\x9f' for c in text)


def _command(key: Key, node: Node) -> str | None:
    if node.tag == 'null':
        return None
    if node.tag not in ('str', 'git'):
        raise BadValue(node, 'a command as text, or none')
    text = node.text.strip()
    # A block of several lines is good shell.
    if _has_control(text.replace('\n', '').replace('\t', '')):
        raise BadValue(node, 'a command without control characters, or none')
    return None if text in ('', 'none') else text


def _url(key: Key, node: Node) -> str | None:
    text = node.text.strip()
    if node.tag == 'null' or (node.tag in ('str', 'git') and text in ('', 'none')):
        return None
    plain = text.isascii() and text.isprintable() and ' ' not in text
    is_url = plain and text.startswith(('https://', 'http://')) and '{issue}' in text
    if node.tag not in ('str', 'git') or not is_url:
        raise BadValue(node, 'an address like https://tracker.example/{issue}, or none')
    return text


def _choice(key: Key, node: Node) -> str:
    if node.tag == 'null' and 'none' in key.choices:
        return 'none'
    if node.tag in ('str', 'git') and node.text in key.choices:
        return node.text
    raise BadValue(node, f'one of {", ".join(key.choices)}')


def _color(key: Key, node: Node) -> str:
    if node.tag in ('str', 'git') and node.text in ('auto', 'always', 'never'):
        return node.text
    switch = _switch(node)
    if switch is not None:
        return 'auto' if switch else 'never'
    raise BadValue(node, 'auto, always, never, true or false')


def _list(key: Key, node: Node) -> list[str]:
    if node.tag != 'list':
        raise BadValue(node, f'a list of {", ".join(key.choices) or "texts"}')
    item = _choice if key.choices else _text
    return list(dict.fromkeys(item(key, node) for node in node.items))


def _trailers(key: Key, node: Node) -> list[str]:
    if node.tag == 'list':
        return _list(key, node)
    switch = _switch(node)
    if switch is not None:
        return list(key.choices) if switch else []
    raise BadValue(node, f'true, false or a list of {", ".join(key.choices)}')


def _layers(key: Key, node: Node) -> dict[str, dict[str, list[str]]]:
    """`{'domain': {'globs': ['src/domain/**'], 'may_import': []}}`; each name is declared."""
    if node.tag == 'git':
        raise BadValue(node, f'nothing, layers can only be set in {NAME}')
    if node.tag != 'map':
        raise BadValue(node, 'layers by name, each with globs and may_import')
    names = tuple(name for name, _ in node.names)
    for name, line in node.names:
        if not name.strip() or _has_control(name):
            raise BadValue(Node('str', line, name), 'names on one line, without control characters')
    return {name: _layer(name, names, layer) for name, layer in zip(names, node.items, strict=True)}


def _layer(name: str, names: tuple[str, ...], node: Node) -> dict[str, list[str]]:
    below = '.' + escaped(name[:MOST_SHOWN])
    parts = [part for part, _ in node.names]
    if node.tag != 'map' or not {'globs'} <= {*parts} <= {'globs', 'may_import'}:
        raise BadValue(node, 'globs and, when it imports other layers, may_import', below)
    layer: dict[str, list[str]] = {'globs': [], 'may_import': []}
    for part, found in zip(parts, node.items, strict=True):
        choices = names if part == 'may_import' else ()
        try:
            layer[part] = _list(Key('list', [], '', choices), found)
        except BadValue as bad:
            raise BadValue(bad.node, bad.expected, f'{below}.{part}') from None
    return layer


_KINDS: dict[str, Callable[[Key, Node], Any]] = {
    'boolean': _boolean,
    'integer': _integer,
    'duration': _duration,
    'text': _text,
    'command': _command,
    'url': _url,
    'choice': _choice,
    'color': _color,
    'list': _list,
    'trailers': _trailers,
    'layers': _layers,
}
