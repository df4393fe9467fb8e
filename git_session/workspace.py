"""A working tree with the session of its branch: what every command starts from.

Opening one reconciles: commits, rewrites and renames that no hook reported
become events first, so that what is shown is right even where hooks never ran.
"""

from __future__ import annotations

import errno
import os
import sys

# What is not needed to find out where we are is loaded later, while git looks (`work`).
from git_session import (
    archive,
    bindings,
    branchwork,
    config,
    enabled,
    eventlog,
    events,
    git,
    output,
)
from git_session.config import Config
from git_session.errors import FATAL, REFUSED, SessionError
from git_session.eventlog import Maker
from git_session.events import Event
from git_session.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from git_session.added import Added, Reading
    from git_session.views.quality import Quality

CONFIG_FILE = os.path.join('.session', 'config.yaml')
_POINTER = 'session-branch'  # in the worktree's git directory: a hint for post-checkout


# A file system that is full or read-only, a directory of somebody else's, a limit on files.
_UNWRITABLE = (
    errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM,
)  # fmt: skip


class Workspace:
    """Use `open_workspace`."""

    def __init__(
        self, repo: git.Repository, settings: list[tuple[str, str, str]], config: Config
    ) -> None:
        self.repo = repo
        self.settings = settings
        self.config = config
        self.session: Session | None = None
        self.place = ''
        self.events: list[Event] = []
        self.lost = 0  # lines of the log that hold no event
        self.most_counted = 0  # files in which lines are counted and marks read, 0 for any
        self._warned: list[str] = []
        self._work: branchwork.Work | None = None
        self._identity: git.Process | None = None
        self._begun: branchwork.Comparison | None = None
        self._added: list[Added] | None = None
        self._reading: Reading | None = None
        self._quality: Quality | None = None

    @property
    def idle(self) -> float:
        return float(self.config['session.idle_timeout'])

    def setting(self, key: str, default: str = '') -> str:
        """A value of git's configuration; `key` as git lists it, lower case."""
        found = [value for _, name, value in self.settings if name == key]
        return found[-1] if found else default

    @property
    def off(self) -> str:
        """What switches the hooks off for this branch, '' when they are on."""
        return enabled.why_off(self.settings, self.repo.branch)

    @property
    def dates(self) -> str:
        """The strftime format of dates."""
        return str(self.config['display.date_format'])

    def style(self) -> output.Style:
        """How to draw on stdout: display.color, else git's color.session and color.ui."""
        color = str(self.config['display.color'])
        if self.config.origin('display.color') == 'default':
            color = self.setting('color.session', self.setting('color.ui', 'auto')).lower()
            color = {'false': 'never', 'no': 'never', 'off': 'never'}.get(color, color)
            color = color if color in ('always', 'never') else 'auto'
        return output.style(sys.stdout, color)

    def require(self) -> Session:
        """The session of this branch; raises SessionError with what to do when there is none."""
        if self.session is not None:
            return self.session
        if self.repo.top is None:
            raise SessionError('this operation must be run in a work tree')
        if self.repo.branch is None:
            raise SessionError(
                'HEAD is detached; a session belongs to a branch',
                "switch to one with 'git session switch <branch>'",
                status=REFUSED,
            )
        raise SessionError(
            f"no session on branch '{self.repo.branch}'",
            "start one with 'git session start [<branch>] -o <objective>'",
            status=REFUSED,
        )

    def find(self, wanted: str) -> str:
        """The directory of the session that somebody names (archive.find)."""
        current = self.session.id if self.session is not None else None
        return archive.find(self.repo.sessions, wanted, current)

    def chosen(self, wanted: str | None) -> tuple[Session, list[Event]]:
        """The session that somebody names, by default that of this branch, and its events."""
        if wanted is None:
            return self.require(), self.events
        session, found, _ = archive.load(self.find(wanted))
        return session, found

    def load(self) -> None:
        """Read the session of HEAD's branch, if it has one."""
        self.session = None
        self.forget_work()
        if self.repo.branch is None:
            return
        self.place = eventlog.directory(self.repo.sessions, self.repo.branch)
        name = eventlog.session_id(self.place)
        if name:
            self.session, self.events, self.lost = archive.load(self.place)

    def work(self, status: git.Process | None = None) -> branchwork.Work:
        """What the session built, read from git once; `status` may run already."""
        if self._work is None:
            base = self.require().base_ref.removeprefix('refs/heads/')
            self._work = branchwork.read(
                self.require(), self.repo, status, self._begun,
                has_upstream=bool(self.setting(f'branch.{base}.merge')),
                most_counted=self.most_counted,
            )  # fmt: skip
            self._begun = None
        return self._work

    def begin_work(self) -> None:
        """Let git begin with what `work` gives."""
        session, head = self.require(), self.repo.head
        if self._work is None and head is not None:
            self._begun = branchwork.begin(session, head, self.most_counted)

    def forget_work(self) -> None:
        """What was built has to be read again: more of it is known."""
        self._work = self._added = self._quality = None
        if self._reading is not None:
            self._reading.lines()  # nobody waits for its process otherwise
            self._reading = None

    def added(self) -> list[Added]:
        """The lines that the session added, read once."""
        if self._added is None:
            self.read_added()
            reading, self._reading = self._reading, None
            self._added = reading.lines() if reading is not None else []
        return self._added

    def read_added(self) -> None:
        """Let git begin with what `added` gives."""
        if self._added is None and self._reading is None:
            from git_session import added, measure

            wanted = measure.tracking(self.config).is_read
            self._reading = added.Reading(self.repo.top or '.', self.work(), wanted)

    def quality(self) -> Quality:
        """Figures of the reports and marks in the code as they are now, read once.

        A switch, a merge and what puts work aside write files anew, which makes their
        reports old: whoever does that asks before.
        """
        if self._quality is None:
            from git_session import measure
            from git_session.analysis import marks
            from git_session.views.quality import Quality

            session, work = self.require(), self.work()
            words = self.config['tracking.annotations']
            marked = marks.find(self.added(), words)
            self._quality = Quality(
                measure.figures(self.repo, self.config, session, work, self.added),
                tuple(marks.open_ones(marked, session)),
            )
        return self._quality

    def maker(self) -> Maker:
        """Makes the events of this command; `record` writes them."""
        session = self.require()
        return Maker(
            session.id, git.identity(self._identity), self.events[-1].id if self.events else ''
        )

    def record(self, made: Iterable[Event], *, in_passing: bool = False) -> Session:
        """Write events to the log, then everything that follows from it.

        When this returns, the events are on disk, and the session is what the log
        says with them and with what others wrote meanwhile.  Raises SessionError
        when they could not be written: then nothing was recorded.  Who records `in_passing`
        is told by an OSError that nothing can be written there.
        """
        try:
            return self._record(list(made))
        except OSError as error:
            if in_passing and error.errno in _UNWRITABLE:
                raise
            raise SessionError(
                f"cannot record in '{self.place}': {error.strerror}", 'nothing was recorded'
            ) from None

    def _record(self, recorded: list[Event]) -> Session:
        lines = [events.encode(event) for event in recorded]
        session = self.require()
        with eventlog.lock(self.repo.sessions):
            if eventlog.session_id(self.place) != session.id:
                raise SessionError(
                    f'session {session.id} has just ended or moved; nothing was recorded'
                )
            eventlog.append(self.place, lines)
            session = self._refresh()
        if any('public' in event.facts for event in recorded):
            from git_session import leaks

            leaks.tell(session, recorded)
        return session

    def generate(self) -> None:
        """Write the generated files from the log as it is now."""
        name = self.require().id
        try:
            with eventlog.lock(self.repo.sessions):
                if eventlog.session_id(self.place) == name:
                    self._refresh()
        except OSError as error:
            self._warn(error)

    def _refresh(self) -> Session:
        """Read the log again and write the files that follow from it; holds the lock."""
        self.session, self.events, self.lost = archive.load(self.place)
        try:
            from git_session import generated

            generated.generate(self.place, self.config)
        except OSError as error:
            self._warn(error)
        tell_plugins(self.repo.top, self.session)
        return self.session

    def _warn(self, error: OSError) -> None:
        """Nothing is lost: the log has it all, and the next command tries again."""
        text = f"cannot write in '{self.place or self.repo.sessions}': {error.strerror}"
        if text not in self._warned:
            self._warned.append(text)
            output.warn(text)

    def in_passing(self) -> _InPassing:
        """For a `with`: what could be written down here waits where nothing can be written."""
        return _InPassing(self)

    def point(self) -> None:
        """Tell the hooks of this worktree that it has a session."""
        text = f'{self.repo.branch}\n' if self.session is not None else ''
        eventlog.write_file(os.path.join(self.repo.gitdir, _POINTER), text)


class _InPassing:
    """See `Workspace.in_passing`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        if not isinstance(error, OSError) or error.errno not in _UNWRITABLE:
            return False
        self._workspace._warn(error)
        return True


def _nothing() -> None:
    pass


def open_workspace(
    *, reconcile: bool = True, work: bool = False, arriving: bool = False,
    asked: git.Asked | None = None, most_counted: int = 0,
    meanwhile: Callable[[], object] = _nothing,
) -> Workspace:  # fmt: skip
    """Find the repository, read the configuration, load the session and reconcile it.

    A command that shows what was built says so with `work`: it is read once then.
    One that has just switched here itself is `arriving`: it resumes the session.
    `asked` is what git has been asked already, with the working tree when `work` is.
    Who has no time says with `most_counted` in how many files lines may be counted, and
    leaves generated files that are old to the next one.
    `meanwhile` is called while git compares: to load what shows the answer.
    """
    asked = asked or git.start_asking(status=work)
    repo = git.discover(asked.where)
    settings = git.parse_configuration(git.checked(asked.configuration.reply()))
    path = os.path.join(repo.top, CONFIG_FILE) if repo.top else None
    cache = os.path.join(repo.sessions, '.config.json')
    found = config.load(path, settings, cache if os.path.isdir(repo.sessions) else None)
    workspace = Workspace(repo, settings, found)
    workspace.most_counted = most_counted
    workspace._identity = asked.identity
    with workspace.in_passing():
        enabled.settle(repo, settings)
    if reconcile:
        with workspace.in_passing():
            for text in bindings.reconcile(repo, idle=workspace.idle):
                output.talk(output.plain(text))
    workspace.load()
    if reconcile:
        with workspace.in_passing():
            _restore(workspace)
    if workspace.session is not None and reconcile:
        with workspace.in_passing():
            _complete(workspace)
    if workspace.session is not None and reconcile:
        built = None
        if work:
            workspace.begin_work()
            meanwhile()
            built = workspace.work(asked.status)
        with workspace.in_passing():
            _reconcile(workspace, built, reason='' if arriving else 'found')
        if work:
            workspace.read_added()
        if workspace.config['session.auto_checkpoint']:
            with workspace.in_passing():
                _checkpoint(workspace)
        from git_session import generated, identity, presence

        # git's hooks leave that to the next command too.
        if not most_counted and generated.is_stale(workspace.place, found, workspace.require()):
            workspace.generate()
        if not workspace.off:
            name = workspace.setting('user.name')
            presence.renew(repo, identity.agent(), name, has_seen=arriving)
    if reconcile:
        tell_plugins(repo.top, workspace.session)
    return workspace


def tell_plugins(top: str | None, session: Session | None) -> None:
    """Tell the plugins beside us of the session of this working tree, where they are asked for."""
    if top is None or not os.path.isdir(os.path.join(top, '.ccmp')):
        return
    from git_session import ccmp

    try:
        kept = ccmp.share(top, session)
    except OSError as error:
        output.warn(f"cannot write '{error.filename}': {error.strerror}")
        return
    if kept:
        output.warn(f"cannot understand '.ccmp/state.json'; it is kept as '{kept}'")


def _checkpoint(workspace: Workspace) -> None:
    """Record the checkpoints that are due though nobody asks for them."""
    from git_session.analysis import automatic, figures

    session, config = workspace.require(), workspace.config
    if session.state != 'active' or workspace.repo.head is None:
        return
    made = Maker(session.id, '', workspace.events[-1].id if workspace.events else '')
    interval, track = config['session.checkpoint_interval'], config['session.auto_track']
    commits, is_due = automatic.due(session, made.now, interval, track=track)
    fresh = [
        events.checkpoint_event(session.id, commit, int(session.commits[commit]))
        for commit in commits
    ]
    if is_due:
        impact = figures.impact(workspace.quality().figures)
        made.add('checkpoint', commit=workspace.repo.head, auto=True, impact=impact)
    if fresh or made.made:
        workspace.record([*fresh, *made.made], in_passing=True)


def require_work_tree(workspace: Workspace) -> str:
    """The top of the working tree; raises SessionError in a bare repository."""
    if workspace.repo.top is None:
        raise SessionError('this operation must be run in a work tree', status=FATAL)
    return workspace.repo.top


def _restore(workspace: Workspace) -> None:
    """Find the session again whose `id` is lost or damaged, and bind it to its branch."""
    session, branch = workspace.session, workspace.repo.branch
    if branch is None:
        return
    bound = workspace.setting(f'branch.{branch}.session')
    if session is not None and session.started:
        if bound != session.id and session.state != 'ended':
            bindings.mend(workspace.repo, branch, session.id, bound)
        return
    name = bindings.restore(workspace.repo, branch, bound)
    if name is None and session is None and bound:
        bindings.mend(workspace.repo, branch, None, bound)
    if name is not None:
        bindings.bind(branch, name)
        output.talk(f'the id of session {name} was lost; it is there again')
        workspace.load()


def _complete(workspace: Workspace) -> None:
    """Finish what was killed half way: an end whose session is not in the archive yet."""
    session, branch = workspace.require(), workspace.repo.branch or ''
    if session.state != 'ended' and session.started:
        return
    if bindings.complete(workspace.repo, branch, idle=workspace.idle):
        output.talk(f'session {session.id} had ended; it is archived now')
    workspace.load()


def _reconcile(workspace: Workspace, built: branchwork.Work | None, *, reason: str) -> None:
    """Record what happened to this branch while no hook was looking.

    `reason` is that of a resume, when HEAD is on a branch that was left.
    """
    session, repo = workspace.require(), workspace.repo
    made = Maker(session.id, '', workspace.events[-1].id if workspace.events else '')
    fresh: list[Event] = []
    if repo.head is not None:
        from git_session import reconcile

        fresh = reconcile.unreported(session, repo.branch or '', repo.head, made, built)
    if session.state == 'paused' and session.reason == 'switch':
        made.add('resume', reason=reason)
    fresh += made.made
    if fresh:
        workspace.record(fresh, in_passing=True)
        workspace.forget_work()
        workspace.point()
