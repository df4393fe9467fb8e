"""Quality gates and patterns, as lines and as data."""

from __future__ import annotations

from git_session.analysis.gates import Gate, Judged
from git_session.output import Style, line, markdown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from git_session.analysis.patterns import Pattern

_MOST_FINDINGS = 5
_MOST_LINES = 3  # of one text


def status(judged: Judged, style: Style) -> list[str]:
    """The section of the status, nothing while no gate fails and imports could be read.

    Blockers have a section of their own there.
    """
    failed = [each for each in judged.failed if each.name != 'blockers']
    if not failed and not judged.unread:
        return []
    title = style.paint(f'Gates ({len(failed)} failed)', 'bold', 'red')
    lines = ['', title if failed else style.paint('Gates', 'bold')]
    for each in failed:
        reason = each.reason.partition(': ')[0] if each.name == 'imports' else each.reason
        lines += style.wrap('  ', f'{each.name}: {line(reason)}', hang=2, most=_MOST_LINES)
        if each.name == 'imports':
            for one in judged.findings[:_MOST_FINDINGS]:
                lines += style.wrap('    ', line(str(one)), hang=2)
            hidden = len(judged.findings) - _MOST_FINDINGS
            if hidden > 0:
                lines.append(style.paint(f'    + {hidden} more: git session status -v', 'dim'))
    for each in judged.unread:
        lines += style.wrap('  ', line(str(each)), hang=2, most=_MOST_LINES)
    names = ', '.join(each.name for each in judged.unknown if each not in judged.unread)
    if names and failed:
        lines += [
            style.paint(each, 'dim') for each in style.wrap('  ', f'unknown: {names}', hang=2)
        ]
    return lines


def brief(judged: Judged) -> list[str]:
    """The items of the brief: which gates fail and why, and which imports nobody looked at."""
    return [line(f'gate {each}') for each in _told(judged)]


def _told(judged: Judged) -> list[Gate]:
    return [*(each for each in judged.failed if each.name != 'blockers'), *judged.unread]


def handoff(judged: Judged) -> list[str]:
    """The items of the handoff, in Markdown: the gates that fail, and imports not looked at.

    That a figure is unknown is said beside these, with the figures.
    """
    return [markdown(f'gate {each}') for each in _told(judged)]


def steps(judged: Judged) -> list[str]:
    """What is next for the gates that fail, in Markdown."""
    return [
        markdown(f'make the gate {each.name} pass ({each.reason})')
        for each in judged.failed
        if each.name != 'blockers'
    ]


def verbose(judged: Judged, found: Sequence[Pattern]) -> list[str]:
    """Every gate with its state, every forbidden import, what is there of each pattern."""
    lines = ['', 'Gates', *(f'  {line(str(each))}' for each in judged.gates)]
    if judged.findings:
        lines += ['', 'Forbidden imports', *(f'  {line(str(each))}' for each in judged.findings)]
    if found:
        lines += ['', 'Patterns']
    for each in found:
        said = '; '.join([*each.where, *([each.note] if each.note else [])])
        lines.append(f'  {each.name} {each.state}' + (f': {line(said)}' if said else ''))
    return lines


def data(judged: Judged) -> dict[str, Any]:
    """The same as data."""
    return {
        'gates': [
            {'gate': each.name, 'state': each.state, 'reason': each.reason or None}
            for each in judged.gates
        ],
        'findings': [each.asdict() for each in judged.findings],
    }
