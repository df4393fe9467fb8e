"""`git session hooks`: install, uninstall or look at the git hooks."""

from __future__ import annotations

from git_session import git, hooks, output
from git_session.options import FORMAT, Option, Syntax, Values

ABOUT = 'Install the git hooks beside those that are there, take them out, or show them.'
FORMS = {
    'status': Syntax('', 0, 0, FORMAT),
    'install': Syntax(
        '', 0, 0,
        (
            Option(('--method',), 'how (auto)', value='method', choices=hooks.METHODS),
            Option(('--print',), 'only print the lines to add to hooks of your own'),
        ),
    ),
    'uninstall': Syntax('', 0, 0, ()),
}  # fmt: skip


def run(action: str, values: Values) -> int:
    repo = git.discover()
    if action == 'status':
        return _status(repo, values)
    if values.flag('print'):
        output.out(hooks.lines(repo))
        return 0
    if action == 'install':
        said = hooks.install(repo, values.text('method') or 'auto')
        output.talk(f'hooks installed in {output.plain(hooks.place(repo))}')
    else:
        said = hooks.uninstall(repo) or ['no hooks of git session here']
    for text in said:
        output.talk(text)
    return 0


def _status(repo: git.Repository, values: Values) -> int:
    """Show each hook; 1 when one of ours does not work."""
    found = hooks.states(repo)
    if values.json:
        output.json({
            'schema': 'git-session/hooks/1',
            'method': found[0].method,
            'place': hooks.place(repo),
            'hooks': [
                {'event': each.event, 'state': each.found, 'chained': each.chained,
                 'detail': each.detail or None, 'by': each.by or None}
                for each in found
            ],
        })  # fmt: skip
    else:
        for each in found:
            by = f', run by {each.by}' if each.by and each.found == 'ours' else ''
            chained = ', runs the hook that was there first' if each.chained else ''
            detail = f', {each.detail}' if each.detail else ''
            output.out(f'{each.event}: {_STATES[each.found]}{by}{detail}{chained}\n')
        for remedy in hooks.remedies(repo):
            output.hint(remedy)
    return 0 if all(each.found == 'ours' for each in found) else 1


_STATES = {
    'ours': 'installed',
    'none': 'not installed',
    'other': 'not installed, another hook is there',
    'disabled': 'installed',
}
