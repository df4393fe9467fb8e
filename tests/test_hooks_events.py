"""What the hooks record, everywhere and whatever fails; tests/test_hook_matrix.py has git's
operations one by one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from git_session import hookconfig
from tests.repo import Repo, Result
from tests.stand import Ground, build, clock, neutral, numbered

SHELLS = {'dash': 'dash', 'bash': 'bash --posix', 'busybox': 'busybox sh', 'mksh': 'mksh'}
THERE = [name for name, words in SHELLS.items() if shutil.which(words.split()[0])]
HOOKS = Path(__file__).resolve().parent.parent / 'hooks'


class Stand(NamedTuple):
    ours: Repo
    plain: Repo
    block: str  # the text of our trailers
    begun: int  # epoch seconds of the session's start


@pytest.fixture(scope='module')
def shelf() -> dict[str, Any]:
    return {}


@pytest.fixture
def stand(
    shelf: dict[str, Any], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Stand:  # fmt: skip
    """A copy for each test of what is built once: two own commits, 20 minutes of work."""
    if not shelf:
        place = tmp_path_factory.mktemp('stand')
        moment = build(place / 'ours', 'ours', Ground())
        build(place / 'plain', 'plain', Ground(), moment)
        shelf.update(place=place, begun=moment.begun)
    for name in ('ours', 'plain'):
        shutil.copytree(shelf['place'] / name, tmp_path / name, symlinks=True)
    shutil.copytree(shelf['place'] / 'patches', tmp_path / 'patches', dirs_exist_ok=True)
    ours, plain = Repo(tmp_path / 'ours'), Repo(tmp_path / 'plain')
    monkeypatch.chdir(ours.path)
    block = (ours.path / '.git/sessions/work/trailers').read_text()
    return Stand(ours, plain, block, shelf['begun'])


def transcript(repo: Repo, script: str, **env: str) -> Result:
    """Run the lines one after the other, each with its exit status, object ids left out."""
    result = repo.run('sh', '-c', numbered(script), **env)
    clean = [neutral(each).replace(str(repo.path), 'REPO') for each in (result.out, result.err)]
    return Result(result.status, *clean)


def banner(stand: Stand, branch: str = 'work') -> str:
    return (stand.ours.path / '.git/sessions' / branch / 'banner').read_text()


def messages(repo: Repo, revision: str = 'HEAD') -> list[str]:
    """Parents and raw messages, newest first."""
    text = repo.git('log', '-z', '--topo-order', '--format=%P%x01%B', revision)
    found = []
    for entry in text.split('\0'):
        parents, _, message = entry.partition('\x01')
        found.append(('merge ' if ' ' in parents else '') + message)
    return found


def types(repo: Repo, skip: int, branch: str = 'work') -> list[str]:
    return [event['type'] for event in repo.events(branch)[skip:]]


# post-commit: event and note


def test_a_commit_has_its_event_and_its_note_at_once(stand: Stand) -> None:
    ours = stand.ours
    oid = ours.commit('third', **{'c.txt': 'c\n'})
    seconds = int(ours.git('log', '-1', '--format=%ct'))
    at = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(seconds))
    stamp = at.replace('-', '').replace(':', '').replace('Z', '.999Z')
    session = stand.block.splitlines()[0].removeprefix('Session-Id: ')
    line = (
        f'{{"v":1,"id":"{stamp}-{oid[:16]}","at":"{at}","session":"{session}",'
        f'"type":"commit","commit":"{oid}"}}\n'
    )
    assert (ours.place() / 'events.jsonl').read_text().endswith('}\n' + line)
    assert ours.git('notes', '--ref=session', 'show') + '\n' == line
    shown = ours.git('log', '-1', '--format=%an <%ae>%n%B', 'refs/notes/session')
    assert shown == f"Ann Author <ann@example.com>\nNotes added by 'git session' for {oid}\n"
    assert ours.git('fsck', '--strict') == ''
    assert (ours.path / '.git/session-branch').read_text() == 'work\n'


def note_of(repo: Repo, revision: str = 'HEAD') -> Counter[str]:
    """How often the note has each event, by the object id of the commit it names."""
    text = repo.git('notes', '--ref=session', 'show', revision)
    return Counter(json.loads(line)['commit'] for line in text.splitlines() if line)


def test_notes_follow_rewrites_each_event_once(stand: Stand) -> None:
    ours = stand.ours
    first, second = (ours.git('rev-parse', name) for name in ('HEAD~1', 'HEAD'))
    ours.git('commit', '-q', '--amend', '-m', 'other words', **clock(stand.begun + 1300))
    amended = ours.git('rev-parse', 'HEAD')
    assert note_of(ours) == {second: 1, amended: 1}
    ours.git('rebase', '-q', 'other')
    assert note_of(ours) == {second: 1, amended: 1}
    assert note_of(ours, 'HEAD~1') == {first: 1}
    ours.git('rebase', '-q', '--apply', '--onto', 'main', 'other')
    assert note_of(ours) == {second: 1, amended: 1}
    ours.git('rebase', '-q', '-i', 'main', GIT_SEQUENCE_EDITOR='sed -i -e 2s/^pick/fixup/')
    assert note_of(ours) == {first: 1, second: 1, amended: 1}
    assert {event['commit'] for event in ours.note()} == {first, second, amended}


def test_a_commit_that_has_a_note_of_gits_own_keeps_it(stand: Stand) -> None:
    """`git notes` writes any fan-out; ours stands beside what is there."""
    ours = stand.ours
    ours.git('notes', '--ref=session', 'add', '-m', 'by hand', 'HEAD~1', '-f')
    oid = ours.commit('third')
    ours.git('notes', '--ref=session', 'append', '-m', 'by hand too')
    assert ours.git('notes', '--ref=session', 'show', 'HEAD~2') == 'by hand'
    assert ours.git('notes', '--ref=session', 'show').endswith('}\n\nby hand too')
    last = ours.commit('fourth')
    assert note_of(ours) == {last: 1}
    assert oid in ours.git('notes', '--ref=session', 'list')


@pytest.mark.parametrize('how', ['packed', 'deleted', 'never there'])
def test_the_notes_ref_may_be_packed_or_gone(stand: Stand, how: str) -> None:
    ours = stand.ours
    if how == 'packed':
        ours.git('pack-refs', '--all')
        assert not (ours.path / '.git/refs/notes/session').exists()
    else:
        ours.git('update-ref', '-d', 'refs/notes/session')
        if how == 'never there':
            shutil.rmtree(ours.path / '.git/refs/notes', ignore_errors=True)
    oid = ours.commit('third')
    assert note_of(ours) == {oid: 1}
    count = ours.git('notes', '--ref=session', 'list').count('\n') + 1
    assert count == (3 if how == 'packed' else 1)
    assert not list((ours.path / '.git').glob('fast_import_crash_*'))


def test_twenty_worktrees_commit_at_once_beside_git_notes(stand: Stand) -> None:
    """Twenty notes and twenty events; a `git notes` on another ref goes on as well."""
    ours = stand.ours
    here = [ours.path / f'../tree-{number}' for number in range(20)]
    for number, place in enumerate(here):
        ours.git('worktree', 'add', '-q', str(place), '-b', f'w{number}', 'main')
        shutil.copytree(ours.place(), ours.sessions / f'w{number}')
    before = ours.git('notes', '--ref=session', 'list').count('\n') + 1
    running = [
        subprocess.Popen(['git', 'commit', '-q', '--allow-empty', '-m', f'at once {place.name}'],
                         cwd=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for place in here
    ]  # fmt: skip
    for number in range(5):
        ours.git('notes', 'add', '-f', '-m', f'other {number}', 'main')
    said = [process.communicate()[0] for process in running]
    assert said == [b''] * 20
    oids = [ours.git('rev-parse', f'w{number}') for number in range(20)]
    assert len(set(oids)) == 20
    for number, oid in enumerate(oids):
        assert ours.events(f'w{number}')[-1]['commit'] == oid
    assert ours.git('notes', '--ref=session', 'list').count('\n') + 1 == before + 20
    assert [note_of(ours, oid) for oid in oids] == [{oid: 1} for oid in oids]
    assert not list((ours.path / '.git').glob('fast_import_crash_*'))


def test_a_lost_race_is_tried_again(stand: Stand, tmp_path: Path) -> None:
    """A writer comes between our reading of the ref and our moving it: both stay."""
    ours = stand.ours
    oid = ours.git('rev-parse', 'main')
    tools = tmp_path / 'tools'
    tools.mkdir()
    program = shutil.which('git')
    wrapper = tools / 'git'
    # something moves the ref while the first fast-import runs
    wrapper.write_text(
        f'#!/bin/sh\nif [ "$3" = fast-import ] && mkdir "{tools}/raced" 2>/dev/null; then\n'
        '    input=$(cat)\n'
        f'    {{ echo "$input"; echo; "{program}" notes --ref=session add -f -m raced {oid} >&2\n'
        f'    }} | "{program}" "$@"\n    exit\nfi\nexec "{program}" "$@"\n'
    )
    wrapper.chmod(0o755)
    head = ours.git('commit', '-q', '--allow-empty', '-m', 'third', GIT_SESSION='0')
    head = ours.git('rev-parse', 'HEAD')
    done = ours.run('sh', str(HOOKS / 'post-commit'), PATH=f'{tools}:{os.environ["PATH"]}')
    assert done == Result(0, '', '')
    assert (tools / 'raced').is_dir()
    assert note_of(ours, head) == {head: 1}
    assert ours.git('notes', '--ref=session', 'show', oid) == 'raced'


def test_a_commit_that_has_a_note_keeps_it(session: Repo) -> None:
    """An amend that changes nothing, in the same second, is the same commit."""
    date = {'GIT_COMMITTER_DATE': '2026-11-23T00:00:00Z', 'GIT_AUTHOR_DATE': '2026-11-23T00:00:00Z'}
    session.git('commit', '-q', '--allow-empty', '-m', 'x', **date)
    oid = session.git('rev-parse', 'HEAD')
    session.session('checkpoint', '--no-commit', '-l', 'y')
    before = session.note()
    assert before[-1]['type'] == 'checkpoint'
    session.git('commit', '-q', '--allow-empty', '--amend', '--no-edit', **date)
    assert session.git('rev-parse', 'HEAD') == oid
    assert session.note() == before


def test_a_lock_that_was_left_behind_is_not_waited_for(stand: Stand, tmp_path: Path) -> None:
    """Ten tries, of some milliseconds each; the log has the event."""
    stand.ours.git('commit', '-q', '--allow-empty', '-m', 'third', GIT_SESSION='0')
    (stand.ours.path / '.git/refs/notes/session.lock').write_text('')
    assert started(stand, tmp_path, 'post-commit') == ['log', *['fast-import'] * 10]


def test_a_sha256_repository(make_repo: Callable[..., Repo], run: Callable[..., Result]) -> None:
    repo = make_repo('sha256', '--object-format=sha256')
    run('start', 'work')
    oid = repo.commit('second')
    assert len(oid) == 64
    assert note_of(repo) == {oid: 1}
    repo.git('commit', '-q', '--amend', '--allow-empty', '-m', 'again')
    amended = repo.git('rev-parse', 'HEAD')
    assert repo.events()[-1]['pairs'] == [[oid, amended]]
    repo.git('switch', '-q', 'main')
    assert [event['type'] for event in repo.events()][1:] == [
        'commit', 'commit', 'rewrite', 'pause',
    ]  # fmt: skip


def test_a_long_rebase_makes_several_events_of_less_than_a_buffer(stand: Stand) -> None:
    ours = stand.ours
    pairs = ''.join(f'{n:040x} {n + 500:040x}\n' for n in range(300))
    done = ours.run('sh', str(HOOKS / 'post-rewrite'), 'rebase', stdin=pairs)
    assert done == Result(0, '', '')
    lines = (ours.place() / 'events.jsonl').read_bytes().splitlines()
    made = [json.loads(line) for line in lines if b'"rewrite"' in line]
    assert len(made) > 5
    assert len({event['id'] for event in made}) == len(made)
    recorded = [' '.join(pair) for event in made for pair in event['pairs']]
    assert recorded == pairs.splitlines()
    assert max(len(line) for line in lines) < 4096


# post-checkout


def test_a_switch_pauses_and_resumes_and_prints_the_banner(stand: Stand) -> None:
    ours = stand.ours
    before = len(ours.events())
    assert ours.run('git', 'switch', 'main') == Result(0, '', "Switched to branch 'main'\n")
    said = f"Switched to branch 'work'\n{banner(stand)}"
    assert ours.run('git', 'switch', 'work') == Result(0, '', said)
    assert banner(stand).count('\n') == 3
    assert ours.run('git', 'checkout', '-') == Result(0, '', "Switched to branch 'main'\n")
    assert ours.run('git', 'checkout', '-') == Result(0, '', said)
    detached = ours.run('git', 'switch', '--detach', 'HEAD')
    assert (detached.status, detached.err.count('\n')) == (0, 1)
    assert ours.run('git', 'switch', '-q', 'work') == Result(0, '', banner(stand))
    made = ours.events()[before:]
    assert [event['type'] for event in made] == ['pause', 'resume'] * 3
    assert {event['reason'] for event in made} == {'switch'}
    assert len({event['id'] for event in made}) == 6
    # the process in digits enough for any, so that ids of one second sort
    assert all(re.search(r'-[0-9]{7}[pr][0-9a-f]{12}\Z', event['id']) for event in made)


@pytest.mark.parametrize(
    'command',
    [
        'git checkout', 'git checkout HEAD', 'git checkout work', 'git switch work',
        'git checkout -B work', 'git switch -C work', 'git checkout -- a.txt',
        'git checkout main -- a.txt', 'git restore a.txt', 'git switch nowhere',
        'git worktree add -q ../one --detach', 'git worktree add -q ../two -b two',
        'git clone -q . ../three', 'git switch -q --orphan four', 'git checkout -q --orphan five',
        'git symbolic-ref HEAD refs/heads/main',
    ],
)  # fmt: skip
def test_what_is_no_switch_records_nothing(stand: Stand, command: str) -> None:
    ours, plain = stand.ours, stand.plain
    ours.git('switch', '-q', 'main')
    ours.git('switch', '-q', 'work')
    plain.git('switch', '-q', 'main')
    plain.git('switch', '-q', 'work')
    before = ours.events()
    wanted = plain.run(*command.split())
    shutil.rmtree(stand.plain.path)  # and what it made beside itself
    for name in ('one', 'two', 'three'):
        shutil.rmtree(ours.path.parent / name, ignore_errors=True)
    assert ours.run(*command.split()) == wanted
    assert ours.events() == before


def test_a_banner_of_many_lines_shows_three(stand: Stand) -> None:
    ours = stand.ours
    (ours.place() / 'banner').write_text('1\n2\n3\n4\n')
    ours.git('switch', '-q', 'main')
    assert ours.run('git', 'switch', '-q', 'work') == Result(0, '', '1\n2\n3\n')


def test_two_sessions(stand: Stand, run: Callable[..., Result]) -> None:
    ours = stand.ours
    run('start', 'second')
    work, second = len(ours.events()), len(ours.events('second'))
    ours.git('switch', '-q', 'work')
    ours.git('switch', '-q', 'second')
    assert types(ours, work) == ['resume', 'pause']
    assert types(ours, second, 'second') == ['pause', 'resume']


def test_the_session_of_a_worktree_is_its_own(stand: Stand, run: Callable[..., Result]) -> None:
    """A branch checked out elsewhere has no pointer there until it works there."""
    ours = stand.ours
    ours.git('switch', '-q', 'main')
    tree = Repo(ours.path.parent / 'tree')
    ours.git('worktree', 'add', '-q', str(tree.path), 'work')
    before = len(ours.events())
    tree.commit('there', **{'deep/t.txt': 't\n'})
    tree.run('git', '-C', 'deep', 'switch', '-q', '--detach')
    assert types(ours, before) == ['commit', 'pause']


# branches that are renamed


def test_a_renamed_branch_keeps_its_session_at_a_plain_commit(stand: Stand) -> None:
    ours = stand.ours
    ours.git('branch', '-m', 'work', 'feature/new')
    oid = ours.commit('third')
    assert ours.message() == 'third\n\n' + stand.block.rstrip('\n')
    assert note_of(ours) == {oid: 1}
    made = types(ours, 0, 'feature/new')
    assert made[-2:] == ['rename', 'commit']
    assert not (ours.sessions / 'work').exists()


def test_a_branch_renamed_while_on_another(stand: Stand) -> None:
    ours = stand.ours
    ours.git('switch', '-q', 'main')
    ours.git('branch', '-m', 'work', 'later')
    ours.commit('on main')
    assert 'Session-Id' not in ours.message()
    said = ours.run('git', 'switch', '-q', 'later').err
    assert said == (ours.sessions / 'later/banner').read_text()
    assert types(ours, 0, 'later')[-2:] == ['rename', 'resume']


def test_a_copied_branch_has_no_session(stand: Stand) -> None:
    ours = stand.ours
    ours.git('branch', '-c', 'work', 'copy')
    assert ours.run('git', 'switch', '-q', 'copy').err == ''
    ours.commit('on the copy')
    assert 'Session-Id' not in ours.message()
    ours.git('switch', '-q', 'work')
    ours.commit('third')
    assert stand.block in ours.message() + '\n'
    assert types(ours, 0)[-3:] == ['pause', 'resume', 'commit']


# places and names


NAMES = [
    "it's", 'a"b', '$HOME', 'a;b', '`x`', 'größe/あ', '#1', '100%d', 'feature/-x', 'a&b|c', '(x)',
    'a!b', '{x}', 'x=y', 'a,b', 'id', 'events.jsonl', 'refs/heads/x', '@home', 'x' * 200, "'",
    '<x>', 'hooks.json',
]  # fmt: skip


@pytest.mark.parametrize('name', NAMES)
def test_any_branch_name(stand: Stand, name: str) -> None:
    """The hooks take the name from HEAD as it is."""
    ours = stand.ours
    if (ours.sessions / name).is_file():
        pytest.fail(f"a branch '{name}' cannot have a session")
    ours.git('switch', '-q', '-c', name)
    shutil.copytree(ours.place(), ours.sessions / name)
    before = len(ours.events(name))
    oid = ours.commit('third')
    assert stand.block in ours.message() + '\n'
    assert note_of(ours) == {oid: 1}
    ours.git('switch', '-q', 'main')
    said = ours.run('git', 'switch', '-q', name)
    assert said == Result(0, '', banner(stand))
    assert types(ours, before, name) == ['commit', 'pause', 'resume']


WAYS = {
    'subdirectory': (['git', 'commit'], 'deep/er', {}),
    'git -C': (['git', '-C', 'deep', 'commit'], '.', {}),
    'git -C from outside': (['git', '-C', '{top}', 'commit'], '..', {}),
    '--git-dir': (['git', '--git-dir=.git', '--work-tree=.', 'commit'], '.', {}),
    '--git-dir from below': (['git', '--git-dir=../.git', 'commit'], 'deep', {}),
    'GIT_DIR': (['git', 'commit'], '.', {'GIT_DIR': '.git'}),
    'GIT_DIR from below': (['git', 'commit'], 'deep', {'GIT_DIR': '../.git'}),
    'GIT_DIR and GIT_WORK_TREE': (
        ['git', 'commit'], '/', {'GIT_DIR': '{top}/.git', 'GIT_WORK_TREE': '{top}'},
    ),
}  # fmt: skip


@pytest.mark.parametrize('way', WAYS.values(), ids=WAYS.keys())
def test_any_way_to_call_git(stand: Stand, way: tuple[list[str], str, dict[str, str]]) -> None:
    words, place, env = way
    ours = stand.ours
    ours.write_file('deep/er/file', 'x\n')
    top = str(ours.path)
    inside = Repo(ours.path / place)
    words = [word.replace('{top}', top) for word in words]
    env = {name: value.replace('{top}', top) for name, value in env.items()}
    inside.git(*words[1:], '-q', '--allow-empty', '-m', 'third', **env)
    oid = ours.git('rev-parse', 'HEAD')
    assert stand.block in ours.message() + '\n'
    assert note_of(ours) == {oid: 1}


@pytest.mark.parametrize(
    'name', ['with space', "quo'te", 'dou"ble', '$HOME', 'new\nline', '-x', 'ü']
)
def test_any_path_of_the_repository(stand: Stand, name: str) -> None:
    place = stand.ours.path.parent / name
    stand.ours.path.rename(place)
    ours = Repo(place)
    ours.git('worktree', 'add', '-q', '../tree' + name, '-b', 'other-tree')
    shutil.copytree(place / '.git/sessions/work', place / '.git/sessions/other-tree')
    for repo in (ours, Repo(place.parent / ('tree' + name))):
        oid = repo.commit('third')
        assert stand.block in repo.message() + '\n'
        assert note_of(repo) == {oid: 1}


def test_a_submodule_has_its_own_session(
    stand: Stand, make_repo: Callable[..., Repo], run: Callable[..., Result]
) -> None:
    above = make_repo('above')
    above.git('submodule', '--quiet', 'add', str(stand.plain.path), 'sub')
    inner = Repo(above.path / 'sub')
    os.chdir(inner.path)
    run('start', 'inside')
    oid = inner.commit('third')
    assert note_of(inner) == {oid: 1}
    assert (above.path / '.git/modules/sub/sessions/inside/events.jsonl').exists()
    above.commit('outside')
    assert 'Session-Id' not in above.message()


def test_a_worktree_of_a_bare_repository(
    stand: Stand, tmp_path: Path, run: Callable[..., Result]
) -> None:
    stand.plain.git('clone', '-q', '--bare', '.', '../bare.git')
    bare = Repo(tmp_path / 'bare.git')
    bare.git('worktree', 'add', '-q', '../bw', 'main')
    tree = Repo(tmp_path / 'bw')
    os.chdir(tree.path)
    run('start', 'feature')
    oid = tree.commit('third')
    assert note_of(tree) == {oid: 1}
    assert (bare.path / 'sessions/feature/events.jsonl').exists()


def test_a_file_named_like_a_revision(stand: Stand) -> None:
    ours = stand.ours
    ours.write(HEAD='x\n', work='y\n')
    oid = ours.commit('third')
    assert note_of(ours) == {oid: 1}
    ours.git('switch', '-q', 'main', '--')
    assert types(ours, 0)[-2:] == ['commit', 'pause']


def test_a_head_that_is_a_symbolic_link(stand: Stand) -> None:
    """core.preferSymlinkRefs, which old repositories have."""
    ours = stand.ours
    ours.git('-c', 'core.preferSymlinkRefs=true', 'symbolic-ref', 'HEAD', 'refs/heads/work')
    if not (ours.path / '.git/HEAD').is_symlink():
        pytest.skip('this git makes none')
    oid = ours.commit('third')
    assert note_of(ours) == {oid: 1}


# every failure of ours leaves git as it is


def _no_log(stand: Stand) -> None:
    (stand.ours.place() / 'events.jsonl').unlink()


def _log_is_a_directory(stand: Stand) -> None:
    _no_log(stand)
    (stand.ours.place() / 'events.jsonl').mkdir()


def _hooks_without(name: str) -> Callable[[Stand], None]:
    """The package with a file missing, as while it is being replaced."""

    def breaks(stand: Stand) -> None:
        copy = stand.ours.path.parent / 'package'
        shutil.copytree(HOOKS, copy)
        if name:
            (copy / name).unlink()
        else:
            shutil.rmtree(copy)
        for hook in (stand.ours.path / '.git/hooks').iterdir():
            text = re.sub("session_hooks='[^']*'", f"session_hooks='{copy}'", hook.read_text())
            hook.write_text(text)

    return breaks


def _half_written(stand: Stand) -> None:
    _hooks_without('')(stand)
    copy = stand.ours.path.parent / 'package'
    shutil.copytree(HOOKS, copy)
    for name in ('trailers.sh', 'record.sh'):
        text = (copy / name).read_text()
        (copy / name).write_text(text[: len(text) // 2] + '\nif "')


def _garbage(data: bytes) -> Callable[[Stand], None]:
    return lambda stand: bytes((stand.ours.place() / 'id').write_bytes(data)) and None


def _no_trailers(stand: Stand) -> None:
    (stand.ours.place() / 'trailers').unlink()
    (stand.ours.place() / 'banner').unlink()


def _trailers_is_a_directory(stand: Stand) -> None:
    _no_trailers(stand)
    (stand.ours.place() / 'trailers').mkdir()
    (stand.ours.place() / 'banner').mkdir()


def _no_sessions(stand: Stand) -> None:
    shutil.rmtree(stand.ours.sessions)


def _sessions_is_a_file(stand: Stand) -> None:
    _no_sessions(stand)
    (stand.ours.path / '.git/sessions').write_text('x')


def _notes_are_locked(stand: Stand) -> None:
    (stand.ours.path / '.git/refs/notes/session.lock').write_text('')


def _editmsg_is_a_directory(stand: Stand) -> None:
    (stand.ours.path / '.git/session-editmsg').mkdir()
    (stand.ours.path / '.git/session-branch').unlink()
    (stand.ours.path / '.git/session-branch').mkdir()


FAILURES: dict[str, Callable[[Stand], None]] = {
    'no log': _no_log,
    'log is a directory': _log_is_a_directory,
    'package gone': _hooks_without(''),
    **{f'{path.name} gone': _hooks_without(path.name) for path in sorted(HOOKS.iterdir())},
    'half written': _half_written,
    'empty id': _garbage(b''),
    'garbage id': _garbage(b'"}\n\xff\x00'),
    'binary id': _garbage(bytes(range(256))),
    'no trailers': _no_trailers,
    'trailers is a directory': _trailers_is_a_directory,
    'no sessions': _no_sessions,
    'sessions is a file': _sessions_is_a_file,
    'notes locked': _notes_are_locked,
    'pointer is a directory': _editmsg_is_a_directory,
}
DAY = """
git commit -q --allow-empty -m one
git commit -q --allow-empty -e -m two
git commit --allow-empty
git commit -q --amend --no-edit --allow-empty
git switch -q main
git merge -q other
git switch -q work
git merge -q --no-edit main
git rebase -q --force-rebase HEAD~1
git checkout -q --detach
git checkout -q work
"""


@pytest.mark.parametrize('name', FAILURES)
def test_git_goes_on_silently_whatever_fails(stand: Stand, name: str) -> None:
    FAILURES[name](stand)
    _agree(stand)


def _agree(stand: Stand, *, banners: bool = True) -> None:
    """The same day with and without us: status and output, but for banners."""
    results = []
    for repo in (stand.ours, stand.plain):
        editor = repo.path.parent / 'editor'
        editor.write_text('#!/bin/sh\n:\n')
        editor.chmod(0o755)
        results.append(transcript(repo, DAY, GIT_EDITOR=str(editor), **clock(stand.begun + 1800)))
    ours, plain = results
    lines = [
        line for line in ours.err.splitlines(keepends=True)
        if not banners or not line.startswith(('session work-', '  now: ', "  see 'git session"))
    ]  # fmt: skip
    assert (ours.status, ours.out, ''.join(lines)) == tuple(plain)
    assert plain.out.count('= 0') == 10
    added = '\n' + stand.block
    assert [neutral(each.replace(added, '')) for each in messages(stand.ours)] == [
        *map(neutral, messages(stand.plain))
    ]


def test_switched_off(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIT_SESSION=0: nothing is read, written or shown."""
    monkeypatch.setenv('GIT_SESSION', '0')
    before = stand.ours.events()
    notes = stand.ours.git('rev-parse', 'refs/notes/session')
    _agree(stand, banners=False)
    assert stand.ours.events() == before
    assert 'Session-Id' not in stand.ours.message()
    stand.ours.git('commit', '-q', '--allow-empty', '-m', 'more')
    assert stand.ours.git('rev-parse', 'refs/notes/session') == notes


@pytest.mark.usefixtures('files_method')
def test_a_renamed_branch_without_python(stand: Stand) -> None:
    """The next command moves the session; git says nothing."""
    ours = stand.ours
    places = [*(ours.path / '.git/hooks').iterdir(), ours.sessions / hookconfig.FILE]
    for place in filter(Path.is_file, places):
        place.write_text(re.sub("session_python='[^']*'", "session_python='/nowhere/python'",
                                place.read_text()))  # fmt: skip
    ours.git('branch', '-m', 'work', 'new')
    assert ours.run('git', 'commit', '-q', '--allow-empty', '-m', 'third') == Result(0, '', '')
    assert 'Session-Id' not in ours.message()


def test_a_read_only_sessions_directory(stand: Stand) -> None:
    """Where permissions count, that is, not for root."""
    if os.geteuid() == 0:
        pytest.skip('root writes everywhere')
    places = [stand.ours.sessions, stand.ours.place()]
    for file in stand.ours.place().iterdir():
        file.chmod(0o400)
    for place in places:
        place.chmod(0o500)
    try:
        _agree(stand)
    finally:
        for place in places:
            place.chmod(0o700)


def test_a_full_disk(stand: Stand, tmp_path: Path) -> None:
    """The sessions on a file system without a free byte: the commit and its note are made."""
    full = tmp_path / 'full'
    full.mkdir()
    mounted = subprocess.run(
        ['mount', '-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', str(full)], capture_output=True,
        check=False,
    )  # fmt: skip
    if mounted.returncode != 0:
        pytest.skip('cannot mount a small file system here')
    try:
        shutil.copytree(stand.ours.sessions, full / 'sessions')
        shutil.rmtree(stand.ours.sessions)
        (stand.ours.path / '.git/sessions').symlink_to(full / 'sessions')
        with pytest.raises(OSError, match='No space'), (full / 'fill').open('wb', 0) as file:
            while True:
                file.write(b'x' * 4096)
        log = stand.ours.place() / 'events.jsonl'
        room = -log.stat().st_size % 4096  # what its last page still takes
        with log.open('ab') as file:
            file.write(b'\n' * room)
        _agree(stand)
    finally:
        subprocess.run(['umount', str(full)], check=True)


# the scripts themselves


def use(stand: Stand, shell: str) -> None:
    """Let this shell run the hooks."""
    program, *options = SHELLS[shell].split()
    line = ' '.join(['#!' + str(shutil.which(program)), *options])
    for hook in (stand.ours.path / '.git/hooks').iterdir():
        hook.write_text(re.sub(r'\A#!.*', line, hook.read_text()))


@pytest.mark.usefixtures('files_method')
@pytest.mark.parametrize('shell', THERE)
def test_a_day_under_every_shell(stand: Stand, shell: str) -> None:
    use(stand, shell)
    before = len(stand.ours.events())
    _agree(stand)
    assert types(stand.ours, before) == [
        'commit', 'commit', 'commit', 'pause', 'resume', 'commit', 'rewrite', 'pause', 'resume',
    ]  # fmt: skip
    stand.ours.git('branch', '-m', 'work', 'renamed')
    oid = stand.ours.commit('after it')
    assert note_of(stand.ours) == {oid: 1}
    assert stand.block in stand.ours.message() + '\n'


@pytest.mark.usefixtures('files_method')
@pytest.mark.parametrize('shell', THERE)
def test_leases_under_every_shell(stand: Stand, shell: str) -> None:
    ours, agent = stand.ours, {'CLAUDECODE': '1', 'CLAUDE_CODE_SESSION_ID': 'a1'}
    use(stand, shell)
    place = ours.path / '.git/session-live'
    make = ('commit', '-q', '--allow-empty', '-m', 'x')
    ours.git(*make, **agent)
    seen = ours.git('rev-parse', 'HEAD')
    assert (place / 'claude-a1').read_text() == f'work\n{seen}\n\n'
    ours.git(*make)
    by_hand = ours.git('rev-parse', 'HEAD')
    assert (place / 'person').read_text().split('\n')[:2] == ['work', by_hand]
    ours.git(*make, **agent)  # it was not told yet that somebody else had moved HEAD
    assert (place / 'claude-a1').read_text() == f'work\n{seen}\n\nwork\n'
    ours.git('switch', '-q', 'main')
    said = ours.run('git', 'switch', '-q', 'work').err.splitlines()
    assert len(said) == 3
    assert said[2] == "  claude is live on this branch: see 'git session status'"


def started(stand: Stand, tmp_path: Path, hook: str, *args: str, **env: str) -> list[str]:
    """The programs that a hook starts: git's subcommands, and nothing else is on PATH."""
    tools = tmp_path / 'tools'
    if not tools.exists():
        tools.mkdir()
        (tools / 'git').write_text(
            f'#!/bin/sh\nfor word; do case $word in -*|*.*=*) ;; *) break ;; esac; done\n'
            f'echo "$word" >> "{tools}/log"\nexec "{shutil.which("git")}" "$@"\n'
        )
        (tools / 'git').chmod(0o755)
    (tools / 'log').write_text('')
    done = stand.ours.run('/bin/sh', str(HOOKS / hook), *args, PATH=str(tools), **env)
    assert done.status == 0
    assert 'not found' not in done.err
    return (tools / 'log').read_text().split()


def test_how_many_processes_the_hooks_start(stand: Stand, tmp_path: Path) -> None:
    """None without a session, one for an event, two for an event with its note."""
    ours = stand.ours
    message = ours.path / '.git/COMMIT_EDITMSG'
    message.write_text('Subject\n\nBody: x\n')
    run = ('prepare-commit-msg', '.git/COMMIT_EDITMSG')
    assert started(stand, tmp_path, *run, 'message', GIT_EDITOR=':') == []
    assert stand.block in message.read_text()
    hint = "# Lines starting\n# with '#' will be ignored, and an empty message aborts the commit.\n"
    message.write_text('\n' + hint)
    assert started(stand, tmp_path, *run, GIT_EDITOR='vi') == []
    assert started(stand, tmp_path, *run, GIT_EDITOR=':') == []
    message.write_text('Subject\n' + message.read_text())
    assert started(stand, tmp_path, 'commit-msg', '.git/COMMIT_EDITMSG', GIT_EDITOR=':') == []
    assert started(stand, tmp_path, 'commit-msg', '.git/COMMIT_EDITMSG', GIT_EDITOR='vi') == []
    ours.git('commit', '-q', '--allow-empty', '-m', 'third', GIT_SESSION='0')
    assert started(stand, tmp_path, 'post-commit') == ['log', 'fast-import']
    assert started(stand, tmp_path, 'post-commit') == ['log']  # it has its note
    ours.git('switch', '-q', 'main', GIT_SESSION='0')
    assert started(stand, tmp_path, 'post-checkout', '1', '2', '1') == ['log']
    assert started(stand, tmp_path, 'post-checkout', '1', '2', '0') == []
    oid = ours.git('rev-parse', 'HEAD')
    for name, *args in (
        ('prepare-commit-msg', '.git/COMMIT_EDITMSG', 'message'),
        ('commit-msg', '.git/COMMIT_EDITMSG'), ('post-commit',), ('post-merge', '0'),
        ('post-checkout', oid, oid, '1'), ('post-rewrite', 'amend'),
    ):  # fmt: skip
        assert started(stand, tmp_path, name, *args, GIT_EDITOR=':') == [], name
    shutil.rmtree(ours.sessions)
    ours.git('switch', '-q', 'work')
    assert started(stand, tmp_path, 'post-commit') == []


@pytest.mark.skipif(not shutil.which('strace'), reason='strace is not installed')
def test_every_process_of_a_commit(stand: Stand, tmp_path: Path) -> None:
    """Of a real commit, as the kernel sees it: git, its hooks, and what they start."""
    log = tmp_path / 'trace'

    def programs() -> Counter[str]:
        done = stand.ours.run('strace', '-f', '-qq', '-e', 'trace=execve', '-o', str(log),
                              'git', 'commit', '-q', '--allow-empty', '-m', 'x')  # fmt: skip
        if done.status != 0:
            pytest.skip(f'strace cannot trace here: {done.err}')
        started = re.findall(r'execve\("[^"]*", \[(.*?)\].*= 0$', log.read_text(), re.MULTILINE)
        words = (re.findall(r'"([^"]*)"', each)[:2] for each in started)
        return Counter(' '.join(os.path.basename(word) for word in each) for each in words)

    hooks = ['prepare-commit-msg', 'commit-msg', 'post-commit']
    with_session = programs()
    stand.ours.git('switch', '-q', 'main')
    without = programs()
    added = with_session - without
    assert sum(without.values()) == 1 + len(hooks), without
    assert sum(added.values()) == 3, added  # log, fast-import and its unpack-objects
    assert not [name for name in with_session if os.path.basename(sys.executable) in name]
