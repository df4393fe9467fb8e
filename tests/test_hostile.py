"""Everything that may come from somebody else, fuzzed: bounded, quiet, and nothing is run.

Each kind of input is put into a world of its own, and commands and git itself go over it.
Longer on request: ``python -m tests.hostile --minutes 60 --seed 7``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st

from git_session.integrations.agents import PROGRAMS
from tests import hostile, malice
from tests.agents.shapes import MADE
from tests.hostile import Machine, World
from tests.made import Log
from tests.malice import Draw

Kind = Callable[[World, Draw], None]
# Read here: the fixtures clear what begins so.
MINUTES = float(os.environ.get('SESSION_MINUTES', '0'))
SEED = int(os.environ.get('SESSION_SEED', '1'))
EXAMPLES = 2  # of each kind in every run
LOOKS = (
    ('status', '-v'), ('status', '--json'), ('brief',), ('brief', '--json'), ('log',),
    ('log', '--json'), ('history', '--metrics'), ('history', '--json'), ('show', 'work'),
    ('show', 'work', '--json'), ('handoff',), ('report', '--project'), ('analyze',),
    ('report', '--project', '--format', 'html'), ('report', '--project', '--json'), ('prompt',),
    ('export',), ('export', '--all', '--format', 'jsonl'), ('compare', 'old', 'work'),
    ('compare', 'old', 'work', '--changes'), ('context',), ('context', '--health'), ('decisions',),
    ('blockers',), ('objectives',), ('wip',), ('config', 'list', '--show-origin'),
    ('report', '--weekly'), ('analyze', '--patterns', '--json'), ('brief', '--budget', '600'),
)  # fmt: skip


def _look(world: World, draw: Draw, count: int = 2, *first: tuple[str, ...]) -> None:
    """The looks named first, and some others."""
    for words in (*first, *(draw(st.sampled_from(LOOKS)) for _ in range(count))):
        world.run(*words)


def _bytes(text: str) -> bytes:
    return text.encode('utf-8', 'surrogatepass')


# --- what git has


def names(world: World, draw: Draw) -> None:
    """The name of a branch, by commands and by hooks."""
    name = draw(malice.branch())
    if world.machine.run(('check-ref-format', '--branch', name), world.repo, world.env, b'',
                         world.scratch, is_git=True).status:  # fmt: skip
        name = 'x;$(x)`"'
    world.outside = ('repo/.git/HEAD', 'repo/.git/refs/heads', 'repo/src', 'repo/x', 'hub.git/')
    world.ready()
    started = world.run('start', '-o', 'An objective', '--base', 'main', '--', name)
    if started.status:
        return  # too long for a file system
    world.write('x', 'x\n')
    world.by_git('add', 'x')
    world.by_git('commit', '-qm', 'x')
    world.by_git('switch', '-q', 'work')
    world.by_git('switch', '-q', '-')
    _look(world, draw, 1, draw(st.sampled_from([('status',), ('brief',), ('push',)])))
    if draw(st.booleans()):
        world.by_git('branch', '-m', draw(malice.branch()).replace('/', '-')[:60] + 'x')
        world.run('status')
    world.run('end')


def messages(world: World, draw: Draw) -> None:
    """Messages, authors and names of files of commits."""
    paths = draw(st.lists(malice.words, max_size=4))
    for each in paths:
        name = each.replace('/', '|')[:80].strip('.') or 'x'
        path = os.fsencode(world.repo) + b'/' + _bytes(name)[:200]
        with open(path, 'wb') as file:
            file.write(_bytes(draw(malice.text)))
    world.git('-c', 'core.protectHFS=false', 'add', '-A')
    tree = world.git('write-tree')
    tip = world.git('commit-tree', tree, '-p', 'HEAD', '-m', 'x')
    for _ in range(draw(st.integers(1, 4))):
        message, author = draw(malice.any_text), draw(malice.text)
        tip = world.commit(_bytes(message), author[:200].encode('utf-8', 'replace').decode(),
                           on=tip)  # fmt: skip
    world.git('update-ref', 'refs/heads/work', tip)
    world.ready()
    _look(world, draw, 3)
    for each in (('commit', '-q', '--allow-empty', '-m', draw(malice.words)),
                 ('commit', '-q', '--amend', '--allow-empty', '--no-edit')):  # fmt: skip
        if draw(st.booleans()):
            world.outside = ('repo/.git/refs/heads',)
            world.ready()
            world.machine.run(each, world.repo, world.env, b'', world.scratch, is_git=True)


# --- what others published


def _log_commit(world: World) -> tuple[str, str]:
    return (world.place / 'id').read_text().strip(), world.git('rev-parse', 'work')


_VALID = (
    b'{"v":1,"id":"20261123T150000.000Z-abcdef012345","at":"2026-11-23T15:00:00Z","session":"%s",'
    b'"type":"note","text":"a word in between"}\n'
)


def published(world: World, draw: Draw) -> None:
    """Lines in the notes of somebody else, pulled, looked at, and pushed on."""
    world.note(_VALID % _log_commit(world)[0].encode() + draw(malice.lines(*_log_commit(world))))
    world.outside = ('hub.git/', 'repo/.git/refs/heads', 'repo/.git/HEAD', 'repo/.session')
    world.ready()
    if world.run('pull').status == 0:  # what is right arrives, whatever stands beside it
        logs = (world.repo / '.git/sessions').rglob('events.jsonl')
        assert any(b'a word in between' in each.read_bytes() for each in logs)
    _look(world, draw, 2)
    if draw(st.booleans()):
        said = world.run('history', '--json')
        for each in json.loads(said.out)['sessions'][:3] if not said.status else ():
            world.run('show', each['session'])
    if draw(st.booleans()):
        world.run('push')


_ENTRIES = ('100644 blob', '040000 tree', '120000 blob', '160000 commit', '100755 blob')


def notes_trees(world: World, draw: Draw) -> None:
    """A tree of notes that git would not make."""
    commit = world.git('rev-parse', 'work')
    line = draw(malice.lines(*_log_commit(world), most=2))
    blob = world.git('hash-object', '-w', '--stdin', given=line, folder=world.eve)
    empty = world.git('mktree', given=b'', folder=world.eve)
    inner = world.git('mktree', '-z', given=f'100644 blob {blob}\t{commit[2:]}\0'.encode(),
                      folder=world.eve)  # fmt: skip
    entries = {}
    for _ in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(_ENTRIES))
        name = draw(
            st.sampled_from(
                [
                    commit,
                    commit[:2],
                    commit.upper(),
                    'x' * 40,
                    '0' * 40,
                    'a',
                    '..x',
                    commit + 'a',
                    'f' * 38,
                    'ab',
                    'x\x1b[2J',
                    '\u202e',
                ]
            )
        )
        oid = {'blob': blob, 'tree': draw(st.sampled_from([inner, empty])), 'commit': commit}
        entries[name] = f'{kind} {oid[kind[7:]]}\t{name}\0'
    world.notes_tree(''.join(entries.values()).encode())
    world.outside = ('hub.git/',)
    world.ready()
    world.run('pull')
    _look(world, draw, 1, ('status',))
    if draw(st.booleans()):
        world.run('push')


# --- what the repository has


_CONFIG = b"""\
session:
  auto_track: true
  idle_timeout: 30m
  trailers: [Session-Id, Session-Objective]
context:
  architecture: layered
  patterns: [repository]
  conventions: [say it once]
  layers:
    views: {globs: ['src/*'], may_import: []}
tracking:
  watch_patterns: ['*.py']
  annotations: [TODO]
quality:
  coverage_threshold: 85
  coverage_files: ['coverage.xml']
tdd:
  test_command: touch "$PWNED"
display:
  color: auto
  date_format: '%Y-%m-%d'
"""
_LAUGHS = 'a: &a [x,x,x,x,x,x,x,x,x]\n' + ''.join(
    f'{name}: &{name} [{",".join([f"*{before}"] * 9)}]\n'
    for before, name in zip('abcdefgh', 'bcdefghi', strict=True)
)
YAML = (
    _LAUGHS, '!!python/object/apply:os.system ["touch $PWNED"]', '? ' * 100_000, '[' * 200_000,
    '- ' * 100_000, 'a: ' * 10_000, 'x: &x\n  <<: *x', 'a: 1\na: 2', '&a [*a]', '%YAML 9.9\n---\n',
    'session: {idle_timeout: ' + '9' * 100_000 + 'm}', 'session: {archive_after_days: .nan}',
    'quality: {coverage_threshold: 0x55}', 'display: {date_format: "%' + '%c' * 5000 + '"}',
    'tracking: {watch_patterns: ["' + '*' * 5000 + 'x"]}', '--- \n--- \n', '\ufeff' * 10,
    '"\\ud800"',
    'tracking: {watch_patterns: ["' + '{a,' * 3000 + '"]}', 'quality: {coverage_files: ["/etc/*"]}',
    'quality: {test_reports: ["' + '**/' * 2000 + 'x"]}', 'session: {trailers: ["X: y\\nZ"]}',
    'quality: {coverage_files: ["../**/*"]}', 'context: {conventions: ["\\e[2J\\u202e"]}',
    'tracking: {annotations: ["' + '(a+)+' * 50 + '$"]}', 'x: |\n' + '  y\n' * 60_000,
    'display: {date_format: "\\e[2J%Y"}', 'tdd: {timeout: 99999d}', "a: '" + "''" * 60_000,
    'session: {issue_url: "javascript:alert(1)//{issue}"}', 'a: !!binary ' + 'A' * 100_000,
)  # fmt: skip


# Where a text of the file goes far.
VALUES = (
    'tracking: {watch_patterns: [%s]}', 'tracking: {ignore_patterns: [%s]}',
    'tracking: {annotations: [%s]}', 'context: {conventions: [%s]}', 'session: {issue_url: %s}',
    'context: {architecture: layered, layers: {a: {globs: [%s], may_import: []}}}',
    'quality: {test_reports: [%s]}', 'quality: {coverage_files: [%s]}',
    'display: {date_format: %s}', 'session: {trailers: [%s]}', 'tdd: {test_command: %s}',
)  # fmt: skip


def config(world: World, draw: Draw) -> None:
    """The tracked configuration, and the cache of it."""
    text = draw(st.one_of(
        st.sampled_from(YAML).map(_bytes), malice.damaged(_CONFIG), malice.changed({
            'session': {'auto_track': True, 'idle_timeout': '30m', 'trailers': ['Session-Id']},
            'tracking': {'watch_patterns': ['*.py'], 'annotations': ['TODO']},
            'quality': {'coverage_files': ['*.xml']}, 'display': {'date_format': '%Y'},
        }, 3).map(_bytes),
        st.builds(lambda key, much: _bytes(key % json.dumps(much[:60_000])),
                  st.sampled_from(VALUES), malice.much),
    ))  # fmt: skip
    world.write('.session/config.yaml', text)
    world.outside = ('repo/.git/refs/heads',)
    world.ready()
    _look(world, draw, 2, ('config', 'list'))
    world.by_git('commit', '-q', '--allow-empty', '-m', 'x')
    if draw(st.booleans()):
        world.run('checkpoint', '--no-commit', '--tdd-phase', 'green')


_TEMPLATE = b'# {{summary}}\n\n{{objectives}} {{decisions}} {{what}} {{ }} {summary} $x %s\n'
_DOCUMENT = (
    b'# Title\n\n- one\n<!-- x -->\n```python\nimport x\n```\nSee `src/a.py` and [b](src/b.py).\n'
)


def knowledge(world: World, draw: Draw) -> None:
    """What is tracked for people and agents: documents, the template, context files."""
    for name, valid in (
        ('.session/architecture.md', _DOCUMENT), ('.session/conventions.md', _DOCUMENT),
        ('.session/decision-log.md', b'# Decision log\n\n## D-20261123-x: y\n'),
        ('.session/handoff-template.md', _TEMPLATE), ('CLAUDE.md', _DOCUMENT),
        ('src/AGENTS.md', _DOCUMENT), ('.mailmap', b'Ann <a@x> <ann@example.com>\n'),
        ('.gitattributes', b'*.py diff=python\n* text=auto\n'),
    ):  # fmt: skip
        if draw(st.booleans()):
            world.write(name, draw(malice.damaged(valid)))
    if draw(st.booleans()):
        world.git('add', '-A')
        world.git('commit', '-qm', 'x')
    world.outside = ('repo/.session/decision-log.md',)
    world.ready()
    _look(world, draw, 1,
          draw(st.sampled_from([('brief',), ('handoff',), ('context', '--health')])))  # fmt: skip
    if draw(st.booleans()):
        world.run('decisions', 'add', '--rationale', draw(malice.words), '--', draw(malice.words))


_LINKS = ('../outside', '/etc/passwd', '/dev/zero', '.', '..', '../home/.gitconfig', '.git/config',
          'x', '/proc/self/fd/0', '../../../../../../etc')  # fmt: skip


def links(world: World, draw: Draw) -> None:
    """Links, folders and pipes where files are looked for."""
    world.write('outside', 'SECRET of the outside\n', world.path)
    for name in draw(st.lists(st.sampled_from([
        '.session', '.session/config.yaml', '.session/handoff-template.md', '.session/x.md',
        '.session/architecture.md', '.session/decision-log.md', '.ccmp', '.ccmp/state.json',
        'CLAUDE.md', 'AGENTS.md', 'coverage.xml', 'junit.xml', 'lcov.info', 'lefthook.yml',
        '.claude/settings.json', '.claude', '.pre-commit-config.yaml', 'src/z.py', 'package.json',
    ]), min_size=1, max_size=6, unique=True)):  # fmt: skip
        path = world.repo / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            way = draw(st.integers(0, 6))
            if way == 0:
                path.mkdir()
            elif way == 1:
                os.mkfifo(path)
            else:
                path.symlink_to(draw(st.sampled_from(_LINKS)))
        except OSError:
            pass  # the folder is a link already
    # From a folder `../outside` is in the working tree: who links the log there has it there.
    world.outside = ('repo/.session/', 'repo/.ccmp', 'repo/.claude', 'repo/.git/refs/heads',
                     'repo/outside')  # fmt: skip
    world.ready()
    for words in (('status',), ('brief',), draw(st.sampled_from([
        ('handoff',), ('analyze',), ('context', '--health'), ('decisions', 'add', 'x'), ('init',),
        ('checkpoint', '--no-commit'), ('agent', 'install', 'claude'), ('agent', 'status'),
        ('hooks', 'status'), ('report', '--project'), ('note', 'x'), ('switch', 'main'),
    ]))):  # fmt: skip
        if words[0] in ('init', 'switch'):
            world.outside += ('repo/',)
            world.ready()
        said = world.run(*words)
        assert b'SECRET' not in said.out + said.err and b'root:x' not in said.out, said


_SOURCES = {
    'src/m.py': b'import os\nfrom src import b\nclass Repo:\n    def get(self): ...  # TODO: x\n',
    'src/m.ts': b"import {b} from './b'\nexport class A { get() {} } // FIXME y\n",
    'src/m.go': b'package m\nimport "x/y"\nfunc F() {}\n', 'go.mod': b'module x\n',
    'src/m.rs': b'use crate::b;\nstruct S;\n', 'Cargo.toml': b'[package]\nname = "x"\n',
    'src/M.java': b'package a;\nimport b.C;\nclass M {}\n', 'package.json': b'{"name":"x"}\n',
}  # fmt: skip
DEEP = (
    b'(' * 50_000, b'-' * 50_000 + b'1', b'[' * 20_000, b'a.' * 50_000 + b'a', b'x = ' * 20_000,
    b'if x:\n' + b' if x:\n' * 500, b'{' * 50_000, b'<' * 50_000, b'/*' * 50_000, b'`${' * 20_000,
    b'f"' * 5_000, b'class A:\n' + b''.join(b' ' * n + b'class A:\n' for n in range(1, 95)),
    b'import ' + b'a.' * 60_000 + b'a', b'lambda:' * 20_000, b'x' * 200_000, b'\0' * 5000,
    b'# TODO: ' + b'x' * 200_000, b'# TODO\n' * 30_000, b'from ' + b'.' * 100_000 + b'a import b',
    b'name = ' + b'[' * 100_000, b'{"a":' * 40_000, b'not ' * 40_000 + b'x', b'a if b else ' * 9000,
    b'\xff\xfe' * 5000, b'# coding: rot13\n', b'# -*- coding: \x1b[2J -*-\n', b'x=' + b'9' * 50_000,
    b'def f(' + b'a: "b",' * 20_000 + b'): ...', b'class A(' + b'B,' * 30_000 + b'): ...',
)  # fmt: skip


def sources(world: World, draw: Draw) -> None:
    """The code itself, which is parsed and searched."""
    for name in draw(st.lists(st.sampled_from(sorted(_SOURCES)), min_size=1, max_size=3)):
        world.write(
            name,
            draw(
                st.one_of(
                    st.sampled_from(DEEP), malice.damaged(_SOURCES[name]), malice.much.map(_bytes)
                )
            ),
        )
    world.write('.session/config.yaml', 'context:\n  architecture: layered\n'
                '  patterns: [repository, dependency-injection, cqrs]\n')  # fmt: skip
    world.git('add', '-A')
    if draw(st.booleans()):
        world.git('commit', '-qm', 'x')
    world.ready()
    _look(world, draw, 1, ('analyze', '--patterns'), draw(st.sampled_from([
        ('brief',), ('handoff',), ('compare', 'old', 'work', '--changes')])))  # fmt: skip


_JUNIT = b"""<?xml version="1.0"?>
<testsuites><testsuite name="a" tests="2" failures="1" errors="0" skipped="0">
<testcase classname="a" name="b"/><testcase name="c"><failure>x</failure></testcase>
</testsuite></testsuites>"""
_COBERTURA = b"""<?xml version="1.0"?>
<coverage line-rate="0.5"><sources><source>.</source></sources><packages><package name="src">
<classes><class filename="src/b.py"><lines><line number="1" hits="1"/><line number="2" hits="0"/>
</lines></class></classes></package></packages></coverage>"""
_COVERAGE: dict[str, Any] = {
    'files': {'src/b.py': {'executed_lines': [1], 'missing_lines': [2]}}, 'meta': {'version': '7'},
}  # fmt: skip
_ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b''.join(
    b'<!ENTITY %c "&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;">' % (number, *[number - 1] * 9)
    for number in range(ord('b'), ord('k'))
)
XML = (
    _ENTITIES + b']><testsuites>&j;</testsuites>', _ENTITIES + b']><coverage>&j;</coverage>',
    b'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuites>&x;</testsuites>',
    b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><testsuite tests="1"/>',
    b'<!DOCTYPE x [<!ENTITY % x SYSTEM "http://127.0.0.1:1/"> %x;]><coverage/>',
    b'<testsuites>' * 100_000, b'<testsuite>' + b'<testcase/>' * 200_000 + b'</testsuite>',
    b'<testsuite tests="' + b'9' * 100_000 + b'"/>', b'<coverage>' + b'<a>' * 99 + b'</a>' * 99,
    b'<testsuite ' + b''.join(b'a%d="x" ' % n for n in range(50_000)) + b'/>',
    b'<?xml version="1.0" encoding="utf-7"?><testsuite/>', b'<testsuite tests="-1" failures="x"/>',
    b'<?xml version="1.0" encoding="' + b'x' * 9000 + b'"?><coverage/>', b'\xff\xfe<\0a\0>\0',
    b'<testsuite>' + b'x' * 3_000_000 + b'</testsuite>', b'<!--' + b'-' * 100_000, b'<',
    b'<coverage><sources>' + b'<source>/etc</source>' * 30_000 + b'</sources></coverage>',
    b'<coverage><class filename="' + b'../' * 20_000 + b'x"><line number="1" hits="1"/></class>'
    b'</coverage>', b'<testsuite tests="1"/>\0', b'<a:testsuite xmlns:a="x" tests="1"/>',
)  # fmt: skip
LCOV = (
    b'TN:\nSF:../../../../etc/passwd\nDA:1,1\nend_of_record\n', b'SF:src/b.py\nDA:1,1' * 50_000,
    b'SF:src/b.py\n' + b'DA:1,' + b'9' * 100_000, b'SF:\x1b[2J\nDA:1,1\nend_of_record\n',
    b'mode: set\nx/src/b.py:1.1,5000000.2 1 1\n' * 3, b'mode: set\n' + b'a:1.1,2.2 1 1\n' * 50_000,
    b'TN:\n' + b''.join(b'SF:f%d\nDA:1,0\nend_of_record\n' % n for n in range(30_000)),
    b'SF:src/b.py\nDA:99999999999999999999,1\nDA:-1,1\nDA:,\nDA:2,x\n',
)  # fmt: skip
_REPORTS = ('junit.xml', 'test-results/a.xml', 'coverage.xml', 'lcov.info', 'coverage.json',
            'coverage.out', 'target/site/jacoco/jacoco.xml')  # fmt: skip


def reports(world: World, draw: Draw) -> None:
    """Reports of tests and coverage."""
    one = st.one_of(
        st.sampled_from(XML), st.sampled_from(LCOV), malice.damaged(_JUNIT),
        malice.damaged(_COBERTURA), malice.changed(_COVERAGE).map(_bytes),
        malice.damaged(b'TN:\nSF:src/b.py\nDA:1,1\nDA:2,0\nend_of_record\n'),
    )  # fmt: skip
    late = time.time() + 60
    for name in draw(st.lists(st.sampled_from(_REPORTS), min_size=1, max_size=4, unique=True)):
        os.utime(world.write(name, draw(one)), (late, late))
    world.ready()
    _look(
        world,
        draw,
        1,
        ('status', '-v'),
        draw(
            st.sampled_from(
                [('analyze',), ('checkpoint', '--no-commit'), ('handoff',), ('analyze', '--json')]
            )
        ),
    )


# --- what programs send


def agents(world: World, draw: Draw) -> None:
    """stdin of the hooks of agents, and who they say they are."""
    name = draw(st.sampled_from(sorted(PROGRAMS)))
    for hook in draw(st.permutations(PROGRAMS[name].hooks))[:3]:
        valid = MADE[name](str(world.repo), hook.theirs)
        for key in draw(st.lists(st.sampled_from(sorted(valid)), max_size=2)):
            valid[key] = draw(st.one_of(malice.values, st.sampled_from(malice.PATHS)))
        given = draw(st.one_of(malice.changed(valid, 6).map(_bytes),
                               malice.damaged(json.dumps(valid, default=str).encode()),
                               st.sampled_from(malice.RAW).map(_bytes)))  # fmt: skip
        keys = {'claude': 'CLAUDE_CODE_SESSION_ID', 'codex': 'CODEX_SESSION_ID'}
        key = keys.get(name, 'CURSOR_AGENT')
        env = {key: draw(malice.words)[:5000].encode('utf-8', 'replace').decode()}
        world.ready()
        said = world.run('hook', name, hook.event, given=given, **env)
        assert said.status == 0 and not said.err, said
        assert not said.out or isinstance(json.loads(said.out), dict)
    _look(world, draw, 0, draw(st.sampled_from([('status',), ('brief',), ('log',)])))


def agent_files(world: World, draw: Draw) -> None:
    """The configuration of an agent, in which others have written."""
    name = draw(st.sampled_from(sorted(PROGRAMS)))
    path = world.repo / PROGRAMS[name].project
    valid = {'hooks': {'SessionStart': [{'matcher': 'x', 'hooks': [{'command': 'x'}]}],
                       'sessionStart': [{'command': 'x'}]}, 'version': 1}  # fmt: skip
    text = draw(st.one_of(
        malice.changed(valid, 3).map(_bytes), st.sampled_from(malice.RAW).map(_bytes),
        malice.damaged(b'{\n  // x\n  "hooks": {"SessionStart": [/* y */],},\n}\n'),
        malice.damaged(json.dumps(valid, indent=2).encode()),
    ))  # fmt: skip
    world.write(PROGRAMS[name].project, text)
    line = world.write(PROGRAMS[name].line, draw(malice.damaged(_DOCUMENT)))
    before = line.read_bytes()
    world.outside = ('repo/.',)
    world.outside += (f'repo/{PROGRAMS[name].line}',)
    world.ready()
    world.run('agent', 'status')
    installed = world.run('agent', 'install', name)
    if installed.status:
        assert path.read_bytes() == text
        return
    world.run('agent', 'install', '--line', name)
    if world.run('agent', 'uninstall', name).status == 0:
        assert line.read_bytes() == before
        assert path.read_bytes() == text or b'git-session' in text, (text, path.read_bytes())


def ccmp(world: World, draw: Draw) -> None:
    """`.ccmp/state.json`, which other plugins write."""
    plugin = {'installed': True, 'active': True, 'current_session': 'x', 'objectives': ['x'],
              'contexts': {'src': 1}, 'last_updated': '2026-11-22T23:02:26Z'}  # fmt: skip
    valid = {
        'version': '1.0.0',
        'last_updated': 'x',
        'plugins': {
            'session-management': plugin,
            'claude-context-manager': plugin,
            'tdd-workflow': plugin,
        },
    }
    world.write('.ccmp/state.json', draw(st.one_of(
        malice.changed(valid, 3).map(_bytes), st.sampled_from(malice.RAW).map(_bytes),
        malice.damaged(json.dumps(valid).encode()))))  # fmt: skip
    world.outside = ('repo/.ccmp',)
    world.ready()
    _look(world, draw, 1, ('note', 'x'), ('status', '-v'), ('context', '--health'))
    if draw(st.booleans()):
        world.run('pause')


_PULL = {'number': 34, 'title': 'x', 'state': 'OPEN', 'isDraft': False, 'headRefOid': 'a' * 40,
         'url': 'https://github.com/o/r/pull/34', 'isCrossRepository': False, 'iid': 3,
         'statusCheckRollup': [{'name': 'x', 'conclusion': 'FAILURE', 'status': 'COMPLETED'}],
         'web_url': 'https://gitlab.com/o/r', 'draft': False, 'sha': 'a' * 40,
         'source_project_id': 1, 'target_project_id': 1}  # fmt: skip


def forges(world: World, draw: Draw) -> None:
    """What `gh` and `glab` answer, the file of a CI, the address of the remote."""
    host = draw(st.sampled_from(['github.com', 'gitlab.com', 'evil.example']))
    answer = draw(
        st.one_of(
            malice.changed([_PULL], 4).map(_bytes),
            malice.changed(_PULL, 4).map(_bytes),
            st.sampled_from(malice.RAW).map(_bytes),
            malice.damaged(json.dumps([_PULL]).encode()),
        )
    )
    world.write('bin/answer', answer, world.path)
    for name in ('gh', 'glab'):
        script = f'#!/bin/sh\ncat {world.path}/bin/answer\n'
        program = world.write(f'bin/{name}', script, world.path)
        program.chmod(0o755)
    url = f'https://{host}/o/r{draw(st.sampled_from(["", ".git", "?$(x)", ";x"]))}'
    if draw(st.booleans()):
        url = draw(malice.words)[:500].encode('utf-8', 'replace').decode()
    world.git('config', 'remote.origin.url', url)
    commit = world.git('rev-parse', 'HEAD')
    run = {'state': 'failure', 'name': 'build', 'url': 'https://x', 'commit': commit,
           'at': '2026-11-23T06:00:00Z'}  # fmt: skip
    (world.place / 'ci.json').write_bytes(_bytes(draw(malice.changed([run], 4))))
    issue = draw(st.one_of(st.sampled_from(['#12', 'o/r#12', 'JIRA-7', f'https://{host}/o/r/issues/7']),
                           malice.words))  # fmt: skip
    world.ready()
    world.run('blockers', 'add', '--issue', issue, '--', 'a blocker')
    path = f'{world.path}/bin:{os.environ["PATH"]}'
    for words in (('brief',), ('status', '-v'), ('resume',)):
        world.run(*words, PATH=path)


def calls(world: World, draw: Draw) -> None:
    """Requests to the MCP server over stdio."""
    pytest.importorskip('mcp', reason='the extra mcp is not installed')
    start = {'jsonrpc': '2.0', 'id': 0, 'method': 'initialize', 'params': {
        'protocolVersion': '2025-06-18', 'capabilities': {},
        'clientInfo': {'name': 'x', 'version': '1'}}}  # fmt: skip
    lines = [json.dumps(start), '{"jsonrpc":"2.0","method":"notifications/initialized"}']
    for number in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(['status', 'note', 'objectives', 'decisions', 'brief', 'x']))
        valid = {'jsonrpc': '2.0', 'id': number + 1, 'method': 'tools/call', 'params': {
            'name': name, 'arguments': draw(st.dictionaries(
                st.sampled_from(['action', 'text', 'id', 'budget', 'since', 'verbose', 'x']),
                st.one_of(malice.values, malice.words, st.sampled_from(['add', 'list', 'drop'])),
                max_size=3))}}  # fmt: skip
        lines.append(draw(st.one_of(
            malice.changed(valid, 8), st.just(json.dumps(valid)), st.sampled_from(malice.RAW),
            malice.damaged(json.dumps(valid).encode()).map(lambda each: each.decode('latin-1')),
            st.just(json.dumps({'jsonrpc': '2.0', 'id': number, 'method': 'resources/read',
                                'params': {'uri': draw(malice.words)}})),
        )).replace('\n', ' '))  # fmt: skip
    world.ready()
    given = '\n'.join(lines).encode('utf-8', 'surrogatepass') + b'\n'
    said = world.machine.run(('mcp',), world.repo, world.env, given, world.scratch)
    assert said.status == 0 and b'Traceback' not in said.err and b'BUG' not in said.out, said
    for line in said.out.splitlines():
        assert 'jsonrpc' in json.loads(line), said


def arguments(world: World, draw: Draw) -> None:
    """Texts that somebody types, or an agent makes up."""
    text, other = (draw(st.one_of(malice.words, malice.any_text)).replace('\0', '')[:100_000]
                   for _ in range(2))  # fmt: skip
    text, other = (each.encode('utf-8', 'replace').decode() or 'x' for each in (text, other))
    world.outside = ('repo/.git/refs/heads', 'hub.git/')
    world.ready()
    for words in draw(st.lists(st.sampled_from([
        ('objectives', 'add', '--', text), ('blockers', 'add', '--issue', other, '--', text),
        ('decisions', 'add', '--rationale', other, '--alternatives', text, '--', text),
        ('note', '--', text), ('note', '--dead-end', '--', text), ('show', '--', text),
        ('checkpoint', '--no-commit', '-m', text, '-l', other), ('compare', '--', text, other),
        ('objectives', 'complete', '--', text), ('brief', '--since', text),
        ('wip', 'show', '--', text),
        ('history', '--since', text, '--author', other), ('report', '--since', text),
        ('config', 'get', '--', text), ('pull', '--', text), ('push', '--', text), (text,),
        ('resume', '--', text), ('log', '--', text), ('status', text), ('brief', '--budget', text),
        ('objectives', 'edit', 'obj-1', text), ('decisions', 'supersede', 'dec-1', text),
        ('checkpoint', '--no-commit', '-d', text), ('handoff', '--', text), ('import', '--', text),
        ('start', '--issue', text, '-o', other, '--resume'), ('history', '-n', text),
    ]), min_size=2, max_size=4)):  # fmt: skip
        world.run(*words)
    world.by_git('commit', '-q', '--allow-empty', '-m', 'x')
    mine = (world.place / 'id').read_text().strip()
    found = world.git('log', '-1', '--format=%(trailers:only,unfold)').splitlines()
    ours = [each for each in found if each.startswith('Session-')]
    assert found == ours and [each for each in ours if 'Session-Id:' in each] == [
        f'Session-Id: {mine}'], found  # fmt: skip
    _look(world, draw, 2)


# --- files to import, files of our own


def _logs(world: World) -> list[bytes]:
    return sorted(each.read_bytes() for each in world.repo.glob('.git/sessions/**/events.jsonl'))


def imports(world: World, draw: Draw) -> None:
    """A file that says it is a session."""
    session, commit = draw(st.sampled_from([_log_commit(world), ('theirs-1', 'a' * 40)]))
    toml = world.machine.run(('export',), world.repo, world.env, b'', world.scratch).out
    jsonl = world.machine.run(('export', '--all', '--format', 'jsonl'), world.repo, world.env, b'',
                              world.scratch).out  # fmt: skip
    record = json.loads(jsonl.splitlines()[1])
    text = draw(st.one_of(
        malice.damaged(toml), malice.damaged(jsonl), malice.lines(session, commit),
        st.lists(malice.changed(record, 3), min_size=1, max_size=5).map('\n'.join).map(_bytes),
        st.sampled_from(malice.RAW).map(_bytes), st.sampled_from(TOML).map(_bytes),
        malice.much.map(lambda each: _bytes(_TOML_HEAD + each)),
        st.builds(lambda line: b'{"record":"event","event":' + line.split(b'\n')[0] + b'}',
                  malice.lines(session, commit, 1)),
    ))  # fmt: skip
    world.write('file', text, world.path)
    before = _logs(world)
    world.ready()
    piped = draw(st.booleans())
    said = world.run('import', '-', given=text) if piped else world.run('import', '../file')
    if said.status:
        assert _logs(world) == before, said
    _look(world, draw, 2)


_TOML_HEAD = '# git session: one session\nschema = "git-session/session/1"\nsession = "x-1"\n'
TOML = (
    _TOML_HEAD + 'a = ' + '[' * 50_000, _TOML_HEAD + 'a.' * 50_000 + 'a = 1', _TOML_HEAD + 'x = ' +
    '9' * 100_000, _TOML_HEAD + '[[events]]\n' * 30_000, _TOML_HEAD + '[a' + '.a' * 20_000 + ']',
    _TOML_HEAD + 'x = 0x' + 'f' * 100_000, _TOML_HEAD + 'x = 1979-05-27T07:32:00Z\n',
    _TOML_HEAD + '[[events]]\nid = 1979-05-27\nat = nan\ntype = []\n', _TOML_HEAD * 2,
    _TOML_HEAD + '[[events]]\nline = "' + '[' * 100_000 + '"\n', _TOML_HEAD + 'x = "\\ud800"\n',
    _TOML_HEAD.replace('x-1', '../../x'), _TOML_HEAD.replace('x-1', 'x' * 100_000),
    _TOML_HEAD.replace('x-1', '\\u001b[2J'), _TOML_HEAD.replace('/1', '/' + '9' * 10_000),
    _TOML_HEAD + 'x = {' + 'a={' * 5_000, _TOML_HEAD + '"' + 'k' * 1_000_000 + '" = 1\n',
    _TOML_HEAD + 'a = """' + '\\\n' * 50_000 + '"""\n', _TOML_HEAD + 'x = 1e999999999\n',
    _TOML_HEAD + ''.join(f'k{n} = 1\n' for n in range(30_000)),
)  # fmt: skip


def logs(world: World, draw: Draw) -> None:
    """The log itself, as after somebody wrote into it: hooks and commands go on."""
    with open(world.place / 'events.jsonl', 'ab') as file:
        file.write(draw(malice.lines(*_log_commit(world), most=20)))
    world.outside = ('repo/.git/refs/heads', 'repo/.git/HEAD', 'hub.git/')
    world.ready()
    world.by_git('commit', '-q', '--allow-empty', '-m', 'x')
    _look(world, draw, 3)
    world.by_git('switch', '-q', 'main')
    world.by_git('switch', '-q', 'work')
    world.run(*draw(st.sampled_from([('push',), ('undo',), ('pause',), ('doctor',), ('end',),
                                     ('checkpoint',), ('prune',), ('status',)])))  # fmt: skip


def crowds(world: World, draw: Draw) -> None:
    """Thousands of events of one kind, which a linear program reads in no time."""
    kinds = malice.many(*_log_commit(world), draw(st.sampled_from([300, 2_000, 6_000])))
    world.note(kinds[draw(st.sampled_from(sorted(kinds)))])
    world.outside = ('hub.git/',)
    world.ready()
    world.run('pull')
    _look(world, draw, 3)


_MANAGERS = {
    'lefthook.yml': b'pre-commit:\n  commands:\n    a:\n      run: touch "$PWNED"\n',
    '.pre-commit-config.yaml': b'repos:\n- repo: local\n  hooks:\n  - id: x\n    entry: x\n',
    'package.json': b'{"name":"x","scripts":{"prepare":"husky"}}\n', '.husky/post-commit': b'x\n',
    'prek.toml': b'[[repos]]\nrepo = "local"\n', '.gitmodules': b'[submodule "x"]\n\tpath = x\n',
}  # fmt: skip


def managers(world: World, draw: Draw) -> None:
    """The files of other programs that run hooks."""
    for name in draw(st.lists(st.sampled_from(sorted(_MANAGERS)), min_size=1, max_size=3)):
        world.write(name, draw(st.one_of(malice.damaged(_MANAGERS[name]), malice.much.map(_bytes),
                                         st.sampled_from(YAML).map(_bytes))))  # fmt: skip
    world.ready()
    _look(world, draw, 1, ('hooks', 'status'))
    world.outside = ('repo/.git/hooks', 'repo/.git/config', 'repo/.husky')
    world.ready()
    world.run('hooks', 'install')
    world.run('hooks', 'uninstall')


_OWN = (
    'work/banner', 'work/trailers', 'work/prompt', 'work/items', 'work/context.json', 'work/id',
    'work/published', 'work/arrived', 'work/handoff.md', 'work/objectives.md', '.hooks.json',
    '.forge.json', '.told.jsonl', '.unmerged.json', '.bindings', '.seen', '.absorbed',
    '.config.json', '.archive/index.jsonl', '.measured.json', 'work/ci.json', '.allowed',
    'work/damaged',
)  # fmt: skip


_LEASES = ('person', 'claude', 'claude-x', 'x', '.once-claude-x', '.told-person', '.lost-claude-x',
           '.turn-person')  # fmt: skip


def own_files(world: World, draw: Draw) -> None:
    """Files of our own in the git directory: trusted, but what reads them must not break git."""
    there = [
        str(each.relative_to(world.repo / '.git/sessions'))
        for each in sorted((world.repo / '.git/sessions').rglob('*'))
        if each.is_file()
    ]
    names = [each for each in there if not each.startswith('.hooks/')
             and each not in ('.hooks.gitconfig', '.lock')]  # fmt: skip
    for name in draw(st.lists(st.sampled_from(sorted({*names, *_OWN})), min_size=1, max_size=4)):
        path = world.repo / '.git/sessions' / name
        valid = path.read_bytes() if path.exists() else b'{"v":1}\n'
        world.write(f'.git/sessions/{name}', draw(st.one_of(
            malice.damaged(valid), malice.text.map(_bytes), st.sampled_from(malice.RAW).map(_bytes),
            st.just(b'\0' * 5000), st.just(b'\x1b[2J\n' * 50_000))))  # fmt: skip
    for name in draw(st.lists(st.sampled_from(_LEASES), max_size=3)):
        world.write(f'.git/session-live/{name}', _bytes(draw(malice.text)))
    world.outside = ('repo/.git/refs/heads', 'repo/.git/HEAD', 'hub.git/')
    world.ready()
    again = 'commit', '-q', '--amend', '--allow-empty', '--no-edit'
    for words in (('commit', '-q', '--allow-empty', '-m', 'x'), ('switch', '-q', 'main'),
                  ('switch', '-q', 'work'), again):  # fmt: skip
        said = world.machine.run(words, world.repo, world.env, b'', world.scratch, is_git=True)
        assert said.status == 0, said
    _look(world, draw, 2, ('prompt',), ('hooks', 'status'))
    world.run(*draw(st.sampled_from([('doctor',), ('push',), ('end',), ('pause',), ('note', 'x')])))


KINDS: tuple[Kind, ...] = (
    names, messages, published, notes_trees, config, knowledge, links, sources, reports, agents,
    agent_files, ccmp, forges, calls, arguments, imports, logs, crowds, managers, own_files,
)  # fmt: skip


# --- the campaign


class Ground:
    """Copies of one world, built when the first is asked for."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.machine: Machine | None = None
        self.cases = 0

    def world(self) -> World:
        if self.machine is None:
            self.machine = Machine()
            hostile.build(self.machine, self.place / 'ground')
        self.cases += 1
        path = self.place / f'w{self.cases}'
        shutil.copytree(self.place / 'ground', path, symlinks=True)
        return World(self.machine, path, self.place / 'ground-scratch')

    def meet(self, kind: Kind, draw: Draw) -> None:
        """One case of a kind."""
        world = self.world()
        try:
            kind(world, draw)
            world.check()
        except Exception:
            kept = self.place / f'failed-{kind.__name__}'
            shutil.rmtree(kept, ignore_errors=True)
            world.path.rename(kept)
            raise
        shutil.rmtree(world.path)


@pytest.fixture(scope='module')
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    made = Ground(tmp_path_factory.mktemp('hostile'))
    yield made
    if made.machine is not None:
        made.machine.close()


def _campaign(ground: Ground, kind: Kind, examples: int, **more: Any) -> Callable[[], None]:
    @settings(max_examples=examples, database=None, print_blob=False, deadline=None,
              suppress_health_check=list(HealthCheck), **more)  # fmt: skip
    @given(data=st.data())
    def met(data: st.DataObject) -> None:
        ground.meet(kind, data.draw)

    return met


@pytest.mark.parametrize('kind', KINDS, ids=lambda each: each.__name__)
def test_nothing_that_somebody_wrote_does_harm(ground: Ground, kind: Kind) -> None:
    _campaign(ground, kind, EXAMPLES, phases=[Phase.generate])()


# Code -> what took minutes of it, or a hundred times the memory.
_LONG = {
    'code of backticks': 'from git_session.output import code\n'
    'assert len(code("`" * 200_000)) == 600_004',
    'beginnings of web tokens': 'from git_session.secrets import find\n'
    'assert find("eyJ" * 100_000) is None and find("eyJ " * 100_000) == []',
    'a glob of commas': 'from git_session.globs import matcher\n'
    'assert not matcher(["{" + "," * 60_000])("a")',
    'a glob of alternatives': 'from git_session.globs import matcher\n'
    'assert not matcher(["{" + "a," * 30_000 + "}" + "x" * 60_000])("a")',
}  # fmt: skip


@pytest.mark.parametrize('name', _LONG)
def test_what_is_long_costs_no_more_than_its_length(name: str) -> None:
    """Bounded by the system: whoever takes longer, or more, is ended."""
    bounds = ('import resource\nresource.setrlimit(resource.RLIMIT_CPU, (6, 6))\n'
              'resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))\n')  # fmt: skip
    subprocess.run([sys.executable, '-c', bounds + _LONG[name]], check=True, cwd=hostile.ROOT)


def test_thousands_of_events_of_others_cost_no_more_than_their_number(ground: Ground) -> None:
    world = ground.world()
    world.note(malice.many(*_log_commit(world), 4_000)['objective.start'])
    world.run('pull')
    assert b'(0 of 4001 done)' in world.run('status').out


def test_a_gap_of_centuries_is_no_work_of_each_of_its_days() -> None:
    log = Log()
    log.add('start', 0, branch='refs/heads/work')
    log.add('note', 86400, text='a day')
    log.add('note', 250 * 365 * 86400, text='centuries')
    spans = log.replay().spans(99_999 * 86400.0)
    assert [end - begin for begin, end in spans] == [86400.0]


def test_thousands_of_blockers_are_listed_in_linear_time(ground: Ground) -> None:
    world = ground.world()
    with open(world.place / 'events.jsonl', 'ab') as file:
        file.write(malice.many(*_log_commit(world), 8_000)['blocker.resolve'])
    assert world.run('blockers').out.count(b'resolved') == 8_000


@pytest.mark.skipif(not MINUTES, reason='for python -m tests.hostile')
@pytest.mark.parametrize('kind', KINDS, ids=lambda each: each.__name__)
def test_as_long_as_asked_for(ground: Ground, kind: Kind) -> None:
    """Each kind for its part of the time."""
    number, found, begun = SEED, [], time.monotonic()
    while time.monotonic() - begun < 60 * MINUTES / len(KINDS):
        try:
            seed(number)(
                _campaign(
                    ground,
                    kind,
                    25,
                    derandomize=False,
                    phases=[Phase.generate],
                    verbosity=Verbosity.quiet,
                )
            )()
        except Exception as error:
            found.append(number)
            traceback.print_exception(error, limit=-6)
        number += 1
    assert ground.machine is not None
    print(
        f'{kind.__name__}: seeds {SEED} to {number - 1}, {ground.cases} cases and '
        f'{ground.machine.commands} commands so far; findings: {found}',
        flush=True,
    )
    slowest = Counter(ground.machine.slowest).most_common(4)
    largest = Counter({name: each >> 20 for name, each in ground.machine.largest.items()})
    print(f'    slowest {slowest}; largest in MiB {largest.most_common(4)}', flush=True)
    assert not found
