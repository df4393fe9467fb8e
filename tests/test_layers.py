"""The layers: who may import whom, run git, print; what a status may load; how long code is."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import git_session
from tests.repo import Repo

PACKAGE = Path(git_session.__file__).parent

# A module may import what stands before it in its own layer and everything in the layers
# above it in this table.  A package stands for its modules, in any order.
LAYERS: dict[str, tuple[str, ...]] = {
    'base': ('errors', 'record', 'words', 'columns', 'globs'),
    'edges and facts': (
        'secrets', 'identity', 'events', 'process', 'git', 'programs', 'output', 'options',
        'configfile', 'configvalues',
    ),
    'meaning and state': (
        'session', 'replay', 'named', 'eventlog', 'config', 'notetree', 'notes', 'enabled',
        'hookfiles', 'hookconfig', 'hookmanagers', 'hooks', 'probe', 'faults', 'history',
        'branchwork', 'merged', 'reconcile', 'knowledge', 'presence', 'dates', 'trailers',
        'reports', 'tracking', 'added', 'filelog', 'wholelog', 'contextfiles',
    ),
    'analysis and views': (
        'analysis.marks', 'analysis.activetime', 'analysis.figures', 'analysis.automatic',
        'views.quality', 'views.activetime',
        'analysis.source', 'analysis.grammars', 'analysis.imports', 'analysis.modules',
        'analysis.subject', 'analysis.patterns', 'analysis.gates', 'views.gates',
        'analysis.survey', 'analysis.tdd', 'analysis.completeness', 'analysis.remarks',
        'analysis.filehistory', 'analysis.contexthealth', 'analysis.steps',
        'analysis.health', 'analysis.velocity', 'analysis.names', 'analysis.tally',
        'analysis.landscape', 'analysis.recommendations', 'analysis.report', 'analysis.period',
        'analysis.comparison',
        'analysis.contextlines', 'analysis.around', 'views.quoting', 'views.sections',
        'views.context',
        'views.tdd', 'views.layout', 'views.files', 'views.insight', 'views.log', 'views.status',
        'views.brief', 'views.since', 'views.handoff', 'views.document', 'views.landscape',
        'views.report', 'views.reportdata', 'views.comparison',
        'views.axes', 'views.charts', 'views.page',
    ),
    'integrations': (
        'integrations.mcptools', 'integrations.references',
        'integrations.markup', 'integrations.testreports', 'integrations.coverage',
        'integrations.places', 'integrations.jsonc', 'integrations.agents',
    ),
    'working tree': (
        'reportcache', 'freshness', 'measure', 'sources',
        'transfer', 'leaks', 'archive', 'treefiles', 'staging', 'snapshot', 'wiprefs',
        'wip',
        'bindings', 'ccmp', 'generated', 'workspace', 'context', 'contextpart', 'sharing',
        'arrivals',
        'ci', 'forge',
        'gates', 'storage', 'mcpserver', 'remotes', 'exchange', 'trust', 'testrun', 'tdd',
        'chronicle', 'forks', 'summaries', 'insight', 'told', 'periodlog', 'reporting', 'outfile',
        'comparing',
        'marked', 'putaside', 'checkout', 'handover', 'ending', 'mergesearch', 'brief', 'status',
        'agentsetup', 'agentmemory', 'agenthook',
    ),
    'commands': ('commands',),
    'entry': ('main', '__main__'),
}  # fmt: skip

# Decided from values alone: no clock, no environment, no files, no processes.
PURE = (
    'record', 'errors', 'secrets', 'events', 'session', 'replay', 'views', 'analysis.subject',
    'analysis.source', 'analysis.grammars', 'analysis.imports', 'analysis.patterns',
    'analysis.survey', 'analysis.tdd', 'analysis.completeness', 'analysis.filehistory',
    'analysis.contexthealth', 'analysis.contextlines', 'analysis.around', 'analysis.health',
    'analysis.velocity', 'analysis.names', 'analysis.tally', 'analysis.landscape',
    'analysis.recommendations', 'analysis.report', 'analysis.period', 'analysis.comparison',
)  # fmt: skip
IMPURE = {'os', 'sys', 'time', 'subprocess', 'fcntl', 'git_session.git', 'git_session.eventlog'}

# Third-party packages, and the one module that owns the format each is for.
OWNERS = {
    **dict.fromkeys(
        (
            'tree_sitter', 'tree_sitter_go', 'tree_sitter_java', 'tree_sitter_javascript',
            'tree_sitter_rust', 'tree_sitter_typescript',
        ),
        'analysis.grammars',
    ),
    **dict.fromkeys(('anyio', 'mcp', 'mcp_types', 'pydantic'), 'mcpserver'),
    'yaml': 'configfile', 'dulwich': 'notetree', 'tomli_w': 'transfer', 'redact_secret': 'secrets',
    'jinja2': 'views.page', 'markupsafe': 'views.page',
}  # fmt: skip

# What a status does without: each costs more than a git process (benchmarks/).
SLOW = {
    'argparse', 'asyncio', 'dataclasses', 'difflib', 'dulwich', 'importlib.metadata',
    'ast', 'inspect', 'logging', 'pathlib', 'redact_secret', 'shlex', 'subprocess', 'tempfile',
    'tomli_w', 'tomllib', 'tree_sitter', 'typing', 'yaml',
    'git_session.analysis.patterns', 'git_session.sources', 'git_session.columns',
    'git_session.programs',
}  # fmt: skip


def _name(path: Path) -> str:
    """`views.brief` of git_session/views/brief.py; a package has the name of its folder."""
    parts = path.relative_to(PACKAGE).with_suffix('').parts
    return '.'.join(parts[:-1] if parts[-1] == '__init__' else parts)


FILES = {_name(path): path for path in sorted(PACKAGE.rglob('*.py'))}
TREES = {name: ast.parse(path.read_text()) for name, path in FILES.items()}
_PACKAGES = ('', 'analysis', 'commands', 'githooks', 'integrations', 'views')
MODULES = [name for name in FILES if name not in _PACKAGES]


def _imports(node: ast.AST) -> Iterator[str]:
    """The full name of everything that is imported below `node`."""
    for each in ast.walk(node):
        if isinstance(each, ast.Import):
            yield from (alias.name for alias in each.names)
        elif isinstance(each, ast.ImportFrom):
            assert not each.level, 'imports are absolute'
            module = each.module or ''
            for alias in each.names:
                inner = f'{module}.{alias.name}'
                yield inner if inner.removeprefix('git_session.') in FILES else module


def _own(name: str) -> set[str]:
    """The modules of the package that a module imports, wherever it does."""
    found = {each for each in _imports(TREES[name]) if each.startswith('git_session.')}
    return {each.removeprefix('git_session.') for each in found}


def _place(name: str) -> tuple[int, int]:
    for number, members in enumerate(LAYERS.values()):
        for position, member in enumerate(members):
            if name == member or name.startswith(member + '.'):
                return number, position
    raise AssertionError(f"'{name}' is in no layer: put it into LAYERS")


def _is_in(name: str, members: tuple[str, ...]) -> bool:
    return any(name == member or name.startswith(member + '.') for member in members)


def test_every_module_has_a_layer_and_every_name_a_module() -> None:
    assert all(_place(name) for name in MODULES)
    listed = {member for members in LAYERS.values() for member in members}
    assert {member for member in listed if member not in FILES} == set()


@pytest.mark.parametrize('name', MODULES)
def test_imports_point_down(name: str) -> None:
    wrong = [other for other in _own(name) if other in MODULES and _place(other) >= _place(name)]
    assert wrong == []


def test_no_command_imports_another_and_nothing_imports_a_command() -> None:
    found = {
        name: {other for other in _own(name) if other.startswith('commands.')} for name in FILES
    }
    assert {name: others for name, others in found.items() if others} == {}


def test_the_entry_imports_the_table_and_no_more() -> None:
    assert _own('main') <= {'errors', 'output', 'options', 'record'}
    assert _own('__main__') == {'main'}


@pytest.mark.parametrize('name', [name for name in MODULES if _is_in(name, PURE)])
def test_what_is_pure_reaches_nothing_outside(name: str) -> None:
    tree = TREES[name]
    found = set(_imports(tree)) & IMPURE
    names = {ast.unparse(each) for each in ast.walk(tree) if isinstance(each, ast.Attribute)}
    if not {each for each in names if each.startswith('os.') and 'os.path' not in each}:
        found.discard('os')  # os.path splits names
    assert found == set()


_STARTERS = ('fork', 'exec', 'posix_spawn', 'spawn', 'system', 'popen', 'startfile')


def _started(tree: ast.AST) -> set[str]:
    """Ways to start a process that are used."""
    found = {
        each
        for each in _imports(tree)
        if each.partition('.')[0] in ('subprocess', 'multiprocessing', 'pty', 'asyncio')
    }
    for each in ast.walk(tree):
        name = ast.unparse(each) if isinstance(each, ast.Attribute) else ''
        if name.startswith('os.') and name.removeprefix('os.').startswith(_STARTERS):
            found.add(name)
    return found


def test_git_is_run_by_one_module_and_other_programs_by_another_but_for_the_pager() -> None:
    found = {name: _started(tree) for name, tree in TREES.items()}
    assert {name: ways for name, ways in found.items() if ways} == {
        'git': {'os.posix_spawnp'}, 'output': {'subprocess'}, 'programs': {'os.posix_spawnp'},
        'process': {'os.posix_spawnp'},
    }  # fmt: skip
    assert [name for name in MODULES if 'process' in _own(name)] == ['git']


def _prints(tree: ast.AST) -> bool:
    for each in ast.walk(tree):
        if isinstance(each, ast.Name) and each.id == 'print':
            return True
        name = ast.unparse(each) if isinstance(each, ast.Attribute) else ''
        if name.startswith(('sys.stdout.', 'sys.stderr.')) and not name.endswith('fileno'):
            return True
    return False


def test_only_output_prints() -> None:
    assert [name for name, tree in TREES.items() if _prints(tree) and name != 'output'] == []


def _third_party(name: str, nodes: list[ast.AST]) -> set[str]:
    roots = {each.partition('.')[0] for node in nodes for each in _imports(node)}
    return roots - sys.stdlib_module_names - {'git_session'}


def test_third_party_packages_belong_to_one_module_each() -> None:
    found = {name: _third_party(name, [tree]) for name, tree in TREES.items()}
    assert {name: roots for name, roots in found.items() if roots} == {
        owner: {root for root, by in OWNERS.items() if by == owner} for owner in OWNERS.values()
    }


def test_nothing_of_a_third_party_is_imported_at_start_up() -> None:
    """At the top of a module, that is; below `if TYPE_CHECKING` nothing runs."""
    found = {
        name: _third_party(name, [node for node in tree.body if _runs(node)])
        for name, tree in TREES.items()
    }
    assert {name: roots for name, roots in found.items() if roots} == {}


def _runs(node: ast.stmt) -> bool:
    if isinstance(node, ast.If) and ast.unparse(node.test) in (
        'TYPE_CHECKING',
        'typing.TYPE_CHECKING',
    ):
        return False
    return not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


_LOADED = """
import sys
sys.path.insert(0, sys.argv[1])
from git_session.main import main
status = main(sys.argv[2:])
print(status, *sorted(sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize(
    'arguments', [['status'], ['status', '--json'], ['brief'], ['objectives'], ['-h']]
)
def test_what_is_looked_at_often_loads_nothing_slow(session: Repo, arguments: list[str]) -> None:
    session.session('status')  # what is read from .session/config.yaml is cached by now
    result = session.run(sys.executable, '-I', '-S', '-c', _LOADED, str(PACKAGE.parent), *arguments)
    status, *loaded = result.err.split()
    assert status == '0', result.err
    assert 'git_session.main' in loaded
    assert set(loaded) & SLOW == set()


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for each in ast.walk(tree):
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            yield each


def test_functions_have_at_most_sixty_lines() -> None:
    long = [
        f'{name}.{each.name}: {each.end_lineno - each.lineno + 1}'
        for name, tree in TREES.items()
        for each in _functions(tree)
        if each.end_lineno is not None and each.end_lineno - each.lineno >= 60
    ]
    assert long == []


def test_files_have_at_most_five_hundred_lines() -> None:
    hooks = Path(__file__).parent.parent / 'hooks'
    files = [*FILES.values(), *(path for path in hooks.iterdir() if path.is_file())]
    assert [path.name for path in files if len(path.read_bytes().splitlines()) > 500] == []
