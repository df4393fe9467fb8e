"""Where the active time went: by day and by objective."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from git_session.session import Session

Span = tuple[float, float]  # begin and end, epoch seconds


def by_day(spans: Iterable[Span], day: Callable[[float], tuple[str, float]]) -> dict[str, float]:
    """Seconds by day, oldest first.

    `day` says of a moment (its day, when that day ends), later than the moment: where
    midnight is depends on who looks.
    """
    found: dict[str, float] = {}
    for begin, end in sorted(spans):
        at = begin
        while at < end:
            name, midnight = day(at)
            until = min(end, midnight) if midnight > at else end
            found[name] = found.get(name, 0.0) + until - at
            at = until
    return found


def utc_day(moment: float) -> tuple[str, float]:
    """The day of a moment in UTC: ``2026-11-22``, and its end."""
    from git_session.events import format_time

    return format_time(moment)[:10], (moment // 86400 + 1) * 86400


def by_objective(session: Session, idle: float) -> dict[str, float]:
    """Seconds while an objective was active, by its ref; those that never were left out.

    Two that are active at once have the whole time each.
    """
    covered = _covered(session.spans(idle))
    found = {}
    for ref, changes in session.activity.items():
        periods = _united(_active(changes))
        if periods:
            found[ref] = sum(covered(end) - covered(begin) for begin, end in periods)
    return found


def _active(changes: Sequence[tuple[float, bool]]) -> list[Span]:
    """When it was active, of (when, whether it is from then on), in the order of the log."""
    found = []
    since: float | None = None
    for at, active in changes:
        if active and since is None:
            since = at
        elif not active and since is not None:
            found.append((since, at))
            since = None
    if since is not None:
        found.append((since, float('inf')))
    return found


def _united(spans: Iterable[Span]) -> list[Span]:
    """The same moments in spans that do not overlap: a clock that went back counts none twice."""
    found: list[Span] = []
    for begin, end in sorted(span for span in spans if span[0] < span[1]):
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((begin, end))
    return found


def _covered(spans: Sequence[Span]) -> Callable[[float], float]:
    """Says of a moment how many seconds of the spans, which are in order and apart, are before it.

    Each question costs a search: others may send thousands of objectives and spans.
    """
    from bisect import bisect_right
    from itertools import accumulate

    begins = [begin for begin, _ in spans]
    sums = list(accumulate((end - begin for begin, end in spans), initial=0.0))

    def covered(moment: float) -> float:
        number = bisect_right(begins, moment)
        if number == 0:
            return 0.0
        begin, end = spans[number - 1]
        return sums[number - 1] + (min(end, moment) - begin)

    return covered
