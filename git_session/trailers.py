"""The trailer block of a checkpoint commit.

List items are folded lines, so `git interpret-trailers --parse` reads the block
whole.  A line whose figure is not known is left out.
"""

from __future__ import annotations

from git_session import git, words
from git_session.output import line
from git_session.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

KEYS = (
    'Session-Id', 'Session-Checkpoint', 'Session-Objective', 'Session-Objectives', 'Decisions',
    'Impact', 'Session-Time',
)  # fmt: skip
_HOOKS = ('Session-Id', 'Session-Objective')  # what the hooks write, in any order
_MOST_FILES = 20
_MARKS = {'done': 'x', 'active': '▶', 'pending': ' '}


def block(
    session: Session,
    *,
    label: str,
    decisions: Sequence[tuple[str, str]],
    impact: dict[str, Any],
    seconds: float,
    measured: Sequence[str] = (),
) -> str:
    """The trailer lines; `decisions` are (text, rationale), `seconds` the active time.

    `measured` are the figures of tests and coverage that are known, as ``Tests: +12``.
    What holds a secret has to be redacted by then: a commit leaves.
    """
    lines = [f'Session-Id: {session.id}']
    if label:
        lines.append(f'Session-Checkpoint: {line(label)}')
    lines += _objectives(session)
    if decisions:
        lines.append('Decisions:')
    for text, rationale in decisions:
        lines.append(f' - {line(text)}')
        if rationale:
            lines.append(f'   Rationale: {line(rationale)}')
    changed = [*_impact(impact), *(f' - {each}' for each in measured)]
    if changed:
        lines += ['Impact:', *changed]
    lines.append(f'Session-Time: {words.duration(seconds)}')
    return '\n'.join(lines) + '\n'


def _objectives(session: Session) -> list[str]:
    shown = [each for each in session.objectives if each.state in _MARKS]
    if not shown:
        return []
    following = next((each.ref for each in shown if each.state == 'pending'), '')
    lines = ['Session-Objectives:']
    for each in shown:
        suffix = ' (this commit)' if each.state == 'active' else ''
        suffix = ' (next)' if each.ref == following else suffix
        lines.append(f' - [{_MARKS[each.state]}] {line(each.shared)}{suffix}')
    return lines


def _impact(impact: dict[str, Any]) -> list[str]:
    named = [
        (word, path)
        for key, word in (
            ('added', 'Added'),
            ('modified', 'Modified'),
            ('deleted', 'Deleted'),
            ('renamed', 'Renamed'),
        )
        for path in impact.get(key, ())
    ]  # fmt: skip
    lines = [f' - {word}: {line(path)}' for word, path in named[:_MOST_FILES]]
    if len(named) > _MOST_FILES:
        lines.append(f' - and {len(named) - _MOST_FILES} more files')
    if named:
        lines.append(f' - Lines: +{impact["lines_added"]} -{impact["lines_deleted"]}')
    return lines


def join(message: str, trailers: str) -> str:
    """The message with the block at its end: in its own trailer block, or as a new one."""
    text = message.rstrip() + '\n'
    parsed = git.read('interpret-trailers', '--parse', '--no-divider',
                      stdin=text.encode('utf-8', 'surrogateescape'))  # fmt: skip
    return text + ('' if parsed.strip() else '\n') + trailers


def strip(message: str) -> str:
    """The message without our lines in its last paragraph, to be written anew by an amend.

    ``Impact:`` and ``Decisions:`` are ours in the block that ``Session-Id:`` begins; above
    it they may be a person's.
    """
    lines = message.rstrip('\n').split('\n')
    begin = len(lines)
    while begin and lines[begin - 1].strip():
        begin -= 1
    if begin == 0 or not message.strip():  # nothing but a subject
        return message
    kept: list[str] = []
    ours = block = False
    for text in lines[begin:]:
        if not text.startswith((' ', '\t')):
            key = text.partition(':')[0]
            block = key == KEYS[0] or (block and key in KEYS)
            ours = block or key in _HOOKS
        if not ours:
            kept.append(text)
    return '\n'.join([*lines[:begin], *kept]).rstrip('\n') + '\n'
