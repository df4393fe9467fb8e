"""Names that files had before, on the line of history where they had them."""

from __future__ import annotations

from git_session.analysis.tally import Tally
from git_session.wholelog import Entry
from tests.analysis.test_tally import count, entry, line, oid


def commits(tally: Tally) -> dict[str, int]:
    return {path: each.commits for path, each in tally.files.items()}


# A repository with a file `x` was merged (7), which had moved its own (5).
MERGED = [
    entry(number=7, before=(6, 5)),
    entry(line('x'), number=6, before=(4,)),
    entry(line('lib/x', old='x'), number=5, before=(3,)),
    entry(line('x'), number=4, before=(2,)),
    entry(line('x'), number=3, before=(1,)),
    entry(line('x'), number=2, before=(0,)),
    entry(line('x'), number=1, before=(0,)),
]


def test_a_renaming_is_of_its_line_of_history() -> None:
    tally = count(*MERGED, present={'x', 'lib/x'})
    assert commits(tally) == {'x': 3, 'lib/x': 3}


def test_on_the_line_the_commit_counts_that_is_nearest() -> None:
    tally = count(
        entry(line('x'), number=5),
        entry(line('b', old='x'), number=4),
        entry(line('x'), number=3),
        entry(line('a', old='x'), number=2),
        entry(line('x'), number=1),
        present={'x', 'a', 'b'},
    )
    assert commits(tally) == {'x': 1, 'b': 2, 'a': 2}


def test_a_branch_that_was_merged_after_it_has_the_name_before() -> None:
    tally = count(
        entry(number=5, before=(4, 3)),
        entry(line('x'), number=3, before=(1,)),  # a newer one than the renaming
        entry(line('y', old='x'), number=4, before=(1,)),
        entry(line('x'), number=2, before=(1,)),
        entry(line('x'), number=1),
        present={'y'},
    )
    assert commits(tally) == {'x': 1, 'y': 3}
    # Where it comes after the renaming, as it nearly always does, it is the same file.
    tally = count(
        entry(number=5, before=(4, 3)),
        entry(line('y', old='x'), number=4, before=(1,)),
        entry(line('x'), number=3, before=(1,)),
        entry(line('x'), number=1),
        present={'y'},
    )
    assert commits(tally) == {'y': 3}


def test_in_parts_too() -> None:
    """The tip of the older part is a line of its own: 6, behind which are 4 and 2."""
    newer = Tally({'x', 'lib/x'})
    for each in MERGED:
        if each.oid in (oid(7), oid(5), oid(3), oid(1)):
            newer.add(each)
    newer.end(oid(6))
    whole = count(MERGED[1], MERGED[3], MERGED[5], present={'x'})
    whole.absorb(newer)
    assert commits(whole) == {'x': 3, 'lib/x': 3}


def test_what_is_said_of_the_commit_before() -> None:
    tally = Tally({'x', 'y'})
    tally.add(entry(line('y', old='x'), line('c', old='b'), number=2))
    tally.end(oid(1))
    assert tally.names == {'x': 'y', 'b': 'c'}
    tally.end(oid(0))  # on another line: `x` is there, `b` is not
    assert tally.names == {'b': 'c'}


def test_no_parent() -> None:
    tally = Tally()
    tally.add(Entry(oid(1), (), False, 'A <a@x>', 1, 0, 's', (line('a'),)))
    tally.end('')
    assert (commits(tally), tally.names) == ({'a': 1}, {})
