"""`git session config`: the configuration in force and where it comes from."""

from __future__ import annotations

import json

from git_session import config, output
from git_session.errors import REFUSED, SessionError
from git_session.options import FORMAT, Option, Syntax, Values
from git_session.workspace import open_workspace

ABOUT = 'Show the configuration in force, each value with where it comes from.'
_ORIGIN = Option(('--show-origin',), 'say where each value comes from')
FORMS = {
    'list': Syntax('', 0, 0, (_ORIGIN, *FORMAT)),
    'get': Syntax('<key>', 1, 1, (_ORIGIN, *FORMAT)),
    'schema': Syntax('', 0, 0, ()),
}


def run(action: str, values: Values) -> int:
    if action == 'schema':
        output.out(json.dumps(config.schema(), indent=2) + '\n')
        return 0
    here = open_workspace()
    for text in here.config.warnings:
        output.warn(text)
    wanted = dict(here.config.items())
    if action == 'get':
        key = values.operands[0]
        if key not in wanted:
            raise SessionError(f"no such key: '{key}'", *_near(key, list(wanted)), status=REFUSED)
        wanted = {key: wanted[key]}
    if values.json:
        output.json({
            'schema': 'git-session/config/1',
            'values': {key: {'value': each.value, 'origin': each.origin}
                       for key, each in wanted.items()},
        })  # fmt: skip
        return 0
    for key, each in wanted.items():
        origin = f'{each.origin}\t' if values.flag('show-origin') else ''
        name = '' if action == 'get' else f'{key}='
        output.out(f'{origin}{name}{output.line(config.typed(key, each.value))}\n')
    return 0


def _near(key: str, names: list[str]) -> list[str]:
    from difflib import get_close_matches

    return [f"did you mean '{each}'?" for each in get_close_matches(key, names, 1)]
