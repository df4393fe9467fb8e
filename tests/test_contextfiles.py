"""Which context files there are, and which of them are read."""

from __future__ import annotations

import os

from git_session import contextfiles
from git_session.contextfiles import ContextFile, Listing, content
from tests.repo import Repo


def test_tracked_untracked_ignored_and_in_any_case(repo: Repo) -> None:
    repo.commit('files', **{
        'CLAUDE.md': 'a', 'src/Agents.MD': 'b', 'lib/NOTCLAUDE.md': 'c', '.gitignore': 'own\n'
    })  # fmt: skip
    repo.write_file('own/near/gemini.md', 'd')
    repo.write_file('own/AGENTS.md', 'e')
    repo.write_file('own/far/AGENTS.md', 'f')
    repo.write_file('new/CLAUDE.md', 'g')
    repo.write_file('gone/x', '')
    os.chdir(repo.path / 'src')
    top, near = str(repo.path), ['own/near/x.py', 'nowhere/at/all.py']
    tracked = [ContextFile('CLAUDE.md'), ContextFile('src/Agents.MD')]
    ignored = [
        ContextFile('own/AGENTS.md', '', False),
        ContextFile('own/near/gemini.md', '', False),
    ]
    new = ContextFile('new/CLAUDE.md', '', False)
    order = sorted([*tracked, *ignored, new], key=lambda each: each.path)
    assert Listing(top, near, None).files() == order
    assert Listing(top, near, ['new/CLAUDE.md', 'new/x']).files() == order
    assert Listing(top, (), ()).files() == tracked
    assert content(top, new) == 'g'
    (repo.path / 'CLAUDE.md').unlink()
    assert Listing(top, (), ()).files() == tracked[1:]


def test_links_are_read_once_and_never_outside(repo: Repo) -> None:
    top = str(repo.path)
    repo.write_file('AGENTS.md', 'here\n')
    repo.write_file('docs/real.txt', 'there\r\n')
    for name, target in {
        'CLAUDE.md': 'AGENTS.md', 'a/CLAUDE.md': '../docs/real.txt', 'b/CLAUDE.md': '/etc/passwd',
        'c/CLAUDE.md': '../.git/config', 'd/CLAUDE.md': 'nowhere', 'e/CLAUDE.md': 'CLAUDE.md',
        'f': 'docs',
    }.items():  # fmt: skip
        (repo.path / name).parent.mkdir(exist_ok=True)
        (repo.path / name).symlink_to(target)
    (repo.path / 'g/AGENTS.md').mkdir(parents=True)
    (repo.path / 'h').mkdir()
    os.mkfifo(repo.path / 'h/AGENTS.md')
    near = [f'{each}/x' for each in 'abcdefgh']
    found = {each.path: each for each in Listing(top, near, ()).files()}
    outside = 'leads out of the working tree'
    assert {path: each.problem for path, each in found.items()} == {
        'AGENTS.md': '', 'a/CLAUDE.md': '', 'b/CLAUDE.md': outside, 'c/CLAUDE.md': outside,
        'd/CLAUDE.md': 'No such file or directory', 'e/CLAUDE.md': found['e/CLAUDE.md'].problem,
        'g/AGENTS.md': 'not a regular file', 'h/AGENTS.md': 'not a regular file',
    }  # fmt: skip
    assert found['e/CLAUDE.md'].problem
    assert found['a/CLAUDE.md'].target == 'docs/real.txt'
    read = {path: content(top, each) for path, each in found.items()}
    assert {path: text for path, text in read.items() if text} == {
        'AGENTS.md': 'here\n', 'a/CLAUDE.md': 'there\n'
    }  # fmt: skip


def test_a_large_one_is_read_as_far_as_it_is_bounded(repo: Repo) -> None:
    repo.write_file('AGENTS.md', b'\xff' * (1 << 20))
    file = Listing(str(repo.path), (), ['AGENTS.md']).files()[0]
    assert len(content(str(repo.path), file)) == contextfiles.MOST_BYTES
