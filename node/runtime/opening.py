"""What a node finds when it starts: the state in the chain store, held against the block log.

The chain store can be made again from the block log, so it is believed only where the two agree: the header that both
have at the applied height, the state root over all records, the log root over the stored subtrees. What differs is
damage, which ``timebank node rebuild`` mends; nothing of it is used.
"""

from dataclasses import dataclass

from node.chain.block import Header, Summary, block_id, decode_block
from node.chain.certificate import CommitCertificate, authority_set_hash, decode_certificate
from node.chain.codec import Record, decoder, encode
from node.chain.errors import Malformed
from node.chain.genesis import (
    Genesis,
    SuccessorGenesis,
    base_height,
    chain_id_of,
    city_id_of,
    first_records,
    new_ledger,
)
from node.chain.ledger import Ledger
from node.chain.merkle import Frontier, leaf_hash
from node.chain.records import decode_record, encode_record, record_key
from node.chain.seats import epochs_of
from node.chain.types import Hash, Height
from node.chain.verify import Point, policies_in, start
from node.store.blocklog import BlockLog
from node.store.chainstore import BlockChanges, ChainStore
from node.store.faults import StorageCode, StorageFault


class KeptHeader(Record, frozen=True):
    """What the chain store keeps for each height."""

    header: Header
    summary: Summary


decode_kept_header = decoder(KeptHeader, 2_048)


class InvalidBlock(StorageFault):
    """A block of the log reads well and is not valid on the one before it.

    Attributes:
        height: of the block.
    """

    def __init__(self, height: Height, reason: str) -> None:
        """``reason`` is what the rules say."""
        self.height = height
        super().__init__(StorageCode.BLOCK_LOG_DAMAGED, f"block {height}", reason)


@dataclass(frozen=True, slots=True)
class Opened:
    """The state to go on from."""

    ledger: Ledger
    point: Point
    certificate: CommitCertificate | None
    """Of the block at the point; None before the first block."""


def open_state(genesis: Genesis, block_log: BlockLog, store: ChainStore) -> Opened:
    """The state that the chain store holds; that of genesis, written into it, when it is empty.

    A successor's genesis has no state of its own: ``successors.begin_after`` has put the one before it there.

    Raises:
        StorageFault: ``PREVIOUS_MISSING``, the store is empty and the genesis a successor's.
        StorageFault: ``BLOCK_LOG_INCOMPLETE``, the log ends before the store; ``BLOCK_LOG_DAMAGED``, the log's block
            cannot be read; ``DATABASE_DAMAGED``, the store contradicts the log or itself.
    """
    applied = store.applied_height
    if isinstance(genesis, SuccessorGenesis) and applied in {None, base_height(genesis)}:
        return _opened_after(genesis, store)
    if applied is None:
        records = {record_key(r): encode_record(r) for r in first_records(genesis)}
        store.apply(BlockChanges(Height(0), chain_id_of(genesis), b"", records))
        applied = Height(0)
    if applied == 0:
        return Opened(new_ledger(genesis), start(genesis), None)
    header, certificate = _logged(block_log, applied)
    try:
        return Opened(*_restored(genesis, header, store), certificate)
    except Malformed as fault:
        raise _differs(applied, str(fault)) from fault


def _opened_after(genesis: SuccessorGenesis, store: ChainStore) -> Opened:
    """Before a successor's first block, with the state that ``begin_after`` has just written."""
    if store.applied_height is None:
        reason = f"the state of chain {genesis.link.chain_id.hex()[:16]} at {base_height(genesis)}"
        raise StorageFault(StorageCode.PREVIOUS_MISSING, "index database", reason)
    ledger = Ledger(chain_id_of(genesis), city_id_of(genesis))
    ledger.load(decode_record(raw) for _, raw in store.load_records())
    ledger.height, ledger.time_ms = base_height(genesis), genesis.link.header.time_ms
    return Opened(ledger, start(genesis, ledger.records.values()), None)


def _logged(block_log: BlockLog, height: Height) -> tuple[Header, CommitCertificate]:
    """Header and certificate of a block in the block log."""
    stored = block_log.read(height)
    if stored is None:
        raise StorageFault(
            StorageCode.BLOCK_LOG_INCOMPLETE,
            "block log",
            f"the index database is at height {height}, the block log ends at {block_log.last_height}",
        )
    try:
        return decode_block(stored.block).header, decode_certificate(stored.certificate)
    except Malformed as fault:
        raise StorageFault(StorageCode.BLOCK_LOG_DAMAGED, f"block {height}", str(fault)) from fault


def _restored(genesis: Genesis, header: Header, store: ChainStore) -> tuple[Ledger, Point]:
    """Ledger and point as they were after the block with this header.

    Raises:
        StorageFault: the store holds something else.
        Malformed: it holds bytes that are no record of ours.
    """
    first, height = start(genesis), header.height
    raw = store.header(height)
    kept = None if raw is None else decode_kept_header(raw)
    if kept is None or kept.header != header:
        raise _differs(height, "another header than in the block log")
    if store.log_node(0, header.log_size - 1) != leaf_hash(encode(kept.summary)):
        raise _differs(height, "another summary than in the log")
    ledger = Ledger(first.chain_id, city_id_of(genesis))
    if ledger.load(decode_record(raw) for _, raw in store.load_records()) != header.state_root:
        raise _differs(height, "the state root differs")
    frontier = frontier_of(store, header.log_size)
    if frontier.root() != header.log_root:
        raise _differs(height, "the log root differs")
    ledger.height, ledger.time_ms, ledger.frontier = height, header.time_ms, frontier
    epochs = epochs_of(ledger, height)
    authorities = next(e for e in reversed(epochs) if e.first_height <= height).authorities
    following = epochs[-1].authorities
    for said, found in (
        (header.authorities_hash, authorities),
        (header.next_authorities_hash, following),
    ):
        if said != authority_set_hash(first.chain_id, found):
            raise _differs(height, "another authority set")
    point = Point(
        chain_id=first.chain_id,
        height=height,
        time_ms=header.time_ms,
        block_id=block_id(first.chain_id, header),
        authorities=authorities,
        next_authorities=following,
        frontier=frontier,
        suite=header.suite,
        known_policies=policies_in(first.chain_id, ledger.records.values()),
        epochs=epochs,
    )
    return ledger, point


def frontier_of(store: ChainStore, size: int) -> Frontier:
    """The log's right edge, from its stored subtrees."""
    peaks: list[Hash] = []
    begin = 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            peaks.append(store.log_node(level, begin >> level))
            begin += 1 << level
    return Frontier(size, tuple(peaks))


def _differs(height: Height, reason: str) -> StorageFault:
    return StorageFault(
        StorageCode.DATABASE_DAMAGED, "index database", f"at height {height}: {reason}"
    )
