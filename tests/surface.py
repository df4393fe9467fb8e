"""What the program really has: every command, action and option, from its own tables."""

from __future__ import annotations

import re
from importlib import import_module
from typing import NamedTuple

from git_session.main import COMMANDS, INTERNAL
from git_session.options import FORMAT, Option, Syntax


class Form(NamedTuple):
    """One form of a command; `action` is '' where the command has none."""

    command: str
    action: str
    syntax: Syntax

    @property
    def words(self) -> str:
        return f'{self.command} {self.action}'.strip()

    def flags(self) -> set[str]:
        """Every flag as typed: -o, --objective, --no-handoff; those with a value end in `=`."""
        found = set()
        for option in self.syntax.options:
            end = '=' if option.value else ''
            found |= {flag + end if flag.startswith('--') else flag for flag in option.flags}
            if option.negatable:
                found.add(f'--no-{option.name}')
        return found

    def long_flags(self) -> set[str]:
        return {flag for flag in self.flags() if flag.startswith('--')}


def names() -> list[str]:
    """The commands that are listed."""
    return [name for name, command in COMMANDS.items() if command.group != INTERNAL]


def forms() -> list[Form]:
    """Every form of every listed command, in their order."""
    return [
        Form(name, action, syntax)
        for name in names()
        for action, syntax in import_module(
            'git_session.commands.' + COMMANDS[name].module
        ).FORMS.items()
    ]


def about(name: str) -> str:
    text: str = import_module('git_session.commands.' + COMMANDS[name].module).ABOUT
    return text


def is_shared(option: Option) -> bool:
    """--format and --json, which are described once."""
    return option in FORMAT


def unroff(text: str) -> str:
    """The text of roff source: no font changes, plain characters."""
    text = re.sub(r'\\f.', '', text).replace('\\&', '').replace('\\ ', ' ')
    text = text.replace('\\(aq', "'")
    return text.replace('\\-', '-')
