"""Globs of the configuration."""

from __future__ import annotations

import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_session import globs
from git_session.tracking import Tracking


@pytest.mark.parametrize(
    ('glob', 'matching', 'others'),
    [
        ('*.py', ['a.py', 'src/a.py'], ['a.pyc', 'a.py.txt', 'py']),
        ('src/*.py', ['src/a.py'], ['src/b/a.py', 'a.py', 'x/src/a.py']),
        ('src/**/*.py', ['src/a.py', 'src/b/c/a.py'], ['a.py', 'srcx/a.py']),
        ('**/test_*.py', ['test_a.py', 'x/y/test_b.py'], ['a_test_b.py']),
        ('src/**', ['src/a', 'src/b/c'], ['src', 'a/src/b']),
        ('vendor/', ['vendor/a', 'x/vendor/a/b'], ['vendors/a', 'vendor']),
        ('docs', ['docs', 'docs/a.md', 'x/docs/a.md'], ['docs.md']),
        ('/docs', ['docs/a'], ['x/docs/a']),
        ('*.{js,ts}', ['a.js', 'b/a.ts'], ['a.jsx', 'a.{js,ts}']),
        ('{a,b}/{c,d}.py', ['a/c.py', 'b/d.py'], ['a/b.py', 'c.py']),
        ('a?[0-9].x', ['ab1.x', 'a-0.x'], ['a/1.x', 'abc.x', 'ab12.x']),
        ('[!a]*', ['b', 'bc'], ['a', 'ab']),
        ('[z-a]', ['z', 'a'], ['b']),
        ('a[', ['a['], ['a']),
        ('[!]', ['[!]'], ['a', '!']),
        ('[!]]', ['a', '!'], [']', 'ab']),
        ('[]a]', [']', 'a'], ['b']),
        ('{a,b}{c}', ['a{c}', 'b{c}'], ['{a,b}{c}']),
        ('a*b*c', ['abc', 'x/axbxbxc/y'], ['acb', 'ab/c']),
        ('**/b/**/c', ['b/c', 'a/b/x/y/c', 'b/b/c/c'], ['c/b', 'bc', 'xb/c', 'b/xc']),
        ('a/**/', ['a/b/c'], ['a/b', 'x/a/b/c']),
        ('x**/y', ['x/y', 'xa/y'], ['xy', 'x/a/y']),  # no name of its own: a star
        ('a.b(c)+', ['a.b(c)+'], ['aab(c)']),
        ('', [], ['a', 'a/b']),
    ],
)
def test_matching(glob: str, matching: list[str], others: list[str]) -> None:
    matches = globs.matcher([glob])
    assert [path for path in matching if not matches(path)] == []
    assert [path for path in others if matches(path)] == []


def test_nothing_matches_no_globs() -> None:
    assert not globs.matcher([])('a')


@given(st.text('ab*?[]{},!^-/\\.', max_size=20), st.text('ab/.', max_size=10))
def test_any_text_is_a_glob(glob: str, path: str) -> None:
    globs.matcher([glob])(path)
    assert not set(globs.fixed(glob)) & set('*?[{')


def test_many_alternatives_are_none() -> None:
    many = '{a,b}' * 30
    assert globs.matcher([many])(many)


@pytest.mark.parametrize(
    ('glob', 'path'),
    [('*a' * 40 + 'b', 'a' * 200), ('**/*a*/' * 40 + 'b', 'a/' * 200 + 'a'),
     ('**/*' * 3000 + 'b', 'a/' * 40 + 'a'), ('[a]*?*' * 100 + 'b', 'a' * 4000)],
)  # fmt: skip
def test_no_glob_takes_long(glob: str, path: str) -> None:
    """They come with a repository; what tries all ways would go on for years."""

    def late(number: int, frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, 60)  # of processor time: it may have to wait for it
    try:
        assert not globs.matcher([glob])(path)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@pytest.mark.parametrize(
    ('glob', 'folder'),
    [('a/b/*.xml', 'a/b'), ('*.xml', ''), ('a/**/c', 'a'), ('a/b', 'a'), ('/a/b{c,d}/e', 'a')],
)
def test_the_folder_that_all_lies_in(glob: str, folder: str) -> None:
    assert globs.fixed(glob) == folder


def test_what_is_source_by_default_and_as_configured() -> None:
    plain = Tracking([], [])
    assert [path for path in ('a.py', 'src/A.JAVA', 'Makefile', 'README.md', '.py', 'a.lock',
                              'node_modules/x.js', 'x.min.js', 'vendor/a/b.go')
            if plain.is_source(path)] == ['a.py', 'src/A.JAVA']  # fmt: skip
    assert plain.is_read('README.md')
    assert not plain.is_read('package-lock.json')
    own = Tracking(['src/**', '*.md'], ['src/gen/'])
    assert own.is_source('src/Makefile')
    assert own.is_source('README.md')
    assert not own.is_source('a.py')
    assert not own.is_read('a.py')
    assert not own.is_source('src/gen/a.py')
    assert own.is_ignored('src/gen/a.py')
