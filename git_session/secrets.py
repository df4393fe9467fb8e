"""What of a text must not leave the machine: found by redact-secret, an independent detector.

Its rules are its own: formats that providers document (with their checksums), private
keys, URLs with passwords, and values that what stands before them calls a secret.  None
goes by entropy alone, so object ids, paths and the like survive.  No I/O and no clock.
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


class Found(Record):
    """Where a secret stands in a text, in characters; `kind` in words: `github token`."""

    begin: int
    end: int
    kind: str


def find(text: str) -> list[Found] | None:
    """The secrets in a text, in order, none over another; None when it cannot be checked.

    That is the case of texts over 64 MiB and where the detector does not work.
    """
    try:
        import redact_secret
    except (ImportError, OSError):
        return None
    # It wants Unicode: stray bytes become one character each, so that places stay.
    clean = text.encode('utf-8', 'replace').decode() + '\n'
    # The full stop of a sentence would be one more part of a token that has dots.
    clean = clean.replace('. ', '  ').replace('.\n', ' \n')[: len(text)]
    found: list[Found] = []
    try:
        for each in redact_secret.scan(clean):
            if each.action != 'allow' and (not found or each.start >= found[-1].end):
                found.append(Found(each.start, each.end, each.type.replace('_', ' ')))
    except redact_secret.SecretScanError:
        return None
    return found


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
