"""Quality gates from facts alone."""

from __future__ import annotations

import pytest

from git_session.analysis.figures import CHANGED, COVERAGE, TESTS, Figures
from git_session.analysis.gates import Changed, Checked, Gate, Judged, judge
from git_session.analysis.patterns import Finding

SOURCE = Changed(('a.py',), ('test_a.py',), is_required=True)
FINDINGS = tuple(Finding('a.py', line, 'ddd', f'domain may not import x{line}') for line in (1, 2))


def gate(
    name: str,
    figures: Figures = Figures(),  # noqa: B008 - it cannot be changed
    coverage: int = 85,
    new_code: int = 90,
    changed: Changed = SOURCE,
    checked: Checked = Checked(),  # noqa: B008
    blockers: tuple[str, ...] = (),
) -> str:
    judged = judge(figures, coverage, new_code, changed, checked, blockers)
    (found,) = [each for each in judged.gates if each.name == name]
    return str(found)


@pytest.mark.parametrize(
    ('figures', 'said'),
    [
        (Figures(), 'tests unknown: no report of a test run'),
        (Figures(unknown={TESTS: 'x.xml is old'}), 'tests unknown: x.xml is old'),
        (Figures(tests=12, failed=0), 'tests passes: 12 tests'),
        (Figures(tests=12, failed=1), 'tests fails: 1 of 12 tests failed'),
        (Figures(tests=0, failed=0), 'tests unknown: no test ran'),
        (Figures(coverage=100.0), 'tests unknown: no report of a test run'),
    ],
)
def test_tests(figures: Figures, said: str) -> None:
    assert gate('tests', figures) == said


@pytest.mark.parametrize(
    ('figures', 'coverage', 'said'),
    [
        (Figures(), 85, 'coverage unknown: no coverage report'),
        (Figures(unknown={COVERAGE: 'lcov.info is old'}), 85, 'coverage unknown: lcov.info is old'),
        (Figures(coverage=85.0), 85, 'coverage passes: 85% of lines, at least 85% wanted'),
        (Figures(coverage=84.96), 85, 'coverage fails: 84.96% of lines, at least 85% wanted'),
        (Figures(coverage=84.6), 85, 'coverage fails: 84.6% of lines, at least 85% wanted'),
        (Figures(coverage=0.0), 1, 'coverage fails: 0% of lines, at least 1% wanted'),
        (Figures(), 0, 'coverage off'),
        (Figures(coverage=0.0), 0, 'coverage off'),
    ],
)
def test_coverage(figures: Figures, coverage: int, said: str) -> None:
    assert gate('coverage', figures, coverage=coverage) == said


@pytest.mark.parametrize(
    ('figures', 'said'),
    [
        (Figures(), 'unknown: no coverage report'),
        (Figures(unknown={COVERAGE: 'lcov.info is old'}), 'unknown: lcov.info is old'),
        (Figures(coverage=99.0), 'unknown: no changed line is in the report'),
        (Figures(coverage=99.0, unknown={CHANGED: 'why'}), 'unknown: why'),
        (Figures(coverage=99.0, changed=89.0),
         'fails: 89% of the changed lines, at least 90% wanted'),
        (Figures(coverage=9.0, changed=100.0),
         'passes: 100% of the changed lines, at least 90% wanted'),
    ],
)  # fmt: skip
def test_new_code_coverage(figures: Figures, said: str) -> None:
    assert gate('new-code-coverage', figures) == f'new-code-coverage {said}'


@pytest.mark.parametrize(
    ('changed', 'said'),
    [
        (Changed(('a',), (), is_required=False), 'off'),
        (Changed((), (), is_required=True), 'passes: no source file changed'),
        (SOURCE, 'passes: 1 source file and 1 file with tests changed'),
        (Changed(('a', 'b', 'c', 'd', 'e'), (), is_required=True),
         'fails: 5 source files changed, and no test: a, b, c and 2 more'),
    ],
)  # fmt: skip
def test_require_tests(changed: Changed, said: str) -> None:
    assert gate('require-tests', changed=changed) == f'require-tests {said}'


@pytest.mark.parametrize(
    ('checked', 'said'),
    [
        (Checked(), 'off'),
        (Checked(is_asked=True), 'passes'),
        (Checked(is_asked=True, unread=('a.py cannot be parsed', 'Go not checked')),
         'unknown: a.py cannot be parsed, Go not checked'),
        (Checked(is_asked=True, findings=FINDINGS, unread=('Go not checked',)),
         'fails: 2 forbidden imports: a.py:1: domain may not import x1 (ddd), '
         'a.py:2: domain may not import x2 (ddd); Go not checked'),
    ],
)  # fmt: skip
def test_imports(checked: Checked, said: str) -> None:
    assert gate('imports', checked=checked) == f'imports {said}'


def test_blockers() -> None:
    assert gate('blockers') == 'blockers passes'
    assert gate('blockers', blockers=('blk-1 CI',)) == 'blockers fails: 1 open blocker: blk-1 CI'


def test_what_is_unknown_is_named_where_source_changed() -> None:
    judged = judge(Figures(), 85, 90, SOURCE, Checked(), ())
    assert [each.name for each in judged.unknown] == ['tests', 'coverage', 'new-code-coverage']
    assert judged.failed == []
    unread = Checked(is_asked=True, unread=('Go not checked',))
    judged = judge(Figures(), 85, 90, Changed((), (), is_required=True), unread, ('blk-1',))
    assert [each.name for each in judged.unknown] == ['imports']
    assert judged.failed == [Gate('blockers', 'fails', '1 open blocker: blk-1')]
    assert Judged().failed == Judged().unknown == []
