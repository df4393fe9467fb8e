"""A history that was counted once: what is new, rewritten, damaged, of another kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from git_session import chronicle, git
from git_session.chronicle import FILE, Chronicle
from tests.analysis.test_tally import figures
from tests.repo import Repo


@pytest.fixture
def kept(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """Ten commits, the last three of which may be rewritten cheaply."""
    monkeypatch.setattr(chronicle, '_UNSETTLED', 3)
    repo.sessions.mkdir()
    for number in range(9):
        repo.commit(f'fix {number}', **{'a.txt': f'{number}\n', f'{number % 4}.txt': f'{number}\n'})
    return repo


def look(*, is_partial: bool = False) -> Chronicle:
    return chronicle.chronicle(git.discover(), is_partial=is_partial)


def fresh(repo: Repo) -> Chronicle:
    """The same with nothing kept; what is kept stays."""
    path = repo.sessions / FILE
    before = path.read_bytes() if path.exists() else b''
    path.unlink(missing_ok=True)
    found = look()
    path.write_bytes(before)
    return found


def same(repo: Repo, read: int) -> None:
    """What is kept gives what a new count gives, having read so many commits."""
    wanted = figures(fresh(repo).tally)
    found = look()
    assert figures(found.tally) == wanted
    assert found.read == read
    assert look().read == 0


def test_only_what_is_new_is_read(kept: Repo) -> None:
    first = look()
    assert (first.read, first.tally.commits) == (10, 10)
    same(kept, 0)
    kept.git('mv', 'a.txt', 'b.txt')
    kept.commit('more', **{'new.txt': 'x'})
    same(kept, 1)
    kept.git('switch', '-qc', 'side', 'HEAD~1')
    kept.commit('side', **{'b.txt': 'side\n'})
    kept.git('switch', '-q', 'main')
    kept.git('merge', '-q', '--no-edit', '-X', 'theirs', 'side')


def test_a_merge_of_what_began_earlier(kept: Repo) -> None:
    look()
    kept.git('switch', '-qc', 'side', 'HEAD~8')
    kept.commit('side', **{'side.txt': 'side\n'})
    kept.git('switch', '-q', 'main')
    kept.git('merge', '-q', '--no-edit', 'side')
    same(kept, 2)


def test_what_was_rewritten_lately_is_counted_again(kept: Repo) -> None:
    look()
    kept.git('commit', '-q', '--amend', '-m', 'Revert x')
    same(kept, 3)
    kept.git('reset', '-q', '--hard', 'HEAD~2')
    same(kept, 1)  # of those that had settled none is gone
    kept.git('reset', '-q', '--hard', 'HEAD~4')
    same(kept, 4)  # all that are left


def test_the_settled_ones_grow(kept: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    look()
    monkeypatch.setattr(chronicle, '_MOST_UNSETTLED', 5)
    for number in range(2):
        kept.commit(f'more {number}', **{'a.txt': f'more {number}\n'})
        same(kept, 1)
    kept.commit('one more', **{'a.txt': 'one more\n'})
    same(kept, 1 + 3 + 3)  # the new one; those that settle now; those that do not
    kept.git('commit', '-q', '--amend', '-m', 'other')
    same(kept, 3)


def test_more_pairs_than_memory_is_for_begin_anew(
    kept: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    look()
    monkeypatch.setattr(chronicle, '_MOST_UNSETTLED', 3)
    monkeypatch.setattr(chronicle, 'MOST_PAIRS', 1)
    kept.commit('one more', **{'a.txt': 'x\n', '1.txt': 'x\n', '2.txt': 'x\n'})
    same(kept, 1 + 1 + 11)


@pytest.mark.parametrize(
    'content',
    [b'', b'{', b'[]', b'{"version": 1}', b'\xff', b'{"version":1,"stamp":"+","parts":[]}'],
)
def test_what_is_damaged_is_not_used(kept: Repo, content: bytes) -> None:
    look()
    (kept.sessions / FILE).write_bytes(content)
    assert look().read == 10
    assert look().read == 0


def test_replaced_commits_count_anew(kept: Repo) -> None:
    look()
    kept.git('replace', '--graft', kept.git('rev-parse', 'HEAD~2'))
    found = look()
    assert (found.read, found.tally.commits) == (3, 3)
    assert look().read == 0
    kept.git('replace', '-d', kept.git('rev-parse', 'HEAD~2'))
    assert look().read == 10


def test_a_partial_clone_has_no_lines(kept: Repo) -> None:
    found = look(is_partial=True)
    assert (found.has_lines, found.tally.files['a.txt'].commits) == (False, 10)
    assert found.tally.files['a.txt'].added == 0
    assert look().read == 10


def test_a_short_history_leaves_no_folder(repo: Repo) -> None:
    assert look().read == 1
    assert not repo.sessions.exists()


def test_a_folder_that_cannot_be_written(kept: Repo) -> None:
    (kept.sessions / FILE).mkdir()
    assert look().tally.commits == 10


def test_an_unborn_branch(tmp_path: Path, make_repo: object) -> None:
    assert callable(make_repo)
    make_repo('unborn', commit=False)
    assert (look().read, look().tally.commits) == (0, 0)


def test_a_count_that_fails_is_not_kept(kept: Repo) -> None:
    blob = kept.git('rev-parse', 'HEAD~5:a.txt')
    (kept.path / '.git/objects' / blob[:2] / blob[2:]).unlink()
    with pytest.raises(Exception, match='unable to read'):
        look()
    assert not (kept.sessions / FILE).exists()
