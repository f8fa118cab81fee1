"""What time alone does to an order.

A timer never convicts anyone. The next due time is counted from the one that fired, not from the block that fired it,
so that a backlog changes nothing. Rules compare block time with the due time: before a transaction touches an order,
its due timers fire first (``ripe_order``).
"""

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from node.chain.errors import Bug, ErrorCode, Rejected
from node.chain.lifecycle import FINALS, Event, State
from node.chain.policy import month_of
from node.chain.records.actors import Person
from node.chain.records.orders import Order
from node.chain.rules.orders.moves import finish, move
from node.chain.rules.orders.settlement import drop_interval, release, settle, stop_serving
from node.chain.state import Moment, View
from node.chain.tx.orders import PRESENCE_NONE
from node.chain.types import Code, EpochMs, Id, Minutes
from node.chain.units import enter_honour


def ripe_order(view: View, at: Moment, id_: Id) -> Order:
    """An order with every timer fired that is due at block time.

    Raises:
        Rejected: ``NO_SUCH_OBJECT``.
    """
    order = view.need(Order, id_)
    while order.due_ms <= at.time_ms:
        fire(view, at, order)
        after = view.get(Order, id_)
        if after is None:
            raise Rejected(ErrorCode.NO_SUCH_OBJECT, f"order {id_.hex()} has left the tree")
        order = after
    return order


def fire(view: View, at: Moment, order: Order) -> None:
    """Fire the order's one live timer, which is due."""
    if order.state in FINALS:
        view.remove(order)
        return
    _TIMERS[order.state](view, at, order)


def _expire(view: View, at: Moment, order: Order) -> None:
    if order.volunteer:
        drop_interval(view, order)
    released = release(view, at, order)
    finish(view, at, released, Event.TIMER, State.EXPIRED, order.due_ms)


def _lapse(view: View, at: Moment, order: Order) -> None:
    move(view, order, Event.TIMER, State.LAPSED, order.due_ms + at.policy.orders.lapsed_ms)


def _forget_check_out(view: View, at: Moment, order: Order) -> None:
    stop_serving(view, order)
    due = order.due_ms + at.policy.orders.unclosed_ms
    move(view, replace(order, counted_min=Minutes(0)), Event.TIMER, State.UNCLOSED, due)


def _abort(view: View, at: Moment, order: Order) -> None:
    drop_interval(view, order)
    released = release(view, at, order)
    finish(view, at, released, Event.TIMER, State.ABORTED, order.due_ms)


def _not_confirmed(view: View, at: Moment, order: Order) -> None:
    """Silence confirms only within its narrow rule; everything else waits for a call-back or an arbiter."""
    if _silence_confirms(view, at, order):
        recipient = view.need(Person, order.recipient)
        month = month_of(order.due_ms)
        used = recipient.silence_used if recipient.silence_month == month else 0
        view.put(replace(recipient, silence_month=month, silence_used=used + 1))
        confirmed = replace(
            order,
            method=Code("silence"),
            agreed_min=order.counted_min,
            confirmed_ms=order.due_ms,
            needs_endorse=order.needs_endorse,
        )
        due = order.due_ms + at.policy.orders.cooling_weak_ms
        move(view, confirmed, Event.TIMER, State.CONFIRMED, due)
    else:
        _dispute(view, at, order, "unconfirmed")


def _silence_confirms(view: View, at: Moment, order: Order) -> bool:
    recipient = view.need(Person, order.recipient)
    month = month_of(order.due_ms)
    used = recipient.silence_used if recipient.silence_month == month else 0
    return (
        order.payer_kind == "person"
        and order.requester_role == "recipient"
        and order.report == "live"
        and order.presence != PRESENCE_NONE
        and used < at.policy.orders.silence_month_max
    )


def _dispute(view: View, at: Moment, order: Order, reason: str) -> None:
    disputed = replace(order, dispute_reason=Code(reason), disputed_ms=order.due_ms)
    due = order.due_ms + at.policy.orders.dispute_ms
    move(view, disputed, Event.TIMER, State.DISPUTED, due)


def _cooled(view: View, at: Moment, order: Order) -> None:
    if order.needs_endorse:
        _dispute(view, at, order, "unendorsed")
        return
    settled = settle(view, at, order, order.agreed_min)
    finish(view, at, settled, Event.TIMER, State.SETTLED, order.due_ms)


def _nobody_ruled(view: View, at: Moment, order: Order) -> None:
    released = release(view, at, order)
    finish(view, at, released, Event.TIMER, State.VOID, order.due_ms)


def _verdict_stands(view: View, at: Moment, order: Order) -> None:
    carry_out(view, at, order, Event.TIMER, order.due_ms)


def carry_out(view: View, at: Moment, order: Order, event: Event, now_ms: EpochMs) -> None:
    """What a verdict does: it only divides the hold."""
    if order.verdict in {"to-volunteer", "split"}:
        settled = settle(view, at, order, order.agreed_min)
        finish(view, at, settled, event, State.SETTLED, now_ms)
        return
    released = release(view, at, order)
    if order.verdict == "to-payer":
        # The service took place but is not paid: honour for the volunteer, no coins and no step to a star.
        enter_honour(view, order.volunteer, order.counted_min)
        released = replace(released, honour_min=order.counted_min)
    finish(view, at, released, event, State.VOID, now_ms)


_TIMERS: Final[dict[State, Callable[[View, Moment, Order], None]]] = {
    State.REQUESTED: _expire,
    State.PUBLISHED: _expire,
    State.ACCEPTED: _lapse,
    State.LAPSED: _expire,
    State.CHECKED_IN: _forget_check_out,
    State.UNCLOSED: _abort,
    State.CHECKED_OUT: _not_confirmed,
    State.CONFIRMED: _cooled,
    State.DISPUTED: _nobody_ruled,
    State.RULED: _verdict_stands,
}


def require_timers_complete() -> None:
    """Every live state has a timer.

    Raises:
        Bug: when one has none.
    """
    live = set(State) - FINALS - {State.NONE}
    if live != set(_TIMERS):
        raise Bug(f"states without a timer: {sorted(live ^ set(_TIMERS))}")


require_timers_complete()
