"""`git session wip`: saved work in progress."""

from __future__ import annotations

import time

from git_session import output, putaside, snapshot, treefiles, wiprefs, words
from git_session.errors import REFUSED, SessionError
from git_session.events import format_time
from git_session.options import FORMAT, Syntax, Values
from git_session.snapshot import Path
from git_session.wiprefs import Saved
from git_session.workspace import Workspace, open_workspace, require_work_tree

ABOUT = 'List, show, restore or drop saved work in progress.'
FORMS = {
    'list': Syntax('', 0, 0, FORMAT),
    'show': Syntax('[<branch>]', 0, 1, FORMAT),
    'restore': Syntax('[<branch>]', 0, 1, ()),
    'drop': Syntax('[<branch>]', 0, 1, ()),
}


def run(action: str, values: Values) -> int:
    here = open_workspace()
    require_work_tree(here)
    if action == 'list':
        return _list(here, values)
    saved = _find(here, values.operand)
    if action == 'show':
        return _show(here, saved, values)
    if action == 'restore':
        putaside.restore(here, saved)
        return 0
    wiprefs.drop(saved)
    putaside.record(here, saved, 'wip.restore', commit=saved.commit, dropped=True)
    output.talk(f'dropped {saved.ref} ({saved.commit})')
    return 0


def _find(here: Workspace, branch: str | None) -> Saved:
    name = here.repo.branch if branch is None else branch
    if name is None:
        raise SessionError('HEAD is detached; name a branch', status=REFUSED)
    found = wiprefs.find(here.repo, name)
    if found is None:
        raise SessionError(
            f"no work in progress is saved of branch '{name}'", "see 'git session wip list'",
            status=REFUSED,
        )  # fmt: skip
    return found


def _record(saved: Saved) -> dict[str, object]:
    return {
        'branch': saved.branch, 'ref': saved.ref, 'commit': saved.commit, 'base': saved.base,
        'saved': format_time(saved.at), 'files': saved.files,
    }  # fmt: skip


def _list(here: Workspace, values: Values) -> int:
    every = [each for newest in wiprefs.listed() for each in (newest, *wiprefs.older(newest))]
    if values.json:
        records = [_record(each) for each in every]
        output.json({'schema': 'git-session/wip/1', 'wip': records})
        return 0
    now = time.time()
    newest = ''
    for each in every:
        name = output.line(each.branch)
        old = ' (older)' if each.branch == newest else ''
        newest = each.branch
        output.out(
            f'{name}: {words.count(each.files, "file")}, saved {words.age(each.at, now)} on '
            f'{words.short(each.base)}{old}\n'
        )
    if not every:
        output.hint("no work in progress is saved; 'git session switch' and 'end' save it")
    return 0


def _show(here: Workspace, saved: Saved, values: Values) -> int:
    ground = treefiles.ground(here.repo, here.settings)
    kept = wiprefs.load(ground, saved)
    found = sorted(snapshot.paths(ground, kept).items())
    listed = [(_state(each, path in kept.added), path) for path, each in found]
    if values.json:
        files = [{'status': xy, 'path': path} for xy, path in listed]
        output.json({'schema': 'git-session/wip-show/1', **_record(saved), 'paths': files})
        return 0
    age = words.age(saved.at, time.time())
    lines = [f'{output.line(saved.branch)}: saved {age} on {words.short(saved.base)}\n']
    lines += [f'{xy} {output.line(path)}\n' for xy, path in listed]
    output.out(''.join(lines))
    output.hint(f"see the changes with 'git diff {saved.ref}^1 {saved.ref}'")
    return 0


def _state(path: Path, is_intended: bool) -> str:
    """The two letters of git status; a dot where nothing changed."""
    if is_intended:
        return '.A' if path.tree else '.D'
    if path.base is None and path.index is None:
        return '??'
    return _letter(path.base, path.index) + _letter(path.index, path.tree)


def _letter(old: treefiles.Side, new: treefiles.Side) -> str:
    if old == new:
        return '.'
    if old is None or new is None:
        return 'A' if old is None else 'D'
    return 'M' if old[0][:2] == new[0][:2] else 'T'
