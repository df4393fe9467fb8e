"""`git session pause`: stop the clock without leaving the branch."""

from __future__ import annotations

from git_session import output, sharing, words
from git_session.errors import REFUSED, SessionError
from git_session.options import Syntax, Values
from git_session.workspace import open_workspace

ABOUT = 'Stop the clock; a commit, a change of the session or resume starts it again.'
FORMS = {'': Syntax('', 0, 0, ())}


def run(action: str, values: Values) -> int:
    here = open_workspace()
    session = here.require()
    if session.state == 'paused':
        raise SessionError(f'session {session.id} is paused already', status=REFUSED)
    maker = here.maker()
    maker.add('pause', reason='user')
    session = here.record(maker.made)
    sharing.publish(here.repo, [here.place], here.config)
    active = words.duration(session.active_seconds(here.idle))
    output.talk(f'paused {session.id}, active time {active}')
    return 0
