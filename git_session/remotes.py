"""The notes of a remote: fetched to a place of their own, pushed without force.

What is fetched goes to refs/session/remotes/<remote>/, where neither a refspec for
refs/notes/* nor pruning reaches it.  One refspec takes the notes in either layout:
refs/notes/session, or refs/notes/sessions/<xx> where session.shards spreads them.
"""

from __future__ import annotations

import sys

from git_session import git, notes, output
from git_session.errors import REFUSED, SessionError
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from git_session.workspace import Workspace

SHARDS = 'refs/notes/sessions/'
_HERE = 'refs/session/remotes/'
_THERE = 'refs/notes/'


class Fetched(Record):
    """The notes of a remote: full name there -> object id here.

    `rewound` says that some of them lost what they had at the fetch before.
    """

    tips: dict[str, str]
    rewound: bool


def choose(here: Workspace, named: str | None, *, push: bool = False) -> str:
    """The remote that is meant; raises SessionError (REFUSED) where that is not clear.

    It is the one named, session.remote, the branch's, or the only one.
    """
    known = git.read('remote').split('\n')[:-1]
    branch = here.repo.branch
    keys = [f'branch.{branch}.remote'] if branch else []
    if push:
        keys = [*([f'branch.{branch}.pushremote'] if branch else []), 'remote.pushdefault', *keys]
    meant = named or here.setting('session.remote')
    if meant and meant not in known:
        raise SessionError(f"no remote '{meant}'", *_listed(known), status=REFUSED)
    for wanted in (meant, *map(here.setting, keys)):
        if wanted in known:
            return wanted
    if len(known) == 1:
        return known[0]
    if not known:
        raise SessionError(
            'no remote to share with', "add one with 'git remote add <name> <url>'", status=REFUSED
        )
    raise SessionError(
        'several remotes, and none is set for this branch', *_listed(known),
        "name one, or set it with 'git config session.remote <name>'", status=REFUSED,
    )  # fmt: skip


def _listed(known: list[str]) -> list[str]:
    return ['the remotes are ' + ', '.join(known)] if known else []


def tips(remote: str) -> dict[str, str]:
    """The notes that the remote had when they were fetched last."""
    place = _HERE + remote + '/'
    listed = git.read('for-each-ref', '--format=%(refname) %(objectname)', place)
    found = (line.split(' ') for line in listed.split('\n')[:-1])
    named = {_THERE + name.removeprefix(place): oid for name, oid in found}
    return {name: oid for name, oid in named.items() if name == notes.REF or SHARDS in name}


def fetch(remote: str) -> Fetched:
    """Fetch the notes of a remote, where it has any; git's words reach the terminal.

    Nothing else is fetched, pruned or moved, whatever is configured.  Raises
    SessionError when the remote cannot be read.
    """
    before = tips(remote)
    options = [
        'fetch', '--quiet', *(['--progress'] if output.is_watched() else []), '--prune',
        '--no-tags', '--refmap=', '--no-write-fetch-head', '--no-recurse-submodules',
        '--no-auto-maintenance', '--no-write-commit-graph',
    ]  # fmt: skip
    if git.ask('config', f'remote.{remote}.promisor').status == 0:
        options.append('--no-filter')  # or each note would be fetched by itself
    refspec = f'+{notes.REF}*:{_HERE}{remote}/session*'
    # The user's own hooks of reference transactions run, as in any fetch.
    if git.act(*options, remote, refspec, env=_unattended()).status != 0:
        raise SessionError(f"cannot fetch the notes of '{remote}'")
    after = tips(remote)
    rewound = any(not git.has(after.get(name, ''), oid) for name, oid in before.items()
                  if after.get(name) != oid)  # fmt: skip
    return Fetched(after, rewound)


def listed(remote: str) -> dict[str, str]:
    """The notes that the remote has now, none when it cannot be read."""
    reply = git.ask('ls-remote', '--quiet', remote, notes.REF, SHARDS + '*')
    found = (line.split('\t') for line in reply.out.split('\n')[:-1])
    return {name: oid for oid, name in found}


def _unattended() -> dict[str, str]:
    """Without a terminal nobody can answer: git must not ask for a password."""
    return {} if sys.stdin.isatty() else {'GIT_TERMINAL_PROMPT': '0'}


def push(remote: str, wanted: dict[str, str], *, verify: bool) -> git.Reply:
    """Push object ids to full ref names, without force; git's reply, nothing of it shown.

    The user's pre-push hook runs unless `verify` is false, as in any push.
    """
    refspecs = [f'{oid}:{name}' for name, oid in wanted.items()]
    options = ['--quiet', '--no-recurse-submodules', '--no-follow-tags']
    if not verify:
        options.append('--no-verify')
    # A mirror is pushed whole or not at all, and this is neither.
    mirror = git.configured(f'remote.{remote}.mirror', 'false')
    reply = git.act('push', *options, remote, *refspecs, env=mirror | _unattended(), capture=True)
    if reply.status == 0:
        for name, oid in wanted.items():
            git.ask('update-ref', _HERE + remote + '/' + name.removeprefix(_THERE), oid)
    return reply
