"""How gates and patterns are shown."""

from __future__ import annotations

from git_session.analysis.gates import Gate, Judged
from git_session.analysis.patterns import Finding, Pattern
from git_session.output import Style
from git_session.views import gates

FINDINGS = tuple(Finding('a.py', line, 'ddd', 'domain may not import x') for line in range(1, 8))
JUDGED = Judged(
    (
        Gate('tests', 'unknown', 'no report of a test run'),
        Gate('coverage', 'passes', '90% of lines, at least 85% wanted'),
        Gate('require-tests', 'fails', '1 source file changed, and no test: src/\x1b.py'),
        Gate('imports', 'fails', '7 forbidden imports: a.py:1: domain may not import x (ddd)'),
        Gate('blockers', 'fails', '1 open blocker: blk-1 CI'),
    ),
    FINDINGS,
    has_source=True,
)


def test_status() -> None:
    assert gates.status(JUDGED, Style()) == [
        '', 'Gates (2 failed)',
        '  require-tests: 1 source file changed, and no test: src/\\x1b.py',
        '  imports: 7 forbidden imports',
        *(f'    a.py:{number}: domain may not import x (ddd)' for number in range(1, 6)),
        '    + 2 more: git session status -v',
        '  unknown: tests',
    ]  # fmt: skip


def test_nothing_is_shown_while_no_gate_fails() -> None:
    passing = Judged((JUDGED.gates[0], JUDGED.gates[4]), (), has_source=True)
    assert gates.status(passing, Style()) == gates.status(Judged(), Style()) == []
    assert gates.brief(passing) == []


def test_imports_that_could_not_be_read_are_told_everywhere() -> None:
    said = "Go not checked: needs the extra 'patterns'"
    judged = Judged((JUDGED.gates[0], Gate('imports', 'unknown', said)), (), has_source=True)
    assert gates.status(judged, Style()) == ['', 'Gates', f'  imports unknown: {said}']
    assert gates.brief(judged) == gates.handoff(judged) == [f'gate imports unknown: {said}']
    failing = Judged((*judged.gates, JUDGED.gates[2]), (), has_source=True)
    assert gates.status(failing, Style())[-2:] == [
        f'  imports unknown: {said}', '  unknown: tests',
    ]  # fmt: skip


def test_brief() -> None:
    assert gates.brief(JUDGED) == [
        'gate require-tests fails: 1 source file changed, and no test: src/\\x1b.py',
        'gate imports fails: 7 forbidden imports: a.py:1: domain may not import x (ddd)',
    ]


def test_verbose() -> None:
    found = (
        Pattern('ddd', 'found', ('domain: domain/', 'infrastructure: infra/')),
        Pattern('factory', 'cannot tell', ('factories/',), 'folders only'),
        Pattern('cqrs', 'not found', ()),
    )
    assert gates.verbose(Judged(JUDGED.gates[:2], FINDINGS[:1]), found) == [
        '', 'Gates', '  tests unknown: no report of a test run',
        '  coverage passes: 90% of lines, at least 85% wanted',
        '', 'Forbidden imports', '  a.py:1: domain may not import x (ddd)',
        '', 'Patterns', '  ddd found: domain: domain/; infrastructure: infra/',
        '  factory cannot tell: factories/; folders only', '  cqrs not found',
    ]  # fmt: skip
    assert gates.verbose(Judged(), ()) == ['', 'Gates']


def test_data() -> None:
    assert gates.data(Judged((Gate('imports', 'off'), JUDGED.gates[0]), FINDINGS[:1])) == {
        'gates': [
            {'gate': 'imports', 'state': 'off', 'reason': None},
            {'gate': 'tests', 'state': 'unknown', 'reason': 'no report of a test run'},
        ],
        'findings': [{'path': 'a.py', 'line': 1, 'rule': 'ddd', 'text': 'domain may not import x'}],
    }
