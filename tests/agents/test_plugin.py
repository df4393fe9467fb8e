"""The plugin for Claude Code: the same hooks as a plugin, and a skill that others load too."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

import git_session
from git_session.integrations import agents
from tests import surface

PLUGIN = Path(__file__).parent.parent.parent / 'plugin'
PROGRAM = os.environ.get('GIT_SESSION_TEST_CLAUDE') or shutil.which('claude')
SKILL = PLUGIN / 'skills/session-management/SKILL.md'


def test_its_hooks_are_those_that_are_installed() -> None:
    found = json.loads((PLUGIN / 'hooks/hooks.json').read_text())
    assert found.pop('description')
    assert found == agents.whole(agents.PROGRAMS['claude'])


def test_its_version_is_ours() -> None:
    manifest = json.loads((PLUGIN / '.claude-plugin/plugin.json').read_text())
    assert (manifest['name'], manifest['version']) == ('git-session', git_session.__version__)
    assert os.listdir(PLUGIN / '.claude-plugin') == ['plugin.json']


def test_the_skill_is_portable() -> None:
    """The rules of agentskills.io for the front matter."""
    _, head, body = SKILL.read_text().split('---\n', 2)
    front = yaml.safe_load(head)
    assert set(front) <= {
        'name', 'description', 'license', 'compatibility', 'metadata', 'allowed-tools',
    }  # fmt: skip
    assert front['name'] == SKILL.parent.name == 'session-management'
    assert re.fullmatch(r'[a-z0-9]+(-[a-z0-9]+)*', front['name'])
    assert 1 <= len(front['description']) <= 1024
    assert len(front['compatibility']) <= 500
    assert all(isinstance(value, str) for value in front['metadata'].values())
    assert front['metadata']['version'] == git_session.__version__
    assert len(body.splitlines()) < 500


def test_every_command_that_the_skill_names_exists() -> None:
    forms = {form.words: form for form in surface.forms()}
    named = re.findall(r'`git session ([^`]+)`', SKILL.read_text())
    assert len(named) > 15
    for each in named:
        words = each.split()
        form = forms.get(' '.join(words[:2])) or forms.get(words[0])
        form = form or next(one for one in surface.forms() if one.command == words[0])
        flags = {flag.rstrip('=') for flag in form.flags()}
        assert {word for word in words if word.startswith('-')} <= flags | {'--json'}, each


def test_claude_code_accepts_it() -> None:
    if PROGRAM is None:
        pytest.skip('no claude: name one with GIT_SESSION_TEST_CLAUDE')
    done = subprocess.run(
        [PROGRAM, 'plugin', 'validate', str(PLUGIN), '--strict'],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
