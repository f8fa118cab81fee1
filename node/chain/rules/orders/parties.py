"""Who is who on an order.

On one order the natural persons in different parts are pairwise different, except that a recorder may check in on
behalf and an agent may request and confirm.
"""

from typing import Final

from node.chain.errors import ErrorCode
from node.chain.records.actors import Person
from node.chain.records.orders import Order
from node.chain.rules.guards import require
from node.chain.state import Moment, View
from node.chain.types import Id

PERSON_PAYS: Final = "person"
TIMER_REASONS: Final = frozenset({"unconfirmed", "unendorsed", "-"})
"""Reasons of a dispute that only time gives; each has its own way out, which no party may choose."""


def is_agent(recipient: Person, sender: Id, verb: str) -> bool:
    """Whether the sender may do this verb for the recipient, as agent with the verb or as guardian."""
    if sender in recipient.guardians:
        return True
    return any(a.agent == sender and verb in a.verbs for a in recipient.agents)


def requesting_side(view: View, at: Moment, order: Order, sender: Person, verb: str) -> bool:
    """Recipient, paying person, agent with the verb, or, for an order on behalf, a recorder of its district."""
    recipient = view.need(Person, order.recipient)
    if sender.id in {order.recipient, paying_person(order)}:
        return True
    if sender.id in judges_of(order):
        return False
    if is_agent(recipient, sender.id, verb):
        return True
    staff = sender.has_role("recorder", order.district, at.time_ms)
    return staff and order.requester_role == "recorder"


def require_requesting_side(
    view: View, at: Moment, order: Order, sender: Person, verb: str
) -> None:
    """Only the requesting side may do this.

    Raises:
        Rejected: ``NOT_A_PARTY``.
    """
    side = requesting_side(view, at, order, sender, verb)
    require(side, ErrorCode.NOT_A_PARTY, "not the requesting side")


def require_party_reason(reason: str) -> None:
    """A party's reason, which is none of those that time gives.

    Raises:
        Rejected: ``BAD_FIELD``.
    """
    require(reason not in TIMER_REASONS, ErrorCode.BAD_FIELD, reason)


def require_volunteer(order: Order, sender: Id) -> None:
    """Only the order's volunteer may do this.

    Raises:
        Rejected: ``NOT_A_PARTY``.
    """
    require(order.volunteer == sender, ErrorCode.NOT_A_PARTY, "not the order's volunteer")


def paying_person(order: Order) -> Id:
    """The person who pays; empty when a fund or pool does."""
    return Id(order.payer if order.payer_kind == PERSON_PAYS else b"")


def judges_of(order: Order) -> frozenset[Id]:
    """The volunteer and those who vouch or rule: never a voice of the recipient, whatever else they are to them."""
    parts = (order.volunteer, order.reviewer, order.endorser, order.arbiter)
    return frozenset(Id(part) for part in parts if part)


def people_of(order: Order) -> frozenset[Id]:
    """Everybody who has a part in the order so far."""
    parts = (
        order.recipient,
        paying_person(order),
        order.requester,
        order.reviewer,
        order.volunteer,
        order.starter,
        order.timekeeper,
        order.confirmer,
        order.endorser,
        order.arbiter,
    )
    return frozenset(Id(part) for part in parts if part)


def require_outsider(view: View, order: Order, sender: Person) -> None:
    """Somebody without any part in the order or objection to it, nor related to recipient, payer or volunteer.

    Raises:
        Rejected: ``SAME_PERSON``, ``RELATED_PERSONS``.
    """
    inside = people_of(order) | set(order.objectors)
    require(sender.id not in inside, ErrorCode.SAME_PERSON, "has a part in the order")
    for id_ in (order.recipient, paying_person(order), order.volunteer):
        other = view.get(Person, id_) if id_ else None
        related = other is not None and (other.is_related(sender.id) or sender.is_related(id_))
        require(not related, ErrorCode.RELATED_PERSONS, id_.hex())
