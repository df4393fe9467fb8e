"""Every example of the README, the manual and the documents is run, or stands here with why not."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.examples import MANUAL, TOP, blocks, commands, fits, plain
from tests.repo import Repo, Result

DOCUMENTS = [*sorted(TOP.glob('*.md')), *sorted(TOP.glob('docs/*.md')), MANUAL]

# Beginning of a block's name (document: first line) -> the test that runs it.
ELSEWHERE = {
    'README.md: default_install_hook_types': 'managers/test_framework.py',
    'README.md: git session hooks uninstall': 'test_docs.py',
    'README.md: start and end work': 'test_docs.py',
    'README.md: sh install.sh --demo': 'test_install.py',
    'README.md: sh ~/.local/share/git-session/venv/install.sh --uninstall': 'test_install.py',
    'docs/commands.md: ': 'test_reference_docs.py',
    'docs/configuration.md: ': 'test_reference_docs.py',
    'docs/handoff-template.md: ': 'test_reference_docs.py',
    'docs/integrations.md: $ ': 'test_reference_docs.py',
    'docs/integrations.md: {': 'test_reference_docs.py',
    'docs/integrations.md: place=': 'test_reference_docs.py',
    'docs/integrations.md: from git_session': 'test_reference_docs.py',
    'docs/data-model.md: cat "$(git': 'test_docs.py',
    'docs/data-model.md: git log': 'test_docs.py',
    'docs/data-model.md: jq ': 'test_docs.py',
    'docs/prompt.md: . ~': 'test_prompt.py',
    'docs/prompt.md: [custom.session]': 'test_prompt.py',
}
# The same -> why nobody runs it.
NOT_RUN = {
    'CONTRIBUTING.md: git clone <this': 'needs the address, and a package registry',
    'CONTRIBUTING.md: .venv/bin/python -m tests.lives': 'takes an hour; test_lives.py leads some',
    'CONTRIBUTING.md: .venv/bin/python -m tests.hostile': 'takes an hour; test_hostile.py has some',
    'CONTRIBUTING.md: python -m pytest': 'would run the suite within the suite',
    'CONTRIBUTING.md: .venv/bin/coverage run': 'would run the suite within the suite',
    'CONTRIBUTING.md: .venv/bin/pip install mutmut': 'needs a package registry, and takes an hour',
    'README.md: sh install.sh --test': 'is what runs this',
    'README.md: src/shop/domain/order.py:5': 'one line of an answer',
    'docs/agents.md: npm install': 'needs the network, and accounts',
    'docs/architecture.md: ': 'pictures',
    'docs/context.md: ': 'a formula, and a marker; held by test_contexthealth.py, test_context.py',
    'docs/data-model.md: hook or command': 'a picture',
    'docs/data-model.md: .session/': 'a list of files; held by test_docs.py',
    'docs/data-model.md: {"v":1': 'a shape',
    'docs/data-model.md: schema =': 'a shape, shortened',
    'docs/integrations.md: - pull request': 'an answer of a forge; held by test_forge.py',
    'docs/prompt.md: ~/src/shop': 'what a terminal shows',
    'docs/prompt.md: source ~': 'in a start-up file of fish; test_prompt.py sources it',
    'docs/prompt.md: printf': 'the line of a fish function; test_prompt.py has it',
    'docs/scale.md: python benchmarks/scale.py': 'takes an hour',
    'docs/sharing.md: {"v":1,...': 'a shape, shortened',
}  # fmt: skip
HERE = {
    'README.md: $ git session start', 'README.md: git session push',
    'README.md: git session agent install', 'CONTRIBUTING.md: git init /tmp/try',
    'CONTRIBUTING.md: def test_a_private', 'CONTRIBUTING.md: what =',
    'docs/agents.md: git session agent install', 'docs/agents.md: command -v',
    'docs/data-model.md: git session export', 'docs/sharing.md: git session push',
    'docs/sharing.md: session:', 'docs/sharing.md: git fetch',
    'docs/sharing.md: $ git session note', 'man/git-session.1: $ git',
}  # fmt: skip


def _block(name: str) -> str:
    """The text of the one block whose name begins so."""
    path = TOP / name.partition(':')[0]
    (found,) = (each for each in blocks(path) if each.name.startswith(name))
    return found.text


def test_every_example_is_run_or_says_why_not() -> None:
    names = [each.name for path in DOCUMENTS for each in blocks(path)]
    listed = [*ELSEWHERE, *NOT_RUN, *HERE]
    assert [name for name in names if sum(map(name.startswith, listed)) != 1] == []
    assert [each for each in listed if not any(name.startswith(each) for name in names)] == []
    for test in ELSEWHERE.values():
        assert (TOP / 'tests' / test).is_file()


# --- the README


def _edits(repo: Repo) -> dict[str, Callable[[], None]]:
    """What was edited before a command of the day, which the README leaves out."""

    def clock() -> None:
        repo.write_file('src/itsdangerous/timed.py', 'a = 1\nb = 2\nleeway = 0\nc = 3\nd = 4\n')

    def version() -> None:
        repo.write_file('CHANGES.rst', 'Version 2\nWords\n')

    def document() -> None:
        repo.write_file('CHANGES.rst', 'Version\nWords\nA leeway\n')

    return {
        "git commit -qam 'Accept": clock, "git commit -qam 'Name": version,
        'git session checkpoint': document,
    }  # fmt: skip


@pytest.fixture
def day(files_method: None, repo: Repo) -> Repo:
    """The repository before the day in the README, where its author is at home."""
    repo.git('config', 'user.name', 'Mira Okafor')
    repo.git('config', 'user.email', 'mira@example.com')
    repo.commit('Before', **{'src/itsdangerous/timed.py': 'a = 1\nold\n',
                             'CHANGES.rst': 'Version\nWords\n'})  # fmt: skip
    return repo


def test_the_day_of_the_readme(day: Repo) -> None:
    text = _block('README.md: $ git session start')
    edits = _edits(day)
    for command, answer in commands(re.sub(r'^# something .*\n', '', text, flags=re.MULTILINE)):
        for beginning, edit in edits.items():
            if command.startswith(beginning):
                edit()
        done = day.run('sh', '-c', f'{{ {command}}} 2>&1')
        shown = re.sub(' +$', '', plain(done.out), flags=re.MULTILINE).rstrip('\n')
        wanted = plain(answer).rstrip('\n')
        assert fits(wanted + '\n', shown + '\n'), f'$ {command}{shown}'


def _typed(repo: Repo, script: str) -> str:
    """Type lines of shell, each of which has to succeed; what they say."""
    done = repo.run('sh', '-euc', script)
    assert done.status == 0, f'{script}{done.err}'
    return done.out + done.err


def test_what_the_readme_says_of_sharing(hub: Repo) -> None:
    push, pull, resume = _block('README.md: git session push').splitlines()
    assert 'First objective' in _typed(hub, push)
    hub.git('clone', '-q', '../hub.git', '../other')
    other = Repo(hub.path.parent / 'other')
    _typed(other, pull)
    said = _typed(other, resume.replace('feature/leeway', 'work'))
    assert '# Session' in said and 'First objective' in said


def test_what_the_readme_and_the_page_say_of_agents(session: Repo, tmp_path: Path) -> None:
    _typed(session, _block('README.md: git session agent install'))
    assert (session.path / '.claude/settings.json').is_file()
    _typed(session, 'git session agent uninstall claude codex gemini cursor copilot')
    assert not (session.path / '.claude').exists()
    _typed(session, _block('docs/agents.md: git session agent install'))
    assert not (session.path / '.claude').exists()
    hook = _block('docs/agents.md: command -v')
    done = session.run('sh', '-c', hook, stdin='{}')
    assert done.status == 0 and 'First objective' in done.out
    assert session.run('/bin/sh', '-c', hook, stdin='{}', PATH='/nowhere').out == ''


# --- the pages


def test_what_is_said_of_sharing(hub: Repo) -> None:
    push, pull, preview = _block('docs/sharing.md: git session push').splitlines()
    assert 'First objective' in _typed(hub, preview)
    assert 'First objective' not in hub.git('ls-remote', 'origin')
    _typed(hub, push)
    _typed(hub, pull)
    assert 'refs/notes/session' in hub.git('ls-remote', 'origin')
    hub.write_file('.session/config.yaml', _block('docs/sharing.md: session:'))
    hub.session('note', 'spread')
    hub.session('push')
    assert 'refs/notes/sessions/' in hub.git('ls-remote', 'origin')
    assert 'spread' in _typed(hub, _block('docs/sharing.md: git fetch'))


def test_what_is_said_of_secrets(session: Repo) -> None:
    ((command, wanted),) = commands(_block('docs/sharing.md: $ git session note'))
    from tests import planted

    token = next(each for found in planted.secrets() for each in found if each.startswith('ghp_'))
    done = session.run('sh', '-c', f'{{ {command.strip().replace("ghp_...", token)}; }} 2>&1')
    assert ' '.join(done.out.split()).startswith(' '.join(wanted.split()))


def test_what_is_said_of_exports(session: Repo) -> None:
    if not shutil.which('jq'):
        pytest.skip('no jq')
    said = _typed(session, _block('docs/data-model.md: git session export'))
    assert re.search(r'^ +1 20\d\d-\d\d-\d\d\tstart$', said, re.MULTILINE)


def test_the_repository_that_is_nobodys(repo: Repo) -> None:
    """Of CONTRIBUTING."""
    script = _block('CONTRIBUTING.md: git init').replace('$PWD/.venv', '.')
    assert _typed(repo, script.replace('/tmp/try', 'try')).endswith('note: only for me\n')


def test_the_first_change(
    session: Repo, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exercise of CONTRIBUTING: its test fails, and passes after its change."""
    here: dict[str, Any] = {'Repo': Repo, 'Run': Callable[..., Result]}
    exec(_block('CONTRIBUTING.md: def test_a_private'), here)
    with pytest.raises(AssertionError):
        here['test_a_private_note_says_so'](session, run)
    text = (TOP / 'git_session/commands/note.py').read_text()
    change = textwrap.indent(_block('CONTRIBUTING.md: what ='), '    ')
    changed, count = re.subn(r'^    output\.talk\(.*\n', lambda _: change, text, flags=re.MULTILINE)
    assert count == 1
    module = ModuleType('git_session.commands.note')
    exec(changed, module.__dict__)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    here['test_a_private_note_says_so'](session, run)


def test_the_examples_of_the_manual(repo: Repo) -> None:
    repo.commit('Before', **{'src/google.py': 'x\n', 'tests/test_google.py': 'x\n'})
    for block in (each.text for each in blocks(MANUAL)):
        if 'checkpoint' in block:
            repo.write(**{'src/google.py': 'x = 1\n', 'tests/test_google.py': 'x = 1\n'})
        if '--merge-to' in block:
            repo.git('commit', '-q', '--allow-empty', '-m', 'By hand')
        for command, answer in commands(block):
            assert answer == ''
            said = _typed(repo, command)
            assert said, command
    assert repo.git('branch', '--format=%(refname:short)') == 'main'
    assert [each['type'] for each in repo.note()][:1] == ['commit']
