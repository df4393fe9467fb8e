"""`git session status`: where the session stands."""

from __future__ import annotations

from git_session import git
from git_session.options import FORMAT, Option, Syntax, Values

ABOUT = 'Show the session of this branch: objectives, blockers, work, what is next.'
FORMS = {
    '': Syntax(
        '', 0, 0,
        (
            Option(('--objectives',), 'all objectives'),
            Option(('--blockers',), 'resolved blockers too'),
            Option(('--decisions',), 'the decisions'),
            Option(('-v', '--verbose'), 'files, hooks, storage and configuration too'),
            *FORMAT,
        ),
    )
}  # fmt: skip


def run(action: str, values: Values) -> int:
    asked = git.start_asking(status=True)
    # Loaded while git answers: it takes as long as git does.
    from git_session.workspace import open_workspace

    here = open_workspace(work=True, asked=asked, meanwhile=_load)
    from git_session import output, status

    for text in here.config.warnings:
        output.warn(text)
    lists = frozenset(name for name in ('objectives', 'blockers', 'decisions') if values.flag(name))
    verbose = values.flag('verbose') or bool(here.config['display.verbose'])
    status.show(here, lists=lists, verbose=verbose, as_json=values.json)
    return 0


def _load() -> None:
    from git_session import status  # noqa: F401
