"""The tally of a whole history, kept by commit: the next run counts only what is new.

``sessions/.history.json`` holds two tallies: of all but the last commits, and of these.  New
commits are added to the second.  Where the last ones were rewritten or taken back, only they
are counted again; a history that was rewritten further back is counted anew.  It is derived:
it may be removed at any time, and one that is damaged is not used.
"""

from __future__ import annotations

import os

from git_session import eventlog, git, output, wholelog
from git_session.analysis.tally import MOST_PAIRS, VERSION, Tally, decode
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Any

FILE = '.history.json'
_UNSETTLED = 500  # commits on the line of first parents that may be rewritten cheaply
_MOST_UNSETTLED = 5000  # then those that have settled are counted with the others
_WORTH = 1000  # commits; to count fewer again is no matter where nothing else is kept


class Part(Record):
    """The tally of all commits up to `tip` that the part before it has not; '' for none."""

    tip: str
    tally: Tally


class Chronicle(Record):
    """`read` is the number of commits that were read now, the others had been kept."""

    tally: Tally
    read: int
    is_shallow: bool
    has_lines: bool


def chronicle(repo: git.Repository, *, is_partial: bool) -> Chronicle:
    """The tally of HEAD's history; an empty one where HEAD is unborn.

    In a partial clone lines are not counted, which would fetch every file.
    """
    cut = wholelog.cut(repo)
    counter, shallow = _Counter(with_lines=not is_partial, cut=cut), bool(cut)
    if repo.head is None:
        return Chronicle(Tally(), 0, shallow, not is_partial)
    stamp = f'{wholelog.stamp(repo)}{"-" if is_partial else "+"}'
    kept = _load(repo, stamp)
    settled, last = _current(repo.head, kept, counter)
    if kept is None or counter.read or last.tip != kept[1].tip:
        _keep(repo, stamp, settled, last)
    whole = settled.tally
    whole.absorb(last.tally)
    return Chronicle(whole, counter.read, shallow, not is_partial)


class _Counter:
    """Reads history and says on a terminal how far that is."""

    def __init__(self, *, with_lines: bool, cut: frozenset[str]) -> None:
        self.read = 0
        self._with_lines, self._cut = with_lines, cut

    def count(self, revision: str, without: str) -> Tally:
        """The tally of the commits that one has and the other has not."""
        tally = Tally(self._present(revision))
        self._each(revision, without, lambda oid: tally)
        tally.end(without)
        return tally

    def split(self, revision: str, at: str) -> tuple[Tally, Tally]:
        """(tally of `at`, tally of what is behind it), by one `git log`."""
        fresh = wholelog.commits(revision, at)
        older, newer = Tally(self._present(at)), Tally(self._present(revision))
        self._each(revision, '', lambda oid: newer if oid in fresh else older)
        newer.end(at)
        return older, newer

    def _present(self, revision: str) -> Collection[str]:
        return wholelog.files(revision) if self._with_lines else ()

    def _each(self, revision: str, without: str, choose: Callable[[str], Tally]) -> None:
        entries = wholelog.read(
            revision, without=without, with_lines=self._with_lines, cut=self._cut
        )
        counted = output.counting(
            'reading history', entries, lambda: wholelog.number(revision, without=without)
        )
        for entry in counted:
            choose(entry.oid).add(entry)
            self.read += 1


def _current(head: str, kept: tuple[Part, Part] | None, counter: _Counter) -> tuple[Part, Part]:
    """The two parts for `head`, from what is kept as far as that holds."""
    if kept is not None:
        settled, last = kept
        if last.tip == head:
            return kept
        if git.has(head, last.tip):
            last.tally.absorb(counter.count(head, last.tip))
            last = last.replace(tip=head)
        elif settled.tip and git.has(head, settled.tip):
            last = Part(head, counter.count(head, settled.tip))
        else:
            kept = None
    if kept is None:
        begin = git.resolve(f'{head}~{_UNSETTLED}') or ''
        older, newer = counter.split(head, begin) if begin else (Tally(), counter.count(head, ''))
        return Part(begin, older), Part(head, newer)
    if last.tally.commits > _MOST_UNSETTLED:
        return _settle(head, settled, counter)
    return settled, last


def _settle(head: str, settled: Part, counter: _Counter) -> tuple[Part, Part]:
    """Count with the settled commits all but the newest."""
    tip = git.resolve(f'{head}~{_UNSETTLED}')
    if tip is None or not git.has(tip, settled.tip):
        return _current(head, None, counter)
    newer = counter.count(tip, settled.tip)
    if settled.tally.pair_count + newer.pair_count > 2 * MOST_PAIRS:
        return _current(head, None, counter)  # the window of pairs begins anew
    settled.tally.absorb(newer)
    return Part(tip, settled.tally), Part(head, counter.count(head, tip))


def _load(repo: git.Repository, stamp: str) -> tuple[Part, Part] | None:
    """What is kept; None where there is nothing, it is damaged, or of something else."""
    import json

    try:
        with open(os.path.join(repo.sessions, FILE), 'rb') as file:
            data = json.load(file)
        if data['version'] != VERSION or data['stamp'] != stamp:
            return None
        settled, last = (Part(each['tip'], decode(each['tally'])) for each in data['parts'])
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        return None
    return settled, last


def _keep(repo: git.Repository, stamp: str, *parts: Part) -> None:
    import json

    total = sum(each.tally.commits for each in parts)
    if total < _WORTH and not os.path.isdir(repo.sessions):
        return
    data: dict[str, Any] = {
        'generated': 'by git session; may be removed', 'version': VERSION, 'stamp': stamp,
        'parts': [{'tip': each.tip, 'tally': each.tally.encode()} for each in parts],
    }  # fmt: skip
    try:
        os.makedirs(repo.sessions, exist_ok=True)
        text = json.dumps(data, separators=(',', ':'))
        eventlog.write_file(os.path.join(repo.sessions, FILE), text)
    except OSError:
        pass  # the next run counts again
