"""Transactions: handed in, and what became of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from node.chain.errors import ErrorCode, Rejected
from node.chain.tx.envelope import SignedTransaction, transaction_id
from node.chain.types import Hash, Height, Id
from node.runtime.intake import Intake
from node.runtime.mempool import Mempool
from node.runtime.queries.history import KIND_NAMES
from node.runtime.queries.journal import Journal
from node.store.chainstore import ChainStore

PENDING: Final = "PENDING"
COMMITTED: Final = "COMMITTED"
UNKNOWN: Final = "UNKNOWN"
_ENDED: Final = {ErrorCode.EXPIRED: "EXPIRED", ErrorCode.SEQUENCE_USED: "SUPERSEDED"}
"""Refusals after which the same bytes can never stand in a block."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A transaction that was taken."""

    id: Hash
    status: str
    height: Height | None = None


@dataclass(frozen=True, slots=True)
class TransactionStatus:
    """What this node knows of a transaction."""

    id: Hash
    status: str
    """``UNKNOWN``, ``PENDING``, ``COMMITTED``, ``EXPIRED`` or ``SUPERSEDED``."""
    height: Height | None = None
    index: int | None = None
    """Position among the transactions of its block."""
    kind: str | None = None
    created: tuple[Id, ...] | None = None
    """Ids of the objects that it created."""
    code: str | None = None
    """Why this node refused it last, if that is remembered."""


class TransactionDesk:
    """Takes transactions in and says where they are."""

    def __init__(
        self,
        intake: Intake,
        pool: Mempool,
        store: ChainStore,
        journal: Journal,
        lacks_blocks: Callable[[], bool],
    ) -> None:
        """Hand in through ``intake``; look in pool, store and journal.

        ``lacks_blocks`` tells whether older blocks are not here. A transaction that is not found may stand in one of
        them, so a node that lacks blocks calls nothing superseded or expired.
        """
        self._lacks_blocks = lacks_blocks
        self._intake = intake
        self._pool = pool
        self._store = store
        self._journal = journal

    def submit(self, raw: bytes) -> Submission:
        """Admit one transaction; one that is final already is no fault.

        Raises:
            Rejected: this node's answer now.
        """
        try:
            signed = self._intake.submit(raw)
        except Rejected as fault:
            return self._final(transaction_id(raw), fault)
        return Submission(signed.tx_id, PENDING)

    def submit_many(self, raws: Sequence[bytes]) -> list[Submission | Rejected]:
        """Admit several, in order; one refusal does not touch the others."""
        outcomes = self._intake.submit_many(raws)
        return [self._outcome(raw, found) for raw, found in zip(raws, outcomes, strict=True)]

    def status(self, tx_id: Hash) -> TransactionStatus:
        """What is known of a transaction."""
        place = self._store.place_of(tx_id)
        if place is not None:
            effects = self._journal.effects(tx_id)
            created = () if effects is None else effects.created
            kind = KIND_NAMES[place.kind]
            return TransactionStatus(tx_id, COMMITTED, place.height, place.index, kind, created)
        if self._pool.is_executable(tx_id) or self._pool.waits(tx_id):
            return TransactionStatus(tx_id, PENDING)
        answer = self._pool.answers.last(tx_id)
        if answer is None:
            return TransactionStatus(tx_id, UNKNOWN)
        whole = not self._lacks_blocks()
        ended = _ENDED.get(answer.code, UNKNOWN) if answer.final and whole else UNKNOWN
        return TransactionStatus(tx_id, ended, code=f"E{answer.code.value}")

    def concerned(self, tx_id: Hash) -> tuple[Id, ...] | None:
        """Sender and persons whose records a final transaction changed; None when it is not final here."""
        effects = self._journal.effects(tx_id)
        if effects is None or self._store.place_of(tx_id) is None:
            return None
        return tuple(dict.fromkeys((effects.sender, *effects.persons)))

    def next_number(self, actor: Id, lane: int) -> int:
        """The next free sequence number of a lane, counting pending transactions.

        Raises:
            Rejected: ``UNKNOWN_SENDER``.
        """
        return self._pool.next_number(actor, lane)

    def _outcome(self, raw: bytes, outcome: SignedTransaction | Rejected) -> Submission | Rejected:
        if isinstance(outcome, SignedTransaction):
            return Submission(outcome.tx_id, PENDING)
        try:
            return self._final(transaction_id(raw), outcome)
        except Rejected as fault:
            return fault

    def _final(self, tx_id: Hash, fault: Rejected) -> Submission:
        """What was refused because it is final already.

        Raises:
            Rejected: the fault, for everything else.
        """
        place = self._store.place_of(tx_id)
        if place is None:
            raise fault
        return Submission(tx_id, COMMITTED, place.height)
