"""git session import."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from git_session import archive, eventlog, events, transfer
from git_session.replay import replay
from tests.commands.conftest import Run
from tests.commands.test_export import put
from tests.made import Log, full_log
from tests.repo import Repo

NAME = full_log().session


def write(repo: Repo, log: Log, name: str = 'x.toml') -> None:
    (repo.path / name).write_text(transfer.to_toml(log.session, log.events))


def lines_here(repo: Repo, name: str = NAME) -> list[bytes]:
    path = repo.sessions / '.archive' / name / 'events.jsonl'
    return path.read_bytes().splitlines()


def encoded(log: Log) -> list[bytes]:
    return [events.encode(event) for event in log.events]


def everything(repo: Repo) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for path in sorted(repo.sessions.rglob('*'))
        if path.is_file() and path.name not in ('.lock', '.bindings', '.seen')
    }


def test_a_session_that_is_not_here(repo: Repo, run: Run) -> None:
    log = full_log()
    write(repo, log)
    said = run('import', 'x.toml')
    assert said.out == f'{NAME}: new here, {len(log.events)} new events\n'
    assert said.err == "hint: go on with it: 'git session resume feature/auth'\n"
    assert lines_here(repo) == encoded(log)
    session = archive.load(archive.folder(str(repo.sessions), NAME))[0]
    assert vars(session) == vars(replay(NAME, log.events, {each.id for each in log.events}))
    (record,) = json.loads(run('history', '--json').out)['sessions']
    assert (record['session'], record['branch'], record['state']) == (
        NAME, 'feature/auth', 'active',
    )  # fmt: skip
    assert run('export', NAME).out == (repo.path / 'x.toml').read_text()


def test_a_second_time_there_is_nothing_new(repo: Repo, run: Run) -> None:
    write(repo, full_log())
    run('import', 'x.toml')
    before = everything(repo)
    said = run('import', 'x.toml')
    assert (said.out, said.err) == ('', 'nothing new\n')
    assert everything(repo) == before


def test_one_that_is_archived_is_united(repo: Repo, run: Run) -> None:
    log = full_log()
    log.add('end', result='ended')
    put(repo, log)
    index = repo.sessions / '.archive/index.jsonl'
    record = {**json.loads(index.read_text()), 'commits': 7, 'files': 3}
    index.write_text(json.dumps(record) + '\n')
    theirs = full_log()
    theirs.now += 5
    theirs.add('objective.add', text='Theirs')
    write(repo, theirs)
    said = run('import', 'x.toml')
    assert (said.out, said.err) == (f'{NAME}: 1 new event\n', '')
    united = lines_here(repo)
    assert sorted(united) == sorted({*encoded(log), *encoded(theirs)})
    found = archive.index(str(repo.sessions))
    assert [(each['objectives'], each['commits'], each['files']) for each in found] == [(4, 7, 3)]
    toml = (repo.sessions / '.archive' / NAME / 'session.toml').read_text()
    assert 'text = "Theirs"' in toml
    assert toml == run('export', NAME).out


def test_one_that_is_live_is_united(work: Repo, run: Run) -> None:
    name = work.context()['session']
    run('export', '-o', 'x.toml')
    theirs = Log(name)
    theirs.now += 10 * 365 * 86400
    first = theirs.add('objective.add', text='Theirs')
    theirs.add('objective.complete', ref=first)
    with (work.path / 'y.jsonl').open('wb') as file:
        file.writelines(line + b'\n' for line in encoded(theirs))
    run('note', 'here')
    assert run('import', 'y.jsonl').out == f'{name}: 2 new events\n'
    assert run('import', 'x.toml').err == 'nothing new\n'
    assert [each['text'] for each in work.context()['objectives']] == [
        'Google OAuth', 'GitHub OAuth', 'Theirs',
    ]  # fmt: skip
    assert '- [x] obj-3 Theirs: done\n' in (work.place() / 'objectives.md').read_text()
    assert work.context()['notes'][0]['text'] == 'here'
    assert not (work.sessions / '.archive').exists()


def test_what_was_redacted_here_is_completed_and_not_the_other_way_round(
    repo: Repo, run: Run
) -> None:
    full, public = full_log(), full_log()
    full.add('note', text='key hunter2', public={'text': 'key ***'})
    public.events = list(map(events.published, full.events))
    write(repo, public, 'public.toml')
    write(repo, full, 'full.toml')
    run('import', 'public.toml')
    assert run('import', 'full.toml').out == f'{NAME}: 1 event in full that was not\n'
    assert run('import', 'full.toml').err == 'nothing new\n'
    assert run('import', 'public.toml').err == 'nothing new\n'
    session = archive.load(archive.folder(str(repo.sessions), NAME))[0]
    assert session.notes[-1].text == 'key hunter2'


def test_a_secret_that_nobody_marked(repo: Repo, run: Run) -> None:
    """A file may be older than the detector, or written by hand."""
    token = 'ghp' + '_' + '0123456789abcdefghijABCDEFGHIJ012345'
    log = full_log()
    log.add('note', text=f'token={token}')
    write(repo, log)
    run('import', 'x.toml')
    assert b'"public":{"text":"' in lines_here(repo)[-1]
    assert run('import', 'x.toml').err == 'nothing new\n'
    said = run('export', NAME)
    assert token in said.out
    assert said.err.startswith('warning: 1 text looks like a secret')
    assert token not in run('export', NAME, '--redact').out


def test_all_of_another_clone(work: Repo, run: Run, make_repo: Callable[..., Repo]) -> None:
    put(work, full_log())
    merged = Log('merged-1')
    merged.add('start', branch='refs/heads/merged')
    merged.add('end', result='merged', into='main')
    put(work, merged)
    name = work.context()['session']
    run('export', '--all', '-o', '../all.jsonl')
    count = len(work.events())
    other = make_repo('other')
    said = run('import', '../all.jsonl')
    events_of = {'merged-1': 2, name: count, NAME: len(full_log().events)}
    assert said.out.splitlines() == [
        f'{each}: new here, {events_of[each]} new events' for each in sorted(events_of)
    ]
    assert said.err == '3 sessions: 3 new sessions, 0 with new events\n'
    assert run('import', '../all.jsonl').err == 'nothing new\n'
    assert lines_here(other, name) == (work.place() / 'events.jsonl').read_bytes().splitlines()
    assert [each['result'] for each in archive.index(str(other.sessions))] == [
        'merged', None, None,
    ]  # fmt: skip


def test_its_figures_are_those_of_its_branch_here(repo: Repo, run: Run) -> None:
    log = Log('s-1')
    log.add('start', branch='refs/heads/work', base=repo.git('rev-parse', 'HEAD'))
    write(repo, log)
    repo.git('switch', '-qc', 'work')
    repo.commit('one more')
    run('import', 'x.toml')
    (record,) = json.loads(run('history', '--metrics', '--json').out)['sessions']
    assert (record['session'], record['commits']) == ('s-1', 1)
    run('start', '-o', 'Another one, on the same branch')
    records = json.loads(run('history', '--metrics', '--json').out)['sessions']
    assert {each['session'][:2]: each['commits'] for each in records}['s-'] == 1


def test_in_any_order_and_in_parts(repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('git_session.commands.import_._MOST_EVENTS', 5)
    log = full_log()
    (repo.path / 'x').write_bytes(b'\n'.join(encoded(log)[::-1]))
    assert run('import', 'x').out == f'{NAME}: new here, {len(log.events)} new events\n'
    assert sorted(lines_here(repo)) == sorted(encoded(log))
    assert len(archive.index(str(repo.sessions))) == 1


def test_from_standard_input_and_a_pipe(repo: Repo) -> None:
    write(repo, full_log())
    repo.git('session', 'import', '-', stdin=(repo.path / 'x.toml').read_bytes())
    done = repo.run('bash', '-c', 'git session import <(cat x.toml)')
    assert done == (0, '', 'nothing new\n')
    small = 'ulimit -v 600000 && exec git session import -'  # KiB, less than a pipe may bring
    held = repo.run('sh', '-c', small, stdin=(repo.path / 'x.toml').read_bytes())
    assert (held.status, held.err.count('\n')) == (0, 1), held
    refused = repo.run('git', 'session', 'import', '-', stdin='x')
    assert refused.err.startswith("fatal: cannot read '<stdin>': ")


def test_a_merged_one_is_not_offered_to_go_on(repo: Repo, run: Run) -> None:
    log = full_log()
    log.add('end', result='merged', into='main')
    write(repo, log)
    assert run('import', 'x.toml').err == ''


def broken(text: str) -> str:
    return transfer.to_toml(NAME, full_log().events) + text


REFUSED: list[tuple[str, str]] = [
    ('', "'x' is not an export of git session"),
    ('{"record":"session","schema":"git-session/export/1"}\n', "'x' holds no session"),
    ('x = "', "cannot read 'x': unterminated string (at line 1, column 6: the end)"),
    (broken('\n[[events]]\nid = 3\n'), "cannot read 'x': event 19: it is not an event"),
    (broken('').replace(f'session = "{NAME}"', 'session = "index.jsonl"'),
     "'x' names no session: 'index.jsonl' is not a session id"),
    (broken('').replace('refs/heads/feature/auth', 'refs/heads/../../x'),
     "cannot read 'x': event 1: 'refs/heads/../../x' is not a valid branch name"),
    (broken('').replace('session/1"', 'session/9"'),
     "'x' is of a newer version of git session: git-session/session/9\n"
     'hint: this version reads git-session/session/1'),
    ('{"v":1,"id":"a","at":"2026-11-22T23:02:26Z","session":"s","type":"note","text":"x"}\n{\n',
     "cannot read 'x': line 2: it is not an event"),
]  # fmt: skip


@pytest.mark.parametrize(('text', 'said'), REFUSED)
def test_what_is_refused_changes_nothing(work: Repo, run: Run, text: str, said: str) -> None:
    (work.path / 'x').write_text(text)
    before = everything(work)
    assert run('import', 'x', status=128).err == f'fatal: {said}\n'
    assert everything(work) == before


@pytest.mark.parametrize(
    ('path', 'why'), [('no', 'No such file or directory'), ('.', 'Is a directory')]
)
def test_a_file_that_cannot_be_read(repo: Repo, run: Run, path: str, why: str) -> None:
    assert run('import', path, status=128).err == (
        f"fatal: could not open '{path}' for reading: {why}\n"
    )


def test_what_git_would_take_for_an_option(repo: Repo, run: Run, tmp_path: Path) -> None:
    """The base of a session goes to git log; one from a file is only an object id there."""
    target = tmp_path / 'written'
    log = Log('evil-1')
    log.add('start', branch='refs/heads/evil', base=f'--output={target}',
            base_ref=f'--output={target}', head=f'--output={target}')  # fmt: skip
    log.add('commit', commit=f'--output={target}')
    log.add('handoff', commit=f'--output={target}')
    write(repo, log)
    run('import', 'x.toml')
    repo.git('branch', 'evil')
    for words in (['show'], ['log'], ['export']):
        run(*words, 'evil-1')
    run('history', '--metrics')
    place = archive.folder(str(repo.sessions), 'evil-1')
    archive.move(place, eventlog.directory(str(repo.sessions), 'evil'))
    repo.git('config', 'branch.evil.session', 'evil-1')
    repo.git('switch', '-q', 'evil')
    repo.commit('more')
    for words in (['status'], ['brief'], ['handoff']):
        run(*words)
    assert not target.exists()


def test_one_that_is_killed_is_found_again(
    repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every step on the disk is the last one once; the next import finishes it."""
    write(repo, full_log())

    class Killed(BaseException):
        pass

    left = [0]

    def counted(step: Callable[..., Any]) -> Callable[..., Any]:
        def call(*words: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                raise Killed
            return step(*words, **named)

        return call

    for number in range(1, 40):
        left[0] = number
        try:
            with monkeypatch.context() as patch:
                for step in ('replace', 'makedirs', 'write', 'fsync'):
                    patch.setattr(os, step, counted(getattr(os, step)))
                run('import', 'x.toml')
            break
        except Killed:
            pass
        run('import', 'x.toml')
        assert lines_here(repo) == encoded(full_log())
        assert [each['session'] for each in archive.index(str(repo.sessions))] == [NAME]
        assert 'obj-2 Google OAuth' in run('show', NAME).out
        for path in (repo.sessions / '.archive').rglob('*'):
            if path.is_file():
                path.unlink()
    else:
        raise AssertionError('it never ended')
    assert number > 3
