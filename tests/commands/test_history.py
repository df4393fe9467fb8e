"""git session history."""

from __future__ import annotations

import json
import re

import pytest

from tests.commands.conftest import Run
from tests.repo import Repo


@pytest.fixture
def three(still: None, work: Repo, run: Run) -> Repo:
    """Sessions: work ended with one commit, other by Bob, last current."""
    work.commit('add b', **{'b.txt': 'two\n'})
    run('objectives', 'complete', '1')
    run('end', '--no-handoff')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('GIT_AUTHOR_NAME', 'Bob Builder')
        run('start', 'other', '--base', 'main')
    run('start', 'last', '--base', 'main')
    return work


def names(listed: str) -> list[str]:
    return re.findall(r'  (\w+)-\d{8}-[0-9a-f]{4}  ', listed)


def test_newest_first(three: Repo, run: Run) -> None:
    listed = run('history').out
    assert names(listed) == ['last', 'other', 'work']
    assert [line.split('  ')[1].split()[0] for line in listed.splitlines()] == [
        'active', 'paused', 'ended',
    ]  # fmt: skip
    assert listed.splitlines()[2].endswith('   work   1/2 objectives')


@pytest.mark.parametrize('option', [('-n', '2'), ('-n2',), ('--count', '2'), ('--count=2',)])
def test_count(three: Repo, run: Run, option: tuple[str, ...]) -> None:
    assert names(run('history', *option).out) == ['last', 'other']


def test_since(three: Repo, run: Run) -> None:
    assert len(names(run('history', '--since', '1 hour ago').out)) == 3
    assert run('history', '--since', '2099-01-01').out == ''


def test_author(three: Repo, run: Run) -> None:
    assert names(run('history', '--author', 'bob').out) == ['other']
    assert names(run('history', '--author', 'nobody').out) == []


def test_metrics(three: Repo, run: Run) -> None:
    listed = run('history', '--metrics').out.splitlines()
    trends = listed.index('From the oldest to the newest')
    assert [each.split('  ')[1] for each in listed[trends + 1 :]] == [
        'active time', 'commits', 'objectives',
    ]  # fmt: skip
    assert listed[trends - 3 : trends] == [
        '    active time 0m, 1 commit, 1 file, +1 -0, 1 checkpoint, 0 open blockers',
        '    velocity unknown, coverage unknown',
        '',
    ]


def test_json(three: Repo, run: Run) -> None:
    record = json.loads(run('history', '--json').out)
    assert record['schema'] == 'git-session/history/1'
    assert [each['branch'] for each in record['sessions']] == ['last', 'other', 'work']
    ended = record['sessions'][2]
    assert (ended['commits'], ended['result']) == (1, 'ended')
    assert re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z', ended['started'])


def test_none(repo: Repo, run: Run) -> None:
    assert run('history').out == ''
    assert json.loads(run('history', '--json').out)['sessions'] == []


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (('-n', 'x'), "option 'count' expects a number, not 'x'"),
        (('-n', '-1'), "option 'count' expects a number, not '-1'"),
        (('-n',), "option 'n' requires a value"),
    ],
)
def test_usage(repo: Repo, run: Run, arguments: tuple[str, ...], message: str) -> None:
    assert run('history', *arguments, status=129).err == (
        f"error: {message}\nhint: see 'git session history -h'\n"
    )


def test_an_index_that_is_damaged_or_lost(three: Repo, run: Run) -> None:
    index = three.sessions / '.archive' / 'index.jsonl'
    for broken in (
        b'', b'\xff\xfe\n', b'[1]\n{}\n3\n', b'{"session":"../../x","state":"ended"}\n',
        index.read_bytes()[:70], b'{"session":"a","state":"ended","last_active":"x"}\n',
    ):  # fmt: skip
        index.write_bytes(broken)
        assert names(run('history').out) == ['last', 'other', 'work']
        run('history', '--metrics')
        assert run('show', 'work').out.startswith('Session work-')
    index.unlink()
    assert names(run('history').out) == ['last', 'other', 'work']


def test_absurd_numbers(three: Repo, run: Run) -> None:
    for number in ('9' * 5000, '\N{SUPERSCRIPT TWO}'):
        run('show', '@{' + number + '}', status=1)
        run('undo', number, status=129)
        run('history', '-n', number, status=129)


def test_the_coverage_of_the_first_and_the_last_checkpoint(
    still: None, work: Repo, run: Run
) -> None:
    work.commit('source', **{'a.py': 'x = 1\ny = 2\n'})
    for hits in (0, 1):
        lines = f'<line number="1" hits="1"/><line number="2" hits="{hits}"/>'
        work.write_file(
            'coverage.xml', '<coverage><packages><package><classes><class filename="a.py"><lines>'
            f'{lines}</lines></class></classes></package></packages></coverage>',
        )  # fmt: skip
        run('checkpoint', '--no-commit')
    assert run('history', '--metrics').out.endswith('velocity unknown, coverage 50% → 100%\n')
    run('end', '--no-handoff')
    (ended,) = json.loads(run('history', '--json').out)['sessions']
    assert ended['coverage'] == [50, 100]
    assert ended['velocity'] == {'objectives': None, 'commits': None, 'lines': None}


def test_of_another_clone(three: Repo, run: Run) -> None:
    """A session that lies in the archive and goes on elsewhere, as notes bring it."""
    place = three.place('last')
    name = (place / 'id').read_text().strip()
    three.commit('add d', **{'d.txt': 'one\ntwo\n'})
    three.git('switch', '-q', 'main', GIT_SESSION='0')
    place.rename(three.sessions / '.archive' / name)
    three.git('update-ref', 'refs/kept', 'last')
    three.git('branch', '-q', '-D', 'last')
    index = three.sessions / '.archive' / 'index.jsonl'
    index.unlink()
    listed = json.loads(run('history', '--metrics', '--json').out)['sessions']
    found = next(each for each in listed if each['session'] == name)
    compared = json.loads(run('compare', name, 'other', '--json').out)
    assert found['state'] == compared['sessions'][0]['state'] == 'active'
    assert (found['commits'], found['added'], found['deleted']) == (1, 2, 0)
    figures = {each['name']: each['values'][0] for each in compared['figures']}
    assert (figures['commits'], figures['lines added']) == (1, 2)
