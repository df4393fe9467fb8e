"""`decisions add --from` and `blockers add --from`: what a line of the code says."""

from __future__ import annotations

import json
import os
from collections.abc import Callable

import pytest

from tests.repo import Repo, Result

Run = Callable[..., Result]
SOURCE = 'def f():\n    return 1  # DECISION: integers only\n# BLOCKER: no key\n# DECISION\n'


@pytest.fixture
def marked(session: Repo) -> Repo:
    session.write_file('src/x.py', SOURCE)
    session.git('add', 'src/x.py')
    return session


def test_taken_over_and_listed_no_longer(marked: Repo, run: Run) -> None:
    places = [(each['path'], each['line'], each['word'], each['text'])
              for each in json.loads(run('status', '--json').out)['annotations']]  # fmt: skip
    assert places == [
        ('src/x.py', 2, 'DECISION', 'integers only'),
        ('src/x.py', 3, 'BLOCKER', 'no key'),
        ('src/x.py', 4, 'DECISION', ''),
    ]
    assert run('decisions', 'add', '--from', 'src/x.py:2', '--rationale', 'speed').err == (
        'dec-1 integers only\n'
    )
    assert run('blockers', 'add', '--from=src/x.py:3').err == 'blk-1 no key: open\n'
    shown = run('status').out
    assert '\nMarked in the code (1)\n  src/x.py:4 DECISION\n' in shown


def test_a_pipe_is_not_waited_for(marked: Repo, run: Run) -> None:
    os.mkfifo(marked.path / 'pipe')
    assert run('decisions', 'add', '--from', 'pipe:1', status=1).err.startswith(
        "error: cannot read 'pipe': not a regular file\n"
    )


def test_from_a_folder_below(marked: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(marked.path / 'src')
    assert run('decisions', 'add', '--from', 'x.py:2').err == 'dec-1 integers only\n'
    assert run('decisions', 'add', '--from', 'src/x.py:2').err == 'dec-2 integers only\n'


@pytest.mark.parametrize(
    ('words', 'status', 'said'),
    [
        (['--from', 'src/x.py:1'], 1, "no DECISION in line 1 of 'src/x.py'"),
        (['--from', 'src/x.py:3'], 1, "no DECISION in line 3 of 'src/x.py'"),
        (['--from', 'src/x.py:99'], 1, "no DECISION in line 99 of 'src/x.py'"),
        (['--from', 'src/x.py:0'], 1, "no DECISION in line 0 of 'src/x.py'"),
        (['--from', 'src/x.py:4'], 1, "the DECISION in line 4 of 'src/x.py' says nothing"),
        (['--from', 'none.py:1'], 1, "cannot read 'none.py': No such file or directory"),
        (['--from', '../x:1'], 1, "'../x' is outside of the working tree"),
        (['--from', '/etc/passwd:1'], 1, "'/etc/passwd' is outside of the working tree"),
        (['--from', 'link:1'], 1, "'link' is outside of the working tree"),
        (['--from', 'src/x.py'], 129,
         "bad value for '--from': 'src/x.py'; expected <file>:<line>"),
        (['--from', 'src/x.py:2', 'text'], 129, "a text and '--from' cannot be used together"),
        ([], 129, "expected a text, or '--from <file>:<line>'"),
    ],
)  # fmt: skip
def test_refused(marked: Repo, run: Run, words: list[str], status: int, said: str) -> None:
    os.symlink('/etc/passwd', marked.path / 'link')
    assert said in run('decisions', 'add', *words, status=status).err
    assert [each for each in marked.events() if each['type'] == 'decision.add'] == []
