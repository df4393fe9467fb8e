"""Which file of the working tree a name in a coverage report is."""

from __future__ import annotations

import os

from git_session.integrations import markup
from git_session.integrations.coverage import Lines, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_BYTES = 1 << 16  # of a go.mod that are looked through

# Where JVM sources begin below a module: JaCoCo knows packages only.
_JVM = (
    'src/main/java', 'src/main/kotlin', 'src/main/scala', 'src/main/groovy', 'src/java', 'src',
    'app/src/main/java', 'app/src/main/kotlin', 'java', '',
)  # fmt: skip


def placed(top: str, path: str, report: Report) -> dict[str, Lines]:
    """The lines by the path from `top` of the files that are there; `path` is the report's.

    What lies outside of the working tree, or is not found, is left out.
    """
    found: dict[str, Lines] = {}
    module = _go_module(top, path) if report.kind == 'Go' else ('', '')
    for name, lines in report.files.items():
        for candidate in _candidates(top, path, report, name, module):
            inside = _inside(top, candidate)
            if inside and os.path.isfile(os.path.join(top, inside)):
                found[inside] = _both(found[inside], lines) if inside in found else lines
                break
    return found


def _both(one: Lines, other: Lines) -> Lines:
    covered = one.covered | other.covered
    return Lines(covered, (one.missed | other.missed) - covered)


def _inside(top: str, path: str) -> str:
    """The path from the top, '' for what is outside."""
    full = os.path.normpath(os.path.join(top, path))
    prefix = top.rstrip('/') + '/'
    return full[len(prefix) :] if full.startswith(prefix) else ''


def _candidates(
    top: str, path: str, report: Report, name: str, module: tuple[str, str]
) -> Iterator[str]:
    """Where a file may be, the surest first."""
    if '\0' in name:
        return
    if name.startswith('/'):
        yield name
        return
    if report.kind == 'Go':
        prefix, folder = module
        if prefix and name.startswith(prefix + '/'):
            yield os.path.join(folder, name.removeprefix(prefix + '/'))
        return
    for root in report.roots:
        yield os.path.join(root, name)
    folder = os.path.dirname(path)
    roots = _JVM if report.kind == 'JaCoCo' else ('',)
    while True:
        for root in roots:
            yield os.path.join(folder, root, name)
        if not folder:
            return
        folder = os.path.dirname(folder)


def _go_module(top: str, path: str) -> tuple[str, str]:
    """(module path, its folder) of the nearest go.mod above a report."""
    folder = os.path.dirname(path)
    while True:
        try:
            data = markup.read(os.path.join(top, folder, 'go.mod'))
        except markup.ReportError:
            data = b''
        for text in data[:_MOST_BYTES].decode('utf-8', 'replace').splitlines():
            words = text.split()
            if len(words) >= 2 and words[0] == 'module':
                return words[1].strip('"'), folder
        if not folder:
            return '', ''
        folder = os.path.dirname(folder)
