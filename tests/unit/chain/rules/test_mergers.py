"""A district becomes part of another: persons, pool and funds go over some at a time; every sum holds."""

import pytest

from node.chain.errors import ErrorCode
from node.chain.records.accounts import District, Fund, fund_id
from node.chain.records.authorities import Merger
from node.chain.seats import current_set, schedule_of
from node.chain.state import View
from node.chain.tx.authorities import (
    AddAuthority,
    FundName,
    MergeDistrict,
    MoveHomes,
    RemoveAuthority,
)
from node.chain.tx.governance import ProposeMotion
from node.chain.tx.transfers import Donate
from node.chain.types import Code, Id, Minutes
from tests.authority_city import EVIDENCE, AuthorityCity, authority
from tests.kernel_city import DISTRICTS, GULOU, JIANYE, SITE

LAST = DISTRICTS[3]
YEAR, PURPOSE = 2026, Code("key-elders")


def merged() -> tuple[AuthorityCity, Id]:
    """Xuanwu is part of Gulou; a volunteer and a fund are still at home in it, its pool is not."""
    city = AuthorityCity()
    elder = city.new_person("elder", LAST, serve=False, funded=True)
    li = city.new_person("li", LAST)
    city.mint(LAST, 600)
    order = city.request(
        elder, elder, payer_kind="fund", payer=b"", district=LAST, expected_min=Minutes(120)
    )
    city.publish(order)
    city.accept(order, li)
    city.serve(order, 120)
    city.confirm(order, elder)
    city.wait(25 * 3_600_000)
    city.do(li, Donate(Code("district"), Minutes(30)))
    city.change(MergeDistrict(LAST, GULOU))
    city.wait(1_000)
    city.wait(1_000)
    return city, li


def holdings(city: AuthorityCity, code: Code) -> tuple[int, int, int]:
    district = city.get(District, code.encode())
    return district.persons.balance, district.funds.balance, district.pool_free.balance


@pytest.mark.feature("B6")
def test_a_merged_district_has_no_seat_and_its_pool_is_its_successors() -> None:
    """At once with the change of the set; the totals of both districts say so."""
    city, _ = merged()
    assert LAST not in [m.district for m in current_set(View(city.ledger)).members]
    assert city.get(Merger, LAST.encode()).successor == GULOU
    assert holdings(city, LAST)[2] == 0
    assert holdings(city, GULOU)[2] == 30


@pytest.mark.feature("B6")
def test_persons_and_funds_move_with_all_their_minutes() -> None:
    """The volunteer keeps minutes and gets the successor's next number; the fund's free minutes follow."""
    city, li = merged()
    before, number = city.person(li), city.get(District, GULOU.encode()).next_number
    names = (FundName(YEAR, PURPOSE),)
    city.do(city.operator(GULOU), MoveHomes(LAST, SITE, (li,), names))
    after = city.person(li)
    assert (after.home, after.site, after.number) == (GULOU, SITE, number)
    assert (after.available, after.held, after.lanes) == (
        before.available,
        before.held,
        before.lanes,
    )
    assert holdings(city, LAST) == (0, 0, 0)
    assert holdings(city, GULOU)[0] == before.store_min
    fund = city.get(Fund, fund_id(GULOU, YEAR, PURPOSE))
    assert fund.free.balance == 600 - 120
    assert fund.due_ms == city.get(Fund, fund_id(LAST, YEAR, PURPOSE)).due_ms > 0
    city.do(li, Donate(Code("district"), Minutes(30)))
    assert holdings(city, GULOU)[2] == 60


def test_moves_are_refused_where_nothing_is_to_be_moved() -> None:
    """No merger, no such site, a person of another district, an unknown fund, somebody without a seat."""
    city, li = merged()
    other = city.new_person("wang", JIANYE)
    cases = (
        (MoveHomes(JIANYE, SITE, (other,), ()), ErrorCode.NO_SUCH_OBJECT),
        (MoveHomes(LAST, Code("nowhere"), (li,), ()), ErrorCode.NO_SUCH_OBJECT),
        (MoveHomes(LAST, SITE, (other,), ()), ErrorCode.WRONG_DISTRICT),
        (MoveHomes(LAST, SITE, (Id(bytes(16)),), ()), ErrorCode.NO_SUCH_OBJECT),
        (MoveHomes(LAST, SITE, (), (FundName(2001, PURPOSE),)), ErrorCode.NO_SUCH_OBJECT),
    )
    for body, code in cases:
        assert city.refusal(city.operator(GULOU), body) is code
    move = MoveHomes(LAST, SITE, (li,), ())
    assert city.refusal(city.staff("reviewer", GULOU), move) is ErrorCode.NOT_AUTHORITY
    assert city.refusal(city.operator(LAST), move) is ErrorCode.SENDER_HAS_NO_KEY


def test_a_merged_district_gets_no_seat_and_merges_no_more() -> None:
    """Neither as the one that goes, nor as the one that takes."""
    city, _ = merged()
    operator = city.operator(GULOU)
    for subject in (
        AddAuthority(authority(LAST, "/2"), ()),
        MergeDistrict(LAST, JIANYE),
        MergeDistrict(JIANYE, LAST),
    ):
        body = ProposeMotion(subject, EVIDENCE)
        assert city.refusal(operator, body) is ErrorCode.WRONG_STATE


def test_a_district_without_a_seat_merges_at_once() -> None:
    """Nothing of the set changes, so nothing waits."""
    city = AuthorityCity()
    city.change(RemoveAuthority(LAST))
    for _ in range(2):
        city.wait(1_000)
    city.change(MergeDistrict(LAST, GULOU))
    assert city.get(Merger, LAST.encode()).since_height == city.ledger.height
    assert schedule_of(View(city.ledger)).waiting == ()
