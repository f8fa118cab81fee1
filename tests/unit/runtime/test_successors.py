"""A node of a city that was founded anew: begun from the lost chain's last state, stopped, rebuilt, exported."""

from io import BytesIO

import pytest

from node.chain.archive import KIND_BLOCK, read_frames
from node.chain.genesis import Genesis, base_height, chain_id_of
from node.chain.tx.transfers import Donate
from node.chain.types import Code, Height, Minutes
from node.runtime.executor import Executor
from node.runtime.exporting import archive_pieces
from node.runtime.queries.journal import Journal, journal_entries
from node.runtime.recovery import NoPool
from node.runtime.snapshots import begin_from, capture
from node.runtime.successors import Previous, begin_after
from node.store.blocklog import BlockLog
from node.store.chainstore import ChainStore
from node.store.faults import StorageCode, StorageFault
from node.store.memoryfiles import MemoryFiles
from node.store.memorykv import MemoryKeyValue
from node.store.snapshotfiles import SnapshotFiles
from node.store.votelog import VoteLog
from tests.archives import Sealed
from tests.kernel_city import seed_of
from tests.regenesis_city import RefoundedCity, draft, lost_city, seal_all, signed

CITY, SEALED = lost_city()
NEW = signed(draft(CITY, SEALED))
LAST = CITY.ledger.height


def refounded() -> tuple[RefoundedCity, list[Sealed]]:
    """Old minutes are spent in the new city."""
    city = RefoundedCity(NEW, CITY)
    giver = next(i for i, s in city.seeds.items() if s == seed_of("li after the loss"))
    city.block()
    city.do(giver, Donate(Code("district"), Minutes(30)))
    city.wait(1_000)
    return city, seal_all(city)


AGAIN, BLOCKS = refounded()


class Node:
    """Executor and stores of one chain."""

    def __init__(self, genesis: Genesis, previous: Previous | None = None) -> None:
        self.genesis, self.previous = genesis, previous
        self.files, self.kv = MemoryFiles(), MemoryKeyValue()
        self.open()

    def open(self) -> None:
        """What a start does."""
        chain_id = chain_id_of(self.genesis)
        store, log = ChainStore(self.kv, chain_id), BlockLog(self.files, chain_id)
        if self.previous is not None:
            assert self.genesis == NEW
            begin_after(self.previous, NEW, store)
        self.executor = Executor(self.genesis, log, store, NoPool(), journal_entries)
        Journal(self.kv).check(self.executor.tip.height)

    def take(self, *blocks: Sealed) -> None:
        for one in blocks:
            assert self.executor.check(one.block) is None
            self.executor.commit(one.block, one.certificate)


@pytest.fixture(name="previous", scope="module")
def _previous() -> Previous:
    """The lost chain, as a surviving node gives it."""
    survivor, target = Node(CITY.genesis), SnapshotFiles(MemoryFiles())
    survivor.take(*SEALED)
    held = capture(survivor.executor)
    assert held is not None
    held.write(target)
    return Previous(CITY.genesis, target)


def test_a_new_node_begins_where_the_lost_chain_ended(previous: Previous) -> None:
    """Its state is the refounded city's, its tip the lost height, without a certificate of its own."""
    node = Node(NEW, previous)
    tip = node.executor.tip
    assert (tip.height, tip.certificate, tip.block_id) == (LAST, None, chain_id_of(NEW))
    assert tip.authorities == NEW.authorities
    node.take(*BLOCKS)
    assert node.executor.ledger.state_root == AGAIN.ledger.state_root
    assert (node.executor.blocks_from, node.executor.lacks_blocks) == (LAST + 1, False)


def test_a_stop_after_any_block_changes_nothing(previous: Previous) -> None:
    """Nor does a lost index database: it is made again from the state before and the block log."""
    straight, stopping = Node(NEW, previous), Node(NEW, previous)
    for one in BLOCKS:
        straight.take(one)
        stopping.open()
        stopping.take(one)
        stopping.open()
        assert stopping.executor.point == straight.executor.point
    stopping.kv = MemoryKeyValue()
    stopping.open()
    assert stopping.executor.point == straight.executor.point
    assert stopping.executor.ledger.state_root == AGAIN.ledger.state_root


def test_an_export_begins_at_the_height_after(previous: Previous) -> None:
    """The archive of a successor holds its own blocks and no others."""
    node = Node(NEW, previous)
    node.take(*BLOCKS)
    raw = b"".join(archive_pieces(node.executor))
    frames = list(read_frames(BytesIO(raw), chain_id_of(NEW), base_height(NEW)))
    assert sum(framed.kind == KIND_BLOCK for framed in frames) == len(BLOCKS)


def refusal(previous: Previous | None) -> StorageFault:
    """Why a new node does not begin."""
    store = ChainStore(MemoryKeyValue(), chain_id_of(NEW))
    with pytest.raises(StorageFault) as caught:
        begin_after(previous, NEW, store)
    assert store.applied_height is None
    return caught.value


def test_without_the_state_before_a_node_does_not_start(previous: Previous) -> None:
    """Missing, of another genesis, or damaged: the same code, and the reason says which."""
    nothing = SnapshotFiles(MemoryFiles())
    faults = [
        refusal(None),
        refusal(Previous(CITY.genesis, nothing)),
        refusal(Previous(NEW, previous.state)),
    ]
    assert {fault.code for fault in faults} == {StorageCode.PREVIOUS_MISSING}
    assert ["N10" in faults[1].reason, "L0" in faults[2].reason] == [True, True]
    with pytest.raises(StorageFault) as caught:
        Node(NEW)
    assert caught.value.code is StorageCode.PREVIOUS_MISSING


def test_the_state_of_an_earlier_block_is_not_the_last_one() -> None:
    """A survivor that was behind founds another city; this one does not begin from it."""
    survivor, target = Node(CITY.genesis), SnapshotFiles(MemoryFiles())
    survivor.take(*SEALED[:-1])
    held = capture(survivor.executor)
    assert held is not None
    held.write(target)
    assert "L09" in refusal(Previous(CITY.genesis, target)).reason


def test_the_vote_log_of_a_new_key_begins_at_the_lost_height() -> None:
    """It may sign the next height, and nothing at or below the last one."""
    files = MemoryFiles()
    VoteLog.create(files, chain_id_of(NEW), base_height(NEW))
    votes = VoteLog(files, chain_id_of(NEW), LAST)
    assert votes.may_sign
    assert votes.signs_above == LAST
    votes.reach(Height(LAST + 1))


def test_a_late_node_joins_the_founded_city_by_its_own_snapshot(previous: Previous) -> None:
    """It needs nothing of the chain before; what it lacks are blocks of this one."""
    node, base = Node(NEW, previous), SnapshotFiles(MemoryFiles())
    node.take(*BLOCKS[:-1])
    held = capture(node.executor)
    assert held is not None
    held.write(base)
    late = Node.__new__(Node)
    late.genesis, late.previous = NEW, None
    late.files, late.kv = MemoryFiles(), MemoryKeyValue()
    chain_id = chain_id_of(NEW)
    store = ChainStore(late.kv, chain_id)
    assert begin_from(base, NEW, BlockLog(late.files, chain_id), store) is not None
    begin_after(None, NEW, store)
    late.open()
    assert late.executor.lacks_blocks
    assert late.executor.blocks_from > late.executor.chain_from
    late.take(BLOCKS[-1])
    assert late.executor.ledger.state_root == AGAIN.ledger.state_root
