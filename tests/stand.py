"""Equal repositories: as git makes them, with our hooks, with our hooks and a session.

They are made once and copied for each test.  `State` is what git left in one of them, with
what is ours taken out, so that two of them are equal when git behaved the same.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from tests.repo import Repo, Result

# Foreign work on branch `other`, on top of the first commit; `clash` changes the line
# that our own first commit changes.
FOREIGN = """
git switch -q -c other main
for n in 1 2; do echo $n > o$n.txt; git add .; git commit -q -m "foreign $n"; done
git switch -q -c clash main
echo clash > a.txt; git commit -q -a -m 'foreign clash'
git format-patch -q -1 -o ../patches other
git switch -q work
"""
OWN = (
    (600, "echo mine > a.txt; git commit -q -a -m 'own 1'"),
    (1200, "echo two > b.txt; git add .; git commit -q -m 'own 2' -m 'Body'"),
)
BOB = {'GIT_AUTHOR_NAME': 'Bob', 'GIT_AUTHOR_EMAIL': 'bob@example.com', 'GIT_SESSION': '0'}
PROGRAMS = {
    'edits': 'sed -e "1s/^$/New/; 1s/$/, edited/" "$1" > "$1.new" && mv "$1.new" "$1"',
    'empties': ': > "$1"',
    'leaves': ':',
    'fails': 'exit 1',
    'todo': 'sed -e "$TODO" "$1" > "$1.new" && mv "$1.new" "$1"',
}
# What the hooks and the commands write.
OURS = re.compile(
    r'(\A|/)(sessions/|session-live/|session-\w+\Z|(logs/)?refs/notes/session\Z)|\Alogs/refs/notes\Z'
)
INSTALLED = re.compile(r'(\A|/)sessions/\.(hooks|seen\Z)')
# Read by git instead, or a scratch file; AUTO_MERGE is a tree with commit ids in its text.
NOT_COMPARED = ('.out', '.err', '.objects', '.tips', 'index', 'COMMIT_EDITMSG', 'AUTO_MERGE')
# What `push --mirror` says of our notes: a mirror has every ref.
MIRRORED = re.compile(r' \* \[new reference\] +refs/notes/session -> refs/notes/session\n')
OUR_LINES = re.compile(
    r'(\tsession = work-\S+|\trewriteRef = refs/notes/sessio\[n\]|\tpath = sessions/\S+'
    r'|[0-9a-f]{40,64}[ \t]refs/notes/session)\n'
)


class Ground(NamedTuple):
    """Where operations start: options of `git init`, and scripts.

    `before` runs before the hooks are installed, `after` at the end; `own` counts the
    session's commits.
    """

    init: tuple[str, ...] = ()
    before: str = ''
    after: str = ''
    own: int = 2


class Moment(NamedTuple):
    """Epoch seconds: of the first commit, and of the session's start."""

    first: int
    begun: int


def clock(seconds: int) -> dict[str, str]:
    return {'GIT_AUTHOR_DATE': f'@{seconds} +0000', 'GIT_COMMITTER_DATE': f'@{seconds} +0000'}


def programs(place: Path) -> dict[str, str]:
    """Editors as environment variables: $edits, $empties, $leaves, $fails, $todo."""
    for name, text in PROGRAMS.items():
        path = place / name
        path.write_text(f'#!/bin/sh\n{text}\n')
        path.chmod(0o755)
    return {name: str(place / name) for name in PROGRAMS}


def build(path: Path, kind: str, ground: Ground, moment: Moment | None = None) -> Moment:
    """Make a repository: main, `work` with two own commits after 20 minutes, foreign branches.

    `kind` is plain, hooks or ours; `moment` that of the repository it has to be equal to.
    """
    repo = Repo(path)
    path.mkdir(parents=True)
    first = moment.first if moment else int(time.time()) - 9
    repo.git('init', '-q', '-b', 'main', *ground.init)
    repo.git('config', 'core.checkStat', 'minimal')  # a copy's files are not changed ones
    repo.write(**{'a.txt': 'one\n'})
    repo.git('add', '.')
    repo.git('commit', '-q', '-m', 'first', **clock(first))
    script(repo, ground.before + '\ngit switch -q -c work', first)
    if kind == 'ours':
        repo.session('start', '-o', 'First objective')
        started = datetime.fromisoformat(repo.events()[0]['at'])
        moment = moment or Moment(first, int(started.timestamp()))
    elif kind == 'hooks':
        repo.session('hooks', 'install')
    assert moment
    script(repo, FOREIGN, moment.begun, **BOB)
    for seconds, text in OWN:
        script(repo, text, moment.begun + seconds)
    return moment


def script(repo: Repo, text: str, seconds: int, **env: str) -> None:
    """Run a script that says nothing and succeeds, at that time."""
    done = repo.run('sh', '-ec', text, **env, **clock(seconds))
    assert done == Result(0, '', ''), text


def numbered(lines: str) -> str:
    """The lines as a script that says the exit status of each."""
    each = [line for line in lines.strip().splitlines() if line.strip()]
    return '\n'.join(f'{line}\nstatus=$?; echo "= $status"; echo "= $status" >&2' for line in each)


def neutral(text: str) -> str:
    return re.sub(r'\b[0-9a-f]{7,64}\b', 'OID', text)


_STATE = """
cp -a "$1" "$2" && cd "$2/repo" || exit 99
{ eval "$3"; } > ../.out 2> ../.err
cd "$2/repo" || exit 99
git cat-file --batch --batch-all-objects --unordered > ../.objects 2>/dev/null
git ls-files -s -z > ../.index 2>/dev/null
printf 'HEAD\nrefs/notes/session\n' | git cat-file --batch-check > ../.tips 2>/dev/null
[ ! -d .git/reftable ] || git for-each-ref --format='%(refname) %(objectname)' > ../.refs
"""


def perform(source: Path, place: Path, lines: str, env: dict[str, str]) -> None:
    """Copy `source`, which holds `repo`, to `place` and run the lines there."""
    done = subprocess.run(
        ['sh', '-c', _STATE, 'sh', str(source), str(place), numbered(lines)], check=False,
        stdin=subprocess.DEVNULL, capture_output=True, env={**os.environ, **env},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b''), done


class Left:
    """What `perform` left of `source` in `place`.

    `block` is our trailers, if any are due; with `now`, author dates are those of the machine.
    """

    def __init__(
        self, place: Path, kind: str, source: Path, block: str = '', *, now: bool = False
    ) -> None:
        self.place, self.kind, self.source, self.block = place, kind, source, block
        self.now = now
        self.objects = dict(_objects((place / '.objects').read_bytes()))
        self._canonical: dict[str, str] = {}

    def state(self, banner: str = '', banners: int = 0) -> dict[str, str]:
        """What is compared, as text, with what is ours taken out: output, index, every file.

        `banner` has to be in the output `banners` times.
        """
        out, err = (self._text(self.place / name) for name in ('.out', '.err'))
        assert not banner or err.count(banner) == banners, err
        err = err.replace(banner, '') if banner else err
        err = MIRRORED.sub('', err) if self.kind == 'ours' else err
        said = {'stdout': self.equal(self.cleaned(out)), 'stderr': self.equal(err)}
        return said | dict(self._files())

    def stamped(self) -> list[str]:
        """The messages of HEAD and its ancestors that have our trailers."""
        found, todo = {}, [self._tips()[0]]
        while todo:
            name = todo.pop()
            if name not in found and name in self.objects:
                found[name] = self.objects[name][1].decode()
                todo += re.findall(r'^parent (\S+)$', found[name].partition('\n\n')[0], re.M)
        return [each.partition('\n\n')[2] for each in found.values() if self.block in each + '\n']

    def equal(self, text: str) -> str:
        """Text with the place left out and commits named by what they hold."""
        return re.sub(
            r'\b[0-9a-f]{7,64}\b', lambda found: self._name(found[0]),
            text.replace(str(self.place), 'PLACE').replace(str(self.source), 'PLACE'),
        )  # fmt: skip

    def cleaned(self, text: str) -> str:
        """A message without our trailers: as a paragraph, in a block, without a last newline."""
        if self.block:
            text = re.sub('\n\n' + re.escape(self.block) + '(?=[^\n])', '\n\n', text)
            for start in ('#', '    '):  # as a comment, as `git show` shows it
                lines = [f'{start.ljust(2)}{line}' for line in self.block.splitlines()]
                text = text.replace('\n'.join(['', start, *lines, '']), '\n')
            for block in (self.block, self.block.rstrip('\n')):
                text = text.replace('\n\n' + block, '\n').replace('\n' + block, '\n')
        return text

    def _text(self, path: Path) -> str:
        return path.read_bytes().decode('utf-8', 'surrogateescape')

    def _files(self) -> Iterator[tuple[str, str]]:
        """Every file of the place, by its name there."""
        ours = {'ours': OURS, 'hooks': INSTALLED, 'plain': None}[self.kind]
        for folder, folders, names in os.walk(self.place):
            inside = os.path.relpath(folder, self.place)
            folders[:] = [each for each in folders if each != 'objects']
            for name in names:
                path = f'{inside}/{name}'
                if '/hooks/' in path or '/rebase-apply/' in path:
                    continue
                in_git = re.sub(r'\A.*?\.git/', '', path) if '.git/' in path else ''
                if in_git and ours and ours.search(in_git):
                    continue
                if name in NOT_COMPARED:
                    continue
                if 'reftable/' in path or name.endswith(('.pack', '.idx', '.rev')):
                    continue
                yield self.equal(path), self._content(Path(folder) / name, in_git or name)

    def _content(self, path: Path, name: str) -> str:
        text = self.cleaned(self._text(path))
        if name in ('config', 'packed-refs', 'info/refs', '.refs') or name.endswith('/config'):
            text = OUR_LINES.sub('', re.sub(r'refs/notes/session \S+\n', '', text))
            text = re.sub(r'^\[.*\]\n(?=\[|\Z)', '', text, flags=re.M)
        return self.equal(text)

    def _name(self, name: str) -> str:
        if name not in self.objects:
            known = [each for each in self.objects if each.startswith(name)]
            return self._of(known[0])[: len(name)] if len(known) == 1 else name
        return self._of(name)

    def _of(self, name: str) -> str:
        """An object's own id, or for what names commits a hash of it with these equal."""
        if name not in self._canonical:
            self._canonical[name] = name  # of an object that names itself
            kind, data = self.objects[name]
            if kind in (b'commit', b'tag'):
                text = self.cleaned(data.decode('utf-8', 'surrogateescape'))
                if self.now:
                    text = re.sub(r'^(author .*) \d+ \+0000$', r'\1', text, flags=re.M)
                data = self.equal(text).encode('utf-8', 'surrogateescape')
            elif kind == b'tree':
                entries = _entries(data, len(name) // 2)
                if not any(re.fullmatch('[0-9a-f]{40,64}', each) for each, _ in entries):
                    return name
                data = repr(sorted(map(self.equal, map(repr, entries)))).encode()
            else:
                return name
            self._canonical[name] = hashlib.sha256(data).hexdigest()[: len(name)]
        return self._canonical[name]

    def noted(self) -> set[str]:
        """The ids of the events in the notes."""
        tip = self._tips()[1]
        if tip not in self.objects:
            return set()
        tree = self.objects[tip][1].split()[1].decode()
        found, todo = set(), [tree]
        while todo:
            kind, data = self.objects[todo.pop()]
            if kind == b'tree':
                todo += [oid for _, oid in _entries(data, len(tree) // 2)]
            else:
                found |= {json.loads(line)['id'] for line in data.splitlines() if line}
        return found

    def _tips(self) -> list[str]:
        """The object ids of HEAD and of our notes, or the names of what is not there."""
        return [line.split()[0] for line in self._text(self.place / '.tips').splitlines()]

    def events(self) -> list[dict[str, Any]]:
        """The events of all logs, in the order of each."""
        lines: list[str] = []
        for log in sorted((self.place / 'repo/.git/sessions').rglob('events.jsonl')):
            lines += log.read_text().splitlines()
        return [json.loads(line) for line in lines]


def _objects(data: bytes) -> Iterator[tuple[str, tuple[bytes, bytes]]]:
    """The output of `git cat-file --batch`."""
    at = 0
    while at < len(data):
        end = data.index(b'\n', at)
        name, kind, size = data[at:end].split()
        yield name.decode(), (kind, data[end + 1 : end + 1 + int(size)])
        at = end + int(size) + 2


def _entries(data: bytes, width: int) -> list[tuple[str, str]]:
    """The names and object ids of a tree; `width` bytes an id."""
    found, at = [], 0
    while at < len(data):
        end = data.index(b'\0', at)
        name = data[at:end].split(b' ', 1)[1].decode('utf-8', 'surrogateescape')
        found.append((name, data[end + 1 : end + 1 + width].hex()))
        at = end + 1 + width
    return found
