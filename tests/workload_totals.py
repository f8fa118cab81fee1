"""A ledger's totals under the auditor's names, to hold a life's own books against."""

from collections.abc import Mapping

from node.chain.ledger import Ledger
from node.chain.records.accounts import City, District, Position
from node.chain.records.actors import Person


def totals_of(ledger: Ledger) -> Mapping[tuple[str, str], int]:
    """By (district or ``city``, name)."""
    found: dict[tuple[str, str], int] = {}
    held: dict[str, int] = {}
    for record in ledger.records.values():
        match record:
            case Person():
                held[record.home] = held.get(record.home, 0) + record.held.balance
            case City():
                found |= {("city", name): value for name, value in _city(record).items()}
            case District():
                found |= {(record.code, name): value for name, value in _district(record).items()}
            case _:
                pass
    funds = {
        code: sum(
            r.held.balance
            for r in ledger.records.values()
            if getattr(r, "district", "") == code and type(r).__name__ == "Fund"
        )
        for code in ledger.districts
    }
    for code in ledger.districts:
        found[code, "held_min"] = found[code, "held_min"] + held.get(code, 0) + funds[code]
    return found


def _city(city: City) -> Mapping[str, int]:
    return {
        "issued_min": city.issue.debits,
        "returned_min": city.issue.credits,
        "outstanding_min": -city.issue.balance,
        "held_min": city.held.balance,
        "pool_min": city.pool_free.balance + city.pool_held.balance,
        "paid_min": city.paid,
        "credited_min": city.credited,
        "overflow_min": city.overflow,
        "honour_min": -city.honour.balance,
        "capacity_min": -city.capacity.balance - city.capacity_used,
        "capacity_used_min": city.capacity_used,
        "persons": city.persons,
    }


def _district(one: District) -> Mapping[str, int]:
    return {
        "issued_min": one.minted,
        "returned_min": one.returned,
        "stores_min": one.persons.balance,
        "funds_min": one.funds.balance,
        "pool_min": one.pool_free.balance + one.pool_held.balance,
        "teams_min": one.teams.balance,
        "providers_min": one.providers.balance,
        "held_min": one.pool_held.balance,
        "earned_min": one.earned_min,
        "redeemed_min": one.redeemed_min,
        "funded_min": one.funded_min,
        "donated_min": one.donated_min,
        "gifted_min": one.gifted_min,
        "retired_min": one.retired.balance,
        "net_position_min": one.inflow.balance,
        "settled_orders": one.settled_orders,
        "on_behalf_orders": one.on_behalf_orders,
    }


def positions_of(ledger: Ledger) -> Mapping[tuple[str, str], int]:
    """(low, high) to the net minutes that came to the lower."""
    return {
        (r.low, r.high): r.flow.balance for r in ledger.records.values() if isinstance(r, Position)
    }


def stores_of(ledger: Ledger) -> Mapping[str, int]:
    """Minutes of every person who has some, by id in hex."""
    people = (r for r in ledger.records.values() if isinstance(r, Person))
    return {r.id.hex(): r.store_min for r in people if r.store_min}
