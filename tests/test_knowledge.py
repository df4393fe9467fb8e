"""The shared knowledge in .session."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from git_session import knowledge
from git_session.errors import SessionError
from git_session.session import Decision
from tests.made import START, full_log

REF = '20261122T230226.123Z-9f3c2a1b7d4e'


@pytest.fixture
def top(tmp_path: Path) -> str:
    (tmp_path / '.session').mkdir()
    return str(tmp_path)


def log(top: str) -> Path:
    return Path(top, '.session', 'decision-log.md')


def test_entry() -> None:
    assert knowledge.entry(full_log().replay().decisions[1], 's-1') == (
        '\n'
        '## D-20261122-9f3c2a: Use PKCE\n'
        '\n'
        '- Date: 2026-11-22\n'
        '- Session: s-1\n'
        '- By: Ann Author &lt;ann@example.com&gt;\n'
        '- Supersedes: D-20261122-a\n'
        '- Rationale: code interception\n'
        '- Alternative: implicit flow\n'
        '- Alternative: device flow\n'
    )


def test_an_entry_stays_one() -> None:
    nasty = 'x\n\n## D-1: <b>y</b>\n- Date: never \x1b'
    shown = knowledge.entry(Decision(1, REF, nasty, START, nasty, (nasty,), nasty), 's')
    assert shown.count('\n## ') == 1
    assert shown.count('\n- Date: ') == 1
    assert '<b>' not in shown and '\x1b' not in shown


def test_append_and_remove(top: str) -> None:
    first, second = full_log().replay().decisions
    assert knowledge.append_decision(top, first, 's')
    whole = log(top).read_bytes()
    assert whole.startswith(b'# Decision log\n\n## D-20261122-a: Use sessions\n')
    assert knowledge.append_decision(top, second, 's')
    assert log(top).read_bytes() == whole + knowledge.entry(second, 's').encode()
    assert knowledge.remove_decision(top, second, 's')
    assert log(top).read_bytes() == whole
    assert knowledge.remove_decision(top, second, 's')  # it is gone


def test_only_our_own_words_are_taken_out(top: str) -> None:
    decision = full_log().replay().decisions[1]
    knowledge.append_decision(top, decision, 's')
    changed = log(top).read_bytes().replace(b'PKCE', b'PKCE (see RFC 7636)') + b'\nby hand\n'
    log(top).write_bytes(changed)
    assert not knowledge.remove_decision(top, decision, 's')
    assert log(top).read_bytes() == changed


def test_one_of_two_alike(top: str) -> None:
    decision = full_log().replay().decisions[1]
    for _ in range(2):
        knowledge.append_decision(top, decision, 's')
    knowledge.remove_decision(top, decision, 's')
    assert log(top).read_bytes().count(b'## D-') == 1


def test_without_the_folder_nothing_is_written(tmp_path: Path) -> None:
    decision = full_log().replay().decisions[0]
    assert not knowledge.append_decision(str(tmp_path), decision, 's')
    assert knowledge.remove_decision(str(tmp_path), decision, 's')
    assert os.listdir(tmp_path) == []


def test_a_log_that_cannot_be_written(top: str) -> None:
    log(top).mkdir()
    with pytest.raises(SessionError) as caught:
        knowledge.append_decision(top, full_log().replay().decisions[0], 's')
    assert caught.value.message == (
        f"the decision is recorded, but cannot write '{log(top)}': Is a directory"
    )


def test_stray_bytes(top: str) -> None:
    decision = Decision(1, REF, 'caf\udce9', START)
    log(top).write_bytes(b'\xff\xfe not UTF-8\n')
    knowledge.append_decision(top, decision, 's')
    assert rb': caf\xe9' in log(top).read_bytes()
    assert knowledge.remove_decision(top, decision, 's')
    assert log(top).read_bytes() == b'\xff\xfe not UTF-8\n'


ARCHITECTURE = """\
# Architecture

<!-- Seen from the files;
describe below. -->
- Hexagonal: ports and adapters
<!-- one line -->

## Layers

Imports point down.
1
2
3
4
5
"""


def test_read(top: str) -> None:
    Path(top, '.session', 'architecture.md').write_text(ARCHITECTURE)
    Path(top, '.session', 'conventions.md').write_text('# Conventions\n\n<!-- nothing yet -->\n')
    found = knowledge.read(top, 'layered', ['ports'], ['tests first'])
    assert found == knowledge.Knowledge(
        ((
            '.session/architecture.md',
            ('Hexagonal: ports and adapters', 'Imports point down.', '1', '2', '3', '4'),
        ),),
        'layered', ('ports',), ('tests first',),
    )  # fmt: skip


def test_read_of_nothing(tmp_path: Path) -> None:
    assert knowledge.read(str(tmp_path), 'none', [], []) == knowledge.Knowledge()
    (tmp_path / '.session' / 'architecture.md').mkdir(parents=True)
    (tmp_path / '.session' / 'conventions.md').write_bytes(b'- caf\xe9\n')
    found = knowledge.read(str(tmp_path), 'none', [], [])
    assert found.documents == (('.session/conventions.md', ('caf\ufffd',)),)


@pytest.mark.parametrize('goal', ['../outside.md', '.git/hooks/post-update', '/dev/full'])
def test_a_link_out_of_the_working_tree_is_not_followed(top: str, goal: str) -> None:
    """The folder comes with the repository: whoever made that would write elsewhere by us."""
    inner = os.path.join(top, 'repo')
    os.makedirs(os.path.join(inner, '.session'))
    os.makedirs(os.path.join(inner, '.git', 'hooks'))
    target = Path(inner, goal)
    if not target.exists():
        target.write_text('theirs\n')
    decision = full_log().replay().decisions[1]
    for name in ('decision-log.md', 'architecture.md'):
        Path(inner, '.session', name).symlink_to(target)
    with pytest.raises(SessionError, match='leads out of the working tree'):
        knowledge.append_decision(inner, decision, 's-1')
    assert knowledge.remove_decision(inner, decision, 's-1')
    assert knowledge.read(inner, 'none', [], []).documents == ()
    assert not target.is_file() or target.read_text() == 'theirs\n'


def test_a_pipe_is_not_waited_for(top: str) -> None:
    decision = full_log().replay().decisions[1]
    for name in ('decision-log.md', 'architecture.md'):
        os.mkfifo(Path(top, '.session', name))
    assert knowledge.read(top, 'none', [], []).documents == ()
    with pytest.raises(SessionError, match='not a regular file'):
        knowledge.append_decision(top, decision, 's-1')
    assert knowledge.remove_decision(top, decision, 's-1')


def test_a_folder_that_leads_out_is_not_followed(top: str) -> None:
    inner = os.path.join(top, 'repo')
    os.makedirs(inner)
    Path(top, 'out').mkdir()
    Path(inner, '.session').symlink_to(os.path.join(top, 'out'))
    with pytest.raises(SessionError, match='leads out of the working tree'):
        knowledge.append_decision(inner, full_log().replay().decisions[1], 's-1')
    assert list(Path(top, 'out').iterdir()) == []


def test_a_link_within_the_working_tree_is_followed(top: str) -> None:
    Path(top, 'docs').mkdir()
    Path(top, 'docs', 'decisions.md').write_text('# Ours\n')
    log(top).symlink_to('../docs/decisions.md')
    assert knowledge.append_decision(top, full_log().replay().decisions[1], 's-1')
    assert Path(top, 'docs', 'decisions.md').read_text().startswith('# Ours\n\n## D-')
