# The session of the current directory in the prompt of fish (3.5 or later).
#
# Source this file in config.fish, then call fish_git_session_prompt in fish_prompt, beside
# fish_git_prompt.  It reads files with builtins only: no git, no Python.  What it shows and when
# is said in git-session-prompt.sh.

# fish_git_session_prompt [FORMAT]: prints the line in FORMAT, a printf format for one string
# (default ' %s'); nothing where there is no session.
function fish_git_session_prompt --argument-names format
    test "$GIT_SESSION" = 0; and return
    set -l gitdir (__git_session_prompt_find)
    set -q gitdir[1]; or return
    set -l common $gitdir
    if test -f $gitdir/commondir -a -r $gitdir/commondir
        set -l link (__git_session_prompt_line $gitdir/commondir)
        string match -q '/*' -- $link; and set common $link; or set common $gitdir/$link
    end
    test -d $common/sessions; or return
    set -l branch (__git_session_prompt_branch $gitdir)
    set -q branch[1]; or return
    set -l place $common/sessions/$branch
    test -f $place/id -a -f $place/prompt -a -r $place/prompt; or return
    __git_session_prompt_off $gitdir $branch; and return
    set -l text (__git_session_prompt_text $place)
    set -q text[1]; or return
    set -q format[1]; or set format ' %s'
    printf $format $text
end

# The first line of a file, without the end of line.
function __git_session_prompt_line -a file
    read -l line <$file
    echo -- $line
end

# The git directory; it goes up from where links lead.
function __git_session_prompt_find
    set -l gitdir $GIT_DIR
    set -l up (path resolve -- $PWD)
    while not set -q gitdir[1]
        if test -e $up/.git
            set gitdir $up/.git
        else if test -f $up/HEAD -a -d $up/objects -a -d $up/refs
            set gitdir $up
        else if test "$up" = / -o -z "$up"
            return
        else
            set up (path dirname -- $up)
        end
    end
    if test -f $gitdir -a -r $gitdir # a linked worktree: "gitdir: <path>"
        set -l link (string replace -r '^gitdir: ' '' -- (__git_session_prompt_line $gitdir))
        string match -q '/*' -- $link; or set link (path dirname -- $gitdir)/$link
        set gitdir $link
    end
    printf '%s\n' $gitdir
end

# HEAD's branch; where HEAD is no plain file (reftable, a symbolic link) the one that the hooks
# last saw.
function __git_session_prompt_branch -a gitdir
    set -l head 'ref: refs/heads/.invalid'
    if test ! -L $gitdir/HEAD -a -f $gitdir/HEAD -a -r $gitdir/HEAD
        set head (__git_session_prompt_line $gitdir/HEAD)
    end
    if test "$head" = 'ref: refs/heads/.invalid'
        test -f $gitdir/session-branch -a -r $gitdir/session-branch; or return
        __git_session_prompt_line $gitdir/session-branch | string match -rv '^$|(^|/)\.'
    else
        string replace -rf '^ref: refs/heads/(.+)$' '$1' -- $head
    end
end

# Whether the session is switched off, by what the hooks keep of the configuration.
function __git_session_prompt_off -a gitdir branch
    test -s $gitdir/session-off -a -r $gitdir/session-off; or return 1
    set -l own
    set -l every
    while read -l entry
        set -l value on
        string match -rqi '^\S+ (0|no|off|false)?$' -- $entry; and set value off
        set -l key (string split -m1 ' ' -- $entry)[1]
        if test "$key" = session.enabled
            set every $value
        else if test "$key" = branch.$branch.sessionenabled
            set own $value
        end
    end <$gitdir/session-off
    set -q own[1]; or set own $every
    test "$own" = off
end

function __git_session_prompt_text -a place
    set -l fields (string split ' ' -- (__git_session_prompt_line $place/prompt))
    # The numbers and words that Python wrote, or nothing.
    string match -rq '^(active|paused) \d+ \d+ \d+( |$)' -- "$fields"; or return
    set -l state $fields[1]
    # A hook resumes a session, and a commit starts its clock; they leave a line in the log.
    if test $state = paused
        set -l times (path mtime -- $place/prompt $place/events.jsonl)
        test (count $times) -eq 2; and test $times[2] -gt $times[1]; and set state active
    end
    set -l locale (string match -v '' -- $LC_ALL $LC_CTYPE $LANG)
    set -l marks '*' -
    string match -rqi 'utf-?8' -- $locale[1]; and set marks ● ○
    test $state = active; and set -l text $marks[1]; or set -l text $marks[2]
    test $fields[3] -gt 0; and set text $text$fields[2]/$fields[3]
    test $fields[4] -gt 0; and set text "$text !$fields[4]"
    contains -- "$fields[5]" red green refactor; and set text "$text $fields[5]"
    printf '%s\n' $text
end
