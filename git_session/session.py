"""A session: a pure fold over its events.

`replay` takes the events in any order and any number of copies; the result
depends on their set alone.  No I/O and no clock: the time is an argument where
one is needed.
"""

from __future__ import annotations

from itertools import pairwise

from git_session.events import UNDOABLE, Event, shared, unite
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from typing import Any


class Objective(Record):
    """`ref` is the id of the event that added it, `number` what people type."""

    number: int
    ref: str
    text: str
    added: float
    state: str = 'pending'  # pending, active, done, dropped
    since: float = 0.0
    why: str = ''
    public: str = ''  # the text that leaves in its place, where it holds a secret

    @property
    def name(self) -> str:
        return f'obj-{self.number}'

    @property
    def shared(self) -> str:
        """The text as it may leave: in commit messages."""
        return self.public or self.text


class Blocker(Record):
    number: int
    ref: str
    text: str
    added: float
    state: str = 'open'  # open, resolved
    issue: str = ''
    objective: str = ''  # the objective's ref
    resolved: float = 0.0
    how: str = ''

    @property
    def name(self) -> str:
        return f'blk-{self.number}'


class Decision(Record):
    number: int
    ref: str
    text: str
    added: float
    rationale: str = ''
    alternatives: tuple[str, ...] = ()
    by: str = ''
    supersedes: str = ''  # the ref of the decision in whose place this one is
    superseded_by: str = ''
    public: Decision | None = None  # what leaves in its place, where it holds a secret

    @property
    def name(self) -> str:
        return f'dec-{self.number}'

    @property
    def state(self) -> str:
        return 'superseded' if self.superseded_by else 'in force'

    @property
    def log_number(self) -> str:
        """Its number in .session/decision-log.md, the same in every clone."""
        return decision_number(self.ref)

    @property
    def shared(self) -> Decision:
        """The decision as it may leave: in commit messages and the decision log."""
        return self.public or self


class Checkpoint(Record):
    ref: str
    at: float
    commit: str
    label: str
    message: str
    by: str
    committed: bool
    impact: dict[str, Any]
    auto: bool = False  # nobody asked for it


class Remark(Record):
    """A note or a dead end."""

    ref: str
    at: float
    text: str
    by: str


class Phase(Record):
    """A phase of TDD that the tests were run for; `refused` says why it does not hold."""

    ref: str
    at: float
    phase: str  # red, green, refactor
    commit: str
    refused: str = ''
    tests: int | None = None
    failures: int | None = None
    seconds: int | None = None


class SavedWork(Record):
    """Work in progress that was saved on some machine and has not come back."""

    at: float
    commit: str
    files: int
    by: str


class Session:
    """What a log says.  Lists are in the order in which things were added."""

    def __init__(self, id: str) -> None:
        self.id = id
        self.branch = ''
        self.base = ''  # object id
        self.base_ref = ''
        self.upstream = ''
        self.head_at_start = ''
        self.mode = 'normal'
        self.issue = ''
        self.author = ''
        self.authors: list[str] = []
        self.state = 'active'  # active, paused, ended
        self.reason = ''  # of a pause: switch when the branch was left
        self.started = 0.0
        self.last_active = 0.0
        self.ended = 0.0
        self.end: dict[str, Any] = {}
        self.objectives: list[Objective] = []
        self.blockers: list[Blocker] = []
        self.decisions: list[Decision] = []
        self.checkpoints: list[Checkpoint] = []
        self.phases: list[Phase] = []
        self.notes: list[Remark] = []
        self.dead_ends: list[Remark] = []
        self.commits: dict[str, float] = {}  # object id -> when, after rewrites
        self.unreported: dict[str, str] = {}  # those no hook reported -> how they came
        self.rewritten: dict[str, str] = {}  # old object id -> new, without cycles
        self._shortcuts: dict[str, str] = {}  # the same, past those between
        self.handoffs: list[Remark] = []
        self.by: dict[str, str] = {}  # ref of a text -> who wrote it, or edited it last
        self.arrived: set[str] = set()  # refs of texts of which something came from elsewhere
        self.agents: dict[str, float] = {}  # name of an agent's program -> when it was here last
        self.saved: dict[str, SavedWork] = {}  # by commit
        self.undone: set[str] = set()
        self.unknown = 0  # events of another version, kept and not understood
        self.clock: list[tuple[float, bool]] = []  # (when, whether the clock stops there)
        # ref of an objective -> (when, whether it is the active one from then on)
        self.activity: dict[str, list[tuple[float, bool]]] = {}
        self._places: dict[str, int] = {}  # ref of an item -> where it stands in its list

    def current(self, commit: str) -> str:
        """What `commit` has become by now."""
        passed = []
        while commit in self._shortcuts:
            passed.append(commit)
            commit = self._shortcuts[commit]
        self._shortcuts.update(dict.fromkeys(passed, commit))
        return commit

    def active_seconds(self, idle: float) -> float:
        """Active time: the length of all spans."""
        return sum(end - begin for begin, end in self.spans(idle))

    def spans(self, idle: float) -> list[tuple[float, float]]:
        """The gaps between neighbouring events of at most `idle` seconds: (begin, end).

        A pause stops the clock, so the gap after one does not count.
        """
        # By time only: hooks know the second, so the pause of a switch and the resume of
        # the switch back may be of the same moment, and their order is that of the log.
        moments = sorted(self.clock, key=lambda moment: moment[0])
        return [
            (earlier[0], later[0])
            for earlier, later in pairwise(moments)
            if later[0] - earlier[0] <= idle and not earlier[1]
        ]

    def names(self) -> dict[str, str]:
        """ref -> what people type, of objectives, blockers and decisions."""
        items: list[Item] = [*self.objectives, *self.blockers, *self.decisions]
        return {each.ref: each.name for each in items}

    def open_objectives(self) -> list[Objective]:
        return [each for each in self.objectives if each.state in ('active', 'pending')]

    def active_objectives(self) -> list[Objective]:
        return [each for each in self.objectives if each.state == 'active']

    def open_blockers(self) -> list[Blocker]:
        return [each for each in self.blockers if each.state == 'open']

    def binding_decisions(self) -> list[Decision]:
        return [each for each in self.decisions if not each.superseded_by]


_HEX = frozenset('0123456789abcdef')
_NO_REF = frozenset('~^:?*[\\\x7f').union(map(chr, range(33)))  # git-check-ref-format(1)
Item = Objective | Blocker | Decision


def decision_number(ref: str) -> str:
    """`D-20261122-9f3c2a` of the event id ``20261122T230226.123Z-9f3c2a1b7d4e``."""
    day, _, rest = ref.partition('T')
    return f'D-{day}-{rest.rpartition("-")[2][:6]}'


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
    _settle(session)
    return session


def _undone(events: list[Event]) -> set[str]:
    """The ids that are taken back, undo events that were undone themselves set aside."""
    gone: set[str] = set()
    for event in reversed(events):
        if event.type == 'undo' and event.is_known and event.id not in gone:
            gone.update(event.facts['ids'])
    return gone


def _settle(session: Session) -> None:
    """Let what names a commit follow its rewrites; each commit once."""
    session._shortcuts = dict(session.rewritten)
    commits: dict[str, float] = {}
    for commit, when in session.commits.items():
        commits.setdefault(session.current(commit), when)
    session.commits = commits
    session.unreported = {
        commit: via for commit, via in session.unreported.items() if commit in commits
    }
    session.checkpoints = [
        each.replace(commit=session.current(each.commit)) for each in session.checkpoints
    ]


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
    session.mode = event.facts.get('mode') or session.mode


def _pause(session: Session, event: Event) -> None:
    if session.state == 'active':
        session.state, session.reason = 'paused', event.facts.get('reason') or ''


def _end(session: Session, event: Event) -> None:
    session.state, session.ended, session.end = 'ended', event.time, event.facts


def _rename(session: Session, event: Event) -> None:
    session.branch = event.facts['branch'].removeprefix('refs/heads/')


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
    _add(
        session, session.objectives,
        Objective(number, event.id, text, event.time, since=event.time, public=public),
    )  # fmt: skip


def _objective(state: str) -> Callable[[Session, Event], None]:
    def handle(session: Session, event: Event) -> None:
        ref, why = event.facts['ref'], event.facts.get('why') or ''
        session.activity.setdefault(ref, []).append((event.time, state == 'active'))
        _replace(session, session.objectives, ref, state=state, since=event.time, why=why)

    return handle


def _add(session: Session, items: list[Any], item: Item) -> None:
    session._places[item.ref] = len(items)
    items.append(item)


def _place(session: Session, items: list[Any], ref: str) -> int:
    """Where the item of this ref stands in its list, -1 when it is not in this one."""
    place = session._places.get(ref, len(items))
    return place if place < len(items) and items[place].ref == ref else -1


def _replace(session: Session, items: list[Any], ref: str, **changes: Any) -> None:
    place = _place(session, items, ref)
    if place >= 0:
        items[place] = items[place].replace(**changes)


def _objective_edit(session: Session, event: Event) -> None:
    facts, public = event.facts, shared(event).get('text', '')
    _replace(session, session.objectives, facts['ref'], text=facts['text'], public=public)


def _blocker_add(session: Session, event: Event) -> None:
    facts = event.facts
    _add(
        session, session.blockers,
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
    _add(session, session.decisions, decision(event, len(session.decisions) + 1))


def _decision_supersede(session: Session, event: Event) -> None:
    _replace(session, session.decisions, event.facts['ref'], superseded_by=event.id)
    _decision_add(session, event)


def _decision_edit(session: Session, event: Event) -> None:
    text = event.facts['text']
    place = _place(session, session.decisions, event.facts['ref'])
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
