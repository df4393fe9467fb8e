"""The table of commands, and the one place where errors are caught."""

from __future__ import annotations

import errno
import gc
import os
import sys

from git_session import output
from git_session.errors import FATAL, INTERRUPTED, USAGE, SessionError
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from sys import UnraisableHookArgs
    from typing import NoReturn


class Command(Record):
    """`module` is imported when the command is chosen; an internal one is not listed."""

    module: str
    group: str
    help: str


_LIFE = 'start and end work'
_INTENT = 'objectives, blockers, decisions'
_LOOK = 'look'
_SHARE = 'share'
_CARE = 'care'
INTERNAL = 'internal'
_HELP = ('-h', '--help', 'help')
_VERSION = ('-v', '--version', 'version')
_NO_MORE = (errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM)  # files, processes, memory
BROKEN_PIPE = 141  # 128 + SIGPIPE, as a shell sees git itself end

COMMANDS: dict[str, Command] = {
    'init': Command('init', _LIFE, 'Set up shared knowledge and hooks in this repository'),
    'start': Command('start', _LIFE, 'Open a session on a branch'),
    'resume': Command('resume', _LIFE, 'Go on with a session'),
    'switch': Command('switch', _LIFE, 'Switch to another branch and its session'),
    'pause': Command('pause', _LIFE, 'Stop the clock without leaving the branch'),
    'checkpoint': Command('checkpoint', _LIFE, 'Commit or mark a state worth coming back to'),
    'end': Command('end', _LIFE, 'Finish the session: handoff, merge, archive'),
    'undo': Command('undo', _LIFE, 'Take back the last change of session state'),
    'note': Command('note', _LIFE, 'Write down a note or a dead end'),
    'objectives': Command('objectives', _INTENT, 'List, add, start, complete objectives'),
    'blockers': Command('blockers', _INTENT, 'List, add, resolve blockers'),
    'decisions': Command('decisions', _INTENT, 'List, add, supersede decisions'),
    'edit': Command('edit', _INTENT, 'Edit the three lists in your editor'),
    'status': Command('status', _LOOK, 'Show where the session stands'),
    'brief': Command('brief', _LOOK, 'Show all that the next one needs to know'),
    'handoff': Command('handoff', _LOOK, 'Write the handoff of a session'),
    'log': Command('log', _LOOK, 'Show the events of a session in words'),
    'history': Command('history', _LOOK, 'List sessions'),
    'show': Command('show', _LOOK, 'Show one session whole'),
    'analyze': Command('analyze', _LOOK, 'Judge the session and the history, with reasons'),
    'compare': Command('compare', _LOOK, 'Show two sessions side by side'),
    'report': Command('report', _LOOK, 'Report a week, a period or the whole project'),
    'context': Command('context', _LOOK, 'Show which context files matter, and how stale they are'),
    'prompt': Command('prompt', _LOOK, 'Print the session in a few characters, for a prompt'),
    'push': Command('push', _SHARE, 'Share the sessions over a git remote'),
    'pull': Command('pull', _SHARE, 'Take in what others shared'),
    'export': Command('export', _SHARE, 'Write a session as one file, or all as lines of JSON'),
    'import': Command('import_', _SHARE, 'Take in the sessions of such a file'),
    'wip': Command('wip', _CARE, 'List, show, restore, drop saved work in progress'),
    'config': Command('config', _CARE, 'Show the configuration in force'),
    'agent': Command('agent', _CARE, 'Install, uninstall or check the hooks of AI agents'),
    'hooks': Command('hooks', _CARE, 'Install, uninstall or check the git hooks'),
    'allow': Command('allow', _CARE, 'Allow the commands that the configuration here names'),
    'mcp': Command('mcp', _CARE, 'Serve the session to MCP clients over stdio'),
    'doctor': Command('doctor', _CARE, 'Check the installation'),
    'prune': Command('prune', _CARE, 'Archive sessions that are over'),
    'hook': Command('hook', INTERNAL, 'What the git hooks start'),
}


def usage() -> str:
    """The list of commands, as `git session -h` prints it."""
    lines = ['usage: git session [<command>] [<args>]', '']
    lines.append('A session is a branch plus the intent behind it. Without a command: status.')
    for group in dict.fromkeys(command.group for command in COMMANDS.values()):
        if group == INTERNAL:
            continue
        lines += ['', group]
        lines += [
            f'   {name:<13}{command.help}'
            for name, command in COMMANDS.items()
            if command.group == group
        ]
    lines += ['', "See 'git session <command> -h', or 'git help session' for the manual."]
    return '\n'.join(lines) + '\n'


def main(arguments: Sequence[str]) -> int:
    """Run one command line; the exit status."""
    words = list(arguments) or ['status']
    if len(words) == 2 and words[0] == 'help':
        words = [words[1], '-h']
    if words[0].startswith('-') and words[0] not in _HELP + _VERSION:
        words.insert(0, 'status')
    try:
        try:
            return _run(words)
        except SessionError as error:
            _complain(error, words[0])
            return error.status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader is gone, as with `| head`
        _drop_output()
        return BROKEN_PIPE
    except OSError as error:  # the machine says no: rights, a full disk
        return _unable(_where(error), error.strerror or str(error))
    except ImportError as error:  # a disk that cannot be read, a package that was taken out
        return _unable('cannot load a part of git session', str(error))
    except OverflowError as error:
        if 'timestamp' not in str(error):
            raise
        return _unable('cannot read the clock', str(error))  # it is beyond the year 2262


def _run(words: list[str]) -> int:
    if words[0] in _HELP:
        output.out(usage())
        return 0
    if words[0] in _VERSION:
        from git_session import __version__

        output.out(f'git session version {__version__}\n')
        return 0
    return _dispatch(words[0], words[1:])


def _where(error: OSError) -> str:
    """Which file could not be read or written, as far as that is known."""
    name = error.filename
    if isinstance(name, (str, bytes)):
        return f"cannot access '{os.fsdecode(name)}'"
    return 'cannot start git' if error.errno in _NO_MORE else 'write error'


def _unable(what: str, why: str) -> int:
    """Say what the machine does not let us do, within an `except`."""
    if os.environ.get('GIT_TRACE_SESSION'):
        raise
    _drop_output()
    try:
        output.talk(f'fatal: {output.plain(what)}: {output.plain(why)}')
    except OSError:
        pass  # nobody is left to tell
    return FATAL


def _drop_output() -> None:
    """Point stdout nowhere, or python complains at exit about what it could not write."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
    except (OSError, ValueError):
        pass  # it is no file


def _dispatch(name: str, rest: list[str]) -> int:
    command = COMMANDS.get(name)
    if command is None:
        raise SessionError(f"'{name}' is not a git session command", *_near(name), status=USAGE)
    from git_session import options

    # importlib would be loaded for this, and half as much as a git process takes with it.
    module = __import__('git_session.commands.' + command.module, fromlist=[command.module])
    forms: dict[str, options.Syntax] = module.FORMS
    if rest and rest[0] in ('-h', '--help', '--help-all'):
        output.out(options.usage(name, list(forms.items()), module.ABOUT))
        return 0
    action = next(iter(forms))
    if rest and rest[0] and rest[0] in forms:
        action = rest.pop(0)
    if '-h' in rest and '--' not in rest:
        output.out(options.usage(name, [(action, forms[action])], module.ABOUT))
        return 0
    status: int = module.run(action, options.parse(rest, forms[action]))
    return status


def _near(name: str) -> list[str]:
    from difflib import get_close_matches

    names = [each for each, command in COMMANDS.items() if command.group != INTERNAL]
    close = get_close_matches(name, names, 1)
    return [f"did you mean '{close[0]}'?"] if close else ["see 'git session -h'"]


def _complain(error: SessionError, command: str) -> None:
    """Show an error as git does: what failed, then the hints."""
    if error.verbatim:
        output.talk(output.plain(error.message))
    else:
        kind = 'error' if error.status in (1, USAGE) else 'fatal'
        output.talk(f'{kind}: {output.plain(error.message)}')
    for each in error.hints:
        output.hint(each)
    if error.status == USAGE and command in COMMANDS and not error.hints:
        output.hint(f"see 'git session {command} -h'")


# Objects made between two looks for cycles: few commands make as many.
_GARBAGE = 100_000


def _unraisable(unraisable: UnraisableHookArgs) -> None:
    """Show what was raised where nothing can catch it, as python does.

    But a file that could not be written, which has been said: it fails once more as it is let go.
    """
    if not isinstance(unraisable.exc_value, OSError):
        sys.__unraisablehook__(unraisable)


def run() -> NoReturn:
    """The console script."""
    gc.set_threshold(_GARBAGE, 10, 10)  # looking for cycles takes a twentieth of a status
    for name, mode in (('stdin', 'r'), ('stdout', 'w'), ('stderr', 'w')):
        if getattr(sys, name) is None:  # it was closed: nowhere then, as for git
            setattr(sys, name, open(os.devnull, mode, encoding='utf-8'))  # noqa: SIM115
    if not os.environ.get('GIT_TRACE_SESSION'):
        sys.unraisablehook = _unraisable
    try:
        status = main(sys.argv[1:])
    except KeyboardInterrupt:
        status = INTERRUPTED
    except Exception as error:
        if os.environ.get('GIT_TRACE_SESSION'):
            raise
        from shlex import join

        output.talk(f'BUG: {type(error).__name__}: {output.plain(str(error))}')
        output.hint('this should not have happened; please report it with the output of')
        output.hint('GIT_TRACE_SESSION=1 git session ' + join(sys.argv[1:]))
        status = FATAL
    # All output is flushed, and taking the interpreter down costs a fifth of a start.
    os._exit(status)
