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
    found = [glob]
    while len(found) <= _MOST:
        for index, text in enumerate(found):
            begin = text.rfind('{')
            end = text.find('}', begin)
            if begin >= 0 and end >= 0 and ',' in text[begin:end]:
                parts = text[begin + 1 : end].split(',')
                found[index : index + 1] = [text[:begin] + each + text[end + 1 :] for each in parts]
                break
        else:
            return found
    return [glob]


def _expression(glob: str) -> str:
    import re

    anchored = '/' in glob.rstrip('/')
    folder = glob.endswith('/')
    rest = glob.strip('/')
    made = [] if anchored else ['(?:.*/)?']
    while rest:
        if rest.startswith('**/'):
            made.append('(?:.*/)?')
            rest = rest[3:]
        elif rest == '**':
            made.append('.*')
            rest = ''
        elif rest[0] == '*':
            made.append('[^/]*')
            rest = rest.lstrip('*')
        elif rest[0] == '?':
            made.append('[^/]')
            rest = rest[1:]
        elif rest[0] == '[' and ']' in rest[2:]:
            end = rest.index(']', 2)
            made.append(_choice(rest[1:end]))
            rest = rest[end + 1 :]
        else:
            made.append(re.escape(rest[0]))
            rest = rest[1:]
    return ''.join(made) + ('/.*' if folder else '(?:/.*)?')


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
