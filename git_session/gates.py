"""The quality gates of a session: gathering what they judge, and holding up a merge."""

from __future__ import annotations

from git_session import config, git, measure, output, words
from git_session.analysis import gates
from git_session.analysis.gates import Changed, Checked, Judged
from git_session.analysis.subject import kind
from git_session.errors import REFUSED, SessionError
from git_session.tracking import Tracking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from git_session.analysis.patterns import Pattern
    from git_session.branchwork import Work
    from git_session.workspace import Workspace

_DIRECTED = frozenset(config.KEYS['context.architecture'].choices) - {'none'}
_NO_PROGRAM = ('.sql', '.proto', '.graphql')  # source that has no unit tests


def judge(here: Workspace, *, only_committed: bool = False) -> Judged:
    """All gates for the working tree, or for what is committed of it."""
    top = here.repo.top
    if top is None:
        return Judged()
    paths = _paths(top, here.work(), only_committed=only_committed)
    is_required = here.config['quality.require_tests']
    tracking = measure.tracking(here.config)
    return gates.judge(
        here.quality().figures, here.config['quality.coverage_threshold'],
        here.config['quality.new_code_coverage_threshold'],
        _changed(top, paths, tracking, is_required=is_required), check(here, paths),
        [f'{each.name} {output.line(each.text)}' for each in here.require().open_blockers()],
    )  # fmt: skip


def check(here: Workspace, paths: Sequence[str]) -> Checked:
    """The imports of the files against the layers; nothing is loaded where there are none."""
    names, layers = _names(here), here.config['context.layers']
    if here.repo.top is None or not (layers or _DIRECTED.intersection(names)):
        return Checked()
    from git_session import sources

    return sources.check(here.repo.top, paths, names, layers)


def survey(here: Workspace) -> tuple[Pattern, ...]:
    """What of each configured pattern is in this repository."""
    names = _names(here)
    if here.repo.top is None or not names:
        return ()
    from git_session import sources

    return sources.survey(here.repo.top, names)


def _names(here: Workspace) -> list[str]:
    """The architecture and the patterns that are configured."""
    named = [here.config['context.architecture'], *here.config['context.patterns']]
    return [name for name in dict.fromkeys(named) if name != 'none']


def _paths(top: str, work: Work, *, only_committed: bool) -> list[str]:
    """The files that changed from the merge base to the working tree, and are there."""
    # A move or a mode changes nothing in a file.
    found = [
        each.path for each in work.changes
        if each.status != 'D' and (each.added, each.deleted) != (0, 0)
    ]  # fmt: skip
    if not only_committed:
        found += [each.path for each in work.uncommitted if 'D' not in each.xy]
    folders = [path for path in found if path.endswith('/')]  # new ones, whole
    if folders:
        listing = ('ls-files', '-z', '--others', '--exclude-standard', '--', *folders)
        found += git.ask('-C', top, *listing).out.split('\0')[:-1]
    return [path for path in dict.fromkeys(found) if not path.endswith('/')]


def _changed(top: str, paths: Iterable[str], tracking: Tracking, *, is_required: bool) -> Changed:
    tests, source = [], []
    for path in paths:
        what = kind(path)
        if what == 'test' and not tracking.is_ignored(path):
            tests.append(path)
        elif what == 'source' and tracking.is_source(path) and not path.endswith(_NO_PROGRAM):
            source.append(path)
    if is_required and source and not tests:
        tests = [path for path in source if path.endswith('.rs') and _has_tests(top, path)]
    return Changed(tuple(source), tuple(tests), is_required)


def _has_tests(top: str, path: str) -> bool:
    """Whether a file of Rust has unit tests of its own, as they are written there."""
    from git_session import sources

    data = sources.read(top, path) or b''
    return b'#[test]' in data or b'#[cfg(test)]' in data or b'::test]' in data


def hold(here: Workspace, branch: str, target: str, *, is_overridden: bool) -> tuple[str, ...]:
    """Say what fails before a merge, and the names of the gates that do.

    Raises SessionError (REFUSED) for them where they are to refuse it.
    """
    judged = judge(here, only_committed=True)
    failed = judged.failed
    for each in (*failed, *judged.unknown):
        output.talk(f'gate {output.line(str(each))}')
    if failed and here.config['quality.block_merge_on_quality'] and not is_overridden:
        raise SessionError(
            f"cannot merge '{branch}' into '{target}': "
            f'{words.count(len(failed), "quality gate")} failed; nothing was changed',
            "put that right, or merge all the same with '--no-gate'", status=REFUSED,
        )  # fmt: skip
    return tuple(each.name for each in failed)
