"""The real `gh` and `glab` against a stub of their forge's API on loopback.

On request: GIT_SESSION_TEST_FORGES is a directory with one of them or both.  What is asked of
them and what they print is theirs; what is held here is that the brief has it.
"""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.repo import Repo, Result

Run = Callable[..., Result]
PROGRAMS = os.environ.get('GIT_SESSION_TEST_FORGES', '')
HEAD = 'a' * 40
WHEN = {'created_at': '2026-01-01T00:00:00Z', 'updated_at': '2026-01-01T00:00:00Z'}
RUN = {
    '__typename': 'CheckRun', 'name': 'lint', 'status': 'COMPLETED', 'conclusion': 'SUCCESS',
    'startedAt': '2026-01-01T00:00:00Z', 'completedAt': '2026-01-01T00:01:00Z',
    'detailsUrl': 'https://x', 'checkSuite': {'workflowRun': {'workflow': {'name': 'CI'}}},
}  # fmt: skip
CHECKS = [
    RUN, {**RUN, 'name': 'tests', 'conclusion': 'FAILURE'},
    {**RUN, 'name': 'slow', 'status': 'IN_PROGRESS', 'conclusion': ''},
    {'__typename': 'StatusContext', 'context': 'deploy', 'state': 'PENDING', 'targetUrl': ''},
]  # fmt: skip
PAGE = {'hasNextPage': False, 'endCursor': ''}


def github(path: str, body: str) -> Any:
    """An answer of GitHub's GraphQL; `gh` also asks what the schema of its host has."""
    query = json.loads(body)['query']
    if 'IssueByNumber' in query:
        issue = {
            '__typename': 'Issue', 'id': 'I', 'number': 12, 'title': 'No <b>key</b>',
            'state': 'CLOSED', 'url': 'https://github.com/org/repo/issues/12',
        }  # fmt: skip
        return {'data': {'repository': {'hasIssuesEnabled': True, 'issue': issue}}}
    if 'PullRequestList' not in query:
        return {'data': {'PullRequest': {'fields': []}, 'Repository': {'fields': []}}}
    rollup = {'statusCheckRollup': {'contexts': {'nodes': CHECKS, 'pageInfo': PAGE}}}
    pull = {
        'id': 'P', 'number': 34, 'title': 'Add OAuth', 'state': 'OPEN', 'isDraft': True,
        'url': 'https://github.com/org/repo/pull/34', 'headRefOid': HEAD,
        'isCrossRepository': False, 'statusCheckRollup': {'nodes': [{'commit': rollup}]},
    }  # fmt: skip
    pulls = {'totalCount': 1, 'nodes': [pull], 'pageInfo': PAGE}
    return {'data': {'repository': {'pullRequests': pulls}}}


def gitlab(path: str, body: str) -> Any:
    """An answer of GitLab's REST API."""
    pipeline = {
        'id': 55,
        'iid': 5,
        'project_id': 1,
        'status': 'failed',
        'ref': 'work',
        'sha': HEAD,
        'web_url': 'https://gitlab.com/org/repo/-/pipelines/55',
        **WHEN,
    }
    if '/jobs' in path:
        return []
    if '/pipelines' in path:
        return pipeline if '/pipelines/' in path else [pipeline]
    if '/repository/' in path:
        return {'id': HEAD, 'last_pipeline': pipeline}
    if '/issues/' in path:
        return {
            'id': 77,
            'iid': 12,
            'project_id': 1,
            'title': 'No <b>key</b>',
            'state': 'closed',
            'web_url': 'https://gitlab.com/org/repo/-/issues/12',
            **WHEN,
        }
    pull = {
        'id': 90,
        'iid': 34,
        'project_id': 1,
        'title': 'Add OAuth',
        'state': 'opened',
        'draft': True,
        'web_url': 'https://gitlab.com/org/repo/-/merge_requests/34',
        'sha': HEAD,
        'source_branch': 'work',
        'source_project_id': 1,
        'target_project_id': 1,
        **WHEN,
    }
    return [pull] if '/merge_requests' in path else {'id': 1, 'path_with_namespace': 'org/repo'}


def server(answer: Callable[[str, str], Any]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get('Content-Length') or 0)).decode()
            data = json.dumps(answer(self.path, body)).encode()
            self.send_response(200)
            self.send_header('Content-Type', 'application/json')
            self.send_header('Content-Length', str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    return ThreadingHTTPServer(('127.0.0.1', 0), Handler)


def serve(made: ThreadingHTTPServer) -> Iterator[int]:
    thread = Thread(target=made.serve_forever)
    thread.start()
    try:
        yield made.server_port
    finally:
        made.shutdown()
        thread.join()
        made.server_close()


@pytest.fixture
def asked(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], None]:
    """Lets the program of a name be asked for the remote at a port."""

    def ask(name: str, port: int) -> None:
        monkeypatch.setenv('PATH', f'{PROGRAMS}{os.pathsep}{os.environ["PATH"]}')
        host = f'localhost:{port}' if name == 'gh' else 'localhost'
        repo.git('remote', 'add', 'origin', f'https://{host}/org/repo.git')
        repo.git('config', 'session.forge', 'github' if name == 'gh' else 'gitlab')

    return ask


def needed(name: str) -> Any:
    found = PROGRAMS and shutil.which(name, path=PROGRAMS)
    return pytest.mark.skipif(not found, reason=f"no '{name}' in GIT_SESSION_TEST_FORGES")


@needed('gh')
@pytest.mark.skipif(shutil.which('openssl') is None, reason='no openssl to make a key with')
def test_gh(
    repo: Repo, run: Run, asked: Callable[[str, int], None], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    made = server(github)
    key, known = tmp_path / 'key', tmp_path / 'cert'
    subprocess.run(
        ('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', str(key), '-out',
         str(known), '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'),
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(known, key)
    made.socket = context.wrap_socket(made.socket, server_side=True)
    monkeypatch.setenv('SSL_CERT_FILE', str(known))
    monkeypatch.setenv('GH_ENTERPRISE_TOKEN', 'x')
    for port in serve(made):
        asked('gh', port)
        run('start', 'work', '--issue', '#12')
        text = run('brief').out
    assert (
        '- pull request #34 draft open: "Add OAuth", checks of aaaaaaaaaa, not of HEAD: 1 passed, '
        '2 not finished, 1 failed ("tests"), asked just now, https://github.com/org/repo/pull/34\n'
    ) in text
    assert '- issue #12 closed: "No &lt;b>key&lt;/b>", asked just now, https://github' in text


@needed('glab')
def test_glab(
    repo: Repo, run: Run, asked: Callable[[str, int], None], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for port in serve(server(gitlab)):
        asked('glab', port)
        settings = tmp_path / 'config.yml'
        settings.write_text(
            'host: localhost\nhosts:\n    localhost:\n        token: x\n'
            f'        api_protocol: http\n        api_host: localhost:{port}\n'
        )
        settings.chmod(0o600)  # or it is refused
        monkeypatch.setenv('GLAB_CONFIG_DIR', str(tmp_path))
        run('start', 'work', '--issue', '#12')
        text = run('brief').out
    assert (
        '- merge request !34 draft open: "Add OAuth", checks of aaaaaaaaaa, not of HEAD: 1 failed '
        '("pipeline"), asked just now, https://gitlab.com/org/repo/-/merge_requests/34\n'
    ) in text
    assert '- issue #12 closed: "No &lt;b>key&lt;/b>", asked just now, https://gitlab' in text
