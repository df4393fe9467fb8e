"""The fold of phases and commits into cycles, violations and discipline."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_session.analysis.tdd import (
    DISAGREES,
    NO_RED,
    NO_TEST,
    Counts,
    Cycle,
    Figures,
    Step,
    contradiction,
    discipline,
    figures,
    judge,
    new_tests,
    sort,
    timeline,
)
from git_session.history import Change
from git_session.views.tdd import rows
from tests.made import BASE, Log


def _steps(words: str) -> list[Step]:
    """Steps from words: T tests, S source, B both, D neither; RED, GREEN, REF; !GREEN refused.

    `RED+T` is a phase at a commit that changed tests.
    """
    found = []
    for at, word in enumerate(words.split()):
        phase, _, what = word.partition('+')
        if phase in ('T', 'S', 'B', 'D'):
            phase, what = '', phase
        refused = 'no' if phase.startswith('!') else ''
        name = {'RED': 'red', 'GREEN': 'green', 'REF': 'refactor', '': ''}[phase.lstrip('!')]
        found.append(Step(float(at), f'c{at}', name, refused, what in 'TB' and bool(what),
                          what in 'SB' and bool(what)))  # fmt: skip
    return found


def _kinds(found: Figures) -> list[str]:
    return [each.kind for each in found.violations]


@pytest.mark.parametrize(
    ('words', 'cycles', 'unproven', 'kinds'),
    [
        ('RED+T GREEN+S', 1, 0, []),
        ('RED+T GREEN+S REF+S', 1, 0, []),
        ('RED+T GREEN+S REF+S RED+T GREEN+S', 2, 0, []),
        ('RED+T RED+T GREEN+S', 1, 0, []),  # two tests, one cycle
        ('RED+T S S GREEN', 1, 0, []),  # ordinary commits on the way
        ('T RED S GREEN', 1, 0, []),  # recorded at commits made before
        ('RED+T GREEN+B', 1, 0, []),
        ('RED+B GREEN+S', 1, 0, []),  # a stub beside the test
        ('D RED+T D GREEN+S D', 1, 0, []),
        ('RED+T', 0, 0, []),
        ('REF+S', 0, 0, []),
        ('GREEN+S', 0, 0, [NO_RED, NO_TEST]),
        ('GREEN+B', 0, 0, [NO_RED]),
        ('RED+T GREEN+S GREEN+B', 1, 0, [NO_RED]),
        ('S', 0, 0, [NO_TEST]),
        ('S S S', 0, 0, [NO_TEST]),  # one cycle, one violation
        ('S RED+T GREEN+S', 1, 0, [NO_TEST]),
        ('RED+T GREEN+S S', 1, 0, [NO_TEST]),
        ('RED+T GREEN+S S REF', 1, 0, []),  # the run of the refactoring proves it
        ('T S', 0, 1, []),
        ('T S S', 0, 1, []),
        ('T S T S', 0, 2, []),
        ('B', 0, 1, []),
        ('B B', 0, 2, []),
        ('T S RED+T GREEN+S', 1, 1, []),
        ('T S REF+S', 0, 1, []),
        ('T', 0, 0, []),
        ('T S GREEN', 0, 0, [NO_RED]),
        ('!GREEN', 0, 0, [DISAGREES]),
        ('RED+T !GREEN !GREEN GREEN+S', 1, 0, [DISAGREES, DISAGREES]),
        ('RED+T GREEN+S !REF+S', 1, 0, [DISAGREES]),
        ('!RED RED+T GREEN+S', 1, 0, [DISAGREES]),
        ('D D', 0, 0, []),
        ('', 0, 0, []),
    ],
)
def test_sequences(words: str, cycles: int, unproven: int, kinds: list[str]) -> None:
    found = judge(_steps(words))
    assert (len(found.cycles), found.unproven, _kinds(found)) == (cycles, unproven, kinds)


def test_nothing_to_judge_is_unknown_not_perfect() -> None:
    assert judge([]).discipline is None
    assert judge(_steps('D')).discipline is None
    assert judge(_steps('RED+T')).discipline == 100


def test_a_cycle_has_its_times_and_a_violation_its_place() -> None:
    found = judge(_steps('RED+T RED+T GREEN+S S S'))
    assert found.cycles == (Cycle(0.0, 2.0, 'c2'),)
    assert found.seconds == 2.0
    (only,) = found.violations
    assert (only.at, only.commit, only.detail) == (3.0, 'c3', '2 commits')
    assert (found.phase, found.since) == ('green', 2.0)


def test_the_time_of_a_cycle_is_the_median_and_never_negative() -> None:
    spans = [Cycle(0, 10, ''), Cycle(0, 30, ''), Cycle(5, 0, ''), Cycle(0, 20, '')]
    assert Figures(tuple(spans), 0, (), 'green', 0).seconds == 15
    assert Figures((), 0, (), '', 0).seconds is None


_WORD = st.sampled_from(
    ['T', 'S', 'B', 'D', 'RED+T', 'RED', 'GREEN+S', 'GREEN+B', 'GREEN', 'REF+S', 'REF', '!RED',
     '!GREEN', '!REF'])  # fmt: skip
_WORDS = st.lists(_WORD, max_size=30).map(' '.join)


@given(_WORDS)
def test_discipline_is_a_hundred_minus_ten_a_violation(words: str) -> None:
    found = judge(_steps(words))
    if found.discipline is not None:
        assert found.discipline == max(100 - 10 * len(found.violations), 0)
        assert found.discipline == discipline(len(found.violations))


@given(_WORDS, st.integers(0, 30))
def test_documents_change_nothing(words: str, at: int) -> None:
    listed = words.split()
    listed.insert(at, 'D')
    one, other = judge(_steps(words)), judge(_steps(' '.join(listed)))
    assert (len(one.cycles), one.unproven, _kinds(one)) == (
        len(other.cycles), other.unproven, _kinds(other),
    )  # fmt: skip


@given(_WORDS, st.integers(0, 30), st.sampled_from(['!RED', '!GREEN', '!REF']))
def test_a_disproved_phase_costs_ten_wherever_it_stands(words: str, at: int, bad: str) -> None:
    listed = words.split()
    listed.insert(at, bad)
    one, other = judge(_steps(words)), judge(_steps(' '.join(listed)))
    assert len(other.violations) == len(one.violations) + 1
    assert len(other.cycles) == len(one.cycles)


@given(_WORDS)
def test_a_proven_cycle_at_the_end_is_always_counted(words: str) -> None:
    before, after = judge(_steps(words)), judge(_steps(words + ' RED+T GREEN+S'))
    more = len(after.cycles) - len(before.cycles)
    assert more == 1
    # What came before is judged as it was: no later cycle makes it worse or better.
    assert _kinds(after) == _kinds(before)


_CYCLE = st.tuples(
    st.sampled_from(['RED+T', 'T RED', 'RED+T RED+T', 'RED+T T']),
    st.sampled_from(['GREEN+S', 'S GREEN', 'GREEN+B', 'S S GREEN+S']),
    st.sampled_from(['', 'REF+S', 'S REF', 'REF+S REF+S']),
).map(' '.join)


@given(st.lists(_CYCLE, min_size=1, max_size=8))
def test_correct_tdd_in_separate_commits_scores_a_hundred(cycles: list[str]) -> None:
    found = judge(_steps(' '.join(cycles)))
    assert (len(found.cycles), found.unproven, found.discipline) == (len(cycles), 0, 100)


@pytest.mark.parametrize(
    ('phase', 'passed', 'tests', 'failures', 'why'),
    [
        ('red', False, None, None, ''),
        ('red', False, 5, 1, ''),
        ('red', True, None, None, 'the tests pass, and RED needs a test that fails'),
        ('red', True, 5, 0, 'the tests pass, and RED needs a test that fails'),
        ('red', False, 5, 0, 'the run failed, but no test of its report did'),
        ('red', False, 0, 0, 'no test ran'),
        ('green', True, None, None, ''),
        ('green', True, 5, 0, ''),
        ('green', True, 0, 0, 'no test ran'),
        ('green', True, 5, 2, '2 tests failed, and GREEN needs them passing'),
        ('green', False, 5, 1, '1 test failed, and GREEN needs them passing'),
        ('green', False, None, None,
         'the run of the tests failed, and GREEN needs them passing'),
        ('green', False, 5, 0, 'the run of the tests failed, and GREEN needs them passing'),
        ('refactor', True, None, None, ''),
        ('refactor', False, None, None,
         'the run of the tests failed, and REFACTOR has to keep them passing'),
    ],
)  # fmt: skip
def test_what_a_run_says_of_a_phase(
    phase: str, passed: bool, tests: int | None, failures: int | None, why: str
) -> None:
    assert contradiction(phase, passed=passed, tests=tests, failures=failures) == why


@pytest.mark.parametrize(
    ('path', 'what'),
    [
        ('src/a.py', 'source'), ('a.rs', 'source'), ('tests/test_a.py', 'test'),
        ('test_a.py', 'test'), ('a_test.go', 'test'), ('web/a.spec.ts', 'test'),
        ('src/main/java/AccountTest.java', 'test'), ('lib/a_spec.rb', 'test'),
        ('tests/data/case.json', 'test'), ('tests/README.md', ''), ('README.md', ''),
        ('docs/conf.py', ''), ('setup.py', ''), ('Makefile', ''), ('data.json', ''),
        ('page.html', ''), ('src/latest.py', 'source'), ('src/contest.py', 'source'),
        ('LICENSE', ''),
    ],
)  # fmt: skip
def test_what_sort_of_file_a_path_names(path: str, what: str) -> None:
    assert sort(path) == what


def test_a_test_is_new_or_changed_in_its_content() -> None:
    changes = [
        Change('A', 'tests/test_new.py', '', 3, 0), Change('M', 'tests/test_old.py', '', 1, 1),
        Change('D', 'tests/test_gone.py', '', 0, 9), Change('M', 'tests/test_mode.py', '', 0, 0),
        Change('R', 'tests/test_moved.py', 'tests/test_a.py', 0, 0),
        Change('A', 'tests/data.bin', '', None, None), Change('A', 'src/a.py', '', 3, 0),
    ]  # fmt: skip
    assert new_tests(changes) == ['tests/test_new.py', 'tests/test_old.py', 'tests/data.bin']


# --- from the log


def _log(*phases: tuple[str, str, str], mode: str = 'tdd') -> Log:
    log = Log()
    log.add('start', 0, branch='refs/heads/w', base=BASE, head=BASE, mode=mode)
    for commit in ('1' * 40, '2' * 40):
        log.add('commit', commit=commit)
    for phase, commit, refused in phases:
        log.add('tdd', phase=phase, commit=commit, refused=refused or None)
    return log


def test_a_phase_stands_behind_its_commit_whenever_it_was_recorded() -> None:
    session = _log(
        ('red', '1' * 40, ''), ('green', '2' * 40, ''), ('refactor', '2' * 40, '')
    ).replay()
    commits = ['1' * 40, '2' * 40]
    changed = {'1' * 40: ('tests/test_a.py',), '2' * 40: ('a.py',)}
    steps = timeline(session, commits, changed)
    assert [(each.phase, each.tests, each.source) for each in steps] == [
        ('red', True, False), ('green', False, True), ('refactor', False, False),
    ]  # fmt: skip
    found = figures(session, commits, changed)
    assert found is not None
    assert (len(found.cycles), found.discipline) == (1, 100)


def test_a_phase_follows_the_rewrite_of_its_commit_and_goes_with_a_reset() -> None:
    log = _log(('red', '1' * 40, ''), ('green', '2' * 40, ''), ('green', '1' * 40, 'it failed'))
    log.add('rewrite', pairs=[['1' * 40, '3' * 40], ['2' * 40, '3' * 40]])
    changed = {'3' * 40: ('tests/test_a.py', 'a.py')}
    steps = timeline(log.replay(), ['3' * 40], changed)
    assert [(each.phase, each.refused) for each in steps] == [
        ('red', ''), ('green', ''), ('green', 'it failed'),
    ]  # fmt: skip
    reset = timeline(_log(('red', '1' * 40, ''), ('green', '2' * 40, ''),
                          ('green', '2' * 40, 'it failed')).replay(), ['1' * 40], {})  # fmt: skip
    assert [(each.phase, each.refused) for each in reset] == [('green', 'it failed'), ('red', '')]


def test_a_session_without_tdd_has_no_figures() -> None:
    assert figures(_log(mode='normal').replay(), [], {}) is None
    assert figures(_log().replay(), [], {}) is not None


def test_figures_of_the_runs_are_known_only_where_they_were_measured() -> None:
    log = _log()
    log.add('tdd', phase='red', commit='1' * 40, tests=5, failures=1)
    log.add('tdd', phase='green', commit='2' * 40, tests=6, failures=0)
    assert figures(log.replay(), [], {}).tests == Counts(6, 6, 2)  # type: ignore[union-attr]
    log.add('tdd', phase='refactor', commit='2' * 40)
    assert figures(log.replay(), [], {}).tests == Counts()  # type: ignore[union-attr]


def test_coverage_has_a_trend_of_what_checkpoints_measured() -> None:
    log = _log()
    for value in (79, None, True, 84.5):
        log.add('checkpoint', commit='1' * 40, impact={'coverage': value})
    assert figures(log.replay(), [], {}).coverage == (79.0, 84.5)  # type: ignore[union-attr]


def test_coverage_is_shown_as_everywhere_else() -> None:
    figures = Figures((), 0, (), 'red', 0.0, coverage=(79.5, 84.33))
    assert ('coverage', '80% → 84%') in rows(figures)
