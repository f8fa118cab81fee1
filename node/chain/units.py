"""The units beside the coin: honour, claims, capacity. Each sums to zero with its own contra account.

Nothing here moves a coin and no coin posting moves these; the running totals of district and city are their double
entry (I1, I8). Minutes of one unit never turn into another except where a rule does both postings.
"""

from msgspec.structs import replace

from node.chain.errors import ErrorCode, Rejected
from node.chain.records.accounts import City, Totals
from node.chain.records.actors import Person
from node.chain.records.corrections import Claim
from node.chain.records.redemption import Capacity
from node.chain.state import View, city_of, district_of
from node.chain.types import EpochMs, Id, Minutes


def _moved(totals: Totals, debit: int, credit: int) -> Totals:
    return Totals(totals.debits + debit, totals.credits + credit)


def enter_honour(view: View, person_id: Id, minutes: int) -> None:
    """Honour minutes for a person: contra → person."""
    _move_honour(view, person_id, 0, minutes)


def take_honour(view: View, person_id: Id, minutes: int) -> None:
    """Honour minutes back from a person: person → contra.

    Raises:
        Rejected: ``INSUFFICIENT_MINUTES`` when the person has less.
    """
    has = view.need(Person, person_id).honour.balance
    if minutes > has:
        raise Rejected(ErrorCode.INSUFFICIENT_MINUTES, f"{has} honour minutes, needs {minutes}")
    _move_honour(view, person_id, minutes, 0)


def _move_honour(view: View, person_id: Id, debit: int, credit: int) -> None:
    if debit == credit == 0:
        return
    person = view.need(Person, person_id)
    view.put(replace(person, honour=_moved(person.honour, debit, credit)))
    home = district_of(view, person.home)
    view.put(replace(home, honour=_moved(home.honour, debit, credit)))
    city = city_of(view)
    view.put(replace(city, honour=_moved(city.honour, credit, debit)))


def open_claim(view: View, claim: Claim) -> None:
    """A shortfall becomes a claim: contra → person."""
    assert claim.left_min == claim.opened_min > 0
    view.create(claim)
    _move_claims(view, claim.person, 0, claim.opened_min)


def repay_claim(view: View, claim: Claim, minutes: int) -> None:
    """A claim becomes smaller because coins were paid: person → contra."""
    assert 0 < minutes <= claim.left_min
    view.put(replace(claim, repaid_min=Minutes(claim.repaid_min + minutes)))
    _move_claims(view, claim.person, minutes, 0)


def write_off_claim(view: View, claim: Claim, minutes: int) -> None:
    """A claim becomes smaller because nobody will pay it; no coin moves."""
    assert 0 < minutes <= claim.left_min
    view.put(replace(claim, written_off_min=Minutes(claim.written_off_min + minutes)))
    city = _move_claims(view, claim.person, minutes, 0)
    view.put(replace(city, claims_written_off=city.claims_written_off + minutes))


def _move_claims(view: View, person_id: Id, debit: int, credit: int) -> City:
    person = view.need(Person, person_id)
    view.put(replace(person, claimed_min=Minutes(person.claimed_min + credit - debit)))
    home = district_of(view, person.home)
    view.put(replace(home, claims=_moved(home.claims, debit, credit)))
    city = city_of(view)
    city = replace(city, claims=_moved(city.claims, credit, debit))
    view.put(city)
    return city


def attest_capacity(view: View, capacity: Capacity) -> None:
    """Newly contracted minutes: contra → district."""
    assert capacity.left_min == capacity.minutes > 0
    view.create(capacity)
    _move_capacity(view, capacity.district, 0, capacity.minutes)
    city = city_of(view)
    view.put(replace(city, capacity=_moved(city.capacity, capacity.minutes, 0)))


def lapse_capacity(view: View, capacity: Capacity) -> None:
    """The contract's time is over: district → contra with what is left."""
    left = capacity.left_min
    view.put(replace(capacity, left_min=Minutes(0), due_ms=EpochMs(0)))
    _move_capacity(view, capacity.district, left, 0)
    city = city_of(view)
    view.put(replace(city, capacity=_moved(city.capacity, 0, left)))


def use_capacity(view: View, capacity: Capacity, minutes: int) -> None:
    """A capture consumes contracted minutes: district → used.

    Raises:
        Rejected: ``INSUFFICIENT_MINUTES`` when less is left.
    """
    _draw(view, capacity, minutes)
    city = city_of(view)
    view.put(replace(city, capacity_used=city.capacity_used + minutes))


def pass_capacity(view: View, capacity: Capacity, to: Capacity) -> None:
    """Contracted minutes pass to another district, for as long as they last: district → district.

    Raises:
        Rejected: ``INSUFFICIENT_MINUTES`` when less is left.
    """
    assert to.left_min == to.minutes > 0
    _draw(view, capacity, to.minutes)
    view.create(to)
    _move_capacity(view, to.district, 0, to.minutes)


def _draw(view: View, capacity: Capacity, minutes: int) -> None:
    left = capacity.left_min
    if minutes > left:
        raise Rejected(ErrorCode.INSUFFICIENT_MINUTES, f"capacity {left}, needs {minutes}")
    view.put(replace(capacity, left_min=Minutes(left - minutes)))
    _move_capacity(view, capacity.district, minutes, 0)


def _move_capacity(view: View, district: str, debit: int, credit: int) -> None:
    record = district_of(view, district)
    view.put(replace(record, capacity=_moved(record.capacity, debit, credit)))
