"""The documents against the program: nothing missing, nothing that does not exist."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest

import git_session
from git_session import (
    archive,
    config,
    errors,
    eventlog,
    hookconfig,
    hookfiles,
    hooks,
    main,
    options,
)
from git_session.config import KEYS
from git_session.events import TYPES
from git_session.options import FORMAT, Option
from tests import surface
from tests.repo import Repo

TOP = Path(__file__).parent.parent
PACKAGE = Path(git_session.__file__).parent
MANUAL = TOP / 'man/git-session.1'
DOCUMENTS = sorted([*TOP.glob('*.md'), *TOP.glob('docs/*.md')])


def _sections(source: str, macro: str) -> dict[str, str]:
    """The roff source below each heading."""
    parts = re.split(rf'^\.{macro} (.*)\n', source, flags=re.MULTILINE)
    return dict(zip((title.strip('"') for title in parts[1::2]), parts[2::2], strict=True))


SECTIONS = _sections(MANUAL.read_text(), 'SH')


def _words(line: str) -> str:
    """What a line of text or of font macros shows."""
    macro, _, rest = line.partition(' ')
    if not macro.startswith('.'):
        return surface.unroff(line)
    joint = '' if macro in ('.BR', '.BI', '.RB', '.IR') else ' '
    return joint.join(shlex.split(surface.unroff(rest)))


def _entries(source: str) -> dict[str, str]:
    """The tag of each .TP -> what it says."""
    found = {}
    for entry in f'\n{source}'.split('\n.TP\n')[1:]:
        tag, _, text = entry.partition('\n')
        assert _words(tag) not in found, f'{tag} stands there twice'
        found[_words(tag)] = ' '.join(map(_words, text.splitlines()))
    return found


# --- the command table


def _usage_lines(name: str) -> list[str]:
    syntaxes = [(form.action, form.syntax) for form in surface.forms() if form.command == name]
    text = options.usage(name, syntaxes, surface.about(name)).partition('\n\n')[0]
    forms = re.split(r'^(?:usage:|   or:) ', text, flags=re.MULTILINE)[1:]
    return [' '.join(form.split()) for form in forms]


def test_the_synopsis_is_what_short_help_shows() -> None:
    shown = [
        ' '.join(map(_words, [f'.SY {form.split(chr(10), 1)[0]}', *form.splitlines()[1:]]))
        for form in SECTIONS['SYNOPSIS'].replace('.YS\n', '').split('.SY ')[1:]
    ]
    wanted = [line for name in surface.names() for line in _usage_lines(name)]
    assert shown == ['git session [<status option>]...', *wanted]


def test_the_manual_describes_every_command_and_action() -> None:
    groups = _sections(SECTIONS['COMMANDS'], 'SS')
    wanted: dict[str, list[str]] = {}
    first: set[str] = set()
    for form in surface.forms():
        listed = wanted.setdefault(main.COMMANDS[form.command].group, [])
        if form.action and form.command not in first:
            listed.append(f'{form.command} [{form.action}]')  # what comes without an action
        else:
            listed.append(form.words)
        first.add(form.command)
    assert {title: list(_entries(text)) for title, text in groups.items()} == wanted


def _tag(option: Option) -> str:
    """An option as the manual shows it."""
    if option.negatable:
        return f'--{option.name}, --no-{option.name}'
    value = f'<{option.value}>'
    if option.choices:
        value = f'({"|".join(option.choices)})'
    return ', '.join(
        flag if not option.value else f'{flag}={value}' if flag[1] == '-' else f'{flag} {value}'
        for flag in option.flags
    )


def test_the_manual_describes_every_option_of_every_command() -> None:
    wanted: dict[str, list[str]] = {'Wherever something is shown': list(map(_tag, FORMAT))}
    for form in surface.forms():
        for option in form.syntax.options:
            if not surface.is_shared(option):
                listed = wanted.setdefault(form.command, [])
                listed += [_tag(option)] if _tag(option) not in listed else []
    found = _sections(SECTIONS['OPTIONS'], 'SS')
    assert {title: list(_entries(text)) for title, text in found.items()} == wanted


def test_short_help_shows_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    for name in surface.names():
        assert main.main([name, '-h']) == 0
        shown = capsys.readouterr().out
        for form in surface.forms():
            if form.command == name:
                for option in form.syntax.options:
                    assert option.help in shown
                    assert option.flags[0].lstrip('-') in shown


def test_the_readme_lists_the_commands_as_the_program_does() -> None:
    listed = main.usage().split('\n\n', 2)[2].rpartition('\n\n')[0]
    assert listed in (TOP / 'README.md').read_text()


def _code(path: Path) -> list[str]:
    """The lines of code blocks and the code spans of a document."""
    text = path.read_text()
    lines = re.findall(r'^(?: {4,}|\t)(.*)$', text, re.MULTILINE)
    for block in re.findall(r'^```.*?\n(.*?)^```', text, re.MULTILINE | re.DOTALL):
        lines += block.splitlines()
    text = re.sub(r'^```.*?^```', '', text, flags=re.MULTILINE | re.DOTALL)
    return lines + re.findall(r'`([^`]+)`', text)


def _commands(lines: list[str]) -> list[list[str]]:
    """The words after `git session`, up to the end of that command."""
    found = []
    for line in lines:
        for rest in re.findall(r'\bgit session ([a-z-].*)', line):
            words = re.sub(r"'[^']*'|\"[^\"]*\"", 'TEXT', rest)
            found.append(re.split(r"[;|&#'\"`)]|  ", words)[0].split())
    return found


@pytest.mark.parametrize('path', [*DOCUMENTS, MANUAL], ids=lambda path: path.name)
def test_every_command_that_a_document_quotes_exists(path: Path) -> None:
    lines = (
        _code(path)
        if path != MANUAL
        else re.findall(r'^\$ (.*)$', surface.unroff(MANUAL.read_text()), re.MULTILINE)
    )
    for words in _commands(lines):
        forms = [form for form in surface.forms() if form.command == words[0]]
        if words[0].startswith('-'):
            continue
        assert forms, f'{path.name}: git session {" ".join(words)}'
        actions = {form.action for form in forms}
        if '' not in actions and len(words) > 1 and not words[1].startswith('-'):
            assert words[1] in actions, f'{path.name}: git session {" ".join(words)}'
        flags = {flag.rstrip('=') for form in forms for flag in form.flags()} | {'-h'}
        used = {
            word.partition('=')[0].strip('.,') for word in words if re.match('--?[a-zA-Z]', word)
        }
        assert used <= flags, f'{path.name}: git session {" ".join(words)}'


# --- configuration, hooks, events, statuses


def _is_used(key: str) -> bool:
    return any(f"config['{key}']" in path.read_text() for path in PACKAGE.rglob('*.py'))


def test_the_manual_has_every_key_with_its_default_and_says_which_are_not_used() -> None:
    defaults = {}
    section = ''
    for line in config.template().splitlines():
        if re.fullmatch(r'[a-z]+:', line):
            section = line
        elif found := re.match(r'  # ([a-z_]+): (.*?)   # ', line):
            defaults[f'{section[:-1]}.{found[1]}'] = found[2].strip("'")
    assert set(defaults) == set(KEYS)
    shown = _entries(SECTIONS['CONFIGURATION'])
    assert set(shown) == {f'{key} ({default})' for key, default in defaults.items()}
    for key, default in defaults.items():
        unused = shown[f'{key} ({default})'].endswith('Not used by this version.')
        assert unused != _is_used(key), key


def test_manual_and_documents_have_every_hook() -> None:
    assert list(_entries(SECTIONS['HOOKS'])) == list(hooks.EVENTS)
    table = re.findall(r'^\| `([a-z-]+)` \|', (TOP / 'docs/hooks.md').read_text(), re.MULTILINE)
    assert table == list(hooks.EVENTS)


def test_the_manual_has_every_exit_status() -> None:
    closed = 141  # as a process that SIGPIPE ends
    numbers = {0, errors.REFUSED, errors.FATAL, errors.USAGE, errors.INTERRUPTED, closed}
    assert set(_entries(SECTIONS['EXIT STATUS'])) == {str(number) for number in numbers}


def test_the_manual_has_every_variable_that_is_read() -> None:
    source = '\n'.join(path.read_text() for path in PACKAGE.rglob('*.py'))
    read = set(re.findall(r"environ(?:\.get\(|\[)'([A-Z_]+)'", source))
    assert {'GIT_TRACE_SESSION', 'NO_COLOR'} <= read
    documented = ' '.join(_entries(SECTIONS['ENVIRONMENT']))
    assert {name for name in read if name not in documented} <= {'TERM'}
    assert 'GIT_SESSION' in documented  # the hooks read it


def _facts(kinds: dict[str, str]) -> str:
    return ', '.join(f'`{key}`{"?" if kind.endswith("?") else ""}' for key, kind in kinds.items())


def test_the_data_model_has_every_event_with_its_facts() -> None:
    rows = re.findall(
        r'^\| `([a-z.-]+)` \| .+ \| (.+) \|$',
        (TOP / 'docs/data-model.md').read_text().partition('### Types')[2].partition('###')[0],
        re.MULTILINE,
    )
    assert dict(rows) == {name: _facts(kinds) for name, kinds in TYPES.items()}
    assert len(rows) == len(TYPES)


def test_the_recipes_of_the_data_model_work(session: Repo) -> None:
    """In a session with something to find."""
    if not shutil.which('jq'):
        pytest.skip('no jq')
    session.session('decisions', 'add', 'Use jq', '--rationale', 'it is there')
    session.session('objectives', 'complete', '1')
    session.session('checkpoint', '--no-commit', '-l', 'x')
    session.commit('Work')
    session.session('pause')
    text = (TOP / 'docs/data-model.md').read_text().partition('## Reading it without')[2]
    name = session.context()['session']
    log = shlex.quote(str(session.place() / 'events.jsonl'))
    answers = []
    for block in re.findall(r'(?:^ {4}.*\n)+', text, re.MULTILINE):
        script = textwrap.dedent(block).replace('feature-auth-20261122-3f9c', name)
        # The file, where it is not part of a longer path.
        done = session.run('sh', '-c', re.sub(r'(?<=\s)events\.jsonl', lambda _: log, script))
        assert (done.status, done.err) == (0, ''), script
        answers.append(done.out)
    whole, message, published, objectives, decisions = answers
    assert whole == (session.place() / 'events.jsonl').read_text()
    assert message.splitlines()[0] == name
    assert published.count('\n') == whole.count('\n')
    assert objectives == '{"text":"First objective","state":"objective.complete"}\n'
    assert decisions == 'Use jq\tit is there\n'


def test_manual_and_data_model_name_the_files_as_they_are() -> None:
    paths = [
        f'<branch>/{eventlog.LOG}', f'{archive.FOLDER}/<session>/',
        f'{archive.FOLDER}/{archive.INDEX}', hooks.MANIFEST, hookconfig.FILE,
    ]  # fmt: skip
    manual = surface.unroff(MANUAL.read_text())
    model = (TOP / 'docs/data-model.md').read_text()
    assert [path for path in paths if path not in model] == []
    assert [path for path in [*paths[1:], eventlog.LOG] if f'{path}\n' not in manual
            and f'{path} ' not in manual] == []  # fmt: skip
    assert f'<branch>/{eventlog.ID} ' in model
    assert f'<branch>/{eventlog.PUBLISHED} ' in model
    assert f'<hook>{hookfiles.CHAINED}' in manual
    assert f'<hook>{hookfiles.CHAINED}' in (TOP / 'docs/hooks.md').read_text()


# --- the documents themselves


@pytest.mark.parametrize('path', DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r'\]\(([^)\s]+)\)', path.read_text())
    local = [link.partition('#')[0] for link in links if '://' not in link]
    assert [link for link in local if link and not (path.parent / link).exists()] == []


@pytest.mark.parametrize('path', DOCUMENTS, ids=lambda path: path.name)
def test_files_that_a_document_names_exist(path: Path) -> None:
    named = re.findall(
        r'`((?:docs|tests|hooks|man|completion|benchmarks|git_session)/[\w./-]*)`', path.read_text()
    )
    assert [name for name in named if not (TOP / name).exists()] == []


@pytest.mark.parametrize('path', DOCUMENTS, ids=lambda path: path.name)
def test_lines_fit_a_hundred_columns(path: Path) -> None:
    text = re.sub(r'^```.*?^```', '', path.read_text(), flags=re.MULTILINE | re.DOTALL)
    assert [line for line in text.splitlines() if len(line) > 100 and line[0] != '|'] == []


def test_the_version_is_the_same_everywhere() -> None:
    version = git_session.__version__
    assert re.search(r'^## (\S+)', (TOP / 'CHANGELOG.md').read_text(), re.MULTILINE)[1] == version  # type: ignore[index]
    assert f'"git session {version}"' in MANUAL.read_text()


def test_the_readme_names_the_two_commands() -> None:
    text = (TOP / 'README.md').read_text()
    assert 'sh install.sh --demo' in text
    assert 'sh install.sh --test' in text
    assert 'sh install.sh --test' in (TOP / '.ci/run').read_text()
    shown = subprocess.run(
        ['sh', str(TOP / 'install.sh'), '-h'], capture_output=True, text=True, check=True
    ).stdout
    for flag in re.findall(r'install\.sh (--[a-z]+)', text):
        assert f'    {flag} ' in shown


def _state(repo: Repo) -> dict[str, bytes]:
    """What is in the git directory, but for what any commit leaves there."""
    top = repo.path / '.git'
    return {
        name: path.read_bytes()
        for path in sorted(top.rglob('*'))
        if path.is_file()
        and not (name := str(path.relative_to(top))).startswith(
            ('objects/', 'logs/', 'refs/heads/', 'worktrees/linked/logs/')
        )
        and path.name not in ('index', 'COMMIT_EDITMSG', 'config')
    } | {'config': repo.git('config', '--local', '--list').encode()}


def test_what_the_readme_says_undoes_everything(repo: Repo) -> None:
    repo.write_file('.git/hooks/post-commit', '#!/bin/sh\n')
    repo.git('worktree', 'add', '-q', '-b', 'linked', '../linked')
    linked = Repo(repo.path.parent / 'linked')
    before = _state(repo)
    linked.session('start')
    linked.session('switch', '-c', 'other')
    linked.git('switch', '-q', 'linked')
    assert [*repo.path.glob('.git/worktrees/linked/session-*')]
    repo.session('start', 'work', '-o', 'An objective')
    repo.commit('Work')
    repo.git('switch', '-q', 'main')
    repo.git('switch', '-q', 'work')
    repo.session('checkpoint', '--no-commit', '-l', 'x')
    repo.git('switch', '-q', 'main')
    text = (TOP / 'README.md').read_text().partition('## Undo everything')[2]
    block = re.search(r'(?:^ {4}.*\n)+', text, re.MULTILINE)
    assert block is not None
    # It removes refs/session/wip as well, which may be the only place of somebody's work.
    assert 'git session wip' in text[: block.start()]
    done = repo.run('sh', '-c', textwrap.dedent(block[0]))
    assert done.status == 0, done
    assert _state(repo) == before


@pytest.mark.parametrize(
    'command',
    [
        ['mandoc', '-Tlint', '-W', 'warning'],
        ['man', '--warnings', '--local-file', '--troff-device=utf8', '--ditroff'],
    ],
    ids=['mandoc', 'man'],
)
def test_the_manual_renders_without_warnings(command: list[str]) -> None:
    if not shutil.which(command[0]):
        pytest.skip(f'no {command[0]}')
    if command[0] == 'man' and not shutil.which('groff'):
        pytest.skip('man without groff')
    done = subprocess.run([*command, str(MANUAL)], capture_output=True, text=True, check=False)
    if 'unrecognized option' in done.stderr or 'minimized' in done.stdout:
        pytest.skip('another man')
    assert done.stderr == ''
    if command[0] == 'mandoc':
        assert done.stdout == ''
