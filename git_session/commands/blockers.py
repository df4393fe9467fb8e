"""`git session blockers`: what stands in the way."""

from __future__ import annotations

import time

from git_session import git, marked, named, output, words
from git_session.errors import REFUSED, SessionError
from git_session.options import FORMAT, Option, Syntax, Values
from git_session.session import Blocker
from git_session.views import files
from git_session.workspace import Workspace, open_workspace

ABOUT = 'List, add or resolve the blockers of the session.'
FORMS = {
    'list': Syntax('', 0, 0, FORMAT),
    'add': Syntax(
        '[<text>]', 0, 1,
        (
            marked.FROM,
            Option(('--issue',), 'the issue it is tracked in', value='ref'),
            Option(('--objective',), 'the objective it blocks', value='id'),
        ),
    ),
    'resolve': Syntax(
        '<id>', 1, 1, (Option(('--how',), 'how it was resolved', value='text'),)
    ),
    'reopen': Syntax('<id>', 1, 1, ()),
    'edit': Syntax('<id> <text>', 2, 2, ()),
}  # fmt: skip


def run(action: str, values: Values) -> int:
    here = open_workspace()
    if action == 'list':
        return _list(here, values)
    before = here.require()
    maker = here.maker()
    if action == 'add':
        objective = values.text('objective')
        of = named.find(before.objectives, objective, 'obj-', 'objective') if objective else None
        maker.add(
            'blocker.add', text=_text(marked.given(here, values, 'BLOCKER')),
            issue=values.text('issue'), objective=of.ref if of else None,
        )  # fmt: skip
    else:
        blocker = _find(before.blockers, values.operands[0])
        if action == 'edit':
            maker.add('blocker.edit', ref=blocker.ref, text=_text(values.operands[1]))
        elif blocker.state == {'resolve': 'resolved', 'reopen': 'open'}[action]:
            raise SessionError(f'{blocker.name} is {blocker.state} already', status=REFUSED)
        else:
            maker.add(f'blocker.{action}', ref=blocker.ref, how=values.text('how'))
    after = here.record(maker.made)
    for each in after.blockers:
        if each.ref in (maker.made[0].id, maker.made[0].facts.get('ref')):
            output.talk(f'{each.name} {output.line(each.text)}: {each.state}')
    return 0


def _text(given: str) -> str:
    if not given.strip():
        raise SessionError('a blocker needs a text', status=REFUSED)
    return given.strip()


def _find(blockers: list[Blocker], wanted: str) -> Blocker:
    return named.find(blockers, wanted, 'blk-', 'blocker')


def _list(here: Workspace, values: Values) -> int:
    current = here.require()
    if values.json:
        names = current.names()
        records = [files.blocker_record(each, names) for each in current.blockers]
        output.json({
            'schema': 'git-session/blockers/1', 'session': current.id, 'blockers': records,
        })  # fmt: skip
        return 0
    now, style, names = time.time(), here.style(), current.names()
    lines = []
    for each in current.blockers:
        issue = f' ({output.line(each.issue)})' if each.issue else ''
        blocked = names.get(each.objective, '')
        issue += f' blocks {blocked}' if blocked else ''
        how = f': {output.line(each.how)}' if each.how else ''
        if each.state == 'open':
            state = style.paint(f'open, added {words.age(each.added, now)}', 'red')
        else:
            state = f'resolved {words.age(each.resolved, now)}{how}'
        lines += style.items(f'{each.name} ', f'{output.line(each.text)}{issue}: {state}')
    output.out(''.join(f'{each}\n' for each in lines), git.pager)
    if not lines:
        output.hint("no blocker yet: 'git session blockers add <text>'")
    return 0
