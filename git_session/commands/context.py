"""`git session context`: the context files that matter here, and how stale they are."""

from __future__ import annotations

import time

from git_session import context, contextpart, git, output
from git_session.errors import USAGE, SessionError
from git_session.options import FORMAT, Option, Syntax, Values
from git_session.views import context as view
from git_session.workspace import Workspace, open_workspace, require_work_tree

ABOUT = 'Show the context files that matter for this session, or how stale all are.'
FORMS = {
    '': Syntax(
        '', 0, 0,
        (
            Option(('--health',), 'how stale every context file of the repository is'),
            Option(('--update',), "refresh the generated part of a context file",
                   value='dir', many=True),
            *FORMAT,
        ),
    )
}  # fmt: skip


def run(action: str, values: Values) -> int:
    if values.flag('health') and values.texts('update'):
        raise SessionError(
            "options '--health' and '--update' cannot be used together", status=USAGE
        )
    here = open_workspace(work=True)
    require_work_tree(here)
    if values.texts('update'):
        return _update(here, values)
    if values.flag('health'):
        found = context.every(here, time.time())
        if values.json:
            output.json(view.health_data(found))
        else:
            output.out(view.health_text(found, here.style()), git.pager)
        return 0
    session = here.require()
    around = context.Look(here).around(time.time())
    context.remember(here, around)
    if values.json:
        output.json({
            'schema': 'git-session/session-context/1', 'session': session.id,
            'branch': session.branch, **view.data(around),
        })  # fmt: skip
    else:
        output.out(view.text(session, around, here.style()), git.pager)
    return 0


def _update(here: Workspace, values: Values) -> int:
    folders = [contextpart.folder_of(here, given) for given in values.texts('update')]
    made = [contextpart.update(here, folder) for folder in dict.fromkeys(folders)]
    if values.json:
        output.json({
            'schema': 'git-session/context-update/1', 'files': [each.asdict() for each in made],
        })  # fmt: skip
    else:
        for each in made:
            output.talk(f'{output.line(each.path)}: {each.done}')
    return 0
