"""The lines that a session added: the working tree against where the branch left its base."""

from __future__ import annotations

import os

from git_session import branchwork, git, history
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_FILES = 500
_MOST_LINES = 20_000  # added to one file: more is generated, or data
_MOST_BYTES = 1 << 20  # of a new file that git does not track yet


class Added(Record):
    """A line that was added: its number in the file as it is now, its text."""

    path: str
    line: int
    text: str


class Reading:
    """Reads the lines that were added in the files that are `wanted`.

    They are those of the files that the session committed, of those with changes, and of
    new ones that are not tracked; binary and huge ones apart.  One git process, which runs
    from here on; none where nothing changed.
    """

    def __init__(self, top: str, work: branchwork.Work, wanted: Callable[[str], bool]) -> None:
        self._top = top
        changes = work.changes
        large = {each.path for each in changes if each.added is None or each.added > _MOST_LINES}
        tracked = [each.path for each in changes if each.status != 'D']
        tracked += [each.path for each in work.uncommitted if each.xy != '??']
        paths = sorted({path for path in tracked if path not in large and wanted(path)})
        fresh = [each.path for each in work.uncommitted if each.xy == '??']
        fresh += [] if work.head else paths[:_MOST_FILES]
        self._fresh = [path for path in fresh[:_MOST_FILES] if path[-1:] != '/' and wanted(path)]
        self._base = work.base
        named = set(paths)
        old = [each.old_path for each in changes if each.old_path and each.path in named]
        self._names = ('--', *sorted({*paths[:_MOST_FILES], *old}))
        self._process = None
        if paths and work.head:
            against = ('--merge-base', work.base) if work.base else (history.empty_tree(),)
            self._process = self._diff(*against)

    def _diff(self, *against: str) -> git.Process:
        options = (
            '-c', 'core.quotePath=false', '-C', self._top, 'diff', '-U0', '-M', '--no-color',
            '--no-ext-diff', '--no-textconv', '--no-relative', '--src-prefix=a/',
            '--dst-prefix=b/', '--submodule=short', '--ignore-submodules=all',
            '--diff-algorithm=default', '--inter-hunk-context=0',
        )  # fmt: skip
        return git.start(*options, *against, *self._names)

    def lines(self) -> list[Added]:
        """The lines by path and number; to be asked once."""
        found = []
        if self._process is not None:
            reply = self._process.reply()
            if reply.status != 0 and self._base:  # no merge base
                reply = self._diff(self._base).reply()
            found = parse(reply.out)
        for path in self._fresh:
            found += _whole(self._top, path)
        return sorted(found, key=lambda each: (each.path, each.line))


def parse(text: str) -> list[Added]:
    """The added lines of `git diff -U0`."""
    found: list[Added] = []
    path, number, left, gone = '', 0, 0, 0
    for line in text.split('\n'):
        if left and line.startswith('+'):
            found.append(Added(path, number, line[1:].removesuffix('\r')))
            number, left = number + 1, left - 1
        elif gone and line.startswith('-'):
            gone -= 1
        elif line.startswith('+++ '):
            path = _name(line[4:])
        elif line.startswith('@@ ') and path:
            _, before, after, *_ = line.split(' ')
            number, left = _span(after)
            gone = _span(before)[1]
    return found


def _span(text: str) -> tuple[int, int]:
    """(first line, lines) of ``+3,2`` and ``-7``."""
    first, _, count = text[1:].partition(',')
    return int(first), int(count or 1)


def _name(text: str) -> str:
    """The path of ``b/src/a.py``, '' of ``/dev/null``; git ends a name with blanks by a tab."""
    text = text.removesuffix('\t')
    if text.startswith('"') and text.endswith('"'):
        text = _unquote(text[1:-1])
    return text.removeprefix('b/') if text.startswith('b/') else ''


_ESCAPES = {'a': 7, 'b': 8, 't': 9, 'n': 10, 'v': 11, 'f': 12, 'r': 13, '"': 34, '\\': 92}


def _unquote(text: str) -> str:
    r"""A name that git quoted: ``\"`` and ``\303`` are bytes."""
    made = bytearray()
    at = 0
    while at < len(text):
        if text[at] == '\\' and text[at + 1 : at + 4].isdigit():
            made.append(int(text[at + 1 : at + 4], 8) & 255)
            at += 4
        elif text[at] == '\\' and text[at + 1 : at + 2] in _ESCAPES:
            made.append(_ESCAPES[text[at + 1]])
            at += 2
        else:
            made += text[at].encode('utf-8', 'surrogateescape')
            at += 1
    return made.decode('utf-8', 'surrogateescape')


def _whole(top: str, path: str) -> list[Added]:
    """All lines of a file that git does not track; none of what is binary or large."""
    full = os.path.join(top, path)
    try:
        if os.path.islink(full) or not os.path.isfile(full) or os.path.getsize(full) > _MOST_BYTES:
            return []
        with open(full, 'rb') as file:
            data = file.read(_MOST_BYTES)
    except OSError:
        return []
    if b'\0' in data:
        return []
    texts = data.decode('utf-8', 'surrogateescape').split('\n')
    texts = texts[:-1] if texts and not texts[-1] else texts
    if len(texts) > _MOST_LINES:
        return []
    return [Added(path, number, text.removesuffix('\r')) for number, text in enumerate(texts, 1)]


def replaced(text: str) -> dict[str, list[tuple[int, int]]]:
    """The lines that `git diff -U0 --src-prefix=b/` takes the place of: path -> (first, last).

    The path is the one before; that of a new file, which has no lines before, the one after.
    What is put between two lines has the first of them as both.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    path, left, gone = '', 0, 0
    for line in text.split('\n'):
        if left and line.startswith('+'):
            left -= 1
        elif gone and line.startswith('-'):
            gone -= 1
        elif line.startswith('--- '):
            path = _name(line[4:])
        elif line.startswith('+++ '):
            path = path or _name(line[4:])
            found.setdefault(path, [])
        elif line.startswith('@@ ') and path:
            _, before, after, *_ = line.split(' ')
            first, gone = _span(before)
            left = _span(after)[1]
            found[path].append((first, first + max(gone - 1, 0)))
    return found
