"""JUnit XML as the tools write it, and what is no such thing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from git_session.integrations import testreports
from git_session.integrations.markup import MOST_BYTES, ReportError
from git_session.integrations.testreports import Counts

PYTEST = b"""<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="2" skipped="1"
 tests="5" time="0.1" timestamp="2026-11-23T03:00:00"><testcase classname="t" name="a"/>
<testcase classname="t" name="b"><failure message="assert">no</failure></testcase>
<testcase classname="t" name="c"><skipped type="pytest.xfail"/></testcase>
<testcase classname="t" name="d"><failure/></testcase>
<testcase classname="t" name="d"><error/></testcase>
<testcase classname="t" name="e"/></testsuite></testsuites>"""

# Ant and PHPUnit: suites in suites, whose attributes sum up what lies in them.
NESTED = b"""<testsuites tests="3"><testsuite name="all" tests="3" failures="1">
<testsuite name="one" tests="2" failures="1"><testcase/><testcase><failure/></testcase></testsuite>
<testsuite name="two" tests="1" failures="0"><testcase><skipped/></testcase></testsuite>
</testsuite></testsuites>"""

# Surefire: a file is a suite, tries that failed before one that passed are told apart.
SUREFIRE = b"""<testsuite name="com.example.T" tests="2" errors="0" skipped="0" failures="0">
<properties><property name="a" value="b"/></properties><testcase name="x"/>
<testcase name="y"><flakyFailure message="once"/></testcase></testsuite>"""


@pytest.mark.parametrize(
    ('data', 'expected'),
    [
        (PYTEST, Counts(5, 2, 1, 1)),
        (NESTED, Counts(3, 1, 0, 1)),
        (SUREFIRE, Counts(2, 0, 0, 0)),
        (b'<testsuites/>', Counts()),
        (b'<testsuite tests="3" failures="1"/>', Counts(3, 1, 0, 0)),  # a summary alone
        (b'<testsuites><testcase><error/></testcase></testsuites>', Counts(1, 0, 1, 0)),
        # an attribute that says less than the elements hides no failure
        (b'<testsuite failures="0"><testcase><failure/></testcase></testsuite>', Counts(1, 1)),
        (b'<testsuite tests="-4" errors="many"><testcase/></testsuite>', Counts(1)),
        (b'<testsuite tests="99999999999"><testcase/></testsuite>', Counts(1)),
        (b'<j:testsuite xmlns:j="u" tests="1"><j:testcase/></j:testsuite>', Counts(1)),
        ('<?xml version="1.0"?><testsuite tests="7"/>'.encode('utf-16'), Counts(7)),
    ],
)  # fmt: skip
def test_figures(data: bytes, expected: Counts) -> None:
    assert testreports.parse(data) == expected


def test_figures_of_several_reports_add_up() -> None:
    assert Counts(1, 2, 3, 4) + Counts(10, 20, 30, 40) == Counts(11, 22, 33, 44)


LAUGHS = b"""<!DOCTYPE testsuite [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
<testsuite name="&b;"/>"""
OUTSIDE = b"""<!DOCTYPE testsuite [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<testsuite>&a;</testsuite>"""


@pytest.mark.parametrize(
    ('data', 'why'),
    [
        (LAUGHS, 'declares entities'),
        (OUTSIDE, 'declares entities'),
        (b'', 'is not well-formed XML'),
        (b'<testsuite>', 'is not well-formed XML'),
        (b'<testsuite/><testsuite/>', 'is not well-formed XML'),
        (b'<?xml version="1.0" encoding="klingon"?><testsuite/>', 'is not well-formed XML'),
        (b'<html/>', 'is no JUnit XML'),
        (b'<testsuite>' * 200 + b'</testsuite>' * 200, 'is nested more than 100 deep'),
    ],
)
def test_what_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(ReportError, match=f'^{why}$'):
        testreports.parse(data)


def test_files(tmp_path: Path) -> None:
    (tmp_path / 'junit.xml').write_bytes(PYTEST)
    assert testreports.read(str(tmp_path / 'junit.xml')) == Counts(5, 2, 1, 1)
    with open(tmp_path / 'large.xml', 'wb') as file:
        file.truncate(MOST_BYTES + 1)
    os.mkfifo(tmp_path / 'pipe.xml')
    for name, why in (
        ('large.xml', 'is larger than 64 MiB'),
        ('pipe.xml', 'is no plain file'),
        ('none.xml', 'cannot be read: No such file or directory'),
    ):
        with pytest.raises(ReportError, match=f'^{why}$'):
            testreports.read(str(tmp_path / name))
