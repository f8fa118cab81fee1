"""Holds, payment and release: the postings of an order.

Publishing moves the expected minutes from the payer's free to its held account. Settling moves min(weighted minutes,
hold) to the volunteer, up to the cap of their store, the surplus to the pool of the volunteer's home (or all of it to
the volunteer's team, if they so accepted), and the rest back to the payer. Minutes served beyond the hold become honour
minutes. A fund's release into a closed year returns at once.
"""

from typing import Final, NamedTuple

from msgspec.structs import replace

from node.chain.errors import Bug, ErrorCode
from node.chain.policy import month_of
from node.chain.records.accounts import Fund
from node.chain.records.actors import Allowance, Interval, Person
from node.chain.records.orders import Order
from node.chain.records.settings import PolicyRecord, policy_id
from node.chain.rules import payments, serving
from node.chain.rules.guards import require
from node.chain.rules.payments import count_hold, credit_person, give_back
from node.chain.state import (
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
from node.chain.units import enter_honour

SELF: Final = "self"
"""`credit_to` of an order whose volunteer is paid; otherwise it is their team's id in hex."""
MONTHS_KEPT: Final = 3
"""Allowances of the current and neighbouring months; older ones can no longer change."""


class Payment(NamedTuple):
    """How a settlement divides an order's hold, in minutes."""

    paid: int
    credited: int
    overflow: int
    team: int
    honour: int


def free_account(order: Order) -> Account:
    """Where the payer's minutes come from and go back to."""
    return payments.free_account(order.payer_kind, order.payer)


def held_account(order: Order) -> Account:
    """Where the payer's minutes wait."""
    return payments.held_account(order.payer_kind, order.payer)


def weighted(order: Order, minutes: int) -> int:
    """⌊minutes · weight ÷ 1000⌋: what a service of these minutes costs and pays."""
    return payments.weighted(minutes, order.weight_permille)


def hold(view: View, at: Moment, order: Order, minutes: int) -> Order:
    """Move minutes from the payer's free to its held account; the order names them.

    Raises:
        Rejected: ``INSUFFICIENT_MINUTES``, ``ALLOWANCE_USED``.
    """
    if order.payer_kind == "fund":
        _use_allowance(view, at, order, held=minutes, used=0)
    post(view, (Leg(free_account(order), held_account(order), minutes),))
    count_hold(view, opened=minutes, closed=0)
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
    payment = _pay(view, order, minutes)
    if order.payer_kind == "fund":
        _use_allowance(view, at, order, held=-order.hold_min, used=payment.paid)
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


def _pay(view: View, order: Order, minutes: int) -> Payment:
    """Cap and weight are those pinned when the order was published."""
    due = weighted(order, minutes)
    paid = min(due, order.hold_min)
    held = held_account(order)
    if order.credit_to != SELF:
        team = Account(Book.TEAM, bytes.fromhex(order.credit_to))
        post(view, (Leg(held, team, paid),))
        return Payment(paid, 0, 0, paid, due - paid)
    cap = view.need(PolicyRecord, policy_id(order.policy_version)).policy.persons.cap_min
    credit = credit_person(view, held, order.volunteer, paid, cap)
    return Payment(paid, credit.credited, credit.overflow, 0, due - paid)


def _give_back(view: View, at: Moment, order: Order, minutes: int) -> None:
    give_back(view, at, held_account(order), free_account(order), minutes)


def _close_hold(view: View, order: Order) -> Order:
    count_hold(view, opened=0, closed=order.hold_min)
    return replace(order, hold_min=Minutes(0))


def _credit_service(view: View, order: Order, payment: Payment, minutes: int) -> None:
    volunteer = view.need(Person, order.volunteer)
    view.put(
        replace(
            volunteer,
            earned_min=Minutes(volunteer.earned_min + payment.credited),
            served_min=Minutes(volunteer.served_min + minutes),
        )
    )
    enter_honour(view, order.volunteer, payment.honour)


def _count(view: View, order: Order, payment: Payment) -> None:
    """Running totals of city and districts."""
    city = city_of(view)
    view.put(
        replace(
            city,
            paid=city.paid + payment.paid,
            credited=city.credited + payment.credited,
            overflow=city.overflow + payment.overflow,
            team=city.team + payment.team,
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
    interval = Interval(order.id, EpochMs(start_ms), EpochMs(end_ms), Minutes(minutes), order.site)
    serving.keep_interval(view, at, order.volunteer, interval)


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
