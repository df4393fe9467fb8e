"""What the last commits say of some files: who knows them, what changes with them, what broke.

Counted in a bounded number of commits, so every figure is of those and says so.
"""

from __future__ import annotations

from git_session.filelog import Touched
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

LEAST_TOGETHER = 3  # commits that changed both
LEAST_SHARE = 0.6  # of the commits that changed the one
MOST_PATHS = 40  # a commit that changes more says nothing of what belongs together
_LEAST_FIXES = 2
FIX, REVERT = 'fix', 'revert'
_FIXES = ('fix', 'fixes', 'fixed', 'fixup', 'fixup!', 'bugfix', 'hotfix', 'squash!', 'amend!')
_REVERTS = ('revert', 'reverts', 'reverted', 'reapply')


class Knows(Record):
    """Somebody who changed some of the files, in so many commits; `last` in epoch seconds."""

    name: str
    email: str
    commits: int
    last: int
    files: tuple[str, ...]


class Together(Record):
    """`both` of the `of` commits that changed `path` changed `other` too."""

    path: str
    other: str
    both: int
    of: int


class Mended(Record):
    """`path` was mended or taken back in `times` of the `of` commits that changed it.

    `last` is the newest of these commits.
    """

    path: str
    times: int
    of: int
    last: Touched


class FileHistory(Record):
    """Most first each; `looked` is the number of commits that this is of."""

    looked: int = 0
    knows: tuple[Knows, ...] = ()
    together: tuple[Together, ...] = ()
    mended: tuple[Mended, ...] = ()
    reverted: tuple[Mended, ...] = ()


class _Person:
    """What is counted of somebody, under the name of the newest commit."""

    def __init__(self, commit: Touched) -> None:
        self.name, self.email = commit.name, commit.email
        self.commits, self.last = 0, commit.time
        self.files: dict[str, None] = {}  # in the order in which they were met

    def knows(self) -> Knows:
        return Knows(self.name, self.email, self.commits, self.last, tuple(self.files))


class _File:
    """What is counted of one file."""

    def __init__(self) -> None:
        self.commits = 0
        self.beside: dict[str, int] = {}
        self.small = 0  # commits that say what belongs together
        self.fixes: list[Touched] = []
        self.reverts: list[Touched] = []


def analyse(
    commits: Iterable[Touched], names: Mapping[str, str], *, own: Collection[str] = (),
    exists: Callable[[str], bool] = lambda path: True,
) -> FileHistory:  # fmt: skip
    """Count in `commits`, newest first, those in `own` (object ids) apart.

    `names` has the files that are asked for, each name they had -> the name now.  Only
    what `exists` is named as changing with them.
    """
    files: dict[str, _File] = {}
    people: dict[str, _Person] = {}
    looked = 0
    for commit in commits:
        if commit.oid in own:
            continue
        looked += 1
        touched = list(dict.fromkeys(names[path] for path in commit.paths if path in names))
        if touched:
            person = people.setdefault(commit.email.lower() or commit.name, _Person(commit))
            person.commits += 1
            person.last = max(person.last, commit.time)
            person.files.update(dict.fromkeys(touched))
        for path in touched:
            _count(files.setdefault(path, _File()), commit, names)
    knows = (each.knows() for each in people.values())
    return FileHistory(
        looked,
        tuple(sorted(knows, key=lambda each: (-each.commits, -each.last, each.email))),
        tuple(_together(files, exists)),
        tuple(_mended(files, lambda each: each.fixes, _LEAST_FIXES)),
        tuple(_mended(files, lambda each: each.reverts, 1)),
    )


def _count(file: _File, commit: Touched, names: Mapping[str, str]) -> None:
    file.commits += 1
    kind = kind_of(commit.subject)
    if kind == FIX:
        file.fixes.append(commit)
    elif kind == REVERT:
        file.reverts.append(commit)
    if len(commit.paths) <= MOST_PATHS:
        file.small += 1
        for other in commit.paths:
            if other not in names:
                file.beside[other] = file.beside.get(other, 0) + 1


def kind_of(subject: str) -> str:
    """FIX or REVERT, by the first word of a subject; '' for any other."""
    word = subject[:80].partition(' ')[0].lower()
    word = word.partition('(')[0].rstrip(':')
    bare = word.rstrip(':!')
    if word in _FIXES or bare in _FIXES:
        return FIX
    return REVERT if bare in _REVERTS else ''


def _together(files: Mapping[str, _File], exists: Callable[[str], bool]) -> list[Together]:
    found = [
        Together(path, other, both, file.small)
        for path, file in files.items()
        for other, both in file.beside.items()
        if both >= LEAST_TOGETHER and both >= LEAST_SHARE * file.small and exists(other)
    ]
    return sorted(found, key=lambda each: (-each.both / each.of, -each.both, each.path, each.other))


def _mended(
    files: Mapping[str, _File], chosen: Callable[[_File], list[Touched]], least: int
) -> list[Mended]:
    found = [
        Mended(path, len(chosen(file)), file.commits, chosen(file)[0])
        for path, file in files.items()
        if len(chosen(file)) >= least
    ]
    return sorted(found, key=lambda each: (-each.last.time, each.path))
