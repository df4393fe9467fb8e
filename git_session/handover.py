"""Making a handoff: what git and the session know, the team's template, and what is missing."""

from __future__ import annotations

import os
from stat import S_ISREG

from git_session import context, forge, gates, git, output, tdd
from git_session.analysis import completeness
from git_session.analysis.completeness import Gap, Local
from git_session.analysis.steps import next_steps
from git_session.errors import FATAL, SessionError
from git_session.views import handoff
from git_session.views.handoff import Facts
from git_session.workspace import Workspace

_MOST_BYTES = 256 * 1024


def facts(here: Workspace, written: float) -> Facts:
    """What the handoff of the session of this workspace is made of."""
    session, work = here.require(), here.work()
    return Facts(
        session, work, tuple(next_steps(session, work)), written, here.idle,
        here.quality(), gates.judge(here), context.Look(here).around(written), tdd.figures(here),
    )  # fmt: skip


def text(here: Workspace, written: float, saved: str, *, strict: bool) -> str:
    """The handoff of the session of this workspace.

    With `strict` a template that cannot be used raises SessionError; without it is only
    warned about, and our own layout takes its place: an end is not lost for a template.
    """
    found = facts(here, written)

    def made(layout: str) -> str:
        return handoff.text(
            found, saved=saved, stashed=stashes(found.session.branch), template=layout,
            links=forge.links(here, found.session), track=here.config['session.auto_track'],
        )  # fmt: skip

    try:
        return made(template(here))
    except SessionError as error:
        if strict:
            raise
        output.warn(error.message)
        return made('')


def template(here: Workspace) -> str:
    """The team's own layout, '' without one; raises SessionError when it cannot be read."""
    name, top = handoff.TEMPLATE, here.repo.top
    if top is None:
        return ''
    path = os.path.join(top, name)
    if not os.path.lexists(path):
        return ''
    try:
        # It is tracked: a link could lead to anything, and what it says is handed on.
        inside = os.path.realpath(path) == os.path.join(os.path.realpath(top), name)
        if not inside or not S_ISREG(os.stat(path).st_mode):
            raise SessionError(f"could not read '{name}': not a regular file")
        with open(path, 'rb') as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise SessionError(f"could not read '{name}': {error.strerror}") from None
    if len(data) > _MOST_BYTES:
        raise SessionError(f"could not read '{name}': larger than {_MOST_BYTES >> 10} KiB")
    try:
        text = data.decode('utf-8').removeprefix('\ufeff').replace('\r\n', '\n')
    except UnicodeDecodeError:
        raise SessionError(f"could not read '{name}': it is no UTF-8", status=FATAL) from None
    # What it does to a terminal came with the repository; blanks that do not break are harmless.
    return output.plain(text.replace('\u00a0', ' ').replace('\u202f', ' '))


def stashes(branch: str) -> list[str]:
    """The stashes that were made on the branch: ``stash@{0}: WIP on work: 1a2b3c4 Subject``."""
    entries = git.ask('stash', 'list', '-z', '--format=%gs').out.split('\0')
    begins = (f'WIP on {branch}: ', f'On {branch}: ')
    return [
        f'stash@{{{number}}}: {each}'
        for number, each in enumerate(entries)
        if each.startswith(begins)
    ]


def gaps(here: Workspace, document: str, problem: str = '') -> list[Gap]:
    """What the next person will miss in this handoff; `problem` is that of the template."""
    session, work, top = here.require(), here.work(), here.repo.top or ''
    try:
        layout = template(here)
    except SessionError:
        layout = ''
    local = Local(len(work.uncommitted), len(stashes(session.branch)), _unpushed(here))

    def exists(path: str) -> bool:
        return os.path.lexists(os.path.join(top, path))

    found = completeness.gaps(
        session, work, document=document, layout=layout, local=local, exists=exists
    )
    return [Gap('template', problem), *found] if problem else found


def _unpushed(here: Workspace) -> int:
    """How many commits of the session no remote has; 0 where there is no remote."""
    work = here.work()
    if not work.head or not git.ask('remote').out.strip():
        return 0
    others = ('--remotes', *([work.base] if work.base else []))
    count = git.ask('rev-list', '--count', work.head, '--not', *others, '--').out.strip()
    return int(count) if count.isdigit() else 0
