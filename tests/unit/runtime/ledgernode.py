"""A node's ledger side in memory: executor, mempool and stores over a real genesis, with real certificates."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from node.chain import keys
from node.chain.block import Block, block_id
from node.chain.certificate import CommitCertificate
from node.chain.errors import ErrorCode, Rejected
from node.chain.genesis import Genesis
from node.chain.hashing import derive_id, digest
from node.chain.rules.organisation import receipt_bytes
from node.chain.tx.envelope import SignedTransaction
from node.chain.tx.identity import BureauReceipt, Register
from node.chain.tx.organisation import ApprovePerson, Decline, Propose, Second
from node.chain.types import NO_HASH, ZERO_HASH, Code, EpochMs, Hash, Height
from node.runtime.answers import Answer
from node.runtime.executor import Executor
from node.runtime.mempool import Mempool
from node.store.blocklog import BlockLog
from node.store.chainstore import ChainStore
from node.store.files import Files
from node.store.kv import KeyValue
from node.store.memoryfiles import MemoryFiles
from node.store.memorykv import MemoryKeyValue
from tests.certifying import certify, quorum_of
from tests.kernel_city import FAR_MS, GULOU, SITE, KernelCity, make_genesis, seed_of


@dataclass
class LedgerNode(KernelCity):
    """A kernel city whose ledger is that of an executor; its clock is ``now_ms``."""

    genesis: Genesis = field(default_factory=make_genesis)
    files: Files = field(default_factory=MemoryFiles)
    kv: KeyValue = field(default_factory=MemoryKeyValue)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.open()

    def open(self) -> None:
        """What a start does, on the stores as they are."""
        self.pool = Mempool(self.chain_id, NodeClock(self))
        self.store = ChainStore(self.kv, self.chain_id)
        self.block_log = BlockLog(self.files, self.chain_id)
        self.executor = Executor(self.genesis, self.block_log, self.store, self.pool)
        self.ledger = self.executor.ledger
        self.now_ms = max(self.now_ms, self.ledger.time_ms)

    def submit(self, *transactions: SignedTransaction) -> None:
        """Admit transactions in order."""
        for signed in transactions:
            self.pool.submit(signed.raw)

    def build(self, after_ms: int = 1_000, maker: int = 0) -> Block:
        """A block of what is pending, so much later."""
        self.now_ms += after_ms
        return self.executor.build(EpochMs(self.now_ms), maker)

    def take(self, block: Block) -> None:
        """Commit a block that everybody decided."""
        self.now_ms = max(self.now_ms, block.header.time_ms)
        self.executor.commit(block, self.certificate(block))

    def decide(self, *transactions: SignedTransaction, after_ms: int = 1_000) -> Block:
        """Submit, build and commit."""
        self.submit(*transactions)
        block = self.build(after_ms)
        self.take(block)
        return block

    def certificate(self, block: Block, signers: Sequence[int] = ()) -> CommitCertificate:
        """Precommits of these authorities, or of a quorum."""
        height = block.header.height
        id_ = block_id(self.chain_id, block.header)
        return certify(self.genesis, height, id_, signers or quorum_of(self.genesis, height))

    def registration(
        self,
        number: int = 0,
        lane: int = 0,
        district: Code = GULOU,
        commitment: Hash = ZERO_HASH,
        **changes: object,
    ) -> SignedTransaction:
        """A recorder registers somebody without a key: valid whatever else happens."""
        body = Register(district, SITE, 1, b"", b"", b"", b"", commitment)
        recorder = self.staff("recorder", district)
        return self.sign(recorder, body, sequence=(lane, number), **changes)

    def sign_second_and_decline(self) -> tuple[SignedTransaction, SignedTransaction]:
        """A reviewer seconds a proposal, and another declines it: only one of the two can stand."""
        registered = self.registration(self.person(self.staff("recorder", GULOU)).lanes[0])
        self.decide(registered)
        person = derive_id(self.chain_id, registered.tx.sender, *registered.tx.sequence, 0)
        receipt = keys.sign(seed_of("bureau"), receipt_bytes(self.chain_id, person, GULOU, 1))
        until = (FAR_MS, FAR_MS, FAR_MS)
        approval = ApprovePerson(
            person, registered.tx_id, *until, ZERO_HASH, BureauReceipt(1, receipt)
        )
        proposed = self.sign(self.staff("reviewer", GULOU), Propose(approval))
        self.decide(proposed)
        proposal = derive_id(self.chain_id, proposed.tx.sender, *proposed.tx.sequence, 0)
        second, decline = (
            Second(proposal, proposed.tx_id),
            Decline(proposal, proposed.tx_id, Code("error")),
        )
        return (
            self.sign(self.staff("second", GULOU), second),
            self.sign(self.staff("reviewer", GULOU), decline),
        )

    def catch_up(self, other: "LedgerNode") -> None:
        """Take every block that another node has and this one has not."""
        for height in range(self.executor.tip.height + 1, other.executor.tip.height + 1):
            decided = other.executor.decided(Height(height))
            assert decided is not None
            self.executor.commit(decided.block, decided.certificate)
            self.now_ms = max(self.now_ms, decided.block.header.time_ms)

    def memory(self) -> dict[bytes, bytes]:
        """Everything in the chain store."""
        return dict(self.kv.iterate(b"", b"\xff"))


class NodeClock:
    """The clock of a test: the node's."""

    def __init__(self, node: LedgerNode) -> None:
        self._node = node

    def now_ms(self) -> EpochMs:
        return EpochMs(self._node.now_ms)


NO_ANSWER = Answer(ErrorCode.NOT_CANONICAL, final=False)
"""Stands for none in an assertion about another code."""


def refusal(node: LedgerNode, signed: SignedTransaction) -> ErrorCode | None:
    """Why the pool does not take a transaction; a refusal changes nothing and is remembered."""
    before, code = [one.tx_id for one in node.pool.candidates()], None
    try:
        node.pool.submit(signed.raw)
    except Rejected as fault:
        code = fault.code
    if code is not None:
        assert [one.tx_id for one in node.pool.candidates()] == before
        assert (node.pool.answers.last(signed.tx_id) or NO_ANSWER).code is code
    return code


def order_of(node: LedgerNode) -> list[tuple[int, int]]:
    """Sequences of the candidates, in their order."""
    return [signed.tx.sequence for signed in node.pool.candidates()]


def other(number: int) -> Hash:
    """Makes another transaction of the same sequence."""
    return digest("test-commitment", NO_HASH, bytes([number]))


def damaged(signed: SignedTransaction) -> bytes:
    """The same transaction with a signature that does not verify."""
    return signed.raw[:-1] + bytes([signed.raw[-1] ^ 1])
