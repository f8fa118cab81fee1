"""The way out of one connection: joins waiting frames into few writes, and knows when the peer takes none."""

import asyncio

from node.net.counters import Traffic
from node.net.sendqueue import SendQueue


class Outbox:
    """Moves a ``SendQueue`` into a transport, as fast as that takes it and no faster."""

    def __init__(
        self, queue: SendQueue, transport: asyncio.Transport, traffic: Traffic, write_max_bytes: int
    ) -> None:
        """Write at most ``write_max_bytes`` at a time, or one frame that is larger."""
        self._queue = queue
        self._transport = transport
        self._traffic = traffic
        self._write_max_bytes = write_max_bytes
        self._loop = asyncio.get_running_loop()
        self._scheduled = False
        self._paused_at_s: float | None = None

    def put(self, kind: int, payload: bytes) -> bool:
        """Queue one frame; it leaves at the end of this turn of the loop, joined with its neighbours."""
        before = self._queue.discarded
        queued = self._queue.put(kind, payload)
        self._traffic.discarded += self._queue.discarded - before
        if queued:
            self._traffic.frames_out += 1
            if not self._scheduled:
                self._scheduled = True
                self._loop.call_soon(self._flush_scheduled)
        return queued

    def flush(self) -> None:
        """Write what the transport takes now."""
        while self._paused_at_s is None and len(self._queue):
            data = self._queue.take(self._write_max_bytes)
            self._traffic.bytes_out += len(data)
            self._transport.write(data)

    def pause(self) -> None:
        """The transport is full."""
        self._paused_at_s = self._loop.time()

    def resume(self) -> None:
        """The peer has taken something."""
        self._paused_at_s = None
        self.flush()

    def stalled_s(self) -> float:
        """Seconds since which the peer takes nothing of what waits; 0 if it does."""
        return 0.0 if self._paused_at_s is None else self._loop.time() - self._paused_at_s

    @property
    def waiting_bytes(self) -> int:
        """Bytes in the queue, without those the transport holds."""
        return self._queue.waiting_bytes

    def _flush_scheduled(self) -> None:
        self._scheduled = False
        if not self._transport.is_closing():
            self.flush()
