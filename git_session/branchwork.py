"""What a session's branch has that its base has not, and what is not committed there.

Everything is computed from git, bounded by the base of the session, so it costs
the same in a repository of any size.  The git processes run side by side.
"""

from __future__ import annotations

from git_session import git, history, words
from git_session.history import Change, Commit
from git_session.record import Record
from git_session.session import Session


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
        return words.short(name) if history.is_oid(name) else name

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


def read(
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
    return history.same_files(found.base, head, found.changes)


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
        changes = history.parse_diff(git.read(*history.diff(history.empty_tree(), head)))
        log = git.read(*history.LOG, history.ORDER, history.FORMAT, head, '--')
        return Built(history.parse_log(log), changes, None, None, '')
    if not found.commits and session.base and session.base != head:
        return _merged(session, head, found)
    return found


class Comparison:
    """A comparison with a base, by three processes side by side that run from here on.

    Where lines are counted in few files only, it is looked first how many there are.
    """

    def __init__(self, session: Session, base: str, head: str, most_counted: int = 0) -> None:
        self._base, self._head, self._most_counted = base, head, most_counted
        log = (*history.LOG, history.ORDER, history.FORMAT, '--ignore-missing')
        self._log = git.start(*log, *_range(session, base, head))
        self._count = git.start('rev-list', '--left-right', '--count', f'{base}...{head}', '--')
        sides = f'{base}...{head}'
        named = ('diff', '-z', '--raw', *history.NAMED, sides)
        self._diff = git.start(*(named if most_counted else history.diff(sides)))

    def result(self) -> Built | None:
        """What was built; None when git does not know the base."""
        log, counted = self._log.reply(), self._count.reply()
        changed = self._changed()
        if counted.status != 0:
            return None
        if changed.status != 0:  # no merge base
            changed = git.ask(*history.diff(self._base, self._head))
        behind, ahead = map(int, counted.out.split())
        commits = history.parse_log(git.checked(log))
        return Built(commits, history.parse_diff(git.checked(changed)), ahead, behind, self._base)

    def _changed(self) -> git.Reply:
        """The files, with their lines where these are to be counted."""
        reply = self._diff.reply()
        if self._most_counted and reply.out.count('\0:') < self._most_counted:
            return git.ask(*history.diff(f'{self._base}...{self._head}'))
        return reply


def _merged(session: Session, head: str, found: Built) -> Built:
    """What was built by a session whose branch has nothing its base lacks, being merged.

    The commits are those that were recorded; none were when the branch was only
    moved forward along its base.
    """
    own = tuple(each for each in history.between(session.base, head) if each.oid in session.commits)
    if not own:
        return found
    first = own[-1].parents[0] if own[-1].parents else history.empty_tree()
    changes = history.parse_diff(git.read(*history.diff(first, own[0].oid)))
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
