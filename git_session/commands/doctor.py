"""`git session doctor`: prove the hooks, check the storage, mend what is safe to mend."""

from __future__ import annotations

import os
import sys

from git_session import (
    __version__,
    archive,
    bindings,
    config,
    enabled,
    eventlog,
    faults,
    generated,
    git,
    hookconfig,
    hooks,
    output,
    probe,
    sharing,
    storage,
    words,
)
from git_session.errors import SessionError
from git_session.options import FORMAT, Option, Syntax, Values
from git_session.record import Record
from git_session.workspace import CONFIG_FILE, open_workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from git_session.faults import Fault

ABOUT = 'Prove the hooks in a scratch worktree; check storage, notes, configuration.'
FORMS = {
    '': Syntax(
        '', 0, 0,
        (
            Option(('--fix',), 'mend what is safe to mend'),
            Option(('--no-probe',), 'do not commit in a scratch worktree'),
            *FORMAT,
        ),
    )
}  # fmt: skip
_LEAST_GIT = (2, 31)  # rev-parse --path-format
_OFF = 'GIT_SESSION'
_FIX = "'git session doctor --fix'"
_ABSENT = {'none': 'not installed', 'other': 'not installed, another hook is there'}


class Finding(Record):
    """`subject` was looked at; `problem` is '' when it is well; `remedy` says what helps.

    `note` is what else there is to say where it is well.
    """

    subject: str
    problem: str = ''
    remedy: str = ''
    fixed: bool = False
    note: str = ''


def run(action: str, values: Values) -> int:
    repo = git.discover()
    fix = values.flag('fix')
    found = [_git()]
    if probe.has_leftover(repo):
        probe.clean(repo)
        found.append(Finding('probe', 'another one was killed', fixed=True))
    mended = _mend_hooks(repo) if fix else []
    settings = git.configuration()
    known = faults.find(repo, settings)
    off = _off(repo, settings)
    outcome, unable = None, ''
    if not values.flag('no-probe') and not off.problem:
        outcome, unable = _probe(repo)
    found += [*mended, off] if off.problem else mended
    found += _hooks(repo, known, outcome)
    if unable:
        found.append(Finding('probe', unable, "'git session doctor --no-probe' does without"))
    found += [Finding(each.subject, each.problem, each.remedy) for each in known]
    found.append(_rewrite(repo, fix=fix))
    if not any(each.subject == 'notes' for each in known):
        found.append(Finding('notes'))
    found += [*_storage(repo, fix=fix), _configuration(repo)]
    _show(found, outcome, values)
    return 1 if any(each.problem and not each.fixed for each in found) else 0


def _show(found: list[Finding], outcome: probe.Outcome | None, values: Values) -> None:
    if values.json:
        output.json({
            'schema': 'git-session/doctor/1', 'version': __version__, 'python': sys.executable,
            'findings': [each.asdict() for each in found], 'probe': _data(outcome),
        })  # fmt: skip
        return
    output.out(f'git session {__version__}, python {sys.version.split()[0]}\n')
    for each, after in zip(found, [*found[1:], Finding('')], strict=True):
        note = f', {each.note}' if each.note else ''
        state = 'fixed' if each.fixed else each.problem or 'ok' + note
        output.out(f'{each.subject}: {output.line(state)}\n')
        # What helps several is said once, after the last of them.
        if each.problem and each.remedy not in ('', after.remedy) and not each.fixed:
            output.hint(each.remedy)


def _data(outcome: probe.Outcome | None) -> dict[str, Any] | None:
    """The probe in JSON; times in milliseconds, of the hook as git ran it."""
    if outcome is None:
        return None
    return {
        'hooks': [each.asdict() for each in outcome.proofs],
        'steps': [
            {'name': step.name, 'problem': step.problem,
             'hooks': [{'event': each.event, 'program': each.program, 'status': each.status,
                        'ms': round(each.ms, 1)} for each in step.fired]}
            for step in outcome.steps
        ],
    }  # fmt: skip


def _git() -> Finding:
    text = git.read('version').split()[2]
    numbers = tuple(int(part) for part in text.split('.')[:2] if part.isdigit())
    if numbers < _LEAST_GIT:
        return Finding(f'git {text}', 'too old', 'git 2.31 or later is needed')
    return Finding(f'git {text}')


def _off(repo: git.Repository, settings: list[tuple[str, str, str]]) -> Finding:
    """What switches the hooks off: then there is nothing to prove."""
    if os.environ.get(_OFF) == '0':
        return Finding('hooks', f'switched off: {_OFF}=0 in the environment', f"'unset {_OFF}'")
    why = enabled.why_off(settings, repo.branch)
    if not why:
        return Finding('hooks')
    key = why.split()[0]
    scope = why.rpartition('(')[2].split()[0]
    remedy = f"'git config --{scope} --unset {key}'" if scope != 'command' else ''
    return Finding('hooks', f'switched off: {why}', remedy)


def _mend_hooks(repo: git.Repository) -> list[Finding]:
    """Install again where that helps."""
    try:
        bad = [each for each in hooks.states(repo) if each.found != 'ours' or each.detail]
        settings = git.configuration()
        known = [each for each in faults.find(repo, settings) if each.mends]
        if faults.is_missing(repo, settings) or not (bad or known):
            return []
        hooks.install(repo)
        faults.mend_twice(repo, git.configuration())
    except SessionError as error:
        return [Finding('hooks', error.message, '\n'.join(error.hints))]
    return [Finding('hooks', 'not in place', fixed=True)]


def _probe(repo: git.Repository) -> tuple[probe.Outcome | None, str]:
    """What the probe has shown, or why there could be none."""
    try:
        return probe.run(repo), ''
    except SessionError as error:
        return None, error.message
    except OSError as error:
        return None, f'cannot make a scratch worktree: {error.filename or ""} {error.strerror}'


def _hooks(
    repo: git.Repository, known: list[Fault], outcome: probe.Outcome | None
) -> list[Finding]:
    """The hooks as they were proved, without a probe as they look."""
    bad, said = [], []
    try:
        bad = [each for each in hooks.states(repo) if each.found != 'ours' or each.detail]
    except SessionError as error:
        said = [Finding('hooks', error.message, '\n'.join(error.hints))]
    details = {each.event: each.detail or _ABSENT[each.found] for each in bad}
    remedy = '\n'.join(hooks.remedies(repo)) or "'git session hooks install'"
    named = {each.subject for each in known}
    if outcome is None:
        return said or [
            Finding(f'hook {event}', problem, remedy) for event, problem in details.items()
            if f'hook {event}' not in named
        ] or ([] if named & {'hooks', *(f'hook {each}' for each in hooks.EVENTS)}
              else [Finding('hooks', note='not proved')])  # fmt: skip
    found = [_proved(each, details, remedy) for each in outcome.proofs]
    return [
        each for each in found if not each.problem or each.subject not in named
    ] + _refused(outcome) + (said if any(each.problem for each in found) else [])  # fmt: skip


def _proved(proof: probe.Proof, details: dict[str, str], remedy: str) -> Finding:
    subject = f'hook {proof.event}'
    if proof.fired:
        other = f', {details[proof.event]}' if proof.event in details else ''
        return Finding(subject, note=f'fired in {proof.ms} ms by {proof.through}{other}')
    if proof.fired is None:
        return Finding(subject, note='but not proved')
    return Finding(subject, details.get(proof.event) or f'did not fire: {proof.problem}', remedy)


def _refused(outcome: probe.Outcome) -> list[Finding]:
    """What other hooks did not let happen; each once."""
    words = {f'{step.name}: {step.problem}': None for step in outcome.steps if step.problem}
    return [Finding('probe', note=f'without {text}') for text in words]


def _rewrite(repo: git.Repository, *, fix: bool) -> Finding:
    subject = 'notes follow amend and rebase'
    values = git.ask('config', '--get-all', 'notes.rewriteRef').out.splitlines()
    if any(value in hookconfig.REWRITE_REFS for value in values):
        return Finding(subject)
    if fix:
        try:
            hooks.install(repo)
            return Finding(subject, 'no', fixed=True)
        except SessionError:
            pass  # what it says is a finding of the hooks
    return Finding(subject, 'no', "'git session hooks install'")


def _storage(repo: git.Repository, *, fix: bool) -> list[Finding]:
    """Whether what is stored is well; with `fix` what is mended is named as fixed."""
    try:
        found = _look(repo)
    except OSError as error:
        return [_unable('access', error)]
    if not fix or not _is_writable(repo):
        return found
    try:
        _mend(repo)
    except OSError as error:
        return [*found, _unable('write', error)]
    except SessionError as error:
        return [*found, Finding('storage', error.message, '\n'.join(error.hints))]
    after = _look(repo)
    still = [each for each in after if each.problem]
    return [
        each if each in still or not each.problem else each.replace(fixed=True) for each in found
    ] + [each for each in still if each not in found]


def _unable(what: str, error: OSError) -> Finding:
    """A system call on an open file does not say which it was."""
    where = f" '{error.filename}'" if error.filename else ''
    return Finding('storage', f'cannot {what}{where}: {error.strerror}')


def _is_writable(repo: git.Repository) -> bool:
    return os.access(repo.sessions if os.path.isdir(repo.sessions) else repo.common, os.W_OK)


def _look(repo: git.Repository) -> list[Finding]:
    unwritable = '' if _is_writable(repo) else f"'{repo.sessions}' is not writable"
    found = [Finding('storage', unwritable)]
    for branch, name in eventlog.live(repo.sessions).items():
        place = eventlog.directory(repo.sessions, branch)
        session, _, lost = archive.load(place)
        subject = f'session {name}'
        if not session.started:
            found.append(Finding(subject, f"'{place}' has no start event", _FIX))
        elif lost:
            found.append(_damaged(subject, place, lost))
        elif session.branch != branch and not bindings.is_same(repo, branch, session.branch):
            found.append(Finding(subject, f"says it is of branch '{session.branch}'"))
        else:
            found.append(Finding(subject))
    return found + _shared()


def _damaged(subject: str, place: str, lost: int) -> Finding:
    path = os.path.join(place, eventlog.LOG)
    return Finding(
        subject, f"{words.count(lost, 'line')} of '{path}' cannot be read",
        f"they are kept and passed over; {_FIX} moves what is damaged to '{eventlog.DAMAGED}'",
    )  # fmt: skip


def _shared() -> list[Finding]:
    """Whether logs and notes agree; each is made again from the other."""
    try:
        here = open_workspace(reconcile=False)
    except SessionError:
        return []  # of the configuration, which is looked at by itself
    try:
        balance = storage.compare(here)
    except SessionError as error:
        return [Finding('notes', error.message, '\n'.join(error.hints))]
    return [
        _damaged(f'session {os.path.basename(place)}', place, lost)
        for place, lost in balance.damaged.items()
    ] + [
        Finding(f'session {name}', f'{words.count(len(lost), "published event")} in no note', _FIX)
        for name, lost in balance.unnoted.items()
    ] + [
        Finding(f'session {name}', f'{words.count(len(lost), "event")} in the notes only', _FIX)
        for name, lost in balance.unlogged.items()
    ]  # fmt: skip


def _mend(repo: git.Repository) -> None:
    """Take damaged lines out, make logs, notes and generated files again from what is there."""
    here = open_workspace()  # follows renames and deletions, ends what was ending
    with eventlog.lock(repo.sessions):
        for place in sharing.places(repo):
            eventlog.set_aside(place)
    balance = storage.compare(here)
    if balance.unnoted or balance.unlogged:
        storage.mend(here, balance)
    with eventlog.lock(repo.sessions):
        for branch in eventlog.live(repo.sessions):
            generated.generate(eventlog.directory(repo.sessions, branch), here.config)


def _configuration(repo: git.Repository) -> Finding:
    path = os.path.join(repo.top, CONFIG_FILE) if repo.top else None
    try:
        found = config.load(path, git.configuration())
    except SessionError as error:
        return Finding('configuration', error.message, '\n'.join(error.hints))
    return Finding('configuration', '; '.join(found.warnings))
