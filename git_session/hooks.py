"""Installing the git hooks by one of two methods, and taking them out to the byte.

config: sections of git's configuration, where git knows them (see hookconfig); a
core.hooksPath or another manager's files do not matter to it.  files: files in the
hooks directory (see hookfiles).  Never both at once.  What was done is written to
``sessions/.hooks.json`` and undone from there.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys

from git_session import eventlog, git, hookconfig, hookfiles, hookmanagers
from git_session.errors import REFUSED, SessionError
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

EVENTS = (
    'prepare-commit-msg', 'commit-msg', 'post-commit', 'post-checkout', 'post-rewrite',
    'post-merge',
)  # fmt: skip
METHODS = ('auto', 'config', 'files')
CONFIG_HOOKS = (2, 54)  # the first git that runs hook.<name>.command
MANIFEST = '.hooks.json'  # no branch can have such a name
_PLACE = ('directory', 'made_directory', 'lfs')  # of the manifest and each of its `others`
_KINDS = {
    'directory': str, 'made_directory': bool, 'lfs': bool, 'others': list, 'config': str,
    'method': str,
}  # fmt: skip


class State(Record):
    """One hook as it is: `found` is ours, other, none or disabled; `method` config or files.

    `by` is the program that runs it, '' for git itself.
    """

    event: str
    found: str
    method: str
    chained: bool = False
    detail: str = ''
    by: str = ''


def source() -> str:
    """Where the hooks of this package are; raises SessionError when it has none."""
    package = os.path.dirname(os.path.abspath(__file__))
    for place in (os.path.join(package, 'githooks'), os.path.join(package, os.pardir, 'hooks')):
        if os.path.isfile(os.path.join(place, 'post-commit')):
            return os.path.normpath(place)
    raise SessionError('the hook files of git session are missing', 'install git session again')


def _variables() -> str:
    return f'session_hooks={_quoted(source())} session_python={_quoted(_python())}'


def _python() -> str:
    """The interpreter; of a virtual environment's several names the one that each has.

    `git session` may run under another than `python -m git_session`, and the hooks of
    the one are to be those of the other.
    """
    name = os.path.join(os.path.dirname(sys.executable), 'python')
    return name if sys.prefix != sys.base_prefix and os.access(name, os.X_OK) else sys.executable


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


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
    with _Alone(repo):
        return _install(repo, method)


class _Alone:
    """For a `with`: waits for others that install or uninstall, and take our files for theirs.

    The lock is on git's directory itself, as an uninstall leaves no file.
    """

    def __init__(self, repo: git.Repository) -> None:
        self._common = repo.common
        self._handle = -1

    def __enter__(self) -> None:
        try:
            self._handle = os.open(self._common, os.O_RDONLY | os.O_CLOEXEC)
            fcntl.flock(self._handle, fcntl.LOCK_EX)
        except OSError:
            pass  # not every network file system can, and it may be read by its owner alone

    def __exit__(self, *_: object) -> None:
        if self._handle != -1:
            os.close(self._handle)


def _install(repo: git.Repository, method: str) -> list[str]:
    chosen = 'files' if method == 'auto' and _is_brought(repo) else choose(method)
    manifest = _manifest(repo)
    said = []
    if chosen == 'files':
        said += _install_files(repo, manifest)
    else:
        said += _remove_all(manifest) + _remove_loaders(repo)
        manifest = {key: manifest[key] for key in ('config',) if key in manifest}
    if chosen == 'config' or not hookconfig.has_rewrite_ref(repo):
        manifest['config'] = hookconfig.write(repo, _config_text(repo, chosen)) or manifest.get(
            'config', ''
        )
    manifest['method'] = chosen
    _write_manifest(repo, manifest)
    return said


def _is_brought(repo: git.Repository) -> bool:
    """Whether pre-commit or prek runs all our hooks by their ids: then ours are not needed."""
    spots = hookmanagers.spots(repo, hookmanagers.hooks_path(), EVENTS)
    return not any(spot.path for spot in spots.values())


def _config_text(repo: git.Repository, method: str) -> str:
    commands = {event: hookconfig.command(event, _variables()) for event in EVENTS}
    rewrite = not hookconfig.has_rewrite_ref(repo)
    return hookconfig.text(commands if method == 'config' else {}, rewrite=rewrite)


def _install_files(repo: git.Repository, manifest: dict[str, Any]) -> list[str]:
    hooks_path = hookmanagers.hooks_path()
    spots = hookmanagers.spots(repo, hooks_path, EVENTS)
    _require_run(spots)
    own = {event: spot.path for event, spot in spots.items() if spot.is_own}
    if own:
        hookfiles.check_directory(hooks_path.place)
    for path in own.values():
        hookfiles.check(path)
    said = _settle(repo, manifest, hooks_path.place, list(own))
    # The loaders always: the next one to install its hooks may call them.
    paths = [(event, hookmanagers.loader(repo, event)) for event in EVENTS] + list(own.items())
    try:
        for event, path in paths:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if hookfiles.install(path, hookfiles.text(event, _variables())):
                said.append(f"kept the '{event}' hook that was there; it runs first")
    except OSError as error:
        if not any(hookfiles.is_ours(path) for path in own.values()):
            _remove_loaders(repo)
        place = os.path.dirname(path)
        raise SessionError(f"cannot install hooks in '{place}': {error.strerror}") from None
    finally:
        if any(hookfiles.is_ours(path) for _, path in paths):
            _write_manifest(repo, manifest)
    return said


def _settle(
    repo: git.Repository, manifest: dict[str, Any], place: str, own: list[str]
) -> list[str]:
    """Note that the hooks `own` are going to be in `place`; those of ours elsewhere go."""
    if own and manifest.get('directory', place) == place:
        said = _remove_hooks(manifest, [event for event in EVENTS if event not in own])
    else:
        said = _leave(repo, manifest)
    if own:
        others = manifest.pop('others', [])
        manifest.update(next((each for each in others if each['directory'] == place), {}))
        manifest['others'] = [each for each in others if each['directory'] != place]
        manifest.setdefault('made_directory', not os.path.isdir(place))
        manifest['directory'] = place
        manifest['lfs'] = hookmanagers.has_lfs(place)
    return said


def _leave(repo: git.Repository, manifest: dict[str, Any]) -> list[str]:
    """Take the hooks out of the directory they are in, unless another worktree runs them there."""
    here = {key: manifest.pop(key) for key in _PLACE if key in manifest}
    if here and hookmanagers.is_used_elsewhere(repo, here['directory']):
        manifest['others'] = [*manifest.get('others', []), here]
        return []
    return _remove_files(here)


def _require_run(spots: dict[str, hookmanagers.Spot]) -> None:
    """Raise SessionError with the lines that are lacking where others run the hooks."""
    hints = _hints(spots)
    if hints:
        lacks = next(spot.lacks for spot in spots.values() if spot.lacks)
        raise SessionError(lacks, *hints, status=REFUSED)


def _hints(spots: dict[str, hookmanagers.Spot]) -> list[str]:
    lacking = {event: spot for event, spot in spots.items() if spot.lacks}
    hints = []
    lefthook = [event for event in lacking if lacking[event].by == hookmanagers.LEFTHOOK]
    if lefthook:
        hints.append('add to lefthook.yml:\n' + hookmanagers.lefthook_lines(lefthook))
    hints += [
        f"add to '{spot.caller}': {hookmanagers.line(event)}"
        for event, spot in lacking.items()
        if event not in lefthook
    ]
    return [*hints, "then 'git session hooks install' again"] if hints else []


def remedies(repo: git.Repository) -> list[str]:
    """What to do where another program does not run our hooks."""
    if _manifest(repo).get('method') == 'config':
        return []
    return _hints(hookmanagers.spots(repo, hookmanagers.hooks_path(), EVENTS))


def lines(repo: git.Repository) -> str:
    """The lines to add to hooks of one's own, or to lefthook.yml where lefthook runs a hook."""
    spots = hookmanagers.spots(repo, hookmanagers.hooks_path(), EVENTS)
    if any(spot.by == hookmanagers.LEFTHOOK for spot in spots.values()):
        return hookmanagers.lefthook_lines(EVENTS) + '\n'
    return ''.join(f'# {event}\n{hookmanagers.line(event)}\n' for event in EVENTS)


def uninstall(repo: git.Repository) -> list[str]:
    """Take our hooks out and put back what was there; what was done, in words."""
    with _Alone(repo):
        return _uninstall(repo)


def _uninstall(repo: git.Repository) -> list[str]:
    manifest = _manifest(repo)
    said = []
    if hookconfig.is_included(repo) or hookconfig.read(repo) is not None:
        hookconfig.remove(repo, manifest.get('config', ''))
        if manifest.get('method') == 'config':
            said.append('removed the hooks from the configuration')
    if 'method' not in manifest:  # none, or one of another version: the files say whose they are
        manifest.setdefault('directory', hookmanagers.hooks_path().place)
    said += _remove_all(manifest) + _remove_loaders(repo)
    eventlog.remove(_manifest_path(repo))
    return list(dict.fromkeys(said))


def _remove_all(manifest: dict[str, Any]) -> list[str]:
    """From every directory: worktrees can have their own."""
    places = (manifest, *manifest.get('others', []))
    return [text for each in places for text in _remove_files(each)]


def _remove_files(manifest: dict[str, Any]) -> list[str]:
    said = _remove_hooks(manifest, EVENTS)
    if manifest.get('made_directory'):
        _remove_directory(manifest['directory'])
    return said


def _remove_hooks(manifest: dict[str, Any], events: Sequence[str]) -> list[str]:
    place = manifest.get('directory')
    if place is None:
        return []
    # git-lfs has not found those of its hooks that we kept, if it was uninstalled meanwhile.
    lfs_gone = bool(manifest.get('lfs')) and not hookmanagers.has_lfs(place)
    said = []
    for event in events:
        said += hookfiles.uninstall(
            os.path.join(place, event), gone=lambda path: lfs_gone and hookmanagers.is_lfs(path)
        )
    return said


def _remove_loaders(repo: git.Repository) -> list[str]:
    said = []
    for event in EVENTS:
        path = hookmanagers.loader(repo, event)
        if os.path.lexists(path):
            os.remove(path)
            said.append(f"removed the '{event}' hook")
    _remove_directory(os.path.join(repo.sessions, hookmanagers.LOADERS))
    return said


def _remove_directory(place: str) -> None:
    try:
        os.rmdir(place)
    except OSError:
        pass  # others have put files there since


def _manifest_path(repo: git.Repository) -> str:
    return os.path.join(repo.sessions, MANIFEST)


def _write_manifest(repo: git.Repository, manifest: dict[str, Any]) -> None:
    os.makedirs(repo.sessions, exist_ok=True)
    eventlog.write_file(_manifest_path(repo), json.dumps(manifest, indent=1) + '\n')


def _manifest(repo: git.Repository) -> dict[str, Any]:
    try:
        with open(_manifest_path(repo), encoding='utf-8') as file:
            return _usable(json.load(file))
    except (OSError, ValueError, RecursionError):
        return {}


def _usable(found: Any) -> dict[str, Any]:
    """A manifest, or one of its `others`, without what has another form than ours."""
    if not isinstance(found, dict):
        return {}
    usable: dict[str, Any] = {
        key: each for key, each in found.items() if isinstance(each, _KINDS.get(key, object))
    }
    if len(usable) < len(found) or usable.get('method') not in METHODS[1:]:
        usable.pop('method', None)
    if 'others' in usable:
        others = [_usable(each) for each in usable['others']]
        usable['others'] = [each for each in others if 'directory' in each]
    return usable


def states(repo: git.Repository) -> list[State]:
    """Each hook as it is, by the method it was installed by."""
    if _manifest(repo).get('method') == 'config':
        return _config_states(repo)
    spots = hookmanagers.spots(repo, hookmanagers.hooks_path(), EVENTS)
    return [_state(event, spot) for event, spot in spots.items()]


def _state(event: str, spot: hookmanagers.Spot) -> State:
    if spot.lacks:
        return State(event, 'other', 'files', False, f'{spot.by} does not run ours', spot.by)
    if not spot.path:
        return State(event, 'ours', 'files', by=spot.by)
    there = hookfiles.look(spot.path, hookfiles.text(event, _variables()))
    return State(event, there.state, 'files', there.chained, there.detail, spot.by)


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
    if manifest.get('method') == 'config':
        return hookconfig.path(repo)
    return manifest.get('directory') or os.path.join(repo.sessions, hookmanagers.LOADERS)


def is_installed(repo: git.Repository) -> bool:
    """Whether every hook of ours is in place, and notes follow rewrites."""
    try:
        in_place = all(state.found == 'ours' for state in states(repo))
    except SessionError:
        return False
    return in_place and (hookconfig.is_included(repo) or hookconfig.has_rewrite_ref(repo))
