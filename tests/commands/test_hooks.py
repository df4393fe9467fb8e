"""git session hooks; what installing does is tested in tests/test_hooks_install.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from git_session.hooks import EVENTS
from tests.commands.conftest import Run
from tests.repo import Repo

pytestmark = pytest.mark.usefixtures('files_method')


def test_install_status_uninstall(repo: Repo, run: Run) -> None:
    place = repo.path / '.git/hooks'
    before = sorted(path.name for path in place.iterdir()) if place.exists() else None
    off = run('hooks', status=1)
    assert off.out == ''.join(f'{event}: not installed\n' for event in EVENTS)
    said = run('hooks', 'install')
    assert (said.out, said.err) == ('', f'hooks installed in {place}\n')
    on = run('hooks', 'status')
    assert on.out == ''.join(f'{event}: installed\n' for event in EVENTS)
    said = run('hooks', 'uninstall')
    assert said.err == ''.join(f"removed the '{event}' hook\n" for event in EVENTS)
    after = sorted(path.name for path in place.iterdir()) if place.exists() else None
    assert after == before
    assert run('hooks', 'uninstall').err == 'no hooks of git session here\n'


def test_a_hook_that_is_there_is_kept(repo: Repo, run: Run) -> None:
    hook = repo.path / '.git/hooks/post-commit'
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\necho mine\n')
    hook.chmod(0o755)
    assert "kept the 'post-commit' hook that was there; it runs first\n" in (
        run('hooks', 'install').err
    )
    assert 'post-commit: installed, runs the hook that was there first\n' in run('hooks').out
    run('hooks', 'uninstall')
    assert hook.read_text() == '#!/bin/sh\necho mine\n'


def test_json(repo: Repo, run: Run) -> None:
    run('hooks', 'install')
    (repo.path / '.git/hooks/commit-msg').chmod(0o644)
    record = json.loads(run('hooks', 'status', '--json', status=1).out)
    assert record['schema'] == 'git-session/hooks/1'
    assert (record['method'], record['place']) == ('files', str(repo.path / '.git/hooks'))
    assert record['hooks'][1] == {
        'event': 'commit-msg', 'state': 'disabled', 'chained': False, 'detail': 'not executable',
        'by': None,
    }  # fmt: skip


def test_a_hooks_path_that_is_not_ours(repo: Repo, run: Run, tmp_path: Path) -> None:
    repo.git('config', '--global', 'core.hooksPath', str(tmp_path))
    refused = run('hooks', 'install', status=1)
    assert refused.err.startswith(
        f"error: core.hooksPath is '{tmp_path}' (global config), "
        "which is not this repository's own\n"
        f"hint: add to '{tmp_path}/prepare-commit-msg': session_hooks="
    )


def test_in_a_bare_repository(repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.git('clone', '-q', '--bare', '.', '../bare.git')
    monkeypatch.chdir(repo.path.parent / 'bare.git')
    run('hooks', 'install')
    assert run('hooks').out.count(': installed\n') == len(EVENTS)
    run('hooks', 'uninstall')


def test_a_method_that_this_git_does_not_know(
    repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('git_session.git.version', lambda: (2, 53))
    assert run('hooks', 'install', '--method', 'config', status=1).err == (
        'error: this git does not run config-based hooks\nhint: git 2.54 or later does; use files\n'
    )
    refused = run('hooks', 'install', '--method', 'none', status=129)
    assert refused.err.startswith("error: bad value for '--method': 'none'; expected one of auto")


def test_the_lines_for_hooks_of_ones_own(repo: Repo, run: Run) -> None:
    printed = run('hooks', 'install', '--print').out.splitlines()
    assert printed[::2] == [f'# {event}' for event in EVENTS]
    assert all(line.startswith('session_hooks="$(git rev-parse ') for line in printed[1::2])
    assert not (repo.path / '.git/hooks/post-commit').exists()
