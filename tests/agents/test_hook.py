"""What an agent's hook answers, says to nobody else, and notes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from git_session import agenthook, eventlog, git, presence
from git_session.identity import Agent
from git_session.integrations import agents
from git_session.integrations.agents import PROGRAMS
from git_session.main import main
from tests.agents.shapes import INPUT, MADE, OUTPUT
from tests.repo import Repo

Ask = Callable[..., Any]


@pytest.fixture
def ask(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Ask:
    """An event of an agent, answered in this process: the object it prints, None for nothing."""
    number = 0

    def ask(name: str, event: str, given: Any = None, raw: bytes | None = None, **more: Any) -> Any:
        nonlocal number
        number += 1
        hook = PROGRAMS[name].hook(event)
        if raw is None:
            made = MADE[name](str(repo.path), hook.theirs if hook else event, **more)
            raw = json.dumps(made if given is None else given).encode()
        path = tmp_path / f'stdin{number}'
        path.write_bytes(raw)
        saved, cwd = os.dup(0), os.getcwd()
        with path.open('rb') as file, monkeypatch.context() as only:
            for variable, value in os.environ.items():
                only.setenv(variable, value)  # so that what the hook changes goes with it
            for variable in ('CLAUDECODE', 'CODEX_SESSION_ID', 'GEMINI_CLI', 'CURSOR_AGENT'):
                only.delenv(variable, raising=False)
            before = dict(os.environ)
            os.dup2(file.fileno(), 0)
            capfd.readouterr()
            try:
                assert main(['hook', name, event]) == 0
            finally:
                os.dup2(saved, 0)
                os.close(saved)
                os.chdir(cwd)
                os.environ.clear()
                os.environ.update(before)
        out, err = capfd.readouterr()
        assert err == ''
        return json.loads(out) if out else None

    return ask


@pytest.fixture
def work(repo: Repo, ask: Ask) -> Repo:
    assert main(['start', 'work', '-o', 'Google OAuth', '-o', 'GitHub OAuth']) == 0
    assert main(['decisions', 'add', 'Use PKCE']) == 0
    return repo


def told(answer: Any) -> str:
    """The text in an answer, whatever its form."""
    if answer is None:
        return ''
    inner = answer.get('hookSpecificOutput', answer)
    text: str = inner.get('additionalContext', inner.get('additional_context', ''))
    return text


def _again(repo: Repo) -> None:
    """Let the next hook be no second copy of the last one."""
    for path in (repo.path / '.git' / presence.FOLDER).glob('.once-*'):
        path.unlink()


def test_every_event_that_is_installed_is_asked_here() -> None:
    installed = {(name, hook.event) for name, each in PROGRAMS.items() for hook in each.hooks}
    assert {(name, event) for name, event, _ in INPUT} == installed
    assert {(name, event) for name, each in OUTPUT.items() for event in each} == installed


def test_every_input_has_an_answer_of_the_documented_form(work: Repo, ask: Ask) -> None:
    for name, event, more in INPUT:
        _again(work)
        if event in ('prompt', 'tool'):  # there is something to tell
            work.commit('Meanwhile')
        answer, shape = ask(name, event, **more), OUTPUT[name][event]
        if shape is None or (name, more.get('source')) == ('copilot', 'resume'):
            assert answer is None, (name, event, more)
        else:
            jsonschema.validate(answer, shape)
        program = PROGRAMS[name]
        assert agents.size(told(answer), program.unit) < program.limit
        is_short = more.get('source') in ('resume', 'compact', 'fork')
        if event == 'session-start' and not (is_short and not program.resumes):
            assert told(answer).startswith('# Session work-'), (name, event, more)
            assert ('PKCE' in told(answer)) or is_short
            assert 'Google OAuth' in told(answer)


def test_the_installed_command_answers_as_the_agent_starts_it(work: Repo) -> None:
    """By a shell, in another folder, with another agent's variables."""
    for name, program in PROGRAMS.items():
        for hook in program.hooks:
            given = json.dumps(MADE[name](str(work.path), hook.theirs))
            done = Repo(work.path.parent).run(
                'sh', '-c', agents.command(name, hook.event), stdin=given, CLAUDECODE='1'
            )
            assert (done.status, done.err) == (0, ''), (name, hook.event)
            shape = OUTPUT[name][hook.event]
            if hook.event == 'session-start':
                jsonschema.validate(json.loads(done.out), shape or {})
                assert told(json.loads(done.out)).startswith('# Session work-')
            elif shape is None:
                assert done.out == ''


def test_without_a_session_one_line_says_so_at_the_start(repo: Repo, ask: Ask) -> None:
    line = (
        "There is no session on branch 'main'. "
        "'git session start [<branch>] -o <objective>' opens one."
    )
    for name, event, more in INPUT:
        answer = ask(name, event, **more)
        is_start = event == 'session-start' and more.get('source') not in (
            'resume', 'compact', 'fork',
        )  # fmt: skip
        assert told(answer) == (line if is_start else ''), (name, event, more)
        if not is_start and name != 'cursor':
            assert answer is None
    assert not (repo.path / '.git/session-live').exists()
    assert not repo.sessions.exists()


def test_a_detached_head_has_none(work: Repo, ask: Ask) -> None:
    work.git('switch', '-q', '--detach')
    answer = ask('claude', 'session-start', source='startup')
    assert told(answer) == 'HEAD is detached; sessions of git session belong to branches.'


@pytest.mark.parametrize('way', ['outside', 'variable', 'setting', 'bare'])
def test_where_there_is_nothing_to_say(
    work: Repo, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    cwd = str(work.path)
    if way == 'variable':
        monkeypatch.setenv('GIT_SESSION', '0')
    elif way == 'setting':
        work.git('config', 'session.enabled', 'false')
    else:
        cwd = str(tmp_path / 'other')
        os.mkdir(cwd)
        if way == 'bare':
            work.git('init', '-q', '--bare', cwd)
    before = work.events()
    for name, event, more in INPUT:
        answer = ask(name, event, MADE[name](cwd, 'x', **more))
        assert answer in (None, {'continue': True}), (name, event)
    assert work.events() == before


@pytest.mark.parametrize(
    'raw',
    [
        b'', b'null', b'[]', b'{', b'"x"', b'\xff\xfe', b'{"session_id": 5, "cwd": ["x"]}',
        b'[' * 100_000, b'{"cwd": "/nowhere/at/all"}',
        b'{"cwd": "a\\u0000b", "session_id": "../x"}',
        b'{"source": {"a": 1}, "workspace_roots": [7], "cwd": "relative"}',
        b'{"prompt": "' + b'x' * (9 << 20) + b'"}',
    ],
    ids=range(12),
)  # fmt: skip
def test_whatever_is_on_stdin_nothing_fails(work: Repo, ask: Ask, raw: bytes) -> None:
    for name in PROGRAMS:
        for event in agents.EVENTS:
            ask(name, event, raw=raw)
    live = os.listdir(work.path / '.git' / presence.FOLDER)
    assert {each for each in live if not each.startswith('.')} <= {'person', *PROGRAMS}


def test_a_bug_is_no_error_to_the_user(
    work: Repo, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(agenthook, '_told', fail)
    assert ask('claude', 'session-start', source='startup') is None
    monkeypatch.setenv('GIT_TRACE_SESSION', '1')
    with pytest.raises(ZeroDivisionError):
        ask('claude', 'session-start', source='startup')


def test_stdin_that_stays_open_is_not_waited_for_long(
    work: Repo, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agenthook, '_PATIENCE', 0.05)
    read, write = os.pipe()
    saved = os.dup(0)
    os.write(write, b'{"session_id": "x"')
    try:
        os.dup2(read, 0)
        assert agenthook._stdin() == {}
        os.write(write, b', "cwd": "/"}')
        os.close(write)
        assert agenthook._stdin() == {}  # what is left of it is no JSON
    finally:
        os.dup2(saved, 0)
        os.close(saved)
        os.close(read)


def test_the_context_is_within_the_limit_as_the_agent_counts(work: Repo, ask: Ask) -> None:
    """Codex CLI counts bytes, Claude Code units of UTF-16: a budget in characters is not it."""
    for number in range(80):
        main(['note', f'{number} ' + '\U0001f600\u6f22' * 60])
        if number % 4 == 0:
            main(['decisions', 'add', f'{number} ' + '\u6f22\u5b57' * 70])
    for name, program in PROGRAMS.items():
        _again(work)
        answer = ask(name, 'session-start', source='startup')
        length = agents.size(told(answer), program.unit)
        assert 4000 < length <= program.limit, name
        assert 'git session log' in told(answer)  # what is left out is named


def test_head_that_moved_is_told_once(work: Repo, ask: Ask) -> None:
    ask('claude', 'session-start', source='startup')
    assert ask('claude', 'prompt', prompt='x') is None
    first = work.git('rev-parse', '--short=10', 'HEAD')
    work.commit('One')
    second = work.git('rev-parse', '--short=10', work.commit('Two'))
    assert told(ask('claude', 'prompt', prompt='x')) == (
        f"HEAD moved since the last turn: branch 'work', from {first} to {second} (2 commits)."
    )
    assert ask('claude', 'prompt', prompt='x') is None
    work.git('switch', '-q', 'main')
    assert told(ask('claude', 'prompt', prompt='x')) == (
        f"HEAD moved since the last turn: from branch 'work' ({second}) to branch 'main' "
        f'({first}); it has no session.'
    )
    work.git('switch', '-q', 'work')
    name = work.context()['session']
    assert told(ask('claude', 'prompt', prompt='x')).endswith(
        f"; its session is {name}, which 'git session brief' shows."
    )
    work.git('commit', '-q', '--amend', '--allow-empty', '-m', 'Three')
    assert 'which does not follow it' in told(ask('claude', 'prompt', prompt='x'))
    work.git('switch', '-q', '--detach')
    assert 'to a detached HEAD' in told(ask('claude', 'prompt', prompt='x'))


def test_what_the_agent_did_itself_is_no_news_to_it(work: Repo, ask: Ask) -> None:
    """A commit below Claude Code has its variables; git's hook renews the lease."""
    ask('claude', 'session-start', source='startup')
    id = MADE['claude']('', '')['session_id']
    work.git(
        'commit', '-q', '--allow-empty', '-m', 'Own', CLAUDECODE='1', CLAUDE_CODE_SESSION_ID=id
    )
    assert ask('claude', 'prompt', prompt='x') is None


def test_what_others_did_before_its_own_commit_or_command_is_told(work: Repo, ask: Ask) -> None:
    """Renewing its lease says that an agent is live, not that it knows what happened."""
    ask('claude', 'session-start', source='startup')
    id = MADE['claude']('', '')['session_id']
    me = {'CLAUDECODE': '1', 'CLAUDE_CODE_SESSION_ID': id}
    other = {'CLAUDECODE': '1', 'CLAUDE_CODE_SESSION_ID': 'other'}
    oids = [work.git('rev-parse', 'HEAD')]

    def commit(who: dict[str, str], *more: str) -> None:
        work.git('commit', '-q', '--allow-empty', '-m', 'x', *more, **who)
        oids.append(work.git('rev-parse', 'HEAD'))

    def moved(old: int, count: str) -> str:
        branch = "HEAD moved since the last turn: branch 'work', from"
        return f'{branch} {oids[old][:10]} to {oids[-1][:10]} ({count}).'

    commit(other)
    commit(me)
    commit(me, '--amend')
    assert told(ask('claude', 'prompt', prompt='x')).startswith(moved(0, '2 commits'))
    commit(other)
    work.run('git', 'session', 'note', 'x', **me)
    assert told(ask('claude', 'prompt', prompt='x')) == moved(-2, '1 commit')
    assert ask('claude', 'prompt', prompt='x') is None
    work.git('switch', '-q', '-c', 'side', **other)  # at the same commit
    work.git('branch', '-q', '-f', 'work')
    work.run('git', 'session', 'start', '-o', 'y')
    work.run('git', 'session', 'note', 'x', **me)
    commit(me)
    assert "from branch 'work'" in told(ask('claude', 'prompt', prompt='x'))
    assert ask('claude', 'prompt', prompt='x') is None


def test_however_it_moved_head_itself_is_no_news_to_it(work: Repo, ask: Ask) -> None:
    ask('claude', 'session-start', source='startup')
    id = MADE['claude']('', '')['session_id']
    me = {'CLAUDECODE': '1', 'CLAUDE_CODE_SESSION_ID': id}
    work.write_file('new', 'x')
    work.git('branch', 'older')
    for line in (
        'git commit -q --allow-empty -m One', 'git commit -q --amend --allow-empty -m Two',
        'git session start side -o z', 'git commit -q --allow-empty -m Three',
        'git switch -q work', 'git merge -q side', 'git merge -q --no-ff side',
        'git switch -q side', 'git commit -q --allow-empty -m Four', 'git switch -q work',
        'git commit -q --allow-empty -m Five', 'git merge -q --no-edit side',
        'git rebase -q --force-rebase older', 'git add new', 'git session checkpoint -m Six',
        'git session switch side', 'git session resume work', 'git switch -q --detach',
        'git switch -q -',
    ):  # fmt: skip
        assert work.run(*line.split(), **me).status == 0, line
        assert ask('claude', 'prompt', prompt='x') is None, line


def test_on_a_branch_without_a_session_too(work: Repo, ask: Ask) -> None:
    work.git('branch', 'older')
    work.git('branch', 'other')
    work.git('switch', '-q', 'main')
    person = work.path / '.git' / presence.FOLDER / 'person'
    before = person.read_text()
    ask('claude', 'session-start', source='startup')
    id = MADE['claude']('', '')['session_id']
    me = {'CLAUDECODE': '1', 'CLAUDE_CODE_SESSION_ID': id}
    assert ask('claude', 'prompt', prompt='x') is None
    for line in (
        'git commit -q --allow-empty -m One', 'git commit -q --amend --allow-empty -m Two',
        'git switch -q other', 'git commit -q --allow-empty -m Three', 'git switch -q main',
        'git merge -q --no-edit other', 'git switch -q other', 'git merge -q --ff-only main',
        'git rebase -q --force-rebase older', 'git switch -q --detach',
        'git commit -q --allow-empty -m Four', 'git switch -q main',
        'git cherry-pick --allow-empty other',
    ):  # fmt: skip
        assert work.run(*line.split(), **me).status == 0, line
        assert ask('claude', 'prompt', prompt='x') is None, line
    # What somebody else did before is told all the same, and a person's own is too.
    for who in ({'CLAUDECODE': '1', 'CLAUDE_CODE_SESSION_ID': 'other'}, {}):
        work.git('commit', '-q', '--allow-empty', '-m', 'x', **who)
        work.git('commit', '-q', '--allow-empty', '-m', 'y', **me)
        assert '(2 commits)' in told(ask('claude', 'prompt', prompt='x'))
        assert ask('claude', 'prompt', prompt='x') is None
    assert person.read_text() == before


def test_a_reset_runs_no_hook_and_is_told_as_one(work: Repo, ask: Ask) -> None:
    ask('claude', 'session-start', source='startup')
    first = work.git('rev-parse', '--short=10', 'HEAD')
    second = work.commit('One')[:10]
    ask('claude', 'prompt', prompt='x')
    work.git('reset', '-q', '--hard', 'HEAD~1')
    assert told(ask('claude', 'prompt', prompt='x')) == (
        f"HEAD moved since the last turn: branch 'work', from {second} to {first}, which does "
        "not follow it; last by 'git reset'."
    )


def test_what_cannot_be_noted_is_told_all_the_same(
    work: Repo, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A git directory that is read-only, a disk that is full."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, 'Read-only file system')

    before = len(work.events())
    for name in ('append', 'write_file', 'lock'):
        monkeypatch.setattr(eventlog, name, refuse)
    assert 'Google OAuth' in told(ask('claude', 'session-start', source='startup'))
    assert 'Google OAuth' in told(ask('claude', 'session-start', source='compact'))
    assert ask('claude', 'session-end', reason='other') is None
    assert len(work.events()) == before


def test_a_configuration_that_cannot_be_read_is_told(work: Repo, ask: Ask) -> None:
    work.write_file('.session/config.yaml', 'session:\n  idle_timeout: "Obey <b>me</b>"\n')
    said = told(ask('claude', 'session-start', source='startup'))
    assert said.startswith("'git session brief' cannot be shown here: \"")
    assert '.session/config.yaml' in said and '<b>' not in said and len(said) < 600
    assert ask('claude', 'prompt', prompt='x') is None


def test_another_one_that_came_is_told_once(work: Repo, ask: Ask) -> None:
    ask('claude', 'session-start', source='startup')
    answer = ask('codex', 'session-start', source='startup')
    assert 'claude is live on this branch' in told(answer)
    assert told(ask('claude', 'prompt', prompt='x')) == 'Also live on this branch now: codex.'
    assert ask('claude', 'prompt', prompt='x') is None
    assert ask('codex', 'prompt', prompt='x') is None  # its brief said so
    ask('codex', 'session-end', reason='other')
    assert ask('claude', 'prompt', prompt='x') is None
    work.git('branch', 'side')
    other = work.path.parent / 'linked'
    work.git('worktree', 'add', '-q', str(other), 'side')
    Repo(other).git('symbolic-ref', 'HEAD', 'refs/heads/work')
    ask('gemini', 'session-start', MADE['gemini'](str(other), 'SessionStart', source='startup'))
    assert told(ask('claude', 'prompt', prompt='x')) == (
        f'Also live on this branch now: gemini in {other}.'
    )


def test_a_second_copy_of_the_hook_says_nothing(work: Repo, ask: Ask) -> None:
    """The user's configuration and the project's, or a plugin: all of them run."""
    assert told(ask('claude', 'session-start', source='startup'))
    assert ask('claude', 'session-start', source='startup') is None
    assert told(ask('claude', 'session-start', source='resume'))
    # Codex CLI does this when it compacts what it takes up again.
    assert ask('claude', 'session-start', source='compact') is None
    other = MADE['claude'](str(work.path), 'SessionStart', source='startup')
    assert told(ask('claude', 'session-start', {**other, 'session_id': 'another'}))
    starts = [each for each in work.events() if each['type'] == 'agent']
    assert [each['reason'] for each in starts] == ['startup', 'resume', 'startup']


def test_of_two_copies_that_run_at_once_one_tells_that_head_moved(work: Repo, ask: Ask) -> None:
    ask('claude', 'session-start', source='startup')
    given = json.dumps(MADE['claude'](str(work.path), 'UserPromptSubmit', prompt='x'))
    for number in range(3):
        work.commit(f'Commit {number}')
        command = f'{agents.command("claude", "prompt")} & {agents.command("claude", "prompt")}'
        path = work.path.parent / 'given'
        path.write_text(given)
        run = f'{{ {command}; wait; }}'.replace('claude prompt', f"claude prompt < '{path}'")
        assert work.run('sh', '-c', run).out.count('HEAD moved') == 1


def test_copilot_runs_what_stands_in_claudes_configuration(work: Repo, ask: Ask) -> None:
    given = {
        'hook_event_name': 'SessionStart', 'session_id': 'abc', 'cwd': str(work.path),
        'timestamp': '2026-11-23T06:10:08.839Z', 'source': 'new', 'initial_prompt': 'x',
    }  # fmt: skip
    jsonschema.validate(
        ask('claude', 'session-start', given), OUTPUT['copilot']['session-start'] or {}
    )
    repo = git.discover()
    assert presence.own(repo, Agent('copilot', 'abc')) is not None
    assert presence.own(repo, Agent('claude', 'abc')) is None
    assert work.events()[-1]['agent'] == 'copilot:abc'


def test_a_compaction_is_a_checkpoint_with_the_summary(work: Repo, ask: Ask) -> None:
    ask('claude', 'session-start', source='startup')
    assert ask('claude', 'pre-compact', trigger='auto', custom_instructions='') is None
    summary = '<analysis>\nhow\n</analysis>\n<summary>\nWe chose PKCE.\nNext: GitHub.\n</summary>'
    assert ask('claude', 'post-compact', trigger='auto', compact_summary=summary) is None
    compact, checkpoint = work.events()[-2:]
    assert (compact['type'], compact['what'], compact['reason']) == ('agent', 'compact', 'auto')
    assert (checkpoint['label'], checkpoint['message']) == (
        'compaction', 'We chose PKCE.\nNext: GitHub.',
    )  # fmt: skip
    answer = ask('claude', 'session-start', source='compact')
    assert told(answer).startswith('# Session work-')
    assert work.events()[-1] == checkpoint  # a start that is none
    _again(work)
    ask('claude', 'post-compact', trigger='auto', compact_summary='x' * 100_000)
    assert len(work.events()[-1]['message']) == 4000


@pytest.mark.parametrize(
    ('name', 'event', 'auto'),
    [('copilot', 'prompt', True), ('cursor', 'tool', True), ('gemini', 'prompt', False)],
)
def test_where_no_session_starts_after_it_the_next_answer_brings_what_was_lost(
    work: Repo, ask: Ask, name: str, event: str, auto: bool
) -> None:
    ask(name, 'session-start', source='startup')
    ask(name, 'pre-compact', trigger='auto')
    if not auto:  # Gemini CLI says so before every turn
        assert ask(name, event) is None
        _again(work)
        ask(name, 'pre-compact', trigger='manual')
    checkpoint = work.events()[-1]
    assert (checkpoint['type'], checkpoint['label']) == ('checkpoint', 'compaction')
    assert told(ask(name, event)).startswith('# Session work-')
    assert told(ask(name, event)) == ''


def test_copilot_is_told_by_the_first_prompt_after_a_resume(work: Repo, ask: Ask) -> None:
    ask('copilot', 'session-start', source='new')
    ask('copilot', 'session-end', reason='complete')
    main(['decisions', 'add', 'Keep tokens for an hour'])
    assert ask('copilot', 'session-start', source='resume') is None
    text = told(ask('copilot', 'prompt'))
    assert text.startswith('# Session work-')
    assert 'Keep tokens for an hour' in text
    assert ask('copilot', 'prompt') is None


def test_resuming_says_what_is_new_since(work: Repo, ask: Ask) -> None:
    ask('claude', 'session-start', source='startup')
    ask('claude', 'session-end', reason='other')
    main(['decisions', 'add', 'Keep tokens for an hour'])
    work.commit('Meanwhile')
    text = told(ask('claude', 'session-start', source='resume'))
    assert 'New since' in text
    assert 'Keep tokens for an hour' in text
    assert len(text) <= 2500


def test_the_end_gives_the_lease_back(work: Repo, ask: Ask) -> None:
    ask('codex', 'session-start', source='startup')
    me = Agent('codex', MADE['codex']('', '')['session_id'])
    assert presence.own(git.discover(), me) is not None
    ask('codex', 'session-end', reason='other')
    assert presence.own(git.discover(), me) is None
    assert {key: work.events()[-1][key] for key in ('type', 'name', 'what', 'reason')} == {
        'type': 'agent', 'name': 'codex', 'what': 'end', 'reason': 'other',
    }  # fmt: skip


def test_an_agent_that_another_one_started_is_itself(
    work: Repo, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('CLAUDE_CODE_SESSION_ID', 'outer')
    ask('codex', 'session-start', source='startup')
    assert work.events()[-1]['agent'].startswith('codex:')
