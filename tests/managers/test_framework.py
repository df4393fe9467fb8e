"""Our hooks run by the pre-commit framework itself, from `.pre-commit-hooks.yaml`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.repo import Repo, Result

Run = Callable[..., Result]

TOP = Path(__file__).resolve().parent.parent.parent
EVENTS = ('prepare-commit-msg', 'commit-msg', 'post-commit', 'post-checkout', 'post-rewrite',
          'post-merge')  # fmt: skip


@pytest.fixture
def source(tmp_path: Path) -> Repo:
    """This checkout as it is now, as far as the framework looks at it, in a repository."""
    place = tmp_path / 'git-session'
    shutil.copytree(TOP / 'hooks', place / 'hooks')
    shutil.copy2(TOP / '.pre-commit-hooks.yaml', place)
    source = Repo(place)
    source.git('init', '-q')
    source.git('add', '.')
    source.git('commit', '-q', '-m', 'the hooks')
    return source


@pytest.fixture
def program() -> str:
    return 'pre-commit'


@pytest.fixture
def team(repo: Repo, source: Repo, run: Run, monkeypatch: pytest.MonkeyPatch, program: str) -> Repo:
    """A repository whose hooks all come from the framework, with a session on `work`."""
    monkeypatch.setenv('PRE_COMMIT_COLOR', 'never')
    repo.write_file('.pre-commit-config.yaml', configuration(source))
    repo.git('add', '.')
    repo.git('commit', '-q', '-m', 'configuration')
    done = repo.run(program, 'install')
    assert done.status == 0, done
    run('start', 'work', '-o', 'First objective')
    return repo


def configuration(source: Repo) -> str:
    """What the README says, with its two gaps filled."""
    text = (TOP / 'README.md').read_text()
    block = text.partition('## With the pre-commit framework')[2].partition('```yaml\n')[2]
    block = block.partition('```')[0].replace('<address of this repository>', str(source.path))
    return block.replace('<tag or commit>', source.git('rev-parse', 'HEAD'))


def facts(repo: Repo, told: int) -> list[tuple[object, ...]]:
    keys = {'commit': ['commit'], 'rewrite': ['by', 'pairs'], 'merge': ['commit']}
    return [
        (event['type'], *(event[key] for key in keys.get(event['type'], ['reason'])))
        for event in repo.events()[told:]
    ]


def message(subject: str, repo: Repo) -> str:
    name = (repo.place() / 'id').read_text().strip()
    return f'{subject}\n\nSession-Id: {name}\nSession-Objective: obj-1 First objective'


@pytest.mark.parametrize('program', ['pre-commit', 'prek'])
def test_a_day(team: Repo, run: Run, program: str) -> None:
    """Every hook in its stage, with what git says in arguments or the framework in variables."""
    told = len(team.events())
    assert run('hooks').out == ''.join(
        f'{event}: installed, run by {program}\n' for event in EVENTS
    )
    assert 'hook.' not in team.git('config', '--list', '--name-only')
    # What the framework hides while a hook runs stays out of what the hook does.
    team.write(**{'a.txt': 'unstaged\n', 'b.txt': 'b\n'})
    team.git('add', 'b.txt')
    edited = team.run('git', 'commit', GIT_EDITOR='sed -i "1s/^/one/"')
    assert edited.status == 0, edited
    assert 'Installing environment' not in edited.out + edited.err
    first = team.git('rev-parse', 'HEAD')
    assert team.message() == message('one', team)
    assert (team.path / 'a.txt').read_text() == 'unstaged\n'
    assert [event['type'] for event in team.note()] == ['commit']
    team.git('commit', '-q', '--amend', '-m', 'two')
    second = team.git('rev-parse', 'HEAD')
    assert team.message() == message('two', team)
    team.git('checkout', '-q', '--', 'a.txt')
    team.git('switch', '-q', 'main')
    team.commit('upstream', **{'up.txt': 'u\n'})
    team.git('switch', '-q', 'work')
    team.git('rebase', '-q', 'main')
    third = team.git('rev-parse', 'HEAD')
    team.git('switch', '-q', '-c', 'side', 'main')
    team.commit('side', **{'side.txt': 's\n'})
    team.git('switch', '-q', 'work')
    team.git('merge', '-q', '--no-ff', '-m', 'merged', 'side')
    assert facts(team, told) == [
        ('commit', first), ('commit', second), ('rewrite', 'amend', [[first, second]]),
        ('pause', 'switch'), ('resume', 'switch'), ('rewrite', 'rebase', [[second, third]]),
        ('pause', 'switch'), ('resume', 'switch'), ('commit', team.git('rev-parse', 'HEAD')),
    ]  # fmt: skip
    before = len(team.events())
    run('status')  # has nothing left to find
    assert facts(team, before) == []
    assert not list((team.path / '.git/hooks').glob('*.legacy'))


def test_without_a_session(team: Repo) -> None:
    team.git('switch', '-q', 'main')
    assert team.commit('no session')
    assert team.message() == 'no session'
    assert team.run('git', 'notes', '--ref=session', 'show').status == 1


@pytest.mark.parametrize('program', ['prek'])
def test_doctor_proves_it(team: Repo, run: Run, program: str) -> None:
    out = run('doctor').out
    path = team.path / '.git/hooks'
    for event in EVENTS:
        line = next(line for line in out.splitlines() if line.startswith(f'hook {event}: '))
        assert line.startswith(f'hook {event}: ok, fired in ')
        assert line.endswith(f' ms by {program} ({path}/{event})')


def test_a_renamed_branch_without_the_hidden_configuration(team: Repo, run: Run) -> None:
    """The trailers are made of the configuration as the user has it, staged or not."""
    team.write_file('.session/config.yaml', 'session:\n  trailers: [Session-Id]\n')
    team.git('add', '.')
    team.commit('with configuration')
    team.write_file('.session/config.yaml', 'session:\n  trailers: false\n')
    run('status')
    assert (team.place() / 'trailers').read_text() == ''
    team.git('branch', '-m', 'renamed')
    team.write(**{'b.txt': 'b\n'})
    team.git('add', 'b.txt')
    team.git('commit', '-q', '-m', 'hidden')
    assert team.message() == 'hidden'
    assert (team.place('renamed') / 'trailers').read_text() == ''
    assert team.note()[0]['commit'] == team.git('rev-parse', 'HEAD')


def test_try_repo(session: Repo, source: Repo, run: Run) -> None:
    """As somebody does who wants to see it first; an id per stage."""
    run('hooks', 'uninstall')
    session.write_file('message', 'text\n')
    head = session.git('rev-parse', 'HEAD')
    told = len(session.events())
    for event, words in {
        'prepare-commit-msg': ('--commit-msg-filename', 'message',
                               '--prepare-commit-message-source', 'message'),
        'post-commit': (),
    }.items():  # fmt: skip
        done = session.run(
            'pre-commit', 'try-repo', str(source.path), f'git-session-{event}',
            '--hook-stage', event, *words, PRE_COMMIT_COLOR='never', GIT_EDITOR=':',
        )  # fmt: skip
        assert done.status == 0, done
        assert f'git session, {event}' in done.out
        assert 'Passed' in done.out
    assert (session.path / 'message').read_text() == message('text', session) + '\n'
    assert facts(session, told) == [('commit', head)]


# --- a list of rewritten commits that does not come: pre-commit gives its hooks no input


@pytest.fixture
def deaf(session: Repo, run: Run) -> Repo:
    """A session whose post-rewrite is run without input."""
    run('hooks', 'install', '--method', 'files')
    path = session.path / '.git/hooks/post-rewrite'
    path.rename(f'{path}.legacy')
    path.write_text('#!/bin/sh\n"$0.legacy" "$@" < /dev/null\n')
    path.chmod(0o755)
    return session


def rewrites(repo: Repo) -> list[object]:
    return [(event['by'], event['pairs']) for event in repo.events() if event['type'] == 'rewrite']


@pytest.mark.parametrize('backend', ['--merge', '--apply'])
def test_a_rebase_without_its_list(deaf: Repo, backend: str) -> None:
    """git's own file of it is still there: all pairs, with what was squashed and dropped."""
    old = [deaf.commit(f'own {n}', **{f'{n}.txt': f'{n}\n'}) for n in range(3)]
    deaf.git('switch', '-q', 'main')
    deaf.commit('upstream', **{'up.txt': 'u\n'})
    deaf.git('switch', '-q', 'work')
    deaf.git('rebase', '-q', backend, 'main')
    new = deaf.git('rev-list', '--reverse', 'main..work').split()
    assert rewrites(deaf) == [('rebase', [list(pair) for pair in zip(old, new, strict=True)])]


def test_an_amend_without_its_list(deaf: Repo, run: Run) -> None:
    first = deaf.commit('one')
    deaf.git('commit', '-q', '--amend', '--allow-empty', '-m', 'commit (amend): two')
    second = deaf.git('rev-parse', 'HEAD')
    assert rewrites(deaf) == [('amend', [[first, second]])]
    run('status')
    assert rewrites(deaf) == [('amend', [[first, second]])]


def test_an_amend_that_changes_nothing(deaf: Repo) -> None:
    """The object id is the same."""
    when = {'GIT_COMMITTER_DATE': '2026-11-22T12:00:00Z'}
    deaf.git('commit', '-q', '--allow-empty', '-m', 'one', **when)
    first = deaf.git('rev-parse', 'HEAD')
    deaf.git('commit', '-q', '--allow-empty', '--amend', '--no-edit', **when)
    assert deaf.git('rev-parse', 'HEAD') == first
    assert rewrites(deaf) == []


@pytest.mark.parametrize('entry', ['moved', 'none', 'other words', 'only one'])
def test_what_the_reflog_does_not_say(deaf: Repo, run: Run, entry: str) -> None:
    """Nothing is guessed by the hook; the next command finds what can be found."""
    first = deaf.commit('one')
    env = {}
    if entry == 'moved':
        hook = deaf.path / '.git/hooks/post-commit.session-orig'
        hook.write_text('#!/bin/sh\ngit reset -q --soft HEAD\n')
        hook.chmod(0o755)
    elif entry == 'none':
        deaf.git('config', 'core.logAllRefUpdates', 'false')
        shutil.rmtree(deaf.path / '.git/logs')
    elif entry == 'only one':
        deaf.git('reflog', 'expire', '--expire=now', '--all')
    else:
        env['GIT_REFLOG_ACTION'] = 'mine'
    deaf.git('commit', '-q', '--amend', '--allow-empty', '-m', 'two', **env)
    second = deaf.git('rev-parse', 'HEAD')
    assert rewrites(deaf) == []
    run('status')
    commits = [event['commit'] for event in deaf.events() if event['type'] == 'commit']
    assert commits == [first, second]


def test_amends_in_a_rebase_are_left_to_its_end(deaf: Repo) -> None:
    first = deaf.commit('one', **{'b.txt': 'b\n'})
    todo = 'sed -i "1s/pick/reword/"'
    deaf.git('rebase', '-q', '-i', 'main', GIT_SEQUENCE_EDITOR=todo, GIT_EDITOR='echo two >')
    second = deaf.git('rev-parse', 'HEAD')
    assert deaf.message().startswith('two')
    assert first != second
    assert rewrites(deaf) == [('rebase', [[first, second]])]
    assert not os.path.exists(deaf.path / '.git/rebase-merge')
