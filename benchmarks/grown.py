"""A repository as it is after years, for benchmarks: made by `git fast-import`, not by commands.

    python benchmarks/grown.py <new directory> [--size 0.1] [--commits 100000] [--bare-history]

At size 1 it has 1,000,000 commits on `main`, one in ten a merge, 50,000 files in its working
tree, 10,000 sessions with ten commits and ten checkpoints each, 500 of them live on branches of
their own, and 50 linked worktrees.  The oldest nine tenths of the commits change a line of one
small file each, the others some lines of one to three files of 40 lines.  Sessions are written
by the package's own writers in the documented format (docs/data-model.md), their events are
published in refs/notes/session.  The same size gives the same work; times end at now, so that
the last week has its share.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from git_session import archive, bindings, config, eventlog, events, generated, git, sharing
from git_session.eventlog import Maker

COMMITS, FILES, SESSIONS, LIVE, WORKTREES = 1_000_000, 50_000, 10_000, 500, 50
OF_SESSION = 10  # commits, and as many checkpoints
_STEP = 157  # seconds between commits: a million are five years
_ON_BRANCH = 5  # commits of a live branch
_PEOPLE = [f'Person {each} <p{each}@example.com>' for each in range(40)]
_WORDS = ('add', 'move', 'split', 'guard', 'parse', 'render', 'cache', 'write', 'check', 'keep')
_BLOCKS, _BLOCK = 8, 5  # a file: so many blocks of so many lines
_FULL = 100_000  # commits, the newest, that change files as people do


class Size:
    """How much of everything."""

    def __init__(
        self, factor: float, *, commits: int = 0, files: int = 0, live: int = 0
    ) -> None:  # fmt: skip
        self.commits = commits or max(int(COMMITS * factor), 100)
        self.files = files or max(int(FILES * factor), 100)
        self.live = live or max(int(LIVE * factor), 1)
        self.sessions = max(int(SESSIONS * factor), self.live)
        self.worktrees = int(WORKTREES * factor)
        self.begin = int(time.time()) - self.commits * _STEP - 3600

    @property
    def ended(self) -> int:
        return self.sessions - self.live

    def time(self, number: int) -> int:
        """When the commit of a number was made."""
        return self.begin + number * _STEP

    def owner(self, number: int) -> str:
        """The session of a commit of main, '' for none: the newest ones have one."""
        first = self.commits - self.ended * OF_SESSION
        return self.name((number - first) // OF_SESSION) if number >= max(first, 1) else ''

    def commits_of(self, each: int) -> range:
        first = self.commits - self.ended * OF_SESSION + each * OF_SESSION
        return range(max(first, 1), max(first + OF_SESSION, 1))

    def name(self, each: int) -> str:
        day = time.strftime('%Y%m%d', time.gmtime(self.time(self.commits_of(each).start)))
        return f'topic-{each}-{day}-{each % 65536:04x}'


def path(number: int) -> str:
    return f'd{number // 1000:02}/e{number // 40 % 25:02}/f{number:05}.py'


def content(number: int, edits: list[int]) -> bytes:
    """A file of 40 lines; an edit changes one block."""
    lines = []
    for block, edit in enumerate(edits):
        for line in range(_BLOCK):
            lines.append(f'    value_{block}_{line} = compute({number}, {edit * 31 + line})')
    return ('\n'.join(lines) + '\n').encode()


class _Stream:
    """The history as fast-import reads it."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.chance = random.Random(8)
        self._begin = max(size.commits - _FULL, 0)
        self.edits = [[0] * _BLOCKS for _ in range(size.files)]

    def write(self) -> Iterator[bytes]:
        for number in range(self._begin):
            change = b'M 100644 inline old/%02d\ndata 8\n%07d\n\n' % (number % 50, number)
            yield self._commit('main', number + 1, number, f'old {number}', change)
        first = [self._file(each) for each in range(self.size.files)]
        yield self._commit('main', self._begin + 1, self._begin, 'Begin', b''.join(first))
        for number in range(self._begin + 1, self.size.commits):
            yield self._next(number)
        for each in range(self.size.live):
            yield from self._branch(each)

    def _next(self, number: int) -> bytes:
        """A commit of main; the 8th of ten is made aside, the 9th merges it."""
        mark, kind = number + 1, number % 10
        if kind == 8 and number > self._begin + 10:
            above = f'from :{mark - 2}\n'
            return self._commit('side', mark, number, 'aside', self._edit(), above=above)
        if kind == 9 and number > self._begin + 10:
            above = f'from :{mark - 2}\nmerge :{mark - 1}\n'
            return self._commit('main', mark, number, "Merge branch 'side'", b'', above=above)
        changes = b''.join(self._edit() for _ in range(1 + number % 3))
        word = _WORDS[number % len(_WORDS)]
        subject = f'{word} what the {_WORDS[number % 7]} of part {number % 977} needs'
        owner = self.size.owner(number)
        subject += f'\n\nSession-Id: {owner}' if owner else ''
        return self._commit('main', mark, number, subject, changes)

    def _branch(self, each: int) -> Iterator[bytes]:
        """The commits of a live branch, not far behind the end of main."""
        branch, name = live_branch(each), live_name(each)
        for number in range(_ON_BRANCH):
            mark = live_mark(self.size, each, number)
            above = f'from :{base_mark(self.size, each)}\n' if number == 0 else ''
            subject = f'{branch} {number}\n\nSession-Id: {name}'
            yield self._commit(branch, mark, self.size.commits, subject, self._edit(), above=above)

    def _edit(self) -> bytes:
        number = int(self.size.files * self.chance.random() ** 3)  # some files are hot
        edits = self.edits[number]
        edits[self.chance.randrange(_BLOCKS)] += 1
        return self._file(number)

    def _file(self, number: int) -> bytes:
        text = content(number, self.edits[number])
        return b'M 100644 inline %s\ndata %d\n%s\n' % (path(number).encode(), len(text), text)

    def _commit(
        self, branch: str, mark: int, number: int, message: str, changes: bytes, *, above: str = ''
    ) -> bytes:  # fmt: skip
        who, at = _PEOPLE[number * number % len(_PEOPLE)], self.size.time(number)
        head = f'commit refs/heads/{branch}\nmark :{mark}\nauthor {who} {at} +0100\n'
        head += f'committer {who} {at} +0100\ndata {len(message)}\n{message}\n{above}'
        return head.encode() + changes


def live_branch(each: int) -> str:
    return f'team{each % 10}/feature-{each}'


def live_name(each: int) -> str:
    return f'team{each % 10}-feature-{each}-20260101-{each:04x}'


def live_mark(size: Size, each: int, number: int) -> int:
    return size.commits + 1 + each * _ON_BRANCH + number


def base_mark(size: Size, each: int) -> int:
    """Of the commit of main that a live branch begins at: none that was made aside."""
    back = min(each * 10, size.commits // 2)
    return (size.commits - back) // 10 * 10


def make(repo: Path, size: Size) -> list[str]:
    """The repository without sessions; the object ids of its commits by mark, '' first."""
    repo.mkdir(parents=True)
    _git(repo, 'init', '-q', '-b', 'main')
    marks = repo / '.git' / 'marks'
    argv = ['git', 'fast-import', '--quiet', f'--export-marks={marks}']
    with subprocess.Popen(argv, cwd=repo, stdin=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.writelines(_Stream(size).write())
        process.stdin.close()
    assert process.returncode == 0
    oids = [''] * (size.commits + size.live * _ON_BRANCH + 1)
    with open(marks) as lines:
        for line in lines:
            mark, _, oid = line.strip().partition(' ')
            oids[int(mark[1:])] = oid
    marks.unlink()
    _git(repo, 'update-ref', '-d', 'refs/heads/side')
    _git(repo, 'commit-graph', 'write', '--reachable', '--no-progress')
    _git(repo, 'reset', '-q', '--hard', 'main')
    return oids


def _git(repo: Path, *args: str) -> None:
    subprocess.run(['git', *args], cwd=repo, check=True)


# --- sessions


_FIGURES = {'commits': OF_SESSION, 'files': 12, 'added': 95, 'deleted': 95}


def fill(repo: Path, size: Size, oids: list[str]) -> None:
    """The sessions of a repository, in the archive (without session.toml) and live; their notes."""
    os.chdir(repo)
    found = git.discover()
    settings = config.load(None, [])
    for each in range(size.ended):
        name, numbers = size.name(each), size.commits_of(each)
        place = archive.folder(found.sessions, name)
        made = [(oids[number + 1], size.time(number)) for number in numbers]
        _log(place, name, f'topic/{each}', made, oids[max(numbers.start, 1)], is_over=True)
        archive.enter(found.sessions, name, idle=1800, figures=_FIGURES)
    for each in range(size.live):
        branch, name = live_branch(each), live_name(each)
        place = eventlog.directory(found.sessions, branch)
        marks = [live_mark(size, each, number) for number in range(_ON_BRANCH)]
        made = [(oids[mark], size.time(size.commits) + number) for number, mark in enumerate(marks)]
        _log(place, name, branch, made, oids[base_mark(size, each)], is_over=False)
        generated.generate(place, settings)
    # What `bindings.bind` writes, in one go.
    with open(repo / '.git' / 'config', 'a') as file:
        for each in range(size.live):
            file.write(f'[branch "{live_branch(each)}"]\n\tsession = {live_name(each)}\n')
    sharing.publish(found, sharing.places(found), settings)
    bindings.reconcile(found, idle=1800)


def _log(
    place: str, name: str, branch: str, commits: list[tuple[str, int]], base: str, *, is_over: bool
) -> None:
    """A session's life: objectives, commits and checkpoints, a decision; on the disk."""
    by, at = _PEOPLE[len(branch) % len(_PEOPLE)], commits[0][1] - 60
    made = []

    def add(when: float, type: str, **facts: object) -> events.Event:
        maker = Maker(name, by, now=when)
        maker.add(type, **facts)
        made.extend(maker.made)
        return maker.made[0]

    add(
        at, 'start', branch=f'refs/heads/{branch}', head=base, base=base, base_ref='refs/heads/main'
    )
    goals = [add(at + each, 'objective.add', text=f'Part {each} of {branch}') for each in (1, 2, 3)]
    add(at + 4, 'objective.start', ref=goals[0].id)
    add(at + 5, 'decision.add', text='Keep the old form', rationale='Others still read it')
    for number in range(OF_SESSION):
        oid, when = commits[min(number, len(commits) - 1)]
        if number < len(commits):
            made.append(events.commit_event(name, oid, when))
        impact = {
            'modified': [path(number), path(number + 40)], 'lines_added': 9, 'lines_deleted': 9,
            'tests': 100 + number, 'coverage': 80 + number / 10,
        }  # fmt: skip
        add(
            when + 2 + number, 'checkpoint', commit=oid, label=f'step {number}', committed=True,
            impact=impact,
        )  # fmt: skip
    add(commits[-1][1] + 30, 'objective.complete', ref=goals[0].id)
    add(commits[-1][1] + 31, 'objective.start', ref=goals[1].id)
    if is_over:
        into = 'refs/heads/main'
        add(commits[-1][1] + 40, 'end', head=commits[-1][0], result='merged', into=into)
    os.makedirs(place, exist_ok=True)
    eventlog.append(place, [events.encode(each) for each in made])
    eventlog.write_file(os.path.join(place, eventlog.ID), name + '\n')


def worktrees(repo: Path, size: Size) -> None:
    """Linked worktrees on the last of the live branches; nothing is checked out in them."""
    for each in range(size.worktrees):
        branch = live_branch(size.live - 1 - each)
        place = f'../{repo.name}-worktrees/w{each}'
        _git(repo, 'worktree', 'add', '-q', '--no-checkout', place, branch)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('place', type=Path)
    parser.add_argument('--size', type=float, default=1.0)
    parser.add_argument('--commits', type=int, default=0)
    parser.add_argument('--files', type=int, default=0)
    parser.add_argument('--live', type=int, default=0)
    parser.add_argument('--bare-history', action='store_true', help='no sessions')
    given = parser.parse_args()
    size = Size(given.size, commits=given.commits, files=given.files, live=given.live)
    begin = time.perf_counter()
    oids = make(given.place, size)
    print(f'  history {time.perf_counter() - begin:.0f} s', flush=True)
    if not given.bare_history:
        begin = time.perf_counter()
        fill(given.place, size, oids)
        worktrees(given.place, size)
        print(f'  sessions {time.perf_counter() - begin:.0f} s', flush=True)


if __name__ == '__main__':
    main()
