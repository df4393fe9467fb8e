"""The agents' own programs, with our hooks, against a stub of their model's API on loopback.

On request: GIT_SESSION_TEST_AGENTS names the folder that has the programs, for instance the
`node_modules/.bin` below which `npm install @anthropic-ai/claude-code @openai/codex
@google/gemini-cli @github/copilot` put them.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest

from git_session import presence
from tests.agents.stub import ANSWER, Stub
from tests.repo import Repo, Result

FOLDER = os.environ.get('GIT_SESSION_TEST_AGENTS', '')
BRIEF = '# Session '  # how every brief and short form begins
_LIMIT = 180  # seconds


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as served:
        yield served


@pytest.fixture
def work(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """Sessions on `other` and `work`; below a folder that no program takes for a temporary one."""
    if not FOLDER:
        pytest.skip('GIT_SESSION_TEST_AGENTS names no folder with the programs')
    monkeypatch.setenv('PATH', FOLDER + os.pathsep + os.environ['PATH'])
    for name in ('CLAUDECODE', 'CODEX_HOME', 'COPILOT_HOME', 'CLAUDE_CONFIG_DIR'):
        monkeypatch.delenv(name, raising=False)
    repo.session('start', 'other', '-o', 'Yak shaving')
    repo.git('switch', '-q', 'main')
    repo.session('start', 'work', '-o', 'Zebra crossing')
    return repo


def _has(name: str) -> None:
    if not (Path(FOLDER) / name).exists():
        pytest.skip(f'no {name} in {FOLDER}')


def _run(repo: Repo, *words: str, **env: str) -> Result:
    for path in (repo.path / '.git' / presence.FOLDER).glob('.once-*'):
        path.unlink()  # nobody is as fast as this
    done = subprocess.run(
        words, cwd=repo.path, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        env={**os.environ, **env}, timeout=_LIMIT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done
    assert ANSWER in done.stdout
    return Result(0, done.stdout, done.stderr)


def _agent_events(repo: Repo, branch: str = 'work') -> list[tuple[str, str]]:
    found = [each for each in repo.events(branch) if each['type'] in ('agent', 'checkpoint')]
    return [(each.get('what', each.get('label')), each.get('reason', '')) for each in found]


def test_claude_code(work: Repo, stub: Stub) -> None:
    """One conversation: start, prompts, a branch that is switched under it, a compaction."""
    _has('claude')
    work.session('agent', 'install', 'claude')
    work.session('agent', 'install', '--user', 'claude')  # both run; it is told once
    env = {
        **os.environ, 'ANTHROPIC_BASE_URL': stub.url, 'ANTHROPIC_API_KEY': 'x',
        'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC': '1', 'DISABLE_AUTOUPDATER': '1',
    }  # fmt: skip
    words = ('claude', '-p', '--input-format', 'stream-json', '--output-format', 'stream-json')
    with subprocess.Popen(
        [*words, '--verbose'], cwd=work.path, env=env, text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        lines: Queue[str] = Queue()
        out = process.stdout
        threading.Thread(target=lambda: [lines.put(each) for each in out], daemon=True).start()

        def say(text: str) -> str:
            """The last request that this prompt led to."""
            assert process.stdin is not None
            message = {'type': 'user', 'message': {'role': 'user', 'content': text}}
            process.stdin.write(json.dumps(message) + '\n')
            process.stdin.flush()
            while json.loads(lines.get(timeout=_LIMIT))['type'] != 'result':
                pass
            return stub.turns()[-1]

        first = say('one')
        assert first.count(BRIEF) == 1 and 'Zebra crossing' in first
        work.git('switch', '-q', 'other')
        second = say('two')
        assert second.count(BRIEF) == 1
        assert second.count('HEAD moved since the last turn: from branch') == 1
        for number in range(5):
            assert say(f'more {number}').count('HEAD moved') == 1
        say('/compact')
        after = say('three')
        assert after.count(BRIEF) == 1
        assert 'Yak shaving' in after and 'Zebra crossing' not in after
        process.stdin.close()
        process.wait(_LIMIT)
    assert _agent_events(work) == [('start', 'startup')]
    assert _agent_events(work, 'other') == [
        ('compact', 'manual'), ('compaction', ''), ('end', 'other'),
    ]  # fmt: skip
    checkpoint = [each for each in work.events('other') if each['type'] == 'checkpoint'][-1]
    assert checkpoint['message'] == ANSWER


def test_claude_code_takes_a_session_up_again(work: Repo, stub: Stub) -> None:
    _has('claude')
    work.session('agent', 'install', 'claude')
    env = {'ANTHROPIC_BASE_URL': stub.url, 'ANTHROPIC_API_KEY': 'x',
           'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC': '1', 'DISABLE_AUTOUPDATER': '1'}  # fmt: skip
    _run(work, 'claude', '-p', 'one', **env)
    assert stub.turns()[-1].count(BRIEF) == 1
    work.session('decisions', 'add', 'Stripes are black')
    _run(work, 'claude', '-c', '-p', 'two', **env)
    again = stub.turns()[-1]
    assert again.count(BRIEF) == 2  # what it was told at first is part of the conversation
    assert again.count('Stripes are black') == 1
    assert _agent_events(work)[-2:] == [('start', 'resume'), ('end', 'other')]


def test_codex(work: Repo, stub: Stub) -> None:
    _has('codex')
    work.session('agent', 'install', 'codex')
    home = Path(os.environ['HOME']) / '.codex'
    home.mkdir()
    (home / 'config.toml').write_text(
        f'model = "stub"\nmodel_provider = "stub"\n[model_providers.stub]\nname = "stub"\n'
        f'base_url = "{stub.url}/v1"\nwire_api = "responses"\nenv_key = "STUB_KEY"\n'
        f'[projects."{work.path}"]\ntrust_level = "trusted"\n'
    )
    trust = '--dangerously-bypass-hook-trust'
    _run(work, 'codex', 'exec', 'one', STUB_KEY='x')
    assert stub.turns()[-1].count(BRIEF) == 0  # nobody has trusted the hooks yet
    _run(work, 'codex', 'exec', trust, 'one', STUB_KEY='x')
    first = stub.turns()[-1]
    assert first.count(BRIEF) == 1 and 'Zebra crossing' in first
    work.session('decisions', 'add', 'Stripes are black')
    _run(work, 'codex', 'exec', 'resume', '--last', trust, 'two', STUB_KEY='x')
    again = stub.turns()[-1]
    assert again.count(BRIEF) == 2
    assert again.count('Stripes are black') == 1
    _run(work, 'codex', 'exec', 'resume', '--last', trust, '-c',
         'model_auto_compact_token_limit=12', 'three', STUB_KEY='x')  # fmt: skip
    after = stub.turns()[-1]
    assert after.count(BRIEF) == 1
    assert _agent_events(work)[-4:-1] == [
        ('compact', 'auto'), ('compaction', ''), ('start', 'resume'),
    ]  # fmt: skip


def test_gemini(work: Repo, stub: Stub) -> None:
    _has('gemini')
    work.session('agent', 'install', 'gemini')
    home = Path(os.environ['HOME']) / '.gemini'
    home.mkdir()
    (home / 'settings.json').write_text(
        '{"security": {"auth": {"selectedType": "gemini-api-key"}},'
        ' "privacy": {"usageStatisticsEnabled": false}}'
    )
    env = {'GOOGLE_GEMINI_BASE_URL': stub.url, 'GEMINI_API_KEY': 'x',
           'GEMINI_CLI_TRUST_WORKSPACE': 'true'}  # fmt: skip
    words = ('gemini', '-m', 'gemini-2.5-flash')
    _run(work, *words, '-p', 'one', **env)
    first = stub.turns()[-1]
    assert first.count(BRIEF) == 1 and 'Zebra crossing' in first
    work.session('decisions', 'add', 'Stripes are black')
    _run(work, *words, '-r', 'latest', '-p', 'two', **env)
    again = stub.turns()[-1]
    assert again.count('Stripes are black') == 1
    assert _agent_events(work) == [
        ('start', 'startup'), ('end', 'exit'), ('start', 'resume'), ('end', 'exit'),
    ]  # fmt: skip


@pytest.mark.parametrize('installed', [('copilot',), ('claude',), ('claude', 'copilot')])
def test_copilot(work: Repo, stub: Stub, installed: tuple[str, ...]) -> None:
    """It runs what stands in Claude Code's configuration too, and is told once all the same."""
    _has('copilot')
    work.session('agent', 'install', *installed)
    env = {'COPILOT_OFFLINE': 'true', 'COPILOT_PROVIDER_BASE_URL': f'{stub.url}/v1',
           'COPILOT_MODEL': 'gpt-4.1', 'COPILOT_PROVIDER_API_KEY': 'x',
           'COPILOT_ALLOW_ALL': 'true'}  # fmt: skip
    _run(work, 'copilot', '-p', 'one', **env)
    first = stub.turns()[-1]
    assert first.count(BRIEF) == 1 and 'Zebra crossing' in first
    work.session('decisions', 'add', 'Stripes are black')
    _run(work, 'copilot', '--continue', '-p', 'two', **env)
    again = stub.turns()[-1]
    assert again.count('Stripes are black') == 1
    assert _agent_events(work) == [
        ('start', 'new'), ('end', 'complete'), ('start', 'resume'), ('end', 'complete'),
    ]  # fmt: skip
    assert {each['agent'][:8] for each in work.events() if each['type'] == 'agent'} == {'copilot:'}
