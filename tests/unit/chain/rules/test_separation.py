"""One natural person, one part: whoever holds several roles cannot play two of them on one order."""

import pytest

from node.chain.errors import ErrorCode
from node.chain.lifecycle import State
from node.chain.policy import DAY_MS, HOUR_MS
from node.chain.tx.identity import GrantAgent
from node.chain.tx.orders import Cancel, Endorse
from node.chain.types import Code
from tests.unit.chain.rules.scene import town

pytestmark = pytest.mark.feature("C3")


def test_a_reviewer_made_agent_afterwards_cannot_confirm_what_they_published() -> None:
    """Reviewer and agent stay two persons, even when the agency is younger than the review."""
    scene = town().request().publish().accept().check_in().check_out()
    scene.city.do(scene.elder, GrantAgent(scene.staff("second"), (Code("confirm"),)))
    code = scene.city.refusal(scene.staff("second"), scene.confirm_body(method="agent"))
    assert code == ErrorCode.SAME_PERSON


def test_a_recorder_made_agent_afterwards_cannot_confirm_what_they_recorded() -> None:
    """Who asked on behalf as staff does not become the recipient's voice for the same order."""
    scene = town()
    scene.request(scene.staff("recorder")).publish().accept().check_in().check_out()
    scene.city.do(scene.elder, GrantAgent(scene.staff("recorder"), (Code("confirm"),)))
    code = scene.city.refusal(scene.staff("recorder"), scene.confirm_body(method="agent"))
    assert code == ErrorCode.SAME_PERSON


def test_an_agent_may_request_and_confirm() -> None:
    """The one exception of the agent: asking and confirming for the same person."""
    scene = town()
    scene.city.do(scene.elder, GrantAgent(scene.stranger, (Code("request"), Code("confirm"))))
    scene.request(scene.stranger, consent="agent").publish().accept().check_in().check_out()
    scene.city.do(scene.stranger, scene.confirm_body(method="agent"))
    assert scene.now().state is State.CONFIRMED


def test_who_checked_in_on_behalf_vouches_for_nothing_else() -> None:
    """The recorder who began the service neither endorses it, nor confirms it as agent, nor rules on it."""
    scene = town().request().publish().accept()
    clerk = scene.staff("clerk")
    scene.give_role(clerk, "reviewer")
    scene.give_role(clerk, "arbiter")
    scene.city.wait(2 * HOUR_MS)
    scene.city.do(clerk, scene.check_in_body())
    assert (scene.now().starter, scene.now().report) == (clerk, "late")
    scene.check_out()
    scene.city.do(scene.elder, GrantAgent(clerk, (Code("confirm"),)))
    agent = scene.confirm_body(method="agent")
    assert scene.city.refusal(clerk, agent) == ErrorCode.SAME_PERSON
    assert scene.city.refusal(clerk, Endorse(*scene.fresh())) == ErrorCode.SAME_PERSON
    scene.object()
    assert scene.city.refusal(clerk, scene.rule_body()) == ErrorCode.SAME_PERSON


def test_a_reviewer_does_not_check_in_on_behalf() -> None:
    """A recorder may begin a service for a volunteer, but not whoever published the order."""
    scene = town().request().publish().accept()
    scene.give_role(scene.staff("second"), "recorder")
    scene.city.wait(2 * HOUR_MS)
    code = scene.city.refusal(scene.staff("second"), scene.check_in_body())
    assert code == ErrorCode.SAME_PERSON


def test_an_agent_who_asked_does_not_check_in_on_behalf() -> None:
    """Nor whoever asked for the service as the recipient's agent."""
    scene = town()
    clerk = scene.staff("clerk")
    scene.city.do(scene.elder, GrantAgent(clerk, (Code("request"),)))
    scene.request(clerk, consent="agent").publish().accept()
    scene.city.wait(2 * HOUR_MS)
    assert scene.city.refusal(clerk, scene.check_in_body()) == ErrorCode.SAME_PERSON


def test_a_volunteer_who_is_also_a_recorder_is_not_the_requesting_side() -> None:
    """A clerk who serves cannot extend the elder's hold, nor cancel on the elder's behalf, for their own service."""
    scene = town()
    scene.give_role(scene.volunteer, "recorder")
    scene.request(scene.staff("recorder")).publish().accept()
    code = scene.city.refusal(scene.volunteer, Cancel(scene.order, Code("changed-mind")))
    assert code == ErrorCode.NOT_A_PARTY


def test_a_volunteer_who_is_also_a_recorder_cannot_extend_an_elders_hold() -> None:
    """The elder's own minutes are not held longer by the one who earns them."""
    scene = town()
    payer = scene.city.new_person("sun")
    scene.earn(payer, 120)
    scene.give_role(scene.volunteer, "recorder")
    scene.request(
        scene.staff("recorder"), recipient=payer, payer_kind="person", payer=payer
    ).publish().accept().check_in()
    code = scene.city.refusal(scene.volunteer, scene.extend_body())
    assert code == ErrorCode.NOT_A_PARTY


def test_a_reviewer_who_is_the_payers_kin_cannot_publish() -> None:
    """Independence covers who pays as well as who receives."""
    scene = town()
    son = scene.city.new_person("son")
    scene.earn(son, 120)
    scene.city.bind_kin(scene.elder, son, "child")
    wife = scene.city.new_person("wife")
    scene.give_role(wife, "reviewer")
    scene.city.bind_kin(son, wife, "spouse")
    scene.request(son, payer_kind="person", payer=son)
    assert scene.city.refusal(wife, scene.approve_body()) == ErrorCode.RELATED_PERSONS


def test_an_objector_does_not_rule_on_the_objection() -> None:
    """A reviewer who objected has taken a side."""
    scene = town().request().publish().accept().check_in().check_out()
    arbiter = scene.staff("arbiter")
    scene.give_role(arbiter, "reviewer")
    scene.object(arbiter)
    assert scene.city.refusal(arbiter, scene.rule_body()) == ErrorCode.SAME_PERSON


@pytest.mark.feature("D9")
def test_an_arbiter_does_not_hear_the_appeal_of_their_own_verdict() -> None:
    """One person with both the district's and the city's role rules once."""
    scene = town().request().publish().accept().check_in().check_out().object()
    scene.city.wait(16 * DAY_MS)
    scene.rule("to-volunteer", by="city-arbiter").appeal()
    assert scene.now().state is State.DISPUTED
    code = scene.city.refusal(scene.staff("city-arbiter"), scene.rule_body("to-payer"))
    assert code == ErrorCode.SAME_PERSON
