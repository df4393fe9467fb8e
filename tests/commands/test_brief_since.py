"""git session brief --since: the difference and nothing else."""

from __future__ import annotations

import json
import time

import pytest

from git_session import brief
from git_session.events import format_time
from git_session.workspace import open_workspace
from tests.commands.conftest import Run
from tests.repo import Repo
from tests.views.test_schemas import check


@pytest.fixture
def later(repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A session of an hour ago, which goes on now, after the tag `then`."""
    now = time.time
    with monkeypatch.context() as past:
        past.setattr(time, 'time', lambda: now() - 3600)
        run('start', 'work', '-o', 'Google OAuth', '-o', 'GitHub OAuth')
        run('decisions', 'add', 'Use sessions')
        run('blockers', 'add', 'CI is red')
        run('note', 'an old note')
        run('checkpoint', '--no-commit', '-l', 'half way')
        past.setenv('GIT_COMMITTER_DATE', f'{int(time.time())} +0000')
        repo.commit('before', **{'old.py': 'x\n'})
        repo.git('tag', 'then')
    run('objectives', 'complete', '1')
    run('objectives', 'add', 'SAML')
    run('objectives', 'edit', '2', 'GitHub OAuth, too')
    run('blockers', 'resolve', '1', '--how', 'new runner')
    run('blockers', 'add', 'no key')
    run('decisions', 'supersede', '1', 'Use PKCE')
    run('note', 'a new note')
    run('note', '--dead-end', 'weak references')
    run('note', 'taken back')
    run('undo')
    repo.commit('after', **{'new.py': 'y\n'})
    return repo


def body(work: Repo) -> str:
    oid, date = work.git('log', '-1', '--format=%h %cd', '--abbrev=10',
                         '--date=format-local:%Y-%m-%d %H:%M').split(' ', 1)  # fmt: skip
    noted = next(each for each in work.events() if each.get('text') == 'a new note')
    return f"""\

## Objectives
- obj-1 (active before, now done) Google OAuth
- obj-2 (reworded) GitHub OAuth, too
- obj-3 (new, pending) SAML

## Blockers
- resolved: blk-1: CI is red
- open: blk-2: no key

## Dead ends
- dead end: weak references

## Decisions
- dec-2 Use PKCE
- dec-1 no longer binds: dec-2 is in its place

## Notes
- {noted['at'][:10]} {noted['at'][11:16]}: a new note

## What happened
- 1 file changed, +1 -0: new.py
- {oid} {date}: after (Ann Author)
"""


def test_since_a_revision(later: Repo, run: Run) -> None:
    head, _, text = run('brief', '--since', 'then').out.partition('\n')
    name, oid = later.context()['session'], later.git('rev-parse', 'then')
    assert head.startswith(f'# Session {name} since ')
    assert head.endswith(f' ({oid[:10]})')
    assert text == body(later)
    assert run('brief', '--since', 'then').out == f'{head}\n{text}'


def test_since_a_time(later: Repo, run: Run) -> None:
    moment = format_time(time.time() - 1800)
    for given in ('30m', '30 minutes ago', moment, moment[:19], f'@{int(time.time() - 1800)}'):
        assert run('brief', '--since', given).out.partition('\n')[2] == body(later), given


def test_of_everything(later: Repo, run: Run) -> None:
    text = run('brief', '--since', '2 days ago').out
    assert '- obj-1 (new, done) Google OAuth\n' in text
    assert '- 2 files changed, +2 -0: new.py, old.py\n' in text
    assert '- checkpoint "half way" ' in text
    assert 'Use sessions' not in text and 'taken back' not in text


def test_nothing_new(work: Repo, run: Run) -> None:
    time_now = f'@{int(time.time()) + 60}'
    assert run('brief', '--since', time_now).out.endswith('\n\nnothing is new\n')


def test_json(later: Repo, run: Run) -> None:
    found = json.loads(run('brief', '--since', 'then', '--json').out)
    check('brief-since', found)
    assert [each['id'] for each in found['objectives']] == ['obj-1', 'obj-2', 'obj-3']
    assert [each['id'] for each in found['decisions']] == ['dec-1', 'dec-2']
    assert [each['text'] for each in found['notes']] == ['a new note']
    assert [each['subject'] for each in found['commits']] == ['after']


def test_the_base_moved(later: Repo, run: Run) -> None:
    later.git('switch', '-q', 'main')
    later.commit('on main', **{'old.py': 'other\n'})
    later.git('switch', '-q', 'work')
    told = '- main has 1 new commit not taken in here\n'
    assert told in run('brief', '--since', '5m').out
    assert told not in run('brief', '--since', f'@{int(time.time()) + 60}').out
    brief = run('brief').out
    assert '- main has 1 commit on files of this session that are not here: old.py; last ' in brief
    assert '(1 commit behind, 1 of them on files of this session)' in brief


def test_the_budget_is_a_ceiling(later: Repo, run: Run) -> None:
    text = run('brief', '--since', 'then', '--budget', '400').out
    assert len(text) <= 400
    assert 'left out: ' in text


def test_the_short_form(later: Repo, run: Run) -> None:
    here = open_workspace(work=True)
    then = time.time() - 1800
    text = brief.short(here, then=then)
    assert [line for line in text.splitlines() if line.startswith('#')] == [
        f'# Session {later.context()["session"]}',
        f'## New since {time.strftime("%Y-%m-%d %H:%M", time.gmtime(then))}',
        '## What we are building', '## Where things stand', '## Watch out', '## Next',
    ]  # fmt: skip
    assert '- decisions: dec-2 Use PKCE\n' in text
    assert 'Google OAuth' in text.partition('## What we are building')[0]
    assert 'Google OAuth' not in text.partition('## What we are building')[2]
    for budget in (400, 900, 2500):
        assert len(brief.short(here, budget=budget)) <= budget
