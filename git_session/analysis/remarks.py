"""What a person should know beside the figures: hooks that did not fire, lines that were lost."""

from __future__ import annotations

from git_session import words
from git_session.output import line
from git_session.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def remarks(
    session: Session, *, lost: int, off: str = '', merged: str = '', saved: Sequence[str] = (),
    others: Sequence[str] = (),
) -> list[str]:  # fmt: skip
    """One line each, with the command that helps.

    `off` is what switches the hooks off, `merged` says where the branch was merged to,
    `saved` tells of saved work in progress, `others` of those who are live on the branch.
    """
    found = [f'the hooks are switched off: {off}'] if off else []
    found += others
    found += saved
    if merged:
        found.append(f'{line(merged)}: git session end')
    missed = [via for via in session.unreported.values() if via.startswith('commit')]
    if missed:
        found.append(
            f'{words.count(len(missed), "commit")} of this session arrived without hooks: '
            'git session doctor'
        )
    if session.unknown:
        found.append(
            f'{words.count(session.unknown, "event")} of a newer version of git session kept, '
            'not understood'
        )
    if lost:
        found.append(f'{words.count(lost, "line")} of the log cannot be read: git session doctor')
    return found
