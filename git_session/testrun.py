"""What a run of the tests wrote about itself: the JUnit XML that is there after it only."""

from __future__ import annotations

import os

from git_session import reports
from git_session.integrations import markup, testreports
from git_session.integrations.markup import ReportError
from git_session.record import Record

_OUTCOMES = ('failure', 'error')
_PLACES = (('', '.py'), ('src/test/java/', '.java'), ('src/test/kotlin/', '.kt'), ('', ''))

Stamps = dict[str, tuple[int, int]]


class Told(Record):
    """The figures of a run, skipped tests left out.

    `failed` are the files of the tests that failed, None when one cannot be told.
    """

    tests: int
    failures: int
    failed: frozenset[str] | None


def stamps(top: str, globs: list[str]) -> Stamps:
    """The reports that are there now: path -> (when it was written, bytes)."""
    if globs:
        found = reports.by_globs(top, globs)
    else:
        groups = reports.by_convention(top, reports.TESTS)
        found = [each for group in groups for each in group]
    return {each.path: (each.time, each.size) for each in found}


def told(top: str, globs: list[str], before: Stamps) -> Told | None:
    """What the reports say that were written since `before`; None without any."""
    fresh = [path for path, stamp in stamps(top, globs).items() if before.get(path) != stamp]
    total, cases, known = testreports.Counts(), [], False
    for path in fresh:
        try:
            data = markup.read(os.path.join(top, path))
            total += testreports.parse(data)
            cases += _failed(data)
        except ReportError:
            continue
        known = True
    if not known:
        return None
    files = [_file(top, *case) for case in cases]
    failed = None if not files or '' in files else frozenset(files)
    return Told(total.count - total.skipped, total.failures + total.errors, failed)


def _failed(data: bytes) -> list[tuple[str, str]]:
    """(file, name of the class) of each test case that failed; '' for what is not said."""
    found: list[tuple[str, str]] = []
    case = ('', '')

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal case
        if name == 'testcase':
            # pytest: a file that it cannot import is a case without a class.
            named = attributes.get('classname') or attributes.get('name', '')
            case = attributes.get('file', ''), named
        elif name in _OUTCOMES:
            found.append(case)

    markup.parse(data, markup.Handlers(begin, lambda name: None))
    return found


def _file(top: str, file: str, name: str) -> str:
    """The file of a test case, relative to the top; '' when that cannot be told."""
    parts = [part for part in name.split('.') if part]
    paths = [file] if file else []
    for count in range(len(parts), 0, -1):
        stem = '/'.join(parts[:count])
        paths += [folder + stem + ending for folder, ending in _PLACES]
    for path in paths:
        path = os.path.normpath(path)
        inside = not os.path.isabs(path) and not path.startswith('..') and '\0' not in path
        if inside and os.path.isfile(os.path.join(top, path)):
            return path
    return ''
