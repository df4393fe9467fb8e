# shellcheck shell=sh
# Read by the guard when something may have switched a session off: the configuration of
# this one command, a config file that is newer than our last look, or what that look
# has found.

# Names of keys are compared without regard to case, the branch in them as it is.
session_enabled_key='[Ss][Ee][Ss][Ss][Ii][Oo][Nn].[Ee][Nn][Aa][Bb][Ll][Ee][Dd]'
session_branch_key='[Ss][Ee][Ss][Ss][Ii][Oo][Nn][Ee][Nn][Aa][Bb][Ll][Ee][Dd]'

# session_command BRANCH: sets `session_said` to what `git -c`, --config-env or the
# variables GIT_CONFIG_COUNT, _KEY_<n> and _VALUE_<n> say of BRANCH: off, on or nothing.
session_command() {
    session_own='' session_all=''
    [ -z "${GIT_CONFIG_COUNT-}" ] || session_counted "$1"
    if [ -n "${GIT_CONFIG_PARAMETERS-}" ]; then
        session_given "$session_enabled_key" && session_all=$value
        session_given "[Bb][Rr][Aa][Nn][Cc][Hh].$1.$session_branch_key" && session_own=$value
    fi
    session_said=${session_own:-$session_all}
}

# session_kept BRANCH: 1 when the config files switch BRANCH off.
# branch.<name>.sessionEnabled counts more than session.enabled.
session_kept() {
    session_own='' session_all=''
    session_fresh || session_look
    if [ -s "$gitdir/session-off" ]; then
        while IFS= read -r entry; do
            case $entry in
                *' '*) session_key "$1" "${entry%% *}" "${entry#* }" ;;
                *) session_key "$1" "$entry" true ;;
            esac
        done < "$gitdir/session-off"
    fi
    [ "${session_own:-$session_all}" != off ]
}

# session_look: asks git what the config files say and keeps the answer, a line for
# each value.  The stamp is written first: what changes after it is newer.
session_look() {
    printf '' 2>/dev/null > "$gitdir/session-seen"
    entry=$(
        unset GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT
        git config --get-regexp '^(session\.enabled|branch\..*\.sessionenabled)$' 2>/dev/null
    )
    [ -z "$entry" ] && [ ! -s "$gitdir/session-off" ] ||
        printf '%s' "${entry:+$entry$session_nl}" 2>/dev/null > "$gitdir/session-off"
}

# session_value TEXT: sets `value` to off, on, or nothing for what is no boolean of git's.
session_value() {
    case $1 in
        '' | 0 | [Nn][Oo] | [Oo][Ff][Ff] | [Ff][Aa][Ll][Ss][Ee]) value=off ;;
        [1-9]* | [Yy][Ee][Ss] | [Oo][Nn] | [Tt][Rr][Uu][Ee]) value=on ;;
        *) value= ;;
    esac
}

# session_key BRANCH KEY TEXT: takes TEXT as the value of KEY, if it is one of ours.
session_key() {
    # shellcheck disable=SC2254 # they are patterns
    case $2 in
        $session_enabled_key)
            session_value "$3"
            session_all=$value
            ;;
        [Bb][Rr][Aa][Nn][Cc][Hh]."$1".$session_branch_key)
            session_value "$3"
            session_own=$value
            ;;
    esac
}

# session_given KEY: sets `value` from the last KEY, a pattern, in GIT_CONFIG_PARAMETERS;
# 1 when it is not there.  git writes 'key'='value', before 2.31 'key=value', and quotes
# a quote inside as '\'', so that a blank and one quote are the start of a key.
session_given() {
    entry=" $GIT_CONFIG_PARAMETERS " known=1
    while :; do
        # shellcheck disable=SC2295 # it is a pattern
        next=${entry#*" '"$1}
        [ "$next" != "$entry" ] || return "$known"
        entry=$next
        case $entry in
            "'='"*) next=${entry#"'='"} ;;
            =*) next=${entry#=} ;;
            "'= "* | "' "*) # a key without a value is true
                value=on known=0
                continue
                ;;
            *) continue ;; # of a longer name
        esac
        session_value "${next%%"'"*}"
        known=0
    done
}

# session_counted BRANCH: looks through the numbered variables.
session_counted() {
    case $GIT_CONFIG_COUNT in
        *[!0-9]* | ?????*) return 0 ;;
    esac
    number=0
    while [ "$number" -lt "$GIT_CONFIG_COUNT" ]; do
        eval "next=\${GIT_CONFIG_KEY_$number-} entry=\${GIT_CONFIG_VALUE_$number-}"
        session_key "$1" "$next" "$entry"
        number=$((number + 1))
    done
}
