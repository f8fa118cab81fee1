"""Minutes held for something and paid to those who did it: what orders, events and redemptions share.

A hold moves minutes from an account's free to its held side and counts in the city's open holds, so that all held
accounts together equal all open holds (I3). Paying a volunteer fills their store up to the cap and sends the surplus to
the pool of their home in the same transaction.
"""

from typing import Final, NamedTuple

from msgspec.structs import replace

from node.chain.errors import Bug
from node.chain.policy import PERMILLE, civil
from node.chain.records.accounts import District, Fund, Totals
from node.chain.records.actors import CLOSED, Person
from node.chain.records.events import Team
from node.chain.state import ISSUE, Account, Book, Leg, Moment, View, city_of, post
from node.chain.types import Id

_FREE: Final = {
    "person": Book.AVAILABLE,
    "fund": Book.FUND_FREE,
    "pool": Book.POOL_FREE,
    "city-pool": Book.CITY_FREE,
}
_HELD: Final = {
    "person": Book.HELD,
    "fund": Book.FUND_HELD,
    "pool": Book.POOL_HELD,
    "city-pool": Book.CITY_HELD,
}


class Credit(NamedTuple):
    """How a payment reached a volunteer, in minutes."""

    credited: int
    overflow: int


def free_account(payer_kind: str, payer: bytes) -> Account:
    """Where a payer's minutes come from and go back to."""
    return Account(_FREE[payer_kind], payer)


def held_account(payer_kind: str, payer: bytes) -> Account:
    """Where a payer's minutes wait."""
    return Account(_HELD[payer_kind], payer)


def weighted(minutes: int, weight_permille: int) -> int:
    """⌊minutes · weight ÷ 1000⌋: what a service of these minutes costs and pays."""
    return minutes * weight_permille // PERMILLE


def free_minutes(view: View, account: Account) -> int:
    """What is free in a payer's, team's or pool's account now.

    Raises:
        Rejected: ``NO_SUCH_OBJECT``.
    """
    match account.book:
        case Book.AVAILABLE:
            return view.need(Person, account.owner).available.balance
        case Book.TEAM:
            return view.need(Team, account.owner).free.balance
        case Book.FUND_FREE:
            return view.need(Fund, account.owner).free.balance
        case Book.POOL_FREE:
            return view.need(District, account.owner).pool_free.balance
        case Book.CITY_FREE:
            return city_of(view).pool_free.balance
        case _:
            raise Bug(f"{account.book} is no payer's free account")


def count_hold(view: View, opened: int, closed: int) -> None:
    """Move the city's total of open holds."""
    city = city_of(view)
    holds = Totals(city.holds.debits + closed, city.holds.credits + opened)
    view.put(replace(city, holds=holds))


def credit_person(view: View, source: Account, person_id: Id, minutes: int, cap_min: int) -> Credit:
    """Pay minutes into a person's store up to the cap (0 for none), the surplus into the pool of their home.

    A closed account gets nothing: an order that outlived it fills the pool.
    """
    person = view.need(Person, person_id)
    room = max(0, cap_min - person.store_min) if cap_min else minutes
    room = 0 if person.status == CLOSED else room
    credited = min(minutes, room)
    post(
        view,
        (
            Leg(source, Account(Book.AVAILABLE, person.id), credited),
            Leg(source, Account(Book.POOL_FREE, person.home.encode()), minutes - credited),
        ),
    )
    return Credit(credited, minutes - credited)


def give_back(view: View, at: Moment, held: Account, free: Account, minutes: int) -> None:
    """Return held minutes to their owner; a fund of a year that is over returns them to ``issue`` at once."""
    post(view, (Leg(held, free, minutes),))
    settle_closed_year(view, at, free, minutes)


def settle_closed_year(view: View, at: Moment, free: Account, minutes: int) -> None:
    """Return minutes that came back to a fund of a year that is over to ``issue`` (I7)."""
    if free.book is not Book.FUND_FREE:
        return
    year, _ = civil(at.time_ms)
    if view.need(Fund, free.owner).year < year:
        post(view, (Leg(free, ISSUE, minutes),))
