"""Whether the hooks are switched off, and the file that tells them so.

``branch.<name>.sessionEnabled`` counts more than ``session.enabled``.  The hooks read
``session-off`` in the worktree's git directory, a line for each value as
``git config --get-regexp`` prints it::

    session.enabled false
    branch.work.sessionenabled true

They write it themselves when the repository's config is newer than their last look
(hooks/off.sh); a change in a file of the user or the system is only seen here.
"""

from __future__ import annotations

import os

from git_session import eventlog, git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

FILE = 'session-off'
_ALL = 'session.enabled'


def settle(repo: git.Repository, settings: Iterable[tuple[str, str, str]]) -> None:
    """Write the file again where it is not what the configuration says."""
    path = os.path.join(repo.gitdir, FILE)
    text = ''.join(
        f'{key} {value}\n' for scope, key, value in settings
        if scope != 'command' and _is_ours(key)
    )  # fmt: skip
    try:
        with open(path, encoding='utf-8', errors='surrogateescape') as file:
            there = file.read()
    except FileNotFoundError:
        there = ''
    if there != text and os.path.isdir(repo.sessions):
        eventlog.write_file(path, text)


def why_off(settings: Iterable[tuple[str, str, str]], branch: str | None) -> str:
    """Which setting switches the hooks off for a branch, '' when they are on.

    ``session.enabled is false (local config)``
    """
    found: dict[str, str] = {}
    own = f'branch.{branch}.sessionenabled'
    for scope, key, value in settings:
        if key not in (_ALL, own):
            continue
        is_on = git.boolean(value)
        if is_on is not None:
            found[key] = '' if is_on else f'{key} is {value or "empty"} ({scope} config)'
    return found.get(own, found.get(_ALL, ''))


def _is_ours(key: str) -> bool:
    return key == _ALL or (key.startswith('branch.') and key.endswith('.sessionenabled'))
