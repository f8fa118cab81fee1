"""Confirmed, reduced, endorsed, objected: what people say about a service once it has taken place.

Who may confirm how is the method table (``methods``).
"""

from typing import Final, assert_never

from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.lifecycle import Event, State
from node.chain.records.actors import Person
from node.chain.records.orders import Order
from node.chain.rules.guards import require, require_role, sending_person
from node.chain.rules.orders.methods import Strength, cooling_ms, prove
from node.chain.rules.orders.moves import expect, move, needs_endorse, require_fresh
from node.chain.rules.orders.parties import (
    requesting_side,
    require_outsider,
    require_party_reason,
    require_volunteer,
)
from node.chain.rules.orders.sampling import SAMPLED, queue_for_sample
from node.chain.rules.orders.service import abort
from node.chain.rules.orders.settlement import keep_interval, stop_serving
from node.chain.rules.orders.timers import ripe_order
from node.chain.rules.serving import counted_minutes
from node.chain.state import Moment, View
from node.chain.tx.envelope import Transaction
from node.chain.tx.orders import Confirm, Endorse, ObjectOrder, Reduce
from node.chain.types import Code, EpochMs, Minutes

DISPUTE_OPEN_REASONS: Final = frozenset({"unconfirmed"})
"""Disputes that any sufficient confirmation ends, not only the objector's."""


def apply(
    view: View, at: Moment, tx: Transaction, body: Confirm | Reduce | Endorse | ObjectOrder
) -> None:
    """Apply one transaction of this stretch.

    Raises:
        Rejected: the first guard that does not hold.
    """
    sender = sending_person(view, tx)
    order = ripe_order(view, at, body.order)
    match body:
        case Confirm():
            _confirm(view, at, sender, order, body)
        case Reduce():
            _reduce(view, at, sender, order, body)
        case Endorse():
            _endorse(view, at, sender, order, body)
        case ObjectOrder():
            _object(view, at, sender, order, body)
        case _:
            assert_never(body)


def _confirm(view: View, at: Moment, sender: Person, order: Order, body: Confirm) -> None:
    expect(order, Event.CONFIRM)
    require_fresh(order, body.origin, body.count)
    quantum = at.policy.service.quantum_min
    whole = quantum <= body.minutes <= order.counted_min and body.minutes % quantum == 0
    require(whole, ErrorCode.MINUTES_OUT_OF_RANGE, f"{body.minutes} of {order.counted_min}")
    if order.state == State.DISPUTED:
        _require_may_end_dispute(order, sender)
    strength, endorse = prove(view, at, sender, order, body)
    late = order.report == "late"
    require(not late or strength >= Strength.MEDIUM, ErrorCode.METHOD_NOT_ALLOWED, "late report")

    confirmed = replace(
        order,
        agreed_min=body.minutes,
        method=body.method,
        confirmer=sender.id,
        confirmed_ms=at.time_ms,
        needs_endorse=1 if endorse and not order.endorser else order.needs_endorse,
        dispute_reason=Code("-"),
    )
    drawn = SAMPLED in order.marks
    due = at.time_ms + cooling_ms(at.policy.orders, Strength.WEAK if drawn else strength)
    move(view, confirmed, Event.CONFIRM, State.CONFIRMED, due)


def _require_may_end_dispute(order: Order, sender: Person) -> None:
    """Only the objector withdraws by confirming; an unconfirmed order waits for anyone who may confirm."""
    require(not order.appealed, ErrorCode.WRONG_STATE, "under appeal")
    if order.dispute_reason in DISPUTE_OPEN_REASONS:
        return
    objector = bool(order.objectors) and order.objectors[-1] == sender.id
    require(objector, ErrorCode.NOT_A_PARTY, "only the objector")


def _reduce(view: View, at: Moment, sender: Person, order: Order, body: Reduce) -> None:
    expect(order, Event.REDUCE)
    require_volunteer(order, sender.id)
    quantum = at.policy.service.quantum_min
    whole = body.minutes < order.counted_min and body.minutes % quantum == 0
    require(whole, ErrorCode.MINUTES_OUT_OF_RANGE, f"{body.minutes} of {order.counted_min}")

    if body.minutes < quantum:
        abort(view, at, order, Event.REDUCE)
        return
    keep_interval(view, at, order, order.checked_in_ms, order.checked_out_ms, body.minutes)
    reduced = replace(order, counted_min=body.minutes)
    move(view, reduced, Event.REDUCE, State.CHECKED_OUT, order.due_ms)


def _endorse(view: View, at: Moment, sender: Person, order: Order, body: Endorse) -> None:
    expect(order, Event.ENDORSE)
    require_fresh(order, body.origin, body.count)
    require(order.needs_endorse == 1, ErrorCode.ALREADY_DONE, "no endorsement is missing")
    require_role(sender, "reviewer", order.district, at.time_ms)
    require_outsider(view, order, sender)
    if order.state == State.DISPUTED:
        unendorsed = order.dispute_reason == "unendorsed"
        require(unendorsed, ErrorCode.WRONG_STATE, order.dispute_reason)

    endorsed = replace(order, endorser=sender.id, needs_endorse=0)
    if order.state == State.DISPUTED:
        due = at.time_ms + at.policy.orders.cooling_strong_ms
        calm = replace(endorsed, dispute_reason=Code("-"))
        move(view, calm, Event.ENDORSE, State.CONFIRMED, due)
    else:
        move(view, endorsed, Event.ENDORSE, order.state, order.due_ms)


def _draws(at: Moment, order: Order, sender: Person) -> bool:
    """Whether the sender is an arbiter who looks into a drawn order before it settles."""
    arbiter = sender.has_role("arbiter", order.district, at.time_ms)
    return order.state == State.CONFIRMED and SAMPLED in order.marks and arbiter


def _object(view: View, at: Moment, sender: Person, order: Order, body: ObjectOrder) -> None:
    expect(order, Event.OBJECT)
    side = requesting_side(view, at, order, sender, "object")
    reviewer = sender.has_role("reviewer", order.district, at.time_ms)
    party = side or reviewer or sender.id == order.volunteer or _draws(at, order, sender)
    require(party, ErrorCode.NOT_A_PARTY, "not a party to the order")
    require_party_reason(body.reason)
    again = sender.id in order.objectors
    require(not again, ErrorCode.ALREADY_DONE, "each party objects once")

    disputed = replace(
        order,
        objectors=(*order.objectors, sender.id),
        dispute_reason=body.reason,
        disputed_ms=at.time_ms,
    )
    if order.state == State.CHECKED_IN:
        counted = counted_minutes(at.policy.service, order.checked_in_ms, at.time_ms)
        disputed = replace(
            disputed,
            counted_min=counted,
            checked_out_ms=at.time_ms,
            needs_endorse=needs_endorse(at, order, counted, late=False),
        )
        keep_interval(view, at, order, order.checked_in_ms, at.time_ms, counted)
        stop_serving(view, order)
        # An objection ends the service as a check-out does: it must not be a way round the draw.
        queue_for_sample(view, at, disputed)
    elif order.state == State.UNCLOSED:
        disputed = replace(disputed, counted_min=Minutes(0), checked_out_ms=EpochMs(0))
    due = at.time_ms + at.policy.orders.dispute_ms
    move(view, disputed, Event.OBJECT, State.DISPUTED, due)
