"""What the reports of tests and coverage say, in words and as data.

A figure that was not measured is None, and `unknown` says why.
"""

from __future__ import annotations

from git_session.output import line
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from git_session.session import Checkpoint

TESTS, COVERAGE, CHANGED = 'tests', 'coverage', 'changed'
SHOWN = (TESTS, COVERAGE)  # in a checkpoint commit, under these keys of its impact
_IMPACT = ('tests', 'tests_failed', 'tests_skipped', 'coverage', 'coverage_changed')
_MOST_TESTS = 10**9  # no suite has more


class Figures(Record):
    """`failed` has failures and errors; coverage in percent of lines, 0 to 100.

    `changed` is that of the lines that the session added, as far as reports speak of
    them: `changed_covered` of `changed_measured`.  `sources` are the reports of each of
    TESTS and COVERAGE, `unknown` says why one of TESTS, COVERAGE, CHANGED is not known;
    it has no entry where nobody expects one.
    """

    tests: int | None = None
    failed: int | None = None
    skipped: int | None = None
    coverage: float | None = None
    changed: float | None = None
    changed_covered: int = 0
    changed_measured: int = 0
    missed: tuple[tuple[str, int], ...] = ()  # changed lines that did not run
    unmeasured: tuple[str, ...] = ()  # changed source files that no report speaks of
    sources: dict[str, tuple[str, ...]] = {}  # noqa: RUF012 - a record cannot be changed
    unknown: dict[str, str] = {}  # noqa: RUF012

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return self.tests is None and self.coverage is None and not self.unknown


def impact(figures: Figures) -> dict[str, Any]:
    """What a checkpoint keeps of them: the keys that are known."""
    values = (figures.tests, figures.failed, figures.skipped, figures.coverage, figures.changed)
    found: dict[str, Any] = {}
    for key, value in zip(_IMPACT, values, strict=True):
        if value is not None:
            found[key] = round(value, 2) if isinstance(value, float) else value
    reports = [path for kind in (TESTS, COVERAGE) for path in figures.sources.get(kind, ())]
    if found and reports:
        found['reports'] = reports
    return found


def known(impact: Mapping[str, Any], key: str) -> float | None:
    """The figure that a checkpoint kept under a key, None where it has none.

    A log may come from elsewhere: what no report can say, as NaN, is none.
    """
    value = impact.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    most = 100 if key.startswith(COVERAGE) else _MOST_TESTS
    return value if 0 <= value <= most else None


def last(checkpoints: Sequence[Checkpoint], key: str, amended: str = '') -> float | None:
    """The figure of the last checkpoint that knew it, that of the amended commit apart."""
    for each in reversed(checkpoints):
        value = known(each.impact, key)
        if value is not None and not (amended and each.commit == amended):
            return float(value)
    return None


def trend(checkpoints: Iterable[Checkpoint], key: str) -> list[float]:
    """The figure of each checkpoint that knew it, in their order."""
    values = (known(each.impact, key) for each in checkpoints)
    return [float(value) for value in values if value is not None]


def percent(value: float, other: float | None = None) -> str:
    """``84%``; with a decimal where `other` would look the same; 100% is all, 0% nothing."""
    shown = _whole(value)
    if other is None or _whole(other) != shown or f'{value:.1f}' == f'{other:.1f}':
        return f'{shown}%'
    return f'{value:.1f}%'


def _whole(value: float) -> int:
    rounded = round(value)
    if rounded == 100 and value < 100:
        return 99
    return 1 if rounded == 0 and value > 0 else rounded


def lines(impact: dict[str, Any], before: dict[str, float | None]) -> list[str]:
    """``Tests: +12`` and ``Coverage: 79% → 84%`` of a checkpoint, what is known of them.

    `before` has the figures of the last checkpoint that knew each.
    """
    found = []
    tests = known(impact, 'tests')
    if tests is not None:
        was = before.get('tests')
        difference = '' if was is None else f'{int(tests) - int(was):+d}'
        said = difference if difference not in ('', '+0') else str(int(tests))
        failed = int(known(impact, 'tests_failed') or 0)
        found.append(f'Tests: {said}' + (f', {failed} failed' if failed else ''))
    now = known(impact, 'coverage')
    if now is not None:
        was = before.get('coverage')
        same = was is None or f'{was:.1f}' == f'{now:.1f}'
        arrow = '' if same or was is None else f'{percent(was, now)} → '
        found.append(f'Coverage: {arrow}{percent(now, was)}')
    return found


def said(figures: Figures) -> list[str]:
    """One line each, with where it comes from, or why it is not known."""
    found = []
    if figures.tests is not None:
        parts = [f'tests {figures.tests}']
        parts += [
            f'{number} {word}'
            for number, word in ((figures.failed, 'failed'), (figures.skipped, 'skipped'))
            if number
        ]
        found.append(', '.join(parts) + _from(figures, TESTS))
    elif TESTS in figures.unknown:
        found.append(f'tests unknown: {line(figures.unknown[TESTS])}')
    if figures.coverage is not None:
        changed = ''
        if figures.changed is not None:
            ratio = f'{figures.changed_covered} of {figures.changed_measured}'
            changed = f', {percent(figures.changed)} of the changed ones ({ratio})'
        where = _from(figures, COVERAGE)
        found.append(f'coverage {percent(figures.coverage)} of lines{changed}{where}')
        if figures.unmeasured:
            found.append(f'not measured: {_named(figures.unmeasured)}')
        if CHANGED in figures.unknown:
            found.append(f'coverage of changed lines unknown: {line(figures.unknown[CHANGED])}')
    elif COVERAGE in figures.unknown:
        found.append(f'coverage unknown: {line(figures.unknown[COVERAGE])}')
    return found


_MOST_NAMED = 2


def _from(figures: Figures, kind: str) -> str:
    """`` (junit.xml)``, `` (a.xml, b.xml and 7 more)``"""
    paths = figures.sources.get(kind, ())
    if not paths:
        return ''
    return f' ({_named(paths)})'


def _named(paths: Sequence[str]) -> str:
    more = f' and {len(paths) - _MOST_NAMED} more' if len(paths) > _MOST_NAMED else ''
    return ', '.join(map(line, paths[:_MOST_NAMED])) + more


def data(figures: Figures) -> dict[str, Any]:
    """The same as data: null is not known, and `unknown` says why."""
    return {
        'tests': figures.tests,
        'tests_failed': figures.failed,
        'tests_skipped': figures.skipped,
        'coverage': _rounded(figures.coverage),
        'coverage_changed': _rounded(figures.changed),
        'changed_lines': {
            'measured': figures.changed_measured, 'covered': figures.changed_covered,
            'missed': _places(figures.missed), 'not_measured': list(figures.unmeasured),
        },
        'reports': {kind: list(paths) for kind, paths in figures.sources.items()},
        'unknown': dict(figures.unknown),
    }  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


_MOST_PLACES = 200


def _places(missed: Iterable[tuple[str, int]]) -> list[str]:
    return [f'{path}:{number}' for path, number in list(missed)[:_MOST_PLACES]]
