"""What a hostile author writes: Hypothesis strategies, and the worst that is known by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from git_session.events import TYPES
from tests.hostile import PAYLOAD

Draw = Callable[[st.SearchStrategy[Any]], Any]

SHELL = (
    f'$({PAYLOAD})', f'`{PAYLOAD}`', f';{PAYLOAD};', f'|{PAYLOAD}', f'&&{PAYLOAD}&', f"'{PAYLOAD}'",
    f'\n{PAYLOAD}\n', '$PWNED', '${IFS}', '%s%n', '!x', '-x', '--', f'--upload-pack={PAYLOAD}',
    f'ext::sh -c {PAYLOAD}', "'\\''", '\\', '"', '*', '~', '#', '{}', '@{u}', 'HEAD', ':/x', '^x',
)  # fmt: skip
TERMINAL = (
    '\x1b[2J', '\x1b]0;t\x07', '\x1b[31m', '\x9b31m', '\x9d0;t\x9c', '\r', '\x08', '\x7f', '\x00',
    '\x0b', '\x0c', '\x85', '\u2028', '\u202e', '\u2066', '\u200f', '\u200b', '\u00ad', '\ufeff',
    '\U000e0041', '\u061c', 'e\u0301\u0301', '\u200d', '\ufff9', '\ue000', '\U0010ffff', '\u3164',
)  # fmt: skip
MARKUP = (
    '<script>alert(1)</script>', '</system>', ']]>', '<!--', '-->', '![x](javascript:alert(1))',
    '```', '\n## Next\n- x', '\n---\n', '| a |', '[x]: http://x', '&lt;', '\nSession-Id: forged-1',
    '\nSession-Id: ../../x',
    '\nSession-Objective: obj-1 x', '\nSession-Checkpoint: x', '\nhint: x', '\nfatal: x', 'TODO: x',
)  # fmt: skip
PATHS = (
    '../../x', '/etc/passwd', '..', '.', '.git/config', '~/x', 'a/../../b', 'file:///etc/passwd',
    'C:\\x', 'con', 'x' * 300, '/' * 50, 'a/' * 60 + 'a', '../' * 30 + 'etc/passwd', '/dev/zero',
    '/proc/self/mem', 'index.jsonl', '.archive', 'work-20261123-2f5c', 'refs/heads/../../x',
)  # fmt: skip
PIECES = (*SHELL, *TERMINAL, *MARKUP, *PATHS, ' ', '\n', '\t', 'x', 'obj-1', '#12', '1', '\u00e4')

# What a parser reads again and again, or goes into ever deeper, when there is much of it.
UNITS = (
    *'!"#$%&()*+,-./:;<=>?@[]^_`{|}~ aA1\\\'\n\t', '[(', '](', '{,', '${', '<a ', '<!--', '&#',
    '```\n', '- ', '> ', '# ', '| ', 'a,', 'a b ', '\\"', '"a', '/*', '//', '{{', '}}', '%s', 'a.',
    'a/', '../', '**/', '*a', 'TODO: ', 'http://', '\r\n', '\u2028', 'e\u0301', '\u200d',
    '\U0001f600', '-----BEGIN PRIVATE KEY-----\n',
    'token=', '#1 ', 'A-1 ', 'x = 1\n', '()', '[a]', '{a:', '@a ',
    'import a\n', 'a=b ', '0.', 'a@b.c ', 'refs/heads/', 'Session-Id: x\n', '<summary>', 'SF:a\n',
)  # fmt: skip
much = st.builds(
    lambda unit, size: unit * (size // len(unit)),
    st.sampled_from(UNITS), st.sampled_from([3_000, 60_000, 200_000]),
)  # fmt: skip

_short = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), min_size=1, max_size=5)
_long = st.builds(
    lambda piece, times: piece * (times // len(piece)),
    st.sampled_from(PIECES), st.sampled_from([5_000, 100_000, 1_000_000]),
)  # fmt: skip
text = _short.map(''.join)
any_text = st.one_of(text, text, text, text, _long, much)
# No NUL: no process can have one among its arguments.
words = text.map(lambda each: each.replace('\0', '') or 'x')

LEAVES = st.one_of(
    st.none(), st.booleans(), any_text, text, text,
    st.sampled_from([0, -1, 1 << 31, 1 << 63, 1 << 64, 10**30, 10**400, -(10**30), 253402300800,
                     1e308, -1e308, float('nan'), float('inf'), float('-inf'), 0.1, 5e-324]),
    st.sampled_from(['2026-11-22T23:02:26Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z',
                     '9999-12-31T23:59:59-23:59', '2026-02-30T00:00:00Z', 'a' * 40, '0' * 40,
                     'A' * 64, 'g' * 40, '--all', 'refs/heads/work', 'refs/heads/x.lock']),
)  # fmt: skip
values = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=8,
)
# Put into JSON as they are.
RAW = (
    '[' * 100_000, '{"a":' * 50_000, '[' * 900 + ']' * 900, '{"a":' * 400 + '1' + '}' * 400,
    '9' * 5_000, '-' + '9' * 100_000, '1e999', '-0', '"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"',
    '{"a":1,"a":2}', '{"id":"x","id":[]}', 'NaN', '-Infinity', '"' + 'x' * 1_000_000 + '"',
    '[' + '1,' * 200_000 + '1]', '{"\\ud800":"\\ud800"}', 'nul', '"\x00"', '"\x1b[2J"', '01', '',
    '"\\u202e\\u001b[2J\\u009b31m"', '[' * 95 + ']' * 95, '{"__class__":"x","__proto__":{}}',
)  # fmt: skip


@st.composite
def changed(draw: Draw, valid: Any, rate: int = 4) -> str:
    """The JSON of a value of which parts are hostile; one in `rate` of them."""
    raw: list[str] = []

    def change(value: Any) -> Any:
        lot = draw(st.integers(0, 5 * rate))
        if lot == 0:
            raw.append(draw(st.sampled_from(RAW)))
            return f'@raw{len(raw) - 1}@'
        if lot <= 5:
            return draw(values)
        if isinstance(value, dict):
            made = {key: change(each) for key, each in value.items()}
            if lot == 6:
                made[draw(text)] = draw(values)
            if lot == 7 and made:
                del made[draw(st.sampled_from(sorted(made)))]
            return made
        if isinstance(value, list):
            return [change(each) for each in value] * (300 if lot == 8 else 1)
        return value

    made = json.dumps(change(valid), ensure_ascii=draw(st.booleans()))
    for number, each in enumerate(raw):
        made = made.replace(f'"@raw{number}@"', each)
    return made


@st.composite
def damaged(draw: Draw, valid: bytes) -> bytes:
    """Bytes of which some were changed, cut, doubled or put in."""
    data = valid
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        way = draw(st.sampled_from(['put', 'put', 'cut', 'end', 'double', 'byte']))
        if way == 'put':
            piece = draw(any_text).encode('utf-8', 'surrogatepass')
            data = data[:at] + piece + data[at:]
        elif way == 'cut':
            data = data[:at] + data[at + draw(st.integers(1, 9)) :]
        elif way == 'end':
            data = data[:at]
        elif way == 'double':
            times = draw(st.sampled_from([2, 3000]))
            data = data[:at] + data[at : at + 60] * times + data[at:]
        else:
            data = data[:at] + bytes([draw(st.integers(0, 255))]) + data[at + 1 :]
    return data


@st.composite
def branch(draw: Draw) -> str:
    """A name that git takes for a branch, mostly."""
    allowed = st.one_of(
        st.sampled_from([f'$({PAYLOAD})'.replace(' ', '${IFS}'), '`x`', ';x', '|x', '&x', '"', "'",
                         '-x', '--all', '%s', '!', '#', '{', '}', '$PWNED', '<b>', '=', ',', '(',
                         '\u202e', '\u2066', 'e\u0301', '\u9f8d', '\x85', '\u2028', '\u200d',
                         '\U0001f468\u200d\U0001f469', 'id', 'HEAD', 'events.jsonl', 'banner',
                         'x' * 90, '+', '~'.strip('~'), 'a', 'B', 'con', 'nul', '0', '\ufeff',
                         '\u00a0', 'worktrees', 'main', '@', '1e9', '\\'.strip('\\')]),
        st.text(alphabet=st.characters(blacklist_categories=['Cs', 'Cc'],
                                       blacklist_characters=' ~^:?*[\\\x7f'), max_size=5),
    )  # fmt: skip
    parts = draw(st.lists(st.lists(allowed, min_size=1, max_size=4).map(''.join), min_size=1,
                          max_size=draw(st.sampled_from([1, 1, 2, 3, 40]))))  # fmt: skip
    name = '/'.join(each.strip('.') or 'x' for each in parts)
    while '..' in name or '@{' in name:
        name = name.replace('..', '.').replace('@{', '@')
    while name.encode()[-1:] == b'.' or name.endswith('.lock'):
        name = name.removesuffix('.').removesuffix('.lock')
    return name.lstrip('-') or 'x'


# --- events


_IDS = ('20261123T140332.344Z-03b6d818ec66', '20261123T140332.345Z-b862225ec8cc')
_FACTS = {
    'text': 'x', 'number': 3, 'flag': True, 'object': {'added': ['a'], 'tests': 3, 'coverage': 9.5},
    'texts': ['a', 'b'], 'pairs': [['a' * 40, 'b' * 40], ['b' * 40, 'a' * 40]],
}  # fmt: skip


@st.composite
def event(draw: Draw, session: str, commit: str) -> str:
    """The line of an event, whole or not."""
    kind = draw(st.sampled_from([*TYPES, *TYPES, 'unknown', '']))
    facts = {
        name: _FACTS[each.rstrip('?')] for name, each in TYPES.get(kind, {}).items()
        if not each.endswith('?') or draw(st.booleans())
    }  # fmt: skip
    for name in ('commit', 'head', 'base'):
        if name in facts:
            facts[name] = commit
    for name in ('ref', 'objective'):
        if name in facts:
            facts[name] = draw(st.sampled_from(_IDS))
    if 'branch' in facts:
        facts['branch'] = 'refs/heads/' + draw(st.one_of(st.just('work'), branch(), text))
    number = draw(st.integers(0, 10**6))
    valid = {
        'v': draw(st.sampled_from([1, 1, 1, 1, 1, 2, 0, -1, 10**30])),
        'id': draw(st.sampled_from([*_IDS, f'20261123T140333.{number % 1000:03}Z-{number:012x}'])),
        'at': draw(st.sampled_from(['2026-11-23T14:03:33.344Z', '2026-11-23T15:03:33Z',
                                    '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'])),
        'session': draw(st.one_of(*[st.just(session)] * 4, st.just('forged-1'), text)),
        'type': kind, **facts,
    }  # fmt: skip
    if draw(st.integers(0, 3)) == 0:
        valid['public'] = draw(values)
    if draw(st.integers(0, 3)):  # as the program would write it, but for its texts
        for name in ('text', 'why', 'how', 'label', 'message', 'rationale', 'by', 'issue', 'name'):
            if name in valid:
                valid[name] = draw(any_text)
        return json.dumps(valid, ensure_ascii=draw(st.booleans()))
    return draw(changed(valid))


def many(session: str, commit: str, count: int) -> dict[str, bytes]:
    """So many events of one kind, one after the other, each of the one before where it can be."""
    found = {}
    for kind in TYPES:
        before, made = _IDS[0], []
        for number in range(count):
            second, rest = divmod(number, 1000)
            clock = f'{15 + second // 3600:02}{second // 60 % 60:02}{second % 60:02}.{rest:03}'
            at = f'2026-11-23T{clock[:2]}:{clock[2:4]}:{clock[4:]}Z'
            facts = {'ref': before, 'ids': [before], 'commit': f'{number:040x}', 'text': 'x',
                     'pairs': [[f'{number:040x}', f'{number + 1:040x}']], 'name': f'n{number}',
                     'branch': f'refs/heads/b{number}', 'by': f'Eve {number} <e@x>', 'files': 1,
                     'what': 'start', 'phase': 'red', 'result': 'merged', 'label': f'l{number}',
                     'issue': f'#{number + 1}', 'alternatives': ['x'],
                     'impact': {'added': [f'f{number}'], 'tests': number}}  # fmt: skip
            if kind in ('objective.start', 'blocker.resolve', 'decision.supersede') or (
                kind.endswith('.edit')
            ):  # of as many things
                facts['ref'] = f'20261123T140000.000Z-{number:06}'
            name = f'20261123T{clock}Z-{number:06}'
            own = {key: facts[key] for key in TYPES[kind] if key in facts}
            made.append({'v': 1, 'id': name, 'at': at, 'session': session, 'type': kind, **own})
            before = name
        thing = kind.partition('.')[0]
        if thing in ('objective', 'blocker', 'decision') and not kind.endswith('.add'):
            made += [{'v': 1, 'id': f'20261123T140000.000Z-{number:06}', 'session': session,
                      'at': '2026-11-23T14:00:00Z', 'type': f'{thing}.add', 'text': f't{number}'}
                     for number in range(count)]  # fmt: skip
        found[kind] = ''.join(json.dumps(each) + '\n' for each in made).encode()
    return found


def lines(session: str, commit: str, most: int = 12) -> st.SearchStrategy[bytes]:
    """Lines of a log or a note."""
    one = st.one_of(*[event(session, commit)] * 5, changed({'v': 1}), any_text)
    return st.lists(one, min_size=1, max_size=most).map(
        lambda found: '\n'.join(found).encode('utf-8', 'surrogatepass') + b'\n'
    )
