"""What the parsers read: imports with their lines, declarations, and what cannot be read."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_session.analysis import grammars, imports, modules
from git_session.analysis.source import Declared, Import, Source

PYTHON = b"""\
from . import a
from ..x.y import z, w as q
import a.b, c.d as e
from q import *
if TYPE_CHECKING:
    from t import (
        One,
        Two,
    )
class A(B):
    def __init__(self, orders: OrderRepository, s: "x.Svc", *, n: int | None = None): 0
    async def apply(self): 0
def f():
    import inner
    s = 'import nothing'
"""
TYPESCRIPT = b"""\
import type { A } from './a';
import b = require('./b');
export * from "./c"; export { x } from './d'; export const y = 1;
const e = require('./e'), f = await import('./f');
import './g';
// import './comment'
const s = "import './string'"; require(s); other('./no');
@Injectable() export class S<T> {
  constructor(private readonly r: OrderRepository, x: number) {}
  apply(e: E) {}
}
export interface ARepository { find(): void }
abstract class Q {}
function makeX() {}
const makeY = () => 1, z = 2;
type Z = import('./h').Z;
"""
GO = b"""\
package a
import "one"
import (
    "fmt"
    x "a/b"
    _ `raw/c`
)
type OrderRepository interface { Find() }
type S struct{}
func NewS(r OrderRepository, l *log.Logger) *S { return nil }
func (s *S) Apply(e Event) {}
"""
JAVA = b"""\
package a.b;
import a.c.D;
import static a.c.E.f;
import a.d.*;
public class S {
  @Inject public S(OrderRepository r, List<X> y) {}
  void apply(E e) {}
  static class Inner {}
}
interface P { int q(); }
record Q(Abc a) {}
enum Z { A }
"""
RUST = b"""\
use crate::{domain::X as Y, infra::{db, cache::*, self}};
pub use super::a::B;
extern crate foo;
mod x {
    use super::*;
    use super::super::q::Z;
    use self::inner::I;
    fn f() -> crate::types::T { crate::infra::db::go() }
}
#[cfg(test)]
mod tests { use crate::adapters::D; }
struct OrderRepository { a: u8 }
trait Repo { fn x(&self); }
impl OrderRepository { pub fn new(r: Arc<dyn Other>) -> Self {} fn apply(&self) {} }
fn go() {}
use ::serde::{Serialize};
"""


def read(path: str, data: bytes) -> Source:
    source = imports.parse(path, data)
    if source.problem == grammars.MISSING:
        pytest.skip(source.problem)
    return source


def named(source: Source) -> list[tuple[int, str]]:
    assert source.problem == ''
    return [(each.line, each.name) for each in source.imports]


def test_python() -> None:
    source = read('a.py', PYTHON)
    assert sorted(named(source)) == [
        (1, '.a'), (2, '..x.y.w'), (2, '..x.y.z'), (3, 'a.b'), (3, 'c.d'), (4, 'q'), (7, 't.One'),
        (8, 't.Two'), (14, 'inner'),
    ]  # fmt: skip
    assert Import(4, 'q') in source.imports and Import(1, '.a', is_member=True) in source.imports
    (a, f) = source.declared
    assert (a.kind, a.name, a.line, a.methods) == ('class', 'A', 10, ('__init__', 'apply'))
    assert a.takes == ('OrderRepository', 'Svc', 'int')
    assert f == Declared('function', 'f', 13)


def test_typescript() -> None:
    source = read('a.ts', TYPESCRIPT)
    assert source.language == 'TypeScript'
    assert named(source) == [
        (1, './a'), (2, './b'), (3, './c'), (3, './d'), (4, './e'), (4, './f'), (5, './g'),
        (16, './h'),
    ]  # fmt: skip
    assert source.declared == (
        Declared('class', 'S', 8, ('constructor', 'apply'), ('OrderRepository',)),
        Declared('class', 'ARepository', 12, ('find',)),
        Declared('class', 'Q', 13),
        Declared('function', 'makeX', 14),
        Declared('function', 'makeY', 15),
    )


def test_tsx_and_javascript() -> None:
    page = b"import x from './x';\nconst a = <div>{x}</div>;\n"
    assert named(read('a.tsx', page)) == named(read('a.jsx', page)) == [(1, './x')]
    assert read('a.ts', page).problem == 'cannot be parsed'
    source = read('a.mjs', b'class A { constructor(orderRepository) {} apply() {} }\n')
    assert source.declared == (Declared('class', 'A', 1, ('constructor', 'apply')),)
    assert named(read('a.js', b'require(`./b`); import(`./${c}`); import(d);')) == [(1, './b')]


def test_go() -> None:
    source = read('a.go', GO)
    assert named(source) == [(2, 'one'), (4, 'fmt'), (5, 'a/b'), (6, 'raw/c')]
    assert source.declared == (
        Declared('class', 'OrderRepository', 8),
        Declared('class', 'S', 9, ('Apply',)),
        Declared('function', 'NewS', 10, (), ('OrderRepository', 'Logger')),
    )


def test_java() -> None:
    source = read('A.java', JAVA)
    assert named(source) == [(2, 'a.c.D'), (3, 'a.c.E.f'), (4, 'a.d.*')]
    assert source.declared == (
        Declared('class', 'S', 5, ('apply',), ('OrderRepository', 'List', 'X')),
        Declared('class', 'Inner', 8),
        Declared('class', 'P', 10, ('q',)),
        Declared('class', 'Q', 11, (), ('Abc',)),
        Declared('class', 'Z', 12),
    )


def test_rust() -> None:
    source = read('a.rs', RUST)
    assert named(source) == [
        (1, 'crate::domain::X'), (1, 'crate::infra::db'), (1, 'crate::infra::cache'),
        (1, 'crate::infra'), (2, 'super::a::B'), (6, 'super::q::Z'), (8, 'crate::types::T'),
        (8, 'crate::infra::db::go'), (16, 'serde::Serialize'),
    ]  # fmt: skip
    assert source.declared == (
        Declared('function', 'f', 8),
        Declared('class', 'OrderRepository', 12, ('new', 'apply'), ('Arc', 'Other')),
        Declared('class', 'Repo', 13, ('x',)),
        Declared('function', 'go', 15),
    )


# --- what cannot be read


@pytest.mark.parametrize(
    'path', ['a.py', 'a.js', 'a.ts', 'a.tsx', 'a.go', 'A.java', 'a.rs']
)  # fmt: skip
def test_broken_and_enormous_files(path: str) -> None:
    language = imports.language(path).replace('TSX', 'TypeScript')
    assert read(path, b'import ( "a" {[\n') == Source(language, problem='cannot be parsed')
    enormous = imports.parse(path, b' ' * (imports.MOST_BYTES + 1))
    assert enormous.problem == 'larger than 256 KiB'
    assert read(path, b'').problem == ''


@pytest.mark.parametrize(
    'data',
    [
        b'\0', b'\xff\xfe', b'# coding: nothing\nimport a\n', b'(' * 100_000, b'if 1:\n' * 200,
        b'\xef\xbb\xbfdef', b'x = "' + b'a' * 1000,
    ],
)  # fmt: skip
def test_hostile_python(data: bytes) -> None:
    assert imports.parse('a.py', data) == Source('Python', problem='cannot be parsed')


@pytest.mark.parametrize('data', [b'-' * 100_000 + b'1', b'a' + b'.a' * 100_000])
def test_deep_python(data: bytes) -> None:
    """How deep is too deep is the interpreter's choice."""
    assert imports.parse('a.py', data).problem in ('', 'cannot be parsed')


def test_python_says_nothing_of_its_own(recwarn: pytest.WarningsRecorder) -> None:
    assert imports.parse('a.py', b"'\\d' is 1\n").problem == ''
    assert list(recwarn) == []


@given(st.sampled_from(['a.py', 'a.ts', 'a.js', 'a.go', 'a.java', 'a.rs']), st.binary(max_size=200))
def test_any_bytes(path: str, data: bytes) -> None:
    assert imports.parse(path, data).problem in ('', 'cannot be parsed', grammars.MISSING)


@pytest.mark.parametrize(
    'nested', [b'{' * 20_000, b'a(' * 20_000 + b')' * 20_000, b'[' * 50_000 + b']' * 50_000]
)
def test_deep_source_in_another_language(nested: bytes) -> None:
    source = read('a.js', b'x = ' + nested)
    assert source.problem in ('', 'cannot be parsed')


@pytest.mark.parametrize('path', ['a.js', 'a.ts', 'a.tsx', 'a.go', 'A.java', 'a.rs'])
def test_without_the_extra(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'tree_sitter', None)
    source = imports.parse(path, b'import "a"\n')
    assert source.problem == "not checked: needs the extra 'patterns'"
    assert (source.imports, source.language) == (
        (),
        imports.language(path).replace('TSX', 'TypeScript'),
    )


def test_languages() -> None:
    assert imports.language('a/B.PY') == 'Python'
    assert [imports.language(path) for path in ('py', 'a.rb', 'a', 'a.py/b', '.go')] == [
        '', '', '', '', 'Go',
    ]  # fmt: skip


# --- where imports lead


FILES = (
    'app/__init__.py', 'app/domain/__init__.py', 'app/domain/order.py', 'app/db/models.py',
    'app/json.py', 'services/pay/core/a.py', 'services/pay/main.py', 'src/lib/x.py', 'top.py',
    'web/package.json', 'web/src/domain/a.ts', 'web/src/domain/index.ts', 'web/src/b/c.tsx',
    'web/lib/d.js', 'go.mod', 'sub/go.mod', 'sub/x/a.go', 'internal/b/b.go',
    'm/src/main/java/com/acme/A.java', 'm/src/main/java/com/acme/in/B.java', 'k/com/acme/K.kt',
    'n/src/main/java/com/acme/A.java',
    'Cargo.toml', 'src/lib.rs', 'src/a/mod.rs', 'src/a/b.rs', 'src/c.rs', 'tests/t.rs',
    'crates/util/Cargo.toml', 'crates/util/src/lib.rs', 'crates/util/src/io.rs',
)  # fmt: skip
MANIFESTS = {
    'go.mod': '// the module\nmodule "example.com/m" // comment\n',
    'sub/go.mod': 'go 1.22\nmodule example.com/m/sub\n',
    'Cargo.toml': '[package]\nname = "the-app"\n[workspace]\n',
    'crates/util/Cargo.toml': '[package]\nname = "x"\n[lib]\nname = "the_util"\n',
}
KNOWN = modules.know(FILES, MANIFESTS)


@pytest.mark.parametrize(
    ('path', 'name', 'found'),
    [
        ('top.py', 'app.domain.order', 'app/domain/order.py'),
        ('top.py', 'app.domain.order.Order', 'app/domain/order.py'),
        ('top.py', 'app.domain', 'app/domain/__init__.py'),
        ('top.py', 'app.db', 'app/db/'),
        ('top.py', 'app.db.models.a.b', ''),
        ('top.py', 'lib.x', 'src/lib/x.py'),
        ('top.py', 'django.db', ''),
        ('app/domain/order.py', 'json', ''),  # the library's, whatever stands beside
        ('app/domain/order.py', 'order', ''),  # no package is a root
        ('app/domain/order.py', '.x', 'app/domain/__init__.py'),
        ('app/domain/order.py', '..db.models', 'app/db/models.py'),
        ('app/domain/order.py', '...top', 'top.py'),
        ('app/domain/order.py', '.....top', ''),
        ('services/pay/main.py', 'core.a', 'services/pay/core/a.py'),
        ('web/src/b/c.tsx', '../domain', 'web/src/domain/index.ts'),
        ('web/src/b/c.tsx', '../domain/a.js', 'web/src/domain/a.ts'),
        ('web/src/b/c.tsx', '@/domain/a', 'web/src/domain/a.ts'),
        ('web/src/b/c.tsx', '~/d', 'web/lib/d.js'),
        ('web/src/b/c.tsx', 'src/b/c', 'web/src/b/c.tsx'),
        ('web/src/b/c.tsx', 'react', ''),
        ('web/src/b/c.tsx', '@scope/domain', ''),
        ('web/src/b/c.tsx', '../../../../../etc/passwd', ''),
        ('web/src/b/c.tsx', './none', ''),
        ('internal/b/b.go', 'example.com/m/internal/b', 'internal/b/'),
        ('internal/b/b.go', 'example.com/m/sub/x', 'sub/x/'),
        ('internal/b/b.go', 'example.com/m', ''),
        ('internal/b/b.go', 'example.com/mother/b', ''),
        ('internal/b/b.go', 'fmt', ''),
        ('X.java', 'com.acme.in.B', 'm/src/main/java/com/acme/in/B.java'),
        ('X.java', 'com.acme.in.B.Nested.CONST', 'm/src/main/java/com/acme/in/B.java'),
        ('X.java', 'com.acme.K', 'k/com/acme/K.kt'),
        ('X.java', 'com.acme.in.*', 'm/src/main/java/com/acme/in/'),
        ('X.java', 'com.acme.A',
         'm/src/main/java/com/acme/A.java n/src/main/java/com/acme/A.java'),
        ('X.java', 'java.util.List', ''),
        ('src/a/b.rs', 'crate::c::f', 'src/c.rs'),
        ('src/a/b.rs', 'super::b::x', 'src/a/b.rs'),
        ('src/a/b.rs', 'super::super::c', 'src/c.rs'),
        ('src/a/b.rs', 'super::super::super::c', ''),
        ('src/a/mod.rs', 'self::b::x', 'src/a/b.rs'),
        ('src/a/mod.rs', 'b::x', 'src/a/b.rs'),
        ('src/lib.rs', 'a::b', 'src/a/b.rs'),
        ('src/a/b.rs', 'the_util::io::read', 'crates/util/src/io.rs'),
        ('src/a/b.rs', 'the_util::Reader', 'crates/util/src/lib.rs'),
        ('src/a/b.rs', 'std::fmt', ''),
        ('tests/t.rs', 'the_app::a', 'src/a/mod.rs'),
        ('tests/t.rs', 'crate::a', ''),
        ('crates/util/src/lib.rs', 'crate::io::read', 'crates/util/src/io.rs'),
    ],
)  # fmt: skip
def test_resolve(path: str, name: str, found: str) -> None:
    language = imports.language(path).replace('TSX', 'TypeScript')
    got = modules.resolve(language, path, Import(1, name, is_member=True), KNOWN)
    assert ' '.join(got) == found


def test_a_module_is_not_its_member() -> None:
    """`import a.b.C` names a module; `from a.b import C` may name what is in one."""
    name = 'app.domain.order.Order'
    assert modules.resolve('Python', 'top.py', Import(1, name), KNOWN) == ()


@pytest.mark.parametrize('text', ['', 'module', '[', '[package]\nname = 3\n', 'package = 1\n'])
def test_manifests_that_say_nothing(text: str) -> None:
    assert (modules.go_module(text), modules.crate_name(text)) == ('', '')
