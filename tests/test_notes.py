"""Publishing: no line is lost or doubled, whatever shape git gave the notes tree."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from git_session import eventlog, events, git, notes
from git_session.errors import SessionError
from git_session.replay import replay
from tests.repo import Repo, Result

Run = Callable[..., Result]


def publish(lines: dict[str, list[str]]) -> None:
    encoded = {commit: [line.encode() for line in some] for commit, some in lines.items()}
    notes.publish(git.discover(), encoded, 'Notes added by a test')


def shown(repo: Repo, commit: str) -> list[str]:
    return [line for line in repo.git('notes', '--ref=session', 'show', commit).split('\n') if line]


def made(repo: Repo, number: int) -> list[str]:
    """So many commits, by one git process."""
    stream = []
    for each in range(number):
        parent = f'from :{each}\n' if each else ''
        stream.append(f'commit refs/heads/many\nmark :{each + 1}\n')
        stream.append(f'committer A <a@x> {each} +0000\ndata 1\nx\n{parent}')
    repo.git('fast-import', '--quiet', stdin=''.join(stream))
    return repo.git('rev-list', 'many').split()


def paths(repo: Repo) -> list[str]:
    return repo.git('ls-tree', '-r', '--name-only', notes.REF).split('\n')


def clean(repo: Repo) -> None:
    assert repo.run('git', 'fsck', '--full', '--strict').err.replace('notice: ', '') in (
        '', 'HEAD points to an unborn branch (main)\n'
    )  # fmt: skip
    assert 'error' not in repo.git('fsck', '--full', '--strict')


def test_the_first_note(repo: Repo) -> None:
    head = repo.git('rev-parse', 'HEAD')
    publish({head: ['b', 'a']})
    assert shown(repo, head) == ['b', 'a']
    assert paths(repo) == [f'{head[:2]}/{head[2:]}']  # as the hook's
    assert repo.git('log', '-1', '--format=%an <%ae>|%s', notes.REF) == (
        'Ann Author <ann@example.com>|Notes added by a test'
    )
    assert repo.git('reflog', '-1', '--format=%gs', notes.REF) == 'notes: Notes added by a test'
    clean(repo)


def test_lines_are_united(repo: Repo) -> None:
    head = repo.git('rev-parse', 'HEAD')
    publish({head: ['a', 'b']})
    tip = repo.git('rev-parse', notes.REF)
    publish({head: ['b', 'a', 'a']})
    publish({head: []})
    publish({})
    assert repo.git('rev-parse', notes.REF) == tip
    publish({head: ['c', 'b', 'c']})
    assert shown(repo, head) == ['a', 'b', 'c']
    assert repo.git('rev-parse', notes.REF + '^') == tip


def test_a_note_of_git_without_a_newline_at_its_end(repo: Repo) -> None:
    head = repo.git('rev-parse', 'HEAD')
    blob = repo.git('hash-object', '-w', '--stdin', stdin='old')
    repo.git('notes', '--ref=session', 'add', '-C', blob)
    publish({head: ['new']})
    assert shown(repo, head) == ['old', 'new']


def test_squashed_notes_have_blank_lines(repo: Repo) -> None:
    head = repo.git('rev-parse', 'HEAD')
    repo.git('notes', '--ref=session', 'add', '-m', 'a\n\nb')
    publish({head: ['b', 'c']})
    assert shown(repo, head) == ['a', 'b', 'c']


def tree_of(repo: Repo, fan_out: int, entries: dict[str, str], *, on_top: bool = False) -> None:
    """Make the notes tree by hand: `fan_out` directories deep, on top of what is there."""
    stream = ['commit refs/notes/session\ncommitter A <a@x> 1 +0000\ndata 1\nx\n']
    stream += ['from refs/notes/session^0\n'] if on_top else []
    for commit, text in entries.items():
        parts = [commit[2 * n : 2 * n + 2] for n in range(fan_out)] + [commit[2 * fan_out :]]
        stream.append(f'M 100644 inline {"/".join(parts)}\ndata {len(text)}\n{text}\n')
    repo.git('fast-import', '--quiet', stdin=''.join(stream))


@pytest.mark.parametrize('fan_out', [0, 1, 2])
@pytest.mark.parametrize('format', ['sha1', 'sha256'])
def test_any_fan_out(make_repo: Callable[..., Repo], fan_out: int, format: str) -> None:
    repo = make_repo('any', f'--object-format={format}')
    commits = made(repo, 12)
    tree_of(repo, fan_out, {commit: f'old {commit}\n' for commit in commits[:10]})
    publish({commit: [f'new {commit}'] for commit in commits[2:]})
    for number, commit in enumerate(commits):
        old = [f'old {commit}'] if number < 10 else []
        new = [f'new {commit}'] if number >= 2 else []
        assert shown(repo, commit) == old + new
    assert len(repo.git('notes', '--ref=session', 'list').splitlines()) == 12
    assert len(paths(repo)) == 12  # each is in one place: git would show two as one
    clean(repo)


def test_a_mixed_tree(repo: Repo) -> None:
    commits = made(repo, 6)
    for fan_out, some in ((0, commits[:2]), (1, commits[2:4]), (2, commits[4:])):
        tree_of(repo, fan_out, dict.fromkeys(some, 'old\n'), on_top=fan_out > 0)
    publish({commit: ['new'] for commit in commits})
    assert [shown(repo, commit) for commit in commits] == [['old', 'new']] * 6
    assert len(paths(repo)) == 6
    clean(repo)


@pytest.mark.parametrize('format', ['sha1', 'sha256'])
def test_beside_the_many_notes_of_git(make_repo: Callable[..., Repo], format: str) -> None:
    repo = make_repo('many', f'--object-format={format}')
    commits = made(repo, 420)
    blob = repo.git('hash-object', '-w', '--stdin', stdin='old\n')
    pairs = ''.join(f'{blob} {commit}\n' for commit in commits[:350])
    stream = 'commit refs/notes/session\ncommitter A <a@x> 1 +0000\ndata 1\nx\n'
    stream += ''.join(f'N {pair}\n' for pair in pairs.splitlines())
    repo.git('fast-import', '--quiet', stdin=stream)
    assert '/' in repo.git('ls-tree', '-r', '--name-only', notes.REF)  # git fans out by itself
    publish({commit: ['new'] for commit in commits[300:]})
    repo.git('pack-refs', '--all')
    repo.git('gc', '-q')
    publish({commit: ['newer'] for commit in commits[340:]})
    for commit, expected in (
        (commits[0], ['old']), (commits[320], ['old', 'new']),
        (commits[345], ['old', 'new', 'newer']), (commits[400], ['new', 'newer']),
    ):  # fmt: skip
        assert shown(repo, commit) == expected
    assert len(repo.git('notes', '--ref=session', 'list').splitlines()) == 420
    # git itself goes on with what we wrote, and we with that.
    repo.git('notes', '--ref=session', 'append', '-m', 'by git', commits[0])
    publish({commits[0]: ['last']})
    assert shown(repo, commits[0]) == ['old', 'by git', 'last']
    clean(repo)


def test_packed_refs_and_objects(repo: Repo) -> None:
    head = repo.git('rev-parse', 'HEAD')
    publish({head: ['a']})
    repo.git('gc', '-q')
    publish({head: ['b']})
    assert shown(repo, head) == ['a', 'b']
    clean(repo)


@pytest.mark.parametrize(
    'settings',
    [
        ['extensions.worktreeConfig=true'],
        ['extensions.partialClone=origin'],
        ['extensions.preciousObjects=true'],
        ['core.sharedRepository=group'],
        ['core.fsync=all'],
        ['core.logAllRefUpdates=always'],
        ['gc.writeCommitGraph=true'],
    ],
)
def test_settings_of_the_repository(repo: Repo, settings: list[str]) -> None:
    repo.git('config', 'core.repositoryFormatVersion', '1')
    for setting in settings:
        repo.git('config', *setting.split('='))
    head = repo.git('rev-parse', 'HEAD')
    publish({head: ['a']})
    assert shown(repo, head) == ['a']


def test_in_a_partial_clone(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = repo.git('rev-parse', 'HEAD')
    publish({head: ['a']})
    repo.git('config', 'uploadpack.allowFilter', 'true')
    repo.git('config', 'uploadpack.allowAnySHA1InWant', 'true')
    repo.git('clone', '-q', '--filter=tree:0', '--no-checkout', f'file://{repo.path}',
             str(tmp_path / 'clone'))  # fmt: skip
    clone = Repo(tmp_path / 'clone')
    monkeypatch.chdir(clone.path)
    clone.git('fetch', '-q', 'origin', 'refs/notes/session:refs/notes/session')
    publish({head: ['b']})
    assert shown(clone, head) == ['a', 'b']


def test_with_borrowed_objects(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = repo.git('rev-parse', 'HEAD')
    publish({head: ['a']})
    repo.git('clone', '-q', '--shared', '--mirror', '.', str(tmp_path / 'clone'))
    clone = Repo(tmp_path / 'clone')
    monkeypatch.chdir(clone.path)
    publish({head: ['b']})
    assert shown(clone, head) == ['a', 'b']


def test_in_a_linked_worktree(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.git('worktree', 'add', '-q', str(tmp_path / 'linked'))
    monkeypatch.chdir(tmp_path / 'linked')
    head = repo.git('rev-parse', 'HEAD')
    publish({head: ['a']})
    assert shown(repo, head) == ['a']


def test_without_an_identity(repo: Repo) -> None:
    head = repo.git('rev-parse', 'HEAD')
    repo.git('config', '--global', '--remove-section', 'user')
    repo.git('config', 'user.useConfigOnly', 'true')
    publish({head: ['a']})
    assert repo.git('log', '-1', '--format=%an <%ae>', notes.REF) == 'Ann Author <ann@example.com>'


def test_a_ref_that_cannot_move(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, '_TRIES', 2)
    lock = repo.path / '.git/refs/notes/session.lock'
    lock.parent.mkdir(parents=True)
    lock.touch()
    with pytest.raises(SessionError) as caught:
        publish({repo.git('rev-parse', 'HEAD'): ['a']})
    assert caught.value.message == "cannot update ref 'refs/notes/session'"
    assert caught.value.hints[-1] == 'the log has it all; the next checkpoint publishes it'


def unite(*tips: str) -> None:
    notes.unite(git.discover(), list(tips), 'Notes united by a test')


def tips(repo: Repo) -> tuple[str, str]:
    """The notes, and where a command of ours has seen them last."""
    return repo.git('rev-parse', notes.REF), repo.git('rev-parse', notes.KEPT)


def noted(repo: Repo, place: str, commit: str, *lines: str) -> str:
    """Notes of another clone under `refs/notes/<place>`, by git itself; their tip."""
    repo.git('notes', f'--ref={place}', 'append', '-m', '\n'.join(lines), commit)
    return repo.git('rev-parse', f'refs/notes/{place}')


def test_united_has_the_lines_and_the_history_of_all(repo: Repo) -> None:
    first, second = made(repo, 2)
    publish({first: ['c', 'a']})
    ours, _ = tips(repo)
    one = noted(repo, 'one', first, 'b', 'a')
    two = noted(repo, 'two', second, 'd')
    unite(one, two, one)
    assert shown(repo, first) == ['a', 'b', 'c']
    assert shown(repo, second) == ['d']
    assert repo.git('log', '-1', '--format=%P|%an|%s', notes.REF) == (
        f'{ours} {one} {two}|Ann Author|Notes united by a test'
    )
    assert repo.git('reflog', '-1', '--format=%gs', notes.REF) == 'notes: Notes united by a test'
    united, kept = tips(repo)
    assert kept == united
    unite(two, ours, one)  # all of it is there
    assert tips(repo) == (united, united)
    three = noted(repo, 'three', first, 'e')
    unite(one, three)
    assert repo.git('log', '-1', '--format=%P', notes.REF) == f'{united} {three}'
    clean(repo)


def test_united_with_what_goes_on_from_ours_is_that(repo: Repo) -> None:
    head = repo.git('rev-parse', 'HEAD')
    unite()
    assert not repo.run('git', 'rev-parse', '-q', '--verify', notes.REF).out
    theirs = noted(repo, 'theirs', head, 'b')
    unite(theirs)
    assert tips(repo) == (theirs, theirs)
    later = noted(repo, 'theirs', head, 'a')
    unite(theirs, later)
    assert tips(repo) == (later, later)
    publish({head: ['c']})
    ours, _ = tips(repo)
    unite(theirs, later)
    assert tips(repo) == (ours, ours)
    assert shown(repo, head) == ['b', 'a', 'c']


def test_the_first_notes_come_from_two_sides(repo: Repo) -> None:
    head = repo.git('rev-parse', 'HEAD')
    one, two = noted(repo, 'one', head, 'b'), noted(repo, 'two', head, 'a')
    unite(one, two, one)
    assert shown(repo, head) == ['a', 'b']
    assert repo.git('log', '-1', '--format=%P', notes.REF) == f'{one} {two}'
    clean(repo)


def test_notes_that_something_has_overwritten_are_united_again(repo: Repo) -> None:
    here, head = git.discover(), repo.git('rev-parse', 'HEAD')
    notes.restore(here)  # there is nothing, and nothing is made of it
    publish({head: ['a']})
    assert not notes.is_overwritten(here)
    noted(repo, 'session', head, 'b')  # on top of ours
    assert not notes.is_overwritten(here)
    publish({head: ['c']})
    ours, _ = tips(repo)
    theirs = noted(repo, 'theirs', head, 'd')
    repo.git('update-ref', notes.REF, theirs)
    assert notes.is_overwritten(here)
    notes.restore(here)
    assert shown(repo, head) == ['a', 'b', 'c', 'd']
    assert repo.git('log', '-1', '--format=%P|%s', notes.REF) == (
        f'{theirs} {ours}|Notes restored that something else had overwritten'
    )
    assert not notes.is_overwritten(here)
    united, _ = tips(repo)
    repo.git('update-ref', '-d', notes.REF)
    assert notes.is_overwritten(here)
    notes.restore(here)
    assert tips(repo) == (united, united)
    repo.git('update-ref', '-d', notes.KEPT)
    assert notes.is_overwritten(here)


def test_who_moves_both_refs_is_waited_for(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the lock of the notes: the one of the logs may be held by who asks."""
    here, head = git.discover(), repo.git('rev-parse', 'HEAD')
    publish({head: ['a']})
    taken: list[tuple[str, str]] = []

    class Lock(eventlog.lock):
        def __init__(self, sessions: str, *, name: str = '.lock') -> None:
            super().__init__(sessions, name=name)
            taken.append((sessions, name))
            repo.git('update-ref', notes.REF, notes.KEPT)  # whoever held it is done

    monkeypatch.setattr(eventlog, 'lock', Lock)
    assert not notes.is_overwritten(here)
    assert taken == []
    repo.git('update-ref', notes.REF, noted(repo, 'theirs', head, 'b'))
    assert not notes.is_overwritten(here)
    assert taken == [(here.sessions, '.notes')]


def test_what_notes_have_that_others_have_not(repo: Repo) -> None:
    here, (first, second) = git.discover(), made(repo, 2)
    publish({first: ['a'], second: ['x']})
    old, _ = tips(repo)
    tree_of(repo, 2, {first: 'b\na\nb\n'}, on_top=True)
    publish({second: ['y']})
    new, _ = tips(repo)
    assert dict(notes.additions(here, old, new)) == {first: [b'b'], second: [b'y']}
    assert dict(notes.additions(here, '', old)) == {first: [b'a'], second: [b'x']}
    assert dict(notes.additions(here, new, new)) == {}
    wanted = {first: [b'b', b'c', b'a'], second: [b'x']}
    assert notes.missing(here, [old, new], wanted) == {first: [b'c']}
    assert notes.missing(here, [old], wanted) == {first: [b'b', b'c']}
    assert notes.missing(here, [], wanted) == wanted
    assert notes.missing(here, [old], {}) == {}


PUBLISH = """
    import sys
    from git_session import git, notes
    number, *commits = sys.argv[1:]
    sys.stdin.readline()
    lines = {commit: [f'{number} {commit}'.encode()] for commit in commits}
    notes.publish(git.discover(), lines, f'process {number}')
"""


def test_twenty_at_once(repo: Repo) -> None:
    """Each process has a commit of its own, and all of them have one in common."""
    own = made(repo, 20)
    common = repo.git('rev-parse', 'HEAD')
    running = [
        subprocess.Popen(
            [sys.executable, '-c', textwrap.dedent(PUBLISH), str(number), commit, common],
            cwd=repo.path, stdin=subprocess.PIPE,
        )
        for number, commit in enumerate(own)
    ]  # fmt: skip
    for process in running:
        assert process.stdin is not None
        process.stdin.write(b'\n')
        process.stdin.flush()
    assert [process.wait() for process in running] == [0] * 20
    for process in running:
        process.communicate()
    for number, commit in enumerate(own):
        assert shown(repo, commit) == [f'{number} {commit}']
    assert sorted(shown(repo, common)) == sorted(f'{number} {common}' for number in range(20))
    assert len(repo.git('rev-list', notes.REF).splitlines()) == 20
    clean(repo)


def test_two_published_sides_unite_as_git_unites_them(repo: Repo, run: Run) -> None:
    run('start', 'work', '-o', 'one')
    head = repo.commit('c')
    run('checkpoint', '-l', 'here', '--no-commit')
    name = repo.context()['session']
    repo.git('update-ref', 'refs/notes/theirs', notes.REF)
    run('objectives', 'add', 'mine')
    run('checkpoint', '-l', 'mine', '--no-commit')
    mine = repo.note(head)
    there = [{**mine[-1], 'id': mine[-1]['id'][:-1] + 'x', 'label': 'theirs'}]
    blob = ''.join(json.dumps(each) + '\n' for each in there)
    repo.git('notes', '--ref=theirs', 'append', '-F', '-', head, stdin=blob)
    repo.git('notes', '--ref=session', 'merge', '-s', 'cat_sort_uniq', 'refs/notes/theirs')
    united, lost = events.decode_all(repo.git('notes', '--ref=session', 'show', head).encode())
    assert lost == 0
    session = replay(name, united)
    assert {each.label for each in session.checkpoints} == {'here', 'mine', 'theirs'}
    assert [each.text for each in session.objectives] == ['one', 'mine']
    assert list(session.commits) == [head]
    local, _ = events.decode_all((repo.place() / 'events.jsonl').read_bytes())
    assert {event.id for event in local} | {there[0]['id']} == {event.id for event in united}


def test_a_session_is_whole_in_its_notes(repo: Repo, run: Run) -> None:
    run('start', 'work', '-o', 'one')
    run('note', 'before any commit')
    first = repo.commit('first')
    run('checkpoint', '-l', 'x', '--no-commit')
    second = repo.commit('second')
    run('note', 'later')
    run('checkpoint', '-l', 'y', '--no-commit')
    lines = '\n'.join(
        repo.git('notes', '--ref=session', 'show', commit) for commit in (second, first)
    )
    found, lost = events.decode_all(lines.encode())
    local, _ = events.decode_all((repo.place() / 'events.jsonl').read_bytes())
    assert (found, lost) == (local, 0)
    size = (repo.place() / 'events.jsonl').stat().st_size
    assert (repo.place() / 'published').read_text().startswith(f'{size} blockers,')
