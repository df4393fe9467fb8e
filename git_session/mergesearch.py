"""Which live branches have been merged, for who asks again and again: pull and prune.

To search for one branch asks git a dozen times and walks what came to its base.  A search
that found nothing is kept with what it saw in ``sessions/.unmerged.json``, which may be
removed at any time, and not made again before something of that is other, what searches
included.  Where a base only moved on, one look at what came answers for all branches: a merge
has the commits of the branch, or shows in a file that they changed.
"""

from __future__ import annotations

import os

from git_session import (
    __version__,
    archive,
    eventlog,
    filelog,
    git,
    history,
    merged,
    output,
    wholelog,
)
from git_session.merged import Outcome
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from git_session.session import Session
    from git_session.workspace import Workspace

FILE = '.unmerged.json'
_VERSION = 1
_MOST_NEW = 10_000  # commits; of more it is quicker to search again


class Seen(Record):
    """What a search saw that found nothing; `size` are the bytes of the session's log."""

    session: str
    size: int
    head: str
    tips: dict[str, str]  # full refname -> object id
    paths: tuple[str, ...] | None  # of Search


def merged_elsewhere(here: Workspace) -> dict[str, Outcome]:
    """The live sessions whose branch has been merged: branch -> how.

    One that a worktree is on may still go on; its user ends it.
    """
    live = eventlog.live(here.repo.sessions)
    places = {
        branch: eventlog.directory(here.repo.sessions, branch)
        for branch in sorted(live.keys() - git.checked_out())
    }
    if not places:
        return {}
    sizes = {branch: eventlog.log_size(place) for branch, place in places.items()}
    sessions = {branch: archive.load(place)[0] for branch, place in places.items()}
    searches = _Searches(here, sessions)
    found = {}
    for branch, session in output.progress('looking for merges', list(sessions.items())):
        outcome = searches.find(branch, session, sizes[branch])
        if outcome is not None:
            found[branch] = outcome
    searches.keep()
    return found


class _Searches:
    """Those that were made before and those that have to be made now."""

    def __init__(self, here: Workspace, sessions: Mapping[str, Session]) -> None:
        self._path = os.path.join(here.repo.sessions, FILE)
        # A file of the branch may then show anywhere, as its directory has another name.
        self._follows = git.boolean(here.setting('merge.directoryrenames', 'conflict'))
        # Another program may find what this one did not, and a graft may make it a merge.
        view = wholelog.stamp(here.repo)
        self._stamp = f'{__version__} {git.version()} {self._follows} {view}'
        self._before = _load(self._path, self._stamp)
        self._seen: dict[str, Seen] = {}
        self._arrived: dict[tuple[str, str], _Arrived | None] = {}
        self._default = git.default_branch()
        names = {f'refs/heads/{branch}' for branch in sessions}
        names |= {each.base_ref for each in sessions.values()} | {self._default or ''}
        self._refs = merged.refs(names - {''})

    def find(self, branch: str, session: Session, size: int) -> Outcome | None:
        head, _ = self._refs.get(f'refs/heads/{branch}', ('', ''))
        if not head:
            return None
        tips = merged.targets(session, self._default, self._refs)
        now = Seen(session.id, size, head, tips, None)
        before = self._before.get(branch)
        if before is not None and self._is_as_before(branch, before, now):
            self._seen[branch] = now.replace(paths=before.paths)
            return None
        found = merged.search(session, head, tips)
        if found.outcome is None:
            self._seen[branch] = now.replace(paths=found.paths)
        return found.outcome

    def _is_as_before(self, branch: str, before: Seen, now: Seen) -> bool:
        """Whether a search would find nothing again."""
        if (
            before.replace(tips=now.tips, paths=None) != now
            or before.tips.keys() != now.tips.keys()
        ):
            return False
        moves = {(before.tips[name], tip) for name, tip in now.tips.items()}
        return all(old == new or self._is_apart(branch, before, old, new) for old, new in moves)

    def _is_apart(self, branch: str, before: Seen, old: str, new: str) -> bool:
        """Whether what came to a base has nothing to do with the branch."""
        if before.paths is None or self._follows:
            return False
        if (old, new) not in self._arrived:
            self._arrived[old, new] = _arrived(old, new)
        came = self._arrived[old, new]
        return (
            came is not None and branch not in came.merged and came.paths.isdisjoint(before.paths)
        )

    def keep(self) -> None:
        """Write down what found nothing."""
        if self._seen == self._before:
            return
        import json

        listed = {branch: each.asdict() for branch, each in self._seen.items()}
        whole = {'version': _VERSION, 'stamp': self._stamp, 'branches': listed}
        text = json.dumps(whole, separators=(',', ':'))
        try:
            eventlog.write_file(self._path, text)
        except OSError:
            pass  # the next run searches again


class _Arrived(Record):
    """What came to a base: the files that were touched, the branches that it has now, short."""

    paths: frozenset[str]
    merged: frozenset[str]


def _arrived(old: str, new: str) -> _Arrived | None:
    """What came from one commit to another; None where the second is not built on the first."""
    if not git.has(new, old):
        return None
    touched: set[str] = set()
    number = 0
    for each in filelog.Reading(new, _MOST_NEW, history.SUBMODULES, without=old).commits():
        touched.update(each.paths)
        number += 1
    if number == _MOST_NEW:
        return None
    # A merge may hold more than its parents.
    names = ('diff', '--name-only', '-z', '--no-renames', '--no-relative', history.SUBMODULES)
    touched.update(git.read(*names, old, new, '--').split('\0'))
    form = '--format=%(refname:lstrip=2)'
    listed = git.read('for-each-ref', form, f'--merged={new}', 'refs/heads').split('\n')
    return _Arrived(frozenset(touched), frozenset(listed))


def _load(path: str, stamp: str) -> dict[str, Seen]:
    """What is kept: branch -> search; nothing where it is damaged or another program's."""
    import json

    try:
        with open(path, 'rb') as file:
            data = json.load(file)
        if data['version'] != _VERSION or data['stamp'] != stamp:
            return {}
        return {branch: _decode(each) for branch, each in data['branches'].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _decode(data: dict[str, Any]) -> Seen:
    """Raises TypeError, ValueError, KeyError or AttributeError for what `keep` never wrote."""
    tips, paths = dict(data['tips']), data['paths']
    if not all(type(each) is str for each in (*tips, *tips.values(), *(paths or ()))):
        raise TypeError
    found = None if paths is None else tuple(paths)
    return Seen(**{**data, 'tips': tips, 'paths': found})
