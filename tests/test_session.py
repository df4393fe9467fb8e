"""Replay: what each event means, and that the result depends on the set of events alone."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_session.errors import REFUSED, SessionError
from git_session.events import TYPES, Event, event_id, format_time
from git_session.named import find
from git_session.replay import decision, replay
from git_session.session import Session, decision_number
from tests.made import START, Log


@pytest.fixture
def log() -> Log:
    made = Log()
    made.add(
        'start', 0, branch='refs/heads/work', base='b' * 40, base_ref='refs/heads/main',
        head='c' * 40, upstream='refs/remotes/origin/work', issue='#7', by='Ann <a@x>',
    )  # fmt: skip
    return made


def states(items: list[Any]) -> list[tuple[str, str, str]]:
    return [(each.name, each.text, each.state) for each in items]


def test_start(log: Log) -> None:
    session = log.replay()
    assert (session.branch, session.base, session.base_ref, session.head_at_start) == (
        'work', 'b' * 40, 'refs/heads/main', 'c' * 40,
    )  # fmt: skip
    assert (session.upstream, session.issue, session.author, session.authors) == (
        'refs/remotes/origin/work', '#7', 'Ann <a@x>', ['Ann <a@x>'],
    )  # fmt: skip
    assert (session.state, session.mode, session.started) == ('active', 'normal', START)
    made = Log()
    made.add('start', branch='work', mode='tdd')
    made.add('resume')
    assert made.replay().mode == 'tdd'


def test_start_counts_once(log: Log) -> None:
    log.add('start', branch='refs/heads/other', by='Bob <b@x>')
    session = log.replay()
    assert (session.branch, session.author, session.started) == ('work', 'Ann <a@x>', START)
    assert session.authors == ['Ann <a@x>', 'Bob <b@x>']


def test_pause_and_resume(log: Log) -> None:
    log.add('pause', reason='user')
    assert (log.replay().state, log.replay().reason) == ('paused', 'user')
    log.add('pause', reason='switch')
    assert log.replay().reason == 'user'
    log.add('resume')
    assert (log.replay().state, log.replay().reason) == ('active', '')


@pytest.mark.parametrize(
    'type', sorted(set(TYPES) - {'start', 'resume', 'pause', 'end', 'undo', 'rename', 'rewrite',
                                 'merge', 'handoff', 'wip.save', 'wip.restore', 'agent'})
)  # fmt: skip
def test_work_ends_a_pause_but_not_one_of_another_branch(log: Log, type: str) -> None:
    facts = {name: 'x' for name, kind in TYPES[type].items() if kind == 'text'}
    for reason, state in (('user', 'active'), ('switch', 'paused')):
        made = Log()
        made.add('pause', reason=reason)
        made.add(type, **facts)
        session = made.replay()
        assert (session.state, session.reason) == (state, '' if state == 'active' else reason)


def test_end_and_resume_elsewhere(log: Log) -> None:
    log.add('end', result='merged', into='main', head='d' * 40)
    ended = log.replay()
    assert (ended.state, ended.ended, ended.end['into']) == ('ended', log.now, 'main')
    log.add('resume')
    again = log.replay()
    assert (again.state, again.ended, again.end) == ('active', 0.0, {})


def test_rename(log: Log) -> None:
    log.add('rename', branch='refs/heads/new/name')
    assert log.replay().branch == 'new/name'


def test_commit_merge_and_how_they_came(log: Log) -> None:
    log.add('commit', commit='1' * 40)
    log.add('commit', commit='2' * 40, via='pull')
    log.add('commit', commit='1' * 40, suffix='again')
    log.add('merge', commit='3' * 40)
    session = log.replay()
    assert session.commits == {'1' * 40: START + 60, '2' * 40: START + 120}
    assert session.unreported == {'2' * 40: 'pull'}


def test_checkpoint(log: Log) -> None:
    ref = log.add('checkpoint', commit='1', label='l', message='m', committed=True, by='Bob',
                  impact={'added': ['a']})  # fmt: skip
    made = log.replay().checkpoints[0]
    assert made.asdict() == {
        'ref': ref, 'at': START + 60, 'commit': '1', 'label': 'l', 'message': 'm', 'by': 'Bob',
        'committed': True, 'impact': {'added': ['a']}, 'auto': False,
    }  # fmt: skip


def test_objectives(log: Log) -> None:
    one, two, three = (log.add('objective.add', text=text) for text in ('one', 'two', 'three'))
    log.add('objective.start', ref=one)
    log.add('objective.complete', ref=two)
    log.add('objective.drop', ref=three, why='no need')
    session = log.replay()
    assert states(session.objectives) == [
        ('obj-1', 'one', 'active'), ('obj-2', 'two', 'done'), ('obj-3', 'three', 'dropped'),
    ]  # fmt: skip
    assert session.objectives[2].why == 'no need'
    assert [each.name for each in session.open_objectives()] == ['obj-1']
    assert [each.name for each in session.active_objectives()] == ['obj-1']
    log.add('objective.reopen', ref=three)
    log.add('objective.edit', ref=two, text='two, better')
    session = log.replay()
    assert states(session.objectives)[1:] == [
        ('obj-2', 'two, better', 'done'), ('obj-3', 'three', 'pending'),
    ]  # fmt: skip
    assert session.objectives[2].why == ''
    assert [each.name for each in session.open_objectives()] == ['obj-1', 'obj-3']
    assert [each.name for each in session.active_objectives()] == ['obj-1']
    assert session.activity == {
        one: [(START + 240, True)], two: [(START + 300, False)],
        three: [(START + 360, False), (START + 420, False)],
    }  # fmt: skip
    assert session.objectives[2].since == START + 420
    assert session.names() == {one: 'obj-1', two: 'obj-2', three: 'obj-3'}


def test_blockers(log: Log) -> None:
    goal = log.add('objective.add', text='goal')
    ref = log.add('blocker.add', text='stuck', issue='#9', objective=goal)
    log.add('blocker.resolve', ref=ref, how='asked')
    found = log.replay().blockers[0]
    assert (found.name, found.state, found.issue, found.objective, found.how, found.resolved) == (
        'blk-1', 'resolved', '#9', goal, 'asked', log.now,
    )  # fmt: skip
    log.add('blocker.reopen', ref=ref)
    log.add('blocker.edit', ref=ref, text='stuck again')
    found = log.replay().open_blockers()[0]
    assert (found.text, found.state, found.how, found.resolved) == ('stuck again', 'open', '', 0.0)


def test_decisions_and_a_chain_of_those_in_their_place(log: Log) -> None:
    one = log.add('decision.add', text='one', rationale='r', alternatives=['x', 'y'], by='Bob')
    two = log.add('decision.supersede', ref=one, text='two')
    three = log.add('decision.supersede', ref=two, text='three')
    log.add('decision.edit', ref=three, text='three!')
    found = log.replay().decisions
    assert states(found) == [
        ('dec-1', 'one', 'superseded'), ('dec-2', 'two', 'superseded'),
        ('dec-3', 'three!', 'in force'),
    ]  # fmt: skip
    assert [(each.supersedes, each.superseded_by) for each in found] == [
        ('', two), (one, three), (two, ''),
    ]  # fmt: skip
    assert (found[0].rationale, found[0].alternatives, found[0].by) == ('r', ('x', 'y'), 'Bob')
    assert [each.name for each in log.replay().binding_decisions()] == ['dec-3']
    log.add('undo', ids=[three])
    assert [each.name for each in log.replay().binding_decisions()] == ['dec-2']


def test_numbers_of_decisions_are_those_of_every_clone(log: Log) -> None:
    log.add('decision.add', text='x', suffix='9f3c2a1b7d4e')
    assert decision(log.events[-1]).asdict() == {**log.replay().decisions[0].asdict(), 'number': 0}
    assert log.replay().decisions[0].log_number == 'D-20261122-9f3c2a'
    # An id is any text, where somebody else's program wrote it.
    assert decision_number('20261122T2302Z-T-9f3c2a1b') == 'D-20261122-9f3c2a'


def test_notes_dead_ends_and_handoffs(log: Log) -> None:
    log.add('note', text='n', by='Ann')
    log.add('dead-end', text='d', by='Bob')
    log.add('handoff', commit='f' * 40)
    session = log.replay()
    assert [(each.text, each.by) for each in session.notes] == [('n', 'Ann')]
    assert [(each.text, each.by) for each in session.dead_ends] == [('d', 'Bob')]
    assert [each.text for each in session.handoffs] == ['f' * 40]


def test_every_type_has_a_handler_or_none_by_intention() -> None:
    from git_session.replay import _HANDLERS

    assert set(TYPES) - set(_HANDLERS) == {'merge', 'undo'}


def test_a_reference_to_nothing_changes_nothing(log: Log) -> None:
    expected = log.replay()
    for type, kinds in TYPES.items():
        if 'ref' in kinds and type != 'decision.supersede':
            log.add(type, ref='nowhere', text='x')
    session = log.replay()
    assert (session.objectives, session.blockers, session.decisions) == ([], [], [])
    assert session.started == expected.started


def test_two_clones_add_the_same_number(log: Log) -> None:
    for text in ('one', 'two'):
        log.add('objective.add', text=text)
    common = list(log.events)
    here = log.add('objective.add', text='here', suffix='b', step=10)
    complete = log.add('objective.complete', ref=here)
    mine = log.events[len(common) :]
    there = Event(mine[0].id[:-1] + 'a', mine[0].at, 's', 'objective.add', {'text': 'there'})
    for order in ([*common, *mine, there], [there, *mine[::-1], *common[::-1]]):
        assert states(replay('s', order).objectives) == [
            ('obj-1', 'one', 'pending'), ('obj-2', 'two', 'pending'), ('obj-3', 'there', 'pending'),
            ('obj-4', 'here', 'done'),
        ]  # fmt: skip
    assert complete == mine[1].id


def test_undo_of_one_of_several_and_of_an_undo(log: Log) -> None:
    one = log.add('objective.add', text='one')
    two = log.add('objective.add', text='two')
    done = log.add('objective.complete', ref=one)
    first = log.add('undo', ids=[done])
    assert [each.state for each in log.replay().objectives] == ['pending', 'pending']
    second = log.add('undo', ids=[first])
    assert [each.state for each in log.replay().objectives] == ['done', 'pending']
    log.add('undo', ids=[second])
    assert [each.state for each in log.replay().objectives] == ['pending', 'pending']
    log.add('undo', ids=[one, two])
    assert log.replay().objectives == []
    assert log.replay().undone == {done, second, one, two}


def test_undo_of_what_is_not_there(log: Log) -> None:
    log.add('undo', ids=['nowhere'])
    assert log.replay().state == 'active'


def test_an_undo_cannot_be_undone_by_an_earlier_one(log: Log) -> None:
    note = log.add('note', text='n')
    later = event_id(log.now + 120, 'a')
    log.add('undo', ids=[later])
    assert log.add('undo', ids=[note]) == later
    assert log.replay().notes == []


def test_a_chain_of_rewrites(log: Log) -> None:
    log.add('commit', commit='a')
    log.add('checkpoint', commit='a', label='l')
    log.add('rewrite', by='amend', pairs=[['a', 'b']])
    log.add('rewrite', by='rebase', pairs=[['b', 'c'], ['c', 'c']])
    session = log.replay()
    assert session.commits == {'c': START + 60}
    assert session.checkpoints[0].commit == 'c'
    assert [session.current(each) for each in 'abcx'] == ['c', 'c', 'c', 'x']


def test_many_become_one(log: Log) -> None:
    for each in 'abc':
        log.add('commit', commit=each, via='found')
    log.add('rewrite', by='rebase', pairs=[['a', 'n'], ['b', 'n'], ['c', 'n']])
    log.add('commit', commit='n')
    session = log.replay()
    assert session.commits == {'n': START + 60}
    assert session.unreported == {}


def test_there_and_back_is_no_cycle(log: Log) -> None:
    log.add('commit', commit='a')
    log.add('rewrite', pairs=[['a', 'b']])
    log.add('commit', commit='b')
    log.add('rewrite', pairs=[['b', 'a']])
    assert log.replay().commits == {'a': START + 60}
    log.add('rewrite', pairs=[['a', 'b'], ['b', 'a']])
    assert log.replay().commits == {'a': START + 60}


@given(st.lists(st.lists(st.lists(st.sampled_from('abcdef'), min_size=2, max_size=2), max_size=4)))
def test_rewrites_always_end_somewhere(rewrites: list[list[list[str]]]) -> None:
    log = Log()
    for each in 'abcdef':
        log.add('commit', commit=each)
    for pairs in rewrites:
        log.add('rewrite', pairs=pairs)
    session = log.replay()
    for each in 'abcdef':
        assert session.current(each) not in session.rewritten
    assert set(session.commits) == {session.current(each) for each in 'abcdef'}
    assert session.commits == dict(sorted(session.commits.items(), key=lambda item: item[1]))


def test_a_long_chain_of_amends_is_cheap(log: Log) -> None:
    for number in range(20_000):
        log.add('commit', 1, commit=f'{number}')
        log.add('rewrite', 1, pairs=[[f'{number}', f'{number + 1}']])
    assert log.replay().commits == {'20000': START + 1}


kinds = st.sampled_from(['note', 'commit', 'pause', 'resume', 'end', 'objective.add'])
moments = st.lists(st.tuples(st.integers(0, 4000), kinds, st.booleans()), max_size=25)


@given(moments, st.sampled_from([0, 60, 1800]))
def test_active_time_by_another_way(steps: list[tuple[int, str, bool]], idle: int) -> None:
    log = Log()
    log.add('start', suffix='000', branch='x')  # first of those of one moment
    expected, stopped, last = 0, False, START + 60
    undone = []
    for step, kind, taken_back in steps:
        facts = {'text': 'x', 'commit': f'{len(log.events)}', 'result': 'ended'}
        name = log.add(kind, step, suffix=f'{len(log.events):03}',
                       **{key: facts[key] for key in TYPES[kind] if key in facts})  # fmt: skip
        now = int(log.now)
        if now - last <= idle and not stopped:
            expected += now - last
        stopped, last = kind in ('pause', 'end') and not taken_back, now
        if taken_back:
            undone.append(name)
    # The undo event itself is a moment of work too: far away, it adds nothing.
    log.add('undo', 1_000_000, suffix='z', ids=undone)
    assert log.replay().active_seconds(idle) == expected


def test_active_time_ends_with_a_pause(log: Log) -> None:
    log.add('pause', 100)
    log.add('note', 100, text='x')
    log.add('note', 100, text='y')
    log.add('note', 10_000, text='z')
    assert log.replay().active_seconds(1800) == 200
    assert log.replay().last_active == log.now
    assert log.replay().active_seconds(10_000) == 10_200  # at most
    assert log.replay().active_seconds(9_999) == 200


def test_a_switch_there_and_back_in_one_moment_stops_no_clock(log: Log) -> None:
    log.add('pause', 100, suffix='a', reason='switch')
    log.add('resume', 0, suffix='b')
    log.add('note', 100, text='x')
    assert log.replay().active_seconds(1800) == 200
    assert log.replay().spans(1800) == [
        (START, START + 100), (START + 100, START + 200),
    ]  # fmt: skip


def test_saved_work_that_came_back_is_not_waiting(log: Log) -> None:
    log.add('wip.save', commit='1' * 40, files=3, by='Ann')
    log.add('wip.save', commit='2' * 64, files=1)
    log.add('wip.save', commit='--upload-pack=x', files=1)
    assert {commit: each.asdict() for commit, each in log.replay().saved.items()} == {
        '1' * 40: {'at': START + 60, 'commit': '1' * 40, 'files': 3, 'by': 'Ann'},
        '2' * 64: {'at': START + 120, 'commit': '2' * 64, 'files': 1, 'by': ''},
    }
    log.add('wip.restore', commit='1' * 40)
    log.add('wip.restore', commit='3' * 40)
    assert list(log.replay().saved) == ['2' * 64]


def said(log: Log) -> dict[str, Any]:
    """All that replay makes of a log, records as dictionaries, what is empty left out."""
    found = {}
    for name, value in vars(log.replay()).items():
        if isinstance(value, list):
            value = [each.asdict() if hasattr(each, 'asdict') else each for each in value]
        if value and not name.startswith('_'):
            found[name] = value
    return found


def test_a_session_without_events() -> None:
    found = {name: value for name, value in vars(replay('s', [])).items() if name[0] != '_'}
    texts = dict.fromkeys(
        ('branch', 'base', 'base_ref', 'upstream', 'head_at_start', 'issue', 'author', 'reason'), ''
    )
    lists: dict[str, Any] = {
        name: [] for name in ('authors', 'objectives', 'blockers', 'decisions', 'checkpoints',
                              'phases', 'notes', 'dead_ends', 'handoffs', 'clock')
    }  # fmt: skip
    maps: dict[str, Any] = {
        name: {} for name in ('end', 'commits', 'unreported', 'rewritten', 'by', 'agents', 'saved',
                              'activity')
    }  # fmt: skip
    assert found == {
        'id': 's', 'mode': 'normal', 'state': 'active', 'started': 0.0, 'last_active': 0.0,
        'ended': 0.0, 'unknown': 0, 'arrived': set(), 'undone': set(), 'left': set(),
        **texts, **lists, **maps,
    }  # fmt: skip
    assert vars(Session('s')) == vars(replay('s', []))
    assert Session('s').current('a') == 'a'


def test_what_is_not_known_is_counted_and_passed_over(log: Log) -> None:
    log.add('teleport')
    log.add('note', text=['no text'])
    log.add('note', text='n')
    session = log.replay()
    assert (session.unknown, [each.text for each in session.notes]) == (2, ['n'])
    assert len(session.clock) == 2


def test_what_git_would_take_for_an_option_is_no_ref() -> None:
    log = Log()
    log.add('start', branch='work', base='-b', base_ref='--all', upstream='origin/work',
            head='C' * 40)  # fmt: skip
    session = log.replay()
    assert (session.base, session.base_ref, session.upstream, session.head_at_start) == ('',) * 4


def test_everything_that_replay_says_of_bare_facts() -> None:
    """Each type with no fact that may be left out: nothing is made up for those."""
    log = Log()
    log.add('start', 0, branch='work')
    goal = log.add('objective.add', text='goal')
    stuck = log.add('blocker.add', text='stuck')
    choice = log.add('decision.add', text='choice')
    other = log.add('decision.supersede', ref=choice, text='other')
    point = log.add('checkpoint')
    phase = log.add('tdd', phase='red')
    note, dead_end = log.add('note', text='n'), log.add('dead-end', text='d')
    handoff = log.add('handoff')
    log.add('objective.drop', ref=goal)
    log.add('blocker.resolve', ref=stuck)
    log.add('agent', name='claude', what='start')
    log.add('pause')
    log.add('end', result='ended')
    at = [float(START + 60 * number) for number in range(15)]
    assert said(log) == {
        'id': 's', 'branch': 'work', 'mode': 'normal', 'state': 'ended', 'started': at[0],
        'last_active': at[14], 'ended': at[14], 'end': {'result': 'ended'},
        'objectives': [
            {'number': 1, 'ref': goal, 'text': 'goal', 'added': at[1], 'state': 'dropped',
             'since': at[10], 'why': '', 'public': ''},
        ],
        'blockers': [
            {'number': 1, 'ref': stuck, 'text': 'stuck', 'added': at[2], 'state': 'resolved',
             'issue': '', 'objective': '', 'resolved': at[11], 'how': ''},
        ],
        'decisions': [
            {'number': 1, 'ref': choice, 'text': 'choice', 'added': at[3], 'rationale': '',
             'alternatives': (), 'by': '', 'supersedes': '', 'superseded_by': other,
             'public': None},
            {'number': 2, 'ref': other, 'text': 'other', 'added': at[4], 'rationale': '',
             'alternatives': (), 'by': '', 'supersedes': choice, 'superseded_by': '',
             'public': None},
        ],
        'checkpoints': [
            {'ref': point, 'at': at[5], 'commit': '', 'label': '', 'message': '', 'by': '',
             'committed': False, 'impact': {}, 'auto': False},
        ],
        'phases': [
            {'ref': phase, 'at': at[6], 'phase': 'red', 'commit': '', 'refused': '',
             'tests': None, 'failures': None, 'seconds': None},
        ],
        'notes': [{'ref': note, 'at': at[7], 'text': 'n', 'by': ''}],
        'dead_ends': [{'ref': dead_end, 'at': at[8], 'text': 'd', 'by': ''}],
        'handoffs': [{'ref': handoff, 'at': at[9], 'text': '', 'by': ''}],
        'by': dict.fromkeys((goal, stuck, choice, other, note, dead_end), ''),
        'agents': {'claude': at[12]},
        'clock': [(each, each > at[12]) for each in at],
        'activity': {goal: [(at[10], False)]},
    }  # fmt: skip


def test_everything_that_replay_says_of_all_facts() -> None:
    """Each type with all of its facts, in the order in which a session has them."""
    oid = '1' * 40
    log = Log()
    log.add('start', 0, branch='refs/heads/work', base='b' * 40, base_ref='refs/heads/main',
            head='c' * 64, upstream='refs/remotes/o/w', issue='#7', mode='tdd', by='A')  # fmt: skip
    hidden = {'text': 'hidden', 'rationale': 'why not', 'alternatives': ['x']}
    goal = log.add('objective.add', text='goal', by='A', public={'text': 'hidden'})
    stuck = log.add('blocker.add', text='stuck', issue='#9', objective=goal, by='B')
    choice = log.add('decision.add', text='choice', rationale='r', alternatives=['a'], by='B',
                     public=hidden)  # fmt: skip
    other = log.add('decision.supersede', ref=choice, text='other', rationale='s',
                    alternatives=['b'], by='C')  # fmt: skip
    phase = log.add('tdd', phase='green', commit=oid, refused='no', tests=3, failures=2,
                    seconds=1, by='B')  # fmt: skip
    point = log.add('checkpoint', commit=oid, auto=True, by='B')
    log.add('objective.edit', ref=goal, text='better', by='B', public={'text': 'hidden too'})
    log.add('decision.edit', ref=choice, text='better', by='A')
    log.add('decision.edit', ref=other, text='secret', by='A', public={'text': 'hidden'})
    log.add('pause', reason='switch', by='A')
    log.add('resume', mode='normal', reason='switch', by='A')
    at = [float(START + 60 * number) for number in range(12)]
    outside = {'number': 1, 'ref': choice, 'added': at[3], 'by': 'B', 'supersedes': '',
               'superseded_by': other, 'public': None}  # fmt: skip
    kept = {'number': 2, 'ref': other, 'added': at[4], 'rationale': 's', 'alternatives': ('b',),
            'by': 'C', 'supersedes': choice, 'superseded_by': ''}  # fmt: skip
    session = log.replay()
    left = [each.shared.asdict() for each in session.decisions]
    assert left == [
        {**outside, 'text': 'better', 'rationale': 'why not', 'alternatives': ('x',),
         'superseded_by': ''},
        {**kept, 'text': 'hidden', 'public': None},
    ]  # fmt: skip
    found = said(log)
    found['decisions'] = [{**each, 'public': None} for each in found['decisions']]
    assert found == {
        'id': 's', 'branch': 'work', 'base': 'b' * 40, 'base_ref': 'refs/heads/main',
        'upstream': 'refs/remotes/o/w', 'head_at_start': 'c' * 64, 'mode': 'normal',
        'issue': '#7', 'author': 'A', 'authors': ['A', 'B', 'C'], 'state': 'active',
        'started': at[0], 'last_active': at[11],
        'objectives': [
            {'number': 1, 'ref': goal, 'text': 'better', 'added': at[1], 'state': 'pending',
             'since': at[1], 'why': '', 'public': 'hidden too'},
        ],
        'blockers': [
            {'number': 1, 'ref': stuck, 'text': 'stuck', 'added': at[2], 'state': 'open',
             'issue': '#9', 'objective': goal, 'resolved': 0.0, 'how': ''},
        ],
        'decisions': [
            {**outside, 'text': 'better', 'rationale': 'r', 'alternatives': ('a',)},
            {**kept, 'text': 'secret', 'public': None},
        ],
        'phases': [
            {'ref': phase, 'at': at[5], 'phase': 'green', 'commit': oid, 'refused': 'no',
             'tests': 3, 'failures': 2, 'seconds': 1},
        ],
        'checkpoints': [
            {'ref': point, 'at': at[6], 'commit': oid, 'label': '', 'message': '', 'by': 'B',
             'committed': False, 'impact': {}, 'auto': True},
        ],
        'by': {goal: 'B', stuck: 'B', choice: 'A', other: 'A'},
        'clock': [(each, each == at[10]) for each in at if each != at[6]],
        'left': {int(at[10])},
    }  # fmt: skip


def test_what_leaves_in_the_place_of_a_text() -> None:
    log = Log()
    hidden = {'text': 'hidden'}
    first = log.add('objective.add', text='secret', public=hidden)
    second = log.add('objective.add', text='plain')
    choice = log.add('decision.add', text='secret', public=hidden)
    other = log.add('decision.add', text='plain')
    session = log.replay()
    assert [each.public for each in session.objectives] == ['hidden', '']
    public = [each.public for each in session.decisions]
    assert public == [session.decisions[0].replace(text='hidden', public=None), None]
    for ref in (first, second):
        log.add('objective.edit', ref=ref, text='clean')
    for ref in (choice, other):
        log.add('decision.edit', ref=ref, text='clean')
    session = log.replay()
    assert [each.public for each in session.objectives] == ['', '']
    assert [(each.text, each.public) for each in session.decisions] == [('clean', None)] * 2


def test_what_came_from_elsewhere() -> None:
    log = Log()
    goal, note = log.add('objective.add', text='goal'), log.add('note', text='n')
    edit = log.add('objective.edit', ref=goal, text='better')
    point = log.add('checkpoint', label='no text')
    for arrived, refs in (([note, point], {note}), ([edit], {goal}), ([], set())):
        assert replay('s', log.events, arrived).arrived == refs


def test_other_sessions_are_passed_over(log: Log) -> None:
    log.add('note', text='mine')
    other = Event('z', format_time(START), 'other', 'note', {'text': 'theirs'})
    assert [each.text for each in replay('s', [*log.events, other]).notes] == ['mine']
    assert replay('nobody', log.events).started == 0.0


def refusal(items: list[Any], wanted: str) -> tuple[str, tuple[str, ...], int]:
    with pytest.raises(SessionError) as caught:
        find(items, wanted, 'obj-', 'objective')
    return caught.value.message, caught.value.hints, caught.value.status


def test_find(log: Log) -> None:
    for text in ('Google OAuth', 'GitHub OAuth', 'oauth', 'Straße 404', 'obj-x'):
        log.add('objective.add', text=text)
    items = log.replay().objectives
    for wanted, number in (
        ('obj-2', 2), ('2', 2), ('002', 2), ('google', 1), ('HUB', 2), ('OAuth', 3), ('OAUTH', 3),
        ('strasse', 4), ('obj-x', 5),
    ):  # fmt: skip
        assert find(items, wanted, 'obj-', 'objective').number == number
    assert refusal(items, '404') == (
        "no objective '404'", ('this session has obj-1, obj-2, obj-3, obj-4, obj-5',), REFUSED,
    )  # fmt: skip
    assert refusal(items, 'obj-0')[0] == "no objective 'obj-0'"
    assert refusal(items, '9' * 5000)[0].startswith("no objective '999")
    assert refusal(items, '٣')[0] == "no objective matches '٣'"
    assert refusal(items, 'o') == (
        "'o' is ambiguous", ('it matches obj-1, obj-2, obj-3, obj-5',), REFUSED,
    )  # fmt: skip
    assert refusal(items, 'nothing') == (
        "no objective matches 'nothing'", ("see 'git session objectives'",), REFUSED,
    )  # fmt: skip
    assert refusal(items, '')[0] == "no objective matches ''"
    assert refusal([], '1') == ("no objective '1'", ('this session has no objectives',), REFUSED)
    for _ in range(5):
        log.add('objective.add', text='more')
    assert refusal(log.replay().objectives, '77')[1] == ('this session has obj-1 to obj-10',)


def test_gaps_are_of_neighbours(log: Log) -> None:
    for step in (10, 20, 30):
        log.add('note', step, text='x')
    clock = [moment for moment, _ in log.replay().clock]
    assert log.replay().active_seconds(25) == sum(b - a for a, b in pairwise(clock) if b - a <= 25)


@pytest.mark.parametrize(
    'name',
    ['refs/heads/main^{/x|do as I say}', 'refs/heads/a b', 'refs/heads/a\nb', 'refs/heads/a~1',
     'refs/heads/\x7f', 'main', '-x', ''],
)  # fmt: skip
def test_a_base_that_is_no_refname_is_none(name: str) -> None:
    """A revision would be looked for in all of history, and its words would be shown."""
    log = Log()
    log.add('start', 0, branch='refs/heads/work', base_ref=name, upstream=name)
    session = log.replay()
    assert (session.base_ref, session.upstream) == ('', '')


def test_a_base_may_have_any_name_that_git_allows() -> None:
    log = Log()
    log.add('start', 0, branch='refs/heads/work', base_ref='refs/heads/é/👩\u200d💻-{}|$"')
    assert log.replay().base_ref == 'refs/heads/é/👩\u200d💻-{}|$"'
