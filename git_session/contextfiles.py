"""The context files of a repository: CLAUDE.md, AGENTS.md and their like, found and read.

A file that is a link is read where it leads, once, and never outside of the working tree
or in the git directory: what they say is quoted to others.
"""

from __future__ import annotations

import os
from stat import S_ISREG

from git_session import git
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

NAMES = ('agents.md', 'claude.md', 'gemini.md')  # in any case
MOST_BYTES = 1 << 18  # of a file that are read
_MOST_FILES = 400
_MOST_FOLDERS = 400


class ContextFile(Record):
    """`path` and `target`, where a link leads, from the top; `problem` says why it is not read."""

    path: str
    target: str = ''
    is_tracked: bool = True
    problem: str = ''

    @property
    def folder(self) -> str:
        """'' for the top of the repository."""
        return self.path.rpartition('/')[0]


class Listing:
    """Lists the context files; git runs from here on.

    Tracked ones, those among the `untracked` (paths from the top), and those in the folders
    of the files `near` and above them, whether git ignores them or not.  With `untracked`
    None git looks for these too.
    """

    def __init__(self, top: str, near: Iterable[str], untracked: Iterable[str] | None) -> None:
        self._top = top
        self._near = list(near)
        self._untracked = list(untracked or ())
        also = ('--others', '--exclude-standard') if untracked is None else ()
        patterns = [f':(top,icase,glob)**/{name}' for name in NAMES]
        self._process = git.start(
            '--no-literal-pathspecs', '-C', top, 'ls-files', '-z', '-t', '--cached', *also, '--',
            *patterns,
        )  # fmt: skip

    def files(self) -> list[ContextFile]:
        """The files by path, one for each that is meant: a link that leads to another is left.

        To be asked once.
        """
        tracked: set[str] = set()
        others: set[str] = set()
        for entry in self._process.reply().out.split('\0')[:-1]:
            (others if entry[0] == '?' else tracked).add(entry[2:])
        others |= {path for path in self._untracked if is_name(path.rpartition('/')[2])}
        others |= set(_beside(self._top, self._near))
        real_top = os.path.realpath(self._top)
        found = [
            checked(self._top, path, is_tracked=path in tracked, real_top=real_top)
            for path in sorted({*tracked, *others})[:_MOST_FILES]
            if os.path.lexists(os.path.join(self._top, path))
        ]
        there = {each.path for each in found if not each.target}
        return [each for each in found if each.target not in there]


def is_name(name: str) -> bool:
    """Whether a file of that name is a context file."""
    return name.lower() in NAMES


def _beside(top: str, near: Iterable[str]) -> list[str]:
    """The context files in the folders of these paths and in those above."""
    folders = {''}
    for path in near:
        folder = path.rpartition('/')[0]
        while folder not in folders and len(folders) < _MOST_FOLDERS:
            folders.add(folder)
            folder = folder.rpartition('/')[0]
    found = []
    for folder in folders:
        try:
            names = os.listdir(os.path.join(top, folder))
        except OSError:
            continue
        found += [f'{folder}/{name}' if folder else name for name in names if is_name(name)]
    return found


def checked(top: str, path: str, *, is_tracked: bool = True, real_top: str = '') -> ContextFile:
    """The file with where it leads and why it cannot be read."""
    full, real_top = os.path.join(top, path), real_top or os.path.realpath(top)
    real = os.path.realpath(full)
    target = os.path.relpath(real, real_top) if real != os.path.join(real_top, path) else ''
    if not {'..', '.git'}.isdisjoint(target.lower().split(os.sep)):
        return ContextFile(path, '', is_tracked, 'leads out of the working tree')
    try:
        problem = '' if S_ISREG(os.stat(real).st_mode) else 'not a regular file'
    except OSError as error:
        problem = error.strerror or 'cannot be read'
    return ContextFile(path, target, is_tracked, problem)


def content(top: str, file: ContextFile) -> str:
    """The text of a context file, its beginning if it is large; '' when it cannot be read."""
    if file.problem:
        return ''
    try:
        with open(os.path.join(top, file.target or file.path), 'rb') as opened:
            return opened.read(MOST_BYTES).decode('utf-8', 'replace').replace('\r\n', '\n')
    except OSError:
        return ''
