"""Keeps one peer dialled: whenever there is no connection to it, tries again, less and less often."""

import asyncio
from ssl import SSLContext, SSLError
from typing import Protocol

from node.net.budget import Backoff
from node.net.connection import Connection
from node.net.faults import FaultCode, PeerFault
from node.net.interface import Sources, Tuning
from node.net.roster import Slot
from node.net.tls import describe


class DialerOwner(Protocol):
    """What a dialer asks and tells."""

    def client_context(self, tls_key: bytes) -> SSLContext:
        """The context that reaches this key only."""

    def outgoing(self, tls_key: bytes) -> Connection:
        """The protocol object for a call to this key."""

    def dialled(self, slot: Slot, fault: PeerFault | None, *, reached: bool) -> None:
        """A call was made; whoever answered may have shown the wrong key."""


async def keep_dialled(slot: Slot, owner: DialerOwner, sources: Sources, tuning: Tuning) -> None:
    """Dial one peer until cancelled."""
    loop = asyncio.get_running_loop()
    backoff = Backoff(tuning.dial_delay_min_s, tuning.dial_delay_max_s, sources.uniform)
    while True:
        await slot.free.wait()
        penalty_s = slot.penalty.left_s(loop.time())
        if penalty_s > 0.0:
            await asyncio.sleep(penalty_s)
            continue
        connection = await _dial(slot, owner, tuning)
        if connection is not None:
            await asyncio.shield(connection.settled)
        if slot.live is not None:
            since_s = loop.time()
            await slot.free.wait()
            if loop.time() - since_s > tuning.dial_delay_max_s:
                backoff.reset()
        await asyncio.sleep(backoff.next_s())


async def _dial(slot: Slot, owner: DialerOwner, tuning: Tuning) -> Connection | None:
    """One call; ``None`` if no connection came about."""
    key, endpoint = slot.address.tls_key, slot.address.endpoint
    loop = asyncio.get_running_loop()
    fault: PeerFault | None = None
    connection: Connection | None = None
    try:
        async with asyncio.timeout(tuning.dial_timeout_s):
            _, connection = await loop.create_connection(
                lambda: owner.outgoing(key),
                endpoint.host,
                endpoint.port,
                ssl=owner.client_context(key),
                # Empty: names are not checked, and a server needs none to know which key it is.
                server_hostname="",
                ssl_shutdown_timeout=tuning.close_timeout_s,
            )
    except SSLError as error:
        fault = PeerFault(FaultCode.WRONG_KEY, describe(error))
    except (OSError, UnicodeError):
        # Nobody there, too slow, or a host name that is none.
        pass
    owner.dialled(slot, fault, reached=connection is not None)
    return connection
