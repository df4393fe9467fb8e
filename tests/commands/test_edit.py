"""git session edit, with scripted editors."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.commands.conftest import Run
from tests.repo import Repo, Result

Edit = Callable[..., Result]


@pytest.fixture
def lists(work: Repo, run: Run) -> Repo:
    run('blockers', 'add', 'CI is red')
    run('decisions', 'add', 'Use PKCE')
    return work


@pytest.fixture
def edit(run: Run, monkeypatch: pytest.MonkeyPatch) -> Edit:
    def edit(*script: str, status: int = 0) -> Result:
        """Run `git session edit` where the editor is sed with these commands."""
        commands = ' '.join(f"-e '{command}'" for command in script)
        monkeypatch.setenv('GIT_EDITOR', f'sed -i {commands}')
        return run('edit', status=status)

    return edit


def test_what_the_editor_gets(
    lists: Repo, run: Run, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv('GIT_EDITOR', 'cat')
    said = run('edit')
    assert said.out.startswith(
        'active obj-1 Google OAuth\npending obj-2 GitHub OAuth\nopen blk-1 CI is red\n'
        'decided dec-1 Use PKCE\n\n# One line each: <state> <id> <text>.'
    )
    assert said.err == 'nothing changed\n'


def test_states_texts_additions_and_removals(lists: Repo, edit: Edit) -> None:
    said = edit(
        's/^active obj-1/done obj-1/', 's/^pending obj-2 GitHub/active obj-2 Codeberg/',
        '/^open blk-1/d', 's/Use PKCE/Use PKCE everywhere/',
        '$a pending Docs', '$a done Design', '$a open Quota', '$a decided No cookies',
    )  # fmt: skip
    assert (said.out, said.err) == ('', '10 changed\n')
    context = lists.context()
    assert [(each['id'], each['text'], each['state']) for each in context['objectives']] == [
        ('obj-1', 'Google OAuth', 'done'), ('obj-2', 'Codeberg OAuth', 'active'),
        ('obj-3', 'Docs', 'pending'), ('obj-4', 'Design', 'done'),
    ]  # fmt: skip
    assert [(each['text'], each['state']) for each in context['blockers']] == [
        ('CI is red', 'resolved'), ('Quota', 'open'),
    ]  # fmt: skip
    assert [each['text'] for each in context['decisions']] == [
        'Use PKCE everywhere',
        'No cookies',
    ]


def test_one_undo_takes_all_of_it_back(lists: Repo, run: Run, edit: Edit) -> None:
    before = lists.context()['objectives']
    edit('s/^active/done/', '/obj-2/d')
    assert [each['state'] for each in lists.context()['objectives']] == ['done', 'dropped']
    run('undo')
    assert lists.context()['objectives'] == before


@pytest.mark.parametrize(
    ('script', 'message'),
    [
        (
            's/^pending/waiting/',
            "line 2: unknown state 'waiting'; expected one of pending, active, done, dropped, "
            'open, resolved, decided',
        ),
        ('s/^pending.*/pending/', 'line 2: the text is missing'),
        ('s/^pending obj-2.*/pending obj-2/', 'line 2: the text is missing'),
        ('s/obj-2/obj-7/', "line 2: there is no objective 'obj-7'"),
        ('s/obj-2/blk-1/', "line 2: there is no objective 'blk-1'"),
        ('s/obj-2/obj-1/', "line 2: 'obj-1' is there twice"),
        ('/dec-1/d', 'dec-1 was removed; decisions cannot be removed'),
        ('d', 'nothing is left of the lists'),
    ],
)
def test_a_broken_line_keeps_everything(lists: Repo, edit: Edit, script: str, message: str) -> None:
    before = lists.events()
    refused = edit('s/^active/done/', script, status=1)
    path = lists.git('rev-parse', '--absolute-git-dir') + '/SESSION_EDIT'
    assert refused.err == (
        f"error: {message}\nhint: nothing was changed\nhint: your text is in '{path}'\n"
    )
    assert lists.events() == before


def test_the_editor_fails(lists: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('GIT_EDITOR', 'false')
    before = lists.events()
    assert run('edit', status=128).err == "fatal: there was a problem with the editor 'false'\n"
    assert lists.events() == before


def test_no_terminal_and_no_editor(lists: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv('GIT_EDITOR')
    assert run('edit', status=128).err == (
        'fatal: no terminal to edit in\nhint: set GIT_EDITOR to a program that edits a file\n'
    )


def test_the_editor_of_gits_configuration(lists: Repo, run: Run, edit: Edit) -> None:
    lists.git('config', 'core.editor', 'sed -i s/^active/done/')
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv('GIT_EDITOR')
        assert run('edit').err == '1 changed\n'


def test_carriage_returns_of_an_editor(lists: Repo, edit: Edit) -> None:
    assert edit('s/$/\\r/').err == 'nothing changed\n'
