"""What the next person will miss in a handoff."""

from __future__ import annotations

import re

from git_session import words
from git_session.analysis.survey import language
from git_session.output import line
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from git_session.branchwork import Work
    from git_session.session import Objective, Session

LEFTOVERS = ('TODO', 'FIXME', 'TBD', 'XXX')
# None of these looks at a character again and again: texts come from others.
_FILLERS = re.compile(r'\?\?\?|lorem ipsum|<(?:fill|insert|describe|your)\b[^<>]*>', re.IGNORECASE)
_SPAN = re.compile(r'(?<!`)`([^`\n]+)`(?!`)')
_LINK = re.compile(r'\]\(([^()\s]+)\)')
_PATH = re.compile(r'[\w.-]+(?:/[\w.-]+)*')
_KINDS = ('.md', '.rst', '.txt', '.adoc', '.yaml', '.yml', '.toml', '.json', '.cfg', '.ini')


class Gap(Record):
    """`kind` is one word for programs, `text` what people read."""

    kind: str
    text: str


class Local(Record):
    """What only this machine has."""

    uncommitted: int = 0
    stashes: int = 0
    unpushed: int = 0  # commits that no remote has; 0 where there is no remote


def gaps(
    session: Session,
    work: Work,
    *,
    document: str,
    layout: str,
    local: Local,
    exists: Callable[[str], bool],
) -> list[Gap]:
    """Everything that is missing, the worst first.

    `document` is the handoff, `layout` the team's own template or '', `exists` says whether
    there is a file of that path, relative to the top.
    """
    found = []
    if not session.objectives:
        found.append(Gap('objectives', 'no objective says what the work is for'))
    if not work.commits and not work.uncommitted:
        found.append(Gap('work', 'nothing was built yet'))
    found += [
        Gap('objective', f'{each.name} {line(each.text)} is open, and nothing says how far it is')
        for each in session.active_objectives()
        if not is_told_of(session, each)
    ]
    found += [
        Gap('rationale', f'{each.name} {line(each.text)} has no rationale')
        for each in session.binding_decisions()
        if not each.rationale
    ]
    found += _local(local)
    known = {name for each in work.changes for name in (each.path, each.old_path)}
    spoken = [layout, *(each.text for each in (*session.notes, *session.dead_ends))]
    spoken += [f'{each.text}\n{each.rationale}' for each in session.binding_decisions()]
    found += [
        Gap('file', f"there is no file '{path}', which is named")
        for path in dict.fromkeys(path for text in spoken for path in named(text))
        if path not in known and not exists(path)
    ]
    found += [Gap('section', f"section '{line(each)}' is empty") for each in empty(document)]
    found += [Gap('leftover', f'{each} in the template') for each in leftovers(layout)]
    return found


def is_told_of(session: Session, objective: Objective) -> bool:
    """Whether anything was written since the objective became the active one."""
    since = objective.since
    remarks = (*session.notes, *session.dead_ends)
    return (
        any(each.at >= since for each in remarks)
        or any(each.added >= since for each in session.decisions)
        or any(each.objective == objective.ref for each in session.open_blockers())
        or any(each.at >= since and each.message for each in session.checkpoints)
    )


def _local(local: Local) -> list[Gap]:
    found = []
    if local.uncommitted:
        changes = words.count(local.uncommitted, 'uncommitted change')
        found.append(Gap('uncommitted', f'{changes} only here, in the working tree'))
    if local.stashes:
        stashes = words.count(local.stashes, 'stash', 'stashes')
        found.append(Gap('stash', f'{stashes} of this branch only here'))
    if local.unpushed:
        commits = words.count(local.unpushed, 'commit')
        found.append(Gap('unpushed', f'{commits} that no remote has'))
    return found


def named(text: str) -> list[str]:
    """The files that a Markdown text names, in code or by a link, relative to the top."""
    found = []
    for name in [*_SPAN.findall(text), *(each.partition('#')[0] for each in _LINK.findall(text))]:
        path = name.removeprefix('./')
        is_one = _PATH.fullmatch(path) and not path.startswith(('-', '.'))
        if is_one and (language(path) or path.lower().endswith(_KINDS)) and '..' not in path:
            found.append(path)
    return found


def empty(document: str) -> list[str]:
    """The titles of the sections that hold nothing, or nothing but 'none'."""
    titles: list[tuple[int, str, bool]] = []
    fenced = False
    for text in _body(document):
        fenced = fenced != text.lstrip().startswith('```')
        level = len(text) - len(text.lstrip('#'))
        if not fenced and 0 < level <= 6 and text[level : level + 1] == ' ':
            if titles and titles[-1][0] < level:  # a section with one in it holds something
                titles[-1] = *titles[-1][:2], True
            titles.append((level, text[level:].strip(), False))
        elif text.strip() and text.strip().lower() != 'none' and titles:
            level, title, _ = titles[-1]
            titles[-1] = level, title, True
    return [title for _, title, full in titles if not full]


def _body(document: str) -> Iterable[str]:
    """The lines behind the front matter."""
    if document.startswith('---\n'):
        document = document.partition('\n---\n')[2]
    return document.split('\n')


def leftovers(layout: str) -> list[str]:
    """What was to be filled in by hand in a template: `'TODO' on line 3`."""
    found = []
    for number, text in enumerate(layout.split('\n'), 1):
        marks = [word for word in LEFTOVERS if re.search(rf'\b{word}\b', text)]
        marks += _FILLERS.findall(text)
        found += [f"'{line(mark)}' on line {number}" for mark in marks]
    return found
