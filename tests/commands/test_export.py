"""git session export."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from git_session import archive, eventlog, events, transfer
from git_session.main import main
from tests.commands.conftest import Run
from tests.made import Log, full_log
from tests.repo import Repo

SCHEMAS = Path(__file__).parent.parent / 'schemas'


def log_of(repo: Repo) -> list[bytes]:
    return (repo.place() / 'events.jsonl').read_bytes().splitlines()


def put(repo: Repo, log: Log, *, live: str = '') -> None:
    """A session made by hand: finished, or live on a branch."""
    sessions = str(repo.sessions)
    place = eventlog.directory(sessions, live) if live else archive.folder(sessions, log.session)
    Path(place).mkdir(parents=True, exist_ok=True)
    eventlog.append(place, [events.encode(event) for event in log.events])
    Path(place, eventlog.ID).write_text(log.session + '\n')
    if not live:
        session = archive.load(place)[0]
        archive.put(sessions, place, session, archive.summary(session, idle=1800, figures={}))


def with_secret(repo: Repo) -> None:
    """A note whose text was found to look like a secret."""
    log = Log(repo.context()['session'])
    log.now += 10 * 365 * 86400
    log.add('note', text='key is hunter2', public={'text': 'key is ***'})
    with (repo.place() / 'events.jsonl').open('ab') as file:
        file.write(events.encode(log.events[0]) + b'\n')


def test_the_current_session(work: Repo, run: Run) -> None:
    said = run('export')
    assert said.err == ''
    record = tomllib.loads(said.out)
    assert record['schema'] == 'git-session/session/1'
    assert record['session'] == work.context()['session']
    assert [each['text'] for each in record['objectives']] == ['Google OAuth', 'GitHub OAuth']
    back = transfer.from_toml(said.out.encode(), 'x')[1]
    assert [events.encode(each) for each in back] == log_of(work)
    assert run('export').out == said.out


def test_whatever_names_a_session(work: Repo, run: Run) -> None:
    work.commit('b', **{'b.txt': ''})
    name = work.context()['session']
    run('end', '--no-handoff')
    whole = run('export', name).out
    assert whole == (work.sessions / '.archive' / name / 'session.toml').read_text()
    for wanted in ('work', name[:-2], '@{1}'):
        assert run('export', wanted).out == whole
    assert run('export', 'nothing', status=1).err == (
        "error: no session 'nothing'\nhint: see 'git session history'\n"
    )
    assert run('export', status=1).err.startswith("error: no session on branch 'work'\n")


def test_in_utf_8_whatever_the_locale(work: Repo) -> None:
    work.session('note', 'größer ▶')
    text = work.session('export', LC_ALL='C', PYTHONUTF8='0', PYTHONCOERCECLOCALE='0')
    assert tomllib.loads(text)['notes'][0]['text'] == 'größer ▶'


def test_to_a_file(work: Repo, run: Run) -> None:
    said = run('export', '-o', 'a b.toml')
    assert (said.out, said.err) == ('', 'exported to a b.toml\n')
    path = work.path / 'a b.toml'
    assert path.read_text() == run('export', '-o', '-').out
    run('note', 'more')
    run('export', '-o', 'a b.toml')  # an export of ours is replaced
    assert path.read_text() == run('export').out
    run('export', '--all', '-o', 'a b.toml')
    run('export', '-o', 'a b.toml')
    assert sorted(os.listdir(work.path)) == ['.git', 'a b.toml', 'a.txt']


def test_nothing_else_is_overwritten(work: Repo, run: Run, tmp_path: Path) -> None:
    (work.path / 'mine').write_text('schema = "mine"\n')
    assert run('export', '-o', 'mine', status=128).err == (
        "fatal: 'mine' already exists\n"
        'hint: it is no export of git session: move it, or name another\n'
    )
    assert (work.path / 'mine').read_text() == 'schema = "mine"\n'
    (work.path / 'link').symlink_to('mine')
    assert run('export', '-o', 'link', status=128).err.startswith("fatal: 'link' already exists\n")
    (work.path / 'empty').touch()
    (work.path / 'link2').symlink_to('empty')
    run('export', '-o', 'link2')
    assert (work.path / 'link2').is_symlink()
    assert (work.path / 'empty').read_text() == run('export').out


@pytest.mark.parametrize(
    ('path', 'why'), [('no/x.toml', 'No such file or directory'), ('.', 'Is a directory')]
)
def test_a_file_that_cannot_be_written(work: Repo, run: Run, path: str, why: str) -> None:
    assert run('export', '-o', path, status=128).err == f"fatal: could not write '{path}': {why}\n"


def test_a_full_disk_leaves_the_old_file(
    work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run('export', '-o', 'x.toml')
    before = (work.path / 'x.toml').read_text()

    def full(_: int) -> None:
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr('git_session.commands.export.os.fsync', full)
    assert run('export', '-o', 'x.toml', status=128).err == (
        "fatal: could not write 'x.toml': No space left on device\n"
    )
    assert (work.path / 'x.toml').read_text() == before
    assert sorted(os.listdir(work.path)) == ['.git', 'a.txt', 'x.toml']


def test_to_a_pipe(work: Repo) -> None:
    done = work.run('sh', '-c', 'git session export -o /dev/stdout | cat')
    assert done.out == work.session('export') + '\n'


def test_what_looks_like_a_secret(work: Repo, run: Run) -> None:
    with_secret(work)
    said = run('export')
    assert 'key is hunter2' in said.out
    assert said.err == (
        'warning: 1 text looks like a secret and left as written\n'
        "hint: '--redact' writes it redacted\n"
    )
    said = run('export', '--redact')
    assert (said.err, 'hunter2' in said.out) == ('', False)
    assert said.out.count('text = "key is ***"\n') == 2  # the note and its event
    for flags in (['--all'], ['--format', 'jsonl']):
        assert 'hunter2' in run('export', *flags).out
        said = run('export', '--redact', *flags)
        assert (said.err, 'hunter2' in said.out, 'key is ***' in said.out) == ('', False, True)


def check(lines: list[str]) -> list[Any]:
    schema = json.loads((SCHEMAS / 'export.json').read_text())
    Draft202012Validator.check_schema(schema)
    found = [json.loads(line) for line in lines]
    wrong = [error.message for each in found
             for error in Draft202012Validator(schema).iter_errors(each)]  # fmt: skip
    assert wrong == []
    return found


def test_all_as_lines(work: Repo, run: Run) -> None:
    log = full_log()
    log.add('end', result='merged', into='main')
    put(work, log)
    run('note', 'stray \udce9')
    said = run('export', '--all')
    assert said.err == ''
    assert run('export', '--all', '--format', 'jsonl').out == said.out
    found = check(said.out.splitlines())
    sessions = [each for each in found if each['record'] == 'session']
    name = work.context()['session']
    counts = {name: len(log_of(work)), log.session: len(log.events)}
    # in the order of ids
    assert {each['session']: each['events'] for each in sessions} == counts
    assert [each['session'] for each in sessions] == sorted(counts)
    (finished,) = (each for each in sessions if each['session'] == log.session)
    assert {key: finished[key] for key in ('branch', 'state', 'result', 'objectives')} == {
        'branch': 'feature/auth', 'state': 'ended', 'result': 'merged', 'objectives': 3,
    }  # fmt: skip
    raw = [each.get('event') or json.loads(each['line'])
           for each in found if each['record'] == 'event']  # fmt: skip
    lines = log_of(work) + [events.encode(event) for event in log.events]
    assert sorted(map(str, raw)) == sorted(str(json.loads(line)) for line in lines)


def test_one_as_lines(work: Repo, run: Run) -> None:
    put(work, full_log())
    found = check(run('export', '--format', 'jsonl').out.splitlines())
    assert {each['session'] for each in found if 'session' in each} == {work.context()['session']}


def test_all_where_there_is_nothing(repo: Repo, run: Run) -> None:
    assert run('export', '--all') == (0, '', '')


def test_a_damaged_log_says_so(work: Repo, run: Run) -> None:
    with (work.place() / 'events.jsonl').open('ab') as file:
        file.write(b'torn\n')
    said = run('export')
    assert said.err == f'warning: 1 line of {work.context()["session"]} cannot be read\n'
    assert len(transfer.from_toml(said.out.encode(), 'x')[1]) == len(log_of(work)) - 1


def test_what_does_not_go_together(work: Repo, run: Run) -> None:
    assert run('export', '--all', 'work', status=129).err == (
        "error: --all and 'work' cannot be used together\nhint: see 'git session export -h'\n"
    )
    assert run('export', '--all', '--format', 'toml', status=129).err == (
        "error: --all needs '--format jsonl'\nhint: see 'git session export -h'\n"
    )


def test_one_session_at_a_time(work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written is written before the next log is read."""
    for number in range(3):
        put(work, Log(f'a-{number}'))
        log = Log(f'a-{number}')
        log.add('note', text='x')
        put(work, log)
    steps: list[str] = []
    load = archive.load

    def read(place: str) -> Any:
        steps.append('read')
        return load(place)

    monkeypatch.setattr('git_session.output.data', lambda data: steps.extend(['write']))
    monkeypatch.setattr('git_session.archive.load', read)
    assert main(['export', '--all']) == 0
    assert steps[-6:] == ['read', 'write'] * 3
