# shellcheck shell=sh
# How a hook records: one line at the end of the session's log, and for a
# commit the same line as its note.  Uses what session_guard has set.

# session_append LINE: one line in one write to a file opened for appending, so
# that parallel writers never mix (open(2), O_APPEND).
session_append() {
    [ -f "$dir/events.jsonl" ] && printf '%s\n' "$1" 2>/dev/null >> "$dir/events.jsonl"
}

# session_event STAMP AT SUFFIX TYPE FACTS: the line of an event.  STAMP and AT
# are one second, as 20261122T230226.999Z (its end: a hook knows no smaller unit,
# and what led to it came before) and 2026-11-22T23:02:26Z; FACTS is ready JSON
# that starts with a comma, or nothing.
session_event() {
    line="{\"v\":1,\"id\":\"$1-$3\",\"at\":\"$2\",\"session\":\"$id\",\"type\":\"$4\"$5}"
}

# session_log OPTIONS FORMAT: sets `facts` to what git log says of HEAD.  The `--` is
# for a file of the name HEAD.
session_log() {
    facts=$(TZ=UTC0 git --no-pager log -1 --no-show-signature --no-notes --no-color \
        --encoding=UTF-8 --date=format-local:'%Y%m%dT%H%M%S.999Z %Y-%m-%dT%H:%M:%SZ' \
        "$@" HEAD -- 2>/dev/null)
}

# session_commit: records HEAD with its note.  The event's id is made of the commit
# alone, so that this hook, the command that finds an unreported commit, and another
# clone all write the same event.  A commit that has a note was made before, within this
# second (an amend that changes nothing): its note may have more than this line, and stays.
session_commit() {
    session_log --notes=session --format='%P%n%H %cd %ct %cn <%ce>%+N' || return 0
    parents=${facts%%"$session_nl"*} facts=${facts#*"$session_nl"}
    noted=
    case $facts in *"$session_nl"*) noted=1 facts=${facts%%"$session_nl"*} ;; esac
    commit=${facts%% *} facts=${facts#* }
    stamp=${facts%% *} facts=${facts#* }
    at=${facts%% *} facts=${facts#* }
    rest=${commit#????????????????}
    session_event "$stamp" "$at" "${commit%"$rest"}" commit ",\"commit\":\"$commit\""
    session_append "$line"
    [ -n "$noted" ] || session_note "$commit" "$line" "${facts#* } ${facts%% *} +0000"
    session_presence "$commit" "$parents" "$branch" || :
    [ -s "$gitdir/session-branch" ] || printf '%s\n' "$branch" 2>/dev/null > "$gitdir/session-branch"
}

# session_presence COMMIT FROM [BRANCH]: whoever works here is live and has moved HEAD to COMMIT
# (live.sh); 1 where nobody looks for that.
session_presence() {
    [ -d "$gitdir/session-live" ] && [ -r "$session_hooks/live.sh" ] || return 1
    # shellcheck source=hooks/live.sh
    . "$session_hooks/live.sh"
    session_renew "$@"
}

# session_orig: sets `orig` to where HEAD was before a merge or a rebase, if git has a file of it.
session_orig() {
    orig=
    # shellcheck disable=SC2034 # for the hooks
    [ ! -f "$gitdir/ORIG_HEAD" ] || IFS= read -r orig < "$gitdir/ORIG_HEAD"
}

# session_note COMMIT LINE COMMITTER: LINE becomes the note of COMMIT.  git
# fast-import refuses to move the ref when the new notes commit does not contain
# the ref's value of that moment (status 1), which makes this a compare-and-swap: a
# lost race is tried again on top of the winner.  `git notes` would overwrite it.
# A lock that stays is somebody's who died: it is not waited for long.
# The note's path has a fan-out of one, which costs the same at any number of
# notes; git reads every fan-out and mends it when it rewrites the tree.
session_note() {
    ref=refs/notes/session store=$common
    if [ -n "${GIT_SESSION_PROBE-}" ]; then # a ref that goes with its worktree
        ref=refs/worktree/session store=$gitdir
    fi
    from="from $ref^0"
    if [ ! -f "$store/$ref" ]; then
        git rev-parse -q --verify $ref > /dev/null 2>&1 || from=
    fi
    rest=${1#??} try=0 locked=0
    while [ $try -lt 40 ] && [ $locked -lt 10 ]; do
        git -c core.filesRefLockTimeout=20 fast-import --quiet --date-format=raw > /dev/null 2>&1 <<STREAM
commit $ref
committer $3
data <<MESSAGE
Notes added by 'git session' for $1
MESSAGE
$from
M 100644 inline ${1%"$rest"}/$rest
data <<LINE
$2
LINE

STREAM
        [ $? -eq 1 ] || return 0
        [ ! -f "$store/$ref.lock" ] || locked=$((locked + 1))
        from="from $ref^0"
        try=$((try + 1))
    done
    return 0 # the log has the event; the next command publishes it
}

# session_moment: sets `stamp`, `at`, `action` and `commit` from the newest entry of
# HEAD's reflog, that is, from now and what git just did; `suffix` is twelve digits
# of the commit, `writer` this process as seven digits or more, so that ids of one second
# sort as numbers do.
# shellcheck disable=SC2034 # for the hooks
session_moment() {
    session_log -g --format='%H %gd %gs' || return 1
    commit=${facts%% *} facts=${facts#*@\{}
    stamp=${facts%% *} facts=${facts#* }
    at=${facts%%\}*} action=${facts#*\} }
    rest=${commit#????????????}
    suffix=${commit%"$rest"} writer=000000$$
    while [ ${#writer} -gt 7 ] && [ "${writer#0}" != "$writer" ]; do
        writer=${writer#0}
    done
    [ -n "$stamp" ] && [ -n "$at" ]
}
