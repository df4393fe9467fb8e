"""The events: their closed set, and how one becomes a line and a line one.

A line is one JSON object::

    {"v":1,"id":"20261122T230226.123Z-9f3c2a1b7d4e","at":"2026-11-22T23:02:26.123Z",
     "session":"feature-auth-20261122-3f9c","type":"objective.add","text":"Google OAuth"}

`id` is unique for ever and sorts by time; two events that were made by one
command share `op`, the id of the first.  References inside the log (`ref`) are
ids.  No I/O and no clock here.

A text that holds a secret stays in the log as it was typed.  Its event has one more key
there, `public`: an object, name of the fact -> what leaves in its place (see secrets)::

    "text":"rotate AKIA...","public":{"text":"rotate [redacted: aws access key id]"}

What is published (`published`) has those values in place, no `public` and
`"redacted":true`.  Of two lines with one id the one that is not redacted counts.
"""

from __future__ import annotations

from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

VERSION = 1

# What each type means and the facts it carries: name -> kind, `?` when optional.
# text: str; texts: list of str; pairs: list of [old, new]; number: int; flag: bool;
# object: a JSON object.
TYPES: dict[str, dict[str, str]] = {
    # a session was opened on a branch
    'start': {
        'branch': 'text', 'head': 'text?', 'base': 'text?', 'base_ref': 'text?',
        'upstream': 'text?', 'mode': 'text?', 'issue': 'text?', 'by': 'text?',
    },
    # `mode` where it has another one from here on
    'resume': {'reason': 'text?', 'mode': 'text?', 'by': 'text?'},
    'pause': {'reason': 'text?', 'by': 'text?'},
    # the session is over: `result` is ended, merged, squash-merged, gone or left, `into` where
    # it was merged to; `gates` names the quality gates that failed then, `overridden` says that
    # it was merged all the same
    'end': {
        'head': 'text?', 'result': 'text', 'into': 'text?', 'gates': 'texts?',
        'overridden': 'flag?', 'by': 'text?',
    },
    # `git branch -m` was found
    'rename': {'branch': 'text'},
    # a commit of this session; `via` names how one was made that no hook reported
    'commit': {'commit': 'text', 'via': 'text?'},
    # the branch was moved forward to somebody else's commit
    'merge': {'commit': 'text'},
    # commits that became others; `by` is amend, rebase or found
    'rewrite': {'by': 'text?', 'pairs': 'pairs'},
    'checkpoint': {
        'commit': 'text?', 'label': 'text?', 'message': 'text?', 'committed': 'flag?',
        'tdd_phase': 'text?', 'auto': 'flag?', 'impact': 'object?', 'by': 'text?',
    },
    'objective.add': {'text': 'text', 'by': 'text?'},
    'objective.start': {'ref': 'text', 'by': 'text?'},
    'objective.complete': {'ref': 'text', 'by': 'text?'},
    'objective.reopen': {'ref': 'text', 'by': 'text?'},
    'objective.drop': {'ref': 'text', 'why': 'text?', 'by': 'text?'},
    'objective.edit': {'ref': 'text', 'text': 'text', 'by': 'text?'},
    'blocker.add': {'text': 'text', 'issue': 'text?', 'objective': 'text?', 'by': 'text?'},
    'blocker.resolve': {'ref': 'text', 'how': 'text?', 'by': 'text?'},
    'blocker.reopen': {'ref': 'text', 'by': 'text?'},
    'blocker.edit': {'ref': 'text', 'text': 'text', 'by': 'text?'},
    'decision.add': {
        'text': 'text', 'rationale': 'text?', 'alternatives': 'texts?', 'by': 'text?',
    },
    # a new decision in the place of `ref`
    'decision.supersede': {
        'ref': 'text', 'text': 'text', 'rationale': 'text?', 'alternatives': 'texts?',
        'by': 'text?',
    },
    'decision.edit': {'ref': 'text', 'text': 'text', 'by': 'text?'},
    # a private one is never published
    'note': {'text': 'text', 'private': 'flag?', 'by': 'text?'},
    # something that was tried and failed, and why
    'dead-end': {'text': 'text', 'private': 'flag?', 'by': 'text?'},
    # the tests were run for a phase, red, green or refactor; `refused` says why it does not
    # hold.  Figures of the run's own report: `failures` counts errors too
    'tdd': {
        'phase': 'text', 'commit': 'text?', 'refused': 'text?', 'tests': 'number?',
        'failures': 'number?', 'seconds': 'number?', 'by': 'text?',
    },
    # the working tree was saved as this commit, which stays on this machine; it came back
    'wip.save': {'commit': 'text', 'files': 'number', 'by': 'text?'},
    'wip.restore': {'commit': 'text', 'dropped': 'flag?', 'by': 'text?'},
    # an agent's program began or ended a session of its own here, or compacted what it knew:
    # `what` is start, end or compact; a claim of its environment
    'agent': {'name': 'text', 'what': 'text', 'reason': 'text?'},
    # a handoff was written at this commit
    'handoff': {'commit': 'text?', 'by': 'text?'},
    # takes back the events of these ids, undo events among them
    'undo': {'ids': 'texts', 'by': 'text?'},
}  # fmt: skip

# The types that `undo` takes back one command at a time: what people decided, not
# what git did.
UNDOABLE = frozenset(
    name
    for name in TYPES
    if name.partition('.')[0] in ('objective', 'blocker', 'decision', 'note', 'dead-end')
) | {'checkpoint', 'pause', 'end'}

# Commits may carry any date; later ones are recorded as of this one (the year 6325),
# which leaves ids room to go on from it.
_LAST_COMMIT = 1 << 37


class Event(Record):
    """One event; `facts` are the keys of its type, `time` is `at` in epoch seconds."""

    id: str
    at: str
    session: str
    type: str
    facts: dict[str, Any]
    op: str = ''
    version: int = VERSION

    @property
    def time(self) -> float:
        found: float | None = self.__dict__.get('_time')
        if found is None:
            found = self.__dict__['_time'] = parse_time(self.at)
        return found

    @property
    def is_known(self) -> bool:
        """Whether this version knows the type and its facts have the right kinds."""
        kinds = TYPES.get(self.type)
        if self.version > VERSION or kinds is None:
            return False
        for key, kind in kinds.items():
            value = self.facts.get(key)
            if type(value) is str and kind in ('text', 'text?'):
                continue  # nearly all of them
            if not _is_valid(value, kind):
                return False
        return True


def _is_valid(value: object, kind: str) -> bool:
    if kind.endswith('?'):
        if value is None:
            return True
        kind = kind[:-1]
    if kind == 'texts':
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if kind == 'pairs':
        return isinstance(value, list) and all(
            isinstance(pair, list) and len(pair) == 2 and all(isinstance(x, str) for x in pair)
            for pair in value
        )
    if isinstance(value, bool):
        return kind == 'flag'
    return isinstance(value, {'text': str, 'number': int, 'flag': bool, 'object': dict}[kind])


def shared(event: Event) -> dict[str, Any]:
    """The facts that leave in another form, as that: name -> redacted value.

    A `public` that cannot be of ours (somebody wrote into the log) lets nothing leave
    of what it was to stand for.
    """
    if 'public' not in event.facts:
        return {}
    from git_session import secrets

    public = event.facts['public']
    named = public if isinstance(public, dict) else event.facts
    found: dict[str, Any] = {}
    for name in named:
        if name in secrets.TYPED or name in secrets.REFS:
            value, other = event.facts.get(name), named[name] if named is public else None
            if isinstance(value, str):
                found[name] = other if isinstance(other, str) else secrets.UNCHECKED
            elif isinstance(value, list):
                right = _is_valid(other, 'texts')
                found[name] = other if right else [secrets.UNCHECKED] * len(value)
    return found


def published(event: Event) -> Event:
    """The event as it may leave: without secrets, and saying so where there were any."""
    if 'public' not in event.facts:
        return event
    facts = {name: value for name, value in event.facts.items() if name != 'public'}
    return event.replace(facts={**facts, **shared(event), 'redacted': True})


def encode(event: Event) -> bytes:
    """The event's line, without the newline."""
    record: dict[str, Any] = {
        'v': event.version, 'id': event.id, 'at': event.at,
        'session': event.session, 'type': event.type,
    }  # fmt: skip
    if event.op:
        record['op'] = event.op
    record.update(event.facts)
    try:
        return dumps(record).encode()
    except UnicodeEncodeError:  # a surrogate escape: bytes that are not UTF-8
        return dumps(record, ascii=True).encode()


def dumps(value: object, *, ascii: bool = False) -> str:
    """The JSON text of a value, without spaces; raises ValueError, TypeError as json does.

    The encoder is the C part of json, as the scanner of `loads` is.
    """
    try:
        import _json

        quote = _json.encode_basestring_ascii if ascii else _json.encode_basestring
        made = _json.make_encoder({}, _not_json, quote, None, ':', ',', False, False, True)
    except (ImportError, AttributeError, TypeError):  # another Python than we know
        import json

        return json.dumps(value, ensure_ascii=ascii, separators=(',', ':'))
    return ''.join(made(value, 0))


def _not_json(value: object) -> None:
    raise TypeError(f'an object of type {type(value).__name__} is no JSON')


def loads(text: str) -> Any:
    """The JSON value of a text; raises ValueError.

    The scanner is the C part of json: the whole costs as much as half a Python
    start, for regular expressions that its C part does not use.
    """
    try:
        value, end = _scanner()(text, 0)
        if end == len(text):
            return value
    except (StopIteration, SystemError):  # how it says no while json is not there
        pass
    import json

    return json.loads(text)


class _Options:
    """What the scanner looks up: the defaults of json.JSONDecoder."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float


_SCANNER: list[Callable[[str, int], tuple[Any, int]]] = []


def _scanner() -> Callable[[str, int], tuple[Any, int]]:
    if not _SCANNER:
        try:
            from _json import make_scanner

            _SCANNER.append(make_scanner(_Options))  # type: ignore[arg-type]
        except (ImportError, AttributeError):  # another Python than we know
            from json import JSONDecoder

            _SCANNER.append(JSONDecoder().scan_once)  # type: ignore[attr-defined]
    return _SCANNER[0]


def decode(line: bytes) -> Event | None:
    """The event of a line, None if it holds none.

    A line may begin with the torn end of a writer that died: an event begins at
    the last `{"v":`, which cannot occur inside one that a hook wrote, where quotes
    are escaped and nothing is nested.  (A command ends a torn line first.)
    """
    event = _parse(line)
    if event is None:
        begin = line.rfind(b'{"v":')
        event = _parse(line[begin:]) if begin > 0 else None
    return event


def _parse(text: bytes) -> Event | None:
    try:
        record = loads(text.decode())
        event = Event(
            record.pop('id'), record.pop('at'), record.pop('session'), record.pop('type'),
            record, record.pop('op', ''), record.pop('v'),
        )  # fmt: skip
        for each in (event.id, event.at, event.session, event.type):
            if type(each) is not str or not each:
                return None
        valid = type(event.op) is str and type(event.version) is int
        valid = valid and event.time is not None  # ValueError when it is no time
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return None
    return event if valid else None


def decode_all(data: bytes) -> tuple[list[Event], int]:
    """The events of a log or a note, each id once, sorted; and the number of lost lines.

    The order and the number of copies of the lines do not matter: the result is
    the same for every permutation (git's cat_sort_uniq sorts them, a squash
    concatenates them).
    """
    found = [decode(line) for line in data.split(b'\n') if line.strip()]
    kept = [event for event in found if event is not None]
    return unite(kept), len(found) - len(kept)


def unite(events: Iterable[Event]) -> list[Event]:
    """Each id of a session once, sorted by id, whatever the order and the number of copies.

    One commit may be in two sessions, under one id.  Of two events with one id the
    one with the shorter line counts: a commit that its hook reported, not the same
    one found later.  One that was redacted gives way to what was typed, and one whose
    writer did not look for secrets to one that says what may leave of it.
    """
    found: dict[tuple[str, str], Event] = {}
    for event in events:
        name = event.id, event.session
        kept = found.setdefault(name, event)
        if kept is not event and kept != event:
            found[name] = min(kept, event, key=_precedence)
    return [found[name] for name in sorted(found)]


def _precedence(event: Event) -> tuple[bool, bool, int, bytes]:
    line = encode(event)
    return 'redacted' in event.facts, 'public' not in event.facts, len(line), line


def parse_time(at: str) -> float:
    """Epoch seconds of ``2026-11-22T23:02:26.123Z``; raises ValueError.

    Every time that it returns is one that `format_time` can show.
    """
    found = _parse_plain(at)
    if found is not None:
        return found
    from datetime import datetime  # it costs a tenth of a Python start

    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None:
        raise ValueError(at)
    seconds = moment.timestamp()
    if not FIRST <= seconds <= LAST:  # the time zone leads out of the calendar
        raise ValueError(at)
    return seconds


FIRST, LAST = -62135596800, 253402300799.999  # the years 1 to 9999


_DAYS: dict[str, int] = {}  # date -> days since the epoch, of the dates seen


def _parse_plain(at: str) -> float | None:
    """The form that we write ourselves; None for any other."""
    if len(at) not in (20, 24) or at[10] != 'T' or at[-1] != 'Z' or not at.isascii():
        return None
    digits = at[11:13] + at[14:16] + at[17:19] + at[20:-1]
    marks = at[13] + at[16] + at[19]
    if not digits.isdigit() or marks != ('::Z' if len(at) == 20 else '::.'):
        return None
    hour, minute, second = int(at[11:13]), int(at[14:16]), int(at[17:19])
    date = at[:10]
    days = _DAYS.get(date)
    if days is None:
        days = _days(date)
    if days is None or hour > 23 or minute > 59 or second > 59:
        return None
    return days * 86400 + hour * 3600 + minute * 60 + second + int(at[20:-1] or '0') / 1000


# Days of the months; the 29th of February is left to datetime.
_LONGEST = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _days(date: str) -> int | None:
    """Days since the epoch of ``2026-11-22``; None when it is not plainly a date."""
    digits = date[:4] + date[5:7] + date[8:]
    if not digits.isdigit() or date[4] + date[7] != '--':
        return None
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    if not (year and 1 <= month <= 12 and 1 <= day <= _LONGEST[month - 1]):
        return None
    # In years that begin in March, so that the leap day is the last one.
    year, month = (year, month - 3) if month > 2 else (year - 1, month + 9)
    leaps = year // 4 - year // 100 + year // 400
    _DAYS[date] = 365 * year + leaps + (153 * month + 2) // 5 + day - 719469
    return _DAYS[date]


def format_time(seconds: float) -> str:
    """Epoch seconds as ``2026-11-22T23:02:26.123Z``."""
    from datetime import UTC, datetime

    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec='milliseconds').replace('+00:00', 'Z')


def event_id(seconds: float, suffix: str) -> str:
    """An id that sorts by time: ``20261122T230226.123Z-<suffix>``."""
    return format_time(seconds).replace('-', '').replace(':', '') + '-' + suffix


def commit_event(session: str, commit: str, seconds: int, via: str | None = None) -> Event:
    """The event of a commit, the same whoever records it: hook, command or other clone.

    `seconds` is its committer date.
    """
    seconds = min(seconds, _LAST_COMMIT)
    # Hooks know the second only: its end, so that they sort after what led to them.
    at = format_time(seconds).replace('.000Z', 'Z')
    facts: dict[str, Any] = {'commit': commit}
    if via:
        facts['via'] = via
    return Event(event_id(seconds + 0.999, commit[:16]), at, session, 'commit', facts)


def checkpoint_event(session: str, commit: str, seconds: int) -> Event:
    """The automatic checkpoint at a commit, the same in every clone; it follows the commit's."""
    made = commit_event(session, commit, seconds)
    facts = {'commit': commit, 'auto': True}
    return made.replace(id=f'{made.id}c', type='checkpoint', facts=facts)
