"""What the hooks add to a message, and that they add nothing else.

Every case makes the same commit in two repositories, one with a session and our
hooks, one without, and compares the raw messages of the two commit objects.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.repo import Repo, Result

SCISSORS = '------------------------ >8 ------------------------'
SHELLS = {
    'dash': ['dash'],
    'bash': ['bash', '--posix'],
    'busybox': ['busybox', 'sh'],
    'ksh': ['ksh'],
    'mksh': ['mksh'],
}
THERE = {name: words for name, words in SHELLS.items() if shutil.which(words[0])}
HOOKS = Path(__file__).resolve().parent.parent / 'hooks'


class Pair(NamedTuple):
    """The same repository twice; `block` is the text that the hooks add."""

    ours: Repo
    plain: Repo
    block: bytes
    place: Path

    def each(self) -> tuple[Repo, Repo]:
        return self.ours, self.plain


@pytest.fixture(scope='module')
def shelf() -> dict[str, Pair]:
    return {}


@pytest.fixture
def pair(shelf: dict[str, Pair], tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Made once for this module, in the hermetic world of its first test."""
    if 'pair' not in shelf:
        place = tmp_path_factory.mktemp('pair')
        repos = []
        for name in ('ours', 'plain'):
            (place / name).mkdir()
            repo = Repo(place / name)
            repo.git('init', '-q', '-b', 'main')
            repo.commit('first', **{'a.txt': 'one\n'})
            repos.append(repo)
        ours, plain = repos
        ours.session('start', 'work', '-o', 'First objective')
        plain.git('switch', '-q', '-c', 'work')
        for name, text in EDITORS.items():
            (place / name).write_text(f'#!/bin/sh\n{text}\n')
            (place / name).chmod(0o755)
        block = (ours.sessions / 'work' / 'trailers').read_bytes()
        assert re.fullmatch(
            rb'Session-Id: work-\d{8}-[0-9a-f]{4}\nSession-Objective: obj-1 First objective\n',
            block,
        )
        shelf['pair'] = Pair(ours, plain, block, place)
    return shelf['pair']


# What the person in the editor does; $TEXT is a file beside the repository.
EDITORS = {
    'type': '{ cat "$TEXT"; cat "$1"; } > "$1.new" && cat "$1.new" > "$1"',
    'replace': 'cat "$TEXT" > "$1"',
    'untouched': ':',
    'empty': ': > "$1"',
    'quit': 'exit 1',
    'rstrip': 'sed "s/[[:space:]]*$//" "$1" > "$1.new" && cat "$1.new" > "$1"',
    'resave': 'cat "$1" > "$1.new" && cat "$1.new" > "$1"',
}


class Case(NamedTuple):
    """One commit: `args` after `git commit --allow-empty`, `text` for -F or the editor.

    `prior` is the message of a commit made before, without hooks.  `stamped` is
    whether our lines must be there.
    """

    args: str
    text: bytes = b''
    editor: str = ''
    config: tuple[str, ...] = ()
    prior: bytes = b''
    stamped: bool = True
    env: tuple[tuple[str, str], ...] = ()
    # the trailers before are hidden by ours where a line with `#` stays; see AUTO
    hidden: bool = False


class Made(NamedTuple):
    result: Result
    message: bytes | None  # None when no commit was made


def make(repo: Repo, pair: Pair, case: Case) -> Made:
    text = pair.place / 'text'
    text.write_bytes(case.text)
    options = [word for setting in case.config for word in ('-c', setting)]
    if case.prior:
        repo.git('commit', '-q', '--allow-empty', '--cleanup=verbatim', '-F', '-',
                 stdin=case.prior, GIT_SESSION='0', **dates(1))  # fmt: skip
    env = {'TEXT': str(text), **dates(2), **dict(case.env)}
    if case.editor:
        env['GIT_EDITOR'] = str(pair.place / case.editor)
    words = [word.replace('TEXT', str(text)) for word in case.args.split('|')]
    result = repo.run('git', *options, 'commit', '--allow-empty', *words, **env)
    return Made(result, raw(repo) if result.status == 0 else None)


def dates(second: int) -> dict[str, str]:
    """The same in both repositories; an amend is a second later than its commit."""
    at = f'2026-11-22T12:00:0{second}Z'
    return {'GIT_AUTHOR_DATE': at, 'GIT_COMMITTER_DATE': at}


def raw(repo: Repo) -> bytes:
    done = subprocess.run(
        ['git', 'cat-file', 'commit', 'HEAD'], cwd=repo.path, capture_output=True, check=True
    )
    return done.stdout.partition(b'\n\n')[2]


def without(message: bytes, block: bytes) -> bytes:
    """The message with exactly our lines removed, and the blank line of their paragraph."""
    ours = block.removesuffix(b'\n')
    assert message.count(ours) == 1, message
    before, _, after = message.partition(ours)
    if not after:  # no last newline: the one before our lines is ours
        return before.removesuffix(b'\n').removesuffix(b'\n')
    assert after.startswith(b'\n'), message
    if before.endswith(b'\n\n'):
        before = before[:-1]
    return before + after[1:]


def parsed(repo: Repo, message: bytes, config: tuple[str, ...] = ()) -> list[str]:
    """The trailers as `git log` reads them."""
    options = [word for setting in config for word in ('-c', setting)]
    out = repo.git(*options, 'interpret-trailers', '--parse', '--no-divider', stdin=message)
    return out.splitlines()


def normalised(result: Result) -> tuple[int, str, str]:
    return (
        result.status,
        re.sub(r'[0-9a-f]{7,}', 'OID', result.out),
        re.sub(r'[0-9a-f]{7,}', 'OID', result.err),
    )


SIGNED = b'Signed-off-by: A B <a@example.com>\n'
BODY = b'Subject\n\nBody of it.\n'
CHERRY = b'(cherry picked from commit ' + b'1' * 40 + b')\n'
# name -> message as it could be given to -F or typed
MESSAGES = {
    'subject': b'Subject\n',
    'no-newline': b'Subject',
    'body': BODY,
    'body-no-newline': b'Subject\n\nBody',
    'empty-lines': b'\n\n\nSubject\n\n\n\nBody\n\n\n',
    'white-space-lines': b'Subject\n \t\n \nBody  \n\t\n   \n',
    'signed': BODY + b'\n' + SIGNED,
    'signed-no-newline': BODY + b'\n' + SIGNED.strip(),
    'subject-signed': b'Subject\n\n' + SIGNED,
    'co-author': BODY + b'\nCo-authored-by: C <c@example.com>\nReviewed-by: D <d@e>\n',
    'folded': BODY + b'\nNotes: one\n  two\n\tthree\nOther: x\n',
    'folded-last': BODY + b'\nNotes: one\n  two\n',
    'quarter': b'Subject\n\nprose\nmore prose\nand more\n' + SIGNED,
    'less-than-quarter': b'Subject\n\na b\nc d\ne f\ng h\n' + SIGNED,
    'trailer-and-prose': b'Subject\n\nNote: this is\nplain text\n',
    'cherry': BODY + b'\n' + CHERRY,
    'signed-cherry': BODY + b'\n' + SIGNED + CHERRY,
    'prose-cherry': b'Subject\n\nprose\n' + CHERRY,
    'url': b'Subject\n\nhttps://example.com/x\n',
    'time': b'Subject\n\n12:30\n',
    'drive': b'Subject\n\nC:\\dir\n',
    'note': b'Subject\n\nNote: this is prose\n',
    'spaced-key': b'Subject\n\nSee also: x\n',
    'space-before-colon': b'Subject\n\nFixes : x\n',
    'bullets': b'Subject\n\n- a: b\n- c: d\n',
    'fixes': b'Subject\n\nFixes: #12\n',
    'fixes-prose': b'Subject\n\nFixes #12\n',
    'indented': b'Subject\n\n    Key: value\n',
    'two-line-subject': b'Subject\nRefs: 1\n',
    'all-like-trailers': b'feat: x\nRefs: 1\n',
    'only-like-trailer': b'feat: x\n',
    'trailer-in-the-middle': b'Subject\n\nKey: old\n\nlast prose\n',
    'two-blocks': b'Subject\n\nKey: old\n\n' + SIGNED,
    'divider': b'Subject\n\nbody\n---\nmore\n',
    'divider-signed': b'Subject\n\nbody\n---\n' + SIGNED,
    'patch': b'Subject\n\n--- a/x\n+++ b/x\n',
    'markdown': b'Subject\n\nbody\n----\nmore\n',
    'hash-line': b'Subject\n\n#123 is fixed\n',
    'hash-first': b'#123 Subject\n\nBody\n',
    'hash-in-block': b'Subject\n\nFoo: a\n#123\nBar: b\n',
    'hash-after-block': b'Subject\n\nFoo: a\n#123\n',
    'hash-paragraph-after-block': b'Subject\n\nFoo: a\n\n#123\n\n#124\n',
    'hash-then-fold': b'Subject\n\nFoo: a\n#123\n fold\n',
    'semicolon-in-block': b'Subject\n\nFoo: a\n; b\n',
    'scissors': b'Subject\n\nBody\n# ' + SCISSORS.encode() + b'\nbelow: it\n',
    'scissors-long': b'Subject\n\n# ' + SCISSORS.encode() + b'\n' + b'line\n' * 150,
    'scissors-diff': b'Subject\n\n# ' + SCISSORS.encode() + b'\ndiff --git\n' + b'+x\n' * 300,
    'crlf': b'Subject\r\n\r\nBody\r\n',
    'crlf-signed': b'Subject\r\n\r\nBody\r\n\r\n' + SIGNED.replace(b'\n', b'\r\n'),
    'bom': b'\xef\xbb\xbfSubject\n\nBody\n',
    'form-feed': b'Subject\n\x0c\n' + SIGNED,
    'unicode': 'Größe — あいう…\n\nЖ: 漢字\n\nRéviewed: à\n'.encode(),
    'nbsp': 'Subject\n\u00a0\nFoo: b\n'.encode(),
    'quotes': b'$(x) `y` "z" \\n %s %d \'q\'\n\n$HOME: a\n*: ?\n[!x]*\n',
    'dash': b'-n -e\n\n--help\n',
    'long-line': b'Subject\n\n' + b'word ' * 3000 + b'\n',
    'comment-and-text': b'# comment\nSubject\n',
}
MODES = ('default', 'strip', 'whitespace', 'verbatim', 'scissors')


# core.commentChar=auto makes `;` the comment character of an edited message that has
# a line with `#`; who reads the commit later takes `#` for it.  A line that is text
# while it is edited and a comment when it is read ends the block for us.  A newer git (2.55,
# not yet 2.47) overlooks `#` lines after the last text: there it is a comment both times.
AUTO = ('-m -e commentChar=auto hash-after-block',)


def cases() -> dict[str, Case]:
    found: dict[str, Case] = {}
    for name, text in MESSAGES.items():
        found[f'-F {name}'] = Case('-F|TEXT', text)
        found[f'-F verbatim {name}'] = Case('-F|TEXT|--cleanup=verbatim', text)
        found[f'editor {name}'] = Case('--', text, editor='type')
    for mode in MODES:
        for name in ('hash-line', 'hash-after-block', 'empty-lines', 'signed', 'comment-and-text'):
            text = MESSAGES[name]
            cleanup = f'--cleanup={mode}'
            found[f'-F {cleanup} {name}'] = Case(f'-F|TEXT|{cleanup}', text)
            found[f'editor {cleanup} {name}'] = Case(cleanup, text, editor='type')
            found[f'editor -v {cleanup} {name}'] = Case(f'-v|{cleanup}', text, editor='type')
            config = (f'commit.cleanup={mode}',)
            found[f'editor replaced commit.cleanup={mode} {name}'] = Case(
                '--', text, editor='replace', config=config
            )
        found[f'-m commit.cleanup={mode}'] = Case('-m|Subject', config=(f'commit.cleanup={mode}',))
        found[f'-v -m --cleanup={mode}'] = Case(f'-v|-m|Subject|--cleanup={mode}')
    for char in (';', '%', 'auto'):
        for name in ('hash-line', 'hash-first', 'hash-after-block', 'semicolon-in-block', 'signed'):
            config = (f'core.commentChar={char}',)
            text = MESSAGES[name]
            found[f'-F commentChar={char} {name}'] = Case('-F|TEXT', text, config=config)
            found[f'editor commentChar={char} {name}'] = Case(
                '--', text, editor='type', config=config
            )
            found[f'editor -v commentChar={char} {name}'] = Case(
                '-v', text, editor='type', config=config
            )
            found[f'-m -e commentChar={char} {name}'] = Case(
                f'-m|{text.decode()}|-e', editor='resave', config=config
            )
    found.update(FORMS)
    found.update({name: found[name]._replace(hidden=True) for name in AUTO})
    return found


PRIOR = b'Old subject\n\nOld body: x\n\nhttps://x\n'
FORMS = {
    '-m': Case('-m|Subject'),
    '-m -m': Case('-m|Subject|-m|Foo: a|-m|Body'),
    '-m -m trailer': Case('-m|Subject|-m|Foo: a'),
    '-m --no-verify': Case('-m|Subject|--no-verify'),
    '-F -s': Case('-F|TEXT|-s', BODY),
    '-s': Case('-s', BODY, editor='type'),
    '-s -m': Case('-s|-m|Subject'),
    '-s -m co-author': Case('-s|-m|Subject|-m|Co-authored-by: C <c@e>'),
    '-m --trailer': Case('-m|Subject|--trailer|Foo: bar|--trailer|Baz: qux'),
    'editor --trailer': Case('--trailer|Foo: bar', b'Subject\n', editor='type'),
    '-m -e': Case('-m|Subject|-e', editor='resave'),
    '-F -e': Case('-F|TEXT|-e', BODY, editor='untouched'),
    'editor --no-status': Case('--no-status', BODY, editor='type'),
    'editor no blank line': Case('--', b'Subject', editor='type'),
    'editor -v -v': Case('-v|-v', BODY, editor='type'),
    'editor commit.verbose': Case('--', BODY, editor='type', config=('commit.verbose=true',)),
    'editor --no-verify': Case('--no-verify', BODY, editor='type', stamped=False),
    '-t': Case('-t|TEXT', b'Template\n\nWhy:  \n', editor='type'),
    'amend --no-edit': Case('--amend|--no-edit', prior=PRIOR),
    'amend': Case('--amend', prior=PRIOR, editor='resave'),
    'amend -v': Case('--amend|-v', prior=PRIOR, editor='resave'),
    'amend typed': Case('--amend', b'Typed\n\nhere\n', prior=PRIOR, editor='type'),
    'amend -m': Case('--amend|-m|Subject', prior=PRIOR),
    'amend -F': Case('--amend|-F|TEXT', BODY, prior=PRIOR),
    'amend -C': Case('--amend|-C|HEAD', prior=PRIOR),
    'amend -c': Case('--amend|-c|HEAD', prior=PRIOR, editor='resave'),
    'amend --reset-author': Case('--amend|--no-edit|--reset-author', prior=PRIOR),
    'amend -s': Case('--amend|--no-edit|-s', prior=BODY),
    'amend crlf': Case('--amend|--no-edit|--cleanup=verbatim', prior=MESSAGES['crlf-signed']),
    'amend no newline': Case('--amend|--no-edit|--cleanup=verbatim', prior=b'Subject'),
    'amend with a scissors line': Case('--amend', prior=MESSAGES['scissors'], editor='resave'),
    'amend with a foreign scissors line': Case(
        '--amend', prior=b'Subject\n\n> ' + SCISSORS.encode() + b'\nquoted\n', editor='resave'
    ),
    '-C': Case('-C|HEAD', prior=PRIOR),
    '-c': Case('-c|HEAD', prior=PRIOR, editor='resave'),
    '-m latin-1': Case(
        '-F|TEXT', 'Gr\u00f6\u00dfe\n\nÀÁÂ: é\n'.encode('latin-1'),
        config=('i18n.commitEncoding=ISO-8859-1',),
    ),
    'editor latin-1': Case(
        '--', 'Gr\u00f6\u00dfe\n\nS-\u0081\u0088: é\n'.encode('latin-1'), editor='type',
        config=('i18n.commitEncoding=ISO-8859-1',),
    ),
    'GIT_EDITOR=: -m -e': Case('-m|Subject|-e', env=(('GIT_EDITOR', ':'),)),
    'GIT_EDITOR=: amend -v': Case('--amend|-v', prior=PRIOR, env=(('GIT_EDITOR', ':'),)),
    'GIT_EDITOR=: amend scissors': Case(
        '--amend|--cleanup=scissors', prior=PRIOR, env=(('GIT_EDITOR', ':'),)
    ),
    'German': Case('--', BODY, editor='type', env=(('LANGUAGE', 'de'),)),
    'German -v': Case('-v', BODY, editor='type', env=(('LANGUAGE', 'de'),)),
    'German auto': Case(
        '-m|Subject\n\n#1 is fixed|-e', editor='resave', config=('core.commentChar=auto',),
        env=(('LANGUAGE', 'de'),),
    ),
    'German scissors': Case(
        '--cleanup=scissors', BODY, editor='type', env=(('LANGUAGE', 'de'),)
    ),
    'German template': Case(
        '-t|TEXT', b'Template\n', editor='replace', stamped=False, env=(('LANGUAGE', 'de'),)
    ),
    # messages that state a session, or are for autosquash
    'stated': Case('-m|Subject|-m|Session-Id: other', stamped=False),
    'stated in the body': Case('-m|Subject|-m|Session-Id: x|-m|Body', stamped=False),
    'fixup!': Case('--fixup=HEAD', prior=PRIOR, stamped=False),
    'squash!': Case('--squash=HEAD|-m|more', prior=PRIOR, stamped=False),
    'amend!': Case('--fixup=amend:HEAD', prior=PRIOR, editor='resave', stamped=False),
    'reword!': Case('--fixup=reword:HEAD', prior=PRIOR, editor='resave', stamped=False),
    # to git these are comments, which `--cleanup=strip` refuses: nobody tells us the mode
    '-m comment alone': Case('-m|#123 alone', stamped=False),
    '-m strip comment alone': Case('-m|#123 alone|--cleanup=strip', stamped=False),
    'commit.cleanup=strip comment alone': Case(
        '-m|#123', config=('commit.cleanup=strip',), stamped=False
    ),
    '-m hash, other comment character': Case('-m|#123 alone', config=('core.commentChar=;',)),
    '--allow-empty-message': Case('-m||--allow-empty-message', stamped=False),
    'editor --allow-empty-message': Case(
        '--allow-empty-message', editor='untouched', stamped=False
    ),
    'editor --allow-empty-message typed': Case('--allow-empty-message', BODY, editor='type'),
    'off': Case('-m|Subject', stamped=False, env=(('GIT_SESSION', '0'),)),
    # left without a message: hook-matrix 8.4
    'untouched': Case('--', editor='untouched', stamped=False),
    'untouched -v': Case('-v', editor='untouched', stamped=False),
    'untouched -v -v': Case('-v|-v', editor='untouched', stamped=False),
    'untouched scissors': Case('--cleanup=scissors', editor='untouched', stamped=False),
    'untouched -v scissors': Case('-v|--cleanup=scissors', editor='untouched', stamped=False),
    'untouched strip': Case('--cleanup=strip', editor='untouched', stamped=False),
    'untouched --no-status': Case('--no-status', editor='untouched', stamped=False),
    'untouched -s': Case('-s', editor='untouched', stamped=False),
    'untouched -s -v': Case('-s|-v', editor='untouched', stamped=False),
    'untouched ;': Case(
        '--', editor='untouched', config=('core.commentChar=;',), stamped=False
    ),
    'untouched auto': Case(
        '--', editor='untouched', config=('core.commentChar=auto',), stamped=False
    ),
    'untouched German': Case(
        '--', editor='untouched', env=(('LANGUAGE', 'de'),), stamped=False
    ),
    'untouched German -v -s ;': Case(
        '-v|-s', editor='untouched', env=(('LANGUAGE', 'de'),), stamped=False,
        config=('core.commentChar=;',),
    ),
    'emptied': Case('--', editor='empty', stamped=False),
    'emptied -v': Case('-v', editor='empty', stamped=False),
    'editor exit 1': Case('--', editor='quit', stamped=False),
    'template untouched': Case('-t|TEXT', b'T\n\nWhy:\n', editor='untouched', stamped=False),
    'template untouched -v': Case('-v|-t|TEXT', b'T\n\nWhy:\n', editor='untouched', stamped=False),
    'template untouched -s': Case('-s|-t|TEXT', b'T\n\nWhy:\n', editor='untouched', stamped=False),
    'template white space stripped': Case(
        '-t|TEXT', b'T  \n\nWhy: \n \n', editor='rstrip', stamped=False
    ),
    'template with comments': Case(
        '-t|TEXT', b'# say why\nT\n\n# and how\n\n', editor='resave', stamped=False
    ),
    'template with a scissors line': Case(
        '-t|TEXT', b'T\n# ' + SCISSORS.encode() + b'\nbelow\n', editor='resave', stamped=False
    ),
    'template German': Case(
        '-t|TEXT', b'T\n\nWhy:\n', editor='untouched', stamped=False, env=(('LANGUAGE', 'de'),)
    ),
    'template GIT_EDITOR=:': Case(
        '-t|TEXT', b'T\n\nWhy:\n', stamped=False, env=(('GIT_EDITOR', ':'),)
    ),
    '-m empty': Case('-m|', stamped=False),
    '-m white space': Case('-m|  \n ', stamped=False),
    '-m empty -s': Case('-s|-m|', stamped=False),
    '-m empty verbatim': Case('-m||--cleanup=verbatim', stamped=False),
    '-m white space verbatim': Case('-m|  |--cleanup=verbatim', stamped=False),
    'GIT_EDITOR=true': Case('--', stamped=False, env=(('GIT_EDITOR', 'true'),)),
    'GIT_EDITOR=:': Case('--', stamped=False, env=(('GIT_EDITOR', ':'),)),
    'GIT_EDITOR=: -v': Case('-v', stamped=False, env=(('GIT_EDITOR', ':'),)),
    '--no-edit': Case('--no-edit', stamped=False),
    'scissors above everything -m -v': Case(
        f'-v|-m|# {SCISSORS}\nSubject', stamped=False
    ),
}  # fmt: skip
CASES = cases()


@pytest.mark.parametrize('case', CASES.values(), ids=CASES.keys())
def test_the_message_is_gits_own_with_our_lines_added(pair: Pair, case: Case) -> None:
    """Status and output are git's, the message too, and the trailers are all read."""
    ours, plain = (make(repo, pair, case) for repo in pair.each())
    assert normalised(ours.result) == normalised(plain.result)
    if plain.message is None or ours.message is None:
        assert (ours.message, plain.message, case.stamped) == (None, None, False)
        return
    if not case.stamped:
        assert ours.message == plain.message
        return
    assert without(ours.message, pair.block) == plain.message
    hidden = case.hidden and b'\n#' in plain.message
    before = [] if hidden else parsed(pair.plain, plain.message, case.config)
    expected = before + pair.block.decode().splitlines()
    assert parsed(pair.plain, ours.message, case.config) == expected


def test_commit_template_of_the_configuration(pair: Pair) -> None:
    """Untouched it aborts, edited it is stamped."""
    for repo in pair.each():
        (repo.path / '.git' / 'template').write_text('Template\n\nWhy:\n')
    config = ('commit.template=.git/template',)
    for case in (
        Case('--', editor='untouched', config=config, stamped=False),
        Case('--', b'Subject\n', editor='type', config=config),
        Case('-m|Subject', config=config),
    ):
        test_the_message_is_gits_own_with_our_lines_added(pair, case)


NULS = {
    'in the text': b'Sub\0ject\n\nBody\n',
    'in a body': b'Subject\n\nBo\0dy\n\n',
    'in a block': b'Subject\n\nFoo: \0a\n\n',
    'UTF-16': '\ufeffSubject\n\nBody: x\n\n# comment\n'.encode('utf-16-le'),
    'alone in a line': b'Subject\n\n\0\n\n',
    'before a comment': b'Subject\n\n\0# comment\n',
    'in a comment': b'Subject\n\n# comm\0ent\n',
    'at the end': b'Subject\n\n# comment\n\0\0\0\0',
    'above the scissors': f'Sub\0ject\n# {SCISSORS}\nbelow\n'.encode(),
    'below the scissors': f'Subject\n# {SCISSORS}\nbe\0low\n'.encode(),
}
# Between the last line of text and git's scissors, where all will be dropped but a
# line with a NUL in front: it is dropped by us, as the one that it looks like.
BELOW = [NULS[name] for name in ('alone in a line', 'before a comment', 'at the end')]


@pytest.mark.parametrize(
    'args',
    ['--', '-v', '-s', '--cleanup=scissors', '-F|TEXT', '-F|TEXT|--cleanup=verbatim'],
)
@pytest.mark.parametrize('editor', ['type', 'replace'])
@pytest.mark.parametrize('text', NULS.values(), ids=NULS.keys())
def test_a_nul_stays_for_git_to_refuse(pair: Pair, text: bytes, editor: str, args: str) -> None:
    """No shell reads one; where git would refuse the message, it still does."""
    ours, plain = (make(repo, pair, Case(args, text, editor)) for repo in pair.each())
    if (
        args in ('-v', '--cleanup=scissors')
        and editor == 'type'
        and text in BELOW
        and plain.message is None
    ):
        kept = b'Subject\n' if args == '-v' else text.replace(b'\0', b'').rstrip() + b'\n'
        assert ours.message is None or without(ours.message, pair.block) == kept
        return
    assert normalised(ours.result) == normalised(plain.result)
    if ours.message is None or ours.message == plain.message:
        assert ours.message == plain.message
    else:
        assert plain.message == without(ours.message, pair.block)


@pytest.mark.parametrize(
    'again',
    ['--amend|--no-edit', '--amend', '--amend|-v', '--amend|-s|--no-edit', '-C|HEAD', '-c|HEAD'],
)
def test_the_lines_are_never_added_twice(pair: Pair, again: str) -> None:
    pair.ours.git('commit', '-q', '--allow-empty', '-m', 'before')
    made = make(pair.ours, pair, Case('-m|Subject|-m|Foo: a'))
    assert made.message == b'Subject\n\nFoo: a\n' + pair.block
    made = make(pair.ours, pair, Case(again, editor='resave'))
    signed = b'Signed-off-by: Ann Author <ann@example.com>\n' if '-s' in again.split('|') else b''
    assert raw(pair.ours) == b'Subject\n\nFoo: a\n' + pair.block + signed


def test_the_editor_shows_what_will_be_added(pair: Pair) -> None:
    """As comments, below git's own, with the comment character of the moment."""
    shown = pair.place / 'shown'
    (pair.place / 'show').write_text(f'#!/bin/sh\ncat "$1" > "{shown}"\nexit 1\n')
    (pair.place / 'show').chmod(0o755)
    lines = pair.block.decode().splitlines()
    for options, char in (([], '#'), (['-v'], '#'), (['-c', 'core.commentChar=;'], ';')):
        config = tuple(options[1:]) if '-c' in options else ()
        make(pair.ours, pair, Case(options[0] if config == () and options else '--',
                                   editor='show', config=config))  # fmt: skip
        wanted = [char, f'{char} git session will add to this commit:']
        wanted += [f'{char}\t{line}' for line in lines]
        assert shown.read_text().splitlines()[-len(wanted) :] == wanted
    for cleanup in ('whitespace', 'verbatim'):
        make(pair.ours, pair, Case(f'--cleanup={cleanup}', editor='show'))
        assert 'git session' not in shown.read_text()


def test_a_comment_string_of_several_characters(pair: Pair, tmp_path: Path) -> None:
    """git 2.45 and later; before that the hooks are shown a file as such a git writes it."""
    message = tmp_path / 'COMMIT_EDITMSG'
    editor = (
        "\n// Please enter the commit message for your changes. Lines starting\n// with '//' will"
        ' be ignored, and an empty message aborts the commit.\n//\n// On branch work\n//\n'
    )
    message.write_text(editor)
    hook(pair, ['sh'], 'prepare-commit-msg', str(message), GIT_EDITOR='vi')
    announced = message.read_text()
    assert announced.startswith(editor + '//\n// git session will add to this commit:\n//\tSes')
    message.write_text('Subject\n\nFoo: a\n// note\n' + announced)
    hook(pair, ['sh'], 'commit-msg', str(message), GIT_EDITOR='vi')
    wanted = 'Subject\n\nFoo: a\n' + pair.block.decode() + '// note\n' + announced
    assert message.read_text() == wanted


def test_a_very_long_diff_below_the_scissors(pair: Pair) -> None:
    """commit -v of ten thousand lines: the text is stamped, and quickly enough to wait for."""
    for repo in pair.each():
        repo.write_file('long.txt', ''.join(f'line {n}\n' for n in range(10_000)))
        repo.git('add', 'long.txt')
    test_the_message_is_gits_own_with_our_lines_added(pair, Case('-v', BODY, editor='type'))


def test_a_message_of_a_program_is_left_alone(pair: Pair) -> None:
    """Five thousand lines are nobody's typing; the commit is made as it is."""
    text = b'Subject\n\n' + b'line\n' * 5000
    case = Case('-F|TEXT', text, stamped=False)
    test_the_message_is_gits_own_with_our_lines_added(pair, case)


def test_git_gui_looks_at_the_hook_without_a_commit(pair: Pair) -> None:
    """Its PREPARE_COMMIT_MSG stays empty; what it commits comes to commit-msg alone."""
    looked = pair.ours.path / '.git' / 'PREPARE_COMMIT_MSG'
    looked.write_text('')
    hook(pair, ['sh'], 'prepare-commit-msg', '.git/PREPARE_COMMIT_MSG', '', GIT_DIR='.git')
    assert looked.read_text() == ''
    message = pair.ours.path / '.git' / 'GITGUI_EDITMSG'
    message.write_text('Subject\n')
    hook(pair, ['sh'], 'commit-msg', '.git/GITGUI_EDITMSG', GIT_DIR='.git')
    assert message.read_text() == 'Subject\n\n' + pair.block.decode()


def hook(pair: Pair, shell: list[str], name: str, *args: str, **env: str) -> None:
    """Run a hook of ours as git would; it must succeed and be silent."""
    result = pair.ours.run(*shell, str(HOOKS / name), *args, **env)
    assert result == Result(0, '', '')


LINES = st.sampled_from(
    [
        'prose', 'more of it.', 'Key: value', 'Other-Key : x', ' folded', '\tfolded', 'https://x/y',
        '12:30', '#123 fix', '# comment', '---', '----', 'Signed-off-by: A <a@b>', 'a b: c',
        '(cherry picked from commit 1111111)', '- item: x', ': x', '-: x', 'é: x', 'あ', '; x',
        '    code: x', '\x0b', 'key:', 'Co-authored-by: あ <a@b>', '\\', '*', '$x', "'", '%s', '-n',
        '\x0c', '\u00a0', '\u3000', '\u2003x', '\x0cx: y', '\rx', '\u3000x: y', '!: x', 'a' * 300,
        '# ' + SCISSORS, SCISSORS,
    ]
)  # fmt: skip
PARAGRAPHS = st.lists(LINES, min_size=1, max_size=5).map('\n'.join)
GAPS = st.sampled_from(['\n\n', '\n\n\n', '\n \n', '\n\t\n\n', '\n'])


@st.composite
def messages(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(['Subject', 'Subject', 'feat: x', '#1 x', '\nLate', 'a\nb: c']))
    for _ in range(draw(st.integers(0, 4))):
        text += draw(GAPS) + draw(PARAGRAPHS)
    text += draw(st.sampled_from(['', '\n', '\n', '\n\n', '\n \n', '\n# end\n\n']))
    return text.replace('\n', '\r\n') if draw(st.integers(0, 9)) == 0 else text


@pytest.mark.parametrize('shell', THERE.values(), ids=THERE.keys())
@settings(
    deadline=None, max_examples=60, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(text=messages(), stripped=st.booleans())
def test_any_message_keeps_its_trailers_and_gets_ours(
    pair: Pair, shell: list[str], text: str, stripped: bool
) -> None:
    """`git interpret-trailers --parse` finds what it found before, then ours, in order.

    `stripped` is what git does to a message before the hook sees it, in every
    cleanup mode but verbatim.
    """
    message = text.encode()
    if stripped:
        message = (pair.plain.git('stripspace', stdin=message) + '\n').encode()
    file = pair.place / 'MESSAGE'
    file.write_bytes(message)
    hook(pair, shell, 'prepare-commit-msg', str(file), 'message', GIT_EDITOR=':')
    stamped = file.read_bytes()
    if stamped == message:  # comments or sign-offs alone
        lines = message.partition(f'# {SCISSORS}\n'.encode())[0].split(b'\n')
        kept = (b'#', b'Signed-off-by: ')
        assert all(not line.strip() or line.startswith(kept) for line in lines)
        return
    assert without(stamped, pair.block) == message
    expected = parsed(pair.plain, message) + pair.block.decode().splitlines()
    assert parsed(pair.plain, stamped) == expected


@pytest.mark.parametrize('shell', THERE.values(), ids=THERE.keys())
def test_every_shell_writes_the_same_bytes(pair: Pair, shell: list[str]) -> None:
    """All messages of the table, Latin-1 and bytes that are special inside dash among them."""
    odd = bytes(byte for byte in range(1, 256) if byte not in b'\n#')
    texts = [*MESSAGES.values(), b'Subject\n\n' + odd + b'\n', odd + b'\n\nKey: ' + odd + b'\n\n']
    file = pair.place / 'MESSAGE'
    for text in texts:
        file.write_bytes(text)
        hook(pair, shell, 'prepare-commit-msg', str(file), 'message', GIT_EDITOR=':')
        assert without(file.read_bytes(), pair.block) == text
    for text in (b'', b'\n', SIGNED, b'# x\n', b' \t\r\n'):
        file.write_bytes(text)
        hook(pair, shell, 'prepare-commit-msg', str(file), 'message', GIT_EDITOR=':')
        assert file.read_bytes() == text


@pytest.mark.parametrize('shell', THERE.values(), ids=THERE.keys())
def test_every_shell_writes_above_the_scissors(pair: Pair, shell: list[str]) -> None:
    """`commit -v`: what is above our lines keeps even the bytes that a shell does not read."""
    words = "# Lines starting with '#' will be ignored.\n"
    rest = f'\n{words}# {SCISSORS}\ndiff --git a/x b/x\n' + '+x\n' * 500
    for text in (b'Subject\n\nBody', b'Sub\0ject\n\n\0\0\nFoo: \0a', b'\n\n#\0\nSubject'):
        file = pair.place / 'COMMIT_EDITMSG'
        file.write_text(rest)
        hook(pair, shell, 'prepare-commit-msg', str(file), GIT_EDITOR='vi')
        file.write_bytes(text + b'\n' + rest.encode())
        hook(pair, shell, 'commit-msg', str(file), GIT_EDITOR='vi')
        ours = pair.block if b'Foo' in text else b'\n' + pair.block
        above, _, below = file.read_bytes().partition(f'# {SCISSORS}\n'.encode())
        assert above == text + b'\n' + ours + b'\n' + words.encode()
        assert below.startswith(b'diff --git a/x b/x\n+x\n+x\n')


def test_the_scripts_pass_shellcheck() -> None:
    """With the files they source."""
    program = shutil.which('shellcheck')
    if program is None:
        pytest.skip('shellcheck is not installed')
    scripts = [path.name for path in HOOKS.iterdir() if '.' not in path.name]
    done = subprocess.run(
        [program, '--shell=sh', '--external-sources', '--check-sourced',
         *(os.path.join('hooks', name) for name in sorted(scripts))],
        cwd=HOOKS.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, ''), done.stdout


def test_a_long_objective_is_cut_in_a_trailer(session: Repo) -> None:
    session.session('objectives', 'edit', '1', 'x' * 5000)
    session.commit('second', **{'b.txt': 'b\n'})
    line = session.message().splitlines()[-1]
    assert line == f'Session-Objective: obj-1 {"x" * 197}...'
