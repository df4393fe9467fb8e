"""What to do next, each step with the fact it follows from."""

from __future__ import annotations

from git_session import words
from git_session.analysis.gates import Judged
from git_session.analysis.marks import Annotation
from git_session.branchwork import Work
from git_session.output import line
from git_session.record import Record
from git_session.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from git_session.analysis.contexthealth import Health

_MOST_PLACES = 3


class Step(Record):
    """`command` may be empty; `reason` is the fact."""

    text: str
    reason: str
    command: str = ''


def _plain(ref: str, text: str) -> str:
    return line(text)


def next_steps(
    session: Session, work: Work, *, said: Callable[[str, str], str] = _plain,
    judged: Judged = Judged(),  # noqa: B008 - it cannot be changed
    marks: Sequence[Annotation] = (), moved: int = 0, stale: Sequence[Health] = (),
) -> list[Step]:  # fmt: skip
    """The next steps, the nearest first.

    `said` gives a text of the event `ref` as it is shown.  The others are facts that cost
    more to know: gates, marks in the code, how many commits of the base are on files of
    the session, context files that are stale.
    """
    steps = []
    if any('U' in each.xy or each.xy in ('AA', 'DD') for each in work.uncommitted):
        steps.append(Step('resolve the conflicts in the working tree', 'unmerged files'))
    for blocker in session.open_blockers():
        how = f'git session blockers resolve {blocker.number}'
        text = f'resolve {blocker.name} {said(blocker.ref, blocker.text)}'
        steps.append(Step(text, 'open blocker', how))
    steps += [
        Step(
            f'make the gate {each.name} pass',
            line(each.reason.partition(': ')[0]),
            'git session status -v',
        )
        for each in judged.failed
        if each.name != 'blockers'
    ]
    steps += _cycle(session)
    steps += _objectives(session, said)
    if marks:
        places = ', '.join(line(each.place) for each in marks[:_MOST_PLACES])
        more = f' and {len(marks) - _MOST_PLACES} more' if len(marks) > _MOST_PLACES else ''
        steps.append(Step('settle what is marked in the code', places + more))
    steps += _tree(work)
    if work.behind and not work.is_in_base:
        here = f', {moved} of them on files of this session' if moved else ''
        base = line(work.base_name)
        steps.append(Step(f'take in {base}', f'{words.count(work.behind, "commit")} behind{here}'))
    steps += [_look_over(each) for each in stale]
    finished = not session.open_objectives() and not session.open_blockers()
    if session.objectives and finished and session.state != 'ended':
        steps.append(Step('end the session', 'every objective is done', 'git session end'))
    return steps


def _objectives(session: Session, said: Callable[[str, str], str]) -> list[Step]:
    steps = []
    active = session.active_objectives()
    for each in active:
        how = f'git session objectives complete {each.number}'
        by = [other.name for other in session.open_blockers() if other.objective == each.ref]
        reason = 'active objective' + (f', blocked by {", ".join(by)}' if by else '')
        steps.append(Step(f'finish {each.name} {said(each.ref, each.text)}', reason, how))
    pending = [each for each in session.objectives if each.state == 'pending']
    if pending and not active:
        how = f'git session objectives start {pending[0].number}'
        text = f'start {pending[0].name} {said(pending[0].ref, pending[0].text)}'
        steps.append(Step(text, 'first pending objective', how))
    if not session.objectives:
        how = 'git session objectives add <text>'
        steps.append(Step('say what this session is for', 'no objective yet', how))
    return steps


def _tree(work: Work) -> list[Step]:
    steps = []
    tracked = [each for each in work.uncommitted if each.xy != '??']
    untracked = len(work.uncommitted) - len(tracked)
    if tracked:
        how = 'git session checkpoint -a'
        steps.append(Step('commit or checkpoint the changes', f'{len(tracked)} uncommitted', how))
    if untracked:
        steps.append(Step('add or ignore the new files', f'{untracked} untracked', 'git add'))
    return steps


def _look_over(health: Health) -> Step:
    from git_session.analysis import contexthealth  # a status does without

    folder = health.folder or '.'
    how = f'git session context --update {line(folder)}'
    return Step(f'look over {line(health.path)}', contexthealth.since(health), how)


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
