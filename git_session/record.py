"""Records: classes whose fields are their annotations, made without the cost of typing.

typing.NamedTuple and dataclasses cost more at start-up (both import re, each class
runs a compiler) than a whole git process; see benchmarks/cost.py.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self, dataclass_transform
else:

    def dataclass_transform(**_):
        return lambda cls: cls


@dataclass_transform(frozen_default=True)
class Record:
    """Immutable; made from its fields in order or by name; equal when all fields are.

    A field with a value in the class has that as its default.
    """

    _fields: tuple[str, ...] = ()
    _names: frozenset[str] = frozenset()

    def __init_subclass__(cls) -> None:
        cls._fields = tuple(cls.__annotations__)
        cls._names = frozenset(cls._fields)

    def __init__(self, *values: Any, **named: Any) -> None:
        fields = self._fields
        own = self.__dict__
        own.update(zip(fields, values, strict=False))
        if len(values) == len(fields) and not named:
            return  # nearly all of them
        own.update(named)
        if len(own) != len(values) + len(named) or not own.keys() <= self._names:
            raise TypeError(f'{type(self).__name__} has the fields {", ".join(fields)}')
        if len(own) < len(fields):
            for name in fields:
                if name not in own:
                    if not hasattr(type(self), name):
                        raise TypeError(f'{type(self).__name__}: {name} is missing')
                    own[name] = getattr(type(self), name)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f'{type(self).__name__} cannot be changed')

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.asdict() == self.asdict()

    def __hash__(self) -> int:
        return hash(tuple(self.__dict__[name] for name in self._fields))

    def __repr__(self) -> str:
        shown = ', '.join(f'{name}={self.__dict__[name]!r}' for name in self._fields)
        return f'{type(self).__name__}({shown})'

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed."""
        return type(self)(**{**self.asdict(), **changes})

    def asdict(self) -> dict[str, Any]:
        """The fields by name, in their order."""
        return {name: self.__dict__[name] for name in self._fields}
