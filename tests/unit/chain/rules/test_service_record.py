"""The five groups of a service record, and that one with a gap is refused with the name of the gap."""

from dataclasses import replace as copy

import pytest
from msgspec.structs import replace

from node.chain.errors import ErrorCode, Rejected
from node.chain.policy import DAY_MS, Policy
from node.chain.records.actors import Gate
from node.chain.records.remarks import Rating, rating_id
from node.chain.rules.servicerecord import Sources, service_record
from node.chain.state import View
from node.chain.tx.orders import Rate
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Height, Minutes
from tests.kernel_genesis import service
from tests.unit.chain.rules.scene import EVIDENCE, Scene, town

pytestmark = pytest.mark.feature("H1")

POLICY = Policy(1, Height(0))


def sources(scene: Scene) -> Sources:
    """What the state knows about the order; the vault's entry is committed to."""
    view = View(scene.city.ledger)
    volunteer = replace(scene.city.person(scene.volunteer), commitment=EVIDENCE)
    rating = view.get(Rating, rating_id(scene.order, "recipient"))
    return Sources(scene.now(), volunteer, service("company"), rating)


def settled() -> Scene:
    """Asked for at the desk, served, confirmed, rated, paid."""
    scene = town()
    scene.request(scene.staff("recorder")).publish().accept().check_in().check_out()
    scene.confirm().lapse()
    scene.city.do(scene.elder, Rate(scene.order, EVIDENCE))
    return scene


def test_a_record_has_the_five_groups_and_who_stands_for_it() -> None:
    """All from the chain but for what the commitments stand for."""
    scene = settled()
    order = scene.now()
    record = service_record(sources(scene), POLICY)
    number = scene.city.person(scene.volunteer).number
    assert (record.person.person, record.person.number) == (scene.volunteer, number)
    assert (record.service.served_min, record.service.paid_min) == (60, 60)
    assert record.service.ended_ms - record.service.begun_ms == 60 * 60_000
    assert record.service.on_behalf
    assert record.training.gates == ()
    assert (record.honours.stars, record.honours.served_min) == (0, 60)
    assert (record.evaluation.kind, record.evaluation.commitment) == ("rating", EVIDENCE)
    assert (record.in_charge, record.recorder) == (order.reviewer, scene.staff("recorder"))
    assert record.certifiable_from_ms == order.final_ms + 14 * DAY_MS


def test_a_confirmation_or_a_verdict_evaluates_where_nobody_rated() -> None:
    """In this order."""
    whole = copy(sources(settled()), rating=None)
    record = service_record(whole, POLICY)
    assert (record.evaluation.kind, record.evaluation.method) == ("confirmation", "own-key")
    ruled = copy(whole, order=replace(whole.order, verdict=Code("split")))
    assert service_record(ruled, POLICY).evaluation.method == "split"


def test_a_service_that_was_served_and_not_paid_has_its_record() -> None:
    """The verdict was for the payer; the hours were served."""
    scene = town().request().publish().accept().check_in().check_out().object()
    scene.rule("to-payer").lapse()
    record = service_record(sources(scene), POLICY)
    assert (record.service.served_min, record.service.paid_min) == (60, 0)


@pytest.mark.parametrize("verdict", ["void", None])
def test_what_does_not_count_has_no_record(verdict: str | None) -> None:
    """Not served, or not final."""
    scene = town().request().publish().accept().check_in().check_out()
    if verdict:
        scene.object().rule(verdict).lapse()
    with pytest.raises(Rejected) as refused:
        service_record(sources(scene), POLICY)
    assert refused.value.code is ErrorCode.WRONG_STATE


@pytest.mark.parametrize(
    ("field", "order", "person"),
    [
        ("person.number", {}, {"number": 0}),
        ("person.commitment", {}, {"commitment": ZERO_HASH}),
        ("service.begun", {"checked_in_ms": EpochMs(0)}, {}),
        ("service.ended", {"checked_out_ms": EpochMs(0)}, {}),
        ("service.minutes", {"agreed_min": Minutes(0), "counted_min": Minutes(0)}, {}),
        ("evaluation", {"method": Code("-")}, {}),
        ("person_in_charge", {"reviewer": NO_ID}, {}),
        ("recorder", {"requester": NO_ID, "confirmer": NO_ID}, {}),
    ],
)
def test_a_record_with_a_gap_is_refused_with_the_fields_name(
    field: str, order: dict[str, object], person: dict[str, object]
) -> None:
    """Every mandatory field, one by one."""
    whole = copy(sources(settled()), rating=None)
    gap = copy(
        whole, order=replace(whole.order, **order), volunteer=replace(whole.volunteer, **person)
    )
    with pytest.raises(Rejected) as refused:
        service_record(gap, POLICY)
    assert (refused.value.code, refused.value.detail) == (ErrorCode.RECORD_FIELD_MISSING, field)


def test_a_class_that_asks_for_training_shows_it() -> None:
    """The group is not empty there."""
    whole = copy(sources(settled()), service=service("medical", training=1))
    with pytest.raises(Rejected, match="training"):
        service_record(whole, POLICY)
    gate = Gate(Code("training"), EpochMs(1), EVIDENCE)
    trained = copy(whole, volunteer=replace(whole.volunteer, gates=(gate,)))
    assert service_record(trained, POLICY).training.gates == (gate,)
