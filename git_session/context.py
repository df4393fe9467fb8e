"""What is around the files of a session: their history, the context files that matter."""

from __future__ import annotations

import os

from git_session import branchwork, contextfiles, eventlog, filelog, git, output
from git_session.analysis import contexthealth, contextlines, filehistory
from git_session.analysis.around import Around, Relevant
from git_session.analysis.contexthealth import Health
from git_session.contextfiles import ContextFile
from git_session.filelog import Touched
from git_session.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from git_session.analysis.contextlines import Said

LOOK_BACK = 300  # commits in which the files of a session are looked for
_FAR_BACK = 20_000  # the same where only context files are
_MOST_MOVED = 100  # commits of the base that are not here
_MOST_RELEVANT = 6
_MOST_READ = 30  # context files in which the words of objectives are looked for


class Look:
    """Looks around the files of a session; git runs from here on."""

    def __init__(self, here: Workspace) -> None:
        work, top = here.work(), here.repo.top or '.'
        self._here, self._top = here, top
        self._names = names(here)
        untracked = [each.path for each in work.uncommitted if each.xy == '??']
        self._listing = contextfiles.Listing(top, self._names, untracked)
        self._most = LOOK_BACK + len(work.commits)
        # Of very many files history says little, and who has no time does without.
        is_looked = not here.most_counted or len(self._names) <= here.most_counted
        self._log = filelog.Reading(work.head, self._most) if work.head and is_looked else None
        is_behind = self._log and work.behind and self._names and not work.is_in_base
        self._base = (
            filelog.Reading(work.base, _MOST_MOVED, without=work.head or '') if is_behind else None
        )

    def around(self, now: float) -> Around:
        """What there is; to be asked once."""
        found = self._listing.files()
        commits = list(self._log.commits()) if self._log else []
        own = {each.oid for each in self._here.work().commits}

        def exists(path: str) -> bool:
            return os.path.lexists(os.path.join(self._top, path))

        return Around(
            tuple(self._relevant(found, commits, now)),
            filehistory.analyse(commits, self._names, own=own, exists=exists),
            tuple(self._moved()),
        )

    def _moved(self) -> Iterable[tuple[Touched, tuple[str, ...]]]:
        for commit in self._base.commits() if self._base else ():
            paths = dict.fromkeys(self._names[each] for each in commit.paths if each in self._names)
            if paths:
                yield commit, tuple(paths)

    def _relevant(
        self, found: list[ContextFile], commits: list[Touched], now: float
    ) -> list[Relevant]:
        session = self._here.require()
        goals = [each.text for each in session.active_objectives() or session.open_objectives()]
        wanted = contextlines.words_of(goals)
        chosen = _chosen(self._top, found, self._names, wanted)
        health = _health(self._here, [each[0] for each in chosen], commits, now, self._most)
        seen: set[str] = set()
        made = []
        for file, below, hits, said in chosen:
            patterns, gotchas = (
                tuple(each for each in contextlines.ranked(lines, wanted) if each not in seen)
                for lines in (said.patterns, said.gotchas)
            )
            seen.update(patterns + gotchas)
            made.append(Relevant(file, below, hits, patterns, gotchas, health[file.path]))
        return made


def names(here: Workspace) -> dict[str, str]:
    """The files of the session, changed or about to be: each name they had -> the name now."""
    work = here.work()
    found = {each.path: each.path for each in work.changes}
    found |= {each.old_path: each.path for each in work.changes if each.old_path}
    loose = (each.path for each in work.uncommitted if not each.path.endswith('/'))
    return {path: path for path in loose} | found


def _chosen(
    top: str, found: list[ContextFile], names: Mapping[str, str], wanted: set[str]
) -> list[tuple[ContextFile, int, tuple[str, ...], Said]]:
    """The files that matter, the nearest first: (file, files below, words, what it says)."""
    below, direct = _counted({each.folder for each in found}, set(names.values()))
    ranked = []
    read: dict[str, Said] = {}
    for file in found:
        count = below.get(file.folder, 0)
        hits: tuple[str, ...] = ()
        if file.folder and wanted and len(read) < _MOST_READ:
            said = read[file.path] = contextlines.read(contextfiles.content(top, file))
            hits = tuple(contextlines.hits(' '.join([file.folder, *said.headings]), wanted))
        if count or hits or not file.folder:
            rank = -(direct.get(file.folder, 0) + 2 * len(hits)), -count, file.path
            ranked.append((rank, file, count, hits))
    return [
        (file, count, hits,
         read.get(file.path) or contextlines.read(contextfiles.content(top, file)))
        for _, file, count, hits in sorted(ranked, key=lambda each: each[0])[:_MOST_RELEVANT]
    ]  # fmt: skip


def _counted(folders: set[str], paths: set[str]) -> tuple[dict[str, int], dict[str, int]]:
    """(folder -> paths below it, folder -> those to which it is the nearest of `folders`)."""
    below: dict[str, int] = {}
    direct: dict[str, int] = {}
    for path in paths:
        is_nearest = True
        while path:
            path = path.rpartition('/')[0]
            if path in folders:
                below[path] = below.get(path, 0) + 1
                if is_nearest:
                    direct[path] = direct.get(path, 0) + 1
                is_nearest = False
    return below, direct


def _health(
    here: Workspace, files: list[ContextFile], commits: Iterable[Touched], now: float, most: int
) -> dict[str, Health]:
    """path -> the health of each; what git does not track has none."""
    status = here.work().uncommitted if here.session is not None else _uncommitted()
    changed = {each.path for each in status if each.xy != '??'}
    places = {each.path: each.target or each.path for each in files if each.is_tracked}
    judged = contexthealth.judge(
        commits, list(dict.fromkeys(places.values())), now=now, most=most, changed=changed
    )
    known = {each.path: each for each in judged}
    return {
        each.path: known[places[each.path]].replace(path=each.path) if each.path in places
        else Health(each.path, is_known=False)
        for each in files
    }  # fmt: skip


def _uncommitted() -> tuple[branchwork.Uncommitted, ...]:
    return branchwork.parse_status(git.checked(git.start_status().reply()))


def _number(head: str) -> int:
    return int(git.read('rev-list', '--count', f'--max-count={_FAR_BACK}', head, '--'))


def every(here: Workspace, now: float) -> list[tuple[ContextFile, Health]]:
    """All context files of the repository with their health, the stalest first."""
    top = here.repo.top or '.'
    near = names(here) if here.session is not None else ()
    found = contextfiles.Listing(top, near, None).files()
    commits: Iterable[Touched] = ()
    head = here.repo.head
    if head and found:
        read = filelog.Reading(head, _FAR_BACK).commits()
        commits = output.counting('reading history', read, lambda: _number(head))
    health = _health(here, found, commits, now, _FAR_BACK)
    order = sorted(found, key=lambda each: (-health[each.path].score, each.path))
    return [(each, health[each.path]) for each in order]


# --- what a status shows of it, which does not look around itself

REMEMBERED = 'context-stale'  # in the folder of the session: ``<time in ns> <level> <path>``


def remember(here: Workspace, around: Around) -> None:
    """Write down which context files need care, for those that have no time to look.

    It holds as long as the file is not written anew.
    """
    path, top = os.path.join(here.place, REMEMBERED), here.repo.top or '.'
    lines = []
    try:
        for each in around.files:
            if each.health.needs_care and '\n' not in each.file.path:
                time = os.stat(os.path.join(top, each.file.path)).st_mtime_ns
                lines.append(f'{time} {each.health.level} {each.file.path}\n')
        if lines:
            eventlog.write_file(path, ''.join(lines))
        elif os.path.exists(path):
            os.remove(path)
    except OSError:
        pass  # nobody waits for it


def stale_for(around: Around, paths: Iterable[str]) -> list[Health]:
    """Those that need care and are the nearest to one of the paths."""
    folders = {each.file.folder for each in around.files}
    _, direct = _counted(folders, set(paths))
    return [
        each.health for each in around.files
        if each.health.needs_care and direct.get(each.file.folder)
    ]  # fmt: skip
