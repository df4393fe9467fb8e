"""Beside the real managers: both sides' hooks fire, and either can go first and leave nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from git_session import git, hooks
from tests.managers.conftest import require
from tests.repo import Repo, Result

Run = Callable[..., Result]

ORDER = ('prepare-commit-msg', 'commit-msg', 'post-commit', 'post-checkout', 'post-rewrite',
         'post-merge')  # fmt: skip
SPIED = ('pre-commit', *ORDER)
METHODS = ('files', 'config') if git.version() >= hooks.CONFIG_HOOKS else ('files',)


def _framework() -> str:
    entries = [
        f'  - {{id: spy-{event}, name: spy, language: system, stages: [{event}], '
        f'entry: sh -c \'sh "$HOME/spy" {event} "$@"\' sh, always_run: true, '
        f'pass_filenames: {str(event.endswith("-msg")).lower()}}}\n'
        for event in SPIED
    ]
    return 'repos:\n- repo: local\n  hooks:\n' + ''.join(entries)


def _lefthook() -> str:
    text = ''
    for event in SPIED:
        text += f'{event}:\n  commands:\n    spy:\n      run: sh "$HOME/spy" {event} {{0}}\n'
        if event == 'post-rewrite':
            text += '      use_stdin: true\n'
    return text


def _scripts(folder: str) -> dict[str, str]:
    return {
        f'{folder}/{event}': f'#!/bin/sh\nsh "$HOME/spy" {event} "$@" || exit\n' for event in SPIED
    }


class Manager(NamedTuple):
    """One way to run hooks: its own files in the repository, how it comes and goes.

    `runs` are the events it runs; `refused` is why ours are not installed beside it before
    lines are added to `callers`, '' where nothing has to be.
    """

    files: dict[str, str]
    install: tuple[str, ...]
    uninstall: tuple[str, ...]
    runs: tuple[str, ...] = SPIED
    refused: str = ''
    callers: str = ''
    passes_list: bool = True
    insists: tuple[str, ...] = ()  # how it installs where it finds hooks of others


_TYPES = tuple(word for event in SPIED for word in ('-t', event))
_UNSET = ('git', 'config', '--unset', 'core.hooksPath')
MANAGERS = {
    'pre-commit': Manager(
        {'.pre-commit-config.yaml': _framework()},
        ('pre-commit', 'install', *_TYPES), ('pre-commit', 'uninstall', *_TYPES),
        passes_list=False,
    ),
    'prek': Manager(
        {'.pre-commit-config.yaml': _framework()},
        ('prek', 'install', *_TYPES), ('prek', 'uninstall', *_TYPES), passes_list=False,
    ),
    'lefthook': Manager(
        {'lefthook.yml': _lefthook()}, ('lefthook', 'install'), ('lefthook', 'uninstall'),
        refused="lefthook runs this repository's hooks", callers='lefthook.yml',
    ),
    'husky': Manager(
        _scripts('.husky'), ('husky',), _UNSET,
        refused="husky runs this repository's hooks, from '.husky/_'", callers='.husky',
    ),
    'git-lfs': Manager(
        {}, ('git', 'lfs', 'install', '--local'), ('git', 'lfs', 'uninstall', '--local'),
        runs=('post-commit', 'post-checkout', 'post-merge'),
        insists=('git', 'lfs', 'update', '--force'),
    ),
    'tracked hooks': Manager(
        _scripts('.githooks'), ('git', 'config', 'core.hooksPath', '.githooks'), _UNSET,
        refused="the hook '{top}/.githooks/prepare-commit-msg' is tracked; it would be renamed",
        callers='.githooks',
    ),
}  # fmt: skip

# Made by commits and switches, by the session itself, and by git-lfs, which lefthook runs too.
_WORK = ('objects', 'logs', 'refs', 'index', 'HEAD', 'ORIG_HEAD', 'AUTO_MERGE', 'COMMIT_EDITMSG',
         'REBASE_HEAD', 'session-seen', 'session-branch', 'session-editmsg', 'session-off',
         'session-live',
         'sessions/work', 'sessions/.seen', 'sessions/.bindings', 'sessions/.lock',
         'sessions/.config.json', 'lfs')  # fmt: skip


def state(repo: Repo) -> dict[str, str]:
    """Everything in the git directory that is not made by work: mode and hash, or target."""
    found, top = {}, repo.path / '.git'
    for path in sorted(top.rglob('*')):
        name = str(path.relative_to(top))
        if any(name == each or name.startswith(each + '/') for each in _WORK):
            continue
        text = path.read_bytes() if path.is_file() and not path.is_symlink() else b''
        target = os.readlink(path) if path.is_symlink() else ''
        found[name] = f'{path.lstat().st_mode:o} {hashlib.sha256(text).hexdigest()} {target}'
    return found


def line(event: str, arguments: str = '"$@"') -> str:
    return (
        'session_hooks="$(git rev-parse --git-common-dir)/sessions/.hooks"; '
        f'[ ! -x "$session_hooks/{event}" ] || "$session_hooks/{event}" {arguments}'
    )


# What `hooks install --print` prints for lefthook.
LEFTHOOK_LINES = ''.join(
    f'{event}:\n  commands:\n    git-session:\n      run: |\n        {line(event, given)}\n{more}'
    for event, given, more in (
        ('prepare-commit-msg', '"{1}" "{2}"', ''),
        ('commit-msg', '"{1}"', ''),
        ('post-commit', '{0}', ''),
        ('post-checkout', '{0}', ''),
        ('post-rewrite', '{0}', '      use_stdin: true\n'),
        ('post-merge', '{0}', ''),
    )
)
LINES = ''.join(f'# {event}\n{line(event)}\n' for event in ORDER)


class World:
    """A repository with one manager; `left` is what the manager leaves when it is alone."""

    def __init__(self, repo: Repo, run: Run, name: str, package: Path) -> None:
        self.repo, self.run, self.name, self.package = repo, run, name, package
        self.manager = MANAGERS[name]
        for path, text in self.manager.files.items():
            repo.write_file(path, text)
            (repo.path / path).chmod(0o755)
        repo.git('add', '.')
        repo.git('commit', '-q', '--allow-empty', '-m', 'configuration')
        run('start', 'work', '-o', 'First objective')
        run('hooks', 'uninstall')
        repo.git('switch', '-q', 'main')
        clean = state(repo)
        self.call(*self.manager.install)
        assert state(repo) != clean
        self.call(*self.manager.uninstall)
        self.left = state(repo)
        # git-lfs keeps a section of the configuration.
        assert name == 'git-lfs' or self.left == clean

    def call(self, *words: str) -> Result:
        result = self.repo.run(*words)
        assert result.status == 0, result
        return result

    @property
    def spied(self) -> list[str]:
        """What the manager's hooks saw since the last look."""
        path = Path(os.environ['HOME']) / 'spied'
        lines = path.read_text().splitlines()
        path.write_text('')
        return lines

    def install(self, order: str, method: str) -> None:
        """Both, in this order, with what we say has to be added added."""
        manager, refused = self.manager, method == 'files' and self.manager.refused
        if order == 'ours first':
            self.run('hooks', 'install', '--method', method)
        if order == 'ours first' and method == 'files' and manager.insists:
            assert 'Hook already exists: ' in self.repo.run(*manager.install).err
            assert self.run('hooks').out.count(': installed') == len(ORDER)
            self.call(*manager.insists)
        else:
            self.call(*manager.install)
        if refused:
            self.refused()
            self.add()
        if order == 'ours last' or refused or (method == 'files' and manager.insists):
            self.run('hooks', 'install', '--method', method)
        assert self.run('hooks').out.count(': installed') == len(ORDER)

    def refused(self) -> None:
        """Not installed, with the lines to add said in full."""
        top = self.repo.path
        if self.name == 'lefthook':
            hints = ['hint: add to lefthook.yml:']
            hints += [f'hint: {text}' for text in LEFTHOOK_LINES.splitlines()]
        else:
            folder = top / self.manager.callers
            hints = [f"hint: add to '{folder}/{event}': {line(event)}" for event in ORDER]
        hints.append("hint: then 'git session hooks install' again")
        said = self.run('hooks', 'install', '--method', 'files', status=1)
        refused = self.manager.refused.format(top=top)
        assert said.err.splitlines() == [f'error: {refused}', *hints]
        status = self.run('hooks', status=1)
        assert status.err.splitlines() == hints
        assert status.out.count(': not installed, another hook is there, ') == len(ORDER)

    def add(self) -> None:
        """What a user does with the output of --print."""
        printed = self.run('hooks', 'install', '--print').out
        if self.name == 'lefthook':
            assert printed == LEFTHOOK_LINES
            file = self.repo.path / 'lefthook.yml'
            text = file.read_text()
            for event, rest in _blocks(printed).items():
                text = text.replace(
                    f'\n{event}:\n  commands:\n', f'\n{event}:\n  commands:\n{rest}'
                )
            file.write_text(text)
        else:
            assert printed == LINES
            lines = dict(zip(ORDER, printed.splitlines()[1::2], strict=True))
            for event, text in lines.items():
                with (self.repo.path / self.manager.callers / event).open('a') as file:
                    file.write(text + '\n')
        self.repo.git('add', '-u')
        self.repo.git('commit', '-q', '-m', 'lines of git session')

    def expect(self, lines: list[str]) -> None:
        """Exactly this was seen by the manager's hooks, as far as it runs such."""
        runs = [text for text in lines if text.split()[0] in (*self.manager.runs, 'list')]
        if not self.manager.passes_list or 'post-rewrite' not in self.manager.runs:
            runs = [text for text in runs if not text.startswith('list ')]
        assert self.spied == [text.removeprefix('list ') for text in runs]


def _blocks(printed: str) -> dict[str, str]:
    """The lines below `commands:` of each event in a lefthook.yml."""
    found: dict[str, str] = {}
    event = ''
    for text in printed.splitlines():
        if not text.startswith(' '):
            event = text.removesuffix(':')
            found[event] = ''
        elif text != '  commands:':
            found[event] += text + '\n'
    return found


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The hooks as the package that is installed has them: it can be removed."""
    place = tmp_path / 'package/hooks'
    shutil.copytree(hooks.source(), place)
    monkeypatch.setattr('git_session.hooks.source', lambda: str(place))
    return place


@pytest.mark.parametrize('method', METHODS)
@pytest.mark.parametrize('order', ['ours first', 'ours last'])
@pytest.mark.parametrize('name', MANAGERS)
def test_beside(
    repo: Repo, run: Run, tools: Path, package: Path, husky_program: str,
    name: str, order: str, method: str,
) -> None:  # fmt: skip
    require(name, tools, husky_program)
    world = World(repo, run, name, package)
    world.install(order, method)
    repo.git('branch', '-f', 'work', 'main')
    repo.commit('upstream', '--no-verify', **{'up.txt': 'u\n'})
    assert world.spied or name == 'git-lfs'
    _day(world)
    _refusals(world)
    _without_package(world)
    _uninstalls(world, method)


def _day(world: World) -> None:
    """Commit, amend, switch, rebase: what each side has seen of it."""
    repo, message = world.repo, '.git/COMMIT_EDITMSG'
    main, start = repo.git('rev-parse', 'main', 'work').split()
    told = len(repo.events())
    repo.git('switch', '-q', 'work')
    world.expect([f'post-checkout {main} {start} 1'])
    repo.write(**{'b.txt': 'b\n'})
    repo.git('add', 'b.txt')
    repo.git('commit', '-q', GIT_EDITOR='echo one >')
    first = repo.git('rev-parse', 'HEAD')
    assert repo.message() == _message('one', repo)
    world.expect(['pre-commit', f'prepare-commit-msg {message}', f'commit-msg {message}',
                  'post-commit'])  # fmt: skip
    repo.write(**{'b.txt': 'bb\n'})  # lefthook leaves pre-commit out where no file is staged
    repo.git('commit', '-q', '-a', '--amend', '-m', 'two')
    second = repo.git('rev-parse', 'HEAD')
    assert repo.message() == _message('two', repo)
    world.expect(['pre-commit', f'prepare-commit-msg {message} message', f'commit-msg {message}',
                  'post-commit', 'post-rewrite amend', f'list {first} {second}'])  # fmt: skip
    repo.git('switch', '-q', 'main')
    repo.git('switch', '-q', 'work')
    world.expect([f'post-checkout {second} {main} 1', f'post-checkout {main} {second} 1'])
    repo.git('rebase', '-q', 'main')
    third = repo.git('rev-parse', 'HEAD')
    assert repo.message() == _message('two', repo)
    world.expect([f'post-checkout {second} {main} 1', f'prepare-commit-msg {message} message',
                  'post-commit', 'post-rewrite rebase', f'list {second} {third}'])  # fmt: skip
    assert [_facts(event) for event in repo.events()[told:]] == [
        ('commit', first), ('commit', second),
        ('rewrite', 'amend', [[first, second]]), ('pause', 'switch'), ('resume', 'switch'),
        ('rewrite', 'rebase', [[second, third]]),
    ]  # fmt: skip


def _message(subject: str, repo: Repo) -> str:
    name = (repo.place() / 'id').read_text().strip()
    return f'{subject}\n\nSession-Id: {name}\nSession-Objective: obj-1 First objective'


def _facts(event: dict[str, object]) -> tuple[object, ...]:
    keys = {'commit': ['commit'], 'rewrite': ['by', 'pairs']}
    return (event['type'], *(event[key] for key in keys.get(str(event['type']), ['reason'])))


def _refusals(world: World) -> None:
    """What the manager's hooks say still counts."""
    repo, before = world.repo, world.repo.git('rev-parse', 'HEAD')
    repo.write(**{'b.txt': 'more\n'})
    for event in ('pre-commit', 'commit-msg'):
        refused = repo.run('git', 'commit', '-q', '-a', '-m', 'refused', FAIL=event)
        assert (refused.status != 0) == (event in world.manager.runs), refused
        repo.git('reset', '-q', '--soft', before)
    repo.git('reset', '-q', '--hard')
    if world.name == 'git-lfs':
        assert repo.run('git', 'switch', '-q', '--detach', FAIL='post-checkout').status == 1
        repo.git('switch', '-q', 'work')
    assert repo.git('rev-parse', 'HEAD') == before
    assert world.spied


def _without_package(world: World) -> None:
    """Ours do nothing, silently; the manager's run."""
    repo, message = world.repo, '.git/COMMIT_EDITMSG'
    away = world.package.with_name('away')
    world.package.rename(away)
    told = repo.events()
    done = repo.run('git', 'commit', '-q', '--allow-empty', '-m', 'gone')
    assert done.status == 0
    assert not any(
        word in done.err for word in ('No such', 'not found', "can't", str(world.package.parent))
    )
    assert repo.message() == 'gone'
    seen = ['pre-commit', f'prepare-commit-msg {message} message', f'commit-msg {message}',
            'post-commit']  # fmt: skip
    world.expect(seen[1:] if world.name == 'lefthook' else seen)
    assert repo.events() == told
    away.rename(world.package)


def _uninstalls(world: World, method: str) -> None:
    """Whoever goes first, the git directory ends as it was; the other's hooks run meanwhile."""
    repo, home = world.repo, world.repo.path.parent
    repo.git('switch', '-q', 'main')
    assert len(world.spied) == 1
    shutil.copytree(repo.path / '.git', home / 'saved', symlinks=True)
    world.run('hooks', 'uninstall')
    _only(world, theirs=True, ours=False)
    world.call(*world.manager.uninstall)
    assert state(repo) == world.left
    shutil.rmtree(repo.path / '.git')
    shutil.copytree(home / 'saved', repo.path / '.git', symlinks=True)
    world.call(*world.manager.uninstall)
    if method == 'config' or not world.manager.refused:
        # git-lfs does not look for its hooks where ours have put them; these go with ours.
        _only(world, theirs=method == 'files' and bool(world.manager.insists), ours=True)
    world.run('hooks', 'uninstall')
    assert state(repo) == world.left
    assert world.run('hooks', 'uninstall').err == 'no hooks of git session here\n'
    assert state(repo) == world.left


def _only(world: World, *, theirs: bool, ours: bool) -> None:
    """A switch there and back is seen by the one that is left."""
    told = len(world.repo.events())
    assert world.spied == []
    world.repo.git('switch', '-q', 'work')
    world.repo.git('switch', '-q', 'main')
    seen, types = world.spied, [event['type'] for event in world.repo.events()[told:]]
    assert len(seen) == (2 if theirs else 0)
    assert types == (['resume', 'pause'] if ours else [])
