"""Finishing a session: its handoff, its last events, its way into the archive."""

from __future__ import annotations

import os
import time

from git_session import archive, bindings, eventlog, output, workspace
from git_session.analysis.steps import next_steps
from git_session.errors import SessionError
from git_session.views import handoff
from git_session.workspace import Workspace


def handoff_text(here: Workspace, written: float) -> str:
    """The handoff of the session of this workspace."""
    session, work = here.require(), here.work()
    steps = next_steps(session, work)
    saved = ''
    if work.uncommitted:
        saved = 'The uncommitted changes are in the working tree of this machine only.'
    return handoff.text(session, work, steps, written=written, idle=here.idle, saved=saved)


def write_handoff(here: Workspace) -> str:
    """Write handoff.md beside the log and record that; its text."""
    text = handoff_text(here, time.time())
    eventlog.write_file(os.path.join(here.place, 'handoff.md'), text)
    return text


def finish(here: Workspace, *, with_handoff: bool, into: str = '') -> str:
    """End the session and archive it; the text of its handoff, '' without one.

    All figures are taken before anything is archived.  What cannot be published
    now is in the log and only warned about.
    """
    session, work = here.require(), here.work()
    maker = here.maker()
    last = session.checkpoints[-1] if session.checkpoints else None
    if work.head and (last is None or last.commit != work.head):
        maker.add('checkpoint', commit=work.head, label='end')
    if with_handoff and work.head:
        maker.add('handoff', commit=work.head)
    maker.add('end', head=work.head, result='merged' if into else 'ended', into=into)
    here.record(maker.made)
    text = write_handoff(here) if with_handoff else ''
    try:
        workspace.publish(here)
    except SessionError as error:
        output.warn(error.message)
    figures = {
        'commits': len(work.commits), 'files': len(work.changes),
        'added': work.added, 'deleted': work.deleted,
    }  # fmt: skip
    ended = here.require()
    record = archive.summary(ended, idle=here.idle, figures=figures)
    with eventlog.lock(here.repo.sessions, exclusive=True):
        archive.put(here.repo.sessions, here.place, ended, record)
    bindings.unbind(here.repo, ended.branch)
    eventlog.write_file(os.path.join(here.repo.gitdir, 'session-branch'), '')
    return text
