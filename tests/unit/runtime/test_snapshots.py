"""Snapshots in process: a node begun from one is the node that executed everything."""

import contextlib
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from node.chain.codec import encode
from node.chain.errors import Malformed, Rejected
from node.chain.merkle import Frontier, inclusion_proof
from node.chain.records import decode_record
from node.chain.snapshot import (
    SnapshotCode,
    SnapshotRefused,
    check_manifest,
    chunk_hash,
    decode_chunk,
    decode_manifest,
)
from node.chain.tx.envelope import transaction_id
from node.chain.types import ZERO_HASH, Height
from node.chain.verify import AuthorityChange
from node.net.faults import PeerFault
from node.runtime.executor import Executor
from node.runtime.intake import Intake
from node.runtime.mempool import Mempool
from node.runtime.queries.journal import Journal
from node.runtime.queries.log import PublicLog
from node.runtime.queries.transactions import TransactionDesk
from node.runtime.snapshots import begin_from, capture, verified
from node.runtime.snapshotwire import (
    KINDS,
    SERVED_BYTES_BURST,
    SnapshotServing,
    chunk_question,
    decode_chunk_message,
    decode_manifest_message,
)
from node.store.blocklog import BlockLog
from node.store.chainstore import ChainStore
from node.store.faults import StorageFault
from node.store.files import RealFiles
from node.store.level import LevelKeyValue
from node.store.memoryfiles import MemoryFiles
from node.store.memorykv import MemoryKeyValue
from node.store.snapshotfiles import MANIFEST, SnapshotFiles, chunk_name
from tests.unit.runtime.ledgernode import LedgerNode, NodeClock

HEIGHT = 5


@pytest.fixture
def city() -> LedgerNode:
    """A node with a few blocks and people in its state."""
    node = LedgerNode()
    for number in range(HEIGHT):
        node.decide(node.registration(number))
    return node


@pytest.fixture
def taken(city: LedgerNode) -> SnapshotFiles:
    """Its snapshot at its tip."""
    target = SnapshotFiles(MemoryFiles())
    held = capture(city.executor)
    assert held is not None
    held.write(target)
    return target


def joined(base: SnapshotFiles, city: LedgerNode) -> LedgerNode:
    """A node begun from a base."""
    fresh = LedgerNode(genesis=city.genesis, files=MemoryFiles(), kv=MemoryKeyValue())
    files, kv = MemoryFiles(), MemoryKeyValue()
    log, store = BlockLog(files, city.chain_id), ChainStore(kv, city.chain_id)
    manifest = begin_from(base, city.genesis, log, store)
    assert manifest is not None
    fresh.files, fresh.kv = files, kv
    fresh.open()
    return fresh


@pytest.mark.feature("J2", "K6")
def test_a_node_that_lacks_blocks_calls_nothing_superseded(
    city: LedgerNode, taken: SnapshotFiles
) -> None:
    """What stands in an older block may be handed in again there: refused, and no word that contradicts the others'."""
    other = joined(taken, city)
    decided = city.executor.decided(Height(1))
    assert decided is not None
    (raw,) = decided.block.transactions
    for node, said in ((city, "COMMITTED"), (other, "UNKNOWN")):
        desk = desk_of(node)
        with contextlib.suppress(Rejected):
            desk.submit(raw)
        assert desk.status(transaction_id(raw)).status == said


def desk_of(node: LedgerNode) -> TransactionDesk:
    """What a client asks."""
    intake = Intake(node.pool, lambda _: None, lambda _: None)
    journal = Journal(node.kv)
    return TransactionDesk(
        intake, node.pool, node.store, journal, lambda: node.executor.lacks_blocks
    )


@pytest.mark.feature("A9")
@pytest.mark.feature("K6")
def test_a_node_begun_from_a_snapshot_has_the_state_of_a_full_replay(
    city: LedgerNode, taken: SnapshotFiles
) -> None:
    """The joined node, the node that made the blocks and one that executed them all agree, and go on together."""
    replayed = LedgerNode(genesis=city.genesis)
    replayed.catch_up(city)
    other = joined(taken, city)
    assert other.executor.blocks_from == HEIGHT
    block = city.build()
    for node in (city, replayed, other):
        assert node.executor.check(block) is None
        node.executor.commit(block, city.certificate(block))
    points = {node.executor.point for node in (city, replayed, other)}
    assert len({(p.block_id, p.frontier) for p in points}) == 1
    assert len({node.executor.ledger.tree.root for node in (city, replayed, other)}) == 1
    assert dict(other.executor.ledger.records) == dict(replayed.executor.ledger.records)


@pytest.mark.feature("A9")
def test_a_log_begun_from_a_snapshot_is_the_same_log(
    city: LedgerNode, taken: SnapshotFiles
) -> None:
    """A new entry has the same inclusion proof on the joined node as on a whole one."""
    other = joined(taken, city)
    block = city.build()
    for node in (city, other):
        node.executor.commit(block, city.certificate(block))
    size = block.header.log_size
    paths = [inclusion_proof(n.store.log_node, size - 1, size) for n in (city, other)]
    assert paths[0] == paths[1]


@pytest.mark.feature("A9")
def test_a_certificate_below_the_quorum_is_refused(city: LedgerNode, taken: SnapshotFiles) -> None:
    """Every signature is genuine, there are too few of them."""
    manifest = decode_manifest(taken.manifest())
    few = city.genesis.authorities.quorum - 1
    certificate = replace(manifest.certificate, signatures=manifest.certificate.signatures[:few])
    assert refusal(city, encode(replace(manifest, certificate=certificate))) is (
        SnapshotCode.NO_QUORUM
    )


def refusal(city: LedgerNode, raw: bytes) -> SnapshotCode | None:
    """Why a manifest is refused, or None."""
    try:
        check_manifest(city.genesis, raw)
    except SnapshotRefused as fault:
        return fault.code
    return None


def test_each_thing_that_is_not_bound_together_has_its_number(
    city: LedgerNode, taken: SnapshotFiles
) -> None:
    """Format, chain, trail, transactions, frontier, summary and last certificate, each exchanged for another."""
    manifest = decode_manifest(taken.manifest())
    block, header = manifest.block, manifest.block.header
    change = AuthorityChange(header, manifest.certificate, city.genesis.authorities)
    early = AuthorityChange(
        replace(header, height=1), manifest.certificate, city.genesis.authorities
    )
    one_more = replace(block, transactions=(*block.transactions, b"\x01"))
    summary = replace(manifest.summary, timer_count=manifest.summary.timer_count + 1)
    for wrong, code in (
        (replace(manifest, format=2), SnapshotCode.UNKNOWN_FORMAT),
        (replace(manifest, genesis_hash=ZERO_HASH), SnapshotCode.WRONG_CHAIN),
        (replace(manifest, trail=(change,)), SnapshotCode.AUTHORITY_TRAIL),
        (replace(manifest, trail=(early,)), SnapshotCode.AUTHORITY_TRAIL),
        (replace(manifest, block=one_more), SnapshotCode.BLOCK),
        (replace(manifest, block=replace(block, last_commit=())), SnapshotCode.BLOCK),
        (replace(manifest, before=Frontier(1, (ZERO_HASH,))), SnapshotCode.BLOCK),
        (replace(manifest, before=Frontier(3, ())), SnapshotCode.BLOCK),
        (replace(manifest, summary=summary), SnapshotCode.BLOCK),
    ):
        assert refusal(city, encode(wrong)) is code
    assert refusal(city, b"") is SnapshotCode.NOT_CANONICAL
    assert refusal(city, encode(manifest)) is None


@pytest.mark.feature("A9")
def test_no_flipped_bit_of_manifest_or_chunk_gives_a_state(
    city: LedgerNode, taken: SnapshotFiles
) -> None:
    """Bits sampled from every part; a flip in the manifest is found by the manifest, its chunks or its state."""
    manifest, chunk, chance = taken.manifest(), taken.chunk(0), random.Random(9)
    for _ in range(150):
        with pytest.raises(SnapshotRefused):
            verified(city.genesis, files_of(flipped(manifest, chance), chunk))
        with pytest.raises(SnapshotRefused):
            verified(city.genesis, files_of(manifest, flipped(chunk, chance)))


def flipped(data: bytes, chance: random.Random) -> bytes:
    """The same with one bit turned."""
    at = chance.randrange(len(data))
    return data[:at] + bytes((data[at] ^ 1 << chance.randrange(8),)) + data[at + 1 :]


def files_of(manifest: bytes, *chunks: bytes) -> SnapshotFiles:
    """A snapshot with these bytes."""
    files = SnapshotFiles(MemoryFiles())
    files.write(manifest, chunks)
    return files


@pytest.mark.feature("A9")
def test_records_that_are_not_the_state_are_refused_though_every_hash_of_a_chunk_fits(
    city: LedgerNode, taken: SnapshotFiles
) -> None:
    """A liar makes its own chunks and names them in its manifest: the state root of the header speaks against it."""
    manifest = decode_manifest(taken.manifest())
    records = list(decode_chunk(taken.chunk(0)))
    richer = [*records[:-1], encode(replace(decode_record(records[-1]), touch=b"\x01" * 16))]
    for wrong, code in (
        (records[1:], SnapshotCode.RECORDS),
        (records[::-1], SnapshotCode.RECORDS),
        ([*records[:-1], b"\x00"], SnapshotCode.RECORDS),
        (richer, SnapshotCode.STATE_ROOT),
    ):
        chunk = encode(tuple(wrong))
        forged = replace(manifest, chunks=(chunk_hash(city.chain_id, chunk),))
        with pytest.raises(SnapshotRefused) as caught:
            verified(city.genesis, files_of(encode(forged), chunk))
        assert caught.value.code is code


def test_a_snapshot_that_is_cut_off_counts_as_none(city: LedgerNode, taken: SnapshotFiles) -> None:
    """Without the manifest there is nothing; without a chunk it is incomplete."""
    files = MemoryFiles()
    SnapshotFiles(files).write(taken.manifest(), [taken.chunk(0)])
    files.remove(chunk_name(0))
    with pytest.raises(SnapshotRefused) as caught:
        verified(city.genesis, SnapshotFiles(files))
    assert caught.value.code is SnapshotCode.INCOMPLETE
    files.remove(MANIFEST)
    assert not SnapshotFiles(files).whole


@pytest.mark.feature("K6")
def test_a_crash_between_the_steps_of_beginning_is_made_good_at_the_next_start(
    city: LedgerNode, taken: SnapshotFiles
) -> None:
    """The database is there and the log is not, or the other way round, or the database has been thrown away later."""
    for lost in ("database", "log", "both"):
        other = joined(taken, city)
        files = MemoryFiles() if lost != "database" else other.files
        kv = MemoryKeyValue() if lost != "log" else other.kv
        log, store = BlockLog(files, city.chain_id), ChainStore(kv, city.chain_id)
        begin_from(taken, city.genesis, log, store)
        other.files, other.kv = files, kv
        other.open()
        assert other.executor.point.block_id == city.executor.point.block_id
        assert other.executor.ledger.tree.root == city.executor.ledger.tree.root


def test_a_base_that_has_rotted_stops_the_node_and_is_not_used(
    city: LedgerNode, taken: SnapshotFiles
) -> None:
    """A flipped byte of the node's own base is damage, with the number in its reason."""
    rotten = files_of(taken.manifest(), flipped(taken.chunk(0), random.Random(1)))
    log = BlockLog(MemoryFiles(), city.chain_id)
    with pytest.raises(StorageFault, match="N07"):
        begin_from(rotten, city.genesis, log, ChainStore(MemoryKeyValue(), city.chain_id))
    assert log.first_height is None


@pytest.mark.slow
@pytest.mark.feature("A9")
def test_a_node_is_begun_from_real_files(
    city: LedgerNode, taken: SnapshotFiles, tmp_path: Path
) -> None:
    """LevelDB, fsync and a directory of a snapshot, closed and opened again."""
    source = SnapshotFiles(RealFiles(tmp_path / "snapshot"))
    source.write(taken.manifest(), [taken.chunk(0)])
    for _ in range(2):
        log = BlockLog(RealFiles(tmp_path / "data"), city.chain_id)
        store = ChainStore(LevelKeyValue(tmp_path / "state"), city.chain_id)
        manifest = begin_from(source, city.genesis, log, store)
        executor = Executor(city.genesis, log, store, Mempool(city.chain_id, NodeClock(city)))
        assert manifest is not None
        assert executor.ledger.tree.root == manifest.block.header.state_root
        store.close()
        log.close()


@given(st.binary(max_size=400))
@settings(max_examples=100)
def test_no_decoder_of_snapshots_raises_anything_but_its_fault(data: bytes) -> None:
    """Manifest, chunk and the four messages, on arbitrary bytes."""
    for decode in (decode_manifest, decode_chunk, decode_manifest_message, decode_chunk_message):
        with contextlib.suppress(Malformed):
            decode(data)
    serving = SnapshotServing(NoShelf(), lambda: 0.0)
    for kind in KINDS:
        with contextlib.suppress(PeerFault):
            serving.answer("gulou", kind, data)


class NoShelf:
    """Nothing is kept."""

    def newest(self) -> Height | None:
        return None

    def at(self, height: Height) -> SnapshotFiles | None:
        return None


class OneShelf(NoShelf):
    """One snapshot."""

    def __init__(self, files: SnapshotFiles) -> None:
        self._files = files

    def newest(self) -> Height | None:
        return Height(HEIGHT)

    def at(self, height: Height) -> SnapshotFiles | None:
        return self._files if height == HEIGHT else None


def test_chunks_are_served_within_a_budget_for_each_peer(taken: SnapshotFiles) -> None:
    """What is beyond the budget gets no answer and is counted; another peer is served, and time heals."""
    now = [0.0]
    serving = SnapshotServing(OneShelf(taken), lambda: now[0])
    question = chunk_question(Height(HEIGHT), 0)
    answers = 0
    while serving.answer("gulou", *question) is not None:
        answers += 1
    size = len(taken.chunk(0))
    assert SERVED_BYTES_BURST // (size + 32) <= answers <= SERVED_BYTES_BURST // size + 1
    assert serving.refused == 1
    assert serving.answer("jianye", *question) is not None
    now[0] = 1.0
    found = serving.answer("gulou", *question)
    assert found is not None
    assert decode_chunk_message(found[1]).chunk == taken.chunk(0)
    gone = serving.answer("jianye", *chunk_question(Height(HEIGHT + 1), 0))
    assert gone is not None
    assert decode_chunk_message(gone[1]).chunk == b""


def test_a_log_that_begins_late_answers_for_what_it_has_and_not_for_what_it_lacks(
    city: LedgerNode, taken: SnapshotFiles
) -> None:
    """Tiles and consistency from the snapshot on are those of a whole node; older ones are not here."""
    other = joined(taken, city)
    block = city.build()
    for node in (city, other):
        node.executor.commit(block, city.certificate(block))
    whole, late = (PublicLog(node.executor, node.store) for node in (city, other))
    old, new = block.header.log_size - block.header.transaction_count - 1, block.header.log_size
    assert late.hashes(0, old, new - old) == whole.hashes(0, old, new - old)
    assert late.entries(old, new - old) == whole.entries(old, new - old)
    assert late.consistency(old, new) == whole.consistency(old, new)
    assert late.hashes(0, 0, 1) is None
    assert late.entries(0, 1) is None
    assert late.consistency(1, new) is None
