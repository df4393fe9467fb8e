"""Which files count as source: `tracking.watch_patterns` and `tracking.ignore_patterns`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Endings of names by language, without the dot: what is compiled, run or tested.
_ENDINGS = (
    'py pyi pyx js jsx mjs cjs ts tsx mts cts vue svelte go rs java kt kts scala groovy clj c h '
    'cc cpp cxx hh hpp hxx cs fs vb m mm swift rb php pl pm lua r jl ex exs erl hs ml mli dart '
    'zig nim sh bash sql proto graphql asm'
)
_SOURCE = frozenset(_ENDINGS.split())
# What nobody writes by hand, or nobody changes here.
_NOT_OURS = (
    'node_modules vendor third_party dist build target out .git .session .venv venv __pycache__ '
    '.tox .nox .eggs .idea .vscode htmlcov .gradle .mypy_cache .pytest_cache'
)
_FOLDERS = frozenset(_NOT_OURS.split())
_GENERATED = (
    '.min.js',
    '.min.css',
    '.map',
    '_pb2.py',
    '_pb2_grpc.py',
    '.pb.go',
    '.g.dart',
    '.lock',
)
_LOCKS = frozenset(('package-lock.json', 'pnpm-lock.yaml', 'go.sum', 'Cargo.lock', 'yarn.lock'))


class Tracking:
    """Says of a path from the top of the working tree what it is."""

    def __init__(self, watch: Sequence[str], ignore: Sequence[str]) -> None:
        self._is_watched = _by_language if not watch else _compile(watch)
        self._is_ignored = _left_out if not ignore else _compile(ignore)
        self._chosen = bool(watch)

    def is_ignored(self, path: str) -> bool:
        return self._is_ignored(path)

    def is_source(self, path: str) -> bool:
        """Whether a change of it changes what the program does: watched and not ignored."""
        return self._is_watched(path) and not self._is_ignored(path)

    def is_read(self, path: str) -> bool:
        """Whether annotations are looked for in it: any text, where nothing else is configured."""
        return self.is_source(path) if self._chosen else not self._is_ignored(path)


def _compile(patterns: Sequence[str]) -> Callable[[str], bool]:
    from git_session import globs

    return globs.matcher(patterns)


def _by_language(path: str) -> bool:
    stem, dot, ending = path.rpartition('/')[2].rpartition('.')
    return bool(dot and stem) and ending.lower() in _SOURCE


def _left_out(path: str) -> bool:
    *folders, name = path.split('/')
    return not _FOLDERS.isdisjoint(folders) or name in _LOCKS or name.endswith(_GENERATED)
