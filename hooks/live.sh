# shellcheck shell=sh
# Who works here is live (presence.py): read by the hooks that move HEAD, in worktrees
# where a command has made the folder of leases.  Builtins only.

# session_renew COMMIT: the lease of the agent that the environment names, or of a person.
# An id that cannot be part of a file's name is left out.
session_renew() {
    who=person agent=
    if [ -n "${CLAUDECODE-}${CLAUDE_CODE_SESSION_ID-}" ]; then
        who=claude agent=${CLAUDE_CODE_SESSION_ID-}
    elif [ -n "${CODEX_SESSION_ID-}${CODEX_THREAD_ID-}" ]; then
        who=codex agent=${CODEX_SESSION_ID-}
    elif [ -n "${GEMINI_CLI-}" ]; then
        who=gemini agent=${GEMINI_SESSION_ID-}
    elif [ -n "${CURSOR_AGENT-}${CURSOR_CONVERSATION_ID-}" ]; then
        who=cursor agent=${CURSOR_CONVERSATION_ID-}
    elif [ -n "${COPILOT_CLI-}${COPILOT_AGENT_SESSION_ID-}" ]; then
        who=copilot agent=${COPILOT_AGENT_SESSION_ID-}
    elif [ -n "${PI_CODING_AGENT-}" ]; then
        who=pi agent=${PI_SESSION_ID-}
    fi
    case $agent in
        *[!0-9A-Za-z_-]*) ;;
        ?*) [ ${#agent} -gt 80 ] || who=$who-$agent ;;
    esac
    person=
    if [ "$who" = person ] && [ -f "$gitdir/session-live/person" ]; then
        { IFS= read -r person; IFS= read -r person; IFS= read -r person; } < "$gitdir/session-live/person"
    fi
    printf '%s\n' "$branch" "$1" "$person" 2>/dev/null > "$gitdir/session-live/$who"
}

# session_others: sets `other` to somebody else who is live on `branch`, or to nothing.  A
# process only where a lease names the branch: how old that is, is asked of find.
session_others() {
    other=
    for lease in "$common"/session-live/* "$common"/worktrees/*/session-live/*; do
        [ -f "$lease" ] && [ "$lease" != "$gitdir/session-live/$who" ] &&
            [ "$lease" != "$gitdir/session-live/person" ] || continue
        IFS= read -r on < "$lease"
        if [ "$on" = "$branch" ] && [ -n "$(find "$lease" -mmin -15 2>/dev/null)" ]; then
            other=${lease##*/} other=${other%%-*}
            case $other in
                person) other=somebody ;;
                *[!a-z]*) continue ;;
            esac
            return 0
        fi
    done
    other=
}
