"""`git session doctor`: check the installation and the storage, mend what is safe to mend."""

from __future__ import annotations

import os
import sys

from git_session import __version__, archive, config, eventlog, git, hookconfig, hooks, output
from git_session.errors import SessionError
from git_session.options import FORMAT, Option, Syntax, Values
from git_session.record import Record
from git_session.workspace import CONFIG_FILE, generate, open_workspace

ABOUT = 'Check hooks, storage, notes and configuration; --fix mends what is safe to mend.'
FORMS = {'': Syntax('', 0, 0, (Option(('--fix',), 'mend what is safe to mend'), *FORMAT))}
_LEAST_GIT = (2, 31)  # rev-parse --path-format


class Finding(Record):
    """`subject` was looked at; `problem` is '' when it is well; `remedy` says what helps."""

    subject: str
    problem: str = ''
    remedy: str = ''
    fixed: bool = False


def run(action: str, values: Values) -> int:
    repo = git.discover()
    fix = values.flag('fix')
    found = [
        _git(),
        *_hooks(repo, fix=fix),
        _rewrite(repo, fix=fix),
        _notes(),
        *_sessions(repo, fix=fix),
    ]
    found.append(_configuration(repo))
    if values.json:
        output.json({
            'schema': 'git-session/doctor/1', 'version': __version__, 'python': sys.executable,
            'findings': [each.asdict() for each in found],
        })  # fmt: skip
    else:
        output.out(f'git session {__version__}, python {sys.version.split()[0]}\n')
        for each in found:
            state = 'fixed' if each.fixed else each.problem or 'ok'
            output.out(f'{each.subject}: {output.line(state)}\n')
            if each.problem and each.remedy and not each.fixed:
                output.hint(each.remedy)
    return 1 if any(each.problem and not each.fixed for each in found) else 0


def _git() -> Finding:
    text = git.read('version').split()[2]
    numbers = tuple(int(part) for part in text.split('.')[:2] if part.isdigit())
    if numbers < _LEAST_GIT:
        return Finding(f'git {text}', 'too old', 'git 2.31 or later is needed')
    return Finding(f'git {text}')


def _hooks(repo: git.Repository, *, fix: bool) -> list[Finding]:
    try:
        bad = [each for each in hooks.states(repo) if each.found != 'ours' or each.detail]
        if bad and fix:
            hooks.install(repo)
            return [Finding('hooks', 'not in place', fixed=True)]
    except SessionError as error:
        return [Finding('hooks', error.message, '\n'.join(error.hints))]
    return [
        Finding(f'hook {each.event}', each.detail or f'not installed ({each.found})',
                "'git session hooks install'")
        for each in bad
    ] or [Finding('hooks')]  # fmt: skip


def _rewrite(repo: git.Repository, *, fix: bool) -> Finding:
    subject = 'notes follow amend and rebase'
    values = git.ask('config', '--get-all', 'notes.rewriteRef').out.splitlines()
    if any(value in (hookconfig.NOTES_REF, 'refs/notes/*') for value in values):
        return Finding(subject)
    if fix:
        hooks.install(repo)
        return Finding(subject, 'no', fixed=True)
    return Finding(subject, 'no', "'git session hooks install'")


def _notes() -> Finding:
    """A forced fetch of notes would overwrite what was not pushed."""
    specs = git.ask('config', '--get-regexp', r'^remote\..*\.fetch$').out.splitlines()
    forced = [spec for spec in specs if '+refs/notes/' in spec and ':refs/notes/' in spec]
    forced = [spec for spec in forced if ':refs/notes/remotes/' not in spec]
    if forced:
        return Finding('notes', f'a fetch overwrites them: {forced[0]}',
                       'fetch them to another place than refs/notes/')  # fmt: skip
    return Finding('notes')


def _sessions(repo: git.Repository, *, fix: bool) -> list[Finding]:
    found = []
    writable = os.access(repo.sessions if os.path.isdir(repo.sessions) else repo.common, os.W_OK)
    found.append(Finding('storage', '' if writable else f"'{repo.sessions}' is not writable"))
    for branch, name in eventlog.live(repo.sessions).items():
        place = eventlog.directory(repo.sessions, branch)
        session, _, lost = archive.load(place)
        subject = f'session {name}'
        if not session.started:
            found.append(Finding(subject, f"'{place}' has no start event"))
        elif lost:
            path = os.path.join(place, eventlog.LOG)
            found.append(
                Finding(
                    subject,
                    f"{lost} lines of '{path}' cannot be read",
                    'they are kept and passed over',
                )
            )
        elif session.branch != branch:
            found.append(Finding(subject, f"says it is of branch '{session.branch}'"))
        else:
            found.append(Finding(subject))
        if fix and writable:
            _mend(repo, place)
    if fix and writable:
        open_workspace()  # follows renames and deletions, ends what was ending
    return found


def _mend(repo: git.Repository, place: str) -> None:
    """Make the generated files again."""
    path = os.path.join(repo.top, CONFIG_FILE) if repo.top else None
    with eventlog.lock(repo.sessions, exclusive=True):
        generate(place, config.load(path, git.configuration()))


def _configuration(repo: git.Repository) -> Finding:
    path = os.path.join(repo.top, CONFIG_FILE) if repo.top else None
    try:
        found = config.load(path, git.configuration())
    except SessionError as error:
        return Finding('configuration', error.message, '\n'.join(error.hints))
    return Finding('configuration', '; '.join(found.warnings))
