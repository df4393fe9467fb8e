"""Installing the git hooks as files, beside whatever is there, and taking them out.

Each hook file is a few lines that load the real hook from the installed package,
so an upgrade needs no new installation and a removed package leaves hooks that do
nothing.  A hook that was there is renamed to ``<event>.session-orig`` with its bytes
and mode, runs first with the same arguments and input, and its exit status counts.
What was done is written to ``sessions/.hooks.json`` and undone from there.
"""

from __future__ import annotations

import json
import os
import stat
import sys

from git_session import eventlog, git
from git_session.errors import REFUSED, SessionError
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EVENTS = (
    'prepare-commit-msg', 'commit-msg', 'post-commit', 'post-checkout', 'post-rewrite',
    'post-merge',
)  # fmt: skip
MARK = '# git-session hook'
CHAINED = '.session-orig'
MANIFEST = '.hooks.json'  # no branch can have such a name
NOTES_REF = 'refs/notes/session'

_CHAIN = {
    # The message hooks run before the commit: what the other one says counts at once.
    'prepare-commit-msg': 'if [ -x "$0{suffix}" ]; then "$0{suffix}" "$@" || exit; fi\n',
    'commit-msg': 'if [ -x "$0{suffix}" ]; then "$0{suffix}" "$@" || exit; fi\n',
    'post-rewrite': (
        'if [ -x "$0{suffix}" ]; then # both get the list that git gives\n'
        '    session_input=\n'
        '    while IFS= read -r line; do\n'
        '        session_input="$session_input$line\n"\n'
        '    done\n'
        '    printf \'%s\' "$session_input" 2>/dev/null | "$0{suffix}" "$@"\n'
        '    status=$?\n'
        'fi\n'
    ),
}
_CHAIN_AFTER = 'if [ -x "$0{suffix}" ]; then "$0{suffix}" "$@"; status=$?; fi\n'


class State(Record):
    """One hook as it is: `found` is ours, other, none or disabled (not executable)."""

    event: str
    found: str
    chained: bool
    detail: str = ''


def source() -> str:
    """Where the hooks of this package are; raises SessionError when it has none."""
    package = os.path.dirname(os.path.abspath(__file__))
    for place in (os.path.join(package, 'githooks'), os.path.join(package, os.pardir, 'hooks')):
        if os.path.isfile(os.path.join(place, 'post-commit')):
            return os.path.normpath(place)
    raise SessionError('the hook files of git session are missing', 'install git session again')


def directory(repo: git.Repository) -> str:
    """The hooks directory in effect; raises SessionError where it is not ours to write to.

    A relative core.hooksPath is git's to resolve: it starts at each worktree's top.
    """
    path = git.read('rev-parse', '--git-path', 'hooks').rstrip('\n')
    place = os.path.abspath(path)
    configured = git.ask('config', '--show-scope', '--get', 'core.hooksPath')
    if configured.status != 0:
        return place
    scope, _, value = configured.out.rstrip('\n').partition('\t')
    lines = [f"add to your '{event}' hook: {_line(event)}" for event in EVENTS]
    if scope not in ('local', 'worktree') or '.husky' in value.split('/'):
        raise SessionError(
            f"core.hooksPath is '{value}' ({scope} config), which is not this repository's own",
            *lines, status=REFUSED,
        )  # fmt: skip
    return place


def _line(event: str) -> str:
    """The line that loads our hook from somebody else's."""
    return f'{_variables()}; [ ! -r "$session_hooks/{event}" ] || . "$session_hooks/{event}"'


def _variables() -> str:
    return f'session_hooks={_quoted(source())} session_python={_quoted(sys.executable)}'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def text(event: str) -> str:
    """The hook file of an event."""
    chain = _CHAIN.get(event, _CHAIN_AFTER).replace('{suffix}', CHAINED)
    load = f'. "$session_hooks/{event}";'
    if event not in ('post-checkout', 'post-rewrite'):  # without a session nothing more is read
        load = f'. "$session_hooks/guard.sh"; session_guard && {load}'
    return (
        '#!/bin/sh\n'
        f"{MARK} ({event}): 'git session hooks uninstall' restores what was here\n"
        'status=0\n'
        f'{chain}'
        f'{_variables()} session_stderr=3\n'
        f'[ -r "$session_hooks/{event}" ] && [ -r "$session_hooks/guard.sh" ] || exit $status\n'
        "trap 'exit $status' EXIT # whatever becomes of our files, git goes on\n"
        f'{{ {load} }} 3>&2 2>/dev/null\n'
        'exit $status\n'
    )


def is_ours(path: str) -> bool:
    """Whether a file is a hook of ours."""
    try:
        with open(path, 'rb') as file:
            return MARK.encode() in file.read(200)
    except OSError:
        return False


def install(repo: git.Repository) -> list[str]:
    """Install or refresh all hooks; what was done, in words.

    Raises SessionError, before anything has changed, when a hook cannot be kept.
    """
    place = directory(repo)
    for event in EVENTS:
        _check(repo, os.path.join(place, event), event)
    manifest = _manifest(repo)
    manifest.setdefault('made_directory', not os.path.isdir(place))
    manifest['directory'] = place
    said = []
    try:
        os.makedirs(place, exist_ok=True)
        for event in EVENTS:
            said += _install(place, event, manifest)
    except OSError as error:
        raise SessionError(f"cannot install hooks in '{place}': {error.strerror}") from None
    finally:
        os.makedirs(repo.sessions, exist_ok=True)
        eventlog.write_file(_manifest_path(repo), json.dumps(manifest, indent=1) + '\n')
    if _add_rewrite_ref():
        manifest['rewrite_ref'] = True
        eventlog.write_file(_manifest_path(repo), json.dumps(manifest, indent=1) + '\n')
    return said


def _check(repo: git.Repository, path: str, event: str) -> None:
    """Raise SessionError when the hook that is at `path` cannot be kept beside ours."""
    if not os.path.lexists(path) or is_ours(path):
        return
    if os.path.lexists(path + CHAINED):
        raise SessionError(
            f"cannot keep the hook '{path}'", f"'{path}{CHAINED}' is there already",
            'move one of them away', status=REFUSED,
        )  # fmt: skip
    tracked = repo.top is not None and path.startswith(os.path.join(repo.top, ''))
    if tracked and git.ask('ls-files', '--error-unmatch', '--', path).status == 0:
        raise SessionError(
            f"the hook '{path}' is tracked; it would be renamed",
            f"add to it: {_line(event)}", status=REFUSED,
        )  # fmt: skip


def _install(place: str, event: str, manifest: dict[str, Any]) -> list[str]:
    path = os.path.join(place, event)
    wanted = text(event)
    installed: list[str] = manifest.setdefault('installed', [])
    if event not in installed:
        installed.append(event)
    if _is(path, wanted):
        return []
    temporary = path + '.session-new'
    with open(temporary, 'w', encoding='utf-8', errors='surrogateescape') as file:
        file.write(wanted)
    os.chmod(temporary, 0o777 & ~_umask())
    said = []
    kept: list[str] = manifest.setdefault('kept', [])
    if os.path.lexists(path) and not is_ours(path):
        os.rename(path, path + CHAINED)
        if event not in kept:
            kept.append(event)
        said.append(f"kept the '{event}' hook that was there; it runs first")
    os.replace(temporary, path)
    return said


def _is(path: str, wanted: str) -> bool:
    try:
        with open(path, encoding='utf-8', errors='surrogateescape') as file:
            return file.read() == wanted and os.access(path, os.X_OK)
    except OSError:
        return False


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def uninstall(repo: git.Repository) -> list[str]:
    """Take our hooks out and put back what was there; what was done, in words."""
    manifest = _manifest(repo)
    place = manifest.get('directory') or directory(repo)
    said = []
    for event in EVENTS:
        path = os.path.join(place, event)
        if is_ours(path):
            os.remove(path)
            said.append(f"removed the '{event}' hook")
        if os.path.lexists(path + CHAINED) and not os.path.lexists(path):
            os.rename(path + CHAINED, path)
            said.append(f"restored the '{event}' hook that was there before")
        elif os.path.lexists(path + CHAINED):
            said.append(f"another '{event}' hook has come; the one before is '{path}{CHAINED}'")
    if manifest.get('made_directory'):
        try:
            os.rmdir(place)
        except OSError:
            pass  # others have put files there since
    if manifest.get('rewrite_ref'):
        git.ask('config', '--local', '--unset', 'notes.rewriteRef', f'^{NOTES_REF}$')
    eventlog.remove(_manifest_path(repo))
    return said


def _add_rewrite_ref() -> bool:
    """Let git carry our notes through amend and rebase; whether the value was added."""
    values = git.ask('config', '--get-all', 'notes.rewriteRef').out.splitlines()
    if any(value in (NOTES_REF, 'refs/notes/*') for value in values):
        return False
    return git.ask('config', '--local', '--add', 'notes.rewriteRef', NOTES_REF).status == 0


def _manifest_path(repo: git.Repository) -> str:
    return os.path.join(repo.sessions, MANIFEST)


def _manifest(repo: git.Repository) -> dict[str, Any]:
    try:
        with open(_manifest_path(repo), encoding='utf-8') as file:
            found = json.load(file)
            return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}


def states(repo: git.Repository) -> list[State]:
    """Each hook as it is in the hooks directory in effect."""
    place = directory(repo)
    return [_state(os.path.join(place, event), event) for event in EVENTS]


def _state(path: str, event: str) -> State:
    chained = os.path.lexists(path + CHAINED)
    if not os.path.lexists(path):
        return State(event, 'none', chained)
    if not is_ours(path):
        return State(event, 'other', chained)
    if not os.stat(path).st_mode & stat.S_IXUSR:
        return State(event, 'disabled', chained, 'not executable')
    return State(
        event, 'ours', chained, '' if _is(path, text(event)) else 'of another installation'
    )


def is_installed(repo: git.Repository) -> bool:
    """Whether every hook of ours is in place."""
    try:
        return all(state.found == 'ours' for state in states(repo))
    except SessionError:
        return False
