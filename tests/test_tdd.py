"""TDD with runs of real tests: what the run says decides."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests import terminal
from tests.repo import Repo, Result

Run = Callable[..., Result]
PYTEST = f'{sys.executable} -m pytest -q -p no:cacheprovider -p no:xdist'
BROKEN = 'def test_add():\n    from calc import add\n    assert add(1, 2) == 3\n'


@pytest.fixture
def tdd(repo: Repo, run: Run) -> Repo:
    """A session with --tdd whose tests pass as long as there is a file `passing`."""
    repo.git('config', 'session.tdd.testCommand', 'echo ran >>ran; cat said; test -e passing')
    repo.commit('ignored', **{'.gitignore': 'ran\npassing\nsaid\n'})
    repo.write(said='')
    run('start', 'work', '--tdd', '-o', 'Add numbers')
    return repo


def _phase(run: Run, phase: str, *words: str, status: int = 0) -> Result:
    return run('checkpoint', '--tdd-phase', phase, *words, status=status)


def _add(repo: Repo, name: str, text: str) -> None:
    repo.write_file(name, text)
    repo.git('add', '--', name)


def _figures(run: Run) -> Any:
    return json.loads(run('status', '--json').out)['tdd']


def test_a_day_of_red_green_refactor_with_pytest(
    repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What changes within a second to as many bytes is the same to Python's cache.
    monkeypatch.setenv('PYTHONDONTWRITEBYTECODE', '1')
    repo.git('config', 'session.tdd.testCommand', PYTEST)
    repo.commit('project', **{'.gitignore': '__pycache__/\n', 'conftest.py': ''})
    run('start', 'work', '--tdd', '-o', 'Add numbers')
    _add(repo, 'tests/test_calc.py', BROKEN)
    _phase(run, 'red', '-m', 'test: add')

    _add(repo, 'calc.py', 'def add(a, b):\n    return a - b\n')
    head = repo.git('rev-parse', 'HEAD')
    refused = _phase(run, 'green', '-m', 'feat: add', status=1)
    assert refused.err.splitlines()[-2:] == [
        'error: the run of the tests failed, and GREEN needs them passing; no checkpoint was made',
        'hint: the whole output is in .git/sessions/work/test-output.txt',
    ]
    assert 'assert -1 == 3' in refused.err
    assert repo.git('rev-parse', 'HEAD') == head
    assert repo.git('diff', '--cached', '--name-only') == 'calc.py'
    assert 'FAILED tests/test_calc.py' in (repo.place() / 'test-output.txt').read_text()

    _add(repo, 'calc.py', 'def add(a, b):\n    return a + b\n')
    _phase(run, 'green', '-m', 'feat: add')
    _add(repo, 'calc.py', 'def add(a, b):\n    """The sum."""\n    return a + b\n')
    _phase(run, 'refactor', '-m', 'refactor: say what it does')
    repo.commit('docs', **{'README.md': 'adds\n'})  # an ordinary commit of neither
    _add(
        repo, 'tests/test_calc.py', BROKEN + '\n\ndef test_more():\n    import calc\n    calc.sub\n'
    )
    _phase(run, 'red', '-m', 'test: sub')
    _add(
        repo, 'calc.py', 'def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b\n'
    )
    _phase(run, 'green', '-m', 'feat: sub')

    found = _figures(run)
    assert [(each['phase'], bool(each['refused'])) for each in found['phases']] == [
        ('red', False), ('green', True), ('green', False), ('refactor', False), ('red', False),
        ('green', False),
    ]  # fmt: skip
    assert len(found['cycles']) == 2
    assert [each['kind'] for each in found['violations']] == ['a phase whose run disagrees']
    assert (found['discipline'], found['unproven_cycles'], found['phase']) == (90, 0, 'green')
    assert found['coverage'] == []
    shown = run('status').out.partition('TDD\n')[2].partition('\n\n')[0].splitlines()
    assert shown[:3] == [
        '  GREEN just now',
        '  cycles: 2',
        '  discipline: 90 of 100 (1 violation)',
    ]
    for phase in repo.events():
        if phase['type'] == 'checkpoint':
            assert phase['tdd_phase'] in ('red', 'green', 'refactor')
    assert found == json.loads(run('show', '--json').out)['tdd']
    assert found == json.loads(run('handoff', '--json').out)['tdd']
    assert repo.context()['mode'] == 'tdd'
    assert repo.context()['tdd'] == {'phases': found['phases']}


def test_correct_tdd_scores_a_hundred(tdd: Repo, run: Run) -> None:
    for number in range(2):
        (tdd.path / 'passing').unlink(missing_ok=True)
        _add(tdd, f'tests/test_{number}.py', 'x')
        _phase(run, 'red')
        tdd.write(passing='')
        _add(tdd, f'a{number}.py', 'x')
        _phase(run, 'green')
        _add(tdd, f'a{number}.py', 'xx')
        said = _phase(run, 'refactor').err
        assert f'checkpoint REFACTOR at {tdd.git("rev-parse", "--short=10", "HEAD")}: ' in said
    found = _figures(run)
    assert (len(found['cycles']), found['violations'], found['discipline']) == (2, [], 100)
    # A rebase leaves it as it is.
    tdd.git('rebase', '-q', '--force-rebase', 'main')
    again = _figures(run)
    assert (len(again['cycles']), again['violations'], again['discipline']) == (2, [], 100)


def test_source_without_a_test_is_found_in_ordinary_commits(tdd: Repo, run: Run) -> None:
    oid = tdd.commit('quick', **{'a.py': 'x'})
    tdd.commit('words', **{'README.md': 'x'})
    found = _figures(run)
    assert [(each['kind'], each['commit']) for each in found['violations']] == [
        ('source without a test in its cycle', oid)
    ]
    assert found['discipline'] == 90


def test_green_without_red_is_found(tdd: Repo, run: Run) -> None:
    tdd.write(passing='')
    _add(tdd, 'a.py', 'x')
    _add(tdd, 'tests/test_a.py', 'x')
    _phase(run, 'green')
    assert [each['kind'] for each in _figures(run)['violations']] == ['GREEN without RED']


@pytest.mark.parametrize(
    ('phase', 'passing', 'why'),
    [
        ('red', True, 'the tests pass, and RED needs a test that fails'),
        ('green', False, 'the run of the tests failed, and GREEN needs them passing'),
        ('refactor', False, 'the run of the tests failed, and REFACTOR has to keep them passing'),
    ],
)
def test_a_phase_whose_run_disagrees_is_refused_and_found(
    tdd: Repo, run: Run, phase: str, passing: bool, why: str
) -> None:
    _add(tdd, 'tests/test_a.py', 'x')
    if passing:
        tdd.write(passing='')
    tdd.write(said='one\ntwo\x1b[2J\n')
    head, before = tdd.git('rev-parse', 'HEAD'), tdd.events()
    said = _phase(run, phase, '-d', 'A decision', status=1).err
    assert said == (
        f'one\ntwo\\x1b[2J\nerror: {why}; no checkpoint was made\n'
        'hint: the whole output is in .git/sessions/work/test-output.txt\n'
    )
    assert tdd.git('rev-parse', 'HEAD') == head
    assert tdd.git('diff', '--cached', '--name-only') == 'tests/test_a.py'
    (only,) = tdd.events()[len(before) :]
    assert (only['type'], only['phase'], only['refused']) == ('tdd', phase, why)
    assert [each['kind'] for each in _figures(run)['violations']] == ['a phase whose run disagrees']


def test_red_needs_a_new_test_before_anything_runs(tdd: Repo, run: Run) -> None:
    _add(tdd, 'a.py', 'x')
    said = _phase(run, 'red', status=1).err
    assert said.startswith('error: RED needs a test that is new or changed since the last phase\n')
    assert not (tdd.path / 'ran').exists()
    assert _figures(run)['phases'] == []


def test_a_test_that_the_last_phase_had_already_is_not_new(tdd: Repo, run: Run) -> None:
    _add(tdd, 'tests/test_a.py', 'x')
    _phase(run, 'red')
    _add(tdd, 'a.py', 'x')
    assert 'RED needs a test' in _phase(run, 'red', status=1).err
    tdd.commit('another', **{'tests/test_b.py': 'x', 'a.py': 'x'})
    _phase(run, 'red')  # at HEAD: what was committed since counts


def test_what_the_run_sees_has_to_be_what_is_committed(tdd: Repo, run: Run) -> None:
    tdd.write(passing='')
    _add(tdd, 'a.py', 'x')
    tdd.write_file('b.py', 'x')
    said = _phase(run, 'green', status=1).err
    assert said == (
        "error: 'b.py' has changes that the checkpoint would not have; "
        'the tests would run with them\n'
        "hint: stage them ('git add'), or put them away\n"
    )
    (tdd.path / 'b.py').unlink()
    tdd.write_file('a.py', 'y')
    tdd.write_file('notes.txt', 'no code')
    assert "'a.py' has changes" in _phase(run, 'green', status=1).err
    assert "'a.py' has changes" in _phase(run, 'green', '--no-commit', status=1).err
    assert not (tdd.path / 'ran').exists()
    _phase(run, 'green', '-a')
    assert tdd.git('show', 'HEAD:a.py') == 'y'


def test_undo_takes_a_phase_back_with_its_checkpoint(tdd: Repo, run: Run) -> None:
    _add(tdd, 'tests/test_a.py', 'x')
    _phase(run, 'red')
    run('undo')
    assert _figures(run)['phases'] == []


def test_an_amended_phase_is_proved_again(tdd: Repo, run: Run) -> None:
    _add(tdd, 'tests/test_a.py', 'x')
    _phase(run, 'red')
    _add(tdd, 'tests/test_a.py', 'y')
    _phase(run, 'red', '--amend', '-m', 'again')
    assert [each['phase'] for each in _figures(run)['phases']] == ['red', 'red']
    assert tdd.git('rev-list', '--count', 'main..') == '1'


def test_the_tests_run_at_the_top_without_input_and_not_on_this_repository(
    tdd: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = 'cat; pwd; echo "${GIT_DIR-none} ${GIT_INDEX_FILE-none} $GIT_SESSION_ACTIVE"'
    tdd.git('config', 'session.tdd.testCommand', command)
    (tdd.path / 'folder').mkdir()
    monkeypatch.chdir(tdd.path / 'folder')
    monkeypatch.setenv('GIT_DIR', str(tdd.path / '.git'))
    monkeypatch.setenv('GIT_WORK_TREE', str(tdd.path))
    _phase(run, 'refactor', '--no-commit')
    assert (tdd.place() / 'test-output.txt').read_text() == f'{tdd.path}\nnone none 1\n'


@pytest.mark.parametrize(
    ('command', 'why'),
    [
        ('no-such-program', 'exit status 127'),
        ('./README', 'exit status 12[67]'),
        ('kill -9 $$', 'signal 9'),
        ("sh -c 'kill -9 $$'; exit $?", 'signal 9'),  # as `cd src && pytest` says it
    ],
)
def test_a_command_that_cannot_run_is_no_failing_test(
    tdd: Repo, run: Run, command: str, why: str
) -> None:
    tdd.git('config', 'session.tdd.testCommand', command)
    _add(tdd, 'tests/test_a.py', 'x')
    said = _phase(run, 'red', status=128).err
    assert re.search(
        f"fatal: the command of 'tdd.test_command' cannot run the tests: {why}\n$", said
    )
    assert _figures(run)['phases'] == []


def test_tests_that_take_too_long_are_killed_with_all_that_they_started(
    tdd: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = _pipe(tdd)
    tdd.git('config', 'session.tdd.testCommand', 'exec 3>said; sleep 600 & echo >&3; sleep 600')
    tdd.git('config', 'session.tdd.timeout', '1s')
    # The second is over when both are there, however long that takes.
    monkeypatch.setattr(
        time, 'monotonic', lambda: 1.0 if select.select([reader], [], [], 0)[0] else 0.0
    )
    assert _phase(run, 'refactor', status=128).err == (
        'fatal: the tests were stopped: they took longer than 1s\n'
        "hint: 'tdd.timeout' says how long they may take\n"
    )
    assert os.read(reader, 1) == b'\n'
    _require_end(reader)
    assert _figures(run)['phases'] == []


@pytest.mark.parametrize(('number', 'status'), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_tests_are_killed_when_we_are(tdd: Repo, number: int, status: int) -> None:
    reader = _pipe(tdd)
    tdd.git('config', 'session.tdd.testCommand', 'exec 3>said; echo >&3; sleep 600 & sleep 600')
    process = subprocess.Popen(
        [sys.executable, '-m', 'git_session', 'checkpoint', '--tdd-phase=refactor'],
        stderr=subprocess.DEVNULL, env={**os.environ, 'PYTHONPATH': os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert select.select([reader], [], [], terminal.PATIENCE)[0]
    assert os.read(reader, 1) == b'\n'
    process.send_signal(number)
    assert process.wait() == status
    _require_end(reader)


def _pipe(repo: Repo) -> int:
    """The reading end of the named pipe `said`."""
    (repo.path / 'said').unlink()
    os.mkfifo(repo.path / 'said')
    return os.open(repo.path / 'said', os.O_RDONLY | os.O_NONBLOCK)


def _require_end(reader: int) -> None:
    """Every process that held the writing end is gone."""
    assert select.select([reader], [], [], terminal.PATIENCE)[0]
    assert os.read(reader, 1) == b''
    os.close(reader)


def test_endless_output_is_stopped(tdd: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('git_session.tdd._MOST_BYTES', 1 << 20)
    tdd.git('config', 'session.tdd.testCommand', 'yes')
    said = _phase(run, 'refactor', status=128).err
    assert said == 'fatal: the tests were stopped: they wrote more than 1 MiB\n'


def test_without_a_command_it_is_said_how_to_set_one(repo: Repo, run: Run) -> None:
    said = run('start', 'work', '--tdd').err
    assert said.endswith("hint: no command runs the tests yet: set 'tdd.test_command'\n")
    assert _phase(run, 'red', status=1).err == (
        "error: no command runs the tests: 'tdd.test_command' is not set\n"
        "hint: 'git config session.tdd.testCommand <command>' sets it for this clone, "
        'and .session/config.yaml for everybody\n'
    )


def test_a_session_can_go_on_test_driven(repo: Repo, run: Run) -> None:
    run('start', 'work')
    assert _figures(run) is None
    run('start', 'work', '--resume', '--tdd')
    assert _figures(run)['discipline'] is None
    assert 'no phase yet' in run('status').out
    assert 'write a test that fails' in run('status').out


def test_a_status_above_128_may_be_the_number_of_tests_that_failed(tdd: Repo, run: Run) -> None:
    command = 'echo \'<testsuite tests="200" failures="137"/>\' >junit.xml; exit 137'
    tdd.git('config', 'session.tdd.testCommand', command)
    _add(tdd, 'tests/test_a.py', 'x')
    (tdd.path / '.git/info').mkdir(exist_ok=True)
    (tdd.path / '.git/info/exclude').write_text('junit.xml\n')
    _phase(run, 'red', '-m', 'test: a')
    assert _figures(run)['phases'][0]['failures'] == 137


@pytest.mark.parametrize('move', ['git commit -q --allow-empty -m other', 'git switch -qc other'])
def test_a_head_that_moves_while_the_tests_run_is_seen(tdd: Repo, run: Run, move: str) -> None:
    tdd.git('config', 'session.tdd.testCommand', move)
    said = _phase(run, 'refactor', '--no-commit', status=1).err
    assert 'error: HEAD moved while the tests ran\n' in said
    tdd.git('switch', '-q', 'work')
    assert _figures(run)['phases'] == []


JUNIT = """<testsuite tests="{tests}" failures="{failures}" skipped="1">
<testcase classname="tests.test_old" name="a"/>
<testcase classname="tests.{where}" name="b">{outcome}</testcase>
<testcase classname="tests.test_old" name="c"><skipped/></testcase></testsuite>
"""


def _junit(where: str = 'test_new', outcome: str = '<failure/>') -> str:
    """A command that writes a report and fails as that does."""
    failures = int(outcome == '<failure/>')
    text = JUNIT.format(tests=3, failures=failures, where=where, outcome=outcome)
    return f"cat >junit.xml <<'E'\n{text}E\nexit {failures}"


@pytest.fixture
def reporting(tdd: Repo) -> Repo:
    tdd.commit('before', **{'tests/test_old.py': 'x', '.gitignore': 'junit.xml\n'})
    return tdd


def test_figures_are_those_of_the_report_that_the_run_wrote(reporting: Repo, run: Run) -> None:
    repo = reporting
    repo.git('config', 'session.tdd.testCommand', _junit())
    _add(repo, 'tests/test_new.py', 'x')
    _phase(run, 'red')
    repo.git('config', 'session.tdd.testCommand', _junit(outcome=''))
    _add(repo, 'a.py', 'x')
    _phase(run, 'green')
    found = _figures(run)
    assert [(each['tests'], each['failures']) for each in found['phases']] == [(2, 1), (2, 0)]
    assert found['tests'] == {'count': 2, 'passing': 2, 'written': 1}
    assert '\n  tests: 2 of 2 passing, 1 written here\n' in run('status').out
    assert '| TDD tests | 2 of 2 passing, 1 written here |\n' in run('handoff').out


def test_a_report_of_another_run_gives_no_figures(reporting: Repo, run: Run) -> None:
    reporting.write_file('junit.xml', JUNIT.format(tests=3, failures=1, where='x', outcome=''))
    reporting.write(passing='')
    _phase(run, 'refactor')
    assert _figures(run)['tests'] == {'count': None, 'passing': None, 'written': None}


def test_red_fails_for_a_test_that_is_new_or_changed(reporting: Repo, run: Run) -> None:
    repo = reporting
    _add(repo, 'tests/test_new.py', 'x')
    _phase(run, 'red')
    _add(repo, 'tests/test_other.py', 'x')
    repo.git('config', 'session.tdd.testCommand', _junit('test_old'))
    said = _phase(run, 'red', status=1).err
    assert 'error: the tests that failed are neither new nor changed; no checkpoint' in said
    repo.git('config', 'session.tdd.testCommand', _junit('test_other.TestThing'))
    _phase(run, 'red')
    _add(repo, 'tests/test_more.py', 'x')
    repo.git('config', 'session.tdd.testCommand', _junit('describe something'))
    _phase(run, 'red')  # which file that is cannot be told


@pytest.mark.parametrize(
    ('phase', 'command', 'why'),
    [
        ('green', _junit(), '1 test failed, and GREEN needs them passing'),
        ('green', _junit().replace('exit 1', 'exit 0'),
         '1 test failed, and GREEN needs them passing'),
        ('red', _junit(outcome='').replace('exit 0', 'exit 1'),
         'the run failed, but no test of its report did'),
        ('green', "echo '<testsuites/>' >junit.xml", 'no test ran'),
    ],
)  # fmt: skip
def test_the_report_disagrees_too(
    reporting: Repo, run: Run, phase: str, command: str, why: str
) -> None:
    reporting.git('config', 'session.tdd.testCommand', command)
    _add(reporting, 'tests/test_new.py', 'x')
    assert f'error: {why}; no checkpoint was made\n' in _phase(run, phase, status=1).err


def test_a_report_that_cannot_be_read_is_none(reporting: Repo, run: Run) -> None:
    reporting.git('config', 'session.tdd.testCommand', 'echo "<broken" >junit.xml')
    _phase(run, 'refactor')
    assert _figures(run)['tests']['count'] is None


def test_a_phase_before_the_first_commit(make_repo: Callable[..., Repo], run: Run) -> None:
    repo = make_repo('unborn', commit=False)
    repo.git('config', 'session.tdd.testCommand', 'false')
    repo.git('switch', '-q', '-c', 'work')
    run('start', '--tdd')
    _add(repo, 'tests/test_a.py', 'x')
    _phase(run, 'red')
    assert [each['phase'] for each in _figures(run)['phases']] == ['red']
    assert _figures(run)['violations'] == []


def test_a_phase_of_a_session_that_is_not_test_driven_has_figures_too(repo: Repo, run: Run) -> None:
    repo.git('config', 'session.tdd.testCommand', 'false')
    run('start', 'work')
    repo.commit('source', **{'a.py': 'x'})
    assert _figures(run) is None
    _add(repo, 'tests/test_a.py', 'x')
    _phase(run, 'red')
    assert _figures(run)['phase'] == 'red'


def test_figures_of_a_session_that_has_ended(tdd: Repo, run: Run) -> None:
    _add(tdd, 'tests/test_a.py', 'x')
    _phase(run, 'red')
    tdd.write(passing='')
    _add(tdd, 'a.py', 'x')
    _phase(run, 'green')
    name = tdd.context()['session']
    before = json.loads(run('show', '--json').out)['tdd']
    assert (len(before['cycles']), before['discipline']) == (1, 100)
    run('end')
    assert json.loads(run('show', name, '--json').out)['tdd'] == before
    assert (tdd.sessions / '.archive' / name / 'test-output.txt').exists()
