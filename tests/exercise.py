"""Which test gives which option to the program, and whether it would notice if that did nothing.

`tests/exercised.toml` names a test for every option of every form of a command.  `test_surface.py`
holds that each option has one; and whenever such a test runs, it fails if it does not give that
option (`pytest_runtest_call`, which conftest.py takes from here).

    python -m tests.exercise              # tries each that is named; prints those that are not
    python -m tests.exercise --find       # looks for tests, for options that have none, and
                                          # writes the file

To try one is to run its test with the option muted: it is read and given to nobody.  Then the test
has to fail.  `--find` runs the suite once to see what every test gives, which takes as long as the
suite does; with words behind it only those files or tests.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import DEVNULL, run

import pytest

from git_session import options
from git_session.main import COMMANDS
from git_session.options import Option, Syntax, Values
from tests import repo, surface

LIST = Path(__file__).parent / 'exercised.toml'
_MOST = 6  # tests that are tried for an option
# What says the default, and is there to be said: it has a test that gives it, which cannot fail.
DEFAULTS = frozenset({'start --carry'})
_MUTED, _SEEN = 'TESTS_MUTED', 'TESTS_SEEN'


# --- the options


def names(option: Option) -> list[str]:
    """What an option is called here: its long flag, and the negated one where there is one."""
    flag = option.flags[-1]
    return [flag, f'--no-{option.name}'] if option.negatable else [flag]


def every() -> list[str]:
    """`checkpoint --amend`, `wip list --json` ..."""
    return [
        f'{form.words} {name}'
        for form in surface.forms()
        for option in form.syntax.options
        for name in names(option)
    ]


def given(words: Sequence[str]) -> set[str]:
    """The options that a command line gives, as above; none where it cannot be read."""
    rest = list(words) or ['status']
    if rest[0].startswith('-'):
        rest.insert(0, 'status')
    command = rest.pop(0)
    forms = {form.action: form for form in surface.forms() if form.command == command}
    if not forms or '-h' in rest:
        return set()
    form = forms[rest.pop(0)] if rest and rest[0] in forms else next(iter(forms.values()))
    with _Watch(form.syntax) as seen:
        try:
            options.parse(rest, form.syntax)
        except options.SessionError:
            return set()
    return {f'{form.words} {name}' for name in seen}


class _Watch:
    """For a `with`: the names of the options that are given while one syntax is read."""

    def __init__(self, syntax: Syntax) -> None:
        self._flags = {option.name: option for option in syntax.options}
        self._give = Values.give

    def __enter__(self) -> set[str]:
        seen: set[str] = set()

        def give(values: Values, name: str, value: str) -> None:
            negated = value == 'no' and self._flags[name].negatable
            seen.add(f'--no-{name}' if negated else self._flags[name].flags[-1])
            self._give(values, name, value)

        Values.give = give  # type: ignore[method-assign]
        return seen

    def __exit__(self, *_: object) -> None:
        Values.give = self._give  # type: ignore[method-assign]


# --- muting: in this process, and in the program that tests start


def mute(wanted: str) -> None:
    """From here on nobody is told of an option, `checkpoint --amend`, that is given."""
    words, _, flag = wanted.rpartition(' ')
    (form,) = (each for each in surface.forms() if each.words == words)
    name = flag.removeprefix('--').removeprefix('-')
    is_negated = not any(each.name == name for each in form.syntax.options)
    name = name.removeprefix('no-') if is_negated else name
    parse, give = options.parse, Values.give
    reading: list[Syntax] = []

    def muted(values: Values, given_name: str, value: str) -> None:
        if reading and given_name == name and (value == 'no') == is_negated:
            return
        give(values, given_name, value)

    def parsed(arguments: Sequence[str], syntax: Syntax) -> Values:
        if syntax is form.syntax:
            reading.append(syntax)
        try:
            return parse(arguments, syntax)
        finally:
            reading.clear()

    Values.give = muted  # type: ignore[method-assign]
    options.parse = parsed


_PROGRAM = """#!{python}
import os, sys
sys.path.insert(0, {top!r})
from tests.exercise import mute
mute({wanted!r})
from git_session.main import run
run()
"""


@pytest.fixture(autouse=True)
def muted_program(
    hermetic: None, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program that git starts is one that has the option muted too."""
    wanted = os.environ.get(_MUTED)
    if wanted:
        folder = tmp_path_factory.mktemp('muted')
        top = str(Path(__file__).parent.parent)
        program = folder / 'git-session'
        program.write_text(_PROGRAM.format(python=sys.executable, top=top, wanted=wanted))
        program.chmod(0o755)
        monkeypatch.setenv('PATH', f'{folder}{os.pathsep}{os.environ["PATH"]}')


def pytest_configure() -> None:
    if os.environ.get(_MUTED):
        mute(os.environ[_MUTED])


# --- watching


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """A test that stands in the list has to give its options; note what each gives if asked to.

    What it gives in this process, and to `git session` by `Repo.run`.
    """
    target = os.environ.get(_SEEN, '')
    wanted = _wanted().get(item.nodeid, set())
    if not target and not wanted:
        return (yield)
    seen: set[str] = set()
    from git_session import main

    dispatch, start = main._dispatch, repo.Repo.run

    def dispatched(name: str, rest: list[str]) -> int:
        if name in COMMANDS:
            seen.update(given([name, *rest]))
        return dispatch(name, rest)

    def started(self: repo.Repo, *args: str, **more: object) -> repo.Result:
        if args[:2] == ('git', 'session'):
            seen.update(given(args[2:]))
        return start(self, *args, **more)  # type: ignore[arg-type]

    main._dispatch, repo.Repo.run = dispatched, started  # type: ignore[method-assign, assignment]
    try:
        result = yield
        line = json.dumps([item.nodeid, sorted(seen)]) + '\n'
        if target:
            with open(target, 'a', encoding='utf-8') as file:  # one write: others append too
                file.write(line)
        elif not os.environ.get(_MUTED):
            assert wanted <= seen, f'tests/exercised.toml: it does not give {wanted - seen}'
        return result
    finally:
        main._dispatch, repo.Repo.run = dispatch, start  # type: ignore[method-assign]


@functools.cache
def _wanted() -> dict[str, set[str]]:
    """Test -> the options that it is listed for."""
    found: dict[str, set[str]] = {}
    for each, test in listed().items():
        found.setdefault(test, set()).add(each)
    return found


# --- on request


def _pytest(words: Iterable[str], **environment: str) -> int:
    command = [sys.executable, '-m', 'pytest', '-q', '-x', '-p', 'no:cacheprovider', *words]
    top = Path(__file__).parent.parent
    env = {**os.environ, **environment}
    return run(command, cwd=top, env=env, stdout=DEVNULL, stderr=DEVNULL, check=False).returncode


def fails_without(wanted: str, test: str) -> bool:
    """Whether a test fails when nobody is told of an option."""
    return _pytest([test], **{_MUTED: wanted}) == 1


def watched(words: Sequence[str]) -> dict[str, list[str]]:
    """Option -> tests that give it, those of its command first, those that give little first."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, 'seen')
        target.touch()
        command = ['-n', '2', '--maxfail=1000', *(words or ['tests'])]
        _pytest(command, **{_SEEN: str(target)})
        lines = [json.loads(line) for line in target.read_text().splitlines()]
    found: dict[str, list[tuple[bool, int, str]]] = {}
    for test, seen in lines:
        for each in seen:
            is_elsewhere = f'test_{each.split()[0]}.py' not in test
            found.setdefault(each, []).append((is_elsewhere, len(seen), test))
    return {each: [test for _, _, test in sorted(tests)] for each, tests in found.items()}


def listed() -> dict[str, str]:
    """Option -> test, as the file has it."""
    found = tomllib.loads(LIST.read_text()) if LIST.exists() else {}
    return {f'{words} {flag}': test for words, each in found.items() for flag, test in each.items()}


def write(found: dict[str, str]) -> None:
    lines = ['# An option of a command, and a test that fails where it does nothing:',
             '# python -m tests.exercise tries them.']  # fmt: skip
    before = ''
    for each in every():
        words, _, flag = each.rpartition(' ')
        if each in found:
            lines += ['', f'["{words}"]'] if words != before else []
            lines.append(f"{flag} = '{found[each]}'" if "'" not in found[each]
                         else f'{flag} = {json.dumps(found[each])}')  # fmt: skip
            before = words
    LIST.write_text('\n'.join(lines) + '\n')


def _found(wanted: str, tests: Sequence[str]) -> str:
    if wanted in DEFAULTS:
        return next(iter(tests), '')
    return next((test for test in tests[:_MOST] if fails_without(wanted, test)), '')


def main(words: Sequence[str]) -> int:
    kept = {each: test for each, test in listed().items() if each in every()}
    tests = {each: [test] for each, test in kept.items()}
    wanted = every()
    if words[:1] == ['--find']:
        wanted = [each for each in wanted if each not in kept]
        tests = watched(words[1:])
    bad = []
    with ThreadPoolExecutor(2) as workers:
        results = workers.map(lambda each: _found(each, tests.get(each, [])), wanted)
        for each, test in zip(wanted, results, strict=True):
            sys.stdout.write(f'{"ok " if test else "NOT"}  {each:40} {test}\n')
            sys.stdout.flush()
            if test:
                kept[each] = test
            else:
                bad.append(each)
    if words[:1] == ['--find']:
        write(kept)
    sys.stdout.write(f'{len(wanted)} tried, {len(bad)} without a test\n')
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
