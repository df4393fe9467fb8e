"""Architectures and patterns: what of them is there, and imports against their direction.

An architecture is a table of layers: the names of folders that stand for each, and the
layers that each may import.  The layer of a file is that of the folders of its path, or,
where no folder says one, of its own name (`domain.py`, `models.py`).  A path whose names
contradict each other has none.  Only an import from a file with a layer to one with
another layer, both in this repository, can be a finding.
"""

from __future__ import annotations

import re

from git_session import globs
from git_session.analysis.modules import Known, resolve
from git_session.analysis.source import Declared, Source
from git_session.analysis.subject import kind
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Layers = Mapping[str, Mapping[str, Sequence[str]]]  # context.layers

_APPLICATION = ('application', 'usecase', 'usecases')
_INFRASTRUCTURE = ('infrastructure', 'infra')
_PRESENTATION = ('presentation', 'ui', 'web', 'api', 'rest', 'controller', 'controllers')
_HEXAGONAL = {
    'domain': (('domain', 'core'), ('ports',)),
    'ports': (('port', 'ports'), ('domain', 'application')),
    'application': (_APPLICATION, ('domain', 'ports')),
    'adapters': (('adapter', 'adapters', *_INFRASTRUCTURE), ('domain', 'ports', 'application')),
}

# Architecture -> layer -> (folder names, layers that it may import).  Folder names are
# compared in lower case, without - and _.
TABLES: dict[str, dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    'hexagonal': _HEXAGONAL,
    'ports-and-adapters': _HEXAGONAL,
    'layered': {
        'presentation': (
            (*_PRESENTATION, 'view', 'views', 'handlers', 'routes'),
            ('application', 'domain', 'persistence'),
        ),
        'application': (
            (*_APPLICATION, 'service', 'services', 'business'), ('domain', 'persistence'),
        ),
        'domain': (('domain', 'model', 'models', 'entity', 'entities'), ('persistence',)),
        'persistence': (
            ('persistence', 'repository', 'repositories', 'dao', *_INFRASTRUCTURE), ('domain',),
        ),
    },
    'clean': {
        'entities': (('entity', 'entities', 'domain', 'enterprise'), ()),
        'use cases': ((*_APPLICATION, 'interactor', 'interactors'), ('entities',)),
        'interface adapters': (
            (
                'adapter', 'adapters', 'interfaceadapters', 'controller', 'controllers',
                'presenter', 'presenters', 'gateway', 'gateways',
            ),
            ('entities', 'use cases'),
        ),
        'frameworks': (
            ('framework', 'frameworks', 'drivers', *_INFRASTRUCTURE),
            ('entities', 'use cases', 'interface adapters'),
        ),
    },
    'ddd': {
        'domain': (('domain',), ()),
        'application': (_APPLICATION, ('domain',)),
        'infrastructure': ((*_INFRASTRUCTURE, 'persistence'), ('domain', 'application')),
        'interfaces': (
            ('interfaces', *_PRESENTATION), ('domain', 'application', 'infrastructure'),
        ),
    },
    'mvc': {
        'models': (('model', 'models'), ()),
        'views': (('view', 'views', 'templates'), ('models',)),
        'controllers': (('controller', 'controllers'), ('models', 'views')),
    },
}  # fmt: skip

# Folders that are no layer of their own where one of the others stands below them.
_AROUND = {'ports': ('domain', 'core', 'application'), '*': ('core',)}
_FOREIGN = ('node_modules', 'vendor', 'third_party', 'site-packages')


class Finding(Record):
    """An import that its rule forbids."""

    path: str
    line: int
    rule: str  # the architecture, or `layers` for those of the configuration
    text: str

    def __str__(self) -> str:
        return f'{self.path}:{self.line}: {self.text} ({self.rule})'


class Pattern(Record):
    """What was found of a pattern: `found`, `not found` or `cannot tell`, and where."""

    name: str
    state: str
    where: tuple[str, ...]
    note: str = ''


# --- layers


def _folded(name: str) -> str:
    return name.lower().replace('-', '').replace('_', '')


def implied_layer(path: str, architecture: str) -> str:
    """The layer that the names of a path imply, '' when they do not say; folders end in /."""
    by_name = {name: layer for layer, (names, _) in TABLES[architecture].items() for name in names}
    *folders, last = path.split('/')
    found = [_folded(each) for each in folders]
    named = [name for name in found if name in by_name]
    if not named:
        stem = _folded(last.partition('.')[0])
        return by_name.get(stem, '') if stem != 'core' else ''
    inner = by_name[named[-1]]
    around = (*_AROUND['*'], *_AROUND.get(inner, ()))
    others = {by_name[name] for name in named if name not in around}
    return inner if others <= {inner} else ''


def declared_layers(layers: Layers) -> Callable[[str], str]:
    """Says the first layer of the configuration that has a glob for a path, '' for none."""
    found = [(name, globs.matcher(layer['globs'])) for name, layer in layers.items()]
    return lambda path: next((name for name, matches in found if matches(path)), '')


class Rule(Record):
    """`layer` says the layer of a path, `allowed` what a layer may import."""

    name: str
    layer: Callable[[str], str]
    allowed: Mapping[str, Sequence[str]]


def rules(names: Iterable[str], layers: Layers) -> list[Rule]:
    """The layers of the configuration, or, without any, those that the names imply."""
    if layers:
        allowed = {name: layer['may_import'] for name, layer in layers.items()}
        return [Rule('layers', declared_layers(layers), allowed)]
    found = []
    # Two names of one thing are one rule.
    named = ['hexagonal' if each == 'ports-and-adapters' else each for each in names]
    for name in dict.fromkeys(each for each in named if each in TABLES):
        may = {layer: allowed for layer, (_, allowed) in TABLES[name].items()}
        found.append(Rule(name, _implied(name), may))
    return found


def _implied(architecture: str) -> Callable[[str], str]:
    return lambda path: implied_layer(path, architecture)


def is_checked(path: str) -> bool:
    """Whether the imports of a file are held against the layers: tests may import anything."""
    folders = path.split('/')[:-1]
    return kind(path) != 'test' and not any(each in _FOREIGN for each in folders)


def findings(given: Iterable[Rule], sources: Mapping[str, Source], known: Known) -> list[Finding]:
    """The imports of the files against the direction, in the order of path and line."""
    found: dict[tuple[str, str, int, str], Finding] = {}
    for rule in given:
        for path in sorted(sources):
            layer = rule.layer(path) if is_checked(path) else ''
            for each in sources[path].imports if layer else ():
                other = _target(rule, resolve(sources[path].language, path, each, known), known)
                if other and other != layer and other not in rule.allowed[layer]:
                    text = f'{layer} may not import {other}: {each.name}'
                    finding = Finding(path, each.line, rule.name, text)
                    found.setdefault((rule.name, path, each.line, other), finding)
    return sorted(found.values(), key=lambda each: (each.path, each.line, each.rule))


def _target(rule: Rule, targets: Sequence[str], known: Known) -> str:
    """The one layer of all that an import can mean, '' when there is none or more than one."""
    there = {rule.layer(each) for each in targets}
    if there == {''} and rule.name == 'layers':  # globs of files, and a package of Go
        folders = {each.removesuffix('/') for each in targets if each.endswith('/')}
        inside = (each for each in known.files if each.rpartition('/')[0] in folders)
        there = {rule.layer(each) for each in inside} - {''}
    return there.pop() if len(there) == 1 else ''


# --- what is there

_SUFFIXES = {
    'repository': ('Repository', 'Repo'),
    'factory': ('Factory',),
    'command': ('Command', 'CommandHandler'),
    'query': ('Query', 'QueryHandler'),
    'store': ('EventStore', 'EventStream', 'EventSourced', 'EventSourcedAggregate'),
}
_FOLDERS = {
    'repository': ('repository', 'repositories'),
    'factory': ('factory', 'factories'),
    'command': ('command', 'commands'),
    'query': ('query', 'queries'),
    'store': ('eventstore',),
}
# What a constructor is given when it does not make it itself.
_COLLABORATORS = (
    'Repository', 'Repo', 'Service', 'Gateway', 'Client', 'Port', 'Adapter', 'Store', 'Factory',
    'Provider', 'Bus', 'Notifier', 'Publisher', 'Clock',
)  # fmt: skip
_REPLAY = ('apply', 'replay', 'rehydrate', 'when', 'on')
# Words of which one stands in a file that can show a pattern, as git grep -E takes them.
HINTS = {
    'repository': 'Repository|Repo\\b',
    'factory': 'Factory|_factory',
    'dependency-injection': f'({"|".join(_COLLABORATORS)})\\b',
    'cqrs': '(Command|Query)(Handler)?\\b',
    'event-sourcing': 'EventStore|EventStream|EventSourced|[a-z]Event\\b',
}
_SHOWN = 3  # places of each


def survey(
    names: Iterable[str], paths: Iterable[str], sources: Mapping[str, Source], unread: str
) -> list[Pattern]:
    """What of each pattern is there; `unread` says in words what was not looked at, if any."""
    files = [path for path in paths if is_checked(path)]
    found = []
    for name in names:
        seen = _folders_of(name, files) if name in TABLES else _shown(name, files, sources)
        if seen.state == 'not found' and unread and name not in TABLES:
            seen = seen.replace(state='cannot tell', note=unread)
        found.append(seen)
    return found


def _folders_of(name: str, files: Iterable[str]) -> Pattern:
    """An architecture is there when the folders of two of its layers are."""
    where: dict[str, str] = {}
    for path in sorted(files):
        layer = implied_layer(path, name)
        if layer and layer not in where:
            where[layer] = f'{layer}: {path.rpartition("/")[0]}/' if '/' in path else path
    state = 'found' if len(where) > 1 else 'cannot tell' if where else 'not found'
    note = 'only one of its layers' if len(where) == 1 else ''
    return Pattern(name, state, tuple(where.values()), note)


def _shown(name: str, files: Sequence[str], sources: Mapping[str, Source]) -> Pattern:
    if name == 'cqrs':
        sides = {each: _classes(each, sources) for each in ('command', 'query')}
        where = [place for places in sides.values() for place in places[:_SHOWN]]
        if all(sides.values()):
            return Pattern(name, 'found', tuple(where))
        there = next((each for each in sides if sides[each]), '')
        folders = [each for side in sides for each in _folders(side, files)]
        note = f'only the {there} side' if there else 'folders only'
        state = 'cannot tell' if where or folders else 'not found'
        return Pattern(name, state, tuple(where or folders), note if where or folders else '')
    if name == 'dependency-injection':
        where = _given(sources)
        return Pattern(name, 'found' if where else 'not found', tuple(where[:_SHOWN]))
    key = 'store' if name == 'event-sourcing' else name
    where = _classes(key, sources) + (_replayed(sources) if key == 'store' else [])
    if where:
        return Pattern(name, 'found', tuple(where[:_SHOWN]), _more(where))
    folders = _folders(key, files)
    state = 'cannot tell' if folders else 'not found'
    return Pattern(name, state, tuple(folders[:_SHOWN]), 'folders only' if folders else '')


def _more(where: Sequence[str]) -> str:
    return f'and {len(where) - _SHOWN} more' if len(where) > _SHOWN else ''


def _declared(sources: Mapping[str, Source]) -> list[tuple[str, Declared]]:
    return [
        (path, each) for path in sorted(sources) if is_checked(path)
        for each in sources[path].declared
    ]  # fmt: skip


def _classes(key: str, sources: Mapping[str, Source]) -> list[str]:
    """Classes whose names end so, and for a factory the functions that say so too."""
    return [
        f'{each.name} at {path}:{each.line}' for path, each in _declared(sources)
        if _is_one(key, each)
    ]  # fmt: skip


def _is_one(key: str, each: Declared) -> bool:
    if each.kind == 'function':
        return key == 'factory' and each.name.endswith(('_factory', 'Factory'))
    # Command and Query alone name a library's base class or anything.
    alone = key in ('command', 'query') and each.name in _SUFFIXES[key]
    return each.name.endswith(_SUFFIXES[key]) and not alone


def _given(sources: Mapping[str, Source]) -> list[str]:
    """Constructors that are given what they work with."""
    found = []
    for path, each in _declared(sources):
        taken = [name for name in each.takes if name.endswith(_COLLABORATORS)]
        if taken:
            found.append(f'{each.name} takes {taken[0]} at {path}:{each.line}')
    return found


def _replayed(sources: Mapping[str, Source]) -> list[str]:
    """Classes that apply events to themselves, in files that know of events."""
    found = []
    for path, each in _declared(sources):
        names = {_folded(name) for name in each.methods}
        if each.kind == 'class' and names & set(_REPLAY) and _has_events(sources[path]):
            found.append(f'{each.name} at {path}:{each.line}')
    return found


def _has_events(source: Source) -> bool:
    words = [each.name for each in source.imports] + [each.name for each in source.declared]
    return any(re.search(r'[Ee]vents?$', word) for word in words)


def _folders(key: str, files: Iterable[str]) -> list[str]:
    found = set()
    for path in files:
        parts = path.split('/')[:-1]
        for number, name in enumerate(parts, 1):
            if _folded(name) in _FOLDERS[key]:
                found.add('/'.join(parts[:number]) + '/')
    return sorted(found)
