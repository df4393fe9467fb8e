"""Gathering a comparison: what two sessions say, what git has of them, how they would merge."""

from __future__ import annotations

from git_session import added, archive, branchwork, git, merged, summaries
from git_session.analysis import comparison, figures
from git_session.analysis.comparison import CLEAN, CONFLICTS, UNKNOWN, Comparison, Merge, Side
from git_session.errors import REFUSED, SessionError
from git_session.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

    from git_session.analysis.comparison import Spans
    from git_session.history import Change
    from git_session.session import Session

_COUNTS = ('commits', 'files', 'added', 'deleted')
_MOST_PATHS = 200  # on a command line
_MERGE_TREE = (2, 38)  # that has merge-tree --write-tree


def compare(here: Workspace, wanted: str, other: str | None, *, with_merge: bool) -> Comparison:
    """The comparison of two sessions that are named; the second is the current one by default.

    Without `with_merge` git tries no merge and compares no lines: both are unknown.
    Raises SessionError where one is not found or both are the same.
    """
    sessions = here.chosen(wanted)[0], here.chosen(other)[0]
    if sessions[0].id == sessions[1].id:
        hint = "name another one: 'git session history' lists them"
        same = f"'{wanted}' and '{other}' are the same session" if other is not None else (
            f"'{wanted}' is the session of this branch"
        )  # fmt: skip
        raise SessionError(f'{same}: {sessions[0].id}', hint, status=REFUSED)
    known = {each['session']: each for each in archive.index(here.repo.sessions)}
    checked_out = git.checked_out()
    one, two = (_side(here, each, known.get(each.id, {}), checked_out) for each in sessions)
    if not with_merge:
        return comparison.compare(one, two, Merge(UNKNOWN), None)
    return comparison.compare(one, two, _merge(one, two), _spans(one, two))


def _side(
    here: Workspace, session: Session, known: Mapping[str, Any], checked_out: Collection[str]
) -> Side:
    """One session with what git has of it; `known` is its line in the index of the archive."""
    head = _head(session)
    built = branchwork.built(session, head) if head else None
    if built is None and not session.commits:
        built = branchwork.Built((), (), None, None, '')  # it has built nothing
    counts: dict[str, Any] = {'commits': len(session.commits)}
    counts |= branchwork.figures(built) if built is not None else {}
    if session.state == 'ended':  # what git said when it ended
        counts |= {key: known[key] for key in _COUNTS if known.get(key) is not None}
    record = archive.summary(session, idle=here.idle, figures=counts)
    record['state'] = summaries.state(here, record, checked_out)
    tests = figures.last(session.checkpoints, 'tests')
    return Side(
        record, head, tuple(session.objectives), tuple(session.binding_decisions()),
        built.commits if built is not None else None, built.changes if built is not None else None,
        None if tests is None else int(tests),
    )  # fmt: skip


def _head(session: Session) -> str:
    """The commit that has what a session built, '' when git has none of its commits.

    That is its branch as long as it goes on.  The branch of one that ended may have gone on
    without it, or be gone: then it is the newest commit that its log names.
    """
    if session.state != 'ended':
        found = git.resolve(f'refs/heads/{session.branch}')
        if found is not None:
            return found
    return merged.newest(session)


def _merge(one: Side, other: Side) -> Merge:
    """What git says of a merge, which is made in no working tree (git-merge-tree(1))."""
    missing = [each for each in (one, other) if not each.head]
    if missing:
        name = missing[0].id
        why = 'has no commit' if missing[0].commits is not None else 'has no commit in this clone'
        return Merge(UNKNOWN, why=f'{name} {why}')
    tried = git.ask('merge-tree', '--write-tree', '-z', '--name-only', '--no-messages',
                    one.head, other.head)  # fmt: skip
    if tried.status == 0:
        return Merge(CLEAN)
    if tried.status == 1:
        paths = [each for each in tried.out.split('\0')[1:] if each]
        return Merge(CONFLICTS, tuple(dict.fromkeys(paths)))
    if git.version() < _MERGE_TREE:
        return Merge(UNKNOWN, why='this git cannot try a merge (2.38 and later can)')
    said = tried.err.strip().partition('\n')[0] or 'git could not try it'
    return Merge(UNKNOWN, why=said)


def _spans(one: Side, other: Side) -> tuple[Spans, Spans] | None:
    """The lines that each took the place of since both began; None where that is not known."""
    met = comparison.meeting(one, other)
    if not met or not (one.head and other.head):
        return None
    fork = git.ask('merge-base', one.head, other.head).out.strip()
    if not fork:
        return None
    changes = [each for _, *both in met for each in both]
    read = [_diff(fork, each.head, changes) for each in (one, other)]
    mine, theirs = (added.replaced(git.checked(each.reply())) for each in read)
    return mine, theirs


def _diff(fork: str, head: str, changes: Sequence[Change]) -> git.Process:
    """`git diff -U0` of the files of the changes; of all where there are many."""
    paths = sorted({name for each in changes for name in (each.path, each.old_path) if name})
    some = [f':(top,literal){path}' for path in paths] if len(paths) <= _MOST_PATHS else []
    return git.start(
        '-c', 'core.quotePath=false', '--no-literal-pathspecs', 'diff', '-U0', '-M', '--no-color',
        '--no-ext-diff', '--no-textconv', '--no-relative', '--src-prefix=b/', '--dst-prefix=b/',
        '--diff-algorithm=default', '--inter-hunk-context=0', '--submodule=short',
        fork, head, '--', *some,
    )  # fmt: skip
