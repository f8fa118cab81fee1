"""What went wrong is put right by new entries; nothing is ever edited or deleted.

A correction states the right minutes of a settled order. Too much was paid: the surplus goes back from the pool (what
had overflowed) and from the volunteer or the team, as far as they have it; the shortfall becomes a claim on the
volunteer, and a paying person is made whole from the pool of their home as far as it reaches. Too little was paid: the
payer, or the voted correction fund of the volunteer's home, pays the difference like a settlement. An order is
corrected once; the correction is itself corrected the same way, which undoes it as far as the minutes are still there.

``restating`` has the rules of corrections; here are those of claims, compensation and donations taken back.
"""

from typing import Final

from node.chain.errors import Bug, ErrorCode
from node.chain.records.actors import Person
from node.chain.records.corrections import Claim, Donation
from node.chain.rules.actions import ActionFamily, Scope, Seconded
from node.chain.rules.corrections.restating import (
    check_correction,
    correct,
    corrections_of,
    reading_of,
)
from node.chain.rules.guards import (
    active_person,
    require,
    require_evidence,
    require_origin,
    sending_person,
)
from node.chain.rules.payments import free_minutes
from node.chain.state import Account, Book, Leg, Moment, View, district_of, post
from node.chain.tx.corrections import Compensate, Correct, UndoDonation, WriteOff
from node.chain.tx.envelope import CorrectionBody, Transaction
from node.chain.tx.organisation import MoneyAction
from node.chain.types import Id
from node.chain.units import repay_claim, write_off_claim

__all__ = ["ACTIONS", "apply", "corrections_of", "forget_donation", "reading_of"]


def apply(view: View, tx: Transaction, body: CorrectionBody) -> None:
    """Apply one transaction of this family: a repayment.

    Raises:
        Rejected: the first guard that does not hold.
    """
    sender = sending_person(view, tx)
    claim = view.need(Claim, body.claim)
    require(sender.id == claim.person, ErrorCode.NOT_A_PARTY, "another person's claim")
    _require_left(claim, body.minutes)

    pool = Account(Book.POOL_FREE, claim.pool.encode())
    post(view, (Leg(Account(Book.AVAILABLE, sender.id), pool, body.minutes),))
    repay_claim(view, claim, body.minutes)


def _require_left(claim: Claim, minutes: int) -> None:
    left = claim.left_min
    require(0 < minutes <= left, ErrorCode.MINUTES_OUT_OF_RANGE, f"{left} left of the claim")


def _check(view: View, at: Moment, action: MoneyAction, _proposer: Id) -> Scope:
    match action:
        case Correct():
            return check_correction(view, at, action)
        case WriteOff():
            claim = view.need(Claim, action.claim)
            require_origin(claim.origin, action.origin)
            _require_left(claim, action.minutes)
            require_evidence(action.evidence)
            home = view.need(Person, claim.person).home
            return Scope(home, frozenset({claim.person}))
        case Compensate():
            return _check_compensation(view, action)
        case UndoDonation():
            return _check_undo(view, at, action)
        case _:
            raise Bug(f"{type(action).__name__} is no action of corrections")


def _perform(view: View, at: Moment, action: MoneyAction, seconded: Seconded) -> None:
    match action:
        case Correct():
            correct(view, at, action, seconded)
        case WriteOff():
            write_off_claim(view, view.need(Claim, action.claim), action.minutes)
        case Compensate():
            person = view.need(Person, action.person)
            pool = Account(Book.POOL_FREE, person.home.encode())
            post(view, (Leg(pool, Account(Book.AVAILABLE, person.id), action.minutes),))
        case UndoDonation():
            _undo(view, view.need(Donation, action.donation))
        case _:
            raise Bug(f"{type(action).__name__} is no action of corrections")


def _check_compensation(view: View, action: Compensate) -> Scope:
    person = active_person(view, action.person)
    require(action.minutes > 0, ErrorCode.MINUTES_OUT_OF_RANGE, "0")
    require(action.rule != "-", ErrorCode.RULE_MISSING, "a pool pays by a named rule")
    require_evidence(action.evidence)
    free = district_of(view, person.home).pool_free.balance
    require(action.minutes <= free, ErrorCode.POOL_EMPTY, f"{free} in the pool")
    return Scope(person.home, frozenset({person.id}))


def _check_undo(view: View, at: Moment, action: UndoDonation) -> Scope:
    donation = view.need(Donation, action.donation)
    require_origin(donation.origin, action.origin)
    require(at.time_ms < donation.due_ms, ErrorCode.TOO_LATE, f"until {donation.due_ms}")
    require_evidence(action.evidence)
    person = active_person(view, donation.person)
    free = free_minutes(view, _donated_to(donation))
    require(free > 0, ErrorCode.POOL_EMPTY, donation.pool)
    return Scope(person.home, frozenset({person.id}))


def _donated_to(donation: Donation) -> Account:
    if donation.pool == "city":
        return Account(Book.CITY_FREE, b"")
    return Account(Book.POOL_FREE, donation.pool.encode())


def _undo(view: View, donation: Donation) -> None:
    pool = _donated_to(donation)
    back = min(donation.minutes, free_minutes(view, pool))
    post(view, (Leg(pool, Account(Book.AVAILABLE, donation.person), back),))
    view.remove(donation)


def forget_donation(view: View, donation: Donation) -> None:
    """The timer of a donation that can no longer be taken back."""
    view.remove(donation)


ACTIONS: Final = ActionFamily(
    {
        Correct: (("arbiter",), ("treasurer",)),
        WriteOff: (("arbiter",), ("treasurer",)),
        Compensate: (("arbiter",), ("treasurer",)),
        UndoDonation: (("arbiter",), ("treasurer",)),
    },
    _check,
    _perform,
)
