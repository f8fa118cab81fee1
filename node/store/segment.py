"""One file of the block log: consecutive decided blocks from its first height on.

The file starts with a header of 64 bytes: magic(4), format(4), first height(8), chain id(32) and the
first 16 bytes of SHA-256 of these 48. Records follow without gaps (``frames``); the body of each is
the canonical pair [block bytes, certificate bytes].

**What a crash leaves, and what a broken disk leaves.** Each record says how many bytes of the file
were durable when it was written. Reading the file again, we look for the first record that is not
sound. It may be the trace of a write that never was acknowledged, and only then is it cut off:

* no sound record behind it was written when its place was already durable, and
* the file ends inside it, or some 512-byte sector of it reads as zeros.

Everything else was once durable and is damage: nothing is cut, and the fault names the place.
Frames are looked at when the file is opened; bodies when they are read or scrubbed, except those
beyond the last durable place, which opening verifies.
"""

from array import array
from bisect import bisect_left
from hashlib import sha256
from struct import Struct
from typing import Final

from node.chain.codec import decoder
from node.chain.errors import Malformed
from node.chain.limits import ARCHIVE_RECORD_MAX_BYTES
from node.chain.types import Hash, Height
from node.store import frames
from node.store.faults import StorageCode, StorageFault
from node.store.files import File

HEADER_BYTES: Final = 64
RECORD_MAGIC: Final = b"TBb1"

_HEADER = Struct(">4sIQ32s")
_HEADER_MAGIC = b"TBbl"
FORMAT: Final = 1
"""Of a file of the log."""
_CHECKED_BYTES = 48

_decode_pair = decoder(tuple[bytes, bytes], ARCHIVE_RECORD_MAX_BYTES)


def header_bytes(first: Height, chain_id: Hash) -> bytes:
    """The header of a segment whose first block is ``first``."""
    fields = _HEADER.pack(_HEADER_MAGIC, FORMAT, first, chain_id)
    return fields + sha256(fields).digest()[: HEADER_BYTES - _CHECKED_BYTES]


def parse_header(raw: bytes, name: str, chain_id: Hash) -> Height:
    """First height of the segment with this header.

    Raises:
        StorageFault: ``BLOCK_LOG_DAMAGED``, ``UNKNOWN_FORMAT`` or ``WRONG_CHAIN``.
    """
    fields = raw[:_CHECKED_BYTES]
    check = sha256(fields).digest()[: HEADER_BYTES - _CHECKED_BYTES]
    if len(raw) != HEADER_BYTES or raw[_CHECKED_BYTES:] != check or raw[:4] != _HEADER_MAGIC:
        raise StorageFault(StorageCode.BLOCK_LOG_DAMAGED, name, "segment header is damaged", 0)
    _, format_, first, chain = _HEADER.unpack(fields)
    if format_ != FORMAT:
        raise StorageFault(StorageCode.UNKNOWN_FORMAT, name, f"format {format_}", 4)
    if chain != chain_id:
        raise StorageFault(StorageCode.WRONG_CHAIN, name, f"of chain {chain.hex()[:16]}", 16)
    return Height(first)


class Segment:
    """An open segment; ``end`` and ``synced`` are offsets in bytes."""

    def __init__(self, name: str, file: File, first: Height) -> None:
        self.name = name
        self.first = first
        self._file = file
        self._starts = array("Q")
        self.end = HEADER_BYTES
        self.synced = HEADER_BYTES
        self.cut_bytes = 0
        """How much of a torn tail opening has cut off."""

    @property
    def next_height(self) -> Height:
        """Height of the block that would come next."""
        return Height(self.first + len(self._starts))

    def load(self, *, newest: bool) -> None:
        """Read all frames, and cut a torn tail if this is the newest segment.

        Raises:
            StorageFault: ``BLOCK_LOG_DAMAGED`` at the first record that is damaged.
        """
        size = self._file.size()
        synced = self._scan_frames(size)
        if newest:
            self._drop_unsound(synced)
        if self.end < size:
            if not newest or not self._may_be_torn(size):
                raise self._damaged(self.end, f"record of height {self.next_height} is damaged")
            self.cut_bytes = size - self.end
            self._file.truncate(self.end)
            self._file.sync()
        self.synced = self.end

    def append(self, body: bytes) -> None:
        """Write the next record in one write; durable only after ``sync``."""
        record = frames.pack(RECORD_MAGIC, self.next_height, self.synced, body)
        self._file.write(self.end, record)
        self._starts.append(self.end)
        self.end += len(record)

    def sync(self) -> None:
        """Make everything appended durable."""
        if self.synced < self.end:
            self._file.sync()
            self.synced = self.end

    def body(self, height: Height) -> bytes:
        """The verified body of a record that is here.

        Raises:
            StorageFault: ``BLOCK_LOG_DAMAGED``.
        """
        start, stop = self._extent(height - self.first)
        raw = self._file.read(start, stop - start)
        frame, body = frames.parse(raw), frames.body_of(raw)
        if frame is None or body is None or not self._belongs(frame, height):
            raise self._damaged(start, f"record of height {height} is damaged")
        return body

    def check_header(self, chain_id: Hash) -> None:
        """Read the header again.

        Raises:
            StorageFault: it is not what it was.
        """
        parse_header(self._file.read(0, HEADER_BYTES), self.name, chain_id)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def pair(self, height: Height) -> tuple[bytes, bytes]:
        """Block and certificate bytes of a record that is here.

        Raises:
            StorageFault: ``BLOCK_LOG_DAMAGED``.
        """
        try:
            return _decode_pair(self.body(height))
        except Malformed as error:
            start, _ = self._extent(height - self.first)
            raise self._damaged(start, f"record of height {height}: {error}") from error

    def _extent(self, position: int) -> tuple[int, int]:
        last = position + 1 == len(self._starts)
        return self._starts[position], self.end if last else self._starts[position + 1]

    def _belongs(self, frame: frames.Frame, height: Height) -> bool:
        return frame.magic == RECORD_MAGIC and frame.height == height

    def _scan_frames(self, size: int) -> int:
        """Index the records with sound frames; returns how far the last one knew us durable."""
        read, parse = self._file.read, frames.parse
        synced = HEADER_BYTES
        while self.end < size:
            frame = parse(read(self.end, frames.FRAME_BYTES))
            if frame is None or not self._belongs(frame, self.next_height):
                break
            if self.end + frame.record_bytes > size:
                break
            self._starts.append(self.end)
            self.end += frame.record_bytes
            synced = frame.synced_bytes
        return synced

    def _drop_unsound(self, synced: int) -> None:
        """Forget records from the first bad body on, among those that may never have been synced."""
        for position in range(bisect_left(self._starts, synced), len(self._starts)):
            start, stop = self._extent(position)
            if frames.body_of(self._file.read(start, stop - start)) is None:
                del self._starts[position:]
                self.end = start
                return

    def _may_be_torn(self, size: int) -> bool:
        tail = self._file.read(self.end, size - self.end)
        frame = frames.parse(tail)
        if frame is not None and not self._belongs(frame, self.next_height):
            return False
        return frames.may_be_torn(RECORD_MAGIC, tail, self.end)

    def _damaged(self, offset: int, reason: str) -> StorageFault:
        return StorageFault(StorageCode.BLOCK_LOG_DAMAGED, self.name, reason, offset)
