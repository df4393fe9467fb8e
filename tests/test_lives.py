"""Random working lives beside a twin that has git alone, and what they have found by name.

Longer on request: ``python -m tests.lives --minutes 60 --seed 7``.
"""

from __future__ import annotations

import os
import time
import traceback
from pathlib import Path

import pytest

from tests.lives import Tally, campaign
from tests.world import ground

# Read here: the fixtures clear what begins so.
MINUTES = float(os.environ.get('SESSION_MINUTES', '0'))
SEED = int(os.environ.get('SESSION_SEED', '1'))
SEEDS = 4


@pytest.fixture
def start(tmp_path: Path) -> Path:
    return ground(tmp_path / 'start')


@pytest.mark.parametrize('seed', range(SEEDS))
def test_random_lives(start: Path, tmp_path: Path, seed: int) -> None:
    tally = Tally()
    campaign(start, tmp_path, seed, lives=5, size=120, tally=tally)
    print(f'seed {seed}: {tally}')


@pytest.mark.skipif(not MINUTES, reason='for python -m tests.lives')
def test_as_long_as_asked_for(start: Path, tmp_path: Path) -> None:
    tally, seed, findings = Tally(), SEED, []
    begun = time.monotonic()
    while time.monotonic() - begun < 60 * MINUTES:
        try:
            campaign(start, tmp_path, seed, lives=5, size=120, tally=tally)
        except Exception:
            findings.append(seed)
            traceback.print_exc()
        print(f'seed {seed}: {tally}, {len(findings)} findings', flush=True)
        seed += 1
    minutes = (time.monotonic() - begun) / 60
    print(f'{minutes:.1f} minutes, seeds {SEED} to {seed - 1}: {tally}, findings: {findings}')
    assert not findings
