"""Guardians, household, reviewed pairs, urgent orders: who may ask, serve and vouch in a person's own circle."""

from dataclasses import replace as copy

import pytest

from node.chain.errors import ErrorCode
from node.chain.lifecycle import State
from node.chain.policy import HOUR_MS, OrderPolicy, PersonPolicy, Policy, ServicePolicy
from node.chain.tx.circle import ApprovePairing, BindGuardian, DeclareHousehold
from node.chain.tx.events import AttendEvent, OpenEvent
from node.chain.tx.orders import Endorse, GiveBack
from node.chain.tx.organisation import Propose, Second
from node.chain.tx.transfers import Donate
from node.chain.types import ZERO_HASH, Code, EpochMs, Height, Id, Minutes
from tests.kernel_city import GULOU, SITE
from tests.unit.chain.rules.scene import EVIDENCE, Scene, town

PRESENT = Policy(1, Height(0), persons=PersonPolicy(minor_mode=Code("guardian_present")))


def two(scene: Scene, action: object) -> None:
    """Proposed at the desk, seconded by a reviewer."""
    scene.city.two(scene.staff("recorder"), scene.staff("reviewer"), action)


def guard(scene: Scene, person: Id, name: str = "guardian") -> Id:
    """A guardian for a person."""
    guardian = scene.city.new_person(name)
    two(scene, BindGuardian(person, guardian, 1, EVIDENCE))
    return guardian


@pytest.mark.feature("C4")
def test_a_guarded_persons_order_without_the_guardian_is_refused() -> None:
    """The guardian asks and confirms; neither the person nor the desk does in their stead."""
    scene = town()
    guardian = guard(scene, scene.elder)
    assert scene.city.refusal(scene.elder, scene.request_body()) == ErrorCode.GUARDIAN_MISSING
    desk = scene.request_body(consent="in-person", consent_evidence=EVIDENCE)
    assert scene.city.refusal(scene.staff("recorder"), desk) == ErrorCode.GUARDIAN_MISSING
    scene.request(guardian, consent="agent").publish().accept().check_in().check_out()
    own = scene.confirm_body()
    assert scene.city.refusal(scene.elder, own) == ErrorCode.GUARDIAN_MISSING
    scene.city.do(guardian, scene.confirm_body(method="agent"))
    assert scene.now().state is State.CONFIRMED


def test_a_guardian_does_not_serve_the_person_for_minutes() -> None:
    """As close as kin."""
    scene = town()
    guardian = guard(scene, scene.elder)
    scene.request(guardian, consent="agent").publish()
    assert scene.city.refusal(guardian, scene.accept_body()) == ErrorCode.SAME_PERSON
    other = guard(scene, scene.elder, "other")
    assert scene.city.refusal(other, scene.accept_body()) == ErrorCode.RELATED_PERSONS


def test_a_guardian_is_bound_by_two_staff_on_a_document() -> None:
    """Neither of themselves, nor twice, nor more than two, nor guarded themselves."""
    scene = town()
    city, recorder, elder = scene.city, scene.staff("recorder"), scene.elder
    guardian = guard(scene, elder)
    guarded = city.new_person("guarded")
    guard(scene, guarded, "somebody")
    cases = (
        (BindGuardian(elder, elder, 1, EVIDENCE), ErrorCode.SAME_PERSON),
        (BindGuardian(elder, scene.stranger, 1, ZERO_HASH), ErrorCode.RECORD_FIELD_MISSING),
        (BindGuardian(elder, guardian, 1, EVIDENCE), ErrorCode.ALREADY_DONE),
        (BindGuardian(elder, guarded, 1, EVIDENCE), ErrorCode.GUARDIAN_MISSING),
        (BindGuardian(elder, scene.stranger, 0, EVIDENCE), ErrorCode.NO_SUCH_OBJECT),
    )
    for action, code in cases:
        assert city.refusal(recorder, Propose(action)) == code
    guard(scene, elder, "second-guardian")
    third = Propose(BindGuardian(elder, scene.stranger, 1, EVIDENCE))
    assert city.refusal(recorder, third) == ErrorCode.AGENT_LIMIT


def test_a_person_without_guardians_acts_alone_again() -> None:
    """When the last one is released."""
    scene = town()
    guardian = guard(scene, scene.elder)
    two(scene, BindGuardian(scene.elder, guardian, 0, EVIDENCE))
    assert scene.city.person(scene.elder).guarded == 0
    scene.request()


def pair_of_orders(scene: Scene) -> tuple[Id, Id]:
    """The same hour of company, for two."""
    start = EpochMs(scene.city.now_ms + 2 * HOUR_MS)
    scene.request(start_ms=start).publish()
    first = scene.order
    scene.request(start_ms=start, job=first).publish()
    return first, scene.order


def test_a_guarded_volunteer_serves_beside_the_guardian() -> None:
    """The guardian has accepted a sibling order, and checks in first."""
    scene = town(PRESENT)
    student = scene.city.new_person("student")
    guardian = guard(scene, student)
    first, second = pair_of_orders(scene)
    young, old = copy(scene, order=first), copy(scene, order=second)
    assert scene.city.refusal(student, young.accept_body()) == ErrorCode.GUARDIAN_MISSING
    scene.city.do(guardian, old.accept_body())
    scene.city.do(student, young.accept_body())
    scene.city.wait(2 * HOUR_MS)
    assert scene.city.refusal(student, young.check_in_body()) == ErrorCode.GUARDIAN_MISSING
    scene.city.do(guardian, old.check_in_body())
    scene.city.do(student, young.check_in_body())
    assert young.now().state is State.CHECKED_IN


def test_guarded_persons_serve_on_no_order_unless_the_city_says_so() -> None:
    """``none`` by default; then a job has no room for a second pair of hands either."""
    scene = town()
    student = scene.city.new_person("student")
    guard(scene, student)
    scene.request().publish()
    assert scene.city.refusal(student, scene.accept_body()) == ErrorCode.GUARDIAN_MISSING
    start = scene.now().start_ms
    beside = scene.request_body(start_ms=start, job=scene.order)
    assert scene.city.refusal(scene.elder, beside) == ErrorCode.ALREADY_EXISTS


@pytest.mark.parametrize(("mode", "refused"), [("none", True), ("events_only", False)])
def test_guarded_persons_come_to_events_where_the_city_says_so(mode: str, refused: bool) -> None:
    """Groups are led."""
    scene = town(Policy(1, Height(0), persons=PersonPolicy(minor_mode=Code(mode))))
    student = scene.city.new_person("student")
    guard(scene, student)
    start = EpochMs(scene.city.now_ms + HOUR_MS)
    event = OpenEvent(
        GULOU, SITE, Code("company"), Code("honour"), Code("-"), Code("-"), start, Minutes(60), 5
    )
    opened = scene.city.two(scene.staff("recorder"), scene.staff("second"), event)
    scene.city.wait(HOUR_MS)
    fault = scene.city.fault(student, AttendEvent(opened, student))
    assert (fault is not None) == refused
    if fault is not None:
        assert fault.code == ErrorCode.GUARDIAN_MISSING


def test_who_shares_a_household_does_not_serve_in_it() -> None:
    """Whichever of the two said so."""
    for declares in ("elder", "volunteer"):
        scene = town().request().publish()
        sender = getattr(scene, declares)
        other = scene.volunteer if declares == "elder" else scene.elder
        scene.city.do(sender, DeclareHousehold(other, 1))
        code = scene.city.refusal(scene.volunteer, scene.accept_body())
        assert code == ErrorCode.RELATED_PERSONS
        scene.city.do(sender, DeclareHousehold(other, 0))
        scene.accept()


def test_a_household_has_its_bounds() -> None:
    """Not oneself, not twice, not a whole street."""
    scene = town(Policy(1, Height(0), persons=PersonPolicy(household_max=1)))
    city, elder = scene.city, scene.elder
    assert city.refusal(elder, DeclareHousehold(elder, 1)) == ErrorCode.SAME_PERSON
    assert city.refusal(elder, DeclareHousehold(scene.volunteer, 0)) == ErrorCode.ALREADY_DONE
    city.do(elder, DeclareHousehold(scene.volunteer, 1))
    assert city.refusal(elder, DeclareHousehold(scene.volunteer, 1)) == ErrorCode.ALREADY_DONE
    assert city.refusal(elder, DeclareHousehold(scene.stranger, 1)) == ErrorCode.KIN_LIMIT


@pytest.mark.feature("E5")
def test_a_reviewed_pair_has_wider_limits() -> None:
    """Two meals a day need no endorsement each, until the pairing ends."""
    service = ServicePolicy(pair_month_orders_max=1, paired_month_orders_max=3)
    scene = town(Policy(1, Height(0), service=service))
    two(scene, ApprovePairing(scene.volunteer, scene.elder, 1, EVIDENCE))
    needed = []
    for hours in (2, 4, 6, 8):
        start = EpochMs(scene.city.now_ms + hours * HOUR_MS)
        scene.request(start_ms=start).publish().accept()
        needed.append(scene.now().needs_endorse)
    assert needed == [0, 0, 0, 1]
    two(scene, ApprovePairing(scene.volunteer, scene.elder, 0, EVIDENCE))
    scene.request(start_ms=EpochMs(scene.city.now_ms + 12 * HOUR_MS)).publish().accept()
    assert scene.now().needs_endorse == 1


def test_a_pair_is_of_two_unrelated_persons() -> None:
    """On evidence."""
    scene = town()
    recorder = scene.staff("recorder")
    same = Propose(ApprovePairing(scene.elder, scene.elder, 1, EVIDENCE))
    assert scene.city.refusal(recorder, same) == ErrorCode.SAME_PERSON
    bare = Propose(ApprovePairing(scene.volunteer, scene.elder, 1, ZERO_HASH))
    assert scene.city.refusal(recorder, bare) == ErrorCode.RECORD_FIELD_MISSING
    scene.city.do(scene.elder, DeclareHousehold(scene.volunteer, 1))
    kin = Propose(ApprovePairing(scene.volunteer, scene.elder, 1, EVIDENCE))
    assert scene.city.refusal(recorder, kin) == ErrorCode.RELATED_PERSONS


def urgent(scene: Scene, **changes: object) -> Scene:
    """Help at once, asked for at a desk with one clerk and paid by the pool."""
    terms = {"service": "rescue", "payer_kind": "pool", "rule": "urgent"} | changes
    return scene.request(scene.staff("recorder"), **terms)


def with_pool(policy: Policy | None = None) -> Scene:
    """Somebody has given to the district's pool."""
    scene = town(policy)
    scene.earn(scene.volunteer, 480)
    scene.city.do(scene.volunteer, Donate(Code("district"), Minutes(480)))
    return scene


def test_an_urgent_order_is_published_on_one_signature_and_settled_on_two() -> None:
    """Nobody waits for a second clerk; the second comes before the minutes move."""
    scene = urgent(with_pool())
    order = scene.now()
    assert (order.state, order.needs_endorse, order.marks) == (State.PUBLISHED, 1, ("urgent",))
    scene.accept().check_in().check_out().confirm()
    unsigned = scene.fork().lapse()
    assert (unsigned.now().state, unsigned.now().dispute_reason) == (
        State.DISPUTED,
        "unendorsed",
    )
    scene.city.do(scene.staff("reviewer"), Endorse(*scene.fresh()))
    scene.lapse()
    assert scene.now().state is State.SETTLED


def test_giving_an_urgent_order_back_does_not_spare_the_second_signature() -> None:
    """It was published on one."""
    scene = urgent(with_pool()).accept()
    scene.city.do(scene.volunteer, GiveBack(scene.order, Code("ill")))
    assert scene.now().needs_endorse == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"service": "company"},
        {"payer_kind": "fund", "rule": "-"},
        {"expected_min": Minutes(150)},
    ],
    ids=["another class", "the fund", "too long"],
)
def test_what_is_not_urgent_is_reviewed(changes: dict[str, object]) -> None:
    """Class, payer and length decide."""
    assert urgent(with_pool(), **changes).now().state is State.REQUESTED


def test_a_site_has_few_urgent_orders_a_week() -> None:
    """The next one is reviewed like any other."""
    scene = with_pool(Policy(1, Height(0), orders=OrderPolicy(urgent_week_max=2)))
    states = [urgent(scene).now().state for _ in range(3)]
    assert states == [State.PUBLISHED, State.PUBLISHED, State.REQUESTED]


def test_the_subject_of_a_binding_does_not_second_it() -> None:
    """A reviewer does not become guardian by their own word."""
    scene = town()
    reviewer = scene.staff("reviewer")
    action = BindGuardian(scene.elder, reviewer, 1, EVIDENCE)
    receipt = scene.city.do(scene.staff("recorder"), Propose(action))
    second = Second(Id(receipt.created[0][1:]), receipt.tx_id)
    assert scene.city.refusal(reviewer, second) == ErrorCode.SAME_PERSON
