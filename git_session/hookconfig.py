"""The part of the installation that is git configuration: one file of ours, one line of yours.

``sessions/.hooks.gitconfig`` is drawn in by one ``include.path`` of the repository's
config.  It lets git carry our notes through rewrites and, for gits that know
config-based hooks (2.54 and later), holds one section for each event.  It is
written whole, by temporary file and rename, before the line that draws it in,
and that line is removed before the file: no half-written state is ever read, which
matters because an event without a command makes git refuse to work.
"""

from __future__ import annotations

import os
import time

from git_session import eventlog, git
from git_session.errors import SessionError
from git_session.hookfiles import CONDITIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

FILE = '.hooks.gitconfig'  # no branch can have such a name
NOTES_REF = 'refs/notes/session'
# The same as a pattern: of a name git says at each amend and rebase that there is no such ref
# until the first note is written.
REWRITE_REF = 'refs/notes/sessio[n]'
REWRITE_REFS = (REWRITE_REF, NOTES_REF, 'refs/notes/*')
_PATH = f'sessions/{FILE}'  # relative to the config that includes it
_INCLUDE = f'[include]\n\tpath = {_PATH}\n'
_TRIES = 50


def command(event: str, variables: str) -> str:
    """The shell text of an event's hook; git puts the arguments behind it.

    It guards itself, because git refuses to commit when a hook's program is
    missing, and ends well whatever becomes of our files.
    """
    leave = f'{CONDITIONS[event]} || exit 0; ' if event in CONDITIONS else ''
    return (
        f'session() {{ {leave}{variables} session_stderr=3; '
        f'[ -r "$session_hooks/{event}" ] && [ -r "$session_hooks/guard.sh" ] || exit 0; '
        "trap 'exit 0' EXIT; command trap '' XFSZ 2>/dev/null; "
        f'{{ . "$session_hooks/{event}"; }} 3>&2 2>/dev/null; exit 0; }}; session'
    )


def text(commands: dict[str, str], *, rewrite: bool) -> str:
    """The file: `commands` maps events to their shell text, `rewrite` adds notes.rewriteRef."""
    lines = ["# written by git session; 'git session hooks uninstall' removes it"]
    if rewrite:
        lines += ['[notes]', f'\trewriteRef = {REWRITE_REF}']
    for event, shell in commands.items():
        lines += [
            f'[hook "session-{event}"]',
            f'\tcommand = {_value(shell)}',
            f'\tevent = {event}',
        ]
    return '\n'.join(lines) + '\n'


def _value(text: str) -> str:
    """A value as git-config(1) quotes it."""
    escaped = text.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n')
    return f'"{escaped}"'


def path(repo: git.Repository) -> str:
    return os.path.join(repo.sessions, FILE)


def read(repo: git.Repository) -> str | None:
    """The file as it is, None when there is none."""
    try:
        with open(path(repo), encoding='utf-8', errors='surrogateescape') as file:
            return file.read()
    except OSError:
        return None


def is_included(repo: git.Repository) -> bool:
    """Whether the repository's config draws the file in."""
    values = git.ask('config', '--local', '--no-includes', '--get-all', 'include.path').out
    return _PATH in values.split('\n')


def write(repo: git.Repository, content: str) -> str:
    """Write the file and draw it in; the bytes that were added to the config, '' when none."""
    os.makedirs(repo.sessions, exist_ok=True)
    if read(repo) != content:
        eventlog.write_file(path(repo), content)
    _make_readable(repo)
    if is_included(repo):
        return ''
    added = ''

    def include(config: bytes) -> bytes:
        nonlocal added
        added = ('' if config.endswith(b'\n') or not config else '\n') + _INCLUDE
        return config + added.encode()

    _edit(repo, include)
    return added


def _make_readable(repo: git.Repository) -> None:
    """Let everybody read the file who reads the config: git dies where it may not.

    That is after a root with a strict umask, say, has installed the hooks for another.
    """
    for ours, theirs in ((path(repo), os.path.join(repo.common, 'config')),
                         (repo.sessions, repo.common)):  # fmt: skip
        mode = os.stat(ours).st_mode & 0o777
        wanted = mode | (os.stat(theirs).st_mode & (0o111 if ours == repo.sessions else 0o444))
        if wanted != mode:
            try:
                os.chmod(ours, wanted)
            except PermissionError:
                pass  # it is somebody else's


def remove(repo: git.Repository, added: str) -> None:
    """Take the line out of the config, to the byte if `added` still stands there, and the file."""
    wanted = (added or _INCLUDE).encode()

    def exclude(config: bytes) -> bytes:
        before, _, after = config.partition(wanted)
        # Another value in the section would fall to the section before; git knows better.
        alone = not after.strip() or after.lstrip().startswith(b'[')
        return before + after if config.count(wanted) == 1 and alone else config

    if is_included(repo):
        _edit(repo, exclude)
    if is_included(repo):  # somebody has rewritten the config since
        pattern = '^' + _PATH.replace('.', '\\.') + '$'
        git.ask('config', '--local', '--unset-all', 'include.path', pattern)
    eventlog.remove(path(repo))


def has_rewrite_ref(repo: git.Repository) -> bool:
    """Whether the user's own configuration lets git carry our notes through rewrites."""
    shown = git.ask('config', '-z', '--show-origin', '--get-all', 'notes.rewriteRef').out
    fields = shown.split('\0')
    return any(
        value in REWRITE_REFS and not origin.endswith(FILE)
        for origin, value in zip(fields[::2], fields[1::2], strict=False)
    )


def _edit(repo: git.Repository, change: Callable[[bytes], bytes]) -> None:
    """Rewrite the repository's config under git's own lock, with its mode."""
    target = os.path.realpath(os.path.join(repo.common, 'config'))
    lock = target + '.lock'
    for attempt in range(_TRIES):
        try:
            handle = os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
            break
        except FileExistsError:
            time.sleep(0.002 * (attempt + 1))
    else:
        raise SessionError(f"could not lock config file '{target}': File exists")
    try:
        with os.fdopen(handle, 'wb') as file:
            with open(target, 'rb') as config:
                file.write(change(config.read()))
            os.fchmod(file.fileno(), os.stat(target).st_mode & 0o7777)
        os.replace(lock, target)
    except BaseException:
        eventlog.remove(lock)
        raise
