"""Leaving the city, death and succession, a new home, and two accounts of one person.

Nobody closes an account alone or at once: a clerk proposes, a reviewer of another district seconds, and thirty days
pass, in which any authenticated act of the person ends it. Then the account takes no new order, the open ones end by
the table of the order machine, and when nothing is held and no claim is open, one statement sweeps the minutes: to the
named kin, but only those bound for long enough, each up to their cap, the rest to the pool of the home. A merge drains
in the same way, without notice, and goes over to the survivor with its hours.
"""

from typing import Final

from msgspec.structs import replace

from node.chain.errors import Bug, ErrorCode
from node.chain.lifecycle import FINALS
from node.chain.records.actors import ACTIVE, CLOSED, CLOSING, Person
from node.chain.records.leaving import DONE, DRAINING, NOTICE, Closing
from node.chain.records.orders import Order
from node.chain.rules.actions import ActionFamily, Scope, Seconded, SecondPlace
from node.chain.rules.guards import (
    active_person,
    require,
    require_any_role,
    require_evidence,
    require_not_merged,
    require_site,
    sending_person,
)
from node.chain.rules.succession import move_person
from node.chain.state import Account, Book, Leg, Moment, View, city_of, post
from node.chain.tx.envelope import Transaction
from node.chain.tx.leaving import ChangeHome, CloseAccount, FinishClosing, MergePersons
from node.chain.tx.organisation import MoneyAction
from node.chain.types import NO_ID, Code, EpochMs, Id, Minutes
from node.chain.units import enter_honour, take_honour

REASONS: Final = frozenset({"leave", "death", "moved"})
MERGE: Final = Code("merge")


def apply(view: View, at: Moment, tx: Transaction, body: FinishClosing) -> None:
    """Apply one transaction of this family.

    Raises:
        Rejected: the first guard that does not hold.
    """
    sender = sending_person(view, tx)
    closing = view.need(Closing, body.person)
    require(closing.state == DRAINING, ErrorCode.WRONG_STATE, closing.state)
    person = view.need(Person, body.person)
    require_any_role(sender, ("reviewer", "treasurer"), person.home, at.time_ms)
    apart = sender.id not in {person.id, closing.survivor, *closing.heirs}
    require(apart, ErrorCode.SAME_PERSON, "who would get the minutes")
    _require_drained(view, person)

    if closing.survivor:
        _hand_over(view, person, closing.survivor)
    _sweep(view, at, person, closing)
    _close(view, view.need(Person, person.id))
    view.put(replace(closing, state=DONE))


def _require_drained(view: View, person: Person) -> None:
    """No order, no hold, no claim is open.

    Raises:
        Rejected: ``WRONG_STATE``.
    """
    serves = person.serving != NO_ID or any(
        (order := view.get(Order, taken.order)) is not None and order.state not in FINALS
        for taken in person.intervals
    )
    open_now = serves or person.open_orders > 0
    require(not open_now, ErrorCode.WRONG_STATE, "orders are open")
    held = person.held.balance
    require(held == 0, ErrorCode.WRONG_STATE, f"{held} minutes are held")
    claimed = person.claimed_min
    require(claimed == 0, ErrorCode.WRONG_STATE, f"{claimed} minutes are claimed")


def _hand_over(view: View, duplicate: Person, survivor_id: Id) -> None:
    """Hours and counters of the duplicate are the survivor's."""
    honour = duplicate.honour.balance
    take_honour(view, duplicate.id, honour)
    enter_honour(view, survivor_id, honour)
    survivor = view.need(Person, survivor_id)
    view.put(
        replace(
            survivor,
            earned_min=Minutes(survivor.earned_min + duplicate.earned_min),
            given_min=Minutes(survivor.given_min + duplicate.given_min),
            served_min=Minutes(survivor.served_min + duplicate.served_min),
        )
    )


def _sweep(view: View, at: Moment, person: Person, closing: Closing) -> None:
    """What is there, to those who follow, each up to their cap; the rest to the pool of the home."""
    cap = at.policy.persons.cap_min
    source, left = Account(Book.AVAILABLE, person.id), person.available.balance
    for heir_id in _successors(at, person, closing):
        heir = view.get(Person, heir_id)
        if heir is None or heir.status != ACTIVE:
            continue
        minutes = min(left, max(0, cap - heir.store_min)) if cap else left
        post(view, (Leg(source, Account(Book.AVAILABLE, heir.id), minutes),))
        left -= minutes
    post(view, (Leg(source, Account(Book.POOL_FREE, person.home.encode()), left),))


def _successors(at: Moment, person: Person, closing: Closing) -> tuple[Id, ...]:
    if closing.survivor:
        return (closing.survivor,)
    latest = at.time_ms - at.policy.persons.succession_kin_age_ms
    old_enough = {k.other for k in person.kin if k.bound_ms <= latest}
    return tuple(heir for heir in closing.heirs if heir in old_enough)


def _close(view: View, person: Person) -> None:
    """Closed with zero; what the person was to others ends with it."""
    for agency in person.agents:
        agent = view.need(Person, agency.agent)
        view.put(replace(agent, principals=agent.principals - 1))
    ended = replace(person, status=CLOSED, roles=(), agents=(), contacts=(), guardians=())
    view.put(ended)
    city = city_of(view)
    view.put(replace(city, persons=city.persons - 1))


def end_notice(view: View, closing: Closing) -> None:
    """Thirty days without a sign: from now on the account only drains."""
    view.put(replace(closing, state=DRAINING, due_ms=EpochMs(0)))
    person = view.need(Person, closing.person)
    view.put(replace(person, status=CLOSING))


def _check(view: View, _at: Moment, action: MoneyAction, _proposer: Id) -> Scope:
    match action:
        case CloseAccount():
            return _check_closing(view, action)
        case MergePersons():
            return _check_merge(view, action)
        case ChangeHome():
            person = active_person(view, action.person)
            require(person.home != action.home, ErrorCode.ALREADY_DONE, "at home there")
            require_site(view, action.home, action.site)
            require_not_merged(view, action.home)
            require_evidence(action.evidence)
            subjects = frozenset({person.id})
            return Scope(person.home, subjects, SecondPlace.OTHER_DISTRICT, action.home)
        case _:
            raise Bug(f"{type(action).__name__} is no action of leaving")


def _require_open(view: View, id_: Id) -> Person:
    person = active_person(view, id_)
    closing = view.get(Closing, id_)
    again = closing is not None and closing.is_live
    require(not again, ErrorCode.ALREADY_DONE, "the account is closing")
    return person


def _check_closing(view: View, action: CloseAccount) -> Scope:
    person = _require_open(view, action.person)
    require(action.reason in REASONS, ErrorCode.BAD_FIELD, action.reason)
    kin = {k.other for k in person.kin}
    named = len(set(action.heirs)) == len(action.heirs) and set(action.heirs) <= kin
    require(named, ErrorCode.NOT_KIN, "an heir is bound kin, named once")
    require_evidence(action.evidence)
    subjects = frozenset({person.id, *kin})
    return Scope(person.home, subjects, SecondPlace.OTHER_DISTRICT)


def _check_merge(view: View, action: MergePersons) -> Scope:
    duplicate = _require_open(view, action.duplicate)
    survivor = _require_open(view, action.survivor)
    require(duplicate.id != survivor.id, ErrorCode.SAME_PERSON)
    require(not duplicate.roles, ErrorCode.ROLE_MISSING, "revoke the duplicate's staff roles first")
    require_evidence(action.evidence)
    subjects = frozenset({duplicate.id, survivor.id})
    return Scope(duplicate.home, subjects, SecondPlace.OTHER_DISTRICT)


def _perform(view: View, at: Moment, action: MoneyAction, seconded: Seconded) -> None:
    match action:
        case CloseAccount():
            due = EpochMs(at.time_ms + at.policy.persons.closing_notice_ms)
            blank = _begun(at, seconded, action.person, action.reason)
            view.put(replace(blank, heirs=action.heirs, state=NOTICE, due_ms=due))
        case MergePersons():
            blank = _begun(at, seconded, action.duplicate, MERGE)
            view.put(replace(blank, survivor=action.survivor))
            duplicate = view.need(Person, action.duplicate)
            view.put(replace(duplicate, status=CLOSING))
        case ChangeHome():
            person = view.need(Person, action.person)
            move_person(view, person, action.home, action.site)
        case _:
            raise Bug(f"{type(action).__name__} is no action of leaving")


def _begun(at: Moment, seconded: Seconded, person: Id, reason: Code) -> Closing:
    return Closing(
        person=person,
        origin=seconded.proposal.origin,
        reason=reason,
        heirs=(),
        survivor=NO_ID,
        staff=(seconded.proposal.proposer, seconded.seconder),
        opened_ms=at.time_ms,
        state=DRAINING,
        due_ms=EpochMs(0),
        touch=b"",
    )


ACTIONS: Final = ActionFamily(
    {
        CloseAccount: (("recorder", "reviewer"), ("reviewer",)),
        MergePersons: (("recorder", "reviewer"), ("reviewer",)),
        ChangeHome: (("recorder", "reviewer"), ("reviewer",)),
    },
    _check,
    _perform,
)
