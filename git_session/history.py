"""What git knows of a session's work: commits, files, uncommitted changes.

Everything is computed from git, bounded by the base of the session, so it costs
the same in a repository of any size.  The git processes run side by side.
"""

from __future__ import annotations

from itertools import pairwise

from git_session import git, words
from git_session.record import Record
from git_session.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# git log in UTF-8, NUL after each field, whatever the configuration says.
_LOG = ('log', '-z', '--encoding=UTF-8', '--no-show-signature')
_FORMAT = '--format=%H%x00%P%x00%an%x00%ae%x00%at%x00%ct%x00%s'
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


class Uncommitted(Record):
    """One entry of git status: `xy` as in its porcelain format, ?? when untracked."""

    xy: str
    path: str

    @property
    def is_staged(self) -> bool:
        return self.xy[0] not in '.?'


class Work(Record):
    """What the session's branch has that its base has not."""

    commits: tuple[Commit, ...]  # newest first
    changes: tuple[Change, ...]
    uncommitted: tuple[Uncommitted, ...]
    ahead: int | None  # of the base; None when there is none to compare with
    behind: int | None
    base: str  # the revision compared with, '' for all of history
    head: str | None
    is_in_base: bool = False  # the base has all that was built, merged or squashed

    @property
    def base_name(self) -> str:
        """The base as people call it: a short refname, or a short object id."""
        name = self.base.removeprefix('refs/heads/').removeprefix('refs/remotes/')
        return words.short(name) if is_oid(name) else name

    @property
    def added(self) -> int:
        return sum(change.added or 0 for change in self.changes)

    @property
    def deleted(self) -> int:
        return sum(change.deleted or 0 for change in self.changes)


class Built(Record):
    """What a branch has that its base has not; the fields are those of Work."""

    commits: tuple[Commit, ...]
    changes: tuple[Change, ...]
    ahead: int | None
    behind: int | None
    base: str


def figures(found: Built | Work) -> dict[str, int]:
    """How much was built, for a summary."""
    return {
        'commits': len(found.commits),
        'files': len(found.changes),
        'added': sum(each.added or 0 for each in found.changes),
        'deleted': sum(each.deleted or 0 for each in found.changes),
    }


def work(
    session: Session, repo: git.Repository, status: git.Process | None = None,
    begun: Comparison | None = None, *, has_upstream: bool = True, most_counted: int = 0,
) -> Work:  # fmt: skip
    """Read what the session built, from the merge base to HEAD, and the working tree.

    `status` and `begun`, of `begin`, may run already.
    Where it is known that the base has no upstream (`has_upstream`), none is asked for.
    With `most_counted`, lines are counted in no more files than these: git reads each file
    for that.  `added` and `deleted` are None of all of them where there are more.
    """
    status = status or git.start_status()
    nothing = Built((), (), None, None, '')
    found = (
        built(session, repo.head, begun, has_upstream=has_upstream, most_counted=most_counted)
        if repo.head else nothing
    )  # fmt: skip
    is_in_base = _is_in_base(session, found, repo.head or '')  # while git status still runs
    uncommitted = parse_status(git.checked(status.reply()))
    return Work(
        found.commits, found.changes, uncommitted, found.ahead, found.behind, found.base,
        repo.head, is_in_base,
    )  # fmt: skip


_MOST_PATHS = 200  # on a command line


def _is_in_base(session: Session, found: Built, head: str) -> bool:
    """Whether the base has all that was built: its commits, or every changed file as it is now.

    A process only where both sides have commits of their own, as after a squash merge.
    """
    if found.ahead == 0:
        return any(each.oid in session.commits for each in found.commits)
    if not (found.behind and 0 < len(found.changes) <= _MOST_PATHS):
        return False
    if not any(each.oid in session.commits for each in found.commits):
        return False
    return same_files(found.base, head, found.changes)


def same_files(one: str, other: str, changes: Iterable[Change]) -> bool:
    """Whether two commits have the same content in the files of the changes."""
    return git.ask(*_MAGIC, 'diff', '--quiet', one, other, *_pathspecs(changes)).status == 0


# Pathspecs begin at the current directory, what git lists begins at the top.
_MAGIC = ('--no-literal-pathspecs',)


def _pathspecs(changes: Iterable[Change]) -> list[str]:
    paths = {name for each in changes for name in (each.path, each.old_path) if name}
    return ['--', *(f':(top,literal){path}' for path in sorted(paths))]


def begin(session: Session, head: str, most_counted: int = 0) -> Comparison | None:
    """Let git compare `head` with the base that was named, which nearly always is the one."""
    named = session.base_ref or session.base
    return Comparison(session, named, head, most_counted) if named else None


def built(
    session: Session, head: str, begun: Comparison | None = None, *, has_upstream: bool = True,
    most_counted: int = 0,
) -> Built:  # fmt: skip
    """What the session built up to `head`, an object id; `begun` is of `begin`."""
    named = session.base_ref or session.base
    begun = begun or begin(session, head, most_counted)  # while its upstream is looked at
    likely = compared(session, head) if has_upstream or begun is None else named
    first = begun.result() if begun is not None else None
    if first is None and not has_upstream:
        likely = compared(session, head)  # what was named is gone
    for base in dict.fromkeys(each for each in (likely, session.base) if each):
        found = first if base == named else Comparison(session, base, head, most_counted).result()
        if found is not None:
            break
    else:
        changes = parse_diff(git.read(*_diff(empty_tree(), head)))
        log = git.read(*_LOG, _FORMAT, head, '--')
        return Built(parse_log(log), changes, None, None, '')
    if not found.commits and session.base and session.base != head:
        return _merged(session, head, found)
    return found


class Comparison:
    """A comparison with a base, by three processes side by side that run from here on.

    Where lines are counted in few files only, it is looked first how many there are.
    """

    def __init__(self, session: Session, base: str, head: str, most_counted: int = 0) -> None:
        self._base, self._head, self._most_counted = base, head, most_counted
        self._log = git.start(*_LOG, _FORMAT, '--ignore-missing', *_range(session, base, head))
        self._count = git.start('rev-list', '--left-right', '--count', f'{base}...{head}', '--')
        sides = f'{base}...{head}'
        named = ('diff', '-z', '--raw', *_NAMED, sides)
        self._diff = git.start(*(named if most_counted else _diff(sides)))

    def result(self) -> Built | None:
        """What was built; None when git does not know the base."""
        log, counted = self._log.reply(), self._count.reply()
        changed = self._changed()
        if counted.status != 0:
            return None
        if changed.status != 0:  # no merge base
            changed = git.ask(*_diff(self._base, self._head))
        behind, ahead = map(int, counted.out.split())
        commits = parse_log(git.checked(log))
        return Built(commits, parse_diff(git.checked(changed)), ahead, behind, self._base)

    def _changed(self) -> git.Reply:
        """The files, with their lines where these are to be counted."""
        reply = self._diff.reply()
        if self._most_counted and reply.out.count('\0:') < self._most_counted:
            return git.ask(*_diff(f'{self._base}...{self._head}'))
        return reply


def _merged(session: Session, head: str, found: Built) -> Built:
    """What was built by a session whose branch has nothing its base lacks, being merged.

    The commits are those that were recorded; none were when the branch was only
    moved forward along its base.
    """
    own = tuple(each for each in between(session.base, head) if each.oid in session.commits)
    if not own:
        return found
    first = own[-1].parents[0] if own[-1].parents else empty_tree()
    changes = parse_diff(git.read(*_diff(first, own[0].oid)))
    return Built(own, changes, found.ahead, found.behind, found.base)


def compared(session: Session, head: str) -> str:
    """The revision that the session's branch is compared with, '' when there is none.

    It is the base named at the start, or the upstream of that where the local branch
    is only behind it: who rebases on origin/main has built nothing of what is new
    there.  A base that is gone leaves the commit that the session began at, or, where
    that has been merged or the branch was rebased off it, the default branch.
    """
    if not session.base_ref.startswith('refs/heads/'):
        return session.base_ref or session.base
    form = '--format=%(upstream) %(upstream:track,nobracket)'
    reply = git.ask('for-each-ref', form, session.base_ref)
    if not reply.out:
        return _instead(session, head)
    upstream, _, track = reply.out.strip().partition(' ')
    return upstream if track.startswith('behind') else session.base_ref


def _instead(session: Session, head: str) -> str:
    """What `head` is compared with when the base branch is gone, as after a stacked merge."""
    default = git.default_branch()
    if default is None or default == f'refs/heads/{session.branch}' or not session.base:
        return session.base
    merged = git.has(default, session.base)
    return default if merged or not git.has(head, session.base) else session.base


def _range(session: Session, base: str, head: str) -> list[str]:
    known = [revision for revision in (base, session.base) if revision]
    return [head, *(['--not', *known] if known else []), '--']


_NAMED = ('-M', '--no-ext-diff', '--no-textconv', '--no-relative')


def _diff(*revisions: str) -> list[str]:
    return ['diff', '-z', '--raw', '--numstat', *_NAMED, *revisions]


def unreported(session: Session, branch: str, head: str, built: Work | None) -> tuple[Commit, ...]:
    """The commits made on the branch that the session does not know, newest first.

    They are on the line of first parents: what a merge brought in was made
    elsewhere.  `built` is the session's work if it has been read: it says the same
    when the session began at its base.  Once the branch has nothing that its base
    lacks, its reflog tells which commits were made on it.
    """
    begin = [each for each in (session.base, session.head_at_start) if each]
    if head in begin:
        return ()
    if built is not None and built.ahead and session.head_at_start in (session.base, ''):
        return _unknown(session, head, built.commits)
    base = built.base if built is not None else compared(session, head)
    log = [*_LOG, _FORMAT, '--ignore-missing', '--first-parent', head, '--not']
    found = parse_log(git.read(*log, *([base] if base else []), *begin, '--'))
    if found or not base or not begin:
        return _unknown(session, head, found)
    fresh = _unknown(session, head, parse_log(git.read(*log, *begin, '--')))
    moves = ways(branch) if fresh else {}
    return tuple(each for each in fresh if moves.get(each.oid, '').startswith(_MAKING))


def _unknown(session: Session, head: str, found: Iterable[Commit]) -> tuple[Commit, ...]:
    """Those on the line of first parents of `head` that the session has no event of.

    One that had become another counts again where it is back in its place.
    """
    by_oid = {each.oid: each for each in found}
    fresh = []
    while head in by_oid:
        now = session.current(head)
        if now not in session.commits or (now != head and now not in by_oid):
            fresh.append(by_oid[head])
        head = next(iter(by_oid[head].parents), '')
    return tuple(fresh)


def only_here(branch: str, head: str, base: str) -> set[str]:
    """The commits from `base` to `head` that no other local branch has."""
    others = ('--not', *([base] if base else []), f'--exclude={branch}', '--branches')
    return set(git.read('rev-list', '--ignore-missing', head, *others, '--').split())


# How reflog entries begin that tell of a new commit.
_MAKING = ('commit', 'cherry-pick', 'revert', 'am', 'rebase')


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
    reply = git.ask(*_LOG, '-g', '--format=%H%x00%gs', 'refs/heads/' + branch, '--')
    fields = reply.out.split('\0')
    return list(zip(fields[::2], fields[1::2], strict=False))


def until(head: str) -> tuple[Commit, ...]:
    """All commits of a history, newest first; none when it is unknown."""
    reply = git.ask(*_LOG, _FORMAT, head, '--')
    return parse_log(reply.out) if reply.status == 0 else ()


def between(base: str, head: str) -> tuple[Commit, ...]:
    """The commits that `head` has and `base` has not; none when either is unknown."""
    reply = git.ask(*_LOG, _FORMAT, head, '--not', base, '--')
    return parse_log(reply.out) if reply.status == 0 else ()


def touching(changes: Iterable[Change], base: str, head: str, most: int) -> tuple[Commit, ...]:
    """The commits between the two, newest first, that changed one of the files of the changes."""
    limit = ('--no-merges', f'--max-count={most}')
    return parse_log(
        git.read(*_MAGIC, *_LOG, *limit, _FORMAT, head, '--not', base, *_pathspecs(changes))
    )


def gone(oids: Iterable[str], head: str) -> tuple[Commit, ...]:
    """Those of the commits that exist and that `head` does not have."""
    names = set(filter(is_oid, oids))
    given = '\n'.join([*names, '^' + head, ''])
    found = git.read(*_LOG, '--ignore-missing', '--stdin', _FORMAT, stdin=given.encode())
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
        git.read(*_LOG, '--no-walk=unsorted', '--ignore-missing', '--stdin', _FORMAT,
                 stdin=names.encode() + b'\n')
    )  # fmt: skip


def changed(*revisions: str) -> tuple[Change, ...]:
    """The files that differ between revisions, as git diff takes them."""
    return parse_diff(git.read(*_diff(*revisions)))


def paths(oids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """What each commit changed: object id -> paths; merges, and those that are gone, have none."""
    names = '\n'.join(filter(is_oid, oids))
    if not names:
        return {}
    form = ('--format=%x01%H', '--name-only', '--no-renames', '--no-relative', '--root')
    some = ('--no-walk=unsorted', '--ignore-missing', '--stdin')
    found = git.read(*_LOG, *form, *some, stdin=names.encode() + b'\n')
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


def parse_status(text: str) -> tuple[Uncommitted, ...]:
    """Parse `git status --porcelain=v2 -z`."""
    found = []
    entries = iter(text.split('\0'))
    for entry in entries:
        kind = entry[:2]
        if kind == '1 ':
            found.append(Uncommitted(entry[2:4], entry.split(' ', 8)[8]))
        elif kind == '2 ':
            found.append(Uncommitted(entry[2:4], entry.split(' ', 9)[9]))
            next(entries, None)  # where it was renamed from
        elif kind == 'u ':
            found.append(Uncommitted(entry[2:4], entry.split(' ', 10)[10]))
        elif kind == '? ':
            found.append(Uncommitted('??', entry[2:]))
    return tuple(found)


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
