"""Which funded orders are drawn for a call-back before they settle.

An order joins the queue when its service ends. At the start of the next block it is drawn when
``H("sample" ‖ state root after the block of its check-out ‖ order id) mod 1000 < rate``: nobody at the site can foresee
that root, and anyone can repeat the draw from the headers. A node's operator could try several blocks for a root of
their liking; the rule does not claim otherwise. Drawn orders cool for 168 hours, and any arbiter of the district may
object to them.
"""

from typing import Final

from msgspec.structs import replace

from node.chain.hashing import digest
from node.chain.lifecycle import FINALS, State
from node.chain.policy import PERMILLE
from node.chain.records.orders import Order
from node.chain.records.sampling import SampleQueue
from node.chain.state import Moment, View
from node.chain.types import Code, EpochMs, Hash, Id

SAMPLED: Final = Code("sampled")


def is_drawn(chain_id: Hash, state_root: Hash, order: Id, permille: int) -> bool:
    """Whether an order is in the sample.

    Args:
        chain_id: the genesis hash.
        state_root: after the block in which the service ended, from its header.
        order: the order's id.
        permille: the policy's share for the block after it.

    Returns:
        SHA-256 of kind ``sample`` over state root and order id, as a big-endian number, mod 1000 < permille.
    """
    draw = int.from_bytes(digest("sample", chain_id, state_root + order), "big")
    return draw % PERMILLE < permille


def queue_for_sample(view: View, at: Moment, order: Order) -> None:
    """A service that the fund pays has ended; the next block draws."""
    if order.payer_kind != "fund":
        return
    queue = view.get(SampleQueue, SampleQueue.KEY) or SampleQueue(at.height, (), b"")
    view.put(replace(queue, height=at.height, orders=(*queue.orders, order.id)))


def draw_sample(view: View, at: Moment) -> None:
    """At a block's start, before any timer: draw among the services that ended in the block before."""
    queue = view.get(SampleQueue, SampleQueue.KEY)
    if queue is None or not queue.orders:
        return
    assert queue.height == at.height - 1
    view.put(replace(queue, orders=()))
    for id_ in queue.orders:
        if is_drawn(at.chain_id, at.previous_root, id_, at.policy.orders.sample_permille):
            _mark(view, at, view.need(Order, id_))


def _mark(view: View, at: Moment, order: Order) -> None:
    """The order's event count stays: what people say about it stays fresh."""
    if order.state in FINALS:
        return
    marked = replace(order, marks=(*order.marks, SAMPLED))
    if order.state == State.CONFIRMED:
        slowest = order.confirmed_ms + at.policy.orders.cooling_weak_ms
        marked = replace(marked, due_ms=EpochMs(max(order.due_ms, slowest)))
    view.put(marked)
