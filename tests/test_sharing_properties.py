"""Uniting, by Hypothesis: what is known is a set of lines, whatever way it came."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from dulwich.objects import Blob
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from git_session import events, git, notetree
from git_session.events import Event
from git_session.notetree import Directory, Store
from git_session.replay import replay
from tests.made import ANN, full_log

# Objects whose names begin alike, so that each fan-out has directories with several in them.
HEADS = ('abcd', 'abce', 'ab00', 'cdab', '0000')
OBJECTS = tuple(head + tail * 36 for head in HEADS for tail in 'ac')
LINES = ('a', 'b', 'c', 'd')
# A note as it lies in a tree: object, directories above it, its text.
TEXTS = ('a', 'a\n', 'b\n', 'c\n\na\n', 'b\na\nb', '{"v":1}\n{"v":1,"id":"x"}\n', '\n')
placed = st.tuples(st.sampled_from(OBJECTS), st.integers(0, 3), st.sampled_from(TEXTS))
mixed = st.lists(placed, max_size=8)
even = st.builds(
    lambda depth, entries: [(name, depth, text) for name, _, text in entries],
    st.integers(0, 3), mixed,
)  # fmt: skip
trees = st.one_of(even, mixed)
# git gives up (an assertion) where one tree has two notes of an object.
plain = st.one_of(even, st.lists(placed, max_size=8, unique_by=lambda each: each[0]))
Tree = list[tuple[str, int, str]]


@pytest.fixture(scope='module')
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty repository; no test moves a ref of another's."""
    path = tmp_path_factory.mktemp('united')
    subprocess.run(['git', 'init', '-q', path], check=True)
    return path


@pytest.fixture
def store(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterable[Store]:
    monkeypatch.chdir(place)
    opened = Store(git.discover(), '0' * 40)
    yield opened
    opened.close()


def grown(store: Store, tree: Tree) -> Directory:
    """The tree with these notes, each in its place, the last one there, and a file that is none."""
    root: Directory = {b'README': (0o100644, store.note([b'no note']))}
    for name, depth, text in tree:
        entry, directory = name.encode(), root
        for _ in range(depth):
            _, below = directory.setdefault(entry[:2], (0o040000, {}))
            directory, entry = below, entry[2:]
        directory[entry] = (0o100644, store.note([line.encode() for line in text.split('\n')]))
    return _saved(store, root)


def _saved(store: Store, root: Directory) -> Directory:
    """What is read again: nothing of it is opened."""
    return dict(store.directory(store.save(root)))


def content(store: Store, root: Directory, above: bytes = b'') -> dict[str, set[bytes]]:
    """Object -> its lines, wherever in the tree they are; not by the functions under test."""
    found: dict[str, set[bytes]] = {}
    for entry, (mode, item) in root.items():
        if mode == 0o040000:
            below = item if isinstance(item, dict) else store.directory(item)
            for name, lines in content(store, below, above + entry).items():
                found.setdefault(name, set()).update(lines)
        elif len(above + entry) == 40:
            lines = {line for line in store.read(item, b'blob').data.split(b'\n') if line}
            found.setdefault((above + entry).decode(), set()).update(lines)
    return {name: lines for name, lines in found.items() if lines}


def union(*sides: dict[str, set[bytes]]) -> dict[str, set[bytes]]:
    names = {name for side in sides for name in side}
    return {name: set().union(*(side.get(name, set()) for side in sides)) for name in names}


def united(store: Store, *sides: Directory) -> Directory:
    ours = dict(sides[0])
    for theirs in sides[1:]:
        notetree.unite(store, ours, theirs)
        ours = _saved(store, ours)
    return ours


SOME = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@SOME
@given(st.lists(trees, min_size=2, max_size=3))
def test_united_is_the_union_whatever_the_fan_out(store: Store, drawn: list[Tree]) -> None:
    sides = [grown(store, tree) for tree in drawn]
    expected = union(*(content(store, side) for side in sides))
    once = united(store, *sides)
    assert content(store, once) == expected
    assert content(store, united(store, *reversed(sides))) == expected
    # Whoever unites first, and what is united already stays as it is to the byte.
    assert content(store, united(store, sides[0], united(store, *sides[1:]))) == expected
    assert united(store, once, *sides) == once
    assert {path for path in once if len(path) == 6} == {b'README'}


@SOME
@given(trees, st.dictionaries(st.sampled_from(OBJECTS), st.lists(st.sampled_from(LINES))))
def test_added_is_the_union_too(store: Store, tree: Tree, added: dict[str, list[str]]) -> None:
    root = grown(store, tree)
    before = content(store, root)
    lines = {name: {line.encode() for line in some} for name, some in added.items() if some}
    for name, some in added.items():
        notetree.add(store, root, name.encode(), [line.encode() for line in some])
    assert content(store, _saved(store, root)) == union(before, lines)


@SOME
@given(trees, trees)
def test_what_changed_and_what_is_known(store: Store, old: Tree, new: Tree) -> None:
    before, after = grown(store, old), grown(store, new)
    was, now = content(store, before), content(store, after)
    found: dict[str, set[bytes]] = {}
    for name, blobs in notetree.changed(store, before, after):
        found[name.decode()] = {line for blob in blobs for line in store.lines(blob)}
    for name in OBJECTS:
        assert notetree.known(store, after, name.encode()) == now.get(name, set())
        fresh = now.get(name, set()) - was.get(name, set())
        assert fresh <= found.get(name, set()) <= now.get(name, set())


def test_of_what_is_the_same_nothing_is_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some thousand notes more cost nothing where nothing has changed."""
    changing, other = 'abcd' + 'a' * 36, 'cdab' + 'a' * 36
    tree = [(name, 2, 'a') for name in OBJECTS]
    before, after = grown(store, tree), grown(store, [*tree, (changing, 2, 'b')])
    opened: list[bytes] = []
    read = store.directory

    def directory(tree: bytes) -> Directory:
        opened.append(tree)
        return read(tree)

    monkeypatch.setattr(store, 'directory', directory)
    ((name, blobs),) = notetree.changed(store, before, after)
    assert (name, list(map(store.lines, blobs))) == (changing.encode(), [[b'b']])
    assert len(opened) == 4  # ab and ab/cd of both
    assert notetree.changed(store, after, dict(after)) == []
    assert len(opened) == 4
    flat = grown(store, [(other, 0, 'a')])
    assert notetree.changed(store, flat, grown(store, [(other, 0, 'a'), (changing, 0, 'b')])) == [
        (changing.encode(), blobs)
    ]


def test_what_only_they_have_stays_as_they_wrote_it(store: Store) -> None:
    blob = store.write(Blob.from_string(b'b\n\na'))
    ours = grown(store, [(OBJECTS[0], 1, 'a')])
    theirs: Directory = {OBJECTS[1].encode(): (0o100644, blob)}
    notetree.unite(store, ours, theirs)
    ours = _saved(store, ours)
    directory = store.directory(ours[b'ab'][1])
    assert directory[OBJECTS[1][2:].encode()] == (0o100644, blob)
    # Nor is one rewritten that has all of theirs.
    before = dict(ours)
    notetree.unite(store, ours, theirs)
    assert ours == before or _saved(store, ours) == before


def test_a_file_where_a_directory_would_be(store: Store) -> None:
    root: Directory = {b'ab': (0o100644, store.note([b'no note']))}
    before = dict(root)
    assert notetree.add(store, root, OBJECTS[0].encode(), [b'x'])
    assert root == {**before, OBJECTS[0].encode(): (0o100644, store.note([b'x']))}


def test_what_is_no_note(store: Store) -> None:
    """Names of another length, with other letters, and links."""
    note = store.note([b'a'])
    long = 'ab' * 32
    theirs = _saved(store, {
        b'z' * 40: (0o100644, note), b'a' * 39: (0o100644, note), b'a' * 41: (0o100644, note),
        b'b' * 40: (0o120000, note), b'c' * 66: (0o100644, note), b'd' * 40: (0o100755, note),
        long.encode(): (0o100644, note), b'ab': (0o040000, {b'g' * 38: (0o100644, note)}),
        b'docs': (0o040000, {b'e' * 36: (0o100644, note)}),
    })  # fmt: skip
    assert notetree.changed(store, {}, theirs) == [
        (long.encode(), [note]), (b'd' * 40, [note]),
    ]  # fmt: skip
    assert notetree.known(store, theirs, b'd' * 40) == {b'a'}
    assert notetree.known(store, theirs, b'b' * 40) == set()
    assert notetree.known(store, theirs, long.encode()) == {b'a'}


@settings(SOME, max_examples=12)
@given(plain, plain)
def test_git_unites_to_the_same(store: Store, old: Tree, new: Tree) -> None:
    """`git notes merge -s cat_sort_uniq`, and what git makes of our union."""
    sides = [grown(store, tree) for tree in (old, new)]
    expected = union(*(content(store, side) for side in sides))
    for name, root in zip(
        ('ours', 'theirs', 'united'), (*sides, united(store, *sides)), strict=True
    ):
        tip = store.commit(store.save(dict(root)), [], ANN, name)
        store.flush()
        git.read('update-ref', f'refs/notes/{name}', tip)
    assert by_git(store, 'united') == expected
    merge = ('notes', '--ref=ours', 'merge', '-q', '-s', 'cat_sort_uniq', 'refs/notes/theirs')
    git.read(*merge)
    assert by_git(store, 'ours') == expected


def by_git(store: Store, name: str) -> dict[str, set[bytes]]:
    """The notes as git reads them."""
    shown = git.read('notes', f'--ref={name}', 'list').split('\n')[:-1]
    pairs = (line.split(' ') for line in shown)
    with_lines = {of: set(store.lines(blob.encode())) for blob, of in pairs}
    return {of: lines for of, lines in with_lines.items() if lines}


def forms(event: Event) -> list[Event]:
    """The event, and other forms that clones may have of it under the same id."""
    found = [event]
    if 'text' in event.facts:
        facts = {**event.facts, 'text': '[redacted: x]', 'redacted': True}
        found.append(event.replace(facts=facts))
    if event.type == 'commit':
        found.append(event.replace(facts={**event.facts, 'via': 'commit'}))
    return found


def _long_log() -> list[Event]:
    log = full_log()
    first = log.add('objective.add', text='GitLab OAuth', by=ANN)
    taken = log.add('objective.complete', ref=first, by=ANN)
    log.add('undo', suffix='b', ids=[taken], by=ANN)
    log.add('rewrite', by='amend', pairs=[['1' * 40, '2' * 40]])
    log.add('pause', by=ANN)
    log.add('resume', 0, suffix='b', by='Bob <bob@example.com>')
    log.add('end', result='ended', by=ANN)
    return log.events


FORMS = [form for event in _long_log() for form in forms(event)]
# What a note may hold: some of the lines, some twice, with blank ones and a torn one.
somebodys = st.lists(
    st.one_of(st.sampled_from([events.encode(form) for form in FORMS]), st.just(b'')), max_size=25
)


@given(st.lists(somebodys, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_replay_needs_the_set_of_lines_alone(
    clones: list[list[bytes]], shuffler: random.Random
) -> None:
    """Each clone has lost some lines and has others several times; they meet in any order."""
    everything = sorted({line for lines in clones for line in lines})
    name = FORMS[0].session
    expected, lost = events.decode_all(b'\n'.join(everything))
    state = vars(replay(name, expected))
    assert lost == 0
    known = [set(lines) for lines in clones]
    while len(known) > 1:  # two that meet, and one of them stays
        shuffler.shuffle(known)
        known.append(known.pop() | known.pop())
    mixed = [line for lines in clones for line in lines]
    shuffler.shuffle(mixed)
    for lines in (known[0], sorted(known[0], reverse=True), mixed, mixed + everything):
        found, lost = events.decode_all(b'\n'.join(lines) + b'\n')
        assert (found, lost) == (expected, 0)
        shuffler.shuffle(found)
        assert vars(replay(name, found)) == state
    # Event by event too, as `pull` unites: what is here already may be in another form.
    united: list[Event] = []
    for lines in clones:
        united = events.unite([*united, *events.decode_all(b'\n'.join(lines))[0]])
    assert united == expected


def test_what_was_typed_wins_in_any_order() -> None:
    """Of the forms of an event the one that was not redacted and no hook missed counts."""
    typed = {form.id: form for form in reversed(FORMS)}
    assert (
        events.unite(FORMS)
        == events.unite(reversed(FORMS))
        == sorted(typed.values(), key=lambda event: event.id)
    )
