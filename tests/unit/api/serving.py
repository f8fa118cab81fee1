"""A public door as a node runs it: a real server on a loopback port, in a thread of its own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from node.app.doors import Door
from tests.unit.api.door import DoorCity

READY_S = 20


@contextmanager
def serving(city: DoorCity) -> Iterator[str]:
    """The address of a city's public door. The city may change while nobody asks."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    door = Door(city.public, ("127.0.0.1", 0))
    stop = asyncio.Event()

    async def run() -> None:
        door.open()
        ready.set()
        await stop.wait()
        await door.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    try:
        assert ready.wait(READY_S)
        host, port = door.address
        yield f"http://{host}:{port}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
