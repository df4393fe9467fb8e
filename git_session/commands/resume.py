"""`git session resume`: go on with a session."""

from __future__ import annotations

import time

from git_session import (
    archive,
    brief,
    checkout,
    ending,
    eventlog,
    exchange,
    forge,
    git,
    history,
    output,
    putaside,
    words,
)
from git_session.errors import REFUSED, SessionError
from git_session.events import Event
from git_session.history import Commit
from git_session.options import FORMAT, Syntax, Values
from git_session.session import Session
from git_session.views import document
from git_session.workspace import Workspace, open_workspace, require_work_tree

ABOUT = 'Go on with a session: switch to it, say what happened since, print the brief.'
FORMS = {'': Syntax('[<branch>]', 0, 1, FORMAT)}


def run(action: str, values: Values) -> int:
    here = open_workspace()
    require_work_tree(here)
    exchange.keep_up(here)
    wanted = checkout.previous() if values.operand == '-' else values.operand
    branch = _branch(here) if wanted is None else wanted
    arrived = False
    if branch != here.repo.branch:
        _require_session(here, branch)
        here = checkout.switch(here, branch, carry=False)
        arrived = True
    comes = here.session is None
    if comes:
        here = _reopen(here, branch)
    session = here.require()
    happened = _happened(here, left(here.events, session))
    checkout.enter(here)
    if not arrived:
        putaside.take_back(here)
    putaside.settle(here)
    for text in happened:
        output.talk(text)
    forge.refresh(here)
    brief.show(here, as_json=values.json)
    if comes and session.handoffs and not values.json:
        said = document.shown(ending.handoff_text(here, time.time()), here.style())
        output.out('\n' + said)
    return 0


def _branch(here: Workspace) -> str:
    """The current branch if it has a session, else the one that was active last."""
    if here.session is not None and here.repo.branch is not None:
        return here.repo.branch
    branch = here.repo.branch
    if branch is not None and ending.resumable(here.repo, branch) is not None:
        return branch
    live = eventlog.live(here.repo.sessions)
    if not live:
        raise SessionError(
            'no session to resume', "start one with 'git session start <branch>'", status=REFUSED
        )
    return max(live, key=lambda branch: (_last_active(here, branch), branch))


def _last_active(here: Workspace, branch: str) -> float:
    return archive.load(eventlog.directory(here.repo.sessions, branch))[0].last_active


def _reopen(here: Workspace, branch: str) -> Workspace:
    """Go on with the session that had ended on the branch, as its handoff says."""
    name = ending.resumable(here.repo, branch)
    if name is None:
        return here
    for text in checkout.ensure_hooks(here.repo):
        output.talk(output.plain(text))
    ending.reopen(here.repo, branch, name)
    there = open_workspace(reconcile=False)
    had_ended = there.require().state == 'ended'
    maker = there.maker()
    maker.add('resume', reason='reopened' if had_ended else 'taken over')
    there.record(maker.made)
    output.talk(f'session {name} ' + ('had ended; it goes on' if had_ended else 'goes on here'))
    return open_workspace()


def _require_session(here: Workspace, branch: str) -> None:
    """Refuse before anything is switched when the branch has no session to go on with."""
    checkout.check_name(branch)
    live = eventlog.session_id(eventlog.directory(here.repo.sessions, branch))
    if live is None and ending.resumable(here.repo, branch) is None:
        raise SessionError(
            f"no session on branch '{branch}'",
            f"start one with 'git session start {branch}'", status=REFUSED,
        )  # fmt: skip


_COMING = ('resume', 'merge', 'rewrite', 'rename', 'wip.restore')


def left(events: list[Event], session: Session) -> float:
    """When somebody here last worked on the session, in epoch seconds.

    Coming back is not work yet, and what git or other people did is what is asked for.
    """
    for event in reversed(events):
        came = event.type in _COMING or event.facts.get('via')
        if not came and event.is_known and event.id not in session.undone:
            return event.time
    return 0.0


def _happened(here: Workspace, since: float) -> list[str]:
    """What happened while the session was away, in words."""
    session, work = here.require(), here.work()
    mine = git.identity().rpartition('<')[2].rstrip('>')
    ours = {each.oid: each for each in work.commits}
    rewritten = set(session.rewritten.values())
    fresh = [
        each for each in _arrived(session, f'refs/heads/{session.branch}', since)
        if each.oid in ours and each.oid not in rewritten and not each.is_merge
    ]  # fmt: skip
    own = [each for each in fresh if each.email == mine]
    others = sorted({each.name for each in fresh if each.email != mine})
    said = [f'last active {words.age(since, time.time())}'] if since else []
    if own:
        said.append(f'{words.count(len(own), "commit")} of yours since then')
    if others:
        number = words.count(len(fresh) - len(own), 'commit')
        said.append(f'{number} by {", ".join(map(output.line, others))} since then')
    moved = _arrived(session, session.base_ref, since) if session.base_ref else ()
    if moved:
        name = session.base_ref.removeprefix('refs/heads/').removeprefix('refs/remotes/')
        said.append(f'{output.line(name)} moved on by {words.count(len(moved), "commit")}')
    return said


def _arrived(session: Session, ref: str, since: float) -> tuple[Commit, ...]:
    """The commits that came to a ref after a moment, by its reflog, whatever their dates."""
    head = git.resolve(ref)
    if head is None or not since:
        return ()
    before = git.resolve(f'{ref}@{{{int(since)}}}')
    if before is None:  # no reflog
        return tuple(each for each in history.between(session.base, head) if each.time > since)
    return history.between(before, head) if before != head else ()
