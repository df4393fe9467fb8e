"""XML of other tools, streamed: no entities, nothing from outside, bounded in size and depth.

expat itself, because the rules that matter are three handlers of it (defusedxml sets
the same ones) and it loads in 1.5 ms, which `status` can afford.  A DOCTYPE is allowed, JaCoCo
writes one; it is never fetched.
"""

from __future__ import annotations

from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

MOST_BYTES = 64 << 20
_DEEPEST = 100


class ReportError(ValueError):
    """Why a report cannot be used, in words that follow its name: ``is not well-formed``."""


class Handlers(Record):
    """Called with (name, attributes), (name) and (text); names without a namespace's prefix."""

    begin: Callable[[str, dict[str, str]], None]
    end: Callable[[str], None]
    text: Callable[[str], None] | None = None


def read(path: str) -> bytes:
    """The bytes of a report; raises ReportError for what is too large or no plain file."""
    import os
    import stat

    try:
        # A named pipe would wait for ever for somebody to write into it.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), 'rb') as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ReportError('is no plain file')
            if status.st_size > MOST_BYTES:
                raise ReportError(f'is larger than {MOST_BYTES >> 20} MiB')
            return file.read(MOST_BYTES)
    except OSError as error:
        raise ReportError(f'cannot be read: {error.strerror}') from None


def parse(data: bytes, handlers: Handlers) -> None:
    """Stream a document; raises ReportError when it is broken or wants entities."""
    from xml.parsers import expat

    depth = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise ReportError(f'is nested more than {_DEEPEST} deep')
        handlers.begin(name.rpartition(':')[2], attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        handlers.end(name.rpartition(':')[2])

    def refuse(*_: object) -> int:
        raise ReportError('declares entities')

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    if handlers.text is not None:
        parser.CharacterDataHandler = handlers.text
    parser.EntityDeclHandler = refuse
    parser.UnparsedEntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(data, True)
    except ReportError:
        raise
    except (expat.ExpatError, LookupError, ValueError):
        raise ReportError('is not well-formed XML') from None
