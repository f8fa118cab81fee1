"""Verdicts and appeals. A verdict only divides the hold; on appeal it is carried out at once."""

from typing import Final, assert_never

from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.lifecycle import Event, State
from node.chain.records.actors import Person
from node.chain.records.orders import Order
from node.chain.rules.guards import require, require_role, sending_person
from node.chain.rules.orders.moves import expect, move, require_fresh
from node.chain.rules.orders.parties import paying_person, require_outsider, require_party_reason
from node.chain.rules.orders.timers import carry_out, ripe_order
from node.chain.state import Moment, View
from node.chain.tx.envelope import Transaction
from node.chain.tx.orders import Appeal, RuleOrder
from node.chain.types import Code, Minutes

VERDICTS: Final = frozenset({"to-volunteer", "split", "to-payer", "void"})
CITY: Final = "city"
"""The district code of the city's own arbiters' roles."""


def apply(view: View, at: Moment, tx: Transaction, body: RuleOrder | Appeal) -> None:
    """Apply one transaction of this stretch.

    Raises:
        Rejected: the first guard that does not hold.
    """
    sender = sending_person(view, tx)
    order = ripe_order(view, at, body.order)
    match body:
        case RuleOrder():
            _rule(view, at, sender, order, body)
        case Appeal():
            _appeal(view, at, sender, order, body)
        case _:
            assert_never(body)


def _rule(view: View, at: Moment, sender: Person, order: Order, body: RuleOrder) -> None:
    expect(order, Event.RULE)
    require_fresh(order, body.origin, body.count)
    require(body.verdict in VERDICTS, ErrorCode.BAD_FIELD, body.verdict)
    city_only = (
        order.appealed == 1 or at.time_ms >= order.disputed_ms + at.policy.orders.dispute_city_ms
    )
    require_role(sender, "arbiter", CITY if city_only else order.district, at.time_ms)
    require_outsider(view, order, sender)
    agreed = _ruled_minutes(at, order, body)

    ruled = replace(
        order, verdict=body.verdict, agreed_min=agreed, arbiter=sender.id, needs_endorse=0
    )
    if order.appealed:
        carry_out(view, at, ruled, Event.RULE, at.time_ms)
    else:
        move(view, ruled, Event.RULE, State.RULED, at.time_ms + at.policy.orders.ruled_ms)


def _ruled_minutes(at: Moment, order: Order, body: RuleOrder) -> Minutes:
    """Minutes a verdict gives to the volunteer; a split of an unclosed service may reach the expected minutes."""
    if body.verdict == "to-volunteer":
        require(order.counted_min > 0, ErrorCode.MINUTES_OUT_OF_RANGE, "nothing was counted")
        return order.counted_min
    if body.verdict != "split":
        return Minutes(0)
    most = order.counted_min if order.checked_out_ms else order.expected_min
    quantum = at.policy.service.quantum_min
    whole = quantum <= body.minutes <= most and body.minutes % quantum == 0
    require(whole, ErrorCode.MINUTES_OUT_OF_RANGE, f"{body.minutes} of {most}")
    return body.minutes


def _appeal(view: View, at: Moment, sender: Person, order: Order, body: Appeal) -> None:
    expect(order, Event.APPEAL)
    require(order.appealed == 0, ErrorCode.ALREADY_DONE, "one appeal for each order")
    party = sender.id in {order.recipient, paying_person(order), order.volunteer}
    require(party, ErrorCode.NOT_A_PARTY, "recipient, payer or volunteer")
    require_party_reason(body.reason)

    # The arbiter stays on the order, so that nobody hears the appeal of their own verdict.
    appealed = replace(
        order,
        appealed=1,
        verdict=Code("-"),
        dispute_reason=body.reason,
        disputed_ms=at.time_ms,
    )
    move(view, appealed, Event.APPEAL, State.DISPUTED, at.time_ms + at.policy.orders.dispute_ms)
