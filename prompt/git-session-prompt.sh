# shellcheck shell=sh
# shellcheck disable=SC3043,SC3013 # local, -nt and -ef are in every shell named here
# The session of the current directory in the prompt, for bash, zsh, dash and busybox sh.
#
# Source this file, then either
#   bash   PS1='\w$(__git_session_ps1) \$ '
#   zsh    setopt prompt_subst; PROMPT='%~$(__git_session_ps1) %# '
# or, with no process at all (a command substitution is a fork),
#   bash   PROMPT_COMMAND=__git_session_line    PS1='\w $__git_session_text \$ '
#   zsh    precmd_functions+=(__git_session_line)   PROMPT='%~ $__git_session_text %# '
#
# It reads files with builtins only: no git, no Python.  What it shows, `●2/5 !1 red`:
#   ● or ○   the session runs, or its clock is paused (* and - where the locale is not UTF-8)
#   2/5      objectives done, of all
#   and !1   open blockers, if any
#   red      the phase of test-driven development, if any
# Nothing is shown where there is no session, where session.enabled or
# branch.<name>.sessionEnabled is false as the hooks last saw it, and with GIT_SESSION=0.

# __git_session_ps1 [FORMAT]: prints the line in FORMAT, a printf format for one string
# (default ' %s'); nothing where there is no session.  $? is what it was.
__git_session_ps1 ()
{
	local was="$?"
	__git_session_line
	# shellcheck disable=SC2059 # that is what it is for
	[ -z "$__git_session_text" ] || printf "${1:- %s}" "$__git_session_text"
	return "$was"
}

# __git_session_line: sets __git_session_text to the line, or to nothing.  $? is what it was.
__git_session_line ()
{
	local was="$?" bang='!'
	__git_session_text=
	if [ -n "${ZSH_VERSION-}" ]; then
		# shellcheck disable=SC3010,SC3062 # zsh has it
		[[ -o prompt_bang ]] && bang='!!' # the number of a command otherwise
		emulate -L sh
	fi
	[ "${GIT_SESSION-}" = 0 ] || __git_session_read "$bang"
	return "$was"
}

__git_session_read ()
{
	local gitdir='' common='' head='' branch='' place='' state=''
	local complete='' all='' open='' phase='' mark=''
	__git_session_find && __git_session_head || return 0
	place=$common/sessions/$branch
	[ -f "$place/id" ] && [ -f "$place/prompt" ] && [ -r "$place/prompt" ] || return 0
	IFS=' ' read -r state complete all open phase < "$place/prompt" || :
	# The numbers and words that Python wrote, or nothing: a prompt may expand what it shows.
	case $complete$all$open in '' | *[!0-9]*) return 0 ;; esac
	case ${phase%% *} in red | green | refactor) phase=" ${phase%% *}" ;; *) phase='' ;; esac
	# A hook resumes a session, and a commit starts its clock; they leave a line in the log.
	if [ "$state" = paused ] && [ "$place/events.jsonl" -nt "$place/prompt" ]; then
		state=active
	fi
	case ${LC_ALL:-${LC_CTYPE:-${LANG-}}} in
	*[Uu][Tt][Ff]8* | *[Uu][Tt][Ff]-8*) mark=u$state ;;
	*) mark=$state ;;
	esac
	case $mark in
	uactive) mark=● ;;
	upaused) mark=○ ;;
	active) mark='*' ;;
	paused) mark=- ;;
	*) return 0 ;;
	esac
	! __git_session_off || return 0
	[ "$all" -eq 0 ] || mark=$mark$complete/$all
	[ "$open" -eq 0 ] || mark="$mark $1$open"
	__git_session_text=$mark$phase
}

# __git_session_find: sets `gitdir` and `common`; 1 outside a repository.  It goes up by `..`, as
# $PWD may lead through a symbolic link, to the root.
__git_session_find ()
{
	local up=. link=''
	if [ -n "${GIT_DIR-}" ]; then
		gitdir=$GIT_DIR
	else
		while [ -z "$gitdir" ]; do
			if [ -e "$up/.git" ]; then
				gitdir=$up/.git
			elif [ -f "$up/HEAD" ] && [ -d "$up/objects" ] && [ -d "$up/refs" ]; then
				gitdir=$up
			elif [ "$up" -ef / ] || [ ${#up} -gt 1000 ]; then
				return 1
			else
				up=$up/..
			fi
		done
	fi
	if [ -f "$gitdir" ] && [ -r "$gitdir" ]; then # a linked worktree: "gitdir: <path>"
		IFS= read -r link < "$gitdir" || :
		link=${link#gitdir: }
		case $link in
		/*) gitdir=$link ;;
		*) case $gitdir in
			*/*) gitdir=${gitdir%/*}/$link ;;
			*) gitdir=$link ;;
			esac ;;
		esac
	fi
	common=$gitdir
	if [ -f "$gitdir/commondir" ] && [ -r "$gitdir/commondir" ]; then
		IFS= read -r link < "$gitdir/commondir" || :
		case $link in
		/*) common=$link ;;
		*) common=$gitdir/$link ;;
		esac
	fi
	[ -d "$common/sessions" ]
}

# __git_session_head: sets `branch`.  Where HEAD is no plain file (reftable, a symbolic link) it is
# the branch that the hooks last saw.
__git_session_head ()
{
	if [ ! -h "$gitdir/HEAD" ] && [ -f "$gitdir/HEAD" ] && [ -r "$gitdir/HEAD" ]; then
		IFS= read -r head < "$gitdir/HEAD" || :
		case $head in
		'ref: refs/heads/.invalid') ;;
		'ref: refs/heads/'?*)
			branch=${head#ref: refs/heads/}
			return 0
			;;
		*) return 1 ;;
		esac
	fi
	[ -f "$gitdir/session-branch" ] && [ -r "$gitdir/session-branch" ] || return 1
	IFS= read -r branch < "$gitdir/session-branch" || :
	case $branch in '' | .* | */.*) return 1 ;; esac
}

# __git_session_off: 0 when the session of `branch` is switched off, by what the hooks keep of the
# configuration: a line `<key> <value>` each.
__git_session_off ()
{
	local entry='' key='' value='' own='' every=''
	[ -s "$gitdir/session-off" ] && [ -r "$gitdir/session-off" ] || return 1
	while IFS= read -r entry; do
		key=${entry%% *} value=on
		case $entry in
		*' ' | *' 0' | *' '[Nn][Oo] | *' '[Oo][Ff][Ff] | *' '[Ff][Aa][Ll][Ss][Ee]) value=off ;;
		esac
		case $key in
		session.enabled) every=$value ;;
		"branch.$branch.sessionenabled") own=$value ;;
		esac
	done < "$gitdir/session-off"
	[ "${own:-$every}" = off ]
}
