"""git session blockers."""

from __future__ import annotations

import json

import pytest

from tests.commands.conftest import Run
from tests.repo import Repo


def test_add_list_resolve(work: Repo, run: Run) -> None:
    said = run('blockers', 'add', 'CI is red', '--issue', '#5', '--objective', 'git')
    assert (said.out, said.err) == ('', 'blk-1 CI is red: open\n')
    assert run('blockers').out == 'blk-1 CI is red (#5) blocks obj-2: open, added just now\n'
    said = run('blockers', 'resolve', 'CI', '--how', 'pinned the runner')
    assert said.err == 'blk-1 CI is red: resolved\n'
    assert run('blockers', 'list').out == (
        'blk-1 CI is red (#5) blocks obj-2: resolved just now: pinned the runner\n'
    )
    run('blockers', 'reopen', '1')
    run('blockers', 'edit', 'blk-1', 'CI is yellow')
    assert run('blockers').out == 'blk-1 CI is yellow (#5) blocks obj-2: open, added just now\n'


def test_list_of_none_says_how_to_add_one(work: Repo, run: Run) -> None:
    assert run('blockers').err == "hint: no blocker yet: 'git session blockers add <text>'\n"


def test_every_change_reaches_the_views(work: Repo, run: Run) -> None:
    run('blockers', 'add', 'CI is red', '--issue', '#5')
    assert 'Open blockers (1)\n  blk-1 CI is red (#5), added just now\n' in run('status').out
    assert '- blocker blk-1 (#5): CI is red, added just now\n' in run('brief').out
    assert '## Active blockers\n\n- blk-1 CI is red (#5), added just now\n' in run('handoff').out
    assert work.context()['blockers'][0]['issue'] == '#5'
    assert ', 1 open blocker\n' in (work.place() / 'banner').read_text()
    assert '- blk-1 CI is red (#5): open since ' in (work.place() / 'blockers.md').read_text()
    run('blockers', 'resolve', '1', '--how', 'pinned')
    assert 'CI is red' not in run('status').out
    assert 'blk-1 CI is red (#5), resolved\n' in run('status', '--blockers').out
    assert 'blocker blk-1' not in run('brief').out
    assert 'Active blockers' not in run('handoff').out
    assert work.context()['blockers'][0]['how'] == 'pinned'
    assert 'blocker' not in (work.place() / 'banner').read_text()


def test_json(work: Repo, run: Run) -> None:
    run('blockers', 'add', 'CI is red', '--objective', '1')
    record = json.loads(run('blockers', '--format=json').out)
    assert record['schema'] == 'git-session/blockers/1'
    (blocker,) = record['blockers']
    assert (blocker['id'], blocker['state'], blocker['objective']) == ('blk-1', 'open', 'obj-1')
    assert blocker['resolved'] is None


@pytest.mark.parametrize(
    ('arguments', 'status', 'message'),
    [
        (('add', ''), 1, 'error: a blocker needs a text\n'),
        (('edit', '1', ' '), 1, 'error: a blocker needs a text\n'),
        (('resolve', '2'), 1, "error: no blocker '2'\nhint: this session has blk-1\n"),
        (
            ('resolve', 'zzz'),
            1,
            "error: no blocker matches 'zzz'\nhint: see 'git session blockers'\n",
        ),
        (('reopen', '1'), 1, 'error: blk-1 is open already\n'),
        (
            ('add', 'x', '--objective', '9'),
            1,
            "error: no objective '9'\nhint: this session has obj-1, obj-2\n",
        ),
        (
            ('add', 'CI', 'is', 'red'),
            129,
            "error: unexpected argument 'is'\nhint: see 'git session blockers -h'\n",
        ),
        (
            ('add', 'x', '--issue'),
            129,
            "error: option 'issue' requires a value\nhint: see 'git session blockers -h'\n",
        ),
    ],
)
def test_refused_and_nothing_changed(
    work: Repo, run: Run, arguments: tuple[str, ...], status: int, message: str
) -> None:
    run('blockers', 'add', 'CI is red')
    before = work.events()
    assert run('blockers', *arguments, status=status).err == message
    assert work.events() == before


def test_resolved_twice(work: Repo, run: Run) -> None:
    run('blockers', 'add', 'CI is red')
    run('blockers', 'resolve', '1')
    assert run('blockers', 'resolve', '1', status=1).err == 'error: blk-1 is resolved already\n'


def test_none_to_resolve(work: Repo, run: Run) -> None:
    refused = run('blockers', 'resolve', '1', status=1)
    assert refused.err == "error: no blocker '1'\nhint: this session has no blockers\n"
