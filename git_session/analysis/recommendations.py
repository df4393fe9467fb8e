"""What to do, each with the fact that it follows from and the command for it."""

from __future__ import annotations

from shlex import quote

from git_session import words
from git_session.analysis.steps import Step
from git_session.analysis.subject import kind
from git_session.output import line
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from git_session.analysis.filehistory import FileHistory
    from git_session.analysis.health import Health
    from git_session.analysis.landscape import Landscape

_DAY = 86400
_OLD_DAYS = 90  # a branch without a commit for so long
_MANY_FIXES, _FIX_SHARE = 5, 0.3  # of the commits of a file
_ALONE, _LEAST_CHANGES, _LEAST_PEOPLE = 0.8, 50, 3
_MOST = 3  # of one kind


class Known(Record):
    """Where the commands can be tried: the default branch, short, or ''."""

    default: str = ''
    has_session: bool = False


def of_session(health: Health, history: FileHistory) -> list[Step]:
    """What the figures of a session ask for beyond its next steps."""
    taken = {each.name: each for each in health.deductions}
    unknown = dict(health.unknown)
    found = []
    if 'uncommitted' in taken:
        reason = taken['uncommitted'].reason
        found.append(Step('commit the changes in parts', reason, 'git add -p && git commit'))
    if 'objectives' in taken:
        how = 'git session objectives'
        found.append(Step('go on with what is active, or drop it', taken['objectives'].reason, how))
    for name, what in (('tests', 'run the tests so that they leave a report'),
                       ('coverage', 'measure the coverage')):  # fmt: skip
        if name in unknown:
            how = f'git session config get quality.{_KEYS[name]}'
            found.append(Step(what, f'{name} unknown: {line(unknown[name])}', how))
    for each in history.together[:_MOST]:
        reason = f'{each.both} of {each.of} commits that changed {line(each.path)} changed it too'
        found.append(Step(f'look at {line(each.other)}', reason, _log(each.other)))
    for mended in history.mended[:_MOST]:
        reason = f'{mended.times} of the {mended.of} commits that changed it mended it'
        found.append(Step(f'test {line(mended.path)} with care', reason, _log(mended.path)))
    return found


_KEYS = {'tests': 'test_reports', 'coverage': 'coverage_files'}


def of_history(found: Landscape, now: float, known: Known) -> list[Step]:
    """What the history of the repository asks for."""
    steps = []
    if not known.has_session and found.commits:
        how = 'git session start <branch> -o <objective>'
        steps.append(Step('start a session', 'no session on this branch', how))
    return [*steps, *_branches(found, now, known), *_files(found), *_folders(found)]


def _branches(found: Landscape, now: float, known: Known) -> Iterable[Step]:
    dated = [each for each in found.branches if each.time]  # the age of others is unknown
    old = [each for each in dated if now - each.time > _OLD_DAYS * _DAY]
    merged = [each for each in old if each.is_merged and each.name != known.default]
    if merged:
        number = words.count(len(merged), 'branch', 'branches')
        names = ' '.join(quote(line(each.name)) for each in merged[:_MOST])
        verb = 'is' if len(merged) == 1 else 'are'
        reason = f'{number} {verb} merged and had no commit for {_OLD_DAYS} days'
        yield Step('delete branches that are over', reason, f'git branch -d {names}')
    for each in [each for each in old if not each.is_merged][:_MOST]:
        days = int((now - each.time) // _DAY)
        name = line(each.name)
        reason = f'no commit for {days} days, and not merged'
        yield Step(f'merge or delete {name}', reason, f'git log HEAD..{quote(name)}')


def _files(found: Landscape) -> Iterable[Step]:
    mended = [
        each for each in found.hot
        if each.fixes >= _MANY_FIXES and each.fixes >= _FIX_SHARE * each.commits
        and kind(each.path) == 'source'
    ]  # fmt: skip
    for each in mended[:_MOST]:
        reason = f'{each.fixes} of its {each.commits} commits mended something'
        yield Step(f'test {line(each.path)} better', reason, _log(each.path))


def _folders(found: Landscape) -> Iterable[Step]:
    if len(found.authors) < _LEAST_PEOPLE:
        return
    alone = [
        each for each in found.owned
        if each.folder and each.share >= _ALONE and each.changes >= _LEAST_CHANGES
    ]  # fmt: skip
    for each in alone[:_MOST]:
        reason = f'{line(each.owner)} made {each.share:.0%} of {each.changes} changes there'
        how = f'git shortlog -sn HEAD -- {quote(line(each.folder))}'
        yield Step(f'let others review changes of {line(each.folder)}', reason, how)


def _log(path: str) -> str:
    return f'git log --oneline -- {quote(line(path))}'
