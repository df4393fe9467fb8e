"""What of a context file is a pattern, a gotcha, or neither."""

from __future__ import annotations

from git_session.analysis.contextlines import BEGIN, END, Said, hits, ranked, read, words_of

TEXT = f"""\
# Auth

Some introduction
over two lines.

## Code style
* Ports **first**
1. Tests beside the code
| a | table |

```
- code is no pattern
## Gotchas
```
<!-- - a comment
- goes on -->

### Known pitfalls ###
- Tokens are never
  logged
- Never log a session
## Commands
- make test
- NEVER run make clean
- Don't touch vendor/
{BEGIN}: x -->
## Rules
- made
{END} -->
"""


def test_by_headings_and_by_lines() -> None:
    assert read(TEXT) == Said(
        ('Ports first', 'Tests beside the code'),
        (
            'Tokens are never logged', 'Never log a session', 'NEVER run make clean',
            "Don't touch vendor/",
        ),
        ('Auth', 'Code style', 'Known pitfalls', 'Commands'),
    )  # fmt: skip


def test_the_first_lines_where_there_is_neither() -> None:
    assert read('# A\n@AGENTS.md\nOne\n  goes on\n\nTwo\nThree\n').patterns == (
        'One goes on',
        'Two',
    )
    assert read('@AGENTS.md\n') == Said()
    assert read('') == Said()
    assert read('## Rules\n---\n***\n') == Said(headings=('Rules',))


def test_an_open_fence_or_comment_hides_the_rest() -> None:
    assert read('## Rules\n- a\n~~~\n- b\n```\n- c\n') == Said(('a',), (), ('Rules',))
    assert read('## Rules\n- a\n<!--\n- b\n') == Said(('a',), (), ('Rules',))


def test_it_is_bounded() -> None:
    said = read('## Rules\n' + '- x\n' * 1000 + '- ' + 'y' * 10_000 + '\n')
    assert len(said.patterns) == 40
    assert len(read('## Rules\n- ' + 'y' * 10_000).patterns[0]) == 400


def test_words_of_objectives() -> None:
    assert words_of(['Add Google OAuth with PKCE', 'fix UI of the API', 'a b']) == {
        'google', 'oauth', 'pkce', 'ui', 'api',
    }  # fmt: skip
    assert hits('src/oauth Tokens', {'oauths', 'token', 'auth'}) == ['oauths', 'token']
    assert ranked(['one', 'two oauth', 'three'], {'oauth'}) == ['two oauth', 'one', 'three']
