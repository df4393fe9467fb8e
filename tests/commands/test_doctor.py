"""git session doctor; what the probe does is tested in tests/test_probe.py."""

from __future__ import annotations

import errno
import gc
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from git_session import eventlog, git, output, sharing
from git_session.events import Event
from git_session.hooks import EVENTS
from tests.commands.conftest import Run
from tests.repo import Repo

pytestmark = pytest.mark.usefixtures('files_method')

CONFIG = '.git/config'


def proofs(text: str) -> list[str]:
    """The lines of the hooks, without the times."""
    return [re.sub(r'\d+\.\d+ ms', 'N ms', line) for line in text.splitlines() if
            line.startswith(('hook ', 'hooks: ', 'probe: '))]  # fmt: skip


def fired(repo: Repo, *but: str) -> list[str]:
    return [f'hook {event}: ok, fired in N ms by {repo.path}/.git/hooks/{event}'
            for event in EVENTS if event not in but]  # fmt: skip


def looked(run: Run, status: int = 1) -> list[str]:
    """What is said of the hooks without a probe, and the hints."""
    said = run('doctor', '--no-probe', status=status)
    return [*proofs(said.out), *said.err.splitlines()]


def test_all_is_well(work: Repo, run: Run) -> None:
    name = work.context()['session']
    said = run('doctor')
    assert said.err == ''
    lines = said.out.splitlines()
    assert re.fullmatch(r'git session \d+\.\d+\.\d+, python 3\.\d+\.\d+', lines[0])
    assert re.fullmatch(r'git \d+\.\d+\S*: ok', lines[1])
    assert proofs(said.out) == fired(work)
    assert lines[2 + len(EVENTS) :] == [
        'notes follow amend and rebase: ok', 'notes: ok', 'storage: ok', f'session {name}: ok',
        'configuration: ok',
    ]  # fmt: skip
    assert looked(run, 0) == ['hooks: ok, not proved']


def test_missing_hooks_and_their_repair(work: Repo, run: Run) -> None:
    (work.path / '.git/hooks/post-commit').unlink()
    work.git('config', '--unset', 'include.path')
    said = run('doctor', status=1)
    assert proofs(said.out) == [
        *fired(work)[:2], 'hook post-commit: not installed', *fired(work)[3:],
    ]  # fmt: skip
    assert 'notes follow amend and rebase: no\n' in said.out
    assert said.err == "hint: 'git session hooks install'\n" * 2
    said = run('doctor', '--fix')
    assert proofs(said.out) == ['hooks: fixed', *fired(work)]
    assert 'notes follow amend and rebase: ok\n' in said.out
    work.git('config', '--unset', 'include.path')
    assert 'notes follow amend and rebase: fixed\n' in run('doctor', '--fix', '--no-probe').out
    assert work.git('config', 'notes.rewriteRef') == 'refs/notes/sessio[n]'


def test_what_is_seen_without_a_session(repo: Repo, run: Run) -> None:
    said = run('doctor', status=1)
    assert proofs(said.out) == [f'hook {event}: not installed' for event in EVENTS]
    assert looked(run)[: len(EVENTS)] == proofs(said.out)
    run('doctor', '--fix')
    assert proofs(run('doctor').out) == fired(repo)


# known misconfigurations


def test_not_executable(work: Repo, run: Run) -> None:
    path = work.path / '.git/hooks/commit-msg'
    path.chmod(0o644)
    assert looked(run) == [
        f"hook commit-msg: '{path}' is not executable", "hint: 'git session hooks install'",
    ]  # fmt: skip
    said = proofs(run('doctor', status=1).out)
    assert said == [*fired(work, 'commit-msg'), f"hook commit-msg: '{path}' is not executable"]
    assert proofs(run('doctor', '--fix').out) == ['hooks: fixed', *fired(work)]


@pytest.mark.parametrize('suffix', ['.legacy', '.old'])
def test_moved_by_another_manager(work: Repo, run: Run, suffix: str) -> None:
    """By one whose hook does not run it, and then that one is removed."""
    path = work.path / '.git/hooks/post-commit'
    path.rename(f'{path}{suffix}')
    problem = f"hook post-commit: ours was moved to 'post-commit{suffix}', which"
    assert looked(run)[0] == f'{problem} nothing runs'
    path.write_text('#!/bin/sh\n')
    path.chmod(0o755)
    said = run('doctor', status=1)
    assert proofs(said.out)[-1] == f'{problem} the hook in its place does not run'
    assert said.err == "hint: 'git session hooks install'\n"
    assert proofs(run('doctor', '--fix').out) == ['hooks: fixed', *fired(work)]


def test_hooks_path_leads_elsewhere(work: Repo, run: Run, tmp_path: Path) -> None:
    (tmp_path / 'elsewhere').mkdir()
    work.git('config', 'core.hooksPath', str(tmp_path / 'elsewhere'))
    said = run('doctor', status=1)
    problem = (f"core.hooksPath is '{tmp_path}/elsewhere' (local config), "
               f"so git does not look into '{work.path}/.git/hooks'")  # fmt: skip
    assert proofs(said.out)[-1] == f'hooks: {problem}'
    assert proofs(said.out)[0] == 'hook prepare-commit-msg: not installed'
    assert (
        "hint: 'git config --local --unset-all core.hooksPath', or 'git session hooks install'\n"
        in said.err
    )
    run('doctor', '--fix')
    assert sorted(path.name for path in (tmp_path / 'elsewhere').iterdir()) == sorted(EVENTS)


def test_run_twice(work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and configuration at once, which only a git that knows both can do."""
    path = work.path / '.git/hooks/post-commit'
    work.git('config', 'hook.session-post-commit.command', "session_hooks='/x'; exit 0")
    work.git('config', 'hook.session-post-commit.event', 'post-commit')
    assert "/x' is gone" in looked(run)[0], 'an older git does not run it'
    monkeypatch.setattr('git_session.git.version', lambda: (2, 54))
    assert f"hook post-commit: run more than once: by git's configuration and {path}" in (
        looked(run)
    )
    monkeypatch.setattr('git_session.hooks.choose', lambda method: 'config')
    run('doctor', '--fix', '--no-probe', status=1)  # the command made up above is still there
    assert not [line for line in looked(run) if 'more than once' in line]
    assert not path.exists()
    run('hooks', 'uninstall')
    path.write_text('#!/bin/sh\n# git-session hook\n')
    work.git('config', '--add', 'hook.session-post-commit.event', '')
    assert not [line for line in looked(run) if 'more than once' in line]


def test_run_twice_by_pre_commit(work: Repo, run: Run) -> None:
    path = work.path / '.git/hooks/post-commit'
    path.rename(f'{path}.legacy')
    path.write_text('#!/bin/sh\n# File generated by pre-commit\nexec "$0.legacy" "$@"\n')
    path.chmod(0o755)
    assert proofs(run('doctor').out)[2] == (
        f'hook post-commit: ok, fired in N ms by pre-commit ({path})'
    )
    work.write_file('.pre-commit-config.yaml', '    -   id: git-session-post-commit\n')
    said = run('doctor', status=1)
    assert proofs(said.out)[-1] == (
        f'hook post-commit: run more than once: by {path}.legacy and .pre-commit-config.yaml'
    )
    assert said.err == 'hint: take one of them out\n'


def test_an_interpreter_or_a_package_that_is_gone(work: Repo, run: Run) -> None:
    path = work.path / '.git/hooks/post-commit'
    text = path.read_text()
    path.write_text(re.sub(r"session_python='[^']*'", "session_python='/gone/it'\\\\''s'", text))
    assert "hooks: their python '/gone/it's' is gone" in looked(run)
    path.write_text(re.sub(r"session_hooks='[^']*'", "session_hooks='/gone/hooks'", text))
    said = run('doctor', status=1)
    assert proofs(said.out)[-1] == "hooks: their package '/gone/hooks' is gone"
    assert "hint: 'git session hooks install'\n" in said.err
    assert proofs(run('doctor', '--fix').out) == ['hooks: fixed', *fired(work)]


def test_a_relative_hooks_path_in_another_worktree(work: Repo, run: Run) -> None:
    work.git('worktree', 'add', '-q', '../linked', 'main')
    work.git('config', 'core.hooksPath', '.hooks')
    run('hooks', 'install')
    said = run('doctor', status=1)
    linked = work.path.parent / 'linked'
    assert proofs(said.out)[-1] == (
        f"hooks: core.hooksPath '.hooks' is relative, and worktree '{linked}' "
        'has no such directory: no hook runs there'
    )
    assert len([line for line in proofs(said.out) if ': ok, fired in' in line]) == len(EVENTS)
    assert said.err == f'hint: git config --local core.hooksPath {work.path}/.hooks\n'
    work.git('config', '--local', 'core.hooksPath', str(work.path / '.hooks'))
    run('doctor')


REFSPECS = {
    '+refs/notes/*:refs/notes/*': True,
    'refs/notes/*:refs/notes/*': True,
    '+refs/notes/session:refs/notes/session': True,
    '+refs/*:refs/*': True,
    '+refs/notes/*:refs/notes/remotes/up/*': False,
    '+refs/heads/*:refs/remotes/up/*': False,
    '+refs/notes/commits:refs/notes/commits': False,
}


@pytest.mark.parametrize('spec', REFSPECS)
def test_a_fetch_that_overwrites_notes(work: Repo, run: Run, spec: str) -> None:
    """Of any remote; what the hint says is done, and then all is well."""
    work.git('config', 'remote.other.fetch', '+refs/heads/*:refs/remotes/other/*')
    work.git('config', 'remote.up.fetch', spec)
    if not REFSPECS[spec]:
        assert 'notes: ok\n' in run('doctor', '--no-probe').out
        return
    said = run('doctor', '--no-probe', status=1)
    what = 'overwrites them' if spec[0] == '+' else 'fails, or with --prune removes them'
    assert f'notes: a fetch {what}: remote.up.fetch {spec}\n' in said.out
    command = said.err.removeprefix('hint: ').strip()
    done = work.run('sh', '-c', command if command.startswith('git') else command.strip("'"))
    assert done.status == 0
    assert 'notes: ok\n' in run('doctor', '--no-probe').out


@pytest.mark.parametrize('mode', ['overwrite', 'ignore', 'concatenate', 'cat_sort_uniq'])
def test_rewrite_mode(
    work: Repo, run: Run, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    work.git('config', 'notes.rewriteMode', mode)
    losing = mode in ('overwrite', 'ignore')
    said = run('doctor', '--no-probe', status=int(losing))
    problem = f'notes: notes.rewriteMode is {mode} (local): of two notes one is lost when'
    assert (problem in said.out) == losing
    assert ("hint: 'git config --local --unset-all notes.rewriteMode'\n" in said.err) == losing
    monkeypatch.setenv('GIT_NOTES_REWRITE_MODE', 'ignore')
    said = run('doctor', '--no-probe', status=1)
    assert 'notes.rewriteMode is ignore (environment)' in said.out


def test_notes_that_do_not_follow(work: Repo, run: Run) -> None:
    work.git('config', 'notes.rewrite.amend', 'false')
    said = run('doctor', '--no-probe', status=1)
    assert 'notes: notes.rewrite.amend is false: notes do not follow amend\n' in said.out
    assert said.err == "hint: 'git config --local --unset-all notes.rewrite.amend'\n"


def test_hooks_that_cannot_be_installed_are_one_finding_of_all(repo: Repo, run: Run) -> None:
    (repo.path / 'file').touch()
    repo.git('config', 'core.hooksPath', f'{repo.path}/file/hooks')
    said = run('doctor', '--fix', '--no-probe', status=1).out.splitlines()
    assert f"hooks: cannot install hooks in '{repo.path}/file/hooks': Not a directory" in said
    assert said[-4:] == ['notes follow amend and rebase: no', 'notes: ok', 'storage: ok',
                         'configuration: ok']  # fmt: skip


def test_an_event_without_a_command(work: Repo, run: Run) -> None:
    work.git('config', 'hook.linter.event', 'post-commit')
    said = run('doctor', '--no-probe', status=1)
    assert ("configuration: 'hook.linter.event' is set and 'hook.linter.command' is not: "
            'git refuses to work\n') in said.out  # fmt: skip
    assert said.err == "hint: 'git config --unset-all hook.linter.event'\n"
    work.git('config', 'hook.linter.command', 'true')
    run('doctor', '--no-probe')


# switched off


def test_switched_off(work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    work.git('config', 'branch.work.sessionEnabled', 'no')
    said = run('doctor', status=1)
    assert proofs(said.out) == [
        'hooks: switched off: branch.work.sessionenabled is no (local config)',
        'hooks: ok, not proved',
    ]  # fmt: skip
    assert said.err == "hint: 'git config --local --unset branch.work.sessionenabled'\n"
    monkeypatch.setenv('GIT_SESSION', '0')
    said = run('doctor', status=1)
    assert proofs(said.out)[0] == 'hooks: switched off: GIT_SESSION=0 in the environment'
    assert said.err == "hint: 'unset GIT_SESSION'\n"


# storage and configuration


def test_generated_files_are_made_again(work: Repo, run: Run) -> None:
    kept = (work.place() / 'trailers').read_text()
    (work.place() / 'trailers').write_text('Session-Id: wrong\n')
    (work.place() / 'banner').unlink()
    run('doctor', '--fix', '--no-probe')
    assert (work.place() / 'trailers').read_text() == kept
    assert (work.place() / 'banner').exists()


def test_a_disk_that_cannot_be_read(work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(place: str) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))  # as a read has it, without a name

    monkeypatch.setattr(eventlog, 'read_bytes', broken)
    said = run('doctor', '--no-probe', status=1)
    assert '\nstorage: cannot access: Input/output error\n' in said.out


def test_lines_that_cannot_be_read(work: Repo, run: Run) -> None:
    """They are moved aside; the others stay at their place, and what hooks add after them."""
    log = work.place() / 'events.jsonl'
    before = log.read_bytes()
    damaged = [b'{"v":1,"id":"2026', b'\0' * 20, b'not \xff an event', b'\x1b[2J' * 2000]
    newer = '{"v":9,"of":"a newer version\u200d\xa0"}'.encode()  # what JSON may have as it is
    log.write_bytes(b'\n'.join([damaged[0], before.strip(), *damaged[1:3], newer, damaged[3]]))
    size = log.stat().st_size
    name = work.context()['session']
    said = run('doctor', '--no-probe', status=1)
    assert f'session {name}: 5 lines' in said.out
    assert "events.jsonl' cannot be read\n" in said.out
    assert "hint: they are kept and passed over; 'git session doctor --fix'" in said.err
    run('doctor', '--fix', '--no-probe', status=1)  # the newer one stays
    assert log.stat().st_size == size + 1
    assert [line for line in log.read_bytes().split(b'\n') if line.strip()] == [
        *before.strip().split(b'\n'), newer,
    ]  # fmt: skip
    assert (work.place() / 'damaged').read_bytes().split(b'\n') == [*damaged, b'']
    log.write_bytes(log.read_bytes().replace(newer, b''))
    with log.open('ab') as file:
        file.write(b'\0\n')
    said = run('doctor', '--fix', '--no-probe')
    assert f'session {name}: fixed\n' in said.out
    assert (work.place() / 'damaged').read_bytes().split(b'\n') == [*damaged, b'\0', b'']
    assert f'session {name}: ok\n' in run('doctor', '--no-probe').out


def test_a_bad_configuration(work: Repo, run: Run) -> None:
    work.write_file('.session/config.yaml', 'session:\n  idle_timeout: soon\n')
    said = run('doctor', '--no-probe', status=1)
    assert 'idle_timeout' in said.out


def test_json(work: Repo, run: Run) -> None:
    record = json.loads(run('doctor', '--json').out)
    assert record['schema'] == 'git-session/doctor/1'
    assert {each['problem'] for each in record['findings']} == {''}
    hooks = record['probe']['hooks']
    assert [each['event'] for each in hooks] == list(EVENTS)
    for each in hooks:
        assert each.pop('ms') > 0
        event = each['event']
        assert each == {
            'event': event, 'fired': True, 'ran': True, 'problem': '',
            'through': f'{work.path}/.git/hooks/{event}',
        }  # fmt: skip
    assert [each['name'] for each in record['probe']['steps']] == [
        'worktree', 'switch', 'commit', 'commit in an editor', 'amend', 'switch', 'commit',
        'rebase', 'switch', 'merge',
    ]  # fmt: skip
    amend = record['probe']['steps'][4]['hooks']
    assert [(each['event'], each['status']) for each in amend] == [
        ('prepare-commit-msg', 0), ('commit-msg', 0), ('post-commit', 0), ('post-rewrite', 0),
    ]  # fmt: skip
    assert json.loads(run('doctor', '--json', '--no-probe').out)['probe'] is None


def test_how_far_it_is_is_said(work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run('pause')
    titles: dict[str, tuple[int, int]] = {}
    counting = output.counting

    def count(title: str, items: Iterable[object], number: Callable[[], int]) -> Iterator[object]:
        found = list(items)
        titles[title] = (len(found), number())
        return counting(title, found, number)

    monkeypatch.setattr(output, 'counting', count)
    run('doctor', '--no-probe')
    assert titles == {'reading notes': (1, 1), 'reading sessions': (1, 1)}


def test_not_all_that_was_published_is_held_as_events(
    work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notes of ten thousand sessions would be more than half a gigabyte."""
    for number in range(20):
        run('note', f'number {number}')
    run('checkpoint', '--no-commit')
    logged, name = len(work.events()), work.context()['session']
    assert logged > 20
    held: list[int] = []
    places = sharing.places

    def counted(repo: git.Repository) -> list[str]:
        gc.collect()
        # Of this session: what other tests have left behind is there too.
        held.append(sum(
            isinstance(each, Event) and each.session == name for each in gc.get_objects()
        ))  # fmt: skip
        return places(repo)

    monkeypatch.setattr(sharing, 'places', counted)
    run('doctor', '--no-probe')
    # The workspace has those of its session, and the look at live ones those of the last.
    assert [number < 2.5 * logged for number in held] == [True]
