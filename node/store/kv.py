"""The narrow key-value protocol under the chain store."""

from collections.abc import Iterator, Sequence
from typing import Protocol

Change = tuple[bytes, bytes | None]
"""A key and its new value, or None to delete it."""


class KeyValue(Protocol):
    """An ordered map of bytes. Every method raises ``StorageFault`` (``DATABASE_DAMAGED``).

    Keys begin with a letter; ``stop`` is at most the byte 255.
    """

    def get(self, key: bytes) -> bytes | None:
        """The value of a key, or None."""

    def iterate(
        self, start: bytes, stop: bytes, *, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """Keys and values with ``start <= key < stop``, ascending, or descending.

        The iterator sees the map as it was when the first item was taken.
        """

    def write(self, changes: Sequence[Change]) -> None:
        """Apply all changes in order, or after a crash none of them; not synced."""

    def clear(self) -> None:
        """Forget everything; works on a damaged map too."""

    def close(self) -> None:
        """Give files and memory back; nothing may be called afterwards."""


def after(prefix: bytes) -> bytes:
    """The least key that is larger than every key with this prefix.

    Args:
        prefix: not empty and not all 0xff.
    """
    kept = prefix.rstrip(b"\xff")
    return kept[:-1] + bytes((kept[-1] + 1,))
