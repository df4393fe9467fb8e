"""`git session end`: finish the session, merge it, hand it over, archive it."""

from __future__ import annotations

import time

from git_session import (
    archive,
    checkout,
    ending,
    exchange,
    git,
    handover,
    output,
    putaside,
    tdd,
    wip,
    words,
)
from git_session.analysis.steps import next_steps
from git_session.errors import REFUSED, USAGE, SessionError
from git_session.options import FORMAT, Option, Syntax, Values
from git_session.views import document, files, handoff
from git_session.workspace import Workspace, open_workspace, require_work_tree

ABOUT = 'Finish the session: write the handoff, merge if asked to, archive.'
FORMS = {
    '': Syntax(
        '', 0, 0,
        (
            Option(('--handoff',), 'print the handoff (session.handoff_on_end)', negatable=True),
            Option(('--summary',), 'print the figures', negatable=True),
            Option(('--merge-to',), 'merge the branch into this one first', value='branch'),
            Option(('--no-gate',), 'merge even if a quality gate fails'),
            Option(('--push',), 'push the session (session.sync)', negatable=True),
            Option(('--keep-branch',), 'keep the branch, which is the default'),
            Option(('--delete-branch',), 'delete the branch when it is merged'),
            *FORMAT,
        ),
    )
}  # fmt: skip

_MOST_GAPS = 3


def run(action: str, values: Values) -> int:
    target = _target(values)
    here = open_workspace(work=True)
    require_work_tree(here)
    _refuse_twice(here)
    session, work = here.require(), here.work()
    here.quality()  # now: reports are old once a merge or what puts work aside writes files anew
    facts = handover.facts(here, time.time()) if values.json else None
    made = None
    if target is not None:
        made = ending.merge(here, target, is_overridden=values.flag('no-gate'))
    wanted = values.choice('handoff')
    with_handoff = here.config['session.handoff_on_end'] if wanted is None else wanted
    aside = putaside.put_aside(here) if target is None else None
    try:
        text = ending.finish(here, with_handoff=with_handoff, merge=made, aside=aside)
    except (SessionError, OSError):
        if aside is not None:
            wip.restore(here.repo, here.settings, aside)
        raise
    if facts is not None:
        ended = here.require()
        facts = facts.replace(
            session=ended, steps=tuple(next_steps(ended, work)), written=ended.ended,
            tdd=tdd.figures(here),
        )  # fmt: skip
        output.json(handoff.data(facts))
    elif text:
        output.out(document.shown(text, here.style()), git.pager)
    if values.choice('summary') is not False:
        output.talk(_summary(here))
    if text:
        _tell_gaps(here, text)
    if aside is not None:
        output.talk(f'saved work in progress of {words.count(aside.files, "file")}')
        output.hint("bring it back with 'git session wip restore'")
    elif work.uncommitted:
        output.hint(
            f'{words.count(len(work.uncommitted), "uncommitted change")} left in the working tree'
        )
    wanted = values.choice('push')
    if exchange.syncs(here) if wanted is None else wanted:
        exchange.hand_on(here)
    if target is not None:
        _arrive()
    if values.flag('delete-branch'):
        return git.act('branch', '-d', session.branch).status
    return 0


def _tell_gaps(here: Workspace, text: str) -> None:
    """Hint at what only its author can put right; what is left lying here is told anyway."""
    told = ('objective', 'file', 'section', 'leftover', 'stash')
    found = [each.text for each in handover.gaps(here, text) if each.kind in told]
    for each in found[:_MOST_GAPS]:
        output.hint(f'the next one will miss: {each}')
    if len(found) > _MOST_GAPS:
        output.hint(f'and {len(found) - _MOST_GAPS} more')


def _target(values: Values) -> str | None:
    """The branch to merge to, if any; raises SessionError (USAGE) on options that disagree."""
    target = values.text('merge-to')
    if values.flag('keep-branch') and values.flag('delete-branch'):
        raise SessionError(
            "options '--keep-branch' and '--delete-branch' cannot be used together", status=USAGE
        )
    if values.flag('delete-branch') and target is None:
        raise SessionError("'--delete-branch' needs '--merge-to <branch>'", status=USAGE)
    if values.flag('no-gate') and target is None:
        raise SessionError("'--no-gate' needs '--merge-to <branch>'", status=USAGE)
    return target


def _arrive() -> None:
    """We are on the branch that was merged to: go on with its session, if it has one."""
    there = open_workspace()
    if there.session is not None:
        checkout.enter(there)


def _summary(here: Workspace) -> str:
    session, work = here.require(), here.work()
    done, total = files.progress(session)
    goals = f'{done} of {words.count(total, "objective")} done, ' if total else ''
    active = words.duration(session.active_seconds(here.idle))
    return (
        f'ended {session.id}: {goals}{words.count(len(work.commits), "commit")}, '
        f'+{work.added} -{work.deleted}, active time {active}'
    )


def _refuse_twice(here: Workspace) -> None:
    """Say so when the last session of this branch has ended already."""
    if here.session is not None or not here.repo.branch:
        return
    ended = [
        record for record in archive.index(here.repo.sessions)
        if record.get('branch') == here.repo.branch and record.get('result') != 'gone'
    ]  # fmt: skip
    if ended:
        when = words.age(ended[-1]['last_active'], time.time())
        raise SessionError(
            f"session {ended[-1]['session']} has ended already, {when}",
            "take that back with 'git session undo', or start a new one", status=REFUSED,
        )  # fmt: skip
