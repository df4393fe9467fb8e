"""`git session note`: a free note, or something that was tried and failed."""

from __future__ import annotations

from git_session import output
from git_session.errors import REFUSED, SessionError
from git_session.options import Option, Syntax, Values
from git_session.workspace import open_workspace

ABOUT = 'Write down a note, or with --dead-end what was tried, failed, and why.'
FORMS = {
    '': Syntax(
        '<text>...', 1, None,
        (
            Option(('--dead-end',), 'it was tried and failed'),
            Option(('--private',), 'keep it in this clone: it is never published'),
        ),
    ),
}  # fmt: skip


def run(action: str, values: Values) -> int:
    text = ' '.join(values.operands).strip()
    if not text:
        raise SessionError('a note needs a text', status=REFUSED)
    here = open_workspace()
    maker = here.maker()
    kind = 'dead-end' if values.flag('dead-end') else 'note'
    maker.add(kind, text=text, private=values.flag('private') or None)
    here.record(maker.made)
    output.talk(f'{"dead end" if kind == "dead-end" else "note"}: {output.line(text)}')
    return 0
