"""The supply statement: where every issued minute is, from the running totals of city and districts.

Each statement has all totals of its record, whatever kinds of account the city keeps, and the sums that the
accounting identities speak of: outstanding = issued - returned = all holdings, and a district's holdings = minted -
returned + net inflow.
"""

from node.api.views import Json, view
from node.chain.books import district_holdings
from node.chain.records.accounts import City, District


def district_supply(district: District) -> dict[str, Json]:
    """The statement of one district."""
    sums: dict[str, Json] = {
        "holdings_min": district_holdings(district),
        "net_inflow_min": district.inflow.balance,
    }
    return _totals(district) | sums


def city_supply(city: City) -> dict[str, Json]:
    """The statement of the whole city."""
    sums: dict[str, Json] = {
        "issued_min": city.issue.debits,
        "returned_min": city.issue.credits,
        "outstanding_min": -city.issue.balance,
    }
    return _totals(city) | sums


def _totals(record: City | District) -> dict[str, Json]:
    return {name: value for name, value in view(record).items() if name != "touch"}
