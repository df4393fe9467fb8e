"""git session checkpoint."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.commands.conftest import Run
from tests.repo import Repo


def block(repo: Repo, revision: str = 'HEAD') -> list[str]:
    """The trailers of a commit as git parses them, without the time."""
    shown = repo.git('interpret-trailers', '--parse', stdin=repo.message(revision) + '\n')
    return [line for line in shown.splitlines() if not line.startswith('Session-Time: ')]


def stage(repo: Repo, **files: str) -> None:
    repo.write(**files)
    repo.git('add', '--', *files)


def test_staged_changes_are_committed_with_the_block(still: None, work: Repo, run: Run) -> None:
    run('objectives', 'complete', '1')
    run('objectives', 'add', 'Docs')
    run('objectives', 'start', '2')
    run('decisions', 'add', 'Use PKCE', '--rationale', 'codes can be stolen')
    stage(work, **{'b.txt': 'two\nlines\n'})
    work.write(**{'a.txt': 'not staged\n', 'c.txt': 'not tracked\n'})
    said = run(
        'checkpoint', '-m', 'feat: oauth', '-m', 'Why.', '-l', 'half way', '-d', 'No cookies'
    )
    name = work.context()['session']
    assert work.message() == (
        'feat: oauth\n\nWhy.\n\n'
        f'Session-Id: {name}\nSession-Checkpoint: half way\nSession-Objectives:\n'
        ' - [x] Google OAuth\n - [▶] GitHub OAuth (this commit)\n - [ ] Docs (next)\n'
        'Decisions:\n - Use PKCE\n   Rationale: codes can be stolen\n - No cookies\n'
        'Impact:\n - Added: b.txt\n - Lines: +2 -0\nSession-Time: 0m'
    )
    assert block(work) == [
        f'Session-Id: {name}',
        'Session-Checkpoint: half way',
        'Session-Objectives: - [x] Google OAuth - [▶] GitHub OAuth (this commit) - [ ] Docs (next)',
        'Decisions: - Use PKCE Rationale: codes can be stolen - No cookies',
        'Impact: - Added: b.txt - Lines: +2 -0',
    ]
    assert work.git('status', '--porcelain') == ' M a.txt\n?? c.txt'
    head = work.git('rev-parse', 'HEAD')
    assert said.out == ''
    assert said.err.endswith(f'checkpoint half way at {head[:10]}: committed, active time 0m\n')
    (checkpoint,) = work.context()['checkpoints']
    assert (checkpoint['commit'], checkpoint['label']) == (head, 'half way')
    assert (checkpoint['message'], checkpoint['committed']) == ('feat: oauth', True)
    assert checkpoint['impact'] == {'added': ['b.txt'], 'lines_added': 2, 'lines_deleted': 0}
    assert {each['type'] for each in work.note()} >= {'commit', 'decision.add', 'checkpoint'}


def test_the_impact_names_every_kind_of_change(work: Repo, run: Run) -> None:
    work.commit('base', **{'gone.txt': 'x\n', 'old.txt': 'a\nb\nc\nd\n'})
    work.git('rm', '-q', 'gone.txt')
    work.git('mv', 'old.txt', 'new.txt')
    stage(work, **{'a.txt': 'one\ntwo\n', 'b.txt': 'b\n'})
    run('checkpoint', '-m', 'all')
    assert block(work)[-1] == (
        'Impact: - Added: b.txt - Modified: a.txt - Deleted: gone.txt '
        '- Renamed: old.txt => new.txt - Lines: +2 -1'
    )


def test_all_takes_tracked_files_and_never_others(work: Repo, run: Run) -> None:
    work.write(**{'a.txt': 'changed\n', 'new.txt': 'new\n'})
    run('checkpoint', '-a', '-m', 'all')
    assert work.git('show', '--format=', '--name-only') == 'a.txt'
    assert work.git('status', '--porcelain') == '?? new.txt'
    assert block(work)[-1] == 'Impact: - Modified: a.txt - Lines: +1 -1'


def test_nothing_to_commit_is_a_record_on_head(work: Repo, run: Run) -> None:
    head = work.git('rev-parse', 'HEAD')
    work.write(**{'new.txt': 'new\n', 'a.txt': 'not staged\n'})
    said = run('checkpoint', '-l', 'before lunch')
    assert said.err == (
        f'checkpoint before lunch at {head[:10]}: recorded, nothing was committed, active time 0m\n'
    )
    assert work.git('rev-parse', 'HEAD') == head
    assert work.context()['checkpoints'][0]['committed'] is False
    said = run('checkpoint', '-m', 'only a message')
    assert said.err.endswith('active time 0m\n  only a message\n')
    said = run('checkpoint')
    assert said.err.endswith("hint: name it with '-l <label>' or '-m <message>' to find it again\n")
    assert 'last checkpoint just now; 0 commits since\n' in run('status').out


def test_no_commit_leaves_the_index_alone(work: Repo, run: Run) -> None:
    stage(work, **{'b.txt': 'two\n'})
    said = run('checkpoint', '--no-commit', '-l', 'half')
    assert 'recorded, nothing was committed' in said.err
    assert work.git('status', '--porcelain') == 'A  b.txt'


def test_a_subject_is_proposed(work: Repo, run: Run) -> None:
    (work.path / 'auth').mkdir()
    stage(work, **{'auth/oauth.py': 'x = 1\n'})
    run('checkpoint')
    assert work.message().startswith('feat(auth): Google OAuth\n\n')
    stage(work, **{'README.md': 'x\n'})
    run('checkpoint', '-l', 'readme')
    assert work.message().startswith('docs: readme\n\n')


def test_an_unborn_head(repo: Repo, run: Run) -> None:
    repo.git('switch', '-q', '--orphan', 'fresh')
    run('start', '-o', 'Begin')
    said = run('checkpoint', '-l', 'empty')
    assert said.err == 'checkpoint empty: recorded, nothing was committed, active time 0m\n'
    stage(repo, **{'b.txt': 'two\n'})
    run('checkpoint', '-m', 'begin')
    assert repo.git('rev-list', '--count', 'HEAD') == '1'
    assert block(repo)[-1] == 'Impact: - Added: b.txt - Lines: +1 -0'


def test_nothing_to_amend(repo: Repo, run: Run) -> None:
    repo.git('switch', '-q', '--orphan', 'fresh')
    run('start')
    assert run('checkpoint', '--amend', status=128).err == (
        'fatal: You have nothing to amend.\nfatal: nothing was recorded\n'
    )
    assert repo.context('fresh')['checkpoints'] == []


def test_amend_keeps_the_message_and_renews_the_block(still: None, work: Repo, run: Run) -> None:
    stage(work, **{'b.txt': 'two\n'})
    work.git('commit', '-q', '-s', '-m', 'feat: oauth', '-m', 'Why.\n\nFixes: #7')
    run('objectives', 'complete', '1')
    stage(work, **{'c.txt': 'three\n'})
    before = work.git('rev-parse', 'HEAD')
    run('checkpoint', '--amend', '-l', 'first', '-d', 'Use PKCE')
    name = work.context()['session']
    once = (
        'feat: oauth\n\nWhy.\n\nFixes: #7\nSigned-off-by: Ann Author <ann@example.com>\n'
        f'Session-Id: {name}\nSession-Checkpoint: first\nSession-Objectives:\n'
        ' - [x] Google OAuth\n - [ ] GitHub OAuth (next)\nDecisions:\n - Use PKCE\n'
        'Impact:\n - Added: b.txt\n - Added: c.txt\n - Lines: +2 -0\nSession-Time: 0m'
    )
    assert work.message() == once
    run('checkpoint', '--amend')  # label and decision stay with the commit
    assert work.message() == once
    run('checkpoint', '--amend', '-m', 'fix: oauth')
    assert work.message() == 'fix: oauth\n\nSession-Id: ' + once.partition('Session-Id: ')[2]
    assert work.git('rev-list', '--count', 'main..HEAD') == '1'
    commits = {each['commit'] for each in work.context()['checkpoints']}
    assert commits == {work.git('rev-parse', 'HEAD')} != {before}


def test_amend_of_a_commit_without_changes(work: Repo, run: Run) -> None:
    work.commit('feat: one', **{'b.txt': 'two\n'})
    run('checkpoint', '--amend', '-l', 'named')
    assert work.message().startswith('feat: one\n\nSession-Id: ')
    assert work.message().count('Session-Id: ') == 1


def test_the_message_from_a_file(work: Repo, run: Run, tmp_path: Path) -> None:
    file = tmp_path / 'message'
    file.write_text('feat: from a file\n\n# kept\n')
    stage(work, **{'b.txt': 'two\n'})
    run('checkpoint', '-F', str(file))
    assert work.message().startswith('feat: from a file\n\n# kept\n\nSession-Id: ')


def test_the_message_from_stdin(work: Repo) -> None:
    stage(work, **{'b.txt': 'two\n'})
    work.session('checkpoint', '-F', '-', stdin='feat: grün\n')
    assert work.message().startswith('feat: grün\n\nSession-Id: ')


def test_a_message_in_another_encoding(work: Repo, run: Run, tmp_path: Path) -> None:
    work.git('config', 'i18n.commitEncoding', 'ISO-8859-1')
    (tmp_path / 'message').write_bytes('feat: grün\n'.encode('latin-1'))
    stage(work, **{'b.txt': 'two\n'})
    run('checkpoint', '-F', str(tmp_path / 'message'))
    assert work.message().startswith('feat: grün\n\nSession-Id: ')
    assert work.context()['checkpoints'][0]['message'] == 'feat: grün'


def test_edit(work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stage(work, **{'b.txt': 'two\n'})
    monkeypatch.setenv('GIT_EDITOR', 'sed -i "1s/.*/feat: edited/"')
    run('checkpoint', '-e', '-m', 'feat: given')
    assert work.message().startswith('feat: edited\n\nSession-Id: ')
    monkeypatch.setenv('GIT_EDITOR', 'truncate -s0')
    stage(work, **{'c.txt': 'three\n'})
    before = work.events()
    refused = run('checkpoint', '-e', '-m', 'feat: given', status=1)
    assert refused.err == (
        'Aborting commit due to empty commit message.\nerror: nothing was recorded\n'
    )
    assert work.events() == before


def test_a_hook_that_refuses(work: Repo, run: Run) -> None:
    run('init', '--no-hooks')
    work.git('add', '.session')
    work.git('commit', '-qm', 'knowledge')
    hook = work.path / '.git/hooks/pre-commit'
    hook.write_text('#!/bin/sh\necho "lint: no" >&2\nexit 1\n')
    hook.chmod(0o755)
    run('status')
    log = work.path / '.session/decision-log.md'
    stage(work, **{'b.txt': 'two\n'})
    before = (work.events(), work.context(), log.read_bytes(), work.git('rev-parse', 'HEAD'))
    refused = run('checkpoint', '-m', 'no', '-d', 'Use PKCE', status=1)
    assert refused.err == 'lint: no\nerror: nothing was recorded\n'
    after = (work.events(), work.context(), log.read_bytes(), work.git('rev-parse', 'HEAD'))
    assert after == before
    assert work.git('status', '--porcelain') == 'A  b.txt'
    assert not (work.path / '.git/SESSION_EDITMSG').exists()


def test_a_decision_goes_to_the_shared_log_first(work: Repo, run: Run) -> None:
    run('init', '--no-hooks')
    work.git('add', '.session')
    work.git('commit', '-qm', 'knowledge')
    run('checkpoint', '-a', '-m', 'decide', '-d', 'Use PKCE')
    assert work.git('show', '--format=', '--name-only') == '.session/decision-log.md'
    number = work.context()['decisions'][0]['number']
    assert f'## {number}: Use PKCE\n' in work.git('show', 'HEAD:.session/decision-log.md')


def test_a_message_that_cannot_be_written_leaves_no_decision(work: Repo, run: Run) -> None:
    run('init', '--no-hooks')
    (work.path / '.git/SESSION_EDITMSG').mkdir()
    log = work.path / '.session/decision-log.md'
    stage(work, **{'b.txt': 'two\n'})
    before = (work.events(), log.read_bytes())
    said = run('checkpoint', '-m', 'no', '-d', 'Use PKCE', status=128).err
    assert said.startswith('fatal: cannot access ') and said.endswith(': Is a directory\n')
    assert (work.events(), log.read_bytes()) == before


def test_a_merge_is_concluded_with_its_own_message(work: Repo, run: Run) -> None:
    work.commit('ours', **{'a.txt': 'ours\n'})
    work.git('switch', '-q', 'main')
    work.commit('theirs', **{'a.txt': 'theirs\n'})
    work.git('switch', '-q', 'work')
    assert work.run('git', 'merge', 'main').status == 1
    stage(work, **{'a.txt': 'both\n'})
    run('checkpoint', '-l', 'merged')
    assert work.message().startswith("Merge branch 'main' into work\n\nSession-Id: ")
    assert work.git('rev-list', '--parents', '-1', 'HEAD').count(' ') == 2


def test_unmerged_files_show_gits_words(work: Repo, run: Run) -> None:
    work.commit('ours', **{'a.txt': 'ours\n'})
    work.git('switch', '-q', 'main')
    work.commit('theirs', **{'a.txt': 'theirs\n'})
    work.git('switch', '-q', 'work')
    assert work.run('git', 'merge', 'main').status == 1
    refused = run('checkpoint', status=128)
    assert 'error: Committing is not possible because you have unmerged files.\n' in refused.err
    assert refused.err.endswith('fatal: nothing was recorded\n')
    assert work.context()['checkpoints'] == []


def test_a_submodule_that_is_only_dirty_inside(work: Repo, run: Run, tmp_path: Path) -> None:
    work.git('submodule', '--quiet', 'add', str(work.path), 'sub')
    work.git('commit', '-qm', 'sub')
    (work.path / 'sub/a.txt').write_text('dirty\n')
    assert 'nothing was committed' in run('checkpoint', '-a', '-l', 'x').err


@pytest.mark.parametrize(
    ('arguments', 'status', 'message'),
    [
        (
            ('--amend', '--no-commit'),
            129,
            "error: options '--amend' and '--no-commit' cannot be used together\n"
            "hint: see 'git session checkpoint -h'\n",
        ),
        (
            ('-m', 'x', '-F', 'y'),
            129,
            "error: options '-m' and '-F' cannot be used together\n"
            "hint: see 'git session checkpoint -h'\n",
        ),
        (
            ('-F', 'missing'),
            128,
            "fatal: could not read log file 'missing': No such file or directory\n",
        ),
        (('-d', ' '), 1, 'error: a decision needs a text\n'),
        (
            ('file.txt',),
            129,
            "error: unexpected argument 'file.txt'\nhint: see 'git session checkpoint -h'\n",
        ),
        (
            ('--tdd-phase', 'blue'),
            129,
            "error: bad value for '--tdd-phase': 'blue'; expected one of red, green, refactor\n"
            "hint: see 'git session checkpoint -h'\n",
        ),
    ],
)
def test_refused(
    work: Repo, run: Run, arguments: tuple[str, ...], status: int, message: str
) -> None:
    before = work.events()
    assert run('checkpoint', *arguments, status=status).err == message
    assert work.events() == before


def test_in_a_subdirectory(work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (work.path / 'deep/er').mkdir(parents=True)
    stage(work, **{'deep/er/b.txt': 'two\n', 'a.txt': 'changed\n'})
    monkeypatch.chdir(work.path / 'deep/er')
    (work.path / 'deep/er/message').write_text('feat: deep\n')
    run('checkpoint', '-F', 'message')
    assert work.message().startswith('feat: deep\n')
    assert block(work)[-1] == 'Impact: - Added: deep/er/b.txt - Modified: a.txt - Lines: +2 -1'
    assert os.getcwd() == str(work.path / 'deep/er')


def test_odd_paths(work: Repo, run: Run) -> None:
    stage(
        work, **{'a b.txt': '', 'q"uote.txt': '', '$x;y.txt': '', 'new\nline.txt': '', 'ü.txt': ''}
    )
    run('checkpoint', '-m', 'odd')
    assert block(work)[-1] == (
        'Impact: - Added: $x;y.txt - Added: a b.txt - Added: new line.txt '
        '- Added: q"uote.txt - Added: ü.txt - Lines: +0 -0'
    )
