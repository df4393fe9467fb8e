"""A command that comes with a repository runs nothing until it was allowed."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.repo import Repo, Result

Run = Callable[..., Result]
CONFIG = '.session/config.yaml'
HOSTILE = 'touch ran'
REFUSED = (
    "error: 'tdd.test_command' of .session/config.yaml is not allowed to run\n"
    "hint: see what it is and allow it: 'git session allow'\n"
)


def _config(command: str) -> str:
    return f'tdd:\n  test_command: {json.dumps(command)}\n'


@pytest.fixture
def hostile(repo: Repo, run: Run) -> Repo:
    """A session in a repository whose tracked configuration names a command."""
    repo.commit('hostile', **{CONFIG: _config(HOSTILE), '.gitignore': 'ran\n'})
    run('start', 'work', '--tdd')
    return repo


def _ran(repo: Repo) -> bool:
    """Whether the command has run somewhere; forgets it."""
    found = [path for path in repo.path.parent.rglob('ran') if path.is_file()]
    for path in found:
        path.unlink()
    return bool(found)


def _prove(run: Run, status: int = 0) -> Result:
    return run('checkpoint', '--no-commit', '--tdd-phase', 'refactor', status=status)


def test_it_is_refused_with_the_command_to_type(hostile: Repo, run: Run) -> None:
    assert _prove(run, status=1).err == REFUSED
    assert not _ran(hostile)
    assert [each['type'] for each in hostile.events()] == ['start']


def test_allow_prints_exactly_what_may_run_then_it_runs(hostile: Repo, run: Run) -> None:
    said = run('allow')
    assert said.out == f'tdd.test_command of .session/config.yaml:2:\n    {HOSTILE}\n'
    assert said.err == 'allowed, until any of this changes\n'
    assert not _ran(hostile)
    _prove(run)
    assert _ran(hostile)
    assert run('allow').err == 'it was allowed already\n'
    assert hostile.git('status', '--porcelain') == ''


def test_what_is_allowed_can_be_seen_first_and_taken_back(hostile: Repo, run: Run) -> None:
    assert run('allow', '--dry-run').err == 'it is not allowed yet\n'
    assert _prove(run, status=1).err == REFUSED
    run('allow')
    assert run('allow', '-n').err == 'it was allowed already\n'
    assert run('allow', '--revoke').err == '1 command no longer allowed\n'
    assert _prove(run, status=1).err == REFUSED
    assert run('allow', '--revoke').err == 'nothing was allowed\n'


def test_control_characters_of_a_command_are_shown_as_escapes(repo: Repo, run: Run) -> None:
    # YAML refuses control characters; what turns the reading direction round it does not.
    repo.commit('hostile', **{CONFIG: 'tdd:\n  test_command: "true # \u202e\\n\\techo x\u200b"\n'})
    run('start', 'work')
    assert run('allow', '-n').out.splitlines()[1:] == [
        '    true # \\u202e', '    \\techo x\\u200b',
    ]  # fmt: skip


def test_changed_content_asks_again(hostile: Repo, run: Run) -> None:
    run('allow')
    hostile.commit('other', **{CONFIG: _config(HOSTILE + ' ')})  # white space at its end is none
    _prove(run)
    assert _ran(hostile)
    hostile.commit('other', **{CONFIG: _config(HOSTILE + '; true')})
    assert _prove(run, status=1).err == REFUSED
    hostile.commit('back', **{CONFIG: '# moved down\n' + _config(HOSTILE)})
    _prove(run)
    assert _ran(hostile)


def test_a_branch_that_brings_another_configuration_asks_again(hostile: Repo, run: Run) -> None:
    run('allow')
    hostile.git('switch', '-q', '-c', 'theirs')
    hostile.commit('theirs', **{CONFIG: _config('echo >ran')})
    hostile.git('switch', '-q', 'work')
    run('switch', 'theirs')
    run('start', '--tdd')
    assert _prove(run, status=1).err == REFUSED
    assert not _ran(hostile)


@pytest.mark.parametrize(
    ('command', 'file'),
    [
        ('sh tools/check.sh', 'tools/check.sh'),
        ('./tools/check.sh -v | cat', 'tools/check.sh'),
        ('cd . && sh -e "tools/check.sh"', 'tools/check.sh'),
        ('env X=1 sh ./tools/../tools/check.sh', 'tools/check.sh'),
        ('true;sh tools/check.sh', 'tools/check.sh'),
        ('make -s test', 'Makefile'),
        ('npm test', 'package.json'),
        ('pytest --config-file=tools/check.sh', 'tools/check.sh'),
        ("sh 'tools/check.sh", 'tools/check.sh'),
        ('cd tools && ./check.sh', 'tools/check.sh'),
        ('make -C tools/all -s', 'tools/all/Makefile'),
        ('npm --prefix=web test', 'web/package.json'),
        ('sh -c "cd web; npm test"', 'web/package.json'),
        ('true a#b && sh tools/check.sh', 'tools/check.sh'),
    ],
)  # fmt: skip
def test_a_file_that_decides_what_runs_is_part_of_what_is_allowed(
    repo: Repo, run: Run, command: str, file: str
) -> None:
    names = command.replace("sh '", 'sh ') if command.count("'") == 1 else command
    repo.write_file(CONFIG, _config(names))
    repo.write_file(file, 'one\n')
    run('start', 'work')
    shown = run('allow').out
    assert shown.splitlines()[-1].endswith(f'  {file}')
    assert run('allow', '-n').err == 'it was allowed already\n'
    repo.write_file(file, 'two\n')
    assert run('allow', '-n').err == 'it is not allowed yet\n'


def test_tests_change_all_day_and_are_not_part_of_it(repo: Repo, run: Run) -> None:
    repo.write_file(CONFIG, _config('sh tests/test_a.sh'))
    repo.write_file('tests/test_a.sh', 'true\n')
    run('start', 'work', '--tdd')
    run('allow')
    repo.write_file('tests/test_a.sh', 'touch ran\n')
    repo.git('add', '.')
    assert run('allow', '-n').err == 'it was allowed already\n'


def test_the_file_may_be_a_link_and_what_it_leads_to_is_looked_at(
    repo: Repo, run: Run, tmp_path: Path
) -> None:
    (tmp_path / 'outside').write_text('one\n')
    repo.write_file(CONFIG, _config('sh run.sh'))
    (repo.path / 'run.sh').symlink_to(tmp_path / 'outside')
    run('start', 'work')
    run('allow')
    (tmp_path / 'outside').write_text('two\n')
    assert run('allow', '-n').err == 'it is not allowed yet\n'


def test_a_configuration_that_is_a_link_is_the_repositorys(
    repo: Repo, run: Run, tmp_path: Path
) -> None:
    (tmp_path / 'elsewhere.yaml').write_text(_config(HOSTILE))
    (repo.path / '.session').mkdir()
    (repo.path / CONFIG).symlink_to(tmp_path / 'elsewhere.yaml')
    run('start', 'work', '--tdd')
    repo.git('add', '.')
    assert _prove(run, status=1).err == REFUSED
    run('allow')
    (tmp_path / 'elsewhere.yaml').write_text(_config('touch ran #'))
    assert _prove(run, status=1).err == REFUSED
    assert not _ran(repo)


def test_all_worktrees_know_what_is_allowed_and_each_has_its_own_content(
    hostile: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = hostile.path.parent / 'other'
    hostile.git('worktree', 'add', '-q', '-b', 'other', str(other), 'main')
    monkeypatch.chdir(other)
    run('start', '--tdd')
    assert _prove(run, status=1).err == REFUSED
    run('allow')
    _prove(run)
    assert _ran(hostile)
    (other / CONFIG).write_text(_config('echo >ran'))
    assert _prove(run, status=1).err == REFUSED
    monkeypatch.chdir(hostile.path)
    _prove(run)
    assert _ran(hostile)


def test_a_clone_brings_no_permission(
    hostile: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run('allow')
    hostile.git('clone', '-q', '.', '../clone')
    monkeypatch.chdir(hostile.path.parent / 'clone')
    run('start', 'mine', '--tdd')
    assert _prove(run, status=1).err == REFUSED
    assert not _ran(hostile)


def test_a_tracked_file_of_that_name_allows_nothing(hostile: Repo, run: Run) -> None:
    run('allow')
    allowed = (hostile.sessions / '.allowed').read_text()
    run('allow', '--revoke')
    for name in ('.allowed', '.session/.allowed', 'sessions/.allowed'):
        hostile.commit('trust me', **{name: allowed})
    assert _prove(run, status=1).err == REFUSED


def test_a_damaged_list_allows_nothing(hostile: Repo, run: Run) -> None:
    run('allow')
    (hostile.sessions / '.allowed').write_bytes(b'\xff\0')
    assert _prove(run, status=1).err == REFUSED
    run('allow')
    _prove(run)


@pytest.mark.parametrize('scope', ['--local', '--global'])
def test_a_command_of_ones_own_configuration_needs_no_allowing(
    hostile: Repo, run: Run, scope: str
) -> None:
    hostile.git('config', scope, 'session.tdd.testCommand', 'touch ran && true')
    _prove(run)
    assert _ran(hostile)
    said = run('allow')
    name = scope.lstrip('-')
    assert said.out == f'tdd.test_command of {name}:\n    touch ran && true\n'
    assert said.err == 'it is of your own git configuration, and needs no allowing\n'
    assert not (hostile.sessions / '.allowed').exists()


def test_nothing_else_ever_runs_it(hostile: Repo, run: Run) -> None:
    """Every command and every hook, in a repository where nothing was allowed."""
    hostile.session('status', '-v')
    hostile.commit('work', **{'tests/test_a.py': 'x'})
    hostile.write_file('a.py', 'x')
    hostile.git('add', '.')
    for words in (
        ['checkpoint', '-m', 'x'], ['brief'], ['handoff'], ['show'], ['log'], ['history'],
        ['config', 'list'], ['config', 'get', 'tdd.test_command'], ['doctor', '--no-probe'],
        ['hooks', 'install'], ['hooks', 'status'], ['objectives'], ['allow', '-n'], ['export'],
        ['prune'], ['pause'], ['resume'], ['init'], ['status', '--json'],
    ):  # fmt: skip
        hostile.run('git', 'session', *words)
        assert not _ran(hostile), words
    hostile.git('commit', '-q', '--amend', '-m', 'again')
    hostile.git('switch', '-q', 'main')
    hostile.git('switch', '-q', 'work')
    hostile.git('rebase', '-q', '--force-rebase', 'main')
    hostile.git('merge', '-q', '--no-edit', 'main')
    hostile.session('end', '--merge-to', 'main')
    assert not _ran(hostile)


def test_doctor_proves_the_hooks_and_runs_no_test(hostile: Repo) -> None:
    assert 'post-commit' in hostile.run('git', 'session', 'doctor').out
    assert not _ran(hostile)


def test_there_may_be_nothing_to_allow(repo: Repo, run: Run) -> None:
    assert run('allow', status=1).err == (
        "error: nothing to allow: 'tdd.test_command' is not set\n"
    )


def test_allow_as_data(hostile: Repo, run: Run) -> None:
    found = json.loads(run('allow', '--dry-run', '--json').out)
    (only,) = found['commands']
    digest = only.pop('sha256')
    assert len(digest) == 64
    assert found['schema'] == 'git-session/allow/1'
    assert only == {
        'key': 'tdd.test_command', 'command': HOSTILE, 'origin': f'{CONFIG}:2', 'files': [],
        'own': False, 'allowed': False,
    }  # fmt: skip
    assert json.loads(run('allow', '--json').out)['commands'][0]['allowed'] is True
    line = (hostile.sessions / '.allowed').read_text()
    assert line.startswith(digest + ' ')
    assert line.endswith('Z tdd.test_command\n')


@pytest.mark.parametrize(('answer', 'status'), [('y\n', 0), ('n\n', 1), ('\n', 1)])
def test_on_a_terminal_it_is_shown_and_asked(hostile: Repo, answer: str, status: int) -> None:
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, '-m', 'git_session', 'checkpoint', '--no-commit', '--tdd-phase=refactor'],
        cwd=hostile.path, stdin=follower, stdout=follower, stderr=follower,
        env={**os.environ, 'PYTHONPATH': os.pathsep.join(sys.path)},
    )  # fmt: skip
    os.close(follower)
    said = b''
    while b'[y/N] ' not in said:
        said += os.read(leader, 1000)
    assert f'    {HOSTILE}\r\n' in said.decode()
    os.write(leader, answer.encode())
    assert process.wait() == status
    os.close(leader)
    assert _ran(hostile) is (status == 0)


def test_it_can_be_allowed_before_the_first_session(repo: Repo, run: Run) -> None:
    repo.write_file(CONFIG, _config(HOSTILE))
    assert run('allow').err == 'allowed, until any of this changes\n'
    assert run('allow').err == 'it was allowed already\n'
    repo.git('add', '.')
    run('start', 'work')
    _prove(run)
    assert _ran(repo)
