"""Records: what is made of annotations alone, without dataclasses."""

from __future__ import annotations

import pytest

from git_session.record import Record


class Point(Record):
    across: int
    down: int
    name: str = ''


class Other(Record):
    across: int
    down: int
    name: str = ''


def test_fields_in_order_by_name_and_by_default() -> None:
    whole = Point(1, 2, 'a')
    assert whole == Point(1, down=2, name='a') == Point(across=1, down=2, name='a')
    assert Point(1, 2).asdict() == {'across': 1, 'down': 2, 'name': ''}
    assert whole.replace(down=3, name='').asdict() == {'across': 1, 'down': 3, 'name': ''}
    assert list(Point(1, name='x', down=2).asdict()) == ['across', 'down', 'name']


def test_records_are_values() -> None:
    assert Point(1, 2) != Point(1, 3)
    assert Point(1, 2) != Other(1, 2)
    assert {Point(1, 2), Point(1, 2, ''), Point(2, 1)} == {Point(2, 1), Point(1, 2)}
    assert repr(Point(1, 2, 'a')) == "Point(across=1, down=2, name='a')"
    point = Point(1, 2)
    with pytest.raises(AttributeError, match='Point cannot be changed'):
        point.across = 3  # type: ignore[misc]
    assert point.across == 1


@pytest.mark.parametrize(
    ('values', 'named', 'said'),
    [
        ((1,), {}, 'Point: down is missing'),
        ((), {'name': 'a'}, 'Point: across is missing'),
        ((1, 2, 'a', 4), {}, 'Point has the fields across, down, name'),
        ((1, 2), {'color': 4}, 'Point has the fields across, down, name'),
        ((1, 2), {'down': 3}, 'Point has the fields across, down, name'),
        ((1, 2, 'a'), {'name': 'b'}, 'Point has the fields across, down, name'),
    ],
)
def test_what_is_no_point(values: tuple[object, ...], named: dict[str, object], said: str) -> None:
    with pytest.raises(TypeError) as caught:
        Point(*values, **named)  # type: ignore[arg-type]
    assert str(caught.value) == said
