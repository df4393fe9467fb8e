"""The command table, usage, errors, streams, colors, and what the machine can do to us."""

from __future__ import annotations

import fcntl
import gc
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from git_session import __version__
from git_session import main as entry
from git_session.errors import SessionError
from git_session.main import COMMANDS, INTERNAL
from tests import terminal
from tests.repo import Repo, Result

Run = Callable[..., Result]
NAMES = [name for name, command in COMMANDS.items() if command.group != INTERNAL]
# What a command is given at least.
_LEAST = {
    'switch': ['x'], 'note': ['x'], 'import': ['x'], 'compare': ['x'], 'report': ['--weekly'],
}  # fmt: skip
# What later issues bring is not there as a stub.
LATER = {
    'hooks': ['--method=auto'],
}  # fmt: skip
VIEWS = {
    'status': 'status', 'brief': 'brief', 'handoff': 'handoff', 'log': 'log', 'history': 'history',
    'show': 'show', 'objectives': 'objectives', 'blockers': 'blockers', 'decisions': 'decisions',
    'config': 'config', 'config get display.color': 'config', 'hooks': 'hooks', 'doctor': 'doctor',
    'prune': 'prune', 'resume': 'brief', 'switch -c x': 'brief', 'start x': 'brief',
    'end': 'handoff', 'brief --since 2h': 'brief-since', 'context': 'session-context',
    'context --health': 'context-health', 'context --update .': 'context-update',
    'prompt': 'prompt',
}  # fmt: skip


@pytest.fixture
def work(repo: Repo, run: Run) -> Repo:
    run('start', 'work', '-o', 'First objective')
    return repo


def test_usage_of_all(run: Run) -> None:
    shown = run('-h')
    assert shown.out.startswith('usage: git session [<command>] [<args>]\n')
    assert [line.split()[0] for line in shown.out.splitlines() if line.startswith('   ')] == NAMES
    assert run('--help') == shown == run('help')


@pytest.mark.parametrize('name', NAMES)
def test_usage_of_each(run: Run, name: str) -> None:
    shown = run(name, '-h')
    assert shown.out.startswith(f'usage: git session {name}')
    assert shown.err == ''
    assert all(len(line) <= 80 for line in shown.out.splitlines())
    assert run('help', name) == shown
    for action in import_module('git_session.commands.' + COMMANDS[name].module).FORMS:
        if action:
            one = run(name, action, '-h').out
            assert one.startswith(f'usage: git session {name} {action}')


@pytest.mark.parametrize('name', NAMES)
def test_an_unknown_option_of_each(run: Run, name: str) -> None:
    hint = f"hint: see 'git session {name} -h'\n"
    assert run(name, '--frob', status=129).err == f"error: unknown option 'frob'\n{hint}"
    assert run(name, '-?', status=129).err == f"error: unknown switch '?'\n{hint}"
    for option in LATER.get(name, ()):
        word = option.removeprefix('--').partition('=')[0]
        assert run(name, option, status=129).err == f"error: unknown option '{word}'\n{hint}"


def test_an_unknown_command(run: Run) -> None:
    assert run('stats', status=129).err == (
        "error: 'stats' is not a git session command\nhint: did you mean 'status'?\n"
    )
    assert run('xyzzy', status=129).err == (
        "error: 'xyzzy' is not a git session command\nhint: see 'git session -h'\n"
    )
    assert run('a\x1b[31mb', status=129).err.startswith(
        "error: 'a\\x1b[31mb' is not a git session command\n"
    )


def test_version(run: Run) -> None:
    for word in ('--version', '-v', 'version'):
        assert run(word).out == f'git session version {__version__}\n'


def test_no_command_is_imported_at_start() -> None:
    program = (
        'import sys, git_session.main\n'
        "print(sorted(n for n in sys.modules if n.startswith('git_session.')))"
    )
    done = subprocess.run([sys.executable, '-c', program], capture_output=True, check=True)
    assert b'commands' not in done.stdout and b'dulwich' not in done.stdout


@pytest.mark.parametrize(
    'command', [name for name in NAMES if name not in ('config', 'mcp', 'prompt')]
)
def test_outside_a_repository(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('GIT_CEILING_DIRECTORIES', str(tmp_path.parent))
    operands = _LEAST.get(command, [])
    assert run(command, *operands, status=128).err == (
        'fatal: not a git repository (or any of the parent directories): .git\n'
    )


@pytest.mark.parametrize('view', VIEWS)
def test_every_view_has_json(work: Repo, run: Run, view: str) -> None:
    for option in (['--format', 'json'], ['--json'], ['--format=json']):
        shown = run(*view.split(), *option)
        assert json.loads(shown.out)['schema'] == f'git-session/{VIEWS[view]}/1'
        if view.startswith(('switch', 'start', 'end', 'resume')):
            break  # done once


def test_a_format_that_is_none(work: Repo, run: Run) -> None:
    assert run('status', '--format=xml', status=129).err == (
        "error: bad value for '--format': 'xml'; expected one of text, json\n"
        "hint: see 'git session status -h'\n"
    )
    assert run('status', '--format=text').out.startswith('Session ')


@pytest.mark.parametrize(
    ('settings', 'environment', 'colored'),
    [
        ({}, {}, False),  # no terminal
        ({'color.ui': 'always'}, {}, True),
        ({'color.ui': 'always', 'color.session': 'false'}, {}, False),
        ({'color.session': 'always'}, {}, True),
        ({'color.ui': 'always', 'session.display.color': 'never'}, {}, False),
        ({'color.ui': 'never', 'session.display.color': 'always'}, {}, True),
        ({'session.display.color': 'always'}, {'NO_COLOR': '1'}, True),
        ({'color.ui': 'auto'}, {'NO_COLOR': '1'}, False),
    ],
)
def test_color(
    work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str], environment: dict[str, str], colored: bool,
) -> None:  # fmt: skip
    for key, value in settings.items():
        work.git('config', key, value)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for view in ('status', 'objectives', 'history', 'log'):
        assert ('\033[' in run(view).out) is colored or view == 'log'
    assert '\033[' not in run('status', '--json').out


def on_terminal(repo: Repo, *words: str, lines: int = 40, **environment: str) -> str:
    """What `git session` writes to a terminal of so many lines."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', lines, 80, 0, 0))
    os.set_inheritable(slave, True)
    process = subprocess.Popen(
        ['git', 'session', *words], cwd=repo.path, stdin=slave, stdout=slave, stderr=slave,
        env={**os.environ, 'TERM': 'xterm', 'LINES': '40', **environment},
    )  # fmt: skip
    os.close(slave)
    text = terminal.shown(master)
    process.wait()
    os.close(master)
    return text.decode()


def test_color_and_pager_on_a_terminal(work: Repo) -> None:
    assert '\033[1m' in on_terminal(work, 'objectives') or '\033[36m' in (
        on_terminal(work, 'objectives')
    )
    assert '\033[' not in on_terminal(work, 'objectives', NO_COLOR='1')
    assert '\033[' not in on_terminal(work, 'objectives', TERM='dumb')
    paged = on_terminal(work, 'log', lines=2, GIT_PAGER='sed s/^/PAGED:/')
    assert 'PAGED:' in paged
    assert 'PAGED:' not in on_terminal(work, 'log', lines=2, GIT_PAGER='cat')
    assert 'PAGED:' not in on_terminal(work, 'log', lines=0, GIT_PAGER='sed s/^/PAGED:/')


def test_a_reader_that_goes_away(work: Repo) -> None:
    for number in range(40):
        work.write_file('.session/x', str(number))
    done = work.run('sh', '-c', 'git session config list --json | head -n 1')
    assert (done.status, done.out, done.err) == (0, '{\n', '')
    script = 'git session -h | :; git session frob 2>&1 | :; git session status | :'
    done = work.run('sh', '-c', script)
    assert (done.out, done.err) == ('', '')


def test_a_full_disk_and_a_closed_stdout(work: Repo) -> None:
    done = work.run('sh', '-c', 'git session status > /dev/full')
    assert (done.status, done.err) == (128, 'fatal: write error: No space left on device\n')
    for closed in ('>&-', '2>&-', '<&-', '>&- 2>&-'):
        for program in ('git session', 'git-session'):
            done = work.run('sh', '-c', f'{program} status > out {closed}; echo $?')
            assert (done.out, done.err) == ('0\n', ''), closed
            done = work.run('sh', '-c', f'{program} note "said to nobody" {closed}')
            assert (done.status, done.out) == (0, '')
            assert work.context()['notes'][-1]['text'] == 'said to nobody'


def test_a_file_that_cannot_be_read(work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    log = work.place() / 'events.jsonl'
    log.unlink()
    log.mkdir()
    refused = run('status', status=128)
    assert refused.err == (
        f"fatal: cannot record in '{work.place()}': Is a directory\nhint: nothing was recorded\n"
    )


@pytest.mark.parametrize(
    ('error', 'said'),
    [
        (
            OverflowError('timestamp too large to convert to C _PyTime_t'),
            'cannot read the clock: timestamp too large to convert to C _PyTime_t',
        ),
        (
            ImportError("cannot import name 'wip' from 'git_session'"),
            "cannot load a part of git session: cannot import name 'wip' from 'git_session'",
        ),
    ],
)
def test_a_machine_that_is_unwell(
    monkeypatch: pytest.MonkeyPatch, run: Run, error: Exception, said: str
) -> None:
    def fail(*_: object) -> int:
        raise error

    monkeypatch.setattr(entry, '_dispatch', fail)
    assert run('status', status=128) == Result(128, '', f'fatal: {said}\n')
    monkeypatch.setenv('GIT_TRACE_SESSION', '1')
    with pytest.raises(type(error)):
        entry.main(['status'])


def test_another_overflow_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise OverflowError('cannot convert float infinity to integer')

    monkeypatch.setattr(entry, '_dispatch', fail)
    with pytest.raises(OverflowError):
        entry.main(['status'])


def test_what_nothing_can_catch(capsys: pytest.CaptureFixture[str]) -> None:
    class Failing:
        def __init__(self, error: Exception) -> None:
            self.error = error

        def __del__(self) -> None:
            raise self.error

    before, sys.unraisablehook = sys.unraisablehook, entry._unraisable
    try:
        Failing(OSError(28, 'No space left on device'))
        assert capsys.readouterr().err == ''
        Failing(ZeroDivisionError('division by zero'))
    finally:
        sys.unraisablehook = before
    assert capsys.readouterr().err.endswith('ZeroDivisionError: division by zero\n')


def test_interrupted(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    def interrupt(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, '_dispatch', interrupt)
    assert run('status', status=130) == Result(130, '', '')


def test_interrupted_for_real(work: Repo) -> None:
    editor = work.path / 'editor'
    editor.write_text('#!/bin/sh\necho ready\nexec sleep 600\n')
    editor.chmod(0o755)
    process = subprocess.Popen(
        ['git-session', 'edit'], cwd=work.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, 'GIT_EDITOR': str(editor)}, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == b'ready\n'
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate()
    assert (process.returncode, err) == (130, b'')


# The parent has bit 2, that of SIGINT, in what it ignores (proc(5)).
_UNTIL_IGNORED = """while [ -r /proc/$PPID/status ]; do
    case $(sed -n 's/^SigIgn:.*\\(.\\)$/\\1/p' /proc/$PPID/status) in [2367abef]) break ;; esac
done"""


@pytest.mark.parametrize('words', [('edit',), ('checkpoint', '-e', '-m', 'First')])
def test_to_an_editor_ctrl_c_is_a_key(work: Repo, words: tuple[str, ...]) -> None:
    editor = work.path / 'editor'
    text = '#!/bin/sh\ntrap \'\' INT\nkill -INT 0\nexec sed -i s/First/Other/ "$1"\n'
    if words[0] == 'checkpoint':  # git ignores it from a moment on after the editor has started
        text = text.replace('kill', f'{_UNTIL_IGNORED}\nkill')
    editor.write_text(text)
    editor.chmod(0o755)
    work.write(**{'a.txt': 'more\n'})
    work.git('add', 'a.txt')
    done = subprocess.run(
        ['git-session', *words], cwd=work.path, capture_output=True, start_new_session=True,
        env={**os.environ, 'GIT_EDITOR': str(editor)},
    )  # fmt: skip
    assert done.returncode == 0, done
    found = work.context()
    if words[0] == 'edit':
        assert found['objectives'][0]['text'] == 'Other objective'
    else:
        assert work.message().startswith('Other\n')
        assert found['checkpoints'][0]['commit'] == work.git('rev-parse', 'HEAD')


def test_a_bug_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(*_: object) -> int:
        raise ZeroDivisionError('division\x1b by zero')

    monkeypatch.setattr(entry, '_dispatch', fail)
    monkeypatch.setattr(sys, 'argv', ['git-session', 'note', 'a b'])
    monkeypatch.setattr(os, '_exit', sys.exit)
    monkeypatch.setattr(gc, 'set_threshold', lambda *_: None)
    with pytest.raises(SystemExit) as ended:
        entry.run()
    assert ended.value.code == 128
    assert capsys.readouterr().err == (
        'BUG: ZeroDivisionError: division\\x1b by zero\n'
        'hint: this should not have happened; please report it with the output of\n'
        "hint: GIT_TRACE_SESSION=1 git session note 'a b'\n"
    )
    monkeypatch.setenv('GIT_TRACE_SESSION', '1')
    with pytest.raises(ZeroDivisionError):
        entry.run()


@pytest.mark.parametrize(
    ('status', 'verbatim', 'shown'),
    [
        (1, False, 'error: no \\x1b thing\n'),
        (129, False, 'error: no \\x1b thing\n'),
        (128, False, 'fatal: no \\x1b thing\n'),
        (128, True, 'no \\x1b thing\n'),
    ],
)
def test_how_an_error_is_shown(
    monkeypatch: pytest.MonkeyPatch, run: Run, status: int, verbatim: bool, shown: str
) -> None:
    def fail(*_: object) -> int:
        raise SessionError('no \x1b thing', 'one\ntwo', status=status, verbatim=verbatim)

    monkeypatch.setattr(entry, '_dispatch', fail)
    assert run('status', status=status).err == f'{shown}hint: one\nhint: two\n'


def test_messages_of_the_command_line(work: Repo, run: Run) -> None:
    hint = "hint: see 'git session {} -h'\n"
    for words, message in (
        (['history', '--count=x'], "error: option 'count' expects a number, not 'x'\n"),
        (['history', '-n'], "error: option 'n' requires a value\n"),
        (['history', '--since'], "error: option 'since' requires a value\n"),
        (['status', '--verbose=1'], "error: option 'verbose' takes no value\n"),
        (['status', 'x'], "error: unexpected argument 'x'\n"),
        (
            ['end', '--no'],
            'error: ambiguous option: no '
            '(could be --no-handoff or --no-summary or --no-gate or --no-push)\n',
        ),
        (['checkpoint', '-alm'], None),
        (['switch'], 'error: <branch> is missing\n'),
    ):
        if message is not None:
            assert run(*words, status=129).err == message + hint.format(words[0])
    assert run('checkpoint', '--mess', 'abbreviated', '-alx').err.startswith('checkpoint x at ')


def test_nothing_prompts_without_a_terminal(work: Repo) -> None:
    """With nobody at stdin every command ends on its own."""
    for words in (['edit'], ['checkpoint', '-e'], ['init', '--force'], ['end', '--delete-branch']):
        done = work.run('git', 'session', *words, GIT_EDITOR='false')
        assert done.status in (0, 1, 128, 129)
        assert re.search(r'\[[yn]/[yn]\]|\? ?$', done.out + done.err, re.IGNORECASE) is None
