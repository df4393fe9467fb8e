"""`git session import`: sessions from a file that `export` wrote, here or elsewhere."""

from __future__ import annotations

import io
import sys

from git_session import arrivals, output, transfer, words
from git_session.arrivals import Arrival
from git_session.errors import SessionError
from git_session.events import Event
from git_session.options import Syntax, Values
from git_session.workspace import open_workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

ABOUT = 'Take in the sessions of a file that git session export wrote.'
FORMS = {'': Syntax('<file>', 1, 1, ())}
_MOST_EVENTS = 20_000  # that are held at once
_MOST_PIPED = 1 << 30  # bytes
_CHUNK = 1 << 20  # bytes; Python takes memory for all that it is asked to read


def run(action: str, values: Values) -> int:
    name = values.operands[0]
    here = open_workspace()
    with _open(name) as file:
        shown = '<stdin>' if name == '-' else name
        arrived: dict[str, Arrival] = {}
        for part in _parts(file, shown):
            for each in arrivals.receive(here, part):
                before = arrived.get(each.session)
                arrived[each.session] = each if before is None else _both(before, each)
    if not arrived:
        raise SessionError(f"'{shown}' holds no session")
    _say(list(arrived.values()))
    return 0


def _open(name: str) -> BinaryIO:
    """The file, read whole where it cannot be read twice."""
    try:
        file: BinaryIO = sys.stdin.buffer if name == '-' else open(name, 'rb')  # noqa: SIM115
        if name != '-' and file.seekable():
            return file
        whole = io.BytesIO()
        with file:
            while whole.tell() <= _MOST_PIPED and (chunk := file.read(_CHUNK)):
                whole.write(chunk)
    except OSError as error:
        raise SessionError(f"could not open '{name}' for reading: {error.strerror}") from None
    if whole.tell() > _MOST_PIPED:
        raise SessionError(f'what was piped is too large: more than {_MOST_PIPED >> 20} MiB')
    whole.seek(0)
    return whole


def _parts(file: BinaryIO, name: str) -> Iterator[dict[str, list[Event]]]:
    """The events of a file by their session, in parts; all of it is checked first."""
    begin = file.read(4096).lstrip()
    file.seek(0)
    if not begin.startswith(b'{'):
        session_id, found = transfer.from_toml(file.read(transfer.MOST_TOML + 1), name)
        yield {session_id: found}
        return
    for _ in transfer.from_lines(file, name):
        pass
    file.seek(0)
    parts: dict[str, list[Event]] = {}
    for number, event in enumerate(transfer.from_lines(file, name), 1):
        parts.setdefault(event.session, []).append(event)
        if number % _MOST_EVENTS == 0:
            yield parts
            parts = {}
    yield parts


def _both(first: Arrival, second: Arrival) -> Arrival:
    """Of two parts of one session."""
    return second.replace(
        is_new=first.is_new, new=first.new + second.new, fuller=first.fuller + second.fuller
    )


def _say(arrived: list[Arrival]) -> None:
    changed = [each for each in arrived if each.new or each.fuller]
    for each in changed:
        output.out(f'{each.session}: {_counted(each)}\n')
    if not changed:
        output.talk('nothing new')
    elif len(arrived) > 1:
        new = sum(each.is_new for each in changed)
        more = f'{words.count(new, "new session")}, {len(changed) - new} with new events'
        output.talk(f'{words.count(len(arrived), "session")}: {more}')
    only = changed[0] if len(arrived) == len(changed) == 1 else None
    if only is not None and only.is_new and 'merged' not in (only.result or ''):
        output.hint(f"go on with it: 'git session resume {only.branch}'")


def _counted(each: Arrival) -> str:
    said = [words.count(each.new, 'new event')] if each.new else []
    if each.fuller:
        said.append(f'{words.count(each.fuller, "event")} in full that was not')
    return ('new here, ' if each.is_new else '') + ', '.join(said)
