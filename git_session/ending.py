"""Finishing a session: its merge, its handoff, its last events, its way into the archive."""

from __future__ import annotations

import os
import time

from git_session import (
    archive,
    bindings,
    branchwork,
    checkout,
    eventlog,
    gates,
    git,
    handover,
    merged,
    output,
    putaside,
    sharing,
)
from git_session.analysis import figures
from git_session.errors import FATAL, REFUSED, SessionError
from git_session.record import Record
from git_session.workspace import Workspace, tell_plugins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container

    from git_session.wiprefs import Saved


def handoff_text(
    here: Workspace, written: float, aside: Saved | None = None, *, strict: bool = False
) -> str:
    """The handoff of the session of this workspace; `aside` is what was just saved.

    With `strict` a template that cannot be used raises SessionError.
    """
    session, work = here.require(), here.work()
    where = []
    if work.uncommitted and aside is None:
        where = ['The uncommitted changes are in the working tree of this machine only.']
    for told in putaside.told(here.repo, session):
        where.append(f'{output.markdown(told[0].upper() + told[1:])}.')
    saved = '\n'.join(where)
    return handover.text(here, written, saved, strict=strict)


def _write_handoff(here: Workspace, aside: Saved | None) -> str:
    """Write handoff.md beside the log; its text."""
    text = handoff_text(here, time.time(), aside)
    eventlog.write_file(os.path.join(here.place, 'handoff.md'), text)
    return text


class Merge(Record):
    """A merge that was made; `gates` names the quality gates that had failed before it."""

    into: str  # the branch
    gates: tuple[str, ...] = ()
    is_overridden: bool = False  # they would have refused it


def finish(
    here: Workspace,
    *,
    with_handoff: bool,
    merge: Merge | None = None,
    aside: Saved | None = None,
) -> str:
    """End the session and archive it; the text of its handoff, '' without one.

    All figures are taken before anything is archived.  What cannot be published
    now is in the log and only warned about.  Raises SessionError (REFUSED) when
    another process has ended it meanwhile.
    """
    name, sessions = here.require().id, here.repo.sessions
    with eventlog.lock(sessions, name=eventlog.ENDING):
        if eventlog.session_id(here.place) != name:
            raise SessionError(f'session {name} has ended already, just now', status=REFUSED)
        text = _finish(here, with_handoff=with_handoff, made=merge, aside=aside)
    eventlog.write_file(os.path.join(here.repo.gitdir, 'session-branch'), '')
    tell_plugins(here.repo.top, None)
    return text


def _finish(here: Workspace, *, with_handoff: bool, made: Merge | None, aside: Saved | None) -> str:
    session, work = here.require(), here.work()
    maker = here.maker()
    if aside is not None:
        maker.add('wip.save', commit=aside.commit, files=aside.files)
    last = session.checkpoints[-1] if session.checkpoints else None
    if work.head and (last is None or last.commit != work.head):
        impact = figures.impact(here.quality().figures)
        maker.add('checkpoint', commit=work.head, label='end', impact=impact)
    if with_handoff and work.head:
        maker.add('handoff', commit=work.head)
    result = merged.Outcome('merged', 'refs/heads/' + made.into) if made else None
    result = result or merged.find(session, work.head or '')
    maker.add(
        'end', head=work.head, result=result.result if result else 'ended',
        into=result.into if result else '', gates=list(made.gates) if made else [],
        overridden=(made.is_overridden or None) if made else None,
    )  # fmt: skip
    here.record(maker.made)
    text = _write_handoff(here, aside) if with_handoff else ''
    sharing.publish(here.repo, [here.place], here.config)
    ended = here.require()
    record = archive.summary(ended, idle=here.idle, figures=branchwork.figures(work))
    with eventlog.lock(here.repo.sessions):
        archive.put(here.repo.sessions, here.place, ended, record)
    bindings.unbind(ended.branch)
    return text


def merge(here: Workspace, target: str, *, is_overridden: bool = False) -> Merge:
    """Merge the session's branch into `target` and stay there.

    A failed quality gate refuses it, unless it is overridden or the configuration says not to.
    On any failure branch, index and files are as they were, git's own words have
    been shown, and SessionError is raised.
    """
    branch = here.require().branch
    _check_merge(here, branch, target)
    failed = gates.hold(here, branch, target, is_overridden=is_overridden)
    # A file that is ignored here and tracked there would be overwritten silently.
    switched = git.act('switch', '--no-guess', '--no-overwrite-ignore', target, capture=True)
    if switched.status != 0 and not git.is_on(target):  # but for a hook that failed after it
        checkout.settle()
        raise git.failure(switched)
    try:
        merged = _merge(branch, here.repo.head or '')
    except KeyboardInterrupt:
        _back(branch, target)
        raise
    if merged.status == 0:
        output.talk(output.plain(switched.err + merged.out + merged.err))
        return Merge(target, failed, is_overridden and bool(failed))
    output.talk(output.plain(merged.out + merged.err))
    _back(branch, target)
    raise SessionError(
        f"cannot merge '{branch}' into '{target}'; nothing was changed",
        f"put right what git says, or merge '{target}' into '{branch}' first; then end again",
        status=REFUSED,
    )


def _check_merge(here: Workspace, branch: str, target: str) -> None:
    if not git.ref_exists('refs/heads/' + target):
        raise SessionError(f"no branch '{target}' to merge to", status=REFUSED)
    if target == branch:
        raise SessionError(f"cannot merge '{branch}' into itself", status=REFUSED)
    if any(each.xy != '??' for each in here.work().uncommitted):
        raise SessionError(
            'cannot merge: you have uncommitted changes',
            "commit them, or 'git session checkpoint -a'", status=REFUSED,
        )  # fmt: skip


def _merge(branch: str, head: str) -> git.Reply:
    name = branch if git.resolve(branch) == head else f'refs/heads/{branch}'  # a tag of that name
    # A squash or a merge without a commit, as branch.<name>.mergeOptions may ask
    # for, would leave the branch unmerged.
    return git.act('merge', '--no-edit', '--commit', '--no-squash', name, capture=True)


def _back(branch: str, target: str) -> None:
    """Undo a merge that failed and return to the branch."""
    aborted = git.act('merge', '--abort', capture=True)  # fails when git did not even begin
    if aborted.status != 0 and git.resolve('MERGE_HEAD'):
        # A reference-transaction hook that refuses the merge refuses this too: without refs.
        git.act('read-tree', '--reset', '-u', 'HEAD', capture=True)
        git.act('merge', '--quit', capture=True)
    # Somebody may have moved the target after we had switched to it: follow, or what is new
    # there would go along as if it had been taken out.
    checkout.settle()
    back = git.act('switch', '--no-guess', branch, capture=True)
    if back.status != 0 and not git.is_on(branch):
        raise SessionError(
            f"merge failed, and cannot switch back to '{branch}': {back.err.strip()}",
            f"you are on '{target}'; nothing was ended", status=FATAL,
        )  # fmt: skip


def put_away(here: Workspace, branch: str, session_id: str, how: merged.Outcome) -> None:
    """Archive the live session of a branch, which is over."""
    with eventlog.lock(here.repo.sessions):
        bindings.finish(
            here.repo, branch, session_id, result=how.result, into=how.into, idle=here.idle
        )
    bindings.unbind(branch)


def ended(repo: git.Repository, branch: str, *results: str) -> str | None:
    """The id of the newest session of the branch that ended so, None when none did."""
    return _newest(repo, branch, results)


def _newest(repo: git.Repository, branch: str, results: Container[str | None]) -> str | None:
    """The id of the newest session of the branch in the archive with one of these results."""
    found = [
        record['session']
        for record in archive.index(repo.sessions)
        if record.get('branch') == branch and record.get('result') in results
    ]
    return found[-1] if found else None


def resumable(repo: git.Repository, branch: str) -> str | None:
    """The id of the newest session of the branch in the archive that can go on, if any.

    It has ended, was left alone, or comes from another clone, where it may still go
    on.  One whose branch was merged or is gone does not.
    """
    return _newest(repo, branch, ('ended', 'left', None))


def reopen(repo: git.Repository, branch: str, session_id: str) -> None:
    """Bring a session back from the archive to its branch."""
    with eventlog.lock(repo.sessions):
        archive.take(repo.sessions, session_id, eventlog.directory(repo.sessions, branch))
    bindings.bind(branch, session_id)
