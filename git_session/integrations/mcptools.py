"""What an MCP client is offered: tools, resources and one prompt, each a command line.

Small schemas, as each costs the client's model tokens before anything was asked.  The
arguments of a call are data: they become the values of options, or stand after ``--``.
"""

from __future__ import annotations

from git_session.errors import USAGE, SessionError
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    Words = Callable[[Mapping[str, Any]], list[str]]


class Tool(Record):
    """`properties` is the JSON Schema of each argument, `words` makes the command line."""

    name: str
    about: str
    properties: dict[str, dict[str, Any]]
    words: Words
    reads: bool = False

    @property
    def schema(self) -> dict[str, Any]:
        return {'type': 'object', 'properties': self.properties, 'additionalProperties': False}


class Resource(Record):
    """What a client can read without calling anything; it changes nothing."""

    uri: str
    about: str
    kind: str  # media type
    words: tuple[str, ...]


PROMPT = 'session'
PROMPT_ABOUT = 'Go on with the session of this branch: its brief'
INSTRUCTIONS = (
    'A session is a git branch plus the intent behind it: objectives, blockers, decisions, '
    'dead ends. The tool `brief` shows all of it, the most important first; `status` shows '
    'where it stands. The repository is that of the client\'s first root that is in one, '
    'else of the directory the server was started in; HEAD is looked at anew in each call.'
)  # fmt: skip


def _text(about: str) -> dict[str, Any]:
    return {'type': 'string', 'description': about}


def _flag(about: str) -> dict[str, Any]:
    return {'type': 'boolean', 'description': about}


def _texts(about: str) -> dict[str, Any]:
    return {'type': 'array', 'items': {'type': 'string'}, 'description': about}


def _choice(*words: str) -> dict[str, Any]:
    return {'type': 'string', 'enum': list(words), 'default': words[0]}


_BUDGET = {'type': 'integer', 'minimum': 400, 'description': 'at most so many characters'}


def _options(given: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """``--rationale=text`` for each argument that is given; `names` are argument -> flag."""
    words = []
    for name, flag in names.items():
        value = given.get(name)
        if value is True:
            words.append(flag)
        elif isinstance(value, list):
            words += [f'{flag}={each}' for each in value]
        elif value not in (None, False, ''):
            words.append(f'{flag}={value}')
    return words


def _brief(given: Mapping[str, Any]) -> list[str]:
    return ['brief', *_options(given, {'budget': '--budget', 'since': '--since'})]


def _status(given: Mapping[str, Any]) -> list[str]:
    return ['status', *_options(given, {'verbose': '--verbose'})]


def _handoff(given: Mapping[str, Any]) -> list[str]:
    return ['handoff', *_options(given, {'check': '--check'})]


def _objectives(given: Mapping[str, Any]) -> list[str]:
    action = given.get('action', 'list')
    options = {'why': '--why'} if action == 'drop' else {}
    return _listed('objectives', action, given, options)


def _blockers(given: Mapping[str, Any]) -> list[str]:
    action = given.get('action', 'list')
    options = {
        'add': {'issue': '--issue', 'objective': '--objective'}, 'resolve': {'how': '--how'},
    }  # fmt: skip
    return _listed('blockers', action, given, options.get(action, {}))


def _decisions(given: Mapping[str, Any]) -> list[str]:
    action = given.get('action', 'list')
    reasons = {'rationale': '--rationale', 'alternatives': '--alternatives'}
    return _listed('decisions', action, given, {} if action == 'list' else reasons)


def _listed(
    command: str, action: str, given: Mapping[str, Any], options: Mapping[str, str]
) -> list[str]:
    """A command line of one of the three lists; what the action has no use for is an error."""
    operands = {
        'list': (), 'add': ('text',), 'supersede': ('id', 'text'),
    }.get(action, ('id',))  # fmt: skip
    for name in given:
        if name not in ('action', *operands, *options):
            raise SessionError(f"'{action}' takes no '{name}'", status=USAGE)
    for name in operands:
        if not given.get(name):
            raise SessionError(f"'{action}' needs '{name}'", status=USAGE)
    values = [given[name] for name in operands]
    return [command, action, *_options(given, options), *(['--', *values] if values else [])]


def _checkpoint(given: Mapping[str, Any]) -> list[str]:
    flags = {
        'message': '--message', 'label': '--label', 'decisions': '--decision', 'all': '--all',
        'tdd_phase': '--tdd-phase',
    }  # fmt: skip
    words = ['checkpoint', *_options(given, flags)]
    return words if given.get('commit', True) else [*words, '--no-commit']


def _note(given: Mapping[str, Any]) -> list[str]:
    if not given.get('text'):
        raise SessionError("'text' is missing", status=USAGE)
    return ['note', *_options(given, {'dead_end': '--dead-end'}), '--', given['text']]


TOOLS = (
    Tool(
        'brief', 'All one needs to know to go on: goals, state, warnings, next steps, decisions',
        {'budget': _BUDGET, 'since': _text('only what is new since a revision or a time')},
        _brief, reads=True,
    ),
    Tool(
        'status', 'Where the session stands', {'verbose': _flag('files, gates, configuration too')},
        _status, reads=True,
    ),
    Tool(
        'objectives', 'What the session is for: list or change',
        {
            'action': _choice('list', 'add', 'start', 'complete', 'reopen', 'drop'),
            'text': _text('for add'), 'id': _text('obj-1, for the others'),
            'why': _text('why it is dropped'),
        },
        _objectives,
    ),
    Tool(
        'blockers', 'What stands in the way: list or change',
        {
            'action': _choice('list', 'add', 'resolve'),
            'text': _text('for add'), 'id': _text('blk-1, for resolve'),
            'issue': _text('#12, org/repo#12, JIRA-7 or a URL'),
            'objective': _text('the objective it blocks'), 'how': _text('how it was resolved'),
        },
        _blockers,
    ),
    Tool(
        'decisions', 'What was decided and why: list or change',
        {
            'action': _choice('list', 'add', 'supersede'),
            'text': _text('the decision'), 'id': _text('dec-1, the one superseded'),
            'rationale': _text('why'), 'alternatives': _texts('what was not chosen'),
        },
        _decisions,
    ),
    Tool(
        'note', 'Write down a note, or an approach that failed',
        {'text': _text('the note'), 'dead_end': _flag('it was tried and does not work')}, _note,
    ),
    Tool(
        'checkpoint', 'Commit what is staged, or mark HEAD, as a state worth coming back to',
        {
            'message': _text('the commit message'), 'label': _text('a short name'),
            'decisions': _texts('decisions to record'), 'all': _flag('all tracked changes'),
            'commit': {'type': 'boolean', 'default': True, 'description': 'false: only mark HEAD'},
            'tdd_phase': {'type': 'string', 'enum': ['red', 'green', 'refactor']},
        },
        _checkpoint,
    ),
    Tool(
        'handoff', 'Write the handoff for whoever comes next',
        {'check': _flag('write nothing, say what would be missed')}, _handoff,
    ),
)  # fmt: skip

RESOURCES = (
    Resource('session://brief', 'The brief', 'text/plain', ('brief',)),
    Resource('session://status', 'The status', 'text/plain', ('status',)),
    Resource(
        'session://context', 'All facts of the brief', 'application/json', ('brief', '--json')
    ),
    *(
        Resource(f'session://{name}', f'The {name}', 'application/json', (name, 'list', '--json'))
        for name in ('objectives', 'blockers', 'decisions')
    ),
)

_LISTS = ('objectives', 'blockers', 'decisions')


def reads(line: Sequence[str]) -> bool:
    """Whether a command line changes nothing."""
    command = line[0]
    listing = command in _LISTS and line[1] == 'list'
    return listing or command in ('brief', 'status') or list(line) == ['handoff', '--check']


_TYPES: dict[str, type | tuple[type, ...]] = {
    'string': str, 'integer': int, 'boolean': bool, 'array': list,
}  # fmt: skip


def words(name: str, given: Mapping[str, Any]) -> list[str]:
    """The command line of a call; raises SessionError (USAGE) for arguments that do not fit."""
    tool = next((each for each in TOOLS if each.name == name), None)
    if tool is None:
        raise SessionError(f"no tool '{name}'", status=USAGE)
    for argument, value in given.items():
        if argument not in tool.properties:
            raise SessionError(f"'{name}' has no argument '{argument}'", status=USAGE)
        _check(argument, value, tool.properties[argument])
    return tool.words(given)


def _check(argument: str, value: Any, schema: Mapping[str, Any]) -> None:
    kind = schema['type']
    right = isinstance(value, _TYPES[kind]) and isinstance(value, bool) == (kind == 'boolean')
    if right and kind == 'array':
        right = all(isinstance(each, str) for each in value)
    if not right:
        wanted = 'array of strings' if kind == 'array' else kind
        raise SessionError(f"'{argument}' has to be {wanted}", status=USAGE)
    if 'enum' in schema and value not in schema['enum']:
        allowed = ', '.join(schema['enum'])
        raise SessionError(f"bad value for '{argument}'; expected one of {allowed}", status=USAGE)
