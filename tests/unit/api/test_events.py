"""The stream of blocks, over a real server on a loopback port."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx2
import pytest
import uvicorn

from node.api.routes.events import Streams
from tests.unit.api.door import DoorCity

WAIT_S = 20


@asynccontextmanager
async def served(city: DoorCity) -> AsyncIterator[tuple[httpx2.AsyncClient, uvicorn.Server]]:
    """The public door in the present loop, as the node runs it."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        city.public, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=3
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve(sockets=[listening]))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    limits = httpx2.Limits(max_connections=100)
    async with httpx2.AsyncClient(base_url=address, limits=limits, timeout=WAIT_S) as client:
        yield client, server
    city.feed.close()
    server.should_exit = True
    await asyncio.wait_for(task, WAIT_S)
    listening.close()


async def heights(client: httpx2.AsyncClient, count: int, last: int | None = None) -> list[int]:
    """Ids of the next events of a stream, whose data agrees with them."""
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    found: list[int] = []
    async with client.stream("GET", "/v1/events", headers=headers) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        async for line in reply.aiter_lines():
            if line.startswith("id: "):
                found.append(int(line[4:]))
            elif line.startswith("data: "):
                assert json.loads(line[6:])["height"] == found[-1]
                if len(found) == count:
                    return found
    return found


def test_a_stream_resumes_after_the_last_event_and_goes_on_with_new_blocks(city: DoorCity):
    """Past heights at once, the coming one as it becomes final, each exactly once."""
    for _ in range(3):
        city.make_block()

    async def run() -> None:
        async with served(city) as (client, _):
            assert await heights(client, 2, last=1) == [2, 3]
            reading = asyncio.create_task(heights(client, 4, last=1))
            await until(lambda: city.public.state.streams.count == 1)
            city.make_block()
            city.make_block()
            assert await asyncio.wait_for(reading, WAIT_S) == [2, 3, 4, 5]
            await until(lambda: city.public.state.streams.count == 0)

    asyncio.run(run())


def test_a_stream_without_a_place_begins_now(city: DoorCity):
    """Whoever opens it gets the next block, not the chain."""
    city.make_block()

    async def run() -> None:
        async with served(city) as (client, _):
            reading = asyncio.create_task(heights(client, 1))
            await until(lambda: city.public.state.streams.count == 1)
            city.make_block()
            assert await asyncio.wait_for(reading, WAIT_S) == [2]

    asyncio.run(run())


@pytest.mark.slow
def test_fifty_open_streams_end_at_once_when_the_node_stops(city: DoorCity):
    """Every reader sees the stream's end, not a broken connection, and the server is down promptly."""
    city.make_block()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        async with served(city) as (client, server):
            readers = [asyncio.create_task(heights(client, 99, last=0)) for _ in range(50)]
            await until(lambda: city.public.state.streams.count == 50)
            start = loop.time()
            city.feed.close()
            server.should_exit = True
            assert await asyncio.gather(*readers) == [[1]] * 50
            assert loop.time() - start < 3

    asyncio.run(run())


def test_too_many_streams_are_refused(city: DoorCity):
    """The bound is counted, and a stream that ends makes room."""
    city.public.state.streams = Streams(1)

    async def run() -> None:
        async with served(city) as (client, _):
            reading = asyncio.create_task(heights(client, 1, last=0))
            await until(lambda: city.public.state.streams.count == 1)
            refused = await client.get("/v1/events")
            assert (refused.status_code, refused.json()["code"]) == (503, "A17")
            assert refused.headers["retry-after"] == "1"
            city.make_block()
            assert await asyncio.wait_for(reading, WAIT_S) == [1]

    asyncio.run(run())


def test_a_silent_stream_shows_that_it_lives(city: DoorCity, monkeypatch: pytest.MonkeyPatch):
    """A comment after a while without blocks; readers ignore it."""
    monkeypatch.setattr("node.api.routes.events.STREAM_SILENCE_S", 0.01)

    async def run() -> None:
        comments = 0
        async with served(city) as (client, _), client.stream("GET", "/v1/events") as reply:
            async for line in reply.aiter_lines():
                comments += line.startswith(":")
                if comments == 3:
                    return

    asyncio.run(run())


def test_a_place_that_is_no_height_is_refused(city: DoorCity):
    """Nothing is guessed."""
    for bad in ("x", "-1", "9" * 16):
        assert city.read("/v1/events", **{"Last-Event-ID": bad}).code == "A06"


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop work until a state is reached."""
    async with asyncio.timeout(WAIT_S):
        while not condition():  # noqa: ASYNC110 - the server's own state, which has no event
            await asyncio.sleep(0)
