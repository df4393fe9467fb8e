"""A report as Markdown."""

from __future__ import annotations

from git_session.analysis.report import Measured, Subject
from git_session.views import report
from tests.views.made_reports import DAY, NOW, sessionless


def test_a_standup_counts_what_it_knows() -> None:
    """Of the commits the report has the newest; how many of a session follow is not known."""
    subjects = tuple(Subject(f'{at:040x}', NOW, 'Ann', f'Mend {at}', 's') for at in range(20))
    short = sessionless().replace(kind='period', since=NOW - DAY, subjects=subjects, merges=3)
    for commits, said in ((23, '(+ 17 more)'), (24, '(+ 17 or more)')):
        shown = report.text(short.replace(commits=commits)).splitlines()
        assert shown[4] == f'- Done: Mend 2 {said}'


def test_quality_is_the_first_measure_and_the_last() -> None:
    def quality(*measured: tuple[float | None, int | None, int | None]) -> str:
        found = tuple(Measured(NOW, 's', 'b', *each) for each in measured)
        shown = report.text(sessionless().replace(quality=found))
        return shown.partition('## Quality\n\n')[2].partition('\n\n')[0].rstrip()

    assert quality() == ''
    assert quality((None, None, None)) == ''
    assert quality((79.0, 10, 2)) == '- coverage 79%\n- tests 10, 2 failed'
    assert quality((79.0, None, None), (None, 10, 0), (84.0, 12, 0)) == (
        '- coverage 79% → 84%\n- tests 10 → 12'
    )
    assert quality((84.54, 12, 0), (84.5, 12, 1)) == '- coverage 84%\n- tests 12, 1 failed'


def test_of_many_branches_three_are_named() -> None:
    found = sessionless().replace(counted=('main', 'a', 'b', 'c', 'd'))
    assert 'Commits of `main`, `a`, `b` and 2 other branches.' in report.text(found)
    assert 'Commits of `main`, `a`, `b`.' in report.text(found.replace(counted=('main', 'a', 'b')))


def test_hot_files_are_the_first_of_them_and_not_counted() -> None:
    """The report has a fixed number of files: what is beyond them it cannot count."""
    found = sessionless()
    shown = report.text(found.replace(hot=found.hot[:1] * 50)).partition('## Hot files\n\n')[2]
    assert len(shown.splitlines()) == 2 + 5 and 'more' not in shown
