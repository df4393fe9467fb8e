"""The misconfigurations that are known to stop hooks or to lose notes, each by its name.

Each look is a function that reads and changes nothing; what is found is a Fault with the
command that helps.
"""

from __future__ import annotations

import os
import re
import shlex

from git_session import git, hookconfig, hookfiles, hookmanagers, hooks
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Settings = Sequence[tuple[str, str, str]]

_INSTALL = "'git session hooks install'"
_FRAMEWORK = re.compile(r'^\s*-?\s*id:\s*[\'"]?git-session-([a-z-]+)', re.MULTILINE)
_EVENT_SWITCHES = (2, 55)  # the first git that knows hook.<event>.enabled
_LOSING = ('overwrite', 'ignore')  # notes.rewriteMode: one of two notes is dropped


class Fault(Record):
    """`subject` names what is wrong, `mends` whether installing again helps."""

    subject: str
    problem: str
    remedy: str
    mends: bool = False


def find(repo: git.Repository, settings: Settings) -> list[Fault]:
    """Everything that is wrong; `settings` is git's configuration in force."""
    place = hookmanagers.directory()
    by_config = hookconfig.is_included(repo) and git.version() >= hooks.CONFIG_HOOKS
    found = [
        *moved(place), *not_executable(repo, place), *stale(repo, place, settings),
        *twice(repo, place, settings), *halves(settings), *fetched(settings), *rewriting(settings),
    ]  # fmt: skip
    if by_config:
        found += silenced(settings, by_event=git.version() >= _EVENT_SWITCHES)
    else:
        found += [*elsewhere(repo, place, settings), *missing(settings)]
    return found


def _last(settings: Settings, key: str) -> tuple[str, str] | None:
    """(scope, value) of the value of `key` that counts."""
    values = [(scope, value) for scope, name, value in settings if name == key]
    return values[-1] if values else None


# --- files


def moved(place: str) -> Iterator[Fault]:
    """Ours was renamed by a manager that was installed over it, and is not run any more."""
    for event in hooks.EVENTS:
        path = os.path.join(place, event)
        for suffix, is_run in hookfiles.MOVED.items():
            if not hookfiles.is_ours(path + suffix) or hookfiles.is_ours(path):
                continue
            if is_run and _runs_legacy(path):
                continue
            there = (
                'the hook in its place does not run' if os.path.lexists(path) else 'nothing runs'
            )
            yield Fault(f'hook {event}', f"ours was moved to '{event}{suffix}', which {there}",
                        _INSTALL, mends=True)  # fmt: skip


def _runs_legacy(path: str) -> bool:
    """Whether a hook file is one of those that run ``<event>.legacy``."""
    text = hookfiles.read(path)
    return b'pre-commit' in text or b'prek' in text


def _runs_ours(path: str) -> bool:
    return hookfiles.is_ours(path) or b'session_hooks=' in hookfiles.read(path)


def _ours(repo: git.Repository, place: str) -> Iterator[tuple[str, str]]:
    """(event, path) of every hook file of ours."""
    for event in hooks.EVENTS:
        start = os.path.join(place, event)
        for path in (start, start + hookfiles.LEGACY, hookmanagers.loader(repo, event)):
            if hookfiles.is_ours(path):
                yield event, path


def not_executable(repo: git.Repository, place: str) -> Iterator[Fault]:
    for event, path in _ours(repo, place):
        if not os.stat(path).st_mode & 0o100:
            yield Fault(f'hook {event}', f"'{path}' is not executable", _INSTALL, mends=True)


def stale(repo: git.Repository, place: str, settings: Settings) -> Iterator[Fault]:
    """The interpreter or the package that the hooks name is gone; one fault for each."""
    found = [os.fsdecode(hookfiles.read(path)) for _, path in _ours(repo, place)]
    found += [value for _, key, value in settings if _is_ours(key, value)]
    gone: dict[str, str] = {}
    for text in found:
        package, python = _named('session_hooks', text), _named('session_python', text)
        if package and not os.path.isfile(os.path.join(package, 'guard.sh')):
            gone[package] = 'package'
        elif python and not os.access(python, os.X_OK):
            gone[python] = 'python'
    for path, what in sorted(gone.items()):
        yield Fault('hooks', f"their {what} '{path}' is gone", _INSTALL, mends=True)


def _named(name: str, text: str) -> str:
    """The value of a variable in a hook's text, as _quoted of hooks writes it."""
    found = re.search(name + r"=('(?:[^']|'\\'')*')", text)
    return found.group(1)[1:-1].replace("'\\''", "'") if found else ''


def elsewhere(repo: git.Repository, place: str, settings: Settings) -> Iterator[Fault]:
    """core.hooksPath leads away from where ours are."""
    path = _last(settings, 'core.hookspath')
    own = os.path.join(repo.common, 'hooks')
    if path is None or os.path.realpath(place) == os.path.realpath(own):
        return
    there = [event for event in hooks.EVENTS if hookfiles.is_ours(os.path.join(own, event))]
    here = [event for event in hooks.EVENTS if _runs_ours(os.path.join(place, event))]
    nowhere = os.path.lexists(place) and not os.path.isdir(place)  # /dev/null, say
    if not here and (there or nowhere):
        scope, value = path
        mends = scope in ('local', 'worktree') and not nowhere
        yield Fault(
            'hooks',
            f"core.hooksPath is '{value}' ({scope} config), so git does not look into '{own}'",
            _unset(scope, 'core.hooksPath') + (f', or {_INSTALL}' if mends else ''), mends=mends,
        )  # fmt: skip


def missing(settings: Settings) -> Iterator[Fault]:
    """A relative core.hooksPath starts at the top of each worktree (githooks(5))."""
    path = _relative(settings)
    if path is None:
        return
    listed = git.ask('worktree', 'list', '--porcelain').out.split('\n')
    tops = [line[9:] for line in listed if line.startswith('worktree ') and os.path.isdir(line[9:])]
    places = {top: os.path.normpath(os.path.join(top, path[1])) for top in tops}
    there = next(filter(os.path.isdir, places.values()), places.get(tops[0], '') if tops else '')
    scope = '--local' if path[0] == 'command' else f'--{path[0]}'
    for top, place in places.items():
        if not os.path.isdir(place):
            yield Fault(
                'hooks', f"core.hooksPath '{path[1]}' is relative, and worktree '{top}' has no "
                'such directory: no hook runs there',
                f'git config {scope} core.hooksPath {shlex.quote(there)}',
            )  # fmt: skip


def is_missing(repo: git.Repository, settings: Settings) -> bool:
    """Whether this very worktree lacks the directory: made here, the others would lose theirs."""
    path = _relative(settings)
    if path is None or not repo.top or repo.gitdir == repo.common:
        return False
    return not os.path.isdir(os.path.join(repo.top, path[1]))


def _relative(settings: Settings) -> tuple[str, str] | None:
    """(scope, value) of a core.hooksPath that is relative."""
    path = _last(settings, 'core.hookspath')
    if path is None or not path[1] or os.path.isabs(os.path.expanduser(path[1])):
        return None
    return path


# --- configuration


def _is_ours(key: str, value: str) -> bool:
    return key.startswith('hook.') and key.endswith('.command') and 'session_hooks=' in value


def twice(repo: git.Repository, place: str, settings: Settings) -> Iterator[Fault]:
    """A hook of ours that more than one party runs."""
    registered = _registered(settings) if git.version() >= hooks.CONFIG_HOOKS else set()
    framework = _framework(repo)
    for event in hooks.EVENTS:
        path = os.path.join(place, event)
        ways = ["git's configuration"] if event in registered else []
        if hookfiles.is_ours(path):
            ways.append(path)
        elif _runs_legacy(path):
            if hookfiles.is_ours(path + hookfiles.LEGACY):
                ways.append(path + hookfiles.LEGACY)
            if event in framework:
                ways.append('.pre-commit-config.yaml')
        elif b'session_hooks=' in hookfiles.read(path):
            ways.append(path)
        if len(ways) > 1:
            mends = all(way == ways[0] or hookfiles.is_ours(way) for way in ways)
            yield Fault(f'hook {event}', 'run more than once: by ' + ' and '.join(ways),
                        _INSTALL if mends else 'take one of them out', mends=mends)  # fmt: skip


def mend_twice(repo: git.Repository, settings: Settings) -> None:
    """Take our files out where git's configuration runs the same hooks."""
    if git.version() < hooks.CONFIG_HOOKS:
        return
    place = hookmanagers.directory()
    for event in sorted(_registered(settings)):
        hookfiles.uninstall(os.path.join(place, event), gone=lambda _: False)


def _registered(settings: Settings) -> set[str]:
    """The events of our hooks in git's configuration."""
    ours = {key.removesuffix('command') for _, key, value in settings if _is_ours(key, value)}
    return {event for name in ours for event in _events(settings, name + 'event')}


def _events(settings: Settings, key: str) -> list[str]:
    """The values of hook.<name>.event; an empty one takes back those before it."""
    found: list[str] = []
    for _, name, value in settings:
        if name == key:
            found = [*found, value] if value else []
    return found


def _framework(repo: git.Repository) -> set[str]:
    path = os.path.join(repo.top or '', '.pre-commit-config.yaml')
    return set(_FRAMEWORK.findall(os.fsdecode(hookfiles.read(path)))) if repo.top else set()


def halves(settings: Settings) -> Iterator[Fault]:
    """What git refuses to work with: an event without a command, a name that is an event's."""
    keys = {key for _, key, _ in settings if key.startswith('hook.')}
    for event in hooks.EVENTS:
        if f'hook.{event}.command' in keys or f'hook.{event}.event' in keys:
            yield Fault('configuration', f"a hook is named '{event}' as its event: git 2.55 and "
                        'later refuse to work',
                        f"'git config --rename-section hook.{event} hook.my-{event}'")  # fmt: skip
    for key in sorted(key for key in keys if key.endswith('.event')):
        name = key.removesuffix('event')
        command = _last(settings, name + 'command')
        if _events(settings, key) and not (command and command[1]):
            yield Fault(
                'configuration', f"'{key}' is set and '{name}command' is not: git refuses to work",
                f"'git config --unset-all {key}'",
            )  # fmt: skip


def silenced(settings: Settings, *, by_event: bool) -> Iterator[Fault]:
    """What keeps git 2.54 and later from running a hook of ours that the configuration has.

    `by_event`: whether this git has ``hook.<event>.enabled`` (2.55).
    """
    for event in hooks.EVENTS:
        subject, name = f'hook {event}', f'hook.session-{event}.'
        for key in (name + 'enabled', *([f'hook.{event}.enabled'] if by_event else [])):
            scope, value = _last(settings, key) or ('', 'true')
            if git.boolean(value) is False:
                problem = f'{key} is {value or "empty"} ({scope} config)'
                yield Fault(subject, problem, _unset(scope, key))
        key = name + 'event'
        scope, _ = _last(settings, key) or ('', '')
        if scope and not _events(settings, key):
            yield Fault(subject, f'{key} is reset ({scope} config)', _unset(scope, key))
        key = name + 'command'
        scope, value = _last(settings, key) or ('', '')
        if scope and 'session_hooks=' not in value:
            yield Fault(subject, f"{key} is '{value}' ({scope} config)", _unset(scope, key))


def fetched(settings: Settings) -> Iterator[Fault]:
    """A fetch into refs/notes/session loses what is not pushed, or fails.

    A forced one overwrites; every one with --prune removes a ref that the remote lacks.
    """
    remotes = sorted({key for _, key, _ in settings
                      if key.startswith('remote.') and key.endswith('.fetch')})  # fmt: skip
    for key in remotes:
        specs = [value for _, name, value in settings if name == key]
        if any(_covers(spec[1:], hookconfig.NOTES_REF) for spec in specs if spec[:1] == '^'):
            continue
        for spec in specs:
            target = spec.rpartition(':')[2]
            if ':' in spec and _covers(target, hookconfig.NOTES_REF):
                remote = key.removeprefix('remote.').removesuffix('.fetch')
                what = (
                    'overwrites them' if spec[:1] == '+' else 'fails, or with --prune removes them'
                )
                yield Fault('notes', f'a fetch {what}: {key} {spec}',
                            _instead(key, remote, spec))  # fmt: skip


def _covers(pattern: str, ref: str) -> bool:
    head, star, tail = pattern.partition('*')
    if not star:
        return pattern == ref
    return len(ref) >= len(head) + len(tail) and ref.startswith(head) and ref.endswith(tail)


def _instead(key: str, remote: str, spec: str) -> str:
    """How to fetch the rest without the notes, or the notes to another place."""
    if 'notes' not in spec:  # a mirror
        return f"'git config --add {key} ^{hookconfig.NOTES_REF}'"
    other = f'+refs/notes/*:refs/notes/remotes/{remote}/*'
    pattern = '^' + re.escape(spec) + '$'
    return f"git config {key} '{other}' '{pattern}'"


def rewriting(settings: Settings) -> Iterator[Fault]:
    """What keeps git from carrying all notes through amend and rebase."""
    mode = os.environ.get('GIT_NOTES_REWRITE_MODE', '')
    scope, value = (
        ('environment', mode) if mode else _last(settings, 'notes.rewritemode') or ('', '')
    )
    if value.lower() in _LOSING:
        remedy = "'unset GIT_NOTES_REWRITE_MODE'" if mode else _unset(scope, 'notes.rewriteMode')
        yield Fault('notes', f'notes.rewriteMode is {value} ({scope}): of two notes one is lost '
                    'when commits become one', remedy)  # fmt: skip
    refs = os.environ.get('GIT_NOTES_REWRITE_REF')
    if refs is not None and not any(_covers(ref, hookconfig.NOTES_REF) for ref in refs.split(':')):
        yield Fault('notes', f"GIT_NOTES_REWRITE_REF is '{refs}': notes do not follow amend and "
                    'rebase', "'unset GIT_NOTES_REWRITE_REF'")  # fmt: skip
    for command in ('amend', 'rebase'):
        switch = _last(settings, f'notes.rewrite.{command}')
        if switch and git.boolean(switch[1]) is False:
            yield Fault('notes', f'notes.rewrite.{command} is {switch[1] or "empty"}: '
                        f'notes do not follow {command}',
                        _unset(switch[0], f'notes.rewrite.{command}'))  # fmt: skip


def _unset(scope: str, key: str) -> str:
    if scope == 'command':  # git -c, or the environment
        return f'take {key} out of the command line and the environment'
    return f"'git config --{scope} --unset-all {key}'"
