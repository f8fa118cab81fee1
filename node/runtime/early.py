"""Messages of the next height, kept unverified until it begins."""

from collections import deque
from dataclasses import dataclass
from typing import Final

from node.chain.types import EpochMs

EARLY_MAX: Final = 64
"""Messages of one peer: its proposal and its votes of several rounds, repeated."""
EARLY_MAX_BYTES: Final = 1_048_576
"""Together, of one peer."""


@dataclass(frozen=True, slots=True)
class EarlyMessage:
    """A frame as it came, with the time at which it came."""

    peer: str
    kind: int
    payload: bytes
    arrival_ms: EpochMs


class EarlyMessages:
    """A short queue for each peer; what does not fit is lost, and comes again."""

    def __init__(self) -> None:
        """Nothing kept."""
        self._queues: dict[str, deque[EarlyMessage]] = {}

    def keep(self, message: EarlyMessage) -> None:
        """Add to the peer's queue if there is room."""
        queue = self._queues.setdefault(message.peer, deque())
        size = sum(len(m.payload) for m in queue) + len(message.payload)
        if len(queue) < EARLY_MAX and size <= EARLY_MAX_BYTES:
            queue.append(message)

    def forget(self, peer: str) -> None:
        """A peer is gone."""
        self._queues.pop(peer, None)

    def take(self) -> list[EarlyMessage]:
        """All that is kept, each peer's in order; nothing is kept then."""
        queues, self._queues = self._queues, {}
        return [message for name in sorted(queues) for message in queues[name]]
