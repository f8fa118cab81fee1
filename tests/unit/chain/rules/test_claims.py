"""Claims, compensation and donations taken back: what follows when something went wrong."""

import pytest
from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.policy import DAY_MS, PersonPolicy, Policy
from node.chain.records import key_of
from node.chain.records.accounts import City, District
from node.chain.records.corrections import Claim, Correction, Donation
from node.chain.tx.corrections import Compensate, Repay, UndoDonation, WriteOff
from node.chain.tx.organisation import Propose
from node.chain.tx.transfers import Donate
from node.chain.types import ZERO_HASH, Code, Height, Id, Minutes
from tests.kernel_city import GULOU, JIANYE
from tests.money_city import EVIDENCE, MoneyCity

STAFF = ("arbiter", "treasurer")


def refused(city: MoneyCity, action: object, part: str = "arbiter") -> ErrorCode:
    """Why a proposal is refused."""
    return city.refusal(city.staff(part, GULOU), Propose(action))  # type: ignore[arg-type]


def claimed(city: MoneyCity) -> Claim:
    """A volunteer who gave two hours away is claimed for them."""
    payer, volunteer = city.new_person("payer"), city.new_person("volunteer", JIANYE)
    city.earn(payer, 120)
    order = city.settle_order(payer, volunteer, 120)
    city.do(volunteer, Donate(Code("city"), Minutes(120)))
    city.agree(city.corrected(order, 0), by=STAFF)
    return city.get(Claim, city.get(Correction, order).claim)


def test_a_claim_is_repaid_by_the_person_into_the_pool() -> None:
    """Half an hour earned later goes to the pool that made, or would have made, the payer whole."""
    city = MoneyCity()
    claim = claimed(city)
    assert city.refusal(claim.person, Repay(claim.id, Minutes(30))) is (
        ErrorCode.INSUFFICIENT_MINUTES
    )
    city.earn(claim.person, 60)
    stranger = city.new_person("stranger")
    assert city.refusal(stranger, Repay(claim.id, Minutes(30))) is ErrorCode.NOT_A_PARTY
    for minutes in (0, 121):
        fault = city.refusal(claim.person, Repay(claim.id, Minutes(minutes)))
        assert fault is ErrorCode.MINUTES_OUT_OF_RANGE
    city.do(claim.person, Repay(claim.id, Minutes(30)))
    assert city.get(Claim, claim.id).left_min == 90
    assert city.get(District, b"gulou").pool_free.balance == 30


def test_a_write_off_cancels_a_claim_and_moves_no_coin() -> None:
    """The supply and every store stay as they are."""
    city = MoneyCity()
    claim = claimed(city)
    action = WriteOff(claim.id, claim.origin, Minutes(100), EVIDENCE)
    assert refused(city, replace(action, minutes=Minutes(121))) is ErrorCode.MINUTES_OUT_OF_RANGE
    assert refused(city, replace(action, origin=ZERO_HASH)) is ErrorCode.STALE_OBJECT
    missing = city.refusal(
        city.staff("arbiter", JIANYE), Propose(replace(action, evidence=ZERO_HASH))
    )
    assert missing is ErrorCode.RECORD_FIELD_MISSING
    supply, store = city.get(City, b"city").issue, city.person(claim.person).store_min
    city.agree(action, JIANYE, by=STAFF)
    assert city.get(Claim, claim.id).left_min == 20
    after = city.get(City, b"city")
    assert (after.issue, city.person(claim.person).store_min) == (supply, store)
    assert (after.claims.balance, after.claims_written_off) == (-20, 100)


@pytest.mark.feature("D9")
@pytest.mark.feature("E3")
def test_compensation_comes_from_the_pool_by_a_named_rule() -> None:
    """Not without a rule, not without evidence, not more than the pool has."""
    city = MoneyCity()
    elder, donor = city.new_person("elder"), city.new_person("donor")
    action = Compensate(elder, Minutes(60), Code("pool.harm"), EVIDENCE)
    assert refused(city, action) is ErrorCode.POOL_EMPTY
    assert refused(city, replace(action, rule=Code("-"))) is ErrorCode.RULE_MISSING
    assert refused(city, replace(action, evidence=ZERO_HASH)) is ErrorCode.RECORD_FIELD_MISSING
    assert refused(city, replace(action, minutes=Minutes(0))) is ErrorCode.MINUTES_OUT_OF_RANGE
    nobody = replace(action, person=Id(bytes(16)))
    assert refused(city, nobody) is ErrorCode.UNKNOWN_RECIPIENT
    city.earn(donor, 60)
    city.do(donor, Donate(Code("district"), Minutes(60)))
    waiting = city.propose(city.staff("arbiter", GULOU), action)
    city.agree(action, by=STAFF)
    assert city.person(elder).available.balance == 60
    assert city.get(District, b"gulou").pool_free.balance == 0
    assert city.refusal(city.staff("treasurer", GULOU), waiting) is ErrorCode.POOL_EMPTY


def generous() -> MoneyCity:
    """A city in which donations above an hour may be taken back."""
    return MoneyCity(
        Policy(1, Height(0), persons=PersonPolicy(donation_undo_above_min=Minutes(60)))
    )


@pytest.mark.parametrize("pool", ["district", "city"])
def test_a_large_donation_goes_back_within_its_days_as_far_as_the_pool_reaches(pool: str) -> None:
    """Ninety minutes given; the pool still has them."""
    city = generous()
    donor = city.new_person("donor")
    city.earn(donor, 150)
    city.do(donor, Donate(Code(pool), Minutes(60)))
    assert city.ledger.read(key_of(Donation, city.last_created(donor))) is None
    city.do(donor, Donate(Code(pool), Minutes(90)))
    donation = city.get(Donation, city.last_created(donor))
    action = UndoDonation(donation.id, donation.origin, EVIDENCE)
    assert refused(city, replace(action, origin=ZERO_HASH)) is ErrorCode.STALE_OBJECT
    assert refused(city, replace(action, evidence=ZERO_HASH)) is ErrorCode.RECORD_FIELD_MISSING
    city.agree(action, by=STAFF)
    assert city.person(donor).available.balance == 90
    assert refused(city, action) is ErrorCode.NO_SUCH_OBJECT


def test_a_donation_is_final_after_its_days() -> None:
    """The timer forgets it; before the timer has run, the block time decides."""
    city = generous()
    donor = city.new_person("donor")
    city.earn(donor, 90)
    city.do(donor, Donate(Code("district"), Minutes(90)))
    donation = city.get(Donation, city.last_created(donor))
    body = Propose(UndoDonation(donation.id, donation.origin, EVIDENCE))
    arbiter = city.staff("arbiter", GULOU)
    assert city.refusal_before_timers(arbiter, body, 7 * DAY_MS) is ErrorCode.TOO_LATE
    assert city.fault(arbiter, body, 7 * DAY_MS - 60_000) is None
    city.wait(7 * DAY_MS)
    assert city.ledger.read(key_of(Donation, donation.id)) is None


def test_an_empty_pool_gives_no_donation_back() -> None:
    """What the pool has meanwhile given to others stays with them."""
    city = generous()
    donor, elder = city.new_person("donor"), city.new_person("elder")
    city.earn(donor, 90)
    city.do(donor, Donate(Code("district"), Minutes(90)))
    donation = city.get(Donation, city.last_created(donor))
    action = UndoDonation(donation.id, donation.origin, EVIDENCE)
    city.agree(Compensate(elder, Minutes(60), Code("pool.harm"), EVIDENCE), by=STAFF)
    waiting = city.propose(city.staff("arbiter", GULOU), action)
    city.agree(action, by=STAFF)
    assert city.person(donor).available.balance == 30
    assert city.refusal(city.staff("treasurer", GULOU), waiting) is ErrorCode.NO_SUCH_OBJECT
    city.earn(donor, 90)
    city.do(donor, Donate(Code("district"), Minutes(90)))
    again = city.get(Donation, city.last_created(donor))
    city.agree(Compensate(elder, Minutes(90), Code("pool.harm"), EVIDENCE), by=STAFF)
    empty = UndoDonation(again.id, again.origin, EVIDENCE)
    assert refused(city, empty) is ErrorCode.POOL_EMPTY
