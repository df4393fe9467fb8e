"""git session report."""

from __future__ import annotations

import calendar
import json
import shutil
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from git_session import told
from git_session.events import encode
from tests.commands.conftest import Run
from tests.made import ANN, BASE, Log
from tests.repo import Repo
from tests.views.test_schemas import check

At = Callable[[str], float]
HOSTILE = '<script>alert(1)</script> | `x` *b* [l](u) \x1b[31m\n# heading'


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    """Sets the clock of this program and of git: ``2026-11-16 09:00``, UTC."""

    def at(when: str) -> float:
        now = float(calendar.timegm(time.strptime(when, '%Y-%m-%d %H:%M')))
        monkeypatch.setattr(time, 'time', lambda: now)
        for who in ('AUTHOR', 'COMMITTER'):
            monkeypatch.setenv(f'GIT_{who}_DATE', f'@{int(now)} +0000')
        monkeypatch.setenv('GIT_TEST_DATE_NOW', str(int(now)))  # what dates are relative to
        return now

    return at


_MADE: list[Path] = []  # the repository that each test gets a copy of


@pytest.fixture
def week(
    make_repo: Callable[..., Repo], run: Run, at: At, tmp_path_factory: pytest.TempPathFactory,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> Repo:  # fmt: skip
    """A week with two sessions: auth goes on, its last work over a midnight; menu has ended.

    Monday is the 16th; now it is Monday the 23rd, 9:00.
    """
    if not _MADE:
        made = _make(make_repo, run, at)
        _MADE.append(tmp_path_factory.mktemp('made') / 'shop')
        shutil.copytree(made.path, _MADE[0], symlinks=True)
    else:
        shutil.copytree(_MADE[0], tmp_path / 'shop', symlinks=True)
        monkeypatch.chdir(tmp_path / 'shop')
    at('2026-11-23 09:00')
    return Repo(tmp_path / 'shop')


def _make(make_repo: Callable[..., Repo], run: Run, at: At) -> Repo:
    at('2026-11-10 12:00')
    repo = make_repo('shop')
    at('2026-11-16 09:00')
    run('start', 'auth', '-o', 'Google OAuth', '-o', 'GitHub OAuth')
    at('2026-11-16 09:20')
    repo.commit('feat: Google', **{'auth.py': 'a\nb\n'})
    run('decisions', 'add', 'Use PKCE', '--rationale', 'interception')
    at('2026-11-17 10:00')
    run('blockers', 'add', 'CI is red', '--issue', '#5')
    at('2026-11-18 10:00')
    run('objectives', 'complete', '1')
    at('2026-11-18 10:10')
    run('switch', '-c', 'menu')
    run('objectives', 'add', 'A menu')
    run('blockers', 'add', 'no icons')
    at('2026-11-18 10:30')
    repo.commit('feat: menu', **{'menu.py': 'm\n'})
    run('note', '--dead-end', 'tables: too slow')
    run('blockers', 'resolve', '1', '--how', 'drawn')
    run('objectives', 'complete', '1')
    at('2026-11-18 10:40')
    run('end', '--no-handoff')
    at('2026-11-22 23:50')
    run('switch', 'auth')
    at('2026-11-23 00:10')
    repo.commit('feat: GitHub', **{'auth.py': 'a\nb\nc\n'})
    run('objectives', 'start', '2')
    return repo


def report(run: Run, *options: str) -> Any:
    found = json.loads(run('report', *options, '--json').out)
    check('report', found)
    return found


WEEKLY = """\
# Week: shop, 2026-11-17 to 2026-11-23

2 sessions, 2 commits (+2 -0), 2 objectives done, active time 1h. Commits of `auth`, `main`, `menu`.

## Done

- A menu (`menu`)
- Google OAuth (`auth`)

## Next

- resolve blk-1 CI is red
- make the gate require-tests pass
- finish obj-2 GitHub OAuth
- run the tests so that they leave a report
- measure the coverage

## Blockers

- CI is red (#5), open for 5 days (`auth`)
- ~~no icons~~ resolved after 20m: drawn

## Dead ends

- tables: too slow (`menu`)

## Sessions

| Session | State | Active time | Commits | Lines | Objectives | Blockers | Coverage |
| --- | --- | --: | --: | --: | --: | --: | --: |
| auth | active | 30m | 2 | +3 -0 | 1/2 | 1 | unknown |
| menu | ended | 30m | 1 | +1 -0 | 1/1 | 0 | unknown |

## Activity

| Day | Commits | Lines | Active time |
| --- | --: | --: | --: |
| 2026-11-18 | 1 | +1 -0 | 40m |
| 2026-11-22 | 0 | +0 -0 | 10m |
| 2026-11-23 | 1 | +1 -0 | 10m |

## Health 90 of 100

- -10 blockers: 1 open blocker (blk-1), open for 5 days
- tests unknown: no report of a test run
- coverage unknown: no coverage report
- new-code-coverage unknown: no coverage report
- context unknown: no context file of this session is known to git

## People

| Name | Commits | Lines |
| --- | --: | --: |
| Ann Author | 2 | +2 -0 |

## Hot files

| File | Commits | People | Fixes |
| --- | --: | --: | --: |
| auth.py | 1 | 1 | 0 |
| menu.py | 1 | 1 | 0 |
"""


def test_weekly(week: Repo, run: Run) -> None:
    assert run('report', '--weekly').out == WEEKLY


def test_a_standup(week: Repo, run: Run) -> None:
    shown = run('report', '--since', 'yesterday').out
    assert shown == (
        '**shop** since Sun 2026-11-22 00:00: 1 commit (+1 -0), active time 20m\n\n'
        '- Done: feat: GitHub\n'
        '- Next: GitHub OAuth (`auth`)\n'
        '- Blocked: CI is red (#5), open for 5 days (`auth`)\n'
    )


def test_a_standup_has_less_than_ten_lines(week: Repo, run: Run) -> None:
    for number in range(9):
        run('objectives', 'add', f'goal {number}')
        run('blockers', 'add', f'blocker {number}\nof two lines')
        run('objectives', 'complete', str(number + 3))
        run('objectives', 'add', f'next {number}')
    shown = run('report', '--since', '2d').out
    assert len(shown.splitlines()) == 9
    assert '(+ 6 more)' in shown
    assert '- Blocked: blocker 0 of two lines, open for 0m (`auth`) (+ 8 more)' in shown


def test_a_period_that_is_over(week: Repo, run: Run) -> None:
    """What happened later is left out: the objective was not done, the blocker not there."""
    found = report(run, '--since', '2026-11-16', '--until', '2026-11-16')
    assert (found['since'], found['until']) == (
        '2026-11-16T00:00:00.000Z', '2026-11-17T00:00:00.000Z',
    )  # fmt: skip
    session = found['sessions'][0]
    assert len(found['sessions']) == 1
    assert (session['objectives_done'], session['open_blockers'], session['health']) == (0, 0, None)
    assert found['days'] == [
        {'day': '2026-11-16', 'commits': 1, 'added': 2, 'deleted': 0, 'active_seconds': 1200}
    ]
    assert [each['text'] for each in found['decisions']] == ['Use PKCE']
    assert [each['text'] for each in found['open']] == ['Google OAuth', 'GitHub OAuth']
    assert found['next_steps'] == [] and found['health'] is None and found['blockers'] == []
    assert [each['session'] for each in found['commits']] == [session['session']]
    assert run('report', '--since', '2026-11-16', '--until', '2026-11-16').out == (
        '**shop** since Mon 2026-11-16 00:00 until Tue 2026-11-17 00:00: '
        '1 commit (+2 -0), active time 20m\n\n'
        '- Done: feat: Google\n'
        '- Next: Google OAuth (`auth`)\n'
        '- Next: GitHub OAuth (`auth`)\n'
        '- Blocked: nothing\n'
    )


def test_a_moment_is_a_moment_and_a_date_the_whole_day(week: Repo, run: Run) -> None:
    for said, since in (
        ('2026-11-18', '18T00:00'), ('2026-11-18 10:05', '18T10:05'), ('yesterday', '22T00:00'),
        ('1 hour ago', '23T08:00'), ('2d', '21T00:00'), ('90m', '23T07:30'),
    ):  # fmt: skip
        assert report(run, '--since', said)['since'] == f'2026-11-{since}:00.000Z', said


def test_the_project(week: Repo, run: Run) -> None:
    found = report(run, '--project')
    assert found['kind'] == 'project'
    assert found['since'] == '2026-11-10T12:00:00.000Z'
    assert found['totals'] == {
        'sessions': 2, 'commits': 3, 'merges': 0, 'added': 4, 'deleted': 0,
        'active_seconds': 4800, 'objectives_done': 2,
    }  # fmt: skip
    assert found['commit_days'] == 'author' and found['counted_branches'] == ['auth']
    assert found['history']['commits'] == 3
    assert sum(each['active_seconds'] for each in found['days']) == 4800
    assert found['burn_up'][-1] == {'day': '2026-11-23', 'added': 3, 'done': 2}
    head = run('report', '--project').out.splitlines()[:3]
    assert head[0] == '# Project: shop, 2026-11-10 to 2026-11-23'
    assert head[2] == (
        '2 sessions, 3 commits (+4 -0), 2 objectives done, active time 1h 20m. Commits of `auth`.'
    )


def test_what_is_dated_after_the_period_is_not_in_it(
    week: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock may be ahead by hours; the year 2106 is of no week."""
    for seconds, subject in ((1_795_507_200, 'ahead'), (4_291_747_200, 'astray')):
        monkeypatch.setenv('GIT_AUTHOR_DATE', f'@{seconds} +0000')
        week.commit(subject)
    found = report(run, '--weekly')
    assert [each['subject'] for each in found['commits']][:2] == ['ahead', 'feat: GitHub']
    assert found['days'][-1]['day'] == '2026-11-24'


def test_days_are_those_of_the_reader(
    week: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('TZ', 'America/New_York')
    time.tzset()
    try:
        found = report(run, '--since', '2026-11-22', '--until', '2026-11-22')
    finally:
        monkeypatch.undo()
        time.tzset()
    assert found['since'] == '2026-11-22T05:00:00.000Z'
    assert found['zone'] == '-0500'
    assert found['days'] == [
        {'day': '2026-11-22', 'commits': 1, 'added': 1, 'deleted': 0, 'active_seconds': 1200}
    ]


def test_a_history_without_a_session(make_repo: Callable[..., Repo], run: Run, at: At) -> None:
    at('2026-11-22 10:00')
    make_repo('plain')
    at('2026-11-23 09:00')
    found = report(run, '--project')
    assert found['never_had_a_session'] and found['session'] is found['health'] is None
    assert run('report', '--weekly').out == (
        '# Week: plain, 2026-11-17 to 2026-11-23\n\n'
        '1 commit (+1 -0). Commits of `main`.\n\n'
        'This repository never had a session: this is from the commits alone.\n\n'
        '## Activity\n\n| Day | Commits | Lines |\n| --- | --: | --: |\n'
        '| 2026-11-22 | 1 | +1 -0 |\n\n'
        '## People\n\n| Name | Commits | Lines |\n| --- | --: | --: |\n'
        '| Ann Author | 1 | +1 -0 |\n\n'
        '## Hot files\n\n| File | Commits | People | Fixes |\n| --- | --: | --: | --: |\n'
        '| a.txt | 1 | 1 | 0 |\n'
    )
    assert '- Done: first\n' in run('report', '--since', 'yesterday').out


def test_an_empty_repository(make_repo: Callable[..., Repo], run: Run) -> None:
    make_repo('empty', commit=False)
    for option in ('--project', '--weekly'):
        found = report(run, option)
        assert found['totals']['commits'] == 0 and found['head'] is None
    assert report(run, '--project')['since'] is None
    assert run('report', '--project').out.startswith('# Project: empty\n\n0 commits (+0 -0).')


def test_a_shallow_and_a_partial_clone_say_so(
    week: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    week.git('config', 'uploadpack.allowFilter', 'true')
    source = f'file://{week.path}'
    for name, option, said in (
        ('shallow', '--depth=1', 'This clone is shallow: older commits are not in these figures.'),
        ('partial', '--filter=blob:none', 'This clone is partial: lines are unknown.'),
    ):
        week.git('clone', '-q', '--no-checkout', option, source, f'../{name}')
        monkeypatch.chdir(week.path.parent / name)
        assert said in run('report', '--weekly').out
        found = report(run, '--weekly')
        assert found['shallow'] is (name == 'shallow')
        assert found['lines_known'] is (name == 'shallow')
    assert found['totals']['added'] is None and found['days'][0]['added'] is None


def test_hostile_texts_are_shown_and_are_no_markup(week: Repo, run: Run) -> None:
    run('objectives', 'add', HOSTILE)
    run('objectives', 'complete', '3')
    run('decisions', 'add', HOSTILE, '--rationale', HOSTILE)
    run('blockers', 'add', HOSTILE)
    run('note', '--dead-end', HOSTILE)
    week.git('commit', '-q', '--allow-empty', '-m', HOSTILE, '--author', 'E|vil <b>x</b> <e@x>')
    week.commit('add', **{'a|b`c.txt': 'x\n'})
    for options in (['--weekly'], ['--project'], ['--since', 'yesterday']):
        shown = run('report', *options).out
        assert '<' not in shown and '\x1b' not in shown
        assert '\n# heading' not in shown
        rows = [each for each in shown.splitlines() if each.startswith('|')]
        widths = {each.count('|') for each in rows}
        assert widths <= {4, 5, 9}
        check('report', json.loads(run('report', *options, '--json').out))
    assert '| E&#124;vil ' in run('report', '--weekly').out


def test_what_is_kept_of_many_sessions_is_what_they_say(
    week: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = run('report', '--project', '--json').out
    monkeypatch.setattr(told, '_WORTH', 0)
    path = week.sessions / told.FILE
    assert not path.exists()
    for _ in range(2):
        assert run('report', '--project', '--json').out == plain
        assert len(path.read_text().splitlines()) == 2
    monkeypatch.setattr(told, 'read', None)
    with pytest.raises(TypeError):  # the live one is read each time
        run('report', '--project')


def test_what_is_kept_and_damaged_or_old_is_not_used(
    week: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = run('report', '--project', '--json').out
    monkeypatch.setattr(told, '_WORTH', 0)
    run('report', '--project')
    path = week.sessions / told.FILE
    head, line = path.read_text().splitlines()
    fields = json.loads(line)
    for damaged in (
        '', 'nonsense', f'{head}\n{line[:50]}\n', f'[0, 1]\n{line}\n', f'{head}\n[]\n',
        f'{head}\n{{}}\n',
        f'{head}\n{json.dumps([fields[0], fields[1], 3])}\n',
        f'{head}\n{json.dumps([*fields[:8], 7, *fields[9:]])}\n',
        f'{head}\n{json.dumps(["0-0", *fields[1:4], "other", *fields[5:]])}\n',
    ):  # fmt: skip
        path.write_text(damaged)
        assert run('report', '--project', '--json').out == plain, damaged


def test_a_session_of_another_clone_on_no_branch_of_ours(week: Repo, run: Run) -> None:
    """Its branch has a name that no directory of a live session can have."""
    log = Log('evil-20261120-3f9c')
    log.add('start', 0, branch='refs/heads/.evil/../x', base=BASE, head=BASE, by=ANN)
    place = week.sessions / '.archive' / log.session
    place.mkdir()
    (place / 'events.jsonl').write_bytes(b''.join(encode(each) + b'\n' for each in log.events))
    branches = {each['branch'] for each in report(run, '--weekly')['sessions']}
    assert branches == {'auth', 'menu', '.evil/../x'}


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ((), 'which period? --weekly, --project or --since <date>'),
        (('--until', 'today'), '--until needs --since'),
        (('--weekly', '--project'), '--weekly and --project cannot be used together'),
        (('--project', '--since', 'today'), '--project and --since cannot be used together'),
        (('--since', 'soon'), "bad value for '--since': 'soon'; expected a date"),
        (('--since', 'today', '--until', 'x'), "bad value for '--until': 'x'; expected a date"),
        (('--weekly', '--format', 'pdf'),
         "bad value for '--format': 'pdf'; expected one of markdown, json, html"),
        (('--weekly', '--open', '--json'), "--open needs '--format html', not 'json'"),
        (('--weekly', '--open', '-o', '-'), "--open and '-o -' cannot be used together"),
        (('--since', '2026-11-20', '--until', '2026-11-10'),
         "--until '2026-11-10' is before --since '2026-11-20'"),
        (('--since', '2099-11-20'), "--since '2099-11-20' is in the future"),
    ],
)  # fmt: skip
def test_what_is_no_period(repo: Repo, run: Run, options: tuple[str, ...], message: str) -> None:
    shown = run('report', *options, status=129)
    assert shown.err == f"error: {message}\nhint: see 'git session report -h'\n"
    assert shown.out == ''


def test_into_a_file_by_its_suffix(week: Repo, run: Run, tmp_path: Path) -> None:
    for name, begin in (
        ('r.md', '# Week: '), ('r.txt', '# Week: '), ('r.json', '{\n  "schema": '),
        ('r.HTML', '<!DOCTYPE html>'),
    ):  # fmt: skip
        path = tmp_path / name
        shown = run('report', '--weekly', '-o', str(path))
        assert (shown.out, shown.err) == ('', f'report written to {path}\n')
        assert path.read_text().startswith(begin)
        run('report', '--project', '-o', str(path))  # a report may take the place of one
    run('report', '--since', 'yesterday', '-o', str(tmp_path / 'r.md'))
    run('report', '--weekly', '--json', '-o', str(tmp_path / 'r.md'))
    assert json.loads((tmp_path / 'r.md').read_text())['kind'] == 'weekly'
    assert run('report', '--weekly', '-o', '-').out == WEEKLY


def test_what_is_no_report_stays(week: Repo, run: Run, tmp_path: Path) -> None:
    path = tmp_path / 'README.md'
    path.write_text('# Shop\n')
    shown = run('report', '--weekly', '-o', str(path), status=128)
    assert shown.err == (
        f"fatal: '{path}' already exists\n"
        'hint: it is no report of git session: move it, or name another\n'
    )
    assert path.read_text() == '# Shop\n'
    shown = run('report', '--weekly', '-o', str(tmp_path / 'no' / 'r.md'), status=128)
    assert shown.err == f"fatal: could not write '{tmp_path}/no/r.md': No such file or directory\n"


def test_open(week: Repo, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, 'open', lambda uri: opened.append(uri) or True)
    run('report', '--weekly', '--open')
    place = week.sessions / 'report.html'
    assert opened == [place.resolve().as_uri()]
    assert place.read_text().startswith('<!DOCTYPE html>')
    run('report', '--weekly', '--open', '-o', str(tmp_path / 'a b.html'))
    assert opened[1:] == [(tmp_path / 'a b.html').as_uri()]
    monkeypatch.setattr(webbrowser, 'open', lambda uri: False)
    shown = run('report', '--weekly', '--open', status=128)
    assert shown.err.endswith(
        f"fatal: could not start a web browser\nhint: the report is in '{place}'\n"
    )


def test_the_branch_of_a_session_that_only_a_remote_has(
    week: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another clone has built counts as soon as it is fetched."""
    week.git('clone', '-q', '-b', 'main', '.', '../clone')
    monkeypatch.chdir(week.path.parent / 'clone')
    sessions = week.path.parent / 'clone' / '.git' / 'sessions' / '.archive'
    shutil.copytree(week.sessions / '.archive', sessions)
    found = report(run, '--weekly')
    assert found['counted_branches'] == ['main', 'menu']
    assert [each['subject'] for each in found['commits']] == ['feat: menu']
