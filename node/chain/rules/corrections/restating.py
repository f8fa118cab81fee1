"""The right minutes of a settled order, and the postings that lead from what was paid to what is right."""

from typing import Final, NamedTuple

from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.lifecycle import State
from node.chain.policy import civil
from node.chain.records.accounts import fund_id
from node.chain.records.actors import Person
from node.chain.records.corrections import Claim, Correction
from node.chain.records.orders import Order
from node.chain.rules.actions import Scope, Seconded
from node.chain.rules.guards import (
    require,
    require_evidence,
    require_origin,
)
from node.chain.rules.payments import (
    credit_person,
    free_account,
    free_minutes,
    settle_closed_year,
    weighted,
)
from node.chain.rules.service_hours import correct_order
from node.chain.state import Account, Book, Leg, Moment, View, city_of, post
from node.chain.tx.corrections import Correct
from node.chain.types import NO_ID, Code, Id, Minutes
from node.chain.units import enter_honour, open_claim, take_honour, write_off_claim

CORRECTIONS_MAX: Final = 4
"""Of one order, each correcting the one before."""
CORRECTION: Final = Code("correction")
"""Purpose of the fund that pays what was paid too little."""
SELF: Final = "self"


class Reading(NamedTuple):
    """An order as it should be read after its last correction, in minutes."""

    agreed: int
    paid: int
    overflow: int
    honour: int


def corrections_of(view: View, order: Order) -> tuple[Correction, ...]:
    """Every correction of an order, each of the one before."""
    chain: list[Correction] = []
    target = order.id
    while (found := view.get(Correction, target)) is not None:
        chain.append(found)
        target = found.id
    return tuple(chain)


def reading_of(order: Order, chain: tuple[Correction, ...]) -> Reading:
    """The order with its corrections."""
    if not chain:
        return Reading(order.agreed_min, order.paid_min, order.overflow_min, order.honour_min)
    last = chain[-1]
    return Reading(last.agreed_min, last.paid_min, last.overflow_min, last.honour_min)


def check_correction(view: View, at: Moment, action: Correct) -> Scope:
    """Whether an order could be corrected so now, and who has a part in it.

    Raises:
        Rejected: the first guard that does not hold.
    """
    order = view.need(Order, action.order)
    require(order.state == State.SETTLED, ErrorCode.WRONG_STATE, order.state)
    chain = corrections_of(view, order)
    origins = {order.id: order.origin} | {c.id: c.origin for c in chain}
    require(action.target in origins, ErrorCode.NO_SUCH_OBJECT, "no such correction")
    require_origin(origins[action.target], action.origin)
    last = chain[-1].id if chain else order.id
    require(action.target == last, ErrorCode.ALREADY_DONE, "corrected before")
    require(len(chain) < CORRECTIONS_MAX, ErrorCode.ALREADY_DONE, f"{CORRECTIONS_MAX} times")
    service = at.policy.service
    whole = action.minutes <= service.order_max_min and action.minutes % service.quantum_min == 0
    changed = action.minutes != reading_of(order, chain).agreed
    require(whole and changed, ErrorCode.MINUTES_OUT_OF_RANGE, str(action.minutes))
    require(action.source in {"payer", "fund"}, ErrorCode.BAD_FIELD, action.source)
    require_evidence(action.evidence)
    parties = (
        order.recipient,
        order.payer if order.payer_kind == "person" else NO_ID,
        order.requester,
        order.reviewer,
        order.volunteer,
        order.confirmer,
        order.endorser,
    )
    return Scope(order.district, frozenset(Id(party) for party in parties if party))


def _read_with(order: Order, minutes: int) -> tuple[int, int]:
    """(paid, honour) of the order, had it settled with these minutes.

    Up to what it settled for, its hold bounds what is paid; what it should have held beyond that, it pays.
    """
    due, settled = weighted(minutes, order.weight_permille), order.paid_min + order.honour_min
    paid = min(due, order.paid_min) if due <= settled else order.paid_min + due - settled
    return paid, due - paid


def correct(view: View, at: Moment, action: Correct, seconded: Seconded) -> None:
    """Put an order right by new entries.

    Raises:
        Rejected: ``INSUFFICIENT_MINUTES``, ``NO_SUCH_OBJECT`` when who is to pay more cannot.
    """
    order = view.need(Order, action.order)
    chain = corrections_of(view, order)
    before = reading_of(order, chain)
    paid, honour = _read_with(order, action.minutes)
    correction = Correction(
        id=seconded.proposal.id,
        origin=seconded.proposal.origin,
        order=order.id,
        target=action.target,
        agreed_min=action.minutes,
        paid_min=Minutes(paid),
        overflow_min=Minutes(before.overflow),
        honour_min=Minutes(honour),
        recovered_min=Minutes(0),
        whole_min=Minutes(0),
        claim=NO_ID,
        reason=action.reason,
        evidence=action.evidence,
        touch=b"",
    )
    if paid < before.paid:
        correction = _take_back(view, at, order, correction, before)
    elif paid > before.paid:
        left = paid - before.paid - _cancel_claims(view, order, chain, paid - before.paid)
        correction = _pay_more(view, at, order, correction, left, action.source)
    _restate_service(view, at, order, before, correction)
    view.create(correction)
    view.finish(correction)


def _take_back(
    view: View, at: Moment, order: Order, correction: Correction, before: Reading
) -> Correction:
    """Recover what is there, claim what the volunteer lacks, make a paying person whole."""
    wrong = before.paid - correction.paid_min
    overflow = min(before.overflow, wrong)
    part = wrong - overflow
    volunteer = view.need(Person, order.volunteer)
    payer = free_account(order.payer_kind, order.payer)
    own = _earner(order)
    pool = Account(Book.POOL_FREE, volunteer.home.encode())
    from_own = min(part, free_minutes(view, own))
    post(view, (Leg(own, payer, from_own),))
    from_pool = min(overflow, free_minutes(view, pool))
    if pool != payer:
        post(view, (Leg(pool, payer, from_pool),))
    settle_closed_year(view, at, payer, from_own + from_pool)
    whole = _make_whole(view, order, wrong - from_own - from_pool)
    if own.book is Book.AVAILABLE:
        volunteer = view.need(Person, volunteer.id)
        earned = Minutes(max(0, volunteer.earned_min - part))
        view.put(replace(volunteer, earned_min=earned))
    changed = replace(
        correction,
        overflow_min=Minutes(before.overflow - overflow),
        recovered_min=Minutes(from_own + from_pool),
        whole_min=Minutes(whole),
    )
    return _claim(view, order, changed, part - from_own)


def _claim(view: View, order: Order, correction: Correction, shortfall: int) -> Correction:
    """What the volunteer should have given back and did not have, repayable to the pool that made the payer whole."""
    if shortfall == 0:
        return correction
    pays = order.payer if order.payer_kind == "person" else order.volunteer
    claim = Claim(
        id=correction.id,
        origin=correction.origin,
        person=order.volunteer,
        pool=view.need(Person, pays).home,
        opened_min=Minutes(shortfall),
        repaid_min=Minutes(0),
        written_off_min=Minutes(0),
        touch=b"",
    )
    open_claim(view, claim)
    return replace(correction, claim=claim.id)


def _earner(order: Order) -> Account:
    """The account that was paid: the volunteer's, or their team's."""
    if order.credit_to == SELF:
        return Account(Book.AVAILABLE, order.volunteer)
    return Account(Book.TEAM, bytes.fromhex(order.credit_to))


def _make_whole(view: View, order: Order, shortfall: int) -> int:
    """A paying person gets the shortfall from the pool of their home, as far as it reaches."""
    if order.payer_kind != "person":
        return 0
    payer = view.need(Person, order.payer)
    pool = Account(Book.POOL_FREE, payer.home.encode())
    whole = min(shortfall, free_minutes(view, pool))
    post(view, (Leg(pool, Account(Book.AVAILABLE, payer.id), whole),))
    return whole


def _cancel_claims(view: View, order: Order, chain: tuple[Correction, ...], minutes: int) -> int:
    """Claims of earlier corrections end first, last one first; what made the payer whole returns to the pool."""
    cancelled = 0
    for correction in reversed(chain):
        claim = view.get(Claim, correction.claim) if correction.claim else None
        part = min(minutes - cancelled, claim.left_min) if claim else 0
        if claim is None or part == 0:
            continue
        write_off_claim(view, claim, part)
        cancelled += part
        if correction.whole_min:
            payer = view.need(Person, order.payer)
            source = Account(Book.AVAILABLE, payer.id)
            back = min(part, correction.whole_min, free_minutes(view, source))
            post(view, (Leg(source, Account(Book.POOL_FREE, payer.home.encode()), back),))
    return cancelled


def _pay_more(
    view: View, at: Moment, order: Order, correction: Correction, minutes: int, source: Code
) -> Correction:
    """The difference, paid like a settlement under the cap of now; counted in the flows of I5."""
    volunteer = view.need(Person, order.volunteer)
    payer = free_account(order.payer_kind, order.payer)
    if source == "fund":
        year, _ = civil(at.time_ms)
        payer = Account(Book.FUND_FREE, fund_id(volunteer.home, year, CORRECTION))
    team = order.credit_to != SELF
    credited = overflow = 0
    if team:
        post(view, (Leg(payer, _earner(order), minutes),))
    else:
        cap = at.policy.persons.cap_min
        credited, overflow = credit_person(view, payer, volunteer.id, minutes, cap)
        volunteer = view.need(Person, volunteer.id)
        view.put(replace(volunteer, earned_min=Minutes(volunteer.earned_min + credited)))
    city = city_of(view)
    view.put(
        replace(
            city,
            paid=city.paid + minutes,
            credited=city.credited + credited,
            overflow=city.overflow + overflow,
            team=city.team + (minutes if team else 0),
        )
    )
    return replace(correction, overflow_min=Minutes(correction.overflow_min + overflow))


def _restate_service(
    view: View, at: Moment, order: Order, before: Reading, correction: Correction
) -> None:
    """Hours served, honour minutes and service certificates follow the right minutes."""
    correct_order(view, at, order, correction.agreed_min - before.agreed)
    volunteer = view.need(Person, order.volunteer)
    served = max(0, volunteer.served_min + correction.agreed_min - before.agreed)
    view.put(replace(volunteer, served_min=Minutes(served)))
    more = correction.honour_min - before.honour
    if more >= 0:
        enter_honour(view, volunteer.id, more)
    else:
        take_honour(view, volunteer.id, min(-more, volunteer.honour.balance))
