"""Context files and the history of files, as lines and as data.

What a file, a commit or a person says is quoted: see views.quoting.
"""

from __future__ import annotations

from git_session import words
from git_session.analysis import contexthealth
from git_session.analysis.around import Around, Relevant
from git_session.analysis.contexthealth import Health
from git_session.analysis.filehistory import FileHistory, Mended
from git_session.contextfiles import ContextFile
from git_session.events import LAST, format_time
from git_session.output import Style, code, line, markdown
from git_session.session import Session
from git_session.views.quoting import name, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_GOTCHAS_OF_ONE, _PATTERNS_OF_ONE = 5, 3  # lines of a file
_MOST_GOTCHAS, _MOST_PATTERNS = 10, 8
_MOST_PEOPLE, _MOST_FINDINGS, _MOST_PATHS = 3, 4, 3
_LONGEST = 250
UPDATE = 'git session context --update'


def gotchas(around: Around) -> list[str]:
    """``src/auth/CLAUDE.md says: "tokens are never logged"``, the nearest file first."""
    found = [_says(each, text) for each in around.files for text in each.gotchas[:_GOTCHAS_OF_ONE]]
    found = found[:_MOST_GOTCHAS]
    return found + [
        f'{line(each.file.path)} was not read: {each.file.problem}'
        for each in around.files
        if each.file.problem
    ]


def patterns(around: Around) -> list[str]:
    """The same of patterns and conventions; a file that says nothing is named."""
    found = [
        _says(each, text) for each in around.files for text in each.patterns[:_PATTERNS_OF_ONE]
    ]
    return found[:_MOST_PATTERNS]


def _says(each: Relevant, text: str) -> str:
    return f'{line(each.file.path)} says: {quoted(text, _LONGEST)}'


def stale(around: Around) -> list[str]:
    """The context files that need care, and why."""
    return [_stale(each.health) for each in around.files if each.health.needs_care]


def _stale(health: Health) -> str:
    return f'{line(health.path)} is stale ({health.level}: {contexthealth.since(health)})'


def moved(around: Around, base: str) -> list[str]:
    """What the base did to files of the session, one line."""
    if not around.moved:
        return []
    paths = list(dict.fromkeys(path for _, paths in around.moved for path in paths))
    number = words.count(len(around.moved), 'commit')
    last = around.moved[0][0]
    return [
        f'{line(base)} has {number} on files of this session that are not here: '
        f'{_listed(paths)}; last {words.short(last.oid)} {quoted(last.subject, 100)} '
        f'({name(last.name)})'
    ]


def history(found: FileHistory, now: float) -> list[str]:
    """What was taken back, mended again and again, and what changes together."""
    lines = [
        f'{line(each.path)} was taken back in {_last(each, now)}'
        for each in found.reverted[:_MOST_FINDINGS]
    ]
    lines += [
        f'{line(each.path)} changes with {line(each.other)}, in {each.both} of {each.of} commits; '
        'this session has not changed that'
        for each in found.together[:_MOST_FINDINGS]
    ]
    lines += [
        f'{line(each.path)} was mended in {each.times} of its last {words.count(each.of, "commit")}'
        f', last in {_last(each, now)}'
        for each in found.mended[:_MOST_FINDINGS]
    ]
    return lines


def _last(each: Mended, now: float) -> str:
    last = each.last
    return (
        f'{words.short(last.oid)} {words.age(last.time, now)}: {quoted(last.subject, 100)} '
        f'({name(last.name)})'
    )


def people(found: FileHistory, now: float, own: set[str]) -> list[str]:
    """Who knows the files of the session, those apart who work on it: mail addresses."""
    others = [each for each in found.knows if each.email.lower() not in own]
    return [
        f'{name(each.name)} knows {_listed(each.files)}: {words.count(each.commits, "commit")} '
        f'of the last {found.looked}, last {words.age(each.last, now)}'
        for each in others[:_MOST_PEOPLE]
    ]


def _listed(paths: Sequence[str]) -> str:
    more = f' and {len(paths) - _MOST_PATHS} more' if len(paths) > _MOST_PATHS else ''
    return ', '.join(map(line, paths[:_MOST_PATHS])) + more


# --- git session context


def text(session: Session, around: Around, style: Style) -> str:
    """The files that matter for the session, why, how stale they are, what they say."""
    if not around.files:
        return 'no context file matters for this session\n'
    lines = [f'Context of session {style.paint(session.id, "bold")}']
    for each in around.files:
        lines += ['', style.paint(_named(each.file), 'bold'), f'  {why(each)}']
        if each.file.problem:
            lines.append(f'  {each.file.problem}')
            continue
        lines.append(f'  {_painted(each.health, style)}')
        lines += [f'  gotcha: {quoted(text, _LONGEST)}' for text in each.gotchas[:_GOTCHAS_OF_ONE]]
        lines += [
            f'  pattern: {quoted(text, _LONGEST)}' for text in each.patterns[:_PATTERNS_OF_ONE]
        ]
    return '\n'.join(lines) + '\n'


def _named(file: ContextFile) -> str:
    leads = f' (leads to {line(file.target)})' if file.target else ''
    return line(file.path) + leads


def why(each: Relevant) -> str:
    """Why it matters: ``3 files of this session below it; about 'oauth'``."""
    reasons = []
    if each.below:
        reasons.append(f'{words.count(each.below, "file")} of this session below it')
    if each.words:
        named = ', '.join(f"'{line(word)}'" for word in each.words)
        reasons.append(f'about {named}, as an objective is')
    if not each.file.folder:
        reasons.append('for the whole repository')
    return '; '.join(reasons)


def _painted(health: Health, style: Style) -> str:
    color = {'critical': 'red', 'high': 'yellow'}.get(health.level, 'dim')
    score = f' {health.score:.1f}' if health.is_known else ''
    return f'{style.paint(health.level + score, color)}: {contexthealth.since(health)}'


def health_text(found: Sequence[tuple[ContextFile, Health]], style: Style) -> str:
    """Every context file with its figure, the stalest first, and what to do."""
    if not found:
        return f'no context files; make one: {UPDATE} <dir>\n'
    overall = contexthealth.overall([health for _, health in found])
    known = 'unknown' if overall is None else f'{overall} of 100'
    lines = [style.paint(f'Context health {known}', 'bold'), '']
    for file, health in found:
        said = file.problem or _painted(health, style)
        lines.append(f'  {_named(file)}: {said}')
    care = [health for _, health in found if health.needs_care]
    if care:
        lines += ['', style.paint('Next', 'bold'), *(f'  {each}' for each in recommended(care))]
    return '\n'.join(lines) + '\n'


def recommended(found: Sequence[Health]) -> list[str]:
    """What to do with those that need care, each with its reason."""
    return [
        f'look over {line(each.path)} ({contexthealth.since(each)}): '
        f'{UPDATE} {line(each.folder or ".")}'
        for each in found
        if each.needs_care
    ]


def handoff(around: Around) -> list[str]:
    """The items of the handoff, in Markdown: overall, what needs care, what to do."""
    if not around.files:
        return []
    overall = contexthealth.overall([each.health for each in around.files])
    known = 'unknown' if overall is None else f'{overall} of 100'
    number = words.count(len(around.files), 'context file')
    items = [f'health {known} ({number} for the files of this session)']
    for each in around.files:
        health = each.health
        if health.needs_care:
            items.append(
                f'{code(health.path)} {health.level}, {health.score:.1f}: '
                f'{contexthealth.since(health)}'
            )
    return items + [markdown(each) for each in recommended([each.health for each in around.files])]


# --- data


def data(around: Around) -> dict[str, Any]:
    """The context files that matter and the history of the session's files."""
    return {
        'context_health': contexthealth.overall([each.health for each in around.files]),
        'context': [
            {
                **_file(each.file, each.health), 'files': each.below, 'words': list(each.words),
                'why': why(each), 'patterns': list(each.patterns), 'gotchas': list(each.gotchas),
            }
            for each in around.files
        ],
        'history': _history(around),
    }  # fmt: skip


def health_data(found: Sequence[tuple[ContextFile, Health]]) -> dict[str, Any]:
    """Schema git-session/context-health/1."""
    return {
        'schema': 'git-session/context-health/1',
        'health': contexthealth.overall([health for _, health in found]),
        'files': [_file(file, health) for file, health in found],
    }


def _file(file: ContextFile, health: Health) -> dict[str, Any]:
    return {
        'path': file.path, 'target': file.target or None, 'tracked': file.is_tracked,
        'problem': file.problem or None, **contexthealth.data(health),
    }  # fmt: skip


def _history(around: Around) -> dict[str, Any]:
    found = around.history

    def mended(all_of_it: Sequence[Mended]) -> list[dict[str, Any]]:
        return [
            {
                'path': each.path, 'times': each.times, 'of': each.of, 'last': each.last.oid,
                'subject': each.last.subject, 'author': each.last.name,
            }
            for each in all_of_it
        ]  # fmt: skip

    return {
        'commits': found.looked,
        'known_by': [
            {
                'name': each.name, 'email': each.email, 'commits': each.commits,
                'last': format_time(min(each.last, LAST)), 'files': list(each.files),
            }
            for each in found.knows
        ],
        'together': [each.asdict() for each in found.together],
        'reverted': mended(found.reverted),
        'mended': mended(found.mended),
        'moved': [
            {
                'commit': commit.oid, 'subject': commit.subject, 'author': commit.name,
                'paths': list(paths),
            }
            for commit, paths in around.moved
        ],
    }  # fmt: skip
