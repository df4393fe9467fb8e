"""The APIs of the agents' models on loopback: every request is kept, every answer is short.

OpenAI responses (Codex), OpenAI completions (Copilot), Anthropic messages (Claude Code)
and Gemini's generateContent, each as far as its program goes.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

ANSWER = 'Done as asked.'
_USAGE = {'input_tokens': 10, 'output_tokens': 5, 'total_tokens': 15}


def _responses() -> list[dict[str, Any]]:
    """The events of an OpenAI response."""
    item = {
        'type': 'message', 'id': 'm1', 'role': 'assistant', 'status': 'completed',
        'content': [{'type': 'output_text', 'text': ANSWER, 'annotations': []}],
    }  # fmt: skip
    made = {'id': 'r1', 'object': 'response', 'status': 'completed', 'output': [item],
            'usage': {**_USAGE, 'input_tokens_details': {'cached_tokens': 0},
                      'output_tokens_details': {'reasoning_tokens': 0}}}  # fmt: skip
    return [
        {'type': 'response.created', 'response': {**made, 'status': 'in_progress', 'output': []}},
        {'type': 'response.output_item.added', 'output_index': 0, 'item': {**item, 'content': []}},
        {'type': 'response.output_text.delta', 'item_id': 'm1', 'output_index': 0,
         'content_index': 0, 'delta': ANSWER},
        {'type': 'response.output_item.done', 'output_index': 0, 'item': item},
        {'type': 'response.completed', 'response': made},
    ]  # fmt: skip


def _messages(number: int) -> list[dict[str, Any]]:
    """The events of an Anthropic message; Claude Code counts turns by its id."""
    message = {
        'id': f'msg_{number}', 'type': 'message', 'role': 'assistant', 'model': 'stub',
        'content': [], 'stop_reason': None, 'stop_sequence': None,
        'usage': {'input_tokens': 10, 'output_tokens': 1},
    }  # fmt: skip
    return [
        {'type': 'message_start', 'message': message},
        {'type': 'content_block_start', 'index': 0, 'content_block': {'type': 'text', 'text': ''}},
        {'type': 'content_block_delta', 'index': 0,
         'delta': {'type': 'text_delta', 'text': f'<summary>{ANSWER}</summary>'}},
        {'type': 'content_block_stop', 'index': 0},
        {'type': 'message_delta', 'delta': {'stop_reason': 'end_turn', 'stop_sequence': None},
         'usage': {'output_tokens': 5}},
        {'type': 'message_stop'},
    ]  # fmt: skip


def _completions() -> list[dict[str, Any]]:
    base = {'id': 'c1', 'object': 'chat.completion.chunk', 'created': 1, 'model': 'stub'}
    delta = {'role': 'assistant', 'content': ANSWER}
    usage = {'prompt_tokens': 10, 'completion_tokens': 5, 'total_tokens': 15}
    return [
        {**base, 'choices': [{'index': 0, 'delta': delta, 'finish_reason': None}]},
        {**base, 'choices': [{'index': 0, 'delta': {}, 'finish_reason': 'stop'}]},
        {**base, 'choices': [], 'usage': usage},
    ]


def _generated() -> dict[str, Any]:
    content = {'role': 'model', 'parts': [{'text': ANSWER}]}
    usage = {'promptTokenCount': 10, 'candidatesTokenCount': 5, 'totalTokenCount': 15}
    return {'candidates': [{'content': content, 'finishReason': 'STOP', 'index': 0}],
            'usageMetadata': usage}  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    server: Stub

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._send('application/json', json.dumps({'data': [], 'models': []}))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get('content-length', 0)))
        try:
            asked = json.loads(body)
        except ValueError:
            asked = {}
        self.server.requests.append((self.path, asked))
        self.server.count += 1
        path = self.path.partition('?')[0]
        if path.endswith('/responses'):
            self._events(_responses())
        elif path.endswith('/messages'):
            self._events(_messages(self.server.count))
        elif path.endswith('/chat/completions'):
            self._events(_completions(), end='data: [DONE]\n\n')
        elif path.endswith(':streamGenerateContent'):
            self._send('text/event-stream', f'data: {json.dumps(_generated())}\n\n')
        elif path.endswith(':generateContent'):
            self._send('application/json', json.dumps(_generated()))
        elif path.endswith(('count_tokens', ':countTokens')):
            self._send('application/json', json.dumps({'input_tokens': 10, 'totalTokens': 10}))
        else:
            self._send('application/json', '{}')

    def _events(self, events: list[dict[str, Any]], end: str = '') -> None:
        lines = ''
        for each in events:
            lines += f'event: {each["type"]}\n' if 'type' in each else ''
            lines += f'data: {json.dumps(each)}\n\n'
        self._send('text/event-stream', lines + end)

    def _send(self, kind: str, text: str) -> None:
        data = text.encode()
        self.send_response(200)
        self.send_header('content-type', kind)
        self.send_header('content-length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Stub(ThreadingHTTPServer):
    """Serves in a `with`; `requests` are (path, body) as they came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(('127.0.0.1', 0), _Handler)
        self.requests: list[tuple[str, Any]] = []
        self.count = 0
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f'http://127.0.0.1:{self.server_address[1]}'

    def __enter__(self) -> Stub:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.shutdown()
        self.server_close()
        self._thread.join()

    def turns(self) -> list[str]:
        """The bodies of the requests that carry a conversation, as text; then none is left."""
        asked, self.requests[:] = list(self.requests), []
        return [
            json.dumps(body, ensure_ascii=False)
            for path, body in asked
            if path.partition('?')[0].endswith(
                ('/responses', '/messages', '/completions', 'enerateContent')
            )
        ]
