"""The handoff: everything the next person needs, made from facts, in Markdown."""

from __future__ import annotations

from git_session import words
from git_session.analysis.around import Around
from git_session.analysis.gates import Judged
from git_session.analysis.steps import Step
from git_session.branchwork import Work
from git_session.events import format_time
from git_session.output import code, line, markdown
from git_session.record import Record
from git_session.session import Session
from git_session.views import context, files, gates, layout, quality, status
from git_session.views import tdd as tdd_view
from git_session.views.quality import NOTHING, Quality

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from git_session.analysis.tdd import Figures

TEMPLATE = '.session/handoff-template.md'
BEGINNING = b'---\nsession: '


class Facts(Record):
    """What a handoff is made of; `written` in epoch seconds, `idle` in seconds."""

    session: Session
    work: Work
    steps: tuple[Step, ...]
    written: float
    idle: float
    measured: Quality = NOTHING
    judged: Judged = Judged()
    around: Around = Around()
    tdd: Figures | None = None


def text(
    facts: Facts,
    *,
    saved: str = '',
    stashed: Sequence[str] = (),
    template: str = '',
    links: Mapping[str, str] = {},
    track: bool = True,
) -> str:
    """The whole document; `saved` says where uncommitted work was put, if it was.

    `stashed` are the stashes of the branch, `links` the addresses of issues.  A `template` is
    the team's own layout, below the front matter; SessionError when it has a name that is none.
    With `track` an ordinary commit counts as a checkpoint.
    """
    session, work, measured = facts.session, facts.work, facts.measured
    fields = _fields(session, work, facts.written)
    built, rest = _changed(work), _uncommitted(work, saved, stashed)
    parts = {
        'summary': _summary(session, work, facts.idle, links),
        'objectives': _objectives(session),
        'decisions': _decisions(session),
        'blockers': _blockers(session, facts.written, links),
        'dead_ends': _list('Dead ends', [markdown(each.text) for each in session.dead_ends]),
        'notes': _list('Notes', [markdown(each.text) for each in session.notes]),
        'changes': f'## What changed\n\n{built}\n{rest}',
        'metrics': _metrics(session, work, facts.idle, facts.tdd, track=track),
        'quality': _list('Quality', [*quality.handoff(measured), *gates.handoff(facts.judged)]),
        'context': _list('Context health', context.handoff(facts.around)),
        'marks': _list('Marked in the code', quality.marks(measured)),
        'tdd': _driven(facts.tdd),
        'next_steps': _list(
            'Next steps',
            [
                *gates.steps(facts.judged),
                *(f'{markdown(step.text)} ({step.reason})' for step in facts.steps),
            ],
        ),
        'resume': _resume(session),
    }
    if template:
        bodies = {name: _body(part) for name, part in parts.items()}
        values = {**{name: line(value) for name, value in fields.items()}, **bodies}
        values |= {'changes': built, 'uncommitted': rest}
        return f'{_front(fields)}\n{layout.fill(template, values, TEMPLATE)}'
    title = f'# Handoff: {markdown(session.branch)}\n'
    return '\n'.join([_front(fields), title, *filter(None, parts.values())])


def _body(part: str) -> str:
    """A section without its heading."""
    return part.partition('\n\n')[2] or 'none\n'


def _driven(tdd: Figures | None) -> str:
    """What TDD has to say beside its figures."""
    found = tdd.violations if tdd is not None else ()
    return _list('TDD violations', [markdown(tdd_view.violation(each)) for each in found])


def _fields(session: Session, work: Work, written: float) -> dict[str, str]:
    return {
        'session': session.id,
        'branch': session.branch,
        'head': work.head or 'none',
        'base': f'{work.base} ({session.base})' if session.base else work.base or 'none',
        'written': format_time(written),
        'author': ', '.join(session.authors) or session.author or 'unknown',
        'state': session.state,
    }


def _front(fields: dict[str, str]) -> str:
    lines = [f'{key}: {_yaml(value)}\n' for key, value in fields.items()]
    return '---\n' + ''.join(lines) + '---\n'


def _yaml(value: str) -> str:
    """A YAML string: plain where nothing could read it as another kind, else double quoted."""
    word = all(each.isalnum() or each in '-_./' for each in value)
    named = value[:1].isalpha() and value.lower() not in _YAML_WORDS
    if word and (named or (len(value) in (40, 64) and len(set(value) & set('abcdf')) > 1)):
        return value
    import json

    return json.dumps(line(value), ensure_ascii=False)


_YAML_WORDS = ('true', 'false', 'yes', 'no', 'on', 'off', 'null', 'y', 'n')


def _list(title: str, items: Sequence[str]) -> str:
    if not items:
        return ''
    return f'## {title}\n\n' + ''.join(f'- {item}\n' for item in items)


def _summary(session: Session, work: Work, idle: float, links: Mapping[str, str]) -> str:
    done, total = files.progress(session)
    goals = f'{done} of {words.count(total, "objective")} done' if total else 'no objectives set'
    built = (
        f'{words.count(len(work.commits), "commit")} in {words.count(len(work.changes), "file")}'
    )
    open_ones = words.count(len(session.open_blockers()), 'open blocker')
    active = words.duration(session.active_seconds(idle))
    sentence = (
        f'{goals}; {built} (+{work.added} -{work.deleted}); {open_ones}; active time {active}.'
    )
    issue = f'\nIssue: {_link(session.issue, links)}\n' if session.issue else ''
    return f'## Summary\n\n{sentence}\n{issue}'


def _objectives(session: Session) -> str:
    items = []
    for state in ('done', 'active', 'pending', 'dropped'):
        mark = 'x' if state == 'done' else ' '
        for each in session.objectives:
            if each.state == state:
                why = f' ({markdown(each.why)})' if each.why else ''
                shown = '' if state in ('done', 'pending') else f' ({state})'
                items.append(f'[{mark}] {each.name} {markdown(each.text)}{shown}{why}')
    return _list('Objectives', items)


def _decisions(session: Session) -> str:
    items = []
    for each in session.decisions:
        gone = ' (superseded)' if each.superseded_by else ''
        item = f'{each.name} ({each.log_number}) {markdown(each.text)}{gone}'
        if each.rationale:
            item += f'\n  - Rationale: {markdown(each.rationale)}'
        item += ''.join(f'\n  - Alternative: {markdown(other)}' for other in each.alternatives)
        items.append(item)
    return _list('Decisions', items)


def _blockers(session: Session, now: float, links: Mapping[str, str]) -> str:
    items = [
        f'{each.name} {markdown(each.text)}'
        + (f' ({_link(each.issue, links)})' if each.issue else '')
        + f', added {words.age(each.added, now)}'
        for each in session.open_blockers()
    ]
    return _list('Active blockers', items)


def _link(issue: str, links: Mapping[str, str]) -> str:
    """``[#12](https://...)`` where it is known where that leads."""
    address = links.get(issue, '').replace('(', '%28').replace(')', '%29')
    return f'[{markdown(issue)}](<{address}>)' if address else markdown(issue)


def _changed(work: Work) -> str:
    lines = []
    if work.commits:
        lines += ['Commits, newest first:\n']
        lines += [
            f'- {words.short(each.oid)} {markdown(each.subject)} ({markdown(each.name)})'
            for each in work.commits
        ]
        lines.append('')
    if work.changes:
        lines += ['Files:\n', *[f'- {_file(each)}' for each in work.changes], '']
    if not work.commits and not work.changes:
        lines += ['No commits.', '']
    return '\n'.join(lines)


def _uncommitted(work: Work, saved: str, stashed: Sequence[str]) -> str:
    """What is in no commit: in the working tree, stashed, saved."""
    lines = []
    if work.uncommitted:
        lines += [
            'Uncommitted:\n',
            *[f'- {each.xy} {code(each.path)}' for each in work.uncommitted],
            '',
        ]
    else:
        lines += ['The working tree is clean.', '']
    if stashed:
        lines += ['Stashed, on this machine only:\n', *[f'- {markdown(x)}' for x in stashed], '']
    if saved:
        lines += [saved, '']
    return '\n'.join(lines)


def _file(change: Any) -> str:
    counts = 'binary' if change.added is None else f'+{change.added} -{change.deleted}'
    old = f' (was {code(change.old_path)})' if change.old_path else ''
    return f'{change.status} {code(change.path)}{old} {counts}'


def _metrics(session: Session, work: Work, idle: float, tdd: Figures | None, *, track: bool) -> str:
    active = session.active_seconds(idle)
    done, total = files.progress(session)
    rows = [
        ('Active time', words.duration(active)),
        ('Commits', str(len(work.commits))),
        ('Files changed', str(len(work.changes))),
        ('Lines', f'+{work.added} -{work.deleted}'),
        ('Objectives done', f'{done} of {total}'),
        ('Checkpoints', status.checkpoints(session, work, track=track)),
    ]
    if active >= 60:
        rows.append(('Commits per active hour', f'{len(work.commits) * 3600 / active:.1f}'))
    if tdd is not None:
        rows += [(f'TDD {name}', value) for name, value in tdd_view.rows(tdd)]
    table = '| | |\n|---|---|\n' + ''.join(f'| {name} | {value} |\n' for name, value in rows)
    return f'## Metrics\n\n{table}'


def _resume(session: Session) -> str:
    branch = shell_word(session.branch)
    result, into = session.end.get('result'), session.end.get('into') or ''
    if result in ('merged', 'squash-merged') and into:
        where = code(into.removeprefix('refs/heads/').removeprefix('refs/remotes/'))
        return f'## How to go on\n\nThe work is {result} into {where}.\n'
    return f'## How to resume\n\n    git session resume {branch}\n    git session brief\n'


def shell_word(text: str) -> str:
    """`text` as one word for a POSIX shell."""
    from shlex import quote

    return quote(line(text))


def data(facts: Facts) -> dict[str, Any]:
    """The same as data, schema git-session/handoff/1."""
    return {
        'schema': 'git-session/handoff/1',
        'written': format_time(facts.written),
        **files.state(facts.session, idle=facts.idle, work=facts.work),
        'tdd': tdd_view.data(facts.session, facts.tdd),
        'work': status.work_data(facts.work),
        **quality.data(facts.measured),
        **gates.data(facts.judged),
        **context.data(facts.around),
        'next': [{'text': step.text, 'reason': step.reason} for step in facts.steps],
    }


def staleness(written_head: str, since: Sequence[Any], changed: Sequence[Any]) -> str:
    """What moved since the handoff was written, in one line; '' when nothing did."""
    if not since and not changed:
        return ''
    return (
        f'{words.count(len(since), "commit")} and {words.count(len(changed), "file")} '
        f'since this was written at {words.short(written_head)}'
    )
