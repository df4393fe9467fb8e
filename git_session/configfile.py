"""Reading `.session/config.yaml`: YAML with lines, within limits, cached.

The file comes with a clone, so anybody may have written it.  It is read as a
stream of YAML events, which shows a too deep nesting, an alias or a tag before
anything is built from it; PyYAML's composer would build first.  What the keys
mean is no matter of this module.

The cache is JSON, `{"format": FORMAT, "text": ..., "tree": [tag, line, text,
items, names]}`, and counts only when `text` is the text of the file.
"""

from __future__ import annotations

import os
from stat import S_ISREG

from git_session.errors import SessionError
from git_session.events import loads
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

NAME = '.session/config.yaml'
FORMAT = 'git-session config cache 1'
MOST_BYTES = 256 * 1024
MOST_LEVELS = 10
MOST_SHOWN = 60  # characters of the file in one message

_SCALARS = ('str', 'int', 'float', 'bool', 'null')
_TAG = 'tag:yaml.org,2002:'


class Node(Record):
    """One value of the file.

    `tag` is `str int float bool null list map`.  `text` is a scalar as it is
    written, without quotes.  A list has `items`; a map has `items` and, at the
    same positions, `names`: (name, line) of each key.
    """

    tag: str
    line: int
    text: str = ''
    items: tuple[Node, ...] = ()
    names: tuple[tuple[str, int], ...] = ()


def shown(text: str) -> str:
    """`text` fit for a message: one line, in quotes, no control characters, not endless."""
    cut = text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 3] + '...'
    return f"'{escaped(cut)}'"


def escaped(text: str) -> str:
    """`text` with every character that does not print written as an escape."""
    if text.isprintable():
        return text
    return ''.join(
        c if c.isprintable() else c.encode('unicode_escape', 'surrogatepass').decode() for c in text
    )


def read(path: str, cache_path: str | None = None) -> Node:
    """The content of the file; a missing or empty one is a `null` node.

    Raises SessionError for a file that cannot be read, is no UTF-8, is no YAML
    or is beyond the limits.
    """
    data = _bytes(path)
    if data is None:
        return Node('null', 0)
    text = _decoded(data)
    if cache_path is None:
        return parse(text)
    tree = _cached(cache_path, text)
    if tree is None:
        tree = parse(text)
        _keep(cache_path, text, tree)
    return tree


def _bytes(path: str) -> bytes | None:
    try:
        # A tracked symbolic link can lead to a terminal or a pipe, where open waits.
        if not S_ISREG(os.stat(path).st_mode):
            raise SessionError(f"could not read '{NAME}': not a regular file")
        with open(path, 'rb') as file:
            data = file.read(MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SessionError(f"could not read '{NAME}': {error.strerror}") from None
    if len(data) > MOST_BYTES:
        raise SessionError(f"could not read '{NAME}': larger than {MOST_BYTES // 1024} KiB")
    return data


def _decoded(data: bytes) -> str:
    try:
        return data.decode('utf-8').removeprefix('\ufeff')
    except UnicodeDecodeError as error:
        line = data.count(b'\n', 0, error.start) + 1
        byte = error.start - data.rfind(b'\n', 0, error.start)
        found = f'byte 0x{data[error.start]:02x}'
        raise SessionError(
            f'bad text in {NAME} line {line}, byte {byte}: {found}; expected UTF-8'
        ) from None


def _refuse_control(text: str) -> None:
    import re

    # What YAML 1.1 allows (c-printable); PyYAML's two readers word the refusal differently.
    bad = re.search('[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]', text)
    if bad:
        line = text.count('\n', 0, bad.start()) + 1
        column = bad.start() - text.rfind('\n', 0, bad.start())
        raise SessionError(
            f'bad text in {NAME} line {line}, column {column}: '
            f'control character {shown(bad.group())}'
        )


def parse(text: str) -> Node:
    """The tree of a YAML text; SessionError as for `read`."""
    import yaml

    _refuse_control(text)
    loader: Any = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)(text)
    try:
        return _document(loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f' line {mark.line + 1}, column {mark.column + 1}' if mark else ''
        _refuse_syntax(place, error.problem or str(error))
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # PyYAML's own scanner lets int() and chr() fail on absurd versions and escapes.
        _refuse_syntax('', str(error))
    finally:
        loader.dispose()


def _refuse_syntax(place: str, problem: str) -> NoReturn:
    words = ' '.join(problem.split())
    raise SessionError(f'bad YAML in {NAME}{place}: {escaped(words)}') from None


def _document(loader: Any) -> Node:
    import yaml

    loader.get_event()  # stream start
    if loader.check_event(yaml.StreamEndEvent):
        return Node('null', 1)
    loader.get_event()  # document start
    tree = _node(loader, loader.get_event(), ())
    loader.get_event()  # document end
    event = loader.get_event()
    if not isinstance(event, yaml.StreamEndEvent):
        line = event.start_mark.line + 1
        raise SessionError(f'bad YAML in {NAME} line {line}: a second document is not allowed')
    return tree


def _node(loader: Any, event: Any, above: tuple[str, ...]) -> Node:
    """Build the node that starts with `event`; `above` names the keys that lead to it."""
    import yaml

    line = event.start_mark.line + 1
    if isinstance(event, yaml.AliasEvent):
        alias = shown(f'*{event.anchor}')
        raise SessionError(f'bad YAML in {NAME} line {line}: alias {alias} is not allowed')
    if event.tag is not None:
        tag = shown(event.tag.replace(_TAG, '!!', 1))
        raise SessionError(f'bad YAML in {NAME} line {line}: tag {tag} is not allowed')
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(loader, event, line)
    if len(above) >= MOST_LEVELS:
        raise SessionError(
            f'bad YAML in {NAME} line {line}: nesting deeper than {MOST_LEVELS} levels'
        )
    if isinstance(event, yaml.MappingStartEvent):
        return _map(loader, line, above)
    items: list[Node] = []
    while not isinstance(event := loader.get_event(), yaml.SequenceEndEvent):
        items.append(_node(loader, event, (*above, str(len(items)))))
    return Node('list', line, items=tuple(items))


def _scalar(loader: Any, event: Any, line: int) -> Node:
    import yaml

    text: str = event.value
    try:
        text.encode()
    except UnicodeEncodeError:
        raise SessionError(
            f'bad text in {NAME} line {line}: {shown(text)} holds half a surrogate pair'
        ) from None
    tag: str = loader.resolve(yaml.ScalarNode, text, event.implicit).removeprefix(_TAG)
    # A date, '<<' and '=' have tags of their own in YAML 1.1; for us they are text.
    return Node(tag if tag in _SCALARS else 'str', line, text)


def _map(loader: Any, line: int, above: tuple[str, ...]) -> Node:
    import yaml

    lines: dict[str, int] = {}
    items: list[Node] = []
    while not isinstance(event := loader.get_event(), yaml.MappingEndEvent):
        at = event.start_mark.line + 1
        if isinstance(event, yaml.CollectionStartEvent):  # before it can nest without end
            raise SessionError(f'bad key in {NAME} line {at}: a list or mapping; expected a name')
        name = _node(loader, event, above)
        if name.text in lines:
            key = shown('.'.join((*above, name.text)))
            raise SessionError(
                f'duplicate key {key} in {NAME} lines {lines[name.text]} and {name.line}'
            )
        lines[name.text] = name.line
        items.append(_node(loader, loader.get_event(), (*above, name.text)))
    return Node('map', line, items=tuple(items), names=tuple(lines.items()))


def _cached(cache_path: str, text: str) -> Node | None:
    try:
        with open(cache_path, encoding='utf-8') as file:
            kept = loads(file.read())
        if kept['format'] == FORMAT and kept['text'] == text:
            return _restored(kept['tree'], 0)
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        pass  # missing, damaged or not ours: read the file itself
    return None


def _raw(node: Node) -> list[Any]:
    """The node as JSON keeps it."""
    return [node.tag, node.line, node.text, [_raw(item) for item in node.items], list(node.names)]


def _restored(raw: Any, level: int) -> Node:
    """The node that JSON kept as a list; ValueError or TypeError when it never was one."""
    tag, line, text, items, names = raw
    nodes = tuple(_restored(item, level + 1) for item in items)
    keys = tuple((name, at) for name, at in names)
    if not (type(line) is int and isinstance(text, str) and level <= MOST_LEVELS):
        raise ValueError(line, text)
    if not all(isinstance(name, str) and type(at) is int for name, at in keys):
        raise ValueError(keys)
    if tag not in (*_SCALARS, 'list', 'map') or (nodes and tag in _SCALARS):
        raise ValueError(tag)
    if len(keys) != (len(nodes) if tag == 'map' else 0):
        raise ValueError(keys)
    return Node(tag, line, text, nodes, keys)


def _keep(cache_path: str, text: str, tree: Node) -> None:
    """Write the cache; without one everything works the same, only slower."""
    import json

    temporary = f'{cache_path}.{os.getpid()}.tmp'
    try:
        with open(temporary, 'w', encoding='utf-8') as file:
            json.dump({'format': FORMAT, 'text': text, 'tree': _raw(tree)}, file)
        os.replace(temporary, cache_path)
    except OSError:
        try:
            os.unlink(temporary)
        except OSError:
            pass


# --- from nodes to values


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


BOOLEANS = {
    **dict.fromkeys(('true', 'yes', 'on', '1'), True),
    **dict.fromkeys(('false', 'no', 'off', '0', ''), False),
}
DURATION = '(?:[0-9]{1,5}d)?(?:[0-9]{1,5}h)?(?:[0-9]{1,5}m)?(?:[0-9]{1,5}s)?'
_SECONDS = {'d': 86400, 'h': 3600, 'm': 60, 's': 1}


def value_of(key: Key, node: Node) -> Any:
    """The value that the node is for the key; raises BadValue.

    A node from git has the tag `git`: text that may be any scalar.
    """
    return _KINDS[key.kind](key, node)


def _boolean(key: Key, node: Node) -> bool:
    word = node.text.lower()
    if node.tag in ('bool', 'git') and word in BOOLEANS:
        return BOOLEANS[word]
    raise BadValue(node, 'true or false')


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
    if node.tag in ('bool', 'git') and node.text.lower() in BOOLEANS:
        return 'auto' if BOOLEANS[node.text.lower()] else 'never'
    raise BadValue(node, 'auto, always, never, true or false')


def _list(key: Key, node: Node) -> list[str]:
    if node.tag != 'list':
        raise BadValue(node, f'a list of {", ".join(key.choices) or "texts"}')
    item = _choice if key.choices else _text
    return list(dict.fromkeys(item(key, node) for node in node.items))


def _trailers(key: Key, node: Node) -> list[str]:
    if node.tag == 'list':
        return _list(key, node)
    if node.tag in ('bool', 'git') and node.text.lower() in BOOLEANS:
        return list(key.choices) if BOOLEANS[node.text.lower()] else []
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
