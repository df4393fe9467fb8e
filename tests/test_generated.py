"""The generated files on disk: always what the log says, replaced in one step."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from git_session import eventlog
from tests.repo import Repo, Result

Run = Callable[..., Result]
NAMES = ('trailers', 'banner', 'prompt', 'items', 'objectives.md', 'blockers.md', 'context.json')


@pytest.fixture
def work(repo: Repo, run: Run) -> Repo:
    run('start', 'work', '-o', 'Google OAuth', '-o', 'GitHub OAuth')
    run('blockers', 'add', 'no key')
    run('status')
    return repo


def contents(repo: Repo) -> dict[str, bytes]:
    return {name: (repo.place() / name).read_bytes() for name in NAMES}


def written(repo: Repo) -> dict[str, int]:
    """When each was written: it is replaced, so its inode tells."""
    return {name: (repo.place() / name).stat().st_ino for name in NAMES}


def test_every_change_is_in_them_at_once(work: Repo, run: Run) -> None:
    name = work.context()['session']
    run('objectives', 'complete', '1')
    run('objectives', 'start', '2')
    run('blockers', 'resolve', '1')
    files = contents(work)
    assert files['trailers'].decode() == (
        f'Session-Id: {name}\nSession-Objective: obj-2 GitHub OAuth\n'
    )
    assert files['banner'].decode() == (
        f'session {name}: 1/2 objectives done\n'
        '  now: obj-2 GitHub OAuth\n'
        "  see 'git session brief'\n"
    )
    assert (
        b'- [x] obj-1 Google OAuth: done\n- [ ] obj-2 GitHub OAuth: active\n'
        in (files['objectives.md'])
    )
    assert b'- blk-1 no key: resolved ' in files['blockers.md']
    context = json.loads(files['context.json'])
    assert [each['state'] for each in context['objectives']] == ['done', 'active']
    assert context['log'] == (work.place() / 'events.jsonl').stat().st_size


def test_nothing_is_written_when_nothing_changed(work: Repo, run: Run) -> None:
    before = written(work)
    for name in ('status', 'brief', 'log', 'objectives', 'show'):
        run(name)
    assert written(work) == before


@pytest.mark.parametrize('name', NAMES)
@pytest.mark.parametrize('damage', ['deleted', 'emptied', 'cut', 'changed', 'directory', 'longer'])
def test_a_damaged_one_is_made_again(work: Repo, run: Run, name: str, damage: str) -> None:
    before = contents(work)
    path = work.place() / name
    text = path.read_bytes()
    path.unlink()
    if damage == 'directory':
        path.mkdir()
        run('status')
        path.rmdir()
    elif damage != 'deleted':
        path.write_bytes(
            {'emptied': b'', 'cut': text[:-5], 'longer': text + b'x\n',
             'changed': b'\xff' + text[1:]}[damage]
        )  # fmt: skip
    run('status')
    assert contents(work) == before


def test_a_log_that_a_hook_has_grown(work: Repo, run: Run) -> None:
    oid = work.commit('by hand')
    assert work.context()['metrics']['commits'] == 0
    run('status')
    assert work.context()['metrics']['commits'] == 1
    assert oid in (work.place() / 'events.jsonl').read_text()


def test_changed_configuration(work: Repo, run: Run) -> None:
    work.git('config', 'session.session.trailers', 'Session-Objective')
    run('status')
    assert contents(work)['trailers'] == b'Session-Objective: obj-1 Google OAuth\n'
    work.git('config', 'session.session.idleTimeout', '10m')
    run('status')
    assert work.context()['idle_timeout'] == 600


def test_no_reader_ever_sees_half_of_one(
    work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is in place while files are written was or will be whole."""
    replace = os.replace
    seen: dict[str, set[bytes]] = {name: {text} for name, text in contents(work).items()}

    def looking(source: str, target: str) -> None:
        for name, text in contents(work).items():
            seen[name].add(text)
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, 'replace', looking)
        run('objectives', 'add', 'More')
    for name, text in contents(work).items():
        assert len(seen[name] | {text}) <= 2
    assert sorted(os.listdir(work.place())) == sorted([*NAMES, 'events.jsonl', 'id'])


def test_killed_between_the_log_and_the_files(
    work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    write, left = eventlog.write_file, [0]

    def dying(path: str, text: str | bytes) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        write(path, text)

    for left[0] in range(5):
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(eventlog, 'write_file', dying)
            run('objectives', 'add', f'Killed {left[0]}')
        run('status')
        assert work.context()['objectives'][-1]['text'].startswith('Killed')
        listed = Path(work.place(), 'objectives.md').read_text().splitlines()[-1]
        assert listed.startswith(f'- [ ] obj-{len(work.context()["objectives"])} Killed')


def test_they_say_that_they_are_generated(work: Repo) -> None:
    for name in ('objectives.md', 'blockers.md'):
        first = (work.place() / name).read_text().splitlines()[0]
        assert first.startswith('<!-- generated by git session, changes are lost;')
    assert work.context()['generated'].startswith('generated by git session, changes are lost;')
