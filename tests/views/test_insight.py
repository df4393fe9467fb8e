"""What analyze shows, whole, at several widths, with and without color and unicode."""

from __future__ import annotations

import pytest

from git_session.analysis.gates import Gate, Judged
from git_session.analysis.health import Deduction, Health
from git_session.analysis.landscape import draw
from git_session.analysis.patterns import Finding, Pattern
from git_session.analysis.steps import Step
from git_session.analysis.velocity import judge
from git_session.output import Style
from git_session.views import insight, landscape
from git_session.wholelog import Branch
from tests.analysis.test_tally import NOON, count, entry, line
from tests.analysis.test_velocity import record

DAY = 86400
PLAIN = Style(unicode=False)
HEALTH = Health(
    (Deduction('tests', 20, 3, '3 of 40 tests failed'),
     Deduction('objectives', 15, 3, 'nothing was done for more than a day on obj-1, obj-2, obj-3')),
    (('coverage', 'no coverage report'),),
)  # fmt: skip


def test_health_at_several_widths() -> None:
    assert insight.health(HEALTH, Style(width=200)) == [
        'Health 65 of 100 ━━━━━━╌╌╌╌ (1 figure unknown)',
        ' -20  tests: 3 of 40 tests failed',
        ' -15  objectives: nothing was done for more than a day on obj-1, obj-2, obj-3',
        '   ?  coverage unknown: no coverage report',
    ]
    narrow = insight.health(HEALTH, Style(unicode=False, width=40))
    assert narrow == [
        'Health 65 of 100 ######.... (1 figure',
        '  unknown)',
        ' -20  tests: 3 of 40 tests failed',
        ' -15  objectives: nothing was done for',
        '      more than a day on obj-1, obj-2,',
        '      obj-3',
        '   ?  coverage unknown: no coverage',
        '      report',
    ]


@pytest.mark.parametrize(('points', 'code'), [(20, '32'), (21, '33'), (50, '33'), (51, '31')])
def test_the_color_of_health(points: int, code: str) -> None:
    found = Health((Deduction('tests', points, 1, 'x'),), ())
    assert insight.health(found, Style(color=True))[0].startswith(f'\033[1;{code}mHealth')


def test_a_session_in_good_health() -> None:
    assert insight.health(Health((), ()), PLAIN) == [
        'Health 100 of 100 ##########', '  nothing is deducted',
    ]  # fmt: skip


def test_velocity() -> None:
    others = [record('a', commits=1, done=0), record('b', commits=None, deleted=130)]
    assert insight.velocity(judge(record(), others), PLAIN) == [
        'Velocity (active time 1h)',
        '  objectives  1.0 an hour (1 in all); median of 2 sessions 0.5, x2.0',
        '  commits     2.0 an hour (2 in all); median of 1 session 1.0, x2.0',
        '  net lines   20 an hour (+20 in all); median of 2 sessions -40',
        '  objectives  #_#  (last 3 sessions)',
        '  net lines   _##  (last 3 sessions)',
    ]


def test_velocity_of_the_first_session() -> None:
    assert insight.velocity(judge(record(seconds=60, commits=None), []), PLAIN) == [
        'Velocity (active time 1m)',
        '  objectives  1 in all, too little active time for a rate',
        '  commits     unknown',
        '  net lines   +20 in all, too little active time for a rate',
        '  no other session to compare with',
    ]


@pytest.mark.parametrize(
    ('values', 'unicode', 'ascii'),
    [
        ([], '', ''), ([0, 0], '▁▁', '__'), ([0, 1, 8], '▁▂█', '_.#'), ([7], '█', '#'),
        ([-3, 4], '▁█', '_#'), ([0.001, 100], '▂█', '.#'),
    ],
)  # fmt: skip
def test_sparkline(values: list[float], unicode: str, ascii: str) -> None:
    assert insight.sparkline(values, Style()) == unicode
    assert insight.sparkline(values, PLAIN) == ascii


def test_steps() -> None:
    steps = [Step('do it now ' * 6, 'it is late', 'git do it'), Step('and that', 'why')]
    assert insight.steps(steps, Style(width=50)) == [
        'Recommended',
        '  • do it now do it now do it now do it now do it',
        '    now do it now ',
        '    because: it is late',
        '    git do it',
        '  • and that',
        '    because: why',
    ]
    assert insight.steps([], PLAIN) == ['Recommended', '  nothing']


def test_patterns() -> None:
    judged = Judged(
        (Gate('imports', 'fails', '7 imports go up'),),
        tuple(Finding(f'src/{at}.py', at, 'layers', 'view imports main') for at in range(12)),
    )
    found = [
        Pattern('MVC', 'found', ('views: src/views', 'models: src/models'), 'no controllers'),
        Pattern('DDD', 'not found', ()),
    ]
    shown = insight.patterns(judged, found, PLAIN)
    assert (shown[0], shown[1]) == ('Patterns', '  imports fails: 7 imports go up')
    assert shown[2] == '    src/0.py:0: view imports main (layers)'
    assert shown[11] == '    src/9.py:9: view imports main (layers)'
    assert shown[12:] == [
        '    + 2 more: git session status -v',
        '  MVC found: views: src/views; models: src/models; no controllers', '  DDD not found',
    ]  # fmt: skip
    for nothing in (Judged(), Judged((Gate('imports', 'off'),))):
        assert insight.patterns(nothing, [], PLAIN) == [
            'Patterns', '  none is configured (context.architecture, context.patterns)',
        ]  # fmt: skip


def test_a_history() -> None:
    commits = [
        *(entry(line('src/a.py', 3, 1), line('b', None, None), subject='fix: it', at=NOON - n * DAY)
          for n in range(3)),
        entry(merge=True, who='Bob\x1b <b@x>', at=NOON - 9 * DAY), entry(at=0),
        entry(line('src/a.py', 3), at=10**14, who='Bob\x1b <b@x>', subject='Revert "x"'),
    ]  # fmt: skip
    found = draw(
        count(*commits), people={}, present={'src/a.py', 'b'}, now=NOON,
        branches=[Branch('old', NOON - 99 * DAY, True), Branch('new', NOON, False)],
    )  # fmt: skip
    one = landscape.text(found.replace(binary=1), PLAIN, NOON, has_lines=True, shallow=False)
    assert one[2] == '  +12 -3 lines, 1 change of binary files'
    shown = landscape.text(found, PLAIN, NOON, has_lines=True, shallow=False)
    assert shown == [
        'History',
        '  6 commits since 2026-11-13, 1 merge among them',
        '  +12 -3 lines, 3 changes of binary files',
        '  3 fixes, 1 revert',
        '  1 dated in the future, 1 without a date',
        '  12 weeks  __________:#  4 commits',
        '  hours     _________:__#___________  0 to 23, on the clock of the author',
        '  days      Mon 0%, Tue 0%, Wed 0%, Thu 0%, Fri 40%, Sat 40%, Sun 20%',
        '  size      half of the commits at most 4 lines, nine of ten 4',
        '',
        'People',
        '  Ann: 4 commits (67%), +9 -3',
        '  Bob\\x1b: 2 commits (33%), +3 -0',
        '',
        'Hot files',
        '  src/a.py: 4 commits, 3 of them fixes, 2 people',
        '  b: 3 commits, 3 of them fixes, 1 person',
        '',
        'Change together (in the last 6 commits)',
        '  b: src/a.py in 3 of 3 commits',
        '  src/a.py: b in 3 of 4 commits',
        '',
        'Ownership',
        '  src: Ann 75% of 4 changes',
        '  .: Ann 100% of 3 changes',
        '',
        'Branches, oldest first',
        '  old: 14 weeks ago, merged',
        '  new: just now',
    ]
    assert all(len(each) <= 80 for each in shown)


def test_histories_that_do_not_say_everything() -> None:
    found = draw(
        count(entry(line('a', None, None))), people={}, present={'a'}, branches=(), now=NOON
    )
    shown = landscape.text(found, PLAIN, NOON, has_lines=False, shallow=True)
    assert shown[1:5] == [
        '  1 commit since 2026-11-22',
        '  0 fixes, 0 reverts',
        '  this clone is shallow: older commits are not in these figures',
        '  this clone is partial: lines and renames are unknown',
    ]


def test_long_lists_say_what_is_left_out() -> None:
    commits = [entry(line(str(number)), who=f'P{number} <p@x>') for number in range(7)]
    found = draw(count(*commits), people={}, present=set(map(str, range(7))), branches=(), now=NOON)
    shown = landscape.text(found, Style(width=40), NOON, has_lines=True, shallow=False)
    assert shown.count('  + 2 more: --json') == 2
    assert all(len(each) <= 40 for each in shown)
