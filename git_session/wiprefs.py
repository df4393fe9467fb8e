"""Saved work in progress as git has it: refs/session/wip/<branch>.

A saved state is a commit as git stash makes them, so that all of git can read it::

    refs/session/wip/<branch>     the tracked files as they were in the working tree
        ^1  the commit that it was saved on
        ^2  the index; its message ends with what a tree cannot say, as one line of JSON
            ^2^2  the files whose bytes git's conversions would not give back, if any
        ^3  the untracked files
        ^4  what had been saved before and not restored, if anything

The ref has a reflog; what is older is reachable, however long that is kept.
"""

from __future__ import annotations

from git_session import git, output, treefiles, words
from git_session.errors import SessionError
from git_session.record import Record
from git_session.snapshot import Kept
from git_session.treefiles import Ground

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = git.WIP
_FORMAT = (
    '--format=%(refname)%00%(objectname)%00%(parent)%00%(committerdate:unix)%00'
    '%(contents:trailers:key=Files,valueonly)%00'
)
_TRAILERS = ('-c', 'trailer.separators=:')  # ours, whatever the user's are
# As git stash does where the user has no name yet.
_NOBODY = {
    f'GIT_{role}_{what}': value
    for role in ('AUTHOR', 'COMMITTER')
    for what, value in (('NAME', 'git session'), ('EMAIL', 'session@git'))
}


class Saved(Record):
    """A saved state; `older` is the one before it, '' for none, `at` epoch seconds."""

    branch: str
    commit: str
    base: str
    older: str
    at: int
    files: int

    @property
    def ref(self) -> str:
        return PREFIX + self.branch


def listed(branch: str = '') -> list[Saved]:
    """The newest saved state of each branch, or of one."""
    out = git.read(*_TRAILERS, 'for-each-ref', _FORMAT, PREFIX + branch)
    found = []
    for record in out.split('\0\n')[:-1]:
        ref, oid, parents, at, files = record.split('\0')
        found.append(_saved(ref.removeprefix(PREFIX), oid, parents.split(), at, files))
    return [each for each in found if branch in ('', each.branch)]


def _saved(branch: str, oid: str, parents: list[str], at: str, files: str) -> Saved:
    base, _, _, *older = parents + [''] * (3 - len(parents))  # those of another form have less
    number = files.strip()
    count = int(number) if number.isascii() and number.isdigit() else 0
    return Saved(branch, oid, base, ''.join(older), int(at), count)


def find(repo: git.Repository, branch: str | None) -> Saved | None:
    """The newest saved state of a branch; without a process where nothing was ever saved."""
    if branch is None or not git.may_exist(repo, PREFIX + branch):
        return None
    found = listed(branch)
    return found[0] if found else None


def older(saved: Saved) -> list[Saved]:
    """What was saved before `saved` and not restored, newest first."""
    found = []
    form = '--format=%H%x00%P%x00%ct%x00%(trailers:key=Files,valueonly)'
    while saved.older:
        reply = git.read(*_TRAILERS, 'log', '-1', form, saved.older)
        oid, parents, at, files = reply.split('\0')
        saved = _saved(saved.branch, oid, parents.split(), at, files)
        found.append(saved)
    return found


# --- what is in one


def store(here: Ground, branch: str, kept: Kept, number: int) -> Saved:
    """Make the commits and the ref of so many files; the same state again is the same save."""
    import json

    ref = PREFIX + branch
    make_way(branch)
    there = listed(branch)
    if there and load(here, there[0]) == kept:
        return there[0]
    names = {} if git.identity() else _NOBODY

    def commit(tree: str, text: str, *parents: str) -> str:
        given = [word for parent in parents for word in ('-p', parent)]
        return git.read('commit-tree', tree, *given, '-F', '-', env=names,
                        stdin=text.encode('utf-8', 'surrogateescape')).strip()  # fmt: skip

    head = git.read('log', '-1', '--format=%h %s', kept.base).strip()
    on = f'on {branch}: {head}\n'
    facts = kept.asdict()
    rest = {key: facts[key] for key in ('added', 'assumed', 'skipped', 'modes') if facts[key]}
    raw = [commit(kept.raw, f'content {on}', kept.base)] if kept.raw else []
    index = commit(kept.index, f'index {on}\n{json.dumps(rest)}\n', kept.base, *raw)
    untracked = commit(kept.untracked, f'untracked files {on}')
    before = [there[0].commit] if there else []
    oid = commit(kept.tree, f'WIP {on}\nFiles: {number}\n', kept.base, index, untracked, *before)
    here.run('update-ref', '--create-reflog', '-m', f'WIP {on.strip()}', ref, oid,
             there[0].commit if there else '0' * here.width)  # fmt: skip
    return _saved(branch, oid, [kept.base, index, untracked, *before],
                  git.read('log', '-1', '--format=%ct', oid), str(number))  # fmt: skip


def load(here: Ground, saved: Saved) -> Kept:
    """Read a saved state; raises SessionError when it is none of ours."""
    import json

    commits = [saved.commit, f'{saved.commit}^2', f'{saved.commit}^3', f'{saved.commit}^2^2']
    trees = [git.start('rev-parse', '-q', '--verify', f'{each}^{{tree}}') for each in commits]
    said = git.ask('log', '-1', '--format=%b', f'{saved.commit}^2').out.strip()
    tree, index, untracked, raw = (each.reply().out.strip() for each in trees)
    try:
        facts = json.loads(said.splitlines()[-1]) if said else {}
        added = {str(path): str(mode) for path, mode in facts.get('added', {}).items()}
        assumed, skipped = (tuple(map(str, facts.get(key, ()))) for key in ('assumed', 'skipped'))
        modes = {str(path): int(bits) & 0o777 for path, bits in facts.get('modes', {}).items()}
    except (ValueError, AttributeError, TypeError):
        index = ''
    if not (tree and index and untracked):
        raise SessionError(f"'{saved.ref}' is no work in progress of git session")
    return Kept(saved.base, index, tree, untracked, raw, added, assumed, skipped, modes)


# --- the refs


def _safely(*args: str) -> None:
    """A git that runs no hook and must succeed."""
    treefiles.checked(git.ask(*treefiles.SAFE, *args))


def drop(saved: Saved, why: str = 'dropped') -> None:
    """Remove a saved state that is the newest of its branch; the one before it is there then."""
    arguments = [saved.ref, saved.older] if saved.older else ['-d', saved.ref]
    _safely('update-ref', '-m', f'wip: {why}', *arguments, saved.commit)


def make_way(branch: str) -> None:
    """Give another name to what is saved of branches that git cannot have beside this one.

    `x` and `x/y` cannot both be there: the other branch is gone.
    """
    for saved in listed():
        if branch.startswith(f'{saved.branch}/') or saved.branch.startswith(f'{branch}/'):
            name = _set_aside(saved)
            output.talk(
                f"saved work in progress of the branch '{saved.branch}', which is gone, "
                f"is now named '{name}'"
            )


def _set_aside(saved: Saved) -> str:
    """Give a saved state the first free name like that of its branch, which is returned."""
    taken = {each.branch for each in listed()}
    flat = saved.branch.replace('/', '.')  # in nobody's way itself
    names = (f'{flat}.gone{f"-{number}" if number else ""}' for number in range(1000))
    name = next(each for each in names if each not in taken)
    _name(saved, name)
    _safely('update-ref', '-d', saved.ref, saved.commit)
    return name


def _name(saved: Saved, name: str) -> None:
    message = f'wip: renamed from {saved.branch}'
    _safely('update-ref', '--create-reflog', '-m', message, PREFIX + name, saved.commit,
            '0' * len(saved.commit))  # fmt: skip


def rename(moves: Mapping[str, str]) -> None:
    """Let what is saved of branches follow their new names: old -> new, in any order.

    What was saved of a branch that another has replaced gets another name.
    """
    known = {saved.branch: saved for saved in listed()}
    going = {old: saved for old, saved in known.items() if old in moves}
    aside = {old: saved.replace(branch=_set_aside(saved)) for old, saved in going.items()}
    for old, saved in aside.items():
        new = moves[old]
        if new in known and new not in going:
            _set_aside(known[new])
        make_way(new)
        _name(saved.replace(branch=old), new)
        _safely('update-ref', '-d', saved.ref, saved.commit)


def told(saved: Saved | None, branch: str, current: str | None) -> str:
    """Saved work in progress in one line with the command that brings it back; '' for none."""
    if saved is None:
        return ''
    more = ', and older work' if saved.older else ''
    way = 'wip restore' if branch == current else f'resume {branch}'
    number = words.count(saved.files, 'file')
    return f'work in progress of {number} saved{more}: git session {way}'
