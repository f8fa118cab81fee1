"""Minutes redeemed at providers of limited services (限量服务), against contracted capacity.

Hold, then capture at most the hold; the rest, and whatever nobody captures in time, goes back. A capture moves the
minutes to the provider's due, which two staff retire once the provider has been reimbursed outside the ledger, and
consumes capacity. Coverage is capacity ÷ liability of a district. Below the policy's threshold the redemptions of
persons who have no priority (``may_be_funded``) wait in the queue of their home, by height and index; each block's
start lets as many go as its bound, while the ratio holds. Orders between people never queue: they need no provider.
"""

from typing import Final, assert_never

from msgspec.structs import replace

from node.chain.errors import Bug, ErrorCode
from node.chain.limits import QUEUE_RELEASES_MAX
from node.chain.records.accounts import District
from node.chain.records.actors import Person
from node.chain.records.redemption import (
    HELD,
    QUEUED,
    Capacity,
    Provider,
    QueueSlot,
    Redemption,
    RedemptionQueue,
    slot_id,
)
from node.chain.rules.actions import ActionFamily, Scope, Seconded
from node.chain.rules.guards import (
    active_person,
    created_id,
    require,
    require_evidence,
    require_origin,
    require_unrelated,
    sending_person,
)
from node.chain.rules.payments import count_hold
from node.chain.state import Account, Book, Leg, Moment, View, district_of, post
from node.chain.tx.envelope import RedemptionBody, Transaction
from node.chain.tx.organisation import MoneyAction
from node.chain.tx.redemption import (
    Capture,
    Redeem,
    RedeemOnBehalf,
    ReleaseRedemption,
)
from node.chain.types import Code, EpochMs, Hash, Id, Minutes
from node.chain.units import use_capacity

LIVE: Final = frozenset({QUEUED, HELD})


def apply(view: View, at: Moment, tx: Transaction, tx_id: Hash, body: RedemptionBody) -> None:
    """Apply one transaction of this family.

    Raises:
        Rejected: the first guard that does not hold.
    """
    match body:
        case Redeem():
            _redeem(view, at, tx, tx_id, body)
        case ReleaseRedemption():
            _release(view, at, tx, body)
        case Capture():
            _capture(view, at, tx, body)
        case _:
            assert_never(body)


def is_covered(at: Moment, district: District) -> bool:
    """Whether a district's coverage has reached the policy's threshold."""
    return district.coverage_permille >= at.policy.issuance.coverage_min_permille


def _may_redeem(person: Person, sender: Id) -> bool:
    agent = any(a.agent == sender and "redeem" in a.verbs for a in person.agents)
    return sender == person.id or agent


def _redeem(view: View, at: Moment, tx: Transaction, tx_id: Hash, body: Redeem) -> None:
    sender = sending_person(view, tx)
    person = active_person(view, body.person)
    allowed = _may_redeem(person, sender.id)
    require(allowed, ErrorCode.VERB_NOT_GRANTED, "neither the person nor an agent who may redeem")
    staff = _check_redemption(view, at, person, body)
    require(sender.id not in staff, ErrorCode.SAME_PERSON, "the provider's own staff")

    _hold(view, at, body, created_id(at, tx), tx_id)


def _check_redemption(
    view: View, at: Moment, person: Person, wish: Redeem | RedeemOnBehalf
) -> tuple[Id, ...]:
    """Whether the person may redeem these minutes at this provider, whoever says so; the provider's staff."""
    funded = at.time_ms < person.may_be_funded_until_ms
    received = at.time_ms < person.may_receive_until_ms
    require(funded or received, ErrorCode.NOT_MAY_RECEIVE)
    served = at.policy.persons.served_to_redeem_min
    require(person.served_min >= served, ErrorCode.TOO_EARLY, f"from {served} minutes served")
    provider = view.need(Provider, wish.provider)
    own = person.id in provider.staff
    require(not own, ErrorCode.SAME_PERSON, "the provider's own staff")
    require(wish.minutes > 0, ErrorCode.MINUTES_OUT_OF_RANGE, "0")
    free = person.available.balance
    require(wish.minutes <= free, ErrorCode.INSUFFICIENT_MINUTES, f"{free} available")
    return provider.staff


def _hold(view: View, at: Moment, wish: Redeem | RedeemOnBehalf, id_: Id, origin: Hash) -> None:
    """Hold the minutes; the redemption is open to the provider at once, or waits in the queue."""
    person = view.need(Person, wish.person)
    post(view, (Leg(_available(person.id), _held(person.id), wish.minutes),))
    count_hold(view, opened=wish.minutes, closed=0)
    redemption = Redemption(
        id=id_,
        origin=origin,
        person=person.id,
        provider=wish.provider,
        district=person.home,
        hold_min=wish.minutes,
        captured_min=Minutes(0),
        state=HELD,
        ticket=0,
        due_ms=EpochMs(at.time_ms + at.policy.issuance.redemption_held_ms),
        touch=b"",
    )
    queue = view.get(RedemptionQueue, person.home.encode())
    waiting = queue is not None and queue.head < queue.tail
    covered = is_covered(at, district_of(view, person.home))
    priority = at.time_ms < person.may_be_funded_until_ms
    free = priority or (covered and not waiting)
    view.create(redemption if free else _queue(view, at, redemption))


def _available(person: Id) -> Account:
    return Account(Book.AVAILABLE, person)


def _held(person: Id) -> Account:
    return Account(Book.HELD, person)


def _queue(view: View, at: Moment, redemption: Redemption) -> Redemption:
    """The redemption with the next ticket of its home's queue; tickets begin at 1."""
    district = redemption.district
    queue = view.get(RedemptionQueue, district.encode()) or RedemptionQueue(district, 1, 1, b"")
    view.put(replace(queue, tail=queue.tail + 1))
    view.create(QueueSlot(district, queue.tail, redemption.id, b""))
    due = at.time_ms + at.policy.issuance.redemption_queued_ms
    return replace(redemption, state=QUEUED, ticket=queue.tail, due_ms=EpochMs(due))


def release_queue(view: View, at: Moment, queue: RedemptionQueue) -> None:
    """Let redemptions go in order of their tickets while the ratio holds, at most so many a block."""
    if not is_covered(at, district_of(view, queue.district)):
        return
    last = min(queue.tail, queue.head + QUEUE_RELEASES_MAX)
    due = EpochMs(at.time_ms + at.policy.issuance.redemption_held_ms)
    for ticket in range(queue.head, last):
        slot = view.get(QueueSlot, slot_id(queue.district, ticket))
        if slot is not None:
            view.remove(slot)
            redemption = view.need(Redemption, slot.redemption)
            view.put(replace(redemption, state=HELD, due_ms=due))
    view.put(replace(queue, head=last))


def _live(view: View, at: Moment, id_: Id) -> Redemption:
    """A redemption whose time is not over."""
    redemption = view.need(Redemption, id_)
    require(redemption.state in LIVE, ErrorCode.WRONG_STATE, redemption.state)
    require(at.time_ms < redemption.due_ms, ErrorCode.TOO_LATE, f"until {redemption.due_ms}")
    return redemption


def _release(view: View, at: Moment, tx: Transaction, body: ReleaseRedemption) -> None:
    sender = sending_person(view, tx)
    redemption = _live(view, at, body.redemption)
    person = view.need(Person, redemption.person)
    provider = view.need(Provider, redemption.provider)
    party = _may_redeem(person, sender.id) or sender.id in provider.staff
    require(party, ErrorCode.NOT_A_PARTY, "neither the person, an agent nor the provider")

    _end(view, at, redemption, Code("released"), at.time_ms)


def _end(view: View, at: Moment, redemption: Redemption, state: Code, now_ms: int) -> None:
    """Give everything back."""
    if redemption.state == QUEUED:
        slot = view.need(QueueSlot, slot_id(redemption.district, redemption.ticket))
        view.remove(slot)
    hold = redemption.hold_min
    post(view, (Leg(_held(redemption.person), _available(redemption.person), hold),))
    count_hold(view, opened=0, closed=hold)
    kept = EpochMs(now_ms + at.policy.orders.kept_final_ms)
    view.finish(replace(redemption, state=state, hold_min=Minutes(0), due_ms=kept))


def expire_redemption(view: View, at: Moment, redemption: Redemption) -> None:
    """The timer: minutes that nobody captured go back; long after its end the record leaves the state."""
    if redemption.state in LIVE:
        _end(view, at, redemption, Code("expired"), redemption.due_ms)
    else:
        view.remove(redemption)


def _capture(view: View, at: Moment, tx: Transaction, body: Capture) -> None:
    sender = sending_person(view, tx)
    redemption = _live(view, at, body.redemption)
    require(redemption.state == HELD, ErrorCode.WRONG_STATE, redemption.state)
    require_origin(redemption.origin, body.origin)
    provider = view.need(Provider, redemption.provider)
    require(sender.id in provider.staff, ErrorCode.NOT_A_PARTY, "not the provider's staff")
    person = view.need(Person, redemption.person)
    require_unrelated(sender, person)
    hold = redemption.hold_min
    require(0 < body.minutes <= hold, ErrorCode.MINUTES_OUT_OF_RANGE, f"{body.minutes} of {hold}")
    require_evidence(body.evidence)
    capacity = view.need(Capacity, body.capacity)
    require(capacity.provider == provider.id, ErrorCode.NOT_A_PARTY, "another provider's capacity")
    near = capacity.district in {person.home, provider.district}
    require(near, ErrorCode.WRONG_DISTRICT, capacity.district)
    require(at.time_ms < capacity.due_ms, ErrorCode.TOO_LATE, "the capacity has lapsed")

    use_capacity(view, capacity, body.minutes)
    held = _held(person.id)
    due = Account(Book.DUE, provider.id)
    rest = hold - body.minutes
    post(view, (Leg(held, due, body.minutes), Leg(held, _available(person.id), rest)))
    count_hold(view, opened=0, closed=hold)
    home = district_of(view, person.home)
    view.put(replace(home, redeemed_min=home.redeemed_min + body.minutes))
    view.finish(
        replace(
            redemption,
            state=Code("captured"),
            hold_min=Minutes(0),
            captured_min=body.minutes,
            due_ms=EpochMs(at.time_ms + at.policy.orders.kept_final_ms),
        )
    )


def _check(view: View, at: Moment, action: MoneyAction, proposer: Id) -> Scope:
    match action:
        case RedeemOnBehalf():
            person = active_person(view, action.person)
            require_evidence(action.evidence)
            require_unrelated(view.need(Person, proposer), person)
            staff = _check_redemption(view, at, person, action)
            return Scope(person.home, frozenset({person.id, *staff}))
        case _:
            raise Bug(f"{type(action).__name__} is no action of redemption")


def _perform(view: View, at: Moment, action: MoneyAction, seconded: Seconded) -> None:
    match action:
        case RedeemOnBehalf():
            _hold(view, at, action, seconded.proposal.id, seconded.proposal.origin)
        case _:
            raise Bug(f"{type(action).__name__} is no action of redemption")


ACTIONS: Final = ActionFamily({RedeemOnBehalf: (("recorder",), ("reviewer",))}, _check, _perform)
