"""What git knows of commits: read in one process each, however many they are."""

from __future__ import annotations

from itertools import pairwise

from git_session import git
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# git log in UTF-8, NUL after each field, whatever the configuration says.
LOG = ('log', '-z', '--encoding=UTF-8', '--no-show-signature')
# By date, as git has them anyway, but each before its parents: of the commits of one second, as
# those of a rebase, a parent may come first otherwise.
ORDER = '--date-order'
FORMAT = '--format=%H%x00%P%x00%an%x00%ae%x00%at%x00%ct%x00%s'
_FIELDS = 7
_HEX = frozenset('0123456789abcdef')


class Commit(Record):
    """One commit; times are epoch seconds."""

    oid: str
    parents: tuple[str, ...]
    name: str
    email: str
    written: int  # author date
    time: int  # committer date
    subject: str

    @property
    def is_merge(self) -> bool:
        return len(self.parents) > 1


class Change(Record):
    """A file that differs; `added` and `deleted` are None for a binary file."""

    status: str  # A, M, D, R, C, T of git-diff(1)
    path: str
    old_path: str
    added: int | None
    deleted: int | None


def same_files(one: str, other: str, changes: Iterable[Change]) -> bool:
    """Whether two commits have the same content in the files of the changes."""
    form = ('--quiet', SUBMODULES)
    return git.ask(*_MAGIC, 'diff', *form, one, other, *_pathspecs(changes)).status == 0


def are_gone(changes: Iterable[Change], base: str, tip: str) -> bool:
    """Whether `tip` has not all those of the files that `base` has."""
    form = ('--quiet', '--no-renames', '--diff-filter=D', SUBMODULES)
    return git.ask(*_MAGIC, 'diff', *form, base, tip, *_pathspecs(changes)).status != 0


# Pathspecs begin at the current directory, what git lists begins at the top.
_MAGIC = ('--no-literal-pathspecs',)


def _pathspecs(changes: Iterable[Change]) -> list[str]:
    paths = {name for each in changes for name in (each.path, each.old_path) if name}
    return ['--', *(f':(top,literal){path}' for path in sorted(paths))]


NAMED = ('-M', '--no-ext-diff', '--no-textconv', '--no-relative')

# Those that git's configuration or .gitmodules hides are part of what a commit changes.
SUBMODULES = '--ignore-submodules=none'


def diff(*revisions: str) -> list[str]:
    """The arguments of a `git diff` for `parse_diff`."""
    return ['diff', '-z', '--raw', '--numstat', *NAMED, *revisions]


def only_here(branch: str, head: str, base: str) -> set[str]:
    """The commits from `base` to `head` that no other local branch has."""
    others = ('--not', *([base] if base else []), f'--exclude={branch}', '--branches')
    return set(git.read('rev-list', '--ignore-missing', head, *others, '--').split())


def ways(branch: str) -> dict[str, str]:
    """How the branch came to each commit: object id -> the first words of its reflog entry."""
    return {oid: words.partition(':')[0] for oid, words in _moves(branch)}


def amended(branch: str) -> dict[str, str]:
    """What the reflog of the branch knows of amends: new object id -> old."""
    return {
        new: old
        for (new, words), (old, _) in pairwise(_moves(branch))
        if words.startswith('commit (amend')  # git-gui: (amend-merge), (amend-initial)
    }


def _moves(branch: str) -> list[tuple[str, str]]:
    """The reflog of a branch, newest first: (object id, what moved it there)."""
    reply = git.ask(*LOG, '-g', '--format=%H%x00%gs', 'refs/heads/' + branch, '--')
    fields = reply.out.split('\0')
    return list(zip(fields[::2], fields[1::2], strict=False))


def until(head: str) -> tuple[Commit, ...]:
    """All commits of a history, newest first; none when it is unknown."""
    reply = git.ask(*LOG, FORMAT, head, '--')
    return parse_log(reply.out) if reply.status == 0 else ()


def between(base: str, head: str) -> tuple[Commit, ...]:
    """The commits that `head` has and `base` has not; none when either is unknown."""
    reply = git.ask(*LOG, ORDER, FORMAT, head, '--not', base, '--')
    return parse_log(reply.out) if reply.status == 0 else ()


def touching(changes: Iterable[Change], base: str, head: str, most: int) -> tuple[Commit, ...]:
    """The commits between the two, newest first, that changed one of the files of the changes."""
    limit = ('--no-merges', f'--max-count={most}')
    return parse_log(
        git.read(*_MAGIC, *LOG, *limit, FORMAT, head, '--not', base, *_pathspecs(changes))
    )


def gone(oids: Iterable[str], head: str) -> tuple[Commit, ...]:
    """Those of the commits that exist and that `head` does not have."""
    names = set(filter(is_oid, oids))
    given = '\n'.join([*names, '^' + head, ''])
    found = git.read(*LOG, '--ignore-missing', '--stdin', FORMAT, stdin=given.encode())
    return tuple(each for each in parse_log(found) if each.oid in names)


def is_oid(text: str) -> bool:
    """Whether it can be an object id: a log may come from elsewhere, and git reads options."""
    return len(text) in (40, 64) and not set(text) - _HEX


def describe(oids: Iterable[str]) -> tuple[Commit, ...]:
    """These very commits, those that no longer exist left out."""
    names = '\n'.join(filter(is_oid, oids))
    if not names:
        return ()
    return parse_log(
        git.read(*LOG, '--no-walk=unsorted', '--ignore-missing', '--stdin', FORMAT,
                 stdin=names.encode() + b'\n')
    )  # fmt: skip


def changed(*revisions: str) -> tuple[Change, ...]:
    """The files that differ between revisions, as git diff takes them."""
    return parse_diff(git.read(*diff(*revisions)))


def paths(oids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """What each commit changed: object id -> paths; merges, and those that are gone, have none."""
    names = '\n'.join(filter(is_oid, oids))
    if not names:
        return {}
    form = ('--format=%x01%H', '--name-only', '--no-renames', '--no-relative', '--root', SUBMODULES)
    some = ('--no-walk=unsorted', '--ignore-missing', '--stdin')
    found = git.read(*LOG, *form, *some, stdin=names.encode() + b'\n')
    changed = {}
    for entry in found.split('\1')[1:]:
        oid, _, rest = entry.partition('\0')
        changed[oid.strip()] = tuple(path.lstrip('\n') for path in rest.split('\0') if path.strip())
    return changed


def in_order(oids: Iterable[str], base: str) -> list[str]:
    """Those of the commits that exist, each before what is built on it."""
    names = [oid for oid in oids if is_oid(oid)]
    given = '\n'.join([*names, *([f'^{base}'] if base else []), ''])
    form = ('--topo-order', '--reverse', '--ignore-missing', '--stdin')
    found = git.ask('rev-list', *form, stdin=given.encode()).out.split() if names else []
    return [oid for oid in found if oid in set(names)]


def empty_tree() -> str:
    """The object id of the empty tree in this repository's object format."""
    return git.read('hash-object', '-t', 'tree', '--stdin', stdin=b'').strip()


def parse_log(text: str) -> tuple[Commit, ...]:
    """Parse `git log -z` in our format: seven fields a commit, NUL after each."""
    fields = text.split('\0')
    found = []
    for at in range(0, len(fields) - _FIELDS + 1, _FIELDS):
        oid, parents, name, email, written, time, subject = fields[at : at + _FIELDS]
        found.append(
            Commit(
                oid, tuple(parents.split()), name, email, _number(written), _number(time), subject
            )
        )
    return tuple(found)


def _number(text: str) -> int:
    return int(text) if text.lstrip('-').isdigit() else 0  # a commit with a broken date has none


def parse_diff(text: str) -> tuple[Change, ...]:
    """Parse `git diff -z --raw --numstat`: first all raw entries, then all counts."""
    raw: dict[str, tuple[str, str]] = {}
    counts: dict[str, tuple[int | None, int | None]] = {}
    fields = iter(text.split('\0'))
    for field in fields:
        if field.startswith(':'):
            status = field.rpartition(' ')[2][:1]
            first = next(fields, '')
            path = next(fields, '') if status in 'RC' else first
            raw[path] = (status, first if status in 'RC' else '')
        elif field.count('\t') >= 2:
            added, deleted, path = field.split('\t', 2)
            if not path:  # a rename: old and new follow
                next(fields, None)
                path = next(fields, '')
            counts[path] = (_count(added), _count(deleted))
    return tuple(
        Change(status, path, old, *counts.get(path, (None, None)))
        for path, (status, old) in raw.items()
    )


def _count(text: str) -> int | None:
    return None if text == '-' else int(text)
