"""Providers, capacity, coverage, the queue and limited services."""

import pytest
from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.limits import QUEUE_RELEASES_MAX
from node.chain.policy import DAY_MS, PersonPolicy, Policy
from node.chain.records import key_of
from node.chain.records.accounts import City, District, Position, position_id
from node.chain.records.redemption import Capacity, Provider, Redemption, RedemptionQueue
from node.chain.tx.identity import GrantAgent
from node.chain.tx.organisation import Propose
from node.chain.tx.redemption import (
    AttestCapacity,
    Capture,
    OpenProvider,
    Redeem,
    RedeemOnBehalf,
    ReleaseRedemption,
    RetireDue,
)
from node.chain.types import ZERO_HASH, Code, EpochMs, Height, Id, Minutes
from tests.kernel_city import FAR_MS, GULOU, JIANYE
from tests.money_city import EVIDENCE, MoneyCity

NOBODY = Id(bytes([9]) * 16)


class Town(MoneyCity):
    """Gulou with a provider, its member of staff, and Li who has earned two hours."""

    def __init__(self, policy: Policy | None = None, earned: int = 120) -> None:
        super().__init__(policy)
        self.clerk = self.new_person("clerk")
        self.provider = self.open_provider(self.clerk)
        self.li = self.new_person("li")
        if earned:
            self.earn(self.li, earned)

    def capture(self, redemption: Redemption, capacity: Id, minutes: int = 60) -> Capture:
        """The provider takes minutes."""
        return Capture(redemption.id, redemption.origin, capacity, Minutes(minutes), EVIDENCE)

    def again(self, redemption: Redemption) -> Redemption:
        """The redemption as it stands now."""
        return self.get(Redemption, redemption.id)


def refused(city: MoneyCity, action: object, part: str = "treasurer") -> ErrorCode:
    """Why a proposal is refused."""
    return city.refusal(city.staff(part, GULOU), Propose(action))  # type: ignore[arg-type]


@pytest.mark.feature("A8")
def test_a_redemption_is_held_captured_and_retired() -> None:
    """Ninety held, sixty captured: thirty go back, sixty are due, then retired; they stay in the identity."""
    city = Town()
    capacity = city.attest(city.provider, 600)
    redemption = city.redeem(city.li, city.provider, 90)
    assert (redemption.state, city.person(city.li).held.balance) == ("held", 90)
    city.do(city.clerk, city.capture(redemption, capacity, 60))
    done = city.again(redemption)
    assert (done.state, done.captured_min, done.hold_min) == ("captured", 60, 0)
    assert (city.person(city.li).available.balance, city.person(city.li).held.balance) == (60, 0)
    assert city.get(Provider, city.provider).due.balance == 60
    assert city.get(Capacity, capacity).left_min == 540
    gulou = city.get(District, b"gulou")
    assert (gulou.capacity.balance, gulou.providers.balance, gulou.redeemed_min) == (540, 60, 60)
    retire = RetireDue(city.provider, Minutes(61), EVIDENCE)
    assert refused(city, retire) is ErrorCode.INSUFFICIENT_MINUTES
    no_paper = replace(retire, minutes=Minutes(60), evidence=ZERO_HASH)
    assert refused(city, no_paper) is ErrorCode.RECORD_FIELD_MISSING
    city.agree(replace(retire, minutes=Minutes(60)), by=("treasurer", "second-treasurer"))
    gulou = city.get(District, b"gulou")
    assert (gulou.providers.balance, gulou.retired.balance) == (0, 60)
    assert city.get(City, b"city").issue.balance == -120


def test_a_capture_across_homes_moves_the_position() -> None:
    """Li of Jianye redeems in Gulou: the minutes pass to the provider's home, whose capacity is used."""
    city = Town(earned=0)
    visitor = city.new_person("visitor", JIANYE)
    city.earn(visitor, 60, JIANYE)
    city.attest(city.open_provider(city.new_person("other", JIANYE), JIANYE), 600, home=JIANYE)
    capacity = city.attest(city.provider, 600)
    redemption = city.redeem(visitor, city.provider)
    city.do(city.clerk, city.capture(redemption, capacity))
    assert city.get(Position, position_id(GULOU, JIANYE)).flow.balance == 60


@pytest.mark.feature("E4")
def test_coverage_is_contracted_capacity_over_liability() -> None:
    """600 contracted for 120 owed are 5,000 per mille; nothing contracted is zero; without liability it is whole."""
    city = Town(earned=0)
    assert city.get(District, b"gulou").coverage_permille == 1_000
    city.earn(city.li, 120)
    assert city.get(District, b"gulou").coverage_permille == 0
    city.attest(city.provider, 600)
    assert city.get(District, b"gulou").coverage_permille == 5_000
    city.attest(city.provider, 1)
    assert city.get(District, b"gulou").coverage_permille == 5_008


@pytest.mark.feature("E4")
def test_below_the_threshold_only_those_without_priority_queue() -> None:
    """20 per cent of 120 minutes are 24: at 23 Li waits and the key elder does not; at 24 nobody does."""
    city = Town()
    elder = city.new_person("elder", funded=True)
    city.earn(elder, 120)
    city.attest(city.provider, 47)
    waiting = city.redeem(city.li, city.provider, 30)
    assert (waiting.state, waiting.ticket) == ("queued", 1)
    assert city.person(city.li).held.balance == 30
    assert city.redeem(elder, city.provider, 30).state == "held"
    city.attest(city.provider, 1)
    city.wait(1_000)
    assert city.again(waiting).state == "held"
    assert city.redeem(city.li, city.provider, 30).state == "held"


@pytest.mark.feature("E4")
def test_orders_between_people_never_queue() -> None:
    """Without any capacity Li is served by Wang as always."""
    city = Town()
    wang = city.new_person("wang")
    assert city.redeem(city.li, city.provider, 30).state == "queued"
    city.settle_order(city.li, wang)
    assert city.person(wang).available.balance == 60


@pytest.mark.feature("E4")
def test_the_queue_is_first_in_first_out_and_nobody_overtakes_it() -> None:
    """Three wait, one gives up; when the ratio holds they go in their order, and a newcomer not before them."""
    city = Town()
    persons = [city.new_person(name) for name in ("one", "two", "three")]
    for person in persons:
        city.earn(person, 60)
    tickets = [city.redeem(person, city.provider, 30) for person in persons]
    assert [t.ticket for t in tickets] == [1, 2, 3]
    city.do(persons[1], ReleaseRedemption(tickets[1].id))
    assert city.again(tickets[1]).state == "released"
    assert city.person(persons[1]).available.balance == 60
    city.attest(city.provider, 10_000)
    newcomer = city.redeem(city.li, city.provider, 30)
    assert newcomer.state == "held"
    assert [city.again(tickets[i]).state for i in (0, 2)] == ["held", "held"]
    queue = city.get(RedemptionQueue, b"gulou")
    assert (queue.head, queue.tail) == (4, 4)


@pytest.mark.feature("E4")
def test_a_long_queue_leaves_in_bounded_steps_and_keeps_its_order() -> None:
    """Sixty wait: fifty go at the next block's start, ten at the one after; whoever comes between waits behind."""
    city = Town(earned=480)
    for _ in range(QUEUE_RELEASES_MAX + 10):
        city.do(city.li, Redeem(city.li, city.provider, Minutes(1)))
    treasurer, second = city.staff("treasurer", GULOU), city.staff("second", GULOU)
    proposed = city.propose(
        treasurer, AttestCapacity(city.provider, Minutes(10_000), FAR_MS, EVIDENCE)
    )
    city.do(second, proposed)
    behind = city.redeem(city.li, city.provider, 1)
    queue = city.get(RedemptionQueue, b"gulou")
    assert queue.head == QUEUE_RELEASES_MAX + 1
    assert (behind.state, behind.ticket) == ("queued", QUEUE_RELEASES_MAX + 11)
    city.wait(1_000)
    assert city.again(behind).state == "held"


def test_capacity_lapses_when_its_time_is_over() -> None:
    """What is left of it leaves the district's capacity; nobody can capture from it."""
    city = Town()
    capacity = city.attest(city.provider, 600, until_ms=city.now_ms + DAY_MS)
    other = city.attest(city.provider, 100)
    redemption = city.redeem(city.li, city.provider, 90)
    late = city.refusal_before_timers(city.clerk, city.capture(redemption, capacity), DAY_MS)
    assert late is ErrorCode.TOO_LATE
    city.wait(DAY_MS)
    assert city.get(Capacity, capacity).left_min == 0
    assert city.get(District, b"gulou").capacity.balance == 100
    assert city.get(City, b"city").capacity.balance == -100
    assert city.refusal(city.clerk, city.capture(redemption, capacity)) is ErrorCode.TOO_LATE
    assert city.fault(city.clerk, city.capture(redemption, other)) is None


def test_what_nobody_captures_goes_back_by_itself() -> None:
    """A held one after fourteen days, a queued one after ninety; long after, the record leaves the state."""
    city = Town()
    queued = city.redeem(city.li, city.provider, 30)
    city.attest(city.provider, 20)
    elder = city.new_person("elder", funded=True)
    city.earn(elder, 60)
    held = city.redeem(elder, city.provider, 30)
    body = ReleaseRedemption(held.id)
    assert city.refusal_before_timers(elder, body, 14 * DAY_MS) is ErrorCode.TOO_LATE
    city.wait(14 * DAY_MS)
    assert (city.again(held).state, city.again(queued).state) == ("expired", "queued")
    assert city.person(elder).available.balance == 60
    assert city.refusal(elder, body) is ErrorCode.WRONG_STATE
    city.wait(76 * DAY_MS)
    assert city.again(queued).state == "expired"
    assert city.person(city.li).held.balance == 0
    city.wait(400 * DAY_MS)
    assert city.ledger.read(key_of(Redemption, queued.id)) is None


def test_who_may_redeem() -> None:
    """The person or an agent with the verb, for a person who may receive, with the minutes, not at one's own desk."""
    policy = Policy(1, Height(0), persons=PersonPolicy(served_to_redeem_min=Minutes(60)))
    city = Town(policy)
    agent, stranger = city.new_person("agent"), city.new_person("stranger")
    city.do(city.li, GrantAgent(agent, (Code("redeem"),)))
    body = Redeem(city.li, city.provider, Minutes(30))
    assert city.fault(agent, body) is None
    assert city.refusal(stranger, body) is ErrorCode.VERB_NOT_GRANTED
    assert city.refusal(city.operator(GULOU), body) is ErrorCode.ROLE_MISSING
    assert city.refusal(stranger, replace(body, person=stranger)) is ErrorCode.TOO_EARLY
    young = city.new_person("young", receive=False)
    assert city.refusal(young, replace(body, person=young)) is ErrorCode.NOT_MAY_RECEIVE
    assert city.refusal(city.li, replace(body, provider=NOBODY)) is ErrorCode.NO_SUCH_OBJECT
    assert city.refusal(city.li, replace(body, minutes=Minutes(0))) is (
        ErrorCode.MINUTES_OUT_OF_RANGE
    )
    assert city.refusal(city.li, replace(body, minutes=Minutes(121))) is (
        ErrorCode.INSUFFICIENT_MINUTES
    )
    city.earn(city.clerk, 60)
    own = replace(body, person=city.clerk)
    assert city.refusal(city.clerk, own) is ErrorCode.SAME_PERSON
    unknown = replace(body, person=NOBODY)
    assert city.refusal(city.li, unknown) is ErrorCode.UNKNOWN_RECIPIENT


def test_what_a_capture_needs() -> None:
    """Own staff, no kin, at most the hold, evidence, the provider's own capacity near enough and with enough left."""
    city = Town()
    capacity, small = city.attest(city.provider, 600), city.attest(city.provider, 30)
    redemption = city.redeem(city.li, city.provider, 90)
    body = city.capture(redemption, capacity)
    assert city.refusal(city.li, body) is ErrorCode.NOT_A_PARTY
    for minutes in (0, 91):
        wrong = replace(body, minutes=Minutes(minutes))
        assert city.refusal(city.clerk, wrong) is ErrorCode.MINUTES_OUT_OF_RANGE
    assert city.refusal(city.clerk, replace(body, evidence=ZERO_HASH)) is (
        ErrorCode.RECORD_FIELD_MISSING
    )
    assert city.refusal(city.clerk, replace(body, origin=ZERO_HASH)) is ErrorCode.STALE_OBJECT
    assert city.refusal(city.clerk, replace(body, capacity=NOBODY)) is ErrorCode.NO_SUCH_OBJECT
    assert city.refusal(city.clerk, replace(body, capacity=small)) is (
        ErrorCode.INSUFFICIENT_MINUTES
    )
    rival = city.open_provider(city.new_person("rival"))
    theirs = replace(body, capacity=city.attest(rival, 600))
    assert city.refusal(city.clerk, theirs) is ErrorCode.NOT_A_PARTY
    city.bind_kin(city.clerk, city.li, "child")
    assert city.refusal(city.clerk, body) is ErrorCode.RELATED_PERSONS


def test_a_queued_redemption_is_not_captured_and_only_parties_release() -> None:
    """The provider, too, waits; a stranger does nothing; the provider may give back."""
    city = Town()
    elder = city.new_person("elder", funded=True)
    capacity = city.attest(city.provider, 1)
    queued = city.redeem(city.li, city.provider, 30)
    assert city.refusal(city.clerk, city.capture(queued, capacity, 1)) is ErrorCode.WRONG_STATE
    assert city.refusal(elder, ReleaseRedemption(queued.id)) is ErrorCode.NOT_A_PARTY
    city.do(city.clerk, ReleaseRedemption(queued.id))
    assert city.again(queued).state == "released"
    assert city.refusal(city.li, ReleaseRedemption(queued.id)) is ErrorCode.WRONG_STATE


def test_providers_and_capacity_need_a_treasurer_a_second_and_evidence() -> None:
    """No other role, no staff of the provider, no contract that has ended, no zero."""
    city = Town()
    opening = OpenProvider(GULOU, (city.li,), EVIDENCE)
    assert refused(city, opening, "recorder") is ErrorCode.ROLE_MISSING
    assert refused(city, replace(opening, evidence=ZERO_HASH)) is ErrorCode.RECORD_FIELD_MISSING
    assert refused(city, replace(opening, staff=(NOBODY,))) is ErrorCode.UNKNOWN_RECIPIENT
    assert refused(city, replace(opening, district=Code("nowhere"))) is ErrorCode.NO_SUCH_OBJECT
    own = replace(opening, staff=(city.staff("treasurer", GULOU),))
    assert refused(city, own) is ErrorCode.SAME_PERSON
    attest = AttestCapacity(city.provider, Minutes(60), EpochMs(FAR_MS), EVIDENCE)
    assert refused(city, replace(attest, provider=NOBODY)) is ErrorCode.NO_SUCH_OBJECT
    assert refused(city, replace(attest, minutes=Minutes(0))) is ErrorCode.MINUTES_OUT_OF_RANGE
    assert refused(city, replace(attest, evidence=ZERO_HASH)) is ErrorCode.RECORD_FIELD_MISSING
    ended = replace(attest, until_ms=EpochMs(city.now_ms))
    assert refused(city, ended) is ErrorCode.TOO_LATE
    retire = RetireDue(city.provider, Minutes(0), EVIDENCE)
    assert refused(city, retire) is ErrorCode.MINUTES_OUT_OF_RANGE


@pytest.mark.feature("I1")
def test_an_elder_without_a_phone_redeems_through_a_recorder_and_a_reviewer() -> None:
    """On evidence of consent, by staff who are neither kin nor the provider's; the minutes go back the same way."""
    city = Town(earned=0)
    elder = city.new_person("elder", funded=True, keyless=True)
    other = city.new_person("other", funded=True)
    city.earn(other, 60)
    city.bind_kin(other, city.li)
    city.earn(city.li, 60)
    action = RedeemOnBehalf(other, city.provider, Minutes(30), EVIDENCE)
    cases = (
        (replace(action, evidence=ZERO_HASH), ErrorCode.RECORD_FIELD_MISSING),
        (replace(action, person=elder), ErrorCode.INSUFFICIENT_MINUTES),
        (replace(action, person=NOBODY), ErrorCode.UNKNOWN_RECIPIENT),
        (replace(action, provider=NOBODY), ErrorCode.NO_SUCH_OBJECT),
        (replace(action, minutes=Minutes(0)), ErrorCode.MINUTES_OUT_OF_RANGE),
    )
    for wrong, code in cases:
        assert refused(city, wrong, "recorder") is code
    assert refused(city, action) is ErrorCode.ROLE_MISSING
    id_ = city.agree(action, by=("recorder", "second"))
    redemption = city.get(Redemption, id_)
    assert (redemption.state, redemption.person, redemption.hold_min) == ("held", other, 30)
    city.do(city.clerk, ReleaseRedemption(id_))
    assert city.person(other).available.balance == 60
    city.bind_kin(city.staff("recorder", GULOU), other, "child")
    assert refused(city, action, "recorder") is ErrorCode.RELATED_PERSONS
