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
