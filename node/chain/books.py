"""The accounting identities of the whole ledger, on running totals.

Summed in full at start, by the auditor and in tests; here they are checked after every block, at the price of reading
one record a district.
"""

from collections.abc import Iterable

from node.chain.errors import Bug
from node.chain.records.accounts import District
from node.chain.state import View, city_of, district_of


def check_identities(view: View, districts: Iterable[str]) -> None:
    """The accounting identities on running totals, after every block.

    I2: minted - returned = all holdings. I3: all held accounts = all open holds. I5: paid = credited + overflow + team.
    I6: a district's holdings = minted - returned + net inflow. (I1 holds by the form of ``post``: each leg debits and
    credits the same minutes.)

    Raises:
        Bug: an identity does not hold; the block must not become state.
    """
    city = city_of(view)
    total = city.pool_free.balance + city.pool_held.balance
    for district in [district_of(view, code) for code in districts]:
        held = district_holdings(district)
        expected = district.minted - district.returned + district.inflow.balance
        if held != expected:
            raise Bug(f"I6 in {district.code}: holdings {held}, flows {expected}")
        total += held
    if total != -city.issue.balance:
        raise Bug(f"I2: holdings {total}, issued {-city.issue.balance}")
    if city.held.balance != city.holds.balance:
        raise Bug(f"I3: held accounts {city.held.balance}, open holds {city.holds.balance}")
    if city.paid != city.credited + city.overflow + city.team:
        raise Bug("I5: paid is not credited + overflow + team")


def district_holdings(district: District) -> int:
    """Minutes at home in a district: persons, funds, pool, providers and retired."""
    return (
        district.persons.balance
        + district.funds.balance
        + district.pool_free.balance
        + district.pool_held.balance
        + district.providers.balance
        + district.retired.balance
    )
