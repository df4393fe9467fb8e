"""The completions, driven in real shells, against the command table."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from git_session.config import KEYS
from tests import surface, terminal
from tests.repo import Repo, Result

COMPLETION = Path(__file__).parent.parent / 'completion'
NOTHING: set[str] = set()

# Completes command lines, given one a line; the candidates of each, one a line.
Complete = Callable[[list[str]], list[list[str]]]


def _git_completion() -> Path | None:
    """git's own bash completion, which ours is loaded by."""
    exec_path = subprocess.run(
        ['git', '--exec-path'], capture_output=True, text=True, check=True
    ).stdout.strip()
    prefix = Path(exec_path).parent.parent
    for place in (
        prefix / 'share/bash-completion/completions/git',
        prefix / 'share/git-core/contrib/completion/git-completion.bash',
        prefix / 'share/git-core/git-completion.bash',
        prefix / 'etc/bash_completion.d/git-completion.bash',
        Path('/usr/share/bash-completion/completions/git'),
        Path('/usr/share/git/completion/git-completion.bash'),
        Path('/etc/bash_completion.d/git'),
    ):
        if place.is_file():
            return place
    return None


# Splits as git's own t9902 does; the loader is what bash-completion's does: it sources
# the file that is named like the command.
_BASH = r"""
_get_comp_words_by_ref () {
    while [ $# -gt 0 ]; do
        case "$1" in
        cur) cur=${_words[_cword]} ;;
        prev) prev=${_words[_cword-1]} ;;
        words) words=("${_words[@]}") ;;
        cword) cword=$_cword ;;
        esac
        shift
    done
}
_completion_loader () { [ ! -f "$COMPLETION/$1" ] || . "$COMPLETION/$1"; }
compopt () { _changed="$_changed $*"; }
. "$GIT_COMPLETION"
while IFS= read -r line; do
    read -ra _words <<< "$line"
    case $line in *' ') _words+=('') ;; esac
    _cword=$((${#_words[@]} - 1)) COMPREPLY=() _changed=
    __git_wrap__git_main
    case $_changed in *'-o default'*) COMPREPLY+=(FILES) ;; esac
    printf '%s\n' "${COMPREPLY[@]}" ''
    printf '\0'
done
"""


def bash(lines: list[str]) -> list[list[str]]:
    script = _git_completion()
    if script is None or not shutil.which('bash'):
        pytest.skip("no bash, or git's own completion is not installed")
    out = subprocess.run(
        ['bash', '--norc', '--noprofile', '-c', _BASH],
        input=''.join(line + '\n' for line in lines),
        env={**os.environ, 'GIT_COMPLETION': str(script), 'COMPLETION': str(COMPLETION)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert out.stderr == ''
    return [block.split() for block in out.stdout.split('\0')[:-1]]


# Completions work in the line editor only, and that wants a terminal.  Nothing is
# typed: the editor itself takes line after line and notes what compadd is given.
_ZSH = r"""
unsetopt beep
fpath=($COMPLETION $fpath)
autoload -Uz compinit
compinit -D -u
compadd () {
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)(\ *|) ]]; then
        builtin compadd "$@"
        return
    fi
    local -a hits
    builtin compadd -A hits "$@"
    print -rl -- $hits >> $CANDIDATES
    local -i at=${argv[(i)-*d]}
    (( ! $#hits || at > $# )) || print -rl -- ${(P)argv[at+1]} >> $CANDIDATES.shown
    builtin compadd "$@"
}
comppostfuncs=(say-nothing)
say-nothing () { compstate[insert]= compstate[list]= }
zle -C capture complete-word _main_complete
zle-line-init () {
    local line
    for line in ${(f)"$(<$LINES_FILE)"}; do
        BUFFER=$line CURSOR=$#line
        zle capture
        print -rn -- $'\0' >> $CANDIDATES
    done
    exit 0
}
zle -N zle-line-init
PS1=
"""


def zsh(lines: list[str]) -> list[list[str]]:
    if not shutil.which('zsh'):
        pytest.skip('no zsh')
    home = Path(os.environ['HOME'])
    wanted, found = home / 'lines', home / 'candidates'
    wanted.write_text(''.join(line + '\n' for line in lines))
    found.write_text('')
    (home / '.zshrc').write_text(_ZSH)
    master, slave = pty.openpty()
    with subprocess.Popen(
        ['zsh', '-d', '-i'],
        env={
            **os.environ,
            'COMPLETION': str(COMPLETION),
            'LINES_FILE': str(wanted),
            'CANDIDATES': str(found),
            'ZDOTDIR': str(home),
            'TERM': 'vt100',
        },
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    ) as process:
        os.close(slave)
        terminal.shown(master)
        assert process.wait() == 0
    os.close(master)
    # As inserted, that is quoted.
    blocks = found.read_text().replace('\\', '').split('\0')[:-1]
    # Where there is nothing else to offer, zsh offers the options.
    return [
        [each for each in block.split('\n') if line.endswith('--') or not each.startswith('-')]
        for line, block in zip(lines, blocks, strict=True)
    ]


# fish 3.6.0 does not hand `git session` over by itself, so the file is read first.
_FISH = r"""
set -p fish_complete_path $COMPLETION
source $COMPLETION/git-session.fish
while read -l line
    complete -C "$line" | string split -f 1 \t
    printf '\0'
end
"""


def fish(lines: list[str]) -> list[list[str]]:
    if not shutil.which('fish'):
        pytest.skip('no fish')
    out = subprocess.run(
        ['fish', '-c', _FISH],
        input=''.join(line + '\n' for line in lines),
        env={**os.environ, 'COMPLETION': str(COMPLETION)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert out.stderr == ''
    return [block.split('\n') for block in out.stdout.split('\0')[:-1]]


def _sets(complete: Complete, lines: list[str]) -> dict[str, set[str]]:
    found = complete(lines)
    assert len(found) == len(lines)
    return {
        line: {each for each in candidates if each}
        for line, candidates in zip(lines, found, strict=True)
    }


SHELLS = pytest.mark.parametrize('complete', [bash, zsh, fish], ids=['bash', 'zsh', 'fish'])


@SHELLS
def test_commands_actions_and_options_are_those_of_the_table(
    repo: Repo, complete: Complete
) -> None:
    expected: dict[str, set[str]] = {'git session ': set(surface.names())}
    for form in surface.forms():
        expected[f'git session {form.words} --'] = form.long_flags()
        if form.action:
            line = f'git session {form.command} '
            expected[line] = expected.get(line, set()) | {form.action}
            # An option may come instead of the action: those of the default one.
            expected.setdefault(f'git session {form.command} --', form.long_flags())
    found = _sets(complete, list(expected))
    if complete is not bash:  # the others keep to themselves which options take a value
        expected = {line: {each.rstrip('=') for each in all_} for line, all_ in expected.items()}
    if complete is fish:  # which has a --help for every git command
        found = {line: all_ - {'--help'} for line, all_ in found.items()}
    assert found == expected


_TEMPLATE: list[Path] = []


@pytest.fixture
def busy(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Repo:
    """A session with items, a finished one, and a `git session` that must not be started."""
    if not _TEMPLATE:  # made once, copied for each test
        _TEMPLATE.append(_fill(tmp_path_factory.mktemp('template') / 'repo'))
    repo = Repo(tmp_path / 'repo')
    shutil.copytree(_TEMPLATE[0], repo.path, symlinks=True)
    monkeypatch.chdir(repo.path)
    stub = tmp_path / 'stub'
    stub.mkdir()
    (stub / 'git-session').write_text(f'#!/bin/sh\n: > "{stub}/started"\n')
    (stub / 'git-session').chmod(0o755)
    monkeypatch.setenv('PATH', f'{stub}{os.pathsep}{os.environ["PATH"]}')
    return repo


def _fill(path: Path) -> Path:
    path.mkdir()
    repo = Repo(path)
    repo.git('init', '-q', '-b', 'main')
    repo.commit('first', **{'a.txt': 'one\n'})
    repo.session('start', 'old')
    repo.git('commit', '-q', '--allow-empty', '-m', 'Old work')
    repo.session('end', '--no-handoff')
    repo.git('switch', '-q', 'main')
    repo.session('start', 'work/now', '-o', 'First: the API', '-o', 'Zweitens, größer')
    repo.session('blockers', 'add', 'Is it slow?')
    repo.session('blockers', 'add', 'It was')
    repo.session('blockers', 'resolve', '2')
    repo.session('decisions', 'add', 'Use "quotes"')
    repo.session('decisions', 'supersede', '1', 'Use none')
    repo.session('objectives', 'add', 'Not done')
    repo.session('objectives', 'drop', '3')
    repo.git('update-ref', 'refs/session/wip/work/now', 'HEAD')
    repo.git('update-ref', 'refs/remotes/origin/theirs', 'HEAD')
    repo.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/theirs')
    return path


def _values(repo: Repo) -> dict[str, set[str]]:
    """Command lines and what is offered there."""
    live = repo.context('work/now')['session']
    finished = next(path.name for path in (repo.sessions / '.archive').glob('old-*'))
    named = {live, finished, 'work/now', '@{1}'}
    branches = {'main', 'old', 'work/now', 'theirs'}
    return {
        'git session start ': branches,
        'git session start -o x ': branches,
        'git session start -o ': NOTHING,
        'git session start ol': {'old'},
        'git session start new ': NOTHING,
        'git session switch ': branches,
        'git session resume ': {'work/now'},
        'git session end --merge-to ': {'main', 'old', 'work/now'},
        'git session objectives start ': {'obj-1', 'obj-2'},
        'git session objectives complete 1 ': {'obj-1', 'obj-2'},
        'git session objectives edit obj-1 ': NOTHING,
        'git session objectives reopen ': {'obj-3'},
        'git session objectives drop ': {'obj-1', 'obj-2'},
        'git session objectives edit ': {'obj-1', 'obj-2', 'obj-3'},
        'git session objectives add ': NOTHING,
        'git session blockers resolve ': {'blk-1'},
        'git session blockers reopen ': {'blk-2'},
        'git session blockers edit ': {'blk-1', 'blk-2'},
        'git session blockers add --objective ': {'obj-1', 'obj-2'},
        'git session blockers add --issue ': NOTHING,
        'git session decisions show ': {'dec-1', 'dec-2'},
        'git session decisions supersede ': {'dec-2'},
        'git session decisions supersede dec-1 ': NOTHING,
        'git session wip show ': {'work/now'},
        'git session wip restore ': {'work/now'},
        'git session handoff ': named,
        'git session log ': named,
        'git session show ': named,
        'git session export ': named,
        'git session export --format ': {'toml', 'jsonl'},
        'git session config get ': set(KEYS),
        'git session config get tdd': {'tdd.test_command', 'tdd.timeout'},
        'git session status --format ': {'text', 'json'},
        'git session objectives --format ': {'text', 'json'},
        'git session pause ': NOTHING,
        'git session nonsense ': NOTHING,
    }


@SHELLS
def test_values_come_from_the_repository_and_start_no_python(
    busy: Repo, complete: Complete, tmp_path: Path
) -> None:
    expected = _values(busy)
    assert _sets(complete, list(expected)) == expected
    assert not (tmp_path / 'stub/started').exists()


@SHELLS
def test_revisions_are_offered_where_one_is_taken(busy: Repo, complete: Complete) -> None:
    found = _sets(complete, ['git session start --base ', 'git session brief --since '])
    for each in found.values():
        assert {'HEAD', 'main', 'old', 'work/now', 'origin/theirs'} <= each


HOSTILE = [
    'It\'s "quoted": $(touch owned) `touch owned`',
    '100% %F{red} ~/* [a-z] {x,y} \\ \\n & ; | > owned',
    'two\nlines\tand\x1b[31m a tab',
    'größer 漢字 🎉',
]
SHOWN = [
    'It\'s "quoted": $(touch owned) `touch owned`',
    '100% %F{red} ~/* [a-z] {x,y} \\ \\n & ; | > owned',
    'two lines and\\x1b[31m a tab',
    'größer 漢字 🎉',
]


@pytest.fixture
def hostile(busy: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """The objectives are texts that a shell could take for its own."""
    lines = (f'obj-{at}\tpending\t{text}\n' for at, text in enumerate(SHOWN, 1))
    (busy.place('work/now') / 'items').write_text(''.join(lines))
    return busy


def test_the_items_are_lines_a_shell_can_read(repo: Repo, run: Callable[..., Result]) -> None:
    run('start', 'work', *[word for text in HOSTILE for word in ('-o', text)])
    run('blockers', 'add', 'Slow')
    run('decisions', 'add', 'Use JWT')
    run('decisions', 'supersede', '1', 'x' * 300)
    states = ['active', *['pending'] * 3]
    expected = [f'obj-{at + 1}\t{states[at]}\t{text}' for at, text in enumerate(SHOWN)]
    expected += [
        'blk-1\topen\tSlow',
        f'dec-2\tin-force\t{"x" * 197}...',
        'dec-1\tsuperseded\tUse JWT',
    ]
    assert (repo.place() / 'items').read_text().splitlines() == expected


def test_zsh_shows_the_texts_and_runs_nothing(hostile: Repo) -> None:
    (found,) = _sets(zsh, ['git session objectives complete ']).values()
    assert found == {'obj-1', 'obj-2', 'obj-3', 'obj-4'}
    shown = (Path(os.environ['HOME']) / 'candidates.shown').read_text().splitlines()
    for number, text in enumerate(SHOWN, 1):
        (line,) = {each for each in shown if each.startswith(f'obj-{number} ')}
        # zsh cuts at the width of the terminal
        assert text.startswith(line.partition('-- ')[2].rstrip()) and text[:20] in line
    assert not list(hostile.path.rglob('owned'))


def test_fish_shows_the_texts_and_runs_nothing(hostile: Repo) -> None:
    if not shutil.which('fish'):
        pytest.skip('no fish')
    script = 'source $COMPLETION/git-session.fish; complete -C "git-session objectives complete "'
    out = subprocess.run(
        ['fish', '-c', script], env={**os.environ, 'COMPLETION': str(COMPLETION)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    expected = [f'obj-{number}\t{text}' for number, text in enumerate(SHOWN, 1)]
    assert (out.stdout.splitlines(), out.stderr) == (expected, '')
    assert not list(hostile.path.rglob('owned'))


@pytest.mark.parametrize(
    ('kind', 'typed', 'shown'),
    [
        ('63', '', [f'obj-{number} {text}' for number, text in enumerate(SHOWN, 1)]),
        ('33', 'obj-', [f'obj-{number} {text}' for number, text in enumerate(SHOWN, 1)]),
        ('63', 'obj-2', ['obj-2 ']),  # it is inserted
        ('9', '', ['obj-1 ', 'obj-2 ', 'obj-3 ', 'obj-4 ']),
        ('37', '', ['obj-1 ', 'obj-2 ', 'obj-3 ', 'obj-4 ']),  # menu-complete inserts each
        ('42', '', ['obj-1 ', 'obj-2 ', 'obj-3 ', 'obj-4 ']),  # insert-completions all of them
    ],
)
def test_bash_shows_the_texts_where_they_are_not_inserted(
    hostile: Repo, monkeypatch: pytest.MonkeyPatch, kind: str, typed: str, shown: list[str]
) -> None:
    monkeypatch.setenv('COMP_TYPE', kind)
    raw = _BASH.replace('_words <<< "$line"', '_words <<< "$line"; COLUMNS=80')
    script = _git_completion()
    if script is None:
        pytest.skip("git's own completion is not installed")
    out = subprocess.run(
        ['bash', '--norc', '--noprofile', '-c', raw],
        input=f'git session objectives complete {typed}\n',
        env={**os.environ, 'GIT_COMPLETION': str(script), 'COMPLETION': str(COMPLETION)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (out.stdout.split('\0')[0].splitlines()[:-1], out.stderr) == (shown, '')
    assert not list(hostile.path.rglob('owned'))


@SHELLS
def test_completing_writes_nothing(busy: Repo, complete: Complete) -> None:
    def files() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in busy.path.rglob('*') if path.is_file()}

    before = files()
    _sets(
        complete, ['git session objectives complete ', 'git session show ', 'git session resume ']
    )
    assert files() == before


@SHELLS
def test_nothing_is_offered_and_nothing_said_outside_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, complete: Complete
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = ['resume', 'objectives start', 'blockers resolve', 'decisions show', 'log']
    expected = {f'git session {words} ': NOTHING for words in lines}
    assert _sets(complete, list(expected)) == expected


@SHELLS
def test_a_linked_worktree_offers_its_own_session(
    busy: Repo, complete: Complete, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    busy.git('worktree', 'add', '-q', str(tmp_path / 'linked'), 'old')
    monkeypatch.chdir(tmp_path / 'linked')
    live = busy.context('work/now')['session']
    found = _sets(complete, ['git session objectives start ', 'git session show '])
    assert found['git session objectives start '] == NOTHING
    assert {live, 'work/now'} <= found['git session show ']


def test_bash_follows_git_options_and_aliases(
    busy: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    busy.git('config', '--global', 'alias.s', 'session')
    expected = {
        f'git -C {busy.path} session objectives start ': {'obj-1', 'obj-2'},
        'git s config ': {'list', 'get', 'schema'},
        'git --no-pager session hooks inst': {'install'},
    }
    monkeypatch.chdir(tmp_path)
    assert _sets(bash, list(expected)) == expected


def test_bash_completes_the_attached_value_of_an_option(busy: Repo) -> None:
    expected = {
        'git session log --format=': {'text', 'json'},
        'git session log --format=j': {'json'},
        'git session end --merge-to=ol': {'old'},
        'git session blockers add --objective=': {'obj-1', 'obj-2'},
    }
    assert _sets(bash, list(expected)) == expected


def test_bash_offers_files_only_where_a_file_is_named(busy: Repo) -> None:
    expected = {
        'git session checkpoint -F ': {'FILES'},
        'git session checkpoint --file=': {'FILES'},
        'git session handoff -o ': {'FILES'},
        'git session export -o ': {'FILES'},
        'git session export --output=': {'FILES'},
        'git session import ': {'FILES'},
        'git session import x ': NOTHING,
        'git session checkpoint -m ': NOTHING,
        'git session note ': NOTHING,
        'git session note -- --': NOTHING,
    }
    assert _sets(bash, list(expected)) == expected


def test_bash_works_where_git_does_not_say_where_the_command_is(
    busy: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """git before 2.31 sets no __git_cmd_idx."""
    script = _git_completion()
    if script is None:
        pytest.skip("git's own completion is not installed")
    old = busy.path / 'old-git-completion'
    text = script.read_text()
    old.write_text(text.replace('__git_cmd_idx="$c"', ':'))
    monkeypatch.setattr(f'{__name__}._git_completion', lambda: old)
    expected = {
        'git session objectives ': {
            'list', 'add', 'start', 'complete', 'reopen', 'drop', 'edit',
        },
        'git -C . session objectives start ': {'obj-1', 'obj-2'},
    }  # fmt: skip
    assert _sets(bash, list(expected)) == expected


@pytest.mark.parametrize('name', ['git-session', '_git-session', 'git-session.fish'])
def test_the_shell_can_read_the_file(name: str) -> None:
    shell = {'git-session': 'bash', '_git-session': 'zsh', 'git-session.fish': 'fish'}[name]
    if not shutil.which(shell):
        pytest.skip(f'no {shell}')
    done = subprocess.run(
        [shell, '-n', str(COMPLETION / name)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, '')
