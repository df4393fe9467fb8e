"""What a source file imports and declares, read by a parser, never by guessing.

Python is read by `ast`; JavaScript, TypeScript, Go, Java and Rust by tree-sitter, which the
extra `patterns` brings (see grammars).  Source is data: it may be broken, hostile or
enormous, and then it says so in `problem`, with nothing else.
"""

from __future__ import annotations

from git_session.analysis import grammars
from git_session.analysis.source import Declared, Import, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

MOST_BYTES = 256 * 1024  # of one file; what is larger was made by a program

LANGUAGES = {
    'py': 'Python', 'pyi': 'Python',
    'js': 'JavaScript', 'mjs': 'JavaScript', 'cjs': 'JavaScript', 'jsx': 'JavaScript',
    'ts': 'TypeScript', 'mts': 'TypeScript', 'cts': 'TypeScript', 'tsx': 'TSX',
    'go': 'Go', 'java': 'Java', 'rs': 'Rust',
}  # fmt: skip


def language(path: str) -> str:
    """The language that the ending of a path names, '' when it is none that can be read."""
    return LANGUAGES.get(path.rpartition('.')[2].lower(), '') if '.' in path else ''


def parse(path: str, data: bytes) -> Source:
    """Read a file of one of LANGUAGES; never raises for what is in it."""
    name = language(path)
    if len(data) > MOST_BYTES:
        return Source(name, problem=f'larger than {MOST_BYTES // 1024} KiB')
    if name == 'Python':
        return _python(data)
    return grammars.parse(name, data)


def _python(data: bytes) -> Source:
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # it says what it thinks of escapes
            tree = ast.parse(data)
    # A text can be too deep for the parser too.
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Source('Python', problem='cannot be parsed')
    imports = tuple(found for node in ast.walk(tree) for found in _imports(node))
    return Source('Python', imports, tuple(_declared(tree)))


def _imports(node: ast.AST) -> Iterator[Import]:
    import ast

    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(alias.lineno, alias.name)
    elif isinstance(node, ast.ImportFrom):
        module = '.' * node.level + (node.module or '')
        for alias in node.names:
            if alias.name == '*':
                yield Import(node.lineno, module)
            else:
                joint = '' if module.endswith('.') else '.'
                yield Import(alias.lineno, f'{module}{joint}{alias.name}', is_member=True)


def _declared(tree: ast.Module) -> Iterator[Declared]:
    """The classes, nested ones too, and the functions at the top of a module."""
    import ast

    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            own = [
                each
                for each in node.body
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
            ]
            takes = [name for each in own if each.name == '__init__' for name in _types(each)]
            methods = tuple(each.name for each in own)
            yield Declared('class', node.name, node.lineno, methods, tuple(takes))
    for each in tree.body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Declared('function', each.name, each.lineno)


def _types(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """The last names of the annotations of its parameters, those in quotes among them."""
    import ast

    given = function.args
    for each in (*given.posonlyargs, *given.args, *given.kwonlyargs):
        for node in ast.walk(each.annotation) if each.annotation is not None else ():
            if isinstance(node, ast.Name):
                yield node.id
            elif isinstance(node, ast.Attribute):
                yield node.attr
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value.rpartition('.')[2]
