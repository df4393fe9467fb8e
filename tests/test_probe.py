"""The scratch worktree of doctor: what it proves, and that nothing of the user's is touched."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from git_session import git, probe
from git_session.errors import SessionError
from git_session.hooks import EVENTS
from tests.repo import Repo, Result

pytestmark = pytest.mark.usefixtures('files_method')

# What a kill leaves is removed by the next one; objects stay, unreachable.
MARK = 'touch "$PROBE_MARK"; kill -{} "$PROBE_PID"\n'


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The temporary directory that the scratch worktrees are made in."""
    place = tmp_path / 'scratch place'
    place.mkdir()
    monkeypatch.setattr(tempfile, 'tempdir', str(place))
    monkeypatch.setenv('TMPDIR', str(place))
    return place


@pytest.fixture
def lived(session: Repo) -> Repo:
    """A session with commits, notes, staged, changed and untracked files, and a stash."""
    session.commit('one', **{'b.txt': 'x\n'})
    session.write(**{'a.txt': 'stashed\n'})
    session.git('stash', '-q')
    session.git('notes', 'add', '-m', 'mine', 'HEAD')
    session.write(**{'a.txt': 'changed\n', 'b.txt': 'staged\n', 'new.txt': 'new\n'})
    session.git('add', 'b.txt')
    return session


def state(repo: Repo) -> dict[str, str]:
    """Every file of the repository with its mode, but objects, which are only ever added."""
    found = {}
    for folder, names, files in os.walk(repo.path):
        if folder == str(repo.path / '.git'):
            names.remove('objects')
        for name in [*files, *names]:
            path = Path(folder, name)
            info = path.lstat()
            text = path.read_bytes() if path.is_file() else b''
            times = f'{info.st_mtime_ns} {info.st_ino}' if path.is_file() else ''
            found[str(path)] = f'{info.st_mode:o} {times} {hashlib.sha256(text).hexdigest()}'
    return found


def hook(repo: Repo, name: str, text: str) -> Path:
    path = repo.path / '.git/hooks' / name
    path.parent.mkdir(exist_ok=True)
    path.write_text('#!/bin/sh\n' + text)
    path.chmod(0o755)
    return path


def prove() -> probe.Outcome:
    return probe.run(git.discover())


def fired(outcome: probe.Outcome) -> dict[str, bool | None]:
    return {each.event: each.fired for each in outcome.proofs}


def problems(outcome: probe.Outcome) -> list[str]:
    return [f'{each.name}: {each.problem}' for each in outcome.steps if each.problem]


ALL = dict.fromkeys(EVENTS, True)


def test_nothing_of_the_users_is_touched(lived: Repo, scratch: Path) -> None:
    """Not a byte, a mode, a time or a file but unreachable objects."""
    before, refs = state(lived), lived.git('for-each-ref')
    outcome = prove()
    assert state(lived) == before
    assert lived.git('for-each-ref') == refs
    assert fired(outcome) == ALL
    assert problems(outcome) == []
    assert list(scratch.iterdir()) == []
    assert lived.git('worktree', 'list').count('\n') == 0


def test_with_everything_configured_that_could_touch_it(lived: Repo, scratch: Path) -> None:
    for key, value in {
        'branch.autoSetupMerge': 'always', 'rebase.updateRefs': 'true', 'rebase.autoStash': 'true',
        'commit.gpgSign': 'true', 'gpg.program': 'false', 'merge.ff': 'only', 'gc.auto': '1',
        'rebase.backend': 'apply', 'notes.rewriteRef': 'refs/notes/*', 'commit.template': '/none',
        'core.logAllRefUpdates': 'always', 'user.useConfigOnly': 'true', 'commit.verbose': 'true',
        'core.editor': 'false', 'merge.log': 'true', 'commit.status': 'false',
        'commit.cleanup': 'verbatim', 'core.commentChar': ';', 'rerere.enabled': 'true',
    }.items():  # fmt: skip
        lived.git('config', key, value)
    lived.git('config', '--global', '--unset', 'user.name')
    lived.git('config', '--unset', 'commit.template')
    before = state(lived)
    outcome = prove()
    assert state(lived) == before
    assert (fired(outcome), problems(outcome)) == (ALL, [])


def test_beside_a_real_commit(lived: Repo, tmp_path: Path) -> None:
    """The user commits in the middle of each step: both notes and all events are there."""
    hook(lived, 'post-commit.session-orig', f'cd {lived.path}\n'
         '[ -z "$GIT_SESSION_PROBE" ] || env -i HOME="$HOME" PATH="$PATH" '
         'git commit -q --allow-empty -m "at the same time" || exit\n')  # fmt: skip
    lived.git('commit', '-q', '-m', 'two', '-a')
    before = lived.git('rev-list', 'HEAD').split()
    notes = lived.git('notes', '--ref=session', 'list').count('\n')
    outcome = prove()
    assert fired(outcome) == ALL
    made = lived.git('rev-list', f'{before[0]}..HEAD').split()
    assert len(made) >= 4
    assert all(len(lived.note(oid)) == 1 for oid in made)
    assert lived.git('notes', '--ref=session', 'list').count('\n') == notes + len(made)
    assert {each['session'] for oid in made for each in lived.note(oid)} == {
        lived.context()['session']
    }


@pytest.mark.parametrize('name', ['KILL', 'TERM', 'INT', 'HUP'])
def test_interrupted(lived: Repo, scratch: Path, tmp_path: Path, name: str) -> None:
    """A hook kills the doctor that made it run; what is left, the next doctor removes."""
    path = lived.path / '.git/hooks/post-commit.session-orig'
    mark = tmp_path / 'mark'
    before = state(lived)
    hook(lived, path.name, MARK.format(name))
    kept = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup it is ignored
    try:
        done = lived.run('sh', '-c', 'PROBE_PID=$$ exec git-session doctor', PROBE_MARK=str(mark))
    finally:
        signal.signal(signal.SIGHUP, kept)
    assert mark.exists()
    path.unlink()
    if name == 'INT':
        assert (done.status, done.out) == (130, '')
    else:
        assert done.status == -getattr(signal, f'SIG{name}')
        assert (lived.path / '.git/session-probe').exists()
        assert list(scratch.iterdir()) != []
        assert 'session-probe-' in lived.git('branch')
        said = lived.session('doctor', '--no-probe')
        assert 'probe: fixed\n' in said
    assert state(lived) == before
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize('what', ['nothing', 'folder', 'half', 'locked', 'rubbish', 'foreign'])
def test_what_a_kill_leaves(lived: Repo, scratch: Path, what: str) -> None:
    """At any moment: before the worktree, while git makes it, after the folder is gone."""
    lived.git('branch', 'session-probe-mine')
    before = state(lived)
    folder = scratch / 'session-probe-0123456789ab'
    record = lived.path / '.git/session-probe'
    record.write_text(f'{{"folder": "{folder}"}}\n')
    admin = lived.path / '.git/worktrees' / folder.name
    if what == 'folder':
        (folder / 'sessions').mkdir(parents=True)
    elif what in ('half', 'locked'):
        folder.mkdir()
        lived.git('worktree', 'add', '-q', '-b', folder.name, str(folder / folder.name))
        (admin / 'locked').write_text('initializing\n')
        if what == 'half':
            (admin / 'HEAD').unlink()
    elif what == 'rubbish':
        record.write_text('{"folder": ')
    elif what == 'foreign':
        record.write_text(f'{{"folder": "{lived.path}"}}\n')
    assert probe.has_leftover(git.discover())
    probe.clean(git.discover())
    assert state(lived) == before
    assert list(scratch.iterdir()) == []


def test_two_at_once(lived: Repo, scratch: Path) -> None:
    """The second waits for the first, and takes nothing of it for left over."""
    before = state(lived)
    script = (
        'git-session doctor >/dev/null & git-session doctor >/dev/null; a=$?; wait $! && exit $a'
    )
    assert lived.run('sh', '-c', script) == Result(0, '', '')
    assert state(lived) == before
    assert list(scratch.iterdir()) == []


# what it sees


def test_a_foreign_hook_runs_in_an_empty_tree(lived: Repo, tmp_path: Path) -> None:
    """As git runs it, without a terminal, and cannot meet the user's files."""
    log = tmp_path / 'log'
    hook(lived, 'pre-commit', f'ls -A >> {log}; test -t 0 && echo terminal >> {log}\n'
         f'git diff --cached --name-only >> {log}; pwd >> {log}\n')  # fmt: skip
    outcome = prove()
    assert (fired(outcome), problems(outcome)) == (ALL, [])
    lines = log.read_text().split('\n')
    assert {line for line in lines if not line.startswith(str(tmp_path / 'scratch'))} == {
        '.git', '',
    }  # fmt: skip


def test_the_configuration_of_hook_managers_is_there(lived: Repo, tmp_path: Path) -> None:
    lived.write_file('.pre-commit-config.yaml', 'repos: []\n')
    lived.write_file('.husky/pre-commit', 'true\n')
    lived.git('add', '.')
    lived.git('commit', '-q', '-m', 'managers')
    hook(lived, 'pre-commit', 'test -f .pre-commit-config.yaml && test -f .husky/pre-commit\n')
    assert problems(prove()) == []


def test_a_hook_that_refuses(lived: Repo) -> None:
    """What can be proved is; what cannot is unknown, and not called broken."""
    hook(lived, 'pre-commit', 'echo nothing to commit here >&2; exit 1\n')
    outcome = prove()
    assert fired(outcome) == {**ALL, 'commit-msg': None}
    assert problems(outcome) == [
        'commit: nothing to commit here', 'commit in an editor: nothing to commit here',
    ]  # fmt: skip


def test_a_hook_that_hangs(lived: Repo, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It and what it has started are killed."""
    started = lived.path / 'started'
    hook(lived, 'pre-merge-commit', f"touch '{started}'; sleep 600\n")
    with monkeypatch.context() as patch:  # the time is up once it hangs, and not before
        patch.setattr(time, 'monotonic', lambda: probe.LIMIT if started.exists() else 0.0)
        outcome = prove()
    assert problems(outcome) == ['merge: took longer than 600 seconds']
    assert list(scratch.iterdir()) == []


WHY = {
    '': 'git does not run it',
    'exit 0\n': 'git runs {path}, which does not run ours, or not as git would',
    'exit 3\n': '{path} failed with exit status 3',
    'exit 0 # lefthook\n': 'git runs lefthook ({path}), which does not run ours, '
    'or not as git would',
}


@pytest.mark.parametrize('text', WHY)
def test_why_one_did_not_fire(lived: Repo, text: str) -> None:
    path = lived.path / '.git/hooks/post-commit'
    path.unlink()
    if text:
        hook(lived, 'post-commit', text)
    proof = prove().proofs[2]
    assert (proof.event, proof.fired, proof.ran) == ('post-commit', False, bool(text))
    assert proof.problem == WHY[text].format(path=path)
    assert (proof.ms is None) == (not text)


def test_ours_that_does_nothing(lived: Repo) -> None:
    path = lived.path / '.git/hooks/post-commit'
    path.write_text(path.read_text().replace("session_hooks='", "session_hooks='/gone"))
    proof = prove().proofs[2]
    assert proof.problem == f'git runs {path}, but it does nothing'


def test_a_manager_that_passes_no_list(lived: Repo) -> None:
    """As pre-commit does to a hook that it has moved: it finds amend and rebase all the same."""
    path = lived.path / '.git/hooks/post-rewrite'
    path.rename(f'{path}.legacy')
    hook(lived, 'post-rewrite', '# generated by pre-commit\n"$0.legacy" "$@" < /dev/null\n')
    said = lived.session('doctor')  # by the program that installed them
    line = next(line for line in said.splitlines() if 'post-rewrite' in line)
    assert re.fullmatch(
        rf'hook post-rewrite: ok, fired in [0-9.]+ ms by pre-commit \({path}\)', line
    )


def test_hooks_that_a_command_sets(lived: Repo, tmp_path: Path) -> None:
    """git -c core.hooksPath=... session doctor proves just those."""
    said = lived.run('git', '-c', f'core.hooksPath={tmp_path}', 'session', 'doctor')
    assert said.status == 1
    assert said.out.count(': ok, fired in') == 0


# where it runs


def test_everywhere(
    make_repo: Callable[..., Repo], run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an unborn repository, a subdirectory, a linked worktree, a bare one, by GIT_DIR."""
    unborn = make_repo('unborn', commit=False)
    run('hooks', 'install')
    before = state(unborn)
    assert fired(prove()) == ALL
    logs = ('.git/logs', '.git/logs/refs', '.git/logs/refs/heads')
    assert set(state(unborn)) - set(before) <= {str(unborn.path / each) for each in logs}
    repo = make_repo('with space')
    run('hooks', 'install')
    (repo.path / 'sub').mkdir()
    repo.git('worktree', 'add', '-q', '../linked')
    repo.git('clone', '-q', '--bare', '.', '../bare.git')
    before = state(repo)
    for place in ('with space/sub', 'linked', 'with space/.git'):
        monkeypatch.chdir(repo.path.parent / place)
        assert fired(prove()) == ALL, place
    monkeypatch.chdir(repo.path.parent)
    monkeypatch.setenv('GIT_DIR', str(repo.path / '.git'))
    monkeypatch.setenv('GIT_INDEX_FILE', str(repo.path / '.git/index'))
    monkeypatch.setenv('GIT_WORK_TREE', str(repo.path))
    assert fired(prove()) == ALL
    for name in ('GIT_DIR', 'GIT_INDEX_FILE', 'GIT_WORK_TREE'):
        monkeypatch.delenv(name)
    assert state(repo) == before
    monkeypatch.chdir(repo.path.parent / 'bare.git')
    run('hooks', 'install')
    assert fired(prove()) == ALL


def test_where_it_cannot_run(lived: Repo, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state(lived)
    (lived.path / '.git/worktrees').write_text('')
    with pytest.raises(SessionError, match='cannot make a scratch worktree'):
        prove()
    (lived.path / '.git/worktrees').unlink()
    assert state(lived) == before
    monkeypatch.setattr(tempfile, 'tempdir', str(scratch / 'none'))
    with pytest.raises(FileNotFoundError):
        prove()
    assert state(lived) == before
