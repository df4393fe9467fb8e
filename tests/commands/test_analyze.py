"""git session analyze: of a session, of history alone, of histories that are strange."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.commands.conftest import Run
from tests.repo import Repo
from tests.test_wholelog import raw
from tests.views.test_schemas import check

ALONE = 'this is from the commits alone\n'


def data(run: Run, *options: str) -> Any:
    found = json.loads(run('analyze', '--json', *options).out)
    check('analyze', found)
    return found


@pytest.fixture
def busy(work: Repo, run: Run) -> Repo:
    """A session with a blocker, a commit, changes that wait, and one that ended before it."""
    run('objectives', 'complete', '1')
    work.commit('fix: it', **{'b.py': 'one\ntwo\n'})
    run('end', '--no-handoff', '--keep-branch')
    run('start', 'next', '--base', 'main', '-o', 'Second')
    run('blockers', 'add', 'no key')
    work.write_file('a.txt', 'x\n' * 250)
    return work


def test_everything_of_a_session(busy: Repo, run: Run) -> None:
    shown = run('analyze')
    assert shown.err == ''
    titles = [text for text in shown.out.splitlines() if text and text[0] != ' ']
    assert titles[0].startswith('Session next-')
    assert titles[1:] == [
        'Health 93 of 100 ━━━━━━━━━╌ (4 figures unknown)', 'Velocity (active time 0m)', 'Patterns',
        'TDD', 'Recommended', 'History', 'People', 'Hot files', 'Ownership',
        'Branches, oldest first',
    ]  # fmt: skip
    health = shown.out.partition('Health')[2].partition('\n\n')[0].splitlines()[1:]
    assert health == [
        '  -5  blockers: 1 open blocker (blk-1)',
        '  -2  uncommitted: 251 changed lines not committed',
        '   ?  tests unknown: no report of a test run',
        '   ?  coverage unknown: no coverage report',
        '   ?  new-code-coverage unknown: no coverage report',
        '   ?  context unknown: no context file of this session is known to git',
    ]
    steps = shown.out.partition('Recommended\n')[2].partition('\n\n')[0]
    assert steps.startswith(
        '  • resolve blk-1 no key\n    because: open blocker\n    git session blockers resolve 1\n'
    )
    assert (
        '  • commit the changes in parts\n    because: 251 changed lines not committed\n'
        '    git add -p && git commit\n'
    ) in steps


def test_the_same_as_data(busy: Repo, run: Run) -> None:
    found = data(run)
    assert found['branch'] == 'next'
    assert found['health']['score'] == 93
    assert [(each['name'], each['points'], each['figure'])
            for each in found['health']['deductions']] == [
        ('blockers', 5, 1), ('uncommitted', 2, 251),
    ]  # fmt: skip
    assert found['velocity']['rates']['commits']['total'] == 0
    assert [each['session'].partition('-')[0] for each in found['velocity']['trend']] == [
        'work', 'next',
    ]  # fmt: skip
    assert found['patterns']['imports'] == {'state': 'off', 'reason': None}
    assert found['tdd'] is None
    assert found['history']['commits'] == 1
    assert found['history']['people'][0]['name'] == 'Ann Author'


@pytest.mark.parametrize(
    ('options', 'titles'),
    [
        (['--velocity'], ['Velocity']),
        (['--patterns'], ['Patterns']),
        (['--tdd'], ['TDD']),
        (['--recommendations'], ['Recommended']),
        (['--tdd', '--velocity'], ['Velocity', 'TDD']),
    ],
)
def test_one_part_reads_no_history(
    busy: Repo, run: Run, options: list[str], titles: list[str]
) -> None:
    shown = run('analyze', *options).out
    assert [text.split()[0] for text in shown.splitlines() if text[:1].strip()] == titles
    found = data(run, *options)
    names = {'Velocity': 'velocity', 'Recommended': 'recommendations'}
    wanted = {names.get(title, title.lower()) for title in titles} - {'tdd'}
    parts = ('health', 'velocity', 'patterns', 'recommendations', 'history')
    assert {name for name in parts if found[name] is not None} == wanted
    assert not (busy.sessions / '.history.json').exists()


def test_figures_of_tdd_and_patterns(repo: Repo, run: Run) -> None:
    repo.write_file(
        '.session/config.yaml',
        'context:\n  layers:\n    core: {globs: [core/**]}\n'
        '    web: {globs: [web/**], may_import: [core]}\n',
    )
    run('start', 'work', '--tdd', '-o', 'x')
    repo.write_file('web/__init__.py', '')
    repo.write_file('core/__init__.py', 'import web\n')
    repo.git('add', '-A')
    shown = run('analyze', '--patterns', '--tdd').out
    assert '  imports fails: 1 forbidden import' in shown
    assert shown.endswith('TDD\n  no phase yet\n')
    found = data(run)
    assert len(found['patterns']['findings']) == 1
    assert found['tdd']['discipline'] is None


# --- from history alone


def test_without_a_session(repo: Repo, run: Run) -> None:
    repo.commit('fix it', **{'src/a.py': 'one\n'})
    shown = run('analyze')
    assert shown.err == f"no session on branch 'main': {ALONE}"
    assert shown.out.startswith(
        'Recommended\n  • start a session\n    because: no session on this branch\n'
        '    git session start <branch> -o <objective>\n\nHistory\n  2 commits since 20'
    )
    found = data(run)
    assert (found['session'], found['health'], found['velocity'], found['tdd']) == (None,) * 4
    assert found['history']['fixes'] == 1
    assert not repo.sessions.exists()  # nothing is kept of a history as short as this


@pytest.mark.parametrize('option', ['--velocity', '--patterns', '--tdd'])
def test_a_part_that_needs_a_session(repo: Repo, run: Run, option: str) -> None:
    assert run('analyze', option, status=1).err.startswith("error: no session on branch 'main'\n")


def test_recommendations_without_a_session(repo: Repo, run: Run) -> None:
    assert run('analyze', '--recommendations').out.count('start a session') == 1
    assert data(run, '--recommendations')['history'] is None


def test_detached(repo: Repo, run: Run) -> None:
    repo.git('switch', '-q', '--detach')
    shown = run('analyze')
    assert shown.err == f'no session: {ALONE}'
    assert data(run)['branch'] is None


def test_an_empty_repository(make_repo: Callable[..., Repo], run: Run) -> None:
    make_repo('empty', commit=False)
    shown = run('analyze')
    assert shown.out == 'Recommended\n  nothing\n\nHistory\n  no commit yet\n'
    assert data(run)['history']['commits'] == 0
    run('start', 'work')
    assert 'Health 100 of 100' in run('analyze').out
    data(run)


def test_a_bare_repository(repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.git('clone', '-q', '--bare', '.', '../bare')
    monkeypatch.chdir(repo.path.parent / 'bare')
    assert 'History\n  1 commit since' in run('analyze').out
    data(run)


def test_a_shallow_clone(repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit('second', **{'b.txt': 'x\n' * 50})
    repo.git('clone', '-q', '--depth=1', f'file://{repo.path}', '../clone')
    monkeypatch.chdir(repo.path.parent / 'clone')
    shown = run('analyze').out
    assert '  this clone is shallow: older commits are not in these figures\n' in shown
    found = data(run)['history']
    assert (found['shallow'], found['commits'], found['added']) == (True, 1, 0)
    repo.git('-C', '../clone', 'fetch', '-q', '--unshallow')
    found = data(run)['history']
    assert (found['shallow'], found['commits'], found['added']) == (False, 2, 51)


def test_a_partial_clone_fetches_nothing(
    repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit('second', **{'b.txt': 'x\n'})
    repo.git('config', 'uploadpack.allowFilter', 'true')
    repo.git('clone', '-q', '--no-checkout', '--filter=blob:none', f'file://{repo.path}', '../part')
    monkeypatch.chdir(repo.path.parent / 'part')
    repo.git('config', 'uploadpack.allowFilter', 'false')
    monkeypatch.setenv('GIT_ALLOW_PROTOCOL', 'none')  # who fetches fails
    assert '  this clone is partial: lines and renames are unknown\n' in run('analyze').out
    found = data(run)['history']
    assert (found['lines_known'], found['commits']) == (False, 2)
    assert {each['path'] for each in found['hot_files']} == {'b.txt', 'a.txt'}


def test_a_hostile_history(repo: Repo, run: Run) -> None:
    tip = repo.git('rev-parse', 'HEAD')
    for author, subject in (
        ('<script>alert(1)</script> <a@x> 1700000000 +0000', b'Revert "</script>\x1b]0;x\x07"'),
        ('\x1b[31mred\x1b[m <r@x> 99999999999 -9999', b'x' * 10**6),
        ('\udcff <> 99999999999999 +0000', b'\xff\xfe'),
        ('A <a@x> nodate', b''),
        ('A <a@x> -5 +0000', b'\r\n\t'),
    ):
        tip = raw(repo, author, tip, subject=subject)
    repo.git('update-ref', 'refs/heads/main', tip)
    shown = run('analyze').out
    assert '\x1b' not in shown
    assert '  6 commits since' in shown
    assert '  2 dated in the future, 2 without a date\n' in shown
    found = data(run)['history']
    assert found['rhythm']['future'] == 2
    assert found['last_reverts'][0]['subject'].startswith('Revert "</script>')
    assert found['people'][0] == {
        'name': 'A', 'emails': ['a@x'], 'commits': 2, 'merges': 0, 'added': 0, 'deleted': 0,
        'first': None, 'last': None,
    }  # fmt: skip


def test_grafts_and_mailmap(repo: Repo, run: Run) -> None:
    repo.commit('second')
    repo.sessions.mkdir()
    assert data(run)['history']['commits'] == 2
    repo.write_file('.git/info/grafts', repo.git('rev-parse', 'HEAD') + '\n')
    repo.write_file('.mailmap', 'Ann Real <real@example.com> <ann@example.com>\n')
    found = data(run)['history']
    assert found['commits'] == 1
    assert [(each['name'], each['emails']) for each in found['people']] == [
        ('Ann Real', ['real@example.com'])
    ]


def test_the_figures_are_those_of_shortlog_and_numstat(repo: Repo, run: Run) -> None:
    for number, name in enumerate(('Ann', 'Bob', 'Ann', 'Cid', 'Ann')):
        files = {'a.txt': f'{number}\n' * (number + 1), f'{number}.txt': 'x\ny\n'}
        repo.commit(f'c {number}', '--author', f'{name} <{name}@x>', **files)
    repo.git('mv', '0.txt', 'moved.txt')
    repo.commit('move')
    found = data(run)['history']
    shortlog = [each.split('\t') for each in repo.git('shortlog', '-sn', 'HEAD').split('\n')]
    assert [[str(each['commits']), each['name']] for each in found['people']] == [
        [number.strip(), name] for number, name in shortlog
    ]
    numstat = [each.split('\t') for each in repo.git('log', '--numstat', '--format=').split('\n')]
    added = sum(int(each[0]) for each in numstat if len(each) == 3)
    deleted = sum(int(each[1]) for each in numstat if len(each) == 3)
    assert (found['added'], found['deleted']) == (added, deleted)
    assert sum(each['added'] for each in found['days']) == added
    by_file = {each['path']: each['commits'] for each in found['hot_files']}
    assert by_file['a.txt'] == 6
    assert by_file['moved.txt'] == 2
