"""Length-prefixed frames (``docs/spec/peers.md``), without input or output.

``u32 length ‖ u8 kind ‖ payload``; the length counts kind and payload, big endian, 1 to ``FRAME_MAX_BYTES``.

Kinds 0 to 15 belong to the transport, 16 to 127 are urgent messages (votes, proposals, requests), 128 to 255 are bulk
(blocks, transactions, snapshots): urgent frames overtake bulk in the sender's queue, and bulk gives way when a peer
reads slowly.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import Final, NamedTuple

from node.chain.limits import FRAME_MAX_BYTES
from node.net.faults import FaultCode, PeerFault

HEAD_BYTES: Final = 4
KIND_BYTES: Final = 1
PAYLOAD_MAX_BYTES: Final = FRAME_MAX_BYTES - KIND_BYTES
MESSAGE_KIND_MIN: Final = 16
BULK_KIND_MIN: Final = 128
KIND_MAX: Final = 255
HANDSHAKE_FRAME_MAX_BYTES: Final = 512
"""Nobody who is not authenticated makes us keep more."""


class TransportKind(IntEnum):
    """Frames that never reach ``on_message``."""

    HELLO = 1
    PROOF = 2
    REFUSAL = 3
    PING = 4
    PONG = 5


class Frame(NamedTuple):
    """One whole frame."""

    kind: int
    payload: bytes


def encode_frame(kind: int, payload: bytes) -> bytes:
    """The bytes of one frame.

    Args:
        kind: 0 to 255.
        payload: at most ``PAYLOAD_MAX_BYTES``.
    """
    assert 0 <= kind <= KIND_MAX, "kind is one byte"
    assert len(payload) <= PAYLOAD_MAX_BYTES, "the caller keeps messages within a frame"
    return (KIND_BYTES + len(payload)).to_bytes(HEAD_BYTES, "big") + bytes((kind,)) + payload


class FrameParser:
    """Cuts whole frames from a stream of bytes, however the network split it.

    Memory is bounded by one frame and the last read.
    """

    def __init__(self, size_max_bytes: int = FRAME_MAX_BYTES) -> None:
        """Accept frames of at most ``size_max_bytes``, kind and payload together."""
        self.size_max_bytes = size_max_bytes
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Add bytes and yield every frame that is whole now; exhaust or close it before the next call.

        Raises:
            PeerFault: ``FRAME_SIZE`` after all frames before the wrong one were yielded.
        """
        buffer = self._buffer
        buffer += data
        start = 0
        try:
            while len(buffer) - start >= HEAD_BYTES:
                size = int.from_bytes(buffer[start : start + HEAD_BYTES], "big")
                if not KIND_BYTES <= size <= self.size_max_bytes:
                    raise PeerFault(
                        FaultCode.FRAME_SIZE, f"{size} bytes, at most {self.size_max_bytes}"
                    )
                body, end = start + HEAD_BYTES, start + HEAD_BYTES + size
                if len(buffer) < end:
                    break
                start = end
                yield Frame(buffer[body], bytes(buffer[body + KIND_BYTES : end]))
        finally:
            del buffer[:start]

    @property
    def waiting_bytes(self) -> int:
        """Bytes of a frame that is not whole yet."""
        return len(self._buffer)
