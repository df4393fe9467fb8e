"""Which session belongs to which branch, through renames and deletions.

``branch.<name>.session`` in the repository's config holds the session id of a
branch.  git moves that key on `git branch -m` and removes it on `git branch -d`,
neither of which fires a hook, so the difference between the config and the
directories tells what happened.  It is looked at only when the config file has
changed since the last look.
"""

from __future__ import annotations

import os
import time

from git_session import archive, branchwork, eventlog, events, git, merged
from git_session.errors import SessionError
from git_session.eventlog import Maker

_STAMP = '.bindings'
_SEEN = '.seen'  # the hooks' own stamp, compared by its time


def bind(branch: str, session_id: str) -> None:
    """Write the key; another process may hold the config's lock for a moment."""
    _configure(f'branch.{branch}.session', session_id)


def unbind(branch: str) -> None:
    _configure('--unset-all', f'branch.{branch}.session')


def _configure(*arguments: str) -> None:
    for attempt in range(50):
        reply = git.ask('config', '--local', *arguments)
        # 5: the key to unset is not there
        if reply.status in (0, 5):
            return
        if 'could not lock' not in reply.err:
            break
        time.sleep(0.002 * (attempt + 1))
    raise git.failure(reply)


def _stamp(repo: git.Repository) -> str:
    found = os.stat(os.path.join(repo.common, 'config'))
    return f'{found.st_mtime_ns} {found.st_size} {found.st_ino}'


def is_current(repo: git.Repository) -> bool:
    """Whether nothing has written the config since the last look."""
    try:
        with open(os.path.join(repo.sessions, _STAMP), encoding='utf-8') as file:
            return file.read() == _stamp(repo)
    except (FileNotFoundError, UnicodeDecodeError):
        return not os.path.isdir(repo.sessions)


def reconcile(repo: git.Repository, *, idle: float) -> list[str]:
    """Follow renamed branches, archive the sessions of deleted ones; what was done, in words."""
    if is_current(repo):
        return []
    # Taken first: what is written to the config from now on is for the next look.
    stamp = _stamp(repo)
    with eventlog.lock(repo.sessions):
        said = _reconcile(repo, idle)
        eventlog.write_file(os.path.join(repo.sessions, _STAMP), stamp)
        if stamp == _stamp(repo):
            eventlog.write_file(os.path.join(repo.sessions, _SEEN), '')
    return said


def _reconcile(repo: git.Repository, idle: float) -> list[str]:
    bound = {
        key.removeprefix('branch.').removesuffix('.session'): value
        for _, key, value in git.configuration()
        if key.startswith('branch.') and key.endswith('.session')
    }
    live = eventlog.live(repo.sessions)
    _bring_back(repo, bound, live)
    _bring_together(repo, live)
    astray = {branch: name for branch, name in live.items() if bound.get(branch) != name}
    # An unborn branch is in use too.
    existing = git.branches() | git.checked_out() if astray else set()
    moves: dict[str, str] = {}
    for branch, name in dict(astray).items():
        homes = [home for home, there in bound.items() if there == name and home in existing]
        if any(is_same(repo, branch, home) for home in homes):
            del astray[branch]
        elif homes:
            moves[branch] = homes[0]
    said = _follow(repo, live, moves, idle)
    for branch, name in astray.items():
        if branch in moves or branch in moves.values():
            continue
        if branch in existing:
            _configure(f'branch.{branch}.session', name)
        else:
            how = finish(repo, branch, name, result='gone', idle=idle)
            said.append(f"branch '{branch}' is {how}; its session {name} is archived")
    _forget(repo, bound, eventlog.live(repo.sessions) if said else live)
    return said


def is_same(repo: git.Repository, branch: str, other: str) -> bool:
    """Whether two names have one directory, as ``x`` and ``X`` where case does not matter.

    git takes any case for the name of a branch there, and HEAD and the configuration have it
    as it was typed.
    """
    places = (eventlog.directory(repo.sessions, each) for each in (branch, other))
    try:
        return os.path.samefile(*places)
    except OSError:
        return False


def _follow(
    repo: git.Repository, live: dict[str, str], moves: dict[str, str], idle: float
) -> list[str]:
    """Move the sessions of renamed branches; `moves` is old branch -> new, in any order."""
    said = []
    for new in moves.values():
        if new in live and new not in moves:  # `git branch -M` put another in its place
            finish(repo, new, live[new], result='gone', idle=idle)
            said.append(f"branch '{new}' was replaced; its session {live[new]} is archived")
    places = {}
    for old, new in moves.items():
        source, target = (eventlog.directory(repo.sessions, branch) for branch in (old, new))
        if old in moves.values() or _is_in_the_way(source, target):
            aside = archive.folder(repo.sessions, live[old])
            archive.move(source, aside)
            source = aside
        places[old] = source, target
    if moves:
        from git_session import wiprefs  # hardly ever needed, and looked for by every command

        wiprefs.rename(moves)
    for old, (source, target) in places.items():
        archive.move(source, target)
        maker = Maker(live[old], '', _newest(target))
        maker.add('rename', branch='refs/heads/' + moves[old])
        eventlog.append(target, [events.encode(event) for event in maker.made])
        said.append(f"session {live[old]} follows branch '{old}' to '{moves[old]}'")
    return said


def _bring_back(repo: git.Repository, bound: dict[str, str], live: dict[str, str]) -> None:
    """Finish a move that was killed while a session was aside, in the archive."""
    for branch, name in bound.items():
        if branch in live or name in live.values() or not eventlog.is_id(name):
            continue
        aside = archive.folder(repo.sessions, name)
        if eventlog.session_id(aside) == name and archive.load(aside)[0].state != 'ended':
            archive.move(aside, eventlog.directory(repo.sessions, branch))
            live[branch] = name


def _bring_together(repo: git.Repository, live: dict[str, str]) -> None:
    """Undo a move that was killed half way, of a branch that has its old name again."""
    for branch, name in live.items():
        place = eventlog.directory(repo.sessions, branch)
        if not os.path.exists(os.path.join(place, eventlog.LOG)):
            for each in list(eventlog.astray(repo.sessions, name)):
                archive.move(each, place)


def _forget(repo: git.Repository, bound: dict[str, str], live: dict[str, str]) -> None:
    """Take out keys that are copies (`git branch -c`), and those of sessions that are over."""
    home = {name: branch for branch, name in live.items()}
    for branch, name in bound.items():
        is_copy = bound.get(home.get(name, '')) == name
        if branch not in live and (is_copy or _is_over(repo, name)):
            _configure('--unset-all', f'branch.{branch}.session')


def _is_over(repo: git.Repository, name: str) -> bool:
    """Whether the session lies in the archive and has ended."""
    if not eventlog.is_id(name):
        return False
    place = archive.folder(repo.sessions, name)
    return eventlog.session_id(place) == name and archive.load(place)[0].state == 'ended'


def mend(repo: git.Repository, branch: str, session_id: str | None, bound: str) -> None:
    """Write or take out the key of a branch whose start or end was killed just before that.

    `bound` is what the configuration says, '' for nothing.
    """
    try:
        if session_id is not None:
            bind(branch, session_id)
        elif bound and _is_over(repo, bound):
            unbind(branch)
    except SessionError:
        pass  # the configuration cannot be written: everything else can be shown all the same


def _is_in_the_way(source: str, target: str) -> bool:
    """Whether one branch is the other's name and that of a file of ours, as in ``x/id``."""
    short, long = sorted((source, target), key=len)
    if not long.startswith(short + os.sep):
        return False
    first = os.path.join(short, long[len(short) + 1 :].partition(os.sep)[0])
    return os.path.isfile(first) or os.path.isfile(os.path.join(source, os.path.basename(first)))


def finish(
    repo: git.Repository, branch: str, session_id: str, *, result: str, into: str = '', idle: float
) -> str:
    """Archive a session that is over; the caller holds the exclusive lock.

    Of one whose branch is gone its recorded commits may show more: how it is over is
    returned, in words.
    """
    place = eventlog.directory(repo.sessions, branch)
    session, _, _ = archive.load(place)
    head = git.resolve('refs/heads/' + branch) if result != 'gone' else merged.newest(session)
    how = result
    if result == 'gone':
        outcome = merged.find(session)
        if outcome is not None:
            result, into, how = outcome.result, outcome.into, f'gone, {outcome}'
    maker = Maker(session_id, '', _newest(place))
    maker.add('end', head=head, result=result, into=into)
    eventlog.append(place, [events.encode(event) for event in maker.made])
    _put(repo, place, idle, branchwork.figures(branchwork.built(session, head)) if head else {})
    return how


def restore(repo: git.Repository, branch: str, bound: str) -> str | None:
    """Write the `id` of a branch's session again where it is lost or damaged.

    The id that was written, None when there is nothing to write; `bound` is what the
    config says, if anything.
    """
    place = eventlog.directory(repo.sessions, branch)
    if not os.path.isfile(os.path.join(place, eventlog.LOG)):
        return None
    with eventlog.lock(repo.sessions):
        name = eventlog.lost_id(place, bound)
        if name is None or name == eventlog.session_id(place):
            return None
        eventlog.write_file(os.path.join(place, eventlog.ID), name + '\n', durable=True)
        return name


def complete(repo: git.Repository, branch: str, *, idle: float) -> bool:
    """Archive a session that has ended and is still here: its end was killed half way.

    Whether there was one.  What git knew when it ended is unknown now.
    """
    place = eventlog.directory(repo.sessions, branch)
    with (  # the first one waits for an end that is only not done yet
        eventlog.lock(repo.sessions, name=eventlog.ENDING),
        eventlog.lock(repo.sessions),
    ):
        name = eventlog.session_id(place)
        if name is None:
            return False
        moved = os.path.join(archive.folder(repo.sessions, name), eventlog.LOG)
        if archive.load(place)[0].state != 'ended' and not os.path.exists(moved):
            return False
        _put(repo, place, idle, {})
    unbind(branch)
    return True


def _put(repo: git.Repository, place: str, idle: float, figures: dict[str, int]) -> None:
    target = archive.folder(repo.sessions, eventlog.session_id(place) or '')
    if os.path.exists(os.path.join(target, eventlog.LOG)):
        archive.move(place, target)
        place = target
    session, _, _ = archive.load(place)
    archive.put(repo.sessions, place, session, archive.summary(session, idle=idle, figures=figures))


def _newest(place: str) -> str:
    found, _ = events.decode_all(eventlog.read_bytes(place))
    return found[-1].id if found else ''
