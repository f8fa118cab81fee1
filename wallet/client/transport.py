"""One HTTP request against several nodes: whichever answers.

Every request here is idempotent: reads change nothing, and a transaction's id is the hash of its bytes and its sequence
number lets it in once, so that handing the same bytes to a second node after a timeout is safe. Therefore any request
may go on to the next address when one does not answer or is overloaded; an answer that says no ends it at once.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import httpx2

from wallet.client.faults import NoNode, bad_address, strange_answer

CONNECT_TIMEOUT_S: Final = 3.0
READ_TIMEOUT_S: Final = 15.0
ROUNDS: Final = 2
"""How often each address is tried: a node that restarts is back within the pause."""
PAUSE_S: Final = 0.3
"""Between two rounds."""
ADDRESSES_MAX: Final = 16
ANSWER_MAX_BYTES: Final = 8_388_608
"""The largest answer is a genesis file or a full page of history."""
OVERLOADED: Final = frozenset({429, 502, 503, 504})
"""Another node may do better."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request.

    Attributes:
        method: ``GET`` or ``POST``.
        target: path with query.
        headers: what this request adds.
        content: body of a ``POST``.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer with an HTTP status."""

    address: str
    http_status: int
    content_type: str
    content: bytes


class Transport:
    """Addresses of nodes, tried in turn, beginning with the one that answered last."""

    def __init__(
        self,
        addresses: Sequence[str],
        *,
        read_timeout_s: float = READ_TIMEOUT_S,
        pause_s: float = PAUSE_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Connect to nobody yet.

        Args:
            addresses: ``http://host:port`` of each node; at least one, at most ``ADDRESSES_MAX``.
            read_timeout_s: how long an answer may take.
            pause_s: between two rounds over the addresses.
            sleep: waits so many seconds.

        Raises:
            node.console.fault.Fault: an address is none (exit 3).
        """
        self.addresses = tuple(checked_address(address) for address in addresses)
        assert 0 < len(self.addresses) <= ADDRESSES_MAX, "between one node and sixteen"
        self._pause_s = pause_s
        self._sleep = sleep
        self._lock = threading.Lock()
        self._preferred = 0
        encrypted = any(address.startswith("https:") for address in self.addresses)
        self._http = httpx2.Client(
            # Loading the certificate authorities takes 50 ms, which plain http need not spend.
            verify=encrypted,
            timeout=httpx2.Timeout(read_timeout_s, connect=min(CONNECT_TIMEOUT_S, read_timeout_s)),
            follow_redirects=False,
            trust_env=False,
            headers={"Accept": "application/json, application/octet-stream"},
        )

    def __enter__(self) -> Self:
        """Use it in a ``with``."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close its connections."""
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def send(self, call: Call) -> Reply:
        """The first answer of any node.

        Raises:
            NoNode: none answers, however often it is tried.
            node.console.fault.Fault: the answer is larger than any should be.
        """
        tried: list[tuple[str, str]] = []
        overloaded: Reply | None = None
        for round_ in range(ROUNDS):
            if round_:
                self._sleep(self._pause_s)
            tried = []
            for index in self._order():
                reply = self._try(self.addresses[index], call, tried)
                if reply is None:
                    continue
                if reply.http_status not in OVERLOADED:
                    with self._lock:
                        self._preferred = index
                    return reply
                overloaded = reply
                tried.append((reply.address, f"HTTP {reply.http_status}"))
        if overloaded is not None:
            return overloaded
        raise NoNode(tried)

    def _order(self) -> list[int]:
        with self._lock:
            first = self._preferred
        count = len(self.addresses)
        return [(first + step) % count for step in range(count)]

    def _try(self, address: str, call: Call, tried: list[tuple[str, str]]) -> Reply | None:
        try:
            return self._request(address, call)
        except httpx2.TransportError as error:
            tried.append((address, _reason(error)))
            return None

    def _request(self, address: str, call: Call) -> Reply:
        content = call.content or None
        with self._http.stream(
            call.method, address + call.target, headers=dict(call.headers), content=content
        ) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > ANSWER_MAX_BYTES:
                    raise strange_answer(call.target, f"more than {ANSWER_MAX_BYTES} bytes")
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip()
            return Reply(address, response.status_code, kind, bytes(body))


def checked_address(address: str) -> str:
    """The address without a slash at its end.

    Raises:
        node.console.fault.Fault: not an ``http`` or ``https`` address (exit 3).
    """
    try:
        url = httpx2.URL(address)
    except httpx2.InvalidURL:
        raise bad_address(address) from None
    if url.scheme not in {"http", "https"} or not url.host or url.query or url.fragment:
        raise bad_address(address)
    return address.rstrip("/")


def _reason(error: httpx2.TransportError) -> str:
    match error:
        case httpx2.ConnectTimeout():
            return "no connection in time"
        case httpx2.TimeoutException():
            return "no answer in time"
        case _:
            return str(error) or type(error).__name__
