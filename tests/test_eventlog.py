"""The log on disk: nothing acknowledged is lost, whoever dies and however full the disk is."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_session import eventlog, events
from git_session.errors import SessionError
from git_session.eventlog import Maker
from git_session.replay import replay
from tests.repo import Repo, Result

Run = Callable[..., Result]


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path)


def read(place: str) -> tuple[list[events.Event], int]:
    return events.decode_all(eventlog.read_bytes(place))


def notes(number: int, prefix: str = 'note') -> list[events.Event]:
    maker = Maker('s', '', now=1_795_388_546.0)
    return [maker.add('note', text=f'{prefix} {each}') for each in range(number)]


def encoded(made: list[events.Event]) -> list[bytes]:
    return [events.encode(event) for event in made]


def test_append_and_read(place: str) -> None:
    made = notes(3)
    eventlog.append(place, encoded(made[:1]))
    eventlog.append(place, encoded(made[1:]))
    assert read(place) == (made, 0)
    assert eventlog.read_bytes(place) == b''.join(line + b'\n' for line in encoded(made))


def test_append_is_one_write_and_one_fsync(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    write, fsync = os.write, os.fsync

    def counting(handle: int, data: bytes) -> int:
        done.append('write')
        return write(handle, data)

    def syncing(handle: int) -> None:
        done.append('fsync')
        fsync(handle)

    monkeypatch.setattr(os, 'write', counting)
    monkeypatch.setattr(os, 'fsync', syncing)
    eventlog.append(place, encoded(notes(50)))
    assert done == ['write', 'fsync']


def test_every_prefix_of_a_write_leaves_a_log_that_goes_on(place: str) -> None:
    before, cut, after = (notes(2, text) for text in ('before', 'cut é', 'after'))
    data = b''.join(line + b'\n' for line in encoded(cut))
    start = b''.join(line + b'\n' for line in encoded(before))
    path = Path(place, eventlog.LOG)
    ends = [len(encoded(cut)[0]), len(data) - 1]
    for size in range(len(data) + 1):
        path.write_bytes(start + data[:size])
        eventlog.append(place, encoded(after))
        found, _ = read(place)
        kept = [event for event, end in zip(cut, ends, strict=True) if size >= end]
        texts = sorted(event.facts['text'] for event in [*before, *kept, *after])
        assert sorted(event.facts['text'] for event in found) == texts


@contextmanager
def disk_of(size: int) -> Iterator[None]:
    """No file can grow beyond `size` bytes: write(2) is cut short, as on a full disk."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


@pytest.mark.parametrize('room', [0, 1, 50, 150, 250, 399])
def test_a_full_disk_records_nothing(place: str, room: int) -> None:
    before, more = notes(1, 'before'), notes(3, 'more')
    eventlog.append(place, encoded(before))
    size = len(eventlog.read_bytes(place))
    with disk_of(size + room), pytest.raises(OSError):
        eventlog.append(place, encoded(more))
    assert read(place) == (before, 0)
    eventlog.append(place, encoded(more))
    assert read(place) == (events.unite([*before, *more]), 0)


def test_a_failed_fsync_records_nothing(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(handle: int) -> None:
        raise OSError(5, 'Input/output error')

    monkeypatch.setattr(os, 'fsync', fail)
    with pytest.raises(OSError, match='Input/output error'):
        eventlog.append(place, encoded(notes(3)))
    assert eventlog.read_bytes(place) == b''


def test_a_command_on_a_full_disk(repo: Repo, run: Run) -> None:
    run('start', 'work', '-o', 'one')
    log = repo.place() / 'events.jsonl'
    before = log.read_bytes()
    with disk_of(len(before) + 100):
        said = run('objectives', 'add', 'two', 'three', 'four', status=128)
    assert said.err.startswith(f"fatal: cannot record in '{repo.place()}': ")
    assert said.err.endswith('\nhint: nothing was recorded\n')
    assert log.read_bytes() == before
    run('objectives', 'add', 'two')
    assert [each['id'] for each in repo.context()['objectives']] == ['obj-1', 'obj-2']


def test_room_for_the_event_but_not_for_what_follows(
    repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run('start', 'work', '-o', 'one')

    def full(path: str, text: str | bytes) -> None:
        raise OSError(28, 'No space left on device')

    with monkeypatch.context() as patch:
        patch.setattr(eventlog, 'write_file', full)
        said = run('objectives', 'edit', '1', 'short')
    assert said.err == (
        f"warning: cannot write in '{repo.place()}': No space left on device\nobj-1 short: active\n"
    )
    assert repo.context()['objectives'][0]['text'] == 'one'
    run('status')
    assert repo.context()['objectives'][0]['text'] == 'short'


@pytest.mark.skipif(os.geteuid() != 0, reason='mounting needs root')
def test_a_real_full_file_system(tmp_path: Path) -> None:
    full = tmp_path / 'full'
    full.mkdir()
    mount = ['mount', '-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', str(full)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip('mounting is not allowed')
    try:
        written: list[events.Event] = []
        made = notes(300)
        with pytest.raises(OSError, match='No space left'):
            for event in made:
                eventlog.append(str(full), encoded([event]))
                written.append(event)
        assert 10 < len(written) < 300
        assert read(str(full)) == (written, 0)
    finally:
        subprocess.run(['umount', str(full)], check=True)


def test_ids_go_up_within_a_command_and_from_the_newest_on() -> None:
    newest = ''
    for now in (1_795_388_546.7, 1_795_388_546.7, 1_000_000_000.25, 1_795_388_546.9999):
        maker = Maker('s', 'Ann', newest, now)
        names = [maker.add('note', text='x').id for _ in range(500)]
        assert names == sorted(set(names))
        assert names[0] > newest
        newest = names[-1]
        assert {event.at for event in maker.made} == {events.format_time(now)}


@given(st.floats(0, 4e9), st.floats(0, 4e9), st.integers(1, 40))
def test_ids_go_up_at_any_time(newest: float, now: float, number: int) -> None:
    name = events.event_id(newest, 'ffffffffffffffff')
    maker = Maker('s', '', name, now)
    names = [name, *(maker.add('note', text='x').id for _ in range(number))]
    stamps = [name.partition('-')[0] for name in names]
    assert stamps == sorted(set(stamps))


@pytest.mark.parametrize(
    'newest', ['zzz', '99991231T235959.999Z-a', '2026', 'T', '9Z-', '\U0010ffff']
)
def test_a_strange_newest_id_does_not_set_the_clock(newest: str) -> None:
    maker = Maker('s', '', newest, now=1_795_388_546.0)
    assert maker.add('note', text='x').id.startswith('20261122T230226.000Z-')


def test_events_of_one_command_share_its_first_id() -> None:
    maker = Maker('s', 'Ann <a@x>', now=7.0)
    made = [maker.add('note', text=text) for text in 'abc']
    assert [event.op for event in made] == ['', made[0].id, made[0].id]
    assert {event.facts['by'] for event in made} == {'Ann <a@x>'}


def test_facts_without_content_are_left_out() -> None:
    maker = Maker('s', 'Ann', now=7.0)
    made = maker.add('checkpoint', commit=None, label='', message='m', committed=False, impact={})
    assert made.facts == {'message': 'm', 'committed': False, 'by': 'Ann'}
    assert maker.add('rewrite', by='found', pairs=[['a', 'b']]).facts['by'] == 'found'


ADD = """
    import sys
    from git_session.main import main
    name, number = sys.argv[1], int(sys.argv[2])
    for each in range(number):
        status = main(['objectives', 'add', f'{name} {each}'])
        if status:
            sys.exit(status)
        print(each, flush=True)
"""


def adding(repo: Repo, name: str, number: int) -> subprocess.Popen[bytes]:
    """A process that adds objectives one by one and says after each that it is there."""
    return subprocess.Popen(
        [sys.executable, '-c', textwrap.dedent(ADD), name, str(number)], cwd=repo.path,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def test_two_processes_that_add_a_hundred_each_leave_two_hundred(repo: Repo, run: Run) -> None:
    run('start', 'work')
    both = [adding(repo, name, 100) for name in ('here', 'there')]
    assert [process.wait() for process in both] == [0, 0]
    for process in both:
        process.communicate()
    objectives = repo.context()['objectives']
    assert [each['id'] for each in objectives] == [f'obj-{n}' for n in range(1, 201)]
    expected = {f'{name} {n}' for name in ('here', 'there') for n in range(100)}
    assert {each['text'] for each in objectives} == expected


def test_killed_at_any_moment(repo: Repo, run: Run) -> None:
    run('start', 'work')
    chance = random.Random(7)
    acknowledged: set[str] = set()
    for life in range(12):
        process = adding(repo, f'life {life}', 1000)
        assert process.stdout is not None
        for _ in range(chance.randint(1, 6)):
            if line := process.stdout.readline():
                acknowledged.add(f'life {life} {line.decode().strip()}')
        for _ in range(chance.randint(0, 20_000)):
            pass
        os.kill(process.pid, signal.SIGKILL)
        rest, _ = process.communicate()
        acknowledged |= {f'life {life} {line}' for line in rest.decode().split()}
        found, lost = read(str(repo.place()))
        session = replay(found[0].session, found)
        assert lost <= life + 1
        assert acknowledged <= {each.text for each in session.objectives}
    run('objectives', 'add', 'last')
    texts = [each['text'] for each in repo.context()['objectives']]
    assert acknowledged | {'last'} <= set(texts)
    assert len(texts) == len(set(texts))


def test_a_file_is_replaced_in_one_step(place: str) -> None:
    path = Path(place, 'file')
    path.write_text('old')
    with disk_of(3), pytest.raises(OSError):
        eventlog.write_file(str(path), 'longer than before')
    assert path.read_text() == 'old'
    eventlog.write_file(str(path), b'new', durable=True)
    assert path.read_text() == 'new'
    assert os.listdir(place) == ['file']


def test_live_sessions_of_any_depth(tmp_path: Path) -> None:
    names = ['a', 'a/b', 'deep/er/still', "it's;$x", 'ünï côdé']
    for number, branch in enumerate(names):
        there = Path(eventlog.directory(str(tmp_path), branch))
        there.mkdir(parents=True)
        (there / eventlog.ID).write_text(f'id-{number}\n')
    (tmp_path / '.archive' / 'x').mkdir(parents=True)
    (tmp_path / '.archive' / 'x' / eventlog.ID).write_text('x\n')
    (tmp_path / 'empty').mkdir()
    assert eventlog.live(str(tmp_path)) == {
        name: f'id-{number}' for number, name in enumerate(names)
    }
    assert eventlog.live(str(tmp_path / 'nowhere')) == {}


@pytest.mark.parametrize('branch', ['', '/x', 'x/', 'a//b', '.', '..', 'a/../b', '.hidden', 'a\0b'])
def test_no_directory_outside(branch: str) -> None:
    with pytest.raises(SessionError) as caught:
        eventlog.directory('/sessions', branch)
    assert caught.value.message == f"'{branch}' is not a valid branch name"


def test_no_id_is_no_session(place: str) -> None:
    assert eventlog.session_id(place) is None
    path = Path(place, eventlog.ID)
    for content, expected in ((b'', None), (b'\n', None), (b'\xff', None), (b' x \ny\n', 'x')):
        path.write_bytes(content)
        assert eventlog.session_id(place) == expected
    assert eventlog.session_id(str(path)) is None
