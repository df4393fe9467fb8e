"""`git session analyze`: how this session and this history stand, and what follows from that."""

from __future__ import annotations

import time

from git_session import git, output
from git_session.insight import Insight, Whole
from git_session.options import FORMAT, Option, Syntax, Values
from git_session.views import insight, landscape
from git_session.views import tdd as tdd_view
from git_session.workspace import Workspace, open_workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ABOUT = 'Judge the session of this branch and the whole history, with reasons.'
FORMS = {
    '': Syntax(
        '', 0, 0,
        (
            Option(('--velocity',), 'only how fast the work goes, against other sessions'),
            Option(('--patterns',), 'only imports against the layers, and patterns'),
            Option(('--tdd',), 'only how test-driven the work is'),
            Option(('--recommendations',), 'only what to do next, and why'),
            *FORMAT,
        ),
    )
}  # fmt: skip

_PARTS = ('velocity', 'patterns', 'tdd', 'recommendations')


def run(action: str, values: Values) -> int:
    here = open_workspace(work=True)
    chosen = [name for name in _PARTS if values.flag(name)]
    found = Insight(here, time.time())
    if here.session is None:
        if {'velocity', 'patterns', 'tdd'} & set(chosen):
            here.require()  # says why there is none
        output.talk(_without(here))
    # All of history is read where all is asked for, or there is nothing else.
    whole = found.whole() if not chosen or here.session is None else None
    if values.json:
        output.json(_data(found, chosen, whole))
        return 0
    style = here.style()
    parts = _text(found, chosen, whole, style)
    output.out('\n\n'.join('\n'.join(part) for part in parts) + '\n', git.pager)
    return 0


def _without(here: Workspace) -> str:
    where = f" on branch '{output.line(here.repo.branch)}'" if here.repo.branch else ''
    return f'no session{where}: this is from the commits alone'


def _text(
    found: Insight, chosen: list[str], whole: Whole | None, style: output.Style
) -> list[list[str]]:
    session = found.here.session
    parts = []
    if session is not None:
        if not chosen:
            name = style.paint(session.id, 'bold')
            parts.append(style.wrap('Session ', f'{name} on {output.line(session.branch)}'))
            parts.append(insight.health(found.health(), style))
        if not chosen or 'velocity' in chosen:
            parts.append(insight.velocity(found.velocity(), style))
        if not chosen or 'patterns' in chosen:
            there = found.patterns()
            parts.append(insight.patterns(there.judged, there.found, style))
        if not chosen or 'tdd' in chosen:
            driven = found.tdd()
            lines = ['no phase, and the session is not test-driven']
            lines = tdd_view.text(driven, found.now) if driven is not None else lines
            wrapped = [one for each in lines for one in style.wrap('  ', each, hang=2)]
            parts.append([style.paint('TDD', 'bold'), *wrapped])
    if not chosen or 'recommendations' in chosen:
        parts.append(insight.steps(found.steps(whole), style))
    if whole is not None and not chosen:
        parts.append(landscape.text(
            whole.landscape, style, found.now, has_lines=whole.has_lines, shallow=whole.is_shallow
        ))  # fmt: skip
    return parts


def _data(found: Insight, chosen: list[str], whole: Whole | None) -> dict[str, Any]:
    """What was asked for; the other parts are null."""
    session = found.here.session

    def wanted(name: str) -> bool:
        return session is not None and (not chosen or name in chosen)

    there = found.patterns() if wanted('patterns') else None
    return {
        'schema': 'git-session/analyze/1',
        'session': None if session is None else session.id,
        'branch': found.here.repo.branch,
        'health': insight.health_data(found.health()) if session and not chosen else None,
        'velocity': insight.velocity_data(found.velocity()) if wanted('velocity') else None,
        'patterns': insight.patterns_data(there.judged, there.found) if there else None,
        'tdd': tdd_view.data(session, found.tdd()) if session and wanted('tdd') else None,
        'recommendations': (
            insight.steps_data(found.steps(whole))
            if not chosen or 'recommendations' in chosen else None
        ),
        'history': None if whole is None or chosen else {
            'shallow': whole.is_shallow, 'lines_known': whole.has_lines,
            **landscape.data(whole.landscape),
        },
    }  # fmt: skip
