"""Proof that the hooks work: a scratch worktree in which git really commits and switches.

It is a linked worktree of the user's repository, so the hooks in force are the user's
own, found by git as git finds them.  What it cannot reach by construction:

- HEAD, index, files and HEAD's reflog of the user: a linked worktree has its own;
- the user's sessions: GIT_SESSION_PROBE names a directory of scratch sessions;
- refs/notes/session: the hooks' notes go to refs/worktree/session, which is the scratch
  worktree's own, and GIT_NOTES_REWRITE_REF lets git carry no others, so a real commit
  at the same moment meets nobody;
- the config: no command here writes it, and branches are removed by `git update-ref`.

A foreign hook runs where git runs it: that is what is to be proved.  So that it can do
little, the scratch history has one root commit with nothing in it but the
configuration of hook managers, every commit is empty, there is no terminal and a time
limit.  What is left behind is some unreachable objects.  Objects of its own the
scratch worktree cannot have: a `git gc` of the user would meet its branches and
not their commits.

``session-probe`` in the git directory says what exists while the probe runs; it is
locked for so long, and who finds it unlocked removes what a killed one has left.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile

from git_session import events, git, hookfiles, hookmanagers, hooks, programs
from git_session.errors import SessionError
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

RECORD = 'session-probe'
NAME = 'session-probe-'
NOTES = 'refs/worktree/session'
LIMIT = 30.0  # seconds for one git command
_WHO = 'git session doctor'
# Without these, managers refuse to let anything happen.
_KEPT = (
    '.pre-commit-config.yaml', 'prek.toml', 'lefthook.yml', '.lefthook.yml', 'lefthook.yaml',
    '.lefthook.yaml', 'lefthook.toml', 'lefthook.json', '.husky', '.config/lefthook.yml',
)  # fmt: skip
# The configuration of the scratch gits: nothing that runs on afterwards, asks, or
# touches what is not theirs.
_SETTINGS = (
    'gc.auto=0', 'maintenance.auto=false', 'core.fsmonitor=false', 'submodule.recurse=false',
    'commit.gpgSign=false', 'rebase.autoStash=false', 'rebase.updateRefs=false',
    'rerere.enabled=false',
)  # fmt: skip
_MANAGERS = ('pre-commit', 'prek', 'lefthook', 'husky', 'git-lfs', 'overcommit')


class Fired(Record):
    """One time that git ran a hook: what it ran, its exit status, how long it took."""

    event: str
    program: str
    status: int
    ms: float


class Step(Record):
    """One git command of the probe; `problem` is '' when it did what it should."""

    name: str
    problem: str
    fired: tuple[Fired, ...]


class Proof(Record):
    """What was seen of one hook.

    `fired` is whether it did its work, None when that could not be tried; `ran` whether
    git ran anything for it.  `through` is who ran ours: config, the path of a file, or a
    manager; `ms` is the median.
    """

    event: str
    fired: bool | None
    ran: bool
    through: str
    ms: float | None
    problem: str


class Outcome(Record):
    proofs: tuple[Proof, ...]
    steps: tuple[Step, ...]


class Scratch:
    """The scratch worktree and its two branches, each with a session."""

    def __init__(self, repo: git.Repository, folder: str) -> None:
        self.repo = repo
        self.folder = folder
        self.first = os.path.basename(folder)
        self.second = self.first + '-2'
        self.top = os.path.join(folder, self.first)  # git names the worktree after it
        self.sessions = os.path.join(folder, 'sessions')
        self.steps: list[Step] = []
        self.settings: tuple[str, ...] = _SETTINGS
        self.env: dict[str, str] = {}

    def read(self, *args: str) -> str:
        """Ask git in the scratch worktree; '' when it fails."""
        said = os.path.join(self.folder, 'answer')
        env = {**self.env, git.GUARD: '1'}
        if programs.trial('-C', self.top, *args, env=env, said=said, limit=LIMIT) != 0:
            return ''
        return _content(said)

    def run(self, name: str, *args: str, place: str = '') -> bool:
        """Run a git command with all hooks; whether it went well."""
        said, trace = (os.path.join(self.folder, each) for each in ('said', 'trace'))
        if os.path.exists(trace):
            os.remove(trace)
        words = [word for each in self.settings for word in ('-c', each)]
        env = {**self.env, 'GIT_TRACE2_EVENT': trace}
        at = ('-C', place or self.top)
        status = programs.trial(*at, *words, *args, env=env, said=said, limit=LIMIT)
        problem = ''
        if status is None:
            problem = f'took longer than {LIMIT:.0f} seconds'
        elif status != 0:
            lines = [line for line in _content(said).splitlines() if line.strip()]
            problem = lines[-1].strip() if lines else f'exit status {status}'
        self.steps.append(Step(name, problem, tuple(_fired(_content(trace)))))
        return not problem

    def log(self, branch: str) -> list[events.Event]:
        path = os.path.join(self.sessions, branch, 'events.jsonl')
        return events.decode_all(_content(path).encode('utf-8', 'surrogateescape'))[0]

    def head(self) -> tuple[str, str]:
        """HEAD's object id and its message."""
        oid, _, message = self.read('log', '-1', '--format=%H%n%B').partition('\n')
        return oid, message


def _content(path: str) -> str:
    try:
        with open(path, encoding='utf-8', errors='surrogateescape') as file:
            return file.read()
    except OSError:
        return ''


def run(repo: git.Repository) -> Outcome:
    """Prove every hook; what was made is removed, whatever happens.

    Raises SessionError when there can be no scratch worktree.
    """
    with _Lock(repo) as lock:
        folder = os.path.join(tempfile.gettempdir(), NAME + os.urandom(6).hex())
        scratch = Scratch(repo, folder)
        lock.write(folder)
        try:
            _make(scratch)
            return _prove(scratch)
        finally:
            _remove(repo, folder)


class _Lock:
    """Holds the record of the probe, having removed what an earlier one has left."""

    def __init__(self, repo: git.Repository) -> None:
        self._repo = repo
        self._path = os.path.join(repo.common, RECORD)
        self._handle = -1

    def __enter__(self) -> _Lock:
        while True:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            fcntl.flock(handle, fcntl.LOCK_EX)
            if _is_at(handle, self._path):
                break
            os.close(handle)  # who held it has removed it
        self._handle = handle
        left = os.read(handle, 1 << 16)
        if left:
            try:
                _remove(self._repo, str(json.loads(left)['folder']))
            except (ValueError, KeyError, TypeError):
                pass  # it was killed before it had made anything
        return self

    def write(self, folder: str) -> None:
        """Say what will be made, before it is."""
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, json.dumps({'folder': folder}).encode() + b'\n', 0)

    def __exit__(self, *_: object) -> None:
        os.remove(self._path)
        os.close(self._handle)


def _is_at(handle: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False


def has_leftover(repo: git.Repository) -> bool:
    """Whether a probe was killed, or runs at this moment: `clean` waits for that."""
    return os.path.exists(os.path.join(repo.common, RECORD))


def clean(repo: git.Repository) -> None:
    """Remove what a killed probe has left."""
    with _Lock(repo):
        pass


# --- making and removing it


def _make(scratch: Scratch) -> None:
    os.mkdir(scratch.folder, 0o700)
    base = {
        name: value for name, value in git.outside().items() if not name.startswith('GIT_TRACE')
    }
    who = {f'GIT_{role}_{part}': value for role in ('AUTHOR', 'COMMITTER')
           for part, value in (('NAME', _WHO), ('EMAIL', 'doctor@localhost'))}  # fmt: skip
    scratch.env = {
        **base, **who, 'GIT_EDITOR': 'true', 'GIT_SEQUENCE_EDITOR': 'true',
        'GIT_TERMINAL_PROMPT': '0', 'GIT_SESSION_PROBE': scratch.sessions,
        'GIT_NOTES_REWRITE_REF': NOTES,
    }  # fmt: skip
    scratch.env.pop(git.GUARD, None)
    hooks_path = git.ask('config', '--get', 'core.hooksPath').out.rstrip('\n')
    if hooks_path and not os.path.isabs(os.path.expanduser(hooks_path)):
        # Relative to the worktree it is asked in, and this one is to be proved.
        scratch.settings = (*_SETTINGS, f'core.hooksPath={hookmanagers.directory()}')
    for branch in (scratch.first, scratch.second):
        _session(scratch, branch)
    root = _root(scratch, who)
    place = scratch.repo.top or scratch.repo.gitdir
    # No worktree has branches yet, so post-checkout has nothing to do here.
    made = scratch.run('worktree', 'worktree', 'add', '--detach', scratch.top, root, place=place)
    if not made and not os.path.isdir(scratch.top):
        raise SessionError(f'cannot make a scratch worktree: {scratch.steps[-1].problem}')


def _session(scratch: Scratch, branch: str) -> None:
    """What the hooks read of a session."""
    place = os.path.join(scratch.sessions, branch)
    os.makedirs(place)
    for name, text in (('id', branch), ('trailers', f'Session-Id: {branch}'), ('events.jsonl', '')):
        with open(os.path.join(place, name), 'w', encoding='utf-8') as file:
            file.write(text + '\n' if text else '')


def _root(scratch: Scratch, who: dict[str, str]) -> str:
    """A root commit with the configuration of hook managers and nothing else."""
    listed = ''
    if scratch.repo.head is not None:
        listed = git.read('ls-tree', '-r', '-z', '--full-tree', scratch.repo.head, '--', *_KEPT)
    env = {'GIT_INDEX_FILE': os.path.join(scratch.folder, 'index'), **who}
    entries = listed.encode('utf-8', 'surrogateescape')
    git.read('update-index', '-z', '--index-info', stdin=entries, env=env)
    tree = git.read('write-tree', env=env).strip()
    return git.read(
        'commit-tree', tree, '-m', 'scratch commit of git session doctor', env=env
    ).strip()


def _remove(repo: git.Repository, folder: str) -> None:
    """Remove a scratch worktree, its branches and its directory, as far as they are there."""
    name = os.path.basename(folder)
    if not name.startswith(NAME):
        return
    top = os.path.join(folder, name)
    git.ask('worktree', 'remove', '--force', '--force', top)
    for branch in (name, name + '-2'):
        ref = 'refs/heads/' + branch
        git.ask('update-ref', '--no-deref', '-d', ref)
    shutil.rmtree(folder, ignore_errors=True)
    # What a git that was killed half way has left of the worktree's git directory.
    shutil.rmtree(os.path.join(repo.common, 'worktrees', name), ignore_errors=True)
    try:
        os.rmdir(os.path.join(repo.common, 'worktrees'))
    except OSError:
        pass  # there are others


# --- what is done and what came of it


def _prove(scratch: Scratch) -> Outcome:
    first, second = scratch.first, scratch.second
    done: dict[str, bool | None] = {}
    scratch.run('switch', 'switch', '-q', '--no-track', '-c', first)
    committed = scratch.run('commit', *_commit('-m', 'scratch commit'))
    verify: tuple[str, ...] = ()
    if not committed:  # another hook refuses: ours before and after it can be proved all the same
        verify = ('--no-verify',)
        scratch.run('commit --no-verify', *_commit('-m', 'scratch commit', *verify))
    oid, message = scratch.head()
    done['prepare-commit-msg'] = f'Session-Id: {first}' in message
    done['post-commit'] = _has(scratch, first, 'commit', oid)
    text = os.path.join(scratch.folder, 'message')
    with open(text, 'w', encoding='utf-8') as file:
        file.write('scratch commit in an editor\n')
    edited = scratch.run('commit in an editor', *_commit('-e', '-F', text, '--cleanup=strip'))
    done['commit-msg'] = f'Session-Id: {first}' in scratch.head()[1] if edited else None
    scratch.run('amend', *_commit('--amend', '-m', 'scratch amend', *verify))
    amended = _has(scratch, first, 'rewrite')
    scratch.run('switch', 'switch', '-q', '--no-track', '-c', second, 'HEAD~1')
    done['post-checkout'] = _has(scratch, first, 'pause') and _has(scratch, second, 'resume')
    scratch.run('commit', *_commit('-m', 'scratch commit', *verify))
    scratch.run('rebase', 'rebase', '-q', '--merge', '--no-gpg-sign', first)
    done['post-rewrite'] = amended and _has(scratch, second, 'rewrite')
    scratch.run('switch', 'switch', '-q', first)
    scratch.run('merge', 'merge', '-q', '--no-ff', '--no-edit', *verify, second)
    done['post-merge'] = _has(scratch, first, 'commit', scratch.head()[0])
    proofs = tuple(_proof(scratch, event, done[event]) for event in hooks.EVENTS)
    return Outcome(proofs, tuple(scratch.steps))


def _commit(*words: str) -> tuple[str, ...]:
    return ('commit', '-q', '--allow-empty', *words)


def _has(scratch: Scratch, branch: str, type: str, commit: str = '') -> bool:
    return any(
        each.type == type and (not commit or each.facts.get('commit') == commit)
        for each in scratch.log(branch)
    )


def _fired(trace: str) -> Iterator[Fired]:
    """The hooks that one git ran itself, from its events (GIT_TRACE2_EVENT).

    A git that a hook has started has its parent's id, a slash and its own.
    """
    started: dict[int, tuple[str, str]] = {}
    for line in trace.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if '/' in entry.get('sid', ''):
            continue
        number = entry.get('child_id', -1)
        if entry.get('event') == 'child_start' and entry.get('child_class') == 'hook':
            started[number] = (entry.get('hook_name', ''), (entry.get('argv') or [''])[0])
        elif entry.get('event') == 'child_exit' and number in started:
            event, program = started.pop(number)
            yield Fired(event, program, entry.get('code', 0), entry.get('t_rel', 0.0) * 1000)


def _proof(scratch: Scratch, event: str, fired: bool | None) -> Proof:
    ran = [each for step in scratch.steps for each in step.fired if each.event == event]
    ours = [each for each in ran if _is_ours(scratch, each)]
    times = sorted(each.ms for each in ours or ran)
    ms = round(times[len(times) // 2], 1) if times else None
    through = _through(scratch, (ours or ran)[0]) if ran else ''
    problem = _why(ran, ours, through) if fired is False else ''
    return Proof(event, fired, bool(ran), through, ms, problem)


def _is_ours(scratch: Scratch, each: Fired) -> bool:
    return 'session_hooks=' in each.program or hookfiles.is_ours(_path(scratch, each))


def _path(scratch: Scratch, each: Fired) -> str:
    return os.path.join(scratch.top, each.program)


def _through(scratch: Scratch, each: Fired) -> str:
    """Who ran it: config, our file, or the manager that another file belongs to."""
    path = _path(scratch, each)
    if not os.path.isfile(path):
        return 'config'
    if hookfiles.is_ours(path):
        return path
    with open(path, 'rb') as file:
        text = file.read(4096).lower()
    names = [name for name in _MANAGERS if name.encode() in text or name in path]
    return f'{names[0]} ({path})' if names else path


def _why(ran: Sequence[Fired], ours: Sequence[Fired], through: str) -> str:
    """Why a hook did nothing, as far as it can be seen."""
    if not ran:
        return 'git does not run it'
    failed = [each for each in ran if each.status != 0]
    if failed:
        return f'{through} failed with exit status {failed[0].status}'
    if not ours and through != 'config':
        return f'git runs {through}, which does not run ours, or not as git would'
    return f'git runs {through}, but it does nothing'
