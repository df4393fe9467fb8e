"""What a tally says: people of mailmap, files that are there, rhythm, ownership."""

from __future__ import annotations

from git_session.analysis.filehistory import Together
from git_session.analysis.landscape import Author, Hot, Landscape, Owned, draw, quantile
from git_session.analysis.tally import Tally
from git_session.wholelog import Branch, Entry
from tests.analysis.test_tally import NOON, count, entry, line

DAY = 86400


def look(*entries: Entry, people: dict[str, str] | None = None, present: str = 'ab') -> Landscape:
    there = {*present, 'src/a', 'src/b', 'docs/x'}
    return draw(count(*entries), people=people or {}, present=there, branches=(), now=NOON)


def test_people_by_the_name_of_mailmap() -> None:
    found = look(
        entry(line('a', 3), who='Ann <a@x>', at=NOON),
        entry(line('a', 5), who='A. <a@x>', at=NOON - 9),
        entry(merge=True, who='Bob <b@x>', at=0), entry(who=' <anonymous@x>'),
        people={'A. <a@x>': 'Ann <ann@y>'},
    )  # fmt: skip
    assert found.authors == (
        Author('Ann', ('a@x', 'ann@y'), 2, 0, 8, 0, NOON - 9, NOON),
        Author('Bob', ('b@x',), 1, 1, 0, 0, 0, 0),
        Author('anonymous@x', ('anonymous@x',), 1, 0, 0, 0, NOON, NOON),
    )
    assert found.hot == (Hot('a', 2, 8, 0, NOON, 1, 'Ann', 1.0, 0, 0),)
    assert found.hot[0].churn == 8


def test_files_that_are_gone_are_neither_hot_nor_owned() -> None:
    found = look(*(entry(line('gone'), line('a')) for _ in range(3)))
    assert [each.path for each in found.hot] == ['a']
    assert found.together == ()
    assert [each.files for each in found.owned] == [1]


def test_what_changes_together_both_ways() -> None:
    both = [entry(line('a'), line('b')) for _ in range(3)]
    assert look(*both[:2]).together == ()
    found = look(*both, *(entry(line('a')) for _ in range(2)))
    assert found.together == (Together('b', 'a', 3, 3), Together('a', 'b', 3, 5))
    assert look(*both, *(entry(line('a')) for _ in range(3))).together == (
        Together('b', 'a', 3, 3),  # 3 of 6 is too little the other way
    )
    assert found.window == 5


def test_ownership_by_folder() -> None:
    found = look(
        *(entry(line('src/a'), who=who) for who in ('A <a@x>', 'B <b@x>', 'C <c@x>')),
        entry(line('src/b'), line('a'), who='A <a@x>'), entry(line('docs/x'), who='B <b@x>'),
    )  # fmt: skip
    assert found.owned == (
        Owned('src', 2, 4, 'A', 0.5, 2),
        Owned('', 1, 1, 'A', 1.0, 1),
        Owned('docs', 1, 1, 'B', 1.0, 1),
    )


def test_rhythm() -> None:
    found = look(
        entry(line('a', 5)), entry(line('a', 1), at=NOON - 6 * DAY), entry(at=NOON - 7 * DAY),
        entry(line('a', 100), at=NOON - 83 * DAY), entry(at=NOON - 84 * DAY),
    ).rhythm  # fmt: skip
    assert found.weeks == (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2)
    assert (found.days, found.first_day) == (5, 20779 - 84)
    assert found.weekdays == (2, 0, 0, 0, 0, 0, 3)
    assert found.hours == (0,) * 12 + (5,) + (0,) * 11
    assert (found.median_size, found.large_size) == (1, 100)


def test_dates_in_the_future_and_none_are_counted_apart() -> None:
    found = look(
        entry(), entry(at=NOON + DAY), entry(at=NOON + 2 * DAY), entry(at=10**14), entry(at=0)
    )
    assert (found.rhythm.future, found.rhythm.undated) == (2, 1)
    assert [day for day, *_ in found.days] == [20779, 20780]  # tomorrow it may be already
    assert found.rhythm.weeks[-1] == 2


def test_nothing() -> None:
    found = draw(Tally(), people={}, present=(), branches=[Branch('b', 5, True)], now=NOON)
    assert (found.commits, found.authors, found.hot, found.owned, found.days) == (0, (), (), (), ())
    assert (found.rhythm.median_size, found.rhythm.first_day) == (None, None)
    assert found.branches == (Branch('b', 5, True),)


def test_quantile() -> None:
    sizes = {1: 5, 3: 4, 50: 1}
    assert [quantile(sizes, share) for share in (0, 0.5, 0.51, 0.9, 0.91, 1)] == [
        1,
        1,
        3,
        3,
        50,
        50,
    ]
    assert quantile({}, 0.5) is None
