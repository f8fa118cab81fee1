"""What an audit believes for the time being, while other processes check it.

Execution needs no answer from a signature, nor from the state tree: it can go on as if each were right, as long as
nothing is called sound before every one of them was checked. So signatures of transactions and of certificates go to
other processes, and so do the changed records of each block, for the tree and its root. The executing process is left
with the rules. If a claim is wrong, or execution itself finds a fault, nothing of that run counts: the careful audit
begins at genesis and names the first fault (``auditor``). Only sound archives are fast.
"""

from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from types import TracebackType
from typing import Final

from node.chain.errors import Bug
from node.chain.keys import verify_many
from node.chain.ledger import Changes, Ledger, Staged
from node.chain.merkle import Frontier
from node.chain.records import encode_record
from node.chain.statetree import StateProof, StateTree, record_hash, tree_key
from node.chain.transition import KnownSignature
from node.chain.tx.envelope import SignedTransaction, sign_bytes
from node.chain.types import EpochMs, Hash, Height

BATCH: Final = 512
"""Signatures of one task: some 25 ms of work, against which handing it over is little."""
TREE_BATCH: Final = 1_024
"""Changed records of one task: some 10 ms of work."""
WAITING_MAX: Final = 64
"""Tasks whose answer is still out; then execution waits. 64 of transactions at their largest are 128 MiB."""

Encoded = Mapping[bytes, bytes | None]
"""Record keys to canonical bytes, or None where the record left the state."""
SignedItem = tuple[int, bytes, bytes, bytes]
"""(suite, key, message, signature)."""
Changed = tuple[Encoded, Hash]
"""The changes of one block, and the state root that follows."""


class Claims:
    """Everything that was believed, on its way to being checked."""

    def __init__(self, chain_id: Hash, jobs: int) -> None:
        """Start no process before there is work.

        Args:
            chain_id: what statements are signed for.
            jobs: processes in all, the executing one included; two at least. The tree needs one that takes its
                blocks in order: with two it verifies the signatures as well.
        """
        assert jobs > 1, "somebody else must check"
        self._chain_id = chain_id
        context = get_context("spawn")
        self._pool = ProcessPoolExecutor(jobs - 1, mp_context=context)
        shared = jobs == 2  # noqa: PLR2004 - this process and one more
        self._tree = self._pool if shared else ProcessPoolExecutor(1, mp_context=context)
        self._items: list[SignedItem] = []
        self._blocks: list[Changed] = []
        self._changes = 0
        self._waiting: deque[Future[bool]] = deque()
        self._sound = True

    def __enter__(self) -> "Claims":
        """Close with a ``with`` statement."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Stop the processes."""
        for pool in {self._pool, self._tree}:
            pool.shutdown(cancel_futures=True)

    def signature(self, suite: int, key: bytes, message: bytes, signature: bytes) -> bool:
        """Believe a signature; stands in for ``keys.verify``."""
        self._items.append((suite, key, message, signature))
        if len(self._items) >= BATCH:
            self._send_signatures()
        return True

    def of(self, signed: SignedTransaction) -> KnownSignature:
        """Believe a transaction's signature under whatever key the rules say."""
        tx = signed.tx
        return lambda _, key: self.signature(
            tx.suite, key, sign_bytes(self._chain_id, signed.raw), tx.signature
        )

    def state(self, changes: Encoded, root: Hash) -> None:
        """Believe that a block's changes lead to this state root."""
        self._blocks.append((changes, root))
        self._changes += len(changes)
        if self._changes >= TREE_BATCH:
            self._send_blocks()

    def settle(self) -> bool:
        """Whether everything that was believed so far was right; waits for the answers."""
        self._send_signatures()
        self._send_blocks()
        while self._waiting:
            self._take_answer()
        return self._sound

    def _send_signatures(self) -> None:
        if self._items:
            self._expect(self._pool.submit(all_verify, self._items))
            self._items = []

    def _send_blocks(self) -> None:
        if self._blocks:
            self._expect(self._tree.submit(all_follow, self._blocks))
            self._blocks, self._changes = [], 0

    def _expect(self, answer: Future[bool]) -> None:
        self._waiting.append(answer)
        if len(self._waiting) > WAITING_MAX:
            self._take_answer()

    def _take_answer(self) -> None:
        self._sound = self._waiting.popleft().result() and self._sound


class LedgerWithoutTree(Ledger):
    """A ledger that takes each state root from the block, for others to check.

    Attributes:
        named: the state root that the block in hand says.
    """

    def __init__(self, first: Ledger, claims: Claims) -> None:
        """Begin with another ledger's state."""
        super().__init__(first.chain_id, first.city_id)
        self.named = self.load(first.records.values())
        self.height, self.time_ms, self.frontier = first.height, first.time_ms, first.frontier
        self._claims = claims
        claims.state({key: encode_record(r) for key, r in self.records.items()}, self.state_root)

    def stage(self, changes: Changes) -> Staged:
        """Encode changes; believe their root."""
        encoded = {
            key: None if record is None else encode_record(record)
            for key, record in changes.items()
        }
        self._staged = Staged(changes, encoded, {}, self.named)
        return self._staged

    def adopt(self, staged: Staged, frontier: Frontier, height: Height, time_ms: EpochMs) -> None:
        """Make staged changes the state, and have their root checked."""
        super().adopt(staged, frontier, height, time_ms)
        self._claims.state(staged.encoded, staged.root)

    def prove(self, key: bytes) -> StateProof:
        """The proof of a record key; makes the whole tree for it."""
        whole = Ledger(self.chain_id, self.city_id)
        if whole.load(self.records.values()) != self.state_root:
            raise Bug("a proof was asked for before the state was checked")
        return whole.prove(key)


def all_verify(items: list[SignedItem]) -> bool:
    """Whether all signatures verify; runs in another process."""
    return all(verify_many(items))


def all_follow(blocks: list[Changed]) -> bool:
    """Whether blocks' changes, in order, give their state roots; runs in the process that keeps the tree."""
    tree = _tree()
    for changes, root in blocks:
        updates = {
            tree_key(key[0], key[1:]): None if raw is None else record_hash(raw)
            for key, raw in changes.items()
        }
        if tree.update(updates) != root:
            return False
    return True


@cache
def _tree() -> StateTree:
    """The tree of this process."""
    return StateTree()
