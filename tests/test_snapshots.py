"""What people see: every view of one fixed repository, in 40, 80 and 200 columns.

The views are drawn as for a terminal, in color, without, and in ASCII, and compared with the files
in tests/snapshots/, which are there to be looked at.  To record them again, look at the difference
and commit it:

    SNAPSHOTS=record python -m pytest tests/test_snapshots.py; git diff tests/snapshots

Nothing in the repository or the output depends on the day or the machine: git's dates, the clock of
the program, the ends of ids and the names of branches are fixed.
"""

from __future__ import annotations

import difflib
import io
import os
import re
import shutil
import sys
import time
import unicodedata
from pathlib import Path

import pytest

from git_session import git
from git_session.main import main
from tests.repo import Repo

PLACE = Path(__file__).parent / 'snapshots'
RECORD = os.environ.get('SNAPSHOTS') == 'record'

# A view more is a line here: the name of its files and the command line.
VIEWS = {
    'status': ['status'],
    'status-lists': ['status', '--objectives', '--blockers', '--decisions'],
    'brief': ['brief'],
    'handoff': ['handoff'],
    'show': ['show'],
    'log': ['log'],
    'history': ['history'],
    'history-metrics': ['history', '--metrics'],
    'analyze': ['analyze'],
    'compare': ['compare', 'old'],
    'compare-other': ['compare', 'feature/登録', 'old'],
    'report-weekly': ['report', '--weekly'],
    'report-project': ['report', '--project'],
    'report-standup': ['report', '--since', 'yesterday'],
    'objectives': ['objectives'],
    'blockers': ['blockers'],
    'decisions': ['decisions'],
}
WIDTHS = (40, 80, 200)
STYLES = {  # name -> the user's environment and configuration
    'plain': {'NO_COLOR': '1', 'LC_ALL': 'C.UTF-8'},
    'color': {'LC_ALL': 'C.UTF-8', 'TERM': 'xterm-256color'},
    'ascii': {'NO_COLOR': '1', 'LC_ALL': 'C'},
}
NOW = 1_795_388_400.0  # 2026-11-22T23:00:00Z
TEXTS = (
    'Google OAuth',
    'The callback verifies the state parameter, the nonce and the issuer before any token is '
    'looked at, and says in the log which of them was wrong, without the value itself',
    '登録フォームの検証を実装する：メールアドレスと電話番号は必須で、重複は許可しない',
    'Ship it 🚀 to 👩‍💻 👨‍👩‍👧 and 🇩🇪, grüßend',
    'https://example.com/a/path/that/is/much/longer/than/any/line/of/a/narrow/terminal/can/hold',
)


class Clock:
    """The time of the program: a minute passes with every command."""

    def __init__(self) -> None:
        self.now = NOW - 30 * 3600

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """A stdout that says it is one."""

    encoding = 'utf-8'

    def isatty(self) -> bool:
        return True


@pytest.fixture(scope='module')
def template(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return [tmp_path_factory.mktemp('snapshots')]


def _set(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """Everything that is not the same twice."""
    gmtime, localtime, counted = time.gmtime, time.localtime, iter(range(1_000_000))
    monkeypatch.setattr(time, 'time', clock)
    monkeypatch.setattr(time, 'gmtime', lambda at=None: gmtime(clock.now if at is None else at))
    monkeypatch.setattr(
        time, 'localtime', lambda at=None: localtime(clock.now if at is None else at)
    )
    monkeypatch.setattr(os, 'urandom', lambda size: next(counted).to_bytes(size, 'big'))


def _fill(repo: Repo, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three sessions: one that ended, one that waits, one with something of everything."""

    def date() -> None:
        clock.now += 420
        for name in ('GIT_AUTHOR_DATE', 'GIT_COMMITTER_DATE'):
            monkeypatch.setenv(name, f'{int(clock.now)} +0000')

    def session(*words: str) -> None:
        date()
        assert main(words) == 0

    def commit(message: str, name: str, text: str) -> None:
        date()
        repo.commit(message, **{name: text})

    date()
    repo.git('init', '-q', '-b', 'main')
    commit('Start the project', 'README.md', '# Shop\n')
    commit('app: serve', 'src/app.py', 'def serve():\n    pass\n')
    session('start', 'old', '-o', 'Read the configuration')
    commit('config: read it', 'src/config.py', 'A = 1\nB = 2\n')
    session('objectives', 'complete', '1')
    session('end', '--no-handoff', '--no-summary')
    repo.git('switch', '-q', 'main')
    session('start', 'feature/waiting-for-somebody-else', '-o', 'Ask')
    commit('docs: ask', 'docs/ask.md', '?\n')
    session('pause')
    repo.git('switch', '-q', 'main')
    session('start', 'feature/登録', *[word for text in TEXTS for word in ('-o', text)])
    commit('oauth: ask Google', 'src/oauth.py', '# TODO: the nonce\n' + 'x = 1\n' * 40)
    session('objectives', 'complete', '1')
    session('objectives', 'start', '2')
    session('blockers', 'add', 'The client secret is with somebody who is on holiday until the end '
            'of the month and has told nobody', '--issue', '#12')  # fmt: skip
    session('blockers', 'add', 'No key')
    session('blockers', 'resolve', '2', '--how', 'asked')
    session('decisions', 'add', 'Use PKCE', '--rationale', 'the app cannot keep a secret',
            '--alternatives', 'a proxy')  # fmt: skip
    session('decisions', 'add', 'トークンはデータベースに保存する')
    session('note', '--dead-end', 'Weak references do not work here')
    session('checkpoint', '--no-commit', '-l', 'oauth-begun', '-m', 'Google answers')
    commit('oauth: check the state', 'src/oauth.py', 'x = 2\n' * 30)
    repo.write_file('src/new.py', 'import os\n')
    date()


@pytest.fixture
def shop(template: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    clock = Clock()
    _set(monkeypatch, clock)
    made = template[0] / 'shop'
    if not made.exists():
        made.mkdir()
        monkeypatch.chdir(made)
        monkeypatch.setenv('TZ', 'UTC')
        _fill(Repo(made), clock, monkeypatch)
    clock.now = NOW
    # What `yesterday` is relative to, for git: the morning after.
    monkeypatch.setenv('GIT_TEST_DATE_NOW', str(int(NOW) + 12 * 3600))
    path = template[0] / f'copy-{os.getpid()}-{len(template)}' / 'shop'
    template.append(path)
    shutil.copytree(made, path, symlinks=True)
    monkeypatch.chdir(path)
    return Repo(path)


def _draw(words: list[str], width: int, style: str, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in {'COLUMNS': str(width), 'GIT_PAGER': 'cat', **STYLES[style]}.items():
        monkeypatch.setenv(name, value)
    if 'NO_COLOR' not in STYLES[style]:
        monkeypatch.delenv('NO_COLOR', raising=False)
    screen = Terminal()
    with monkeypatch.context() as patch:
        patch.setattr(sys, 'stdout', screen)
        assert main(words) == 0
    return screen.getvalue()


@pytest.mark.parametrize('view', VIEWS)
def test_view(shop: Repo, view: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if view == 'compare' and git.version() < (2, 38):
        pytest.skip('git before 2.38 merges nothing without a working tree')
    wrong, expected = [], set()
    for style in STYLES:
        for width in WIDTHS:
            path = PLACE / f'{view}-{width}-{style}.txt'
            expected.add(path)
            drawn = _draw(VIEWS[view], width, style, monkeypatch)
            if RECORD:
                PLACE.mkdir(exist_ok=True)
                path.write_text(drawn, encoding='utf-8')
            there = path.read_text(encoding='utf-8') if path.exists() else ''
            wrong += difflib.unified_diff(
                there.splitlines(), drawn.splitlines(), path.name, 'now', lineterm=''
            )
    if wrong:
        pytest.fail('\n'.join([*wrong, '', 'SNAPSHOTS=record writes them again']), pytrace=False)


def test_there_is_no_file_of_a_view_that_is_gone() -> None:
    names = {
        f'{view}-{width}-{style}.txt' for view in VIEWS for width in WIDTHS for style in STYLES
    }
    assert {path.name for path in PLACE.iterdir()} == names


def _columns(text: str) -> int:
    """What a terminal takes for a line, by the plain rule and without our own code."""
    joined = text.replace('\u200d👩', '').replace('\u200d👧', '').replace('\u200d💻', '')
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in 'WF' else 1
        for each in joined
    )


@pytest.mark.parametrize('width', WIDTHS)
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """But what cannot break: tables, the facts above a handoff, a long id or URL."""
    wide = {
        f'{path.name}: {line}'
        for path in PLACE.glob(f'*-{width}-plain.txt')
        for line in path.read_text(encoding='utf-8').splitlines()
        if _columns(line) > width
        and not line.startswith(('|', 'head: ', 'base: '))
        and _columns(line.split()[-1]) <= width * 2 // 3
    }
    assert wide == set()


def test_color_only_repeats_what_the_text_says() -> None:
    """Without its codes what is colored is what is not."""
    for path in PLACE.glob('*-color.txt'):
        plain = path.with_name(path.name.replace('-color', '-plain')).read_text(encoding='utf-8')
        assert re.sub('\033\\[[0-9;]*m', '', path.read_text(encoding='utf-8')) == plain


def test_ascii_draws_nothing_of_its_own_beyond_it() -> None:
    """What is not ASCII there is somebody's text."""
    ours = '━╌▶•…▁▂▃▄▅▆▇█●○→'
    for path in PLACE.glob('*-ascii.txt'):
        assert not set(ours) & set(path.read_text(encoding='utf-8')), path.name
