"""One slot of the vote log: what it looks like, and what a disk may have made of it.

A slot is the first 512 bytes of an aligned 4,096: one sector, which a disk writes whole or not at
all, on a page that it shares with no other slot. The rest of the page is never written or read.

    0    magic(4)        "TBv1"
    4    slot number(8)
    12   durable(8)      slots known durable when this one was written
    20   height(8)
    28   round(8)
    36   kind(1)         5 proposal, 6 prevote, 7 precommit, 0 mark
    37   length(2)       of the message
    39   chain id(32)
    71   message         canonical signed message: block id, justification and signature are in it
         zeros
    480  checksum(32)    SHA-256 of the 480 bytes before

Numbers are big endian. The message and the chain id are all that its sign bytes are made of.
"""

from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from struct import Struct
from typing import Final

from node.chain.certificate import (
    Precommit,
    Prevote,
    Proposal,
    SignedMessage,
    decode_message,
)
from node.chain.codec import encode
from node.chain.errors import Malformed
from node.chain.types import Hash, Height

SLOT_BYTES: Final = 4_096
SECTOR_BYTES: Final = 512
MESSAGE_MAX_BYTES: Final = 409

_FIELDS = Struct(">4sQQQQBH32s")
_MAGIC = b"TBv1"
_CHECKED_BYTES = 480
_MARK = 0
_KINDS: Final[dict[type[SignedMessage], int]] = {Proposal: 5, Prevote: 6, Precommit: 7}


class Trace(Enum):
    """What a slot can hold that is not a message or a mark."""

    ABSENT = "absent"
    """Zeros or nothing: never written, so never sent."""
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Mark:
    """No slot is missing up to this height, and nothing may be signed at it or below."""

    height: Height


Entry = SignedMessage | Mark


@dataclass(frozen=True, slots=True)
class Slot:
    """A whole slot."""

    entry: Entry
    durable: int
    """Number of slots, from the first, that were durable when this one was written."""


def pack(chain_id: Hash, number: int, slot: Slot) -> bytes:
    """The 512 bytes of one slot."""
    entry = slot.entry
    if isinstance(entry, Mark):
        round_, kind, message = 0, _MARK, b""
    else:
        round_, kind, message = entry.round, _KINDS[type(entry)], encode(entry)
    assert len(message) <= MESSAGE_MAX_BYTES, "signed messages are small"
    fields = _FIELDS.pack(
        _MAGIC, number, slot.durable, entry.height, round_, kind, len(message), chain_id
    )
    checked = (fields + message).ljust(_CHECKED_BYTES, b"\x00")
    return checked + sha256(checked).digest()


def parse(chain_id: Hash, number: int, raw: bytes) -> Slot | Trace:
    """What the ``number``-th slot holds, given its first 512 bytes or fewer at the file's end."""
    if not any(raw):
        return Trace.ABSENT
    checked = raw[:_CHECKED_BYTES]
    if len(raw) != SECTOR_BYTES or sha256(checked).digest() != raw[_CHECKED_BYTES:]:
        return Trace.DAMAGED
    _, _, durable, height, _, kind, length, _ = _FIELDS.unpack_from(checked)
    try:
        entry = _entry(kind, height, checked[_FIELDS.size : _FIELDS.size + length])
    except Malformed:
        return Trace.DAMAGED
    slot = Slot(entry, durable)
    return slot if pack(chain_id, number, slot) == raw else Trace.DAMAGED


def _entry(kind: int, height: int, message: bytes) -> Entry:
    return Mark(Height(height)) if kind == _MARK else decode_message(message)
