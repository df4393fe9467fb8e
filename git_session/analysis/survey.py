"""What the names of a repository's files tell: languages, tests, build files, folders."""

from __future__ import annotations

from git_session import words
from git_session.analysis.subject import kind
from git_session.output import code
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_LANGUAGES = {
    'py': 'Python', 'js': 'JavaScript', 'mjs': 'JavaScript', 'jsx': 'JavaScript',
    'ts': 'TypeScript', 'tsx': 'TypeScript', 'go': 'Go', 'rs': 'Rust', 'java': 'Java',
    'kt': 'Kotlin', 'c': 'C', 'h': 'C', 'cc': 'C++', 'cpp': 'C++', 'hpp': 'C++', 'cs': 'C#',
    'rb': 'Ruby', 'php': 'PHP', 'swift': 'Swift', 'sh': 'Shell', 'scala': 'Scala',
    'ex': 'Elixir', 'hs': 'Haskell', 'lua': 'Lua', 'pl': 'Perl', 'sql': 'SQL', 'html': 'HTML',
    'css': 'CSS', 'vue': 'Vue',
}  # fmt: skip


def language(path: str) -> str:
    """The language that the ending of a file's name tells, '' for none."""
    _, dot, ending = path.rpartition('.')
    return _LANGUAGES.get(ending.lower(), '') if dot else ''


class Survey(Record):
    """Counts are of tracked files; lists are sorted, the most frequent first."""

    files: int
    languages: tuple[tuple[str, int], ...]
    folders: tuple[tuple[str, int], ...]  # at the top
    tests: tuple[tuple[str, int], ...]  # folders that hold tests
    build: tuple[str, ...]
    ci: tuple[str, ...]


def survey(paths: Sequence[str]) -> Survey:
    """Look at the paths of a repository, relative to its top."""
    languages: dict[str, int] = {}
    folders: dict[str, int] = {}
    tests: dict[str, int] = {}
    build, ci = [], []
    for path in paths:
        spoken = language(path)
        if spoken:
            languages[spoken] = languages.get(spoken, 0) + 1
        folder, slash, _ = path.partition('/')
        if slash:
            folders[folder] = folders.get(folder, 0) + 1
        what = kind(path)
        if what == 'test':
            home = path.rpartition('/')[0] or '.'
            tests[home] = tests.get(home, 0) + 1
        elif what == 'build' and path.count('/') <= 1:
            build.append(path)
        elif what == 'ci' and (folder != '.github' or path.startswith('.github/workflows/')):
            ci.append(path)
    return Survey(
        len(paths), _sorted(languages), _sorted(folders), _sorted(tests), tuple(build), tuple(ci)
    )


def _sorted(counts: dict[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def architecture(found: Survey) -> str:
    """architecture.md: what can be seen, and a place for what cannot."""
    lines = ['# Architecture', '']
    lines.append(
        '<!-- Seen from the files of this repository; describe below what they do not show. -->'
    )
    lines.append('')
    if found.languages:
        named = ', '.join(
            f'{name} ({words.count(count, "file")})' for name, count in found.languages[:6]
        )
        lines.append(f'- Languages: {named}')
    if found.folders:
        named = ', '.join(f'{code(name + "/")} ({count})' for name, count in found.folders[:12])
        lines.append(f'- Top folders, with their number of tracked files: {named}')
    if found.build:
        lines.append('- Build files: ' + ', '.join(code(path) for path in found.build[:12]))
    if not found.files:
        lines.append('- No tracked files yet')
    return '\n'.join(lines) + '\n'


def conventions(found: Survey) -> str:
    """conventions.md: where tests live and what checks run, as far as files show it."""
    lines = ['# Conventions', '']
    lines.append('<!-- Seen from the files of this repository; add the rules that you follow. -->')
    lines.append('')
    if found.tests:
        named = ', '.join(f'{code(name)} ({count})' for name, count in found.tests[:8])
        lines.append(f'- Tests are in: {named}')
    if found.ci:
        lines.append('- CI is configured in: ' + ', '.join(code(path) for path in found.ci[:8]))
    if not found.tests and not found.ci:
        lines.append('- No tests and no CI configuration are tracked yet')
    return '\n'.join(lines) + '\n'
