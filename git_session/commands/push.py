"""`git session push`: share what was published, after showing what leaves."""

from __future__ import annotations

import json

from git_session import archive, eventlog, events, exchange, output, remotes, words
from git_session.errors import SessionError
from git_session.events import Event
from git_session.exchange import Outgoing
from git_session.options import FORMAT, Option, Syntax, Values
from git_session.views import log
from git_session.workspace import Workspace, open_workspace

ABOUT = 'Bring what this clone knows of sessions to a remote.'
FORMS = {
    '': Syntax(
        '[<remote>]', 0, 1,
        (
            Option(('-n', '--dry-run'), 'only show what would leave'),
            Option(('--verify',), 'run the pre-push hook, which is the default', negatable=True),
            *FORMAT,
        ),
    )
}  # fmt: skip
_SHOWN = 20  # events of a session that are shown before it all leaves


def run(action: str, values: Values) -> int:
    dry = values.flag('dry-run')
    here = open_workspace()
    remote = remotes.choose(here, values.operand, push=True)
    if dry:
        outgoing = exchange.preview(here, remote)
        if not values.json:
            output.out(_listing(here, outgoing, most=None))
    else:

        def announce(outgoing: Outgoing) -> None:
            if outgoing.is_first and not values.json:
                output.out(_listing(here, outgoing, most=_SHOWN))

        verify = values.choice('verify') is not False
        outgoing = exchange.push(here, remote, verify=verify, announce=announce)
    if values.json:
        output.json(_data(remote, outgoing, dry=dry))
        return 0
    number = sum(map(len, outgoing.lines.values()))
    if not number:
        output.talk('everything up to date')
        return 0
    verb = 'would push' if dry else 'pushed'
    what = words.count(number, 'event')
    output.talk(f'{verb} {what} of {_sessions(outgoing)} to {output.line(remote)}')
    return 0


def _by_session(outgoing: Outgoing) -> dict[str, list[Event]]:
    """The events by their session, each once, in their order."""
    lines = [line for some in outgoing.lines.values() for line in some]
    found: dict[str, list[Event]] = {}
    for event in events.decode_all(b'\n'.join(lines))[0]:
        found.setdefault(event.session, []).append(event)
    return dict(sorted(found.items()))


def _sessions(outgoing: Outgoing) -> str:
    return words.count(len(_by_session(outgoing)), 'session')


def _listing(here: Workspace, outgoing: Outgoing, most: int | None) -> str:
    """What leaves, in words: as it leaves, so redacted."""
    shown = []
    live = {name: branch for branch, name in eventlog.live(here.repo.sessions).items()}
    for name, found in _by_session(outgoing).items():
        shown.append(f'{output.line(name)}: {words.count(len(found), "event")}\n')
        names = _names(here.repo.sessions, name, live.get(name))
        for event in found[:most]:
            shown.append(f'  {log.describe(event, names)}\n')
        if most is not None and len(found) > most:
            rest = words.count(len(found) - most, 'more event')
            shown.append(f"  {rest}: 'git session push --dry-run' shows all\n")
    return ''.join(shown)


def _names(sessions: str, name: str, branch: str | None) -> dict[str, str]:
    """What people type for the items of a session, live on `branch` or in the archive."""
    try:
        place = archive.folder(sessions, name)
        if branch is not None:
            place = eventlog.directory(sessions, branch)
        return archive.load(place, name)[0].names()  # none of one that is not taken in yet
    except SessionError:  # its id is no name of a file
        return {}


def _data(remote: str, outgoing: Outgoing, *, dry: bool) -> dict[str, object]:
    found = [
        {'session': name, 'events': [json.loads(events.encode(each)) for each in some]}
        for name, some in _by_session(outgoing).items()
    ]
    return {
        'schema': 'git-session/push/1', 'remote': remote, 'dry_run': dry, 'sessions': found,
    }  # fmt: skip
