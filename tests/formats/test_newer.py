"""What a newer version left on the disk: read as far as it can be, and never destroyed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from git_session import eventlog, events, sharing, storage
from git_session.workspace import open_workspace
from tests.repo import Repo, Result
from tests.team import Team, noted

Run = Callable[..., Result]

# Lines of a log: another version, an unknown type, unknown keys, kinds that are other ones, and
# what is no event at all for us.
NEWER = [
    '{"v":2,"id":"20990101T000000.000Z-aaaaaaaaaaa1","at":"2026-11-22T23:02:26.123Z","session":'
    '"%s","type":"objective.add","text":{"en":"Rich","de":"Reich"},"weight":1.50}',
    '{"v":2, "type":"note", "id":"20990101T000000.000Z-aaaaaaaaaaa2", "session":"%s", '
    '"at":"2026-11-22T23:02:26.123Z", "text":"spaces, another order, \\u00e9"}',
    '{"v":1,"id":"20990101T000000.000Z-aaaaaaaaaaa3","at":"2026-11-22T23:02:26.123Z","session":'
    '"%s","type":"mood","text":"fine","secret":"for later"}',
    '{"v":1,"id":"20260101T000000.000Z-aaaaaaaaaaa4","at":"2026-01-01T00:00:00.000Z","session":'
    '"%s","type":"dead-end","text":"with more","severity":3,"see":[{"a":[null]}]}',
    '{"v":1,"id":"20990101T000000.000Z-aaaaaaaaaaa5","at":"2026-11-22T23:02:26.123Z","session":'
    '"%s","type":"note","text":["a","list"]}',
    '{"v":"3.0","uuid":"01989","session":"%s","what":"nothing that we know"}',
    'cbor:a26176036473657373 %s',
]  # fmt: skip
UNKNOWN = 4  # of these are events that are counted
ALL = (
    ('status',), ('status', '-v', '--json'), ('brief',), ('handoff',), ('log',), ('show',),
    ('history', '--metrics'), ('objectives',), ('report', '--project'), ('analyze',), ('context',),
    ('prompt',), ('export',), ('export', '--all'), ('wip', 'list'), ('push', '--dry-run'),
)  # fmt: skip


def _lines(name: str) -> list[str]:
    return [line.replace('%s', name) for line in NEWER]


def _write_newer(repo: Repo, branch: str = 'work') -> list[str]:
    name = (repo.place(branch) / 'id').read_text().strip()
    lines = _lines(name)
    with (repo.place(branch) / 'events.jsonl').open('a') as file:
        file.write(''.join(f'{line}\n' for line in lines))
    return lines


def _logs(repo: Repo) -> str:
    return '\n'.join(path.read_text() for path in repo.sessions.rglob('events.jsonl'))


def _missing(repo: Repo, lines: list[str]) -> list[str]:
    there = set(_logs(repo).splitlines())
    return [line for line in lines if line not in there]


# --- events


def test_no_command_takes_a_line_away(hub: Repo, run: Run) -> None:
    lines = _write_newer(hub)
    for words in ALL:
        run(*words)
        assert _missing(hub, lines) == [], words
    hub.commit('By the hooks', **{'b.txt': 'x\n'})
    for words in (
        ('checkpoint', '--no-commit', '-l', 'here'), ('objectives', 'add', 'Another'), ('undo',),
        ('note', 'ours'), ('pause',), ('resume',), ('push',), ('pull',),
    ):  # fmt: skip
        run(*words)
        assert _missing(hub, lines) == [], words
    hub.git('branch', '-m', 'work', 'renamed')
    run('status')
    assert _missing(hub, lines) == []
    run('doctor', '--fix', status=1)  # lines that hold no event are named, and stay
    assert _missing(hub, lines) == []
    for words in (('end',), ('undo',), ('end',), ('resume',), ('end',), ('prune',)):
        run(*words)
        assert _missing(hub, lines) == [], words


def test_what_is_not_understood_is_counted_in_one_line(session: Repo, run: Run) -> None:
    _write_newer(session)
    shown = run('status', '-v').out
    (line,) = [each for each in shown.splitlines() if 'newer version' in each]
    assert f'{UNKNOWN} events' in line
    assert json.loads(run('status', '--json').out)['unknown_events'] == UNKNOWN
    assert json.loads(run('show', '--json').out)['dead_ends'][0]['text'] == 'with more'
    assert [each['text'] for each in json.loads(run('objectives', '--json').out)['objectives']] == [
        'First objective'
    ]


def test_what_cannot_be_judged_does_not_leave(hub: Repo, run: Run) -> None:
    """Nobody here knows what of an event of a newer version is private, or a secret."""
    _write_newer(hub)
    assert 'mood' not in run('push', '--dry-run').out
    run('push')
    there = '\n'.join(noted(Repo(hub.path.parent / 'hub.git')))
    assert 'First objective' in there and 'with more' in there
    for each in ('Rich', 'another order', 'mood', 'for later', '"list"'):
        assert each not in there
    here = open_workspace()
    balance = storage.compare(here)
    assert (balance.unnoted, balance.unlogged) == ({}, {})
    storage.mend(here, balance)
    run('push')
    assert '\n'.join(noted(Repo(hub.path.parent / 'hub.git'))) == there


def test_the_newer_version_publishes_it_when_it_is_back(
    hub: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write_newer(hub)
    run('push')
    monkeypatch.setitem(events.TYPES, 'mood', {'text': 'text'})
    here = open_workspace()
    storage.mend(here, storage.compare(here))
    run('push')
    there = '\n'.join(noted(Repo(hub.path.parent / 'hub.git')))
    assert '"type":"mood","text":"fine","secret":"for later"' in there
    assert 'Rich' not in there


def test_lines_of_others_stay_in_the_notes_and_go_on(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ann has a newer version, Bob and Cid this one; what Ann published reaches Cid by Bob."""
    team = Team(tmp_path, run)
    ann, bob, cid = team.clone('ann'), team.clone('bob'), team.clone('cid')
    ann.do('start', 'work', '-o', 'An objective')
    ann.commit('Work', **{'b.txt': 'x\n'})
    ann.do('push')
    ann.git('push', '-q', 'origin', 'work')
    name = (ann.place() / 'id').read_text().strip()
    note = ann.git('notes', '--ref=session', 'show', 'HEAD')
    text = note + '\n' + '\n'.join(_lines(name)) + '\n'
    ann.git('notes', '--ref=session', 'add', '-f', '-F', '-', 'HEAD', stdin=text)
    ann.git('push', '-q', 'origin', 'refs/notes/session')
    bob.do('pull')
    bob.git('fetch', '-q')
    bob.git('switch', '-q', 'work')
    bob.do('resume')
    bob.do('objectives', 'add', "Bob's")
    bob.commit('Goes on', **{'c.txt': 'x\n'})
    bob.do('push')
    cid.do('pull')
    cid.git('fetch', '-q')
    cid.git('switch', '-q', 'work')
    cid.do('resume')
    for clone in (bob, cid):
        assert set(_lines(name)) <= clone.noted()
        assert len(clone.log('work').objectives) == 2
        assert clone.log('work').unknown == UNKNOWN
    events_ = [events.decode(line.encode()) for line in _lines(name)]
    got = {each.id: each for each in events.decode_all(eventlog.read_bytes(str(cid.place())))[0]}
    assert [each for each in events_ if each and got.get(each.id) != each] == []


def test_exports_carry_them_and_imports_keep_them(
    session: Repo, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = _write_newer(session)
    name = (session.place() / 'id').read_text().strip()
    run('export', '-o', str(tmp_path / 'x.toml'))
    run('export', '--format', 'jsonl', '-o', str(tmp_path / 'x.jsonl'))
    known = [each for each in map(events.decode, map(str.encode, lines)) if each]
    for file in ('x.toml', 'x.jsonl'):
        other = Repo(tmp_path / file.replace('.', '-'))
        other.path.mkdir()
        other.git('init', '-q')
        monkeypatch.chdir(other.path)
        run('import', str(tmp_path / file))
        log = (other.sessions / '.archive' / name / 'events.jsonl').read_bytes()
        found = events.decode_all(log)[0]
        assert [each for each in known if each not in found] == []


def test_a_newer_export_is_refused_in_one_line(session: Repo, run: Run, tmp_path: Path) -> None:
    before = _logs(session)
    for name, text in {
        'x.toml': '# git session: one\nschema = "git-session/session/2"\nsession = "a"\n',
        'x.jsonl': '{"schema":"git-session/export/2","record":"session","session":"a"}\n',
    }.items():
        (tmp_path / name).write_text(text)
        said = run('import', str(tmp_path / name), status=128).err.splitlines()
        assert len(said) == 2 and 'is of a newer version of git session' in said[0]
        assert said[1].startswith('hint: this version reads git-session/')
    assert _logs(session) == before


# --- the archive


def test_lines_of_the_index_stay(session: Repo, run: Run) -> None:
    run('end')
    index = session.sessions / '.archive/index.jsonl'
    lines = [
        '{"v":2,"session":"later-20990101-aaaa","state":"ended","started":"2099-01-01"}',
        '{"session":"other-20990101-bbbb","state":"dormant","branch":"x","author":"A","started":1,'
        '"last_active":2,"active_seconds":3,"objectives":0,"objectives_done":0,"mood":"fine"}',
        '["no","object"]',
    ]  # fmt: skip
    with index.open('a') as file:
        file.write(''.join(f'{line}\n' for line in lines))
    assert 'work' in run('history').out
    run('history', '--metrics', '--json')
    run('start', 'again', '-o', 'x')
    run('end')
    run('prune')
    assert [line for line in lines if line not in index.read_text().splitlines()] == []


def test_a_newer_record_in_the_archive_is_not_needed(session: Repo, run: Run) -> None:
    name = (session.place() / 'id').read_text().strip()
    run('end')
    toml = session.sessions / '.archive' / name / 'session.toml'
    toml.write_text('schema = "git-session/session/2"\n')
    (toml.parent / 'extra.bin').write_bytes(b'\0\1')
    assert 'First objective' in run('show', name).out
    run('resume')
    assert (session.place() / 'extra.bin').read_bytes() == b'\0\1'
    run('end')
    assert (toml.parent / 'extra.bin').read_bytes() == b'\0\1'


# --- files beside the log

_CACHES = {
    '.history.json': '{"version": 99, "stamp": [], "parts": {}}',
    '.unmerged.json': '{"version": 99, "branches": {}}',
    '.reports.json': '{"format": "git-session reports cache 9", "reports": []}',
    '.told.jsonl': '[9, {"idle": 1}]\n{"a": 1}\n',
    '.config.json': '{"v": 9}',
    '.forge.json': '{"v": 9, "known": []}',
    '.bindings': '{"v": 9}',
    '.absorbed': '{"v": 9}',
    '.notes': '{"v": 9}',
}


@pytest.mark.parametrize('text', ['', None, '[]', '\0', '{"version": {"a": []}}'])
def test_caches_of_another_form_are_made_anew(session: Repo, run: Run, text: str | None) -> None:
    session.commit('Work', **{'b.txt': 'x\n'})
    wanted = run('status', '--json').out
    for name, newer in _CACHES.items():
        (session.sessions / name).write_text(newer if text is None else text)
    said = run('status', '--json')
    assert json.loads(said.out)['objectives'] == json.loads(wanted)['objectives']
    for words in (('history', '--metrics'), ('report', '--project'), ('analyze',), ('resume',)):
        run(*words)


def test_files_of_a_session_that_are_of_another_form(session: Repo, run: Run) -> None:
    place = session.place()
    for name in ('prompt', 'items', 'banner', 'trailers', 'context.json', 'published', 'arrived'):
        (place / name).write_text('{"v": 9, "rows": [1, 2]}\n')
    (place / 'new-in-9').write_text('kept\n')
    assert run('prompt').out.count('\n') <= 1
    session.commit('Work', **{'b.txt': 'x\n'})
    run('status')
    assert (place / 'prompt').read_text() == 'active 0 1 0\n'
    assert (place / 'items').read_text().startswith('obj-1\tactive\t')
    run('brief')
    run('checkpoint', '--no-commit')
    assert sharing.is_published(str(place), ['objectives', 'blockers', 'decisions', 'checkpoints',
                                             'handoffs', 'notes'])  # fmt: skip
    assert (place / 'new-in-9').read_text() == 'kept\n'


def test_leases_of_another_form(session: Repo, run: Run) -> None:
    live = session.path / '.git/session-live'
    live.mkdir(exist_ok=True)
    texts = {'claude-1': b'{"v": 2, "branch": "work"}', 'person-2': b'\0\xff\n' * 9,
             'robot-7': b'work\n', 'codex-1': b'work\n', 'gemini-2': b'\n' * 40}  # fmt: skip
    for name, data in texts.items():
        (live / name).write_bytes(data)
    (live / 'cursor-1').mkdir()
    session.commit('By the hooks', **{'b.txt': 'x\n'})
    session.git('switch', '-q', 'main')
    session.git('switch', '-q', 'work')
    for words in (('status',), ('brief',), ('status', '--json')):
        run(*words)
    assert {name: (live / name).read_bytes() for name in texts} == texts
    assert [event['type'] for event in session.events()][-3:] == ['commit', 'pause', 'resume']


def test_the_state_of_plugins(session: Repo, run: Run) -> None:
    session.write_file(
        '.ccmp/state.json',
        '{"version": "9", "rows": [], "plugins": {"other": {"x": []}, '
        '"session-management": {"active": "yes", "more": 1}}}',
    )
    run('status')
    state = json.loads((session.path / '.ccmp/state.json').read_text())
    assert state['version'] == '9' and state['rows'] == []
    assert state['plugins']['other'] == {'x': []}
    assert state['plugins']['session-management']['more'] == 1
    session.write_file('.ccmp/state.json', '{"version": "9", "plugins": ["another form"]}')
    said = run('status').err
    assert said.count('\n') == 1 and "cannot understand '.ccmp/state.json'; it is kept as" in said
    (kept,) = (session.path / '.ccmp').glob('state.json.*')
    assert json.loads(kept.read_text())['plugins'] == ['another form']


def test_configuration_that_is_not_known_yet(session: Repo, run: Run) -> None:
    session.write_file('.session/config.yaml', 'session:\n  mood: fine\nrobots:\n  many: 3\n'
                       'display:\n  verbose: false\n')  # fmt: skip
    session.git('config', 'session.robots.many', '4')
    text = (session.path / '.session/config.yaml').read_text()
    said = run('status').err
    assert 'Traceback' not in said
    warned = run('config', 'list').err
    assert all(line.startswith(('warning: ', 'hint: ')) for line in warned.splitlines())
    assert 'session.mood' in warned and 'robots' in warned
    assert (session.path / '.session/config.yaml').read_text() == text
    session.write_file('.session/config.yaml', 'context:\n  architecture: onion\n')
    error = run('status', status=128).err
    assert error.count('\n') == 1
    assert "'context.architecture' in .session/config.yaml line 2: 'onion'; expected" in error
    session.commit('Hooks go on', **{'b.txt': 'x\n'})
    assert 'Session-Id: ' in session.message()


def _wip(repo: Repo, body: str, *parents: str) -> str:
    tree = repo.git('write-tree')
    given = [word for parent in parents for word in ('-p', parent)]
    oid = repo.git('commit-tree', tree, *given, '-m', body)
    repo.git('update-ref', 'refs/session/wip/work', oid)
    return oid


def test_saved_work_of_another_form(session: Repo, run: Run) -> None:
    head = session.git('rev-parse', 'HEAD')
    session.write(**{'a.txt': 'mine\n'})
    for body, parents in (
        ('WIP2\n\nFormat: 2', [head]), ('alone', []),
        ('WIP2\n\nFiles: many', [head, head, head, head, head]),
    ):  # fmt: skip
        oid = _wip(session, body, *parents)
        run('wip', 'list')
        run('wip', 'list', '--json')
        said = session.run('git', 'session', 'wip', 'restore')
        assert said.status != 0 and 'BUG' not in said.err, said
        said = session.run('git', 'session', 'wip', 'show')
        assert 'BUG' not in said.err, said
        run('status')
        run('resume')
        assert session.git('rev-parse', 'refs/session/wip/work') == oid
        assert (session.path / 'a.txt').read_text() == 'mine\n'
