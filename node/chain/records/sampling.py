"""What waits for the next block's draw."""

from typing import ClassVar

from node.chain.codec import Record
from node.chain.types import HeightF, IdF


class SampleQueue(Record, frozen=True, tag=88):
    """Orders paid by a fund whose service ended in one block."""

    height: HeightF
    orders: tuple[IdF, ...]
    touch: bytes

    KEY: ClassVar[bytes] = b"sample"

    @property
    def key_id(self) -> bytes:
        """There is one."""
        return self.KEY
