"""Reports made for tests of the page: a team's six weeks, nothing at all, a great deal."""

from __future__ import annotations

from datetime import date, timedelta

from git_session.analysis.health import Deduction, Health
from git_session.analysis.landscape import Author, Hot, Landscape, Rhythm
from git_session.analysis.report import (
    Blocker,
    Day,
    DeadEnd,
    Decision,
    Measured,
    Objective,
    Progress,
    Report,
    SessionLine,
    Subject,
)
from git_session.analysis.steps import Step
from git_session.wholelog import Branch

DAY = 86400.0
NOW = 1_795_424_400.0  # 2026-11-23 09:00 UTC
PATHS = (
    'src/flask/app.py', 'src/flask/sansio/blueprints.py', 'docs/quickstart.rst',
    'tests/test_a_rather_long_name_that_says_what_is_tested_in_this_file_and_why.py',
)  # fmt: skip
NAMES = (
    'feature/async-views', 'fix/cookie', 'feature/leeway', 'docs/quickstart',
    'refactor/config-loading-and-env-prefix-parsing-in-the-app-factory', 'feature/多言語',
)  # fmt: skip
PEOPLE = ('Mira Okafor', 'Ann Author', 'יעל כהן', 'José Ñandú 👩‍💻')


def empty(name: str = 'nothing') -> Report:
    """A repository without a commit."""
    return Report(
        kind='project', name=name, since=None, until=NOW, now=NOW, zone='UTC', branch='main',
        head=None, current=None, sessions=(), days=(), author_days=True, burn_up=(), quality=(),
        done=(), open=(), decisions=(), dead_ends=(), blockers=(), commits=0, merges=0, added=0,
        deleted=0, counted=(), subjects=(), authors=(), hot=(), next_steps=(), health=None,
        landscape=None, is_sessionless=True, is_shallow=False, has_lines=True,
    )  # fmt: skip


def sessionless(days: int = 40) -> Report:
    """A history of commits alone."""
    first = date.fromtimestamp(NOW - days * DAY)
    made = tuple(
        Day((first + timedelta(each)).isoformat(), each * 7 % 11 + 1, each * 3, each, 0.0)
        for each in range(0, days + 1, 1 + (days > 20))
    )
    commits = sum(each.commits for each in made)
    authors = tuple(
        Author(name, (f'{at}@example.com',), 40 - at * 9, at, 300 - at, 90, int(NOW - 9e6),
               int(NOW - at * DAY))
        for at, name in enumerate(PEOPLE)
    )  # fmt: skip
    hot = tuple(
        Hot(path, 30 - at * 7, 400, 80 * at, int(NOW), at + 1, PEOPLE[at], 0.6, at, 0)
        for at, path in enumerate(PATHS)
    )
    rhythm = Rhythm(
        len(made), 1, (0,) * 12, (9, 8, 7, 6, 5, 1, 0), tuple(range(24)), 9, 90, 0, 0,
    )  # fmt: skip
    landscape = Landscape(
        commits, 3, 5000, 400, 0, 4, 1, (), authors, hot, (), 500, (), rhythm, (),
        (Branch('main', int(NOW), True), Branch('old', int(NOW - 400 * DAY), False)),
    )  # fmt: skip
    return empty('flask').replace(
        since=NOW - days * DAY, head='ab' * 20, days=made, commits=commits, merges=3, added=5000,
        deleted=400, counted=('main',), authors=authors, hot=hot, landscape=landscape,
    )  # fmt: skip


def line(at: int, of: int, days: int) -> SessionLine:
    started = NOW - days * DAY * (of - at) / of
    state = 'ended' if at % 4 else ('active', 'paused')[at % 8 // 4]
    name = NAMES[at % len(NAMES)] + (f'-{at}' if at >= len(NAMES) else '')
    return SessionLine(
        f'session-{at:04}-3f9c', name, state, 'merged' if at % 4 == 1 else '',
        f'{PEOPLE[at % 4]} <{at % 4}@example.com>', started,
        min(started + (at * 37 % 90 + 1) * 3600.0, NOW), at * 977 % 30000 + 60,
        at * 977 % 30000 + 60.0, at * 5 % 9, at * 31 % 400 if at % 7 else None,
        at * 17 % 90 if at % 7 else None, at % 12, 3, at % 4, at % 2,
        80 + at % 19 + 0.25 if at % 3 else None, 400 + at if at % 3 else None,
        at % 2 if at % 3 else None, is_current=at == of - 1,
    )  # fmt: skip


def team(sessions: int = 12, days: int = 42) -> Report:
    """A team's six weeks, everything there is; figures that are not known among them."""
    plain = sessionless(days)
    lines = [line(at, sessions, days) for at in range(sessions)]
    made = tuple(
        each.replace(active_seconds=(at * 1234) % 20000.0) for at, each in enumerate(plain.days)
    )
    burn_up = tuple(
        Progress(each.day, 4 + at, min(at * 4 // 5 + 1, 3 + at)) for at, each in enumerate(made)
    )
    quality = tuple(
        Measured(each.last_active, each.id, each.branch, each.coverage, each.tests, each.failed)
        for each in sorted(lines, key=lambda each: each.last_active)
    )
    facts = [(each.last_active, each.id, each.branch) for each in lines]
    return plain.replace(
        current=lines[-1].id, sessions=tuple(sorted(lines, key=lambda each: -each.last_active)),
        days=made, burn_up=burn_up, quality=quality, is_sessionless=False, author_days=False,
        done=tuple(Objective(*each, f'obj-{at}', f'Accept a clock that runs ahead, part {at}',
                             'done') for at, each in enumerate(facts)),
        open=tuple(Objective(*each, 'obj-2', 'שלום: right to left', 'active')
                   for each in facts[:3]),
        decisions=tuple(
            Decision(*each, f'dec-{at}', f'Sign with attribute {at}',
                     'serializers make their signers', ('an argument of unsign',), at % 2 == 1)
            for at, each in enumerate(facts)
        ),
        dead_ends=tuple(DeadEnd(*each, 'max_age + leeway in loads(): refused before', 'Mira')
                        for each in facts[:2]),
        blockers=(
            Blocker('s', 'fix/cookie', 'blk-1', 'waiting for the release', '#12',
                    NOW - 5 * DAY, None, '', 5 * DAY, True, False),
            Blocker('s', 'fix/cookie', 'blk-2', 'the build is down', '', NOW - 9 * DAY,
                    NOW - 8 * DAY, 'it is up', DAY, False, False),
        ),
        next_steps=(Step('finish obj-2', 'it is active', 'git session objectives complete 2'),),
        health=Health((Deduction('behind', 12, 60, '60 commits behind the base'),
                       Deduction('blockers', 10, 1, '1 open blocker (blk-1)')),
                      (('coverage', 'no coverage report'),)),
        subjects=tuple(Subject(f'{at:040x}', NOW - at * DAY, 'Ann', f'Mend {at}', '')
                       for at in range(3)),
    )  # fmt: skip


def hostile(text: str) -> Report:
    """The same with one text wherever a text can be."""
    found = team(3, 5)

    def every(items: tuple, *names: str) -> tuple:  # type: ignore[type-arg]
        return tuple(each.replace(**dict.fromkeys(names, text)) for each in items)

    where = ('session', 'branch', 'text')
    health = found.health
    assert health is not None and found.landscape is not None
    authors, hot = every(found.authors, 'name'), every(found.hot, 'path', 'owner')
    return found.replace(
        name=text, branch=text, current=text, counted=(text,), authors=authors, hot=hot,
        sessions=every(found.sessions, 'id', 'branch', 'author'),
        quality=every(found.quality, 'session', 'branch'), done=every(found.done, *where),
        open=every(found.open, *where),
        decisions=tuple(each.replace(alternatives=(text,))
                        for each in every(found.decisions, 'rationale', *where)),
        dead_ends=every(found.dead_ends, 'by', *where),
        blockers=every(found.blockers, 'issue', 'how', *where),
        subjects=every(found.subjects, 'who', 'subject'),
        next_steps=every(found.next_steps, 'text', 'reason', 'command'),
        health=Health(every(health.deductions, 'reason'), (('coverage', text),)),
        landscape=found.landscape.replace(
            authors=authors, hot=hot, branches=every(found.landscape.branches, 'name'),
        ),
    )  # fmt: skip
