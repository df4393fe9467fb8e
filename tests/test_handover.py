"""The team's template, what is only here, and what the next person will miss."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from git_session.analysis import completeness
from git_session.errors import SessionError
from git_session.views import layout
from tests.repo import Repo, Result

Run = Callable[..., Result]
TEMPLATE = '.session/handoff-template.md'
NAMES = (
    'session, branch, head, base, written, author, state, summary, objectives, decisions, '
    'blockers, dead_ends, notes, changes, metrics, quality, context, marks, tdd, '
    'next_steps, resume, uncommitted'
)


@pytest.fixture
def work(repo: Repo, run: Run) -> Repo:
    run('start', 'work', '-o', 'Google OAuth')
    repo.commit('add b', **{'b.txt': 'two\n'})
    return repo


def _body(text: str) -> str:
    """What stands below the front matter."""
    return text.removeprefix('---\n').partition('---\n\n')[2]


# --- the template


def test_a_template_replaces_the_layout(work: Repo, run: Run) -> None:
    head = work.git('rev-parse', 'HEAD')
    work.write_file(
        TEMPLATE,
        '# {{branch}} by {{ author }}\n\n## Done\n\n{{objectives}}\n\n## Not done\n\n{{blockers}}\n'
        '\n{{{{ and }} stay, {{state}}: {{branch}}\n\n{{changes}}',
    )
    said = run('handoff')
    assert _body(said.out) == (
        '# work by Ann Author <ann@example.com>\n\n## Done\n\n- [ ] obj-1 Google OAuth (active)\n\n'
        '## Not done\n\nnone\n\n{{ and }} stay, active: work\n\nCommits, newest first:\n\n'
        f'- {head[:10]} add b (Ann Author)\n\nFiles:\n\n- A `b.txt` +1 -0\n'
    )
    assert said.out.startswith('---\nsession: work-') and f'\nhead: {head}\n' in said.out
    assert (work.place() / 'handoff.md').read_text() == said.out


@pytest.mark.parametrize(
    ('text', 'problem'),
    [
        ('a\n\n{{objektives}}\n', f"unknown name 'objektives' in {TEMPLATE} line 3"),
        ('{{ }}', f"unknown name '' in {TEMPLATE} line 1"),
        ('{{branch', f"'{{{{' without '}}}}' in {TEMPLATE} line 1"),
        ('{{branch\n}}', f"'{{{{' without '}}}}' in {TEMPLATE} line 1"),
        ('{{branch.__class__}}', f"unknown name 'branch.__class__' in {TEMPLATE} line 1"),
        ('{{\x1b[2J}}', f"unknown name '\\x1b[2J' in {TEMPLATE} line 1"),
        ('x' * (256 * 1024 + 1), f"could not read '{TEMPLATE}': larger than 256 KiB"),
        (b'\xff', f"could not read '{TEMPLATE}': it is no UTF-8"),
    ],
    ids=range(8),
)
def test_a_template_that_cannot_be_used(
    work: Repo, run: Run, text: str | bytes, problem: str
) -> None:
    work.write_file(TEMPLATE, text)
    before = work.events()
    said = run('handoff', status=128).err.splitlines()
    assert said[0] == f'fatal: {problem}'
    assert said[1:] == ([f'hint: names: {NAMES}'] if 'line' in problem else [])
    assert work.events() == before
    assert f'{problem}\n' in run('handoff', '--check', status=1).out


def test_a_template_does_nothing_to_a_terminal(work: Repo, run: Run) -> None:
    text = '\ufeff# \x1b[31m{{branch}}\x1b]0;title\x07\x9b\u202e 1\u00a0000 é\r\n'
    work.write_file(TEMPLATE, text)
    said = '# \\x1b[31mwork\\x1b]0;title\\x07\\x9b\\u202e 1 000 é\n'
    assert _body(run('handoff').out) == said


def test_a_template_that_is_a_link_is_not_read(work: Repo, run: Run, tmp_path: Path) -> None:
    (tmp_path / 'secret').write_text('a secret\n')
    (work.path / '.session').mkdir()
    (work.path / TEMPLATE).symlink_to(tmp_path / 'secret')
    assert run('handoff', status=128).err == (
        f"fatal: could not read '{TEMPLATE}': not a regular file\n"
    )


def test_no_end_is_lost_for_a_template(work: Repo, run: Run) -> None:
    work.write_file(TEMPLATE, '{{no}}\n')
    work.git('add', '.')
    work.git('commit', '-qm', 'template')
    said = run('end')
    assert f"warning: unknown name 'no' in {TEMPLATE} line 1\n" in said.err
    assert '## Objectives' in said.out
    assert not work.place().exists()


def test_what_a_value_says_is_not_filled_in_again() -> None:
    values = {'a': '{{b}} {{', 'b': 'x\ny\n'}
    assert layout.fill('{{a}}\n{{b}}\n', values, 'f') == '{{b}} {{\nx\ny\n'
    assert layout.fill('', values, 'f') == ''
    with pytest.raises(SessionError) as caught:
        layout.fill('{{c}}', values, 'f')
    assert (caught.value.message, caught.value.hints) == (
        "unknown name 'c' in f line 1",
        ('names: a, b',),
    )


# --- what is only here


def test_stashes_of_the_branch_stand_apart(work: Repo, run: Run) -> None:
    for name, message in (('b.txt', []), ('a.txt', ['-m', 'with *stars*'])):
        work.write_file(name, 'changed\n')
        work.git('stash', 'push', '-q', *message)
    work.git('config', 'log.date', 'iso')
    work.git('stash', 'list')
    head = work.git('rev-parse', '--short', 'HEAD')
    work.git('switch', '-q', 'main')
    work.write_file('a.txt', 'elsewhere\n')
    work.git('stash', 'push', '-q')
    work.git('switch', '-q', 'work')
    assert run('handoff').out.partition('Stashed')[2].splitlines()[:4] == [
        ', on this machine only:', '', '- stash@{1}: On work: with \\*stars\\*',
        f'- stash@{{2}}: WIP on work: {head} add b',
    ]  # fmt: skip


# --- completeness


def _gaps(run: Run) -> dict[str, list[str]]:
    """kind -> texts."""
    found: dict[str, list[str]] = {}
    for each in json.loads(run('handoff', '--check', '--json', status=1).out)['gaps']:
        found.setdefault(each['kind'], []).append(each['text'])
    return found


def test_nothing_is_missing(work: Repo, run: Run) -> None:
    run('note', 'half of it is there, see `b.txt`')
    before = work.events()
    said = run('handoff', '--check')
    assert (said.out, said.err) == ('', 'nothing is missing\n')
    assert work.events() == before
    assert not (work.place() / 'handoff.md').exists()


def test_everything_that_is_missing_is_named(work: Repo, run: Run) -> None:
    run('decisions', 'add', 'Use PKCE, see `docs/pkce.md`')
    run('undo')
    assert _gaps(run) == {
        'objective': ['obj-1 Google OAuth is open, and nothing says how far it is']
    }
    run('decisions', 'add', 'Use PKCE, see `docs/pkce.md` and [this](a.txt#x)')
    run('note', 'run `make -C src`, `src/*.py`, `../x.py`, `b.txt`, see https://example.com/x.md')
    work.write_file('a.txt', 'changed\n')
    work.git('stash', 'push', '-q')
    work.write_file('new.txt', '')
    work.git('remote', 'add', 'origin', str(work.path))
    work.git('fetch', '-q', 'origin', 'main')
    work.write_file(
        TEMPLATE, '# X\n\nTODO: say more\n\n## Blocked\n\n{{blockers}}\n\n## Parts\n\n### One\n\n'
        'x\n\n'
        '```\n## no heading\n```\n\n<describe it>\n\n## Last\n',
    )  # fmt: skip
    assert _gaps(run) == {
        'rationale': ['dec-1 Use PKCE, see `docs/pkce.md` and [this](a.txt#x) has no rationale'],
        'uncommitted': ['2 uncommitted changes only here, in the working tree'],
        'stash': ['1 stash of this branch only here'],
        'unpushed': ['1 commit that no remote has'],
        'file': ["there is no file 'docs/pkce.md', which is named"],
        'section': ["section 'Blocked' is empty", "section 'Last' is empty"],
        'leftover': [
            "'TODO' on line 3 in the template",
            "'<describe it>' on line 19 in the template",
        ],
    }


def test_a_session_without_anything(repo: Repo, run: Run) -> None:
    run('start', 'work')
    assert _gaps(run) == {
        'objectives': ['no objective says what the work is for'],
        'work': ['nothing was built yet'],
    }


@pytest.mark.parametrize(
    'words',
    [
        ['note', 'half done'], ['note', '--dead-end', 'it does not'],
        ['decisions', 'add', 'x', '--rationale', 'y'], ['checkpoint', '-m', 'half'],
        ['blockers', 'add', 'x', '--objective', '1'],
    ],
)  # fmt: skip
def test_what_says_how_far_an_objective_is(work: Repo, run: Run, words: list[str]) -> None:
    assert 'objective' in _gaps(run)
    run(*words)
    assert run('handoff', '--check').out == ''


def test_end_hints_at_what_will_be_missed(work: Repo, run: Run) -> None:
    assert run('end').err.splitlines()[-1] == (
        'hint: the next one will miss: obj-1 Google OAuth is open, and nothing says how far it is'
    )


def test_only_the_handoff_of_this_branch_can_be_checked(work: Repo, run: Run) -> None:
    name = work.context()['session']
    run('end')
    assert run('handoff', name, '--check', status=1).err == (
        'error: only the handoff of this branch can be checked\n'
    )


@pytest.mark.parametrize('text', ['](' * 100_000, '<fill ' * 40_000])
def test_no_text_takes_long(text: str) -> None:
    """Templates and notes come from others; what looks from everywhere to the end never ends."""

    def late(number: int, frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, 20)  # of processor time: it may have to wait for it
    try:
        assert completeness.named(text) == completeness.leftovers(text) == []
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
