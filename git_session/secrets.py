"""What of a text must not leave the machine: found by redact-secret, an independent detector.

Its rules are its own: formats that providers document (with their checksums), private
keys, URLs with passwords, and values that what stands before them calls a secret.  RULES
adds what it lacks.  None goes by entropy alone, so object ids, paths and the like survive.
No I/O and no clock.
"""

from __future__ import annotations

from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NOT_CHECKED = 'not checked'
UNCHECKED = f'[redacted: {NOT_CHECKED}]'
# The facts that people and agents write; all others are ids and words of ours.
TYPED = frozenset({'alternatives', 'how', 'issue', 'label', 'message', 'rationale', 'text', 'why'})
REFS = frozenset({'base_ref', 'branch', 'into', 'upstream'})

# What the detector does not know by itself: name, what it begins with, the alphabet of the
# rest, and its length.  A name of ours has a dot before it, so that none of the detector's
# own, now or later, is the same: it refuses all rules then, and every text with them.
FORMATS = (
    # https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: the URL
    # holds a secret.  T<workspace>/B<app>/<24>; the ids have 9 to 11 characters.
    ('slack webhook', 'https://hooks.slack.com/services/', 'base64-body', 'at-least 40'),
    # https://github.com/C2SP/C2SP/blob/main/age.md, the X25519 identity: Bech32 of 32
    # bytes with its checksum, in upper case.
    ('age secret key', 'AGE-SECRET-KEY-1', 'upper-alnum', 'exact 58'),
    # No provider's: what a person or a shell's history calls a token (_is_token judges).
    ('token option', '--token ', 'alnum-dash', 'at-least 16'),
    ('token option', '--token=', 'alnum-dash', 'at-least 16'),
    ('token', 'token=', 'alnum-dash', 'at-least 16'),
    ('token', 'token: ', 'alnum-dash', 'at-least 16'),
    ('token word', 'token ', 'alnum-dash', 'at-least 16'),
    ('token word', 'Token ', 'alnum-dash', 'at-least 16'),
    ('token word', 'TOKEN ', 'alnum-dash', 'at-least 16'),
)
# The format is "Declarative rulesets" in redact-secret's documentation.
# Of two findings over each other that of the names counts, which knows quotes and base 64.
RULES = '\n'.join([
    'ruleset-revision: 1', 'names: ambiguous', 'name: token',
    *(
        f'detector: ours.{number}\nspecificity: entropy\nprefix: "{prefix}"\n'
        f'alphabet: {alphabet}\nrun: {run}\nvalidator: none'
        for number, (_, prefix, alphabet, run) in enumerate(FORMATS)
    ),
])  # fmt: skip
NAMES = 'generic-token-ruleset-names'  # the detector's name for what goes by `name: token`
# RFC 9580, 6.2: the detector knows this block when it bears a name that is as long.
PGP_LABEL, KNOWN_LABEL = 'PGP PRIVATE KEY BLOCK-----', 'ENCRYPTED PRIVATE KEY-----'
# A private key of which only the beginning was copied: lines of at least 16 characters of
# base 64, after fields like `DEK-Info: ...`.  What follows a part never begins as the part goes
# on, and no field goes on for long, so that many beginnings cost no more than their length.  No
# possessive quantifiers: Python 3.11.2 finds nothing with them here.
CUT_KEY = (
    r'-----BEGIN [A-Z]{0,9} ?PRIVATE KEY-----'
    r'(?:(?:\s|\\[nr])*[A-Z][A-Za-z]+(?:-[A-Z][a-z]+)?: [^\n\\]{0,99}(?:\n|\\[nr])){0,9}'
    r'(?:(?:\s|\\[nr])+[A-Za-z0-9+/=]{16,})+(?:(?:\s|\\[nr])+[A-Za-z0-9+/=]+\s*\Z)?'
)

_WEB_TOKEN, _MOST_READ = 'eyJ', 1 << 30  # its beginning; characters, which take a second


class Found(Record):
    """Where a secret stands in a text, in characters; `kind` in words: `github token`."""

    begin: int
    end: int
    kind: str


def find(text: str) -> list[Found] | None:
    """The secrets in a text, in order, none over another; None when it cannot be checked.

    That is the case of texts over 64 MiB, of those that the detector would take long for, and
    where it does not work.
    """
    # It reads the rest of a word for each beginning of a web token in it.
    tokens = text.count(_WEB_TOKEN)
    if tokens and tokens * max(map(len, text.split())) > _MOST_READ:
        return None
    try:
        import redact_secret
    except (ImportError, OSError):
        return None
    # It wants Unicode: stray bytes become one character each, so that places stay.
    clean = text.encode('utf-8', 'replace').decode() + '\n'
    # The full stop of a sentence would be one more part of a token that has dots.
    clean = clean.replace('. ', '  ').replace('.\n', ' \n')[: len(text)]
    clean = clean.replace(PGP_LABEL, KNOWN_LABEL)
    found = _cut_keys(clean)
    try:
        for each in redact_secret.scan(clean, ruleset=RULES):
            if each.action == 'allow':
                continue
            # A long value may have many beginnings in it, each as long as the rest.
            if found and found[-1].begin <= each.start and each.end <= found[-1].end:
                continue
            if each.detector == NAMES or each.detector.startswith('ours.'):
                found += _ours(each.detector, each.start, each.end, clean)
            else:
                found.append(Found(each.start, each.end, each.type.replace('_', ' ')))
    except redact_secret.SecretScanError:
        return None
    return _apart(found)


def _cut_keys(text: str) -> list[Found]:
    """Private keys, also those without an end, which the detector leaves alone."""
    if ' PRIVATE KEY-----' not in text:
        return []
    import re

    return [Found(*each.span(), 'private key') for each in re.finditer(CUT_KEY, text)]


def _ours(rule: str, begin: int, end: int, text: str) -> list[Found]:
    """What one of RULES found, without what it goes by (`token: `); none of an ordinary word."""
    kind = 'token'
    if rule != NAMES:
        kind, prefix, *_ = FORMATS[int(rule.rpartition('.')[2])]
        if not kind.startswith('token'):
            return [Found(begin, end, kind)]
        begin += len(prefix)
    if not _is_token(text[begin:end], within_words=kind == 'token word'):
        return []
    while rule != NAMES and end < len(text) and (text[end] in '+/=._-~' or text[end].isalnum()):
        end += 1
    return [Found(begin, end, 'contextual secret')]


def _is_token(value: str, within_words: bool) -> bool:
    """Whether this is drawn by a machine: 12 letters and digits in a row, 16 in all, no URL.

    `sha256-of-the-cookie` is not.  After nothing but the word, one number is not enough,
    as identifiers have it: `the token OAuth2TokenRefresher`.
    """
    import re

    runs = [each for each in re.findall('[A-Za-z0-9]{12,}', value) if re.search('[A-Za-z]', each)]
    numbers = [number for each in runs for number in re.findall('[0-9]+', each)]
    return len(value) >= 16 and '://' not in value and len(numbers) > within_words


def _apart(found: list[Found]) -> list[Found]:
    """In order; those that share characters as one, of the first's kind."""
    apart: list[Found] = []
    for each in sorted(found, key=lambda each: (each.begin, -each.end)):
        if apart and each.begin < apart[-1].end:
            first = apart.pop()
            each = Found(first.begin, max(first.end, each.end), first.kind)
        apart.append(each)
    return apart


def redact(text: str) -> str:
    """The text with ``[redacted: <kind>]`` in the place of each secret.

    What cannot be checked does not leave either.
    """
    found = find(text)
    if found is None:
        return UNCHECKED
    parts = []
    begin = 0
    for each in found:
        parts += [text[begin : each.begin], f'[redacted: {each.kind}]']
        begin = each.end
    return ''.join([*parts, text[begin:]])


def kinds(text: str) -> list[str]:
    """The kinds of the secrets in a text or the name of a ref, each once."""
    found = find(text)
    if found == []:
        found = find(_words(text))
    return [NOT_CHECKED] if found is None else list(dict.fromkeys(each.kind for each in found))


def redact_ref(name: str) -> str:
    """The name of a ref or branch without its secret, as a ref: ``redacted-<8 hex>``.

    The branch's part is replaced whole: a slash or a dot may stand within a secret.
    The same branch gets the same name everywhere.
    """
    if find(_words(name)) == []:
        return name
    parts = name.split('/')
    kept = 0
    if parts[0] == 'refs':
        kept = 3 if parts[1:2] == ['remotes'] else 2
    import hashlib

    rest = '/'.join(parts[kept:]).encode('utf-8', 'surrogatepass')
    return '/'.join([*parts[:kept], f'redacted-{hashlib.sha256(rest).hexdigest()[:8]}'])


def _words(name: str) -> str:
    """A name from each of its words on: the detector looks where a word begins."""
    begins = [0, *(place + 1 for place, each in enumerate(name[:256]) if each in '/-_.+')]
    return '\n'.join(name[begin:] for begin in begins)


def public(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that leave in another form than they have here: name -> redacted value."""
    shared = {name: _redacted(name, value) for name, value in facts.items()}
    return {name: value for name, value in shared.items() if value != facts[name]}


def _redacted(name: str, value: Any) -> Any:
    if name in REFS and isinstance(value, str):
        return redact_ref(value)
    if name in TYPED and isinstance(value, str):
        return redact(value)
    if name in TYPED and isinstance(value, list):
        return [redact(each) if isinstance(each, str) else each for each in value]
    return value
