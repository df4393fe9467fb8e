"""A session: what its log says, as `replay` makes it.

No I/O and no clock: the time is an argument where one is needed.
"""

from __future__ import annotations

from itertools import pairwise

from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
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


_LONGEST = 31 * 86400.0  # seconds of a gap that can be active time


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
        self.left: set[int] = set()  # epoch seconds at whose end the branch had been left
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

    def follow_rewrites(self) -> None:
        """Let what names a commit name what that has become; each commit once."""
        self._shortcuts = dict(self.rewritten)
        commits: dict[str, float] = {}
        for commit, when in self.commits.items():
            commits.setdefault(self.current(commit), when)
        self.commits = commits
        self.unreported = {
            commit: via for commit, via in self.unreported.items() if commit in commits
        }
        self.checkpoints = [
            each.replace(commit=self.current(each.commit)) for each in self.checkpoints
        ]

    def add(self, items: list[Any], item: Item) -> None:
        """Add an item to its list, which is one of this session's."""
        self._places[item.ref] = len(items)
        items.append(item)

    def position(self, items: list[Any], ref: str) -> int:
        """Where the item of this ref stands in its list, -1 when it is not in this one."""
        place = self._places.get(ref, len(items))
        return place if place < len(items) and items[place].ref == ref else -1

    def active_seconds(self, idle: float) -> float:
        """Active time: the length of all spans."""
        return sum(end - begin for begin, end in self.spans(idle))

    def spans(self, idle: float) -> list[tuple[float, float]]:
        """The gaps between neighbouring events of at most `idle` seconds: (begin, end).

        A pause stops the clock, so the gap after one does not count; nor does one of more than
        31 days, whatever `idle` says: each day of it would be shown.  What was done in the
        second in which the branch was left was done before it was, so nothing goes on from there.
        """
        idle = min(idle, _LONGEST)
        # By time only: hooks know the second, so the pause of a switch and the resume of
        # the switch back may be of the same moment, and their order is that of the log.
        moments = sorted(self.clock, key=lambda moment: moment[0])
        return [
            (earlier[0], later[0])
            for earlier, later in pairwise(moments)
            if later[0] - earlier[0] <= idle
            and not earlier[1]
            and (int(earlier[0]) not in self.left or int(later[0]) == int(earlier[0]))
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


Item = Objective | Blocker | Decision


def decision_number(ref: str) -> str:
    """`D-20261122-9f3c2a` of the event id ``20261122T230226.123Z-9f3c2a1b7d4e``."""
    day, _, rest = ref.partition('T')
    return f'D-{day}-{rest.rpartition("-")[2][:6]}'
