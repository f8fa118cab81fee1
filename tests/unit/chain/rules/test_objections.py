"""Objections, verdicts and appeals: what freezes the minutes, and what they are worth afterwards."""

import pytest

from node.chain.errors import ErrorCode
from node.chain.lifecycle import State
from node.chain.policy import HOUR_MS, MINUTE_MS, OrderPolicy, Policy
from node.chain.tx.orders import Appeal, Endorse, ObjectOrder
from node.chain.types import ZERO_HASH, Code, Height, Minutes
from tests.full_sums import check_full_sums
from tests.unit.chain.rules.scene import town

pytestmark = pytest.mark.feature("D9")


@pytest.mark.parametrize("reason", ["unconfirmed", "unendorsed", "-"])
def test_the_reasons_that_time_gives_are_not_for_parties(reason: str) -> None:
    """A party's objection called ``unendorsed`` would end with an endorsement, whatever the party had to say."""
    scene = town().request().publish().accept().check_in(late=True).check_out()
    body = ObjectOrder(scene.order, Code(reason), ZERO_HASH)
    assert scene.city.refusal(scene.elder, body) == ErrorCode.BAD_FIELD
    scene.object().rule()
    appeal = Appeal(scene.order, Code(reason))
    assert scene.city.refusal(scene.elder, appeal) == ErrorCode.BAD_FIELD


def test_a_split_gives_no_more_than_was_counted_when_somebody_objected_on_the_spot() -> None:
    """Ten minutes after check-in nothing is counted, and no arbiter makes an hour of it."""
    scene = town().request().publish().accept().check_in()
    scene.city.wait(10 * MINUTE_MS)
    scene.object()
    assert scene.now().counted_min == 0
    arbiter = scene.staff("arbiter")
    for verdict, minutes in (("split", 30), ("split", 60), ("to-volunteer", 0)):
        code = scene.city.refusal(arbiter, scene.rule_body(verdict, minutes))
        assert code == ErrorCode.MINUTES_OUT_OF_RANGE


def test_a_split_of_a_forgotten_check_out_reaches_the_expected_minutes() -> None:
    """What nobody measured is bounded by what was planned."""
    scene = town().request().publish().accept().check_in()
    scene.city.wait(9 * HOUR_MS)
    assert scene.now().state is State.UNCLOSED
    scene.object(scene.volunteer)
    arbiter = scene.staff("arbiter")
    code = scene.city.refusal(arbiter, scene.rule_body("split", 90))
    assert code == ErrorCode.MINUTES_OUT_OF_RANGE
    scene.rule("split", 60).lapse()
    assert (scene.now().state, scene.now().paid_min) == (State.SETTLED, 60)


def test_more_than_a_days_minutes_need_an_endorsement_however_the_service_ended() -> None:
    """An objection instead of a check-out does not spare the endorsement."""
    scene = town().request(expected_min=Minutes(480)).publish().accept().check_in()
    scene.city.do(scene.staff("reviewer"), scene.extend_body(30))
    scene.city.wait(510 * MINUTE_MS)
    scene.object()
    assert (scene.now().counted_min, scene.now().needs_endorse) == (510, 1)


def test_an_objection_in_the_block_of_its_due_time_is_late() -> None:
    """Timers fire first: minutes whose cooling ended at block time have settled."""
    scene = town().request().publish().accept().check_in().check_out().confirm()
    wait = scene.now().due_ms - scene.city.now_ms
    assert scene.city.fault(scene.elder, scene.object_body(), wait - 1) is None
    assert scene.city.refusal(scene.elder, scene.object_body(), wait) == ErrorCode.WRONG_STATE


@pytest.mark.parametrize("first", ["confirm", "object"])
def test_confirm_and_object_in_one_block_end_disputed_in_either_order(first: str) -> None:
    """Only the objector can take the objection back."""
    scene = town().request().publish().accept().check_in().check_out()
    confirm = scene.city.sign(scene.elder, scene.confirm_body())
    objection = scene.city.sign(scene.volunteer, scene.object_body())
    if first == "confirm":
        scene.city.block(confirm, objection)
    else:
        scene.city.block(objection)
        code = scene.city.refusal(scene.elder, scene.confirm_body())
        assert code == ErrorCode.NOT_A_PARTY
    assert scene.now().state is State.DISPUTED


def test_the_objector_ends_the_dispute_by_confirming() -> None:
    """A misunderstanding needs no arbiter."""
    scene = town().request().publish().accept().check_in().check_out().object().confirm(30)
    assert (scene.now().state, scene.now().agreed_min) == (State.CONFIRMED, 30)


def test_an_unendorsed_order_is_endorsed_out_of_its_dispute() -> None:
    """Time alone disputes an order whose endorsement is missing; an outsider can still give it."""
    scene = town().request().publish().accept().check_in(late=True).check_out().confirm().lapse()
    assert (scene.now().state, scene.now().dispute_reason) == (State.DISPUTED, "unendorsed")
    scene.endorse()
    assert scene.now().state is State.CONFIRMED
    scene.lapse()
    assert scene.now().state is State.SETTLED


def test_an_unconfirmed_order_is_not_endorsed_out_of_its_dispute() -> None:
    """An endorsement replaces no confirmation."""
    scene = town().request().publish().accept().check_in(late=True).check_out().lapse()
    assert (scene.now().state, scene.now().dispute_reason) == (State.DISPUTED, "unconfirmed")
    body = Endorse(*scene.fresh())
    assert scene.city.refusal(scene.staff("reviewer"), body) == ErrorCode.WRONG_STATE


@pytest.mark.parametrize(("verdict", "honour"), [("to-payer", 60), ("void", 0)])
def test_a_service_that_is_not_paid_is_honoured_if_it_took_place(verdict: str, honour: int) -> None:
    """To the payer: served, not paid; void: not served. Neither moves a coin or counts for a star."""
    scene = town().request().publish().accept().check_in().check_out().object()
    scene.city.audit = check_full_sums
    scene.rule(verdict).lapse()
    volunteer, order = scene.city.person(scene.volunteer), scene.now()
    assert order.state is State.VOID
    assert (order.hold_min, order.paid_min, order.honour_min) == (0, 0, honour)
    assert (volunteer.honour.balance, volunteer.store_min, volunteer.served_min) == (honour, 0, 0)


@pytest.mark.feature("F5")
def test_an_objection_on_the_spot_is_no_way_round_the_draw() -> None:
    """Ended by an objection that is taken back at once, a funded service is drawn like any other."""
    policy = Policy(1, Height(0), orders=OrderPolicy(sample_permille=1_000))
    scene = town(policy).request().publish().accept().check_in()
    scene.city.wait(HOUR_MS)
    scene.object()
    scene.city.wait(1_000)
    assert "sampled" in scene.now().marks
    scene.confirm()
    assert scene.now().due_ms == scene.city.now_ms + OrderPolicy().cooling_weak_ms
