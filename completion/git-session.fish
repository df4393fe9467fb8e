# fish completion of git session.  fish's own completion of git hands what follows
# `git session` to that of git-session, which is this file.  Only fish 3.6.0 does not;
# there `source` this file in config.fish.
# Ids are read from the generated files and the config, never by starting
# `git session`: that would take six times as long and reconcile on a TAB.
# tests/test_completion.py holds the lists below to the command table.

# The command on the command line, and its action: the named one or the default.
function __git_session_form
    set -l words (commandline -opc)[2..]
    set -q words[1]; or return 1
    set -l actions
    switch $words[1]
        case '-*'
            set -p words status
        case objectives
            set actions list add start complete reopen drop edit
        case blockers
            set actions list add resolve reopen edit
        case decisions
            set actions list add show supersede
        case wip
            set actions list show restore drop
        case config
            set actions list get schema
        case agent hooks
            set actions status install uninstall
    end
    if not set -q actions[1]
        echo $words[1]
    else if set -q words[2]; and contains -- $words[2] $actions
        echo $words[1] $words[2]
    else
        echo $words[1] $actions[1]
    end
end

# Whether the command line is one of these forms: `start`, `objectives add`.
function __git_session_in
    contains -- "$(__git_session_form)" $argv
end

function __git_session_needs_command
    test (commandline -opc | count) -eq 1
end

# Whether an action may come next.
function __git_session_needs_action
    set -l words (commandline -opc)[2..]
    test (count $words) -eq 1; and contains -- $words[1] $argv
end

# Whether no operand is there yet; a word after an option counts as its value.
function __git_session_first_operand
    set -l words (commandline -opc)[2..]
    set -l form (string split ' ' -- (__git_session_form))
    set -q form[2]; and test "$words[2]" = "$form[2]"; and set -e words[2]
    set -l last ''
    for word in $words[2..]
        if not string match -q -- '-*' $word
            if not string match -q -- '-*' $last; or string match -q -- '*=*' $last
                return 1
            end
        end
        set last $word
    end
    return 0
end

function __git_session_heads
    git for-each-ref --format='%(refname:strip=2)' refs/heads 2>/dev/null
end

function __git_session_branches
    begin
        __git_session_heads
        git for-each-ref --format='%(refname:strip=3)' refs/remotes 2>/dev/null |
            string match -v HEAD
    end | sort -u
end

function __git_session_revisions
    echo HEAD
    git for-each-ref --format='%(refname:short)' 2>/dev/null
end

# Lines `branch<TAB>id` of the live sessions.
function __git_session_live
    git config --get-regexp '^branch\..*\.session$' 2>/dev/null |
        string replace -r '^branch\.(.*)\.session (.*)$' '$1\t$2'
end

# The branches with saved work in progress.
function __git_session_saved
    git for-each-ref --format='%(refname:strip=3)' refs/session/wip 2>/dev/null
end

function __git_session_sessions
    set -l known (__git_session_live)
    for line in $known
        set -l parts (string split \t -- $line)
        printf '%s\t%s\n%s\t%s\n' $parts[1] $parts[2] $parts[2] $parts[1]
    end
    for place in (git rev-parse --git-common-dir 2>/dev/null)/sessions/.archive/*/
        printf '%s\tfinished\n' (string split -r -m1 / -- (string trim -r -c / -- $place))[-1]
        set -a known $place
    end
    set -q known[1]; and printf '@{1}\tthe one that was active before\n'
    return 0
end

# The objectives, blockers or decisions of this session in one of `states`, all without one: lines
# `<id><TAB><text>` from those of the generated file, `<id><TAB><state><TAB><text>`.
function __git_session_items -a prefix states
    set -l answer (git rev-parse --git-common-dir --symbolic-full-name HEAD 2>/dev/null)
    set -l file $answer[1]/sessions/(string replace refs/heads/ '' -- $answer[2])/items
    test -n "$file" -a -f "$file" -a -r "$file"; or return
    test -n "$states"; or set states '[^\t]*'
    string replace -rf "^($prefix-\d+)\t(?:$states)(\t.*)\$" '$1$2' <$file
end

complete -c git-session -f
complete -c git -f -n '__fish_git_using_command session' \
    -a '(__fish_git_complete_custom_command session)'

set -l new __git_session_needs_command
complete -c git-session -n $new -s h -d 'Show the short help'
complete -c git-session -n $new -s v -l version -d 'Show the version'
complete -c git-session -n $new -a init -d 'Set up shared knowledge and hooks in this repository'
complete -c git-session -n $new -a start -d 'Open a session on a branch'
complete -c git-session -n $new -a resume -d 'Go on with a session'
complete -c git-session -n $new -a switch -d 'Switch to another branch and its session'
complete -c git-session -n $new -a pause -d 'Stop the clock without leaving the branch'
complete -c git-session -n $new -a checkpoint -d 'Commit or mark a state worth coming back to'
complete -c git-session -n $new -a end -d 'Finish the session: handoff, merge, archive'
complete -c git-session -n $new -a undo -d 'Take back the last change of session state'
complete -c git-session -n $new -a note -d 'Write down a note or a dead end'
complete -c git-session -n $new -a objectives -d 'List, add, start, complete objectives'
complete -c git-session -n $new -a blockers -d 'List, add, resolve blockers'
complete -c git-session -n $new -a decisions -d 'List, add, supersede decisions'
complete -c git-session -n $new -a edit -d 'Edit the three lists in your editor'
complete -c git-session -n $new -a status -d 'Show where the session stands'
complete -c git-session -n $new -a brief -d 'Show all that the next one needs to know'
complete -c git-session -n $new -a handoff -d 'Write the handoff of a session'
complete -c git-session -n $new -a log -d 'Show the events of a session in words'
complete -c git-session -n $new -a history -d 'List sessions'
complete -c git-session -n $new -a show -d 'Show one session whole'
complete -c git-session -n $new -a analyze -d 'Judge the session and the history, with reasons'
complete -c git-session -n $new -a compare -d 'Show two sessions side by side'
complete -c git-session -n $new -a report -d 'Report a week, a period or the whole project'
complete -c git-session -n $new -a context -d 'Show which context files matter, and how stale they are'
complete -c git-session -n $new -a prompt -d 'Print the session in a few characters, for a prompt'
complete -c git-session -n $new -a push -d 'Share the sessions over a git remote'
complete -c git-session -n $new -a pull -d 'Take in what others shared'
complete -c git-session -n $new -a export -d 'Write a session as one file, or all as lines of JSON'
complete -c git-session -n $new -a import -d 'Take in the sessions of such a file'
complete -c git-session -n $new -a wip -d 'List, show, restore, drop saved work in progress'
complete -c git-session -n $new -a config -d 'Show the configuration in force'
complete -c git-session -n $new -a agent -d 'Install, uninstall or check the hooks of AI agents'
complete -c git-session -n $new -a hooks -d 'Install, uninstall or check the git hooks'
complete -c git-session -n $new -a allow -d 'Allow the commands that the configuration here names'
complete -c git-session -n $new -a mcp -d 'Serve the session to MCP clients over stdio'
complete -c git-session -n $new -a doctor -d 'Check the installation'
complete -c git-session -n $new -a prune -d 'Archive sessions that are over'

set -l on '__git_session_needs_action objectives'
complete -c git-session -n $on -a list -d 'List the objectives'
complete -c git-session -n $on -a add -d 'Add objectives'
complete -c git-session -n $on -a start -d 'Make one active'
complete -c git-session -n $on -a complete -d 'It is done'
complete -c git-session -n $on -a reopen -d 'It is pending again'
complete -c git-session -n $on -a drop -d 'It will not be done'
complete -c git-session -n $on -a edit -d 'Change its text'
set on '__git_session_needs_action blockers'
complete -c git-session -n $on -a list -d 'List the blockers'
complete -c git-session -n $on -a add -d 'Something stands in the way'
complete -c git-session -n $on -a resolve -d 'It does no more'
complete -c git-session -n $on -a reopen -d 'It does again'
complete -c git-session -n $on -a edit -d 'Change its text'
set on '__git_session_needs_action decisions'
complete -c git-session -n $on -a list -d 'List the decisions'
complete -c git-session -n $on -a add -d 'Record a decision'
complete -c git-session -n $on -a show -d 'Show one with its reasons'
complete -c git-session -n $on -a supersede -d 'Put another one in its place'
set on '__git_session_needs_action wip'
complete -c git-session -n $on -a list -d 'What is saved'
complete -c git-session -n $on -a show -d 'The files of one'
complete -c git-session -n $on -a restore -d 'Bring it back'
complete -c git-session -n $on -a drop -d 'Throw it away'
set on '__git_session_needs_action config'
complete -c git-session -n $on -a list -d 'The configuration in force'
complete -c git-session -n $on -a get -d 'One value of it'
complete -c git-session -n $on -a schema -d 'The JSON Schema of .session/config.yaml'
set on '__git_session_needs_action agent'
complete -c git-session -n $on -a status -d 'Whether they are in place'
complete -c git-session -n $on -a install -d 'Add them to its configuration'
complete -c git-session -n $on -a uninstall -d 'Take them out again'
set on "not __git_session_needs_action agent; and __git_session_in 'agent status' 'agent install' 'agent uninstall'"
complete -c git-session -n $on -a 'claude codex gemini cursor copilot' -d Agent
set on "__git_session_in 'agent install'"
complete -c git-session -n $on -l line -d 'Add a marked line to its instructions too'
complete -c git-session -n $on -l print -d 'Only print what a file of its own would hold'
set on "__git_session_in 'agent install' 'agent uninstall'"
complete -c git-session -n $on -l user -d 'In your own configuration'
set on '__git_session_needs_action hooks'
complete -c git-session -n $on -a status -d 'Whether each hook is in place'
complete -c git-session -n $on -a install -d 'Install them beside what is there'
complete -c git-session -n $on -a uninstall -d 'Take them out and put back what was there'

set on "__git_session_in 'hooks install'"
complete -c git-session -n $on -l method -xa 'auto config files' -d 'How'
complete -c git-session -n $on -l print -d 'Only print the lines to add to hooks of your own'

set -l show '__git_session_in start resume switch end status brief handoff log history show analyze compare context prompt push pull allow doctor prune' \
    "'objectives list' 'blockers list' 'decisions list' 'decisions show'" \
    "'wip list' 'wip show' 'config list' 'config get' 'agent status' 'hooks status'"
complete -c git-session -n "$show" -l format -xa 'text json' -d 'How to show it'
complete -c git-session -n "$show" -l json -d 'Short for --format json'

set on '__git_session_in init'
complete -c git-session -n $on -s f -l force -d 'Write existing files anew, with a backup'
complete -c git-session -n $on -l no-hooks -d 'Do not install the hooks'
complete -c git-session -n $on -l agents -xa '(__fish_append , claude codex gemini cursor copilot)' -d 'Install the hooks of these AI agents'

set on '__git_session_in start'
complete -c git-session -n $on -s o -l objective -x -d 'What the session is for'
complete -c git-session -n $on -l base -xka '(__git_session_revisions)' -d 'What the branch starts from'
complete -c git-session -n $on -l issue -x -d 'The issue it belongs to'
complete -c git-session -n $on -l tdd -d 'Work test-driven'
complete -c git-session -n $on -l resume -d 'Go on with the session if the branch has one'
set on '__git_session_in start switch'
complete -c git-session -n $on -l carry -d 'Take uncommitted changes along'
complete -c git-session -n "$on; and __git_session_first_operand" -a '(__git_session_branches)'
set on '__git_session_in switch'
complete -c git-session -n $on -s c -l create -d 'Create the branch and start a session on it'
set on '__git_session_in resume'
complete -c git-session -n "$on; and __git_session_first_operand" -a '(__git_session_live)'

set on '__git_session_in checkpoint'
complete -c git-session -n $on -s m -l message -x -d 'The message, a paragraph each'
complete -c git-session -n $on -s F -l file -rF -d 'Read the message from a file'
complete -c git-session -n $on -s e -l edit -d 'Edit the message before committing'
complete -c git-session -n $on -s l -l label -x -d 'A name for this checkpoint'
complete -c git-session -n $on -s d -l decision -x -d 'A decision made here'
complete -c git-session -n $on -s a -l all -d 'Commit all changes of tracked files'
complete -c git-session -n $on -l no-commit -d 'Record only, commit nothing'
complete -c git-session -n $on -l amend -d 'Amend the last commit'
complete -c git-session -n $on -l tdd-phase -xa 'red green refactor' -d 'Run the tests to prove this phase'
complete -c git-session -n $on -l update-context -d 'Refresh stale context files'
complete -c git-session -n $on -l no-update-context -d 'Leave stale context files'

set on '__git_session_in end'
complete -c git-session -n $on -l handoff -d 'Print the handoff'
complete -c git-session -n $on -l no-handoff -d 'Write no handoff'
complete -c git-session -n $on -l summary -d 'Print the figures'
complete -c git-session -n $on -l no-summary -d 'Do not print the figures'
complete -c git-session -n $on -l merge-to -xa '(__git_session_heads)' -d 'Merge the branch into this one first'
complete -c git-session -n $on -l no-gate -d 'Merge even if a quality gate fails'
complete -c git-session -n $on -l push -d 'Push the session'
complete -c git-session -n $on -l no-push -d 'Do not push it'
complete -c git-session -n $on -l keep-branch -d 'Keep the branch'
complete -c git-session -n $on -l delete-branch -d 'Delete the branch when it is merged'

complete -c git-session -n '__git_session_in note' -l dead-end -d 'It was tried and failed'
complete -c git-session -n '__git_session_in note' -l private -d 'Keep it in this clone'

set on "__git_session_in 'objectives start' 'objectives drop'"
complete -c git-session -n "$on; and __git_session_first_operand" -ka '(__git_session_items obj "pending|active")'
complete -c git-session -n "__git_session_in 'objectives complete'" -ka '(__git_session_items obj "pending|active")'
set on "__git_session_in 'objectives reopen'"
complete -c git-session -n "$on; and __git_session_first_operand" -ka '(__git_session_items obj "done|dropped")'
set on "__git_session_in 'objectives edit'"
complete -c git-session -n "$on; and __git_session_first_operand" -ka '(__git_session_items obj)'
complete -c git-session -n "__git_session_in 'objectives drop'" -l why -x -d 'Why it is dropped'

set on "__git_session_in 'blockers resolve'"
complete -c git-session -n "$on; and __git_session_first_operand" -ka '(__git_session_items blk open)'
set on "__git_session_in 'blockers reopen'"
complete -c git-session -n "$on; and __git_session_first_operand" -ka '(__git_session_items blk resolved)'
set on "__git_session_in 'blockers edit'"
complete -c git-session -n "$on; and __git_session_first_operand" -ka '(__git_session_items blk)'
complete -c git-session -n "__git_session_in 'blockers add'" -l issue -x -d 'The issue it is tracked in'
complete -c git-session -n "__git_session_in 'blockers add'" -l objective -xka '(__git_session_items obj "pending|active")' -d 'The objective it blocks'
complete -c git-session -n "__git_session_in 'blockers resolve'" -l how -x -d 'How it was resolved'

complete -c git-session -n "__git_session_in 'decisions show'; and __git_session_first_operand" -ka '(__git_session_items dec)'
complete -c git-session -n "__git_session_in 'decisions supersede'; and __git_session_first_operand" -ka '(__git_session_items dec in-force)'
set on "__git_session_in 'decisions add' 'decisions supersede'"
complete -c git-session -n $on -l rationale -x -d 'Why'
complete -c git-session -n $on -l alternatives -x -d 'What was not taken'
complete -c git-session -n "__git_session_in 'decisions add' 'blockers add'" -l from -rF -d 'Take the text from this line'

set on '__git_session_in status'
complete -c git-session -n $on -l objectives -d 'All objectives'
complete -c git-session -n $on -l blockers -d 'Resolved blockers too'
complete -c git-session -n $on -l decisions -d 'The decisions'
complete -c git-session -n $on -s v -l verbose -d 'Files, hooks, storage and configuration too'

complete -c git-session -n '__git_session_in brief' -l budget -x -d 'At most so many characters'
complete -c git-session -n '__git_session_in brief' -l since -xka '(__git_session_revisions)' -d 'Only what is new since then'
complete -c git-session -n '__git_session_in handoff' -s o -l output -rF -d 'Write it to a file'
complete -c git-session -n '__git_session_in handoff' -l check -d 'Say what the next person will miss'
set on '__git_session_in analyze'
complete -c git-session -n $on -l velocity -d 'Only how fast the work goes'
complete -c git-session -n $on -l patterns -d 'Only imports and patterns'
complete -c git-session -n $on -l tdd -d 'Only how test-driven the work is'
complete -c git-session -n $on -l recommendations -d 'Only what to do next, and why'
set on '__git_session_in compare'
complete -c git-session -n $on -l changes -d 'Only the files of each, and those that both changed'
complete -c git-session -n $on -l metrics -d 'Only the figures and their differences'
complete -c git-session -n $on -a '(__git_session_sessions)'
set on '__git_session_in report'
complete -c git-session -n $on -l weekly -d 'The last seven days, today among them'
complete -c git-session -n $on -l project -d 'All of it'
complete -c git-session -n $on -l since -x -d 'From then on'
complete -c git-session -n $on -l until -x -d 'Up to then; with --since'
complete -c git-session -n $on -l format -xa 'markdown json html' -d 'How to write it'
complete -c git-session -n $on -l json -d 'Short for --format json'
complete -c git-session -n $on -s o -l output -rF -d 'Write it to a file'
complete -c git-session -n $on -l open -d 'Open it in the web browser'
complete -c git-session -n '__git_session_in context' -l health -d 'How stale all of them are'
complete -c git-session -n '__git_session_in context' -l update -xa '(__fish_complete_directories)' -d 'Refresh what is made from facts'
set on '__git_session_in push'
complete -c git-session -n $on -s n -l dry-run -d 'Only show what would leave'
complete -c git-session -n $on -l verify -d 'Run the pre-push hook'
complete -c git-session -n $on -l no-verify -d 'Do not run the pre-push hook'
set on '__git_session_in push pull'
complete -c git-session -n "$on; and __git_session_first_operand" -a '(git remote 2>/dev/null)'
set on '__git_session_in export'
complete -c git-session -n $on -l all -d 'All sessions, as lines of JSON'
complete -c git-session -n $on -s o -l output -rF -d 'Write it to a file'
complete -c git-session -n $on -l format -xa 'toml jsonl' -d 'As what'
complete -c git-session -n $on -l redact -d 'What looks like a secret redacted'
complete -c git-session -n '__git_session_in import; and __git_session_first_operand' -F
set on '__git_session_in handoff log show export'
complete -c git-session -n "$on; and __git_session_first_operand" -a '(__git_session_sessions)'

set on '__git_session_in history'
complete -c git-session -n $on -s n -l count -x -d 'At most so many'
complete -c git-session -n $on -l since -x -d 'Active since then'
complete -c git-session -n $on -l author -x -d 'Whose author matches'
complete -c git-session -n $on -l metrics -d 'With their figures'

set on "__git_session_in 'wip show' 'wip restore' 'wip drop'"
complete -c git-session -n "$on; and __git_session_first_operand" -a '(__git_session_saved)'

set on "__git_session_in 'config list' 'config get'"
complete -c git-session -n $on -l show-origin -d 'Say where each value comes from'
set -l keys session.{auto_track,auto_checkpoint,checkpoint_interval,handoff_on_end,share,shards,issue_url} \
    session.{archive_after_days,idle_timeout,trailers} \
    context.{architecture,patterns,conventions,layers} \
    tracking.{watch_patterns,ignore_patterns,annotations} \
    quality.{coverage_threshold,new_code_coverage_threshold,require_tests} \
    quality.{block_merge_on_quality,coverage_files,test_reports} \
    tdd.{test_command,timeout} display.{color,verbose,emoji,date_format}
complete -c git-session -n "__git_session_in 'config get'; and __git_session_first_operand" -a "$keys"

set on '__git_session_in allow'
complete -c git-session -n $on -s n -l dry-run -d 'Only print what would be allowed'
complete -c git-session -n $on -l revoke -d 'Allow nothing any more'
complete -c git-session -n '__git_session_in doctor' -l fix -d 'Mend what is safe to mend'
complete -c git-session -n '__git_session_in doctor' -l no-probe -d 'Do not commit in a scratch worktree'
complete -c git-session -n '__git_session_in prune' -s n -l dry-run -d 'Only say what would be archived'
