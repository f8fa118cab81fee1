"""Refused gifts, donations and mints."""

from node.chain.errors import ErrorCode
from node.chain.hashing import derive_id
from node.chain.policy import DAY_MS, HOUR_MS, IssuancePolicy, PersonPolicy, Policy
from node.chain.tx.issuance import ProposeMint, VoteMint
from node.chain.tx.transfers import Donate, Give
from node.chain.types import ZERO_HASH, Code, Hash, Height, Id, Minutes
from tests.kernel_city import DISTRICTS, GULOU, JIANYE
from tests.unit.chain.rules.refusals.cases import Attempt, attempt, refused
from tests.unit.chain.rules.scene import NOBODY, Scene, town

KEY_ELDERS = Code("key-elders")


def _kin(policy: Policy | None = None, minutes: int = 120, *, rest: bool = True) -> Scene:
    """The volunteer has earned minutes and is bound to the elder."""
    scene = town(policy)
    scene.earn(scene.volunteer, minutes)
    scene.city.bind_kin(scene.volunteer, scene.elder)
    if rest:
        scene.city.wait(7 * DAY_MS)
    return scene


def _give(scene: Scene, minutes: int, to: Id | None = None) -> Attempt:
    return attempt(scene.city, scene.volunteer, Give(to or scene.elder, Minutes(minutes)))


@refused(ErrorCode.UNKNOWN_RECIPIENT)
def a_gift_to_nobody() -> Attempt:
    return _give(town(), 30, NOBODY)


@refused(ErrorCode.MINUTES_OUT_OF_RANGE)
def a_gift_of_nothing() -> Attempt:
    return _give(_kin(), 0)


@refused(ErrorCode.NOT_KIN)
def a_gift_to_a_stranger() -> Attempt:
    scene = _kin()
    return _give(scene, 30, scene.stranger)


@refused(ErrorCode.NOT_KIN)
def a_gift_to_oneself() -> Attempt:
    scene = _kin()
    return _give(scene, 30, scene.volunteer)


@refused(ErrorCode.RESTING_PERIOD)
def a_gift_within_a_week_of_the_binding() -> Attempt:
    return _give(_kin(rest=False), 30)


@refused(ErrorCode.INSUFFICIENT_MINUTES)
def a_gift_of_more_than_there_is() -> Attempt:
    return _give(_kin(), 121)


@refused(ErrorCode.GIFT_LIMIT)
def a_gift_passed_on() -> Attempt:
    scene = _kin()
    scene.city.do(scene.volunteer, Give(scene.elder, Minutes(60)))
    scene.city.bind_kin(scene.elder, scene.stranger, "sibling")
    scene.city.wait(7 * DAY_MS)
    return attempt(scene.city, scene.elder, Give(scene.stranger, Minutes(30)))


@refused(ErrorCode.CAP_REACHED)
def a_gift_beyond_the_recipients_cap() -> Attempt:
    policy = Policy(1, Height(0), persons=PersonPolicy(cap_min=Minutes(240)))
    scene = _kin(policy, 240)
    scene.city.do(scene.volunteer, Give(scene.elder, Minutes(240)))
    scene.earn(scene.volunteer, 60)
    return _give(scene, 1)


@refused(ErrorCode.MINUTES_OUT_OF_RANGE)
def a_donation_of_nothing() -> Attempt:
    scene = town()
    return attempt(scene.city, scene.volunteer, Donate(Code("city"), Minutes(0)))


@refused(ErrorCode.BAD_FIELD)
def a_donation_to_a_person() -> Attempt:
    scene = town()
    return attempt(scene.city, scene.volunteer, Donate(Code("zhao"), Minutes(1)))


@refused(ErrorCode.INSUFFICIENT_MINUTES)
def a_donation_of_more_than_there_is() -> Attempt:
    scene = town()
    return attempt(scene.city, scene.volunteer, Donate(Code("district"), Minutes(1)))


def _mint(scene: Scene, **changes: object) -> Attempt:
    values = {"district": GULOU, "year": 2026, "purpose": KEY_ELDERS, "minutes": 60}
    body = ProposeMint(**(values | {"evidence": ZERO_HASH} | changes))  # type: ignore[arg-type]
    return attempt(scene.city, scene.city.operator(GULOU), body)


@refused(ErrorCode.NO_SUCH_OBJECT)
def a_mint_for_no_district() -> Attempt:
    return _mint(town(), district=Code("atlantis"))


@refused(ErrorCode.MINUTES_OUT_OF_RANGE)
def a_mint_of_nothing() -> Attempt:
    return _mint(town(), minutes=0)


@refused(ErrorCode.YEAR_CLOSED)
def a_mint_for_last_year() -> Attempt:
    return _mint(town(), year=2025)


@refused(ErrorCode.TOO_EARLY)
def a_mint_for_the_year_after_next() -> Attempt:
    return _mint(town(), year=2028)


@refused(ErrorCode.PURPOSE_UNKNOWN)
def a_mint_for_a_purpose_of_ones_own() -> Attempt:
    return _mint(town(), purpose=Code("friends"))


@refused(ErrorCode.BUDGET_EXCEEDED)
def a_mint_for_a_purpose_without_a_budget() -> Attempt:
    return _mint(town(), purpose=Code("starter"), minutes=1)


@refused(ErrorCode.BUDGET_EXCEEDED)
def a_mint_beyond_the_years_budget() -> Attempt:
    return _mint(town(), minutes=60_000_000)


@refused(ErrorCode.NOT_AUTHORITY)
def a_mint_by_a_seats_consensus_key() -> Attempt:
    scene = town()
    sound = _mint(scene)
    seat = scene.city.seat(GULOU)
    return attempt(scene.city, seat, sound.signed.tx.body)


def open_mint(scene: Scene, minutes: int = 60, year: int = 2026) -> tuple[Id, Hash]:
    """(proposal, origin) of a mint that Gulou's operator has put forward."""
    operator = scene.city.operator(GULOU)
    number = scene.city.next_number(operator)
    body = ProposeMint(GULOU, year, KEY_ELDERS, Minutes(minutes), ZERO_HASH)
    receipt = scene.city.do(operator, body)
    return derive_id(scene.city.chain_id, operator, 0, number, 0), receipt.tx_id


def _vote(scene: Scene, district: Code, after_ms: int = 1_000, approve: int = 1) -> Attempt:
    body = VoteMint(*open_mint(scene), approve)
    return attempt(scene.city, scene.city.operator(district), body, after_ms)


@refused(ErrorCode.NO_SUCH_OBJECT)
def a_vote_for_nothing() -> Attempt:
    scene = town()
    body = VoteMint(NOBODY, ZERO_HASH, 1)
    return attempt(scene.city, scene.city.operator(JIANYE), body)


@refused(ErrorCode.ALREADY_DONE)
def a_second_vote_of_the_proposer() -> Attempt:
    return _vote(town(), GULOU)


@refused(ErrorCode.WRONG_STATE)
def a_vote_after_the_vote_has_expired() -> Attempt:
    return _vote(town(), JIANYE, 14 * DAY_MS)


@refused(ErrorCode.WRONG_STATE)
def a_vote_for_what_is_minted() -> Attempt:
    scene = town()
    body = VoteMint(*open_mint(scene), 1)
    for district in DISTRICTS[1:3]:
        scene.city.do(scene.city.operator(district), body)
    return attempt(scene.city, scene.city.operator(DISTRICTS[3]), body)


@refused(ErrorCode.WRONG_STATE)
def a_vote_for_what_enough_have_refused() -> Attempt:
    scene = town()
    named = open_mint(scene)
    for district in DISTRICTS[1:3]:
        scene.city.do(scene.city.operator(district), VoteMint(*named, 0))
    return attempt(scene.city, scene.city.operator(DISTRICTS[3]), VoteMint(*named, 1))


@refused(ErrorCode.STALE_OBJECT)
def a_vote_for_another_origin() -> Attempt:
    scene = town()
    proposal, _ = open_mint(scene)
    return attempt(scene.city, scene.city.operator(JIANYE), VoteMint(proposal, ZERO_HASH, 1))


@refused(ErrorCode.NOT_AUTHORITY)
def a_vote_of_a_person() -> Attempt:
    scene = town()
    return attempt(scene.city, scene.elder, VoteMint(*open_mint(scene), 1))


@refused(ErrorCode.BUDGET_EXCEEDED)
def a_vote_for_a_mint_whose_budget_is_gone_by_now() -> Attempt:
    budgets = ((KEY_ELDERS, Minutes(60_100)),)
    scene = town(Policy(1, Height(0), issuance=IssuancePolicy(budgets=budgets)))
    first, second = open_mint(scene, 60), open_mint(scene, 60)
    for district in DISTRICTS[1:3]:
        scene.city.do(scene.city.operator(district), VoteMint(*first, 1))
    scene.city.do(scene.city.operator(DISTRICTS[1]), VoteMint(*second, 1))
    return attempt(scene.city, scene.city.operator(DISTRICTS[2]), VoteMint(*second, 1))


@refused(ErrorCode.YEAR_CLOSED)
def a_vote_for_a_mint_of_a_year_that_has_ended() -> Attempt:
    scene = town()
    new_year = 1_798_732_800_000  # 2027-01-01 in UTC+8.
    scene.city.wait(new_year - HOUR_MS - scene.city.now_ms)
    named = open_mint(scene)
    scene.city.do(scene.city.operator(DISTRICTS[1]), VoteMint(*named, 1))
    return attempt(scene.city, scene.city.operator(DISTRICTS[2]), VoteMint(*named, 1), HOUR_MS)


@refused(ErrorCode.NOT_AUTHORITY)
def a_vote_of_a_seats_consensus_key() -> Attempt:
    scene = town()
    return attempt(scene.city, scene.city.seat(JIANYE), VoteMint(*open_mint(scene), 1))


@refused(ErrorCode.TRANSFER_TYPE_NOT_ADMITTED)
def a_gift_against_the_direction_that_the_policy_admits() -> Attempt:
    scene = _kin(Policy(1, Height(0), persons=PersonPolicy(kin_types=(Code("parent"),))))
    return attempt(scene.city, scene.elder, Give(scene.volunteer, Minutes(30)))
