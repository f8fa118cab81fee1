"""A node whose chain changes its set: blocks under each set, restarts in between, proofs with the trail."""

from io import BytesIO

import pytest

from node.audit.auditor import Auditor
from node.chain.certificate import Prevote, decode_message
from node.chain.codec import encode
from node.chain.conviction import CertifiedHeader, make_conviction, verify_conviction
from node.chain.proof import verify_proof
from node.chain.records.authorities import Offence, offence_id
from node.chain.seats import epochs_of
from node.chain.state import View
from node.chain.types import Height
from node.runtime.executor import Executor
from node.runtime.exporting import archive_pieces
from node.runtime.queries.chain import ProofFiles
from node.runtime.queries.journal import Journal
from node.runtime.trail import trail_below
from node.store.blocklog import BlockLog
from node.store.chainstore import ChainStore
from node.store.kv import KeyValue
from node.store.memoryfiles import MemoryFiles
from node.store.memorykv import MemoryKeyValue
from tests.archives import drafts_of, seal
from tests.authority_city import succession_story
from tests.kernel_city import GULOU
from tests.unit.runtime.ledgernode import LedgerNode

CITY = succession_story()
EPOCHS = epochs_of(CITY.ledger, CITY.ledger.height)
SEALED = seal(CITY.genesis, drafts_of(CITY), None, EPOCHS)


class Node:
    """Executor and stores over the story's blocks."""

    def __init__(self) -> None:
        self.files, self.kv = MemoryFiles(), MemoryKeyValue()
        self.open()

    def open(self, kv: KeyValue | None = None) -> None:
        """What a start does."""
        pool = LedgerNode().pool
        self.store = ChainStore(kv or self.kv, CITY.chain_id)
        log = BlockLog(self.files, CITY.chain_id)
        self.executor = Executor(CITY.genesis, log, self.store, pool)

    def take(self, height: int) -> None:
        """Commit a block of the story."""
        one = SEALED[height - 1]
        assert self.executor.check(one.block) is None
        self.executor.commit(one.block, one.certificate)

    def archive(self) -> bytes:
        return b"".join(archive_pieces(self.executor))


@pytest.fixture
def node() -> Node:
    """A node with the whole story."""
    node = Node()
    for height in range(1, len(SEALED) + 1):
        node.take(height)
    return node


@pytest.mark.slow
@pytest.mark.feature("B6")
def test_a_restart_after_every_block_goes_on_with_the_right_sets() -> None:
    """Passing, naming, signing: whichever block the stop comes after, the point is the same."""
    straight, stopping = Node(), Node()
    for height in range(1, len(SEALED) + 1):
        straight.take(height)
        stopping.open()
        stopping.take(height)
        stopping.open()
        assert stopping.executor.point == straight.executor.point
        assert stopping.executor.tip == straight.executor.tip
    stopping.open(MemoryKeyValue())
    assert stopping.executor.point == straight.executor.point


@pytest.mark.feature("B6")
def test_the_tip_names_who_decides_the_next_block(node: Node) -> None:
    """One set a height, from the height after the naming header."""
    assert node.executor.point.epochs == EPOCHS
    assert node.executor.tip.authorities == EPOCHS[-1].authorities


@pytest.mark.feature("K1")
@pytest.mark.feature("B6")
def test_exports_and_proofs_carry_the_trail(node: Node) -> None:
    """Sound from the genesis document alone, at the tip and in between."""
    raw = node.archive()
    assert Auditor(CITY.genesis, lambda: BytesIO(raw)).run().fault is None
    assert len(trail_below(node.executor, Height(len(SEALED)))) == len(EPOCHS) - 1
    journal = Journal(node.kv)
    proofs = ProofFiles(node.executor, node.store, journal)
    offence = View(CITY.ledger).get(Offence, offence_id(Height(2), GULOU))
    assert offence is not None
    raw_proof = proofs.state(112, offence.key_id)
    assert raw_proof is not None
    assert verify_proof(CITY.genesis, raw_proof).subject == offence


@pytest.mark.feature("B5")
def test_evidence_that_the_chain_has_is_put_into_no_second_block(node: Node) -> None:
    """Another pair of the same authority and height is dropped by the proposer, and a block with it is refused."""
    node.executor.report_evidence(CITY.double(Prevote, height=2))
    block = node.executor.build(CITY.executions[-1].time_ms + 1_000, 0)  # type: ignore[arg-type]
    assert block.evidence == ()


@pytest.mark.feature("B5")
@pytest.mark.feature("B6")
def test_a_conviction_of_a_height_between_two_changes_is_checked_by_its_own_set(node: Node) -> None:
    """The file holds as much of the trail as its height needs."""
    executor = node.executor
    trail = trail_below(executor, Height(len(SEALED)))
    for evidence in (pair for pairs in CITY.evidence.values() for pair in pairs):
        height = decode_message(evidence.first).height
        decided = executor.decided(Height(height - 1))
        assert decided is not None
        anchor = CertifiedHeader(decided.block.header, decided.certificate)
        made = make_conviction(CITY.chain_id, evidence, anchor, trail)
        shown = verify_conviction(CITY.genesis, encode(made))
        assert (shown.district, shown.height, shown.kind) == (GULOU, height, "prevote")
