"""Which files of the repository an import leads to, from the names of its files alone.

What leads out of the repository, or cannot be told, leads to nothing.
"""

from __future__ import annotations

import os.path
from sys import stdlib_module_names

from git_session.analysis.source import Import
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PYTHON = ('.py', '.pyi', '/__init__.py', '/__init__.pyi')
_SCRIPT = ('.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.d.ts')
_SOURCES = ('src', 'lib', 'app', '')  # where '@/' and '~/' lead, below a folder with package.json


class Known(Record):
    """The files of a repository; paths are relative to its top, folders without a slash.

    `go` and `crates` give the folder of each go.mod and Cargo.toml its module path and its
    crate name (with `_`, as code says it).
    """

    files: frozenset[str]
    folders: frozenset[str]
    names: dict[str, tuple[str, ...]]  # name of a Java or Kotlin file -> paths
    go: dict[str, str]
    crates: dict[str, str]


def know(paths: Iterable[str], manifests: Mapping[str, str]) -> Known:
    """`manifests` is the text of every go.mod and Cargo.toml by its path."""
    files = frozenset(paths)
    folders = {''}
    names: dict[str, list[str]] = {}
    for path in files:
        folder = os.path.dirname(path)
        while folder not in folders:
            folders.add(folder)
            folder = os.path.dirname(folder)
        if path.endswith(('.java', '.kt')):
            names.setdefault(os.path.basename(path), []).append(path)
    go, crates = {}, {}
    for path, text in manifests.items():
        folder, name = os.path.split(path)
        if name == 'go.mod':
            go[folder] = go_module(text)
        elif name == 'Cargo.toml':
            crates[folder] = crate_name(text)
    return Known(
        files, frozenset(folders), {name: tuple(sorted(found)) for name, found in names.items()},
        {folder: name for folder, name in go.items() if name}, crates,
    )  # fmt: skip


def go_module(text: str) -> str:
    """The module path that a go.mod declares, '' when it does not."""
    for line in text.splitlines():
        words = line.split('//')[0].split()
        if len(words) == 2 and words[0] == 'module':
            return words[1].strip('"`')
    return ''


def crate_name(text: str) -> str:
    """The name of the library of a Cargo.toml, '' for a workspace or what is no TOML."""
    import tomllib

    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return ''
    name = ''
    for table in ('package', 'lib'):
        section = found.get(table)
        given = section.get('name') if isinstance(section, dict) else None
        name = given if isinstance(given, str) else name
    return name.replace('-', '_')


def resolve(language: str, path: str, found: Import, known: Known) -> tuple[str, ...]:
    """Where an import of the file at `path` leads: files, and folders with a slash at the end."""
    if language == 'Python':
        return _python(path, found, known)
    if language in ('JavaScript', 'TypeScript'):
        return _script(path, found.name, known)
    if language == 'Go':
        return _go(path, found.name, known)
    if language == 'Java':
        return _java(found.name, known)
    return _rust(path, found.name, known) if language == 'Rust' else ()


def _above(path: str) -> list[str]:
    """The folders that a file is in, the outermost ('') first."""
    parts = path.split('/')[:-1]
    return ['/'.join(parts[:number]) for number in range(len(parts) + 1)]


def _join(*parts: str) -> str:
    return '/'.join(part for part in parts if part)


# --- Python


def _python(path: str, found: Import, known: Known) -> tuple[str, ...]:
    name = found.name.lstrip('.')
    parts = name.split('.') if name else []
    dots = len(found.name) - len(name)
    if dots:
        above = _above(path)[::-1]
        return _module(above[dots - 1], parts, found, known) if dots <= len(above) else ()
    if parts[0] in stdlib_module_names:
        return ()
    for root in _python_roots(path, known):
        base = _join(root, parts[0])
        if base in known.folders or base + '.py' in known.files:
            return _module(root, parts, found, known)
    return ()


def _python_roots(path: str, known: Known) -> list[str]:
    """Where a module may be looked for: the folders above that are no packages, then src."""
    above = [each for each in _above(path) if _join(each, '__init__.py') not in known.files]
    return list(dict.fromkeys([*above, *(_join(each, 'src') for each in above)]))


def _module(root: str, parts: list[str], found: Import, known: Known) -> tuple[str, ...]:
    """The file or folder of a module below a root; a member may be a name within one."""
    for size in (len(parts), len(parts) - 1) if found.is_member else (len(parts),):
        base = _join(root, *parts[:size])
        for end in _PYTHON if base else ():
            if base + end in known.files:
                return (base + end,)
        if base in known.folders and size:
            return (base + '/',)
    return ()


# --- JavaScript and TypeScript


def _script(path: str, name: str, known: Known) -> tuple[str, ...]:
    if name.startswith(('./', '../')) or name in ('.', '..'):
        return _script_file(os.path.normpath(_join(os.path.dirname(path), name)), known)
    above = _above(path)[::-1]
    if name.startswith(('@/', '~/')):
        homes = [each for each in above if _join(each, 'package.json') in known.files][:1]
        bases = [_join(home, source, name[2:]) for home in homes for source in _SOURCES]
    elif name.startswith('src/'):
        bases = [_join(each, name) for each in above]
    else:
        return ()
    found = (_script_file(os.path.normpath(each), known) for each in bases)
    return next((each for each in found if each), ())


def _script_file(base: str, known: Known) -> tuple[str, ...]:
    if base.startswith('..'):
        return ()
    stem, ending = os.path.splitext(base)
    # TypeScript names the file that will be there when it is compiled.
    stems = [base, stem] if ending in ('.js', '.jsx', '.mjs', '.cjs') else [base]
    candidates = [base, *(each + end for each in stems for end in _SCRIPT)]
    candidates += [f'{base}/index{end}' for end in _SCRIPT]
    return next(((each,) for each in candidates if each in known.files), ())


# --- Go


def _go(path: str, name: str, known: Known) -> tuple[str, ...]:
    for folder in sorted(known.go, key=len, reverse=True):
        module = known.go[folder]
        if name == module or name.startswith(module + '/'):
            target = _join(folder, name[len(module) + 1 :])
            if target in known.folders:
                return (target + '/',) if target else ()
    return ()


# --- Java


def _java(name: str, known: Known) -> tuple[str, ...]:
    """Nested classes and static members are in the file of the class around them."""
    parts = name.removesuffix('.*').split('.')
    for size in range(len(parts), 1, -1):
        end = '/'.join(parts[:size])
        for ending in ('.java', '.kt'):
            paths = known.names.get(parts[size - 1] + ending, ())
            found = tuple(each for each in paths if f'/{each}'.endswith(f'/{end}{ending}'))
            if found:
                return found
    if name.endswith('.*'):
        end = '/' + '/'.join(parts)
        return tuple(each + '/' for each in sorted(known.folders) if f'/{each}'.endswith(end))
    return ()


# --- Rust


def _rust(path: str, name: str, known: Known) -> tuple[str, ...]:
    parts = name.split('::')
    homes = [each for each in _above(path) if each in known.crates]
    home = homes[-1] if homes else None
    module = _rust_module(path, home) if home is not None else None
    if home is None:
        return ()
    if parts[0] in ('crate', 'self', 'super'):
        if module is None:
            return ()
        up = 0
        here = [] if parts[0] == 'crate' else module
        rest = parts[1:] if parts[0] in ('crate', 'self') else parts
        while rest and rest[0] == 'super':
            rest, up = rest[1:], up + 1
        if up > len(here):
            return ()
        return _rust_file(home, here[: len(here) - up] + rest, known)
    if module is not None and _rust_file(home, [*module, parts[0]], known, whole=True):
        return _rust_file(home, [*module, *parts], known)
    others = [folder for folder, crate in known.crates.items() if crate and crate == parts[0]]
    if len(others) != 1:
        return ()
    whole = _join(others[0], 'src/lib.rs')  # has what no module of the crate has
    found = _rust_file(others[0], parts[1:], known)
    return found or ((whole,) if whole in known.files else ())


def _rust_module(path: str, home: str) -> list[str] | None:
    """The module of a file of the library or the program; None for a test or a build script."""
    source = _join(home, 'src') + '/'
    if not path.startswith(source):
        return None
    parts = path.removeprefix(source).removesuffix('.rs').split('/')
    if parts[0] == 'bin':
        return None
    return parts[:-1] if parts[-1] in ('mod', 'lib', 'main') else parts


def _rust_file(
    home: str, parts: list[str], known: Known, *, whole: bool = False
) -> tuple[str, ...]:
    """The file of the innermost module that the path goes through."""
    for size in range(len(parts), len(parts) - 1 if whole else 0, -1):
        base = _join(home, 'src', *parts[:size])
        for end in ('.rs', '/mod.rs'):
            if base + end in known.files:
                return (base + end,)
    return ()
