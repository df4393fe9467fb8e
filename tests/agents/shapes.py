"""What each agent's documentation says of the input and the output of its hooks.

Schemas are written from it by hand (docs/agents.md names the pages); where a program
brings its own (Codex CLI does), they say the same.
"""

from __future__ import annotations

from typing import Any

_TEXT = {'type': 'string'}


def _only(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        'type': 'object', 'properties': properties, 'required': required,
        'additionalProperties': False,
    }  # fmt: skip


def _nested(event: str) -> dict[str, Any]:
    """Claude Code's, Codex CLI's and Gemini CLI's form, as far as all of them are strict."""
    specific = _only(
        ['hookEventName', 'additionalContext'], hookEventName={'const': event},
        additionalContext={'type': 'string', 'minLength': 1},
    )  # fmt: skip
    return _only(['hookSpecificOutput'], hookSpecificOutput=specific)


# agent -> event of ours -> what may be printed; None: nothing at all
OUTPUT: dict[str, dict[str, dict[str, Any] | None]] = {
    'claude': {
        'session-start': _nested('SessionStart'), 'prompt': _nested('UserPromptSubmit'),
        'pre-compact': None, 'post-compact': None, 'session-end': None,
    },
    'codex': {
        'session-start': _nested('SessionStart'), 'prompt': _nested('UserPromptSubmit'),
        'pre-compact': None, 'session-end': None,
    },
    'gemini': {
        'session-start': _nested('SessionStart'), 'prompt': _nested('BeforeAgent'),
        'pre-compact': None, 'session-end': None,
    },
    'cursor': {
        'session-start': _only(
            ['continue'], **{'continue': {'const': True}, 'additional_context': _TEXT}
        ),
        'prompt': _only(['continue'], **{'continue': {'const': True}}),
        'tool': _only(['additional_context'], additional_context=_TEXT),
        'pre-compact': None, 'session-end': None,
    },
    'copilot': {
        'session-start': _only(['additionalContext'], additionalContext=_TEXT),
        'prompt': _only(['additionalContext'], additionalContext=_TEXT),
        'pre-compact': None, 'session-end': None,
    },
}  # fmt: skip

_ID = '8f1c2d3e-0000-4000-8000-00000000000'


def _claude(cwd: str, theirs: str, **more: Any) -> dict[str, Any]:
    return {'session_id': _ID + 'a', 'transcript_path': '/t/x.jsonl', 'cwd': cwd,
            'hook_event_name': theirs, **more}  # fmt: skip


def _codex(cwd: str, theirs: str, **more: Any) -> dict[str, Any]:
    return {'session_id': _ID + 'b', 'transcript_path': None, 'cwd': cwd, 'model': 'm',
            'hook_event_name': theirs, 'permission_mode': 'default', **more}  # fmt: skip


def _gemini(cwd: str, theirs: str, **more: Any) -> dict[str, Any]:
    return {'session_id': _ID + 'c', 'transcript_path': '/t/x.json', 'cwd': cwd,
            'hook_event_name': theirs, 'timestamp': '2026-11-22T10:00:00.000Z', **more}  # fmt: skip


def _cursor(cwd: str, theirs: str, **more: Any) -> dict[str, Any]:
    return {'conversation_id': _ID + 'd', 'generation_id': 'g', 'hook_event_name': theirs,
            'workspace_roots': [cwd], 'model': 'm', 'cursor_version': '2.4.0',
            'user_email': 'a@example.com', 'transcript_path': None, **more}  # fmt: skip


def _copilot(cwd: str, theirs: str, **more: Any) -> dict[str, Any]:
    return {'sessionId': _ID + 'e', 'timestamp': 1795414208839, 'cwd': cwd, **more}


MADE = {
    'claude': _claude,
    'codex': _codex,
    'gemini': _gemini,
    'cursor': _cursor,
    'copilot': _copilot,
}

# (agent, event of ours, what is special in the input): every event and every source
INPUT: list[tuple[str, str, dict[str, Any]]] = [
    *(('claude', 'session-start', {'source': each, 'model': 'm'})
      for each in ('startup', 'resume', 'clear', 'compact', 'fork')),
    ('claude', 'prompt', {'prompt': 'go on'}),
    *(('claude', 'pre-compact', {'trigger': each, 'custom_instructions': ''})
      for each in ('manual', 'auto')),
    *(('claude', 'post-compact', {'trigger': each, 'compact_summary': 'All of it.'})
      for each in ('manual', 'auto')),
    *(('claude', 'session-end', {'reason': each})
      for each in ('clear', 'resume', 'logout', 'prompt_input_exit', 'other')),
    *(('codex', 'session-start', {'source': each})
      for each in ('startup', 'resume', 'clear', 'compact', 'fork')),
    ('codex', 'prompt', {'prompt': 'go on', 'turn_id': 't'}),
    *(('codex', 'pre-compact', {'trigger': each, 'turn_id': 't'}) for each in ('manual', 'auto')),
    ('codex', 'session-end', {'reason': 'other'}),
    *(('gemini', 'session-start', {'source': each}) for each in ('startup', 'resume', 'clear')),
    ('gemini', 'prompt', {'prompt': 'go on'}),
    *(('gemini', 'pre-compact', {'trigger': each}) for each in ('manual', 'auto')),
    *(('gemini', 'session-end', {'reason': each})
      for each in ('exit', 'clear', 'logout', 'prompt_input_exit', 'other')),
    ('cursor', 'session-start', {'session_id': 's', 'is_background_agent': False}),
    ('cursor', 'prompt', {'prompt': 'go on', 'attachments': []}),
    ('cursor', 'tool', {'tool_name': 'Shell', 'tool_input': {}, 'tool_use_id': 'u'}),
    ('cursor', 'pre-compact', {'trigger': 'auto'}),
    ('cursor', 'session-end', {'reason': 'completed'}),
    *(('copilot', 'session-start', {'source': each}) for each in ('startup', 'resume', 'new')),
    ('copilot', 'prompt', {'prompt': 'go on'}),
    *(('copilot', 'pre-compact', {'trigger': each, 'customInstructions': ''})
      for each in ('manual', 'auto')),
    *(('copilot', 'session-end', {'reason': each})
      for each in ('complete', 'error', 'abort', 'timeout', 'user_exit')),
]  # fmt: skip
