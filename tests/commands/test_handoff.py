"""git session handoff."""

from __future__ import annotations

import json

import pytest

from tests.commands.conftest import Run
from tests.repo import Repo


def test_of_now(work: Repo, run: Run) -> None:
    head = work.commit('add b', **{'b.txt': 'two\n'})
    said = run('handoff')
    assert said.err == ''
    assert f'head: {head}\n' in said.out and 'state: active\n' in said.out
    assert f'- {head[:10]} add b (Ann Author)\n' in said.out
    assert (work.place() / 'handoff.md').read_text() == said.out
    assert work.events()[-1]['type'] == 'handoff'


def test_to_a_file(work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (work.path / 'deep').mkdir()
    monkeypatch.chdir(work.path / 'deep')
    said = run('handoff', '-o', 'hand off.md')
    assert (said.out, said.err) == ('', 'handoff written to hand off.md\n')
    written = (work.path / 'deep/hand off.md').read_text()
    assert written == (work.place() / 'handoff.md').read_text()


def test_a_file_of_somebody_is_not_overwritten(work: Repo, run: Run) -> None:
    (work.path / 'mine.md').write_text('# mine\n')
    assert run('handoff', '-o', 'mine.md', status=128).err == (
        "fatal: 'mine.md' already exists\n"
        'hint: it is no handoff of git session: move it, or name another\n'
    )
    assert (work.path / 'mine.md').read_text() == '# mine\n'
    run('handoff', '-o', 'ours.md')
    run('note', 'more')
    run('handoff', '-o', 'ours.md')  # one of ours is replaced
    assert (work.path / 'ours.md').read_text() == (work.place() / 'handoff.md').read_text()
    assert run('handoff', '-o', '-').out == (work.place() / 'handoff.md').read_text()
    assert not (work.path / '-').exists()


def test_a_file_that_cannot_be_written(work: Repo, run: Run) -> None:
    before = work.events()
    refused = run('handoff', '-o', 'nowhere/x.md', status=128)
    assert work.events() == before
    assert refused.err == "fatal: could not write 'nowhere/x.md': No such file or directory\n"


def test_json(work: Repo, run: Run) -> None:
    record = json.loads(run('handoff', '--json').out)
    assert record['schema'] == 'git-session/handoff/1'
    assert [each['text'] for each in record['objectives']] == ['Google OAuth', 'GitHub OAuth']


def test_an_old_one_says_what_moved_since(work: Repo, run: Run) -> None:
    head = work.commit('add b', **{'b.txt': 'two\n'})
    name = work.context()['session']
    written = run('end').out
    shown = run('handoff', name)
    assert (shown.out, shown.err) == (written, '')
    work.commit('later', **{'b.txt': 'three\n'})
    work.commit('later still', **{'c.txt': 'four\n'})
    shown = run('handoff', 'work')
    assert shown.out == written
    assert shown.err == f'hint: 2 commits and 2 files since this was written at {head[:10]}\n'
    record = json.loads(run('handoff', name[:8], '--json').out)
    assert record == {
        'schema': 'git-session/written-handoff/1', 'session': name, 'branch': 'work',
        'text': written, 'since': shown.err.removeprefix('hint: ').rstrip('\n'),
    }  # fmt: skip
    work.git('switch', '-q', 'main')
    work.git('branch', '-qD', 'work')
    assert run('handoff', name).err == ''  # the branch is gone: nothing to compare with


def test_an_old_session_without_one(work: Repo, run: Run) -> None:
    name = work.context()['session']
    run('end', '--no-handoff')
    assert run('handoff', name, status=1).err == (
        f"error: session {name} has no handoff\nhint: see 'git session show {name}'\n"
    )


def test_no_such_session(work: Repo, run: Run) -> None:
    assert run('handoff', 'nothing', status=1).err == (
        "error: no session 'nothing'\nhint: see 'git session history'\n"
    )
