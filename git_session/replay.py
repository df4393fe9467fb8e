"""From events to a session: a pure fold.

`replay` takes the events in any order and any number of copies; the result
depends on their set alone.  No I/O and no clock.
"""

from __future__ import annotations

from git_session.events import UNDOABLE, Event, shared, unite
from git_session.session import (
    Blocker,
    Checkpoint,
    Decision,
    Objective,
    Phase,
    Remark,
    SavedWork,
    Session,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from typing import Any

_HEX = frozenset('0123456789abcdef')
_NO_REF = frozenset('~^:?*[\\\x7f').union(map(chr, range(33)))  # git-check-ref-format(1)


def replay(session_id: str, events: Iterable[Event], arrived: Collection[str] = ()) -> Session:
    """Fold the events of one session, others are passed over; `arrived` came from elsewhere."""
    mine = unite(event for event in events if event.session == session_id)
    session = Session(session_id)
    session.undone = _undone(mine)
    authors: dict[str, None] = {}
    for event in mine:
        if not event.is_known:
            session.unknown += 1
            continue
        undone = event.id in session.undone
        # What was taken back was work all the same; a stop that was taken back is none.
        if not event.facts.get('auto'):  # nobody did that
            session.clock.append((event.time, event.type in ('pause', 'end') and not undone))
        session.last_active = max(session.last_active, event.time)
        if undone:
            continue
        if event.type in _WORK and session.state == 'paused' and session.reason != 'switch':
            session.state, session.reason = 'active', ''
        by = event.facts.get('by') or ''
        if by:
            authors[by] = None
        if 'text' in event.facts:
            ref = event.facts['ref'] if event.type.endswith('.edit') else event.id
            session.by[ref] = by
            if event.id in arrived:
                session.arrived.add(ref)
        if event.type in _HANDLERS:
            _HANDLERS[event.type](session, event)
    session.authors = list(authors)
    session.follow_rewrites()
    return session


def _undone(events: list[Event]) -> set[str]:
    """The ids that are taken back, undo events that were undone themselves set aside."""
    gone: set[str] = set()
    for event in reversed(events):
        if event.type == 'undo' and event.is_known and event.id not in gone:
            gone.update(event.facts['ids'])
    return gone


def _start(session: Session, event: Event) -> None:
    facts = event.facts
    if session.started:  # another clone opened the same id: the first one counts
        return
    session.branch = session.branch or facts['branch'].removeprefix('refs/heads/')
    # git is asked about these, and takes what begins with a dash for an option, what has a
    # caret in it for a search: a log may come from elsewhere.
    session.base = _oid(facts.get('base'))
    session.base_ref = _ref(facts.get('base_ref'))
    session.upstream = _ref(facts.get('upstream'))
    session.head_at_start = _oid(facts.get('head'))
    session.mode = facts.get('mode') or 'normal'
    session.issue = facts.get('issue') or ''
    session.author = facts.get('by') or ''
    session.started = event.time


def _oid(text: str | None) -> str:
    return text if text and len(text) in (40, 64) and not set(text) - _HEX else ''


def _ref(name: str | None) -> str:
    return name if name and name.startswith('refs/') and _NO_REF.isdisjoint(name) else ''


def _resume(session: Session, event: Event) -> None:
    session.state, session.reason = 'active', ''
    session.ended, session.end = 0.0, {}
    session.left.discard(int(event.time))
    session.mode = event.facts.get('mode') or session.mode


def _pause(session: Session, event: Event) -> None:
    if event.facts.get('reason') == 'switch':
        session.left.add(int(event.time))
    if session.state == 'active':
        session.state, session.reason = 'paused', event.facts.get('reason') or ''


def _end(session: Session, event: Event) -> None:
    session.state, session.ended, session.end = 'ended', event.time, event.facts


def _rename(session: Session, event: Event) -> None:
    session.branch = event.facts['branch'].removeprefix('refs/heads/')
    if session.base_ref == event.facts['branch']:
        session.base_ref = ''  # it has taken the name of its base: nothing is ahead of itself


def _commit(session: Session, event: Event) -> None:
    commit = event.facts['commit']
    session.commits.setdefault(commit, event.time)
    if event.facts.get('via'):
        session.unreported[commit] = event.facts['via']


def _rewrite(session: Session, event: Event) -> None:
    for old, new in event.facts['pairs']:
        if old != new:
            session.rewritten.pop(new, None)  # it is there again: so there are no cycles
            session.rewritten[old] = new


def _checkpoint(session: Session, event: Event) -> None:
    facts = event.facts
    session.checkpoints.append(
        Checkpoint(
            event.id, event.time, facts.get('commit') or '', facts.get('label') or '',
            facts.get('message') or '', facts.get('by') or '', bool(facts.get('committed')),
            facts.get('impact') or {}, bool(facts.get('auto')),
        )
    )  # fmt: skip


def _phase(session: Session, event: Event) -> None:
    facts = event.facts
    counts = (facts.get(name) for name in ('tests', 'failures', 'seconds'))
    commit, refused = facts.get('commit') or '', facts.get('refused') or ''
    session.phases.append(Phase(event.id, event.time, facts['phase'], commit, refused, *counts))


def _objective_add(session: Session, event: Event) -> None:
    number = len(session.objectives) + 1
    text = event.facts['text']
    public = shared(event).get('text', '')
    session.add(
        session.objectives,
        Objective(number, event.id, text, event.time, since=event.time, public=public),
    )  # fmt: skip


def _objective(state: str) -> Callable[[Session, Event], None]:
    def handle(session: Session, event: Event) -> None:
        ref, why = event.facts['ref'], event.facts.get('why') or ''
        session.activity.setdefault(ref, []).append((event.time, state == 'active'))
        _replace(session, session.objectives, ref, state=state, since=event.time, why=why)

    return handle


def _replace(session: Session, items: list[Any], ref: str, **changes: Any) -> None:
    place = session.position(items, ref)
    if place >= 0:
        items[place] = items[place].replace(**changes)


def _objective_edit(session: Session, event: Event) -> None:
    facts, public = event.facts, shared(event).get('text', '')
    _replace(session, session.objectives, facts['ref'], text=facts['text'], public=public)


def _blocker_add(session: Session, event: Event) -> None:
    facts = event.facts
    session.add(
        session.blockers,
        Blocker(
            len(session.blockers) + 1, event.id, facts['text'], event.time,
            issue=facts.get('issue') or '', objective=facts.get('objective') or '',
        ),
    )  # fmt: skip


def _blocker_resolve(session: Session, event: Event) -> None:
    ref, how = event.facts['ref'], event.facts.get('how') or ''
    _replace(session, session.blockers, ref, state='resolved', resolved=event.time, how=how)


def _blocker_reopen(session: Session, event: Event) -> None:
    _replace(session, session.blockers, event.facts['ref'], state='open', resolved=0.0, how='')


def _blocker_edit(session: Session, event: Event) -> None:
    _replace(session, session.blockers, event.facts['ref'], text=event.facts['text'])


def decision(event: Event, number: int = 0) -> Decision:
    """The decision that an event adds."""

    def made(facts: dict[str, Any], public: Decision | None) -> Decision:
        return Decision(
            number, event.id, facts['text'], event.time, facts.get('rationale') or '',
            tuple(facts.get('alternatives') or ()), facts.get('by') or '', facts.get('ref') or '',
            public=public,
        )  # fmt: skip

    leaves = shared(event)
    return made(event.facts, made({**event.facts, **leaves}, None) if leaves else None)


def _decision_add(session: Session, event: Event) -> None:
    session.add(session.decisions, decision(event, len(session.decisions) + 1))


def _decision_supersede(session: Session, event: Event) -> None:
    _replace(session, session.decisions, event.facts['ref'], superseded_by=event.id)
    _decision_add(session, event)


def _decision_edit(session: Session, event: Event) -> None:
    text = event.facts['text']
    place = session.position(session.decisions, event.facts['ref'])
    if place >= 0:
        each = session.decisions[place]
        public = each.shared.replace(text=shared(event).get('text', text), public=None)
        each = each.replace(text=text, public=None)
        session.decisions[place] = each if public == each else each.replace(public=public)


def _wip_save(session: Session, event: Event) -> None:
    commit, by = _oid(event.facts['commit']), event.facts.get('by') or ''
    if commit:
        session.saved[commit] = SavedWork(event.time, commit, event.facts['files'], by)


def _wip_restore(session: Session, event: Event) -> None:
    session.saved.pop(event.facts['commit'], None)


def _remark(name: str) -> Callable[[Session, Event], None]:
    def handle(session: Session, event: Event) -> None:
        text = event.facts.get('text') or event.facts.get('commit') or ''
        remark = Remark(event.id, event.time, text, event.facts.get('by') or '')
        getattr(session, name).append(remark)

    return handle


def _agent(session: Session, event: Event) -> None:
    session.agents[event.facts['name']] = event.time


_HANDLERS: dict[str, Callable[[Session, Event], None]] = {
    'start': _start,
    'resume': _resume,
    'pause': _pause,
    'end': _end,
    'rename': _rename,
    'commit': _commit,
    'rewrite': _rewrite,
    'checkpoint': _checkpoint,
    'tdd': _phase,
    'objective.add': _objective_add,
    'objective.start': _objective('active'),
    'objective.complete': _objective('done'),
    'objective.reopen': _objective('pending'),
    'objective.drop': _objective('dropped'),
    'objective.edit': _objective_edit,
    'blocker.add': _blocker_add,
    'blocker.resolve': _blocker_resolve,
    'blocker.reopen': _blocker_reopen,
    'blocker.edit': _blocker_edit,
    'decision.add': _decision_add,
    'decision.supersede': _decision_supersede,
    'decision.edit': _decision_edit,
    'note': _remark('notes'),
    'dead-end': _remark('dead_ends'),
    'handoff': _remark('handoffs'),
    'agent': _agent,
    'wip.save': _wip_save,
    'wip.restore': _wip_restore,
}

# What starts the clock of a paused session again.
_WORK = UNDOABLE - {'pause', 'end'} | {'commit', 'tdd'}
