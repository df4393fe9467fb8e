"""Finished sessions: every one is found again, whoever was killed and whatever was damaged."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from git_session import archive, eventlog, events
from git_session.errors import REFUSED, SessionError
from tests.made import Log
from tests.repo import Repo, Result

Run = Callable[..., Result]


@pytest.fixture
def sessions(tmp_path: Path) -> str:
    path = tmp_path / 'sessions'
    path.mkdir()
    return str(path)


def opened(sessions: str, branch: str, name: str = '', at: int = 0) -> Log:
    """A live session with one objective; `at` makes it newer."""
    log = Log(name or branch)
    log.now += at
    log.add('start', branch='refs/heads/' + branch, by='Ann <ann@x>')
    log.add('objective.add', text=f'goal of {log.session}')
    place = Path(eventlog.directory(sessions, branch))
    place.mkdir(parents=True, exist_ok=True)
    eventlog.append(str(place), [events.encode(event) for event in log.events])
    (place / eventlog.ID).write_text(log.session + '\n')
    return log


def finish(sessions: str, branch: str, log: Log) -> None:
    place = eventlog.directory(sessions, branch)
    log.add('end', result='ended')
    eventlog.append(place, [events.encode(log.events[-1])])
    session = archive.load(place)[0]
    record = archive.summary(session, idle=1800, figures={'commits': 3})
    archive.put(sessions, place, session, record)


def names(sessions: str) -> list[str]:
    return [record['session'] for record in archive.index(sessions)]


def test_put_and_take(sessions: str) -> None:
    log = opened(sessions, 'deep/work', 's-1')
    finish(sessions, 'deep/work', log)
    assert os.listdir(sessions) == ['.archive']
    assert sorted(os.listdir(archive.folder(sessions, 's-1'))) == [
        'events.jsonl', 'id', 'session.toml',
    ]  # fmt: skip
    record = archive.index(sessions)[0]
    assert {key: record[key] for key in ('session', 'branch', 'state', 'result', 'commits')} == {
        'session': 's-1', 'branch': 'deep/work', 'state': 'ended', 'result': 'ended', 'commits': 3,
    }  # fmt: skip
    archive.take(sessions, 's-1', eventlog.directory(sessions, 'deep/work'))
    assert eventlog.live(sessions) == {'deep/work': 's-1'}
    assert archive.index(sessions) == []
    assert os.listdir(os.path.join(sessions, '.archive')) == ['index.jsonl']
    finish(sessions, 'deep/work', log)
    assert names(sessions) == ['s-1']


def test_the_sessions_of_longer_names_stay(sessions: str) -> None:
    log = opened(sessions, 'a', 's-1')
    opened(sessions, 'a/b', 's-2')
    finish(sessions, 'a', log)
    assert eventlog.live(sessions) == {'a/b': 's-2'}


def test_session_toml_is_a_complete_record(sessions: str) -> None:
    log = opened(sessions, 'work', 's-1')
    log.add('checkpoint', label='café ▶ "x"', impact={'added': ['a'], 'lines_added': 1})
    log.add('note', text='stray \udce9 and \ud800\n\x1b')
    eventlog.append(
        eventlog.directory(sessions, 'work'), [events.encode(e) for e in log.events[-2:]]
    )
    finish(sessions, 'work', log)
    with open(os.path.join(archive.folder(sessions, 's-1'), 'session.toml'), 'rb') as file:
        record = tomllib.load(file)
    assert record['schema'] == 'git-session/session/1'
    assert record['objectives'][0]['text'] == 'goal of s-1'
    assert 'base' not in record
    assert [event['type'] for event in record['events']] == [
        'start', 'objective.add', 'checkpoint', 'note', 'end',
    ]  # fmt: skip
    assert record['events'][2]['label'] == 'café ▶ "x"'
    assert record['notes'][0]['text'] == 'stray \\udce9 and \\ud800\n\x1b'


def test_the_index_is_derived(sessions: str) -> None:
    for number in range(3):
        finish(sessions, f'b{number}', opened(sessions, f'b{number}', at=1000 * number))
    index = Path(sessions, '.archive', 'index.jsonl')
    whole = archive.index(sessions)
    lines = index.read_bytes().splitlines(keepends=True)
    index.write_bytes(lines[0] + lines[1][:-20])
    assert names(sessions) == ['b0', 'b1', 'b2']
    assert [record['commits'] for record in archive.index(sessions)] == [3, None, None]
    index.unlink()
    again = archive.index(sessions)
    assert [{**record, 'commits': 3} for record in again] == whole
    bad = (b'{}', b'[]', b'\xff', b'{"session":1}', b'{"session":"../x","state":"ended"}',
           b'{"session":"b0","state":"ended"}', b'[' * 10000)  # fmt: skip
    index.write_bytes(b'\n'.join(bad) + b'\n')
    assert names(sessions) == ['b0', 'b1', 'b2']


def test_a_line_after_a_torn_one_counts(sessions: str) -> None:
    log = opened(sessions, 'work', 's-1')
    finish(sessions, 'work', log)
    with Path(sessions, '.archive', 'index.jsonl').open('a') as file:
        file.write('{"session":"s-2","sta')
    archive.take(sessions, 's-1', eventlog.directory(sessions, 'work'))
    assert archive.index(sessions) == []


def test_of_several_lines_the_newest_counts(sessions: str) -> None:
    finish(sessions, 'work', opened(sessions, 'work', 's-1'))
    finish(sessions, 'other', opened(sessions, 'other', 's-2'))
    index = Path(sessions, '.archive', 'index.jsonl')
    record = json.loads(index.read_bytes().splitlines()[0])
    with index.open('a') as file:
        file.write(json.dumps({**record, 'result': 'merged'}) + '\n')
    assert [(each['session'], each['result']) for each in archive.index(sessions)] == [
        ('s-2', 'ended'), ('s-1', 'merged'),
    ]  # fmt: skip


def test_a_move_onto_what_a_killed_move_left(sessions: str) -> None:
    opened(sessions, 'work', 's-1')
    place, target = eventlog.directory(sessions, 'work'), archive.folder(sessions, 's-1')
    os.makedirs(target)
    os.replace(os.path.join(place, eventlog.LOG), os.path.join(target, eventlog.LOG))
    extra = Log('s-1')
    extra.add('note', 9999, text='since then')
    eventlog.append(place, [events.encode(event) for event in extra.events])
    for home in (place, target):
        Path(home, eventlog.PUBLISHED).write_text('40')
    Path(place, 'context.json.4711.tmp').write_text('half')
    archive.move(place, target)
    session = archive.load(target)[0]
    assert [each.text for each in session.objectives] == ['goal of s-1']
    assert [each.text for each in session.notes] == ['since then']
    assert sorted(os.listdir(target)) == ['events.jsonl', 'id']
    assert not os.path.exists(place)


def test_find(sessions: str) -> None:
    opened(sessions, 'work', 'work-20261122-aaaa', at=500)
    opened(sessions, 'other', 'other-20261122-bbbb', at=400)
    finish(sessions, 'done', opened(sessions, 'done', 'done-20261122-cccc', at=100))
    finish(sessions, 'done', opened(sessions, 'done', 'done-20261123-dddd', at=150))

    def found(wanted: str, current: str | None = 'work-20261122-aaaa') -> str:
        return Path(archive.find(sessions, wanted, current)).name

    for wanted, name in (
        ('work-20261122-aaaa', 'work'), ('work', 'work'), ('work-2', 'work'), ('o', 'other'),
        ('other', 'other'), ('done', 'done-20261123-dddd'), ('done-20261122', 'done-20261122-cccc'),
        ('@{0}', 'work'), ('@{1}', 'other'), ('@{2}', 'done-20261123-dddd'),
        ('@{3}', 'done-20261122-cccc'),
    ):  # fmt: skip
        assert found(wanted) == name, wanted
    assert found('@{1}', None) == 'work'
    assert found('@{1}', 'other-20261122-bbbb') == 'work'


@pytest.mark.parametrize(
    ('wanted', 'message', 'hints'),
    [
        ('nothing', "no session 'nothing'", ("see 'git session history'",)),
        ('', "no session ''", ("see 'git session history'",)),
        ('done-', "session 'done-' is ambiguous", ('done-1', 'done-2')),
        ('@{7}', "no session '@{7}'", ()),
        ('@{x}', "no session '@{x}'", ("see 'git session history'",)),
        ('../../x', "no session '../../x'", ("see 'git session history'",)),
        ('@{' + '9' * 5000 + '}', "no session '@{" + '9' * 5000 + "}'", None),
    ],
)
def test_what_is_not_found(
    sessions: str, wanted: str, message: str, hints: tuple[str, ...] | None
) -> None:
    for number in (1, 2):
        finish(sessions, 'done', opened(sessions, 'done', f'done-{number}', at=number))
    with pytest.raises(SessionError) as caught:
        archive.find(sessions, wanted, None)
    assert (caught.value.message, caught.value.status) == (message, REFUSED)
    assert hints is None or caught.value.hints == hints


@pytest.mark.parametrize('name', ['', '.', '..', '.x', '-x', 'a/b', 'a\0b'])
def test_an_id_is_a_file_name(sessions: str, name: str) -> None:
    with pytest.raises(SessionError) as caught:
        archive.folder(sessions, name)
    assert caught.value.message == f"'{name}' is not a session id"


def test_an_end_that_is_killed_anywhere(
    repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every step of `end` on the disk is the last one once; the next command finds all there is."""
    run('start', 'work', '-o', 'goal')
    repo.commit('c')
    name = repo.context()['session']

    class Killed(BaseException):
        pass

    left = [0]

    def counted(step: Callable[..., object]) -> Callable[..., object]:
        def call(*words: object, **named: object) -> object:
            left[0] -= 1
            if left[0] == 0:
                raise Killed
            return step(*words, **named)

        return call

    for number in range(1, 40):
        left[0] = number
        try:
            with monkeypatch.context() as patch:
                for step in ('replace', 'remove', 'rmdir', 'write'):
                    patch.setattr(os, step, counted(getattr(os, step)))
                run('end', '--no-handoff')
            break
        except Killed:
            pass
        run('history')
        repo_sessions = str(repo.sessions)
        place = archive.find(repo_sessions, name, None)
        session = archive.load(place)[0]
        assert [each.text for each in session.objectives] == ['goal']
        assert len(session.commits) == 1
        if session.state == 'ended':
            run('undo')
    else:
        raise AssertionError('it never ended')
    assert number > 5
    assert names(str(repo.sessions)) == [name]
