"""References to issues as people type them, and where they lead: ``#12``, ``org/repo#12``,
``JIRA-7``, an address.  Decided from values alone.
"""

from __future__ import annotations

import re

from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME = r'[A-Za-z0-9_.-]{1,100}'
_NUMBER = r'[1-9][0-9]{0,9}'
_MOST = 20  # references of one text
_LONGEST = 2000  # characters that are looked at
# What an address may not hold: white space, quotes, brackets, control characters.
_ADDRESS = r'https?://[^\s<>"\'`()\[\]{}|\\^\x00-\x20\x7f-\xa0\u200b-\u202e\u2060-\u206f\ufeff]+'
_ANY = re.compile(
    rf'(?P<url>{_ADDRESS})'
    rf'|(?<![\w/.#-])(?:(?P<repo>{_NAME}(?:/{_NAME}){{1,5}}))?#(?P<number>{_NUMBER})(?![\w-])'
    r'|(?<![\w/.#-])(?P<key>[A-Z][A-Z0-9]{1,19}-[1-9][0-9]{0,9})(?![\w-])',
    re.ASCII,
)
FORGES = {'github.com': 'github', 'gitlab.com': 'gitlab'}
_ISSUE = {'github': '{}/issues/{}', 'gitlab': '{}/-/issues/{}'}
PLACE = '{issue}'  # in session.issue_url


class Home(Record):
    """Where a remote lives: `forge` is github, gitlab or '' for one that is not known."""

    forge: str
    host: str
    path: str

    @property
    def address(self) -> str:
        return f'https://{self.host}/{self.path}'


class Reference(Record):
    """`text` as typed; one of `number` (of `repo`, '' for the own), `key`, `url` says which."""

    text: str
    repo: str = ''
    number: int = 0
    key: str = ''
    url: str = ''


def find(text: str) -> list[Reference]:
    """The references in a text, each once, in their order."""
    found: dict[str, Reference] = {}
    for match in _ANY.finditer(text[:_LONGEST]):
        typed = match[0].rstrip('.,;:!?') if match['url'] else match[0]
        found.setdefault(
            typed,
            Reference(
                typed, match['repo'] or '', int(match['number'] or 0), match['key'] or '',
                typed if match['url'] else '',
            ),
        )  # fmt: skip
        if len(found) == _MOST:
            break
    return list(found.values())


def address(each: Reference, home: Home | None, pattern: str | None) -> str:
    """Where a reference leads, '' where that is not known.

    `pattern` is session.issue_url: it counts for ``#12`` and ``JIRA-7``, before the forge.
    """
    if each.url:
        return each.url
    if pattern and not each.repo:
        return pattern.replace(PLACE, each.key or str(each.number))
    if each.number and home is not None and home.forge:
        place = Home(home.forge, home.host, each.repo or home.path).address
        return _ISSUE[home.forge].format(place, each.number)
    return ''


def links(texts: Iterable[str], home: Home | None, pattern: str | None) -> dict[str, str]:
    """text -> its address, for those that are one reference and lead somewhere else."""
    found = {}
    for text in texts:
        references = find(text)
        if len(references) == 1 and references[0].text == text.strip():
            where = address(references[0], home, pattern)
            if where and where != text.strip():
                found[text] = where
    return found


def of_home(each: Reference, home: Home) -> int:
    """The number of the issue where the reference is one of the home's, else 0."""
    if each.url:
        begin, _, number = each.url.partition('#')[0].rpartition('/')
        places = (f'{home.address}/issues', f'{home.address}/-/issues')
        is_own = begin.lower() in (place.lower() for place in places)
        return int(number) if is_own and re.fullmatch(_NUMBER, number) else 0
    return each.number if each.repo.lower() in ('', home.path.lower()) else 0


_REMOTE = re.compile(
    r'(?:(?:(?P<web>https)|http|ssh|git)://(?:[^@/\s]*@)?(?P<host>[A-Za-z0-9.-]+)'
    r'(?::(?P<port>\d{1,5}))?/'
    r'|(?:[A-Za-z0-9_.-]+@)?(?P<scp>[A-Za-z0-9.-]+):(?!/))'
    rf'(?P<path>{_NAME}(?:/{_NAME}){{1,9}})/?',
    re.ASCII,
)


def home(url: str, forge: str = '') -> Home | None:
    """The home behind the URL of a remote, without what it says of users and passwords.

    `forge` is what the user says of a host that is not known by its name.
    """
    match = _REMOTE.fullmatch(url.strip()[:_LONGEST])
    if match is None:
        return None
    host = (match['host'] or match['scp']).lower()
    if match['web'] and match['port'] not in (None, '443'):  # its pages are there too
        host = f'{host}:{match["port"]}'
    path = match['path'].removesuffix('.git')
    # A name that begins with a dash would be an option of the program that is asked.
    if path.startswith('-') or host.startswith('-') or '..' in path:
        return None
    return Home(FORGES.get(host, forge), host, path)
