"""A working tree and its index as git objects, and back.

What is kept is the difference to a commit, the base: for each path what it is there, in
the index and in the working tree.  git's own plumbing does the work on temporary indexes
in the git directory; no hook runs, nothing is signed, the user's index is replaced whole.

Content is kept twice where git's conversions (filters, line ends) would not give the same
bytes back: as git would commit it, and as it is.
"""

from __future__ import annotations

import os

from git_session import eventlog, git, staging, treefiles
from git_session.errors import REFUSED, SessionError
from git_session.record import Record
from git_session.treefiles import GITLINK, SAFE, Ground, Side, names, quoted, raw_oid, signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from typing import BinaryIO

    from git_session.treefiles import Dates

LOCK = 'session-wip.lock'
_EMPTY_BLOBS = (
    'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
    '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
)
_ABSENT = '000000'
_MOST_NAMED = 200  # paths on a command line
# Whatever submodule.<name>.ignore says.
_RAW = ('-r', '-z', '--no-renames', '--ignore-submodules=none')


class Path(Record):
    """What one path is: in the base, in the index, in the working tree."""

    base: Side
    index: Side
    tree: Side

    @property
    def is_gitlink(self) -> bool:
        """Whether it is in the hands of a submodule: no file is in the working tree."""
        if self.tree and self.tree[0] != GITLINK:
            return False
        return any(side and side[0] == GITLINK for side in (self.base, self.index, self.tree))

    @property
    def base_file(self) -> Side:
        """The base, where that is a file or a link."""
        return self.base if self.base and self.base[0] != GITLINK else None


class Entry(Record):
    """What git status says of a tracked path: `xy` as in its porcelain format."""

    xy: str
    sub: str
    head: Side
    index: Side


class Look(Record):
    """The working tree compared with HEAD; what is untracked is no directory."""

    entries: dict[str, Entry]
    untracked: list[str]
    unmerged: list[str]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is there to save: a submodule that moved lies in the submodule."""
        return not (self.untracked or self.unmerged or any(map(_counts, self.entries.values())))


class Kept(Record):
    """A state as trees, with what trees cannot say.

    `raw` is the tree of the files whose bytes git's conversions would not give back,
    '' without any.  `added` are the intent-to-add entries, path -> mode, `modes` the
    permissions that are other than a new file of that kind has, path -> bits.
    """

    base: str  # commit
    index: str
    tree: str
    untracked: str
    raw: str = ''
    added: dict[str, str] = {}  # noqa: RUF012
    assumed: tuple[str, ...] = ()  # assume-unchanged
    skipped: tuple[str, ...] = ()  # skip-worktree
    modes: dict[str, int] = {}  # noqa: RUF012


def look(here: Ground, index: str = '') -> Look:
    """Compare with HEAD."""
    options = ('-z', '--untracked-files=all', '--ignore-submodules=dirty', '--no-renames')
    return parse(here.run('status', '--porcelain=v2', *options, index=index))


def look_inside(here: Ground, paths: Collection[str]) -> Look:
    """Compare with HEAD, and of these paths files too that git is told to look away from."""
    hidden = [path for path in _special(here)[0] if path in paths]
    hidden = [path for path in hidden if treefiles.is_file(here.top, path)]
    if not hidden:
        return look(here)
    index = here.temporary('a', copy=True)
    _show(here, hidden, index)
    return look(here, index)


def _show(here: Ground, paths: Iterable[str], index: str) -> None:
    """Take the flags away that tell git to look away from files."""
    for flag in ('--no-assume-unchanged', '--no-skip-worktree'):
        here.run('update-index', flag, '-z', '--stdin', index=index, stdin=names(paths))


def parse(text: str) -> Look:
    """Parse ``git status --porcelain=v2 -z --no-renames``."""
    entries, untracked, unmerged = {}, [], []
    for record in text.split('\0'):
        if record.startswith('1 '):
            _, xy, sub, head, index, _, was, now, path = record.split(' ', 8)
            entries[path] = Entry(xy, sub, _side(head, was), _side(index, now))
        elif record.startswith('u '):
            unmerged.append(record.split(' ', 10)[10])
        elif record.startswith('? ') and not record.endswith('/'):  # no repository of its own
            untracked.append(record[2:])
    return Look(entries, untracked, unmerged)


def _side(mode: str, oid: str) -> Side:
    return None if mode == _ABSENT else (mode, oid)


def _counts(entry: Entry) -> bool:
    if entry.xy == '.T' and entry.index and entry.index[0] == GITLINK:
        return True  # a file is in the place of a submodule
    return not (entry.xy[0] == '.' and entry.sub.startswith('S'))


# --- saving


def keep(here: Ground, base: str, seen: Look) -> tuple[Kept, Dates]:
    """Write the state as trees; and what each file looked like before it was read."""
    special, listed = _special(here)
    added = _intended(here, seen, listed)
    changed = [path for path, each in seen.entries.items() if _counts(each)]
    again = [path for path in changed if path in special]
    if here.is_sparse and any(special[path] in 'Ss' for path in again):
        raise SessionError(
            f"cannot save '{again[0]}': it is outside of your sparse-checkout", status=REFUSED
        )
    dates = {path: signature(here.top, path) for path in {*seen.entries, *seen.untracked}}
    # A file that is only in the base and in the working tree belongs to what was tracked.
    untracked = [path for path in seen.untracked if path not in seen.entries]
    index = here.temporary('a', copy=True)
    staged = here.run('write-tree', index=index).strip()
    if again:
        _show(here, again, index)
    differing = [
        path for path, each in seen.entries.items()
        if each.xy[1] != '.' or path in special or _is_read(here, path, each)
    ]  # fmt: skip
    # What is gone comes first: a folder, or a link to one, may be in its place.
    gone = {path for path in differing if treefiles.status(here.top, path) is None}
    if gone:
        here.run('update-index', '-z', '--force-remove', '--stdin', index=index, stdin=names(gone))
    rest = [path for path in differing if path not in gone]
    rest.sort(key=lambda path: treefiles.is_file(here.top, path))
    here.run('update-index', '-z', '--add', '--remove', '--replace', '--stdin', index=index,
             stdin=names(rest))  # fmt: skip
    tree = here.run('write-tree', index=index).strip()
    other = here.temporary('b')
    here.run('update-index', '-z', '--add', '--stdin', index=other, stdin=names(untracked))
    kept = Kept(
        base, staged, tree, here.run('write-tree', index=other).strip(), '', added,
        tuple(path for path, flag in special.items() if flag.islower()),
        tuple(path for path, flag in special.items() if flag in 'Ss' and not here.is_sparse),
    )  # fmt: skip
    found = paths(here, kept)
    return kept.replace(raw=_raw(here, found), modes=_modes(here, found)), dates


def _is_read(here: Ground, path: str, entry: Entry) -> bool:
    """Whether a file that is as staged is read again: it may have been written meanwhile.

    What was taken out of the index may still be there, ignored even: the base comes there.
    """
    return entry.sub.startswith('N') and treefiles.is_file(here.top, path)


def _special(here: Ground) -> tuple[dict[str, str], dict[str, Side]]:
    """The flags of the index (path -> letter of ls-files -v), and all empty entries."""
    special: dict[str, str] = {}
    empty: dict[str, Side] = {}
    for line in here.run('ls-files', '-v', '-s', '-z').split('\0')[:-1]:
        flag, mode, oid, rest = line.split(' ', 3)
        path = rest.partition('\t')[2]
        if flag not in 'HM':
            special[path] = flag
        if oid in _EMPTY_BLOBS:
            empty[path] = mode, oid
    return special, empty


def _intended(here: Ground, seen: Look, empty: Mapping[str, Side]) -> dict[str, str]:
    """The intent-to-add entries: path -> mode."""
    found, gone = {}, []
    for path, each in seen.entries.items():
        side = empty.get(path)
        if side is None:
            continue
        if each.xy[1] == 'A' or each.xy == 'DD':  # in HEAD too, as if it were taken out
            found[path] = side[0]
        elif each.xy == '.D':  # how git shows one whose file is gone, as if it were in HEAD
            gone.append(path)
    if gone:
        named = gone if len(gone) <= _MOST_NAMED else ()
        listed = here.run('ls-tree', '-r', '-z', '--name-only', 'HEAD', '--', *named)
        there = set(listed.split('\0'))
        found |= {path: empty[path][0] for path in gone if path not in there}  # type: ignore[index]
    return found


def _raw(here: Ground, found: Mapping[str, Path]) -> str:
    """The tree of the files whose content is not that of their blobs; '' without any."""
    other = [
        path for path, each in found.items()
        if each.tree and each.tree[0].startswith('100')
        and raw_oid(here, path) != each.tree[1]
    ]  # fmt: skip
    if not other:
        return ''
    oids = here.run(
        'hash-object', '-w', '--no-filters', '--stdin-paths',
        stdin='\n'.join(map(quoted, other)).encode('utf-8', 'surrogateescape') + b'\n',
    ).split()  # fmt: skip
    sides: dict[str, Side] = {
        path: (found[path].tree[0], oid)  # type: ignore[index]
        for path, oid in zip(other, oids, strict=True)
    }
    index = here.temporary('b')
    here.run('update-index', '-z', '--index-info', index=index, stdin=here.info(sides))
    return here.run('write-tree', index=index).strip()


def _modes(here: Ground, found: Mapping[str, Path]) -> dict[str, int]:
    """The permissions of files that are other than those of a new one: path -> bits."""
    os.umask(umask := os.umask(0))
    usual = {'100644': 0o666 & ~umask, '100755': 0o777 & ~umask}
    modes = {}
    for path, each in found.items():
        if each.tree and each.tree[0] in usual:
            bits = os.lstat(os.path.join(here.top, path)).st_mode & 0o777
            if bits != usual[each.tree[0]]:
                modes[path] = bits
    return modes


def paths(here: Ground, kept: Kept) -> dict[str, Path]:
    """Everything that a kept state has other than its base."""
    listing = here.start('ls-tree', '-r', '-z', kept.untracked)
    diffs = [here.start('diff-tree', *_RAW, kept.base, other) for other in (kept.index, kept.tree)]
    staged, all_of_it = (_raw_diff(git.checked(each.reply())) for each in diffs)
    found = {path: Path(None, None, None) for path in kept.added}
    for path in {*staged, *all_of_it}:
        base = (staged.get(path) or all_of_it[path])[0]
        found[path] = Path(
            base, staged.get(path, (base, base))[1], all_of_it.get(path, (base, base))[1]
        )
    for line in git.checked(listing.reply()).split('\0')[:-1]:
        about, _, path = line.partition('\t')
        mode, _, oid = about.split(' ')
        found[path] = Path(None, None, (mode, oid))
    return found


def moved(here: Ground, base: str, head: str) -> dict[str, tuple[Side, Side]]:
    """What differs between the base and HEAD: path -> both sides."""
    if base == head:
        return {}
    return _raw_diff(here.run('diff-tree', *_RAW, base, head))


def _raw_diff(text: str) -> dict[str, tuple[Side, Side]]:
    """Parse ``git diff-tree -z``: ``:<mode> <mode> <oid> <oid> <status>`` NUL path NUL."""
    fields = text.split('\0')
    found = {}
    for about, path in zip(fields[::2], fields[1::2], strict=False):
        old, new, was, now, _ = about[1:].split(' ')
        found[path] = _side(old, was), _side(new, now)
    return found


# --- putting it in place


def clean(here: Ground, found: Mapping[str, Path], dates: Dates) -> None:
    """Bring index and files back to the base; raises Written at a file that is not as it was."""
    before = _date(here.index)
    made = here.temporary('a', copy=True)
    sides = {path: each.base for path, each in found.items()}
    here.run('update-index', '-z', '--index-info', index=made, stdin=here.info(sides))
    put_index(here, made, before)
    files = {path: each for path, each in found.items() if not each.is_gitlink}
    back = [path for path, each in files.items() if each.base_file and each.base != each.tree]
    gone = [path for path, each in files.items() if each.base_file is None and each.tree]
    treefiles.check(here, dates, [*back, *gone])
    # Attributes say how files are written: those of the index, where their file is not there.
    gone += [path for path in back if path.endswith('.gitattributes')]
    treefiles.remove(here, gone, dates)
    for path, each in files.items():
        if each.base and not each.base_file:  # a submodule has its folder again
            os.makedirs(os.path.join(here.top, path), exist_ok=True)
    staged = staging.stage_base(here, back)
    dates = {**dates, **dict.fromkeys(gone)}
    treefiles.check(here, dates, back)
    staging.place(here, staged, dates, durable=False)
    here.start('update-index', '-q', '--refresh').reply()


def make_index(here: Ground, kept: Kept, found: Mapping[str, Path]) -> str:
    """A temporary index as the kept one, but for paths that are not of the kept state."""
    made = here.temporary('a', copy=True)
    sides = {path: each.index for path, each in found.items()}
    here.run('update-index', '-z', '--index-info', index=made, stdin=here.info(sides))
    if kept.added:
        _intend(here, kept.added, made)
    return made


def _intend(here: Ground, added: Mapping[str, str], index: str) -> None:
    """Add intent-to-add entries of these modes; git asks for files of that kind."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix='session-wip.', dir=here.gitdir) as top:
        for path, mode in added.items():
            full = os.path.join(top, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            if mode == '120000':
                os.symlink('x', full)
            else:
                os.close(
                    os.open(full, os.O_CREAT | os.O_WRONLY, 0o777 if mode[-1] == '5' else 0o666)
                )
        reply = git.ask(
            '-C', top, *SAFE, '-c', 'core.fileMode=true', '-c', 'core.symlinks=true', 'add', '-N',
            '-f', '--pathspec-from-file=-', '--pathspec-file-nul', stdin=names(added),
            env={'GIT_INDEX_FILE': index, 'GIT_DIR': here.gitdir, 'GIT_WORK_TREE': top},
        )  # fmt: skip
        treefiles.checked(reply)


def finish_index(here: Ground, kept: Kept, made: str, before: object) -> None:
    """Set flags and dates in a made index, which the files are as, and put it in place."""
    here.start('update-index', '-q', '--refresh', index=made).reply()  # 1: it has changes
    if kept.assumed or kept.skipped:
        there = set(here.run('ls-files', '-z', index=made).split('\0'))
        for flag, paths in (
            ('--assume-unchanged', kept.assumed), ('--skip-worktree', kept.skipped),
        ):  # fmt: skip
            present = [path for path in paths if path in there]
            if present:
                here.run('update-index', flag, '-z', '--stdin', index=made, stdin=names(present))
    put_index(here, made, before)


def index_date(here: Ground) -> object:
    return _date(here.index)


def _date(path: str) -> object:
    return signature(os.path.dirname(path), os.path.basename(path))


def put_index(here: Ground, made: str, before: object) -> None:
    """Replace the index under git's own lock, if it is as it was `before`."""
    lock = here.index + '.lock'
    try:
        _fill_lock(lock, made)
    except FileExistsError:
        raise SessionError(
            f"unable to create '{lock}': File exists",
            'another git process seems to be running in this repository',
        ) from None
    try:
        if _date(here.index) != before:
            raise SessionError('another git has just written the index')
        os.replace(lock, here.index)
    except BaseException:
        eventlog.remove(lock)
        raise
    eventlog.remove(made)


def _fill_lock(lock: str, made: str) -> None:
    """Make git's lock, with the content of a file; raises FileExistsError where there is one."""
    try:
        os.link(made, lock)
        return
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        pass
    with open(lock, 'xb') as target:
        try:
            _fill(target, made)
        except BaseException:  # a full disk, say: nobody else would take it away
            eventlog.remove(lock)
            raise


def _fill(target: BinaryIO, made: str) -> None:
    with open(made, 'rb') as file:
        target.write(file.read())
    target.flush()


def raw_oids(here: Ground, kept: Kept) -> dict[str, str]:
    """path -> the object id of its bytes, where its blob has others."""
    if not kept.raw:
        return {}
    lines = here.run('ls-tree', '-r', '-z', kept.raw).split('\0')[:-1]
    return {line.partition('\t')[2]: line.partition('\t')[0].split(' ')[2] for line in lines}
