"""Orders asked for, published, refused and taken back."""

from typing import Final, assert_never

from msgspec.structs import replace

from node.chain.errors import ErrorCode, Rejected
from node.chain.lifecycle import FINALS, Event, State
from node.chain.policy import civil, week_of
from node.chain.records.accounts import fund_id
from node.chain.records.actors import ACTIVE, CLOSING, Person
from node.chain.records.orders import Order
from node.chain.records.settings import CatalogueEntry
from node.chain.rules.guards import (
    created_id,
    known_person,
    require,
    require_role,
    require_site,
    sending_person,
)
from node.chain.rules.orders.guardians import PRESENT, require_guardian
from node.chain.rules.orders.moves import expect, finish, move, planned_end_ms, require_fresh
from node.chain.rules.orders.parties import (
    is_agent,
    require_outsider,
    require_requesting_side,
)
from node.chain.rules.orders.settlement import hold, release, weighted
from node.chain.rules.orders.timers import ripe_order
from node.chain.rules.tallies import count, tally_of
from node.chain.state import Moment, View
from node.chain.tx.envelope import Transaction
from node.chain.tx.orders import (
    PRESENCE_NONE,
    ApproveOrder,
    RejectOrder,
    Request,
    Withdraw,
)
from node.chain.types import (
    NO_ID,
    ZERO_HASH,
    Code,
    EpochMs,
    Hash,
    Id,
    Minutes,
)

URGENT: Final = Code("urgent")
KEY_ELDERS: Final = Code("key-elders")
PAYERS: Final = frozenset({"person", "fund", "pool", "city-pool"})
_CONSENT: Final = {
    "recipient": frozenset({"own-key"}),
    "payer": frozenset({"own-key"}),
    "agent": frozenset({"agent"}),
    "recorder": frozenset({"in-person", "call-back", "standing"}),
}


def apply(
    view: View,
    at: Moment,
    tx: Transaction,
    tx_id: Hash,
    body: Request | ApproveOrder | RejectOrder | Withdraw,
) -> None:
    """Apply one transaction of this stretch.

    Raises:
        Rejected: the first guard that does not hold.
    """
    match body:
        case Request():
            _request(view, at, tx, tx_id, body)
        case ApproveOrder():
            _approve(view, at, tx, body)
        case RejectOrder():
            _reject(view, at, tx, body)
        case Withdraw():
            _withdraw(view, at, tx, body)
        case _:
            assert_never(body)


def _request(view: View, at: Moment, tx: Transaction, tx_id: Hash, body: Request) -> None:
    sender = sending_person(view, tx)
    recipient = known_person(view, body.recipient)
    require(recipient.status != CLOSING, ErrorCode.CLOSED_ACCOUNT, "the account is closing")
    require_guardian(recipient, sender)
    role = _requester_role(at, sender, recipient, body)
    require(body.consent in _CONSENT[role], ErrorCode.METHOD_NOT_ALLOWED, body.consent)
    proven = role != "recorder" or body.consent_evidence != ZERO_HASH
    require(proven, ErrorCode.RECORD_FIELD_MISSING, "consent evidence")
    service = _offered_service(view, body)
    require_site(view, body.district, body.site)
    _check_window(at, body)
    payer = _payer(sender, recipient, body)
    if body.invited:
        known_person(view, body.invited)
    head = _job_head(view, at, body)

    order = _new_order(created_id(at, tx), tx_id, sender.id, role, body)
    order = replace(
        order,
        payer=payer,
        weight_permille=service.service.weight_permille,
        policy_version=at.policy.version,
    )
    if head is not None:
        view.put(replace(head, members=(*head.members, order.id)))
    if body.service in at.policy.orders.review_exempt and role in {"recipient", "payer"}:
        publish(view, at, order, Event.REQUEST, NO_ID)
    elif _is_urgent(view, at, order, recipient):
        urgent = replace(order, needs_endorse=1, marks=(URGENT,))
        publish(view, at, urgent, Event.REQUEST, NO_ID)
    else:
        move(view, order, Event.REQUEST, State.REQUESTED, at.time_ms + at.policy.orders.review_ms)


def _is_urgent(view: View, at: Moment, order: Order, recipient: Person) -> bool:
    """Whether an urgent order is published on one signature; the second comes before it settles.

    Short, paid by the recipient, kin or the pool, and few of a site and week; any other goes the ordinary way.
    """
    policy = at.policy.orders
    service = view.need(CatalogueEntry, order.service.encode()).service
    fits = (
        service.urgent == 1
        and order.payer_kind in {"person", "pool"}
        and order.expected_min <= policy.urgent_max_min
        and recipient.status == ACTIVE
    )
    name, week = f"urgent/{order.district}/{order.site}".encode(), week_of(at.time_ms)
    if not fits or tally_of(view, name, week).count >= policy.urgent_week_max:
        return False
    count(view, name, week)
    return True


def _requester_role(at: Moment, sender: Person, recipient: Person, body: Request) -> str:
    if sender.id == recipient.id:
        return "recipient"
    if body.payer_kind == "person" and sender.id == body.payer:
        return "payer"
    if is_agent(recipient, sender.id, "request"):
        return "agent"
    if sender.has_role("recorder", body.district, at.time_ms):
        return "recorder"
    raise Rejected(ErrorCode.NOT_A_PARTY, "neither recipient, payer, agent nor recorder")


def _offered_service(view: View, body: Request) -> CatalogueEntry:
    entry = view.get(CatalogueEntry, body.service.encode())
    if entry is None:
        raise Rejected(ErrorCode.UNKNOWN_SERVICE, body.service)
    service = entry.service
    require(not service.retired, ErrorCode.UNKNOWN_SERVICE, f"{body.service} is retired")
    require(
        service.parent == service.code,
        ErrorCode.UNKNOWN_SERVICE,
        f"name its parent {service.parent}",
    )
    offered = not service.districts or body.district in service.districts
    require(offered, ErrorCode.UNKNOWN_SERVICE, f"{body.service} not in {body.district}")
    return entry


def _check_window(at: Moment, body: Request) -> None:
    service, orders = at.policy.service, at.policy.orders
    in_range = 0 < body.expected_min <= service.order_max_min
    whole = body.expected_min % service.quantum_min == 0
    require(in_range and whole, ErrorCode.MINUTES_OUT_OF_RANGE, str(body.expected_min))
    latest = at.time_ms + orders.publish_ahead_max_ms
    ahead = at.time_ms <= body.start_ms <= latest
    require(ahead, ErrorCode.WINDOW_OUT_OF_RANGE, f"{body.start_ms}, now {at.time_ms}")


def _payer(sender: Person, recipient: Person, body: Request) -> bytes:
    """The payer's id; a person's minutes are spent only by their own key, or for themselves."""
    require(body.payer_kind in PAYERS, ErrorCode.BAD_FIELD, body.payer_kind)
    if body.payer_kind == "person":
        kin = any(k.other == body.payer for k in recipient.kin)
        require(body.payer == recipient.id or kin, ErrorCode.NOT_KIN, body.payer.hex())
        own = body.payer in {sender.id, recipient.id}
        require(own, ErrorCode.NOT_A_PARTY, "kin pay by their own key")
        return body.payer
    require(body.payer == NO_ID, ErrorCode.BAD_FIELD, "payer")
    if body.payer_kind == "fund":
        year, _ = civil(body.start_ms)
        return fund_id(recipient.home, year, KEY_ELDERS)
    require(body.rule != "-", ErrorCode.RULE_MISSING, "a pool pays by a named rule")
    return recipient.home.encode() if body.payer_kind == "pool" else b""


def _job_head(view: View, at: Moment, body: Request) -> Order | None:
    """The first order of the job: the same service at the same place and time, for another pair of hands."""
    if not body.job:
        return None
    head = ripe_order(view, at, body.job)
    require(head.state not in FINALS, ErrorCode.WRONG_STATE, head.state)
    require(head.recipient == body.recipient, ErrorCode.NOT_A_PARTY, "another recipient's job")
    require(head.job == NO_ID, ErrorCode.BAD_FIELD, "name the job's first order")
    same = _job_terms(head) == _job_terms(body)
    require(
        same, ErrorCode.BAD_FIELD, "not the same service, place and time as the job's first order"
    )
    entry = view.need(CatalogueEntry, head.service.encode())
    # Where guarded persons serve, a job has room for the guardian beside them.
    beside = 1 if at.policy.persons.minor_mode == PRESENT else 0
    most = max(1, entry.service.siblings) + beside
    require(len(head.members) + 1 < most, ErrorCode.ALREADY_EXISTS, "job full")
    return head


def _job_terms(one: Order | Request) -> tuple[str, str, str, int, int]:
    return one.service, one.district, one.site, one.start_ms, one.expected_min


def _new_order(id_: Id, origin: Hash, requester: Id, role: str, body: Request) -> Order:
    return Order(
        id=id_,
        origin=origin,
        state=State.NONE,
        due_ms=EpochMs(0),
        events=0,
        recipient=body.recipient,
        requester=requester,
        requester_role=Code(role),
        consent=body.consent,
        consent_evidence=body.consent_evidence,
        payer_kind=body.payer_kind,
        payer=b"",
        rule=body.rule,
        service=body.service,
        district=body.district,
        site=body.site,
        start_ms=body.start_ms,
        expected_min=body.expected_min,
        hold_min=Minutes(0),
        weight_permille=0,
        policy_version=0,
        invited=body.invited,
        job=body.job,
        members=(),
        detail=body.detail,
        reviewer=NO_ID,
        volunteer=NO_ID,
        credit_to=Code("self"),
        notice=0,
        insurance=ZERO_HASH,
        given_back_by=(),
        report=Code("live"),
        presence=PRESENCE_NONE,
        starter=NO_ID,
        timekeeper=NO_ID,
        checked_in_ms=EpochMs(0),
        checked_out_ms=EpochMs(0),
        counted_min=Minutes(0),
        agreed_min=Minutes(0),
        method=Code("-"),
        confirmer=NO_ID,
        confirmed_ms=EpochMs(0),
        needs_endorse=0,
        endorser=NO_ID,
        objectors=(),
        dispute_reason=Code("-"),
        disputed_ms=EpochMs(0),
        verdict=Code("-"),
        arbiter=NO_ID,
        appealed=0,
        marks=(),
        reason=Code("-"),
        paid_min=Minutes(0),
        overflow_min=Minutes(0),
        honour_min=Minutes(0),
        final_ms=EpochMs(0),
        touch=b"",
    )


def publish(view: View, at: Moment, order: Order, event: Event, reviewer: Id) -> None:
    """Hold the expected minutes and pin the terms.

    Raises:
        Rejected: when the recipient may not be served this way or the payer lacks the minutes.
    """
    recipient = known_person(view, order.recipient)
    require(recipient.status == ACTIVE, ErrorCode.NOT_APPROVED, "the recipient")
    funded = at.time_ms < recipient.may_be_funded_until_ms
    received = at.time_ms < recipient.may_receive_until_ms
    if order.payer_kind == "fund":
        require(funded, ErrorCode.NOT_MAY_BE_FUNDED)
    else:
        require(received or funded, ErrorCode.NOT_MAY_RECEIVE)

    entry = view.need(CatalogueEntry, order.service.encode())
    pinned = replace(
        order,
        reviewer=reviewer,
        policy_version=at.policy.version,
        weight_permille=entry.service.weight_permille,
    )
    held = hold(view, at, pinned, weighted(pinned, pinned.expected_min))
    move(view, held, event, State.PUBLISHED, planned_end_ms(order))


def _approve(view: View, at: Moment, tx: Transaction, body: ApproveOrder) -> None:
    sender = sending_person(view, tx)
    order = ripe_order(view, at, body.order)
    expect(order, Event.APPROVE)
    require_fresh(order, body.origin, body.count)
    require_role(sender, "reviewer", order.district, at.time_ms)
    require_outsider(view, order, sender)

    publish(view, at, order, Event.APPROVE, sender.id)


def _reject(view: View, at: Moment, tx: Transaction, body: RejectOrder) -> None:
    sender = sending_person(view, tx)
    order = ripe_order(view, at, body.order)
    expect(order, Event.REJECT)
    require_role(sender, "reviewer", order.district, at.time_ms)
    require_outsider(view, order, sender)

    rejected = replace(order, reviewer=sender.id, reason=body.reason)
    finish(view, at, rejected, Event.REJECT, State.REJECTED, at.time_ms)


def _withdraw(view: View, at: Moment, tx: Transaction, body: Withdraw) -> None:
    sender = sending_person(view, tx)
    order = ripe_order(view, at, body.order)
    expect(order, Event.WITHDRAW)
    require_requesting_side(view, at, order, sender, "withdraw")

    released = release(view, at, replace(order, reason=body.reason))
    finish(view, at, released, Event.WITHDRAW, State.WITHDRAWN, at.time_ms)
