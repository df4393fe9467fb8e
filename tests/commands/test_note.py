"""git session note."""

from __future__ import annotations

import pytest

from tests.commands.conftest import Run
from tests.repo import Repo


def test_note(work: Repo, run: Run) -> None:
    said = run('note', 'the sandbox', 'needs a key')
    assert (said.out, said.err) == ('', 'note: the sandbox needs a key\n')
    assert '## Notes\n- just now: the sandbox needs a key\n' in run('brief').out
    assert '## Notes\n\n- the sandbox needs a key\n' in run('handoff').out
    assert [each['text'] for each in work.context()['notes']] == ['the sandbox needs a key']


def test_dead_end(work: Repo, run: Run) -> None:
    said = run('note', '--dead-end', 'weakrefs: they die too early')
    assert said.err == 'dead end: weakrefs: they die too early\n'
    assert '- dead end: weakrefs: they die too early\n' in run('brief').out
    assert '## Dead ends\n\n- weakrefs: they die too early\n' in run('handoff').out
    assert [each['text'] for each in work.context()['dead_ends']] == [
        'weakrefs: they die too early'
    ]


@pytest.mark.parametrize(
    ('arguments', 'status', 'message'),
    [
        ((), 129, "error: <text> is missing\nhint: see 'git session note -h'\n"),
        (('',), 1, 'error: a note needs a text\n'),
        (('--dead-end', ' '), 1, 'error: a note needs a text\n'),
        (('-x',), 129, "error: unknown switch 'x'\nhint: see 'git session note -h'\n"),
    ],
)
def test_refused(
    work: Repo, run: Run, arguments: tuple[str, ...], status: int, message: str
) -> None:
    assert run('note', *arguments, status=status).err == message
    assert work.context()['notes'] == []
