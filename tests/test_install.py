"""install.sh, really run: into a prefix of its own, with a HOME that is empty."""

from __future__ import annotations

import configparser
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

# One worker installs, once, for all of these.
pytestmark = pytest.mark.xdist_group('install')

CHECKOUT = Path(__file__).parent.parent
LINKS = (
    'bin/git-session',
    'share/man/man1/git-session.1',
    'share/bash-completion/completions/git-session',
    'share/zsh/site-functions/_git-session',
    'share/fish/vendor_completions.d/git-session.fish',
    'share/git-session/git-session-prompt.sh',
    'share/git-session/git-session-prompt.fish',
)


class Machine:
    """A home directory, and install.sh as its owner would run it."""

    def __init__(self, root: Path) -> None:
        self.home = root / 'home'
        self.home.mkdir()
        self.prefix = self.home / '.local'
        self.data = self.prefix / 'share/git-session'
        self.environment = {
            **os.environ,
            'HOME': str(self.home),
            # pip's cache is pip's own, and stays.
            'PIP_CACHE_DIR': str(root / 'cache'),
            # pip asks rustc for its version, whose launcher writes into HOME.
            'RUSTUP_HOME': str(root / 'rustup'),
            'XDG_CONFIG_HOME': str(self.home / '.config'),
            'PATH': f'{self.prefix}/bin:{os.environ["PATH"]}',
        }
        self.environment.pop('PYTHON', None)
        self.environment.pop('SHELL', None)

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env={**self.environment, **environment},
            cwd=self.home,
            text=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )

    def install(self, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.run('/bin/sh', str(CHECKOUT / 'install.sh'), *options, **environment)

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.home)) for path in self.home.rglob('*'))

    def state(self) -> dict[str, str]:
        """What is at the places of an installation: link targets, and the manifest."""
        places = [*(self.prefix / link for link in LINKS), self.data / 'venv']
        links = {str(place): os.readlink(place) for place in places}
        return {**links, 'manifest': (self.data / 'manifest').read_text()}


@pytest.fixture(scope='module')
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine where git session was installed twice, once with an extra."""
    machine = Machine(tmp_path_factory.mktemp('install'))
    for options in (['--extras', 'patterns'], []):
        done = machine.install(*options)
        assert done.returncode == 0, done.stderr
        assert 'is not on PATH' not in done.stdout
        assert f'    {machine.prefix}/bin/git-session\n' in done.stdout
    return machine


@pytest.fixture
def empty_machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_every_place_links_into_the_one_environment(machine: Machine) -> None:
    state = machine.state()
    for link in LINKS:
        assert state[str(machine.prefix / link)] == f'{machine.data}/venv/{link}'
        assert (machine.prefix / link).is_file()
    # The second install took the place of the first.
    assert [path.name for path in machine.data.glob('venv-*')] == [state[f'{machine.data}/venv']]


def test_git_finds_the_command(machine: Machine) -> None:
    done = machine.run('git', 'session', '-h')
    assert 'usage: git session' in done.stdout + done.stderr


def test_what_the_page_of_a_report_is_made_from_is_installed(machine: Machine) -> None:
    top = machine.home / 'reported'
    assert machine.run('git', 'init', '-q', str(top)).returncode == 0
    done = machine.run('git', '-C', str(top), 'session', 'report', '--project', '--format', 'html')
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('<!DOCTYPE html>') and done.stdout.endswith('</html>\n')


def test_the_launcher_imports_nothing_of_the_user(machine: Machine) -> None:
    elsewhere = machine.home.parent / 'elsewhere'
    (elsewhere / 'git_session').mkdir(parents=True)
    (elsewhere / 'git_session/__init__.py').write_text('raise SystemExit("the wrong one")\n')
    done = machine.run('git', 'session', '-h', PYTHONPATH=str(elsewhere))
    assert 'usage: git session' in done.stdout + done.stderr


def test_the_hooks_are_installed_executable(machine: Machine) -> None:
    # The path that hooks in repositories record: the next Python keeps it.
    githooks = machine.data / 'venv/packages/git_session/githooks'
    shipped = {path.name: path.stat().st_mode for path in (CHECKOUT / 'hooks').iterdir()}
    found = {path.name: path.stat().st_mode for path in githooks.iterdir()}
    assert found.keys() == shipped.keys()
    for name, mode in shipped.items():
        assert bool(found[name] & stat.S_IXUSR) == bool(mode & stat.S_IXUSR), name


@pytest.mark.skipif(not shutil.which('man'), reason='there is no man here')
def test_git_finds_the_man_page(machine: Machine) -> None:
    environment = {name: value for name, value in os.environ.items() if name != 'MANPATH'}
    path = f'{machine.prefix}/bin:{environment["PATH"]}'
    done = subprocess.run(
        ['git', 'session', '--help'],
        env={**environment, 'HOME': str(machine.home), 'PATH': path, 'MANPAGER': 'cat'},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 'GIT-SESSION(1)' in done.stdout, done.stderr


def test_the_demonstration_ends_with_the_handoff_of_its_session(machine: Machine) -> None:
    before = machine.files()
    done = machine.install('--demo', PATH=os.environ['PATH'])
    assert (done.returncode, done.stderr) == (0, '')
    assert done.stdout.startswith('using git session ')
    commands, handoff = done.stdout.split('$ git session end --handoff\n')
    typed = [line for line in commands.splitlines() if line.startswith('$ ')]
    assert '$ git session start feature/demo -o "Greet people" -o "Document the greeting"' in typed
    assert '    Session-Id: feature-demo-' in commands
    assert '# Handoff: feature/demo\n' in handoff
    assert 'demo: greet people by name' in handoff
    assert 'Do the urgent thing' not in handoff
    # What the installation said of PATH has scrolled away.
    assert done.stdout.endswith(
        'that was all real; the scratch repository is removed now\n'
        f"'{machine.prefix}/bin' is not on PATH; add this line to your shell's start-up file:\n"
        f'    export PATH="{machine.prefix}/bin:$PATH"\n'
    )
    assert machine.files() == before


def test_an_extra_is_there_after_the_next_installation_too(machine: Machine) -> None:
    done = machine.run(str(machine.data / 'venv/bin/python'), '-Ic', 'import tree_sitter_go')
    assert (done.returncode, done.stderr) == (0, '')
    assert 'extras patterns\n' in machine.state()['manifest']


def test_the_extras_are_those_of_the_package(empty_machine: Machine) -> None:
    setup = configparser.ConfigParser()
    setup.read(CHECKOUT / 'setup.cfg')
    extras = [each for each in setup['options.extras_require'] if each != 'test']
    words = ', '.join(extras) + f', or {",".join(extras)}'
    assert words in empty_machine.install('-h').stdout


def test_a_home_that_cannot_be_written(empty_machine: Machine) -> None:
    blocked = empty_machine.home / '.local'
    blocked.write_text('a file\n')
    done = empty_machine.install()
    assert done.returncode == 128
    assert done.stderr.endswith(
        f"fatal: could not make directory '{blocked}'\n"
        "hint: choose another place with '--prefix <dir>'\n"
    )
    assert empty_machine.files() == ['.local']


def test_a_failed_install_leaves_the_old_one(machine: Machine) -> None:
    before = machine.state(), machine.files()
    done = machine.install(
        PIP_INDEX_URL='http://127.0.0.1:9/simple',
        PIP_EXTRA_INDEX_URL='',
        PIP_FIND_LINKS='',
        PIP_RETRIES='0',
        PIP_NO_CACHE_DIR='1',
    )
    assert done.returncode == 128
    assert 'No matching distribution found' in done.stderr
    assert done.stderr.endswith(
        'fatal: pip could not install git session\n'
        'hint: pip needs a package registry, or PIP_NO_INDEX=1 and PIP_FIND_LINKS=<dir of wheels>\n'
        'hint: what was installed before is still there and works\n'
    )
    assert (machine.state(), machine.files()) == before


def test_a_failed_first_install_leaves_nothing(empty_machine: Machine) -> None:
    done = empty_machine.install(
        PIP_INDEX_URL='http://127.0.0.1:9/simple',
        PIP_EXTRA_INDEX_URL='',
        PIP_FIND_LINKS='',
        PIP_RETRIES='0',
        PIP_NO_CACHE_DIR='1',
    )
    assert done.returncode == 128
    assert done.stderr.endswith('hint: nothing was left behind\n')
    assert empty_machine.files() == []


def test_a_foreign_file_is_named_and_left(empty_machine: Machine) -> None:
    foreign = empty_machine.prefix / 'bin/git-session'
    foreign.parent.mkdir(parents=True)
    foreign.write_text('mine\n')
    dangling = empty_machine.prefix / 'share/zsh/site-functions/_git-session'
    dangling.parent.mkdir(parents=True)
    dangling.symlink_to('/nowhere')
    before = empty_machine.files()

    done = empty_machine.install()

    assert (done.returncode, done.stdout) == (1, '')
    assert done.stderr == (
        f"error: '{foreign}' is there and not ours, it was left as it is\n"
        f"error: '{dangling}' is there and not ours, it was left as it is\n"
        'fatal: nothing was installed\n'
        "hint: remove what is in the way (if pip made it: 'pip uninstall git-session'),\n"
        "hint: or choose another place with '--prefix <dir>'\n"
    )
    assert empty_machine.files() == before
    assert foreign.read_text() == 'mine\n'


def path_with(directory: Path, **scripts: str) -> str:
    """A PATH where Python is nothing but these scripts."""
    directory.mkdir()
    for tool in ('git', 'dirname', 'basename', 'readlink', 'rm', 'cat'):
        found = shutil.which(tool)
        assert found
        (directory / tool).symlink_to(found)
    for name, text in scripts.items():
        (directory / name).unlink(missing_ok=True)
        (directory / name).write_text(f'#!/bin/sh\n{text}\n')
        (directory / name).chmod(0o755)
    return str(directory)


def fake_python(version: str) -> str:
    """Answers the question for its version, and cannot import anything."""
    answer = f'printf \'%s\\n\' {version} /usr "$0"'
    return f'case $* in *version_info*) {answer} ;; *) exit 1 ;; esac'


def test_no_python(empty_machine: Machine, tmp_path: Path) -> None:
    done = empty_machine.install(PATH=path_with(tmp_path / 'bin'))
    assert (done.returncode, done.stderr) == (
        128,
        'fatal: git session needs Python 3.11 or later, and there is none on PATH\n'
        'hint: on Debian and Ubuntu: apt-get install python3 python3-venv\n'
        "hint: or name one with '--python <python>'\n",
    )


def test_an_old_python(empty_machine: Machine, tmp_path: Path) -> None:
    path = path_with(tmp_path / 'bin', python3=fake_python('3.9.2'))
    done = empty_machine.install(PATH=path)
    assert (done.returncode, done.stderr) == (
        128,
        "fatal: git session needs Python 3.11 or later, and 'python3' is 3.9.2\n"
        "hint: install one, or name one with '--python <python>'\n",
    )
    assert empty_machine.files() == []


def test_a_python_without_venv(empty_machine: Machine, tmp_path: Path) -> None:
    path = path_with(tmp_path / 'bin', python3=fake_python('3.12.3'))
    done = empty_machine.install(PATH=path)
    assert (done.returncode, done.stderr) == (
        128,
        f"fatal: '{tmp_path}/bin/python3' cannot make an environment: "
        "it has no 'venv' or no 'ensurepip'\n"
        'hint: on Debian and Ubuntu: apt-get install python3.12-venv\n',
    )


def test_a_named_python_that_does_not_run(empty_machine: Machine) -> None:
    done = empty_machine.install('--python', '/nowhere/python3')
    assert (done.returncode, done.stderr) == (
        128,
        "fatal: '/nowhere/python3' is not a Python that runs\n",
    )


@pytest.mark.parametrize(('version', 'is_enough'), [('2.30.9', False), ('2.31.0', True)])
def test_an_old_git(empty_machine: Machine, tmp_path: Path, version: str, is_enough: bool) -> None:
    path = path_with(tmp_path / 'bin', git=f'echo git version {version}')
    done = empty_machine.install(PATH=path)
    message = f'fatal: git session needs git 2.31 or later, found {version}\n'
    assert done.returncode == 128
    assert (done.stderr == message) is not is_enough


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (['--prefix'], "error: option '--prefix' requires a value"),
        (['--prefix='], "error: option '--prefix' requires a value"),
        (['--python'], "error: option '--python' requires a value"),
        (['--nonsense'], "error: unknown option '--nonsense'"),
        (['--extras', 'nonsense'], "fatal: no such extras: 'nonsense'"),
        (['--prefix', '/a:b'], "fatal: a prefix with a line break, ':' or '$': '/a:b'"),
    ],
)
def test_wrong_usage(empty_machine: Machine, options: list[str], message: str) -> None:
    done = empty_machine.install(*options)
    assert (done.returncode, done.stderr.splitlines()[0]) == (129, message)


def test_help_names_every_option(empty_machine: Machine) -> None:
    done = empty_machine.install('-h')
    assert (done.returncode, done.stderr) == (0, '')
    for option in ('--prefix', '--python', '--extras', '--demo', '--uninstall', '--test'):
        assert option in done.stdout


def test_uninstall_of_nothing(empty_machine: Machine) -> None:
    done = empty_machine.install('--uninstall')
    assert (done.returncode, done.stderr) == (
        128,
        f"fatal: git session is not installed under '{empty_machine.prefix}'\n"
        "hint: if it is somewhere else, say where with '--prefix <dir>'\n",
    )


def test_uninstall_leaves_nothing(empty_machine: Machine, tmp_path: Path) -> None:
    # No '#!' line can name an interpreter in here.
    prefix = str(empty_machine.home / 'a \'prefix\' "x"')
    typed = prefix.replace('"', '\\"')
    fish = tmp_path / 'fish'
    fish.write_text('#!/bin/sh\necho fish, version 3.6.0\n')
    fish.chmod(0o755)
    done = empty_machine.install('--prefix', prefix, SHELL=str(fish))
    assert done.returncode == 0, done.stderr
    completion = f'{typed}/share/fish/vendor_completions.d/git-session.fish'
    assert f'in your config.fish:\n    source "{completion}"\n' in done.stdout
    undo = f'sh "{typed}/share/git-session/venv/install.sh" --uninstall --prefix "{typed}"'
    assert f'    {undo}\n' in done.stdout
    assert f'    export PATH="{typed}/bin:$PATH"\n' in done.stdout
    done = empty_machine.run(f'{prefix}/bin/git-session', '-h')
    assert 'usage: git session' in done.stdout + done.stderr

    # As typed, by the copy that was installed: the checkout may be gone.
    done = empty_machine.run('sh', '-c', undo)

    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        f"removed git session from '{prefix}'\n"
        'repositories keep their sessions; hooks in them do nothing from now on\n',
        '',
    )
    assert empty_machine.files() == []


def test_uninstall_names_what_it_did_not_make(empty_machine: Machine) -> None:
    assert empty_machine.install().returncode == 0
    changed = empty_machine.prefix / 'share/man/man1/git-session.1'
    changed.unlink()
    changed.write_text('changed\n')
    foreign = empty_machine.data / 'not-ours'
    foreign.write_text('foreign\n')
    neighbour = empty_machine.prefix / 'bin/other-tool'
    neighbour.write_text('of another program\n')

    done = empty_machine.install('--uninstall')

    assert (done.returncode, done.stderr) == (
        1,
        f"warning: not removed, it is not what the installation made: '{changed}'\n"
        f"warning: not removed, it is not what the installation made: '{foreign}'\n",
    )
    left = [path for path in empty_machine.home.rglob('*') if not path.is_dir()]
    assert sorted(left) == sorted([changed, foreign, neighbour])
