"""`git session log`: the events of a session in words."""

from __future__ import annotations

from git_session import archive, git, output
from git_session.options import FORMAT, Syntax, Values
from git_session.views import log
from git_session.workspace import open_workspace

ABOUT = 'Show the events of a session in words, oldest first.'
FORMS = {'': Syntax('[<session>]', 0, 1, FORMAT)}


def run(action: str, values: Values) -> int:
    here = open_workspace()
    if values.operand is not None:
        current = here.session.id if here.session else None
        place = archive.find(here.repo.sessions, values.operand, current)
        session, found, _ = archive.load(place)
    else:
        session, found = here.require(), here.events
    if values.json:
        output.json(log.data(session, found))
        return 0
    text = log.text(session, found, style=here.style(), date_format=here.dates)
    output.out(text, git.pager)
    return 0
