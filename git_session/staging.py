"""Files that are made beside the working tree, in the git directory, and moved into it whole.

Whatever fails while they are made, a full disk above all, has touched nothing; whatever kills
us while they are moved, no file is ever there in half, even where the git directory is on
another file system.
"""

from __future__ import annotations

import errno
import os

from git_session import eventlog, git, treefiles
from git_session.treefiles import GITLINK, Ground, Side, names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from git_session.treefiles import Dates


def stage(
    here: Ground, sides: Mapping[str, Side], raw: Mapping[str, str], modes: Mapping[str, int]
) -> list[str]:
    """Write files as they were, byte for byte, to the disk; the paths of those.

    `raw` has the object ids of those whose bytes are not those of their blobs, `modes`
    the permissions that git does not know.
    """
    _empty(here)
    files = {path: side for path, side in sides.items() if side and side[0] != GITLINK}
    if not files:
        return []
    index = here.temporary('b')
    here.run('update-index', '-z', '--index-info', index=index, stdin=here.info(files))
    _check_out(here, index, files)  # a filter that fails is no harm: the bytes are known
    there = here.replace(top=here.staging)
    for path, side in files.items():
        _make_good(there, path, side[0], raw.get(path, side[1]))
    treefiles.set_modes(here.staging, {path: modes[path] for path in files if path in modes})
    treefiles.sync(there, files)
    return list(files)


def stage_base(here: Ground, paths: Iterable[str]) -> list[str]:
    """Write files of the index as a checkout does; raises SessionError with git's words."""
    _empty(here)
    files = list(paths)
    if files:
        treefiles.checked(_check_out(here, here.index, files))
    return files


def _empty(here: Ground) -> None:
    """Nobody else looks in there: what comes there may be nobody else's to read."""
    import shutil

    shutil.rmtree(here.staging, ignore_errors=True)
    os.mkdir(here.staging, 0o700)


def _check_out(here: Ground, index: str, paths: Iterable[str]) -> git.Reply:
    arguments = ('checkout-index', '-f', '-q', '-z', '--stdin', f'--prefix={here.staging}/')
    return here.start(*arguments, index=index, stdin=names(paths)).reply()


def _make_good(there: Ground, path: str, mode: str, oid: str) -> None:
    """Write a file or a link whose bytes are not those of the object."""
    full = os.path.join(there.top, path)
    if os.path.lexists(full) and treefiles.raw_oid(there, path) == oid:
        return
    content = there.run('cat-file', 'blob', oid)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    if mode != '120000':
        treefiles.write(full, content, mode)
    elif os.path.islink(full) or not os.path.lexists(full):
        eventlog.remove(full)
        os.symlink(os.fsencode(content), os.fsencode(full))


def place(here: Ground, files: Iterable[str], dates: Dates, *, durable: bool = True) -> None:
    """Move what was staged into the tree, each file in one step.

    Raises treefiles.Written at a file that is not as it was.
    """
    for path in files:
        source, target = os.path.join(here.staging, path), os.path.join(here.top, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if os.path.isdir(target) and not os.path.islink(target):
            for folder, _, _ in os.walk(target, topdown=False):
                os.rmdir(folder)  # empty, see `obstacles`, or something has just come there
        treefiles.check(here, dates, [path])
        try:
            os.replace(source, target)
        except OSError as error:
            if error.errno != errno.EXDEV:  # the git directory is on another file system
                raise
            _bring(source, target)
    if durable:
        treefiles.sync(here, files)


def _bring(source: str, target: str) -> None:
    """Move a file to another file system, where it is whole before it has its name."""
    import shutil
    import tempfile

    folder = tempfile.mkdtemp(prefix='.session-wip.', dir=os.path.dirname(target))
    try:
        shutil.move(source, os.path.join(folder, 'file'))
        os.replace(os.path.join(folder, 'file'), target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
