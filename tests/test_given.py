"""Options that do what they say, where no other test would notice that they do nothing."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.repo import Repo, Result

Run = Callable[..., Result]


@pytest.fixture
def hub(hub: Repo) -> Repo:
    """Pushes there are written down by a hook."""
    hub.write_file('.git/hooks/pre-push', '#!/bin/sh\necho ran >../verified\n')
    (hub.path / '.git/hooks/pre-push').chmod(0o755)
    return hub


@pytest.mark.parametrize(
    ('words', 'schema'),
    [
        (['analyze'], 'analyze'), (['push'], 'push'), (['push', '--dry-run'], 'push'),
        (['pull'], 'pull'), (['wip', 'list'], 'wip'), (['wip', 'show', 'work'], 'wip'),
        (['agent', 'status'], 'agent'), (['allow'], 'allow'),
        (['decisions', 'show', '1'], 'decision'), (['compare', 'work'], 'compare'),
    ],
)  # fmt: skip
def test_a_format(hub: Repo, run: Run, words: list[str], schema: str) -> None:
    hub.write(**{'a.txt': 'changed\n'})
    run('switch', '-c', 'other')
    run('decisions', 'add', 'Use PKCE')
    hub.write_file('.session/config.yaml', 'tdd:\n  test_command: make test\n')
    plain = run(*words).out
    found = json.loads(run(*words, '--format', 'json').out)
    assert found['schema'].startswith(f'git-session/{schema}')
    assert not plain.startswith('{')


def test_what_supersedes_has_reasons(session: Repo, run: Run) -> None:
    run('decisions', 'add', 'Use PKCE')
    others = ('--alternatives', 'mTLS', '--alternatives', 'nothing')
    run('decisions', 'supersede', '1', 'Use DPoP', '--rationale', 'tokens are bound', *others)
    _, found = session.context()['decisions']
    assert found['rationale'] == 'tokens are bound'
    assert found['alternatives'] == ['mTLS', 'nothing']


def test_a_status_with_all_objectives(session: Repo, run: Run) -> None:
    texts = [f'Objective {number}' for number in range(40)]
    run('objectives', 'add', *texts)
    assert 'Objective 39' not in run('status').out
    shown = run('status', '--objectives').out
    assert [each for each in texts if each not in shown] == []


@pytest.mark.parametrize(
    ('words', 'ran'),
    [([], True), (['--no-verify'], False), (['--no-verify', '--verify'], True)],
)
def test_the_hook_before_a_push(hub: Repo, run: Run, words: list[str], ran: bool) -> None:
    run('push', *words)
    assert (hub.path.parent / 'verified').exists() is ran


def test_a_doctor_without_the_probe(session: Repo, run: Run) -> None:
    run('hooks', 'install')  # those of this package, and not those of the program
    assert 'fired in' in run('doctor').out
    assert 'fired in' not in run('doctor', '--no-probe').out
