"""The smallest ledger that consensus can decide about: any bytes are a transaction, once.

It stands behind the same ports as the real executor and keeps its blocks in the real block log, so it shows the core
and the driver at a thousandth of the price of the rules of the time bank.
"""

from collections.abc import Callable, Sequence

from node.chain.block import HEADER_VERSION, Block, Header, block_id, decode_block, evidence_root
from node.chain.certificate import (
    AuthoritySet,
    CommitCertificate,
    Evidence,
    SignedMessage,
    authority_set_hash,
    certificate_fault,
    certificate_hash,
    check_evidence,
    decode_certificate,
    decode_message,
)
from node.chain.codec import encode
from node.chain.errors import Malformed
from node.chain.hashing import SUITE_ED25519_SHA256, digest
from node.chain.limits import BLOCK_EVIDENCE_MAX, BLOCK_SIZE_MAX_BYTES, BLOCK_TRANSACTIONS_MAX
from node.chain.merkle import leaf_hash, root_of
from node.chain.types import NO_HASH, ZERO_HASH, EpochMs, Hash, Height
from node.runtime.ports import Clock, DecidedBlock, Tip
from node.store.blocklog import BlockLog
from node.store.files import Files


class ToyPool:
    """Pending transactions; lost with the process."""

    def __init__(self, clock: Clock) -> None:
        """Empty."""
        self._clock = clock
        self._pending: dict[Hash, tuple[bytes, EpochMs]] = {}
        self.included: dict[Hash, Height] = {}

    def add(self, raw: bytes) -> None:
        """Take in a transaction unless a block has it."""
        name = leaf_hash(raw)
        if name not in self.included and name not in self._pending:
            self._pending[name] = (raw, self._clock.now_ms())

    def receive(self, peer: str, transactions: Sequence[bytes]) -> None:
        """See ``TransactionPool.receive``."""
        assert peer
        for raw in transactions:
            self.add(raw)

    def find(self, transaction_ids: Sequence[Hash]) -> dict[Hash, bytes]:
        """See ``TransactionPool.find``."""
        return {i: self._pending[i][0] for i in transaction_ids if i in self._pending}

    def oldest_ms(self) -> EpochMs | None:
        """See ``TransactionPool.oldest_ms``."""
        return min((arrival for _, arrival in self._pending.values()), default=None)

    def pending(self, size_max_bytes: int) -> tuple[bytes, ...]:
        """See ``TransactionPool.pending``."""
        chosen: list[bytes] = []
        for raw, _ in self._pending.values():
            size_max_bytes -= len(raw)
            if size_max_bytes < 0 or len(chosen) == BLOCK_TRANSACTIONS_MAX:
                break
            chosen.append(raw)
        return tuple(chosen)

    def has(self, raw: bytes) -> bool:
        """Whether a block has the transaction."""
        return leaf_hash(raw) in self.included

    def include(self, transactions: Sequence[bytes], height: Height) -> None:
        """A block has these."""
        for raw in transactions:
            name = leaf_hash(raw)
            self.included[name] = height
            self._pending.pop(name, None)


class ToyBlocks:
    """See ``Blocks``."""

    def __init__(
        self,
        chain_id: Hash,
        authorities_at: Callable[[Height], AuthoritySet],
        genesis_ms: EpochMs,
        files: Files,
        pool: ToyPool,
    ) -> None:
        """Open the block log and replay it; ``authorities_at`` gives the set that decides a height."""
        self._chain_id = chain_id
        self._authorities_at = authorities_at
        self._pool = pool
        self._evidence: dict[tuple[int, int], Evidence] = {}
        self._accused: set[tuple[int, int]] = set()
        self._state_root = ZERO_HASH
        self._tip = Tip(Height(0), genesis_ms, chain_id, None, authorities_at(Height(1)))
        self._log = BlockLog(files, chain_id)
        for stored in self._log.iterate(Height(1)):
            self._advance(decode_block(stored.block), decode_certificate(stored.certificate))

    @property
    def tip(self) -> Tip:
        """See ``Blocks.tip``."""
        return self._tip

    def build(self, time_ms: EpochMs, maker: int) -> Block:
        """See ``Blocks.build``."""
        transactions = self._pool.pending(BLOCK_SIZE_MAX_BYTES)
        evidence = tuple(self._evidence.values())[:BLOCK_EVIDENCE_MAX]
        certificate = self._tip.certificate
        commit = () if certificate is None else (certificate,)
        header = self._header(time_ms, maker, commit, transactions, evidence)
        return Block(header, commit, transactions, evidence)

    def check(self, block: Block) -> str | None:
        """See ``Blocks.check``."""
        header = block.header
        expected = self._header(
            header.time_ms, header.maker, block.last_commit, block.transactions, block.evidence
        )
        if header != expected or header.time_ms <= self._tip.time_ms:
            return "the header does not follow from tip and body"
        ids = [leaf_hash(raw) for raw in block.transactions]
        if len(set(ids)) != len(ids) or any(i in self._pool.included for i in ids):
            return "a transaction stands in the chain already"
        return self._commit_fault(block.last_commit) or self._evidence_fault(block.evidence)

    def commit(self, block: Block, certificate: CommitCertificate) -> None:
        """See ``Blocks.commit``."""
        self._log.append(block.header.height, encode(block), encode(certificate))
        self._log.sync()
        self._advance(block, certificate)

    def decided(self, height: Height) -> DecidedBlock | None:
        """See ``Blocks.decided``."""
        stored = self._log.read(height) if height > 0 else None
        if stored is None:
            return None
        return DecidedBlock(decode_block(stored.block), decode_certificate(stored.certificate))

    def next_due_ms(self) -> EpochMs | None:
        """See ``Blocks.next_due_ms``: the toy has no timers."""
        return None

    def report_evidence(self, evidence: Evidence) -> None:
        """See ``Blocks.report_evidence``."""
        message = self._convicting(evidence)
        if (message.height, message.signer) not in self._accused:
            self._evidence[message.height, message.signer] = evidence

    def _advance(self, block: Block, certificate: CommitCertificate) -> None:
        header = block.header
        self._state_root = header.state_root
        self._pool.include(block.transactions, header.height)
        for entry in block.evidence:
            message = self._convicting(entry)
            self._accused.add((message.height, message.signer))
            self._evidence.pop((message.height, message.signer), None)
        name = block_id(self._chain_id, header)
        following = self._authorities_at(Height(header.height + 1))
        self._tip = Tip(header.height, header.time_ms, name, certificate, following)

    def _header(
        self,
        time_ms: EpochMs,
        maker: int,
        commit: tuple[CommitCertificate, ...],
        transactions: tuple[bytes, ...],
        evidence: tuple[Evidence, ...],
    ) -> Header:
        tip, chain_id = self._tip, self._chain_id
        root = root_of([leaf_hash(raw) for raw in transactions])
        following = self._authorities_at(Height(tip.height + 2))
        return Header(
            version=HEADER_VERSION,
            suite=SUITE_ED25519_SHA256,
            height=Height(tip.height + 1),
            time_ms=time_ms,
            previous_id=tip.block_id,
            last_commit_hash=certificate_hash(chain_id, commit[0]) if commit else NO_HASH,
            maker=maker,
            transaction_count=len(transactions),
            log_number=0,
            log_size=len(self._pool.included) + len(transactions),
            log_root=root,
            state_root=digest("toystate", chain_id, self._state_root + root),
            evidence_root=evidence_root(chain_id, evidence),
            authorities_hash=authority_set_hash(chain_id, tip.authorities),
            next_authorities_hash=authority_set_hash(chain_id, following),
            policy_hash=ZERO_HASH,
        )

    def _commit_fault(self, commit: tuple[CommitCertificate, ...]) -> str | None:
        tip = self._tip
        if tip.height == 0:
            return None if not commit else "block 1 has no last commit"
        if not commit or (commit[0].height, commit[0].block_id) != (tip.height, tip.block_id):
            return "the last commit is not of the block before"
        signers = self._authorities_at(tip.height)
        return certificate_fault(self._chain_id, signers, commit[0])

    def _convicting(self, evidence: Evidence) -> SignedMessage:
        height = decode_message(evidence.first).height
        return check_evidence(self._chain_id, self._authorities_at(height), evidence)

    def _evidence_fault(self, evidence: tuple[Evidence, ...]) -> str | None:
        seen: set[tuple[int, int]] = set()
        for entry in evidence:
            try:
                message = self._convicting(entry)
            except Malformed as fault:
                return str(fault)
            place = (int(message.height), message.signer)
            if place in seen or place in self._accused:
                return "evidence that the chain has already"
            seen.add(place)
        return None


class ToyRejoining:
    """See ``Rejoining``: a transaction that names the node and fresh random bits."""

    def __init__(self, pool: ToyPool, name: str, nonce: bytes) -> None:
        """One for each start of a node."""
        self._pool = pool
        self._raw = b"rejoin " + name.encode() + b" " + nonce

    def submit(self) -> None:
        """See ``Rejoining.submit``."""
        self._pool.add(self._raw)

    def stands_in(self, block: Block) -> bool:
        """See ``Rejoining.stands_in``."""
        return self._raw in block.transactions
