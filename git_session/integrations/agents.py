"""The AI agents whose programs run our hooks: what each reads, sends and takes back.

Data, and what follows from it without looking at anything.  Where each fact is from
stands in docs/agents.md.
"""

from __future__ import annotations

from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# The events, in our words; a program has some of them, under its own.
SESSION_START, PROMPT, TOOL = 'session-start', 'prompt', 'tool'
PRE_COMPACT, POST_COMPACT, SESSION_END = 'pre-compact', 'post-compact', 'session-end'


class Hook(Record):
    """One entry in an agent's configuration; `timeout` in seconds."""

    event: str
    theirs: str
    matcher: str = ''
    timeout: int = 10


class Program(Record):
    """An agent's program.

    `project` is its file below the top of a working tree, `user` below the folder that
    the variable `home` names, or `folder` in the user's own.  `shape` says how an answer
    is written: nested, flat (camelCase) or snake.  `limit` is what it takes of one answer
    before it cuts, counted in its `unit`: bytes, units of UTF-16 or characters.
    `line` is the file of instructions it reads.  `believed` are the triggers of a
    compaction that really is one; without `resumes` nothing that is said when it takes a
    session up again reaches the model.
    """

    name: str
    title: str
    project: str
    user: str
    home: str
    folder: str
    hooks: tuple[Hook, ...]
    shape: str
    limit: int
    unit: str
    line: str
    check: str = ''
    believed: tuple[str, ...] = ()
    resumes: bool = True

    def hook(self, event: str) -> Hook | None:
        return next((each for each in self.hooks if each.event == event), None)

    @property
    def keeps_summaries(self) -> bool:
        """Whether it says after a compaction what is left: then that is the checkpoint."""
        return self.hook(POST_COMPACT) is not None

    @property
    def starts_anew(self) -> bool:
        """Whether a compaction is followed by a session start of its own."""
        start = self.hook(SESSION_START)
        return start is not None and 'compact' in start.matcher


_CLAUDE = Program(
    'claude', 'Claude Code', '.claude/settings.json', 'settings.json', 'CLAUDE_CONFIG_DIR',
    '.claude',
    (
        Hook(SESSION_START, 'SessionStart', 'startup|resume|clear|compact|fork'),
        Hook(PROMPT, 'UserPromptSubmit'),
        Hook(PRE_COMPACT, 'PreCompact'),
        Hook(POST_COMPACT, 'PostCompact'),
        Hook(SESSION_END, 'SessionEnd', timeout=5),
    ),
    'nested', 10_000, 'utf-16', 'CLAUDE.md', '/hooks shows them',
)  # fmt: skip
_CODEX = Program(
    'codex', 'Codex CLI', '.codex/hooks.json', 'hooks.json', 'CODEX_HOME', '.codex',
    (
        Hook(SESSION_START, 'SessionStart', 'startup|resume|clear|compact|fork'),
        Hook(PROMPT, 'UserPromptSubmit'),
        Hook(PRE_COMPACT, 'PreCompact'),
        Hook(SESSION_END, 'SessionEnd', timeout=3),  # it takes no more
    ),
    'nested', 10_000, 'bytes', 'AGENTS.md', 'it runs them once you trust them in /hooks',
)  # fmt: skip
_GEMINI = Program(
    'gemini', 'Gemini CLI', '.gemini/settings.json', 'settings.json', '', '.gemini',
    (
        Hook(SESSION_START, 'SessionStart'),
        Hook(PROMPT, 'BeforeAgent'),
        Hook(PRE_COMPACT, 'PreCompress'),
        Hook(SESSION_END, 'SessionEnd', timeout=5),
    ),
    'nested', 10_000, 'characters', 'GEMINI.md', '/hooks panel shows them',
    # Before every turn it says that it compacts automatically, whether it does or not.
    ('manual',),
)  # fmt: skip
_CURSOR = Program(
    'cursor', 'Cursor', '.cursor/hooks.json', 'hooks.json', '', '.cursor',
    (
        Hook(SESSION_START, 'sessionStart'),
        Hook(PROMPT, 'beforeSubmitPrompt'),
        Hook(TOOL, 'postToolUse', 'Shell'),
        Hook(PRE_COMPACT, 'preCompact'),
        Hook(SESSION_END, 'sessionEnd', timeout=5),
    ),
    'snake', 10_000, 'characters', 'AGENTS.md', 'the Hooks tab of its settings shows them',
)  # fmt: skip
_COPILOT = Program(
    'copilot', 'Copilot CLI', '.github/hooks/git-session.json', 'hooks/git-session.json',
    'COPILOT_HOME', '.copilot',
    (
        Hook(SESSION_START, 'sessionStart'),
        Hook(PROMPT, 'userPromptSubmitted'),
        Hook(PRE_COMPACT, 'preCompact'),
        Hook(SESSION_END, 'sessionEnd', timeout=5),
    ),
    'flat', 10_000, 'utf-16', 'AGENTS.md', '/env shows them', resumes=False,
)  # fmt: skip

PROGRAMS = {each.name: each for each in (_CLAUDE, _CODEX, _GEMINI, _CURSOR, _COPILOT)}
EVENTS = (SESSION_START, PROMPT, TOOL, PRE_COMPACT, POST_COMPACT, SESSION_END)


def command(name: str, event: str) -> str:
    """The command of a hook: the same for ever, since what is trusted is its text.

    Where git session is not installed it says nothing and fails in nothing.
    """
    return (
        f'command -v git-session >/dev/null 2>&1 && git-session hook {name} {event} || :'
    )  # fmt: skip


def is_ours(text: object, name: str) -> bool:
    """Whether a command of a configuration is one that we wrote, in any version."""
    return isinstance(text, str) and f'git-session hook {name} ' in text


def entry(program: Program, hook: Hook) -> dict[str, Any]:
    """What stands in the program's configuration, in the list of the hook's event."""
    run = command(program.name, hook.event)
    if program.name == 'cursor':
        matcher = {'matcher': hook.matcher} if hook.matcher else {}
        return {'command': run, **matcher, 'timeout': hook.timeout}
    if program.name == 'copilot':
        return {'type': 'command', 'bash': run, 'timeoutSec': hook.timeout}
    handler: dict[str, Any] = {'type': 'command', 'command': run, 'timeout': hook.timeout}
    if program.name == 'gemini':
        name = f'git-session {hook.event}'
        handler = {'name': name, **handler, 'timeout': hook.timeout * 1000}
    matcher = {'matcher': hook.matcher} if hook.matcher else {}
    return {**matcher, 'hooks': [handler]}


def fresh(program: Program) -> dict[str, Any]:
    """The configuration before the first hook, where there is no file yet."""
    return {'version': 1} if program.name in ('cursor', 'copilot') else {}


def whole(program: Program) -> dict[str, Any]:
    """A configuration with our hooks and nothing else, as ``--print`` shows it."""
    hooks: dict[str, list[Any]] = {}
    for each in program.hooks:
        hooks.setdefault(each.theirs, []).append(entry(program, each))
    return {**fresh(program), 'hooks': hooks}


def size(text: str, unit: str) -> int:
    """The length of a text as the program counts it."""
    if unit == 'bytes':
        return len(text.encode('utf-8', 'replace'))
    if unit == 'utf-16':
        return len(text) + sum(each > '\uffff' for each in text)
    return len(text)


def answer(program: Program, event: str, text: str) -> dict[str, Any]:
    """What the hook prints so that `text` gets into the agent's context; {} for nothing."""
    hook = program.hook(event)
    if program.shape == 'snake':
        go_on = {'continue': True} if event in (SESSION_START, PROMPT) else {}
        told = event in (SESSION_START, TOOL) and bool(text)
        return {**go_on, **({'additional_context': text} if told else {})}
    if hook is None or not text or event not in (SESSION_START, PROMPT):
        return {}
    if program.shape == 'flat':
        return {'additionalContext': text}
    return {'hookSpecificOutput': {'hookEventName': hook.theirs, 'additionalContext': text}}


def tells(program: Program, event: str) -> bool:
    """Whether anything that is said on this event reaches the agent."""
    return bool(answer(program, event, 'x') != answer(program, event, ''))


class Input(Record):
    """What an agent says of itself on stdin: claims, of the right kinds or empty.

    `host` is the program that it comes from where another's configuration was read:
    Copilot CLI and Cursor run what stands in Claude Code's.
    """

    id: str = ''
    cwd: str = ''
    source: str = ''
    reason: str = ''
    summary: str = ''
    host: str = ''


def read(given: Mapping[str, Any]) -> Input:
    """The facts of an agent's input, under whichever name it has them."""
    return Input(
        _text(given, 'conversation_id', 'session_id', 'sessionId'),
        _text(given, 'cwd') or _first(given.get('workspace_roots')),
        _text(given, 'source'),
        _text(given, 'reason', 'trigger'),
        _text(given, 'compact_summary', 'compactSummary'),
        _host(given),
    )


def _host(given: Mapping[str, Any]) -> str:
    if 'cursor_version' in given:
        return 'cursor'
    # Its input for hooks in the form of others; Claude Code's own has a transcript.
    return 'copilot' if 'timestamp' in given and 'transcript_path' not in given else ''


def _text(given: Mapping[str, Any], *names: str) -> str:
    for name in names:
        found = given.get(name)
        if isinstance(found, str) and found:
            return found
    return ''


def _first(value: object) -> str:
    return value[0] if isinstance(value, list) and value and isinstance(value[0], str) else ''
