"""Globs of the configuration, as .gitignore(5) people expect them.

`**` is any number of folders, `*` and `?` stay in one folder, `[a-z]` is a choice, `{a,b}` are
alternatives.  A glob without a slash matches in every folder; one that ends in a slash,
or names a folder, has all that is in it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MOST = 64  # alternatives of one glob


def matcher(globs: Iterable[str]) -> Callable[[str], bool]:
    """Whether a path, with slashes, from the top of the working tree, matches one of the globs."""
    import re

    texts = [text for glob in globs for text in _alternatives(glob)]
    if not texts:
        return lambda path: False
    found = re.compile('|'.join(f'(?:{_expression(text)})' for text in texts), re.DOTALL)
    return lambda path: found.fullmatch(path) is not None


def fixed(glob: str) -> str:
    """The folder that everything a glob matches lies in: ``a/b`` of ``a/b/*.xml``, or ''."""
    parts = glob.lstrip('/').split('/')
    kept = []
    for part in parts[:-1]:
        if set(part) & set('*?[{'):
            break
        kept.append(part)
    return '/'.join(kept)


def _alternatives(glob: str) -> list[str]:
    """What braces stand for; too many of them stay as they are."""
    import re

    found, done = [glob], []
    while found:
        text = found.pop()
        # Looking for the comma afterwards takes no longer for a thousand of them.
        braces = next((each for each in re.finditer(r'\{([^{}]*)\}', text) if ',' in each[1]), None)
        if braces is None:
            done.append(text)
            continue
        begin, end = braces.span()
        parts = braces[1].split(',')
        if len(found) + len(done) + len(parts) > _MOST:
            return [glob]
        found += [text[:begin] + each + text[end:] for each in reversed(parts)]
    return done


# A glob comes from the repository, so none may take long: a star takes as little as it can,
# and what matched is never tried again (the atomic groups), which for globs loses nothing.


def _expression(glob: str) -> str:
    segments = _segments(glob.strip('/'))
    if '/' not in glob.rstrip('/'):  # not anchored
        segments.insert(0, ['**'])
    runs = _runs(segments)
    made = ''
    for number, run in enumerate(runs):
        names = '/'.join(_name(each) for each in run)
        if number and run:
            made += f'(?>(?:[^/]*/)*?{names}(?=/|\\Z))'
        else:
            made += names
        made += '/' if run and number < len(runs) - 1 else ''
    if not runs[-1]:  # `**` at its end: all that is below
        return made + ('[^/]*/.*' if glob.endswith('/') else '.*')
    return made + ('/.*' if glob.endswith('/') else '(?:/.*)?')


def _segments(glob: str) -> list[list[str]]:
    """The names of a glob, each as expressions for a character, ``*`` and ``**`` as they are."""
    segments: list[list[str]] = [[]]
    while glob:
        size = 1
        if glob[0] == '/':
            segments.append([])
        elif glob[0] == '*':
            size = len(glob) - len(glob.lstrip('*'))
            whole = size > 1 and not segments[-1] and glob[size : size + 1] in ('', '/')
            segments[-1].append('**' if whole else '*')
        elif glob[0] == '[' and (end := _end(glob)) > 0:
            size = end + 1
            segments[-1].append(_choice(glob[1:end]))
        else:
            segments[-1].append('[^/]' if glob[0] == '?' else _escape(glob[0]))
        glob = glob[size:]
    return segments


def _runs(segments: list[list[str]]) -> list[list[list[str]]]:
    """What stands between the ``**``."""
    runs: list[list[list[str]]] = [[]]
    for each in segments:
        if each != ['**']:
            runs[-1].append(each)
        elif runs[-1] or len(runs) == 1:
            runs.append([])
    return runs


def _name(segment: list[str]) -> str:
    """The expression of one whole name."""
    chunks = ['']
    for each in segment:
        if each == '*':
            chunks.append('')
        else:
            chunks[-1] += each
    if len(chunks) == 1:
        return chunks[0]
    first, *inner, last = chunks
    made = first + ''.join(f'(?>[^/]*?{each})' for each in inner if each)
    return f'(?>{made}[^/]*{last}(?=/|\\Z))'


def _escape(text: str) -> str:
    import re

    return re.escape(text)


def _end(glob: str) -> int:
    """Where the choice that a glob begins with ends, -1 if it does not; ``[]]`` has a bracket."""
    return glob.find(']', 3 if glob[1:2] in ('!', '^') else 2)


def _choice(text: str) -> str:
    """``[!a-z]`` as a regular expression; a range that runs backwards is its characters."""
    import re

    negated = text[0] in '!^'
    inner = text[1:] if negated else text
    inner = re.sub(r'[\\\[\]^&|~]', lambda found: '\\' + found[0], inner)
    try:
        re.compile(f'[{inner}]')
    except re.error:
        inner = re.escape(inner)
    return f'(?!/)[{"^" if negated else ""}{inner}]'
