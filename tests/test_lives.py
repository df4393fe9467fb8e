"""Random working lives beside a twin that has git alone, and what they have found by name.

Longer on request: ``python -m tests.lives --minutes 60 --seed 7``.
"""

from __future__ import annotations

import os
import time
import traceback
from pathlib import Path

import pytest

from tests.lives import Campaign
from tests.world import bury, ground, open_files

# Read here: the fixtures clear what begins so.
MINUTES = float(os.environ.get('SESSION_MINUTES', '0'))
SEED = int(os.environ.get('SESSION_SEED', '1'))
SEEDS, STEPS = 8, 250


@pytest.fixture
def lives(tmp_path: Path) -> Campaign:
    return Campaign(ground(tmp_path / 'start'), tmp_path)


def test_who_is_said_to_be_killed_leaves_no_open_file() -> None:
    files = open_files()
    os.pipe()
    assert len(open_files() - files) == 2
    bury(files)
    assert open_files() == files


@pytest.mark.parametrize('seed', range(SEEDS))
def test_random_lives(lives: Campaign, seed: int) -> None:
    lives.lead(seed, STEPS)


@pytest.mark.skipif(not MINUTES, reason='for python -m tests.lives')
def test_as_long_as_asked_for(lives: Campaign) -> None:
    seed, findings = SEED, []
    begun = time.monotonic()
    while time.monotonic() - begun < 60 * MINUTES:
        try:
            lives.lead(seed, STEPS)
        except AssertionError as error:
            findings.append(seed)
            traceback.print_exception(error.__cause__, limit=-4)
            print(error)
        minutes = (time.monotonic() - begun) / 60
        seed += 1
        print(
            f'{minutes:.1f} minutes, seeds {SEED} to {seed - 1}: {lives.tally}; '
            f'findings: {findings}', flush=True
        )  # fmt: skip
    assert not findings
