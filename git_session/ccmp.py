"""What plugins beside ours know of each other: ``.ccmp/state.json`` of a working tree.

Other programs read and write the file too (claude-context-manager, tdd-workflow)::

    {"version": "1.0.0", "last_updated": "2026-11-22T23:02:26.123Z",
     "plugins": {"session-management": {"installed": true, "active": true,
       "current_session": "feature-auth-20261122-3f9c", "branch": "feature/auth",
       "mode": "normal", "objectives": ["Google OAuth"]}, ...}}

Reading changes nothing, not even where there is no file.  Writing takes a lock, replaces
the file in one step, and leaves every key alone that it was not asked to change.  A file
that is no such object is kept beside it under another name before anything is written.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time

from git_session import eventlog
from git_session.events import format_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from git_session.session import Session

FOLDER = '.ccmp'
OURS = 'session-management'
_CONTEXT = 'claude-context-manager'
_FILE = 'state.json'
_VERSION = '1.0.0'
_MOST_BYTES = 16 << 20


class CCMPIntegration:
    """The state of the plugins of one working tree.

    `repo_path` is a directory in it, by default the current one: the next folder upwards
    that has ``.ccmp`` or is the top of a working tree counts.  Plugins have names as
    ``session-management``; the state of one is an object of JSON.
    """

    def __init__(self, repo_path: str | os.PathLike[str] | None = None) -> None:
        self._top = _top(os.path.abspath(os.fspath(repo_path or os.curdir)))
        self.set_aside = ''  # where a file that could not be understood was kept

    @property
    def _path(self) -> str:
        return os.path.join(self._top, FOLDER, _FILE)

    def is_active(self, plugin_name: str) -> bool:
        """Whether the plugin says that it is at work."""
        return self.get_state(plugin_name).get('active') is True

    def is_installed(self, plugin_name: str) -> bool:
        """Whether the plugin says that it is there."""
        return self.get_state(plugin_name).get('installed') is True

    def get_state(self, plugin_name: str) -> dict[str, Any]:
        """The state of a plugin, empty when it has none."""
        return self._plugins().get(plugin_name, {})

    def get_all_active(self) -> dict[str, dict[str, Any]]:
        """The states of the plugins that are at work, by name."""
        return {
            name: state for name, state in self._plugins().items() if state.get('active') is True
        }

    def update_state(self, plugin_name: str, updates: dict[str, Any]) -> None:
        """Set these keys of a plugin's state, and no other.

        Raises OSError when the file cannot be written, TypeError or ValueError when a
        value is none of JSON's; then nothing has changed.
        """
        json.dumps(updates, allow_nan=False)  # other readers of the file know no NaN
        self._write(plugin_name, lambda state: {**state, **updates})

    def set_active(self, plugin_name: str, active: bool) -> None:
        """Say that a plugin is at work, or no more; raises as `update_state` does."""
        self.update_state(plugin_name, {'active': active})

    def clear_state(self, plugin_name: str) -> None:
        """Leave of a plugin's state that it is there and not at work, where it has one."""
        if plugin_name in self._plugins():
            self._write(plugin_name, lambda _: {'installed': True, 'active': False})

    def _plugins(self) -> dict[str, dict[str, Any]]:
        plugins = self._read()[0].get('plugins')
        found = plugins.items() if isinstance(plugins, dict) else ()
        return {name: state for name, state in found if isinstance(state, dict)}

    def _read(self) -> tuple[dict[str, Any], bool]:
        """The whole state, and whether there is a file that is none."""
        try:
            handle = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return {}, False
        except OSError:
            return {}, True
        with open(handle, 'rb') as file:
            try:
                data = file.read(_MOST_BYTES + 1)
                state = json.loads(data) if len(data) <= _MOST_BYTES else None
            except (ValueError, RecursionError, OSError):
                return {}, True
        return (state, False) if isinstance(state, dict) else ({}, True)

    def _write(self, plugin: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        folder = os.path.join(self._top, FOLDER)
        for each in (folder, self._path):
            if os.path.islink(each):  # a repository may come with one that leads out of it
                raise OSError(errno.ELOOP, 'it is a symbolic link', each)
        os.makedirs(folder, exist_ok=True)
        ignored = os.path.join(folder, '.gitignore')
        if not os.path.lexists(ignored):
            eventlog.write_file(ignored, '*\n')
        handle = os.open(os.path.join(folder, '.lock'), os.O_RDWR | os.O_CREAT | _SAFELY, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            self._replace(plugin, change)
        finally:
            os.close(handle)

    def _replace(self, plugin: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        state, is_broken = self._read()
        plugins = state.get('plugins', {})
        old = plugins.get(plugin, {}) if isinstance(plugins, dict) else None
        new = change(old if isinstance(old, dict) else {})
        kept = plugins if isinstance(plugins, dict) else {}
        state = {'version': _VERSION, **state, 'plugins': {**kept, plugin: new}}
        state['last_updated'] = format_time(time.time())
        text = json.dumps(state, indent=2) + '\n'
        if is_broken or not isinstance(old, dict):
            self._keep()
        eventlog.write_file(self._path, text)

    def _keep(self) -> None:
        """Keep the file as it is under a name that is free."""
        number = 0
        while True:
            number += 1
            name = f'{self._path}.broken-{number}'
            try:
                os.link(self._path, name)
            except FileExistsError:
                continue
            except OSError:  # a folder, or there are no hard links here
                os.rename(self._path, name)
            self.set_aside = name
            return


_SAFELY = os.O_NOFOLLOW | os.O_CLOEXEC


def _top(place: str) -> str:
    current = place
    while True:
        if any(os.path.lexists(os.path.join(current, name)) for name in (FOLDER, '.git')):
            return current
        above = os.path.dirname(current)
        if above == current:
            return place
        current = above


def is_session_active() -> bool:
    """Whether a session is at work in this working tree."""
    return CCMPIntegration().is_active(OURS)


def get_session_info() -> dict[str, Any] | None:
    """What is known of the session that is at work here, None when there is none."""
    found = CCMPIntegration()
    return found.get_state(OURS) if found.is_active(OURS) else None


def is_tdd_mode() -> bool:
    """Whether the session that is at work here is one in TDD mode."""
    return (get_session_info() or {}).get('mode') == 'tdd'


def get_context_health() -> dict[str, Any] | None:
    """What the context manager measured: health_score, last_scan, critical_files; None if nothing.

    What it did not write is None, or an empty list.
    """
    state = CCMPIntegration().get_state(_CONTEXT)
    if not state:
        return None
    return {
        'health_score': state.get('health_score'),
        'last_scan': state.get('last_scan'),
        'critical_files': state.get('critical_files', []),
    }


def share(top: str, session: Session | None) -> str:
    """Tell the other plugins of the session of this working tree, None when it has none.

    Nothing where nobody asked for that by a folder ``.ccmp``, or where it is known.
    Gives the name under which a file that could not be understood was kept, '' mostly.
    Raises OSError.
    """
    if not os.path.isdir(os.path.join(top, FOLDER)):
        return ''
    if session is None:
        told: dict[str, Any] = {'active': False, 'current_session': None}
    else:
        told = {
            'installed': True, 'active': session.state == 'active',
            'current_session': session.id, 'branch': session.branch, 'mode': session.mode,
            'objectives': [each.text for each in session.open_objectives()],
        }  # fmt: skip
    plugins = CCMPIntegration(top)
    known = plugins.get_state(OURS)
    if not known and session is None:
        return ''
    if any(key not in known or known[key] != value for key, value in told.items()):
        plugins.update_state(OURS, told)
    return plugins.set_aside
