"""The configuration: values, origins, every message, the cache, the template, the schema."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from git_session import config, configfile
from git_session.config import KEYS, Config, git_name, load
from git_session.configvalues import format_duration, parse_duration
from git_session.errors import SessionError

FILE = '.session/config.yaml'
ARCHITECTURES = 'hexagonal, layered, clean, mvc, ddd, ports-and-adapters'
PATTERNS = f'repository, dependency-injection, factory, cqrs, event-sourcing, {ARCHITECTURES}'
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write the file from text or bytes and give its path."""

    def write_file(content: str | bytes) -> str:
        path = tmp_path / 'config.yaml'
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write_file


@pytest.fixture(params=['CSafeLoader', 'SafeLoader'])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both readers of PyYAML; a build without libyaml has only the second."""
    if request.param == 'SafeLoader':
        monkeypatch.delattr(yaml, 'CSafeLoader', raising=False)
    elif not hasattr(yaml, 'CSafeLoader'):
        pytest.skip('PyYAML without libyaml')
    return str(request.param)


def message(path: str | None, *git_config: tuple[str, str, str]) -> str:
    with pytest.raises(SessionError) as caught:
        load(path, git_config)
    return caught.value.message


def outcome(path: str, cache: str | None = None) -> object:
    """Everything that `load` says, to compare one way of loading with another."""
    try:
        found = load(path, [], cache)
    except SessionError as error:
        return error.message
    return dict(found.items()), found.warnings


# --- defaults, the file, git


def test_the_defaults_are_those_of_the_contract() -> None:
    found = load(None, [])
    assert {name: value.value for name, value in found.items()} == {
        'session.auto_track': True,
        'session.auto_checkpoint': False,
        'session.checkpoint_interval': 1800,
        'session.handoff_on_end': True,
        'session.archive_after_days': 30,
        'session.idle_timeout': 1800,
        'session.trailers': ['Session-Id', 'Session-Objective'],
        'session.share': [
            'objectives',
            'blockers',
            'decisions',
            'checkpoints',
            'handoffs',
            'notes',
        ],
        'session.shards': False,
        'session.issue_url': None,
        'context.architecture': 'none',
        'context.patterns': [],
        'context.conventions': [],
        'context.layers': {},
        'tracking.watch_patterns': [],
        'tracking.ignore_patterns': [],
        'tracking.annotations': ['TODO', 'FIXME', 'DECISION', 'BLOCKER'],
        'quality.coverage_threshold': 85,
        'quality.new_code_coverage_threshold': 90,
        'quality.require_tests': True,
        'quality.block_merge_on_quality': True,
        'quality.coverage_files': [],
        'quality.test_reports': [],
        'tdd.test_command': None,
        'tdd.timeout': 600,
        'display.color': 'auto',
        'display.verbose': False,
        'display.emoji': False,
        'display.date_format': '%Y-%m-%d %H:%M',
    }
    assert {value.origin for _, value in found.items()} == {'default'}
    assert [name for name, _ in found.items()] == list(KEYS)
    assert found.warnings == ()


def test_a_key_that_is_not_in_the_table_is_a_bug_of_the_caller() -> None:
    with pytest.raises(KeyError):
        load(None, [])['session.nothing']


def test_changing_a_value_leaves_the_default_alone() -> None:
    load(None, [])['context.patterns'].append('mvc')
    assert load(None, [])['context.patterns'] == []


@pytest.mark.parametrize(
    'text', ['', '\ufeff', '# nothing\n', '---\n', '~\n', '{}\n', 'session:\n', 'session: {}\n']
)
def test_a_file_that_sets_nothing(write: Write, reader: str, text: str) -> None:
    assert outcome(write(text)) == (dict(load(None, []).items()), ())


def test_a_missing_file_sets_nothing(tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    for path in (tmp_path / 'none', tmp_path / 'no' / 'dir', tmp_path / 'file' / 'below'):
        assert outcome(str(path)) == (dict(load(None, []).items()), ())


EVERY_KEY = """\
session:
  auto_track: no
  auto_checkpoint: on
  checkpoint_interval: 1h30m
  handoff_on_end: False
  archive_after_days: 7
  idle_timeout: '90s'
  trailers: [Session-Id]
  share: [objectives, notes]
  shards: yes
  issue_url: https://tracker.example/{issue}
context:
  architecture: ddd
  patterns:
    - cqrs
    - hexagonal
    - cqrs
  conventions:
    - >
      names are
      verbs
    - 2026-11-22
  layers:
    domain: {globs: ['src/domain/**']}
    web: {globs: [src/web/**, src/api/**], may_import: [domain]}
tracking:
  watch_patterns: ['*.py']
  ignore_patterns: [vendor/**]
  annotations: []
quality:
  coverage_threshold: 0
  new_code_coverage_threshold: 100
  require_tests: false
  block_merge_on_quality: off
  coverage_files: [out/*.xml]
  test_reports: [out/junit/*.xml]
tdd:
  test_command: |
    make all
    make test
  timeout: 2m
display:
  color: false
  verbose: true
  emoji: yes
  date_format: "%d.%m."
"""


def test_every_key_of_the_file_with_its_line(write: Write, reader: str) -> None:
    found = load(write(EVERY_KEY), [])
    assert found.warnings == ()
    assert {name: (value.value, value.origin) for name, value in found.items()} == {
        'session.auto_track': (False, f'{FILE}:2'),
        'session.auto_checkpoint': (True, f'{FILE}:3'),
        'session.checkpoint_interval': (5400, f'{FILE}:4'),
        'session.handoff_on_end': (False, f'{FILE}:5'),
        'session.archive_after_days': (7, f'{FILE}:6'),
        'session.idle_timeout': (90, f'{FILE}:7'),
        'session.trailers': (['Session-Id'], f'{FILE}:8'),
        'session.share': (['objectives', 'notes'], f'{FILE}:9'),
        'session.shards': (True, f'{FILE}:10'),
        'session.issue_url': ('https://tracker.example/{issue}', f'{FILE}:11'),
        'context.architecture': ('ddd', f'{FILE}:13'),
        'context.patterns': (['cqrs', 'hexagonal'], f'{FILE}:14'),
        'context.conventions': (['names are verbs', '2026-11-22'], f'{FILE}:18'),
        'context.layers': (
            {
                'domain': {'globs': ['src/domain/**'], 'may_import': []},
                'web': {'globs': ['src/web/**', 'src/api/**'], 'may_import': ['domain']},
            },
            f'{FILE}:23',
        ),
        'tracking.watch_patterns': (['*.py'], f'{FILE}:27'),
        'tracking.ignore_patterns': (['vendor/**'], f'{FILE}:28'),
        'tracking.annotations': ([], f'{FILE}:29'),
        'quality.coverage_threshold': (0, f'{FILE}:31'),
        'quality.new_code_coverage_threshold': (100, f'{FILE}:32'),
        'quality.require_tests': (False, f'{FILE}:33'),
        'quality.block_merge_on_quality': (False, f'{FILE}:34'),
        'quality.coverage_files': (['out/*.xml'], f'{FILE}:35'),
        'quality.test_reports': (['out/junit/*.xml'], f'{FILE}:36'),
        'tdd.test_command': ('make all\nmake test', f'{FILE}:38'),
        'tdd.timeout': (120, f'{FILE}:41'),
        'display.color': ('never', f'{FILE}:43'),
        'display.verbose': (True, f'{FILE}:44'),
        'display.emoji': (True, f'{FILE}:45'),
        'display.date_format': ('%d.%m.', f'{FILE}:46'),
    }


@pytest.mark.parametrize(
    ('line', 'value'),
    [
        ('session: {trailers: true}', ['Session-Id', 'Session-Objective']),
        ('session: {trailers: false}', []),
        ('session: {trailers: []}', []),
        ('context: {architecture: ~}', 'none'),
        ('context: {architecture: none}', 'none'),
        ('session: {issue_url: none}', None),
        ('session: {issue_url: ~}', None),
        ('session: {issue_url: "http://t.example/a/{issue}"}', 'http://t.example/a/{issue}'),
        ('tdd: {test_command: none}', None),
        ('tdd: {test_command: }', None),
        ('tdd: {test_command: ""}', None),
        ('display: {color: true}', 'auto'),
        ('display: {color: always}', 'always'),
        ('display: {color: never}', 'never'),
    ],
)
def test_other_spellings_of_a_value(write: Write, line: str, value: object) -> None:
    (found,) = (
        each.value for _, each in load(write(line), []).items() if each.origin == f'{FILE}:1'
    )
    assert found == value


def in_force(
    key: str, *git_config: tuple[str, str, str], path: str | None = None
) -> tuple[object, str]:
    found = load(path, git_config)
    assert found.warnings == ()
    return found[key], found.origin(key)


def test_git_wins_over_the_file_and_a_later_scope_over_an_earlier(write: Write) -> None:
    path = write('session: {idle_timeout: 10m, auto_track: false}')
    name = 'session.session.idletimeout'
    assert in_force('session.idle_timeout', path=path) == (600, f'{FILE}:1')
    assert in_force('session.idle_timeout', ('global', name, '1h'), path=path) == (3600, 'global')
    both = [('global', name, '1h'), ('local', name, '2h'), ('local', name, '3h')]
    assert in_force('session.idle_timeout', *both, path=path) == (10800, 'local')
    assert in_force('session.auto_track', *both, path=path) == (False, f'{FILE}:1')


def test_a_value_that_a_later_scope_replaces_is_not_looked_at() -> None:
    name = 'session.session.idletimeout'
    found = in_force('session.idle_timeout', ('system', name, 'soon'), ('command', name, '1m'))
    assert found == (60, 'command')


@pytest.mark.parametrize(
    ('name', 'text', 'key', 'value'),
    [
        ('session.session.autotrack', 'off', 'session.auto_track', False),
        ('session.autotrack', '0', 'session.auto_track', False),
        ('session.autocheckpoint', '1', 'session.auto_checkpoint', True),
        ('session.idletimeout', '90s', 'session.idle_timeout', 90),
        ('session.session.idleTimeout', '1d', 'session.idle_timeout', 86400),
        ('session.archiveafterdays', '1', 'session.archive_after_days', 1),
        ('session.quality.coveragethreshold', '70', 'quality.coverage_threshold', 70),
        ('session.quality.coverageThreshold', '70', 'quality.coverage_threshold', 70),
        ('session.quality.coverage_threshold', '70', 'quality.coverage_threshold', 70),
        ('session.context.architecture', 'mvc', 'context.architecture', 'mvc'),
        ('session.issueurl', 'https://t/{issue}', 'session.issue_url', 'https://t/{issue}'),
        ('session.tdd.testcommand', 'make test', 'tdd.test_command', 'make test'),
        ('session.tdd.testcommand', 'none', 'tdd.test_command', None),
        ('session.tdd.testcommand', '', 'tdd.test_command', None),
        ('session.tdd.testcommand', '1', 'tdd.test_command', '1'),
        ('session.display.color', 'yes', 'display.color', 'auto'),
        ('session.display.color', 'False', 'display.color', 'never'),
        ('session.display.dateformat', '%s', 'display.date_format', '%s'),
    ],
)
def test_one_value_from_git(name: str, text: str, key: str, value: object) -> None:
    assert in_force(key, ('worktree', name, text)) == (value, 'worktree')


@pytest.mark.parametrize(
    ('entries', 'value'),
    [
        (['l:a', 'l:b'], ['a', 'b']),
        (['l:a, b,,c '], ['a', 'b', 'c']),
        (['g:a', 'g:b', 'l:c'], ['c']),
        (['g:a', 'l:'], []),
        (['l:*.{js,ts},*.py'], ['*.{js,ts}', '*.py']),
    ],
)
def test_a_list_from_git(entries: list[str], value: list[str]) -> None:
    scopes = {'g': 'global', 'l': 'local'}
    triples = [(scopes[entry[0]], 'session.tracking.watchpatterns', entry[2:]) for entry in entries]
    assert in_force('tracking.watch_patterns', *triples) == (value, 'local')


@pytest.mark.parametrize(
    ('texts', 'value'),
    [
        (['false'], []),
        (['true'], ['Session-Id', 'Session-Objective']),
        (['Session-Objective'], ['Session-Objective']),
        (['Session-Id,Session-Objective'], ['Session-Id', 'Session-Objective']),
        (['false', 'Session-Id'], ['Session-Id']),
        (['Session-Id', 'false'], []),
    ],
)
def test_the_trailers_from_git(texts: list[str], value: list[str]) -> None:
    triples = [('local', 'session.trailers', text) for text in texts]
    assert in_force('session.trailers', *triples) == (value, 'local')


def test_each_key_has_one_name_in_git() -> None:
    assert git_name('quality.new_code_coverage_threshold') == (
        'session.quality.newCodeCoverageThreshold'
    )
    assert git_name('session.idle_timeout') == 'session.session.idleTimeout'
    assert len({git_name(name).lower() for name in KEYS}) == len(KEYS)


# --- errors


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        (
            'session:\n  # why\n  idle_timeout: soon\n',
            f"'session.idle_timeout' in {FILE} line 3: 'soon'; expected a duration like 30m or 2h",
        ),
        (
            'session:\n  idle_timeout: 30\n',
            f"'session.idle_timeout' in {FILE} line 2: '30'; "
            'expected a duration like 30m or 2h, a number needs a unit (d, h, m or s)',
        ),
        (
            'session:\n  checkpoint_interval: 0m\n',
            f"'session.checkpoint_interval' in {FILE} line 2: '0m'; "
            'expected a duration like 30m or 2h, more than zero',
        ),
        (
            'session:\n  idle_timeout:\n',
            f"'session.idle_timeout' in {FILE} line 2: nothing; expected a duration like 30m or 2h",
        ),
        (
            'session:\n  idle_timeout: 1:30\n',
            f"'session.idle_timeout' in {FILE} line 2: '1:30'; expected a duration like 30m or 2h",
        ),
        (
            'session:\n  auto_track: maybe\n',
            f"'session.auto_track' in {FILE} line 2: 'maybe'; expected true or false",
        ),
        (
            'session:\n  auto_track: 1\n',
            f"'session.auto_track' in {FILE} line 2: '1'; expected true or false",
        ),
        (
            'session:\n  archive_after_days: 0\n',
            f"'session.archive_after_days' in {FILE} line 2: '0'; "
            'expected a whole number from 1 to 36500',
        ),
        (
            'quality:\n  coverage_threshold: 101\n',
            f"'quality.coverage_threshold' in {FILE} line 2: '101'; "
            'expected a whole number from 0 to 100',
        ),
        (
            'quality:\n  coverage_threshold: 8.5e+1\n',
            f"'quality.coverage_threshold' in {FILE} line 2: '8.5e+1'; "
            'expected a whole number from 0 to 100',
        ),
        (
            'quality:\n  coverage_threshold: "85"\n',
            f"'quality.coverage_threshold' in {FILE} line 2: '85'; "
            'expected a whole number from 0 to 100 without quotes',
        ),
        (
            'quality:\n  coverage_threshold: 012\n',
            f"'quality.coverage_threshold' in {FILE} line 2: '012'; "
            'expected a whole number from 0 to 100',
        ),
        (
            'session:\n  trailers: Session-Id\n',
            f"'session.trailers' in {FILE} line 2: 'Session-Id'; "
            'expected true, false or a list of Session-Id, Session-Objective',
        ),
        (
            'session:\n  trailers:\n    - Session-Id\n    - Fixes\n',
            f"'session.trailers' in {FILE} line 4: 'Fixes'; "
            'expected one of Session-Id, Session-Objective',
        ),
        (
            'context:\n  architecture: onion\n',
            f"'context.architecture' in {FILE} line 2: 'onion'; "
            f'expected one of {ARCHITECTURES}, none',
        ),
        (
            'context:\n  patterns: cqrs\n',
            f"'context.patterns' in {FILE} line 2: 'cqrs'; expected a list of {PATTERNS}",
        ),
        (
            'context:\n  patterns: [cqrs,\n    singleton]\n',
            f"'context.patterns' in {FILE} line 3: 'singleton'; expected one of {PATTERNS}",
        ),
        (
            'context:\n  conventions: {a: b}\n',
            f"'context.conventions' in {FILE} line 2: a mapping; expected a list of texts",
        ),
        (
            'context:\n  conventions:\n',
            f"'context.conventions' in {FILE} line 2: nothing; expected a list of texts",
        ),
        (
            'context:\n  conventions: [80]\n',
            f"'context.conventions' in {FILE} line 2: '80'; expected text, in quotes",
        ),
        (
            'context:\n  conventions: [[a]]\n',
            f"'context.conventions' in {FILE} line 2: a list; expected text",
        ),
        (
            'context:\n  conventions: ["a\\tb"]\n',
            f"'context.conventions' in {FILE} line 2: 'a\\tb'; "
            'expected text on one line, without control characters',
        ),
        (
            'tracking:\n  annotations: [" "]\n',
            f"'tracking.annotations' in {FILE} line 2: ' '; "
            'expected text on one line, without control characters',
        ),
        (
            'session:\n  issue_url: https://t.example/\n',
            f"'session.issue_url' in {FILE} line 2: 'https://t.example/'; "
            'expected an address like https://tracker.example/{issue}, or none',
        ),
        (
            'session:\n  issue_url: javascript:{issue}\n',
            f"'session.issue_url' in {FILE} line 2: 'javascript:{{issue}}'; "
            'expected an address like https://tracker.example/{issue}, or none',
        ),
        (
            'session:\n  issue_url: [a]\n',
            f"'session.issue_url' in {FILE} line 2: a list; "
            'expected an address like https://tracker.example/{issue}, or none',
        ),
        (
            'tdd:\n  test_command: [make, test]\n',
            f"'tdd.test_command' in {FILE} line 2: a list; expected a command as text, or none",
        ),
        (
            'tdd:\n  test_command: "\\e[31m"\n',
            f"'tdd.test_command' in {FILE} line 2: '\\x1b[31m'; "
            'expected a command without control characters, or none',
        ),
        (
            'display:\n  color: sometimes\n',
            f"'display.color' in {FILE} line 2: 'sometimes'; "
            'expected auto, always, never, true or false',
        ),
        (
            'display:\n  date_format: "%H\\x07"\n',
            f"'display.date_format' in {FILE} line 2: '%H\\x07'; "
            'expected text on one line, without control characters',
        ),
        (
            'display:\n  date_format: "\\u202e%H"\n  color: 12\n',
            f"'display.color' in {FILE} line 3: '12'; expected auto, always, never, true or false",
        ),
        (
            f'display:\n  color: {"x" * 100}\n',
            f"'display.color' in {FILE} line 2: '{'x' * 57}...'; "
            'expected auto, always, never, true or false',
        ),
        ('session: 5\n', f"'session' in {FILE} line 1: '5'; expected keys and their values"),
        ('\ntdd: [a]\n', f"'tdd' in {FILE} line 2: a list; expected keys and their values"),
    ],
)
def test_a_bad_value_in_the_file(write: Write, reader: str, text: str, words: str) -> None:
    assert message(write(text)) == f'bad value for {words}'


@pytest.mark.parametrize(
    ('layers', 'words'),
    [
        ('[a]', f"'context.layers' in {FILE} line 2: a list; "
                'expected layers by name, each with globs and may_import'),
        ('\n    web: src', f"'context.layers.web' in {FILE} line 3: 'src'; "
                           'expected globs and, when it imports other layers, may_import'),
        ('\n    web: [src]', f"'context.layers.web' in {FILE} line 3: a list; "
                             'expected globs and, when it imports other layers, may_import'),
        ('\n    web: {glob: [src]}', f"'context.layers.web' in {FILE} line 3: a mapping; "
                                     'expected globs and, when it imports other layers, '
                                     'may_import'),
        ('\n    web: {globs: src}', f"'context.layers.web.globs' in {FILE} line 3: 'src'; "
                                    'expected a list of texts'),
        ('\n    web:\n      globs: [src]\n      may_import: [db]',
         f"'context.layers.web.may_import' in {FILE} line 5: 'db'; expected one of web"),
        ('\n    "\\a": {globs: [src]}', f"'context.layers' in {FILE} line 3: '\\x07'; "
                                        'expected names on one line, without control characters'),
    ],
)  # fmt: skip
def test_a_bad_layer(write: Write, layers: str, words: str) -> None:
    assert message(write(f'context:\n  layers: {layers}\n')) == f'bad value for {words}'


@pytest.mark.parametrize(
    ('entries', 'words'),
    [
        (
            ['session.session.idletimeout=soon'],
            "'session.session.idleTimeout' in local git config: 'soon'; "
            'expected a duration like 30m or 2h',
        ),
        (
            ['session.idletimeout=30'],
            "'session.idleTimeout' in local git config: '30'; "
            'expected a duration like 30m or 2h, a number needs a unit (d, h, m or s)',
        ),
        (
            ['session.autotrack=\x1b[2J'],
            "'session.autoTrack' in local git config: '\\x1b[2J'; expected true or false",
        ),
        (
            ['session.quality.coveragethreshold=85%'],
            "'session.quality.coverageThreshold' in local git config: '85%'; "
            'expected a whole number from 0 to 100',
        ),
        (
            ['session.context.patterns=cqrs', 'session.context.patterns=mvc,mvp'],
            f"'session.context.patterns' in local git config: 'mvp'; expected one of {PATTERNS}",
        ),
        (
            ['session.context.layers=web'],
            "'session.context.layers' in local git config: 'web'; "
            f'expected nothing, layers can only be set in {FILE}',
        ),
        (
            ['session.display.dateformat='],
            "'session.display.dateFormat' in local git config: ''; "
            'expected text on one line, without control characters',
        ),
    ],
)
def test_a_bad_value_in_git(entries: list[str], words: str) -> None:
    triples = []
    for entry in entries:
        name, _, text = entry.partition('=')
        triples.append(('local', name, text))
    assert message(None, *triples) == f'bad value for {words}'


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        (
            'session:\n  auto_track: true\n  idle_timeout: 1h\n  auto_track: true\n',
            f"duplicate key 'session.auto_track' in {FILE} lines 2 and 4",
        ),
        ('tdd:\n"tdd":\n', f"duplicate key 'tdd' in {FILE} lines 1 and 2"),
        ('a: &x [1]\nb: *x\n', f"bad YAML in {FILE} line 2: alias '*x' is not allowed"),
        ('tdd: {<<: *x}\n', f"bad YAML in {FILE} line 1: alias '*x' is not allowed"),
        (
            'tdd:\n  test_command: !!python/name:os.system\n',
            f"bad YAML in {FILE} line 2: tag '!!python/name:os.system' is not allowed",
        ),
        ('tdd: !mine {}\n', f"bad YAML in {FILE} line 1: tag '!mine' is not allowed"),
        ('tdd: !!str a\n', f"bad YAML in {FILE} line 1: tag '!!str' is not allowed"),
        (
            'a: ' + '[' * 10 + ']' * 10,
            f'bad YAML in {FILE} line 1: nesting deeper than 10 levels',
        ),
        ('[' * 5000, f'bad YAML in {FILE} line 1: nesting deeper than 10 levels'),
        (
            '\n' + '? ' * 5000,
            f'bad key in {FILE} line 2: a list or mapping; expected a name',
        ),
        ('[a]: b\n', f'bad key in {FILE} line 1: a list or mapping; expected a name'),
        ('tdd:\n---\ntdd:\n', f'bad YAML in {FILE} line 2: a second document is not allowed'),
        (
            '- a\n',
            f'bad content in {FILE} line 1: a list; '
            'expected the sections session, context, tracking, quality, tdd, display',
        ),
        (
            '\nwhat\n',
            f"bad content in {FILE} line 2: 'what'; "
            'expected the sections session, context, tracking, quality, tdd, display',
        ),
        (b'tdd:\n  \xff\n', f'bad text in {FILE} line 2, byte 3: byte 0xff; expected UTF-8'),
        (b'\xff\xfet\0', f'bad text in {FILE} line 1, byte 1: byte 0xff; expected UTF-8'),
        ('tdd:\n a\x1b\n', f"bad text in {FILE} line 2, column 3: control character '\\x1b'"),
        ('\0', f"bad text in {FILE} line 1, column 1: control character '\\x00'"),
        (b'#' * (256 * 1024 + 1), f"could not read '{FILE}': larger than 256 KiB"),
    ],
)  # fmt: skip
def test_a_file_beyond_the_limits(
    write: Write, reader: str, content: str | bytes, words: str
) -> None:
    assert message(write(content)) == words


@pytest.mark.parametrize(
    ('text', 'place', 'problems'),
    [
        (
            'tdd: a: b\n',
            ' line 1, column 7',
            (
                'mapping values are not allowed in this context',
                'mapping values are not allowed here',
            ),
        ),
        (
            'tdd:\n\t- x\n',
            ' line 2, column 1',
            (
                'found character that cannot start any token',
                "found character '\\t' that cannot start any token",
            ),
        ),
        (
            'tdd: [a\n',
            ' line 2, column 1',
            (
                "did not find expected ',' or ']'",
                "expected ',' or ']', but got '<stream end>'",
            ),
        ),
    ],
)
def test_yaml_says_what_it_does_not_understand(
    write: Write, reader: str, text: str, place: str, problems: tuple[str, str]
) -> None:
    """The two readers of PyYAML word the same problem differently."""
    problem = problems[reader == 'SafeLoader']
    assert message(write(text)) == f'bad YAML in {FILE}{place}: {problem}'


def no_character() -> str:
    """What this Python says of a number that is no character."""
    with pytest.raises((OverflowError, ValueError)) as caught:
        chr(0xFFFFFFFF)
    return str(caught.value)


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        (
            'a: "\\UFFFFFFFF"\n',
            f'bad YAML in {FILE}: {no_character()}',
        ),
        (
            'a: "\\ud800"\n',
            f"bad text in {FILE} line 1: '\\ud800' holds half a surrogate pair",
        ),
    ],
)
def test_what_the_slow_reader_lets_through(
    write: Write, monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    monkeypatch.delattr(yaml, 'CSafeLoader', raising=False)
    assert message(write(text)) == words


def test_a_file_that_is_none(tmp_path: Path) -> None:
    assert message(str(tmp_path)) == f"could not read '{FILE}': not a regular file"
    os.mkfifo(tmp_path / 'pipe')
    assert message(str(tmp_path / 'pipe')) == f"could not read '{FILE}': not a regular file"


def test_a_file_that_cannot_be_read(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write('tdd:\n')

    def refuse(*_: object) -> None:
        raise PermissionError(13, 'Permission denied')

    monkeypatch.setattr(os, 'stat', refuse)
    assert message(path) == f"could not read '{FILE}': Permission denied"


# --- warnings


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        (
            'session:\n  idle_timeot: 1\n',
            "line 2: unknown key 'session.idle_timeot', did you mean 'session.idle_timeout'?",
        ),
        (
            'session:\n  coverage_threshold: 1\n',
            "line 2: unknown key 'session.coverage_threshold', "
            "did you mean 'quality.coverage_threshold'?",
        ),
        ('qualty: {}\n', "line 1: unknown key 'qualty', did you mean 'quality'?"),
        (
            'idle_timeout: 1h\n',
            "line 1: unknown key 'idle_timeout', did you mean 'session.idle_timeout'?",
        ),
        (
            'session.idle_timeout: 1h\n',
            "line 1: unknown key 'session.idle_timeout' at the top level, "
            "did you mean 'idle_timeout' in the section 'session'?",
        ),
        ('tdd:\n  zzz: [a]\n', "line 2: unknown key 'tdd.zzz'"),
        ('"\\e[2J": 1\n', "line 1: unknown key '\\x1b[2J'"),
        (f'{"k" * 100}: 1\n', f"line 1: unknown key '{'k' * 57}...'"),
    ],
)
def test_an_unknown_key_in_the_file(write: Write, reader: str, text: str, words: str) -> None:
    assert load(write(text), []).warnings == (f'{FILE} {words}',)


@pytest.mark.parametrize(
    ('name', 'words'),
    [
        (
            'session.quality.covragethreshold',
            ", did you mean 'session.quality.coverageThreshold'?",
        ),
        ('session.idletimout', ", did you mean 'session.session.idleTimeout'?"),
        ('session.remot', ", did you mean 'session.remote'?"),
        ('session.xyz', ''),
        ('session.a.b.c', ''),
    ],
)
def test_an_unknown_key_in_git(name: str, words: str) -> None:
    warning = f"global git config: unknown key '{name}'{words}"
    assert load(None, [('global', name, '1'), ('global', name, '2')]).warnings == (warning,)


def test_keys_of_others_in_git_are_left_alone() -> None:
    names = [f'session.{name}' for name in ('enabled', 'remote', 'sync', 'forge')]
    names += ['core.editor', 'branch.main.session', 'sessions.idle', 'user.name']
    assert load(None, [('local', name, 'x') for name in names]).warnings == ()


def test_a_flood_of_unknown_keys_is_counted(write: Write) -> None:
    path = write(''.join(f'k{number}: 1\n' for number in range(20_000)))
    warnings = load(path, []).warnings
    assert len(warnings) == 21
    assert warnings[0] == f"{FILE} line 1: unknown key 'k0'"
    assert warnings[20] == '19980 more unknown keys'


# --- the cache


def test_a_warm_cache_needs_no_yaml(write: Write, tmp_path: Path) -> None:
    path, cache = write(EVERY_KEY), str(tmp_path / 'cache')
    load(path, [], cache)
    script = (
        'import sys; from git_session import config; '
        'assert not {"yaml", "json", "difflib"} & {*sys.modules}; '
        'config.load(sys.argv[1], [], sys.argv[2]); print("yaml" in sys.modules)'
    )
    command = [sys.executable, '-S', '-c', script, path, cache]
    top = str(Path(config.__file__).parents[1])
    ran = subprocess.run(
        command, env=os.environ | {'PYTHONPATH': top}, capture_output=True, text=True, check=False
    )
    assert (ran.stdout, ran.stderr) == ('False\n', '')


def test_the_cache_holds_the_text_and_leaves_no_other_file(write: Write, tmp_path: Path) -> None:
    path, cache = write(EVERY_KEY), tmp_path / 'cache'
    load(path, [], str(cache))
    kept = json.loads(cache.read_text())
    assert (kept['format'], kept['text']) == ('git-session config cache 1', EVERY_KEY)
    assert sorted(os.listdir(tmp_path)) == ['cache', 'config.yaml']


def test_a_cache_of_another_text_is_replaced(write: Write, tmp_path: Path) -> None:
    cache = tmp_path / 'cache'
    load(write('session: {idle_timeout: 1h}'), [], str(cache))
    found = load(write('session: {idle_timeout: 2h}'), [], str(cache))
    assert found['session.idle_timeout'] == 7200
    assert json.loads(cache.read_text())['text'] == 'session: {idle_timeout: 2h}'


def damaged(tree: object) -> str:
    text = 'session: {idle_timeout: 1h}'
    return json.dumps({'format': configfile.FORMAT, 'text': text, 'tree': tree})


@pytest.mark.parametrize(
    'content',
    [
        '',
        '{',
        '[]',
        'null',
        '[' * 100_000,
        '{"format": "other"}',
        damaged(None),
        damaged('abcde'),
        damaged(['map', 1, '', []]),
        damaged(['map', '1', '', [], []]),
        damaged(['map', 1, '', [['str', 1, 'a', [], []]], []]),
        damaged(['map', 1, '', [['str', 1, 'a', [], []]], [[1, 1]]]),
        damaged(['str', 1, 'a', [['str', 1, 'a', [], []]], []]),
        damaged(['odd', 1, 'a', [], []]),
    ],
)
def test_a_damaged_cache_is_ignored_and_rewritten(
    write: Write, tmp_path: Path, content: str
) -> None:
    path, cache = write('session: {idle_timeout: 1h}'), tmp_path / 'cache'
    load(path, [], str(cache))
    good = cache.read_bytes()
    cache.write_text(content)
    assert outcome(path, str(cache)) == outcome(path)
    assert cache.read_bytes() == good


def test_a_cache_that_cannot_be_written_is_done_without(write: Write, tmp_path: Path) -> None:
    path = write(EVERY_KEY)
    (tmp_path / 'directory').mkdir()
    for cache in (tmp_path / 'directory', tmp_path / 'no' / 'cache'):
        assert outcome(path, str(cache)) == outcome(path)
    assert sorted(os.listdir(tmp_path)) == ['config.yaml', 'directory']


# --- arbitrary text

WORDS = [name for key in KEYS for name in key.split('.')]
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.one_of(
            st.sampled_from([*WORDS, ': ', '\n', '\n  ', '- ', '[', ']', '{', '}', ',', '"', "'"]),
            st.sampled_from(['&a ', '*a', '!', '!!str ', '? ', '|\n', '>', '%', '#', '---\n', '~']),
            st.sampled_from(['30m', '85', 'true', 'no', '1e9', '0x1', '\\u', '\ufeff', '\x85']),
            st.text(max_size=3),
        ),
        max_size=40,
    ).map(''.join),
)


@SHARED
@given(content=st.one_of(TEXTS.map(lambda text: text.encode('utf-8', 'replace')), st.binary()))
def test_any_content_loads_or_is_refused_the_same_with_and_without_cache(
    write: Write, tmp_path: Path, reader: str, content: bytes
) -> None:
    path, cache = write(content), str(tmp_path / 'cache')
    first = outcome(path)
    assert outcome(path, cache) == first
    assert outcome(path, cache) == first
    if isinstance(first, str):
        assert first.isprintable()


@SHARED
@given(st.lists(st.tuples(st.sampled_from([*KEYS, 'session.other']), st.text(max_size=20))))
def test_any_text_from_git_loads_or_is_refused(entries: list[tuple[str, str]]) -> None:
    triples = [('local', git_name(name), text) for name, text in entries]
    try:
        load(None, triples)
    except SessionError as error:
        assert error.message.isprintable()


@pytest.mark.parametrize(
    'unit', ['[', '{a: ', '- ', '? ', '&a ', '"', '\\', 'a: b\n', 'a,', '- - - a\n', '1:', '#\n']
)
def test_a_large_file_is_done_in_a_moment(write: Write, unit: str) -> None:
    content = (unit * (256 * 1024 // len(unit)))[: 200 * 1024]
    outcome(write(content))


# --- durations


@given(st.integers(1, 99999 * 86400))
def test_a_duration_survives_the_round_trip(seconds: int) -> None:
    assert parse_duration(format_duration(seconds)) == seconds


@given(st.text(alphabet='0123456789dhms \n.-', max_size=12))
def test_only_a_duration_is_read_as_one(text: str) -> None:
    seconds = parse_duration(text)
    if seconds is not None:
        assert parse_duration(format_duration(seconds)) == seconds
        assert text[-1] in 'dhms'


@pytest.mark.parametrize(
    ('text', 'seconds'),
    [
        ('30m', 1800),
        ('1h30m', 5400),
        ('90s', 90),
        ('2d', 172800),
        ('1d1h1m1s', 90061),
        ('0s', 0),
        ('', None),
        ('30', None),
        ('30m1h', None),
        ('1.5h', None),
        ('-1h', None),
        ('30m\n', None),
        ('1000000d', None),
        ('٣m', None),
    ],
)
def test_durations(text: str, seconds: int | None) -> None:
    assert parse_duration(text) == seconds


# --- the template and the schema


def test_the_template_sets_nothing(write: Write) -> None:
    text = config.template()
    assert outcome(write(text)) == (dict(load(None, []).items()), ())
    assert yaml.safe_load(text) == dict.fromkeys(config.SECTIONS)
    assert '://' not in text
    assert max(map(len, text.splitlines())) <= 100
    assert '  # idle_timeout: 30m   # a longer gap is not active time\n' in text


def test_the_template_names_every_key_with_its_default(write: Write) -> None:
    lasts = {name.partition('.')[2] for name in KEYS}
    lines = []
    for line in config.template().splitlines():
        bare = line.removeprefix('  # ')
        lines.append(f'  {bare}' if bare.partition(': ')[0] in lasts else line)
    found = load(write('\n'.join(lines)), [])
    assert {name: value.value for name, value in found.items()} == {
        name: key.default for name, key in KEYS.items()
    }
    assert all(value.origin.startswith(f'{FILE}:') for _, value in found.items())


def test_the_shipped_schema_is_the_generated_one() -> None:
    shipped = Path(config.__file__).with_name('config.schema.json').read_text(encoding='utf-8')
    assert shipped == json.dumps(config.schema(), indent=2, ensure_ascii=False) + '\n'


def test_the_schema_is_one_and_holds_the_defaults() -> None:
    schema = config.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for section in schema['properties'].values():
        for key in section['properties'].values():
            jsonschema.validate(key['default'], key)


ANY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 40_000),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: number % 1 != 0),
    st.sampled_from(['30m', '0m', '1h30m', '30', '85', 'none', 'mvc', 'cqrs', 'auto', 'true', '']),
    st.sampled_from(['Session-Id', 'a b', ' a ', 'a\n', '\n', 'a\nb', 'a\tb', '\x1b', ' ', '\x85']),
)
LAYER = st.fixed_dictionaries(
    {}, optional={'globs': st.lists(ANY, max_size=2), 'may_import': st.just([]), 'x': ANY}
)
VALUES = st.one_of(
    ANY,
    st.lists(ANY, max_size=3),
    st.dictionaries(st.sampled_from(['a', ' ', '\x07']), st.one_of(ANY, LAYER), max_size=2),
)


@settings(SHARED, max_examples=250)
@given(name=st.sampled_from(list(KEYS)), value=VALUES)
def test_the_schema_allows_what_the_program_allows(write: Write, name: str, value: Any) -> None:
    section, _, last = name.partition('.')
    content = {section: {last: value}}
    allowed = jsonschema.Draft202012Validator(config.schema()).is_valid(content)
    try:
        found: Config | None = load(write(yaml.safe_dump(content, allow_unicode=True)), [])
    except SessionError:
        found = None
    assert (found is not None) == allowed
