"""The record format that block log and proposal log share.

    0   magic(4)          which kind of record
    4   height(8)
    12  synced(8)         bytes of this file known durable when the record was written
    20  length(4)         of the body
    24  body hash(32)     SHA-256 of the body
    56  check(8)          first bytes of SHA-256 of the 56 before
    64  body(length)
        end(1)            0x0a

Numbers are big endian. The check makes a flipped length a damaged frame and not a short file. Since
a record begins and ends with a byte that is not zero, a sector that a crash kept from the disk,
which reads as zeros, can be told from a sector that holds a part of the record.
"""

from dataclasses import dataclass
from hashlib import sha256
from struct import Struct
from typing import Final

FRAME_BYTES: Final = 64
END: Final = b"\n"
SECTOR_BYTES: Final = 512
"""What a disk writes whole or not at all."""

_LAYOUT: Final = Struct(">4sQQI32s")
_CHECKED_BYTES: Final = 56
_CHECK_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands before a body."""

    magic: bytes
    height: int
    synced_bytes: int
    length: int
    """Bytes of the body."""
    body_hash: bytes

    @property
    def record_bytes(self) -> int:
        """Length of frame, body and end byte."""
        return FRAME_BYTES + self.length + len(END)


def pack(magic: bytes, height: int, synced_bytes: int, body: bytes) -> bytes:
    """One whole record."""
    fields = _LAYOUT.pack(magic, height, synced_bytes, len(body), sha256(body).digest())
    return fields + sha256(fields).digest()[:_CHECK_BYTES] + body + END


def parse(raw: bytes) -> Frame | None:
    """The frame at the start of ``raw``, or None when there is no sound one."""
    if len(raw) < FRAME_BYTES:
        return None
    fields = raw[:_CHECKED_BYTES]
    if sha256(fields).digest()[:_CHECK_BYTES] != raw[_CHECKED_BYTES:FRAME_BYTES]:
        return None
    return Frame(*_LAYOUT.unpack(fields))


def body_of(raw: bytes) -> bytes | None:
    """The body of the record that ``raw`` is exactly, or None when anything about it is wrong."""
    frame = parse(raw)
    if frame is None or len(raw) != frame.record_bytes or raw[-1:] != END:
        return None
    body = raw[FRAME_BYTES : -len(END)]
    return body if sha256(body).digest() == frame.body_hash else None


def may_be_torn(magic: bytes, tail: bytes, offset: int) -> bool:
    """Whether the bytes from an unsound record to the end of its file can be an unsynced write.

    Args:
        magic: of the records of this file.
        tail: from the first byte of the unsound record to the end of the file.
        offset: where in the file ``tail`` begins, in bytes.

    Returns:
        True when the file ends inside the record, or a sector of it reads as zeros, and no sound
        record behind it says that this place had been durable already.
    """
    frame = parse(tail)
    extent = len(tail) if frame is None else frame.record_bytes
    cut_short = len(tail) < max(extent, FRAME_BYTES)
    if not cut_short and not _has_empty_sector(tail[:extent], offset):
        return False
    place = tail.find(magic, 1 if frame is None else extent)
    while place >= 0:
        later = parse(tail[place : place + FRAME_BYTES])
        if later is not None and later.synced_bytes > offset:
            return False
        place = tail.find(magic, place + 1)
    return True


def _has_empty_sector(data: bytes, offset: int) -> bool:
    stop = SECTOR_BYTES - offset % SECTOR_BYTES
    start = 0
    while start < len(data):
        if not any(data[start:stop]):
            return True
        start, stop = stop, stop + SECTOR_BYTES
    return False
