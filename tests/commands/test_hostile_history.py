"""Histories that nobody would write by hand: a correct report, or a clear error in git's words."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from git_session import git
from git_session.main import main
from tests.repo import Repo
from tests.views.test_page import Page

EVIL = '</script><script>alert(1)</script>"\'><img src=x onerror=alert(1)>'
DATE = '1764000000 +0000'
ESCAPES = '\x1b[31mred\x1b]0;title\x07\u202e\u2066\x9b2J'
COMMANDS = (
    ('analyze',), ('analyze', '--json'), ('report', '--project'), ('report', '--project', '--json'),
    ('report', '--project', '--format', 'html'), ('report', '--weekly'),
    ('report', '--weekly', '--json'), ('report', '--weekly', '--format', 'html'),
    ('report', '--since', 'yesterday'), ('history', '--metrics'), ('history', '--json'),
)  # fmt: skip


def raw(repo: Repo, subject: str | bytes, author: str, *parents: str, tree: str = '') -> str:
    """A commit written byte for byte: git would not make it."""
    tree = tree or repo.git('rev-parse', 'main^{tree}')
    head = [f'tree {tree}', *(f'parent {each}' for each in parents), f'author {author}',
            'committer C <c@example.com> 1764000000 +0000', '', '']  # fmt: skip
    text = subject if isinstance(subject, bytes) else subject.encode('utf-8', 'surrogateescape')
    data = '\n'.join(head).encode('utf-8', 'surrogateescape') + text + b'\n'
    (repo.path / '.raw').write_bytes(data)
    made = repo.git('hash-object', '-t', 'commit', '-w', '--literally', '.raw')
    (repo.path / '.raw').unlink()
    return made


def _chain(repo: Repo, *made: tuple[str | bytes, str]) -> None:
    """Commits one on the other, of these subjects and authors, on main."""
    tip = repo.git('rev-parse', 'main')
    for subject, author in made:
        tip = raw(repo, subject, author, tip)
    repo.git('update-ref', 'refs/heads/main', tip)


def scripts(repo: Repo) -> None:
    repo.commit('x', **{'<script>alert(1)<': 'x\n', '"onload="alert(1)': 'y\n'})
    repo.git('branch', 'a<script>alert(1)<')
    _chain(repo, (EVIL, f'<script>alert(1)</script> <a@x> {DATE}'), (EVIL, f'{EVIL} <"@x> {DATE}'))


def escapes(repo: Repo) -> None:
    repo.commit('x', **{ESCAPES: 'x\n', 'a\nb\tc"d\'e': 'y\n'})
    repo.git('switch', '-q', '-c', 'main\u202ex\x9bz')
    _chain(repo, (ESCAPES, f'{ESCAPES} <{ESCAPES}@x> {DATE}'),
           (f'fix: {ESCAPES}', f'{ESCAPES} <x> {DATE}'))  # fmt: skip
    repo.git('update-ref', 'HEAD', 'main')


def bytes_that_are_no_text(repo: Repo) -> None:
    Path(str(repo.path), os.fsdecode(b'\xff\xfe.py')).write_text('x\n')
    repo.git('add', '-A')
    repo.git('commit', '-qm', 'x')
    _chain(repo, (b'\xff\xfe\x00\xc3', f'\udcff <\udcfe> {DATE}'), (b'', f'N <> {DATE}'))


def long_subjects(repo: Repo) -> None:
    _chain(repo, ('x' * 2**20, 'A <a@x> 1764000000 +0000'),
           ('<&' * 2**19, 'A <a@x> 1764000000 +0000'),
           ('fix ' * 2**18, f'{"N" * 100_000} <a@x> 1764000000 +0000'))  # fmt: skip


def dates(repo: Repo) -> None:
    seconds = ('0', '1', '2147483647', '2147483648', '4102444800', '253402300799', '253402300800',
               '99999999999999999999999', '-5', 'nodate', '', '1764000000000')  # fmt: skip
    zones = ('+0000', '-9999', '+9999', '+1400', '-0000', '+99999999', 'UTC', '')
    made = [('x', f'A <a@x> {at} +0000') for at in seconds]
    made += [('x', f'A <a@x> 1764000000 {zone}') for zone in zones]
    _chain(repo, *made, ('x', 'A <a@x>'), ('x', 'nobody'), ('x', ''))


def mailmap(repo: Repo) -> None:
    repo.commit('map', **{'.mailmap': 'Ann <a@b> <ann@example.com>\n' + f'{EVIL}\n<<<>>>\n\x00\n'})


def mailmap_is_a_folder(repo: Repo) -> None:
    repo.commit('map', **{'.mailmap/x': 'x\n'})


def grafts(repo: Repo) -> None:
    second = repo.commit('second', b='b\n')
    repo.commit('third', c='c\n')
    repo.write_file('.git/info/grafts', f'{second}\nnonsense\n')


def replaced(repo: Repo) -> None:
    second = repo.commit('second', b='b\n')
    repo.commit('third', c='c\n')
    repo.git('replace', '--graft', second)


def submodule(repo: Repo) -> None:
    repo.git('update-index', '--add', '--cacheinfo', f'160000,{repo.git("rev-parse", "HEAD")},sub')
    repo.write_file('.gitmodules', '[submodule "sub"]\n\tpath = sub\n\turl = ../gone\n')
    repo.git('add', '.gitmodules')
    repo.git('commit', '-qm', 'sub')


def octopus(repo: Repo) -> None:
    for name in 'xyz':
        repo.git('switch', '-q', '-c', name, 'main')
        repo.commit(name, **{name: name})
    repo.git('merge', '-q', '--no-edit', 'x', 'y')


def two_roots(repo: Repo) -> None:
    repo.git('switch', '-q', '--orphan', 'other')
    repo.commit('root', r='r\n')
    repo.git('merge', '-q', '--no-edit', '--allow-unrelated-histories', 'main')


def shallow(repo: Repo) -> None:
    repo.commit('second', b='b\n')
    _become(repo, 'clone', '-q', '--depth=1', f'file://{repo.path}')


def partial(repo: Repo) -> None:
    repo.commit('second', b='b\n')
    repo.git('config', 'uploadpack.allowFilter', 'true')
    _become(repo, 'clone', '-q', '--filter=blob:none', f'file://{repo.path}')


def bare(repo: Repo) -> None:
    _become(repo, 'clone', '-q', '--bare', '.')


def _become(repo: Repo, *words: str) -> None:
    """The repository is what git makes of it in its place."""
    made = repo.path.with_name('made')
    repo.git(*words, str(made))
    origin = repo.path.with_name('origin')
    repo.path.rename(origin)
    made.rename(repo.path)
    if (repo.path / '.git').exists():
        repo.git('remote', 'set-url', 'origin', f'file://{origin}')


def one_commit(repo: Repo) -> None:
    pass


def detached(repo: Repo) -> None:
    repo.git('switch', '-q', '--detach')


def unborn(repo: Repo) -> None:
    repo.git('switch', '-q', '--orphan', 'unborn')


def empty(repo: Repo) -> None:
    shutil.rmtree(repo.path / '.git')
    repo.git('init', '-q')


def sha256(repo: Repo) -> None:
    if git.version() < (2, 29):
        pytest.skip('git before 2.29 knows no SHA-256')
    shutil.rmtree(repo.path / '.git')
    repo.git('init', '-q', '-b', 'main', '--object-format=sha256')
    repo.commit('first', b='b\n')
    repo.commit('fix: second', b='b\nc\n')


def reftable(repo: Repo) -> None:
    if git.version() < (2, 45):
        pytest.skip('git before 2.45 knows no reftable')
    shutil.rmtree(repo.path / '.git')
    repo.git('init', '-q', '-b', 'main', '--ref-format=reftable')
    repo.commit('first', b='b\n')


FINE = (scripts, escapes, bytes_that_are_no_text, long_subjects, dates, mailmap,
        mailmap_is_a_folder, grafts, replaced, submodule, octopus, two_roots, shallow, partial,
        bare, one_commit, detached, unborn, empty, sha256, reftable)  # fmt: skip


def _said(words: tuple[str, ...], capfd: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The status and stdout of a command that says nothing that moves a cursor."""
    capfd.readouterr()
    status = main(words)
    out, err = capfd.readouterr()
    for text in (out, err):
        strange = {each for each in text if not each.isprintable() and each not in '\n\t'}
        assert not strange, (words, strange)
    assert 'Traceback' not in err and 'this is a bug' not in err, err
    return status, out


def _check(words: tuple[str, ...], out: str) -> None:
    if 'html' in words:
        page = Page(out)
        assert page.wrong == []
        assert [tag for tag, _ in page.tags].count('script') == 1
        assert not [each for each in page.attributes if each[1].startswith('on')]
        assert not re.search(r'(?:href|src)="(?:javascript|http)', out)
    elif '--json' in words:
        assert json.loads(out)['schema'].startswith('git-session/')


@pytest.mark.parametrize('history', FINE, ids=lambda each: each.__name__)
def test_is_reported(
    history: Callable[[Repo], None], repo: Repo, capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    history(repo)
    monkeypatch.chdir(repo.path)
    listed = repo.run('git', 'rev-list', '--count', 'HEAD').out.strip()
    for words in COMMANDS:
        status, out = _said(words, capfd)
        assert status == 0, words
        _check(words, out)
        if words == ('report', '--project', '--json'):
            assert json.loads(out)['totals']['commits'] == int(listed or 0)


def _without_a_tree(repo: Repo) -> None:
    """The newest commit has no line that names its tree."""
    data = repo.git('cat-file', 'commit', 'main').partition('\n')[2]
    repo.write_file('.raw', data)
    made = repo.git('hash-object', '-t', 'commit', '-w', '--literally', '.raw')
    (repo.path / '.git' / 'refs' / 'heads' / 'main').write_text(made + '\n')


def _of_a_tree_that_is_gone(repo: Repo) -> None:
    _chain(repo, ('x', f'A <a@x> {DATE}'))
    made = raw(repo, 'y', f'A <a@x> {DATE}', repo.git('rev-parse', 'main'), tree='1' * 40)
    (repo.path / '.git' / 'refs' / 'heads' / 'main').write_text(made + '\n')


def _without_its_parent(repo: Repo) -> None:
    first = repo.git('rev-parse', 'HEAD')
    repo.commit('second')
    (repo.path / '.git' / 'objects' / first[:2] / first[2:]).unlink()


@pytest.mark.parametrize(
    'history', [_without_a_tree, _of_a_tree_that_is_gone, _without_its_parent],
    ids=lambda each: each.__name__,
)  # fmt: skip
def test_what_git_cannot_read_is_said_in_its_words(
    history: Callable[[Repo], None], repo: Repo, capfd: pytest.CaptureFixture[str]
) -> None:
    history(repo)
    for words in COMMANDS[:5]:
        capfd.readouterr()
        assert main(words) == 128, words
        out, err = capfd.readouterr()
        assert out == ''
        assert re.search(r'^(?:fatal|error): ', err, re.MULTILINE), err
        assert 'bug' not in err, err


def test_sessions_of_a_hostile_history(
    repo: Repo, capfd: pytest.CaptureFixture[str], run: Callable[..., object]
) -> None:
    """Two sessions whose every text, name and path is hostile, beside each other."""
    names = ('one<script>"x\u202ey', 'two\x9b31m|`x`')
    for name in names:
        run('start', name, '--base', 'main', '-o', EVIL, '-o', f'{ESCAPES}|x\n# y')
        run('blockers', 'add', EVIL)
        run('decisions', 'add', ESCAPES, '--rationale', EVIL)
        run('note', '--dead-end', f'{EVIL}{ESCAPES}')
        repo.commit(EVIL, **{EVIL.replace('/', '|'): name, f'{ESCAPES}\n\t': name})
    for words in (*COMMANDS, ('compare', names[0]), ('compare', names[0], '--json'),
                  ('compare', names[0], '--changes')):  # fmt: skip
        status, out = _said(words, capfd)
        assert status == 0, words
        _check(words, out)
