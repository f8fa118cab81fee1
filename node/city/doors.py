"""The doors of one node, as its city's supervisor uses them. Everything else goes through the wallet's client."""

from pathlib import Path
from typing import Final

import httpx2
import msgspec

from node.city.faults import door_fault
from node.city.ports import LOOPBACK, NodePorts

ANSWER_TIMEOUT_S: Final = 10.0
CHUNK_BYTES: Final = 65_536
HTTP_OK: Final = 200


class Status(msgspec.Struct, frozen=True):
    """The parts of ``/v1/status`` that a supervisor looks at."""

    height: int
    time_ms: int
    now_ms: int
    block_id: str
    state_root: str
    ready: bool
    log_size: int = 0
    """Leaves of the log: every transaction, and a summary of every block."""
    reasons: tuple[str, ...] = ()
    waiting_for: tuple[str, ...] = ()

    @property
    def transactions(self) -> int:
        """How many stand in blocks."""
        return self.log_size - self.height


class _Block(msgspec.Struct, frozen=True):
    id: str


class NodeDoors:
    """One node's public and operations doors."""

    def __init__(self, ports: NodePorts) -> None:
        """Ask nothing yet."""
        self.ports = ports
        self.public = f"http://{LOOPBACK}:{ports.public}"
        self.operations = f"http://{LOOPBACK}:{ports.operations}"
        self._http = httpx2.Client(timeout=ANSWER_TIMEOUT_S, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def status(self) -> Status | None:
        """The node's view of itself; None while it does not answer."""
        try:
            reply = self._http.get(f"{self.public}/v1/status")
        except httpx2.TransportError:
            return None
        if reply.status_code != HTTP_OK:
            return None
        return msgspec.json.decode(reply.content, type=Status)

    def ready(self) -> bool:
        """Whether ``/readyz`` says so."""
        try:
            return self._http.get(f"{self.operations}/readyz").status_code == HTTP_OK
        except httpx2.TransportError:
            return False

    def block_id(self, height: int) -> str | None:
        """Id of the block at a height; None while the node does not have it or does not answer."""
        try:
            reply = self._http.get(f"{self.public}/v1/blocks/{height}")
        except httpx2.TransportError:
            return None
        if reply.status_code != HTTP_OK:
            return None
        return msgspec.json.decode(reply.content, type=_Block).id

    def checkpoint(self) -> bytes | None:
        """The newest checkpoint note; None while there is none."""
        try:
            reply = self._http.get(f"{self.public}/v1/checkpoint")
        except httpx2.TransportError:
            return None
        return reply.content if reply.status_code == HTTP_OK else None

    def leap_to(self, leap_ms: int) -> bool:
        """Make the sum of the node's leaps at least this; False while it does not answer.

        Raises:
            node.console.fault.Fault: it refuses.
        """
        url = f"{self.operations}/clock"
        try:
            reply = self._http.post(url, content=msgspec.json.encode({"leap_ms": leap_ms}))
        except httpx2.TransportError:
            return False
        if reply.status_code != HTTP_OK:
            raise door_fault(url, reply.text)
        return True

    def save(self, url: str, path: Path) -> int:
        """Write an answer into a file as it comes.

        Returns:
            Its size in bytes.

        Raises:
            node.console.fault.Fault: no answer, or a refusal.
        """
        size = 0
        try:
            with self._http.stream("GET", url) as reply, path.open("wb") as file:
                if reply.status_code != HTTP_OK:
                    raise door_fault(url, f"HTTP {reply.status_code}")
                for chunk in reply.iter_bytes(CHUNK_BYTES):
                    size += file.write(chunk)
        except httpx2.TransportError as error:
            raise door_fault(url, str(error)) from error
        return size
