"""A whole state added up: every account of every record, by district.

Nothing here reads a running total; ``books`` compares the two.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from node.chain.records import StateRecord
from node.chain.records.accounts import Budget, City, District, Fund, Position, Totals
from node.chain.records.actors import Person
from node.chain.records.bindings import Mint
from node.chain.records.corrections import Claim
from node.chain.records.entries import HonourEntry
from node.chain.records.events import Event, Team
from node.chain.records.orders import Order
from node.chain.records.redemption import Capacity, Provider, Redemption
from node.chain.types import Id


class ManualKey(NamedTuple):
    """Manual entries of honour minutes are totalled by these."""

    district: str
    site: str
    recorder: Id
    seconder: Id


@dataclass(slots=True)
class ManualTotal:
    """How many manual entries, their minutes, and what of them was taken back."""

    entries: int = 0
    minutes: int = 0
    corrected: int = 0


@dataclass(slots=True)
class Sums:
    """The records of a state, added up by home district; minutes."""

    city: City | None = None
    districts: dict[str, District] = field(default_factory=dict)
    positions: list[Position] = field(default_factory=list)
    available: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    funds_free: Counter[str] = field(default_factory=Counter)
    funds_held: Counter[str] = field(default_factory=Counter)
    teams: Counter[str] = field(default_factory=Counter)
    providers: Counter[str] = field(default_factory=Counter)
    inflow: Counter[str] = field(default_factory=Counter)
    """Net, from the positions between pairs."""
    honour: Counter[str] = field(default_factory=Counter)
    claims: Counter[bytes] = field(default_factory=Counter)
    """By person: claims name no district."""
    claimed: Counter[str] = field(default_factory=Counter)
    """What persons say is claimed of them."""
    capacity: Counter[str] = field(default_factory=Counter)
    held_by: Counter[bytes] = field(default_factory=Counter)
    """Held accounts by owner: person, fund, district, or empty for the city's pool."""
    named_by: Counter[bytes] = field(default_factory=Counter)
    """What open orders, events and redemptions say is held, by the same owners."""
    minted: Counter[tuple[int, str]] = field(default_factory=Counter)
    """By year and purpose, from the mints that passed."""
    budgets: Counter[tuple[int, str]] = field(default_factory=Counter)
    closed_free: int = 0
    """Free minutes of funds whose year is over."""
    open_pairs: int = 0
    overdrawn: int = 0
    """Accounts below zero; there must be none."""
    manual: dict[ManualKey, ManualTotal] = field(default_factory=dict)


def sum_books(records: Iterable[StateRecord]) -> Sums:
    """Add up a whole state."""
    sums = Sums()
    for record in records:
        _add_account(sums, record)
        _add_hold(sums, record)
        _add_other(sums, record)
    sums.districts = dict(sorted(sums.districts.items()))
    sums.positions.sort(key=lambda position: (position.low, position.high))
    return sums


def _balance(sums: Sums, totals: Totals) -> int:
    sums.overdrawn += totals.balance < 0
    return totals.balance


def _add_account(sums: Sums, record: StateRecord) -> None:
    match record:
        case Person():
            sums.available[record.home] += _balance(sums, record.available)
            sums.held[record.home] += _balance(sums, record.held)
            sums.held_by[record.id] += record.held.balance
            sums.honour[record.home] += _balance(sums, record.honour)
            sums.claimed[record.home] += record.claimed_min
        case Fund():
            sums.funds_free[record.district] += _balance(sums, record.free)
            sums.funds_held[record.district] += _balance(sums, record.held)
            sums.held_by[record.key_id] += record.held.balance
            sums.closed_free += record.free.balance if record.due_ms == 0 else 0
        case Team():
            sums.teams[record.district] += _balance(sums, record.free)
        case Provider():
            sums.providers[record.district] += _balance(sums, record.due)
        case District():
            sums.districts[record.code] = record
            sums.held_by[record.key_id] += _balance(sums, record.pool_held)
        case City():
            sums.city = record
            sums.held_by[b""] += _balance(sums, record.pool_held)
        case _:
            pass


def _add_hold(sums: Sums, record: StateRecord) -> None:
    match record:
        case Order() | Event():
            sums.named_by[record.payer] += record.hold_min
        case Redemption():
            sums.named_by[record.person] += record.hold_min
        case _:
            pass


def _add_other(sums: Sums, record: StateRecord) -> None:
    match record:
        case Position():
            sums.positions.append(record)
            sums.inflow[record.low] += record.flow.balance
            sums.inflow[record.high] -= record.flow.balance
            sums.open_pairs += record.open_min != 0
        case Mint(state="minted"):
            sums.minted[record.year, record.purpose] += record.minutes
        case Budget():
            sums.budgets[record.year, record.purpose] += record.minted
        case Claim():
            sums.claims[record.person] += record.left_min
        case Capacity():
            sums.capacity[record.district] += record.left_min
        case HonourEntry():
            key = ManualKey(record.district, record.site, record.recorder, record.seconder)
            total = sums.manual.setdefault(key, ManualTotal())
            total.entries += 1
            total.minutes += record.minutes
            total.corrected += record.corrected_min
        case _:
            pass
