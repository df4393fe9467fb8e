"""What many branches built, by a few processes for all of them: branchwork.built is of one.

The figures are the same.  A branch that is not plain to see, as one that was merged or whose
base is gone, is left to branchwork.built.
"""

from __future__ import annotations

from git_session import branchwork, git, history
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from git_session.session import Session

    _Figures = dict[str, int]

_FEW = 3  # branches; each of these is looked at by itself


class Fork(Record):
    """`number` commits of `head` since `at`, the merge base with what it is compared with."""

    head: str
    at: str
    number: int


def figures(branches: Sequence[tuple[Session, str]]) -> list[_Figures]:
    """branchwork.figures of each session and its head, an object id."""
    forks = _forks(branches) if len(branches) > _FEW else {}
    sums = dict(zip(forks, _sums(list(forks.values())), strict=True))
    return [
        sums[number] if number in sums else branchwork.figures(branchwork.built(session, head))
        for number, (session, head) in enumerate(branches)
    ]


def _forks(branches: Sequence[tuple[Session, str]]) -> dict[int, Fork]:
    """The forks that are plain to see: index in `branches` -> fork."""
    bases = _bases({session.base_ref for session, _ in branches})
    named = [bases.get(session.base_ref) or session.base for session, _ in branches]
    there = _there([*named, *(session.base for session, _ in branches)])
    groups: dict[str, list[int]] = {}
    for number, (session, _) in enumerate(branches):
        base = named[number]
        gone = session.base_ref.startswith('refs/heads/') and session.base_ref not in bases
        if base in there and session.base in there and not gone:
            groups.setdefault(base, []).append(number)
    found = {}
    for base, numbers in groups.items():
        wanted = {oid for at in numbers for oid in (branches[at][1], branches[at][0].base)}
        graph = _graph(wanted, base)
        for at in numbers:
            fork = _fork(*branches[at], base, graph)
            if fork is not None:
                found[at] = fork
    return found


def _bases(refs: Collection[str]) -> dict[str, str]:
    """Base branch that exists -> what is compared with, by the rule of branchwork.compared."""
    heads = sorted(each for each in refs if each.startswith('refs/heads/'))
    if not heads:
        return {}
    form = '--format=%(refname) %(upstream) %(upstream:track,nobracket)'
    listed = git.read('for-each-ref', form, *heads).split('\n')[:-1]
    rows = (line.split(' ', 2) for line in listed)
    return {
        name: upstream if track.startswith('behind') else name
        for name, upstream, track in rows if name in refs
    }  # fmt: skip


def _there(names: Iterable[str]) -> set[str]:
    """Those of the refs and object ids that are commits here."""
    asked = [each for each in dict.fromkeys(names)
             if history.is_oid(each) or (each.startswith('refs/') and ' ' not in each)]  # fmt: skip
    given = ''.join(f'{each}\n' for each in asked).encode('utf-8', 'surrogateescape')
    said = git.read('cat-file', '--batch-check=%(objecttype)', stdin=given).split('\n')[:-1]
    return {each for each, kind in zip(asked, said, strict=True) if kind == 'commit'}


def _graph(wanted: Iterable[str], base: str) -> dict[str, list[str]]:
    """The commits that `wanted` have and `base` has not: object id -> parents."""
    given = '\n'.join([*sorted(wanted), f'^{base}', '']).encode('utf-8', 'surrogateescape')
    rows = (
        line.split()
        for line in git.read('rev-list', '--parents', '--stdin', stdin=given).splitlines()
    )
    return {oid: parents for oid, *parents in rows}


def _walk(begin: str, graph: dict[str, list[str]]) -> tuple[set[str], set[str]]:
    """What is reached from a commit: of the graph, and the first that the base has too."""
    own: set[str] = set()
    forks: set[str] = set()
    rest = [begin]
    while rest:
        oid = rest.pop()
        if oid not in graph:
            forks.add(oid)
        elif oid not in own:
            own.add(oid)
            rest += graph[oid]
    return own, forks


def _fork(
    session: Session, head: str, base: str, graph: dict[str, list[str]]
) -> Fork | None:  # fmt: skip
    own, forks = _walk(head, graph)
    own -= _walk(session.base, graph)[0]
    if not own:
        nothing = session.base == head or not session.commits
        return Fork(head, head, 0) if nothing and head not in graph else None
    if len(forks) > 1:  # the base was merged into it
        forks = set(git.ask('merge-base', base, head).out.split()[:1])
    return Fork(head, forks.pop(), len(own)) if forks else None


def _sums(forks: Sequence[Fork]) -> list[_Figures]:
    """What differs between the two ends of each, by one git diff-tree."""
    given = ''.join(f'{each.head} {each.at}\n' for each in forks)
    algorithm = git.ask('config', 'diff.algorithm').out.strip() or 'default'
    said = git.read(
        'diff-tree', '--stdin', '--always', '-r', '-z', '-M', '--numstat', '--no-ext-diff',
        '--no-textconv', '--no-relative', f'--diff-algorithm={algorithm}', stdin=given.encode(),
    ) if forks else ''  # fmt: skip
    found: list[_Figures] = []
    fields = iter(said.split('\0'))
    for field in fields:
        added, *rest = field.split('\t', 2)
        if history.is_oid(field):
            number = forks[len(found)].number
            found.append({'commits': number, 'files': 0, 'added': 0, 'deleted': 0})
        elif rest:
            found[-1]['files'] += 1
            found[-1]['added'] += int(added) if added.isdigit() else 0
            found[-1]['deleted'] += int(rest[0]) if rest[0].isdigit() else 0
            if not rest[1]:  # renamed: both names follow, which may look like anything
                next(fields), next(fields)
    return found
