"""Work in progress together with its session: put aside when it is left, taken back later."""

from __future__ import annotations

from git_session import eventlog, events, git, output, wip, wiprefs, words
from git_session.archive import load
from git_session.errors import SessionError
from git_session.eventlog import Maker
from git_session.session import Session
from git_session.views.quoting import name
from git_session.wiprefs import Saved
from git_session.workspace import Workspace


def is_possible(repo: git.Repository) -> bool:
    """Whether a working tree can be put aside: on a branch with a commit, in no operation.

    In the middle of a merge or a rebase it is left alone: git itself refuses to leave then.
    """
    return repo.branch is not None and repo.head is not None and not wip.operation(repo)


def put_aside(here: Workspace) -> Saved | None:
    """Save the working tree of the current branch; None where there is nothing to save."""
    if here.repo.branch is None or not is_possible(here.repo):
        return None
    return wip.save(here.repo, here.settings, here.repo.branch)


def take_back(there: Workspace) -> None:
    """Restore what is saved of the branch we are on, or say why that is not possible."""
    saved = wiprefs.find(there.repo, there.repo.branch)
    if saved is None:
        return
    try:
        restore(there, saved)
    except SessionError as error:
        output.warn(error.message)
        for text in error.hints:
            output.hint(text)


def restore(here: Workspace, saved: Saved) -> None:
    """Restore a saved state, record that and say it."""
    wip.restore(here.repo, here.settings, saved)
    here.forget_work()
    record(here, saved, 'wip.restore', commit=saved.commit)
    output.talk(f'restored work in progress of {words.count(saved.files, "file")}')
    if saved.older:
        output.hint("older work in progress is still saved: 'git session wip'")


def record(here: Workspace, saved: Saved, type: str, **facts: object) -> None:
    """Record an event in the session of the branch that the state is of, if it has one."""
    if saved.branch == here.repo.branch and here.session is not None:
        maker = here.maker()
        maker.add(type, **facts)
        here.record(maker.made)
        return
    place = eventlog.directory(here.repo.sessions, saved.branch)
    name = eventlog.session_id(place)
    if name is None:
        return
    with eventlog.lock(here.repo.sessions):
        if eventlog.session_id(place) != name:
            return  # it has just ended or moved
        known = load(place)[1]
        maker = Maker(name, git.identity(), known[-1].id if known else '')
        maker.add(type, **facts)
        eventlog.append(place, [events.encode(each) for each in maker.made])


def settle(here: Workspace) -> None:
    """Record what came back or was dropped while the session had ended."""
    session = here.require()
    if not session.saved:
        return
    newest = wiprefs.find(here.repo, here.repo.branch)
    still = {each.commit for each in (newest, *wiprefs.older(newest))} if newest else set()
    maker = here.maker()
    for commit in session.saved.keys() - still:
        if git.ask('cat-file', '-e', commit).status == 0:  # else it is on another machine
            maker.add('wip.restore', commit=commit)
    if maker.made:
        here.record(maker.made)


def told(repo: git.Repository, session: Session) -> list[str]:
    """What is saved of the branch of a session, here or elsewhere, in one line each."""
    here = wiprefs.told(wiprefs.find(repo, session.branch), session.branch, repo.branch)
    found = [here] if here else []
    for each in session.saved.values():
        if git.ask('cat-file', '-e', each.commit).status != 0:
            by = f' by {name(each.by)}' if each.by else ''
            number = words.count(each.files, 'file')
            found.append(f'work in progress of {number} was saved{by} and is not on this machine')
    return found
