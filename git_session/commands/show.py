"""`git session show`: one session whole."""

from __future__ import annotations

import time

from git_session import forge, git, output, tdd, words
from git_session.analysis import figures
from git_session.options import FORMAT, Syntax, Values
from git_session.output import Style
from git_session.session import Blocker, Checkpoint, Decision, Session
from git_session.views import activetime, files, log
from git_session.views import tdd as tdd_view
from git_session.workspace import Workspace, open_workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

ABOUT = 'Show one session whole: its lists, checkpoints, notes, commits and events.'
FORMS = {'': Syntax('[<session>]', 0, 1, FORMAT)}


def run(action: str, values: Values) -> int:
    here = open_workspace()
    session, events = here.chosen(values.operand)
    if values.json:
        built = tdd_view.data(session, tdd.figures(here, session))
        output.json({'schema': 'git-session/show/1', **files.state(session, idle=here.idle),
                     'tdd': built,
                     'events': log.data(session, events)['events']})  # fmt: skip
        return 0
    style = here.style()
    text = _text(here, session, style) + '\n' + style.paint('Events', 'bold') + '\n'
    text += log.text(session, events, style=style, date_format=here.dates)
    output.out(text, git.pager)
    return 0


def _text(here: Workspace, session: Session, style: Style) -> str:
    now = time.time()
    driven = tdd.figures(here, session)
    name, branch = style.paint(session.id, 'bold'), output.line(session.branch)
    lines = style.items('', f'Session {name} on {branch} ({session.state})')
    author = output.line(session.author or 'unknown')
    head = [f'started {words.date(session.started, here.dates)} by {author}']
    if session.ended:
        result = session.end.get('result', 'ended')
        into = f' into {output.line(session.end["into"])}' if session.end.get('into') else ''
        head.append(f'{result}{into} {words.date(session.ended, here.dates)}')
    linked = _linked(here, session)
    if session.issue:
        head.append(f'issue {linked[session.issue]}')
    head.append(f'active time {words.duration(session.active_seconds(here.idle))}')
    lines += [one for each in head for one in style.items('  ', each, hang=2)]
    spent = activetime.lines(session, here.idle, words.day)
    for title, items in (
        ('Objectives', [f'{each.name} {each.text}: {each.state}' for each in session.objectives]),
        ('Active time', spent if len(spent) > 1 else []),
        ('Blockers', [_blocker(each, linked) for each in session.blockers]),
        ('Decisions', [_decision(each) for each in session.decisions]),
        ('Checkpoints', [_checkpoint(each, now) for each in session.checkpoints]),
        ('TDD', tdd_view.text(driven, now) if driven is not None else []),
        ('Notes', [each.text for each in session.notes]),
        ('Dead ends', [each.text for each in session.dead_ends]),
        ('Commits', [words.short(commit) for commit in session.commits]),
    ):  # fmt: skip
        if items:
            lines += ['', style.paint(title, 'bold')]
            lines += [one for item in items for one in style.items('  ', output.line(item), hang=2)]
    return '\n'.join(lines) + '\n'


def _decision(each: Decision) -> str:
    why = f'; because {each.rationale}' if each.rationale else ''
    instead = f'; not {", ".join(each.alternatives)}' if each.alternatives else ''
    return f'{each.name} {each.text}{why}{instead}' + (
        ' (superseded)' if each.superseded_by else ''
    )


def _linked(here: Workspace, session: Session) -> dict[str, str]:
    """``#12: https://...`` for each issue of the session, as far as it leads somewhere."""
    texts = [session.issue, *(each.issue for each in session.blockers)]
    found = forge.links(here, session) if any(texts) else {}
    return {
        each: output.line(f'{each}: {found[each]}' if each in found else each) for each in texts
    }


def _blocker(each: Blocker, linked: Mapping[str, str]) -> str:
    how = f' ({each.how})' if each.how else ''
    issue = f' ({linked[each.issue]})' if each.issue else ''
    return f'{each.name} {each.text}: {each.state}{how}{issue}'


def _checkpoint(each: Checkpoint, now: float) -> str:
    parts = (words.age(each.at, now), words.short(each.commit), each.label, each.message,
             'automatic' if each.auto else '')  # fmt: skip
    measured = ', '.join(figures.lines(each.impact, {}))
    return ' '.join(part for part in parts if part) + (f' ({measured})' if measured else '')
