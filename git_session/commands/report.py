"""`git session report`: what happened in a week, in a period, in the whole of a project."""

from __future__ import annotations

import os
import re
import time

from git_session import git, outfile, output, reporting
from git_session.errors import USAGE, SessionError
from git_session.options import Option, Syntax, Values
from git_session.views import document
from git_session.workspace import open_workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from git_session.analysis.report import Report
    from git_session.reporting import Asked

ABOUT = 'Report a week, a period or the whole project, for people and for programs.'
FORMS = {
    '': Syntax(
        '', 0, 0,
        (
            Option(('--weekly',), 'the last seven days, today among them'),
            Option(('--project',), 'all of it'),
            Option(('--since',), 'from then on', value='date'),
            Option(('--until',), 'up to then; with --since', value='date'),
            Option(
                ('--format',), 'how to write it', value='format',
                choices=('markdown', 'json', 'html'),
            ),
            Option(('--json',), 'short for --format json'),
            Option(('-o', '--output'), 'write it to a file', value='file'),
            Option(('--open',), 'open it in the web browser; implies --format html'),
        ),
    )
}  # fmt: skip

_SUFFIXES = {'.md': 'markdown', '.markdown': 'markdown', '.json': 'json', '.html': 'html',
             '.htm': 'html'}  # fmt: skip
_PAGE = 'report.html'  # in the sessions folder: what --open opens without -o


def run(action: str, values: Values) -> int:
    now = time.time()
    asked, form = _asked(values, now), _form(values)
    here = open_workspace(work=True)
    found = reporting.report(here, asked, now)
    text, path = _text(found, form), values.text('output')
    if path is None and values.flag('open'):
        path = os.path.join(here.repo.sessions, _PAGE)
        os.makedirs(here.repo.sessions, exist_ok=True)
    if path is None or path == '-':
        shown = document.shown(text, here.style()) if form == 'markdown' else text
        output.out(shown, None if path else git.pager)
    else:
        _write(path, text)
    if values.flag('open') and path is not None:
        _open(path)
    return 0


def _asked(values: Values, now: float) -> Asked:
    """The period; raises SessionError (USAGE) where none or several are named."""
    since, until = values.text('since'), values.text('until')
    if until is not None and since is None:
        raise SessionError('--until needs --since', status=USAGE)
    named = [f'--{name}' for name in ('weekly', 'project') if values.flag(name)]
    named += ['--since'] if since is not None else []
    if len(named) > 1:
        raise SessionError(f'{named[0]} and {named[1]} cannot be used together', status=USAGE)
    if since is not None:
        return reporting.period(since, until, now)
    if not named:
        raise SessionError('which period? --weekly, --project or --since <date>', status=USAGE)
    return reporting.weekly(now) if named == ['--weekly'] else reporting.project()


def _form(values: Values) -> str:
    """markdown, json or html; what the name of the file says where no format is given."""
    form, path = values.text('format'), values.text('output')
    if values.flag('open'):
        if form not in (None, 'html'):
            raise SessionError(f"--open needs '--format html', not '{form}'", status=USAGE)
        if path == '-':
            raise SessionError("--open and '-o -' cannot be used together", status=USAGE)
        return 'html'
    suffix = os.path.splitext(path or '')[1].lower()
    return form or _SUFFIXES.get(suffix, 'markdown')


def _text(found: Report, form: str) -> str:
    if form == 'html':
        from git_session.views import page

        return page.html(found)
    if form == 'json':
        from git_session.views import reportdata

        return output.json_text(reportdata.data(found))
    from git_session.views import report

    return report.text(found)


def _write(path: str, text: str) -> None:
    outfile.write(path, [text.encode('utf-8', 'backslashreplace')], _is_ours, 'report')
    output.talk(f'report written to {output.line(path)}')


# How a report begins, in each form.
_OURS = re.compile(
    rb'# (?:Week|Project|Report): |\*\*[^\n]*\*\* since |\{\s*"schema": "git-session/report/|'
    rb'<!doctype html>.{0,500}<meta name="generator" content="git session',
    re.IGNORECASE | re.DOTALL,
)  # fmt: skip


def _is_ours(head: bytes) -> bool:
    return _OURS.match(head) is not None


def _open(path: str) -> None:
    """Open a file in the web browser of the user: $BROWSER, else what the system prefers."""
    import pathlib
    import webbrowser

    if not webbrowser.open(pathlib.Path(path).resolve().as_uri()):
        raise SessionError('could not start a web browser', f"the report is in '{path}'")
