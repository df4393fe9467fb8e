"""`git session brief`: all that the next one needs to know."""

from __future__ import annotations

from git_session import brief, forge
from git_session.brief import DEFAULT_BUDGET, LEAST_BUDGET
from git_session.errors import USAGE, SessionError
from git_session.options import FORMAT, Option, Syntax, Values
from git_session.workspace import open_workspace

ABOUT = 'Show all that the next person or agent needs to know, most important first.'
FORMS = {
    '': Syntax(
        '', 0, 0,
        (
            Option(('--budget',), f'at most so many characters ({DEFAULT_BUDGET})', value='chars'),
            Option(('--since',), 'only what is new since then', value='rev|time'),
            *FORMAT,
        ),
    )
}  # fmt: skip


def run(action: str, values: Values) -> int:
    budget = values.number('budget')
    if budget is not None and budget < LEAST_BUDGET:
        raise SessionError(
            f"bad value for '--budget': '{budget}'; expected at least {LEAST_BUDGET}", status=USAGE
        )
    here = open_workspace(work=True)
    here.require()
    since, budget = values.text('since'), budget or DEFAULT_BUDGET
    forge.refresh(here)
    if since is None:
        brief.show(here, budget=budget, as_json=values.json)
    else:
        brief.show_since(here, since, budget=budget, as_json=values.json)
    return 0
