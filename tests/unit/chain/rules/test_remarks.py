"""Ratings, complaints and contested no-shows: beside the order, never in it."""

import pytest
from msgspec.structs import replace

from node.chain.codec import encode
from node.chain.errors import ErrorCode
from node.chain.policy import DAY_MS, HOUR_MS
from node.chain.records.remarks import Complaint, Rating, complaint_id, rating_id
from node.chain.rules.orders.remarks import is_no_show
from node.chain.state import View
from node.chain.tx.orders import AnswerComplaint, Complain, ContestNoShow, Rate, ReportNoShow
from node.chain.tx.organisation import GrantRole
from node.chain.types import ZERO_HASH, Code, Id
from tests.kernel_city import FAR_MS, GULOU, JIANYE
from tests.unit.chain.rules.scene import EVIDENCE, Scene, town


def settled(by: str | None = None) -> Scene:
    """Served, confirmed, paid."""
    scene = town()
    scene.request(scene.staff(by) if by else None).publish().accept().check_in().check_out()
    return scene.confirm().lapse()


def no_show() -> Scene:
    """The elder says that nobody came."""
    scene = town().request().publish().accept()
    scene.city.wait(3 * HOUR_MS)
    scene.city.do(scene.elder, ReportNoShow(scene.order))
    return scene


def complaint(scene: Scene, by: Id, kind: str = "complaint") -> Complaint:
    """As it stands."""
    return scene.city.get(Complaint, complaint_id(scene.city.chain_id, kind, scene.order, by))


def answer(found: Complaint, outcome: str) -> AnswerComplaint:
    """An arbiter's word."""
    return AnswerComplaint(found.id, found.origin, Code(outcome), EVIDENCE)


def stands(scene: Scene) -> bool:
    """Whether the mark of a no-show stands."""
    run = scene.city.fork()
    run.now_ms += 1_000
    block = run._next()
    return is_no_show(View(run.ledger), block.at, scene.now())


@pytest.mark.feature("D8")
def test_a_rating_is_a_commitment_and_nothing_else() -> None:
    """Each side once; the order stays as it was."""
    scene = settled()
    before = encode(scene.now())
    rate = Rate(scene.order, EVIDENCE)
    scene.city.do(scene.elder, rate)
    scene.city.do(scene.volunteer, rate)
    found = scene.city.get(Rating, rating_id(scene.order, "recipient"))
    assert (found.rater, found.commitment) == (scene.elder, EVIDENCE)
    assert encode(scene.now()) == before
    assert scene.city.refusal(scene.elder, rate) == ErrorCode.ALREADY_EXISTS
    assert scene.city.refusal(scene.stranger, rate) == ErrorCode.NOT_A_PARTY
    bare = replace(rate, commitment=ZERO_HASH)
    assert scene.city.refusal(scene.elder, bare) == ErrorCode.RECORD_FIELD_MISSING


def test_only_a_service_that_was_confirmed_is_rated() -> None:
    """Not a plan."""
    scene = town().request().publish()
    assert scene.city.refusal(scene.elder, Rate(scene.order, EVIDENCE)) == ErrorCode.WRONG_STATE


def test_a_rating_leaves_with_its_order() -> None:
    """Nothing is kept for ever."""
    scene = settled()
    scene.city.do(scene.elder, Rate(scene.order, EVIDENCE))
    scene.city.wait(401 * DAY_MS)
    assert View(scene.city.ledger).get(Rating, rating_id(scene.order, "recipient")) is None


def test_a_complaint_has_a_clock_and_an_answer() -> None:
    """Also after settlement; overdue is visible, and still answered."""
    scene = settled()
    body = Complain(scene.order, Code("rude"), EVIDENCE)
    assert scene.city.refusal(scene.stranger, body) == ErrorCode.NOT_A_PARTY
    scene.city.do(scene.elder, body)
    assert scene.city.refusal(scene.elder, body) == ErrorCode.ALREADY_EXISTS
    found = complaint(scene, scene.elder)
    assert (found.state, found.due_ms) == ("open", scene.city.now_ms + 15 * DAY_MS)
    scene.city.wait(15 * DAY_MS)
    assert complaint(scene, scene.elder).state == "overdue"
    scene.city.do(scene.staff("arbiter"), answer(found, "correction"))
    answered = complaint(scene, scene.elder)
    assert (answered.state, answered.outcome) == ("answered", "correction")
    again = answer(found, "founded")
    assert scene.city.refusal(scene.staff("arbiter"), again) == ErrorCode.ALREADY_DONE
    scene.city.wait(401 * DAY_MS)
    gone = View(scene.city.ledger).get(Complaint, found.id)
    assert gone is None


def test_an_arbiter_outside_the_order_answers() -> None:
    """With evidence and one of the outcomes of its kind."""
    scene = settled()
    scene.city.do(scene.volunteer, Complain(scene.order, Code("insulted"), EVIDENCE))
    found = complaint(scene, scene.volunteer)
    sound = answer(found, "founded")
    arbiter = scene.staff("arbiter")
    cases = (
        (scene.staff("recorder"), sound, ErrorCode.ROLE_MISSING),
        (scene.city.staff("arbiter", JIANYE), sound, ErrorCode.ROLE_MISSING),
        (arbiter, replace(sound, outcome=Code("cleared")), ErrorCode.BAD_FIELD),
        (arbiter, replace(sound, evidence=ZERO_HASH), ErrorCode.RECORD_FIELD_MISSING),
        (arbiter, replace(sound, origin=ZERO_HASH), ErrorCode.STALE_OBJECT),
        (arbiter, replace(sound, complaint=scene.order), ErrorCode.NO_SUCH_OBJECT),
    )
    for sender, body, code in cases:
        assert scene.city.refusal(sender, body) == code
    scene.city.do(scene.staff("city-arbiter"), sound)


def test_nobody_complains_with_the_words_of_a_timer() -> None:
    """Those have their own way out."""
    scene = settled()
    body = Complain(scene.order, Code("unconfirmed"), EVIDENCE)
    assert scene.city.refusal(scene.elder, body) == ErrorCode.BAD_FIELD


def test_the_mark_of_a_no_show_is_cleared_by_an_arbiter() -> None:
    """The volunteer objects within seven days; the order itself never changes."""
    scene = no_show()
    assert stands(scene)
    contest = ContestNoShow(scene.order, EVIDENCE)
    assert scene.city.refusal(scene.stranger, contest) == ErrorCode.NOT_A_PARTY
    before = encode(scene.now())
    scene.city.do(scene.volunteer, contest)
    assert stands(scene)
    found = complaint(scene, scene.volunteer, "no-show")
    wrong = answer(found, "founded")
    assert scene.city.refusal(scene.staff("arbiter"), wrong) == ErrorCode.BAD_FIELD
    scene.city.do(scene.staff("arbiter"), answer(found, "cleared"))
    assert not stands(scene)
    assert encode(scene.now()) == before


def test_a_no_show_is_contested_in_time_and_only_where_there_is_one() -> None:
    """Seven days."""
    scene = no_show()
    late = ContestNoShow(scene.order, EVIDENCE)
    assert scene.city.refusal(scene.volunteer, late, after_ms=7 * DAY_MS) == ErrorCode.TOO_LATE
    served = settled()
    none = ContestNoShow(served.order, EVIDENCE)
    assert served.city.refusal(served.volunteer, none) == ErrorCode.WRONG_STATE
    assert not stands(served)


def test_nobody_answers_their_own_complaint() -> None:
    """Nor one about an order they have a part in."""
    scene = settled("recorder")
    recorder = scene.staff("recorder")
    scene.city.do(recorder, Complain(scene.order, Code("late"), EVIDENCE))
    found = complaint(scene, recorder)
    for person in (recorder, scene.volunteer):
        action = GrantRole(person, Code("arbiter"), GULOU, Code("-"), FAR_MS)
        operators = ("reviewer", "recorder") if person == scene.volunteer else ("reviewer", "clerk")
        proposer, seconder = scene.staff(operators[0]), scene.staff(operators[1])
        if operators[1] == "clerk":
            give = GrantRole(seconder, Code("operator"), GULOU, Code("-"), FAR_MS)
            scene.city.two(recorder, proposer, give)
        scene.city.two(proposer, seconder, action)
        assert scene.city.refusal(person, answer(found, "founded")) == ErrorCode.SAME_PERSON
