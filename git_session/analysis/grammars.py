"""Reading JavaScript, TypeScript, Go, Java and Rust by tree-sitter, where it is installed.

The packages come with the extra `patterns`.  A language whose package is missing is said
to be not checked.  The trees are walked with a stack of our own: source can be deep.
"""

from __future__ import annotations

from git_session.analysis.source import Declared, Import, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node, Parser

MISSING = "not checked: needs the extra 'patterns'"


def parse(language: str, data: bytes) -> Source:
    """Read a file; what the grammar does not understand whole cannot be parsed."""
    shown = 'TypeScript' if language == 'TSX' else language
    parser = _parser(language)
    if parser is None:
        return Source(shown, problem=MISSING)
    root = parser.parse(data).root_node
    if root.has_error:
        return Source(shown, problem='cannot be parsed')
    imports, declared = _READERS[shown]
    return Source(shown, tuple(imports(root)), tuple(declared(root)))


def _parser(language: str) -> Parser | None:
    """The parser of a language, None where its package is not installed or too old."""
    try:
        from tree_sitter import Language, Parser

        return Parser(Language(_grammar(language)))
    except (ImportError, AttributeError, TypeError, ValueError):  # ValueError: another ABI
        return None


def _grammar(language: str) -> object:
    """The grammar, as each package hands it over."""
    if language == 'JavaScript':
        import tree_sitter_javascript

        return tree_sitter_javascript.language()
    if language in ('TypeScript', 'TSX'):
        import tree_sitter_typescript as typescript

        return typescript.language_tsx() if language == 'TSX' else typescript.language_typescript()
    if language == 'Go':
        import tree_sitter_go

        return tree_sitter_go.language()
    if language == 'Java':
        import tree_sitter_java

        return tree_sitter_java.language()
    import tree_sitter_rust

    return tree_sitter_rust.language()


# --- trees


def _walk(root: Node) -> Iterator[Node]:
    """The named nodes below, in the order of the text."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack += node.named_children[::-1]


def _text(node: Node | None) -> str:
    return (node.text or b'').decode('utf-8', 'replace') if node is not None else ''


def _line(node: Node) -> int:
    return int(node.start_point[0]) + 1


def _field(node: Node, name: str) -> str:
    return _text(node.child_by_field_name(name))


def _types(parameters: Node | None) -> tuple[str, ...]:
    """The names of the types in a list of parameters."""
    if parameters is None:
        return ()
    return tuple(
        dict.fromkeys(_text(each) for each in _walk(parameters) if each.type == 'type_identifier')
    )


def _named(node: Node, *types: str) -> tuple[str, ...]:
    """The names of the members of a class's body."""
    body = node.child_by_field_name('body')
    members = body.named_children if body is not None else []
    return tuple(_field(each, 'name') for each in members if each.type in types)


# --- JavaScript and TypeScript


def _script_imports(root: Node) -> Iterator[Import]:
    for node in _walk(root):
        if node.type in ('import_statement', 'export_statement', 'import_require_clause'):
            source = node.child_by_field_name('source')
            if source is not None:
                yield Import(_line(node), _text(source)[1:-1])
        elif node.type == 'call_expression' and _field(node, 'function') in ('require', 'import'):
            arguments = node.child_by_field_name('arguments')
            given = arguments.named_children if arguments is not None else []
            if given and _is_constant(given[0]):
                yield Import(_line(node), _text(given[0])[1:-1])


def _is_constant(node: Node) -> bool:
    """Whether it is a string, or a template with nothing to fill in."""
    if node.type == 'template_string':
        return all(each.type == 'string_fragment' for each in node.named_children)
    return bool(node.type == 'string')


def _script_declared(root: Node) -> Iterator[Declared]:
    classes = ('class_declaration', 'abstract_class_declaration', 'interface_declaration')
    for node in _walk(root):
        if node.type in classes:
            body = node.child_by_field_name('body')
            makers = [
                each for each in (body.named_children if body is not None else [])
                if each.type == 'method_definition' and _field(each, 'name') == 'constructor'
            ]  # fmt: skip
            takes = _types(makers[0].child_by_field_name('parameters')) if makers else ()
            methods = _named(node, 'method_definition', 'method_signature')
            yield Declared('class', _field(node, 'name'), _line(node), methods, takes)
        elif node.type == 'function_declaration' or (
            node.type == 'variable_declarator' and _is_function(node)
        ):
            yield Declared('function', _field(node, 'name'), _line(node))


def _is_function(declarator: Node) -> bool:
    value = declarator.child_by_field_name('value')
    return value is not None and value.type in ('arrow_function', 'function_expression')


# --- Go


def _go_imports(root: Node) -> Iterator[Import]:
    for node in root.named_children:
        for each in _walk(node) if node.type == 'import_declaration' else ():
            if each.type == 'import_spec':
                yield Import(_line(each), _field(each, 'path')[1:-1])


def _go_declared(root: Node) -> Iterator[Declared]:
    methods: dict[str, list[str]] = {}
    for node in root.named_children:
        if node.type == 'method_declaration':
            for name in _types(node.child_by_field_name('receiver'))[:1]:
                methods.setdefault(name, []).append(_field(node, 'name'))
    for node in root.named_children:
        if node.type == 'type_declaration':
            for each in node.named_children:
                if each.type == 'type_spec':
                    name = _field(each, 'name')
                    yield Declared('class', name, _line(each), tuple(methods.get(name, ())))
        elif node.type == 'function_declaration':
            name = _field(node, 'name')
            takes = _types(node.child_by_field_name('parameters'))
            is_maker = name.startswith('New')
            yield Declared('function', name, _line(node), (), takes if is_maker else ())


# --- Java


def _java_imports(root: Node) -> Iterator[Import]:
    for node in root.named_children:
        if node.type == 'import_declaration':
            children = node.named_children
            name = next((_text(each) for each in children if 'identifier' in each.type), '')
            wild = '.*' if any(each.type == 'asterisk' for each in children) else ''
            yield Import(_line(node), ''.join(name.split()) + wild, is_member=True)


def _java_declared(root: Node) -> Iterator[Declared]:
    kinds = (
        'class_declaration', 'interface_declaration', 'record_declaration', 'enum_declaration',
    )  # fmt: skip
    for node in _walk(root):
        if node.type in kinds:
            body = node.child_by_field_name('body')
            makers = [
                each for each in (body.named_children if body is not None else [])
                if each.type == 'constructor_declaration'
            ]  # fmt: skip
            own = [each.child_by_field_name('parameters') for each in (*makers, node)]
            takes = tuple(name for each in own for name in _types(each))
            methods = _named(node, 'method_declaration')
            yield Declared('class', _field(node, 'name'), _line(node), methods, takes)


# --- Rust


def _rust_imports(root: Node) -> Iterator[Import]:
    """What `use` and whole paths in the code name, as seen from the module of the file."""
    stack = [(root, 0)]
    while stack:
        node, depth = stack.pop()
        if node.type == 'use_declaration':
            argument = node.child_by_field_name('argument')
            found = list(_leaves(argument)) if argument is not None else []
        elif node.type in _PATHS and _text(node).startswith(('crate::', 'super::')):
            found = [(_line(node), _text(node))]
        else:
            inner = depth + (node.type == 'mod_item')
            stack += [(each, inner) for each in node.named_children[::-1] if not _is_test(each)]
            continue
        for line, path in found:
            name = _outside(''.join(path.split()), depth)
            if name:
                yield Import(line, name, is_member=True)


_PATHS = ('scoped_identifier', 'scoped_type_identifier')


def _is_test(node: Node) -> bool:
    """Whether it is a module that only the tests have."""
    before = node.prev_named_sibling if node.type == 'mod_item' else None
    while before is not None and before.type == 'attribute_item':
        if 'cfg(test)' in _text(before).replace(' ', ''):
            return True
        before = before.prev_named_sibling
    return False


def _leaves(node: Node) -> Iterator[tuple[int, str]]:
    """(line, path) of each name of a use tree."""
    stack = [(node, '')]
    while stack:
        each, before = stack.pop()
        if each.type == 'scoped_use_list':
            path = _field(each, 'path')
            inner = each.child_by_field_name('list')
            joined = f'{before}{path}::' if path else before
            stack += [(one, joined) for one in (inner.named_children[::-1] if inner else ())]
        elif each.type == 'use_list':
            stack += [(one, before) for one in each.named_children[::-1]]
        elif each.type == 'use_as_clause':
            yield _line(each), before + _field(each, 'path')
        elif each.type == 'use_wildcard':
            yield _line(each), before + _text(each).removesuffix('*').rstrip().removesuffix('::')
        elif each.type == 'self':
            yield _line(each), before.removesuffix('::') or 'self'
        elif 'comment' not in each.type:
            yield _line(each), before + _text(each)


def _outside(path: str, depth: int) -> str:
    """A path within `depth` modules inside the file, as the file's own module would say it.

    '' for one that does not leave the file.
    """
    parts = path.removeprefix('::').split('::')
    if parts[0] not in ('self', 'super') or not depth:
        return '::'.join(parts)
    while parts and parts[0] == 'self':
        parts = parts[1:]
    while depth and parts and parts[0] == 'super':
        parts, depth = parts[1:], depth - 1
    if depth or not parts:
        return ''
    return '::'.join(parts if parts[0] == 'super' else ['self', *parts])


def _rust_declared(root: Node) -> Iterator[Declared]:
    methods: dict[str, list[Node]] = {}
    for node in _walk(root):
        if node.type == 'impl_item':
            body = node.child_by_field_name('body')
            own = [each for each in (body.named_children if body else ())
                   if each.type == 'function_item']  # fmt: skip
            methods.setdefault(_field(node, 'type'), []).extend(own)
    for node in _walk(root):
        if node.type in ('struct_item', 'enum_item', 'trait_item'):
            name = _field(node, 'name')
            own = methods.get(name, [])
            names = tuple(_field(each, 'name') for each in own)
            makers = [each.child_by_field_name('parameters') for each in own
                      if _field(each, 'name') == 'new']  # fmt: skip
            takes = tuple(one for each in makers for one in _types(each))
            names += _named(node, 'function_signature_item', 'function_item')
            yield Declared('class', name, _line(node), names, takes)
        elif node.type == 'function_item' and not _is_method(node):
            yield Declared('function', _field(node, 'name'), _line(node))


def _is_method(node: Node) -> bool:
    above = node.parent.parent if node.parent is not None else None
    return above is not None and above.type in ('impl_item', 'trait_item')


_READERS: dict[
    str, tuple[Callable[[Node], Iterator[Import]], Callable[[Node], Iterator[Declared]]]
] = {
    'JavaScript': (_script_imports, _script_declared),
    'TypeScript': (_script_imports, _script_declared),
    'Go': (_go_imports, _go_declared),
    'Java': (_java_imports, _java_declared),
    'Rust': (_rust_imports, _rust_declared),
}
