"""Command lines are read as git reads its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_session.errors import USAGE, SessionError
from git_session.options import FORMAT, Option, Syntax, Values, parse, usage

SYNTAX = Syntax(
    '[<name>...]', 0, None,
    (
        Option(('-m', '--message'), 'the message', value='msg', many=True),
        Option(('-e', '--edit'), 'edit it'),
        Option(('-a', '--all'), 'all of it'),
        Option(('--handoff',), 'print the handoff', negatable=True),
        Option(('--header',), 'print a header'),
        Option(('-n', '--count'), 'at most so many', value='count'),
        *FORMAT,
    ),
)  # fmt: skip


def refusal(arguments: list[str], syntax: Syntax = SYNTAX) -> str:
    with pytest.raises(SessionError) as caught:
        parse(arguments, syntax)
    assert caught.value.status == USAGE
    return caught.value.message


def test_values_in_every_form() -> None:
    for words in (
        ['--message', 'x y'],
        ['--message=x y'],
        ['-m', 'x y'],
        ['-mx y'],
        ['--mess=x y'],
    ):
        assert parse(words, SYNTAX).texts('message') == ['x y']
    values = parse(['-m', '-e', '--message=', '-m', '--', 'op'], SYNTAX)
    assert values.texts('message') == ['-e', '', '--']
    assert values.text('message') == '--'
    assert values.operands == ['op']
    assert not values.flag('edit')


def test_flags() -> None:
    values = parse(['-eam', 'x'], SYNTAX)
    assert (values.flag('edit'), values.flag('all'), values.text('message')) == (True, True, 'x')
    assert parse([], SYNTAX).choice('handoff') is None
    assert parse(['--handoff'], SYNTAX).choice('handoff') is True
    assert parse(['--handoff', '--no-handoff'], SYNTAX).choice('handoff') is False
    assert parse(['--no-hand', '--hand'], SYNTAX).choice('handoff') is True


def test_operands_and_the_end_of_options() -> None:
    values = parse(['a', '-e', '-', 'b', '--', '-m', '--'], SYNTAX)
    assert values.operands == ['a', '-', 'b', '-m', '--']
    assert values.operand == 'a'
    assert parse([], SYNTAX).operand is None


@pytest.mark.parametrize(
    ('words', 'json'),
    [
        ([], False), (['--json'], True), (['--format', 'json'], True), (['--form=text'], False),
        (['--json', '--format=text'], False), (['--format=text', '--json'], True),
    ],
)  # fmt: skip
def test_format(words: list[str], json: bool) -> None:
    assert parse(words, SYNTAX).json is json


def test_numbers() -> None:
    assert parse([], SYNTAX).number('count') is None
    assert parse(['-n', '007'], SYNTAX).number('count') == 7
    for wrong in ('', '-1', '1.5', 'x', '٣', '9' * 5000):
        with pytest.raises(SessionError) as caught:
            parse(['-n', wrong], SYNTAX).number('count')
        assert caught.value.message == f"option 'count' expects a number, not '{wrong}'"
        assert caught.value.status == USAGE


def test_errors() -> None:
    assert refusal(['--nothing']) == "unknown option 'nothing'"
    assert refusal(['--=x']) == "unknown option ''"
    assert refusal(['--no-edit']) == "unknown option 'no-edit'"
    assert refusal(['-ex']) == "unknown switch 'x'"
    assert refusal(['--h']) == 'ambiguous option: h (could be --handoff or --header)'
    assert refusal(['--edit=x']) == "option 'edit' takes no value"
    assert refusal(['--message']) == "option 'message' requires a value"
    assert refusal(['-m']) == "option 'm' requires a value"
    assert (
        refusal(['--format=xml']) == "bad value for '--format': 'xml'; expected one of text, json"
    )


def test_operands_are_counted() -> None:
    one = Syntax('<id> <text>', 2, 2, ())
    assert parse(['1', 'x'], one).operands == ['1', 'x']
    assert refusal([], one) == '<id> is missing'
    assert refusal(['1'], one) == '<text> is missing'
    assert refusal(['1', 'x', 'y'], one) == "unexpected argument 'y'"
    assert refusal([], Syntax('<text>...', 1, None, ())) == '<text> is missing'
    assert refusal(['a'], Syntax('', 0, 0, ())) == "unexpected argument 'a'"


@given(
    st.lists(st.text(max_size=5) | st.sampled_from(['-m', '--', '-e', '--no-handoff', '--json']))
)
def test_any_words_are_read_or_refused(words: list[str]) -> None:
    try:
        values = parse(words, SYNTAX)
    except SessionError as error:
        assert error.status == USAGE
    else:
        assert isinstance(values, Values)
        assert len(values.operands) <= len(words)


@given(st.lists(st.text(max_size=5)))
def test_after_two_dashes_everything_is_an_operand(words: list[str]) -> None:
    assert parse(['--', *words], SYNTAX).operands == words


def test_usage() -> None:
    forms = [('', SYNTAX), ('add', Syntax('<text>...', 1, None, SYNTAX.options[:1]))]
    assert usage('demo', forms, 'Show how it looks.') == (
        'usage: git session demo [-m <msg>]... [-e] [-a] [--[no-]handoff] [--header]\n'
        '                        [-n <count>] [<name>...]\n'
        '   or: git session demo add [-m <msg>]... <text>...\n'
        '\n'
        'Show how it looks.\n'
        '\n'
        '    -m, --message <msg>     the message\n'
        '    -e, --edit              edit it\n'
        '    -a, --all               all of it\n'
        '    --[no-]handoff          print the handoff\n'
        '    --header                print a header\n'
        '    -n, --count <count>     at most so many\n'
        '    --format <text|json>    how to show it\n'
        '    --json                  short for --format json\n'
    )
