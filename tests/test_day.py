"""A whole working day, typed as a person types it, checked against git's own answers."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import prompt
from tests.repo import Repo, Result

FILES = 12


@pytest.fixture
def project(repo: Repo) -> Repo:
    """A project with some history of others."""
    for number in range(FILES):
        repo.commit(
            f'module {number}', '--author', 'Bob <bob@example.com>',
            **{f'src/module{number}.py': f'def run{number}():\n    return {number}\n'},
        )  # fmt: skip
    return repo


class Day:
    """Types commands with the real git and the real hooks, as one person at one terminal."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.begun = time.monotonic()

    def session(self, *words: str, stdin: str | None = None) -> Result:
        done = self.repo.run('git', 'session', *words, stdin=stdin)
        assert done.status == 0, (words, done)
        passed = time.monotonic() - self.begun
        return Result(done.status, prompt(done.out, passed), prompt(done.err, passed))

    def git(self, *words: str) -> Result:
        done = self.repo.run('git', *words)
        assert done.status == 0, (words, done)
        return done

    def edit(self, name: str, text: str) -> None:
        with (self.repo.path / name).open('a') as file:
            file.write(text)

    def status(self) -> Any:
        return json.loads(self.session('status', '--json').out)


def morning(day: Day) -> str:
    """Start, shared knowledge, plain commits, objectives; the session's id."""
    day.session('start', 'feature/oauth', '-o', 'Log in with Google, and GitHub', '-o', 'Docs')
    day.session('init')
    day.git('add', '.session')
    day.git('commit', '-qm', 'session: shared knowledge')
    day.edit('src/module1.py', 'GOOGLE = True  # TODO: read it from the config\n')
    day.git('commit', '-qam', 'auth: log in with Google')
    assert day.session('status').out.count('[▶] obj-1 Log in with Google, and GitHub') == 1
    day.session('objectives', 'add', 'Tests')
    day.session('objectives', 'complete', '1')
    day.session('objectives', 'start', 'docs')
    day.session('blockers', 'add', 'the sandbox key has expired', '--issue', '#17')
    day.session(
        'decisions', 'add', 'Use PKCE', '--rationale', 'codes can be stolen',
        '--alternatives', 'implicit flow', '--alternatives', 'device flow',
    )  # fmt: skip
    return str(day.status()['session'])


def interruption(day: Day, name: str) -> None:
    """Something urgent by `git session switch -c`, something else by plain `git switch`."""
    day.git('commit', '-qam', 'session: decide on PKCE')
    day.session('switch', '-c', 'fix/urgent')
    day.edit('src/module2.py', 'FIXED = True\n')
    urgent = day.status()['session']
    day.git('commit', '-qam', 'fix: the urgent thing')
    assert f'Session-Id: {urgent}' in day.repo.message()
    day.git('switch', '-q', 'main')
    day.edit('src/module3.py', 'BASE = True\n')
    hour = str(int(time.time()) + 3600)  # a reflog knows seconds, and a test takes less
    base = day.repo.run('git', 'commit', '-qam', 'base: no session', GIT_COMMITTER_DATE=hour)
    assert base.status == 0
    assert 'Session-Id' not in day.repo.message()
    back = day.git('switch', 'feature/oauth')
    assert f'session {name}: 1/3 objectives done, 1 open blocker\n  now: obj-2 Docs\n' in back.err
    resumed = day.session('resume')
    assert resumed.err == 'last active just now\nmain moved on by 1 commit\n'
    assert 'blocker blk-1 (#17): the sandbox key has expired' in resumed.out


def afternoon(day: Day) -> None:
    """Docs, a resolved blocker, a checkpoint with a label, a dead end, a rename, a rebase."""
    day.session('blockers', 'resolve', 'sandbox', '--how', 'a new key')
    day.session('note', '--dead-end', 'refresh tokens in a cookie: too large')
    (day.repo.path / 'docs').mkdir()
    day.edit('docs/login.md', '# Log in\n\nWith Google.\n')
    day.git('mv', 'src/module4.py', 'src/login.py')
    day.git('rm', '-q', 'src/module5.py')
    day.git('add', 'docs')
    day.session('checkpoint', '-l', 'docs done', '-m', 'docs: how to log in', '-d', 'No cookies')
    day.session('objectives', 'complete', 'Docs')
    day.edit('docs/login.md', 'And GitHub.\n')
    day.git('commit', '-qa', '--amend', '--no-edit')
    day.git('rebase', '-q', 'main')


def numstat(repo: Repo, base: str) -> tuple[int, int, int]:
    """Files, lines added and deleted, by git alone."""
    rows = repo.git('diff', '--numstat', '-M', f'{base}...HEAD').splitlines()
    counts = [row.split('\t')[:2] for row in rows]
    return len(rows), sum(int(a) for a, _ in counts), sum(int(d) for _, d in counts)


def test_a_working_day(project: Repo) -> None:
    day = Day(project)
    name = morning(day)
    interruption(day, name)
    afternoon(day)

    commits = int(project.git('rev-list', '--count', 'main..HEAD'))
    files, added, deleted = numstat(project, 'main')
    assert commits == 4

    state = day.status()
    assert len(state['work']['commits']) == commits
    assert (len(state['work']['files']), state['work']['added'], state['work']['deleted']) == (
        files, added, deleted,
    )  # fmt: skip
    assert state['metrics']['commits'] == commits
    assert (state['work']['ahead'], state['work']['behind']) == (commits, 0)

    ended = day.session('end')
    handoff = ended.out
    check_handoff(project, handoff, name, commits, (files, added, deleted))
    assert ended.err == (
        f'ended {name}: 2 of 3 objectives done, {commits} commits, +{added} -{deleted}, '
        'active time 0m\n'
    )
    check_log(project, name)

    archived = json.loads(day.session('show', name, '--json').out)
    assert archived['state'] == 'ended'
    assert archived['metrics']['commits'] == commits
    listed = day.session('history').out
    assert re.search(rf'ended    {name}  feature/oauth  2/3 objectives\n', listed)
    assert 'paused   fix-urgent-' in listed
    assert project.git('status', '--porcelain') == ''


def check_handoff(
    repo: Repo, handoff: str, name: str, commits: int, counts: tuple[int, int, int]
) -> None:
    files, added, deleted = counts
    assert handoff.startswith(f'---\nsession: {name}\nbranch: feature/oauth\n')
    assert f'head: {repo.git("rev-parse", "HEAD")}\n' in handoff
    assert (
        f'2 of 3 objectives done; {commits} commits in {files} files (+{added} -{deleted}); '
        '0 open blockers; active time 0m.\n'
    ) in handoff
    for part in (
        '- [x] obj-1 Log in with Google, and GitHub\n- [x] obj-2 Docs\n- [ ] obj-3 Tests\n',
        'Use PKCE\n  - Rationale: codes can be stolen\n'
        '  - Alternative: implicit flow\n  - Alternative: device flow\n',
        '## Dead ends\n\n- refresh tokens in a cookie: too large\n',
        '- R `src/login.py` (was `src/module4.py`) +0 -0\n',
        '- D `src/module5.py` +0 -2\n',
        f'| Commits | {commits} |\n| Files changed | {files} |\n| Lines | +{added} -{deleted} |\n'
        '| Objectives done | 2 of 3 |\n',
        'start obj-3 Tests',
        '    git session resume feature/oauth\n',
    ):
        assert part in handoff, part
    subjects = repo.git('log', '--format=%h %s (%an)', '--abbrev=10', 'main..HEAD').splitlines()
    listed = handoff.partition('Commits, newest first:\n\n')[2].partition('\n\n')[0]
    assert listed.splitlines() == [f'- {subject}' for subject in subjects]
    changed = repo.git('diff', '--name-only', '-M', 'main...HEAD').splitlines()
    assert re.findall(r'^- [AMDR] `([^`]+)`', handoff, re.MULTILINE) == changed


def check_log(repo: Repo, name: str) -> None:
    """The decisions are in the shared log, the trailers in the commits, the notes on them."""
    log = (repo.path / '.session/decision-log.md').read_text()
    assert re.search(
        rf'## D-\d{{8}}-[0-9a-f]{{6}}: Use PKCE\n\n- Date: .*\n- Session: {name}\n'
        r'- By: Ann Author .*\n- Rationale: codes can be stolen\n'
        r'- Alternative: implicit flow\n- Alternative: device flow\n',
        log,
    )
    assert log.count('\n## D-') == 2
    for commit in repo.git('rev-list', 'main..HEAD').splitlines():
        ids = repo.git('log', '-1', '--format=%(trailers:key=Session-Id,valueonly)', commit)
        assert ids.strip() == name
        assert all(event['session'] == name for event in repo.note(commit))
        assert repo.note(commit), commit
    everything = [each for commit in repo.git('rev-list', 'main..HEAD').split()
                  for each in repo.note(commit)]  # fmt: skip
    assert {'start', 'checkpoint', 'decision.add', 'handoff', 'end'} <= {
        each['type'] for each in everything
    }


def test_the_next_one_goes_on_from_the_handoff(project: Repo, tmp_path: Path) -> None:
    """Whoever comes next reads it, merges, and is told what moved since."""
    day = Day(project)
    name = morning(day)
    day.git('commit', '-qam', 'session: decide on PKCE')
    day.session('end', '-h')
    day.session('end')
    day.edit('src/module6.py', 'LATER = True\n')
    day.git('commit', '-qam', 'after the end')
    shown = day.session('handoff', name)
    assert re.fullmatch(
        r'hint: 1 commit and 1 file since this was written at [0-9a-f]{10}\n', shown.err
    )
    day.session('undo')
    assert day.status()['session'] == name
    assert len(day.status()['work']['commits']) == 4
    held = project.run('git', 'session', 'end', '--merge-to', 'main')
    assert (held.status, held.out) == (1, '')
    assert held.err.startswith('gate require-tests fails: 2 source files changed, and no test: ')
    assert 'gate blockers fails: 1 open blocker: ' in held.err
    assert day.status()['session'] == name
    merging = ('--merge-to', 'main', '--no-gate', '--delete-branch', '--no-handoff')
    done = day.session('end', *merging)
    assert 'Deleted branch feature/oauth' in done.err
    assert project.git('rev-list', '--count', 'HEAD') == str(FILES + 1 + 4)
    assert project.git('branch', '--show-current') == 'main'
