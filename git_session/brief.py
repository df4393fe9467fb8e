"""Gathering what a brief is made of, bounded by the session, and showing it."""

from __future__ import annotations

import os
import time

from git_session import (
    dates,
    forge,
    gates,
    git,
    history,
    knowledge,
    merged,
    output,
    presence,
    putaside,
)
from git_session.analysis.remarks import remarks
from git_session.context import Look, remember
from git_session.replay import replay
from git_session.session import Session
from git_session.views import brief, sections, since
from git_session.views.brief import Scene
from git_session.views.quoting import branch
from git_session.views.sections import Section
from git_session.views.since import News, Since
from git_session.workspace import Workspace

DEFAULT_BUDGET = 8000  # characters
LEAST_BUDGET = 400
SHORT_BUDGET = 2500


def show(here: Workspace, *, budget: int = DEFAULT_BUDGET, as_json: bool = False) -> None:
    """Print the brief of the session of this workspace."""
    if not as_json:
        output.out(_shown(here, text(here, budget=budget)), git.pager)
        return
    scene = _scene(here, Look(here))
    session, work = here.require(), here.work()
    found = brief.sections(session, work, scene)
    output.json(brief.data(session, work, found, scene))


def _shown(here: Workspace, said: str) -> str:
    """For a terminal in lines that fit; agents wait for it, and do without what that takes."""
    style = here.style()
    if not style.terminal:
        return said
    from git_session.views import document

    return document.shown(said, style)


def text(here: Workspace, *, budget: int = DEFAULT_BUDGET) -> str:
    """The brief in at most `budget` characters."""
    scene = _scene(here, Look(here))
    found = brief.sections(here.require(), here.work(), scene)
    return sections.text(f'Session {here.require().id}', found, budget)


def short(here: Workspace, *, then: float | None = None, budget: int = SHORT_BUDGET) -> str:
    """The short form for one who knew it all: what is new since `then`, where things stand, next.

    `then` is in epoch seconds.  At most `budget` characters.
    """
    session, work = here.require(), here.work()
    found = brief.short(session, work, _scene(here, None))
    if then is not None:
        moment = Since(then)
        found = [*sections.joined(f'New since {moment.shown(here.dates)}', _news(here, moment)[2]),
                 *found]  # fmt: skip
    return sections.text(f'Session {session.id}', found, budget)


def show_since(here: Workspace, given: str, *, budget: int, as_json: bool) -> None:
    """Print what is new since a revision or a time; raises SessionError (USAGE) for neither."""
    moment = _moment(here, given)
    before, news, found = _news(here, moment)
    session = here.require()
    if as_json:
        output.json(since.data(before, session, news, moment, found, here.repo.head))
        return
    title = f'Session {session.id} since {moment.shown(here.dates)}'
    said = sections.text(title, found, budget) if found else f'# {title}\n\nnothing is new\n'
    output.out(_shown(here, said[:budget]), git.pager)


def _scene(here: Workspace, look: Look | None) -> Scene:
    """What the brief is made of; without a `look` nothing of context files and history."""
    session, work, config = here.require(), here.work(), here.config
    judged, now = gates.judge(here), time.time()
    remarked = remarks(
        session, lost=here.lost, off=here.off, merged=merged.in_base(session, work),
        saved=putaside.told(here.repo, session),
        others=[*presence.told(here.repo), *forge.told(here)],
    )  # fmt: skip
    scene = Scene(
        now, here.idle, _me(here), config['session.auto_track'], measured=here.quality(),
        judged=judged, remarks=tuple(remarked),
    )  # fmt: skip
    if look is None:
        return scene
    known = knowledge.read(
        here.repo.top or '', config['context.architecture'], config['context.patterns'],
        config['context.conventions'],
    )  # fmt: skip
    around = look.around(now)
    remember(here, around)
    return scene.replace(knowledge=known, around=around)


def _me(here: Workspace) -> str:
    """The mail address of the reader, without a process where git's configuration has it."""
    return (
        os.environ.get('GIT_AUTHOR_EMAIL')
        or here.setting('author.email')
        or here.setting('user.email')
        or git.identity().rpartition('<')[2].rstrip('>')
    )


# --- what is new


def _moment(here: Workspace, given: str) -> Since:
    oid = git.resolve(given)
    if oid is None:
        return Since(dates.moment(given, 'since', 'a revision or a date'))
    told = [
        event.time for event in here.events
        if event.type in ('commit', 'checkpoint') and event.facts.get('commit') == oid
        and (event.type == 'commit' or event.facts.get('committed'))
    ]  # fmt: skip
    # Commits know the second only: what came before one in its second is no news.
    made = [each.time + 0.999 for each in history.describe([oid])]
    return Since(max([*told, *made]), oid)


def _news(here: Workspace, moment: Since) -> tuple[Session, News, list[Section]]:
    """The session as it was, what git says is new, and the sections."""
    session, work = here.require(), here.work()
    before = replay(session.id, [each for each in here.events if each.time <= moment.moment])
    news = News()
    if work.head:
        commits = (
            history.between(moment.commit, work.head) if moment.commit
            else tuple(each for each in work.commits if each.time > moment.moment)
        )  # fmt: skip
        parents = commits[-1].parents if commits else ()
        start = moment.commit or (parents[0] if parents else '')
        changes = history.changed(start, work.head) if start and commits else ()
        late = history.between(work.head, work.base) if work.behind else ()
        missing = sum(each.time > moment.moment for each in late)
        news = News(commits, changes, missing, branch(work.base_name))
    found = since.sections(before, session, news, me=_me(here), date_format=here.dates)
    return before, news, found
