"""Which files the last commits changed: one `git log` that is read as it runs.

It is bounded by a number of commits, never by paths: git would look through all of
history for the last commit of a file that seldom changes.
"""

from __future__ import annotations

from git_session import git
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

# No renames: they would cost the reading of files.  An empty field begins a commit.
_LOG = (
    'log', '-z', '--encoding=UTF-8', '--no-show-signature', '--no-merges', '--name-only',
    '--no-renames', '--no-relative', '--format=%x00%H%x00%aN%x00%aE%x00%ct%x00%s',
)  # fmt: skip


class Touched(Record):
    """A commit, merges apart, with the paths it changed; `time` is the committer date."""

    oid: str
    name: str
    email: str
    time: int
    subject: str
    paths: tuple[str, ...]


class Reading:
    """Reads the newest commits of a revision; git runs from here on."""

    def __init__(self, revision: str, most: int, *options: str, without: str = '') -> None:
        apart = ('--not', without) if without else ()
        self._process = git.start(*_LOG, f'--max-count={most}', *options, revision, *apart, '--')

    def commits(self) -> Generator[Touched, None, None]:
        """The commits, newest first; to be asked once.  Whoever stops early ends git."""
        for begun, rest in entries(self._process, 5):
            oid, name, email, time, subject = begun
            when = int(time) if time.isdigit() else 0
            yield Touched(oid, name, email, when, subject, tuple(rest))


def entries(process: git.Process, count: int) -> Generator[tuple[list[str], list[str]], None, None]:
    """Each commit of a `git log -z` whose format is `count` fields, an empty one before them.

    (these fields, those of the changes that follow).  Whoever stops early ends git.
    """
    fields = process.fields()
    try:
        begun = next(fields, None) is not None
        while begun:
            head = [next(fields, '') for _ in range(count)]
            rest: list[str] = []
            begun = False
            for field in fields:
                begun = not field
                if begun:
                    break
                rest.append(field if rest else field.removeprefix('\n'))
            yield head, rest
    finally:
        fields.close()
