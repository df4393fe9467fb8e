"""Commands that come with a repository run only after the user allowed them.

``.session/config.yaml`` is tracked: whoever can push can put a command there.  So a
command from it is nothing but text until `git session allow`; what is allowed is the
content, as a sha256 of the key, the command and every file of the repository that decides
what it runs.  When any of these changes, it has to be allowed again.

The hashes are in ``<git common dir>/sessions/.allowed``, which git never tracks and no
clone brings, one line each::

    <sha256> <when, UTC> <key>

A command in git's own configuration is the user's own, and needs no allowing.
"""

from __future__ import annotations

import os
import time
from stat import S_ISREG

from git_session import eventlog, output
from git_session.analysis.subject import kind
from git_session.configfile import NAME, escaped
from git_session.errors import REFUSED, SessionError
from git_session.events import format_time
from git_session.record import Record
from git_session.workspace import Workspace

FILE = '.allowed'
COMMANDS = ('tdd.test_command',)  # the keys of the configuration that hold one
_MOST_BYTES = 16 * 1024 * 1024
_MOST_FOLDERS = 20  # of those that a command names

# Programs that are told by a file of this name what to run.
_TOLD_BY = {
    **dict.fromkeys(('make', 'gmake'), ('GNUmakefile', 'makefile', 'Makefile')),
    **dict.fromkeys(('npm', 'pnpm', 'yarn', 'bun'), ('package.json',)),
    'just': ('justfile', 'Justfile', '.justfile'),
    'rake': ('Rakefile',),
    'tox': ('tox.ini',),
    'nox': ('noxfile.py',),
}


class Command(Record):
    """A command of the configuration; `files` are (path, sha256) of what decides what it runs."""

    key: str
    text: str
    origin: str
    files: tuple[tuple[str, str], ...]

    @property
    def is_own(self) -> bool:
        """Whether the user's own git configuration has it."""
        return not self.origin.startswith(NAME)

    @property
    def digest(self) -> str:
        """The sha256 that is allowed, in hex."""
        parts = ['git session allow 1', self.key, self.text, *(f'{p}\0{d}' for p, d in self.files)]
        return _sha256('\0\0'.join(parts).encode('utf-8', 'surrogateescape'))


def _sha256(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


def command(here: Workspace, key: str) -> Command | None:
    """The command of a key as it is in force now; None when there is none."""
    text = here.config[key]
    if text is None:
        return None
    top = here.repo.top or ''
    files = tuple((path, _file(os.path.join(top, path))) for path in _named(top, text))
    return Command(key, text, here.config.origin(key), files)


def _named(top: str, text: str) -> list[str]:
    """The files of the repository that the command names, tests apart, which change all day.

    A folder that it names may be the one that it goes to.
    """
    names: list[str] = []
    for each in _words(text):
        names += [*_TOLD_BY.get(os.path.basename(each), ()), each, each.partition('=')[2]]
    paths = list(dict.fromkeys(os.path.normpath(each) for each in names if _is_inside(each)))
    folders = [path for path in paths if path != '.' and os.path.isdir(os.path.join(top, path))]
    for folder in folders[:_MOST_FOLDERS]:
        paths += [os.path.normpath(os.path.join(folder, each)) for each in names]
    return sorted(
        path for path in dict.fromkeys(paths)
        if _is_inside(path) and kind(path) != 'test' and os.path.isfile(os.path.join(top, path))
    )  # fmt: skip


def _is_inside(name: str) -> bool:
    path = os.path.normpath(name)
    return bool(name) and '\0' not in name and not os.path.isabs(path) and path[:2] != '..'


def _words(text: str) -> list[str]:
    """The words of a command, and those of a command in quotes: ``sh -c 'cd web; npm test'``."""
    import shlex

    lexer = shlex.shlex(text, posix=True, punctuation_chars='();<>|&\n')
    lexer.whitespace_split = True
    lexer.whitespace = ' \t\r'
    lexer.commenters = ''  # for it a # within a word would be one
    try:
        found = list(lexer)
    except ValueError:  # a quotation that does not end: the shell will say so
        found = text.split()
    inner = [each for each in found if each != text and not set(' \t\n;|&').isdisjoint(each)]
    return [*found, *(word for each in inner for word in _words(each))]


def _file(path: str) -> str:
    try:
        if not S_ISREG(os.stat(path).st_mode):
            return 'no file'
        with open(path, 'rb') as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise SessionError(f"cannot read '{path}': {error.strerror}") from None
    if len(data) > _MOST_BYTES:
        raise SessionError(f"'{path}' is larger than {_MOST_BYTES >> 20} MiB")
    return _sha256(data)


def _lines(here: Workspace) -> list[str]:
    try:
        with open(os.path.join(here.repo.sessions, FILE), encoding='utf-8') as file:
            return file.read().split('\n')[:-1]
    except (FileNotFoundError, UnicodeDecodeError):
        return []


def is_allowed(here: Workspace, asked: Command) -> bool:
    """Whether this very content may run."""
    if asked.is_own:
        return True
    return asked.digest in {line.partition(' ')[0] for line in _lines(here)}


def allow(here: Workspace, asked: Command) -> None:
    """Allow this content in this repository, until it changes."""
    sessions = here.repo.sessions
    os.makedirs(sessions, exist_ok=True)
    with eventlog.lock(sessions):
        line = f'{asked.digest} {format_time(time.time())} {asked.key}'
        text = '\n'.join([*_lines(here), line, ''])
        eventlog.write_file(os.path.join(sessions, FILE), text, durable=True)


def revoke(here: Workspace) -> int:
    """Allow nothing any more; how much was allowed."""
    count = len(_lines(here))
    eventlog.remove(os.path.join(here.repo.sessions, FILE))
    return count


def require(here: Workspace, asked: Command) -> None:
    """Return when the command may run; on a terminal the user is asked.

    Raises SessionError (REFUSED) that names the command to type.
    """
    if is_allowed(here, asked):
        return
    if output.can_ask():
        output.talk(describe(asked))
        if output.ask('run this here, now and as long as it stays the same?'):
            allow(here, asked)
            return
    raise SessionError(
        f"'{asked.key}' of {asked.origin.partition(':')[0]} is not allowed to run",
        "see what it is and allow it: 'git session allow'", status=REFUSED,
    )  # fmt: skip


def describe(asked: Command) -> str:
    """Exactly what runs, whatever characters it has."""
    lines = [f'{asked.key} of {asked.origin}:']
    lines += [f'    {escaped(line)}' for line in asked.text.split('\n')]
    if asked.files:
        lines.append('with these files as they are:')
        lines += [f'    {digest}  {escaped(path)}' for path, digest in asked.files]
    return '\n'.join(lines) + '\n'
