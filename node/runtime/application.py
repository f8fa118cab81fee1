"""The state machine behind consensus, in the shape that an engine drives: the embedded one or another.

Nothing of a block but height, time, transactions and evidence enters the state, so the same list gives the same state
under any engine. ``prepare`` and ``process`` stage an outcome; ``commit`` adopts it.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from node.chain.certificate import Evidence
from node.chain.errors import ErrorCode, Rejected
from node.chain.ledger import Ledger
from node.chain.limits import BLOCK_SIZE_MAX_BYTES, BLOCK_TRANSACTIONS_MAX
from node.chain.merkle import Frontier
from node.chain.state import View
from node.chain.transition import (
    BlockRun,
    Execution,
    KnownSignature,
    apply_transaction,
    execute,
    moment_after,
)
from node.chain.tx.envelope import SignedTransaction
from node.chain.types import EpochMs, Hash, Height


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a proposer may put into a block."""

    transactions: tuple[SignedTransaction, ...]
    execution: Execution
    refused: tuple[tuple[SignedTransaction, Rejected], ...]
    """Candidates that no longer satisfy the rules."""
    evidence: tuple[Evidence, ...]
    """What of the evidence at hand is new."""
    refused_evidence: tuple[Evidence, ...]


class Application(Protocol):
    """What an engine needs of a state machine (the methods of ABCI 2.0 that matter here)."""

    def check(self, signed: SignedTransaction, now_ms: EpochMs, layer: View) -> Set[bytes]:
        """Whether a transaction could stand in the next block after what ``layer`` holds; adds it to the layer.

        Returns:
            The keys of the records it changes.
        """

    def prepare(
        self,
        height: Height,
        time_ms: EpochMs,
        candidates: Iterable[SignedTransaction],
        evidence: Sequence[Evidence] = (),
    ) -> Prepared:
        """Choose what the rules admit."""

    def process(
        self,
        height: Height,
        time_ms: EpochMs,
        transactions: Sequence[SignedTransaction],
        evidence: Sequence[Evidence] = (),
    ) -> Execution:
        """Execute a block that somebody proposed or decided."""

    def commit(self, execution: Execution, frontier: Frontier) -> None:
        """Make an outcome the state."""


class LedgerApplication:
    """The time bank's state machine."""

    def __init__(self, ledger: Ledger, known: KnownSignature) -> None:
        """Serve one ledger.

        Args:
            ledger: the state at the tip; owned from now on.
            known: signatures verified before, by transaction id and key.
        """
        self.ledger = ledger
        self._known = known

    def check(self, signed: SignedTransaction, now_ms: EpochMs, layer: View) -> Set[bytes]:
        """Whether a transaction could stand in the next block after what ``layer`` holds; adds it to the layer.

        Returns:
            The keys of the records it changes.

        Raises:
            Rejected: the first guard that does not hold; the layer is as before.
        """
        ledger = self.ledger
        time_ms = EpochMs(max(now_ms, ledger.time_ms + 1))
        at = moment_after(ledger, Height(ledger.height + 1), time_ms)
        trial = View(layer)
        apply_transaction(trial, at, signed, self._known)
        layer.changes.update(trial.changes)
        return trial.changes.keys()

    def prepare(
        self,
        height: Height,
        time_ms: EpochMs,
        candidates: Iterable[SignedTransaction],
        evidence: Sequence[Evidence] = (),
    ) -> Prepared:
        """Choose what the rules admit, in the candidates' order, up to the count, size and cost of a block.

        The first that no longer fits ends the block, also where a later one would fit: being small is no way past.
        """
        run = BlockRun(self.ledger, height, time_ms)
        proving, proven = _accuse(run, evidence)
        chosen: list[SignedTransaction] = []
        refused: list[tuple[SignedTransaction, Rejected]] = []
        size = 0
        for signed in candidates:
            if (
                len(chosen) == BLOCK_TRANSACTIONS_MAX
                or size + len(signed.raw) > BLOCK_SIZE_MAX_BYTES
            ):
                break
            try:
                run.add(signed, self._known)
            except Rejected as fault:
                if fault.code is ErrorCode.BLOCK_FULL:
                    break
                refused.append((signed, fault))
                continue
            chosen.append(signed)
            size += len(signed.raw)
        return Prepared(tuple(chosen), run.close(), tuple(refused), proving, proven)

    def process(
        self,
        height: Height,
        time_ms: EpochMs,
        transactions: Sequence[SignedTransaction],
        evidence: Sequence[Evidence] = (),
    ) -> Execution:
        """Execute a block that somebody proposed or decided.

        Raises:
            BlockRefused: a transaction breaks a rule.
            Rejected: a piece of evidence proves nothing new.
        """
        return execute(self.ledger, height, time_ms, transactions, self._known, evidence)

    def commit(self, execution: Execution, frontier: Frontier) -> None:
        """Make an outcome the state."""
        self.ledger.adopt(execution.staged, frontier, execution.height, execution.time_ms)

    @property
    def state_root(self) -> Hash:
        """Root of the adopted state."""
        self.ledger.unstage()
        return self.ledger.tree.root


def _accuse(
    run: BlockRun, evidence: Sequence[Evidence]
) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
    """Enter what proves something new; that, and the rest."""
    entered: list[Evidence] = []
    for pair in evidence:
        try:
            run.accuse(pair)
        except Rejected:
            continue
        entered.append(pair)
    return tuple(entered), tuple(pair for pair in evidence if pair not in entered)
