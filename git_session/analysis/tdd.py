"""Test-driven development, judged: phases and commits in, cycles and violations out.

A cycle is RED (the run of the tests failed, and a test is new or changed) then GREEN (it
passed); REFACTOR stays green.  Three things are violations, ten points each:

- source that was committed in a cycle without a test,
- GREEN without RED before it,
- a phase that was claimed and that the run of the tests disproved.

Commits without a phase are read from what they change.  Tests first and source after
them is a cycle that nobody proved: it is no violation, and counted apart.
"""

from __future__ import annotations

from git_session import words
from git_session.analysis.figures import COVERAGE, trend
from git_session.analysis.subject import kind
from git_session.analysis.survey import language
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from git_session.history import Change
    from git_session.session import Phase, Session

PHASES = ('red', 'green', 'refactor')
POINTS = 10  # a violation costs so many of a hundred

NO_TEST = 'source without a test in its cycle'
NO_RED = 'GREEN without RED'
DISAGREES = 'a phase whose run disagrees'

_DOCUMENTS = ('.md', '.rst', '.txt', '.adoc')
_MARKUP = ('HTML', 'CSS', 'SQL')  # no unit tests are written for these


class Step(Record):
    """A commit, a proven phase, or both; or a phase that was refused.

    `tests` and `source` say what it changed.
    """

    at: float
    commit: str
    phase: str = ''
    refused: str = ''
    tests: bool = False
    source: bool = False


class Cycle(Record):
    """A RED that became GREEN; times in epoch seconds."""

    red: float
    green: float
    commit: str  # the one that is green

    @property
    def seconds(self) -> float:
        return max(self.green - self.red, 0.0)


class Violation(Record):
    """`kind` is NO_TEST, NO_RED or DISAGREES; `detail` may be empty."""

    kind: str
    at: float
    commit: str
    detail: str = ''


class Counts(Record):
    """What the runs of the tests told; None is unknown."""

    count: int | None = None
    passing: int | None = None
    written: int | None = None  # more than those that passed at the first run


class Figures(Record):
    """What TDD came to.  `discipline` is None while there is nothing to judge."""

    cycles: tuple[Cycle, ...]
    unproven: int  # cycles of commits that no run of the tests proved
    violations: tuple[Violation, ...]
    phase: str  # the last one that held, '' before the first
    since: float
    tests: Counts = Counts()
    coverage: tuple[float, ...] = ()  # percent, where it was measured, oldest first

    @property
    def judged(self) -> bool:
        return bool(self.cycles or self.unproven or self.violations or self.phase)

    @property
    def discipline(self) -> int | None:
        return discipline(len(self.violations)) if self.judged else None

    @property
    def seconds(self) -> float | None:
        """The median of the seconds from RED to GREEN."""
        if not self.cycles:
            return None
        spans = sorted(each.seconds for each in self.cycles)
        middle = len(spans) // 2
        return spans[middle] if len(spans) % 2 else (spans[middle - 1] + spans[middle]) / 2


def discipline(violations: int) -> int:
    """A hundred minus ten for each, at least 0."""
    return max(100 - POINTS * violations, 0)


# --- what a change is


def sort(path: str) -> str:
    """`test`, `source`, or '' for what is neither: documents, build files, data."""
    name = path.rpartition('/')[2]
    stem, _, _ = name.rpartition('.')
    what = kind(path)
    if what == 'test' or stem.endswith(('_spec', 'Test', 'Tests', 'Spec')):
        return '' if name.lower().endswith(_DOCUMENTS) else 'test'
    found = language(path)
    return 'source' if what == 'source' and found and found not in _MARKUP else ''


def new_tests(changes: Iterable[Change]) -> list[str]:
    """The tests that are new or changed, a move or a mode apart."""
    return [
        each.path for each in changes
        if each.status != 'D' and (each.added, each.deleted) != (0, 0)
        and sort(each.path) == 'test'
    ]  # fmt: skip


def contradiction(
    phase: str, *, passed: bool, tests: int | None = None, failures: int | None = None
) -> str:
    """Why the run of the tests disproves the phase; '' where it holds.

    `tests` and `failures` (errors among them) are those of its own report, None without one.
    """
    if tests == 0:
        return 'no test ran'
    if phase == 'red':
        if passed:
            return 'the tests pass, and RED needs a test that fails'
        if failures == 0:
            return 'the run failed, but no test of its report did'
        return ''
    needs = 'GREEN needs' if phase == 'green' else 'REFACTOR has to keep'
    if failures:
        return f'{words.count(failures, "test")} failed, and {needs} them passing'
    return '' if passed else f'the run of the tests failed, and {needs} them passing'


# --- the fold


class _Open:
    """The cycle that is open."""

    def __init__(self, *, has_test: bool = False) -> None:
        self.red: float | None = None
        self.has_test = has_test
        self.has_source = False
        self.loose: list[Step] = []  # changed source before any test


def judge(steps: Iterable[Step]) -> Figures:
    """Fold the steps, oldest first.  The figures of tests and coverage are left out."""
    cycles: list[Cycle] = []
    violations: list[Violation] = []
    unproven, phase, since = 0, '', 0.0
    now = _Open()
    for step in steps:
        if step.refused:
            detail = f'{step.phase.upper()}: {step.refused}'
            violations.append(Violation(DISAGREES, step.at, step.commit, detail))
            continue
        begins = step.phase == 'red' or (not step.phase and step.tests)
        if begins and now.red is None and now.has_source:
            unproven += now.has_test
            violations += _without(now)
            now = _Open()
        if step.phase == 'refactor' and now.red is None:  # its run proves what came before, too
            unproven += now.has_test and now.has_source
            now = _Open(has_test=now.has_test and not now.has_source)
        _take(now, step)
        if step.phase == 'green':
            if now.red is None:
                violations.append(Violation(NO_RED, step.at, step.commit))
            else:
                cycles.append(Cycle(now.red, step.at, step.commit))
            violations += _without(now)
            now = _Open()
        if step.phase:
            phase, since = step.phase, step.at
    unproven += now.red is None and now.has_test and now.has_source
    violations += _without(now)
    return Figures(tuple(cycles), unproven, tuple(violations), phase, since)


def _take(now: _Open, step: Step) -> None:
    """Add what a step changed to the open cycle."""
    if step.phase == 'red':
        now.red = step.at if now.red is None else now.red
    if step.phase == 'refactor':
        return
    if step.phase == 'red' or step.tests:
        now.has_test = True
    if step.source:
        now.has_source = True
        if not now.has_test:
            now.loose.append(step)


def _without(now: _Open) -> list[Violation]:
    """The violation of a cycle whose source had no test."""
    if not now.loose:
        return []
    first = now.loose[0]
    more = f'{words.count(len(now.loose), "commit")}' if len(now.loose) > 1 else ''
    return [Violation(NO_TEST, first.at, first.commit, more)]


def timeline(
    session: Session, commits: Sequence[str], changed: Mapping[str, Iterable[str]]
) -> list[Step]:
    """The steps of a session: `commits` oldest first, `changed` the paths of each.

    A phase stands behind the commit it was recorded at.  One whose commit is no longer
    there, as after a reset, is gone with it; a refused one stays.
    """
    phases: dict[str, list[Phase]] = {}
    first = {'', session.base, session.head_at_start}
    for each in session.phases:
        commit = session.current(each.commit)
        if commit not in commits and (commit in first or each.refused):
            commit = ''
        phases.setdefault(commit, []).append(each)
    steps = [Step(each.at, '', each.phase, each.refused) for each in phases.get('', ())]
    for commit in commits:
        sorts = {sort(path) for path in changed.get(commit, ())}
        tests, source = 'test' in sorts, 'source' in sorts
        there = phases.get(commit, [])
        if not there or there[0].refused:
            steps.append(Step(session.commits.get(commit, 0.0), commit, '', '', tests, source))
            tests = source = False
        for each in there:
            steps.append(Step(each.at, commit, each.phase, each.refused, tests, source))
            tests = source = False
    return steps


def figures(
    session: Session, commits: Sequence[str], changed: Mapping[str, Iterable[str]]
) -> Figures | None:
    """All figures of a session that does TDD, None for any other."""
    if session.mode != 'tdd' and not session.phases:
        return None
    found = judge(timeline(session, commits, changed))
    coverage = trend(session.checkpoints, COVERAGE)
    return found.replace(tests=_tests(session), coverage=tuple(coverage))


def _tests(session: Session) -> Counts:
    known = [each for each in session.phases if each.tests is not None]
    if not known or session.phases[-1].tests is None:
        return Counts()
    first, last = known[0], known[-1]
    before = (first.tests or 0) - (first.failures or 0)
    count = last.tests or 0
    return Counts(count, count - (last.failures or 0), max(count - before, 0))
