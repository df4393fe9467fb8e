"""Coverage reports: Cobertura, JaCoCo, coverage.py JSON, lcov, Go cover profiles.

All of them say which lines ran; a line that ran in part ran.  Totals are of lines, but
for Go, which counts statements as `go tool cover` does.
"""

from __future__ import annotations

from git_session.integrations import markup
from git_session.integrations.markup import ReportError
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MOST_LINES = 5_000_000  # in one report, and the greatest line number


class Lines(Record):
    """The numbers of the lines of one file that could run, by whether they did."""

    covered: frozenset[int] = frozenset()
    missed: frozenset[int] = frozenset()


class Report(Record):
    """`files` by the names in the report, which begin at one of `roots` if there are any.

    `covered` of `measured` lines (Go: statements) ran.
    """

    kind: str
    files: dict[str, Lines]
    covered: int
    measured: int
    roots: tuple[str, ...] = ()


class _Found:
    """Collects lines: one that any part of a report has run counts as run."""

    def __init__(self) -> None:
        self.files: dict[str, dict[int, bool]] = {}
        self._room = _MOST_LINES

    def lines(self, name: str) -> dict[int, bool]:
        return self.files.setdefault(name, {})

    def add(self, lines: dict[int, bool], number: int, *, ran: bool) -> None:
        if not 0 < number <= _MOST_LINES:
            return
        if number not in lines:
            self._room -= 1
            if self._room < 0:
                raise ReportError(f'has more than {_MOST_LINES} lines')
        lines[number] = lines.get(number, False) or ran

    def report(self, kind: str, roots: tuple[str, ...] = ()) -> Report:
        files = {
            name: Lines(
                frozenset(number for number, ran in lines.items() if ran),
                frozenset(number for number, ran in lines.items() if not ran),
            )
            for name, lines in self.files.items()
            if name
        }
        covered = sum(len(each.covered) for each in files.values())
        return Report(
            kind, files, covered, covered + sum(len(each.missed) for each in files.values()), roots
        )


def read(path: str) -> Report:
    """One report, of whatever format its content is; raises ReportError."""
    return parse(markup.read(path))


def parse(data: bytes) -> Report:
    """A report; raises ReportError for what is none, is broken or has no lines."""
    begin = data[:200].lstrip(b'\xef\xbb\xbf \t\r\n')
    if begin.startswith(b'{'):
        found = _coverage_json(data)
    elif begin.startswith(b'mode:'):
        found = _go(data)
    elif begin.startswith((b'TN:', b'SF:', b'#')):
        found = _lcov(data)
    elif begin.startswith(b'<') or data.startswith((b'\xff\xfe', b'\xfe\xff')):
        found = _xml(data)
    else:
        raise ReportError('is in no format that is known')
    if not found.measured:
        raise ReportError('has no lines')
    return found


# --- XML


def _xml(data: bytes) -> Report:
    reader = _Reader()
    markup.parse(data, markup.Handlers(reader.begin, reader.end, reader.text))
    return reader.found.report(reader.kind, tuple(reader.roots))


class _Reader:
    """Cobertura (`coverage/…/class/lines/line`) and JaCoCo (`report/…/sourcefile/line`)."""

    def __init__(self) -> None:
        self.kind = ''
        self.found = _Found()
        self.roots: list[str] = []
        self._package = ''
        self._lines: dict[int, bool] | None = None  # of the file that is open
        self._source: list[str] | None = None

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if not self.kind:
            self.kind = {'coverage': 'Cobertura', 'report': 'JaCoCo'}.get(name, '')
            if not self.kind:
                raise ReportError('is no coverage report')
        elif self.kind == 'JaCoCo':
            self._jacoco(name, attributes)
        elif name == 'source':
            self._source = []
        elif name == 'class':
            self._lines = self.found.lines(_slashes(attributes.get('filename', '')))
        elif name == 'line' and self._lines is not None:
            number, hits = _number(attributes.get('number')), _number(attributes.get('hits'))
            if number is not None and hits is not None:
                self.found.add(self._lines, number, ran=hits > 0)

    def _jacoco(self, name: str, attributes: dict[str, str]) -> None:
        if name == 'package':
            self._package = attributes.get('name', '')
        elif name == 'sourcefile':
            file = attributes.get('name', '')
            self._lines = self.found.lines(f'{self._package}/{file}' if self._package else file)
        elif name == 'line' and self._lines is not None:
            number, ran = _number(attributes.get('nr')), _number(attributes.get('ci'))
            if number is not None and ran is not None:
                self.found.add(self._lines, number, ran=ran > 0)

    def text(self, text: str) -> None:
        if self._source is not None:
            self._source.append(text)

    def end(self, name: str) -> None:
        if name in ('class', 'sourcefile'):
            self._lines = None
        elif name == 'source' and self._source is not None:
            self.roots.append(''.join(self._source).strip())
            self._source = None


# --- the others


def _coverage_json(data: bytes) -> Report:
    """coverage.py: ``{"files": {name: {"executed_lines": […], "missing_lines": […]}}}``."""
    import json

    try:
        files = json.loads(data)['files']
        found = _Found()
        for name, each in files.items():
            lines = found.lines(_slashes(name))
            for key, ran in (('executed_lines', True), ('missing_lines', False)):
                for number in each[key]:
                    if type(number) is not int:
                        raise TypeError
                    found.add(lines, number, ran=ran)
    except ReportError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ReportError('is no JSON of coverage.py') from None
    return found.report('coverage.py')


def _lcov(data: bytes) -> Report:
    """``SF:src/a.js``, ``DA:<line>,<hits>[,<checksum>]``, ``end_of_record``."""
    found = _Found()
    lines: dict[int, bool] | None = None
    for text in data.decode('utf-8', 'surrogateescape').splitlines():
        key, _, rest = text.strip().partition(':')
        if key == 'SF':
            lines = found.lines(_slashes(rest))
        elif key == 'end_of_record':
            lines = None
        elif key == 'DA' and lines is not None:
            numbers = rest.split(',')
            number, hits = _number(numbers[0]), _number(numbers[1] if len(numbers) > 1 else None)
            if number is not None and hits is not None:
                found.add(lines, number, ran=hits > 0)
    return found.report('lcov')


def _go(data: bytes) -> Report:
    """``<import path>/<file>:<line>.<column>,<line>.<column> <statements> <count>``.

    A block that stands there more than once, as with -coverpkg, is one.
    """
    found = _Found()
    blocks: dict[str, tuple[int, bool]] = {}
    room = 2 * _MOST_LINES  # blocks may lie in one another
    for text in data.decode('utf-8', 'surrogateescape').splitlines():
        where, _, counts = text.strip().partition(' ')
        name, _, span = where.rpartition(':')
        numbers = _go_numbers(span, counts)
        if not name or numbers is None:
            continue  # the mode, or no block
        first, last, statements, count = numbers
        room -= max(last - first, 0)
        if room < 0:
            raise ReportError(f'has more than {_MOST_LINES} lines')
        blocks[where] = (statements, count > 0 or blocks.get(where, (0, False))[1])
        lines = found.lines(name)
        for number in range(first, last + 1):
            found.add(lines, number, ran=count > 0)
    covered = sum(statements for statements, ran in blocks.values() if ran)
    measured = sum(statements for statements, _ in blocks.values())
    return found.report('Go').replace(covered=covered, measured=measured)


def _go_numbers(span: str, counts: str) -> tuple[int, int, int, int] | None:
    """(first line, last line, statements, count) of ``3.14,5.2`` and ``2 1``."""
    begin, _, end = span.partition(',')
    statements, _, count = counts.partition(' ')
    found = [_number(text) for text in (begin.partition('.')[0], end.partition('.')[0],
                                        statements, count)]  # fmt: skip
    if any(number is None for number in found):
        return None
    first, last, stated, ran = (number or 0 for number in found)
    return first, last, stated, ran


def _number(text: Any) -> int | None:
    """A count of at most 18 digits, None for anything else."""
    if not isinstance(text, str):
        return None
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _slashes(name: str) -> str:
    return name.strip().replace('\\', '/')
