"""The chain store: one batch a block, and every index answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.chain.codec import encode
from node.chain.merkle import Frontier, inclusion_proof, leaf_hash
from node.chain.types import Hash, Height, Id
from node.store.chainstore import (
    BlockChanges,
    ChainStore,
    HistoryLine,
    TransactionEntry,
    TransactionPlace,
)
from node.store.faults import StorageCode, StorageFault
from node.store.kv import KeyValue, after
from node.store.level import LevelKeyValue
from node.store.memorykv import MemoryKeyValue

CHAIN = Hash(bytes(range(32)))
ALICE, BOB = Id(b"a" * 16), Id(b"\xff" * 16)


def tx_id(number: int) -> Hash:
    return Hash(number.to_bytes(32, "big"))


def block_id(height: int) -> Hash:
    return Hash(b"block" + height.to_bytes(27, "big"))


@pytest.fixture(params=["memory", "level"])
def kv(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KeyValue]:
    """Both implementations."""
    store: KeyValue = MemoryKeyValue() if request.param == "memory" else LevelKeyValue(tmp_path)
    yield store
    store.close()


def genesis() -> BlockChanges:
    return BlockChanges(Height(0), block_id(0), b"header 0", {b"\x40a": b"Alice", b"\x41x": b"op"})


def first() -> BlockChanges:
    return BlockChanges(
        Height(1),
        block_id(1),
        b"header 1",
        {b"\x40a": b"Alice 2", b"\x41x": None, b"\x47o": b"order"},
        [(0, 0, tx_id(100)), (1, 0, tx_id(101))],
        [
            TransactionEntry(tx_id(1), ALICE, 3, (ALICE, BOB)),
            TransactionEntry(tx_id(2), BOB, 4, (BOB,)),
        ],
    )


def second() -> BlockChanges:
    entry = TransactionEntry(tx_id(3), ALICE, 5, (ALICE,))
    return BlockChanges(Height(2), block_id(2), b"header 2", transactions=[entry])


def filled(kv: KeyValue) -> ChainStore:
    store = ChainStore(kv, CHAIN)
    for changes in (genesis(), first(), second()):
        store.apply(changes)
    return store


def test_records_are_those_of_the_last_block(kv: KeyValue) -> None:
    """Replaced, deleted and new records, in key order without their prefix."""
    store = filled(kv)
    assert list(store.load_records()) == [(b"\x40a", b"Alice 2"), (b"\x47o", b"order")]
    assert store.record(b"\x40a") == b"Alice 2"
    assert store.record(b"\x41x") is None


def test_headers_and_ids_are_found(kv: KeyValue) -> None:
    """Header by height, height by id, and None for what is not there."""
    store = filled(kv)
    assert store.header(Height(1)) == b"header 1"
    assert store.header(Height(3)) is None
    assert store.height_of(block_id(2)) == 2
    assert store.height_of(block_id(3)) is None


def test_transactions_are_found_by_id(kv: KeyValue) -> None:
    """Where a transaction stands, with its kind."""
    store = filled(kv)
    assert store.place_of(tx_id(2)) == TransactionPlace(Height(1), 1, 4)
    assert store.place_of(tx_id(9)) is None


def test_histories_run_from_new_to_old(kv: KeyValue) -> None:
    """By sender and by person, whole or below a height, the all-ones id included."""
    store = filled(kv)
    old, other = HistoryLine(Height(1), 0, tx_id(1)), HistoryLine(Height(1), 1, tx_id(2))
    new = HistoryLine(Height(2), 0, tx_id(3))
    assert list(store.sent_by(ALICE)) == [new, old]
    assert list(store.sent_by(ALICE, before=Height(2))) == [old]
    assert list(store.sent_by(BOB)) == [other]
    assert list(store.involving(ALICE)) == [new, old]
    assert list(store.involving(BOB)) == [other, old]
    assert list(store.involving(Id(b"n" * 16))) == []


def test_the_log_can_be_proven_from_its_nodes(kv: KeyValue) -> None:
    """``log_node`` reads what ``Frontier.extend`` gave."""
    store = ChainStore(kv, CHAIN)
    leaves = [leaf_hash(b"%d" % number) for number in range(5)]
    _, nodes = Frontier().extend(leaves)
    store.apply(BlockChanges(Height(0), block_id(0), b"", log_nodes=nodes))
    assert inclusion_proof(store.log_node, 2, 5)[0] == leaves[3]
    with pytest.raises(StorageFault) as caught:
        store.log_node(7, 7)
    assert caught.value.code is StorageCode.DATABASE_DAMAGED


def test_the_applied_height_is_in_the_batch(kv: KeyValue) -> None:
    """What is opened again continues where the last batch ended."""
    assert ChainStore(kv, CHAIN).applied_height is None
    filled(kv)
    assert ChainStore(kv, CHAIN).applied_height == 2


def test_blocks_are_applied_in_order(kv: KeyValue) -> None:
    """A hole is our own mistake."""
    store = filled(kv)
    with pytest.raises(AssertionError):
        store.apply(first())


@pytest.mark.feature("J2")
def test_a_cleared_store_replayed_is_the_same(kv: KeyValue) -> None:
    """Wiping it and applying the same blocks restores every key."""
    store = filled(kv)
    before = list(kv.iterate(b"\x00", b"\xff"))
    store.clear()
    assert store.applied_height is None
    assert list(kv.iterate(b"\x00", b"\xff")) == []
    filled(kv)
    assert list(kv.iterate(b"\x00", b"\xff")) == before


def test_a_store_of_another_chain_is_refused(kv: KeyValue) -> None:
    """A mixed-up directory is named."""
    filled(kv)
    with pytest.raises(StorageFault) as caught:
        ChainStore(kv, Hash(bytes(32)))
    assert caught.value.code is StorageCode.WRONG_CHAIN


@pytest.mark.parametrize("meta", [b"", b"rubbish", encode((2, CHAIN, 5))])
def test_an_unknown_format_is_refused(kv: KeyValue, meta: bytes) -> None:
    """What a later version wrote is not guessed at."""
    kv.write([(b"m", meta)])
    with pytest.raises(StorageFault) as caught:
        ChainStore(kv, CHAIN)
    assert caught.value.code is StorageCode.UNKNOWN_FORMAT


def test_after_is_the_end_of_a_prefix() -> None:
    """Also where the last bytes are all ones."""
    assert after(b"ab") == b"ac"
    assert after(b"a\xff\xff") == b"b"
