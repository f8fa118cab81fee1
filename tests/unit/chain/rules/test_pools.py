"""Minutes between the pool of a district and the city's."""

import pytest
from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.records.accounts import City, District, Position, position_id
from node.chain.tx.organisation import Propose
from node.chain.tx.pools import ShiftPool
from node.chain.tx.transfers import Donate
from node.chain.types import ZERO_HASH, Code, Minutes
from tests.kernel_city import GULOU, JIANYE
from tests.money_city import EVIDENCE, MoneyCity

TREASURY = ("treasurer", "second-treasurer")


def refused(city: MoneyCity, action: ShiftPool, part: str = "treasurer") -> ErrorCode:
    """Why a proposal is refused."""
    return city.refusal(city.staff(part, GULOU), Propose(action))


@pytest.mark.feature("E3")
def test_pools_help_each_other_by_a_named_rule_and_never_go_negative() -> None:
    """An hour from Gulou to the city, half of it on to Jianye; positions move, the supply does not."""
    city = MoneyCity()
    donor = city.new_person("donor")
    city.earn(donor, 60)
    city.do(donor, Donate(Code("district"), Minutes(60)))
    action = ShiftPool(GULOU, Code("city"), Minutes(60), Code("pool.solidarity"), EVIDENCE)
    cases = (
        (replace(action, minutes=Minutes(61)), ErrorCode.POOL_EMPTY),
        (replace(action, target=Code("district")), ErrorCode.POOL_EMPTY),
        (replace(action, target=JIANYE), ErrorCode.BAD_FIELD),
        (replace(action, minutes=Minutes(0)), ErrorCode.MINUTES_OUT_OF_RANGE),
        (replace(action, rule=Code("-")), ErrorCode.RULE_MISSING),
        (replace(action, evidence=ZERO_HASH), ErrorCode.RECORD_FIELD_MISSING),
        (replace(action, district=Code("nowhere")), ErrorCode.NO_SUCH_OBJECT),
    )
    for wrong, code in cases:
        assert refused(city, wrong) is code
    assert refused(city, action, "arbiter") is ErrorCode.ROLE_MISSING
    city.agree(action, by=TREASURY)
    assert city.get(City, b"city").pool_free.balance == 60
    on = ShiftPool(JIANYE, Code("district"), Minutes(30), Code("pool.solidarity"), EVIDENCE)
    city.agree(on, JIANYE, by=TREASURY)
    assert city.get(District, b"jianye").pool_free.balance == 30
    assert city.get(Position, position_id(Code("city"), JIANYE)).flow.balance == -30
    assert city.get(City, b"city").issue.balance == -60
