"""The charts of a report: what is drawn where, and the table that says the same.

Across, places are percent of the width, down they are pixels from the top, so that letters
and strokes keep their size on a phone.  Texts from outside are as people wrote them.
"""

from __future__ import annotations

from itertools import accumulate

from git_session import words
from git_session.record import Record
from git_session.views import axes
from git_session.views.axes import HEIGHT, TOP, Scale, Span, Tick

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from git_session.analysis.landscape import Rhythm
    from git_session.analysis.report import Measured, Report, SessionLine

MOST_ROWS = 40  # sessions with a line each in the timeline
_MOST_DOTS = 30
_WIDEST = 9.0  # percent, a bar
_LEAST = 1.2  # percent: a session of a minute is seen
_WEEKDAYS = ('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')


class Bar(Record):
    x: float
    y: float
    width: float
    height: float
    title: str


class Dot(Record):
    x: float
    y: float
    title: str


class Line(Record):
    """`points` are those of a polyline 100 wide; `kind` chooses color and dashes."""

    name: str
    kind: str
    points: str
    dots: tuple[Dot, ...]


class Table(Record):
    """`head` are the names of the columns; all but the first have figures, if `figures`.

    `note` says what of it is left out, '' for nothing.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: bool = True
    note: str = ''


class Row(Record):
    """A line of a timeline."""

    text: str
    mark: str
    bar: Bar


class Chart(Record):
    """`text` says in words what is seen; `name` is unique on the page."""

    name: str
    title: str
    text: str
    table: Table
    scale: Scale | None = None
    ticks: tuple[Tick, ...] = ()
    bars: tuple[Bar, ...] = ()
    lines: tuple[Line, ...] = ()
    rows: tuple[Row, ...] = ()
    note: str = ''


def timeline(found: Report) -> Chart | None:
    """A line for each session; of more than `MOST_ROWS`, how many were open in each span."""
    if not found.sessions:
        return None
    since = max(found.since or 0, min(each.started for each in found.sessions))
    until = max(found.until, since + 1)
    if len(found.sessions) > MOST_ROWS:
        return _open_sessions(found, since, until)
    lines = sorted(found.sessions, key=lambda each: (each.started, each.id))
    table = Table(
        'Sessions by their beginning',
        ('Session', 'Started', 'Last active', 'Active time'),
        tuple(
            (each.branch, moment(each.started), moment(each.last_active), span(each.period_seconds))
            for each in lines
        ),
        figures=False,
    )
    rows = tuple(_row(each, since, until) for each in lines)
    text = f'{words.count(len(rows), "session")}, from {_day(since)} to {_day(until)}'
    return Chart('timeline', 'Timeline of sessions', text, table,
                 ticks=axes.along(since, until), rows=rows)  # fmt: skip


def _row(each: SessionLine, since: float, until: float) -> Row:
    begin = min(max((each.started - since) / (until - since), 0.0), 1.0) * 100
    end = min(max((each.last_active - since) / (until - since), 0.0), 1.0) * 100
    width = max(end - begin, _LEAST)
    title = f'{moment(each.started)} to {moment(each.last_active)}, {each.state}'
    bar = Bar(round(min(begin, 100 - width), 2), 0, round(width, 2), 0, title)
    return Row(each.branch, span(each.period_seconds), bar)


def _open_sessions(found: Report, since: float, until: float) -> Chart:
    first, last = axes.ordinal(_day(since)), axes.ordinal(_day(until))
    assert first is not None and last is not None  # sessions and reports are of our time
    unit, spans = axes.spans(first, last)
    ends = [
        (axes.ordinal(_day(each.started)), axes.ordinal(_day(each.last_active)))
        for each in found.sessions
    ]
    number = axes.finder(spans)
    changes = [0] * (len(spans) + 1)  # how many more there are than in the span before
    for begin, end in ends:
        if begin is None or end is None or begin > spans[-1].last or end < spans[0].first:
            continue
        changes[number(max(begin, spans[0].first))] += 1
        changes[number(min(end, spans[-1].last)) + 1] -= 1
    totals = list(accumulate(changes[:-1]))
    text = f'Sessions at work in each {unit}, at most {max(totals):,}'
    chart = _bars('timeline', 'Timeline of sessions', text, spans, totals, _whole)
    return chart.replace(
        table=Table(text, (unit.capitalize(), 'Sessions'), _rows(spans, totals)),
        note=f'{len(found.sessions):,} sessions are too many for a line each.',
    )


def activity(found: Report) -> tuple[Chart, ...]:
    """Commits, and active time where there were sessions, by day or by longer spans."""
    days = [(at, each) for each in found.days if (at := axes.ordinal(each.day)) is not None]
    edges = [at for at, _ in days]
    for moment_ in (found.since, found.until):
        at = None if moment_ is None else axes.ordinal(_day(moment_))
        edges += [] if at is None else [at]
    if not edges or not (found.days or found.sessions):
        return ()
    unit, spans = axes.spans(min(edges), max(edges))
    number = axes.finder(spans)
    commits, added, deleted = ([0] * len(spans) for _ in range(3))
    active = [0.0] * len(spans)
    for at, each in days:
        here = number(at)
        commits[here] += each.commits
        added[here] += each.added or 0
        deleted[here] += each.deleted or 0
        active[here] += each.active_seconds
    lines = [
        (f'{plus:,}', f'{minus:,}') if found.has_lines else ('unknown', 'unknown')
        for plus, minus in zip(added, deleted, strict=True)
    ]
    rows = tuple(
        (each.text, f'{made:,}', *pair)
        for each, made, pair in zip(spans, commits, lines, strict=True)
    )
    title = f'Commits per {unit}'
    text = f'{title}: {sum(commits):,} in all, at most {max(commits):,}'
    head = (unit.capitalize(), 'Commits', 'Lines added', 'Lines deleted')
    first = _bars('commits', title, text, spans, commits, _commits)
    charts = [first.replace(table=Table(title, head, rows))]
    if found.sessions:
        charts.append(_active(unit, spans, active))
    return tuple(charts)


def _active(unit: str, spans: Sequence[Span], seconds: Sequence[float]) -> Chart:
    title = f'Active time per {unit}'
    text = f'{title}: {span(sum(seconds))} in all, at most {span(max(seconds))}'
    rows = tuple((each.text, span(value)) for each, value in zip(spans, seconds, strict=True))
    chart = _bars('active', title, text, spans, seconds, span, scale=axes.durations(max(seconds)))
    return chart.replace(table=Table(title, (unit.capitalize(), 'Active time'), rows))


def _bars(
    name: str, title: str, text: str, spans: Sequence[Span], values: Sequence[float],
    say: Callable[[float], str], scale: Scale | None = None,
) -> Chart:  # fmt: skip
    scale = scale or axes.counts(max(values))
    slot = 100 / len(spans)
    width = min(slot * (0.8 if len(spans) <= 60 else 0.9), _WIDEST)
    bars = []
    for at, (each, value) in enumerate(zip(spans, values, strict=True)):
        if value > 0:
            y = min(scale.place(value), TOP + HEIGHT - 1)  # what is not nothing is seen
            left = slot * at + (slot - width) / 2
            bars.append(Bar(round(left, 3), y, round(width, 3), round(TOP + HEIGHT - y, 1),
                            f'{each.text}: {say(value)}'))  # fmt: skip
    table = Table(title, (), ())
    return Chart(name, title, text, table, scale,
                 axes.under([each.text for each in spans]), tuple(bars))  # fmt: skip


def rhythm(found: Rhythm) -> tuple[Chart, ...]:
    """On which weekdays, and at which hours of their authors' clocks, commits are made."""
    charts = []
    hours = tuple(f'{each:02}:00' for each in range(24))
    for name, unit, names, values in (('weekdays', 'weekday', _WEEKDAYS, found.weekdays),
                                      ('hours', 'hour', hours, found.hours)):  # fmt: skip
        spans = tuple(Span(0, 0, each) for each in names)
        text = f'Commits by {unit}, on the clock of their author'
        title = f'Commits by {unit}'
        chart = _bars(name, title, text, spans, values, _commits)
        ticks = axes.under(names) if len(names) > 7 else tuple(
            Tick(round((at + 0.5) * 100 / 7, 2), each) for at, each in enumerate(names)
        )  # fmt: skip
        head = (unit.capitalize(), 'Commits')
        charts.append(chart.replace(table=Table(title, head, _rows(spans, values)), ticks=ticks))
    return tuple(charts)


def burn_up(found: Report) -> Chart | None:
    """Objectives that there were and that were done, at the end of each day."""
    days = [(at, each) for each in found.burn_up if (at := axes.ordinal(each.day)) is not None]
    if not days:
        return None
    unit, spans = axes.spans(days[0][0], days[-1][0])
    number = axes.finder(spans)
    ends = {number(at): each for at, each in days}  # the last day of each span
    last = days[0][1]
    reached: list[tuple[str, int, int]] = []
    for at, each in enumerate(spans):
        last = ends.get(at, last)
        reached.append((each.text, last.added, last.done))
    scale = axes.counts(max(each[1] for each in reached))
    lines = tuple(
        _line(name, kind, [
            (_middle(at, len(spans)), scale.place(value), f'{each.text}: {value:,} {name}')
            for at, (each, value) in enumerate(zip(spans, values, strict=True))
        ])
        for name, kind, values in (('added', 'dashed', [each[1] for each in reached]),
                                   ('done', 'solid', [each[2] for each in reached]))
    )  # fmt: skip
    text = f'Objectives: {last.done:,} of {last.added:,} done by {days[-1][1].day}'
    rows = tuple((name, f'{added:,}', f'{done:,}') for name, added, done in reached)
    table = Table(f'Objectives by {unit}', (unit.capitalize(), 'Added', 'Done'), rows)
    names = axes.under([each[0] for each in reached])
    return Chart('burn-up', 'Objectives, burn-up', text, table, scale, names, lines=lines)


def _middle(at: int, number: int) -> float:
    return (at + 0.5) * 100 / number


def quality(found: Report) -> tuple[Chart, ...]:
    """Coverage and tests as checkpoints knew them; nothing is drawn of what none knew."""
    charts = []
    covered = _thin([each for each in found.quality if each.coverage is not None])
    if covered:
        values = [each.coverage for each in covered if each.coverage is not None]
        scale = axes.percents(values)
        places = zip(_places(covered), values, covered, strict=True)
        points = [
            (x, scale.place(value), f'{moment(each.at)}: {percent(value)}')
            for x, value, each in places
        ]
        table = _measured('Coverage', 'Coverage', [(each, percent(each.coverage))
                                                   for each in covered])  # fmt: skip
        text = f'Coverage: {percent(values[0])} first, {percent(values[-1])} last'
        charts.append(Chart('coverage', 'Coverage at checkpoints', text, table, scale,
                            axes.along(covered[0].at, covered[-1].at),
                            lines=(_line('coverage', 'solid', points),)))  # fmt: skip
    tested = _thin([each for each in found.quality if each.tests is not None])
    return (*charts, _tests(tested)) if tested else tuple(charts)


def _tests(tested: Sequence[Measured]) -> Chart:
    scale = axes.counts(max(each.tests or 0 for each in tested))
    places = _places(tested)
    lines = []
    for name, kind in (('tests', 'solid'), ('failed', 'bad')):
        points = [
            (x, scale.place(value), f'{moment(each.at)}: {value:,} {name}')
            for x, each in zip(places, tested, strict=True)
            if (value := getattr(each, name)) is not None
        ]
        if points:
            lines.append(_line(name, kind, points))
    rows = [(each, figure(each.tests), figure(each.failed)) for each in tested]
    text = f'Tests: {figure(tested[0].tests)} first, {figure(tested[-1].tests)} last'
    return Chart('tests', 'Tests at checkpoints', text,
                 _measured('Tests', 'Tests', rows, 'Failed'), scale,
                 axes.along(tested[0].at, tested[-1].at), lines=tuple(lines))  # fmt: skip


def _measured(
    caption: str, name: str, rows: Sequence[tuple[Measured, *tuple[str, ...]]], *more: str
) -> Table:
    return Table(
        f'{caption} at checkpoints', ('Checkpoint', 'Branch', name, *more),
        tuple((moment(each.at), each.branch, *figures) for each, *figures in rows), figures=False,
    )  # fmt: skip


def _thin(measured: Sequence[Measured]) -> list[Measured]:
    """The last of each span of days, where there are very many."""
    if len(measured) <= MOST_ROWS * 3:
        return list(measured)
    days = [axes.ordinal(_day(each.at)) or 0 for each in measured]
    _, spans = axes.spans(max(min(days), 1), max(days))
    number = axes.finder(spans)
    found = {number(day): each for day, each in zip(days, measured, strict=True) if day}
    return list(found.values())


def _places(measured: Sequence[Measured]) -> list[float]:
    """Where in time each is, in percent; in the middle what is alone."""
    begin, end = measured[0].at, measured[-1].at
    if end <= begin:
        return [50.0 for _ in measured]
    return [(each.at - begin) * 100 / (end - begin) for each in measured]


def _line(name: str, kind: str, points: Sequence[tuple[float, float, str]]) -> Line:
    joined = ' '.join(f'{x:.2f},{y:.1f}' for x, y, _ in points)
    dots = tuple(Dot(round(x, 2), y, title) for x, y, title in points)
    return Line(name, kind, joined, dots if len(dots) <= _MOST_DOTS else ())


def _rows(spans: Sequence[Span], values: Sequence[int]) -> tuple[tuple[str, ...], ...]:
    pairs = zip(spans, values, strict=True)
    return tuple((each.text, f'{value:,}') for each, value in pairs)


def _whole(value: float) -> str:
    return counted(int(value), 'session')


def _commits(value: float) -> str:
    return counted(int(value), 'commit')


def counted(number: int, noun: str, plural: str = '') -> str:
    """``1 commit``, ``1,200 commits``."""
    return f'{number:,} {words.count(number, noun, plural).partition(" ")[2]}'


def figure(value: float | None) -> str:
    """A count with its thousands apart; unknown where it is not known."""
    return 'unknown' if value is None else f'{value:,}'


def percent(value: float | None) -> str:
    """With a decimal where it has one; 100% is all."""
    if value is None:
        return 'unknown'
    return f'{min(round(value, 1), 99.9 if value < 100 else value):g}%'


def span(seconds: float | None) -> str:
    return 'unknown' if seconds is None else words.duration(seconds)


def moment(seconds: float | None) -> str:
    """A local time; unknown where there is none."""
    return 'unknown' if not seconds else words.date(seconds, '%Y-%m-%d %H:%M')


def _day(seconds: float) -> str:
    return words.date(seconds, '%Y-%m-%d')
