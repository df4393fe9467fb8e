"""`git session agent`: our hooks in the configuration of AI agents."""

from __future__ import annotations

from git_session import agentsetup, git, output
from git_session.agentsetup import Place
from git_session.errors import SessionError
from git_session.integrations import agents
from git_session.integrations.agents import Program
from git_session.options import FORMAT, Option, Syntax, Values

ABOUT = 'Put hooks into the configuration of AI agents, take them out, or show them.'
_USER = Option(('--user',), 'in your own configuration, for all repositories')
_NAMES = '<agent>...'
FORMS = {
    'status': Syntax('[<agent>...]', 0, None, FORMAT),
    'install': Syntax(
        _NAMES, 1, None,
        (
            _USER,
            Option(('--line',), "add a marked line to its instructions too"),
            Option(('--print',), 'only print what would be in a file of its own'),
        ),
    ),
    'uninstall': Syntax(_NAMES, 1, None, (_USER,)),
}  # fmt: skip


def run(action: str, values: Values) -> int:
    programs = agentsetup.named(values.operands)
    if action == 'status':
        return _status(programs or list(agents.PROGRAMS.values()), as_json=values.json)
    if values.flag('print'):
        for program in programs:
            import json

            output.out(json.dumps(agents.whole(program), indent=2) + '\n')
        return 0
    places = [_place(program, is_user=values.flag('user')) for program in programs]
    for place in places:
        _act(action, place, with_line=values.flag('line'))
    return 0


def _act(action: str, place: Place, *, with_line: bool) -> None:
    if action == 'install':
        said = agentsetup.install(place)
        if said and place.program.check:
            said.append(f'hint: {place.program.title}: {place.program.check}')
        if with_line:
            said += agentsetup.add_line(place)
        said = said or [f'{place.program.title}: hooks are in {place.path} already']
    else:
        said = agentsetup.uninstall(place) + agentsetup.remove_line(place)
        said = said or [f'{place.program.title}: no hooks of git session in {place.path}']
    for text in said:
        output.talk(output.plain(text))


def _place(program: Program, *, is_user: bool) -> Place:
    if is_user:
        return agentsetup.user(program)
    repo = git.discover()
    if repo.top is None:
        raise SessionError('this operation must be run in a work tree')
    return agentsetup.project(program, repo.top, repo.sessions)


def _status(programs: list[Program], *, as_json: bool) -> int:
    """Show both places of each agent; 1 when hooks of one are not as they should be."""
    found = [
        (place, *_state(place))
        for program in programs
        for place in (_place(program, is_user=False), agentsetup.user(program))
    ]
    if as_json:
        output.json({
            'schema': 'git-session/agent/1',
            'agents': [
                {'agent': place.program.name, 'scope': 'user' if place.is_user else 'project',
                 'file': place.path, 'state': state, 'detail': detail or None}
                for place, state, detail in found
            ],
        })  # fmt: skip
    else:
        for place, state, detail in found:
            scope = 'user' if place.is_user else 'project'
            more = f', {detail}' if detail else ''
            output.out(output.plain(f'{place.program.name} ({scope}): {_STATES[state]}{more}\n'))
    return 1 if any(state in ('partly', 'unreadable') for _, state, _ in found) else 0


def _state(place: Place) -> tuple[str, str]:
    """(state, what there is to say of it)."""
    try:
        found = agentsetup.state(place)
    except SessionError as error:
        return 'unreadable', error.message
    detail = f'lacks {", ".join(found.missing)}' if found.found == 'partly' else ''
    if found.found != 'none':
        detail = '; '.join(filter(None, [detail, agentsetup.switched_off(place)]))
    return found.found, detail


_STATES = {
    'installed': 'installed',
    'partly': 'installed in part',
    'none': 'not installed',
    'unreadable': 'not known',
}
