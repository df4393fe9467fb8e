"""Two sessions beside each other: what each built, where they meet, their figures.

None is not known.  Lines are numbered as in the version that both began from.
"""

from __future__ import annotations

from git_session.analysis import velocity
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from git_session.history import Change, Commit
    from git_session.session import Decision, Objective

    Spans = Mapping[str, Sequence[tuple[int, int]]]

Lines = tuple[int, int]  # first, last
CLEAN, CONFLICTS, UNKNOWN = 'clean', 'conflicts', 'unknown'


class Side(Record):
    """One session.  `record` is its summary (archive.summary), `head` what was compared.

    `commits` (newest first) and `changes` are what it has that its base has not; None where
    git has none of its commits.  `decisions` are those in force.
    """

    record: Mapping[str, Any]
    head: str  # object id, '' when git has none of its commits
    objectives: tuple[Objective, ...]
    decisions: tuple[Decision, ...]
    commits: tuple[Commit, ...] | None
    changes: tuple[Change, ...] | None
    tests: int | None

    @property
    def id(self) -> str:
        return str(self.record['session'])

    @property
    def branch(self) -> str:
        return str(self.record['branch'])

    @property
    def state(self) -> str:
        return str(self.record['result'] or self.record['state'])


class Both(Record):
    """A file that both changed.  `shared` are the lines both took the place of; None unknown.

    `one` and `other` are the changes of each.  Lines that touch count as shared: git's merge
    takes them for one place too.
    """

    path: str
    one: Change
    other: Change
    shared: tuple[Lines, ...] | None


class Merge(Record):
    """What git says of a merge of the two: clean, conflicts (in `files`), or unknown, and why."""

    state: str
    files: tuple[str, ...] = ()
    why: str = ''


class Figure(Record):
    """`unit` is '' for a count, seconds, percent, rate (per active hour)."""

    name: str
    unit: str
    one: float | None
    other: float | None

    @property
    def difference(self) -> float | None:
        """How much more the second has."""
        return None if self.one is None or self.other is None else self.other - self.one


class Comparison(Record):
    """`both` is None where it is not known what one of the two changed."""

    one: Side
    other: Side
    both: tuple[Both, ...] | None
    merge: Merge
    figures: tuple[Figure, ...]


def compare(
    one: Side, other: Side, merge: Merge,
    spans: tuple[Spans, Spans] | None,
) -> Comparison:  # fmt: skip
    """`spans` are the lines each took the place of, by the path in the version before."""
    return Comparison(one, other, _both(one, other, spans), merge, figures(one, other))


def names(changes: Iterable[Change]) -> dict[str, Change]:
    """The changes by every name their file has or had."""
    found = {}
    for each in changes:
        found[each.path] = each
        if each.old_path and each.status == 'R':
            found.setdefault(each.old_path, each)
    return found


def meeting(one: Side, other: Side) -> list[tuple[str, Change, Change]] | None:
    """(path, change of one, change of the other), by path; a rename meets its old name."""
    if one.changes is None or other.changes is None:
        return None
    theirs = names(other.changes)
    found: dict[tuple[str, str], tuple[str, Change, Change]] = {}
    for name, each in names(one.changes).items():
        if name in theirs:
            match = theirs[name]
            found.setdefault((each.path, match.path), (name, each, match))
    return sorted(found.values(), key=lambda item: item[0])


def _both(
    one: Side, other: Side,
    spans: tuple[Spans, Spans] | None,
) -> tuple[Both, ...] | None:  # fmt: skip
    met = meeting(one, other)
    if met is None:
        return None
    return tuple(Both(path, mine, theirs, _shared(mine, theirs, spans))
                 for path, mine, theirs in met)  # fmt: skip


def _shared(
    mine: Change, theirs: Change,
    spans: tuple[Spans, Spans] | None,
) -> tuple[Lines, ...] | None:  # fmt: skip
    """The lines that both changed; None of a binary file, or where lines were not compared."""
    if spans is None or mine.added is None or theirs.added is None:
        return None
    found = []
    for change, lines in zip((mine, theirs), spans, strict=True):
        known = [lines[name] for name in (change.old_path, change.path) if name in lines]
        found.append([each for some in known[:1] for each in some])
    return tuple(meet(*found))


def meet(one: Iterable[Lines], other: Iterable[Lines]) -> list[Lines]:
    """The parts of two sets of lines that overlap or touch, by number."""
    found = set()
    others = sorted(other)
    passed = 0  # so many of the others end before what is still to come
    for first, last in sorted(one):
        while passed < len(others) and others[passed][1] + 1 < first:
            passed += 1
        for at in range(passed, len(others)):
            begin, end = others[at]
            if begin > last + 1:
                break
            if first <= end + 1:
                low, high = max(first, begin), min(last, end)
                found.add((min(low, high), max(low, high)))
    return sorted(found)


_COUNTS = (
    ('commits', 'commits'), ('files', 'files'), ('lines added', 'added'),
    ('lines deleted', 'deleted'), ('objectives', 'objectives'),
    ('objectives done', 'objectives_done'), ('decisions', 'decisions'),
    ('checkpoints', 'checkpoints'), ('open blockers', 'open_blockers'),
)  # fmt: skip


def figures(one: Side, other: Side) -> tuple[Figure, ...]:
    """Every figure of the two."""
    sides = (one, other)
    found = [Figure('active time', 'seconds', *(each.record['active_seconds'] for each in sides))]
    found += [Figure(name, '', *(each.record.get(key) for each in sides)) for name, key in _COUNTS]
    for measure in velocity.MEASURES:
        name = 'net lines' if measure == 'lines' else measure
        rates = (velocity.rate(each.record, measure) for each in sides)
        found.append(Figure(f'{name} an hour', 'rate', *rates))
    found.append(Figure('tests', '', one.tests, other.tests))
    coverage = ((each.record.get('coverage') or [None])[-1] for each in sides)
    found.append(Figure('coverage', 'percent', *coverage))
    return tuple(found)
