"""What a context file says of patterns and gotchas, and what of it concerns a session."""

from __future__ import annotations

from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

# What a heading, or the beginning of a line, says of what stands there.
_GOTCHAS = (
    'gotcha', 'pitfall', 'caveat', 'warning', 'watch out', 'trap', 'beware', 'careful', 'caution',
    'known issue', 'known problem', 'never', "don't", 'do not', 'danger', 'common mistake',
)  # fmt: skip
_PATTERNS = (
    'pattern', 'convention', 'style', 'rule', 'guideline', 'architecture', 'principle', 'how we',
    'practice', 'design', 'structure',
)  # fmt: skip
_MOST_LINES = 40  # of each kind
_FIRST = 2  # lines of a file that names no patterns
_LONGEST = 400
BEGIN, END = '<!-- git-session:begin', '<!-- git-session:end'

# Words of objectives that say nothing of where the work is.
_COMMON = frozenset((
    'about', 'after', 'again', 'also', 'because', 'before', 'change', 'create', 'delete', 'does',
    'each', 'from', 'have', 'implement', 'improve', 'into', 'make', 'more', 'need', 'only', 'other',
    'over', 'remove', 'rename', 'replace', 'should', 'some', 'support', 'test', 'tests', 'that',
    'their', 'them', 'then', 'there', 'these', 'they', 'this', 'update', 'using', 'what', 'when',
    'where', 'which', 'while', 'with', 'without', 'work', 'write',
))  # fmt: skip
_LEAST_WORD = 4


class Said(Record):
    """The lines of a file, without Markdown's marks; `headings` are its headings."""

    patterns: tuple[str, ...] = ()
    gotchas: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()


def read(text: str) -> Said:
    """What a context file says: lists and lines below headings of that kind, and lines of it.

    Code, comments and the part that is generated are passed over.
    """
    patterns: list[str] = []
    gotchas: list[str] = []
    headings: list[str] = []
    others: list[str] = []
    kind: list[str] = others
    for each in _lines(text):
        if each.startswith('#'):
            title = each.strip('# ').strip()
            headings.append(title)
            kind = {'gotcha': gotchas, 'pattern': patterns}.get(_kind(title), others)
            continue
        shown = _bare(each)
        if shown and not (kind is others and _is_import(shown)):
            begin = shown[:20].lower()
            is_gotcha = any(begin.startswith(word) for word in _GOTCHAS)
            (gotchas if is_gotcha else kind).append(shown)
    if not patterns:
        patterns = others[:_FIRST]
    return Said(tuple(patterns[:_MOST_LINES]), tuple(gotchas[:_MOST_LINES]), tuple(headings))


def _lines(text: str) -> Iterable[str]:
    """The lines that count; what goes on in the next line is one."""
    fence = ''
    comment = generated = False
    held = ''
    for raw in text.split('\n'):
        each = raw.strip()
        if each.startswith((BEGIN, END)):
            generated = each.startswith(BEGIN)
            each = ''
        elif fence or each.startswith(('```', '~~~')):
            fence = '' if fence and each.startswith(fence) else fence or each[:3]
            each = ''
        elif not generated and (comment or each.startswith('<!--')):
            comment = '-->' not in each
            each = ''
        if generated:
            continue
        if each and held and raw[:1] in ' \t' and not _is_item(each) and not each.startswith('#'):
            held = f'{held} {each}'
            continue
        if held:
            yield held
        held = each
    if held:
        yield held


def _is_item(text: str) -> bool:
    word = text.partition(' ')[0]
    return word in ('-', '*', '+') or (word[-1:] in ('.', ')') and word[:-1].isdigit())


def _kind(title: str) -> str:
    """What stands below a heading: ``gotcha``, ``pattern``, or ''."""
    lower = title.lower()
    if any(word in lower for word in _GOTCHAS):
        return 'gotcha'
    return 'pattern' if any(word in lower for word in _PATTERNS) else ''


def _bare(text: str) -> str:
    """A line without the marks of a list and of emphasis, '' of a rule or a row of a table."""
    if _is_item(text):
        text = text.partition(' ')[2].strip()
    text = text.replace('**', '').replace('__', '')
    if not any(each.isalnum() for each in text) or text.startswith('|'):
        return ''
    return text[:_LONGEST]


def _is_import(text: str) -> bool:
    """``@AGENTS.md``: another file is read in its place."""
    return text.startswith('@') and ' ' not in text


def words_of(texts: Iterable[str]) -> set[str]:
    """The words of objectives that may name a part of the code, in lower case."""
    found = set()
    for text in texts:
        plain = ''.join(each if each.isalnum() else ' ' for each in text[:2000])
        found |= {
            word.lower() for word in plain.split()
            if len(word) >= _LEAST_WORD or (len(word) > 1 and word.isupper())
        }  # fmt: skip
    return found - _COMMON


def hits(text: str, wanted: Collection[str]) -> list[str]:
    """The words that a text has, as whole words or their plural, in order."""
    there = words_of([text])
    return sorted(
        word for word in wanted
        if word in there or word + 's' in there or word.removesuffix('s') in there
    )  # fmt: skip


def ranked(lines: Iterable[str], wanted: Collection[str]) -> list[str]:
    """The lines, those that have the most of the words first."""
    return sorted(lines, key=lambda line: -len(hits(line, wanted)))
