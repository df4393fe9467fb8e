"""What status and analyze say of a test-driven session."""

from __future__ import annotations

from git_session.analysis.tdd import NO_RED, Counts, Figures, Violation
from git_session.views import tdd

NOTHING = Figures((), 0, (), '', 0.0)


def test_before_the_first_phase() -> None:
    assert tdd.text(NOTHING, 0.0) == ['no phase yet']


def test_violations_without_a_proved_phase() -> None:
    wrong = tuple(Violation(NO_RED, 0.0, f'{at:040x}', 'a\x1bb' * (at == 6)) for at in range(7))
    shown = tdd.text(NOTHING.replace(violations=wrong, unproven=2), 60.0)
    assert shown[:2] == ['no phase that the tests proved', 'cycles: 0, 2 more that no run proved']
    assert shown[2].startswith('discipline: ')
    assert shown[2].endswith(' of 100 (7 violations)')
    assert shown[3:] == [
        *(f'violation: {NO_RED} at {"0" * 10}' for _ in range(len(shown) - 5)),
        f'violation: {NO_RED} at {"0" * 10} (a\\x1bb)',
        f'+ {7 - (len(shown) - 4)} older violations',
    ]


def test_a_phase_and_what_was_measured() -> None:
    found = NOTHING.replace(
        phase='green', since=0.0, tests=Counts(5, 4, 2), coverage=(79.0, 80.5, 84.0)
    )
    assert tdd.text(found, 120.0)[0] == 'GREEN 2 minutes ago'
    assert tdd.rows(found)[2:] == [
        ('tests', '4 of 5 passing, 2 written here'), ('coverage', '79% → 84%'),
    ]  # fmt: skip
    assert tdd.rows(found.replace(coverage=(79.0,), tests=Counts()))[2:] == []
