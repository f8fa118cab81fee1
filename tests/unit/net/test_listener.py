"""The open door at the moment it closes."""

import asyncio
import contextlib
import gc
import socket
import warnings
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import cast

import pytest

from node.net.connection import Connection
from node.net.faults import PeerFault
from node.net.interface import Endpoint, Tuning
from node.net.listener import Listener


class _Nobody:
    """Whoever comes is let in by nobody."""

    def server_context(self) -> SSLContext:
        return SSLContext(PROTOCOL_TLS_SERVER)

    def incoming(self) -> Connection:
        return cast("Connection", asyncio.Protocol())

    def stranger(self, fault: PeerFault) -> None:
        """Not counted here."""


@pytest.mark.parametrize("turns", range(6))
def test_a_connection_that_comes_while_the_door_closes_is_closed_too(turns: int) -> None:
    """Whatever the turn of the loop in which the stop comes, no socket is left to the collector."""

    async def story() -> None:
        listener = Listener(Endpoint("127.0.0.1", 0), _Nobody(), Tuning())
        accepting = asyncio.ensure_future(listener.run())
        await asyncio.sleep(0)
        place = (listener.endpoint.host, listener.endpoint.port)
        with socket.create_connection(place):
            for _ in range(turns):
                await asyncio.sleep(0)
            accepting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await accepting
            await listener.close()

    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        asyncio.run(story())
        gc.collect()
