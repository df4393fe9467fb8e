"""The generated files of a session: what people and the hooks read beside its log."""

from __future__ import annotations

import os

from git_session import archive, eventlog
from git_session.config import Config
from git_session.session import Session
from git_session.views import files


def generate(place: str, config: Config) -> None:
    """Write the generated files of one session from its log; the caller holds the lock."""
    size = eventlog.log_size(place)
    session, _, _ = archive.load(place)
    for name, text in _small_files(session, config).items():
        eventlog.write_file(os.path.join(place, name), text)
    # Last: it says how much of the log all of them were made from.
    text = files.context(session, log_size=size, idle=config['session.idle_timeout'])
    eventlog.write_file(os.path.join(place, 'context.json'), text)


def _small_files(session: Session, config: Config) -> dict[str, str]:
    """The generated files that cost little to make: name -> content."""
    return {
        'trailers': files.trailers(session, config['session.trailers']),
        'banner': files.banner(session),
        'prompt': files.prompt(session),
        'items': files.items(session),
        'objectives.md': files.objectives(session),
        'blockers.md': files.blockers(session),
    }


def is_stale(place: str, config: Config, session: Session) -> bool:
    """Whether a generated file is missing, cut or older than the log or the configuration."""
    head = files.context_head(eventlog.log_size(place), config['session.idle_timeout']).encode()
    context = _content(place, 'context.json')
    if not context.startswith(head) or not context.endswith(b'\n}\n'):
        return True
    return any(
        _content(place, name) != text.encode('utf-8', 'surrogateescape')
        for name, text in _small_files(session, config).items()
    )


def _content(place: str, name: str) -> bytes:
    """The bytes of a generated file, none where there is no such file."""
    try:
        with open(os.path.join(place, name), 'rb') as file:
            return file.read()
    except OSError:
        return b''
