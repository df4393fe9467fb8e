"""git session status."""

from __future__ import annotations

import json

import pytest

from tests.commands.conftest import Run
from tests.repo import Repo


def test_whole(work: Repo, run: Run) -> None:
    work.commit('add b', **{'b.txt': 'two\n'})
    run('blockers', 'add', 'CI is red')
    run('checkpoint', '-l', 'half')
    work.write(**{'a.txt': 'changed\n', 'new.txt': 'new\n'})
    context = work.context()
    lines = run('status').out.splitlines()
    started = [line for line in lines if line.startswith('  started ')]
    assert len(started) == 1 and started[0].endswith(' by Ann Author <ann@example.com>')
    lines.remove(started[0])
    assert lines == [
        f'Session {context["session"]} on work (active)',
        '  1 commit ahead of main',
        '  active time 0m, last active just now',
        '',
        'Objectives (0 of 2 done) ╌╌╌╌╌╌╌╌╌╌',
        '  [▶] obj-1 Google OAuth',
        '  [ ] obj-2 GitHub OAuth',
        '',
        'Open blockers (1)',
        '  blk-1 CI is red, added just now',
        '',
        'Work',
        '  1 commit, 1 file, +1 -0 in all',
        '  last checkpoint half just now; 0 commits since',
        '  uncommitted: 1 not staged, 1 untracked',
        '',
        'Next',
        '  • resolve blk-1 CI is red  (git session blockers resolve 1)',
        '  • finish obj-1 Google OAuth  (git session objectives complete 1)',
        '  • commit or checkpoint the changes  (git session checkpoint -a)',
        '  • add or ignore the new files  (git add)',
    ]


def test_alone_and_with_options_only(work: Repo, run: Run) -> None:
    assert run().out == run('status').out
    assert json.loads(run('--json').out)['schema'] == 'git-session/status/1'
    assert 'Decisions (0)' in run('--decisions').out


def test_verbose(work: Repo, run: Run) -> None:
    work.commit('add b', **{'b.txt': 'two\n'})
    shown = run('status', '-v').out
    assert '\nFiles\n  A b.txt\n' in shown
    assert '\nHooks\n  prepare-commit-msg: ours\n' in shown
    assert f'\nStorage\n  {work.place()}\n' in shown
    configuration = shown.partition('\nConfiguration\n')[2].splitlines()
    assert configuration[0] == '  session.auto_track = true (default)'
    assert '  session.idle_timeout = 30m (default)' in configuration
    assert '  tdd.test_command = none (default)' in configuration
    work.git('config', 'session.display.verbose', 'true')
    assert '\nConfiguration\n' in run('status').out


def test_commits_without_hooks_are_found_and_said(work: Repo, run: Run) -> None:
    work.git('commit', '-q', '--allow-empty', '-m', 'unseen', '-n')
    tree = work.git('rev-parse', 'HEAD^{tree}')
    hidden = work.git('commit-tree', '-p', 'HEAD', '-m', 'hidden', tree)
    work.git('update-ref', '-m', 'commit: hidden', 'HEAD', hidden)
    assert '1 commit of this session arrived without hooks: git session doctor' in (
        run('status').out
    )


def test_json(work: Repo, run: Run) -> None:
    head = work.commit('add b', **{'b.txt': 'two\n'})
    record = json.loads(run('status', '--format', 'json').out)
    assert record['schema'] == 'git-session/status/1'
    assert record['work']['head'] == head
    assert [each['commit'] for each in record['work']['commits']] == [head]
    assert record['work']['files'] == [
        {'path': 'b.txt', 'status': 'A', 'old_path': None, 'added': 1, 'deleted': 0}
    ]
    assert record['next'][0]['command'] == 'git session objectives complete 1'


@pytest.mark.parametrize(
    ('arrange', 'message'),
    [
        (
            (),
            "error: no session on branch 'main'\n"
            "hint: start one with 'git session start [<branch>] -o <objective>'\n",
        ),
        (
            ('switch', '-q', '--detach'),
            'error: HEAD is detached; a session belongs to a branch\n'
            "hint: switch to one with 'git session switch <branch>'\n",
        ),
    ],
)
def test_no_session(repo: Repo, run: Run, arrange: tuple[str, ...], message: str) -> None:
    if arrange:
        repo.git(*arrange)
    refused = run('status', status=1)
    assert (refused.out, refused.err) == ('', message)


def test_an_empty_session(repo: Repo, run: Run) -> None:
    run('start', 'work')
    assert '  • say what this session is for  (git session objectives add <text>)\n' in (
        run('status').out
    )
