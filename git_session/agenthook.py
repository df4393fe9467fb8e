"""What an agent's own hook does: tell it where things stand, and note that it is here.

The agent's JSON on stdin is a claim: read up to a bound, taken for nothing where it is not
what it should be, and used for no path but the directory to look in and no command.  What
is printed is the strict JSON of that agent or nothing, nothing is ever said on stderr
(some agents show it), and the exit status is 0, whatever happens.
"""

from __future__ import annotations

import os
import select
import time

from git_session import agentmemory as memory
from git_session import enabled, eventlog, events, git, identity, output, presence, words
from git_session.errors import SessionError
from git_session.integrations import agents
from git_session.integrations.agents import Input, Program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from git_session.workspace import Workspace

BUDGET = 8000  # characters of a brief; less where an agent takes less
SHORT = 2500
_MOST_BYTES = 8 << 20  # of stdin
_PATIENCE = 2.0  # seconds in which an agent has to write its input
_MOST_SUMMARY = 4000  # characters of a compaction's summary
_MOST_COUNTED = 200  # files in which lines are counted: git reads each of them
_ROOM = 200  # of an agent's limit that is left free
_SHORT_SOURCES = ('resume', 'compact', 'fork')


def run(name: str, event: str) -> int:
    """Answer one event of an agent; 0 always."""
    given = agents.read(_stdin())
    # Copilot CLI and Cursor run what stands in Claude Code's configuration too.
    program = agents.PROGRAMS[given.host if given.host and name == 'claude' else name]
    text = ''
    if os.environ.get('GIT_SESSION') != '0':
        try:
            with _silence():
                _settle(program, given)
                text = _told(program, event, given)
        except (SessionError, OSError):
            pass  # no repository, or none that can be read: there is nothing to say
        except Exception:
            if os.environ.get('GIT_TRACE_SESSION'):
                raise
    answer = agents.answer(program, event, text)
    if answer:
        output.out(events.dumps(answer, ascii=True) + '\n')
    return 0


def _stdin() -> dict[str, Any]:
    """The object on stdin, {} for anything else; never waits for long."""
    data = bytearray()
    limit = time.monotonic() + _PATIENCE
    try:
        if os.isatty(0):
            return {}
        poller = select.poll()
        poller.register(0, select.POLLIN | select.POLLHUP)
        while poller.poll(max(limit - time.monotonic(), 0) * 1000):
            part = os.read(0, 1 << 16)
            if not part:
                break
            if len(data) <= _MOST_BYTES:  # what is more is read, and let go
                data += part
        if len(data) > _MOST_BYTES:
            return {}
        found = events.loads(data.decode('utf-8', 'replace').strip())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


class _silence:
    """Nothing reaches stderr in here, not from git either."""

    def __enter__(self) -> None:
        self._saved = -1
        if not os.environ.get('GIT_TRACE_SESSION'):
            self._saved = os.dup(2)
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 2)
            os.close(null)

    def __exit__(self, *_: object) -> None:
        if self._saved >= 0:
            os.dup2(self._saved, 2)
            os.close(self._saved)


def _settle(program: Program, given: Input) -> None:
    """Stand where the agent does, and be a child of it and of no other one.

    An agent may have been started by another, whose variables it has inherited.
    """
    for name, signs, key in identity.AGENTS:
        for variable in (*signs, key):
            os.environ.pop(variable, None)
        if name == program.name:
            found = identity.checked(given.id)
            os.environ[signs[0]] = '1'
            if key and found:
                os.environ[key] = found
    for variable in ('GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_COMMON_DIR', 'GIT_PREFIX'):
        os.environ.pop(variable, None)
    if os.path.isabs(given.cwd) and '\0' not in given.cwd:
        os.chdir(given.cwd)


def _told(program: Program, event: str, given: Input) -> str:
    """Do what is to be done on an event; what the agent is to be told."""
    if event in (agents.PROMPT, agents.TOOL):
        return _moved(program, event)
    # What a workspace is opened with is asked now, while its modules are loaded.
    is_start = event == agents.SESSION_START
    asked = git.start_asking(status=is_start, identity=True)
    try:
        return _answered(program, event, given, asked)
    finally:
        asked.stop()


def _answered(program: Program, event: str, given: Input, asked: git.Asked) -> str:
    repo = git.discover(asked.where)
    if event == agents.SESSION_END:
        _end(program, given, repo, asked)
        return ''
    # Codex CLI starts a session twice when it compacts one that it takes up again.
    source = 'short' if given.source in _SHORT_SOURCES else given.source
    if memory.is_second(repo, event + source):
        return ''
    if event == agents.SESSION_START:
        return _start(program, given, repo, asked)
    _compact(program, event, given, asked)
    return ''


# --- the beginning


def _start(program: Program, given: Input, repo: git.Repository, asked: git.Asked) -> str:
    from git_session.workspace import open_workspace

    me, is_short = identity.agent(), given.source in _SHORT_SOURCES
    before = presence.own(repo, me)
    try:
        here = open_workspace(work=True, most_counted=_MOST_COUNTED, meanwhile=_load, asked=asked)
    except SessionError as error:
        return _unreadable(repo, error)
    if here.off:
        return ''
    if os.path.isdir(repo.sessions):
        presence.renew(here.repo, me)
        memory.note_others(here.repo, me)
        if program.resumes or not is_short:
            memory.settle_loss(here.repo, me)
    from git_session import brief

    if here.session is None:
        return '' if is_short else _nothing(here)
    then = before.seen if before is not None else here.session.agents.get(me.name if me else '')
    if given.source != 'compact':
        _record(here, 'start', given.source)
    if not is_short:
        return _fitting(program, lambda budget: brief.text(here, budget=budget), BUDGET)
    if not program.resumes:
        return ''  # the next prompt brings it, which may be on its way already
    return _fitting(program, lambda budget: brief.short(here, then=then, budget=budget), SHORT)


def _load() -> None:
    """What the text is made with, while git compares."""
    from git_session import brief  # noqa: F401 - that is all


def _fitting(program: Program, made: Callable[[int], str], budget: int) -> str:
    """The text with the largest budget that the agent does not cut, as it counts."""
    limit = program.limit - _ROOM
    budget = min(budget, limit)
    text = made(budget)
    while (length := agents.size(text, program.unit)) > limit:
        budget = min(budget, len(text)) * limit // length - 10
        text = made(budget)
    return text


def _unreadable(repo: git.Repository, error: SessionError) -> str:
    """The one line where there are sessions and something is wrong; its words are anybody's."""
    if not os.path.isdir(repo.sessions):
        return ''
    from git_session.views.quoting import quoted

    return f"'git session brief' cannot be shown here: {quoted(error.message)}"


def _nothing(here: Workspace) -> str:
    """The one line for a branch without a session; '' where none can be."""
    if here.repo.top is None:
        return ''
    if here.repo.branch is None:
        return 'HEAD is detached; sessions of git session belong to branches.'
    return (
        f"There is no session on branch '{output.line(here.repo.branch)}'. "
        "'git session start [<branch>] -o <objective>' opens one."
    )


def _record(here: Workspace, what: str, reason: str, **checkpoint: Any) -> None:
    """Note in the log what the agent did; with facts of a checkpoint, that too."""
    if here.session is None or here.session.state == 'ended':
        return
    me = identity.agent()
    maker = here.maker()
    if what:
        reason = words.cut(output.line(reason), 40)
        maker.add('agent', name=me.name if me else '', what=what, reason=reason)
    if checkpoint:
        maker.add('checkpoint', commit=here.repo.head, auto=True, **checkpoint)
    # As git's hooks do: the next command makes what follows from it.
    try:
        with eventlog.lock(here.repo.sessions):
            if eventlog.session_id(here.place) == here.session.id:
                eventlog.append(here.place, [events.encode(each) for each in maker.made])
    except OSError:
        pass  # a full disk, a git directory that is read-only: the agent is told all the same


# --- between


def _moved(program: Program, event: str) -> str:
    """The line for an agent under which HEAD moved, or beside which somebody came."""
    asked, me = git.start_asking(), identity.agent()
    repo = git.discover(asked.where)
    settings = git.parse_configuration(asked.configuration.reply().out)
    if not os.path.isdir(repo.sessions) or enabled.why_off(settings, repo.branch):
        return ''
    with memory.alone(repo, me):
        before = presence.own(repo, me)
        said = _head(repo, before) if before is not None else []
        if not agents.tells(program, event):
            if not said:  # what cannot be said stays to be said
                presence.renew(repo, me)
            return ''
        said += memory.note_others(repo, me)
        presence.renew(repo, me)
        lost = memory.settle_loss(repo, me)
    short = _lost(program, lost) if lost and not program.starts_anew else ''
    return '\n'.join(filter(None, [' '.join(said), short]))


def _head(repo: git.Repository, before: presence.Lease) -> list[str]:
    """How HEAD is not where the agent saw it last."""
    now, then = repo.head or '', before.head
    if now == then and (repo.branch or '') == before.was_on:
        return []
    was = f"branch '{output.line(before.was_on)}'" if before.was_on else 'a detached HEAD'
    is_on = f"branch '{output.line(repo.branch)}'" if repo.branch else 'a detached HEAD'
    shown = words.short(now) if now else 'no commit'
    old = words.short(then) if then else 'no commit'
    if repo.branch == (before.was_on or None):
        return [
            f'HEAD moved since the last turn: {is_on}, from {old} to {shown}'
            f'{_by(then, now)}{_how()}.'
        ]
    name = None
    if repo.branch:
        name = eventlog.session_id(eventlog.directory(repo.sessions, repo.branch))
    whose = f'its session is {name}' if name else 'it has no session'
    more = ", which 'git session brief' shows" if name else ''
    return [
        f'HEAD moved since the last turn: from {was} ({old}) to {is_on} ({shown})'
        + (f'; {whose}{more}.' if repo.branch else '.')
    ]


def _by(then: str, now: str) -> str:
    """`` (3 commits)``; what was rewritten has no number."""
    if not then or not now or git.ask('merge-base', '--is-ancestor', then, now).status != 0:
        return ', which does not follow it'
    number = git.ask('rev-list', '--count', f'{then}..{now}').out.strip()
    return f' ({words.count(int(number), "commit")})' if number.isdigit() else ''


def _how() -> str:
    """That it was a reset: no hook runs in that, so it may have been the agent's own."""
    newest = git.ask('log', '-g', '-1', '--no-show-signature', '--format=%gs', 'HEAD', '--').out
    return "; last by 'git reset'" if newest.startswith('reset: ') else ''


def _lost(program: Program, knew: str) -> str:
    """The short form for an agent that could not be told it before."""
    from git_session import brief
    from git_session.workspace import open_workspace

    here = open_workspace(work=True, most_counted=_MOST_COUNTED, meanwhile=_load)
    if here.session is None or here.off:
        return ''
    then = float(knew) if knew != '-' else None
    return _fitting(program, lambda budget: brief.short(here, then=then, budget=budget), SHORT)


# --- compaction, and the end


def _compact(program: Program, event: str, given: Input, asked: git.Asked) -> None:
    """A compaction is a checkpoint, with what is left of the conversation where that is said."""
    from git_session.workspace import open_workspace

    here = open_workspace(most_counted=_MOST_COUNTED, asked=asked)
    if here.off or here.session is None:
        return
    if event == agents.PRE_COMPACT:
        if program.believed and given.reason not in program.believed:
            return
        memory.note_loss(here.repo, identity.agent(), '-')
        facts = {} if program.keeps_summaries else {'label': 'compaction'}
        _record(here, 'compact', given.reason, **facts)
    else:
        _record(here, '', '', label='compaction', message=_summary(given.summary))


def _summary(text: str) -> str:
    """What is worth keeping of a summary: not how it was thought out."""
    inner = text.partition('<summary>')[2].partition('</summary>')[0] or text
    return words.cut(inner.strip(), _MOST_SUMMARY)


def _end(program: Program, given: Input, repo: git.Repository, asked: git.Asked) -> None:
    """Give the lease back; done before anything that takes time."""
    from git_session.workspace import open_workspace

    me = identity.agent()
    if presence.own(repo, me) is None:
        return  # a second copy of the hook, or nobody ever knew of this one
    presence.leave(repo, me)
    memory.forget(repo, me)
    if not program.resumes:
        memory.note_loss(repo, me, f'{time.time()}')
    here = open_workspace(reconcile=False, asked=asked)
    if not here.off:
        _record(here, 'end', given.reason)
    presence.leave(here.repo, me)
