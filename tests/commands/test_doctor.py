"""git session doctor."""

from __future__ import annotations

import json
import re

from tests.commands.conftest import Run
from tests.repo import Repo


def test_all_is_well(work: Repo, run: Run) -> None:
    name = work.context()['session']
    said = run('doctor')
    assert said.err == ''
    lines = said.out.splitlines()
    assert re.fullmatch(r'git session \d+\.\d+\.\d+, python 3\.\d+\.\d+', lines[0])
    assert re.fullmatch(r'git \d+\.\d+\S*: ok', lines[1])
    assert lines[2:] == [
        'hooks: ok', 'notes follow amend and rebase: ok', 'notes: ok', 'storage: ok',
        f'session {name}: ok', 'configuration: ok',
    ]  # fmt: skip


def test_missing_hooks_and_their_repair(work: Repo, run: Run) -> None:
    (work.path / '.git/hooks/post-commit').unlink()
    (work.path / '.git/hooks/commit-msg').chmod(0o644)
    work.git('config', '--unset', 'include.path')
    said = run('doctor', status=1)
    assert 'hook commit-msg: not executable\nhook post-commit: not installed (none)\n' in said.out
    assert 'notes follow amend and rebase: no\n' in said.out
    assert "hint: 'git session hooks install'\n" in said.err
    said = run('doctor', '--fix')
    assert 'hooks: fixed\nnotes follow amend and rebase: ok\n' in said.out
    assert run('doctor').out.count(': ok\n') == 7
    work.git('config', '--unset', 'include.path')
    assert 'notes follow amend and rebase: fixed\n' in run('doctor', '--fix').out
    assert work.git('config', 'notes.rewriteRef') == 'refs/notes/session'


def test_generated_files_are_made_again(work: Repo, run: Run) -> None:
    kept = (work.place() / 'trailers').read_text()
    (work.place() / 'trailers').write_text('Session-Id: wrong\n')
    (work.place() / 'banner').unlink()
    run('doctor', '--fix')
    assert (work.place() / 'trailers').read_text() == kept
    assert (work.place() / 'banner').exists()


def test_lines_that_cannot_be_read(work: Repo, run: Run) -> None:
    with (work.place() / 'events.jsonl').open('ab') as file:
        file.write(b'not an event\n')
    name = work.context()['session']
    said = run('doctor', status=1)
    assert f'session {name}: 1 line' in said.out
    assert "events.jsonl' cannot be read\n" in said.out
    assert 'hint: they are kept and passed over\n' in said.err


def test_a_fetch_that_overwrites_notes(work: Repo, run: Run) -> None:
    work.git('config', 'remote.origin.fetch', '+refs/notes/*:refs/notes/*')
    said = run('doctor', status=1)
    assert 'notes: a fetch overwrites them: remote.origin.fetch +refs/notes/*' in said.out


def test_a_bad_configuration(work: Repo, run: Run) -> None:
    work.write_file('.session/config.yaml', 'session:\n  idle_timeout: soon\n')
    said = run('doctor', status=1)
    assert 'idle_timeout' in said.out


def test_json(work: Repo, run: Run) -> None:
    record = json.loads(run('doctor', '--json').out)
    assert record['schema'] == 'git-session/doctor/1'
    assert {each['problem'] for each in record['findings']} == {''}


def test_without_a_session(repo: Repo, run: Run) -> None:
    assert 'hook post-commit: not installed (none)\n' in run('doctor', status=1).out
    run('doctor', '--fix')
    run('doctor')
