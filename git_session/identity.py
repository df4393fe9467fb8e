"""Who works here, as the environment claims it: an agent's programs say so in variables.

It is a claim and no proof: shown with names, never a reason to allow or refuse.
"""

from __future__ import annotations

import os

from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# (name, the variables that say it is there, that of its session id, '' where it has none).
# hooks/live.sh has them too.
AGENTS = (
    ('claude', ('CLAUDECODE', 'CLAUDE_CODE_SESSION_ID'), 'CLAUDE_CODE_SESSION_ID'),
    ('codex', ('CODEX_SESSION_ID', 'CODEX_THREAD_ID'), 'CODEX_SESSION_ID'),
    ('gemini', ('GEMINI_CLI',), 'GEMINI_SESSION_ID'),
    ('cursor', ('CURSOR_AGENT', 'CURSOR_CONVERSATION_ID'), 'CURSOR_CONVERSATION_ID'),
    ('copilot', ('COPILOT_CLI', 'COPILOT_AGENT_SESSION_ID'), 'COPILOT_AGENT_SESSION_ID'),
    ('pi', ('PI_CODING_AGENT',), 'PI_SESSION_ID'),
)
_MOST = 80  # characters of an id


class Agent(Record):
    """An agent's program; `id` is that of its own session, '' where it gives none."""

    name: str
    id: str = ''

    @property
    def claim(self) -> str:
        """What an event says of it: ``claude`` or ``claude:3f2a9c1d``."""
        return f'{self.name}:{self.id[:8]}' if self.id else self.name


def agent(environment: Mapping[str, str] = os.environ) -> Agent | None:
    """The agent whose process this is a child of, None below a person's own shell."""
    for name, signs, key in AGENTS:
        if any(environment.get(sign) for sign in signs):
            return Agent(name, checked(environment.get(key, '')))
    return None


def checked(name: str) -> str:
    """An id that can be part of a file's name, '' of any other."""
    plain = name.isascii() and name.replace('-', '').replace('_', '').isalnum()
    return name if plain and len(name) <= _MOST else ''
