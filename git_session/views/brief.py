"""The brief: all that the next one needs to know, most important first.

The budget is a hard ceiling in characters.  What does not fit is counted and
named with the command that shows it.  Plain text, the same for people and
agents, factual; what others wrote is quoted on one line each.
"""

from __future__ import annotations

from git_session import words
from git_session.analysis import figures
from git_session.analysis.gates import Judged
from git_session.analysis.marks import Annotation
from git_session.analysis.steps import Step
from git_session.history import Work
from git_session.knowledge import Knowledge
from git_session.output import line
from git_session.record import Record
from git_session.session import Session
from git_session.views import files, gates, quality, status
from git_session.views.quality import Quality

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

DEFAULT_BUDGET = 8000
LEAST_BUDGET = 400
_LONGEST = 500  # characters of an item: one long text leaves room for the others


class Section(Record):
    """`least` items are shown before any later section gets room.

    What is not shown is counted as `noun` and named with the `command` that shows it;
    so many items at the end are of that kind, all of them where `counted` is -1.
    """

    title: str
    items: list[str]
    noun: str
    command: str
    least: int = 3
    counted: int = -1

    def rest(self, shown: int) -> str:
        """``7 older decisions: git session decisions``, '' when all are shown."""
        hidden = len(self.items) - shown
        if not hidden:
            return ''
        number = hidden if self.counted < 0 else min(hidden, self.counted)
        what = words.count(number, self.noun) if number else words.count(hidden, 'line')
        return f'{what}: {self.command}'


def sections(
    session: Session,
    work: Work,
    steps: Sequence[Step],
    *,
    knowledge: Knowledge,
    measured: Quality,
    others: Sequence[str],
    remarks: Sequence[str],
    now: float,
    idle: float,
    track: bool = True,
    judged: Judged = Judged(),  # noqa: B008 - it cannot be changed
) -> list[Section]:
    """The sections in the order of their importance, empty ones left out."""
    following = [f'{step.text} ({step.reason})' for step in steps]
    remarks = [*gates.brief(judged), *figures.said(measured.figures), *remarks]
    goals = _building(session)
    standing = _standing(session, work, remarks, now, idle, track=track)
    happened, commits = _happened(work, others, now), len(work.commits)
    warnings, choices = _warnings(session, measured.annotations, now), _decisions(session)
    found = [
        Section('What we are building', goals, 'objective', 'git session objectives', 8),
        Section('Where things stand', standing, 'line', 'git session status', 9),
        Section('Watch out', warnings, 'warning', 'git session show', 6),
        Section('Next', following, 'step', 'git session status', 3),
        Section('Decisions that bind', choices, 'older decision', 'git session decisions', 4),
        Section('How we build here', _ways(knowledge), 'line', 'see .session/', 4),
        Section('Notes', _notes(session, now), 'older note', 'git session log', 2),
        Section('What happened', happened, 'older commit', 'git log', 4, commits),
    ]  # fmt: skip
    return [
        each.replace(items=[words.cut(item, _LONGEST) for item in each.items])
        for each in found
        if each.items
    ]


def _building(session: Session) -> list[str]:
    marks = {'done': '[x]', 'active': '[>]', 'pending': '[ ]'}
    order = {'active': 0, 'pending': 1, 'done': 2}
    shown = [each for each in session.objectives if each.state in order]
    shown.sort(
        key=lambda each: (order[each.state], -each.number if each.state == 'done' else each.number)
    )
    return [f'{marks[each.state]} {each.name} {line(each.text)}' for each in shown]


def _standing(
    session: Session, work: Work, remarks: Sequence[str], now: float, idle: float, *, track: bool
) -> list[str]:
    done, total = files.progress(session)
    items = [f'session {session.id}, {session.state}, branch {line(session.branch)}']
    if total:
        items.append(f'{done} of {words.count(total, "objective")} done')
    if work.ahead is not None:
        base = line(work.base.removeprefix('refs/heads/').removeprefix('refs/remotes/'))
        base = words.short(base) if base == session.base else base
        items.append(f'{words.count(work.ahead, "commit")} ahead of {base}, {work.behind} behind')
    last = status.last_checkpoint(session, work, track=track)
    if last is not None:
        label = f' "{line(last[0])}"' if last[0] else ''
        items.append(f'last checkpoint{label} {words.age(last[1], now)}')
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
    items += [f'{line(each.place)}: {line(each.said)}' for each in annotations]
    return items


def _said_by(by: str, session: Session) -> str:
    return f' (said by {line(by)})' if by and by != session.author else ''


def _decisions(session: Session) -> list[str]:
    items = []
    for each in reversed(session.binding_decisions()):
        why = f'; because {line(each.rationale)}' if each.rationale else ''
        instead = f'; not {", ".join(map(line, each.alternatives))}' if each.alternatives else ''
        items.append(f'{each.name} {line(each.text)}{why}{instead}')
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
        f'{words.age(each.at, now)}: {line(each.text)}{_said_by(each.by, session)}'
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
    whole = [len(section.items) for section in found]
    if sum(map(_size, found, whole)) + len(title) <= budget:
        return _render(title, found, whole)
    shown = [0] * len(found)
    sizes = [0] * len(found)
    for least in (True, False):
        for index, section in enumerate(found):
            most = min(section.least, whole[index]) if least else whole[index]
            for number in range(shown[index] + 1, most + 1):
                before = shown[index], sizes[index]
                shown[index] = number
                sizes[index] = _size(section, number, before)
                if len(title) + sum(sizes) + len(_left_out(found, shown)) > budget:
                    shown[index], sizes[index] = before
                    break
    return _render(title, found, shown)[:budget]


def _render(title: str, found: Sequence[Section], shown: Sequence[int]) -> str:
    return ''.join([title, *map(_block, found, shown), _left_out(found, shown)])


def _size(section: Section, shown: int, before: tuple[int, int] = (0, 0)) -> int:
    """The length of a section's block; `before` is a smaller number shown and its length."""
    if shown == 0:
        return 0
    number, size = before
    if number == 0:
        return len(_block(section, shown))
    added = sum(len(item) + 3 for item in section.items[number:shown])
    return size + added + len(_more(section, shown)) - len(_more(section, number))


def _block(section: Section, shown: int) -> str:
    """A section with so many of its items, nothing without any."""
    if shown == 0:
        return ''
    items = ''.join(f'- {item}\n' for item in section.items[:shown])
    return f'\n## {section.title}\n{items}{_more(section, shown)}'


def _more(section: Section, shown: int) -> str:
    rest = section.rest(shown)
    return f'- + {rest}\n' if rest else ''


def _left_out(found: Sequence[Section], shown: Sequence[int]) -> str:
    """The line that names the sections of which nothing is shown."""
    left = [each.rest(0) for each, number in zip(found, shown, strict=True) if number == 0]
    return f'\nleft out: {"; ".join(left)}\n' if left else ''


def data(
    session: Session, work: Work, found: Sequence[Section], *, idle: float, measured: Quality,
    judged: Judged = Judged(),  # noqa: B008 - it cannot be changed
) -> dict[str, Any]:  # fmt: skip
    """The same facts as data, schema git-session/brief/1, without a budget."""
    return {
        'schema': 'git-session/brief/1',
        **files.state(session, idle=idle, checkpoints=10, work=work),
        'work': status.work_data(work),
        **quality.data(measured),
        **gates.data(judged),
        'sections': [{'title': section.title, 'items': section.items} for section in found],
    }
