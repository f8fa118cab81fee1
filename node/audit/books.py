"""The books summed in full: every record of the state, against the running totals and against each other.

Running totals are what nodes check after each block. They could be consistent with each other and still not be what the
accounts hold; so the auditor adds up the accounts themselves, and the orders that settled on the way.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from node.audit.tally import Tally
from node.chain.books import district_holdings
from node.chain.records import StateRecord
from node.chain.records.accounts import City, District, Fund, Position, Totals
from node.chain.records.actors import Person
from node.chain.violations import Violation, ViolationCode


@dataclass(slots=True)
class Sums:
    """The accounts of a state, added up by home district; minutes."""

    available: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    funds_free: Counter[str] = field(default_factory=Counter)
    funds_held: Counter[str] = field(default_factory=Counter)
    inflow: Counter[str] = field(default_factory=Counter)
    """Net, from the positions between pairs."""
    open_holds: int = 0
    """Named by orders and whatever else holds minutes."""
    honour: int = 0
    overdrawn: int = 0
    """Accounts below zero; there must be none."""
    districts: dict[str, District] = field(default_factory=dict)
    positions: list[Position] = field(default_factory=list)
    city: City | None = None


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


def sum_books(records: Iterable[StateRecord]) -> Sums:
    """Add up a whole state."""
    sums = Sums()
    for record in records:
        sums.open_holds += getattr(record, "hold_min", 0)
        match record:
            case Person():
                _add_person(sums, record)
            case Fund():
                sums.funds_free[record.district] += _balance(sums, record.free)
                sums.funds_held[record.district] += _balance(sums, record.held)
            case Position():
                sums.positions.append(record)
                sums.inflow[record.low] += record.flow.balance
                sums.inflow[record.high] -= record.flow.balance
            case District():
                sums.districts[record.code] = record
            case City():
                sums.city = record
            case _:
                pass
    sums.districts = dict(sorted(sums.districts.items()))
    sums.positions.sort(key=lambda position: (position.low, position.high))
    return sums


def _add_person(sums: Sums, person: Person) -> None:
    sums.available[person.home] += _balance(sums, person.available)
    sums.held[person.home] += _balance(sums, person.held)
    sums.honour += person.honour.balance


def _balance(sums: Sums, totals: Totals) -> int:
    sums.overdrawn += totals.balance < 0
    return totals.balance


def identities(sums: Sums, tally: Tally) -> tuple[Identity, ...]:
    """Every identity of the ledger, over full sums, and over the orders of the whole archive."""
    city = sums.city
    assert city is not None, "a ledger has a city"
    return (
        Identity("I1 accounts below zero", sums.overdrawn, 0),
        *_whole_city(sums, city),
        *(identity for one in sums.districts.values() for identity in _district(sums, one)),
        *(identity for one in sums.districts.values() for identity in _history(one, tally)),
    )


def _whole_city(sums: Sums, city: City) -> tuple[Identity, ...]:
    districts = sums.districts.values()
    held = sum(sums.held.values()) + sum(sums.funds_held.values()) + city.pool_held.balance
    held += sum(one.pool_held.balance for one in districts)
    holdings = sum(_holdings(sums, one) for one in districts)
    city_pool = city.pool_free.balance + city.pool_held.balance
    return (
        Identity(
            "I2 issued and not returned = all holdings",
            city.issue.debits - city.issue.credits,
            holdings + city_pool,
        ),
        Identity("I3 held accounts = running total", held, city.held.balance),
        Identity("I3 held accounts = open holds", held, sums.open_holds),
        Identity("I3 held accounts = running holds", held, city.holds.balance),
        Identity(
            "I4 minted by districts = issued",
            sum(one.minted for one in districts),
            city.issue.debits,
        ),
        Identity(
            "I5 paid = credited, overflow and team",
            city.paid,
            city.credited + city.overflow + city.team,
        ),
        Identity("honour of persons = honour entered", sums.honour, -city.honour.balance),
        Identity("positions of all homes = 0", sum(sums.inflow.values()), 0),
    )


def _holdings(sums: Sums, one: District) -> int:
    """A district's holdings with persons and funds added up from their own records."""
    stores = sums.available[one.code] + sums.held[one.code]
    funds = sums.funds_free[one.code] + sums.funds_held[one.code]
    return district_holdings(one) - one.persons.balance - one.funds.balance + stores + funds


def _district(sums: Sums, one: District) -> tuple[Identity, ...]:
    code = one.code
    stores = sums.available[code] + sums.held[code]
    funds = sums.funds_free[code] + sums.funds_held[code]
    return (
        Identity(f"{code}: stores = running total", stores, one.persons.balance),
        Identity(f"{code}: funds = running total", funds, one.funds.balance),
        Identity(f"{code}: positions = net inflow", sums.inflow[code], one.inflow.balance),
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
