"""A Conventional Commits subject proposed from what a change touches."""

from __future__ import annotations

import os

from git_session.history import Change
from git_session.output import line
from git_session.words import cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_DOCS = ('.md', '.rst', '.txt', '.adoc')
_BUILD = (
    'setup.cfg', 'setup.py', 'pyproject.toml', 'package.json', 'package-lock.json', 'Makefile',
    'Cargo.toml', 'Cargo.lock', 'go.mod', 'go.sum', 'pom.xml', 'build.gradle', 'CMakeLists.txt',
    'Dockerfile', 'requirements.txt',
)  # fmt: skip
_CI_FOLDERS = frozenset(('.github', '.gitlab', '.circleci', '.ci'))
# What test runners find by default: pytest and unittest, jest and vitest, go test, rspec,
# mocha, googletest; below JUnit, TestNG, NUnit, XCTest and PHPUnit.
_TEST_FOLDERS = frozenset(('test', 'tests', 'spec', 'specs', '__tests__', 'e2e'))
_TEST_PARTS = ('_test.', '_tests.', '.test.', '.spec.', '_spec.', '_unittest.', 'conftest.py')
_TEST_ENDS = ('Test', 'Tests', 'TestCase')
_LONGEST = 72


def kind(path: str) -> str:
    """What sort of file a path names: docs, test, ci, build or source."""
    *folders, name = path.split('/')
    if not _CI_FOLDERS.isdisjoint(folders):
        return 'ci'
    if not _TEST_FOLDERS.isdisjoint(folders):
        return 'test'
    stem = name.lower()
    # Each part has one of the two words: thousands of files are asked about at once.
    if ('test' in stem or 'spec' in stem) and (
        stem.startswith('test_') or any(part in stem for part in _TEST_PARTS)
    ):
        return 'test'
    if name.rpartition('.')[0].endswith(_TEST_ENDS):
        return 'test'
    if name in _BUILD:
        return 'build'
    return 'docs' if stem.endswith(_DOCS) or 'docs' in folders else 'source'


def propose(changes: Sequence[Change], topic: str) -> str:
    """``feat(auth): Google OAuth``: the type from the files, the text from the topic.

    `topic` is the label or the active objective; without one the files are named.  One
    line of at most 72 characters.
    """
    kinds = {kind(each.path) for each in changes}
    if len(kinds) == 1 and kinds != {'source'}:
        verb = kinds.pop()
    elif any(each.status == 'A' and kind(each.path) == 'source' for each in changes):
        verb = 'feat'
    else:
        verb = 'chore' if 'source' not in kinds else 'refactor' if _shrinks(changes) else 'feat'
    folders = {each.path.split('/')[-2] for each in changes if '/' in each.path}
    scope = f'({folders.pop()})' if len(folders) == 1 else ''
    return cut(line(f'{verb}{scope}: {topic or _named(changes)}'), _LONGEST)


def _shrinks(changes: Sequence[Change]) -> bool:
    return sum(each.added or 0 for each in changes) <= sum(each.deleted or 0 for each in changes)


def _named(changes: Sequence[Change]) -> str:
    names = [os.path.basename(each.path) for each in changes]
    if not names:
        return 'checkpoint'
    statuses = {each.status for each in changes}
    verb = {'A': 'add', 'D': 'remove'}.get(statuses.pop() if len(statuses) == 1 else '', 'update')
    more = f' and {len(names) - 1} more' if len(names) > 2 else ''
    return f'{verb} ' + (' and '.join(names) if len(names) <= 2 else names[0] + more)
