"""The lines that a session added, as git tells them."""

from __future__ import annotations

from git_session import added, branchwork, git
from git_session.replay import replay
from git_session.session import Session
from tests.made import Log
from tests.repo import Repo


def _session(repo: Repo, base: str) -> Session:
    log = Log()
    log.add('start', branch='refs/heads/work', base=base, base_ref='refs/heads/main')
    return replay('s', log.events)


def _lines(repo: Repo, base: str) -> list[tuple[str, int, str]]:
    work = branchwork.read(_session(repo, base), git.discover())
    found = added.Reading(str(repo.path), work, lambda path: not path.endswith('.skip')).lines()
    return [(each.path, each.line, each.text) for each in found]


def test_committed_staged_unstaged_and_new(repo: Repo) -> None:
    base = repo.commit('base', **{'old.py': 'one\ntwo\nthree\n', 'gone.py': 'x\n', 'b.bin': 'a'})
    repo.git('switch', '-q', '-c', 'work')
    repo.commit('mine', **{'old.py': 'one\nTWO\nthree\nfour\n', 'new.py': 'n\n'})
    repo.git('rm', '-q', 'gone.py')
    repo.write_file('b.bin', b'\0\1')
    repo.write_file('old.py', 'zero\none\nTWO\nthree\nfour')
    repo.write_file('staged "é".py', '++ not a header\r\n')
    repo.git('add', 'staged "é".py')
    repo.write_file('fresh.py', 'f\n\ng\n')
    repo.write_file('fresh.bin', b'a\0b')
    repo.write_file('fresh.skip', 'no\n')
    (repo.path / 'link.py').symlink_to('/etc/passwd')
    assert _lines(repo, base) == [
        ('fresh.py', 1, 'f'), ('fresh.py', 2, ''), ('fresh.py', 3, 'g'),
        ('new.py', 1, 'n'),
        ('old.py', 1, 'zero'), ('old.py', 3, 'TWO'), ('old.py', 5, 'four'),
        ('staged "é".py', 1, '++ not a header'),
    ]  # fmt: skip


def test_what_is_generated_or_data_is_left_out_tracked_or_not(repo: Repo) -> None:
    base = repo.commit('base', **{'old.py': 'one\n'})
    repo.git('switch', '-q', '-c', 'work')
    repo.commit('mine', **{'made.py': 'x\n' * 20_001})
    repo.write_file('fresh.py', 'x\n' * 20_001)
    repo.write_file('small.py', 'x\n')
    assert _lines(repo, base) == [('small.py', 1, 'x')]


def test_a_renamed_file_has_only_what_is_new_and_the_base_may_move(repo: Repo) -> None:
    base = repo.commit('base', **{'a.py': ''.join(f'{n}\n' for n in range(20))})
    repo.git('switch', '-q', '-c', 'work')
    repo.git('mv', 'a.py', 'b.py')
    repo.write_file('b.py', ''.join(f'{n}\n' for n in range(20)) + 'new\n')
    repo.git('commit', '-qam', 'rename')
    repo.git('switch', '-q', 'main')
    repo.commit('theirs', **{'c.py': 'theirs\n'})
    repo.git('switch', '-q', 'work')
    assert _lines(repo, base) == [('b.py', 21, 'new')]


def test_git_configuration_does_not_matter(repo: Repo) -> None:
    base = repo.git('rev-parse', 'HEAD')
    repo.git('switch', '-q', '-c', 'work')
    repo.commit('mine', **{'é x.py': 'n\n', 'sub/y.py': 'y\n'})
    for key, value in (
        ('diff.noprefix', 'true'), ('color.ui', 'always'), ('diff.external', 'false'),
        ('core.quotePath', 'true'), ('diff.interHunkContext', '9'), ('diff.relative', 'true'),
        ('diff.mnemonicPrefix', 'true'), ('diff.context', '5'),
    ):  # fmt: skip
        repo.git('config', key, value)
    assert _lines(repo, base) == [('sub/y.py', 1, 'y'), ('é x.py', 1, 'n')]


def test_an_unborn_branch(make_repo: object) -> None:
    repo = make_repo('unborn', commit=False)  # type: ignore[operator]
    repo.write_file('a.py', 'a\n')
    repo.git('add', 'a.py')
    repo.write_file('b.py', 'b\n')
    log = Log()
    log.add('start', branch='refs/heads/main')
    work = branchwork.read(replay('s', log.events), git.discover())
    found = added.Reading(str(repo.path), work, lambda path: True).lines()
    assert [(each.path, each.text) for each in found] == [('a.py', 'a'), ('b.py', 'b')]


def test_names_that_git_quotes() -> None:
    text = (
        'diff --git "a/\\303\\251\\"\\t\\\\.py" "b/\\303\\251\\"\\t\\\\.py"\n'
        '--- /dev/null\n+++ "b/\\303\\251\\"\\t\\\\.py"\n@@ -0,0 +1 @@\n+x\n'
        '\\ No newline at end of file\n'
        'diff --git a/a b.py b/a b.py\n--- a/a b.py\t\n+++ b/a b.py\t\n'
        '@@ -3,2 +3,2 @@ def f():\n--- a/x\n-y\n+++ b/x\n+z\n'
        'diff --git a/gone b/gone\n--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n'
    )
    assert [(each.path, each.line, each.text) for each in added.parse(text)] == [
        ('é"\t\\.py', 1, 'x'), ('a b.py', 3, '++ b/x'), ('a b.py', 4, 'z'),
    ]  # fmt: skip
