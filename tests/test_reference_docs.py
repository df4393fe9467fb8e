"""The reference pages against the program: what -h prints, every key, every example typed again."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

import pytest

from git_session import ccmp, ci, config, main
from git_session.integrations import mcptools
from git_session.views import handoff
from tests import surface
from tests.examples import FENCED, type_in
from tests.repo import Repo

DOCS = Path(__file__).parent.parent / 'docs'


def _sections(name: str) -> dict[str, str]:
    """What stands below each heading of a document; those in its examples are none."""
    text = FENCED.sub(lambda each: each[0].replace('#', '\0'), (DOCS / name).read_text())
    parts = [each.replace('\0', '#') for each in re.split(r'^##? (.*)\n', text, flags=re.M)]
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _blocks(text: str, kind: str = '') -> list[str]:
    return [block for found, block in FENCED.findall(text) if found == kind]


def _type(repo: Repo, blocks: list[str]) -> None:
    for block in blocks:
        type_in(repo, block)


def _examples(text: str) -> list[str]:
    return [block for block in _blocks(text) if block.startswith('$ ')]


@pytest.fixture
def shared(repo: Repo) -> Repo:
    """A repository with a remote."""
    repo.git('init', '-q', '--bare', str(repo.path.parent / 'remote.git'))
    repo.git('remote', 'add', 'origin', str(repo.path.parent / 'remote.git'))
    return repo


# --- commands.md


def test_commands_has_every_command_with_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    sections = _sections('commands.md')
    groups = dict.fromkeys(main.COMMANDS[name].group for name in surface.names())
    wanted = []
    for group in groups:
        wanted.append(group.capitalize())
        wanted += [name for name in surface.names() if main.COMMANDS[name].group == group]
    assert list(sections)[1:] == wanted
    for name in surface.names():
        capsys.readouterr()
        assert main.main([name, '-h']) == 0
        assert _blocks(sections[name])[0] == capsys.readouterr().out, name


def test_the_examples_of_commands(shared: Repo) -> None:
    _type(shared, _examples((DOCS / 'commands.md').read_text()))


# --- configuration.md


def _defaults() -> dict[str, str]:
    found, section = {}, ''
    for line in config.template().splitlines():
        if re.fullmatch(r'[a-z]+:', line):
            section = line
        elif key := re.match(r'  # ([a-z_]+): (.*?)   # ', line):
            found[f'{section[:-1]}.{key[1]}'] = key[2].strip("'")
    return found


def test_configuration_has_every_key_with_its_default() -> None:
    text = (DOCS / 'configuration.md').read_text()
    rows = re.findall(r'^\| `([a-z_.]+)` \| (.*?) \| .+ \|$', text, re.MULTILINE)
    rows = [row for row in rows if row[1] != 'git only']
    assert {key: default.strip('`') for key, default in rows} == _defaults()
    assert len(rows) == len(config.KEYS)
    for key, known in config.KEYS.items():
        row = next(line for line in text.splitlines() if line.startswith(f'| `{key}`'))
        for word in known.choices if known.kind == 'choice' else ():
            assert f'`{word}`' in row, key
    only = re.findall(r'^\| `session\.([a-zA-Z]+)`(?:, `[^`]+`)? \| git only', text, re.MULTILINE)
    assert sorted(only) == sorted(config._GIT_ONLY)


def test_the_file_of_configuration_is_read_without_a_warning(tmp_path: Path) -> None:
    blocks = _blocks((DOCS / 'configuration.md').read_text(), 'yaml')
    assert blocks
    for block in blocks:
        (tmp_path / 'config.yaml').write_text(block)
        found = config.load(str(tmp_path / 'config.yaml'), [])
        assert found.warnings == ()
        assert [key for key, value in found.items() if value.origin != 'default']


def test_the_examples_of_configuration(session: Repo) -> None:
    _type(session, _examples((DOCS / 'configuration.md').read_text()))


# --- handoff-template.md


def test_the_template_has_every_name_and_its_example_works(session: Repo) -> None:
    text = (DOCS / 'handoff-template.md').read_text()
    named = re.findall(r'^\| `([a-z_]+)` \|', text, re.MULTILINE)
    session.write_file(handoff.TEMPLATE, '{{ nothing }}\n')
    names = session.refused('handoff').err.partition('names: ')[2].split(', ')
    assert named == [name.strip() for name in names]
    (example,) = _blocks(text, 'markdown')
    session.write_file(handoff.TEMPLATE, example)
    shown = session.session('handoff')
    assert '{{' not in shown
    assert '- [ ] obj-1 First objective' in shown
    _type(session, _examples(text))


# --- integrations.md


def test_who_comes_from_scripts_finds_each_of_them() -> None:
    section = _sections('integrations.md')['Coming from the scripts']
    rows = re.findall(r'^\| `(.+?)` \| `(git .+?)`', section, re.MULTILINE)
    scripts = {row[0].split()[0] for row in rows}
    assert scripts == {'init_session.py', 'session.py', 'analyze_git.py'}
    asked = {row[0].split()[1] for row in rows if row[0].startswith('session.py ')}
    assert {'start', 'resume', 'switch', 'status', 'checkpoint', 'end', 'handoff', 'history',
            'objectives', 'blockers', 'decisions'} <= asked  # fmt: skip


def test_what_is_said_of_mcp_and_files() -> None:
    text = (DOCS / 'integrations.md').read_text()
    tools = re.findall(r'^\| `([a-z]+)` \| ', _sections('integrations.md')['MCP'], re.MULTILINE)
    assert tools == [each.name for each in mcptools.TOOLS]
    assert [each.uri for each in mcptools.RESOURCES if f'`{each.uri}`' not in text] == []
    assert [state for state in ci.STATES if f'`{state}`' not in text] == []
    assert ci.FILE in text
    own = [name for name, each in vars(ccmp).items() if getattr(each, '__module__', '') == 'git_'
           'session.ccmp' and not name.startswith('_')]  # fmt: skip
    assert [name for name in own if f'`{name}`' not in text] == []


def test_the_examples_of_integrations(session: Repo) -> None:
    text = (DOCS / 'integrations.md').read_text()
    for block in _blocks(text, 'json'):
        json.loads(block)
    (script,) = _blocks(text, 'sh')
    done = session.run('sh', '-euc', textwrap.dedent(script), CI_STATE='failure')
    assert (done.status, done.err) == (0, '')
    assert 'CI failure: "build"' in session.session('status')
    _type(session, _examples(text))
    for block in _blocks(text, 'python'):
        done = session.run('python', '-c', block)
        assert (done.status, done.err) == (0, '')
