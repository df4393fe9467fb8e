"""What the tally of a history says: who, when, how much, which files, what belongs together.

People are grouped by their name of mailmap, as git-shortlog(1) does.  Days and hours are
those of the author's own clock; a date in the future or none at all is counted apart.
"""

from __future__ import annotations

from git_session.analysis.filehistory import LEAST_SHARE, LEAST_TOGETHER, Together
from git_session.analysis.tally import DAY, HOUR, WEEK, Taken
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from git_session.analysis.tally import File, Person, Tally
    from git_session.wholelog import Branch

_WEEKS = 12  # of the newest activity
_HALF = 0.5
_MOST = 50  # files, and pairs of files


class Author(Record):
    """Somebody under one name; times in epoch seconds, 0 for unknown."""

    name: str
    emails: tuple[str, ...]
    commits: int
    merges: int
    added: int
    deleted: int
    first: int
    last: int


class Hot(Record):
    """A file that is there, in so many commits; `owner` made `share` (0 to 1) of them."""

    path: str
    commits: int
    added: int
    deleted: int
    last: int
    people: int
    owner: str
    share: float
    fixes: int
    reverts: int

    @property
    def churn(self) -> int:
        """Lines that changed in it, ever."""
        return self.added + self.deleted


class Owned(Record):
    """A folder at the top, '' for the files there: who made most of the changes of its files.

    `half` is the least number of people who together made more than half of them.
    """

    folder: str
    files: int
    changes: int
    owner: str
    share: float
    half: int


class Rhythm(Record):
    """When commits are made, and how big they are, in lines, merges apart; None is unknown.

    `weeks` are the commits of the last twelve weeks of seven days, the newest last.
    """

    days: int  # with a commit
    first_day: int | None  # days since 1970
    weeks: tuple[int, ...]
    weekdays: tuple[int, ...]  # from Monday
    hours: tuple[int, ...]
    median_size: int | None
    large_size: int | None  # nine of ten commits are smaller or as big
    future: int
    undated: int


class Landscape(Record):
    """Most first each, the branches oldest first."""

    commits: int
    merges: int
    added: int
    deleted: int
    binary: int
    fixes: int
    reverts: int
    taken: tuple[Taken, ...]
    authors: tuple[Author, ...]
    hot: tuple[Hot, ...]
    together: tuple[Together, ...]
    window: int
    owned: tuple[Owned, ...]
    rhythm: Rhythm
    days: tuple[tuple[int, int, int, int], ...]  # day, commits, lines added, deleted
    branches: tuple[Branch, ...]


def draw(
    tally: Tally, *, people: Mapping[str, str], present: Collection[str],
    branches: Sequence[Branch], now: float,
) -> Landscape:  # fmt: skip
    """Everything that is known; of files and pairs of files the first.

    `people` has ``Name <email>`` of a commit -> that of mailmap, `present` the paths that
    are there now.
    """
    names = [_name(people.get(each.who, each.who)) for each in tally.people]
    files = [each for path, each in tally.files.items() if path in present]
    files.sort(key=lambda each: (-each.commits, -each.last, each.path))
    today = int(now // DAY)
    days = sorted(each for each in tally.days.items() if each[0] <= today + 1)
    return Landscape(
        tally.commits, tally.merges,
        sum(each.added for each in tally.people), sum(each.deleted for each in tally.people),
        tally.binary, tally.fixes, tally.reverts, tuple(tally.taken),
        tuple(_authors(tally.people, people)), tuple(_hot(each, names) for each in files[:_MOST]),
        tuple(_together(tally, present)[:_MOST]), tally.window, tuple(_owned(files, names)),
        _rhythm(tally, dict(days), today),
        tuple((day, commits, added, deleted) for day, (commits, added, deleted) in days),
        tuple(branches),
    )  # fmt: skip


def _name(who: str) -> str:
    """The name in ``Name <email>``, the address of who has none."""
    name, _, email = who.rpartition('<')
    return name.strip() or email.removesuffix('>')


def _authors(people: Iterable[Person], now: Mapping[str, str]) -> list[Author]:
    grouped: dict[str, list[Person]] = {}
    emails: dict[str, dict[str, None]] = {}
    for each in people:
        who = now.get(each.who, each.who)
        grouped.setdefault(_name(who), []).append(each)
        emails.setdefault(_name(who), {})[who.rpartition('<')[2].removesuffix('>')] = None
    found = [
        Author(
            name, tuple(emails[name]), sum(each.commits for each in group),
            sum(each.merges for each in group), sum(each.added for each in group),
            sum(each.deleted for each in group),
            min((each.first for each in group if each.first), default=0),
            max(each.last for each in group),
        )
        for name, group in grouped.items()
    ]  # fmt: skip
    return sorted(found, key=lambda each: (-each.commits, each.name))


def _by_name(by: Mapping[int, int], names: Sequence[str]) -> list[tuple[str, int]]:
    """(name, commits), most first."""
    found: dict[str, int] = {}
    for person, commits in by.items():
        found[names[person]] = found.get(names[person], 0) + commits
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


def _hot(file: File, names: Sequence[str]) -> Hot:
    ranked = _by_name(file.by, names)
    owner, commits = ranked[0]
    return Hot(
        file.path, file.commits, file.added, file.deleted, file.last, len(ranked), owner,
        commits / file.commits, file.fixes, file.reverts,
    )  # fmt: skip


def _together(tally: Tally, present: Collection[str]) -> list[Together]:
    """Both ways: what changes with one need not be changed with the other."""
    found = []
    for one, beside in tally.pairs.items():
        if one in present:
            for two, both in beside.items():
                if both >= LEAST_TOGETHER and two in present:
                    for path, other in ((one, two), (two, one)):
                        of = tally.files[path].shared
                        if both >= LEAST_SHARE * of:
                            found.append(Together(path, other, both, of))
    return sorted(found, key=lambda each: (-each.both, -each.both / each.of, each.path, each.other))


def _owned(files: Iterable[File], names: Sequence[str]) -> list[Owned]:
    folders: dict[str, list[File]] = {}
    for each in files:
        folders.setdefault(each.path.partition('/')[0] if '/' in each.path else '', []).append(each)
    found = []
    for folder, inside in folders.items():
        by: dict[int, int] = {}
        for file in inside:
            for person, commits in file.by.items():
                by[person] = by.get(person, 0) + commits
        ranked = _by_name(by, names)
        changes = sum(by.values())
        found.append(
            Owned(folder, len(inside), changes, ranked[0][0], ranked[0][1] / changes,
                  _half([commits for _, commits in ranked], changes))
        )  # fmt: skip
    return sorted(found, key=lambda each: (-each.changes, each.folder))


def _half(counts: Iterable[int], total: int) -> int:
    reached = 0
    for number, count in enumerate(counts, 1):
        reached += count
        if reached > _HALF * total:
            return number
    return 0


def _rhythm(tally: Tally, days: Mapping[int, Sequence[int]], today: int) -> Rhythm:
    weeks = [0] * _WEEKS
    for day, counts in days.items():
        back = max(today - day, 0) // WEEK
        if back < _WEEKS:
            weeks[_WEEKS - 1 - back] += counts[0]
    hours = tally.hours
    return Rhythm(
        len(days), min(days, default=None), tuple(weeks),
        tuple(sum(hours[at : at + 24]) for at in range(0, len(hours), 24)),
        tuple(sum(hours[at::24]) for at in range(DAY // HOUR)),
        quantile(tally.sizes, 0.5), quantile(tally.sizes, 0.9),
        sum(counts[0] for day, counts in tally.days.items() if day not in days), tally.undated,
    )  # fmt: skip


def quantile(sizes: Mapping[int, int], share: float) -> int | None:
    """The smallest size that at least this share of the commits do not exceed; None of none."""
    total, reached = sum(sizes.values()), 0
    for size in sorted(sizes):
        reached += sizes[size]
        if reached >= share * total:
            return size
    return None
