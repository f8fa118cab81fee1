"""The accounting identities of the whole ledger, on running totals.

Summed in full at start, by the auditor and in tests; here they are checked after every block, at the price of reading
one record a district.
"""

from collections.abc import Iterable

from node.chain.errors import Bug
from node.chain.policy import Policy
from node.chain.records import StateRecord
from node.chain.records.accounts import Budget, District
from node.chain.records.actors import Person
from node.chain.records.settings import PolicyRecord, policy_id
from node.chain.state import View, city_of, district_of


def check_identities(view: View, districts: Iterable[str]) -> None:
    """The accounting identities on running totals, after every block.

    I1: honour, claims and capacity each sum to zero with their contra accounts (for coins it holds by the form of
    ``post``: each leg debits and credits the same minutes). I2: minted - returned = all holdings. I3: all held accounts
    = all open holds. I4: what this block minted and what it held of allowances is within the policy. I5: paid =
    credited + overflow + team. I6: a district's holdings = minted - returned + net inflow. I7: closed funds have
    nothing free. I8: claims and honour minutes of all districts are what was opened or entered and not ended.

    Raises:
        Bug: an identity does not hold; the block must not become state.
    """
    city = city_of(view)
    total = city.pool_free.balance + city.pool_held.balance
    honour = claims = capacity = 0
    for district in [district_of(view, code) for code in districts]:
        held = district_holdings(district)
        expected = district.minted - district.returned + district.inflow.balance
        if held != expected:
            raise Bug(f"I6 in {district.code}: holdings {held}, flows {expected}")
        total += held
        honour += district.honour.balance
        claims += district.claims.balance
        capacity += district.capacity.balance
    if total != -city.issue.balance:
        raise Bug(f"I2: holdings {total}, issued {-city.issue.balance}")
    if city.held.balance != city.holds.balance:
        raise Bug(f"I3: held accounts {city.held.balance}, open holds {city.holds.balance}")
    if city.paid != city.credited + city.overflow + city.team:
        raise Bug("I5: paid is not credited + overflow + team")
    if city.closed_free.balance != 0:
        raise Bug(f"I7: closed funds have {city.closed_free.balance} free")
    if (honour, claims) != (-city.honour.balance, -city.claims.balance):
        raise Bug(f"I8: honour {honour}, claims {claims}, contra {city.honour}, {city.claims}")
    if capacity + city.capacity_used != -city.capacity.balance:
        raise Bug(f"I1: capacity {capacity}, used {city.capacity_used}, contra {city.capacity}")
    policy = view.need(PolicyRecord, policy_id(city.policy_version)).policy
    for key, record in view.changes.items():
        _check_bounds(view, key, record, policy)


def _check_bounds(view: View, key: bytes, record: StateRecord | None, policy: Policy) -> None:
    """I4, where this block changed something: a later policy may be narrower than what stands already."""
    match record:
        case Budget():
            voted = policy.budget(record.purpose)
            if voted is None or record.minted > voted:
                raise Bug(f"I4: {record.minted} minted for {record.purpose}, voted {voted}")
        case Person(allowances=allowances) if allowances:
            before = view.parent.read(key)
            known = before.allowances if isinstance(before, Person) else ()
            sums = {a.month: a.held + a.used for a in known}
            limit = policy.issuance.allowance_month_min
            for allowance in allowances:
                used = allowance.held + allowance.used
                if used > max(limit, sums.get(allowance.month, 0)):
                    raise Bug(f"I4: an allowance of {used} in {allowance.month}, at most {limit}")
        case _:
            return


def district_holdings(district: District) -> int:
    """Minutes at home in a district: persons, funds, pool, teams, providers and retired."""
    return (
        district.persons.balance
        + district.funds.balance
        + district.pool_free.balance
        + district.pool_held.balance
        + district.teams.balance
        + district.providers.balance
        + district.retired.balance
    )
