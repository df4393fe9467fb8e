"""The handoff: Markdown with front matter, which nothing that people wrote can break out of."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from git_session.analysis.figures import Figures
from git_session.analysis.marks import Annotation
from git_session.analysis.steps import next_steps
from git_session.branchwork import Uncommitted, Work
from git_session.history import Change, Commit
from git_session.session import Session
from git_session.views import handoff
from git_session.views.handoff import Facts
from git_session.views.quality import Quality
from tests.made import BASE, HEAD, START, Log, full_log, full_work

WRITTEN = START + 7200.0
MEASURED = Quality(
    Figures(tests=12, failed=1, sources={'tests': ('junit.xml',)}),
    (Annotation('src/a.py', 7, 'TODO', 'refresh `tokens`'),),
)


def facts(session: Session, work: Work) -> Facts:
    return Facts(session, work, tuple(next_steps(session, work)), WRITTEN, 1800, MEASURED)


def text(session: Session, work: Work, saved: str = '') -> str:
    return handoff.text(facts(session, work), saved=saved)


def test_whole() -> None:
    assert (
        text(full_log().replay(), full_work(), 'Saved as x.')
        == f"""\
---
session: work-20261122-3f9c
branch: feature/auth
head: {HEAD}
base: "refs/heads/main ({BASE})"
written: "2026-11-23T01:02:26.000Z"
author: "Ann Author <ann@example.com>, Bob <bob@example.com>"
state: active
---

# Handoff: feature/auth

## Summary

1 of 3 objectives done; 2 commits in 3 files (+123 -4); 1 open blocker; active time 17m.

Issue: #7

## Objectives

- [x] obj-1 OAuth provider interface
- [ ] obj-2 Google OAuth (active)
- [ ] obj-3 GitHub OAuth
- [ ] obj-4 SAML (dropped) (nobody asked)

## Decisions

- dec-1 (D-20261122-a) Use sessions (superseded)
- dec-2 (D-20261122-9f3c2a) Use PKCE
  - Rationale: code interception
  - Alternative: implicit flow
  - Alternative: device flow

## Active blockers

- blk-2 no client secret (#12), added 1 hour ago

## Dead ends

- weak references: the cache empties itself

## Notes

- the key is in the vault

## What changed

Commits, newest first:

- a1b2c3d4e5 feat: OAuth (Ann Author)
- 1111111111 start (Bob)

Files:

- A `src/a.py` +120 -0
- R `src/new.py` (was `src/old.py`) +3 -4
- M `logo.png` binary

Uncommitted:

- M. `src/a.py`
- .M `b`
- ?? `c`

Saved as x.

## Metrics

| | |
|---|---|
| Active time | 17m |
| Commits | 2 |
| Files changed | 3 |
| Lines | +123 -4 |
| Objectives done | 1 of 3 |
| Checkpoints | 1 recorded, 1 ordinary commit |
| Commits per active hour | 7.1 |

## Quality

- tests 12, 1 failed (junit.xml)
- coverage unknown: there is no report

## Marked in the code

- `src/a.py:7` TODO: refresh \\`tokens\\`

## Next steps

- resolve blk-2 no client secret (open blocker)
- finish obj-2 Google OAuth (active objective, blocked by blk-2)
- commit or checkpoint the changes (2 uncommitted)
- add or ignore the new files (1 untracked)
- take in main (1 commit behind)

## How to resume

    git session resume feature/auth
    git session brief
"""
    )


def test_of_next_to_nothing() -> None:
    log = Log()
    log.add('start', 0, branch='refs/heads/work')
    shown = text(log.replay(), Work((), (), (), None, None, '', None))
    assert 'head: none\nbase: none\n' in shown
    assert '\nno objectives set; 0 commits in 0 files (+0 -0); 0 open blockers;' in shown
    assert '\nNo commits.\n\nThe working tree is clean.\n' in shown
    assert 'per active hour' not in shown
    assert '## Decisions' not in shown


def test_merged() -> None:
    log = full_log()
    log.add('end', result='merged', into='main')
    shown = text(log.replay(), full_work())
    assert shown.endswith('## How to go on\n\nThe work is merged into `main`.\n')
    assert 'state: ended\n' in shown


def front(shown: str) -> dict[str, object]:
    begin, _, rest = shown.partition('---\n')
    assert begin == ''
    found = yaml.safe_load(rest.partition('\n---\n')[0])
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    'branch',
    [
        'work', 'true', 'No', 'null', '123', '1.5', '2026-11-22', '1e3', '0x1f', '12:30', '-', '~',
        "it's", 'a"b', 'a: b', 'a #b', '[x]', '{x}', '*x', '&x', '!x', '%x', '@x', '`x`', '---',
        'ünï/côdé', 'a\\b', '$(x);y', 'e' * 40, '1' * 40, '12e45' + '0' * 35, '\u2028',
    ],
)  # fmt: skip
def test_the_front_matter_is_text_for_every_branch(branch: str) -> None:
    session = full_log().replay()
    session.branch = branch
    found = front(text(session, full_work()))
    assert found['branch'] == branch or branch == '\u2028'
    assert list(found) == ['session', 'branch', 'head', 'base', 'written', 'author', 'state']
    assert all(isinstance(value, str) for value in found.values())


@given(st.text(), st.text())
def test_the_front_matter_holds_against_any_text(branch: str, author: str) -> None:
    session = full_log().replay()
    session.branch, session.authors = branch, [author]
    found = front(text(session, full_work()))
    assert list(found) == ['session', 'branch', 'head', 'base', 'written', 'author', 'state']
    assert found['state'] == 'active'


NASTY = (
    '# x\n\n## Metrics\n<script>x</script> [a](http://evil) ![i](u) `c` **b** \x1b[2J\u202e &lt;'
)


def test_texts_are_text() -> None:
    log = full_log()
    for type in ('objective.add', 'blocker.add', 'decision.add', 'note', 'dead-end'):
        more = {'rationale': NASTY, 'alternatives': [NASTY]} if type == 'decision.add' else {}
        log.add(type, text=NASTY, issue=NASTY, by=NASTY, **more)
    log.add('objective.drop', ref=log.replay().objectives[-1].ref, why=NASTY)
    commit = Commit(HEAD, (), NASTY, NASTY, START, START, NASTY)
    change = Change('R', 'a`b\n# x', '<x>', 1, 1)
    work = Work((commit,), (change,), (Uncommitted('??', 'x``y'),), 1, 0, 'refs/heads/main', HEAD)
    shown = text(log.replay(), work)
    assert all(each.isprintable() for each in shown.replace('\n', ''))
    assert [each for each in shown.splitlines() if each.startswith('#')] == [
        '# Handoff: feature/auth', '## Summary', '## Objectives', '## Decisions',
        '## Active blockers', '## Dead ends', '## Notes', '## What changed', '## Metrics',
        '## Quality', '## Marked in the code', '## Next steps', '## How to resume',
    ]  # fmt: skip
    body = shown.partition('\n---\n')[2]  # the front matter is YAML
    assert '<script' not in body
    assert re.search(r'(?<!\\)(\[a]|\[i]|`c`|\*\*b)', body) is None
    assert (
        '- \\# x ## Metrics &lt;script&gt;x&lt;/script&gt; \\[a](http://evil) !\\[i](u) \\`c\\`'
        ' \\*\\*b\\*\\* \\x1b\\[2J\\u202e &amp;lt;\n'
    ) in shown
    assert '- R ``a`b # x`` (was `<x>`) +1 -1\n' in shown
    assert '- ?? ```x``y```\n' in shown


@pytest.mark.parametrize(
    'branch', ['work', "it's", 'a b', '$(touch x);`y`', '-x', 'ünï', '!x', '#1']
)
def test_how_to_resume_can_be_typed(branch: str) -> None:
    session = full_log().replay()
    session.branch = branch
    shown = text(session, full_work())
    line = next(each for each in shown.splitlines() if each.startswith('    git session resume'))
    typed = line.strip().replace('git session resume', 'printf %s', 1)
    said = subprocess.run(
        ['sh', '-c', typed.replace('%s', '"%s"')], capture_output=True, text=True, check=True
    )
    assert said.stdout == branch


def test_data() -> None:
    found = handoff.data(facts(full_log().replay(), full_work()))
    assert found['schema'] == 'git-session/handoff/1'
    assert found['written'] == '2026-11-23T01:02:26.000Z'
    assert found['work']['ahead'] == 2
    assert found['next'][0] == {'text': 'resolve blk-2 no client secret', 'reason': 'open blocker'}
    json.dumps(found)


def test_staleness() -> None:
    work = full_work()
    assert handoff.staleness(HEAD, (), ()) == ''
    assert handoff.staleness(HEAD, work.commits, work.changes) == (
        '2 commits and 3 files since this was written at a1b2c3d4e5'
    )
    assert handoff.staleness(HEAD, work.commits[:1], work.changes[:1]) == (
        '1 commit and 1 file since this was written at a1b2c3d4e5'
    )
