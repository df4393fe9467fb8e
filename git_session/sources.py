"""Reading the source files of a working tree: what changed, and what can show a pattern.

Whatever is not a regular file below the top is left out; sizes and numbers are bounded.
"""

from __future__ import annotations

import os
from stat import S_ISREG

from git_session import git
from git_session.analysis import imports, modules, patterns
from git_session.analysis.gates import Checked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from git_session.analysis.patterns import Layers, Pattern
    from git_session.analysis.source import Source

_MOST_FILES = 300  # parsed in one look
_MOST_BYTES = 4 << 20  # of all of them: a minute, should somebody have made them to take long
_MOST_MANIFESTS = 500
_MOST_HINTS = 100


def read(top: str, path: str, most: int = imports.MOST_BYTES) -> bytes | None:
    """At most `most` + 1 bytes of a file, None when it is none of this working tree."""
    full = os.path.join(top, path)
    try:
        inside = os.path.realpath(full).startswith(os.path.realpath(top) + os.sep)
        if not inside or not S_ISREG(os.lstat(full).st_mode):
            return None
        with open(full, 'rb') as file:
            return file.read(most + 1)
    except (OSError, ValueError):
        return None


def check(top: str, paths: Iterable[str], names: Sequence[str], layers: Layers) -> Checked:
    """The imports of these files of the working tree against the layers, where there are any."""
    rules = patterns.rules(names, layers)
    if not rules:
        return Checked()
    placed = [
        path for path in paths
        if patterns.is_checked(path) and any(rule.layer(path) for rule in rules)
    ]  # fmt: skip
    wanted = [path for path in placed if imports.language(path)]
    sources, unread = parse(top, wanted)
    if not any(source.imports for source in sources.values()):
        return Checked(is_asked=True, unread=unread)
    known = _known(top, {source.language for source in sources.values()})
    found = patterns.findings(rules, sources, known)
    return Checked(is_asked=True, findings=tuple(found), unread=unread)


def parse(top: str, paths: Sequence[str]) -> tuple[dict[str, Source], tuple[str, ...]]:
    """What was read, by path, and in words what was not."""
    found: dict[str, Source] = {}
    problems: dict[str, list[str]] = {}
    left, number = _MOST_BYTES, 0
    for path in paths:
        if number >= _MOST_FILES or left <= 0:
            problems.setdefault('not looked at, there are too many', []).append(path)
            continue
        data = read(top, path)
        if data is None:
            continue
        source = imports.parse(path, data)
        left, number = left - len(data), number + 1
        if source.problem:
            whole = source.problem.startswith('not checked')  # of a language, not of a file
            name = source.language if whole else path
            known = problems.setdefault(source.problem, [])
            known += [] if name in known else [name]
        else:
            found[path] = source
    return found, tuple(_said(problem, names) for problem, names in problems.items())


def _said(problem: str, names: Sequence[str]) -> str:
    more = f' and {len(names) - 2} more' if len(names) > 2 else ''
    return f'{", ".join(names[:2])}{more} {problem}'


def _known(top: str, languages: set[str]) -> modules.Known:
    """The files of the repository, tracked and new ones."""
    reply = git.read('-C', top, 'ls-files', '-z', '--cached', '--others', '--exclude-standard')
    paths = set(reply.split('\0')[:-1])
    names = [name for name, language in (('go.mod', 'Go'), ('Cargo.toml', 'Rust'))
             if language in languages]  # fmt: skip
    manifests = sorted(path for path in paths if names and path.rpartition('/')[2] in names)
    texts = {path: read(top, path) or b'' for path in manifests[:_MOST_MANIFESTS]}
    return modules.know(paths, {path: text.decode('utf-8', 'replace')
                                for path, text in texts.items()})  # fmt: skip


def survey(top: str, names: Sequence[str]) -> tuple[Pattern, ...]:
    """What of each pattern is in the tracked files; those that can show it are parsed."""
    paths = [
        path for path in git.read('-C', top, 'ls-files', '-z').split('\0')[:-1]
        if imports.language(path)
    ]  # fmt: skip
    hints = [patterns.HINTS[name] for name in names if name in patterns.HINTS]
    there = set(paths)
    hinted: list[str] = []
    if hints:
        grep = ('grep', '-l', '-z', '-I', '--full-name', '-E', '|'.join(hints))
        hinted = [path for path in git.ask('-C', top, *grep).out.split('\0')[:-1] if path in there]
    wanted = [path for path in hinted if patterns.is_checked(path)]
    sources, unread = parse(top, wanted[:_MOST_HINTS])
    if len(wanted) > _MOST_HINTS:
        unread += (f'{len(wanted) - _MOST_HINTS} files not looked at',)
    return tuple(patterns.survey(names, paths, sources, ', '.join(unread)))
