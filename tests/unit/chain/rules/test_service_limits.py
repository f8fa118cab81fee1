"""How much one volunteer serves, where, and together with whom."""

import pytest

from node.chain.errors import ErrorCode, Rejected
from node.chain.lifecycle import State
from node.chain.policy import DAY_MS, HOUR_MS, MINUTE_MS, OrderPolicy, Policy, ServicePolicy
from node.chain.tx.orders import NO_PRESENCE, CheckIn, CheckOut
from node.chain.types import Code, EpochMs, Height, Id, Minutes
from tests.kernel_city import JIANYE
from tests.unit.chain.rules.scene import EVIDENCE, Scene, town

pytestmark = pytest.mark.feature("D3")


def take(scene: Scene, order: Id, volunteer: Id) -> None:
    """A volunteer with insurance accepts."""
    scene.order = order
    scene.city.do(volunteer, scene.accept_body(insurance=EVIDENCE))


def test_a_service_of_two_minutes_pays_nobody_and_gives_the_hold_back() -> None:
    """Nothing is rounded up to a first half hour: the visit is recorded, nobody earns, the payer has everything."""
    scene = town().request().publish()
    held = scene.now().hold_min
    scene.accept().check_in().check_out(2)
    order, volunteer = scene.now(), scene.city.person(scene.volunteer)
    assert held == 60
    assert (order.state, order.counted_min, order.paid_min, order.hold_min) == (
        State.ABORTED,
        0,
        0,
        0,
    )
    assert (volunteer.available.balance, volunteer.served_min, volunteer.honour.balance) == (
        0,
        0,
        0,
    )


def test_bathing_begins_when_both_volunteers_have_accepted() -> None:
    """One job, two orders, two persons."""
    scene = town()
    start = scene.city.now_ms + 2 * HOUR_MS
    scene.request(service="bathing", start_ms=start).publish()
    head = scene.order
    scene.request(service="bathing", start_ms=start, job=head).publish()
    sibling = scene.order
    take(scene, head, scene.volunteer)
    scene.city.wait(start - scene.city.now_ms)
    assert scene.city.refusal(scene.volunteer, scene.check_in_body()) == ErrorCode.SIBLING_MISSING
    take(scene, sibling, scene.stranger)
    scene.order = head
    scene.city.do(scene.volunteer, scene.check_in_body())
    assert scene.now().state is State.CHECKED_IN


def test_a_late_pair_may_still_begin() -> None:
    """Both orders of a job lapsed two hours after the planned start; the two volunteers come after all."""
    scene = town()
    start = scene.city.now_ms + 2 * HOUR_MS
    scene.request(service="bathing", start_ms=start).publish()
    head = scene.order
    scene.request(service="bathing", start_ms=start, job=head).publish()
    sibling = scene.order
    take(scene, sibling, scene.stranger)
    take(scene, head, scene.volunteer)
    scene.city.wait(4 * HOUR_MS)
    assert scene.now().state is State.LAPSED
    scene.city.do(scene.volunteer, scene.check_in_body())


@pytest.mark.parametrize(
    "changes",
    [
        {"service": "company"},
        {"start_ms": "three days later"},
        {"district": JIANYE},
        {"site": "site-2"},
        {"expected_min": 30},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_siblings_are_the_same_job(changes: dict[str, object]) -> None:
    """An hour of company next week is not the second pair of hands in the bathroom."""
    scene = town()
    start = scene.city.now_ms + 2 * HOUR_MS
    scene.request(service="bathing", start_ms=start).publish()
    if "start_ms" in changes:
        changes = {"start_ms": EpochMs(start + 3 * DAY_MS)}
    same = {"service": "bathing", "start_ms": start, "job": scene.order}
    body = scene.request_body(**(same | changes))
    assert scene.city.refusal(scene.elder, body) == ErrorCode.BAD_FIELD


def test_nothing_joins_a_job_whose_first_order_is_final() -> None:
    """A final record never changes again."""
    scene = town()
    start = scene.city.now_ms + 2 * HOUR_MS
    scene.request(service="bathing", start_ms=start).publish()
    scene.lapse()
    assert scene.now().state is State.EXPIRED
    later = scene.request_body(
        service="bathing", start_ms=scene.city.now_ms + HOUR_MS, job=scene.order
    )
    assert scene.city.refusal(scene.elder, later) == ErrorCode.WRONG_STATE


@pytest.mark.feature("E5")
def test_the_turn_of_the_month_does_not_reset_a_pairs_count() -> None:
    """Accepting for next month in between would otherwise start this month again."""
    scene = town(
        Policy(
            1,
            Height(0),
            service=ServicePolicy(pair_month_orders_max=2, week_max_min=Minutes(9_000)),
        )
    )
    march = scene.city.now_ms + 5 * DAY_MS
    needed = []
    for start in (3, march, 5, march + 4 * HOUR_MS, 7, 9):
        planned = start if start > DAY_MS else scene.city.now_ms + start * HOUR_MS
        scene.request(start_ms=planned).publish().accept()
        needed.append(scene.now().needs_endorse)
    assert needed == [0, 0, 0, 1, 1, 1]


@pytest.mark.feature("B7")
def test_a_stop_of_the_city_is_not_claimed_twice() -> None:
    """Claims into a gap between headers count, but one volunteer's services stay one after the other."""
    scene = town()
    begin = scene.city.now_ms + 2 * HOUR_MS
    scene.request(start_ms=begin, expected_min=Minutes(60)).publish().accept()
    first = scene.order
    scene.request(start_ms=begin + HOUR_MS, expected_min=Minutes(60)).publish().accept()
    second = scene.order
    scene.city.wait(begin - scene.city.now_ms)
    city, volunteer = scene.city, scene.volunteer
    number = city.person(volunteer).lanes[0]
    bodies: tuple[CheckIn | CheckOut, ...] = (
        CheckIn(first, EpochMs(begin), NO_PRESENCE),
        CheckOut(first, EpochMs(begin + HOUR_MS), Code("done"), NO_PRESENCE),
        CheckIn(second, EpochMs(begin), NO_PRESENCE),
        CheckIn(second, EpochMs(begin + HOUR_MS), NO_PRESENCE),
    )
    until = EpochMs(begin + DAY_MS)
    signed = [
        city.sign(volunteer, body, sequence=(0, number + i), valid_until_ms=until)
        for i, body in enumerate(bodies[:3])
    ]
    with pytest.raises(Rejected) as refused:
        city.fork().block(*signed, after_ms=3 * HOUR_MS)
    assert refused.value.code == ErrorCode.OVERLAP

    signed[2] = city.sign(volunteer, bodies[3], sequence=(0, number + 2), valid_until_ms=until)
    city.block(*signed, after_ms=3 * HOUR_MS)
    scene.order = first
    assert (scene.now().counted_min, scene.now().report) == (60, "live")
    scene.order = second
    assert scene.now().checked_in_ms == begin + HOUR_MS


def test_extensions_do_not_add_up_beyond_the_longest_order() -> None:
    """Each extension is looked at with what is already held."""
    scene = town().request(expected_min=Minutes(480)).publish().accept().check_in()
    reviewer = scene.staff("reviewer")
    scene.city.do(reviewer, scene.extend_body(210))
    code = scene.city.refusal(reviewer, scene.extend_body(60))
    assert code == ErrorCode.MINUTES_OUT_OF_RANGE
    scene.city.do(reviewer, scene.extend_body(30))
    assert scene.now().hold_min == 720


def test_claimed_times_do_not_matter_while_the_city_runs() -> None:
    """A claim far from block time makes a late report and moves no minute."""
    scene = town().request().publish().accept().check_in()
    began = scene.now().checked_in_ms
    scene.city.wait(30 * MINUTE_MS)
    out = CheckOut(scene.order, EpochMs(began + 10 * HOUR_MS), Code("done"), NO_PRESENCE)
    scene.city.do(scene.volunteer, out)
    order = scene.now()
    assert (order.counted_min, order.report, order.needs_endorse) == (30, "late", 1)


def silence(scene: Scene, payer: Id) -> State:
    """What an order with presence proof becomes when nobody confirms it."""
    scene.accept().check_in("recipient-wallet").check_out().lapse()
    assert scene.city.person(payer).held.balance == 60
    return scene.now().state


@pytest.mark.feature("D4")
def test_silence_confirms_only_what_the_recipients_own_key_asked_for() -> None:
    """A payer who asks for somebody else gets no confirmation from that person's silence."""
    scene = town()
    payer = scene.city.new_person("sun")
    scene.earn(payer, 240)
    scene.city.bind_kin(scene.elder, payer, "child")
    own = {"recipient": payer, "payer_kind": "person", "payer": payer}
    scene.request(payer, **own).publish()
    assert silence(scene, payer) is State.CONFIRMED
    scene.lapse()
    scene.request(payer, payer_kind="person", payer=payer).publish()
    assert silence(scene, payer) is State.DISPUTED


@pytest.mark.feature("D5")
def test_silence_confirms_twice_a_month() -> None:
    """The third unconfirmed order of a month waits for a person."""
    scene = town(
        Policy(1, Height(0), orders=OrderPolicy(confirm_ms=HOUR_MS, cooling_weak_ms=HOUR_MS))
    )
    payer = scene.city.new_person("sun")
    scene.earn(payer, 240)
    scene.city.wait(5 * DAY_MS)
    own = {"recipient": payer, "payer_kind": "person", "payer": payer}
    states = []
    for _ in range(3):
        scene.request(payer, **own).publish()
        states.append(silence(scene, payer))
        scene.lapse()
    assert states == [State.CONFIRMED, State.CONFIRMED, State.DISPUTED]


@pytest.mark.feature("D5")
def test_silence_never_pays_a_fund_or_an_order_on_behalf() -> None:
    """Whoever pays with other people's minutes has no interest in objecting."""
    scene = town().request().publish().accept().check_in("recipient-wallet").check_out().lapse()
    assert scene.now().state is State.DISPUTED
