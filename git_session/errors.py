"""The one exception of expected failures."""

from __future__ import annotations

REFUSED = 1  # "no", or nothing was done
FATAL = 128  # cannot run here
USAGE = 129  # the command line is wrong
INTERRUPTED = 130


class SessionError(Exception):
    """An expected failure, shown as git shows its own.

    `message` says what failed, lower case, no period, its subject in 'single
    quotes'.  Each of `hints` becomes a line that starts with ``hint:``.  With
    `verbatim` the message is the words of a failed git command, shown as they
    are.  `status` is the exit status: REFUSED, FATAL or USAGE.
    """

    def __init__(
        self,
        message: str,
        *hints: str,
        status: int = FATAL,
        verbatim: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hints = hints
        self.status = status
        self.verbatim = verbatim
