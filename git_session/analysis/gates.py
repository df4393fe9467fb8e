"""Quality gates: figures, changes, findings and blockers in, what passes and what fails out.

A figure that is not known neither passes nor fails its gate: it is unknown, and says why.
"""

from __future__ import annotations

from git_session import words
from git_session.analysis.figures import CHANGED, COVERAGE, TESTS, Figures, percent
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from git_session.analysis.patterns import Finding

PASSES, FAILS, UNKNOWN, OFF = 'passes', 'fails', 'unknown', 'off'
_NAMED = 3  # files, blockers, findings in one reason


class Gate(Record):
    """`name` is tests, coverage, new-code-coverage, require-tests, imports or blockers.

    `state` is one of PASSES, FAILS, UNKNOWN and OFF (nothing asks for it).
    """

    name: str
    state: str
    reason: str = ''

    def __str__(self) -> str:
        return f'{self.name} {self.state}' + (f': {self.reason}' if self.reason else '')


class Changed(Record):
    """The source files and the tests that changed, and whether tests have to."""

    source: tuple[str, ...]
    tests: tuple[str, ...]
    is_required: bool


class Checked(Record):
    """Imports held against the layers; `is_asked` where there are any, `unread` in words."""

    is_asked: bool = False
    findings: tuple[Finding, ...] = ()
    unread: tuple[str, ...] = ()


class Judged(Record):
    """All gates, and the imports that a rule forbids."""

    gates: tuple[Gate, ...] = ()
    findings: tuple[Finding, ...] = ()
    has_source: bool = False  # whether source changed

    @property
    def failed(self) -> list[Gate]:
        return [each for each in self.gates if each.state == FAILS]

    @property
    def unknown(self) -> list[Gate]:
        """Those that are to be named: figures that are not known matter where source changed."""
        found = [each for each in self.gates if each.state == UNKNOWN]
        return [each for each in found if self.has_source or each.name == 'imports']

    @property
    def unread(self) -> list[Gate]:
        """The gate of imports where it could not read what it should have held up."""
        return [each for each in self.gates if each.name == 'imports' and each.state == UNKNOWN]


def judge(
    figures: Figures, coverage: int, new_code: int, changed: Changed, checked: Checked,
    blockers: Sequence[str],
) -> Judged:  # fmt: skip
    """`coverage` and `new_code` are thresholds in percent, 0 for none; `blockers` the open ones."""
    gates = (
        _tests(figures),
        _threshold('coverage', figures.coverage, coverage, 'of lines', figures, COVERAGE),
        _threshold(
            'new-code-coverage', figures.changed, new_code, 'of the changed lines', figures, CHANGED
        ),
        _required(changed),
        _imports(checked),
        _blockers(blockers),
    )
    return Judged(gates, checked.findings, bool(changed.source))


def _unknown(figures: Figures, kind: str) -> str:
    missing = {TESTS: 'no report of a test run', COVERAGE: 'no coverage report'}
    known = figures.unknown.get(kind) or (figures.unknown.get(COVERAGE) if kind == CHANGED else '')
    if kind == CHANGED and figures.coverage is not None:
        return known or 'no changed line is in the report'
    return known or missing.get(kind, missing[COVERAGE])


def _tests(figures: Figures) -> Gate:
    if figures.failed is None or figures.tests is None:
        return Gate('tests', UNKNOWN, _unknown(figures, TESTS))
    if figures.failed:
        return Gate(
            'tests', FAILS, f'{figures.failed} of {words.count(figures.tests, "test")} failed'
        )
    if not figures.tests:
        return Gate('tests', UNKNOWN, 'no test ran')
    return Gate('tests', PASSES, words.count(figures.tests, 'test'))


def _threshold(
    name: str, value: float | None, least: int, what: str, figures: Figures, kind: str
) -> Gate:
    if not least:
        return Gate(name, OFF)
    if value is None:
        return Gate(name, UNKNOWN, _unknown(figures, kind))
    shown = percent(value, least)
    if value < least and shown == f'{least}%':
        shown = f'{int(value * 100) / 100:.2f}%'  # not rounded up to what is wanted
    said = f'{shown} {what}, at least {least}% wanted'
    return Gate(name, PASSES if value >= least else FAILS, said)


def _required(changed: Changed) -> Gate:
    name = 'require-tests'
    if not changed.is_required:
        return Gate(name, OFF)
    if not changed.source:
        return Gate(name, PASSES, 'no source file changed')
    source = words.count(len(changed.source), 'source file')
    if changed.tests:
        tests = words.count(len(changed.tests), 'file')
        return Gate(name, PASSES, f'{source} and {tests} with tests changed')
    return Gate(name, FAILS, f'{source} changed, and no test: {_some(changed.source)}')


def _imports(checked: Checked) -> Gate:
    if not checked.is_asked:
        return Gate('imports', OFF)
    if checked.findings:
        number = words.count(len(checked.findings), 'forbidden import')
        reason = f'{number}: {_some([str(each) for each in checked.findings])}'
        unread = f'; {_some(checked.unread)}' if checked.unread else ''
        return Gate('imports', FAILS, reason + unread)
    if checked.unread:
        return Gate('imports', UNKNOWN, _some(checked.unread))
    return Gate('imports', PASSES)


def _blockers(open_ones: Sequence[str]) -> Gate:
    if not open_ones:
        return Gate('blockers', PASSES)
    number = words.count(len(open_ones), 'open blocker')
    return Gate('blockers', FAILS, f'{number}: {_some(open_ones)}')


def _some(names: Sequence[str]) -> str:
    more = f' and {len(names) - _NAMED} more' if len(names) > _NAMED else ''
    return ', '.join(names[:_NAMED]) + more
