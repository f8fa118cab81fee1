"""The identities I1 to I8, summed in full over every record: the slow twin of the running totals.

It shares no arithmetic with ``node.chain.books``: it walks all records and adds them up.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from node.chain.ledger import Ledger
from node.chain.records import StateRecord
from node.chain.records.accounts import Budget, City, District, Fund, Position
from node.chain.records.actors import Person
from node.chain.records.bindings import Mint
from node.chain.records.corrections import Claim
from node.chain.records.events import Event, Team
from node.chain.records.leaving import Closing
from node.chain.records.orders import Order
from node.chain.records.redemption import Capacity, Provider, Redemption
from node.chain.records.remarks import Complaint
from node.chain.records.service_certificates import ServiceCertificate, certificate_id
from node.chain.records.service_hours import ServiceYear


@dataclass
class FullSums:
    """Everything added up; keys are district codes unless said."""

    persons: Counter[str] = field(default_factory=Counter)
    funds: Counter[str] = field(default_factory=Counter)
    teams: Counter[str] = field(default_factory=Counter)
    providers: Counter[str] = field(default_factory=Counter)
    honour: Counter[str] = field(default_factory=Counter)
    claims: Counter[str] = field(default_factory=Counter)
    claimed: Counter[str] = field(default_factory=Counter)
    """What persons say is claimed of them."""
    capacity: Counter[str] = field(default_factory=Counter)
    inflow: Counter[str] = field(default_factory=Counter)
    held: Counter[bytes] = field(default_factory=Counter)
    """By owner of a held account; pools by their district code, the city's by empty bytes."""
    holds: Counter[bytes] = field(default_factory=Counter)
    """What open orders, redemptions and events say is held, by the same owners."""
    minted: Counter[tuple[int, str]] = field(default_factory=Counter)
    """By year and purpose."""
    budgets: Counter[tuple[int, str]] = field(default_factory=Counter)
    closed_free: int = 0
    open_pairs: int = 0


def full_sums(records: Iterable[StateRecord]) -> FullSums:
    """Add up all records."""
    held = list(records)
    sums = FullSums()
    homes = {r.id: str(r.home) for r in held if isinstance(r, Person)}
    for record in held:
        _add_account(sums, record)
        _add_unit(sums, record, homes)
        _add_hold(sums, record)
    return sums


def _add_account(sums: FullSums, record: StateRecord) -> None:
    match record:
        case Person():
            sums.persons[record.home] += record.available.balance + record.held.balance
            sums.held[record.id] += record.held.balance
        case Fund():
            sums.funds[record.district] += record.free.balance + record.held.balance
            sums.held[record.key_id] += record.held.balance
            sums.closed_free += record.free.balance if record.due_ms == 0 else 0
        case District():
            sums.held[record.key_id] += record.pool_held.balance
        case City():
            sums.held[b""] += record.pool_held.balance
        case Team():
            sums.teams[record.district] += record.free.balance
        case Provider():
            sums.providers[record.district] += record.due.balance
        case Mint(state="minted"):
            sums.minted[record.year, record.purpose] += record.minutes
        case Budget():
            sums.budgets[record.year, record.purpose] += record.minted
        case Position():
            sums.inflow[record.high] -= record.flow.balance
            sums.inflow[record.low] += record.flow.balance
            sums.open_pairs += record.flow.balance != record.settled.balance
        case _:
            pass


def _add_unit(sums: FullSums, record: StateRecord, homes: dict[bytes, str]) -> None:
    match record:
        case Person():
            sums.honour[record.home] += record.honour.balance
            sums.claimed[record.home] += record.claimed_min
        case Claim():
            sums.claims[homes[record.person]] += record.left_min
        case Capacity():
            sums.capacity[record.district] += record.left_min
        case _:
            pass


def _add_hold(sums: FullSums, record: StateRecord) -> None:
    match record:
        case Order() | Event():
            sums.holds[record.payer] += record.hold_min
        case Redemption():
            sums.holds[record.person] += record.hold_min
        case _:
            pass


def check_service(records: Iterable[StateRecord]) -> None:
    """Months of service, the certificates that count them, and the complaints that keep them back."""
    persons: dict[bytes, Person] = {}
    merged: set[bytes] = set()
    served: Counter[bytes] = Counter()
    gaps: Counter[bytes] = Counter()
    objections: Counter[tuple[bytes, int]] = Counter()
    named: Counter[bytes] = Counter()
    certificates: dict[bytes, ServiceCertificate] = {}
    for record in records:
        match record:
            case Person():
                persons[record.id] = record
            case Closing():
                merged.add(record.survivor)
            case ServiceYear():
                served[record.person] += sum(m.served_min for m in record.months)
                gaps[record.person] += sum(m.gap_min for m in record.months)
                for month in record.months:
                    objections[record.person, record.year * 100 + month.month] += month.objections
                named.update({certificate_id(i.district, i.year, i.serial) for i in record.issued})
            case Complaint() if record.month and record.state != "answered":
                objections[record.volunteer, record.month] -= 1
            case ServiceCertificate():
                certificates[record.key_id] = record
            case _:
                pass
    for id_, person in persons.items():
        if id_ not in merged:
            assert served[id_] <= person.served_min <= served[id_] + gaps[id_]
    assert not any(objections.values())
    assert set(named) == {k for k, c in certificates.items() if c.status != "revoked"}


def check_full_sums(ledger: Ledger) -> None:
    """Compare the running totals of a ledger with everything added up, and the identities with both."""
    check_service(ledger.records.values())
    sums = full_sums(ledger.records.values())
    city = next(r for r in ledger.records.values() if isinstance(r, City))
    total = city.pool_free.balance + city.pool_held.balance
    for district in (r for r in ledger.records.values() if isinstance(r, District)):
        code = district.code
        assert district.persons.balance == sums.persons[code]
        assert district.funds.balance == sums.funds[code]
        assert district.teams.balance == sums.teams[code]
        assert district.providers.balance == sums.providers[code]
        assert district.honour.balance == sums.honour[code]
        assert district.claims.balance == sums.claims[code]
        assert district.capacity.balance == sums.capacity[code]
        assert district.inflow.balance == sums.inflow[code]
        pools = district.pool_free.balance + district.pool_held.balance
        holdings = sums.persons[code] + sums.funds[code] + sums.teams[code] + pools
        holdings += sums.providers[code] + district.retired.balance
        assert holdings == district.minted - district.returned + sums.inflow[code], "I6"
        assert min(pools, district.pool_free.balance, district.pool_held.balance) >= 0
        total += holdings
    assert total == -city.issue.balance, "I2"
    assert +sums.held == +sums.holds, "I3"
    assert city.holds.balance == sums.holds.total(), "I3"
    assert +sums.minted == +sums.budgets, "I4"
    assert city.paid == city.credited + city.overflow + city.team, "I5"
    assert sums.closed_free == 0, "I7"
    assert sums.honour.total() == -city.honour.balance, "I1, I8"
    assert +sums.claimed == +sums.claims, "I8"
    assert sums.claims.total() == -city.claims.balance, "I1, I8"
    assert sums.capacity.total() + city.capacity_used == -city.capacity.balance, "I1"
    assert city.open_pairs == sums.open_pairs
