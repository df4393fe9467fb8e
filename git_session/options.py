"""Command lines, declared as data and read the way git reads its own.

Long options may be abbreviated as long as they stay unambiguous, take their
value as ``--opt value`` or ``--opt=value``, and a flag declared with `negatable`
has a ``--no-`` form; short flags can be bundled; ``--`` ends the options.
"""

from __future__ import annotations

from git_session.errors import USAGE, SessionError
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Option(Record):
    """`flags` as typed, the long one last; with `value` it takes one of that name."""

    flags: tuple[str, ...]
    help: str
    value: str = ''
    many: bool = False
    negatable: bool = False
    choices: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.flags[-1].lstrip('-')


class Syntax(Record):
    """One form of a command: what follows its name."""

    operands: str  # as shown: '[<branch>]', '<text>...'
    least: int
    most: int | None  # None: any number
    options: tuple[Option, ...]


FORMAT = (
    Option(('--format',), 'how to show it', value='format', choices=('text', 'json')),
    Option(('--json',), 'short for --format json'),
)


class Values:
    """What was given on a command line."""

    def __init__(self) -> None:
        self.operands: list[str] = []
        self._given: dict[str, list[str]] = {}

    def give(self, name: str, value: str) -> None:
        if name == 'json':
            name, value = 'format', 'json'
        self._given.setdefault(name, []).append(value)

    def flag(self, name: str) -> bool:
        """Whether the flag is on; the last of --x and --no-x counts."""
        return self._given.get(name, ['no'])[-1] != 'no'

    def choice(self, name: str) -> bool | None:
        """A negatable flag: None when it was not given."""
        return self.flag(name) if name in self._given else None

    def text(self, name: str) -> str | None:
        return self._given[name][-1] if name in self._given else None

    def texts(self, name: str) -> list[str]:
        return self._given.get(name, [])

    def number(self, name: str) -> int | None:
        """A count; raises SessionError (USAGE) on anything else."""
        text = self.text(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise SessionError(f"option '{name}' expects a number, not '{text}'", status=USAGE)
        return int(text)

    @property
    def json(self) -> bool:
        return self.text('format') == 'json'

    @property
    def operand(self) -> str | None:
        return self.operands[0] if self.operands else None


def parse(arguments: Sequence[str], syntax: Syntax) -> Values:
    """Read the arguments that follow a command's name; raises SessionError (USAGE)."""
    values = Values()
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == '--':
            values.operands += rest
            break
        if word.startswith('--'):
            _long(word, rest, syntax.options, values)
        elif word.startswith('-') and word != '-':
            _short(word, rest, syntax.options, values)
        else:
            values.operands.append(word)
    if len(values.operands) < syntax.least:
        missing = syntax.operands.split()[len(values.operands)].strip('[].')
        raise SessionError(f'{missing} is missing', status=USAGE)
    if syntax.most is not None and len(values.operands) > syntax.most:
        raise SessionError(f"unexpected argument '{values.operands[syntax.most]}'", status=USAGE)
    return values


def _long(word: str, rest: list[str], options: tuple[Option, ...], values: Values) -> None:
    name, equals, value = word[2:].partition('=')
    option, negated = _match(name, options)
    if option.value and not negated:
        values.give(option.name, _value(option, value if equals else None, rest, '--' + name))
    elif equals:
        raise SessionError(f"option '{name}' takes no value", status=USAGE)
    else:
        values.give(option.name, 'no' if negated else 'yes')


def _match(name: str, options: tuple[Option, ...]) -> tuple[Option, bool]:
    known: dict[str, tuple[Option, bool]] = {}
    for option in options:
        if option.flags[-1].startswith('--'):
            known[option.name] = (option, False)
            if option.negatable:
                known['no-' + option.name] = (option, True)
    if name in known:
        return known[name]
    found = [full for full in known if name and full.startswith(name)]
    if len(found) == 1:
        return known[found[0]]
    if found:
        both = ' or '.join(f'--{full}' for full in found)
        raise SessionError(f'ambiguous option: {name} (could be {both})', status=USAGE)
    raise SessionError(f"unknown option '{name}'", status=USAGE)


def _short(word: str, rest: list[str], options: tuple[Option, ...], values: Values) -> None:
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        option = next((each for each in options if '-' + letter in each.flags), None)
        if option is None:
            raise SessionError(f"unknown switch '{letter}'", status=USAGE)
        if option.value:
            values.give(option.name, _value(option, letters or None, rest, '-' + letter))
            return
        values.give(option.name, 'yes')


def _value(option: Option, attached: str | None, rest: list[str], shown: str) -> str:
    if attached is None:
        if not rest:
            raise SessionError(f"option '{shown.lstrip('-')}' requires a value", status=USAGE)
        attached = rest.pop(0)
    if option.choices and attached not in option.choices:
        allowed = ', '.join(option.choices)
        raise SessionError(
            f"bad value for '{shown}': '{attached}'; expected one of {allowed}", status=USAGE
        )
    return attached


def usage(command: str, forms: Sequence[tuple[str, Syntax]], about: str) -> str:
    """The short help of a command, as `git <command> -h` prints it."""
    lines = []
    for number, (action, syntax) in enumerate(forms):
        words = ['usage:' if number == 0 else '   or:', 'git session', command, action]
        start = ' '.join(word for word in words if word)
        words = [_shown(option) for option in syntax.options if option not in FORMAT]
        words.append(syntax.operands)
        lines += _wrapped(start, [word for word in words if word])
    lines += ['', about]
    seen: set[Option] = set()
    listed = [option for _, syntax in forms for option in syntax.options]
    if listed:
        lines.append('')
    for option in listed:
        if option not in seen:
            seen.add(option)
            lines.append(_line(option))
    return '\n'.join(lines) + '\n'


_WIDTH = 78


def _wrapped(start: str, words: list[str]) -> list[str]:
    """`start` and the words after it, in lines as git's own usage has them."""
    lines = [start]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > _WIDTH:
            lines.append(' ' * len(start))
        lines[-1] += ' ' + word
    return lines


def _shown(option: Option) -> str:
    flag = option.flags[0]
    if option.negatable:
        flag = f'--[no-]{option.name}'
    text = f'{flag} <{option.value}>' if option.value else flag
    return f'[{text}]' + ('...' if option.many else '')


def _line(option: Option) -> str:
    flags = ', '.join(option.flags)
    if option.negatable:
        flags = flags.replace('--', '--[no-]')
    if option.value:
        flags += f' <{"|".join(option.choices) or option.value}>'
    if len(flags) > 22:
        return f'    {flags}\n{"":28}{option.help}'
    return f'    {flags:<24}{option.help}'
