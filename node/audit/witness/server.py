"""The witness over HTTP: one path, one thread, bounded bodies. Put a proxy with TLS in front of it."""

from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Final

from node.audit.witness.judge import REQUEST_MAX_BYTES, Answer, add_checkpoint
from node.audit.witness.memory import Memory

PATH: Final = "/add-checkpoint"
TIMEOUT_S: Final = 10.0
"""A client that is slower is gone; there is one thread."""


def make_server(memory: Memory, host: str, port: int, now_s: Callable[[], int]) -> HTTPServer:
    """A server that listens and is not started; port 0 takes any.

    Raises:
        OSError: the address cannot be used.
    """

    class Handler(BaseHTTPRequestHandler):
        timeout = TIMEOUT_S

        def do_POST(self) -> None:
            self._say(self._judged())

        def do_GET(self) -> None:
            self._say(Answer(HTTPStatus.NOT_FOUND, f"POST {PATH}\n"))

        def _judged(self) -> Answer:
            if self.path != PATH:
                return Answer(HTTPStatus.NOT_FOUND, f"POST {PATH}\n")
            length = self.headers.get("content-length", "")
            if not length.isascii() or not length.isdecimal() or int(length) > REQUEST_MAX_BYTES:
                return Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {REQUEST_MAX_BYTES}\n")
            return add_checkpoint(memory, self.rfile.read(int(length)), now_s())

        def _say(self, answer: Answer) -> None:
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: requests hold nothing that is not public, and nothing that is of use here."""

    return HTTPServer((host, port), Handler)
