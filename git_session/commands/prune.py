"""`git session prune`: archive sessions that are over; nothing is deleted."""

from __future__ import annotations

import time

from git_session import archive, ending, eventlog, git, mergesearch, output, words
from git_session.merged import Outcome
from git_session.options import FORMAT, Option, Syntax, Values
from git_session.workspace import Workspace, open_workspace

ABOUT = 'Archive the sessions of branches that are merged, gone or long left alone.'
FORMS = {
    '': Syntax('', 0, 0, (Option(('-n', '--dry-run'), 'only say what would be archived'), *FORMAT))
}


def run(action: str, values: Values) -> int:
    dry = values.flag('dry-run')
    here = open_workspace(reconcile=not dry)  # that archives what belongs to no branch
    found = _over(here, time.time())
    for branch, name, outcome, why in found:
        if not dry:
            ending.put_away(here, branch, name, outcome)
        if not values.json:
            verb = 'would archive' if dry else 'archived'
            output.out(f'{verb} {name}: {output.line(why)}\n')
    if not found:
        output.talk('nothing to archive')
    if values.json:
        records = [
            {'session': name, 'branch': branch, 'why': why} for branch, name, _, why in found
        ]
        output.json({'schema': 'git-session/prune/1', 'dry_run': dry, 'archived': records})
    return 0


def _over(here: Workspace, now: float) -> list[tuple[str, str, Outcome, str]]:
    """The sessions that are over: (branch, session id, how, why)."""
    days = here.config['session.archive_after_days']
    in_use = git.checked_out()
    existing = git.branches() | in_use
    # A renamed branch has taken its binding with it.
    bound = {here.setting(f'branch.{branch}.session') for branch in existing}
    merged = mergesearch.merged_elsewhere(here)
    found = []
    for branch, name in eventlog.live(here.repo.sessions).items():
        session, _, _ = archive.load(eventlog.directory(here.repo.sessions, branch))
        if branch not in existing:
            if name not in bound:
                found.append((branch, name, Outcome('gone', ''), f"branch '{branch}' is gone"))
        elif branch in merged:
            found.append((branch, name, merged[branch], str(merged[branch])))
        elif branch not in in_use and now - session.last_active > days * 86400:
            why = f'last active {words.age(session.last_active, now)}'
            found.append((branch, name, Outcome('left', ''), why))
    return found
