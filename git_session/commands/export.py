"""`git session export`: a session as one file, or all of them as lines."""

from __future__ import annotations

import os

from git_session import archive, eventlog, events, outfile, output, transfer, words
from git_session.errors import USAGE, SessionError
from git_session.events import Event, format_time
from git_session.options import Option, Syntax, Values
from git_session.replay import replay
from git_session.workspace import Workspace, open_workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

ABOUT = "Write a session as one file, for people and for 'git session import'."
FORMS = {
    '': Syntax(
        '[<session>]', 0, 1,
        (
            Option(('--all',), 'all sessions, as lines of JSON'),
            Option(('-o', '--output'), 'write it to a file', value='file'),
            Option(
                ('--format',), 'session.toml, or lines of JSON',
                value='format', choices=('toml', 'jsonl'),
            ),
            Option(('--redact',), 'what looks like a secret redacted'),
        ),
    )
}  # fmt: skip


def run(action: str, values: Values) -> int:
    if values.flag('all') and values.operand is not None:
        raise SessionError(f"--all and '{values.operand}' cannot be used together", status=USAGE)
    if values.flag('all') and values.text('format') == 'toml':
        raise SessionError("--all needs '--format jsonl'", status=USAGE)
    here = open_workspace()
    exported = _Exported(here, redact=values.flag('redact'))
    if values.flag('all'):
        _write(exported.lines(_places(here)), values.text('output'))
    else:
        place = _place(here, values.operand)
        lines = values.text('format') == 'jsonl'
        _write(exported.lines([place]) if lines else exported.toml(place), values.text('output'))
    if exported.secrets:
        seem = 'text looks like a secret' if exported.secrets == 1 else 'texts look like secrets'
        output.warn(f'{exported.secrets} {seem} and left as written')
        output.hint("'--redact' writes it redacted")
    return 0


def _place(here: Workspace, wanted: str | None) -> str:
    if wanted is None:
        here.require()
        return here.place
    return here.find(wanted)


def _places(here: Workspace) -> list[str]:
    """The directories of all sessions, in the order of their ids."""
    sessions = here.repo.sessions
    live = {name: branch for branch, name in eventlog.live(sessions).items()}
    found = {os.path.basename(place): place for place in archive.places(sessions)}
    found |= {name: eventlog.directory(sessions, branch) for name, branch in live.items()}
    return [found[name] for name in sorted(found)]


class _Exported:
    """What is written, one session after the other; `secrets` counts what was left as written."""

    def __init__(self, here: Workspace, *, redact: bool) -> None:
        self._here = here
        self._redact = redact
        self._figures: dict[str, dict[str, Any]] = {}
        self.secrets = 0

    def toml(self, place: str) -> Iterator[bytes]:
        name, found = self._read(place)
        yield transfer.to_toml(name, found).encode()

    def lines(self, places: Sequence[str]) -> Iterator[bytes]:
        listed = archive.index(self._here.repo.sessions)
        figures = {each['session']: each for each in listed}
        for place in output.progress('reading sessions', places):
            name, found = self._read(place)
            if found:  # else it was pruned just now
                session = replay(name, found)
                known = figures.get(name, {})
                record = archive.summary(session, idle=self._here.idle, figures=known)
                for key in ('started', 'last_active'):
                    record[key] = format_time(record[key])
                yield transfer.to_lines(record, found)

    def _read(self, place: str) -> tuple[str, list[Event]]:
        session, found, lost = archive.load(place)
        if lost:
            output.warn(f'{words.count(lost, "line")} of {session.id} cannot be read')
        if self._redact:
            return session.id, [events.published(each) for each in found]
        self.secrets += transfer.secrets(found)
        return session.id, found


def _write(chunks: Iterable[bytes], path: str | None) -> None:
    if path is None or path == '-':
        for each in chunks:
            output.data(each)
        return
    outfile.write(path, chunks, lambda head: head.startswith(transfer.BEGINNINGS), 'export')
    output.talk(f'exported to {output.line(path)}')
