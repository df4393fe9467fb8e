"""Test-driven development: the tests are run, and the run decides whether a phase holds."""

from __future__ import annotations

import os

from git_session import git, history, output, programs
from git_session.analysis import tdd as analysis
from git_session.configvalues import format_duration
from git_session.errors import FATAL, REFUSED, SessionError
from git_session.record import Record
from git_session.session import Session
from git_session.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from git_session.history import Change
    from git_session.testrun import Told
    from git_session.trust import Command

KEY = 'tdd.test_command'
OUTPUT = 'test-output.txt'  # beside the log: what the last run said
_MOST_BYTES = 64 * 1024 * 1024
_TAIL = 15  # lines of a run that are shown where it disagrees
_CANNOT_RUN = (126, 127)  # what a shell says of a command that is none
# HUP INT QUIT ILL ABRT BUS FPE KILL SEGV TERM: what ends a test runner before its time
_KILLED = (1, 2, 3, 4, 6, 7, 8, 9, 11, 15)


class Run(Record):
    """A run of the tests that came to its end; `told` is what it wrote about itself."""

    passed: bool
    status: int  # exit status, negative for a signal
    seconds: float
    told: Told | None = None

    @property
    def tests(self) -> int | None:
        return self.told.tests if self.told else None

    @property
    def failures(self) -> int | None:
        return self.told.failures if self.told else None


class Proof(Record):
    """A phase that its run does not disprove: the facts of its event."""

    phase: str
    run: Run

    @property
    def facts(self) -> dict[str, Any]:
        return {
            'phase': self.phase, 'tests': self.run.tests, 'failures': self.run.failures,
            'seconds': int(self.run.seconds),
        }  # fmt: skip


def command(here: Workspace) -> Command:
    """The command that runs the tests; raises SessionError (REFUSED) when it may not run."""
    from git_session import trust  # a status, which shows figures only, does without

    found = trust.command(here, KEY) if here.config['tdd.test_command'] else None
    if found is None:
        raise SessionError(
            f"no command runs the tests: '{KEY}' is not set",
            "'git config session.tdd.testCommand <command>' sets it for this clone, "
            'and .session/config.yaml for everybody',
            status=REFUSED,
        )
    trust.require(here, found)
    return found


def prove(here: Workspace, phase: str, changes: Sequence[Change], left_out: Iterable[str]) -> Proof:
    """Run the tests for a phase that is to be recorded.

    `changes` are those that the phase is about, `left_out` the paths with changes that the
    checkpoint will not have.  Raises SessionError (REFUSED) when the phase does not hold;
    where it is the run that says so, that run is recorded, and nothing else.
    """
    asked = command(here)
    _require_whole(left_out)
    fresh = analysis.new_tests(changes)
    if phase == 'red' and not fresh:
        raise SessionError(
            'RED needs a test that is new or changed since the last phase',
            "write one and stage it, or 'git session checkpoint -a --tdd-phase red'",
            status=REFUSED,
        )
    run = run_tests(here, asked)
    branch = here.repo.branch
    if git.resolve('HEAD') != here.repo.head or (branch and not git.is_on(branch)):
        raise SessionError('HEAD moved while the tests ran', 'nothing was recorded', status=REFUSED)
    why = analysis.contradiction(phase, passed=run.passed, tests=run.tests, failures=run.failures)
    failed = run.told.failed if run.told else None
    if phase == 'red' and not why and failed and not failed & set(fresh):
        why = 'the tests that failed are neither new nor changed'
    if why:
        _refuse(here, Proof(phase, run), why)
    return Proof(phase, run)


def _require_whole(left_out: Iterable[str]) -> None:
    """The run sees the working tree: what it sees has to be what the checkpoint has."""
    paths = [path for path in left_out if analysis.sort(path)]
    if paths:
        more = f' and {len(paths) - 1} more' if len(paths) > 1 else ''
        raise SessionError(
            f"'{paths[0]}'{more} has changes that the checkpoint would not have; "
            'the tests would run with them',
            "stage them ('git add'), or put them away", status=REFUSED,
        )  # fmt: skip


def _refuse(here: Workspace, proof: Proof, why: str) -> None:
    """Keep that the run disproved the phase; show the end of what it said."""
    maker = here.maker()
    maker.add('tdd', commit=here.repo.head, refused=why, **proof.facts)
    here.record(maker.made)
    path = os.path.join(here.place, OUTPUT)
    output.talk(output.plain(_tail(path)))
    raise SessionError(
        f'{why}; no checkpoint was made',
        f'the whole output is in {os.path.relpath(path)}', status=REFUSED,
    )  # fmt: skip


def _tail(path: str) -> str:
    with open(path, 'rb') as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(file.tell() - (1 << 14), 0))
        text = file.read().decode('utf-8', 'surrogateescape')
    return '\n'.join(text.rstrip('\n').split('\n')[-_TAIL:])


def run_tests(here: Workspace, asked: Command) -> Run:
    """Run the command at the top of the working tree; raises SessionError when it cannot end."""
    from git_session import testrun

    top, said = here.repo.top or '', os.path.join(here.place, OUTPUT)
    limit, clock = float(here.config['tdd.timeout']), [0.0]
    env = {**git.outside(), git.GUARD: '1'}
    go_on = _watch(said, limit, clock)
    globs = here.config['quality.test_reports']
    before = testrun.stamps(top, globs)
    status = programs.shell(asked.text, folder=top, env=env, said=said, go_on=go_on)
    if status is None:
        much = clock[0] < limit
        what = f'wrote more than {_MOST_BYTES >> 20} MiB' if much else (
            f'took longer than {format_duration(int(limit))}'
        )  # fmt: skip
        hint = '' if much else "'tdd.timeout' says how long they may take"
        raise SessionError(
            f'the tests were stopped: they {what}', *([hint] if hint else []), status=FATAL
        )
    told = testrun.told(top, globs, before)
    how = _no_run(status, is_told=told is not None)
    if how:
        output.talk(output.plain(_tail(said)))
        raise SessionError(f"the command of '{KEY}' cannot run the tests: {how}", status=FATAL)
    return Run(status == 0, status, clock[0], told)


def _no_run(status: int, *, is_told: bool) -> str:
    """What an exit status says that is none of tests that came to their end, '' for the others.

    A shell says 128 and the signal of what was killed in it; with a report it is a number
    of tests that failed.
    """
    if status < 0 or (status - 128 in _KILLED and not is_told):
        return f'signal {status - 128 if status > 0 else -status}'
    return f'exit status {status}' if status in _CANNOT_RUN else ''


def _watch(said: str, limit: float, clock: list[float]) -> Callable[[float], bool]:
    """Says whether a run may go on; leaves the seconds in `clock`."""
    tick = output.ticker('running the tests')

    def go_on(seconds: float) -> bool:
        clock[0] = seconds
        tick(seconds)
        return seconds < limit and os.stat(said).st_size <= _MOST_BYTES

    return go_on


# --- what a phase is about


def since(here: Workspace, amended: str | None) -> str:
    """The revision since which a test has to be new: that of the last phase that held."""
    session = here.require()
    for each in reversed(session.phases):
        commit = session.current(each.commit)
        if not each.refused and commit and commit != amended and git.has('HEAD', commit):
            return commit
    return session.base or history.empty_tree()


# --- figures


def figures(here: Workspace, session: Session | None = None) -> analysis.Figures | None:
    """The figures of this session, or of another one; None where there is no TDD."""
    of = session or here.require()
    if of.mode != 'tdd' and not of.phases:
        return None
    if session is None:
        commits = [each.oid for each in reversed(here.work().commits) if each.oid in of.commits]
    else:
        commits = history.in_order(of.commits, of.base)
    return analysis.figures(of, commits, history.paths(commits))
