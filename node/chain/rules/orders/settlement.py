"""Holds, payment and release: the postings of an order.

Publishing moves the expected minutes from the payer's free to its held account. Settling moves min(weighted minutes,
hold) to the volunteer, up to the cap of their store, the surplus to the pool of the volunteer's home, and the rest back
to the payer. Minutes served beyond the hold become honour minutes. A fund's release into a closed year returns at once.
"""

from typing import Final, NamedTuple

from msgspec.structs import replace

from node.chain.errors import Bug, ErrorCode
from node.chain.policy import civil, month_of
from node.chain.records.accounts import Fund, Totals
from node.chain.records.actors import Allowance, Interval, Person
from node.chain.records.orders import Order
from node.chain.records.settings import PolicyRecord, policy_id
from node.chain.rules.guards import require
from node.chain.state import (
    ISSUE,
    Account,
    Book,
    Leg,
    Moment,
    View,
    city_of,
    district_of,
    post,
)
from node.chain.types import NO_ID, EpochMs, Minutes

PERMILLE: Final = 1_000
MONTHS_KEPT: Final = 3
"""Allowances of the current and neighbouring months; older ones can no longer change."""

_FREE: Final = {
    "person": Book.AVAILABLE,
    "fund": Book.FUND_FREE,
    "pool": Book.POOL_FREE,
    "city-pool": Book.CITY_FREE,
}
_HELD: Final = {
    "person": Book.HELD,
    "fund": Book.FUND_HELD,
    "pool": Book.POOL_HELD,
    "city-pool": Book.CITY_HELD,
}


class Payment(NamedTuple):
    """How a settlement divides an order's hold, in minutes."""

    paid: int
    credited: int
    overflow: int
    honour: int


def free_account(order: Order) -> Account:
    """Where the payer's minutes come from and go back to."""
    return Account(_FREE[order.payer_kind], order.payer)


def held_account(order: Order) -> Account:
    """Where the payer's minutes wait."""
    return Account(_HELD[order.payer_kind], order.payer)


def weighted(order: Order, minutes: int) -> int:
    """⌊minutes · weight ÷ 1000⌋: what a service of these minutes costs and pays."""
    return minutes * order.weight_permille // PERMILLE


def hold(view: View, at: Moment, order: Order, minutes: int) -> Order:
    """Move minutes from the payer's free to its held account; the order names them.

    Raises:
        Rejected: ``INSUFFICIENT_MINUTES``, ``POOL_EMPTY``, ``ALLOWANCE_USED``.
    """
    if order.payer_kind == "fund":
        _use_allowance(view, at, order, held=minutes, used=0)
    post(view, (Leg(free_account(order), held_account(order), minutes),))
    city = city_of(view)
    holds = Totals(city.holds.debits, city.holds.credits + minutes)
    view.put(replace(city, holds=holds))
    return replace(order, hold_min=Minutes(order.hold_min + minutes))


def release(view: View, at: Moment, order: Order) -> Order:
    """Give the whole hold back to the payer."""
    if order.hold_min == 0:
        return order
    if order.payer_kind == "fund":
        _use_allowance(view, at, order, held=-order.hold_min, used=0)
    _give_back(view, at, order, order.hold_min)
    return _close_hold(view, order)


def settle(view: View, at: Moment, order: Order, minutes: int) -> Order:
    """Pay the volunteer for unweighted minutes out of the hold, and give the rest back."""
    payment = _divide(view, order, minutes)
    volunteer = view.need(Person, order.volunteer)
    held = held_account(order)
    pool = Account(Book.POOL_FREE, volunteer.home.encode())
    legs = (
        Leg(held, Account(Book.AVAILABLE, volunteer.id), payment.credited),
        Leg(held, pool, payment.overflow),
    )
    if order.payer_kind == "fund":
        _use_allowance(view, at, order, held=-order.hold_min, used=payment.paid)
    post(view, (leg for leg in legs if leg.minutes))
    _give_back(view, at, order, order.hold_min - payment.paid)
    _credit_service(view, order, payment, minutes)
    _count(view, order, payment)
    return replace(
        _close_hold(view, order),
        agreed_min=Minutes(minutes),
        paid_min=Minutes(payment.paid),
        overflow_min=Minutes(payment.overflow),
        honour_min=Minutes(payment.honour),
    )


def _divide(view: View, order: Order, minutes: int) -> Payment:
    """Cap and weight are those pinned when the order was published."""
    due = weighted(order, minutes)
    paid = min(due, order.hold_min)
    cap = view.need(PolicyRecord, policy_id(order.policy_version)).policy.persons.cap_min
    volunteer = view.need(Person, order.volunteer)
    room = max(0, cap - volunteer.store_min) if cap else paid
    credited = min(paid, room)
    return Payment(paid, credited, paid - credited, due - paid)


def _give_back(view: View, at: Moment, order: Order, minutes: int) -> None:
    if minutes == 0:
        return
    post(view, (Leg(held_account(order), free_account(order), minutes),))
    if order.payer_kind != "fund":
        return
    year, _ = civil(at.time_ms)
    if view.need(Fund, order.payer).year < year:
        post(view, (Leg(free_account(order), ISSUE, minutes),))


def _close_hold(view: View, order: Order) -> Order:
    city = city_of(view)
    holds = Totals(city.holds.debits + order.hold_min, city.holds.credits)
    view.put(replace(city, holds=holds))
    return replace(order, hold_min=Minutes(0))


def _credit_service(view: View, order: Order, payment: Payment, minutes: int) -> None:
    volunteer = view.need(Person, order.volunteer)
    honour = Totals(volunteer.honour.debits, volunteer.honour.credits + payment.honour)
    view.put(
        replace(
            volunteer,
            earned_min=Minutes(volunteer.earned_min + payment.credited),
            served_min=Minutes(volunteer.served_min + minutes),
            honour=honour,
        )
    )


def _count(view: View, order: Order, payment: Payment) -> None:
    """Running totals of city and districts."""
    city = city_of(view)
    view.put(
        replace(
            city,
            paid=city.paid + payment.paid,
            credited=city.credited + payment.credited,
            overflow=city.overflow + payment.overflow,
            honour=Totals(city.honour.debits + payment.honour, city.honour.credits),
        )
    )
    volunteer = view.need(Person, order.volunteer)
    home = district_of(view, volunteer.home)
    view.put(replace(home, earned_min=home.earned_min + payment.credited))
    if order.payer_kind == "person":
        payer = district_of(view, view.need(Person, order.payer).home)
        view.put(replace(payer, redeemed_min=payer.redeemed_min + payment.paid))
    elif order.payer_kind == "fund":
        payer = district_of(view, view.need(Fund, order.payer).district)
        view.put(replace(payer, funded_min=payer.funded_min + payment.paid))
    place = district_of(view, order.district)
    on_behalf = 1 if order.requester_role == "recorder" else 0
    view.put(
        replace(
            place,
            settled_orders=place.settled_orders + 1,
            on_behalf_orders=place.on_behalf_orders + on_behalf,
        )
    )


def _use_allowance(view: View, at: Moment, order: Order, *, held: int, used: int) -> None:
    """Move the recipient's allowance of the planned month; opening a hold must stay within the policy's minutes.

    Raises:
        Rejected: ``ALLOWANCE_USED``.
    """
    recipient = view.need(Person, order.recipient)
    month = month_of(order.start_ms)
    found = next((a for a in recipient.allowances if a.month == month), None)
    before = found or Allowance(month, Minutes(0), Minutes(0))
    after = Allowance(month, Minutes(before.held + held), Minutes(before.used + used))
    limit = at.policy.issuance.allowance_month_min
    if held > 0:
        within = after.held + after.used <= limit
        require(within, ErrorCode.ALLOWANCE_USED, f"{limit} minutes in {month}")
    if after.held < 0:
        raise Bug("an allowance below zero")
    others = [a for a in recipient.allowances if a.month != month]
    months = sorted((*others, after), key=lambda a: a.month)
    # A disputed order's hold may outlive them by months.
    open_still = [a for a in months[:-MONTHS_KEPT] if a.held]
    view.put(replace(recipient, allowances=(*open_still, *months[-MONTHS_KEPT:])))


def keep_interval(
    view: View, at: Moment, order: Order, start_ms: int, end_ms: int, minutes: int
) -> None:
    """Remember (or correct) when the volunteer serves this order; forget what is older than the policy's time."""
    volunteer = view.need(Person, order.volunteer)
    oldest = at.time_ms - at.policy.service.interval_kept_ms
    others = [i for i in volunteer.intervals if i.order != order.id and i.end_ms >= oldest]
    interval = Interval(order.id, EpochMs(start_ms), EpochMs(end_ms), Minutes(minutes), order.site)
    intervals = sorted((*others, interval), key=lambda i: (i.start_ms, i.order))
    view.put(replace(volunteer, intervals=tuple(intervals)))


def drop_interval(view: View, order: Order) -> None:
    """The volunteer does not serve this order after all."""
    volunteer = view.need(Person, order.volunteer)
    kept = tuple(i for i in volunteer.intervals if i.order != order.id)
    view.put(replace(volunteer, intervals=kept, serving=_not_serving(volunteer, order)))


def stop_serving(view: View, order: Order) -> None:
    """The volunteer is no longer checked in."""
    volunteer = view.need(Person, order.volunteer)
    view.put(replace(volunteer, serving=_not_serving(volunteer, order)))


def _not_serving(volunteer: Person, order: Order) -> bytes:
    return NO_ID if volunteer.serving == order.id else volunteer.serving
