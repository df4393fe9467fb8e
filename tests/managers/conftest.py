"""The hook managers as their own packages bring them, and one spy that all of them run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HUSKY = '9.1.7'
# pre-commit and prek give most arguments in variables.  FAIL names an event that fails.
SPY = """event=$1
shift
{
    echo $event "$@" $PRE_COMMIT_COMMIT_MSG_SOURCE $PRE_COMMIT_COMMIT_OBJECT_NAME \\
        $PRE_COMMIT_FROM_REF $PRE_COMMIT_TO_REF $PRE_COMMIT_CHECKOUT_TYPE \\
        $PRE_COMMIT_REWRITE_COMMAND $PRE_COMMIT_IS_SQUASH_MERGE
    [ $event != post-rewrite ] || cat
} >> "$HOME/spied"
[ $event != "$FAIL" ]
"""
# What git-lfs's hook files start; the real one runs after it.
LFS = """#!/bin/sh
case $1 in
    post-*) sh "$HOME/spy" "$@" || exit ;;
esac
exec '{}' "$@"
"""


@pytest.fixture(scope='session')
def husky_program(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of husky: $HUSKY_BIN, or fetched by npm once a run; '' when there is none."""
    given = os.environ.get('HUSKY_BIN')
    if given:
        return given
    if shutil.which('npm') is None:
        return ''
    place = tmp_path_factory.mktemp('npm')
    # Where there is no registry nobody waits for it.
    quick = ('--fetch-retries=0', '--fetch-timeout=60000')
    command = ('npm', 'install', '--no-audit', '--no-fund', *quick, '--prefix', str(place))
    done = subprocess.run([*command, f'husky@{HUSKY}'], capture_output=True, check=False)
    program = place / 'node_modules/.bin/husky'
    return str(program) if done.returncode == 0 and program.exists() else ''


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is first on PATH; `spied` in the home is what `sh "$HOME/spy"` saw."""
    home = Path(os.environ['HOME'])
    (home / 'spy').write_text(SPY)
    (home / 'spied').write_text('')
    place = tmp_path / 'tools'
    place.mkdir()
    monkeypatch.setenv('PATH', f'{place}{os.pathsep}{os.environ["PATH"]}')
    monkeypatch.setenv('PRE_COMMIT_COLOR', 'never')
    return place


def require(name: str, tools: Path, husky: str) -> None:
    """Skip the test where a manager is not here; git-lfs is put behind the spy."""
    if name == 'husky':
        if not husky:
            pytest.skip('husky: neither $HUSKY_BIN nor an npm that has it')
        (tools / 'husky').symlink_to(husky)
    elif name == 'git-lfs':
        program = shutil.which('git-lfs')
        if program is None:
            pytest.skip('git-lfs is not installed')
        (tools / 'git-lfs').write_text(LFS.format(program))
        (tools / 'git-lfs').chmod(0o755)
    elif name in ('pre-commit', 'prek', 'lefthook'):  # of the extra `test`: no skip
        assert (Path(sys.executable).parent / name).exists(), f'{name} is not installed'
