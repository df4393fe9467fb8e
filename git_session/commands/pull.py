"""`git session pull`: take in what others published."""

from __future__ import annotations

from git_session import ending, eventlog, exchange, merged, mergesearch, output, remotes, words
from git_session.options import FORMAT, Syntax, Values
from git_session.workspace import Workspace, open_workspace

ABOUT = 'Fetch the notes of a remote, unite them with those here, refresh the sessions.'
FORMS = {'': Syntax('[<remote>]', 0, 1, FORMAT)}


def run(action: str, values: Values) -> int:
    here = open_workspace()
    remote = remotes.choose(here, values.operand)
    fresh = exchange.pull(here, remote)
    over = mergesearch.merged_elsewhere(here)
    live = eventlog.live(here.repo.sessions)
    for branch, how in over.items():
        ending.put_away(here, branch, live[branch], how)
    if values.json:
        found = [{'session': name, 'events': number} for name, number in sorted(fresh.items())]
        put_away = [{'session': live[branch], 'branch': branch, 'why': str(how)}
                    for branch, how in over.items()]  # fmt: skip
        output.json({
            'schema': 'git-session/pull/1', 'remote': remote, 'sessions': found,
            'archived': put_away,
        })  # fmt: skip
    elif fresh:
        total = words.count(sum(fresh.values()), 'new event')
        output.talk(f'{total} in {words.count(len(fresh), "session")} from {output.line(remote)}')
        for name, number in sorted(fresh.items()):
            output.out(f'{name}: {words.count(number, "new event")}\n')
    else:
        output.talk('already up to date')
    for branch, how in over.items():
        output.talk(f'archived {live[branch]}: {output.line(str(how))}')
    _tell(here)
    return 0


def _tell(here: Workspace) -> None:
    """Say so when the branch that we are on has been merged."""
    if here.session is None or here.repo.head is None:
        return
    how = merged.find(here.session, here.repo.head)
    if how is not None:
        output.talk(
            f'{output.line(here.session.branch)} is {output.line(str(how))}: git session end'
        )
