"""What to do next, each step with the fact it follows from."""

from __future__ import annotations

from git_session import words
from git_session.history import Work
from git_session.output import line
from git_session.record import Record
from git_session.session import Session


class Step(Record):
    """`command` may be empty; `reason` is the fact."""

    text: str
    reason: str
    command: str = ''


def next_steps(session: Session, work: Work) -> list[Step]:
    """The next steps, the nearest first."""
    steps = []
    if any('U' in each.xy or each.xy in ('AA', 'DD') for each in work.uncommitted):
        steps.append(Step('resolve the conflicts in the working tree', 'unmerged files'))
    for blocker in session.open_blockers():
        how = f'git session blockers resolve {blocker.number}'
        steps.append(Step(f'resolve {blocker.name} {line(blocker.text)}', 'open blocker', how))
    steps += _cycle(session)
    active = session.active_objectives()
    for each in active:
        how = f'git session objectives complete {each.number}'
        steps.append(Step(f'finish {each.name} {line(each.text)}', 'active objective', how))
    pending = [each for each in session.objectives if each.state == 'pending']
    if pending and not active:
        how = f'git session objectives start {pending[0].number}'
        text = f'start {pending[0].name} {line(pending[0].text)}'
        steps.append(Step(text, 'first pending objective', how))
    if not session.objectives:
        how = 'git session objectives add <text>'
        steps.append(Step('say what this session is for', 'no objective yet', how))
    tracked = [each for each in work.uncommitted if each.xy != '??']
    untracked = len(work.uncommitted) - len(tracked)
    if tracked:
        how = 'git session checkpoint -a'
        steps.append(Step('commit or checkpoint the changes', f'{len(tracked)} uncommitted', how))
    if untracked:
        steps.append(Step('add or ignore the new files', f'{untracked} untracked', 'git add'))
    if work.behind and not work.is_in_base:
        base = work.base.removeprefix('refs/heads/').removeprefix('refs/remotes/')
        steps.append(Step(f'take in {base}', f'{words.count(work.behind, "commit")} behind'))
    finished = not session.open_objectives() and not session.open_blockers()
    if session.objectives and finished and session.state != 'ended':
        steps.append(Step('end the session', 'every objective is done', 'git session end'))
    return steps


def _cycle(session: Session) -> list[Step]:
    """What TDD asks for next."""
    held = [each.phase for each in session.phases if not each.refused]
    if session.state == 'ended' or (session.mode != 'tdd' and not held):
        return []
    how = 'git session checkpoint --tdd-phase '
    if held and held[-1] == 'red':
        return [Step('make the failing test pass', 'the last phase is RED', f'{how}green')]
    reason = f'the last phase is {held[-1].upper()}' if held else 'no phase yet'
    return [Step('write a test that fails', reason, f'{how}red')]
