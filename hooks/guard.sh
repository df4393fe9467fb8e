# shellcheck shell=sh
# The guard of every git-session hook: is there a session here at all?
#
# It uses the shell's builtins only, because it runs at every commit and switch
# of every repository that has sessions somewhere: one process would cost more
# than all of it.  Two things to know when changing these files: a failed
# redirection of a special builtin (`:`, `.`, `exec`) ends a POSIX shell, so
# none of them is redirected; and nothing here may fail a git command, so every
# way out is a plain return.

# session_guard: 0 when the branch that HEAD names has a session.  Sets
#   gitdir  this worktree's git directory     common  the shared one
#   branch  HEAD's branch, short              dir     the session's directory
#   id      the session's id
# and, when it returns 1 after HEAD was read, leaves `id` empty.
session_guard() {
    id='' gitdir=''
    [ "${GIT_SESSION-}" != 0 ] && [ -z "${GIT_SESSION_ACTIVE-}" ] || return 1
    gitdir=${GIT_DIR:-.git}
    if [ -f "$gitdir" ]; then # a .git file: "gitdir: <path>"
        IFS= read -r gitdir < "$gitdir"
        gitdir=${gitdir#gitdir: }
    fi
    common=$gitdir
    if [ -f "$gitdir/commondir" ]; then
        IFS= read -r common < "$gitdir/commondir"
        case $common in
            /*) ;;
            *) common=$gitdir/$common ;;
        esac
    fi
    [ -d "$common/sessions" ] || return 1
    session_head || return 1
    dir=$common/sessions/$branch
    [ -f "$dir/id" ] || session_renamed || return 1
    IFS= read -r id < "$dir/id"
    [ -n "$id" ]
}

# session_head: the branch that HEAD names, or that the rebase is of whose
# post-rewrite this is.  HEAD is read, not asked for, unless it is the reftable
# format's constant (gitrepository-layout(5)).
session_head() {
    branch=
    [ -f "$gitdir/HEAD" ] || return 1
    IFS= read -r head < "$gitdir/HEAD"
    case $head in
        'ref: refs/heads/.invalid') branch=$(git symbolic-ref -q HEAD) && branch=${branch#refs/heads/} ;;
        'ref: refs/heads/'*) branch=${head#ref: refs/heads/} ;;
        *)
            if [ -n "${session_rebased-}" ] && [ -f "$gitdir/rebase-apply/head-name" ]; then
                IFS= read -r branch < "$gitdir/rebase-apply/head-name"
                branch=${branch#refs/heads/}
            fi
            ;;
    esac
    [ -n "$branch" ]
}

# session_renamed: `git branch -m` fires no hook, but it moves
# branch.<name>.session in the config.  So a config that is newer than our last
# look may hold a binding whose directory still has the old name: only Python
# moves directories.  -nt is POSIX.1-2024 and older than that in every shell.
session_renamed() {
    # shellcheck disable=SC3013
    [ "$common/config" -nt "$common/sessions/.seen" ] || return 1
    printf '' 2>/dev/null > "$common/sessions/.seen"
    renamed=
    while IFS=' ' read -r key rest; do
        key=${key#branch.}
        [ -n "$rest" ] && [ ! -f "$common/sessions/${key%.session}/id" ] && renamed=1
    done <<BINDINGS
$(git config --get-regexp '^branch\..*\.session$')
BINDINGS
    [ -n "$renamed" ] && [ -x "${session_python-}" ] || return 1
    "$session_python" -I -m git_session hook reconcile < /dev/null > /dev/null 2>&1
    [ -f "$dir/id" ]
}
