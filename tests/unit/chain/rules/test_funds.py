"""The public fund's year, the supply, and what the pool pays for."""

import pytest
from msgspec.structs import replace

from node.chain.books import check_identities
from node.chain.errors import Bug, ErrorCode
from node.chain.policy import (
    HOUR_MS,
    IssuancePolicy,
    PersonPolicy,
    Policy,
    civil,
    year_start_ms,
)
from node.chain.records import key_of
from node.chain.records.accounts import City, District, Fund, fund_id
from node.chain.state import Account, Book, Leg, View, post
from node.chain.tx.issuance import ProposeMint, VoteMint
from node.chain.tx.orders import Cancel, Request
from node.chain.tx.transfers import Donate
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Height, Minutes
from tests.kernel_city import DISTRICTS, GULOU, JIANYE, SITE
from tests.money_city import MoneyCity

FUND_2026 = fund_id(GULOU, 2026, Code("key-elders"))
FUND_2027 = fund_id(GULOU, 2027, Code("key-elders"))
NEW_YEAR_MS = year_start_ms(2027)


@pytest.mark.parametrize("year", [1970, 1999, 2000, 2001, 2024, 2025, 2026, 2027, 2100, 2101, 2400])
def test_a_year_begins_where_the_calendar_says(year: int) -> None:
    """The first millisecond of a year and the last of the one before, in UTC+8."""
    assert civil(year_start_ms(year)) == (year, 1)
    assert civil(year_start_ms(year) - 1) == (year - 1, 12)


def test_the_free_minutes_of_a_fund_return_at_the_first_block_of_the_new_year() -> None:
    """Not a block earlier; the fund of the new year is not touched."""
    city = MoneyCity()
    city.mint(GULOU, 600)
    city.mint(GULOU, 700, year=2027)
    city.mint(JIANYE, 500)
    city.wait(NEW_YEAR_MS - 1 - city.now_ms)
    assert city.get(Fund, FUND_2026).free.balance == 600
    city.wait(1)
    closed = city.get(Fund, FUND_2026)
    assert (closed.free.balance, closed.due_ms) == (0, 0)
    assert city.get(Fund, FUND_2027).free.balance == 700
    assert city.get(District, b"gulou").returned == 600
    assert city.get(City, b"city").issue.balance == -700


def test_a_hold_released_into_a_closed_year_returns_in_the_same_transaction() -> None:
    """An order of the last evening is cancelled after midnight: its hour leaves the supply."""
    city = MoneyCity()
    elder = city.new_person("elder", serve=False, funded=True)
    volunteer = city.new_person("volunteer")
    city.mint(GULOU, 600)
    city.wait(NEW_YEAR_MS - 3 * HOUR_MS - city.now_ms)
    order = city.request(elder, elder, payer_kind="fund", payer=NO_ID)
    city.publish(order)
    city.accept(order, volunteer)
    city.wait(NEW_YEAR_MS - city.now_ms)
    fund = city.get(Fund, FUND_2026)
    assert (fund.free.balance, fund.held.balance) == (0, 60)
    city.do(elder, Cancel(order, Code("late")))
    fund = city.get(Fund, FUND_2026)
    assert (fund.free.balance, fund.held.balance) == (0, 0)
    assert city.get(City, b"city").issue.balance == 0


def test_a_closed_fund_with_free_minutes_would_stop_the_chain() -> None:
    """Were a rule to leave minutes in a closed fund, I7 would not hold and the block would not become state."""
    city = MoneyCity()
    city.mint(GULOU, 600)
    city.mint(GULOU, 700, year=2027)
    city.wait(NEW_YEAR_MS - city.now_ms)
    view = View(city.ledger)
    closed, open_ = (Account(Book.FUND_FREE, key) for key in (FUND_2026, FUND_2027))
    post(view, (Leg(open_, closed, 1),))
    with pytest.raises(Bug, match="I7"):
        check_identities(view, city.ledger.districts)


@pytest.mark.parametrize(
    ("change", "identity"),
    [
        ({"paid": 1}, "I5"),
        ({"capacity_used": 1}, "I1"),
        ({"claims": "more"}, "I8"),
        ({"honour": "more"}, "I8"),
        ({"holds": "more"}, "I3"),
        ({"issue": "more"}, "I2"),
    ],
)
def test_a_planted_error_in_the_running_totals_is_found(
    change: dict[str, object], identity: str
) -> None:
    """One minute too many in one total, and the block is ours to refuse."""
    city = MoneyCity()
    city.mint(GULOU, 600)
    view = View(city.ledger)
    record = city.get(City, b"city")
    [(name, value)] = change.items()
    if value == "more":
        totals = getattr(record, name)
        value = replace(totals, debits=totals.debits + 1)
    view.put(replace(record, **{name: value}))  # type: ignore[arg-type]
    with pytest.raises(Bug, match=identity):
        check_identities(view, city.ledger.districts)


def test_an_allowance_beyond_the_policy_would_stop_the_chain() -> None:
    """I4 is checked for what a block changed."""
    city = MoneyCity(Policy(1, Height(0), issuance=IssuancePolicy(allowance_month_min=Minutes(60))))
    elder = city.new_person("elder", serve=False, funded=True)
    city.earn(city.new_person("volunteer"))
    allowed = next(p for p in city.ledger.records.values() if getattr(p, "allowances", ()) != ())
    view = View(city.ledger)
    too_much = replace(allowed.allowances[0], used=Minutes(61))  # type: ignore[union-attr]
    view.put(replace(city.person(elder), allowances=(too_much,)))
    with pytest.raises(Bug, match="I4"):
        check_identities(view, city.ledger.districts)


@pytest.mark.feature("E2")
def test_purposes_without_a_budget_cannot_be_minted() -> None:
    """Correction, honour and starter have none by default; an unknown purpose has none ever."""
    city = MoneyCity()
    operator = city.operator(GULOU)
    for purpose in ("correction", "honour", "starter"):
        body = ProposeMint(GULOU, 2026, Code(purpose), Minutes(1), ZERO_HASH)
        assert city.refusal(operator, body) is ErrorCode.BUDGET_EXCEEDED
    unknown = ProposeMint(GULOU, 2026, Code("party"), Minutes(1), ZERO_HASH)
    assert city.refusal(operator, unknown) is ErrorCode.PURPOSE_UNKNOWN


@pytest.mark.feature("E2")
def test_a_mint_needs_its_share_of_voices() -> None:
    """Two of four do not make minutes; a third does, and the arithmetic is that of every motion."""
    city = MoneyCity()
    first, second, third, _ = (city.operator(code) for code in DISTRICTS)
    receipt = city.do(first, ProposeMint(GULOU, 2026, Code("key-elders"), Minutes(600), ZERO_HASH))
    mint = city.last_created(first)
    city.do(second, VoteMint(mint, receipt.tx_id, 1))
    assert city.ledger.read(key_of(Fund, FUND_2026)) is None
    city.do(third, VoteMint(mint, receipt.tx_id, 1))
    assert city.get(Fund, FUND_2026).free.balance == 600


@pytest.mark.feature("A8")
def test_the_supply_is_what_people_pools_funds_and_providers_hold() -> None:
    """After earning, donating and a year's end; the audit after every block added everything up."""
    city = MoneyCity()
    volunteer = city.new_person("volunteer", JIANYE)
    city.earn(volunteer, 120)
    city.do(volunteer, Donate(Code("district"), Minutes(30)))
    city.do(volunteer, Donate(Code("city"), Minutes(30)))
    city.wait(NEW_YEAR_MS - city.now_ms)
    gulou, jianye = city.get(District, b"gulou"), city.get(District, b"jianye")
    assert (gulou.minted, gulou.returned, gulou.inflow.balance) == (120, 0, -120)
    assert (jianye.persons.balance, jianye.pool_free.balance) == (60, 30)
    assert jianye.inflow.balance == 90
    assert city.get(City, b"city").issue.balance == -120


@pytest.mark.feature("E3")
def test_a_deposit_across_the_cap_sends_the_rest_to_the_pool_at_once() -> None:
    """A store of 90 with a cap of 100 takes 10 of 60; the same block shows 50 in the pool."""
    city = MoneyCity(Policy(1, Height(0), persons=PersonPolicy(cap_min=Minutes(100))))
    volunteer = city.new_person("volunteer")
    city.earn(volunteer, 90)
    city.earn(volunteer, 60)
    assert city.person(volunteer).store_min == 100
    assert city.get(District, b"gulou").pool_free.balance == 50


@pytest.mark.feature("E3")
def test_a_pool_pays_only_by_a_rule_for_the_flagged_and_never_goes_negative() -> None:
    """Without a rule refused; without the flag refused; without minutes refused; then the last minute is drawn."""
    city = MoneyCity()
    elder, donor = city.new_person("elder"), city.new_person("donor")
    stranger = city.new_person("stranger", receive=False)
    pool = {"payer_kind": "pool", "payer": NO_ID}

    def body(**changes: object) -> Request:
        values: dict[str, object] = {
            "recipient": elder,
            "payer_kind": "pool",
            "payer": NO_ID,
            "service": "company",
            "district": GULOU,
            "site": SITE,
            "start_ms": EpochMs(city.now_ms + 2 * HOUR_MS),
            "expected_min": Minutes(60),
            "invited": NO_ID,
            "job": NO_ID,
            "rule": "-",
            "consent": "own-key",
            "consent_evidence": ZERO_HASH,
            "detail": ZERO_HASH,
        }
        return Request(**(values | changes))  # type: ignore[arg-type]

    assert city.refusal(elder, body()) is ErrorCode.RULE_MISSING
    unflagged = city.request(stranger, stranger, rule="pool.emergency", **pool)
    with pytest.raises(Exception, match="not_may_receive"):
        city.publish(unflagged)
    dry = city.request(elder, elder, rule="pool.emergency", **pool)
    with pytest.raises(Exception, match=r"insufficient_minutes|pool_empty"):
        city.publish(dry)
    city.earn(donor, 60)
    city.do(donor, Donate(Code("district"), Minutes(60)))
    order = city.settle_order(elder, donor, rule="pool.emergency", **pool)
    assert city.order(order).rule == "pool.emergency"
    assert city.get(District, b"gulou").pool_free.balance == 0


@pytest.mark.feature("D8")
@pytest.mark.parametrize(("hours", "stars"), [(100, 1), (300, 2), (600, 3), (1_000, 4), (1_500, 5)])
def test_a_star_is_reached_exactly_at_its_threshold(hours: int, stars: int) -> None:
    """A minute less is the star before; nothing lies between."""
    policy = PersonPolicy()
    assert policy.star_level(hours * 60 - 1) == stars - 1
    assert policy.star_level(hours * 60) == stars
    assert policy.star_level(hours * 60 + 1) == stars


def test_stars_begin_at_none_and_end_at_the_last() -> None:
    """Nothing served, and far more than the last threshold."""
    assert PersonPolicy().star_level(0) == 0
    assert PersonPolicy().star_level(10**9) == 5
    assert PersonPolicy(star_hours=()).star_level(10**9) == 0


@pytest.mark.feature("E5")
@pytest.mark.parametrize(("store", "near"), [(71_999, False), (72_000, True), (90_000, True)])
def test_wallets_warn_from_four_fifths_of_the_cap(store: int, near: bool) -> None:
    """1,200 of 1,500 hours, to the minute."""
    assert PersonPolicy().is_near_cap(store) is near


def test_without_a_cap_there_is_nothing_to_warn_of() -> None:
    """Beijing's coins are a goal, not a limit."""
    assert not PersonPolicy(cap_min=Minutes(0)).is_near_cap(10**9)
