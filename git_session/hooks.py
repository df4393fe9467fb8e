"""Installing the git hooks by one of two methods, and taking them out to the byte.

config: sections of git's configuration, where git knows them (see hookconfig); a
core.hooksPath or another manager's files do not matter to it.  files: files in the
hooks directory (see hookfiles).  Never both at once.  What was done is written to
``sessions/.hooks.json`` and undone from there.
"""

from __future__ import annotations

import json
import os
import sys

from git_session import eventlog, git, hookconfig, hookfiles
from git_session.errors import REFUSED, SessionError
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EVENTS = (
    'prepare-commit-msg', 'commit-msg', 'post-commit', 'post-checkout', 'post-rewrite',
    'post-merge',
)  # fmt: skip
METHODS = ('auto', 'config', 'files')
CONFIG_HOOKS = (2, 54)  # the first git that runs hook.<name>.command
MANIFEST = '.hooks.json'  # no branch can have such a name


class State(Record):
    """One hook as it is: `found` is ours, other, none or disabled; `method` config or files."""

    event: str
    found: str
    method: str
    chained: bool = False
    detail: str = ''


def source() -> str:
    """Where the hooks of this package are; raises SessionError when it has none."""
    package = os.path.dirname(os.path.abspath(__file__))
    for place in (os.path.join(package, 'githooks'), os.path.join(package, os.pardir, 'hooks')):
        if os.path.isfile(os.path.join(place, 'post-commit')):
            return os.path.normpath(place)
    raise SessionError('the hook files of git session are missing', 'install git session again')


def line(event: str) -> str:
    """The line that loads our hook from somebody else's."""
    return f'{_variables()}; [ ! -r "$session_hooks/{event}" ] || . "$session_hooks/{event}"'


def _variables() -> str:
    return f'session_hooks={_quoted(source())} session_python={_quoted(sys.executable)}'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def directory(repo: git.Repository) -> str:
    """The hooks directory in effect; raises SessionError where it is not ours to write to."""
    hints = [f"add to your '{event}' hook: {line(event)}" for event in EVENTS]
    return hookfiles.directory(repo, hints)


def choose(method: str) -> str:
    """The method to install by: config where this git knows it, else files."""
    if method == 'config' and git.version() < CONFIG_HOOKS:
        raise SessionError(
            'this git does not run config-based hooks', 'git 2.54 or later does; use files',
            status=REFUSED,
        )  # fmt: skip
    if method == 'auto':
        return 'config' if git.version() >= CONFIG_HOOKS else 'files'
    return method


def install(repo: git.Repository, method: str = 'auto') -> list[str]:
    """Install or refresh all hooks; what was done, in words.

    Raises SessionError, before anything has changed, when a hook cannot be kept.
    """
    chosen = choose(method)
    manifest = _manifest(repo)
    said = []
    if chosen == 'files':
        said += _install_files(repo, manifest)
    elif manifest.get('directory'):
        said += _remove_files(manifest)
        manifest = {key: manifest[key] for key in ('config',) if key in manifest}
    if chosen == 'config' or not hookconfig.has_rewrite_ref(repo):
        manifest['config'] = hookconfig.write(repo, _config_text(repo, chosen)) or manifest.get(
            'config', ''
        )
    manifest['method'] = chosen
    _write_manifest(repo, manifest)
    return said


def _config_text(repo: git.Repository, method: str) -> str:
    commands = {event: hookconfig.command(event, _variables()) for event in EVENTS}
    rewrite = not hookconfig.has_rewrite_ref(repo)
    return hookconfig.text(commands if method == 'config' else {}, rewrite=rewrite)


def _install_files(repo: git.Repository, manifest: dict[str, Any]) -> list[str]:
    place = directory(repo)
    for event in EVENTS:
        hookfiles.check(repo, os.path.join(place, event), line(event))
    manifest.setdefault('made_directory', not os.path.isdir(place))
    manifest['directory'] = place
    said = []
    try:
        os.makedirs(place, exist_ok=True)
        for event in EVENTS:
            path = os.path.join(place, event)
            if hookfiles.install(path, hookfiles.text(event, _variables())):
                said.append(f"kept the '{event}' hook that was there; it runs first")
    except OSError as error:
        raise SessionError(f"cannot install hooks in '{place}': {error.strerror}") from None
    finally:
        _write_manifest(repo, manifest)
    return said


def uninstall(repo: git.Repository) -> list[str]:
    """Take our hooks out and put back what was there; what was done, in words."""
    manifest = _manifest(repo)
    said = []
    if hookconfig.is_included(repo) or hookconfig.read(repo) is not None:
        hookconfig.remove(repo, manifest.get('config', ''))
        if manifest.get('method') == 'config':
            said.append('removed the hooks from the configuration')
    if manifest.get('directory') or not manifest:
        manifest.setdefault('directory', git.read('rev-parse', '--git-path', 'hooks').rstrip('\n'))
        said += _remove_files(manifest)
    eventlog.remove(_manifest_path(repo))
    return said


def _remove_files(manifest: dict[str, Any]) -> list[str]:
    place = manifest['directory']
    said = []
    for event in EVENTS:
        said += hookfiles.uninstall(os.path.join(place, event))
    if manifest.get('made_directory'):
        try:
            os.rmdir(place)
        except OSError:
            pass  # others have put files there since
    return said


def _manifest_path(repo: git.Repository) -> str:
    return os.path.join(repo.sessions, MANIFEST)


def _write_manifest(repo: git.Repository, manifest: dict[str, Any]) -> None:
    os.makedirs(repo.sessions, exist_ok=True)
    eventlog.write_file(_manifest_path(repo), json.dumps(manifest, indent=1) + '\n')


def _manifest(repo: git.Repository) -> dict[str, Any]:
    try:
        with open(_manifest_path(repo), encoding='utf-8') as file:
            found = json.load(file)
            return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}


def states(repo: git.Repository) -> list[State]:
    """Each hook as it is, by the method it was installed by."""
    if _manifest(repo).get('method') == 'config':
        return _config_states(repo)
    place = directory(repo)
    found = []
    for event in EVENTS:
        there = hookfiles.look(os.path.join(place, event), hookfiles.text(event, _variables()))
        found.append(State(event, there.state, 'files', there.chained, there.detail))
    return found


def _config_states(repo: git.Repository) -> list[State]:
    state, detail = 'ours', ''
    if not hookconfig.is_included(repo) or hookconfig.read(repo) is None:
        state = 'none'
    elif git.version() < CONFIG_HOOKS:
        state, detail = 'disabled', 'this git does not run config-based hooks'
    elif hookconfig.read(repo) != _config_text(repo, 'config'):
        detail = 'of another installation'
    return [State(event, state, 'config', False, detail) for event in EVENTS]


def place(repo: git.Repository) -> str:
    """Where the hooks are installed: a directory, or the file of the configuration."""
    manifest = _manifest(repo)
    return manifest.get('directory') or hookconfig.path(repo)


def is_installed(repo: git.Repository) -> bool:
    """Whether every hook of ours is in place."""
    try:
        return all(state.found == 'ours' for state in states(repo))
    except SessionError:
        return False
