"""Sections of items in a hard budget of characters: what does not fit is counted and named."""

from __future__ import annotations

from git_session import words
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST = 500  # characters of an item: one long text leaves room for the others


class Section(Record):
    """`least` items are shown before any later section gets room.

    What is not shown is counted as `noun` and named with the `command` that shows it;
    so many items at the end are of that kind, all of them where `counted` is -1.
    """

    title: str
    items: list[str]
    noun: str
    command: str
    least: int = 3
    counted: int = -1

    def rest(self, shown: int) -> str:
        """``7 older decisions: git session decisions``, '' when all are shown."""
        hidden = len(self.items) - shown
        if not hidden:
            return ''
        number = hidden if self.counted < 0 else min(hidden, self.counted)
        what = words.count(number, self.noun) if number else words.count(hidden, 'line')
        return f'{what}: {self.command}'


def bounded(found: Sequence[Section]) -> list[Section]:
    """Those that have something to say, no item longer than what leaves room for others."""
    return [
        each.replace(items=[words.cut(item, _LONGEST) for item in each.items])
        for each in found
        if each.items
    ]


def joined(title: str, found: Sequence[Section]) -> list[Section]:
    """The sections as one, each item after the title of its own; none without items."""
    items = [f'{each.title.lower()}: {item}' for each in found for item in each.items]
    return [Section(title, items, 'line', 'git session brief --since', 8)] if items else []


def text(title: str, found: Sequence[Section], budget: int) -> str:
    """A title and the sections in at most `budget` characters.

    First every section, in order, gets its least items as far as there is room, then three
    times as many, then the rest is filled in the same order: a hundred objectives leave room
    for the dead ends.
    """
    title = f'# {title}\n'
    whole = [len(section.items) for section in found]
    if sum(map(_size, found, whole)) + len(title) <= budget:
        return _render(title, found, whole)
    shown = [0] * len(found)
    sizes = [0] * len(found)
    for share in (1, 3, 0):
        for index, section in enumerate(found):
            most = min(section.least * share, whole[index]) if share else whole[index]
            for number in range(shown[index] + 1, most + 1):
                before = shown[index], sizes[index]
                shown[index] = number
                sizes[index] = _size(section, number, before)
                if len(title) + sum(sizes) + len(_left_out(found, shown)) > budget:
                    shown[index], sizes[index] = before
                    break
    return _render(title, found, shown)[:budget]


def _render(title: str, found: Sequence[Section], shown: Sequence[int]) -> str:
    return ''.join([title, *map(_block, found, shown), _left_out(found, shown)])


def _size(section: Section, shown: int, before: tuple[int, int] = (0, 0)) -> int:
    """The length of a section's block; `before` is a smaller number shown and its length."""
    if shown == 0:
        return 0
    number, size = before
    if number == 0:
        return len(_block(section, shown))
    added = sum(len(item) + 3 for item in section.items[number:shown])
    return size + added + len(_more(section, shown)) - len(_more(section, number))


def _block(section: Section, shown: int) -> str:
    """A section with so many of its items, nothing without any."""
    if shown == 0:
        return ''
    items = ''.join(f'- {item}\n' for item in section.items[:shown])
    return f'\n## {section.title}\n{items}{_more(section, shown)}'


def _more(section: Section, shown: int) -> str:
    rest = section.rest(shown)
    return f'- + {rest}\n' if rest else ''


def _left_out(found: Sequence[Section], shown: Sequence[int]) -> str:
    """The line that names the sections of which nothing is shown."""
    left = [each.rest(0) for each, number in zip(found, shown, strict=True) if number == 0]
    return f'\nleft out: {"; ".join(left)}\n' if left else ''
