"""`git session prompt`: one short line for the prompt of a shell.

It is shown at every prompt, so it reads a handful of small files and nothing else: no git, no
log.  prompt/git-session-prompt.sh does the same with the builtins of a shell; what one does the
other has to do (tests/test_prompt.py).
"""

from __future__ import annotations

import os
import sys

from git_session import output
from git_session.options import FORMAT, Syntax, Values
from git_session.record import Record

ABOUT = 'Print the session in a few characters, for a prompt; nothing without one.'
FORMS = {'': Syntax('', 0, 0, FORMAT)}

_MARKS = {'active': ('●', '*'), 'paused': ('○', '-')}
_PHASES = ('red', 'green', 'refactor')
_FALSE = ('', '0', 'no', 'off', 'false')
_UNTOLD = 'ref: refs/heads/.invalid'  # HEAD of the reftable format


class Line(Record):
    """What the generated file `prompt` says (views.files)."""

    state: str
    done: int
    objectives: int
    blockers: int
    phase: str


def run(action: str, values: Values) -> int:
    found = _find()
    if values.json:
        output.json({'schema': 'git-session/prompt/1', **_data(found)})
    elif found is not None:
        beyond, ascii_ = _MARKS[found.state]
        text = output.style(sys.stdout).mark(beyond, ascii_)
        text += f'{found.done}/{found.objectives}' if found.objectives else ''
        text += f' !{found.blockers}' if found.blockers else ''
        text += f' {found.phase}' if found.phase else ''
        output.out(text + '\n')
    return 0


def _data(found: Line | None) -> dict[str, object]:
    """Everything null where there is no session."""
    return {
        'state': found and found.state,
        'objectives_done': found and found.done,
        'objectives': found and found.objectives,
        'open_blockers': found and found.blockers,
        'phase': (found and found.phase) or None,
    }


def _find() -> Line | None:
    """The session of HEAD's branch, as its generated file says; None without one."""
    gitdir = os.environ.get('GIT_DIR') or _discover()
    if gitdir is None or os.environ.get('GIT_SESSION') == '0':
        return None
    if os.path.isfile(gitdir):  # a linked worktree
        link = _first(gitdir).removeprefix('gitdir: ')
        gitdir = os.path.join(os.path.dirname(gitdir), link)
    sessions = os.path.join(gitdir, _first(os.path.join(gitdir, 'commondir')), 'sessions')
    branch = _branch(gitdir)
    place = os.path.join(sessions, branch)
    if not branch or not os.path.isfile(os.path.join(place, 'id')) or _is_off(gitdir, branch):
        return None
    return _read(place)


def _discover() -> str | None:
    """The git directory of the current one or of one above it."""
    here = os.getcwd()
    while True:
        inside = os.path.join(here, '.git')
        if os.path.exists(inside):
            return inside
        if all(os.path.exists(os.path.join(here, name)) for name in ('HEAD', 'objects', 'refs')):
            return here
        above = os.path.dirname(here)
        if above == here:
            return None
        here = above


def _branch(gitdir: str) -> str:
    """HEAD's branch, where HEAD is no plain file the one that the hooks last saw; or ''."""
    path = os.path.join(gitdir, 'HEAD')
    head = _UNTOLD if os.path.islink(path) else _first(path)
    if head != _UNTOLD:
        return head.removeprefix('ref: refs/heads/') if head.startswith('ref: refs/heads/') else ''
    name = _first(os.path.join(gitdir, 'session-branch'))
    return '' if any(part.startswith('.') for part in name.split('/')) else name


def _is_off(gitdir: str, branch: str) -> bool:
    """Whether the hooks are switched off, by what they keep of the configuration (enabled)."""
    said: dict[str, bool] = {}
    for each in _content(os.path.join(gitdir, 'session-off')).splitlines():
        key, blank, value = each.partition(' ')
        said[key] = bool(blank) and value.lower() in _FALSE
    return said.get(f'branch.{branch}.sessionenabled', said.get('session.enabled', False))


def _read(place: str) -> Line | None:
    """The generated file; None when it is not what we write."""
    path = os.path.join(place, 'prompt')
    state, *figures = _first(path).split(' ')
    phase = figures[3] if len(figures) > 3 else ''
    if state not in _MARKS or len(figures) < 3 or not all(map(_is_number, figures[:3])):
        return None
    # A hook resumes a session, and a commit starts its clock; they leave a line in the log.
    if state == 'paused' and _written(os.path.join(place, 'events.jsonl')) > _written(path):
        state = 'active'
    done, objectives, blockers = map(int, figures[:3])
    return Line(state, done, objectives, blockers, phase if phase in _PHASES else '')


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _written(path: str) -> int:
    """When a file was written, in nanoseconds."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def _content(path: str) -> str:
    """A file, '' where there is none: a prompt has no errors."""
    try:
        if not os.path.isfile(path):
            return ''
        with open(path, encoding='utf-8', errors='surrogateescape') as file:
            return file.read()
    except OSError:
        return ''


def _first(path: str) -> str:
    """The first line of a file, '' where there is none."""
    return _content(path).partition('\n')[0]
