"""A session as one file: ``session.toml`` for people, lines of JSON for programs.

The TOML (schema ``git-session/session/1``) says first what the session is, then its
objectives, blockers, decisions, remarks and checkpoints, last its events.  Of it
`from_toml` reads `schema`, `session` and `events`: the events alone are the session, what
stands above them follows from them and is not read.

An event is a table of its `id`, `at`, `type` and facts, with `v` where that is not 1;
objects become dotted keys.  One that TOML cannot carry (null, bytes that are not UTF-8,
integers beyond 64 bits) has its line of the log in the key `line`, which then is all that
counts.  What is not printable is escaped: no editor, mail or terminal changes it.

The lines (schema ``git-session/export/1``) are, for each session, one with its figures and
one for each event, which a reader takes in any order::

    {"schema":"git-session/export/1","record":"session","session":"work-20261122-3f9c",...}
    {"record":"event","event":{"v":1,"id":"20261122T230226.123Z-9f3c2a1b7d4e",...}}
    {"record":"event","line":"{\\"v\\":1,..."}      not strict JSON, or not Unicode
"""

from __future__ import annotations

from git_session import eventlog, events
from git_session.errors import SessionError
from git_session.events import Event
from git_session.replay import replay
from git_session.views import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, BinaryIO

SCHEMA, LINES = 'git-session/session/1', 'git-session/export/1'
BEGINNINGS = (b'# git session: ', b'{"schema":"git-session/export/')  # of our exports
NOTICE = """\
# git session: one session, see 'git session import'
# what stands above the events follows from them; a change there is not read
"""
MOST_TOML, MOST_LINE = 1 << 26, 1 << 24  # bytes of a file that is read at once, and of a line
MOST_DEPTH = 100  # of objects and lists within one another
_IDLE = 1800.0  # the same everywhere, so that two clones write the same bytes
_BARE = frozenset('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-')
_LISTS = ('objectives', 'blockers', 'decisions', 'dead_ends', 'notes', 'checkpoints')
_HEAD = ('branch', 'base', 'base_ref', 'upstream', 'issue', 'mode', 'author', 'authors', 'state',
         'started', 'last_active', 'ended')  # fmt: skip


def secrets(found: Iterable[Event]) -> int:
    """How many texts of the events look like secrets."""
    return sum(len(events.shared(event)) for event in found if 'public' in event.facts)


# --- TOML, written


def to_toml(session_id: str, found: Iterable[Event]) -> str:
    """session.toml; the same text for the same set of events, in whatever order."""
    mine = events.unite(event for event in found if event.session == session_id)
    session = replay(session_id, mine)
    state = files.state(session, idle=_IDLE)
    head = {'schema': SCHEMA, 'session': session_id, **{key: state[key] for key in _HEAD}}
    head |= {key: session.end.get(key) for key in ('result', 'into')}
    head['metrics'] = {**state['metrics'], 'idle_timeout': int(_IDLE)}
    chunks = [NOTICE, '\n', _keys('', _shown(head), multiline=True)]
    state['checkpoints'].reverse()  # the newest last, as everywhere here
    for name in _LISTS:
        for each in state[name]:
            chunks.append(f'\n[[{name}]]\n{_keys("", _shown(each), multiline=True)}')
    chunks += [f'\n[[events]]\n{_event(each)}' for each in mine]
    return ''.join(map(_visible, chunks))


def _shown(value: Any) -> Any:
    """A value for people: without what is not known, stray bytes made visible."""
    if isinstance(value, dict):
        found = {key: _shown(each) for key, each in value.items()}
        empty: tuple[Any, ...] = (None, [], {})
        return {key: each for key, each in found.items() if each not in empty and _is_plain(each)}
    if isinstance(value, list):
        return [_shown(each) for each in value if each is not None]
    return _text(value) if isinstance(value, str) else value


def _text(text: str) -> str:
    return text.encode('utf-8', 'backslashreplace').decode()


def _event(event: Event) -> str:
    """The keys of the table of an event."""
    table: dict[str, Any] = {'id': event.id, 'at': event.at, 'type': event.type}
    if event.version != events.VERSION:
        table['v'] = event.version
    if event.op:
        table['op'] = event.op
    whole = {**table, **event.facts}
    if 'line' not in whole and _is_plain(whole):
        return _keys('', whole)
    names = {key: _text(table[key]) for key in ('id', 'at', 'type')}
    return _keys('', {**names, 'line': events.encode(event).decode()})


def _is_plain(value: Any, depth: int = 8) -> bool:
    """Whether TOML gives the value back as it is, objects being dotted keys."""
    if isinstance(value, str):
        return value.isascii() or not any('\ud800' <= each <= '\udfff' for each in value)
    if isinstance(value, bool):
        return True
    if isinstance(value, int):
        return -(1 << 63) <= value < 1 << 63
    if isinstance(value, float):
        return abs(value) < float('inf')  # False for no number too
    if depth == 0 or not value:
        return isinstance(value, list) and not value
    if isinstance(value, list):
        return all(not isinstance(each, dict) and _is_plain(each, depth - 1) for each in value)
    return all(
        key and _BARE.issuperset(key) and _is_plain(each, depth - 1) for key, each in value.items()
    )


def _keys(prefix: str, table: dict[str, Any], *, multiline: bool = False) -> str:
    """The lines of a plain table."""
    import tomli_w

    return ''.join(
        _keys(f'{prefix}{key}.', value, multiline=multiline)
        if isinstance(value, dict)
        else prefix + tomli_w.dumps({key: value}, multiline_strings=multiline)
        for key, value in table.items()
    )


def _visible(text: str) -> str:
    """TOML with what is not printable as escapes, which mean the same in its strings."""
    if text.replace('\n', '').replace('\t', '').isprintable():
        return text
    return ''.join(
        each if each.isprintable() or each in '\n\t' else
        f'\\u{ord(each):04x}' if each <= '\uffff' else f'\\U{ord(each):08x}'
        for each in text
    )  # fmt: skip


# --- TOML, read


def from_toml(data: bytes, name: str) -> tuple[str, list[Event]]:
    """Session id and events of a session.toml; `name` is that of the file, for errors.

    Raises SessionError when it is not one, is of a newer version or holds an event that
    cannot be.
    """
    record = _parse(data, name)
    _check_schema(record.get('schema'), SCHEMA, name)
    session_id, tables = record.get('session'), record.get('events', [])
    if not isinstance(session_id, str) or not eventlog.is_id(session_id):
        raise SessionError(f"'{name}' names no session: '{session_id}' is not a session id")
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise SessionError(f"'{name}' holds no events: 'events' is not a list of tables")
    found = []
    for number, table in enumerate(tables, 1):
        event = _from_table(table, session_id)
        wrong = 'it is of another session' if event and event.session != session_id else ''
        wrong = wrong or why_not(event)
        if event is None or wrong:
            raise SessionError(f"cannot read '{name}': event {number}: {wrong}")
        found.append(event)
    return session_id, found


def _parse(data: bytes, name: str) -> dict[str, Any]:
    import tomllib

    if len(data) > MOST_TOML:
        raise SessionError(f"'{name}' is too large: more than {MOST_TOML >> 20} MiB")
    try:
        text = data.decode('utf-8-sig')
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b'\n') + 1, error.start - before.rfind(b'\n')
        why = f'not UTF-8 (at line {line}, column {column})'
    except tomllib.TOMLDecodeError as error:
        last = text.rstrip('\n').count('\n') + 1
        column = len(text.rstrip('\n').rpartition('\n')[2]) + 1
        why = str(error).replace('end of document', f'line {last}, column {column}: the end')
        why = why[:1].lower() + why[1:]
    except (RecursionError, ValueError):  # an integer of thousands of digits
        why = 'nested too deeply, or a number too large'
    raise SessionError(f"cannot read '{name}': {why}")


def _check_schema(found: Any, known: str, name: str) -> None:
    """Raise SessionError unless a schema is the one that this version knows."""
    if found == known:
        return
    kind, _, version = found.rpartition('/') if isinstance(found, str) else ('', '', '')
    if kind == known.rpartition('/')[0] and version.isascii() and version.isdigit():
        raise SessionError(
            f"'{name}' is of a newer version of git session: {found}",
            f'this version reads {known}',
        )
    raise SessionError(f"'{name}' is not an export of git session")


def _from_table(table: dict[str, Any], session_id: str) -> Event | None:
    """The event of a table, None when it is none."""
    if 'line' in table:
        line = table['line']
        return events.decode(line.encode()) if isinstance(line, str) else None
    record = {'v': events.VERSION, 'id': '', 'at': '', 'session': session_id, 'type': ''}
    return _from_record({**record, **table})


def _from_record(record: object) -> Event | None:
    import json

    try:
        return events.decode(json.dumps(record, allow_nan=False).encode())
    except (TypeError, ValueError, RecursionError):  # a date of TOML, no number, deep lists
        return None


# --- what an event from elsewhere may be


def why_not(event: Event | None) -> str:
    """Why an event from elsewhere is not taken; '' when it is."""
    if event is None:
        return 'it is not an event'
    if not eventlog.is_id(event.session):
        return f"'{event.session}' is not a session id"
    if _depth(event.facts) > MOST_DEPTH:
        return 'it is nested too deeply'
    branch = event.facts.get('branch')
    if event.type in ('start', 'rename') and event.is_known and not is_branch(str(branch)):
        return f"'{branch}' is not a valid branch name"
    return ''


def is_branch(name: str) -> bool:
    """Whether git takes the name, short or full, for a branch (git-check-ref-format(1))."""
    short = name.removeprefix('refs/heads/')
    parts = short.split('/')
    return (
        all(part and part[0] != '.' and not part.endswith('.lock') for part in parts)
        and not any(each < '!' or each in '~^:?*[\\\x7f' for each in short)
        and not any(pair in short for pair in ('..', '@{'))
        and short[-1] != '.'
        and short[0] != '-'
        and short not in ('HEAD', '@')
        and len(short) <= 1000
    )


def _depth(value: Any) -> int:
    """How deep objects and lists are nested in a value; it does not recurse itself."""
    depth, level = 0, [value]
    while level and depth <= MOST_DEPTH:
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        depth += 1
    return depth


# --- lines


_EVENT = b'{"record":"event","event":'


def to_lines(summary: dict[str, Any], found: Iterable[Event]) -> bytes:
    """The lines of a session; `summary` is its index line with times in words."""
    import json

    mine = list(found)
    head = {'schema': LINES, 'record': 'session', **summary, 'events': len(mine)}
    lines = [json.dumps(head, separators=(',', ':'))]
    return b'\n'.join([lines[0].encode(), *map(_line, mine), b''])


def _line(event: Event) -> bytes:
    import json

    line = events.encode(event)
    text = line.decode()
    if not text.isprintable():  # a stray byte, or what could move a cursor
        text = json.dumps(json.loads(text), separators=(',', ':'))
    if _is_strict(text):
        return _EVENT + text.encode() + b'}'
    return json.dumps({'record': 'event', 'line': text}, separators=(',', ':')).encode()


def _is_strict(text: str) -> bool:
    """Whether every reader of JSON takes it: no NaN, no half of a character."""
    import json

    if 'NaN' not in text and 'Infinity' not in text and '\\ud' not in text:
        return True
    try:
        json.dumps(json.loads(text), ensure_ascii=False, allow_nan=False).encode()
        return True
    except ValueError:
        return False


def from_lines(file: BinaryIO, name: str) -> Iterator[Event]:
    """The events of lines, of an export or of a log, one after the other.

    Raises SessionError that names the line where one cannot be read.
    """
    for number, line in enumerate(iter(lambda: file.readline(MOST_LINE + 1), b''), 1):
        if not line.strip():
            continue
        wrong, event = 'it is too long', None
        if len(line) <= MOST_LINE:
            known, event = _from_line(line.strip(), name)
            if known and event is None:
                continue
            wrong = why_not(event)
        if event is None or wrong:
            raise SessionError(f"cannot read '{name}': line {number}: {wrong}")
        yield event


def _from_line(line: bytes, name: str) -> tuple[bool, Event | None]:
    """(whether the line is one of ours, its event)."""
    import json

    if line.startswith(b'{"v":'):
        return False, events.decode(line)
    if line.startswith(_EVENT) and line.endswith(b'}'):
        return False, events.decode(line[len(_EVENT) : -1])
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False, None
    if not isinstance(record, dict):
        return False, None
    if record.get('record') == 'session':
        _check_schema(record.get('schema'), LINES, name)
        return True, None
    if record.get('record') == 'event':
        if isinstance(record.get('line'), str):
            return False, events.decode(record['line'].encode('utf-8', 'surrogatepass'))
        return False, _from_record(record.get('event'))
    return False, events.decode(line)
