"""Many at once and much at random: nothing that was acknowledged is lost.

Longer on request: SESSION_ROUNDS (forty processes), SESSION_STEPS and SESSION_SEEDS (the
campaign; `SESSION_SEEDS=7:9` for the seeds 7 and 8).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from git_session import exchange
from git_session.events import Event
from git_session.main import main
from tests.campaign import Campaign, Faults, ids, logged
from tests.repo import Repo
from tests.team import Run, Team, noted

# Read here: the fixtures clear what begins so.
ROUNDS = int(os.environ.get('SESSION_ROUNDS', '1'))
STEPS = int(os.environ.get('SESSION_STEPS', '80'))
SEEDS = range(*map(int, os.environ.get('SESSION_SEEDS', '0:4').split(':')))


@pytest.fixture
def team(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Team:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(exchange, 'delay', lambda attempt: 0)
    return Team(tmp_path / 'team', run)


@pytest.mark.parametrize('seed', SEEDS)
def test_random_work_with_failures_between_any_two_steps(
    team: Team, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    campaign = Campaign(team, Faults(team, monkeypatch), seed)
    campaign.meet()
    campaign.work(STEPS)
    campaign.settle()
    campaign.check()


FORTY = 40


@pytest.fixture
def crowd(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> list[Repo]:
    """Forty linked worktrees, each on a branch with a session and a commit of its own."""
    found = []
    for number in range(FORTY):
        repo.git('worktree', 'add', '-q', f'../w{number}', '-b', f'w{number}')
        found.append(Repo(repo.path.parent / f'w{number}'))
        monkeypatch.chdir(found[-1].path)
        assert main(['start', '-o', 'An objective']) == 0
        found[-1].git('commit', '-q', '--allow-empty', '-m', f'w{number}')
    return found


def test_forty_processes_publish_to_forty_commits_at_once(
    repo: Repo, crowd: list[Repo], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of them by the hook of `git commit`, half by `git session checkpoint`, in turn."""
    missed = 0
    for turn in range(ROUNDS):
        before = ids(noted(repo))
        _at_once([
            ('git', 'commit', '-q', '--allow-empty', '-m', f'turn {turn}') if number % 2 == turn % 2
            else (sys.executable, '-m', 'git_session', 'checkpoint', '--no-commit', '-l', 'x')
            for number in range(FORTY)
        ], crowd)  # fmt: skip
        listed = repo.git('for-each-ref', '--format=%(refname:short) %(objectname)', 'refs/heads')
        heads = dict(line.split(' ') for line in listed.split('\n'))
        there, found = ids(noted(repo)), list(logged(repo))
        assert before <= there and before <= {(each.id, each.session) for each in found}
        own: dict[str, list[Event]] = {}
        for each in found:
            own.setdefault(each.session.partition('-')[0], []).append(each)
        for number in range(FORTY):
            name = f'w{number}'
            if number % 2 == turn % 2:  # a hook may leave its line to the next command
                [made] = [each for each in own[name] if each.facts.get('commit') == heads[name]]
                missed += (made.id, made.session) not in there
            else:
                made = [each for each in own[name] if each.type == 'checkpoint'][-1]
                assert (made.id, made.session) in there
    for place in crowd:
        monkeypatch.chdir(place.path)
        assert main(['pause']) == 0
    assert {(each.id, each.session) for each in logged(repo)} == ids(noted(repo))
    assert repo.run('git', 'fsck', '--full', '--strict', '--no-dangling').out == ''
    print(f'{missed} of {ROUNDS * FORTY // 2} notes of commits came with the next command')


def _at_once(commands: list[tuple[str, ...]], places: list[Repo]) -> None:
    """Start the processes, each in its place, then let all of them go."""
    gate, opener = os.pipe()
    running = [
        subprocess.Popen(
            ('sh', '-c', 'read gate; exec "$@"', 'sh', *command), cwd=place.path, stdin=gate,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )
        for command, place in zip(commands, places, strict=True)
    ]  # fmt: skip
    os.close(gate)
    os.close(opener)
    for each in running:
        _, said = each.communicate()
        assert each.returncode == 0 and b'warning' not in said, said
