# shellcheck shell=sh
# The guard of every git-session hook: is there a session here at all?
#
# It uses the shell's builtins only, because it runs at every commit and switch
# of every repository that has sessions somewhere: one process would cost more
# than all of it.  Two things to know when changing these files: a failed
# redirection of a special builtin (`:`, `.`, `exec`) ends a POSIX shell, so
# none of them is redirected; and nothing here may fail a git command, so every
# way out is a plain return.

# shellcheck disable=SC2034 # for the hooks
session_nl='
'

# session_guard: 0 when the branch that HEAD names has a session.  Sets
#   gitdir  this worktree's git directory     common  the shared one
#   branch  HEAD's branch, short              dir     the session's directory
#   id      the session's id                  session_found  1
#   sessions  where the sessions are
# and, when it returns 1 after HEAD was read, leaves `id` empty.
session_guard() {
    id='' gitdir='' common='' dir='' session_found=''
    [ "${GIT_SESSION-}" != 0 ] && [ -z "${GIT_SESSION_ACTIVE-}" ] || return 1
    gitdir=${GIT_DIR:-.git}
    if [ -f "$gitdir" ]; then # a .git file: "gitdir: <path>"
        session_link "$gitdir" 'gitdir: ' "${gitdir%.git}"
        gitdir=$path
    fi
    common=$gitdir
    if [ -f "$gitdir/commondir" ]; then
        session_link "$gitdir/commondir" '' "$gitdir/"
        common=$path
    fi
    sessions=${GIT_SESSION_PROBE:-$common/sessions} # `git session doctor` has its own
    [ -d "$sessions" ] || return 1
    session_head || return 1
    dir=$sessions/$branch session_said=
    case ${GIT_CONFIG_PARAMETERS-}${GIT_CONFIG_COUNT:+enabled} in
        *[Ee][Nn][Aa][Bb][Ll][Ee][Dd]*) session_switches session_command "$branch" ;;
    esac
    if [ "$session_said" = off ]; then # of this command: not even what was left is looked at
        gitdir='' common=''
        return 1
    fi
    if [ ! -f "$dir/id" ]; then
        # Asked this way round it is also right where a second, or a missing file, is all
        # that -nt (POSIX.1-2024, and older in every shell) can tell.
        # shellcheck disable=SC3013
        ! [ "$common/sessions/.seen" -nt "$common/config" ] && [ -r "$session_hooks/renamed.sh" ] ||
            return 1
        # shellcheck source=hooks/renamed.sh
        . "$session_hooks/renamed.sh"
        session_renamed || return 1
    fi
    session_id || return 1
    if session_enabled "$branch"; then
        session_found=1
    else
        id=
        return 1
    fi
}

# session_alone: 0 where there is no session, but somebody looks for who is live (live.sh).
session_alone() {
    [ -z "$id" ] && [ -n "$gitdir" ] && [ -d "$gitdir/session-live" ] &&
        [ -r "$session_hooks/live.sh" ] || return 1
    # shellcheck source=hooks/live.sh
    . "$session_hooks/live.sh"
}

# session_enabled BRANCH: 0 unless the configuration switches the hooks off for BRANCH.  On the
# ordinary path the last look at it is newer than the config files and found nothing.
session_enabled() {
    [ "$session_said" = on ] || { [ ! -s "$gitdir/session-off" ] && session_fresh; } ||
        session_switches session_kept "$1"
}

# session_switches FUNCTION ARGUMENT: runs a function of off.sh.
session_switches() {
    [ -r "$session_hooks/off.sh" ] || return 0
    # shellcheck source=hooks/off.sh
    . "$session_hooks/off.sh"
    "$@"
}

# session_fresh: 0 when this worktree's look at the configuration is newer than the config
# files of the repository and of the worktree.
# shellcheck disable=SC3013
session_fresh() {
    [ "$gitdir/session-seen" -nt "$common/config" ] || return 1
    [ ! -f "$gitdir/config.worktree" ] || [ "$gitdir/session-seen" -nt "$gitdir/config.worktree" ]
}

# session_link FILE PREFIX PLACE: sets `path` to the path that FILE holds after
# PREFIX; a relative one starts at PLACE.
session_link() {
    path=
    IFS= read -r path < "$1"
    path=${path#"$2"}
    case $path in
        /*) ;;
        *) path=$3$path ;;
    esac
}

# session_id: sets `id` to the id of the session in `dir`; 1 if it cannot be one.
session_id() {
    id=
    IFS= read -r id < "$dir/id"
    case $id in
        '' | *[!0-9A-Za-z._-]*)
            id=
            return 1
            ;;
    esac
}

# session_head: the branch that HEAD names.  HEAD is read, not asked for, unless it is
# the reftable format's constant or a symbolic link (gitrepository-layout(5)).
session_head() {
    branch='' head=''
    if [ -h "$gitdir/HEAD" ]; then
        head='ref: refs/heads/.invalid'
    elif [ -f "$gitdir/HEAD" ]; then
        IFS= read -r head < "$gitdir/HEAD"
    fi
    case $head in
        'ref: refs/heads/.invalid')
            branch=$(git symbolic-ref -q HEAD 2>/dev/null)
            branch=${branch#refs/heads/}
            ;;
        'ref: refs/heads/'*) branch=${head#ref: refs/heads/} ;;
    esac
    [ -n "$branch" ]
}
