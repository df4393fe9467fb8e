"""What the session in a prompt costs, in CPU time beside that of starting Python.

    python benchmarks/prompt.py [--prompts 200] [--runs 11]

The python that runs this has git session installed.  A shell asks for many prompts in one
process; the figure of one is the difference to the same shell with a function that does nothing.
Each is the median of whole processes, the variants in turn; trust the ratios.  A prompt of
bash, zsh or dash is promised for a twentieth of a start of Python, one of fish for a fifth.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).parent.parent
SHELLS = {'bash': ['bash'], 'zsh': ['zsh', '-f'], 'dash': ['dash'], 'busybox': ['busybox', 'sh']}
PYTHON = os.path.realpath(sys.executable) if sys.prefix == sys.base_prefix else sys.executable
SESSION = str(Path(sys.executable).parent / 'git-session')
SH = """
. "$TOP/prompt/git-session-prompt.sh"
none () { :; }
n=0
while [ $n -lt $PROMPTS ]; do $CALL; n=$((n + 1)); done
"""
FORKED = SH.replace('$CALL;', 'text=$($CALL);')
FISH = """
source $TOP/prompt/git-session-prompt.fish
function none; end
for n in (seq $PROMPTS); $CALL >/dev/null; end
"""


def cpu(argv: list[str], place: Path, env: dict[str, str]) -> float:
    """Seconds of CPU, user and system, of one process and its children."""
    process = subprocess.Popen(argv, cwd=place, env=env, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, argv
    return usage.ru_utime + usage.ru_stime


def make_repository(root: Path) -> dict[str, str]:
    """A session with objectives, five folders deep; the environment to work in."""
    env = {
        **os.environ, 'HOME': str(root), 'GIT_CONFIG_NOSYSTEM': '1', 'LC_ALL': 'C.UTF-8',
        'GIT_AUTHOR_NAME': 'A', 'GIT_AUTHOR_EMAIL': 'a@example.com', 'TOP': str(TOP),
        'GIT_COMMITTER_NAME': 'A', 'GIT_COMMITTER_EMAIL': 'a@example.com',
    }  # fmt: skip
    (root / 'a/b/c/d/e').mkdir(parents=True)
    for words in (
        ['git', 'init', '-q'],
        ['git', 'commit', '-q', '--allow-empty', '-m', 'first'],
        [SESSION, 'start', 'work', '-o', 'One', '-o', 'Two'],
        [SESSION, 'blockers', 'add', 'slow?'],
    ):
        subprocess.run(words, cwd=root, env=env, check=True, capture_output=True)
    return env


def variants() -> dict[str, tuple[list[str], str]]:
    """Name -> command line and the function that it calls."""
    found = {}
    for name, command in SHELLS.items():
        if shutil.which(command[0]):
            found[name] = ([*command, '-c', SH], '__git_session_line')
            found[f'{name} $()'] = ([*command, '-c', FORKED], '__git_session_ps1')
    if shutil.which('fish'):
        found['fish'] = (['fish', '--no-config', '-c', FISH], 'fish_git_session_prompt')
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--prompts', type=int, default=200)
    parser.add_argument('--runs', type=int, default=11)
    wanted = parser.parse_args()
    times: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        env = {**make_repository(Path(folder)), 'PROMPTS': str(wanted.prompts)}
        place = Path(folder) / 'a/b/c/d/e'
        for _ in range(wanted.runs):
            times.setdefault('python', []).append(cpu([PYTHON, '-I', '-c', 'pass'], place, env))
            times.setdefault('git-session prompt', []).append(cpu([SESSION, 'prompt'], place, env))
            for name, (command, call) in variants().items():
                whole = cpu(command, place, {**env, 'CALL': call})
                empty = cpu(command, place, {**env, 'CALL': 'none'})
                times.setdefault(name, []).append((whole - empty) / wanted.prompts)
    start = statistics.median(times['python'])
    print(f'{"":<20}{"ms CPU":>9}  of a start of Python')
    for name, each in times.items():
        figure = statistics.median(each)
        print(f'{name:<20}{1000 * figure:>9.3f}  {figure / start:.4f}')


if __name__ == '__main__':
    main()
