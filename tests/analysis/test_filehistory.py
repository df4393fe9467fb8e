"""Who knows files, what changes with them, what was mended or taken back."""

from __future__ import annotations

import pytest

from git_session.analysis.filehistory import FileHistory, Knows, Together, analyse
from git_session.filelog import Touched

NAMES = {'a.py': 'a.py', 'old.py': 'a.py', 'b.py': 'b.py'}


def commit(number: int, *paths: str, subject: str = 's', by: str = 'Cid') -> Touched:
    return Touched(str(number) * 40, by, f'{by.lower()}@x', 100 - number, subject, paths)


def test_people_by_address_most_first() -> None:
    commits = [
        commit(1, 'a.py', by='Cid'), commit(2, 'a.py', 'b.py', by='Dee'),
        commit(3, 'old.py', by='Dee'), commit(4, 'other', by='Dee'),
        commit(5, 'a.py', by='Ann'),
    ]  # fmt: skip
    found = analyse(commits, NAMES, own={'5' * 40})
    assert found == FileHistory(
        4, (Knows('Dee', 'dee@x', 2, 98, ('a.py', 'b.py')), Knows('Cid', 'cid@x', 1, 99, ('a.py',)))
    )


def test_what_changes_together() -> None:
    commits = [commit(n, 'a.py', 'test_a.py') for n in range(3)]
    commits += [commit(4, 'a.py'), commit(5, 'old.py', 'gone.py', 'b.py')]
    commits += [commit(n, 'a.py', 'gone.py') for n in range(6, 9)]
    assert analyse(commits[:5], NAMES).together == (Together('a.py', 'test_a.py', 3, 5),)
    found = analyse([*commits[:3], commit(4, 'a.py', *map(str, range(99)))], NAMES).together
    assert found == (Together('a.py', 'test_a.py', 3, 3),)
    assert analyse(commits, NAMES).together == ()  # 3 of 8
    assert analyse(commits[:3], NAMES, exists=lambda path: False).together == ()
    assert analyse(commits[:2], NAMES).together == ()


@pytest.mark.parametrize(
    ('subject', 'kind'),
    [
        ('fix: x', 'mended'), ('Fix x', 'mended'), ('fix(auth)!: x', 'mended'),
        ('fixup! feat: x', 'mended'), ('squash! x', 'mended'), ('hotfix: x', 'mended'),
        ('fixes!', 'mended'), ('squash x', ''), ('revert!: x', 'reverted'),
        ('Revert "x"', 'reverted'), ('revert: x', 'reverted'), ('Reapply "x"', 'reverted'),
        ('fixture: x', ''), ('prefix', ''), ('', ''), ('feat: fix', ''),
    ],
)  # fmt: skip
def test_what_was_mended_or_taken_back(subject: str, kind: str) -> None:
    commits = [commit(n, 'a.py', subject=subject) for n in (1, 2)] + [commit(3, 'a.py', 'b.py')]
    found = analyse(commits, NAMES)
    mended, reverted = (
        [(each.path, each.times, each.of, each.last.oid[0]) for each in which]
        for which in (found.mended, found.reverted)
    )
    expected = [('a.py', 2, 3, '1')]
    assert mended == (expected if kind == 'mended' else [])
    assert reverted == (expected if kind == 'reverted' else [])
    assert analyse(commits[1:], NAMES).mended == ()
