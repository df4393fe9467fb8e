"""The MCP server, called over stdio by the SDK's own client, in both eras of the protocol."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from git_session import mcpserver
from git_session.errors import SessionError
from git_session.integrations import mcptools
from tests.repo import Repo

pytest.importorskip('mcp', reason='the extra mcp is not installed')

import anyio
import mcp_types
from mcp import Client, MCPError, StdioServerParameters

ERAS = ('2026-07-28', 'legacy')


@asynccontextmanager
async def _client(
    folder: Path, roots: list[Path] | None = None, mode: str = ERAS[0]
) -> AsyncIterator[Client]:
    """A client of a server that was started in a folder."""

    async def answer(context: Any) -> mcp_types.ListRootsResult:
        listed = [mcp_types.Root(uri=each.as_uri()) for each in roots or ()]
        return mcp_types.ListRootsResult(roots=listed)

    server = StdioServerParameters(
        command=sys.executable, args=['-I', '-m', 'git_session', 'mcp'], cwd=str(folder),
        env=dict(os.environ),
    )  # fmt: skip
    callback = answer if roots is not None else None
    async with Client(server, mode=mode, list_roots_callback=callback) as client:
        yield client


def _use(
    work: Callable[[Client], Awaitable[None]], folder: Path, roots: list[Path] | None = None,
    mode: str = ERAS[0],
) -> None:  # fmt: skip
    async def main() -> None:
        with anyio.fail_after(60):
            async with _client(folder, roots, mode) as client:
                await work(client)

    anyio.run(main)


async def _call(client: Client, name: str, **given: Any) -> str:
    """The text of a call that has to succeed."""
    result = await client.call_tool(name, given)
    assert not result.is_error, result
    return _text(result)


async def _fails(client: Client, name: str, **given: Any) -> str:
    result = await client.call_tool(name, given)
    assert result.is_error, result
    return _text(result)


def _text(result: mcp_types.CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, mcp_types.TextContent)
    return content.text


@pytest.mark.parametrize('mode', ERAS)
def test_everything_is_listed_and_can_be_called(session: Repo, mode: str) -> None:
    session.write_file('b.txt', 'two\n')
    session.git('add', 'b.txt')

    async def work(client: Client) -> None:
        tools = (await client.list_tools()).tools
        assert [each.name for each in tools] == [each.name for each in mcptools.TOOLS]
        assert '## What we are building' in await _call(client, 'brief', budget=1000)
        assert 'nothing is new' in await _call(client, 'brief', since='2030-01-01')
        assert 'First objective' in await _call(client, 'status')
        assert await _call(client, 'objectives', action='add', text='--drop-it -h') == (
            'obj-2 --drop-it -h: pending\n'
        )
        done = await _call(client, 'objectives', action='complete', id='obj-1')
        assert done.splitlines()[0] == 'obj-1 First objective: done'
        blocked = await _call(client, 'blockers', action='add', text='no key', issue='#12')
        assert blocked == 'blk-1 no key: open\n'
        assert 'no key (#12): open' in await _call(client, 'blockers')
        decided = await _call(
            client, 'decisions', action='add', text='Use PKCE', rationale='it is safer',
            alternatives=['implicit flow', 'password'],
        )  # fmt: skip
        assert decided.splitlines()[0] == 'dec-1 Use PKCE'
        noted = await _call(client, 'note', text='a cache of tokens', dead_end=True)
        assert noted == 'dead end: a cache of tokens\n'
        made = await _call(client, 'checkpoint', message='Two', label='two')
        assert 'checkpoint two at' in made
        assert '# Handoff: work' in await _call(client, 'handoff')

        assert [str(each.uri) for each in (await client.list_resources()).resources] == [
            each.uri for each in mcptools.RESOURCES
        ]
        for each in mcptools.RESOURCES:
            (content,) = (await client.read_resource(each.uri)).contents
            assert isinstance(content, mcp_types.TextResourceContents)
            assert content.mime_type == each.kind
            if each.kind == 'application/json':
                assert json.loads(content.text)['schema'].startswith('git-session/')
            else:
                assert 'drop-it' in content.text
        (prompt,) = (await client.list_prompts()).prompts
        (message,) = (await client.get_prompt(prompt.name)).messages
        assert message.role == 'user'
        assert 'blk-1' in message.content.text

    _use(work, session.path, mode=mode)
    decision = session.json('decisions')['decisions'][0]
    assert decision['alternatives'] == ['implicit flow', 'password']
    assert session.git('log', '-1', '--format=%s') == 'Two'


@pytest.mark.parametrize('mode', ERAS)
def test_the_repository_is_that_of_the_roots_and_looked_at_anew(
    session: Repo, tmp_path: Path, mode: str
) -> None:
    tree = tmp_path / 'a tree'
    session.git('worktree', 'add', '-q', '-b', 'other', str(tree), 'main')
    other = Repo(tree)
    other.session('start', '-o', 'In the worktree')
    outside = tmp_path / 'outside'
    outside.mkdir()
    roots = [outside, tree]

    async def work(client: Client) -> None:
        assert 'In the worktree' in await _call(client, 'status')
        (content,) = (await client.read_resource('session://brief')).contents
        assert 'In the worktree' in content.text  # type: ignore[union-attr]
        other.git('switch', '-q', '--detach')
        assert (await _fails(client, 'status')).startswith('error: HEAD is detached')
        roots[:] = [session.path]
        assert 'First objective' in await _call(client, 'status')
        roots[:] = [outside]
        assert 'First objective' in await _call(client, 'status')  # where it was started

    _use(work, session.path, roots, mode)


def test_errors_are_those_of_the_command(session: Repo, tmp_path: Path) -> None:
    def said(*words: str) -> str:
        return session.refused(*words).err

    async def work(client: Client) -> None:
        for given, words in (
            ({'action': 'complete', 'id': 'obj-7'}, ('objectives', 'complete', 'obj-7')),
            ({'action': 'start', 'id': '-x'}, ('objectives', 'start', '--', '-x')),
            ({'action': 'add', 'text': ' '}, ('objectives', 'add', ' ')),
        ):
            assert await _fails(client, 'objectives', **given) == said(*words)
        assert await _fails(client, 'brief', since='nonsense') == said('brief', '--since=nonsense')
        for name, given, message in (
            ('objectives', {'action': 'add'}, "error: 'add' needs 'text'"),
            ('objectives', {'text': 'x'}, "error: 'list' takes no 'text'"),
            ('objectives', {'action': ['add']}, "error: 'action' has to be string"),
            ('objectives', {'action': 'rm'}, "error: bad value for 'action'; expected one of list, "
             'add, start, complete, reopen, drop'),
            ('brief', {'budget': True}, "error: 'budget' has to be integer"),
            ('brief', {'path': '/'}, "error: 'brief' has no argument 'path'"),
            ('note', {}, "error: 'text' is missing"),
            ('checkpoint', {'decisions': [1]}, "error: 'decisions' has to be array of strings"),
            ('note', {'text': 'a\0b'}, 'fatal: cannot run this: embedded null byte'),
            ('end', {}, "error: no tool 'end'"),
        ):  # fmt: skip
            assert await _fails(client, name, **given) == message  # type: ignore[arg-type]
        long = await _fails(client, 'note', text='x' * 4_000_000)
        assert long.startswith('fatal: cannot run this: ')
        with pytest.raises(MCPError, match="no resource 'session://x'"):
            await client.read_resource('session://x')
        session.git('switch', '-q', 'main')
        with pytest.raises(MCPError) as refused:
            await client.read_resource('session://brief')
        assert str(refused.value) == said('brief').rstrip('\n')

    _use(work, session.path)


def test_two_calls_at_once_lose_nothing(session: Repo) -> None:
    async def work(client: Client) -> None:
        async with anyio.create_task_group() as group:
            for number in range(6):
                text = f'objective {number}'

                async def add(text: str = text) -> None:
                    await _call(client, 'objectives', action='add', text=text)

                group.start_soon(add)

    _use(work, session.path)
    texts = {each['text'] for each in session.json('objectives')['objectives']}
    assert texts == {'First objective', *(f'objective {number}' for number in range(6))}


def test_a_long_call_says_that_it_still_runs(session: Repo) -> None:
    session.git('config', 'session.tdd.testCommand', 'until [ -e go ]; do sleep 0.05; done')
    heard: list[str] = []

    async def progress(done: float, total: float | None, message: str | None) -> None:
        heard.append(message or '')
        session.write(go='')

    async def work(client: Client) -> None:
        given = {'commit': False, 'tdd_phase': 'refactor'}
        await client.call_tool('checkpoint', given, progress_callback=progress)

    _use(work, session.path)
    assert re.fullmatch(r'git session checkpoint: [1-9]\d*s', heard[0])


def test_nothing_but_protocol_is_on_stdout(session: Repo) -> None:
    request = {'jsonrpc': '2.0', 'id': 1, 'method': 'initialize', 'params': {
        'protocolVersion': '2025-11-25', 'capabilities': {},
        'clientInfo': {'name': 'x', 'version': '1'}}}  # fmt: skip
    lines = [
        request, {'jsonrpc': '2.0', 'method': 'notifications/initialized'},
        {'jsonrpc': '2.0', 'id': 2, 'method': 'tools/call',
         'params': {'name': 'note', 'arguments': {'text': 'hello'}}},
    ]  # fmt: skip
    with subprocess.Popen(
        [sys.executable, '-I', '-m', 'git_session', 'mcp'], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True, cwd=session.path,
    ) as server:  # fmt: skip
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write('no json\n' + ''.join(json.dumps(each) + '\n' for each in lines))
        server.stdin.flush()
        answers = [json.loads(server.stdout.readline()) for _ in range(2)]
        server.stdin.close()
        rest = server.stdout.read()
    assert rest == ''
    assert server.returncode == 0
    assert answers[-1]['result']['content'] == [{'type': 'text', 'text': 'note: hello\n'}]


def test_what_the_sdk_cannot_read_is_answered(session: Repo) -> None:
    """Half a character is JSON, and no text; what follows is answered as ever."""
    begin = {'protocolVersion': '2025-06-18', 'capabilities': {},
             'clientInfo': {'name': 'x', 'version': '1'}}  # fmt: skip
    call = '{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":"%s","arguments":%s}}'
    lines = [
        json.dumps({'jsonrpc': '2.0', 'id': 1, 'method': 'initialize', 'params': begin}),
        '{"jsonrpc":"2.0","method":"notifications/initialized"}',
        call % (2, 'decisions', r'{"action":"add","text":"half \ud800"}'),
        call % ('"three"', 'status', r'{"x":"\udc00"}'),
        call % (r'"\ud800"', 'status', '{}'),  # nothing that an answer could name
        r'{"jsonrpc":"2.0","method":"notifications/\ud800"}',
        '',
        '{',
        '[]',
        '7',
        '{"jsonrpc":"2.0","id":4,"method":5}',
        call % (5, 'status', '{}'),
    ]
    found = {}
    with subprocess.Popen(
        [sys.executable, '-I', '-m', 'git_session', 'mcp'], cwd=session.path, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as server:  # fmt: skip
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write('\n'.join(lines) + '\n')
        server.stdin.flush()
        while 5 not in found:
            answer = json.loads(server.stdout.readline())
            found[answer['id']] = answer
        server.stdin.close()
        rest = server.stdout.read()
    assert rest == '' and set(found) - {4} == {1, 2, 'three', 5}
    for number in (2, 'three'):
        assert found[number]['error']['code'] == mcp_types.INVALID_REQUEST
        assert found[number]['error']['message'].startswith('error: Invalid JSON: ')
    assert found[5]['result']['content'][0]['text'].startswith('Session ')
    assert 'half' not in session.session('decisions')


def test_a_root_is_only_ever_a_folder(session: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    there, here = session.path.as_uri(), str(session.path)
    monkeypatch.chdir('/')
    for uri in ('', 'http://x/' + here, f'file://elsewhere{here}', here, there + '%00', '--help',
                'file://[', there + '/a.txt', there + '/none'):  # fmt: skip
        assert mcpserver.folder([uri]) == '/', uri
    assert mcpserver.folder(['file:///', there]) == here
    assert mcpserver.folder([there.replace('repo', 'rep%6f')]) == here
    monkeypatch.setenv('GIT_DIR', f'{here}/.git')  # said by who started the server
    assert mcpserver.folder([there]) == '/'


def test_an_answer_has_a_bound(session: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mcpserver.command(str(session.path), ['status']).status == 0
    monkeypatch.setattr(mcpserver, '_MOST_BYTES', -1)
    with pytest.raises(SessionError, match='the answer is longer than'):
        mcpserver.command(str(session.path), ['status'])


def test_a_call_whose_client_left_goes_to_its_end(session: Repo) -> None:
    hello = {'protocolVersion': '2025-11-25', 'capabilities': {},
             'clientInfo': {'name': 'x', 'version': '1'}}  # fmt: skip
    note = {'name': 'note', 'arguments': {'text': 'the last words'}}
    lines = [
        {'jsonrpc': '2.0', 'id': 1, 'method': 'initialize', 'params': hello},
        {'jsonrpc': '2.0', 'method': 'notifications/initialized'},
        {'jsonrpc': '2.0', 'id': 2, 'method': 'tools/call', 'params': note},
    ]
    said = ''.join(json.dumps(each) + '\n' for each in lines)
    done = session.run(sys.executable, '-I', '-m', 'git_session', 'mcp', stdin=said)
    assert done.status == 0
    assert 'the last words' in session.session('log')


def test_without_the_extra_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, 'mcp.server.stdio', None)
    with pytest.raises(SessionError) as error:
        mcpserver.serve()
    assert error.value.message == "the MCP server needs the package 'mcp', which the extra brings"
    assert error.value.hints[0] == "in a clone of git session: 'sh install.sh --extras mcp'"
    assert error.value.hints[1].endswith(f"{sys.executable} -m pip install 'mcp>=2,<3'")


def test_schemas_are_small() -> None:
    schemas = json.dumps([[each.name, each.about, each.schema] for each in mcptools.TOOLS])
    assert len(schemas) < 4000
