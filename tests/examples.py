"""The examples of the documents: found, typed again, compared."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import NamedTuple

from tests import surface
from tests.repo import Repo

TOP = Path(__file__).parent.parent
MANUAL = TOP / 'man/git-session.1'
REST = '[...]'  # lines, or the rest of a line, that were left out
FENCED = re.compile(r'^```(\w*)\n(.*?)^```$', re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r'(?:(?<=\n\n)(?: {4}.*\n)+(?:\n(?: {4}.*\n)+)*)')
# What differs from run to run -> what the documents have in its place.
_VARYING = (
    (r'-20\d{6}-[0-9a-f]{4,}\b', '-20261123-3f9c'),
    (r'\b[0-9a-f]{40}\b', '1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b'),
    (r'\b[0-9a-f]{10}\b', '1a2b3c4d5e'),
    (r'(?<= )[0-9a-f]{7}(?=\] )', '1a2b3c4'),  # one of a thousand has letters alone
    (r'\b20\d\d-\d\d-\d\d \d\d:\d\d\b', '2026-11-23 09:00'),
    (r'\b20\d\d-\d\d-\d\dT[\d:.]+Z', '2026-11-23T09:00:00.000Z'),
    (r'\bD-20\d{6}-[0-9a-f]{6}\b', 'D-20261123-0365d8'),
    (r'\b\d+ minutes? ago\b', 'just now'),
    (r'active time [1-9]\d*m\b', 'active time 0m'),
    (r'(?<=Session-Time: )\d+m\b', '0m'),
)


class Block(NamedTuple):
    """`kind` is the word behind the fence, '' where there is none."""

    document: str
    kind: str
    text: str

    @property
    def name(self) -> str:
        """The document and the first line."""
        return f'{self.document}: {self.text.strip().splitlines()[0].strip()}'


def blocks(path: Path) -> list[Block]:
    """Every fenced or indented block of a document, in no order; of the manual its examples."""
    document = str(path.relative_to(TOP))
    if path == MANUAL:
        source = path.read_text().partition('.SH EXAMPLES\n')[2].partition('\n.SH ')[0]
        found = re.findall(r'^\.nf\n(.*?)^\.fi$', source, re.MULTILINE | re.DOTALL)
        return [Block(document, 'man', surface.unroff(each)) for each in found]
    text = path.read_text()
    fenced = [Block(document, kind, body) for kind, body in FENCED.findall(text)]
    rest = _INDENTED.findall('\n\n' + FENCED.sub('', text))
    return fenced + [Block(document, '', textwrap.dedent(each)) for each in rest]


def plain(text: str) -> str:
    for varying, same in _VARYING:
        text = re.sub(varying, same, text)
    return text


def fits(wanted: str, shown: str) -> bool:
    """Whether an answer is what the document has of it."""
    pattern = re.escape(wanted).replace(re.escape(f'{REST}\n'), '(?:.*\n)*?')
    return re.fullmatch(pattern.replace(re.escape(REST), '.*'), shown) is not None


def commands(block: str) -> list[tuple[str, str]]:
    """(command, answer) of each `$ ` of an example."""
    found = []
    for example in re.split(r'^\$ ', block, flags=re.MULTILINE)[1:]:
        typed = re.match(r'(?:.*\\\n)*.*\n', example)
        assert typed is not None
        found.append((typed[0], example[typed.end() :]))
    return found


def type_in(repo: Repo, block: str) -> None:
    """Type the commands of an example; each answer has to be the one in the document."""
    for command, wanted in commands(block):
        done = repo.run('sh', '-c', f'{{ {command}}} 2>&1')
        shown = plain(done.out).rstrip('\n') + '\n' if done.out else ''
        assert fits(wanted, shown), f'$ {command}{shown}'
