"""Between pools: a district helps the city's pool, or the city's pool helps a district.

The city's pool is a home like any other, so the position between the two moves by itself; no pool goes below zero.
"""

from typing import Final

from node.chain.errors import Bug, ErrorCode
from node.chain.rules.actions import ActionFamily, Scope, Seconded
from node.chain.rules.guards import require, require_evidence
from node.chain.rules.payments import free_minutes
from node.chain.state import Account, Book, Leg, Moment, View, district_of, post
from node.chain.tx.organisation import MoneyAction
from node.chain.tx.pools import ShiftPool
from node.chain.types import Id


def _leg(action: ShiftPool) -> Leg:
    city = Account(Book.CITY_FREE, b"")
    district = Account(Book.POOL_FREE, action.district.encode())
    if action.target == "city":
        return Leg(district, city, action.minutes)
    return Leg(city, district, action.minutes)


def _check(view: View, _at: Moment, action: MoneyAction, _proposer: Id) -> Scope:
    match action:
        case ShiftPool():
            district_of(view, action.district)
            known = action.target in {"city", "district"}
            require(known, ErrorCode.BAD_FIELD, action.target)
            require(action.minutes > 0, ErrorCode.MINUTES_OUT_OF_RANGE, "0")
            require(action.rule != "-", ErrorCode.RULE_MISSING, "a pool pays by a named rule")
            require_evidence(action.evidence)
            free = free_minutes(view, _leg(action).source)
            require(action.minutes <= free, ErrorCode.POOL_EMPTY, f"{free} free")
            return Scope(action.district, frozenset())
        case _:
            raise Bug(f"{type(action).__name__} is no action of pools")


def _perform(view: View, _at: Moment, action: MoneyAction, _seconded: Seconded) -> None:
    match action:
        case ShiftPool():
            post(view, (_leg(action),))
        case _:
            raise Bug(f"{type(action).__name__} is no action of pools")


ACTIONS: Final = ActionFamily({ShiftPool: (("treasurer",), ("treasurer",))}, _check, _perform)
