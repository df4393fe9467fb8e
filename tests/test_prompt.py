"""The session in a prompt: the functions of prompt/ in real shells, and `git session prompt`."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from git_session.views import files
from tests import terminal
from tests.made import Log
from tests.repo import Repo, Result

Run = Callable[..., Result]
TOP = Path(__file__).parent.parent
SH = TOP / 'prompt/git-session-prompt.sh'
FISH = TOP / 'prompt/git-session-prompt.fish'
SHELLS = {
    'bash': ['bash', '--norc', '--noprofile'],
    'bash-posix': ['bash', '--posix', '--norc', '--noprofile'],
    'zsh': ['zsh', '-f'],
    'dash': ['dash'],
    'busybox': ['busybox', 'sh'],
    'fish': ['fish', '--no-config'],
}
HOSTILE = 'work/$(id>owned)`id>owned`%n%F{red}!x;\'"&{a,b}é'


class Place:
    """Where the prompt is asked for; `made` is the line `prompt` of the session there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.expected: dict[str, str] = {}

    def repo(self, name: str, expected: str, *, branch: str = 'work', line: str | None) -> Path:
        """A git directory with what the functions read, and nothing else."""
        gitdir = self.root / name / '.git'
        session = gitdir / 'sessions' / branch
        session.mkdir(parents=True)
        (gitdir / 'HEAD').write_text(f'ref: refs/heads/{branch}\n')
        (session / 'id').write_text('work-20261122-3f9c\n')
        (session / 'events.jsonl').write_text('')
        os.utime(session / 'events.jsonl', (1_000_000_000, 1_000_000_000))
        if line is not None:
            (session / 'prompt').write_text(line)
            os.utime(session / 'prompt', (1_000_000_100, 1_000_000_100))
        self.expected[name] = expected
        return session


@pytest.fixture(scope='module')
def places(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Every case: the directory below `root` -> what is shown there."""
    made = Place(tmp_path_factory.mktemp('places'))
    made.repo('all', '●2/5 !1 red', line='active 2 5 1 red\n')
    made.repo('none yet', '●', line='active 0 0 0\n')
    made.repo('done', '●3/3 green', line='active 3 3 0 green\n')
    made.repo('paused', '○0/1', line='paused 0 1 0\n')
    went_on = made.repo('went on', '●0/1', line='paused 0 1 0\n')
    os.utime(went_on / 'events.jsonl', (1_000_000_200, 1_000_000_200))
    made.repo('hostile', '●1/1 !2', branch=HOSTILE, line='active 1 1 2\n')
    made.repo('no newline', '●1/2', line='active 1 2 0')
    made.repo('of a newer version', '●1/2 red', line='active 1 2 0 red 7 more\n')
    made.repo('older, without the file', '', line=None)
    made.repo('empty', '', line='')
    made.repo('torn', '', line='act')
    made.repo('torn number', '', line='active 2 x 0\n')
    made.repo('escape', '', line='active \x1b[31m2 2 0\n')
    made.repo('unknown state', '', line='$(id) 1 2 0\n')
    made.repo('unknown phase', '●1/2', line='active 1 2 0 $(id)\n')
    _elsewhere(made)
    _switched_off(made)
    return made


def _elsewhere(made: Place) -> None:
    """Git directories that are not plain, directories that are not the top."""
    made.repo('deep/er', '●1/2', line='active 1 2 0\n')
    (made.root / 'deep/er/a/b c/d').mkdir(parents=True)
    made.expected['deep/er/a/b c/d'] = '●1/2'
    (made.root / 'link').symlink_to('deep/er/a/b c')
    made.expected['link/d'] = '●1/2'
    made.expected['deep/er/.git'] = '●1/2'
    for name in ('objects', 'refs'):
        (made.root / 'all/.git' / name).mkdir()
    made.expected['all/.git/sessions'] = '●2/5 !1 red'
    linked = made.root / 'all/.git/worktrees/linked'
    linked.mkdir(parents=True)
    (linked / 'HEAD').write_text('ref: refs/heads/other\n')
    (linked / 'commondir').write_text('../..\n')
    other = made.root / 'all/.git/sessions/other'
    other.mkdir()
    (other / 'id').write_text('other-20261122-3f9c\n')
    (other / 'prompt').write_text('active 0 1 0\n')
    for name, path in (('linked', str(linked)), ('relative', '../all/.git/worktrees/linked')):
        (made.root / name).mkdir()
        (made.root / name / '.git').write_text(f'gitdir: {path}\n')
        made.expected[name] = '●0/1'
    (made.root / 'broken').mkdir()
    (made.root / 'broken/.git').write_text('gitdir: nowhere\n')
    made.expected['broken'] = ''
    made.repo('detached', '', line='active 1 2 0\n')
    (made.root / 'detached/.git/HEAD').write_text('1' * 40 + '\n')
    made.repo('reftable', '●1/2', line='active 1 2 0\n')
    (made.root / 'reftable/.git/HEAD').write_text('ref: refs/heads/.invalid\n')
    (made.root / 'reftable/.git/session-branch').write_text('work\n')
    made.repo('reftable, unseen', '', line='active 1 2 0\n')
    (made.root / 'reftable, unseen/.git/HEAD').write_text('ref: refs/heads/.invalid\n')
    made.repo('up and away', '', line='active 1 2 0\n')
    (made.root / 'up and away/.git/HEAD').write_text('ref: refs/heads/.invalid\n')
    (made.root / 'up and away/.git/session-branch').write_text('../sessions/work\n')
    made.repo('archived', '', line='active 1 2 0\n')
    (made.root / 'archived/.git/sessions/work/id').unlink()


def _switched_off(made: Place) -> None:
    for name, lines, expected in (
        ('off', 'session.enabled false\n', ''),
        ('OFF', 'session.enabled Off\n', ''),
        ('no value is true', 'session.enabled\n', '●1/2'),
        ('an empty one is false', 'session.enabled \n', ''),
        ('on here', 'session.enabled 0\nbranch.work.sessionenabled true\n', '●1/2'),
        ('off here', 'branch.work.sessionenabled no\n', ''),
        ('off elsewhere', 'branch.other.sessionenabled no\n', '●1/2'),
    ):
        made.repo(name, expected, line='active 1 2 0\n')
        (made.root / name / '.git/session-off').write_text(lines)


_LOOP = """
. "$FILE"
while IFS= read -r place; do
    cd "$place" || exit
    (exit 3)
    __git_session_ps1 '%s'
    echo "|$?"
done
"""
_FISH_LOOP = """
source $FILE
while read -l place
    cd $place; or exit
    fish_git_session_prompt '%s'
    echo '|3'
end
"""


def ask(shell: str, places: list[Path], options: str = '', **environment: str) -> list[str]:
    """What the function prints in each directory; it says nothing else and keeps `$?`."""
    command = SHELLS[shell]
    if not shutil.which(command[0]):
        pytest.skip(f'no {command[0]}')
    is_fish = shell == 'fish'
    script = options + '\n' + (_FISH_LOOP if is_fish else _LOOP)
    done = subprocess.run(
        [*command, '-c', script],
        input=''.join(f'{place}\n' for place in places),
        env={**os.environ, 'FILE': str(FISH if is_fish else SH), 'PATH': _path(shell)}
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, '')
    lines = done.stdout.splitlines()
    assert [line[-2:] for line in lines] == ['|3'] * len(places)
    return [line[:-2] for line in lines]


def _path(shell: str) -> str:
    """The shell's own directory, so that a program would be found: see the test of processes."""
    return os.path.dirname(shutil.which(SHELLS[shell][0]) or '') + os.pathsep + '/usr/bin:/bin'


@pytest.mark.parametrize('shell', SHELLS)
def test_every_case_in_every_shell(places: Place, shell: str) -> None:
    found = ask(shell, [places.root / name for name in places.expected])
    assert dict(zip(places.expected, found, strict=True)) == places.expected


def test_the_command_shows_the_same(
    places: Place, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {}
    for name in places.expected:
        monkeypatch.chdir(places.root / name)
        shown = run('prompt')
        assert shown.err == ''
        found[name] = shown.out.removesuffix('\n')
    assert found == places.expected


@pytest.mark.parametrize('shell', SHELLS)
def test_without_a_repository_a_session_or_utf_8(places: Place, shell: str) -> None:
    top, paused = places.root / 'all', places.root / 'paused'
    assert ask(shell, [places.root, Path('/')]) == ['', '']
    assert ask(shell, [top], GIT_SESSION='0') == ['']
    assert ask(shell, [top, paused], LC_ALL='C') == ['*2/5 !1 red', '-0/1']
    plain = {'LC_ALL': '', 'LC_CTYPE': '', 'LANG': 'en_US.ISO-8859-1'}
    assert ask(shell, [top], **plain) == ['*2/5 !1 red']
    assert ask(shell, [top], **{**plain, 'LC_CTYPE': 'de_DE.utf8'}) == ['●2/5 !1 red']
    assert ask(shell, [places.root], GIT_DIR=str(top / '.git')) == ['●2/5 !1 red']


@pytest.mark.parametrize('shell', [name for name in SHELLS if name != 'fish'])
def test_options_that_people_set_change_nothing(places: Place, shell: str) -> None:
    cases = [places.root / name for name in ('all', 'hostile', 'broken', 'off', 'linked')]
    wanted = ask(shell, cases)
    odd = 'set -uf; IFS=0; CDPATH=/; '
    if shell.startswith('bash'):
        odd += 'shopt -s nullglob failglob extglob; '
    if shell == 'zsh':
        odd += 'setopt ksh_arrays null_glob glob_subst sh_word_split no_unset warn_create_global; '
        odd += '__git_session_text=; '  # which is global because it is there to be read
    assert ask(shell, cases, odd) == wanted


@pytest.mark.parametrize('shell', SHELLS)
def test_no_process_is_started_and_nothing_written(places: Place, shell: str) -> None:
    """A fork is no program: the time of every prompt is in the shell alone."""
    if not shutil.which('strace'):
        pytest.skip('no strace')
    if not shutil.which(SHELLS[shell][0]):
        pytest.skip(f'no {SHELLS[shell][0]}')
    call = '. "$FILE"; cd "$PLACE"; __git_session_line; echo "$__git_session_text"'
    if shell == 'fish':
        call = 'source $FILE; cd $PLACE; fish_git_session_prompt'
    before = sorted(places.root.rglob('*'))
    done = subprocess.run(
        ['strace', '-f', '-e', 'trace=fork,vfork,clone,clone3,execve,openat,open',
         *SHELLS[shell], '-c', call],
        env={**os.environ, 'FILE': str(FISH if shell == 'fish' else SH),
             'PLACE': str(places.root / 'all')},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert '●2/5 !1 red' in done.stdout
    traced = done.stderr.partition(str(FISH if shell == 'fish' else SH))[2]
    assert re.findall(r'\b(?:execve|fork|vfork)\(.*', traced) == []
    clones = [line for line in traced.splitlines() if re.search(r'\bclone3?\(', line)]
    assert [line for line in clones if 'CLONE_THREAD' not in line] == []
    opened = [line for line in traced.splitlines() if str(places.root) in line or '.git/' in line]
    assert opened and not any(re.search('O_(WRONLY|RDWR|CREAT)', line) for line in opened)
    assert sorted(places.root.rglob('*')) == before


# --- in a prompt


# fish wants its terminal to be the controlling one.
_ON_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


def prompt(shell: str, place: Path, setup: str, wanted: str) -> str:
    """What a terminal shows of a shell that starts there, up to the prompt that is wanted.

    `setup` is its startup file. Nothing is typed: what is typed before a shell has made the
    terminal its own is lost now and then.
    """
    startup = Path(os.environ['HOME'], '.zshrc')
    startup.write_text(setup + '\n')
    command = {
        'bash': ['bash', '--noprofile', '--rcfile', str(startup)],
        'zsh': ['zsh', '-d'],
        'fish': [*SHELLS['fish'], '-C', f'source {startup}'],
    }.get(shell, SHELLS[shell])
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, '-IS', '-c', _ON_TERMINAL, *command, '-i'],
        cwd=place,
        env={
            **os.environ,
            'TERM': 'vt100',
            'HISTFILE': '',
            'ENV': str(startup),
            'ZDOTDIR': str(startup.parent),
        },
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    ) as process:
        os.close(slave)
        shown = terminal.shown_until(master, wanted)
        process.kill()
    os.close(master)
    return shown


@pytest.mark.parametrize(
    ('shell', 'setup'),
    [
        ('bash', "PS1='<$(__git_session_ps1)>'"),
        ('bash-posix', "PS1='<$(__git_session_ps1)>'"),
        ('bash', "PROMPT_COMMAND=__git_session_line; PS1='< $__git_session_text>'"),
        ('bash', 'PROMPT_COMMAND=\'__git_session_line; PS1="< $__git_session_text>"\''),
        ('zsh', "setopt prompt_subst; PROMPT='<$(__git_session_ps1)>'"),
        ('zsh', "setopt prompt_subst prompt_bang; PROMPT='<$(__git_session_ps1)>'"),
        ('zsh', "setopt prompt_subst prompt_bang; precmd_functions+=(__git_session_line); "
                "PROMPT='< $__git_session_text>'"),
        ('dash', "PS1='<$(__git_session_ps1)>'"),
        ('busybox', "PS1='<$(__git_session_ps1)>'"),
        ('fish', "function fish_prompt; printf '<%s>' (fish_git_session_prompt); end"),
    ],
)  # fmt: skip
def test_in_a_real_prompt(places: Place, shell: str, setup: str) -> None:
    """The prompt of an interactive shell, on a branch whose name would run programs."""
    if not shutil.which(SHELLS[shell][0]):
        pytest.skip(f'no {SHELLS[shell][0]}')
    source = f'source {FISH}' if shell == 'fish' else f'. {SH}'
    wanted = '< ●1/1 !2>'
    assert wanted in prompt(shell, places.root / 'hostile', f'{source}; {setup}', wanted)
    assert not list(places.root.rglob('owned'))


def test_the_snippets_of_the_document_work(places: Place) -> None:
    """As they stand there, with the path of this checkout."""
    text = (TOP / 'docs/prompt.md').read_text().replace(
        '~/.local/share/git-session/', f'{TOP}/prompt/'
    )  # fmt: skip
    found = {
        title: re.findall(r'(?:^    .*\n|^\n(?=    ))+', body, re.MULTILINE)
        for title, body in re.findall(r'^## (.*)\n((?:(?!## ).*\n)*)', text, re.MULTILINE)
    }
    top = places.root / 'all'
    for title, shell, number, wanted in (
        ('bash', 'bash', 0, r'\[●2/5 !1 red\] '),
        ('bash', 'bash', 1, 'all ●2/5 !1 red '),
        ('zsh', 'zsh', 0, 'all ●2/5 !1 red '),
        ('dash, busybox sh', 'dash', 0, '●2/5 !1 red '),
    ):
        if shutil.which(SHELLS[shell][0]):
            lines = [line.strip() for line in found[title][number].strip().splitlines()]
            shown = prompt(shell, top, '\n'.join(lines), wanted)
            assert re.search(wanted, shown), (title, shown)
    module = tomllib.loads('\n'.join(
        line.removeprefix('    ') for line in found['starship'][0].splitlines()
    ))['custom']['session']  # fmt: skip
    done = subprocess.run(
        module['shell'], input=module['command'], cwd=top, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ('●2/5 !1 red', '')


# --- what the file says


def test_the_file_follows_the_session(repo: Repo, run: Run) -> None:
    run('start', 'work', '-o', 'One', '-o', 'Two', '-o', 'Three')
    assert run('prompt').out == '●0/3\n'
    run('objectives', 'complete', '1')
    run('objectives', 'drop', '3')
    run('blockers', 'add', '$(id)')
    assert run('prompt').out == '●1/2 !1\n'
    run('pause')
    assert run('prompt').out == '○1/2 !1\n'
    repo.commit('work goes on')  # its hook starts the clock
    assert run('prompt').out == '●1/2 !1\n'
    run('blockers', 'resolve', '1')
    assert (repo.place() / 'prompt').read_text() == 'active 1 2 0\n'
    repo.git('switch', '-q', 'main')
    assert run('prompt').out == ''
    repo.git('switch', '-q', 'work')
    assert run('prompt').out == '●1/2\n'
    repo.git('config', 'session.enabled', 'false')
    repo.git('commit', '-q', '--allow-empty', '-m', 'the hook looks at the configuration')
    assert run('prompt').out == ''
    repo.git('config', 'session.enabled', 'true')
    run('end', '--no-handoff')
    assert run('prompt').out == ''


def test_the_phase_is_the_last_that_the_tests_proved() -> None:
    log = Log()
    log.add('start', branch='refs/heads/work', mode='tdd')
    assert files.prompt(log.replay()) == 'active 0 0 0\n'
    log.add('tdd', phase='red')
    log.add('tdd', phase='green', refused='the tests fail')
    assert files.prompt(log.replay()) == 'active 0 0 0 red\n'
    log.add('pause', reason='user')
    assert files.prompt(log.replay()) == 'paused 0 0 0 red\n'


def test_a_session_that_a_switch_paused_runs_where_it_is_shown() -> None:
    log = Log()
    log.add('start', branch='refs/heads/work')
    log.add('pause', reason='switch')
    assert files.prompt(log.replay()) == 'active 0 0 0\n'


def test_a_mark_in_a_locale_that_is_not_utf_8(
    places: Place, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(places.root / 'all')
    monkeypatch.setenv('LC_ALL', 'C')
    assert run('prompt').out == '*2/5 !1 red\n'
