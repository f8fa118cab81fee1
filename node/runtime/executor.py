"""Blocks: made, checked, and kept.

The block log is the truth; the chain store (LevelDB) is what can be made again from it. A block that ``build`` made or
``check`` passed is remembered with its outcome, so that nobody executes it twice. ``commit`` appends to the block log
and syncs, writes one batch to the chain store, and only then tells anyone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Final, Protocol

from node.chain.block import (
    HEADER_VERSION,
    Block,
    Header,
    Summary,
    block_id,
    decode_block,
    evidence_root,
)
from node.chain.certificate import (
    AuthoritySet,
    CommitCertificate,
    Evidence,
    certificate_hash,
    decode_certificate,
)
from node.chain.codec import encode
from node.chain.errors import Bug, Rejected
from node.chain.genesis import Genesis, base_height, chain_id_of
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.ledger import Changes, Ledger
from node.chain.limits import BLOCK_EVIDENCE_MAX
from node.chain.merkle import leaf_hash
from node.chain.protocol import KNOWN_PROTOCOL
from node.chain.seats import following_set
from node.chain.transition import BlockRefused, Execution
from node.chain.tx.envelope import SignedTransaction, body_kind, parse
from node.chain.types import NO_HASH, EpochMs, Hash, Height
from node.chain.verify import AuthorityChange, Point, check_block, check_header, check_tip
from node.chain.violations import Violation
from node.runtime.application import LedgerApplication
from node.runtime.opening import InvalidBlock, KeptHeader, decode_kept_header, open_state
from node.runtime.ports import DecidedBlock, Tip
from node.runtime.protocol import need_known
from node.runtime.summaries import summary_of
from node.store.blocklog import BlockLog
from node.store.chainstore import BlockChanges, ChainStore, TransactionEntry
from node.store.kv import Change

REMEMBERED_MAX: Final = 8
"""Outcomes of candidate blocks kept for one height: rounds that follow each other mostly propose the same block."""
EVIDENCE_WAITING_MAX: Final = 256
"""Evidence that waits for a block of ours; the oldest gives way."""


class Pool(Protocol):
    """What the executor needs of the mempool."""

    def attach(self, app: LedgerApplication) -> None:
        """Judge by this state machine from now on."""

    def candidates(self) -> Iterator[SignedTransaction]:
        """Executable transactions, oldest first, each sender's in sequence."""

    def known(self, tx_id: Hash, key: bytes) -> bool:
        """Whether this transaction's signature was verified under this key."""

    def body(self, tx_id: Hash) -> SignedTransaction | None:
        """A pending transaction, decoded."""

    def refused(self, signed: SignedTransaction, fault: Rejected) -> None:
        """A candidate no longer satisfies the rules."""

    def committed(
        self, transactions: Iterable[SignedTransaction], changed: Set[bytes], time_ms: EpochMs
    ) -> None:
        """A block is final; its transactions are pending no more, nor are those that it made wrong."""


@dataclass(frozen=True, slots=True)
class CommittedBlock:
    """A final block with its outcome, for those who watch."""

    id: Hash
    block: Block
    summary: Summary
    certificate: CommitCertificate
    execution: Execution
    transactions: tuple[SignedTransaction, ...]
    replaced: Changes
    """What the state had before it under every key that it changed."""


Watcher = Callable[[CommittedBlock], None]
"""Told of a block when it is durable and the tip."""
Outcome = Callable[[Execution, tuple[SignedTransaction, ...]], Sequence[Change]]
"""What to write of a block's outcome beside state and indexes, in the same batch."""


def no_outcome(_: Execution, __: tuple[SignedTransaction, ...]) -> tuple[Change, ...]:
    """Keep nothing beside state and indexes."""
    return ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    block: Block
    summary: Summary
    transactions: tuple[SignedTransaction, ...]
    execution: Execution
    point: Point
    """Where the chain stands after it."""


class Executor:
    """The ``Blocks`` of the driver, over a state machine, a block log and a chain store."""

    def __init__(  # noqa: PLR0913 - what a node's ledger side stands on
        self,
        genesis: Genesis,
        block_log: BlockLog,
        store: ChainStore,
        pool: Pool,
        outcome: Outcome = no_outcome,
        watchers: Sequence[Watcher] = (),
        *,
        known_protocol: int = KNOWN_PROTOCOL,
    ) -> None:
        """Open what is there and bring the state to the block log's last height.

        Args:
            genesis: the chain.
            block_log: the truth.
            store: what is made from it.
            pool: pending transactions.
            outcome: what else to write with each block.
            watchers: told of every block that is replayed now, and of all that follow.
            known_protocol: the newest protocol version that this release knows.

        Raises:
            StorageFault: log and store cannot belong together, the log's blocks do not give their own roots, or a newer
                release is needed.
        """
        self.genesis = genesis
        self.chain_id = chain_id_of(genesis)
        self.block_log = block_log
        self.store = store
        self._pool = pool
        self._outcome = outcome
        self._watchers: list[Watcher] = [*watchers]
        self.known_protocol = known_protocol
        self._evidence: dict[bytes, Evidence] = {}
        self._candidates: dict[Hash, _Candidate] = {}
        self.base_trail: tuple[AuthorityChange, ...] = ()
        """Changes of authority below the first block here, of a node begun from a snapshot."""
        opened = open_state(genesis, block_log, store)
        self._point, self._certificate = opened.point, opened.certificate
        self.app = LedgerApplication(opened.ledger, pool.known)
        pool.attach(self.app)
        self._replay()

    @property
    def ledger(self) -> Ledger:
        """The state at the tip."""
        return self.app.ledger

    @property
    def point(self) -> Point:
        """Where the chain stands."""
        return self._point

    @property
    def tip(self) -> Tip:
        """The newest decided block."""
        point = self._point
        return Tip(
            point.height, point.time_ms, point.block_id, self._certificate, point.next_authorities
        )

    @property
    def _following(self) -> AuthoritySet | None:
        """The set that the next header names as the one after, where it is another."""
        return following_set(self.ledger, self._point.height)

    @property
    def blocks_from(self) -> Height:
        """Height of the oldest block here: the chain's first, unless the node began from a snapshot and lacks some."""
        return self.block_log.first_height or self.chain_from

    @property
    def chain_from(self) -> Height:
        """Height of the chain's first block: 1, unless the city was founded anew after a loss."""
        return Height(base_height(self.genesis) + 1)

    @property
    def lacks_blocks(self) -> bool:
        """Whether blocks of the chain's beginning are not here."""
        return self.blocks_from > self.chain_from

    def watch(self, watcher: Watcher) -> None:
        """Tell of every block from now on, after it is durable."""
        self._watchers.append(watcher)

    def build(self, time_ms: EpochMs, maker: int) -> Block:
        """A valid block on the tip from pending transactions and evidence.

        Args:
            time_ms: block time, later than the tip's.
            maker: own authority index.
        """
        height = Height(self._point.height + 1)
        need_known(self.ledger, self.known_protocol)
        waiting = tuple(self._evidence.values())[:BLOCK_EVIDENCE_MAX]
        prepared = self.app.prepare(height, time_ms, self._pool.candidates(), waiting)
        for signed, fault in prepared.refused:
            self._pool.refused(signed, fault)
        for known in prepared.refused_evidence:
            self._evidence.pop(known.first + known.second, None)
        evidence = prepared.evidence
        summary = summary_of(prepared.execution)
        header = self._header(prepared.transactions, prepared.execution, summary, evidence, maker)
        last_commit = () if self._certificate is None else (self._certificate,)
        block = Block(header, last_commit, tuple(s.raw for s in prepared.transactions), evidence)
        point = check_block(self._point, block, summary, self._following)
        self._remember(_Candidate(block, summary, prepared.transactions, prepared.execution, point))
        return block

    def check(self, block: Block) -> str | None:
        """Execute a block on the tip; why it is not valid, or None.

        A header does not say which body comes with it, so only the very block that was executed is known to be valid.
        """
        known = self._candidates.get(block_id(self.chain_id, block.header))
        if known is not None and known.block == block:
            return None
        try:
            self._remember(self._evaluate(block))
        except (Violation, BlockRefused, Rejected) as fault:
            return str(fault)
        return None

    def commit(self, block: Block, certificate: CommitCertificate) -> None:
        """Make a block durable and final, and advance the tip.

        Raises:
            StorageFault: the node must stop.
            Bug: the block was decided and is not valid here.
        """
        id_ = block_id(self.chain_id, block.header)
        candidate = self._candidates.get(id_)
        if candidate is None or candidate.block != block:
            try:
                candidate = self._evaluate(block)
            except (Violation, BlockRefused, Rejected) as fault:
                raise Bug(
                    f"decided block {block.header.height} is not valid here: {fault}"
                ) from fault
        self.block_log.append(block.header.height, encode(block), encode(certificate))
        self.block_log.sync()
        self._apply(candidate, certificate)

    def decided(self, height: Height) -> DecidedBlock | None:
        """A decided block, if this node has it."""
        stored = self.block_log.read(height)
        if stored is None:
            return None
        return DecidedBlock(decode_block(stored.block), decode_certificate(stored.certificate))

    def kept_header(self, height: Height) -> KeptHeader | None:
        """Header and summary of a decided block."""
        raw = self.store.header(height)
        return decode_kept_header(raw) if raw else None

    def next_due_ms(self) -> EpochMs | None:
        """When the earliest timer of the state is due."""
        return self.ledger.next_due_ms()

    def report_evidence(self, evidence: Evidence) -> None:
        """Put verified evidence into a block made here, unless it waits already."""
        self._evidence[evidence.first + evidence.second] = evidence
        if len(self._evidence) > EVIDENCE_WAITING_MAX:
            self._evidence.pop(next(iter(self._evidence)))

    def _replay(self) -> None:
        """Bring the chain store and the state to the block log's last height, every block with its certificate."""
        for stored in self.block_log.iterate(Height(self._point.height + 1)):
            try:
                candidate = self._evaluate(decode_block(stored.block))
                certificate = decode_certificate(stored.certificate)
                check_tip(candidate.point, certificate)
            except (Violation, BlockRefused, Rejected) as fault:
                raise InvalidBlock(stored.height, str(fault)) from fault
            self._apply(candidate, certificate)
        need_known(self.ledger, self.known_protocol)

    def _evaluate(self, block: Block) -> _Candidate:
        """Execute a block on the tip and compare everything it says.

        Raises:
            Violation: links, certificate, counts or roots.
            StorageFault: ``UPDATE_NEEDED``.
            BlockRefused: a transaction breaks a rule.
            Rejected: a transaction is malformed, or evidence proves nothing new.
        """
        need_known(self.ledger, self.known_protocol)
        check_header(self._point, block.header, self._following)
        transactions = tuple(self._decoded(raw) for raw in block.transactions)
        header = block.header
        execution = self.app.process(header.height, header.time_ms, transactions, block.evidence)
        summary = summary_of(execution)
        point = check_block(self._point, block, summary, self._following)
        return _Candidate(block, summary, transactions, execution, point)

    def _decoded(self, raw: bytes) -> SignedTransaction:
        """A body decoded once: pending transactions carry their decoded form."""
        pending = self._pool.body(Hash(leaf_hash(raw)))
        return pending if pending is not None else parse(raw)

    def _remember(self, candidate: _Candidate) -> None:
        if len(self._candidates) >= REMEMBERED_MAX:
            self._candidates.pop(next(iter(self._candidates)))
        self._candidates[candidate.point.block_id] = candidate

    def _header(
        self,
        transactions: tuple[SignedTransaction, ...],
        execution: Execution,
        summary: Summary,
        evidence: tuple[Evidence, ...],
        maker: int,
    ) -> Header:
        leaves = [s.tx_id for s in transactions] + [leaf_hash(encode(summary))]
        frontier, _ = self._point.frontier.extend(leaves)
        certificate = self._certificate
        named = NO_HASH if certificate is None else certificate_hash(self.chain_id, certificate)
        return Header(
            version=HEADER_VERSION,
            suite=SUITE_ED25519_SHA256,
            height=execution.height,
            time_ms=execution.time_ms,
            previous_id=self._point.block_id,
            last_commit_hash=named,
            maker=maker,
            transaction_count=len(transactions),
            log_number=0,
            log_size=frontier.size,
            log_root=frontier.root(),
            state_root=execution.staged.root,
            evidence_root=evidence_root(self.chain_id, evidence),
            authorities_hash=execution.authorities_hash,
            next_authorities_hash=execution.next_authorities_hash,
            policy_hash=execution.policy_hash,
        )

    def _apply(self, candidate: _Candidate, certificate: CommitCertificate) -> None:
        """Adopt a durable block: state, one batch, tip, then whoever watches."""
        execution = candidate.execution
        leaves = [s.tx_id for s in candidate.transactions] + [leaf_hash(encode(candidate.summary))]
        frontier, nodes = self._point.frontier.extend(leaves)
        replaced = {key: self.ledger.read(key) for key in execution.staged.changes}
        self.app.commit(execution, frontier)
        self.store.apply(
            BlockChanges(
                height=execution.height,
                block_id=candidate.point.block_id,
                header=encode(KeptHeader(candidate.block.header, candidate.summary)),
                records=execution.staged.encoded,
                log_nodes=nodes,
                transactions=_entries(candidate),
                outcome=self._outcome(execution, candidate.transactions),
            )
        )
        self._point, self._certificate = candidate.point, certificate
        self._candidates.clear()
        for evidence in candidate.block.evidence:
            self._evidence.pop(evidence.first + evidence.second, None)
        self._pool.committed(candidate.transactions, replaced.keys(), execution.time_ms)
        committed = CommittedBlock(
            candidate.point.block_id,
            candidate.block,
            candidate.summary,
            certificate,
            execution,
            candidate.transactions,
            replaced,
        )
        for watcher in self._watchers:
            watcher(committed)


def _entries(candidate: _Candidate) -> tuple[TransactionEntry, ...]:
    pairs = zip(candidate.transactions, candidate.execution.receipts, strict=True)
    return tuple(
        TransactionEntry(s.tx_id, s.tx.sender, body_kind(s.tx.body), receipt.persons)
        for s, receipt in pairs
    )
