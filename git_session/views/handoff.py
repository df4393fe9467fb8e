"""The handoff: everything the next person needs, made from facts, in Markdown."""

from __future__ import annotations

from git_session import words
from git_session.analysis.steps import Step
from git_session.events import format_time
from git_session.history import Work
from git_session.output import code, line, markdown
from git_session.session import Session
from git_session.views import files, quality, status
from git_session.views.quality import Quality

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def text(
    session: Session,
    work: Work,
    steps: Sequence[Step],
    *,
    written: float,
    idle: float,
    measured: Quality,
    saved: str = '',
) -> str:
    """The whole document; `saved` says where uncommitted work was put, if it was."""
    parts = [
        _front(session, work, written),
        f'# Handoff: {markdown(session.branch)}\n',
        _summary(session, work, idle),
        _objectives(session),
        _decisions(session),
        _blockers(session, written),
        _list('Dead ends', [markdown(each.text) for each in session.dead_ends]),
        _list('Notes', [markdown(each.text) for each in session.notes]),
        _changed(work, saved),
        _metrics(session, work, idle),
        _list('Quality', quality.handoff(measured)),
        _list('Marked in the code', quality.marks(measured)),
        _list('Next steps', [f'{markdown(step.text)} ({step.reason})' for step in steps]),
        _resume(session),
    ]
    return '\n'.join(part for part in parts if part)


def _front(session: Session, work: Work, written: float) -> str:
    fields = {
        'session': session.id,
        'branch': session.branch,
        'head': work.head or 'none',
        'base': f'{work.base} ({session.base})' if session.base else work.base or 'none',
        'written': format_time(written),
        'author': ', '.join(session.authors) or session.author or 'unknown',
        'state': session.state,
    }
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


def _summary(session: Session, work: Work, idle: float) -> str:
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
    return f'## Summary\n\n{sentence}\n'


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


def _blockers(session: Session, now: float) -> str:
    items = [
        f'{each.name} {markdown(each.text)}'
        + (f' ({markdown(each.issue)})' if each.issue else '')
        + f', since {words.age(each.added, now)}'
        for each in session.open_blockers()
    ]
    return _list('Active blockers', items)


def _changed(work: Work, saved: str) -> str:
    lines = ['## What changed\n']
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
    if work.uncommitted:
        lines += [
            'Uncommitted:\n',
            *[f'- {each.xy} {code(each.path)}' for each in work.uncommitted],
            '',
        ]
    else:
        lines += ['The working tree is clean.', '']
    if saved:
        lines += [saved, '']
    return '\n'.join(lines)


def _file(change: Any) -> str:
    counts = 'binary' if change.added is None else f'+{change.added} -{change.deleted}'
    old = f' (was {code(change.old_path)})' if change.old_path else ''
    return f'{change.status} {code(change.path)}{old} {counts}'


def _metrics(session: Session, work: Work, idle: float) -> str:
    active = session.active_seconds(idle)
    done, total = files.progress(session)
    rows = [
        ('Active time', words.duration(active)),
        ('Commits', str(len(work.commits))),
        ('Files changed', str(len(work.changes))),
        ('Lines', f'+{work.added} -{work.deleted}'),
        ('Objectives done', f'{done} of {total}'),
        ('Checkpoints', str(len(session.checkpoints))),
    ]
    if active >= 60:
        rows.append(('Commits per active hour', f'{len(work.commits) * 3600 / active:.1f}'))
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


def data(
    session: Session,
    work: Work,
    steps: Sequence[Step],
    *,
    written: float,
    idle: float,
    measured: Quality,
) -> dict[str, Any]:
    """The same as data, schema git-session/handoff/1."""
    return {
        'schema': 'git-session/handoff/1',
        'written': format_time(written),
        **files.state(session, idle=idle, work=work),
        'work': status.work_data(work),
        **quality.data(measured),
        'next': [{'text': step.text, 'reason': step.reason} for step in steps],
    }


def staleness(written_head: str, since: Sequence[Any], changed: Sequence[Any]) -> str:
    """What moved since the handoff was written, in one line; '' when nothing did."""
    if not since and not changed:
        return ''
    return (
        f'{words.count(len(since), "commit")} and {words.count(len(changed), "file")} '
        f'since this was written at {words.short(written_head)}'
    )
