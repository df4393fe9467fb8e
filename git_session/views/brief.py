"""The brief: all that the next one needs to know, most important first.

The budget is a hard ceiling in characters.  What does not fit is counted and
named with the command that shows it.  Plain text, the same for people and
agents, factual; what others wrote is quoted on one line each.
"""

from __future__ import annotations

from git_session import words
from git_session.analysis.steps import Step
from git_session.history import Work
from git_session.knowledge import Knowledge
from git_session.output import line
from git_session.record import Record
from git_session.session import Session
from git_session.views import files, status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

DEFAULT_BUDGET = 8000
LEAST_BUDGET = 400


class Annotation(Record):
    """A TODO or FIXME in a file of this session."""

    path: str
    line: int
    text: str


class Section(Record):
    """`least` items are shown before any later section gets room; `rest` names the others."""

    title: str
    items: list[str]
    rest: str  # 'older decisions: git session decisions'
    least: int = 3


def sections(
    session: Session,
    work: Work,
    steps: Sequence[Step],
    *,
    knowledge: Knowledge,
    annotations: Sequence[Annotation],
    others: Sequence[str],
    remarks: Sequence[str],
    now: float,
    idle: float,
) -> list[Section]:
    """The sections in the order of their importance, empty ones left out."""
    following = [f'{step.text} ({step.reason})' for step in steps]
    goals, choices = _building(session), _decisions(session)
    found = [
        Section('What we are building', goals, 'objectives: git session objectives', 8),
        Section('Where things stand', _standing(session, work, remarks, now, idle), '', 9),
        Section('Watch out', _warnings(session, annotations, now), 'warnings: git session show', 6),
        Section('Next', following, 'steps: git session status', 3),
        Section('Decisions that bind', choices, 'older decisions: git session decisions', 4),
        Section('How we build here', _ways(knowledge), 'lines: see .session/', 4),
        Section('Notes', _notes(session, now), 'older notes: git session log', 2),
        Section('What happened', _happened(work, others, now), 'older commits: git log', 4),
    ]  # fmt: skip
    return [section for section in found if section.items]


def _building(session: Session) -> list[str]:
    marks = {'done': '[x]', 'active': '[>]', 'pending': '[ ]'}
    order = {'active': 0, 'pending': 1, 'done': 2}
    shown = [each for each in session.objectives if each.state in order]
    shown.sort(
        key=lambda each: (order[each.state], -each.number if each.state == 'done' else each.number)
    )
    return [f'{marks[each.state]} {each.name} {line(each.text)}' for each in shown]


def _standing(
    session: Session, work: Work, remarks: Sequence[str], now: float, idle: float
) -> list[str]:
    done, total = files.progress(session)
    items = [f'session {session.id}, {session.state}, branch {line(session.branch)}']
    if total:
        items.append(f'{done} of {words.count(total, "objective")} done')
    if work.ahead is not None:
        base = line(work.base.removeprefix('refs/heads/').removeprefix('refs/remotes/'))
        base = words.short(base) if base == session.base else base
        items.append(f'{words.count(work.ahead, "commit")} ahead of {base}, {work.behind} behind')
    if session.checkpoints:
        last = session.checkpoints[-1]
        label = f' "{line(last.label or last.message)}"' if last.label or last.message else ''
        items.append(f'last checkpoint{label} {words.age(last.at, now)}')
    items.append(status.uncommitted(work.uncommitted))
    active = words.duration(session.active_seconds(idle))
    items.append(f'active time {active}; last active {words.age(session.last_active, now)}')
    return [*items, *remarks]


def _warnings(session: Session, annotations: Sequence[Annotation], now: float) -> list[str]:
    items = []
    for each in session.open_blockers():
        issue = f' ({line(each.issue)})' if each.issue else ''
        items.append(
            f'blocker {each.name}{issue}: {line(each.text)}, since {words.age(each.added, now)}'
        )
    items += [
        f'dead end: {line(each.text)}{_said_by(each.by, session)}'
        for each in session.dead_ends[::-1]
    ]
    items += [f'{line(each.path)}:{each.line}: {line(each.text)}' for each in annotations]
    return [words.cut(item, 400) for item in items]


def _said_by(by: str, session: Session) -> str:
    return f' (said by {line(by)})' if by and by != session.author else ''


def _decisions(session: Session) -> list[str]:
    items = []
    for each in reversed(session.binding_decisions()):
        why = f'; because {line(each.rationale)}' if each.rationale else ''
        instead = f'; not {", ".join(map(line, each.alternatives))}' if each.alternatives else ''
        items.append(words.cut(f'{each.name} {line(each.text)}{why}{instead}', 600))
    return items


def _ways(knowledge: Knowledge) -> list[str]:
    items = []
    if knowledge.architecture != 'none':
        items.append(f'architecture: {line(knowledge.architecture)}')
    if knowledge.patterns:
        items.append('patterns: ' + ', '.join(map(line, knowledge.patterns)))
    if knowledge.conventions:
        items.append('conventions: ' + ', '.join(map(line, knowledge.conventions)))
    for name, lines in knowledge.documents:
        items += [f'{name}: {words.cut(line(text), 200)}' for text in lines]
    return items


def _notes(session: Session, now: float) -> list[str]:
    return [
        words.cut(f'{words.age(each.at, now)}: {line(each.text)}{_said_by(each.by, session)}', 400)
        for each in reversed(session.notes)
    ]


def _happened(work: Work, others: Sequence[str], now: float) -> list[str]:
    items = []
    if work.changes:
        changed = sorted(work.changes, key=lambda each: -((each.added or 0) + (each.deleted or 0)))
        names = ', '.join(line(each.path) for each in changed[:8])
        more = f' and {len(changed) - 8} more' if len(changed) > 8 else ''
        number = words.count(len(changed), 'file')
        items.append(f'{number} changed, +{work.added} -{work.deleted}: {names}{more}')
    items += others
    items += [
        f'{words.short(each.oid)} {words.age(each.time, now)}: {words.cut(line(each.subject), 100)}'
        f' ({line(each.name)})'
        for each in work.commits
    ]
    return items


def text(session: Session, found: Sequence[Section], budget: int) -> str:
    """The brief in at most `budget` characters.

    First every section, in order, gets its least items as far as there is room,
    then the rest is filled in the same order.
    """
    title = f'# Session {session.id}\n'
    shown = [0] * len(found)
    for least in (True, False):
        for index, section in enumerate(found):
            most = section.least if least else len(section.items)
            while shown[index] < min(most, len(section.items)):
                shown[index] += 1
                if len(_render(title, found, shown)) > budget:
                    shown[index] -= 1
                    break
    return _render(title, found, shown)[:budget]


def _render(title: str, found: Sequence[Section], shown: Sequence[int]) -> str:
    parts = [title]
    left: list[str] = []
    for section, number in zip(found, shown, strict=True):
        hidden = len(section.items) - number
        if number:
            parts.append(f'\n## {section.title}\n')
            parts += [f'- {item}\n' for item in section.items[:number]]
            if hidden:
                parts.append(f'- + {hidden} {section.rest or "more: git session status"}\n')
        elif hidden:
            left.append(f'{hidden} {section.rest or "more: git session status"}')
    if left:
        parts.append('\nleft out: ' + '; '.join(left) + '\n')
    return ''.join(parts)


def data(session: Session, work: Work, found: Sequence[Section], *, idle: float) -> dict[str, Any]:
    """The same facts as data, schema git-session/brief/1, without a budget."""
    return {
        'schema': 'git-session/brief/1',
        **files.state(session, idle=idle, checkpoints=10),
        'work': status.work_data(work),
        'sections': [{'title': section.title, 'items': section.items} for section in found],
    }
