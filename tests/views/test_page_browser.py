"""The page of a report in a real browser: what it asks for, shows, and does for its reader."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from git_session.views import page
from tests.views.made_reports import empty, hostile, sessionless, team

PLAYWRIGHT, AXE = '1.65.1', '4.14.1'
BROWSERS = ('chromium', 'chromium-browser', 'google-chrome')
# One browser, in one process: the fixtures are of the module.
pytestmark = pytest.mark.xdist_group('browser')

EVIL = (
    '<script>alert(1)</script><img src=x onerror=alert(2)>"\' onload=alert(3) '
    '</style></svg></title>{{ 7*7 }}\u202e\x1b[31m שלום 👩‍💻 ' + 'w' * 3000
)
REPORTS = {
    'team': team(), 'few': team(4, 6), 'large': team(120, 2000), 'sessionless': sessionless(5),
    'empty': empty(), 'hostile': hostile(EVIL),
}  # fmt: skip
# After the first of these each starts from where the one before it came to.
STEPS = [
    ['none', ''], ['click', 'Commits'], ['key', 'Commits'], ['key', 'Coverage'],
    ['click', 'Session'], ['search', 'LEEWAY ended'], ['search', 'attribute dec-7'],
    ['search', 'no such word'], ['search', ''],
]  # fmt: skip
LARGE = [['none', ''], ['all', 'Show all 120 sessions'], ['search', 'session-0103']]


def _browser() -> str:
    given = os.environ.get('CHROMIUM_BIN')
    return given or next((at for name in BROWSERS if (at := shutil.which(name))), '')


@pytest.fixture(scope='module')
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The driver and the checker of accessibility, fetched by npm once a run; no browser is."""
    given = os.environ.get('BROWSER_MODULES')
    if given:
        return Path(given)
    if shutil.which('npm') is None or shutil.which('node') is None:
        pytest.skip('node and npm are not installed')
    place = tmp_path_factory.mktemp('npm')
    # Where there is no registry nobody waits for it.
    quick = ('--fetch-retries=0', '--fetch-timeout=60000')
    command = ('npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', *quick, '--prefix')
    wanted = (f'playwright-core@{PLAYWRIGHT}', f'axe-core@{AXE}')
    done = subprocess.run([*command, str(place), *wanted], capture_output=True, check=False)
    if done.returncode:
        pytest.skip('npm has no playwright-core or no axe-core')
    return place / 'node_modules'


@pytest.fixture(scope='module')
def found(tmp_path_factory: pytest.TempPathFactory, modules: Path) -> dict[str, Any]:
    """What the browser said of every visit: one browser for all of them."""
    browser = _browser()
    if not browser:
        pytest.skip('no chromium: neither $CHROMIUM_BIN nor one on PATH')
    place = tmp_path_factory.mktemp('pages')
    for name, report in REPORTS.items():
        (place / f'{name}.html').write_text(page.html(report), encoding='utf-8')
    plan = [
        {'name': 'team', 'width': 1440, 'steps': STEPS},
        {'name': 'team phone', 'width': 360, 'open': True, 'scheme': 'dark',
         'steps': [['click', 'Commits']]},
        {'name': 'team paper', 'width': 680, 'scheme': 'dark', 'media': 'print', 'pdf': True},
        {'name': 'few plain', 'width': 800, 'script': False},
        {'name': 'large', 'width': 360, 'steps': LARGE},
        *({'name': f'{name} {scheme} {width}', 'width': width, 'scheme': scheme, 'open': True,
           'axe': True}
          for name, scheme, width in (('few', 'light', 1440), ('few', 'dark', 360),
                                      ('sessionless', 'light', 360), ('empty', 'dark', 360))),
        {'name': 'hostile phone', 'width': 360, 'open': True},
        {'name': 'hostile', 'width': 1440, 'open': True},
    ]  # fmt: skip
    for each in plan:
        each['url'] = (place / f'{str(each["name"]).split()[0]}.html').as_uri()
    (place / 'plan.json').write_text(json.dumps(plan))
    script = Path(__file__).with_name('browser.js')
    command = ['node', str(script), str(modules), browser, str(place / 'plan.json')]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_no_complaint_and_no_request_but_the_page_itself(found: dict[str, Any]) -> None:
    for name, said in found.items():
        assert said['console'] == [], name
        assert len(said['requests']) == 1, said['requests']
        assert said['requests'][0].startswith('file:///'), name


def test_nothing_overlaps_is_cut_off_or_scrolls_sideways(found: dict[str, Any]) -> None:
    for name, said in found.items():
        measured = said['measured']
        assert measured['texts'] > 15, name
        assert measured['overlaps'] == [], name
        assert measured['outside'] == [], name
        assert measured['sideways'] == 0, name


def test_the_checker_of_accessibility_has_nothing_to_say(found: dict[str, Any]) -> None:
    checked = {name: said for name, said in found.items() if 'violations' in said}
    assert len(checked) == 4
    for name, said in checked.items():
        assert said['violations'] == [], name
        assert said['passes'] > 15, name


def test_charts_say_what_the_report_says(found: dict[str, Any]) -> None:
    report, charts = REPORTS['team'], found['team']['measured']['charts']
    assert list(charts) == [
        'timeline', 'commits', 'active', 'burn-up', 'coverage', 'tests', 'health', 'hot',
        'authors', 'weekdays', 'hours',
    ]  # fmt: skip
    assert all(width > 200 and height >= 14 for width, height in
               (each['size'] for each in charts.values()))  # fmt: skip
    commits = {each.day: each.commits for each in report.days}
    said = dict(each.split(': ') for each in charts['commits']['titles'])
    assert said == {
        day: f'{number} commit{"s" if number > 1 else ""}' for day, number in commits.items()
    }
    assert charts['commits']['ticks'] == ['0', '5', '10', '15']
    heights = [height for _, height in charts['commits']['bars']]
    for height, number in zip(heights, commits.values(), strict=True):
        assert height == pytest.approx(160 * number / 15, abs=0.2)
    assert len(charts['timeline']['bars']) == len(report.sessions)
    added, done = charts['burn-up']['lines']  # pixels from the top of a drawing 8 + 160 high
    assert charts['burn-up']['ticks'] == ['0', '10', '20', '30']
    for points, number in ((added, report.burn_up[-1].added), (done, report.burn_up[-1].done)):
        assert len(points) == 43  # days, those without an event among them
        assert points[-1] == pytest.approx(168 - 160 * number / 30, abs=0.1)
    known = [each for each in report.quality if each.coverage is not None]
    assert [each.split(': ')[1] for each in charts['coverage']['titles']] == [
        f'{round(each.coverage or 0, 1):g}%' for each in known
    ]
    assert report.health is not None
    width = charts['health']['bars'][0][0]
    assert width == pytest.approx(report.health.score / 100, abs=0.01)
    most = max(each.commits for each in report.hot)
    assert [width for width, _ in charts['hot']['bars']] == [
        pytest.approx(each.commits / most, abs=0.01) for each in report.hot
    ]


def _ids(report: Any, key: Any, *, down: bool) -> list[str]:
    """Ids in the order of a key; those without it last."""
    known = [each for each in report.sessions if key(each) is not None]
    left = [each.id for each in report.sessions if key(each) is None]
    return [each.id for each in sorted(known, key=key, reverse=down)] + left


def test_sorting_and_searching(found: dict[str, Any]) -> None:
    report = REPORTS['team']
    steps = found['team']['steps']
    first, click, key, coverage, session, search, decision, nothing, cleared = steps
    assert first['order'] == [each.id for each in report.sessions]
    assert first['sorted'] == [['Last active', 'descending']]
    assert click['sorted'] == [['Commits', 'descending']]
    assert click['order'] == _ids(report, lambda each: each.commits, down=True)
    assert key['sorted'] == [['Commits', 'ascending']]
    numbers = {each.id: each.commits for each in report.sessions}
    assert [numbers[each] for each in key['order']] == sorted(numbers.values())
    assert coverage['sorted'] == [['Coverage', 'descending']]
    assert coverage['focus'].startswith('<button')
    shown = [each for each in coverage['order'] if each in
             {it.id for it in report.sessions if it.coverage is not None}]  # fmt: skip
    assert shown == _ids(report, lambda each: each.coverage, down=True)[: len(shown)]
    assert coverage['order'][: len(shown)] == shown  # the unknown are last
    assert session['sorted'] == [['Session', 'ascending']]
    branches = {each.id: each.branch for each in report.sessions}
    assert [branches[each] for each in session['order']] == sorted(branches.values())
    matching = [each.id for each in report.sessions if 'leeway' in each.branch]
    assert set(search['order']) == {
        each for each in matching
        if next(it for it in report.sessions if it.id == each).state == 'ended'
    }  # fmt: skip
    assert nothing['order'] == [] and nothing['found'].startswith('0 of ')
    assert cleared['order'] == session['order'] and cleared['found'] == ''
    assert decision['items'] == nothing['items'] + 1 < cleared['items']
    total = nothing['found'].removeprefix('0 of ')
    assert (decision['order'], decision['found']) == ([], f'1 of {total}')
    assert found['team phone']['steps'][0]['order'] == click['order']


def test_much_is_shown_in_parts(found: dict[str, Any]) -> None:
    some, every, one = found['large']['steps']
    assert [len(some['order']), len(every['order'])] == [50, 120]
    assert every['focus'].startswith('<tr')  # the first that was not there before
    assert one['order'] == ['session-0103-3f9c']
    assert all(each['bars'] for name, each in found['large']['measured']['charts'].items()
               if name in ('timeline', 'commits', 'active'))  # fmt: skip


def test_without_a_script_and_on_paper(found: dict[str, Any]) -> None:
    assert found['team']['visible'] == 1
    assert found['few plain']['visible'] == 0
    assert found['team paper']['visible'] == 0
    assert found['team paper']['pdf'] > 20_000
    assert found['team paper']['ground'] == 'rgb(255, 255, 255)'  # whatever the reader prefers
    assert found['team phone']['ground'] != 'rgb(255, 255, 255)'
