"""git session brief."""

from __future__ import annotations

import json

import pytest

from tests.commands.conftest import Run
from tests.repo import Repo


def test_sections_in_order(work: Repo, run: Run) -> None:
    run('init', '--no-hooks')
    work.write_file('.session/conventions.md', '# Conventions\n\n- Tests first\n')
    work.git('add', '.session')
    work.git('commit', '-qm', 'knowledge')
    work.commit('add b', **{'b.py': '# TODO: the rest\n'})
    run('blockers', 'add', 'CI is red', '--issue', '#5')
    run('decisions', 'add', 'Use PKCE')
    run('note', '--dead-end', 'weakrefs')
    run('note', 'a key is needed')
    brief = run('brief').out
    assert [line for line in brief.splitlines() if line.startswith('## ')] == [
        '## What we are building', '## Where things stand', '## Watch out', '## Next',
        '## Decisions that bind', '## How we build here', '## Notes', '## What happened',
    ]  # fmt: skip
    assert '- blocker blk-1 (#5): CI is red, added just now\n- dead end: weakrefs\n' in brief
    assert '- b.py:1: TODO: the rest\n' in brief
    assert '- .session/conventions.md: Tests first\n' in brief
    assert 'add b (Ann Author)\n' in brief


@pytest.mark.parametrize('budget', [400, 700, 1500, 8000])
def test_the_budget_is_a_ceiling(work: Repo, run: Run, budget: int) -> None:
    for number in range(40):
        run('decisions', 'add', f'Decision number {number} of many, with a text of some length')
    brief = run('brief', '--budget', str(budget)).out
    assert len(brief) <= budget
    assert brief.startswith('# Session ')
    assert budget > 2000 or 'older decisions: git session decisions' in brief


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (('--budget', '10'), "bad value for '--budget': '10'; expected at least 400"),
        (('--budget', 'x'), "option 'budget' expects a number, not 'x'"),
        (('--budget',), "option 'budget' requires a value"),
        (('--since', 'x'), "bad value for '--since': 'x'; expected a revision or a date"),
        (('--since', 'v1.0'), "bad value for '--since': 'v1.0'; expected a revision or a date"),
        (('x',), "unexpected argument 'x'"),
    ],
)
def test_usage(work: Repo, run: Run, arguments: tuple[str, ...], message: str) -> None:
    assert run('brief', *arguments, status=129).err == (
        f"error: {message}\nhint: see 'git session brief -h'\n"
    )


def test_json(work: Repo, run: Run) -> None:
    record = json.loads(run('brief', '--json').out)
    assert record['schema'] == 'git-session/brief/1'
    assert record['sections'][0] == {
        'title': 'What we are building',
        'items': ['[>] obj-1 Google OAuth', '[ ] obj-2 GitHub OAuth'],
    }


def test_from_a_subdirectory(work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    work.commit('deep', **{'deep/b.py': '# FIXME: here\n'})
    monkeypatch.chdir(work.path / 'deep')
    assert '- deep/b.py:1: FIXME: here\n' in run('brief').out
