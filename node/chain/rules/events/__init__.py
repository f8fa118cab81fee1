"""Group events: minutes for every place are held when two staff open it; each attendance is paid at most once.

A fund or a pool pays and is named, or the event is of the honour class and moves no coin. Attendance is per person,
with check-in and check-out, and takes its place among the person's other services: nothing overlaps. A member of staff
who neither opened nor attends the event confirms each attendance; closing gives back what nobody was credited.

``opening`` has the rules of the two staff; here are those of attendance and closing.
"""

from typing import assert_never

from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.records.accounts import Fund
from node.chain.records.actors import Interval, Person
from node.chain.records.events import Attendance, Event
from node.chain.records.settings import CatalogueEntry, PolicyRecord, policy_id
from node.chain.rules import service_hours
from node.chain.rules.events.opening import ACTIONS, CLOSED, HONOUR, OPEN, planned_end_ms
from node.chain.rules.guards import (
    active_person,
    require,
    require_any_role,
    require_role,
    require_unrelated,
    sending_person,
)
from node.chain.rules.payments import (
    count_hold,
    credit_person,
    free_account,
    give_back,
    held_account,
    weighted,
)
from node.chain.rules.serving import counted_minutes, keep_interval, require_free_time
from node.chain.rules.stops import require_not_paused
from node.chain.state import Moment, View, city_of, district_of
from node.chain.tx.envelope import EventBody, Transaction
from node.chain.tx.events import AttendEvent, CloseEvent, CreditAttendance, LeaveEvent
from node.chain.types import NO_ID, Code, EpochMs, Id, Minutes
from node.chain.units import enter_honour

__all__ = ["ACTIONS", "apply", "fire_event"]


def apply(view: View, at: Moment, tx: Transaction, body: EventBody) -> None:
    """Apply one transaction of this family.

    Raises:
        Rejected: the first guard that does not hold.
    """
    sender = sending_person(view, tx)
    event = view.need(Event, body.event)
    match body:
        case AttendEvent():
            _attend(view, at, sender, event, body)
        case LeaveEvent():
            _leave(view, at, sender, event, body)
        case CreditAttendance():
            _credit(view, at, sender, event, body)
        case CloseEvent():
            require_role(sender, "reviewer", event.district, at.time_ms)
            _require_open(at, event)
            _close(view, at, replace(event, reason=body.reason), at.time_ms)
        case _:
            assert_never(body)


def _require_open(at: Moment, event: Event) -> None:
    open_now = event.state == OPEN and at.time_ms < event.due_ms
    require(open_now, ErrorCode.WRONG_STATE, "the event is closed")


def _require_self_or_recorder(at: Moment, sender: Person, event: Event, person: Id) -> None:
    if sender.id != person:
        require_role(sender, "recorder", event.district, at.time_ms)


def _found(event: Event, person: Id) -> Attendance | None:
    return next((a for a in event.attendances if a.person == person), None)


def _with(event: Event, attendance: Attendance) -> Event:
    others = (a for a in event.attendances if a.person != attendance.person)
    ordered = sorted((*others, attendance), key=lambda a: a.person)
    return replace(event, attendances=tuple(ordered))


def _attend(view: View, at: Moment, sender: Person, event: Event, body: AttendEvent) -> None:
    _require_open(at, event)
    _require_self_or_recorder(at, sender, event, body.person)
    person = active_person(view, body.person)
    require(person.id != event.proposer, ErrorCode.SAME_PERSON, "the event's organiser")
    earliest = event.start_ms - at.policy.orders.check_in_early_ms
    require(at.time_ms >= earliest, ErrorCode.TOO_EARLY, f"from {earliest}")
    end = planned_end_ms(event)
    require(at.time_ms < end, ErrorCode.TOO_LATE, f"until {end}")
    require(at.time_ms < person.may_serve_until_ms, ErrorCode.NOT_MAY_SERVE)
    require_not_paused(view, at, event.district, event.service, event.site)
    service = view.need(CatalogueEntry, event.service.encode()).service
    trained = not service.training or person.has_gate("training", at.time_ms)
    require(trained, ErrorCode.GATE_MISSING, "training")
    require(_found(event, person.id) is None, ErrorCode.ALREADY_DONE, "checked in before")
    free = len(event.attendances) < event.places
    require(free, ErrorCode.ENTRY_QUOTA, f"{event.places} places")
    require(person.serving == NO_ID, ErrorCode.OVERLAP, "checked in elsewhere")
    interval = Interval(event.id, at.time_ms, end, event.minutes, event.site)
    require_free_time(at.policy.service, person, interval)

    keep_interval(view, at, person.id, interval)
    none = Minutes(0)
    view.put(_with(event, Attendance(person.id, at.time_ms, EpochMs(0), none, none, NO_ID)))


def _leave(view: View, at: Moment, sender: Person, event: Event, body: LeaveEvent) -> None:
    _require_open(at, event)
    _require_self_or_recorder(at, sender, event, body.person)
    attendance = _found(event, body.person)
    require(attendance is not None, ErrorCode.NOT_A_PARTY, "not checked in")
    assert attendance is not None
    require(attendance.ended_ms == 0, ErrorCode.ALREADY_DONE, "checked out before")
    person = view.need(Person, body.person)
    require(person.serving == NO_ID, ErrorCode.OVERLAP, "checked in elsewhere meanwhile")
    counted = counted_minutes(at.policy.service, attendance.begun_ms, at.time_ms)
    minutes = Minutes(min(counted, event.minutes))
    interval = Interval(event.id, attendance.begun_ms, at.time_ms, minutes, event.site)
    require_free_time(at.policy.service, person, interval)

    keep_interval(view, at, person.id, interval)
    view.put(_with(event, replace(attendance, ended_ms=at.time_ms, counted_min=minutes)))


def _credit(view: View, at: Moment, sender: Person, event: Event, body: CreditAttendance) -> None:
    _require_open(at, event)
    require_any_role(sender, ("recorder", "reviewer"), event.district, at.time_ms)
    outside = sender.id not in {event.proposer, body.person}
    require(outside, ErrorCode.SAME_PERSON, "organiser or attendee")
    person = active_person(view, body.person)
    require_unrelated(sender, person)
    attendance = _found(event, person.id)
    require(attendance is not None, ErrorCode.NOT_A_PARTY, "never checked in")
    assert attendance is not None
    require(attendance.ended_ms > 0, ErrorCode.TOO_EARLY, "not checked out")
    require(attendance.credited_min == 0, ErrorCode.ALREADY_DONE, "credited before")
    quantum = at.policy.service.quantum_min
    counted = attendance.counted_min
    whole = quantum <= body.minutes <= counted and body.minutes % quantum == 0
    require(whole, ErrorCode.MINUTES_OUT_OF_RANGE, f"{body.minutes} of {counted}")

    if event.payer_kind == HONOUR:
        enter_honour(view, person.id, body.minutes)
        kind, paid = service_hours.HONOUR, 0
    else:
        kind, paid = service_hours.SERVED, _pay(view, event, person, body.minutes)
    service = service_hours.Service(person.id, attendance.begun_ms, kind, at.time_ms)
    service_hours.add_service(view, service, body.minutes)
    credited = replace(attendance, credited_min=body.minutes, confirmer=sender.id)
    event = replace(event, hold_min=Minutes(event.hold_min - paid))
    view.put(_with(event, credited))


def _pay(view: View, event: Event, person: Person, minutes: Minutes) -> int:
    """One attendance out of the event's hold, under the cap and weight pinned when the event was opened."""
    paid = weighted(minutes, event.weight_permille)
    cap = view.need(PolicyRecord, policy_id(event.policy_version)).policy.persons.cap_min
    held = held_account(event.payer_kind, event.payer)
    credit = credit_person(view, held, person.id, paid, cap)
    count_hold(view, opened=0, closed=paid)
    person = view.need(Person, person.id)
    view.put(
        replace(
            person,
            earned_min=Minutes(person.earned_min + credit.credited),
            served_min=Minutes(person.served_min + minutes),
        )
    )
    city = city_of(view)
    view.put(
        replace(
            city,
            paid=city.paid + paid,
            credited=city.credited + credit.credited,
            overflow=city.overflow + credit.overflow,
        )
    )
    home = district_of(view, person.home)
    view.put(replace(home, earned_min=home.earned_min + credit.credited))
    if event.payer_kind == "fund":
        payer = district_of(view, view.need(Fund, event.payer).district)
        view.put(replace(payer, funded_min=payer.funded_min + paid))
    return paid


def _close(view: View, at: Moment, event: Event, now_ms: int) -> None:
    rest = event.hold_min
    if rest:
        held = held_account(event.payer_kind, event.payer)
        give_back(view, at, held, free_account(event.payer_kind, event.payer), rest)
        count_hold(view, opened=0, closed=rest)
    kept = EpochMs(now_ms + at.policy.orders.kept_final_ms)
    view.finish(replace(event, state=CLOSED, hold_min=Minutes(0), due_ms=kept))


def fire_event(view: View, at: Moment, event: Event) -> None:
    """The timer: an event that nobody closed closes itself; long after, its record leaves the state."""
    if event.state == OPEN:
        _close(view, at, replace(event, reason=Code("time")), event.due_ms)
    else:
        view.remove(event)
