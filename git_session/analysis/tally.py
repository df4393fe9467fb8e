"""What is counted of all commits of a history, once: sums that can be added to.

A tally of older commits absorbs one of newer commits, so that a history is counted in parts
and kept: `encode` and `decode`.  Files that were renamed are counted under the name they
have now.  Which files change together is counted in the newest commits only, in as many as
the memory for it allows: `window` says in how many.
"""

from __future__ import annotations

from git_session.analysis.filehistory import FIX, MOST_PATHS, REVERT, kind_of
from git_session.analysis.names import Names
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    from git_session.wholelog import Entry

VERSION = 2  # of what `encode` gives
DAY, HOUR, WEEK = 86400, 3600, 7
MOST_PAIRS = 200_000  # of files that changed together
_MOST_REVERTS = 20  # that are named


class File:
    """A file in so many commits; `last` in epoch seconds, `by` person -> commits.

    `shared` are those of the window that say what belongs together.
    """

    __slots__ = ('added', 'by', 'commits', 'deleted', 'fixes', 'last', 'path', 'reverts', 'shared')

    def __init__(self, path: str) -> None:
        self.path = path
        self.commits = self.added = self.deleted = self.last = 0
        self.fixes = self.reverts = self.shared = 0
        self.by: dict[int, int] = {}

    def absorb(self, other: File) -> None:
        for name in ('commits', 'added', 'deleted', 'fixes', 'reverts', 'shared'):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.last = max(self.last, other.last)
        for person, commits in other.by.items():
            self.by[person] = self.by.get(person, 0) + commits


class Person:
    """Somebody as commits have them; `first` and `last` in epoch seconds, 0 for unknown."""

    __slots__ = ('added', 'commits', 'deleted', 'first', 'last', 'merges', 'who')

    def __init__(self, who: str) -> None:
        self.who = who
        self.commits = self.merges = self.added = self.deleted = self.first = self.last = 0

    def absorb(self, other: Person) -> None:
        for name in ('commits', 'merges', 'added', 'deleted'):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        firsts = [each for each in (self.first, other.first) if each]
        self.first = min(firsts, default=0)
        self.last = max(self.last, other.last)


class Taken(Record):
    """A commit that took another one back."""

    oid: str
    at: int
    subject: str


class Tally:
    """Commits, newest first, are added with `add`; days count from 1970 in the author's zone.

    `present` are the paths of the newest commit.
    """

    def __init__(self, present: Collection[str] = ()) -> None:
        self.commits = self.merges = self.undated = self.fixes = self.reverts = 0
        self.binary = 0  # files of commits whose lines are not known
        self.days: dict[int, list[int]] = {}  # day -> commits, lines added, deleted
        self.hours = [0] * (24 * WEEK)  # from Monday 0:00
        self.sizes: dict[int, int] = {}  # lines changed -> commits, merges apart
        self.people: list[Person] = []
        self.files: dict[str, File] = {}
        self.names: Mapping[str, str] = {}  # a name before these commits -> the name after them
        self.taken: list[Taken] = []  # newest first
        self.window = 0  # commits in which pairs are counted
        self.is_full = False  # older commits are not in it
        self.pairs: dict[str, dict[str, int]] = {}  # path < other path -> commits
        self.pair_count = 0
        self._numbers: dict[str, int] = {}
        self._called = Names(present)

    def add(self, entry: Entry) -> None:
        """Count one commit, older than those before."""
        person = self._person(entry.who)
        number = self._numbers[entry.who]
        kind = kind_of(entry.subject)
        added, deleted = self._lines(entry, number, kind)
        self.commits += 1
        person.commits += 1
        person.added += added
        person.deleted += deleted
        self.fixes += kind == FIX
        if kind == REVERT:
            self.reverts += 1
            if len(self.taken) < _MOST_REVERTS:
                self.taken.append(Taken(entry.oid, entry.at, entry.subject[:200]))
        if entry.is_merge:
            self.merges += 1
            person.merges += 1
        elif not entry.is_cut:
            self.sizes[added + deleted] = self.sizes.get(added + deleted, 0) + 1
        self._date(entry, person, added, deleted)

    def end(self, oid: str) -> None:
        """No more are added; the commit that follows is the newest of the tally before this."""
        self.names = self._called.at(oid)

    def _date(self, entry: Entry, person: Person, added: int, deleted: int) -> None:
        if not entry.at:
            self.undated += 1
            return
        person.first = min(person.first or entry.at, entry.at)
        person.last = max(person.last, entry.at)
        day, seconds = divmod(entry.at + entry.zone, DAY)
        there = self.days.setdefault(day, [0, 0, 0])
        there[0] += 1
        there[1] += added
        there[2] += deleted
        # 1970-01-01 was a Thursday, the fourth day of a week.
        self.hours[(day + 3) % WEEK * 24 + seconds // HOUR] += 1

    def _person(self, who: str) -> Person:
        number = self._numbers.get(who)
        if number is None:
            number = self._numbers[who] = len(self.people)
            self.people.append(Person(who))
        return self.people[number]

    def _lines(self, entry: Entry, person: int, kind: str) -> tuple[int, int]:
        """Count the files; the lines added and deleted in all."""
        added = deleted = 0
        touched: dict[str, None] = {}  # in their order: the same figures in every run
        for line, path in zip(entry.lines, self._called.of(entry), strict=True):
            file = self._file(path)
            if line.added is None or line.deleted is None:
                self.binary += 1
            else:
                added += line.added
                deleted += line.deleted
                file.added += line.added
                file.deleted += line.deleted
            if file.path not in touched:
                touched[file.path] = None
                file.commits += 1
                file.last = max(file.last, entry.at)
                file.fixes += kind == FIX
                file.reverts += kind == REVERT
                file.by[person] = file.by.get(person, 0) + 1
        if not self.is_full:
            self._together(list(touched))
        return added, deleted

    def _together(self, paths: list[str]) -> None:
        self.window += 1
        if len(paths) > MOST_PATHS:
            return
        paths.sort()
        for at, path in enumerate(paths):
            self.files[path].shared += 1
            if at + 1 < len(paths):
                beside = self.pairs.setdefault(path, {})
                before = len(beside)
                for other in paths[at + 1 :]:
                    beside[other] = beside.get(other, 0) + 1
                self.pair_count += len(beside) - before
        self.is_full = self.pair_count >= MOST_PAIRS

    def absorb(self, newer: Tally) -> None:
        """Take in what was counted of the commits that follow those of this tally."""
        for name in ('commits', 'merges', 'undated', 'fixes', 'reverts', 'binary'):
            setattr(self, name, getattr(self, name) + getattr(newer, name))
        for day, counts in newer.days.items():
            mine = self.days.setdefault(day, [0, 0, 0])
            mine[:] = [one + other for one, other in zip(mine, counts, strict=True)]
        self.hours = [one + other for one, other in zip(self.hours, newer.hours, strict=True)]
        for size, commits in newer.sizes.items():
            self.sizes[size] = self.sizes.get(size, 0) + commits
        self.taken = [*newer.taken, *self.taken][:_MOST_REVERTS]
        self._rename(newer.names)
        self._absorb_files(newer)
        self._absorb_pairs(newer)
        self.names = {**newer.names, **self.names}

    def _rename(self, names: Mapping[str, str]) -> None:
        """Call the files what newer commits call them."""
        # All at once: two files may have taken each other's name.
        moved_files = [
            (new, self.files.pop(old)) for old, new in names.items() if old in self.files
        ]
        for new, file in moved_files:
            self._file(new).absorb(file)
        self.names = {old: names.get(new, new) for old, new in self.names.items()}
        moved: dict[str, dict[str, int]] = {}
        for path, beside in self.pairs.items():
            met = list(beside) if path in names else names.keys() & beside.keys()
            if met:
                moved[path] = {other: beside.pop(other) for other in met}
                self.pair_count -= len(met)
        self.pairs = {path: beside for path, beside in self.pairs.items() if beside}
        self._add_pairs(moved, names)

    def _file(self, path: str) -> File:
        file = self.files.get(path)
        if file is None:
            file = self.files[path] = File(path)
        return file

    def _absorb_files(self, newer: Tally) -> None:
        numbers = []
        for person in newer.people:
            self._person(person.who).absorb(person)
            numbers.append(self._numbers[person.who])
        if newer.is_full:
            for file in self.files.values():
                file.shared = 0
        for path, file in newer.files.items():
            file.by = {numbers[person]: commits for person, commits in file.by.items()}
            self._file(path).absorb(file)

    def _absorb_pairs(self, newer: Tally) -> None:
        if newer.is_full:
            self.pairs, self.pair_count = newer.pairs, newer.pair_count
            self.window, self.is_full = newer.window, True
            return
        self.window += newer.window
        self._add_pairs(newer.pairs, {})

    def _add_pairs(self, pairs: dict[str, dict[str, int]], names: Mapping[str, str]) -> None:
        for path, beside in pairs.items():
            for other, commits in beside.items():
                one, two = sorted((names.get(path, path), names.get(other, other)))
                if one != two:
                    mine = self.pairs.setdefault(one, {})
                    self.pair_count += two not in mine
                    mine[two] = mine.get(two, 0) + commits

    # --- kept

    def encode(self) -> dict[str, Any]:
        """The same as data; paths stand once, in `files`."""
        numbers = {path: number for number, path in enumerate(self.files)}
        return {
            **{name: getattr(self, name) for name in _PLAIN},
            'days': [[day, *counts] for day, counts in self.days.items()],
            'sizes': list(self.sizes.items()),
            'people': [[getattr(each, name) for name in _PERSON] for each in self.people],
            'files': [
                [*(getattr(each, name) for name in _FILE),
                 [number for pair in each.by.items() for number in pair]]
                for each in self.files.values()
            ],
            'taken': [[each.oid, each.at, each.subject] for each in self.taken],
            'pairs': [
                [numbers[path], *(number for other, commits in beside.items()
                                  for number in (numbers[other], commits))]
                for path, beside in self.pairs.items()
            ],
        }  # fmt: skip


_PLAIN = ('commits', 'merges', 'undated', 'fixes', 'reverts', 'binary', 'hours', 'window',
          'is_full', 'names')  # fmt: skip
_PERSON = ('who', 'commits', 'merges', 'added', 'deleted', 'first', 'last')
_FILE = ('path', 'commits', 'added', 'deleted', 'last', 'fixes', 'reverts', 'shared')


def decode(data: dict[str, Any]) -> Tally:
    """The tally that `encode` gave; raises KeyError, TypeError, ValueError or IndexError."""
    tally = Tally()
    for name in _PLAIN:
        setattr(tally, name, data[name])
    tally.days = {day: counts for day, *counts in data['days']}
    tally.sizes = dict(data['sizes'])
    for values in data['people']:
        person = tally._person(values[0])
        for name, value in zip(_PERSON, values, strict=True):
            setattr(person, name, value)
    for *values, by in data['files']:
        file = tally._file(values[0])
        for name, value in zip(_FILE, values, strict=True):
            setattr(file, name, value)
        file.by = dict(zip(by[::2], by[1::2], strict=True))
    paths = list(tally.files)
    tally.taken = [Taken(*each) for each in data['taken']]
    for number, *rest in data['pairs']:
        beside = {
            paths[other]: commits for other, commits in zip(rest[::2], rest[1::2], strict=True)
        }
        tally.pairs[paths[number]] = beside
        tally.pair_count += len(beside)
    return tally
