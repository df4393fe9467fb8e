"""git session pause."""

from __future__ import annotations

from tests.commands.conftest import Run
from tests.repo import Repo


def test_pause_stops_the_clock_until_the_next_commit(work: Repo, run: Run) -> None:
    name = work.context()['session']
    said = run('pause')
    assert (said.out, said.err) == ('', f'paused {name}, active time 0m\n')
    assert work.context()['state'] == 'paused'
    assert '(paused)' in run('status').out
    assert run('pause', status=1).err == f'error: session {name} is paused already\n'
    work.commit('more', **{'b.txt': 'two\n'})
    run('status')
    assert work.context()['state'] == 'active'


def test_pause_is_published(work: Repo, run: Run) -> None:
    work.commit('more', **{'b.txt': 'two\n'})
    run('pause')
    assert [each['type'] for each in work.note()][-1] == 'pause'


def test_no_session_to_pause(repo: Repo, run: Run) -> None:
    assert run('pause', status=1).err == (
        "error: no session on branch 'main'\n"
        "hint: start one with 'git session start [<branch>] -o <objective>'\n"
    )
