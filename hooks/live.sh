# shellcheck shell=sh
# Who works here is live (presence.py): read by the hooks that move HEAD, in worktrees
# where a command has made the folder of leases.  Builtins only, on branches with a session.

# session_renew COMMIT FROM [BRANCH]: the lease of the agent that the environment names, or of
# a person.  An id that cannot be part of a file's name is left out.  FROM has the commits that
# HEAD was moved from, BRANCH the branch: where the agent has seen another one last, somebody
# else moved HEAD before, and what it has seen stays, until its own hook has told it.
session_renew() {
    session_who
    person=
    if [ "$who" = person ] && [ -f "$gitdir/session-live/person" ]; then
        { IFS= read -r person; IFS= read -r person; IFS= read -r person; } < "$gitdir/session-live/person"
    fi
    if session_behind "$2" "${3-}"; then
        printf '%s\n' "$branch" "$knew" "$person" "$on" 2>/dev/null > "$gitdir/session-live/$who"
    else
        printf '%s\n' "$branch" "$1" "$person" 2>/dev/null > "$gitdir/session-live/$who"
    fi
}

# session_unbound FROM [COMMIT]: an agent has moved HEAD on a branch without a session, or away
# from any: no news to it, and nothing else.  A person is not told, so that costs them nothing.
session_unbound() {
    session_who
    [ "$who" != person ] && session_enabled "$branch" || return 0
    commit=${2-} from=
    if [ -z "$commit" ]; then
        commit=$(git --no-pager log -1 --no-show-signature --format='%H %P' HEAD -- 2>/dev/null)
        from=${commit#* } commit=${commit%% *}
    fi
    [ -z "$commit" ] || session_renew "$commit" "$1 $from"
}

# session_who: sets `who` to the agent that the environment names, or to a person.
session_who() {
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
}

# session_behind FROM BRANCH: 0 when the agent has seen HEAD last, at `knew` and on `on`, where
# it was not moved from.  Without an id its leases are those of others too.
session_behind() {
    on='' knew='' file=$gitdir/session-live/$who
    case $who in *-*) [ -s "$file" ] || return 1 ;; *) return 1 ;; esac
    { IFS= read -r on; IFS= read -r knew; IFS= read -r _; IFS= read -r was && on=$was; } < "$file"
    case $1 in
        *"$knew"*) [ -n "$2" ] && [ -n "$on" ] && [ "$2" != "$on" ] ;;
    esac
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
