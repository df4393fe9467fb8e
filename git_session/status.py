"""Gathering what a status shows, and showing it."""

from __future__ import annotations

import os
import time

from git_session import eventlog, gates, git, merged, output, presence, words
from git_session.analysis.gates import Judged
from git_session.analysis.remarks import remarks
from git_session.analysis.steps import next_steps
from git_session.views import gates as gates_view
from git_session.views import status
from git_session.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from git_session.analysis.tdd import Figures


def show(here: Workspace, *, lists: frozenset[str], verbose: bool, as_json: bool) -> None:
    """Print the status of the session of this workspace; `lists` are shown whole."""
    session, work = here.require(), here.work()
    steps, judged = next_steps(session, work), gates.judge(here)
    said = remarks(
        session, lost=here.lost, off=here.off, merged=merged.in_base(session, work),
        saved=_saved(here), others=[*presence.told(here.repo), *_outside(here)],
    ) + _stale(here)  # fmt: skip
    track = here.config['session.auto_track']
    if as_json:
        output.json(
            status.data(
                session, work, steps, idle=here.idle, remarks=said, measured=here.quality(),
                track=track, tdd=_tdd(here), judged=judged,
            )
        )  # fmt: skip
        return
    text = status.text(
        session, work, steps, style=here.style(), now=time.time(), idle=here.idle,
        date_format=here.dates, lists=lists, remarks=said, measured=here.quality(), track=track,
        more=_more(here, judged) if verbose else (), tdd=_tdd(here), judged=judged,
    )  # fmt: skip
    output.out(text, git.pager)


# What most sessions have nothing of is loaded for the others only.


def _saved(here: Workspace) -> list[str]:
    session = here.require()
    # One that was interrupted before it could record this has saved all the same.
    if not session.saved and not git.may_exist(here.repo, git.WIP + session.branch):
        return []
    from git_session import putaside

    return putaside.told(here.repo, session)


# The files of `forge` and of `ci`, under sessions/ and under that of the branch.
_OUTSIDE = ('.forge.json', 'ci.json')


def _outside(here: Workspace) -> list[str]:
    """What trackers, a forge and a CI have of this session."""
    session, places = here.require(), (here.repo.sessions, here.place)
    if not session.issue and not any(each.issue for each in session.blockers):
        paths = map(os.path.join, places, _OUTSIDE)
        if not any(map(os.path.exists, paths)):
            return []
    from git_session import forge

    return forge.told(here, names_issue=True)


# The file of context.remember: ``<time in ns> <level> <path>``.
STALE = 'context-stale'


def _stale(here: Workspace) -> list[str]:
    """The context files that needed care when somebody looked, and are the same since."""
    try:
        with open(os.path.join(here.place, STALE), encoding='utf-8') as file:
            lines = file.read(1 << 14).split('\n')[:-1]
    except (OSError, ValueError):
        return []
    found = []
    for each in lines:
        time, level, path = [*each.split(' ', 2), '', ''][:3]
        try:
            same = str(os.stat(os.path.join(here.repo.top or '.', path)).st_mtime_ns) == time
        except (OSError, ValueError):
            same = False
        if same:
            said = f'{output.line(path)} is stale ({output.line(level)})'
            found.append(f'{said}: git session context --health')
    return found


def _tdd(here: Workspace) -> Figures | None:
    session = here.require()
    if session.mode != 'tdd' and not session.phases:
        return None
    from git_session import tdd

    return tdd.figures(here)


def _more(here: Workspace, judged: Judged) -> list[str]:
    """Files, gates, patterns, hooks, storage and the configuration in force, as lines."""
    from git_session import config, hooks
    from git_session.views import activetime

    work = here.work()
    spent = activetime.lines(here.require(), here.idle, words.day)
    lines = ['', 'Active time', *(f'  {each}' for each in spent)] if spent else []
    lines += ['', 'Files']
    lines += [f'  {each.status} {output.line(each.path)}' for each in work.changes]
    lines += [f'  {each.xy} {output.line(each.path)}' for each in work.uncommitted]
    lines += gates_view.verbose(judged, gates.survey(here))
    lines += ['', 'Hooks']
    lines += [f'  {each.event}: {each.found}{" " + each.detail if each.detail else ""}'
              for each in hooks.states(here.repo)]  # fmt: skip
    size = os.stat(os.path.join(here.place, eventlog.LOG)).st_size
    lines += ['', 'Storage', f'  {output.line(here.place)}']
    lines.append(f'  {words.count(len(here.events), "event")}, {words.count(size, "byte")}')
    lines += ['', 'Configuration']
    lines += [f'  {key} = {output.line(config.typed(key, value.value))} ({value.origin})'
              for key, value in here.config.items()]  # fmt: skip
    return lines
