"""What the git hooks and the agents' own hooks start.

The first prints nothing, the others an answer in the agent's form; none ever fails.
"""

from __future__ import annotations

import os

from git_session.errors import SessionError
from git_session.integrations import agents
from git_session.options import Syntax, Values

ABOUT = 'Started by the git hooks and by those of agents; of no use by hand.'
FORMS = {
    'reconcile': Syntax('', 0, 0, ()),
    **{name: Syntax('<event>', 0, None, ()) for name in agents.PROGRAMS},
}


def run(action: str, values: Values) -> int:
    """Answer an agent's hook, or: a branch was renamed, move its session's directory."""
    if action in agents.PROGRAMS:
        from git_session import agenthook

        return agenthook.run(action, values.operand or '')
    try:
        if os.environ.get('PRE_COMMIT'):
            _move()
            return 0
        from git_session.workspace import open_workspace

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
    from git_session import bindings, config, git

    repo = git.discover()
    settings = config.load(None, git.configuration())
    bindings.reconcile(repo, idle=float(settings['session.idle_timeout']))
