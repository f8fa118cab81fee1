"""From acceptance to check-out: who serves, when, and for how long."""

from typing import Final, assert_never

from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.lifecycle import FINALS, Event, State
from node.chain.policy import ServicePolicy, day_of, month_of
from node.chain.records.actors import Interval, Person
from node.chain.records.events import Membership
from node.chain.records.orders import Order, Pair
from node.chain.rules.guards import require, require_role, sending_person
from node.chain.rules.orders.guardians import require_guardian_beside
from node.chain.rules.orders.moves import (
    expect,
    finish,
    move,
    needs_endorse,
    planned_end_ms,
    require_fresh,
    service_of,
)
from node.chain.rules.orders.parties import (
    PERSON_PAYS,
    paying_person,
    people_of,
    requesting_side,
    require_requesting_side,
    require_volunteer,
)
from node.chain.rules.orders.presence import (
    Meeting,
    ServiceMoment,
    prove_presence,
    stronger,
)
from node.chain.rules.orders.sampling import queue_for_sample
from node.chain.rules.orders.settlement import (
    SELF,
    drop_interval,
    hold,
    keep_interval,
    release,
    stop_serving,
    weighted,
)
from node.chain.rules.orders.timers import ripe_order
from node.chain.rules.pairs import pair_of
from node.chain.rules.serving import counted_minutes, require_free_time
from node.chain.rules.stops import require_not_paused
from node.chain.state import Moment, View
from node.chain.tx.envelope import Transaction
from node.chain.tx.orders import (
    Accept,
    Cancel,
    CheckIn,
    CheckOut,
    Extend,
    GiveBack,
    ReportNoShow,
)
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Minutes

SERVICE_LIVE: Final = frozenset(
    {
        State.ACCEPTED,
        State.LAPSED,
        State.CHECKED_IN,
        State.CHECKED_OUT,
        State.CONFIRMED,
        State.SETTLED,
    }
)
"""A sibling in one of these has, or had, its volunteer; a lapsed one may still begin."""

_Body = Accept | GiveBack | Cancel | CheckIn | ReportNoShow | CheckOut | Extend


def apply(view: View, at: Moment, tx: Transaction, body: _Body) -> None:
    """Apply one transaction of this stretch.

    Raises:
        Rejected: the first guard that does not hold.
    """
    sender = sending_person(view, tx)
    order = ripe_order(view, at, body.order)
    match body:
        case Accept():
            _accept(view, at, sender, order, body)
        case GiveBack():
            _give_back(view, sender, order)
        case Cancel():
            _cancel(view, at, sender, order, body)
        case CheckIn():
            _check_in(view, at, sender, order, body)
        case ReportNoShow():
            _report_no_show(view, at, sender, order)
        case CheckOut():
            _check_out(view, at, sender, order, body)
        case Extend():
            _extend(view, at, sender, order, body)
        case _:
            assert_never(body)


def _accept(view: View, at: Moment, sender: Person, order: Order, body: Accept) -> None:
    expect(order, Event.ACCEPT)
    require_fresh(order, body.origin, body.count)
    require(order.invited in {NO_ID, sender.id}, ErrorCode.NOT_A_PARTY, "another was invited")
    again = sender.id in order.given_back_by
    require(not again, ErrorCode.ALREADY_DONE, "given back before")
    credit_to = _credit_to(view, sender, body)
    require_not_paused(view, at, order.district, order.service, order.site)
    require_may_serve(view, at, order, sender)
    require_guardian_beside(view, at, order, sender)
    _require_unrelated(view, order, sender)
    insured = not service_of(view, order).service.home_visit or body.insurance != ZERO_HASH
    require(insured, ErrorCode.GATE_MISSING, "insurance")
    _require_free_time(at.policy.service, order, sender)
    pair, over = _count_pair(view, at, order, sender)

    view.put(pair)
    accepted = replace(
        order,
        volunteer=sender.id,
        credit_to=credit_to,
        notice=body.notice,
        insurance=body.insurance,
        needs_endorse=1 if over else order.needs_endorse,
    )
    keep_interval(view, at, accepted, order.start_ms, planned_end_ms(order), order.expected_min)
    move(view, accepted, Event.ACCEPT, State.ACCEPTED, order.start_ms + at.policy.orders.lapse_ms)


def _credit_to(view: View, sender: Person, body: Accept) -> Code:
    """Where the minutes go, pinned now: ``self``, or the id of the team the volunteer is a member of."""
    require(body.credit_to in {SELF, "team"}, ErrorCode.BAD_FIELD, body.credit_to)
    if body.credit_to == SELF:
        return Code(SELF)
    return Code(view.need(Membership, sender.id).team.hex())


def require_may_serve(view: View, at: Moment, order: Order, volunteer: Person) -> None:
    """The gates, under the policy now in force; asked at acceptance and again at check-in.

    Raises:
        Rejected: ``NOT_MAY_SERVE``, ``GATE_MISSING``.
    """
    require(at.time_ms < volunteer.may_serve_until_ms, ErrorCode.NOT_MAY_SERVE)
    service = service_of(view, order).service
    trained = not service.training or volunteer.has_gate("training", at.time_ms)
    require(trained, ErrorCode.GATE_MISSING, "training")


def _require_unrelated(view: View, order: Order, volunteer: Person) -> None:
    require(volunteer.id not in people_of(order), ErrorCode.SAME_PERSON, "has a part in the order")
    for id_ in (order.recipient, paying_person(order)):
        other = view.get(Person, id_) if id_ else None
        related = other is not None and (
            other.is_related(volunteer.id) or volunteer.is_related(id_)
        )
        require(not related, ErrorCode.RELATED_PERSONS, id_.hex())


def _require_free_time(policy: ServicePolicy, order: Order, volunteer: Person) -> None:
    """No overlap, a travel gap between sites, and the limits of day and week."""
    interval = Interval(
        order.id, order.start_ms, EpochMs(planned_end_ms(order)), order.expected_min, order.site
    )
    require_free_time(policy, volunteer, interval)


def _count_pair(view: View, at: Moment, order: Order, volunteer: Person) -> tuple[Pair, bool]:
    """The pair's count with this order, and whether it is beyond the month's limit."""
    pair = pair_of(view, at, volunteer.id, order.recipient, month_of(order.start_ms))
    counted = replace(
        pair, orders=pair.orders + 1, minutes=Minutes(pair.minutes + order.expected_min)
    )
    policy = at.policy.service
    orders_max = policy.paired_month_orders_max if pair.paired else policy.pair_month_orders_max
    over = counted.orders > orders_max or counted.minutes > policy.pair_month_max_min
    return counted, over


def _give_back(view: View, sender: Person, order: Order) -> None:
    expect(order, Event.GIVE_BACK)
    require_volunteer(order, sender.id)

    drop_interval(view, order)
    free = replace(
        order,
        volunteer=NO_ID,
        insurance=ZERO_HASH,
        needs_endorse=1 if "urgent" in order.marks else 0,
        given_back_by=(*order.given_back_by, sender.id),
    )
    move(view, free, Event.GIVE_BACK, State.PUBLISHED, planned_end_ms(order))


def _cancel(view: View, at: Moment, sender: Person, order: Order, body: Cancel) -> None:
    expect(order, Event.CANCEL)
    own = order.state == State.LAPSED and order.volunteer == sender.id
    if not own:
        require_requesting_side(view, at, order, sender, "cancel")

    late = at.time_ms > order.start_ms - at.policy.orders.cancel_marked_ms
    marks = (*order.marks, Code("late-cancel")) if late else order.marks
    drop_interval(view, order)
    released = release(view, at, replace(order, reason=body.reason, marks=marks))
    finish(view, at, released, Event.CANCEL, State.CANCELLED, at.time_ms)


def _report_no_show(view: View, at: Moment, sender: Person, order: Order) -> None:
    expect(order, Event.REPORT_NO_SHOW)
    require_requesting_side(view, at, order, sender, "cancel")
    earliest = order.start_ms + at.policy.orders.no_show_after_ms
    require(at.time_ms >= earliest, ErrorCode.TOO_EARLY, f"from {earliest}")

    drop_interval(view, order)
    released = release(view, at, replace(order, marks=(*order.marks, Code("no-show"))))
    finish(view, at, released, Event.REPORT_NO_SHOW, State.NO_SHOW, at.time_ms)


def _service_time(at: Moment, claimed_ms: EpochMs) -> tuple[EpochMs, bool]:
    """(the time that counts, whether the report is late).

    Block time counts, unless the chain visibly stood still and the claim lies in the gap.
    """
    if abs(claimed_ms - at.time_ms) <= at.policy.service.claim_tolerance_ms:
        return at.time_ms, False
    if at.chain_was_stopped and at.previous_time_ms <= claimed_ms <= at.time_ms:
        return claimed_ms, False
    return at.time_ms, True


def _check_in(view: View, at: Moment, sender: Person, order: Order, body: CheckIn) -> None:
    expect(order, Event.CHECK_IN)
    on_behalf = order.volunteer != sender.id
    if on_behalf:
        require_role(sender, "recorder", order.district, at.time_ms)
        recorded = {order.requester} if order.requester_role == "recorder" else set()
        outside = sender.id not in people_of(order) - recorded
        require(outside, ErrorCode.SAME_PERSON, "has another part in the order")
    earliest = order.start_ms - at.policy.orders.check_in_early_ms
    require(at.time_ms >= earliest, ErrorCode.TOO_EARLY, f"from {earliest}")
    same_day = order.state != State.LAPSED or day_of(at.time_ms) == day_of(order.start_ms)
    require(same_day, ErrorCode.TOO_LATE, "another day")
    start = Meeting(order.id, order.volunteer, ServiceMoment.START, body.claimed_ms)
    proven = prove_presence(view, at, order, body.presence, start)
    volunteer = view.need(Person, order.volunteer)
    require_not_paused(view, at, order.district, order.service, order.site)
    require_may_serve(view, at, order, volunteer)
    require_guardian_beside(view, at, order, volunteer)
    require(volunteer.serving == NO_ID, ErrorCode.OVERLAP, "checked in elsewhere")
    require_siblings(view, order)
    begun_ms, late = _service_time(at, body.claimed_ms)
    served = _served_until_ms(view, volunteer)
    require(served <= begun_ms, ErrorCode.OVERLAP, f"served until {served}")

    late = late or on_behalf
    view.put(replace(volunteer, serving=order.id))
    begun = replace(
        order,
        starter=sender.id if on_behalf else NO_ID,
        checked_in_ms=begun_ms,
        report=Code("late") if late else order.report,
        needs_endorse=1 if late else order.needs_endorse,
        presence=stronger(order.presence, proven),
    )
    move(
        view,
        begun,
        Event.CHECK_IN,
        State.CHECKED_IN,
        begun_ms + at.policy.orders.unclosed_after_ms,
    )


def _served_until_ms(view: View, volunteer: Person) -> int:
    """End of the volunteer's last service; a claim into the same gap between headers must not reach back before it."""
    orders = [(view.get(Order, taken.order), taken.end_ms) for taken in volunteer.intervals]
    return max((end for order, end in orders if order and order.checked_out_ms), default=0)


def require_siblings(view: View, order: Order) -> None:
    """A job for several volunteers begins only when all of them have accepted.

    Raises:
        Rejected: ``SIBLING_MISSING``.
    """
    needed = service_of(view, order).service.siblings
    if needed <= 1:
        return
    head = view.need(Order, order.job) if order.job else order
    states = [head.state, *(view.need(Order, member).state for member in head.members)]
    ready = sum(1 for state in states if state in SERVICE_LIVE)
    require(ready >= needed, ErrorCode.SIBLING_MISSING, f"{ready} of {needed} accepted")


def _check_out(view: View, at: Moment, sender: Person, order: Order, body: CheckOut) -> None:
    expect(order, Event.CHECK_OUT)
    require_volunteer(order, sender.id)
    end = Meeting(order.id, order.volunteer, ServiceMoment.END, body.claimed_ms)
    proven = prove_presence(view, at, order, body.presence, end)

    policy = at.policy.service
    end_ms, late = _service_time(at, body.claimed_ms)
    counted = counted_minutes(policy, order.checked_in_ms, end_ms)
    ended = replace(
        order,
        checked_out_ms=end_ms,
        counted_min=counted,
        reason=body.reason,
        report=Code("late") if late else order.report,
        needs_endorse=needs_endorse(at, order, counted, late=late),
        presence=stronger(order.presence, proven),
    )
    stop_serving(view, order)
    if counted < policy.quantum_min:
        abort(view, at, ended, Event.CHECK_OUT)
        return
    keep_interval(view, at, order, order.checked_in_ms, end_ms, counted)
    queue_for_sample(view, at, ended)
    move(view, ended, Event.CHECK_OUT, State.CHECKED_OUT, at.time_ms + at.policy.orders.confirm_ms)


def abort(view: View, at: Moment, order: Order, event: Event) -> None:
    """A visit too short to count: it is recorded, the hold goes back."""
    assert order.state not in FINALS
    drop_interval(view, order)
    released = release(view, at, replace(order, counted_min=Minutes(0)))
    finish(view, at, released, event, State.ABORTED, at.time_ms)


def _extend(view: View, at: Moment, sender: Person, order: Order, body: Extend) -> None:
    expect(order, Event.EXTEND)
    require_fresh(order, body.origin, body.count)
    policy = at.policy.service
    whole = body.minutes > 0 and body.minutes % policy.quantum_min == 0
    longest = weighted(order, policy.order_max_min)
    within = order.hold_min + weighted(order, body.minutes) <= longest
    require(whole and within, ErrorCode.MINUTES_OUT_OF_RANGE, str(body.minutes))
    if order.payer_kind == PERSON_PAYS:
        payer = sender.id == paying_person(order)
        staff = order.payer == order.recipient and requesting_side(
            view, at, order, sender, "request"
        )
        require(payer or staff, ErrorCode.NOT_A_PARTY, "the payer extends")
    else:
        require_role(sender, "reviewer", order.district, at.time_ms)
        outside = sender.id not in people_of(order) - {order.reviewer}
        require(outside, ErrorCode.SAME_PERSON, "has a part in the order")

    held = hold(view, at, order, weighted(order, body.minutes))
    move(view, held, Event.EXTEND, State.CHECKED_IN, order.due_ms)
