"""`git session allow`: let the commands of this repository's tracked configuration run."""

from __future__ import annotations

from git_session import output, trust, words
from git_session.errors import REFUSED, SessionError
from git_session.options import FORMAT, Option, Syntax, Values
from git_session.workspace import Workspace, open_workspace, require_work_tree

ABOUT = 'Allow the commands that .session/config.yaml names, as they are now; print them.'
FORMS = {
    '': Syntax(
        '', 0, 0,
        (
            Option(('-n', '--dry-run'), 'only print what would be allowed'),
            Option(('--revoke',), 'allow nothing any more'),
            *FORMAT,
        ),
    )
}  # fmt: skip


def run(action: str, values: Values) -> int:
    here = open_workspace(reconcile=False)
    require_work_tree(here)
    if values.flag('revoke'):
        count = trust.revoke(here)
        gone = f'{words.count(count, "command")} no longer allowed'
        output.talk(gone if count else 'nothing was allowed')
        return 0
    found = [trust.command(here, key) for key in trust.COMMANDS]
    commands = [each for each in found if each is not None]
    if not commands and not values.json:
        named = ', '.join(f"'{key}'" for key in trust.COMMANDS)
        raise SessionError(f'nothing to allow: {named} is not set', status=REFUSED)
    before = {each for each in commands if trust.is_allowed(here, each)}
    if not values.flag('dry-run'):
        for each in commands:
            if each not in before:
                trust.allow(here, each)
    if values.json:
        output.json(_data(here, commands))
        return 0
    for each in commands:
        output.out(trust.describe(each))
        output.talk(_said(each, before=each in before, dry=values.flag('dry-run')))
    return 0


def _said(each: trust.Command, *, before: bool, dry: bool) -> str:
    if each.is_own:
        return 'it is of your own git configuration, and needs no allowing'
    if before:
        return 'it was allowed already'
    return 'it is not allowed yet' if dry else 'allowed, until any of this changes'


def _data(here: Workspace, commands: list[trust.Command]) -> dict[str, object]:
    return {
        'schema': 'git-session/allow/1',
        'commands': [
            {
                'key': each.key, 'command': each.text, 'origin': each.origin,
                'files': [{'path': path, 'sha256': digest} for path, digest in each.files],
                'sha256': each.digest, 'own': each.is_own,
                'allowed': trust.is_allowed(here, each),
            }
            for each in commands
        ],
    }  # fmt: skip
