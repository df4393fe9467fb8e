"""`git session pull`: take in what others published."""

from __future__ import annotations

from git_session import exchange, output, remotes, words
from git_session.options import FORMAT, Syntax, Values
from git_session.workspace import open_workspace

ABOUT = 'Fetch the notes of a remote, unite them with those here, refresh the sessions.'
FORMS = {'': Syntax('[<remote>]', 0, 1, FORMAT)}


def run(action: str, values: Values) -> int:
    here = open_workspace()
    remote = remotes.choose(here, values.operand)
    fresh = exchange.pull(here, remote)
    if values.json:
        found = [{'session': name, 'events': number} for name, number in sorted(fresh.items())]
        output.json({'schema': 'git-session/pull/1', 'remote': remote, 'sessions': found})
    elif fresh:
        total = words.count(sum(fresh.values()), 'new event')
        output.talk(f'{total} in {words.count(len(fresh), "session")} from {output.line(remote)}')
        for name, number in sorted(fresh.items()):
            output.out(f'{name}: {words.count(number, "new event")}\n')
    else:
        output.talk('already up to date')
    return 0
