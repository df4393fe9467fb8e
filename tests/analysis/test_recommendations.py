"""What the figures ask for: the fact and the command each."""

from __future__ import annotations

from git_session.analysis.filehistory import FileHistory, Mended, Together
from git_session.analysis.health import Deduction, Health
from git_session.analysis.landscape import Landscape, draw
from git_session.analysis.recommendations import Known, of_history, of_session
from git_session.analysis.steps import Step
from git_session.filelog import Touched
from git_session.wholelog import Branch, Entry
from tests.analysis.test_tally import NOON, count, entry, line

DAY = 86400
SESSION = Known('main', has_session=True)


def landscape(*entries: Entry, branches: tuple[Branch, ...] = ()) -> Landscape:
    tally = count(*entries)
    return draw(tally, people={}, present=tally.files, branches=branches, now=NOON)


def test_of_a_session() -> None:
    last = Touched('1' * 40, 'Ann', 'a@x', 1, 'fix', ('a.py',))
    health = Health(
        (Deduction('uncommitted', 3, 300, '300 changed lines not committed'),
         Deduction('objectives', 5, 1, 'nothing was done for more than a day on obj-1')),
        (('tests', 'no report of a test run'), ('coverage', 'no coverage report')),
    )  # fmt: skip
    history = FileHistory(
        9, (), (Together('a.py', "it's.py", 4, 5),), (Mended('a.py', 2, 5, last),)
    )
    assert of_session(health, history) == [
        Step('commit the changes in parts', '300 changed lines not committed',
             'git add -p && git commit'),
        Step('go on with what is active, or drop it',
             'nothing was done for more than a day on obj-1', 'git session objectives'),
        Step('run the tests so that they leave a report',
             'tests unknown: no report of a test run',
             'git session config get quality.test_reports'),
        Step('measure the coverage', 'coverage unknown: no coverage report',
             'git session config get quality.coverage_files'),
        Step("look at it's.py", '4 of 5 commits that changed a.py changed it too',
             "git log --oneline -- 'it'\"'\"'s.py'"),
        Step('test a.py with care', '2 of the 5 commits that changed it mended it',
             'git log --oneline -- a.py'),
    ]  # fmt: skip
    assert of_session(Health((), ()), FileHistory()) == []


def test_branches_that_are_over_or_forgotten() -> None:
    old = NOON - 91 * DAY
    branches = (
        Branch('done', old, True), Branch('main', old, True), Branch('$(x)', old, False),
        Branch('new', NOON - 90 * DAY, False), Branch('fresh', NOON, True),
        Branch('undated', 0, False),
    )  # fmt: skip
    assert of_history(landscape(entry(), branches=branches), NOON, SESSION) == [
        Step('delete branches that are over',
             '1 branch is merged and had no commit for 90 days', 'git branch -d done'),
        Step('merge or delete $(x)', 'no commit for 91 days, and not merged',
             "git log HEAD..'$(x)'"),
    ]  # fmt: skip


def test_files_that_are_mended_again_and_again() -> None:
    fixes = [entry(line('a.py'), line('README.md'), subject='fix: it') for _ in range(5)]
    assert of_history(landscape(*fixes), NOON, SESSION) == [
        Step('test a.py better', '5 of its 5 commits mended something', 'git log --oneline -- a.py')
    ]
    assert of_history(landscape(*fixes[:4]), NOON, SESSION) == []
    assert of_history(landscape(*fixes, *[entry(line('a.py'))] * 12), NOON, SESSION) == []


def test_folders_that_one_person_knows() -> None:
    many = [entry(line('src/a'), who='Ann <a@x>')] * 50
    others = [entry(line('b'), who='Bob <b@x>'), entry(line('b'), who='Cid <c@x>')]
    assert of_history(landscape(*many, *others), NOON, SESSION) == [
        Step('let others review changes of src', 'Ann made 100% of 50 changes there',
             'git shortlog -sn HEAD -- src')
    ]  # fmt: skip
    assert (
        of_history(landscape(*many, others[0]), NOON, SESSION) == []
    )  # two people know each other
    assert of_history(landscape(*many[:49], *others), NOON, SESSION) == []


def test_without_a_session() -> None:
    assert of_history(landscape(entry()), NOON, Known('main')) == [
        Step('start a session', 'no session on this branch',
             'git session start <branch> -o <objective>')
    ]  # fmt: skip
    assert of_history(landscape(), NOON, Known('main')) == []
