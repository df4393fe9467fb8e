"""What a log says, read by nothing of git session: lines of JSON, by the rules of the documents.

The campaign (tests/lives.py) holds the program against this.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

Line = dict[str, Any]
IDLE = 1800.0  # seconds: the default of session.idle_timeout
OPEN = {'pending', 'active'}
STATES = {
    'objective.start': 'active', 'objective.complete': 'done', 'objective.reopen': 'pending',
    'objective.drop': 'dropped',
}  # fmt: skip


def lines(path: Path) -> Iterator[str]:
    """The whole lines of a log: a torn one may have the next one right behind it."""
    for text in path.read_bytes().decode('utf-8', 'surrogateescape').split('\n'):
        at = text.rfind('{"v":')
        if at >= 0:
            try:
                json.loads(text[at:])
            except ValueError:
                continue
            yield text[at:]


def live(sessions: Path) -> dict[str, str]:
    """Branch -> the id of its live session."""
    found = {}
    for path in sessions.rglob('id'):
        branch = path.parent.relative_to(sessions).as_posix()
        if not branch.startswith('.') and path.is_file():
            found[branch] = path.read_text().strip()
    return found


def logs(sessions: Path) -> dict[str, list[str]]:
    """The place of a log below `sessions` -> its lines."""
    return {
        path.parent.relative_to(sessions).as_posix(): list(lines(path))
        for path in sorted(sessions.rglob('events.jsonl'))
    }


class Told:
    """A session as its lines tell it: each event once, in the order of the ids, without undone."""

    def __init__(self, name: str, texts: Iterable[str]) -> None:
        found = {}
        for text in sorted(set(texts), key=len, reverse=True):  # the shortest of an id counts
            line = json.loads(text)
            if line['session'] == name:
                found[line['id']] = line
        self.events = [found[each] for each in sorted(found)]
        self.undone: set[str] = set()
        for line in reversed(self.events):
            if line['type'] == 'undo' and line['id'] not in self.undone:
                self.undone |= set(line['ids'])
        self.in_force = [line for line in self.events if line['id'] not in self.undone]

    def of(self, *types: str) -> list[Line]:
        return [line for line in self.in_force if line['type'] in types]

    def objectives(self) -> dict[str, str]:
        """The id of the event that added it -> its state."""
        states = {}
        for line in self.in_force:
            if line['type'] == 'objective.add':
                states[line['id']] = 'pending'
            elif line['type'] in STATES and line.get('ref') in states:
                states[line['ref']] = STATES[line['type']]
        return states

    def blockers(self) -> int:
        """How many are open."""
        found = set()
        for line in self.of('blocker.add', 'blocker.resolve', 'blocker.reopen'):
            if line['type'] == 'blocker.resolve':
                found.discard(line['ref'])
            else:
                found.add(line.get('ref', line['id']))
        return len(found)

    def commits(self) -> set[str]:
        """What its commits have become."""
        became: dict[str, str] = {}
        for line in self.of('rewrite'):
            for old, new in line['pairs']:
                if old != new:
                    became.pop(new, None)
                    became[old] = new
        found = set()
        for line in self.of('commit'):
            commit = line['commit']
            while commit in became:
                commit = became[commit]
            found.add(commit)
        return found

    def active(self, idle: float = IDLE) -> float:
        """Seconds: the gaps between neighbours that are short, but for those after a stop.

        Nor for what follows on the second in which the branch was left: what hooks tell of it
        has no order.
        """
        clock = [
            (seconds(line), line['type'] in ('pause', 'end') and line['id'] not in self.undone)
            for line in self.events
            if not line.get('auto')
        ]
        clock.sort(key=lambda each: each[0])
        left: set[int] = set()
        for line in self.in_force:
            if line['type'] == 'resume':
                left.discard(int(seconds(line)))
            elif line['type'] == 'pause' and line.get('reason') == 'switch':
                left.add(int(seconds(line)))
        total = 0.0
        for (begin, stopped), (end, _) in pairwise(clock):
            goes_on = int(begin) == int(end) or int(begin) not in left
            total += end - begin if goes_on and not stopped and end - begin <= idle else 0.0
        return total

    def wall(self) -> float:
        """Seconds from the first of its events to the last."""
        moments = [seconds(line) for line in self.events]
        return max(moments) - min(moments) if moments else 0.0


def seconds(line: Line) -> float:
    return datetime.fromisoformat(line['at']).timestamp()
