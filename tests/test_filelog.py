"""Which files the last commits changed, whatever their names, and no process left behind."""

from __future__ import annotations

from git_session import filelog, git
from git_session.filelog import Touched
from tests.repo import Repo

ANN = ('Ann Author', 'ann@example.com')
DATE = '2026-11-22T12:00:00Z'


def read(revision: str = 'HEAD', most: int = 9, without: str = '') -> list[Touched]:
    return list(filelog.Reading(revision, most, without=without).commits())


def test_names_subjects_and_commits_without_files(repo: Repo) -> None:
    repo.write_file('new\nline "x".txt', 'a')
    repo.write_file('-dash', 'a')
    repo.git('add', '-A')
    repo.git('commit', '-qm', 'subject \x01 with\nodd\n\nbody', GIT_COMMITTER_DATE=DATE)
    repo.git('commit', '-q', '--allow-empty', '--allow-empty-message', '-m', '')
    odd, empty = repo.git('rev-parse', 'HEAD^', 'HEAD').split()
    found = read(most=2)
    assert [each.oid for each in found] == [empty, odd]
    assert (found[0].subject, found[0].paths) == ('', ())
    assert found[1] == Touched(
        odd, *ANN, 1795348800, 'subject \x01 with odd', ('-dash', 'new\nline "x".txt')
    )
    assert [each.paths for each in read()] == [(), found[1].paths, ('a.txt',)]


def test_a_rename_has_both_names_a_merge_has_none_and_people_their_names_of_mailmap(
    repo: Repo,
) -> None:
    repo.commit('mailmap', **{'.mailmap': 'Ann Real <ann@real.example> <ann@example.com>\n'})
    repo.git('mv', 'a.txt', 'b.txt')
    moved = repo.commit('rename')
    repo.git('switch', '-qc', 'side', 'HEAD~2')
    side = repo.commit('side', **{'c.txt': 'c'})
    repo.git('switch', '-q', 'main')
    repo.git('merge', '-q', '--no-edit', 'side')
    found = {each.oid: each for each in read()}
    assert len(found) == 4
    assert found[moved].paths == ('a.txt', 'b.txt')
    assert (found[moved].name, found[moved].email) == ('Ann Real', 'ann@real.example')
    assert [each.oid for each in read('side', without='main~1')] == [side]


def test_who_stops_early_leaves_no_process(repo: Repo) -> None:
    for number in range(3):
        repo.commit(f'{number}', **{'a.txt': str(number)})
    reading = filelog.Reading('HEAD', 9)
    commits = reading.commits()
    assert next(commits).subject == '2'
    commits.close()
    try:
        git.os.kill(reading._process.pid, 0)
    except ProcessLookupError:
        return
    raise AssertionError('git goes on')


def test_nothing_is_read_of_a_revision_that_is_not_there(repo: Repo) -> None:
    assert read('0' * 40) == []
