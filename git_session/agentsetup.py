"""Putting our hooks into an agent's own configuration, and taking them out to the byte.

Nothing else in the file changes (see integrations/jsonc).  What was put in is written
down, for a project in ``sessions/.agents.json``, for a user in
``$XDG_STATE_HOME/git-session/agents.json``::

    {"files": {"<path>": {"made": true, "folders": ["<path>"], "before": null,
                          "parts": [[["hooks", "Stop", 0], "<lead>", "<tail>"]]}}}

A part is one insertion: where, and the space that came with it.  Where that is not known
(a clone has the file, and not what is written down) the entries are known by their command.
"""

from __future__ import annotations

import os

from git_session import eventlog
from git_session.errors import REFUSED, USAGE, SessionError
from git_session.integrations import agents, jsonc
from git_session.integrations.agents import Program
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    Path = list[str | int]

MANIFEST = '.agents.json'
_BEGIN, _END = '<!-- git-session: -->', '<!-- :git-session -->'
LINE = (
    f'{_BEGIN} `git session brief` shows what is being built on this branch, what was '
    f'decided and what is next. {_END}'
)
_MOST_BYTES = 4 << 20


class Place(Record):
    """Where the configuration of a program is, for a project or a user.

    `top` is the folder that is never removed, `line` the file of instructions.
    """

    program: Program
    path: str
    top: str
    manifest: str
    line: str
    is_user: bool


class State(Record):
    """`found` is installed, partly or none; `missing` are the events that are not there."""

    found: str
    missing: tuple[str, ...] = ()


def named(names: Iterable[str]) -> list[Program]:
    """The programs of these names, each once; raises SessionError (USAGE) for an unknown one."""
    found = []
    for name in dict.fromkeys(filter(None, map(str.strip, names))):
        if name not in agents.PROGRAMS:
            known = ', '.join(agents.PROGRAMS)
            raise SessionError(f"unknown agent '{name}'; expected one of {known}", status=USAGE)
        found.append(agents.PROGRAMS[name])
    return found


def project(program: Program, top: str, sessions: str) -> Place:
    """The place of a working tree."""
    return Place(
        program, os.path.join(top, program.project), top, os.path.join(sessions, MANIFEST),
        os.path.join(top, program.line), False,
    )  # fmt: skip


def user(program: Program) -> Place:
    """The place of the user; raises SessionError where there is no home."""
    home = os.path.expanduser('~')
    if not os.path.isabs(home):
        raise SessionError('HOME is not set')
    state = os.environ.get('XDG_STATE_HOME') or os.path.join(home, '.local', 'state')
    named = os.environ.get(program.home) if program.home else None
    folder = named or os.path.join(home, program.folder)
    return Place(
        program, os.path.join(folder, program.user), named or home,
        os.path.join(state, 'git-session', MANIFEST.lstrip('.')),
        os.path.join(folder, program.line), True,
    )  # fmt: skip


def install(place: Place) -> list[str]:
    """Add what is missing; what was done, in words.  Raises SessionError, nothing changed."""
    check(place)
    program, text = place.program, _read(place.path)
    if state(place).found == 'installed':
        return []
    if text and not _is_blank(text):
        text = _without(place, text, _parts(place))  # an older version's, or some of ours
    noted = _noted(place)
    made, parts = _with(program, text or '')
    if noted and text is not None:  # what was there before us is known from the first time
        entry = {**noted, 'parts': parts}
    else:
        before = None if text and text.strip() else text
        entry = {'made': text is None, 'before': before, 'folders': _missing_folders(place),
                 'parts': parts}  # fmt: skip
    _write(place.path, made)
    _note(place, entry)
    return [f'{program.title}: hooks written to {place.path}']


def uninstall(place: Place) -> list[str]:
    """Take out what is ours; what was done, in words.  Raises SessionError, nothing changed."""
    check(place)
    text, noted = _read(place.path), _noted(place)
    if text is None or _is_blank(text):
        _note(place, None)
        return []
    left = _without(place, text, _parts(place))
    if left == text and not noted:
        return []
    is_empty = not jsonc.has_comments(left, jsonc.parse(left)) or _is_fresh(place.program, left)
    if noted and is_empty and (noted.get('made') or noted.get('before') is not None):
        left = str(noted.get('before') or '')
    own_file = place.program.project.endswith('git-session.json')
    if is_empty and (noted.get('made') if noted else own_file):
        _remove(place, noted.get('folders', []))
    elif left != text:
        _write(place.path, left)
    _note(place, None)
    return [f'{place.program.title}: hooks removed from {place.path}']


def state(place: Place) -> State:
    """What of ours is in the file; raises SessionError when it cannot be read."""
    text = _read(place.path)
    document = {} if text is None or _is_blank(text) else _document(place.path, text).value
    missing = tuple(
        hook.event
        for hook in place.program.hooks
        if agents.entry(place.program, hook) not in _list(document, hook.theirs)
    )
    if not missing:
        return State('installed')
    count = sum(1 for _ in _ours(document, place.program.name))
    return State('partly' if count else 'none', missing)


def _list(document: Any, theirs: str) -> list[Any]:
    hooks = document.get('hooks') if isinstance(document, dict) else None
    found = hooks.get(theirs) if isinstance(hooks, dict) else None
    return found if isinstance(found, list) else []


def _ours(document: Any, name: str) -> Iterator[Path]:
    """Where entries of ours are, whoever moved them where, the last one first."""
    hooks = document.get('hooks') if isinstance(document, dict) else None
    for event in reversed(list(hooks)) if isinstance(hooks, dict) else ():
        for number in reversed(range(len(_list(document, event)))):
            group = _list(document, event)[number]
            if not isinstance(group, dict):
                continue
            if agents.is_ours(group.get('command', group.get('bash')), name):
                yield ['hooks', event, number]
                continue
            inner = group.get('hooks')
            inner = inner if isinstance(inner, list) else []
            own = [
                at for at, each in enumerate(inner)
                if isinstance(each, dict) and agents.is_ours(each.get('command'), name)
            ]  # fmt: skip
            if own and len(own) == len(inner):
                yield ['hooks', event, number]
            else:
                yield from (['hooks', event, number, 'hooks', at] for at in reversed(own))


# --- what is put in, and taken out


def _with(program: Program, text: str) -> tuple[str, list[Any]]:
    """The document with our hooks, and the parts that were put in."""
    parts: list[Any] = []
    if _is_blank(text):
        import json

        return json.dumps(agents.whole(program), indent=2) + '\n', parts
    for hook in program.hooks:
        text, part = _put(text, hook.theirs, agents.entry(program, hook))
        parts.append(part)
    return text, parts


def _put(text: str, theirs: str, entry: Any) -> tuple[str, Any]:
    """Add an entry to the list of its event, or that with it, or all the hooks with it."""
    hooks = jsonc.parse(text).member('hooks')
    if hooks is None:
        edit = jsonc.add(text, [], {theirs: [entry]}, 'hooks')
        path: Path = ['hooks']
    elif (listed := hooks.member(theirs)) is None:
        edit = jsonc.add(text, ['hooks'], [entry], theirs)
        path = ['hooks', theirs]
    else:
        edit = jsonc.add(text, ['hooks', theirs], entry)
        path = ['hooks', theirs, len(listed.items)]
    return edit.text, [path, edit.lead, edit.tail]


def _without(place: Place, text: str, parts: list[Any]) -> str:
    """The document without our entries, and without what was made around them."""
    name = place.program.name
    spaces = {tuple(path): (lead, tail) for path, lead, tail in parts}
    made = [path for path, _, _ in parts if isinstance(path[-1], str)]
    while True:
        document = _document(place.path, text)
        found = next(_ours(document.value, name), None)
        if found is None:
            break
        # What we made around it goes with it where nothing else is in there.
        while len(found) > 1 and _is_alone(text, document, found):
            holder = found[:-1]
            if parts and not any(holder[: len(each)] == each for each in made):
                break
            found = holder
        text = jsonc.remove(text, found, *spaces.get(tuple(found), ('', '')))
    return text


def _is_alone(text: str, document: jsonc.Node, path: Path) -> bool:
    """Whether a container holds nothing but what is at `path`, no comment either."""
    holder, item = document.at(path[:-1]), document.at(path)
    if holder is None or item is None or len(holder.items) != 1:
        return False
    around = text[holder.start + 1 : item.begin] + text[item.end : holder.end - 1]
    return not around.strip(' \t\r\n,')


def _is_blank(text: str) -> bool:
    return not text.strip(' \t\r\n\ufeff')


def _is_fresh(program: Program, text: str) -> bool:
    return bool(jsonc.parse(text).value == agents.fresh(program)) and '/' not in text


# --- the file of instructions


def add_line(place: Place) -> list[str]:
    """Add the marked line to the agent's file of instructions, unless it is there.

    Behind a text that ends in no newline, and in an empty file, the line has none either:
    so `remove_line` knows what was there.
    """
    text = _read(place.line)
    if text is not None and _BEGIN in text:
        return []
    newline = '\r\n' if text and '\r\n' in text else '\n'
    if text is None or text.endswith('\n'):
        made = f'{text or ""}{LINE}{newline}'
    else:
        made = f'{text}{text and newline}{LINE}'
    _write(place.line, made)
    return [f'{place.program.title}: one line added to {place.line}']


def remove_line(place: Place) -> list[str]:
    """Take the marked line out again; a file that was made for it goes.

    A link is left: the line was not put in through it.
    """
    text = None if os.path.islink(place.line) else _read(place.line, errors='surrogateescape')
    if text is None or _BEGIN not in text:
        return []
    lines = text.splitlines(keepends=True)
    kept = ''.join(each for each in lines if not each.startswith(_BEGIN))
    had_no_newline = lines[-1].startswith(_BEGIN) and not lines[-1].endswith('\n')
    if had_no_newline:
        kept = kept.removesuffix('\n').removesuffix('\r')
    if kept or had_no_newline:
        _write(place.line, kept)
    else:
        os.remove(place.line)
    return [f'{place.program.title}: line removed from {place.line}']


# --- files


def _document(path: str, text: str) -> jsonc.Node:
    """What a configuration holds; raises SessionError where we could add nothing to it."""
    try:
        document = jsonc.parse(text)
    except jsonc.Broken as error:
        raise SessionError(
            f"'{path}' is not JSON: {error}", 'nothing was changed', status=REFUSED
        ) from None
    hooks = document.value.get('hooks', {}) if isinstance(document.value, dict) else None
    if not isinstance(hooks, dict) or not all(isinstance(each, list) for each in hooks.values()):
        raise SessionError(
            f"'{path}' does not have hooks as the agent's documentation has them",
            'nothing was changed', status=REFUSED,
        )  # fmt: skip
    return document


def check(place: Place) -> None:
    """Raise SessionError where a folder of the project is a link that leads elsewhere."""
    folder = os.path.dirname(place.path)
    while not place.is_user and folder.startswith(place.top + os.sep):
        if os.path.islink(folder):
            raise SessionError(
                f"'{folder}' is a symbolic link", 'nothing was changed', status=REFUSED
            )
        folder = os.path.dirname(folder)


def _read(path: str, errors: str = 'strict') -> str | None:
    """The text of a file, None when there is none.

    Raises SessionError for what we may not or cannot change: a link leads elsewhere.
    """
    try:
        if os.path.islink(path):
            raise SessionError(
                f"'{path}' is a symbolic link", 'change the file it leads to', status=REFUSED
            )
        with open(path, 'rb') as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise SessionError(f"'{path}' is too large", status=REFUSED)
        return data.decode(errors=errors)
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise SessionError(
            f"'{path}' is not UTF-8", 'nothing was changed', status=REFUSED
        ) from None
    except OSError as error:
        raise SessionError(f"cannot read '{path}': {error.strerror}", status=REFUSED) from None


def _write(path: str, text: str) -> None:
    """Replace a file in one step, with the rights it has."""
    mode = None
    try:
        if os.path.exists(path):
            if not os.access(path, os.W_OK):
                raise PermissionError(13, 'Permission denied')
            mode = os.stat(path).st_mode & 0o7777
        os.makedirs(os.path.dirname(path), exist_ok=True)
        eventlog.write_file(path, text.encode(errors='surrogateescape'), mode=mode)
    except OSError as error:
        raise SessionError(
            f"cannot write '{path}': {error.strerror}", 'nothing was changed', status=REFUSED
        ) from None


def _missing_folders(place: Place) -> list[str]:
    """The folders that have to be made, the innermost first."""
    found, folder = [], os.path.dirname(place.path)
    while folder != place.top and not os.path.isdir(folder) and folder != os.path.dirname(folder):
        found.append(folder)
        folder = os.path.dirname(folder)
    return found


def _remove(place: Place, folders: list[Any]) -> None:
    try:
        os.remove(place.path)
        for folder in folders:
            if place.path.startswith(f'{folder}/'):
                os.rmdir(folder)
    except OSError:
        pass  # somebody has put something there


# --- what was done


def _parts(place: Place) -> list[Any]:
    noted = _noted(place)
    return list(noted.get('parts', [])) if noted else []


def _manifest(place: Place) -> dict[str, Any]:
    import json

    try:
        with open(place.manifest, encoding='utf-8') as file:
            found = json.load(file)
        return found if isinstance(found.get('files'), dict) else {'files': {}}
    except (OSError, ValueError, AttributeError):
        return {'files': {}}


def _noted(place: Place) -> dict[str, Any]:
    found = _manifest(place)['files'].get(place.path)
    return found if isinstance(found, dict) and isinstance(found.get('parts'), list) else {}


def _note(place: Place, entry: dict[str, Any] | None) -> None:
    import json

    whole = _manifest(place)
    there = whole['files'].pop(place.path, None)
    if entry is not None:
        whole['files'][place.path] = entry
    elif there is None:
        return
    try:
        if whole['files']:
            os.makedirs(os.path.dirname(place.manifest), exist_ok=True)
            eventlog.write_file(place.manifest, json.dumps(whole, indent=1) + '\n')
        else:
            eventlog.remove(place.manifest)
    except OSError as error:
        raise SessionError(f"cannot write '{place.manifest}': {error.strerror}") from None


def switched_off(place: Place) -> str:
    """What in the program's own configuration keeps it from running hooks, '' for nothing."""
    folder = os.path.dirname(place.path)
    if place.program.name == 'codex':
        import tomllib

        try:
            with open(os.path.join(folder, 'config.toml'), 'rb') as file:
                features = tomllib.load(file).get('features')
        except (OSError, ValueError):
            return ''
        off = isinstance(features, dict) and features.get('hooks') is False
        return 'features.hooks is false in its config.toml' if off else ''
    text = _read(place.path)
    found = {} if text is None or _is_blank(text) else _document(place.path, text).value
    if place.program.name == 'claude' and found.get('disableAllHooks') is True:
        return 'disableAllHooks is true there'
    config = found.get('hooksConfig')
    if place.program.name == 'gemini' and isinstance(config, dict):
        return 'hooksConfig.enabled is false there' if config.get('enabled') is False else ''
    return ''
