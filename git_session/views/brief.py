"""The brief: all that the next one needs to know, most important first.

The budget is a hard ceiling in characters.  What does not fit is counted and
named with the command that shows it.  Plain text, the same for people and
agents, factual; what others wrote is quoted on one line each.
"""

from __future__ import annotations

from git_session import words
from git_session.analysis import figures
from git_session.analysis.around import Around
from git_session.analysis.gates import Judged
from git_session.analysis.steps import next_steps
from git_session.branchwork import Work
from git_session.history import Change
from git_session.knowledge import Knowledge
from git_session.output import line
from git_session.record import Record
from git_session.session import Blocker, Decision, Remark, Session
from git_session.views import context, files, gates, quality, status
from git_session.views.quality import NOTHING, Quality
from git_session.views.quoting import Voice, branch, own, quoted, tagless
from git_session.views.sections import Section, bounded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

MARKS = {'done': '[x]', 'active': '[>]', 'pending': '[ ]'}
_LONGEST_ISSUE = 80
_LONGEST_VALUE = 20_000  # characters of a text in the data
_OF_REFERENCES = '#/:._-~%?=&'
_MOST_OTHER = 5  # alternatives of a decision
_WORK_TO_DO = ('TODO', 'FIXME')


class Scene(Record):
    """What a brief is made of beside the session and its work.

    `me` is the mail address of the reader, '' when it is not known: then every text is
    that of somebody else.  With `track` a commit counts as a checkpoint.
    """

    now: float
    idle: float
    me: str = ''
    track: bool = True
    knowledge: Knowledge = Knowledge()
    measured: Quality = NOTHING
    judged: Judged = Judged()
    around: Around = Around()
    remarks: tuple[str, ...] = ()


def sections(session: Session, work: Work, scene: Scene) -> list[Section]:
    """The sections in the order of their importance, empty ones left out."""
    voice = Voice(session, scene.me)
    goals, choices = _building(session, voice), decisions(session.binding_decisions(), voice)
    standing = _standing(session, work, scene)
    warnings, notes = _warnings(session, work, scene, voice), _notes(session, voice, scene.now)
    happened, commits = _happened(work, scene, voice), len(work.commits)
    found = [
        Section('What we are building', goals, 'objective', 'git session objectives', 8),
        Section('Where things stand', standing, 'line', 'git session status', 9),
        Section('Watch out', warnings, 'warning', 'git session brief --json', 6),
        Section('Next', _next(session, work, scene, voice), 'step', 'git session brief --json', 3),
        Section('Decisions that bind', choices, 'older decision', 'git session decisions', 4),
        Section('How we build here', _ways(scene), 'line', 'see .session/, git session context', 4),
        Section('Notes', notes, 'older note', 'git session log', 2),
        Section('What happened', happened, 'older commit', 'git log', 4, commits),
    ]  # fmt: skip
    return bounded(found)


def short(session: Session, work: Work, scene: Scene) -> list[Section]:
    """What one who knew it all needs again: goals, where things stand, blockers, what is next."""
    voice = Voice(session, scene.me)
    goals = [each for each in _building(session, voice) if not each.startswith(MARKS['done'])]
    standing = _standing(session, work, scene)
    blocked = _blockers(session, voice, scene.now)
    following = _next(session, work, scene, voice)
    return bounded([
        Section('What we are building', goals, 'objective', 'git session objectives', 3),
        Section('Where things stand', standing, 'line', 'git session status', 6),
        Section('Watch out', blocked, 'warning', 'git session brief', 3),
        Section('Next', following, 'step', 'git session brief', 3),
    ])  # fmt: skip


def _building(session: Session, voice: Voice) -> list[str]:
    order = {'active': 0, 'pending': 1, 'done': 2}
    shown = [each for each in session.objectives if each.state in order]
    shown.sort(
        key=lambda each: (order[each.state], -each.number if each.state == 'done' else each.number)
    )
    return [voice.says(f'{MARKS[each.state]} {each.name}', each.ref, each.text) for each in shown]


def _standing(session: Session, work: Work, scene: Scene) -> list[str]:
    done, total = files.progress(session)
    now = scene.now
    items = [f'session {session.id}, {session.state}, branch {branch(session.branch)}']
    if total:
        items.append(f'{done} of {words.count(total, "objective")} done')
    if work.ahead is not None:
        ahead = words.count(work.ahead, 'commit')
        items.append(f'{ahead} ahead of {branch(work.base_name)}, {work.behind} behind')
    last = status.last_checkpoint(session, work, track=scene.track)
    if last is not None:
        label = f' {quoted(last[0], 100)}' if last[0] else ''
        items.append(f'last checkpoint{label} {words.age(last[1], now)}')
    items.append(status.uncommitted(work.uncommitted))
    active = words.duration(session.active_seconds(scene.idle))
    items.append(f'active time {active}; last active {words.age(session.last_active, now)}')
    items += gates.brief(scene.judged)
    return [*items, *figures.said(scene.measured.figures), *scene.remarks]


def _warnings(session: Session, work: Work, scene: Scene, voice: Voice) -> list[str]:
    around = scene.around
    return [
        *_blockers(session, voice, scene.now),
        *dead_ends(session.dead_ends, voice),
        *context.moved(around, branch(work.base_name)),
        *context.gotchas(around),
        *(f'{line(each.place)}: {tagless(own(each.said))}' for each in scene.measured.annotations),
        *context.stale(around),
        *context.history(around.history, scene.now),
    ]


def _blockers(session: Session, voice: Voice, now: float) -> list[str]:
    return [
        f'blocker {blocker(each, voice)}, added {words.age(each.added, now)}'
        for each in session.open_blockers()
    ]


def blocker(each: Blocker, voice: Voice) -> str:
    """``blk-2 (#12): no client secret``"""
    return voice.says(f'{each.name}{_issue(each, voice)}', each.ref, each.text, ':')


def _issue(each: Blocker, voice: Voice) -> str:
    """`` (#12)``; words that are no reference are a quotation where somebody else wrote them."""
    if not each.issue:
        return ''
    is_plain = all(char.isalnum() or char in _OF_REFERENCES for char in each.issue)
    if is_plain or voice.is_own(each.ref):
        return f' ({tagless(own(each.issue, _LONGEST_ISSUE))})'
    return f' ({quoted(each.issue, _LONGEST_ISSUE)})'


def dead_ends(found: Sequence[Remark], voice: Voice) -> list[str]:
    """The newest first."""
    return [voice.says('dead end', each.ref, each.text, ':') for each in reversed(found)]


def _next(session: Session, work: Work, scene: Scene, voice: Voice) -> list[str]:
    around = scene.around
    marked = [each for each in scene.measured.annotations if each.word in _WORK_TO_DO]
    steps = next_steps(
        session, work, said=voice.said, judged=scene.judged, marks=marked,
        moved=len(around.moved),
        stale=[each.health for each in around.files if each.health.needs_care],
    )  # fmt: skip
    return [f'{step.text} ({step.reason})' for step in steps]


def decisions(found: Sequence[Decision], voice: Voice) -> list[str]:
    """The newest first, with why, and what was not chosen."""
    items = []
    for each in reversed(found):
        why = f'; because {voice.said(each.ref, each.rationale)}' if each.rationale else ''
        instead = ', '.join(
            voice.said(each.ref, other) for other in each.alternatives[:_MOST_OTHER]
        )
        instead = f'; not {instead}' if instead else ''
        items.append(voice.says(each.name, each.ref, each.text) + why + instead)
    return items


def _ways(scene: Scene) -> list[str]:
    known = scene.knowledge
    items = []
    if known.architecture != 'none':
        items.append(f'architecture: {line(known.architecture)}')
    if known.patterns:
        items.append('patterns: ' + ', '.join(map(line, known.patterns)))
    if known.conventions:
        items.append('conventions: ' + ', '.join(map(line, known.conventions)))
    for name, lines in known.documents:
        items += [f'{name}: {tagless(own(text, 200))}' for text in lines]
    return items + context.patterns(scene.around)


def _notes(session: Session, voice: Voice, now: float) -> list[str]:
    return [
        voice.says(words.age(each.at, now), each.ref, each.text, ':')
        for each in reversed(session.notes)
    ]


def _happened(work: Work, scene: Scene, voice: Voice) -> list[str]:
    items = []
    if work.changes:
        items.append(changed(work.changes))
    own_ones = {each.email.lower() for each in work.commits}
    items += context.people(scene.around.history, scene.now, own_ones)
    return items + [
        f'{words.short(each.oid)} {words.age(each.time, scene.now)}: '
        f'{voice.subject(each.subject, each.name, each.email)}'
        for each in work.commits
    ]


def changed(changes: Sequence[Change]) -> str:
    """``3 files changed, +123 -4: src/a.py, logo.png``, the most changed first."""
    ranked = sorted(changes, key=lambda each: -((each.added or 0) + (each.deleted or 0)))
    names = ', '.join(line(each.path) for each in ranked[:8])
    more = f' and {len(ranked) - 8} more' if len(ranked) > 8 else ''
    counted = [(each.added, each.deleted or 0) for each in changes if each.added is not None]
    lines = f', +{sum(x for x, _ in counted)} -{sum(x for _, x in counted)}' if counted else ''
    return f'{words.count(len(changes), "file")} changed{lines}: {names}{more}'


def data(session: Session, work: Work, found: Sequence[Section], scene: Scene) -> dict[str, Any]:
    """The same facts as data, schema git-session/brief/1, without a budget.

    A single text is bounded all the same: whoever fetched notes has not read them yet.
    """
    facts = {
        'schema': 'git-session/brief/1',
        **files.state(session, idle=scene.idle, checkpoints=10, work=work),
        'work': status.work_data(work),
        **quality.data(scene.measured),
        **gates.data(scene.judged),
        **context.data(scene.around),
        'sections': [{'title': section.title, 'items': section.items} for section in found],
    }
    return {key: _shortened(value) for key, value in facts.items()}


def _shortened(value: Any) -> Any:
    if isinstance(value, str):
        return words.cut(value, _LONGEST_VALUE)
    if isinstance(value, dict):
        return {key: _shortened(each) for key, each in value.items()}
    return list(map(_shortened, value)) if isinstance(value, (list, tuple)) else value
