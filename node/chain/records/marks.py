"""Block time as a phone without a network may have seen it last."""

from node.chain.codec import Record
from node.chain.types import EpochMsF, HeightF


class TimeMark(Record, frozen=True, tag=84):
    """The first block of an hour, or the first after a visible stop of the city, kept for some days."""

    height: HeightF
    time_ms: EpochMsF
    since_ms: EpochMsF
    """Time of the block before; between the two there was none."""
    due_ms: EpochMsF
    """When the mark leaves the state."""
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The height, eight bytes big endian."""
        return mark_id(self.height)


def mark_id(height: int) -> bytes:
    """The height, eight bytes big endian."""
    return height.to_bytes(8, "big")
