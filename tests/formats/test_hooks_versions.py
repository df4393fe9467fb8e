"""Hooks of an older or a newer version in place: refreshed, shown as they are, taken out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from git_session import git, hookconfig, hooks
from tests.formats import make
from tests.repo import Repo, Result

Run = Callable[..., Result]
FOREIGN = '#!/bin/sh\nexit 0\n'
# How other versions may have written a file of theirs: it has our mark in its head.
OLDER = "#!/bin/sh\n# git-session hook (%s): 'git session hooks uninstall' restores what was here\n"
NEWER = OLDER + 'SESSION_HOOK_API=7\nexec /nowhere/git-session-hook "$@"\n'
MANIFESTS: list[Any] = [
    {'v': 2, 'installed': [{'at': '/nowhere', 'hooks': ['post-commit']}]},
    {'method': 'daemon', 'directory': 7, 'others': {'a': 1}, 'lfs': 'no', 'config': None},
    {'method': 'files', 'directory': ['x'], 'others': [1, {'directory': None}, {}]},
    {'method': 3}, [], 'text', None,
]  # fmt: skip


@pytest.fixture
def place(files_method: None, session: Repo, run: Run) -> Path:
    """The hooks directory, with hooks of this version and one that was there first.

    They are those of the package that is tested here: the program's may be installed elsewhere.
    """
    run('hooks', 'uninstall')
    folder = session.path / '.git/hooks'
    (folder / 'commit-msg').write_text(FOREIGN)
    (folder / 'commit-msg').chmod(0o755)
    run('hooks', 'install')
    return folder


def _write(folder: Path, text: str) -> None:
    for event in hooks.EVENTS:
        (folder / event).write_text(text % event)


def _found(run: Run) -> dict[str, tuple[str, str]]:
    shown = json.loads(run('hooks', 'status', '--json').out)['hooks']
    return {each['event']: (each['state'], each['detail'] or '') for each in shown}


@pytest.mark.parametrize('text', [OLDER, NEWER], ids=['older', 'newer'])
def test_files_of_another_version_are_seen_refreshed_and_taken_out(
    place: Path, session: Repo, run: Run, text: str
) -> None:
    ours = {event: (place / event).read_text() for event in hooks.EVENTS}
    _write(place, text)
    assert set(_found(run).values()) == {('ours', 'of another installation')}
    run('hooks', 'install')
    assert {event: (place / event).read_text() for event in hooks.EVENTS} == ours
    assert set(_found(run).values()) == {('ours', '')}
    assert (place / 'commit-msg.session-orig').read_text() == FOREIGN  # kept once, not ours
    _write(place, text)
    run('hooks', 'uninstall')
    left = sorted(path.name for path in place.iterdir() if path.suffix != '.sample')
    assert left == ['commit-msg']
    assert (place / 'commit-msg').read_text() == FOREIGN


@pytest.mark.parametrize('manifest', MANIFESTS, ids=range(len(MANIFESTS)))
def test_a_manifest_of_another_form(place: Path, session: Repo, run: Run, manifest: Any) -> None:
    path = session.sessions / hooks.MANIFEST
    for words in (
        ('hooks', 'status'),
        ('status', '-v'),
        ('hooks', 'install'),
        ('hooks', 'uninstall'),
    ):
        path.write_text(json.dumps(manifest))
        run(*words)
    left = sorted(path.name for path in place.iterdir() if path.suffix != '.sample')
    assert left == ['commit-msg']
    assert (place / 'commit-msg').read_text() == FOREIGN
    assert not path.exists()
    assert 'include' not in (session.path / '.git/config').read_text()


def test_what_a_newer_version_noted_stays(place: Path, session: Repo, run: Run) -> None:
    path = session.sessions / hooks.MANIFEST
    noted = {**json.loads(path.read_text()), 'signed_by': 'a newer version'}
    path.write_text(json.dumps(noted))
    run('hooks', 'install')
    assert json.loads(path.read_text()) == noted


def test_configuration_of_another_version(place: Path, session: Repo, run: Run) -> None:
    """With the method that works by git's configuration, of which this git knows the file."""
    path = session.sessions / hookconfig.FILE
    wanted = path.read_text()
    path.write_text(
        '# written by git session 9\n[notes]\n\trewriteRef = refs/notes/sessio[n]\n'
        '[hook "session-all"]\n\tcommand = exec /nowhere\n\tevent = later\n'
    )
    session.commit('git goes on', **{'b.txt': 'x\n'})
    run('hooks', 'install')
    assert path.read_text() == wanted
    run('hooks', 'uninstall')
    assert not path.exists()
    assert 'include' not in (session.path / '.git/config').read_text()


@pytest.mark.parametrize('folder', make.folders(), ids=lambda folder: folder.name)
def test_hooks_that_a_release_installed(
    files_method: None, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    repo = make.restore(folder, tmp_path / 'repo')
    monkeypatch.chdir(repo.path)
    assert {state for state, _ in _found(run).values()} == {'ours'}
    run('hooks', 'install')
    assert set(_found(run).values()) == {('ours', '')}
    run('hooks', 'uninstall')
    assert [path.name for path in (repo.path / '.git/hooks').iterdir()
            if path.suffix != '.sample'] == []  # fmt: skip
    assert not (repo.sessions / '.hooks').exists()
    assert git.ask('config', '--local', '--get-all', 'include.path').out == ''


def test_a_package_that_is_gone_or_has_other_hooks(
    place: Path, session: Repo, tmp_path: Path
) -> None:
    """An older package knows fewer hooks than the files that a newer one installed load."""
    text = (place / 'post-commit').read_text()
    empty = tmp_path / 'package'
    empty.mkdir()
    for source in (empty, tmp_path / 'gone'):
        (place / 'post-commit').write_text(text.replace(hooks.source(), str(source)))
        done = session.run('git', 'commit', '-q', '--allow-empty', '-m', 'x')
        assert (done.status, done.err) == (0, '')
    (empty / 'guard.sh').write_text('session_guard() { no_such_thing; }\n')
    (empty / 'post-commit').write_text('also_not_there\nexit 7\n')
    (place / 'post-commit').write_text(text.replace(hooks.source(), str(empty)))
    done = session.run('git', 'commit', '-q', '--allow-empty', '-m', 'x')
    assert (done.status, done.err) == (0, '')
    assert [event['commit'] for event in session.events() if event['type'] == 'commit'] == []
