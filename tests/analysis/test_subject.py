"""The subject that is proposed for a checkpoint."""

from __future__ import annotations

import pytest

from git_session.analysis.subject import kind, propose
from git_session.history import Change


def change(text: str) -> Change:
    """``M src/a.py +3 -1``."""
    head, added, deleted = text.rsplit(' ', 2)
    status, path = head.split(' ', 1)
    return Change(status, path, '', int(added), -int(deleted))


@pytest.mark.parametrize(
    ('path', 'found'),
    [
        ('src/a.py', 'source'), ('a', 'source'), ('tests/a.py', 'test'), ('src/test_a.py', 'test'),
        ('src/a_test.go', 'test'), ('src/a.test.ts', 'test'), ('a.spec.js', 'test'),
        ('spec/a.rb', 'test'), ('src/__tests__/a.js', 'test'), ('latest/a.py', 'source'),
        ('src/OrderTest.java', 'test'), ('src/OrderTests.cs', 'test'), ('a_spec.rb', 'test'),
        ('src/conftest.py', 'test'), ('a_unittest.cc', 'test'), ('e2e/a.ts', 'test'),
        ('Contest.java', 'source'), ('Test.java', 'test'), ('src/test.py', 'source'),
        ('README.md', 'docs'), ('docs/a.py', 'docs'), ('doc/a.rst', 'docs'),
        ('CHANGES.TXT', 'docs'),
        ('setup.cfg', 'build'), ('sub/package.json', 'build'), ('Makefile', 'build'),
        ('.github/workflows/ci.yml', 'ci'), ('.ci/run', 'ci'),
    ],
)  # fmt: skip
def test_kind(path: str, found: str) -> None:
    assert kind(path) == found


@pytest.mark.parametrize(
    ('changes', 'topic', 'subject'),
    [
        (
            ['A src/auth/a.py +9 -0', 'A tests/test_a.py +9 -0'],
            'Google OAuth',
            'feat: Google OAuth',
        ),
        (['A src/auth/a.py +9 -0', 'M src/auth/b.py +1 -1'], 'OAuth', 'feat(auth): OAuth'),
        (['M src/a.py +1 -9'], 'Tidy up', 'refactor(src): Tidy up'),
        (['M src/a.py +9 -1'], '', 'feat(src): update a.py'),
        (['D src/a.py +0 -9'], '', 'refactor(src): remove a.py'),
        (['M README.md +1 -0'], '', 'docs: update README.md'),
        (['A docs/a.md +1 -0', 'A docs/b.md +1 -0'], '', 'docs(docs): add a.md and b.md'),
        (['M tests/a.py +1 -0'], '', 'test(tests): update a.py'),
        (['M setup.cfg +1 -0'], '', 'build: update setup.cfg'),
        (['M .github/workflows/ci.yml +1 -0'], '', 'ci(workflows): update ci.yml'),
        (['M README.md +1 -0', 'M setup.cfg +1 -0'], '', 'chore: update README.md and setup.cfg'),
        (['A a +1 -0', 'A b +1 -0', 'A c +1 -0'], '', 'feat: add a and 2 more'),
        (['A a +1 -0', 'D b +0 -1'], '', 'feat: update a and b'),
        ([], '', 'chore: checkpoint'),
        (['A a +1 -0'], 'two\nlines \x1b', r'feat: two lines \x1b'),
        (['A a\nb +1 -0'], '', 'feat: add a b'),
    ],
)
def test_propose(changes: list[str], topic: str, subject: str) -> None:
    assert propose([change(each) for each in changes], topic) == subject


def test_a_subject_is_short() -> None:
    assert len(propose([change('A a +1 -0')], 'x' * 500)) == 72
