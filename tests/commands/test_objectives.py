"""git session objectives."""

from __future__ import annotations

import json

import pytest

from tests.commands.conftest import Run
from tests.repo import Repo


def states(repo: Repo) -> dict[str, str]:
    return {each['id']: each['state'] for each in repo.context()['objectives']}


def test_list(work: Repo, run: Run) -> None:
    run('objectives', 'add', 'Docs')
    run('objectives', 'complete', '1')
    run('objectives', 'drop', '3', '--why', 'written by others')
    assert run('objectives').out == (
        '[x] obj-1 Google OAuth\n[ ] obj-2 GitHub OAuth\n[-] obj-3 Docs (written by others)\n'
    )
    assert run('objectives', 'list') == run('objectives')


def test_list_of_none_says_how_to_add_one(repo: Repo, run: Run) -> None:
    run('start', 'work')
    listed = run('objectives')
    assert listed.out == ''
    assert listed.err == "hint: no objective yet: 'git session objectives add <text>'\n"


def test_list_as_json(work: Repo, run: Run) -> None:
    record = json.loads(run('objectives', '--json').out)
    assert record['schema'] == 'git-session/objectives/1'
    assert record['session'] == work.context()['session']
    assert record['objectives'] == work.context()['objectives']
    assert [each['state'] for each in record['objectives']] == ['active', 'pending']


def test_add_several_with_commas(work: Repo, run: Run) -> None:
    said = run('objectives', 'add', 'Docs, and more', '  Tests  ')
    assert said.out == ''
    assert said.err == 'obj-3 Docs, and more: pending\nobj-4 Tests: pending\n'
    assert states(work) == {
        'obj-1': 'active', 'obj-2': 'pending', 'obj-3': 'pending', 'obj-4': 'pending',
    }  # fmt: skip


def test_every_change_reaches_status_brief_handoff_and_files(work: Repo, run: Run) -> None:
    def views() -> tuple[str, str, str, str, str]:
        files = (work.place() / 'objectives.md').read_text()
        banner = (work.place() / 'banner').read_text()
        return run('status').out, run('brief').out, run('handoff').out, files, banner

    run('objectives', 'complete', 'google')
    status, brief, handoff, listed, banner = views()
    assert 'Objectives (1 of 2 done)' in status and '[x] obj-1 Google OAuth' in status
    assert '- [x] obj-1 Google OAuth\n' in brief and '1 of 2 objectives done' in brief
    assert '- [x] obj-1 Google OAuth\n- [ ] obj-2 GitHub OAuth\n' in handoff
    assert '- [x] obj-1 Google OAuth: done\n' in listed
    assert ': 1/2 objectives done\n  next: obj-2 GitHub OAuth\n' in banner

    run('objectives', 'start', '2')
    status, brief, handoff, listed, banner = views()
    assert '[▶] obj-2 GitHub OAuth' in status
    assert '- [>] obj-2 GitHub OAuth\n' in brief
    assert '- [ ] obj-2 GitHub OAuth (active)\n' in handoff
    assert 'now: obj-2 GitHub OAuth' in banner
    assert 'Session-Objective: obj-2 GitHub OAuth\n' in (work.place() / 'trailers').read_text()

    run('objectives', 'edit', 'obj-2', 'Codeberg OAuth')
    assert all('obj-2 Codeberg OAuth' in view for view in views())

    run('objectives', 'drop', '2', '--why', 'nobody asked')
    status, brief, handoff, listed, banner = views()
    assert 'Objectives (1 of 1 done)' in status and 'obj-2' not in status
    assert 'obj-2' not in brief.replace('obj-2 Codeberg OAuth (nobody', '')
    assert '- [ ] obj-2 Codeberg OAuth (dropped) (nobody asked)\n' in handoff
    assert 'obj-2 Codeberg OAuth: dropped (nobody asked)' in listed

    run('objectives', 'reopen', '2')
    status, brief, *_ = views()
    assert '[ ] obj-2 Codeberg OAuth' in status and '- [ ] obj-2 Codeberg OAuth' in brief


@pytest.mark.parametrize('wanted', ['obj-2', '2', 'github', 'GitHub OAuth', 'hub'])
def test_named_by_id_number_or_part_of_the_text(work: Repo, run: Run, wanted: str) -> None:
    assert run('objectives', 'start', wanted).err == 'obj-2 GitHub OAuth: active\n'


def test_complete_several_and_name_the_next(work: Repo, run: Run) -> None:
    run('objectives', 'add', 'Docs')
    said = run('objectives', 'complete', '1', 'obj-2', '1')
    assert said.err == (
        'obj-1 Google OAuth: done\nobj-2 GitHub OAuth: done\n'
        "hint: next is obj-3 Docs: 'git session objectives start 3'\n"
    )
    assert [each['type'] for each in work.events()].count('objective.complete') == 2


@pytest.mark.parametrize(
    ('arguments', 'status', 'message'),
    [
        (('complete', '9'), 1, "error: no objective '9'\nhint: this session has obj-1, obj-2\n"),
        (
            ('start', 'OAuth'),
            1,
            "error: 'OAuth' is ambiguous\nhint: it matches obj-1, obj-2\n",
        ),
        (
            ('start', 'Gitlab'),
            1,
            "error: no objective matches 'Gitlab'\nhint: see 'git session objectives'\n",
        ),
        (
            ('start', ''),
            1,
            "error: no objective matches ''\nhint: see 'git session objectives'\n",
        ),
        (('start', '1'), 1, 'error: obj-1 is active already\n'),
        (('reopen', '2'), 1, 'error: obj-2 is pending already\n'),
        (('add', ' '), 1, 'error: an objective needs a text\n'),
        (('add', 'one', ''), 1, 'error: an objective needs a text\n'),
        (('edit', '1', ''), 1, 'error: an objective needs a text\n'),
        (
            ('complete', '1', '9'),
            1,
            "error: no objective '9'\nhint: this session has obj-1, obj-2\n",
        ),
        (('add',), 129, "error: <text> is missing\nhint: see 'git session objectives -h'\n"),
        (('complete',), 129, "error: <id> is missing\nhint: see 'git session objectives -h'\n"),
        (('edit', '1'), 129, "error: <text> is missing\nhint: see 'git session objectives -h'\n"),
        (
            ('frob',),
            129,
            "error: unexpected argument 'frob'\nhint: see 'git session objectives -h'\n",
        ),
    ],
)
def test_refused_and_nothing_changed(
    work: Repo, run: Run, arguments: tuple[str, ...], status: int, message: str
) -> None:
    before = work.events()
    refused = run('objectives', *arguments, status=status)
    assert (refused.out, refused.err) == ('', message)
    assert work.events() == before


def test_control_characters_are_shown_escaped(work: Repo, run: Run) -> None:
    run('objectives', 'add', 'red \x1b[31m alert \u202e')
    for view in ('objectives', 'status', 'brief', 'handoff', 'log', 'show'):
        shown = run(view)
        assert '\x1b' not in shown.out and '\u202e' not in shown.out
        assert r'red \x1b[31m alert \u202e' in shown.out, view
    data = run('status', '--json').out
    assert '\x1b' not in data and '\u202e' not in data
    assert json.loads(data)['objectives'][2]['text'] == 'red \x1b[31m alert \u202e'


def test_a_text_that_begins_with_a_dash(work: Repo, run: Run) -> None:
    assert run('objectives', 'add', '--', '--fast').err == 'obj-3 --fast: pending\n'
