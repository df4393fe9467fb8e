"""JUnit XML, as pytest, surefire, Gradle, Jest, go-junit-report and others write it."""

from __future__ import annotations

from git_session.integrations import markup
from git_session.integrations.markup import ReportError
from git_session.record import Record

_MOST = 10**9  # no suite has more; a larger number is a mistake or an attack
_OUTCOMES = {'failure': 'failures', 'error': 'errors', 'skipped': 'skipped'}
# The attributes of a suite by what they count; old formats have other names.
_ATTRIBUTES = {
    'count': ('tests',), 'failures': ('failures',), 'errors': ('errors',),
    'skipped': ('skipped', 'skip', 'disabled'),
}  # fmt: skip


class Counts(Record):
    """What ran: `count` has all of them, those that failed, broke or were skipped too."""

    count: int = 0
    failures: int = 0
    errors: int = 0
    skipped: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.count + other.count, self.failures + other.failures,
            self.errors + other.errors, self.skipped + other.skipped,
        )  # fmt: skip


def read(path: str) -> Counts:
    """The figures of one file; raises ReportError."""
    return parse(markup.read(path))


def parse(data: bytes) -> Counts:
    """The figures of a report.

    The attributes of a suite that holds its test cases itself are believed where they say
    more: pytest writes two elements for a test that fails and breaks in its teardown, and
    counts one.  Those of a suite of suites sum up what lies in it or do not, so there the
    elements are counted.  Raises ReportError.
    """
    reader = _Reader()
    markup.parse(data, markup.Handlers(reader.begin, reader.end))
    return Counts(**reader.total)


class _Suite:
    """A `testsuite` that is open: its attributes, and what its own elements say."""

    def __init__(self, attributes: dict[str, str]) -> None:
        self.said = attributes
        self.seen = dict.fromkeys(_ATTRIBUTES, 0)
        self.has_suites = False

    def figures(self) -> dict[str, int]:
        if self.has_suites:
            return self.seen
        found = {}
        for name, keys in _ATTRIBUTES.items():
            said = next((_number(self.said[key]) for key in keys if key in self.said), None)
            worse = name in ('failures', 'errors')  # never better than the elements say
            found[name] = (
                self.seen[name] if said is None else max(said, self.seen[name]) if worse else said
            )
        return found


class _Reader:
    def __init__(self) -> None:
        self.total = dict.fromkeys(_ATTRIBUTES, 0)
        self._suites: list[_Suite] = []
        self._outcomes: set[str] | None = None  # of the test case that is open
        self._is_report = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if not self._is_report:
            if name not in ('testsuites', 'testsuite'):
                raise ReportError('is no JUnit XML')
            self._is_report = True
        if name == 'testsuite':
            if self._suites:
                self._suites[-1].has_suites = True
            self._suites.append(_Suite(attributes))
        elif name == 'testcase':
            self._outcomes = set()
        elif self._outcomes is not None and name in _OUTCOMES:
            self._outcomes.add(_OUTCOMES[name])

    def end(self, name: str) -> None:
        if name == 'testcase' and self._outcomes is not None:
            seen = self._suites[-1].seen if self._suites else self.total
            for key in ('count', *self._outcomes):
                seen[key] += 1
            self._outcomes = None
        elif name == 'testsuite' and self._suites:
            for key, number in self._suites.pop().figures().items():
                self.total[key] += number


def _number(text: str) -> int | None:
    """A count as an attribute spells it; None for what is none."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        return None
    return int(text) if int(text) <= _MOST else None
