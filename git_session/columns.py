"""Text in the columns of a terminal: how wide it is, and cut or wrapped to fit.

The rules are those of wcwidth(3) as terminals follow them today: letters of East Asia and
emoji take two columns, marks that combine take none, what a zero width joiner or a color of
skin adds to an emoji takes none, and a variation selector makes a picture of a narrow sign.
unicodedata knows all of that, so no package is needed; it is loaded for more than ASCII only.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_JOINER, _PICTURE, _HYPHEN = '\u200d', '\ufe0f', '\xad'
_SKINS = '\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff'
_ELLIPSIS = ('…', '...')
_LEAST = 8  # columns that a text is put into, however narrow it is


def width(text: str) -> int:
    """The columns that `text` takes, one line with no control characters but our own colors."""
    if '\033[' in text:  # what paints it
        text = ''.join(each.partition('m')[2] for each in f'm{text}'.split('\033['))
    return len(text) if text.isascii() else sum(_widths(text))


def _widths(text: str) -> Iterator[int]:
    """What each character adds to those before it."""
    last, joined = 0, False
    for each in text:
        if each == _PICTURE:
            yield 1 if last == 1 else 0
            last = 0
        elif each == _JOINER or (joined and last) or (last == 2 and each in _SKINS):
            joined = each == _JOINER
            yield 0
        else:
            columns = 1 if each.isascii() else _width(each)
            last, joined = columns or last, False
            last = 0 if each == ' ' else last
            yield columns


def _width(character: str) -> int:
    import unicodedata

    if 0x1160 <= ord(character) <= 0x11FF:
        return 0  # the vowel and the end of a Korean syllable
    if unicodedata.category(character) in ('Mn', 'Me', 'Cf'):
        return 0 if character != _HYPHEN else 1
    return 2 if unicodedata.east_asian_width(character) in 'WF' else 1


def cut(text: str, columns: int, *, unicode: bool = True) -> str:
    """`text` in at most so many columns; an ellipsis says that there is more."""
    if len(text) <= columns and width(text) <= columns:
        return text
    whole = next(_pieces(text, max(columns, 1)))
    if whole == text:
        return text
    more = _ELLIPSIS[0] if unicode else _ELLIPSIS[1]
    head = next(_pieces(text, columns - len(more))) if columns > len(more) else ''
    head = head if width(head) + len(more) <= columns else ''  # one wide letter
    return head.rstrip() + more[: max(columns, 0)]


def _pieces(text: str, room: int) -> Iterator[str]:
    """`text` in pieces of at most `room` columns; a letter keeps its marks, an emoji its parts."""
    if text.isascii():
        yield from (text[at : at + room] for at in range(0, len(text) or 1, room))
    else:
        yield from _wide_pieces(text, room)


def _wide_pieces(text: str, room: int) -> Iterator[str]:
    begin = used = 0
    for at, columns in enumerate(_widths(text)):
        if used + columns > room and at > begin:
            yield text[begin:at]
            begin, used = at, 0
        used += columns
    yield text[begin:]


def pad(text: str, columns: int) -> str:
    """`text` with blanks behind it as far as so many columns."""
    return text + ' ' * (columns - width(text))


def wrap(
    mark: str, text: str, columns: int, *, hang: int = 0, most: int = 0, unicode: bool = True,
    strict: bool = False,
) -> list[str]:  # fmt: skip
    """Lines of at most so many columns: `text` behind `mark`, under itself where it goes on.

    The lines where it goes on are `hang` columns to the right of that.  Between wide letters a
    line breaks anywhere, in other words nowhere: a path, an id, a URL stays one that can be
    copied, and the line is longer, unless `strict`: something stands beside it.  With `most`
    there are at most so many lines, and an ellipsis where more is left out.
    """
    margin = width(mark)
    if hang and margin + width(text) > columns:
        margin += hang
    room = max(columns - margin, _LEAST)
    lines = list(_lines(text, room, most, unicode, strict))
    if most and len(lines) > most:
        lines[most - 1 :] = [cut(f'{lines[most - 1]} {lines[most]}', room, unicode=unicode)]
    blanks = ' ' * margin
    return [(blanks if number else mark) + each for number, each in enumerate(lines)]


def _lines(text: str, room: int, most: int, unicode: bool, strict: bool) -> Iterator[str]:
    """The lines of a text; with `most` not more than one more than that."""
    number, current, used = 1, '', 0
    for word in text.split(' '):
        if most:
            word = cut(word, room * most, unicode=unicode)
        for piece, glue in _parts(word, room, room - used, strict):
            size = width(piece)
            if used and used + len(glue) + size > room:
                yield current
                number, current, used = number + 1, piece, size
                if most and number > most + 1:
                    return
            else:
                glue = glue if used else ''
                current, used = current + glue + piece, used + len(glue) + size
    yield current


def _parts(word: str, room: int, rest: int, strict: bool) -> Iterator[tuple[str, str]]:
    """A word, or pieces of one that may be broken, and what goes before each on a line."""
    size = width(word)
    is_whole = size <= len(word) and (size <= room or not strict)
    if size < rest or is_whole or '\033[' in word:
        yield word, ' '
        return
    head = next(_wide_pieces(word, rest - 1)) if rest > _LEAST and size > room else ''
    if head:
        yield head, ' '
    for number, piece in enumerate(_wide_pieces(word[len(head) :], room)):
        yield piece, '' if head or number else ' '
