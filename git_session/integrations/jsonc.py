"""Editing JSON in place: members and elements come and go, every other byte stays.

Read is what the agents read: JSON (RFC 8259), with the comments and trailing commas of
JSONC.  The libraries that keep comments (json-five, jsonc-edit and its kin) format anew
what they touch, or bring a compiled parser for what a scanner of tokens does; none
promises that an insertion which is taken back leaves the same bytes.
"""

from __future__ import annotations

import re

from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_DEEPEST = 200  # levels; no configuration has as many
_TOKEN = re.compile(
    r'(?P<space>[ \t\r\n]+)|(?P<comment>//[^\r\n]*|/\*[\s\S]*?\*/)'
    r'|(?P<mark>[\[\]{},:])|(?P<string>"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*")'
    r'|(?P<word>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.+-])'
    r'|(?:true|false|null)(?!\w))'
)


class Broken(ValueError):
    """The text is no JSON; `line` and `column` count from 1."""

    def __init__(self, text: str, at: int, what: str) -> None:
        self.line = text.count('\n', 0, at) + 1
        self.column = at - (text.rfind('\n', 0, at) + 1) + 1
        super().__init__(f'{what} in line {self.line}, column {self.column}')


class Node(Record):
    """One value: where it is in the text, and what is in it.

    `kind` is object, array or value; of an object's member `key` is the name and `begin`
    where that begins, `start` is where the value does.  `comma` is where one follows, -1
    where none does.
    """

    kind: str
    begin: int
    start: int
    end: int
    value: Any
    items: tuple[Node, ...] = ()
    key: str = ''
    comma: int = -1

    def member(self, key: str) -> Node | None:
        """The value under a key; the last one, as every reader takes it."""
        found = [item for item in self.items if item.key == key] if self.kind == 'object' else []
        return found[-1] if found else None

    def at(self, path: Sequence[str | int]) -> Node | None:
        """What is below the keys and positions of a path, None when there is nothing."""
        node: Node | None = self
        for step in path:
            if node is None:
                return None
            if isinstance(step, str):
                node = node.member(step)
            else:
                there = node.kind == 'array' and step < len(node.items)
                node = node.items[step] if there else None
        return node


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, int, int]] = []
        at = 1 if text.startswith('\ufeff') else 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise Broken(text, at, f"unexpected '{text[at]}'")
            if found.lastgroup not in ('space', 'comment'):
                self.tokens.append((found.lastgroup or '', at, found.end()))
            at = found.end()
        self.next = 0

    def peek(self) -> str:
        """The next token's mark, its kind where it is none, '' at the end."""
        if self.next == len(self.tokens):
            return ''
        kind, begin, end = self.tokens[self.next]
        return self.text[begin:end] if kind == 'mark' else kind

    def take(self, *wanted: str) -> tuple[str, int, int]:
        if self.next == len(self.tokens):
            raise Broken(self.text, len(self.text), 'unexpected end')
        token = self.tokens[self.next]
        if wanted and self.peek() not in wanted:
            raise Broken(self.text, token[1], f"unexpected '{self.text[token[1]]}'")
        self.next += 1
        return token

    def read(self, depth: int = 0) -> Node:
        import json

        _, begin, end = self.take('{', '[', 'string', 'word')
        first = self.text[begin]
        if first not in '{[':
            try:
                value = json.loads(self.text[begin:end])
            except ValueError:  # Python reads no number of so many digits
                value = float(self.text[begin:end])
            return Node('value', begin, begin, end, value)
        if depth == _DEEPEST:
            raise Broken(self.text, begin, 'too deep')
        closing = '}' if first == '{' else ']'
        items: list[Node] = []
        while self.peek() != closing:
            items.append(self._item(first == '{', depth))
            if self.peek() == ',':
                items[-1] = items[-1].replace(comma=self.take()[1])
            else:
                break
        end = self.take(closing)[2]
        if first == '{':
            whole: Any = {item.key: item.value for item in items}
            return Node('object', begin, begin, end, whole, tuple(items))
        return Node('array', begin, begin, end, [item.value for item in items], tuple(items))

    def _item(self, named: bool, depth: int) -> Node:
        if not named:
            return self.read(depth + 1)
        import json

        _, begin, end = self.take('string')
        self.take(':')
        return self.read(depth + 1).replace(begin=begin, key=json.loads(self.text[begin:end]))


def parse(text: str) -> Node:
    """The document; raises Broken."""
    reader = _Reader(text)
    node = reader.read()
    if reader.peek():
        raise Broken(text, reader.tokens[reader.next][1], 'unexpected text after the end')
    return node


class Edit(Record):
    """A text after something was put in, and the space that came before and behind it."""

    text: str
    lead: str
    tail: str


def add(text: str, path: Sequence[str | int], value: Any, key: str | None = None) -> Edit:
    """Put a value at the end of the array at `path`, or as member `key` of the object there.

    Comments stay where they are, the indentation, the ends of the lines and the habit of
    trailing commas are those of the document.  `remove` takes it back to the byte.
    """
    holder = parse(text).at(path)
    assert holder is not None and holder.kind == ('array' if key is None else 'object')
    style = _Style(text)
    last = holder.items[-1] if holder.items else None
    if last is None:
        at, lead, tail = style.inside(holder)
        new = lead + style.written(value, key, lead) + tail
        return Edit(text[:at] + new + text[at:], lead, tail)
    after = last.end if last.comma < 0 else last.comma + 1
    at = _end_of_comments(text, after)
    lead = style.beside(last)
    new = lead + style.written(value, key, lead) + ('' if last.comma < 0 else ',')
    comma = ',' if last.comma < 0 else ''
    return Edit(text[:after] + comma + text[after:at] + new + text[at:], lead, '')


def remove(text: str, path: Sequence[str | int], lead: str = '', tail: str = '') -> str:
    """Take out what is at `path`, its comma, and the space that `add` says it brought.

    Without that (or where it is not there any more) the space before it goes.
    """
    holder, item = parse(text).at(path[:-1]), parse(text).at(path)
    assert holder is not None and item is not None
    position = [each.begin for each in holder.items].index(item.begin)
    begin, end = item.begin, item.end
    if item.comma >= 0:
        end = item.comma + 1
        rest = text[item.end : item.comma].strip()
        if rest:  # a comment between it and its comma, which stays
            text = text[: item.comma] + text[item.comma + 1 :]
            end = item.end
    known = bool(lead or tail) and text[:begin].endswith(lead)
    space = len(text[:begin]) - len(text[:begin].rstrip(' \t\r\n'))
    before = begin - (len(lead) if known else space)
    if known and len(holder.items) == 1 and text.startswith(tail, end):
        end += len(tail)
    above = holder.items[position - 1].end if position else holder.start + 1
    if not _in_line_comment(text[above:before]) or re.match(r'[ \t]*[\r\n]', text[end:]):
        begin = before
    text = text[:begin] + text[end:]
    if item.comma < 0 and position:
        comma = holder.items[position - 1].comma
        text = text[:comma] + text[comma + 1 :]
    return text


def has_comments(text: str, node: Node) -> bool:
    """Whether there is anything but space between the brackets of an empty container."""
    return bool(text[node.start + 1 : node.end - 1].strip())


def _end_of_comments(text: str, at: int) -> int:
    """Behind the comments that follow on the same line: they belong to what is before."""
    end = at
    while found := re.compile(r'[ \t]*(//[^\r\n]*|/\*[^\r\n]*?\*/)').match(text, end):
        end = found.end()
    return end


def _in_line_comment(text: str) -> bool:
    """Whether what is written behind this space and these comments would be a comment too."""
    at, last = 0, ''
    while found := _TOKEN.match(text, at):
        at, last = found.end(), found[0]
    return last.startswith('//')


class _Style:
    """How a document is written."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = '\r\n' if '\r\n' in text else '\n'
        self.lines = '\n' in text.strip() or not text.strip(' \t\r\n\ufeff{}[]')
        found = re.search(r'\n([ \t]+)["\[{]', text)
        self.unit = found[1] if found else '  '
        if found and len(self.unit) > 8:
            self.unit = '  '

    def inside(self, holder: Node) -> tuple[int, str, str]:
        """(where, the space before, the space behind) of the first one in a container."""
        begin, end = holder.start + 1, holder.end - 1
        content = self.text[begin:end]
        at = begin + len(content.rstrip(' \t\r\n'))
        if not self.lines:
            return at, ' ' if at > begin else '', ''
        indent = self._indent(holder.begin)
        lead = self.newline + indent + self.unit
        return at, lead, '' if '\n' in self.text[at:end] else self.newline + indent

    def beside(self, last: Node) -> str:
        """The space before one that follows `last`."""
        before = self.text[: last.begin]
        space = before[len(before.rstrip(' \t\r\n')) :]
        if not self.lines:
            return ' ' if space or ': ' in self.text or ', ' in self.text else ''
        if '\n' in space:
            return self.newline + space.rpartition('\n')[2]
        return self.newline + self._indent(last.begin) + self.unit

    def _indent(self, at: int) -> str:
        line = self.text[self.text.rfind('\n', 0, at) + 1 : at].lstrip('\ufeff')
        return line[: len(line) - len(line.lstrip(' \t'))]

    def written(self, value: Any, key: str | None, lead: str) -> str:
        """The value as text, its lines indented as the space before it says."""
        import json

        name = '' if key is None else json.dumps(key) + ': '
        if not self.lines:
            return name + json.dumps(value, ensure_ascii=False)
        shown = json.dumps(value, ensure_ascii=False, indent=self.unit)
        indent = lead.rpartition('\n')[2]
        return name + shown.replace('\n', self.newline + indent)
