"""Coverage reports: five formats that say the same, and what is none."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from pathlib import Path

import pytest

from git_session.integrations import coverage, places
from git_session.integrations.coverage import Lines, Report
from git_session.integrations.markup import ReportError

SAME = Lines(frozenset({1, 2, 4}), frozenset({3}))
COBERTURA = b"""<?xml version="1.0" ?>
<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage line-rate="0.75" lines-covered="3" lines-valid="4"><sources><source>src</source>
<source>/app/src</source></sources><packages><package><classes>
<class name="x" filename="pkg/x.py"><methods><method><lines><line number="2" hits="9"/></lines>
</method></methods><lines><line number="1" hits="1"/><line number="2" hits="0"/>
<line number="3" hits="0"/><line number="4" hits="2" branch="true"/></lines></class>
</classes></package></packages></coverage>"""
JACOCO = b"""<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd">
<report name="r"><package name="com/example"><class name="com/example/X" sourcefilename="X.java"/>
<sourcefile name="X.java"><line nr="1" mi="0" ci="2" mb="0" cb="0"/><line nr="2" mi="1" ci="1"/>
<line nr="3" mi="4" ci="0"/><line nr="4" mi="0" ci="1"/><counter type="LINE" missed="1"
 covered="3"/></sourcefile></package></report>"""
LCOV = b"""TN:all
SF:src\\x.js
FN:1,f
DA:1,5
DA:2,1,hash
DA:3,0
DA:4,2
LF:4
LH:3
end_of_record
DA:9,9
"""
GO = b"""mode: atomic
example.com/m/x.go:1.2,2.10 2 7
example.com/m/x.go:3.1,3.9 5 0
example.com/m/x.go:4.1,4.9 1 0
example.com/m/x.go:4.1,4.9 1 3
"""
JSON = json.dumps(
    {
        'meta': {'version': '7'},
        'files': {'src/x.py': {'executed_lines': [1, 2, 4], 'missing_lines': [3], 'summary': {}}},
        'totals': {'covered_lines': 3, 'num_statements': 4},
    }
).encode()


@pytest.mark.parametrize(
    ('data', 'expected'),
    [
        (COBERTURA, Report('Cobertura', {'pkg/x.py': SAME}, 3, 4, ('src', '/app/src'))),
        (JACOCO, Report('JaCoCo', {'com/example/X.java': SAME}, 3, 4)),
        (LCOV, Report('lcov', {'src/x.js': SAME}, 3, 4)),
        (GO, Report('Go', {'example.com/m/x.go': SAME}, 3, 8)),  # of statements
        (JSON, Report('coverage.py', {'src/x.py': SAME}, 3, 4)),
    ],
    ids=['cobertura', 'jacoco', 'lcov', 'go', 'coverage.py'],
)
def test_formats(data: bytes, expected: Report) -> None:
    assert coverage.parse(data) == expected
    assert coverage.parse(b'\xef\xbb\xbf' + data).files == expected.files if data != JSON else True


def _bad_json(lines: object) -> bytes:
    return json.dumps({'files': {'a': {'executed_lines': lines, 'missing_lines': []}}}).encode()


@pytest.mark.parametrize(
    ('data', 'why'),
    [
        (b'', 'is in no format that is known'),
        (b'PNG', 'is in no format that is known'),
        (b'<html/>', 'is no coverage report'),
        (b'<coverage/>', 'has no lines'),  # Clover's is of another kind
        (b'<coverage><class', 'is not well-formed XML'),
        (b'<!DOCTYPE coverage [<!ENTITY a "b">]><coverage/>', 'declares entities'),
        (b'{"files": 3}', 'is no JSON of coverage.py'),
        (b'{', 'is no JSON of coverage.py'),
        (b'{"files":' + b'[' * 100_000, 'is no JSON of coverage.py'),
        (_bad_json(['1']), 'is no JSON of coverage.py'),
        (_bad_json([-1, 10**9]), 'has no lines'),
        (b'mode: set\n', 'has no lines'),
        (b'mode: set\na/b.go:1.1,999999999.1 1 1\n', 'has more than 5000000 lines'),
        (b'mode: set\n' + b'a/b.go:1.1,4000000.1 1 1\n' * 3, 'has more than 5000000 lines'),
        (b'TN:\nSF:a\nDA:x,1\nDA:0,1\nDA:1\nend_of_record\n', 'has no lines'),
    ],
)
def test_what_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(ReportError, match=f'^{why}$'):
        coverage.parse(data)


def _report(kind: str, *names: str, roots: tuple[str, ...] = ()) -> Report:
    return Report(kind, dict.fromkeys(names, SAME), 3, 4, roots)


def _tree(top: Path, *paths: str) -> None:
    for path in paths:
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text('')


def test_names_are_found_where_the_report_means_them(tmp_path: Path) -> None:
    top = tmp_path / 'repo'
    _tree(top, 'src/pkg/x.py', 'web/src/x.js', 'm/src/main/java/com/e/X.java', 'svc/util/x.go')
    _tree(tmp_path, 'outside.py')
    (top / 'svc/go.mod').write_text('// a comment\nmodule example.com/m // v2\n')

    def placed(at: str, report: Report) -> list[str]:
        return list(places.placed(str(top), at, report))

    assert placed('coverage.xml', _report('Cobertura', 'pkg/x.py', roots=('src',))) == [
        'src/pkg/x.py'
    ]
    absolute = str(top / 'src/pkg/x.py')
    assert placed('coverage.json', _report('coverage.py', absolute)) == ['src/pkg/x.py']
    # A container had it elsewhere: what is left is the name from there.
    assert placed('c.xml', _report('Cobertura', 'src/pkg/x.py', roots=('/app',))) == [
        'src/pkg/x.py'
    ]
    assert placed('web/coverage/lcov.info', _report('lcov', 'src/x.js')) == ['web/src/x.js']
    jacoco = _report('JaCoCo', 'com/e/X.java')
    assert placed('m/target/site/jacoco/jacoco.xml', jacoco) == ['m/src/main/java/com/e/X.java']
    assert placed('svc/cover.out', _report('Go', 'example.com/m/util/x.go')) == ['svc/util/x.go']
    assert placed('cover.out', _report('Go', 'golang.org/x/util/x.go')) == []
    outside = _report('lcov', '../outside.py', str(tmp_path / 'outside.py'), '/etc/passwd', 'a\0b')
    assert placed('lcov.info', outside) == []


def test_two_names_of_one_file_are_one(tmp_path: Path) -> None:
    _tree(tmp_path, 'x.py')
    files = {
        'x.py': Lines(frozenset({1}), frozenset({2, 3})),
        './x.py': Lines(frozenset({2}), frozenset({1, 3})),
    }
    found = places.placed(str(tmp_path), 'lcov.info', Report('lcov', files, 1, 3))
    assert found == {'x.py': Lines(frozenset({1, 2}), frozenset({3}))}


def test_a_module_file_that_is_none_is_not_waited_for(tmp_path: Path) -> None:
    """Opening a named pipe, or a link to a terminal, would wait for somebody to write."""
    _tree(tmp_path, 'x.go')
    pipe = tmp_path / 'go.mod'
    os.mkfifo(pipe)

    def write() -> None:  # so that a reader that waits finds a module
        with contextlib.suppress(BrokenPipeError), open(pipe, 'w') as file:
            file.write('module late\n')

    writer = threading.Thread(target=write)
    writer.start()
    found = places.placed(str(tmp_path), 'cover.out', _report('Go', 'late/x.go'))
    with open(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), 'rb'):  # lets a writer go on
        writer.join()
    assert found == {}
