"""git session compare."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_session import added, git
from git_session.analysis.comparison import meet
from git_session.git import Reply
from tests.commands.conftest import Run
from tests.repo import Repo
from tests.views.test_schemas import check

TEN = ''.join(f'line {number}\n' for number in range(1, 11))
_MADE: list[Path] = []


def _lines(**changed: str) -> str:
    """The ten lines, some of them changed: ``l3='x'``."""
    texts = TEN.splitlines()
    for name, text in changed.items():
        texts[int(name[1:]) - 1] = text
    return '\n'.join(texts) + '\n'


@pytest.fixture
def two(
    still: None, make_repo: Callable[..., Repo], run: Run,
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> Repo:  # fmt: skip
    """Sessions one (ended, its branch is there) and two (current), both from main.

    Both changed near.py at the same line and far.py at lines apart, and one file each.
    """
    if not _MADE:
        repo = make_repo()
        repo.commit('files', **{'near.py': TEN, 'far.py': TEN, 'old.py': TEN})
        run('start', 'one', '-o', 'First goal', '-o', 'Second goal')
        run('decisions', 'add', 'Use tables')
        repo.commit('feat: one', **{'near.py': _lines(l5='one'), 'far.py': _lines(l1='one')})
        repo.commit('feat: only', **{'only.py': 'x\n'})
        run('objectives', 'complete', '1')
        run('end', '--no-handoff')
        run('start', 'two', '--base', 'main', '-o', 'Other goal')
        repo.commit('feat: two', **{'near.py': _lines(l5='two'), 'far.py': _lines(l9='two')})
        _MADE.append(tmp_path_factory.mktemp('made') / 'repo')
        shutil.copytree(repo.path, _MADE[0], symlinks=True)
    else:
        shutil.copytree(_MADE[0], tmp_path / 'repo', symlinks=True)
        monkeypatch.chdir(tmp_path / 'repo')
    return Repo(tmp_path / 'repo')


def compare(run: Run, *words: str) -> Any:
    found = json.loads(run('compare', *words, '--json').out)
    check('compare', found)
    return found


def plain(repo: Repo, text: str) -> str:
    """What differs from run to run put right."""
    for number, oid in enumerate(repo.git('log', '--all', '--format=%H').split()):
        text = text.replace(oid[:10], f'oid{number:07}')
    for each in ('one', 'two'):
        text = text.replace(_id(repo, each), f'{each}-20261123-3f9c')
    return re.sub(r'20\d\d-\d\d-\d\d \d\d:\d\d', '2026-11-23 09:00', text)


def _id(repo: Repo, branch: str) -> str:
    names = [*(repo.sessions / '.archive').iterdir(), repo.sessions / branch / 'id']
    for each in names:
        if each.name.startswith(f'{branch}-'):
            return each.name
    return (repo.sessions / branch / 'id').read_text().strip()


SIDES = """\
one-20261123-3f9c                      │ two-20261123-3f9c
one (ended)                            │ two (active)
by Ann Author <ann@example.com>        │ by Ann Author <ann@example.com>
2026-11-23 09:00 to 2026-11-23 09:00   │ 2026-11-23 09:00 to 2026-11-23 09:00

Objectives
[x] First goal                         │ [>] Other goal
[ ] Second goal                        │

Decisions
- Use tables                           │ none

"""
SAME = """\
Same files
  far.py  +1 -1, +1 -1; other lines
  near.py  +1 -1, +1 -1; the same lines: 5
  a merge of the two conflicts: near.py
"""
FIGURES = """\
Figures
                   first  second  difference
  active time         0m      0m           0
  commits              2       1          -1
  files                3       2          -1
  lines added          3       2          -1
  lines deleted        2       2           0
  objectives           2       1          -1
  objectives done      1       0          -1
  decisions            1       0          -1
  checkpoints          1       0          -1
  open blockers        0       0           0
  unknown of both: objectives an hour, commits an hour, net lines an hour,
  tests, coverage
"""


def test_side_by_side(two: Repo, run: Run) -> None:
    shown = plain(two, run('compare', 'one').out)
    assert shown.startswith(SIDES)
    assert shown.endswith(f'\n{SAME}\n{FIGURES}')
    commits = shown[len(SIDES) : shown.index('\nSame files')].splitlines()
    assert [each[11:39].strip() for each in commits[1:]] == ['feat: only', 'feat: one']
    assert commits[1].endswith(' feat: two') and commits[2].endswith('│')
    assert all(len(each) <= 80 for each in shown.splitlines())


def test_what_is_longer_than_its_column_moves_nothing(two: Repo, run: Run) -> None:
    url = 'https://example.com/' + 'x' * 60
    run('objectives', 'add', f'see {url}')
    objectives = run('compare', 'two', 'one').out.split('\n\n')[1].splitlines()[1:]
    assert all(each[39] == '│' for each in objectives)
    left = ''.join(each[:39].strip() for each in objectives[1:])
    assert left == f'[ ] see {url}'


def test_one_under_the_other(two: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('COLUMNS', '69')
    shown = plain(two, run('compare', 'one', '--changes').out)
    assert shown == (
        'one-20261123-3f9c\none (ended)\nby Ann Author <ann@example.com>\n'
        '2026-11-23 09:00 to 2026-11-23 09:00\n────────────────────\n'
        'two-20261123-3f9c\ntwo (active)\nby Ann Author <ann@example.com>\n'
        '2026-11-23 09:00 to 2026-11-23 09:00\n\n'
        'Files\nM far.py +1 -1\nM near.py +1 -1\nA only.py +1 -0\n────────────────────\n'
        f'M far.py +1 -1\nM near.py +1 -1\n\n{SAME}'
    )


def test_metrics_alone(two: Repo, run: Run) -> None:
    shown = plain(two, run('compare', 'one', '--metrics').out)
    assert shown == f'{SIDES[: SIDES.index("Objectives")]}{FIGURES}'
    found = compare(run, 'one', '--metrics')
    assert found['merge'] is found['same_files'] is found['sessions'][0]['commits'] is None
    rates = {each['name']: each for each in found['figures']}
    assert rates['commits'] == {
        'name': 'commits', 'unit': 'count', 'values': [2, 1], 'difference': -1,
    }  # fmt: skip


def test_metrics_alone_try_no_merge(two: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    started, begin = set(), git.start

    def start(*args: str, **more: Any) -> git.Process:
        started.update(args)
        return begin(*args, **more)

    monkeypatch.setattr(git, 'start', start)
    for options, tried in (((), True), (('--changes', '--metrics'), True), (('--metrics',), False)):
        started.clear()
        run('compare', 'one', *options)
        assert ('merge-tree' in started) is ('merge-base' in started) is tried


@pytest.mark.parametrize('words', [('one', 'two'), ('@{1}',), ('on', 'tw'), ('@{1}', '@{0}')])
def test_each_way_to_name_them(two: Repo, run: Run, words: tuple[str, ...]) -> None:
    found = compare(run, *words)
    assert [each['branch'] for each in found['sessions']] == ['one', 'two']
    assert found['merge'] == {'state': 'conflicts', 'files': ['near.py'], 'why': None}
    assert [(each['path'], each['same_lines']) for each in found['same_files']] == [
        ('far.py', []), ('near.py', [[5, 5]]),
    ]  # fmt: skip


def test_the_same_twice(two: Repo, run: Run) -> None:
    name = _id(two, 'two')
    hint = "hint: name another one: 'git session history' lists them\n"
    assert run('compare', 'two', status=1).err == (
        f"error: 'two' is the session of this branch: {name}\n{hint}"
    )
    assert run('compare', name, 'two', status=1).err == (
        f"error: '{name}' and 'two' are the same session: {name}\n{hint}"
    )
    assert run('compare', 'nothing', status=1).err.startswith("error: no session 'nothing'\n")
    two.git('switch', '-q', 'main')
    assert run('compare', 'one', status=1).err.startswith("error: no session on branch 'main'\n")


def test_a_branch_that_is_gone(two: Repo, run: Run) -> None:
    """Its commits are there yet: the log names them."""
    two.git('branch', '-qD', 'one')
    found = compare(run, 'one')
    assert [each['path'] for each in found['same_files']] == ['far.py', 'near.py']
    assert found['merge']['state'] == 'conflicts'


def test_commits_that_are_gone(two: Repo, run: Run) -> None:
    name = _id(two, 'one')
    two.git('branch', '-qD', 'one')
    two.git('update-ref', '-d', 'refs/notes/session')
    two.git('reflog', 'expire', '--expire=all', '--all')
    two.git('gc', '-q', '--prune=now')
    found = compare(run, 'one')
    assert found['same_files'] is None and found['sessions'][0]['changes'] is None
    assert found['merge'] == {
        'state': 'unknown', 'files': [], 'why': f'{name} has no commit in this clone',
    }  # fmt: skip
    assert found['figures'][1]['values'] == [2, 1]  # what git said when it ended
    shown = run('compare', 'one').out
    assert f'  unknown: the commits of {name} are not in this clone\n' in shown
    assert f'whether a merge conflicts is unknown: {name} has no commit' in shown


def test_an_older_git_cannot_try_a_merge(
    two: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = git.ask

    def older(*args: str, **more: Any) -> Reply:
        return Reply(129, '', 'usage: git merge-tree') if args[0] == 'merge-tree' else ask(
            *args, **more
        )  # fmt: skip

    monkeypatch.setattr(git, 'ask', older)
    monkeypatch.setattr(git, 'version', lambda: (2, 37))
    found = compare(run, 'one')
    assert found['merge']['why'] == 'this git cannot try a merge (2.38 and later can)'
    assert found['same_files'][1]['same_lines'] == [[5, 5]]


def test_a_renamed_file_meets_its_old_name(two: Repo, run: Run) -> None:
    two.git('mv', 'old.py', 'new.py')
    two.commit('rename', **{'new.py': _lines(l2='two')})
    run('start', 'three', '--base', 'main')
    two.commit('old', **{'old.py': _lines(l3='three')})
    found = compare(run, 'two')
    assert [each['path'] for each in found['same_files']] == ['old.py']
    met = found['same_files'][0]
    assert [each['path'] for each in met['changes']] == ['new.py', 'old.py']
    assert met['same_lines'] == [[2, 3]]  # they touch
    assert found['merge']['state'] == 'conflicts'


def test_new_binary_and_deleted_files(two: Repo, run: Run) -> None:
    for name in ('three', 'four'):
        run('start', name, '--base', 'main')
        two.write_file('bin', b'\0' + name.encode())
        two.write_file('both.py', f'{name}\n')
        two.git('add', '.')
        two.git('rm', '-q', 'old.py')
        two.git('commit', '-qm', name)
    found = compare(run, 'three')
    assert {each['path']: each['same_lines'] for each in found['same_files']} == {
        'bin': None, 'both.py': [[0, 0]], 'old.py': [[1, 10]],
    }  # fmt: skip
    shown = run('compare', 'three').out
    assert '  bin  binary, binary; both added it\n' in shown
    assert '  both.py  +1 -0, +1 -0; both added it\n' in shown
    assert '  old.py  +0 -10, +0 -10; both deleted it\n' in shown


def test_what_is_wide_or_hostile(two: Repo, run: Run) -> None:
    run(
        'objectives',
        'add',
        'ログイン画面を作るログイン画面を作るログイン画面を作るログイン画面を作る',
    )
    run('objectives', 'add', 'red \x1b[31m\nand <b>' + 'x' * 90)
    two.commit('feat: \x1b]0;title\x07', **{'a\x1b[1m.py': 'x\n'})
    shown = run('compare', 'one').out
    assert '\x1b' not in shown and '\x07' not in shown
    for each in run('compare', 'one', '--changes').out.splitlines():
        assert len(each) <= 80
    compare(run, 'one')


def test_ranges_that_meet() -> None:
    assert meet([(1, 3), (10, 12)], [(3, 4), (13, 13), (20, 30)]) == [(3, 3), (12, 13)]
    assert meet([(1, 3)], [(5, 6)]) == []
    assert meet([], [(1, 1)]) == []


_RANGES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 5)), max_size=8).map(
    lambda found: sorted({(first, first + more) for first, more in found})
)


@given(_RANGES, _RANGES)
def test_who_comes_first_is_no_matter(
    one: list[tuple[int, int]], two: list[tuple[int, int]]
) -> None:
    assert meet(one, two) == meet(two, one)
    near = {
        (min(max(a, c), min(b, d)), max(max(a, c), min(b, d)))
        for a, b in one
        for c, d in two
        if a <= d + 1 and c <= b + 1
    }
    assert meet(one, two) == sorted(near)


def test_lines_that_a_diff_takes_the_place_of() -> None:
    diff = (
        'diff --git b/a.py b/a.py\n--- b/a.py\n+++ b/a.py\n@@ -1,2 +1 @@ def x\n'
        '--- not a header\n-+++ nor this\n+++ b/nothing\n@@ -9,0 +9,2 @@\n+a\n+b\n'
        'diff --git b/new b/new\nnew file mode 100644\n'
        '--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+x\n'
        'diff --git b/bin b/bin\nBinary files b/bin and b/bin differ\n'
    )
    assert added.replaced(diff) == {'a.py': [(1, 2), (9, 9)], 'new': [(0, 0)]}
