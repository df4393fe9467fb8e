"""What to do next, each step with the fact it follows from."""

from __future__ import annotations

from git_session.analysis.contexthealth import Health
from git_session.analysis.gates import FAILS, Gate, Judged
from git_session.analysis.marks import Annotation
from git_session.analysis.steps import Step, next_steps
from git_session.branchwork import Uncommitted, Work
from tests.made import Log, full_log, full_work

NOTHING = Work((), (), (), None, None, '', None)


def test_the_nearest_first() -> None:
    assert next_steps(full_log().replay(), full_work()) == [
        Step('resolve blk-2 no client secret', 'open blocker', 'git session blockers resolve 2'),
        Step(
            'finish obj-2 Google OAuth', 'active objective, blocked by blk-2',
            'git session objectives complete 2',
        ),
        Step('commit or checkpoint the changes', '2 uncommitted', 'git session checkpoint -a'),
        Step('add or ignore the new files', '1 untracked', 'git add'),
        Step('take in main', '1 commit behind'),
    ]  # fmt: skip


def test_facts_that_cost_more() -> None:
    log = Log()
    log.add('objective.add', text='Google OAuth')
    marks = [Annotation(path, 7, 'TODO', 'x') for path in 'abcd']
    judged = Judged((Gate('tests', FAILS, '2 failed'), Gate('blockers', FAILS, '1 open')))
    found = next_steps(
        log.replay(), full_work().replace(uncommitted=()), judged=judged, marks=marks, moved=1,
        stale=[Health('src/CLAUDE.md', 45, 12), Health('AGENTS.md', 90, 1, is_least=True)],
        said=lambda ref, text: f'<{text}>',
    )  # fmt: skip
    assert found == [
        Step('make the gate tests pass', '2 failed', 'git session status -v'),
        Step('start obj-1 <Google OAuth>', 'first pending objective',
             'git session objectives start 1'),
        Step('settle what is marked in the code', 'a:7, b:7, c:7 and 1 more'),
        Step('take in main', '1 commit behind, 1 of them on files of this session'),
        Step('look over src/CLAUDE.md', '45 days old, 12 commits in its folder since',
             'git session context --update src'),
        Step('look over AGENTS.md', 'at least 90 days old, 1 commit in its folder since',
             'git session context --update .'),
    ]  # fmt: skip


def test_conflicts_come_before_all() -> None:
    for xy in ('UU', 'AA', 'DD', 'UD', 'AU'):
        work = full_work().replace(uncommitted=(Uncommitted(xy, 'a'),))
        assert next_steps(full_log().replay(), work)[0] == Step(
            'resolve the conflicts in the working tree', 'unmerged files'
        )


def test_of_a_new_session() -> None:
    assert next_steps(Log().replay(), NOTHING) == [
        Step(
            'say what this session is for', 'no objective yet', 'git session objectives add <text>'
        )
    ]


def test_start_the_first_pending_one() -> None:
    log = Log()
    refs = [log.add('objective.add', text=text) for text in ('one', 'two')]
    log.add('objective.complete', ref=refs[0])
    assert next_steps(log.replay(), NOTHING) == [
        Step('start obj-2 two', 'first pending objective', 'git session objectives start 2')
    ]


def test_end_when_all_is_done() -> None:
    log = Log()
    log.add('objective.complete', ref=log.add('objective.add', text='x'))
    done = Step('end the session', 'every objective is done', 'git session end')
    assert next_steps(log.replay(), NOTHING) == [done]
    blocker = log.add('blocker.add', text='stuck')
    assert done not in next_steps(log.replay(), NOTHING)
    log.add('blocker.resolve', ref=blocker)
    log.add('end', result='ended')
    assert next_steps(log.replay(), NOTHING) == []


def test_the_base_has_the_name_that_people_call_it() -> None:
    for base, name in (
        ('refs/heads/main', 'main'), ('refs/remotes/origin/main', 'origin/main'),
        ('3f9c' * 10, '3f9c3f9c3f'), ('v1\x1b', 'v1\\x1b'),
    ):  # fmt: skip
        steps = next_steps(Log().replay(), NOTHING.replace(base=base, behind=2))
        assert Step(f'take in {name}', '2 commits behind') in steps
