"""Which reports count: newer than the source they speak of, in the working tree, believed as far
as they go."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable

import pytest

from git_session.analysis.figures import CHANGED, Figures
from git_session.workspace import open_workspace
from tests.repo import Repo, Result

Run = Callable[..., Result]
NOW = 1_695_388_546  # a moment that is over for every clock


def junit(tests: int = 3, failures: int = 0) -> str:
    return f'<testsuite tests="{tests}" failures="{failures}"/>'


def cobertura(**files: str) -> str:
    """A report of `name__py='110'`: a digit a line, whether it ran."""
    classes = ''.join(
        f'<class filename="{name.replace("__", ".")}"><lines>'
        + ''.join(f'<line number="{n}" hits="{hit}"/>' for n, hit in enumerate(hits, 1))
        + '</lines></class>'
        for name, hits in files.items()
    )
    return (
        f'<coverage><packages><package><classes>{classes}</classes></package></packages></coverage>'
    )


def put(repo: Repo, name: str, text: str, at: float) -> None:
    """Write a file as if `at` seconds after NOW."""
    repo.write_file(name, text)
    touch(repo, name, at)


def touch(repo: Repo, name: str, at: float) -> None:
    os.utime(repo.path / name, ns=(0, int((NOW + at) * 10**9)))


@pytest.fixture
def project(repo: Repo, run: Run) -> Repo:
    """Source of second 0 on main, a session, a change and a new file of second 10."""
    repo.commit('base', **{'.gitignore': '*.xml\n*.json\n', 'app.py': 'a\nb\n', 'lib.py': 'l\n'})
    run('start', 'work')
    repo.commit('mine', **{'app.py': 'a\nb\nc\nd\n'})
    for name in ('app.py', 'lib.py'):
        touch(repo, name, 0)
    touch(repo, 'app.py', 10)
    # What git wrote in its log lies before the reports.
    touch(repo, '.git/logs/HEAD', 11)
    return repo


def figures() -> Figures:
    return open_workspace(work=True).quality().figures


def test_reports_that_are_newer_count(project: Repo) -> None:
    put(project, 'junit.xml', junit(5, 1), 20)
    put(project, 'coverage.xml', cobertura(app__py='1101', lib__py='1'), 20)
    found = figures()
    assert (found.tests, found.failed, found.skipped) == (5, 1, 0)
    assert found.coverage == 80.0
    assert (found.changed, found.changed_covered, found.changed_measured) == (50.0, 1, 2)
    assert found.missed == (('app.py', 3),)
    assert found.sources == {'tests': ('junit.xml',), 'coverage': ('coverage.xml',)}
    assert found.unknown == {}


def test_no_report_nobody_expects_is_not_talked_about(project: Repo) -> None:
    assert figures() == Figures()
    put(project, 'report.xml', '<html/>', 20)  # a common name for other things
    put(project, 'coverage.txt', 'TOTAL 80%', 20)
    assert figures() == Figures()


def test_a_report_that_is_older_than_what_this_session_changed(project: Repo) -> None:
    put(project, 'junit.xml', junit(), 5)
    put(project, 'coverage.xml', cobertura(lib__py='1'), 5)  # it does not speak of app.py
    found = figures()
    assert (found.tests, found.coverage) == (None, None)
    assert found.unknown == {
        'tests': 'junit.xml is older than app.py',
        'coverage': 'coverage.xml is older than app.py',
    }


def test_a_report_that_is_older_than_a_file_that_it_speaks_of(project: Repo) -> None:
    put(project, 'coverage.xml', cobertura(lib__py='1', app__py='1111'), 20)
    assert figures().coverage == 100
    touch(project, 'lib.py', 30)
    assert figures().unknown == {'coverage': 'coverage.xml is older than lib.py'}


def test_files_that_are_no_source_make_nothing_old(project: Repo) -> None:
    put(project, 'junit.xml', junit(), 20)
    put(project, 'README.md', 'text', 30)
    assert figures().tests == 3
    put(project, 'tests/new/test_x.py', 'pass', 30)  # in a folder that git does not track
    assert figures().unknown == {'tests': 'junit.xml is older than tests/new/test_x.py'}
    project.git('config', 'session.tracking.ignorePatterns', 'tests/')
    assert figures().tests == 3
    project.git('config', 'session.tracking.watchPatterns', '*.md')
    assert figures().unknown == {'tests': 'junit.xml is older than README.md'}


def test_a_commit_of_what_was_measured_changes_nothing(project: Repo) -> None:
    put(project, 'lib.py', 'l\nm\n', 15)
    put(project, 'junit.xml', junit(), 20)
    project.git('commit', '-qam', 'as measured')
    touch(project, '.git/logs/HEAD', 25)
    assert figures().tests == 3


def test_what_a_merge_brought_after_the_report_makes_it_old(project: Repo) -> None:
    put(project, 'junit.xml', junit(), 20)
    project.git('switch', '-q', 'main', GIT_COMMITTER_DATE=f'{NOW + 21} +0000')
    project.commit('theirs', **{'other.py': 'o\n'})
    project.git('switch', '-q', 'work')
    for name in ('app.py', 'lib.py'):
        touch(project, name, 5)
    touch(project, 'junit.xml', 20)
    touch(project, '.git/logs/HEAD', 19)
    assert figures().tests == 3
    project.git('merge', '-q', 'main')
    touch(project, 'app.py', 5)
    touch(project, 'other.py', 30)
    touch(project, '.git/logs/HEAD', 30)
    assert figures().unknown == {'tests': 'junit.xml is older than other.py'}


def test_a_merge_in_the_second_of_the_report(project: Repo) -> None:
    """The reflog knows the second only; of what came in it the files say which is newer."""
    project.git('switch', '-q', 'main', GIT_COMMITTER_DATE=f'{NOW + 12} +0000')
    project.commit('theirs', **{'other.py': 'o\n'})
    project.git('switch', '-q', 'work', GIT_COMMITTER_DATE=f'{NOW + 13} +0000')
    put(project, 'junit.xml', junit(), 20.25)
    project.git('merge', '-q', 'main', GIT_COMMITTER_DATE=f'{NOW + 20} +0000')
    touch(project, 'app.py', 5)
    touch(project, '.git/logs/HEAD', 20.75)
    touch(project, 'other.py', 20.5)
    assert figures().unknown == {'tests': 'junit.xml is older than other.py'}
    touch(project, 'other.py', 20)
    assert figures().tests == 3


def test_a_deletion_after_the_report(project: Repo) -> None:
    project.commit('package', **{'pkg/one.py': '1\n', 'pkg/two.py': '2\n'})
    for name in ('pkg/one.py', 'pkg/two.py', 'pkg'):
        touch(project, name, 0)
    put(project, 'junit.xml', junit(), 20)
    put(project, 'coverage.xml', cobertura(**{'pkg/one__py': '1', 'pkg/two__py': '1'}), 20)
    touch(project, '.git/logs/HEAD', 11)
    assert figures().tests == 3
    (project.path / 'pkg/two.py').unlink()
    touch(project, 'pkg', 30)
    found = figures().unknown
    assert found['tests'] == 'junit.xml is older than pkg/two.py'
    assert found['coverage'] == 'coverage.xml speaks of pkg/two.py, which is gone'
    touch(project, 'pkg', 15)  # gone before the tests ran
    assert figures().tests == 3


def test_one_that_git_tracks_was_written_by_a_checkout(project: Repo) -> None:
    put(project, 'junit.xml', junit(), 20)
    project.git('add', '-f', 'junit.xml')
    assert figures().tests == 3  # it differs from what HEAD has
    project.git('commit', '-qm', 'report')
    assert figures().unknown == {'tests': 'junit.xml is tracked by git, its time says nothing'}


def test_one_from_the_future_would_be_newer_than_all_that_is_to_come(project: Repo) -> None:
    put(project, 'junit.xml', junit(), time.time() - NOW + 3600)
    said = 'junit.xml comes from the future, its time says nothing'
    assert figures().unknown == {'tests': said}


def test_a_report_that_was_there_before_is_missed(project: Repo, run: Run) -> None:
    put(project, 'junit.xml', junit(), 20)
    run('checkpoint', '--no-commit', '-l', 'known')
    (project.path / 'junit.xml').unlink()
    assert figures().unknown == {'tests': 'there is no report'}


def test_what_lies_in_its_place_is_no_report(project: Repo, run: Run) -> None:
    put(project, 'junit.xml', junit(), 20)
    put(project, 'coverage.json', json.dumps({'files': {'lib.py': {
        'executed_lines': [1], 'missing_lines': []}}}), 20)  # fmt: skip
    run('checkpoint', '--no-commit', '-l', 'known')
    put(project, 'junit.xml', '<other/>', 30)
    put(project, 'coverage.json', '{"files": 3}', 30)
    assert figures().unknown == {'tests': 'there is no report', 'coverage': 'there is no report'}


def test_configured_places(project: Repo) -> None:
    put(project, 'junit.xml', junit(99), 20)
    put(project, 'out/a/one.xml', junit(1), 20)
    put(project, 'out/b/c/two.xml', junit(2, 1), 20)
    for glob in ('out/**/*.xml', './out/a/one.xml', '../outside/*.xml'):
        project.git('config', '--add', 'session.quality.testReports', glob)
    found = figures()
    assert (found.tests, found.failed) == (3, 1)
    assert found.sources == {'tests': ('out/a/one.xml', 'out/b/c/two.xml')}
    project.git('config', 'session.quality.coverageFiles', 'none/*.xml')
    assert figures().unknown == {'coverage': 'no file matches none/*.xml'}
    put(project, 'none/x.xml', '<html/>', 20)
    assert figures().unknown == {'coverage': 'none/x.xml is no coverage report'}
    put(project, 'out/a/one.xml', '<html/>', 20)
    assert figures().unknown['tests'] == 'out/a/one.xml is no JUnit XML'


def test_nothing_outside_of_the_working_tree_is_read(project: Repo) -> None:
    (project.path.parent / 'outside.xml').write_text(junit(7))
    (project.path / 'junit.xml').symlink_to('../outside.xml')
    (project.path / 'out').symlink_to('..')
    project.git('config', 'session.quality.coverageFiles', '../outside.xml')
    assert figures() == Figures(unknown={'coverage': 'no file matches ../outside.xml'})
    project.git('config', 'session.quality.testReports', 'out/*.xml')
    assert figures().unknown['tests'] == 'no file matches out/*.xml'


def test_one_of_a_run_that_is_old_makes_all_of_it_unknown(project: Repo) -> None:
    put(project, 'target/surefire-reports/TEST-a.xml', junit(1), 20)
    put(project, 'target/surefire-reports/TEST-b.xml', junit(2), 20)
    put(project, 'target/surefire-reports/a.txt', 'x', 20)
    assert figures().tests == 3
    touch(project, 'target/surefire-reports/TEST-b.xml', 5)
    assert figures().unknown == {
        'tests': 'target/surefire-reports/TEST-b.xml is older than app.py'
    }  # fmt: skip


def test_several_coverage_reports_are_taken_together(project: Repo) -> None:
    files = {'app.py': {'executed_lines': [3], 'missing_lines': [1, 2, 4]}}
    put(project, 'coverage.json', json.dumps({'files': files}), 20)
    put(project, 'coverage.xml', cobertura(app__py='1000', lib__py='0'), 20)
    found = figures()
    assert found.coverage == 40.0
    assert found.missed == (('app.py', 4),)
    touch(project, 'coverage.json', 5)  # what it speaks of has a newer report
    assert figures().coverage == 20.0
    touch(project, 'coverage.json', 20)
    touch(project, 'coverage.xml', 5)  # of lib.py only the old one speaks
    assert figures().unknown == {'coverage': 'coverage.xml is older than app.py'}


def test_what_no_report_speaks_of_is_named(project: Repo) -> None:
    project.commit('more', **{'new.py': '# TODO\nx = 1\n', 'test_new.py': 'x\n', 'empty.py': '\n',
                              'run.sh': 'x\n'})  # fmt: skip
    for name in ('new.py', 'test_new.py', 'empty.py', 'run.sh'):
        touch(project, name, 10)
    touch(project, '.git/logs/HEAD', 11)
    put(project, 'coverage.xml', cobertura(app__py='1111'), 20)
    found = figures()
    assert (found.changed, found.unmeasured) == (100.0, ('new.py',))
    put(project, 'coverage.xml', cobertura(app__py='11'), 20)
    found = figures()
    assert found.changed is None
    assert found.unknown == {'changed': 'the report speaks of no line that this session added'}
    put(project, 'coverage.xml', cobertura(elsewhere__py='11'), 20)
    project.git('config', 'session.quality.coverageFiles', 'coverage.xml')
    assert figures().unknown == {'coverage': 'coverage.xml speaks of no file of this repository'}


def test_what_was_too_much_to_look_at_makes_the_changed_lines_unknown(project: Repo) -> None:
    project.commit('made', **{'made.py': 'x\n' * 20_001})
    put(project, 'coverage.xml', cobertura(app__py='1110', made__py='1'), time.time() - NOW)
    found = figures()
    assert (found.coverage, found.changed, found.changed_measured) == (80.0, None, 0)
    assert found.unknown == {CHANGED: 'too much was added to look at made.py'}
    project.git('rm', '-q', 'made.py')
    project.git('commit', '-qm', 'taken back')
    project.write_file('app.py', 'a\nb\n')  # nothing is added to it any more
    put(project, 'coverage.xml', cobertura(app__py='11'), time.time() - NOW)
    assert CHANGED not in figures().unknown


def test_reports_are_read_once_and_again_when_they_change(
    project: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    from git_session.integrations import coverage, testreports

    put(project, 'junit.xml', junit(3), 20)
    put(project, 'coverage.xml', cobertura(app__py='1111'), 20)
    first = figures()
    read: list[str] = []
    for module in (coverage, testreports):
        real = module.read
        monkeypatch.setattr(module, 'read', lambda path, real=real: read.append(path) or real(path))
    assert figures() == first
    assert read == []
    put(project, 'junit.xml', junit(4), 21)
    assert figures().tests == 4
    assert [os.path.basename(path) for path in read] == ['junit.xml']
    cache = project.sessions / '.reports.json'
    for damage in ('', '{', '[]', '{"format": 1}', cache.read_text().replace('[', '{"a":[')):
        cache.write_text(damage)
        assert figures().tests == 4
    kept = json.loads(cache.read_text())
    for entry in kept['reports'].values():
        entry.update(counts='x', files=3)
    cache.write_text(json.dumps(kept))
    assert figures().tests == 4
    cache.unlink()
    (project.sessions / '.reports.json').mkdir()  # it cannot be written
    assert figures().tests == 4


def test_a_broken_report_is_said(project: Repo) -> None:
    put(project, 'junit.xml', '<testsuite', 20)
    put(project, 'coverage.xml', '<coverage>', 20)
    assert figures().unknown == {
        'tests': 'junit.xml is not well-formed XML',
        'coverage': 'coverage.xml is not well-formed XML',
    }
