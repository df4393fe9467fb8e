"""Where reports of tests and coverage lie: by the configured globs, or by convention."""

from __future__ import annotations

import os

from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_MOST_ENTRIES = 50_000  # of folders, looked through for one glob
_MOST_REPORTS = 2_000
_PASSED = frozenset(('.git', 'node_modules', '.venv', 'venv', '.tox', '.nox', '__pycache__'))

# A group is what one run of the tests writes.
TESTS: tuple[tuple[str, ...], ...] = (
    *((name,) for name in (
        'junit.xml', 'junit-report.xml', 'test-report.xml', 'test-results.xml', 'tests.xml',
        'pytest.xml', 'nosetests.xml', 'xunit.xml', 'report.xml', 'build/junit.xml',
        'reports/junit.xml', 'target/nextest/default/junit.xml',
    )),
    ('test-results/*.xml',),
    ('test-reports/*.xml',),
    ('reports/junit/*.xml',),
    ('target/surefire-reports/TEST-*.xml', 'target/failsafe-reports/TEST-*.xml'),
    ('build/test-results/*/TEST-*.xml',),
)  # fmt: skip
COVERAGE: tuple[tuple[str, ...], ...] = tuple((name,) for name in (
    'coverage.xml', 'cobertura.xml', 'cobertura-coverage.xml', 'coverage.json', 'lcov.info',
    'coverage.info', 'coverage/lcov.info', 'coverage/cobertura-coverage.xml',
    'coverage/coverage.xml', 'reports/coverage.xml', 'build/coverage.xml',
    'target/site/jacoco/jacoco.xml', 'build/reports/jacoco/test/jacocoTestReport.xml',
    'target/llvm-cov/cobertura.xml', 'cover.out', 'coverage.out', 'c.out', 'coverage.txt',
))  # fmt: skip


class Found(Record):
    """A report: its path from the top of the working tree, when it was written, its bytes."""

    path: str
    time: int  # nanoseconds since the epoch
    size: int


def by_convention(top: str, groups: Iterable[Sequence[str]]) -> list[list[Found]]:
    """The groups that there are something of."""
    found = [_stated(top, (path for name in group for path in _starred(top, name)))
             for group in groups]  # fmt: skip
    return [group for group in found if group]


def by_globs(top: str, globs: Sequence[str]) -> list[Found]:
    """What the globs match inside the working tree, sorted by path."""
    from git_session import globs as patterns

    paths: set[str] = set()
    for glob in globs:
        wanted = glob.removeprefix('./').rstrip('/')
        if not set(wanted) & set('*?[{'):
            paths.add(wanted)
        else:
            paths.update(_walked(top, patterns.fixed(wanted), patterns.matcher([wanted])))
    return _stated(top, sorted(paths))


def _stated(top: str, paths: Iterable[str]) -> list[Found]:
    """Those that are plain files and lie, followed to their end, in the working tree."""
    found: list[Found] = []
    for path in paths:
        full = os.path.join(top, path)
        try:
            status = os.stat(full)
        except (OSError, ValueError):
            continue
        if os.path.isfile(full) and _is_inside(top, path) and len(found) < _MOST_REPORTS:
            found.append(Found(path, status.st_mtime_ns, status.st_size))
    return found


def _is_inside(top: str, path: str) -> bool:
    real = os.path.realpath(top)
    return os.path.realpath(os.path.join(real, path)).startswith(real.rstrip('/') + '/')


def _starred(top: str, name: str) -> Iterator[str]:
    """The paths of a convention, in which a star is part of one folder's or file's name."""
    if '*' not in name:
        yield name
        return
    head, _, rest = name.partition('*')
    folder, _, prefix = head.rpartition('/')
    suffix, slash, below = rest.partition('/')
    try:
        names = sorted(os.listdir(os.path.join(top, folder)))
    except OSError:
        return
    for each in names[:_MOST_REPORTS]:
        if each.startswith(prefix) and each.endswith(suffix):
            yield from _starred(top, f'{folder}/{each}{slash}{below}')


def _walked(top: str, folder: str, matches: Callable[[str], bool]) -> Iterator[str]:
    if '..' in folder.split('/') or not _is_inside(top, os.path.join(folder, '.x')):
        return
    seen = 0
    for where, folders, names in os.walk(os.path.join(top, folder)):
        folders[:] = sorted(each for each in folders if each not in _PASSED)
        seen += len(folders) + len(names)
        if seen > _MOST_ENTRIES:
            return
        for name in sorted(names):
            path = os.path.relpath(os.path.join(where, name), top)
            if matches(path):
                yield path
