"""The only module that runs git; `programs` runs what is to end with all it started.

`ask` reads: it takes no optional lock, speaks the C locale and captures.
`act` does what the user could have typed: git's own words reach the terminal in
the user's language, the user's hooks, filters and signing apply.  Arguments are
separate strings, never a shell's.  Text is UTF-8 with surrogate escapes, since
paths and refnames are bytes.
"""

from __future__ import annotations

import os

from git_session import process
from git_session.errors import FATAL, SessionError
from git_session.process import Patience
from git_session.process import Process as Process
from git_session.process import Reply as Reply
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# Set for every git we start: our own hooks leave at once, the work is ours.
GUARD = 'GIT_SESSION_ACTIVE'
_READING = {'GIT_OPTIONAL_LOCKS': '0', 'LC_ALL': 'C', 'LANGUAGE': 'C', 'TZ': 'UTC0'}


def start(
    *args: str, stdin: bytes | None = None, env: Mapping[str, str] | None = None, room: int = 0
) -> Process:
    """Start a git that reads; several can run side by side.

    With `room`, in bytes, it goes on while nobody reads, until it has said so much.
    """
    full = {**os.environ, **_READING, GUARD: '1', **(env or {})}
    return Process(('--no-pager', '--literal-pathspecs', *args), full, stdin, room=room)


def ask(*args: str, stdin: bytes | None = None, env: Mapping[str, str] | None = None) -> Reply:
    """Run a git that reads and return its reply, whatever the status."""
    return start(*args, stdin=stdin, env=env).reply()


def read(*args: str, stdin: bytes | None = None, env: Mapping[str, str] | None = None) -> str:
    """The stdout of a git that must succeed; raises SessionError with git's own words."""
    return checked(ask(*args, stdin=stdin, env=env))


def checked(reply: Reply) -> str:
    """`reply.out` of a git that succeeded; raises SessionError with git's own words."""
    if reply.status != 0:
        raise failure(reply)
    return reply.out


def failure(reply: Reply) -> SessionError:
    """The error that shows what a failed git said."""
    words = reply.err.strip() or f'git failed with exit status {reply.status}'
    return SessionError(words, status=FATAL if reply.status < 0 else reply.status, verbatim=True)


def act(*args: str, env: Mapping[str, str] | None = None, capture: bool = False) -> Reply:
    """Run a git that changes something, as if the user had typed it.

    Its stdout goes to our stderr, so that our stdout stays ours.  With
    `capture` nothing is shown and both streams are returned instead, in the
    user's language.  Raises KeyboardInterrupt when Ctrl-C has ended it.
    """
    full = {**os.environ, GUARD: '1', **(env or {})}
    with Patience() as patience:
        if capture:
            reply = Process(args, full).reply()
        else:
            pid = process.spawn(args, full, [(os.POSIX_SPAWN_DUP2, 2, 1)])
            reply = Reply(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), '', '')
    patience.check(reply.status)
    return reply


def configured(key: str, value: str) -> dict[str, str]:
    """The environment that adds one setting to git's configuration (git-config(1))."""
    given = os.environ.get('GIT_CONFIG_COUNT', '')
    number = int(given) if given.isascii() and given.isdigit() else 0
    return {
        'GIT_CONFIG_COUNT': str(number + 1),
        f'GIT_CONFIG_KEY_{number}': key,
        f'GIT_CONFIG_VALUE_{number}': value,
    }


def outside() -> dict[str, str]:
    """The environment for what must not take this repository for its own."""
    local = set(read('rev-parse', '--local-env-vars').split())
    local -= {'GIT_CONFIG_PARAMETERS', 'GIT_CONFIG_COUNT'}  # said by who called us
    return {name: value for name, value in os.environ.items() if name not in local}


class Repository(Record):
    """Where this process stands: absolute paths, HEAD's branch, if it has one."""

    gitdir: str  # this worktree's own
    common: str  # shared by all worktrees
    top: str | None  # top of the working tree; None in a bare repository
    branch: str | None  # short refname; None when HEAD is detached
    head: str | None  # object id; None when HEAD is unborn

    @property
    def sessions(self) -> str:
        return os.path.join(self.common, 'sessions')


_PLACES = ('--absolute-git-dir', '--git-common-dir', '--show-toplevel')


class Asked(Record):
    """What every command asks git first, side by side: the answers are waited for later."""

    where: Process
    configuration: Process
    status: Process | None = None
    identity: Process | None = None

    def stop(self) -> None:
        """End those whose answer nobody has waited for."""
        for each in (self.where, self.configuration, self.status, self.identity):
            if each is not None and each.ended is None:
                each.stop()


def start_asking(*, status: bool = False, identity: bool = False) -> Asked:
    """Start what a workspace is opened with.

    With `status` the working tree is read too, with `identity` it is asked who the user is,
    for whoever is going to record something.
    """
    return Asked(
        _start_discovery(),
        start('config', '-z', '--show-scope', '--list'),
        start_status() if status else None,
        _start_identity() if identity else None,
    )


def start_status() -> Process:
    """Start reading the working tree (branchwork.parse_status)."""
    return start('status', '--porcelain=v2', '-z', '--untracked-files=normal')


def _start_discovery() -> Process:
    # One process answers it all where HEAD is born and there is a working tree.
    all_at_once = (*_PLACES[:2], 'HEAD', '--symbolic-full-name', 'HEAD', _PLACES[2])
    return start('rev-parse', *all_at_once)


def discover(asked: Process | None = None) -> Repository:
    """Where we are; raises SessionError with git's words outside a repository."""
    answer = (asked or _start_discovery()).reply()
    lines = answer.out.split('\n')[:-1]
    if answer.status == 0 and len(lines) == 5:
        gitdir, common, oid, ref, top = lines
        _settle(gitdir, top)
        branch = ref.removeprefix('refs/heads/') if ref.startswith('refs/heads/') else None
        return Repository(gitdir, os.path.abspath(common), top, branch, oid)
    return _discover()


def _discover() -> Repository:
    """The same in a bare repository, with an unborn HEAD, or in a path with a newline."""
    symbolic = start('symbolic-ref', '-q', 'HEAD')
    head = start('rev-parse', '-q', '--verify', 'HEAD^{commit}')
    where = ask('rev-parse', *_PLACES)
    name, oid = symbolic.reply(), head.reply()
    places = where.out.split('\n')[:-1]
    if where.status != 0 and len(places) < 2:
        raise failure(where)
    wanted = 3 if where.status == 0 else 2
    if len(places) != wanted:  # a path with a newline in it: one question each
        places = [ask('rev-parse', place).out.removesuffix('\n') for place in _PLACES]
    # --git-common-dir is relative to the current directory (rev-parse(1)).
    gitdir, common = places[0], os.path.abspath(places[1])
    top = (places[2] if len(places) > 2 else None) or None
    _settle(gitdir, top)
    ref = name.out.removesuffix('\n')
    branch = ref.removeprefix('refs/heads/') if ref.startswith('refs/heads/') else None
    return Repository(gitdir, common, top, branch, oid.out.strip() or None)


def _settle(gitdir: str, top: str | None) -> None:
    """Make GIT_DIR and GIT_WORK_TREE absolute, so that `git -C` means the same repository."""
    if 'GIT_DIR' in os.environ:
        os.environ['GIT_DIR'] = gitdir
    if 'GIT_WORK_TREE' in os.environ and top is not None:
        os.environ['GIT_WORK_TREE'] = top


def configuration() -> list[tuple[str, str, str]]:
    """git's configuration in force, as (scope, key, value) in git's order."""
    return parse_configuration(read('config', '-z', '--show-scope', '--list'))


def parse_configuration(text: str) -> list[tuple[str, str, str]]:
    """Parse ``git config -z --show-scope --list``: scope NUL key LF value NUL.

    A key alone, which has no LF either, is true to git.
    """
    found = []
    fields = text.split('\0')
    for scope, entry in zip(fields[::2], fields[1::2], strict=False):
        key, has_value, value = entry.partition('\n')
        found.append((scope, key, value if has_value else 'true'))
    return found


def boolean(value: str) -> bool | None:
    """What a value means to git where it takes a boolean, None when it is none."""
    folded = value.lower()
    if folded in ('', 'no', 'off', 'false'):
        return False
    number = folded[:-1] if folded[-1] in 'kmg' else folded
    if number.isascii() and number.isdigit():
        return bool(number.strip('0'))
    return True if folded in ('yes', 'on', 'true') else None


def resolve(revision: str) -> str | None:
    """The object id of the commit that `revision` names, or None."""
    if revision.startswith('-'):
        return None
    reply = ask('rev-parse', '-q', '--verify', '--end-of-options', revision + '^{commit}')
    return reply.out.strip() if reply.status == 0 else None


def has(revision: str, commit: str) -> bool:
    """Whether the commit is `revision` itself or an ancestor of it; False when unknown."""
    return ask('merge-base', '--is-ancestor', commit, revision).status == 0


def ref_exists(ref: str) -> bool:
    """Whether the full refname exists."""
    return ask('show-ref', '--verify', '-q', ref).status == 0


WIP = 'refs/session/wip/'  # + branch: its saved work in progress


def may_exist(repo: Repository, ref: str) -> bool:
    """Whether a ref that has a reflog may exist: that is a file, but in a reftable.

    No process is needed to know that it does not.
    """
    places = (os.path.join('logs', ref), ref, 'reftable')
    return any(os.path.exists(os.path.join(repo.common, place)) for place in places)


def is_on(branch: str) -> bool:
    """Whether HEAD is on the branch, as after a switch whose post-checkout hook failed."""
    return ask('symbolic-ref', '-q', 'HEAD').out == f'refs/heads/{branch}\n'


def branches() -> set[str]:
    """All local branches, short."""
    out = read('for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads/')
    return set(out.split('\n')[:-1])  # splitlines would split a name at U+2028


def default_branch() -> str | None:
    """The full ref of the branch that others start from, or None if it cannot be told.

    The remote says it in refs/remotes/origin/HEAD; without one the usual names
    are looked for.  A local branch of that name is preferred, as people merge to it.
    """
    remote = ask('symbolic-ref', '-q', 'refs/remotes/origin/HEAD').out.strip()
    names = [remote.removeprefix('refs/remotes/origin/')] if remote else []
    names += [ask('config', 'init.defaultBranch').out.strip(), 'main', 'master', 'trunk']
    for name in names:
        if name and ref_exists('refs/heads/' + name):
            return 'refs/heads/' + name
    return remote or None


def _start_identity() -> Process:
    return start('var', 'GIT_AUTHOR_IDENT')


def identity(asked: Process | None = None) -> str:
    """'Name <email>' of the user, '' when git has none."""
    reply = (asked or _start_identity()).reply()
    return reply.out.rpartition('>')[0] + '>' if reply.status == 0 and '>' in reply.out else ''


def pager() -> str:
    """The user's pager, a command line for the shell (git-var(1))."""
    # `ask` says --no-pager, and then git's answer is cat.
    return Process(('var', 'GIT_PAGER'), os.environ).reply().out.strip()


def edit(path: str) -> None:
    """Open the user's editor on a file; raises SessionError when it fails or there is none."""
    import sys

    chosen = any(os.environ.get(name) for name in ('GIT_EDITOR', 'VISUAL', 'EDITOR'))
    if not sys.stdin.isatty() and not chosen and ask('config', 'core.editor').status != 0:
        raise SessionError(
            'no terminal to edit in', 'set GIT_EDITOR to a program that edits a file'
        )
    editor = checked(Process(('var', 'GIT_EDITOR'), os.environ).reply()).strip()
    # The editor is the user's own command line, which git runs by the shell too.  That shell
    # would end of Ctrl-C, but for the trap, which what it starts does not inherit.
    arguments = ('sh', '-c', f'trap : INT; {editor} "$@"', editor, path)
    import signal

    with Patience() as patience:
        # Python ignores SIGPIPE; what the editor runs is to end of it.
        pid = os.posix_spawnp('sh', arguments, os.environ, setsigdef=(signal.SIGPIPE,))
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    patience.check(status)
    if status != 0:
        raise SessionError(f"there was a problem with the editor '{editor}'")


def checked_out() -> set[str]:
    """The branches that some worktree is on, short."""
    begin, listed = 'branch refs/heads/', ask('worktree', 'list', '--porcelain').out
    return {each.removeprefix(begin) for each in listed.split('\n') if each.startswith(begin)}


def version() -> tuple[int, int]:
    """The version of git: (2, 39)."""
    words = read('version').split()
    numbers = [int(part) for part in words[2].split('.')[:2] if part.isdigit()]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (0, 0)
