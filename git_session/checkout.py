"""Moving between branches together with their sessions, and opening new ones."""

from __future__ import annotations

import os

from git_session import (
    archive,
    bindings,
    eventlog,
    events,
    git,
    hooks,
    leaks,
    output,
    putaside,
    secrets,
    wip,
    words,
    workspace,
)
from git_session.errors import REFUSED, SessionError
from git_session.eventlog import Maker
from git_session.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from git_session.wiprefs import Saved


def check_name(branch: str) -> None:
    """Raise SessionError when git would not take the name for a branch."""
    reply = git.ask('check-ref-format', 'refs/heads/' + branch)
    if reply.status != 0 or branch.startswith('-') or branch == 'HEAD':
        raise SessionError(f"'{branch}' is not a valid branch name")


def previous() -> str:
    """The branch that `-` names, as for git switch; raises SessionError when there is none."""
    reply = git.ask('rev-parse', '--symbolic-full-name', '@{-1}')
    name = reply.out.strip()
    if reply.status != 0 or not name.startswith('refs/heads/'):
        raise SessionError('no branch was left yet', status=REFUSED)
    return name.removeprefix('refs/heads/')


def require_no_session(repo: git.Repository, branch: str) -> None:
    """Raise SessionError (REFUSED) when the branch has a live session."""
    name = eventlog.session_id(eventlog.directory(repo.sessions, branch))
    if name is not None:
        way = '' if branch == repo.branch else f' {branch}'
        raise SessionError(
            f"branch '{branch}' has a session already: {name}",
            f"go on with it: 'git session resume{way}'", status=REFUSED,
        )  # fmt: skip


def switch(
    here: Workspace, branch: str, *, create: bool = False, base: str = '', carry: bool = True
) -> Workspace:
    """Switch as `git switch` does, pause the session left behind, resume the other.

    With `carry` a dirty working tree is carried along or refused by git itself, without
    it is saved and that of the other branch restored; ignored files stay, which git would
    overwrite.  When git refuses, its words are shown and nothing has changed.
    """
    check_name(branch)
    arguments = ['switch', '--no-guess', *(['-c'] if create else []), branch]
    if not carry:
        arguments.insert(1, '--no-overwrite-ignore')
    if not create and not git.ref_exists('refs/heads/' + branch):
        arguments.remove('--no-guess')  # a remote's branch of that name will do
        if git.ask('for-each-ref', '--count=1', f'refs/remotes/*/{branch}').out:
            require_room(branch)
    elif base:
        require_room(branch)
    moves = branch != here.repo.branch
    leaves = create or moves
    puts_aside = leaves and not carry and putaside.is_possible(here.repo)
    aside = putaside.put_aside(here) if puts_aside else None
    try:
        reply = git.act(*arguments, *([base] if base else []), capture=True)
    except KeyboardInterrupt:
        if aside is not None and not git.is_on(branch):
            settle()
            wip.restore(here.repo, here.settings, aside)
        raise
    # A hook that fails after the switch gives git its exit status; we are there all the same.
    if reply.status != 0 and not (moves and git.is_on(branch)):
        if puts_aside:
            settle()
        if aside is not None:
            wip.restore(here.repo, here.settings, aside)
        raise git.failure(reply)
    if aside is not None:
        output.talk(f'saved work in progress of {words.count(aside.files, "file")}')
    output.talk(output.plain(reply.err + reply.out))  # stdout: what was carried along
    if leaves and here.session is not None:
        _leave(here, aside)
    there = workspace.open_workspace(arriving=True)
    if there.session is not None:
        enter(there)
    if not carry and not create:
        putaside.take_back(there)
    return there


def require_room(branch: str) -> None:
    """Raise SessionError where a new branch cannot be beside those there are, as `x` and `x/y`.

    git says so too, but when it has written the files of the other commit already.
    """
    ref = 'refs/heads/' + branch
    parts = branch.split('/')
    above = ['refs/heads/' + '/'.join(parts[:number]) for number in range(1, len(parts))]
    listed = git.ask('for-each-ref', '--format=%(refname)', ref + '/', *above).out.split('\n')
    for each in listed[:-1]:
        if each in above or each.startswith(ref + '/'):
            raise SessionError(f"cannot lock ref '{ref}': '{each}' exists; cannot create '{ref}'")


def settle() -> None:
    """Bring index and files to HEAD, which is another commit than they are of.

    A switch that could not move HEAD has written them all the same.  Only for a working
    tree without changes to tracked files.
    """
    if git.ask('diff-index', '--cached', '--quiet', 'HEAD', '--').status != 0:
        tree = git.ask('write-tree').out.strip()
        git.act('read-tree', '-m', '-u', tree, 'HEAD', capture=True)


def _leave(here: Workspace, aside: Saved | None) -> None:
    """Record that the branch was left, and what was put aside."""
    maker = here.maker()
    if aside is not None:
        maker.add('wip.save', commit=aside.commit, files=aside.files)
    if here.require().state == 'active':
        maker.add('pause', reason='switch')
    if maker.made:
        here.record(maker.made)


def enter(there: Workspace) -> None:
    """Resume the session of the branch we are on."""
    if there.require().state == 'paused':
        maker = there.maker()
        maker.add('resume')
        there.record(maker.made)
    there.point()


def begin(
    here: Workspace,
    *,
    objectives: list[str],
    base: str | None = None,
    issue: str | None = None,
    mode: str | None = None,
) -> Workspace:
    """Open a session on the branch HEAD names; the first objective becomes the active one.

    `base` is a full ref or an object id, the default branch where it is not given.
    Raises SessionError (REFUSED) when there is one already.
    """
    repo = here.repo
    assert repo.branch is not None  # the callers have switched to it
    require_no_session(repo, repo.branch)
    for text in ensure_hooks(repo):
        output.talk(output.plain(text))
    base_ref, base_oid = _base(repo, base)
    maker = Maker(_free_name(repo), git.identity())
    maker.add(
        'start', branch='refs/heads/' + repo.branch, head=repo.head, base=base_oid,
        base_ref=base_ref, upstream=_upstream(repo.branch), issue=issue, mode=mode,
    )  # fmt: skip
    added = [maker.add('objective.add', text=text) for text in objectives]
    if added:
        maker.add('objective.start', ref=added[0].id)
    with eventlog.lock(repo.sessions):
        place = eventlog.directory(repo.sessions, repo.branch)
        require_no_session(repo, repo.branch)  # it may have come in between
        try:
            os.makedirs(place, exist_ok=True)
        except OSError as error:
            raise SessionError(f"cannot create '{place}': {error.strerror}") from None
        # What an opening that was killed left here has no id and is nobody's session.
        eventlog.remove(os.path.join(place, eventlog.LOG))
        eventlog.remove(os.path.join(place, eventlog.PUBLISHED))
        eventlog.append(place, [events.encode(event) for event in maker.made])
        eventlog.write_file(os.path.join(place, eventlog.ID), maker.session + '\n', durable=True)
    bindings.bind(repo.branch, maker.session)
    there = workspace.open_workspace()
    there.generate()
    leaks.tell(there.require(), maker.made)
    there.point()
    return there


def ensure_hooks(repo: git.Repository) -> list[str]:
    """Install the hooks where they are missing; what to tell the user."""
    if hooks.is_installed(repo):
        return []
    try:
        done = hooks.install(repo)
    except SessionError as error:
        return [f'warning: hooks not installed: {error.message}', "hint: see 'git session doctor'"]
    place = os.path.relpath(hooks.place(repo))
    return [f"installed git hooks in {place} ('git session hooks uninstall' removes them)", *done]


def _free_name(repo: git.Repository) -> str:
    """An id that no session here has: of two with one id the logs would become one."""
    taken = eventlog.live(repo.sessions).values()
    while True:
        name = session_name(repo.branch or '')
        if name not in taken and not os.path.exists(archive.folder(repo.sessions, name)):
            return name


def session_name(branch: str, now: float | None = None) -> str:
    """A new session id: ``<branch-slug>-<YYYYMMDD>-<4 hex>``; no part of it is a secret's."""
    import time

    name = secrets.redact_ref(branch).lower()
    slug = ''.join(each if each.isascii() and each.isalnum() else '-' for each in name)
    slug = '-'.join(part for part in slug.split('-') if part)[:40].strip('-') or 'session'
    day = time.strftime('%Y%m%d', time.gmtime(now))
    return f'{slug}-{day}-{os.urandom(2).hex()}'


def resolve_base(wanted: str, branch: str) -> str:
    """What `wanted` means before any switch: a full ref, or an object id where it is none.

    Raises SessionError when it names no commit.
    """
    oid = git.resolve(wanted)
    if oid is None:
        raise SessionError(f"invalid base: '{wanted}' is not a commit")
    names = git.ask('rev-parse', '--symbolic-full-name', '--end-of-options', wanted).out.split('\n')
    refs = [name for name in names if name.startswith('refs/')]
    return refs[-1] if refs and refs[-1] != 'refs/heads/' + branch else oid


def _base(repo: git.Repository, wanted: str | None) -> tuple[str, str]:
    """What the branch is compared with: a full ref ('' if it is none) and the merge base."""
    name = wanted or git.default_branch() or ''
    if name in ('', f'refs/heads/{repo.branch}'):
        return '', repo.head or ''
    ref = name if name.startswith('refs/') else ''
    if repo.head is None:
        return ref, ''
    return ref, git.ask('merge-base', name, repo.head).out.strip() or repo.head


def _upstream(branch: str) -> str:
    reply = git.ask('for-each-ref', '--format=%(upstream)', 'refs/heads/' + branch)
    return reply.out.strip()
