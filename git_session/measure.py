"""Figures of tests and coverage, from reports that are newer than what they speak of.

Nothing is run and nothing is guessed: a report that is older than a source file, or
missing, gives no figure but the reason.
"""

from __future__ import annotations

import os

from git_session import git, reports
from git_session.analysis.figures import CHANGED, COVERAGE, TESTS, Figures, last
from git_session.analysis.subject import kind
from git_session.branchwork import Work
from git_session.reports import Found
from git_session.tracking import Tracking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from typing import Any

    from git_session.added import Added
    from git_session.config import Config
    from git_session.freshness import Freshness
    from git_session.reportcache import Cache
    from git_session.session import Session

_Lines = dict[str, tuple[list[int], list[int]]]  # path -> lines that ran, that did not


def tracking(config: Config) -> Tracking:
    """What counts as source, as configured."""
    return Tracking(config['tracking.watch_patterns'], config['tracking.ignore_patterns'])


def left_out(config: Config, top: str, work: Work, *, every: bool) -> str:
    """A source file whose change a commit leaves in the working tree, '' when there is none.

    `every` is `git commit -a`.  Reports speak of the working tree, with that change in it.
    """
    from git_session.freshness import below

    watched = tracking(config)
    for each in work.uncommitted:
        if each.xy == '??' or (each.xy[1] != '.' and not every):
            names = below(top, each.path) if each.path.endswith('/') else [each.path]
            for name in names:
                if watched.is_source(name):
                    return name
    return ''


def figures(
    repo: git.Repository,
    config: Config,
    session: Session,
    work: Work,
    added: Callable[[], Sequence[Added]],
) -> Figures:
    """What the reports in the working tree say of it as it is now.

    `added` gives the lines that the session added; it is called only where a
    coverage report counts.
    """
    if repo.top is None:
        return Figures()
    reader = _Reader(repo, config, work)
    known = {key: last(session.checkpoints, key) is not None for key in (TESTS, COVERAGE)}
    found = _tests(reader, config['quality.test_reports'], was_known=known[TESTS])
    found = _coverage(
        reader, found, config['quality.coverage_files'], added, was_known=known[COVERAGE]
    )
    reader.keep()
    return found


# --- tests


def _tests(reader: _Reader, globs: list[str], *, was_known: bool) -> Figures:
    groups, reason = _candidates(reader, globs, reports.TESTS, was_known=was_known)
    totals, sources, reasons = [0, 0, 0, 0], [], []
    for group in groups:
        counts, why = _group(reader, group, is_asked_for=bool(globs))
        if counts is None:
            reasons += why
            continue
        totals = [one + other for one, other in zip(totals, counts, strict=True)]
        sources += [each.path for each in group]
    if not sources:
        reason = reasons[0] if reasons else reason
        return Figures(unknown={TESTS: reason} if reason else {})
    count, failures, errors, skipped = totals
    return Figures(count, failures + errors, skipped, sources={TESTS: tuple(sources)})


def _candidates(
    reader: _Reader, globs: list[str], convention: Iterable[Sequence[str]], *, was_known: bool
) -> tuple[list[list[Found]], str]:
    """The groups of reports that there are, and why none of them is one, '' where nobody asks."""
    if globs:
        found = reports.by_globs(reader.top, globs)
        return ([found], '') if found else ([], f'no file matches {", ".join(globs)}')
    groups = reports.by_convention(reader.top, convention)
    return groups, 'there is no report' if was_known else ''


def _group(
    reader: _Reader, group: list[Found], *, is_asked_for: bool
) -> tuple[list[int] | None, list[str]]:
    """The sum of the reports of one run, None with the reason when one of them does not count."""
    totals = [0, 0, 0, 0]
    for each in group:
        counts, why = reader.tests(each)
        if counts is None:
            # A file of that name that is something else was never meant.
            return None, [why] if is_asked_for or why != f'{each.path} is no JUnit XML' else []
        why = reader.fresh.why_old(each, ())
        if why:
            return None, [why]
        totals = [one + other for one, other in zip(totals, counts, strict=True)]
    return totals, []


# --- coverage


def _coverage(
    reader: _Reader,
    found: Figures,
    globs: list[str],
    added: Callable[[], Sequence[Added]],
    *,
    was_known: bool,
) -> Figures:
    groups, reason = _candidates(reader, globs, reports.COVERAGE, was_known=was_known)
    fresh: list[tuple[str, dict[str, Any]]] = []
    stale: list[tuple[str, dict[str, Any]]] = []
    problem = ''
    for each in (report for group in groups for report in group):
        said, why = reader.coverage(each)
        if said is None:
            if globs or not why.endswith(_NOT_MEANT):
                problem = problem or why
            continue
        why = reader.fresh.why_old(each, said['files'])
        if why:
            stale.append((why, said))
        else:
            fresh.append((each.path, said))
    spoken = {path for _, said in fresh for path in said['files']}
    # An old report whose files a new one speaks of has been replaced.
    left = [why for why, said in stale if not spoken or not spoken.issuperset(said['files'])]
    if not fresh or left:
        reason = left[0] if left else problem or reason
        return found.replace(unknown={**found.unknown, COVERAGE: reason}) if reason else found
    sources = {**found.sources, COVERAGE: tuple(path for path, _ in fresh)}
    lines = _united([said['files'] for _, said in fresh])
    found = found.replace(coverage=_total([said for _, said in fresh], lines), sources=sources)
    return _changed(reader, found, lines, added())


_NOT_MEANT = ('is in no format that is known', 'is no coverage report', 'is no JSON of coverage.py')


def _united(maps: Sequence[_Lines]) -> _Lines:
    """A line that one of the reports has run counts as run."""
    if len(maps) == 1:
        return maps[0]
    united: _Lines = {}
    for path in dict.fromkeys(path for each in maps for path in each):
        ran = {line for each in maps for line in each.get(path, ([], []))[0]}
        missed = {line for each in maps for line in each.get(path, ([], []))[1]} - ran
        united[path] = sorted(ran), sorted(missed)
    return united


def _total(said: Sequence[dict[str, Any]], lines: _Lines) -> float:
    """Percent: what one report says of itself, or the lines of several taken together."""
    if len(said) == 1:
        covered, measured = said[0]['covered'], said[0]['measured']
    else:
        covered = sum(len(ran) for ran, _ in lines.values())
        measured = covered + sum(len(missed) for _, missed in lines.values())
    return 100.0 * covered / measured if measured else 0.0


def _changed(reader: _Reader, found: Figures, lines: _Lines, added: Sequence[Added]) -> Figures:
    """The coverage of the lines that the session added, as far as reports speak of them."""
    numbers: dict[str, list[int]] = {}
    code: set[str] = set()
    for each in added:
        numbers.setdefault(each.path, []).append(each.line)
        if each.text.strip() and not each.text.lstrip().startswith(('#', '//', '*', '/*')):
            code.add(each.path)
    covered, missed = 0, []
    for path, own in numbers.items():
        ran, not_run = map(frozenset, lines.get(path, ((), ())))
        covered += sum(number in ran for number in own)
        missed += [(path, number) for number in own if number in not_run]
    endings = {os.path.splitext(path)[1] for path in lines}
    left = [
        path for path in sorted(code)
        if path not in lines and os.path.splitext(path)[1] in endings
        and reader.tracking.is_source(path) and kind(path) == 'source'
    ]  # fmt: skip
    measured = covered + len(missed)
    unread = reader.unread(lines.keys() - numbers.keys())
    if unread:
        reason = f'too much was added to look at {unread}'
        return found.replace(unknown={**found.unknown, CHANGED: reason})
    reason = ''
    if not measured and code & (lines.keys() | set(left)):
        reason = 'the report speaks of no line that this session added'
    return found.replace(
        changed=100.0 * covered / measured if measured else None, changed_covered=covered,
        changed_measured=measured, missed=tuple(sorted(missed)), unmeasured=tuple(left),
        unknown={**found.unknown, CHANGED: reason} if reason else found.unknown,
    )  # fmt: skip


# --- reading


class _Reader:
    """Reads the reports of a working tree."""

    def __init__(self, repo: git.Repository, config: Config, work: Work) -> None:
        self.top = repo.top or ''
        self.tracking = tracking(config)
        self._repo, self._work = repo, work
        self._fresh: Freshness | None = None
        self._cache: Cache | None = None

    # Most looks find no report: what reads them is loaded where there is one.

    @property
    def fresh(self) -> Freshness:
        if self._fresh is None:
            from git_session.freshness import Freshness

            self._fresh = Freshness(self._repo, self.tracking, self._work)
        return self._fresh

    @property
    def cache(self) -> Cache:
        if self._cache is None:
            from git_session.reportcache import Cache

            self._cache = Cache(self.top, self._repo.sessions)
        return self._cache

    def keep(self) -> None:
        """Write the cache, if it was used."""
        if self._cache is not None:
            self._cache.keep()

    def unread(self, paths: Collection[str]) -> str:
        """A source file among the paths whose added lines were too many, '' without any."""
        changed = {each.path for each in self._work.uncommitted}  # may have taken lines back
        return next((
            each.path for each in self._work.changes
            if each.added and each.path in paths and each.path not in changed
            and self.tracking.is_source(each.path)
        ), '')  # fmt: skip

    def tests(self, report: Found) -> tuple[list[int] | None, str]:
        """[count, failures, errors, skipped], or None and why not."""
        said = self.cache.tests(report)
        if 'error' in said:
            return None, f'{report.path} {said["error"]}'
        return said['counts'], ''

    def coverage(self, report: Found) -> tuple[dict[str, Any] | None, str]:
        """{covered, measured, files}, the paths from the top, or None and why not."""
        said = self.cache.coverage(report)
        if 'error' in said:
            return None, f'{report.path} {said["error"]}'
        if not said['files']:
            return None, f'{report.path} speaks of no file of this repository'
        return said, ''
