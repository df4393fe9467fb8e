"""A working life of two people that writes everything this version has to write.

It is lived by `make.py` once for each release and takes place in November 2026; what it writes
is kept, so nothing here has to give the same bytes twice.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from git_session import told
from git_session.main import main
from tests.repo import Repo

BEGIN = 1_793_610_000.0  # 2026-11-02T09:00:00Z
NOW = BEGIN + 30 * 86400  # when it is looked at
SECRET = 'https://deploy:' + 'correct-horse-7' + '@ci.example.com/'
CONFIG = """\
session:
  auto_track: true
  archive_after_days: 20
context:
  architecture: hexagonal
  conventions: [ports before adapters]
quality:
  coverage_threshold: 80
tdd:
  test_command: sh run-tests.sh
display:
  date_format: '%d %b %Y'
"""
# A suite that fails while there is a test whose source is missing, and says so in JUnit XML.
TESTS = """\
failures=0 failed=
grep -q 'import google' tests/test_auth.py 2>/dev/null && ! [ -f google.py ] && failures=1 \\
    failed='<failure message="no module google"/>'
mkdir -p reports
cat > reports/junit.xml <<END
<testsuite name="all" tests="1" failures="$failures" errors="0" skipped="0">
<testcase classname="tests.test_auth" name="test_google" file="tests/test_auth.py">$failed
</testcase>
</testsuite>
END
exit $failures
"""


class Person(Repo):
    """A clone and who works in it, on a clock that all of them share."""

    clock = BEGIN

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(path)
        self.name = name

    def wait(self, minutes: float) -> None:
        Person.clock += minutes * 60
        os.environ['GIT_COMMITTER_DATE'] = f'{int(Person.clock)} +0000'
        os.environ['GIT_AUTHOR_DATE'] = f'{int(Person.clock)} +0000'

    def git(self, *args: str, stdin: str | bytes | None = None, **env: str) -> str:
        self.wait(2)
        return super().git(*args, stdin=stdin, **env)

    def do(self, *words: str, status: int = 0) -> str:
        """`git session` in this process, whose clock can be set."""
        self.wait(3)
        os.chdir(self.path)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            got = main(words)
        assert got == status, f'{words}: {got}\n{out.getvalue()}{err.getvalue()}'
        return out.getvalue()

    def agent(self, event: str, **given: object) -> None:
        """An event of Claude Code, which the shell hook of its configuration passes on."""
        self.wait(1)
        told = {'session_id': '0f3a2b1c', 'cwd': str(self.path), **given}
        subprocess.run(
            [sys.executable, '-c', _AGENT.format(clock=Person.clock), event],
            input=json.dumps(told), text=True, cwd=self.path, check=True, stdout=subprocess.DEVNULL,
            env={**os.environ, 'CLAUDECODE': '1', 'CLAUDE_CODE_SESSION_ID': '0f3a2b1c'},
        )  # fmt: skip


_AGENT = """
import sys, time
time.time = lambda: {clock}
from git_session import told
from git_session.main import main
main(['hook', 'claude', sys.argv[1]])
"""


@contextlib.contextmanager
def world(home: Path) -> Iterator[None]:
    """Nothing of the machine gets in, and the clock is the one of the people."""
    before, real, cwd, worth = dict(os.environ), time.time, os.getcwd(), told._WORTH
    for name in list(os.environ):
        if name.startswith(('GIT_', 'SESSION_', 'CLAUDE', 'CODEX', 'GEMINI', 'CURSOR', 'COPILOT')):
            del os.environ[name]
    home.mkdir(parents=True)
    (home / '.gitconfig').write_text(
        '[user]\n\tname = Ann Author\n\temail = ann@example.com\n[init]\n\tdefaultBranch = main\n'
        '[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[protocol "file"]\n\tallow = always\n'
    )
    os.environ.update(
        HOME=str(home), XDG_CONFIG_HOME=str(home / '.config'), GIT_CONFIG_NOSYSTEM='1',
        GIT_EDITOR='false', GIT_TERMINAL_PROMPT='0', TERM='dumb', LC_ALL='C.UTF-8', TZ='UTC',
        COLUMNS='80', PATH=str(Path(sys.executable).parent) + os.pathsep + os.environ['PATH'],
    )  # fmt: skip
    try:
        time.time = lambda: Person.clock
        told._WORTH = 0  # what is kept of many sessions is kept of these too
        yield
    finally:
        time.time, told._WORTH = real, worth
        os.environ.clear()
        os.environ.update(before)
        os.chdir(cwd)


def live(folder: Path) -> Person:
    """The whole life; Ann's clone, in which everything is found."""
    Person.clock = BEGIN
    folder.joinpath('ann').mkdir(parents=True)
    ann = Person(folder / 'ann', 'Ann')
    ann.git('init', '-q')
    ann.git('init', '-q', '--bare', str(folder / 'hub.git'))
    ann.git('remote', 'add', 'origin', '../hub.git')
    ann.write_file('.gitignore', 'reports/\n.ccmp/\n')
    ann.commit('Begin', **{'auth.py': 'def login(): ...\n', 'run-tests.sh': TESTS,
                           'tests/test_auth.py': 'def test_login(): ...\n'})  # fmt: skip
    ann.git('push', '-q', '-u', 'origin', 'main')
    ann.do('init')
    ann.write_file('.session/config.yaml', CONFIG)
    ann.write_file('.ccmp/state.json', '{"version": "1.0", "plugins": {"other": {"active": true}}}')
    ann.git('add', '-A')
    ann.commit('Sessions')
    ann.git('push', '-q')
    ann.do('allow')
    _plan(ann)
    _build(ann)
    _move(ann, folder)
    _finish(ann)
    _share(ann, folder)
    _today(ann)
    return ann


def _plan(ann: Person) -> None:
    """A session with something of everything that people say."""
    ann.git('switch', '-q', '-c', 'feature/auth', '--track', 'origin/main')
    ann.do('start', '--issue', '#7', '--base', 'main', '--tdd', '-o', 'Google OAuth',
           '-o', 'GitHub OAuth')  # fmt: skip
    ann.do('objectives', 'add', 'SAML', 'Audit log')
    ann.do('objectives', 'drop', '3', '--why', 'nobody asked')
    ann.do('objectives', 'complete', '2')
    ann.do('objectives', 'reopen', '2')
    ann.do('objectives', 'start', '2')
    ann.do('objectives', 'edit', '4', 'Audit log of every login')
    ann.do('blockers', 'add', 'no client secret', '--issue', 'OPS-3', '--objective', '1')
    ann.do('blockers', 'add', 'staging is down')
    ann.do('blockers', 'resolve', '2', '--how', 'it is up again')
    ann.do('decisions', 'add', 'Use PKCE', '--rationale', 'codes leak', '--alternatives',
           'implicit flow', '--alternatives', 'device flow')  # fmt: skip
    ann.do('decisions', 'add', 'Sessions in cookies')
    ann.do(
        'decisions',
        'supersede',
        '2',
        'Sessions in Redis',
        '--rationale',
        'logout',
        '--alternatives',
        'no logout',
    )
    os.environ['GIT_EDITOR'] = (
        "sed -i -e 's/resolved blk-2 staging is down/open blk-2 staging is down again/' "
        "-e 's/Use PKCE/Use PKCE everywhere/'"
    )
    ann.do('edit')
    os.environ['GIT_EDITOR'] = 'false'
    ann.do('note', 'Zoë knows the sandbox: “ask her” 🔑')
    ann.do('note', '--private', 'my own reminder')
    ann.do('note', f'the runner is {SECRET}')
    ann.do('note', '--dead-end', 'weak references: the cache empties itself')
    ann.do('note', '--dead-end', '--private', 'guessing the quota')
    ann.do('note', 'noted by mistake')
    ann.do('undo')


def _build(ann: Person) -> None:
    """Commits, checkpoints, phases; rewrites that a hook told of and that none did."""
    ann.write_file('tests/test_auth.py', 'import google\ndef test_google(): ...\n')
    ann.git('add', '-A')
    ann.do('checkpoint', '-m', 'test: Google login', '-l', 'red', '--tdd-phase', 'red')
    ann.do('checkpoint', '-a', '-m', 'wrong', '--tdd-phase', 'green', status=1)
    ann.write_file('google.py', 'def login(): ...  # TODO: quota\n')
    ann.git('add', '-A')
    ann.do('checkpoint', '-m', 'feat: Google login', '-d', 'One client a tenant',
           '--tdd-phase', 'green')  # fmt: skip
    ann.git('commit', '-q', '-a', '-m', 'Decisions')
    ann.commit('Refactor', **{'google.py': 'def login(): return 1  # TODO: quota\n'})
    ann.git('commit', '-q', '--amend', '-m', 'Refactor login')
    ann.commit('No hook saw this', '-n', **{'notes.txt': 'one\n'})
    super(Person, ann).git('commit', '-q', '--amend', '-m', 'Nor this', GIT_SESSION='0')
    ann.do('status')
    super(Person, ann).git('-c', 'core.hooksPath=/dev/null', 'commit', '-q', '--allow-empty', '-m',
                           'Found later')  # fmt: skip
    ann.do('status')
    ann.git('switch', '-q', 'main')
    ann.commit('Meanwhile', **{'other.txt': 'x\n'})
    ann.git('switch', '-q', 'feature/auth')
    ann.git('rebase', '-q', 'main')
    ann.git('branch', '-q', 'ready')
    ann.git('switch', '-q', 'ready')
    ann.commit('Ready made', **{'ready.txt': 'x\n'})
    ann.git('switch', '-q', 'feature/auth')
    ann.git('merge', '-q', '--ff-only', 'ready')
    ann.agent('session-start', source='startup')
    ann.agent('pre-compact', trigger='auto')
    ann.agent('session-end', reason='clear')
    ann.git('config', 'session.autoCheckpoint', 'true')
    ann.wait(45)
    ann.do('note', 'after a while')
    ann.git('config', '--unset', 'session.autoCheckpoint')
    ann.do('handoff')
    ann.do('brief')
    ann.do('report', '--project', '--json')
    ann.do('analyze')
    ann.do('pause')
    ann.wait(20)
    ann.do('resume')


def _move(ann: Person, folder: Path) -> None:
    """Work that is put aside, a branch that is renamed."""
    ann.write_file('google.py', 'def login(): return 2\n')
    ann.write_file('new.txt', 'not tracked\n')
    ann.do('switch', '-c', 'feature/small')
    ann.do('objectives', 'add', 'A small thing')
    ann.do('start', '--resume', '--tdd')
    ann.do('switch', 'feature/auth')
    ann.do('switch', 'feature/small')
    ann.write_file('auth.py', 'def login(): pass\n')
    ann.do('switch', 'feature/auth')
    ann.do('wip', 'drop', 'feature/small')
    ann.git('branch', '-m', 'feature/small', 'feature/tiny')
    ann.do('status')
    ann.git('checkout', '-q', '--', 'google.py')
    ann.git('clean', '-q', '-f')


def _finish(ann: Person) -> None:
    """Sessions that are over, each in its own way."""
    ann.do('end')
    ann.do('resume')
    ann.do('end', '--no-handoff')
    ann.git('switch', '-q', 'main')
    ann.do('start', 'feature/untested', '-o', 'Without a test')
    ann.commit('Untested', **{'plain.py': 'x = 1\n'})
    ann.do('end', '--merge-to', 'main', '--no-gate')
    ann.do('start', 'feature/gone', '-o', 'Given up')
    ann.commit('Gone', **{'gone.py': 'x = 1\n'})
    ann.git('switch', '-q', 'main')
    ann.git('branch', '-q', '-D', 'feature/gone')
    ann.do('status', status=1)
    ann.do('start', 'feature/ended', '-o', 'To be taken back')
    ann.do('end')
    ann.do('undo')
    ann.do('status')
    ann.git('switch', '-q', 'main')


def _share(ann: Person, folder: Path) -> None:
    """What Ann pushed comes back with what Bob has added."""
    ann.do('start', 'feature/shared', '-o', 'Together')
    ann.commit('Ann begins', **{'shared.py': 'x = 1\n'})
    ann.do('note', f'also behind {SECRET}')
    ann.do('checkpoint', '--no-commit', '-l', 'handed over')
    ann.git('push', '-q', 'origin', '--all')
    ann.do('push')
    bob = Person(folder / 'bob', 'Bob')
    ann.git('clone', '-q', '-b', 'feature/shared', '../hub.git', str(bob.path))
    bob.git('config', 'user.name', 'Bob Builder')
    bob.git('config', 'user.email', 'bob@example.com')
    bob.do('pull')
    bob.do('resume')
    bob.do('objectives', 'add', 'What Bob wants')
    bob.do('decisions', 'add', 'Bob decides')
    bob.commit('Bob goes on', **{'shared.py': 'x = 2\n'})
    bob.git('push', '-q')
    bob.do('pause')
    bob.do('push')
    ann.do('pull')
    ann.git('pull', '-q', 'origin', 'feature/shared')
    ann.do('status')


def _today(ann: Person) -> None:
    """What is live when somebody looks: two sessions, work that was put aside."""
    ann.write_file('shared.py', 'x = 3\n')
    ann.write_file('draft.txt', 'not tracked\n')
    ann.do('switch', 'feature/tiny')
    ann.commit('Tiny', **{'tiny.py': 'x = 1  # FIXME: tiny\n'})
    ann.do('objectives', 'complete', '1')
    ann.do('prompt')
    ann.do('history', '--metrics')
    ann.do('report', '--since', '2026-11-01', '--json')
    ann.do('status')
