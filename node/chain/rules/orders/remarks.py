"""Ratings, complaints, and objections to the mark of a no-show: they stand beside an order and never change it.

A complaint has a clock; when it runs out the complaint is overdue for everyone to see, and can still be answered. What
it finds about a settled order is carried out by a correction.
"""

from typing import Final, assert_never

from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.lifecycle import State
from node.chain.records.actors import Person
from node.chain.records.orders import Order
from node.chain.records.remarks import (
    COMPLAINT,
    NO_SHOW,
    Complaint,
    Rating,
    complaint_id,
)
from node.chain.rules.guards import require, require_evidence, require_origin, sending_person
from node.chain.rules.orders.parties import (
    requesting_side,
    require_outsider,
    require_party_reason,
    require_volunteer,
)
from node.chain.rules.orders.timers import ripe_order
from node.chain.rules.service_hours import answer_objection, object_to_service
from node.chain.state import CITY_HOME, Moment, View
from node.chain.tx.envelope import Transaction
from node.chain.tx.orders import AnswerComplaint, Complain, ContestNoShow, Rate
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Hash

RATED: Final = frozenset({State.CONFIRMED, State.RULED, State.SETTLED})
OUTCOMES: Final = {
    COMPLAINT: frozenset({"founded", "unfounded", "correction"}),
    NO_SHOW: frozenset({"cleared", "upheld"}),
}
_Body = Rate | Complain | ContestNoShow | AnswerComplaint


def apply(view: View, at: Moment, tx: Transaction, tx_id: Hash, body: _Body) -> None:
    """Apply one transaction of this stretch.

    Raises:
        Rejected: the first guard that does not hold.
    """
    sender = sending_person(view, tx)
    match body:
        case Rate():
            _rate(view, at, sender, body)
        case Complain():
            _complain(view, at, sender, tx_id, body)
        case ContestNoShow():
            _contest(view, at, sender, tx_id, body)
        case AnswerComplaint():
            _answer(view, at, sender, body)
        case _:
            assert_never(body)


def _rate(view: View, at: Moment, sender: Person, body: Rate) -> None:
    order = ripe_order(view, at, body.order)
    require(order.state in RATED, ErrorCode.WRONG_STATE, order.state)
    if sender.id == order.volunteer:
        side = "volunteer"
    else:
        party = requesting_side(view, at, order, sender, "confirm")
        require(party, ErrorCode.NOT_A_PARTY, "not a party to the order")
        side = "recipient"
    require_evidence(body.commitment)

    due = EpochMs(at.time_ms + at.policy.orders.kept_final_ms)
    view.create(Rating(order.id, Code(side), sender.id, body.commitment, due, b""))


def _complain(view: View, at: Moment, sender: Person, tx_id: Hash, body: Complain) -> None:
    order = ripe_order(view, at, body.order)
    side = requesting_side(view, at, order, sender, "object")
    party = side or sender.id == order.volunteer
    require(party, ErrorCode.NOT_A_PARTY, "not a party to the order")
    require_party_reason(body.reason)

    _open(view, at, order, sender, replace(_blank(body.evidence, body.reason), origin=tx_id))


def _contest(view: View, at: Moment, sender: Person, tx_id: Hash, body: ContestNoShow) -> None:
    order = ripe_order(view, at, body.order)
    require(order.state is State.NO_SHOW, ErrorCode.WRONG_STATE, order.state)
    require_volunteer(order, sender.id)
    last = order.final_ms + at.policy.persons.no_show_contest_ms
    require(at.time_ms < last, ErrorCode.TOO_LATE, f"until {last}")

    contest = replace(_blank(body.evidence, Code("was-there")), origin=tx_id, kind=NO_SHOW)
    _open(view, at, order, sender, contest)


def _blank(evidence: Hash, reason: Code) -> Complaint:
    return Complaint(
        id=NO_ID,
        origin=ZERO_HASH,
        kind=COMPLAINT,
        order=NO_ID,
        volunteer=NO_ID,
        month=0,
        district=Code("-"),
        complainant=NO_ID,
        reason=reason,
        evidence=evidence,
        opened_ms=EpochMs(0),
        state=Code("open"),
        outcome=Code("-"),
        arbiter=NO_ID,
        answer_evidence=ZERO_HASH,
        due_ms=EpochMs(0),
        touch=b"",
    )


def _open(view: View, at: Moment, order: Order, sender: Person, blank: Complaint) -> None:
    month = object_to_service(view, order) if blank.kind == COMPLAINT else 0
    view.create(
        replace(
            blank,
            id=complaint_id(at.city_id, blank.kind, order.id, sender.id),
            order=order.id,
            volunteer=order.volunteer if month else NO_ID,
            month=month,
            district=order.district,
            complainant=sender.id,
            opened_ms=at.time_ms,
            due_ms=EpochMs(at.time_ms + at.policy.persons.complaint_ms),
        )
    )


def _answer(view: View, at: Moment, sender: Person, body: AnswerComplaint) -> None:
    complaint = view.need(Complaint, body.complaint)
    require_origin(complaint.origin, body.origin)
    require(complaint.state != "answered", ErrorCode.ALREADY_DONE, "answered")
    places = (complaint.district, CITY_HOME)
    arbiter = any(sender.has_role("arbiter", place, at.time_ms) for place in places)
    require(arbiter, ErrorCode.ROLE_MISSING, f"arbiter in {complaint.district}")
    require(body.outcome in OUTCOMES[complaint.kind], ErrorCode.BAD_FIELD, body.outcome)
    require_evidence(body.evidence)
    require(sender.id != complaint.complainant, ErrorCode.SAME_PERSON, "one's own complaint")
    order = view.get(Order, complaint.order)
    if order is not None:
        require_outsider(view, order, sender)

    answer_objection(view, complaint.volunteer, complaint.month)
    view.put(
        replace(
            complaint,
            state=Code("answered"),
            outcome=body.outcome,
            arbiter=sender.id,
            answer_evidence=body.evidence,
            due_ms=EpochMs(at.time_ms + at.policy.orders.kept_final_ms),
        )
    )


def fire_complaint(view: View, complaint: Complaint) -> None:
    """The clock of an open complaint has run out, or an answered one leaves the state."""
    if complaint.state == "answered":
        view.remove(complaint)
        return
    view.put(replace(complaint, state=Code("overdue"), due_ms=EpochMs(0)))


def is_no_show(view: View, at: Moment, order: Order) -> bool:
    """Whether the mark of a no-show stands on the volunteer: reported, and not cleared by an arbiter."""
    if order.state is not State.NO_SHOW:
        return False
    id_ = complaint_id(at.city_id, NO_SHOW, order.id, order.volunteer)
    contest = view.get(Complaint, id_)
    return contest is None or contest.outcome != "cleared"
