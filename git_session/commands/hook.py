"""What the git hooks start when only Python will do.  Never fails, never prints."""

from __future__ import annotations

from git_session.errors import SessionError
from git_session.options import Syntax, Values
from git_session.workspace import open_workspace

ABOUT = 'Started by the git hooks; of no use by hand.'
FORMS = {'reconcile': Syntax('', 0, 0, ())}


def run(action: str, values: Values) -> int:
    """A branch was renamed: move its session's directory, nothing else."""
    try:
        here = open_workspace()
        if here.session is not None:
            here.generate()
    except (SessionError, OSError):
        return 0  # the next command says what is wrong
    return 0
