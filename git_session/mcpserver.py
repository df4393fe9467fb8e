"""The Model Context Protocol server: each call is one command, in a process of its own.

So a call finds the repository as it is now, prints nothing into the protocol, cannot
disturb another call or take the server down, and its errors are those of the command.
Both generations of the protocol are served: that of 2026-07-28, in which the client is
asked for its roots by an answer, and the earlier ones, in which the server may ask.
"""

from __future__ import annotations

import os
import sys
import time

from git_session import __version__, git, programs
from git_session.errors import FATAL, REFUSED, SessionError
from git_session.integrations import mcptools
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    import mcp_types
    from mcp.server import Server
    from mcp.server import ServerRequestContext as Context

# A command runs as a hook starts it; the folder is an argument, never a shell's word.
_CHILD = """
import os, sys
os.chdir(sys.argv.pop(1))
from git_session.main import run
run()
"""
_MOST_BYTES = 4 * 1024 * 1024  # of an answer
_TICK = 1.0  # seconds between two reports of progress
_ASKED = '2026-07-28'  # from this version on the client is asked by an answer
_ROOTS = 'roots'


class Done(Record):
    """What a command said: `out` is its stdout, `err` its stderr."""

    status: int
    out: str
    err: str


def command(folder: str, words: Sequence[str]) -> Done:
    """Run a command in a folder; raises SessionError when it cannot be, or says too much."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix='git-session-') as place:
        out, err = os.path.join(place, 'out'), os.path.join(place, 'err')

        def may_go_on(_: float) -> bool:
            return max(map(_size, (out, err))) <= _MOST_BYTES

        try:
            status = programs.run(
                (sys.executable, '-I', '-c', _CHILD, folder, *words), env=_environment(folder),
                out=out, err=err, go_on=may_go_on,
            )  # fmt: skip
        except (OSError, ValueError) as error:  # too long, a NUL, half a character
            raise SessionError(f'cannot run this: {error}') from None
        if status is None:
            raise SessionError(f'the answer is longer than {_MOST_BYTES >> 20} MiB')
        return Done(status, _read(out), _read(err))


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0


def _read(path: str) -> str:
    with open(path, encoding='utf-8', errors='replace') as file:
        return file.read(_MOST_BYTES)


def _environment(folder: str) -> dict[str, str]:
    """No colors, nobody to answer a question, and the repository of the folder alone."""
    env = dict(os.environ) if folder == os.getcwd() else git.outside()
    plain = {'GIT_TERMINAL_PROMPT': '0', 'GIT_EDITOR': 'false', 'PYTHONIOENCODING': 'utf-8'}
    return env | plain | git.configured('session.display.color', 'never')


def folder(roots: Sequence[str]) -> str:
    """The first root that is in a repository, else our own directory.

    `roots` are file URIs, claims of the client's: nothing but places to run git in.  Where
    the user named a repository himself (``git --git-dir``), that is meant.
    """
    if 'GIT_DIR' not in os.environ:
        for path in filter(None, map(_path, roots)):
            if git.ask('-C', path, 'rev-parse', '--git-dir').status == 0:
                return path
    return os.getcwd()


def _path(uri: str) -> str:
    """The folder of ``file:///src/a%20b``, '' of anything else."""
    from urllib.parse import unquote, urlsplit

    try:
        parts = urlsplit(uri)
    except ValueError:
        return ''
    path = unquote(parts.path, errors='surrogateescape')
    is_local = parts.scheme == 'file' and parts.netloc in ('', 'localhost')
    return path if is_local and '\0' not in path and os.path.isdir(path) else ''


async def _roots(context: Context[Any], params: Any) -> list[str] | None:
    """The client's roots as URIs; None when it has to be asked by an answer."""
    capabilities = context.session.client_capabilities
    if capabilities is None or capabilities.roots is None:
        return []
    if context.protocol_version < _ASKED:
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # deprecated since the version that has answers
            found = await context.session.list_roots()
        return [str(each.uri) for each in found.roots]
    answer = (params.input_responses or {}).get(_ROOTS)
    if answer is None:
        return None
    return [str(each.uri) for each in getattr(answer, 'roots', ())]


def _ask() -> mcp_types.InputRequiredResult:
    import mcp_types

    return mcp_types.InputRequiredResult(input_requests={_ROOTS: mcp_types.ListRootsRequest()})


async def _run(context: Context[Any], roots: Sequence[str], words: Sequence[str]) -> Done:
    """Run a command beside the others, and say each second that it still runs.

    One whose call is cancelled goes to its end all the same: half a commit helps nobody.
    """
    import anyio
    import anyio.to_thread

    begun = time.monotonic()

    async def report() -> None:
        while True:
            await anyio.sleep(_TICK)
            seconds = int(time.monotonic() - begun)
            said = f'git session {words[0]}: {seconds}s'
            await context.session.report_progress(seconds, None, said)

    def run() -> Done | SessionError:
        try:
            return command(folder(roots), words)
        except SessionError as error:  # a group would put it into one of its own
            return error

    async with anyio.create_task_group() as group:
        group.start_soon(report)
        with anyio.CancelScope(shield=True):
            done: Done | SessionError = await anyio.to_thread.run_sync(run)
        group.cancel_scope.cancel()
    if isinstance(done, SessionError):
        raise done
    return done


def _error(error: SessionError) -> str:
    """An error as the command line shows it."""
    kind = 'fatal' if error.status == FATAL else 'error'
    return '\n'.join([f'{kind}: {error.message}', *(f'hint: {each}' for each in error.hints)])


async def _list_tools(context: Context[Any], params: Any) -> mcp_types.ListToolsResult:
    import mcp_types

    return mcp_types.ListToolsResult(tools=[
        mcp_types.Tool(
            name=each.name, description=each.about, input_schema=each.schema,
            annotations=mcp_types.ToolAnnotations(
                read_only_hint=each.reads, destructive_hint=False, open_world_hint=False
            ),
        )
        for each in mcptools.TOOLS
    ])  # fmt: skip


async def _call_tool(
    context: Context[Any], params: mcp_types.CallToolRequestParams
) -> mcp_types.CallToolResult | mcp_types.InputRequiredResult:
    import mcp_types

    roots = await _roots(context, params)
    if roots is None:
        return _ask()
    try:
        words = mcptools.words(params.name, params.arguments or {})
        reads = mcptools.reads(words)
        done = await _run(context, roots, words)
        text = '\n'.join(filter(None, (done.out, done.err)))
        # What is only looked at and shown was no failure: gaps of a handoff.
        failed = done.status != 0 and not (done.status == REFUSED and reads and done.out)
    except SessionError as error:
        text, failed = _error(error), True
    content: list[Any] = [mcp_types.TextContent(type='text', text=text)]
    return mcp_types.CallToolResult(content=content, is_error=failed)


async def _list_resources(context: Context[Any], params: Any) -> mcp_types.ListResourcesResult:
    import mcp_types

    return mcp_types.ListResourcesResult(resources=[
        mcp_types.Resource(
            uri=each.uri, name=each.uri.rpartition('/')[2], description=each.about,
            mime_type=each.kind,
        )
        for each in mcptools.RESOURCES
    ])  # fmt: skip


async def _read_resource(
    context: Context[Any], params: mcp_types.ReadResourceRequestParams
) -> mcp_types.ReadResourceResult | mcp_types.InputRequiredResult:
    import mcp_types

    wanted = str(params.uri).rstrip('/')
    found = next((each for each in mcptools.RESOURCES if each.uri == wanted), None)
    if found is None:
        raise _refusal(f"error: no resource '{wanted}'", mcp_types.INVALID_PARAMS)
    roots = await _roots(context, params)
    if roots is None:
        return _ask()
    text = await _shown(context, roots, found.words)
    content = mcp_types.TextResourceContents(uri=found.uri, mime_type=found.kind, text=text)
    return mcp_types.ReadResourceResult(contents=[content])


async def _shown(context: Context[Any], roots: Sequence[str], words: Sequence[str]) -> str:
    """The stdout of a command that has to succeed; raises MCPError with its words."""
    import mcp_types

    try:
        done = await _run(context, roots, words)
    except SessionError as error:
        raise _refusal(_error(error), mcp_types.INTERNAL_ERROR) from None
    if done.status:
        raise _refusal(done.err.rstrip('\n'), mcp_types.INTERNAL_ERROR)
    return done.out


def _refusal(message: str, code: int) -> Exception:
    from mcp import MCPError

    error: Exception = MCPError(code=code, message=message)
    return error


async def _list_prompts(context: Context[Any], params: Any) -> mcp_types.ListPromptsResult:
    import mcp_types

    prompt = mcp_types.Prompt(name=mcptools.PROMPT, description=mcptools.PROMPT_ABOUT)
    return mcp_types.ListPromptsResult(prompts=[prompt])


async def _get_prompt(
    context: Context[Any], params: mcp_types.GetPromptRequestParams
) -> mcp_types.GetPromptResult | mcp_types.InputRequiredResult:
    import mcp_types

    if params.name != mcptools.PROMPT:
        raise _refusal(f"error: no prompt '{params.name}'", mcp_types.INVALID_PARAMS)
    roots = await _roots(context, params)
    if roots is None:
        return _ask()
    text = await _shown(context, roots, ('brief',))
    said = mcp_types.TextContent(type='text', text=text)
    message = mcp_types.PromptMessage(role='user', content=said)
    return mcp_types.GetPromptResult(description=mcptools.PROMPT_ABOUT, messages=[message])


def _server() -> Server[dict[str, Any]]:
    from mcp.server import Server

    handlers: Mapping[str, Any] = {
        'on_list_tools': _list_tools, 'on_call_tool': _call_tool,
        'on_list_resources': _list_resources, 'on_read_resource': _read_resource,
        'on_list_prompts': _list_prompts, 'on_get_prompt': _get_prompt,
    }  # fmt: skip
    return Server(
        'git-session', version=__version__, instructions=mcptools.INSTRUCTIONS, **handlers
    )


class _Answering:
    """What comes from the client; a request that the SDK cannot read is refused here.

    The SDK passes over such a line, and its sender would wait for ever: JSON may have half
    a character in it (``"\\ud800"``), which pydantic takes for no JSON.
    """

    def __init__(self, reading: Any, writing: Any) -> None:
        self._reading = reading
        self._writing = writing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reading, name)

    async def __aenter__(self) -> _Answering:
        await self._reading.__aenter__()
        return self

    async def __aexit__(self, *why: object) -> bool | None:
        left: bool | None = await self._reading.__aexit__(*why)
        return left

    def __aiter__(self) -> _Answering:
        return self

    async def __anext__(self) -> Any:
        while True:
            found = await self._reading.__anext__()
            if not isinstance(found, Exception):
                return found
            refusal = _refused(found)
            if refusal is not None:
                await self._writing.send(refusal)


def _refused(problem: Exception) -> Any:
    """The answer to a line that the SDK could not read, None where that is no request."""
    import json

    import mcp_types
    from mcp.shared.message import SessionMessage
    from pydantic import ValidationError

    if not isinstance(problem, ValidationError):
        return None
    first = problem.errors()[0]
    given = first['input']
    try:
        given = json.loads(given) if isinstance(given, str) else given
    except (ValueError, RecursionError):
        return None
    number = given.get('id') if isinstance(given, dict) and 'method' in given else None
    if type(number) is not int and not (isinstance(number, str) and number.isprintable()):
        return None  # half a character is not printable
    said = mcp_types.ErrorData(code=mcp_types.INVALID_REQUEST, message=f'error: {first["msg"]}')
    return SessionMessage(mcp_types.JSONRPCError(jsonrpc='2.0', id=number, error=said))


def serve() -> None:
    """Serve one client over stdin and stdout until it leaves.

    Raises SessionError where the extra is not installed.
    """
    try:
        import anyio
        from mcp.server.stdio import stdio_server
    except ImportError as error:
        if (error.name or '').partition('.')[0] not in ('mcp', 'mcp_types', 'anyio'):
            raise
        raise SessionError(
            "the MCP server needs the package 'mcp', which the extra brings",
            "in a clone of git session: 'sh install.sh --extras mcp'",
            f"or into this environment: {sys.executable} -m pip install 'mcp>=2,<3'",
        ) from None

    async def session() -> None:
        server = _server()
        async with stdio_server() as (reading, writing):
            answering: Any = _Answering(reading, writing)
            await server.run(answering, writing, server.create_initialization_options())

    anyio.run(session)
