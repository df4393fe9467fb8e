"""`git session compare`: two sessions side by side."""

from __future__ import annotations

from git_session import comparing, git, output
from git_session.options import FORMAT, Option, Syntax, Values
from git_session.views import comparison
from git_session.workspace import open_workspace

ABOUT = 'Show two sessions side by side; the second is the current one by default.'
FORMS = {
    '': Syntax(
        '<session> [<session>]', 1, 2,
        (
            Option(('--changes',), 'only the files of each, and those that both changed'),
            Option(('--metrics',), 'only the figures and their differences'),
            *FORMAT,
        ),
    )
}  # fmt: skip


def run(action: str, values: Values) -> int:
    here = open_workspace()
    wanted, other = values.operands[0], values.operands[1] if values.operands[1:] else None
    changes, figures = values.flag('changes'), values.flag('metrics')
    found = comparing.compare(here, wanted, other, with_merge=changes or not figures)
    if values.json:
        output.json(comparison.data(found, changes=changes, figures=figures))
        return 0
    text = comparison.text(
        found, here.style(), changes=changes, figures=figures, dates=here.dates
    )  # fmt: skip
    output.out(text, git.pager)
    return 0
