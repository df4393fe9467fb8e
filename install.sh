#!/bin/sh
# Installs git session from this checkout into an environment of its own, and
# takes it away again.  POSIX sh: it has to run before anything else is there.
#
# What it makes under <prefix>, all of it named in share/git-session/manifest:
#
#   share/git-session/venv-<time>-<pid>   the environment
#   share/git-session/venv                link to it; a new install swaps this
#   bin/git-session, the man page, the completions and the prompts: links into .../venv
#
# An environment cannot be moved once it is made, so each install makes a new
# one and one rename puts it in place: until then the old one works.
#
# shellcheck disable=SC2015 # in "a && b || fatal ..." fatal does not return
# shellcheck disable=SC2329 # a trap calls clean_up

usage() {
    cat <<'EOF'
usage: sh install.sh [--prefix <dir>] [--python <python>] [--extras <names>] [--demo]
   or: sh install.sh [--prefix <dir>] --uninstall
   or: sh install.sh [--python <python>] --test [<pytest argument>...]

    --prefix <dir>      install under <dir> (default: ~/.local)
    --python <python>   use this Python, 3.11 or later
    --extras <names>    with what only some need: mcp, patterns, or mcp,patterns
    --demo              install if need be, then show a session in a scratch repository
    --uninstall         remove what an install made, and nothing else
    --test              check and test this checkout in its own environment, '.venv'
    -h, --help          show this
EOF
}

# The same names under <prefix> and in the environment.
LINKS='bin/git-session
share/man/man1/git-session.1
share/bash-completion/completions/git-session
share/zsh/site-functions/_git-session
share/fish/vendor_completions.d/git-session.fish
share/git-session/git-session-prompt.sh
share/git-session/git-session-prompt.fish'

NEWLINE='
'

# fatal <status> <message> [<hint>...]
fatal() {
    status=$1
    printf 'fatal: %s\n' "$2" >&2
    shift 2
    for hint in "$@"; do
        printf 'hint: %s\n' "$hint" >&2
    done
    exit "$status"
}

warning() {
    printf 'warning: %s\n' "$1" >&2
}

exists() {
    test -e "$1" || test -L "$1"
}

# --- what has to be there --------------------------------------------------

check_git() {
    command -v git >/dev/null 2>&1 ||
        fatal 128 "git session needs git, and 'git' is not on PATH"
    git_version=$(git --version) || fatal 128 "'git --version' failed"
    git_version=${git_version#git version }
    git_version=${git_version%% *}
    if ! is_at_least "$git_version" 2 31; then
        fatal 128 "git session needs git 2.31 or later, found $git_version"
    fi
}

# is_at_least <version> <major> <minor>
is_at_least() {
    major=${1%%.*}
    minor=${1#*.}
    minor=${minor%%[!0-9]*}
    case $major in '' | *[!0-9]*) return 1 ;; esac
    test "$major" -gt "$2" || { test "$major" -eq "$2" && test "${minor:-0}" -ge "$3"; }
}

# Sets python_version, python_base and python (its own path: the name on PATH
# may be a shim that costs ten times the start).
ask_python() {
    answer=$("$1" -E -c '
import sys
print("%d.%d.%d" % sys.version_info[:3])
print(sys.base_prefix)
print(sys.executable)' 2>/dev/null </dev/null) || return 1
    python_version=${answer%%"$NEWLINE"*}
    answer=${answer#*"$NEWLINE"}
    python_base=${answer%%"$NEWLINE"*}
    python=${answer#*"$NEWLINE"}
}

find_python() {
    if test -n "$python_option"; then
        candidates=$python_option
    else
        candidates="${PYTHON:-}
python3.14
python3.13
python3.12
python3.11
python3
python"
    fi
    old=
    bare=
    IFS=$NEWLINE
    for candidate in $candidates; do
        unset IFS
        ask_python "$candidate" || continue
        if ! is_at_least "$python_version" 3 11; then
            old=${old:-"'$candidate' is $python_version"}
        elif ! "$python" -I -c 'import ensurepip, venv' >/dev/null 2>&1 </dev/null; then
            bare=${bare:-"$python_version $python"}
        else
            return
        fi
    done
    unset IFS
    no_python
}

no_python() {
    if test -n "$bare"; then
        python_version=${bare%% *}
        fatal 128 "'${bare#* }' cannot make an environment: it has no 'venv' or no 'ensurepip'" \
            "on Debian and Ubuntu: apt-get install python${python_version%.*}-venv"
    elif test -n "$old"; then
        fatal 128 "git session needs Python 3.11 or later, and $old" \
            "install one, or name one with '--python <python>'"
    elif test -n "$python_option"; then
        fatal 128 "'$python_option' is not a Python that runs"
    else
        fatal 128 'git session needs Python 3.11 or later, and there is none on PATH' \
            'on Debian and Ubuntu: apt-get install python3 python3-venv' \
            "or name one with '--python <python>'"
    fi
}

check_checkout() {
    test -f "$top/setup.cfg" && test -d "$top/git_session" ||
        fatal 128 "'$top' is not a checkout of git session"
}

# --- building --------------------------------------------------------------

# A directory that is gone when this script ends.
make_scratch() {
    test -n "$scratch" ||
        scratch=$(mktemp -d "${TMPDIR:-/tmp}/git-session.XXXXXX") ||
        fatal 128 'could not make a temporary directory'
}

# pip <environment> <argument>...
pip() {
    environment=$1
    shift
    "$environment/bin/python" -I -m pip --disable-pip-version-check --no-input "$@"
}

# Sets wheel.  Built from a copy: setuptools writes into the source, and would
# install from there what an earlier build left.
build_wheel() {
    make_scratch
    mkdir "$scratch/source" || fatal 128 'could not copy the source'
    for entry in setup.cfg pyproject.toml LICENSE README.md git_session hooks man completion prompt; do
        cp -R "$top/$entry" "$scratch/source/" || fatal 128 'could not copy the source'
    done
    pip "$1" wheel --quiet --no-deps --wheel-dir "$scratch/wheel" "$scratch/source" ||
        return 1
    for wheel in "$scratch/wheel/"*.whl; do :; done
}

# Writes <environment>/bin/git-session.  pip's own launcher costs half a Python
# start more: it runs 'site' and, by older versions of pip, imports 're'.  -I
# keeps the user's PYTHONPATH out, -S skips 'site', which is then not missed: the
# one directory it would find is named here.  Only paths that stay, whatever
# environment and Python the next install brings: the hooks that the program puts
# into repositories record where the interpreter and the package are.
write_launcher() {
    "$1/bin/python" -I - "$1" "$data/venv" <<'EOF'
import os, shlex, sys, sysconfig

built, final = sys.argv[1:]
os.symlink(
    os.path.relpath(sysconfig.get_path('purelib'), built), os.path.join(built, 'packages')
)
python = os.path.join(final, 'bin', 'python')
program = f'''import sys
sys.path.append({os.path.join(final, 'packages')!r})
from git_session.main import run
sys.exit(run())
'''
shebang = f'#!{python} -IS\n'
launcher = os.path.join(built, 'bin', 'git-session')
os.unlink(launcher)
# What Linux reads of that line, up to version 5.1, and it has no quoting.
if len(os.fsencode(shebang)) > 127 or any(c.isspace() for c in python):
    module = launcher + '.py'
    with open(module, 'w') as file:
        file.write(program)
    command = shlex.join([python, '-IS', os.path.join(final, 'bin', 'git-session.py')])
    shebang, program = '#!/bin/sh\n', f'exec {command} "$@"\n'
with open(launcher, 'w') as file:
    file.write(shebang + program)
os.chmod(launcher, 0o777 & ~os.umask(0))
EOF
}

# point_venv <directory name>: one rename, so that there is always one that works.
point_venv() {
    "$data/$1/bin/python" -I -c '
import os, sys
target, link = sys.argv[1:]
os.symlink(target, link + ".new")
os.replace(link + ".new", link)' "$1" "$data/venv"
}

# --- installing ------------------------------------------------------------

# Ours is a link into $data/venv; anything else at our places is foreign.
is_ours() {
    test -L "$1" && case $(readlink "$1") in "$data/venv/"*) true ;; *) false ;; esac
}

is_our_venv() {
    test -L "$data/venv" && case $(readlink "$data/venv") in venv-[0-9]*) true ;; *) false ;; esac
}

check_places() {
    foreign=
    for name in $LINKS; do
        if exists "$prefix/$name" && ! is_ours "$prefix/$name"; then
            foreign=$foreign${foreign:+$NEWLINE}$prefix/$name
        fi
    done
    if exists "$data/venv" && ! is_our_venv; then
        foreign=$foreign${foreign:+$NEWLINE}$data/venv
    fi
    test -z "$foreign" && return
    IFS=$NEWLINE
    for place in $foreign; do
        printf "error: '%s' is there and not ours, it was left as it is\n" "$place" >&2
    done
    unset IFS
    fatal 1 'nothing was installed' \
        "remove what is in the way (if pip made it: 'pip uninstall git-session')," \
        "or choose another place with '--prefix <dir>'"
}

elsewhere="choose another place with '--prefix <dir>'"

# Makes a directory and its parents, and notes which, the deepest first.
make_directory() {
    test -d "$1" && return
    make_directory "$(dirname -- "$1")"
    mkdir "$1" || fatal 128 "could not make directory '$1'" "$elsewhere"
    made_directories="directory $1$NEWLINE$made_directories"
}

make_place() {
    make_directory "$1"
    test -w "$1" || fatal 128 "could not write to '$1'" "$elsewhere"
}

install() {
    check_checkout
    check_git
    find_python
    check_places
    set_extras
    was=
    if is_our_venv; then
        was=$(readlink "$data/venv")
        kept='what was installed before is still there and works'
    fi
    undo_install=yes # from here on, unless it gets to its end
    make_place "$data"
    for name in $LINKS; do
        make_place "$(dirname -- "$prefix/$name")"
    done

    new=venv-$(date +%Y%m%d%H%M%S)-$$
    printf 'installing git session with Python %s (%s)\n' "$python_version" "$python"
    "$python" -I -m venv "$data/$new" || fatal 128 'could not make an environment' "$kept"
    build_wheel "$data/$new" && pip "$data/$new" install --quiet "$wheel${extras:+[$extras]}" ||
        fatal 128 'pip could not install git session' \
            'pip needs a package registry, or PIP_NO_INDEX=1 and PIP_FIND_LINKS=<dir of wheels>' \
            "$kept"
    cp "$top/install.sh" "$data/$new/" && write_launcher "$data/$new" ||
        fatal 128 'could not finish the environment' "$kept"
    "$data/$new/bin/python" -I -c 'import git_session.main' ||
        fatal 128 'what was installed does not run' "$kept"

    point_venv "$new" || fatal 128 "could not link '$data/venv'" "$kept"
    for name in $LINKS; do
        is_ours "$prefix/$name" && continue
        ln -s "$data/venv/$name" "$prefix/$name" || fatal 128 "could not link '$prefix/$name'"
        made_links=$made_links$prefix/$name$NEWLINE
    done
    write_manifest || fatal 128 "could not write '$data/manifest'"
    undo_install=
    remove_old_environments
    say_installed
}

# What was chosen once is there after an upgrade too.
set_extras() {
    test -n "$extras" || test ! -f "$data/manifest" ||
        extras=$(sed -n 's/^extras //p' "$data/manifest")
}

# Each line: what it is, a space, its path; 'extras' has names.
write_manifest() {
    {
        echo "# What install.sh made.  'sh $data/venv/install.sh --uninstall' removes it."
        for name in $LINKS; do
            printf 'link %s\n' "$prefix/$name"
        done
        printf 'link %s\ntree %s\n' "$data/venv" "$data/$new"
        test -z "$extras" || printf 'extras %s\n' "$extras"
        printf '%s' "$made_directories"
        test ! -f "$data/manifest" || grep '^directory ' "$data/manifest" || :
    } >"$data/manifest.new" && mv -f "$data/manifest.new" "$data/manifest"
}

# The one before, and what a killed install left.
remove_old_environments() {
    for tree in "$data"/venv-[0-9]*-[0-9]*; do
        test "$tree" = "$data/$new" || rm -rf "$tree"
    done
}

say_installed() {
    printf 'installed git session %s:\n' "$(version_in "$data/venv")"
    for name in $LINKS; do
        printf '    %s\n' "$prefix/$name"
    done
    printf '    %s\n' "$data"
    say_path
    case ${SHELL:-} in
        */zsh)
            printf 'for completion, before compinit in your .zshrc:\n'
            # shellcheck disable=SC2016 # the shell that reads that file expands it
            printf '    fpath=("%s" $fpath)\n' "$(escaped "$prefix/share/zsh/site-functions")"
            ;;
        */fish)
            # The one fish that does not hand 'git session' over by itself: Debian 12 has it.
            case $("$SHELL" --version 2>/dev/null) in
                *' 3.6.0')
                    printf "for completion with this version of fish, in your config.fish:\n"
                    printf '    source "%s"\n' \
                        "$(escaped "$prefix/share/fish/vendor_completions.d/git-session.fish")"
                    ;;
            esac
            ;;
    esac
    printf "to undo (in a repository that shall lose its hooks, 'git session hooks uninstall' first):\n"
    printf '    sh %s --uninstall%s\n' "$(quoted "$data/venv/install.sh")" "$prefix_argument"
}

# What is missing for 'git session' to be found, if anything.
say_path() {
    first=$(command -v git-session) || first=
    case :$PATH: in
        *":$prefix/bin:"*) on_path=yes ;;
        *) on_path= ;;
    esac
    if test "$first" -ef "$prefix/bin/git-session"; then
        :
    elif test -n "$first" && test -n "$on_path"; then
        warning "another git-session comes first on PATH: '$first'"
    else
        printf "'%s' is not on PATH; add this line to your shell's start-up file:\n" \
            "$prefix/bin"
        # shellcheck disable=SC2016
        printf '    export PATH="%s:$PATH"\n' "$(escaped "$prefix/bin")"
    fi
}

version_in() {
    "$1/bin/python" -I -c 'import git_session; print(git_session.__version__)'
}

# A word as one would type it.
quoted() {
    case $1 in
        '' | *[!A-Za-z0-9_./:=@%+,-]*)
            printf '"%s"' "$(escaped "$1")"
            ;;
        *) printf '%s' "$1" ;;
    esac
}

# What stands within double quotes.
escaped() {
    printf '%s' "$1" | sed 's/["$`\\]/\\&/g'
}

clean_up() {
    status=$?
    trap - EXIT
    test -z "$scratch" || rm -rf "$scratch"
    test -z "$undo_install" || take_back
    exit "$status"
}

# After a failed install: as it was before.
take_back() {
    IFS=$NEWLINE
    for link in $made_links; do
        rm -f "$link"
    done
    if test -n "$new" && is_our_venv && test "$(readlink "$data/venv")" = "$new"; then
        if test -n "$was"; then
            point_venv "$was"
        else
            rm -f "$data/venv"
        fi
    fi
    rm -f "$data/manifest.new" "$data/venv.new"
    test -z "$new" || rm -rf "${data:?}/$new"
    for line in $made_directories; do
        rmdir "${line#directory }"
    done
    unset IFS
}

# --- uninstalling ----------------------------------------------------------

uninstall() {
    test -f "$data/manifest" ||
        fatal 128 "git session is not installed under '$prefix'" \
            "if it is somewhere else, say where with '--prefix <dir>'"
    left=
    # The manifest goes first from the file list and last from the disk: what
    # stops half-way can be done again.
    manifest=$(cat "$data/manifest") || fatal 128 "could not read '$data/manifest'"
    IFS=$NEWLINE
    for line in $manifest; do
        path=${line#* }
        case $line in
            "link $data/venv") ! exists "$path" || remove_venv_link ;;
            'link '*) ! exists "$path" || remove_link ;;
            "tree $data/venv-"*) rm -rf "$path" || leave "$path" ;;
        esac
    done
    rm -f "$data/manifest"
    for line in $manifest; do
        path=${line#* }
        case $line in
            'directory '*) rmdir "$path" 2>/dev/null || : ;;
        esac
    done
    unset IFS
    for path in "$data"/* "$data"/.[!.]*; do
        ! exists "$path" || leave "$path"
    done
    test -z "$left" || exit 1
    printf "removed git session from '%s'\n" "$prefix"
    printf 'repositories keep their sessions; hooks in them do nothing from now on\n'
}

leave() {
    warning "not removed, it is not what the installation made: '$1'"
    left=yes
}

remove_link() {
    if is_ours "$path"; then
        rm -f "$path"
    else
        leave "$path"
    fi
}

remove_venv_link() {
    if is_our_venv; then
        rm -f "$path"
    else
        leave "$path"
    fi
}

# --- the demonstration -----------------------------------------------------

demo() {
    if test -z "$extras" && is_installed; then
        check_git
        printf "using git session %s, installed under '%s'\n" "$(version_in "$data/venv")" "$prefix"
    else
        install
    fi
    make_scratch
    users_path=$PATH
    make_demo_environment
    make_demo_repository
    printf '\na session in a scratch repository, %s\n\n' "$scratch/demo"
    cd "$scratch/demo" || fatal 128 "could not enter '$scratch/demo'"
    live_a_day
    printf "that was all real; the scratch repository is removed now\n"
    PATH=$users_path
    say_path # the installation said so two hundred lines further up
}

is_installed() {
    test -f "$data/manifest" && test -x "$prefix/bin/git-session" &&
        "$data/venv/bin/python" -I -c 'import git_session.main' 2>/dev/null
}

# The user's configuration is read for the name alone: signing, templates and
# hooks of their own have no part in this.
make_demo_environment() {
    unset_git
    user_name=$(git config user.name) || user_name='A Developer'
    user_email=$(git config user.email) || user_email=developer@example.com
    export GIT_CONFIG_GLOBAL="$scratch/gitconfig" GIT_CONFIG_NOSYSTEM=1
    git config --file "$GIT_CONFIG_GLOBAL" user.name "$user_name" &&
        git config --file "$GIT_CONFIG_GLOBAL" user.email "$user_email" &&
        git config --file "$GIT_CONFIG_GLOBAL" color.ui false &&
        git config --file "$GIT_CONFIG_GLOBAL" init.defaultBranch main &&
        git config --file "$GIT_CONFIG_GLOBAL" safe.directory '*' ||
        fatal 128 'could not write the configuration of the demonstration'
    export GIT_PAGER=cat GIT_EDITOR=false GIT_TERMINAL_PROMPT=0
    PATH=$prefix/bin:$PATH
    export PATH
}

unset_git() {
    # shellcheck disable=SC2046 # one name a word
    unset $(git rev-parse --local-env-vars) GIT_SESSION GIT_SESSION_ACTIVE || :
}

is_repository() {
    test -e "$top/.git" && git -C "$top" rev-parse --quiet --verify 'HEAD^{commit}' >/dev/null 2>&1
}

make_demo_repository() {
    if is_repository; then
        git clone --quiet "$top" "$scratch/demo" || fatal 128 'could not clone the checkout'
        git -C "$scratch/demo" symbolic-ref --quiet HEAD >/dev/null ||
            git -C "$scratch/demo" checkout --quiet -B main || exit
    else
        test -d "$scratch/source" || {
            mkdir "$scratch/source" && cp -R "$top/git_session" "$scratch/source/"
        } || exit
        git init --quiet "$scratch/demo" &&
            cp -R "$scratch/source/git_session" "$scratch/demo/" &&
            git -C "$scratch/demo" add git_session &&
            git -C "$scratch/demo" commit --quiet -m 'The files of git session' ||
            fatal 128 'could not make a repository for the demonstration'
    fi
    default_branch=$(git -C "$scratch/demo" symbolic-ref --short HEAD)
}

# Prints a command as typed, runs it, stops at the first that fails.
try() {
    printf '$'
    for word in "$@"; do
        printf ' %s' "$(quoted "$word")"
    done
    printf '\n'
    "$@" 2>&1 </dev/null || fatal "$?" "the demonstration stopped: '$1 $2 ${3:-}' failed"
    printf '\n'
}

# write_file <path>: from stdin, shown as it would be typed.
write_file() {
    mkdir -p "$(dirname -- "$1")" &&
        cat >"$1" || fatal 128 "could not write '$1'"
    printf "\$ cat > %s <<'END'\n" "$1"
    cat "$1"
    printf 'END\n\n'
}

live_a_day() {
    try git session init
    # A checkout that has a session of its own needs no setting up.
    if test -n "$(git status --porcelain)"; then
        try git add .session
        try git commit --quiet -m 'Set up git session'
    fi
    try git session start feature/demo -o 'Greet people' -o 'Document the greeting'

    write_file demo/greet.py <<'EOF'
import sys

print(f'Hello, {sys.argv[1]}!')
EOF
    try git add demo
    try git commit -m 'demo: greet people by name'
    try git log -1
    try git session objectives complete 1
    try git session objectives start 2
    try git session decisions add 'The name is an argument' \
        --rationale 'a script can pass it' --alternatives 'ask for it'
    try git session blockers add 'Is a name with two words one argument?'
    try git session blockers resolve 1 --how 'yes, in quotes'

    printf '# something urgent comes in between: plain git is all it takes\n\n'
    try git switch -c hotfix/urgent "$default_branch"
    write_file URGENT.md <<'EOF'
The urgent thing was done.
EOF
    try git add URGENT.md
    try git commit -m 'Do the urgent thing'
    try git switch feature/demo

    write_file demo/README.md <<'EOF'
Greets who is named: `python demo/greet.py "Ada Lovelace"`
EOF
    try git add demo .session
    try git commit -m 'demo: document the greeting'
    try git session objectives complete 2

    write_file demo/test_greet.py <<'EOF'
import subprocess
import sys


def test_a_name_of_two_words():
    command = [sys.executable, 'demo/greet.py', 'Ada Lovelace']
    assert subprocess.check_output(command, text=True) == 'Hello, Ada Lovelace!\n'
EOF
    try git add demo
    try git session checkpoint -l demo -m 'demo: test a name of two words'
    try git log -1
    try git session status
    try git session end --handoff
}

# --- the tests -------------------------------------------------------------

# test_checkout [<pytest argument>...]
test_checkout() {
    check_checkout
    check_git
    find_python
    unset_git
    environment=$top/.venv
    wanted="$python_version $python_base"
    found=$("$environment/bin/python" -I -c '
import pip, sys
print("%d.%d.%d" % sys.version_info[:3], sys.base_prefix)' 2>/dev/null) || found=
    if test "$found" != "$wanted"; then
        printf "making '%s' with Python %s (%s)\n" "$environment" "$python_version" "$python"
        rm -rf "$environment" && "$python" -I -m venv "$environment" ||
            fatal 128 "could not make '$environment'"
    fi
    # Installed as a user has it, and anew each time: the version alone would
    # not tell pip that the checkout has changed.
    build_wheel "$environment" &&
        pip "$environment" install --quiet "${wheel}[test]" &&
        pip "$environment" install --quiet --force-reinstall --no-deps "$wheel" ||
        fatal 128 'pip could not install git session and what its tests need'

    cd "$top" || exit
    PATH=$environment/bin:$PATH
    PRE_COMMIT_HOME=$environment/pre-commit
    export PATH PRE_COMMIT_HOME
    failed=
    if test -e "$top/.git"; then
        pre-commit run --all-files --color never || failed=yes
    fi
    python -m pytest -n auto --dist loadgroup -q "$@" || failed=yes
    test -z "$failed" || fatal 1 'a check or a test failed, see above'
}

# ---------------------------------------------------------------------------

set_prefix() {
    test -n "$prefix" || {
        test -n "${HOME:-}" || fatal 128 'HOME is not set' "say where with '--prefix <dir>'"
        prefix=$HOME/.local
    }
    # A default is not repeated in what to type for undoing it.
    prefix_argument=
    test "$prefix" = "${HOME:-}/.local" || is_default=
    case $prefix in
        # A line break ends a line of the manifest, a colon a directory of PATH,
        # and setuptools reads '$' as the start of a variable.
        *"$NEWLINE"* | *:* | *\$*) fatal 129 "a prefix with a line break, ':' or '\$': '$prefix'" ;;
        \~/*) prefix=${HOME:-}/${prefix#??} ;; # as --prefix=~/x leaves it
        /*) ;;
        *) prefix=$PWD/$prefix ;;
    esac
    prefix=$(physical "${prefix:-/}") || exit
    prefix=${prefix%/}
    test -n "$is_default" || prefix_argument=" --prefix $(quoted "$prefix")"
    data=$prefix/share/git-session
}

# One spelling of a directory that need not be there yet, whatever links and
# '..' lead to it: what is ours is told by its path.
physical() {
    if test -d "$1"; then
        CDPATH='' cd -- "$1" && pwd -P
    else
        parent=$(physical "$(dirname -- "$1")") &&
            printf '%s/%s\n' "${parent%/}" "$(basename -- "$1")"
    fi
}

# option_value <words left> <option> <value>
option_value() {
    test "$1" -gt 1 && test -n "$3" || {
        printf "error: option '%s' requires a value\n" "$2" >&2
        usage >&2
        exit 129
    }
}

main() {
    action=install
    prefix=
    python_option=
    extras=
    is_default=yes
    while test $# -gt 0; do
        case $1 in
            --prefix | --python | --extras) option_value $# "$1" "${2:-}" ;;
            --prefix= | --python= | --extras=) option_value 1 "${1%=}" '' ;;
        esac
        case $1 in
            --prefix) prefix=$2 && shift ;;
            --prefix=*) prefix=${1#*=} ;;
            --python) python_option=$2 && shift ;;
            --python=*) python_option=${1#*=} ;;
            --extras) extras=$2 && shift ;;
            --extras=*) extras=${1#*=} ;;
            --demo | --uninstall) action=${1#--} ;;
            --test)
                shift
                action=test-checkout
                break
                ;;
            -h | --help) usage && exit ;;
            *)
                printf "error: unknown option '%s'\n" "$1" >&2
                usage >&2
                exit 129
                ;;
        esac
        shift
    done

    # pip only warns of one that it does not know.
    case $extras in
        '' | mcp | patterns | mcp,patterns | patterns,mcp) ;;
        *) fatal 129 "no such extras: '$extras'" "there are 'mcp', 'patterns' and 'mcp,patterns'" ;;
    esac
    top=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit
    scratch=
    undo_install=
    new=
    made_directories=
    made_links=
    # What the user's own Python or pip is told has no place in an environment.
    unset PYTHONHOME PYTHONPATH PIP_TARGET PIP_PREFIX PIP_USER PIP_REQUIRE_VIRTUALENV
    trap clean_up EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    test "$action" = test-checkout || set_prefix
    kept='nothing was left behind'
    case $action in
        install) install ;;
        demo) demo ;;
        uninstall) uninstall ;;
        test-checkout) test_checkout "$@" ;;
    esac
}

main "$@"
exit
