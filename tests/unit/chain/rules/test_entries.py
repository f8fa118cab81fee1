"""Manual entries (补录): honour minutes with two voices, quotas and evidence, never a coin by themselves."""

import pytest
from msgspec.structs import replace

from node.chain.errors import ErrorCode, Rejected
from node.chain.policy import DAY_MS, HOUR_MS, ManualPolicy, PersonPolicy, Policy, month_of
from node.chain.records.accounts import City, District, Fund, fund_id
from node.chain.records.entries import HonourEntry, RecorderMonth, SiteMonth
from node.chain.state import View
from node.chain.tx.entries import ConvertHonour, CorrectHonour, EnterHonour
from node.chain.tx.organisation import Propose
from node.chain.tx.transfers import Donate, Give
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Height, Id, Minutes
from node.chain.units import take_honour
from tests.kernel_city import GULOU, SITE
from tests.money_city import EVIDENCE, MoneyCity

STAFF = ("recorder", "second")
TREASURY = ("treasurer", "second-treasurer")


def entry(city: MoneyCity, person: Id, minutes: int = 60, **changes: object) -> EnterHonour:
    """An hour yesterday, on paper."""
    values: dict[str, object] = {
        "person": person,
        "district": GULOU,
        "site": SITE,
        "service": "company",
        "served_ms": EpochMs(city.now_ms - DAY_MS),
        "minutes": Minutes(minutes),
        "evidence": EVIDENCE,
    }
    return EnterHonour(**(values | changes))  # type: ignore[arg-type]


def refused(city: MoneyCity, action: object, part: str = "recorder") -> ErrorCode:
    """Why a proposal is refused."""
    return city.refusal(city.staff(part, GULOU), Propose(action))  # type: ignore[arg-type]


@pytest.mark.feature("F3")
def test_a_manual_entry_is_honour_minutes_with_recorder_and_second() -> None:
    """No coin, no star, nothing to give or donate; recorder, second, site and evidence stand in the entry."""
    city = MoneyCity()
    li = city.new_person("li")
    id_ = city.agree(entry(city, li), by=STAFF)
    found = city.get(HonourEntry, id_)
    assert found.recorder == city.staff("recorder", GULOU)
    assert found.seconder == city.staff("second", GULOU)
    assert (found.site, found.evidence, found.minutes) == (SITE, EVIDENCE, 60)
    person = city.person(li)
    assert (person.honour.balance, person.store_min) == (60, 0)
    assert (person.served_min, person.earned_min) == (0, 0)
    assert city.refusal(li, Donate(Code("district"), Minutes(1))) is ErrorCode.INSUFFICIENT_MINUTES
    kin = city.new_person("kin")
    city.bind_kin(li, kin)
    city.wait(8 * DAY_MS)
    assert city.refusal(li, Give(kin, Minutes(1))) is ErrorCode.INSUFFICIENT_MINUTES


@pytest.mark.feature("F3")
def test_manual_and_on_behalf_minutes_have_totals_of_their_own() -> None:
    """By person, by site and month, by recorder, by district; an order on behalf counts as what it is."""
    city = MoneyCity()
    li, elder = city.new_person("li"), city.new_person("elder", serve=False, funded=True)
    city.agree(entry(city, li, 120), by=STAFF)
    city.mint(GULOU, 600)
    recorder = city.staff("recorder", GULOU)
    order = city.request(
        recorder,
        elder,
        payer_kind="fund",
        payer=NO_ID,
        consent="in-person",
        consent_evidence=EVIDENCE,
    )
    city.publish(order)
    city.accept(order, li)
    city.serve(order)
    city.confirm(order, elder)
    city.wait(25 * HOUR_MS)
    month = month_of(city.now_ms)
    gulou = city.get(District, b"gulou")
    assert (gulou.honour.balance, gulou.on_behalf_orders, gulou.persons.balance) == (120, 1, 60)
    site = city.get(SiteMonth, f"gulou/{SITE}/{month}".encode())
    assert (site.entered_min, site.events) == (120, 0)
    assert city.get(RecorderMonth, recorder).entered_min == 120
    assert city.get(City, b"city").honour.balance == -120


@pytest.mark.feature("F3")
def test_quotas_bound_a_recorder_and_a_site_each_month() -> None:
    """The recorder's first; another recorder goes on until the site's is used; the next month begins anew."""
    manual = ManualPolicy(recorder_month_max_min=Minutes(120), site_month_max_min=Minutes(180))
    city = MoneyCity(Policy(1, Height(0), manual=manual))
    li = city.new_person("li")
    city.agree(entry(city, li, 120), by=STAFF)
    assert refused(city, entry(city, li, 1)) is ErrorCode.ENTRY_QUOTA
    assert refused(city, entry(city, li, 61), "clerk") is ErrorCode.ENTRY_QUOTA
    waiting = city.propose(city.staff("clerk", GULOU), entry(city, li, 60))
    city.agree(entry(city, li, 60), by=("clerk", "second"))
    assert city.refusal(city.staff("second", GULOU), waiting) is ErrorCode.ENTRY_QUOTA
    elsewhere = entry(city, li, 60, site=Code("site-2"))
    assert city.fault(city.staff("clerk", GULOU), Propose(elsewhere)) is None
    city.wait(31 * DAY_MS)
    city.agree(entry(city, li, 120), by=STAFF)
    assert city.person(li).honour.balance == 300


def test_an_entry_must_make_sense() -> None:
    """A known person, neither kin nor one of the two; known site and class; past; at most eight hours; evidence."""
    city = MoneyCity()
    li = city.new_person("li")
    recorder = city.staff("recorder", GULOU)
    cases = (
        (entry(city, Id(bytes(16))), ErrorCode.UNKNOWN_RECIPIENT),
        (entry(city, li, site=Code("nowhere")), ErrorCode.NO_SUCH_OBJECT),
        (entry(city, li, service=Code("nothing")), ErrorCode.UNKNOWN_SERVICE),
        (entry(city, li, 0), ErrorCode.MINUTES_OUT_OF_RANGE),
        (entry(city, li, 481), ErrorCode.MINUTES_OUT_OF_RANGE),
        (entry(city, li, served_ms=EpochMs(city.now_ms + DAY_MS)), ErrorCode.TOO_EARLY),
        (entry(city, li, evidence=ZERO_HASH), ErrorCode.RECORD_FIELD_MISSING),
        (entry(city, recorder), ErrorCode.SAME_PERSON),
    )
    for action, code in cases:
        assert refused(city, action) is code
    assert refused(city, entry(city, li), "arbiter") is ErrorCode.ROLE_MISSING
    second = city.staff("second", GULOU)
    for_second = city.propose(recorder, entry(city, second))
    assert city.refusal(second, for_second) is ErrorCode.SAME_PERSON
    own = city.propose(recorder, entry(city, li))
    assert city.refusal(recorder, own) is ErrorCode.ROLE_MISSING
    city.bind_kin(recorder, li)
    assert refused(city, entry(city, li)) is ErrorCode.RELATED_PERSONS


def test_an_entry_is_corrected_within_seven_days_and_final_after_them() -> None:
    """Half of it, then the rest, never more; by others than its recorder."""
    city = MoneyCity()
    li = city.new_person("li")
    id_ = city.agree(entry(city, li, 60), by=STAFF)
    found = city.get(HonourEntry, id_)
    action = CorrectHonour(id_, found.origin, Minutes(20), EVIDENCE)
    assert refused(city, action) is ErrorCode.SAME_PERSON
    assert refused(city, replace(action, minutes=Minutes(61)), "clerk") is (
        ErrorCode.MINUTES_OUT_OF_RANGE
    )
    assert refused(city, replace(action, minutes=Minutes(0)), "clerk") is (
        ErrorCode.MINUTES_OUT_OF_RANGE
    )
    assert refused(city, replace(action, origin=ZERO_HASH), "clerk") is ErrorCode.STALE_OBJECT
    assert refused(city, replace(action, evidence=ZERO_HASH), "clerk") is (
        ErrorCode.RECORD_FIELD_MISSING
    )
    assert refused(city, replace(action, entry=Id(bytes(16))), "clerk") is (
        ErrorCode.NO_SUCH_OBJECT
    )
    city.agree(action, by=("clerk", "second"))
    assert city.get(HonourEntry, id_).corrected_min == 20
    assert city.person(li).honour.balance == 40
    city.wait(7 * DAY_MS)
    assert refused(city, action, "clerk") is ErrorCode.TOO_LATE


def rich() -> MoneyCity:
    """A city that has voted a budget for honour minutes."""
    blank = Policy(1, Height(0), persons=PersonPolicy(cap_min=Minutes(100)))
    budgets = ((Code("honour"), Minutes(600)), (Code("key-elders"), Minutes(60_000)))
    return MoneyCity(replace(blank, issuance=replace(blank.issuance, budgets=budgets)))


@pytest.mark.feature("E2")
@pytest.mark.feature("F3")
def test_honour_does_not_become_coin_by_default() -> None:
    """Without a voted budget there is no honour fund, and nothing to convert from."""
    city = MoneyCity()
    li = city.new_person("li")
    city.agree(entry(city, li), by=STAFF)
    action = ConvertHonour(li, 2026, Minutes(60), EVIDENCE)
    assert refused(city, action, "treasurer") is ErrorCode.BUDGET_EXCEEDED


def test_honour_becomes_coin_out_of_a_voted_fund() -> None:
    """Sixty from the fund, sixty honour minutes gone; each unit still sums to zero."""
    city = rich()
    li = city.new_person("li")
    city.agree(entry(city, li, 120), by=STAFF)
    city.mint(GULOU, 200, purpose="honour")
    action = ConvertHonour(li, 2026, Minutes(60), EVIDENCE)
    cases = (
        (replace(action, year=2025), ErrorCode.YEAR_CLOSED),
        (replace(action, minutes=Minutes(0)), ErrorCode.MINUTES_OUT_OF_RANGE),
        (replace(action, minutes=Minutes(121)), ErrorCode.INSUFFICIENT_MINUTES),
        (replace(action, minutes=Minutes(101)), ErrorCode.CAP_REACHED),
        (replace(action, minutes=Minutes(201)), ErrorCode.BUDGET_EXCEEDED),
        (replace(action, evidence=ZERO_HASH), ErrorCode.RECORD_FIELD_MISSING),
        (replace(action, person=Id(bytes(16))), ErrorCode.UNKNOWN_RECIPIENT),
    )
    for wrong, code in cases:
        assert refused(city, wrong, "treasurer") is code
    city.agree(action, by=TREASURY)
    person = city.person(li)
    assert (person.available.balance, person.honour.balance, person.earned_min) == (60, 60, 0)
    fund = city.get(Fund, fund_id(GULOU, 2026, Code("honour")))
    assert fund.free.balance == 140
    assert city.get(City, b"city").honour.balance == -60


def test_converted_minutes_can_be_taken_back_only_as_honour_while_there_is_some() -> None:
    """An entry whose honour minutes are gone cannot be corrected below zero."""
    city = rich()
    li = city.new_person("li")
    id_ = city.agree(entry(city, li, 60), by=STAFF)
    city.mint(GULOU, 200, purpose="honour")
    city.agree(ConvertHonour(li, 2026, Minutes(60), EVIDENCE), by=TREASURY)
    action = CorrectHonour(id_, city.get(HonourEntry, id_).origin, Minutes(60), EVIDENCE)
    assert refused(city, action, "clerk") is ErrorCode.INSUFFICIENT_MINUTES


def test_nobody_gives_back_more_honour_minutes_than_they_have() -> None:
    """Whatever rule asks: the unit never goes below zero at a person."""
    city = MoneyCity()
    li = city.new_person("li")
    city.agree(entry(city, li, 60), by=STAFF)
    with pytest.raises(Rejected) as caught:
        take_honour(View(city.ledger), li, 61)
    assert caught.value.code is ErrorCode.INSUFFICIENT_MINUTES
