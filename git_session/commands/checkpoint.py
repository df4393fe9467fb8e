"""`git session checkpoint`: commit what is staged with the session's record, or mark HEAD."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from git_session import (
    branchwork,
    contextpart,
    events,
    git,
    history,
    identity,
    knowledge,
    measure,
    output,
    presence,
    secrets,
    sharing,
    tdd,
    trailers,
    words,
)
from git_session.analysis import figures
from git_session.analysis.subject import propose
from git_session.analysis.tdd import PHASES
from git_session.errors import FATAL, REFUSED, USAGE, SessionError
from git_session.eventlog import Maker
from git_session.options import Option, Syntax, Values
from git_session.replay import decision
from git_session.session import Decision, Session
from git_session.workspace import Workspace, open_workspace, require_work_tree

ABOUT = 'Commit what is staged with the record of the session, or record HEAD as it is.'
FORMS = {
    '': Syntax(
        '', 0, 0,
        (
            Option(('-m', '--message'), 'the message, a paragraph each', value='msg', many=True),
            Option(('-F', '--file'), 'read the message from a file, - for stdin', value='file'),
            Option(('-e', '--edit'), 'edit the message before committing'),
            Option(('-l', '--label'), 'a name for this checkpoint', value='label'),
            Option(('-d', '--decision'), 'a decision made here', value='text', many=True),
            Option(('-a', '--all'), 'commit all changes of tracked files'),
            Option(('--no-commit',), 'record only, commit nothing'),
            Option(('--amend',), 'amend the last commit'),
            Option(('--tdd-phase',), 'run the tests, which have to prove this phase of TDD',
                   value='phase', choices=PHASES),
            Option(('--update-context',), 'refresh the context files that are stale',
                   negatable=True),
        ),
    )
}  # fmt: skip


def run(action: str, values: Values) -> int:
    here = open_workspace()
    require_work_tree(here)
    session = here.require()
    if values.flag('amend') and values.flag('no-commit'):
        raise SessionError(
            "options '--amend' and '--no-commit' cannot be used together", status=USAGE
        )
    given = _message(here, values)
    label = (values.text('label') or '').strip()
    proof = _prove(here, values)
    measured = here.quality().figures  # before the commit, and after the tests of a proof
    _tell_unknown(measured)
    maker = here.maker()
    made = _decide(maker, values)
    logged = _log_decisions(here, made)
    amended = here.repo.head if values.flag('amend') else None
    committed = values.flag('amend') or (
        not values.flag('no-commit') and _has_changes(here, values)
    )
    impact: dict[str, Any] = figures.impact(measured)
    try:
        if committed:
            _look_at_context(here, values)
            label = label or _label(session, amended)
            decided = [*_decided(session, amended), *made]
            impact = _commit(here, session, values, given, label=label, decisions=decided)
    except (SessionError, OSError, KeyboardInterrupt):
        for each in logged:
            knowledge.remove_decision(here.repo.top or '', each, session.id)
        raise
    _record(
        here, maker, label=label, message=given, committed=committed, impact=impact,
        amended=amended, proof=proof,
    )  # fmt: skip
    return 0


def _look_at_context(here: Workspace, values: Values) -> None:
    paths = [
        each.path for each in here.work().uncommitted
        if each.xy != '??' and (each.is_staged or values.flag('all'))
    ]  # fmt: skip
    contextpart.keep_up(here, paths, wanted=values.choice('update-context'))


def _prove(here: Workspace, values: Values) -> tdd.Proof | None:
    """Let the tests prove the phase of --tdd-phase, if one is given, for what is committed."""
    phase = values.text('tdd-phase')
    if phase is None:
        return None
    amended = here.repo.head if values.flag('amend') else None
    base, every = tdd.since(here, amended), values.flag('all')
    if values.flag('no-commit'):
        changes = history.changed(base, 'HEAD') if here.repo.head else ()
    else:
        changes = history.changed(base) if every else history.changed('--cached', base)
    status = git.read('status', '--porcelain=v2', '-z', '--untracked-files=all')
    left = [
        each.path for each in branchwork.parse_status(status)
        if values.flag('no-commit') or each.xy == '??' or (each.xy[1] != '.' and not every)
    ]  # fmt: skip
    return tdd.prove(here, phase, changes, left)


def _decide(maker: Maker, values: Values) -> list[Decision]:
    """The decisions given with -d."""
    texts = [text.strip() for text in values.texts('decision')]
    if not all(texts):
        raise SessionError('a decision needs a text', status=REFUSED)
    added = [maker.add('decision.add', text=text) for text in texts]
    return [decision(each) for each in added]


def _decided(session: Session, amended: str | None) -> list[Decision]:
    """The decisions in force since the last checkpoint commit, the one that is amended apart."""
    last = max(
        (each.ref for each in session.checkpoints if each.committed and each.commit != amended),
        default='',
    )
    return [each for each in session.binding_decisions() if each.ref > last]


def _label(session: Session, amended: str | None) -> str:
    """The label of the checkpoint that is amended."""
    labels = [each.label for each in session.checkpoints if amended and each.commit == amended]
    return next((label for label in reversed(labels) if label), '')


def _message(here: Workspace, values: Values) -> str:
    """The message as given: -m paragraphs or -F."""
    path = values.text('file')
    if path is None:
        return '\n\n'.join(values.texts('message')).strip()
    if values.texts('message'):
        raise SessionError("options '-m' and '-F' cannot be used together", status=USAGE)
    try:
        if path == '-':
            data = sys.stdin.buffer.read()
        else:
            with open(path, 'rb') as file:
                data = file.read()
    except OSError as error:
        raise SessionError(f"could not read log file '{path}': {error.strerror}") from None
    try:
        return data.decode().strip()
    except UnicodeDecodeError:
        return _decoded(data, here.setting('i18n.commitencoding')).strip()


def _decoded(data: bytes, encoding: str) -> str:
    """Text in the encoding that the user has configured for messages."""
    try:
        return data.decode(encoding or 'utf-8')
    except (UnicodeDecodeError, LookupError):
        return data.decode('utf-8', 'surrogateescape')


def _log_decisions(here: Workspace, made: list[Decision]) -> list[Decision]:
    """Write the decisions to the shared log first, so that -a commits them."""
    top, session = here.repo.top or '', here.require()
    return [each for each in made if knowledge.append_decision(top, each, session.id)]


def _has_changes(here: Workspace, values: Values) -> bool:
    """Whether the commit would have something in it."""
    if os.path.exists(os.path.join(here.repo.gitdir, 'MERGE_HEAD')):
        return True
    # What is dirty inside a submodule is committed there, not here.
    options = ('--porcelain=v2', '-z', '--untracked-files=no', '--ignore-submodules=dirty')
    entries = branchwork.parse_status(git.read('status', *options))
    if values.flag('all'):
        return bool(entries)
    return any(each.is_staged for each in entries)


def _commit(
    here: Workspace,
    session: Session,
    values: Values,
    given: str,
    *,
    label: str,
    decisions: list[Decision],
) -> dict[str, Any]:
    """Make the commit; its impact.  Raises SessionError when git or a hook refused it."""
    amend = values.flag('amend')
    changes = _changes(here, values)
    label = secrets.redact(label)  # a commit leaves; the message is the user's own words
    given = given or _message_there(here, amend=amend)
    if not given:
        active = session.active_objectives()
        given = propose(changes, label or (active[0].shared if active else ''))
    impact = _impact(changes) | _measured(here, values)
    amended = (here.repo.head or '') if amend else ''
    before = {key: figures.last(session.checkpoints, key, amended) for key in figures.SHOWN}
    block = trailers.block(
        session, label=label,
        decisions=[(each.shared.text, each.shared.rationale) for each in decisions],
        impact=impact, seconds=_seconds(here, session), measured=figures.lines(impact, before),
    )  # fmt: skip
    path = os.path.join(here.repo.gitdir, 'SESSION_EDITMSG')
    with open(path, 'wb') as file:
        file.write(trailers.join(given, block).encode('utf-8', 'surrogateescape'))
    options = ['--amend'] if amend else []
    options += ['-a'] if values.flag('all') else []
    options += ['-e'] if values.flag('edit') else []
    # The lines we add are UTF-8, so the commit has to say so.
    try:
        reply = git.act('-c', 'i18n.commitEncoding=UTF-8', 'commit', '-F', path, *options)
    finally:
        os.remove(path)
    if reply.status != 0:
        status = FATAL if reply.status < 0 else reply.status
        raise SessionError('nothing was recorded', status=status)
    presence.moved(here.repo, git.discover(), identity.agent())
    return impact


def _tell_unknown(measured: figures.Figures) -> None:
    """Say which figures are not known where they could be, and why."""
    for kind in figures.SHOWN:
        if kind in measured.unknown:
            output.talk(f'{kind} unknown: {output.line(measured.unknown[kind])}')


def _measured(here: Workspace, values: Values) -> dict[str, Any]:
    """The figures for the impact; none where the reports know of more than is committed."""
    found = figures.impact(here.quality().figures)
    every = values.flag('all')
    left = measure.left_out(here.config, here.repo.top or '', here.work(), every=every)
    if found and left:
        output.talk(
            f"no tests and coverage in this commit: it leaves out '{output.line(left)}', "
            'which was there when they were measured'
        )
        return {}
    return found


def _message_there(here: Workspace, *, amend: bool) -> str:
    """The message of the commit that is amended, or what a merge proposes; '' without either."""
    if amend and here.repo.head is not None:
        return trailers.strip(git.read('log', '-1', '--format=%B')).strip()
    path = os.path.join(here.repo.gitdir, 'MERGE_MSG')
    if not os.path.exists(os.path.join(here.repo.gitdir, 'MERGE_HEAD')) or amend:
        return ''
    with open(path, 'rb') as file:
        return git.read('stripspace', '--strip-comments', stdin=file.read()).strip()


def _seconds(here: Workspace, session: Session) -> float:
    """The active time up to now."""
    last = max((moment for moment, _ in session.clock), default=0.0)
    now = time.time()
    gap = now - last if session.state == 'active' and now - last <= here.idle else 0.0
    return session.active_seconds(here.idle) + max(gap, 0.0)


def _changes(here: Workspace, values: Values) -> tuple[history.Change, ...]:
    """What the commit will change: index or working tree against its parent."""
    parent = here.repo.head or history.empty_tree()
    if values.flag('amend'):
        parent = git.resolve('HEAD^') or history.empty_tree()
    return history.changed(parent) if values.flag('all') else history.changed('--cached', parent)


def _impact(changes: tuple[history.Change, ...]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for key, statuses in (('added', 'AC'), ('modified', 'MT'), ('deleted', 'D')):
        paths = [each.path for each in changes if each.status in statuses]
        if paths:
            named[key] = paths
    renamed = [f'{each.old_path} => {each.path}' for each in changes if each.status == 'R']
    if renamed:
        named['renamed'] = renamed
    named['lines_added'] = sum(each.added or 0 for each in changes)
    named['lines_deleted'] = sum(each.deleted or 0 for each in changes)
    return named


def _record(
    here: Workspace, maker: Maker, *, label: str, message: str, committed: bool,
    impact: dict[str, Any], amended: str | None, proof: tdd.Proof | None,
) -> None:  # fmt: skip
    head = git.resolve('HEAD')
    extra = []
    if committed and head:
        commit = history.describe([head])[0]
        extra.append(events.commit_event(here.require().id, head, commit.time))
        if amended and amended != head:
            maker.add('rewrite', by='amend', pairs=[[amended, head]])
    maker.add(
        'checkpoint', commit=head, label=label, message=message.partition('\n')[0],
        committed=committed or None, impact=impact, tdd_phase=proof.phase if proof else None,
    )  # fmt: skip
    if proof:
        maker.add('tdd', commit=head, **proof.facts)
    session = here.record([*extra, *maker.made])
    sharing.publish(here.repo, [here.place], here.config)
    where = f' at {words.short(head)}' if head else ''
    what = f' {proof.phase.upper()}' if proof else ''
    what += f' {output.line(label)}' if label else ''
    done = 'committed' if committed else 'recorded, nothing was committed'
    spent = words.duration(session.active_seconds(here.idle))
    output.talk(f'checkpoint{what}{where}: {done}, active time {spent}')
    if message and not committed and label == '':
        output.talk(f'  {output.line(message)}')
    if committed is False and message == '' and label == '':
        output.hint("name it with '-l <label>' or '-m <message>' to find it again")
