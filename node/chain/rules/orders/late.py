"""Services reported when the network is back, and services whose end nobody reported.

A late report is a class of its own: not before the last header that the phone had seen, not after its inclusion, at
most seven days old, at most the expected minutes, apart from the volunteer's other services; it needs a confirmation
of medium strength and an endorsement. Only where the whole claim lies within a stop of the city, a gap between headers
that everyone can see, is it as good as a live report.
"""

from typing import NamedTuple

from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.lifecycle import Event, State
from node.chain.policy import MINUTE_MS
from node.chain.records.actors import Interval, Person
from node.chain.records.orders import Order
from node.chain.rules.guards import require, require_evidence, require_role, sending_person
from node.chain.rules.marks import require_within_stop, seen_ms
from node.chain.rules.orders.moves import expect, move, needs_endorse, require_fresh
from node.chain.rules.orders.parties import people_of, require_volunteer
from node.chain.rules.orders.presence import (
    Meeting,
    ServiceMoment,
    prove_presence,
    stronger,
)
from node.chain.rules.orders.sampling import queue_for_sample
from node.chain.rules.orders.service import require_may_serve, require_siblings
from node.chain.rules.orders.settlement import keep_interval, stop_serving
from node.chain.rules.orders.timers import ripe_order
from node.chain.rules.serving import counted_minutes, require_free_time
from node.chain.state import Moment, View
from node.chain.tx.envelope import Transaction
from node.chain.tx.orders import PRESENCE_NONE, LateReport, TimeStatement
from node.chain.types import NO_ID, Code, EpochMs, Minutes

BEGUN = frozenset({State.CHECKED_IN, State.UNCLOSED})
"""Here the beginning is on the chain; a late report says only the end."""


class _Claim(NamedTuple):
    """When the service took place, by the volunteer's or recorder's word."""

    start_ms: EpochMs
    end_ms: EpochMs
    minutes: Minutes


def apply(view: View, at: Moment, tx: Transaction, body: LateReport | TimeStatement) -> None:
    """Apply one transaction of this stretch.

    Raises:
        Rejected: the first guard that does not hold.
    """
    sender = sending_person(view, tx)
    order = ripe_order(view, at, body.order)
    if isinstance(body, LateReport):
        _late_report(view, at, sender, order, body)
    else:
        _time_statement(view, at, sender, order, body)


def _late_report(view: View, at: Moment, sender: Person, order: Order, body: LateReport) -> None:
    expect(order, Event.LATE_REPORT)
    require_volunteer(order, sender.id)
    end = Meeting(order.id, order.volunteer, ServiceMoment.END, body.ended_ms)
    proven = prove_presence(view, at, order, body.presence, end)
    begun = order.state in BEGUN
    if not begun:
        require_may_serve(view, at, order, sender)
        require_siblings(view, order)
    elsewhere = sender.serving not in {NO_ID, order.id}
    require(not elsewhere, ErrorCode.OVERLAP, "checked in elsewhere")
    claim = _claim(view, at, order, body)
    live = body.resumed_height > 0
    if live:
        start = claim.end_ms if begun else claim.start_ms
        require_within_stop(view, at, body.resumed_height, start, claim.end_ms)

    ended = replace(
        order,
        report=order.report if live else Code("late"),
        needs_endorse=needs_endorse(at, order, claim.minutes, late=not live),
        presence=stronger(order.presence, proven),
    )
    _check_out(view, at, ended, Event.LATE_REPORT, claim)


def _claim(view: View, at: Moment, order: Order, body: LateReport) -> _Claim:
    """The claimed interval within its bounds: header seen, inclusion, age, plan, order of things."""
    begun = order.state in BEGUN
    start = order.checked_in_ms if begun else body.started_ms
    require(start == body.started_ms, ErrorCode.BAD_FIELD, f"checked in at {start}")
    seen = seen_ms(view, body.seen_height)
    claimed_from = body.ended_ms if begun else start
    require(seen <= claimed_from, ErrorCode.TOO_EARLY, f"the last header seen is of {seen}")
    require(start < body.ended_ms, ErrorCode.WINDOW_OUT_OF_RANGE, "ends before it begins")
    require(body.ended_ms <= at.time_ms, ErrorCode.WINDOW_OUT_OF_RANGE, "ends in the future")
    oldest = at.time_ms - at.policy.service.late_report_age_max_ms
    require(start >= oldest, ErrorCode.TOO_LATE, f"not before {oldest}")
    earliest = order.start_ms - at.policy.orders.check_in_early_ms
    require(start >= earliest, ErrorCode.TOO_EARLY, f"planned for {order.start_ms}")
    counted = counted_minutes(at.policy.service, start, body.ended_ms)
    minutes = Minutes(min(counted, order.expected_min))
    quantum = at.policy.service.quantum_min
    require(minutes >= quantum, ErrorCode.MINUTES_OUT_OF_RANGE, f"{minutes} minutes")
    return _Claim(start, body.ended_ms, minutes)


def _time_statement(
    view: View, at: Moment, sender: Person, order: Order, body: TimeStatement
) -> None:
    expect(order, Event.TIME_STATEMENT)
    require_fresh(order, body.origin, body.count)
    require_role(sender, "recorder", order.district, at.time_ms)
    recorded = {order.requester} if order.requester_role == "recorder" else set()
    outside = sender.id not in people_of(order) - recorded - {order.starter}
    require(outside, ErrorCode.SAME_PERSON, "has another part in the order")
    require_evidence(body.evidence)
    quantum = at.policy.service.quantum_min
    whole = quantum <= body.minutes <= order.expected_min and body.minutes % quantum == 0
    require(whole, ErrorCode.MINUTES_OUT_OF_RANGE, f"{body.minutes} of {order.expected_min}")

    end = EpochMs(order.checked_in_ms + body.minutes * MINUTE_MS)
    stated = replace(
        order,
        timekeeper=sender.id,
        report=Code("late"),
        needs_endorse=1,
        presence=PRESENCE_NONE,
    )
    claim = _Claim(order.checked_in_ms, end, body.minutes)
    _check_out(view, at, stated, Event.TIME_STATEMENT, claim)


def _check_out(view: View, at: Moment, order: Order, event: Event, claim: _Claim) -> None:
    volunteer = view.need(Person, order.volunteer)
    interval = Interval(order.id, claim.start_ms, claim.end_ms, claim.minutes, order.site)
    require_free_time(at.policy.service, volunteer, interval)

    ended = replace(
        order,
        checked_in_ms=claim.start_ms,
        checked_out_ms=claim.end_ms,
        counted_min=claim.minutes,
    )
    stop_serving(view, order)
    keep_interval(view, at, order, claim.start_ms, claim.end_ms, claim.minutes)
    queue_for_sample(view, at, ended)
    move(view, ended, event, State.CHECKED_OUT, at.time_ms + at.policy.orders.confirm_ms)
