"""What many branches built: the figures of branchwork.built, by few processes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from git_session import branchwork, forks, git
from git_session.events import Event
from git_session.replay import replay
from git_session.session import Session
from tests.repo import Repo

# Each branch begins at main~2 unless it says otherwise.
BRANCHES = {
    'plain': 'add a; add b; rename',
    'binary': "printf '\\0\\1' > bin; git add bin; git commit -qm bin; git rm -q old.txt; "
              'git commit -qm rm',
    'named-oddly': 'git mv old.txt "$(git rev-parse HEAD)"; git mv a.txt "$(printf "1\\t2\\t3")"; '
                   'git commit -qm odd',
    'merged-main-in': 'add c; git merge -q --no-edit main; add d',
    'merged-twice': 'add e; git merge -q --no-edit main~1; git merge -q --no-edit main',
    'rebased': 'add f; git rebase -q main',
    'behind': 'true',
    'ahead-of-nothing': 'git commit -q --allow-empty -m nothing',
    'in-main': 'git reset -q --hard main',
    'stacked': 'git reset -q --hard plain; add g',
    'unrelated': 'git checkout -q --orphan new; git rm -rfq .; add h; git branch -f unrelated; '
                 'git checkout -q unrelated; git branch -D -q new',
}  # fmt: skip
SCRIPT = """\
set -e
add() { echo "$1" > "$1"; git add "$1"; git commit -qm "$1"; }
rename() { git mv old.txt new.txt; echo more >> new.txt; git commit -qam rename; }
"""


@pytest.fixture
def many(make_repo: Callable[..., Repo]) -> Repo:
    repo = make_repo()
    repo.commit('old', **{'old.txt': 'line\n' * 30})
    lines = [SCRIPT, 'add m1; add m2\n']
    for name, what in BRANCHES.items():
        lines.append(f'git checkout -q -b {name} main~2; {what}\n')
    lines.append('git checkout -q main\n')
    subprocess.run(['sh', '-c', ''.join(lines)], check=True, cwd=repo.path, capture_output=True)
    return repo


def _session(repo: Repo, branch: str, base_ref: str, base: str, commits: list[str]) -> Session:
    facts = {'branch': f'refs/heads/{branch}', 'head': base, 'base': base, 'base_ref': base_ref}
    found = [Event('1', '2026-11-22T09:00:00Z', branch, 'start', facts)]
    found += [
        Event(f'2{oid}', '2026-11-22T10:00:00Z', branch, 'commit', {'commit': oid})
        for oid in commits
    ]
    return replay(branch, found)


def _all(repo: Repo, base_ref: str, base: str) -> list[tuple[Session, str]]:
    listed = repo.git('for-each-ref', '--format=%(refname:short) %(objectname)', 'refs/heads')
    made = [each.split(' ') for each in listed.split('\n')]
    return [(_session(repo, name, base_ref, base, [head]), head) for name, head in made]


def _alone(branches: list[tuple[Session, str]]) -> list[dict[str, int]]:
    return [branchwork.figures(branchwork.built(*each)) for each in branches]


def test_the_same_as_one_by_one(many: Repo) -> None:
    main = 'refs/heads/main'
    for base_ref, revision in (
        (main, 'main~2'), (main, 'plain'), (main, '0' * 40), ('refs/heads/plain', 'main~2'),
        ('refs/heads/gone', 'main~2'), ('', 'main~2'),
    ):  # fmt: skip
        branches = _all(many, base_ref, many.git('rev-parse', revision))
        assert forks.figures(branches) == _alone(branches)


def test_a_base_whose_name_has_what_python_takes_for_the_end_of_a_line(many: Repo) -> None:
    many.git('branch', 'ma\u2028in', 'main')
    for base_ref in ('refs/heads/ma\u2028in', 'refs/remotes/origin/go\x85ne'):
        branches = _all(many, base_ref, many.git('rev-parse', 'main~2'))
        assert forks.figures(branches) == _alone(branches)


def test_a_base_that_its_remote_is_ahead_of(many: Repo) -> None:
    many.git('update-ref', 'refs/remotes/origin/main', 'main')
    many.git('update-ref', 'refs/heads/main', 'main~1')
    many.git('config', 'remote.origin.url', '.')
    many.git('config', 'remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*')
    many.git('config', 'branch.main.remote', 'origin')
    many.git('config', 'branch.main.merge', 'refs/heads/main')
    branches = _all(many, 'refs/heads/main', many.git('rev-parse', 'main~1'))
    assert forks.figures(branches) == _alone(branches)


def test_few_processes(many: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    base = many.git('rev-parse', 'main~2')
    head = many.git('rev-parse', 'plain')
    branches = [(_session(many, f'b{at}', 'refs/heads/main', base, []), head) for at in range(200)]
    started, begin = [], git.start

    def start(*args: str, **more: Any) -> git.Process:
        started.append(args[0])
        return begin(*args, **more)

    monkeypatch.setattr(git, 'start', start)
    found = forks.figures(branches)
    assert found == [{'commits': 3, 'files': 3, 'added': 3, 'deleted': 0}] * 200
    assert started == ['for-each-ref', 'cat-file', 'rev-list', 'config', 'diff-tree']
