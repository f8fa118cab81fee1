"""The open door: accepts connections, and keeps few of them while nobody knows who they are.

Whoever opens many connections and says nothing must not keep the peers out. So beyond ``pending_max`` the oldest
unauthenticated connection gives way: an honest peer needs a few round trips, a stranger would have to open that many
new ones in every such moment.
"""

import asyncio
import socket
from ssl import SSLContext
from typing import Final, Protocol

from node.net.connection import Connection
from node.net.faults import FaultCode, PeerFault
from node.net.interface import Endpoint, Tuning
from node.net.tls import describe

_BACKLOG: Final = 128
_ACCEPT_PAUSE_S: Final = 0.1
"""After a failed accept, which means that the process has no file descriptor left."""


class ListenerOwner(Protocol):
    """What a listener asks and tells."""

    def server_context(self) -> SSLContext:
        """The context for the next connection."""

    def incoming(self) -> Connection:
        """The protocol object for the next connection."""

    def stranger(self, fault: PeerFault) -> None:
        """Somebody who is not authenticated did something wrong."""


class Listener:
    """One listening socket."""

    def __init__(self, endpoint: Endpoint, owner: ListenerOwner, tuning: Tuning) -> None:
        """Open the socket.

        Raises:
            OSError: the address is taken or not ours.
        """
        family = socket.AF_INET6 if ":" in endpoint.host else socket.AF_INET
        place = (endpoint.host, endpoint.port)
        try:
            self._socket = socket.create_server(place, family=family, backlog=_BACKLOG)
        except OSError as error:
            raise OSError(error.errno, error.strerror, f"{place[0]}:{place[1]}") from error
        self._socket.settimeout(0)
        self._owner = owner
        self._tuning = tuning
        self._pending: dict[asyncio.Task[None], str] = {}
        self.accepted = 0
        host, port = self._socket.getsockname()[:2]
        self.endpoint: Final = Endpoint(host, port)
        """Where it really listens."""

    @property
    def pending(self) -> int:
        """Connections that are not authenticated yet."""
        return len(self._pending)

    async def run(self) -> None:
        """Accept until cancelled."""
        while True:
            await self._readable()
            # Nothing is awaited from here until somebody owns the connection: a cancellation cannot lose it.
            try:
                client, address = self._socket.accept()
            except (BlockingIOError, ConnectionAbortedError):
                continue
            except OSError:
                await asyncio.sleep(_ACCEPT_PAUSE_S)
                continue
            client.settimeout(0)
            self.accepted += 1
            self._make_room()
            self._welcome(client, f"{address[0]}:{address[1]}")

    async def close(self) -> None:
        """Close the door and whatever stands in it; ``run`` has been cancelled before."""
        self._socket.close()
        pending = tuple(self._pending)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    async def _readable(self) -> None:
        """Wait until somebody knocks."""
        loop, knocked, door = asyncio.get_running_loop(), asyncio.Event(), self._socket.fileno()
        loop.add_reader(door, knocked.set)
        try:
            await knocked.wait()
        finally:
            loop.remove_reader(door)

    def _make_room(self) -> None:
        while len(self._pending) >= self._tuning.pending_max:
            oldest = next(iter(self._pending))
            origin = self._pending.pop(oldest)
            oldest.cancel()
            self._owner.stranger(PeerFault(FaultCode.TOO_MANY_PENDING, origin))

    def _welcome(self, client: socket.socket, origin: str) -> None:
        task = asyncio.get_running_loop().create_task(self._authenticate(client, origin))
        self._pending[task] = origin

        def over(_: asyncio.Task[None]) -> None:
            self._pending.pop(task, None)
            if task.cancelled():
                # It may have been cancelled before its first step, when nobody else owns the socket.
                client.close()

        task.add_done_callback(over)

    async def _authenticate(self, client: socket.socket, origin: str) -> None:
        loop = asyncio.get_running_loop()
        tuning = self._tuning
        try:
            _, connection = await loop.connect_accepted_socket(
                self._owner.incoming,
                client,
                ssl=self._owner.server_context(),
                ssl_handshake_timeout=tuning.handshake_timeout_s,
                ssl_shutdown_timeout=tuning.close_timeout_s,
            )
        except OSError as error:
            # A wrong certificate, no TLS at all, a hasty goodbye or silence: SSLError and the time-outs are OSErrors.
            self._owner.stranger(PeerFault(FaultCode.TLS_REFUSED, f"{origin} {describe(error)}"))
            return
        try:
            await asyncio.shield(connection.settled)
        except asyncio.CancelledError:
            connection.abort()
            raise
