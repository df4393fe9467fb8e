"""Saving the working tree of a branch as work in progress, and bringing it back.

Saving writes the ref (`wiprefs`) before it touches a file, restoring removes it when all is
in place: whatever interrupts them, the saved state is whole.  What is half done is finished
by `restore`: each path may be as in the base or as saved.
"""

from __future__ import annotations

import os

from git_session import eventlog, git, snapshot, staging, treefiles, wiprefs
from git_session.errors import REFUSED, SessionError
from git_session.snapshot import Kept, Look, Path
from git_session.treefiles import Ground, Written
from git_session.wiprefs import Saved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from typing import NoReturn

    Settings = Iterable[tuple[str, str, str]]

_BUSY = {
    'MERGE_HEAD': 'merging', 'rebase-merge': 'rebasing', 'rebase-apply': 'rebasing',
    'CHERRY_PICK_HEAD': 'cherry-picking', 'REVERT_HEAD': 'reverting',
}  # fmt: skip
_SHOWN = 20  # paths of an error


def operation(repo: git.Repository) -> str:
    """What git is in the middle of here, '' for nothing."""
    for name, doing in _BUSY.items():
        if os.path.exists(os.path.join(repo.gitdir, name)):
            return doing
    return ''


# --- saving


def save(repo: git.Repository, settings: Settings, branch: str) -> Saved | None:
    """Save the working tree of a branch and leave it clean but for what is ignored.

    None when there is nothing to save.  Raises SessionError, with nothing changed, when
    the state cannot be kept exactly.
    """
    _refuse(repo)
    here = treefiles.ground(repo, settings)
    with eventlog.lock(repo.gitdir, name=snapshot.LOCK):
        seen = snapshot.look(here)
        if seen.unmerged:
            needs = ''.join(f'\n{path}: needs merge' for path in seen.unmerged[:_SHOWN])
            raise SessionError(f'you need to resolve your current index first{needs}',
                               status=REFUSED)  # fmt: skip
        if seen.is_clean:
            return None
        try:
            return _save(here, repo, branch, seen)
        finally:
            here.sweep()


def _refuse(repo: git.Repository) -> None:
    """Raise SessionError where a working tree cannot be saved or restored now."""
    if repo.head is None:
        raise SessionError('you do not have the initial commit yet', status=REFUSED)
    doing = operation(repo)
    if doing:
        raise SessionError(f'cannot save work in progress while {doing}', status=REFUSED)
    lock = os.path.join(repo.gitdir, 'index.lock')
    if os.path.exists(lock):
        raise SessionError(
            f"unable to create '{lock}': File exists",
            'another git process seems to be running in this repository',
        )


def _save(here: Ground, repo: git.Repository, branch: str, seen: Look) -> Saved | None:
    kept, dates = snapshot.keep(here, repo.head or '', seen)
    found = snapshot.paths(here, kept)
    if all(map(_is_moved, found.values())):
        return None  # only the dates of files are others, or line ends that do not count
    _check_room(here, found)
    number = sum(not _is_moved(each) for each in found.values())
    saved = wiprefs.store(here, branch, kept, number)
    try:
        treefiles.check(here, dates, dates)
    except Written as error:
        raise _refusal(error, saved) from None
    try:
        snapshot.clean(here, found, dates)
    except (SessionError, OSError, Written) as error:
        _take_back(here, repo, saved, error)
    return saved


def _refusal(error: Written, saved: Saved) -> SessionError:
    return SessionError(
        f'{error}; nothing was changed', 'what it was is in ' + saved.ref, status=REFUSED
    )


def _take_back(
    here: Ground, repo: git.Repository, saved: Saved, error: SessionError | OSError | Written
) -> NoReturn:
    """Undo a cleaning that failed half way, and say what failed."""
    if isinstance(error, OSError):
        said = os.strerror(error.errno or 0)
    else:
        said = error.message if isinstance(error, SessionError) else str(error)
    try:
        _restore(here, repo, saved, error.paths if isinstance(error, Written) else ())
        if not isinstance(error, Written):
            wiprefs.drop(saved, 'restored')
    except (SessionError, OSError, Written):
        hint = f"all of it is saved: 'git session wip restore {saved.branch}'"
    else:
        if isinstance(error, Written):
            raise _refusal(error, saved) from None
        hint = 'nothing was changed'
    raise SessionError(f'cannot clean the working tree: {said}', hint) from None


def _check_room(here: Ground, found: Mapping[str, Path]) -> None:
    """Refuse where a file that is not saved is in the place of one of the base."""
    files = {path: each for path, each in found.items() if not each.is_gitlink}
    gone = {path for path, each in files.items() if each.base_file is None and each.tree}
    back = [path for path, each in files.items() if each.base_file and each.base != each.tree]
    lost = treefiles.obstacles(here, back, gone)
    if lost:
        raise SessionError(
            'cannot save: the following ignored files would be lost:' + _list(lost),
            status=REFUSED,
        )


def _list(paths: list[str]) -> str:
    more = f'\n\t... and {len(paths) - _SHOWN} more' if len(paths) > _SHOWN else ''
    return ''.join(f'\n\t{path}' for path in paths[:_SHOWN]) + more


def _is_moved(path: Path) -> bool:
    """Whether only a submodule is at another commit, which is in the submodule's own hands."""
    return path.is_gitlink and path.base == path.index


# --- restoring


def restore(repo: git.Repository, settings: Settings, saved: Saved) -> None:
    """Bring a saved state back into the working tree and drop it.

    Raises SessionError (REFUSED), with nothing changed, when a file of it is neither as
    saved nor as it was in the commit that it was saved on.
    """
    _refuse(repo)
    here = treefiles.ground(repo, settings)
    with eventlog.lock(repo.gitdir, name=snapshot.LOCK):
        try:
            _restore(here, repo, saved)
        except OSError as error:
            where = os.fsdecode(error.filename2 or error.filename or here.top)
            raise SessionError(
                f"cannot restore the work in progress of '{saved.branch}': "
                f"'{os.path.relpath(where, here.top)}': {error.strerror}",
                f"all of it is still saved: 'git session wip restore {saved.branch}' goes on",
            ) from None
        except Written as error:
            raise SessionError(
                f"cannot restore the work in progress of '{saved.branch}': {error}",
                f"all of it is still saved: see it with 'git session wip show {saved.branch}'",
                status=REFUSED,
            ) from None
        finally:
            here.sweep()
    wiprefs.drop(saved, 'restored')


def _restore(here: Ground, repo: git.Repository, saved: Saved, left: Collection[str] = ()) -> None:
    """Bring a saved state back, but for files that are `left` as they are."""
    before = snapshot.index_date(here)
    kept = wiprefs.load(here, saved)
    found = snapshot.paths(here, kept)
    standing = _Standing(here, repo, kept, found, left)
    writes, gone = standing.writes, standing.gone
    lost = sorted({*standing.conflicts, *treefiles.obstacles(here, writes, gone)})
    if lost:
        raise SessionError(
            f"cannot restore the work in progress of '{saved.branch}': "
            f'these files are other than when it was saved:{_list(lost)}',
            f"see it with 'git session wip show {saved.branch}'",
            f"get a file with 'git checkout {saved.ref} -- <path>',",
            f"or merge all of it with 'git stash apply --index {saved.ref}'", status=REFUSED,
        )  # fmt: skip
    made = snapshot.make_index(here, kept, found)
    sides = {path: found[path].tree for path in writes}
    files = staging.stage(here, sides, snapshot.raw_oids(here, kept), kept.modes)
    treefiles.check(here, standing.dates, [*gone, *writes])
    treefiles.remove(here, gone, standing.dates)
    staging.place(here, files, standing.dates)
    treefiles.set_modes(here.top, kept.modes)
    _move_submodules(here, found)
    snapshot.finish_index(here, kept, made, before)


class _Standing:
    """What has to be written and removed to get to a saved state, and what forbids it."""

    def __init__(
        self, here: Ground, repo: git.Repository, kept: Kept, found: Mapping[str, Path],
        left: Collection[str],
    ) -> None:  # fmt: skip
        self._here, self._kept, self._left = here, kept, left
        self._raw = snapshot.raw_oids(here, kept)
        self.dates = {path: treefiles.signature(here.top, path) for path in found}
        self._seen = snapshot.look_inside(here, found)
        self._moved = snapshot.moved(here, kept.base, repo.head or '')
        self.writes: list[str] = []
        self.gone: list[str] = []
        self.conflicts: list[str] = list(self._seen.unmerged)
        for path, each in found.items():
            self._judge(path, each)

    def _judge(self, path: str, each: Path) -> None:
        entry = self._seen.entries.get(path)
        head = self._moved[path][1] if path in self._moved else each.base
        index = entry.index if entry else head
        if path not in self._kept.added and index not in (each.base, each.index):
            self.conflicts.append(path)
        if each.is_gitlink or path in self._left:
            return
        known = entry.index if entry and entry.xy[1] == '.' else None if entry else head
        if known is None and treefiles.is_file(self._here.top, path):
            if not self._is_as_saved(path, each):
                self.conflicts.append(path)
        elif known is None:  # as a switch or a cleaning that was killed leaves it
            self.writes += [path] if each.tree else []
        elif known not in (each.base, each.tree):
            self.conflicts.append(path)
        elif each.tree is None:
            self.gone.append(path)
        elif known != each.tree:
            self.writes.append(path)

    def _is_as_saved(self, path: str, each: Path) -> bool:
        """Whether the file on the disk is the saved one."""
        if each.tree is None or treefiles.mode(self._here, path, each.tree[0]) != each.tree[0]:
            return False
        return treefiles.raw_oid(self._here, path) == self._raw.get(path, each.tree[1])


def _move_submodules(here: Ground, found: Mapping[str, Path]) -> None:
    """Bring submodules to the commit that they were at, where they have no work of their own."""
    for path, each in found.items():
        place = os.path.join(here.top, path)
        if each.tree is None or not each.is_gitlink or not os.path.exists(place + '/.git'):
            continue
        oid = each.tree[1]
        # Whatever the environment says of the repository, this is another one.
        its = ('-C', place, '--git-dir=.git', '--work-tree=.', *treefiles.SAFE)
        if git.ask(*its, 'rev-parse', 'HEAD').out.strip() == oid:
            continue
        if not git.ask(*its, 'status', '--porcelain').out:
            git.ask(*its, 'checkout', '-q', '--detach', oid)
