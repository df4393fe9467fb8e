"""What the names of a repository's files tell."""

from __future__ import annotations

from git_session.analysis.survey import architecture, conventions, survey

PATHS = [
    'README.md', 'setup.cfg', 'src/a.py', 'src/b.PY', 'src/deep/c.py', 'web/a.ts', 'web/b.tsx',
    'tests/test_a.py', 'tests/unit/test_b.py', 'tests/unit/test_c.py', '.github/workflows/ci.yml',
    '.github/ISSUE_TEMPLATE/bug.md', 'no.ending/file', 'Makefile', 'a/b/package.json',
]  # fmt: skip


def test_survey() -> None:
    found = survey(PATHS)
    assert found.files == 15
    assert found.languages == (('Python', 6), ('TypeScript', 2))
    assert found.folders == (
        ('src', 3), ('tests', 3), ('.github', 2), ('web', 2), ('a', 1), ('no.ending', 1),
    )  # fmt: skip
    assert found.tests == (('tests/unit', 2), ('tests', 1))
    assert found.build == ('setup.cfg', 'Makefile')
    assert found.ci == ('.github/workflows/ci.yml',)


def test_architecture() -> None:
    assert architecture(survey(PATHS)) == (
        '# Architecture\n'
        '\n'
        '<!-- Seen from the files of this repository; describe below what they do not show. -->\n'
        '\n'
        '- Languages: Python (6 files), TypeScript (2 files)\n'
        '- Top folders, with their number of tracked files: `src/` (3), `tests/` (3),'
        ' `.github/` (2), `web/` (2), `a/` (1), `no.ending/` (1)\n'
        '- Build files: `setup.cfg`, `Makefile`\n'
    )
    assert architecture(survey([])).endswith('\n- No tracked files yet\n')


def test_conventions() -> None:
    assert conventions(survey(PATHS)) == (
        '# Conventions\n'
        '\n'
        '<!-- Seen from the files of this repository; add the rules that you follow. -->\n'
        '\n'
        '- Tests are in: `tests/unit` (2), `tests` (1)\n'
        '- CI is configured in: `.github/workflows/ci.yml`\n'
    )
    assert conventions(survey([])).endswith(
        '\n- No tests and no CI configuration are tracked yet\n'
    )


def test_names_cannot_write_markdown() -> None:
    text = architecture(survey(['a`b/x.py', '<b>\n# x/y.py']))
    assert '``a`b/`` (1)' in text
    assert '`<b> # x/` (1)' in text
    assert text.count('\n#') == 0
