"""git behaves as without us: each operation without our hooks, with them, and with a session.

The same script runs in equal repositories.  Compared are exit statuses, output, files, index,
refs, reflogs and configuration, and commits and tags object by object, with our trailers
and the banner of a switch taken out exactly; then the log and the notes.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from git_session import git
from tests import matrix
from tests.matrix import OPERATIONS, Operation
from tests.repo import Repo, Result
from tests.stand import Ground, Left, Moment, build, clock, perform, programs, script

KINDS = ('ours', 'plain', 'hooks')  # ours first: its session says when it began


class Shelf(NamedTuple):
    """What is built once: grounds by name in `place`, with the moment of each."""

    place: Path
    moments: dict[str, Moment]
    editors: dict[str, str]


@pytest.fixture(scope='module')
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    place = tmp_path_factory.mktemp('matrix')
    pty = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))'
    (place / 'pty').write_text(f'#!/bin/sh\nexec {sys.executable} -ISc "{pty}" "$@"\n')
    (place / 'pty').chmod(0o755)
    return Shelf(place, {}, {**programs(place), 'pty': str(place / 'pty')})


def prepare(shelf: Shelf, name: str) -> Moment:
    """Build a ground of three repositories, or copy the base and go on from there."""
    if name not in shelf.moments:
        ground = matrix.GROUNDS[name]
        derived = name != 'base' and not (ground.init or ground.before)
        moment = prepare(shelf, 'base') if derived else None
        for kind in KINDS:
            path = shelf.place / name / kind / 'repo'
            if derived:
                shutil.copytree(shelf.place / 'base' / kind, path.parent, symlinks=True)
            else:
                start = Ground(('--template=', *ground.init), ground.before)
                moment = build(path, kind, start, moment)
            assert moment
            script(Repo(path), ground.after, moment.begun + 1300)
        assert moment
        shelf.moments[name] = moment
    return shelf.moments[name]


@pytest.mark.parametrize('operation', OPERATIONS.values(), ids=OPERATIONS.keys())
def test_git_behaves_as_without_us(
    shelf: Shelf, operation: Operation, tmp_path: Path, run: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if git.version() < operation.since:
        words = ['.'.join(map(str, version)) for version in (operation.since, git.version())]
        pytest.skip(f'needs git {words[0]}, this is {words[1]}')
    moment = prepare(shelf, operation.on)
    source = shelf.place / operation.on
    env = {**shelf.editors, **clock(moment.begun + 1800)}
    for kind in KINDS:
        perform(source / kind, tmp_path / kind, operation.script, env)
    sessions = tmp_path / 'ours/repo/.git/sessions'
    live = next(path for path in sessions.rglob('trailers'))
    now = operation.now
    ours = Left(tmp_path / 'ours', 'ours', source / 'ours', live.read_text(), now=now)
    expected = operation.types.split()
    state = ours.state((live.parent / 'banner').read_text(), expected.count('resume'))
    for kind in ('plain', 'hooks'):
        without = Left(tmp_path / kind, kind, source / kind, now=now).state()
        names = {name for name in {*state, *without} if state.get(name) != without.get(name)}
        assert not {name: (state.get(name), without.get(name)) for name in names}, kind
    # the log and the notes
    events = ours.events()
    log = source / 'ours/repo/.git/sessions/work/events.jsonl'
    before = log.read_text().count('\n')
    assert [event['type'] for event in events][before:] == expected
    commits = {event['id'] for event in events if event['type'] == 'commit'}
    assert ours.noted() == commits
    # trailers only in what its author wrote on this branch
    stamped = ours.stamped()
    assert not [each for each in stamped if re.match('foreign|rival|Revert|Merge|first', each)]
    own = matrix.GROUNDS[operation.on].own if operation.stamped is None else operation.stamped
    assert len(stamped) == own
    if operation.commits is not None:  # each once, and no time twice
        monkeypatch.chdir(tmp_path / 'ours/repo')
        shown = json.loads(run('status', '--json').out)['metrics']
        assert shown['commits'] == operation.commits, events
        assert shown['active_seconds'] in (1199, 1200, 1799, 1800)  # of the start's second
        assert json.loads(run('status', '--json').out)['metrics'] == shown
    for kind in KINDS:
        shutil.rmtree(tmp_path / kind)
