"""Quality gates in a repository: what status and brief show, and merges that are held up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from git_session import sources
from git_session.analysis.gates import Checked
from tests.analysis.projects import PROJECTS, PYTHON
from tests.commands.conftest import Run
from tests.commands.test_end import snapshot
from tests.repo import Repo

CONFIG = '.session/config.yaml'


@pytest.fixture
def work(repo: Repo, run: Run) -> Repo:
    """A session on branch `work` of a repository without hooks: faster, and not needed here."""
    repo.git('config', 'session.enabled', 'false')
    run('start', 'work', '-o', 'Google OAuth')
    return repo


def states(run: Run) -> dict[str, str]:
    return {
        each['gate']: each['state'] for each in json.loads(run('status', '--json').out)['gates']
    }


def shown(run: Run) -> list[str]:
    """The section of the status."""
    text = run('status').out.partition('\nGates (')[2].partition('\n\n')[0]
    return text.splitlines()[1:]


def test_source_without_a_test(work: Repo, run: Run) -> None:
    work.commit('prose', **{'README.md': 'x\n', 'schema.sql': '-- x\n', 'vendor/a.py': 'x\n'})
    assert states(run) == {
        'tests': 'unknown', 'coverage': 'unknown', 'new-code-coverage': 'unknown',
        'require-tests': 'passes', 'imports': 'off', 'blockers': 'passes',
    }  # fmt: skip
    assert shown(run) == []
    work.commit('source', **{'src/a.py': 'x = 1\n'})
    assert shown(run) == [
        '  require-tests: 1 source file changed, and no test: src/a.py',
        '  unknown: tests, coverage, new-code-coverage',
    ]
    assert (
        '- gate require-tests fails: 1 source file changed, and no test: src/a.py\n'
        in run('brief').out
    )
    work.write_file('new/folder/test_a.py', '')  # not tracked, nor is its folder
    assert states(run)['require-tests'] == 'passes'


@pytest.mark.parametrize(
    ('change', 'state'),
    [
        ({'b.go': 'package b\n', 'b_test.go': 'package b\n'}, 'passes'),
        ({'b.rs': 'fn a() {}\n'}, 'fails'),
        ({'b.rs': 'fn a() {}\n#[cfg(test)]\nmod tests {}\n'}, 'passes'),
        ({'src/A.java': 'class A {}\n', 'src/ATest.java': 'class ATest {}\n'}, 'passes'),
        ({'.github/a.py': ''}, 'passes'),
        ({'node_modules/x/test/a.js': '', 'b.js': ''}, 'fails'),
    ],
)
def test_what_counts_as_a_test(work: Repo, run: Run, change: dict[str, str], state: str) -> None:
    for name, text in change.items():
        work.write_file(name, text)
    work.git('add', '.')
    assert states(run)['require-tests'] == state


def test_moves_and_deletions_need_no_test(repo: Repo, run: Run) -> None:
    repo.git('config', 'session.enabled', 'false')
    repo.commit('old', **{'a.py': 'one = 1\n', 'b.py': 'two = 2\n', 'test_c.py': 'three = 3\n'})
    run('start', 'work')
    repo.git('mv', 'a.py', 'c.py')
    repo.git('rm', '-q', 'b.py')
    repo.commit('tidy')
    assert states(run)['require-tests'] == 'passes'
    repo.git('rm', '-q', 'test_c.py')
    repo.commit('less tests', **{'c.py': 'four = 4\n'})
    assert states(run)['require-tests'] == 'fails'


def build(repo: Repo, project: dict[str, str]) -> None:
    for path, text in project.items():
        repo.write_file(path, text)
    repo.git('add', '.')
    repo.git('commit', '-qm', 'the project')


@pytest.mark.parametrize('language', PROJECTS)
def test_a_violation_is_seen_in_the_change(
    repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv('COLUMNS', '200')
    architecture, project, path, text, line, said = PROJECTS[language]
    if language != 'Python':
        pytest.importorskip(f'tree_sitter_{language.lower()}')
    config = f'context: {{architecture: {architecture}}}\nquality: {{require_tests: false}}\n'
    build(repo, {**project, CONFIG: config})
    repo.git('config', 'session.enabled', 'false')
    run('start', 'work')
    repo.write_file(path, project[path] + '\n')
    assert states(run)['imports'] == 'passes'
    repo.write_file(path, text)
    rule = architecture if architecture == 'mvc' else 'hexagonal'
    finding = f'{path}:{line}: {said} ({rule})'
    assert shown(run)[:2] == ['  imports: 1 forbidden import', f'    {finding}']
    assert f'gate imports fails: 1 forbidden import: {finding}' in run('brief').out
    found = json.loads(run('status', '--json').out)['findings']
    assert found == [{'path': path, 'line': line, 'rule': rule, 'text': said}]
    verbose = run('status', '-v').out
    assert f'\nForbidden imports\n  {finding}\n' in verbose
    assert f'\nPatterns\n  {architecture} found: ' in verbose


def test_what_did_not_change_is_not_looked_at(repo: Repo, run: Run) -> None:
    broken = {**PYTHON, 'src/shop/domain/bad.py': 'import shop.adapters.json\n'}
    build(repo, {**broken, CONFIG: 'context: {patterns: [hexagonal, factory]}\n'})
    repo.git('config', 'session.enabled', 'false')
    run('start', 'work')
    repo.write_file('src/shop/domain/order.py', 'x = 1\n')
    assert states(run)['imports'] == 'passes'
    assert '\nPatterns\n  hexagonal found: ' in run('status', '-v').out


def test_layers_of_the_configuration(repo: Repo, run: Run) -> None:
    layers = (
        'context:\n  layers:\n    core: {globs: [core/**]}\n'
        '    web: {globs: [web/**], may_import: [core]}\n'
    )
    build(repo, {CONFIG: layers, 'web/a.py': 'import core.b\n', 'core/b.py': ''})
    repo.git('config', 'session.enabled', 'false')
    run('start', 'work')
    repo.write_file('core/new.py', 'import os\nimport web.a\n')  # not tracked
    repo.write_file('web/a.py', 'import core.b, core.new\n')
    assert '    core/new.py:2: core may not import web: web.a (layers)' in shown(run)


# --- merges


@pytest.fixture
def failing(work: Repo, run: Run) -> Repo:
    work.commit('source', **{'src/a.py': 'x = 1\n'})
    run('blockers', 'add', 'no key')
    run('status')
    return work


FAILED = (
    'gate require-tests fails: 1 source file changed, and no test: src/a.py\n'
    'gate blockers fails: 1 open blocker: blk-1 no key\n'
    'gate tests unknown: no report of a test run\n'
    'gate coverage unknown: no coverage report\n'
    'gate new-code-coverage unknown: no coverage report\n'
)


def end(repo: Repo) -> dict[str, object]:
    """The end event of the one session in the archive."""
    (log,) = (repo.sessions / '.archive').glob('*/events.jsonl')
    (found,) = [each for each in map(json.loads, log.read_text().splitlines())
                if each['type'] == 'end']  # fmt: skip
    return {key: found.get(key) for key in ('result', 'gates', 'overridden')}


def test_a_failed_gate_leaves_everything_as_it_was(failing: Repo, run: Run) -> None:
    failing.write_file('untracked.txt', 'mine\n')
    failing.write_file('test_untracked.py', '')  # is not merged
    run('status')
    before = snapshot(failing)
    refused = run('end', '--merge-to', 'main', status=1)
    assert refused.out == ''
    assert refused.err == FAILED + (
        "error: cannot merge 'work' into 'main': 2 quality gates failed; nothing was changed\n"
        "hint: put that right, or merge all the same with '--no-gate'\n"
    )
    assert snapshot(failing) == before


def test_no_gate_overrides_and_is_recorded(failing: Repo, run: Run) -> None:
    assert run('end', '--merge-to', 'main', '--no-gate').err.startswith(FAILED)
    assert failing.git('branch', '--show-current') == 'main'
    assert failing.git('rev-parse', 'main') == failing.git('rev-parse', 'work')
    assert end(failing) == {
        'result': 'merged', 'gates': ['require-tests', 'blockers'], 'overridden': True,
    }  # fmt: skip
    (name,) = [each['session'] for each in json.loads(run('history', '--json').out)['sessions']]
    said = run('log', name).out
    assert 'end (merged into main, failed gates: require-tests, blockers, overridden)' in said


def test_gates_that_do_not_block(failing: Repo, run: Run) -> None:
    failing.git('config', 'session.quality.blockMergeOnQuality', 'false')
    assert run('end', '--merge-to', 'main').err.startswith(FAILED)
    assert end(failing) == {
        'result': 'merged', 'gates': ['require-tests', 'blockers'], 'overridden': None,
    }  # fmt: skip


def test_unknown_figures_block_nothing_and_are_said(work: Repo, run: Run) -> None:
    work.commit('source', **{'src/a.py': 'x = 1\n', 'tests/test_a.py': 'x = 1\n'})
    said = run('end', '--merge-to', 'main', '--no-gate', '--no-summary', '--no-handoff')
    assert said.err.startswith('gate tests unknown: no report of a test run\n')
    assert 'fails' not in said.err
    assert end(work) == {'result': 'merged', 'gates': None, 'overridden': None}


def test_nothing_is_said_where_no_source_changed(work: Repo, run: Run) -> None:
    work.commit('prose', **{'notes.md': 'x\n'})
    assert run('end', '--merge-to', 'main').err.startswith("Switched to branch 'main'\n")
    assert end(work) == {'result': 'merged', 'gates': None, 'overridden': None}


def test_a_failing_test_run_holds_up_the_merge(work: Repo, run: Run) -> None:
    work.write_file('.git/info/exclude', 'junit.xml\n')
    work.commit('source', **{'src/a.py': 'x = 1\n', 'tests/test_a.py': 'x = 1\n'})
    case = '<testcase name="a"><failure/></testcase><testcase name="b"/>'
    work.write_file('junit.xml', f'<testsuites><testsuite>{case}</testsuite></testsuites>')
    said = run('end', '--merge-to', 'main', status=1)
    assert said.err.startswith('gate tests fails: 1 of 2 tests failed\n')
    assert 'cannot merge' in said.err


# --- reading


def test_files_that_are_none(tmp_path: Path) -> None:
    top = tmp_path / 'top'
    (top / 'sub').mkdir(parents=True)
    (tmp_path / 'secret').write_text('x')
    (top / 'link').symlink_to('../secret')
    (top / 'inside').symlink_to('real')
    (top / 'away').symlink_to('..')
    (top / 'real').write_text('real')
    assert sources.read(str(top), 'real') == b'real'
    for name in ('link', 'inside', 'away/secret', '../secret', 'sub', 'none', 'a\0b'):
        assert sources.read(str(top), name) is None
    assert sources.read(str(top), 'real', 1) == b're'


def test_what_cannot_be_read_is_said(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write_file('domain/a.py', 'import (\n')
    repo.write_file('domain/b.py', 'import adapters.x\n')
    repo.write_file('adapters/x.py', '')
    repo.write_file('other/broken.py', 'import (\n')
    paths = ['domain/a.py', 'domain/none.py', 'other/broken.py', 'domain/a.rb']
    assert sources.check(str(repo.path), paths, ['ddd'], {}) == Checked(
        is_asked=True, unread=('domain/a.py cannot be parsed',)
    )
    paths.append('domain/b.py')
    found = sources.check(str(repo.path), paths, ['hexagonal'], {})
    assert [str(each) for each in found.findings] == [
        'domain/b.py:1: domain may not import adapters: adapters.x (hexagonal)'
    ]
    monkeypatch.setattr(sources, '_MOST_FILES', 1)
    found = sources.check(str(repo.path), paths, ['hexagonal'], {})
    assert found.unread == (
        'domain/a.py cannot be parsed',
        'domain/none.py, domain/b.py not looked at, there are too many',
    )  # fmt: skip
    assert sources.check(str(repo.path), paths, ['factory'], {}) == Checked()


def test_a_language_without_its_parser(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__('sys').modules, 'tree_sitter', None)
    for name in ('domain/a.go', 'domain/b.go', 'domain/c.rs'):
        repo.write_file(name, '')
    paths = ['domain/a.go', 'domain/b.go', 'domain/c.rs']
    assert sources.check(str(repo.path), paths, ['ddd'], {}).unread == (
        "Go, Rust not checked: needs the extra 'patterns'",
    )


def test_the_handoff_says_which_gates_fail(repo: Repo, run: Run) -> None:
    run('start', 'work', '-o', 'An objective')
    repo.commit('Add a module', **{'mod.py': 'def double(x):\n    return 2 * x\n'})
    text = run('handoff').out
    assert '- gate require-tests' in text.partition('## Quality')[2]
    assert '- make the gate require-tests pass (' in text.partition('## Next steps')[2]
    data = json.loads(run('handoff', '--json').out)
    assert {each['gate']: each['state'] for each in data['gates']}['require-tests'] == 'fails'
