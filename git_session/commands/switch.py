"""`git session switch`: switch branches together with their sessions."""

from __future__ import annotations

from git_session import brief, checkout, output
from git_session.options import FORMAT, Option, Syntax, Values
from git_session.workspace import open_workspace, require_work_tree

ABOUT = 'Switch to another branch: pause the session here, resume or start the one there.'
FORMS = {
    '': Syntax(
        '<branch>', 1, 1,
        (
            Option(('-c', '--create'), 'create the branch and start a session on it'),
            Option(('--carry',), 'take uncommitted changes along, save none'),
            *FORMAT,
        ),
    )
}  # fmt: skip
_BUDGET = 1500


def run(action: str, values: Values) -> int:
    here = open_workspace()
    require_work_tree(here)
    branch = values.operands[0]
    if branch == '-':
        branch = checkout.previous()
    if values.flag('create'):
        base = f'refs/heads/{here.repo.branch}' if here.repo.branch and here.repo.head else None
        checkout.check_name(branch)
        checkout.require_no_session(here.repo, branch)
        there = checkout.switch(here, branch, create=True, carry=values.flag('carry'))
        there = checkout.begin(there, objectives=[], base=base)
    else:
        there = checkout.switch(here, branch, carry=values.flag('carry'))
    if there.session is None:
        output.hint(f"no session on '{branch}'; start one with 'git session start'")
        if values.json:
            output.json(None)
    else:
        brief.show(there, budget=_BUDGET, as_json=values.json)
    return 0
