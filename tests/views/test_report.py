"""A report as Markdown."""

from __future__ import annotations

from git_session.analysis.report import Subject
from git_session.views import report
from tests.views.made_reports import DAY, NOW, sessionless


def test_a_standup_counts_what_it_knows() -> None:
    """Of the commits the report has the newest; how many of a session follow is not known."""
    subjects = tuple(Subject(f'{at:040x}', NOW, 'Ann', f'Mend {at}', 's') for at in range(20))
    short = sessionless().replace(kind='period', since=NOW - DAY, subjects=subjects, merges=3)
    for commits, said in ((23, '(+ 17 more)'), (24, '(+ 17 or more)')):
        shown = report.text(short.replace(commits=commits)).splitlines()
        assert shown[4] == f'- Done: Mend 2 {said}'
