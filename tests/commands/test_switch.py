"""git session switch."""

from __future__ import annotations

import json

from tests.commands.conftest import Run
from tests.repo import Repo


def test_there_and_back(work: Repo, run: Run) -> None:
    name = work.context()['session']
    said = run('switch', '-c', 'urgent')
    assert said.err == "Switched to a new branch 'urgent'\n"
    urgent = work.context('urgent')
    assert said.out.startswith(f'# Session {urgent["session"]}\n')
    assert len(said.out) <= 1500
    assert urgent['base_ref'] == 'refs/heads/work'
    assert (work.context()['state'], urgent['state']) == ('paused', 'active')
    back = run('switch', 'work')
    assert back.err == "Switched to branch 'work'\n"
    assert back.out.startswith(f'# Session {name}\n')
    assert (work.context()['state'], work.context('urgent')['state']) == ('active', 'paused')
    run('switch', '-')
    assert work.git('branch', '--show-current') == 'urgent'


def test_plain_git_switch_does_the_same(work: Repo, run: Run) -> None:
    run('start', 'urgent')
    there = work.run('git', 'switch', 'work')
    assert there.err.startswith(
        f"Switched to branch 'work'\nsession {work.context()['session']}: 0/2 objectives done\n"
    )
    run('status')
    assert run('history').out.count('active ') == 1
    assert json.loads(run('status', '--json').out)['state'] == 'active'


def test_a_branch_without_a_session(work: Repo, run: Run) -> None:
    said = run('switch', 'main')
    assert said.out == ''
    assert said.err == (
        "Switched to branch 'main'\n"
        "hint: no session on 'main'; start one with 'git session start'\n"
    )
    assert work.context()['state'] == 'paused'


def test_work_in_progress_waits_and_comes_back(work: Repo, run: Run) -> None:
    work.write(**{'a.txt': 'changed\n', 'new.txt': 'new\n'})
    said = run('switch', 'main')
    assert said.err == (
        "saved work in progress of 2 files\nSwitched to branch 'main'\n"
        "hint: no session on 'main'; start one with 'git session start'\n"
    )
    assert work.git('status', '--porcelain') == ''
    assert [each['type'] for each in work.events()][-2:] == ['wip.save', 'pause']
    back = run('switch', 'work')
    assert back.err == "Switched to branch 'work'\nrestored work in progress of 2 files\n"
    assert work.git('status', '--porcelain') == ' M a.txt\n?? new.txt'
    assert (work.path / 'a.txt').read_text() == 'changed\n'
    assert [each['type'] for each in work.events()][-2:] == ['resume', 'wip.restore']


def test_a_new_branch_starts_clean(work: Repo, run: Run) -> None:
    work.write(**{'new.txt': 'new\n'})
    run('switch', '-c', 'urgent')
    assert work.git('status', '--porcelain') == ''


def test_a_switch_that_fails_brings_it_back(work: Repo, run: Run) -> None:
    work.write(**{'a.txt': 'changed\n'})
    work.git('add', 'a.txt')
    work.git('worktree', 'add', '-q', '../other', 'main')
    before = work.events()
    assert run('switch', 'main', status=128).err.startswith("fatal: 'main' is already ")
    assert work.git('status', '--porcelain') == 'M  a.txt'
    assert work.git('for-each-ref', 'refs/session') == ''
    assert work.events() == before


def test_a_switch_that_cannot_move_head(work: Repo, run: Run) -> None:
    """git has written index and files when it finds that out."""
    work.commit('on work', **{'b.txt': 'b\n'})
    work.write(**{'a.txt': 'changed\n', 'b.txt': 'half\n', 'new.txt': 'new\n'})
    run('status')
    before = work.git('status', '--porcelain=v2', '--branch'), work.events()
    (work.path / '.git/HEAD.lock').touch()
    assert run('switch', 'main', status=128).err.endswith('fatal: unable to update HEAD\n')
    (work.path / '.git/HEAD.lock').unlink()
    assert (work.git('status', '--porcelain=v2', '--branch'), work.events()) == before
    assert (work.path / 'b.txt').read_text() == 'half\n'
    assert work.git('for-each-ref', 'refs/session/wip') == ''


def test_an_interrupted_switch_brings_it_back(work: Repo, run: Run) -> None:
    work.commit('on work', **{'a.txt': 'of work\n'})
    work.write(**{'b.txt': 'unfinished\n'})
    (work.path / '.git/info/attributes').write_text('a.txt filter=slow\n')
    work.git('config', 'filter.slow.smudge', 'kill -INT $PPID; cat')
    run('switch', 'main', status=130)
    assert work.git('branch', '--show-current') == 'work'
    assert (work.path / 'b.txt').read_text() == 'unfinished\n'
    assert work.git('for-each-ref', 'refs/session/wip') == ''


def test_a_hook_that_fails_after_the_switch(work: Repo, run: Run) -> None:
    """git's exit status is the hook's, and we are there all the same."""
    path = work.path / '.git/hooks/post-checkout'
    path.unlink(missing_ok=True)
    path.write_text('#!/bin/sh\necho unhappy >&2\nexit 1\n')
    path.chmod(0o755)
    work.write(**{'new.txt': 'new\n'})
    said = run('switch', 'main')
    assert "Switched to branch 'main'\nunhappy\n" in said.err
    assert work.git('status', '--porcelain', '--branch') == '## main'
    assert work.context()['state'] == 'paused'
    run('switch', 'work')
    assert work.git('status', '--porcelain', '--branch') == '## work\n?? new.txt'


def test_dirty_is_carried_along(work: Repo, run: Run) -> None:
    work.write(**{'a.txt': 'changed\n'})
    said = run('switch', '--carry', 'main')
    assert said.err.startswith("Switched to branch 'main'\nM\ta.txt\n")
    assert (work.path / 'a.txt').read_text() == 'changed\n'


def test_refused_by_git_changes_nothing(work: Repo, run: Run) -> None:
    work.commit('change', **{'a.txt': 'two\n'})
    work.write(**{'a.txt': 'three\n'})
    run('status')
    before = (work.events(), work.context(), work.git('status', '--porcelain=v2', '--branch'))
    refused = run('switch', '--carry', 'main', status=1)
    assert refused.out == ''
    assert refused.err == (
        'error: Your local changes to the following files would be overwritten by checkout:\n'
        '\ta.txt\nPlease commit your changes or stash them before you switch branches.\nAborting\n'
    )
    after = (work.events(), work.context(), work.git('status', '--porcelain=v2', '--branch'))
    assert after == before


def test_no_such_branch(work: Repo, run: Run) -> None:
    before = work.events()
    assert run('switch', 'nothing', status=128).err == 'fatal: invalid reference: nothing\n'
    assert work.events() == before


def test_a_name_below_or_above_a_branch(work: Repo, run: Run) -> None:
    work.git('branch', 'x/y')
    for name in ('work/more', 'x'):
        invalid = f'fatal: invalid reference: {name}\n'
        assert run('switch', name, status=128).err == invalid
        work.git('update-ref', f'refs/remotes/origin/{name}', 'main')
        there = {'work/more': 'work', 'x': 'x/y'}[name]
        ref = f'refs/heads/{name}'
        refused = (
            f"fatal: cannot lock ref '{ref}': 'refs/heads/{there}' exists; cannot create '{ref}'\n"
        )
        assert run('switch', name, status=128).err == refused
        assert run('switch', '-c', name, status=128).err == refused


def test_create_what_is_there(work: Repo, run: Run) -> None:
    before = work.events()
    assert run('switch', '-c', 'main', status=128).err == (
        "fatal: a branch named 'main' already exists\n"
    )
    assert run('switch', '-c', 'work', status=1).err.startswith(
        "error: branch 'work' has a session already: "
    )
    assert work.events() == before


def test_create_the_branch_that_we_are_on(repo: Repo, run: Run) -> None:
    """git refuses that, and HEAD is on the branch all the same: no hook failed after a switch."""
    repo.write(**{'a.txt': 'changed\n', 'new.txt': 'new\n'})
    assert run('switch', '-c', 'main', status=128).err == (
        "fatal: a branch named 'main' already exists\n"
    )
    assert repo.git('status', '--porcelain') == ' M a.txt\n?? new.txt'
    assert repo.run('git', 'config', 'branch.main.session').out == ''


def test_staged_changes_off_a_branch_are_not_touched(work: Repo, run: Run) -> None:
    """git refuses to leave them behind, and there is no branch to save them with."""
    work.commit('other', **{'a.txt': 'other\n'})
    work.git('checkout', '-q', '--detach')
    work.write(**{'a.txt': 'staged\n', 'new.txt': 'new\n'})
    work.git('add', '.')
    assert run('switch', 'main', status=1).err.startswith('error: Your local changes')
    assert work.git('status', '--porcelain') == 'M  a.txt\nA  new.txt'
    assert (work.path / 'a.txt').read_text() == 'staged\n'


def test_a_resolved_conflict_is_not_touched(work: Repo, run: Run) -> None:
    """All of it is in the index, and git refuses to leave in the middle of a cherry-pick."""
    work.commit('ours', **{'a.txt': 'ours\n'})
    work.git('switch', '-q', '-c', 'side', 'main')
    work.commit('theirs', **{'a.txt': 'theirs\n'})
    assert work.run('git', 'cherry-pick', 'work').status == 1
    work.write(**{'a.txt': 'resolved\n', 'new.txt': 'new\n'})
    work.git('add', '.')
    assert run('switch', 'work', status=128).err.startswith('fatal: cannot switch branch while')
    assert work.git('status', '--porcelain') == 'M  a.txt\nA  new.txt'
    assert (work.path / 'a.txt').read_text() == 'resolved\n'


def test_to_where_we_are(work: Repo, run: Run) -> None:
    before = work.events()
    assert run('switch', 'work').err == "Already on 'work'\n"
    assert work.events() == before


def test_json_without_a_session(work: Repo, run: Run) -> None:
    """The hint is for people; a program reads one document whatever there is."""
    said = run('switch', 'main', '--json')
    assert json.loads(said.out) is None
    assert said.err.endswith("hint: no session on 'main'; start one with 'git session start'\n")


def test_json(work: Repo, run: Run) -> None:
    record = json.loads(run('switch', '-c', 'urgent', '--json').out)
    assert (record['schema'], record['branch']) == ('git-session/brief/1', 'urgent')


def test_usage(work: Repo, run: Run) -> None:
    assert run('switch', status=129).err == (
        "error: <branch> is missing\nhint: see 'git session switch -h'\n"
    )
