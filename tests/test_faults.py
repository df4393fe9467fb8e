"""What doctor names and what it says helps: each made for real, each remedy tried."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from git_session import faults, git, hooks
from tests.repo import Repo, Result

Run = Callable[..., Result]
CONFIG = git.version() >= hooks.CONFIG_HOOKS  # core.hooksPath does not matter then


def found() -> list[tuple[str, str]]:
    """(problem, remedy) of each fault here."""
    known = faults.find(git.discover(), git.configuration())
    return [(each.problem, each.remedy) for each in known]


def obey(repo: Repo, remedy: str) -> None:
    """Type what the hint says; a command is in quotes unless it has some."""
    text = remedy[1:-1] if remedy.startswith("'") and remedy.endswith("'") else remedy
    repo.git(*shlex.split(text)[1:])


@pytest.mark.parametrize(
    ('spec', 'what'),
    [
        ('+refs/notes/*:refs/notes/*', 'overwrites them'),
        ('+refs/notes/session:refs/notes/session', 'overwrites them'),
        ('+refs/*:refs/*', 'overwrites them'),
        ('refs/notes/*:refs/notes/*', 'fails, or with --prune removes them'),
        ('refs/notes/session:refs/notes/session', 'fails, or with --prune removes them'),
    ],
)
def test_a_fetch_into_our_notes(session: Repo, spec: str, what: str) -> None:
    """What is said of the fetch is what it does, and nothing of it once the remedy is obeyed."""
    session.git('init', '-q', '--bare', '../remote')
    session.git('remote', 'add', 'origin', '../remote')
    session.git('push', '-q', 'origin', 'main')
    theirs = session.git('commit-tree', 'HEAD^{tree}', '-m', 'notes of another clone')
    session.git('push', '-q', 'origin', f'{theirs}:refs/notes/session')
    session.git('config', 'remote.origin.fetch', spec)
    session.commit('one')
    ours = session.git('rev-parse', 'refs/notes/session')
    [(problem, remedy)] = found()
    assert problem == f'a fetch {what}: remote.origin.fetch {spec}'
    obey(session, remedy)
    assert found() == []
    session.git('checkout', '-q', '--detach')  # a mirror takes the branches
    session.git('fetch', '-q', '--prune')
    session.git('push', '-q', 'origin', ':refs/notes/session')
    session.git('fetch', '-q', '--prune')
    assert session.git('rev-parse', 'refs/notes/session') == ours
    session.git('push', '-q', 'origin', f'{theirs}:refs/notes/session')
    session.git('config', '--replace-all', 'remote.origin.fetch', spec)
    fetched = session.run('git', 'fetch', '-q')
    assert (fetched.status == 0) == (what == 'overwrites them')
    assert (session.git('rev-parse', 'refs/notes/session') == theirs) == (fetched.status == 0)


@pytest.mark.parametrize('spec', ['+refs/notes/session:refs/notes/remotes/origin/session',
                                  '+refs/heads/*:refs/remotes/origin/*'])  # fmt: skip
def test_a_fetch_to_another_place(session: Repo, spec: str) -> None:
    session.git('config', 'remote.origin.fetch', spec)
    assert found() == []


@pytest.mark.parametrize('value', ['', 'refs/notes/x', 'refs/notes/x:refs/notes/commits'])
def test_notes_that_the_environment_leaves_behind(
    session: Repo, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv('GIT_NOTES_REWRITE_REF', value)
    assert found() == [(
        f"GIT_NOTES_REWRITE_REF is '{value}': notes do not follow amend and rebase",
        "'unset GIT_NOTES_REWRITE_REF'",
    )]  # fmt: skip
    session.commit('one')
    session.git('commit', '-q', '--amend', '--allow-empty', '-m', 'two')
    assert len(session.note()) == 1
    monkeypatch.setenv('GIT_NOTES_REWRITE_REF', 'refs/notes/x:refs/notes/*')
    assert found() == []
    session.git('commit', '-q', '--amend', '--allow-empty', '-m', 'three')
    assert len(session.note()) == 2


@pytest.mark.skipif(CONFIG, reason='hooks in the configuration do not depend on a hooks path')
def test_a_hooks_path_that_is_no_directory(session: Repo, run: Run) -> None:
    """It is named also after somebody has tried to install there."""
    session.git('config', 'core.hooksPath', '/dev/null')
    own = session.path / '.git/hooks'
    wanted = (
        f"core.hooksPath is '/dev/null' (local config), so git does not look into '{own}'",
        "'git config --local --unset-all core.hooksPath'",
    )
    assert found() == [wanted]
    run('hooks', 'install', status=128)
    assert found() == [wanted]
    obey(session, wanted[1])
    assert found() == []


@pytest.mark.skipif(CONFIG, reason='hooks in the configuration do not depend on a hooks path')
@pytest.mark.parametrize('scope', ['local', 'global', 'command'])
def test_a_hooks_path_that_leads_away(
    session: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    """Installing is only a remedy where it is done: not for a path of the user's."""
    place = tmp_path / 'other hooks'
    place.mkdir()
    if scope == 'command':
        for name, value in (('COUNT', '1'), ('KEY_0', 'core.hooksPath'), ('VALUE_0', str(place))):
            monkeypatch.setenv(f'GIT_CONFIG_{name}', value)
    else:
        session.git('config', f'--{scope}', 'core.hooksPath', str(place))
    [(problem, remedy)] = found()
    assert problem.startswith(f"core.hooksPath is '{place}' ({scope} config)")
    unset = "'git config --{} --unset-all core.hooksPath'"
    assert remedy == {
        'local': unset.format('local') + ", or 'git session hooks install'",
        'global': unset.format('global'),
        'command': 'take core.hooksPath out of the command line and the environment',
    }[scope]  # fmt: skip


@pytest.mark.skipif(CONFIG, reason='hooks in the configuration do not depend on a hooks path')
def test_a_relative_hooks_path_in_a_worktree(
    session: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The remedy helps from wherever it is typed, and --fix takes nobody else's hooks away."""
    (session.path / 'hk').mkdir()
    session.git('config', 'core.hooksPath', 'hk')
    run('hooks', 'install')
    session.git('worktree', 'add', '-q', '-b', 'agent', '../agent')
    there = session.path.parent / 'agent'
    wanted = (
        f"core.hooksPath 'hk' is relative, and worktree '{there}' has no such directory: "
        'no hook runs there',
        f'git config --local core.hooksPath {session.path}/hk',
    )
    assert found() == [wanted]
    monkeypatch.chdir(there)
    assert found() == [wanted]
    run('doctor', '--fix', '--no-probe', status=1)
    assert (session.path / 'hk/post-commit').exists()
    assert not (there / 'hk').exists()
    obey(Repo(there), wanted[1])
    assert found() == []
    run('doctor', '--no-probe')


@pytest.mark.skipif(CONFIG, reason='hooks in the configuration are one file')
def test_what_helps_several_is_said_once(session: Repo, run: Run) -> None:
    for name in hooks.EVENTS:
        (session.path / '.git/hooks' / name).unlink()
    done = run('doctor', '--no-probe', status=1)
    assert done.err == "hint: 'git session hooks install'\n"
    assert [line for line in done.out.splitlines() if line.startswith('hook ')] == [
        f'hook {name}: not installed' for name in hooks.EVENTS
    ]


def test_hooks_that_the_configuration_silences() -> None:
    """Pure, as git 2.54 lists it: what is in our file, then what came after it."""
    ours = [
        ('local', f'hook.session-{event}.{key}', value)
        for event in hooks.EVENTS
        for key, value in (('command', "session() { session_hooks='/x'; }"), ('event', event))
    ]
    assert list(faults.silenced(ours, by_event=True)) == []
    name = 'hook.session-post-commit.'
    added = [
        ('global', name + 'enabled', 'false'), ('local', 'hook.post-merge.enabled', 'No'),
        ('local', name + 'event', ''), ('worktree', name + 'command', 'true'),
        ('local', 'hook.session-commit-msg.enabled', 'true'),
    ]  # fmt: skip
    known = list(faults.silenced(ours + added, by_event=True))
    assert len(list(faults.silenced(ours + added, by_event=False))) == len(known) - 1
    assert [(each.subject, each.problem, each.remedy) for each in known] == [
        ('hook post-commit', f'{name}enabled is false (global config)',
         f"'git config --global --unset-all {name}enabled'"),
        ('hook post-commit', f'{name}event is reset (local config)',
         f"'git config --local --unset-all {name}event'"),
        ('hook post-commit', f"{name}command is 'true' (worktree config)",
         f"'git config --worktree --unset-all {name}command'"),
        ('hook post-merge', 'hook.post-merge.enabled is No (local config)',
         "'git config --local --unset-all hook.post-merge.enabled'"),
    ]  # fmt: skip


@pytest.mark.skipif(not CONFIG, reason='this git does not run config-based hooks')
@pytest.mark.parametrize('setting', ['enabled=false', 'event=', 'command=true'])
def test_a_silenced_hook_runs_after_the_remedy(session: Repo, setting: str) -> None:
    key, _, value = setting.partition('=')
    session.git('config', '--add', f'hook.session-post-commit.{key}', value)
    [(_, remedy)] = found()
    before = session.events()
    session.commit('one')
    assert session.events() == before
    obey(session, remedy)
    assert found() == []
    session.commit('two')
    assert len(session.events()) == len(before) + 1


def test_a_hook_of_the_name_of_its_event(session: Repo) -> None:
    """git 2.55 and later refuse every command that runs it."""
    session.git('config', 'hook.post-commit.command', 'true')
    session.git('config', 'hook.post-commit.event', 'post-commit')
    [(problem, remedy)] = found()
    assert problem.startswith("a hook is named 'post-commit' as its event")
    obey(session, remedy)
    assert found() == []
    session.commit('one')
