"""Gathering what a brief is made of, bounded by the session, and showing it."""

from __future__ import annotations

import time

from git_session import gates, git, knowledge, merged, output, putaside, words
from git_session.analysis.gates import Judged
from git_session.analysis.remarks import remarks
from git_session.analysis.steps import next_steps
from git_session.history import Work
from git_session.views import brief
from git_session.views.brief import Section
from git_session.workspace import Workspace

_LOOK_BACK = 300  # commits of the base in which others are looked for


def show(here: Workspace, *, budget: int = brief.DEFAULT_BUDGET, as_json: bool = False) -> None:
    """Print the brief of the session of this workspace."""
    session = here.require()
    judged = gates.judge(here)
    found = gather(here, judged)
    if as_json:
        work, measured = here.work(), here.quality()
        output.json(
            brief.data(session, work, found, idle=here.idle, measured=measured, judged=judged)
        )
    else:
        output.out(brief.text(session, found, budget), git.pager)


def gather(here: Workspace, judged: Judged) -> list[Section]:
    """The sections of the brief."""
    session, work = here.require(), here.work()
    config = here.config
    known = knowledge.read(
        here.repo.top or '', config['context.architecture'], config['context.patterns'],
        config['context.conventions'],
    )  # fmt: skip
    remarked = remarks(
        session, lost=here.lost, off=here.off, merged=merged.in_base(session, work),
        saved=putaside.told(here.repo, session),
    )  # fmt: skip
    return brief.sections(
        session, work, next_steps(session, work), knowledge=known,
        track=config['session.auto_track'],
        measured=here.quality(), judged=judged, others=_others(work), remarks=remarked,
        now=time.time(), idle=here.idle,
    )  # fmt: skip


def _others(work: Work) -> list[str]:
    """Who else changed the files of this session lately, in words."""
    if not work.changes or not work.base:
        return []
    reply = git.ask(
        'log', f'-{_LOOK_BACK}', '--no-merges', '--name-only', '-z',
        '--format=%x01%an%x02%ae%x02', work.base, '--',
    )  # fmt: skip
    own = {commit.email for commit in work.commits}
    paths = {each.path for each in work.changes}
    counts: dict[str, int] = {}
    for entry in reply.out.split('\1')[1:]:
        name, email, names = entry.split('\2', 2)
        touched = {path.lstrip('\n') for path in names.split('\0')}
        if email not in own and touched & paths:
            counts[name] = counts.get(name, 0) + 1
    busiest = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:5]
    if not busiest:
        return []
    shown = ', '.join(f'{output.line(name)} ({words.count(n, "commit")})' for name, n in busiest)
    return [f'others in these files, last {_LOOK_BACK} commits of the base: {shown}']
