"""What git knows of the commits of a report: from the kept tally, or from one `git log`.

A commit belongs to the period its author date is in: a rebase does not make old work new.
"""

from __future__ import annotations

from git_session import git, insight, output, wholelog, words
from git_session.analysis import landscape
from git_session.analysis.report import Subject
from git_session.analysis.tally import Tally
from git_session.events import format_time
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from git_session.analysis.landscape import Author, Hot, Landscape
    from git_session.wholelog import Entry
    from git_session.workspace import Workspace

_MOST_SUBJECTS = 20
_LONGEST = 200  # characters of a subject
_DAY = 86400


class Activity(Record):
    """The fields of Report of the same names.

    `days`: day -> commits, lines added and deleted; `first` is the date of the first commit,
    0 for unknown.
    """

    commits: int
    merges: int
    added: int | None
    deleted: int | None
    days: dict[str, list[int]]
    authors: tuple[Author, ...]
    hot: tuple[Hot, ...]
    counted: tuple[str, ...]
    subjects: tuple[Subject, ...]
    first: int
    is_shallow: bool
    has_lines: bool


def of_whole(here: Workspace, whole: insight.Whole) -> Activity:
    """All of the history of HEAD."""
    drawn = whole.landscape
    days = {format_time(day * _DAY)[:10]: counts for day, *counts in drawn.days}
    counted = (here.repo.branch or 'HEAD',) if here.repo.head else ()
    return _activity(
        drawn, days, counted, (), is_shallow=whole.is_shallow, has_lines=whole.has_lines
    )


def _activity(
    drawn: Landscape, days: dict[str, list[int]], counted: tuple[str, ...],
    subjects: tuple[Subject, ...], *, is_shallow: bool, has_lines: bool,
) -> Activity:  # fmt: skip
    firsts = [each.first for each in drawn.authors if each.first]
    return Activity(
        drawn.commits, drawn.merges, drawn.added if has_lines else None,
        drawn.deleted if has_lines else None, days, drawn.authors, drawn.hot, counted, subjects,
        min(firsts, default=0), is_shallow, has_lines,
    )  # fmt: skip


def of_period(
    here: Workspace, since: float, until: float, *, branches: Iterable[str],
    owners: Mapping[str, str], now: float,
) -> Activity:  # fmt: skip
    """The commits of HEAD, of the default branch and of `branches` (short).

    `owners` has the sessions of commits: object id -> session id.  git goes back as far as
    committer dates are in the period.  A clock may be a day ahead; what is dated later than
    that is of no period.
    """
    until = min(until, now + _DAY)
    is_partial, cut = insight.is_partial(here), wholelog.cut(here.repo)
    revisions = _revisions(here, branches)
    entries: Iterable[Entry] = ()
    if revisions:
        entries = output.counting(
            'reading history',
            wholelog.read(*revisions.values(), since=since, with_lines=not is_partial, cut=cut),
            lambda: wholelog.number(*revisions.values(), since=since),
        )
    newest = next(iter(revisions.values()), '')
    counter = _Counter(owners, () if is_partial or not newest else wholelog.files(newest))
    for each in entries:
        if each.at and since <= each.at < until:
            counter.add(each)
    tally = counter.tally
    people = wholelog.people([each.who for each in tally.people])
    drawn = landscape.draw(
        tally, people=people, present=tally.files.keys(), branches=(), now=now
    )  # fmt: skip
    return _activity(
        drawn, counter.days, tuple(revisions), counter.newest(),
        is_shallow=bool(cut), has_lines=not is_partial,
    )  # fmt: skip


class _Counter:
    """Sums of a period; its days are those of the reader, not of the authors."""

    def __init__(self, owners: Mapping[str, str], present: Collection[str]) -> None:
        self.tally = Tally(present)
        self.days: dict[str, list[int]] = {}
        self._owners = owners
        self._subjects: list[Subject] = []

    def add(self, entry: Entry) -> None:
        self.tally.add(entry)
        day = self.days.setdefault(words.day(entry.at)[0], [0, 0, 0])
        day[0] += 1
        day[1] += sum(each.added or 0 for each in entry.lines)
        day[2] += sum(each.deleted or 0 for each in entry.lines)
        if not entry.is_merge:
            who = entry.who.rpartition(' <')[0]
            owner = self._owners.get(entry.oid, '')
            self._subjects.append(
                Subject(entry.oid, entry.at, who, entry.subject[:_LONGEST], owner)
            )
            if len(self._subjects) > 50 * _MOST_SUBJECTS:
                self._subjects = list(self.newest())

    def newest(self) -> tuple[Subject, ...]:
        return tuple(sorted(self._subjects, key=lambda each: -each.at)[:_MOST_SUBJECTS])


def _revisions(here: Workspace, branches: Iterable[str]) -> dict[str, str]:
    """What is read: short name -> revision, HEAD first; none while HEAD is unborn."""
    found = {}
    if here.repo.head:
        found[here.repo.branch or 'HEAD'] = here.repo.head
    default = git.default_branch()
    if default and git.resolve(default):
        found.setdefault(default.removeprefix('refs/heads/').removeprefix('refs/remotes/'), default)
    there = _refs()
    for name in sorted({each for each in branches if each in there}):
        found.setdefault(name, there[name])
    return found


def _refs() -> dict[str, str]:
    """Branch, short -> its ref here, or the one of a remote where there is none here."""
    listed = git.read('for-each-ref', '--format=%(refname)', 'refs/remotes/', 'refs/heads/')
    refs = (each.split('/', 3 if each.startswith('refs/remotes/') else 2) for each in
            listed.split('\n')[:-1])  # fmt: skip
    return {parts[-1]: '/'.join(parts) for parts in refs}
