# shellcheck shell=sh
# Read by the guard when HEAD's branch has no session and the config is newer than
# our last look at it.

# session_renamed: `git branch -m` fires no hook, but it moves
# branch.<name>.session in the config.  So there may be a binding whose directory still
# has the old name: only Python moves directories.
session_renamed() {
    printf '' 2>/dev/null > "$common/sessions/.seen"
    renamed=
    while IFS=' ' read -r key rest; do
        key=${key#branch.}
        [ -n "$rest" ] && [ ! -f "$common/sessions/${key%.session}/id" ] && renamed=1
    done <<BINDINGS
$(git config --get-regexp '^branch\..*\.session$' 2>/dev/null)
BINDINGS
    [ -n "$renamed" ] || return 1
    if [ -x "${session_python-}" ]; then
        "$session_python" -I -m git_session hook reconcile < /dev/null > /dev/null 2>&1
    elif [ -z "${session_python-}" ] && command -v git-session > /dev/null 2>&1; then
        # run by pre-commit, from its own clone
        git-session hook reconcile < /dev/null > /dev/null 2>&1
    fi
    [ -f "$dir/id" ]
}
