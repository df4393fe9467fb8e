"""What the git hooks start when only Python will do.  Never fails, never prints."""

from __future__ import annotations

import os

from git_session import bindings, config, git
from git_session.errors import SessionError
from git_session.options import Syntax, Values
from git_session.workspace import open_workspace

ABOUT = 'Started by the git hooks; of no use by hand.'
FORMS = {'reconcile': Syntax('', 0, 0, ())}


def run(action: str, values: Values) -> int:
    """A branch was renamed: move its session's directory, nothing else."""
    try:
        if os.environ.get('PRE_COMMIT'):
            _move()
            return 0
        here = open_workspace()
        if here.session is not None:
            here.generate()
    except (SessionError, OSError):
        return 0  # the next command says what is wrong
    return 0


def _move() -> None:
    """The same below pre-commit and prek: what is not staged is hidden from their hooks.

    The configuration may be part of that, so nothing is made of it here; the next
    command does the rest.
    """
    repo = git.discover()
    settings = config.load(None, git.configuration())
    bindings.reconcile(repo, idle=float(settings['session.idle_timeout']))
