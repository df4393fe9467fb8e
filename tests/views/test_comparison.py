"""Two sessions side by side, where not everything is known of them."""

from __future__ import annotations

from typing import Any

import pytest

from git_session.analysis.comparison import (
    CLEAN,
    CONFLICTS,
    Both,
    Comparison,
    Figure,
    Merge,
    Side,
)
from git_session.history import Change, Commit
from git_session.output import Style
from git_session.session import Objective
from git_session.views import comparison

STYLE = Style(width=80, unicode=False)
COMMIT = Commit('1' * 40, (), 'Ann', 'a@x', 0, 0, 'Add it')
CHANGE = Change('M', 'a.py', '', 3, 1)


def side(id: str, *, known: bool = True, **facts: Any) -> Side:
    record = {
        'session': id, 'branch': id[:-2], 'state': 'ended', 'result': 'gone', 'author': None,
        'started': 0.0, 'last_active': 60.0,
    }  # fmt: skip
    goals = tuple(Objective(*each) for each in facts.get('objectives', ()))
    if not known:
        return Side(record, '', goals, (), None, None, None)
    return Side(record, '2' * 40, goals, (), (COMMIT,), facts.get('changes', (CHANGE,)), None)


def shown(found: Comparison, *, changes: bool = False, figures: bool = False) -> list[str]:
    text = comparison.text(found, STYLE, changes=changes, figures=figures, dates='%Y-%m-%d')
    return text.splitlines()


def meeting(both: tuple[Both, ...] | None, merge: Merge, *, changes: bool) -> list[str]:
    found = shown(Comparison(side('a-1'), side('b-1'), both, merge, ()), changes=changes)
    found = found[found.index('Same files') + 1 :]
    return found[: found.index('')] if '' in found else found


def test_what_this_clone_has_not() -> None:
    gone = Comparison(
        side('a-1'), side('b-1', known=False), None, Merge('unknown', (), 'no commits of b-1'), ()
    )
    assert shown(gone, changes=True) == [
        'a-1                                    | b-1',
        'a (gone)                               | b (gone)',
        'by unknown                             | by unknown',
        '1970-01-01 to 1970-01-01               | 1970-01-01 to 1970-01-01',
        '',
        'Files',
        'M a.py +3 -1                           | not in this clone',
        '',
        'Same files',
        '  unknown: the commits of b-1 are not in this clone',
        '  whether a merge conflicts is unknown: no commits of b-1',
    ]
    lines = shown(gone)
    assert lines[lines.index('Commits') + 1] == (
        '1111111111 Add it                      | not in this clone'
    )
    other_way = gone.replace(one=gone.other, other=gone.one)
    assert '  unknown: the commits of b-1 are not in this clone' in shown(other_way)


def test_where_one_has_nothing() -> None:
    goals = [(1, 'x', 'Build it', 0.0), (2, 'y', 'Test it', 0.0, 'done')]
    found = Comparison(side('a-1', objectives=goals), side('b-1'), (), Merge(CLEAN), ())
    lines = shown(found)
    begin = lines.index('Objectives')
    assert lines[begin + 1 : begin + 3] == [
        '[ ] Build it                           | none', '[x] Test it                            |',
    ]  # fmt: skip
    assert 'Decisions' not in lines
    assert lines[lines.index('Same files') + 1 :][:2] == ['  none', '  a merge of the two is clean']


def test_how_two_changed_the_same_file() -> None:
    binary = Change('M', 'a.py', '', None, None)
    both = tuple(
        Both('a.py', Change(status, 'a.py', '', 3, 1), other, shared)
        for status, other, shared in (
            ('A', Change('A', 'a.py', '', 4, 0), ()),
            ('D', Change('D', 'a.py', '', 0, 4), None),
            ('M', binary, None),
            ('M', CHANGE, ()),
            ('M', CHANGE, ((1, 1), (3, 5), (7, 7))),
            ('M', CHANGE, ((1, 1), (3, 5), (7, 7), (9, 9), (11, 20))),
            ('A', CHANGE, ()),
            ('M', CHANGE, ((2, 2),)),
            ('M', CHANGE, ()),
        )
    )
    whole = meeting(both, Merge(CONFLICTS, ('a.py', 'b.py')), changes=True)
    assert whole == [
        '  a.py  +3 -1, +4 -0; both added it',
        '  a.py  +3 -1, +0 -4; both deleted it',
        '  a.py  +3 -1, binary; lines unknown',
        '  a.py  +3 -1, +3 -1; other lines',
        '  a.py  +3 -1, +3 -1; the same lines: 1, 3-5, 7',
        '  a.py  +3 -1, +3 -1; the same lines: 1, 3-5, 7 and 2 more',
        '  a.py  +3 -1, +3 -1; other lines',
        '  a.py  +3 -1, +3 -1; the same lines: 2',
        '  a.py  +3 -1, +3 -1; other lines',
        '  a merge of the two conflicts: a.py, b.py',
    ]
    short = meeting(both, Merge(CONFLICTS), changes=False)
    assert short == [*whole[:8], '  + 1 more: --changes', '  a merge of the two conflicts']


@pytest.mark.parametrize(
    ('unit', 'one', 'other', 'row'),
    [
        ('', 2, 3, '2|3|+1'), ('', 3, 2, '3|2|-1'), ('', 2, 2, '2|2|0'),
        ('', None, 3, 'unknown|3|'),
        ('seconds', 3600.0, 60.0, '1h|1m|-59m'), ('seconds', 60.0, 119.0, '1m|1m|0'),
        ('seconds', 60.0, 120.0, '1m|2m|+1m'),
        ('percent', 84.0, 79.0, '84%|79%|-5.0'), ('percent', 84.04, 84.0, '84%|84%|0'),
        ('rate', 1.25, 2.5, '1.2|2.5|+1.2'), ('rate', 1.0, 1.04, '1.0|1.0|0'),
    ],
)  # fmt: skip
def test_figures_and_how_much_more(
    unit: str, one: float | None, other: float | None, row: str
) -> None:
    found = (Figure('figure', unit, one, other), Figure('tests', '', None, None))
    lines = shown(Comparison(side('a-1'), side('b-1'), (), Merge(CLEAN), found), figures=True)
    assert lines[-4] == 'Figures'
    assert lines[-3].split() == ['first', 'second', 'difference']
    assert '|'.join(lines[-2].split()[1:]) == row.rstrip('|')
    assert lines[-1] == '  unknown of both: tests'
