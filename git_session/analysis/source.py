"""What was read of a source file."""

from __future__ import annotations

from git_session.record import Record


class Import(Record):
    """`name` as its language writes it; with `is_member` its last part may be no module.

    Python: `a.b.c`, relative ones with their dots; Rust: `crate::a::b`, one for each leaf of
    a use list; Java: `a.b.C` or `a.b.*`; Go and JavaScript: the text between the quotes.
    """

    line: int
    name: str
    is_member: bool = False


class Declared(Record):
    """A class (interface, struct, trait, record, enum) or a function outside of any class.

    `methods` are the names of a class's own, `takes` the names of the types that its
    constructor (or a Go function `New...`) is given.
    """

    kind: str  # class or function
    name: str
    line: int
    methods: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


class Source(Record):
    """What was read of one file; with a `problem` (in words) nothing was."""

    language: str
    imports: tuple[Import, ...] = ()
    declared: tuple[Declared, ...] = ()
    problem: str = ''
