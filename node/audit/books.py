"""The books summed in full: every record of the state, against the running totals and against each other.

Running totals are what nodes check after each block. They could be consistent with each other and still not be what the
accounts hold; so the auditor adds up the accounts themselves, and the orders that settled on the way.
"""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from node.audit.sums import Sums
from node.audit.tally import Tally
from node.chain.records.accounts import City, District
from node.chain.violations import Violation, ViolationCode

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity with what its two sides are."""

    name: str
    left: int
    right: int

    @property
    def holds(self) -> bool:
        """Whether both sides are the same."""
        return self.left == self.right


def identities(sums: Sums, tally: Tally) -> tuple[Identity, ...]:
    """Every identity of the ledger, over full sums, and over the orders of the whole archive."""
    city = sums.city
    assert city is not None, "a ledger has a city"
    return (
        *_whole_city(sums, city),
        *_units(sums, city),
        *(identity for one in sums.districts.values() for identity in _district(sums, one)),
        *(identity for one in sums.districts.values() for identity in _history(one, tally)),
    )


def _whole_city(sums: Sums, city: City) -> tuple[Identity, ...]:
    holdings = sum(_holdings(sums, one) for one in sums.districts.values())
    holdings += city.pool_free.balance + city.pool_held.balance
    held = sums.held_by.total()
    return (
        Identity("I1 accounts below zero", sums.overdrawn, 0),
        Identity("I2 issued and not returned = all holdings", -city.issue.balance, holdings),
        Identity("I3 owners whose holds and held accounts differ", _unlike(sums), 0),
        Identity("I3 held accounts = running total", held, city.held.balance),
        Identity("I3 held accounts = running holds", held, city.holds.balance),
        Identity(
            "I4 budgets that differ from their mints", _differing(sums.minted, sums.budgets), 0
        ),
        Identity("I4 minted = issued", sums.minted.total(), city.issue.debits),
        Identity(
            "I5 paid = credited, overflow and team",
            city.paid,
            city.credited + city.overflow + city.team,
        ),
        Identity("I7 free minutes of closed funds", sums.closed_free, 0),
        Identity("positions of all homes", sums.inflow.total(), 0),
        Identity("pairs that are not settled", sums.open_pairs, city.open_pairs),
    )


def _units(sums: Sums, city: City) -> tuple[Identity, ...]:
    return (
        Identity("I8 honour of persons = entered", sums.honour.total(), -city.honour.balance),
        Identity("I8 claims = opened and not ended", sums.claims.total(), -city.claims.balance),
        Identity(
            "I1 capacity left and used = attested",
            sums.capacity.total() + city.capacity_used,
            -city.capacity.balance,
        ),
    )


def _unlike(sums: Sums) -> int:
    return _differing(sums.held_by, sums.named_by)


def _differing(one: Counter[K], other: Counter[K]) -> int:
    """How many keys have another count in the other."""
    return sum(one[key] != other[key] for key in one.keys() | other.keys())


def _holdings(sums: Sums, one: District) -> int:
    """A district's holdings with persons, funds, teams and providers added up from their own records."""
    code = one.code
    stores = sums.available[code] + sums.held[code]
    funds = sums.funds_free[code] + sums.funds_held[code]
    pools = one.pool_free.balance + one.pool_held.balance
    return stores + funds + pools + sums.teams[code] + sums.providers[code] + one.retired.balance


def _district(sums: Sums, one: District) -> tuple[Identity, ...]:
    code = one.code
    pairs = (
        ("stores", sums.available[code] + sums.held[code], one.persons),
        ("funds", sums.funds_free[code] + sums.funds_held[code], one.funds),
        ("teams", sums.teams[code], one.teams),
        ("providers", sums.providers[code], one.providers),
        ("honour", sums.honour[code], one.honour),
        ("claims", sums.claimed[code], one.claims),
        ("capacity", sums.capacity[code], one.capacity),
        ("positions", sums.inflow[code], one.inflow),
    )
    totals = (Identity(f"{code}: {name} = running total", n, t.balance) for name, n, t in pairs)
    return (
        *totals,
        Identity(
            f"I6 {code}: holdings = minted, returned and net inflow",
            _holdings(sums, one),
            one.minted - one.returned + one.inflow.balance,
        ),
    )


def _history(one: District, tally: Tally) -> tuple[Identity, ...]:
    code = one.code
    behalf = sum(entry.orders for key, entry in tally.on_behalf.items() if key.district == code)
    return (
        Identity(
            f"{code}: settled = orders of the archive", one.settled_orders, tally.settled[code]
        ),
        Identity(f"{code}: on behalf = orders of the archive", one.on_behalf_orders, behalf),
    )


def check_books(found: Iterable[Identity], height: int) -> None:
    """Every identity must hold.

    Raises:
        Violation: ``IDENTITY``, naming the first that does not.
    """
    for one in found:
        if not one.holds:
            reason = f"{one.name}: {one.left} and {one.right}"
            raise Violation(ViolationCode.IDENTITY, height, reason)
