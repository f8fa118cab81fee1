"""A spot-check sample that nobody can choose and anybody can repeat.

Whoever draws announces a seed and the checkpoint before knowing what they give. Each settled order of the log up to the
checkpoint gets the number ``digest("sample", chain id, root of the checkpoint ‖ seed ‖ order id)``; the orders with the
smallest numbers are the sample. The root is not known before the checkpoint, the seed not before the draw, so neither
the districts nor the drawer alone can steer it.
"""

import heapq
from dataclasses import dataclass
from typing import Final

from node.audit.replay import Parsed
from node.chain.hashing import digest
from node.chain.ledger import Ledger
from node.chain.lifecycle import State
from node.chain.records import decode_record
from node.chain.records.orders import Order
from node.chain.transition import Execution
from node.chain.types import Hash, Height

SEED_MAX_BYTES: Final = 256


@dataclass(frozen=True, slots=True)
class Drawn:
    """A settled order in the sample, or a candidate."""

    number: Hash
    order: Order
    height: Height
    """Of the block in which it became final."""


class Candidates:
    """Watches an audit and collects settled orders up to a size of the log."""

    def __init__(self, size: int) -> None:
        """Orders that became final in the first ``size`` leaves count."""
        self._size = size
        self.orders: list[tuple[Height, Order]] = []

    def __call__(self, parsed: Parsed, execution: Execution, _: Ledger) -> None:
        """A block passed."""
        if parsed.step.after.frontier.size > self._size:
            return
        for raw in execution.finals:
            record = decode_record(raw)
            if isinstance(record, Order) and record.state is State.SETTLED:
                self.orders.append((execution.height, record))

    def draw(
        self, chain_id: Hash, root: Hash, seed: bytes, count: int, *, funded: bool
    ) -> list[Drawn]:
        """The sample, smallest number first.

        Args:
            chain_id: of the chain.
            root: of the checkpoint.
            seed: the announced seed.
            count: orders to draw.
            funded: draw among those that a fund paid only.
        """
        numbered = (
            Drawn(digest("sample", chain_id, root + seed + order.id), order, height)
            for height, order in self.orders
            if not funded or order.payer_kind == "fund"
        )
        return heapq.nsmallest(count, numbered, key=lambda drawn: drawn.number)
