"""`git session log`: the events of a session in words."""

from __future__ import annotations

from git_session import git, output
from git_session.options import FORMAT, Syntax, Values
from git_session.views import log
from git_session.workspace import open_workspace

ABOUT = 'Show the events of a session in words, oldest first.'
FORMS = {'': Syntax('[<session>]', 0, 1, FORMAT)}


def run(action: str, values: Values) -> int:
    here = open_workspace()
    session, found = here.chosen(values.operand)
    if values.json:
        output.json(log.data(session, found))
        return 0
    text = log.text(session, found, style=here.style(), date_format=here.dates)
    output.out(text, git.pager)
    return 0
