"""The archive: a whole chain in one file, read and written as a stream.

``magic(8) ‖ format(2) ‖ suite(2) ‖ genesis hash(32)``, then records
``length(4) ‖ kind(1) ‖ SHA-256(record number(8) ‖ length(4) ‖ kind(1))[:4] ‖ body``, all integers big endian, in this
order: genesis (1), authority changes (2, any number), blocks (3) from the chain's first height, the tip's certificate
(4), end (5).
Nothing inside is compressed. Every byte is bound by framing, canonical form, the hash chain, the next block's
certificate, or the end's digest over everything before its record.

A file that stops between records, or inside one whose frame is sound, is incomplete; anything else is a violation.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol

from node.chain.block import Block, Summary
from node.chain.certificate import CommitCertificate
from node.chain.codec import Record, decoder, encode
from node.chain.errors import Malformed
from node.chain.genesis import GENESIS_VERSION, Genesis, base_height, decode_genesis
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.limits import ARCHIVE_RECORD_MAX_BYTES
from node.chain.types import Hash, HashF, Height, HeightF, UintF
from node.chain.verify import AuthorityChange
from node.chain.violations import Incomplete, Violation, ViolationCode

MAGIC: Final = b"timebank"
FORMAT: Final = 1
HEAD_BYTES: Final = 44
NUMBERS_END: Final = 12
"""Of the head: magic, format and suite."""
FRAME_BYTES: Final = 9
CHECK_BYTES: Final = 4

FROM_NOTHING: Final = Height(0)

KIND_GENESIS, KIND_CHANGE, KIND_BLOCK, KIND_TIP, KIND_END = 1, 2, 3, 4, 5
_MAY_FOLLOW: Final = {
    0: {KIND_GENESIS},
    KIND_GENESIS: {KIND_CHANGE, KIND_BLOCK, KIND_END},
    KIND_CHANGE: {KIND_CHANGE, KIND_BLOCK},
    KIND_BLOCK: {KIND_BLOCK, KIND_TIP},
    KIND_TIP: {KIND_END},
}


class ArchivedBlock(Record, frozen=True, tag=17):
    """A block with the summary that closes its part of the log."""

    block: Block
    summary: Summary


class End(Record, frozen=True, tag=16):
    """The last record: how much there is, and a digest of every byte before this record."""

    records: UintF
    """Records before this one."""
    height: HeightF
    tip: HashF
    """Id of the last block; the genesis hash when there is none."""
    digest: HashF


Entry = Genesis | AuthorityChange | ArchivedBlock | CommitCertificate | End

_decode_change = decoder(AuthorityChange, ARCHIVE_RECORD_MAX_BYTES)
_decode_block = decoder(ArchivedBlock, ARCHIVE_RECORD_MAX_BYTES)
_decode_tip = decoder(CommitCertificate, ARCHIVE_RECORD_MAX_BYTES)
_decode_end = decoder(End, 256)
_DECODERS: Final[dict[int, Callable[[bytes], Entry]]] = {
    KIND_GENESIS: decode_genesis,
    KIND_CHANGE: _decode_change,
    KIND_BLOCK: _decode_block,
    KIND_TIP: _decode_tip,
    KIND_END: _decode_end,
}


class ByteSource(Protocol):
    """Something to read an archive from."""

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes; fewer only at the end."""


class ByteSink(Protocol):
    """Something to write an archive to."""

    def write(self, data: bytes, /) -> object:
        """Take all bytes."""


@dataclass(frozen=True, slots=True)
class Framed:
    """One record as it stands in the file."""

    number: int
    kind: int
    body: bytes
    digest_before: Hash
    """SHA-256 of every byte before the record."""


def frame(number: int, kind: int, body: bytes) -> bytes:
    """A record with its frame."""
    head = len(body).to_bytes(4, "big") + kind.to_bytes(1, "big")
    check = sha256(number.to_bytes(8, "big") + head).digest()[:CHECK_BYTES]
    return head + check + body


def head(genesis_hash: Hash) -> bytes:
    """The first 44 bytes."""
    numbers = FORMAT.to_bytes(2, "big") + SUITE_ED25519_SHA256.to_bytes(2, "big")
    return MAGIC + numbers + genesis_hash


class ArchiveWriter:
    """Writes an archive record by record."""

    def __init__(self, sink: ByteSink, genesis: Genesis, genesis_hash: Hash) -> None:
        """Write the head and the genesis record."""
        self._sink = sink
        self._digest = sha256()
        self._records = 0
        self._height, self._tip = base_height(genesis), genesis_hash
        assert genesis.version == GENESIS_VERSION
        self._write(head(genesis_hash))
        self._record(KIND_GENESIS, encode(genesis))

    def change(self, change: AuthorityChange) -> None:
        """One step of the authority trail; all of them come before the first block."""
        self._record(KIND_CHANGE, encode(change))

    def block(self, block: Block, summary: Summary, id_: Hash) -> None:
        """The next block."""
        assert block.header.height == self._height + 1
        self._record(KIND_BLOCK, encode(ArchivedBlock(block, summary)))
        self._height, self._tip = block.header.height, id_

    def finish(self, certificate: CommitCertificate | None) -> None:
        """The tip's certificate (none for a chain without blocks) and the end."""
        if certificate is not None:
            self._record(KIND_TIP, encode(certificate))
        digest = Hash(self._digest.digest())
        end = End(self._records, self._height, self._tip, digest)
        self._record(KIND_END, encode(end))

    def _record(self, kind: int, body: bytes) -> None:
        self._write(frame(self._records, kind, body))
        self._records += 1

    def _write(self, data: bytes) -> None:
        self._digest.update(data)
        self._sink.write(data)


def read_frames(
    source: ByteSource, genesis_hash: Hash, base: Height = FROM_NOTHING
) -> Iterator[Framed]:
    """The records of an archive, framing and order checked, bodies as bytes.

    Args:
        source: the archive, from its first byte.
        genesis_hash: of its genesis.
        base: the height before its first block, for naming places.

    Raises:
        Violation: magic, format, genesis hash, frame, kind, order, or bytes after the end.
        Incomplete: the file stops early.
    """
    digest = sha256()
    digest.update(_read_head(source, genesis_hash))
    number, last, height = 0, 0, int(base)
    while last != KIND_END:
        lead = source.read(FRAME_BYTES)
        if len(lead) < FRAME_BYTES:
            raise Incomplete(height, "the file stops before its end record")
        length, kind = int.from_bytes(lead[:4], "big"), lead[4]
        check = sha256(number.to_bytes(8, "big") + lead[:5]).digest()[:CHECK_BYTES]
        _need(check == lead[5:], ViolationCode.BAD_FRAME, height, f"record {number}")
        _need(kind in _DECODERS, ViolationCode.BAD_RECORD_KIND, height, f"kind {kind}")
        _need(kind in _MAY_FOLLOW[last], ViolationCode.RECORD_ORDER, height, f"{kind} after {last}")
        in_bounds = length <= ARCHIVE_RECORD_MAX_BYTES
        _need(in_bounds, ViolationCode.BAD_FRAME, height, f"{length} bytes")
        before = Hash(digest.copy().digest()) if kind == KIND_END else genesis_hash
        body = source.read(length)
        if len(body) < length:
            raise Incomplete(height, f"the file stops inside record {number}")
        digest.update(lead + body)
        yield Framed(number, kind, body, before)
        number, last = number + 1, kind
        height += 1 if kind == KIND_BLOCK else 0
    _need(source.read(1) == b"", ViolationCode.TRAILING_BYTES, height, "bytes after the end")


def _read_head(source: ByteSource, genesis_hash: Hash) -> bytes:
    first = source.read(HEAD_BYTES)
    _need(MAGIC.startswith(first[: len(MAGIC)]), ViolationCode.BAD_MAGIC, 0, "not an archive")
    if len(first) < HEAD_BYTES:
        raise Incomplete(0, "the file stops inside its head")
    known = first[:NUMBERS_END] == head(genesis_hash)[:NUMBERS_END]
    _need(known, ViolationCode.UNKNOWN_FORMAT, 0, f"format and suite {first[8:NUMBERS_END].hex()}")
    own = first[NUMBERS_END:] == genesis_hash
    _need(own, ViolationCode.GENESIS_MISMATCH, 0, f"the archive is of {first[NUMBERS_END:].hex()}")
    return first


def decode_entry(framed: Framed, height: int) -> Entry:
    """The record of a frame.

    Args:
        framed: as ``read_frames`` gives it.
        height: the height to name in a violation.

    Raises:
        Violation: ``NOT_CANONICAL``.
    """
    try:
        return _DECODERS[framed.kind](framed.body)
    except Malformed as fault:
        raise Violation(ViolationCode.NOT_CANONICAL, height, str(fault)) from fault


def check_end(framed: Framed, end: End, height: int, tip: Hash) -> None:
    """The end record against everything before it.

    Raises:
        Violation: ``END_DIGEST``, ``END_COUNTS``.
    """
    _need(end.digest == framed.digest_before, ViolationCode.END_DIGEST, height, "another digest")
    counts = (end.records, end.height, end.tip) == (framed.number, height, tip)
    _need(counts, ViolationCode.END_COUNTS, height, "other counts than the file has")


def _need(condition: bool, code: ViolationCode, height: int, reason: str) -> None:  # noqa: FBT001 - a check's condition
    if not condition:
        raise Violation(code, height, reason)
