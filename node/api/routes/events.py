"""Events: every final block, once and in order, as a stream that can be resumed (Server-Sent Events).

Event ids are heights. Who comes back with ``Last-Event-ID`` gets every height after it; who comes without one gets
those from now on. The stream ends when the node stops, so that it never delays a shutdown.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Final

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from node.api.errors import ApiCode, ApiFault
from node.api.limits import STREAM_SILENCE_S, STREAMS_MAX
from node.api.openapi import answer
from node.api.routes.parameters import services_of
from node.api.services import BlockEvent, Events
from node.api.views import render
from node.chain.types import Height

router: Final = APIRouter(tags=["events"])
EVENT_STREAM: Final = "text/event-stream"
_HEIGHT: Final = re.compile(r"[0-9]{1,15}", re.ASCII)
_COMMENT: Final = b": still here\n\n"


class Streams:
    """How many streams are open."""

    def __init__(self, count_max: int = STREAMS_MAX) -> None:
        """None yet."""
        self.count = 0
        self._count_max = count_max

    def enter(self) -> None:
        """One more.

        Raises:
            ApiFault: ``TOO_MANY_STREAMS``.
        """
        if self.count >= self._count_max:
            raise ApiFault(ApiCode.TOO_MANY_STREAMS, f"at most {self._count_max}")
        self.count += 1

    def leave(self) -> None:
        """One less."""
        self.count -= 1


@router.get(
    "/events",
    summary="Every final block as it comes",
    responses=answer(
        'id: 7\nevent: block\ndata: {"height":7,"time_ms":1772000000000,"id":"a3...","transactions":1}\n\n',
        "Resumes after `Last-Event-ID`.",
        media=EVENT_STREAM,
    ),
)
async def events(request: Request) -> Response:
    """Every height exactly once; a comment after fifteen seconds of silence."""
    feed = services_of(request).events
    after = _after(request.headers.get("last-event-id"), feed)
    streams = request.app.state.streams
    assert isinstance(streams, Streams)
    streams.enter()
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(feed, after, streams), 200, headers, EVENT_STREAM)


async def _stream(feed: Events, after: Height, streams: Streams) -> AsyncIterator[bytes]:
    try:
        # A first comment sends the headers, so that the reader knows that the stream is open.
        yield _COMMENT
        while True:
            while after < feed.height:
                after = Height(after + 1)
                event = feed.event(after)
                if event is None:
                    return
                yield _written(event)
            try:
                open_ = await asyncio.wait_for(feed.wait_above(after), STREAM_SILENCE_S)
            except TimeoutError:
                yield _COMMENT
                continue
            if not open_:
                return
    finally:
        streams.leave()


def _written(event: BlockEvent) -> bytes:
    data = msgspec.json.encode(render(event))
    return b"id: %d\nevent: block\ndata: %b\n\n" % (event.height, data)


def _after(last_event_id: str | None, feed: Events) -> Height:
    if not last_event_id:
        return feed.height
    if not _HEIGHT.fullmatch(last_event_id):
        raise ApiFault(ApiCode.BAD_PARAMETER, "Last-Event-ID is no height")
    return Height(int(last_event_id))
