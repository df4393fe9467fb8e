"""TODO and the like: what is a mark and what only looks like one."""

from __future__ import annotations

import pytest

from git_session.added import Added
from git_session.analysis import marks
from git_session.analysis.marks import Annotation
from tests.made import Log

WORDS = ['TODO', 'FIXME', 'DECISION', 'BLOCKER']


@pytest.mark.parametrize(
    ('line', 'expected'),
    [
        ('# TODO: think again', ('TODO', 'think again')),
        ('x = 1  # TODO think again', ('TODO', 'think again')),
        ('    // FIXME(ann): leaks', ('FIXME', 'leaks')),
        (' * TODO later */', ('TODO', 'later')),
        ('/* BLOCKER: no key */', ('BLOCKER', 'no key')),
        ('<!-- DECISION: tabs -->', ('DECISION', 'tabs')),
        ('-- TODO', ('TODO', '')),
        ('TODO: in plain text', ('TODO', 'in plain text')),
        ('- DECISION: in a list', ('DECISION', 'in a list')),
        ('# FIXME: one, TODO: two', ('FIXME', 'one, TODO: two')),
        ('# a TODO.txt and TODO: this', ('TODO', 'this')),
        ('DECISION = 1', None),
        ("words = ('TODO', 'FIXME')", None),
        ('print("TODO: x")', None),
        ('# TODOS are many', None),
        ('# MY_TODO: x', None),
        ('# todo: x', None),
        ('we have TODO lists', None),
        ('', None),
        ('#' + 'x' * 1000 + ' TODO: far', None),
    ],
)
def test_mark(line: str, expected: tuple[str, str] | None) -> None:
    assert marks.mark(line, WORDS) == expected


def test_find_and_what_was_taken_over() -> None:
    lines = [Added('a.py', 3, '# DECISION: use tabs'), Added('a.py', 4, 'x = 1'),
             Added('b.py', 1, '# TODO')]  # fmt: skip
    found = marks.find(lines, WORDS)
    assert found == [
        Annotation('a.py', 3, 'DECISION', 'use tabs'),
        Annotation('b.py', 1, 'TODO', ''),
    ]
    assert [(each.place, each.said) for each in found] == [
        ('a.py:3', 'DECISION: use tabs'), ('b.py:1', 'TODO'),
    ]  # fmt: skip
    log = Log()
    log.add('start', branch='refs/heads/work')
    assert marks.open_ones(found, log.replay()) == found
    log.add('decision.add', text='use tabs')
    assert marks.open_ones(found, log.replay()) == found[1:]


def test_no_words_no_marks() -> None:
    assert marks.mark('# TODO: x', []) is None
    assert marks.mark('# TODO: x', ['']) is None
