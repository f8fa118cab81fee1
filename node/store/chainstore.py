"""State records, headers and indexes over a ``KeyValue``: everything a node can make again.

One block is one batch, which carries the applied height with it, so after a crash the map is the
map of some block and the executor replays the block log from there. Nothing here is synced.

Keys start with a letter; numbers in keys are big endian, so that iteration is in their order:

    m                                        format, chain id, applied height
    r kind(1) id(16)                         state record
    t tx_id(32)                              height(8) index(4) kind(2)
    n level(1) index(8)                      hash(32) of a complete subtree of the log
    s sender(16) height(8) index(4)          tx_id(32)
    p person(16) height(8) index(4)          tx_id(32)
    h height(8)                              header
    b block_id(32)                           height(8)
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from struct import Struct
from typing import Final

from node.chain.codec import Record, decoder, encode
from node.chain.errors import Malformed
from node.chain.types import Hash, HashF, Height, HeightF, Id, UintF
from node.store.faults import StorageCode, StorageFault
from node.store.kv import Change, KeyValue, after

FORMAT: Final = 1
"""Of the key layout above."""

_NAME = "index database"
_META = b"m"
_PLACE = Struct(">QIH")
_POSITION = Struct(">QI")
_NODE = Struct(">BQ")
_HEIGHT = Struct(">Q")


class _Meta(Record, frozen=True):
    format: UintF
    chain_id: HashF
    height: HeightF


_decode_meta = decoder(_Meta, 64)


@dataclass(frozen=True, slots=True)
class TransactionPlace:
    """Where a committed transaction stands."""

    height: Height
    index: int
    """Position among the transactions of its block."""
    kind: int


@dataclass(frozen=True, slots=True)
class TransactionEntry:
    """What the indexes say of one transaction; its index is its position in the block."""

    tx_id: Hash
    sender: Id
    kind: int
    persons: tuple[Id, ...] = ()
    """Whose statements show it, without repeats."""


@dataclass(frozen=True, slots=True)
class BlockChanges:
    """All that one block changes.

    ``records`` maps a record key (kind byte and id) to its new bytes, or to None when it leaves
    the state. ``log_nodes`` are (level, index, hash) as ``merkle.Frontier.extend`` returns them.
    """

    height: Height
    block_id: Hash
    header: bytes
    records: Mapping[bytes, bytes | None] = field(default_factory=dict)
    log_nodes: Sequence[tuple[int, int, Hash]] = ()
    transactions: Sequence[TransactionEntry] = ()
    outcome: Sequence[Change] = ()
    """What others keep of the block under a letter of their own: all of it is written, or nothing."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of a history or a statement."""

    height: Height
    index: int
    tx_id: Hash


class ChainStore:
    """Writes blocks in order and answers by key. Every method raises ``StorageFault``."""

    def __init__(self, kv: KeyValue, chain_id: Hash) -> None:
        """Look at what the map holds.

        Raises:
            StorageFault: ``WRONG_CHAIN``, ``UNKNOWN_FORMAT`` or ``DATABASE_DAMAGED``.
        """
        self._kv = kv
        self._chain_id = chain_id
        self._applied = _applied_height(kv.get(_META), chain_id)

    @property
    def applied_height(self) -> Height | None:
        """Height whose state the map holds; None when it is empty, 0 for genesis."""
        return self._applied

    def apply(self, changes: BlockChanges) -> None:
        """Write one block in one batch; genesis is height 0 of an empty map.

        The caller applies heights in order: 0 first, or any height first when a snapshot starts it.
        """
        assert self._applied is None or changes.height == self._applied + 1, "heights in order"
        batch: list[Change] = [(b"r" + key, value) for key, value in changes.records.items()]
        batch += [(b"n" + _NODE.pack(lvl, index), node) for lvl, index, node in changes.log_nodes]
        for index, entry in enumerate(changes.transactions):
            batch += _entry_changes(changes.height, index, entry)
        batch += changes.outcome
        height = _HEIGHT.pack(changes.height)
        batch.append((b"h" + height, changes.header))
        batch.append((b"b" + changes.block_id, height))
        batch.append((_META, encode(_Meta(FORMAT, self._chain_id, changes.height))))
        self._kv.write(batch)
        self._applied = changes.height

    def clear(self) -> None:
        """Forget everything; the executor then replays the block log."""
        self._kv.clear()
        self._applied = None

    def close(self) -> None:
        """Close the map below."""
        self._kv.close()

    def load_records(self) -> Iterator[tuple[bytes, bytes]]:
        """Every state record as (kind byte and id, bytes), in key order."""
        for key, value in self._kv.iterate(b"r", b"s"):
            yield key[1:], value

    def record(self, key: bytes) -> bytes | None:
        """Bytes of the state record with this kind byte and id."""
        return self._kv.get(b"r" + key)

    def header(self, height: Height) -> bytes | None:
        """Canonical bytes of a header."""
        return self._kv.get(b"h" + _HEIGHT.pack(height))

    def height_of(self, block_id: Hash) -> Height | None:
        """Height of the block with this id."""
        value = self._kv.get(b"b" + block_id)
        return None if value is None else Height(_unpack(_HEIGHT, value)[0])

    def place_of(self, tx_id: Hash) -> TransactionPlace | None:
        """Where the transaction stands."""
        value = self._kv.get(b"t" + tx_id)
        if value is None:
            return None
        height, index, kind = _unpack(_PLACE, value)
        return TransactionPlace(Height(height), index, kind)

    def log_node(self, level: int, index: int) -> Hash:
        """Hash of a complete subtree of the log, as ``merkle.NodeReader`` wants it.

        Raises:
            StorageFault: ``DATABASE_DAMAGED`` also when the node is not there: the caller asks
                only for nodes of a log that is.
        """
        value = self._kv.get(b"n" + _NODE.pack(level, index))
        if value is None:
            raise _damaged(f"log node {level}/{index} is missing")
        return Hash(value)

    def sent_by(self, sender: Id, before: Height | None = None) -> Iterator[HistoryLine]:
        """Transactions of one sender, newest first, below the height ``before`` if given."""
        return self._history(b"s" + sender, before)

    def involving(self, person: Id, before: Height | None = None) -> Iterator[HistoryLine]:
        """Transactions in one person's statement, newest first, below ``before`` if given."""
        return self._history(b"p" + person, before)

    def _history(self, prefix: bytes, before: Height | None) -> Iterator[HistoryLine]:
        stop = after(prefix) if before is None else prefix + _HEIGHT.pack(before)
        for key, tx_id in self._kv.iterate(prefix, stop, reverse=True):
            height, index = _unpack(_POSITION, key[len(prefix) :])
            yield HistoryLine(Height(height), index, Hash(tx_id))


def _entry_changes(height: Height, index: int, entry: TransactionEntry) -> Iterator[Change]:
    position = _POSITION.pack(height, index)
    yield b"t" + entry.tx_id, _PLACE.pack(height, index, entry.kind)
    yield b"s" + entry.sender + position, entry.tx_id
    for person in entry.persons:
        yield b"p" + person + position, entry.tx_id


def _applied_height(raw: bytes | None, chain_id: Hash) -> Height | None:
    if raw is None:
        return None
    try:
        meta = _decode_meta(raw)
    except Malformed as error:
        raise StorageFault(StorageCode.UNKNOWN_FORMAT, _NAME, str(error)) from error
    if meta.format != FORMAT:
        raise StorageFault(StorageCode.UNKNOWN_FORMAT, _NAME, f"format {meta.format}")
    if meta.chain_id != chain_id:
        raise StorageFault(StorageCode.WRONG_CHAIN, _NAME, f"of chain {meta.chain_id.hex()[:16]}")
    return meta.height


def _unpack(layout: Struct, value: bytes) -> tuple[int, ...]:
    if len(value) != layout.size:
        raise _damaged(f"{len(value)} bytes where {layout.size} belong")
    return layout.unpack(value)


def _damaged(reason: str) -> StorageFault:
    return StorageFault(StorageCode.DATABASE_DAMAGED, _NAME, reason)
