"""What git can do, as scripts: every operation whose hooks were measured.

`types` is what our hooks record at once, where the branch `work` has a session.  The
editors ($edits, $empties, $leaves, $fails, $todo) and the branches are those of
tests/stand.py.
"""

from __future__ import annotations

from typing import NamedTuple

from git_session import git, hooks
from tests.stand import Ground


class Operation(NamedTuple):
    script: str
    types: str = ''
    commits: int | None = None  # what status counts afterwards, without those dropped
    stamped: int | None = None  # messages of HEAD with our lines, when not those of the ground
    on: str = 'base'
    since: tuple[int, int] = (2, 31)  # the first git that has it
    now: bool = False  # git takes the author dates from the clock of the machine


CONFIGURED = git.version() >= hooks.CONFIG_HOOKS
HOOKS = (
    'pre-commit',
    'prepare-commit-msg',
    'commit-msg',
    'post-commit',
    'post-checkout',
    'post-merge',
    'post-rewrite',
    'pre-merge-commit',
    'pre-rebase',
    'pre-push',
    'applypatch-msg',
    'pre-applypatch',
    'post-applypatch',
    'pre-auto-gc',
)
# A foreign hook for each, there before ours.  Where $FAIL is set it says its arguments and its
# input, and fails if it is named.
FOREIGN_HOOKS = 'mkdir -p .git/hooks\n' + '\n'.join(
    f"""cat > .git/hooks/{name} <<'HOOK'
#!/bin/sh
[ -n "${{FAIL+set}}" ] || exit 0
echo "foreign {name}" "$@"
{'cat' if name in ('post-rewrite', 'pre-push') else ':'}
case " $FAIL " in *" {name} "*) exit 1 ;; esac
HOOK
chmod +x .git/hooks/{name}"""
    for name in HOOKS
)
GROUNDS = {
    'base': Ground(),
    'long': Ground(
        after="""
echo 3 > c.txt; git add .; git commit -q -m 'own 3'
echo 4 > d.txt; git add .; git commit -q -m 'own 4'
""",
        own=4,
    ),
    'last clashes': Ground(
        after="""
git switch -q -c rival work~2
echo r > r.txt; git add .; git commit -q -m 'rival 1'
echo rival > b.txt; git add .; git commit -q -m 'rival 2'
git switch -q work 2>/dev/null
echo 3 > c.txt; git add .; git commit -q -m 'own 3'
""",
        own=3,
    ),
    'remote': Ground(
        after="""
git clone -q --bare . ../remote.git
git remote add o ../remote.git; git fetch -q o
"""
    ),
    'foreign hooks': Ground(before=FOREIGN_HOOKS),
    'sha256': Ground(init=('--object-format=sha256',)),
    'reftable': Ground(init=('--ref-format=reftable',)),
    'submodule': Ground(
        after="""
git clone -q -b main --single-branch . ../lib
git submodule --quiet add ../lib lib; git commit -q -m 'own 3'
git -C lib config core.checkStat minimal
""",
        own=3,
    ),
}

CLASH = 'echo solved > a.txt\ngit add a.txt\n'
TODO = "GIT_SEQUENCE_EDITOR='sed -i -e {}'"
ONTO, ONTO_CLASH = 'git branch -q -f main other\n', 'git branch -q -f main clash\n'

CONFLICT = f'git merge clash\n{CLASH}'
PICKED = f'git cherry-pick clash\n{CLASH}'
THIRD = 'echo 3 > c.txt\ngit add c.txt\n'
EDIT, EMPTY, LEAVE, FAIL = (
    f'GIT_EDITOR=${name} ' for name in ('edits', 'empties', 'leaves', 'fails')
)


def todo(program: str) -> str:
    """A sed program for the sequence editor."""
    return f"TODO='{program}' GIT_SEQUENCE_EDITOR=$todo "


COMMIT = {
    'commit -m (unborn, root)': Operation(
        'git switch -q --orphan fresh\n' + THIRD + 'git commit -m third', stamped=0
    ),
    'commit -m': Operation(THIRD + 'git commit -m third', 'commit', 3, 3),
    'commit -m x -m y': Operation(THIRD + 'git commit -m third -m body', 'commit', stamped=3),
    'commit -F file': Operation(
        THIRD + 'echo third > ../m\ngit commit -F ../m', 'commit', stamped=3
    ),
    'commit -F - (stdin)': Operation(
        THIRD + "printf 'third\\n\\nNo last newline' | git commit -F -", 'commit', stamped=3
    ),
    'commit -t tmpl (editor edits)': Operation(
        THIRD + f'echo template > ../t\n{EDIT}git commit -t ../t', 'commit', stamped=3
    ),
    'commit -t tmpl (unedited -> abort)': Operation(
        THIRD + f'echo template > ../t\n{LEAVE}git commit -t ../t'
    ),
    'commit -t tmpl -m': Operation(
        THIRD + 'echo template > ../t\ngit commit -t ../t -m third', 'commit', stamped=3
    ),
    'commit (config commit.template)': Operation(
        THIRD + f'echo template > ../t\n{EDIT}git -c commit.template=../t commit',
        'commit',
        stamped=3,
    ),
    'commit (editor)': Operation(THIRD + f'{EDIT}git commit', 'commit', stamped=3),
    'commit -m -e (edit)': Operation(THIRD + f'{EDIT}git commit -e -m third', 'commit', stamped=3),
    'commit --amend (editor)': Operation(f'{EDIT}git commit --amend', 'commit rewrite', 2),
    'commit --amend --no-edit': Operation(
        THIRD + 'git commit --amend --no-edit', 'commit rewrite', 2
    ),
    'commit --amend -m': Operation('git commit --amend -m "own amended"', 'commit rewrite', 2),
    'amend twice': Operation(
        'git commit -q --amend -m "own a"\ngit commit -q --amend -m "own b"',
        'commit rewrite commit rewrite',
        2,
    ),
    'commit --amend -F -': Operation('echo other | git commit --amend -F -', 'commit rewrite'),
    'commit --amend --no-edit --reset-author (no change)': Operation(
        'git commit --amend --no-edit --reset-author', 'commit rewrite'
    ),
    'commit --amend --no-edit --no-post-rewrite': Operation(
        THIRD + 'git commit --amend --no-edit --no-post-rewrite', 'commit'
    ),
    'commit -C HEAD~1': Operation(THIRD + 'git commit -C HEAD~1', 'commit', stamped=3),
    'commit -c HEAD~1': Operation(THIRD + f'{EDIT}git commit -c HEAD~1', 'commit', stamped=3),
    'commit --amend -C HEAD~1': Operation('git commit --amend -C HEAD~1', 'commit rewrite'),
    'commit --fixup=HEAD~1': Operation(THIRD + 'git commit --fixup=HEAD~1', 'commit'),
    'commit --fixup=HEAD~1 -m body': Operation(
        THIRD + 'git commit --fixup=HEAD~1 -m body', 'commit'
    ),
    'commit --fixup=amend:HEAD~1 (editor)': Operation(
        THIRD + f'{EDIT}git commit --fixup=amend:HEAD~1', 'commit', stamped=3, since=(2, 32)
    ),
    'commit --fixup=amend:HEAD~1 -m': Operation(
        THIRD + 'git commit --fixup=amend:HEAD~1 -m x', since=(2, 32)
    ),
    'commit --fixup=reword:HEAD~1 (editor)': Operation(
        f'{EDIT}git commit --fixup=reword:HEAD~1', 'commit', stamped=3, since=(2, 32)
    ),
    'commit --squash=HEAD~1 (editor)': Operation(
        THIRD + f'{EDIT}git commit --squash=HEAD~1', 'commit'
    ),
    'commit --squash=HEAD~1 -m': Operation(THIRD + 'git commit --squash=HEAD~1 -m body', 'commit'),
    'commit --allow-empty -m': Operation('git commit --allow-empty -m third', 'commit', stamped=3),
    'commit --allow-empty-message -m ""': Operation(
        THIRD + 'git commit --allow-empty-message -m ""', 'commit'
    ),
    'commit -m "" (abort)': Operation(THIRD + 'git commit -m ""'),
    'commit --no-verify -m': Operation(
        THIRD + 'git commit --no-verify -m third', 'commit', stamped=3
    ),
    'commit --no-verify (editor)': Operation(
        THIRD + f'{EDIT}git commit --no-verify', 'commit', stamped=2
    ),
    'commit --no-verify --amend --no-edit': Operation(
        THIRD + 'git commit --no-verify --amend --no-edit', 'commit rewrite'
    ),
    'commit -v (editor)': Operation(THIRD + f'{EDIT}git commit -v', 'commit', stamped=3),
    'commit -v -m': Operation(THIRD + 'git commit -v -m third', 'commit', stamped=3),
    **{
        f'commit --cleanup={mode} (editor)': Operation(
            THIRD + f'{EDIT}git commit --cleanup={mode}', 'commit', stamped=3
        )
        for mode in ('strip', 'whitespace', 'verbatim', 'scissors', 'default')
    },
    **{
        f'commit --cleanup={mode} -m': Operation(
            THIRD + f'git commit --cleanup={mode} -m third', 'commit', stamped=3
        )
        for mode in ('strip', 'whitespace', 'verbatim', 'scissors', 'default')
    },
    'partial: commit -m -- file': Operation(
        THIRD + 'echo x > b.txt\ngit commit -m third -- b.txt', 'commit', stamped=3
    ),
    'partial -i: commit -i file': Operation(
        THIRD + 'echo x > b.txt\ngit commit -m third -i b.txt', 'commit', stamped=3
    ),
    'partial editor: commit file': Operation(
        THIRD + f'echo x > b.txt\n{EDIT}git commit b.txt', 'commit', stamped=3
    ),
    'partial abort (empty msg)': Operation(THIRD + f'echo x > b.txt\n{EMPTY}git commit b.txt'),
    'commit -a -m': Operation('echo x > b.txt\ngit commit -a -m third', 'commit', stamped=3),
    'commit -p -m (y)': Operation(
        'echo x > b.txt\necho y | git commit -p -m third', 'commit', stamped=3
    ),
    'abort: editor exits 1': Operation(THIRD + f'{FAIL}git commit'),
    'abort: editor empties message': Operation(THIRD + f'{EMPTY}git commit'),
    'abort: editor untouched (only comments)': Operation(THIRD + f'{LEAVE}git commit'),
    'abort: nothing to commit': Operation('git commit -m third'),
    'commit --dry-run': Operation(THIRD + 'git commit --dry-run -m third'),
    'commit --signoff -m': Operation(THIRD + 'git commit --signoff -m third', 'commit', stamped=3),
    'commit --signoff (editor)': Operation(
        THIRD + f'{EDIT}git commit --signoff', 'commit', stamped=3
    ),
    'commit --trailer -m': Operation(
        THIRD + 'git commit --trailer Key:value -m third', 'commit', stamped=3, since=(2, 32)
    ),
    'commit --trailer (editor, left empty)': Operation(
        THIRD + f'{LEAVE}git commit --trailer Key:value', 'commit', stamped=3, since=(2, 32)
    ),
    'commit -s (editor untouched)': Operation(THIRD + f'{LEAVE}git commit -s'),
    'commit -q -m (detached HEAD)': Operation(
        'git checkout -q --detach\n' + THIRD + 'git commit -q -m third', 'pause'
    ),
    'commit with GIT_EDITOR=: env': Operation(THIRD + 'GIT_EDITOR=: git commit'),
    'commit --no-edit (no msg)': Operation(THIRD + 'git commit --no-edit'),
}
MERGE = {
    'merge ff': Operation('git reset -q --hard main\ngit merge other', 'merge', stamped=0),
    'merge --ff-only': Operation(
        'git reset -q --hard main\ngit merge --ff-only other', 'merge', stamped=0
    ),
    'merge already up to date': Operation('git merge main', '', 2),
    'merge --no-ff -m': Operation('git merge --no-ff -m "Merge it" other', 'commit', 3),
    'merge --no-ff --no-edit': Operation('git merge --no-ff --no-edit other', 'commit'),
    'merge (true merge, stdin not tty → no editor)': Operation('git merge other', 'commit', 3),
    'merge (true merge, pty → editor)': Operation(f'{EDIT}$pty git merge other', 'commit'),
    'merge --edit': Operation(f'{EDIT}git merge --edit other', 'commit'),
    'merge --edit -m': Operation(f'{EDIT}git merge --edit -m Mine other', 'commit'),
    'merge --edit, editor empties msg': Operation(f'{EMPTY}git merge --edit other'),
    'merge --edit, editor exit 1': Operation(f'{FAIL}git merge --edit other'),
    'merge --no-verify': Operation('git merge --no-verify other', 'commit'),
    'merge -s ours -m': Operation('git merge -s ours -m Mine other', 'commit'),
    'merge --no-commit ↳ commit -m': Operation(
        'git merge --no-commit other\ngit commit -m Mine', 'commit'
    ),
    'merge --no-commit ↳ commit --no-edit': Operation(
        'git merge --no-commit other\ngit commit --no-edit', 'commit'
    ),
    'merge --no-commit ↳ merge --continue': Operation(
        f'git merge --no-commit other\n{EDIT}git merge --continue', 'commit'
    ),
    'merge conflict ↳ commit (editor)': Operation(f'{CONFLICT}{EDIT}git commit', 'commit'),
    'conflict … then commit --no-edit': Operation(f'{CONFLICT}git commit --no-edit', 'commit', 3),
    'conflict … then commit -m': Operation(f'{CONFLICT}git commit -m "Merge it"', 'commit', 3),
    'conflict … then merge --continue': Operation(
        f'{CONFLICT}{LEAVE}git merge --continue', 'commit', 3
    ),
    'conflict … then commit --amend (refused)': Operation('git merge clash\ngit commit --amend'),
    'conflict … then merge --abort': Operation('git merge clash\ngit merge --abort', '', 2),
    'conflict … then merge --quit': Operation('git merge clash\ngit merge --quit'),
    'conflict … then reset --hard': Operation('git merge clash\ngit reset --hard'),
    'merge --squash ↳ commit (editor)': Operation(
        f'git merge --squash other\n{EDIT}git commit', 'commit', stamped=3
    ),
    'squash … then commit -m': Operation(
        'git merge --squash other\ngit commit -m Squashed', 'commit', stamped=3
    ),
    'squash … then commit --no-edit': Operation(
        'git merge --squash other\ngit commit --no-edit', 'commit', 3, 3
    ),
    'merge --squash (ff-able)': Operation(
        'git reset -q --hard main\ngit merge --squash other', stamped=0
    ),
    'merge --squash conflict ↳ commit --no-edit': Operation(
        f'git merge --squash clash\n{CLASH}git commit --no-edit', 'commit', stamped=3
    ),
    'merge octopus -m': Operation(
        'git branch more other~1\ngit switch -q -c third other\ngit commit -q --allow-empty -m t\n'
        'git switch -q work\ngit merge -m Octopus third more main',
        'pause resume commit',
    ),
    'merge octopus ff-able --no-edit': Operation(
        'git branch two clash\ngit reset -q --hard main\ngit merge --no-edit two other',
        'commit',
        stamped=0,
    ),
    'merge --autostash': Operation(
        'echo x > b.txt\ngit merge --autostash --no-edit other', 'commit'
    ),
    'merge into unborn branch': Operation(
        'git switch -q --orphan fresh\ngit merge other', stamped=0
    ),
    'merge on detached HEAD -m': Operation(
        'git checkout -q --detach\ngit merge -m Mine other', 'pause'
    ),
    **{
        f'merge with {hook} exit 1': Operation(
            f'FAIL={hook} git merge --no-edit other', types, on='foreign hooks'
        )
        for hook, types in {
            'pre-merge-commit': '',
            'prepare-commit-msg': '',
            'commit-msg': '',
            'post-commit': 'commit',
            'post-merge': 'commit',
        }.items()
    },
}
PULL = {
    'pull (ff)': Operation('git reset -q --hard main\ngit pull . other', 'merge', stamped=0),
    'pull (up to date)': Operation('git pull . main'),
    'pull --no-rebase --no-edit (merge)': Operation(
        'git pull --no-rebase --no-edit . other', 'commit', 3
    ),
    'pull (divergent, unset config)': Operation('git pull . other'),
    'pull --rebase (divergent)': Operation(ONTO + 'git pull -q --rebase . main', 'rewrite', 2),
    'pull --rebase (ff-able)': Operation(
        'git reset -q --hard main\ngit pull --rebase . other', 'merge', stamped=0
    ),
    'pull --rebase (up to date)': Operation('git pull --rebase . work'),
    'pull --rebase (only local ahead)': Operation('git pull --rebase . main'),
    'pull --rebase --autostash': Operation(
        ONTO + 'echo x > b.txt\ngit pull -q --rebase --autostash . main', 'rewrite'
    ),
    'pull --ff-only divergent': Operation('git pull --ff-only . other'),
    'pull from a remote': Operation(
        'git pull --no-rebase --no-edit o other', 'commit', on='remote'
    ),
    'fetch': Operation('git fetch . other:fetched\ngit fetch o\ngit remote update', on='remote'),
    'pull --squash': Operation('git pull --no-rebase --squash . other'),
}
REBASE = {
    'rebase up': Operation(ONTO + 'git rebase main', 'rewrite', 2),
    'rebase up (noop: up to date)': Operation('git rebase main', '', 2),
    'rebase --force-rebase up (already based)': Operation(
        'git rebase --force-rebase main', 'rewrite', 2
    ),
    'rebase HEAD~2 (all ff-able: -i with noop todo)': Operation(
        todo('s/^x/x/') + 'git rebase -i HEAD~2'
    ),
    'rebase up topic (branch arg, from up)': Operation(
        ONTO + 'git switch -q main\ngit rebase main work', 'pause rewrite', 2
    ),
    'rebase --onto up topic~2': Operation('git rebase --onto other work~1', 'rewrite', stamped=1),
    'rebase --root': Operation('git rebase --root'),
    'rebase --root --onto up': Operation('git rebase --root --onto other', 'rewrite'),
    'rebase -i --root (edit todo: reword 1st)': Operation(
        todo('1s/pick/reword/') + EDIT + 'git rebase -i --root', 'rewrite'
    ),
    'rebase --update-refs': Operation(
        'git branch mid work~1\ngit rebase --update-refs other', 'rewrite', since=(2, 38)
    ),
    'rebase --rebase-merges': Operation(
        'git merge -q --no-edit other\ngit rebase --rebase-merges clash~1 --force-rebase',
        'commit rewrite',
    ),
    'rebase --autostash': Operation('echo x > b.txt\ngit rebase --autostash other', 'rewrite'),
    'rebase (ff: topic behind up)': Operation(
        'git reset -q --hard main\ngit rebase other', stamped=0
    ),
    'rebase on detached HEAD': Operation('git checkout -q --detach\ngit rebase other', 'pause'),
    'rebase --no-verify': Operation('git rebase --no-verify other', 'rewrite'),
    **{
        f'{hook} exits 1{where}': Operation(
            f'FAIL={hook} git rebase other', types, stamped=own, on='foreign hooks'
        )
        for hook, where, types, own in (
            ('pre-rebase', '', '', 2),
            ('post-checkout', ' during rebase', 'rewrite', 2),
            ('prepare-commit-msg', ' during rebase', '', 0),
            ('post-rewrite', ' during rebase', 'rewrite', 2),
        )
    },
    'foreign hooks during rebase': Operation(
        'FAIL= git rebase other', 'rewrite', on='foreign hooks'
    ),
    'rebase -x true': Operation('git rebase -x true other', 'rewrite'),
    'rebase --reset-author-date': Operation(
        'git rebase --reset-author-date other', 'rewrite', 2, now=True
    ),
    'rebase --signoff': Operation('git rebase --signoff other', 'rewrite'),
    'rebase --keep-base -f': Operation(ONTO + 'git rebase --keep-base -f main', 'rewrite'),
    'rebase with upstreamed commit skipped': Operation(
        'git switch -q other\ngit cherry-pick work\ngit rebase other work',
        'pause rewrite',
        stamped=2,
    ),
    'rebase conflict, switch away and abort': Operation(
        'git rebase clash\ngit switch main\ngit checkout -f -q main\ngit rebase --abort', '', 2
    ),
}
INTERACTIVE = {
    'reword t2': Operation(
        todo('2s/^pick/reword/') + EDIT + 'git rebase -i other', 'rewrite', on='long'
    ),
    'squash t2 into t1': Operation(
        todo('2s/^pick/squash/') + EDIT + 'git rebase -i other', 'rewrite', on='long', stamped=3
    ),
    'fixup t2 into t1': Operation(
        todo('2s/^pick/fixup/') + 'git rebase -i other', 'rewrite', on='long', stamped=3
    ),
    'fixup -C t2': Operation(
        todo('2s/^pick/fixup -C/') + 'git rebase -i other',
        'rewrite',
        on='long',
        stamped=3,
        since=(2, 32),
    ),
    'fixup -c t2': Operation(
        todo('2s/^pick/fixup -c/') + EDIT + 'git rebase -i other',
        'rewrite',
        on='long',
        stamped=3,
        since=(2, 32),
    ),
    'squash t2,t3 into t1': Operation(
        todo('2,3s/^pick/squash/') + EDIT + 'git rebase -i other', 'rewrite', on='long', stamped=2
    ),
    'fixup t2, squash t3': Operation(
        todo('2s/^pick/fixup/;3s/^pick/squash/') + EDIT + 'git rebase -i other',
        'rewrite',
        on='long',
        stamped=2,
    ),
    'squash all, in place': Operation(
        todo('2,$s/^pick/squash/') + LEAVE + 'git rebase -i main', 'rewrite', 1, 1
    ),
    'drop t2': Operation(
        todo('2s/^pick/drop/') + 'git rebase -i other', 'rewrite', on='long', stamped=3
    ),
    'drop the last': Operation(todo('2s/^pick/drop/') + 'git rebase -i main', '', 1, 1),
    'exec true after t2': Operation(todo('2a exec true') + 'git rebase -i other', 'rewrite'),
    'reorder t1<->t2': Operation(todo('1{h;d;};2G') + 'git rebase -i other', 'rewrite', on='long'),
    'edit t2 ↳ commit --amend --no-edit ↳ extra commit -m ↳ rebase --continue': Operation(
        todo('2s/^pick/edit/') + 'git rebase -i other\necho x > b.txt\n'
        'git commit -a --amend --no-edit\n'
        + THIRD.replace('c.txt', 'e.txt')
        + 'git commit -m extra\ngit rebase --continue',
        'rewrite',
        on='long',
    ),
    'edit t1, amend -m': Operation(
        todo('1s/^pick/edit/') + 'git rebase -i main\n'
        'git commit -q --amend -m "own amended"\ngit rebase --continue',
        'rewrite',
        2,
        1,
    ),
    'edit t2 ↳ (staged, no commit) rebase --continue': Operation(
        todo('2s/^pick/edit/')
        + 'git rebase -i other\necho x > b.txt\ngit add b.txt\n'
        + LEAVE
        + 'git rebase --continue',
        'rewrite',
        on='long',
    ),
    'break after t2 ↳ rebase --continue': Operation(
        todo('2a break') + 'git rebase -i other\ngit rebase --continue', 'rewrite', on='long'
    ),
    'exec false after t2 ↳ rebase --abort': Operation(
        todo('2a exec false') + 'git rebase -i other\ngit rebase --abort', on='long'
    ),
    'exec "git commit --allow-empty -m ex"': Operation(
        todo('2a exec git commit --allow-empty -m ex') + 'git rebase -i other', 'rewrite', on='long'
    ),
    'rebase -x "git commit"': Operation(
        'git rebase -q -x "git commit -q --allow-empty -m executed" main', 'rewrite', 4
    ),
    'empty todo (abort)': Operation('GIT_SEQUENCE_EDITOR=$empties git rebase -i other'),
    '-i ff-able: reword t3 only (HEAD~3)': Operation(
        todo('1s/^pick/reword/') + EDIT + 'git rebase -i HEAD~2', 'rewrite'
    ),
    '-i ff-able: fixup last into prev (HEAD~2)': Operation(
        todo('2s/^pick/fixup/') + 'git rebase -i HEAD~2', 'rewrite', 1, 1
    ),
    '-i ff-able: squash last into prev (HEAD~2)': Operation(
        todo('2s/^pick/squash/') + EDIT + 'git rebase -i HEAD~2', 'rewrite', 1, 1
    ),
    '-i squash, editor empties message': Operation(
        todo('2s/^pick/squash/') + EMPTY + 'git rebase -i HEAD~2\ngit rebase --abort'
    ),
    '--autosquash fixup!+squash!': Operation(
        THIRD + 'git commit -q --fixup HEAD~1\necho x > e.txt\ngit add .\n'
        'git commit -q --squash HEAD~1 -m more\n'
        f'{EDIT}GIT_SEQUENCE_EDITOR=: git rebase -q -i --autosquash other',
        'commit commit rewrite',
    ),
    '--autosquash, in place': Operation(
        THIRD + 'git commit -q --fixup HEAD~1\n'
        'GIT_SEQUENCE_EDITOR=: git rebase -q -i --autosquash main',
        'commit rewrite',
        2,
    ),
    '--autosquash amend!': Operation(
        THIRD + 'GIT_EDITOR="sed -i -e s/^own/Own/" git commit -q --fixup=amend:HEAD~1\n'
        'GIT_SEQUENCE_EDITOR=: git rebase -q -i --autosquash other',
        'commit rewrite',
        since=(2, 32),
    ),
    '-i --update-refs': Operation(
        'git branch mid work~1\n' + todo('s/^x/x/') + 'git rebase -i --update-refs other',
        'rewrite',
        since=(2, 38),
    ),
}
STOPPED = 'git rebase rival\n'
SOLVED = 'echo solved > b.txt\ngit add b.txt\n'
REBASE_CONFLICT = {
    'rebase up → conflict ↳ --continue (after add)': Operation(
        STOPPED + SOLVED + EDIT + 'git rebase --continue', 'rewrite', on='last clashes'
    ),
    'rebase up → conflict ↳ GIT_EDITOR=true --continue': Operation(
        f'{ONTO_CLASH}git rebase main\n{CLASH}GIT_EDITOR=true git rebase --continue', 'rewrite', 2
    ),
    'rebase up → conflict ↳ commit -m then --continue': Operation(
        STOPPED + SOLVED + 'git commit -m solved\ngit rebase --continue',
        'rewrite',
        on='last clashes',
        stamped=2,
    ),
    'rebase up → conflict ↳ commit --no-edit then --continue': Operation(
        STOPPED + SOLVED + 'git commit --no-edit\ngit rebase --continue',
        'rewrite',
        on='last clashes',
    ),
    'rebase up → conflict ↳ --skip': Operation(
        STOPPED + 'git rebase --skip', 'rewrite', on='last clashes', stamped=2
    ),
    'rebase up → conflict ↳ --abort': Operation('git rebase clash\ngit rebase --abort', '', 2),
    'rebase up → conflict ↳ --quit': Operation(
        'git rebase clash\ngit checkout -q -f work\ngit rebase --quit', '', 2
    ),
    'rebase up → conflict ↳ --quit, as it is': Operation(
        STOPPED + 'git rebase --quit', on='last clashes', stamped=1
    ),
    'rebase up → conflict ↳ git checkout -f topic': Operation(
        STOPPED + 'git checkout -f work', on='last clashes'
    ),
}
REBASE_APPLY = {
    'rebase --apply up': Operation(ONTO + 'git rebase --apply main', 'rewrite', 2),
    'rebase --apply --whitespace=fix': Operation(
        'git rebase --apply --whitespace=fix other', 'rewrite'
    ),
    'rebase --apply → conflict ↳ --continue': Operation(
        f'{ONTO_CLASH}git rebase --apply main\n{CLASH}git rebase --continue', 'rewrite', 2
    ),
    'rebase --apply → conflict ↳ --skip': Operation(
        'git rebase --apply rival\ngit rebase --skip', 'rewrite', on='last clashes', stamped=2
    ),
    'rebase --apply → conflict ↳ --abort': Operation(
        'git rebase --apply clash\ngit rebase --abort'
    ),
    'applypatch-msg exits 1 during rebase --apply': Operation(
        'FAIL=applypatch-msg git rebase --apply other', on='foreign hooks', stamped=0
    ),
}
CHERRY_PICK = {
    'cherry-pick (clean)': Operation('git cherry-pick other', '', 3),
    'cherry-pick -x': Operation('git cherry-pick -x other'),
    'cherry-pick -e': Operation(f'{EDIT}git cherry-pick -e other', 'commit'),
    'cherry-pick -n ↳ commit (editor)': Operation(
        f'git cherry-pick -n other\n{EDIT}git commit', 'commit'
    ),
    'cherry-pick -n … then commit -m': Operation(
        'git cherry-pick -n other\ngit commit -m mine', 'commit'
    ),
    'cherry-pick -n … then commit -C': Operation(
        'git cherry-pick -n other\ngit commit -C other', 'commit', 3
    ),
    'cherry-pick -s': Operation('git cherry-pick -s other'),
    'cherry-pick range': Operation('git cherry-pick -x main..other', '', 4),
    'cherry-pick --ff (ff-able)': Operation(
        'git reset -q --hard main\ngit cherry-pick --ff other~1', stamped=0
    ),
    'cherry-pick conflict ↳ --continue': Operation(
        f'{PICKED}{LEAVE}git cherry-pick --continue', 'commit', 3
    ),
    'conflict … commit (editor)': Operation(f'{PICKED}{EDIT}git commit', 'commit'),
    'conflict … commit --no-edit': Operation(f'{PICKED}git commit --no-edit', 'commit', 3),
    'conflict … commit -m': Operation(f'{PICKED}git commit -m mine', 'commit'),
    'cherry-pick multi, 2nd conflicts ↳ --continue': Operation(
        f'git cherry-pick other~1 clash other\n{CLASH}{LEAVE}git cherry-pick --continue', 'commit'
    ),
    'conflict … --abort': Operation('git cherry-pick clash\ngit cherry-pick --abort', '', 2),
    'conflict … --skip': Operation('git cherry-pick clash\ngit cherry-pick --skip'),
    'multi conflict … --abort': Operation('git cherry-pick other clash\ngit cherry-pick --abort'),
    'cherry-pick --allow-empty (empty commit)': Operation(
        'git commit -q --allow-empty -m empty\ngit cherry-pick --allow-empty HEAD',
        'commit',
        stamped=4,
    ),
    **{
        f'cherry-pick with {hook} exit 1': Operation(
            f'FAIL={hook} git cherry-pick other', on='foreign hooks'
        )
        for hook in ('prepare-commit-msg', 'commit-msg', 'post-commit', 'pre-commit')
    },
}
REVERT = {
    'revert HEAD --no-edit': Operation('git revert --no-edit HEAD', 'commit', 3),
    'revert HEAD (editor, --edit)': Operation(f'{EDIT}git revert --edit HEAD', 'commit'),
    'revert HEAD (non-tty)': Operation('git revert HEAD', 'commit'),
    'revert HEAD (pty)': Operation(f'{EDIT}$pty git revert HEAD', 'commit'),
    'revert -n ↳ commit --no-edit': Operation(
        'git revert -n HEAD\ngit commit --no-edit', 'commit', 3
    ),
    'revert multiple (2)': Operation('git revert --no-edit HEAD HEAD~1', 'commit commit'),
    'revert conflict ↳ --continue': Operation(
        'echo more > a.txt\ngit commit -q -a -m more\ngit revert HEAD~2\n'
        f'{CLASH}{LEAVE}git revert --continue',
        'commit commit',
        stamped=3,
    ),
    'conflict … --abort': Operation(
        'echo more > a.txt\ngit commit -q -a -m more\ngit revert HEAD~2\ngit revert --abort',
        'commit',
        stamped=3,
    ),
}
AM = {
    'am': Operation('git am -q ../patches/*', '', 3),
    'am (3 patches)': Operation('git format-patch -q -o ../three main..other\ngit am ../three/*'),
    'am -3': Operation('git am -3 ../patches/*', '', 3),
    'am --no-verify': Operation('git am --no-verify ../patches/*', since=(2, 40)),
    'am -s': Operation('git am -s ../patches/*'),
    'am -i (y)': Operation('echo y | git am -i ../patches/*'),
    'am -i (e then y)': Operation(f"printf 'e\\ny\\n' | {EDIT}git am -i ../patches/*"),
    'am conflict ↳ --continue': Operation(
        'git format-patch -q -1 -o ../p clash\ngit am ../p/*\n' + CLASH + 'git am --continue'
    ),
    'am -3 conflict … --skip': Operation(
        'git format-patch -q -1 -o ../p clash\ngit am -3 ../p/*\ngit am --skip'
    ),
    'am conflict … --abort': Operation(
        'git format-patch -q -1 -o ../p clash\ngit am ../p/*\ngit am --abort'
    ),
    **{
        f'am with {hook} exit 1': Operation(f'FAIL={hook} git am ../patches/*', on='foreign hooks')
        for hook in ('applypatch-msg', 'pre-applypatch', 'post-applypatch')
    },
    'apply --index': Operation('git apply --index ../patches/*'),
}
GONE = 'git switch -q main\n'
SWITCH = {
    'switch other': Operation('git switch other', 'pause', stamped=0),
    'switch -': Operation(
        'git switch other\ngit switch -\ngit switch -', 'pause resume pause', stamped=0
    ),
    'switch work (already on it)': Operation('git switch work'),
    'switch same (same commit, other branch)': Operation(
        'git branch same\ngit switch same', 'pause'
    ),
    'switch -c new': Operation('git switch -c new', 'pause'),
    'switch -c new start': Operation('git switch -c new main', 'pause', stamped=0),
    'switch -C existing': Operation('git switch -C other main', 'pause', stamped=0),
    'switch -C work': Operation('git switch -C work HEAD~1', stamped=1),
    'switch --detach': Operation('git switch --detach', 'pause'),
    'switch --detach (already detached same)': Operation(
        'git switch --detach\ngit switch --detach\ngit switch work', 'pause resume'
    ),
    'switch -c from detached': Operation('git switch --detach\ngit switch -c new', 'pause'),
    'switch --orphan ↳ switch back from unborn': Operation(
        'git switch --orphan new\ngit switch work'
    ),
    'switch nonexistent (fails)': Operation('git switch nowhere'),
    'switch refused (would overwrite)': Operation('echo x > a.txt\ngit switch clash'),
    'switch -f (discard)': Operation('echo x > a.txt\ngit switch -f clash', 'pause', stamped=0),
    'switch -m (dirty merge)': Operation('echo x > a.txt\ngit switch -m clash', 'pause', stamped=0),
    'checkout branch': Operation(
        GONE + 'git checkout work\ngit checkout main', 'pause resume pause', stamped=0
    ),
    'checkout -b': Operation('git checkout -b new', 'pause'),
    'checkout -B (reset current)': Operation('git checkout -B work HEAD~1', stamped=1),
    'checkout same branch': Operation('git checkout work', '', 2),
    'checkout (no args)': Operation('git checkout', '', 2),
    'checkout HEAD': Operation('git checkout HEAD', '', 2),
    'checkout tag (detach)': Operation('git tag v1 main\ngit checkout v1', 'pause', stamped=0),
    'checkout sha (detach)': Operation('git checkout main~0\ngit checkout work', 'pause resume'),
    'checkout --orphan': Operation('git checkout --orphan new\ngit checkout -f work'),
    'checkout -- file': Operation('echo x > a.txt\ngit checkout -- a.txt', '', 2),
    'checkout -- .': Operation('echo x > a.txt\ngit checkout -- .'),
    'checkout . (nothing changed)': Operation('git checkout .'),
    'checkout other -- a': Operation('git checkout other -- a.txt'),
    'checkout HEAD a': Operation('echo x > a.txt\ngit checkout HEAD a.txt'),
    'checkout -p': Operation('echo x > a.txt\necho y | git checkout -p'),
    'restore file': Operation('echo x > a.txt\ngit restore a.txt'),
    'restore --staged .': Operation('echo x > a.txt\ngit add .\ngit restore --staged .'),
    'restore --source other .': Operation('git restore --source other .'),
    'checkout dwim remote branch': Operation(
        'git branch -q -D other\ngit checkout other', 'pause', stamped=0, on='remote'
    ),
    'switch --track': Operation(
        'git switch -c mine --track o/other', 'pause', stamped=0, on='remote'
    ),
    **{
        f'post-checkout exits 1: {command}': Operation(
            f'FAIL=post-checkout {command}', types, on='foreign hooks', stamped=stamped
        )
        for command, types, stamped in (
            ('git switch -c nb', 'pause', 2),
            ('git checkout HEAD~1', 'pause', 1),
            ('git checkout -- a.txt', '', 2),
            ('git worktree add ../tree', '', 2),
        )
    },
    'post-checkout exits 1: clone': Operation(
        'FAIL=post-checkout git clone -c core.hooksPath=$PWD/.git/hooks . ../clone',
        on='foreign hooks',
    ),
}
BRANCH = {
    'branch new': Operation(
        'git branch new\ngit branch -f new HEAD~1\ngit branch -d new\ngit branch -D new'
    ),
    'branch -m work renamed (current)': Operation(
        'git branch -m work renamed\ngit commit --allow-empty -m third', 'rename commit', stamped=3
    ),
    'branch -m other other2 (not current)': Operation('git branch -m other other2'),
    'branch -c (copy)': Operation('git branch -c copied\ngit switch copied', 'pause'),
    'branch -M (overwrites)': Operation(
        'git branch -M work other\ngit commit --allow-empty -m third', 'rename commit', stamped=3
    ),
    'branch -d of the session': Operation(GONE + 'git branch -D work', 'pause', stamped=0),
    'symbolic-ref HEAD refs/heads/same': Operation(
        'git branch same\ngit symbolic-ref HEAD refs/heads/same'
    ),
    'branch -m on unborn HEAD': Operation(
        'git switch -q --orphan new\ngit branch -m newer', stamped=0
    ),
}
RESET = {
    'reset --hard HEAD~1': Operation('git reset --hard HEAD~1', '', 1, 1),
    'reset --soft ORIG_HEAD': Operation('git reset --hard HEAD~1\ngit reset --soft ORIG_HEAD'),
    'reset --mixed': Operation('git reset --mixed HEAD~1', stamped=1),
    'reset file': Operation('echo x > a.txt\ngit add .\ngit reset -- a.txt'),
    'reset --keep / --merge': Operation(
        'git reset --keep HEAD~1\ngit reset --merge HEAD~1', stamped=0
    ),
    'update-ref refs/heads/ur HEAD': Operation(
        'git update-ref refs/heads/ur HEAD\ngit update-ref -d refs/heads/ur'
    ),
    'commit-tree + update-ref HEAD': Operation(
        'git update-ref HEAD "$(git commit-tree -p HEAD -m plumbed HEAD^{tree})"'
    ),
    'write-tree/read-tree -m -u': Operation('git write-tree\ngit read-tree -m -u main'),
    'rm / mv / add': Operation('git rm b.txt\ngit mv a.txt z.txt\necho x > y\ngit add y'),
    'clean -fdx': Operation('echo x > y\ngit clean -fdx'),
}
STASH = {
    'stash push ↳ list ↳ show ↳ apply ↳ pop': Operation(
        'echo x > a.txt\ngit stash push\ngit stash list\ngit stash show -p\ngit stash apply\n'
        'git reset --hard\ngit stash pop',
        '',
        2,
    ),
    'stash push -u': Operation('echo x > y\ngit stash push -u -m mine\ngit stash pop'),
    'stash branch': Operation('echo x > a.txt\ngit stash\ngit stash branch new', 'pause'),
    'stash push (nothing)': Operation('git stash push'),
    'stash push --keep-index': Operation(
        'echo x > a.txt\ngit add .\necho y > b.txt\ngit stash push --keep-index'
    ),
    'stash drop': Operation('echo x > a.txt\ngit stash\ngit stash drop'),
    'stash create': Operation('echo x > a.txt\ngit stash create'),
    'stash push w/ pre-commit+PCM exit 1': Operation(
        'echo x > a.txt\nFAIL="pre-commit prepare-commit-msg" git stash', on='foreign hooks'
    ),
    'stash export/import': Operation(
        'echo x > a.txt\ngit stash\ngit stash export --to-ref refs/heads/kept\n'
        'git stash import kept',
        since=(2, 51),
    ),
}
BISECT = {
    'bisect start ↳ bad ↳ good ↳ reset': Operation(
        'git bisect start\ngit bisect bad\ngit bisect good main\ngit bisect good\ngit bisect reset',
        '',
        2,
    ),
    'bisect skip': Operation('git bisect start HEAD main\ngit bisect skip\ngit bisect reset'),
    'bisect run ↳ reset': Operation(
        'git bisect start HEAD main\ngit bisect run test -f a.txt\ngit bisect reset', on='long'
    ),
    'bisect, switch': Operation(
        'git bisect start HEAD main\ngit switch main\ngit switch work\ngit bisect reset', '', 2
    ),
}
WORKTREE = {
    'worktree add -b new': Operation('git worktree add ../tree -b new', '', 2),
    'worktree add existing': Operation('git worktree add ../tree other'),
    'worktree add --detach': Operation('git worktree add --detach ../tree'),
    'worktree add (implicit name)': Operation('git worktree add ../tree'),
    'worktree add --no-checkout': Operation('git worktree add --no-checkout ../tree other'),
    'worktree add --orphan': Operation('git worktree add --orphan -b new ../tree', since=(2, 42)),
    'worktree move ↳ lock/unlock ↳ remove ↳ prune': Operation(
        'git worktree add -q ../tree other\ngit worktree move ../tree ../moved\n'
        'git worktree lock ../moved\ngit worktree unlock ../moved\ngit worktree remove ../moved\n'
        'git worktree prune'
    ),
    'in worktree: switch -c': Operation(
        'git worktree add -q ../tree other\ngit -C ../tree switch -c new'
    ),
    'in worktree: commit': Operation(
        'git switch -q main\ngit worktree add -q ../tree work\n'
        'git -C ../tree commit --allow-empty -m third',
        'pause commit',
        stamped=0,
    ),
    'in worktree: commit (editor)': Operation(
        f'git worktree add -q ../tree other\n{EDIT}git -C ../tree commit --allow-empty'
    ),
    'in worktree: rebase': Operation(
        'git switch -q main\ngit worktree add -q ../tree work\ngit -C ../tree rebase other',
        'pause rewrite',
        stamped=0,
    ),
}
CLONE = {
    'init (templateDir hooks)': Operation(
        'mkdir -p ../template/hooks\ncp .git/hooks/* ../template/hooks\n'
        'git init -q --template=$PWD/../template ../new',
        on='foreign hooks',
    ),
    'init (reinit)': Operation('git init'),
    'clone': Operation('git clone . ../clone', '', 2),
    'clone --bare': Operation('git clone --bare . ../clone'),
    'clone --no-checkout': Operation('git clone --no-checkout . ../clone'),
    'clone -b tag': Operation('git tag v1 main\ngit clone -b v1 . ../clone'),
    'clone --template= (no hooks)': Operation('git clone --template= . ../clone'),
    'clone empty repo': Operation('git init -q ../empty\ngit clone ../empty ../clone'),
    'clone -c core.hooksPath=…': Operation(
        'git clone -c core.hooksPath=$PWD/.git/hooks . ../clone'
    ),
}
INNER = 'git switch -q main 2>&1\ngit commit -q --allow-empty -m inside'
SUBMODULE = {
    'commit in super': Operation(
        'echo x > a.txt\ngit commit -a -m super', 'commit', stamped=4, on='submodule'
    ),
    'submodule update (nothing to do)': Operation('git submodule update', on='submodule'),
    'checkout --recurse-submodules HEAD~1': Operation(
        'git checkout --recurse-submodules HEAD~1\ngit checkout --recurse-submodules work',
        'pause resume',
        on='submodule',
    ),
    'checkout main --no-recurse': Operation(
        'git checkout --no-recurse-submodules main', 'pause', stamped=0, on='submodule'
    ),
    'commit inside submodule ↳ submodule update': Operation(
        f'cd lib\n{INNER}\ncd ..\ngit submodule --quiet update\n'
        'git submodule --quiet foreach git switch -q main',
        on='submodule',
    ),
    'submodule add': Operation('git submodule add ../lib more', on='submodule'),
    'submodule update --remote': Operation(
        'git -C ../lib commit -q --allow-empty -m later\n'
        'git -C lib config remote.origin.url ../../lib\ngit submodule update --remote',
        on='submodule',
    ),
    'clone --recurse-submodules': Operation(
        'git clone -q --recurse-submodules . ../clone', on='submodule'
    ),
}
# A clone with a commit for the branch of the session; a repository whose hook takes a push in.
CLONE_WORKS = (
    'git clone -q -b work . ../clone\necho x > ../clone/x.txt\ngit -C ../clone add .\n'
    "git -C ../clone commit -q -m 'foreign 3'\n"
)
RECEIVES = (
    'git -C $into config receive.denyCurrentBranch updateInstead\nmkdir -p $into/.git/hooks\n'
    "echo '#!/bin/sh' > $into/.git/hooks/push-to-checkout\n"
    'echo \'echo taken in; git read-tree -u -m HEAD "$1"\' >> $into/.git/hooks/push-to-checkout\n'
    'chmod +x $into/.git/hooks/push-to-checkout\n'
)
PUSH = {
    'push (new branch) ↳ (up to date) ↳ (update)': Operation(
        'git push o work:new\ngit push o work:new\ngit commit -q --allow-empty -m third\n'
        'git push o work:new',
        'commit',
        stamped=3,
        on='remote',
    ),
    'push --all': Operation('git branch more main\ngit push --all o', on='remote'),
    'push --tags': Operation('git tag v1 main\ngit push --tags o', on='remote'),
    'push tag': Operation('git tag v2 main\ngit push o v2', on='remote'),
    'push with 2 pushurls': Operation(
        'git init -q --bare ../two.git\ngit remote set-url --push o ../remote.git\n'
        'git remote set-url --add --push o ../two.git\ngit push o main:m',
        on='remote',
    ),
    'push --delete': Operation('git push o --delete other', on='remote'),
    'push HEAD:refs/for/main': Operation('git push o HEAD:refs/for/main', on='remote'),
    'push +HEAD~1:work (force)': Operation('git push o +HEAD~1:work', on='remote'),
    'push non-ff (rejected)': Operation('git push o clash:other', on='remote'),
    'push --dry-run': Operation('git push --dry-run o work:new', on='remote'),
    'push by URL': Operation('git push ../remote.git work:new', on='remote'),
    'push --no-verify': Operation('git push --no-verify o work:new', on='remote'),
    'push notes ref': Operation(
        'git notes add -m n main\ngit push o refs/notes/commits', on='remote'
    ),
    'push multiple refs': Operation('git push o :other work:m2 main:b2', on='remote'),
    'push --atomic': Operation('git push --atomic o work:a1 main:a2', on='remote'),
    'push --mirror to URL': Operation('git push --mirror ../remote.git', on='remote'),
    'push nothing-matching (error)': Operation('git push o nothing', on='remote'),
    **{
        f'pre-push exits 1: push{verify}': Operation(
            'git clone -q --bare . ../bare.git\n'
            f'FAIL={fails} git push{verify} ../bare.git HEAD~1:work -f',
            on='foreign hooks',
        )
        for verify, fails in (('', 'pre-push'), (' --no-verify', 'pre-push'), (' -q', 'none'))
    },
    'push to non-bare w/ updateInstead': Operation(
        'git clone -q . ../clone\ngit -C ../clone switch -q main\n'
        'git -C ../clone config receive.denyCurrentBranch updateInstead\n'
        'git push ../clone other:main'
    ),
    'push to non-bare w/ push-to-checkout hook': Operation(
        f'git clone -q . ../clone\ngit -C ../clone switch -q main\ninto=../clone\n{RECEIVES}'
        'git push ../clone other:main'
    ),
    'pushed into w/ updateInstead': Operation(
        f'{CLONE_WORKS}git config receive.denyCurrentBranch updateInstead\n'
        'git -C ../clone push origin work',
        '',
        3,
    ),
    'pushed into w/ push-to-checkout hook': Operation(
        f'{CLONE_WORKS}into=.\n{RECEIVES}git -C ../clone push origin work', '', 3
    ),
}
# More packs than git shall leave alone, and a look at once.
TWO_PACKS = (
    'git repack -q -d\ngit branch -q far $(git commit-tree -m x HEAD^{tree})\ngit repack -q\n'
)
OVER = (
    '-c gc.auto=6700 -c gc.autoPackLimit=1 -c gc.autoDetach=false '
    '-c maintenance.auto=true -c maintenance.autoDetach=false'
)
PLUMBING = {
    'tag -a': Operation(f'git tag -a -m tagged v1 main\n{EDIT}git tag -a v2 main\ngit tag -d v1'),
    'notes add -m ↳ append ↳ remove': Operation(
        f'git notes add -m mine\n{EDIT}git notes add main\ngit notes append -m more\n'
        'git notes remove HEAD~1\ngit notes remove'
    ),
    'gc': Operation('git gc -q\ngit gc --auto -q\ngit maintenance run --quiet'),
    **{
        f'{what} (above threshold)': Operation(
            f'{TWO_PACKS}FAIL="{fails}" git {OVER} {what}', types, on='foreign hooks'
        )
        for what, fails, types in (
            ('gc --auto', '', ''),
            ('gc --auto -q', 'pre-auto-gc', ''),
            ('maintenance run --auto', '', ''),
            ('merge --no-edit other', '', 'commit'),
        )
    },
    'sparse-checkout set ↳ disable': Operation(
        'git sparse-checkout set x\ngit sparse-checkout disable'
    ),
    'replace': Operation('git replace HEAD~1 main\ngit replace -d $(git replace)'),
    'filter-branch --msg-filter': Operation(
        'FILTER_BRANCH_SQUELCH_WARNING=1 git filter-branch --msg-filter cat main..work 2>&1 | '
        "grep -c 'unchanged'"
    ),
    'filter-branch --msg-filter (changes)': Operation(
        "FILTER_BRANCH_SQUELCH_WARNING=1 git filter-branch --msg-filter 'sed s/own/our/' "
        'main..work > ../said 2>&1\nrm ../said'
    ),
    'fast-export | fast-import': Operation(
        'git fast-export other | sed s/foreign/strange/ | git fast-import --quiet --force'
    ),
    'status / log / diff / blame': Operation(
        'git status\ngit log --format=%s\ngit diff main --stat\ngit blame a.txt'
    ),
    'add -p': Operation('echo x > a.txt\necho y | git add -p'),
    'update-index --refresh': Operation('git update-index --refresh'),
    'pack-refs': Operation(
        'git pack-refs --all\ngit commit --allow-empty -m third', 'commit', stamped=3
    ),
    'reflog expire': Operation('git reflog expire --expire=now --all\ngit reflog'),
    'replay': Operation('git replay --onto other main..work > ../said\nrm ../said', since=(2, 44)),
    'history reword HEAD~1': Operation(f'{EDIT}git history reword HEAD~1', since=(2, 54)),
    'history reword HEAD~1 (editor empties)': Operation(
        f'{EMPTY}git history reword HEAD~1', since=(2, 54)
    ),
    'history fixup HEAD~1': Operation(
        'echo x > e.txt\ngit add .\ngit history fixup HEAD~1', since=(2, 55)
    ),
    'history split HEAD': Operation(
        'echo x > a.txt\necho y > e.txt\ngit add .\ngit commit -q -m "own 3"\n'
        f"printf 'y\\nn\\n' | {EDIT}git history split HEAD",
        'commit',
        4,
        4,
        since=(2, 54),
    ),
    'rebase --trailer': Operation(
        'git rebase --trailer "Key: value" other', 'rewrite', since=(2, 54)
    ),
}
FORMATS = {
    f'{name}: {label}': Operation(lines, types, stamped=stamped, on=name, since=since)
    for name, since, flag in (
        ('sha256', (2, 31), '--object-format=sha256'),
        ('reftable', (2, 45), ''),
    )
    for label, lines, types, stamped in (
        ('commit', 'git commit --allow-empty -m third', 'commit', 3),
        ('amend', 'git commit --amend -m third', 'commit rewrite', 2),
        ('switch -c', 'git switch -c new', 'pause', 2),
        ('switch --orphan', 'git switch --orphan new\ngit switch work', '', 2),
        ('rebase -f', 'git rebase -f HEAD~1', 'rewrite', 2),
        ('rebase onto', 'git rebase other', 'rewrite', 2),
        ('branch -m', 'git branch -m new\ngit commit --allow-empty -m x', 'rename commit', 3),
        ('branch -c ↳ -d', 'git branch -c new\ngit branch -d new', '', 2),
        (
            'worktree add ↳ commit in wt',
            'git worktree add ../tree -b new\ngit -C ../tree commit --allow-empty -m x',
            '',
            2,
        ),
        ('reset --hard', 'git reset --hard HEAD~1', '', 1),
        ('push', f'git init -q --bare {flag} ../bare\ngit push ../bare work:y', '', 2),
    )
}
BARE = {
    'bare: worktree add ↳ commit': Operation(
        'git clone -q --bare . ../bare.git\ngit -C ../bare.git worktree add ../tree -b new main\n'
        'git -C ../tree commit --allow-empty -m third'
    ),
    'bare: commit with --work-tree': Operation(
        'git clone -q --bare . ../bare.git\ngit -C ../bare.git symbolic-ref HEAD refs/heads/main\n'
        'git --git-dir=../bare.git --work-tree=. commit --allow-empty -m third'
    ),
    'bare: push into it': Operation(
        'git clone -q --bare . ../bare.git\ngit clone -q --bare . ../from.git\n'
        'git -C ../from.git push ../bare.git main:pushed'
    ),
    'bare: branch/update-ref/notes': Operation(
        'git clone -q --bare . ../bare.git\ngit -C ../bare.git branch new\n'
        'git -C ../bare.git update-ref refs/heads/x main\ngit -C ../bare.git notes add -m n main'
    ),
}
FAILING = {
    **{
        f'{hook} exits 1: commit{more}': Operation(
            f'FAIL={hook} git commit --allow-empty{more}',
            types,
            stamped=stamped,
            on='foreign hooks',
        )
        for hook, more, types, stamped in (
            ('pre-commit', ' -m third', '', 2),
            ('prepare-commit-msg', ' -m third', '', 2),
            ('commit-msg', ' -m third', '', 2),
            ('post-commit', ' -m third', 'commit', 3),
            ('post-rewrite', ' -m third', 'commit', 3),
            ('prepare-commit-msg', ' --no-verify -m third', '', 2),
            ('pre-commit', ' --no-verify -m third', 'commit', 3),
            ('commit-msg', ' --no-verify -m third', 'commit', 3),
            ('post-rewrite', ' --amend -m third', 'commit rewrite', 2),
            ('post-commit', ' --amend -m third', 'commit rewrite', 2),
        )
    },
    'commit -a -m with pre-commit failing': Operation(
        'echo x > a.txt\nFAIL=pre-commit git commit -a -m x', on='foreign hooks'
    ),
    **{
        f'{hook} exits 1: commit -m': Operation(
            f"printf '#!/bin/sh\\nexit 1\\n' > .git/hooks/{hook}\nchmod +x .git/hooks/{hook}\n"
            'git commit --allow-empty -m third',
            types,
            stamped=stamped,
            on='foreign hooks',
        )
        for hook, types, stamped in (
            ('post-index-change', 'commit', 3),
            ('reference-transaction', '', 2),
        )
    },
    'pre-commit is a directory: commit -m': Operation(
        'rm .git/hooks/pre-commit\nmkdir .git/hooks/pre-commit\ngit commit --allow-empty -m third',
        on='foreign hooks',
    ),
    'post-merge exits 1: merge --ff': Operation(
        'git reset -q --hard main\nFAIL=post-merge git merge other',
        'merge',
        stamped=0,
        on='foreign hooks',
    ),
    **{
        f'{what}: commit -m': Operation(
            f'{script}\ngit commit --allow-empty -m third',
            types,
            stamped=stamped,
            on='foreign hooks',
        )
        for what, script, types, stamped in (
            ('pre-commit without x', 'chmod -x .git/hooks/pre-commit', 'commit', 3),
            (
                'pre-commit with missing interpreter',
                "printf '#!/nowhere/sh\\n' > .git/hooks/pre-commit",
                '',
                2,
            ),
            ('pre-commit without shebang', 'echo : > .git/hooks/pre-commit', 'commit', 3),
            ('pre-commit empty file +x', ': > .git/hooks/pre-commit', 'commit', 3),
            ('pre-commit dangling symlink', 'ln -sf /nowhere .git/hooks/pre-commit', 'commit', 3),
        )
    },
    # Whether git or the shell of our hook says that it cannot be run: not in the same words.
    'post-commit with missing interpreter: commit -m': Operation(
        'foreign=.git/hooks/post-commit; [ ! -f $foreign.session-orig ] || '
        "foreign=$foreign.session-orig\nprintf '#!/nowhere/sh\\n' > $foreign\n"
        'git commit --allow-empty -m third 2> ../said\ntest -s ../said && rm ../said',
        'commit',
        stamped=3,
        on='foreign hooks',
    ),
    # git runs what is in its configuration, but no file without the bit, ours neither.
    **{
        f'all hooks without x{how}: commit -m': Operation(
            f'chmod -x .git/hooks/*\ngit{how} commit --allow-empty -m third',
            'commit' if CONFIGURED else '',
            3,
            3 if CONFIGURED else 2,
            on='foreign hooks',
        )
        for how in ('', ' -c advice.ignoredHook=false')
    },
}
SECTIONS = {
    'commit': COMMIT,
    'merge': MERGE,
    'pull': PULL,
    'rebase': REBASE,
    'rebase -i': INTERACTIVE,
    'rebase conflict': REBASE_CONFLICT,
    'rebase apply': REBASE_APPLY,
    'cherry-pick': CHERRY_PICK,
    'revert': REVERT,
    'am': AM,
    'switch': SWITCH,
    'branch': BRANCH,
    'reset': RESET,
    'stash': STASH,
    'bisect': BISECT,
    'worktree': WORKTREE,
    'clone': CLONE,
    'submodule': SUBMODULE,
    'push': PUSH,
    'plumbing': PLUMBING,
    'formats': FORMATS,
    'bare': BARE,
    'failing': FAILING,
}
OPERATIONS = {
    f'{section}: {name}': operation
    for section, operations in SECTIONS.items()
    for name, operation in operations.items()
}
