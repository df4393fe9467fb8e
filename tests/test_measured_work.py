"""A small project with a real test suite, run for real: its reports' figures and ours."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from git_session.main import main
from tests.repo import Repo, Result

Run = Callable[..., Result]
pytest.importorskip('coverage')

CALC = 'def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b\n'
TESTS = 'from calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n'
MUL = """

def mul(a, b):
    # TODO: matrices
    # DECISION: no complex numbers
    if a == 0:
        return 0
    return a * b
"""
MORE = """

import calc


def test_mul():
    assert calc.mul(2, 3) + calc.sub(2, 1) == 7


def test_wrong():
    assert calc.mul(2, 2) == 5
"""


_SUITE = """
import coverage, pytest
measured = coverage.Coverage(source=['.'], omit=['test_*'], data_file=None)
measured.start()
pytest.main(['-q', '-p', 'no:cacheprovider', '-c', '/dev/null', '--rootdir=.',
             '--junitxml=junit.xml'])
measured.stop()
measured.xml_report(outfile='coverage.xml')
measured.json_report(outfile='coverage.json')
"""


def _measure(repo: Repo) -> dict[str, float]:
    """Run the suite with coverage; what its own reports say."""
    done = repo.run(
        sys.executable,
        '-c',
        _SUITE,
        PYTHONDONTWRITEBYTECODE='1',
        PYTEST_DISABLE_PLUGIN_AUTOLOAD='1',
    )
    assert done.status == 0, done
    suite = ElementTree.parse(repo.path / 'junit.xml').getroot().find('testsuite')
    assert suite is not None
    totals = json.loads((repo.path / 'coverage.json').read_text())['totals']
    return {
        'tests': int(suite.get('tests', '')),
        'failed': int(suite.get('failures', '')),
        'coverage': 100 * totals['covered_lines'] / totals['num_statements'],
    }


def _report(repo: Repo, tests: int) -> None:
    """What a run would leave, for tests that need no real one."""
    repo.write_file('junit.xml', f'<testsuite tests="{tests}" failures="1"/>')
    repo.write_file(
        'coverage.xml',
        """<coverage><class filename="calc.py"><lines>
        <line number="1" hits="1"/><line number="2" hits="0"/></lines></class></coverage>""",
    )


def _impact(repo: Repo) -> list[str]:
    lines = re.findall(r'^ - ((?:Tests|Coverage): .*)', repo.message(), re.MULTILINE)
    parsed = repo.git('interpret-trailers', '--parse', '--unfold', stdin=repo.message())
    assert all(line in parsed for line in lines)
    return lines


@pytest.fixture
def project(repo: Repo, run: Run) -> Repo:
    repo.commit('base', **{'calc.py': CALC, 'test_calc.py': TESTS,
                           '.gitignore': 'junit.xml\ncoverage.*\n.coverage\n'})  # fmt: skip
    run('start', 'work')
    return repo


def test_figures_are_those_of_the_reports(
    project: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('COLUMNS', '200')
    before = _measure(project)
    assert before == {'tests': 1, 'failed': 0, 'coverage': 75.0}
    run('checkpoint', '--no-commit', '-l', 'baseline')

    project.write_file('calc.py', CALC + MUL)
    project.write_file('test_calc.py', TESTS + MORE)
    old = run('checkpoint', '--no-commit', '-l', 'old').err
    assert old.splitlines()[:2] == [
        'tests unknown: junit.xml is older than test_calc.py',
        'coverage unknown: coverage.xml is older than calc.py',
    ]

    after = _measure(project)
    assert after == {'tests': 3, 'failed': 1, 'coverage': 87.5}
    run('checkpoint', '-a', '-m', 'Multiply')
    assert _impact(project) == ['Tests: +2, 1 failed', 'Coverage: 75% → 88%']

    found = json.loads(run('status', '--json').out)
    quality = found['quality']
    assert (quality['tests'], quality['tests_failed']) == (after['tests'], after['failed'])
    assert quality['coverage'] == round(after['coverage'], 2)
    assert quality['changed_lines'] == {
        'measured': 4, 'covered': 3, 'missed': ['calc.py:13'], 'not_measured': [],
    }  # fmt: skip
    assert found['checkpoints'][0]['impact']['coverage'] == quality['coverage']
    assert [each['text'] for each in found['annotations']] == ['matrices', 'no complex numbers']
    said = [
        'tests 3, 1 failed (junit.xml)',
        'coverage 88% of lines, 75% of the changed ones (3 of 4) (coverage.xml, coverage.json)',
    ]
    for command in ('status', 'brief', 'handoff'):
        shown = run(command).out.replace('\\', '')
        assert [line for line in said if line not in shown] == [], command
        assert re.search(r'calc\.py:10\b.* TODO: matrices', shown), command


def test_what_git_has_as_changed_is_what_diff_cover_has(project: Repo, run: Run) -> None:
    pytest.importorskip('diff_cover')
    project.write_file('calc.py', CALC.replace('a - b', 'a  -  b') + MUL)
    project.write_file('test_calc.py', TESTS)
    _measure(project)
    project.git('commit', '-qam', 'work')
    program = Path(sys.executable).parent / 'diff-cover'
    done = project.run(
        str(program), 'coverage.xml', '--compare-branch=main', '--format', 'json:theirs.json'
    )
    if done.status:
        done = project.run(
            str(program), 'coverage.xml', '--compare-branch=main', '--json-report', 'theirs.json'
        )
    assert done.status == 0, done
    theirs = json.loads((project.path / 'theirs.json').read_text())
    ours = json.loads(run('status', '--json').out)['quality']['changed_lines']
    lines = theirs['src_stats']['calc.py']['violation_lines']
    assert ours['missed'] == [f'calc.py:{number}' for number in lines]
    assert ours['measured'] == theirs['total_num_lines']
    assert ours['covered'] == theirs['total_num_lines'] - theirs['total_num_violations']


def test_deleted_and_old_reports_leave_no_figure(project: Repo, run: Run) -> None:
    _report(project, 1)
    run('checkpoint', '--no-commit', '-l', 'baseline')
    project.write_file('calc.py', CALC + MUL)
    run('checkpoint', '-a', '-m', 'Old')
    assert _impact(project) == []
    for name in ('junit.xml', 'coverage.xml'):
        (project.path / name).unlink()
    shown = run('status').out
    assert '  tests unknown: there is no report\n  coverage unknown: there is no report\n' in shown
    handed = run('handoff').out
    assert '- tests unknown: there is no report\n- coverage unknown: there is no report\n' in handed
    project.write_file('calc.py', CALC)
    run('checkpoint', '-a', '-m', 'Deleted')
    assert _impact(project) == []


def test_a_commit_that_leaves_out_what_was_measured_has_no_figures(project: Repo, run: Run) -> None:
    project.write_file('calc.py', CALC + MUL)
    project.git('add', 'calc.py')
    project.write_file('test_calc.py', TESTS + MORE)
    _report(project, 3)
    said = run('checkpoint', '-m', 'Half').err
    assert said.startswith(
        "no tests and coverage in this commit: it leaves out 'test_calc.py', "
        'which was there when they were measured\n'
    )
    assert _impact(project) == []
    project.write_file('extra/new.py', 'x = 1\n')
    _report(project, 3)
    run('checkpoint', '-a', '-m', 'The other half')
    assert _impact(project) == []
    project.git('add', 'extra')
    run('checkpoint', '--amend')
    assert _impact(project) == ['Tests: 3, 1 failed', 'Coverage: 50%']
    run('checkpoint', '--amend', '-m', 'Again')
    assert _impact(project) == ['Tests: 3, 1 failed', 'Coverage: 50%']


@pytest.mark.parametrize('merge', [False, True])
def test_the_last_figures_are_kept_at_the_end(project: Repo, run: Run, merge: bool) -> None:
    project.write_file('calc.py', CALC + MUL)
    project.git('commit', '-qam', 'mul')
    _report(project, 3)
    project.git('config', 'session.quality.blockMergeOnQuality', 'false')
    handed = run('end', *(['--merge-to', 'main'] if merge else [])).out
    assert '- tests 3, 1 failed (junit.xml)\n' in handed
    assert main(['show', '@{1}', '--json']) == 0 if not merge else True
    logs = list(project.sessions.glob('.archive/work-*/events.jsonl'))
    events = [json.loads(line) for line in logs[0].read_text().splitlines()]
    last = [each for each in events if each['type'] == 'checkpoint'][-1]
    assert (last['label'], last['impact']['tests']) == ('end', 3)
    assert os.path.exists(project.path / 'junit.xml')
