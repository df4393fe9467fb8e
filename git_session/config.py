"""The configuration in force: the table of keys, `.session/config.yaml` and git's own.

A value of git wins over the file, the file over the default.  KEYS is the one
place that names a key: reading, the template and the JSON Schema follow it.
"""

from __future__ import annotations

from git_session import git
from git_session.configfile import NAME, Node, read, shown
from git_session.configvalues import DURATION, BadValue, Key, format_duration, value_of
from git_session.errors import SessionError
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import ItemsView, Iterable
    from typing import Any, NoReturn

MOST_WARNINGS = 20
_ARCHITECTURES = ('hexagonal', 'layered', 'clean', 'mvc', 'ddd', 'ports-and-adapters')
_PATTERNS = ('repository', 'dependency-injection', 'factory', 'cqrs', 'event-sourcing')
_TRAILERS = ('Session-Id', 'Session-Objective')
_SHARED = ('objectives', 'blockers', 'decisions', 'checkpoints', 'handoffs', 'notes')
_ANNOTATIONS = ('TODO', 'FIXME', 'DECISION', 'BLOCKER')
# Keys `session.<name>` that only git's configuration has; other features read them.
_GIT_ONLY = ('enabled', 'remote', 'sync', 'forge')

KEYS: dict[str, Key] = {
    'session.auto_track': Key('boolean', True, 'record ordinary commits as checkpoints'),
    'session.auto_checkpoint': Key('boolean', False, 'record a checkpoint at intervals'),
    'session.checkpoint_interval': Key(
        'duration', 1800, 'the least time between two automatic checkpoints'
    ),
    'session.handoff_on_end': Key('boolean', True, 'write the handoff when a session ends'),
    # A hundred years at most: the dates computed from it must exist.
    'session.archive_after_days': Key(
        'integer', 30, 'archive an ended session after so many days', low=1, high=36500
    ),
    'session.idle_timeout': Key('duration', 1800, 'a longer gap is not active time'),
    'session.trailers': Key(
        'trailers', list(_TRAILERS), 'trailers of an ordinary commit, false for none', _TRAILERS
    ),
    'session.share': Key('list', list(_SHARED), 'kinds that are shared', _SHARED),
    'session.shards': Key('boolean', False, 'push to one of 256 refs a session, for many people'),
    'session.issue_url': Key('url', None, 'where #12 and JIRA-7 lead, with {issue} in it, or none'),
    'context.architecture': Key(
        'choice', 'none', 'the architecture that is followed', (*_ARCHITECTURES, 'none')
    ),
    'context.patterns': Key('list', [], 'patterns in use', (*_PATTERNS, *_ARCHITECTURES)),
    'context.conventions': Key('list', [], 'how code is written here, one line each'),
    'context.layers': Key('layers', {}, 'name: {globs: [...], may_import: [other names]}'),
    'tracking.watch_patterns': Key('list', [], 'globs of source files; empty: by language'),
    'tracking.ignore_patterns': Key('list', [], 'globs of files to leave out; empty: by language'),
    'tracking.annotations': Key('list', list(_ANNOTATIONS), 'words that mark work in comments'),
    'quality.coverage_threshold': Key('integer', 85, 'least coverage in percent', high=100),
    'quality.new_code_coverage_threshold': Key(
        'integer', 90, 'least coverage of changed lines in percent', high=100
    ),
    'quality.require_tests': Key('boolean', True, 'changed source needs changed tests'),
    'quality.block_merge_on_quality': Key('boolean', True, 'a failed gate refuses the merge'),
    'quality.coverage_files': Key('list', [], 'globs of coverage reports; empty: by convention'),
    'quality.test_reports': Key('list', [], 'globs of JUnit XML reports; empty: by convention'),
    'tdd.test_command': Key('command', None, 'the shell command that runs the tests, or none'),
    'tdd.timeout': Key('duration', 600, 'how long the tests may run'),
    'display.color': Key('color', 'auto', 'auto, always or never'),
    'display.verbose': Key('boolean', False, 'show more by default'),
    'display.emoji': Key('boolean', False, 'use emoji in text output'),
    'display.date_format': Key('text', '%Y-%m-%d %H:%M', 'dates, as strftime(3) writes them'),
}
SECTIONS = tuple(dict.fromkeys(name.partition('.')[0] for name in KEYS))


class Value(Record):
    """A value in force and where it comes from.

    `origin` is `default`, `.session/config.yaml:12` or a scope of git's
    configuration: `system`, `global`, `local`, `worktree`, `command`.
    """

    value: Any
    origin: str


class Config:
    """The configuration in force, read-only; a name that is not in KEYS is a KeyError.

    A duration is an int of seconds, an empty list means what the key says of it.
    `warnings` are ready to print after ``warning: ``.
    """

    __slots__ = ('_values', 'warnings')

    def __init__(self, values: dict[str, Value], warnings: tuple[str, ...] = ()) -> None:
        self._values = values
        self.warnings = warnings

    def __getitem__(self, key: str) -> Any:
        return self._values[key].value

    def origin(self, key: str) -> str:
        """Where the value of the key comes from, as in Value."""
        return self._values[key].origin

    def items(self) -> ItemsView[str, Value]:
        """(key, Value) of every key in the order of KEYS."""
        return self._values.items()


def load(
    path: str | None,
    git_config: Iterable[tuple[str, str, str]],
    cache_path: str | None = None,
) -> Config:
    """The configuration from the file at `path` and git's (scope, key, value) triples.

    The triples are in git's order, later ones win; `path` None or a missing
    file leaves the defaults.  The file's values are kept in `cache_path`, which
    saves the YAML parser the next time.  Raises SessionError for a file that
    cannot be read and for a value in force or in the file that is not allowed.
    """
    values = {name: Value(_fresh(key.default), 'default') for name, key in KEYS.items()}
    unknown: list[_Unknown] = []
    if path is not None:
        values.update(_from_file(read(path, cache_path), unknown))
    values.update(_from_git(git_config, unknown))
    warnings = [_warning(one) for one in unknown[:MOST_WARNINGS]]
    if len(unknown) > MOST_WARNINGS:
        warnings.append(f'{len(unknown) - MOST_WARNINGS} more unknown keys')
    return Config(values, tuple(warnings))


def _fresh(default: Any) -> Any:
    """A default that the caller may keep: the table's own list is never handed out."""
    return default.copy() if isinstance(default, list | dict) else default


# --- the file


def _refuse(name: str, place: str, bad: BadValue) -> NoReturn:
    found = {'list': 'a list', 'map': 'a mapping', 'null': 'nothing'}.get(bad.node.tag)
    raise SessionError(
        f"bad value for '{name}{bad.below}' in {place}: "
        f'{found or shown(bad.node.text)}; expected {bad.expected}'
    ) from None


def _from_file(root: Node, unknown: list[_Unknown]) -> dict[str, Value]:
    if root.tag == 'null':
        return {}
    if root.tag != 'map':
        found = 'a list' if root.tag == 'list' else shown(root.text)
        raise SessionError(
            f'bad content in {NAME} line {root.line}: {found}; expected the sections '
            + ', '.join(SECTIONS)
        )
    values = {}
    for (section, line), node in zip(root.names, root.items, strict=True):
        if section not in SECTIONS:
            unknown.append(_Unknown(f'{NAME} line {line}', section, ''))
        elif node.tag == 'map':
            values.update(_from_section(section, node, unknown))
        elif node.tag != 'null':  # every key of the section is commented out
            _refuse(section, f'{NAME} line {line}', BadValue(node, 'keys and their values'))
    return values


def _from_section(section: str, node: Node, unknown: list[_Unknown]) -> dict[str, Value]:
    values = {}
    for (last, line), found in zip(node.names, node.items, strict=True):
        name = f'{section}.{last}'
        if name not in KEYS:
            unknown.append(_Unknown(f'{NAME} line {line}', name, section))
            continue
        try:
            value = value_of(KEYS[name], found)
        except BadValue as bad:
            at = line if bad.node is found else bad.node.line
            _refuse(name, f'{NAME} line {at}', bad)
        values[name] = Value(value, f'{NAME}:{line}')
    return values


# --- git's own configuration


def git_name(name: str) -> str:
    """The key in git's configuration: `session.quality.coverageThreshold`."""
    return f'session.{_bumpy(name)}'


def _bumpy(name: str) -> str:
    first, *rest = name.split('_')
    return first + ''.join(word.capitalize() for word in rest)


def _git_names() -> dict[str, tuple[str, str]]:
    """(our key, the key in git's spelling) by the key as git lists it."""
    names = {}
    for name in KEYS:
        spellings = [git_name(name)]
        if name.startswith('session.'):
            spellings.append(_bumpy(name))
        names.update({spelling.lower(): (name, spelling) for spelling in spellings})
    return names


def _from_git(
    git_config: Iterable[tuple[str, str, str]], unknown: list[_Unknown]
) -> dict[str, Value]:
    names = _git_names()
    others = {f'session.{name}'.lower() for name in _GIT_ONLY}
    found: dict[str, list[tuple[str, str, str]]] = {}
    for scope, listed, text in git_config:
        folded = listed.lower().replace('_', '')
        if not folded.startswith('session.') or folded in others:
            continue
        if folded in names:
            name, spelling = names[folded]
            found.setdefault(name, []).append((scope, spelling, text))
        elif (key := _Unknown(f'{scope} git config', listed, _GIT)) not in unknown:
            unknown.append(key)  # once, however many values it has
    return {name: _git_value(name, entries) for name, entries in found.items()}


def _git_value(name: str, entries: list[tuple[str, str, str]]) -> Value:
    """The value of one key from its (scope, spelling, text), the last of which wins."""
    scope, spelling, text = entries[-1]
    key = KEYS[name]
    node = Node('git', 0, text)
    if key.kind in ('list', 'trailers'):
        texts = [text for at, _, text in entries if at == scope]
        node = _git_list(texts, switchable=key.kind == 'trailers')
    try:
        return Value(value_of(key, node), scope)
    except BadValue as bad:
        _refuse(spelling, f'{scope} git config', bad)


def _git_list(texts: list[str], *, switchable: bool) -> Node:
    """The list that one scope's values make; a boolean takes the place of those before it."""
    import re

    items: list[Node] = []
    switch = None
    for text in texts:
        if switchable and git.boolean(text) is not None:
            switch, items = Node('git', 0, text), []
            continue
        # Not the commas of a glob's braces: *.{js,ts}
        parts = (part.strip() for part in re.split(r',(?![^{}]*\})', text))
        items += [Node('git', 0, part) for part in parts if part]
    return switch if switch and not items else Node('list', 0, items=tuple(items))


# --- unknown keys


class _Unknown(Record):
    """A key that nobody knows, in a section of the file, at its top (``''``) or in git."""

    place: str
    name: str
    section: str


_GIT = 'git'  # no section of the file has this name


def _near(section: str) -> list[dict[str, str]]:
    """Groups of {what to compare with: what to suggest}, the nearest group first."""
    if section == _GIT:
        ours = {git_name(name).rpartition('.')[2].lower(): git_name(name) for name in KEYS}
        return [ours | {name.lower(): f'session.{name}' for name in _GIT_ONLY}]
    everywhere = {name.partition('.')[2]: name for name in KEYS}
    if not section:
        return [{name: name for name in SECTIONS}, everywhere]
    here = {last: name for last, name in everywhere.items() if name.startswith(f'{section}.')}
    return [here, everywhere]


def _warning(unknown: _Unknown) -> str:
    words = f'{unknown.place}: unknown key {shown(unknown.name)}'
    if unknown.name in KEYS:
        section, _, last = unknown.name.partition('.')
        return f"{words} at the top level, did you mean '{last}' in the section '{section}'?"
    last = unknown.name.rpartition('.')[2]
    if len(last) > 64:  # comparing is quadratic
        return words
    from difflib import get_close_matches

    for names in _near(unknown.section):
        match = get_close_matches(last, names, 1)
        if match:
            return f"{words}, did you mean '{names[match[0]]}'?"
    return words


# --- the template and the schema


def typed(name: str, value: Any) -> str:
    """A value in force as one would type it: ``true``, ``30m``, ``none``."""
    if value is None:
        return 'none'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, int) and KEYS[name].kind == 'duration':
        return format_duration(value)
    if isinstance(value, list):
        return ', '.join(value)
    if isinstance(value, dict):
        import json

        return json.dumps(value)
    return str(value)


def template() -> str:
    """A fresh `.session/config.yaml`: every key with its default, commented out."""
    lines = [
        '# Configuration of git session for everybody who works in this repository.',
        '# What is commented out is the default: remove the "# " before a key to set it.',
        '# `git config session.<section>.<key>` sets the same for one user or one clone and',
        '# wins; git wants bumpyCaps there: session.quality.coverageThreshold.',
        '# The JSON Schema of this file is config.schema.json of the package git_session;',
        '# `git session config schema` prints it.',
    ]
    for section in SECTIONS:
        lines += ['', f'{section}:']
        for name, key in KEYS.items():
            if name.startswith(f'{section}.'):
                last = name.removeprefix(f'{section}.')
                lines += _words(key)
                lines.append(f'  # {last}: {_yaml(key.kind, key.default)}   # {key.about}')
    return '\n'.join(lines) + '\n'


def _words(key: Key) -> list[str]:
    """Comment lines that name the allowed words; a trailing comment has no room for them."""
    if not key.choices:
        return []
    import textwrap

    allowed = f'{"one" if key.kind == "choice" else "any"} of {", ".join(key.choices)}:'
    return [
        f'  # {line}'
        for line in textwrap.wrap(allowed, 80, break_on_hyphens=False, break_long_words=False)
    ]


def _yaml(kind: str, default: Any) -> str:
    """A default as the file spells it."""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, list):
        return f'[{", ".join(default)}]'
    if kind == 'duration':
        return format_duration(default)
    if kind == 'text':
        return f"'{default}'"  # a plain scalar cannot start with a percent sign
    return 'none' if default is None else str(default)


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the file; `git_session/config.schema.json` is its text.

    Stricter than reading in one point: an unknown key is an error, so that
    editors underline it.
    """
    sections: dict[str, Any] = {}
    for section in SECTIONS:
        keys = {
            name.removeprefix(f'{section}.'): {
                'description': key.about,
                'default': format_duration(key.default) if key.kind == 'duration' else key.default,
                **_shape(key),
            }
            for name, key in KEYS.items()
            if name.startswith(f'{section}.')
        }
        sections[section] = _object(keys, 'null')
    return {
        '$schema': 'https://json-schema.org/draft/2020-12/schema',
        'title': NAME,
        **_object(sections, 'null'),
    }


# One line of text once the white space around it is gone.
_LINE = r'^\s*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*\s*$'


def _shape(key: Key) -> dict[str, Any]:
    """What JSON Schema says of the values of the key."""
    words: dict[str, Any] = {'enum': [*key.choices]}
    texts: dict[str, Any] = {'type': 'string', 'pattern': _LINE}
    items = {'type': 'array', 'items': words if key.choices else texts}
    shapes: dict[str, dict[str, Any]] = {
        'boolean': {'type': 'boolean'},
        'integer': {'type': 'integer', 'minimum': key.low, 'maximum': key.high},
        'duration': {'type': 'string', 'pattern': f'^(?=.*[1-9]){DURATION}$'},
        'text': texts,
        'command': {
            'type': ['string', 'null'],
            'pattern': r'^\s*([^\x00-\x08\x0b-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f])?\s*$',
        },
        'url': {
            'type': ['string', 'null'],
            'pattern': r'^\s*((none)?|https?://[!-~]*\{issue\}[!-~]*)\s*$',
        },
        'choice': {'enum': [*key.choices, None]},
        'color': {'enum': ['auto', 'always', 'never', True, False]},
        'list': items,
        'trailers': {'anyOf': [{'type': 'boolean'}, items]},
    }
    return shapes.get(key.kind) or _layers_shape(items)


def _layers_shape(items: dict[str, Any]) -> dict[str, Any]:
    layer = _object({'globs': items, 'may_import': items}) | {'required': ['globs']}
    names = {'pattern': _LINE}
    return {'type': 'object', 'propertyNames': names, 'additionalProperties': layer}


def _object(properties: dict[str, Any], *others: str) -> dict[str, Any]:
    return {
        'type': ['object', *others] if others else 'object',
        'properties': properties,
        'additionalProperties': False,
    }
