"""The hooks as files in the hooks directory in effect, beside whatever is there.

Each file is a few lines that load the real hook from the installed package, so an
upgrade needs no new installation and a removed package leaves hooks that do
nothing.  A hook that was there is renamed to ``<event>.session-orig`` with its bytes
and mode, runs first with the same arguments and input, and its exit status counts.
"""

from __future__ import annotations

import errno
import os
import stat

from git_session.errors import REFUSED, SessionError
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_BYTES = 1 << 20
MARK = '# git-session hook'
CHAINED = '.session-orig'
LEGACY = '.legacy'
# What others rename our file to when they install over it, and whether they run it then:
# pre-commit and prek, and lefthook.
MOVED = {LEGACY: True, '.old': False}

# What has to hold, or the hook leaves before it reads anything: it is run for each pick of a
# rebase; where no editor opened, prepare-commit-msg has done the work of commit-msg.
_NO_REBASE = '[ ! -d "${GIT_DIR:-.git}/rebase-merge" ]'
CONDITIONS = {
    'prepare-commit-msg': _NO_REBASE,
    'post-commit': _NO_REBASE,
    'commit-msg': '[ "${GIT_EDITOR-}" != : ]',
}

_CHAIN = {
    # The message hooks run before the commit: what the other one says counts at once.
    'prepare-commit-msg': 'if [ -x "{orig}" ]; then "{orig}" "$@" || exit; fi\n',
    'commit-msg': 'if [ -x "{orig}" ]; then "{orig}" "$@" || exit; fi\n',
    'post-rewrite': (
        'if [ -x "{orig}" ]; then # both get the list that git gives\n'
        '    session_input=\n'
        '    while IFS= read -r line; do\n'
        '        session_input="$session_input$line\n"\n'
        '    done\n'
        '    printf \'%s\' "$session_input" 2>/dev/null | "{orig}" "$@"\n'
        '    status=$?\n'
        'fi\n'
    ),
}
_CHAIN_AFTER = 'if [ -x "{orig}" ]; then "{orig}" "$@"; status=$?; fi\n'


class Found(Record):
    """What is at the place of a hook: `state` is ours, other, none or disabled."""

    state: str
    chained: bool  # the hook that was there first is kept
    detail: str = ''


def text(event: str, variables: str) -> str:
    """The hook file of an event."""
    chain = _CHAIN.get(event, _CHAIN_AFTER).replace('{orig}', f'${{0%/*}}/{event}{CHAINED}')
    load = f'. "$session_hooks/{event}";'
    if event in ('post-commit', 'post-merge'):  # without a session or anybody live no more is read
        there = '{ session_guard || [ -d "${gitdir:-.}/session-live" ]; }'
        load = f'. "$session_hooks/guard.sh"; {there} && {load}'
    elif event not in ('post-checkout', 'post-rewrite'):
        load = f'. "$session_hooks/guard.sh"; session_guard && {load}'
    leave = f'{CONDITIONS[event]} || exit $status\n' if event in CONDITIONS else ''
    return (
        '#!/bin/sh\n'
        f"{MARK} ({event}): 'git session hooks uninstall' restores what was here\n"
        'status=0\n'
        f'{chain}{leave}'
        f'{variables} session_stderr=3\n'
        f'[ -r "$session_hooks/{event}" ] && [ -r "$session_hooks/guard.sh" ] || exit $status\n'
        "trap 'exit $status' EXIT # whatever becomes of our files, git goes on\n"
        "command trap '' XFSZ 2>/dev/null # a limit on file sizes (ulimit -f) would kill us\n"
        f'{{ {load} }} 3>&2 2>/dev/null\n'
        'exit $status\n'
    )


def read(path: str) -> bytes:
    """A hook file, or one that says what hooks run, up to a bound; none where it cannot be read."""
    try:
        with open(path, 'rb') as file:
            return file.read(_MOST_BYTES)
    except OSError:
        return b''


def is_ours(path: str) -> bool:
    """Whether a file is a hook of ours."""
    return MARK.encode() in read(path)[:200]


def check_directory(place: str) -> None:
    """Raise SessionError when no hook can be written there."""
    there = place
    while not os.path.lexists(there):
        there = os.path.dirname(there)
    if not os.path.isdir(there) or not os.access(there, os.W_OK | os.X_OK):
        code = errno.EACCES if os.path.isdir(there) else errno.ENOTDIR
        raise SessionError(f"cannot install hooks in '{place}': {os.strerror(code)}")


def check(path: str) -> None:
    """Raise SessionError when the hook that is at `path` cannot be kept beside ours."""
    if not os.path.lexists(path) or is_ours(path):
        return
    kept = _chained(path)
    if os.path.lexists(kept) and not _is_same(path, kept):
        raise SessionError(
            f"cannot keep the hook '{path}'", f"'{kept}' is there already",
            'move one of them away', status=REFUSED,
        )  # fmt: skip


def _chained(path: str) -> str:
    """Where the hook is kept that was at `path`."""
    return path.removesuffix(LEGACY) + CHAINED


def _is_same(path: str, other: str) -> bool:
    """Whether both are names of one file: an installation was killed before it was done."""
    return os.path.samestat(os.lstat(path), os.lstat(other))


def install(path: str, wanted: str) -> bool:
    """Put our file at `path`; whether a hook that was there is kept beside it."""
    if _is(path, wanted):
        return False
    temporary = path + '.session-new'
    with open(temporary, 'w', encoding='utf-8', errors='surrogateescape') as file:
        file.write(wanted)
    os.chmod(temporary, 0o777 & ~_umask())
    kept = os.path.lexists(path) and not is_ours(path)
    if kept:
        _keep(path, _chained(path))
    os.replace(temporary, path)
    return kept


def _keep(path: str, kept: str) -> None:
    """Name a hook that is there `kept` too: whatever interrupts us, it runs."""
    try:
        os.link(path, kept, follow_symlinks=False)
    except FileExistsError:
        pass  # `check` has seen that it is this very file
    except (OSError, NotImplementedError):  # a file system or a platform without such links
        os.rename(path, kept)


def _is(path: str, wanted: str) -> bool:
    try:
        with open(path, encoding='utf-8', errors='surrogateescape', newline='') as file:
            return file.read() == wanted and os.access(path, os.X_OK)
    except OSError:
        return False


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def uninstall(path: str, *, gone: Callable[[str], bool]) -> list[str]:
    """Take our file out, wherever another manager moved it, and put back what was there first.

    `gone` says of a hook that was there whether its program has been uninstalled since.
    """
    event, kept = os.path.basename(path), path + CHAINED
    said = []
    places = [place for place in (path, *(path + suffix for suffix in MOVED)) if is_ours(place)]
    for place in places:
        os.remove(place)
        said.append(f"removed the '{event}' hook")
    if not os.path.lexists(kept):
        return said
    place = (places or [path])[0]
    if gone(kept):
        os.remove(kept)
        said.append(f"removed the '{event}' hook of git-lfs, which was uninstalled")
    elif os.path.lexists(place) and _is_same(place, kept):
        os.remove(kept)
    elif os.path.lexists(place):
        said.append(f"another '{event}' hook has come; the one before is '{kept}'")
    else:
        os.rename(kept, place)
        said.append(f"restored the '{event}' hook that was there before")
    return said


def look(path: str, wanted: str) -> Found:
    """What is at `path`; `wanted` is what we would write there."""
    chained = os.path.lexists(_chained(path))
    if not os.path.lexists(path):
        return Found('none', chained)
    if not is_ours(path):
        return Found('other', chained)
    if not os.stat(path).st_mode & stat.S_IXUSR:
        return Found('disabled', chained, 'not executable')
    return Found('ours', chained, '' if _is(path, wanted) else 'of another installation')
