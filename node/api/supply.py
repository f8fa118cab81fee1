"""The supply statement: where every issued minute is, from the running totals of city and districts."""

from collections.abc import Sequence
from dataclasses import dataclass

from node.chain.books import district_holdings
from node.chain.records.accounts import City, District


@dataclass(frozen=True, slots=True)
class DistrictSupply:
    """One district; holdings are minted - returned + net inflow."""

    code: str
    holdings_min: int
    minted_min: int
    returned_min: int
    net_inflow_min: int
    persons_min: int
    funds_min: int
    pool_min: int
    """Free and held."""
    providers_min: int
    retired_min: int
    earned_min: int
    redeemed_min: int
    funded_min: int
    donated_min: int
    gifted_min: int
    settled_orders: int
    on_behalf_orders: int


@dataclass(frozen=True, slots=True)
class CitySupply:
    """The city; outstanding = issued - returned = all districts' holdings and the city pool."""

    issued_min: int
    returned_min: int
    outstanding_min: int
    city_pool_min: int
    """Free and held."""
    held_min: int
    """Held for open orders, in any account."""
    paid_min: int
    credited_min: int
    overflow_min: int
    team_min: int
    persons: int
    """Approved persons."""
    settled_orders: int


def district_supply(district: District) -> DistrictSupply:
    """The statement of one district."""
    return DistrictSupply(
        code=district.code,
        holdings_min=district_holdings(district),
        minted_min=district.minted,
        returned_min=district.returned,
        net_inflow_min=district.inflow.balance,
        persons_min=district.persons.balance,
        funds_min=district.funds.balance,
        pool_min=district.pool_free.balance + district.pool_held.balance,
        providers_min=district.providers.balance,
        retired_min=district.retired.balance,
        earned_min=district.earned_min,
        redeemed_min=district.redeemed_min,
        funded_min=district.funded_min,
        donated_min=district.donated_min,
        gifted_min=district.gifted_min,
        settled_orders=district.settled_orders,
        on_behalf_orders=district.on_behalf_orders,
    )


def city_supply(city: City, districts: Sequence[District]) -> CitySupply:
    """The statement of the whole city."""
    return CitySupply(
        issued_min=city.issue.debits,
        returned_min=city.issue.credits,
        outstanding_min=-city.issue.balance,
        city_pool_min=city.pool_free.balance + city.pool_held.balance,
        held_min=city.held.balance,
        paid_min=city.paid,
        credited_min=city.credited,
        overflow_min=city.overflow,
        team_min=city.team,
        persons=city.persons,
        settled_orders=sum(district.settled_orders for district in districts),
    )
