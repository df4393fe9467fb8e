"""The part of a context file that is made from facts: between two markers, nothing else.

What stands outside of the markers stays byte for byte; a file without them gets the part
at its end.  What is made depends on the files of the folder, context files apart, and on the
newest commits that changed them, so that making it again changes nothing, not even after it
was committed.
"""

from __future__ import annotations

import os
import time

from git_session import context, contextfiles, filelog, git, output, words
from git_session.analysis import contexthealth, filehistory
from git_session.analysis.contextlines import BEGIN, END
from git_session.contextfiles import ContextFile
from git_session.errors import REFUSED, SessionError
from git_session.events import LAST, format_time
from git_session.output import code, markdown
from git_session.record import Record
from git_session.workspace import Workspace, require_work_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from git_session.filelog import Touched

_LOOK_BACK = 1000  # commits
_MOST_NAMED = 5
_FIRST = f"{BEGIN}: by 'git session context --update', which makes this part anew -->"
_LAST = f'{END} -->'
CREATED, UPDATED, SAME = 'created', 'updated', 'up to date'


def keep_up(here: Workspace, paths: Iterable[str], *, wanted: bool | None) -> None:
    """Tell of the stale context files nearest to the paths that are to be committed.

    They are refreshed and staged where that is `wanted`; with None somebody at a terminal
    is asked.
    """
    around = context.Look(here).around(time.time())
    context.remember(here, around)
    stale = context.stale_for(around, paths)
    for each in stale:
        why = f'{each.level}: {contexthealth.since(each)}'
        output.talk(f'{output.line(each.path)} is stale ({why})')
    if stale and wanted is None:
        wanted = output.can_ask() and output.ask('Update context?')
        if not wanted:
            output.hint("'--update-context' refreshes the generated part")
    for each in stale if wanted else ():
        made = update(here, each.folder)
        # It is as in the index, or it would not be stale: nothing else comes along.
        git.checked(git.act('-C', here.repo.top or '.', 'add', '--', made.path, capture=True))
        output.talk(f'{output.line(made.path)}: {made.done}')


class Updated(Record):
    """`done` is CREATED, UPDATED or SAME."""

    path: str  # from the top
    done: str


def update(here: Workspace, folder: str) -> Updated:
    """Refresh the made part of the context file of a folder, a path from the top ('' for it).

    Without one, a file of the kind that the repository has most is made.  Raises
    SessionError (REFUSED), and nothing is changed then.
    """
    top = require_work_tree(here)
    file = _file(top, folder)
    path = os.path.join(top, file.target or file.path)
    before = _content(path, file.path)
    part = _part(here, folder)
    after = _spliced(before, part, file.path)
    if after == before:
        return Updated(file.path, SAME)
    _replace(path, after)
    return Updated(file.path, UPDATED if before else CREATED)


def folder_of(here: Workspace, given: str) -> str:
    """The path from the top of a folder as typed; raises SessionError (REFUSED)."""
    top = os.path.realpath(require_work_tree(here))
    real = os.path.realpath(given)
    if not os.path.isdir(real):
        raise SessionError(f"'{given}' is not a directory", status=REFUSED)
    folder = '' if real == top else os.path.relpath(real, top)
    if not {'..', '.git'}.isdisjoint(folder.split(os.sep)):
        raise SessionError(f"'{given}' is outside of the working tree", status=REFUSED)
    return folder


def _file(top: str, folder: str) -> ContextFile:
    """The context file of a folder, or the one to make there."""
    names = sorted(filter(contextfiles.is_name, os.listdir(os.path.join(top, folder))),
                   key=lambda name: (contextfiles.NAMES.index(name.lower()), name))  # fmt: skip
    paths = [os.path.join(folder, name) for name in names]
    found = [contextfiles.checked(top, path) for path in paths]
    for each in found:
        if each.problem:
            raise SessionError(f"cannot update '{each.path}': {each.problem}", status=REFUSED)
    # One that has the part already, then one that is no link.
    found.sort(key=lambda each: (BEGIN not in contextfiles.content(top, each), bool(each.target)))
    if found:
        return found[0]
    return ContextFile(os.path.join(folder, _usual_name(top)))


def _usual_name(top: str) -> str:
    """What context files are called here."""
    counts: dict[str, int] = {}
    for each in contextfiles.Listing(top, (), ()).files():
        name = each.path.rpartition('/')[2]
        counts[name] = counts.get(name, 0) + 1
    return max(sorted(counts), key=lambda name: counts[name], default='AGENTS.md')


def _content(path: str, shown: str) -> bytes:
    try:
        with open(path, 'rb') as file:
            data = file.read(contextfiles.MOST_BYTES + 1)
    except FileNotFoundError:
        return b''
    except OSError as error:
        raise SessionError(f"cannot read '{shown}': {error.strerror}", status=REFUSED) from None
    if len(data) > contextfiles.MOST_BYTES:
        problem = f'larger than {contextfiles.MOST_BYTES >> 10} KiB'
    elif b'\0' in data:
        problem = 'it is not text'
    elif not os.access(path, os.W_OK):
        problem = 'it is read-only'
    else:
        return data
    raise SessionError(f"cannot update '{shown}': {problem}", status=REFUSED)


def _spliced(before: bytes, part: str, shown: str) -> bytes:
    """The content with the part in the place of the one that it has, or at its end."""
    newline = '\r\n' if b'\r\n' in before[: before.find(b'\n') + 1] else '\n'
    new = part.replace('\n', newline).encode('utf-8', 'surrogateescape')
    lines = before.splitlines(keepends=True)
    begins, ends = (
        [number for number, line in enumerate(lines) if line.lstrip().startswith(mark.encode())]
        for mark in (BEGIN, END)
    )
    if not begins and not ends:
        end = newline.encode()
        gap = b'' if not before or before.endswith(end * 2) else end
        gap += b'' if not before or before.endswith(b'\n') else end
        return before + gap + new
    if len(begins) != 1 or len(ends) != 1 or begins[0] > ends[0]:
        raise SessionError(
            f"cannot update '{shown}': the markers of its generated part are not a pair",
            f"each of '{BEGIN}' and '{END}' has to begin one line, in this order",
            status=REFUSED,
        )
    last = lines[ends[0]]
    if not last.endswith(b'\n'):
        new = new.removesuffix(newline.encode())
    return b''.join(lines[: begins[0]]) + new + b''.join(lines[ends[0] + 1 :])


def _replace(path: str, content: bytes) -> None:
    """Write a file in one step, with the mode it has."""
    temporary = f'{path}.{os.getpid()}.tmp'
    try:
        with open(temporary, 'xb') as file:
            file.write(content)
        if os.path.exists(path):
            os.chmod(temporary, os.stat(path).st_mode & 0o7777)
        os.replace(temporary, path)
    except OSError as error:
        if not isinstance(error, FileExistsError):
            _remove(temporary)
        raise


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        pass


def _part(here: Workspace, folder: str) -> str:
    """The part with its markers, from what git knows of the folder."""
    reply = git.ask('-C', here.repo.top or '.', 'ls-files', '-z', '--', folder or '.')
    paths = [
        path for path in reply.out.split('\0')[:-1]
        if not contextfiles.is_name(path.rpartition('/')[2])
    ]  # fmt: skip
    commits: list[Touched] = []
    if here.repo.head:
        known = set(paths)
        read = filelog.Reading(here.repo.head, _LOOK_BACK).commits()
        commits = [each for each in read if not known.isdisjoint(each.paths)]
    items = [_kinds(paths), *_known(paths, commits)]
    if commits:
        # In UTC: whoever makes it again, in whatever zone, makes the same.
        day = format_time(min(commits[0].time, LAST))[:10]
        items.append(f'As of {words.short(commits[0].oid)}, {day}')
    body = ''.join(f'- {each}\n' for each in items)
    return f'{_FIRST}\n## What git knows\n\n{body}{_LAST}\n'


def _kinds(paths: Sequence[str]) -> str:
    """``12 files: 8 .py, 3 .md, 1 other``"""
    counts: dict[str, int] = {}
    for path in paths:
        end = os.path.splitext(path)[1]
        counts[end] = counts.get(end, 0) + 1
    ranked = sorted(counts, key=lambda end: (-counts[end], end))
    named = [end for end in ranked if end][:_MOST_NAMED]
    others = len(paths) - sum(counts[end] for end in named)
    parts = [f'{counts[end]} {markdown(end)}' for end in named]
    parts += [f'{others} other'] if others else []
    said = f': {", ".join(parts)}' if parts else ''
    return f'{words.count(len(paths), "file")} that git tracks{said}'


def _known(paths: Sequence[str], commits: Sequence[Touched]) -> list[str]:
    found = filehistory.analyse(commits, {path: path for path in paths})
    counts = dict.fromkeys(paths, 0)
    for commit in commits:
        for path in commit.paths:
            if path in counts:
                counts[path] += 1
    busiest = sorted(counts, key=lambda path: (-counts[path], path))[:_MOST_NAMED]
    busiest = [path for path in busiest if counts[path]]
    items = []
    if busiest:
        named = ', '.join(f'{code(path)} ({counts[path]})' for path in busiest)
        items.append(f'Most changed in the last {_LOOK_BACK} commits: {named}')
    items += [
        f'{code(each.path)} changes with {code(each.other)} ({each.both} of {each.of} commits)'
        for each in found.together[:_MOST_NAMED]
    ]
    items += [
        f'Taken back in {code(each.path)}: {markdown(words.cut(each.last.subject, 100))} '
        f'({words.short(each.last.oid)})'
        for each in found.reverted[:_MOST_NAMED]
    ]
    if found.knows:
        named = ', '.join(
            f'{markdown(words.cut(each.name, 60))} ({each.commits})'
            for each in found.knows[:_MOST_NAMED]
        )
        items.append(f'Known by, in commits: {named}')
    return items
