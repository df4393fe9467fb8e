"""The file that plugins share: its API, what it leaves alone, writers at once, broken files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_session import ccmp
from git_session.ccmp import CCMPIntegration
from tests.repo import Repo, Result

Run = Callable[..., Result]


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / 'tree' / 'src').mkdir(parents=True)
    (tmp_path / 'tree' / '.git').mkdir()
    monkeypatch.chdir(tmp_path / 'tree' / 'src')
    return tmp_path / 'tree'


def state(top: Path) -> Any:
    return json.loads((top / '.ccmp' / 'state.json').read_text())


def files(top: Path) -> list[str]:
    return sorted(each.name for each in (top / '.ccmp').iterdir())


def test_reading_has_no_side_effect(top: Path) -> None:
    plugins = CCMPIntegration()
    assert not plugins.is_active('tdd-workflow')
    assert not plugins.is_installed('tdd-workflow')
    assert plugins.get_state('tdd-workflow') == {}
    assert plugins.get_all_active() == {}
    plugins.clear_state('tdd-workflow')
    assert (ccmp.is_session_active(), ccmp.get_session_info()) == (False, None)
    assert (ccmp.is_tdd_mode(), ccmp.get_context_health()) == (False, None)
    assert not (top / '.ccmp').exists()


def test_states_are_found_from_below_and_kept_out_of_git(top: Path) -> None:
    CCMPIntegration().update_state('tdd-workflow', {'active': True, 'cycles': 3})
    CCMPIntegration(top / 'src').update_state('other', {'installed': True})
    CCMPIntegration(str(top)).set_active('third', False)
    assert files(top) == ['.gitignore', '.lock', 'state.json']
    assert (top / '.ccmp' / '.gitignore').read_text() == '*\n'
    found = state(top)
    assert list(found) == ['version', 'plugins', 'last_updated']
    assert found['version'] == '1.0.0'
    assert found['plugins'] == {
        'tdd-workflow': {'active': True, 'cycles': 3}, 'other': {'installed': True},
        'third': {'active': False},
    }  # fmt: skip
    assert CCMPIntegration().get_all_active() == {'tdd-workflow': {'active': True, 'cycles': 3}}
    assert CCMPIntegration().is_installed('other')
    CCMPIntegration().clear_state('tdd-workflow')
    assert CCMPIntegration().get_state('tdd-workflow') == {'installed': True, 'active': False}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.text(), JSON, max_size=4),
    st.dictionaries(st.text(), st.dictionaries(st.text(), JSON, max_size=3), max_size=4),
    st.text(), st.dictionaries(st.text(), JSON, max_size=3),
)  # fmt: skip
def test_what_others_wrote_stays(
    tmp_path_factory: pytest.TempPathFactory, unknown: dict[str, Any],
    plugins: dict[str, dict[str, Any]], name: str, updates: dict[str, Any],
) -> None:  # fmt: skip
    top = tmp_path_factory.mktemp('tree')
    (top / '.ccmp').mkdir()
    before = {**unknown, 'plugins': plugins}
    (top / '.ccmp' / 'state.json').write_text(json.dumps(before))
    CCMPIntegration(top).update_state(name, updates)
    after = state(top)
    assert after.pop('last_updated')
    assert {key: value for key, value in after.items() if key != 'plugins'} == {
        'version': '1.0.0',
        **{key: value for key, value in unknown.items() if key not in ('plugins', 'last_updated')},
    }
    assert after['plugins'] == {**plugins, name: {**plugins.get(name, {}), **updates}}


BROKEN = [
    b'', b'{"plugins":', b'[]', b'null', b'\xff', b'[' * 100_000, b'{"plugins": []}',
    b'{"plugins": {"mine": 1}}',
]  # fmt: skip


@pytest.mark.parametrize('data', BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_is_kept_and_never_silently_reset(top: Path, data: bytes) -> None:
    (top / '.ccmp').mkdir()
    (top / '.ccmp' / 'state.json').write_bytes(data)
    assert CCMPIntegration().get_state('mine') == {}
    assert (top / '.ccmp' / 'state.json').read_bytes() == data
    plugins = CCMPIntegration()
    plugins.update_state('mine', {'a': 1})
    kept = top / '.ccmp' / 'state.json.broken-1'
    assert plugins.set_aside == str(kept)
    assert kept.read_bytes() == data
    assert state(top)['plugins']['mine'] == {'a': 1}
    (top / '.ccmp' / 'state.json').write_bytes(data)
    plugins.update_state('mine', {'a': 2})
    assert plugins.set_aside.endswith('.broken-2')


def test_a_value_that_is_no_json_changes_nothing(top: Path) -> None:
    CCMPIntegration().update_state('mine', {'a': 1})
    before = (top / '.ccmp' / 'state.json').read_bytes()
    with pytest.raises(TypeError):
        CCMPIntegration().update_state('mine', {'b': object()})
    assert (top / '.ccmp' / 'state.json').read_bytes() == before
    assert files(top) == ['.gitignore', '.lock', 'state.json']


def test_a_link_out_of_the_tree_is_not_followed(top: Path, tmp_path: Path) -> None:
    outside = tmp_path / 'outside'
    outside.mkdir()
    (top / '.ccmp').symlink_to(outside)
    with pytest.raises(OSError, match='symbolic link'):
        CCMPIntegration().update_state('mine', {'a': 1})
    (top / '.ccmp').unlink()
    (top / '.ccmp').mkdir()
    (outside / 'x').write_text('{"plugins": {"mine": {"active": true}}}')
    (top / '.ccmp' / 'state.json').symlink_to(outside / 'x')
    assert not CCMPIntegration().is_active('mine')
    with pytest.raises(OSError, match='symbolic link'):
        CCMPIntegration().update_state('mine', {'a': 1})
    assert [each.name for each in outside.iterdir()] == ['x']


def test_a_pipe_in_its_place_holds_nobody_up(top: Path) -> None:
    (top / '.ccmp').mkdir()
    os.mkfifo(top / '.ccmp' / 'state.json')
    assert not CCMPIntegration().is_active('mine')


WRITER = """
import sys
from git_session.ccmp import CCMPIntegration
for number in range(100):
    CCMPIntegration(sys.argv[1]).update_state('p', {sys.argv[2] + str(number): number})
"""


def test_four_processes_of_a_hundred_updates_leave_four_hundred_keys(top: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, '-c', WRITER, str(top), f'w{each}-']) for each in range(4)
    ]
    assert [each.wait() for each in writers] == [0, 0, 0, 0]
    assert len(state(top)['plugins']['p']) == 400


def test_a_session_is_told_where_it_is_asked_for(session: Repo, run: Run) -> None:
    run('status')
    assert not (session.path / '.ccmp').exists()
    (session.path / '.ccmp').mkdir()
    CCMPIntegration().update_state('tdd-workflow', {'active': True})
    run('status')
    name = session.context()['session']
    told = {
        'installed': True, 'active': True, 'current_session': name, 'branch': 'work',
        'mode': 'normal', 'objectives': ['First objective'],
    }  # fmt: skip
    assert ccmp.get_session_info() == told
    assert ccmp.is_session_active()
    before = (session.path / '.ccmp' / 'state.json').read_bytes()
    run('status')
    assert (session.path / '.ccmp' / 'state.json').read_bytes() == before
    run('objectives', 'add', 'Second')
    assert ccmp.get_session_info() == {**told, 'objectives': ['First objective', 'Second']}
    run('pause')
    assert not ccmp.is_session_active()
    run('resume')
    assert ccmp.is_session_active()
    assert session.git('status', '--porcelain') == ''
    run('end', '--no-handoff')
    assert not ccmp.is_session_active()
    assert CCMPIntegration().get_state('session-management')['current_session'] is None
    assert CCMPIntegration().is_active('tdd-workflow')


def test_a_tdd_session_is_one(session: Repo, run: Run) -> None:
    (session.path / '.ccmp').mkdir()
    run('start', 'red', '--tdd')
    assert ccmp.is_tdd_mode()


def test_a_command_says_what_it_did_with_a_broken_file_and_what_it_could_not_write(
    session: Repo, run: Run
) -> None:
    (session.path / '.ccmp').mkdir()
    (session.path / '.ccmp' / 'state.json').write_text('{')
    kept = session.path / '.ccmp' / 'state.json.broken-1'
    assert run('status').err == (
        f"warning: cannot understand '.ccmp/state.json'; it is kept as '{kept}'\n"
    )
    assert ccmp.is_session_active()
    (session.path / '.ccmp' / 'state.json').unlink()
    (session.path / '.ccmp' / 'state.json').symlink_to('elsewhere')
    assert run('status').err == (
        f"warning: cannot write '{session.path}/.ccmp/state.json': it is a symbolic link\n"
    )


def test_context_health_is_what_the_other_plugin_wrote(top: Path) -> None:
    CCMPIntegration().update_state('claude-context-manager', {'health_score': 80})
    assert ccmp.get_context_health() == {
        'health_score': 80, 'last_scan': None, 'critical_files': [],
    }  # fmt: skip


@pytest.mark.parametrize('value', [float('nan'), float('inf'), [1.0, {'x': -float('inf')}]])
def test_a_number_that_no_other_reader_knows_is_refused(tmp_path: Path, value: Any) -> None:
    plugins = CCMPIntegration(tmp_path)
    plugins.update_state('one', {'a': 1})
    before = (tmp_path / '.ccmp/state.json').read_bytes()
    with pytest.raises(ValueError, match='JSON compliant'):
        plugins.update_state('one', {'b': value})
    assert (tmp_path / '.ccmp/state.json').read_bytes() == before
