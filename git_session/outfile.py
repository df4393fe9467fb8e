"""Writing to the file that a user names: in one step, and never over what is not ours."""

from __future__ import annotations

import os
import stat

from git_session import eventlog
from git_session.errors import SessionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_HEAD = 1024  # bytes of a file that say what it is


def write(path: str, chunks: Iterable[bytes], is_ours: Callable[[bytes], bool], what: str) -> None:
    """Write the file; `is_ours` says of the beginning of one that is there if it may be replaced.

    `what` names that, as in ``export``.  A pipe or a terminal is written to as it is.
    Raises SessionError when it cannot be written; then what was there is as it was.
    """
    try:
        if _is_stream(path):
            with open(path, 'wb') as file:
                file.writelines(chunks)
        else:
            _replace(os.path.realpath(path), path, chunks, is_ours, what)
    except OSError as error:
        raise SessionError(f"could not write '{path}': {error.strerror}") from None


def _is_stream(path: str) -> bool:
    """Whether it is there and no file: a pipe, a terminal."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _replace(
    path: str, name: str, chunks: Iterable[bytes], is_ours: Callable[[bytes], bool], what: str
) -> None:
    """Write beside the file and rename."""
    head = _head(path)
    if head and not is_ours(head):
        raise SessionError(
            f"'{name}' already exists",
            f'it is no {what} of git session: move it, or name another',
        )
    temporary = f'{path}.{os.getpid()}.tmp'
    try:
        with open(temporary, 'wb') as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        eventlog.remove(temporary)
        raise


def _head(path: str) -> bytes:
    """The beginning of a file, nothing where there is none."""
    try:
        with open(path, 'rb') as file:
            return file.read(_HEAD)
    except FileNotFoundError:
        return b''
