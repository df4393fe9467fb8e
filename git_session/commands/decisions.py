"""`git session decisions`: what was decided, why, and what was not taken."""

from __future__ import annotations

from git_session import git, knowledge, marked, named, output, words
from git_session.errors import REFUSED, SessionError
from git_session.options import FORMAT, Option, Syntax, Values
from git_session.session import Decision, Session
from git_session.views import files
from git_session.workspace import Workspace, open_workspace

ABOUT = 'List, add, show or supersede the decisions of the session.'
_REASONS = (
    Option(('--rationale',), 'why', value='text'),
    Option(('--alternatives',), 'what was not taken', value='text', many=True),
)
FORMS = {
    'list': Syntax('', 0, 0, FORMAT),
    'add': Syntax('[<text>]', 0, 1, (*_REASONS, marked.FROM)),
    'show': Syntax('<id>', 1, 1, FORMAT),
    'supersede': Syntax('<id> <text>', 2, 2, _REASONS),
}


def run(action: str, values: Values) -> int:
    here = open_workspace()
    before = here.require()
    if action == 'list':
        return _list(here, before, values)
    if action == 'show':
        return _show(here, before, _find(before, values.operands[0]), values)
    if action == 'add':
        text = marked.given(here, values, 'DECISION')
    else:
        text = values.operands[-1].strip()
    if not text:
        raise SessionError('a decision needs a text', status=REFUSED)
    old = _find(before, values.operands[0]) if action == 'supersede' else None
    if old is not None and old.superseded_by:
        raise SessionError(f'{old.name} is superseded already', status=REFUSED)
    maker = here.maker()
    maker.add(
        f'decision.{action}', ref=old.ref if old else None, text=text,
        rationale=values.text('rationale'), alternatives=values.texts('alternatives'),
    )  # fmt: skip
    after = here.record(maker.made)
    made = next(each for each in after.decisions if each.ref == maker.made[0].id)
    output.talk(f'{made.name} {output.line(made.text)}')
    if here.repo.top and knowledge.append_decision(here.repo.top, made, after.id):
        output.talk(f'{made.log_number} added to {knowledge.FOLDER}/{knowledge.DECISION_LOG}')
    return 0


def _find(current: Session, wanted: str) -> Decision:
    return named.find(current.decisions, wanted, 'dec-', 'decision')


def _list(here: Workspace, current: Session, values: Values) -> int:
    if values.json:
        names = current.names()
        records = [files.decision_record(each, names) for each in current.decisions]
        output.json({
            'schema': 'git-session/decisions/1', 'session': current.id, 'decisions': records,
        })  # fmt: skip
        return 0
    lines, style = [], here.style()
    for each in current.decisions:
        gone = style.paint(' (superseded)', 'dim') if each.superseded_by else ''
        lines += style.items(f'{each.name} ', f'{output.line(each.text)}{gone}')
    output.out(''.join(f'{each}\n' for each in lines), git.pager)
    if not lines:
        output.hint("no decision yet: 'git session decisions add <text>'")
    return 0


def _show(here: Workspace, current: Session, each: Decision, values: Values) -> int:
    if values.json:
        record = files.decision_record(each, current.names())
        output.json({'schema': 'git-session/decision/1', 'session': current.id, **record})
        return 0
    named = {other.ref: other.name for other in current.decisions}
    lines = [f'{each.name} ({each.log_number}) {output.line(each.text)}']
    by = f' by {output.line(each.by)}' if each.by else ''
    lines.append(f'  decided {words.date(each.added, here.dates)}{by}')
    if each.rationale:
        lines.append(f'  because {output.line(each.rationale)}')
    lines += [f'  instead of {output.line(other)}' for other in each.alternatives]
    if each.supersedes:
        lines.append(f'  supersedes {named.get(each.supersedes, "another decision")}')
    if each.superseded_by:
        lines.append(f'  superseded by {named.get(each.superseded_by, "another decision")}')
    output.out('\n'.join(lines) + '\n')
    return 0
