"""`git session resume`: go on with a session."""

from __future__ import annotations

import time

from git_session import archive, brief, checkout, eventlog, git, history, output
from git_session.errors import REFUSED, SessionError
from git_session.options import FORMAT, Syntax, Values
from git_session.views import words
from git_session.workspace import Workspace, open_workspace, require_work_tree

ABOUT = 'Go on with a session: switch to its branch, say what happened since, print the brief.'
FORMS = {'': Syntax('[<branch>]', 0, 1, FORMAT)}


def run(action: str, values: Values) -> int:
    here = open_workspace()
    require_work_tree(here)
    branch = values.operand or _branch(here)
    if branch != here.repo.branch:
        left = _last_active(here, branch)
        here = checkout.switch(here, branch)
    else:
        left = here.session.last_active if here.session is not None else 0.0
    here.require()
    happened = _happened(here, left)
    checkout.enter(here)
    for text in (*here.said, *happened):
        output.talk(text)
    brief.show(here, as_json=values.json)
    return 0


def _branch(here: Workspace) -> str:
    """The current branch if it has a session, else the one that was active last."""
    if here.session is not None and here.repo.branch is not None:
        return here.repo.branch
    live = eventlog.live(here.repo.sessions)
    if not live:
        raise SessionError(
            'no session to resume', "start one with 'git session start'", status=REFUSED
        )
    return max(live, key=lambda branch: (_last_active(here, branch), branch))


def _last_active(here: Workspace, branch: str) -> float:
    place = eventlog.directory(here.repo.sessions, branch)
    return archive.load(place)[0].last_active if eventlog.session_id(place) else 0.0


def _happened(here: Workspace, since: float) -> list[str]:
    """What happened while the session was away, in words."""
    session, work = here.require(), here.work()
    mine = git.identity().rpartition('<')[2].rstrip('>')
    fresh = [each for each in work.commits if each.time > since and not each.is_merge]
    own = [each for each in fresh if each.email == mine]
    others = sorted({each.name for each in fresh if each.email != mine})
    said = []
    if since:
        said.append(f'last active {words.age(since, time.time())}')
    if own:
        said.append(f'{words.count(len(own), "commit")} of yours since then')
    if others:
        number = len(fresh) - len(own)
        said.append(f'{words.count(number, "commit")} by {", ".join(map(output.line, others))}')
    if work.behind and session.base:
        base = history.between(session.base, session.base_ref or session.base)
        moved = [each for each in base if each.time > since]
        if moved:
            name = session.base_ref.removeprefix('refs/heads/').removeprefix('refs/remotes/')
            said.append(f'{output.line(name)} moved on by {words.count(len(moved), "commit")}')
    return said
