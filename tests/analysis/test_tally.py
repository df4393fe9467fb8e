"""Counting commits: sums, renames, pairs; in parts the same as at once; kept and read again."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_session.analysis import tally as module
from git_session.analysis.tally import Taken, Tally, decode
from git_session.wholelog import Entry, Line

NOON = 1795348800  # 2026-11-22, a Sunday, 12:00


def entry(
    *lines: Line, number: int = 1, who: str = 'Ann <a@x>', at: int = NOON, zone: int = 0,
    subject: str = 's', merge: bool = False, cut: bool = False, before: tuple[int, ...] = (),
) -> Entry:  # fmt: skip
    numbers = before or ((number - 1, number - 2) if merge else (number - 1,))
    parents = tuple(oid(each) for each in numbers)
    return Entry(oid(number), parents, cut, who, at, zone, subject, lines)


def oid(number: int) -> str:
    return f'{number:040}'


def line(path: str, added: int | None = 1, deleted: int | None = 0, old: str = '') -> Line:
    return Line(path, old, added, deleted)


def count(*entries: Entry, present: Collection[str] = ()) -> Tally:
    tally = Tally(present)
    for each in entries:
        tally.add(each)
    tally.end(entries[-1].parents[0] if entries else '')
    return tally


def figures(tally: Tally) -> dict[str, Any]:
    """What a tally says, whatever the order in which it was counted."""
    data = tally.encode()
    people = {each.who: {name: getattr(each, name) for name in module._PERSON}
              for each in tally.people}  # fmt: skip
    files = {
        path: [getattr(each, name) for name in module._FILE[1:]]
        + [{tally.people[person].who: commits for person, commits in each.by.items()}]
        for path, each in tally.files.items()
    }
    pairs = {(one, two): commits for one, beside in tally.pairs.items()
             for two, commits in beside.items()}  # fmt: skip
    assert len(pairs) == tally.pair_count
    return {
        **{key: data[key] for key in ('commits', 'merges', 'undated', 'fixes', 'reverts', 'binary',
                                      'hours', 'window', 'is_full', 'taken')},
        'days': tally.days, 'sizes': tally.sizes, 'people': people, 'files': files, 'pairs': pairs,
    }  # fmt: skip


def test_sums() -> None:
    tally = count(
        entry(line('a', 3, 1), line('b', None, None), number=3, subject='fix: x', at=NOON + 3600),
        entry(merge=True, number=2, who='Bob <b@x>'),
        entry(line('a', 5, 0), number=1, subject='Revert "y"', at=NOON - 86400),
    )
    assert (tally.commits, tally.merges, tally.fixes, tally.reverts) == (3, 1, 1, 1)
    assert tally.binary == 1
    assert tally.days == {20779: [2, 3, 1], 20778: [1, 5, 0]}
    assert tally.sizes == {4: 1, 5: 1}  # a merge has none
    assert tally.taken == [Taken(f'{1:040}', NOON - 86400, 'Revert "y"')]
    ann, bob = tally.people
    assert (ann.commits, ann.merges, ann.added, ann.deleted) == (2, 0, 8, 1)
    assert (ann.first, ann.last) == (NOON - 86400, NOON + 3600)
    assert (bob.commits, bob.merges) == (1, 1)
    file = tally.files['a']
    assert (file.commits, file.added, file.deleted, file.last) == (2, 8, 1, NOON + 3600)
    assert (file.fixes, file.reverts, file.by) == (1, 1, {0: 2})


@pytest.mark.parametrize(
    ('at', 'zone', 'day', 'hour'),
    [
        (NOON, 0, 20779, 6 * 24 + 12),  # Sunday
        (NOON, 12 * 3600, 20780, 0),  # Monday there
        (NOON, -13 * 3600, 20778, 5 * 24 + 23),
        (3600, -2 * 3600, -1, 2 * 24 + 23),  # a Wednesday, before 1970
    ],
)
def test_days_and_hours_are_those_of_the_author(at: int, zone: int, day: int, hour: int) -> None:
    tally = count(entry(at=at, zone=zone))
    assert list(tally.days) == [day]
    assert [number for number, commits in enumerate(tally.hours) if commits] == [hour]


def test_without_a_date() -> None:
    tally = count(entry(at=0))
    assert (tally.undated, tally.days, sum(tally.hours)) == (1, {}, 0)
    assert (tally.people[0].first, tally.people[0].last) == (0, 0)


def test_lines_of_a_commit_where_history_is_cut_are_no_size() -> None:
    assert count(entry(cut=True)).sizes == {}


def test_a_file_is_counted_under_the_name_it_has_now() -> None:
    tally = count(
        entry(line('a'), number=5),  # another one took the name
        entry(line('c'), number=4),
        entry(line('c', old='b'), number=3),
        entry(line('b', old='a'), number=2),
        entry(line('a', 10), number=1),
    )
    assert {path: each.commits for path, each in tally.files.items()} == {'a': 1, 'c': 4}
    assert tally.files['c'].added == 13


def test_two_files_that_take_each_others_name() -> None:
    swap = entry(line('b', old='a'), line('a', old='b'), number=2)
    older = [entry(line('a', 10), number=1), entry(line('b', 20), number=0)]
    whole = count(swap, *older)
    parts = count(*older)
    parts.absorb(count(swap))
    for tally in (whole, parts):
        assert {path: each.added for path, each in tally.files.items()} == {'b': 11, 'a': 21}


def test_pairs_of_big_commits_say_nothing() -> None:
    paths = [line(str(number)) for number in range(41)]
    assert count(entry(*paths)).pairs == {}
    tally = count(entry(*paths), entry(line('2'), line('1')), entry(line('1'), line('2')))
    assert tally.pairs == {'1': {'2': 2}}
    assert (tally.window, tally.files['1'].shared, tally.files['1'].commits) == (3, 2, 3)


def test_pairs_are_counted_in_the_newest_commits_as_far_as_memory_allows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, 'MOST_PAIRS', 2)
    older = [entry(line('a'), line('b'), number=number) for number in range(3)]
    newer = [entry(line('a'), line('b'), line('c'), number=9)]
    tally = count(*newer, *older)
    assert (tally.window, tally.is_full, tally.pair_count) == (1, True, 3)
    assert (tally.files['a'].commits, tally.files['a'].shared) == (4, 1)
    parts = count(*older)
    parts.absorb(count(*newer))
    assert figures(parts) == figures(tally)


PATHS = st.sampled_from('abcdef')
LINES = st.lists(
    st.builds(Line, PATHS, st.just(''), st.integers(0, 9) | st.none(), st.integers(0, 9)),
    max_size=4, unique_by=lambda each: each.path,
)  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """Commits as they follow one another, the newest first: a rename is to a name nobody has."""
    there: set[str] = set()
    moves = st.lists(st.booleans(), min_size=12, max_size=12)
    moved: list[bool] = draw(moves)
    found: list[Entry] = []
    for number in range(draw(st.integers(0, 12))):
        lines = list(draw(LINES))
        there |= {each.path for each in lines}
        names = st.sampled_from(sorted(there or {'-'}))
        if there and moved[number]:
            old = draw(names)
            new = f'{draw(st.sampled_from("gh"))}{number}'
            lines = [each for each in lines if each.path != old] + [Line(new, old, 1, 1)]
            there = (there - {old}) | {new}
        found.append(
            entry(*lines, number=number, who=draw(st.sampled_from(['A <a@x>', 'B <b@x>'])),
                  at=NOON + number * 5000, subject=draw(st.sampled_from(['fix', 'Revert x', 's'])))
        )  # fmt: skip
    return found[::-1]


@given(histories(), st.integers(0, 12), st.integers(0, 12))
def test_in_parts_it_is_the_same_as_at_once(history: list[Entry], one: int, two: int) -> None:
    first, second = sorted((one, two))
    oldest, middle, newest = history[second:], history[first:second], history[:first]
    parts = decode(json.loads(json.dumps(count(*oldest).encode())))
    parts.absorb(count(*middle))
    parts = decode(json.loads(json.dumps(parts.encode())))
    parts.absorb(count(*newest))
    assert figures(parts) == figures(count(*history))
    # the middle may be added to the newest first
    last = count(*middle)
    last.absorb(count(*newest))
    again = count(*oldest)
    again.absorb(last)
    assert figures(again) == figures(count(*history))


def test_names_that_are_no_text_are_kept() -> None:
    tally = count(entry(line('a\udcff\n"'), who='\udcfe <a@x>'))
    again = decode(json.loads(json.dumps(tally.encode())))
    assert figures(again) == figures(tally)
