"""A node of a city that was founded anew: its chain begins with the last state of the chain before.

The node keeps that state as the other chain's snapshot, with the other chain's genesis beside its own. Until the first
block is applied the state is made from them again at each start, every byte verified; from then on the block log and
the index database stand for themselves, and the snapshot is needed only to make the database again.
"""

from dataclasses import dataclass

from node.chain.genesis import Genesis, SuccessorGenesis, base_height, chain_id_of
from node.chain.link import LinkRefused, verify_link
from node.chain.records import StateRecord, decode_record, encode_record, record_key
from node.chain.reopening import opening_records
from node.chain.snapshot import SnapshotRefused
from node.runtime.queries.journal import journal_mark
from node.runtime.snapshots import verified
from node.store.chainstore import BlockChanges, ChainStore
from node.store.faults import StorageCode, StorageFault
from node.store.snapshotfiles import SnapshotFiles


@dataclass(frozen=True, slots=True)
class Previous:
    """The chain before, as a node keeps it.

    Attributes:
        genesis: that it began with.
        state: a snapshot at its last block.
    """

    genesis: Genesis
    state: SnapshotFiles


def opening_of(previous: Previous, genesis: Genesis) -> tuple[StateRecord, ...]:
    """Every record before the successor's first block, if genesis, link and snapshot belong together.

    Raises:
        LinkRefused: the successor does not follow, or the snapshot is of another state.
        SnapshotRefused: the snapshot does not prove itself.
        StorageFault: the disk fails.
    """
    following = verify_link(previous.genesis, genesis)
    _, records = verified(previous.genesis, previous.state)
    return opening_records((decode_record(raw) for raw in records.values()), following)


def begin_after(previous: Previous | None, genesis: SuccessorGenesis, store: ChainStore) -> None:
    """Put the state before the successor's first block into a store that has no block yet.

    Args:
        previous: the chain before; None where this node does not have it.
        genesis: the successor.
        store: of the successor's chain.

    Raises:
        StorageFault: ``PREVIOUS_MISSING``, what is needed is missing, or does not belong together; the disk fails.
    """
    height = base_height(genesis)
    if (store.applied_height or 0) > height:
        return
    if previous is None:
        raise _missing(f"of chain {genesis.link.chain_id.hex()[:16]} at {height}")
    try:
        opening = opening_of(previous, genesis)
    except (LinkRefused, SnapshotRefused) as fault:
        raise _missing(str(fault)) from fault
    store.clear()
    records = {record_key(record): encode_record(record) for record in opening}
    store.apply(
        BlockChanges(height, chain_id_of(genesis), b"", records, outcome=journal_mark(height))
    )


def _missing(reason: str) -> StorageFault:
    return StorageFault(StorageCode.PREVIOUS_MISSING, "previous", reason)
