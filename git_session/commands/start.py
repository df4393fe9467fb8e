"""`git session start`: open a session on a branch."""

from __future__ import annotations

from git_session import brief, checkout, git, identity, output, presence
from git_session.errors import REFUSED, SessionError
from git_session.options import FORMAT, Option, Syntax, Values
from git_session.workspace import Workspace, open_workspace, require_work_tree

ABOUT = 'Open a session on a branch, which is created when it does not exist yet.'
FORMS = {
    '': Syntax(
        '[<branch>]', 0, 1,
        (
            Option(('-o', '--objective'), 'what the session is for', value='text', many=True),
            Option(('--base',), 'what the branch starts from and is compared with', value='rev'),
            Option(('--issue',), 'the issue it belongs to', value='ref'),
            Option(('--tdd',), 'work test-driven: phases that the tests prove'),
            Option(('--resume',), 'go on with the session if the branch has one'),
            Option(('--carry',), 'take uncommitted changes along, as git switch does'),
            *FORMAT,
        ),
    )
}  # fmt: skip


def run(action: str, values: Values) -> int:
    objectives = [text.strip() for text in values.texts('objective')]
    if not all(objectives):
        raise SessionError('an objective needs a text', status=REFUSED)
    here = open_workspace()
    require_work_tree(here)
    branch = _branch(here, values.operand)
    given = values.text('base')
    base = None if given is None else checkout.resolve_base(given, branch)
    if not values.flag('resume'):
        checkout.require_no_session(here.repo, branch)
    here, base = _arrive(here, branch, base)
    if here.session is None:
        issue = values.text('issue')
        mode = 'tdd' if values.flag('tdd') else None
        here = checkout.begin(here, objectives=objectives, base=base, issue=issue, mode=mode)
        if not here.require().author:  # git says more at the first commit
            output.hint("git does not know you yet: set 'user.name' and 'user.email'")
    else:
        _resume(here, objectives, tdd=values.flag('tdd'))
    if values.flag('tdd') and here.config['tdd.test_command'] is None:
        output.hint("no command runs the tests yet: set 'tdd.test_command'")
    me = identity.agent()
    if me is not None:  # it is told here where things stand
        presence.renew(here.repo, me)
    brief.show(here, as_json=values.json)
    return 0


def _branch(here: Workspace, wanted: str | None) -> str:
    """The branch to start on: as named, else the current one unless all start from it."""
    if wanted is not None:
        return checkout.previous() if wanted == '-' else wanted
    if here.repo.branch is None:
        raise SessionError(
            'HEAD is detached; a session belongs to a branch',
            "name one: 'git session start <branch>'", status=REFUSED,
        )  # fmt: skip
    if here.session is None and f'refs/heads/{here.repo.branch}' == git.default_branch():
        raise SessionError(
            f"'{here.repo.branch}' is the default branch",
            "name a branch for the session: 'git session start <branch>'", status=REFUSED,
        )  # fmt: skip
    return here.repo.branch


def _resume(here: Workspace, objectives: list[str], *, tdd: bool) -> None:
    """Go on with the session that is there; what was given is added to it."""
    checkout.enter(here)
    maker = here.maker()
    if tdd and here.require().mode != 'tdd':
        maker.add('resume', mode='tdd')
    for text in objectives:
        maker.add('objective.add', text=text)
    if maker.made:
        here.record(maker.made)


def _arrive(here: Workspace, branch: str, base: str | None) -> tuple[Workspace, str | None]:
    """Get onto the branch, created where it does not exist; the base to compare with."""
    if branch == here.repo.branch:
        return here, base
    checkout.check_name(branch)
    if (
        git.ref_exists('refs/heads/' + branch)
        or git.ask('for-each-ref', '--format=x', f'refs/remotes/*/{branch}').out
    ):
        return checkout.switch(here, branch), base
    if base is None and here.repo.branch is not None and here.repo.head is not None:
        base = 'refs/heads/' + here.repo.branch
    return checkout.switch(here, branch, create=True, base=base or ''), base
