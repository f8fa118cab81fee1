"""Frames that wait for one peer: bounded in bytes and count, urgent before bulk.

A vote that waits behind two megabytes of a block for another peer's catch-up costs the city a round. So urgent frames
overtake bulk, and when the bounds are reached they push bulk out, newest first: a receiver asks again for what is
missing at the end of a stream sooner than for a hole in it.
"""

from collections import deque

from node.net.frames import BULK_KIND_MIN, encode_frame


class SendQueue:
    """Two queues with one bound; order holds within each."""

    def __init__(self, max_bytes: int, max_frames: int) -> None:
        """Hold at most that much, frame heads included."""
        self._max_bytes = max_bytes
        self._max_frames = max_frames
        self._urgent: deque[bytes] = deque()
        self._bulk: deque[bytes] = deque()
        self.waiting_bytes = 0
        self.discarded = 0
        """Frames refused or pushed out so far."""

    def __len__(self) -> int:
        """Frames that wait."""
        return len(self._urgent) + len(self._bulk)

    def put(self, kind: int, payload: bytes) -> bool:
        """Append one frame.

        Returns:
            Whether it waits now. An urgent frame that finds no place although no bulk is left is the sign of a peer
            that does not read.
        """
        frame = encode_frame(kind, payload)
        urgent = kind < BULK_KIND_MIN
        while not self._fits(frame):
            if not (urgent and self._bulk):
                self.discarded += 1
                return False
            self.waiting_bytes -= len(self._bulk.pop())
            self.discarded += 1
        (self._urgent if urgent else self._bulk).append(frame)
        self.waiting_bytes += len(frame)
        return True

    def take(self, max_bytes: int) -> bytes:
        """Remove and join the next frames: at least one if any waits, and more up to ``max_bytes`` together."""
        taken: list[bytes] = []
        size = 0
        while source := self._urgent or self._bulk:
            if taken and size + len(source[0]) > max_bytes:
                break
            frame = source.popleft()
            taken.append(frame)
            size += len(frame)
        self.waiting_bytes -= size
        return b"".join(taken)

    def _fits(self, frame: bytes) -> bool:
        return len(self) < self._max_frames and self.waiting_bytes + len(frame) <= self._max_bytes
