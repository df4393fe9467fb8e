"""`git session start`: open a session on a branch."""

from __future__ import annotations

from git_session import brief, checkout, git, output
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
    branch = values.operand or here.repo.branch
    if branch is None:
        raise SessionError('HEAD is detached; name a branch for the session', status=REFUSED)
    base = values.text('base')
    if base is not None and git.resolve(base) is None:
        raise SessionError(f"invalid base: '{base}' is not a commit")
    if values.operand is None and f'refs/heads/{branch}' == git.default_branch():
        raise SessionError(
            f"'{branch}' is the default branch",
            "name a branch for the session: 'git session start <branch>'", status=REFUSED,
        )  # fmt: skip
    here, base = _arrive(here, branch, base)
    if here.session is not None and values.flag('resume'):
        checkout.enter(here)
        for text in objectives:
            maker = here.maker()
            maker.add('objective.add', text=text)
            here.record(maker.made)
    else:
        issue = values.text('issue')
        here = checkout.begin(here, objectives=objectives, base=base, issue=issue)
    for line in here.said:
        output.talk(line)
    brief.show(here, as_json=values.json)
    return 0


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
