"""git session init."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import yaml

from tests.commands.conftest import Run
from tests.repo import Repo

NAMES = ('config.yaml', 'architecture.md', 'conventions.md', 'decision-log.md', '.gitattributes')
WROTE = ''.join(f'wrote .session/{name}\n' for name in NAMES)


def read(repo: Repo, name: str) -> str:
    return (repo.path / '.session' / name).read_text()


@pytest.mark.usefixtures('files_method')
def test_writes_templates_and_installs_hooks(repo: Repo, run: Run) -> None:
    said = run('init')
    assert said.out == ''
    assert said.err == (
        f"{WROTE}installed git hooks in .git/hooks ('git session hooks uninstall' removes them)\n"
        "hint: commit .session to share it: 'git add .session'\n"
    )
    assert read(repo, '.gitattributes') == 'decision-log.md merge=union\n'
    assert read(repo, 'decision-log.md') == '# Decision log\n'
    assert repo.git('check-attr', 'merge', '.session/decision-log.md').endswith(': union')
    assert run('config', 'list', '--show-origin').err == ''
    assert yaml.safe_load(read(repo, 'config.yaml')) is None or isinstance(
        yaml.safe_load(read(repo, 'config.yaml')), dict
    )


def test_templates_say_what_the_repository_shows(repo: Repo, run: Run) -> None:
    repo.commit(
        'project',
        **{
            'src/app.py': '', 'src/other.py': '', 'web/<b>.js': '', 'tests/test_app.py': '',
            'pyproject.toml': '', '.github/workflows/ci.yml': '', '.github/ISSUE_TEMPLATE/x.md': '',
        },
    )  # fmt: skip
    run('init', '--no-hooks')
    assert read(repo, 'architecture.md') == (
        '# Architecture\n\n'
        '<!-- Seen from the files of this repository; describe below what they do not show. -->'
        '\n\n- Languages: Python (3 files), JavaScript (1 file)\n'
        '- Top folders, with their number of tracked files: `.github/` (2), `src/` (2), '
        '`tests/` (1), `web/` (1)\n'
        '- Build files: `pyproject.toml`\n'
    )
    assert read(repo, 'conventions.md') == (
        '# Conventions\n\n'
        '<!-- Seen from the files of this repository; add the rules that you follow. -->\n\n'
        '- Tests are in: `tests` (1)\n- CI is configured in: `.github/workflows/ci.yml`\n'
    )


def test_an_empty_repository(make_repo: Callable[..., Repo], run: Run) -> None:
    repo = make_repo(commit=False)
    run('init')
    assert read(repo, 'architecture.md').endswith('\n- No tracked files yet\n')
    assert read(repo, 'conventions.md').endswith(
        '\n- No tests and no CI configuration are tracked yet\n'
    )


def test_existing_files_are_kept(repo: Repo, run: Run) -> None:
    repo.write_file('.session/architecture.md', 'ours\n')
    said = run('init', '--no-hooks')
    assert 'kept .session/architecture.md\n' in said.err
    assert read(repo, 'architecture.md') == 'ours\n'
    again = run('init', '--no-hooks')
    assert again.err.count('kept ') == 5 and 'wrote' not in again.err


def test_force_backs_up(repo: Repo, run: Run) -> None:
    repo.write_file('.session/architecture.md', 'ours\n')
    said = run('init', '--force', '--no-hooks')
    (backup,) = re.findall(r'backed up \.session/architecture\.md as (\S+)\n', said.err)
    assert read(repo, backup) == 'ours\n'
    repo.write_file('.session/architecture.md', 'ours again\n')
    run('init', '-f', '--no-hooks')
    backups = (repo.path / '.session').glob('architecture.md.*.bak*')
    assert sorted(path.read_text() for path in backups) == ['ours\n', 'ours again\n']


@pytest.mark.usefixtures('files_method')
def test_no_hooks(repo: Repo, run: Run) -> None:
    run('init', '--no-hooks')
    assert run('hooks', status=1).out.count('not installed') == 6
    assert 'installed git hooks in .git/hooks' in run('init').err
    assert 'git hooks are installed already\n' in run('init').err


def test_from_a_subdirectory(repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit('deep', **{'deep/x.py': ''})
    monkeypatch.chdir(repo.path / 'deep')
    run('init')
    assert 'Python (1 file)' in read(repo, 'architecture.md')
    assert not (repo.path / 'deep/.session').exists()


def test_a_place_that_cannot_be_written(repo: Repo, run: Run) -> None:
    repo.write(**{'.session': 'a file\n'})
    assert run('init', status=128).err == (
        f"fatal: cannot write in '{repo.path}/.session': File exists\n"
    )


def test_a_bare_repository(repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.git('clone', '-q', '--bare', '.', '../bare.git')
    monkeypatch.chdir(repo.path.parent / 'bare.git')
    assert run('init', status=128).err == 'fatal: this operation must be run in a work tree\n'


def test_hooks_of_agents_come_too(repo: Repo, run: Run) -> None:
    said = run('init', '--no-hooks', '--agents', 'claude, codex').err
    assert said.splitlines()[-3:] == [
        f'Claude Code: hooks written to {repo.path}/.claude/settings.json',
        f'Codex CLI: hooks written to {repo.path}/.codex/hooks.json',
        "hint: commit .session to share it: 'git add .session'",
    ]
    assert run('agent', 'status', 'claude', 'codex').out == (
        'claude (project): installed\nclaude (user): not installed\n'
        'codex (project): installed\ncodex (user): not installed\n'
    )


def test_an_unknown_agent_stops_it_before_it_begins(repo: Repo, run: Run) -> None:
    assert run('init', '--agents', 'claude,hal', status=129).err == (
        "error: unknown agent 'hal'; expected one of claude, codex, gemini, cursor, copilot\n"
        "hint: see 'git session init -h'\n"
    )
    assert not (repo.path / '.session').exists()


def test_a_folder_that_leads_out_is_not_followed(repo: Repo, run: Run) -> None:
    out = repo.path.parent / 'out'
    out.mkdir()
    (repo.path / '.session').symlink_to(out)
    for words in (('init',), ('init', '--force')):
        assert run(*words, status=1).err == "error: '.session' leads out of the working tree\n"
    assert list(out.iterdir()) == []
