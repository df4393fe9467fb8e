"""How well secrets are told from ordinary text.

    python benchmarks/redaction.py <repository> [<repository>...] [--detectors]

Prints how many of the planted secrets of tests/planted.py are found, how many of the
commit messages (all refs) of each repository are changed, which parts of them, and what
a call costs.  The python that runs this has git session installed.  `--detectors` has
the other detectors of this environment do the same: detect-secrets, kingfisher_sdk.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from git_session import secrets
from tests.planted import ORDINARY
from tests.planted import secrets as planted

SEEDS = range(1, 21)  # each draws other values


def messages(repository: str) -> list[str]:
    """Subject and body of every commit."""
    log = subprocess.run(
        ['git', '-C', repository, 'log', '--all', '--format=%B%x00'],
        capture_output=True, check=True,
    ).stdout.decode('utf-8', 'surrogateescape')  # fmt: skip
    return [each.strip('\n') for each in log.split('\0') if each.strip()]


def recall(redact: Callable[[str], str]) -> None:
    missed: dict[str, int] = {}
    kinds = 0
    for seed in SEEDS:
        found = planted(seed)
        kinds = len(found)
        for kind, text, secret in found:
            line = max(secret.split('\n'), key=len)
            if any(line[at : at + 8] in redact(text) for at in range(0, len(line) - 7, 4)):
                missed[kind] = missed.get(kind, 0) + 1
    total = kinds * len(SEEDS)
    print(f'planted secrets found: {total - sum(missed.values())} of {total} ({kinds} kinds)')
    for kind, count in missed.items():
        print(f'  missed: {kind}, {count} of {len(SEEDS)}')
    mangled = [text for text in ORDINARY if redact(text) != text]
    print(f'ordinary texts changed: {len(mangled)} of {len(ORDINARY)}')


def false_positives(redact: Callable[[str], str], repository: str) -> None:
    texts = messages(repository)
    begin = time.perf_counter()
    changed = [(text, after) for text in texts if (after := redact(text)) != text]
    each = (time.perf_counter() - begin) / max(len(texts), 1) * 1e6
    name = Path(repository).resolve()
    lines = sum(len(text.split('\n')) for text in texts)
    print(f'{name}: {len(changed)} of {len(texts)} messages ({lines} lines), {each:.0f} us each')
    for text, after in changed:
        for old, new in zip(text.split('\n'), after.split('\n'), strict=False):
            if old != new:
                print(f'  {new[:120]}')


def others() -> Iterator[tuple[str, Callable[[str], str]]]:
    """The other detectors that are there, with all their rules but entropy."""
    try:
        from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class as types
    except ImportError:
        pass
    else:
        plugins = [made() for name, made in types().items() if 'Entropy' not in name]

        def detect_secrets(text: str) -> str:
            for line in text.splitlines():
                for each in (found for plugin in plugins for found in plugin.analyze_string(line)):
                    text = text.replace(each, '[redacted]') if each else text
            return text

        yield 'detect-secrets', detect_secrets
    try:
        from kingfisher_sdk import Scanner
    except ImportError:
        return
    scanner = Scanner()

    def kingfisher(text: str) -> str:
        for each in scanner.scan(text.encode('utf-8', 'replace').decode()):
            text = text.replace(each.secret, '[redacted]') if each.secret else text
        return text

    yield 'kingfisher', kingfisher


def main(arguments: list[str]) -> int:
    repositories = [each for each in arguments if not each.startswith('-')]
    if not repositories:
        print(__doc__, file=sys.stderr)
        return 129
    begin = time.perf_counter()
    secrets.redact('')
    print(f'first call: {(time.perf_counter() - begin) * 1e3:.1f} ms')
    chosen = [('git session', secrets.redact)]
    if '--detectors' in arguments:
        chosen += others()
    for name, redact in chosen:
        print(f'\n{name}')
        recall(redact)
        for repository in repositories:
            false_positives(redact, repository)
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
