"""What a forge knows of this branch: its pull request, checks, and the issues it names.

The user's own `gh` or `glab` is asked, with the user's own rights, and only for a remote on
github.com or gitlab.com, or where the user's configuration says what a host is
(``session.forge``).  It is asked by `resume` and `brief` alone, for two seconds at most, and
what it said is kept in ``<git common dir>/sessions/.forge.json``::

    {"v": 1, "home": "github.com/org/repo", "known": {
        "pull work": {"at": 1763880000.0, "number": 34, "title": ..., "state": "open", ...},
        "checks work": {...},
        "issue 12": {"at": 1763880000.0, "number": 12, "title": ..., "state": "closed", ...}}}

An entry without a number says that there was none, or no answer.  All of it is somebody
else's text: bounded here, quoted where it is shown.
"""

from __future__ import annotations

import os
import time

from git_session import ci, eventlog, git, words
from git_session.events import LAST
from git_session.output import line
from git_session.record import Record
from git_session.views.quoting import own, quoted, tagless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from git_session.integrations.references import Home
    from git_session.session import Session
    from git_session.workspace import Workspace

FILE = '.forge.json'
LIMIT = 2.0  # seconds
FRESH = 300.0  # seconds in which what is known is not asked again
_OLD = 14 * 86400.0
_MOST_BYTES = 1024 * 1024  # of an answer
_MOST_KEPT = 256 * 1024
_MOST_ISSUES = 8
_MOST_ENTRIES = 100
_OFF = ('false', 'no', 'off', '0', 'none')
PROGRAMS = {'github': 'gh', 'gitlab': 'glab'}
_PULL = 'number,title,state,isDraft,url,headRefOid,isCrossRepository,statusCheckRollup'
_STATES = {'opened': 'open'}
_PASSED = ('success', 'neutral', 'skipped')
_RUNNING = ('', 'expected', 'pending', 'queued', 'in_progress', 'requested', 'running', 'waiting',
            'created', 'preparing', 'scheduled', 'waiting_for_resource')  # fmt: skip


class Known(Record):
    """A pull request or an issue; `number` is 0 when there is none.  `at` in epoch seconds.

    `head` is the commit that the checks are of, `failed` has the names of those that did.
    """

    at: float
    number: int = 0
    title: str = ''
    state: str = ''
    url: str = ''
    head: str = ''
    passed: int = 0
    running: int = 0
    failed: tuple[str, ...] = ()


# --- where


def home(here: Workspace) -> Home | None:
    """Where the remote of this branch lives; None when that is nowhere we know to name."""
    from git_session.integrations import references

    said = here.setting('session.forge').lower()
    remotes = [
        name.removeprefix('remote.').removesuffix('.url') for _, name, _ in here.settings
        if name.startswith('remote.') and name.endswith('.url')
    ]  # fmt: skip
    wanted = here.setting(f'branch.{here.repo.branch}.remote'), 'origin', *remotes[:1]
    for each in wanted:
        if each in remotes:
            url = _instead(here, here.setting(f'remote.{each}.url'))
            return references.home(url, said if said in PROGRAMS else '')
    return None


def _instead(here: Workspace, url: str) -> str:
    """The URL that git uses in its place (``url.<base>.insteadOf``)."""
    found = [
        (len(value), name.removeprefix('url.').removesuffix('.insteadof'))
        for _, name, value in here.settings
        if name.startswith('url.') and name.endswith('.insteadof') and url.startswith(value)
    ]  # fmt: skip
    if not found:
        return url
    length, base = max(found)
    return base + url[length:]


def links(here: Workspace, session: Session) -> dict[str, str]:
    """The issues that the session and its blockers name -> their addresses."""
    from git_session.integrations import references

    texts = dict.fromkeys([session.issue, *(each.issue for each in session.blockers)])
    pattern = here.config['session.issue_url']
    return references.links(filter(None, texts), home(here), pattern)


# --- asking


def refresh(here: Workspace) -> None:
    """Ask for what is not known or not fresh; returns after LIMIT seconds, whatever happens."""
    where = home(here)
    if where is None or not where.forge or _is_off(here):
        return
    from shutil import which

    program = which(PROGRAMS[where.forge])
    if program is None or not os.path.isabs(program):  # found in the current directory
        return
    kept, now = _kept(here, where), time.time()
    wanted = [
        key for key in _wanted(here, where) if key not in kept or not _is_fresh(kept[key], now)
    ]
    if not wanted:
        return
    answers = _asked(program, where, wanted)
    for key in wanted:
        # No answer: what was known stays, and is asked again when it would have been.
        old = kept.get(key, Known(now))
        kept[key] = answers.get(key) or old.replace(at=now if not old.number else old.at)
    _keep(here, where, kept, now)


def _is_off(here: Workspace) -> bool:
    offline = os.environ.get('GIT_SESSION_OFFLINE', '')
    return offline not in ('', '0') or here.setting('session.forge').lower() in _OFF


def _is_fresh(known: Known, now: float) -> bool:
    return abs(now - known.at) < FRESH


def _wanted(here: Workspace, where: Home) -> list[str]:
    """``pull <branch>``, ``checks <branch>``, ``issue <number>`` for each that is named."""
    from git_session.integrations import references

    session = here.require()
    texts = [session.issue, *(each.issue for each in session.open_blockers())]
    numbers = [references.of_home(each, where) for text in texts for each in references.find(text)]
    issues = list(dict.fromkeys(number for number in numbers if number))[:_MOST_ISSUES]
    # The list of merge requests of GitLab has no pipelines in it.
    apart = [f'checks {session.branch}'] if where.forge == 'gitlab' else []
    return [f'pull {session.branch}', *apart, *(f'issue {number}' for number in issues)]


def _asked(program: str, where: Home, wanted: list[str]) -> dict[str, Known]:
    """What the program says of each, all asked side by side; nothing of those that fail."""
    import tempfile
    from concurrent.futures import ThreadPoolExecutor

    from git_session import programs

    ends = time.monotonic() + LIMIT
    env = {**os.environ, **_QUIET}
    with tempfile.TemporaryDirectory(prefix='git-session-') as place:

        def ask(number: int, key: str) -> Known | None:
            out = os.path.join(place, str(number))

            def go_on(_: float) -> bool:
                return time.monotonic() < ends and _size(out) <= _MOST_BYTES

            arguments = (program, *_question(where, key))
            try:
                status = programs.run(arguments, env=env, out=out, go_on=go_on)
                with open(out, 'rb') as file:
                    data = file.read(_MOST_BYTES + 1)
            except (OSError, ValueError):
                return None
            return _answer(data) if status == 0 and len(data) <= _MOST_BYTES else None

        with ThreadPoolExecutor(len(wanted)) as pool:
            answers = list(pool.map(ask, range(len(wanted)), wanted))
    return {key: known for key, known in zip(wanted, answers, strict=True) if known is not None}


# They ask nothing, page nothing, paint nothing and look for no newer version of themselves.
_QUIET = {
    'GH_PROMPT_DISABLED': '1', 'GH_PAGER': 'cat', 'GH_NO_UPDATE_NOTIFIER': '1', 'NO_PROMPT': '1',
    'GLAB_CHECK_UPDATE': 'false', 'PAGER': 'cat', 'NO_COLOR': '1', 'CLICOLOR_FORCE': '0',
}  # fmt: skip


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0


def _question(where: Home, key: str) -> tuple[str, ...]:
    """The arguments for `gh` or `glab`; a branch is always the value of an option."""
    kind, _, name = key.partition(' ')
    if where.forge == 'github':
        repo = f'--repo={where.host}/{where.path}'
        if kind == 'issue':
            return 'issue', 'view', name, repo, '--json=number,title,state,url'
        return ('pr', 'list', repo, f'--head={name}', '--state=all', '--limit=10',
                f'--json={_PULL}')  # fmt: skip
    repo = f'--repo={where.address}'
    if kind == 'issue':
        return 'issue', 'view', name, repo, '--output=json'
    if kind == 'checks':
        return 'ci', 'get', repo, f'--branch={name}', '--output=json'
    return 'mr', 'list', repo, f'--source-branch={name}', '--all', '--per-page=10', '--output=json'


def _answer(data: bytes) -> Known | None:
    """An answer of either program, None when it is none."""
    import json

    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, list):
        found = next(filter(_is_of_branch, found), None)
        if found is None:
            return Known(time.time())
    if not isinstance(found, dict):
        return None
    number = found.get('number', found.get('iid'))
    if type(number) is not int or number <= 0:
        return None
    state = _text(found.get('state'), 20).lower()
    draft = found.get('isDraft') is True or found.get('draft') is True
    passed, running, failed = _checks(found)
    return Known(
        time.time(), number, _text(found.get('title'), 200),
        f'{"draft " if draft else ""}{_STATES.get(state, state)}',
        _address(found.get('url', found.get('web_url'))),
        _text(found.get('headRefOid', found.get('sha')), 64), passed, running, failed,
    )  # fmt: skip


def _is_of_branch(record: object) -> bool:
    """Whether a pull request is of our branch, not of one with its name in a stranger's fork."""
    if not isinstance(record, dict):
        return False
    sides = record.get('source_project_id'), record.get('target_project_id')
    if not record.get('isCrossRepository') and sides[0] == sides[1]:
        return True
    head = record.get('headRefOid', record.get('sha'))
    is_oid = isinstance(head, str) and head.isalnum() and len(head) in (40, 64)
    return is_oid and git.resolve(str(head)) is not None


def _text(value: object, most: int) -> str:
    return words.cut(line(value[: 4 * most]), most) if isinstance(value, str) else ''


def _address(value: object) -> str:
    from git_session.integrations import references

    found = references.find(value) if isinstance(value, str) else []
    return found[0].url if len(found) == 1 else ''


def _checks(record: Mapping[str, Any]) -> tuple[int, int, tuple[str, ...]]:
    """(how many passed, how many run, the names of the failed ones)."""
    rollup, status = record.get('statusCheckRollup'), record.get('status')
    runs = rollup if isinstance(rollup, list) else []
    if isinstance(status, str):  # a pipeline of GitLab
        runs = [{'name': 'pipeline', 'state': status}]
    passed, running, failed = 0, 0, []
    for each in runs:
        if not isinstance(each, dict):
            continue
        said = _text(each.get('conclusion') or each.get('state') or each.get('status'), 40).lower()
        if said in _PASSED:
            passed += 1
        elif said in _RUNNING:
            running += 1
        else:
            failed.append(_text(each.get('name') or each.get('context'), 60) or 'unnamed')
    return passed, running, tuple(failed[:20])


# --- what is known


def _path(here: Workspace) -> str:
    return os.path.join(here.repo.sessions, FILE)


def _name(where: Home) -> str:
    return f'{where.host}/{where.path}'


def _kept(here: Workspace, where: Home) -> dict[str, Known]:
    """What is known of this home; nothing of a file that is not ours."""
    import json

    try:
        with open(_path(here), 'rb') as file:
            data = file.read(_MOST_KEPT + 1)
        record: Any = json.loads(data) if len(data) <= _MOST_KEPT else None
        if record['v'] != 1 or record['home'] != _name(where):
            return {}
        known = {str(key): _known(value) for key, value in record['known'].items()}
    except (OSError, ValueError, RecursionError, LookupError, TypeError, AttributeError,
            OverflowError):  # fmt: skip
        return {}
    return {key: value for key, value in known.items() if value is not None}


def _known(value: Mapping[str, Any]) -> Known | None:
    failed = value.get('failed', [])
    known = Known(
        float(value['at']), int(value.get('number', 0)), _text(value.get('title'), 200),
        _text(value.get('state'), 40), _address(value.get('url')), _text(value.get('head'), 64),
        int(value.get('passed', 0)), int(value.get('running', 0)),
        tuple(_text(each, 60) for each in failed[:20]) if isinstance(failed, list) else (),
    )  # fmt: skip
    return known if abs(known.at) <= LAST else None  # NaN is in no order


def _keep(here: Workspace, where: Home, known: Mapping[str, Known], now: float) -> None:
    """Write it down; nobody's work waits for what cannot be written."""
    import json

    recent = sorted(known.items(), key=lambda each: -each[1].at)[:_MOST_ENTRIES]
    found = {key: each.asdict() for key, each in recent if now - each.at < _OLD}
    text = json.dumps({'v': 1, 'home': _name(where), 'known': found}) + '\n'
    try:
        eventlog.write_file(_path(here), text)
    except OSError:
        pass


def told(here: Workspace, *, names_issue: bool = False) -> list[str]:
    """What trackers, a forge and a CI have of this session, a line each; asks nobody.

    Its issue is among them where no more is known of it too, unless the view `names_issue`.
    """
    session = here.require()
    issues = {session.issue: ''} if session.issue else {}
    issues |= {each.issue: each.name for each in session.open_blockers() if each.issue}
    where = home(here) if issues or os.path.exists(_path(here)) else None
    known = _kept(here, where) if where is not None and not _is_off(here) else {}
    pull, checks = (known.get(f'{kind} {session.branch}') for kind in ('pull', 'checks'))
    now = time.time()
    said = _pull(here, where, pull, checks or pull, now)
    for issue, name in issues.items():
        one = _issue(here, where, known, issue, name, now, is_shown=names_issue or bool(name))
        said += [one] if one else []
    return said + ci.told(here.place, here.repo.head, now)


def _pull(
    here: Workspace, where: Home | None, pull: Known | None, checks: Known | None, now: float
) -> list[str]:
    if where is None or pull is None or checks is None or not pull.number:
        return []
    noun = 'merge request !' if where.forge == 'gitlab' else 'pull request #'
    judged = _said(checks, here.repo.head)
    return [_line(f'{noun}{pull.number}', pull, now, *([judged] if judged else []))]


def _issue(
    here: Workspace, where: Home | None, known: Mapping[str, Known], issue: str, name: str,
    now: float, *, is_shown: bool,
) -> str:  # fmt: skip
    """``issue #12 of blk-1 open: "No key", asked 5 minutes ago, https://...``.

    Nothing where it `is_shown` elsewhere, as a blocker's is, and no more is known of it.
    """
    from git_session.integrations import references

    found = references.find(issue)
    of = f' of {name}' if name else ''
    if len(found) != 1 or found[0].text != issue.strip():
        return '' if is_shown else f'issue {quoted(issue, 200)}'  # words, whoever wrote them
    typed = f'issue {tagless(own(issue, 200))}{of}'
    number = references.of_home(found[0], where) if where is not None else 0
    entry = known.get(f'issue {number}')
    if entry is not None and entry.number:
        return _line(typed, entry, now)
    address = references.address(found[0], where, here.config['session.issue_url'])
    if address and address != found[0].text:
        return f'{typed}: {address}'
    return '' if is_shown else typed


def _line(name: str, known: Known, now: float, *more: str) -> str:
    parts = [f'{name} {tagless(known.state)}: {quoted(known.title, 120)}', *more]
    parts += [f'asked {words.age(known.at, now)}', *([tagless(known.url)] if known.url else [])]
    return ', '.join(parts)


def _said(each: Known, head: str | None) -> str:
    """``checks: 3 passed, 1 failed ("lint")``, '' without any."""
    counts = [(each.passed, 'passed'), (each.running, 'not finished'), (len(each.failed), 'failed')]
    shown = [f'{number} {word}' for number, word in counts if number]
    if each.failed:
        shown[-1] += f' ({", ".join(quoted(name, 60) for name in each.failed[:3])})'
    if not shown:
        return ''
    other = f' of {tagless(words.short(each.head))}, not of HEAD' if each.head != head else ''
    return f'checks{other}: {", ".join(shown)}'
