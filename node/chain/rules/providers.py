"""Providers of limited services: their contracts, the capacity attested under them, what is retired once paid.

A treasurer proposes and a second person agrees, neither of them the provider's own. Capacity is minutes of paid service
until a time; what is left of it lapses then. Reimbursement happens outside the ledger: here the minutes due to the
provider are retired and stay in the identity (I2).
"""

from typing import Final

from node.chain.errors import Bug, ErrorCode
from node.chain.records.accounts import EMPTY
from node.chain.records.redemption import Capacity, Provider
from node.chain.rules.actions import ActionFamily, Scope, Seconded
from node.chain.rules.guards import active_person, require, require_evidence
from node.chain.state import Account, Book, Leg, Moment, View, district_of, post
from node.chain.tx.organisation import MoneyAction
from node.chain.tx.redemption import AttestCapacity, OpenProvider, RetireDue
from node.chain.types import Id
from node.chain.units import attest_capacity


def _check(view: View, at: Moment, action: MoneyAction, _proposer: Id) -> Scope:
    match action:
        case OpenProvider():
            district_of(view, action.district)
            for member in action.staff:
                active_person(view, member)
            require_evidence(action.evidence)
            return Scope(action.district, frozenset(action.staff))
        case AttestCapacity():
            provider = view.need(Provider, action.provider)
            require(action.minutes > 0, ErrorCode.MINUTES_OUT_OF_RANGE, "0")
            require(at.time_ms < action.until_ms, ErrorCode.TOO_LATE, "it would have lapsed")
            require_evidence(action.evidence)
            return Scope(provider.district, frozenset(provider.staff))
        case RetireDue():
            provider = view.need(Provider, action.provider)
            due = provider.due.balance
            require(action.minutes > 0, ErrorCode.MINUTES_OUT_OF_RANGE, "0")
            require(action.minutes <= due, ErrorCode.INSUFFICIENT_MINUTES, f"{due} due")
            require_evidence(action.evidence)
            return Scope(provider.district, frozenset(provider.staff))
        case _:
            raise Bug(f"{type(action).__name__} is no action of providers")


def _perform(view: View, _at: Moment, action: MoneyAction, seconded: Seconded) -> None:
    match action:
        case OpenProvider():
            _open(view, action, seconded)
        case AttestCapacity():
            _attest(view, action, seconded)
        case RetireDue():
            provider = view.need(Provider, action.provider)
            due = Account(Book.DUE, provider.id)
            retired = Account(Book.RETIRED, provider.district.encode())
            post(view, (Leg(due, retired, action.minutes),))
        case _:
            raise Bug(f"{type(action).__name__} is no action of providers")


def _open(view: View, action: OpenProvider, seconded: Seconded) -> None:
    view.create(
        Provider(
            id=seconded.proposal.id,
            origin=seconded.proposal.origin,
            district=action.district,
            staff=tuple(sorted(set(action.staff))),
            due=EMPTY,
            evidence=action.evidence,
            touch=b"",
        )
    )


def _attest(view: View, action: AttestCapacity, seconded: Seconded) -> None:
    capacity = Capacity(
        id=seconded.proposal.id,
        origin=seconded.proposal.origin,
        provider=action.provider,
        district=view.need(Provider, action.provider).district,
        minutes=action.minutes,
        left_min=action.minutes,
        evidence=action.evidence,
        due_ms=action.until_ms,
        touch=b"",
    )
    attest_capacity(view, capacity)


ACTIONS: Final = ActionFamily(
    {
        OpenProvider: (("treasurer",), ("treasurer", "reviewer")),
        AttestCapacity: (("treasurer",), ("treasurer", "reviewer")),
        RetireDue: (("treasurer",), ("treasurer", "reviewer")),
    },
    _check,
    _perform,
)
