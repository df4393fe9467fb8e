"""git session context: what matters, how stale it is, and the part that is made."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from git_session import context, output, status
from git_session.analysis.contextlines import BEGIN, END
from tests.commands.conftest import Run
from tests.repo import Repo
from tests.views.test_schemas import check

DAY = 86400


def old(repo: Repo, days: int, name: str, text: str) -> str:
    """A commit of one file, so many days ago."""
    date = f'{int(time.time()) - days * DAY - 60} +0000'
    repo.write_file(name, text)
    repo.git('add', '-f', '--', name)
    repo.git('commit', '-qm', name, GIT_COMMITTER_DATE=date, GIT_AUTHOR_DATE=date)
    return repo.git('rev-parse', 'HEAD')


@pytest.fixture
def work(make_repo: Callable[..., Repo], run: Run) -> Repo:
    """Context files of some age; the session changes a file in src/auth."""
    repo = make_repo(commit=False)
    old(repo, 200, 'CLAUDE.md', '# Project\n\n## Conventions\n\n- Tests first\n')
    old(repo, 100, 'src/auth/CLAUDE.md',
        '# Auth\n\n## Gotchas\n\n- Tokens are never\n  logged\n- OAuth expires\n')  # fmt: skip
    old(repo, 50, 'docs/AGENTS.md', '# Documents\n\n- Lines fit\n')
    for number in range(12):
        old(repo, 40 - number, 'src/auth/a.py', f'{number}\n')
    run('start', 'work', '-o', 'Google OAuth')
    repo.commit('work', **{'src/auth/a.py': 'mine\n'})
    return repo


def test_what_matters(work: Repo, run: Run) -> None:
    name = work.context()['session']
    assert (
        run('context').out
        == f"""\
Context of session {name}

src/auth/CLAUDE.md
  1 file of this session below it
  critical 4.3: 100 days old, 13 commits in its folder since
  gotcha: "OAuth expires"
  gotcha: "Tokens are never logged"

CLAUDE.md
  1 file of this session below it; for the whole repository
  critical 4.5: 200 days old, 15 commits in its folder since
  pattern: "Tests first"
"""
    )
    found = json.loads(run('context', '--json').out)
    check('session-context', found)
    assert [each['path'] for each in found['context']] == ['src/auth/CLAUDE.md', 'CLAUDE.md']


def test_words_of_objectives_find_another_folder(work: Repo, run: Run) -> None:
    run('objectives', 'complete', '1')
    run('objectives', 'add', 'Rewrite the docs')
    assert "docs/AGENTS.md\n  about 'docs', as an objective is\n" in run('context').out


def test_brief_and_status_tell_of_it(work: Repo, run: Run) -> None:
    assert status.STALE == context.REMEMBERED
    told = 'src/auth/CLAUDE.md is stale (critical: 100 days old, 13 commits in its folder since)'
    assert told not in run('status').out
    brief = run('brief').out
    assert '- src/auth/CLAUDE.md says: "OAuth expires"\n' in brief
    assert f'- {told}\n' in brief
    assert '- CLAUDE.md says: "Tests first"\n' in brief
    assert '- look over src/auth/CLAUDE.md (100 days old, 13 commits' in brief
    shown = 'src/auth/CLAUDE.md is stale (critical): git session context --health\n'
    work.commit('more')
    assert shown in run('status').out
    work.write_file('src/auth/CLAUDE.md', 'anew\n')
    assert shown not in run('status').out
    assert '\nCLAUDE.md is stale (critical): git' in run('status').out


def test_health_of_all(work: Repo, run: Run) -> None:
    work.git('switch', '-q', 'main')
    work.write_file('lib/agents.md', 'new\n')
    work.write_file('node_modules/x/CLAUDE.md', 'not ours\n')
    work.write_file('.gitignore', 'node_modules\n')
    (work.path / 'lib/CLAUDE.md').symlink_to('agents.md')
    (work.path / 'docs/CLAUDE.md').symlink_to('/etc/passwd')
    assert (
        run('context', '--health').out
        == """\
Context health 32 of 100

  CLAUDE.md: critical 4.4: 200 days old, 14 commits in its folder since
  src/auth/CLAUDE.md: critical 4.2: 100 days old, 12 commits in its folder since
  docs/AGENTS.md: medium 1.7: 50 days old, 0 commits in its folder since
  docs/CLAUDE.md: leads out of the working tree
  lib/agents.md: unknown: not committed yet

Next
  look over CLAUDE.md (200 days old, 14 commits in its folder since): \
git session context --update .
  look over src/auth/CLAUDE.md (100 days old, 12 commits in its folder since): \
git session context --update src/auth
"""
    )
    check('context-health', json.loads(run('context', '--health', '--json').out))


def test_one_with_changes_is_being_seen_to(work: Repo, run: Run) -> None:
    work.write_file('src/auth/CLAUDE.md', 'anew\n')
    assert 'src/auth/CLAUDE.md: low 0.0: 0 days old, 0 commits' in run('context', '--health').out


def test_without_any(repo: Repo, run: Run) -> None:
    assert run('context', '--health').out == (
        'no context files; make one: git session context --update <dir>\n'
    )
    run('start', 'work')
    assert run('context').out == 'no context file matters for this session\n'


# --- --update


def part(path: Path) -> list[str]:
    """The made part without its markers and its last item, which names a commit."""
    lines = path.read_text().splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith(BEGIN))
    end = next(number for number, line in enumerate(lines) if line.startswith(END))
    return lines[begin + 1 : end - 1]


def test_what_was_done_as_data(work: Repo, run: Run) -> None:
    for done in ('updated', 'up to date'):
        found = json.loads(run('context', '--update', 'src/auth', '--json').out)
        check('context-update', found)
        assert found['files'] == [{'path': 'src/auth/CLAUDE.md', 'done': done}]


def test_the_part_is_made_of_what_git_knows(work: Repo, run: Run) -> None:
    old(work, 0, 'src/auth/tests/test_a.py', 'x')
    path = work.path / 'src/auth/CLAUDE.md'
    before = path.read_bytes()
    assert run('context', '--update', 'src/auth').err == 'src/auth/CLAUDE.md: updated\n'
    assert path.read_bytes().startswith(before + b'\n' + BEGIN.encode())
    assert part(path) == [
        '## What git knows', '',
        '- 2 files that git tracks: 2 .py',
        '- Most changed in the last 1000 commits: `src/auth/a.py` (13), '
        '`src/auth/tests/test_a.py` (1)',
        '- Known by, in commits: Ann Author (14)',
    ]  # fmt: skip
    assert run('context', '--update', 'src/auth').err == 'src/auth/CLAUDE.md: up to date\n'
    work.git('commit', '-qam', 'context')
    assert run('context', '--update', 'src/auth').err == 'src/auth/CLAUDE.md: up to date\n'
    assert run('context', '--update', 'src/auth', '--json').out.startswith('{\n  "schema": ')


def test_the_part_is_the_same_in_every_time_zone(
    work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []
    for zone in ('EAST-14', 'WEST+12'):
        with monkeypatch.context() as patch:
            patch.setenv('TZ', zone)
            time.tzset()
            said.append(run('context', '--update', 'src/auth').err)
        time.tzset()
    assert said == [f'src/auth/CLAUDE.md: {done}\n' for done in ('updated', 'up to date')]


@pytest.mark.parametrize(
    ('before', 'after'),
    [
        (b'', b'PART\n'),
        (b'text', b'text\n\nPART\n'),
        (b'text\n', b'text\n\nPART\n'),
        (b'text\r\n', b'text\r\n\r\nPART\r\n'),
        (b'\xef\xbb\xbftext \xff\n\n', b'\xef\xbb\xbftext \xff\n\nPART\n'),
        (b'a\nBEGIN x -->\nold\nEND -->\n  b\t\n', b'a\nPART\n  b\t\n'),
        (b'a\r\nBEGIN -->\r\nEND -->', b'a\r\nPART'),
    ],
)
def test_the_rest_stays_byte_for_byte(work: Repo, run: Run, before: bytes, after: bytes) -> None:
    path = work.path / 'docs/AGENTS.md'
    path.write_bytes(before.replace(b'BEGIN', BEGIN.encode()).replace(b'END', END.encode()))
    path.chmod(0o754)
    run('context', '--update', 'docs')
    data = path.read_bytes()
    begin, end = data.index(BEGIN.encode()), data.index(END.encode())
    made = data[begin : data.index(b'-->', end) + 3]
    assert data.replace(made, b'PART') == after
    assert made.count(b'\r') == (made.count(b'\n') if b'\r' in after else 0)
    assert path.stat().st_mode & 0o777 == 0o754
    run('context', '--update', 'docs')
    assert path.read_bytes() == data


def test_one_is_made_of_the_usual_name(work: Repo, run: Run) -> None:
    (work.path / 'empty').mkdir()
    assert run('context', '--update', 'empty').err == 'empty/CLAUDE.md: created\n'
    assert (work.path / 'empty/CLAUDE.md').read_text() == (
        f"{BEGIN}: by 'git session context --update', which makes this part anew -->\n"
        f'## What git knows\n\n- 0 files that git tracks\n{END} -->\n'
    )


def test_from_a_subdirectory_and_through_a_link(
    work: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work.path / 'docs/CLAUDE.md').symlink_to('AGENTS.md')
    monkeypatch.chdir(work.path / 'docs')
    assert run('context', '--update', '.').err == 'docs/AGENTS.md: updated\n'
    assert (work.path / 'docs/CLAUDE.md').is_symlink()


def refuse(work: Repo, run: Run, folder: str) -> str:
    """What is said; nothing is changed."""
    before = {path: path.read_bytes() for path in work.path.rglob('*.md')}
    said = run('context', '--update', folder, status=1).err
    assert {path: path.read_bytes() for path in work.path.rglob('*.md')} == before
    return said


@pytest.mark.parametrize(
    'text', ['BEGIN\n', 'END\n', 'END\nBEGIN\n', 'BEGIN\nBEGIN\nEND\n', 'BEGIN\nEND\nEND\n']
)
def test_markers_that_are_no_pair(work: Repo, run: Run, text: str) -> None:
    text = text.replace('BEGIN', f'{BEGIN} -->').replace('END', f'{END} -->')
    work.write_file('docs/AGENTS.md', text)
    assert refuse(work, run, 'docs').startswith(
        "error: cannot update 'docs/AGENTS.md': the markers of its generated part are not a pair\n"
    )


def test_what_cannot_be_updated(work: Repo, run: Run, tmp_path: Path) -> None:
    assert refuse(work, run, 'nowhere') == "error: 'nowhere' is not a directory\n"
    outside = f"error: '{tmp_path}' is outside of the working tree\n"
    assert refuse(work, run, str(tmp_path)) == outside
    assert refuse(work, run, '.git') == "error: '.git' is outside of the working tree\n"
    (work.path / 'link').symlink_to(tmp_path)
    assert 'is outside of the working tree' in refuse(work, run, 'link')
    (tmp_path / 'elsewhere.md').write_text('x\n')
    (work.path / 'src/CLAUDE.md').symlink_to(tmp_path / 'elsewhere.md')
    assert refuse(work, run, 'src') == (
        "error: cannot update 'src/CLAUDE.md': leads out of the working tree\n"
    )
    work.write_file('docs/AGENTS.md', b'a\0b')
    assert refuse(work, run, 'docs') == "error: cannot update 'docs/AGENTS.md': it is not text\n"
    work.write_file('docs/AGENTS.md', b'a' * (256 * 1024 + 1))
    assert 'larger than 256 KiB' in refuse(work, run, 'docs')


@pytest.mark.skipif(os.geteuid() == 0, reason='everything is writable for root')
def test_one_that_is_read_only(work: Repo, run: Run) -> None:
    (work.path / 'docs/AGENTS.md').chmod(0o444)
    assert 'it is read-only' in refuse(work, run, 'docs')


def test_usage(work: Repo, run: Run) -> None:
    assert run('context', '--health', '--update', '.', status=129).err == (
        "error: options '--health' and '--update' cannot be used together\n"
        "hint: see 'git session context -h'\n"
    )


# --- at a checkpoint, in the handoff

TOLD = 'src/auth/CLAUDE.md is stale (critical: 100 days old, 13 commits in its folder since)\n'
HINT = "hint: '--update-context' refreshes the generated part\n"


@pytest.fixture
def changed(work: Repo) -> Repo:
    """Changes that are not committed yet."""
    work.write_file('src/auth/a.py', 'again\n')
    return work


def test_a_checkpoint_tells_of_stale_context(changed: Repo, run: Run) -> None:
    said = run('checkpoint', '-a', '-m', 'more').err
    assert TOLD + HINT in said
    assert ' CLAUDE.md' not in said  # another file is nearer
    assert changed.git('show', '--name-only', '--format=') == 'src/auth/a.py'
    assert 'is stale' not in run('checkpoint', '--no-commit', '-l', 'x').err


def test_update_context_is_part_of_the_commit(changed: Repo, run: Run) -> None:
    changed.git('add', 'src/auth/a.py')
    changed.write_file('docs/AGENTS.md', 'mine, later\n')
    said = run('checkpoint', '-m', 'more', '--update-context').err
    assert TOLD + 'src/auth/CLAUDE.md: updated\n' in said
    named = changed.git('show', '--name-only', '--format=').split()
    assert named == ['src/auth/CLAUDE.md', 'src/auth/a.py']
    assert changed.git('status', '--porcelain') == ' M docs/AGENTS.md'
    changed.write_file('src/auth/a.py', 'and again\n')
    assert 'is stale' not in run('checkpoint', '-a', '-m', 'more').err


@pytest.mark.parametrize(('answer', 'done'), [('y', True), ('n', False)])
def test_somebody_at_a_terminal_is_asked(
    changed: Repo, run: Run, monkeypatch: pytest.MonkeyPatch, answer: str, done: bool
) -> None:
    asked = []
    monkeypatch.setattr(output, 'can_ask', lambda: True)
    monkeypatch.setattr(output, 'ask', lambda text: asked.append(text) or answer == 'y')
    said = run('checkpoint', '-a', '-m', 'more').err
    assert asked == ['Update context?']
    assert ('src/auth/CLAUDE.md: updated\n' in said) == done
    assert (HINT in said) != done
    changed.write_file('src/auth/a.py', 'and again\n')
    run('checkpoint', '-a', '-m', 'more', '--no-update-context')
    assert asked == ['Update context?']


def test_the_handoff_has_score_files_and_what_to_do(work: Repo, run: Run) -> None:
    assert (
        """\
## Context health

- health 12 of 100 (2 context files for the files of this session)
- `src/auth/CLAUDE.md` critical, 4.3: 100 days old, 13 commits in its folder since
- `CLAUDE.md` critical, 4.5: 200 days old, 15 commits in its folder since
- look over src/auth/CLAUDE.md (100 days old, 13 commits in its folder since): \
git session context --update src/auth
- look over CLAUDE.md (200 days old, 15 commits in its folder since): \
git session context --update .
"""
        in run('handoff').out
    )
    found = json.loads(run('handoff', '--json').out)
    assert (found['context_health'], len(found['context'])) == (12, 2)
    work.write_file('.session/handoff-template.md', '# Own\n\n{{ context }}\n')
    assert '# Own\n\n- health 12 of 100 ' in run('handoff').out
