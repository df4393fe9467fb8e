"""git session show."""

from __future__ import annotations

import json

from tests.commands.conftest import Run
from tests.repo import Repo


def test_whole(work: Repo, run: Run) -> None:
    head = work.commit('add b', **{'b.txt': 'two\n'})
    run('blockers', 'add', 'CI is red')
    run('blockers', 'resolve', '1', '--how', 'pinned')
    run('decisions', 'add', 'Use PKCE', '--rationale', 'safer', '--alternatives', 'implicit')
    run('note', 'a key is needed')
    run('note', '--dead-end', 'weakrefs')
    run('checkpoint', '-l', 'half')
    name = work.context()['session']
    run('end')
    shown = run('show', 'work').out
    assert shown.startswith(f'Session {name} on work (ended)\n  started ')
    for part in (
        '\n  active time 0m\n',
        '\nObjectives\n  obj-1 Google OAuth: active\n  obj-2 GitHub OAuth: pending\n',
        '\nBlockers\n  blk-1 CI is red: resolved (pinned)\n',
        '\nDecisions\n  dec-1 Use PKCE; because safer; not implicit\n',
        f'\nCheckpoints\n  just now {head[:10]} half\n',
        '\nNotes\n  a key is needed\n',
        '\nDead ends\n  weakrefs\n',
        f'\nCommits\n  {head[:10]}\n',
        '\nEvents\n',
        'end (ended)\n',
    ):
        assert part in shown


def test_json(work: Repo, run: Run) -> None:
    record = json.loads(run('show', '--json').out)
    assert record['schema'] == 'git-session/show/1'
    assert record['branch'] == 'work'
    assert record['events'][0]['type'] == 'start'


def test_no_such_session(work: Repo, run: Run) -> None:
    assert run('show', 'nothing', status=1).err == (
        "error: no session 'nothing'\nhint: see 'git session history'\n"
    )
