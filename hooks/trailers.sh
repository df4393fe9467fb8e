# shellcheck shell=sh
# How the hooks add the session's trailers to a message: the user's text keeps
# every byte, the lines are put where git looks for trailers.
# git interpret-trailers is not used because it rewrites what it takes for
# trailers (`https://x` becomes `https: //x`), drops comments and obeys
# trailer.* of the user's configuration.

session_scissors='------------------------ >8 ------------------------'

# session_bytes FUNCTION ARGUMENTS: runs it with messages read as bytes, as git does.  In
# another locale `[:space:]` is more than white space to git.
session_bytes() {
    locale=${LC_ALL-}
    LC_ALL=C
    "$@"
    if [ -n "$locale" ]; then LC_ALL=$locale; else unset LC_ALL; fi
}

# session_busy: 0 when git is making a commit whose message is not the user's own
# work of this moment: merge, cherry-pick, revert, am, rebase.  A clean revert
# shows MERGE_MSG only; with SQUASH_MSG it is from the conflicts of a `merge --squash`.
session_busy() {
    { [ -f "$gitdir/MERGE_MSG" ] && [ ! -f "$gitdir/SQUASH_MSG" ]; } ||
        [ -f "$gitdir/CHERRY_PICK_HEAD" ] || [ -f "$gitdir/MERGE_HEAD" ] ||
        [ -f "$gitdir/REVERT_HEAD" ] ||
        [ -d "$gitdir/rebase-merge" ] || [ -d "$gitdir/rebase-apply" ]
}

# session_scan FILE PREFIX FORM CUT: reads a message.  PREFIX starts a comment.  FORM
# is what becomes of the file:
#   strip  the user's editor had it; comments go, blank lines at the start too
#   space  the same, but comments stay
#   final  it is the message already
# With CUT = 1 the text ends at git's scissors line.  Sets
#   text    1 when there is text besides comments and Signed-off-by lines
#   stated  1 when a session's trailer or a fixup!/squash!/amend! is there already
#   block   1 when the last paragraph is a trailer block by git's rule
#   head    the lines up to the last line of text
#   notes   the lines after that up to the last comment; empty when there is none
#   tail    the blank lines after that, then all from the scissors line on
#   whole   1 when the last line has its newline
#   upto    how many lines `head` is, `noted` with `notes`; cutoff  1 at a scissors line
#   norm    the text without blank lines, comments and Signed-off-by lines
#   doubt   1 when a line would be a comment if core.commentChar said so
# Returns 1 when the message is too long to be a person's.
session_scan() {
    text='' stated='' block='' head='' notes='' tail='' whole=1 norm='' doubt=''
    title=1 gap='' lines=0 good=0 bad=0 signed='' after='' seen='' upto=0 noted=0 cutoff=''
    [ "$3" != final ] || seen=1
    while IFS= read -r line || { [ -n "$line" ] && whole=''; }; do
        lines=$((lines + 1))
        [ $lines -lt 5000 ] || return 1
        case $line in
            "$2 $session_scissors")
                if [ "$4" = 1 ]; then
                    cutoff=1
                    session_rest "$3" || return 1
                    break
                fi
                ;;
        esac
        case $line in
            "$2"*)
                notes=$notes$tail$line$session_nl tail='' noted=$lines
                [ "$3" = strip ] || after=bad seen=1
                [ "$3" != final ] || doubt=1
                continue
                ;;
            *[![:space:]]*) ;;
            *)
                if session_blank "$line"; then
                    tail=$tail$line$session_nl gap=1
                    continue
                fi
                ;;
        esac
        if [ -n "$gap" ] && [ -n "$seen" ]; then
            title='' good=0 bad=0 signed='' after=bad
        fi
        gap='' seen=1
        head=$head$notes$tail$line$session_nl notes='' tail='' upto=$lines noted=$lines
        session_line "$line"
    done < "$1"
    if [ -z "$title" ] && [ $good -gt 0 ]; then
        [ $bad -gt 0 ] || block=1
        [ -z "$signed" ] || [ $((good * 3)) -lt $bad ] || block=1
    fi
    return 0
}

# session_blank LINE: whether LINE, which is white space, is so to git, which takes
# form feed and vertical tab for text.
session_blank() {
    [ -n "$1" ] || return 0
    odd=$(printf '\013\014_')
    case $1 in
        *["${odd%_}"]*) return 1 ;;
    esac
}

# session_rest FORM: takes the scissors line in `line` and what follows into `tail`.
# Where that is long, it is git's own (commit -v) and will be cut off anyway; 1
# when it does not look so.  A message that is final may keep it: then it is read whole.
session_rest() {
    tail=$tail$line$session_nl lines=0 diff=''
    while IFS= read -r line || { [ -n "$line" ] && whole=''; }; do
        lines=$((lines + 1))
        case $line in
            'diff --'*) diff=1 ;;
        esac
        if [ $lines -ge 200 ] && [ "$1" != final ]; then
            [ -n "$diff" ]
            return
        fi
        [ $lines -lt 5000 ] || return 1
        tail=$tail$line$session_nl
    done
}

# session_line LINE: counts it by the rule of trailer.c: a paragraph is a trailer
# block when all its lines are trailers, or a quarter of them and one made by git.
# shellcheck disable=SC2034 # for the hooks
session_line() {
    case $1 in
        'Session-Id:'* | 'Session-Objective:'*) stated=1 ;;
        'fixup! '* | 'squash! '* | 'amend! '*) [ -n "$norm" ] || stated=1 ;;
        [\;@!\$%^\&\|:/~=]*) doubt=1 ;;
    esac
    case $1 in
        'Signed-off-by: '*) ;;
        *)
            session_trim "$1"
            text=1 norm=$norm$trimmed$session_nl
            ;;
    esac
    case $1 in
        'Signed-off-by: '* | '(cherry picked from commit '*)
            good=$((good + 1)) signed=1 after=good
            return
            ;;
        [[:space:]]*)
            if session_blank "${1%"${1#?}"}" && [ "$after" = good ]; then
                return # a folded line
            fi
            bad=$((bad + 1)) after=bad
            return
            ;;
    esac
    trimmed=
    case $1 in
        *:*) session_trim "${1%%:*}" ;; # white space may stand before the colon
    esac
    case $trimmed in
        '' | *[!A-Za-z0-9-]*) bad=$((bad + 1)) after=bad ;;
        *) good=$((good + 1)) after=good ;;
    esac
}

# session_trim TEXT: sets `trimmed` to TEXT without the white space at its end.
session_trim() {
    trimmed=$1
    while :; do
        case $trimmed in
            *[[:space:]]) trimmed=${trimmed%?} ;;
            *) return ;;
        esac
    done
}

# session_insert FILE FORM: puts the trailers after the last line of text, in the
# block that is there or in a new paragraph.  Comments that stay are a part of the
# text, except that the block is the one before them, as git finds it.  Where nothing
# follows that git will keep, the file is only appended to.  A message without a last newline
# gets none, so that taking the lines out gives it back.  git refuses a message with a NUL,
# which no shell reads: what has one (a text in UTF-16) must keep it.
session_insert() {
    ours=
    while IFS= read -r line; do
        [ -z "$line" ] || ours=$ours$line$session_nl
    done < "$dir/trailers"
    [ -n "$ours" ] || return 0
    if [ -z "$block" ]; then
        ours=$session_nl$ours
        [ "$2" = strip ] || head=$head$notes notes='' upto=$noted
    fi
    if [ -z "$notes$tail" ] || [ "$2$block$cutoff" = strip ]; then
        [ -n "$whole" ] || ours=$session_nl${ours%"$session_nl"}
        printf '%s' "$ours" 2>/dev/null >> "$1" && return 0
        line=$head$notes$tail # there was room for a part of it
        [ -n "$whole" ] || line=${line%"$session_nl"}
        printf '%s' "$line" 2>/dev/null > "$1"
        return 0
    fi
    tail=$notes$tail
    [ -n "$whole" ] || tail=${tail%"$session_nl"}
    if [ -n "$cutoff" ] && [ "$2" != final ]; then
        session_overwrite "$1"
    elif session_same "$1"; then
        # Where there is no room for all of it, what was there has some.
        printf '%s' "$head$ours$tail" 2>/dev/null > "$1" ||
            printf '%s' "$head$tail" 2>/dev/null > "$1"
    fi
    return 0
}

# session_overwrite FILE: the lines of `head` stay as they are in FILE.  What was not read of
# it is below the scissors, and stays there.
session_overwrite() {
    while [ "$upto" -gt 0 ]; do
        IFS= read -r line
        upto=$((upto - 1))
    done
    printf '%s' "$ours$tail" >&0
} 2>/dev/null 0<> "$1" # ksh93 takes `<>` for standard output

# session_same FILE: 0 when what was read is FILE, byte for byte.
session_same() {
    line=$(printf '%s' "$head$tail" | git hash-object --no-filters --stdin -- "$1" 2>/dev/null)
    [ "${line%"$session_nl"*}" = "${line#*"$session_nl"}" ]
}

# session_comment_char: sets `prefix` to what the configuration says starts a comment.
session_comment_char() {
    prefix='#'
    while IFS=' ' read -r key rest; do
        case $rest in
            '' | auto) prefix='#' ;;
            *) prefix=$rest ;;
        esac
    done <<CONFIG
$(git config --get-regexp '^core\.comment(char|string)$' 2>/dev/null)
CONFIG
}
