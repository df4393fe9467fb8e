# shellcheck shell=sh
# How the hooks add the session's trailers to a message: the user's text keeps
# every byte, the lines are put where git looks for trailers.
# git interpret-trailers is not used because it rewrites what it takes for
# trailers (`https://x` becomes `https: //x`), drops comments and obeys
# trailer.* of the user's configuration.

session_nl='
'

# session_busy: 0 when git is making a commit whose message is not the user's own
# work of this moment: merge, cherry-pick, revert, am, rebase.  A clean revert
# shows MERGE_MSG only.
session_busy() {
    [ -f "$gitdir/MERGE_MSG" ] || [ -f "$gitdir/CHERRY_PICK_HEAD" ] ||
        [ -f "$gitdir/MERGE_HEAD" ] || [ -f "$gitdir/REVERT_HEAD" ] ||
        [ -d "$gitdir/rebase-merge" ] || [ -d "$gitdir/rebase-apply" ]
}

# session_scan FILE PREFIX CUT: reads a message.  PREFIX starts a comment ('' when
# there are none), with CUT = 1 the text ends at git's scissors line.  Sets
#   text    1 when there is text besides Signed-off-by lines
#   stated  1 when a session's trailer or a fixup!/squash!/amend! is there already
#   block   1 when the last paragraph is a trailer block by git's rule
#   head    the lines up to the last line of text
#   tail    the lines after that, the scissors line last; empty when there are none
#   whole   1 when the last line of text has its newline
#   norm    the text without blank lines, comments and Signed-off-by lines
# Returns 1 when the message is too long to be a person's.
session_scan() {
    text='' stated='' block='' head='' tail='' whole=1 norm=''
    title=1 gap='' lines=0 good=0 bad=0 signed='' after=''
    while IFS= read -r line || { [ -n "$line" ] && whole=''; }; do
        lines=$((lines + 1))
        [ $lines -lt 5000 ] || return 1
        if [ -n "$2" ]; then
            case $line in
                "$2 ------------------------ >8 ------------------------"*)
                    tail=$tail$line$session_nl
                    [ "$3" != 1 ] || break
                    continue
                    ;;
                "$2"*)
                    tail=$tail$line$session_nl after=bad
                    continue
                    ;;
            esac
        fi
        case $line in
            *[![:space:]]*) ;;
            *)
                tail=$tail$line$session_nl gap=1
                continue
                ;;
        esac
        if [ -n "$gap" ] && [ -n "$head" ]; then
            title='' good=0 bad=0 signed='' after=bad
        fi
        gap=''
        head=$head$tail$line$session_nl tail=''
        session_line "$line"
    done < "$1"
    if [ -z "$title" ] && [ $good -gt 0 ]; then
        [ $bad -gt 0 ] || block=1
        [ -z "$signed" ] || [ $((good * 3)) -lt $bad ] || block=1
    fi
    return 0
}

# session_line LINE: counts it by the rule of trailer.c: a paragraph is a trailer
# block when all its lines are trailers, or a quarter of them and one made by git.
session_line() {
    case $1 in
        'Session-Id:'* | 'Session-Objective:'*) stated=1 ;;
        'fixup! '* | 'squash! '* | 'amend! '*) [ -n "$norm" ] || stated=1 ;;
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
            [ "$after" = good ] || bad=$((bad + 1))
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

# session_insert FILE: puts the trailers after the last line of text, in the block
# that is there or in a new paragraph.  Where nothing follows the text, the file
# is only appended to.
session_insert() {
    lines=
    while IFS= read -r line; do
        [ -z "$line" ] || lines=$lines$line$session_nl
    done < "$dir/trailers"
    [ -n "$lines" ] || return 0
    [ -n "$block" ] || lines=$session_nl$lines
    if [ -z "$tail" ]; then
        [ -n "$whole" ] || lines=$session_nl$lines
        printf '%s' "$lines" 2>/dev/null >> "$1"
        return 0
    fi
    printf '%s' "$head$lines$tail" 2>/dev/null > "$1"
    return 0
}
