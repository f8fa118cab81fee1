"""Corrections, claims, compensation, donations taken back: put right by new entries, never by editing old ones."""

import pytest
from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.policy import DAY_MS, HOUR_MS, PersonPolicy, Policy
from node.chain.records.accounts import City, District, Fund, fund_id
from node.chain.records.corrections import Claim, Correction
from node.chain.tx.corrections import Compensate, WriteOff
from node.chain.tx.orders import Accept
from node.chain.tx.organisation import Propose
from node.chain.tx.teams import JoinTeam
from node.chain.tx.transfers import Donate, Give
from node.chain.types import NO_ID, ZERO_HASH, Code, Height, Id, Minutes
from tests.kernel_city import GULOU, JIANYE
from tests.money_city import EVIDENCE, MoneyCity

STAFF = ("arbiter", "treasurer")
FUND_2026 = fund_id(GULOU, 2026, Code("key-elders"))


def correct(city: MoneyCity, order: Id, minutes: int, **how: object) -> Correction:
    """Arbiter and treasurer say what was right."""
    action = city.corrected(order, minutes, **how)  # type: ignore[arg-type]
    city.agree(action, by=STAFF)
    return city.get(Correction, action.target)


def refused(city: MoneyCity, action: object, part: str = "arbiter") -> ErrorCode:
    """Why a proposal is refused."""
    return city.refusal(city.staff(part, GULOU), Propose(action))  # type: ignore[arg-type]


def spent(city: MoneyCity, volunteer: Id, minutes: int) -> None:
    """The volunteer gives minutes away, to the city's pool, where no district's correction reaches them."""
    city.do(volunteer, Donate(Code("city"), Minutes(minutes)))


def paid_by_person(city: MoneyCity, minutes: int = 120) -> tuple[Id, Id, Id]:
    """(order, payer, volunteer): a payer of Gulou with earned minutes was served by a volunteer of Jianye."""
    payer, volunteer = city.new_person("payer"), city.new_person("volunteer", JIANYE)
    city.earn(payer, minutes)
    return city.settle_order(payer, volunteer, minutes), payer, volunteer


@pytest.mark.feature("A6")
def test_a_correction_references_the_original_and_cannot_be_applied_twice() -> None:
    """Two hours were one: an hour goes back; the order's record is untouched; a second correction of it is refused."""
    city = MoneyCity()
    order, payer, volunteer = paid_by_person(city)
    before = city.order(order)
    action = city.corrected(order, 60)
    city.agree(action, by=STAFF)
    assert city.order(order) == before
    found = city.get(Correction, order)
    assert (found.order, found.target, found.agreed_min, found.recovered_min) == (
        order,
        order,
        60,
        60,
    )
    assert city.person(volunteer).available.balance == 60
    assert city.person(payer).available.balance == 60
    assert (city.person(volunteer).served_min, city.person(volunteer).earned_min) == (60, 60)
    assert refused(city, city.corrected(order, 30)) is ErrorCode.ALREADY_DONE
    assert len(city.executions[-1].finals) == 1


@pytest.mark.feature("A6")
def test_a_proposal_waiting_while_another_is_carried_out_is_refused() -> None:
    """Two pairs of staff propose the same; only one correction happens."""
    city = MoneyCity()
    order, _, _ = paid_by_person(city)
    action = city.corrected(order, 60)
    first = city.propose(city.staff("arbiter", GULOU), action)
    second = city.propose(city.staff("arbiter", GULOU), action)
    city.do(city.staff("treasurer", GULOU), first)
    assert city.refusal(city.staff("treasurer", GULOU), second) is ErrorCode.ALREADY_DONE


@pytest.mark.feature("A6")
def test_a_correction_recovers_what_is_there_and_turns_the_shortfall_into_a_claim() -> None:
    """Of two wrong hours the volunteer has half an hour; the pool has one hour for the payer; the claim is 90."""
    city = MoneyCity()
    order, payer, volunteer = paid_by_person(city)
    spent(city, volunteer, 90)
    donor = city.new_person("donor")
    city.earn(donor, 60)
    city.do(donor, Donate(Code("district"), Minutes(60)))
    found = correct(city, order, 0)
    assert (found.recovered_min, found.whole_min) == (30, 60)
    assert city.person(volunteer).available.balance == 0
    assert city.person(payer).available.balance == 90
    claim = city.get(Claim, found.claim)
    assert (claim.person, claim.left_min, claim.pool) == (volunteer, 90, GULOU)
    city_record = city.get(City, b"city")
    assert city_record.claims.balance == -90
    assert city.get(District, b"jianye").claims.balance == 90


@pytest.mark.feature("A6")
def test_a_correction_may_itself_be_corrected() -> None:
    """Undone: the payer returns what they got, the pool its share, the claim ends, the volunteer's hours are back."""
    city = MoneyCity()
    order, payer, volunteer = paid_by_person(city)
    spent(city, volunteer, 90)
    donor = city.new_person("donor")
    city.earn(donor, 60)
    city.do(donor, Donate(Code("district"), Minutes(60)))
    first = correct(city, order, 0)
    second = correct(city, order, 120, target=first.id)
    assert (second.agreed_min, second.paid_min) == (120, 120)
    assert city.get(Claim, first.claim).left_min == 0
    assert city.person(volunteer).available.balance == 30
    assert city.person(payer).available.balance == 0
    assert city.get(District, b"gulou").pool_free.balance == 60
    assert city.person(volunteer).served_min == 120
    again = city.corrected(order, 60, target=first.id)
    assert refused(city, again) is ErrorCode.ALREADY_DONE


def test_an_order_is_corrected_four_times_at_most() -> None:
    """A quarrel between arbiters ends."""
    city = MoneyCity()
    order, _, _ = paid_by_person(city)
    target: Id | None = None
    for minutes in (60, 120, 60, 120):
        target = correct(city, order, minutes, target=target).id
    assert refused(city, city.corrected(order, 60, target=target)) is ErrorCode.ALREADY_DONE


def test_a_fund_paid_order_returns_to_the_fund_and_to_issue_once_its_year_is_closed() -> None:
    """In its year the fund has the hour again; after it, the hour leaves the supply."""
    city = MoneyCity()
    volunteer = city.new_person("volunteer")
    first, second = city.earn(volunteer), city.earn(volunteer)
    correct(city, first, 0)
    assert city.get(Fund, FUND_2026).free.balance == 60
    city.wait(330 * DAY_MS)
    supply = city.get(City, b"city").issue.balance
    correct(city, second, 0)
    assert city.person(volunteer).store_min == 0
    assert city.get(Fund, FUND_2026).free.balance == 0
    assert city.get(City, b"city").issue.balance - supply == 60


@pytest.mark.feature("E3")
def test_what_overflowed_comes_back_from_the_pool_first() -> None:
    """Of two hours one overflowed; the right minutes are one hour: the pool gives, the volunteer keeps."""
    city = MoneyCity(Policy(1, Height(0), persons=PersonPolicy(cap_min=Minutes(60))))
    volunteer = city.new_person("volunteer")
    order = city.earn(volunteer, 120)
    assert (city.order(order).paid_min, city.order(order).overflow_min) == (120, 60)
    assert city.get(District, b"gulou").pool_free.balance == 60
    found = correct(city, order, 60)
    assert (found.overflow_min, found.recovered_min, found.claim) == (0, 60, NO_ID)
    assert city.get(District, b"gulou").pool_free.balance == 0
    assert city.person(volunteer).available.balance == 60


def test_too_little_is_paid_by_the_payer_or_by_a_voted_correction_fund() -> None:
    """A payer without minutes cannot; without a fund nobody can; a voted one does, under the cap of now."""
    budgets = ((Code("correction"), Minutes(600)), (Code("key-elders"), Minutes(60_000)))
    blank = Policy(1, Height(0))
    city = MoneyCity(replace(blank, issuance=replace(blank.issuance, budgets=budgets)))
    order, payer, volunteer = paid_by_person(city, 60)
    treasurer = city.staff("treasurer", GULOU)
    from_payer = city.propose(city.staff("arbiter", GULOU), city.corrected(order, 120))
    assert city.refusal(treasurer, from_payer) is ErrorCode.INSUFFICIENT_MINUTES
    action = city.corrected(order, 120, source="fund")
    from_fund = city.propose(city.staff("arbiter", GULOU), action)
    assert city.refusal(treasurer, from_fund) is ErrorCode.NO_SUCH_OBJECT
    city.mint(JIANYE, 100, purpose="correction")
    city.do(treasurer, from_fund)
    assert city.person(volunteer).available.balance == 120
    assert city.get(Correction, order).paid_min == 120
    city.earn(payer, 60)
    correct(city, order, 180, target=city.get(Correction, order).id)
    assert (city.person(payer).store_min, city.person(volunteer).store_min) == (0, 180)


def test_honour_minutes_follow_the_right_minutes() -> None:
    """Ninety minutes on a hold of sixty: thirty honour minutes, taken back first when the service was shorter."""
    city = MoneyCity()
    elder = city.new_person("elder", serve=False, funded=True)
    volunteer = city.new_person("volunteer")
    city.mint(GULOU, 600)
    order = city.request(elder, elder, payer_kind="fund", payer=NO_ID)
    city.publish(order)
    city.accept(order, volunteer)
    city.serve(order, 90)
    city.confirm(order, elder)
    city.wait(25 * HOUR_MS)
    assert (city.order(order).paid_min, city.order(order).honour_min) == (60, 30)
    first = correct(city, order, 60)
    assert (first.paid_min, first.honour_min) == (60, 0)
    assert city.person(volunteer).honour.balance == 0
    second = correct(city, order, 90, target=first.id)
    assert (second.paid_min, second.honour_min) == (60, 30)
    assert city.person(volunteer).honour.balance == 30


def test_a_team_credit_is_taken_back_from_the_team() -> None:
    """The minutes went to the team, so they come from it; what it donated becomes a claim on the member."""
    city = MoneyCity()
    payer, member = city.new_person("payer"), city.new_person("member")
    city.earn(payer, 60)
    city.do(member, JoinTeam(city.open_team(payer)))
    order = city.request(payer, payer)
    city.publish(order)
    found = city.order(order)
    city.do(member, Accept(order, found.origin, found.events, Code("team"), 1, ZERO_HASH))
    city.serve(order)
    city.confirm(order, payer)
    city.wait(25 * HOUR_MS)
    first = correct(city, order, 30)
    assert (first.recovered_min, city.person(payer).available.balance) == (30, 30)
    correct(city, order, 60, target=first.id)
    assert city.person(payer).available.balance == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"minutes": Minutes(120)}, ErrorCode.MINUTES_OUT_OF_RANGE),
        ({"minutes": Minutes(45)}, ErrorCode.MINUTES_OUT_OF_RANGE),
        ({"minutes": Minutes(750)}, ErrorCode.MINUTES_OUT_OF_RANGE),
        ({"source": Code("nobody")}, ErrorCode.BAD_FIELD),
        ({"evidence": ZERO_HASH}, ErrorCode.RECORD_FIELD_MISSING),
        ({"origin": ZERO_HASH}, ErrorCode.STALE_OBJECT),
        ({"target": Id(bytes(16))}, ErrorCode.NO_SUCH_OBJECT),
        ({"order": Id(bytes(16))}, ErrorCode.NO_SUCH_OBJECT),
    ],
)
def test_a_correction_must_make_sense(change: dict[str, object], code: ErrorCode) -> None:
    """Other minutes than before, whole quanta, a known source, evidence, the right object."""
    city = MoneyCity()
    order, _, _ = paid_by_person(city)
    assert refused(city, replace(city.corrected(order, 60), **change)) is code


def test_corrections_need_an_arbiter_a_treasurer_and_two_outsiders() -> None:
    """No other role, no party of the order, and never for an order that has not settled."""
    city = MoneyCity()
    order, payer, _ = paid_by_person(city)
    action = city.corrected(order, 60)
    assert refused(city, action, "treasurer") is ErrorCode.ROLE_MISSING
    proposed = city.propose(city.staff("arbiter", GULOU), action)
    assert city.refusal(city.staff("second", GULOU), proposed) is ErrorCode.ROLE_MISSING
    city.earn(payer, 60)
    open_order = city.request(payer, payer)
    assert refused(city, city.corrected(open_order, 60)) is ErrorCode.WRONG_STATE
    own = WriteOff(Id(bytes(16)), ZERO_HASH, Minutes(1), EVIDENCE)
    assert refused(city, own) is ErrorCode.NO_SUCH_OBJECT


def test_a_party_of_the_order_neither_proposes_nor_seconds_its_correction() -> None:
    """An arbiter who was served, and compensation for oneself."""
    city = MoneyCity()
    arbiter = city.staff("arbiter", GULOU)
    mine = Compensate(arbiter, Minutes(30), Code("pool.harm"), EVIDENCE)
    donor = city.new_person("donor")
    city.earn(donor, 60)
    city.do(donor, Donate(Code("district"), Minutes(60)))
    assert refused(city, mine) is ErrorCode.SAME_PERSON
    treasurer = city.staff("treasurer", GULOU)
    theirs = city.propose(arbiter, replace(mine, person=treasurer))
    assert city.refusal(treasurer, theirs) is ErrorCode.SAME_PERSON


@pytest.mark.feature("E1")
def test_minutes_received_back_are_not_more_giftable_than_before() -> None:
    """A correction lowers what was earned, so a recovered hour cannot be given to kin as if it were."""
    city = MoneyCity()
    order, _, volunteer = paid_by_person(city)
    correct(city, order, 0)
    kin = city.new_person("kin", JIANYE)
    city.bind_kin(volunteer, kin)
    city.wait(8 * DAY_MS)
    assert city.refusal(volunteer, Give(kin, Minutes(30))) is ErrorCode.INSUFFICIENT_MINUTES
