"""What a continuous integration says of HEAD, from a file that it, or a script, writes.

``<git common dir>/sessions/<branch>/ci.json``, one object or a list of them::

    {"state": "success", "name": "build", "url": "https://...", "at": "2026-11-23T06:00:00Z",
     "commit": "<object id>"}

`state` is success, failure, error, pending or running; `commit` is whole, and what is said
of another commit than HEAD is not shown.  The file is somebody else's: everything in it is
bounded, and shown as a quotation.
"""

from __future__ import annotations

import os

from git_session import words
from git_session.events import parse_time
from git_session.output import line
from git_session.record import Record
from git_session.views.quoting import quoted, tagless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FILE = 'ci.json'
STATES = ('success', 'failure', 'error', 'pending', 'running')
_MOST_BYTES = 64 * 1024
_MOST = 10


class Run(Record):
    """`at` in epoch seconds, 0 when it is not said."""

    state: str
    name: str
    url: str
    at: float


def read(place: str, head: str | None) -> list[Run]:
    """The runs for HEAD in the folder of a session; none when there is no such file."""
    try:
        with open(os.path.join(place, FILE), 'rb') as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError:
        return []
    import json

    if head is None or len(data) > _MOST_BYTES:
        return []
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return []
    listed = found if isinstance(found, list) else [found]
    runs = [_run(each) for each in listed if isinstance(each, dict) and each.get('commit') == head]
    return [each for each in runs if each is not None][:_MOST]


def _run(record: dict[str, Any]) -> Run | None:
    from git_session.integrations import references

    state, name, url = (record.get(key) for key in ('state', 'name', 'url'))
    if state not in STATES:
        return None
    try:
        at = parse_time(str(record.get('at', '')))
    except (ValueError, OverflowError):
        at = 0.0
    addresses = references.find(url) if isinstance(url, str) else []
    where = addresses[0].url if len(addresses) == 1 else ''
    return Run(state, name if isinstance(name, str) else '', where, at)


def told(place: str, head: str | None, now: float) -> list[str]:
    """A line for each run: ``CI failure: "build", 5 minutes ago, https://...``"""
    return [
        ', '.join(
            filter(None, (
                f'CI {each.state}' + (f': {quoted(each.name, 100)}' if each.name else ''),
                words.age(each.at, now) if each.at else '',
                tagless(line(each.url)),
            ))
        )
        for each in read(place, head)
    ]  # fmt: skip
