"""Gathering what `analyze` judges: facts of a session, of other sessions, of all of history."""

from __future__ import annotations

from git_session import (
    branchwork,
    chronicle,
    context,
    gates,
    git,
    history,
    summaries,
    tdd,
    wholelog,
)
from git_session.analysis import contexthealth, health, landscape, recommendations, velocity
from git_session.analysis.health import Facts, Health
from git_session.analysis.landscape import Landscape
from git_session.analysis.recommendations import Known
from git_session.analysis.steps import Step, next_steps
from git_session.analysis.velocity import Velocity
from git_session.chronicle import Chronicle
from git_session.record import Record
from git_session.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from git_session.analysis.around import Around
    from git_session.analysis.gates import Judged
    from git_session.analysis.patterns import Pattern
    from git_session.analysis.tdd import Figures


class Whole(Record):
    """All of history, and what of it is not known."""

    landscape: Landscape
    is_shallow: bool
    has_lines: bool


class Patterns(Record):
    """The gate of imports, with what it found, and what is there of each pattern."""

    judged: Judged
    found: tuple[Pattern, ...]


class Insight:
    """Each part is gathered when it is asked for, once."""

    def __init__(self, here: Workspace, now: float) -> None:
        self.here, self.now = here, now
        self._around: Around | None = None
        self._judged: Judged | None = None
        self._health: Health | None = None

    def around(self) -> Around:
        if self._around is None:
            self._around = context.Look(self.here).around(self.now)
        return self._around

    def judged(self) -> Judged:
        if self._judged is None:
            self._judged = gates.judge(self.here)
        return self._judged

    def health(self) -> Health:
        if self._health is None:
            self._health = health.judge(self._facts())
        return self._health

    def _facts(self) -> Facts:
        here, session, work = self.here, self.here.require(), self.here.work()
        tracked = [each for each in work.uncommitted if each.xy != '??']
        return Facts(
            tuple((each.name, self.now - each.added) for each in session.open_blockers()),
            tuple(
                (each.name, self.now - max(each.since, self._last_done()))
                for each in session.active_objectives()
            ),
            self.now - self._last_saved() if tracked else 0.0,
            _lines(work) if tracked else 0,
            0 if work.is_in_base else work.behind,
            here.quality().figures, here.config['quality.coverage_threshold'],
            here.config['quality.new_code_coverage_threshold'],
            contexthealth.overall(each.health for each in self.around().files),
        )  # fmt: skip

    def _last_saved(self) -> float:
        """When the last commit or checkpoint of the session was made, or it began."""
        session = self.here.require()
        times = [*(each.at for each in session.checkpoints), *session.commits.values()]
        return max([session.started, *times])

    def _last_done(self) -> float:
        """When anything was last committed or written down."""
        session = self.here.require()
        remarks = (*session.notes, *session.dead_ends)
        times = [*(each.at for each in remarks), *(each.added for each in session.decisions)]
        times += [each.since for each in session.objectives if each.state == 'done']
        return max([self._last_saved(), *times])

    def velocity(self) -> Velocity:
        """This session against the last ten others."""
        name = self.here.require().id
        records = summaries.every(self.here)
        mine = [each for each in records if each['session'] == name]
        others = [each for each in records if each['session'] != name][: velocity.LAST]
        measured = summaries.measured(self.here, [*mine, *others])
        return velocity.judge(measured[0], measured[1:])

    def patterns(self) -> Patterns:
        return Patterns(self.judged(), gates.survey(self.here))

    def tdd(self) -> Figures | None:
        return tdd.figures(self.here)

    def steps(self, whole: Whole | None) -> list[Step]:
        """What to do next; without a session what history asks for."""
        if self.here.session is None:
            return self._of_history(whole) if whole is not None else []
        around = self.around()
        steps = next_steps(
            self.here.session, self.here.work(), judged=self.judged(),
            marks=self.here.quality().annotations, moved=len(around.moved),
            stale=context.stale_for(around, context.names(self.here).values()),
        )  # fmt: skip
        steps += recommendations.of_session(self.health(), around.history)
        return steps + (self._of_history(whole) if whole is not None else [])

    def _of_history(self, whole: Whole) -> list[Step]:
        default = (git.default_branch() or '').removeprefix('refs/heads/')
        known = Known(default, has_session=self.here.session is not None)
        return recommendations.of_history(whole.landscape, self.now, known)

    def whole(self) -> Whole:
        """All of history; the first time that takes as long as `git log --numstat` of it."""
        return whole(self.here, self.now)


def whole(here: Workspace, now: float) -> Whole:
    """All of the history of HEAD."""
    found: Chronicle = chronicle.chronicle(here.repo, is_partial=is_partial(here))
    tally = found.tally
    branches = [each for each in wholelog.branches() if each.name != here.repo.branch]
    drawn = landscape.draw(
        tally, people=wholelog.people([each.who for each in tally.people]),
        present=wholelog.files(here.repo.head) if here.repo.head else (),
        branches=branches, now=now,
    )  # fmt: skip
    return Whole(drawn, found.is_shallow, found.has_lines)


def is_partial(here: Workspace) -> bool:
    """Whether git would fetch what it reads (partial-clone.txt)."""
    promised = ('.promisor', '.partialclonefilter')
    return any(name.startswith('remote.') and name.endswith(promised) and value != 'false'
               for _, name, value in here.settings)  # fmt: skip


def _lines(work: branchwork.Work) -> int | None:
    """The changed lines of tracked files that are not committed."""
    if work.head is None:
        return None
    changes = history.changed('HEAD')
    return sum((each.added or 0) + (each.deleted or 0) for each in changes)
