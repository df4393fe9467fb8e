"""`git session objectives`: what the session is for, and how far it is."""

from __future__ import annotations

from git_session import git, named, output
from git_session.errors import REFUSED, SessionError
from git_session.options import FORMAT, Option, Syntax, Values
from git_session.session import Objective
from git_session.views import files
from git_session.views.status import objective_mark
from git_session.workspace import Workspace, open_workspace

ABOUT = 'List, add, start, complete, reopen, drop or edit the objectives of the session.'
FORMS = {
    'list': Syntax('', 0, 0, FORMAT),
    'add': Syntax('<text>...', 1, None, ()),
    'start': Syntax('<id>', 1, 1, ()),
    'complete': Syntax('<id>...', 1, None, ()),
    'reopen': Syntax('<id>', 1, 1, ()),
    'drop': Syntax('<id>', 1, 1, (Option(('--why',), 'why it is dropped', value='text'),)),
    'edit': Syntax('<id> <text>', 2, 2, ()),
}
_ALREADY = {'start': 'active', 'complete': 'done', 'drop': 'dropped', 'reopen': 'pending'}


def run(action: str, values: Values) -> int:
    here = open_workspace()
    if action == 'list':
        return _list(here, values)
    before = here.require()
    maker = here.maker()
    if action == 'add':
        for text in values.operands:
            if not text.strip():
                raise SessionError('an objective needs a text', status=REFUSED)
            maker.add('objective.add', text=text.strip())
    elif action == 'edit':
        objective = _find(before.objectives, values.operands[0])
        text = values.operands[1].strip()
        if not text:
            raise SessionError('an objective needs a text', status=REFUSED)
        maker.add('objective.edit', ref=objective.ref, text=text)
    else:
        found = [_find(before.objectives, wanted) for wanted in values.operands]
        for objective in dict.fromkeys(found):
            if objective.state == _ALREADY[action]:
                raise SessionError(f'{objective.name} is {objective.state} already', status=REFUSED)
            maker.add(f'objective.{action}', ref=objective.ref, why=values.text('why'))
    after = here.record(maker.made)
    _tell(here, [event.facts.get('ref', event.id) for event in maker.made])
    pending = [each for each in after.objectives if each.state == 'pending']
    if action == 'complete' and pending and not after.active_objectives():
        following = f'{pending[0].name} {output.line(pending[0].text)}'
        output.hint(f"next is {following}: 'git session objectives start {pending[0].number}'")
    return 0


def _find(objectives: list[Objective], wanted: str) -> Objective:
    return named.find(objectives, wanted, 'obj-', 'objective')


def _tell(here: Workspace, refs: list[str]) -> None:
    for each in here.require().objectives:
        if each.ref in refs:
            output.talk(f'{each.name} {output.line(each.text)}: {each.state}')


def _list(here: Workspace, values: Values) -> int:
    current = here.require()
    if values.json:
        records = [files.objective_record(each) for each in current.objectives]
        output.json({
            'schema': 'git-session/objectives/1', 'session': current.id, 'objectives': records,
        })  # fmt: skip
        return 0
    style = here.style()
    lines = []
    for each in current.objectives:
        why = f' ({output.line(each.why)})' if each.why else ''
        mark = objective_mark(each.state, style)
        lines += style.items(f'{mark} {each.name} ', f'{output.line(each.text)}{why}')
    output.out(''.join(f'{each}\n' for each in lines), git.pager)
    if not lines:
        output.hint("no objective yet: 'git session objectives add <text>'")
    return 0
