"""git session end, and merging in every way that can fail."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest

from tests.commands.conftest import Run
from tests.repo import Repo
from tests.views.test_schemas import check


def snapshot(repo: Repo) -> tuple[object, ...]:
    """Branch, index, files and session."""
    return (
        repo.git('status', '--porcelain=v2', '--branch', '--ignored'),
        repo.git('ls-files', '-s'),
        repo.git('rev-parse', 'HEAD', 'HEAD^{tree}', 'main'),
        repo.git('for-each-ref', 'refs/heads', 'refs/notes'),
        {
            path.name: path.read_bytes()
            for path in repo.path.iterdir() if path.is_file()
        },
        repo.events(),
        (repo.place() / 'context.json').read_text(),
        repo.run('git', 'rev-parse', '-q', '--verify', 'MERGE_HEAD').out,
    )  # fmt: skip


@pytest.fixture
def built(work: Repo, run: Run) -> Repo:
    """A session with two commits and one objective done."""
    work.commit('add b', **{'b.txt': 'two\n'})
    work.commit('change a', **{'a.txt': 'one\ntwo\n'})
    run('objectives', 'complete', '1')
    run('status')
    return work


def test_end(built: Repo, run: Run) -> None:
    name = built.context()['session']
    head = built.git('rev-parse', 'HEAD')
    said = run('end')
    assert said.err == (f'ended {name}: 1 of 2 objectives done, 2 commits, +2 -0, active time 0m\n')
    assert f'session: {name}\nbranch: work\nhead: {head}\n' in said.out
    assert 'state: ended\n' in said.out
    assert '1 of 2 objectives done; 2 commits in 2 files (+2 -0); 0 open blockers' in said.out
    archived = built.sessions / '.archive' / name
    assert (archived / 'handoff.md').read_text() == said.out
    assert (archived / 'session.toml').is_file()
    assert not built.place().exists()
    assert built.run('git', 'config', 'branch.work.session').status == 1
    published = {each['type'] for commit in ('HEAD', 'HEAD~1') for each in built.note(commit)}
    assert published >= {'checkpoint', 'handoff', 'end'}
    assert built.git('branch', '--show-current') == 'work'
    built.commit('after the end', **{'c.txt': 'three\n'})
    assert built.message() == 'after the end'


@pytest.mark.parametrize(
    ('options', 'config', 'shown', 'summary'),
    [
        ((), 'true', True, True),
        ((), 'false', False, True),
        (('--handoff',), 'false', True, True),
        (('--no-handoff',), 'true', False, True),
        (('--no-summary',), 'true', True, False),
        (('--no-summary', '--summary', '--no-handoff'), 'true', False, True),
    ],
)
def test_what_is_printed(
    work: Repo, run: Run, options: tuple[str, ...], config: str, shown: bool, summary: bool
) -> None:
    work.git('config', 'session.session.handoffOnEnd', config)
    said = run('end', *options)
    assert said.out.startswith('---\nsession: ') is shown
    assert said.err.startswith('ended work-') is summary


def test_json(built: Repo, run: Run) -> None:
    built.write(**{'AGENTS.md': '# How\n\n## Gotchas\n\n- the cache empties itself\n'})
    before = json.loads(run('handoff', '--json').out)
    record = json.loads(run('end', '--json').out)
    check('handoff', record)
    assert [each['path'] for each in record['context']] == ['AGENTS.md']
    for key in ('context', 'context_health', 'history'):
        assert record[key] == before[key], key
    assert (record['state'], len(record['work']['commits'])) == ('ended', 2)


def test_twice(built: Repo, run: Run) -> None:
    name = built.context()['session']
    run('end')
    assert run('end', status=1).err == (
        f'error: session {name} has ended already, just now\n'
        "hint: take that back with 'git session undo', or start a new one\n"
    )


def test_no_session(repo: Repo, run: Run) -> None:
    assert run('end', status=1).err.startswith("error: no session on branch 'main'\n")


def test_uncommitted_changes_are_saved_and_named(built: Repo, run: Run) -> None:
    built.write(**{'a.txt': 'half\n', 'new.txt': 'new\n'})
    said = run('end')
    assert said.err.endswith(
        "saved work in progress of 2 files\nhint: bring it back with 'git session wip restore'\n"
    )
    assert '- .M `a.txt`\n- ?? `new.txt`\n' in said.out
    assert 'Work in progress of 2 files saved: git session wip restore.\n' in said.out
    assert built.git('status', '--porcelain') == ''
    run('wip', 'restore')
    assert built.git('status', '--porcelain') == ' M a.txt\n?? new.txt'


def test_an_end_that_fails_brings_them_back(built: Repo, run: Run) -> None:
    built.write(**{'a.txt': 'half\n', 'new.txt': 'new\n'})
    run('status')
    before = snapshot(built)
    (built.sessions / '.archive').write_text('in the way')
    run('end', status=128)
    (built.sessions / '.archive').unlink()
    assert snapshot(built)[:5] == before[:5]
    assert built.git('for-each-ref', 'refs/session') == ''


def test_untracked_files_stay_where_a_merge_goes(built: Repo, run: Run) -> None:
    built.write(**{'new.txt': 'new\n'})
    said = run('end', '--merge-to', 'main')
    assert 'hint: 1 uncommitted change left in the working tree\n' in said.err
    assert built.git('status', '--porcelain', '--branch') == '## main\n?? new.txt'


def test_fast_forward(built: Repo, run: Run) -> None:
    head = built.git('rev-parse', 'HEAD')
    said = run('end', '--merge-to', 'main')
    assert built.git('rev-parse', 'main') == head
    assert built.git('branch', '--show-current') == 'main'
    assert "Switched to branch 'main'\nUpdating " in said.err
    assert 'Fast-forward\n' in said.err
    assert '2 commits in 2 files (+2 -0)' in said.out  # figures from before the merge
    assert '"result":"merged"' in (built.sessions / '.archive/index.jsonl').read_text()
    assert built.git('branch', '--list', 'work') == '  work'


def test_true_merge(built: Repo, run: Run) -> None:
    built.git('switch', '-q', 'main')
    built.commit('meanwhile', **{'m.txt': 'm\n'})
    built.git('switch', '-q', 'work')
    said = run('end', '--merge-to=main', '--no-handoff')
    assert built.message() == "Merge branch 'work'"
    assert built.git('rev-list', '--parents', '-1', 'HEAD').count(' ') == 2
    assert "Merge made by the 'ort' strategy.\n" in said.err


def test_delete_branch(built: Repo, run: Run) -> None:
    said = run('end', '--merge-to', 'main', '--delete-branch')
    assert 'Deleted branch work (was ' in said.err
    assert built.git('branch', '--list') == '* main'


def test_the_session_of_the_target_goes_on(work: Repo, run: Run) -> None:
    run('switch', '-c', 'part')
    work.commit('part', **{'p.txt': 'p\n'})
    run('end', '--merge-to', 'work')
    assert work.context()['state'] == 'active'
    assert f'Session {work.context()["session"]} on work (active)' in run('status').out


def test_a_tag_with_the_name_of_the_branch(built: Repo, run: Run) -> None:
    built.git('tag', 'work', 'main')
    head = built.git('rev-parse', 'HEAD')
    run('end', '--merge-to', 'main')
    assert built.git('rev-parse', 'main') == head


@pytest.mark.parametrize('options', ['--squash', '--no-commit', '--no-ff'])
def test_merge_options_of_the_branch(built: Repo, run: Run, options: str) -> None:
    built.git('config', 'branch.main.mergeOptions', options)
    run('end', '--merge-to', 'main')
    assert built.run('git', 'merge-base', '--is-ancestor', 'work', 'main').status == 0
    assert built.git('status', '--porcelain') == ''


def conflict(repo: Repo) -> None:
    repo.git('switch', '-q', 'main')
    repo.commit('theirs', **{'a.txt': 'other\n'})
    repo.git('switch', '-q', 'work')


def diverge(repo: Repo) -> None:
    repo.git('switch', '-q', 'main')
    repo.commit('meanwhile', **{'m.txt': 'm\n'})
    repo.git('switch', '-q', 'work')


def hook(repo: Repo, name: str) -> None:
    diverge(repo)
    path = repo.path / '.git/hooks' / name
    if path.exists():
        path.unlink()
    path.write_text('#!/bin/sh\necho "no merging today" >&2\nexit 1\n')
    path.chmod(0o755)


def only_fast_forward(repo: Repo) -> None:
    diverge(repo)
    repo.git('config', 'merge.ff', 'only')


def untracked(repo: Repo) -> None:
    diverge(repo)
    repo.write(**{'m.txt': 'mine, untracked\n'})


def ignored(repo: Repo) -> None:
    diverge(repo)
    repo.write_file('.git/info/exclude', 'm.txt\n')
    repo.write(**{'m.txt': 'mine, ignored\n'})


def dirty(repo: Repo) -> None:
    repo.write(**{'a.txt': 'half\n'})


def staged(repo: Repo) -> None:
    repo.write(**{'c.txt': 'three\n'})
    repo.git('add', 'c.txt')


def elsewhere(repo: Repo) -> None:
    repo.git('worktree', 'add', '-q', '../other', 'main')


def refuses_the_target(repo: Repo) -> None:
    """It refuses `git merge --abort` too."""
    diverge(repo)
    path = repo.path / '.git/hooks/reference-transaction'
    path.write_text('#!/bin/sh\n[ "$1" != prepared ] || ! grep -q " refs/heads/main$"\n')
    path.chmod(0o755)


def head_is_locked(repo: Repo) -> None:
    """git has written index and files when it finds that out."""
    diverge(repo)
    (repo.path / '.git/HEAD.lock').touch()


CANNOT = (
    "error: cannot merge 'work' into 'main'; nothing was changed\nhint: put right what git says"
)
FAILURES: dict[str, tuple[Callable[[Repo], None], int, tuple[str, ...]]] = {
    'conflict': (
        conflict, 1,
        ('CONFLICT (content): Merge conflict in a.txt\n', CANNOT),
    ),
    'pre-merge-commit hook': (
        lambda repo: hook(repo, 'pre-merge-commit'), 1, ('no merging today\n', CANNOT),
    ),
    'commit-msg hook': (lambda repo: hook(repo, 'commit-msg'), 1, ('no merging today\n', CANNOT)),
    'merge.ff=only': (
        only_fast_forward, 1, ('fatal: Not possible to fast-forward, aborting.\n', CANNOT),
    ),
    'untracked file in the way': (
        untracked, 1,
        (
            'error: The following untracked working tree files would be overwritten by checkout:\n'
            '\tm.txt\n',
        ),
    ),
    'ignored file in the way': (
        ignored, 1,
        (
            'error: The following untracked working tree files would be overwritten by checkout:\n'
            '\tm.txt\n',
        ),
    ),
    'dirty': (
        dirty, 1,
        (
            'error: cannot merge: you have uncommitted changes\n'
            "hint: commit them, or 'git session checkpoint -a'\n",
        ),
    ),
    'staged': (staged, 1, ('error: cannot merge: you have uncommitted changes\n',)),
    'reference-transaction hook': (
        refuses_the_target, 1, ('aborted by ', CANNOT),
    ),
    'HEAD cannot be moved': (head_is_locked, 128, ('fatal: unable to update HEAD\n',)),
    'target in another worktree': (
        elsewhere, 128, ("fatal: 'main' is already ", "/other'\n"),
    ),
}  # fmt: skip


@pytest.mark.parametrize('case', FAILURES)
def test_a_failed_merge_leaves_everything_as_it_was(built: Repo, run: Run, case: str) -> None:
    arrange, status, messages = FAILURES[case]
    arrange(built)
    run('status')
    before = snapshot(built)
    refused = run('end', '--merge-to', 'main', status=status)
    assert refused.out == ''
    for message in messages:
        assert message in refused.err
    run('status')
    assert snapshot(built) == before


@pytest.mark.parametrize('name', ['post-checkout', 'pre-merge-commit'])
@pytest.mark.parametrize('is_ahead', [False, True])
def test_the_target_moves_meanwhile(built: Repo, run: Run, name: str, is_ahead: bool) -> None:
    """Somebody's push moves it while git merges: all but the target is as before."""
    built.git('switch', '-q', '-c', 'theirs', 'main')
    theirs = built.commit('theirs', **{'theirs.txt': 't\n'})
    built.git('switch', '-q', 'work')
    if is_ahead or name == 'pre-merge-commit':
        diverge(built)
    built.write(**{'untracked.txt': 'mine\n'})
    path = built.path / '.git/hooks' / name
    path.unlink(missing_ok=True)
    path.write_text(
        '#!/bin/sh\n[ "$(git symbolic-ref --short HEAD)" != main ] ||\n'
        'git update-ref refs/heads/main theirs\n'
    )
    path.chmod(0o755)
    run('status')
    before = snapshot(built)
    refused = run('end', '--merge-to', 'main', status=1)
    assert CANNOT in refused.err
    run('status')
    after = snapshot(built)
    assert built.git('rev-parse', 'main') == theirs
    assert [*after[:2], *after[4:]] == [*before[:2], *before[4:]]


def test_a_hook_that_fails_after_the_switch(built: Repo, run: Run) -> None:
    conflict(built)
    path = built.path / '.git/hooks/post-checkout'
    path.unlink(missing_ok=True)
    path.write_text('#!/bin/sh\nexit 1\n')
    path.chmod(0o755)
    run('status')
    before = snapshot(built)
    run('end', '--merge-to', 'main', status=1)
    run('status')
    assert snapshot(built) == before
    built.git('update-ref', 'refs/heads/main', built.git('merge-base', 'main', 'work'))
    run('end', '--merge-to', 'main', '--no-handoff')
    assert built.git('rev-parse', 'main') == built.git('rev-parse', 'work')


def test_a_failed_merge_can_be_mended_and_ended(built: Repo, run: Run) -> None:
    conflict(built)
    run('end', '--merge-to', 'main', status=1)
    assert built.run('git', 'merge', 'main').status == 1
    built.write(**{'a.txt': 'both\n'})
    run('checkpoint', '-a')
    run('end', '--merge-to', 'main')
    assert built.git('show', 'main:a.txt') == 'both'


def test_interrupted_in_the_middle(built: Repo, run: Run) -> None:
    diverge(built)
    path = built.path / '.git/hooks/pre-merge-commit'
    # As Ctrl-C does: git is ended by a signal while it merges.
    path.write_text('#!/bin/sh\nkill -INT $PPID\nsleep 5\n')
    path.chmod(0o755)
    run('status')
    before = snapshot(built)
    run('end', '--merge-to', 'main', status=130)
    run('status')
    assert snapshot(built) == before


@pytest.mark.parametrize(
    ('options', 'status', 'message'),
    [
        (('--merge-to', 'nothing'), 1, "error: no branch 'nothing' to merge to\n"),
        (('--merge-to', ''), 1, "error: no branch '' to merge to\n"),
        (('--merge-to', 'work'), 1, "error: cannot merge 'work' into itself\n"),
        (
            ('--delete-branch',),
            129,
            "error: '--delete-branch' needs '--merge-to <branch>'\n"
            "hint: see 'git session end -h'\n",
        ),
        (
            ('--delete-branch', '--keep-branch'),
            129,
            "error: options '--keep-branch' and '--delete-branch' cannot be used together\n"
            "hint: see 'git session end -h'\n",
        ),
        (
            ('--no-gate',),
            129,
            "error: '--no-gate' needs '--merge-to <branch>'\nhint: see 'git session end -h'\n",
        ),
    ],
)
def test_refused(
    built: Repo, run: Run, options: tuple[str, ...], status: int, message: str
) -> None:
    before = snapshot(built)
    assert run('end', *options, status=status).err == message
    assert snapshot(built) == before


def test_an_unborn_branch(repo: Repo, run: Run) -> None:
    repo.git('switch', '-q', '--orphan', 'fresh')
    run('start')
    assert 'head: none\n' in run('end').out
    assert run('end', status=1).err.startswith('error: session fresh-')


def test_two_at_once(work: Repo) -> None:
    """One of them ends it; who only looks meanwhile does not finish its work for it."""
    work.commit('add b', **{'b.txt': 'two\n'})
    commands = ['end', 'end', 'end', 'status', 'status', 'status']
    started = [
        subprocess.Popen(
            ('git', 'session', command), cwd=work.path, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for command in commands
    ]  # fmt: skip
    done = [(each.communicate(), each.returncode) for each in started]
    assert sorted(status for _, status in done[:3]) == [0, 1, 1]
    for (_, err), status in done:
        assert 'fatal' not in err
        assert 'archived' not in err
        assert status == 0 or 'has ended already' in err or 'no session on branch' in err
    (record,) = work.json('history', '--metrics')['sessions']
    assert (record['result'], record['commits'], record['checkpoints']) == ('ended', 1, 1)
    log = (work.sessions / '.archive' / record['session'] / 'events.jsonl').read_text()
    assert log.count('"type":"end"') == 1
