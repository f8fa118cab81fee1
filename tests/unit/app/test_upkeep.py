"""What a running node does by the way: the free space decides what it takes and signs, damage ends it."""

from dataclasses import dataclass, field

import pytest

from node.app.upkeep import SPACE_EVERY_S, Upkeep
from node.chain.errors import ErrorCode, Rejected
from node.consensus.wire import VotesMessage
from node.runtime.intake import Intake
from node.runtime.mempool import Mempool
from node.store.faults import StorageCode, StorageFault
from node.store.memoryfiles import MemoryFiles
from node.store.space import ACCEPT_FLOOR_BYTES, SIGN_FLOOR_BYTES, WARN_FLOOR_BYTES
from tests.unit.runtime.desk import CHAIN, Desk, make_block, prevote_of, proposal_of


class Disk(MemoryFiles):
    """Its free space is what the test says."""

    free = WARN_FLOOR_BYTES

    def free_bytes(self) -> int:
        return self.free


@dataclass
class Rotten:
    """A store whose next scrub finds damage, if told so."""

    fault: StorageFault | None = None

    def scrub(self, budget_bytes: int) -> int:
        if self.fault is not None:
            raise self.fault
        return budget_bytes // 2


@dataclass
class Kept:
    files: Disk = field(default_factory=Disk)
    block_log: Rotten = field(default_factory=Rotten)
    database: Rotten = field(default_factory=Rotten)


class Looked:
    """An upkeep over a real driver and a real intake."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.kept = Kept()
        self.gate = Intake(Mempool(CHAIN, self.desk), lambda _: None, lambda call: call())
        self.faults: list[StorageFault] = []
        self.upkeep = Upkeep(self.kept, self.gate, self.desk.driver, self.faults.append)

    def with_free(self, free_bytes: int) -> None:
        """Look once with so much left."""
        self.kept.files.free = free_bytes
        self.upkeep.look_at_space()

    @property
    def votes(self) -> int:
        """How many messages with own votes were sent."""
        return len(self.desk.said(VotesMessage))


@pytest.mark.feature("J2")
def test_a_node_takes_nothing_new_below_the_first_floor_and_again_above_it() -> None:
    """With a numbered refusal, and it goes on signing."""
    looked = Looked()
    looked.with_free(ACCEPT_FLOOR_BYTES - 1)
    with pytest.raises(Rejected) as refused:
        looked.gate.submit(b"anything")
    assert refused.value.code is ErrorCode.MEMPOOL_FULL
    looked.desk.hear(1, proposal_of(make_block(looked.desk, 1), 1))
    assert looked.votes
    looked.with_free(ACCEPT_FLOOR_BYTES)
    assert looked.gate.accepting


@pytest.mark.feature("J2")
def test_a_node_signs_nothing_below_the_last_floor_and_again_above_it() -> None:
    """It follows meanwhile; with space again it votes at the height in progress."""
    looked = Looked()
    desk, block = looked.desk, make_block(looked.desk, 1)
    looked.with_free(SIGN_FLOOR_BYTES - 1)
    desk.hear(1, proposal_of(block, 1))
    assert looked.votes == 0
    looked.with_free(SIGN_FLOOR_BYTES)
    desk.hear(1, proposal_of(block, 1))
    assert looked.votes
    assert desk.vote_log.messages(block.header.height)


@pytest.mark.feature("K4")
def test_a_pause_within_a_height_never_contradicts_what_was_signed_before_it() -> None:
    """The node that comes back has its earlier prevote and no other."""
    looked = Looked()
    desk = looked.desk
    one, other = make_block(desk, 1), make_block(desk, 1, b"more")
    desk.hear(1, proposal_of(one, 1))
    before = desk.vote_log.messages(one.header.height)
    assert before
    looked.with_free(SIGN_FLOOR_BYTES - 1)
    looked.with_free(SIGN_FLOOR_BYTES)
    desk.hear(1, proposal_of(other, 1))
    for voter in (0, 1):
        desk.hear(voter, prevote_of(one, voter))
    assert desk.vote_log.messages(one.header.height)[: len(before)] == before


def test_space_does_not_wake_a_node_that_listens_for_a_second_copy() -> None:
    """Nor one that has found it."""
    for forbid in ("hold_signing", "stop_signing"):
        looked = Looked()
        getattr(looked.desk.driver, forbid)()
        looked.with_free(SIGN_FLOOR_BYTES - 1)
        looked.with_free(WARN_FLOOR_BYTES)
        looked.desk.hear(1, proposal_of(make_block(looked.desk, 1), 1))
        assert looked.votes == 0, forbid


@pytest.mark.feature("K7")
def test_damage_that_scrubbing_finds_ends_the_node() -> None:
    """With the fault of the store; until then it reads on and on."""
    looked = Looked()
    delays: list[float] = []
    calls: list[object] = []
    looked.upkeep.begin(lambda delay, call: (delays.append(delay), calls.append(call)))
    assert SPACE_EVERY_S in delays
    assert looked.upkeep.scrub_piece()
    damaged = StorageFault(StorageCode.BLOCK_LOG_DAMAGED, "blocks", "record of height 3", 64)
    looked.kept.block_log.fault = damaged
    assert not looked.upkeep.scrub_piece()
    assert looked.faults == [damaged]
