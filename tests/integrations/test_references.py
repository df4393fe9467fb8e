"""References to issues: found in texts, led to addresses, by values alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_session.integrations import references
from git_session.integrations.references import Home

GITHUB = Home('github', 'github.com', 'org/repo')
GITLAB = Home('gitlab', 'git.example', 'a/b/c')


@pytest.mark.parametrize(
    ('text', 'found'),
    [
        ('#12', ['#12']),
        ('see #12, org/repo#3 and JIRA-7.', ['#12', 'org/repo#3', 'JIRA-7']),
        ('a/b/c#5 twice: a/b/c#5', ['a/b/c#5']),
        ('(https://x.example/issues/9), #9!', ['https://x.example/issues/9', '#9']),
        ('a#4 #0 #1x /r#1 x-#5 #12-3 jira-7 A-7 JIRA-0 XJIRA-7-8 ##3', []),
        ('javascript:alert(1) file:///etc ftp://x/1', []),
        ('https://x.example/"><b>', ['https://x.example/']),
    ],
)
def test_what_is_a_reference(text: str, found: list[str]) -> None:
    assert [each.text for each in references.find(text)] == found


@pytest.mark.parametrize(
    ('text', 'home', 'pattern', 'address'),
    [
        ('#12', GITHUB, None, 'https://github.com/org/repo/issues/12'),
        ('#12', GITLAB, None, 'https://git.example/a/b/c/-/issues/12'),
        ('other/one#3', GITHUB, None, 'https://github.com/other/one/issues/3'),
        ('#12', None, None, ''),
        ('#12', Home('', 'git.example', 'a/b'), None, ''),
        ('JIRA-7', GITHUB, None, ''),
        ('JIRA-7', None, 'https://t.example/{issue}?a', 'https://t.example/JIRA-7?a'),
        ('#12', GITHUB, 'https://t.example/{issue}', 'https://t.example/12'),
        ('other/one#3', GITHUB, 'https://t.example/{issue}', 'https://github.com/other/one/issues/3'),
        ('https://x.example/1', GITHUB, 'https://t.example/{issue}', 'https://x.example/1'),
    ],
)  # fmt: skip
def test_where_it_leads(text: str, home: Home | None, pattern: str | None, address: str) -> None:
    (found,) = references.find(text)
    assert references.address(found, home, pattern) == address


def test_only_a_whole_text_is_a_link() -> None:
    texts = ['#12', 'the bug #12', 'JIRA-7', 'https://x.example/1', '#1 #2']
    assert references.links(texts, GITHUB, None) == {'#12': 'https://github.com/org/repo/issues/12'}


@pytest.mark.parametrize(
    ('url', 'host', 'path'),
    [
        ('https://github.com/org/repo.git', 'github.com', 'org/repo'),
        ('https://ann:secret@GitHub.com/org/repo', 'github.com', 'org/repo'),
        ('git@gitlab.com:a/b/c.git', 'gitlab.com', 'a/b/c'),
        ('ssh://git@git.example:2222/a/b.git/', 'git.example', 'a/b'),
        ('https://x@git.example:8443/a/b.git', 'git.example:8443', 'a/b'),
        ('https://git.example:443/a/b', 'git.example', 'a/b'),
        ('http://git.example:8080/a/b', 'git.example', 'a/b'),
    ],
)
def test_the_home_of_a_remote_has_no_password(url: str, host: str, path: str) -> None:
    found = references.home(url)
    assert found is not None
    assert (found.host, found.path) == (host, path)
    assert found.forge == references.FORGES.get(host, '')


@pytest.mark.parametrize(
    'url',
    ['/srv/repo.git', '../x', 'C:/x/y', 'file:///a/b', 'git@host:-x/y', '-host:a/b', 'a b:c/d',
     'https://github.com/only', 'https://github.com/a/../b', 'https://github.com/a/b?x', ''],
)  # fmt: skip
def test_what_is_no_home(url: str) -> None:
    assert references.home(url) is None


def test_whose_issue_it_is() -> None:
    texts = '#1 Org/Repo#2 other/one#3 https://github.com/org/repo/issues/4#note JIRA-5'
    found = references.find(texts + ' https://github.com/org/repo2/issues/6')
    assert [references.of_home(each, GITHUB) for each in found] == [1, 2, 0, 4, 0, 0]


@given(st.text())
def test_any_text_is_read_and_no_address_breaks_out(text: str) -> None:
    for each in references.find(text):
        shown = references.address(each, GITHUB, 'https://t.example/{issue}')
        assert shown.startswith(('https://', 'http://'))
        assert shown.isprintable()
        assert not set(shown) & set(' <>"\'`()[]')
