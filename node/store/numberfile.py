"""A number that has to be right or missed, in a small file of its own.

    0   magic(4)       "TBn2"
    4   number(8)
    12  checksum(32)   SHA-256 of the 12 bytes before

Numbers are big endian. A new number is written beside the old one, synced and renamed over it, so a crash leaves one of
the two. Format 1 was decimal digits and nothing else, in which a flipped bit is another number.
"""

from hashlib import sha256
from struct import Struct
from typing import Final

from node.store.faults import StorageCode, StorageFault
from node.store.files import Files

CHECKPOINT: Final = "checkpoint"
"""The largest size of the log that the checkpoint key has signed."""
LEAP: Final = "leap"
"""Sum of a rehearsal's leaps, milliseconds."""
NAMES: Final = (CHECKPOINT, LEAP)
FORMAT: Final = 2
FILE_BYTES: Final = 44

_MAGIC: Final = b"TBn2"
_FIELDS: Final = Struct(">4sQ")


def pack(number: int) -> bytes:
    """The whole file."""
    fields = _FIELDS.pack(_MAGIC, number)
    return fields + sha256(fields).digest()


def read_number(files: Files, name: str) -> int | None:
    """The number of a file; None when there is no such file.

    Raises:
        StorageFault: ``NUMBER_DAMAGED``, the file does not hold what was written; ``READ_FAILED``.
    """
    if name not in files.names():
        return None
    file = files.open(name)
    try:
        raw = file.read(0, FILE_BYTES + 1)
    finally:
        file.close()
    _, number = _FIELDS.unpack_from(raw) if len(raw) == FILE_BYTES else (b"", 0)
    if raw != pack(number):
        raise StorageFault(StorageCode.NUMBER_DAMAGED, name, "not the number that was written", 0)
    return int(number)


def write_number(files: Files, name: str, number: int) -> None:
    """Replace the number of a file; durable when this returns.

    Raises:
        StorageFault: the disk fails; the file then holds the old number or the new one.
    """
    new = f"{name}.new"
    if new in files.names():
        files.remove(new)
    file = files.create(new)
    try:
        file.write(0, pack(number))
        file.sync()
    finally:
        file.close()
    files.rename(new, name)
    files.sync_directory()
