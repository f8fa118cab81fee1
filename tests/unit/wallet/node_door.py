"""A real node's public door around a city in memory, on a real socket; every submission becomes a block at once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from msgspec.structs import replace

from node.chain.genesis_document import to_document
from node.chain.policy import Policy
from node.chain.types import Height, Minutes
from tests.money_city import MoneyCity
from tests.unit.api.door import DoorCity, ask
from tests.unit.wallet.terminal import Terminal, write_genesis

_PASSED = ("content-type", "timebank-actor", "timebank-time", "timebank-signature")
_PURPOSE = "timebank-purpose"


class NodeCity(DoorCity, MoneyCity):
    """A city behind the doors of a node, with the moves of money; donations above twenty minutes can be undone."""

    def __init__(self, policy: Policy | None = None) -> None:
        base = Policy(1, Height(0))
        people = replace(base.persons, donation_undo_above_min=Minutes(20))
        MoneyCity.__init__(self, policy or replace(base, persons=people))
        self.audit = None


@dataclass
class NodeDoor:
    """The city, and what keeps requests apart."""

    city: NodeCity = field(default_factory=NodeCity)
    lock: threading.Lock = field(default_factory=threading.Lock)


def _handler(door: NodeDoor) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

        def do_GET(self) -> None:
            self._pass_on("GET", b"")

        def do_POST(self) -> None:
            self._pass_on("POST", self.rfile.read(int(self.headers["Content-Length"])))

        def _pass_on(self, method: str, body: bytes) -> None:
            headers = {k: v for k, v in self.headers.items() if k.lower() in {*_PASSED, _PURPOSE}}
            with door.lock:
                reply = ask(door.city.public, method, self.path, headers=headers, content=body)
                if method == "POST" and reply.status < 300:
                    door.city.make_block()
            self.send_response(reply.status)
            self.send_header("Content-Length", str(len(reply.content)))
            self.end_headers()
            self.wfile.write(reply.content)

    return Handler


@contextmanager
def node_terminal(home: Path, door: NodeDoor | None = None) -> Iterator[Terminal]:
    """A terminal in front of a real node's door."""
    door = door or NodeDoor()
    write_genesis(home, to_document(door.city.genesis))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(door))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Terminal(door, f"http://127.0.0.1:{server.server_port}", home)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
