"""All of history: `git log --numstat` that is read as it runs, and what its figures depend on.

People are as their commits have them: who they are now is asked of mailmap when figures are
shown, so that what was counted once stays right when .mailmap changes.
"""

from __future__ import annotations

import itertools
import os

from git_session import filelog, git
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Sequence

_LOG = (
    'log', '-z', '--encoding=UTF-8', '--no-show-signature', '--date=raw', '--root',
    '--no-relative', '--no-ext-diff', '--no-textconv',
    '--format=%x00%H%x00%P%x00%an%x00%ae%x00%ad%x00%s',
)  # fmt: skip
_FIELDS = 6
_LINES, _NAMES = ('--numstat', '-M'), ('--name-only', '--no-renames')
_PART = 1000  # commits that are worth a git of their own
_STRIPE = 250  # commits of one git before those of the next one are read
_SPAN = 15_000  # commits that one git compares at most: their ids fit into a pipe of _ROOM
_ROOM = 1 << 20  # bytes, for what it says of them
_MOST = 16  # gits at a time: each holds three files open, and may hold as much as that
_MOST_ZONE = 14 * 3600  # seconds; no place on earth is further from UTC


class Line(Record):
    """A file of a commit; `old` is its name before, '' where that is the same.

    `added` and `deleted` are None for a binary file, and where lines are not read.
    """

    path: str
    old: str
    added: int | None
    deleted: int | None


class Entry(Record):
    """A commit.  `at` is its author date in epoch seconds, 0 for none; `zone` in seconds.

    `who` is ``Name <email>``.  A merge has no lines of its own; those of a commit where
    history `is_cut` are not known: against nothing it would have added every file.
    """

    oid: str
    parents: tuple[str, ...]
    is_cut: bool
    who: str
    at: int
    zone: int
    subject: str
    lines: tuple[Line, ...]

    @property
    def is_merge(self) -> bool:
        return len(self.parents) > 1


class Branch(Record):
    """A local branch, short; `time` of its last commit; `is_merged` where HEAD has it all."""

    name: str
    time: int
    is_merged: bool


def read(
    *revisions: str, without: str = '', since: float = 0, with_lines: bool = True,
    cut: Collection[str] = (),
) -> Generator[Entry, None, None]:  # fmt: skip
    """The commits of the revisions, newest first, each before its parents.

    Whoever stops early ends git.

    With `since`, in epoch seconds, those whose committer date is not before it.
    `cut` are those whose parents are not here.  Raises SessionError with git's words when
    git fails on the way: what was read is not all then.
    Without lines git reads no file, which in a partial clone would fetch each of them.
    """
    wanted = _wanted(*revisions, without=without, since=since)
    whole = _side_by_side(wanted) if with_lines else _one(*_NAMES, *wanted)
    for head, rest in whole:
        oid, parents, name, email, date, subject = head
        at, zone = _date(date)
        if oid in cut:
            rest = []
        lines = _lines(rest) if with_lines else [Line(path, '', None, None) for path in rest]
        who = f'{name} <{email}>'
        before = tuple(parents.split())
        yield Entry(oid, before, oid in cut, who, at, zone, subject, tuple(lines))


def number(*revisions: str, without: str = '', since: float = 0) -> int:
    """How many commits `read` has."""
    return int(git.read('rev-list', '--count', *_wanted(*revisions, without=without, since=since)))


def _wanted(*revisions: str, without: str, since: float) -> tuple[str, ...]:
    recent = (f'--max-age={int(since)}',) if since > 0 else ()
    # Names are followed from a commit to its parents: by date alone these may come before it.
    return ('--date-order', *recent, *revisions, *(('--not', without) if without else ()), '--')


def _one(*args: str) -> Generator[tuple[list[str], list[str]], None, None]:
    return _entries(git.start(*_LOG, *args))


def _entries(process: git.Process) -> Generator[tuple[list[str], list[str]], None, None]:
    yield from filelog.entries(process, _FIELDS)
    if process.ended is not None and process.ended.status != 0:
        raise git.failure(process.ended)


def _side_by_side(
    wanted: Sequence[str],
) -> Generator[tuple[list[str], list[str]], None, None]:
    """The commits of `wanted` with their lines, by a git for each processor.

    git compares on one processor only, and that is what takes the time.  Each goes on while
    those of the others are read; all of them are read in their order.  What a git has read it
    needs again for the commits that follow, so it is not started anew for a few of them.
    """
    most = min(len(os.sched_getaffinity(0)), _MOST) if hasattr(os, 'sched_getaffinity') else 2
    oids = git.read('rev-list', *wanted).encode() if most > 1 else b''
    size = oids.find(b'\n') + 1
    most = min(most, len(oids) // size // _PART) if size else 0
    if most < 2:
        yield from _one(*_LINES, *wanted)
        return
    for at in range(0, len(oids), most * _SPAN * size):
        yield from _round(oids[at : at + most * _SPAN * size], size, most)


def _round(oids: bytes, size: int, most: int) -> Generator[tuple[list[str], list[str]], None, None]:
    """The commits of `oids`, lines of `size` bytes, by `most` gits that take stripes in turn."""
    stripes = [oids[at : at + _STRIPE * size] for at in range(0, len(oids), _STRIPE * size)]
    running: list[git.Process] = []
    told: list[Generator[tuple[list[str], list[str]], None, None]] = []
    try:
        for number in range(min(most, len(stripes))):
            named = (*_LOG, *_LINES, '--no-walk=unsorted', '--stdin')
            given = b''.join(stripes[number::most])
            running.append(git.start(*named, stdin=given, room=_ROOM))
        told += map(_entries, running)
        for number in range(len(stripes)):
            yield from itertools.islice(told[number % most], _STRIPE)
        for each in told:
            yield from each  # no more, but whether it failed
    finally:
        for each in told:
            each.close()
        for process in running:
            if process.ended is None:  # nothing of it was read
                process.stop()


def _date(text: str) -> tuple[int, int]:
    """``1700000000 -0330`` as seconds; (0, 0) for a date that git cannot read."""
    at, _, zone = text.partition(' ')
    if not (at.isascii() and at.isdigit() and len(at) < 15):
        return 0, 0
    digits = zone[1:]
    if len(digits) != 4 or not (digits.isascii() and digits.isdigit()):
        return int(at), 0
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    if seconds > _MOST_ZONE:
        return int(at), 0
    return int(at), -seconds if zone[0] == '-' else seconds


def _lines(fields: Sequence[str]) -> list[Line]:
    """``added TAB deleted TAB path``; where the path is empty, the old and the new one follow."""
    found = []
    rest = iter(fields)
    for field in rest:
        added, _, more = field.partition('\t')
        deleted, _, path = more.partition('\t')
        old = ''
        if not path:
            old, path = next(rest, ''), next(rest, '')
        known = added.isdigit() and deleted.isdigit()
        found.append(
            Line(path, old, int(added) if known else None, int(deleted) if known else None)
        )
    return found


def stamp(repo: git.Repository) -> str:
    """What makes the same commit say something else: replacements, grafts, where it is cut off."""
    replaced = git.ask('for-each-ref', '--format=%(refname) %(objectname)', 'refs/replace/').out
    parts = [replaced]
    for name in ('info/grafts', 'shallow'):
        try:
            with open(os.path.join(repo.common, name), encoding='utf-8', errors='replace') as file:
                parts.append(file.read())
        except OSError:
            parts.append('')
    if not any(parts):
        return ''
    from hashlib import sha256

    return sha256('\0'.join(parts).encode('utf-8', 'replace')).hexdigest()


def cut(repo: git.Repository) -> frozenset[str]:
    """The commits whose parents a shallow clone has not; none of a whole one."""
    try:
        with open(os.path.join(repo.common, 'shallow'), encoding='ascii', errors='replace') as file:
            return frozenset(file.read().split())
    except OSError:
        return frozenset()


def commits(revision: str, without: str) -> set[str]:
    """The object ids of the commits that one has and the other has not."""
    return set(git.read('rev-list', revision, '--not', without, '--').split())


def people(names: Sequence[str]) -> dict[str, str]:
    """``Name <email>`` as commits have it -> as mailmap has it (git-check-mailmap(1))."""
    if not names:
        return {}
    given = '\n'.join(names) + '\n'
    reply = git.ask('check-mailmap', '--stdin', stdin=given.encode('utf-8', 'surrogateescape'))
    said = reply.out.split('\n')[:-1]
    if reply.status != 0 or len(said) != len(names):
        return {name: name for name in names}  # somebody whom git cannot parse
    return dict(zip(names, said, strict=True))


def branches() -> list[Branch]:
    """The local branches, the one that was longest without a commit first."""
    form = '--format=%(committerdate:unix) %(refname:lstrip=2)'
    merged = git.start('for-each-ref', '--merged=HEAD', form, 'refs/heads/')
    listed = git.read('for-each-ref', '--sort=committerdate', form, 'refs/heads/')
    there = set(merged.reply().out.split('\n'))
    found = []
    for line in listed.split('\n')[:-1]:
        time, _, name = line.partition(' ')
        found.append(Branch(name, int(time) if time.isdigit() else 0, line in there))
    return found


def files(revision: str) -> set[str]:
    """The paths of a commit."""
    listed = git.read('ls-tree', '-r', '-z', '--full-tree', '--name-only', revision)
    return set(listed.split('\0')[:-1])
