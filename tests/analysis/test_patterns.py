"""Architectures and patterns on small projects, kept and broken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pytest

from git_session.analysis import grammars, imports, modules, patterns
from git_session.analysis.modules import Known
from git_session.analysis.patterns import TABLES, Finding, Pattern, Rule
from git_session.analysis.source import Source
from tests.analysis.projects import JAVASCRIPT, PROJECTS, PYTHON

Layers = dict[str, dict[str, list[str]]]


def read(project: Mapping[str, str]) -> tuple[dict[str, Source], Known]:
    """Every source file parsed, as if all had changed."""
    manifests = {path: text for path, text in project.items()
                 if path.endswith(('go.mod', 'Cargo.toml'))}  # fmt: skip
    sources = {
        path: imports.parse(path, text.encode())
        for path, text in project.items() if imports.language(path)
    }  # fmt: skip
    problems = {source.problem for source in sources.values()}
    if grammars.MISSING in problems:
        pytest.skip(grammars.MISSING)
    assert problems <= {''}
    return sources, modules.know(project, manifests)


def findings(
    names: Iterable[str], project: Mapping[str, str], layers: Layers | None = None
) -> list[Finding]:
    return patterns.findings(patterns.rules(names, layers or {}), *read(project))


@pytest.mark.parametrize('language', PROJECTS)
def test_a_project_that_keeps_its_architecture(language: str) -> None:
    architecture, project, *_ = PROJECTS[language]
    assert findings([architecture], project) == []
    assert findings(TABLES, project) == []


@pytest.mark.parametrize('language', PROJECTS)
def test_a_project_that_breaks_it(language: str) -> None:
    architecture, project, path, text, line, said = PROJECTS[language]
    rule = 'mvc' if architecture == 'mvc' else 'hexagonal'
    assert findings([architecture], {**project, path: text}) == [Finding(path, line, rule, said)]


@pytest.mark.parametrize('language', PROJECTS)
def test_folders_that_say_nothing(language: str) -> None:
    """The same violation where no folder has a name that stands for a layer."""
    _, project, path, text, _, _ = PROJECTS[language]
    names = {'domain': 'alpha', 'adapters': 'beta', 'adapter': 'beta', 'application': 'gamma',
             'ports': 'delta', 'port': 'delta', 'models': 'epsilon', 'views': 'zeta',
             'controllers': 'eta'}  # fmt: skip

    def renamed(text: str) -> str:
        return re.sub(r'[a-z]+', lambda found: names.get(found[0], found[0]), text)

    plain = {renamed(each): renamed(text) for each, text in {**project, path: text}.items()}
    assert findings(TABLES, plain) == []


def two(first: str, second: str) -> dict[str, str]:
    """A Python file that imports another one."""
    name = second.removesuffix('.py').replace('/', '.')
    return {first: f'import {name}\n', second: ''}


@pytest.mark.parametrize(
    ('architecture', 'first', 'second', 'said'),
    [
        ('hexagonal', 'domain/a.py', 'infrastructure/b.py', 'domain may not import adapters'),
        ('hexagonal', 'domain/a.py', 'application/b.py', 'domain may not import application'),
        ('hexagonal', 'ports/a.py', 'adapters/b.py', 'ports may not import adapters'),
        ('hexagonal', 'domain/ports/a.py', 'infra/b.py', 'ports may not import adapters'),
        ('hexagonal', 'core/domain/a.py', 'use_cases/b.py', 'domain may not import application'),
        ('layered', 'services/a.py', 'api/b.py', 'application may not import presentation'),
        ('layered', 'models/a.py', 'services/b.py', 'domain may not import application'),
        ('layered', 'repositories/a.py', 'services/b.py', 'persistence may not import application'),
        ('layered', 'orders/service.py', 'orders/controller.py',
         'application may not import presentation'),
        ('clean', 'entities/a.py', 'use_cases/b.py', 'entities may not import use cases'),
        ('clean', 'UseCases/a.py', 'gateways/b.py', 'use cases may not import interface adapters'),
        ('clean', 'controllers/a.py', 'infrastructure/b.py',
         'interface adapters may not import frameworks'),
        ('ddd', 'sales/domain/a.py', 'sales/infrastructure/b.py',
         'domain may not import infrastructure'),
        ('ddd', 'application/a.py', 'interfaces/b.py', 'application may not import interfaces'),
        ('mvc', 'shop/models.py', 'shop/views.py', 'models may not import views'),
        ('mvc', 'views/a.py', 'controllers/b.py', 'views may not import controllers'),
    ],
)  # fmt: skip
def test_directions(architecture: str, first: str, second: str, said: str) -> None:
    (finding,) = findings([architecture], two(first, second))
    assert (finding.path, finding.line, finding.rule) == (first, 1, architecture)
    assert finding.text.partition(':')[0] == said
    assert findings([architecture], two(second, first)) == []


@pytest.mark.parametrize(
    ('architecture', 'first', 'second'),
    [
        ('hexagonal', 'domain/a.py', 'domain/b.py'),
        ('hexagonal', 'domain/a.py', 'ports/b.py'),
        ('hexagonal', 'domain/a.py', 'shared/b.py'),
        ('hexagonal', 'main.py', 'adapters/b.py'),
        ('hexagonal', 'domain/a.py', 'domain/adapters/b.py'),  # names that contradict each other
        ('hexagonal', 'adapters/domain/a.py', 'adapters/b.py'),
        ('hexagonal', 'core.py', 'adapters/b.py'),
        ('hexagonal', 'tests/domain/a.py', 'adapters/b.py'),
        ('hexagonal', 'vendor/domain/a.py', 'adapters/b.py'),
        ('layered', 'repositories/a.py', 'models/b.py'),
        ('layered', 'controllers/a.py', 'repositories/b.py'),
        ('mvc', 'views/a.py', 'models/b.py'),
        ('repository', 'domain/a.py', 'adapters/b.py'),
    ],
)
def test_what_is_no_finding(architecture: str, first: str, second: str) -> None:
    assert findings([architecture], two(first, second)) == []


LAYERS: Layers = {
    'web': {'globs': ['**/web/**'], 'may_import': ['core']},
    'core': {'globs': ['src/core/*.py', 'internal/core/*.go'], 'may_import': []},
    'rest': {'globs': ['src/**'], 'may_import': ['web', 'core']},
}


def test_layers_of_the_configuration() -> None:
    project = {
        'src/core/a.py': 'import src.web.b\nfrom src import other\nimport domain.x\n',
        'src/web/b.py': 'from src.core import a\nimport src.other\n',
        'src/other.py': 'import src.web.b, src.core.a\n',
        'domain/x.py': 'import adapters.y\n',
        'adapters/y.py': '',
    }
    assert findings(['hexagonal'], project, LAYERS) == [
        Finding('src/core/a.py', 1, 'layers', 'core may not import web: src.web.b'),
        Finding('src/core/a.py', 2, 'layers', 'core may not import rest: src.other'),
        Finding('src/web/b.py', 2, 'layers', 'web may not import rest: src.other'),
    ]


def test_a_package_of_go_has_the_layer_of_its_files() -> None:
    pytest.importorskip('tree_sitter_go')
    project = {
        'go.mod': 'module m\n',
        'internal/core/a.go': 'package core\nimport "m/web"\n',
        'web/b.go': 'package web\nimport "m/internal/core"\n',
        'src/c.go': 'package src\n',
    }
    assert findings([], project, {**LAYERS, 'web': {'globs': ['web/*.go'], 'may_import': []}}) == [
        Finding('internal/core/a.go', 2, 'layers', 'core may not import web: m/web'),
        Finding('web/b.go', 2, 'layers', 'web may not import core: m/internal/core'),
    ]


def test_two_names_of_one_architecture_find_once() -> None:
    project = two('domain/a.py', 'infrastructure/b.py')
    found = findings(['ports-and-adapters', 'hexagonal', 'ddd'], project)
    assert [(each.line, each.rule) for each in found] == [(1, 'ddd'), (1, 'hexagonal')]
    assert str(found[0]) == (
        'domain/a.py:1: domain may not import infrastructure: infrastructure.b (ddd)'
    )


def test_every_table_is_closed() -> None:
    """Each layer may import layers that are there, and no name stands for two."""
    for table in TABLES.values():
        names = [name for folders, _ in table.values() for name in folders]
        assert len(names) == len(set(names))
        assert {may for _, allowed in table.values() for may in allowed} <= table.keys()
        assert not any('-' in name or '_' in name or name != name.lower() for name in names)


def test_no_rules_without_a_direction() -> None:
    assert patterns.rules(['factory', 'cqrs', 'none'], {}) == []
    (rule,) = patterns.rules([], LAYERS)
    assert isinstance(rule, Rule)
    assert (rule.layer('src/x/web/a.py'), rule.layer('src/core/a.py')) == ('web', 'core')


# --- what is there


def survey(names: Iterable[str], project: Mapping[str, str], unread: str = '') -> list[Pattern]:
    return patterns.survey(names, project, read(project)[0], unread)


def test_what_is_found_in_the_python_project() -> None:
    names = ['hexagonal', 'repository', 'dependency-injection', 'factory', 'mvc']
    assert survey(names, PYTHON) == [
        Pattern(
            'hexagonal', 'found',
            (
                'adapters: src/shop/adapters/', 'application: src/shop/application/',
                'domain: src/shop/domain/', 'ports: src/shop/ports/',
            ),
        ),
        Pattern('repository', 'found', ('OrderRepository at src/shop/ports/orders.py:4',)),
        Pattern(
            'dependency-injection', 'found',
            ('PlaceOrder takes OrderRepository at src/shop/application/place.py:5',),
        ),
        Pattern('factory', 'not found', ()),
        Pattern('mvc', 'not found', ()),
    ]  # fmt: skip


@pytest.mark.parametrize('language', ['Python', 'TypeScript', 'Go', 'Java', 'Rust'])
def test_repository_and_injection_in_each_language(language: str) -> None:
    architecture, project, *_ = PROJECTS[language]
    found = survey([architecture, 'repository', 'dependency-injection'], project)
    assert [each.state for each in found] == ['found'] * 3
    assert all('OrderRepository at ' in where for where in found[1].where)
    assert 'takes OrderRepository at ' in found[2].where[0]


def test_mvc_is_found_by_its_folders() -> None:
    (found,) = survey(['mvc'], JAVASCRIPT)
    assert found == Pattern('mvc', 'found', (
        'controllers: app/controllers/', 'models: app/models/', 'views: app/views/',
    ))  # fmt: skip


FACTORY = {'a.py': 'class CarFactory: pass\ndef car_factory(): pass\nclass Factor: pass\n'}
CQRS = {
    'commands/a.py': 'class PlaceOrderCommand: pass\n',
    'queries/b.py': 'class GetQuery: pass\n',
}
EVENTS = {'a.py': 'class OrderPlacedEvent: pass\nclass Order:\n    def apply(self, e): pass\n'}


@pytest.mark.parametrize(
    ('name', 'project', 'state', 'where', 'note'),
    [
        ('factory', FACTORY, 'found', ('CarFactory at a.py:1', 'car_factory at a.py:2'), ''),
        ('factory', {'factories/a.py': ''}, 'cannot tell', ('factories/',), 'folders only'),
        ('repository', {'x/repositories/a.py': 'x = 1\n'}, 'cannot tell', ('x/repositories/',),
         'folders only'),
        ('cqrs', CQRS, 'found',
         ('PlaceOrderCommand at commands/a.py:1', 'GetQuery at queries/b.py:1'), ''),
        ('cqrs', {'a.py': 'class GetQuery: pass\n'}, 'cannot tell', ('GetQuery at a.py:1',),
         'only the query side'),
        ('cqrs', {'commands/a.py': ''}, 'cannot tell', ('commands/',), 'folders only'),
        ('cqrs', {'a.py': 'class Command: pass\nclass Query: pass\n'}, 'not found', (), ''),
        ('event-sourcing', EVENTS, 'found', ('Order at a.py:2',), ''),
        ('event-sourcing', {'a.py': 'class SqlEventStore: pass\n'}, 'found',
         ('SqlEventStore at a.py:1',), ''),
        ('event-sourcing', {'a.py': 'class Filter:\n    def apply(self): pass\n'}, 'not found', (),
         ''),
        ('dependency-injection',
         {'a.py': 'class A:\n    def __init__(self, n: int, r: "b.Repo"): pass\n'}, 'found',
         ('A takes Repo at a.py:1',), ''),
        ('dependency-injection',
         {'a.py': 'class A:\n    def __init__(self, n: int): self.r = Repo()\n'}, 'not found', (),
         ''),
        ('hexagonal', {'domain/a.py': ''}, 'cannot tell', ('domain: domain/',),
         'only one of its layers'),
        ('repository', {'tests/a.py': 'class FakeRepository: pass\n'}, 'not found', (), ''),
        ('factory',
         {'a.py': ''.join(f'class A{number}Factory: pass\n' for number in range(5))}, 'found',
         ('A0Factory at a.py:1', 'A1Factory at a.py:2', 'A2Factory at a.py:3'), 'and 2 more'),
    ],
)  # fmt: skip
def test_what_is_said_of_a_pattern(
    name: str, project: dict[str, str], state: str, where: tuple[str, ...], note: str
) -> None:
    assert survey([name], project) == [Pattern(name, state, where, note)]


def test_what_was_not_read_is_not_missing() -> None:
    assert survey(['factory', 'mvc'], {'a.py': ''}, 'Go was not checked') == [
        Pattern('factory', 'cannot tell', (), 'Go was not checked'),
        Pattern('mvc', 'not found', ()),
    ]
