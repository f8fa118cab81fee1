"""The main story through the rules alone: earned in one district, redeemed in another, given to a parent."""

import pytest

from node.chain.lifecycle import State
from node.chain.policy import DAY_MS
from node.chain.records.accounts import Fund, Position, fund_id, position_id
from node.chain.tx.transfers import Donate, Give
from node.chain.types import Code, Minutes
from tests.kernel_city import GULOU, JIANYE, KernelCity


@pytest.mark.feature("B2")
@pytest.mark.feature("D2")
def test_an_hour_earned_in_gulou_is_redeemed_in_jianye_once() -> None:
    """Fund pays Li in Gulou; Li, visiting Jianye, is served by Wang there and pays with the earned hour."""
    city = KernelCity()
    zhao = city.new_person("zhao", GULOU, serve=False, funded=True)
    li = city.new_person("li", GULOU)
    wang = city.new_person("wang", JIANYE)
    city.mint(GULOU, 6_000)

    first = city.request(
        city.staff("recorder", GULOU),
        zhao,
        payer_kind="fund",
        payer=b"",
        consent="in-person",
        consent_evidence=bytes([1]) * 32,
    )
    city.publish(first)
    fund = city.get(Fund, fund_id(GULOU, 2026, Code("key-elders")))
    assert (fund.free.balance, fund.held.balance) == (5_940, 60)
    city.accept(first, li)
    city.serve(first, 60)
    city.confirm(first, zhao)
    city.wait(25 * 3_600_000)
    assert city.order(first).state is State.SETTLED
    assert city.person(li).available.balance == 60

    second = city.request(li, li, district=JIANYE)
    city.publish(second)
    assert (city.person(li).available.balance, city.person(li).held.balance) == (0, 60)
    city.accept(second, wang)
    city.serve(second, 60)
    city.confirm(second, li)
    city.wait(25 * 3_600_000)

    assert city.person(wang).available.balance == 60
    assert city.person(li).store_min == 0
    position = city.get(Position, position_id(GULOU, JIANYE))
    assert position.flow.balance == -60

    mother = city.new_person("mother", JIANYE)
    city.bind_kin(wang, mother)
    city.wait(8 * DAY_MS)
    city.do(wang, Give(mother, Minutes(30)))
    city.do(wang, Donate(Code("city"), Minutes(30)))
    assert city.person(mother).available.balance == 30
