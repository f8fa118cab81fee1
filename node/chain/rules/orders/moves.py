"""The one way an order changes state, and how an order is found with its due timers fired."""

from typing import Final

from msgspec.structs import replace

from node.chain.errors import Bug, ErrorCode
from node.chain.lifecycle import FINALS, HOLDING, Event, State, outcomes
from node.chain.policy import MINUTE_MS
from node.chain.records.actors import Person
from node.chain.records.orders import Order
from node.chain.records.settings import CatalogueEntry
from node.chain.rules.guards import require
from node.chain.rules.service_hours import count_order
from node.chain.state import Moment, View
from node.chain.types import EpochMs, Hash, Minutes

NEVER: Final = EpochMs(0)


def expect(order: Order, event: Event) -> None:
    """The event is in the table for the order's state.

    Raises:
        Rejected: ``WRONG_STATE``.
    """
    allowed = outcomes(order.state, event)
    require(bool(allowed), ErrorCode.WRONG_STATE, f"{event} in {order.state}")


def require_fresh(order: Order, origin: Hash, count: int) -> None:
    """The statement was made about the order as it is.

    Raises:
        Rejected: ``STALE_OBJECT``.
    """
    require(order.origin == origin, ErrorCode.STALE_OBJECT, "another origin")
    require(order.events == count, ErrorCode.STALE_OBJECT, f"the order has {order.events} events")


def move(view: View, order: Order, event: Event, to: State, due_ms: int) -> Order:
    """Write the order in its next state, which the table must allow; finals enter the finals root.

    Args:
        view: where to write.
        order: with every other change already made.
        event: what happened.
        to: the state it leads to.
        due_ms: when the one live timer fires; for a final, when the order leaves the tree.
    """
    if to not in outcomes(order.state, event):
        raise Bug(f"{order.state} -{event}-> {to} is not in the table")
    moved = replace(order, state=to, events=order.events + 1, due_ms=EpochMs(due_ms))
    if (moved.hold_min > 0) and to not in HOLDING:
        raise Bug(f"{to} with {moved.hold_min} minutes held")
    _count_open(view, order, to)
    if to in FINALS:
        view.finish(moved)
    else:
        view.put(moved)
    return moved


def _count_open(view: View, order: Order, to: State) -> None:
    """The recipient's orders that are not final."""
    opened = (order.state is State.NONE) - (to in FINALS)
    if opened:
        recipient = view.need(Person, order.recipient)
        view.put(replace(recipient, open_orders=recipient.open_orders + opened))


def finish(view: View, at: Moment, order: Order, event: Event, to: State, now_ms: int) -> Order:
    """Write the order in a final state, where it stays for the policy's time; what was served now counts."""
    final = replace(order, final_ms=EpochMs(now_ms))
    moved = move(view, final, event, to, now_ms + at.policy.orders.kept_final_ms)
    count_order(view, moved)
    return moved


def service_of(view: View, order: Order) -> CatalogueEntry:
    """The catalogue's entry of an order's service."""
    return view.need(CatalogueEntry, order.service.encode())


def planned_end_ms(order: Order) -> int:
    """Planned start plus expected minutes: until then a published order may be accepted."""
    return order.start_ms + order.expected_min * MINUTE_MS


def needs_endorse(at: Moment, order: Order, counted: Minutes, *, late: bool) -> int:
    """1 for a late or overlong service, else what the order needed before."""
    return 1 if late or counted > at.policy.service.day_max_min else order.needs_endorse
