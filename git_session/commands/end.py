"""`git session end`: finish the session, merge it, hand it over, archive it."""

from __future__ import annotations

import time

from git_session import archive, ending, git, output
from git_session.errors import FATAL, REFUSED, SessionError
from git_session.options import Option, Syntax, Values
from git_session.views import files, words
from git_session.workspace import Workspace, open_workspace, require_work_tree

ABOUT = 'Finish the session: write the handoff, merge if asked to, archive.'
FORMS = {
    '': Syntax(
        '', 0, 0,
        (
            Option(('--handoff',), 'print the handoff (session.handoff_on_end)', negatable=True),
            Option(('--summary',), 'print the figures', negatable=True),
            Option(('--merge-to',), 'merge the branch into this one first', value='branch'),
            Option(('--keep-branch',), 'keep the branch, which is the default'),
            Option(('--delete-branch',), 'delete the branch when it is merged'),
        ),
    )
}  # fmt: skip


def run(action: str, values: Values) -> int:
    here = open_workspace()
    require_work_tree(here)
    _refuse_twice(here)
    session, work = here.require(), here.work()
    if values.flag('keep-branch') and values.flag('delete-branch'):
        raise SessionError("options '--keep-branch' and '--delete-branch' cannot be used together",
                           status=129)  # fmt: skip
    target = values.text('merge-to')
    if values.flag('delete-branch') and not target:
        raise SessionError("'--delete-branch' needs '--merge-to <branch>'", status=129)
    if target:
        _merge(here, target)
    wanted = values.choice('handoff')
    with_handoff = here.config['session.handoff_on_end'] if wanted is None else wanted
    text = ending.finish(here, with_handoff=with_handoff, into=target or '')
    if text:
        output.out(text, git.pager)
    if values.choice('summary') is not False:
        done, total = files.progress(session)
        active = words.duration(session.active_seconds(here.idle))
        output.talk(
            f'ended {session.id}: {done} of {words.count(total, "objective")} done, '
            f'{words.count(len(work.commits), "commit")}, +{work.added} -{work.deleted}, '
            f'active time {active}'
        )
    if work.uncommitted:
        output.hint(
            f'{words.count(len(work.uncommitted), "uncommitted change")} left in the working tree'
        )
    if values.flag('delete-branch'):
        reply = git.act('branch', '-d', session.branch)
        return reply.status
    return 0


def _refuse_twice(here: Workspace) -> None:
    if here.session is None and here.repo.branch:
        ended = [
            record for record in archive.index(here.repo.sessions)
            if record.get('branch') == here.repo.branch
        ]  # fmt: skip
        if ended:
            when = words.age(ended[-1]['last_active'], time.time())
            raise SessionError(
                f"session {ended[-1]['session']} has ended already, {when}",
                "take that back with 'git session undo', or start a new one", status=REFUSED,
            )  # fmt: skip


def _merge(here: Workspace, target: str) -> None:
    """Merge the session's branch into `target` and stay there.

    On any failure branch, index and files are as they were, git's own words have
    been shown, and SessionError is raised.
    """
    branch = here.require().branch
    if not git.ref_exists('refs/heads/' + target):
        raise SessionError(f"no branch '{target}' to merge to", status=REFUSED)
    if target == branch:
        raise SessionError(f"cannot merge '{branch}' into itself", status=REFUSED)
    changed = [each for each in here.work().uncommitted if each.xy != '??']
    if changed:
        raise SessionError(
            'cannot merge: you have uncommitted changes',
            "commit them, or 'git session checkpoint -a'", status=REFUSED,
        )  # fmt: skip
    switched = git.act('switch', '--no-guess', target, capture=True)
    if switched.status != 0:
        raise git.failure(switched)
    merged = git.act('merge', '--no-edit', branch, capture=True)
    output.talk(output.plain((merged.out + merged.err).strip()))
    if merged.status == 0:
        return
    git.act('merge', '--abort', capture=True)  # fails when git did not even begin
    back = git.act('switch', '--no-guess', branch, capture=True)
    if back.status != 0:
        raise SessionError(
            f"merge failed, and cannot switch back to '{branch}': {back.err.strip()}",
            f"you are on '{target}'; nothing was ended", status=FATAL,
        )  # fmt: skip
    raise SessionError(
        f"cannot merge '{branch}' into '{target}'; nothing was changed",
        f'merge {target} into this branch, resolve the conflicts, then end again',
        status=REFUSED,
    )
