"""What happened in a period or in the whole of a project, as facts for every form of a report.

Times are epoch seconds, spans of time seconds, shares 0 to 1, coverage percent.  None is a
figure that is not known: it is shown as unknown, never as nothing.  Texts are as people wrote
them: each view escapes them for its own form.  Days are ``2026-11-22``: of active time and of
everything that a session did in the zone of the reader; of commits too, but for a project,
whose history is kept in sums by the day on each author's own clock (`author_days`).

A session is in the report when it was at work in the period: it began before the end and was
last active at or after the beginning.  Its figures are those at the end of the period, as far
as its log tells; lines and files are those of the whole session.
"""

from __future__ import annotations

from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from git_session.analysis.health import Health
    from git_session.analysis.landscape import Author, Hot, Landscape
    from git_session.analysis.steps import Step

WEEKLY, PROJECT, PERIOD = 'weekly', 'project', 'period'
_SHORT_SECONDS = 2.5 * 86400  # a standup: from yesterday 0:00 to now, or two days and a bit


class SessionLine(Record):
    """One session.  `state` is active, paused or ended, `result` how an ended one ended, or ''.

    `active_seconds` is the whole active time, `period_seconds` that within the period.
    `commits`, `added`, `deleted` (lines), `files` are those of the whole session.
    `objectives` are those that were not dropped, `done` of them; `blockers` are open.
    `coverage`, `tests`, `failed` are those of the last checkpoint that knew them.
    `health` (0 to 100) is known of the current session alone.
    """

    id: str
    branch: str
    state: str
    result: str
    author: str
    started: float
    last_active: float
    active_seconds: int
    period_seconds: float
    commits: int | None
    added: int | None
    deleted: int | None
    files: int | None
    objectives: int
    done: int
    blockers: int
    coverage: float | None = None
    tests: int | None = None
    failed: int | None = None
    health: int | None = None
    is_current: bool = False


class Day(Record):
    """A day on which something happened; the others are left out.

    `added` and `deleted` lines are None in a partial clone.
    """

    day: str
    commits: int
    added: int | None
    deleted: int | None
    active_seconds: float


class Progress(Record):
    """How many objectives there were at the end of a day, and how many of them were done.

    Those that were dropped by the end of the period are in neither.
    """

    day: str
    added: int
    done: int


class Measured(Record):
    """A checkpoint that knew a figure; the others of them are None."""

    at: float
    session: str
    branch: str
    coverage: float | None
    tests: int | None
    failed: int | None


class Objective(Record):
    """An objective; `at` is when it was done, or added where it is open.

    `state` is done, active or pending; `name` is what people type: obj-2.
    """

    at: float
    session: str
    branch: str
    name: str
    text: str
    state: str


class Decision(Record):
    at: float
    session: str
    branch: str
    name: str
    text: str
    rationale: str
    alternatives: tuple[str, ...]
    is_superseded: bool


class DeadEnd(Record):
    """Something that was tried and failed, and why, in one text."""

    at: float
    session: str
    branch: str
    text: str
    by: str


class Blocker(Record):
    """A blocker that was open at some moment of the period.

    `age` is how long it was open, to its resolution or to the end of the period.
    """

    session: str
    branch: str
    name: str
    text: str
    issue: str
    opened: float
    resolved: float | None
    how: str
    age: float
    is_new: bool  # opened in the period
    is_over: bool  # its session has ended: nobody can resolve it there any more

    @property
    def is_open(self) -> bool:
        """At the end of the period."""
        return self.resolved is None

    @property
    def is_waiting(self) -> bool:
        """Whether it is open and somebody can still resolve it."""
        return self.is_open and not self.is_over


class Subject(Record):
    """A commit of the period in short; `at` is its author date, `session` the id of its session.

    `session` is '' for a commit that no session knows.
    """

    oid: str
    at: float
    who: str
    subject: str
    session: str


class Report(Record):
    """The whole; sessions newest first, days oldest first, everything else by its time.

    `since` is None where a project has neither commit nor session; `until` is the moment
    of the report unless a period ended before.  `current` is the session of the branch that
    is checked out; `health` and `next_steps` are of that session now, None and empty without one
    and for a period that ended before.  Without a session a project has the steps that its
    history asks for.
    `landscape` is there for a project only, `subjects` (the newest commits, merges apart) for
    the other kinds.  `counted` are the branches whose commits were counted, short, that of HEAD
    first (HEAD itself where it is detached).  What a branch and its squash or rebase merge both
    have counts twice.  Figures of `authors` and `hot` are of the period.
    `open` are the objectives, and among the `blockers` those that are waiting, of every session
    that has not ended, whether it was at work in the period or not; `done` are the objectives
    that were done in it.
    """

    kind: str  # weekly, project or period
    name: str  # of the repository: its folder
    since: float | None
    until: float
    now: float
    zone: str  # of the reader: ``UTC``, ``+0100``
    branch: str | None  # None: HEAD is detached
    head: str | None  # the object id of HEAD that it was made from; None: unborn
    current: str | None  # session id
    sessions: tuple[SessionLine, ...]
    days: tuple[Day, ...]
    author_days: bool  # the commits of a day are those of the day on their author's clock
    burn_up: tuple[Progress, ...]
    quality: tuple[Measured, ...]
    done: tuple[Objective, ...]
    open: tuple[Objective, ...]  # of sessions that have not ended
    decisions: tuple[Decision, ...]
    dead_ends: tuple[DeadEnd, ...]
    blockers: tuple[Blocker, ...]
    commits: int
    merges: int
    added: int | None
    deleted: int | None
    counted: tuple[str, ...]
    subjects: tuple[Subject, ...]
    authors: tuple[Author, ...]
    hot: tuple[Hot, ...]
    next_steps: tuple[Step, ...]
    health: Health | None
    landscape: Landscape | None
    is_sessionless: bool  # this repository never had a session
    is_shallow: bool
    has_lines: bool  # False: lines are not known, in a partial clone

    @property
    def active_seconds(self) -> float:
        """Active time in the period; of sessions that ran side by side, of each."""
        return sum(each.period_seconds for each in self.sessions)

    @property
    def is_short(self) -> bool:
        """Whether the period is so short that a few lines say it: a standup."""
        return (
            self.kind == PERIOD and self.since is not None
            and self.until - self.since <= _SHORT_SECONDS
        )  # fmt: skip
