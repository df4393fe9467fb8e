"""`git session mcp`: the session for clients of the Model Context Protocol."""

from __future__ import annotations

import sys

from git_session import mcpserver, output
from git_session.options import Syntax, Values

ABOUT = 'Serve the session to clients of the Model Context Protocol over stdio.'
FORMS = {'': Syntax('', 0, 0, ())}


def run(action: str, values: Values) -> int:
    if sys.stdin.isatty():
        output.hint("a client is expected on stdin: see 'docs/integrations.md'; ctrl-D ends this")
    mcpserver.serve()
    return 0
