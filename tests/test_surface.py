"""Every option of every command has a test that would fail if the option did nothing.

The list is `exercised.toml`; `python -m tests.exercise` tries it.
"""

from __future__ import annotations

import re

import pytest

from tests import exercise, surface
from tests.repo import Repo

TOP = exercise.LIST.parent.parent


def test_every_option_has_a_test() -> None:
    assert list(exercise.listed()) == exercise.every()


def test_every_test_that_is_listed_is_there() -> None:
    for test in set(exercise.listed().values()):
        path, _, rest = test.partition('::')
        name = re.match(r'\w+', rest)
        assert name and f'def {name[0]}(' in (TOP / path).read_text(), test


def test_every_command_is_given_by_some_test() -> None:
    """Each form of a command, with options or without, is typed in some test."""
    text = '\n'.join(path.read_text() for path in (TOP / 'tests').rglob('test_*.py'))
    for form in surface.forms():
        words = [re.escape(each) for each in (form.command, form.action) if each]
        is_default = next(each for each in surface.forms() if each.command == form.command) == form
        ways = [words[:1], words] if is_default else [words]
        found = [way for way in ways if re.search("'" + r"',\s*'".join(way) + "'", text)]
        assert found, form.words


@pytest.mark.parametrize(
    ('line', 'wanted'),
    [
        (['checkpoint', '-am', 'x', '--no-commit'],
         {'checkpoint --all', 'checkpoint --message', 'checkpoint --no-commit'}),
        (['end', '--no-hand'], {'end --no-handoff'}),
        (['--json'], {'status --json'}),
        (['wip', '--json'], {'wip list --json'}),
        (['wip', 'drop', '--', '--json'], set()),
        (['nothing', '--json'], set()), (['status', '--nothing'], set()),
    ],
)  # fmt: skip
def test_what_a_line_gives(line: list[str], wanted: set[str]) -> None:
    assert exercise.given(line) == wanted


def test_a_muted_option_is_read_and_given_to_nobody(
    session: Repo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from git_session import main, options

    for name, each in (('parse', options.parse), ('Values', options.Values)):
        monkeypatch.setattr(options, name, each)
    monkeypatch.setattr(options.Values, 'give', options.Values.give)
    exercise.mute('note --dead-end')
    assert main.main(['note', '--dead-end', 'x']) == 0
    assert main.main(['note', '--private', 'y']) == 0
    assert capsys.readouterr().err == 'note: x\nnote: y\n'
    assert [each.get('private') for each in session.events()[-2:]] == [None, True]
