"""The status of a session, as text and as data."""

from __future__ import annotations

from git_session import words
from git_session.analysis.gates import Judged
from git_session.analysis.steps import Step
from git_session.branchwork import Uncommitted, Work
from git_session.events import LAST, format_time
from git_session.history import Change, Commit
from git_session.output import Style, line
from git_session.session import Session
from git_session.views import files, gates, quality
from git_session.views import tdd as tdd_view
from git_session.views.quality import NOTHING, Quality

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from git_session.analysis.tdd import Figures

_MOST_STEPS = 5
_MOST_LINES = 3  # of one text


def text(
    session: Session,
    work: Work,
    steps: Sequence[Step],
    *,
    style: Style,
    now: float,
    idle: float,
    date_format: str,
    lists: frozenset[str] = frozenset(),
    remarks: Sequence[str] = (),
    more: Sequence[str] = (),
    measured: Quality = NOTHING,
    track: bool = True,
    tdd: Figures | None = None,
    judged: Judged | None = None,
) -> str:
    """The status; `lists` names those shown whole, `remarks` and `more` are ready lines.

    With `track` a commit counts as a checkpoint.
    """
    lines = _head(session, work, style, now, idle, date_format)
    lines += _objectives(session, style, whole='objectives' in lists)
    lines += _blockers(session, style, now, whole='blockers' in lists)
    if 'decisions' in lists:
        lines += _decisions(session, style)
    lines += _changes(session, work, style, now, track=track)
    lines += quality.status(measured, style)
    if tdd is not None:
        lines += ['', style.paint('TDD', 'bold')]
        lines += [one for each in tdd_view.text(tdd, now) for one in style.wrap('  ', each)]
    if judged is not None:
        lines += gates.status(judged, style)
    if steps:
        lines += ['', style.paint('Next', 'bold')]
        for step in steps[:_MOST_STEPS]:
            lines += _step(step, style)
        if len(steps) > _MOST_STEPS:
            rest = f'  + {len(steps) - _MOST_STEPS} more: git session brief'
            lines.append(style.paint(rest, 'dim'))
    if remarks:
        wrapped = [one for remark in remarks for one in style.items('', remark)]
        lines += ['', *(style.paint(each, 'yellow') for each in wrapped)]
    lines += more
    return '\n'.join(lines) + '\n'


def _step(step: Step, style: Style) -> list[str]:
    """What to do next and the command for it, below where there is no room beside."""
    mark = f'  {style.mark("•", "-")} '
    how = f'({step.command})' if step.command else ''
    if how and style.fits(f'{step.text}  {how}', mark):
        return [f'{mark}{step.text}  {style.paint(how, "dim")}']
    below = style.wrap('    ', how) if how else []
    text = style.wrap(mark, step.text, most=_MOST_LINES)
    return [*text, *(style.paint(each, 'dim') for each in below)]


def _head(
    session: Session, work: Work, style: Style, now: float, idle: float, date_format: str
) -> list[str]:
    state = session.state
    color = {'active': 'green', 'paused': 'yellow'}.get(state, 'dim')
    name = style.paint(session.id, 'bold')
    title = f'Session {name} on {line(session.branch)} ({style.paint(state, color)})'
    lines = [title]
    if not style.fits(title):
        lines = style.wrap('Session ', f'{name} ({style.paint(state, color)})')
        lines += style.wrap('  on ', line(session.branch))
    if work.ahead is not None:
        base = line(work.base_name)
        behind = f', {work.behind} behind' if work.behind else ''
        lines += style.wrap(
            '  ', f'{words.count(work.ahead, "commit")} ahead of {base}{behind}', hang=2
        )
    by = f' by {line(session.author)}' if session.author else ''
    lines += style.wrap('  ', f'started {words.date(session.started, date_format)}{by}', hang=2)
    active = words.duration(session.active_seconds(idle))
    last = words.age(session.last_active, now)
    lines += style.wrap('  ', f'active time {active}, last active {last}', hang=2)
    if session.issue:
        lines += style.wrap('  issue ', line(session.issue), most=_MOST_LINES)
    return lines


def _objectives(session: Session, style: Style, *, whole: bool) -> list[str]:
    if not session.objectives:
        return []
    done, total = files.progress(session)
    title = f'Objectives ({done} of {total} done) {bar(done, total, style)}'
    lines = ['', style.paint(title.rstrip(), 'bold')]
    shown = session.objectives if whole else _near(session)
    for each in shown:
        mark = f'  {objective_mark(each.state, style)} {each.name} '
        lines += style.wrap(mark, line(each.text), most=_MOST_LINES)
    hidden = len(session.objectives) - len(shown)
    if hidden:
        lines.append(style.paint(f'  + {hidden} more: git session objectives', 'dim'))
    return lines


def _near(session: Session) -> list[Any]:
    """The open objectives, and the newest done ones as far as ten in all."""
    open_ones = session.open_objectives()
    done = [each for each in session.objectives if each.state == 'done']
    kept = {each.ref for each in open_ones[:10] + done[-max(10 - len(open_ones), 2) :]}
    return [each for each in session.objectives if each.ref in kept]


def bar(done: int, total: int, style: Style) -> str:
    """A small progress bar."""
    if not total:
        return ''
    filled = round(10 * done / total)
    return style.mark('━', '#') * filled + style.mark('╌', '.') * (10 - filled)


def objective_mark(state: str, style: Style) -> str:
    """`[x]`, colored by state; the active one has an arrow."""
    mark = files.MARKS[state]
    mark = mark if style.unicode else mark.replace('▶', '>')
    color = {'done': 'green', 'active': 'cyan', 'dropped': 'dim'}.get(state)
    return style.paint(f'[{mark}]', color) if color else f'[{mark}]'


def _blockers(session: Session, style: Style, now: float, *, whole: bool) -> list[str]:
    shown = session.blockers if whole else session.open_blockers()
    if not shown:
        return []
    number = len(session.open_blockers())
    title = f'Blockers ({number} open)' if whole else f'Open blockers ({number})'
    colors = ('bold', 'red') if number else ('bold',)
    lines = ['', style.paint(title, *colors)]
    for each in shown:
        issue = f' ({line(each.issue)})' if each.issue else ''
        when = f'added {words.age(each.added, now)}' if each.state == 'open' else 'resolved'
        rest = f'{issue}, {when}'
        text = style.wrap(f'  {each.name} ', line(each.text) + rest, most=_MOST_LINES)
        if not text[-1].endswith(rest[-4:]):  # how old it is stays to be seen
            text = style.wrap(f'  {each.name} ', line(each.text), most=_MOST_LINES - 1)
            text += style.wrap('    ', rest.removeprefix(', ').strip(), most=1)
        lines += text
    return lines


def _decisions(session: Session, style: Style) -> list[str]:
    lines = ['', style.paint(f'Decisions ({len(session.binding_decisions())})', 'bold')]
    for each in session.decisions:
        gone = ' (superseded)' if each.superseded_by else ''
        lines += style.wrap(f'  {each.name} ', line(each.text) + gone, most=_MOST_LINES)
    return lines


def last_checkpoint(session: Session, work: Work, *, track: bool) -> tuple[str, float, str] | None:
    """(label, when, commit) of the last checkpoint, None without one.

    With `track` the newest commit of the session is one, under its subject.
    """
    last = session.checkpoints[-1] if session.checkpoints else None
    # The first in the order of git: when they were made is known to the second only.
    newest = next((each for each in work.commits if each.oid in session.commits), None)
    if track and newest is not None:
        when = session.commits[newest.oid]
        if last is None or (newest.oid != last.commit and when >= int(last.at)):
            return newest.subject, when, newest.oid
    return None if last is None else (last.label, last.at, last.commit)


def checkpoints(session: Session, work: Work, *, track: bool) -> str:
    """How many there are: ``2``, and ``2 recorded, 3 ordinary commits`` where such count too."""
    recorded = len(session.checkpoints)
    marked = {each.commit for each in session.checkpoints if each.committed or each.auto}
    built = {each.oid for each in work.commits} & session.commits.keys()
    ordinary = len(built - marked) if track else 0
    more = f' recorded, {words.count(ordinary, "ordinary commit")}' if ordinary else ''
    return f'{recorded}{more}'


def since_checkpoint(session: Session, work: Work, *, track: bool) -> int | None:
    """The number of commits since the last checkpoint; None when there is none to count from."""
    found = last_checkpoint(session, work, track=track)
    if found is None:
        return None
    last = found[2]
    for number, commit in enumerate(work.commits):
        if commit.oid == last:
            return number
    return 0 if last == work.head else None


def _changes(session: Session, work: Work, style: Style, now: float, *, track: bool) -> list[str]:
    lines = ['', style.paint('Work', 'bold')]
    built = f'{words.count(len(work.commits), "commit")}, {words.count(len(work.changes), "file")}'
    lines += style.wrap('  ', f'{built}, {counts(work.added, work.deleted, style)} in all', hang=2)
    last = last_checkpoint(session, work, track=track)
    if last is not None:
        label = f' {words.cut(line(last[0]), 50)}' if last[0] else ''
        number = since_checkpoint(session, work, track=track)
        known = '' if number is None else f'; {words.count(number, "commit")} since'
        lines += style.wrap(
            '  ', f'last checkpoint{label} {words.age(last[1], now)}{known}', hang=2
        )
    else:
        lines.append('  no checkpoint yet')
    lines += style.wrap('  ', uncommitted(work.uncommitted), hang=2)
    return lines


def counts(added: int, deleted: int, style: Style) -> str:
    """`+12 -3`."""
    return f'{style.paint(f"+{added}", "green")} {style.paint(f"-{deleted}", "red")}'


def uncommitted(entries: Sequence[Uncommitted]) -> str:
    """The working tree in one line."""
    if not entries:
        return 'working tree clean'
    staged = sum(each.is_staged for each in entries)
    untracked = sum(each.xy == '??' for each in entries)
    unstaged = sum(each.xy != '??' and each.xy[1] != '.' for each in entries)
    parts = [(staged, 'staged'), (unstaged, 'not staged'), (untracked, 'untracked')]
    return 'uncommitted: ' + ', '.join(f'{number} {name}' for number, name in parts if number)


def data(
    session: Session,
    work: Work,
    steps: Sequence[Step],
    *,
    idle: float,
    remarks: Sequence[str],
    measured: Quality = NOTHING,
    track: bool = True,
    tdd: Figures | None = None,
    judged: Judged | None = None,
) -> dict[str, Any]:
    """The same as data, schema git-session/status/1."""
    return {
        'schema': 'git-session/status/1',
        **files.state(session, idle=idle, checkpoints=10, work=work),
        'tdd': tdd_view.data(session, tdd),
        **gates.data(judged or Judged()),
        'work': work_data(work),
        'commits_since_checkpoint': since_checkpoint(session, work, track=track),
        **quality.data(measured),
        'next': [
            {'text': step.text, 'reason': step.reason, 'command': step.command or None}
            for step in steps
        ],
        'remarks': list(remarks),
    }


def work_data(work: Work) -> dict[str, Any]:
    """What git says the session built."""
    return {
        'head': work.head,
        'compared_with': work.base or None,
        'ahead': work.ahead,
        'behind': work.behind,
        'commits': commits_data(work.commits),
        'files': files_data(work.changes),
        'added': work.added,
        'deleted': work.deleted,
        'uncommitted': [{'status': each.xy, 'path': each.path} for each in work.uncommitted],
    }


def commits_data(commits: Sequence[Commit]) -> list[dict[str, Any]]:
    return [
        {
            'commit': each.oid, 'subject': each.subject, 'author': each.name,
            'email': each.email, 'time': format_time(min(each.time, LAST)),
        }
        for each in commits
    ]  # fmt: skip


def files_data(changes: Sequence[Change]) -> list[dict[str, Any]]:
    return [
        {
            'path': each.path, 'status': each.status, 'old_path': each.old_path or None,
            'added': each.added, 'deleted': each.deleted,
        }
        for each in changes
    ]  # fmt: skip
