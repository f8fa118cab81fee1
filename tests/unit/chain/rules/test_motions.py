"""Motions: policy and catalogue change only by the voices of the authorities, and never in retrospect."""

import pytest
from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.genesis import new_ledger, seat_id
from node.chain.limits import POLICY_AHEAD_MAX_BLOCKS, POLICY_NOTICE_BLOCKS
from node.chain.policy import DAY_MS, Policy
from node.chain.records.motions import Motion
from node.chain.records.settings import CatalogueEntry, PolicyRecord, policy_id
from node.chain.rules.bounds import SECTIONS
from node.chain.transition import active_policy, execute
from node.chain.tx.envelope import parse
from node.chain.tx.governance import (
    CatalogueChange,
    PolicyChange,
    ProposeMotion,
    Rejoin,
    VoteMotion,
)
from node.chain.tx.orders import Request
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Height, Minutes
from tests.kernel_city import DISTRICTS, GULOU, JIANYE, SITE, seed_of, service
from tests.money_city import EVIDENCE, MoneyCity


def next_policy(city: MoneyCity, ahead: int = 60, **persons: object) -> Policy:
    """Version 2, so many blocks ahead, with other numbers for persons."""
    base = active_policy(city.ledger)
    return replace(
        base,
        version=base.version + 1,
        activation_height=Height(city.ledger.height + ahead),
        persons=replace(base.persons, **persons),  # type: ignore[arg-type]
    )


def refused(city: MoneyCity, policy: Policy) -> ErrorCode:
    """Why a motion for a policy is refused."""
    body = ProposeMotion(PolicyChange(policy), EVIDENCE)
    return city.refusal(city.operator(GULOU), body)


@pytest.mark.feature("A7")
def test_a_policy_applies_from_exactly_its_activation_height() -> None:
    """Passed by three of four; the block before its height still runs under version 1."""
    city = MoneyCity()
    policy = next_policy(city, ahead=20, cap_min=Minutes(600))
    motion = city.move(PolicyChange(policy))
    assert city.get(Motion, motion).state == "passed"
    assert city.get(PolicyRecord, policy_id(2)).policy == policy
    while city.ledger.height < policy.activation_height - 1:
        before = city.wait(1_000)
        assert active_policy(city.ledger).version == 1
    after = city.wait(1_000)
    assert after.height == policy.activation_height
    assert active_policy(city.ledger) == policy
    assert before.policy_hash != after.policy_hash


@pytest.mark.feature("A7")
@pytest.mark.feature("A4")
def test_orders_keep_the_cap_of_the_policy_they_were_published_under() -> None:
    """Version 2 caps stores at half an hour: an order of version 1 pays in full, one of version 2 overflows."""
    city = MoneyCity()
    elder = city.new_person("elder", serve=False, funded=True)
    first, second = city.new_person("first"), city.new_person("second")
    city.mint(GULOU, 6_000)
    funded = {"payer_kind": "fund", "payer": NO_ID}
    old = city.request(elder, elder, **funded)
    city.publish(old)
    city.accept(old, first)
    policy = next_policy(city, ahead=POLICY_NOTICE_BLOCKS + 5, cap_min=Minutes(30))
    city.move(PolicyChange(policy))
    while city.ledger.height < policy.activation_height:
        city.wait(1_000)
    city.serve(old)
    city.confirm(old, elder)
    city.wait(25 * 3_600_000)
    new = city.settle_order(elder, second, **funded)

    assert (city.order(old).policy_version, city.order(new).policy_version) == (1, 2)
    assert (city.person(first).available.balance, city.order(old).overflow_min) == (60, 0)
    assert (city.person(second).available.balance, city.order(new).overflow_min) == (30, 30)
    _replays_the_same(city)


def _replays_the_same(city: MoneyCity) -> None:
    """Every block again from genesis, on another ledger: the same roots, entries of version 1 included."""
    ledger = new_ledger(city.genesis)
    for execution, (time_ms, raws) in zip(city.executions, city.blocks, strict=True):
        again = execute(ledger, execution.height, EpochMs(time_ms), [parse(raw) for raw in raws])
        assert again.staged.root == execution.staged.root
        assert again.policy_hash == execution.policy_hash
        ledger.adopt(again.staged, ledger.frontier, again.height, again.time_ms)


def test_terms_are_set_under_the_active_policy_or_the_one_before() -> None:
    """A request that names version 1 fails once version 3 is in force; confirming never fails for that."""
    city = MoneyCity()
    elder = city.new_person("elder", serve=False, funded=True)
    for _ in range(2):
        policy = next_policy(city, ahead=POLICY_NOTICE_BLOCKS + 5)
        city.move(PolicyChange(policy))
        while city.ledger.height < policy.activation_height:
            city.wait(1_000)
    body = Request(
        elder, "person", elder, "company", GULOU, SITE, EpochMs(city.now_ms + 7_200_000),
        Minutes(60), NO_ID, NO_ID, "-", "own-key", ZERO_HASH, ZERO_HASH,
    )  # fmt: skip
    assert city.refusal(elder, body) is ErrorCode.STALE_POLICY
    assert city.attempt(city.sign(elder, body, policy_version=2)) is None
    future = city.attempt(city.sign(elder, body, policy_version=4))
    assert future is not None
    assert future.code is ErrorCode.STALE_POLICY


def test_a_policy_must_be_the_next_far_enough_ahead_and_alone() -> None:
    """Neither a version too many, nor nine blocks of notice, nor a second one waiting."""
    city = MoneyCity()
    policy = next_policy(city)
    assert refused(city, replace(policy, version=3)) is ErrorCode.STALE_POLICY
    assert refused(city, replace(policy, version=1)) is ErrorCode.STALE_POLICY
    height = city.ledger.height + 1
    soon = replace(policy, activation_height=Height(height + POLICY_NOTICE_BLOCKS - 1))
    assert refused(city, soon) is ErrorCode.TOO_LATE
    just = replace(policy, activation_height=Height(height + POLICY_NOTICE_BLOCKS))
    assert city.fault(city.operator(GULOU), ProposeMotion(PolicyChange(just), EVIDENCE)) is None
    never = replace(policy, activation_height=Height(height + POLICY_AHEAD_MAX_BLOCKS + 1))
    assert refused(city, never) is ErrorCode.POLICY_OUT_OF_BOUNDS
    city.move(PolicyChange(policy))
    assert refused(city, policy) is ErrorCode.ALREADY_EXISTS


def test_a_vote_that_comes_too_late_for_the_notice_does_not_pass() -> None:
    """Adoption, too, is ten blocks ahead of activation: the deciding vote is refused, the motion runs out."""
    city = MoneyCity()
    policy = next_policy(city, ahead=14)
    motion = city.move(PolicyChange(policy), voters=2)
    city.wait(1_000)
    city.wait(1_000)
    vote = VoteMotion(motion, city.get(Motion, motion).origin, 1)
    assert city.refusal(city.operator(DISTRICTS[2]), vote) is ErrorCode.TOO_LATE
    city.wait(15 * DAY_MS)
    assert city.get(Motion, motion).state == "expired"
    assert city.refusal(city.operator(DISTRICTS[2]), vote) is ErrorCode.WRONG_STATE


@pytest.mark.parametrize("section", SECTIONS)
def test_every_number_of_the_policy_has_a_range(section: str) -> None:
    """No integer field is left without bounds, and the defaults lie inside them."""
    fields = type(getattr(Policy(1, Height(0)), section)).__struct_fields__
    default = getattr(Policy(1, Height(0)), section)
    numbers = {name for name in fields if isinstance(getattr(default, name), int)}
    assert numbers == set(SECTIONS[section])
    for name, (low, high) in SECTIONS[section].items():
        assert low <= getattr(default, name) <= high


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("issuance", {"mint_votes_permille": 500}),
        ("issuance", {"budgets": ((Code("b"), 1), (Code("a"), 1))}),
        ("issuance", {"budgets": ((Code("a"), 1), (Code("a"), 1))}),
        ("issuance", {"budgets": ((Code("a"), 10**12),)}),
        ("persons", {"suspension_max_ms": 31 * DAY_MS}),
        ("persons", {"star_hours": (300, 100)}),
        ("persons", {"kin_types": (Code("child"), Code("child"))}),
        ("persons", {"minor_mode": Code("always")}),
        ("service", {"grace_min": 30}),
        ("service", {"quantum_min": 0}),
        ("ledger", {"validity_max_ms": 31 * DAY_MS}),
    ],
)
def test_a_policy_out_of_bounds_is_refused(section: str, change: dict[str, object]) -> None:
    """Whatever the authorities want, these lines are not theirs to cross."""
    city = MoneyCity()
    policy = next_policy(city)
    changed = replace(getattr(policy, section), **change)  # type: ignore[arg-type]
    assert refused(city, replace(policy, **{section: changed})) is ErrorCode.POLICY_OUT_OF_BOUNDS  # type: ignore[arg-type]


def test_only_operators_of_seats_move_and_vote_once() -> None:
    """No person, no seat key, no second voice of one district."""
    city = MoneyCity()
    body = ProposeMotion(PolicyChange(next_policy(city)), EVIDENCE)
    assert city.refusal(city.staff("recorder", GULOU), body) is ErrorCode.NOT_AUTHORITY
    seat = seat_id(city.chain_id, GULOU)
    by_seat = city.attempt(city.sign(seat, body, seed=seed_of(f"consensus/{GULOU}")))
    assert by_seat is not None
    assert by_seat.code is ErrorCode.NOT_AUTHORITY
    assert city.refusal(city.operator(GULOU), Rejoin(bytes(16))) is ErrorCode.NOT_AUTHORITY
    motion = city.move(body.subject, voters=1)
    origin = city.get(Motion, motion).origin
    again = VoteMotion(motion, origin, 1)
    assert city.refusal(city.operator(DISTRICTS[0]), again) is ErrorCode.ALREADY_DONE
    other = VoteMotion(motion, ZERO_HASH, 1)
    assert city.refusal(city.operator(JIANYE), other) is ErrorCode.STALE_OBJECT
    assert city.refusal(city.operator(JIANYE), again, 14 * DAY_MS) is ErrorCode.WRONG_STATE
    early = city.refusal_before_timers(city.operator(JIANYE), again, 14 * DAY_MS)
    assert early is ErrorCode.PROPOSAL_EXPIRED


def test_a_motion_fails_once_enough_are_against_it() -> None:
    """Two of four against: three can no longer agree."""
    city = MoneyCity()
    motion = city.move(PolicyChange(next_policy(city)), voters=1)
    origin = city.get(Motion, motion).origin
    city.do(city.operator(JIANYE), VoteMotion(motion, origin, 0))
    assert city.get(Motion, motion).state == "open"
    city.do(city.operator(DISTRICTS[2]), VoteMotion(motion, origin, 0))
    assert city.get(Motion, motion).state == "refused"


@pytest.mark.feature("D6")
def test_a_weight_change_affects_only_orders_published_later() -> None:
    """An order published at 1.5 pays 1.5 after the class has gone to 2; a later one pays 2."""
    city = MoneyCity()
    elder = city.new_person("elder", serve=False, funded=True)
    li, wang = city.new_person("li"), city.new_person("wang")
    city.mint(GULOU, 6_000)
    cleaning = {"payer_kind": "fund", "payer": NO_ID, "service": "cleaning"}
    old = city.request(elder, elder, **cleaning)
    city.publish(old)
    city.move(CatalogueChange(service("cleaning", weight_permille=2_000, version=2)))
    city.accept(old, li)
    city.serve(old)
    city.confirm(old, elder)
    city.wait(25 * 3_600_000)
    city.settle_order(elder, wang, **cleaning)
    assert city.person(li).available.balance == 90
    assert city.person(wang).available.balance == 120


@pytest.mark.feature("D6")
def test_unknown_and_retired_classes_are_refused_and_new_ones_admitted() -> None:
    """Retired by motion: requests fail. Added by motion: requests pass, there and only there."""
    city = MoneyCity()
    elder = city.new_person("elder", serve=False, funded=True)

    def request(code: str) -> Request:
        return Request(
            elder, "person", elder, code, GULOU, SITE, EpochMs(city.now_ms + 7_200_000),
            Minutes(60), NO_ID, NO_ID, "-", "own-key", ZERO_HASH, ZERO_HASH,
        )  # fmt: skip

    assert city.refusal(elder, request("errands")) is ErrorCode.UNKNOWN_SERVICE
    city.move(CatalogueChange(service("errands", districts=(GULOU,))))
    assert city.fault(elder, request("errands")) is None
    city.move(CatalogueChange(service("company", version=2, retired=1)))
    assert city.refusal(elder, request("company")) is ErrorCode.UNKNOWN_SERVICE
    assert city.get(CatalogueEntry, b"company").service.version == 2


@pytest.mark.parametrize(
    ("name", "changes", "code"),
    [
        ("company", {}, ErrorCode.STALE_OBJECT),
        ("errands", {"version": 2}, ErrorCode.STALE_OBJECT),
        ("errands", {"parent": "nothing"}, ErrorCode.UNKNOWN_SERVICE),
        ("errands", {"parent": "hospice"}, ErrorCode.UNKNOWN_SERVICE),
        ("errands", {"weight_permille": 99}, ErrorCode.POLICY_OUT_OF_BOUNDS),
        ("errands", {"siblings": 5}, ErrorCode.POLICY_OUT_OF_BOUNDS),
        ("errands", {"districts": (JIANYE, GULOU)}, ErrorCode.POLICY_OUT_OF_BOUNDS),
        ("errands", {"districts": (Code("nowhere"),)}, ErrorCode.NO_SUCH_OBJECT),
    ],
)
def test_a_class_must_make_sense(name: str, changes: dict[str, object], code: ErrorCode) -> None:
    """The next version, a known parent, a weight within bounds, known districts."""
    city = MoneyCity()
    body = ProposeMotion(CatalogueChange(service(name, **changes)), EVIDENCE)
    assert city.refusal(city.operator(GULOU), body) is code
