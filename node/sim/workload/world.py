"""What a life needs of the world, and the nearest world there is: a ledger in this process."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from node.chain.errors import Bug
from node.chain.genesis import Genesis, new_ledger
from node.chain.ledger import Ledger
from node.chain.limits import BLOCK_SIZE_MAX_BYTES, BLOCK_TRANSACTIONS_MAX
from node.chain.records.orders import Order
from node.chain.rules.orders.sampling import SAMPLED
from node.chain.state import View
from node.chain.transition import BlockRun, nothing_known
from node.chain.tx.envelope import SignedTransaction
from node.chain.types import EpochMs, Hash, Height, Id
from node.sim.workload.hands import Hand

BLOCK_MS: Final = 1_000


class World(Protocol):
    """A ledger that takes statements while time passes."""

    def now_ms(self) -> int:
        """The ledger's time: not before that of any block so far."""
        ...

    def reach(self, time_ms: int) -> None:
        """Let time pass until at least this; what is due by then has happened."""
        ...

    def submit(self, wave: Sequence[SignedTransaction]) -> None:
        """Bring statements into blocks, each sender's in order; no sender's depend on another's of the same wave."""
        ...

    def counted_min(self, order: Id, party: Hand) -> int:
        """Minutes that a service counted by block time, as a party to the order reads it."""
        ...

    def is_drawn(self, order: Id, party: Hand) -> bool:
        """Whether a service that ended blocks ago was drawn for a call-back, as a party to the order reads it."""
        ...


BlockMade = Callable[[EpochMs, Sequence[SignedTransaction]], None]
"""Hears of every block: its time and its transactions."""


def _nobody_listens(_time_ms: EpochMs, _block: Sequence[SignedTransaction]) -> None:
    """A world without an audience."""


class KernelWorld:
    """The kernel's ledger at its tip, one block after another.

    Attributes:
        ledger: the state.
        transactions: how many stand in blocks.
    """

    def __init__(
        self, genesis: Genesis, heard: BlockMade = _nobody_listens, *, signatures: bool = True
    ) -> None:
        """Height 0.

        Args:
            genesis: of the city.
            heard: is told of every block after it is the state.
            signatures: whether to check them; a life's own are known to be right.
        """
        self.ledger: Ledger = new_ledger(genesis)
        self.transactions = 0
        self._heard = heard
        self._known = nothing_known if signatures else _all_known

    def now_ms(self) -> int:
        """See ``World.now_ms``."""
        return self.ledger.time_ms

    def reach(self, time_ms: int) -> None:
        """See ``World.reach``."""
        if time_ms > self.ledger.time_ms:
            self._block(EpochMs(time_ms), ())
        due = self.ledger.next_due_ms()
        while due is not None and due <= self.ledger.time_ms:
            self._block(EpochMs(self.ledger.time_ms + 1), ())
            due = self.ledger.next_due_ms()

    def submit(self, wave: Sequence[SignedTransaction]) -> None:
        """See ``World.submit``.

        Raises:
            node.chain.errors.Rejected: a statement breaks a rule.
        """
        for block in blocks_of(wave):
            self._block(EpochMs(self.ledger.time_ms + BLOCK_MS), block)

    def counted_min(self, order: Id, party: Hand) -> int:
        """See ``World.counted_min``."""
        return View(self.ledger).need(Order, order).counted_min

    def is_drawn(self, order: Id, party: Hand) -> bool:
        """See ``World.is_drawn``."""
        return SAMPLED in View(self.ledger).need(Order, order).marks

    def _block(self, time_ms: EpochMs, block: Sequence[SignedTransaction]) -> None:
        run = BlockRun(self.ledger, Height(self.ledger.height + 1), time_ms)
        for signed in block:
            run.add(signed, self._known)
        execution = run.close()
        self.ledger.adopt(execution.staged, self.ledger.frontier, run.at.height, time_ms)
        self.transactions += len(block)
        self._heard(time_ms, block)


def blocks_of(wave: Sequence[SignedTransaction]) -> list[list[SignedTransaction]]:
    """Statements in their order, in as few blocks as the limits allow."""
    blocks: list[list[SignedTransaction]] = []
    size = 0
    for signed in wave:
        size += len(signed.raw)
        if not blocks or len(blocks[-1]) == BLOCK_TRANSACTIONS_MAX or size > BLOCK_SIZE_MAX_BYTES:
            blocks.append([])
            size = len(signed.raw)
        blocks[-1].append(signed)
    if any(len(block) > BLOCK_TRANSACTIONS_MAX for block in blocks):
        raise Bug("a block of a workload is too large")
    return blocks


def _all_known(tx_id: Hash, key: bytes) -> bool:
    return len(tx_id) == len(key)
