"""Our hooks in the agents' own configuration: nothing else in it changes, ever."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_session import agentsetup
from git_session.agentsetup import Place
from git_session.errors import SessionError
from git_session.integrations import agents, jsonc
from git_session.integrations.agents import PROGRAMS
from tests.agents.test_jsonc import documents, written
from tests.repo import Repo, Result

Run = Callable[..., Result]
NAMES = list(PROGRAMS)

# What people have there: other hooks, other tools, comments, their own indentation.
RICH = {
    'claude': """{
    // shared by the team
    "permissions": {"allow": ["Bash(git status)", "Read(//etc/**)"], "deny": []},
    "env": { "A": "1" },   /* keep */
    "hooks": {
        "SessionStart": [
            {"matcher": "startup", "hooks": [{"type": "command", "command": "bd prime"}]} // beads
        ],
        "Stop": [],
        "PreCompact": [
            // nothing yet
        ],
    },
    "model": "opus"
}
""",
    'codex': '{"description": "team", "hooks": {"Stop": [{"hooks": [{"type": "command",'
    ' "command": "say done"}]}]}}',
    'gemini': (
        '\ufeff{\r\n\t"theme": "Ayu", // dark\r\n\t"mcpServers": {\r\n\t\t"x": {"command": "y"},'
        '\r\n\t},\r\n\t"hooks": {"BeforeAgent": [{"hooks": [{"type": "command",'
        ' "command": "z"}]}]}\r\n}'
    ),
    'cursor': (
        '{\n\t"version": 1,\n\t"hooks": {\n\t\t"stop": [\n'
        '\t\t\t{ "command": "./a.sh" }\n\t\t]\n\t}\n}\n'
    ),
    'copilot': '{"version": 1, "hooks": {}}\n',
}  # fmt: skip


def _place(folder: str | Path, name: str) -> Place:
    program = PROGRAMS[name]
    return agentsetup.project(program, str(folder), os.path.join(folder, 'sessions'))


def _write(place: Place, text: str) -> None:
    os.makedirs(os.path.dirname(place.path), exist_ok=True)
    Path(place.path).write_bytes(text.encode())


def _read(place: Place) -> str:
    return Path(place.path).read_bytes().decode()


def _files(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob('*'))
    }


@pytest.mark.parametrize('name', NAMES)
def test_rich_configuration_stays_as_it_is(tmp_path: Path, name: str) -> None:
    place, text = _place(tmp_path, name), RICH[name]
    _write(place, text)
    os.chmod(place.path, 0o640)
    agentsetup.install(place)
    there = _read(place)
    assert agentsetup.state(place).found == 'installed'
    for part in text.split('"hooks"')[0], 'bd prime', '// beads', 'say done', '// dark', './a.sh':
        assert (part in there) == (part in text)
    assert there.count('\r') == (there.count('\n') if '\r' in text else 0)
    assert agentsetup.install(place) == []
    assert _read(place) == there
    assert os.stat(place.path).st_mode & 0o777 == 0o640
    agentsetup.uninstall(place)
    assert _read(place) == text
    assert agentsetup.state(place).found == 'none'
    assert not os.path.exists(place.manifest)


@pytest.mark.parametrize('name', NAMES)
@pytest.mark.parametrize('before', [None, '', '{}', '{\n}\n', ' \n'])
def test_what_we_made_goes_again(tmp_path: Path, name: str, before: str | None) -> None:
    place = _place(tmp_path, name)
    if before is not None:
        _write(place, before)
    (tmp_path / 'sessions').mkdir(exist_ok=True)
    there = _files(tmp_path)
    agentsetup.install(place)
    assert agentsetup.state(place).found == 'installed'
    agentsetup.uninstall(place)
    assert _files(tmp_path) == there


@pytest.mark.parametrize('before', [None, '', '{}', '{"a": 1}\n'])
def test_what_was_there_is_known_from_the_first_time(tmp_path: Path, before: str | None) -> None:
    """Installed again where some of it is gone, as after an update of ours."""
    place = _place(tmp_path, 'claude')
    if before is not None:
        _write(place, before)
    (tmp_path / 'sessions').mkdir(exist_ok=True)
    there = _files(tmp_path)
    agentsetup.install(place)
    _write(place, jsonc.remove(_read(place), ['hooks', 'SessionEnd']))
    assert agentsetup.state(place).found == 'partly'
    agentsetup.install(place)
    assert agentsetup.state(place).found == 'installed'
    agentsetup.uninstall(place)
    assert _files(tmp_path) == there


@given(documents(), st.sampled_from(NAMES))
def test_any_document_comes_back_to_the_byte(
    made: tuple[dict[str, Any], str], name: str
) -> None:  # fmt: skip
    text = made[1]
    with TemporaryDirectory() as folder:
        place = _place(folder, name)
        _write(place, text)
        agentsetup.install(place)
        hooks = json.loads(json.dumps(agentsetup._document('', _read(place)).value))['hooks']
        for hook in PROGRAMS[name].hooks:
            assert hooks[hook.theirs][-1] == agents.entry(PROGRAMS[name], hook)
        agentsetup.uninstall(place)
        assert _read(place) == text


@given(documents(), st.sampled_from(NAMES), st.integers(0, 1 << 32))
def test_what_the_user_changed_meanwhile_stays(
    made: tuple[dict[str, Any], str], name: str, seed: int
) -> None:
    """The whole file written anew, in another form and with more in it."""
    _, text = made
    chance = Random(seed)
    with TemporaryDirectory() as folder:
        place = _place(folder, name)
        _write(place, text)
        agentsetup.install(place)
        value = agentsetup._document('', _read(place)).value
        own: dict[str, Any] = {'command': 'mine', 'hooks': [{'command': 'mine'}]}
        for event in list(value['hooks']):
            if chance.random() < 0.5:
                value['hooks'][event].insert(chance.randrange(len(value['hooks'][event]) + 1), own)
        value['more'] = [1]
        _write(place, written(value, chance))
        if chance.random() < 0.5:
            os.remove(place.manifest)  # another clone
        agentsetup.uninstall(place)
        left = agentsetup._document('', _read(place)).value
        wanted = {
            event: [each for each in listed if 'git-session hook' not in json.dumps(each)]
            for event, listed in value['hooks'].items()
        }
        assert {key: each for key, each in left.items() if key != 'hooks'} == {
            key: each for key, each in value.items() if key != 'hooks'
        }
        found = left.get('hooks', {})
        assert {event: each for event, each in found.items() if each} == {
            event: each for event, each in wanted.items() if each
        }


def test_a_group_that_the_user_made_of_ours_keeps_the_rest(tmp_path: Path) -> None:
    place = _place(tmp_path, 'claude')
    agentsetup.install(place)
    value = json.loads(_read(place))
    value['hooks']['SessionStart'][0]['hooks'].insert(0, {'type': 'command', 'command': 'mine'})
    _write(place, json.dumps(value, indent=3))
    assert agentsetup.state(place).missing == ('session-start',)
    agentsetup.uninstall(place)
    assert json.loads(_read(place)) == {
        'hooks': {'SessionStart': [{
            'matcher': 'startup|resume|clear|compact|fork',
            'hooks': [{'type': 'command', 'command': 'mine'}],
        }]}
    }  # fmt: skip


def test_entries_of_another_version_are_replaced(tmp_path: Path) -> None:
    place = _place(tmp_path, 'claude')
    agentsetup.install(place)
    wanted = _read(place)
    _write(place, wanted.replace('"timeout": 10', '"timeout": 99'))
    agentsetup.install(place)
    assert json.loads(_read(place)) == json.loads(wanted)
    agentsetup.uninstall(place)
    assert not os.path.exists(place.path)


def _broken(place: Place) -> None:
    _write(place, '{"hooks": {')


def _no_object(place: Place) -> None:
    _write(place, '[1]')


def _other_shape(place: Place) -> None:
    _write(place, '{"hooks": {"SessionStart": {}}}')


def _latin(place: Place) -> None:
    _write(place, '{}')
    Path(place.path).write_bytes(b'{"a": "\xe9"}')


def _link(place: Place) -> None:
    _write(place, '')
    target = Path(place.path).rename(place.path + '.real')
    Path(place.path).symlink_to(target)


def _folder_link(place: Place) -> None:
    folder = Path(place.path).parent
    (Path(place.top) / 'real').mkdir()
    folder.symlink_to(Path(place.top) / 'real')


@pytest.mark.parametrize(
    ('spoil', 'said'),
    [
        (_broken, "'{path}' is not JSON: unexpected end in line 1, column 12"),
        (_no_object, "'{path}' does not have hooks as the agent's documentation has them"),
        (_other_shape, "'{path}' does not have hooks as the agent's documentation has them"),
        (_latin, "'{path}' is not UTF-8"),
        (_link, "'{path}' is a symbolic link"),
        (_folder_link, "'{folder}' is a symbolic link"),
    ],
)
def test_what_cannot_be_changed_is_left(
    tmp_path: Path, spoil: Callable[[Place], None], said: str
) -> None:
    place = _place(tmp_path, 'claude')
    spoil(place)
    before = _files(tmp_path)
    for act in agentsetup.install, agentsetup.uninstall:
        with pytest.raises(SessionError) as caught:
            act(place)
        assert caught.value.status == 1
        assert caught.value.message == said.format(
            path=place.path, folder=os.path.dirname(place.path)
        )
    assert _files(tmp_path) == before


def test_a_file_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = _place(tmp_path, 'gemini')
    _write(place, '{}')
    before = _files(tmp_path)
    monkeypatch.setattr(os, 'access', lambda path, mode: False)  # root may do anything
    with pytest.raises(SessionError, match=r'cannot write .*: Permission denied'):
        agentsetup.install(place)
    assert _files(tmp_path) == before


# --- the command


def test_install_status_uninstall(repo: Repo, run: Run) -> None:
    assert run('agent').out == ''.join(
        f'{name} ({scope}): not installed\n' for name in NAMES for scope in ('project', 'user')
    )
    assert run('agent', 'install', 'codex').err == (
        f'Codex CLI: hooks written to {repo.path}/.codex/hooks.json\n'
        'hint: Codex CLI: it runs them once you trust them in /hooks\n'
    )
    assert run('agent', 'install', 'codex').err == (
        f'Codex CLI: hooks are in {repo.path}/.codex/hooks.json already\n'
    )
    assert json.loads(run('agent', 'install', '--print', 'codex').out) == json.loads(
        (repo.path / '.codex/hooks.json').read_text()
    )
    shown = json.loads(run('agent', 'status', '--json', 'codex').out)
    assert shown['agents'][0] == {
        'agent': 'codex', 'scope': 'project', 'file': f'{repo.path}/.codex/hooks.json',
        'state': 'installed', 'detail': None,
    }  # fmt: skip
    (repo.path / '.codex/config.toml').write_text('[features] # mine\nhooks = false\n')
    assert run('agent', 'status', 'codex').out == (
        'codex (project): installed, features.hooks is false in its config.toml\n'
        'codex (user): not installed\n'
    )
    assert run('agent', 'uninstall', 'codex').err == (
        f'Codex CLI: hooks removed from {repo.path}/.codex/hooks.json\n'
    )
    assert os.listdir(repo.path / '.codex') == ['config.toml']
    assert run('agent', 'uninstall', 'codex').err == (
        f'Codex CLI: no hooks of git session in {repo.path}/.codex/hooks.json\n'
    )


def test_a_part_of_the_hooks_is_a_no(repo: Repo, run: Run) -> None:
    repo.write_file('.cursor/hooks.json', json.dumps({
        'hooks': {'stop': [{'command': 'x; git-session hook cursor stop'}]},
    }))  # fmt: skip
    assert run('agent', 'status', 'cursor', status=1).out == (
        'cursor (project): installed in part, lacks session-start, prompt, tool, pre-compact, '
        'session-end\ncursor (user): not installed\n'
    )
    repo.write_file('.cursor/hooks.json', '{')
    assert run('agent', 'status', 'cursor', status=1).out.startswith(
        f"cursor (project): not known, '{repo.path}/.cursor/hooks.json' is not JSON"
    )


def test_the_users_own_configuration(repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Path(os.environ['HOME'])
    monkeypatch.setenv('CLAUDE_CONFIG_DIR', str(home / 'elsewhere'))
    before = _files(home)
    run('agent', 'install', '--user', *NAMES)
    made = [
        'elsewhere/settings.json', '.codex/hooks.json', '.gemini/settings.json',
        '.cursor/hooks.json', '.copilot/hooks/git-session.json',
        '.local/state/git-session/agents.json',
    ]  # fmt: skip
    assert [name for name in made if not (home / name).is_file()] == []
    assert repo.git('status', '--porcelain') == ''
    run('agent', 'uninstall', '--user', *NAMES)
    left = {name: text for name, text in _files(home).items() if not name.startswith('.local')}
    left.pop('elsewhere', None)  # what CLAUDE_CONFIG_DIR names is the user's own
    assert left == before


def test_the_marked_line(repo: Repo, run: Run) -> None:
    repo.write_file('CLAUDE.md', '# Ours')
    run('agent', 'install', '--line', 'claude', 'gemini')
    assert (repo.path / 'CLAUDE.md').read_text() == f'# Ours\n{agentsetup.LINE}'
    assert (repo.path / 'GEMINI.md').read_text() == f'{agentsetup.LINE}\n'
    assert run('agent', 'install', '--line', 'claude').err.startswith('Claude Code: hooks are in')
    run('agent', 'uninstall', 'claude', 'gemini')
    assert (repo.path / 'CLAUDE.md').read_text() == '# Ours'
    assert repo.git('status', '--porcelain') == '?? CLAUDE.md'


@pytest.mark.parametrize(
    'before', [b'', b'\n\n', b'# One', b'# One\n', b'# One\r\n\r\nTwo', b'caf\xc3\xa9\x0c\n']
)
def test_the_marked_line_goes_to_the_byte(repo: Repo, run: Run, before: bytes) -> None:
    path = repo.path / 'CLAUDE.md'
    path.write_bytes(before)
    run('agent', 'install', '--line', 'claude')
    assert path.read_bytes().count(b'git session brief') == 1
    run('agent', 'uninstall', 'claude')
    assert path.read_bytes() == before


def test_a_file_of_instructions_that_is_a_link_or_no_utf_8_is_left(repo: Repo, run: Run) -> None:
    """It stops no uninstallation, of this agent or of the next."""
    (repo.path / 'GEMINI.md').write_bytes(b'caf\xe9\n')
    (repo.path / 'CLAUDE.md').symlink_to('AGENTS.md')
    run('agent', 'install', 'claude', 'gemini', 'codex')
    run('agent', 'install', '--line', 'codex')
    done = run('agent', 'uninstall', 'claude', 'gemini')
    assert done.status == 0
    assert not (repo.path / '.claude').exists() and not (repo.path / '.gemini').exists()
    assert (repo.path / 'AGENTS.md').read_text() == agentsetup.LINE + '\n'
    assert (repo.path / 'GEMINI.md').read_bytes() == b'caf\xe9\n'
    run('agent', 'uninstall', 'codex')
    assert not (repo.path / 'AGENTS.md').exists()


def test_an_unknown_agent(repo: Repo, run: Run) -> None:
    assert run('agent', 'install', 'hal', status=129).err == (
        "error: unknown agent 'hal'; expected one of claude, codex, gemini, cursor, copilot\n"
        "hint: see 'git session agent -h'\n"
    )


def test_without_git_session_the_command_says_nothing_and_fails_in_nothing(tmp_path: Path) -> None:
    for program in PROGRAMS.values():
        for hook in program.hooks:
            done = subprocess.run(
                ['/bin/sh', '-c', agents.command(program.name, hook.event)],
                env={'PATH': str(tmp_path)}, capture_output=True, check=False, input=b'{}',
            )  # fmt: skip
            assert (done.returncode, done.stdout, done.stderr) == (0, b'', b'')


def test_the_commands_are_the_same_for_ever() -> None:
    """Codex CLI and Gemini CLI trust their text: another one is not run, and nobody is told."""
    assert [agents.command('codex', hook.event) for hook in PROGRAMS['codex'].hooks] == [
        'command -v git-session >/dev/null 2>&1 && git-session hook codex session-start || :',
        'command -v git-session >/dev/null 2>&1 && git-session hook codex prompt || :',
        'command -v git-session >/dev/null 2>&1 && git-session hook codex pre-compact || :',
        'command -v git-session >/dev/null 2>&1 && git-session hook codex session-end || :',
    ]
