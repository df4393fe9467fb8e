"""Figures of tests and coverage, and marks in the code, as lines and as data."""

from __future__ import annotations

from git_session.analysis import figures
from git_session.analysis.figures import Figures
from git_session.analysis.marks import Annotation
from git_session.output import Style, code, line, markdown
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MOST_MARKS = 5


class Quality(Record):
    """What the reports say, and what was marked in the lines that the session added."""

    figures: Figures = Figures()
    annotations: tuple[Annotation, ...] = ()


NOTHING = Quality()


def status(found: Quality, style: Style) -> list[str]:
    """The sections of the status; nothing where there is nothing to say."""
    lines = []
    said = figures.said(found.figures)
    if said:
        lines += [
            '',
            style.paint('Quality', 'bold'),
            *(one for each in said for one in style.wrap('  ', each, hang=2)),
        ]
    if found.annotations:
        title = f'Marked in the code ({len(found.annotations)})'
        lines += ['', style.paint(title, 'bold')]
        for each in found.annotations[:_MOST_MARKS]:
            lines += style.wrap('  ', f'{line(each.place)} {line(each.said)}', hang=2, most=2)
        hidden = len(found.annotations) - _MOST_MARKS
        if hidden > 0:
            lines.append(style.paint(f'  + {hidden} more: git session brief', 'dim'))
    return lines


def handoff(found: Quality) -> list[str]:
    """The items of the handoff: what is not known is said, whether it was expected or not."""
    said = figures.said(found.figures)
    for kind in (figures.TESTS, figures.COVERAGE):
        if not any(each.startswith(f'{kind} ') for each in said):
            said.append(f'{kind} unknown: there is no report')
    return list(map(markdown, said))


def marks(found: Quality) -> list[str]:
    """The items of the handoff: ``src/x.py:12 TODO: …``."""
    return [f'{code(each.place)} {markdown(each.said)}' for each in found.annotations]


def data(found: Quality) -> dict[str, Any]:
    """The same as data."""
    return {
        'quality': figures.data(found.figures),
        'annotations': [
            {'path': each.path, 'line': each.line, 'word': each.word, 'text': each.text}
            for each in found.annotations
        ],
    }
