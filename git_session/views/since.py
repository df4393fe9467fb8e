"""What is new in a session since a moment: the difference between two of its states."""

from __future__ import annotations

from git_session import words
from git_session.events import LAST, format_time
from git_session.history import Change, Commit
from git_session.record import Record
from git_session.session import Blocker, Checkpoint, Decision, Objective, Remark, Session
from git_session.views import brief, files, status
from git_session.views.quoting import Voice, quoted
from git_session.views.sections import Section, bounded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TypeVar

    Item = TypeVar('Item', Objective, Blocker, Decision, Checkpoint, Remark)


class Since(Record):
    """`moment` in epoch seconds; `commit` is the object id of a revision, '' for a time."""

    moment: float
    commit: str = ''

    def shown(self, date_format: str) -> str:
        """``2026-11-22 14:03 (1a2b3c4d5e)``"""
        at = f' ({words.short(self.commit)})' if self.commit else ''
        return words.date(self.moment, date_format) + at


class News(Record):
    """What git says is new: commits newest first, files, commits of the base not taken in."""

    commits: tuple[Commit, ...] = ()
    changes: tuple[Change, ...] = ()
    missing: int = 0
    base: str = ''


def sections(
    before: Session, session: Session, news: News, *, me: str, date_format: str
) -> list[Section]:
    """The difference from `before`, in the order of a brief; none where nothing changed."""
    voice, known = Voice(session, me), _known(before.decisions)
    decided = [
        each for each in session.binding_decisions()
        if each.ref not in known or _was(known, each, 'text')
    ]  # fmt: skip
    tried = _known(before.dead_ends)
    ends = [each for each in session.dead_ends if each.ref not in tried]
    found = [
        Section('Objectives', _objectives(before, session, voice), 'objective',
                'git session objectives', 4),
        Section('Blockers', _blockers(before, session, voice), 'blocker', 'git session blockers'),
        Section('Dead ends', brief.dead_ends(ends, voice), 'dead end', 'git session show'),
        Section('Decisions', [*brief.decisions(decided, voice),
                              *_superseded(before, session)],
                'decision', 'git session decisions'),
        Section('Notes', _notes(before, session, voice, date_format), 'note', 'git session log'),
        Section('What happened', _happened(before, session, news, voice, date_format),
                'older line', 'git log', 4),
    ]  # fmt: skip
    return bounded(found)


def _known(before: Sequence[Item]) -> dict[str, Item]:
    """What there was, by what events refer to it with."""
    return {each.ref: each for each in before}


def _was(known: dict[str, Item], each: Item, key: str) -> Any:
    """What `key` was before where it was something else, else None."""
    other = known.get(each.ref)
    was = getattr(other, key) if other is not None else None
    return was if was != getattr(each, key) else None


def _objectives(before: Session, session: Session, voice: Voice) -> list[str]:
    items, known = [], _known(before.objectives)
    for each in session.objectives:
        if each.ref not in known:
            what = f'new, {each.state}'
        else:
            state = _was(known, each, 'state')
            parts = [f'{state} before, now {each.state}'] if state else []
            parts += ['reworded'] if _was(known, each, 'text') else []
            what = ', '.join(parts)
        if what:
            items.append(voice.says(f'{each.name} ({what})', each.ref, each.text))
    return items


def _blockers(before: Session, session: Session, voice: Voice) -> list[str]:
    items, known = [], _known(before.blockers)
    for each in session.blockers:
        state = _was(known, each, 'state')
        if each.ref not in known:
            items.append(f'{each.state}: {brief.blocker(each, voice)}')
        elif state or _was(known, each, 'text'):
            now = 'open again' if state and each.state == 'open' else each.state
            items.append(f'{now}: {brief.blocker(each, voice)}')
    return items


def _superseded(before: Session, session: Session) -> list[str]:
    names, known = session.names(), _known(before.decisions)
    return [
        f'{each.name} no longer binds: {names.get(each.superseded_by, "another")} is in its place'
        for each in session.decisions
        if each.superseded_by and _was(known, each, 'superseded_by') is not None
    ]


def _notes(before: Session, session: Session, voice: Voice, date_format: str) -> list[str]:
    known = _known(before.notes)
    return [
        voice.says(words.date(each.at, date_format), each.ref, each.text, ':')
        for each in reversed(session.notes)
        if each.ref not in known
    ]


def _happened(
    before: Session, session: Session, news: News, voice: Voice, date_format: str
) -> list[str]:
    items, known = [], _known(before.checkpoints)
    if news.changes:
        items.append(brief.changed(news.changes))
    if news.missing:
        items.append(f'{news.base} has {words.count(news.missing, "new commit")} not taken in here')
    if session.state != before.state and before.started:
        items.append(f'the session was {before.state}, it is {session.state}')
    items += [
        f'checkpoint {quoted(each.label or each.message, 100)} {words.date(each.at, date_format)}'
        for each in reversed(session.checkpoints)
        if each.ref not in known and (each.label or each.message)
    ]
    return items + [
        f'{words.short(each.oid)} {words.date(each.time, date_format)}: '
        f'{voice.subject(each.subject, each.name, each.email)}'
        for each in news.commits
    ]


def data(
    before: Session, session: Session, news: News, since: Since, found: Sequence[Section],
    head: str | None,
) -> dict[str, Any]:  # fmt: skip
    """The same as data, schema git-session/brief-since/1: what is new, or is not as it was."""
    names = session.names()

    def differing(now: Sequence[Item], was: Sequence[Item]) -> list[Item]:
        known = _known(was)
        return [each for each in now if known.get(each.ref) != each]

    return {
        'schema': 'git-session/brief-since/1',
        'session': session.id,
        'branch': session.branch,
        'since': format_time(min(since.moment, LAST)),
        'since_commit': since.commit or None,
        'head': head,
        'state': {'before': before.state if before.started else None, 'now': session.state},
        'objectives': [
            files.objective_record(each)
            for each in differing(session.objectives, before.objectives)
        ],
        'blockers': [
            files.blocker_record(each, names)
            for each in differing(session.blockers, before.blockers)
        ],
        'decisions': [
            files.decision_record(each, names)
            for each in differing(session.decisions, before.decisions)
        ],
        'notes': list(map(files.remark_record, differing(session.notes, before.notes))),
        'dead_ends': list(map(files.remark_record, differing(session.dead_ends, before.dead_ends))),
        'commits': status.commits_data(news.commits),
        'files': status.files_data(news.changes),
        'not_taken_in': news.missing,
        'sections': [{'title': section.title, 'items': section.items} for section in found],
    }  # fmt: skip
